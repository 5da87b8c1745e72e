import io

import xlsxwriter

from odoo import models
from odoo.exceptions import UserError

from ...tools.importing import templates
from .import_job_read import mask_cell

COLOURS = {
    "error": "#F8D7DA",
    "create": "#D1E7DD",
    "change": "#FFF3CD",
    "applied": "#D1E7DD",
}
PLACES = ("estate", "lane", "building", "entrance")
# Of several results of a row the first of these is told.
RANKS = ("error", "create", "change", "applied")


def _rank(status):
    return RANKS.index(status) if status in RANKS else len(RANKS)


class ShequImport(models.Model):
    """The report of a dry run as XLSX, and templates to start from."""

    _inherit = "shequ.import"

    def action_report(self):
        """Every row of the file with what it does and what is wrong."""
        return self._download(only_wrong=False)

    def action_wrong_rows(self):
        """The wrong rows alone: a file to mend and send again."""
        return self._download(only_wrong=True)

    def _download(self, only_wrong):
        self.ensure_one()
        self.check_access("read")
        if only_wrong and not self.error_count:
            raise UserError(self.env._("No row is wrong."))
        content = self._report(only_wrong)
        stem = (self.filename or "").rsplit(".", 1)[0]
        name = (
            self.env._("%(file)s – wrong rows.xlsx", file=stem)
            if only_wrong
            else self.env._("%(file)s – report.xlsx", file=stem)
        )
        return self.env["shequ.download"]._offer(name, content)

    def _may_see_cells(self):
        """Whoever brought the file knows it; others need the group."""
        return self.user_id == self.env.user or self.env.user.has_group(
            "shequ_property.group_personal_data"
        )

    def _report(self, only_wrong):
        """Write rows of the file with their results.

        :return: bytes of an XLSX file; its first columns are those of the file
        """
        whole = self._may_see_cells()
        if whole:
            self.env["shequ.data.access"]._log(
                self.env["res.partner"],
                "export",
                self.filename,
                ["phone", "shequ_id_number"],
                count=self.error_count if only_wrong else self.row_count,
                model=self._name,
            )
        stream = io.BytesIO()
        book = xlsxwriter.Workbook(
            stream,
            {
                "constant_memory": True,
                "strings_to_formulas": False,
                "strings_to_urls": False,
            },
        )
        styles = {
            "heading": book.add_format({"bold": True, "bg_color": "#E8EEF4"}),
            **{k: book.add_format({"bg_color": c}) for k, c in COLOURS.items()},
        }
        job = self.sudo()
        with job._open() as source:
            for number, sheet in enumerate(source.sheets):
                results = self._results_of(number, only_wrong)
                if results:
                    self._report_sheet(book, styles, number, sheet, results, whole)
        book.close()
        return stream.getvalue()

    def _results_of(self, number, only_wrong):
        domain = [("import_id", "=", self.id), ("sheet_no", "=", number)]
        if only_wrong:
            domain.append(("status", "=", "error"))
        names = ["number", "status", "message", "changes"]
        found = {}
        for row in self.env["shequ.import.row"].search_read(domain, names, load=""):
            # A row that names a parking space as well has two results.
            known = found.setdefault(row["number"], row)
            if known is not row:
                for name in ("message", "changes"):
                    texts = [one[name] for one in (known, row) if one[name]]
                    known[name] = "\n".join(dict.fromkeys(texts))
                known["status"] = min(known["status"], row["status"], key=_rank)
        return found

    def _report_sheet(self, book, styles, number, sheet, results, whole):
        mapping = self._mappings().get(number) or sheet.mapping
        # What stood in lines above a group has to stand in the row itself now.
        missing = [f for f in PLACES if f not in mapping.values()]
        rows = {}
        for row in sheet.rows(mapping):
            if row.number in results:
                rows[row.number] = row
        missing = [f for f in missing if any(r.context.get(f) for r in rows.values())]
        page = book.add_worksheet(sheet.name[:31] or None)
        labels = self._list_headings()
        headings = [*sheet.columns, *(labels[field] for field in missing)]
        headings += [self.env._("[Result]"), self.env._("[What to do]")]
        headings.append(self.env._("[Changes]"))
        page.freeze_panes(1, 0)
        page.write_row(0, 0, headings, styles["heading"])
        page.set_column(len(headings) - 2, len(headings) - 1, 60)
        words = dict(
            self.env["shequ.import.row"]
            ._fields["status"]
            ._description_selection(self.env)
        )
        for line, (key, row) in enumerate(rows.items(), 1):
            result = results[key]
            cells = [cell if whole else mask_cell(cell) for cell in row.cells]
            cells += [row.context.get(field) for field in missing]
            cells += [
                words[result["status"]],
                result["message"] or "",
                result["changes"] or "",
            ]
            style = styles.get(result["status"])
            for column, cell in enumerate(cells):
                if cell in (None, ""):
                    continue
                last = column >= len(cells) - 3
                if isinstance(cell, (int, float)) and not isinstance(cell, bool):
                    page.write_number(line, column, cell)
                else:
                    page.write_string(
                        line, column, str(cell)[:32000], style if last else None
                    )

    # ----------------------------------------------------------- templates

    def action_template(self):
        """An empty list with examples and drop-down lists."""
        kind = self.env.context.get("template_kind") or "both"
        names = {
            "both": self.env._("Units and people"),
            "units": self.env._("Units"),
            "people": self.env._("People"),
        }
        estate = self.estate_id or self.env["shequ.estate"].search([], limit=1)
        content = templates.make(
            kind,
            self._list_headings(),
            notes=self._template_notes(),
            choices=self._choices(),
            rows=self._template_examples(estate),
            sheet=names[kind],
            lane_style=self.estate_id.address_style == "lane",
        )
        return self.env["shequ.download"]._offer(f"{names[kind]}.xlsx", content)

    def _template_notes(self):
        return {
            "building": self.env._("As it is called: 12号楼, 12, A座."),
            "room": self.env._("As on the door: 302. Each room has rows of its own."),
            "building_area": self.env._("Square metres, two decimals: 89.50."),
            "exclusive_area": self.env._("专有面积: counts in votes. Square metres."),
            "person": self.env._(
                "One row for each person; a unit may have several rows."
            ),
            "phone": self.env._("11 digits; landlines with their area code."),
            "role": self.env._("Owner, co-owner, family, tenant or developer."),
            "share": self.env._("For co-owners: 1/2 or 50%."),
            "id_number": self.env._("Kept encrypted. May be left empty."),
            "date_from": self.env._("First day as owner or resident: 2021-03-05."),
            "date_to": self.env._("Day on which it ends; empty: for now."),
            "representative": self.env._("“yes” for the one who votes for the unit."),
        }

    def _template_examples(self, estate):
        note = self.env._("Example: delete this row")
        words = self._word_of
        return [
            {
                "estate": estate.name or "金昊雅苑",
                "lane": "3",
                "building": "12号楼",
                "entrance": "1",
                "room": "302",
                "floor": 3,
                "use": words("use", "home"),
                "state": words("state", "delivered"),
                "building_area": 89.5,
                "exclusive_area": 72.36,
                "person": name,
                "phone": phone,
                "role": words("role", "co_owner"),
                "share": "1/2",
                "date_from": "2021-03-05",
                "representative": words("representative", votes),
                "note": note,
            }
            for name, phone, votes in (
                ("张三", "13800000001", True),
                ("李四", "13800000002", False),
            )
        ]
