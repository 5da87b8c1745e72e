import csv
import io

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.tools import SQL

from ...tools import chain
from ...tools import disclosure_document as documents
from ...tools import disclosure_scan as personal


class Disclosure(models.Model):
    _inherit = "shequ.disclosure"

    # --- steps ---------------------------------------------------------------------

    def action_draw(self):
        """Draw the figures from the books and the tickets, as they are now."""
        for disclosure in self:
            disclosure._check_in_work()
            disclosure._draw()

    def action_submit(self):
        """Hand it to a colleague for the internal review."""
        for disclosure in self:
            disclosure._check_in_work()
            disclosure._check_complete()
            disclosure._check_personal(disclosure._content())
            disclosure.write(
                {
                    "state": "review",
                    "submitted_by_id": self.env.uid,
                    "submitted_at": fields.Datetime.now(),
                }
            )
            disclosure._message_log(body=self.env._("Handed in for internal review."))

    def action_return(self):
        """Back to whoever prepares it."""
        for disclosure in self:
            if disclosure.state != "review":
                raise UserError(self.env._("This is not in internal review."))
            disclosure.state = "draft"
            disclosure._message_log(body=self.env._("Returned to preparation."))

    def action_correct(self):
        """Prepare a new version; what is published stays in view meanwhile."""
        for disclosure in self:
            if disclosure.state != "published" or disclosure.is_automatic:
                raise UserError(
                    self.env._("Only what staff have published is corrected here.")
                )
            disclosure.write({"state": "draft", "change_note": False})
            disclosure._message_log(body=self.env._("A correction is prepared."))

    def action_publish(self):
        for disclosure in self:
            disclosure._check_may_publish()
            disclosure._check_complete()
            disclosure._check_books()
            disclosure._publish(disclosure._content(), disclosure.change_note or "")
            disclosure.activity_unlink(["mail.mail_activity_data_todo"])

    # --- checks --------------------------------------------------------------------

    def _check_may_publish(self):
        """The one who prepared it does not approve it, except a company manager."""
        self.ensure_one()
        self.check_access("write")
        if not self.env.user.has_group("shequ_property.group_estate_manager"):
            raise AccessError(self.env._("Estate managers publish."))
        if self.state != "review":
            raise UserError(
                self.env._(
                    "“%(name)s” has to go through internal review first.",
                    name=self.name,
                )
            )
        four_eyes = self.env["ir.config_parameter"].sudo()
        if (
            four_eyes.get_param("shequ.disclosure.four_eyes", "1") == "1"
            and self.submitted_by_id == self.env.user
            and not self.env.user.has_group("shequ_property.group_company_manager")
        ):
            raise UserError(
                self.env._(
                    "You handed in “%(name)s” yourself: a colleague has to look at it "
                    "and publish it.",
                    name=self.name,
                )
            )

    def _check_complete(self):
        """Nothing the law asks for is missing."""
        self.ensure_one()
        missing = [
            line.name
            for line in self.line_ids
            if line.required and line.kind == "text" and not (line.text or "").strip()
        ]
        if missing:
            raise UserError(
                self.env._(
                    "“%(name)s” does not say yet: %(missing)s",
                    name=self.name,
                    missing=", ".join(missing),
                )
            )
        if self.current_version_id and not (self.change_note or "").strip():
            raise UserError(
                self.env._(
                    "Say what has changed since version %(number)s: it is published "
                    "with the correction.",
                    number=self.version_number,
                )
            )
        self._check_files()
        self._read_table()

    def _check_personal(self, content):
        """Refuse what names people.

        :raises UserError: with every place, and the words half hidden
        """
        self.ensure_one()
        findings = self._personal_findings(content)
        if findings:
            kinds = {
                "phone": self.env._("telephone"),
                "id": self.env._("identity number"),
                "plate": self.env._("number plate"),
                "email": self.env._("e-mail address"),
                "name": self.env._("name of a resident"),
            }
            places = "\n".join(
                f"– {finding.where or self.env._('Summary')}: {kinds[finding.kind]} "
                f"{finding.word[:1]}{'*' * (len(finding.word) - 1)}"
                for finding in findings[:20]
            )
            raise UserError(
                self.env._(
                    "“%(name)s” holds personal data and is not published:\n"
                    "%(places)s\nTake it out, or enter the word under “Named on "
                    "purpose” with the reason.",
                    name=self.name,
                    places=places,
                )
            )

    def _personal_findings(self, content):
        released = []
        if (self.released_reason or "").strip():
            released = (self.released_words or "").replace(",", ",").split(",")
        estate = self.estate_id.sudo()
        allowed = [
            *(word.strip() for word in released),
            estate.phone,
            estate.company_id.phone,
            *estate.staff_ids.mapped("name"),
        ]
        names = self._resident_names() if self.is_public else ()
        texts = [
            (self.env._("Title"), self.name),
            (self.env._("What has changed"), self.change_note or ""),
            *self._texts(content),
        ]
        findings = personal.scan(texts, names, allowed)
        return findings

    def _texts(self, content):
        yield self.env._("Summary"), content.get("summary") or ""
        for label, value in content.get("facts") or ():
            yield str(label), f"{label} {value}"
        for figure in content.get("figures") or ():
            yield figure["label"], f"{figure['label']} {figure.get('note') or ''}"
        for table in content.get("tables") or ():
            title = table.get("title") or self.env._("Table")
            yield title, " ".join([title, *map(str, table["columns"])])
            for number, row in enumerate(table["rows"], 1):
                where = self.env._(
                    "%(table)s, row %(number)s", table=title, number=number
                )
                for cell in row:
                    yield where, str(cell)
        for file in content.get("files") or ():
            yield self.env._("Name of a file"), file["name"].rpartition(".")[0]

    def _resident_names(self):
        """Names of everybody who lives or lived in the estate, or owns there."""
        rows = self.env.execute_query(
            SQL(
                """
                SELECT DISTINCT p.name
                  FROM shequ_residency r
                  JOIN res_partner p ON p.id = r.partner_id
                 WHERE r.estate_id = %s AND p.name IS NOT NULL
                       AND p.is_company IS NOT TRUE
                """,
                self.estate_id.id,
            )
        )
        return [name for (name,) in rows]

    # --- content -------------------------------------------------------------------

    def _read_table(self):
        """The pasted table as columns and rows, or None.

        :raises UserError: with the row that has too many cells
        """
        self.ensure_one()
        text = (self.table_text or "").strip("\n")
        if not text.strip():
            return None
        delimiter = "\t" if "\t" in text else ","
        rows = [
            [cell.strip() for cell in row]
            for row in csv.reader(io.StringIO(text), delimiter=delimiter)
            if any(cell.strip() for cell in row)
        ]
        columns = rows[0]
        for number, row in enumerate(rows[1:], 2):
            if len(row) > len(columns):
                raise UserError(
                    self.env._(
                        "Row %(number)s of the table has %(cells)s cells, the headings "
                        "are %(columns)s.",
                        number=number,
                        cells=len(row),
                        columns=len(columns),
                    )
                )
        return {
            "title": self.table_title or "",
            "columns": columns,
            "rows": [row + [""] * (len(columns) - len(row)) for row in rows[1:]],
        }

    def _content(self):
        """What the draft says, as the content of a document."""
        self.ensure_one()
        table = self._read_table()
        lines = self.line_ids.sorted(lambda line: (line.sequence, line.id))
        return {
            "summary": (self.summary or "").strip(),
            "facts": [
                [line.name, (line.text or "").strip()]
                for line in lines
                if line.kind == "text" and (line.text or "").strip()
            ],
            "figures": [line._figure() for line in lines if line.kind != "text"],
            "tables": [table] if table else [],
            "files": [file._entry() for file in self.file_ids],
        }

    # --- publishing ----------------------------------------------------------------

    @api.model
    def _publish_from(
        self, record, type_code, estate, title, content, named=(), files=()
    ):
        """Publish at once what another record has decided: a vote, a contract.

        The same record and type again makes the next version, which supersedes the
        one before; the same content again changes nothing.

        :param record: the record it comes from, kept as its source
        :param str type_code: code of a ``shequ.disclosure.type``
        :param estate: ``shequ.estate`` record
        :param str title: what residents read as its name
        :param dict content: ``summary`` (str), ``facts`` ([[label, value], …]),
            ``tables`` ([{"title", "columns", "rows"}, …]), each optional; texts and
            whole numbers alone
        :param named: names of residents that are published on purpose, such as who
            was elected
        :param files: what belongs to it on paper, see :meth:`_set_files`
        :return: ``shequ.disclosure.version`` record (as super-user)
        :raises UserError: for a type that does not exist, content that has no
            canonical form, and personal data where anybody can read
        """
        kind = self.env["shequ.disclosure.type"]._by_code(type_code)
        if not kind:
            raise UserError(
                self.env._("There is no disclosure type “%(code)s”.", code=type_code)
            )
        disclosure = self.sudo().search(
            [
                ("res_model", "=", record._name),
                ("res_id", "=", record.id),
                ("type_id", "=", kind.id),
                ("estate_id", "=", estate.id),
            ],
            limit=1,
        )
        if not disclosure:
            disclosure = self.sudo().create(
                {
                    "name": title,
                    "estate_id": estate.id,
                    "type_id": kind.id,
                    "res_model": record._name,
                    "res_id": record.id,
                }
            )
        elif disclosure.name != title:
            disclosure.with_context(shequ_drawn=True).name = title
        if named:
            disclosure.write(
                {
                    "released_words": ", ".join(named),
                    "released_reason": title,
                }
            )
        disclosure._set_files(files)
        disclosure._check_files()
        content = {
            **content,
            "files": [file._entry() for file in disclosure.file_ids],
        }
        try:
            content = documents.tidy(content)
        except (ValueError, KeyError, TypeError) as error:
            raise UserError(
                self.env._(
                    "“%(name)s” cannot be published: %(problem)s",
                    name=title,
                    problem=error,
                )
            ) from error
        current = disclosure.current_version_id
        if current and current.title == title and current._content() == content:
            return current
        note = ""
        if current:
            count = len(documents.changes(current._content(), content))
            note = disclosure.with_context(lang=disclosure._lang()).env._(
                "%(count)s places changed since version %(number)s",
                count=count,
                number=current.number,
            )
        return disclosure._publish(content, note)

    def _publish(self, content, change_note):
        """Make the next version and put it in force.

        :param dict content: see ``tools/disclosure_document.py``
        :return: ``shequ.disclosure.version`` record (as super-user)
        """
        self.ensure_one()
        content = documents.tidy(content)
        self._check_personal(content)
        user = self.env.user
        this = self.sudo()
        # One at a time in an estate: the chain has one end.
        self.env.cr.execute(
            SQL(
                "SELECT pg_advisory_xact_lock(hashtext('shequ.disclosure'), %s)",
                this.estate_id.id,
            )
        )
        this.invalidate_recordset(["current_version_id"])
        now = fields.Datetime.now()
        keys = this._digest_entries(content)
        version = this._append_version(content, change_note, now, user)
        this._keep_entries(version, keys)
        this._keep_files(version)
        this.with_context(shequ_drawn=True).write(
            {
                "state": "published",
                "current_version_id": version.id,
                "first_published_on": this.first_published_on
                or self.env["shequ.estate"]._today(),
            }
        )
        this._message_log(
            body=self.env._(
                "Version %(number)s published: %(digest)s",
                number=version.number,
                digest=version.sha256,
            )
        )
        this._published(version)
        return version

    def _published(self, version):
        """Hook: a version has just come into force."""

    def _append_version(self, content, change_note, now, user):
        Version = self.env["shequ.disclosure.version"]
        last = Version._last(self.estate_id)
        earlier = self.current_version_id
        document = self._make_document(content, change_note, now, earlier)
        text = chain.canonical(document).decode()
        sha256 = chain.digest(document)
        number = last.chain_number + 1
        previous = last.chain or chain.GENESIS
        return Version.create(
            {
                "disclosure_id": self.id,
                "estate_id": self.estate_id.id,
                "company_id": self.company_id.id,
                "type_id": self.type_id.id,
                "title": self.name,
                "number": earlier.number + 1,
                "chain_number": number,
                "is_public": self.type_id.is_public,
                "document": text,
                "sha256": sha256,
                "previous": previous,
                "chain": Version._link(previous, self.estate_id.code, number, sha256),
                "change_note": change_note,
                "published_at": now,
                "published_by_id": user.id,
            }
        )

    def _make_document(self, content, change_note, now, earlier):
        words = self.with_context(lang=self._lang())
        period = None
        if self.date_from:
            period = {
                "from": self.date_from.isoformat(),
                "to": (self.date_to or self.date_from).isoformat(),
            }
        return {
            "format": documents.FORMAT,
            "estate": {"code": self.estate_id.code, "name": self.estate_id.name},
            "company": self.company_id.name,
            "type": {
                "code": self.type_id.code,
                "name": words.type_id.name,
                "law": words.type_id.law or "",
            },
            "title": self.name,
            "period": period,
            "public": self.type_id.is_public,
            "currency": self.currency_id.name or "CNY",
            "number": earlier.number + 1,
            "replaces": earlier.sha256 or None,
            "change": change_note or "",
            "published_at": now.isoformat(timespec="seconds") + "Z",
            "content": content,
        }

    # --- screens -------------------------------------------------------------------

    def action_give_up_correction(self):
        """Leave the published version as it is and forget the draft."""
        for disclosure in self:
            if disclosure.state == "published" or not disclosure.current_version_id:
                raise UserError(self.env._("No correction is being prepared."))
            disclosure._restore_lines()
            disclosure.with_context(shequ_drawn=True).write(
                {"state": "published", "change_note": False}
            )
            disclosure._message_log(body=self.env._("The correction was given up."))

    def _restore_lines(self):
        """Make the draft what the version in force says."""
        content = self.current_version_id.sudo()._content()
        this = self.with_context(shequ_drawn=True)
        statements = {line.name: line for line in this.line_ids if line.kind == "text"}
        (this.line_ids.filtered(lambda line: line.kind != "text")).unlink()
        for label, value in content["facts"]:
            if label in statements:
                statements.pop(label).text = value
        for line in statements.values():
            line.text = False
        scales = {"permille": 10, "milli": 1000}
        this.line_ids.create(
            [
                {
                    "disclosure_id": self.id,
                    "sequence": 100 + number,
                    "section": figure["section"],
                    "name": figure["label"],
                    "kind": figure["kind"],
                    "origin": figure["origin"],
                    "key": figure["key"]
                    if not figure["key"].startswith("line/")
                    else False,
                    "entry_count": figure["entries"],
                    "note": figure["note"],
                    "amount": figure["value"] / 100 if figure["kind"] == "money" else 0,
                    "number": figure["value"] / scales.get(figure["kind"], 1)
                    if figure["kind"] != "money"
                    else 0,
                }
                for number, figure in enumerate(content["figures"])
            ]
        )
        this.summary = content["summary"]
        self._restore_files()

    def action_print(self):
        """The version in force, for the glass case."""
        self.ensure_one()
        return self.current_version_id.action_print()

    def action_open_page(self):
        """What visitors read who scan the sign."""
        self.ensure_one()
        url = self.estate_id._disclosure_sign_url()
        return {"type": "ir.actions.act_url", "url": f"{url}/{self.id}"}

    def _open_of(self, xmlid, domain):
        action = self.env["ir.actions.act_window"]._for_xml_id(xmlid)
        action["domain"] = domain
        action["context"] = {}
        return action

    def action_open_versions(self):
        return self._open_of(
            "shequ_property.action_disclosure_version",
            [("disclosure_id", "in", self.ids)],
        )

    def action_open_questions(self):
        return self._open_of(
            "shequ_property.action_disclosure_question",
            [("disclosure_id", "in", self.ids)],
        )

    def action_open_reviews(self):
        return self._open_of(
            "shequ_property.action_disclosure_review",
            [("disclosure_id", "in", self.ids)],
        )
