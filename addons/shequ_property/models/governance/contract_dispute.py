from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError

ACTIVITY = "shequ_property.activity_contract_dispute"


class ContractDispute(models.Model):
    """A committee member does not agree that a promise was kept (异议).

    Opened on the portal, answered by the property company, never deleted.
    """

    _name = "shequ.contract.dispute"
    _inherit = ["mail.thread", "mail.activity.mixin"]
    _description = "Dispute about a Promise"
    _order = "is_open desc, id desc"

    measure_id = fields.Many2one(
        "shequ.contract.measure",
        string="Promise",
        required=True,
        readonly=True,
        index=True,
        ondelete="restrict",
    )
    sheet_id = fields.Many2one(related="measure_id.sheet_id", store=True, index=True)
    contract_id = fields.Many2one(related="measure_id.contract_id", store=True)
    company_id = fields.Many2one(related="measure_id.company_id", store=True)
    estate_id = fields.Many2one(related="measure_id.estate_id", store=True)
    partner_id = fields.Many2one(
        "res.partner", string="Committee Member", required=True, readonly=True
    )
    words = fields.Text(string="Reason of the Dispute", required=True, readonly=True)
    opened_at = fields.Datetime(required=True, readonly=True)
    state = fields.Selection(
        [
            ("open", "Waits for an Answer"),
            ("upheld", "Upheld: Not Kept"),
            ("rejected", "Not Upheld"),
        ],
        required=True,
        default="open",
        readonly=True,
        index=True,
    )
    is_open = fields.Boolean(compute="_compute_is_open", store=True)
    answer = fields.Text(readonly=True)
    answered_at = fields.Datetime(readonly=True)
    answered_by_id = fields.Many2one("res.users", readonly=True)
    result = fields.Selection(related="measure_id.state", string="Outcome")
    shown = fields.Char(related="measure_id.shown")

    # One at a time about one result: of two taps one opens it.
    _open_uniq = models.UniqueIndex(
        "(measure_id) WHERE state = 'open'", "A dispute about it is open already."
    )

    @api.depends("state")
    def _compute_is_open(self):
        for dispute in self:
            dispute.is_open = dispute.state == "open"

    @api.depends("measure_id")
    def _compute_display_name(self):
        for dispute in self:
            dispute.display_name = dispute.measure_id.display_name

    @api.model_create_multi
    def create(self, vals_list):
        if not self.env.su:
            raise AccessError(self.env._("Committee members open disputes."))
        return super().create(vals_list)

    def write(self, vals):
        own = set(self._fields) - set(self.env["mail.thread"]._fields)
        own -= set(self.env["mail.activity.mixin"]._fields)
        if not self.env.su and own & vals.keys():
            raise UserError(self.env._("Answer it with the buttons."))
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_never(self):
        raise UserError(self.env._("A dispute is never deleted."))

    def _decide(self, upheld, words):
        """The property company answers; upheld, the promise counts as broken."""
        self.ensure_one()
        self.check_access("read")
        if not self.env.su and not self.env.user.has_group(
            "shequ_property.group_estate_manager"
        ):
            raise AccessError(self.env._("Only an estate manager answers a dispute."))
        words = (words or "").strip()[:2000]
        if not words:
            raise UserError(self.env._("Please write an answer."))
        dispute = self.sudo()
        dispute.lock_for_update()
        if dispute.state != "open":
            raise UserError(self.env._("It has been answered already."))
        dispute.write(
            {
                "state": "upheld" if upheld else "rejected",
                "answer": words,
                "answered_at": fields.Datetime.now(),
                "answered_by_id": self.env.uid,
            }
        )
        dispute.activity_unlink([ACTIVITY])
        if upheld:
            row = dispute.measure_id
            row.overruled = True
            row._set_result(
                row.numerator, row.denominator, row.value, row.counted_state
            )
            row.sheet_id._sum_up()

    def action_uphold(self):
        return self._answer_form(True)

    def action_reject(self):
        return self._answer_form(False)

    def _answer_form(self, upheld):
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Uphold the Dispute")
            if upheld
            else self.env._("Do Not Uphold"),
            "res_model": "shequ.contract.answer",
            "view_mode": "form",
            "target": "new",
            "context": {"default_dispute_id": self.id, "default_upheld": upheld},
        }


class ContractMeasure(models.Model):
    _inherit = "shequ.contract.measure"

    def _may_dispute(self):
        """Whether a dispute can be opened about it now."""
        self.ensure_one()
        row = self.sudo()
        return (
            row.sheet_id.state == "open"
            and row.counted_state in ("kept", "none")
            and not row.overruled
            and not any(row.dispute_ids.mapped("is_open"))
        )

    def _dispute(self, partner, words):
        """A committee member says that the promise was not kept.

        :param partner: member in office of the estate's committee
        :param str words: why
        :return: the ``shequ.contract.dispute`` (as super-user)
        """
        self.ensure_one()
        row = self.sudo()
        words = (words or "").strip()[:2000]
        if not words:
            raise UserError(self.env._("Please say why you do not agree."))
        row.sheet_id.lock_for_update()
        row.invalidate_recordset(["dispute_ids"])
        in_office = (
            self.env["shequ.committee.member"]
            .sudo()
            .search_count(
                [
                    ("partner_id", "=", partner.id),
                    ("estate_id", "=", row.estate_id.id),
                    ("is_current", "=", True),
                ],
                limit=1,
            )
        )
        if not in_office:
            raise AccessError(
                self.env._("Only members of the owners' committee dispute a result.")
            )
        if not row._may_dispute():
            raise UserError(self.env._("This result cannot be disputed now."))
        dispute = (
            self.env["shequ.contract.dispute"]
            .sudo()
            .with_context(mail_create_nosubscribe=True, mail_create_nolog=True)
            .create(
                {
                    "measure_id": row.id,
                    "partner_id": partner.id,
                    "words": words,
                    "opened_at": fields.Datetime.now(),
                }
            )
        )
        estate = row.estate_id
        users = estate.manager_id or self.env["shequ.sla.breach"]._company_managers(
            estate.company_id
        )
        for user in users.filtered(lambda u: u.active and not u.share):
            dispute.with_context(mail_activity_quick_update=True).activity_schedule(
                ACTIVITY, summary=row.display_name, user_id=user.id
            )
        return dispute
