from datetime import timedelta
from unittest.mock import patch

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import tagged

from ..portal.common import photo_bytes
from .vote_case import VoteCase


@tagged("post_install", "-at_install")
class TestVotePaper(VoteCase):
    def setUp(self):
        super().setUp()
        self.vote = self.make_vote()
        self.elector = self.vote.elector_ids.filtered(
            lambda one: one.unit_id == self.next_unit
        )
        self.number = self.elector._ballot_number()

    def _wizard(self, user, number=None):
        key = (
            self.env["shequ.vote.key"]
            .with_user(user)
            .create({"number": number or self.number})
        )
        key.action_find()
        return key

    def _key(self, user, *choices):
        key = self._wizard(user)
        for line, choice in zip(key.line_ids, choices, strict=True):
            line.choice = choice
        key.action_key()
        return key

    def _paper(self):
        return self.env["shequ.vote.paper"].search(
            [("elector_id", "=", self.elector.id)]
        )

    def test_keyed_alike_by_two_it_counts(self):
        self._key(self.clerk, "agree", "against")
        self.assertEqual(self._paper().state, "once")
        self.assertFalse(self.elector.channel)
        self._key(self.second_clerk, "agree", "against")
        self.refresh()
        self.assertEqual(self._paper().state, "done")
        self.assertEqual(self.elector.channel, "paper")

    def test_the_same_person_does_not_key_twice(self):
        self._key(self.clerk, "agree", "agree")
        with self.assertRaisesRegex(UserError, "Somebody else keys it"):
            self._wizard(self.clerk)
        papers = self.env["shequ.vote.paper"].sudo()
        with self.assertRaisesRegex(UserError, "Somebody else keys it"):
            papers._key(self.elector, self.choices(self.vote), self.clerk)

    def test_the_second_does_not_see_the_first(self):
        self._key(self.clerk, "agree", "against")
        second = self._wizard(self.second_clerk)
        self.assertEqual(second.line_ids.mapped("choice"), [False, False])
        paper = self._paper().with_user(self.second_clerk)
        with self.assertRaises(AccessError):
            paper.read(["first_choices"])

    def test_a_difference_is_shown_and_decided(self):
        self._key(self.clerk, "agree", "against")
        self._key(self.second_clerk, "agree", "abstain")
        paper = self._paper()
        self.assertEqual(paper.state, "differs")
        self.assertIn("Parcel lockers", paper.difference)
        self.assertNotIn("Use the fund", paper.difference)
        self.assertFalse(self.elector.channel)
        key = self._wizard(self.manager)
        self.assertEqual(key.round, "decide")
        for line in key.line_ids:
            line.choice = "abstain"
        with self.assertRaisesRegex(UserError, "how it was decided"):
            key.action_key()
        key.note = "Looked at together: no tick"
        key.action_key()
        self.refresh()
        self.assertEqual(paper.state, "done")
        self.assertEqual(self.elector.channel, "paper")

    def test_who_voted_online_is_not_entered_on_paper(self):
        self._key(self.clerk, "agree", "agree")
        self.cast(self.vote, self.neighbour, "against")
        self.refresh()
        with self.assertRaisesRegex(UserError, "never both"):
            self._wizard(self.second_clerk)
        self.assertEqual(self.elector.channel, "online")

    def test_what_the_box_took_before_a_crash_is_settled(self):
        self._key(self.clerk, "agree", "agree")
        self.vote._enter_paper(self.elector, self.choices(self.vote), self.clerk)
        self.refresh()
        self.assertEqual(self._paper().state, "once")
        self._key(self.second_clerk, "agree", "agree")
        self.assertEqual(self._paper().state, "done")
        self.assertEqual(len(self.elector.ballot_ids), 1)

    def test_a_wrong_number_is_no_ballot(self):
        wrong = self.number[:-1] + ("A" if self.number[-1] != "A" else "B")
        with self.assertRaisesRegex(UserError, "No ballot has the number"):
            self._wizard(self.clerk, wrong)
        with self.assertRaisesRegex(UserError, "No ballot has the number"):
            self._wizard(self.other_desk)

    def test_set_aside_the_home_can_vote_again(self):
        self._key(self.clerk, "agree", "agree")
        paper = self._paper()
        paper._set_aside("torn", self.clerk)
        self.assertEqual(paper.state, "void")
        self._key(self.clerk, "against", "against")
        self._key(self.second_clerk, "against", "against")
        self.assertEqual(self.elector.channel, "paper")
        with self.assertRaisesRegex(UserError, "never deleted"):
            paper.unlink()

    def test_of_a_secret_vote_neither_scan_nor_choice_stays(self):
        self.vote = self.make_vote(secrecy="secret")
        self.elector = self.vote.elector_ids.filtered(
            lambda one: one.unit_id == self.next_unit
        )
        self.number = self.elector._ballot_number()
        papers = self.env["shequ.vote.paper"].sudo()
        with self.assertRaisesRegex(UserError, "secret"):
            papers._scan_upload(self.elector, photo_bytes())
        self._key(self.clerk, "agree", "against")
        self._key(self.second_clerk, "agree", "against")
        paper = papers.search([("elector_id", "=", self.elector.id)])
        self.assertEqual(paper.state, "done")
        self.assertFalse(paper.first_choices or paper.second_choices)

    def test_the_round_takes_a_photo_and_notes_the_visit(self):
        self.login(self.clerk)
        path = f"/vote/round/{self.vote.id}/{self.elector.id}"
        page = self.get(path)
        self.assertIn(self.number, page.text)
        self.post(path, {"outcome": "absent"})
        answer = self.post(
            path,
            {"outcome": "collected"},
            files={"ballot": ("b.jpg", photo_bytes(), "image/jpeg")},
        )
        self.assertEqual(answer.status_code, 200)
        self.refresh()
        paper = self._paper()
        self.assertEqual(paper.state, "scanned")
        self.assertTrue(paper.has_scan)
        visits = self.env["shequ.vote.visit"].search(
            [("elector_id", "=", self.elector.id)]
        )
        self.assertEqual(visits.mapped("outcome"), ["collected", "absent"])
        self.assertEqual(self.post(path, {"outcome": "x"}).status_code, 422)

    def test_the_round_is_for_who_works_there(self):
        path = f"/vote/round/{self.vote.id}"
        for user in (self.zhu, self.other_desk, self.worker_user):
            self.login(user)
            self.assertEqual(self.get(path).status_code, 404, user.login)
            door = f"{path}/{self.elector.id}"
            self.assertEqual(self.post(door, {"outcome": "absent"}).status_code, 404)

    def test_the_code_on_the_ballot_leads_everybody_to_his_page(self):
        path = f"/vote/b/{self.number}"
        self.authenticate(None, None)
        answer = self.get(path, allow_redirects=False)
        self.assertTrue(answer.headers["Location"].endswith(f"/vote/{self.vote.id}"))
        self.assertEqual(self.get("/vote/b/1-1-AAAA").status_code, 404)
        self.login(self.clerk)
        answer = self.get(path, allow_redirects=False)
        self.assertIn(f"/vote/round/{self.vote.id}/", answer.headers["Location"])

    def test_a_ballot_of_another_estate_is_not_handled(self):
        self._key(self.clerk, "agree", "agree")
        forged = (
            self.env["shequ.vote.key"]
            .with_user(self.other_desk)
            .create(
                {
                    "elector_id": self.elector.id,
                    "paper_id": self._paper().id,
                    "note": "torn",
                    "line_ids": [
                        Command.create({"motion_id": motion.id, "choice": "against"})
                        for motion in self.vote.motion_ids
                    ],
                }
            )
        )
        for step in (forged.action_key, forged.action_set_aside):
            with self.assertRaises(AccessError):
                step()
        self.assertEqual(self._paper().state, "once")

    def test_turnout_of_a_list_is_one_query(self):
        self.cast(self.vote, self.neighbour)
        votes = self.vote | self.make_vote("notice")
        self.env.flush_all()
        votes.invalidate_recordset()
        votes.mapped("state")
        with self.assertQueryCount(1):
            shares = votes.mapped("turnout_area")
        turnout = self.vote._turnout()
        self.assertEqual(shares, [turnout["area_permille"] / 10, 0])
        self.assertEqual(self.vote.turnout_heads, turnout["heads_permille"] / 10)

    # --- reminders -----------------------------------------------------------------

    def test_reminders_are_limited(self):
        vote = self.vote.with_user(self.manager)
        noon = fields.Datetime.now().replace(hour=4)
        estate = self.env.registry["shequ.estate"]
        local = patch.object(estate, "_now_local", lambda _e: noon.replace(hour=12))
        night = patch.object(estate, "_now_local", lambda _e: noon.replace(hour=23))
        with night, self.assertRaisesRegex(UserError, "between 9:00 and 20:00"):
            vote.action_remind()
        with local:
            self.cast(self.vote, self.zhu)
            self.refresh()
            vote.action_remind()
            sent = self.env["sms.sms"].search(
                [("shequ_template_id.purpose", "=", "vote")]
            )
            self.assertEqual(sent.partner_id, self.neighbour.partner_id)
            self.assertIn("Repair of the facade", sent.body)
            with self.assertRaisesRegex(UserError, "less than 48 hours"):
                vote.action_remind()
            self.vote.reminder_ids.sudo().at = fields.Datetime.now() - timedelta(days=3)
            vote.action_remind()
            self.vote.reminder_ids.sudo().at = fields.Datetime.now() - timedelta(days=3)
            with self.assertRaisesRegex(UserError, "pestering"):
                vote.action_remind()
        with self.assertRaisesRegex(UserError, "Who runs the vote"):
            self.vote.with_user(self.clerk).action_remind()

    # --- papers --------------------------------------------------------------------

    def test_papers_of_a_vote(self):
        Report = self.env["ir.actions.report"]

        def html(name, record):
            raw, _kind = Report._render_qweb_html(
                f"shequ_property.action_report_vote_{name}", record.ids
            )
            return raw.decode()

        self.assertIn("Use the fund", html("notice", self.vote))
        self.assertIn("Your vote decides", html("poster", self.vote))
        self.assertIn("not counted yet", html("result", self.vote))
        wizard = (
            self.env["shequ.vote.print"]
            .with_user(self.clerk)
            .create({"vote_id": self.vote.id})
        )
        self.assertEqual(wizard.count, 3)
        ballots = html("ballots", wizard)
        self.assertIn(self.number, ballots)
        self.assertNotIn(self.neighbour.name, ballots)
        self.assertLess(ballots.index("1201"), ballots.index("1501"))
        wizard.paper = "sheet"
        wizard.action_print()
        self.assertIn("Signature", html("sheet", wizard))
        self.cast(self.vote, self.neighbour)
        self.refresh()
        self.assertEqual(wizard._domain() and len(wizard._electors()), 2)
        notice = self.make_vote("notice")
        early = self.env["shequ.vote.print"].create({"vote_id": notice.id})
        with self.assertRaisesRegex(UserError, "when the vote is open"):
            early.action_print()

    # --- who reads what -------------------------------------------------------------

    def test_records_of_other_estates_are_not_read(self):
        Objection = self.env["shequ.vote.objection"]
        notice = self.make_vote("notice")
        Objection._object(notice, self.zhu.partner_id, "roll", "x")
        self.env["shequ.vote.visit"]._note(self.elector, "absent", self.clerk)
        self._key(self.clerk, "agree", "agree")
        proposal = self.env["shequ.vote"]._propose(
            self.estate,
            self.zhu.partner_id,
            "t",
            "w",
            self.env["shequ.vote.matter"].search([("code", "=", "other")]),
        )
        self.env["shequ.vote.signature"]._sign(proposal, self.zhu.partner_id, "code")
        other_manager = self._make_staff(
            "portal_manager_b", "estate_manager", self.second_estate
        )
        for model in ("objection", "visit", "paper", "signature"):
            records = self.env[f"shequ.vote.{model}"]
            seen = records.with_user(self.manager).search_count([])
            self.assertTrue(seen, model)
            self.assertFalse(records.with_user(other_manager).search_count([]), model)
            with self.assertRaises(AccessError):
                records.with_user(self.zhu).search_count([])
            with self.assertRaises(UserError):
                records.with_user(self.manager).search([]).write({"vote_id": 1})
