from odoo import api, fields, models
from odoo.tools import SQL

LEVELS = [("1", "Learner"), ("2", "Able"), ("3", "Master")]


class WorkerSkill(models.Model):
    """What a worker can do, and how well."""

    _name = "shequ.worker.skill"
    _description = "Skill of a Worker"
    _order = "worker_id, skill_id"
    _rec_name = "skill_id"

    worker_id = fields.Many2one(
        "shequ.worker", required=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(related="worker_id.company_id", store=True, index=True)
    skill_id = fields.Many2one(
        "shequ.skill", required=True, index=True, ondelete="restrict"
    )
    level = fields.Selection(LEVELS, required=True, default="2")
    certificate = fields.Char(help="Number of the licence, where the law asks for one.")
    certificate_until = fields.Date(string="Valid Until")

    _skill_uniq = models.Constraint(
        "UNIQUE(worker_id, skill_id)", "The worker has this skill already."
    )

    @api.model
    def _level_older_skills(self):
        """Give the skills of databases that are older than the levels a line each."""
        self.env["shequ.worker"].flush_model()
        self.env.cr.execute(
            SQL(
                """
                INSERT INTO shequ_worker_skill (worker_id, skill_id, level, company_id)
                SELECT r.shequ_worker_id, r.shequ_skill_id, '2', w.company_id
                  FROM shequ_skill_shequ_worker_rel r
                  JOIN shequ_worker w ON w.id = r.shequ_worker_id
                ON CONFLICT (worker_id, skill_id) DO NOTHING
                """
            )
        )
        self.invalidate_model()
