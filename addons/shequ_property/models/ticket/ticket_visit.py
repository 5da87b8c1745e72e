"""Appointments (预约上门): one side proposes times, the other takes one."""

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError

from ...tools import visits
from .ticket_flow import FLOW_FIELDS

SIDES = [("staff", "Property company"), ("resident", "Resident")]
MAX_PROPOSALS = 3
FLOW_FIELDS.update({"visit_start", "visit_end", "expected_at"})


class TicketVisit(models.Model):
    """A time at which somebody could come."""

    _name = "shequ.ticket.visit"
    _description = "Time for a Visit"
    _order = "start, id"
    _rec_name = "start"

    ticket_id = fields.Many2one(
        "shequ.ticket", required=True, index=True, readonly=True, ondelete="restrict"
    )
    company_id = fields.Many2one(related="ticket_id.company_id", store=True, index=True)
    start = fields.Datetime(string="From", required=True, readonly=True)
    end = fields.Datetime(string="Until", required=True, readonly=True)
    proposed_by = fields.Selection(SIDES, required=True, readonly=True)
    state = fields.Selection(
        [
            ("proposed", "Proposed"),
            ("confirmed", "Confirmed"),
            ("dropped", "Dropped"),
        ],
        required=True,
        default="proposed",
        readonly=True,
    )

    _span_check = models.Constraint(
        'CHECK("end" > start)', "A visit must end after it begins."
    )


class Ticket(models.Model):
    _inherit = "shequ.ticket"

    visit_ids = fields.One2many("shequ.ticket.visit", "ticket_id", readonly=True)
    visit_start = fields.Datetime(string="Appointment", readonly=True, copy=False)
    visit_end = fields.Datetime(string="Appointment Until", readonly=True, copy=False)
    expected_at = fields.Datetime(
        readonly=True, copy=False, help="When the worker thinks to be there."
    )

    @api.model
    def _visit_hours(self):
        text = self.env["ir.config_parameter"].sudo().get_param("shequ.visit.hours")
        try:
            return visits.parse_hours(text or "9-11 14-16 16-18 18-20")
        except ValueError as error:
            raise ValidationError(
                self.env._(
                    "“%(word)s” in the system parameter shequ.visit.hours is no span "
                    "such as 9-11.",
                    word=error,
                )
            ) from error

    def _visit_slots(self):
        """Return the (start, end) that may be proposed, naive UTC."""
        self.ensure_one()
        estate = self.sudo().estate_id
        return visits.slots(
            fields.Datetime.now(),
            estate.tz or "Asia/Shanghai",
            self._visit_hours(),
            self._dispatch_setting("visit_days", 4),
        )

    def _visit_words(self, start, end):
        """Say a span in the time of the place: 05-02 09:00–11:00."""
        tz = self.sudo().estate_id.tz or "Asia/Shanghai"
        local = self.with_context(tz=tz)
        begin, until = (
            fields.Datetime.context_timestamp(local, moment) for moment in (start, end)
        )
        return f"{begin:%m-%d %H:%M}–{until:%H:%M}"

    def _visit_propose(self, starts, side, partner=None):
        """Propose one to three times; what was proposed before is dropped.

        :param starts: texts or datetimes (naive UTC), each the start of one of
            `_visit_slots`
        :param side: "staff" or "resident"
        :raises UserError: when a time has passed, or there are none or too many
        """
        self.ensure_one()
        ticket = self.sudo()
        if not ticket.is_open:
            raise UserError(self.env._("The ticket is finished already."))
        chosen = self._visit_chosen(starts)
        ticket.visit_ids.filtered(lambda v: v.state == "proposed").write(
            {"state": "dropped"}
        )
        self.env["shequ.ticket.visit"].sudo().create(
            [
                {
                    "ticket_id": ticket.id,
                    "start": start,
                    "end": end,
                    "proposed_by": side,
                }
                for start, end in chosen
            ]
        )
        words = ", ".join(self._visit_words(*span) for span in chosen)
        self._trace(
            "visit", self.env._("Proposed: %(times)s", times=words), partner=partner
        )
        if side == "staff":
            self._tell_residents(
                self.env._(
                    "When may we come? Please choose on this page: %(times)s",
                    times=words,
                )
            )
        else:
            self._visit_answered()
        self._notify_pool()

    def _visit_chosen(self, starts):
        offered = dict(self._visit_slots())
        try:
            wanted = {fields.Datetime.to_datetime(start) for start in starts}
        except (TypeError, ValueError):
            wanted = {None}
        if not wanted:
            raise UserError(self.env._("Please choose a time."))
        if len(wanted) > MAX_PROPOSALS:
            raise UserError(
                self.env._("Please choose at most %(n)s times.", n=MAX_PROPOSALS)
            )
        if wanted - offered.keys():
            raise UserError(
                self.env._("One of these times has passed. Please choose again.")
            )
        return [(start, offered[start]) for start in sorted(wanted)]

    def _visit_confirm(self, visit_id, side, partner=None):
        """Take one of the times that the other side proposed."""
        self.ensure_one()
        ticket = self.sudo()
        visit = ticket.visit_ids.filtered(
            lambda v: (
                v.id == visit_id and v.state == "proposed" and v.proposed_by != side
            )
        )
        if not visit or not ticket.is_open:
            raise UserError(self.env._("This time is no longer proposed."))
        if visit.end <= fields.Datetime.now():
            raise UserError(
                self.env._("This time has passed. Please propose another one.")
            )
        ticket.visit_ids.filtered(lambda v: v.state != "dropped").write(
            {"state": "dropped"}
        )
        visit.state = "confirmed"
        ticket.write(
            {
                "visit_start": visit.start,
                "visit_end": visit.end,
                "expected_at": visit.start,
            }
        )
        words = self._visit_words(visit.start, visit.end)
        self._trace(
            "visit", self.env._("Agreed: %(time)s", time=words), partner=partner
        )
        if side == "staff":
            self._tell_residents(self.env._("Agreed: we come on %(time)s.", time=words))
        else:
            self._visit_answered()
        self._notify_pool()

    def _visit_answered(self):
        """The resident has answered: the wait is over and the worker hears of it."""
        ticket = self.sudo()
        if ticket.hold_reason == "resident" and ticket.quotation_state != "sent":
            ticket.action_resume()
        ticket._tell_worker()
