from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ...tools.importing import reading


class ShequImportColumn(models.Model):
    """A column of the file and what it holds."""

    _name = "shequ.import.column"
    _description = "Column of an Import"
    _order = "import_id, sheet_no, position"

    import_id = fields.Many2one(
        "shequ.import", required=True, index=True, ondelete="cascade"
    )
    sheet_no = fields.Integer(readonly=True)
    sheet = fields.Char(readonly=True)
    position = fields.Integer(readonly=True)
    letter = fields.Char(string="Column", compute="_compute_letter")
    name = fields.Char(string="Heading", readonly=True)
    sample = fields.Char(string="For Example", readonly=True)
    field = fields.Selection(
        selection="_selection_field", string="Holds", help="Empty: not imported."
    )
    confidence = fields.Float(readonly=True, digits=(3, 2))
    certainty = fields.Selection(
        [
            ("remembered", "As last time"),
            ("sure", "Sure"),
            ("likely", "Likely"),
            ("unsure", "Please check"),
            ("unused", "Not imported"),
        ],
        readonly=True,
    )

    @api.model
    def _selection_field(self):
        labels = self.env["shequ.import"]._field_labels()
        return list(labels.items())

    @api.depends("position")
    def _compute_letter(self):
        for column in self:
            column.letter = reading.column_letter(column.position)

    @api.constrains("field", "import_id")
    def _check_field(self):
        for job in self.import_id:
            seen = {}
            for column in job.column_ids.filtered("field"):
                key = (column.sheet_no, column.field)
                if key in seen:
                    raise ValidationError(
                        self.env._(
                            "Columns %(first)s and %(second)s both hold “%(field)s”. "
                            "Choose one and leave the other empty.",
                            first=seen[key].letter,
                            second=column.letter,
                            field=dict(self._selection_field())[column.field],
                        )
                    )
                seen[key] = column

    @api.model_create_multi
    def create(self, vals_list):
        columns = super().create(vals_list)
        columns.import_id._refuse_when_settled({"column_ids"})
        return columns

    def write(self, vals):
        if not self.env.su:
            vals = {name: value for name, value in vals.items() if name == "field"}
            self.import_id._refuse_when_settled({"column_ids"})
        result = super().write(vals)
        if "field" in vals:
            self.import_id.sudo()._dry_run_is_stale()
        return result
