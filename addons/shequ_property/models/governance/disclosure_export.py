import json
import tempfile
from datetime import datetime

import xlsxwriter

from odoo import fields, models
from odoo.tools import SQL

from ...tools import disclosure_document as documents

EXPORT = "shequ-disclosure-chain/1"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
BATCH = 5000


class DisclosureVersion(models.Model):
    """Files of a version: for the glass case, for recounting, for programs."""

    _inherit = "shequ.disclosure.version"

    # --- entries -------------------------------------------------------------------

    def _entry_rows(self):
        """Yield (key, date, name, account, amount as text), some thousand at a time."""
        self.ensure_one()
        last = 0
        self.env["shequ.disclosure.entry"].flush_model()
        while True:
            # In the order they were copied in, which is that of the digest.
            rows = self.env.execute_query(
                SQL(
                    """
                    SELECT id, key, date::text, name, account, amount
                      FROM shequ_disclosure_entry
                     WHERE version_id = %s AND id > %s
                  ORDER BY id LIMIT %s
                    """,
                    self.id,
                    last,
                    BATCH,
                )
            )
            for row in rows:
                yield row[1:]
            if len(rows) < BATCH:
                return
            last = rows[-1][0]

    def _entries_of(self, key, offset=0, limit=50):
        """The entries that a figure adds up, and how many they are."""
        self.ensure_one()
        patterns = documents.entries_key(key)
        domain = [("version_id", "=", self.id)]
        domain += ["|"] * (len(patterns) - 1)
        domain += [
            ("key", "=like", pattern) if "%" in pattern else ("key", "=", pattern)
            for pattern in patterns
        ]
        entries = self.env["shequ.disclosure.entry"].sudo()
        return (
            entries.search(
                domain, order="date, name, res_id", offset=offset, limit=limit
            ),
            entries.search_count(domain),
        )

    # --- JSON ----------------------------------------------------------------------

    def _export_row(self, public):
        """This version as a row of an export; what is not public is withheld.

        The chain can be checked all the same: it links digests.
        """
        self.ensure_one()
        return {
            "chain_number": self.chain_number,
            "number": self.number,
            "sha256": self.sha256,
            "previous": self.previous,
            "chain": self.chain,
            "published_at": fields.Datetime.to_string(self.published_at),
            "public": self.is_public,
            "document": None if public and not self.is_public else self.document,
        }

    def _json(self, public):
        """Yield the file of this version, piece by piece; entries for residents."""
        self.ensure_one()
        head = {
            "format": EXPORT,
            "estate": self.estate_id.code,
            "versions": [self._export_row(public)],
        }
        text = json.dumps(head, ensure_ascii=False, indent=1)
        if public:
            yield text
            return
        yield text[:-2] + ',\n "entries": ['
        comma = ""
        scale = 1 if self.type_id.draws == "performance" else 100
        for key, day, name, account, amount in self._entry_rows():
            row = [key, day, name, account, int(round(amount * scale))]
            yield comma + "\n  " + json.dumps(row, ensure_ascii=False)
            comma = ","
        yield "\n ]\n}"

    # --- XLSX ----------------------------------------------------------------------

    def _write_xlsx(self, out, public):
        """Write a workbook: what was published, and the entries to count again.

        :param out: file opened for writing bytes; rows go to the disk as they come
        """
        self.ensure_one()
        this = self.with_context(lang=self.disclosure_id._lang())
        env = this.env
        book = xlsxwriter.Workbook(out, {"constant_memory": True})
        bold = book.add_format({"bold": True})
        money = book.add_format({"num_format": "#,##0.00"})
        wrap = book.add_format({"text_wrap": True, "valign": "top"})
        document = self._document()
        content = document["content"]
        sheet = book.add_worksheet(env._("Published"))
        sheet.set_column(0, 0, 24)
        sheet.set_column(1, 1, 40)
        sheet.set_column(2, 6, 18)
        row = 0
        for label, value in self._head_rows(env, document):
            sheet.write_string(row, 0, label, bold)
            sheet.write_string(row, 1, value, wrap)
            row += 1
        for label, value in content["facts"]:
            sheet.write_string(row, 0, str(label), bold)
            sheet.write_string(row, 1, str(value), wrap)
            row += 1
        if content["figures"]:
            row += 1
            heads = [
                env._("Section"),
                env._("Label"),
                env._("Published"),
                env._("Origin"),
                env._("Entries"),
                env._("Explanation"),
            ]
            if not public:
                heads.append(env._("Counted again"))
            for column, head in enumerate(heads):
                sheet.write_string(row, column, head, bold)
            row += 1
        origins = self._origin_words(env)
        entries = env._("Entries")
        for figure in content["figures"]:
            sheet.write_string(row, 0, figure["section"])
            sheet.write_string(row, 1, figure["label"])
            scale = {"money": 100, "permille": 10, "milli": 1000}.get(figure["kind"], 1)
            shape = money if figure["kind"] == "money" else None
            sheet.write_number(row, 2, figure["value"] / scale, shape)
            sheet.write_string(row, 3, origins.get(figure["origin"], ""))
            sheet.write_number(row, 4, figure["entries"])
            sheet.write_string(row, 5, figure["note"])
            if not public and figure["entries_sha256"] and figure["kind"] == "money":
                key = figure["key"].replace('"', '""')
                sheet.write_formula(
                    row,
                    6,
                    f"=SUMIF('{entries}'!A:A,\"{key}\",'{entries}'!E:E)",
                    money,
                    figure["value"] / scale,
                )
            row += 1
        for table in content["tables"]:
            row += 1
            sheet.write_string(row, 0, table["title"], bold)
            row += 1
            for column, head in enumerate(table["columns"]):
                sheet.write_string(row, column, str(head), bold)
            row += 1
            for cells in table["rows"]:
                for column, cell in enumerate(cells):
                    if isinstance(cell, int) and not isinstance(cell, bool):
                        sheet.write_number(row, column, cell)
                    else:
                        sheet.write_string(row, column, "" if cell is None else cell)
                row += 1
        if content.get("files"):
            sheet = book.add_worksheet(env._("Files"))
            self._write_file_list(sheet, env, content["files"], bold)
        if not public and self.entry_count:
            self._write_entries(book.add_worksheet(entries), env, bold, money)
        book.close()

    def _write_file_list(self, sheet, env, files, bold):
        sheet.set_column(0, 0, 40)
        sheet.set_column(1, 2, 14)
        sheet.set_column(3, 3, 68)
        sheet.set_column(4, 5, 22)
        heads = {
            "name": env._("File"),
            "type": env._("Type"),
            "size": env._("Bytes"),
            "sha256": "SHA-256",
            "checked_by": env._("Looked through by"),
            "checked_at": env._("Looked through at"),
        }
        for column, head in enumerate(heads.values()):
            sheet.write_string(0, column, head, bold)
        for row, file in enumerate(files, 1):
            for column, key in enumerate(heads):
                if key == "size":
                    sheet.write_number(row, column, file[key])
                else:
                    sheet.write_string(row, column, file[key])

    def _write_entries(self, sheet, env, bold, money):
        sheet.set_column(0, 4, 22)
        heads = (
            env._("Figure"),
            env._("Date"),
            env._("Voucher"),
            env._("Account"),
            env._("Amount"),
        )
        for column, head in enumerate(heads):
            sheet.write_string(0, column, head, bold)
        for row, (key, day, name, account, amount) in enumerate(self._entry_rows(), 1):
            sheet.write_string(row, 0, key)
            sheet.write_string(row, 1, day)
            sheet.write_string(row, 2, name)
            sheet.write_string(row, 3, account or "")
            sheet.write_number(row, 4, float(amount), money)

    def _head_rows(self, env, document):
        period = document["period"]
        rows = [
            (env._("Title"), document["title"]),
            (env._("Estate"), document["estate"]["name"]),
            (env._("Company"), document["company"]),
            (env._("Version"), str(document["number"])),
            (env._("Published at"), document["published_at"]),
            (env._("Source of law"), document["type"]["law"]),
            ("SHA-256", self.sha256),
        ]
        if period:
            rows.insert(3, (env._("Period"), f"{period['from']} – {period['to']}"))
        if document["change"]:
            rows.append((env._("What has changed"), document["change"]))
        if document["content"]["summary"]:
            rows.append((env._("Summary"), document["content"]["summary"]))
        return rows

    def _origin_words(self, env):
        return dict(
            env["shequ.disclosure.line"]._fields["origin"]._description_selection(env)
        )

    # --- files to send -------------------------------------------------------------

    def _write_download(self, kind, public, out):
        """Write the download ``kind`` (json, xlsx or pdf) into a file opened for bytes.

        :raises UserError: where the converter of the server is missing
        """
        if kind == "pdf":
            out.write(self._pdf())
        elif kind == "xlsx":
            out.write(self._xlsx(public))
        else:
            for piece in self._json(public):
                out.write(piece.encode())

    def _kept(self, name, mimetype, make):
        """A file of this version (bytes), made once: what it is made of stays.

        :param make: function that returns it
        """
        self.ensure_one()
        attachments = self.env["ir.attachment"].sudo()
        domain = [
            ("res_model", "=", self._name),
            ("res_id", "=", self.id),
            ("res_field", "=", False),
            ("name", "=", name),
        ]
        if known := attachments.search(domain, limit=1):
            return known.raw
        data = make()
        attachments.create(
            {
                "name": name,
                "res_model": self._name,
                "res_id": self.id,
                "raw": data,
                "mimetype": mimetype,
            }
        )
        return data

    def _xlsx(self, public):
        """The workbook (bytes); only what is packed is ever in memory."""

        def make():
            with tempfile.TemporaryFile() as out:
                self._write_xlsx(out, public)
                out.seek(0)
                return out.read()

        name = f"{self.sha256}{'-public' if public else ''}.xlsx"
        return self._kept(name, XLSX, make)

    # --- PDF -----------------------------------------------------------------------

    def _pdf(self):
        """The PDF for the glass case (bytes).

        :raises UserError: where the converter of the server is missing
        """

        def make():
            lang = self.disclosure_id._lang()
            reports = self.env["ir.actions.report"].sudo().with_context(lang=lang)
            report = "shequ_property.action_report_disclosure"
            return reports._render_qweb_pdf(report, self.ids)[0]

        return self._kept(f"{self.sha256}.pdf", "application/pdf", make)

    def _print_values(self):
        """What the printed page shows, as plain values."""
        self.ensure_one()
        this = self.with_context(lang=self.disclosure_id._lang())
        document = self._document()
        estate = self.estate_id.sudo()
        view = documents.view(document["content"])
        local = self.with_context(tz=estate.tz)
        for file in view["files"]:
            moment = datetime.fromisoformat(file["checked_at"].rstrip("Z"))
            moment = fields.Datetime.context_timestamp(local, moment)
            file["checked"] = moment.strftime("%Y-%m-%d %H:%M")
        url = f"{estate.get_base_url()}/my/disclosures/{self.disclosure_id.id}"
        if self.is_public:
            url = f"{estate._disclosure_sign_url()}/{self.disclosure_id.id}"
        return {
            "document": document,
            "view": view,
            "origins": self._origin_words(this.env),
            "qr": estate._label("", "", url, "")["image"],
            "url": url,
            "published_on": fields.Datetime.context_timestamp(
                local, self.published_at
            ).strftime("%Y-%m-%d %H:%M"),
            "posted_until": self.disclosure_id.posted_until,
            "reference": self.reference,
            "chain": self.chain,
            "phone": estate.phone or "",
            "zoom": estate._print_zoom(),
        }

    def action_print(self):
        return self.env.ref("shequ_property.action_report_disclosure").report_action(
            self
        )


class ShequEstate(models.Model):
    _inherit = "shequ.estate"

    def _disclosure_chain(self, public):
        """Yield the export of the estate's whole chain, piece by piece."""
        self.ensure_one()
        head = {"format": EXPORT, "estate": self.code}
        yield json.dumps(head, ensure_ascii=False)[:-1] + ', "versions": ['
        versions = self.env["shequ.disclosure.version"].sudo()
        last, comma = 0, ""
        while batch := versions.search(
            [("estate_id", "=", self.id), ("chain_number", ">", last)],
            order="chain_number",
            limit=100,
        ):
            for version in batch:
                yield (
                    comma
                    + "\n"
                    + json.dumps(version._export_row(public), ensure_ascii=False)
                )
                comma = ","
            last = batch[-1].chain_number
            batch.invalidate_recordset()
        yield "\n]}\n"
