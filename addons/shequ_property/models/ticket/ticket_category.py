from odoo import api, fields, models, tools
from odoo.exceptions import ValidationError

KINDS = [
    ("repair", "Repair"),
    ("complaint", "Complaint"),
    ("consultation", "Question"),
    ("suggestion", "Suggestion"),
    ("application", "Application"),
    ("help", "Help"),
]
# Colours of the demand pool as the Jiao community uses them: red is put on top
# and called back within half an hour, yellow is followed up the same day.
URGENCIES = [
    ("red", "Emergency"),
    ("orange", "Urgent"),
    ("yellow", "Ordinary"),
    ("blue", "Can wait"),
]


class TicketCategory(models.Model):
    """Standard category (诉求分类) with what follows from it."""

    _name = "shequ.ticket.category"
    _inherit = ["shequ.cached.mixin"]
    _description = "Ticket Category"
    _parent_store = True
    _order = "sequence, id"
    _rec_name = "complete_name"
    _rec_names_search = ["complete_name", "name", "code"]

    name = fields.Char(required=True, translate=True)
    complete_name = fields.Char(
        compute="_compute_complete_name",
        search="_search_complete_name",
        recursive=True,
    )
    code = fields.Char(
        required=True, help="Stable code that interfaces and imports use."
    )
    parent_id = fields.Many2one(
        "shequ.ticket.category", index=True, ondelete="restrict"
    )
    parent_path = fields.Char(index=True)
    child_ids = fields.One2many("shequ.ticket.category", "parent_id")
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    kind = fields.Selection(KINDS, required=True, default="repair")
    urgency = fields.Selection(URGENCIES, required=True, default="yellow")
    skill_id = fields.Many2one("shequ.skill", index="btree_not_null")
    public_area = fields.Boolean(
        help="Usually reported about a shared place and not about somebody's home."
    )

    _code_uniq = models.Constraint("UNIQUE(code)", "Another category has this code.")

    @api.depends("name", "parent_id.complete_name")
    @api.depends_context("lang")
    def _compute_complete_name(self):
        for category in self:
            names = [category.parent_id.complete_name, category.name]
            category.complete_name = " / ".join(name for name in names if name)

    @api.depends("complete_name", "name")
    @api.depends_context("lang", "shequ_short_name")
    def _compute_display_name(self):
        """In a column the first half of 居家维修 / 家电维修 would be all that shows."""
        if not self.env.context.get("shequ_short_name"):
            return super()._compute_display_name()
        for category in self:
            category.display_name = category.name
        return None

    @api.model
    def _search_complete_name(self, operator, value):
        return ["|", ("name", operator, value), ("parent_id.name", operator, value)]

    @api.constrains("parent_id")
    def _check_parent_id(self):
        if self._has_cycle():
            raise ValidationError(self.env._("A category cannot contain itself."))

    @api.model
    @tools.ormcache(cache="default")
    def _all_facts(self):
        """Return ``{id: (code, kind, urgency, skill id, public area, line)}``.

        The line is the set of ids of the category and what it lies in.

        The table is small and asked for with every new ticket.
        """
        return {
            category.id: (
                category.code,
                category.kind,
                category.urgency,
                category.skill_id.id,
                category.public_area,
                frozenset(int(i) for i in category.parent_path.split("/") if i),
            )
            for category in self.sudo().with_context(active_test=False).search([])
        }

    @api.model
    @tools.ormcache("code", cache="default")
    def _id_by_code(self, code):
        return self.sudo().search([("code", "=", code)], limit=1).id
