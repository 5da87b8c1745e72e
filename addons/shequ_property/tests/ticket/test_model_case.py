from psycopg2 import IntegrityError

from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import tagged
from odoo.tools import mute_logger

from .common_desk import DeskCase, photo


@tagged("post_install", "-at_install")
class TestModelCase(DeskCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.ticket = cls._report(
            description="我是王小明，12号楼1单元302室厨房漏水，电话13812345678，沪A12345挡路",
            media=[photo("before.jpg")],
        )
        cls._finished(cls.ticket)
        cls.ticket._rate(cls.wang, 5, comment="谢谢陈师傅，王阿姨也满意")

    def _agreed(self):
        self.ticket.with_user(self.desk).action_propose_model_case()
        self.ticket._model_case_consent(self.wang, True)
        return self.ticket.model_case_id

    def _published(self):
        case = self._agreed()
        case.photo_ids[:1].chosen = True
        case.with_user(self.manager).action_publish()
        return case

    def test_only_five_stars_and_only_once(self):
        four = self._finished(self._report())
        four._rate(self.wang, 4)
        with self.assertRaisesRegex(UserError, "five stars"):
            four.with_user(self.desk).action_propose_model_case()
        ticket = self.ticket.with_user(self.desk)
        ticket.action_propose_model_case()
        self.assertEqual(ticket.model_case_consent, "asked")
        self.assertIn(self.wang, ticket.message_ids[0].notified_partner_ids)
        with self.assertRaisesRegex(UserError, "already"):
            ticket.action_propose_model_case()

    def test_the_story_names_nobody(self):
        case = self._agreed()
        for secret in ("王小明", "302", "12号楼", "13812345678", "沪A12345", "王阿姨"):
            with self.subTest(secret=secret):
                self.assertNotIn(secret, case.story + case.name)
        for words in ("厨房漏水", "换了水管"):
            self.assertIn(words, case.story)
        self.assertEqual(case.worker_id, self.worker)
        self.assertEqual(case.state, "draft")

    def test_without_the_residents_word_there_is_no_case(self):
        with self.assertRaises(UserError):
            self.ticket._model_case_consent(self.wang, True)
        self.ticket.with_user(self.desk).action_propose_model_case()
        for partner in (self.neighbour, self.env["res.partner"]):
            with self.assertRaises(AccessError):
                self.ticket.with_user(self.desk)._model_case_consent(partner, True)
        self.assertFalse(self.ticket.model_case_id)
        self.ticket._model_case_consent(self.wang, False)
        self.assertFalse(self.ticket.model_case_id)
        self.assertEqual(self.ticket.model_case_consent, "refused")

    def test_photos_are_copies_and_shown_only_when_chosen(self):
        case = self._published()
        self.assertEqual(sorted(case.photo_ids.mapped("phase")), ["evidence", "report"])
        seen = case.photo_ids.with_user(self.worker_user).search(
            [("case_id", "=", case.id)]
        )
        self.assertEqual(len(seen), 1)
        case.photo_ids.unlink()
        self.assertEqual(len(self.ticket.media_ids), 2)

    def test_workers_read_what_is_published_and_change_nothing(self):
        case = self._agreed()
        Case = self.env["shequ.model.case"]
        readers = (self.worker_user, self.grid_user, self.desk)
        for user in readers:
            self.assertNotIn(case, Case.with_user(user).search([]))
        case.with_user(self.manager).action_publish()
        for user in readers:
            with self.subTest(user=user.login):
                seen = case.with_user(user)
                self.assertIn(case, seen.search([]))
                self.assertEqual(seen.worker_name, "陈师傅")
                self.assertEqual(seen.estate_name, "金昊雅苑")
                with self.assertRaises(AccessError):
                    seen.story = "x"
                with self.assertRaises(AccessError):
                    seen.action_publish()
        self.assertTrue(self.ticket.model_case)

    def test_a_worker_does_not_reach_the_ticket_through_the_case(self):
        case = self._published().with_user(self.worker_user)
        with self.assertRaises(AccessError):
            case.read(["ticket_id"])

    def test_cases_of_another_company_are_not_seen(self):
        case = self._published()
        user = self._make_staff("desk_other", "group_worker", self.foreign_estate)
        user.write(
            {
                "company_ids": [(6, 0, self.other_company.ids)],
                "company_id": self.other_company.id,
            }
        )
        self.assertNotIn(case, case.with_user(user).search([]))

    def test_a_manager_of_another_estate_does_not_edit(self):
        case = self._agreed()
        other = self._make_staff(
            "desk_manager2", "group_estate_manager", self.second_estate
        )
        with self.assertRaises(AccessError):
            case.with_user(other).action_publish()
        with self.assertRaises(UserError):
            case.with_user(self.manager).write({"state": "published"})

    def test_a_resident_may_take_the_word_back(self):
        case = self._published()
        self.ticket._model_case_consent(self.wang, False)
        self.assertEqual(case.state, "draft")
        self.assertFalse(self.ticket.model_case)
        with self.assertRaisesRegex(UserError, "not agreed"):
            case.with_user(self.manager).action_publish()
        self.ticket._model_case_consent(self.wang, True)
        self.assertEqual(self.ticket.model_case_id, case)
        case.with_user(self.manager).action_publish()

    def test_names_written_back_are_taken_out_again(self):
        case = self._agreed().with_user(self.manager)
        case.story = "王小明在302室"
        case.action_clean()
        self.assertEqual(case.story, "某在某室")

    def test_one_case_a_ticket(self):
        self._agreed()
        with (
            mute_logger("odoo.sql_db"),
            self.assertRaises(IntegrityError),
            self.env.cr.savepoint(),
        ):
            self.env["shequ.model.case"].create(
                {
                    "name": "x",
                    "story": "x",
                    "ticket_id": self.ticket.id,
                    "company_id": self.company.id,
                    "estate_id": self.estate.id,
                }
            )

    def test_nobody_else_deletes_a_case(self):
        case = self._published()
        for user in (self.worker_user, self.desk):
            with self.assertRaises(AccessError):
                case.with_user(user).unlink()

    # --- told to the colleagues ------------------------------------------------------

    def _colleague(self, login, skills):
        user = self._make_staff(login, "group_worker", self.estate)
        return self.env["shequ.worker"].create(
            {
                "name": login,
                "company_id": self.company.id,
                "user_id": user.id,
                "skill_ids": [Command.set(skills.ids)],
            }
        )

    def _told(self, case):
        """Who got a message, as often as it came."""
        messages = self.env["mail.message"].search(
            [
                ("model", "=", case._name),
                ("res_id", "=", case.id),
                ("message_type", "=", "user_notification"),
            ]
        )
        self.assertLessEqual(len(messages), 1)
        return messages.notified_partner_ids

    def test_published_is_told_to_the_skill_once(self):
        skill = self.ticket.category_id.skill_id
        other_skill = self.env["shequ.skill"].search([("id", "!=", skill.id)], limit=1)
        plumber = self._colleague("c_plumber", skill)
        gardener = self._colleague("c_gardener", other_skill)
        case = self._published()
        told = self._told(case)
        self.assertIn(plumber.user_id.partner_id, told)
        self.assertNotIn(gardener.user_id.partner_id, told)
        self.assertNotIn(self.worker_user.partner_id, told, "who did it knows it")
        case.with_user(self.manager).action_unpublish()
        case.with_user(self.manager).action_publish()
        self.assertEqual(self._told(case), told)
        self.assertEqual(len(told), 1)

    def test_on_the_phone_until_read(self):
        skill = self.ticket.category_id.skill_id
        plumber = self._colleague("c_plumber", skill)
        case = self._published()
        jobs = self.env["shequ.ticket"].with_user(plumber.user_id)
        found = {c["id"]: c["is_new"] for c in jobs.worker_jobs()["cases"]}
        self.assertEqual(found[case.id], True)
        action = case.with_user(plumber.user_id).worker_read()
        self.assertEqual(action["res_id"], case.id)
        found = {c["id"]: c["is_new"] for c in jobs.worker_jobs()["cases"]}
        self.assertEqual(found.get(case.id), False)
        self.assertEqual(case.reader_count, 1)
