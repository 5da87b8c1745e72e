from odoo.http import request, route

from .portal_promises import PromisePages
from .portal_words import Words

DAYS = 30
#: Rounds of a plan listed in full; the numbers count all.
LISTED = 20
TONES = {"done": "brand", "late": "gold", "missed": "red"}


class RoundPages(PromisePages):
    """Rounds of the estate: what was walked, late, and missed."""

    def _promise_rounds(self, estate):
        return request.env["shequ.round.task"]._of_residents(estate, DAYS)

    @route(
        "/my/promises/rounds", type="http", auth="user", methods=["GET"], readonly=True
    )
    def shequ_promise_rounds(self):
        estate = self._promise_estate()
        if not estate:
            self._shequ_refuse()
        tasks = self._promise_rounds(estate)
        words = Words(request.env, estate)
        rows = tasks._tally(tasks)
        return self._shequ_page(
            "shequ_property.portal_rounds",
            {
                "active": "home",
                "days": DAYS,
                "missed": sum(row["missed"] for row in rows),
                "plans": [self._promise_round_values(row, words) for row in rows],
            },
            back="/my/promises",
        )

    def _promise_round_values(self, row, words):
        plan = row["plan"].with_context(lang=request.env.lang)
        states = dict(row["tasks"]._fields["state"]._description_selection(request.env))
        # What was missed first: that is what a resident wants to know.
        tasks = row["tasks"].sorted(lambda task: task.state != "missed")
        return {
            "name": plan.name,
            "walked": row["done"] + row["late"],
            "late": row["late"],
            "missed": row["missed"],
            "count": len(row["tasks"]),
            "source": plan.source or "",
            "more": max(0, len(tasks) - LISTED),
            "tasks": [
                {
                    "when": words.when(task.done_at or task.due_at),
                    "state": states[task.state],
                    "tone": TONES[task.state],
                    "faults": task.fault_count,
                    "photos": task._open_photos().ids,
                }
                for task in tasks[:LISTED]
            ],
        }

    @route(
        "/my/promises/rounds/photo/<int:attachment_id>",
        type="http",
        auth="user",
        methods=["GET"],
        readonly=True,
    )
    def shequ_promise_round_photo(self, attachment_id, small=""):
        """A photo of a round of one's estate, where the estate shows them."""
        check = (
            request.env["shequ.round.check"]
            .sudo()
            .search(
                [
                    ("attachment_ids", "in", attachment_id),
                    ("task_id.estate_id", "in", self._promise_estates().ids),
                ],
                limit=1,
            )
        )
        photos = check.task_id._open_photos()
        photo = photos.filtered(lambda one: one.id == attachment_id)
        if not photo:
            self._shequ_refuse()
        return self._shequ_stream(photo, small=bool(small))
