"""Rows into PostgreSQL at the least cost: many by ``COPY``, few in one statement."""

import io
from collections import namedtuple
from datetime import date, datetime

# Up to so many values the way to the server and back costs more than the values do.
FEW = 500

#: Rows of a table, in the order of the columns.
Rows = namedtuple("Rows", "table columns values")
#: A statement with its parameters, whose result nobody waits for.
Statement = namedtuple("Statement", "code params")

_ESCAPES = str.maketrans({"\\": r"\\", "\t": r"\t", "\n": r"\n", "\r": r"\r"})


def _text(value):
    if "\x00" in value:
        raise ValueError("a text cannot hold the character NUL")
    return value.translate(_ESCAPES)


class _Writers(dict):
    """How each type is written; a kind of a known type is written like it."""

    def __missing__(self, kind):
        for known, write in list(self.items()):
            if issubclass(kind, known):
                self[kind] = write
                return write
        raise TypeError(f"a column cannot hold a {kind.__name__}")


_WRITERS = _Writers(
    {
        type(None): lambda _none: r"\N",
        bool: lambda value: "t" if value else "f",
        int: str,
        float: repr,
        str: _text,
        datetime: str,
        date: str,
    }
)


def text_of(rows):
    r"""Return rows of plain values as the text that ``COPY`` reads.

    ``None`` → ``\N``, booleans → ``t``/``f``; numbers, dates and naive datetimes as
    PostgreSQL reads them; tabs, line breaks and backslashes of a text escaped.

    :raises TypeError: on a value of another type
    :raises ValueError: on a NUL character, which PostgreSQL has no place for
    """
    return "".join(
        [
            "\t".join([_WRITERS[type(value)](value) for value in row]) + "\n"
            for row in rows
        ]
    )


def copy_rows(cr, table, columns, rows):
    """Append rows to a table.

    :param cr: cursor of psycopg2 or Odoo
    :param str table: name of the table; from the code, never from a user
    :param columns: names of the columns, in the order of the values
    :param rows: iterable of tuples of ``None``, bool, int, float, str, date, datetime
    """
    names = ", ".join(f'"{name}"' for name in columns)
    cr.copy_expert(f'COPY "{table}" ({names}) FROM STDIN', io.StringIO(text_of(rows)))


def write(cr, parts):
    """Write rows of several tables, in the order given.

    Few rows go to the server in one statement, as a single report does that has a
    trace, followers and clocks; many by ``COPY``, a statement for each table.

    :param cr: cursor of psycopg2 or Odoo
    :param parts: list of `Rows` (tables and columns named by the code, never by a
        user) and `Statement`
    """
    parts = [part for part in parts if isinstance(part, Statement) or part.values]
    few = sum(
        len(part.columns) * len(part.values) for part in parts if isinstance(part, Rows)
    )
    if few <= FEW:
        _write_at_once(cr, parts)
        return
    for part in parts:
        if isinstance(part, Rows):
            copy_rows(cr, *part)
        else:
            cr.execute(part.code, part.params)


def _write_at_once(cr, parts):
    codes, params = [], []
    for part in parts:
        if isinstance(part, Rows):
            codes.append(_insert(part))
            # One flat list: psycopg2 takes tuples apart in Python, which is dear.
            params += [value for row in part.values for value in row]
        else:
            codes.append(part.code)
            params += part.params
    if codes:
        cr.execute("; ".join(codes), params)


def _insert(rows):
    names = ", ".join(f'"{name}"' for name in rows.columns)
    row = f"({', '.join(['%s'] * len(rows.columns))})"
    return (
        f'INSERT INTO "{rows.table}" ({names}) '
        f"VALUES {', '.join([row] * len(rows.values))}"
    )
