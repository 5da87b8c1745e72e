"""The committee leads a vote: agenda, documents, check, notice, open, close, count.

The pages are thin: each form is one method of the vote, which looks at the term of who
calls it and at the state, as it does for the back end.
"""

from urllib.parse import quote

from odoo import fields
from odoo.exceptions import UserError
from odoo.http import request, route
from odoo.tools import plaintext2html

from ..models.governance.vote import OPEN_TO_CHANGE
from ..models.governance.vote_motion import MATTERS
from .portal_committee import DESK, CommitteePages
from .portal_vote_owners import MAX_WORDS, OwnerPages
from .portal_vote_words import VoteWords, size

VOTES = f"{DESK}/votes"
LIST_LIMIT = 40
# What runs first, what is over last.
LIFE = ("open", "check", "draft", "notice", "closed", "publicity", "final")


class LeadPages(CommitteePages, OwnerPages):
    def _shequ_led_vote(self, vote_id):
        """A vote (as super-user) of an estate whose committee one serves in, or 404."""
        vote = (
            request.env["shequ.vote"]
            .sudo()
            .search(
                [
                    ("id", "=", vote_id),
                    ("estate_id", "in", self._shequ_committee().ids),
                ]
            )
        )
        if not vote:
            self._shequ_refuse()
        return vote

    # --- the desk --------------------------------------------------------------------

    def _shequ_desk_votes(self, estate):
        votes = (
            request.env["shequ.vote"]
            .sudo()
            .search([("estate_id", "=", estate.id)], limit=LIST_LIMIT)
        )
        order = {state: place for place, state in enumerate(LIFE)}
        votes = votes.sorted(lambda vote: order.get(vote.state, len(LIFE)))
        return {
            "votes": [
                {
                    **VoteWords(request.env, vote).card(),
                    "state": self._shequ_lead_state(vote),
                    "url": f"{VOTES}/{vote.id}",
                }
                for vote in votes
            ],
            "new_vote": f"{VOTES}/new/{estate.id}",
        }

    def _shequ_lead_state(self, vote):
        """The state as the desk calls it; residents are asked to do something."""
        labels = dict(vote._fields["state"]._description_selection(request.env))
        return labels[vote.state]

    def _shequ_vote_links(self, vote, partner):
        links = super()._shequ_vote_links(vote, partner)
        if self._shequ_is_committee(vote):
            links.insert(
                0,
                {
                    "title": self.env._("Lead this vote"),
                    "href": f"{VOTES}/{vote.id}",
                    "icon": "landmark",
                },
            )
        return links

    # --- a new one -------------------------------------------------------------------

    @route(f"{VOTES}/new/<int:estate_id>", type="http", auth="user", methods=["GET"])
    def shequ_lead_new(self, estate_id):
        return self._shequ_lead_new_page(self._shequ_led_estate(estate_id), {})

    def _shequ_led_estate(self, estate_id):
        estate = self._shequ_committee().filtered(lambda one: one.id == estate_id)
        if not estate:
            self._shequ_refuse()
        return estate

    def _shequ_lead_new_page(self, estate, form, error="", status=200):
        return self._shequ_page(
            "shequ_property.portal_vote_lead_new",
            {
                "active": "home",
                "url": f"{VOTES}/new/{estate.id}",
                "estate_name": estate.name,
                "kinds": self._shequ_options("kind", form.get("kind") or "assembly"),
                "form": form,
                "error": error,
            },
            status=status,
            back=DESK,
        )

    def _shequ_options(self, field, chosen):
        """The choices of a field of the vote, for a form."""
        labels = request.env["shequ.vote"]._fields[field]
        return [
            {"value": value, "label": label, "chosen": value == chosen}
            for value, label in labels._description_selection(request.env)
        ]

    @route(f"{VOTES}/new/<int:estate_id>", type="http", auth="user", methods=["POST"])
    def shequ_lead_create(self, estate_id, title="", kind=""):
        estate = self._shequ_led_estate(estate_id)
        kinds = [one["value"] for one in self._shequ_options("kind", "")]
        form = {"title": title.strip(), "kind": kind if kind in kinds else "assembly"}
        made = []
        error = self._shequ_committee_attempt(
            lambda: made.append(
                request.env["shequ.vote"]._lead_new(
                    request.env.user, estate, form["title"], form["kind"]
                )
            )
        )
        if error:
            return self._shequ_lead_new_page(estate, form, error, 422)
        return request.redirect(f"{VOTES}/{made[0].id}", 303)

    # --- leading it ------------------------------------------------------------------

    @route(f"{VOTES}/<int:vote_id>", type="http", auth="user", methods=["GET"])
    def shequ_lead(self, vote_id, ok=""):
        return self._shequ_lead_page(self._shequ_led_vote(vote_id), ok=ok)

    def _shequ_lead_page(self, vote, ok="", error="", form=None, status=200):
        words = VoteWords(request.env, vote)
        flashes = {
            "saved": self.env._("Saved."),
            "added": self.env._("Added."),
            "dropped": self.env._("Taken out."),
            "answered": self.env._("The answer is posted."),
            "submit": self.env._("Handed in for checking."),
            "back": self.env._("It is a proposal again."),
            "announce": self.env._("Announced: all owners read it now."),
            "open": self.env._("The vote is open, the roll is frozen."),
            "close": self.env._("Closed and counted."),
            "publish": self.env._("The result is posted."),
            "finalise": self.env._("The result is final."),
            "remind": self.env._("Reminders are on their way."),
            "extend": self.env._("Extended."),
            "cancel": self.env._("The vote is given up."),
            "file": self.env._("The filing is on record."),
        }
        return self._shequ_page(
            "shequ_property.portal_vote_lead",
            {
                "active": "home",
                "url": f"{VOTES}/{vote.id}",
                "vote": {
                    **words.page(),
                    "state": self._shequ_lead_state(vote),
                    "result": words.sheet(),
                },
                "step": vote.state,
                "missing": vote._missing() if vote.state in OPEN_TO_CHANGE else [],
                "agenda": self._shequ_lead_agenda(vote, form or {}),
                "due": self._shequ_lead_due(vote, words),
                "matters": self._shequ_lead_matters(vote),
                "objections": self._shequ_lead_objections(vote, words),
                "taken": self._shequ_lead_taken(vote, words),
                "form": form or {},
                "flash": flashes.get(ok, ""),
                "error": error,
            },
            status=status,
            back=DESK,
        )

    def _shequ_lead_agenda(self, vote, form):
        """What the form of the agenda shows: what was typed, else what is on file."""

        def local(moment):
            return vote._local(moment).replace(" ", "T") if moment else ""

        chosen = form.get("buildings", vote.building_ids.ids)
        buildings = request.env["shequ.building"].sudo()
        return {
            "open": vote.state in OPEN_TO_CHANGE,
            "signed": vote.proposer == "owners" and bool(vote.signature_ids),
            "title": form.get("title", vote.name),
            "words": form.get("words", VoteWords(request.env, vote).text()),
            "kinds": self._shequ_options("kind", form.get("kind", vote.kind)),
            "secrecies": self._shequ_options(
                "secrecy", form.get("secrecy", vote.secrecy)
            ),
            "change": form.get("change", vote.allow_change),
            "paper": form.get("paper", vote.with_paper),
            "tenants": form.get("tenants", vote.audience == "residents"),
            "opens": form.get("opens", local(vote.opens_at)),
            "closes": form.get("closes", local(vote.closes_at)),
            "told_on": form.get("told_on", vote.committee_told_on or ""),
            "told_note": form.get("told_note", vote.committee_told_note or ""),
            "entrance": form.get("entrance", vote.entrance or ""),
            "buildings": [
                {"id": one.id, "label": one.label, "chosen": one.id in chosen}
                for one in buildings.search([("estate_id", "=", vote.estate_id.id)])
            ],
            "documents": [
                {
                    "id": file.id,
                    "name": file.name,
                    "size": size(file.file_size),
                    "url": f"{VOTES}/{vote.id}/document/{file.id}",
                }
                for file in vote.document_ids
            ],
        }

    def _shequ_lead_due(self, vote, words):
        """Which steps can be taken at this moment, and when the others can."""
        now = vote._clock()
        when = words.words.when
        return {
            "open": vote.state == "notice" and now >= vote.opens_at,
            "opens": when(vote.opens_at) if vote.state == "notice" else "",
            "close": vote.state == "open" and now >= vote.closes_at,
            "closes": when(vote.closes_at) if vote.state == "open" else "",
            "extend": vote.is_running and not vote.first_closes_at,
            "final": vote.state == "publicity" and now >= vote.publicity_until,
            "until": when(vote.publicity_until) if vote.state == "publicity" else "",
            "publish_by": when(vote.publish_by) if vote.state == "closed" else "",
            "file_by": words.words.date(vote.file_by) if vote.state == "final" else "",
            "today": fields.Date.to_string(vote.estate_id._today()),
        }

    def _shequ_lead_matters(self, vote):
        """Matters of this kind of vote, each with what the law asks for it."""
        matters = (
            request.env["shequ.vote.matter"]
            .sudo()
            .with_context(lang=request.env.lang)
            .search([("kind", "=", MATTERS[vote.kind])])
        )
        tiers = dict(matters._fields["tier"]._description_selection(request.env))
        return [
            {"id": matter.id, "name": f"{matter.name} · {tiers[matter.tier]}"}
            for matter in matters
        ]

    def _shequ_lead_objections(self, vote, words):
        labels = dict(
            vote.objection_ids._fields["kind"]._description_selection(request.env)
        )
        return [
            {
                "id": one.id,
                "kind": labels[one.kind],
                "unit": one.unit_id.address,
                "words": one.words,
                "at": words.words.when(one.made_at),
                "answer": one.answer or "",
            }
            for one in vote.objection_ids
        ]

    def _shequ_lead_taken(self, vote, words):
        kinds = dict(
            request.env["shequ.vote.event"]
            ._fields["kind"]
            ._description_selection(request.env)
        )
        roles = {
            "committee": self.env._("committee"),
            "company": self.env._("property company"),
            "clock": self.env._("by itself, on time"),
        }
        return [
            {
                "what": kinds[step["kind"]],
                "at": words.words.when(step["at"]),
                "who": " ".join(
                    filter(
                        None,
                        (
                            roles.get((step["by"] or {}).get("role")),
                            (step["by"] or {}).get("name"),
                        ),
                    )
                ),
            }
            for step in vote._steps_taken()
        ]

    def _shequ_lead_do(self, vote_id, ok, step, form=None):
        """Do ``step`` with the vote; back to its page, or the sentence why not."""
        vote = self._shequ_led_vote(vote_id)
        error = self._shequ_committee_attempt(lambda: step(vote))
        if error:
            return self._shequ_lead_page(vote, error=error, form=form, status=422)
        return request.redirect(f"{VOTES}/{vote_id}?ok={quote(ok)}", 303)

    @route(f"{VOTES}/<int:vote_id>/agenda", type="http", auth="user", methods=["POST"])
    def shequ_lead_agenda(self, vote_id, **post):
        form = {
            "title": post.get("title", "").strip()[:80],
            "words": post.get("words", "").strip()[:MAX_WORDS],
            "kind": post.get("kind", ""),
            "secrecy": post.get("secrecy", ""),
            "change": bool(post.get("change")),
            "paper": bool(post.get("paper")),
            "tenants": bool(post.get("tenants")),
            "opens": post.get("opens", ""),
            "closes": post.get("closes", ""),
            "told_on": post.get("told_on", ""),
            "told_note": post.get("told_note", "").strip()[:200],
            "entrance": post.get("entrance", "").strip()[:20],
            "buildings": [
                self._shequ_int(one)
                for one in request.httprequest.form.getlist("building")
            ],
        }
        return self._shequ_lead_do(
            vote_id,
            "saved",
            lambda vote: vote._lead_agenda(
                request.env.user, self._shequ_lead_values(vote, form)
            ),
            form,
        )

    def _shequ_lead_values(self, vote, form):
        """Fields of the vote from the form of its agenda."""
        for name in ("kind", "secrecy"):
            known = [one["value"] for one in self._shequ_options(name, "")]
            if form[name] not in known:
                raise UserError(self.env._("Please choose what is asked for."))
        try:
            told_on = fields.Date.to_date(form["told_on"] or False)
        except ValueError:
            raise UserError(
                self.env._("“%(text)s” is no day.", text=form["told_on"][:30])
            ) from None
        return {
            "name": form["title"],
            "description": plaintext2html(form["words"]),
            "kind": form["kind"],
            "audience": "residents" if form["tenants"] else "owners",
            "secrecy": form["secrecy"],
            "allow_change": form["change"],
            "with_paper": form["paper"],
            "opens_at": vote._read_local(form["opens"]),
            "closes_at": vote._read_local(form["closes"]),
            "committee_told_on": told_on,
            "committee_told_note": form["told_note"],
            "entrance": form["entrance"],
            "building_ids": form["buildings"],
        }

    @route(f"{VOTES}/<int:vote_id>/motion", type="http", auth="user", methods=["POST"])
    def shequ_lead_motion(
        self, vote_id, name="", words="", matter_id="", seats="", people=""
    ):
        form = {
            "motion": name.strip()[:200],
            "motion_words": words.strip()[:MAX_WORDS],
            "matter_id": self._shequ_int(matter_id),
            "seats": self._shequ_int(seats, 1),
            "people": people.strip()[: 4 * MAX_WORDS],
        }
        return self._shequ_lead_do(
            vote_id,
            "added",
            lambda vote: vote._lead_motion(
                request.env.user,
                {
                    "name": form["motion"],
                    "description": plaintext2html(form["motion_words"]),
                    "matter_id": self._shequ_lead_matter(vote, form["matter_id"]),
                    "seats": form["seats"],
                },
                form["people"],
            ),
            form,
        )

    def _shequ_lead_matter(self, vote, matter_id):
        known = [one["id"] for one in self._shequ_lead_matters(vote)]
        return matter_id if matter_id in known else False

    @route(
        f"{VOTES}/<int:vote_id>/motion/<int:motion_id>/remove",
        type="http",
        auth="user",
        methods=["POST"],
    )
    def shequ_lead_motion_remove(self, vote_id, motion_id):
        return self._shequ_lead_do(
            vote_id,
            "dropped",
            lambda vote: vote._lead_drop_motion(request.env.user, motion_id),
        )

    # --- documents -------------------------------------------------------------------

    @route(
        f"{VOTES}/<int:vote_id>/document", type="http", auth="user", methods=["POST"]
    )
    def shequ_lead_document(self, vote_id, file=None, name=""):
        def attach(vote):
            raw, mimetype = self._shequ_paper_file(
                file, self.env._("Please choose a file.")
            )
            title = name.strip() or getattr(file, "filename", "") or ""
            title = title.replace("/", " ").rsplit(".", 1)[0].strip()[:80]
            ending = "pdf" if mimetype == "application/pdf" else "jpg"
            vote._lead_document(
                request.env.user,
                f"{title or self.env._('Document')}.{ending}",
                raw,
                mimetype,
            )

        return self._shequ_lead_do(vote_id, "added", attach)

    @route(
        f"{VOTES}/<int:vote_id>/document/<int:file_id>",
        type="http",
        auth="user",
        methods=["GET"],
        readonly=True,
    )
    def shequ_lead_document_read(self, vote_id, file_id):
        """A document as it will be posted, before the notice as well."""
        vote = self._shequ_led_vote(vote_id)
        file = vote.document_ids.filtered(lambda one: one.id == file_id)
        if not file:
            self._shequ_refuse()
        return self._shequ_vote_file(file)

    @route(
        f"{VOTES}/<int:vote_id>/document/<int:file_id>/remove",
        type="http",
        auth="user",
        methods=["POST"],
    )
    def shequ_lead_document_remove(self, vote_id, file_id):
        return self._shequ_lead_do(
            vote_id,
            "dropped",
            lambda vote: vote._lead_drop_document(request.env.user, file_id),
        )

    # --- steps -----------------------------------------------------------------------

    @route(f"{VOTES}/<int:vote_id>/step", type="http", auth="user", methods=["POST"])
    def shequ_lead_step(self, vote_id, step="", reason="", closes="", filed_on=""):
        form = {"reason": reason.strip()[:200], "new_close": closes, "filed": filed_on}

        def take(vote):
            try:
                day = fields.Date.to_date(filed_on or False)
            except ValueError:
                day = False
            vote._lead_step(
                request.env.user,
                step,
                reason=form["reason"],
                closes_at=vote._read_local(closes),
                filed_on=day,
            )

        return self._shequ_lead_do(vote_id, step, take, form)

    @route(
        f"{VOTES}/<int:vote_id>/objection/<int:objection_id>",
        type="http",
        auth="user",
        methods=["POST"],
    )
    def shequ_lead_answer(self, vote_id, objection_id, words="", upheld=""):
        return self._shequ_lead_do(
            vote_id,
            "answered",
            lambda vote: vote._lead_answer(
                request.env.user, objection_id, words.strip()[:MAX_WORDS], bool(upheld)
            ),
        )
