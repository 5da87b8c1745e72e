import hashlib
import logging
from datetime import timedelta
from hmac import compare_digest

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL
from odoo.tools.misc import hmac

from ...tools import news as news_tools
from ...tools import short_link

_logger = logging.getLogger(__name__)

STEPS = [
    ("received", "Received"),
    ("assigned", "Who comes"),
    ("held", "On hold"),
    ("finished", "Done"),
]
BATCH = 200


class TicketNews(models.Model):
    """News of a ticket by text message: what waits, what was sent, what was not.

    A row is written with the step itself, in its transaction, so that news are
    neither sent of something that was rolled back nor lost with a server.  A job
    looks at it after the commit and decides.
    """

    _name = "shequ.ticket.news"
    _description = "News of a Ticket"
    _order = "id desc"
    _log_access = False
    _rec_name = "step"

    ticket_id = fields.Many2one(
        "shequ.ticket", required=True, readonly=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one("res.company", required=True, readonly=True)
    step = fields.Selection(STEPS, required=True, readonly=True)
    at = fields.Datetime(string="Time", required=True, readonly=True)
    state = fields.Selection(
        [("pending", "Waiting"), ("sent", "Sent"), ("skipped", "Not sent")],
        required=True,
        readonly=True,
        default="pending",
    )
    reason = fields.Selection(
        [
            ("portal", "Reads the residents' pages"),
            ("withdrawn", "Does not want text messages"),
            ("number", "No number that receives messages"),
            ("over", "No longer true when it was looked at"),
            ("again", "Told already"),
            ("nobody", "Nobody to tell"),
            ("fault", "Could not be written"),
        ],
        string="Why Not",
        readonly=True,
    )
    partner_id = fields.Many2one("res.partner", string="Person", readonly=True)
    # What the news said, so that the same is not said twice.
    content_key = fields.Char(readonly=True)
    expires_at = fields.Datetime(string="Link Until", readonly=True)
    used_at = fields.Datetime(string="Link Used", readonly=True)

    # At most one row of a step waits: whoever changes his mind within the minute
    # makes one message, not two.
    _pending_uniq = models.UniqueIndex("(ticket_id, step) WHERE state = 'pending'")
    _pending_idx = models.Index("(id) WHERE state = 'pending'")

    # --- sending ---------------------------------------------------------------

    @api.model
    def _cron_send(self, limit=BATCH):
        """Look at what waits, a batch at a time; several servers may do it at once."""
        cron = self.env["ir.cron"]
        while rows := self._take(limit):
            rows._send()
            left = self.search_count([("state", "=", "pending")], limit=limit)
            if not cron._commit_progress(len(rows), remaining=left):
                break

    @api.model
    def _take(self, limit):
        """Rows that wait, locked until the transaction ends."""
        found = self.env.execute_query(
            SQL(
                """
                SELECT id FROM shequ_ticket_news WHERE state = 'pending'
                 ORDER BY id LIMIT %s FOR UPDATE SKIP LOCKED
                """,
                limit,
            )
        )
        self.invalidate_model()
        return self.sudo().browse([row[0] for row in found])

    def _send(self):
        """Decide about each row; queue the messages in Odoo's own outbox."""
        contacts = self.ticket_id._news_contacts()
        told = self._told_before()
        for row in self:
            try:
                with self.env.cr.savepoint():
                    row._send_one(contacts[row.ticket_id.id], told)
            except UserError as error:
                _logger.warning("News of %s: %s", row.ticket_id.name, error)
                row.write({"state": "skipped", "reason": "fault"})

    def _told_before(self):
        """What was sent about these tickets last: ``{(ticket id, step): key}``."""
        rows = self.search(
            [("ticket_id", "in", self.ticket_id.ids), ("state", "=", "sent")],
            order="id",
        )
        return {(row.ticket_id.id, row.step): row.content_key for row in rows}

    def _send_one(self, contact, told):
        self.ensure_one()
        ticket = self.ticket_id
        key = self._key()
        reason = self._why_not(contact, key, told)
        if reason:
            self.write(
                {
                    "state": "skipped",
                    "reason": reason,
                    "partner_id": contact.person.id,
                }
            )
            return
        values = {"state": "sent", "content_key": key, "partner_id": contact.person.id}
        if self.step == "finished":
            days = ticket._days("news.link_days", 7)
            values["expires_at"] = fields.Datetime.now() + timedelta(days=days)
        self.write(values)
        lang = contact.person.lang or self.company_id.partner_id.lang
        row = self.with_context(lang=lang or self.env.lang)
        self.env["shequ.sms.template"].with_context(lang=lang)._queue(
            f"news_{self.step}",
            contact.person.with_context(lang=lang),
            row._params(),
            self.company_id,
            number=contact.number,
        )
        told[ticket.id, self.step] = key
        ticket._news_sent(self.step)

    def _why_not(self, contact, key, told):
        """Return why nothing is sent, or "" when it is."""
        ticket = self.ticket_id
        if not contact.person and not contact.number:
            return "nobody"
        current = news_tools.still_true(
            self.step,
            ticket.state,
            held=ticket.hold_reason,
            worker=ticket.worker_id,
            rated=ticket.rated_at,
        )
        if not current:
            return "over"
        if told.get((ticket.id, self.step)) == key:
            return "again"
        decision = news_tools.decide(
            has_login=contact.has_login,
            by_phone=contact.by_phone,
            red=ticket.urgency == "red" and self.company_id.shequ_news_red,
            withdrawn=contact.withdrawn,
            reachable=contact.reachable,
        )
        return "" if decision == "send" else decision

    def _key(self):
        """What the news would say, in short."""
        ticket = self.ticket_id
        what = {
            "received": ticket.reported_at,
            "assigned": ticket.worker_id.id,
            "held": f"{ticket.hold_reason} {ticket.hold_since}",
            "finished": ticket.done_at,
        }[self.step]
        return f"{ticket.rework_count} {what}"

    def _params(self):
        """What is filled into the text."""
        ticket = self.ticket_id.with_context(lang=self.env.lang)
        fit = news_tools.fit
        params = {
            "number": ticket.name,
            "what": fit(ticket.category_id.name or ticket._label("kind"), 20),
            "phone": ticket.estate_id.phone or "",
        }
        if self.step == "received":
            params["time"] = self._promise()
        elif self.step == "assigned":
            worker = ticket.worker_id
            params["worker"] = fit(worker.name, 20)
            params["phone"] = worker.phone or params["phone"]
        elif self.step == "held":
            why = f"{ticket._label('hold_reason')} {ticket.hold_note or ''}"
            params["reason"] = fit(why)
        else:
            params["result"] = fit(ticket.resolution)
            params["token"] = self._token()
            params["link"] = self._url()
        return params

    def _promise(self):
        """By when somebody gets back, in the estate's time."""
        ticket = self.ticket_id
        if not ticket.next_deadline:
            return self.env._("as soon as possible")
        zoned = ticket.with_context(tz=ticket.estate_id.tz)
        local = fields.Datetime.context_timestamp(zoned, ticket.next_deadline)
        return self.env._("by %(time)s", time=local.strftime("%m-%d %H:%M"))

    # --- link ------------------------------------------------------------------

    def _token(self):
        """Letters and digits that name the row and are signed: nothing is kept."""
        self.ensure_one()
        return f"{short_link.base36(self.id)}{self._signature()}"

    def _signature(self):
        digest = hmac(
            self.env(su=True),
            "shequ-ticket-news",
            (
                self.id,
                self.ticket_id.id,
                self.partner_id.id,
                fields.Datetime.to_string(self.expires_at),
            ),
            hashlib.sha256,
        )
        return short_link.signature(digest)

    def _url(self):
        return f"{self.get_base_url()}/t/{self._token()}"

    @api.model
    def _by_token(self, token):
        """The row (as super-user) whose link has not expired, or none."""
        none = self.sudo().browse()
        number, signature = short_link.split(token)
        if not number:
            return none
        row = self.sudo().browse(number).exists()
        if not row or not compare_digest(row._signature().encode(), signature.encode()):
            return none
        if row.state != "sent" or not row.expires_at:
            return none
        # Somebody else's by now: merged, handed over, made anonymous.
        ticket = row.ticket_id
        if row.partner_id and row.partner_id not in (
            ticket.reporter_id | ticket.on_behalf_id
        ):
            return none
        return row if row.expires_at > fields.Datetime.now() else none

    def _rate(self, stars, tags=None, comment=""):
        """The holder of the link rates, once.

        :raises UserError: in the reader's words, when it was used or is too late
        """
        self.ensure_one()
        self.lock_for_update()
        self.invalidate_recordset(["used_at"])
        if self.used_at:
            raise UserError(self.env._("You have rated this already. Thank you!"))
        ticket = self.ticket_id
        if ticket.state not in ("done", "closed"):
            raise UserError(
                self.env._("We are still at work on it. Please rate it afterwards.")
            )
        ticket._rate_for(self.partner_id, stars, tags, comment)
        self.used_at = fields.Datetime.now()

    def _stop(self):
        """The holder of the link wants no more of these messages."""
        self.ensure_one()
        purpose = self.env.ref("shequ_property.purpose_ticket_sms")
        self.env["shequ.consent"]._answer(self.partner_id, purpose, "withdrawn")
