from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Command, Domain

MODELS = {"unit": "shequ.unit", "building": "shequ.building", "spot": "shequ.spot"}
ORDERS = {
    "unit": "sort_key, id",
    "building": "sort_key, id",
    "spot": "building_id, name, id",
}
PER_SHEET = 24


class ShequLabelWizard(models.TransientModel):
    """QR labels to print: which places, on which paper."""

    _name = "shequ.label.wizard"
    _description = "Print QR Labels"

    kind = fields.Selection(
        [
            ("unit", "Doors of Units"),
            ("building", "Lobbies of Buildings"),
            ("spot", "Public Spots"),
        ],
        default="unit",
        required=True,
    )
    estate_id = fields.Many2one(
        "shequ.estate", default=lambda self: self.env["shequ.estate"]._only()
    )
    building_ids = fields.Many2many(
        "shequ.building",
        string="Buildings",
        domain="[('estate_id', '=', estate_id)]",
        help="Empty: all buildings of the estate.",
    )
    unit_ids = fields.Many2many("shequ.unit")
    spot_ids = fields.Many2many("shequ.spot")
    paper = fields.Selection(
        [
            ("sheet", "A4 sheets, 3 × 8 labels of 70 × 37 mm"),
            ("single", "One label a page, 100 × 70 mm"),
        ],
        default="sheet",
        required=True,
    )
    skip = fields.Integer(
        string="Labels Used Up", help="Labels already taken off the first sheet."
    )
    label_count = fields.Integer(string="Labels", compute="_compute_label_count")
    sheet_count = fields.Integer(string="Sheets", compute="_compute_label_count")

    @api.depends("kind", "estate_id", "building_ids", "unit_ids", "spot_ids", "skip")
    def _compute_label_count(self):
        for wizard in self:
            count = self.env[MODELS[wizard.kind]].search_count(wizard._domain())
            wizard.label_count = count
            wizard.sheet_count = -(-(count + max(wizard.skip, 0)) // PER_SHEET)

    def _domain(self):
        """Records to print: the chosen ones, else those of buildings or estate."""
        chosen = {"unit": self.unit_ids, "spot": self.spot_ids}.get(self.kind)
        if chosen:
            return Domain("id", "in", chosen._origin.ids)
        buildings = self.building_ids._origin.ids
        if self.kind == "building" and buildings:
            return Domain("id", "in", buildings)
        domain = Domain("estate_id", "=", self.estate_id._origin.id)
        if buildings:
            domain &= Domain("building_id", "in", buildings)
        return domain

    @api.model
    def _open(self, records):
        """Open the wizard for units, buildings or spots chosen in a list."""
        kind = {model: kind for kind, model in MODELS.items()}[records._name]
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "shequ_property.action_label"
        )
        action["context"] = {
            "default_kind": kind,
            "default_estate_id": records.estate_id[:1].id,
            f"default_{kind}_ids": [Command.set(records.ids)],
        }
        return action

    def action_print(self):
        """Print the labels in the order of the addresses."""
        self.ensure_one()
        if not 0 <= self.skip < PER_SHEET:
            raise UserError(
                self.env._(
                    "A sheet has %(count)s labels: between 0 and %(most)s can be "
                    "used up.",
                    count=PER_SHEET,
                    most=PER_SHEET - 1,
                )
            )
        records = self.env[MODELS[self.kind]].search(
            self._domain(), order=ORDERS[self.kind]
        )
        if not records:
            raise UserError(self.env._("There is nothing to print a label for."))
        limit = int(
            self.env["ir.config_parameter"]
            .sudo()
            .get_param("shequ.labels_at_once", 1500)
        )
        if len(records) > limit:
            raise UserError(
                self.env._(
                    "%(count)s labels are too many at once; the most is %(limit)s. "
                    "Choose some buildings.",
                    count=len(records),
                    limit=limit,
                )
            )
        suffix = "_single" if self.paper == "single" else ""
        report = self.env.ref(f"shequ_property.action_report_{self.kind}_label{suffix}")
        return report.with_context(
            shequ_label_skip=self.skip if self.paper == "sheet" else 0
        ).report_action(records, config=False)
