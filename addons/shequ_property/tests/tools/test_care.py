from datetime import date, datetime, timedelta

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from odoo.tests import BaseCase, tagged

from ...tools import news, performance, short_link, supervision

PATIENT = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
STATES = ["new", "accepted", "assigned", "in_progress", "done", "rated", "closed"]


@tagged("post_install", "-at_install")
class TestNews(BaseCase):
    @PATIENT
    @given(*[st.booleans()] * 4)
    def test_withdrawn_goes_before_everything(self, login, phone, red, reachable):
        answer = news.decide(
            has_login=login,
            by_phone=phone,
            red=red,
            withdrawn=True,
            reachable=reachable,
        )
        self.assertEqual(answer, "withdrawn")

    @PATIENT
    @given(*[st.booleans()] * 3)
    def test_nobody_without_a_number(self, login, phone, red):
        answer = news.decide(
            has_login=login, by_phone=phone, red=red, withdrawn=False, reachable=False
        )
        self.assertEqual(answer, "number")

    def test_who_reads_the_pages_gets_none_but_of_an_emergency(self):
        asked = {"withdrawn": False, "reachable": True}
        decide = news.decide
        self.assertEqual(
            decide(has_login=True, by_phone=False, red=False, **asked), "portal"
        )
        self.assertEqual(
            decide(has_login=True, by_phone=True, red=False, **asked), "send"
        )
        self.assertEqual(
            decide(has_login=True, by_phone=False, red=True, **asked), "send"
        )
        self.assertEqual(
            decide(has_login=False, by_phone=False, red=False, **asked), "send"
        )

    @PATIENT
    @given(st.sampled_from(news.STEPS), st.booleans(), st.booleans(), st.booleans())
    def test_nothing_is_told_of_what_was_cancelled(self, step, held, worker, rated):
        for state in ("cancelled", "returned"):
            self.assertFalse(news.still_true(step, state, held, worker, rated))

    @PATIENT
    @given(st.text(max_size=200), st.integers(5, 60))
    def test_what_is_filled_in_fits(self, text, limit):
        words = news.fit(text, limit)
        self.assertLessEqual(len(words), limit)
        self.assertNotIn("\n", words)

    def test_no_address_is_passed_on(self):
        for text in (
            "已修好 https://evil.example/x 谢谢",
            "已修好 www.evil.com 谢谢",
            "已修好 evil-bank.com.cn/login 谢谢",
        ):
            self.assertNotIn("evil", news.fit(text))
            self.assertIn("谢谢", news.fit(text))
        self.assertEqual(news.fit("换了3.5米水管"), "换了3.5米水管")


@tagged("post_install", "-at_install")
class TestShortLink(BaseCase):
    @PATIENT
    @given(st.integers(1, 2**31 - 1), st.binary(min_size=20, max_size=32))
    def test_there_and_back(self, number, digest):
        token = short_link.make(number, digest.hex())
        self.assertEqual(
            short_link.split(token.upper()),
            (number, short_link.signature(digest.hex())),
        )

    @PATIENT
    @given(st.text(max_size=60))
    def test_anything_may_be_typed(self, text):
        number, _signature = short_link.split(text)
        self.assertGreaterEqual(number, 0)

    def test_what_is_none(self):
        for text in (None, "", "a", "x" * 16, "é" + "a" * 16, "z" * 30, "a" * 99):
            self.assertEqual(short_link.split(text), (0, ""))


@tagged("post_install", "-at_install")
class TestSupervision(BaseCase):
    @PATIENT
    @given(
        st.lists(
            st.tuples(
                st.sampled_from(["resident", "company", "post"]),
                st.sampled_from(sorted(set(supervision.STEPS) - {"opened"})),
            ),
            max_size=15,
        )
    )
    def test_the_company_never_ends_a_case(self, steps):
        state = supervision.step("resident", None, "opened")
        for side, code in steps:
            before = state
            try:
                state = supervision.step(side, state, code)
            except supervision.NotNow:
                continue
            if state == "closed":
                self.assertEqual((side, code), ("post", "closed"))
            if before == "closed":
                self.fail("a closed case has moved")

    def test_whose_turn_it_is(self):
        opened = datetime(2026, 3, 2, 9)
        demanded = opened + timedelta(hours=5)
        due = supervision.due
        self.assertEqual(due("new", opened, None, 24, 48), opened + timedelta(days=1))
        self.assertEqual(
            due("demanded", opened, demanded, 24, 48), demanded + timedelta(days=2)
        )
        self.assertIsNone(due("closed", opened, demanded, 24, 48))

    def test_the_nearest_post_looks_after_an_estate(self):
        posts = [
            ("district", set(), "", "奉贤区"),
            ("street", set(), "南桥镇", "奉贤区"),
            ("named", {7}, "", ""),
            ("elsewhere", {8}, "", ""),
            ("twin", set(), "南桥镇", "宝山区"),
        ]
        find = supervision.post_for
        self.assertEqual(find((7, "南桥镇", "奉贤区"), posts), "named")
        self.assertEqual(find((1, "南桥镇", "奉贤区"), posts), "street")
        self.assertEqual(find((1, "庄行镇", "奉贤区"), posts), "district")
        self.assertEqual(find((1, "南桥镇", "宝山区"), posts), "twin")
        self.assertIsNone(find((1, "", ""), posts))
        self.assertIsNone(find((1, "庄行镇", "静安区"), posts))


@tagged("post_install", "-at_install")
class TestPerformanceRules(BaseCase):
    def _rule(self, number, event="rework", score=-1, **values):
        empty = {"team": None, "date_from": None, "date_to": None, "stars": 2}
        return performance.Rule(number, event, score, **{**empty, **values})

    def test_the_team_s_own_goes_first(self):
        rules = [self._rule(1), self._rule(2, team=7), self._rule(3)]
        day = date(2026, 3, 5)
        self.assertEqual(performance.choose(rules, "rework", day, 7).id, 2)
        self.assertEqual(performance.choose(rules, "rework", day, 8).id, 1)
        self.assertIsNone(performance.choose(rules, "praise", day, 7))

    @PATIENT
    @given(st.dates(), st.dates(), st.dates())
    def test_only_while_it_counts(self, start, end, day):
        rules = [self._rule(1, date_from=start, date_to=end)]
        chosen = performance.choose(rules, "rework", day)
        self.assertEqual(bool(chosen), start <= day <= end)

    @PATIENT
    @given(st.integers(1, 5), st.integers(1, 5))
    def test_stars(self, stars, limit):
        day = date(2026, 3, 5)
        bad = [self._rule(1, "bad_rating", stars=limit)]
        good = [self._rule(1, "good_rating", stars=limit)]
        choose = performance.choose
        self.assertEqual(
            bool(choose(bad, "bad_rating", day, stars=stars)), stars <= limit
        )
        self.assertEqual(
            bool(choose(good, "good_rating", day, stars=stars)), stars >= limit
        )
        self.assertIsNone(choose(bad, "bad_rating", day))

    @PATIENT
    @given(st.dates(max_value=date(9998, 1, 1)))
    def test_months_follow_each_other(self, day):
        month = performance.month_of(day)
        following = performance.next_month(month)
        self.assertEqual(following.day, 1)
        self.assertIn((following - month).days, (28, 29, 30, 31))
        self.assertTrue(month <= day < following)
