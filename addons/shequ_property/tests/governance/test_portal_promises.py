from datetime import timedelta

from odoo import fields
from odoo.tests import tagged

from ..portal.common import PortalCase, photo_bytes
from .common_promise import attested_promise


@tagged("post_install", "-at_install")
class TestPortalPromises(PortalCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.row = attested_promise(
            cls.env,
            cls.estate,
            [
                {
                    "name": "小修三天内修复",
                    "measure": "clock",
                    "clock_target": "complete",
                    "ticket_kind": "repair",
                    "area": "facility",
                }
            ],
        )
        cls.contract = cls.row.contract_id

    def test_a_resident_reads_what_was_kept(self):
        self.login(self.zhu)
        self.assertIn("/my/promises", self.get("/my").text)
        page = self.get("/my/promises").text
        self.assertIn("公示栏每月更新", page)
        self.assertIn("小修三天内修复", page)
        self.assertIn(f"/my/promises/{self.row.id}", page)
        page = self.get(f"/my/promises/{self.row.id}").text
        self.assertIn("已更新", page)
        photo = self.row.attestation_ids.attachment_ids
        self.assertIn(f"/my/promises/photo/{photo.id}", page)
        self.assertNotIn("Dispute the result", page)
        answer = self.get(f"/my/promises/photo/{photo.id}?small=1")
        self.assertEqual(answer.headers["Content-Type"], "image/jpeg")

    def test_the_list_behind_a_number(self):
        ticket = self._take(self.zhu, description="CANARY-漏水 13812345678")
        row = self.row.sheet_id.measure_ids - self.row
        self.env["shequ.contract.measure.line"].sudo().create(
            {"measure_id": row.id, "ticket_id": ticket.id, "hit": True}
        )
        row.sudo().write({"numerator": 1, "denominator": 1, "state": "kept"})
        self.login(self.neighbour)
        page = self.get(f"/my/promises/{row.id}").text
        self.assertIn("1 of 1 kept", page)
        self.assertIn(ticket.name, page)
        for secret in ("CANARY", "13812345678", "1201", self.zhu.name):
            self.assertNotIn(secret, page)

    def test_the_contract_its_prices_and_versions(self):
        self.contract.action_amend()
        self.contract.amendment_ids.price_ids.amount = 2.6
        self.login(self.zhu)
        # What is being amended is not told before it holds.
        self.assertNotIn("2.60", self.get("/my/promises/contract").text)
        self.contract._put_amendment_in_force("业主大会决定", self.contract.date_from)
        page = self.get("/my/promises/contract").text
        self.assertIn("2.60", page)
        self.assertIn("业主大会决定", page)
        self.assertIn("Version 2", page)
        self.assertIn(self.contract.version_ids[0].digest, page)

    def test_rounds_that_were_missed(self):
        plan = self.env["shequ.round"].create(
            {
                "name": "每四小时巡查",
                "estate_id": self.estate.id,
                "kind": "patrol",
                "times": "08:00",
                "duration_hours": 4,
                "date_from": "2025-01-01",
            }
        )
        now = fields.Datetime.now()
        task, walked = self.env["shequ.round.task"].create(
            [
                {
                    "round_id": plan.id,
                    "estate_id": self.estate.id,
                    "company_id": self.company.id,
                    "start_at": now - timedelta(hours=hours + 4),
                    "due_at": now - timedelta(hours=hours),
                    "state": state,
                }
                for hours, state in ((5, "missed"), (29, "done"))
            ]
        )
        photo = self.env["ir.attachment"].create(
            {"name": "a.jpg", "raw": photo_bytes(), "mimetype": "image/jpeg"}
        )
        walked._begin()
        self.env["shequ.round.check"].create(
            {"task_id": walked.id, "name": "大门", "attachment_ids": photo.ids}
        )
        path = f"/my/promises/rounds/photo/{photo.id}"
        self.login(self.zhu)
        self.assertIn("/my/promises/rounds", self.get("/my/promises").text)
        page = self.get("/my/promises/rounds").text
        self.assertIn("每四小时巡查", page)
        self.assertRegex(page, "1</?[^>]*>? of 2|1 of 2")
        self.assertNotIn(path, page)
        self.assertEqual(self.get(path).status_code, 404)
        self.estate.round_photos_open = True
        self.estate.round_photos_since = now - timedelta(days=1)
        self.env.flush_all()
        self.assertIn(path, self.get("/my/promises/rounds").text)
        self.assertEqual(self.get(path).headers["Content-Type"], "image/jpeg")
        self.login(self.stranger)
        self.assertEqual(self.get(path).status_code, 404)

    def test_a_committee_member_disputes(self):
        self.env["shequ.committee.member"].create(
            {
                "estate_id": self.estate.id,
                "partner_id": self.neighbour.partner_id.id,
                "date_from": "2024-01-01",
            }
        )
        self.login(self.neighbour)
        path = f"/my/promises/{self.row.id}"
        self.assertIn("Dispute the result", self.get(path).text)
        answer = self.post(f"{path}/dispute", {"words": " "})
        self.assertEqual(answer.status_code, 422)
        self.assertIn("say why", answer.text)
        answer = self.post(f"{path}/dispute", {"words": "照片是去年的"})
        self.assertIn("Your dispute has been sent", answer.text)
        self.assertIn("照片是去年的", answer.text)
        self.assertNotIn("Dispute the result", answer.text)
        self.assertEqual(self.row.dispute_ids.partner_id, self.neighbour.partner_id)
        self.assertEqual(
            self.post(f"{path}/dispute", {"words": "再来"}).status_code, 422
        )
        # Neighbours read it, without the name of who said it.
        self.login(self.zhu)
        page = self.get(path).text
        self.assertIn("照片是去年的", page)
        self.assertNotIn(self.neighbour.name, page)

    def test_without_a_contract_the_page_says_so(self):
        self.login(self.stranger)
        page = self.get("/my/promises")
        self.assertIn("No service contract is recorded", page.text)
        self.assertNotIn("/my/promises", self.get("/my").text)
