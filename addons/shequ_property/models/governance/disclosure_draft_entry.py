from odoo import api, fields, models
from odoo.tools import SQL

from ...tools import disclosure_document as documents


class DisclosureDraftEntry(models.TransientModel):
    """An entry behind a figure of a draft, copied for whoever is looking at it.

    The list is made for one person when the figure is opened, by the rules of the
    draft, and goes like every other passing record.
    """

    _name = "shequ.disclosure.draft.entry"
    _description = "Entry behind a Figure in Preparation"
    _order = "date, name, id"

    line_id = fields.Many2one(
        "shequ.disclosure.line", required=True, readonly=True, ondelete="cascade"
    )
    date = fields.Date(readonly=True)
    name = fields.Char(string="Voucher", readonly=True)
    account = fields.Char(readonly=True)
    label = fields.Char(string="Text", readonly=True)
    currency_id = fields.Many2one(related="line_id.currency_id")
    amount = fields.Monetary(readonly=True)
    counts = fields.Boolean(string="Counts as Kept", compute="_compute_counts")

    _line_idx = models.Index("(line_id, create_uid)")

    @api.depends("amount")
    def _compute_counts(self):
        for entry in self:
            entry.counts = entry.amount > 0

    @api.model
    def _fill(self, line):
        """Copy what ``line`` adds up now, in the database itself."""
        self.env.cr.execute(
            SQL(
                "DELETE FROM %s WHERE line_id = %s AND create_uid = %s",
                SQL.identifier(self._table),
                line.id,
                self.env.uid,
            )
        )
        patterns = documents.entries_key(line.key)
        self.env.cr.execute(
            SQL(
                """
                INSERT INTO %(table)s (line_id, date, name, account, label, amount,
                                       create_uid, create_date, write_uid, write_date)
                SELECT %(line)s, entry.date, entry.name, entry.account, item.name,
                       entry.amount * CASE
                           WHEN %(balance)s AND entry.key LIKE ANY(%(expenses)s)
                           THEN -1 ELSE 1 END,
                       %(uid)s, now() AT TIME ZONE 'UTC',
                       %(uid)s, now() AT TIME ZONE 'UTC'
                  FROM (%(query)s) entry
             LEFT JOIN account_move_line item
                    ON item.id = entry.res_id AND entry.parent_res_id > 0
                 WHERE entry.key LIKE ANY(%(keys)s)
                """,
                table=SQL.identifier(self._table),
                line=line.id,
                uid=self.env.uid,
                query=line.disclosure_id._source_sql(),
                keys=patterns,
                # A surplus is income less expenses.
                balance=line.key.endswith("balance"),
                expenses=["expense/%", "%/expense/%"],
            )
        )
        self.invalidate_model()
