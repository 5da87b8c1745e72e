from odoo import api, fields, models, tools


class Team(models.Model):
    """A team (班组) of the resources list: who can be sent, where, for what."""

    _name = "shequ.team"
    _description = "Team"
    _inherit = ["mail.thread", "shequ.cached.mixin"]
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
        help="Where the team works. Empty: in every estate of the company.",
    )
    skill_ids = fields.Many2many(
        "shequ.skill",
        string="Skills",
        help="Tickets whose category needs one of these skills go to this team.",
    )
    leader_id = fields.Many2one(
        "res.users", index="btree_not_null", domain="[('share', '=', False)]"
    )
    worker_ids = fields.Many2many("shequ.worker", string="Workers")
    resource_calendar_id = fields.Many2one("resource.calendar", string="Duty Hours")
    open_count = fields.Integer(compute="_compute_open_count", string="Open Tickets")

    _name_company_uniq = models.Constraint(
        "UNIQUE(company_id, name)", "The company already has a team with this name."
    )

    def _compute_open_count(self):
        counts = dict(
            self.env["shequ.ticket"]._read_group(
                [("team_id", "in", self.ids), ("is_open", "=", True)],
                ["team_id"],
                ["__count"],
            )
        )
        for team in self:
            team.open_count = counts.get(team, 0)

    @api.model
    def _default_team_id(self, company_id, estate_id, skill_id):
        """Return the id of the team that takes tickets of a skill, or False.

        A team of the estate itself goes before one that serves the whole company.
        """
        if not skill_id:
            return False
        skilled = [t for t in self._teams_of(company_id) if skill_id in t[2]]
        own = [t for t in skilled if estate_id in t[1]]
        everywhere = [t for t in skilled if not t[1]]
        return next((team_id for team_id, *_rest in own + everywhere), False)

    @api.model
    @tools.ormcache("company_id")
    def _teams_of(self, company_id):
        """Return (id, estate ids, skill ids) of a company's teams, in their order.

        Kept in memory, because every new ticket asks: one storm of reports, one query.
        """
        teams = self.sudo().search([("company_id", "=", company_id)])
        return tuple(
            (team.id, frozenset(team.estate_ids.ids), frozenset(team.skill_ids.ids))
            for team in teams
        )
