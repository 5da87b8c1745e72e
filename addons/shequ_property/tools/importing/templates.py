"""Lists to fill in, and lists written out in the same shape, as XLSX."""

import io

import xlsxwriter

PLACE = ("estate", "lane", "building", "entrance", "room")
UNIT = (
    "floor",
    "use",
    "state",
    "building_area",
    "exclusive_area",
    "real_estate_number",
    "ref",
)
PERSON = (
    "person",
    "phone",
    "phone2",
    "role",
    "share",
    "id_type",
    "id_number",
    "email",
    "date_from",
    "date_to",
    "representative",
)
# Fields of each kind of list in their order.
COLUMNS = {
    "units": (*PLACE, *UNIT, "note"),
    "people": (*PLACE, *PERSON, "note"),
    "both": (*PLACE, *UNIT, *PERSON, "note"),
}
REQUIRED = {
    "units": frozenset(("building", "room")),
    "people": frozenset(("building", "room", "person")),
    "both": frozenset(("building", "room")),
}
# Columns whose digits a spreadsheet would change: numbers of 15 digits and more
# are rounded, leading zeros lost, 12-1 becomes a date and 1/2 the first of February.
TEXT = frozenset(
    (
        *PLACE,
        "real_estate_number",
        "ref",
        "phone",
        "phone2",
        "share",
        "id_number",
        "note",
    )
)
_AREAS = frozenset(("building_area", "exclusive_area"))
_DATES = frozenset(("date_from", "date_to"))
_WIDTHS = {
    "estate": 16,
    "real_estate_number": 32,
    "id_number": 22,
    "phone": 15,
    "phone2": 15,
    "email": 24,
    "note": 30,
    "date_from": 13,
    "date_to": 13,
}
# Rows of an empty template that are formatted and have drop-down lists.
_PREPARED_ROWS = 5_000


def make(
    kind,
    labels,
    *,
    notes=None,
    choices=None,
    rows=(),
    sheet="",
    lane_style=False,
    prepared=_PREPARED_ROWS,
):
    """Write a list as XLSX.

    The reader leaves out a row with a cell that begins with “示例：” or “Example:”.

    :param kind: ``units``, ``people`` or ``both``
    :param labels: ``{field: heading}``; a field without a heading has no column
    :param notes: ``{field: what to write in the column}``, shown at the heading
    :param choices: ``{field: [text, …]}``: drop-down lists
    :param rows: iterable of ``{field: cell}``, examples or data; areas are numbers
        of square metres, dates are dates or ISO text
    :param sheet: name of the sheet
    :param lane_style: False: no column for the lane; True: none for the entrance;
        None: both
    :param prepared: rows below the data with formats and drop-down lists
    :return: bytes
    """
    file = io.BytesIO()
    book = xlsxwriter.Workbook(
        file,
        {
            "constant_memory": True,
            "strings_to_formulas": False,
            "strings_to_urls": False,
            "strings_to_numbers": False,
            "default_date_format": "yyyy-mm-dd",
        },
    )
    page = book.add_worksheet(_sheet_name(sheet))
    fields = columns(kind, labels, lane_style)
    formats = _formats(book)
    _headings(page, kind, fields, labels, notes or {}, formats)
    last = 0
    for last, row in enumerate(rows, 1):
        for column, field in enumerate(fields):
            _cell(page, last, column, field, row.get(field), formats)
    _choices(page, fields, choices or {}, last + prepared)
    if last:
        page.autofilter(0, 0, last, len(fields) - 1)
    book.close()
    return file.getvalue()


def columns(kind, labels, lane_style=False):
    """Fields of the list in their order."""
    without = {True: "entrance", False: "lane"}.get(lane_style)
    return [field for field in COLUMNS[kind] if field in labels and field != without]


def _sheet_name(name):
    return "".join(char for char in name if char not in "[]:*?/\\")[:31] or None


def _formats(book):
    heading = {"bold": True, "bottom": 1, "text_wrap": True, "valign": "vcenter"}
    return {
        "heading": book.add_format({**heading, "bg_color": "#E8EEF4"}),
        "required": book.add_format({**heading, "bg_color": "#FCE4C8"}),
        "text": book.add_format({"num_format": "@"}),
        "area": book.add_format({"num_format": "0.00"}),
        "date": book.add_format({"num_format": "yyyy-mm-dd"}),
        "plain": None,
    }


def _kind_of(field):
    if field in TEXT:
        return "text"
    if field in _AREAS:
        return "area"
    return "date" if field in _DATES else "plain"


def _headings(page, kind, fields, labels, notes, formats):
    page.freeze_panes(1, 0)
    page.set_row(0, 32)
    for column, field in enumerate(fields):
        page.set_column(
            column, column, _WIDTHS.get(field, 11), formats[_kind_of(field)]
        )
        required = field in REQUIRED[kind]
        page.write_string(
            0, column, labels[field], formats["required" if required else "heading"]
        )
        if note := notes.get(field):
            page.write_comment(0, column, note, {"x_scale": 2, "y_scale": 1.2})


def _cell(page, row, column, field, value, formats):
    if value is None or value == "" or value is False:
        return
    style = _kind_of(field)
    if style == "area":
        page.write_number(row, column, float(value), formats["area"])
    elif style == "date" and not isinstance(value, str):
        page.write_datetime(row, column, value, formats["date"])
    elif style == "plain" and isinstance(value, int):
        page.write_number(row, column, value)
    else:
        page.write_string(row, column, str(value), formats[style])


def _choices(page, fields, choices, last):
    for column, field in enumerate(fields):
        words = list(choices.get(field) or ())
        # Excel takes a list of 255 characters.
        if not words or len(",".join(words)) > 255:
            continue
        page.data_validation(
            1,
            column,
            max(last, 1),
            column,
            {"validate": "list", "source": words, "error_type": "warning"},
        )
