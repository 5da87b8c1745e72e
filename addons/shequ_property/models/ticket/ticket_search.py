from itertools import chain

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL

from ...tools import search_terms

# A page of 80 is found among the newest tickets sooner than by the index as soon as one
# in sixty has the words: of so many newest tickets, so many.
NEWEST = 500
COMMON = 8


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
        # New words wait in a list that every search reads through: 256 kB of it, some
        # hundreds of tickets, and not the 4 MB that PostgreSQL would let it grow to.
        self.env.cr.execute(
            "ALTER INDEX shequ_ticket_search_vector_idx "
            "SET (gin_pending_list_limit = 256)"
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

        # For a resident's own few tickets nothing has to be tried.
        common = self.env.user.share or self._is_common(query)
        # Words that seldom meet are quicker asked for one by one.
        terms = [query] if common else query.split(" & ")
        shape = " AND ".join(["%s @@ to_tsquery('simple', %s)"] * len(terms))
        if common and not self.env.context.get("shequ_counting"):
            # In this shape PostgreSQL does not look it up in the index, and does not
            # believe either that next to nothing matches.
            shape = f"COALESCE({shape}, false)"

        def to_sql(model, alias, _query):
            column = SQL.identifier(alias, "search_vector")
            return SQL(f"({shape})", *chain(*((column, term) for term in terms)))

        return Domain.custom(to_sql=to_sql)

    @api.model
    def _is_common(self, query):
        """Whether reading the newest tickets finds a page of them sooner than the
        index finds all that match.

        Tried on some of them: PostgreSQL's statistics take words for independent, but
        who writes 水管 often writes 漏水, and hardly ever 路灯.
        """
        known = self.env.cr.cache.setdefault("shequ.common", {})
        if query not in known:
            [[found]] = self.env.execute_query(
                SQL(
                    """
                    SELECT count(*)
                      FROM (SELECT search_vector FROM shequ_ticket
                             ORDER BY id DESC LIMIT %s) newest
                     WHERE search_vector @@ to_tsquery('simple', %s)
                    """,
                    NEWEST,
                    query,
                )
            )
            known[query] = found >= COMMON
        return known[query]
