"""Sentences: why somebody cannot vote, why a motion passed or failed."""

from odoo import fields, models
from odoo.fields import Domain

from .vote import ANNOUNCED


def square_metres(area):
    """``600001`` → ``"6,000.01"``."""
    return f"{area // 100:,}.{area % 100:02d}"


class ShequVote(models.Model):
    _inherit = "shequ.vote"

    def _choice_labels(self):
        return {
            "agree": self.env._("Agree"),
            "against": self.env._("Against"),
            "abstain": self.env._("Abstain"),
        }

    def _choices_in_words(self, choices):
        """What a ballot says: list of ``{"motion", "choice"}``, both for reading."""
        labels, words = self._choice_labels(), []
        for motion in self.rules["motions"]:
            choice = choices[str(motion["id"])]
            if motion["form"] == "decision":
                text = labels[choice]
            else:
                names = {row["id"]: row["name"] for row in motion["candidates"]}
                text = "、".join(names[name] for name in choice) or labels["abstain"]
            words.append({"motion": motion["name"], "choice": text})
        return words

    # ---------------------------------------------------------------- the result

    def _why(self, judged):
        """Why a motion passed or failed, in a sentence with the figures."""
        result = self.result
        part = result["participating"]
        quorum = judged["quorum"]["needed"]
        if judged["reason"] == "opinion":
            return self.env._(
                "An opinion poll without legal effect: %(heads)s people took part.",
                heads=part["heads"],
            )
        if judged["reason"].startswith("quorum"):
            return self.env._(
                "Not passed: too few took part. %(area)s m² and %(heads)s owners took "
                "part; %(need_area)s m² and %(need_heads)s owners were needed.",
                area=square_metres(part["area"]),
                heads=part["heads"],
                need_area=square_metres(quorum["area"]),
                need_heads=quorum["heads"],
            )
        if judged["form"] == "election":
            return self._why_election(judged)
        values = {
            "area": square_metres(judged["agree"]["area"]),
            "heads": judged["agree"]["heads"],
            "need_area": square_metres(judged["agreed"]["needed"]["area"]),
            "need_heads": judged["agreed"]["needed"]["heads"],
        }
        if silent := judged["silent"]:
            return self._why_silent(judged, silent, values)
        if judged["outcome"] == "passed":
            return self.env._(
                "Passed: %(area)s m² and %(heads)s owners agree; %(need_area)s m² and "
                "%(need_heads)s owners were needed.",
                **values,
            )
        if judged["reason"] == "agree_area":
            return self.env._(
                "Not passed: enough owners agree (%(heads)s), but not enough area: "
                "%(area)s m² of the %(need_area)s m² needed.",
                **values,
            )
        if judged["reason"] == "agree_heads":
            return self.env._(
                "Not passed: enough area agrees (%(area)s m²), but not enough owners: "
                "%(heads)s of the %(need_heads)s needed.",
                **values,
            )
        return self.env._(
            "Not passed: %(area)s m² and %(heads)s owners agree; %(need_area)s m² and "
            "%(need_heads)s owners were needed.",
            **values,
        )

    def _why_silent(self, judged, silent, values):
        added = {
            "silent_area": square_metres(silent["area"]),
            "silent_heads": silent["heads"],
            "side": self._choice_labels()[silent["side"]],
        }
        if judged["outcome"] == "passed":
            return self.env._(
                "Passed: %(area)s m² and %(heads)s owners agree, and by the rules of "
                "the assembly the silent %(silent_area)s m² and %(silent_heads)s "
                "owners follow the majority (%(side)s); %(need_area)s m² and "
                "%(need_heads)s owners were needed.",
                **values,
                **added,
            )
        return self.env._(
            "Not passed: %(area)s m² and %(heads)s owners agree; by the rules of the "
            "assembly the silent %(silent_area)s m² and %(silent_heads)s owners "
            "follow the majority (%(side)s); %(need_area)s m² and %(need_heads)s "
            "owners were needed.",
            **values,
            **added,
        )

    def _why_election(self, judged):
        values = {
            "elected": len(judged["elected"]),
            "seats": judged["seats"],
            "need_area": square_metres(judged["needed"]["area"]),
            "need_heads": judged["needed"]["heads"],
        }
        if judged["reason"] == "tie":
            return self.env._(
                "%(elected)s of %(seats)s seats are filled; for the others candidates "
                "have the same number of votes, and a run-off is needed.",
                **values,
            )
        if judged["reason"] == "nobody":
            return self.env._(
                "Nobody is elected: nobody has the %(need_area)s m² and "
                "%(need_heads)s owners that are needed.",
                **values,
            )
        if judged["reason"] == "seats_open":
            return self.env._(
                "%(elected)s of %(seats)s seats are filled; the other candidates lack "
                "the %(need_area)s m² and %(need_heads)s owners that are needed.",
                **values,
            )
        return self.env._(
            "All %(seats)s seats are filled; %(need_area)s m² and %(need_heads)s "
            "owners were needed.",
            **values,
        )

    def _needed(self, judged):
        """Both thresholds as sentences."""
        if judged["reason"] == "opinion":
            return []
        quorum = judged["quorum"]["needed"]
        agree = (
            judged["needed"]
            if judged["form"] == "election"
            else judged["agreed"]["needed"]
        )
        sentences = [
            self.env._(
                "To agree: at least %(area)s m² and %(heads)s owners.",
                area=square_metres(agree["area"]),
                heads=agree["heads"],
            )
        ]
        if quorum["heads"]:
            sentences.insert(
                0,
                self.env._(
                    "To take part: at least %(area)s m² and %(heads)s owners.",
                    area=square_metres(quorum["area"]),
                    heads=quorum["heads"],
                ),
            )
        return sentences

    def _disclosure_content(self):
        """The result as the disclosures take it."""
        sheet = self._result_sheet()
        total, part = sheet["total"], sheet["participating"]
        columns = [self.env._("Choice"), self.env._("Area (m²)"), self.env._("Owners")]
        return {
            "summary": "\n".join(
                f"{motion['name']}: {motion['sentence']}" for motion in sheet["motions"]
            ),
            "facts": [
                [self.env._("Number of the vote"), self.reference],
                [self.env._("Opened"), self._local(self.opens_at)],
                [self.env._("Closed"), self._local(self.closes_at)],
                [
                    self.env._("Area that took part (m²)"),
                    f"{square_metres(part['area'])} / {square_metres(total['area'])}",
                ],
                [
                    self.env._("Owners who took part"),
                    f"{part['heads']} / {total['heads']}",
                ],
                [self.env._("Objections until"), self._local(self.objections_until)],
                [self.env._("Digest of the result"), self.result_digest],
                [self.env._("Head of the chain"), self.head or ""],
            ],
            "tables": [
                {
                    "title": motion["name"],
                    "columns": columns,
                    "rows": [
                        [
                            self.env._("%(name)s (elected)", name=row["label"])
                            if row.get("elected")
                            else row["label"],
                            square_metres(row["area"]),
                            str(row["heads"]),
                        ]
                        for row in motion["rows"]
                    ],
                }
                for motion in sheet["motions"]
            ],
        }

    # ----------------------------------------------------------------- of a person

    def _why_not(self, partner):
        """Why ``partner`` cannot vote now, in a sentence; ``""`` when he can.

        Whoever has voted already is told so, too, unless the ballot may be changed.
        """
        self.ensure_one()
        vote = self.sudo()
        if vote.state not in ANNOUNCED:
            return self.env._("This vote has not been announced.")
        electors = vote._electors_of(partner)
        if not electors:
            return vote._why_not_on_roll(partner)
        if not vote.is_running:
            return vote._why_not_now()
        waiting = electors.filtered(lambda elector: not elector.channel)
        if waiting:
            return ""
        if vote.allow_change and any(
            elector.channel != "paper" for elector in electors
        ):
            return ""
        if all(elector.channel == "paper" for elector in electors):
            return self.env._("You have voted on paper. Each unit votes once.")
        return self.env._("You have voted. Thank you.")

    def _why_not_now(self):
        if self.state == "notice" or self._clock() < self.opens_at:
            return self.env._(
                "The vote opens at %(time)s.", time=self._local(self.opens_at)
            )
        return self.env._(
            "The vote closed at %(time)s.", time=self._local(self.closes_at)
        )

    def _why_not_on_roll(self, partner):
        today = self.env["shequ.estate"]._today()
        stays = (
            self.env["shequ.residency"]
            .sudo()
            .search(
                Domain("partner_id", "=", partner.id)
                & Domain("estate_id", "=", self.estate_id.id)
            )
        )
        if not stays:
            return self.env._(
                "You are not recorded as an owner in %(estate)s. If you are one, ask "
                "the service desk to record it.",
                estate=self.estate_id.name,
            )
        current = stays.filtered(lambda stay: stay._covers(today))
        title = current.filtered("is_title")
        if not title:
            return self._why_not_without_title(stays, current)
        units = title.unit_id
        on_roll = (
            self.env["shequ.vote.elector"]
            .sudo()
            .search([("vote_id", "=", self.id), ("unit_id", "in", units.ids)])
        )
        if not on_roll:
            return self._why_not_unit(title)
        other = on_roll.filtered("voter_id")[:1]
        if other.frozen and other.voter_id not in other.unit_id.owner_ids:
            return self._why_not_bought_later(other.unit_id)
        if other:
            return self.env._(
                "%(person)s votes for %(unit)s: co-owners vote through one of them.",
                person=other.voter_name,
                unit=other.address,
            )
        return self.env._(
            "Nobody has been chosen to vote for %(unit)s yet. The co-owners choose one "
            "of them; after the opening the unit can vote on paper.",
            unit=on_roll[0].address,
        )

    def _why_not_without_title(self, stays, current):
        former = stays.filtered("is_title")
        if former:
            last = former.sorted("date_to")[-1:]
            return self.env._(
                "You no longer own %(unit)s (until %(date)s). The owner votes.",
                unit=last.unit_id.short_address,
                date=fields.Date.to_string(last.date_to),
            )
        if current.filtered(lambda stay: stay.role == "tenant"):
            return self.env._(
                "You rent %(unit)s. In this vote the owners decide; the owner of "
                "your home votes for it.",
                unit=current.unit_id[:1].short_address,
            )
        if current:
            return self.env._(
                "You live in %(unit)s as family. The owner votes for it, or gives you "
                "a written proxy.",
                unit=current.unit_id[:1].short_address,
            )
        return self.env._(
            "You no longer live in %(unit)s. The owner votes.",
            unit=stays[-1:].unit_id.short_address,
        )

    def _why_not_unit(self, title):
        unit = title.unit_id[:1]
        if self.opened_at and all(
            stay.date_from > self._local_day(self.opened_at) for stay in title
        ):
            return self._why_not_bought_later(unit)
        if unit.use in ("parking", "storage"):
            return self.env._(
                "%(unit)s does not count in votes by the rules of the assembly.",
                unit=unit.short_address,
            )
        return self.env._(
            "This vote is of others: %(unit)s is not among the homes it is about.",
            unit=unit.short_address,
        )

    def _why_not_bought_later(self, unit):
        return self.env._(
            "You became the owner of %(unit)s after the vote had opened. The roll was "
            "fixed then.",
            unit=unit.short_address,
        )

    def _local_day(self, moment):
        return fields.Date.to_date(self._local(moment)[:10])
