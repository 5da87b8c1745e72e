"""What a resident reads about a vote, as plain values for the pages.

Areas arrive as whole numbers of 0.01 m² and are only written, never reckoned with.
"""

from odoo.tools import html2plaintext

from ..tools import person_name
from .portal_words import Words

TONES = {
    "draft": "gold",
    "check": "gold",
    "notice": "blue",
    "open": "warm",
    "closed": "blue",
    "publicity": "blue",
    "final": "brand",
    "filed": "brand",
    "cancelled": "red",
}
# The way of a vote as residents see it: states and when each was reached.
STEPS = (
    ("notice", ("announced_at",)),
    ("open", ("opened_at", "opens_at")),
    ("publicity", ("published_at",)),
    ("final", ("final_at",)),
)
ORDER = ("notice", "open", "closed", "publicity", "final", "filed")


def square_metres(cents):
    """An area as people write it: 8832 → 88.32 m²."""
    return f"{cents // 100:,}.{cents % 100:02d} m²"


def percent(permille):
    """661 → 66.1 %."""
    return f"{permille // 10}.{permille % 10} %"


def size(count):
    """How large a file is: 812 KB, 3.1 MB."""
    if count < 1_000_000:
        return f"{max(1, count // 1000)} KB"
    return f"{count / 1_000_000:.1f} MB"


class VoteWords:
    def __init__(self, env, vote, public=False):
        """:param bool public: for a page without a log-in, so names are masked"""
        self.env = env
        self.public = public
        self.vote = vote.with_context(lang=env.lang)
        self.words = Words(env, vote.estate_id)

    def _label(self, field, value=None):
        labels = dict(self.vote._fields[field]._description_selection(self.env))
        return labels[value or self.vote[field]]

    def state(self):
        """What residents call the state."""
        env = self.env
        vote = self.vote
        if vote.state == "open" and not vote.is_running:
            if vote.closes_at <= self.words.now:
                return env._("Being counted")
        return {
            "draft": env._("Signatures wanted"),
            "check": env._("Being checked"),
            "notice": env._("Announced"),
            "open": env._("Vote now"),
            "closed": env._("Being counted"),
            "publicity": env._("Result posted"),
            "final": env._("Final"),
            "filed": env._("Final"),
            "cancelled": env._("Given up"),
        }[vote.state]

    def when(self):
        env, vote, words = self.env, self.vote, self.words
        if vote.state in ("draft", "check"):
            return env._("Not announced yet")
        if vote.state == "cancelled":
            return env._("Given up: %(reason)s", reason=vote.cancel_reason or "")
        if vote.state == "notice":
            return env._(
                "Voting from %(start)s to %(end)s",
                start=words.when(vote.opens_at),
                end=words.when(vote.closes_at),
            )
        if vote.state == "open":
            if vote.closes_at <= words.now:
                return env._("Closed %(end)s", end=words.when(vote.closes_at))
            return env._(
                "Open until %(end)s, %(left)s left",
                end=words.when(vote.closes_at),
                left=words.span((vote.closes_at - words.now).total_seconds()),
            )
        if vote.state == "publicity" and vote.objections_until:
            if vote.objections_until > words.now:
                return env._(
                    "Objections to the result until %(end)s",
                    end=words.when(vote.objections_until),
                )
            return env._("Posted until %(end)s", end=words.when(vote.publicity_until))
        return env._("Closed %(end)s", end=words.when(vote.closed_at))

    def strip(self):
        vote = self.vote
        if vote.state not in ORDER:
            return None
        labels = {
            "notice": self.env._("Announced"),
            "open": self.env._("Voting"),
            "publicity": self.env._("Result posted"),
            "final": self.env._("Final"),
        }
        reached = ORDER.index(vote.state)
        steps = []
        for name, moments in STEPS:
            place = ORDER.index(name)
            state = "done" if reached > place else "now" if reached == place else "next"
            if name == "open" and vote.state == "closed":
                state = "done"
            if name == "final" and reached >= place:
                state = "done"
            at = next((vote[moment] for moment in moments if vote[moment]), None)
            steps.append(
                {
                    "label": labels[name],
                    "state": state,
                    "words": {
                        "done": self.env._("done"),
                        "now": self.env._("now"),
                        "next": self.env._("later"),
                    }[state],
                    "at": self.words.day(at) if at and state != "next" else "",
                }
            )
        return {"steps": steps, "stopped": False}

    def card(self):
        vote = self.vote
        return {
            "id": vote.id,
            "number": vote.reference or "",
            "title": vote.name,
            "kind": self._label("kind"),
            "state": self.state(),
            "tone": TONES[vote.state],
            "when": self.when(),
            "todo": "",
            "done": "",
        }

    def page(self):
        """All of a vote that is the same for everybody who may read it."""
        vote = self.vote
        return {
            **self.card(),
            "kind": " · ".join(
                filter(None, (self._label("kind"), self._who_votes(), self._proposer()))
            ),
            "text": self.text(),
            "running": vote.is_running,
            "strip": self.strip(),
            "motions": self.motions(),
            "documents": [
                {
                    "name": file.name,
                    "url": f"/my/votes/{vote.id}/document/{file.id}",
                    "size": size(file.file_size),
                }
                for file in vote.document_ids
            ],
            "secrecy": self.secrecy(),
            "turnout": self.turnout(),
            "result": self.result(),
            "head": vote.head or "",
            "events": self.env._(
                "Links of the chain: %(count)s", count=vote.event_count
            ),
            "public_url": f"/vote/{vote.id}",
        }

    def text(self):
        return html2plaintext(self.vote.description or "").strip()

    def _proposer(self):
        return self.env._("proposed by: %(who)s", who=self._label("proposer").lower())

    def _who_votes(self):
        vote = self.vote
        if vote.audience == "residents":
            return self.env._("owners and tenants are asked")
        if vote.unit_ids:
            return self.env._("%(count)s homes vote", count=len(vote.unit_ids))
        return " ".join(
            filter(None, (", ".join(vote.building_ids.mapped("label")), vote.entrance))
        )

    def _name(self, name):
        return person_name.mask(name) if self.public else name

    # --- motions -------------------------------------------------------------------

    def motions(self, chosen=None):
        """:param dict chosen: motion id → choice that was made so far"""
        return [
            self.motion(motion, number, (chosen or {}).get(motion.id))
            for number, motion in enumerate(self.vote.motion_ids, 1)
        ]

    def motion(self, motion, number, chosen=None):
        candidates = motion.candidate_ids if motion.form == "election" else []
        most = motion.max_choices or motion.seats
        return {
            "id": motion.id,
            "number": number,
            "title": motion.name,
            "text": html2plaintext(motion.description or "").strip(),
            "matter": motion.matter_id.name,
            "rule": self.vote._rule_words(motion.matter_id),
            "candidates": [
                {
                    "id": person.id,
                    "name": self._name(person.name),
                    "text": ""
                    if self.public
                    else " · ".join(
                        filter(
                            None,
                            (person.home, person.quota_id.name, person.statement),
                        )
                    ),
                }
                for person in candidates
            ],
            "seats": most,
            "seats_words": self.env._(
                "Tick up to %(most)s; %(seats)s are elected",
                most=most,
                seats=motion.seats,
            ),
            "ticked_words": self.env._("{n} of {m} ticked"),
            "quota_words": "; ".join(
                self.env._(
                    "%(group)s: at least %(least)s seats",
                    group=quota.name,
                    least=quota.minimum,
                )
                for quota in motion.quota_ids
                if quota.minimum
            ),
            "chosen": chosen,
            "chosen_words": motion._choice_words(chosen),
        }

    # --- figures -------------------------------------------------------------------

    def turnout(self):
        """Who takes part, against what is needed; while and after the vote is open."""
        if self.vote.state not in ("open", "closed", "publicity", "final", "filed"):
            return None
        found = self.vote._turnout()
        poll = self.vote.kind == "poll"
        meters = [
            self._meter(
                self.env._("By area"),
                found["area_permille"],
                found["quorum_area"],
                found["area"],
                square_metres(found["voted_area"]),
                square_metres(found["area"]),
                poll,
            ),
            self._meter(
                self.env._("By heads"),
                found["heads_permille"],
                found["quorum_heads"],
                found["heads"],
                str(found["voted_heads"]),
                str(found["heads"]),
                poll,
            ),
        ]
        return meters[1:] if poll else meters

    def _meter(self, label, permille, needed, total, voted_text, total_text, poll):
        mark = None if poll or not total else min(1000, -(-needed * 1000 // total))
        return {
            "label": label,
            "permille": permille,
            "mark": mark,
            "text": percent(permille),
            "words": self.env._(
                "%(voted)s of %(total)s", voted=voted_text, total=total_text
            )
            + (
                ""
                if not mark
                else self.env._(
                    "; the mark is what must take part at least: %(share)s",
                    share=percent(mark),
                )
            ),
        }

    def result(self):
        """The result for the page, or None while it is not posted."""
        if self.vote.state not in ("publicity", "final", "filed"):
            return None
        return self.sheet()

    def sheet(self):
        """The result once it is counted, also before it is posted."""
        sheet = self.vote._result_sheet()
        if not sheet:
            return None
        return {
            "quorum": self.turnout(),
            "note": sheet.get("note") or "",
            "motions": [
                {
                    "title": motion["name"],
                    "passed": motion["passed"] is not False,
                    "verdict": self.env._("Opinion")
                    if motion["passed"] is None
                    else self.env._("Passed")
                    if motion["passed"]
                    else self.env._("Not passed"),
                    "why": motion["sentence"],
                    "rows": [
                        {
                            "label": self._name(row["label"])
                            if row.get("candidate_id")
                            else row["label"],
                            "elected": row.get("elected", False),
                            "area": square_metres(row["area"]),
                            "area_share": percent(row["area_permille"]),
                            "heads": str(row["heads"]),
                            "heads_share": percent(row["heads_permille"]),
                        }
                        for row in motion["rows"]
                    ],
                }
                for motion in sheet["motions"]
            ],
        }

    # --- secrecy -------------------------------------------------------------------

    def secrecy(self):
        """What is kept secret in this vote, and what is not."""
        env = self.env
        if self.vote.secrecy == "secret":
            return {
                "title": env._("This vote is secret: what that means"),
                "lines": [
                    env._(
                        "That you have voted is recorded, so that nobody votes twice. "
                        "What you voted lies apart from it, without your name, your "
                        "home or the minute."
                    ),
                    env._(
                        "Not covered: the area. Because votes weigh by area, a home "
                        "whose area is the only one of its kind might be guessed from "
                        "the published ballots."
                    ),
                    env._(
                        "Not covered: who administers the database could with effort "
                        "put the two together, and who enters a ballot on paper sees "
                        "it. Whoever looks over your shoulder or has your receipt "
                        "sees it too."
                    ),
                ],
            }
        return {
            "title": env._("This vote is open: what neighbours see"),
            "lines": [
                env._(
                    "After the close a list is published: each home, its area, the "
                    "masked name and what was voted. That is how everybody can recount."
                ),
                env._(
                    "Until the close nobody sees what was voted, not even "
                    "administrators; only who takes part is counted."
                ),
            ],
        }
