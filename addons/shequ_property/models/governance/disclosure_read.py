from odoo import api, fields, models
from odoo.tools import SQL


class DisclosureRead(models.Model):
    """That somebody has opened a version; only counts of it are ever shown.

    Nobody may read the rows: who looks at what is a resident's own business.
    """

    _name = "shequ.disclosure.read"
    _description = "Reader of a Disclosure"
    _log_access = False

    version_id = fields.Many2one(
        "shequ.disclosure.version", required=True, ondelete="restrict"
    )
    disclosure_id = fields.Many2one("shequ.disclosure", required=True, index=True)
    partner_id = fields.Many2one(
        "res.partner", index=True, ondelete="cascade", help="Empty: from the sign."
    )
    day = fields.Date(required=True)
    count = fields.Integer(required=True, default=1)

    # One row for a person and version, one a day for all who came by the sign.
    _person_uniq = models.UniqueIndex(
        "(version_id, partner_id) WHERE partner_id IS NOT NULL"
    )
    _day_uniq = models.UniqueIndex("(version_id, day) WHERE partner_id IS NULL")

    @api.model
    def _note(self, version, partner=None):
        """Count that ``version`` was opened, by ``partner`` or by somebody unknown."""
        target = SQL("(version_id, day) WHERE partner_id IS NULL")
        if partner:
            target = SQL("(version_id, partner_id) WHERE partner_id IS NOT NULL")
        self.env.cr.execute(
            SQL(
                """
                INSERT INTO shequ_disclosure_read AS r
                       (version_id, disclosure_id, partner_id, day, count)
                VALUES (%s, %s, %s, %s, 1)
                ON CONFLICT %s DO UPDATE SET count = r.count + 1
                """,
                version.id,
                version.disclosure_id.id,
                partner.id if partner else None,
                self.env["shequ.estate"]._today(),
                target,
            )
        )


class Disclosure(models.Model):
    _inherit = "shequ.disclosure"

    read_count = fields.Integer(
        string="Opened", compute="_compute_reads", compute_sudo=True
    )
    reader_count = fields.Integer(
        string="Residents Who Read It", compute="_compute_reads", compute_sudo=True
    )
    household_count = fields.Integer(
        string="Households Reached", compute="_compute_reads", compute_sudo=True
    )
    household_rate = fields.Float(
        string="Households Reached (%)",
        digits=(16, 1),
        compute="_compute_reads",
        compute_sudo=True,
        help="Of the homes in which somebody is recorded now.",
    )

    def _compute_reads(self):
        reads = self._read_counts()
        homes = self._household_totals()
        for disclosure in self:
            opened, readers, reached = reads.get(disclosure.id, (0, 0, 0))
            total = homes.get(disclosure.estate_id.id, 0)
            disclosure.read_count = opened
            disclosure.reader_count = readers
            disclosure.household_count = reached
            disclosure.household_rate = 100 * reached / total if total else 0

    def _read_counts(self):
        """{disclosure id: (times opened, people, homes)}."""
        if not self.ids:
            return {}
        rows = self.env.execute_query(
            SQL(
                """
                SELECT r.disclosure_id,
                       (SELECT SUM(o.count) FROM shequ_disclosure_read o
                         WHERE o.disclosure_id = r.disclosure_id),
                       COUNT(DISTINCT r.partner_id),
                       COUNT(DISTINCT h.unit_id)
                  FROM shequ_disclosure_read r
                  JOIN shequ_disclosure d ON d.id = r.disclosure_id
             LEFT JOIN shequ_residency h
                    ON h.partner_id = r.partner_id AND h.estate_id = d.estate_id
                   AND h.active AND h.date_from <= %(today)s
                   AND (h.date_to IS NULL OR h.date_to > %(today)s)
                 WHERE r.disclosure_id IN %(ids)s
              GROUP BY r.disclosure_id
                """,
                today=self.env["shequ.estate"]._today(),
                ids=tuple(self.ids),
            )
        )
        return {row[0]: row[1:] for row in rows}

    def _household_totals(self):
        current = self.env["shequ.residency"]._current_domain()
        return {
            estate.id: homes
            for estate, homes in self.env["shequ.residency"]
            .sudo()
            ._read_group(
                [*current, ("estate_id", "in", self.estate_id.ids)],
                ["estate_id"],
                ["unit_id:count_distinct"],
            )
        }
