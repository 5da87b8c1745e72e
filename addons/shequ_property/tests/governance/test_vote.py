import json
from datetime import timedelta
from unittest.mock import patch

import psycopg2

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import tagged
from odoo.tools import mute_logger

from ...tools.voting import archive, verify
from .vote_common import VoteCase


@tagged("post_install", "-at_install")
class TestVoteRoll(VoteCase):
    def test_heads_are_merged_and_areas_are_whole(self):
        vote = self._announced()
        lines = {line.unit_id: line for line in vote.elector_ids}
        self.assertNotIn(self.parking, lines)
        self.assertEqual(lines[self.unit].area, 8831)
        self.assertEqual(lines[self.unit].head, lines[self.second_home].head)
        developer = self.other_unit | self.unsold | self.not_handed
        self.assertEqual(len({lines[unit].head for unit in developer}), 1)
        self.assertEqual(lines[self.not_handed].voter_id, self.developer)
        self.assertEqual(lines[self.couple_home].voter_id, self.wife)
        self.assertEqual(lines[self.couple_home].basis, "representative")
        self.assertEqual(lines[self.ownerless].basis, "unknown")
        self.assertEqual(lines[self.unit].voter_name, "王*姨")
        self.assertEqual(vote.total_heads, 5)
        self.assertEqual(
            vote.total_area_cents, 8831 + 9000 + 6050 + 12000 + 30000 + 5000
        )

    def test_parking_counts_where_the_assembly_says_so(self):
        assembly = self.env["shequ.assembly"]._of_estate(self.estate)
        assembly.parking_counts = True
        vote = self._announced()
        line = self._elector(vote, self.parking)
        self.assertEqual(line.head, self._elector(vote, self.unit).head)
        self.assertEqual(line.area, 1200)

    def test_sale_after_the_opening_changes_nothing(self):
        vote = self._opened()
        before = vote._roll_lines()
        buyer = self._person("新业主")
        self.env["shequ.residency"]._transfer(self.unit, buyer)
        self.assertEqual(vote._roll_lines(), before)
        self.assertFalse(vote._electors_of(buyer))
        self.assertIn("after the vote had opened", vote._why_not(buyer))
        self._say(vote, self.unit, self.owner, "agree")

    def test_database_refuses_to_change_the_frozen_roll(self):
        vote = self._opened()
        line = self._elector(vote, self.unit)
        for statement in (
            "UPDATE shequ_vote_elector SET area = 9999 WHERE id = %s",
            "UPDATE shequ_vote_elector SET head = 1000 WHERE id = %s",
            "DELETE FROM shequ_vote_elector WHERE id = %s",
        ):
            with (
                self.subTest(statement),
                mute_logger("odoo.sql_db"),
                self.assertRaises(psycopg2.errors.RestrictViolation),
                self.env.cr.savepoint(),
            ):
                self.env.cr.execute(statement, [line.id])
        with self.assertRaises(UserError):
            line.area = 1

    def test_building_vote_has_only_its_units(self):
        vote = self._announced(
            kind="building", building_ids=[(6, 0, self.building.ids)]
        )
        self.assertEqual(vote.elector_ids.building_id, self.building)
        self.assertEqual(vote.total_heads, 3)
        self.assertIn("is not among", vote._why_not(self.developer))

    def test_entrance_and_affected_units(self):
        vote = self._vote(
            kind="consent",
            building_ids=[(6, 0, self.building.ids)],
            entrance="1",
            motions=[{"name": "302改茶馆", "matter": "home_to_business"}],
        )
        vote._draw_roll()
        self.assertEqual(vote.elector_ids.unit_id, self.unit | self.neighbour_unit)
        vote.unit_ids = self.couple_home
        vote._draw_roll()
        self.assertEqual(len(vote.elector_ids), 3)

    def test_poll_asks_tenants_by_head(self):
        vote = self._opened(
            kind="poll",
            audience="residents",
            motions=[{"name": "儿童乐园放哪里", "matter": "opinion"}],
        )
        electors = vote._electors_of(self.tenant)
        self.assertEqual(electors.area, 0)
        self.assertEqual(vote.total_heads, len(vote.elector_ids))
        vote._cast(electors, self.tenant, {vote.motion_ids.id: "agree"})
        self._closed(vote)
        self.assertEqual(vote.motion_ids.outcome, "opinion")
        self.assertIn("without legal effect", vote.motion_ids.sentence)
        self.assertTrue(verify.verify(vote._export_archive()).ok)

    def test_nobody_votes_is_told_why(self):
        vote = self._opened()
        for person, words in (
            (self.tenant, "You rent"),
            (self.husband, "周*士 votes for"),
            (self.former, "no longer live"),
            (self._person("路人"), "not recorded as an owner"),
        ):
            self.assertIn(words, vote._why_not(person))
        self.assertEqual(vote._why_not(self.owner), "")
        self._say(vote, self.unit | self.second_home, self.owner, "agree")
        self.assertIn("You have voted", vote._why_not(self.owner))


@tagged("post_install", "-at_install")
class TestVoteFlow(VoteCase):
    def test_announcement_names_all_that_is_missing(self):
        vote = self._vote(committee_told_on=False, opens_at=False)
        vote.document_ids = False
        vote.action_submit()
        with self.assertRaises(UserError) as caught:
            vote.action_announce()
        words = str(caught.exception)
        for part in ("documents", "residents' committee", "when it closes"):
            self.assertIn(part, words)
        self.assertEqual(vote.state, "check")

    def test_fifteen_days_of_notice_and_five_of_voting(self):
        vote = self._vote(opens_at=self.now + timedelta(days=14))
        vote.action_submit()
        with self.assertRaisesRegex(UserError, "15 days before"):
            vote.action_announce()
        vote.write(
            {
                "opens_at": self.now + timedelta(days=15),
                "closes_at": self.now + timedelta(days=19),
            }
        )
        with self.assertRaisesRegex(UserError, "between 5 and 60 days"):
            vote.action_announce()
        vote.closes_at = self.now + timedelta(days=20)
        vote.action_announce()
        self.assertEqual(vote.state, "notice")

    def test_nothing_is_added_after_the_notice(self):
        vote = self._announced()
        motion = vote.motion_ids
        for change in (
            lambda: self._motion(vote, "再加一项", "other"),
            lambda: motion.write({"name": "改成别的"}),
            lambda: motion.unlink(),
            lambda: vote.write({"name": "改名"}),
            lambda: vote.write({"closes_at": vote.closes_at + timedelta(days=9)}),
            lambda: vote.with_user(self.boss).write({"closes_at": self.now}),
            lambda: vote.write({"motion_ids": [(5,)]}),
            lambda: vote.write({"document_ids": [(5,)]}),
        ):
            with self.assertRaises(UserError), self.env.cr.savepoint():
                change()
            self.env.invalidate_all()
        other = self._vote()
        with self.assertRaises(UserError):
            other.motion_ids.vote_id = vote

    def test_steps_are_not_written_by_hand(self):
        vote = self._vote().with_user(self.manager)
        for values in ({"state": "open"}, {"result": {"x": 1}}, {"total_heads": 1}):
            with self.assertRaises(AccessError):
                vote.write(values)
        with self.assertRaises(AccessError):
            self.env["shequ.vote"].with_user(self.manager).create(
                {"name": "x", "estate_id": self.estate.id, "state": "filed"}
            )
        with self.assertRaises(UserError):
            vote.motion_ids.write({"outcome": "passed"})

    def test_server_keeps_the_times(self):
        vote = self._announced()
        with self.assertRaisesRegex(UserError, "opens at"):
            vote.action_open()
        with self.at(vote.closes_at), self.assertRaisesRegex(UserError, "is over"):
            vote.action_open()
        with self.at(vote.opens_at):
            vote.action_open()
            vote.action_open()
        self.assertEqual(
            vote.event_ids.mapped("kind"), ["announced", "opened"], "opened once"
        )
        with (
            self.at(vote.closes_at - timedelta(seconds=1)),
            self.assertRaisesRegex(UserError, "runs until"),
        ):
            vote.action_close()
        with self.at(vote.closes_at), self.assertRaisesRegex(UserError, "closed at"):
            self._say(vote, self.unit, self.owner, "agree")
        with self.at(vote.closes_at):
            first = vote.action_close()
            self.assertEqual(vote.action_close(), first)
        self.assertEqual(len(first), 64)

    def test_extension_once_and_before_the_close(self):
        vote = self._opened()
        later = vote.closes_at + timedelta(days=7)
        with self.assertRaisesRegex(UserError, "why"):
            vote._extend(later, " ")
        with self.assertRaisesRegex(UserError, "later"):
            vote._extend(vote.closes_at, "回收率不足")
        with self.assertRaisesRegex(UserError, "between 5 and 60"):
            vote._extend(vote.closes_at + timedelta(days=90), "回收率不足")
        with self.at(vote.closes_at), self.assertRaisesRegex(UserError, "is over"):
            vote._extend(later, "回收率不足")
        vote._extend(later, "回收率不足")
        self.assertEqual(vote.closes_at, later)
        with self.assertRaisesRegex(UserError, "once already"):
            vote._extend(later + timedelta(days=1), "再延")
        self._closed(vote)
        self.assertTrue(verify.verify(vote._export_archive()).ok)

    def test_from_publication_to_filing(self):
        vote = self._closed(self._opened())
        with self.at(vote.closed_at):
            vote.action_publish()
        with self.assertRaisesRegex(UserError, "is posted until"):
            vote.action_finalise()
        with self.at(vote.publicity_until):
            waiting = patch.object(type(vote), "_open_objections", lambda _vote: 2)
            with waiting, self.assertRaisesRegex(UserError, "2 objections"):
                vote.action_finalise()
            vote.action_finalise()
        with self.assertRaisesRegex(UserError, "receipt"):
            vote._file(self.now.date(), "")
        vote._file(self.now.date(), "街道备案2026-7")
        self.assertEqual(vote.state, "filed")
        self.assertTrue(verify.verify(vote._export_archive()).ok)

    def test_cancelled_before_the_opening_only(self):
        vote = self._announced()
        with self.assertRaises(UserError):
            vote._cancel("")
        vote._cancel("方案要改")
        self.assertEqual(vote.state, "cancelled")
        with self.assertRaises(UserError):
            self._opened()._cancel("太晚了")
        with self.assertRaises(UserError):
            vote.unlink()

    def test_draft_goes_with_its_roll_and_is_copied_with_its_agenda(self):
        vote = self._vote(
            motions=[
                {
                    "name": "业委会换届",
                    "matter": "committee",
                    "candidates": ["甲", "乙"],
                    "seats": 1,
                }
            ]
        )
        motion = vote.motion_ids
        quota = self.env["shequ.vote.quota"].create(
            {"motion_id": motion.id, "name": "北区", "minimum": 1}
        )
        motion.candidate_ids[0].quota_id = quota
        again = vote.copy()
        self.assertEqual(again.state, "draft")
        self.assertNotEqual(again.reference, vote.reference)
        self.assertEqual(again.motion_ids.candidate_ids.mapped("name"), ["甲", "乙"])
        self.assertEqual(again.motion_ids.quota_ids.mapped("name"), ["北区"])
        vote._draw_roll()
        self.assertTrue(vote.elector_ids)
        vote.with_user(self.manager).unlink()
        self.assertFalse(vote.exists())

    def test_clock_opens_and_closes_by_itself(self):
        vote = self._announced(with_paper=False)
        paper = self._announced()
        Vote = self.env["shequ.vote"]
        with self.at(vote.opens_at):
            Vote._cron_clock()
        self.assertEqual({vote.state, paper.state}, {"open"})
        with self.at(vote.closes_at):
            Vote._cron_clock()
        self.assertEqual((vote.state, paper.state), ("closed", "open"))
        with self.at(vote.closes_at + timedelta(hours=48)):
            Vote._cron_clock()
        self.assertEqual(paper.state, "closed")

    def test_who_leads(self):
        vote = self._vote()
        self.env["shequ.committee.member"].create(
            {"estate_id": self.estate.id, "partner_id": self.owner.id}
        )
        for user, may in (
            (self.front_desk, False),
            (self.worker, False),
            (self.neighbour_user, False),
            (self.owner_user, True),
            (self.manager, True),
            (self.boss, True),
        ):
            self.assertEqual(vote._may_run(user), may, user.login)
        with self.assertRaises(AccessError):
            vote.with_user(self.front_desk).action_submit()
        vote.with_user(self.owner_user).action_submit()
        self.assertEqual(vote.state, "check")


@tagged("post_install", "-at_install")
class TestVoteCast(VoteCase):
    def _counts(self, vote):
        self.env.cr.execute(
            "SELECT count(*) FROM shequ_vote_ballot WHERE vote_id = %s", [vote.id]
        )
        return self.env.cr.fetchone()[0]

    def test_receipt_and_double_click(self):
        vote = self._opened()
        receipt = self._say(vote, self.unit, self.owner, "agree")
        self.assertEqual(receipt["choices"][0]["choice"], "Agree")
        self.assertEqual(receipt["electors"][0]["area"], 8831)
        self.assertEqual(receipt["head"], vote.head)
        self.assertFalse(receipt["repeated"])
        again = self._say(vote, self.unit, self.owner, "agree")
        self.assertTrue(again.pop("repeated"))
        receipt.pop("repeated")
        self.assertEqual(again, receipt)
        self.assertEqual(self._counts(vote), 1)
        with self.assertRaisesRegex(UserError, "has voted already"):
            self._say(vote, self.unit, self.owner, "against")
        self.assertTrue(vote._find_receipt(receipt["code"])["found"])
        self.assertFalse(vote._find_receipt("0123-4567-89AB")["found"])

    def test_all_units_of_an_owner_with_one_ballot(self):
        vote = self._opened()
        receipt = self._say(vote, self.unit | self.second_home, self.owner, "agree")
        self.assertEqual(len(receipt["electors"]), 2)
        turnout = vote._turnout(by_building=True)
        self.assertEqual(turnout["voted_area"], 8831 + 6050)
        self.assertEqual(turnout["voted_heads"], 1)
        self.assertEqual(sum(b["voted_electors"] for b in turnout["buildings"]), 2)
        self._closed(vote)
        result = vote.result["motions"][0]
        self.assertEqual(result["agree"], {"area": 14881, "heads": 1})

    def test_only_who_votes_for_the_unit(self):
        other = self._announced()
        vote = self._opened()
        for person in (self.neighbour, self.tenant, self.former):
            with self.assertRaisesRegex(UserError, "does not vote for"):
                self._say(vote, self.unit, person, "agree")
        with self.assertRaisesRegex(UserError, "not on the roll"):
            vote._cast(self._elector(other, self.unit), self.owner, {})

    def test_choices_are_checked(self):
        vote = self._opened(
            motions=[
                {"name": "一", "matter": "fund_use"},
                {
                    "name": "二",
                    "matter": "committee",
                    "candidates": ["甲", "乙", "丙"],
                    "seats": 2,
                },
            ]
        )
        elector = self._elector(vote, self.unit)
        first, second = vote.motion_ids
        people = second.candidate_ids.ids
        for choices, words in (
            ({first.id: "maybe"}, "Choose agree"),
            ({second.id: people}, "Too many"),
            ({second.id: [0]}, "not a candidate"),
            ({0: "agree"}, "not on the agenda"),
        ):
            with self.assertRaisesRegex(UserError, words):
                vote._cast(elector, self.owner, choices)
        receipt = vote._cast(elector, self.owner, {second.id: people[:2]})
        self.assertEqual(
            [row["choice"] for row in receipt["choices"]], ["Abstain", "甲、乙"]
        )

    def test_one_way_only(self):
        vote = self._opened()
        elector = self._elector(vote, self.unit)
        choices = {vote.motion_ids.id: "agree"}
        vote._enter_paper(elector, choices, self.manager, None)
        with self.assertRaisesRegex(UserError, "one way only"):
            vote._cast(elector, self.owner, choices)
        other = self._elector(vote, self.neighbour_unit)
        vote._cast(other, self.neighbour, choices)
        with self.assertRaisesRegex(UserError, "one way only"):
            vote._enter_paper(other, choices, self.manager, None)
        with self.assertRaisesRegex(UserError, "do not take paper"):
            vote._enter_paper(other, choices, self.neighbour_user, None)
        self.assertEqual(vote._turnout()["channels"], {"paper": 1, "online": 1})

    def test_paper_is_keyed_after_the_end_until_the_close(self):
        vote = self._opened()
        elector = self._elector(vote, self.ownerless)
        choices = {vote.motion_ids.id: "agree"}
        with self.at(vote.closes_at + timedelta(hours=3)):
            vote._enter_paper(elector, choices, self.front_desk, None)
            vote.action_close()
            with self.assertRaisesRegex(UserError, "closed at"):
                vote._enter_paper(
                    self._elector(vote, self.unit), choices, self.front_desk, None
                )
        self.assertEqual(vote.result["participating"]["area"], 5000)
        self.assertTrue(verify.verify(vote._export_archive()).ok)

    def test_changing_ones_ballot_as_a_setting(self):
        vote = self._opened(allow_change=True)
        self._say(vote, self.unit | self.second_home, self.owner, "agree")
        self._say(vote, self.unit, self.owner, "against")
        self._say(vote, self.unit, self.owner, "agree")
        self._say(vote, self.unit, self.owner, "against")
        self.assertEqual(self._counts(vote), 5, "all are kept")
        self._closed(vote)
        judged = vote.result["motions"][0]
        self.assertEqual(judged["agree"], {"area": 6050, "heads": 0})
        self.assertEqual(judged["against"], {"area": 8831, "heads": 0})
        self.assertEqual(judged["split"], 1)
        self.assertTrue(verify.verify(vote._export_archive()).ok)

    def test_proxy(self):
        vote = self._opened()
        Proxy = self.env["shequ.vote.proxy"]
        paper = [{"name": "委托书.jpg", "raw": b"jpg", "mimetype": "image/jpeg"}]
        agent = self.neighbour
        with self.assertRaisesRegex(UserError, "written authority"):
            Proxy._give(vote, self.unit, self.owner, agent, [])
        with self.assertRaisesRegex(ValidationError, "cannot give a proxy"):
            Proxy._give(vote, self.unit, self.tenant, agent, paper)
        proxy = Proxy._give(vote, self.couple_home, self.wife, agent, paper)
        receipt = self._say(vote, self.couple_home, agent, "agree")
        self.assertEqual(receipt["channel"], "proxy")
        self.assertEqual(proxy.state, "used")
        with self.assertRaisesRegex(UserError, "one way only"):
            self._say(vote, self.couple_home, self.wife, "agree")
        with self.assertRaisesRegex(UserError, "can no longer be taken back"):
            proxy._revoke(self.wife)
        own = Proxy._give(vote, self.unit, self.owner, agent, paper)
        with self.assertRaises(AccessError):
            own._revoke(self.wife)
        self._say(vote, self.unit, self.owner, "agree")
        self.assertEqual(own.state, "revoked")
        with self.assertRaisesRegex(UserError, "does not vote for"):
            self._say(vote, self.unit, agent, "agree")
        self._closed(vote)
        self.assertTrue(verify.verify(vote._export_archive()).ok)

    def test_at_most_three_owners_per_proxy(self):
        vote = self._announced()
        vote.assembly_id.max_proxies = 1
        Proxy = self.env["shequ.vote.proxy"]
        paper = [{"name": "委托书.jpg", "raw": b"jpg", "mimetype": "image/jpeg"}]
        Proxy._give(vote, self.unit, self.owner, self.neighbour, paper)
        Proxy._give(vote, self.second_home, self.owner, self.neighbour, paper)
        with self.assertRaisesRegex(ValidationError, "1 owners already"):
            Proxy._give(vote, self.couple_home, self.wife, self.neighbour, paper)

    def test_database_refuses_a_second_way_and_any_change(self):
        vote = self._opened()
        receipt = self._say(vote, self.unit, self.owner, "agree")
        elector = self._elector(vote, self.unit)
        for statement in (
            "UPDATE shequ_vote_ballot SET commitment = 'x' WHERE vote_id = %(v)s",
            "UPDATE shequ_vote_ballot SET content = 'x' WHERE vote_id = %(v)s",
            "DELETE FROM shequ_vote_ballot WHERE vote_id = %(v)s",
            "UPDATE shequ_vote_event SET entry = 'x' WHERE vote_id = %(v)s",
            "DELETE FROM shequ_vote_event WHERE vote_id = %(v)s",
            "TRUNCATE shequ_vote_event",
            "TRUNCATE shequ_vote_ballot",
            "TRUNCATE shequ_vote_secret",
            "UPDATE shequ_vote_elector SET channel = NULL WHERE id = %(e)s",
            "UPDATE shequ_vote_elector SET channel = 'paper' WHERE id = %(e)s",
            "INSERT INTO shequ_vote_ballot (vote_id, elector_id, round, channel, "
            "event_sequence) VALUES (%(v)s, %(e)s, 2, 'paper', 1)",
        ):
            with (
                self.subTest(statement),
                mute_logger("odoo.sql_db"),
                self.assertRaises(psycopg2.errors.RestrictViolation),
                self.env.cr.savepoint(),
            ):
                self.env.cr.execute(statement, {"v": vote.id, "e": elector.id})
        with (
            mute_logger("odoo.sql_db"),
            self.assertRaises(psycopg2.errors.UniqueViolation),
            self.env.cr.savepoint(),
        ):
            self.env.cr.execute(
                "INSERT INTO shequ_vote_event (vote_id, sequence, kind, at, entry, "
                "previous, digest) SELECT vote_id, sequence + 10, kind, at, entry, "
                "previous, 'x' FROM shequ_vote_event WHERE digest = %s",
                [receipt["head"]],
            )
        for record in (vote.event_ids[:1], elector.ballot_ids):
            with self.assertRaises(UserError):
                record.unlink()

    def test_casting_costs_the_same_however_many_there_are(self):
        vote = self._opened()
        self._say(vote, self.unit, self.owner, "agree")
        self.env.flush_all()
        self.env.invalidate_all()
        elector = self._elector(vote, self.neighbour_unit)
        choices = {vote.motion_ids.id: "agree"}
        with self.assertQueryCount(25):
            vote._cast(elector, self.neighbour, choices)


@tagged("post_install", "-at_install")
class TestVoteSecrecy(VoteCase):
    def test_no_interim_result_to_anybody(self):
        vote = self._opened()
        self._say(vote, self.unit, self.owner, "agree")
        ballots = self.env["shequ.vote.ballot"]
        self.assertNotIn("content", ballots._fields)
        admin = self.env.ref("base.user_admin")
        admin.company_ids += self.company
        for user in (self.manager, self.boss, admin):
            theirs = ballots.with_user(user)
            self.assertFalse(theirs.search([("vote_id", "=", vote.id)]), user.login)
        self.assertFalse(vote.result)
        self.assertEqual(vote._result_sheet(), {})
        self.assertEqual(vote._published_choices(), [])
        self.assertIsNone(archive.read(vote._export_archive()).ballots)
        text = json.dumps(ballots.search_read([("vote_id", "=", vote.id)]), default=str)
        events = json.dumps(
            self.env["shequ.vote.event"].search_read([("vote_id", "=", vote.id)]),
            default=str,
        )
        words = " ".join(vote.message_ids.mapped("body"))
        cast = [e for e in vote.event_ids if e.kind == "cast"][0]
        self.assertEqual(set(cast._data()), {"channel", "commitment", "electors"})
        self.assertNotIn('"agree"', text + words)
        self.assertNotIn('\\"choices\\"', events)
        self._closed(vote)
        self.assertTrue(
            ballots.with_user(self.manager).search([("vote_id", "=", vote.id)])
        )
        self.assertEqual(vote._published_choices()[0]["voter"], "王*姨")

    def test_secret_ballots_have_no_voter(self):
        vote = self._opened(secrecy="secret")
        receipt = self._say(vote, self.unit, self.owner, "agree", token="t1")
        self.assertEqual(len(receipt["electors"]), 2, "all units of the owner")
        again = self._say(vote, self.unit, self.owner, "agree", token="t1")
        self.assertTrue(again["repeated"])
        self.assertEqual(again["commitment"], receipt["commitment"])
        for token in ("t1", "t2"):
            with self.assertRaisesRegex(UserError, "has voted already"):
                self._say(vote, self.second_home, self.owner, "against", token=token)
        self._say(vote, self.neighbour_unit, self.neighbour, "against", token="t3")
        self.env.cr.execute(
            "SELECT * FROM shequ_vote_secret WHERE vote_id = %s", [vote.id]
        )
        columns = [column.name for column in self.env.cr.description]
        self.assertEqual(columns, ["id", "vote_id", "commitment", "content"])
        rows = self.env.cr.fetchall()
        self.assertEqual(len(rows), 2)
        ballots = self.env["shequ.vote.ballot"].search([("vote_id", "=", vote.id)])
        self.assertFalse(any(ballots.mapped("commitment")))
        self.assertNotIn("create_uid", ballots._fields)
        for moment in [*ballots.mapped("cast_at"), receipt["at"]]:
            self.assertEqual((moment.minute, moment.second), (0, 0))
        casts = vote.event_ids.filtered(lambda event: event.kind == "cast")
        self.assertEqual(
            {name for event in casts for name in event._data()},
            {"channel", "electors"},
        )
        self.assertTrue(vote._find_receipt(receipt["code"])["found"])
        self._closed(vote)
        data = archive.read(vote._export_archive())
        self.assertEqual(
            sorted(ballot["area"] for ballot in data.ballots), [9000, 14881]
        )
        self.assertTrue(
            verify.verify(vote._export_archive(), receipts=[receipt["code"]]).ok
        )
        self.assertEqual(vote._published_choices(), [])

    def test_nobody_reads_the_box_through_odoo(self):
        vote = self._opened(secrecy="secret")
        self._say(vote, self.unit, self.owner, "agree", token="t1")
        box = self.env["shequ.vote.secret"]
        self.assertNotIn("content", box._fields)
        for user in (self.boss, self.env.ref("base.user_admin")):
            with self.assertRaises(AccessError):
                box.with_user(user).search([])

    def test_seals_go_into_the_chain_once(self):
        vote = self._opened(secrecy="secret")
        self._say(vote, self.unit, self.owner, "agree", token="t1")
        self.env["shequ.vote"]._cron_seal()
        self.env["shequ.vote"]._cron_seal()
        self._say(vote, self.neighbour_unit, self.neighbour, "against", token="t3")
        self._closed(vote)
        sealed = vote.event_ids.filtered(lambda event: event.kind == "sealed")
        self.assertEqual([len(e._data()["commitments"]) for e in sealed], [1, 1])
        self.assertTrue(verify.verify(vote._export_archive()).ok)

    def test_secret_ballots_cannot_be_changed(self):
        with self.assertRaises(ValidationError):
            self._vote(secrecy="secret", allow_change=True)


@tagged("post_install", "-at_install")
class TestVoteResult(VoteCase):
    def _cast_all(self, vote, **choices):
        for unit, partner in (
            (self.unit | self.second_home, self.owner),
            (self.neighbour_unit, self.neighbour),
            (self.couple_home, self.wife),
            (self.other_unit | self.unsold | self.not_handed, self.developer),
        ):
            word = choices.get(unit[0].room, "agree")
            if word:
                self._say(vote, unit, partner, word)

    def test_passed_with_both_thresholds(self):
        vote = self._opened()
        self._cast_all(vote, **{"301": "against"})
        self._closed(vote)
        sheet = vote._result_sheet()
        motion = sheet["motions"][0]
        self.assertTrue(motion["passed"])
        self.assertIn("Passed: 568.81 m² and 3 owners agree", motion["sentence"])
        self.assertEqual(len(motion["needed"]), 2)
        self.assertEqual(
            [(row["area"], row["heads"]) for row in motion["rows"]],
            [(56881, 3), (9000, 1), (0, 0)],
        )
        self.assertEqual(vote.motion_ids.outcome, "passed")

    def test_too_few_took_part(self):
        vote = self._opened()
        self._cast_all(vote, **{"301": None, "1002": None})
        self._closed(vote)
        self.assertEqual(vote.motion_ids.outcome, "failed")
        self.assertIn("too few took part", vote.motion_ids.sentence)

    def test_area_alone_is_not_enough(self):
        vote = self._opened()
        self._cast_all(vote, **{"302": "against", "301": "against"})
        self._closed(vote)
        judged = vote.result["motions"][0]
        self.assertEqual(judged["reason"], "agree_heads")
        self.assertIn("not enough owners", vote.motion_ids.sentence)

    def test_special_matter_needs_three_quarters(self):
        vote = self._opened(motions=[{"name": "续筹资金", "matter": "fund_raising"}])
        self._cast_all(vote, **{"301": "against"})
        self._closed(vote)
        self.assertEqual(vote.motion_ids.tier, "special")
        self.assertEqual(vote.motion_ids.outcome, "passed", "3 of 4 is enough")

    def test_consent_needs_everybody(self):
        vote = self._opened(
            kind="consent",
            unit_ids=[(6, 0, (self.neighbour_unit | self.couple_home).ids)],
            motions=[{"name": "302改茶馆", "matter": "home_to_business"}],
        )
        self._say(vote, self.neighbour_unit, self.neighbour, "agree")
        self._closed(vote)
        self.assertEqual(vote.motion_ids.outcome, "failed")

    def test_matter_has_to_fit_the_kind(self):
        with self.assertRaises(ValidationError):
            self._vote(motions=[{"name": "x", "matter": "home_to_business"}])
        with self.assertRaises(ValidationError):
            self._vote(
                motions=[{"name": "x", "matter": "fund_use", "candidates": ["甲"]}]
            )

    def test_silent_owners_follow_only_where_the_rules_say_so(self):
        self.env["shequ.assembly"]._of_estate(self.estate).write(
            {"silent_follow_majority": True}
        )
        vote = self._opened()
        self._cast_all(vote)
        self._closed(vote)
        judged = vote.result["motions"][0]
        self.assertEqual(judged["silent"], {"side": "agree", "area": 5000, "heads": 1})
        self.assertIn("follow the majority", vote.motion_ids.sentence)
        self.assertTrue(verify.verify(vote._export_archive()).ok)

    def test_election_with_several_motions(self):
        vote = self._opened(
            motions=[
                {"name": "规约", "matter": "management_rules"},
                {
                    "name": "业委会换届",
                    "matter": "committee",
                    "candidates": ["甲", "乙", "丙"],
                    "seats": 2,
                },
            ]
        )
        one, two, three = vote.motion_ids[1].candidate_ids
        for unit, partner, names in (
            (self.unit | self.second_home, self.owner, [one.id, two.id]),
            (self.neighbour_unit, self.neighbour, [one.id, two.id]),
            (self.couple_home, self.wife, [three.id]),
            (self.other_unit | self.unsold | self.not_handed, self.developer, [two.id]),
        ):
            self._say(vote, unit, partner, "agree", names)
        self._closed(vote)
        # 乙 has three heads of four and the area; 甲 has neither.
        self.assertEqual(vote.motion_ids[1].candidate_ids.filtered("elected"), two)
        sheet = vote._result_sheet()["motions"][1]
        self.assertIn("1 of 2 seats", sheet["sentence"])
        self.assertEqual(sheet["candidates"][0]["label"], "乙")
        self.assertTrue(verify.verify(vote._export_archive()).ok)
        with self.at(vote.closed_at):
            vote.action_publish()
        self.assertTrue(vote.file_by)


@tagged("post_install", "-at_install")
class TestVoteAccess(VoteCase):
    def test_residents_see_votes_from_the_notice_on(self):
        draft, announced = self._vote(), self._announced()
        Vote = self.env["shequ.vote"]
        ours = [("id", "in", (draft | announced).ids)]
        for user, seen in (
            (self.owner_user, announced),
            (self.neighbour_user, announced),
            (self.former_user, Vote),
            (self.front_desk, draft | announced),
            (self.manager, draft | announced),
            (self.boss, draft | announced),
            (self.grid_worker, announced),
        ):
            self.assertEqual(
                Vote.with_user(user).search(ours), seen.with_user(user), user.login
            )
            motions = self.env["shequ.vote.motion"].with_user(user)
            self.assertEqual(
                motions.search([("vote_id", "in", (draft | announced).ids)]).vote_id,
                seen.with_user(user),
            )
        self.env["shequ.committee.member"].create(
            {"estate_id": self.estate.id, "partner_id": self.owner.id}
        )
        self.assertEqual(
            Vote.with_user(self.owner_user).search(ours), draft | announced
        )

    def test_other_estates_and_companies_see_nothing(self):
        announced = self._announced()
        stranger = self._staff("vote_stranger", "estate_manager", self.lane_estate)
        for model in ("shequ.vote", "shequ.vote.elector", "shequ.vote.event"):
            domain = [("id" if model == "shequ.vote" else "vote_id", "=", announced.id)]
            self.assertFalse(self.env[model].with_user(stranger).search(domain))
        with self.assertRaises(AccessError):
            announced.with_user(stranger).action_open()

    def test_residents_do_not_read_the_roll_or_write(self):
        announced = self._announced()
        user = self.owner_user
        with self.assertRaises(AccessError):
            self.env["shequ.vote.elector"].with_user(user).search([])
        with self.assertRaises(AccessError):
            announced.with_user(user).write({"name": "x"})
        with self.assertRaises(AccessError):
            announced.with_user(user).action_open()
