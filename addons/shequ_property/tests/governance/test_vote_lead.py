import json
from datetime import timedelta

from odoo import fields
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import tagged

from .vote_case import VoteCase

DESK = "/my/committee/votes"


@tagged("post_install", "-at_install")
class TestVoteLead(VoteCase):
    """The committee leads a vote on its pages, from the first word to the filing."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.term = cls.env["shequ.committee.member"].create(
            {
                "estate_id": cls.estate.id,
                "partner_id": cls.neighbour.partner_id.id,
                "position": "chair",
                "date_from": "2024-01-01",
            }
        )
        cls.fund = cls.env.ref("shequ_property.vote_matter_fund_use")
        cls.committee_matter = cls.env.ref("shequ_property.vote_matter_committee")
        cls.poll_matter = cls.env["shequ.vote.matter"].search(
            [("kind", "=", "poll")], limit=1
        )

    def setUp(self):
        super().setUp()
        self.login(self.neighbour)

    def _new(self, kind="assembly"):
        before = self.env["shequ.vote"].search([], limit=1).id or 0
        answer = self.post(
            f"{DESK}/new/{self.estate.id}", {"title": "外墙修缮", "kind": kind}
        )
        self.assertEqual(answer.status_code, 200, answer.text[-1000:])
        self.refresh()
        vote = self.env["shequ.vote"].search([("id", ">", before)])
        self.assertEqual(len(vote), 1)
        return vote

    def _do(self, vote, path, values=None, status=200, files=None):
        answer = self.post(f"{DESK}/{vote.id}/{path}", values, files=files)
        self.assertEqual(answer.status_code, status, answer.text[-1500:])
        self.refresh()
        return answer.text

    def _agenda(self, vote, status=200, **values):
        return self._do(
            vote,
            "agenda",
            {
                "title": "12号楼外墙修缮",
                "words": "预算28.6万元。",
                "kind": vote.kind,
                "secrecy": "open",
                "paper": "1",
                "opens": self._typed(vote, vote.opens_at),
                "closes": self._typed(vote, vote.closes_at),
                "told_on": fields.Date.to_string(self.now.date()),
                **values,
            },
            status,
        )

    def _typed(self, vote, moment):
        return vote._local(moment).replace(" ", "T") if moment else ""

    def _motion(self, vote, matter, status=200, **values):
        return self._do(
            vote,
            "motion",
            {"name": "动用维修资金", "matter_id": matter.id, **values},
            status,
        )

    def _attach(self, vote, raw=b"%PDF-1.4 plan", status=200):
        files = {"file": ("预算书.pdf", raw, "application/pdf")}
        return self._do(vote, "document", {}, status, files=files)

    def _ready(self):
        vote = self._new()
        self._agenda(vote)
        self._motion(vote, self.fund)
        self._attach(vote)
        self._do(vote, "step", {"step": "submit"})
        return vote

    def test_from_the_first_word_to_the_filing(self):
        self.assertIn(f"{DESK}/new/{self.estate.id}", self.get("/my/committee").text)
        vote = self._new()
        self.assertEqual((vote.state, vote.proposer), ("draft", "committee"))
        self.assertEqual(vote.proposer_id, self.neighbour.partner_id)
        # The first times keep to the law by themselves.
        self.assertGreaterEqual(vote.opens_at, self.now + timedelta(days=15))
        self._agenda(vote, told_on="")
        self._motion(vote, self.fund, words="只用于12号楼。")
        self.assertEqual(vote.motion_ids.tier, self.fund.tier)
        self._attach(vote)
        self._do(vote, "step", {"step": "submit"})
        page = self.get(f"{DESK}/{vote.id}").text
        self.assertIn("residents&#39; committee", page)
        self.assertNotIn('value="announce"', page)
        # The button is not there, and the model would not have it either.
        self._do(vote, "step", {"step": "announce"}, 422)
        self._agenda(vote)
        self._do(vote, "step", {"step": "announce"})
        self.assertEqual(vote.state, "notice")
        self._do(vote, "step", {"step": "open"}, 422)
        with self.at(vote.opens_at):
            self._do(vote, "step", {"step": "open"})
            self.cast(vote, self.zhu)
            self._do(vote, "step", {"step": "close"}, 422)
        with self.at(vote.closes_at):
            self._do(vote, "step", {"step": "close"})
            self.assertEqual(vote.state, "closed")
            self._do(vote, "step", {"step": "publish"})
        objection = self.env["shequ.vote.objection"]._object(
            vote, self.zhu.partner_id, "result", "面积不对"
        )
        with self.at(vote.publicity_until):
            self._do(vote, "step", {"step": "finalise"}, 422)
            answer = {"words": "按不动产登记面积。"}
            self._do(vote, f"objection/{objection.id}", answer)
            self.assertEqual(objection.answered_by_id, self.neighbour)
            self._do(vote, "step", {"step": "finalise"})
        filed = {
            "step": "file",
            "filed_on": "2026-12-24",
            "reason": "浦街备7号",
        }
        self._do(vote, "step", filed)
        self.assertEqual(vote.state, "filed")
        steps = vote._steps_taken()
        self.assertEqual(
            [step["kind"] for step in steps],
            ["announced", "opened", "closed", "published", "final", "filed"],
        )
        for step in steps:
            self.assertEqual(
                step["by"],
                {"role": "committee", "name": "何*居", "user": self.neighbour.id},
            )
        self.assertIn(steps[0]["by"]["name"], self.get(f"{DESK}/{vote.id}").text)

    def test_the_office_and_the_clock_are_named_in_the_chain(self):
        vote = self.make_vote("check")
        with self.at(self.now - timedelta(days=20)):
            vote.with_user(self.manager).action_announce()
        with self.at(self.now):
            self.env["shequ.vote"]._cron_clock()
        roles = [step["by"]["role"] for step in vote._steps_taken()]
        self.assertEqual(roles, ["company", "clock"])

    def test_nobody_reads_the_proposal_before_the_notice(self):
        vote = self._ready()
        self.login(self.zhu)
        self.assertEqual(self.get(f"/my/votes/{vote.id}").status_code, 404)
        self.assertEqual(self.get(f"{DESK}/{vote.id}").status_code, 404)
        document = f"{DESK}/{vote.id}/document/{vote.document_ids.id}"
        self.assertEqual(self.get(document).status_code, 404)
        self._do(vote, "step", {"step": "announce"}, 404)
        self.login(self.neighbour)
        self.assertEqual(self.get(document).content, b"%PDF-1.4 plan")

    def test_a_term_that_ends_ends_leading(self):
        vote = self._ready()
        self.term.date_to = self.now.date() - timedelta(days=1)
        self._do(vote, "step", {"step": "announce"}, 404)
        for step in (
            lambda: vote._lead_step(self.neighbour, "announce"),
            lambda: vote._lead_agenda(self.neighbour, {"name": "x"}),
            lambda: vote._lead_motion(self.neighbour, {"name": "x"}),
            lambda: vote._lead_document(self.neighbour, "x", b"x", "text/plain"),
            lambda: vote._lead_new(self.neighbour, self.estate, "x", "poll"),
            lambda: vote._lead_answer(self.neighbour, 0, "x", False),
        ):
            with self.assertRaises(AccessError):
                step()
        self.assertEqual(vote.state, "check")

    def test_nothing_is_added_after_the_notice(self):
        vote = self._ready()
        self._do(vote, "step", {"step": "announce"})
        was = json.dumps(vote._definition())
        self._agenda(vote, 422, title="另一个标题")
        self._motion(vote, self.fund, 422)
        self._attach(vote, status=422)
        self._do(vote, f"motion/{vote.motion_ids.id}/remove", {}, 422)
        self._do(vote, f"document/{vote.document_ids.id}/remove", {}, 422)
        self.assertEqual(json.dumps(vote._definition()), was)

    def test_what_was_typed_is_not_lost(self):
        vote = self._new()
        for moment in ("0001-01-01T00:00", "2026-13-01T09:00", "tomorrow"):
            page = self._agenda(vote, 422, title="新标题", opens=moment)
        self.assertIn("新标题", page)
        self.assertIn("预算28.6万元。", page)
        self.assertEqual(vote.name, "外墙修缮")
        page = self._do(vote, "motion", {"name": "设快递柜", "matter_id": "0"}, 422)
        self.assertIn("设快递柜", page)
        self._attach(vote, raw=b"MZ a program", status=422)
        self.assertFalse(vote.document_ids)

    def test_an_election_of_candidates(self):
        vote = self._new()
        self._motion(
            vote,
            self.committee_matter,
            people="顾启明，12号楼301室，做过会计\n\n沈若兰, 3号楼\n许国安",
            seats="2",
        )
        motion = vote.motion_ids
        self.assertEqual((motion.form, motion.seats), ("election", 2))
        self.assertEqual(
            [(one.name, one.home, one.statement) for one in motion.candidate_ids],
            [
                ("顾启明", "12号楼301室", "做过会计"),
                ("沈若兰", "3号楼", ""),
                ("许国安", "", ""),
            ],
        )
        self._do(vote, f"motion/{motion.id}/remove", {})
        self.assertFalse(vote.motion_ids)

    def test_the_kind_cannot_leave_the_matters_behind(self):
        """A poll with a matter of the law would have no notice and a legal effect."""
        vote = self._new()
        self._motion(vote, self.fund)
        self._agenda(vote, 422, kind="poll")
        self.assertEqual(vote.kind, "assembly")
        with self.assertRaises(ValidationError):
            vote.kind = "poll"

    def test_matters_of_another_kind_and_foreign_buildings_are_refused(self):
        vote = self._new()
        self._motion(vote, self.poll_matter, 422)
        foreign = self._make_building(self.second_estate, "7")
        self._agenda(vote, 422, kind="building", building=str(foreign.id))
        self._agenda(vote, kind="building", building=str(self.building.id))
        self.assertEqual(vote.building_ids, self.building)

    def test_steps_that_do_not_exist(self):
        vote = self._ready()
        for step in ("", "unlink", "archive_file", "round"):
            self._do(vote, "step", {"step": step}, 422)
        with self.assertRaises(UserError):
            vote._lead_step(self.neighbour, "unlink")

    def test_extending_and_giving_up(self):
        vote = self._ready()
        self._do(vote, "step", {"step": "cancel", "reason": ""}, 422)
        self._do(vote, "step", {"step": "cancel", "reason": "资料有误"})
        self.assertEqual(vote.state, "cancelled")
        running = self.make_vote()
        later = running.closes_at + timedelta(days=3)
        extend = {"step": "extend", "reason": "参与率不足"}
        self._do(running, "step", extend, 422)
        extend["closes"] = running._local(later).replace(" ", "T")
        self._do(running, "step", extend)
        self.assertEqual(running.closes_at, later.replace(second=0))

    def test_what_owners_signed_stays_as_it_is(self):
        """The committee sets times, adds a motion, and changes no signed word."""
        vote = self.env["shequ.vote"]._propose(
            self.estate, self.zhu.partner_id, "夜里关南门", "太吵。", self.fund
        )
        self._agenda(vote, title="夜里关南门和北门", words="太吵。")
        self._agenda(vote, title="夜里关南门", words="太吵。")
        vote._take_signature(self.zhu.partner_id, "code")
        self.refresh()
        motion = vote.motion_ids
        self._agenda(vote, 422, title="夜里开南门", words="太吵。")
        self._agenda(vote, 422, title="夜里关南门", words="很安静。")
        self._do(vote, f"motion/{motion.id}/remove", {}, 422)
        with self.assertRaises(UserError):
            motion.name = "夜里开南门"
        self._agenda(vote, title="夜里关南门", words="太吵。", secrecy="secret")
        self._motion(vote, self.fund, name="设快递柜")
        self.assertEqual(vote.secrecy, "secret")
        self.assertEqual(vote.motion_ids[0], motion)
        self._do(vote, f"motion/{vote.motion_ids[1].id}/remove")
