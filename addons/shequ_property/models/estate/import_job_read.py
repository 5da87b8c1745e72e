import base64
import hashlib
import itertools
import json
import re

from odoo import api, models
from odoo.exceptions import UserError

from ...tools import address, mask
from ...tools.importing import grouping, headers, reading, rows

SAMPLES = 3
SURE, LIKELY = 0.9, 0.6
ROWS_PER_INSERT = 2000
_LONG_DIGITS = re.compile(r"\+?\d[\d -]{5,}\d[Xx]?")


class ShequImport(models.Model):
    """Reading the file: columns, then rows."""

    _inherit = "shequ.import"

    @api.model
    def _field_labels(self):
        """What a column may hold, in words; the order is that of the forms."""
        labels = {
            "estate": self.env._("Estate"),
            "lane": self.env._("Lane (弄)"),
            "building": self.env._("Building"),
            "entrance": self.env._("Entrance"),
            "floor": self.env._("Floor"),
            "room": self.env._("Room"),
            "address": self.env._("Address in one cell"),
            "use": self.env._("Use"),
            "state": self.env._("State of sale"),
            "building_area": self.env._("Building area"),
            "exclusive_area": self.env._("Exclusive area"),
            "real_estate_number": self.env._("Real-estate unit number"),
            "ref": self.env._("Number in your old system"),
            "person": self.env._("Full name"),
            "phone": self.env._("Telephone"),
            "phone2": self.env._("Second telephone"),
            "role": self.env._("Role (owner, tenant…)"),
            "id_type": self.env._("Kind of paper"),
            "id_number": self.env._("Identity number"),
            "email": self.env._("E-mail"),
            "share": self.env._("Share of ownership"),
            "date_from": self.env._("Resident since"),
            "date_to": self.env._("Resident until"),
            "representative": self.env._("Votes for the unit"),
            "tenant": self.env._("Tenant's name"),
            "tenant_phone": self.env._("Tenant's telephone"),
            "parking": self.env._("Parking spaces of the unit's people"),
            "parking_area": self.env._("Area of the parking space"),
            "note": self.env._("Note"),
        }
        return {name: labels[name] for name in headers.FIELDS}

    # ------------------------------------------------------------- columns

    def _open(self, content=None):
        """The file as a workbook.

        :raises UserError: when it is no list that can be read
        """
        self.ensure_one()
        content = content or base64.b64decode(self.sudo().source or b"")
        if not content:
            raise UserError(
                self.env._(
                    "The file “%(file)s” is no longer kept. Upload it again.",
                    file=self.filename or "",
                )
            )
        try:
            return reading.read(content, self.filename or "", self._limits())
        except reading.ReadError as error:
            raise UserError(self._read_error(error)) from None

    @api.model
    def _limits(self):
        """How large a file may be, by the settings ``shequ.import_max_…``."""
        usual = reading.Limits()
        return reading.Limits(
            megabytes=self._parameter("max_mb") or usual.megabytes,
            unpacked_megabytes=self._parameter("max_unpacked_mb")
            or usual.unpacked_megabytes,
            markup_megabytes=self._parameter("max_markup_mb") or usual.markup_megabytes,
            rows=self._parameter("max_rows") or usual.rows,
        )

    @api.model
    def _read_error(self, error):
        sentences = {
            "unreadable_file": self.env._(
                "The file %(filename)s cannot be read as a spreadsheet: it is damaged."
            ),
            "empty_file": self.env._("The file %(filename)s is empty."),
            "not_a_table": self.env._(
                "No table was found in %(filename)s: a list with a heading such as "
                "building, room, area and name is expected (XLSX, XLS or CSV)."
            ),
            "password_protected": self.env._(
                "The file %(filename)s is protected by a password. Save it without "
                "one and upload it again."
            ),
            "too_large": self.env._(
                "The file %(filename)s is too large: at most %(limit)s %(what)s."
            ),
        }
        if error.code == "too_large" and error.details["what"] == "rows":
            return self.env._(
                "A sheet of %(filename)s has more than %(limit)s rows. Send it in "
                "parts.",
                **error.details,
            )
        sentence = sentences.get(error.code, error.sentence)
        return sentence % error.details

    def _read_columns(self, content):
        """Guess what each column of a new file holds."""
        job = self.sudo()
        book = job._open(content)
        with book:
            job.column_ids.unlink()
            job.total_ids.unlink()
            job.row_ids._wipe()
            values, key, count = [], [], 0
            for number, sheet in enumerate(book.sheets):
                key.append((sheet.name, sheet.columns))
                values += self._column_values(number, sheet)
                count += sum(1 for row in sheet.rows() if not row.reason)
        job.write(
            {
                "header_key": self._header_key(key),
                "state": "mapped",
                "row_count": count,
                "failure": False,
            }
        )
        job._remember(values)
        job.env["shequ.import.column"].create(
            [dict(vals, import_id=job.id) for vals in values]
        )

    @staticmethod
    def _header_key(sheets):
        text = json.dumps([columns for _name, columns in sheets], ensure_ascii=False)
        return hashlib.sha256(text.encode()).hexdigest()[:32]

    def _column_values(self, number, sheet):
        samples = [row.cells for row in reading.sample(sheet, SAMPLES)]
        values = []
        for index, heading in enumerate(sheet.columns):
            guess = sheet.guesses.get(index)
            if heading.startswith(("[", "【")):
                guess = None  # a result of ours, in a file that is sent again
            cells = [row[index] for row in samples if index < len(row)]
            cells = [mask_cell(cell) for cell in cells if cell not in (None, "")]
            if not heading and not cells:
                continue
            values.append(
                {
                    "sheet_no": number,
                    "sheet": sheet.name,
                    "position": index,
                    "name": heading,
                    "sample": "、".join(cells)[:80],
                    "field": guess.field if guess else False,
                    "confidence": guess.confidence if guess else 0,
                    "certainty": certainty(guess),
                }
            )
        return values

    def _remember(self, values):
        """Take over what people chose the last time for the same headings."""
        last = self.search(
            [
                ("company_id", "=", self.company_id.id),
                ("header_key", "=", self.header_key),
                ("checked_at", "!=", False),
                ("id", "!=", self.id),
            ],
            limit=1,
        )
        chosen = {(c.sheet_no, c.position): c.field for c in last.column_ids}
        for vals in values:
            key = (vals["sheet_no"], vals["position"])
            if key in chosen and chosen[key] != vals["field"]:
                vals.update(field=chosen[key], certainty="remembered")

    def _mappings(self):
        """``{sheet number: {column: field}}`` of the sheets to read."""
        found = {}
        for column in self.column_ids.filtered("field"):
            if not self.sheet or column.sheet == self.sheet:
                mapping = found.setdefault(column.sheet_no, {})
                mapping[column.position] = column.field
        return found

    def _missing_columns(self):
        """Why the columns do not suffice, or nothing."""
        if not self.column_ids:
            return False
        mappings = self._mappings().values()
        if not mappings:
            return self.env._("No sheet is called “%(sheet)s”.", sheet=self.sheet)
        for mapping in mappings:
            fields = set(mapping.values())
            if not fields & {"room", "address"}:
                return self.env._(
                    "Choose the column with the room, or with the whole address."
                )
            if not self.estate_id and "estate" not in fields:
                return self.env._(
                    "Choose the estate of the file, or the column that names it."
                )
        return False

    def _file_rows(self):
        return self.row_count

    # ---------------------------------------------------------------- rows

    def _load(self):
        """Read all rows; what contradicts itself inside the file is known then."""
        mappings = self._mappings()
        self.row_ids._wipe()
        parsed, sources, left_out = [], {}, []
        with self._open() as book:
            options = self._row_options(book)
            for number, sheet in enumerate(book.sheets):
                if number not in mappings:
                    continue
                for row in sheet.rows(mappings[number]):
                    if not row.reason:
                        cells = masked_json(row.cells)
                        for result in self._parse(
                            sheet, row, mappings[number], options
                        ):
                            parsed.append(result)
                            sources[result.key] = (number, cells)
                    elif row.reason not in ("blank", "title", "header"):
                        left_out.append((number, sheet.name, row))
        plan = grouping.group(parsed)
        if any(p.values.get("id_number") for u in plan.units for p in u.persons):
            self.env["res.partner"]._shequ_vault()  # says so when it has no key
        self._insert(self._row_vals(plan, parsed, sources, left_out))
        self._make_totals(plan)
        self._start("checking", self._units_waiting())
        self.row_count = sum(not row.part for row in parsed)

    def _row_options(self, book):
        return rows.Options(
            date1904=book.date1904,
            lane_style=self.estate_id.address_style == "lane",
            estate=self.estate_id.name or "",
            role=self.default_role,
            today=str(self.env["shequ.estate"]._today()),
        )

    def _parse(self, sheet, row, mapping, options):
        """What a row says of its unit, and of the parking spaces beside it."""
        # What our own lists show masked says nothing.
        cells = [None if mask.is_masked(cell) else cell for cell in row.cells]
        result = rows.parse_row(
            cells,
            mapping,
            options,
            number=row.number,
            sheet=sheet.name,
            context=row.context,
        )
        self._note_role(result, cells, mapping)
        if "parking" not in mapping.values():
            return [result]
        return [result, *rows.parking_rows(result, cells, mapping, options)]

    @staticmethod
    def _note_role(result, cells, mapping):
        """Remember whether the file tells a role, or it is the default."""
        column = next((c for c, field in mapping.items() if field == "role"), None)
        told = column is not None and cells[column] not in (None, "")
        for person in result.values.get("persons", ()):
            person["role_told"] = told or person.get("role") == "tenant"

    def _row_vals(self, plan, parsed, sources, left_out):
        """Yield the rows as they are kept, in the order of the file."""
        places = {}
        for index, unit in enumerate(plan.units, 1):
            for key in unit.rows:
                places[key] = (index, unit)
        people = {}
        for unit in plan.units:
            for person in unit.persons:
                people.setdefault(person.rows[0], []).append(person.values)
        strangers = {}
        for row in parsed:
            number, cells = sources[row.key]
            vals = self._plain_row(row, number, row.sheet, cells)
            if row.key in places:
                index, unit = places[row.key]
                vals.update(unit_no=index, place=place_label(unit.key, unit.values))
                try:
                    content = self._content(unit, row.key, people.get(row.key, ()))
                except UserError as error:  # an identity number that cannot be
                    vals["message"] = self.env._(
                        "Row %(number)s, %(sentence)s",
                        number=row.number,
                        sentence=mask_cell(str(error)),
                    )
                    yield vals
                    continue
                vals.update(
                    status="waiting",
                    message=self._sentences(row.number, plan.problems.get(row.key)),
                    content=json.dumps(content, ensure_ascii=False),
                )
            else:
                # Good rows of a unit know that one of its rows is wrong.
                key = grouping.unit_key(row.values)
                vals["unit_no"] = self._unit_no_of(plan, key, strangers)
                vals["place"] = place_label(key, row.values)
                vals["message"] = self._sentences(
                    row.number, plan.problems.get(row.key), errors_only=True
                ) or self.env._(
                    "Row %(number)s: other rows of the same unit contradict each "
                    "other; this one waits until they are right.",
                    number=row.number,
                )
            yield vals
        for number, name, row in left_out:
            vals = self._plain_row(row, number, name, masked_json(row.cells))
            vals.update(status="ignored", message=self._left_out(row.reason))
            yield vals

    def _plain_row(self, row, number, sheet, cells):
        persons = getattr(row, "values", {}).get("persons", ())
        return {
            "import_id": self.id,
            "company_id": self.company_id.id,
            "estate_id": self.estate_id.id or None,
            "sheet_no": number,
            "sheet": sheet or None,
            "number": row.number,
            "unit_no": 0,
            "place": None,
            "people": "、".join(person["name"] for person in persons) or None,
            "status": "error",
            "message": None,
            "cells": cells,
            "content": None,
        }

    @staticmethod
    def _unit_no_of(plan, key, strangers):
        if not strangers:
            strangers[None] = 0
            strangers.update({u.key: i for i, u in enumerate(plan.units, 1)})
        return strangers.get(key, 0)

    def _content(self, unit, key, people):
        """What a row says, in the words of the registry."""
        values = unit.values
        content = {
            **unit.key._asdict(),
            "suffix": values.get("suffix", ""),
            "people": [self._person_content(person) for person in people],
        }
        if unit.rows[0] == key:
            content["unit"] = self._unit_content(values)
        return content

    @staticmethod
    def _unit_content(values):
        content = {
            name: values[name]
            for name in ("floor", "use", "state", "real_estate_number", "ref")
            if values.get(name) is not None
        }
        for name in ("exclusive_area", "building_area"):
            if values.get(name) is not None:
                content[name] = values[name] / 100
        if values.get("note"):
            content["notes"] = values["note"]
        return content

    def _person_content(self, values):
        names = ("name", "phone", "email", "role", "role_told", "date_from", "date_to")
        content = {name: values[name] for name in names if values.get(name)}
        if values.get("phone2"):
            content["shequ_phone2"] = values["phone2"]
        if values.get("id_number"):
            content["id"] = self.env["res.partner"]._shequ_id_values(
                values.get("id_type"), values["id_number"]
            )
        share = values.get("share")
        if isinstance(share, list) and not values.get("share_assumed"):
            content["share_numerator"], content["share_denominator"] = share
        if "representative" in values:
            content["is_representative"] = values["representative"]
        return content

    def _sentences(self, number, problems, errors_only=False):
        """Problems of a row as a clerk reads them, or None."""
        found = [
            problem
            for problem in problems or ()
            if problem.severity == "error"
            or not (errors_only or problem.code in UNTOLD)
        ]
        if not found:
            return None
        labels = self._field_labels()
        lines = []
        for problem in map(masked_problem, found):
            sentence = self._problem_sentence(problem)
            if problem.field in labels:
                sentence = self.env._(
                    "%(field)s: %(sentence)s",
                    field=labels[problem.field],
                    sentence=sentence,
                )
            lines.append(
                self.env._(
                    "Row %(number)s, %(sentence)s", number=number, sentence=sentence
                )
            )
        return "\n".join(dict.fromkeys(lines))

    def _left_out(self, reason):
        return {
            "total": self.env._("A line of totals: not a unit."),
            "note": self.env._("A note: not a unit."),
            "example": self.env._(
                "An example of the template: delete the row, or take “example” out "
                "of it if it is meant."
            ),
            "section": self.env._(
                "The heading of a group: it counts for the rows below."
            ),
        }.get(reason, self.env._("Not a unit."))

    def _make_totals(self, plan):
        """A line for each building of the file, for the totals people know."""
        Total = self.env["shequ.import.total"]
        typed = {total.name: total for total in self.total_ids}
        estate = self.estate_id.name or ""
        found = {
            name.removeprefix(estate) or self.env._("Whole file"): total
            for name, total in plan.totals.items()
        }
        for name, total in typed.items():
            if name not in found:
                total.write({"file_units": 0, "file_area": 0, "file_exclusive_area": 0})
        new = []
        for order, (name, total) in enumerate(found.items()):
            values = {
                "file_units": total.units,
                "file_area": total.building_area / 100,
                "file_exclusive_area": total.exclusive_area / 100,
                "sequence": order,
            }
            if name in typed:
                typed[name].write(values)
            else:
                new.append(dict(values, name=name, import_id=self.id))
        Total.create(new)

    def _units_waiting(self):
        self.env.cr.execute(
            "SELECT count(DISTINCT unit_no) FROM shequ_import_row "
            "WHERE import_id = %s AND status = 'waiting'",
            [self.id],
        )
        return self.env.cr.fetchone()[0]

    def _insert(self, vals):
        """Insert rows by the thousand."""
        iterator = iter(vals)
        while chunk := list(itertools.islice(iterator, ROWS_PER_INSERT)):
            self.env.cr.execute_values(
                INSERT,
                [tuple(row[column] for column in ROW_COLUMNS) for row in chunk],
                page_size=ROWS_PER_INSERT,
            )
        self.env["shequ.import.row"].invalidate_model()


# Notices that would only make noise.
NUMBERS = frozenset(("phone", "phone2", "tenant_phone", "id_number", "email"))
UNTOLD = frozenset(("place_carried", "area_rounded", "unit_twice"))
ROW_COLUMNS = (
    "import_id",
    "company_id",
    "estate_id",
    "sheet_no",
    "sheet",
    "number",
    "unit_no",
    "place",
    "people",
    "status",
    "message",
    "cells",
    "content",
)
INSERT = f"INSERT INTO shequ_import_row ({', '.join(ROW_COLUMNS)}) VALUES %s"


def place_label(key, values):
    """The unit as people write it, as far as the row tells."""
    return address.format_unit(
        key.lane,
        key.building,
        values.get("suffix") or ("号楼" if key.building.isdigit() else ""),
        key.entrance,
        key.room,
        values.get("use", "home"),
    )


def certainty(guess):
    if not guess or not guess.field:
        return "unused"
    if guess.confidence >= SURE:
        return "sure"
    return "likely" if guess.confidence >= LIKELY else "unsure"


def masked_problem(problem):
    """What is wrong with somebody's number, without the number.

    The sentences stay when the file is emptied; who mends the row finds it by its
    number and name.
    """
    if problem.field not in NUMBERS:
        return problem
    details = {
        name: mask_cell(value) if isinstance(value, str) else value
        for name, value in problem.details.items()
    }
    return problem._replace(text=mask_cell(problem.text), details=details)


def masked_json(cells):
    """The cells of a row as they are kept and shown."""
    return json.dumps([mask_cell(cell) for cell in cells], ensure_ascii=False)


def mask_cell(cell):
    """A cell as lists show it: long numbers, which may be of people, are masked."""
    if cell in (None, ""):
        return ""
    text = str(cell)
    return _LONG_DIGITS.sub(
        _mask_number, mask.mask_email(text) if "@" in text else text
    )


def _mask_number(match):
    text = match[0]
    digits = sum(char.isdigit() for char in text)
    if re.fullmatch(r"\d{4}-\d\d-\d\d", text):
        return text
    if digits >= 15:
        return mask.mask_id(text)
    return mask.mask_phone(text) if digits >= 8 else text
