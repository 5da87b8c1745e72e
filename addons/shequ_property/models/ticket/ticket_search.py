from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL

from ...tools import search_terms

# A page of 80 and a count of a thousand are found among the newest tickets as soon as
# one in a few hundred has the words; below this many the index is quick anyway.
COMMON = 2000


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

    def init(self):
        """Keep what is searched as a column of PostgreSQL's own.

        Then a search for a common word reads the newest tickets and stops, instead
        of finding every ticket that ever had the word; words worked out anew for each
        row would make that dear, and the planner knows.
        """
        result = super().init()
        self.env.cr.execute(
            """
            ALTER TABLE shequ_ticket ADD COLUMN IF NOT EXISTS search_vector tsvector
            GENERATED ALWAYS AS (to_tsvector('simple', COALESCE(search_terms, '')))
            STORED
            """
        )
        self.env.cr.execute(
            "CREATE INDEX IF NOT EXISTS shequ_ticket_search_vector_idx "
            "ON shequ_ticket USING gin (search_vector)"
        )
        return result

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

    @api.model
    def search_count(self, domain, limit=None):
        # A count has no order in which it could stop early: the index is best.
        counting = self.with_context(shequ_counting=True)
        return super(Ticket, counting).search_count(domain, limit=limit)

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

        # Written with IS TRUE, PostgreSQL does not look it up in the index.
        shape = "(%s @@ to_tsquery('simple', %s))"
        if not self.env.context.get("shequ_counting") and (
            self.env.user.share or self._is_common(query.split(" & "))
        ):
            shape += " IS TRUE"

        def to_sql(model, alias, _query):
            return SQL(shape, SQL.identifier(alias, "search_vector"), query)

        return Domain.custom(to_sql=to_sql)

    @api.model
    def _is_common(self, terms):
        """Whether so many tickets have all the terms that reading the newest ones
        finds a page of them sooner than the index finds all.

        As many as have the rarest one, by PostgreSQL's statistics.  Its own estimate
        for all takes them for independent and is far too low: who writes 水管 often
        writes 漏水.
        """
        one = SQL(" UNION ALL ").join(
            SQL(
                "SELECT FROM shequ_ticket "
                "WHERE search_vector @@ to_tsquery('simple', %s)",
                term,
            )
            for term in terms
        )
        [[[answer]]] = self.env.execute_query(SQL("EXPLAIN (FORMAT JSON) %s", one))
        plan = answer["Plan"]
        plans = plan["Plans"] if len(terms) > 1 else [plan]
        return min(term["Plan Rows"] for term in plans) >= COMMON
