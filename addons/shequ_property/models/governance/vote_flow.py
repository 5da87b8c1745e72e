"""From the proposal to the filing: who may do what, and when."""

import logging
from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.service.model import PG_CONCURRENCY_EXCEPTIONS_TO_RETRY

from .vote import COUNTED, OPEN_TO_CHANGE

_logger = logging.getLogger(__name__)

RULES = (
    "parking_counts",
    "storage_counts",
    "same_co_owners_one_head",
    "silent_follow_majority",
    "max_proxies",
)


class ShequVote(models.Model):
    _inherit = "shequ.vote"

    # ------------------------------------------------------------------ who

    def _may_run(self, user):
        """Whether ``user`` leads this vote: the estate's managers or its committee."""
        self.ensure_one()
        user = user.sudo()
        if user.has_group("shequ_property.group_company_manager"):
            return self.sudo().company_id in user.company_ids
        if user.has_group("shequ_property.group_estate_manager"):
            return self.sudo().estate_id in user.shequ_estate_ids
        return self.sudo().estate_id in user._shequ_committee_estates()

    def _check_may_run(self):
        for vote in self:
            if not (self.env.su or vote._may_run(self.env.user)):
                raise AccessError(
                    self.env._(
                        "Only the owners' committee and the managers of %(estate)s "
                        "lead its votes.",
                        estate=vote.sudo().estate_id.name,
                    )
                )

    def _check_state(self, *states):
        self.ensure_one()
        if self.state not in states:
            labels = dict(self._fields["state"]._description_selection(self.env))
            raise UserError(
                self.env._(
                    "“%(vote)s” is at “%(state)s”: this step does not come now.",
                    vote=self.name,
                    state=labels[self.state],
                )
            )

    def _check_takes_proxies(self):
        """Proxies are given from the notice until the close."""
        self.ensure_one()
        if self.state not in ("notice", "open") or self._clock() >= self.closes_at:
            raise UserError(
                self.env._("Proxies are given from the notice until the close.")
            )

    def _note(self, kind, data):
        """Add an event to the chain, inside :meth:`_apart`."""
        return self.env["shequ.vote.event"]._append(
            self, kind, data, self._event_time(kind)
        )

    def _event_time(self, kind):
        """To the second; in a secret vote to the hour while ballots come in."""
        now = self._clock()
        if self.secrecy == "secret" and kind in ("cast", "sealed", "proxy", "revoked"):
            return now.replace(minute=0, second=0, microsecond=0)
        return now

    # --------------------------------------------------------- before the notice

    def action_submit(self):
        """draft → check."""
        self._check_may_run()
        for vote in self:
            vote._check_state("draft")
            if not vote.sudo().motion_ids:
                raise UserError(
                    self.env._(
                        "“%(vote)s” has nothing to vote on yet: add a motion.",
                        vote=vote.name,
                    )
                )
            vote._set({"state": "check"})
        return True

    def action_back(self):
        """check → draft."""
        self._check_may_run()
        for vote in self:
            vote._check_state("check")
            vote._set({"state": "draft"})
        return True

    def _missing(self):
        """What stands in the way of the announcement, as a list of sentences."""
        self.ensure_one()
        vote = self.sudo()
        missing = []
        if not vote.motion_ids:
            missing.append(self.env._("There is nothing to vote on: add a motion."))
        for motion in vote.motion_ids:
            missing += motion._missing()
        formal = vote.kind in ("assembly", "building")
        if formal and not vote.document_ids:
            missing.append(
                self.env._("The documents that are posted with the notice are missing.")
            )
        if formal and not vote.committee_told_on:
            missing.append(
                self.env._(
                    "Note on which day the residents' committee was told of the vote."
                )
            )
        if vote.kind == "building" and not vote.building_ids:
            missing.append(self.env._("Choose the building whose owners vote."))
        if vote.kind == "consent" and not (vote.building_ids or vote.unit_ids):
            missing.append(self.env._("Choose the affected units or building."))
        if vote.entrance and len(vote.building_ids) != 1:
            missing.append(
                self.env._("An entrance belongs to one building: choose that one.")
            )
        return missing + vote._missing_times(formal)

    def _missing_times(self, formal):
        if not (self.opens_at and self.closes_at):
            return [self.env._("Set when the vote opens and when it closes.")]
        missing, rules = [], self.assembly_id
        earliest = self._clock() + timedelta(days=rules.notice_days)
        # Whoever announces at noon what opens at nine in the morning fifteen days
        # on has kept to fifteen days.
        if formal and self.opens_at.date() < earliest.date():
            missing.append(
                self.env._(
                    "A vote is announced %(days)s days before: it cannot open before "
                    "%(date)s.",
                    days=rules.notice_days,
                    date=self._local(earliest)[:10],
                )
            )
        if self.kind != "poll":
            missing += self._missing_window(self.closes_at)
        return missing

    def _missing_window(self, closes_at):
        rules = self.assembly_id
        span = closes_at - self.opens_at
        if not (
            timedelta(days=rules.window_days_min)
            <= span
            <= timedelta(days=rules.window_days_max)
        ):
            return [
                self.env._(
                    "The voting time must be between %(least)s and %(most)s days.",
                    least=rules.window_days_min,
                    most=rules.window_days_max,
                )
            ]
        return []

    def action_announce(self):
        """check → notice: the agenda is fixed, the roll is drawn for checking.

        :raises UserError: naming everything that is missing
        """
        self._check_may_run()
        for found in self:
            with found._apart(exclusive=True) as vote:
                vote._check_state("check")
                if missing := vote._missing():
                    raise UserError(
                        self.env._(
                            "“%(vote)s” cannot be announced yet:\n%(missing)s",
                            vote=vote.name,
                            missing="\n".join(f"· {line}" for line in missing),
                        )
                    )
                vote._set({"state": "notice", "announced_at": vote._clock()})
                vote._write_roll(frozen=False)
                vote._note("announced", vote._definition())
        return True

    def _current_rules(self):
        """The rules of the assembly that a vote goes by, as plain values."""
        self.ensure_one()
        assembly = self.sudo().assembly_id
        return {name: assembly[name] for name in RULES}

    def _definition(self):
        """What is voted on, when and by which rules, as plain values for the chain."""
        self.ensure_one()
        return {
            "title": self.name,
            "estate": self.estate_id.name,
            "kind": self.kind,
            "audience": self.audience,
            "secrecy": self.secrecy,
            "allow_change": self.allow_change,
            "opens_at": f"{self.opens_at.isoformat()}Z",
            "closes_at": f"{self.closes_at.isoformat()}Z",
            "rules": self._current_rules(),
            "motions": [motion._definition() for motion in self.motion_ids],
            "documents": [
                {"name": document.name, "checksum": document.checksum or ""}
                for document in self.document_ids
            ],
        }

    def _cancel(self, reason):
        """Give the vote up, before it opens."""
        self.ensure_one()
        self._check_may_run()
        words = (reason or "").strip()
        if not words:
            raise UserError(self.env._("Please say why the vote is cancelled."))
        with self._apart(exclusive=True) as vote:
            vote._check_state(*OPEN_TO_CHANGE, "notice")
            announced = vote.state == "notice"
            vote._set({"state": "cancelled", "cancel_reason": words})
            if announced:
                vote._note("cancelled", {"reason": words})
        return True

    # ---------------------------------------------------------------- while open

    def action_open(self):
        """notice → open: the roll is frozen. Called twice it does nothing."""
        self._check_may_run()
        for vote in self:
            vote._open()
        return True

    def _open(self):
        with self._apart(exclusive=True) as vote:
            if vote.state == "open" or vote.state in COUNTED:
                return
            vote._check_state("notice")
            now = vote._clock()
            if now < vote.opens_at:
                raise UserError(
                    self.env._(
                        "“%(vote)s” opens at %(time)s, as announced.",
                        vote=vote.name,
                        time=vote._local(vote.opens_at),
                    )
                )
            if now >= vote.closes_at:
                raise UserError(
                    self.env._(
                        "The voting time of “%(vote)s” is over. Cancel it and "
                        "announce it anew.",
                        vote=vote.name,
                    )
                )
            told = vote._write_roll(frozen=True)
            if not told["electors"]:
                raise UserError(
                    self.env._(
                        "Nobody is on the roll of “%(vote)s”: record the units and "
                        "their owners first.",
                        vote=vote.name,
                    )
                )
            definition = vote._definition()
            vote._set(
                {
                    "state": "open",
                    "opened_at": now,
                    "rules": {
                        "rules": definition["rules"],
                        "motions": definition["motions"],
                    },
                }
            )
            vote._note("opened", {**definition, "roll": told})

    def _extend(self, closes_at, reason):
        """Extend the voting time, once, before the close.

        :param datetime closes_at: naive UTC
        """
        self.ensure_one()
        self._check_may_run()
        words = (reason or "").strip()
        if not words:
            raise UserError(self.env._("Please say why the voting time is extended."))
        with self._apart(exclusive=True) as vote:
            vote._check_state("open")
            if vote.first_closes_at:
                raise UserError(
                    self.env._("The voting time has been extended once already.")
                )
            if vote._clock() >= vote.closes_at:
                raise UserError(
                    self.env._("The voting time is over: it can no longer be extended.")
                )
            if closes_at <= vote.closes_at:
                raise UserError(
                    self.env._("The new end must be later than the one announced.")
                )
            if vote.kind != "poll" and (wrong := vote._missing_window(closes_at)):
                raise UserError("\n".join(wrong))
            vote._set(
                {
                    "first_closes_at": vote.closes_at,
                    "closes_at": closes_at,
                    "extension_reason": words,
                }
            )
            vote._note(
                "extended", {"closes_at": f"{closes_at.isoformat()}Z", "reason": words}
            )
        return True

    def action_close(self):
        """open → closed: no more ballots, counted at once.

        :return: the digest of the result, the same however often it is called
        """
        self._check_may_run()
        digest = False
        for vote in self:
            digest = vote._close()
        return digest

    def _close(self):
        with self._apart(exclusive=True) as vote:
            if vote.state in COUNTED:
                return vote.result_digest
            vote._check_state("open")
            if vote._clock() < vote.closes_at:
                raise UserError(
                    self.env._(
                        "“%(vote)s” runs until %(time)s and is not closed before.",
                        vote=vote.name,
                        time=vote._local(vote.closes_at),
                    )
                )
            return vote._close_and_count()

    # ---------------------------------------------------------------- afterwards

    def action_publish(self):
        """closed → publicity: publish the result and take objections."""
        self._check_may_run()
        for found in self:
            with found._apart(exclusive=True) as vote:
                vote._check_state("closed")
                now, rules = vote._clock(), vote.assembly_id
                values = {
                    "state": "publicity",
                    "published_at": now,
                    "objections_until": now + timedelta(days=rules.objection_days),
                    "publicity_until": now + timedelta(days=rules.publicity_days),
                }
                if vote._elects_committee():
                    values["file_by"] = vote.estate_id._today() + timedelta(
                        days=rules.filing_days
                    )
                vote._set(values)
                vote._note("published", {"result": vote.result_digest})
                vote._publish_disclosure()
        return True

    def _elects_committee(self):
        return any(
            motion.matter_id.is_election and motion.outcome == "passed"
            for motion in self.motion_ids
        )

    def _publish_disclosure(self):
        """Publish the result, where the disclosures are installed."""
        self.ensure_one()
        if "shequ.disclosure" in self.env:
            self.env["shequ.disclosure"]._publish_from(
                self,
                "vote_result",
                self.estate_id,
                self.env._("Result of the vote: %(vote)s", vote=self.name),
                self._disclosure_content(),
                # Who stood for election is named on purpose.
                named=self.motion_ids.candidate_ids.mapped("name"),
            )

    def _open_objections(self):
        """Extension point: how many objections to the result wait for an answer."""
        return 0

    def action_finalise(self):
        """publicity → final, when the time is over and objections are answered."""
        self._check_may_run()
        for found in self:
            with found._apart(exclusive=True) as vote:
                vote._check_state("publicity")
                if vote._clock() < vote.publicity_until:
                    raise UserError(
                        self.env._(
                            "The result of “%(vote)s” is posted until %(time)s.",
                            vote=vote.name,
                            time=vote._local(vote.publicity_until),
                        )
                    )
                if waiting := vote._open_objections():
                    raise UserError(
                        self.env._(
                            "%(count)s objections to the result wait for an answer.",
                            count=waiting,
                        )
                    )
                vote._set({"state": "final", "final_at": vote._clock()})
                vote._note("final", {"result": vote.result_digest})
                vote._publish_disclosure()
        return True

    def _file(self, filed_on, reference):
        """final → filed.

        :param date filed_on: when it was handed in
        :param str reference: number or name of the receipt
        """
        self.ensure_one()
        self._check_may_run()
        words = (reference or "").strip()
        if not (filed_on and words):
            raise UserError(
                self.env._("Say on which day it was filed, and the receipt's number.")
            )
        with self._apart(exclusive=True) as vote:
            vote._check_state("final")
            vote._set(
                {"state": "filed", "filed_on": filed_on, "filing_reference": words}
            )
            vote._note(
                "filed",
                {"on": fields.Date.to_string(filed_on), "reference": words},
            )
        return True

    # ------------------------------------------------------------------ clock

    @api.model
    def _cron_clock(self):
        """Open, close and finalise what is due; one that fails holds up no other."""
        now = self._clock()
        grace = self._number("vote.paper_grace_hours", 48)
        due = [
            ("_open", [("state", "=", "notice"), ("opens_at", "<=", now)]),
            (
                "_close",
                [
                    ("state", "=", "open"),
                    ("with_paper", "=", False),
                    ("closes_at", "<=", now),
                ],
            ),
            (
                "_close",
                [
                    ("state", "=", "open"),
                    ("with_paper", "=", True),
                    ("closes_at", "<=", now - timedelta(hours=grace)),
                ],
            ),
        ]
        for step, domain in due:
            for vote in self.sudo().search(domain):
                vote._try(step)

    @api.model
    def _cron_seal(self):
        """Put the seals of secret ballots into the chain, those of an hour together."""
        running = [("state", "=", "open"), ("secrecy", "=", "secret")]
        for vote in self.sudo().search(running):
            vote._try("_seal")

    def _seal(self):
        with self._apart(exclusive=True) as vote:
            if vote.state == "open":
                vote._seal_secret()

    def _try(self, step):
        """Do a step that is due; tell the manager when it cannot be done.

        Each is committed by itself, so that one that fails holds up no other.
        """
        try:
            getattr(self, step)()
        except UserError as error:
            self._tell_manager(str(error))
        except PG_CONCURRENCY_EXCEPTIONS_TO_RETRY as error:
            _logger.info("%s of vote %s waits for the next turn: %s", step, self, error)

    def _tell_manager(self, problem):
        """Leave the manager of the estate one activity, not one a minute."""
        user = self.estate_id.manager_id or self.env.ref("base.user_admin")
        if not self.activity_ids.filtered(lambda todo: todo.user_id == user):
            self.activity_schedule(
                "mail.mail_activity_data_todo",
                summary=self.env._("The vote could not go on"),
                note=problem,
                user_id=user.id,
            )

    @api.model
    def _number(self, key, fallback):
        return self.env["shequ.assembly"]._default_number(key, fallback)
