import unittest
from datetime import date, timedelta

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ...tools import chain, committee
from ...tools import disclosure_calendar as calendar
from ...tools import disclosure_document as documents
from ...tools import disclosure_scan as personal
from ...tools.verify_disclosures import verify

# The first example of a process waits for hypothesis to read our sources.
SLOW_START = settings(suppress_health_check=[HealthCheck.too_slow], deadline=None)
DAYS = st.dates(date(2000, 1, 1), date(2100, 1, 1))
FREQUENCIES = st.sampled_from(sorted(calendar.MONTHS))


class TestCalendar(unittest.TestCase):
    @SLOW_START
    @given(FREQUENCIES, DAYS)
    def test_periods_lie_side_by_side(self, frequency, day):
        first, last = calendar.period(frequency, day)
        self.assertTrue(first <= day <= last)
        self.assertEqual(first.day, 1)
        following, _end = calendar.period(frequency, last + timedelta(days=1))
        self.assertEqual(following, last + timedelta(days=1))
        self.assertEqual(calendar.last_period(frequency, following), (first, last))

    def test_known_periods(self):
        day = date(2026, 11, 22)
        for frequency, first, last in (
            ("monthly", date(2026, 10, 1), date(2026, 10, 31)),
            ("quarterly", date(2026, 7, 1), date(2026, 9, 30)),
            ("half_yearly", date(2026, 1, 1), date(2026, 6, 30)),
            ("yearly", date(2025, 1, 1), date(2025, 12, 31)),
        ):
            self.assertEqual(calendar.last_period(frequency, day), (first, last))

    def test_status(self):
        today = date(2026, 11, 22)
        for due, published, expected in (
            (today - timedelta(1), False, "overdue"),
            (today, False, "soon"),
            (today + timedelta(14), False, "soon"),
            (today + timedelta(15), False, "planned"),
            (None, False, "planned"),
            (today - timedelta(99), True, "published"),
        ):
            self.assertEqual(calendar.status(due, published, today, 14), expected)


class TestScan(unittest.TestCase):
    def kinds(self, text, names=(), allowed=()):
        return {f.kind for f in personal.scan([("", text)], names, allowed)}

    def test_finds_by_shape(self):
        for text, kind in (
            ("联系13812345678", "phone"),
            ("138 1234 5678", "phone"),
            ("+86-138-1234-5678", "phone"),
            ("13812345678", "phone"),
            ("310101199001011234", "id"),
            ("31010119900101123x", "id"),
            ("京AD12345", "plate"),
            ("沪A12345D", "plate"),
            ("粤Z1234港", "plate"),
            ("沪A·12345", "plate"),
            ("a.b@example.com", "email"),
        ):
            self.assertEqual(self.kinds(text), {kind}, text)

    def test_leaves_what_is_nobody(self):
        for text in (
            "客服021-57180000,举报12315",
            "JE/2026/07/00012",
            "1,234,567.89",
            "91310115MA1K4XYZ0B",
            "2026-07-01",
            "f" * 64,
            "13812345678901234567890",
        ):
            self.assertEqual(self.kinds(text), set(), text)

    def test_names(self):
        self.assertEqual(self.kinds("感谢王建国", ["王建国"]), {"name"})
        self.assertEqual(self.kinds("感谢王建国", ["王建国"], ["王建国"]), set())
        self.assertEqual(self.kinds("王府井", ["王"]), set())
        self.assertEqual(self.kinds("Annual report", ["Ann"]), set())
        self.assertEqual(self.kinds("by Ann Lee", ["Ann Lee"]), {"name"})

    @SLOW_START
    @given(st.text(), st.integers(13 * 10**9, 2 * 10**10 - 1), st.text())
    def test_redacted_text_has_nothing_left(self, before, phone, after):
        clean = personal.redact(f"{before} {phone} {after}")
        self.assertNotIn("phone", self.kinds(clean))


class TestDocument(unittest.TestCase):
    def test_tidy_refuses(self):
        for wrong in (
            {"other": 1},
            {"facts": [["only one"]]},
            {"facts": [["rate", 0.5]]},
            {"tables": [{"title": "t", "columns": ["a"], "rows": [[1, 2]]}]},
            {"summary": 5},
        ):
            with self.assertRaises(ValueError):
                documents.tidy(wrong)

    def test_amounts(self):
        for kind, value, text in (
            ("money", 123456789, "1,234,567.89"),
            ("money", -5, "-0.05"),
            ("permille", 953, "95.3%"),
            ("milli", 4250, "4.250"),
            ("count", 1200, "1,200"),
        ):
            self.assertEqual(documents.amount(kind, value), text)

    @SLOW_START
    @given(st.integers(0, 10**6), st.integers(1, 10**6))
    def test_permille_rounds_half_up(self, part, whole):
        found = documents.permille(part, whole)
        self.assertTrue(abs(found * whole - 1000 * part) * 2 <= whole)

    @SLOW_START
    @given(st.dictionaries(st.text(min_size=1), st.text(min_size=1)))
    def test_no_change_between_the_same(self, facts):
        content = documents.tidy({"facts": [list(fact) for fact in facts.items()]})
        self.assertFalse(documents.changes(content, content))

    def test_changes_name_the_place(self):
        old = {"summary": "a", "facts": [["x", "1"], ["y", "2"]]}
        new = {"summary": "a", "facts": [["x", "3"], ["z", "4"]]}
        rows = {row["label"]: row for row in documents.changes(old, new)}
        self.assertEqual(rows["x"]["before"], "1")
        self.assertEqual(rows["y"]["after"], "")
        self.assertEqual(rows["z"]["before"], "")


class TestCommittee(unittest.TestCase):
    def test_more_than_half_of_who_signed(self):
        for accepts, objects, expected in (
            (0, 0, "silent"),
            (1, 0, "accepted"),
            (2, 2, "objected"),
            (3, 2, "accepted"),
            (0, 1, "objected"),
        ):
            self.assertEqual(committee.outcome(accepts, objects), expected)

    def test_score(self):
        self.assertIsNone(committee.score([]))
        self.assertIsNone(committee.score([(50, [])]))
        self.assertEqual(committee.score([(60, [80, 71]), (40, [80, 80])]), 773)
        # What nobody has marked does not count, nor does its weight.
        self.assertEqual(committee.score([(60, [90]), (40, [])]), 900)

    @SLOW_START
    @given(
        st.lists(
            st.tuples(st.integers(1, 100), st.lists(st.integers(0, 100), min_size=1)),
            min_size=1,
            max_size=6,
        )
    )
    def test_score_lies_between_the_marks(self, marks):
        points = [point for _weight, row in marks for point in row]
        found = committee.score(marks)
        self.assertTrue(10 * min(points) <= found <= 10 * max(points))


def export(count):
    """A chain of versions of one disclosure."""
    rows, previous, replaces = [], chain.GENESIS, None
    for number in range(1, count + 1):
        document = {
            "estate": {"code": "JHYY"},
            "number": number,
            "replaces": replaces,
            "content": {"figures": []},
        }
        replaces = chain.digest(document)
        entry = {"estate": "JHYY", "number": number, "sha256": replaces}
        link = chain.link(previous, entry)
        rows.append(
            {
                "chain_number": number,
                "number": number,
                "sha256": replaces,
                "previous": previous,
                "chain": link,
                "document": chain.canonical(document).decode(),
            }
        )
        previous = link
    return {"format": "shequ-disclosure-chain/1", "estate": "JHYY", "versions": rows}


class TestVerifier(unittest.TestCase):
    def test_a_whole_chain(self):
        whole = export(4)
        self.assertFalse(verify(whole))
        self.assertFalse(verify(whole, whole["versions"][-1]["chain"]))
        self.assertTrue(verify(whole, "0" * 64))
        self.assertTrue(verify({"format": "other"}))

    @SLOW_START
    @given(st.integers(0, 3), st.data())
    def test_any_byte_changed_is_found(self, number, data):
        whole = export(4)
        row = whole["versions"][number]
        field = data.draw(st.sampled_from(["document", "sha256", "previous", "chain"]))
        place = data.draw(st.integers(0, len(row[field]) - 1))
        char = "0" if row[field][place] != "0" else "1"
        row[field] = row[field][:place] + char + row[field][place + 1 :]
        self.assertTrue(verify(whole))

    @SLOW_START
    @given(st.integers(0, 2))
    def test_a_version_taken_out_is_found(self, number):
        whole = export(4)
        del whole["versions"][number]
        # Without the first the rest still is a part of a chain: the gap shows by
        # what it replaces.
        self.assertTrue(verify(whole))


class TestHomes(unittest.TestCase):
    def test_homes_are_blacked_out(self):
        for home in (
            "12号楼1单元1201室",
            "12号楼1201",
            "3弄5号601室",
            "12-1201",
            "12-1-1201",
            "1201室",
        ):
            text = personal.redact(f"{home} 物业费", homes=True)
            self.assertEqual(text, f"{personal.BLACK} 物业费", home)

    def test_vouchers_and_days_stay(self):
        for text in ("2026-07-01", "JE/2026/07/0001", "合同2026-001-3", "8600元"):
            self.assertEqual(personal.redact(text, homes=True), text)
