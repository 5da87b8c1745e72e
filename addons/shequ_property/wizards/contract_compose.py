from odoo import api, fields, models
from odoo.exceptions import UserError

from ..tools import rounds

#: What a commitment takes over from its standard as it is.
SAME = (
    "area",
    "measure",
    "clock_target",
    "limit_minutes",
    "ticket_kind",
    "min_stars",
    "round_kind",
    "direction",
    "threshold",
    "period",
    "weight",
    "source",
)


class ContractCompose(models.TransientModel):
    """Choose a grade, look through its standards, take them into the contract."""

    _name = "shequ.contract.compose"
    _description = "Compose a Contract From the Standards"

    contract_id = fields.Many2one("shequ.contract", required=True, readonly=True)
    grade_id = fields.Many2one(
        "shequ.service.grade",
        string="Service Grade",
        required=True,
        default=lambda self: self.env["shequ.service.grade"].search([], limit=1),
    )
    team_id = fields.Many2one(
        "shequ.team", string="Team of the Rounds", help="Can be set plan by plan later."
    )
    line_ids = fields.One2many(
        "shequ.contract.compose.line",
        "wizard_id",
        compute="_compute_line_ids",
        store=True,
        readonly=False,
    )

    @api.depends("grade_id", "contract_id")
    def _compute_line_ids(self):
        for wizard in self:
            taken = wizard.contract_id.commitment_ids.standard_id
            standards = self.env["shequ.service.standard"].search(
                [
                    "|",
                    ("grade_ids", "=", False),
                    ("grade_ids", "in", wizard.grade_id.ids),
                    ("id", "not in", taken.ids),
                ]
            )
            wizard.line_ids = [(5,)] + [
                (0, 0, {"standard_id": standard.id, "text": standard.text})
                for standard in standards
            ]

    def action_confirm(self):
        """Take the chosen standards into the contract, their rounds with them."""
        self.ensure_one()
        contract = self.contract_id
        contract._check_manager()
        chosen = self.line_ids.filtered("chosen")
        if not chosen:
            raise UserError(self.env._("Please choose at least one standard."))
        commitments = self.env["shequ.contract.commitment"].create(
            [line._commitment_vals() for line in chosen]
        )
        vals_list = []
        for line, commitment in zip(chosen, commitments, strict=True):
            if line.standard_id.makes_round:
                vals_list += [
                    line._round_vals(commitment, estate)
                    for estate in contract.estate_ids
                ]
        self.env["shequ.round"].create(vals_list)
        contract.grade_id = self.grade_id
        return {"type": "ir.actions.act_window_close"}


class ContractComposeLine(models.TransientModel):
    """A standard that can be taken."""

    _name = "shequ.contract.compose.line"
    _description = "Standard to Take"

    wizard_id = fields.Many2one(
        "shequ.contract.compose", required=True, ondelete="cascade"
    )
    chosen = fields.Boolean(string="Take", default=True)
    standard_id = fields.Many2one(
        "shequ.service.standard", required=True, ondelete="cascade"
    )
    area = fields.Selection(related="standard_id.area")
    text = fields.Text(string="Promise", required=True)
    threshold_text = fields.Char(related="standard_id.threshold_text")
    makes_round = fields.Boolean(related="standard_id.makes_round")

    def _commitment_vals(self):
        standard = self.standard_id
        return {
            "contract_id": self.wizard_id.contract_id.id,
            "standard_id": standard.id,
            "name": self.text,
            "sequence": standard.sequence,
            "category_ids": [(6, 0, standard.category_ids.ids)],
            **{name: standard[name] for name in SAME},
        }

    def _round_vals(self, commitment, estate):
        standard, contract = self.standard_id, self.wizard_id.contract_id
        return {
            "name": standard.name,
            "estate_id": estate.id,
            "contract_id": contract.id,
            "commitment_id": commitment.id,
            "standard_id": standard.id,
            "kind": standard.round_kind or "inspection",
            "area": standard.area,
            "every": standard.every,
            "every_unit": standard.every_unit,
            "times": standard.times,
            "duration_hours": standard.duration_hours,
            "date_from": contract.date_from,
            "team_id": self.wizard_id.team_id.id,
            "source": standard.source,
            "deviation_category_id": standard.deviation_category_id.id,
            "point_ids": [
                (0, 0, {"name": name, "photo": photo, "sequence": number})
                for number, (name, photo) in enumerate(
                    rounds.checklist(standard.checklist)
                )
            ],
        }
