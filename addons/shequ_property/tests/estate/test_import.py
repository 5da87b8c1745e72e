import base64
import csv
import io
import os
from unittest.mock import patch

import openpyxl

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import Form, tagged

from ...tools.importing import headers, problems
from .common import RegistryCase

HEADINGS = "楼号,单元,房号,建筑面积,业主姓名,联系电话,与业主关系,入住日期".split(",")


def csv_bytes(rows, headings=HEADINGS, encoding="utf-8"):
    stream = io.StringIO()
    csv.writer(stream).writerows([headings, *rows])
    return stream.getvalue().encode(encoding)


class ImportCase(RegistryCase):
    def _import(self, rows, user=None, headings=HEADINGS, estate=None, **options):
        """An import of these rows, its columns guessed."""
        content = rows if isinstance(rows, bytes) else csv_bytes(rows, headings)
        return (
            self.env["shequ.import"]
            .with_user(user or self.manager)
            .create(
                {
                    "filename": "业主.csv",
                    "upload": base64.b64encode(content),
                    "company_id": self.company.id,
                    "estate_id": (self.estate if estate is None else estate).id,
                    "default_date_from": "2021-01-01",
                    **options,
                }
            )
        )

    def _checked(self, rows, **more):
        job = self._import(rows, **more)
        job.action_check()
        self.assertEqual(job.state, "checked")
        return job

    def _applied(self, rows, **more):
        job = self._checked(rows, **more)
        job.action_apply()
        self.assertEqual(job.state, "done", job.failure)
        return job

    def _statuses(self, job):
        return job.row_ids.sorted("number").mapped("status")

    def _unit_at(self, building, room, entrance=None):
        domain = [("estate_id", "=", self.estate.id), ("room", "=", room)]
        domain += [("building_id.name", "=", building)]
        if entrance:
            domain.append(("entrance", "=", entrance))
        return self.env["shequ.unit"].search(domain)


NEW_ROWS = [
    ["21号楼", "1单元", "101", "89.50", "周一", "13800001001", "业主", "2020-05-01"],
    ["21号楼", "1单元", "101", "", "周二", "13800001002", "家属", "2020-05-01"],
    ["21号楼", "1单元", "102", "120", "吴三", "13800001003", "业主", ""],
    ["22号楼", "", "101", "66.6㎡", "周一", "13800001001", "业主", "2021/6/1"],
]


@tagged("post_install", "-at_install")
class TestImport(ImportCase):
    def test_columns_are_guessed_and_asked_for_when_missing(self):
        job = self._import(NEW_ROWS)
        self.assertEqual(job.state, "mapped")
        self.assertEqual(job.row_count, 4)
        self.assertEqual(
            job.column_ids.mapped("field"),
            "building entrance room building_area person phone role date_from".split(),
        )
        self.assertFalse(job.missing_columns)
        job.column_ids.filtered(lambda c: c.field == "room").field = False
        self.assertTrue(job.missing_columns)
        with self.assertRaises(UserError):
            job.action_check()

    def test_samples_show_no_telephone(self):
        job = self._import(NEW_ROWS)
        samples = " ".join(job.column_ids.mapped("sample"))
        self.assertIn("138****1001", samples)
        self.assertNotIn("13800001001", samples)

    def test_a_dry_run_writes_nothing_but_rows(self):
        models = ("shequ.building", "shequ.unit", "shequ.residency", "res.partner")
        before = [self.env[model].search_count([]) for model in models]
        job = self._checked(NEW_ROWS)
        self.assertEqual(self._statuses(job), ["create"] * 4)
        self.assertEqual((job.new_buildings, job.new_units, job.new_people), (2, 3, 3))
        self.assertEqual([self.env[model].search_count([]) for model in models], before)

    def test_application(self):
        job = self._applied(NEW_ROWS)
        self.assertEqual(self._statuses(job), ["applied"] * 4)
        unit = self._unit_at("21", "101")
        self.assertEqual(unit.entrance, "1")
        self.assertEqual(unit.building_area, 89.5)
        self.assertEqual(
            {(r.partner_id.name, r.role) for r in unit.residency_ids},
            {("周一", "owner"), ("周二", "family")},
        )
        self.assertEqual(unit.representative_id.name, "周一")
        other = self._unit_at("22", "101")
        self.assertEqual(other.building_area, 66.6)
        # One person, two homes.
        self.assertEqual(other.owner_ids, unit.owner_ids)
        self.assertEqual(str(other.residency_ids.date_from), "2021-06-01")

    def test_the_same_file_again_changes_nothing(self):
        self._applied(NEW_ROWS)
        counts = [
            self.env[model].search_count([])
            for model in ("shequ.unit", "shequ.residency", "res.partner")
        ]
        again = self._checked(NEW_ROWS)
        self.assertEqual(
            self._statuses(again), ["unchanged"] * 4, again.row_ids.mapped("changes")
        )
        with self.assertRaises(UserError):
            again.action_apply()
        self.assertEqual(
            [
                self.env[model].search_count([])
                for model in ("shequ.unit", "shequ.residency", "res.partner")
            ],
            counts,
        )
        self.assertTrue(again.same_file_id)

    def test_changes_tell_old_and_new(self):
        self._applied(NEW_ROWS)
        rows = [list(row) for row in NEW_ROWS]
        rows[0][3] = "90.10"
        rows[2][5] = "13800009999"
        job = self._checked(rows)
        self.assertEqual(
            self._statuses(job), ["change", "unchanged", "change", "unchanged"]
        )
        changes = job.row_ids.sorted("number").mapped("changes")
        self.assertIn("89.50 → 90.10", changes[0])
        self.assertIn("138****1003 → 138****9999", changes[2])
        job.action_apply()
        self.assertEqual(self._unit_at("21", "101").building_area, 90.1)
        self.assertEqual(self._unit_at("21", "102").owner_ids.phone, "13800009999")

    def test_bad_rows_do_not_block_good_ones_and_are_sent_alone(self):
        rows = [list(row) for row in NEW_ROWS]
        rows[2][3] = "八十九"
        job = self._checked(rows)
        self.assertEqual(self._statuses(job), ["create", "create", "error", "create"])
        self.assertIn(
            "八十九", job.row_ids.filtered(lambda r: r.status == "error").message
        )
        job.action_apply()
        self.assertFalse(self._unit_at("21", "102"))
        action = job.action_wrong_rows()
        file = self.env["shequ.download"].search([], order="id desc", limit=1)
        self.assertIn(f"/{file.id}/", action["url"])
        mended = self._mend(base64.b64decode(file.content), "八十九", 120)
        again = self._applied(mended)
        self.assertEqual(self._statuses(again), ["applied"])
        self.assertEqual(self._unit_at("21", "102").building_area, 120)

    def _mend(self, content, old, new):
        book = openpyxl.load_workbook(io.BytesIO(content))
        for row in book.active.iter_rows(min_row=2):
            for cell in row:
                if cell.value == old:
                    cell.value = new
        stream = io.BytesIO()
        book.save(stream)
        return stream.getvalue()

    def test_all_or_nothing(self):
        rows = [list(row) for row in NEW_ROWS]
        rows[2][3] = "八十九"
        job = self._checked(rows, stop_on_error=True)
        with self.assertRaises(UserError):
            job.action_apply()
        self.assertFalse(self._unit_at("21", "101"))

    def test_number_of_another_unit(self):
        number = "310115003007GB00012F00050302"
        self.unit.real_estate_number = number
        headings = [*HEADINGS, "不动产单元号"]
        rows = [[*row, number if i == 2 else ""] for i, row in enumerate(NEW_ROWS)]
        job = self._checked(rows, headings=headings)
        self.assertEqual(self._statuses(job), ["create", "create", "error", "create"])
        message = job.row_ids.filtered(lambda r: r.status == "error").message
        self.assertIn(self.unit.address, message)

    def test_a_row_the_registry_refuses_blocks_no_other(self):
        """What only shows when it is written."""
        check = type(self.env["shequ.unit"])._clean_vals

        def refuse(model, vals):
            if vals.get("room") == "102":
                raise ValidationError(model.env._("Unit") + " 102")
            return check(model, vals)

        job = self._checked(NEW_ROWS)
        with patch.object(type(self.env["shequ.unit"]), "_clean_vals", refuse):
            job.action_apply()
        self.assertEqual(job.state, "done")
        self.assertEqual(
            self._statuses(job), ["applied", "applied", "error", "applied"]
        )
        self.assertTrue(
            any((m or "").endswith(" 102") for m in job.row_ids.mapped("message"))
        )
        self.assertFalse(self._unit_at("21", "102"))
        self.assertTrue(self._unit_at("21", "101"))

    def test_unclear_people_are_asked_about(self):
        twins = [self._person("郑四", "13800007777") for _i in range(2)]
        rows = [["21号楼", "1", "101", "", "郑四", "13800007777", "业主", ""]]
        job = self._checked(rows)
        self.assertEqual(self._statuses(job), ["error"])
        for twin in twins:
            self.assertIn(f"#{twin.id}", job.row_ids.message)

    def test_shared_phone_of_a_household(self):
        rows = [
            ["21号楼", "1", "101", "", "郑四", "13800007777", "业主", ""],
            ["21号楼", "1", "101", "", "郑小四", "13800007777", "家属", ""],
        ]
        self._applied(rows)
        unit = self._unit_at("21", "101")
        self.assertEqual(len(unit.resident_ids), 2)
        self.assertEqual(set(unit.resident_ids.mapped("phone")), {"13800007777"})
        self.assertEqual(self._statuses(self._checked(rows)), ["unchanged"] * 2)

    def test_people_of_another_company_are_not_found(self):
        stranger = self._person("郑四", "13800007777")
        self._residency(stranger, self.foreign_unit)
        rows = [["21号楼", "1", "101", "", "郑四", "13800007777", "业主", ""]]
        self._applied(rows)
        self.assertNotEqual(self._unit_at("21", "101").owner_ids, stranger)

    def test_a_second_owner_shares_with_the_first(self):
        row = ["21号楼", "1", "101", "", "郑四", "13800007777", "业主", ""]
        other = ["21号楼", "1", "101", "", "王五", "13800007778", "业主", ""]
        self._applied([row])
        job = self._applied([other])
        residencies = self._unit_at("21", "101").residency_ids
        self.assertEqual(residencies.mapped("role"), ["co_owner"] * 2)
        self.assertEqual(residencies.mapped("share_text"), ["1/2"] * 2)
        self.assertEqual(self._unit_at("21", "101").representative_id.name, "郑四")
        self.assertEqual(self._statuses(self._checked([row, other])), ["unchanged"] * 2)
        self.assertEqual(self._statuses(self._checked([other])), ["unchanged"])
        job.action_undo()
        first = self._unit_at("21", "101").residency_ids
        self.assertEqual((first.role, first.share_denominator), ("owner", 1))

    def test_who_is_not_in_the_file_ends_when_asked(self):
        rows = [["12号楼", "1", "302", "", "孙六", "13800007779", "业主", "2024-01-01"]]
        job = self._applied(rows, end_missing=True, end_date="2024-01-01")
        self.assertIn("王阿姨", job.row_ids.changes)
        self.assertEqual(str(self.residency.date_to), "2024-01-01")
        self.assertEqual(self.unit.owner_ids.name, "孙六")
        self.assertFalse(self.neighbour_residency.date_to)
        job.action_undo()
        self.assertFalse(self.residency.date_to)
        self.assertEqual(self.unit.representative_id, self.owner)

    def test_control_totals(self):
        job = self._checked(NEW_ROWS)
        total = job.total_ids.filtered(lambda t: t.name == "21号楼")
        self.assertEqual((total.file_units, total.file_area), (2, 209.5))
        total.write({"units": 3, "area": 209.5})
        self.assertTrue(job.totals_differ)
        self.assertTrue(total.difference)
        total.units = 2
        self.assertFalse(job.totals_differ)
        again = self._import(NEW_ROWS)
        self.assertFalse(again.total_ids)

    def test_control_totals_of_the_exclusive_area(self):
        headings = [*HEADINGS[:4], "专有面积"]
        rows = [
            ["21号楼", "1单元", "101", "89.50", "72.36"],
            ["21号楼", "1单元", "102", "120", "100.1㎡"],
        ]
        job = self._checked(rows, headings=headings)
        total = job.total_ids.filtered(lambda t: t.name == "21号楼")
        self.assertEqual(total.file_exclusive_area, 172.46)
        total.exclusive_area = 180
        self.assertTrue(job.totals_differ)
        self.assertIn("-7.54", total.difference)
        total.exclusive_area = 172.46
        self.assertFalse(job.totals_differ)
        self.assertTrue(total.difference)

    def test_a_wrong_number_is_told_masked(self):
        headings = [*HEADINGS[:6], "身份证号"]
        wrong = "11010119900307875X"
        rows = [
            [*NEW_ROWS[0][:5], "1380000100", ""],
            [*NEW_ROWS[2][:5], "13800001003", wrong],
        ]
        job = self._checked(rows, headings=headings)
        self.assertEqual(self._statuses(job), ["error", "error"])
        said = " ".join(job.row_ids.mapped("message"))
        self.assertIn("138****0100", said)
        self.assertIn("110***********875X", said)
        self.assertNotIn("1380000100", said)
        self.assertNotIn(wrong, said)

    # ------------------------------------------------- parking, side by side

    def test_a_parking_column_beside_homes(self):
        headings = [*HEADINGS, "车位号"]
        rows = [
            [*NEW_ROWS[0], "A-021"],
            [*NEW_ROWS[1], ""],
            [*NEW_ROWS[2], "有"],
        ]
        job = self._applied(rows, headings=headings)
        space = self._unit_at("地下车库", "A-021")
        self.assertEqual(space.use, "parking")
        self.assertEqual(job.row_count, 3, "rows of the file")
        home = self._unit_at("21", "101")
        owner = home.residency_ids.filtered("is_title").partner_id
        self.assertEqual(space.residency_ids.partner_id, owner)
        self.assertEqual(space.representative_id, owner)
        said = job.row_ids.filtered(lambda r: r.number == 4).message
        self.assertIn("A-021", said, "it tells what to write instead")
        again = self._checked(rows, headings=headings)
        self.assertEqual(set(self._statuses(again)), {"unchanged"})
        book = openpyxl.load_workbook(io.BytesIO(job._report(only_wrong=False)))
        lines = list(book.active.iter_rows(min_row=2, values_only=True))
        self.assertEqual(len(lines), 3, "one line for each row of the file")
        job.action_undo()
        self.assertFalse(space.exists())

    def test_two_lists_side_by_side(self):
        headings = [
            "楼号",
            "房号",
            "业主姓名",
            "联系电话",
            "",
            "房号",
            "业主姓名",
            "联系电话",
        ]
        rows = [
            ["23", "101", "周一", "13800001001", "", "201", "吴三", "13800001003"],
            ["23", "102", "周二", "13800001002", "", "", "", ""],
        ]
        job = self._applied(rows, headings=headings)
        self.assertEqual(len(job.row_ids), 3)
        self.assertTrue(self._unit_at("23", "201"))
        self.assertEqual(len(set(job.column_ids.mapped("letter"))), 7)

    # ----------------------------------------------------------------- limits

    def test_how_large_a_file_may_be_is_a_setting(self):
        params = self.env["ir.config_parameter"].sudo()
        params.set_param("shequ.import_max_rows", "3")
        with self.assertRaisesRegex(UserError, "3 rows"):
            self._import(NEW_ROWS)
        params.set_param("shequ.import_max_rows", "5")
        self._import(NEW_ROWS)

    def test_an_example_left_in_the_file_is_told(self):
        example = [*NEW_ROWS[2][:4], "示例：请删除", *NEW_ROWS[2][5:]]
        job = self._checked([*NEW_ROWS, example])
        ignored = job.row_ids.filtered(lambda row: row.status == "ignored")
        # In the language of whom the import belongs to.
        self.assertRegex(ignored.message, "template|模板")

    def test_mapping_is_remembered(self):
        rows = [["21号楼", "1", "101", "x", "郑四"]]
        headings = ["楼号", "单元", "房号", "杂项", "业主姓名"]
        job = self._import(rows, headings=headings)
        job.column_ids.filtered(lambda c: c.name == "杂项").field = "note"
        job.action_check()
        again = self._import([["9", "1", "101", "y", "郑"]], headings=headings)
        column = again.column_ids.filtered(lambda c: c.name == "杂项")
        self.assertEqual((column.field, column.certainty), ("note", "remembered"))

    def test_another_choice_makes_the_dry_run_stale(self):
        job = self._checked(NEW_ROWS)
        job.default_role = "tenant"
        self.assertEqual(job.state, "mapped")
        job.action_check()
        job.column_ids[0].field = False
        self.assertEqual(job.state, "mapped")

    def test_missing_building_is_refused_when_not_wanted(self):
        job = self._checked(NEW_ROWS, create_buildings=False)
        self.assertEqual(self._statuses(job), ["error"] * 4)
        self.assertIn("21号楼", job.row_ids[0].message)

    def test_room_without_its_entrance(self):
        self._unit(self.building, "302", entrance="2")
        rows = [["12号楼", "", "302", "", "郑四", "", "业主", ""]]
        job = self._checked(rows)
        self.assertEqual(self._statuses(job), ["error"])
        self.assertIn("12号楼1单元302室", job.row_ids.message)

    def test_gb18030(self):
        self._applied(csv_bytes(NEW_ROWS, encoding="gb18030"))
        self.assertTrue(self._unit_at("21", "101"))

    def test_not_a_table(self):
        with self.assertRaisesRegex(UserError, "业主.csv"):
            self._import(b"\x00\x01\x02")

    def test_form(self):
        form = Form(self.env["shequ.import"].with_user(self.manager))
        form.upload = base64.b64encode(csv_bytes(NEW_ROWS))
        form.estate_id = self.estate
        job = form.save()
        self.assertEqual(job.state, "mapped")

    def test_identity_numbers_are_sealed_and_found_again(self):
        number = "11010519491231002X"
        headings = [*HEADINGS, "身份证号"]
        rows = [["21号楼", "1", "101", "", "郑四", "", "业主", "", number]]
        with patch.dict(os.environ, {"SHEQU_DATA_KEY": ""}):
            with self.assertRaisesRegex(UserError, "SHEQU_DATA_KEY"):
                self._checked(rows, headings=headings)
        key = base64.b64encode(b"k" * 32).decode()
        with patch.dict(os.environ, {"SHEQU_DATA_KEY": key}):
            job = self._applied(rows, headings=headings)
            person = self._unit_at("21", "101").owner_ids
            self.assertEqual(person.sudo().shequ_id_number, number)
            elsewhere = [["22号楼", "1", "101", "", "郑四", "", "业主", "", number]]
            self._applied(elsewhere, headings=headings)
            self.assertEqual(self._unit_at("22", "101").owner_ids, person)
            self.assertEqual(
                self._statuses(self._checked(rows, headings=headings)), ["unchanged"]
            )
        self.env.cr.execute(
            "SELECT coalesce(content::text, '') || cells::text "
            "|| coalesce(changes, '') FROM shequ_import_row WHERE import_id = %s",
            [job.id],
        )
        self.assertNotIn(number, self.env.cr.fetchone()[0])

    def test_a_batch_takes_the_same_queries_however_many_rows(self):
        """Ten homes or sixty: nothing is asked row by row."""

        def rows(building, count):
            return [
                [
                    building,
                    "1",
                    f"{i + 1}01",
                    "80",
                    name,
                    f"139{building}{i:06d}",
                    "业主",
                    "",
                ]
                for i, name in enumerate("赵钱孙李周吴郑王冯陈" * (count // 10))
                for name in [f"{name}{'一二三四五六'[i % 6]}"]
            ]

        taken = []
        for building, count in (("31", 10), ("32", 60)):
            job = self._import(rows(building, count))
            for action in (job.action_check, job.action_apply):
                self.env.flush_all()
                self.env.invalidate_all()
                start = self.env.cr.sql_log_count
                action()
                self.env.flush_all()
                taken.append(self.env.cr.sql_log_count - start)
            self.assertEqual(job.applied_count, count)
        small_check, small_apply, check, apply = taken
        self.assertLessEqual(check, small_check + 5)
        self.assertLessEqual(apply, small_apply + 15)

    def test_the_scheduled_job_goes_on(self):
        """Large files wait for the job, which commits batch by batch."""
        params = self.env["ir.config_parameter"].sudo()
        params.set_param("shequ.import_direct_rows", "0")
        params.set_param("shequ.import_batch_units", "1")
        job = self._import(NEW_ROWS)
        job.action_check()
        self.assertEqual(job.state, "checking")
        self._run_cron()
        self.assertEqual(job.state, "checked")
        self.assertEqual(job.progress, 100)
        job.action_apply()
        self.assertEqual(job.state, "applying")
        engine = job._as_engine()
        engine._step()
        self.assertEqual(job.applied_count, 2)
        self._run_cron()
        self.assertEqual(job.state, "done")
        self.assertEqual(self._statuses(job), ["applied"] * 4)
        self.assertEqual(len(self._unit_at("21", "101").residency_ids), 2)
        job.action_undo()
        self.assertEqual(job.state, "undoing")
        self._run_cron()
        self.assertEqual(job.state, "undone")
        self.assertFalse(self._unit_at("21", "101"))

    def test_an_import_that_cannot_go_on_says_why(self):
        self.env["ir.config_parameter"].sudo().set_param("shequ.import_direct_rows", 0)
        job = self._import(NEW_ROWS)
        job.action_check()
        job.sudo().source = False
        self._run_cron()
        self.assertEqual(job.state, "failed")
        self.assertIn("业主.csv", job.failure)

    def _run_cron(self):
        self.env.flush_all()
        with self.enter_registry_test_mode():
            self.env.ref("shequ_property.cron_import").method_direct_trigger()
        self.env.invalidate_all()

    def test_files_and_rows_are_emptied_after_a_while(self):
        job = self._applied(NEW_ROWS)
        job.sudo()._gc_sources()
        self.assertTrue(job.sudo().source)
        applied_at = job.applied_at
        job.sudo().applied_at = "2020-01-01"
        job.sudo()._gc_sources()
        job.sudo().applied_at = applied_at
        self.assertFalse(job.sudo().source)
        self.assertFalse(any(row.sudo().content for row in job.row_ids))
        self.assertTrue(job.row_ids)
        job.action_undo()
        self.assertEqual(job.state, "undone")


@tagged("post_install", "-at_install")
class TestExport(ImportCase):
    def _export(self, user=None, **values):
        wizard = (
            self.env["shequ.registry.export"]
            .with_user(user or self.manager)
            .create(
                {"company_id": self.company.id, "estate_id": self.estate.id, **values}
            )
        )
        wizard.action_export()
        file = self.env["shequ.download"].search([], order="id desc", limit=1)
        return base64.b64decode(file.content)

    def _sheet(self, content):
        page = openpyxl.load_workbook(io.BytesIO(content)).active
        return list(page.iter_rows(values_only=True))

    def test_masked_export_is_unchanged_when_it_comes_back(self):
        self._applied(NEW_ROWS)
        content = self._export()
        text = str(self._sheet(content))
        self.assertIn("138****1001", text)
        self.assertNotIn("13800001001", text)
        job = self._checked(content)
        self.assertEqual(
            set(self._statuses(job)), {"unchanged"}, job.row_ids.mapped("changes")
        )

    def test_whole_export_is_unchanged_and_logged(self):
        self._applied(NEW_ROWS)
        self.manager.group_ids += self.env.ref("shequ_property.group_personal_data")
        log = self.env["shequ.data.access"].sudo()
        before = log.search_count([("purpose", "=", "export")])
        content = self._export(masked=False, reason="年度核对")
        self.assertIn("13800001001", str(self._sheet(content)))
        self.assertEqual(log.search_count([("purpose", "=", "export")]), before + 1)
        job = self._checked(content)
        self.assertEqual(
            set(self._statuses(job)), {"unchanged"}, job.row_ids.mapped("changes")
        )

    def test_whole_data_are_for_the_group_alone(self):
        content = self._export(masked=False)
        self.assertNotIn(self.owner.phone, str(self._sheet(content)))

    def test_former_residents_on_demand(self):
        self.assertNotIn("赵先生", str(self._sheet(self._export())))
        self.assertIn("赵先生", str(self._sheet(self._export(with_former=True))))

    def test_only_units_the_user_may_read(self):
        content = self._export(estate_id=False)
        self.assertNotIn(self.lane_estate.name, str(self._sheet(content)))
        content = self._export(estate_id=False, user=self.boss)
        self.assertIn(self.lane_estate.name, str(self._sheet(content)))

    def test_in_chinese_and_in_english(self):
        self._applied(NEW_ROWS)
        for lang in ("zh_CN", "en_US"):
            self.env["res.lang"]._activate_lang(lang)
            self.manager.lang = lang
            with self.subTest(lang=lang):
                content = self._export(user=self.manager.with_context(lang=lang))
                job = self._import(content)
                fields = job.column_ids.mapped("field")
                for name in ("building", "room", "person", "role", "building_area"):
                    self.assertIn(name, fields)
                job.action_check()
                self.assertEqual(set(self._statuses(job)), {"unchanged"})

    def test_template_is_read_and_its_examples_are_left_out(self):
        job = (
            self.env["shequ.import"]
            .with_user(self.manager)
            .create({"company_id": self.company.id, "estate_id": self.estate.id})
        )
        for kind in ("both", "units", "people"):
            with self.subTest(kind=kind):
                job.with_context(template_kind=kind).action_template()
                file = self.env["shequ.download"].search([], order="id desc", limit=1)
                filled = self._import(base64.b64decode(file.content))
                self.assertFalse(filled.missing_columns)
                filled.action_check()
                self.assertFalse(filled.create_count)


@tagged("post_install", "-at_install")
class TestUndo(ImportCase):
    MODELS = ("shequ.building", "shequ.unit", "shequ.residency", "res.partner")

    def _counts(self):
        return [
            self.env[m].with_context(active_test=False).search_count([])
            for m in self.MODELS
        ]

    def test_undo_takes_everything_back(self):
        before = self._counts()
        area = self.unit.building_area
        rows = [*NEW_ROWS, ["12", "1", "302", "77", "王阿姨", "19287655678", "", ""]]
        job = self._applied(rows)
        self.assertNotEqual(self._counts(), before)
        self.assertEqual(self.unit.building_area, 77)
        job.action_undo()
        self.assertEqual(job.state, "undone")
        self.assertEqual(self._counts(), before)
        self.assertEqual(self.unit.building_area, area)
        self.assertEqual(set(self._statuses(job)), {"undone"})
        job.action_check()
        job.action_apply()
        self.assertEqual(job.state, "done")

    def test_not_when_a_ticket_was_reported(self):
        job = self._applied(NEW_ROWS)
        unit = self._unit_at("21", "101")
        self.env["shequ.ticket"]._intake(
            {
                "unit_id": unit.id,
                "reporter_id": unit.owner_ids.id,
                "description": "水管漏水",
                "channel": "phone",
            }
        )
        with self.assertRaisesRegex(UserError, "(Ticket|工单)(: |：)1"):
            job.action_undo()
        self.assertEqual(job.state, "done")

    def test_not_when_somebody_logs_in(self):
        job = self._applied(NEW_ROWS)
        self.env["res.users"]._shequ_grant_portal(self._unit_at("21", "102").owner_ids)
        with self.assertRaisesRegex(UserError, "(User|用户)(: |：)1"):
            job.action_undo()

    def test_not_when_somebody_moved(self):
        job = self._applied(NEW_ROWS)
        self._residency(self.neighbour, self._unit_at("21", "102"), role="tenant")
        with self.assertRaisesRegex(UserError, "(Residency|住户关系)(: |：)1"):
            job.action_undo()


@tagged("post_install", "-at_install")
class TestRoles(ImportCase):
    def test_front_desk_has_no_import(self):
        with self.assertRaises(AccessError):
            self._import(NEW_ROWS, user=self.front_desk)
        job = self._applied(NEW_ROWS)
        for record in (job, job.row_ids, job.column_ids, job.total_ids):
            with self.assertRaises(AccessError):
                record.with_user(self.front_desk).read(["id", "display_name"])
        with self.assertRaises(AccessError):
            self.env["shequ.registry.export"].with_user(self.front_desk).create({})

    def test_workers_and_residents_have_none(self):
        for user in (self.worker, self.grid_worker, self.employee, self.owner_user):
            with self.subTest(user=user.login), self.assertRaises(AccessError):
                self._import(NEW_ROWS, user=user)

    def test_estate_manager_imports_into_own_estates_alone(self):
        with self.assertRaises(AccessError):
            self._import(NEW_ROWS, estate=self.lane_estate)
        job = self._import(NEW_ROWS)
        with self.assertRaises(AccessError):
            job.estate_id = self.lane_estate

    def test_estates_of_a_column_are_those_of_the_user(self):
        headings = ["小区", *HEADINGS]
        rows = [[self.lane_estate.name, *NEW_ROWS[0]], [self.estate.name, *NEW_ROWS[0]]]
        none = self.env["shequ.estate"]
        job = self._checked(rows, headings=headings, estate=none)
        self.assertEqual(self._statuses(job), ["error", "create"])
        job = self._checked(rows, headings=headings, estate=none, user=self.boss)
        self.assertEqual(self._statuses(job), ["create", "create"])

    def test_only_company_managers_add_estates(self):
        headings = ["小区", *HEADINGS]
        rows = [["新开的小区", *NEW_ROWS[0]]]
        none = self.env["shequ.estate"]
        with self.assertRaises(UserError):
            self._import(rows, headings=headings, estate=none, create_estates=True)
        job = self._applied(
            rows, headings=headings, estate=none, create_estates=True, user=self.boss
        )
        estate = self.env["shequ.estate"].search([("name", "=", "新开的小区")])
        self.assertEqual(estate.company_id, self.company)
        job.action_undo()
        self.assertFalse(estate.exists())

    def test_other_company(self):
        job = self._import(NEW_ROWS)
        rival = self._staff("imp_rival", "company_manager")
        rival.write(
            {
                "company_id": self.other_company.id,
                "company_ids": [(6, 0, self.other_company.ids)],
            }
        )
        self.assertFalse(
            self.env["shequ.import"].with_user(rival).search([("id", "=", job.id)])
        )
        with self.assertRaises(AccessError):
            self._import(NEW_ROWS, user=rival)

    def test_state_and_rows_are_not_for_people_to_write(self):
        job = self._applied(NEW_ROWS)
        with self.assertRaises(AccessError):
            job.state = "mapped"
        with self.assertRaises(AccessError):
            job.row_ids[0].status = "create"
        with self.assertRaises(AccessError):
            self.env["shequ.import.change"].with_user(self.boss).create(
                {"import_id": job.id, "model": "res.partner", "res_id": 1}
            )
        with self.assertRaises(AccessError):
            job.read(["source"])
        with self.assertRaises(AccessError):
            job.row_ids.read(["content"])
        with self.assertRaises(UserError):
            job.unlink()

    def test_nobody_reads_a_telephone_from_rows(self):
        job = self._applied(NEW_ROWS)
        text = str(job.row_ids.read()) + str(job.column_ids.read())
        self.assertNotIn("13800001001", text)
        self.assertIn("138****1001", text)

    def test_downloads_are_private(self):
        job = self._checked(NEW_ROWS)
        job.action_report()
        file = self.env["shequ.download"].search([], order="id desc", limit=1)
        file.with_user(self.manager).read(["content"])
        with self.assertRaises(AccessError):
            file.with_user(self.boss).read(["content"])


@tagged("post_install", "-at_install")
class TestWords(ImportCase):
    def test_every_problem_of_the_reader_is_translated(self):
        Import = self.env["shequ.import"].with_context(lang="en_US")
        self.assertEqual(Import._problem_templates(), problems.PROBLEMS)

    def test_every_field_of_the_reader_has_a_name(self):
        self.assertEqual(
            set(self.env["shequ.import"]._field_labels()), set(headers.FIELDS)
        )
