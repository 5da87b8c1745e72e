from collections import namedtuple

from odoo import SUPERUSER_ID, api, fields, models
from odoo.tools import SQL

from ...tools import phone as phone_tools

# Step of the ticket → news it makes.
NEWS_OF_STEP = {"assigned": "assigned", "held": "held", "finished": "finished"}

#: Whom a ticket's news and its question go to; `person` is a partner, maybe none.
Contact = namedtuple("Contact", "person number reachable has_login by_phone withdrawn")


class ResPartner(models.Model):
    _inherit = "res.partner"

    shequ_news_by_phone = fields.Boolean(
        string="News by Telephone",
        groups="base.group_user",
        help="Wants news of tickets by text message, and to be called, although there "
        "is a log-in.",
    )

    shequ_no_news = fields.Boolean(
        string="No Text Messages",
        compute="_compute_shequ_no_news",
        inverse="_inverse_shequ_no_news",
        groups="base.group_user",
        help="Told the desk that no news of tickets are wanted; kept with the "
        "consents.",
    )

    def _compute_shequ_no_news(self):
        refused = self._shequ_without_news()
        for partner in self:
            partner.shequ_no_news = partner.id in refused

    def _inverse_shequ_no_news(self):
        """What somebody says at the desk is kept like what is tapped on the page."""
        refused = self._shequ_without_news()
        purpose = self._shequ_news_purpose()
        for partner in self:
            if partner.shequ_no_news != (partner.id in refused):
                answer = "withdrawn" if partner.shequ_no_news else "given"
                self.env["shequ.consent"]._answer(partner, purpose, answer, "desk")

    def _shequ_log_ins(self):
        """``{partner id: "staff" or "resident"}`` of those who have logged in."""
        if not self:
            return {}
        self.env["res.users"].flush_model(["partner_id", "active", "share"])
        rows = self.env.execute_query(
            SQL(
                """
                SELECT u.partner_id, BOOL_OR(NOT u.share) FROM res_users u
                 WHERE u.active AND u.partner_id = ANY(%s)
                   AND (NOT u.share OR EXISTS (
                        SELECT 1 FROM res_users_log l WHERE l.create_uid = u.id))
                 GROUP BY u.partner_id
                """,
                self.ids,
            )
        )
        return {row[0]: "staff" if row[1] else "resident" for row in rows}

    @api.model
    def _shequ_news_purpose(self):
        return self.env.ref("shequ_property.purpose_ticket_sms")

    def _shequ_without_news(self):
        """Ids of the people who do not want text messages about tickets."""
        if not self:
            return set()
        self.env["shequ.consent"].flush_model()
        rows = self.env.execute_query(
            SQL(
                """
                SELECT partner_id FROM (
                    SELECT DISTINCT ON (partner_id) partner_id, answer
                      FROM shequ_consent
                     WHERE purpose_id = %s AND partner_id = ANY(%s)
                     ORDER BY partner_id, id DESC) AS last
                 WHERE answer = 'withdrawn'
                """,
                self._shequ_news_purpose().id,
                self.ids,
            )
        )
        return {row[0] for row in rows}


class Ticket(models.Model):
    """News for people who do not use the residents' pages."""

    _inherit = "shequ.ticket"

    news_ids = fields.One2many(
        "shequ.ticket.news",
        "ticket_id",
        string="Text Messages",
        groups="shequ_property.group_front_desk",
    )

    def _after_intake(self):
        result = super()._after_intake()
        self._queue_news("received")
        return result

    def _step(self, code, *args, **kwargs):
        result = super()._step(code, *args, **kwargs)
        if code in NEWS_OF_STEP:
            self._queue_news(NEWS_OF_STEP[code])
        return result

    def _queue_news(self, step):
        """Note that there are news; one statement, none where nothing is sent.

        :param str step: one of `tools.news.STEPS`
        """
        switched = self.env["res.company"]._news_steps()
        if not switched:
            return
        rows = [
            (ticket.id, ticket.company_id.id)
            for ticket in self.sudo()
            if step in switched.get(ticket.company_id.id, ())
            and not (step == "received" and ticket._filed_by_login())
        ]
        if not rows:
            return
        self.env.cr.execute(
            SQL(
                """
                INSERT INTO shequ_ticket_news (ticket_id, company_id, step, at, state)
                SELECT ticket_id, company_id, %s, %s, 'pending'
                  FROM unnest(%s, %s) AS rows (ticket_id, company_id)
                    ON CONFLICT (ticket_id, step) WHERE state = 'pending' DO NOTHING
                """,
                step,
                fields.Datetime.now(),
                [row[0] for row in rows],
                [row[1] for row in rows],
            )
        )
        self.invalidate_recordset(["news_ids"], flush=False)

    def _filed_by_login(self):
        """Filed on the residents' pages, for oneself: the page has said it already."""
        self.ensure_one()
        return (
            self.channel == "portal" and not self.on_behalf_id and self.urgency != "red"
        )

    def _news_sent(self, step):
        """Extension point: a message about `step` was queued."""

    # --- whom ------------------------------------------------------------------

    def _news_contacts(self):
        """Whom to tell about each ticket: ``{ticket id: Contact}``, in few queries."""
        tickets = self.sudo()
        people = tickets.on_behalf_id | tickets.reporter_id
        users = people._shequ_log_ins()
        withdrawn = people._shequ_without_news()
        return {ticket.id: ticket._news_contact(users, withdrawn) for ticket in tickets}

    def _news_contact(self, users, withdrawn):
        """The `Contact` of one ticket.

        Whom it is for goes before who reported it.  Where a neighbour or a relative
        with a log-in has reported for somebody, that person reads how it goes on.

        :param dict users: ``{partner id: "staff" or "resident"}`` of those who log in
        :param withdrawn: ids of people who want no text messages
        """
        person = self.on_behalf_id or self.reporter_id
        helper = self.reporter_id if self.on_behalf_id else self.env["res.partner"]
        own, given = person.shequ_phone, phone_tools.normalise(self.contact_phone or "")
        # The number given with a report on behalf is that of the helper.
        numbers = (own, given) if helper else (given, own)
        number = next((n for n in numbers if phone_tools.can_receive_sms(n)), "")
        has_login = self.channel == "portal" or "resident" in (
            users.get(person.id),
            users.get(helper.id),
        )
        # Nobody is told about what a colleague has noted for the house.
        staff_only = users.get(person.id) == "staff" and not helper
        return Contact(
            person=person,
            number=number or own or given or "",
            reachable=bool(number) and not staff_only,
            has_login=has_login or staff_only,
            by_phone=person.shequ_news_by_phone,
            withdrawn=person.id in withdrawn,
        )

    def _rate_for(self, partner, stars, tags=None, comment=""):
        """Keep the stars of somebody who is not logged in: by link or by telephone."""
        self.ensure_one()
        # Without a person on file nobody could be proven to own it.
        ticket = self if partner else self.with_user(SUPERUSER_ID)
        ticket._rate(partner, stars, tags, comment)
