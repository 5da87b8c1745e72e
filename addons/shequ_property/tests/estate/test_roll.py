import base64
import io
import zipfile
from unittest.mock import patch

import openpyxl

from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import Form, tagged

from .common import RegistryCase


@tagged("post_install", "-at_install")
class TestRoll(RegistryCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.unit.write({"exclusive_area": 88.5, "building_area": 102.25})
        cls.neighbour_unit.write({"exclusive_area": 60.1, "building_area": 70.2})
        cls._residency(cls._person("王小宝"), cls.unit, role="family")
        cls._residency(cls._person("林租客", "13700001111"), cls.unit, role="tenant")
        cls.tenth = cls._unit(cls.building, "1001", entrance="1")
        cls._residency(cls.owner, cls.tenth)

    def wizard(self, user=None, **values):
        return (
            self.env["shequ.roll.wizard"]
            .with_user(user or self.manager)
            .create({"estate_id": self.estate.id, **values})
        )

    def book(self, wizard):
        wizard.action_xlsx()
        raw = base64.b64decode(wizard.with_context(bin_size=False).file)
        return openpyxl.load_workbook(io.BytesIO(raw))

    def html(self, wizard):
        return (
            self.env["ir.actions.report"]
            .with_user(self.manager)
            ._render_qweb_html("shequ_property.report_roll", wizard.ids)[0]
            .decode()
        )

    def rows(self, tab):
        return [[cell.value for cell in row] for row in tab.iter_rows(min_row=4)]

    def test_the_spreadsheet(self):
        book = self.book(self.wizard().with_context(lang="en_US"))
        self.assertEqual(book.sheetnames, ["2号楼", "12号楼", "Totals"])
        rows = self.rows(book["12号楼"])
        units = [row[1] for row in rows[:-1]]
        self.assertEqual(
            units, ["12号楼1单元301室", "12号楼1单元302室", "12号楼1单元1001室"]
        )
        self.assertEqual(rows[1][3:6], [88.5, 102.25, "王阿姨"])
        self.assertEqual(rows[1][7:11], ["192****5678", "✓", 1, 1])
        self.assertEqual(rows[-1][3:6], [148.6, 172.45, "2 owners"])
        total = self.rows(book["Totals"])
        self.assertEqual(total[-1], ["Estate", 4, 148.6, 172.45, 2, 1, 1, 1])

    def test_residents_and_one_sheet(self):
        book = self.book(self.wizard(kind="residents", one_sheet=True))
        self.assertEqual(len(book.sheetnames), 2)
        text = str(self.rows(book.worksheets[0]))
        self.assertIn("林租客", text)
        self.assertIn("137****1111", text)
        self.assertNotIn("13700001111", text)

    def test_any_day_of_the_history(self):
        owners = self.book(self.wizard(day="2023-06-01"))
        self.assertIn("王阿姨", str(self.rows(owners["12号楼"])))
        before = self.book(self.wizard(day="2019-06-01"))
        self.assertNotIn("王阿姨", str(self.rows(before["12号楼"])))
        people = self.book(self.wizard(day="2023-06-01", kind="residents"))
        self.assertIn("赵先生", str(self.rows(people["12号楼"])), "a former tenant")

    def test_the_estate_of_a_deceased_is_named(self):
        self.residency.write({"date_to": "2026-01-01", "end_reason": "death"})
        now = str(self.rows(self.book(self.wizard())["12号楼"]))
        self.assertIn("Estate of the deceased", now)
        earlier = self.wizard(day="2025-01-01")
        self.assertNotIn("deceased", str(self.rows(self.book(earlier)["12号楼"])))

    def test_whole_phones_for_whom_may_and_says_why(self):
        plain = self.wizard(whole_phones=True, reason="x")
        self.assertNotIn("19287655678", str(self.rows(self.book(plain)["12号楼"])))
        self.manager.group_ids += self.env.ref("shequ_property.group_personal_data")
        with self.assertRaises(UserError):
            self.wizard(whole_phones=True).action_xlsx()
        wizard = self.wizard(whole_phones=True, reason="业主大会通知")
        self.assertIn("19287655678", str(self.rows(self.book(wizard)["12号楼"])))
        noted = self.env["shequ.data.access"].search([], limit=1)
        self.assertEqual((noted.user_id, noted.purpose), (self.manager, "export"))
        self.assertEqual(noted.reason, "业主大会通知")
        self.assertIn("phone", noted.field_names)
        self.assertEqual(noted.count, 3)

    def test_the_printout(self):
        html = self.html(self.wizard())
        for words in ("王阿姨", "12号楼1单元1001室", "192****5678", "148.60"):
            self.assertIn(words, html)
        self.assertNotIn("19287655678", html)
        self.assertLess(html.index("301室"), html.index("1001室"))

    def test_every_page_has_its_head(self):
        for number in range(60):
            self._unit(self.other_building, f"9{number:03d}")
        pages = self.wizard()._pages()
        self.assertEqual(
            [(p["building"], p["number"], p["of"]) for p in pages],
            [("2号楼", 1, 3), ("2号楼", 2, 3), ("2号楼", 3, 3), ("12号楼", 1, 1)],
        )
        self.assertFalse(pages[0]["total"])
        self.assertEqual(pages[2]["total"].units, 61)

    def test_a_big_estate_is_one_document_per_building(self):
        self.env["ir.config_parameter"].set_param("shequ.roll_units_per_document", 2)
        Report = type(self.env["ir.actions.report"])

        def render(report, ref, ids, data=None):
            wizard = report.env["shequ.roll.wizard"].browse(ids)
            return ",".join(p["building"] for p in wizard._pages()).encode(), "pdf"

        wizard = self.wizard()
        with patch.object(Report, "_render_qweb_pdf", render):
            action = wizard.action_pdf()
        self.assertIn(f"/{wizard.id}/file", action["url"])
        raw = base64.b64decode(wizard.with_context(bin_size=False).file)
        with zipfile.ZipFile(io.BytesIO(raw)) as archive:
            content = {name: archive.read(name).decode() for name in archive.namelist()}
        self.assertEqual(
            content, {"001-2号楼.pdf": "2号楼", "002-12号楼.pdf": "12号楼"}
        )
        self.env["ir.config_parameter"].set_param("shequ.roll_units_to_print", 3)
        with self.assertRaises(UserError):
            self.wizard().action_pdf()

    def test_the_form_and_the_choice_of_buildings(self):
        Wizard = self.env["shequ.roll.wizard"].with_user(self.manager)
        with Form(Wizard) as form:
            form.estate_id = self.estate
            self.assertEqual(form.unit_count, 4)
            form.building_ids.add(self.building)
            self.assertEqual(form.unit_count, 3)
        self.assertNotIn("2号楼", self.book(form.record).sheetnames)

    def test_queries_do_not_grow_with_the_units(self):
        first = self._queries()
        people = [self._person(f"住户{n}", f"1370000{n:04d}") for n in range(80)]
        for number, person in enumerate(people):
            unit = self._unit(self.building, f"8{number:03d}")
            self._residency(person, unit)
        self.env.flush_all()
        self.assertLessEqual(self._queries(), first)

    def _queries(self):
        wizard = self.wizard(kind="residents")
        self.env.flush_all()
        self.env.invalidate_all()
        before = self.cr.sql_log_count
        list(wizard._sections())
        return self.cr.sql_log_count - before

    def test_who_may(self):
        for user in (self.front_desk, self.worker, self.employee, self.owner_user):
            with self.subTest(user=user.login), self.assertRaises(AccessError):
                self.wizard(user)
        with self.assertRaises(AccessError):
            self.wizard(estate_id=self.lane_estate.id).action_xlsx()
        self.wizard(self.boss, estate_id=self.lane_estate.id).action_xlsx()
        with self.assertRaises(AccessError):
            self.wizard(building_ids=[Command.set(self.lane_building.ids)])
        with self.assertRaises(UserError):
            self.wizard(
                self.boss, building_ids=[Command.set(self.lane_building.ids)]
            ).action_xlsx()
        # Somebody else's file is nobody else's.
        mine = self.wizard()
        self.assertFalse(mine.with_user(self.boss).has_access("read"))
