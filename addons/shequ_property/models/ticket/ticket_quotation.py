from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tools import format_amount

from .ticket import FINISHED_STATES
from .ticket_flow import FLOW_FIELDS

AMOUNTS = ("amount_total", "amount_resident", "amount_company", "amount_fund")
AMOUNT = {
    "compute": "_compute_amounts",
    "store": True,
    "readonly": False,
    "digits": (16, 2),
}
FLOW_FIELDS.update(
    {
        *AMOUNTS,
        "quotation_state",
        "quotation_sent_at",
        "quotation_answered_at",
        "quotation_partner_id",
        "quotation_refuse_reason",
        "invoice_id",
    }
)


class Ticket(models.Model):
    _inherit = "shequ.ticket"

    currency_id = fields.Many2one(related="company_id.currency_id")
    cost_line_ids = fields.One2many("shequ.ticket.cost", "ticket_id", copy=False)
    # Floats and not Monetary: to write a Monetary value Odoo builds a record to find
    # its currency, four times for each new ticket.
    amount_total = fields.Float(string="Cost", **AMOUNT)
    amount_resident = fields.Float(string="Resident Pays", **AMOUNT)
    amount_company = fields.Float(
        string="Company Pays", groups="base.group_user", **AMOUNT
    )
    amount_fund = fields.Float(string="Fund Pays", **AMOUNT)
    quotation_state = fields.Selection(
        [
            ("none", "No quotation"),
            ("sent", "Waiting for an answer"),
            ("accepted", "Agreed"),
            ("refused", "Refused"),
            ("invoiced", "Invoiced"),
        ],
        string="Quotation",
        required=True,
        default="none",
        readonly=True,
        copy=False,
    )
    quotation_sent_at = fields.Datetime(readonly=True, copy=False)
    quotation_answered_at = fields.Datetime(readonly=True, copy=False)
    quotation_partner_id = fields.Many2one(
        "res.partner", string="Answered By", readonly=True, copy=False
    )
    quotation_refuse_reason = fields.Char(readonly=True, copy=False)
    invoice_id = fields.Many2one(
        "account.move",
        readonly=True,
        copy=False,
        index="btree_not_null",
        groups="base.group_user",
    )

    @api.depends("cost_line_ids.subtotal", "cost_line_ids.payer")
    def _compute_amounts(self):
        for ticket in self:
            lines = ticket.cost_line_ids
            if not lines:  # nearly always, and asked for with each new ticket
                ticket.amount_resident = ticket.amount_company = 0.0
                ticket.amount_fund = ticket.amount_total = 0.0
                continue
            by_payer = {
                payer: sum(
                    lines.filtered(lambda x, p=payer: x.payer == p).mapped("subtotal")
                )
                for payer in ("resident", "company", "fund")
            }
            ticket.amount_resident = by_payer["resident"]
            ticket.amount_company = by_payer["company"]
            ticket.amount_fund = by_payer["fund"]
            ticket.amount_total = sum(by_payer.values())

    @api.model
    def _derived_values(self, vals):
        return {**super()._derived_values(vals), **dict.fromkeys(AMOUNTS, 0.0)}

    # --- quotation -----------------------------------------------------------------

    def action_send_quotation(self):
        """Ask the resident to agree to the price; meanwhile the clocks rest."""
        self._check_staff()
        for ticket in self:
            ticket._check_quotation_state(("none", "refused"))
            if not ticket.is_open:
                raise UserError(
                    self.env._("%(ticket)s is finished.", ticket=ticket.name)
                )
            if not ticket._payer():
                raise UserError(
                    self.env._(
                        "%(ticket)s names nobody who could pay. Please enter the "
                        "reporter.",
                        ticket=ticket.name,
                    )
                )
            if ticket.amount_resident <= 0:
                raise UserError(
                    self.env._(
                        "There is nothing the resident has to pay. Please add costs "
                        "with the resident as the payer."
                    )
                )
            ticket._send_quotation()
        return True

    def _send_quotation(self):
        amount = self._quotation_amount()
        self._write_quotation(
            "sent",
            self.env._("Sent: %(amount)s", amount=amount),
            quotation_sent_at=fields.Datetime.now(),
            quotation_answered_at=False,
            quotation_partner_id=False,
            quotation_refuse_reason=False,
        )
        if not self.hold_reason:
            self._hold("resident", self.env._("Quotation of %(amount)s", amount=amount))
        self._tell_residents(
            self.env._(
                "The repair costs %(amount)s. Please accept or refuse the quotation; "
                "work begins when you have accepted.",
                amount=amount,
            )
        )

    def action_withdraw_quotation(self):
        """Take a quotation back, to change the lines the resident pays."""
        self._check_staff()
        for ticket in self:
            ticket._check_quotation_state(("sent", "accepted", "refused"))
            ticket._write_quotation("none", self.env._("Withdrawn"))
            ticket._end_quotation_hold()
        return True

    def _quotation_accept(self, partner):
        """The resident agrees to the price.

        :param partner: who reported it or for whom it is
        :raise AccessError: for anybody else
        """
        self.ensure_one()
        self._check_answerer(partner)
        ticket = self.sudo()
        ticket._check_quotation_state(("sent",))
        ticket._write_quotation(
            "accepted",
            self.env._("Accepted: %(amount)s", amount=ticket._quotation_amount()),
            partner,
            quotation_answered_at=fields.Datetime.now(),
            quotation_partner_id=partner.id,
        )
        ticket._end_quotation_hold()
        ticket._tell_worker()

    def _quotation_refuse(self, partner, reason):
        """The resident does not agree, and says why."""
        self.ensure_one()
        self._check_answerer(partner)
        ticket = self.sudo()
        ticket._check_quotation_state(("sent",))
        reason = (reason or "").strip()[:500]
        if not reason:
            raise UserError(self.env._("Please say why you do not agree."))
        ticket._write_quotation(
            "refused",
            self.env._("Refused: %(reason)s", reason=reason),
            partner,
            quotation_answered_at=fields.Datetime.now(),
            quotation_partner_id=partner.id,
            quotation_refuse_reason=reason,
        )
        ticket._end_quotation_hold()
        ticket._tell_worker()

    def _check_answerer(self, partner):
        """Money and consent are a resident's own word: staff never answer for one."""
        if not partner:
            raise AccessError(self.env._("This ticket belongs to somebody else."))
        self._check_owner(partner)

    def _write_quotation(self, state, note, partner=None, **values):
        self.ensure_one()
        self.sudo().write({"quotation_state": state, **values})
        self._trace("quotation", note, partner=partner)
        self._notify_pool()

    def _end_quotation_hold(self):
        if self.hold_reason == "resident" and self.is_open:
            self.action_resume()

    def _check_quotation_state(self, allowed):
        self.ensure_one()
        if self.quotation_state not in allowed:
            raise UserError(
                self.env._(
                    "%(ticket)s: the quotation is “%(state)s”: this step is not "
                    "possible now.",
                    ticket=self.name,
                    state=self._label("quotation_state"),
                )
            )

    def _quotation_amount(self):
        self.ensure_one()
        ticket = self.sudo()
        return format_amount(self.env, ticket.amount_resident, ticket.currency_id)

    def _check_may_start(self):
        result = super()._check_may_start()
        for ticket in self:
            if ticket.kind != "repair" or not ticket.amount_resident:
                continue
            if ticket.quotation_state in ("none", "sent", "refused"):
                raise UserError(
                    self.env._(
                        "%(ticket)s: the resident pays %(amount)s and has not accepted "
                        "the quotation. Work cannot begin yet.",
                        ticket=ticket.name,
                        amount=ticket._quotation_amount(),
                    )
                )
        return result

    # --- invoice -------------------------------------------------------------------

    def _payer(self):
        """Who pays what the resident pays: for whom it is, else who reported it."""
        self.ensure_one()
        ticket = self.sudo()
        return ticket.on_behalf_id or ticket.reporter_id

    def action_invoice(self):
        """Make the ordinary invoice, a draft, of what the resident agreed to pay."""
        self.ensure_one()
        self._check_staff()
        if not self.env.user.has_group("shequ_property.group_estate_manager"):
            raise AccessError(self.env._("Only an estate manager makes invoices."))
        # Two managers at once: the second one waits and then sees the first invoice.
        self.sudo().lock_for_update()
        self.invalidate_recordset(["quotation_state", "invoice_id"])
        if self.invoice_id and self.invoice_id.sudo().state != "cancel":
            raise UserError(
                self.env._(
                    "%(ticket)s already has the invoice %(invoice)s.",
                    ticket=self.name,
                    invoice=self.invoice_id.sudo().display_name,
                )
            )
        self._check_quotation_state(("accepted", "invoiced"))
        if self.state not in FINISHED_STATES:
            raise UserError(
                self.env._("%(ticket)s is not finished yet.", ticket=self.name)
            )
        # A manager has no accounting rights; what is invoiced was checked above.
        company = self.company_id
        Move = self.env["account.move"].sudo().with_company(company)
        invoice = Move.create(self.sudo()._invoice_values())
        self._write_quotation(
            "invoiced",
            self.env._("Invoiced: %(amount)s", amount=self._quotation_amount()),
            invoice_id=invoice.id,
        )
        return self.action_open_invoice()

    def _invoice_values(self):
        journal = self.env["account.journal"].search(
            [
                *self.env["account.journal"]._check_company_domain(self.company_id),
                ("type", "=", "sale"),
            ],
            limit=1,
        )
        if not journal:
            raise UserError(
                self.env._(
                    "%(company)s has no sales journal. Please set up its accounting "
                    "first.",
                    company=self.company_id.name,
                )
            )
        return {
            "move_type": "out_invoice",
            "journal_id": journal.id,
            "partner_id": self._payer().id,
            "invoice_date": fields.Date.context_today(self),
            "invoice_origin": self.name,
            "ref": self.name,
            "invoice_line_ids": [
                Command.create(line._invoice_line_values())
                for line in self.cost_line_ids
                if line.payer == "resident"
            ],
        }

    def action_open_invoice(self):
        """Open the invoice, or say its number to who may not read invoices."""
        self.ensure_one()
        invoice = self.invoice_id
        if invoice.has_access("read"):
            return invoice._get_records_action(name=self.env._("Invoice"))
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "success",
                "message": self.env._("The invoice is ready for the accountant."),
                "next": {"type": "ir.actions.act_window_close"},
            },
        }
