from odoo import api, fields, models


class ShequImportTotal(models.Model):
    """What the office knows of a building, compared with what the file says."""

    _name = "shequ.import.total"
    _description = "Control Total of an Import"
    _order = "import_id, sequence, id"

    import_id = fields.Many2one(
        "shequ.import", required=True, index=True, ondelete="cascade"
    )
    sequence = fields.Integer(readonly=True)
    name = fields.Char(string="Building", required=True)
    file_units = fields.Integer(string="Units in the File", readonly=True)
    file_area = fields.Float(
        string="Building Area in the File (m²)", digits=(16, 2), readonly=True
    )
    units = fields.Integer(string="Units You Expect")
    area = fields.Float(string="Building Area You Expect (m²)", digits=(16, 2))
    differs = fields.Boolean(compute="_compute_differs", store=True)
    difference = fields.Char(compute="_compute_difference")

    @api.depends("units", "area", "file_units", "file_area")
    def _compute_differs(self):
        for total in self:
            total.differs = bool(
                (total.units and total.units != total.file_units)
                or (total.area and abs(total.area - total.file_area) >= 0.005)
            )

    @api.depends("units", "area", "file_units", "file_area")
    def _compute_difference(self):
        for total in self:
            parts = []
            if total.units and (less := total.file_units - total.units):
                parts.append(self.env._("%(number)+d units", number=less))
            if total.area:
                less = round(total.file_area - total.area, 2)
                if less:
                    parts.append(self.env._("%(number)+.2f m²", number=less))
            if parts:
                total.difference = ", ".join(parts)
            elif total.units or total.area:
                total.difference = self.env._("agrees")
            else:
                total.difference = False
