from odoo import api, fields, models, tools
from odoo.exceptions import ValidationError

MODES = [
    ("assign", "The dispatcher chooses"),
    ("auto", "Sent by itself"),
    ("grab", "Offered: who is first gets it"),
]


class DispatchRule(models.Model):
    """How jobs of an estate, a team and a category find their worker.

    The rule that says most wins: a rule of the estate before those of all estates, the
    category itself before the one it lies in, the team before all teams.  Without a
    rule the dispatcher chooses.
    """

    _name = "shequ.dispatch.rule"
    _description = "Dispatch Rule"
    _inherit = ["mail.thread", "shequ.cached.mixin"]
    _order = "sequence, id"

    company_id = fields.Many2one(
        "res.company", required=True, index=True, default=lambda self: self.env.company
    )
    active = fields.Boolean(default=True, tracking=True)
    sequence = fields.Integer(default=10)
    estate_id = fields.Many2one(
        "shequ.estate",
        domain="[('company_id', '=', company_id)]",
        ondelete="cascade",
        index="btree_not_null",
        tracking=True,
        help="Empty: every estate of the company.",
    )
    team_id = fields.Many2one(
        "shequ.team",
        domain="[('company_id', '=', company_id)]",
        ondelete="cascade",
        tracking=True,
        help="Empty: every team.",
    )
    category_id = fields.Many2one(
        "shequ.ticket.category",
        ondelete="cascade",
        tracking=True,
        help="With all that lies in it. Empty: every category.",
    )
    mode = fields.Selection(MODES, required=True, default="assign", tracking=True)
    grab_minutes = fields.Integer(
        string="Minutes Without a Taker",
        tracking=True,
        help="After so many minutes the best worker is sent. Nought: as in the "
        "settings.",
    )

    _rule_uniq = models.UniqueIndex(
        "(company_id, COALESCE(estate_id, 0), COALESCE(team_id, 0), "
        "COALESCE(category_id, 0)) WHERE active",
        "There is a rule for this estate, team and category already.",
    )
    _minutes_check = models.Constraint(
        "CHECK(grab_minutes >= 0)", "The minutes cannot be less than nought."
    )

    @api.constrains("estate_id", "team_id", "company_id")
    def _check_one_company(self):
        for rule in self:
            if rule.estate_id and rule.estate_id.company_id != rule.company_id:
                raise ValidationError(
                    self.env._(
                        "“%(estate)s” is an estate of another company.",
                        estate=rule.estate_id.name,
                    )
                )
            if rule.team_id and rule.team_id.company_id != rule.company_id:
                raise ValidationError(
                    self.env._(
                        "“%(team)s” is a team of another company.",
                        team=rule.team_id.name,
                    )
                )

    @api.depends("estate_id", "team_id", "category_id")
    def _compute_display_name(self):
        for rule in self:
            rule.display_name = " · ".join(
                (
                    rule.estate_id.name or self.env._("Every estate"),
                    rule.team_id.name or self.env._("Every team"),
                    rule.category_id.name or self.env._("Every category"),
                )
            )

    @api.model
    @tools.ormcache("company_id")
    def _rules_of(self, company_id):
        """Return (estate id, team id, category id, mode, minutes) of a company's rules;
        0 is all.

        Kept in memory: every new ticket asks.
        """
        rules = self.sudo().search([("company_id", "=", company_id)])
        return tuple(
            (
                rule.estate_id.id or 0,
                rule.team_id.id or 0,
                rule.category_id.id or 0,
                rule.mode,
                rule.grab_minutes,
            )
            for rule in rules
        )

    @api.model
    @tools.ormcache("company_id")
    def _has_workers(self, company_id):
        """Whether there is anybody at all who could be sent.  Kept in memory."""
        Worker = self.env["shequ.worker"].sudo()
        return bool(Worker.search_count([("company_id", "=", company_id)], limit=1))

    @api.model
    def _mode(self, company_id, estate_id, team_id, category_id):
        """Return (mode, minutes without a taker) for a ticket."""
        rules = self._rules_of(company_id)
        if not rules:
            return "assign", 0
        facts = self.env["shequ.ticket.category"]._all_facts().get(category_id)
        line = facts[5] if facts else ()
        best = (-1, "assign", 0)
        for estate, team, category, mode, minutes in rules:
            if estate and estate != estate_id or team and team != team_id:
                continue
            if category and category not in line:
                continue
            depth = 8 * bool(estate) + bool(team)
            depth += 0 if not category else 4 if category == category_id else 2
            best = max(best, (depth, mode, minutes), key=lambda b: b[0])
        return best[1], best[2]
