from odoo.exceptions import AccessError
from odoo.http import request, route

from ..tools import disclosure_document as documents
from .portal_disclosure import ROOT, DisclosurePages
from .portal_disclosure_words import DisclosureWords
from .portal_words import Words

DESK = "/my/committee"


class CommitteePages(DisclosurePages):
    """The desk of the owners' committee: review, assess, hand over."""

    # --- who may ---------------------------------------------------------

    def _shequ_committee(self):
        """Estates (as super-user) whose committee the person serves in, or 404."""
        estates = request.env.user._shequ_committee_estates()
        if not estates:
            self._shequ_refuse()
        return estates

    def _shequ_review(self, review_id):
        review = (
            request.env["shequ.disclosure.review"]
            .sudo()
            .search(
                [
                    ("id", "=", review_id),
                    ("estate_id", "in", self._shequ_committee().ids),
                ]
            )
        )
        if not review:
            self._shequ_refuse()
        return review

    def _shequ_committee_attempt(self, step):
        """Like ``_shequ_attempt``; a term that has just ended is a refusal, too."""
        try:
            return self._shequ_attempt(step)
        except AccessError as error:
            return str(error.args[0])

    # --- home ------------------------------------------------------------

    def _shequ_home_cards(self):
        cards = super()._shequ_home_cards()
        estates = request.env.user._shequ_committee_estates()
        if estates:
            waiting = self._shequ_to_sign(estates)
            cards.append(
                {
                    "key": "committee",
                    "sequence": 26,
                    "title": self.env._("Committee desk"),
                    "text": self.env._("Votes, reviews, assessments"),
                    "href": DESK,
                    "icon": "vote",
                    "tone": "blue",
                    "badge": len(waiting) or "",
                    "elder": True,
                }
            )
        return cards

    def _shequ_to_sign(self, estates):
        reviews = (
            request.env["shequ.disclosure.review"]
            .sudo()
            .search([("estate_id", "in", estates.ids), ("state", "=", "open")])
        )
        return reviews.filtered(
            lambda review: request.env.user not in review.verdict_ids.user_id
        )

    # --- desk ------------------------------------------------------------

    @route(DESK, type="http", auth="user", methods=["GET"])
    def shequ_committee_desk(self, ok=""):
        return self._shequ_desk_page(ok=ok)

    def _shequ_desk_page(self, ok="", error="", status=200):
        estates = self._shequ_committee()
        reviews = (
            request.env["shequ.disclosure.review"]
            .sudo()
            .search([("estate_id", "in", estates.ids)], limit=40)
        )
        to_sign = self._shequ_to_sign(estates)
        handovers = (
            request.env["shequ.committee.handover"]
            .sudo()
            .search([("estate_id", "in", estates.ids)], limit=10)
        )
        flashes = {
            "handed": self.env._("You have handed over."),
            "received": self.env._("You have received the handover."),
        }
        return self._shequ_page(
            "shequ_property.portal_committee",
            {
                "active": "home",
                "desks": [
                    {
                        "estate": estate.name,
                        "to_sign": [
                            self._shequ_review_card(r)
                            for r in to_sign
                            if r.estate_id == estate
                        ],
                        "reviews": [
                            self._shequ_review_card(r)
                            for r in reviews - to_sign
                            if r.estate_id == estate
                        ],
                        "assessment": f"{DESK}/assessment/{estate.id}",
                        "disclosures": ROOT,
                        "reached": self._shequ_reached(estate),
                        **self._shequ_desk_votes(estate),
                    }
                    for estate in estates
                ],
                "handovers": [self._shequ_handover_card(h) for h in handovers],
                "flash": flashes.get(ok, ""),
                "error": error,
            },
            status=status,
            back="/my/community",
        )

    def _shequ_desk_votes(self, estate):
        """Extension point: the votes that the committee of ``estate`` leads."""
        return {"votes": [], "new_vote": ""}

    def _shequ_review_card(self, review):
        words = DisclosureWords(
            request.env, review.disclosure_id, ROOT, self._shequ_partner()
        )
        values = words._review(review.version_id)
        return {
            **values,
            "title": review.version_id.title,
            "number": review.version_id.number,
            "url": f"{DESK}/review/{review.id}",
            "closed": words.words.day(review.closed_at) if review.closed_at else "",
        }

    def _shequ_reached(self, estate):
        """The latest publications with how many homes they have reached."""
        disclosures = (
            request.env["shequ.disclosure"]
            .sudo()
            .search(
                [("estate_id", "=", estate.id), ("current_version_id", "!=", False)],
                order="current_version_id desc",
                limit=5,
            )
        )
        return [
            {
                "title": one.current_version_id.title,
                "url": f"{ROOT}/{one.id}",
                "homes": one.household_count,
                "rate": f"{one.household_rate:.1f}%",
                "opened": one.read_count,
            }
            for one in disclosures
        ]

    # --- review ----------------------------------------------------------

    @route(f"{DESK}/review/<int:review_id>", type="http", auth="user", methods=["GET"])
    def shequ_committee_review(self, review_id, ok=""):
        return self._shequ_review_page(self._shequ_review(review_id), ok)

    def _shequ_review_page(self, review, ok="", error="", status=200):
        words = DisclosureWords(
            request.env, review.disclosure_id, ROOT, self._shequ_partner()
        )
        flashes = {
            "checked": self.env._("Noted."),
            "said": self.env._("Your comment is there for everybody to read."),
            "signed": self.env._("Signed."),
        }
        return self._shequ_page(
            "shequ_property.portal_committee_review",
            {
                "active": "home",
                "review_url": f"{DESK}/review/{review.id}",
                "doc": words.page(review.version_id),
                "items": words.review_items(review),
                "signed": request.env.user in review.verdict_ids.user_id,
                "name": request.env.user.name,
                "flash": flashes.get(ok, ""),
                "error": error,
            },
            status=status,
            back=DESK,
        )

    def _shequ_review_step(self, review_id, step, ok):
        review = self._shequ_review(review_id)
        error = self._shequ_committee_attempt(lambda: step(review))
        if error:
            return self._shequ_review_page(review, error=error, status=422)
        return request.redirect(f"{DESK}/review/{review_id}?ok={ok}", 303)

    @route(
        f"{DESK}/review/<int:review_id>/check",
        type="http",
        auth="user",
        methods=["POST"],
    )
    def shequ_committee_check(self, review_id, item_id="", answer="", note=""):
        return self._shequ_review_step(
            review_id,
            lambda review: review._check_item(
                request.env.user, self._shequ_int(item_id), answer, note
            ),
            "checked",
        )

    @route(
        f"{DESK}/review/<int:review_id>/comment",
        type="http",
        auth="user",
        methods=["POST"],
    )
    def shequ_committee_comment(self, review_id, key="", words=""):
        def step(review):
            label = documents.labels(review.version_id._content()).get(key, "")
            review._comment(request.env.user, key if label else "", label, words)

        return self._shequ_review_step(review_id, step, "said")

    @route(
        f"{DESK}/review/<int:review_id>/sign",
        type="http",
        auth="user",
        methods=["POST"],
    )
    def shequ_committee_sign(self, review_id, verdict="", reason=""):
        return self._shequ_review_step(
            review_id,
            lambda review: review._sign(request.env.user, verdict, reason),
            "signed",
        )

    # --- assessment --------------------------------------------------------

    def _shequ_assessment(self, estate_id):
        estate = self._shequ_committee().filtered(lambda e: e.id == estate_id)
        if not estate:
            self._shequ_refuse()
        return request.env["shequ.assessment"]._current(estate)

    @route(
        f"{DESK}/assessment/<int:estate_id>",
        type="http",
        auth="user",
        methods=["GET"],
    )
    def shequ_committee_assessment(self, estate_id, ok=""):
        return self._shequ_assessment_page(self._shequ_assessment(estate_id), ok)

    def _shequ_assessment_page(
        self, assessment, ok="", error="", form=None, status=200
    ):
        user = request.env.user
        form = form or {}
        criteria = request.env["shequ.assessment.criterion"]._of(assessment.estate_id)
        mine = {
            line.criterion_id.id: line.points
            for line in assessment.line_ids
            if line.user_id == user
        }
        member = assessment._member(user)
        flashes = {
            "marked": self.env._(
                "Your marks are saved. You can change them until the "
                "assessment is published."
            ),
            "weights": self.env._("The weights are saved."),
            "published": self.env._("The assessment is published."),
        }
        kinds = {"per_mille": "permille", "milli": "milli"}
        return self._shequ_page(
            "shequ_property.portal_committee_assessment",
            {
                "active": "home",
                "url": f"{DESK}/assessment/{assessment.estate_id.id}",
                "title": assessment.with_context(lang=request.env.lang).name,
                "published": assessment.state == "published",
                "score": assessment.score_text,
                "result": f"{ROOT}/{assessment.version_id.disclosure_id.id}",
                "criteria": [
                    {
                        "id": criterion.id,
                        "name": criterion.name,
                        "weight": form.get(f"w{criterion.id}", criterion.weight),
                        "points": form.get(
                            f"c{criterion.id}", mine.get(criterion.id, "")
                        ),
                    }
                    for criterion in criteria
                ],
                "measured": [
                    {
                        "text": row["text"],
                        "value": "–"
                        if row["value"] is None
                        else documents.amount(
                            kinds.get(row.get("unit"), "count"), row["value"]
                        ),
                        "agreed": documents.amount(
                            kinds.get(row.get("unit"), "count"),
                            row["threshold"] or 0,
                        ),
                        "kept": row["kept"],
                    }
                    for row in assessment._measured()
                ],
                "remark": form.get("words", ""),
                "marked": assessment.marked_count,
                "members": len(assessment._members()),
                "chairs": member.position in ("chair", "vice"),
                "flash": flashes.get(ok, ""),
                "error": error,
            },
            status=status,
            back=DESK,
        )

    def _shequ_assessment_step(self, estate_id, step, ok, form):
        assessment = self._shequ_assessment(estate_id)
        error = self._shequ_committee_attempt(lambda: step(assessment))
        if error:
            return self._shequ_assessment_page(
                assessment, error=error, form=form, status=422
            )
        return request.redirect(f"{DESK}/assessment/{estate_id}?ok={ok}", 303)

    def _shequ_numbers(self, form, letter):
        """{criterion id: number} of the fields ``c12``, ``w12`` of a form."""
        return {
            int(name[1:]): int(value)
            for name, value in form.items()
            if name[:1] == letter
            and name[1:].isdigit()
            and str(value).strip().isascii()
            and str(value).strip().isdigit()
            and len(str(value).strip()) < 6
        }

    @route(
        f"{DESK}/assessment/<int:estate_id>/mark",
        type="http",
        auth="user",
        methods=["POST"],
    )
    def shequ_committee_mark(self, estate_id, words="", **form):
        points = self._shequ_numbers(form, "c")
        return self._shequ_assessment_step(
            estate_id,
            lambda assessment: assessment._mark(request.env.user, points, words),
            "marked",
            {**form, "words": words},
        )

    @route(
        f"{DESK}/assessment/<int:estate_id>/weights",
        type="http",
        auth="user",
        methods=["POST"],
    )
    def shequ_committee_weights(self, estate_id, **form):
        weights = self._shequ_numbers(form, "w")
        return self._shequ_assessment_step(
            estate_id,
            lambda assessment: assessment._set_weights(request.env.user, weights),
            "weights",
            form,
        )

    @route(
        f"{DESK}/assessment/<int:estate_id>/publish",
        type="http",
        auth="user",
        methods=["POST"],
    )
    def shequ_committee_publish(self, estate_id):
        return self._shequ_assessment_step(
            estate_id,
            lambda assessment: assessment._publish(request.env.user),
            "published",
            {},
        )

    # --- handover ----------------------------------------------------------

    def _shequ_handover_card(self, handover):
        words = Words(request.env, handover.estate_id)
        partner = self._shequ_partner()
        own = handover.member_id.partner_id == partner
        return {
            "id": handover.id,
            "name": handover.member_id.partner_id.name,
            "until": words.date(handover.date_to),
            "state": handover.state,
            "items": (handover.items or "").split("\n") if handover.items else [],
            "note": handover.note or "",
            "handed": f"{handover.handed_name}, {words.when(handover.handed_at)}"
            if handover.handed_at
            else "",
            "received": f"{handover.received_name}, {words.when(handover.received_at)}"
            if handover.received_at
            else "",
            "may_hand": own and handover.state == "open",
            "may_receive": not own and handover.state == "handed",
        }

    @route(
        f"{DESK}/handover/<int:handover_id>",
        type="http",
        auth="user",
        methods=["POST"],
    )
    def shequ_committee_handover(self, handover_id, step="", note=""):
        handover = (
            request.env["shequ.committee.handover"]
            .sudo()
            .search(
                [
                    ("id", "=", handover_id),
                    ("estate_id", "in", self._shequ_committee().ids),
                ]
            )
        )
        if not handover or step not in ("hand", "receive"):
            self._shequ_refuse()
        user = request.env.user

        def attempt():
            if step == "hand":
                handover._hand_over(user, note)
            else:
                handover._receive(user)

        error = self._shequ_committee_attempt(attempt)
        if error:
            return self._shequ_desk_page(error=error, status=422)
        ok = "handed" if step == "hand" else "received"
        return request.redirect(f"{DESK}?ok={ok}", 303)
