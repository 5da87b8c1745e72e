from datetime import timedelta

from odoo import api, fields, models

#: What a resident is shown: what was walked, and what was not.
OVER = ("done", "late", "missed")


class RoundTask(models.Model):
    """Rounds as the residents of the estate see them."""

    _inherit = "shequ.round.task"

    @api.model
    def _of_residents(self, estate, days):
        """Rounds of ``estate`` that were due in the last ``days`` (as super-user)."""
        now = fields.Datetime.now()
        return self.sudo().search(
            [
                ("estate_id", "=", estate.id),
                ("state", "in", OVER),
                ("due_at", ">=", now - timedelta(days=days)),
                ("due_at", "<", now),
            ],
            order="due_at desc, id desc",
        )

    @api.model
    def _tally(self, tasks):
        """How many of ``tasks`` were walked, by plan.

        :return: list of dicts with ``plan``, ``tasks``, ``done``, ``late``,
            ``missed``; what was missed most first
        """
        rows = []
        for plan, of_plan in tasks.grouped("round_id").items():
            states = of_plan.mapped("state")
            rows.append(
                {"plan": plan, "tasks": of_plan}
                | {state: states.count(state) for state in OVER}
            )
        return sorted(rows, key=lambda row: (-row["missed"], row["plan"].name))

    def _open_photos(self):
        """Photos that residents may see (as super-user): where the estate lets them,
        and taken since whoever took them was told so.
        """
        return self.sudo().check_ids._open_photos()


class RoundCheck(models.Model):
    _inherit = "shequ.round.check"

    def _is_open(self):
        """Whether residents see a photo that is taken now (bool, as super-user)."""
        return bool(self.task_id.estate_id.round_photos_since)

    def _open_photos(self):
        photos = self.env["ir.attachment"]
        for check in self:
            if since := check.task_id.estate_id.round_photos_since:
                photos |= check.attachment_ids.filtered(
                    lambda photo, since=since: photo.create_date >= since
                )
        return photos
