from odoo import models
from odoo.exceptions import UserError
from odoo.tools import SQL

from ...tools import disclosure_document as documents

#: Entries fetched at a time: a year of an estate does not have to fit in memory.
BATCH = 5000
#: Order in which the entries of a figure are digested; the verifier's, too.
ORDER = SQL("key, date, name, res_id")


class Disclosure(models.Model):
    """Figures drawn from the books and the tickets, with the entries behind them."""

    _inherit = "shequ.disclosure"

    # --- lines ---------------------------------------------------------------------

    def _add_statements(self):
        """A line for each statement that the type asks for."""
        known = set(self.line_ids.mapped("name"))
        kind = self.type_id.with_context(lang=self._lang())
        self.env["shequ.disclosure.line"].create(
            [
                {
                    "disclosure_id": self.id,
                    "sequence": number,
                    "name": field.name,
                    "kind": "text",
                    "required": field.required,
                    "help": field.help,
                }
                for number, field in enumerate(kind.field_ids, 1)
                if field.name not in known
            ]
        )

    def _draw(self):
        """Replace the drawn lines by what the books and the tickets say now."""
        self.ensure_one()
        self._check_drawable()
        this = self.with_context(shequ_drawn=True, lang=self._lang())
        notes = {line.key: line.note for line in this.line_ids if line.key}
        this.line_ids.filtered(lambda line: line.origin != "hand").unlink()
        this.line_ids.create(
            [
                {
                    **vals,
                    "disclosure_id": self.id,
                    "note": vals.get("note") or notes.get(vals["key"]),
                }
                for vals in this._drawn_lines()
            ]
        )

    def _check_drawable(self):
        if self.draws == "hand":
            raise UserError(
                self.env._("Nothing of “%(name)s” is in the books.", name=self.name)
            )
        if not self.date_from or not self.date_to:
            raise UserError(
                self.env._(
                    "“%(name)s” needs its period: the books are read from its first "
                    "to its last day.",
                    name=self.name,
                )
            )

    def _drawn_lines(self):
        """Values of the lines that are drawn, in the language of ``self``."""
        if self.draws in ("accounts", "revenue"):
            return self._book_lines()
        if self.draws == "performance":
            return self._ticket_lines() + self._contract_lines()
        return []

    def _check_books(self):
        """Refuse to publish figures that the books no longer give."""
        self.ensure_one()
        if self.draws == "hand":
            return
        self._check_drawable()
        this = self.with_context(lang=self._lang())
        now = {
            vals["key"]: vals.get("amount") or vals.get("number") or 0
            for vals in this._drawn_lines()
        }
        before = {
            line.key: line.amount if line.kind == "money" else line.number
            for line in self.line_ids
            if line.key
        }
        different = [
            key
            for key in {*now, *before}
            if round(now.get(key, 0) * 100) != round(before.get(key, 0) * 100)
            or (key in now) != (key in before)
        ]
        if different:
            raise UserError(
                self.env._(
                    "The books or the tickets have changed since the figures of "
                    "“%(name)s” were drawn. Return it to preparation and draw them "
                    "again.",
                    name=self.name,
                )
            )

    # --- books ---------------------------------------------------------------------

    def _book_accounts(self):
        """The accounts that are read: (account record, section code, sign).

        The sign makes income and expenses positive.  What carries the tag of public
        revenue is the owners' and is told apart from the company's.
        """
        company = self.company_id
        tag = self.env.ref("shequ_property.account_tag_public_revenue")
        accounts = (
            self.env["account.account"]
            .sudo()
            .with_company(company)
            .with_context(active_test=False)
            .search(
                [
                    *self.env["account.account"]._check_company_domain(company),
                    "|",
                    ("account_type", "=like", "income%"),
                    ("account_type", "=like", "expense%"),
                ],
                order="code, id",
            )
        )
        rows = []
        for account in accounts:
            income = account.account_type.startswith("income")
            revenue = tag in account.tag_ids
            if revenue != (self.draws == "revenue"):
                continue
            rows.append((account, "income" if income else "expense", 1 - 2 * income))
        return rows

    def _entries_sql(self):
        """Query of the posted items behind the figures, one row an item.

        Columns: key, res_id, parent_res_id, date, name, account, amount.
        """
        rows = self._book_accounts()
        prefix = "revenue/" if self.draws == "revenue" else ""
        estate_account = str(self.estate_id.sudo().analytic_account_id.id or 0)
        lines = self.env["account.move.line"].sudo()
        return SQL(
            """
            SELECT a.key, l.id AS res_id, l.move_id AS parent_res_id, l.date,
                   COALESCE(l.move_name, '') AS name, a.code AS account,
                   ROUND(l.balance * a.sign * share.percent / 100, 2) AS amount
              FROM account_move_line l
              JOIN unnest(%(ids)s::int[], %(keys)s::text[], %(codes)s::text[],
                          %(signs)s::int[]) AS a(id, key, code, sign)
                ON a.id = l.account_id
              CROSS JOIN LATERAL (
                    SELECT SUM(d.value::numeric) AS percent
                      FROM jsonb_each_text(l.analytic_distribution) d
                     WHERE %(estate)s = ANY(string_to_array(d.key, ','))
                   ) share
             WHERE l.parent_state = 'posted'
               AND l.company_id = %(company)s
               AND l.date BETWEEN %(date_from)s AND %(date_to)s
               AND %(accounts)s && ARRAY[%(estate)s]
               AND share.percent != 0
            """,
            ids=[account.id for account, _section, _sign in rows],
            keys=[f"{prefix}{section}/{acc.code}" for acc, section, _sign in rows],
            codes=[f"{acc.code} {acc.name}" for acc, _section, _sign in rows],
            signs=[sign for _account, _section, sign in rows],
            estate=estate_account,
            company=self.company_id.id,
            date_from=self.date_from,
            date_to=self.date_to,
            accounts=lines._query_analytic_accounts("l"),
        )

    def _book_lines(self):
        env = self.env
        lines = env["account.move.line"].sudo()
        lines.flush_model()
        sums = {
            key: (amount, count)
            for key, amount, count in env.execute_query(
                SQL(
                    "SELECT key, SUM(amount), COUNT(*) FROM (%s) entries GROUP BY key",
                    self._entries_sql(),
                )
            )
        }
        prefix = "revenue/" if self.draws == "revenue" else ""
        titles = {
            "income": env._("Public revenue") if prefix else env._("Income"),
            "expense": env._("Cost of the public revenue")
            if prefix
            else env._("Expenses"),
        }
        totals = {
            "income": env._("Total income"),
            "expense": env._("Total expenses"),
        }
        result, sums_of, sequence = [], {}, 100
        for section, title in titles.items():
            total = [0, 0]
            for account, of_section, _sign in self._book_accounts():
                key = f"{prefix}{of_section}/{account.code}"
                if of_section != section or key not in sums:
                    continue
                amount, count = sums[key]
                sequence += 1
                result.append(
                    self._drawn(title, account.name, key, amount, count, sequence)
                )
                total[0] += amount
                total[1] += count
            sequence += 1
            result.append(
                self._drawn(
                    title, totals[section], f"{prefix}{section}", *total, sequence
                )
            )
            sums_of[section] = total
        balance = [
            sums_of["income"][0] - sums_of["expense"][0],
            sums_of["income"][1] + sums_of["expense"][1],
        ]
        result.append(
            self._drawn(
                env._("Surplus or deficit"),
                env._("Surplus") if balance[0] >= 0 else env._("Deficit"),
                f"{prefix}balance",
                *balance,
                sequence + 1,
            )
        )
        return result

    def _drawn(self, section, name, key, amount, count, sequence):
        return {
            "section": section,
            "name": name,
            "key": key,
            "kind": "money",
            "amount": amount,
            "entry_count": count,
            "origin": "books",
            "sequence": sequence,
        }

    # --- tickets and the contract ----------------------------------------------------

    def _tickets_sql(self):
        """Query of the tickets behind the figures; amount 1 where it counts, else 0."""
        return SQL(
            """
            WITH bounds AS (
                SELECT (%(first)s::timestamp AT TIME ZONE %(tz)s) AT TIME ZONE 'UTC' s,
                       (%(last)s::timestamp + INTERVAL '1 day') AT TIME ZONE %(tz)s
                           AT TIME ZONE 'UTC' e
            ), t AS (
                SELECT t.id, t.name, t.reported_at, t.done_at, t.rated_at, t.state,
                       t.missed_clock_count, t.rating_value,
                       COALESCE(c.name->>%(lang)s, c.name->>'en_US', '') AS category
                  FROM shequ_ticket t
             LEFT JOIN shequ_ticket_category c ON c.id = t.category_id
                 WHERE t.estate_id = %(estate)s
            )
            SELECT 'tickets/received' AS key, id AS res_id, 0 AS parent_res_id,
                   (reported_at AT TIME ZONE 'UTC' AT TIME ZONE %(tz)s)::date AS date,
                   name, category AS account, 1::numeric AS amount
              FROM t, bounds WHERE reported_at >= s AND reported_at < e
            UNION ALL
            SELECT 'tickets/done', id, 0,
                   (done_at AT TIME ZONE 'UTC' AT TIME ZONE %(tz)s)::date,
                   name, category, 1
              FROM t, bounds
             WHERE done_at >= s AND done_at < e AND state IN ('done', 'closed')
            UNION ALL
            SELECT 'tickets/in_time', id, 0,
                   (done_at AT TIME ZONE 'UTC' AT TIME ZONE %(tz)s)::date,
                   name, category, (COALESCE(missed_clock_count, 0) = 0)::int
              FROM t, bounds
             WHERE done_at >= s AND done_at < e AND state IN ('done', 'closed')
            UNION ALL
            SELECT 'tickets/satisfied', id, 0,
                   (rated_at AT TIME ZONE 'UTC' AT TIME ZONE %(tz)s)::date,
                   name, category, (rating_value >= 4)::int
              FROM t, bounds
             WHERE rated_at >= s AND rated_at < e AND rating_value > 0
            """,
            first=self.date_from,
            last=self.date_to,
            tz=self.estate_id.tz or "Asia/Shanghai",
            lang=self._lang(),
            estate=self.estate_id.id,
        )

    def _ticket_lines(self):
        env = self.env
        env["shequ.ticket"].flush_model()
        sums = {
            key: (int(amount), count)
            for key, amount, count in env.execute_query(
                SQL(
                    "SELECT key, SUM(amount), COUNT(*) FROM (%s) entries GROUP BY key",
                    self._tickets_sql(),
                )
            )
        }
        section = env._("Tickets")
        names = {
            "tickets/received": ("count", env._("Reported")),
            "tickets/done": ("count", env._("Finished")),
            "tickets/in_time": (
                "permille",
                env._("Finished within all deadlines"),
            ),
            "tickets/satisfied": ("permille", env._("Rated with four or five stars")),
        }
        result = []
        for number, (key, (kind, name)) in enumerate(names.items()):
            good, count = sums.get(key, (0, 0))
            rate = kind == "permille"
            note = ""
            if rate:
                note = env._("%(good)s of %(count)s", good=good, count=count)
            result.append(
                {
                    "section": section,
                    "name": name,
                    "key": key,
                    "kind": kind,
                    # A rate is entered in per cent and published in one-thousandths.
                    "number": documents.permille(good, count) / 10 if rate else good,
                    "entry_count": count,
                    "origin": "tickets",
                    "sequence": 200 + number,
                    "note": note,
                }
            )
        return result

    def _contract_lines(self):
        """What was promised and measured; nothing before there is a contract."""
        if "shequ.contract" not in self.env:
            return []
        env = self.env
        rows = (
            env["shequ.contract"]
            .sudo()
            ._performance(self.estate_id, self.date_from, self.date_to)
        )
        kinds = {"per_mille": "permille", "milli": "milli"}
        results = {True: env._("kept"), False: env._("not kept")}
        lines = []
        for number, row in enumerate(rows):
            kind = kinds.get(row.get("unit"), "count")
            sign = "≤" if row.get("direction") == "at_most" else "≥"
            agreed = documents.amount(kind, row["threshold"] or 0)
            if row["value"] is None:
                note = env._(
                    "agreed %(agreed)s; nothing to measure", agreed=sign + agreed
                )
            else:
                note = env._(
                    "agreed %(agreed)s; %(numerator)s of %(denominator)s; %(result)s",
                    agreed=sign + agreed,
                    numerator=row["numerator"],
                    denominator=row["denominator"],
                    result=results.get(row["kept"], ""),
                )
            lines.append(
                {
                    "section": env._("Promises of the contract"),
                    "name": row["text"],
                    "key": f"commitment/{row['commitment_id']}",
                    "kind": kind,
                    "number": (row["value"] or 0)
                    / {"permille": 10, "milli": 1000}.get(kind, 1),
                    "origin": "contract",
                    "sequence": 300 + number,
                    "note": note,
                }
            )
        return lines

    # --- what is kept with a version -------------------------------------------

    def _source_sql(self):
        """Query of all entries behind the drawn figures, or None."""
        if not self.date_from or not self.date_to:
            return None
        if self.draws in ("accounts", "revenue"):
            return self._entries_sql()
        return self._tickets_sql() if self.draws == "performance" else None

    def _digest_entries(self, content):
        """Put the digest of the entries behind each figure into ``content``.

        A figure that adds up others names no digest: the entries are theirs.

        :return: whether there are entries to keep
        """
        wanted = {
            figure["key"]: figure
            for figure in content["figures"]
            if figure["origin"] in ("books", "tickets")
        }
        query = self._source_sql() if wanted else None
        if query is None:
            return False
        digests = {}
        cr = self.env.cr
        cr.execute(
            SQL(
                "DECLARE shequ_entries NO SCROLL CURSOR FOR "
                "SELECT key, date::text, name, account, (amount * %s)::bigint "
                "FROM (%s) entries ORDER BY %s",
                1 if self.draws == "performance" else 100,
                query,
                ORDER,
            )
        )
        while True:
            cr.execute(SQL("FETCH %s FROM shequ_entries", BATCH))
            rows = cr.fetchall()
            for key, day, name, account, value in rows:
                if key not in digests:
                    digests[key] = documents.EntryDigest()
                digests[key].add(day, name, account, value)
            if len(rows) < BATCH:
                break
        cr.execute(SQL("CLOSE shequ_entries"))
        for key, digest in digests.items():
            if key in wanted:
                wanted[key]["entries"] = digest.count
                wanted[key]["entries_sha256"] = digest.hexdigest()
        return bool(digests)

    def _keep_entries(self, version, found):
        """Copy the entries behind the figures, in the database itself."""
        if not found:
            return
        version.flush_recordset()
        self.env.cr.execute(
            SQL(
                """
                INSERT INTO shequ_disclosure_entry
                       (version_id, source, key, res_id, parent_res_id, date, name,
                        account, amount)
                SELECT %(version)s, %(source)s, key, res_id, parent_res_id, date, name,
                       account, amount
                  FROM (%(query)s) entries
                 ORDER BY %(order)s
                """,
                version=version.id,
                source="tickets" if self.draws == "performance" else "books",
                query=self._source_sql(),
                order=ORDER,
            )
        )

    def _open_entries(self, line):
        """The entries behind a figure as they are now, for whoever may read the draft.

        Rights in the books are not asked for: who reviews a figure sees what it adds
        up, and nothing else of the books.
        """
        self.ensure_one()
        self.check_access("read")
        if line.origin not in ("books", "tickets"):
            return False
        self.env["shequ.disclosure.draft.entry"]._fill(line)
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "shequ_property.action_disclosure_draft_entry"
        )
        action["display_name"] = line.name
        action["domain"] = [("line_id", "=", line.id)]
        action["context"] = {"shequ_tickets": line.origin == "tickets"}
        return action
