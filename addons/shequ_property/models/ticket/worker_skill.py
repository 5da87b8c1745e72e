from odoo import fields, models

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
