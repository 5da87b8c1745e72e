"""Five ugly files go all the way: dry run, mend, import, export, import again."""

import base64
import io
import os
from unittest.mock import patch

import openpyxl

from odoo.tests import TransactionCase, tagged

from . import ugly_files

KEY = base64.b64encode(b"ugly files have identity numbers"[:32]).decode()


@tagged("post_install", "-at_install")
class TestUglyFiles(TransactionCase):
    def setUp(self):
        super().setUp()
        self.enterContext(patch.dict(os.environ, {"SHEQU_DATA_KEY": KEY}))
        self.env = self.env["base"].with_context(tracking_disable=True).env
        self.env.user.group_ids += self.env.ref("shequ_property.group_personal_data")

    def _dry_run(self, estate, data, filename):
        job = self.env["shequ.import"].create(
            {
                "filename": filename,
                "upload": base64.b64encode(data),
                "estate_id": estate.id,
                "default_date_from": "2020-01-01",
            }
        )
        job.action_check()
        self.assertEqual(job.state, "checked", job.failure)
        return job

    def _download(self):
        file = self.env["shequ.download"].search([], order="id desc", limit=1)
        return base64.b64decode(file.content)

    def _mend(self, job, ugly):
        """The file of the wrong rows, its cells corrected as a clerk would."""
        job.action_wrong_rows()
        book = openpyxl.load_workbook(io.BytesIO(self._download()))
        wrong = job.row_ids.filtered(lambda r: r.status == "error").sorted("number")
        for page in book:
            headings = [cell.value for cell in page[1]]
            mine = wrong.filtered(
                lambda r, title=page.title: (
                    len(book.sheetnames) == 1 or r.sheet == title
                )
            )
            for line, row in enumerate(mine, 2):
                fixes = ugly.fixes.get((row.sheet or "", row.number), {})
                for heading, value in fixes.items():
                    page.cell(line, headings.index(heading) + 1).value = value
        stream = io.BytesIO()
        book.save(stream)
        return stream.getvalue()

    def _told(self, job):
        rows = job.row_ids.filtered(lambda r: r.status != "unchanged")
        return [(r.number, r.status, r.message, r.changes) for r in rows]

    def test_from_the_ugly_file_to_the_export_and_back(self):
        for number, make in enumerate(ugly_files.ALL):
            with self.subTest(file=make.__name__):
                self._walk(make(), f"UGLY{number}")

    def _walk(self, ugly, code):
        estate = self.env["shequ.estate"].create(
            {
                "name": f"丑{code}花园",
                "code": code,
                "address_style": "lane" if ugly.lane_style else "building",
            }
        )
        job = self._dry_run(estate, ugly.data, ugly.filename)
        wrong = job.row_ids.filtered(lambda r: r.status == "error")
        self.assertEqual(
            {(row.sheet or "", row.number) for row in wrong},
            set(ugly.errors),
            wrong.mapped("message"),
        )
        self.assertTrue(all(row.message for row in wrong))
        job.action_apply()
        self.assertEqual(job.state, "done")
        self.assertEqual(job.error_count, len(ugly.errors), self._told(job))
        if ugly.errors:
            mended = self._dry_run(estate, self._mend(job, ugly), "改好的.xlsx")
            self.assertFalse(mended.error_count, self._told(mended))
            if mended.create_count or mended.change_count:
                mended.action_apply()
            self.assertFalse(mended.error_count, self._told(mended))
        else:
            again = self._dry_run(estate, ugly.data, ugly.filename)
            self.assertFalse(again.create_count + again.change_count, self._told(again))
        self._check_units(estate, ugly)
        self._export_and_back(estate)

    def _check_units(self, estate, ugly):
        """What was right in the first place is there as it should be."""
        units = self.env["shequ.unit"].search([("estate_id", "=", estate.id)])
        found = {
            (u.lane or "", u.building_id.name, u.entrance or "", u.room): u
            for u in units
        }
        self.assertLessEqual(set(ugly.units), set(found))
        if ugly.errors:
            return
        self.assertEqual(set(ugly.units), set(found))
        for key, values in ugly.units.items():
            unit = found[key]
            self.assertEqual(
                round(unit.building_area * 100), values.get("building_area", 0)
            )
            self.assertEqual(
                {r.partner_id.name for r in unit.residency_ids},
                {name for name, _role, _phone in values.get("people", ())},
            )

    def _export_and_back(self, estate):
        for masked in (False, True):
            wizard = self.env["shequ.registry.export"].create(
                {
                    "company_id": estate.company_id.id,
                    "estate_id": estate.id,
                    "masked": masked,
                    "reason": "核对",
                    "with_former": True,
                }
            )
            wizard.action_export()
            job = self._dry_run(estate, self._download(), "导出.xlsx")
            self.assertFalse(
                job.create_count + job.change_count + job.error_count, self._told(job)
            )
            self.assertTrue(job.unchanged_count)
