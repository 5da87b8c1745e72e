"""Tables that old programs write as web pages or XML and call ``.xls``.

Each function gives ``(name, rows, merges)`` for every table: rows are lists of cells,
merges are ``(first row, last row, first column, last column)``, rows from 1.
"""

from itertools import count

from lxml import etree

_SS = "{urn:schemas-microsoft-com:office:spreadsheet}"
# More than these are no list, but an attempt to fill the memory.
_WIDEST, _LONGEST = 256, 200_000


def html_tables(text):
    """Tables of a page that hold no other tables.

    :param str text: the page
    """
    parser = etree.HTMLParser(no_network=True, remove_comments=True)
    page = etree.fromstring(text, parser)
    if page is None:
        return
    for table in page.iter("table"):
        if table.find(".//table") is not None:
            continue
        grid = _Grid()
        for row in table.iter("tr"):
            grid.next_row()
            for cell in row.iterchildren("td", "th"):
                across = _number(cell.get("colspan"), 1)
                down = _number(cell.get("rowspan"), 1)
                grid.put(_words(cell), across, down)
        yield "", grid.rows, grid.merges


def _words(cell):
    """Text of a cell; a line break separates."""
    for line_break in cell.iter("br"):
        line_break.tail = "\n" + (line_break.tail or "")
    text = "".join(cell.itertext()).replace("\xa0", " ").strip()
    return text or None


def xml_sheets(data):
    """Sheets of a workbook in the XML of Excel 2003.

    :param bytes data: the file
    """
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, remove_comments=True
    )
    book = etree.fromstring(data, parser)
    for sheet in book.iter(f"{_SS}Worksheet"):
        grid = _Grid()
        for row in sheet.iter(f"{_SS}Row"):
            grid.next_row(_number(row.get(f"{_SS}Index"), 0))
            for cell in row.iterchildren(f"{_SS}Cell"):
                if column := _number(cell.get(f"{_SS}Index"), 0):
                    grid.column = column - 1
                across = _number(cell.get(f"{_SS}MergeAcross"), 0) + 1
                down = _number(cell.get(f"{_SS}MergeDown"), 0) + 1
                grid.put(_value(cell), across, down)
        yield sheet.get(f"{_SS}Name") or "", grid.rows, grid.merges


def _value(cell):
    data = cell.find(f"{_SS}Data")
    text = "" if data is None else "".join(data.itertext()).strip()
    kind = "" if data is None else data.get(f"{_SS}Type")
    if kind == "Number":
        try:
            return float(text)
        except ValueError:
            return text
    if kind == "Boolean":
        return text == "1"
    if kind == "DateTime":
        return text.removesuffix(".000").removesuffix("T00:00:00")
    return text or None


def _number(text, default):
    return int(text) if text and text.isascii() and text.isdigit() else default


class _Grid:
    """Cells one after the other, with room left for what is merged from above."""

    def __init__(self):
        self.rows = []
        self.merges = []
        self.column = 0
        self._reserved = {}  # column: last row that a cell from above reaches

    def next_row(self, number=0):
        """Begin the next row, or row ``number``, counted from 1."""
        while len(self.rows) < min(number - 1, _LONGEST):
            self.rows.append([])
        self.rows.append([])
        self.column = 0

    def put(self, value, across, down):
        number = len(self.rows)
        across, down = min(across, _WIDEST), min(down, _LONGEST)
        self.column = next(
            c for c in count(self.column) if self._reserved.get(c, 0) < number
        )
        if self.column >= _WIDEST:
            return
        row = self.rows[-1]
        row += [None] * (self.column - len(row))
        row += [value] + [None] * (across - 1)
        if across > 1 or down > 1:
            last = self.column + across - 1
            self.merges.append((number, number + down - 1, self.column, last))
            for column in range(self.column, last + 1):
                self._reserved[column] = number + down - 1
        self.column += across
