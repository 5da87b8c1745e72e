from odoo.tests import tagged

from .common import PortalCase


@tagged("post_install", "-at_install")
class TestServices(PortalCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.service = cls.env["shequ.service"].create(
            {
                "name": "Blocked drain",
                "company_id": cls.company.id,
                "category_id": cls.env.ref(
                    "shequ_property.category_home_repair_drain"
                ).id,
                "price_type": "fixed",
                "price": 60,
                "promise_hours": 4,
                "description": "With a test run",
            }
        )

    def _orders(self):
        self.refresh()
        return self.env["shequ.ticket"].search([("service_id", "=", self.service.id)])

    def test_the_list_says_price_and_time_and_ordering_makes_one_ticket(self):
        self.login(self.zhu)
        page = self.get("/my/services").text
        self.assertIn("Blocked drain", page)
        self.assertIn("60", page)
        self.assertIn("Within 4 hours", page)
        self.assertIn("/my/services", self.get("/my/community").text)
        path = f"/my/services/{self.service.id}"
        self.assertIn("With a test run", self.get(path).text)
        form = {
            "ref": "order-00000001",
            "unit_id": self.unit.id,
            "description": "kitchen",
        }
        for _tap in range(2):
            answer = self.post(path, form, allow_redirects=False)
            self.assertEqual(answer.status_code, 303)
        ticket = self._orders()
        self.assertEqual(len(ticket), 1)
        self.assertEqual(ticket.reporter_id, self.zhu.partner_id)
        self.assertEqual(ticket.quotation_state, "accepted")
        self.assertEqual(ticket.amount_resident, 60)
        self.assertIn("Promised by", self.get(f"/my/tickets/{ticket.id}").text)

    def test_not_for_somebody_elses_home_and_not_what_is_put_away(self):
        self.login(self.zhu)
        path = f"/my/services/{self.service.id}"
        for unit in (self.next_unit.id, self.foreign_unit.id, "", "x"):
            answer = self.post(path, {"unit_id": unit})
            self.assertEqual(answer.status_code, 422)
            self.assertIn("for which home", answer.text)
        self.assertFalse(self._orders())
        self.service.active = False
        self.assertEqual(self.get(path).status_code, 404)
        self.assertIn("nothing to order", self.get("/my/services").text)


@tagged("post_install", "-at_install")
class TestVisit(PortalCase):
    def setUp(self):
        super().setUp()
        self.ticket = self._take(self.zhu)
        self._send_worker(self.ticket)
        self.job = self.ticket.with_user(self.worker_user)
        self.login(self.zhu)

    def test_the_resident_sees_who_comes_when_and_takes_a_time(self):
        slots = self.job.worker_slots()
        self.job.worker_propose([slot["start"] for slot in slots[:2]])
        page = self.get(f"/my/tickets/{self.ticket.id}").text
        self.assertIn(self.worker.name, page)
        self.assertIn("Which of these times", page)
        visit = self.ticket.visit_ids.sorted("start")[1]
        self.post(f"/my/tickets/{self.ticket.id}/visit", {"visit_id": visit.id})
        self.refresh()
        self.assertEqual(self.ticket.visit_start, visit.start)
        self.assertIn("Agreed", self.get(f"/my/tickets/{self.ticket.id}").text)

    def test_the_resident_names_other_times(self):
        starts = [slot["start"] for slot in self.job.worker_slots()]
        path = f"/my/tickets/{self.ticket.id}/visit"
        answer = self.post(path, {"start": starts[:2]}, allow_redirects=False)
        self.assertEqual(answer.status_code, 303)
        self.refresh()
        self.assertEqual(len(self.ticket.visit_ids), 2)
        for wrong in ([], starts[:4], ["2001-01-01 00:00:00"], ["x" * 500]):
            self.assertEqual(self.post(path, {"start": wrong}).status_code, 422)

    def test_running_late_is_on_the_page(self):
        self.job.worker_late(30, "the pump is heavy")
        page = self.get(f"/my/tickets/{self.ticket.id}").text
        self.assertIn("Expected at about", page)
        self.assertIn("the pump is heavy", page)
