from odoo import api, fields, models


class ShequImportRow(models.Model):
    """One row of a file: what it says, what it would do or did, what is wrong."""

    _name = "shequ.import.row"
    _description = "Row of an Import"
    _order = "import_id, sheet_no, number, id"
    _rec_name = "number"
    _log_access = False

    import_id = fields.Many2one("shequ.import", required=True, ondelete="cascade")
    company_id = fields.Many2one("res.company", required=True)
    estate_id = fields.Many2one("shequ.estate", index="btree_not_null")
    sheet_no = fields.Integer()
    sheet = fields.Char()
    number = fields.Integer(string="Row", aggregator=None)
    # Rows of one unit have the same number and are never split.
    unit_no = fields.Integer(aggregator=None)
    place = fields.Char(string="Address", help="As understood from the file.")
    people = fields.Char(string="Names")
    status = fields.Selection(
        [
            ("waiting", "Waiting"),
            ("error", "Wrong"),
            ("create", "New"),
            ("change", "Changed"),
            ("unchanged", "Unchanged"),
            ("ignored", "Ignored"),
            ("applied", "Applied"),
            ("skipped", "Skipped"),
            ("undone", "Undone"),
        ],
        default="waiting",
        required=True,
    )
    message = fields.Text(string="What to Do")
    changes = fields.Text()
    # Masked: what stands in the cells is for the eyes of few.
    cells = fields.Json(string="Row of the File")
    cells_text = fields.Char(string="In the File", compute="_compute_cells_text")
    # What the row says in the words of the engine; emptied some days after.
    content = fields.Json(groups=fields.NO_ACCESS)
    new_keys = fields.Json(groups=fields.NO_ACCESS)
    unit_id = fields.Many2one("shequ.unit", ondelete="set null")
    partner_id = fields.Many2one("res.partner", ondelete="set null")
    residency_id = fields.Many2one("shequ.residency", ondelete="set null")

    _status_idx = models.Index("(import_id, status, unit_no)")
    _number_idx = models.Index("(import_id, sheet_no, number)")
    _unit_no_idx = models.Index("(import_id, unit_no)")
    _unit_idx = models.Index("(unit_id) WHERE unit_id IS NOT NULL")
    _partner_idx = models.Index("(partner_id) WHERE partner_id IS NOT NULL")
    _residency_idx = models.Index("(residency_id) WHERE residency_id IS NOT NULL")

    @api.depends("cells")
    def _compute_cells_text(self):
        for row in self:
            cells = [str(cell) for cell in row.cells or [] if cell not in (None, "")]
            row.cells_text = " | ".join(cells)

    @api.depends("number", "sheet", "place")
    def _compute_display_name(self):
        for row in self:
            row.display_name = self.env._("Row %(number)s", number=row.number)

    def _wipe(self):
        """Forget the rows of imports, thousands at once."""
        if self:
            self.env.cr.execute(
                "DELETE FROM shequ_import_row WHERE import_id = ANY(%s)",
                [self.import_id.ids],
            )
            self.env.invalidate_all(flush=False)
