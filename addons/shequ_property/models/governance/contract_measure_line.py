from odoo import api, fields, models
from odoo.tools import SQL


class ContractMeasureLine(models.Model):
    """One case that was counted: a ticket, a call, a round, a point of a round."""

    _name = "shequ.contract.measure.line"
    _description = "Counted Case"
    _order = "hit, at desc, id"
    _log_access = False

    measure_id = fields.Many2one(
        "shequ.contract.measure",
        string="Promise",
        required=True,
        readonly=True,
        index=True,
        ondelete="cascade",
    )
    hit = fields.Boolean(string="Counts as Kept", readonly=True)
    points = fields.Integer(
        readonly=True, help="What the case adds to the sum: its stars, or 1."
    )
    at = fields.Datetime(string="Decided At", readonly=True)
    ticket_id = fields.Many2one("shequ.ticket", readonly=True, ondelete="restrict")
    call_id = fields.Many2one("shequ.call.back", readonly=True, ondelete="restrict")
    task_id = fields.Many2one(
        "shequ.round.task", string="Round", readonly=True, ondelete="restrict"
    )
    check_id = fields.Many2one(
        "shequ.round.check", string="Point", readonly=True, ondelete="restrict"
    )
    what = fields.Char(compute="_compute_what", compute_sudo=True)

    def init(self):
        result = super().init()
        self.env["shequ.contract.sheet"]._guard_rows(
            self._table,
            SQL(
                "SELECT sheet.state FROM changed "
                "JOIN shequ_contract_measure row ON row.id = changed.measure_id "
                "JOIN shequ_contract_sheet sheet ON sheet.id = row.sheet_id"
            ),
        )
        return result

    @api.depends("ticket_id", "task_id", "check_id")
    def _compute_what(self):
        for line in self:
            line.what = line._what()

    def _what(self):
        """What the case is, without anything about people."""
        if self.check_id:
            return f"{self.task_id.display_name}: {self.check_id.name}"
        if self.task_id:
            return self.task_id.display_name
        ticket = self.ticket_id
        return " ".join(filter(None, (ticket.name, ticket.category_id.name)))

    def _key(self):
        """Name of the case for a digest: what it is and its id."""
        for name in ("check_id", "task_id", "call_id", "ticket_id"):
            if self[name]:
                return f"{name.removesuffix('_id')}:{self[name].id}"
        return ""

    def action_open(self):
        """The case itself, for those who may read it."""
        self.ensure_one()
        name = "task_id" if self.task_id else "ticket_id"
        return {
            "type": "ir.actions.act_window",
            "res_model": self[name]._name,
            "res_id": self[name].id,
            "view_mode": "form",
        }
