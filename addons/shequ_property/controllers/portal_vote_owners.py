"""What owners do around a vote: propose, sign, object, give somebody authority."""

from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.http import request, route

from ..tools import media, person_name
from ..tools import phone as phone_tools
from .portal_vote_words import VoteWords, percent, square_metres
from .portal_votes import VotePages

MAX_WORDS = 2000
MAX_TITLE = 80
MAX_FILE = 10 * media.MIB


class OwnerPages(VotePages):
    def _shequ_vote_flash(self, ok):
        return {
            "proposed": self.env._(
                "Your proposal stands here now. Tell your neighbours: it needs their "
                "signatures."
            ),
            "signed": self.env._("Thank you, your signature counts."),
            "unsigned": self.env._("Your signature was taken back."),
            "objected": self.env._(
                "Your objection is on file. The answer appears on this page."
            ),
            "authorised": self.env._("The authority is recorded."),
            "revoked": self.env._("The authority is taken back."),
        }.get(ok) or super()._shequ_vote_flash(ok)

    def _shequ_vote_links(self, vote, partner):
        links = super()._shequ_vote_links(vote, partner)
        owns = partner.sudo()._vote_units(vote.estate_id)
        if vote.state in ("draft", "check"):
            links.insert(
                0,
                {
                    "title": self.env._("Signatures"),
                    "href": f"/my/votes/{vote.id}/sign",
                    "icon": "pen-line",
                },
            )
            return links
        links.append(
            {
                "title": self.env._("The roll: who votes, with which area"),
                "href": f"/my/votes/{vote.id}/roll",
                "icon": "clipboard-list",
            }
        )
        if owns and vote.state in ("notice", "publicity"):
            links.append(
                {
                    "title": self.env._("Objections and answers"),
                    "href": f"/my/votes/{vote.id}/objections",
                    "icon": "messages-square",
                }
            )
        if owns and vote.state in ("notice", "open") and vote.audience == "owners":
            links.append(
                {
                    "title": self.env._("Somebody votes for me"),
                    "href": f"/my/votes/{vote.id}/proxy",
                    "icon": "handshake",
                }
            )
        if self._shequ_is_committee(vote) and vote.state in ("open", "closed"):
            links.append(
                {
                    "title": self.env._("Turnout by building"),
                    "href": f"/my/votes/{vote.id}/turnout",
                    "icon": "building",
                }
            )
        return links

    def _shequ_is_committee(self, vote):
        return vote.estate_id in request.env.user._shequ_committee_estates()

    # --- proposals -------------------------------------------------------------------

    def _shequ_propose_values(self):
        estate = self._shequ_estate()
        if not estate or not self._shequ_partner().sudo()._vote_units(estate):
            return {"may_propose": False, "propose_words": ""}
        # Looked up and not made: the page only reads.
        Assembly = request.env["shequ.assembly"].sudo()
        assembly = Assembly.search([("estate_id", "=", estate.id)], limit=1)
        share = assembly.initiative_percent or Assembly._default_number(
            "vote.initiative_percent", 20
        )
        return {
            "may_propose": True,
            "propose_words": self.env._(
                "When %(share)s %% of the owners sign a proposal, it has to be put to "
                "the vote. Signing takes a minute, here on the telephone.",
                share=share,
            ),
        }

    def _shequ_vote_matters(self):
        return (
            request.env["shequ.vote.matter"]
            .sudo()
            .with_context(lang=request.env.lang)
            .search([("kind", "=", "assembly")])
        )

    @route("/my/votes/propose", type="http", auth="user", methods=["GET"])
    def shequ_vote_propose(self):
        return self._shequ_vote_propose_page({})

    def _shequ_vote_propose_page(self, form, error="", status=200):
        values = self._shequ_propose_values()
        if not values["may_propose"]:
            error = error or self.env._(
                "Only owners can propose a vote. Tenants can make a suggestion to the "
                "service desk, or ask their landlord."
            )
        return self._shequ_page(
            "shequ_property.portal_vote_propose",
            {
                "active": "home",
                "form": form,
                "matters": [
                    {"id": matter.id, "name": matter.name}
                    for matter in self._shequ_vote_matters()
                ],
                "error": error,
                **values,
            },
            status=status,
            back="/my/votes",
        )

    @route("/my/votes/propose", type="http", auth="user", methods=["POST"])
    def shequ_vote_propose_send(self, title="", words="", matter_id=""):
        form = {
            "title": title.strip()[:MAX_TITLE],
            "words": words.strip()[:MAX_WORDS],
            "matter_id": self._shequ_int(matter_id),
        }
        made = []
        error = self._shequ_attempt(
            lambda: made.append(
                request.env["shequ.vote"]._propose(
                    self._shequ_estate(),
                    self._shequ_partner(),
                    form["title"],
                    form["words"],
                    self._shequ_vote_matters().filtered(
                        lambda matter: matter.id == form["matter_id"]
                    ),
                )
            )
        )
        if error:
            return self._shequ_vote_propose_page(form, error, 422)
        return request.redirect(f"/my/votes/{made[0].id}/sign?ok=proposed", 303)

    @route("/my/votes/<int:vote_id>/sign", type="http", auth="user", methods=["GET"])
    def shequ_vote_sign(self, vote_id, ok=""):
        vote = self._shequ_vote(vote_id, ("draft", "check"))
        return self._shequ_vote_sign_page(vote, flash=self._shequ_vote_flash(ok))

    def _shequ_vote_sign_page(self, vote, error="", flash="", status=200, asked=False):
        partner = self._shequ_partner()
        support = vote._support()
        return self._shequ_page(
            "shequ_property.portal_vote_sign",
            {
                "active": "home",
                "vote": VoteWords(request.env, vote).page(),
                "open": vote.state == "draft",
                "signed": partner in vote.signature_ids.partner_id,
                "owns": bool(partner.sudo()._vote_units(vote.estate_id)),
                "support": {
                    "label": self.env._("Owners who signed"),
                    "permille": min(
                        1000, support["signed"] * 1000 // max(1, support["owners"])
                    ),
                    "mark": min(
                        1000, support["needed"] * 1000 // max(1, support["owners"])
                    ),
                    "text": self.env._(
                        "%(signed)s of %(needed)s needed",
                        signed=support["signed"],
                        needed=support["needed"],
                    ),
                },
                "asked": asked,
                "ways": self._shequ_confirm_ways(f"sign-{vote.id}"),
                "field_error": error if asked else "",
                "error": "" if asked else error,
                "flash": flash,
            },
            status=status,
            back=f"/my/votes/{vote.id}",
        )

    @route("/my/votes/<int:vote_id>/sign", type="http", auth="user", methods=["POST"])
    def shequ_vote_sign_send(self, vote_id, step="", code="", webauthn_response=""):
        """Sign, confirmed by a fresh code; or take the signature back."""
        vote = self._shequ_vote(vote_id, ("draft", "check"))
        partner = self._shequ_partner()
        Signature = request.env["shequ.vote.signature"]
        subject = f"sign-{vote.id}"
        if step == "withdraw":
            error = self._shequ_attempt(lambda: Signature._withdraw(vote, partner))
            if error:
                return self._shequ_vote_sign_page(vote, error, status=422)
            return request.redirect(f"/my/votes/{vote.id}/sign?ok=unsigned", 303)
        if step != "code" and not webauthn_response:
            error = self._shequ_confirm_begin(subject, again=step == "again")
            ways = self._shequ_confirm_ways(subject)
            known = ways["sent"] or ways["passkey"]
            return self._shequ_vote_sign_page(
                vote, error, asked=known, status=422 if error and not known else 200
            )
        way, error = self._shequ_confirm_check(subject, code, webauthn_response)
        if error:
            return self._shequ_vote_sign_page(vote, error, status=422, asked=True)
        error = self._shequ_attempt(lambda: vote._take_signature(partner, way))
        if error:
            return self._shequ_vote_sign_page(vote, error, status=422)
        return request.redirect(f"/my/votes/{vote.id}/sign?ok=signed", 303)

    # --- the roll --------------------------------------------------------------------

    @route(
        [
            "/my/votes/<int:vote_id>/roll",
            "/my/votes/<int:vote_id>/roll/page/<int:page>",
        ],
        type="http",
        auth="user",
        methods=["GET"],
        readonly=True,
    )
    def shequ_vote_roll(self, vote_id, page=1, building=""):
        """The roll as posted: homes, areas, heads, masked names; one's own first."""
        vote = self._shequ_vote(
            vote_id, ("notice", "open", "closed", "publicity", "final", "filed")
        )
        Elector = request.env["shequ.vote.elector"].sudo()
        domain = Domain("vote_id", "=", vote.id)
        labels = [
            label
            for (label,) in Elector._read_group(
                domain, ["building_label"], order="building_label"
            )
        ]
        chosen = building if building in labels else ""
        if chosen:
            domain &= Domain("building_label", "=", chosen)
        count = Elector.search_count(domain)
        pager = self._shequ_vote_pager(
            f"/my/votes/{vote.id}/roll", count, page, {"building": chosen}
        )
        electors = Elector.search(domain, limit=60, offset=pager["offset"])
        return self._shequ_page(
            "shequ_property.portal_vote_roll",
            {
                "active": "home",
                "vote": VoteWords(request.env, vote).card(),
                "frozen": vote.state != "notice",
                "total": self.env._(
                    "%(units)s homes, %(area)s, %(heads)s heads",
                    units=vote.elector_count or count,
                    area=square_metres(vote.total_area_cents),
                    heads=vote.total_heads,
                ),
                "labels": labels,
                "chosen": chosen,
                "pager": pager,
                "mine": [
                    self._shequ_roll_row(e)
                    for e in vote._electors_of(self._shequ_partner())
                ],
                "rows": [self._shequ_roll_row(elector) for elector in electors],
                "may_object": vote.state == "notice",
            },
            back=f"/my/votes/{vote.id}",
        )

    def _shequ_roll_row(self, elector):
        return {
            "number": elector.number,
            "address": elector.address or "",
            "name": elector.voter_name or self.env._("nobody yet"),
            "area": square_metres(elector.area),
            "head": elector.head,
        }

    # --- objections ------------------------------------------------------------------

    @route(
        "/my/votes/<int:vote_id>/objections", type="http", auth="user", methods=["GET"]
    )
    def shequ_vote_objections(self, vote_id, ok=""):
        vote = self._shequ_vote(vote_id)
        return self._shequ_vote_objection_page(
            vote, {}, flash=self._shequ_vote_flash(ok)
        )

    def _shequ_vote_objection_page(self, vote, form, error="", flash="", status=200):
        partner = self._shequ_partner()
        objections = (
            request.env["shequ.vote.objection"]
            .sudo()
            .search([("vote_id", "=", vote.id)], order="id desc")
        )
        labels = dict(objections._fields["kind"]._description_selection(request.env))
        words = VoteWords(request.env, vote)
        kinds = {"notice": ("roll", "notice"), "publicity": ("result",)}
        return self._shequ_page(
            "shequ_property.portal_vote_objections",
            {
                "active": "home",
                "vote": words.card(),
                "kinds": [(kind, labels[kind]) for kind in kinds.get(vote.state, ())],
                "owns": bool(partner.sudo()._vote_units(vote.estate_id)),
                "objections": [
                    {
                        "mine": one.partner_id == partner,
                        "kind": labels[one.kind],
                        # Others read what was objected to, not by whom.
                        "words": one.words
                        if one.partner_id == partner or one.state == "answered"
                        else "",
                        "at": words.words.when(one.made_at),
                        "answer": one.answer or "",
                        "upheld": one.upheld,
                        "answered": one.state == "answered",
                    }
                    for one in objections
                ],
                "form": form,
                "error": error,
                "flash": flash,
            },
            status=status,
            back=f"/my/votes/{vote.id}",
        )

    @route(
        "/my/votes/<int:vote_id>/objections", type="http", auth="user", methods=["POST"]
    )
    def shequ_vote_object(self, vote_id, kind="", words=""):
        vote = self._shequ_vote(vote_id)
        partner = self._shequ_partner()
        form = {"kind": kind, "words": words.strip()[:MAX_WORDS]}
        if self._shequ_too_many(
            "shequ.vote.objection",
            [("partner_id", "=", partner.id)],
            "shequ.vote.objections_per_hour",
            5,
        ):
            error = self.env._("You have objected several times just now. Please wait.")
        else:
            error = self._shequ_attempt(
                lambda: request.env["shequ.vote.objection"]._object(
                    vote, partner, kind, form["words"]
                )
            )
        if error:
            return self._shequ_vote_objection_page(vote, form, error, status=422)
        return request.redirect(f"/my/votes/{vote.id}/objections?ok=objected", 303)

    # --- proxies ---------------------------------------------------------------------

    @route("/my/votes/<int:vote_id>/proxy", type="http", auth="user", methods=["GET"])
    def shequ_vote_proxy(self, vote_id, ok=""):
        vote = self._shequ_vote(vote_id, ("notice", "open"))
        return self._shequ_proxy_page(vote, {}, flash=self._shequ_vote_flash(ok))

    def _shequ_proxy_page(self, vote, form, error="", flash="", status=200):
        partner = self._shequ_partner()
        Proxy = request.env["shequ.vote.proxy"].sudo()
        given = Proxy.search(
            [
                ("vote_id", "=", vote.id),
                ("principal_id", "=", partner.id),
                ("state", "!=", "revoked"),
            ]
        )
        held = Proxy.search(
            [
                ("vote_id", "=", vote.id),
                ("agent_id", "=", partner.id),
                ("state", "!=", "revoked"),
            ]
        )
        units = partner.sudo()._vote_units(vote.estate_id) - given.unit_id
        return self._shequ_page(
            "shequ_property.portal_vote_proxy",
            {
                "active": "home",
                "vote": VoteWords(request.env, vote).card(),
                "most": vote.assembly_id.max_proxies,
                "units": [{"id": unit.id, "name": unit.address} for unit in units],
                "given": [
                    {
                        "id": proxy.id,
                        "unit": proxy.unit_id.address,
                        "name": person_name.mask(proxy.agent_id.name),
                        "used": proxy.state == "used",
                    }
                    for proxy in given
                ],
                "held": [
                    {
                        "unit": proxy.unit_id.address,
                        "name": person_name.mask(proxy.principal_id.name),
                        "used": proxy.state == "used",
                    }
                    for proxy in held
                ],
                "form": form,
                "error": error,
                "flash": flash,
            },
            status=status,
            back=f"/my/votes/{vote.id}",
        )

    @route("/my/votes/<int:vote_id>/proxy", type="http", auth="user", methods=["POST"])
    def shequ_vote_authorise(
        self, vote_id, unit_id="", name="", phone="", authority=None
    ):
        """Give somebody authority: named by number and name, with the paper."""
        vote = self._shequ_vote(vote_id, ("notice", "open"))
        form = {
            "unit_id": self._shequ_int(unit_id),
            "name": name.strip()[:60],
            "phone": phone.strip()[:40],
        }
        if self._shequ_too_many(
            "shequ.vote.proxy",
            [("principal_id", "=", self._shequ_partner().id)],
            "shequ.vote.proxies_per_hour",
            10,
        ):
            error = self.env._("You have tried several times just now. Please wait.")
        else:
            error = self._shequ_attempt(
                lambda: self._shequ_make_proxy(vote, form, authority)
            )
        if error:
            return self._shequ_proxy_page(vote, form, error, status=422)
        return request.redirect(f"/my/votes/{vote.id}/proxy?ok=authorised", 303)

    def _shequ_make_proxy(self, vote, form, authority):
        partner = self._shequ_partner().sudo()
        unit = partner._vote_units(vote.estate_id).filtered(
            lambda one: one.id == form["unit_id"]
        )
        if not unit:
            raise UserError(self.env._("Please choose for which home it is."))
        people = (
            request.env["res.partner"]
            .sudo()
            .search(
                [("shequ_phone", "=", phone_tools.normalise(form["phone"]) or "-")],
                limit=20,
            )
        )
        agent = people.filtered(
            lambda person: person_name.same(person.name, form["name"])
        )[:1]
        if not agent or agent == partner:
            raise UserError(
                self.env._(
                    "Nobody with this name and number is on file. Who votes for you "
                    "has to register on these pages first."
                )
            )
        raw, mimetype = self._shequ_paper_file(
            authority,
            self.env._(
                "The law asks for it in writing: please add a photo of the signed "
                "authority."
            ),
        )
        request.env["shequ.vote.proxy"].sudo()._give(
            vote,
            unit,
            partner,
            agent,
            [{"name": "authority", "raw": raw, "mimetype": mimetype}],
        )

    def _shequ_paper_file(self, file, missing):
        """A paper that is handed in: a photo, made anew, or a PDF.

        :param str missing: the sentence when there is none
        :return: bytes and mimetype
        """
        raw = file.read(MAX_FILE + 1) if hasattr(file, "read") else b""
        if not raw:
            raise UserError(missing)
        if len(raw) > MAX_FILE:
            raise UserError(self.env._("The file is larger than 10 MB."))
        if raw.startswith(b"%PDF-"):
            return raw, "application/pdf"
        try:
            photo = media.process_photo(raw).raw
        except media.MediaError as error:
            raise UserError(
                self.env._("This is neither a photo nor a PDF that can be read.")
            ) from error
        return photo, "image/jpeg"

    @route(
        "/my/votes/<int:vote_id>/proxy/<int:proxy_id>/revoke",
        type="http",
        auth="user",
        methods=["POST"],
    )
    def shequ_vote_revoke(self, vote_id, proxy_id):
        vote = self._shequ_vote(vote_id, ("notice", "open"))
        partner = self._shequ_partner()
        proxy = (
            request.env["shequ.vote.proxy"]
            .sudo()
            .search(
                [
                    ("id", "=", proxy_id),
                    ("vote_id", "=", vote.id),
                    ("principal_id", "=", partner.id),
                ]
            )
        )
        if not proxy:
            self._shequ_refuse()
        error = self._shequ_attempt(lambda: proxy._revoke(partner))
        if error:
            return self._shequ_proxy_page(vote, {}, error, status=422)
        return request.redirect(f"/my/votes/{vote.id}/proxy?ok=revoked", 303)

    # --- the committee ---------------------------------------------------------------

    @route(
        "/my/votes/<int:vote_id>/turnout",
        type="http",
        auth="user",
        methods=["GET"],
        readonly=True,
    )
    def shequ_vote_turnout(self, vote_id):
        """Where people have not voted yet, for the committee that goes and asks."""
        vote = self._shequ_vote(
            vote_id, ("open", "closed", "publicity", "final", "filed")
        )
        if not self._shequ_is_committee(vote):
            self._shequ_refuse()
        found = vote._turnout(by_building=True)
        words = VoteWords(request.env, vote)
        return self._shequ_page(
            "shequ_property.portal_vote_turnout",
            {
                "active": "home",
                "vote": words.card(),
                "meters": words.turnout(),
                "quorum": found["quorum"],
                "cells": [
                    {
                        "label": " ".join(
                            filter(
                                None,
                                (
                                    building["label"],
                                    building["entrance"]
                                    and self.env._(
                                        "entrance %(number)s",
                                        number=building["entrance"],
                                    ),
                                ),
                            )
                        ),
                        "permille": building["permille"],
                        "text": percent(building["permille"]),
                        "words": self.env._(
                            "%(voted)s of %(total)s homes",
                            voted=building["voted_electors"],
                            total=building["electors"],
                        ),
                    }
                    for building in found["buildings"]
                ],
            },
            back=f"/my/votes/{vote.id}",
        )
