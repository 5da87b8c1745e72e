import json
from datetime import datetime, timedelta

from freezegun import freeze_time

from odoo.exceptions import UserError, ValidationError
from odoo.tests import tagged

from ...tools.verify_disclosures import verify
from .common_contract import ContractCase


@tagged("post_install", "-at_install")
class TestContractDisclosure(ContractCase):
    def test_terms_are_published_and_an_ocds_record_goes_with_them(self):
        with self.assertRaises(UserError):
            self.contract.action_disclose()
        self._promise()
        self.contract.action_activate()
        wizard = self._wizard()
        self.assertEqual(wizard.document_ids, self.scan)
        with self.assertRaises(UserError):
            wizard.action_confirm()
        wizard.document_ids = False
        wizard.checked = True
        with self.assertRaises(UserError):
            wizard.action_confirm()
        wizard.document_ids = self.scan
        wizard.action_confirm()
        disclosures = self.env["shequ.disclosure"]
        disclosure = disclosures.search(
            [
                ("res_model", "=", "shequ.contract"),
                ("res_id", "=", self.contract.id),
            ]
        )
        self.assertEqual(disclosure.estate_id, self.estate)
        version = disclosure.current_version_id
        self.assertIn("小修三天内修复", version.document)
        self.assertTrue(version.is_public)
        # The same terms again are the same version.
        wizard.action_confirm()
        self.assertEqual(disclosure.current_version_id, version)
        file = version._content()["files"][0]
        self.assertEqual(file["name"], self.scan.name)
        self.assertEqual(file["checked_by"], self.env.user.name)
        # The same terms on another paper are the next version.
        wizard.document_ids = self.scan.copy({"name": "副本.pdf"})
        wizard.action_confirm()
        self.assertEqual(disclosure.current_version_id.number, 2)
        package = self.contract._ocds_package("https://example.com/1.ocds")
        record = package["records"][0]
        self.assertEqual(record["compiledRelease"]["ocid"], record["ocid"])
        self.assertFalse(verify(self._export()))

    def test_the_committee_of_the_assembly_reviews_it(self):
        self._promise()
        self.assertFalse(self.contract.assembly_id)
        self.contract.action_activate()
        self.assertEqual(self.contract.assembly_id.estate_id, self.estate)
        version = self.contract._disclose(self.scan)
        review = version.disclosure_id.review_ids
        self.assertEqual(review.version_id, version)
        self.assertEqual(len(review.item_ids), 3)
        review._sign(self.committee_user, "object", "缺附件二")
        self.assertTrue(review.needs_answer)

    def test_nobody_reviews_what_the_developer_concluded(self):
        developer = self.env["res.partner"].create(
            {"name": "某某置业有限公司", "is_company": True}
        )
        self._promise()
        self.contract.write({"client_kind": "developer", "developer_id": developer.id})
        self.assertEqual(self.contract.client_name, "某某置业有限公司")
        self.contract.action_activate()
        self.assertFalse(self.contract.assembly_id)
        version = self.contract._disclose(self.scan)
        self.assertFalse(version.disclosure_id.review_ids)

    def test_an_assembly_concludes_for_its_own_estate(self):
        other = self.env["shequ.assembly"]._of_estate(self.lane_estate)
        with self.assertRaises(ValidationError):
            self.contract.assembly_id = other
        mine = self.env["shequ.assembly"]._of_estate(self.estate)
        fresh = self.env["shequ.contract"].create(
            {
                "title": "物业服务合同",
                "company_id": self.company.id,
                "estate_ids": self.estate.ids,
            }
        )
        self.assertEqual(fresh.assembly_id, mine)
        self.assertIn(self.estate.name, fresh.client_name)

    def _wizard(self):
        action = self.contract.action_disclose()
        return (
            self.env[action["res_model"]].with_context(**action["context"]).create({})
        )

    def _export(self):
        return json.loads("".join(self.estate._disclosure_chain(True)))

    @freeze_time("2026-04-05 03:00:00")
    def test_measured_promises_stand_in_the_published_performance(self):
        self._promise()
        self.contract.sudo().state = "active"
        day = datetime(2026, 3, 10, 4)
        self._ticket(day, day + timedelta(days=2))
        self._ticket(day, day + timedelta(days=5))
        self._sheet("2026-03-01")
        disclosures = self.env["shequ.disclosure"]
        disclosure = disclosures.create(
            {
                "estate_id": self.estate.id,
                "type_id": self.env["shequ.disclosure.type"]._by_code("performance").id,
                "date_from": "2026-01-01",
                "date_to": "2026-03-31",
            }
        )
        disclosure.action_draw()
        version = disclosure._publish(disclosure._content(), "")
        figure = next(
            figure
            for figure in version._content()["figures"]
            if figure["origin"] == "contract"
        )
        self.assertEqual(
            (figure["label"], figure["kind"], figure["value"]),
            ("小修三天内修复", "permille", 500),
        )
        self.assertRegex(figure["note"], "not kept|未达标")
        self.assertIn("95.0%", figure["note"])
