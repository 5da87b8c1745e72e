from datetime import timedelta

from odoo import fields, models
from odoo.exceptions import UserError

from .ticket_flow import FLOW_FIELDS

FLOW_FIELDS.update({"call_back_due", "call_back_tries"})
# With these steps nobody has to be asked any more.
SETTLED = ("rated", "reopened", "resubmitted", "cancelled", "merged", "closed")


class Ticket(models.Model):
    """Asking by telephone how it went (待回访)."""

    _inherit = "shequ.ticket"

    call_back_ids = fields.One2many(
        "shequ.call.back", "ticket_id", string="Calls", groups="base.group_user"
    )
    call_back_due = fields.Datetime(
        string="Call From",
        readonly=True,
        copy=False,
        groups="base.group_user",
        help="From then on the person is called and asked how it went.",
    )
    call_back_tries = fields.Integer(
        string="Calls Without Answer",
        readonly=True,
        copy=False,
        groups="base.group_user",
    )

    _call_back_idx = models.Index(
        "(estate_id, call_back_due) WHERE call_back_due IS NOT NULL"
    )

    def _step(self, code, *args, **kwargs):
        result = super()._step(code, *args, **kwargs)
        if code in SETTLED:
            asked = self.sudo().filtered("call_back_due")
            asked.write({"call_back_due": False, "call_back_tries": 0})
        return result

    def _finish(self, resolution, photos=(), close_reason="solved"):
        result = super()._finish(resolution, photos, close_reason)
        self._plan_call_back()
        return result

    def _plan_call_back(self):
        """Who does not read the pages is called; with a message, some days later."""
        for ticket in self.sudo():
            contact = ticket._news_contacts()[ticket.id]
            asked_on_page = contact.has_login and not contact.by_phone
            if asked_on_page or not (contact.number or contact.person):
                continue
            hours = ticket._days("call_back.hours", 2)
            ticket.call_back_due = fields.Datetime.now() + timedelta(hours=hours)

    def _news_sent(self, step):
        """The question went out by message: time for an answer before the call."""
        result = super()._news_sent(step)
        if step == "finished":
            days = self._days("call_back.days_after_message", 3)
            due = self.sudo().filtered("call_back_due")
            due.write({"call_back_due": fields.Datetime.now() + timedelta(days=days)})
        return result

    def _record_call(self, result, stars=0, tags=None, comment="", reopen=False):
        """Keep the result of a call; stars given by telephone are the person's.

        Whoever was reached has been called back: that clock stops.  After so many
        calls in vain (``shequ.call_back.tries``) the ticket leaves the list.

        :param str result: a key of ``RESULTS``
        :param int stars: 1–5, or 0 when none were given
        :param bool reopen: the person says that it is not done
        :return: the ``shequ.call.back``
        """
        self.ensure_one()
        self.check_access("read")
        self._check_call(result, stars, comment, reopen)
        person = self._shequ_contact()
        comment = (comment or "").strip()
        call = (
            self.env["shequ.call.back"]
            .sudo()
            .create(
                {
                    "ticket_id": self.id,
                    "company_id": self.company_id.id,
                    "estate_id": self.estate_id.id,
                    "user_id": self.env.uid,
                    "partner_id": person.id,
                    "result": result,
                    "stars": stars,
                    "note": comment[:500] or False,
                }
            )
        )
        ticket = self.sudo()
        if result == "missed":
            ticket._call_missed(comment)
            return call
        ticket._trace("called", comment[:200])
        ticket._stop_clocks(["call_back", "fund_contact"])
        ticket.write({"call_back_due": False, "call_back_tries": 0})
        if stars:
            ticket._rate_for(person, stars, tags, comment)
        if reopen:
            ticket._reopen(person, comment)
        return call

    def _check_call(self, result, stars, comment, reopen):
        if result == "missed" and (stars or reopen):
            raise UserError(self.env._("Whoever was not reached has not given stars."))
        if stars and (self.state not in ("done", "closed") or self.rated_at):
            raise UserError(
                self.env._(
                    "%(ticket)s cannot be rated now: it is not done yet, or has its "
                    "stars already.",
                    ticket=self.name,
                )
            )
        if reopen and not (comment or "").strip():
            raise UserError(self.env._("Please write what is still wrong."))

    def _call_missed(self, comment):
        """Try again later, so many times."""
        tries = self.call_back_tries + 1
        self._trace("called", self.env._("Not reached. %(note)s", note=comment), False)
        if not self.call_back_due:
            return  # a call of another occasion: nothing is asked
        most = self._days("call_back.tries", 3)
        hours = self._days("call_back.again_hours", 24)
        again = fields.Datetime.now() + timedelta(hours=hours)
        self.write(
            {
                "call_back_tries": tries,
                "call_back_due": again if tries < most else False,
            }
        )
