import base64
import io
import re

from PIL import Image

from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, tagged

from ..portal.common import PortalCase
from .common import RegistryCase


@tagged("post_install", "-at_install")
class TestLabels(RegistryCase):
    def wizard(self, user=None, **values):
        values.setdefault("estate_id", self.estate.id)
        return (
            self.env["shequ.label.wizard"]
            .with_user(user or self.front_desk)
            .create(values)
        )

    def html(self, action):
        report = self.env["ir.actions.report"].with_context(**action["context"])
        ids = action["context"]["active_ids"]
        return report._render_qweb_html(action["report_name"], ids)[0].decode()

    def test_units_in_the_order_of_the_addresses(self):
        self._unit(self.building, "1001", entrance="1")
        html = self.html(self.wizard().action_print())
        titles = re.findall(r'class="tt">([^<]+)', html)
        self.assertEqual(
            titles,
            [
                "2号楼101室",
                "12号楼1单元301室",
                "12号楼1单元302室",
                "12号楼1单元1001室",
            ],
        )
        self.assertNotIn("王阿姨", html)

    def test_chosen_records_in_any_order(self):
        records = self.unit | self.neighbour_unit
        action = records.with_user(self.front_desk).action_print_labels()
        wizard = (
            self.env["shequ.label.wizard"]
            .with_user(self.front_desk)
            .with_context(**action["context"])
            .create({})
        )
        self.assertEqual(wizard.label_count, 2)
        titles = re.findall(r'class="tt">([^<]+)', self.html(wizard.action_print()))
        self.assertEqual(titles, ["12号楼1单元301室", "12号楼1单元302室"])

    def test_sheets_of_24_and_labels_used_up(self):
        for number in range(30):
            self._unit(self.other_building, f"9{number:03d}")
        wizard = self.wizard(skip=5)
        self.assertEqual((wizard.label_count, wizard.sheet_count), (33, 2))
        html = self.html(wizard.action_print())
        self.assertEqual(len(re.findall(r'<div class="pg ', html)), 2)
        self.assertEqual(html.count('class="lb'), 33 + 5)
        single = self.html(self.wizard(paper="single").action_print())
        self.assertEqual(len(re.findall(r'<div class="pg ', single)), 33)

    def test_buildings_and_spots(self):
        html = self.html(self.wizard(kind="building").action_print())
        self.assertEqual(re.findall(r'class="tt">([^<]+)', html), ["2号楼", "12号楼"])
        html = self.html(self.wizard(kind="spot").action_print())
        self.assertIn("东门", html)
        self.assertIn(self.spot.code, html)

    def test_the_picture_says_where_to_go(self):
        base = self.env["shequ.unit"].get_base_url()
        seen = []
        Estate = type(self.env["shequ.estate"])
        real = Estate._label
        self.patch(
            Estate,
            "_label",
            lambda estate, **values: (
                seen.append(values["url"]) or real(estate, **values)
            ),
        )
        (self.unit._labels(), self.building._labels(), self.spot._labels())
        self.assertEqual(
            seen,
            [
                f"{base}/my/report?unit={self.unit.id}",
                f"{base}/my/report?building={self.building.id}",
                f"{base}/my/report?spot={self.spot.code}",
            ],
        )

    def test_limits_have_sentences(self):
        self.env["ir.config_parameter"].set_param("shequ.labels_at_once", 2)
        with self.assertRaises(UserError):
            self.wizard().action_print()
        with self.assertRaises(UserError):
            self.wizard(kind="building", skip=24).action_print()
        empty = self._building(self.estate, "77")
        with self.assertRaises(UserError):
            self.wizard(building_ids=[(6, 0, empty.ids)]).action_print()

    def test_who_may(self):
        with Form(self.env["shequ.label.wizard"].with_user(self.front_desk)) as form:
            form.estate_id = self.estate
            self.assertEqual(form.label_count, 3)
        for user in (self.worker, self.employee, self.owner_user):
            with self.subTest(user=user.login), self.assertRaises(AccessError):
                self.wizard(user)
        foreign = self.wizard(estate_id=self.lane_estate.id)
        self.assertEqual(foreign.label_count, 0)

    def test_a_png_of_the_right_kind(self):
        label = self.unit._labels()[0]
        raw = label["image"].split(",", 1)[1]
        picture = Image.open(io.BytesIO(base64.b64decode(raw)))
        self.assertEqual(picture.format, "PNG")


@tagged("post_install", "-at_install")
class TestLabelTargets(PortalCase):
    NOTICE = "This label is not of your home or building"

    def report(self, query):
        return self.get(f"/my/report?{query}")

    def test_at_ones_own_door(self):
        self.login(self.zhu)
        page = self.report(f"unit={self.unit.id}").text
        self.assertIn("12号楼1单元1201室", page)
        self.assertNotIn(self.NOTICE, page)
        self.assertRegex(page, r'value="home"[^>]*checked|checked[^>]*value="home"')

    def test_in_the_lobby(self):
        other = self._make_building(self.estate, "15")
        self.login(self.zhu)
        page = self.report(f"building={other.id}").text
        self.assertNotIn(self.NOTICE, page)
        self.assertRegex(page, r'value="public"[^>]*checked|checked[^>]*value="public"')
        self.assertRegex(page, rf'<option value="{other.id}"[^>]*selected')

    def test_a_label_of_somebody_else_and_one_that_never_was_are_alike(self):
        self.login(self.zhu)
        self.next_unit.notes = "CANARY"
        foreign = self.foreign_unit.building_id

        def page(query):
            answer = self.report(query)
            self.assertEqual(answer.status_code, 200)
            text = re.sub(r'name="(ref|csrf_token)" value="[^"]*"', "", answer.text)
            return re.sub(r'data-now="\d+"', "", text)

        never = page("unit=99999999")
        self.assertIn(self.NOTICE, never)
        for query in (
            f"unit={self.next_unit.id}",
            f"unit={self.foreign_unit.id}",
            f"building={foreign.id}",
            "building=99999999",
            "spot=NOSUCHSPOT",
            "unit=abc",
        ):
            with self.subTest(query=query):
                self.assertEqual(page(query), never)

    def test_strangers_see_the_log_in_alone(self):
        for query in (
            f"unit={self.unit.id}",
            "unit=99999999",
            f"building={self.building.id}",
        ):
            answer = self.get(f"/my/report?{query}", allow_redirects=False)
            self.assertIn(answer.status_code, (302, 303))
            self.assertIn("/web/login", answer.headers["Location"])
            page = self.get(f"/my/report?{query}").text
            self.assertNotIn("1201", page)
            self.assertNotIn("金昊雅苑", page)

    def test_who_moved_away_is_told_nothing(self):
        self.login(self.former)
        page = self.report(f"unit={self.unit.id}").text
        self.assertNotIn("1201", page)
