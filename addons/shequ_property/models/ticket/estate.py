from odoo import api, fields, models
from odoo.tools import SQL


class Estate(models.Model):
    _inherit = "shequ.estate"

    open_ticket_count = fields.Integer(compute="_compute_open_ticket_count")

    def _compute_open_ticket_count(self):
        counts = dict(
            self.env["shequ.ticket"]._read_group(
                [("estate_id", "in", self.ids), ("is_open", "=", True)],
                ["estate_id"],
                ["__count"],
            )
        )
        for estate in self:
            estate.open_ticket_count = counts.get(estate, 0)

    @api.model_create_multi
    def create(self, vals_list):
        estates = super().create(vals_list)
        estates._create_ticket_sequences()
        return estates

    @api.ondelete(at_uninstall=False)
    def _unlink_ticket_sequences(self):
        for estate in self:
            self.env.cr.execute(
                SQL("DROP SEQUENCE IF EXISTS %s", estate._ticket_sequence())
            )

    def _ticket_sequence(self):
        self.ensure_one()
        return SQL.identifier(f"shequ_ticket_estate_{int(self.id)}_seq")

    def _create_ticket_sequences(self):
        """Give each estate its own counter; see ``shequ.ticket.day``."""
        for estate in self:
            self.env.cr.execute(
                SQL("CREATE SEQUENCE IF NOT EXISTS %s", estate._ticket_sequence())
            )
