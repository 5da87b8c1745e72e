"""What COPY is told is what it was given."""

import re
import unittest
from datetime import date, datetime

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ...tools import bulk

UNESCAPED = {r"\\": "\\", r"\t": "\t", r"\n": "\n", r"\r": "\r"}
TEXTS = st.text(st.sampled_from("\\\t\n\r\v\x1fN.nrt'\" a漏水😀"), max_size=12)


def unescape(text):
    """Read a field as PostgreSQL's documentation says COPY does."""
    return re.sub(r"\\[\\tnr]", lambda m: UNESCAPED[m.group()], text)


class TestBulk(unittest.TestCase):
    @settings(
        max_examples=300,
        deadline=None,
        suppress_health_check=[HealthCheck.too_slow],
    )
    @given(st.lists(st.tuples(TEXTS, TEXTS), max_size=4))
    def test_texts_come_back_whole(self, rows):
        lines = bulk.text_of(rows).split("\n")
        self.assertEqual(lines.pop(), "")
        read = [[unescape(field) for field in line.split("\t")] for line in lines]
        self.assertEqual(read, [list(row) for row in rows])

    def test_a_text_that_looks_like_nothing_stays_a_text(self):
        self.assertEqual(bulk.text_of([(None, r"\N")]), "\\N\t\\\\N\n")

    def test_plain_values(self):
        row = (True, False, 7, 1.5, date(2026, 3, 1), datetime(2026, 3, 1, 8, 30))
        self.assertEqual(
            bulk.text_of([row]), "t\tf\t7\t1.5\t2026-03-01\t2026-03-01 08:30:00\n"
        )

    def test_a_kind_of_a_known_type_is_written_like_it(self):
        class Moment(datetime):
            """As libraries that set the clock for tests make them."""

        self.assertEqual(bulk.text_of([(Moment(2026, 3, 1),)]), "2026-03-01 00:00:00\n")

    def test_nul_is_refused(self):
        with self.assertRaises(ValueError):
            bulk.text_of([("a\x00b",)])

    def test_what_it_does_not_know_is_refused(self):
        with self.assertRaises(TypeError):
            bulk.text_of([(object(),)])


class Recorder:
    """A cursor that remembers what it was told."""

    def __init__(self):
        self.executed, self.copied = [], []

    def execute(self, code, params):
        self.executed.append((code, list(params)))

    def copy_expert(self, code, file):
        self.copied.append((code, file.read()))


class TestWrite(unittest.TestCase):
    def test_few_rows_of_many_tables_go_in_one_statement(self):
        cr = Recorder()
        bulk.write(
            cr,
            [
                bulk.Rows("a", ("x", "y"), [(1, "b"), (2, None)]),
                bulk.Rows("empty", ("x",), []),
                bulk.Statement("UPDATE c SET d = %s", (5,)),
            ],
        )
        self.assertEqual(
            cr.executed,
            [
                (
                    'INSERT INTO "a" ("x", "y") VALUES (%s, %s), (%s, %s); '
                    "UPDATE c SET d = %s",
                    [1, "b", 2, None, 5],
                )
            ],
        )
        self.assertEqual(cr.copied, [])

    def test_many_rows_are_copied_table_by_table(self):
        cr = Recorder()
        rows = [(number, "b") for number in range(bulk.FEW)]
        bulk.write(
            cr,
            [
                bulk.Rows("a", ("x", "y"), rows),
                bulk.Statement("UPDATE c SET d = %s", (5,)),
            ],
        )
        self.assertEqual(cr.executed, [("UPDATE c SET d = %s", [5])])
        ((code, text),) = cr.copied
        self.assertEqual(code, 'COPY "a" ("x", "y") FROM STDIN')
        self.assertEqual(text.count("\n"), bulk.FEW)

    def test_nothing_is_nothing(self):
        cr = Recorder()
        bulk.write(cr, [bulk.Rows("a", ("x",), [])])
        self.assertEqual((cr.executed, cr.copied), ([], []))
