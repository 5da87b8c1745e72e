from odoo import api, fields, models

MEASURES = ("units", "area", "exclusive_area")


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
    file_exclusive_area = fields.Float(
        string="Exclusive Area in the File (m²)", digits=(16, 2), readonly=True
    )
    units = fields.Integer(string="Units You Expect")
    area = fields.Float(string="Building Area You Expect (m²)", digits=(16, 2))
    # 专有部分面积: what votes are counted by (Civil Code, art. 278).
    exclusive_area = fields.Float(
        string="Exclusive Area You Expect (m²)", digits=(16, 2)
    )
    differs = fields.Boolean(compute="_compute_differs", store=True)
    difference = fields.Char(compute="_compute_difference")

    @api.depends(*MEASURES, *(f"file_{name}" for name in MEASURES))
    def _compute_differs(self):
        for total in self:
            total.differs = any(
                total[name] and abs(total[name] - total[f"file_{name}"]) >= 0.005
                for name in MEASURES
            )

    @api.depends(*MEASURES, *(f"file_{name}" for name in MEASURES))
    def _compute_difference(self):
        for total in self:
            parts = []
            if total.units and (less := total.file_units - total.units):
                parts.append(self.env._("%(number)+d units", number=less))
            if less := total._missing_area("area"):
                parts.append(self.env._("%(number)+.2f m²", number=less))
            if less := total._missing_area("exclusive_area"):
                parts.append(self.env._("%(number)+.2f m² exclusive", number=less))
            if parts:
                total.difference = ", ".join(parts)
            elif any(total[name] for name in MEASURES):
                total.difference = self.env._("agrees")
            else:
                total.difference = False

    def _missing_area(self, name):
        """How much more (or less) the file has than what somebody expects, m²."""
        if not self[name]:
            return 0
        return round(self[f"file_{name}"] - self[name], 2)
