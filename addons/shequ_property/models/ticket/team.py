from odoo import api, fields, models, tools


class Team(models.Model):
    """A team (班组) of the resources list: who can be sent, where, for what."""

    _name = "shequ.team"
    _description = "Team"
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

    @api.model_create_multi
    def create(self, vals_list):
        teams = super().create(vals_list)
        self.env.registry.clear_cache()
        return teams

    def write(self, vals):
        result = super().write(vals)
        self.env.registry.clear_cache()
        return result

    def unlink(self):
        result = super().unlink()
        self.env.registry.clear_cache()
        return result

    @api.model
    @tools.ormcache("company_id", "estate_id", "skill_id", cache="default")
    def _default_team_id(self, company_id, estate_id, skill_id):
        """Return the id of the team that takes tickets of a skill, or False.

        A team of the estate itself goes before one that serves the whole company.
        Cached, because every new ticket asks: one storm of reports, one query.
        """
        if not skill_id:
            return False
        teams = self.sudo().search(
            [("company_id", "=", company_id), ("skill_ids", "in", [skill_id])]
        )
        own = teams.filtered(lambda t: estate_id in t.estate_ids.ids)
        return (own or teams.filtered(lambda t: not t.estate_ids))[:1].id
