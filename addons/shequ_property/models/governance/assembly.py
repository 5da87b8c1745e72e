from odoo import api, fields, models
from odoo.exceptions import ValidationError


class ShequAssembly(models.Model):
    """The owners' assembly (业主大会) of an estate and the rules it has given itself.

    Defaults are the national ones; where the assembly's rules of procedure (议事规则)
    say otherwise they are written here, and a vote takes them over when it opens.
    """

    _name = "shequ.assembly"
    _description = "Owners' Assembly"
    _inherit = ["shequ.scope.mixin", "mail.thread"]
    _order = "estate_id"
    _rec_name = "estate_id"

    active = fields.Boolean(default=True)
    estate_id = fields.Many2one(
        "shequ.estate", required=True, index=True, ondelete="restrict"
    )
    company_id = fields.Many2one(related="estate_id.company_id", store=True, index=True)
    own_company_id = fields.Many2one(
        "res.company",
        string="The Assembly's Own Books",
        help="The company in which the assembly keeps its own books, when it has one.",
    )
    parking_counts = fields.Boolean(
        string="Parking Spaces Count",
        tracking=True,
        help="Parking spaces that are exclusive parts count in area and heads.",
    )
    storage_counts = fields.Boolean(
        string="Storage Rooms Count", default=True, tracking=True
    )
    same_co_owners_one_head = fields.Boolean(
        string="The Same Co-owners Are One Head",
        tracking=True,
        help="A couple that owns two homes together is one head instead of two.",
    )
    silent_follow_majority = fields.Boolean(
        string="Who Is Silent Follows the Majority",
        tracking=True,
        help="Legally disputed. Only where the assembly's rules of procedure say so: "
        "once those who voted are enough, the others are added to the larger side. "
        "It never makes up the quorum.",
    )
    max_proxies = fields.Integer(
        string="Owners per Proxy",
        default=lambda self: self._default_number("vote.max_proxies", 3),
        tracking=True,
    )
    notice_days = fields.Integer(
        string="Days of Notice",
        default=lambda self: self._default_number("vote.notice_days", 15),
        tracking=True,
    )
    window_days_min = fields.Integer(
        string="Shortest Voting Time (days)",
        default=lambda self: self._default_number("vote.window_days_min", 5),
        tracking=True,
    )
    window_days_max = fields.Integer(
        string="Longest Voting Time (days)",
        default=lambda self: self._default_number("vote.window_days_max", 60),
        tracking=True,
    )
    publish_days = fields.Integer(
        string="Days to Publish the Result",
        default=lambda self: self._default_number("vote.publish_days", 3),
        tracking=True,
    )
    objection_days = fields.Integer(
        string="Days for Objections",
        default=lambda self: self._default_number("vote.objection_days", 7),
        tracking=True,
    )
    publicity_days = fields.Integer(
        string="Days of Publicity",
        default=lambda self: self._default_number("vote.publicity_days", 15),
        tracking=True,
    )
    filing_days = fields.Integer(
        string="Days to File an Election",
        default=lambda self: self._default_number("vote.filing_days", 30),
        tracking=True,
    )
    initiative_percent = fields.Integer(
        string="Owners Who Can Call a Vote (%)",
        default=lambda self: self._default_number("vote.initiative_percent", 20),
        tracking=True,
    )
    vote_ids = fields.One2many("shequ.vote", "assembly_id")

    _estate_uniq = models.Constraint(
        "UNIQUE(estate_id)", "The estate already has an owners' assembly."
    )

    @api.model
    def _default_number(self, key, fallback):
        value = self.env["ir.config_parameter"].sudo().get_param(f"shequ.{key}")
        return int(value) if (value or "").isdigit() else fallback

    @api.constrains(
        "max_proxies",
        "notice_days",
        "window_days_min",
        "window_days_max",
        "publish_days",
        "objection_days",
        "publicity_days",
        "filing_days",
        "initiative_percent",
    )
    def _check_numbers(self):
        for assembly in self:
            if (
                min(
                    assembly.max_proxies,
                    assembly.notice_days,
                    assembly.window_days_min,
                    assembly.publish_days,
                    assembly.objection_days,
                    assembly.publicity_days,
                    assembly.filing_days,
                )
                < 0
                or not 1 <= assembly.initiative_percent <= 100
            ):
                raise ValidationError(
                    self.env._("The rules of an assembly have no negative numbers.")
                )
            if assembly.window_days_max < max(assembly.window_days_min, 1):
                raise ValidationError(
                    self.env._(
                        "The longest voting time cannot be shorter than the shortest."
                    )
                )

    @api.model
    def _of_estate(self, estate):
        """The assembly of ``estate`` as super-user, made when there is none yet."""
        assemblies = self.sudo().with_context(active_test=False)
        found = assemblies.search([("estate_id", "=", estate.id)], limit=1)
        return found or self.sudo().create({"estate_id": estate.id})
