from datetime import timedelta

from odoo import fields
from odoo.fields import Command
from odoo.tests import tagged

from ..ticket.test_tours import TourCase


@tagged("post_install", "-at_install")
class TestRoundTour(TourCase):
    browser_size = "390x844"
    touch_enabled = True

    def test_a_round_is_walked_on_the_phone(self):
        self.estate.code = "RNDT"
        plan = self.env["shequ.round"].create(
            {
                "name": "Evening patrol",
                "estate_id": self.estate.id,
                "worker_id": self.worker.id,
                "point_ids": [
                    Command.create({"name": "Fire lane is free", "photo": True}),
                    Command.create({"name": "Gate closes"}),
                ],
            }
        )
        now = fields.Datetime.now()
        task = self.env["shequ.round.task"].create(
            {
                "round_id": plan.id,
                "estate_id": self.estate.id,
                "company_id": self.company.id,
                "worker_id": self.worker.id,
                "start_at": now - timedelta(minutes=5),
                "due_at": now + timedelta(hours=2),
            }
        )
        self.start_tour("/odoo/my-rounds", "shequ_my_rounds", login="tour_worker")
        self.assertEqual(task.state, "done")
        lane, gate = task.check_ids
        self.assertEqual(len(lane.attachment_ids), 1)
        self.assertEqual(gate.ticket_id.channel, "round")
        self.assertIn("The barrier is broken", gate.ticket_id.description)
