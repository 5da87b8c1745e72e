from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.fields import Domain
from odoo.tools import format_amount

PRICES = [
    ("free", "Free"),
    ("fixed", "Fixed price"),
    ("from", "Starting price"),
    ("quote", "Price on the spot"),
]


class Service(models.Model):
    """What residents can order (服务清单): for how much, how soon, who can do it."""

    _name = "shequ.service"
    _description = "Service"
    _inherit = ["mail.thread"]
    _order = "sequence, name, id"

    name = fields.Char(required=True, translate=True, tracking=True)
    active = fields.Boolean(default=True, tracking=True)
    sequence = fields.Integer(default=10)
    company_id = fields.Many2one(
        "res.company", required=True, index=True, default=lambda self: self.env.company
    )
    estate_ids = fields.Many2many(
        "shequ.estate",
        string="Estates",
        domain="[('company_id', '=', company_id)]",
        help="Where it can be ordered. Empty: in every estate of the company.",
    )
    category_id = fields.Many2one(
        "shequ.ticket.category",
        required=True,
        index=True,
        ondelete="restrict",
        tracking=True,
        help="An order becomes a ticket of this category.",
    )
    skill_ids = fields.Many2many(
        "shequ.skill",
        string="Skills",
        compute="_compute_skill_ids",
        store=True,
        readonly=False,
        help="Whoever has one of these can do it.",
    )
    description = fields.Text(
        translate=True, help="What is included, in words that residents read."
    )
    price_type = fields.Selection(PRICES, required=True, default="free", tracking=True)
    price = fields.Monetary(tracking=True)
    currency_id = fields.Many2one(related="company_id.currency_id")
    price_unit_name = fields.Char(
        string="For", translate=True, help="Such as: visit, hour, key."
    )
    promise_hours = fields.Float(
        string="Somebody Comes Within (Hours)", default=24.0, tracking=True
    )
    price_text = fields.Char(compute="_compute_price_text")
    order_count = fields.Integer(compute="_compute_order_count", string="Orders")
    worker_count = fields.Integer(
        compute="_compute_worker_count",
        string="Workers",
        help="Who could do it. Nobody: residents order in vain.",
    )

    _name_uniq = models.UniqueIndex(
        "(company_id, name) WHERE active",
        "The list has a service of this name already.",
    )

    @api.constrains("price_type", "price", "promise_hours")
    def _check_price(self):
        for service in self:
            if service.price_type in ("fixed", "from") and service.price <= 0:
                raise ValidationError(
                    self.env._(
                        "%(service)s: please enter the price.", service=service.name
                    )
                )
            if service.promise_hours <= 0:
                raise ValidationError(
                    self.env._(
                        "%(service)s: please say within how many hours somebody comes.",
                        service=service.name,
                    )
                )

    @api.constrains("estate_ids", "company_id")
    def _check_estates(self):
        for service in self:
            if service.estate_ids.company_id - service.company_id:
                raise ValidationError(
                    self.env._(
                        "%(service)s: an estate belongs to another company.",
                        service=service.name,
                    )
                )

    @api.depends("category_id")
    def _compute_skill_ids(self):
        for service in self:
            service.skill_ids = service.category_id.skill_id or service.skill_ids

    @api.depends("price_type", "price", "price_unit_name")
    @api.depends_context("lang")
    def _compute_price_text(self):
        for service in self:
            amount = format_amount(self.env, service.price, service.currency_id)
            if service.price_unit_name:
                amount = f"{amount} / {service.price_unit_name}"
            service.price_text = {
                "free": self.env._("Free"),
                "fixed": amount,
                "from": self.env._("From %(amount)s", amount=amount),
                "quote": self.env._("Price on the spot"),
            }.get(service.price_type, "")

    def _compute_order_count(self):
        counts = dict(
            self.env["shequ.ticket"]._read_group(
                [("service_id", "in", self.ids)], ["service_id"], ["__count"]
            )
        )
        for service in self:
            service.order_count = counts.get(service._origin, 0)

    @api.depends("skill_ids", "company_id", "estate_ids")
    def _compute_worker_count(self):
        # sudo: the number is no secret, and workers of other estates count
        workers = (
            self.env["shequ.worker"]
            .sudo()
            .search([("company_id", "in", self.company_id.ids)])
        )
        for service in self:
            skills, estates = service.skill_ids, service.estate_ids
            service.worker_count = len(
                workers.filtered(
                    lambda w, s=service, k=skills, e=estates: (
                        w.company_id == s.company_id
                        and (not k or w.skill_ids & k)
                        and (not w.estate_ids or not e or w.estate_ids & e)
                    )
                )
            )

    @api.model
    def _offered_in(self, estates):
        """Services (as super-user) that can be ordered in the estates."""
        domain = Domain("company_id", "in", estates.company_id.ids) & (
            Domain("estate_ids", "=", False) | Domain("estate_ids", "in", estates.ids)
        )
        return self.sudo().search(domain)

    def action_open_orders(self):
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "shequ_property.action_ticket_all"
        )
        action["domain"] = [("service_id", "=", self.id)]
        return action
