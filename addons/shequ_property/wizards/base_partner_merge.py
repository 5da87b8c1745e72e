import secrets

from odoo import api, models
from odoo.fields import Command, Domain
from odoo.tools import SQL

from ..tools import duplicates


class BasePartnerMergeAutomaticWizard(models.TransientModel):
    """Odoo's merge moves every reference; this adds what it knows nothing of.

    Front desks may manage contacts, and so could open Odoo's own wizard: whoever
    has a home, a ticket or a term is merged under the rules below, whatever door
    was taken.
    """

    _inherit = "base.partner.merge.automatic.wizard"

    def _merge(self, partner_ids, dst_partner=None, extra_checks=True):
        people = self.env["res.partner"].browse(partner_ids).exists()
        if not people._shequ_is_resident():
            return super()._merge(partner_ids, dst_partner, extra_checks)
        kept = dst_partner if dst_partner and dst_partner in people else people[:1]
        people._shequ_check_merge(kept)
        gone_ids = (people - kept).ids
        wizard = self.sudo()
        with self.env.cr.savepoint():
            wizard._shequ_join_log_ins(people, kept)
            wizard._shequ_join_terms(people, kept)
            wizard._shequ_join_tickets(people)
            wizard._shequ_drop_clashes(people - kept, kept)
            # Odoo takes three at a time.
            for source in (people - kept).sudo():
                super(BasePartnerMergeAutomaticWizard, wizard)._merge(
                    [source.id, kept.id], kept.sudo(), extra_checks=False
                )
            self.env.invalidate_all()
            kept.sudo()._shequ_merged(gone_ids)
        return None

    def _log_merge_operation(self, src_partners, dst_partner):
        """Say in the chatter who merged whom, without whole telephone numbers."""
        if not (src_partners | dst_partner)._shequ_is_resident():
            return super()._log_merge_operation(src_partners, dst_partner)
        for source in src_partners:
            dst_partner.message_post(
                body=self.env._(
                    "%(user)s merged %(name)s (phone %(phone)s, record %(id)s) into "
                    "this person.",
                    user=self.env.user.name,
                    name=source.name or "",
                    phone=source._shequ_masked_phone() or "–",
                    id=source.id,
                ),
                author_id=self.env.user.partner_id.id,
            )
        return None

    # ----------------------------------------------------- before the merge

    def _shequ_join_log_ins(self, people, kept):
        """Leave one log-in: the chosen one, else of who stays, else the last used.

        The others are closed, not deleted: what they did stays on record under them,
        and the log of access to personal data cannot be changed anyway.
        """
        users = people.sudo().with_context(active_test=False).user_ids
        if len(users) < 2:
            return
        chosen = users.browse(self.env.context.get("shequ_keep_user_id"))
        chosen = (
            (chosen & users)
            or users.filtered(lambda user: user.partner_id == kept and user.active)
            or users.sorted(
                lambda user: (user.active, str(user.login_date or ""), user.id),
                reverse=True,
            )
        )[:1]
        for user in users - chosen:
            chosen.write(
                {"company_ids": [Command.link(c.id) for c in user.company_ids]}
            )
            self._shequ_close_log_in(user)

    def _shequ_close_log_in(self, user):
        """Take a log-in off a person for good; nobody can enter with it again."""
        nobody = self.env["res.partner"].create(
            {"name": self.env._("Closed log-in"), "active": False}
        )
        portal = self.env.ref("base.group_portal")
        user.write(
            {
                "active": False,
                "login": f"closed-{user.id}",
                "password": secrets.token_urlsafe(32),
                "group_ids": [Command.set(portal.ids)],
                "partner_id": nobody.id,
            }
        )
        for model in ("res.users.apikeys", "auth.passkey.key", "auth_totp.device"):
            if model in self.env:
                Model = self.env[model].sudo()
                name = "user_id" if "user_id" in Model._fields else "create_uid"
                Model.search([(name, "=", user.id)]).unlink()

    def _shequ_join_terms(self, people, kept):
        """Residencies and committee terms that would be there twice become one."""
        for model, keys in (
            ("shequ.residency", ("unit_id", "role")),
            ("shequ.committee.member", ("estate_id",)),
        ):
            rows = (
                self.env[model]
                .sudo()
                .search(
                    Domain("partner_id", "in", people.ids) & Domain("active", "=", True)
                )
            )
            for same in rows.grouped(
                lambda row, keys=keys: tuple(str(row[key]) for key in keys)
            ).values():
                self._shequ_join_rows(same, kept)
        self.env.flush_all()

    def _shequ_join_rows(self, rows, kept):
        Rows = rows.browse
        for ids, start, end in duplicates.join_periods(
            [(row.id, row.date_from, row.date_to or None) for row in rows]
        ):
            same = Rows(ids)
            if len(same) < 2:
                continue
            stays = (same.filtered(lambda r: r.partner_id == kept) or same)[:1]
            values = {"date_from": start, "date_to": end or False}
            if rows._name == "shequ.residency":
                values.update(stays._joined_values(same))
            else:
                values["position"] = same.sorted("position_rank")[0].position
            # First away with the others: two of a kind are refused on any day.
            (same - stays).write({"active": False, **self._shequ_gone_values(rows)})
            stays.write(values)

    def _shequ_gone_values(self, rows):
        return (
            {"is_representative": False} if "is_representative" in rows._fields else {}
        )

    def _shequ_join_tickets(self, people):
        """A household that said “me too” as two people is counted once."""
        Ticket = self.env["shequ.ticket"].sudo().with_context(active_test=False)
        found = Ticket.search([("participant_ids", "in", people.ids)])
        for ticket in found:
            double = len(ticket.participant_ids & people) - 1
            if double > 0 and ticket.me_too_count:
                ticket.me_too_count = max(0, ticket.me_too_count - double)

    def _shequ_drop_clashes(self, sources, kept):
        """Delete rows of ``sources`` that a unique index would refuse for ``kept``.

        Odoo's merge deletes all rows of a table as soon as one of them clashes, and
        does not look at unique indexes that are no constraints.
        """
        self.env.flush_all()
        for table, column, others, where in self._shequ_unique_columns(sources._table):
            same = SQL(" AND ").join(
                SQL("w.%s = t.%s", SQL.identifier(name), SQL.identifier(name))
                for name in others
            )
            self.env.cr.execute(
                SQL(
                    """
                    DELETE FROM %(table)s WHERE ctid IN (
                        SELECT t.ctid
                          FROM (SELECT ctid, * FROM %(table)s WHERE %(where)s) t
                          JOIN (SELECT * FROM %(table)s WHERE %(where)s) w
                            ON %(same)s
                         WHERE t.%(column)s IN %(sources)s
                           AND (w.%(column)s = %(kept)s
                             OR w.%(column)s IN %(sources)s
                                AND w.%(column)s < t.%(column)s)
                    )
                    """,
                    table=SQL.identifier(table),
                    column=SQL.identifier(column),
                    where=where,
                    same=same if others else SQL("TRUE"),
                    sources=tuple(sources.ids),
                    kept=kept.id,
                )
            )
        self.env.invalidate_all()

    @api.model
    def _shequ_unique_columns(self, target):
        """Unique indexes on a reference to ``target``.

        :return: list of (table, column of the reference, other columns, condition of
            a partial index); indexes on expressions are left out
        """
        references = {
            (table, column)
            for table, column in self._get_fk_on(target)
            if "base_partner_merge_" not in table
        }
        rows = self.env.execute_query(
            SQL(
                """
                SELECT c.relname, array_agg(a.attname::text),
                       pg_get_expr(i.indpred, i.indrelid)
                  FROM pg_index i
                  JOIN pg_class c ON c.oid = i.indrelid
                  JOIN pg_attribute a
                    ON a.attrelid = c.oid AND a.attnum = ANY(i.indkey)
                 WHERE i.indisunique AND i.indexprs IS NULL
                   AND c.relnamespace = current_schema::regnamespace
                   AND c.relname IN %s
                 GROUP BY c.relname, i.indexrelid, i.indpred, i.indrelid
                """,
                tuple({table for table, _column in references}),
            )
        )
        return [
            (
                table,
                column,
                [name for name in columns if name != column],
                # The condition is the index's own, as the database prints it.
                SQL((condition or "TRUE").replace("%", "%%")),  # pylint: disable=E8103
            )
            for table, columns, condition in rows
            for column in columns
            if (table, column) in references
        ]
