from odoo import api, fields, models

TARGETS = [
    ("accept", "Accept"),
    ("dispatch", "Dispatch"),
    ("on_site", "On site"),
    ("complete", "Complete"),
    ("call_back", "Call back"),
    ("fund_contact", "Explain the fund"),
]
TIME_MODES = [("calendar", "Day and night"), ("working", "Working time")]
#: Targets whose clock starts with the ticket; the others wait for their occasion.
AT_ONCE = ("accept", "dispatch", "on_site", "complete", "call_back")


class SlaTarget(models.Model):
    """One target of a policy: what has to have happened, and how soon."""

    _name = "shequ.sla.target"
    _inherit = ["shequ.cached.mixin"]
    _description = "Service Deadline Target"
    _order = "policy_id, sequence, id"
    _rec_name = "target"

    policy_id = fields.Many2one(
        "shequ.sla.policy",
        string="Deadline Policy",
        required=True,
        index=True,
        ondelete="cascade",
    )
    sequence = fields.Integer(default=10)
    target = fields.Selection(TARGETS, required=True)
    minutes = fields.Integer(required=True, help="How long it may take, in minutes.")
    time_mode = fields.Selection(TIME_MODES, required=True, default="calendar")
    parts_minutes = fields.Integer(
        string="More for Parts (min)",
        help="Minutes added when parts have to be bought. The clock then runs on "
        "towards the later deadline. With 0 it stands still until the parts are there.",
    )
    source = fields.Text(translate=True)

    _minutes_positive = models.Constraint(
        "CHECK (minutes > 0 AND COALESCE(parts_minutes, 0) >= 0)",
        "A deadline must be at least one minute away.",
    )
    _policy_target_uniq = models.Constraint(
        "UNIQUE(policy_id, target)", "The policy has this target already."
    )

    @api.depends("target", "minutes", "time_mode")
    def _compute_display_name(self):
        labels = dict(self._fields["target"]._description_selection(self.env))
        duration = self.env["shequ.sla.clock"]._duration_label
        for target in self:
            target.display_name = self.env._(
                "%(target)s: %(duration)s",
                target=labels.get(target.target, ""),
                duration=duration(target.minutes),
            )
