from odoo import fields, models
from odoo.exceptions import UserError

RESULTS = [("ok", "In Order"), ("fault", "Fault"), ("na", "Not Possible")]
MAX_PHOTOS = 3


class RoundCheck(models.Model):
    """What was found at a point of a round."""

    _name = "shequ.round.check"
    _description = "Checked Point"
    _order = "task_id, sequence, id"

    task_id = fields.Many2one(
        "shequ.round.task",
        string="Round",
        required=True,
        readonly=True,
        index=True,
        ondelete="cascade",
    )
    point_id = fields.Many2one("shequ.round.point", readonly=True, ondelete="set null")
    sequence = fields.Integer(readonly=True)
    name = fields.Char(required=True, readonly=True)
    photo_required = fields.Boolean(readonly=True)
    result = fields.Selection(RESULTS, string="Finding", readonly=True)
    note = fields.Char(readonly=True)
    checked_at = fields.Datetime(readonly=True)
    checked_by_id = fields.Many2one("res.users", readonly=True)
    attachment_ids = fields.Many2many("ir.attachment", string="Photos", readonly=True)
    ticket_id = fields.Many2one("shequ.ticket", readonly=True, index="btree_not_null")

    def _record(self, result, note, photos, user):
        """Keep a result, as super-user; the caller has checked who may.

        :param str result: a key of ``RESULTS``
        :param list photos: dicts with ``name`` and ``raw``
        :param user: who is there
        """
        self.ensure_one()
        note = (note or "").strip()[:500]
        if result not in dict(RESULTS):
            raise UserError(self.env._("Please choose a result."))
        if result != "ok" and not note:
            raise UserError(
                self.env._("“%s”: please write what is the matter.", self.name)
            )
        has_photo = photos or self.attachment_ids
        if self.photo_required and result != "na" and not has_photo:
            raise UserError(self.env._("“%s”: please take a photo.", self.name))
        kept = self.env["shequ.contract.measure"]._keep_photos(photos, self._name)
        # A phone that lost the network sends the same photo again.
        same = kept.filtered(
            lambda one: one.checksum in self.attachment_ids.mapped("checksum")
        )
        same.unlink()
        kept -= same
        if len(self.attachment_ids) + len(kept) > MAX_PHOTOS:
            raise UserError(
                self.env._("At most %(limit)s photos can be added.", limit=MAX_PHOTOS)
            )
        kept.write({"res_id": self.id})
        self.write(
            {
                "result": result,
                "note": note or False,
                "checked_at": fields.Datetime.now(),
                "checked_by_id": user.id,
                "attachment_ids": [(4, one.id) for one in kept],
            }
        )
        if result == "fault" and not self.ticket_id:
            self.ticket_id = self._report()

    def _report(self):
        """A fault becomes a ticket, through the door like every other."""
        task, point = self.task_id, self.point_id
        category = (
            point.category_id
            or task.round_id.deviation_category_id
            or self.env.ref(
                "shequ_property.category_public_facility", raise_if_not_found=False
            )
        )
        report = {
            "estate_id": task.estate_id.id,
            "spot_id": point.spot_id.id or False,
            "description": self.env._(
                "Found on the round “%(round)s”, %(point)s: %(note)s",
                round=task.round_id.name,
                point=self.name,
                note=self.note,
            ),
            "kind": "repair",
            "channel": "round",
            "external_ref": f"round-check-{self.id}",
            "is_public_area": True,
            "media": [
                {"type": "photo", "name": photo.name, "raw": photo.raw}
                for photo in self.attachment_ids
            ],
        }
        if category:
            report["category_id"] = category.id
        return self.env["shequ.ticket"].sudo()._intake(report)

    def _card(self):
        """What the phone shows of a point."""
        self.ensure_one()
        return {
            "id": self.id,
            "name": self.name,
            "photo_required": self.photo_required,
            "result": self.result or "",
            "note": self.note or "",
            "photos": len(self.attachment_ids),
            "open": self.sudo()._is_open(),
            "ticket": self.ticket_id.name or "",
        }
