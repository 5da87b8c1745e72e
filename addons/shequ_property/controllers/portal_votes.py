"""Votes for residents: what is voted on, what one's ballot weighs, and casting it."""

import uuid

from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.http import request, route

from odoo.addons.portal.controllers.portal import pager as portal_pager

from ..models.governance.vote import ANNOUNCED
from ..models.governance.vote_apart import Crowded
from .portal_vote_confirm import ConfirmPages
from .portal_vote_words import VoteWords, square_metres

# Shown on the list: what is to do first, what is over last.
GROUPS = (("open",), ("notice",), ("closed", "publicity"), ("final", "filed"))
LIST_LIMIT = 40
PAGE = 60


class VotePages(ConfirmPages):
    # --- the home ------------------------------------------------------------------

    def _shequ_home_cards(self):
        cards = super()._shequ_home_cards()
        votes = self._shequ_votes(Domain("state", "in", ANNOUNCED), limit=LIST_LIMIT)
        waiting = votes.filtered("is_running")._waiting_for(self._shequ_partner())
        if votes or self._shequ_residencies():
            cards.append(
                {
                    "key": "votes",
                    # A ballot that waits comes before everything else.
                    "sequence": 5 if waiting else 45,
                    "title": self.env._("Vote now")
                    if waiting
                    else self.env._("Owners' votes"),
                    "text": waiting[0].name
                    if waiting
                    else self.env._("What is decided together"),
                    "href": f"/my/votes/{waiting.id}"
                    if len(waiting) == 1
                    else "/my/votes",
                    "icon": "vote",
                    "tone": "gold",
                    "badge": len(waiting) or "",
                    "first": bool(waiting),
                    "elder": True,
                }
            )
        return cards

    # --- which votes ---------------------------------------------------------------

    def _shequ_vote_estates(self):
        """Estates (as super-user) whose votes the person may read.

        Also where he or she lived once: who comes back to a vote is told in words why
        it is no longer open to him, rather than that the page is missing.
        """
        partner = self._shequ_partner()
        stays = (
            request.env["shequ.residency"]
            .sudo()
            .search([("partner_id", "=", partner.id)])
        )
        return stays.estate_id

    def _shequ_votes(self, domain, limit=None):
        """Votes (as super-user) that the person may read."""
        partner = self._shequ_partner()
        here = Domain("estate_id", "in", self._shequ_vote_estates().ids)
        # A proxy may live elsewhere.
        agent = Domain(
            "proxy_ids",
            "any",
            [("agent_id", "=", partner.id), ("state", "!=", "revoked")],
        )
        announced = Domain("state", "in", ANNOUNCED)
        # Owners collect signatures before anything is announced.
        proposal = Domain("state", "in", ("draft", "check")) & Domain(
            "proposer", "=", "owners"
        )
        may = (here & (announced | proposal)) | (agent & announced)
        return request.env["shequ.vote"].sudo().search(domain & may, limit=limit)

    def _shequ_vote(self, vote_id, states=None):
        """A vote (as super-user) that the person may read, or 404."""
        domain = Domain("id", "=", vote_id)
        if states:
            domain &= Domain("state", "in", states)
        vote = self._shequ_votes(domain, limit=1)
        if not vote:
            self._shequ_refuse()
        return vote

    @route("/my/votes", type="http", auth="user", methods=["GET"], readonly=True)
    def shequ_votes(self):
        partner = self._shequ_partner()
        votes = self._shequ_votes(Domain("state", "in", ANNOUNCED), limit=LIST_LIMIT)
        proposals = self._shequ_votes(
            Domain("state", "in", ("draft", "check")), limit=LIST_LIMIT
        )
        titles = (
            self.env._("Open now"),
            self.env._("Announced"),
            self.env._("Counted"),
            self.env._("Decided"),
        )
        groups = [
            {"title": title, "votes": votes.filtered(lambda v, s=states: v.state in s)}
            for title, states in zip(titles, GROUPS, strict=True)
        ]
        groups.insert(
            1, {"title": self.env._("Proposals of owners"), "votes": proposals}
        )
        waiting = votes.filtered("is_running")._waiting_for(partner)
        for group in groups:
            group["cards"] = [
                self._shequ_vote_card(vote, vote in waiting) for vote in group["votes"]
            ]
        return self._shequ_page(
            "shequ_property.portal_votes",
            {
                "active": "home",
                "groups": [group for group in groups if group["cards"]],
                **self._shequ_propose_values(),
            },
            back="/my/community",
        )

    def _shequ_propose_values(self):
        """Extension point: whether the person may propose a vote."""
        return {"may_propose": False, "propose_words": ""}

    def _shequ_vote_card(self, vote, waiting):
        card = VoteWords(request.env, vote).card()
        if waiting:
            card["todo"] = self.env._("Your vote is missing")
        elif vote.state == "open":
            mine = vote._electors_of(self._shequ_partner())
            if mine and all(mine.mapped("channel")):
                card["done"] = self.env._("You have voted")
        if vote.state in ("publicity", "final", "filed"):
            passed = [m for m in vote.motion_ids if m.outcome == "passed"]
            if passed and len(passed) == len(vote.motion_ids):
                card["done"] = self.env._("Passed")
        return card

    # --- one vote ------------------------------------------------------------------

    @route(
        "/my/votes/<int:vote_id>",
        type="http",
        auth="user",
        methods=["GET"],
        readonly=True,
    )
    def shequ_vote(self, vote_id, ok="", receipt=""):
        vote = self._shequ_vote(vote_id)
        return self._shequ_vote_page(
            vote, flash=self._shequ_vote_flash(ok), receipt=receipt[:80]
        )

    def _shequ_vote_flash(self, ok):
        """Extension point: the sentence after a step."""
        return {
            "paper": self.env._("Noted: somebody brings the ballot to your door."),
        }.get(ok, "")

    def _shequ_vote_page(self, vote, flash="", error="", status=200, receipt=""):
        partner = self._shequ_partner()
        found = vote._find_receipt(receipt) if receipt else None
        return self._shequ_page(
            "shequ_property.portal_vote",
            {
                "active": "home",
                "vote": VoteWords(request.env, vote).page(),
                "estate": self._shequ_estate_values(vote.estate_id),
                "mine": self._shequ_mine(vote),
                "links": self._shequ_vote_links(vote, partner),
                "paper": self._shequ_paper_wish(vote, partner),
                "receipt": receipt,
                "receipt_found": found and found["found"],
                "flash": flash,
                "error": error,
            },
            status=status,
            back="/my/votes",
        )

    def _shequ_vote_links(self, vote, partner):
        """Extension point: pages that belong to a vote."""
        links = []
        if vote.state in ("publicity", "final", "filed"):
            if vote.secrecy == "open":
                links.append(
                    {
                        "title": self.env._("Who voted what"),
                        "href": f"/my/votes/{vote.id}/choices",
                        "icon": "clipboard-list",
                    }
                )
            links.append(
                {
                    "title": self.env._("Download everything and recount"),
                    "href": f"/my/votes/{vote.id}/archive",
                    "icon": "download",
                }
            )
        return links

    def _shequ_mine(self, vote, electors=None):
        """What of a vote concerns who is signed in.

        :param electors: those a ballot is for; all of the person when left out
        """
        partner = self._shequ_partner()
        if electors is None:
            electors = vote._electors_of(partner)
        cast = electors.filtered("channel")
        left = electors - cast
        why_not = ""
        if vote.state in ("notice", "open"):
            why_not = vote._why_not(partner)
        may_change = bool(
            vote.is_running
            and vote.allow_change
            and cast
            and all(channel != "paper" for channel in cast.mapped("channel"))
        )
        if cast and not left:
            # That one has voted is said above, not as a refusal.
            why_not = ""
        return {
            "for": electors[:1].id,
            "sets": len(self._shequ_sets(vote, electors)),
            "units": [self._shequ_elector_words(vote, one) for one in electors],
            "area": square_metres(sum(electors.mapped("area"))),
            "heads": self._shequ_heads(electors),
            "words": self._shequ_weight_words(vote, electors),
            "final_words": self.env._(
                "Until the close you may still change it; the last one counts."
            )
            if vote.allow_change
            else self.env._("Once cast it cannot be changed."),
            "can_cast": bool(vote.is_running and left and not why_not),
            "cast": self._shequ_cast_words(vote, cast) if cast else "",
            "may_change": may_change,
            "why_not": why_not,
        }

    def _shequ_sets(self, vote, electors):
        """Electors that one ballot is for: one's own, then each owner's one holds a
        proxy of.

        :return: list of recordsets, those that wait first
        """
        partner = self._shequ_partner()
        own = electors.filtered(lambda one: one.voter_id == partner)
        others = (electors - own).grouped(lambda one: (one.voter_id.id, one.head))
        sets = [own, *others.values()] if own else list(others.values())
        return sorted(sets, key=lambda one: all(one.mapped("channel")))

    def _shequ_set(self, vote, name):
        """The set of electors that the ballot at hand is for, named by its first."""
        sets = self._shequ_sets(vote, vote._electors_of(self._shequ_partner()))
        wanted = self._shequ_int(name)
        found = [one for one in sets if wanted in one.ids]
        return (found or sets or [request.env["shequ.vote.elector"].sudo()])[0]

    def _shequ_heads(self, electors):
        heads = len(set(electors.mapped("head")))
        if heads == 1:
            return self.env._("one head")
        return self.env._("%(count)s heads", count=heads)

    def _shequ_weight_words(self, vote, electors):
        if vote.kind == "poll":
            return self.env._("In an opinion poll everybody asked counts the same.")
        if len(electors) > 1:
            return self.env._(
                "By law two things are counted: the area of all your homes, and "
                "owners as heads. An owner of several homes is one head."
            )
        return self.env._(
            "By law two things are counted: the area of the home, and owners as "
            "heads. Co-owners of a home are one head together."
        )

    def _shequ_elector_words(self, vote, elector):
        partner = self._shequ_partner()
        notes = []
        if elector.voter_id != partner:
            notes.append(
                self.env._("by authority of %(name)s", name=elector.voter_name or "")
            )
        if elector.channel:
            notes.append(self._shequ_channel(elector))
        return {
            "address": elector.address or "",
            "area": square_metres(elector.area),
            "note": " · ".join(notes),
        }

    def _shequ_channel(self, elector):
        return {
            "online": self.env._("voted online"),
            "proxy": self.env._("voted by proxy"),
            "paper": self.env._("voted on paper"),
        }[elector.channel]

    def _shequ_cast_words(self, vote, cast):
        words = VoteWords(request.env, vote).words
        last = max(filter(None, cast.mapped("voted_at")), default=None)
        hows = ", ".join(
            dict.fromkeys(self._shequ_channel(elector) for elector in cast)
        )
        if not last:
            return self.env._("Your vote is in the box: %(how)s.", how=hows)
        return self.env._(
            "Your vote is in the box: %(how)s, %(when)s.",
            how=hows,
            when=words.day(last),
        )

    # --- who voted what --------------------------------------------------------------

    @route(
        [
            "/my/votes/<int:vote_id>/choices",
            "/my/votes/<int:vote_id>/choices/page/<int:page>",
        ],
        type="http",
        auth="user",
        methods=["GET"],
        readonly=True,
    )
    def shequ_vote_choices(self, vote_id, page=1):
        """The list of an open vote after the close: homes, masked names, choices."""
        vote = self._shequ_vote(vote_id, ("publicity", "final", "filed"))
        rows = vote._published_choices()
        if vote.secrecy == "secret":
            self._shequ_refuse()
        pager = self._shequ_vote_pager(
            f"/my/votes/{vote.id}/choices", len(rows), page, {}
        )
        return self._shequ_page(
            "shequ_property.portal_vote_list",
            {
                "active": "home",
                "vote": VoteWords(request.env, vote).card(),
                "rows": rows[pager["offset"] : pager["offset"] + PAGE],
                "pager": pager,
            },
            back=f"/my/votes/{vote.id}",
        )

    def _shequ_vote_pager(self, url, total, page, url_args):
        return portal_pager(
            url=url, url_args=url_args, total=total, page=page, step=PAGE
        )

    # --- documents -----------------------------------------------------------------

    @route(
        "/my/votes/<int:vote_id>/document/<int:file_id>",
        type="http",
        auth="user",
        methods=["GET"],
        readonly=True,
    )
    def shequ_vote_document(self, vote_id, file_id):
        vote = self._shequ_vote(vote_id)
        file = vote.document_ids.filtered(lambda one: one.id == file_id)
        if not file:
            self._shequ_refuse()
        return self._shequ_vote_file(file)

    def _shequ_vote_file(self, file):
        """Send a posted document under its own name, as a file and never as a page."""
        stream = request.env["ir.binary"].sudo()._get_stream_from(file, "raw")
        stream.public = False
        shown = file.mimetype in ("application/pdf", "image/jpeg", "image/png")
        response = stream.get_response(as_attachment=not shown)
        response.headers["X-Content-Type-Options"] = "nosniff"
        response.headers["Content-Security-Policy"] = (
            "default-src 'none'; style-src 'unsafe-inline'; img-src 'self' data:; "
            "object-src 'self'; plugin-types application/pdf"
            if file.mimetype == "application/pdf"
            else "default-src 'none'; sandbox"
        )
        return response

    @route("/my/votes/<int:vote_id>/archive", type="http", auth="user", methods=["GET"])
    def shequ_vote_archive(self, vote_id):
        """Everything that is needed to recount, in one file."""
        vote = self._shequ_vote(vote_id, ("publicity", "final", "filed"))
        return self._shequ_vote_zip(vote)

    def _shequ_vote_zip(self, vote):
        return request.make_response(
            vote._export_archive(),
            headers=[
                ("Content-Type", "application/zip"),
                (
                    "Content-Disposition",
                    f'attachment; filename="vote-{vote.reference or vote.id}.zip"',
                ),
                ("X-Content-Type-Options", "nosniff"),
                ("Cache-Control", "private, no-cache"),
            ],
        )

    # --- paper instead ---------------------------------------------------------------

    def _shequ_paper_wish(self, vote, partner):
        """Whether a ballot on paper can be asked for: "", "may" or "asked"."""
        electors = vote._electors_of(partner)
        if not vote.is_running or not electors or any(electors.mapped("channel")):
            return ""
        visits = request.env["shequ.vote.visit"]._last(electors)
        return "asked" if any(v.outcome == "wanted" for v in visits.values()) else "may"

    @route("/my/votes/<int:vote_id>/paper", type="http", auth="user", methods=["POST"])
    def shequ_vote_paper(self, vote_id):
        vote = self._shequ_vote(vote_id)
        partner = self._shequ_partner()
        if self._shequ_paper_wish(vote, partner) == "may":
            elector = vote._electors_of(partner)[:1]
            request.env["shequ.vote.visit"]._note(elector, "wanted")
        return request.redirect(f"/my/votes/{vote.id}?ok=paper", 303)

    # --- the ballot ------------------------------------------------------------------

    def _shequ_ballot_choices(self, vote):
        """Choices of the form: motion id → choice; what was not chosen is missing."""
        form = request.httprequest.form
        choices = {}
        for motion in vote.motion_ids:
            key = f"m{motion.id}"
            if motion.form == "election":
                if form.get(f"s{motion.id}") or form.getlist(key):
                    named = {self._shequ_int(value) for value in form.getlist(key)}
                    choices[motion.id] = [
                        one for one in motion.candidate_ids.ids if one in named
                    ]
            elif form.get(key) in ("agree", "against", "abstain"):
                choices[motion.id] = form[key]
        return choices

    def _shequ_choice_error(self, vote, choices):
        """What is missing on the ballot, as a sentence, or ""."""
        for number, motion in enumerate(vote.motion_ids, 1):
            if motion.form == "election":
                most = motion.max_choices or motion.seats
                if len(choices.get(motion.id, [])) > most:
                    return self.env._(
                        "Motion %(number)s: at most %(most)s people can be ticked.",
                        number=number,
                        most=most,
                    )
                choices.setdefault(motion.id, [])
            elif motion.id not in choices:
                return self.env._(
                    "Motion %(number)s: please choose. To abstain is a choice as well.",
                    number=number,
                )
        return ""

    def _shequ_hidden(self, vote, choices, token, electors):
        """The ballot as hidden fields: it is never kept on the server before it
        is cast, least of all beside the name."""
        pairs = [("token", token), ("elector", str(electors[:1].id))]
        for motion in vote.motion_ids:
            choice = choices.get(motion.id)
            if isinstance(choice, list):
                pairs.append((f"s{motion.id}", "1"))
                pairs += [(f"m{motion.id}", str(one)) for one in choice]
            elif choice:
                pairs.append((f"m{motion.id}", choice))
        return pairs

    def _shequ_may_cast(self, vote, electors):
        """The page that says why not, or None when the person can cast now."""
        mine = self._shequ_mine(vote, electors)
        if mine["can_cast"] or mine["may_change"]:
            return None
        why = mine["why_not"] or mine["cast"] or vote._why_not(self._shequ_partner())
        return self._shequ_no_page(vote, why)

    def _shequ_no_page(self, vote, why):
        response = self._shequ_page(
            "shequ_property.portal_vote_no",
            {
                "active": "home",
                "vote": VoteWords(request.env, vote).card(),
                "estate": self._shequ_estate_values(vote.estate_id),
                "why": why,
            },
            status=422,
            back=f"/my/votes/{vote.id}",
        )
        response.headers["Cache-Control"] = "no-store"
        return response

    @route(
        "/my/votes/<int:vote_id>/ballot",
        type="http",
        auth="user",
        methods=["GET"],
        readonly=True,
    )
    def shequ_vote_ballot(self, vote_id, elector=""):
        vote = self._shequ_vote(vote_id)
        electors = self._shequ_set(vote, elector)
        refusal = self._shequ_may_cast(vote, electors)
        return refusal or self._shequ_ballot_page(vote, electors, {})

    def _shequ_ballot_page(self, vote, electors, choices, error="", status=200):
        words = VoteWords(request.env, vote)
        response = self._shequ_page(
            "shequ_property.portal_vote_ballot",
            {
                "active": "home",
                "vote": words.card(),
                "motions": words.motions(choices),
                "mine": self._shequ_mine(vote, electors),
                "error": error,
            },
            status=status,
            back=f"/my/votes/{vote.id}",
        )
        response.headers["Cache-Control"] = "no-store"
        return response

    @route("/my/votes/<int:vote_id>/check", type="http", auth="user", methods=["POST"])
    def shequ_vote_check(
        self, vote_id, token="", elector="", again="", back="", **_form
    ):
        """Show the ballot once more, and send the code that casts it."""
        vote = self._shequ_vote(vote_id)
        electors = self._shequ_set(vote, elector)
        refusal = self._shequ_may_cast(vote, electors)
        if refusal:
            return refusal
        choices = self._shequ_ballot_choices(vote)
        if back:
            return self._shequ_ballot_page(vote, electors, choices)
        error = self._shequ_choice_error(vote, choices)
        if error:
            return self._shequ_ballot_page(vote, electors, choices, error, 422)
        token = token if len(token) == 36 else str(uuid.uuid4())
        subject = f"vote-{vote.id}"
        error = self._shequ_confirm_begin(subject, again=bool(again))
        ways = self._shequ_confirm_ways(subject)
        if error and not ways["sent"] and not ways["passkey"]:
            return self._shequ_ballot_page(vote, electors, choices, error, 422)
        flash = self.env._("A code is on its way.") if again and not error else ""
        return self._shequ_check_page(vote, electors, choices, token, error, flash)

    def _shequ_check_page(
        self, vote, electors, choices, token, error="", flash="", status=200
    ):
        words = VoteWords(request.env, vote)
        response = self._shequ_page(
            "shequ_property.portal_vote_check",
            {
                "active": "home",
                "vote": words.card(),
                "motions": words.motions(choices),
                "mine": self._shequ_mine(vote, electors),
                "hidden": self._shequ_hidden(vote, choices, token, electors),
                "ways": self._shequ_confirm_ways(f"vote-{vote.id}"),
                "field_error": error,
                "flash": flash,
            },
            status=status,
            back=f"/my/votes/{vote.id}/ballot",
        )
        response.headers["Cache-Control"] = "no-store"
        return response

    @route("/my/votes/<int:vote_id>/cast", type="http", auth="user", methods=["POST"])
    def shequ_vote_cast(
        self,
        vote_id,
        token="",
        elector="",
        code="",
        webauthn_response="",
        **_form,
    ):
        """Cast the ballot, exactly once however often the form is sent."""
        vote = self._shequ_vote(vote_id)
        vote._wait_for_twin(token)
        electors = self._shequ_set(vote, elector)
        choices = self._shequ_ballot_choices(vote)
        error = self._shequ_choice_error(vote, choices)
        refusal = self._shequ_may_cast(vote, electors)
        if error and not refusal:
            return self._shequ_ballot_page(vote, electors, choices, error, 422)
        if not refusal:
            way, error = self._shequ_confirm_check(
                f"vote-{vote.id}", code, webauthn_response
            )
        if refusal or error:
            # Pressed twice: the code is used up, and the ballot is in the box.
            receipt = vote._repeated(electors, choices, token)
            if receipt:
                return self._shequ_receipt_page(vote, receipt)
            return refusal or self._shequ_check_page(
                vote, electors, choices, token, error, status=422
            )
        partner = self._shequ_partner()
        if not vote.allow_change:
            electors = electors.filtered(lambda one: not one.channel)
        try:
            receipt = vote._cast(
                electors,
                partner,
                choices,
                channel="online",
                confirmed_by="passkey" if way == "passkey" else "sms",
                token=token,
            )
        except Crowded as crowded:
            return self._shequ_check_page(
                vote, electors, choices, token, str(crowded.args[0]), status=503
            )
        except UserError as refused:
            return self._shequ_no_page(vote, str(refused.args[0]))
        return self._shequ_receipt_page(vote, receipt)

    # --- the receipt -----------------------------------------------------------------

    def _shequ_receipt_page(self, vote, receipt):
        """The receipt, shown once: of a secret ballot nobody could find it again."""
        words = VoteWords(request.env, vote)
        secret = vote.secrecy == "secret"
        lines = [
            (self.env._("Vote"), receipt["reference"] or vote.name),
            (
                self.env._("When"),
                words.words.day(receipt["at"])
                if secret
                else words.words.when(receipt["at"]),
            ),
            (
                self.env._("For"),
                ", ".join(one["address"] for one in receipt["electors"]),
            ),
            (
                self.env._("Weight"),
                square_metres(sum(one["area"] for one in receipt["electors"])),
            ),
        ]
        response = self._shequ_page(
            "shequ_property.portal_vote_receipt",
            {
                "active": "home",
                "vote": {**words.card(), "secrecy": words.secrecy()},
                "receipt": {
                    "lines": lines,
                    "codes": [
                        (self.env._("Number of the receipt"), receipt["code"]),
                        (self.env._("Seal of your ballot"), receipt["commitment"]),
                        (self.env._("Head of the chain after it"), receipt["head"]),
                    ],
                    "keep": self.env._(
                        "Take a picture of this page now: it is shown only once. "
                        "Show it to nobody who should not know how you voted."
                    )
                    if secret
                    else self.env._(
                        "Take a picture of this page: with it you can prove that your "
                        "ballot is in the count."
                    ),
                    "how": [
                        self.env._(
                            "When the result is posted, open this vote again and "
                            "choose “Download everything and recount”."
                        ),
                        self.env._(
                            "In the file lies a small program. On a computer with "
                            "Python it counts everything anew and looks for your "
                            "receipt and the head of the chain:"
                        ),
                    ],
                    "command": f"python -m voting verify vote-{vote.reference}.zip "
                    f"--receipt {receipt['code']} --head {receipt['head']}",
                },
            },
            back=f"/my/votes/{vote.id}",
        )
        response.headers["Cache-Control"] = "no-store"
        return response
