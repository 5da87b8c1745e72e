import json

from odoo import api, fields, models
from odoo.tools.misc import formatLang

from ...tools import chain, terms

#: Terms in the order in which they are read; a version keeps them by the alphabet.
ORDER = (
    "number",
    "title",
    "company",
    "client",
    "client_kind",
    "estates",
    "date_from",
    "date_to",
    "signed_on",
    "fee_mode",
    "commission_permille",
    "grade",
    "notice_days_owner",
    "notice_days_company",
    "termination",
)


class ContractVersion(models.Model):
    """The text and terms of a contract as they were put in force (合同版本).

    Written once, chained to the version before: an amendment adds one and changes
    none.
    """

    _name = "shequ.contract.version"
    _inherit = ["shequ.append.only.mixin"]
    _description = "Contract Version"
    _order = "contract_id, number desc"

    contract_id = fields.Many2one(
        "shequ.contract",
        required=True,
        readonly=True,
        index=True,
        ondelete="restrict",
    )
    number = fields.Integer(string="Version", required=True, readonly=True)
    date = fields.Date(string="In Force From", required=True, readonly=True)
    at = fields.Datetime(string="Recorded At", required=True, readonly=True)
    user_id = fields.Many2one(
        "res.users", string="Recorded By", required=True, readonly=True
    )
    reason = fields.Char(required=True, readonly=True)
    content = fields.Text(required=True, readonly=True, help="Canonical JSON.")
    digest = fields.Char(string="SHA-256", required=True, readonly=True)
    previous = fields.Char(required=True, readonly=True)
    attachment_ids = fields.Many2many(
        "ir.attachment", string="Signed Amendment", readonly=True
    )
    changes = fields.Text(string="What Changed", compute="_compute_changes")
    changes_table = fields.Html(
        string="Side by Side", compute="_compute_changes", sanitize=False
    )
    text = fields.Text(compute="_compute_text")

    _number_uniq = models.Constraint(
        "UNIQUE(contract_id, number)", "The contract has this version already."
    )

    @api.depends("number", "contract_id")
    def _compute_display_name(self):
        for version in self:
            version.display_name = self.env._(
                "%(contract)s, version %(number)s",
                contract=version.contract_id.name,
                number=version.number,
            )

    def _terms(self):
        self.ensure_one()
        return json.loads(self.content)

    def _before(self):
        self.ensure_one()
        return self.contract_id.version_ids.filtered(
            lambda version: version.number == self.number - 1
        )

    @api.depends("content")
    def _compute_changes(self):
        for version in self:
            rows = version._changes()
            contract = version.contract_id
            version.changes = "\n".join(contract._changes_in_words(rows))
            version.changes_table = contract._changes_table(rows)

    def _changes(self):
        """What differs from the version before (see ``shequ.contract._changes``)."""
        before = self._before()
        if not before:
            return []
        return self.contract_id._changes(before._terms(), self._terms())

    @api.depends("content")
    def _compute_text(self):
        for version in self:
            version.text = "\n".join(
                version.contract_id._terms_in_words(version._terms())
            )

    def _is_whole(self):
        """Whether the chain of this contract's versions holds up to this one."""
        self.ensure_one()
        previous = chain.GENESIS
        for version in self.contract_id.version_ids.sorted("number"):
            if version.previous != previous:
                return False
            if chain.link(previous, version._entry()) != version.digest:
                return False
            previous = version.digest
            if version == self:
                return True
        return False

    def _entry(self):
        return {
            "contract": self.contract_id.id,
            "number": self.number,
            "date": str(self.date),
            "reason": self.reason,
            "terms": self._terms(),
        }


class Contract(models.Model):
    _inherit = "shequ.contract"

    def _add_version(self, reason, date, attachments=None, user=None):
        """Keep the terms as they are now as the next version, as super-user."""
        self.ensure_one()
        contract = self.sudo()
        contract.lock_for_update()
        last = contract.version_ids.sorted("number")[-1:]
        entry = {
            "contract": contract.id,
            "number": last.number + 1 if last else 1,
            "date": str(date),
            "reason": reason,
            "terms": contract._terms(),
        }
        previous = last.digest or chain.GENESIS
        version = contract.env["shequ.contract.version"].create(
            {
                "contract_id": contract.id,
                "number": entry["number"],
                "date": date,
                "at": fields.Datetime.now(),
                "user_id": (user or self.env.user).id,
                "reason": reason,
                "content": chain.canonical(entry["terms"]).decode(),
                "previous": previous,
                "digest": chain.link(previous, entry),
                "attachment_ids": [(6, 0, (attachments or contract.document_ids).ids)],
            }
        )
        contract.invalidate_recordset(["version_ids", "version_number"])
        return version

    def _terms(self):
        """The terms as plain data: strings, integers, lists; money in cents."""
        self.ensure_one()
        return {
            "number": (self.amends_id or self).name,
            "title": self.title,
            "company": self.company_id.name,
            "client_kind": self.client_kind,
            "client": self.client_name,
            "estates": "、".join(self.estate_ids.sorted("id").mapped("name")),
            "date_from": str(self.date_from),
            "date_to": str(self.date_to) if self.date_to else "",
            "signed_on": str(self.signed_on) if self.signed_on else "",
            "fee_mode": self.fee_mode,
            "commission_permille": self.commission_permille,
            "grade": self.grade_id.name or "",
            "termination": self.termination_text or "",
            "notice_days_owner": self.notice_days_owner,
            "notice_days_company": self.notice_days_company,
            "prices": [price._terms() for price in self.price_ids.sorted("id")],
            "commitments": [one._terms() for one in self.commitment_ids.sorted("id")],
        }

    # --- in words -------------------------------------------------------------

    def _label_of(self, name):
        names = {
            "number": self.env._("Number"),
            "title": self.env._("Title"),
            "company": self.env._("Property company"),
            "client_kind": self.env._("Kind of the other party"),
            "client": self.env._("Other party"),
            "estates": self.env._("Estates"),
            "date_from": self.env._("From"),
            "date_to": self.env._("Until"),
            "signed_on": self.env._("Signed on"),
            "fee_mode": self.env._("Fee mode"),
            "commission_permille": self.env._("Commission (‰)"),
            "grade": self.env._("Service grade"),
            "termination": self.env._("Rules of termination"),
            "notice_days_owner": self.env._("Notice by the owners (days)"),
            "notice_days_company": self.env._("Notice by the company (days)"),
        }
        return names.get(name, name)

    def _value_in_words(self, name, value):
        if name in ("client_kind", "fee_mode"):
            return dict(self._fields[name]._description_selection(self.env)).get(
                value, value
            )
        if value in ("", None):
            return "–"
        return str(value)

    def _facts_in_words(self, terms):
        """Return (label, value) of what the terms say, in the order people read."""
        return [
            (self._label_of(name), self._value_in_words(name, terms[name]))
            for name in ORDER
            if terms.get(name) not in ("", 0, None)
        ]

    def _terms_in_words(self, content):
        """Return the terms of a version as lines to read."""
        lines = [f"{label}: {value}" for label, value in self._facts_in_words(content)]
        for row in content["prices"]:
            lines.append(self._price_in_words(row))
        lines += [row["text"] for row in content["commitments"]]
        return lines

    def _price_in_words(self, row):
        Price = self.env["shequ.contract.price"]
        per = dict(Price._fields["per"]._description_selection(self.env))
        use = dict(Price._fields["use"]._description_selection(self.env))
        return self.env._(
            "%(item)s (%(use)s): %(amount)s %(per)s",
            item=row["name"],
            use=use.get(row["use"], ""),
            amount=self._money_in_words(row["cents"]),
            per=per.get(row["per"], ""),
        )

    def _money_in_words(self, cents):
        return formatLang(self.env, cents / 100, currency_obj=self.currency_id)

    def _commitment_in_words(self, row):
        if row.get("measured"):
            return f"{row['text']} ({row['measured']})"
        return row["text"]

    def _changes(self, before, after):
        """Return what differs, side by side.

        :param dict before: terms, see :meth:`_terms`
        :param dict after: terms
        :return: list of dicts with ``label`` (may be empty), ``before`` and ``after``;
            the text that is missing on one side is empty there
        """
        rows = [
            {
                "label": self._label_of(name),
                "before": self._value_in_words(name, before.get(name)),
                "after": self._value_in_words(name, value),
            }
            for name, value in after.items()
            if not isinstance(value, list) and before.get(name) != value
        ]
        for name, say in (
            ("prices", self._price_in_words),
            ("commitments", self._commitment_in_words),
        ):
            came, went, changed = terms.rows_changed(before, after, name)
            pairs = [("", say(row)) for row in came]
            pairs += [(say(row), "") for row in went]
            pairs += [(say(old), say(new)) for old, new in changed]
            rows += [{"label": "", "before": a, "after": b} for a, b in pairs]
        return rows

    def _changes_in_words(self, rows):
        """Return a line for each of ``rows`` (see :meth:`_changes`)."""
        lines = []
        for row in rows:
            if not row["before"]:
                line = self.env._("New: %s", row["after"])
            elif not row["after"]:
                line = self.env._("No longer: %s", row["before"])
            else:
                line = f"{row['before']} → {row['after']}"
            lines.append(f"{row['label']}: {line}" if row["label"] else line)
        return lines

    def _changes_table(self, rows):
        """The same as a table to look at."""
        if not rows:
            return ""
        return self.env["ir.qweb"]._render(
            "shequ_property.contract_changes", {"rows": rows}
        )
