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
        checks = self.sudo().check_ids
        return checks.filtered(lambda check: check._is_open()).attachment_ids


class RoundCheck(models.Model):
    _inherit = "shequ.round.check"

    def _is_open(self):
        """Whether residents see the photos of this point (bool, as super-user)."""
        self.ensure_one()
        since = self.task_id.estate_id.round_photos_since
        return bool(since) and (self.checked_at or fields.Datetime.now()) >= since
