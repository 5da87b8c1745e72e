import re
import uuid
from unittest.mock import patch

from odoo.exceptions import UserError
from odoo.sql_db import PoolError
from odoo.tests import tagged

from ...models.governance import vote_apart
from ..portal.common import photo_bytes
from .vote_case import VoteCase

TOKEN = re.compile(r'name="token" value="([^"]+)"')
RECEIPT = re.compile(r'<code class="sq-seal">([^<]+)</code>')


@tagged("post_install", "-at_install")
class TestVotePortal(VoteCase):
    def _page(self, path, status=200):
        answer = self.get(path)
        self.assertEqual(answer.status_code, status, answer.text[-2000:])
        return answer.text

    def _check(self, vote, choice="agree", **values):
        return self.post(
            f"/my/votes/{vote.id}/check", {**self.form_of(vote, choice), **values}
        )

    def _cast(self, vote, code, choice="agree", **values):
        return self.post(
            f"/my/votes/{vote.id}/cast",
            {**self.form_of(vote, choice), "code": code, **values},
        )

    def _vote(self, vote, number, choice="agree"):
        page = self._check(vote, choice)
        self.assertEqual(page.status_code, 200)
        token = TOKEN.search(page.text)[1]
        return self._cast(vote, self.last_code(number), choice, token=token)

    # --- casting -----------------------------------------------------------------

    def test_an_owner_of_two_homes_votes_once_for_both(self):
        vote = self.make_vote()
        self.login(self.zhu)
        page = self._page(f"/my/votes/{vote.id}")
        self.assertIn("88.32 m²", page)
        self.assertIn("60.01 m²", page)
        self.assertIn("148.33 m²", page)
        self.assertIn("one head", page)
        self.assertIn("Vote now", page)
        receipt = self._vote(vote, "13812345678")
        self.assertEqual(receipt.status_code, 200, receipt.text[-2000:])
        self.assertIn("Your vote is cast", receipt.text)
        codes = RECEIPT.findall(receipt.text)
        self.refresh()
        self.assertEqual(codes[2], vote.head)
        self.assertEqual(
            set(vote._electors_of(self.zhu.partner_id).mapped("channel")), {"online"}
        )
        page = self._page(f"/my/votes/{vote.id}")
        self.assertIn("Your vote is in the box", page)
        self.assertNotIn("Vote now</a>", page)
        found = self._page(f"/my/votes/{vote.id}?receipt={codes[0]}")
        self.assertIn("Yes, it is there", found)
        wrong = self._page(f"/my/votes/{vote.id}?receipt=0000000000000000")
        self.assertIn("No ballot with this number", wrong)

    def test_without_the_code_nothing_is_cast(self):
        vote = self.make_vote()
        self.login(self.zhu)
        self._check(vote)
        code = self.last_code("13812345678")
        wrong = "000000" if code != "000000" else "111111"
        answer = self._cast(vote, wrong)
        self.assertEqual(answer.status_code, 422)
        self.assertIn("not the code we sent", answer.text)
        # What was chosen is not lost.
        self.assertIn('value="agree"', answer.text)
        self.assertEqual(self._cast(vote, "").status_code, 422)
        self.refresh()
        self.assertFalse(any(vote.elector_ids.mapped("channel")))

    def test_a_code_for_one_vote_casts_no_other(self):
        first, second = self.make_vote(), self.make_vote(name="Another")
        self.login(self.zhu)
        self._check(first)
        code = self.last_code("13812345678")
        answer = self._cast(second, code)
        self.assertEqual(answer.status_code, 422)
        self.assertIn("ask for a code first", answer.text)
        self.refresh()
        self.assertFalse(any(second.elector_ids.mapped("channel")))

    def test_each_motion_wants_a_choice(self):
        vote = self.make_vote()
        self.login(self.zhu)
        answer = self.post(
            f"/my/votes/{vote.id}/check", {f"m{vote.motion_ids[0].id}": "agree"}
        )
        self.assertEqual(answer.status_code, 422)
        self.assertIn("Motion 2: please choose", answer.text)
        self.assertIn("checked", answer.text)

    def test_the_form_sent_twice_shows_the_receipt_twice(self):
        for values in ({}, {"secrecy": "secret"}, {"allow_change": True}):
            vote = self.make_vote(**values)
            self.login(self.zhu)
            self.env["shequ.login.throttle"].search([]).unlink()
            token = TOKEN.search(self._check(vote).text)[1]
            code = self.last_code("13812345678")
            first = self._cast(vote, code, token=token)
            again = self._cast(vote, code, token=token)
            self.assertEqual(again.status_code, 200, again.text[-1500:])
            self.assertEqual(RECEIPT.findall(again.text), RECEIPT.findall(first.text))
            # Another form, other choices or another person learn nothing.
            for other in (
                {"token": str(uuid.uuid4())},
                {"token": token, "choice": "against"},
            ):
                self.assertEqual(self._cast(vote, code, **other).status_code, 422)
            self.login(self.neighbour)
            self.assertEqual(self._cast(vote, code, token=token).status_code, 422)
            self.refresh()
            self.assertEqual(len(vote.event_ids), 3)

    def test_when_no_connection_is_free_the_choices_stay(self):
        vote = self.make_vote()
        self.login(self.zhu)
        token = TOKEN.search(self._check(vote).text)[1]
        Vote = self.env.registry["shequ.vote"]
        code = self.last_code("13812345678")
        with (
            patch.object(Vote, "_is_written_here", lambda _vote: False),
            patch.object(vote_apart, "PATIENCE", 0),
            patch.object(Vote, "_free_cursor", side_effect=PoolError("full")),
        ):
            answer = self._cast(vote, code, token=token)
        self.assertEqual(answer.status_code, 503)
        self.assertIn("try again in a minute", answer.text)
        self.assertIn('value="agree"', answer.text)
        self.refresh()
        self.assertFalse(any(vote.elector_ids.mapped("channel")))

    def test_a_whole_house_behind_one_address_gets_its_codes(self):
        vote = self.make_vote()
        self.env["ir.config_parameter"].set_param("shequ.login.limit_address", "1/600")
        for user, number in (
            (self.zhu, "13812345678"),
            (self.neighbour, "13912345678"),
        ):
            self.login(user)
            self.assertEqual(self._check(vote).status_code, 200)
            self.assertEqual(len(self.last_code(number)), 6)

    def test_a_forged_passkey_is_refused_in_words(self):
        vote = self.make_vote()
        self.env["auth.passkey.key"].create(
            {"name": "x", "credential_identifier": "mine"}
        ).sudo().create_uid = self.zhu
        self.login(self.zhu)
        for answer in ("{", "[]", '{"id": "other"}', '{"id": "mine"}'):
            page = self._cast(vote, "", webauthn_response=answer)
            self.assertEqual(page.status_code, 422, answer)
            self.assertIn("passkey was not accepted", page.text)

    def test_a_second_ballot_is_refused_in_words(self):
        vote = self.make_vote()
        self.login(self.zhu)
        self._vote(vote, "13812345678")
        answer = self._check(vote, "against")
        self.assertEqual(answer.status_code, 422)
        self.assertIn("You", answer.text)
        self.assertIn("Your vote is in the box", answer.text)

    def test_who_voted_on_paper_is_told(self):
        vote = self.make_vote()
        for elector in vote._electors_of(self.zhu.partner_id):
            vote._enter_paper(elector, self.choices(vote), self.clerk)
        self.login(self.zhu)
        page = self._page(f"/my/votes/{vote.id}")
        self.assertIn("voted on paper", page)
        self.assertEqual(self._check(vote).status_code, 422)

    # --- who cannot ----------------------------------------------------------------

    def test_a_tenant_is_told_plainly(self):
        vote = self.make_vote()
        self.login(self.tenant)
        page = self._page(f"/my/votes/{vote.id}")
        self.assertIn("You rent", page)
        self.assertNotIn("What your vote weighs", page)
        answer = self._check(vote)
        self.assertEqual(answer.status_code, 422)
        self.assertIn("You rent", answer.text)

    def test_a_former_owner_is_told_plainly(self):
        vote = self.make_vote()
        self.login(self.seller)
        page = self._page(f"/my/votes/{vote.id}")
        self.assertIn("You no longer own", page)
        self.assertIn("You no longer own", self._check(vote).text)

    def test_too_early(self):
        vote = self.make_vote("notice")
        self.login(self.zhu)
        with self.at(vote.opens_at.replace(year=vote.opens_at.year - 1)):
            page = self._page(f"/my/votes/{vote.id}")
        self.assertIn("opens at", page)
        self.assertEqual(self._check(vote).status_code, 422)

    def test_votes_of_other_estates_are_not_there(self):
        vote = self.make_vote()
        self.login(self.stranger)
        for path in ("", "/ballot", "/roll", "/objections", "/proxy", "/turnout"):
            self._page(f"/my/votes/{vote.id}{path}", 404)

    def test_a_vote_in_preparation_is_not_there(self):
        vote = self.make_vote("check")
        self.login(self.zhu)
        self._page(f"/my/votes/{vote.id}", 404)
        self._page(f"/vote/{vote.id}", 404)

    def test_no_interim_result_anywhere(self):
        vote = self.make_vote()
        self.cast(vote, self.neighbour, "against")
        self.login(self.zhu)
        for path in (f"/my/votes/{vote.id}", f"/vote/{vote.id}"):
            page = self._page(path)
            self.assertNotIn('id="result"', page)
            self.assertNotIn("Not passed", page)
            self.assertIn("Turnout", page)
        self._page(f"/my/votes/{vote.id}/choices", 404)
        self._page(f"/my/votes/{vote.id}/archive", 404)
        self.assertFalse(vote.result_sheet)
        self.assertEqual(vote._posted_sheet(), {})

    # --- a secret vote ---------------------------------------------------------------

    def test_a_secret_ballot_leaves_nothing_in_the_session(self):
        vote = self.make_vote(secrecy="secret")
        self.login(self.zhu)
        answer = self._vote(vote, "13812345678", "against")
        self.assertIn("shown only once", answer.text)
        self.assertIn("Not covered", answer.text)
        self.refresh()
        session = str(dict(self.session))
        self.assertNotIn("against", session)
        self.assertNotIn(RECEIPT.findall(answer.text)[1], session)
        again = self._page(f"/my/votes/{vote.id}")
        self.assertNotIn(RECEIPT.findall(answer.text)[1], again)

    # --- after the close -------------------------------------------------------------

    def test_the_result_is_posted_with_names_masked(self):
        vote = self.make_vote("publicity")
        self.login(self.zhu)
        page = self._page(f"/my/votes/{vote.id}")
        self.assertIn("Passed", page)
        listed = self._page(f"/my/votes/{vote.id}/choices")
        self.assertIn("Agree", listed)
        self.assertNotIn(self.neighbour.name, listed)
        archive = self.get(f"/my/votes/{vote.id}/archive")
        self.assertTrue(archive.content.startswith(b"PK"))

    def test_the_public_page_names_nobody(self):
        vote = self.make_vote("publicity")
        self.authenticate(None, None)
        page = self._page(f"/vote/{vote.id}")
        self.assertIn(vote.head, page)
        self.assertIn("Passed", page)
        for word in (self.zhu.name, self.unit.short_address, "budget.pdf"):
            self.assertNotIn(word, page)
        head = self.get(f"/vote/{vote.id}/head.json").json()
        self.assertEqual(head["head"], vote.head)

    # --- paper instead ---------------------------------------------------------------

    def test_a_wish_for_paper_stands_first_on_the_round(self):
        vote = self.make_vote()
        self.login(self.zhu)
        answer = self.post(f"/my/votes/{vote.id}/paper")
        self.assertIn("somebody brings the ballot", answer.text)
        self.post(f"/my/votes/{vote.id}/paper")
        visits = self.env["shequ.vote.visit"].search([("vote_id", "=", vote.id)])
        self.assertEqual(visits.mapped("outcome"), ["wanted"])
        self.login(self.clerk)
        page = self._page(f"/vote/round/{vote.id}")
        self.assertRegex(page, "Asked for a Ballot|要求纸质票")
        self.assertNotIn(self.zhu.name, page)

    # --- roll, objections ----------------------------------------------------------

    def test_the_roll_is_posted_masked_and_objected_to(self):
        vote = self.make_vote("notice")
        self.login(self.zhu)
        page = self._page(f"/my/votes/{vote.id}/roll")
        self.assertIn("101.50 m²", page)
        self.assertNotIn(self.neighbour.name, page)
        path = f"/my/votes/{vote.id}/objections"
        answer = self.post(path, {"kind": "roll", "words": "One square metre less"})
        self.assertIn("Your objection is on file", answer.text)
        objection = vote.objection_ids
        self.assertEqual(objection.partner_id, self.zhu.partner_id)
        objection.with_user(self.manager)._answer("Corrected", True, self.manager)
        self.login(self.neighbour)
        page = self._page(path)
        self.assertIn("Corrected", page)
        self.assertNotIn(self.zhu.name, page)
        with self.assertRaisesRegex(UserError, "answered already"):
            objection._answer("Again", False, self.manager)

    def test_a_tenant_does_not_object(self):
        vote = self.make_vote("notice")
        self.login(self.tenant)
        path = f"/my/votes/{vote.id}/objections"
        self.assertIn("Only owners", self._page(path))
        answer = self.post(path, {"kind": "roll", "words": "x"})
        self.assertEqual(answer.status_code, 422)
        self.assertFalse(vote.objection_ids)

    def test_an_open_objection_keeps_the_result_from_being_final(self):
        vote = self.make_vote("publicity")
        Objection = self.env["shequ.vote.objection"]
        made = Objection._object(vote, self.zhu.partner_id, "result", "Count again")
        with self.at(vote.publicity_until), self.assertRaisesRegex(UserError, "1 obj"):
            vote.action_finalise()
        made._answer("Counted again: the same", False, self.manager)
        with self.at(vote.publicity_until):
            vote.action_finalise()
        self.assertEqual(vote.state, "final")

    # --- proxies -------------------------------------------------------------------

    def _authorise(self, vote, raw, name=None):
        return self.post(
            f"/my/votes/{vote.id}/proxy",
            {
                "unit_id": self.next_unit.id,
                "name": name or self.zhu.name,
                "phone": "138 1234 5678",
            },
            files={"authority": ("a.jpg", raw, "image/jpeg")},
        )

    def test_a_proxy_votes_with_authority_and_nobody_both(self):
        vote = self.make_vote()
        self.login(self.neighbour)
        self.assertEqual(self._authorise(vote, b"no picture").status_code, 422)
        unknown = self._authorise(vote, photo_bytes(), "朱后生")
        self.assertIn("Nobody with this name", unknown.text)
        answer = self._authorise(vote, photo_bytes())
        self.assertIn("The authority is recorded", answer.text)
        self.assertNotIn(self.zhu.name, answer.text)
        self.login(self.zhu)
        self._vote(vote, "13812345678")
        self.refresh()
        elector = vote.elector_ids.filtered(lambda e: e.unit_id == self.next_unit)
        self.assertFalse(elector.channel, "one's own first, each owner on his own")
        page = self._page(f"/my/votes/{vote.id}")
        self.assertIn("by authority of", page)
        self.env["shequ.login.throttle"].search([]).unlink()
        self._vote(vote, "13812345678")
        self.refresh()
        self.assertEqual(elector.channel, "proxy")
        self.login(self.neighbour)
        page = self._page(f"/my/votes/{vote.id}")
        self.assertIn("voted by proxy", page)
        self.assertEqual(self._check(vote).status_code, 422)

    def test_authority_is_taken_back(self):
        vote = self.make_vote()
        self.login(self.neighbour)
        self._authorise(vote, photo_bytes())
        self.refresh()
        proxy = vote.proxy_ids
        self.login(self.tenant)
        path = f"/my/votes/{vote.id}/proxy/{proxy.id}/revoke"
        self.assertEqual(self.post(path).status_code, 404)
        self.login(self.neighbour)
        self.assertIn("taken back", self.post(path).text)
        self.refresh()
        self.assertEqual(proxy.state, "revoked")

    # --- proposals -----------------------------------------------------------------

    def test_signatures_of_the_owners_bring_a_proposal_to_the_check(self):
        self.login(self.zhu)
        matter = self.env["shequ.vote.matter"].search([("code", "=", "other")])
        form = {"title": "Close the gate at night", "matter_id": matter.id}
        answer = self.post("/my/votes/propose", {**form, "words": ""})
        self.assertEqual(answer.status_code, 422)
        answer = self.post("/my/votes/propose", {**form, "words": "It is loud."})
        self.assertIn("needs their", answer.text)
        vote = self.env["shequ.vote"].search(
            [("proposer_id", "=", self.zhu.partner_id.id)]
        )
        self.assertEqual(vote.state, "draft")
        again = self.post("/my/votes/propose", {**form, "words": "x"})
        self.assertIn("One at a time", re.sub(r"\s+", " ", again.text))
        vote.assembly_id.initiative_percent = 100
        path = f"/my/votes/{vote.id}/sign"
        self.login(self.tenant)
        self.assertIn("Only owners sign", self._page(path))
        for user, number in (
            (self.zhu, "13812345678"),
            (self.neighbour, "13912345678"),
        ):
            self.login(user)
            self.assertIn("The code we sent", self.post(path, {"step": "send"}).text)
            code = self.last_code(number)
            self.assertEqual(
                self.post(path, {"step": "code", "code": "12"}).status_code, 422
            )
            answer = self.post(path, {"step": "code", "code": code})
            self.assertIn("your signature counts", answer.text)
        self.refresh()
        self.assertEqual(len(vote.signature_ids), 2)
        self.assertEqual(vote.state, "check")

    def test_a_tenant_cannot_propose(self):
        self.login(self.tenant)
        self.assertIn("Only owners can propose", self._page("/my/votes/propose"))
        answer = self.post("/my/votes/propose", {"title": "x", "words": "x"})
        self.assertEqual(answer.status_code, 422)

    # --- committee -----------------------------------------------------------------

    def test_turnout_by_building_is_for_the_committee(self):
        vote = self.make_vote()
        self.login(self.zhu)
        self._page(f"/my/votes/{vote.id}/turnout", 404)
        self.env["shequ.committee.member"].create(
            {
                "estate_id": self.estate.id,
                "partner_id": self.zhu.partner_id.id,
                "position": "chair",
                "date_from": "2024-01-01",
            }
        )
        page = self._page(f"/my/votes/{vote.id}/turnout")
        self.assertIn("0 of 3 homes", page)

    def test_the_home_puts_a_waiting_ballot_first(self):
        vote = self.make_vote()
        self.login(self.zhu)
        page = self._page("/my/community")
        card = page.index('data-card="votes"')
        self.assertLess(card, page.index('data-card="repair"'))
        self.assertIn(f'href="/my/votes/{vote.id}"', page)
        self._vote(vote, "13812345678")
        page = self._page("/my/community")
        self.assertGreater(
            page.index('data-card="votes"'), page.index('data-card="repair"')
        )
