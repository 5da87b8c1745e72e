"""The roll of a building on paper and as a spreadsheet. Plain Python, no Odoo.

Rows come as a stream, unit by unit: a roll of an estate of 20,000 units never stands
in memory as a whole.
"""

from typing import NamedTuple

import xlsxwriter


class Owner(NamedTuple):
    name: str
    phone: str = ""
    share: str = ""
    votes: bool = False


class Unit(NamedTuple):
    """One line of the roll; ``people`` are :class:`Person` of the residents' roll."""

    address: str
    use: str
    exclusive_area: float
    building_area: float
    owners: tuple = ()
    family: int = 0
    tenants: int = 0
    note: str = ""
    people: tuple = ()


class Person(NamedTuple):
    name: str
    role: str
    phone: str = ""
    since: str = ""


class Totals(NamedTuple):
    """Sums of a building; ``owners`` are heads: who owns two units counts once."""

    units: int = 0
    exclusive_area: float = 0.0
    building_area: float = 0.0
    owners: int = 0
    family: int = 0
    tenants: int = 0
    without_owner: int = 0


def totals(units, owner_ids):
    """Sum up ``units``.

    :param units: iterable of :class:`Unit`
    :param owner_ids: identifiers of all owners, with repetitions
    """
    units = list(units)
    return Totals(
        units=len(units),
        # Cents of a square metre, so that the order of adding does not show.
        exclusive_area=round(
            sum(round(u.exclusive_area * 100) for u in units) / 100, 2
        ),
        building_area=round(sum(round(u.building_area * 100) for u in units) / 100, 2),
        owners=len(set(owner_ids)),
        family=sum(u.family for u in units),
        tenants=sum(u.tenants for u in units),
        without_owner=sum(not u.owners for u in units),
    )


def lines_of(unit, per_line=34):
    """How many printed lines a unit takes: one an owner or person, and its note."""
    rows = max(len(unit.owners), len(unit.people), 1)
    return max(rows, 1 + (len(unit.note) + len(unit.address) // 2) // per_line)


def paginate(units, lines_per_page):
    """Split units into pages; a unit is never torn apart.

    An unpatched converter repeats no table heads and knows no page numbers, so the
    pages are made here and each carries its own head.

    :param lines_per_page: int; a unit that needs more has a page of its own
    :return: list of lists, at least one page
    """
    pages, room = [[]], lines_per_page
    for unit in units:
        need = lines_of(unit)
        if need > room and pages[-1]:
            pages.append([])
            room = lines_per_page
        pages[-1].append(unit)
        room -= need
    return pages


class Sheet:
    """Writes rolls into one workbook, a sheet a building or all in one.

    Memory stays flat (``constant_memory``): rows go to disk as they are written, so
    they have to come in order.
    """

    def __init__(self, path):
        self.book = xlsxwriter.Workbook(
            path, {"constant_memory": True, "strings_to_formulas": False}
        )
        bold = {"bold": True, "font_name": "Noto Sans CJK SC"}
        self.bold = self.book.add_format({**bold, "font_size": 14})
        self.head = self.book.add_format(
            {**bold, "bg_color": "#E8EEF4", "border": 1, "text_wrap": True}
        )
        self.cell = self.book.add_format({"border": 1, "valign": "top"})
        self.area = self.book.add_format(
            {"border": 1, "valign": "top", "num_format": "#,##0.00"}
        )
        self.sum = self.book.add_format({**bold, "top": 2})
        self.sum_area = self.book.add_format(
            {**bold, "top": 2, "num_format": "#,##0.00"}
        )
        self.sheet = None
        self.row = 0

    def start(self, name, title, subtitle, headings):
        """Begin a sheet.

        :param str name: of the tab; what a tab cannot be called is taken off
        :param headings: list of (text, width in characters)
        """
        clean = "".join(c for c in name if c not in "[]:*?/\\'")[:31] or "1"
        taken = {sheet.get_name() for sheet in self.book.worksheets()}
        free, number = clean, 2
        while free in taken:
            free = f"{clean[:27]} {number}"
            number += 1
        self.sheet = self.book.add_worksheet(free)
        self.sheet.freeze_panes(3, 1)
        self.sheet.repeat_rows(2)
        self.sheet.set_landscape()
        self.sheet.set_paper(9)
        self.sheet.fit_to_pages(1, 0)
        self.sheet.set_footer("&C&P / &N")
        for column, (_text, width) in enumerate(headings):
            self.sheet.set_column(column, column, width)
        self.sheet.write_string(0, 0, title, self.bold)
        self.sheet.write_string(1, 0, subtitle)
        for column, (text, _width) in enumerate(headings):
            self.sheet.write_string(2, column, text, self.head)
        self.row = 3

    def add(self, values):
        """Write one row: text as text, however much it looks like a formula."""
        self._write(values, self.cell, self.area)

    def add_sum(self, values):
        self._write(values, self.sum, self.sum_area)

    def _write(self, values, text, number):
        for column, value in enumerate(values):
            if isinstance(value, float):
                self.sheet.write_number(self.row, column, value, number)
            elif isinstance(value, int):
                self.sheet.write_number(self.row, column, value, text)
            else:
                self.sheet.write_string(self.row, column, value or "", text)
        self.row += 1

    def close(self):
        if not self.book.worksheets():
            self.book.add_worksheet("1")
        self.book.close()
