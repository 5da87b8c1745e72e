from collections import namedtuple

from odoo import api, fields, models, tools
from odoo.tools import SQL

#: What taking in a report asks of an estate; `calendar` is its own or the company's.
EstateFacts = namedtuple("EstateFacts", "id company code tz calendar")


class Estate(models.Model):
    _name = "shequ.estate"
    _inherit = ["shequ.estate", "shequ.cached.mixin"]

    _cached_fields = frozenset({"company_id", "code", "tz", "resource_calendar_id"})

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

    @api.model
    @tools.ormcache(cache="default")
    def _all_facts(self):
        """Return ``{id: EstateFacts}`` of every estate, archived ones included.

        One query for all: the first reports of the morning come from a thousand
        estates at once, and each of them would ask for its own.
        """
        self.flush_model(list(self._cached_fields))
        self.env["res.company"].flush_model(["resource_calendar_id"])
        rows = self.env.execute_query(
            SQL(
                """
                SELECT e.id, e.company_id, e.code, e.tz,
                       COALESCE(e.resource_calendar_id, c.resource_calendar_id)
                  FROM shequ_estate e JOIN res_company c ON c.id = e.company_id
                """
            )
        )
        return {row[0]: EstateFacts(*row) for row in rows}

    @api.model
    @tools.ormcache(cache="default")
    def _all_zones(self):
        """Return the names of the time zones in which there are estates."""
        return frozenset(facts.tz for facts in self._all_facts().values())

    @api.model
    def _facts(self, estate_id):
        """Return the `EstateFacts` of an estate, or None when there is none."""
        if facts := self._all_facts().get(estate_id):
            return facts
        # It may have been founded a moment ago, in another process.
        self.env.registry.clear_cache()
        return self._all_facts().get(estate_id)

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
