from odoo import api, fields, models
from odoo.exceptions import UserError

ORIGINS = [
    ("books", "From the books"),
    ("tickets", "From the tickets"),
    ("contract", "From the contract's measures"),
    ("hand", "Entered by hand"),
]


class DisclosureLine(models.Model):
    """A statement or a figure of what is being prepared.

    What the books and the tickets say is drawn, never typed: such a line has no
    value that could be changed, and drawing anew replaces it.
    """

    _name = "shequ.disclosure.line"
    _description = "Line of a Disclosure"
    _order = "disclosure_id, sequence, id"

    disclosure_id = fields.Many2one(
        "shequ.disclosure", required=True, index=True, ondelete="cascade"
    )
    sequence = fields.Integer(default=100)
    section = fields.Char()
    name = fields.Char(string="Label", required=True)
    kind = fields.Selection(
        [
            ("text", "Statement"),
            ("money", "Amount"),
            ("count", "Number"),
            ("permille", "Rate"),
            ("milli", "Average"),
        ],
        required=True,
        default="text",
    )
    text = fields.Text(string="Statement")
    currency_id = fields.Many2one(related="disclosure_id.currency_id")
    amount = fields.Monetary()
    number = fields.Float(string="Number or Rate (%)", digits=(16, 3))
    origin = fields.Selection(ORIGINS, required=True, default="hand", readonly=True)
    key = fields.Char(readonly=True, help="What the entries behind it are kept under.")
    entry_count = fields.Integer(string="Entries", readonly=True)
    required = fields.Boolean(readonly=True)
    help = fields.Char(string="What Is Meant", readonly=True)
    note = fields.Char(string="Explanation")
    state = fields.Selection(related="disclosure_id.state")

    @api.model_create_multi
    def create(self, vals_list):
        if not self.env.context.get("shequ_drawn"):
            for vals in vals_list:
                vals.update(origin="hand", entry_count=0, key=False)
        lines = super().create(vals_list)
        lines.disclosure_id._check_in_work()
        return lines

    def write(self, vals):
        if not self.env.context.get("shequ_drawn"):
            self.disclosure_id._check_in_work()
            fixed = {"amount", "number", "origin", "key", "entry_count", "kind"}
            if fixed & vals.keys() and any(line.origin != "hand" for line in self):
                raise UserError(
                    self.env._(
                        "“%(line)s” is drawn from the books or the tickets: it is "
                        "not typed. Explain it in a note, or correct the entry.",
                        line=next(li.name for li in self if li.origin != "hand"),
                    )
                )
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_in_work(self):
        self.disclosure_id._check_in_work()
        if not self.env.context.get("shequ_drawn"):
            for line in self:
                if line.required:
                    raise UserError(
                        self.env._("“%(line)s” has to be stated.", line=line.name)
                    )

    def _value(self):
        """The whole number that is published: cents, a count, one-thousandths."""
        self.ensure_one()
        if self.kind == "money":
            return int(round(self.amount * 100))
        scale = {"permille": 10, "milli": 1000}.get(self.kind, 1)
        return int(round(self.number * scale))

    def _figure(self):
        """This line as a figure of the document, or None for a statement."""
        if self.kind == "text":
            return None
        return {
            "key": self.key or f"line/{self.id}",
            "section": self.section or "",
            "label": self.name,
            "kind": self.kind,
            "value": self._value(),
            "origin": self.origin,
            "entries": self.entry_count,
            "entries_sha256": "",
            "note": self.note or "",
        }

    def action_open_entries(self):
        """The entries of the books or the tickets that make up the figure."""
        self.ensure_one()
        return self.disclosure_id._open_entries(self)
