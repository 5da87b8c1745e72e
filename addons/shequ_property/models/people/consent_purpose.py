from odoo import api, fields, models
from odoo.exceptions import UserError


class ShequConsentPurpose(models.Model):
    """What personal data are used for, on which ground, and in which words.

    PIPL 13 names the grounds, 14 to 16 how consent is given and withdrawn, 17 what
    has to be told, 29 that sensitive data need a consent of their own, and 31 that
    a guardian agrees for a child under 14.
    """

    _name = "shequ.consent.purpose"
    _description = "Purpose of Using Personal Data"
    _order = "sequence, id"

    name = fields.Char(required=True, translate=True)
    code = fields.Char(required=True, copy=False)
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    basis = fields.Selection(
        [
            ("contract", "Needed for the service contract"),
            ("law", "Required by law"),
            ("consent", "Consent"),
        ],
        string="Ground",
        default="consent",
        required=True,
    )
    article = fields.Char(string="Article of Law")
    required = fields.Boolean(
        compute="_compute_required",
        help="The service cannot do without: told, not asked.",
    )
    sensitive = fields.Boolean(
        string="Sensitive Data", help="Asked for apart from everything else."
    )
    text_ids = fields.One2many("shequ.consent.text", "purpose_id", string="Texts")
    text_id = fields.Many2one(
        "shequ.consent.text", string="Text in Force", compute="_compute_text_id"
    )

    _code_uniq = models.Constraint("UNIQUE(code)", "Each purpose has its own code.")

    @api.depends("basis")
    def _compute_required(self):
        for purpose in self:
            purpose.required = purpose.basis != "consent"

    @api.depends("text_ids.version")
    def _compute_text_id(self):
        for purpose in self:
            purpose.text_id = purpose.text_ids.sorted("version")[-1:]


class ShequConsentText(models.Model):
    """One version of the words; what somebody agreed to is never changed."""

    _name = "shequ.consent.text"
    _description = "Text of a Purpose"
    _order = "purpose_id, version desc"
    _rec_name = "version"

    purpose_id = fields.Many2one(
        "shequ.consent.purpose", required=True, index=True, ondelete="restrict"
    )
    version = fields.Integer(readonly=True, default=0)
    body = fields.Text(string="Words", required=True, translate=True)
    valid_from = fields.Date(
        required=True, default=lambda self: fields.Date.context_today(self)
    )

    _version_uniq = models.Constraint(
        "UNIQUE(purpose_id, version)", "Each version of a text has its own number."
    )

    @api.model_create_multi
    def create(self, vals_list):
        for vals in vals_list:
            if not vals.get("version"):
                purpose = self.env["shequ.consent.purpose"].browse(vals["purpose_id"])
                vals["version"] = max(purpose.text_ids.mapped("version"), default=0) + 1
        return super().create(vals_list)

    def write(self, vals):
        if vals.keys() & {"body", "version", "purpose_id"}:
            used = self.env["shequ.consent"].sudo()
            if used.search_count([("text_id", "in", self.ids)], limit=1):
                raise UserError(
                    self.env._(
                        "Somebody has answered to these words already. Add a new "
                        "version instead of changing them."
                    )
                )
        return super().write(vals)
