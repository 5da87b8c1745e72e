"""What the office does around a vote, and what nobody may read while it runs."""

import base64
import json
from datetime import timedelta

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import tagged

from .vote_common import VoteCase

PAPER = base64.b64encode(b"%PDF-1.4 signed")
#: Events that say who has voted.
TELLING = ("cast", "sealed", "proxy", "revoked")


@tagged("post_install", "-at_install")
class TestVoteDesk(VoteCase):
    def _form(self, vote, unit, agent, user=None, **values):
        return (
            self.env["shequ.vote.proxy.give"]
            .with_user(user or self.manager)
            .create(
                {
                    "vote_id": vote.id,
                    "unit_id": unit.id,
                    "agent_id": agent.id,
                    "authority": PAPER,
                    "authority_name": "委托书.pdf",
                    **values,
                }
            )
        )

    # --- authorities on paper -----------------------------------------------------

    def test_an_authority_on_paper_is_in_the_chain_at_once(self):
        vote = self._opened()
        context = vote.with_user(self.manager).action_open_proxies()["context"]
        Form = self.env["shequ.vote.proxy.give"].with_user(self.manager)
        self.assertEqual(
            Form.with_context(**context).default_get(["vote_id"])["vote_id"], vote.id
        )
        form = self._form(vote, self.couple_home, self.neighbour)
        self.assertEqual(form.principal_id, self.wife)
        form.action_confirm()
        proxy = vote.proxy_ids
        self.assertEqual(proxy.authority_ids.raw, b"%PDF-1.4 signed")
        given = vote.event_ids.filtered(lambda event: event.kind == "proxy")
        self.assertEqual(
            given._data(),
            {
                "elector": self._elector(vote, self.couple_home).number,
                "proxy": proxy.id,
            },
        )
        proxy.with_user(self.manager).action_revoke()
        self.assertEqual(proxy.state, "revoked")
        self.assertIn("revoked", vote.event_ids.mapped("kind"))

    def test_an_authority_that_cannot_be_leaves_nothing_behind(self):
        vote = self._opened()
        vote.assembly_id.max_proxies = 1
        self._form(vote, self.unit, self.neighbour).action_confirm()
        count = len(vote.event_ids)
        for unit, values, error in (
            (self.couple_home, {}, ValidationError),
            (self.ownerless, {}, UserError),
            (self.couple_home, {"authority": b"?"}, UserError),
            (self.couple_home, {"agent_id": self.wife.id}, ValidationError),
        ):
            with self.assertRaises(error), self.env.cr.savepoint():
                self._form(vote, unit, self.neighbour, **values).action_confirm()
        self.env.invalidate_all()
        self.assertEqual(len(vote.proxy_ids), 1)
        self.assertEqual(len(vote.event_ids), count)

    def test_there_is_no_other_door_for_authorities(self):
        vote = self._opened()
        values = {
            "vote_id": vote.id,
            "unit_id": self.couple_home.id,
            "principal_id": self.wife.id,
            "agent_id": self.neighbour.id,
        }
        for user in (self.manager, self.boss):
            with self.assertRaises(AccessError):
                self.env["shequ.vote.proxy"].with_user(user).create(values)
        stranger = self._staff("desk_stranger", "estate_manager", self.lane_estate)
        form = self._form(vote, self.couple_home, self.neighbour, stranger)
        self.assertFalse(form.principal_id)
        with self.assertRaises(AccessError):
            form.action_confirm()

    def test_a_vote_under_way_is_not_put_away(self):
        vote = self._vote()
        vote.action_archive()
        vote.action_unarchive()
        vote.action_submit()
        vote.action_announce()
        with self.assertRaisesRegex(ValidationError, "when it is over"):
            vote.with_user(self.manager).action_archive()
        vote._cancel("资料有误")
        vote.with_user(self.manager).action_archive()
        self.assertFalse(vote.active)

    # --- printed papers --------------------------------------------------------------

    def test_a_printed_poster_is_noted_as_a_reminder(self):
        vote = self._vote()
        with self.assertRaisesRegex(UserError, "from the notice"):
            vote.with_user(self.manager).action_print_poster()
        vote.action_submit()
        vote.action_announce()
        action = vote.with_user(self.manager).action_print_poster()
        self.assertEqual(action["report_name"], "shequ_property.report_vote_poster")
        line = vote.reminder_ids
        self.assertEqual((line.channel, line.user_id), ("poster", self.manager))
        bound = vote.env["ir.actions.actions"].get_bindings(vote._name)["report"]
        self.assertNotIn(
            self.env.ref("shequ_property.action_report_vote_poster").id,
            [one["id"] for one in bound],
        )

    def test_all_papers_become_pdf_files(self):
        vote = self._opened()
        wizard = self.env["shequ.vote.print"].create({"vote_id": vote.id})
        Report = self.env["ir.actions.report"].with_context(force_report_rendering=True)
        papers = {"notice": vote, "poster": vote, "ballots": wizard, "sheet": wizard}
        self._say(vote, self.unit, self.owner, "agree")
        for name, record in papers.items():
            self._is_pdf(Report, name, record)
        self._closed(vote)
        self._is_pdf(Report, "result", vote)

    def _is_pdf(self, report, name, record):
        raw, kind = report._render_qweb_pdf(
            f"shequ_property.action_report_vote_{name}", record.ids
        )
        self.assertEqual((kind, raw[:5]), ("pdf", b"%PDF-"), name)
        self.assertGreater(len(raw), 5000, name)

    # --- the published result ------------------------------------------------------

    def test_who_stood_for_election_is_named_on_purpose(self):
        """Candidates are residents, and their names pass the look for such."""
        names = [self.owner.name, self.neighbour.name, self.wife.name]
        vote = self._opened(
            secrecy="secret",
            motions=[
                {
                    "name": "选举业主委员会",
                    "matter": "committee",
                    "candidates": names,
                    "seats": 2,
                }
            ],
        )
        people = vote.motion_ids.candidate_ids
        for number, (unit, who) in enumerate(
            ((self.unit, self.owner), (self.neighbour_unit, self.neighbour))
        ):
            self._say(vote, unit, who, people[:2].ids, token=str(number))
        self._closed(vote)
        with self.at(vote.closes_at + timedelta(hours=1)):
            vote.with_user(self.manager).action_publish()
        disclosure = self.env["shequ.disclosure"].search(
            [("res_model", "=", vote._name), ("res_id", "=", vote.id)]
        )
        text = json.dumps(disclosure.current_version_id._content(), ensure_ascii=False)
        for name in names:
            self.assertIn(name, text)
            self.assertIn(name, disclosure.released_words)

    # --- nobody reads ahead --------------------------------------------------------

    def _reads_of(self, model, user, vote):
        """All that a user gets of a model by reading, exporting and grouping."""
        Model = self.env[model].with_user(user)
        if not Model.has_access("read"):
            return ""
        domain = [("vote_id", "=", vote.id)]
        names = [
            name
            for name in Model.fields_get(attributes=["type"])
            if Model._fields[name].type not in ("binary",)
        ]
        found = Model.search(domain)
        parts = [found.read(names)]
        plain = [name for name in names if Model._fields[name].store]
        parts.append(found.export_data(plain)["datas"])
        for name in plain:
            if Model._fields[name].type in ("char", "selection", "integer", "many2one"):
                parts.append(Model.formatted_read_group(domain, [name], ["__count"]))
        return json.dumps(parts, default=str, ensure_ascii=False)

    def test_no_interim_result_by_any_read(self):
        self._no_interim_result("open")

    def test_no_interim_result_of_a_secret_vote_either(self):
        self._no_interim_result("secret")

    def _no_interim_result(self, secrecy):
        """Lists, exports, pivots: the same methods; the administrator included."""
        admin = self.env.ref("base.user_admin")
        admin.company_ids += self.company
        admin.group_ids += self.env.ref("shequ_property.group_company_manager")
        vote = self._opened(secrecy=secrecy)
        self._say(vote, self.unit, self.owner, "against", token="t1")
        paper = self.env["shequ.vote.paper"].sudo()
        motion = vote.motion_ids.id
        home = self._elector(vote, self.neighbour_unit)
        paper._key(home, {motion: "against"}, self.manager)
        models = [
            name
            for name in self.env.registry
            if name.startswith("shequ.vote.")
            and "vote_id" in self.env[name]._fields
            and not self.env[name]._abstract
            and not self.env[name]._transient
        ]
        self.assertIn("shequ.vote.paper", models)
        for user in (self.manager, self.boss, admin):
            user.group_ids += self.env.ref("base.group_allow_export")
            for model in models:
                text = self._reads_of(model, user, vote)
                self.assertNotIn("against", text, (model, user.login))
            for name in ("result", "result_sheet", "result_digest"):
                self.assertFalse(vote.with_user(user)[name])
            for name in ("first_choices", "second_choices"):
                with self.assertRaises(AccessError):
                    vote.paper_ids.with_user(user).read([name])
                with self.assertRaises(AccessError):
                    paper.with_user(user).search([(name, "!=", False)])

    def test_residents_do_not_learn_who_has_voted_before_the_count(self):
        self._nobody_learns_who_has_voted("open")

    def test_nor_in_a_secret_vote(self):
        self._nobody_learns_who_has_voted("secret")

    def _nobody_learns_who_has_voted(self, secrecy):
        neighbour, member = self.neighbour_user, self.owner_user
        self.env["shequ.committee.member"].create(
            {"estate_id": self.estate.id, "partner_id": self.owner.id}
        )
        vote = self._opened(secrecy=secrecy)
        self._say(vote, self.unit, self.owner, "agree", token="t1")
        for user in (neighbour, member):
            Event = self.env["shequ.vote.event"].with_user(user)
            seen = Event.search([("vote_id", "=", vote.id)])
            self.assertEqual(
                set(seen.mapped("kind")) & {"announced", "opened"},
                {"announced", "opened"},
            )
            self.assertFalse(set(seen.mapped("kind")) & set(TELLING))
            self.assertFalse(
                Event.search_count([("vote_id", "=", vote.id), ("kind", "in", TELLING)])
            )
            # The head is public all the same.
            self.assertEqual(vote.with_user(user).head, vote.head)
            for model in ("shequ.vote.elector", "shequ.vote.ballot"):
                with self.assertRaises(AccessError):
                    self.env[model].with_user(user).search([])
        self._closed(vote)
        seen = self.env["shequ.vote.event"].with_user(neighbour)
        self.assertTrue(seen.search([("vote_id", "=", vote.id), ("kind", "=", "cast")]))
