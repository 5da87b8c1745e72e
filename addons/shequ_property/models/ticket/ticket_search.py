from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL

from ...tools import search_terms


class Ticket(models.Model):
    _inherit = "shequ.ticket"

    search_terms = fields.Text(
        compute="_compute_search_terms",
        store=True,
        readonly=False,
        groups="base.group_system",
    )
    search_text = fields.Char(
        string="Words",
        compute="_compute_search_text",
        search="_search_search_text",
        help="Finds words of the description, the place and the number.",
    )

    _search_terms_idx = models.Index(
        "USING gin (to_tsvector('simple', COALESCE(search_terms, '')))"
    )

    @api.depends("name", "description", "place_text")
    def _compute_search_terms(self):
        for ticket in self:
            ticket.search_terms = search_terms.index_terms(
                ticket.name, ticket.place_text, ticket.description
            )

    @api.model
    def _derived_values(self, vals):
        words = (vals.get(key) for key in ("name", "place_text", "description"))
        return {
            **super()._derived_values(vals),
            "search_terms": search_terms.index_terms(*words),
        }

    def _compute_search_text(self):
        self.search_text = ""

    @api.model
    def _search_search_text(self, operator, value):
        if operator not in ("ilike", "like", "=ilike", "=", "in"):
            return NotImplemented
        texts = value if isinstance(value, (list, tuple, set)) else [value]
        return Domain.OR(self._words_domain(text) for text in texts)

    @api.model
    def _words_domain(self, text):
        query = search_terms.query_terms(text if isinstance(text, str) else "")
        if not query:
            return Domain.TRUE

        def to_sql(model, alias, _query):
            return SQL(
                "to_tsvector('simple', COALESCE(%s, '')) @@ to_tsquery('simple', %s)",
                SQL.identifier(alias, "search_terms"),
                query,
            )

        return Domain.custom(to_sql=to_sql)
