"""The roll: every unit that votes, its area, its head and who votes for it."""

from odoo import models
from odoo.fields import Domain
from odoo.tools import SQL

from ...tools import bulk, person_name
from ...tools.voting import chain, roll

COLUMNS = (
    "vote_id",
    "estate_id",
    "company_id",
    "number",
    "unit_id",
    "building_id",
    "building_label",
    "entrance",
    "address",
    "area",
    "head",
    "voter_id",
    "voter_name",
    "basis",
    "frozen",
)


class ShequVote(models.Model):
    _inherit = "shequ.vote"

    def action_draw_roll(self):
        """Draw the roll anew, after the registry was put right."""
        self._check_may_run()
        for vote in self:
            vote._draw_roll()
        return True

    def _draw_roll(self):
        """Draw the roll anew from the registry, for checking before the opening."""
        with self._apart(exclusive=True) as vote:
            if vote.state in ("draft", "check", "notice"):
                vote._write_roll(frozen=False)

    def _write_roll(self, frozen):
        """Write the roll from the registry as it is today.

        Three statements and a ``COPY`` for any number of units.

        :return: dict with ``digest``, ``electors``, ``area``, ``heads``
        """
        self.ensure_one()
        self.env.flush_all()
        rows = self._roll_rows(frozen)
        cr = self.env.cr
        cr.execute(SQL("DELETE FROM shequ_vote_elector WHERE vote_id = %s", self.id))
        bulk.copy_rows(cr, "shequ_vote_elector", COLUMNS, rows)
        self.env["shequ.vote.elector"].invalidate_model()
        told = {
            "digest": chain.digest(self._roll_lines()),
            "electors": len(rows),
            "area": sum(row[COLUMNS.index("area")] for row in rows),
            "heads": len({row[COLUMNS.index("head")] for row in rows}),
        }
        self._set(
            {
                "roll_drawn_at": self._clock(),
                "elector_count": told["electors"],
                "total_area_cents": told["area"],
                "total_heads": told["heads"],
                "roll_digest": told["digest"],
            }
        )
        return told

    def _roll_lines(self):
        """The roll as published: plain dicts, names masked, in order."""
        self.env.cr.execute(
            SQL(
                """
                SELECT number, area, head, COALESCE(address, ''),
                       COALESCE(building_label, ''), COALESCE(entrance, ''),
                       COALESCE(voter_name, ''), basis
                  FROM shequ_vote_elector WHERE vote_id = %s ORDER BY number
                """,
                self.id,
            )
        )
        return [
            {
                "number": number,
                "area": area,
                "head": head,
                "address": address,
                "building": building,
                "entrance": entrance,
                "voter": voter,
                "basis": basis,
            }
            for number, area, head, address, building, entrance, voter, basis in (
                self.env.cr.fetchall()
            )
        ]

    # ------------------------------------------------------------- drawing

    def _roll_rows(self, frozen):
        if self.audience == "residents" and self.kind == "poll":
            return self._resident_rows(frozen)
        found = self._registry_units()
        places = {row[0]: row for row in found}
        rules = self._current_rules()
        units = [
            roll.Unit(
                key=key,
                area=int(area or 0),
                use=use,
                developer=state in ("unsold", "sold") or bool(developer),
                owners=tuple(owners or ()),
                representative=representative,
            )
            for (
                key,
                area,
                use,
                state,
                _building,
                _label,
                _entrance,
                _address,
                owners,
                developer,
                representative,
            ) in found
        ]
        lines = roll.merge(units, rules)
        names = self._masked_names({line.voter for line in lines if line.voter})
        company = self.estate_id.company_id.id
        return [
            (
                self.id,
                self.estate_id.id,
                company,
                line.number,
                line.key,
                *places[line.key][4:8],
                line.area,
                line.head,
                line.voter,
                names.get(line.voter, ""),
                line.basis,
                frozen,
            )
            for line in lines
        ]

    def _registry_units(self):
        """Units in scope with who holds them today, in the order of the buildings."""
        today = self.env["shequ.estate"]._today()
        return self.env.execute_query(
            SQL(
                """
                SELECT u.id, ROUND(u.exclusive_area::numeric * 100)::bigint, u.use,
                       u.state, u.building_id, b.label, u.entrance, u.short_address,
                       array_agg(r.partner_id ORDER BY r.partner_id)
                           FILTER (WHERE r.is_title),
                       bool_or(r.role = 'developer'),
                       min(r.partner_id) FILTER (WHERE r.is_representative)
                  FROM shequ_unit u
                  JOIN shequ_building b ON b.id = u.building_id
             LEFT JOIN shequ_residency r
                    ON r.unit_id = u.id AND r.active AND r.date_from <= %(today)s
                   AND (r.date_to IS NULL OR r.date_to > %(today)s)
                 WHERE u.estate_id = %(estate)s AND u.active AND %(scope)s
              GROUP BY u.id, b.id
              ORDER BY u.sort_key, u.id
                """,
                today=today,
                estate=self.estate_id.id,
                scope=self._scope_sql(),
            )
        )

    def _scope_sql(self):
        """Which units of the estate the vote is of."""
        parts = []
        if self.kind == "assembly":
            return SQL("TRUE")
        if self.unit_ids:
            parts.append(SQL("u.id IN %s", tuple(self.unit_ids.ids)))
        if self.building_ids:
            scope = SQL("u.building_id IN %s", tuple(self.building_ids.ids))
            if self.entrance:
                scope = SQL("%s AND u.entrance = %s", scope, self.entrance)
            parts.append(SQL("(%s)", scope))
        return SQL("(%s)", SQL(" OR ").join(parts)) if parts else SQL("TRUE")

    def _resident_rows(self, frozen):
        """A line for each owner and tenant: one person, one head, no area."""
        today = self.env["shequ.estate"]._today()
        found = self.env.execute_query(
            SQL(
                """
                SELECT DISTINCT ON (r.partner_id) r.partner_id, u.sort_key,
                       u.building_id, b.label, u.entrance, u.short_address
                  FROM shequ_residency r
                  JOIN shequ_unit u ON u.id = r.unit_id AND u.active
                  JOIN shequ_building b ON b.id = u.building_id
                 WHERE u.estate_id = %(estate)s AND r.active
                   AND r.role IN ('owner', 'co_owner', 'tenant')
                   AND r.date_from <= %(today)s
                   AND (r.date_to IS NULL OR r.date_to > %(today)s) AND %(scope)s
              ORDER BY r.partner_id, u.sort_key, u.id
                """,
                today=today,
                estate=self.estate_id.id,
                scope=self._scope_sql(),
            )
        )
        found.sort(key=lambda row: (row[1] or "", row[0]))
        names = self._masked_names({row[0] for row in found})
        company = self.estate_id.company_id.id
        return [
            (
                self.id,
                self.estate_id.id,
                company,
                number,
                None,
                *row[2:6],
                0,
                number,
                row[0],
                names.get(row[0], ""),
                "resident",
                frozen,
            )
            for number, row in enumerate(found, start=1)
        ]

    def _masked_names(self, partners):
        if not partners:
            return {}
        rows = self.env.execute_query(
            SQL("SELECT id, name FROM res_partner WHERE id IN %s", tuple(partners))
        )
        return {key: person_name.mask(name) for key, name in rows}

    # ------------------------------------------------------------ of a person

    def _electors_of(self, partner):
        """The electors ``partner`` votes for, himself or by proxy (as super-user).

        Before the opening those of the roll as drawn last.
        """
        self.ensure_one()
        own = Domain("voter_id", "=", partner.id)
        if units := self._proxied_units(partner):
            own |= Domain("unit_id", "in", units.ids)
        return (
            self.env["shequ.vote.elector"]
            .sudo()
            .search(Domain("vote_id", "=", self.id) & own)
        )

    def _proxied_units(self, partner):
        """Units ``partner`` holds a proxy in force for (as super-user)."""
        self.ensure_one()
        return (
            self.env["shequ.vote.proxy"]
            .sudo()
            .search(
                [
                    ("vote_id", "=", self.id),
                    ("agent_id", "=", partner.id),
                    ("state", "in", ("active", "used")),
                ]
            )
            .unit_id
        )
