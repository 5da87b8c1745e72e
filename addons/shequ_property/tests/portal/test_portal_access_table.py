import base64
from datetime import timedelta

from odoo import fields
from odoo.http import Controller
from odoo.tests import tagged

from ...controllers.portal_base import ResidentPortal
from ..governance.common_promise import attested_promise
from ..governance.vote_case import VoteCase
from .common import PASSWORD, photo_bytes

CANARY = "CANARY-SECRET"
# What a route answers to: "ok" its page or redirect, "none" page 404, "login" a
# redirect to the log-in.
EVERYBODY = {
    "owner": "ok",
    "neighbour": "ok",
    "tenant": "ok",
    "former": "ok",
    "stranger": "ok",
    "worker": "ok",
    "other_desk": "ok",
}
OWNER = {**dict.fromkeys(EVERYBODY, "none"), "owner": "ok"}
# A shared ticket: the people who live in the estate now.
ESTATE = {
    **dict.fromkeys(EVERYBODY, "none"),
    "owner": "ok",
    "neighbour": "ok",
    "tenant": "ok",
}
# A vote of the estate: also who lived there once, to be told why he cannot vote.
VOTERS = {**ESTATE, "former": "ok"}
NOBODY = dict.fromkeys(EVERYBODY, "none")

NOBODY = dict.fromkeys(EVERYBODY, "none")
# Who has no home now, has no estate to read about.
NO_HOME = dict.fromkeys(("former", "worker", "other_desk"), "none")

# Route → method, values, and for whom.  {t} is a private ticket of the owner with
# the canary in every word of it, {m} its photo, {s} a shared one, {sm} its photo.
ROUTES = {
    "/my": ("GET", {}, EVERYBODY),
    "/my/home": ("GET", {}, EVERYBODY),
    "/my/community": ("GET", {}, EVERYBODY),
    "/my/community/unit": ("POST", {"unit_id": "{u}"}, OWNER),
    "/my/settings": ("GET", {}, EVERYBODY),
    "/my/settings (save)": ("POST", {"theme": "light"}, EVERYBODY),
    "/my/privacy": ("GET", {}, EVERYBODY),
    "/my/privacy/notice": ("POST", {}, EVERYBODY),
    "/my/privacy/consent": (
        "POST",
        {"purpose_id": "{p}", "answer": "given"},
        EVERYBODY,
    ),
    "/my/privacy/correct": ("POST", {"wish": "x"}, EVERYBODY),
    "/my/privacy/erase": ("POST", {"wish": "x"}, EVERYBODY),
    "/my/privacy/download": ("POST", {}, EVERYBODY),
    "/my/report": ("GET", {}, EVERYBODY),
    "/my/report (send)": ("POST", {"unit_id": "{u}", "description": "x"}, None),
    "/my/report/token": ("GET", {}, EVERYBODY),
    "/my/report/alarm": ("JSON", {"description": "电梯困人了"}, EVERYBODY),
    "/my/report/similar": ("JSON", {"description": "地砖松动"}, EVERYBODY),
    "/my/tickets": ("GET", {}, EVERYBODY),
    "/my/tickets/page/2": ("GET", {}, EVERYBODY),
    "/my/tickets?show=all&search=CANARY": ("GET", {}, EVERYBODY),
    "/my/tickets/{t}": ("GET", {}, OWNER),
    "/my/tickets/{t}/media/{m}": ("GET", {}, OWNER),
    "/my/tickets/{t}/face": ("GET", {}, OWNER),
    "/my/tickets/{t}/talk": ("POST", {"body": "x"}, OWNER),
    "/my/tickets/{t}/resubmit": ("POST", {"description": "x"}, OWNER),
    "/my/tickets/{t}/quotation": ("POST", {"answer": "accept"}, OWNER),
    "/my/tickets/{t}/rate": ("POST", {"stars": "1"}, OWNER),
    "/my/tickets/{t}/reopen": ("POST", {"reason": "x"}, OWNER),
    "/my/tickets/{t}/consent": ("POST", {"answer": "yes"}, OWNER),
    "/my/tickets/{t}/supervision": ("POST", {"reason": "x"}, OWNER),
    "/my/tickets/{t}/leave": ("POST", {}, OWNER),
    "/my/tickets/{t}/cancel": ("POST", {"reason": "x"}, OWNER),
    "/my/tickets/{t}/visit": ("POST", {"visit_id": "{x}"}, OWNER),
    "/my/tickets/{t}/visit (propose)": ("POST", {"start": "x"}, OWNER),
    "/my/services": ("GET", {}, EVERYBODY),
    "/my/services/{v}": ("GET", {}, ESTATE),
    "/my/services/{v} (order)": ("POST", {"unit_id": "{u}"}, ESTATE),
    "/my/services/{w}": ("GET", {}, dict.fromkeys(EVERYBODY, "none")),
    "/my/promises": ("GET", {}, EVERYBODY),
    "/my/promises/{k}": ("GET", {}, ESTATE),
    "/my/promises/{k}/dispute": (
        "POST",
        {"words": "x"},
        dict.fromkeys(EVERYBODY, "none"),
    ),
    "/my/promises/photo/{kp}": ("GET", {}, ESTATE),
    "/my/promises/photo/{m}": ("GET", {}, dict.fromkeys(EVERYBODY, "none")),
    "/my/promises/contract": ("GET", {}, ESTATE),
    "/my/promises/rounds": ("GET", {}, {**EVERYBODY, **NO_HOME}),
    "/my/promises/rounds/photo/{m}": ("GET", {}, dict.fromkeys(EVERYBODY, "none")),
    "/my/promises/document/{kd}": ("GET", {}, ESTATE),
    "/my/promises/document/{m}": ("GET", {}, dict.fromkeys(EVERYBODY, "none")),
    # {va} an open vote, {vp} a proposal that collects signatures, {vb} one that is
    # posted, {vd} a document, {vm} a motion, {vj} an objection, {vo} an authority of
    # the owner, {ve} a line of the roll.
    "/my/votes": ("GET", {}, EVERYBODY),
    "/my/votes/propose": ("GET", {}, EVERYBODY),
    "/my/votes/propose (send)": ("POST", {"title": "x"}, EVERYBODY),
    "/my/votes/{va}": ("GET", {}, VOTERS),
    "/my/votes/{va}/document/{vd}": ("GET", {}, VOTERS),
    "/my/votes/{va}/archive": ("GET", {}, NOBODY),
    "/my/votes/{vb}/archive": ("GET", {}, VOTERS),
    "/my/votes/{va}/choices": ("GET", {}, NOBODY),
    "/my/votes/{vb}/choices": ("GET", {}, VOTERS),
    "/my/votes/{vb}/choices/page/2": ("GET", {}, VOTERS),
    "/my/votes/{va}/paper": ("POST", {}, VOTERS),
    "/my/votes/{va}/ballot": ("GET", {}, VOTERS),
    "/my/votes/{va}/check": ("POST", {}, VOTERS),
    "/my/votes/{va}/cast": ("POST", {"code": "000000"}, VOTERS),
    "/my/votes/{vp}/sign": ("GET", {}, VOTERS),
    "/my/votes/{vp}/sign (send)": ("POST", {"step": "withdraw"}, VOTERS),
    "/my/votes/{va}/roll": ("GET", {}, VOTERS),
    "/my/votes/{va}/roll/page/2": ("GET", {}, VOTERS),
    "/my/votes/{va}/objections": ("GET", {}, VOTERS),
    "/my/votes/{va}/objections (send)": ("POST", {"kind": "x"}, VOTERS),
    "/my/votes/{va}/proxy": ("GET", {}, VOTERS),
    "/my/votes/{va}/proxy (give)": ("POST", {"name": "x"}, VOTERS),
    "/my/votes/{va}/proxy/{vo}/revoke": ("POST", {}, OWNER),
    "/my/votes/{va}/turnout": ("GET", {}, NOBODY),
    "/vote/round": ("GET", {}, {**NOBODY, "other_desk": "ok"}),
    "/vote/round/{va}": ("GET", {}, NOBODY),
    "/vote/round/{va}/{ve}": ("GET", {}, NOBODY),
    "/vote/round/{va}/{ve} (note)": ("POST", {"outcome": "absent"}, NOBODY),
    "/vote/{vb}/archive": ("GET", {}, NOBODY),
    "/my/neighbours": ("GET", {}, EVERYBODY),
    "/my/neighbours/page/2": ("GET", {}, EVERYBODY),
    "/my/neighbours/{s}": ("GET", {}, ESTATE),
    "/my/neighbours/{s}/media/{sm}": ("GET", {}, ESTATE),
    "/my/neighbours/{s}/join": ("POST", {}, ESTATE),
    "/my/neighbours/{t}": ("GET", {}, dict.fromkeys(EVERYBODY, "none")),
    "/my/neighbours/{t}/join": ("POST", {}, dict.fromkeys(EVERYBODY, "none")),
    "/my/homes": ("GET", {}, EVERYBODY),
    "/my/homes/{u}/invite": ("POST", {"name": "x"}, OWNER),
    "/my/homes/residency/{r}/end": ("POST", {}, OWNER),
    "/my/registrations": ("GET", {}, EVERYBODY),
    "/my/registrations/{g}/answer": ("POST", {"answer": "yes"}, OWNER),
    "/my/registrations/{g}/withdraw": ("POST", {}, dict.fromkeys(EVERYBODY, "none")),
    "/my/phone": ("GET", {}, EVERYBODY),
    "/my/phone (send)": ("POST", {"phone": "x"}, EVERYBODY),
    "/my/phone/confirm": ("POST", {"code_new": "000000"}, EVERYBODY),
}
ROUTES.update(
    {
        # {d} is published with a figure of the books, {e} an entry of it, {o} the
        # review of the committee, {h} a handover.
        "/my/disclosures": ("GET", {}, EVERYBODY),
        "/my/disclosures/{d}": ("GET", {}, ESTATE),
        "/my/disclosures/{d}/changes/2": ("GET", {}, ESTATE),
        "/my/disclosures/{d}/entries?key=expense": ("GET", {}, ESTATE),
        "/my/disclosures/{d}/voucher/{e}": ("GET", {}, ESTATE),
        "/my/disclosures/{d}/ask": ("GET", {}, ESTATE),
        "/my/disclosures/{d}/ask (send)": ("POST", {"words": "x"}, ESTATE),
        "/my/disclosures/{d}/file/1.json": ("GET", {}, ESTATE),
        "/my/disclosures/{d}/file/1.xlsx": ("GET", {}, ESTATE),
        "/my/disclosures/{d}/paper/1/1": ("GET", {}, ESTATE),
        "/my/disclosures/chain.json": ("GET", {}, {**EVERYBODY, **NO_HOME}),
        "/my/committee": ("GET", {}, NOBODY),
        "/my/committee/review/{o}": ("GET", {}, NOBODY),
        "/my/committee/review/{o}/check": ("POST", {"answer": "yes"}, NOBODY),
        "/my/committee/review/{o}/comment": ("POST", {"words": "x"}, NOBODY),
        "/my/committee/review/{o}/sign": ("POST", {"verdict": "accept"}, NOBODY),
        "/my/committee/assessment/{y}": ("GET", {}, NOBODY),
        "/my/committee/assessment/{y}/mark": ("POST", {"words": "x"}, NOBODY),
        "/my/committee/assessment/{y}/weights": ("POST", {"w1": "1"}, NOBODY),
        "/my/committee/assessment/{y}/publish": ("POST", {}, NOBODY),
        "/my/committee/handover/{h}": ("POST", {"step": "hand"}, NOBODY),
        "/my/committee/votes/new/{y}": ("GET", {}, NOBODY),
        "/my/committee/votes/new/{y} (make)": ("POST", {"title": "x"}, NOBODY),
        "/my/committee/votes/{va}": ("GET", {}, NOBODY),
        "/my/committee/votes/{va}/agenda": ("POST", {"title": "x"}, NOBODY),
        "/my/committee/votes/{va}/motion": ("POST", {"name": "x"}, NOBODY),
        "/my/committee/votes/{va}/motion/{vm}/remove": ("POST", {}, NOBODY),
        "/my/committee/votes/{va}/document": ("POST", {}, NOBODY),
        "/my/committee/votes/{va}/document/{vd}": ("GET", {}, NOBODY),
        "/my/committee/votes/{va}/document/{vd}/remove": ("POST", {}, NOBODY),
        "/my/committee/votes/{va}/step": ("POST", {"step": "close"}, NOBODY),
        "/my/committee/votes/{va}/objection/{vj}": ("POST", {"words": "x"}, NOBODY),
    }
)
# Pages for people who are not signed in as well: route → method and values.
OPEN_ROUTES = {
    "/my/login": ("GET", {}),
    "/my/login (number)": ("POST", {"phone": "x"}),
    "/my/login/again": ("POST", {}),
    "/my/login/code": ("GET", {}),
    "/my/login/code (check)": ("POST", {"code": "123456"}),
    "/my/login/who": ("GET", {}),
    "/my/login/who (choose)": ("POST", {"person": "1"}),
    "/my/login/name": ("GET", {}),
    "/my/login/name (check)": ("POST", {"name": "x"}),
    "/my/login/staff": ("GET", {}),
    "/my/register": ("GET", {}),
    "/my/register?unit={u}": ("GET", {}),
    "/my/register (send)": ("POST", {"unit_id": "{u}", "name": "x"}),
    "/i/{i}": ("GET", {}),
    "/i/wrong": ("GET", {}),
    "/t/{n}": ("GET", {}),
    "/t/wrong": ("GET", {}),
    "/t/{n}/rate": ("POST", {"stars": "1"}),
    "/t/{n}/supervision": ("POST", {"reason": "x"}),
    "/t/{n}/stop": ("POST", {}),
    "/d/{q}": ("GET", {}),
    "/d/{q}/{d}": ("GET", {}),
    "/d/{q}/{d}/changes/2": ("GET", {}),
    "/d/{q}/{d}/file/1.json": ("GET", {}),
    "/d/{q}/{d}/paper/1/1": ("GET", {}),
    "/d/{q}/chain.json": ("GET", {}),
    "/d/wrong-token": ("GET", {}),
    "/vote/{va}": ("GET", {}),
    "/vote/{vp}": ("GET", {}),
    "/vote/{va}/head.json": ("GET", {}),
    "/vote/b/{vn}": ("GET", {}),
    "/vote/b/wrong": ("GET", {}),
}
ROUTES.update(
    {route: (method, values, None) for route, (method, values) in OPEN_ROUTES.items()}
)


@tagged("post_install", "-at_install")
class TestAccessTable(VoteCase):
    """Every route × every role: the expected answer, and never the secret."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.roles = {
            "owner": cls.zhu,
            "neighbour": cls.neighbour,
            "tenant": cls.tenant,
            "former": cls.former,
            "stranger": cls.stranger,
            "worker": cls.worker_user,
            "other_desk": cls.other_desk,
        }

    def setUp(self):
        super().setUp()
        photo = [{"type": "photo", "name": f"{CANARY}.jpg", "raw": photo_bytes()}]
        self.private = self._take(
            self.zhu,
            description=f"{CANARY} 13812345678",
            place_text=CANARY,
            preferred_time=CANARY,
            media=photo,
        )
        self.private._talk(self.zhu.partner_id, CANARY)
        self.worker.image_128 = self.company.logo
        self.private.sudo().worker_id = self.worker
        start, end = self.private._visit_slots()[0]
        self.visit = self.env["shequ.ticket.visit"].create(
            {
                "ticket_id": self.private.id,
                "start": start,
                "end": end,
                "proposed_by": "staff",
            }
        )
        self.service, self.elsewhere = self.env["shequ.service"].create(
            [
                {
                    "name": name,
                    "company_id": self.company.id,
                    "category_id": self.private.category_id.id
                    or self.env.ref("shequ_property.category_home_repair_drain").id,
                    "estate_ids": estate.ids,
                }
                for name, estate in (
                    ("Drains", self.estate),
                    ("Elsewhere", self.second_estate),
                )
            ]
        )
        self.shared = self._take_shared(self.zhu, preferred_time=CANARY, media=photo)
        family = self.env["res.partner"].create({"name": CANARY})
        self.family = self.env["shequ.residency"].create(
            {
                "partner_id": family.id,
                "unit_id": self.unit.id,
                "role": "family",
                "date_from": "2021-01-01",
            }
        )
        self.registration = self.env["shequ.registration"].create(
            {
                "partner_id": family.id,
                "person_name": CANARY,
                "unit_id": self.unit.id,
                "role": "family",
                "proof": "owner",
            }
        )
        self._make_votes()
        self.invitation = self.env["shequ.invitation"]._invite(self.family, "letter")
        self.promise = attested_promise(self.env, self.estate)
        self.news = self.env["shequ.ticket.news"].create(
            {
                "ticket_id": self.private.id,
                "company_id": self.company.id,
                "step": "finished",
                "at": fields.Datetime.now(),
                "state": "sent",
                "partner_id": self.zhu.partner_id.id,
                "expires_at": fields.Datetime.now() + timedelta(days=1),
            }
        )
        self._publish_accounts()

    def _publish_accounts(self):
        """Two versions of the accounts; the canary is in the label of an entry."""
        company, estate = self.company, self.estate
        accounts = self.env["account.account"].with_company(company)
        costs, bank = accounts.create(
            [
                {"code": "910002", "name": "维保", "account_type": "expense"},
                {"code": "910004", "name": "银行", "account_type": "asset_current"},
            ]
        )
        journal = self.env["account.journal"].create(
            {
                "name": "杂项",
                "code": "ZX",
                "type": "general",
                "company_id": company.id,
            }
        )
        items = [
            {
                "account_id": account.id,
                "balance": balance,
                "name": f"{CANARY} 13812345678",
                "partner_id": self.zhu.partner_id.id,
                "analytic_distribution": {str(estate._ensure_analytic_account().id): 1},
            }
            for account, balance in ((costs, 10000), (bank, -10000))
        ]
        move = self.env["account.move"].create(
            {
                "journal_id": journal.id,
                "date": "2026-08-01",
                "line_ids": [(0, 0, item) for item in items],
            }
        )
        move.action_post()
        self.disclosure = self.env["shequ.disclosure"].create(
            {
                "estate_id": estate.id,
                "type_id": self.env["shequ.disclosure.type"]._by_code("settlement").id,
                "date_from": "2026-07-01",
                "date_to": "2026-09-30",
            }
        )
        member = self.env["res.partner"].create({"name": CANARY})
        term = self.env["shequ.committee.member"].create(
            {
                "estate_id": estate.id,
                "partner_id": member.id,
                "date_from": "2025-01-01",
            }
        )
        self.disclosure._draw()
        self.disclosure.file_ids = [
            (
                0,
                0,
                {"name": "a.jpg", "raw": base64.b64encode(photo_bytes()), "checked": 1},
            )
        ]
        self.disclosure._publish(self.disclosure._content(), "")
        self.disclosure._publish(self.disclosure._content(), "again")
        self.handover = self.env["shequ.committee.handover"]._prepare(term)

    def _make_votes(self):
        """An open vote, one that is posted, a proposal, and an authority."""
        self.vote = self.make_vote()
        self.posted = self.make_vote("publicity")
        self.proposal = self.env["shequ.vote"]._propose(
            self.estate,
            self.zhu.partner_id,
            "Close the gate at night",
            "It is loud.",
            self.env["shequ.vote.matter"].search([("code", "=", "other")]),
        )
        self.elector = self.vote.elector_ids.filtered(
            lambda one: one.unit_id == self.unit
        )
        self.objection = self.env["shequ.vote.objection"]._object(
            self.posted, self.zhu.partner_id, "result", "The area is wrong."
        )
        self.proxy = self.env["shequ.vote.proxy"]._give(
            self.vote,
            self.second_owned,
            self.zhu.partner_id,
            self.neighbour.partner_id,
            [{"name": CANARY, "raw": b"%PDF-1.4", "mimetype": "application/pdf"}],
        )

    def _fill(self, text):
        if not isinstance(text, str):
            return text
        return text.format(
            t=self.private.id,
            m=self.private.media_ids[:1].id,
            s=self.shared.id,
            sm=self.shared.media_ids[:1].id,
            u=self.unit.id,
            r=self.family.id,
            g=self.registration.id,
            i=self.invitation._token(),
            n=self.news._token(),
            p=self.env.ref("shequ_property.purpose_news").id,
            x=self.visit.id,
            v=self.service.id,
            w=self.elsewhere.id,
            k=self.promise.id,
            kp=self.promise.attestation_ids.attachment_ids.id,
            kd=self.promise.contract_id.document_ids.id,
            d=self.disclosure.id,
            e=self.disclosure.current_version_id._entries_of("expense")[0][:1].id,
            o=self.disclosure.review_ids[:1].id,
            h=self.handover.id,
            y=self.estate.id,
            q=self.estate._disclosure_sign_token(),
            va=self.vote.id,
            vb=self.posted.id,
            vp=self.proposal.id,
            vd=self.vote.document_ids.id,
            vm=self.vote.motion_ids[0].id,
            vj=self.objection.id,
            vo=self.proxy.id,
            ve=self.elector.id,
            vn=self.elector._ballot_number(),
        )

    def _visit(self, route, method, values):
        path = self._fill(route.split(" ")[0])
        values = {key: self._fill(value) for key, value in values.items()}
        if method == "GET":
            return self.get(path, allow_redirects=False)
        if method == "JSON":
            return self.url_open(
                path,
                json={"jsonrpc": "2.0", "method": "call", "params": values},
                allow_redirects=False,
            )
        return self.post(path, values, allow_redirects=False)

    def _walk(self, role):
        for route, (method, values, answers) in ROUTES.items():
            with self.subTest(role=role, route=route), self.env.cr.savepoint() as point:
                answer = self._visit(route, method, values)
                expected = answers[role] if answers else None
                if expected == "ok":
                    self.assertIn(answer.status_code, (200, 303, 422), route)
                    self.assertNotIn("/web/login", answer.headers.get("Location", ""))
                elif expected == "none":
                    self.assertEqual(answer.status_code, 404, route)
                if role != "owner":
                    self.assertNotIn(CANARY, answer.text)
                    self.assertNotIn(CANARY, str(answer.headers))
                    self.assertNotIn("13812345678", answer.text)
                    self.assertNotIn(self.zhu.name, answer.text)
                point.rollback()
            self.env.invalidate_all()

    def test_owner(self):
        self.login(self.zhu)
        self._walk("owner")

    def test_neighbour(self):
        self.login(self.neighbour)
        self._walk("neighbour")

    def test_tenant_of_the_neighbour(self):
        self.login(self.tenant)
        self._walk("tenant")

    def test_former_resident(self):
        self.login(self.former)
        self._walk("former")

    def test_resident_of_another_company(self):
        self.login(self.stranger)
        self._walk("stranger")

    def test_worker(self):
        self.login(self.worker_user)
        self._walk("worker")

    def test_front_desk_of_another_estate(self):
        self.login(self.other_desk)
        self._walk("other_desk")

    def test_public(self):
        self.authenticate(None, None)
        for route, (method, values, _answers) in ROUTES.items():
            with self.subTest(route=route):
                answer = self._visit(route, method, values)
                self.assertNotIn(CANARY, answer.text)
                if route in OPEN_ROUTES:
                    self.assertIn(answer.status_code, (200, 303, 404, 422))
                    self.assertNotIn(self.zhu.name, answer.text)
                elif method == "JSON":
                    self.assertIn("error", answer.json())
                    self.assertNotIn("result", answer.json())
                else:
                    self.assertEqual(answer.status_code, 303)
                    # Odoo's own addresses first get the language in front.
                    self.assertRegex(
                        answer.headers["Location"], "/web/login|^/[a-z_A-Z]+/my"
                    )

    def test_missing_and_foreign_look_the_same(self):
        self.login(self.stranger)
        foreign = self.get(f"/my/tickets/{self.private.id}")
        missing = self.get("/my/tickets/999999999")
        self.assertEqual(foreign.status_code, missing.status_code)
        self.assertEqual(self._body(foreign), self._body(missing))

    def _body(self, page):
        return page.text.split("<main")[1]

    def test_changes_need_a_token(self):
        self.login(self.zhu)
        for route, (method, values, _answers) in ROUTES.items():
            if method != "POST":
                continue
            path = self._fill(route.split(" ")[0])
            with self.subTest(route=route):
                filled = {key: self._fill(value) for key, value in values.items()}
                answer = self.url_open(path, data=filled or {"x": "1"})
                self.assertEqual(answer.status_code, 400)
        self.refresh()
        self.assertEqual(self.private.state, "new")

    def test_changes_are_not_made_by_links(self):
        self.login(self.zhu)
        for route, (method, _values, _answers) in ROUTES.items():
            path = self._fill(route.split(" ")[0])
            if method == "POST" and " " not in route:
                with self.subTest(route=route):
                    answer = self.get(path, allow_redirects=False)
                    self.assertIn(answer.status_code, (404, 405))

    def test_table_knows_every_route(self):
        """A new route of the portal has to be put into the table."""
        known = {route.split(" ")[0].split("?")[0] for route in ROUTES}
        known = {
            "/".join(
                "*" if part[:1] == "{" or part.split(".")[0].isdigit() else part
                for part in route.split("/")
            )
            for route in known
        }
        seen = set()
        for cls in self._portal_classes(ResidentPortal):
            for function in vars(cls).values():
                routing = getattr(function, "original_routing", None)
                for route in (routing or {}).get("routes") or ():
                    shape = "/".join(
                        "*" if part[:1] == "<" else part for part in route.split("/")
                    )
                    self.assertIn(shape, known)
                    seen.add(shape)
        self.assertGreater(len(seen), 20)

    def _portal_classes(self, cls):
        found = [cls]
        for child in cls.__subclasses__():
            if child.__module__.startswith("odoo.addons.shequ_property"):
                found += self._portal_classes(child)
        self.assertTrue(issubclass(cls, Controller))
        return found

    def test_joined_neighbour_reads_no_person_over_the_interface(self):
        """What the record rule lets a participant read names nobody."""
        self.shared._join(self.neighbour.partner_id)
        ticket = self.shared.with_user(self.neighbour)
        self.authenticate(self.neighbour.login, PASSWORD)
        for field in ("description", "reporter_id", "unit_id", "contact_phone"):
            answer = self.call(
                "/web/dataset/call_kw",
                model="shequ.ticket",
                method="read",
                args=[ticket.ids, [field]],
                kwargs={},
            )
            self.assertIn("error", answer, field)
