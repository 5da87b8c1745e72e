"""Counting at the close, and what stands on the result sheet."""

import json

from odoo import models
from odoo.tools import SQL

from ...tools.voting import chain, count


class ShequVote(models.Model):
    _inherit = "shequ.vote"

    def _close_and_count(self):
        """Close and count, inside the exclusive lock.

        :return: digest of the result
        """
        self.ensure_one()
        self._seal_secret()
        now = self._clock()
        turnout = self._turnout()
        entries = self._counted_ballots()
        self._note(
            "closed",
            {
                "voted": turnout["voted_electors"],
                "area": turnout["voted_area"],
                "heads": turnout["voted_heads"],
            },
        )
        result = count.count(
            self.rules["motions"],
            entries,
            {"area": self.total_area_cents, "heads": self.total_heads},
            self.rules["rules"]["silent_follow_majority"],
        )
        digest = chain.digest(result)
        self._note("counted", {"result": result, "digest": digest})
        self._set(
            {
                "state": "closed",
                "closed_at": now,
                "result": result,
                "result_digest": digest,
            }
        )
        self._write_outcomes(result)
        return digest

    def _write_outcomes(self, result):
        motions = {motion.id: motion for motion in self.motion_ids}
        for judged in result["motions"]:
            motion = motions[judged["motion"]]
            motion._set_outcome(judged)

    def _seal_secret(self):
        """Put the seals of secret ballots that are not in the chain into it, sorted."""
        if self.secrecy != "secret":
            return
        rows = self.env.execute_query(
            SQL(
                """
                SELECT commitment FROM shequ_vote_secret WHERE vote_id = %s
                EXCEPT
                SELECT jsonb_array_elements_text(entry::jsonb -> 'data'
                                                 -> 'commitments')
                  FROM shequ_vote_event WHERE vote_id = %s AND kind = 'sealed'
              ORDER BY 1
                """,
                self.id,
                self.id,
            )
        )
        if rows:
            self._note("sealed", {"commitments": [seal for (seal,) in rows]})

    def _counted_ballots(self):
        """What is counted: (area, head, choices), the last round of each elector."""
        if self.secrecy == "secret":
            rows = self.env.execute_query(
                SQL(
                    "SELECT commitment, content FROM shequ_vote_secret "
                    "WHERE vote_id = %s",
                    self.id,
                )
            )
            ballots = [(seal, json.loads(content)) for seal, content in rows]
            return [
                (ballot["area"], seal, ballot["choices"]) for seal, ballot in ballots
            ]
        choices = {
            seal: json.loads(content)["choices"]
            for seal, content in self.env.execute_query(
                SQL(
                    "SELECT commitment, content FROM shequ_vote_ballot "
                    "WHERE vote_id = %s AND content IS NOT NULL",
                    self.id,
                )
            )
        }
        rows = self.env.execute_query(
            SQL(
                """
                SELECT DISTINCT ON (b.elector_id) e.area, e.head, b.commitment
                  FROM shequ_vote_ballot b
                  JOIN shequ_vote_elector e ON e.id = b.elector_id
                 WHERE b.vote_id = %s
              ORDER BY b.elector_id, b.round DESC
                """,
                self.id,
            )
        )
        return [(area, head, choices[seal]) for area, head, seal in rows]

    # ------------------------------------------------------------- result sheet

    def _result_sheet(self):
        """The result in words and figures, for pages and papers; ``{}`` before.

        :return: dict with ``total`` and ``participating`` (``{"area", "heads"}``),
            ``area_permille``, ``heads_permille`` and ``motions``: list of dicts with
            ``motion_id``, ``name``, ``matter``, ``tier``, ``outcome``, ``passed``
            (bool, None for polls), ``sentence``, ``rows``: list of ``{"label",
            "area", "heads", "area_permille", "heads_permille"}`` (shares of what is
            measured against), ``needed``: sentences of both thresholds, and for
            elections ``candidates``: rows with ``candidate_id`` and ``elected``
        """
        self.ensure_one()
        vote = self.sudo()
        if not vote.result:
            return {}
        total, part = vote.result["total"], vote.result["participating"]
        motions = {motion.id: motion for motion in vote.motion_ids}
        return {
            "total": total,
            "participating": part,
            "area_permille": _permille(part["area"], total["area"]),
            "heads_permille": _permille(part["heads"], total["heads"]),
            "motions": [
                vote._motion_sheet(motions[judged["motion"]], judged)
                for judged in vote.result["motions"]
            ],
        }

    def _motion_sheet(self, motion, judged):
        outcome = judged["outcome"]
        passed = None if outcome == "opinion" else outcome == "passed"
        sheet = {
            "motion_id": motion.id,
            "name": motion.name,
            "matter": motion.matter_id.name,
            "tier": motion.matter_id.tier,
            "outcome": outcome,
            "passed": passed,
            "sentence": self._why(judged),
            "needed": self._needed(judged),
            "rows": [],
        }
        base = judged["base"]
        if judged["form"] == "decision":
            labels = self._choice_labels()
            sheet["rows"] = [
                _row(labels[side], judged[side], base)
                for side in ("agree", "against", "abstain")
            ]
            if judged["split"]:
                sheet["rows"].append(
                    _row(
                        self.env._("Units of one owner disagree"),
                        {"area": 0, "heads": judged["split"]},
                        base,
                    )
                )
            if silent := judged["silent"]:
                sheet["rows"].append(
                    _row(
                        self.env._(
                            "Silent, follow the majority (%(side)s)",
                            side=labels[silent["side"]],
                        ),
                        silent,
                        base,
                    )
                )
            return sheet
        names = {candidate.id: candidate for candidate in motion.candidate_ids}
        order = sorted(
            judged["candidates"], key=lambda row: (-row["heads"], -row["area"])
        )
        sheet["candidates"] = [
            {
                **_row(names[row["candidate"]].name, row, base),
                "candidate_id": row["candidate"],
                "elected": row["candidate"] in judged["elected"],
                "tied": row["candidate"] in judged["tied"],
            }
            for row in order
        ]
        sheet["rows"] = sheet["candidates"]
        return sheet


def _row(label, numbers, base):
    return {
        "label": label,
        "area": numbers["area"],
        "heads": numbers["heads"],
        "area_permille": _permille(numbers["area"], base["area"]),
        "heads_permille": _permille(numbers["heads"], base["heads"]),
    }


def _permille(number, base):
    """Rounded down, so that 2/3 missed by a hair never reads as reached."""
    return number * 1000 // base if base else 0
