"""The canary on paper: what stands in the PDF of every print."""

import io
import shutil
from unittest import skipUnless

from pypdf import PdfReader

from odoo.fields import Command
from odoo.tests import tagged
from odoo.tools import mute_logger

from .common import traces
from .test_leak_http import LeakHttpCase


def text_of(pdf):
    """Text of a PDF as a reader sees it; digits of a number stand together."""
    return "\n".join(page.extract_text() for page in PdfReader(io.BytesIO(pdf)).pages)


@tagged("post_install", "-at_install", "leak")
@skipUnless(shutil.which("wkhtmltopdf"), "wkhtmltopdf is not installed")
class TestLeakPrint(LeakHttpCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        # Rolls are for the estate manager.
        manager = cls.env.ref("shequ_property.group_estate_manager")
        (cls.desk | cls.trusted).group_ids = [Command.link(manager.id)]
        own = cls.env["shequ.unit"].create(
            {"building_id": cls.next_unit.building_id.id, "room": "1801"}
        )
        cls.env["shequ.residency"].create(
            {
                "partner_id": cls.canary.id,
                "unit_id": own.id,
                "date_from": "2020-01-01",
                "is_representative": True,
            }
        )

    def _printed(self, user):
        """Name of a printout → its text, as this person gets it."""
        reports = (
            self.env["ir.actions.report"]
            .with_user(user)
            .with_context(force_report_rendering=True)
        )
        with mute_logger("odoo.addons.base.models.ir_actions_report"):
            for name in ("work_order", "completion_slip"):
                pdf, _kind = reports._render_qweb_pdf(
                    f"shequ_property.report_{name}", self.ticket.ids
                )
                yield name, text_of(pdf)
            for units in ("owners", "residents"):
                wizard = (
                    self.env["shequ.roll.wizard"]
                    .with_user(user)
                    .with_context(force_report_rendering=True)
                    .create(
                        {
                            "estate_id": self.estate.id,
                            "kind": units,
                            "whole_phones": True,
                            "reason": "核对名册",
                        }
                    )
                )
                yield f"roll of {units}", text_of(wizard._pdf(wizard._buildings()))
            for record in (self.next_unit, self.next_unit.building_id):
                action = record.with_user(user).action_print_labels()
                wizard = (
                    self.env["shequ.label.wizard"]
                    .with_user(user)
                    .with_context(**action["context"])
                    .create({})
                )
                printed = wizard.action_print()
                pdf, _kind = reports.with_context(
                    **printed["context"]
                )._render_qweb_pdf(
                    printed["report_name"], printed["context"]["active_ids"]
                )
                yield f"label of {record._name}", text_of(pdf)

    def test_a_manager_prints_masked_numbers(self):
        printed = dict(self._printed(self.desk))
        self.assertEqual(len(printed), 6)
        for where, text in printed.items():
            with self.subTest(print=where):
                self.assertTrue(text.strip())
                self.assertFalse(traces(text))
        # The person is on it; only the number is masked.
        self.assertIn("钱来燕", printed["work_order"])
        self.assertIn("钱来燕", printed["roll of residents"])

    def test_trusted_colleague_finds_the_canary(self):
        found = {where: traces(text) for where, text in self._printed(self.trusted)}
        self.assertEqual(found["work_order"], ["phone"])
        self.assertEqual(found["roll of owners"], ["phone"])
        self.assertFalse(found["label of shequ.unit"], "labels hang on the door")
