import base64
import pickle
from unittest.mock import patch

from odoo.exceptions import UserError
from odoo.tests import tagged
from odoo.tools import mute_logger

from .common_ticket import TicketCase

# What residents of this company say and no lexicon knows.
OWN_WORDS = {
    "public_facility.gate": [
        "小蜜蜂又歇菜了",
        "小蜜蜂不抬手",
        "小蜜蜂闹脾气",
        "小蜜蜂卡那儿了",
    ],
    "greening": ["绿胡子该剃了", "绿胡子太长", "绿胡子乱糟糟", "绿胡子没人理"],
    "environment.cleaning": ["花脸猫一地", "花脸猫没扫", "花脸猫满楼道", "花脸猫太多"],
}


@tagged("post_install", "-at_install")
class TestTriageLearning(TicketCase):
    """The night: learn from what people confirmed, use it when it is better."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.Model = cls.env["shequ.triage.model"]
        cls.env["ir.config_parameter"].sudo().set_param("shequ.triage_min_examples", 20)
        cls.tickets = cls.Ticket._intake(
            [
                {
                    "unit_id": cls.unit.id,
                    "description": f"{words}，{place}",
                    "category_code": code,
                }
                for code, sentences in OWN_WORDS.items()
                for words in sentences
                for place in ("东门", "三号楼下", "昨天起")
            ]
        )

    def confirm(self):
        self.tickets.write({"triage_state": "done"})

    def test_without_enough_history_the_lexicon_serves_alone(self):
        self.assertFalse(self.Model._learn(self.company))
        self.assertIsNone(self.Model._classifier_of(self.company.id))

    def test_what_was_learned_is_used_when_it_is_better(self):
        words = {"unit_id": self.unit.id, "description": "小蜜蜂歇菜了"}
        self.assertEqual(self.Ticket._intake(words).triage_state, "to_sort")
        self.confirm()
        version = self.Model._learn(self.company)
        self.assertEqual((version.version, version.verdict), (1, "used"))
        self.assertGreater(version.score, version.alone)
        self.assertEqual(version.examples, len(self.tickets))
        self.assertEqual(version.categories, 3)
        self.env["ir.config_parameter"].sudo().set_param("shequ.triage_sure", 0.2)
        ticket = self.Ticket._intake(words)
        self.assertEqual(ticket.category_id.code, "public_facility.gate")
        reasons = [reason[0] for reason in ticket.triage_result["r"]]
        self.assertIn("learned", reasons)
        # Another company has learned nothing of it.
        foreign = self.Ticket._intake({**words, "unit_id": self.foreign_unit.id})
        self.assertFalse(foreign.category_id)

    def test_a_worse_version_is_kept_and_not_used(self):
        self.confirm()
        first = self.Model._learn(self.company)
        first.score = 2.0
        second = self.Model._learn(self.company)
        self.assertEqual((second.verdict, second.in_use), ("worse", False))
        self.assertTrue(first.in_use)

    def test_going_back_holds_newer_versions_back(self):
        self.confirm()
        first, second = (self.Model._learn(self.company) for _night in range(2))
        self.assertTrue(second.in_use)
        self.assertFalse(first.in_use)
        first.with_user(self.company_manager).action_use()
        self.assertTrue(first.in_use)
        self.assertFalse(second.in_use)
        self.assertEqual(self.Model._learn(self.company).verdict, "kept")
        self.assertTrue(first.in_use)
        first.with_user(self.company_manager).action_use_none()
        self.assertIsNone(self.Model._classifier_of(self.company.id))
        latest = self.Model.search([("company_id", "=", self.company.id)], limit=1)
        latest.with_user(self.company_manager).action_use()
        self.assertFalse(self.company.shequ_triage_hold)

    def test_only_the_manager_of_the_company_goes_back(self):
        self.confirm()
        version = self.Model._learn(self.company)
        for user in (self.manager, self.foreign_manager):
            with self.assertRaises(Exception) as caught:
                version.with_user(user).action_use_none()
            self.assertIn(type(caught.exception).__name__, ("AccessError", "UserError"))
        self.assertTrue(version.in_use)
        with self.assertRaises(UserError):
            version.with_user(self.company_manager).sudo(False).with_user(
                self.manager
            )._check_manager()

    def test_old_versions_go_and_the_one_in_use_stays(self):
        self.confirm()
        first = self.Model._learn(self.company)
        first.score = 2.0
        for _night in range(7):
            self.Model._learn(self.company)
        kept = self.Model.search([("company_id", "=", self.company.id)])
        self.assertEqual(len(kept), 6)
        self.assertIn(first, kept)
        self.assertEqual(max(kept.mapped("version")), 8)

    def test_what_is_no_model_is_never_executed(self):
        self.confirm()
        version = self.Model._learn(self.company)
        evil = pickle.dumps(_Evil())
        version.data = base64.b64encode(evil)
        self.env.registry.clear_cache("stable")
        with mute_logger("odoo.addons.shequ_property.models.ticket.triage_model"):
            self.assertIsNone(self.Model._classifier_of(self.company.id))
        self.assertFalse(_Evil.ran)
        ticket = self._report(category_code=None)
        self.assertEqual(ticket.category_id.code, "home_repair.water_leak")

    def test_the_night_goes_on_where_it_stopped(self):
        self.confirm()
        done = []
        self.patch(
            type(self.Model), "_learn", lambda _model, company: done.append(company.id)
        )
        with patch.object(
            type(self.env["ir.cron"]), "_commit_progress", lambda *a, **k: False
        ):
            self.Model._cron_learn()
            self.Model._cron_learn()
        self.assertEqual(len(done), 2)
        self.assertNotEqual(done[0], done[1])
        with patch.object(
            type(self.env["ir.cron"]), "_commit_progress", lambda *a, **k: True
        ):
            self.Model._cron_learn()
            self.Model._cron_learn()
        self.assertEqual(len(done), len(set(done)))
        self.assertIn(self.company.id, done)


class _Evil:
    ran = False

    def __reduce__(self):
        return (_run, ())


def _run():
    _Evil.ran = True
