from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError


class ContractAttestation(models.Model):
    """Staff attest with photos that a promise was kept, or own that it was not.

    Written once; whoever was wrong attests again, and both stay to be read.
    """

    _name = "shequ.contract.attestation"
    _inherit = ["shequ.append.only.mixin"]
    _description = "Attestation of a Promise"
    _order = "measure_id, id desc"

    measure_id = fields.Many2one(
        "shequ.contract.measure",
        required=True,
        readonly=True,
        index=True,
        ondelete="restrict",
    )
    estate_id = fields.Many2one("shequ.estate", required=True, readonly=True)
    company_id = fields.Many2one("res.company", required=True, readonly=True)
    at = fields.Datetime(required=True, readonly=True)
    user_id = fields.Many2one("res.users", string="By", required=True, readonly=True)
    kept = fields.Boolean(string="Promise Kept", readonly=True)
    words = fields.Text(required=True, readonly=True)
    attachment_ids = fields.Many2many("ir.attachment", string="Photos", readonly=True)

    @api.depends("measure_id", "at")
    def _compute_display_name(self):
        for one in self:
            one.display_name = one.measure_id.display_name


class ContractMeasure(models.Model):
    _inherit = "shequ.contract.measure"

    def _attest(self, kept, words, photos):
        """Staff say whether the promise was kept, with evidence.

        :param bool kept: False owns up that it was not
        :param str words: what was done, read by residents
        :param list photos: dicts with ``name`` and ``raw``; one at least when kept
        :return: the ``shequ.contract.attestation``
        """
        self.ensure_one()
        self.check_access("read")
        if not self.env.su and not self.env.user.has_group(
            "shequ_property.group_front_desk"
        ):
            raise AccessError(self.env._("Only staff attest a promise."))
        words = (words or "").strip()[:2000]
        row = self.sudo()
        if row.measure != "attested":
            raise UserError(
                self.env._(
                    "“%(promise)s” is counted by itself; nobody attests it.",
                    promise=self.display_name,
                )
            )
        if row.sheet_id.state == "closed":
            raise UserError(self.env._("The month is closed."))
        if not words:
            raise UserError(self.env._("Please say in a word what was done."))
        if kept and not photos:
            raise UserError(
                self.env._("A photo belongs to it: evidence that residents can see.")
            )
        attestation = (
            self.env["shequ.contract.attestation"]
            .sudo()
            .create(
                {
                    "measure_id": row.id,
                    "estate_id": row.estate_id.id,
                    "company_id": row.company_id.id,
                    "at": fields.Datetime.now(),
                    "user_id": self.env.uid,
                    "kept": kept,
                    "words": words,
                    "attachment_ids": [(6, 0, row._keep_photos(photos).ids)],
                }
            )
        )
        row.invalidate_recordset(["attestation_ids"])
        row._judge({})
        row.sheet_id._sum_up()
        return attestation

    @api.model
    def _keep_photos(self, photos, model="shequ.contract.attestation"):
        """Keep photos upright, smaller and without location (as super-user)."""
        Media = self.env["shequ.ticket.media"].sudo()
        checked = [Media._checked({**photo, "type": "photo"}) for photo in photos]
        return (
            self.env["ir.attachment"]
            .sudo()
            .create(
                [
                    {
                        "name": photo.get("name") or self.env._("Photo"),
                        "raw": raw,
                        "mimetype": mimetype,
                        "res_model": model,
                    }
                    for photo, (raw, mimetype) in zip(photos, checked, strict=True)
                ]
            )
        )
