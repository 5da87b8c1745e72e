from odoo import api, fields, models
from odoo.tools import SQL, sql

FREQUENCIES = [
    ("standing", "Always posted"),
    ("monthly", "Every month"),
    ("quarterly", "Every quarter"),
    ("half_yearly", "Every half year"),
    ("yearly", "Every year"),
    ("event", "When it happens"),
]


class DisclosureType(models.Model):
    """What has to be published, how often and by which law.

    The law is data: a company adds what its city asks for and changes how often.
    """

    _name = "shequ.disclosure.type"
    _description = "Disclosure Type"
    _order = "sequence, id"

    active = fields.Boolean(default=True)
    sequence = fields.Integer(default=100)
    name = fields.Char(required=True, translate=True)
    code = fields.Char(required=True, help="By which programs and addons name it.")
    description = fields.Text(
        translate=True, help="What it says, in words for residents."
    )
    law = fields.Char(
        string="Source of Law", translate=True, help="Law and article, or the contract."
    )
    frequency = fields.Selection(FREQUENCIES, required=True, default="event")
    due_days = fields.Integer(
        string="Publish Within (Days)",
        default=30,
        help="Days after the end of the period, or after it became known.",
    )
    soon_days = fields.Integer(
        string="Remind Before (Days)",
        default=14,
        help="So many days before the last day it counts as due soon.",
    )
    posting_days = fields.Integer(
        string="Post For (Days)",
        default=30,
        help="It stays on the notice board for so many days at least.",
    )
    is_public = fields.Boolean(
        string="Open to Everybody",
        help="Anybody with the link or the sign's code can read it. Without this only "
        "residents who are logged in can.",
    )
    is_required = fields.Boolean(
        string="In the Calendar",
        help="Every estate has to publish it, and it is shown when it is missing.",
    )
    needs_review = fields.Boolean(
        string="Committee Reviews It",
        help="The owners' committee is asked to accept or to object.",
    )
    needs_file = fields.Boolean(
        string="The Paper Itself",
        help="It is published only with a file: the law wants the paper, not what it "
        "says in other words.",
    )
    draws = fields.Selection(
        [
            ("hand", "What staff enter"),
            ("accounts", "Income and expenses of the books"),
            ("revenue", "Public revenue of the books"),
            ("performance", "Tickets and measured commitments"),
        ],
        string="Figures From",
        required=True,
        default="hand",
    )
    field_ids = fields.One2many(
        "shequ.disclosure.type.field", "type_id", string="Required Statements"
    )
    check_ids = fields.One2many(
        "shequ.disclosure.type.check", "type_id", string="Checklist of the Committee"
    )
    disclosure_count = fields.Integer(
        string="Disclosures", compute="_compute_disclosure_count"
    )

    _code_uniq = models.Constraint("UNIQUE(code)", "Another type has this code.")
    _days_valid = models.Constraint(
        "CHECK(due_days >= 0 AND soon_days >= 0 AND posting_days >= 0)",
        "Days cannot be negative.",
    )

    def _auto_init(self):
        # The types are data that a company changes, so an update leaves them alone:
        # where the column is new, the law is entered once.
        is_new = sql.table_exists(self.env.cr, self._table) and not sql.column_exists(
            self.env.cr, self._table, "needs_file"
        )
        result = super()._auto_init()
        if is_new:
            self.env.cr.execute(
                SQL(
                    "UPDATE %s SET needs_file = TRUE, needs_review = TRUE "
                    "WHERE code = 'contract'",
                    SQL.identifier(self._table),
                )
            )
        return result

    def _compute_disclosure_count(self):
        counts = {
            kind.id: count
            for kind, count in self.env["shequ.disclosure"]._read_group(
                [("type_id", "in", self.ids)], ["type_id"], ["__count"]
            )
        }
        for kind in self:
            kind.disclosure_count = counts.get(kind.id, 0)

    @api.model
    def _by_code(self, code):
        """The type with this code (as super-user), archived ones too."""
        return (
            self.sudo()
            .with_context(active_test=False)
            .search([("code", "=", code)], limit=1)
        )

    def copy_data(self, default=None):
        return [
            dict(vals, code=f"{kind.code}_copy", name=f"{kind.name} (2)")
            for kind, vals in zip(self, super().copy_data(default), strict=True)
        ]

    def action_open_disclosures(self):
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "shequ_property.action_disclosure"
        )
        action["domain"] = [("type_id", "=", self.id)]
        action["context"] = {"default_type_id": self.id}
        return action
