from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain

from ..models.estate.residency import TITLE_ROLES


class ShequResidencyTransfer(models.TransientModel):
    """Sale of a unit, or people moving out, on a date."""

    _name = "shequ.residency.transfer"
    _description = "Sale or Move"

    kind = fields.Selection(
        [("sale", "The unit was sold"), ("move", "People moved out")],
        default="sale",
        required=True,
    )
    unit_id = fields.Many2one("shequ.unit", required=True)
    date = fields.Date(
        required=True,
        default=lambda self: self.env["shequ.estate"]._today(),
        help="First day of the new state.",
    )
    new_owner_id = fields.Many2one("res.partner")
    residency_ids = fields.Many2many(
        "shequ.residency",
        compute="_compute_residency_ids",
        store=True,
        readonly=False,
        domain="[('unit_id', '=', unit_id), ('is_current', '=', True)]",
    )

    @api.depends("unit_id", "kind")
    def _compute_residency_ids(self):
        Residency = self.env["shequ.residency"]
        for wizard in self:
            domain = Residency._current_domain() & Domain(
                "unit_id", "=", wizard.unit_id._origin.id
            )
            if wizard.kind == "sale":
                domain &= Domain("role", "in", (*TITLE_ROLES, "family"))
            wizard.residency_ids = Residency.search(domain)

    def action_apply(self):
        self.ensure_one()
        Residency = self.env["shequ.residency"]
        if self.kind == "move":
            self.residency_ids._end(self.date)
            return True
        if not self.new_owner_id:
            raise UserError(self.env._("Who is the new owner?"))
        # People left out of the list stay; title holders always end.
        self.residency_ids.filtered(lambda r: not r.is_title)._end(self.date)
        Residency._transfer(self.unit_id, self.new_owner_id, self.date, end_roles=())
        return True
