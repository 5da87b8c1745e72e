from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools.misc import format_amount, format_date, format_datetime

from ..models.ticket.ticket import OPEN_STATES
from ..tools.mask import mask_email, mask_login


class ShequPartnerMerge(models.TransientModel):
    """Side by side: what each record has, who stays, and what follows."""

    _name = "shequ.partner.merge"
    _description = "Merge People"

    duplicate_id = fields.Many2one("shequ.duplicate", readonly=True)
    partner_ids = fields.Many2many("res.partner", string="People", required=True)
    keep_id = fields.Many2one(
        "res.partner",
        string="Who Stays",
        compute="_compute_keep_id",
        store=True,
        readonly=False,
        domain="[('id', 'in', partner_ids)]",
        help="Name, phone and language of this record stay; what is empty there is "
        "filled from the others.",
    )
    log_in_count = fields.Integer(compute="_compute_log_in_count", compute_sudo=True)
    log_in_of_id = fields.Many2one(
        "res.partner",
        string="Log-in That Stays",
        compute="_compute_log_in_of_id",
        store=True,
        readonly=False,
        domain="[('id', 'in', partner_ids)]",
        help="Whose log-in stays; the others are closed for good.",
    )
    comparison = fields.Html(compute="_compute_comparison", sanitize=False)
    problem = fields.Text(compute="_compute_problem")
    understood = fields.Boolean(string="I know that this cannot be undone")

    @api.model
    def _log_in_words(self, user):
        used = (
            format_date(self.env, user.login_date)
            if user.login_date
            else self.env._("never used")
        )
        return f"{mask_login(user.login)} · {used}"

    @api.depends("partner_ids")
    def _compute_keep_id(self):
        """Who has most: a log-in, then homes, then tickets, then the older one."""
        for wizard in self:
            people = wizard.partner_ids._origin
            wizard.keep_id = max(people, key=wizard._weight, default=people.browse())

    def _weight(self, partner):
        sudo = partner.sudo()
        return (
            bool(sudo.user_ids),
            len(sudo.shequ_residency_ids),
            self.env["shequ.ticket"]
            .sudo()
            .search_count([("reporter_id", "=", partner.id)]),
            -partner.id,
        )

    @api.depends("partner_ids")
    def _compute_log_in_count(self):
        for wizard in self:
            people = wizard.partner_ids._origin.with_context(active_test=False)
            wizard.log_in_count = len(people.user_ids)

    @api.depends("keep_id")
    def _compute_log_in_of_id(self):
        for wizard in self:
            people = wizard.partner_ids._origin
            having = people.filtered(lambda person: person.sudo().user_ids)
            kept = wizard.keep_id._origin & having
            wizard.log_in_of_id = kept or having[:1]

    def _kept_user(self):
        users = self.log_in_of_id.sudo().with_context(active_test=False).user_ids
        return users.sorted("active", reverse=True)[:1]

    @api.depends("partner_ids", "keep_id")
    def _compute_problem(self):
        for wizard in self:
            people = wizard.partner_ids._origin
            wizard.problem = (
                "\n".join(people._shequ_merge_problems(wizard.keep_id._origin)) or False
            )

    @api.depends("partner_ids", "keep_id")
    def _compute_comparison(self):
        for wizard in self:
            people = wizard.partner_ids._origin
            people.check_access("read")
            wizard.comparison = self.env["ir.qweb"]._render(
                "shequ_property.partner_merge_comparison",
                {
                    "people": [wizard._column(partner) for partner in people],
                    "keep": wizard.keep_id._origin.id,
                },
            )

    def _column(self, partner):
        """What one record has, as the comparison shows it."""
        sudo = partner.sudo()
        everything = sudo.with_context(active_test=False)
        Ticket = self.env["shequ.ticket"].sudo().with_context(active_test=False)
        mine = Domain("reporter_id", "=", partner.id) | Domain(
            "on_behalf_id", "=", partner.id
        )
        return {
            "id": partner.id,
            "name": partner.name,
            "phone": sudo._shequ_masked_phone(),
            "email": mask_email(sudo.email),
            "id_number": sudo.shequ_id_masked,
            "homes": [
                f"{stay.unit_id.address} · {stay._role_label()} · {stay.date_from} – "
                f"{stay.date_to or ''}"
                for stay in everything.shequ_residency_ids.sorted(
                    "date_from", reverse=True
                )
            ],
            "tickets": Ticket.search_count(mine),
            "open_tickets": Ticket.search_count(
                mine & Domain("state", "in", OPEN_STATES)
            ),
            "log_ins": [
                self._log_in_words(user)
                + ("" if user.active else f" ({self.env._('closed')})")
                for user in everything.user_ids
            ],
            "balance": [
                format_amount(self.env, amount, company.currency_id)
                for company in sudo.shequ_residency_ids.company_id
                if (amount := partner._shequ_balance(company))
            ],
            "messages": self.env["mail.message"]
            .sudo()
            .search_count(
                Domain("author_id", "=", partner.id)
                | Domain("model", "=", "res.partner")
                & Domain("res_id", "=", partner.id)
            ),
            "created": format_datetime(
                self.env, partner.create_date, dt_format="short"
            ),
        }

    def action_merge(self):
        """Merge for good, after the user has said that this is meant."""
        self.ensure_one()
        if not self.understood:
            raise UserError(
                self.env._(
                    "Merging cannot be undone. Tick the box to say that you know."
                )
            )
        people, kept = self.partner_ids, self.keep_id
        people._shequ_check_merge(kept)
        self.env["base.partner.merge.automatic.wizard"].with_context(
            shequ_keep_user_id=self._kept_user().id
        )._merge(people.ids, kept)
        return {
            "type": "ir.actions.act_window",
            "res_model": "res.partner",
            "res_id": kept.id,
            "view_mode": "form",
            "views": [(False, "form")],
        }

    def action_different(self):
        """These are different people after all; remember it."""
        self.ensure_one()
        people = self.partner_ids
        self.env["shequ.duplicate"]._check_may_decide()
        people.check_access("write")
        self.env["shequ.duplicate.different"].sudo()._remember(people)
        if self.duplicate_id:
            self.duplicate_id.action_different()
        return {"type": "ir.actions.act_window_close"}
