"""The committee leads a vote from its own pages, with the checks of the back end."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from odoo import SUPERUSER_ID, api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.tools import html2plaintext

from ...tools import person_name
from .vote import OPEN_TO_CHANGE

#: Steps that somebody takes; the chain says who.
LED = frozenset(
    (
        "announced",
        "opened",
        "extended",
        "closed",
        "published",
        "final",
        "filed",
        "cancelled",
    )
)
MAX_TITLE = 80
#: At nine in the morning, as people of the estate read the clock.
HOUR = 9


class ShequVote(models.Model):
    _inherit = "shequ.vote"

    # ------------------------------------------------------------------ who

    def _lead(self, user):
        """The vote as super-user in the name of ``user``, who leads it.

        :raises AccessError: for anybody else, also when a term has just ended
        """
        self.ensure_one()
        vote = self.with_user(user)
        vote._check_may_run()
        return vote.sudo()

    def _note(self, kind, data):
        if kind in LED:
            data = {**data, "by": self._led_by()}
        return super()._note(kind, data)

    def _led_by(self):
        """Who takes a step, as the chain keeps it: the name as residents read names.

        :return: dict with ``role`` (committee, company or clock), and of people
            ``name`` (masked) and ``user`` (id)
        """
        user = self.env.user
        if user.id == SUPERUSER_ID:
            return {"role": "clock"}
        serves = self.estate_id in user._shequ_committee_estates()
        return {
            "role": "committee" if serves else "company",
            "name": person_name.mask(user.name),
            "user": user.id,
        }

    # --------------------------------------------------------------- the agenda

    @api.model
    def _lead_new(self, user, estate, title, kind):
        """Put up a proposal of the committee, with the first times the law allows.

        :raises AccessError: by somebody without a term in the committee
        """
        if estate not in user._shequ_committee_estates():
            raise AccessError(self.env._("You do not serve in this committee."))
        if not title:
            raise UserError(self.env._("Please write what should be decided."))
        opens_at, closes_at = self._first_times(estate)
        return (
            self.with_user(user)
            .sudo()
            .create(
                {
                    "name": title[:MAX_TITLE],
                    "estate_id": estate.id,
                    "kind": kind,
                    "proposer": "committee",
                    "proposer_id": user.partner_id.id,
                    "opens_at": opens_at,
                    "closes_at": closes_at,
                }
            )
        )

    @api.model
    def _first_times(self, estate):
        """When a vote announced tomorrow could open and close, naive UTC."""
        rules = self.env["shequ.assembly"].sudo()._of_estate(estate)
        day = estate.sudo()._now_local().replace(
            hour=HOUR, minute=0, second=0, microsecond=0
        ) + timedelta(days=rules.notice_days + 1)
        end = day + timedelta(days=max(1, rules.window_days_min))
        return self._from_local(estate, day), self._from_local(estate, end)

    @api.model
    def _from_local(self, estate, moment):
        """Naive UTC of a moment as people of the estate read the clock."""
        zone = ZoneInfo(estate.sudo().tz or "Asia/Shanghai")
        return (
            moment.replace(tzinfo=zone).astimezone(ZoneInfo("UTC")).replace(tzinfo=None)
        )

    def _read_local(self, text):
        """Naive UTC of what a form sends: ``2026-12-10T09:00``; False when empty.

        :raises UserError: for anything else
        """
        if not (text or "").strip():
            return False
        try:
            moment = datetime.fromisoformat(text.strip()).replace(tzinfo=None)
            return self._from_local(self.estate_id, moment)
        except (OverflowError, ValueError):
            raise UserError(
                self.env._("“%(text)s” is no day and time.", text=text[:30])
            ) from None

    def _lead_agenda(self, user, values):
        """Write what is voted on, by whom and when, before it is announced.

        :param dict values: fields of the vote
        """
        vote = self._lead(user)
        vote._check_state(*OPEN_TO_CHANGE)
        if not values.get("name"):
            raise UserError(self.env._("Please write what should be decided."))
        values = dict(values)
        if "building_ids" in values:
            values["building_ids"] = [fields.Command.set(values["building_ids"])]
        # A form sends all words, also those that stay as they were signed.
        if values["name"] == vote.name:
            del values["name"]
        if html2plaintext(values.get("description") or "") == html2plaintext(
            vote.description or ""
        ):
            values.pop("description", None)
        vote.write(values)

    def _lead_motion(self, user, values, people=""):
        """Add a motion; how many have to agree comes from its matter.

        :param dict values: ``name``, ``matter_id``, ``description``, ``seats``
        :param str people: candidates, one per line: name, home, words; makes the
            motion an election
        """
        vote = self._lead(user)
        vote._check_state(*OPEN_TO_CHANGE)
        if not values.get("name"):
            raise UserError(self.env._("Please write what the motion says."))
        if not values.get("matter_id"):
            raise UserError(self.env._("Please choose what kind of matter it is."))
        candidates = [line for line in people.splitlines() if line.strip()]
        motion = self.env["shequ.vote.motion"].with_env(vote.env)
        motion.create(
            {
                **values,
                "vote_id": vote.id,
                "sequence": 10 + len(vote.motion_ids),
                "form": "election" if candidates else "decision",
                "candidate_ids": [
                    fields.Command.create(self._read_candidate(line, number))
                    for number, line in enumerate(candidates)
                ],
            }
        )

    @api.model
    def _read_candidate(self, line, number):
        """``name, home, words`` as values of a candidate."""
        parts = [part.strip() for part in line.replace("，", ",").split(",", 2)]
        name, home, words = parts + [""] * (3 - len(parts))
        return {
            "name": name,
            "home": home,
            "statement": words,
            "sequence": number,
        }

    def _lead_drop_motion(self, user, motion_id):
        vote = self._lead(user)
        vote.motion_ids.filtered(lambda motion: motion.id == motion_id).unlink()

    def _lead_document(self, user, name, raw, mimetype):
        """Attach a document that is posted with the notice."""
        vote = self._lead(user)
        vote._check_state(*OPEN_TO_CHANGE)
        file = vote.env["ir.attachment"].create(
            {
                "name": name,
                "raw": raw,
                "mimetype": mimetype,
                "res_model": vote._name,
                "res_id": vote.id,
            }
        )
        vote.write({"document_ids": [fields.Command.link(file.id)]})

    def _lead_drop_document(self, user, file_id):
        vote = self._lead(user)
        vote.write({"document_ids": [fields.Command.unlink(file_id)]})

    # ---------------------------------------------------------------- the steps

    def _lead_step(self, user, step, *, reason="", closes_at=False, filed_on=False):
        """Take a step of a vote in the name of who leads it.

        :param str step: submit, back, announce, open, close, publish, finalise,
            remind, extend, cancel or file
        :param str reason: of an extension or of giving up; the number of a filing
        :param datetime closes_at: the new end, naive UTC
        :param date filed_on: when it was filed
        :raises UserError: a sentence why it does not go
        """
        vote = self._lead(user)
        if step == "extend":
            if not closes_at:
                raise UserError(self.env._("Please choose the new close."))
            vote._extend(closes_at, reason)
        elif step == "cancel":
            vote._cancel(reason)
        elif step == "file":
            vote._file(filed_on, reason)
        elif step in (
            "submit",
            "back",
            "announce",
            "open",
            "close",
            "publish",
            "finalise",
            "remind",
        ):
            getattr(vote, f"action_{step}")()
        else:
            raise UserError(self.env._("Please choose what to do."))

    def _lead_answer(self, user, objection_id, words, upheld):
        """Answer an objection to this vote."""
        vote = self._lead(user)
        objection = vote.objection_ids.filtered(lambda one: one.id == objection_id)
        if not objection:
            raise UserError(self.env._("There is no such objection."))
        objection._answer(words, upheld, user)

    def _steps_taken(self):
        """What was done, from the chain, oldest first.

        :return: list of dicts with ``kind``, ``at`` (naive UTC) and ``by`` (as
            :meth:`_led_by`; ``None`` where an older chain does not say)
        """
        self.ensure_one()
        events = (
            self.env["shequ.vote.event"]
            .sudo()
            .search([("vote_id", "=", self.id), ("kind", "in", tuple(LED))])
        )
        return [
            {"kind": event.kind, "at": event.at, "by": event._data().get("by")}
            for event in events
        ]
