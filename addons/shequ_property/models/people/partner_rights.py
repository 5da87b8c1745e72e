import secrets

from dateutil.relativedelta import relativedelta

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL

from ...tools import idnumber
from ...tools.anonymise import anonymise

TICKET_TEXTS = (
    "description",
    "preferred_time",
    "place_text",
    "hold_note",
    "resolution",
    "rating_comment",
    "return_reason",
    "cancel_reason",
    "reopen_reason",
)


class ResPartner(models.Model):
    """What the law gives a person: to be forgotten (PIPL 47)."""

    _inherit = "res.partner"

    shequ_anonymised_at = fields.Datetime(
        string="Anonymised", readonly=True, copy=False, groups="base.group_user"
    )

    def _shequ_age(self):
        """Age in years as the identity number tells, None when it does not."""
        self.ensure_one()
        person = self.sudo()
        if person.shequ_id_type != idnumber.RESIDENT or not person.shequ_id_number:
            return None
        try:
            return idnumber.age_on(
                person.shequ_id_number, fields.Date.context_today(self)
            )
        except (idnumber.IdNumberError, ValueError):
            return None

    # --------------------------------------------------------------- erasing

    @api.model
    def _shequ_invoice_years(self):
        """Years in which vouchers are kept (会计档案管理办法: 30; 税收征管: 10)."""
        params = self.env["ir.config_parameter"].sudo()
        return int(params.get_param("shequ.invoice_years", 10))

    def _shequ_erase_obstacles(self):
        """What forbids to erase a person now.

        :return: list of (kind, sentence); kind ``invoices`` keeps the name alone
        """
        self.ensure_one()
        person = self.sudo()
        found = []
        residencies = self.env["shequ.residency"].sudo()
        current = residencies.search(
            residencies._current_domain() & Domain("partner_id", "=", person.id)
        )
        if any(current.mapped("is_title")):
            found.append(
                (
                    "owner",
                    self.env._(
                        "As owner of a home the person stands in the roll of owners, "
                        "which is needed for votes and fees (Civil Code 278, 944)."
                    ),
                )
            )
        elif current:
            found.append(
                (
                    "resident",
                    self.env._(
                        "The person lives here; the service contract needs the data. "
                        "They can be erased after moving out."
                    ),
                )
            )
        tickets = (
            self.env["shequ.ticket"]
            .sudo()
            .search(
                Domain("is_open", "=", True)
                & (
                    Domain("reporter_id", "=", person.id)
                    | Domain("on_behalf_id", "=", person.id)
                )
            )
        )
        if tickets:
            found.append(
                (
                    "tickets",
                    self.env._(
                        "Tickets are still open: %(numbers)s.",
                        numbers=", ".join(tickets[:5].mapped("name")),
                    ),
                )
            )
        return found + person._shequ_invoice_obstacles()

    def _shequ_invoice_obstacles(self):
        posted = (
            self.env["account.move"]
            .sudo()
            .search(
                [
                    ("partner_id", "=", self.id),
                    ("state", "=", "posted"),
                    ("move_type", "in", ("out_invoice", "out_refund")),
                ]
            )
        )
        unpaid = posted.filtered(
            lambda move: move.payment_state in ("not_paid", "partial", "in_payment")
        )
        if unpaid:
            return [
                (
                    "bills",
                    self.env._(
                        "Bills are not paid yet: %(numbers)s.",
                        numbers=", ".join(unpaid[:5].mapped("name")),
                    ),
                )
            ]
        years = self._shequ_invoice_years()
        since = fields.Date.context_today(self) - relativedelta(years=years)
        if young := posted.filtered(lambda move: move.date > since):
            until = max(young.mapped("date")) + relativedelta(years=years)
            return [
                (
                    "invoices",
                    self.env._(
                        "The name stays on invoices until %(date)s: accounting law "
                        "has them kept for %(years)s years.",
                        date=until,
                        years=years,
                    ),
                )
            ]
        return []

    def _shequ_anonymise(self, keep_name=False):
        """Take the person out of the record; facts and numbers stay.

        :param bool keep_name: the name stands on invoices that have to be kept
        """
        for partner in self.sudo().with_context(
            tracking_disable=True, mail_notrack=True, active_test=False
        ):
            tickets = self.env["shequ.ticket"].sudo().with_context(active_test=False)
            tickets.search(
                Domain("reporter_id", "=", partner.id)
                | Domain("on_behalf_id", "=", partner.id)
                | Domain("participant_ids", "in", partner.ids)
            )._shequ_anonymise(partner)
            partner._shequ_end_login()
            partner._shequ_clear(keep_name)
            self.env["shequ.data.access"]._log(
                partner, "erase", "", ["name", "phone", "email"], channel="system"
            )

    def _shequ_end_login(self):
        users = self.user_ids.filtered("share")
        for user in users:
            user.write(
                {
                    "active": False,
                    "login": f"erased-{user.id}",
                    "password": secrets.token_urlsafe(24),
                }
            )
        self.env["res.users.apikeys"].sudo().search(
            [("user_id", "in", users.ids)]
        ).unlink()

    def _shequ_clear(self, keep_name):
        self.ensure_one()
        messages = (
            self.env["mail.message"]
            .sudo()
            .search([("model", "=", "res.partner"), ("res_id", "=", self.id)])
        )
        messages.tracking_value_ids.unlink()
        messages.unlink()
        self.env["ir.attachment"].sudo().search(
            [("res_model", "=", "res.partner"), ("res_id", "=", self.id)]
        ).unlink()
        self.env["sms.sms"].sudo().search([("partner_id", "=", self.id)]).unlink()
        self.env["mail.message"].sudo().search([("author_id", "=", self.id)]).write(
            {"email_from": False, "reply_to": False}
        )
        values = dict.fromkeys(
            (
                "phone",
                "shequ_phone2",
                "email",
                "street",
                "street2",
                "zip",
                "city",
                "vat",
                "comment",
            ),
            False,
        )
        if not keep_name:
            values["name"] = self.env._("Former resident %(number)s", number=self.id)
        self.write(
            {
                **values,
                **self._shequ_id_values("", ""),
                "shequ_id_type": False,
                "image_1920": False,
                "shequ_anonymised_at": fields.Datetime.now(),
            }
        )


class ShequEstate(models.Model):
    _inherit = "shequ.estate"

    anonymous_partner_id = fields.Many2one(
        "res.partner", string="Anonymous Reporter", readonly=True, copy=False
    )

    def _shequ_nobody(self):
        """The partner who stands for those who were taken out of tickets here."""
        self.ensure_one()
        estate = self.sudo()
        if not estate.anonymous_partner_id:
            estate.anonymous_partner_id = (
                self.env["res.partner"]
                .sudo()
                .create(
                    {
                        "name": self.env._(
                            "Anonymous (%(estate)s)", estate=estate.name
                        ),
                        "company_id": estate.company_id.id,
                        "active": False,
                    }
                )
            )
        return estate.anonymous_partner_id


class ShequTicket(models.Model):
    """A ticket keeps its facts and loses the person."""

    _inherit = "shequ.ticket"

    shequ_anonymised = fields.Boolean(string="Anonymised", readonly=True, copy=False)

    def _shequ_anonymise(self, partner=None):
        """Take ``partner`` (default: everybody) out of the tickets.

        Time, place in the house, category, deadlines and money stay; the words lose
        names, numbers and rooms.
        """
        for ticket in self.sudo().with_context(
            tracking_disable=True, mail_notrack=True
        ):
            people = partner or (
                ticket.reporter_id | ticket.on_behalf_id | ticket.participant_ids
            )
            ticket._shequ_scrub(people)
            nobody = ticket.estate_id._shequ_nobody()
            about = people & (ticket.reporter_id | ticket.on_behalf_id)
            values = {
                "participant_ids": [(3, person.id) for person in people],
            }
            for name in ("reporter_id", "on_behalf_id"):
                if ticket[name] & people:
                    values[name] = nobody.id
            if about:
                values |= {"contact_phone": False, "shequ_anonymised": True}
            ticket.write(values)
            ticket._shequ_scrub_history(people, nobody)

    def _shequ_scrub(self, people):
        """Names, numbers and rooms out of the words of the ticket."""
        names = people.mapped("name")
        places = [self.unit_id.room, self.unit_id.short_address, self.place]
        words = {
            name: anonymise(self[name], names=names, places=filter(None, places))
            for name in TICKET_TEXTS
            if self[name]
        }
        changed = {name: text for name, text in words.items() if text != self[name]}
        if changed:
            self.write(changed)

    def _shequ_scrub_history(self, people, nobody):
        """The conversation and the trace: same facts, nobody's words of themselves."""
        names = people.mapped("name")
        messages = (
            self.env["mail.message"]
            .sudo()
            .search([("model", "=", self._name), ("res_id", "=", self.id)])
        )
        messages.tracking_value_ids.unlink()
        for message in messages:
            values = {"body": anonymise(str(message.body or ""), names=names)}
            if message.author_id in people:
                values |= {"author_id": nobody.id, "email_from": False}
            message.write(values)
        self.message_unsubscribe(people.ids)
        for event in self.event_ids.filtered("note"):
            self.env.cr.execute(
                SQL(
                    "UPDATE shequ_ticket_event SET note = %s WHERE id = %s",
                    anonymise(event.note, names=names),
                    event.id,
                )
            )
        self.env.cr.execute(
            SQL(
                "UPDATE shequ_ticket_event SET partner_id = %s "
                "WHERE ticket_id = %s AND partner_id IN %s",
                nobody.id,
                self.id,
                tuple(people.ids) or (0,),
            )
        )
        self.env["shequ.ticket.event"].invalidate_model()
        ratings = (
            self.env["rating.rating"]
            .sudo()
            .search([("res_model", "=", self._name), ("res_id", "=", self.id)])
        )
        for rating in ratings:
            values = {"feedback": anonymise(rating.feedback or "", names=names)}
            if rating.partner_id in people:
                values["partner_id"] = nobody.id
            rating.write(values)
