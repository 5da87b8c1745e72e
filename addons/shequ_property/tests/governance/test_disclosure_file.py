import base64
import contextlib
import hashlib
import io
import json
import tempfile
from pathlib import Path

import openpyxl
import psycopg2
from PIL import Image

from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged
from odoo.tools import SQL, config, mute_logger

from ...tools import verify_disclosures as verifier
from .common_contract import pdf
from .common_disclosure import DisclosureCase

PLACE = b"31.2304,121.4737"


def picture():
    """A photo of a paper with the place where it was taken."""
    exif = Image.Exif()
    exif[0x010E] = PLACE.decode()
    out = io.BytesIO()
    Image.new("RGB", (80, 60), "white").save(out, "JPEG", exif=exif)
    return out.getvalue()


@tagged("post_install", "-at_install")
class TestDisclosureFile(DisclosureCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.work = cls._make_disclosure("inspection", date_from=False, date_to=False)
        cls.work.line_ids.text = "电梯,合格"

    def _add(self, name, raw, **values):
        return (
            self.env["shequ.disclosure.draft.file"]
            .with_user(self.manager)
            .create(
                {
                    "disclosure_id": self.work.id,
                    "name": name,
                    "raw": base64.b64encode(raw),
                    **values,
                }
            )
        )

    def _published(self):
        self._add("检验报告.jpg", picture(), checked=True)
        self._add("电费账单.pdf", pdf(), checked=True)
        return self._publish(self.work)

    def refuse(self, query):
        with (
            mute_logger("odoo.sql_db"),
            self.assertRaises(psycopg2.Error),
            self.env.cr.savepoint(),
        ):
            self.env.cr.execute(query)

    # --- before ----------------------------------------------------------------

    def test_somebody_looks_at_each_file_before_it_is_published(self):
        file = self._add("检验报告.JPG", picture())
        self.assertNotIn(PLACE, file._bytes())
        self.assertEqual((file.name, file.mimetype), ("检验报告.jpg", "image/jpeg"))
        self.assertEqual(file.sha256, hashlib.sha256(file._bytes()).hexdigest())
        with self.assertRaisesRegex(UserError, "检验报告.jpg"):
            self.work.action_submit()
        file.checked = True
        self.assertEqual(file.checked_by_id, self.manager)
        # Another file has not been looked at, whoever looked at the first.
        file.raw = base64.b64encode(pdf())
        self.assertEqual((file.checked, file.name), (False, "检验报告.pdf"))
        self.assertFalse(file.checked_by_id)
        file.checked = True
        self.work.action_submit()
        with self.assertRaises(UserError):
            file.checked = False
        with self.assertRaises(UserError):
            self._add("b.pdf", pdf())

    def test_who_has_looked_is_not_claimed(self):
        file = self._add("a.pdf", pdf(), checked=True, checked_by_id=self.desk.id)
        self.assertEqual(file.checked_by_id, self.manager)
        forged = file.with_context(shequ_drawn=True)
        forged.write({"checked_by_id": self.desk.id, "sha256": "0" * 64})
        self.assertEqual(file.checked_by_id, self.manager)
        self.assertNotEqual(file.sha256, "0" * 64)
        with self.assertRaises(AccessError):
            file.with_user(self.desk).checked = False
        with self.assertRaises(AccessError):
            self.env["shequ.disclosure.file"].with_user(self.manager).create({})

    def test_what_cannot_be_published(self):
        for name, raw in (("a.exe", b"MZ"), ("b.pdf", b"%PDF-1.4 x"), ("c.jpg", b"")):
            with self.assertRaises(UserError) as caught, self.env.cr.savepoint():
                self._add(name, raw)
            self.assertIn(name, str(caught.exception))
        limits = self.env["ir.config_parameter"]
        limits.set_param("shequ.disclosure.file_max_mb", "0")
        with self.assertRaisesRegex(UserError, "too large"), self.env.cr.savepoint():
            self._add("a.pdf", pdf())
        limits.set_param("shequ.disclosure.file_max_mb", "1")
        self._add("a.pdf", pdf(), checked=True)
        self._add("a.pdf", pdf(), checked=True)
        with self.assertRaisesRegex(UserError, "a.pdf"):
            self.work.action_submit()

    def test_names_of_files_are_searched_for_personal_data(self):
        self._add(f"{self.zhu.name}的身份证.pdf", pdf(), checked=True)
        with self.assertRaisesRegex(UserError, "personal data"):
            self.work.action_submit()

    def test_where_the_law_wants_the_paper(self):
        self.work.type_id.sudo().needs_file = True
        with self.assertRaisesRegex(UserError, "paper itself"):
            self.work.action_submit()
        self._add("a.pdf", pdf(), checked=True)
        self.work.action_submit()

    # --- evidence --------------------------------------------------------------

    def test_files_stand_in_the_document_and_stay(self):
        version = self._published()
        report, bill = version._content()["files"]
        self.assertEqual(report["checked_by"], self.manager.name)
        self.assertTrue(report["checked_at"].endswith("Z"))
        self.assertEqual(bill["size"], len(version._file(2)._bytes()))
        self.assertTrue(version._check_digest())
        attachment = SQL(
            "res_model = 'shequ.disclosure.file' AND res_id = %s",
            version.file_ids[0].id,
        )
        for query in (
            SQL("UPDATE ir_attachment SET store_fname = 'x' WHERE %s", attachment),
            SQL("UPDATE ir_attachment SET res_id = 0 WHERE %s", attachment),
            SQL("UPDATE ir_attachment SET db_datas = 'x' WHERE %s", attachment),
            SQL("DELETE FROM ir_attachment WHERE %s", attachment),
            SQL("UPDATE shequ_disclosure_file SET sha256 = 'x'"),
            SQL("DELETE FROM shequ_disclosure_file"),
        ):
            self.refuse(query)
        # Other attachments, and what says nothing about the file, are free.
        self.env.cr.execute(
            SQL("UPDATE ir_attachment SET description = 'x' WHERE %s", attachment)
        )

    def test_a_changed_byte_is_found(self):
        version = self._published()
        export = json.loads("".join(version._json(True)))
        self.assertFalse(verifier.verify(export))
        published = verifier.files_of(export)
        self.assertEqual(set(published.values()), {"检验报告.jpg", "电费账单.pdf"})
        with tempfile.TemporaryDirectory() as folder:
            for file in version.file_ids:
                (Path(folder) / file.name).write_bytes(file._bytes())
            problems, fit = verifier.check_files(published, [folder])
            self.assertEqual((problems, fit), ([], set(published)))
            path = Path(folder) / "电费账单.pdf"
            path.write_bytes(path.read_bytes()[:-1] + b"x")
            (Path(folder) / "other.pdf").write_bytes(b"x")
            problems, fit = verifier.check_files(published, [folder])
            self.assertEqual(len(problems), 2)
            self.assertEqual(len(fit), 1)
            chain = Path(folder) / "chain.json"
            chain.write_text(json.dumps(export))
            with contextlib.redirect_stdout(io.StringIO()) as said:
                self.assertEqual(
                    verifier.main([str(chain), "--files", str(path)]),
                    1,
                )
            self.assertIn("is not what was published", said.getvalue())

    def test_a_correction_takes_the_files_along(self):
        first = self._published()
        work = self.work.with_user(self.manager)
        work.action_correct()
        bill = work.file_ids[1]
        bill.raw = base64.b64encode(pdf() + b"\n% the other page\n")
        work.action_give_up_correction()
        self.assertEqual(work._content()["files"], first._content()["files"])
        work.action_correct()
        work.file_ids[1].unlink()
        work.change_note = "账单另行公示"
        second = self._publish(work)
        self.assertEqual(len(first.file_ids), 2)
        self.assertEqual(second.file_ids.name, "检验报告.jpg")
        self.assertEqual(second.file_ids.sha256, first.file_ids[0].sha256)
        self.assertFalse(verifier.verify(json.loads("".join(second._json(True)))))

    # --- readers ---------------------------------------------------------------

    def test_who_may_see_the_version_opens_its_files(self):
        version = self._published()
        token = self.estate._disclosure_sign_token()
        mine = f"/my/disclosures/{self.work.id}"
        public = f"/d/{token}/{self.work.id}"
        page = self.get(public)
        self.assertIn("检验报告.jpg", page.text)
        self.assertIn(self.manager.name, page.text)
        self.assertIn(version.file_ids[0].sha256, page.text)
        answer = self.get(f"{public}/paper/1/1")
        self.assertEqual(
            hashlib.sha256(answer.content).hexdigest(), version.file_ids[0].sha256
        )
        self.assertEqual(answer.headers["Content-Type"], "image/jpeg")
        self.assertEqual(answer.headers["X-Content-Type-Options"], "nosniff")
        again = self.get(
            f"{public}/paper/1/1", headers={"If-None-Match": answer.headers["ETag"]}
        )
        self.assertEqual((again.status_code, again.content), (304, b""))
        self.assertEqual(self.get(f"{public}/paper/1/3").status_code, 404)
        self.login(self.zhu)
        self.assertEqual(self.get(f"{mine}/paper/1/2").content[:5], b"%PDF-")
        book = openpyxl.load_workbook(
            io.BytesIO(self.get(f"{mine}/file/1.xlsx").content)
        )
        self.assertEqual(book.worksheets[1]["D3"].value, version.file_ids[1].sha256)
        self.login(self.stranger)
        self.assertEqual(self.get(f"{mine}/paper/1/2").status_code, 404)

    def test_what_only_residents_read_is_not_open(self):
        self.work.type_id.sudo().is_public = False
        self._published()
        token = self.estate._disclosure_sign_token()
        path = f"/d/{token}/{self.work.id}/paper/1/1"
        self.assertEqual(self.get(path).status_code, 404)
        self.login(self.zhu)
        path = f"/my/disclosures/{self.work.id}/paper/1/1"
        self.assertEqual(self.get(path).status_code, 200)

    def test_a_file_changed_on_the_disk_is_not_shown(self):
        version = self._published()
        attachment = self.env["ir.attachment"].search(
            [
                ("res_model", "=", "shequ.disclosure.file"),
                ("res_field", "=", "raw"),
                ("res_id", "=", version.file_ids[0].id),
            ]
        )
        path = Path(config.filestore(self.env.cr.dbname)) / attachment.store_fname
        raw = path.read_bytes()
        self.addCleanup(path.write_bytes, raw)
        path.write_bytes(raw[:-1] + b"x")
        token = self.estate._disclosure_sign_token()
        with self.assertLogs("odoo.addons.shequ_property", "WARNING"):
            answer = self.get(f"/d/{token}/{self.work.id}/paper/1/1")
        self.assertEqual(answer.status_code, 409)
        self.assertIn(version.file_ids[0].sha256, answer.text)
