"""What residents and visitors read about disclosures, as plain values for the pages."""

from datetime import datetime

from odoo.tools import SQL

from ..tools import disclosure_document as documents
from ..tools import disclosure_scan as personal
from .portal_words import Words

TONES = {"overdue": "red", "soon": "gold", "planned": "blue", "published": "brand"}


class DisclosureWords:
    """One disclosure for one kind of reader.

    :param disclosure: ``shequ.disclosure`` record (as super-user)
    :param str root: address of the list, ``/my/disclosures`` or ``/d/…``
    :param partner: who reads, None for a visitor with the sign's link
    """

    def __init__(self, env, disclosure, root, partner=None):
        self.env = env
        self.disclosure = disclosure.with_env(env).sudo().with_context(lang=env.lang)
        self.root = root
        self.partner = partner
        self.words = Words(env, self.disclosure.estate_id)

    @property
    def url(self):
        return f"{self.root}/{self.disclosure.id}"

    # --- list ----------------------------------------------------------------------

    def card(self):
        disclosure = self.disclosure
        version = disclosure.current_version_id
        return {
            "id": disclosure.id,
            "title": version.title or disclosure.name,
            "url": self.url if version else "",
            "status": self.status(),
            "tone": TONES[disclosure.status],
            "published": self.words.day(version.published_at) if version else "",
            "number": version.number,
            "text": disclosure.type_id.description or "",
            "waiting": disclosure.open_question_count,
            "objections": disclosure.objection_count,
        }

    def status(self):
        """“Overdue since Oct 30”, “Due by Dec 22”, “Version 2, Nov 4”."""
        disclosure = self.disclosure
        if disclosure.current_version_id:
            return self.env._("Published")
        if not disclosure.due_on:
            return self.env._("Not published yet")
        day = self.words.date(disclosure.due_on)
        if disclosure.status == "overdue":
            return self.env._("Overdue since %(day)s", day=day)
        return self.env._("Due by %(day)s", day=day)

    # --- page ----------------------------------------------------------------------

    def page(self, version):
        """The whole page of ``version``."""
        document = version._document()
        view = documents.view(document["content"])
        for file in view["files"]:
            file["checked"] = self._when(file["checked_at"])
        origins = version._origin_words(self.env)
        questions = self._questions() if self.partner else {}
        comments = self._comments(version) if self.partner else {}
        for fact in view["facts"]:
            self._dress(fact, questions, comments)
        for section in view["sections"]:
            for row in section["rows"]:
                self._dress(row, questions, comments)
                row["origin_label"] = origins.get(row["origin"], "")
                row["href"] = ""
                if self.partner and row["entries"]:
                    row["href"] = (
                        f"{self.url}/entries?v={version.number}&key={row['key']}"
                    )
        disclosure = self.disclosure
        period = document["period"]
        return {
            "id": disclosure.id,
            "url": self.url,
            "title": document["title"],
            "company": document["company"],
            "type": document["type"]["name"],
            "law": document["type"]["law"],
            "period": f"{period['from']} – {period['to']}" if period else "",
            "number": version.number,
            "latest": version.is_current,
            "latest_number": disclosure.current_version_id.number,
            "published": self.words.when(version.published_at),
            "published_date": self.words.local(version.published_at).date().isoformat(),
            "posted_until": self.words.date(disclosure.posted_until),
            "change": document["change"],
            "correcting": version.is_current and disclosure.state != "published",
            "sha256": version.sha256,
            "chain": version.chain,
            "reference": version.reference,
            "intact": version._check_digest(),
            "view": view,
            "general": questions.get("", []) if self.partner else [],
            "remarks": comments.get("", []) if self.partner else [],
            "versions": self._versions(),
            "review": self._review(version),
            "files": f"{self.url}/file/{version.number}",
            "papers": f"{self.url}/paper/{version.number}",
            "can_ask": bool(self.partner),
            "contract": disclosure.res_model == "shequ.contract",
        }

    def _when(self, text):
        """A moment of a document (``2026-10-02T03:04:05Z``) as residents read it."""
        moment = text and datetime.strptime(text, "%Y-%m-%dT%H:%M:%SZ")
        return self.words.when(moment) if moment else ""

    def _dress(self, row, questions, comments):
        row["questions"] = questions.get(row["key"], [])
        row["comments"] = comments.get(row["key"], [])
        row["ask"] = f"{self.url}/ask?key={row['key']}" if self.partner else ""

    def _versions(self):
        versions = self.disclosure.version_ids.sorted("number", reverse=True)
        return [
            {
                "number": version.number,
                "url": f"{self.url}?v={version.number}",
                "changes": f"{self.url}/changes/{version.number}"
                if version.number > 1
                else "",
                "published": self.words.when(version.published_at),
                "change": version.change_note or "",
                "sha256": version.sha256,
                "current": version.is_current,
            }
            for version in versions
            if self.partner or version.is_public
        ]

    def changes(self, version):
        """What ``version`` changed against the one before, side by side."""
        before = version._before()
        return {
            "title": version.title,
            "url": f"{self.url}?v={version.number}",
            "before": before.number,
            "after": version.number,
            "before_day": self.words.when(before.published_at),
            "after_day": self.words.when(version.published_at),
            "note": version.change_note or "",
            "rows": documents.changes(before._content(), version._content()),
            "before_sha256": before.sha256,
            "after_sha256": version.sha256,
        }

    # --- questions -----------------------------------------------------------------

    def _questions(self):
        """Questions by line; whoever asked is nobody's business but the company's."""
        grouped = {}
        for question in self.disclosure.question_ids.sorted("id"):
            grouped.setdefault(question.key or "", []).append(self.question(question))
        return grouped

    def question(self, question):
        own = question.partner_id == self.partner
        names = [question.partner_id.name or ""]
        return {
            "id": question.id,
            "own": own,
            "label": question.label or "",
            "text": personal.redact(question.question, names),
            "asked": self.words.when(question.asked_at),
            "answer": question.answer if question.answered_at else "",
            "answered": self.words.when(question.answered_at),
            "late": question.is_late,
            "due": self.words.when(question.due_at),
            "left": self._left(question),
        }

    def _left(self, question):
        if question.answered_at:
            return ""
        seconds = (question.due_at - self.words.now).total_seconds()
        span = self.words.span(seconds)
        if seconds < 0:
            return self.env._("overdue by %(time)s", time=span)
        return self.env._("%(time)s left", time=span)

    # --- the committee -------------------------------------------------------------

    def _comments(self, version):
        grouped = {}
        review = self._review_of(version)
        for comment in review.comment_ids:
            grouped.setdefault(comment.key or "", []).append(
                {
                    "name": comment.name,
                    "company": comment.side == "company",
                    "words": comment.words,
                    "at": self.words.when(comment.at),
                }
            )
        return grouped

    def _review_of(self, version):
        return self.disclosure.review_ids.filtered(
            lambda review: review.version_id == version
        )[:1]

    def _review(self, version):
        """How the owners' committee judges it; without names for visitors."""
        review = self._review_of(version)
        if not review:
            return None
        outcomes = dict(review._fields["outcome"]._description_selection(self.env))
        return {
            "id": review.id,
            "open": review.state == "open",
            "outcome": outcomes.get(review.outcome, ""),
            "tone": {"accepted": "brand", "objected": "red"}.get(
                review.outcome, "gold"
            ),
            "accepts": review.accept_count,
            "objects": review.object_count,
            "due": self.words.when(review.due_at),
            "answer": review.answer if review.answered_at else "",
            "answered": self.words.when(review.answered_at),
            "needs_answer": review.needs_answer,
            "verdicts": [
                {
                    "name": verdict.name,
                    "position": verdict.position,
                    "accepts": verdict.verdict == "accept",
                    "reason": verdict.reason or "",
                    "at": self.words.when(verdict.at),
                }
                for verdict in review.verdict_ids
            ]
            if self.partner
            else [],
        }

    def review_items(self, review):
        answers = dict(
            review.item_ids._fields["answer"]._description_selection(self.env)
        )
        return [
            {
                "id": item.id,
                "name": item.name,
                "answer": item.answer or "",
                "label": answers.get(item.answer, ""),
                "note": item.note or "",
                "by": item.user_id.name or "",
                "at": self.words.when(item.answered_at),
            }
            for item in review.item_ids
        ]

    # --- vouchers ------------------------------------------------------------------

    def entry(self, entry, url):
        kind = "count" if entry.source == "tickets" else "money"
        scale = 1 if kind == "count" else 100
        text = documents.amount(kind, int(round(entry.amount * scale)))
        if entry.source == "tickets":
            text = self.env._("yes") if entry.amount else self.env._("no")
        return {
            "date": entry.date.isoformat(),
            "name": entry.name,
            "account": entry.account or "",
            "amount": text,
            "url": url if entry.source == "books" else "",
        }

    def voucher(self, entry):
        """The journal entry behind ``entry``, with personal data blacked out."""
        env = self.env
        items = (
            env["account.move.line"]
            .sudo()
            .search([("move_id", "=", entry.parent_res_id)], order="id")
            .filtered(lambda item: item.account_id)
        )
        residents = self._residents(items.partner_id | items.move_id.partner_id)
        names = residents.mapped("name") + self.disclosure._resident_names()
        mine = items.filtered(lambda item: item.id == entry.res_id)
        now = mine.move_id.state == "posted" and mine.date == entry.date
        return {
            "name": entry.name,
            "date": entry.date.isoformat(),
            "journal": items[:1].journal_id.name or "",
            "reference": "" if residents else self._clean(items[:1].move_id.ref, names),
            "found": bool(mine),
            "changed": not now,
            "hidden": bool(residents),
            "amount": documents.amount("money", int(round(entry.amount * 100))),
            "rows": [
                {
                    "account": f"{item.account_id.code or ''} {item.account_id.name}",
                    "text": self._label(item, residents, names),
                    "partner": self._partner(item.partner_id, residents),
                    "debit": self._side(item.debit),
                    "credit": self._side(item.credit),
                    "own": item.id == entry.res_id,
                }
                for item in items.with_company(self.disclosure.company_id)
            ],
        }

    def _residents(self, partners):
        """Those of ``partners`` who are people: residents, and anybody not a firm."""
        people = partners.filtered(lambda partner: not partner.is_company)
        if not partners:
            return people
        rows = self.env.execute_query(
            SQL(
                "SELECT DISTINCT partner_id FROM shequ_residency "
                "WHERE partner_id IN %s",
                tuple(partners.ids),
            )
        )
        return people | partners.browse([partner for (partner,) in rows])

    def _label(self, item, residents, names):
        if residents:
            # “12-1201 property fee July”: the home is as personal as the name, and
            # the line of the bank repeats it.
            return self.env._("%(black)s (a resident's payment)", black=personal.BLACK)
        return self._clean(item.name, names)

    def _clean(self, text, names):
        return personal.redact(text or "", names, homes=True)

    def _partner(self, partner, residents):
        if not partner:
            return ""
        return personal.BLACK if partner & residents else partner.name

    def _side(self, value):
        return documents.amount("money", int(round(value * 100))) if value else ""
