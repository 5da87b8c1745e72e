from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain


class ShequCommitteeMember(models.Model):
    """A term in an owners' committee, half open like a residency."""

    _name = "shequ.committee.member"
    _description = "Owners' Committee Member"
    _inherit = ["shequ.scope.mixin", "mail.thread"]
    _order = "estate_id, position_rank, date_from desc, id"

    active = fields.Boolean(default=True)
    estate_id = fields.Many2one(
        "shequ.estate", required=True, index=True, ondelete="restrict"
    )
    company_id = fields.Many2one(related="estate_id.company_id", store=True, index=True)
    partner_id = fields.Many2one(
        "res.partner", string="Person", required=True, ondelete="restrict"
    )
    phone = fields.Char(related="partner_id.phone")
    position = fields.Selection(
        [("chair", "Chair"), ("vice", "Vice Chair"), ("member", "Member")],
        default="member",
        required=True,
        tracking=True,
    )
    position_rank = fields.Integer(compute="_compute_position_rank", store=True)
    date_from = fields.Date(
        string="Term From",
        required=True,
        tracking=True,
        default=lambda self: self.env["shequ.estate"]._today(),
    )
    date_to = fields.Date(
        string="Term Until",
        tracking=True,
        help="First day on which the term no longer counts.",
    )
    is_current = fields.Boolean(
        string="In Office", compute="_compute_is_current", search="_search_is_current"
    )

    _partner_idx = models.Index("(partner_id, date_to)")
    _period_valid = models.Constraint(
        "CHECK(date_to IS NULL OR date_to >= date_from)",
        "A term cannot end before it begins.",
    )

    @api.constrains("partner_id", "estate_id", "date_from", "date_to", "active")
    def _check_overlap(self):
        for member in self.filtered("active"):
            until = Domain.TRUE
            if member.date_to:
                until = Domain("date_from", "<", member.date_to)
            clash = self.search_count(
                Domain("estate_id", "=", member.estate_id.id)
                & Domain("partner_id", "=", member.partner_id.id)
                & Domain("id", "!=", member.id)
                & until
                & (
                    Domain("date_to", "=", False)
                    | Domain("date_to", ">", member.date_from)
                ),
                limit=1,
            )
            if clash:
                raise UserError(
                    self.env._(
                        "%(person)s already has a term in the committee of "
                        "%(estate)s in this period.",
                        person=member.partner_id.display_name,
                        estate=member.estate_id.display_name,
                    )
                )

    @api.depends("position")
    def _compute_position_rank(self):
        ranks = ("chair", "vice", "member")
        for member in self:
            member.position_rank = ranks.index(member.position or "member")

    @api.depends("date_from", "date_to", "active")
    def _compute_is_current(self):
        today = self.env["shequ.estate"]._today()
        for member in self:
            member.is_current = bool(
                member.active
                and member.date_from
                and member.date_from <= today
                and (not member.date_to or today < member.date_to)
            )

    @api.model
    def _search_is_current(self, operator, value):
        if operator != "in":
            return NotImplemented
        return self.env["shequ.residency"]._current_domain()

    @api.depends("partner_id.name", "position")
    def _compute_display_name(self):
        labels = dict(self._fields["position"]._description_selection(self.env))
        for member in self:
            member.display_name = (
                f"{member.partner_id.name or ''} ({labels.get(member.position, '')})"
            )

    @api.model_create_multi
    def create(self, vals_list):
        quiet = self.with_context(mail_create_nolog=True, mail_create_nosubscribe=True)
        members = super(ShequCommitteeMember, quiet).create(vals_list)
        self.env["res.users"]._shequ_open_companies(members.partner_id)
        members._sync_group(members.partner_id)
        return members.with_env(self.env)

    def write(self, vals):
        partners = self.partner_id
        result = super().write(vals)
        if {"partner_id", "date_from", "date_to", "active"} & vals.keys():
            self.env["res.users"]._shequ_open_companies(self.partner_id)
            self._sync_group(partners | self.partner_id)
        return result

    @api.ondelete(at_uninstall=False)
    def _unlink_except_history(self):
        today = self.env["shequ.estate"]._today()
        if any(member.date_from < today or member.date_to for member in self):
            raise UserError(
                self.env._(
                    "A term that has begun is part of the history. Set the day on "
                    "which it ended instead."
                )
            )

    def unlink(self):
        partners = self.partner_id
        result = super().unlink()
        self._sync_group(partners)
        return result

    @api.model
    def _sync_group(self, partners=None):
        """Give portal users the committee group while a term of theirs runs.

        :param partners: only these people (default: everybody)
        """
        group = self.env.ref("shequ_property.group_committee").sudo()
        current = self.sudo().search([("is_current", "=", True)]).partner_id
        people = Domain("share", "=", True)
        if partners is not None:
            current &= partners
            people &= Domain("partner_id", "in", partners.ids)
        Users = self.env["res.users"].sudo().with_context(active_test=False)
        serving = Users.search(people & Domain("partner_id", "in", current.ids))
        members = Users.search(people & Domain("group_ids", "in", group.ids))
        (members - serving).write({"group_ids": [(3, group.id)]})
        (serving - members).write({"group_ids": [(4, group.id)]})

    @api.model
    def _cron_sync_group(self):
        self._sync_group()
