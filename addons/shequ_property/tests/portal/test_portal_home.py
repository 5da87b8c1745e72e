from odoo.tests import new_test_user, tagged

from .common import PASSWORD, PortalCase


@tagged("post_install", "-at_install")
class TestHome(PortalCase):
    """Home, choice of the home, settings, and what others see at /my."""

    def setUp(self):
        super().setUp()
        self.login(self.zhu)

    def test_home_shows_what_runs_with_its_strip(self):
        ticket = self._take(self.zhu)
        page = self.get("/my/community").text
        self.assertIn(ticket.name, page)
        self.assertIn("sq-strip", page)
        self.assertIn(self.estate.name, page)

    def test_my_is_the_community_for_residents(self):
        self.assertIn("Report a repair", self.get("/my").text)

    def test_my_is_odoos_for_others(self):
        user = new_test_user(self.env, "portal_vendor", "base.group_portal")
        user.password = PASSWORD
        self.login(user)
        self.assertNotIn("Report a repair", self.get("/my").text)

    def test_account_pages_of_odoo_go_on_working(self):
        self.assertEqual(self.get("/my/account").status_code, 200)

    def test_parts_that_do_not_exist_have_no_card(self):
        page = self.get("/my/community").text
        for key in ("vote", "pay", "disclosure"):
            self.assertNotIn(f'data-card="{key}"', page)
        self.assertIn('data-card="repair"', page)

    def test_person_with_two_homes_chooses(self):
        second = self._make_unit(self.building, "1501")
        self.env["shequ.residency"].create(
            {
                "partner_id": self.zhu.partner_id.id,
                "unit_id": second.id,
                "date_from": "2022-01-01",
            }
        )
        page = self.get("/my/community").text
        self.assertIn(self.unit.short_address, page)
        self.assertIn(second.short_address, page)
        answer = self.post("/my/community/unit", {"unit_id": second.id})
        self.assertRegex(
            " ".join(answer.text.split()),
            rf'value="{second.id}" aria-pressed="true"',
        )
        report = self.get("/my/report").text
        self.assertIn(f'value="{second.id}" selected', report)

    def test_home_of_another_cannot_be_chosen(self):
        answer = self.post("/my/community/unit", {"unit_id": self.next_unit.id})
        self.assertEqual(answer.status_code, 404)

    def test_settings_are_kept(self):
        self.post("/my/settings", {"theme": "dark", "large": "1"})
        self.refresh()
        self.assertEqual(self.zhu.shequ_theme, "dark")
        self.assertTrue(self.zhu.shequ_large_type)
        page = self.get("/my/community").text
        self.assertIn('data-theme="dark"', page)
        self.assertIn('data-large="1"', page)

    def test_large_type_makes_home_simple(self):
        self.zhu.shequ_large_type = True
        page = self.get("/my/community").text
        before_more = page.split("<summary>")[0]
        self.assertIn('data-card="repair"', before_more)
        self.assertNotIn('data-card="neighbours"', before_more)
        self.assertIn('data-card="neighbours"', page)

    def test_unknown_theme_and_language_are_refused(self):
        self.assertEqual(self.post("/my/settings", {"theme": "pink"}).status_code, 422)
        self.assertEqual(
            self.post("/my/settings", {"theme": "dark", "lang": "xx"}).status_code, 422
        )

    def test_settings_write_nothing_else(self):
        self.post(
            "/my/settings",
            {"theme": "dark", "login": "root", "name": "root", "share": ""},
        )
        self.refresh()
        self.assertEqual(self.zhu.login, "portal_zhu")

    def test_language_changes_at_once(self):
        self.env["res.lang"]._activate_lang("zh_CN")
        self.post("/my/settings", {"theme": "auto", "lang": "zh_CN"})
        self.assertIn('lang="zh-CN"', self.get("/my/community").text)

    def test_former_resident_can_still_read(self):
        self.login(self.former)
        page = self.get("/my/community").text
        self.assertIn("No home is recorded", page)
        self.assertNotIn('data-card="repair"', page)

    def test_pages_forbid_foreign_scripts(self):
        headers = self.get("/my/community").headers
        self.assertIn("script-src 'self'", headers["Content-Security-Policy"])
        self.assertIn("frame-ancestors 'self'", headers["Content-Security-Policy"])
        self.assertIn("private", headers["Cache-Control"])

    def test_pages_have_no_inline_scripts_or_styles(self):
        self._take(self.zhu)
        for path in ("/my/community", "/my/report", "/my/tickets", "/my/homes"):
            page = self.get(path).text
            self.assertNotIn("<script>", page)
            self.assertNotRegex(page, r"\son\w+=")
            self.assertNotRegex(page, r"\sstyle=")

    def test_pages_are_light(self):
        page = self.get("/my/report")
        weight = len(page.content)
        for asset in set(
            part.split('"')[0] for part in page.text.split("/web/assets/")[1:]
        ):
            weight += len(self.get(f"/web/assets/{asset}").content)
        self.assertLess(weight, 120_000)
