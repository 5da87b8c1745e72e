import shutil
import subprocess
import tempfile
from pathlib import Path
from unittest import skipUnless
from unittest.mock import patch

import qrcode
from pypdf import PdfReader

from odoo.exceptions import UserError
from odoo.tests import tagged
from odoo.tools import mute_logger

from .common_desk import DeskCase, photo

REPORTS = ("work_order", "completion_slip")
STATE = "odoo.addons.base.models.ir_actions_report.IrActionsReport"


@tagged("post_install", "-at_install")
class TestTicketReports(DeskCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.ticket = cls._report(
            description="客厅地砖松动，走路有响声", media=[photo("before.jpg")]
        )
        cls.env["shequ.ticket.cost"].create(
            {
                "ticket_id": cls.ticket.id,
                "name": "瓷砖胶",
                "quantity": 2,
                "price_unit": 18.5,
            }
        )
        cls._finished(cls.ticket)

    def _html(self, report, user=None):
        reports = self.env["ir.actions.report"].with_user(user or self.desk)
        content, kind = reports._render_qweb_html(
            f"shequ_property.report_{report}", self.ticket.ids
        )
        self.assertEqual(kind, "html")
        return content.decode()

    def test_both_papers_name_the_matter(self):
        for report in REPORTS:
            html = self._html(report)
            with self.subTest(report=report):
                for words in (self.ticket.name, "客厅地砖松动", "王小明", "瓷砖胶"):
                    self.assertIn(words, html)
                self.assertIn("37.00", html)

    def test_times_are_those_of_the_estate(self):
        self.ticket.sudo().reported_at = "2026-11-20 18:05:00"
        for report in REPORTS:
            with self.subTest(report=report):
                self.assertIn("2026-11-21 02:05", self._html(report))

    def test_pictures_are_in_the_page_and_fetched_from_nowhere(self):
        html = self._html("completion_slip")
        # Logo aside: the code, one photo before and one after.
        self.assertGreaterEqual(html.count("data:image/"), 3)
        for address in ("/web/image", "/web/content", "/report/barcode"):
            self.assertNotIn(address, html)
        self.assertEqual(len(self.ticket._print_photos("report")), 1)
        self.assertEqual(len(self.ticket._print_photos("evidence")), 1)

    def test_the_code_leads_to_the_ticket(self):
        printed = "odoo.addons.shequ_property.models.ticket.ticket_print.qrcode.make"
        with patch(printed, side_effect=qrcode.make) as make:
            self.assertTrue(self.ticket._print_qr_staff().startswith("data:image/png"))
            self.ticket._print_qr_resident()
        addresses = [call.args[0] for call in make.call_args_list]
        base = self.ticket.get_base_url()
        self.assertEqual(
            addresses,
            [
                f"{base}/odoo/tickets/{self.ticket.id}",
                f"{base}/my/tickets/{self.ticket.id}",
            ],
        )

    def test_without_a_converter_printing_says_so(self):
        with (
            patch(f"{STATE}.get_wkhtmltopdf_state", return_value="install"),
            self.assertRaisesRegex(UserError, "[Ww]khtmltopdf"),
        ):
            self.env["ir.actions.report"].with_context(
                force_report_rendering=True
            )._render_qweb_pdf("shequ_property.report_work_order", self.ticket.ids)

    @skipUnless(shutil.which("wkhtmltopdf"), "wkhtmltopdf is not installed")
    def test_the_pdf_is_one_page_with_chinese_words(self):
        for report in REPORTS:
            with mute_logger("odoo.addons.base.models.ir_actions_report"):
                pdf, kind = (
                    self.env["ir.actions.report"]
                    .with_context(force_report_rendering=True)
                    ._render_qweb_pdf(
                        f"shequ_property.report_{report}", self.ticket.ids
                    )
                )
            with self.subTest(report=report), tempfile.TemporaryDirectory() as folder:
                self.assertEqual(kind, "pdf")
                path = Path(folder) / "ticket.pdf"
                path.write_bytes(pdf)
                pages = PdfReader(path).pages
                self.assertEqual(len(pages), 1)
                self.assertIn(self.ticket.name, pages[0].extract_text())
                self._keep(report, path)

    def _keep(self, report, path):
        """Hand the paper to a person who wants to look at it."""
        folder = Path(tempfile.gettempdir()) / "shequ-print"
        if folder.is_dir():
            shutil.copy(path, folder / f"{report}.pdf")
            subprocess.run(
                ["pdftoppm", "-r", "80", "-png", path, folder / report], check=False
            )
