"""Files of any office program as sheets and rows.

XLSX (openpyxl), XLS (xlrd), text with delimiters (CSV, TSV) in UTF-8, UTF-16 or
GB18030, and the web pages that old programs call spreadsheets. Rows of XLSX and text
are streamed: memory does not grow with the file, save for the texts that XLSX shares
between its cells. The other kinds are read whole and may be less large.
"""

import codecs
import csv
import io
import re
import zipfile
from contextlib import contextmanager
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from itertools import islice
from pathlib import Path
from typing import NamedTuple

import openpyxl
from lxml import etree
from openpyxl.utils.datetime import from_excel

from .. import address
from . import headers, markup
from .values import clean

MEGABYTE = 1024 * 1024
# Rows looked at to find the heading, and rows after it to guess the columns.
HEAD_ROWS = 60
SAMPLE_ROWS = 100
# Wider than any list; cells further right are left out.
MAX_COLUMNS = 256


class ReadError(Exception):
    """A file that cannot be read. `code` stays; `details` fill the sentence."""

    code = "unreadable_file"
    sentence = "The file %(filename)s cannot be read as a spreadsheet: it is damaged."

    def __init__(self, filename="", **details):
        self.details = {"filename": filename, **details}
        super().__init__(self.sentence % self.details)


class EmptyFile(ReadError):
    code = "empty_file"
    sentence = "The file %(filename)s is empty."


class NotATable(ReadError):
    code = "not_a_table"
    sentence = (
        "No table was found in %(filename)s: a list with a heading such as "
        "building, room, area and name is expected (XLSX, XLS or CSV)."
    )


class PasswordProtected(ReadError):
    code = "password_protected"
    sentence = (
        "The file %(filename)s is protected by a password. Save it without one and "
        "upload it again."
    )


class TooLarge(ReadError):
    """`what` is ``bytes``, ``unpacked`` or ``rows``; `limit` in MB or rows."""

    code = "too_large"
    sentence = "The file %(filename)s is too large: at most %(limit)s %(what)s."


class Row(NamedTuple):
    """One row of a sheet, all of it JSON-able.

    number: as the spreadsheet shows it, from 1
    cells: one for each column: text, number, bool or None; dates are ISO text
    reason: ``""`` for data, else why the row is left out: ``blank``, ``title``,
        ``header``, ``total``, ``note``, ``section``, ``example``
    context: what other rows say about this one: ``{"building": "12号楼"}`` from a
        line above a group or the sheet's name (not where the row says otherwise);
        ``carried``: list of fields filled in from the rows above
    sheet: name of the sheet
    """

    number: int
    cells: list
    reason: str = ""
    context: dict = {}
    sheet: str = ""


class Limits(NamedTuple):
    megabytes: float = 50
    unpacked_megabytes: float = 600
    # Of a web page, which is read whole and takes ten times its size.
    markup_megabytes: float = 30
    rows: int = 200_000


# ------------------------------------------------------------------ the book


class Workbook:
    """The tables of a file; use it as a context manager or call `close`.

    kind: ``xlsx``, ``xls``, ``csv``, or ``html`` and ``xml``, which old programs
        write and call ``.xls``
    sheets: list of `Sheet`
    skipped: list of ``(sheet name, reason)``: ``hidden``, ``empty``, ``not_a_table``
    encoding, delimiter: of a text file, else ``""``
    date1904: serial numbers of dates count from 1904
    """

    def __init__(self, kind, filename):
        self.kind = kind
        self.filename = filename
        self.sheets = []
        self.skipped = []
        self.encoding = ""
        self.delimiter = ""
        self.date1904 = False
        self._closers = []

    def __enter__(self):
        return self

    def __exit__(self, *_error):
        self.close()

    def close(self):
        while self._closers:
            self._closers.pop()()


class Sheet:
    """One table.

    name: of the sheet; ``""`` for a text file
    headings: list with the tuple of the heading's texts for each column
    header_row: number of the heading's last row, 0 for a table without one
    guesses: ``{column: headers.Guess}``
    titles: texts above the heading
    """

    def __init__(self, name, open_rows, merges, limits, filename):
        self.name = name
        self._open = open_rows
        self._merges = merges
        self._limits = limits
        self._filename = filename
        self.headings = []
        self.heading_cells = []
        self.header_row = 0
        self.titles = []
        self.guesses = {}
        self.width = 0
        self.empty = frozenset()

    # --------------------------------------------------------- raw rows

    def _raw(self):
        """``(number, cells)`` of every row, limits kept."""
        for number, cells in enumerate(self._open(), 1):
            if number > self._limits.rows:
                raise TooLarge(self._filename, what="rows", limit=self._limits.rows)
            yield (
                number,
                [
                    cell if cell is None or cell.__class__ is int else plain_cell(cell)
                    for cell in cells[:MAX_COLUMNS]
                ],
            )

    def _prepare(self):
        """Find the heading. Tell whether there is a table: ``""`` or a reason."""
        head = []
        for number, cells in self._raw():
            head.append((number, cells))
            if len(head) >= HEAD_ROWS + SAMPLE_ROWS:
                break
        if not any(cell not in (None, "") for _n, cells in head for cell in cells):
            return "empty"
        filled = [self._merges.fill_all(number, cells) for number, cells in head]
        first, last = _find_heading(filled[:HEAD_ROWS])
        self.header_row = last + 1
        self.width = max(_used(cells) for cells in filled[max(first, 0) :])
        if self.width < 2 and first < 0:
            return "not_a_table"
        if first >= 0:
            self.titles = _titles(filled[:first])
            self.empty = _empty_columns(filled[first:], self.width)
            lines = filled[first : last + 1]
            self.headings = _headings(lines, self.width)
            self.heading_cells = [
                [*line[: self.width], *[None] * (self.width - len(line))]
                for line in lines
            ]
        else:
            self.headings = [() for _column in range(self.width)]
        body = filled[last + 1 : last + 1 + SAMPLE_ROWS]
        self._guess([cells[: self.width] for cells in body if _used(cells)])
        # Once more without sums, notes and repeated headings.
        carrier = _Carrier(self, self.mapping)
        rows = [carrier.row(number, cells) for number, cells in head]
        self._guess([row.cells for row in rows if not row.reason])
        if not any(guess.field for guess in self.guesses.values()):
            return "not_a_table"
        return ""

    def _parts(self):
        """Lists side by side as sheets of their own, else the sheet itself.

        Cells keep their columns; each part sees those of its own list alone.
        """
        found = headers.blocks(self.headings, self.empty)
        shared = set.intersection(*found) if found else set()
        parts = []
        for columns in found:
            name = f"{column_letter(min(columns))}-{column_letter(max(columns))}"
            part = Sheet(
                f"{self.name[:24]} {name}".strip(),
                self._columns_only(columns, columns - shared),
                self._merges.within(columns),
                self._limits,
                self._filename,
            )
            if part._prepare():
                return [self]
            parts.append(part)
        return parts or [self]

    def _columns_only(self, columns, own):
        """Raw rows with these columns; blank where nothing is in its ``own`` ones."""
        start = min(own)

        def rows():
            for number, cells in enumerate(self._open(), 1):
                cells = list(cells)
                kept = [
                    cell if column in columns else None
                    for column, cell in enumerate(cells)
                ]
                # What is merged over all the lists is said of each.
                for _bottom, left, right in self._merges.at(number):
                    if left < start <= right and left < len(cells):
                        kept += [None] * (start + 1 - len(kept))
                        kept[start] = cells[left]
                filled = {i for i, cell in enumerate(kept) if cell not in (None, "")}
                yield kept if filled & own else ()

        return rows

    def _guess(self, samples):
        self.guesses = headers.guess(self.headings, samples)

    @property
    def columns(self):
        """Names of the columns as people see them: ``业主/电话``."""
        return ["/".join(parts) for parts in self.headings]

    @property
    def mapping(self):
        """The guessed ``{column: field}``."""
        return {i: guess.field for i, guess in self.guesses.items() if guess.field}

    # -------------------------------------------------------- the rows

    def rows(self, mapping=None):
        """Yield every row as `Row`, those left out with their reason.

        Cells merged downwards are filled where they hold a place or a person;
        a building, entrance or lane that stands in the first row of its group
        alone is repeated, and what a line above a group says is in ``context``.

        :param mapping: ``{column: field}``; default: what was guessed
        """
        mapping = mapping or self.mapping
        mapping = {int(column): field for column, field in mapping.items()}
        carrier = _Carrier(self, mapping)
        for number, cells in self._raw():
            yield carrier.row(number, cells)


def read(data, filename="", limits=None):
    """Open a file.

    :param data: bytes, or the path of a file
    :param filename: its name as uploaded; only used in messages and as a hint
    :param limits: `Limits`
    :return: `Workbook` with at least one sheet
    :raises ReadError: one of its subclasses
    """
    limits = limits or Limits()
    if isinstance(data, (str, Path)):
        filename = filename or Path(data).name
        data = Path(data).read_bytes()
    if len(data) > limits.megabytes * MEGABYTE:
        raise TooLarge(filename, what="MB", limit=limits.megabytes)
    if not data.strip(b"\0 \t\r\n"):
        raise EmptyFile(filename)
    if data[:4] == b"PK\x03\x04":
        book = _read_xlsx(data, filename, limits)
    elif data[:8] == b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1":
        book = _read_xls(data, filename, limits)
    else:
        book = _read_text(data, filename, limits)
    return _finish(book)


def _finish(book):
    tables = []
    try:
        for sheet in book.sheets:
            reason = sheet._prepare()
            if reason:
                book.skipped.append((sheet.name, reason))
            else:
                tables += sheet._parts()
    except BaseException:
        book.close()
        raise
    book.sheets = tables
    if not tables:
        book.close()
        reasons = {reason for _name, reason in book.skipped}
        raise (EmptyFile if reasons <= {"empty"} else NotATable)(book.filename)
    return book


# ------------------------------------------------------------------- formats


@contextmanager
def _damaged(filename):
    """What libraries raise on a damaged file becomes one error."""
    try:
        yield
    except (ReadError, MemoryError):
        raise
    except Exception as error:
        raise ReadError(filename) from error


def _read_xlsx(data, filename, limits):
    with _damaged(filename):
        archive = zipfile.ZipFile(io.BytesIO(data))
        infos = archive.infolist()
    # Python's zipfile gives no more bytes than the directory says.
    unpacked = sum(info.file_size for info in infos)
    if unpacked > limits.unpacked_megabytes * MEGABYTE or len(infos) > 20_000:
        raise TooLarge(filename, what="MB", limit=limits.unpacked_megabytes)
    if any(info.flag_bits & 1 for info in infos):
        raise PasswordProtected(filename)
    if "[Content_Types].xml" not in archive.namelist():
        raise NotATable(filename)
    with _damaged(filename):
        source = openpyxl.load_workbook(
            io.BytesIO(data), read_only=True, data_only=True, keep_links=False
        )
        book = Workbook("xlsx", filename)
        book._closers += [source.close, archive.close]
        book.date1904 = source.epoch.year == 1904
        for sheet in source.worksheets:
            if sheet.sheet_state != "visible":
                book.skipped.append((sheet.title, "hidden"))
                continue
            path = sheet._worksheet_path.lstrip("/")
            merges = _xlsx_merges(archive, path, filename)
            rows = _xlsx_rows(archive, path, source, filename)
            book.sheets.append(Sheet(sheet.title, rows, merges, limits, filename))
    return book


def _xlsx_rows(archive, path, source, filename):
    """Rows of a sheet's XML, four times as fast as openpyxl gives them.

    What the cells refer to (texts, formats of dates) comes from openpyxl.
    """
    sheet = next(s for s in source.worksheets if s._worksheet_path.lstrip("/") == path)
    cell_value = _CellReader(sheet._shared_strings, source)

    def rows():
        with _damaged(filename), archive.open(path) as part:
            expected = 1
            for _event, row in etree.iterparse(
                part,
                tag="{*}row",
                resolve_entities=False,
                no_network=True,
                remove_comments=True,
                remove_pis=True,
            ):
                number = int(row.get("r") or expected)
                for _missing in range(expected, number):
                    yield ()
                expected = max(number, expected) + 1
                yield _xlsx_cells(row, cell_value)
                row.clear()
                while row.getprevious() is not None:
                    del row.getparent()[0]

    return rows


def _xlsx_cells(row, cell_value):
    cells = []
    for cell in row:
        reference = cell.get("r")
        if reference:
            column = _letters(reference.rstrip("0123456789"))
            if column >= MAX_COLUMNS:
                break
            if column >= len(cells):
                cells += [None] * (column - len(cells) + 1)
            cells[column] = cell_value(cell)
        else:
            cells.append(cell_value(cell))
    return cells


def _inline_text(cell):
    """Text of a cell, without the reading aids that East Asian text may carry."""
    if len(cell) == 1 and len(cell[0]) == 1 and cell[0][0].tag.endswith("}t"):
        return cell[0][0].text or ""  # nearly always
    return "".join(
        text.text or ""
        for text in cell.iter("{*}t")
        if not text.getparent().tag.endswith("}rPh")
    )


class _CellReader:
    def __init__(self, texts, source):
        self.texts = texts
        self.dates = source._date_formats
        self.durations = source._timedelta_formats
        self.epoch = source.epoch

    def __call__(self, cell):
        kind = cell.get("t")
        if kind == "inlineStr":
            return _inline_text(cell)
        text = None
        for child in cell:
            if child.tag.endswith("}v"):
                text = child.text
        if not text:
            return None
        if kind == "s":
            return self.texts[int(text)]
        if kind == "b":
            return text.strip() == "1"
        if kind in (None, "n"):
            return self._number(text, int(cell.get("s") or 0))
        return text

    def _number(self, text, style):
        number = int(text) if text.isdigit() else float(text)
        if style in self.dates:
            try:
                return from_excel(number, self.epoch, style in self.durations)
            except (OverflowError, ValueError):
                return number
        return number


_MERGE = re.compile(rb'<(?:\w+:)?mergeCell\s[^>]*?ref="([A-Z]+)(\d+):([A-Z]+)(\d+)"')


def _xlsx_merges(archive, path, filename):
    """Merged ranges, read from the sheet's XML without building it up."""
    merges = Merges()
    tail = b""
    with archive.open(path) as part:
        while chunk := part.read(256 * 1024):
            text = tail + chunk
            if b"<!DOCTYPE" in text or b"<!ENTITY" in text:
                raise ReadError(filename)
            end = 0
            if b"mergeCell" in text:
                for found in _MERGE.finditer(text):
                    left, top, right, bottom = found.groups()
                    columns = _letters(left.decode()), _letters(right.decode())
                    merges.add(int(top), int(bottom), *columns)
                    end = found.end()
            tail = text[max(end, len(text) - 100) :]
    return merges


@lru_cache(maxsize=1024)
def _letters(letters):
    """Index of a column: ``A`` → 0, ``AA`` → 26."""
    number = 0
    for char in letters[:4]:
        number = number * 26 + ord(char) - 64
    return number - 1


def _read_xls(data, filename, limits):
    import xlrd

    if "EncryptedPackage".encode("utf-16-le") in data:
        raise PasswordProtected(filename)
    try:
        source = xlrd.open_workbook(
            file_contents=data, formatting_info=True, logfile=io.StringIO()
        )
    except xlrd.XLRDError as error:
        if "encrypt" in str(error).lower():
            raise PasswordProtected(filename) from error
        raise ReadError(filename) from error
    except Exception as error:
        raise ReadError(filename) from error
    book = Workbook("xls", filename)
    book.date1904 = source.datemode == 1
    for sheet in source.sheets():
        if sheet.visibility:
            book.skipped.append((sheet.name, "hidden"))
            continue
        merges = Merges()
        for top, bottom, left, right in sheet.merged_cells:
            merges.add(top + 1, bottom, left, right - 1)
        rows = _xls_rows(sheet, source.datemode)
        book.sheets.append(Sheet(sheet.name, rows, merges, limits, filename))
    return book


def _xls_rows(sheet, datemode):
    import xlrd

    def value(cell):
        if cell.ctype == xlrd.XL_CELL_DATE:
            try:
                return xlrd.xldate_as_datetime(cell.value, datemode)
            except (ValueError, OverflowError):
                return cell.value
        if cell.ctype == xlrd.XL_CELL_BOOLEAN:
            return bool(cell.value)
        if cell.ctype == xlrd.XL_CELL_ERROR:
            return xlrd.error_text_from_code.get(cell.value, "#VALUE!")
        return cell.value

    return lambda: ([value(c) for c in sheet.row(i)] for i in range(sheet.nrows))


# --------------------------------------------------------------------- text


def _read_text(data, filename, limits):
    encoding = _encoding(data)
    if encoding is None:
        raise NotATable(filename)
    with io.TextIOWrapper(io.BytesIO(data), encoding, "replace", newline="") as text:
        start = text.read(64 * 1024)
    if "\0" in start or start.lstrip()[:1] == "{":
        raise NotATable(filename)
    if start.lstrip()[:1] == "<":
        return _read_markup(data, encoding, start, filename, limits)
    book = Workbook("csv", filename)
    book.encoding = encoding
    book.delimiter = _delimiter(start)

    def rows():
        wrapper = io.TextIOWrapper(io.BytesIO(data), encoding, "replace", newline="")
        try:
            yield from csv.reader(wrapper, delimiter=book.delimiter)
        except csv.Error as error:
            raise ReadError(filename) from error

    book.sheets.append(Sheet("", rows, Merges(), limits, filename))
    return book


def _read_markup(data, encoding, start, filename, limits):
    """A web page or XML that calls itself a spreadsheet."""
    if len(data) > limits.markup_megabytes * MEGABYTE:
        raise TooLarge(filename, what="MB", limit=limits.markup_megabytes)
    book = Workbook("html", filename)
    book.encoding = encoding
    with _damaged(filename):
        if "urn:schemas-microsoft-com:office:spreadsheet" in start and (
            "<table" not in start.lower() or "progid" in start
        ):
            book.kind = "xml"
            tables = list(markup.xml_sheets(data))
        elif "<table" in start.lower():
            tables = list(markup.html_tables(data.decode(encoding, "replace")))
        else:
            raise NotATable(filename)
    for name, rows, ranges in tables:
        merges = Merges()
        for one in ranges:
            merges.add(*one)
        book.sheets.append(Sheet(name, rows.__iter__, merges, limits, filename))
    return book


def _encoding(data):
    """Name of the codec, or ``None`` for what is not text."""
    if data.startswith(codecs.BOM_UTF8):
        return "utf-8-sig"
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    head = data[:4096]
    if head.count(0) > len(head) // 8:
        # Chinese leaves few zero bytes, delimiters leave many, always on one side.
        odd = head[1::2].count(0)
        return "utf-16-le" if odd >= head.count(0) - odd else "utf-16-be"
    if b"\0" in head:
        return None
    for name in ("utf-8", "gb18030"):
        decoder = codecs.getincrementaldecoder(name)()
        try:
            for start in range(0, len(data), MEGABYTE):
                decoder.decode(data[start : start + MEGABYTE])
            decoder.decode(b"", final=True)
            return name
        except UnicodeDecodeError:
            continue
    # A few damaged characters in Chinese text: they show as U+FFFD in their cells.
    text = data.decode("gb18030", "replace")
    return "gb18030" if text.count("\ufffd") <= len(text) / 100 + 3 else None


def _delimiter(text):
    """The delimiter that cuts most lines into an equal number of cells."""
    best, best_score = ",", 0
    for delimiter in ",\t;|":
        lines = csv.reader(text.splitlines()[:50], delimiter=delimiter)
        try:
            counts = [len(line) for line in lines if line]
        except csv.Error:
            continue
        wide = [count for count in counts if count > 1]
        if not wide:
            continue
        common = max(set(wide), key=wide.count)
        score = wide.count(common) / len(counts) * min(common, 20) ** 0.5
        if score > best_score:
            best, best_score = delimiter, score
    return best


def plain_cell(cell):
    """A cell as text, number, bool or None; dates as ISO text."""
    if cell is None or isinstance(cell, (int, bool)):
        return cell
    if isinstance(cell, str):
        return cell if cell.strip() else None
    if isinstance(cell, float):
        if cell != cell or cell in (float("inf"), float("-inf")):
            return "#NUM!"
        return int(cell) if cell.is_integer() else cell
    if isinstance(cell, datetime):
        if cell.time() == time():
            return cell.date().isoformat()
        return cell.isoformat(" ", "seconds")
    if isinstance(cell, (date, time)):
        return cell.isoformat()
    if isinstance(cell, timedelta):
        return str(cell)
    return str(cell)


# ------------------------------------------------------------------- merges


class Merges:
    """Merged ranges by the row they begin in."""

    def __init__(self):
        self._starts = {}

    def add(self, top, bottom, left, right):
        if right < left or bottom < top or left >= MAX_COLUMNS:
            return
        self._starts.setdefault(top, []).append(
            (bottom, left, min(right, MAX_COLUMNS - 1))
        )
        self._active = []

    def within(self, columns):
        """Ranges that begin in one of these columns."""
        part = Merges()
        for top, ranges in self._starts.items():
            for bottom, left, right in ranges:
                if left in columns:
                    part.add(top, bottom, left, right)
        return part

    def at(self, row):
        """Ranges that begin in ``row``, as ``(last row, first, last column)``."""
        return self._starts.get(row, ())

    def fill_all(self, number, cells):
        """Fill merged ranges in every direction; for rows asked in their order."""
        if not self._starts:
            return cells
        if number == 1:
            self._active = []
        self._active = [one for one in self._active if one[0] >= number]
        for bottom, left, right in self.at(number):
            value = cells[left] if left < len(cells) else None
            self._active.append((bottom, left, right, value))
        if not self._active:
            return cells
        cells = list(cells)
        for _bottom, left, right, value in self._active:
            cells += [None] * (right + 1 - len(cells))
            cells[left : right + 1] = [value] * (right + 1 - left)
        return cells


# ------------------------------------------------------------------ heading


def _used(cells):
    """Number of columns up to the last cell with something in it."""
    for index in range(len(cells), 0, -1):
        if cells[index - 1] not in (None, ""):
            return index
    return 0


def _empty_columns(lines, width):
    used = {
        column
        for cells in lines
        for column, cell in enumerate(cells)
        if cell not in (None, "")
    }
    return frozenset(range(width)) - used


def column_letter(index):
    """Name of a column as spreadsheets show it: 0 → A, 26 → AA."""
    letters = ""
    index += 1
    while index:
        index, rest = divmod(index - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return letters


def _is_heading_text(cell):
    return isinstance(cell, str) and len(clean(cell)) <= 30


def _score(cells):
    """How many different fields the texts of a row name."""
    fields = {
        guess.field or index
        for index, cell in enumerate(cells)
        if _is_heading_text(cell)
        and (guess := headers.recognise(cell))
        and guess.reason in ("exact", "contains", "ignored")
        and guess.confidence >= 0.5
    }
    texts = [c for c in cells if c not in (None, "")]
    plain = sum(_is_heading_text(c) and not _looks_like_data(c) for c in texts)
    return len(fields) if plain >= len(texts) * 0.7 else 0


def _looks_like_data(text):
    return bool(re.fullmatch(r"[\d.,\-/Ee+ㅤ\s]*\d[\d.,\-/:\s]*", clean(text)))


def _find_heading(filled):
    """Indexes of the heading's first and last row; ``(-1, -1)`` for none."""
    scores = [_score(cells) for cells in filled]
    best = max(range(len(scores)), key=lambda index: (scores[index], -index))
    if scores[best] == 0 or (scores[best] == 1 and _used(filled[best]) > 2):
        return _unknown_heading(filled)
    first = last = best
    if best + 1 < len(filled) and _completes(filled[best], filled[best + 1]):
        last = best + 1
    if best > 0 and _is_group_line(filled[best - 1], filled[best]):
        first = best - 1
    return first, last


def _unknown_heading(filled):
    """A first row of short different words above numbers is a heading, too."""
    for index, cells in enumerate(filled):
        texts = [cell for cell in cells if cell not in (None, "")]
        if len(texts) < 2:
            continue
        plain = all(_is_heading_text(c) and not _has_digit(c) for c in texts)
        following = filled[index + 1 : index + 4]
        figures = any(_has_digit(c) for row in following for c in row)
        if plain and figures and len(set(texts)) == len(texts):
            return index, index
        break
    return -1, -1


def _has_digit(cell):
    return cell is not None and any(char.isdigit() for char in str(cell))


def _completes(heading, below):
    """Whether the row below a heading is its second line."""
    texts = [cell for cell in below if cell not in (None, "")]
    if not texts or any(_has_digit(c) and not _ends_in_figure(c) for c in texts):
        return False
    if not all(_is_heading_text(cell) for cell in texts):
        return False
    # Under a group (two equal cells side by side) or an empty cell.
    named = [
        index
        for index, cell in enumerate(below)
        if cell not in (None, "") and headers.recognise(cell).confidence >= 0.5
    ]
    fresh = [
        index
        for index in named
        if index >= len(heading)
        or heading[index] in (None, "")
        or heading[index : index + 1] in (heading[index - 1 : index] if index else [],)
        or heading[index : index + 1] == heading[index + 1 : index + 2]
    ]
    return bool(fresh) and len(named) >= len(texts) * 0.7


def _ends_in_figure(text):
    return bool(re.fullmatch(r"\D+\d", clean(text)))


def _is_group_line(above, heading):
    """Whether ``above`` names groups of columns: not one title over all of them."""
    texts = [
        clean(cell) for cell in above if _is_heading_text(cell) and not _has_digit(cell)
    ]
    different = set(texts)
    if len(different) < 2 or len(texts) < _count(above):
        return False
    # Some cell stands over several columns or is the column's own name.
    equal = sum(a == b for a, b in zip(above, heading) if a not in (None, ""))
    known = sum(headers.recognise(text).confidence >= 0.5 for text in different)
    return bool(equal) or known >= len(different) * 0.5


def _count(cells):
    return sum(cell not in (None, "") for cell in cells)


def _headings(lines, width):
    """For each column the texts of the heading's lines, each text once."""
    result = []
    for column in range(width):
        parts = []
        for line in lines:
            text = clean(line[column]) if column < len(line) else ""
            text = re.sub(r"\s+", " ", text)
            if text and text not in parts:
                parts.append(text)
        result.append(tuple(parts))
    return result


def _titles(lines):
    found = []
    for line in lines:
        found += [clean(cell) for cell in line if cell not in (None, "")]
    return list(dict.fromkeys(found))


# ---------------------------------------------------------------- each row

_TOTAL = re.compile(
    r"(?:本页|本楼|本栋|本幢|本单元|全部|楼栋|单元|分|.{0,8}?)?(?:合计|小计|总计|累计|共计|"
    r"总数|汇总)(?:[:：(].*|\d.*|\(.*)?|(?:以上)?共\s*\d+\s*(?:户|套|间|人|个|条|行).*"
    r"|(?:sub|grand)?\s*total[s:]?.*",
    re.IGNORECASE,
)
_MAYBE_TOTAL = re.compile("[计总共汇]|total", re.IGNORECASE)
_NOTE = re.compile(
    r"(?:备注|附注|注意|注|说明|制表|填表|审核|复核|打印|日期|编制|单位|经办|负责人|"
    r"统计|导出|数据来源|note|remark|printed)[^:：]{0,8}[:：].*|第?\s*\d+\s*[页/].*|-\s*\d+\s*-"
    r"|注[1-9一二三].*|\*.*|以上数据.*|以下空白.*|.{30,}",
    re.IGNORECASE,
)
_EXAMPLE = re.compile(r"\s*(?:示例|样例|范例|example)\s*(?:[:：,，。(（!！]|$)", re.I)
_CARRIED = ("estate", "lane", "building", "entrance")


class _Carrier:
    """Sorts the rows of one sheet and gives them what the rows above them say."""

    def __init__(self, sheet, mapping):
        self.sheet = sheet
        self.width = sheet.width
        self.mapping = mapping
        self.merges = sheet._merges
        self.names = [set(parts) for parts in sheet.headings]
        for names, cells in zip(self.names, zip(*sheet.heading_cells)):
            names.update(cell for cell in cells if cell)
        self.titles = set(sheet.titles)
        fills = headers.PLACE_FIELDS | headers.PERSON_FIELDS | {"use", "state"}
        self.fill_columns = {c for c, field in mapping.items() if field in fills}
        self.column = {field: column for column, field in mapping.items()}
        self.active = {}
        self.last = {}
        self.section = {}
        self.sheet_place = _place_of(sheet.name)

    def row(self, number, cells):
        cells = cells[: self.width] + [None] * (self.width - len(cells))
        if self.merges._starts:
            own = cells
            cells = self._merge(number, cells)
        else:
            own = cells
        reason = self._reason(number, own, cells)
        if reason:
            if reason in ("total", "section", "header"):
                self.last = {}
            return Row(number, cells, reason, {}, self.sheet.name)
        carried = self._carry(cells)
        self._learn_lane(cells)
        context = {**self.sheet_place, **self.section}
        context = {f: text for f, text in context.items() if not self._says(cells, f)}
        if carried:
            context["carried"] = carried
        return Row(number, cells, "", context, self.sheet.name)

    def _learn_lane(self, cells):
        """The lane that a row names for the sheet's building holds for the others."""
        column = self.column.get("address", self.column.get("room"))
        building = self.sheet_place.get("building")
        if not building or "lane" in self.sheet_place or column is None:
            return
        text = cells[column]
        if isinstance(text, str) and "弄" in text:
            place = address.read_place(text, True)
            if place and place.building == address.read_building(building).building:
                self.sheet_place["lane"] = place.lane

    # ------------------------------------------------------- merged cells

    def _merge(self, number, cells):
        for bottom, left, right in self.merges.at(number):
            if bottom > number and left < self.width:
                self.active[left] = (bottom, min(right, self.width - 1), cells[left])
        if not self.active:
            return cells
        cells = list(cells)
        for left, (bottom, _right, value) in list(self.active.items()):
            if left in self.fill_columns and cells[left] is None:
                cells[left] = value
            if bottom <= number:
                del self.active[left]
        return cells

    # ------------------------------------------------------ rows left out

    def _reason(self, number, own, cells):
        if number <= self.sheet.header_row:
            heading = number > self.sheet.header_row - 2 and self._repeats(cells)
            if heading or number == self.sheet.header_row:
                return "header"
            return "title" if _count(own) else "blank"
        filled = [(i, cell) for i, cell in enumerate(own) if cell not in (None, "")]
        if not filled:
            return "blank"
        texts = [(i, cell) for i, cell in filled if isinstance(cell, str)]
        if not texts:
            return ""
        for _index, cell in texts[:4]:
            if not _MAYBE_TOTAL.search(cell):
                continue
            bare = re.sub(r"\s+", "", clean(cell))
            if _TOTAL.fullmatch(bare):
                return "total"
        if self._repeats(own):
            return "header"
        if any(_EXAMPLE.match(cell) for _index, cell in texts):
            return "example"
        first = filled[0][1]
        if all(cell == first for _i, cell in filled):
            return self._lonely(*texts[0])
        return ""

    def _lonely(self, index, cell):
        """Why a row with a single text is left out, if it is."""
        text = clean(cell)
        if text in self.titles:
            return "title"
        if _NOTE.fullmatch(text):
            return "note"
        field = self.mapping.get(index)
        if self.width < 3 or field == "address":
            return ""
        if field == "building" and "room" in self.column:
            # The building alone: as good as a line above its group.
            self.section = _place_of(text) or {"building": text}
            return "section"
        if field != "room" or "building" not in self.column:
            if place := _place_of(text):
                self.section = place
                return "section"
        if field == "room":
            return ""
        return "note" if index == 0 or len(text) > 12 else ""

    def _repeats(self, cells):
        filled = [(i, cell) for i, cell in enumerate(cells) if cell not in (None, "")]
        if len(filled) < 2 or not any(
            cell in self.names[index] for index, cell in filled[:3]
        ):
            return False
        same = sum(
            isinstance(cell, str)
            and re.sub(r"\s+", " ", clean(cell)) in self.names[index]
            for index, cell in filled
        )
        return same >= 2 and same >= len(filled) * 0.8

    # ------------------------------------------------- what stands above

    def _says(self, cells, field):
        column = self.column.get(field)
        return column is not None and cells[column] not in (None, "")

    def _carry(self, cells):
        """Repeat the place of the rows above; return the fields that were."""
        carried = []
        same = True
        for field in _CARRIED:
            column = self.column.get(field)
            if column is None:
                continue
            if cells[column] not in (None, ""):
                same = same and self.last.get(field) == cells[column]
                self.last[field] = cells[column]
                continue
            if same and self.last.get(field) is not None:
                cells[column] = self.last[field]
                carried.append(field)
            else:
                self.last.pop(field, None)
        self._carry_room(cells, carried, same)
        return carried

    def _carry_room(self, cells, carried, same):
        column = self.column.get("room", self.column.get("address"))
        if column is None:
            return
        field = self.mapping[column]
        if cells[column] not in (None, ""):
            self.last["room"] = cells[column]
        elif same and self.last.get("room") is not None and self._says(cells, "person"):
            cells[column] = self.last["room"]
            carried.append(field)


def _place_of(text):
    """``{"building": …}`` when a sheet's name or a line names a building."""
    text = clean(text)
    if len(text) > 60 or not re.fullmatch(
        r".{0,12}?[0-9A-Z一二三四五六七八九十甲乙丙丁]+(?:号楼|栋|幢|座|号|#楼?)"
        r"(?:[0-9A-Z一二三四]+单元)?(?:\(.*\)|清单|明细|业主|名单|台账)*",
        text,
    ):
        return {}
    text = re.sub(r"(?:\(.*\)|清单|明细|业主|名单|台账)+$", "", text)
    place = address.read_building(text)
    if not place.building or place.room:
        return {}
    found = {"building": f"{place.building}{place.suffix}"}
    if place.lane:
        found["lane"] = place.lane
    if place.entrance:
        found["entrance"] = place.entrance
    return found


def sample(sheet, count=10):
    """The first rows with data, for showing them under the headings."""
    return list(islice((row for row in sheet.rows() if not row.reason), count))
