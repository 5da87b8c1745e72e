import unittest

from odoo.fields import Command
from odoo.tests import tagged

from ..portal.common import PortalCase
from ..tools.test_ocds import STANDARD, problems
from .common_contract import pdf

RESIDENT = "13812345678"


@tagged("post_install", "-at_install")
class TestOcdsRoute(PortalCase):
    """The contract as Open Contracting data, as whoever follows the sign gets it."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company.vat = "91310120MA1HXXXX0K"
        scan = cls.env["ir.attachment"].create({"name": "合同.pdf", "raw": pdf()})
        cls.contract = cls.env["shequ.contract"].create(
            {
                "title": "物业服务合同",
                "company_id": cls.company.id,
                "client_name": "业主大会",
                "estate_ids": [Command.set(cls.estate.ids)],
                "date_from": "2026-01-01",
                "date_to": "2028-12-31",
                "document_ids": [Command.set(scan.ids)],
                "price_ids": [
                    Command.create({"name": "物业费", "amount": 2.45, "use": "home"})
                ],
                "commitment_ids": [
                    Command.create(
                        {
                            "name": "小修三天内修复",
                            "measure": "clock",
                            "clock_target": "complete",
                            "limit_minutes": 4320,
                            "ticket_kind": "repair",
                            "area": "facility",
                            "threshold": 950,
                        }
                    )
                ],
            }
        )
        cls.contract.action_activate()
        cls.version = cls.contract._disclose(scan)
        cls.disclosure = cls.version.disclosure_id
        cls.token = cls.estate._disclosure_sign_token()

    def ocds(self, kind, root=None):
        root = root or f"/d/{self.token}"
        path = f"{root}/{self.disclosure.id}/file/{self.version.number}.{kind}"
        answer = self.get(path)
        self.assertEqual(answer.status_code, 200, path)
        self.assertTrue(answer.headers["Content-Type"].startswith("application/json"))
        self.assertIn(".json", answer.headers["Content-Disposition"])
        return answer

    def test_record_and_release(self):
        record = self.ocds("ocds").json()["records"][0]
        release = self.ocds("release.ocds").json()["releases"][0]
        self.assertEqual(record["ocid"], release["ocid"])
        self.assertEqual(record["releases"][0]["id"], release["id"])
        self.assertEqual(release["tag"], ["contract"])
        self.assertEqual(
            release["contracts"][0]["items"][0]["unit"]["value"]["amount"], 2.45
        )
        self.assertIn("业主大会", [party["name"] for party in release["parties"]])
        page = self.get(f"/d/{self.token}/{self.disclosure.id}").text
        for kind in ("ocds", "release.ocds"):
            self.assertIn(f"/file/{self.version.number}.{kind}", page)

    def test_an_amendment_is_a_release_of_its_own(self):
        self.contract.action_amend()
        self.contract.amendment_ids.price_ids.amount = 2.60
        self.contract._put_amendment_in_force(
            "业主大会决定", self.env["shequ.estate"]._today()
        )
        before = self.ocds("ocds")
        self.version = self.contract._disclose(self.contract.document_ids)
        record = self.ocds("ocds").json()["records"][0]
        self.assertEqual(
            [one["tag"] for one in record["releases"]],
            [["contract"], ["contractAmendment"]],
        )
        self.assertEqual(len(before.json()["records"][0]["releases"]), 2)
        release = self.ocds("release.ocds").json()["releases"][0]
        self.assertEqual(release["tag"], ["contractAmendment"])
        self.assertEqual(
            release["contracts"][0]["items"][0]["unit"]["value"]["amount"], 2.6
        )

    @unittest.skipUnless(STANDARD, "./shequ test fetches the standard's schemas")
    def test_what_is_published_validates(self):
        for kind in ("ocds", "release.ocds"):
            self.assertEqual(problems(self.ocds(kind).json()), [])

    def test_who_has_it_is_told_so(self):
        first = self.ocds("ocds")
        path = first.request.url
        headers = {"If-None-Match": first.headers["ETag"]}
        again = self.url_open(path, headers=headers)
        self.assertEqual((again.status_code, again.content), (304, b""))

    def test_only_contracts_are_contracts(self):
        notice = self.env["shequ.disclosure"]._publish_from(
            self.building, "notice", self.estate, "通知", {"summary": "停水"}
        )
        path = f"/d/{self.token}/{notice.disclosure_id.id}/file/1.ocds"
        self.assertEqual(self.get(path).status_code, 404)
        self.login(self.zhu)
        self.ocds("ocds", "/my/disclosures")
