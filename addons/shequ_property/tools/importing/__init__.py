"""Read the lists of property companies: files, headers, values, rows, groups.

    book = reading.read(data, "homes.xlsx")
    for sheet in book.sheets:
        mapping = {i: g.field for i, g in sheet.guesses.items() if g.field}
        for row in sheet.rows(mapping):
            parsed = rows.parse_row(row, mapping, rows.Options(...))
    plan = grouping.group(parsed_rows)

Plain Python, no Odoo: every step takes and gives plain values, what cannot be
understood is a `problems.Problem` and never an exception.
"""

from . import grouping
from . import headers
from . import problems
from . import reading
from . import rows
from . import templates
from . import values
