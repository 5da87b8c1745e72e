from datetime import timedelta
from urllib.parse import urlsplit

from odoo.tests import tagged

from ...controllers.portal_login import safe_next
from .common_login import PASSWORD, LoginCase

UNKNOWN = "18800001111"


@tagged("post_install", "-at_install")
class TestLoginPages(LoginCase):
    def test_number_and_code_let_a_resident_in(self):
        self.confirm(self.zhu)
        answer = self.arrive("138 1234 5678")
        self.assertEqual(urlsplit(answer.url).path, "/my/community")
        self.assertEqual(self.who(), self.zhu)

    def test_large_letters_chosen_before_stay_after(self):
        self.confirm(self.zhu)
        self.fill("/my/login", {"large": "1"})
        self.arrive("138 1234 5678")
        self.assertEqual(self.who(), self.zhu)
        self.assertTrue(self.zhu.shequ_large_type)

    def test_the_first_time_the_name_is_asked(self):
        answer = self.arrive("13812345678")
        self.assertEqual(urlsplit(answer.url).path, "/my/login/name")
        self.assertNotIn("朱", answer.text)
        wrong = self.fill("/my/login/name", {"name": "李四"})
        self.assertEqual(wrong.status_code, 422)
        self.assertIsNone(self.who())
        right = self.fill("/my/login/name", {"name": " 朱 先生 "})
        self.assertEqual(urlsplit(right.url).path, "/my/community")
        self.leave()
        self.again("13812345678")
        answer = self.arrive("13812345678")
        self.assertEqual(urlsplit(answer.url).path, "/my/community")

    def test_known_and_unknown_numbers_get_the_same_answers(self):
        pages = []
        for number in ("13812345678", UNKNOWN):
            self._fresh()
            answer = self.ask_code(number)
            text = answer.text.replace(number[:3], "").replace(number[-4:], "")
            lines = [line for line in text.splitlines() if "csrf_token" not in line]
            pages.append((answer.status_code, urlsplit(answer.url).path, lines))
            self.assertTrue(self.code(number))
            wrong = self.enter_code(number, code="000000")
            self.assertEqual(wrong.status_code, 422)
        self.assertEqual(pages[0][:2], pages[1][:2])
        changed = [
            pair
            for pair in zip(pages[0][2], pages[1][2], strict=True)
            if len(set(pair)) > 1
        ]
        self.assertFalse([p for p in changed if "data-now" not in p[0]])

    def test_a_wrong_code_five_times_and_the_right_one_is_void(self):
        self.confirm(self.zhu)
        self.ask_code("13812345678")
        right = self.code("13812345678")
        wrong = f"{(int(right) + 1) % 10**6:06d}"
        statuses = [self.enter_code("1", code=wrong).status_code for _n in range(5)]
        self.assertEqual(statuses, [422, 422, 422, 422, 429])
        self.assertEqual(self.enter_code("1", code=right).status_code, 429)
        self.assertIsNone(self.who())

    def test_a_code_is_for_the_browser_that_asked(self):
        self.confirm(self.zhu)
        self.ask_code("13812345678")
        code = self.code("13812345678")
        self._fresh()
        self.env["ir.config_parameter"].set_param("shequ.login.limit_phone", "9/60")
        # Another visitor knows number and code, but has not asked for it.
        self.get("/my/login")
        answer = self.fill("/my/login/code", {"code": code}, page="/my/login")
        self.assertEqual(urlsplit(answer.url).path, "/my/login")
        self.assertIsNone(self.who())

    def test_the_session_gets_a_new_name(self):
        self.confirm(self.zhu)
        self.ask_code("13812345678")
        before = self.opener.cookies.get("session_id")
        self.enter_code("13812345678")
        self.assertNotEqual(before, self.opener.cookies.get("session_id"))

    def test_another_code_within_the_minute_is_refused_with_the_wait(self):
        self.ask_code("13812345678")
        answer = self.fill("/my/login/again", page="/my/login/code")
        self.assertEqual(answer.status_code, 429)
        self.assertIn("seconds", answer.text)
        self.assertIn('autocomplete="one-time-code"', answer.text)

    def test_landlines_and_countries_without_codes_are_refused(self):
        for number in ("021-57180000", "12345", "+7 912 345 67 89", ""):
            with self.subTest(number):
                answer = self.ask_code(number)
                self.assertEqual(answer.status_code, 422)
        self.assertFalse(self.sms("+79123456789"))

    def test_an_owner_abroad(self):
        self.zhu.partner_id.phone = "+65 9123 4567"
        self.assertEqual(self.zhu.login, "+6591234567")
        self.confirm(self.zhu)
        answer = self.arrive("+65 9123-4567")
        self.assertEqual(urlsplit(answer.url).path, "/my/community")
        self.assertEqual(self.who(), self.zhu)

    def test_a_form_from_elsewhere_is_refused(self):
        self.get("/my/login")
        for path in ("/my/login", "/my/login/code", "/my/login/who", "/my/register"):
            with self.subTest(path):
                answer = self.url_open(path, data={"phone": "13812345678"})
                self.assertEqual(answer.status_code, 400)

    def test_steps_cannot_be_skipped(self):
        for path in ("code", "who", "name", "staff"):
            answer = self.get(f"/my/login/{path}")
            self.assertEqual(urlsplit(answer.url).path, "/my/login")
        self.ask_code("13812345678")
        for path in ("/my/login/who", "/my/login/name", "/my/register"):
            answer = self.get(path)
            self.assertEqual(urlsplit(answer.url).path, "/my/login")

    def test_staff_log_in_with_a_password(self):
        self.desk.partner_id.phone = "13300001111"
        answer = self.arrive("13300001111")
        self.assertEqual(urlsplit(answer.url).path, "/my/login/staff")
        self.assertIsNone(self.who())

    def test_a_password_still_works_and_the_two_pages_lead_to_each_other(self):
        answer = self.get("/my/tickets")
        self.assertEqual(urlsplit(answer.url).path, "/my/login")
        self.assertIn("/web/login?password=1", answer.text)
        answer = self.get("/web/login?password=1&redirect=/my/tickets")
        self.assertEqual(urlsplit(answer.url).path, "/web/login")
        self.assertIn("/my/login?redirect", answer.text)
        answer = self.get("/web/login")
        self.assertEqual(urlsplit(answer.url).path, "/web/login")
        self.authenticate(self.zhu.login, PASSWORD)
        self.assertEqual(self.get("/my/tickets").status_code, 200)

    def test_only_pages_of_ours_come_after_the_log_in(self):
        for address in (
            "https://evil.example",
            "//evil.example",
            "/\\evil.example",
            "/my//evil.example",
            "/web/session/logout",
            "/mystery",
            "/my/../web",
            "/my/tickets\r\nX: y",
            "javascript:alert(1)",
            "/my/login/again",
            None,
        ):
            with self.subTest(address):
                self.assertEqual(safe_next(address), "/my/community")
        for address in ("/my", "/my/tickets/5", "/my/report?kind=ask", "/my?x=1"):
            with self.subTest(address):
                self.assertEqual(safe_next(address), address)

    def test_the_wanted_page_comes_after_the_log_in(self):
        self.confirm(self.zhu)
        self.get("/my/login?redirect=/my/homes")
        self.fill("/my/login", {"phone": "13812345678"}, page="/my/login")
        answer = self.enter_code("13812345678")
        self.assertEqual(urlsplit(answer.url).path, "/my/homes")

    def test_log_ins_are_listed_for_the_person(self):
        self.confirm(self.zhu)
        self.arrive("13812345678")
        log = self.env["shequ.login.log"].search(
            [("user_id", "=", self.zhu.id)], limit=1
        )
        self.assertEqual(log.way, "code")
        self.assertIn("Code by text message", self.get("/my/settings").text)


@tagged("post_install", "-at_install")
class TestSpecialLives(LoginCase):
    def test_a_household_with_one_telephone(self):
        """Two people, one number: who it is comes after the code, names masked."""
        grandma = self._make_resident(
            "grandma", "王小明", "13812345678", self.unit, role="family"
        )
        self.assertEqual(grandma.partner_id.shequ_phone, "13812345678")
        grandma.login = self.env["res.users"]._shequ_login(grandma.partner_id)
        self.assertEqual(grandma.login, "13812345678-2")
        self.confirm(self.zhu, grandma)
        answer = self.arrive("13812345678")
        self.assertEqual(urlsplit(answer.url).path, "/my/login/who")
        self.assertIn("王*明", answer.text)
        self.assertNotIn("王小明", answer.text)
        self.assertNotIn("朱先生", answer.text)
        self.fill("/my/login/who", {"person": grandma.partner_id.id})
        self.assertEqual(self.who(), grandma)

    def test_nobody_else_can_be_chosen(self):
        grandma = self._make_resident(
            "grandma", "王小明", "13812345678", self.unit, role="family"
        )
        self.confirm(self.zhu, self.neighbour, grandma)
        self.arrive("13812345678")
        answer = self.fill("/my/login/who", {"person": self.neighbour.partner_id.id})
        self.assertEqual(urlsplit(answer.url).path, "/my/login/who")
        self.assertIsNone(self.who())

    def test_two_people_of_different_homes_with_one_number(self):
        other = self._make_resident("other", "孙大海", "13812345678", self.second_unit)
        logins = {other.login, self.zhu.login}
        self.assertEqual(len(logins), 2)
        self.confirm(self.zhu, other)
        self.arrive("13812345678")
        self.fill("/my/login/who", {"person": other.partner_id.id})
        self.assertEqual(self.who(), other)
        self.assertIn("明强小区", self.get("/my/community").text)
        self.assertNotIn("金昊雅苑", self.get("/my/homes").text)

    def test_a_number_that_changed_hands_opens_nothing(self):
        """The new holder gets codes, but knows not the name of the former one."""
        self.zhu.partner_id.name = "朱志强"
        self.zhu.shequ_phone_confirmed_at = self.env.cr.now() - timedelta(days=91)
        answer = self.arrive("13812345678")
        self.assertEqual(urlsplit(answer.url).path, "/my/login/name")
        self.assertNotIn("朱", answer.text)
        for name in ("赵六", "朱", "朱先生", ""):
            self.assertNotEqual(
                self.fill("/my/login/name", {"name": name}).status_code, 200
            )
        self.assertIsNone(self.who())
        # Registering leads to the service desk, which sees whose number it was.
        answer = self.fill(
            "/my/register",
            {
                "unit_id": self.next_unit.id,
                "name": "赵六",
                "role": "tenant",
                "last_day": "2099-01-01",
                "proof": "visit",
            },
            page=f"/my/register?unit={self.next_unit.id}",
        )
        self.assertEqual(urlsplit(answer.url).path, "/my/registrations")
        registration = self.env["shequ.registration"].search(
            [("person_name", "=", "赵六")]
        )
        self.assertEqual(registration.holder_ids, self.zhu.partner_id)
        registration.with_user(self.desk).action_verify_and_release()
        self.assertFalse(self.zhu.partner_id.phone)
        self.assertNotIn("138", self.zhu.login)
        self.leave()
        self.again("13812345678")
        answer = self.arrive("13812345678")
        self.assertEqual(urlsplit(answer.url).path, "/my/community")
        self.assertEqual(self.who().partner_id, registration.partner_id)
        change = self.env["shequ.phone.change"].search(
            [("partner_id", "=", self.zhu.partner_id.id)]
        )
        self.assertEqual((change.state, change.old_number), ("released", "138****5678"))

    def test_a_number_the_desk_changes_is_not_confirmed(self):
        self.confirm(self.zhu)
        self.zhu.partner_id.phone = "13812349999"
        self.assertEqual(self.zhu.login, "13812349999")
        self.assertFalse(self.zhu.shequ_phone_confirmed_at)
        answer = self.arrive("13812345678")
        self.assertEqual(urlsplit(answer.url).path, "/my/register")

    def test_a_child_logs_in_only_with_the_guardians_consent(self):
        child = self._make_resident(
            "child", "朱小宝", "13400001111", self.unit, role="family"
        )
        self.confirm(self.zhu, child)
        child.partner_id.shequ_guardian_id = self.zhu.partner_id
        answer = self.arrive("13400001111")
        self.assertEqual(urlsplit(answer.url).path, "/my/register")
        self.zhu.partner_id._shequ_agree_as_guardian(child.partner_id)
        self.again("13400001111")
        answer = self.arrive("13400001111")
        self.assertEqual(urlsplit(answer.url).path, "/my/community")

    def test_someone_on_file_without_a_log_in_needs_no_invitation(self):
        partner = self.env["res.partner"].create(
            {"name": "钱伟", "phone": "13500002222"}
        )
        self.env["shequ.residency"].create(
            {"partner_id": partner.id, "unit_id": self.unit.id, "role": "family"}
        )
        self.arrive("13500002222")
        self.fill("/my/login/name", {"name": "钱伟"})
        self.assertEqual(self.who().partner_id, partner)
