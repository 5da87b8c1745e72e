from odoo import api, fields, models

from ..models.ticket.ticket_triage import TRIAGE_STATES
from ..tools.triage import Report


class TriageTry(models.TransientModel):
    """Type a sentence and see what would become of it, and why."""

    _name = "shequ.triage.try"
    _description = "Try the Lexicon"

    words = fields.Text(string="What Somebody Might Say")
    place = fields.Selection([("home", "In a Home"), ("public", "In a Public Place")])
    age = fields.Integer(string="Age of the Resident")
    company_id = fields.Many2one(
        "res.company", required=True, default=lambda self: self.env.company
    )
    state = fields.Selection(
        TRIAGE_STATES, string="Where It Goes", compute="_compute_why"
    )
    category_id = fields.Many2one("shequ.ticket.category", compute="_compute_why")
    skill_id = fields.Many2one(related="category_id.skill_id")
    why = fields.Html(compute="_compute_why", sanitize=False)

    @api.depends("words", "place", "age", "company_id")
    @api.depends_context("lang")
    def _compute_why(self):
        Ticket, Reason = self.env["shequ.ticket"], self.env["shequ.triage.reason"]
        Category = self.env["shequ.ticket.category"]
        settings = Ticket._triage_settings()
        for one in self:
            one.state = one.category_id = one.why = False
            if not (one.words or "").strip() or not one.company_id:
                continue
            at = Ticket._triage_local(fields.Datetime.now(), self.env.user.tz)
            person = {"age": one.age} if one.age else {}
            result = Ticket._triage_ask(
                Report(one.words, one.place or "", person, at), one.company_id.id
            )
            one.category_id = Category._id_by_code(result.category)
            hints = filter(None, map(Reason._hint, result.hints))
            one.why = Reason._panel(Ticket._triage_compact(result), list(hints))
            red = result.urgency == "red"
            if red and Ticket._triage_unconfirmed(result):
                one.state = "to_confirm"
            elif result.confidence["category"] < settings["sure"]:
                one.state = "to_sort"
            else:
                one.state = "sure"

    def action_add_word(self):
        """Write down a word for what was typed."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "res_model": "shequ.triage.word",
            "view_mode": "form",
            "views": [(False, "form")],
            "target": "new",
            "context": {
                "default_company_id": self.company_id.id,
                "default_category_id": self.category_id.id,
            },
        }
