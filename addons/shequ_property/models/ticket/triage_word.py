import re

from odoo import api, fields, models, tools
from odoo.exceptions import ValidationError

from ...tools.triage import Entry, Lexicon, LexiconError, alarm, standard
from .ticket_category import KINDS

ROLES = [
    ("category", "Names a category"),
    ("urgency", "Means danger"),
    ("alarm", "Word of distress (together with others)"),
    ("harmless", "Harmless, whatever it sounds like"),
    ("kind", "Tells the kind of request"),
    ("situation", "Tells who is concerned"),
    ("flag", "To be minded on the visit"),
    ("department", "Belongs to a department"),
]
SITUATIONS = [
    ("elder", "An elder"),
    ("alone", "Alone at home"),
    ("child", "A child"),
    ("pregnant", "Pregnant"),
    ("mobility", "Walks badly"),
    ("sick", "Ill"),
]
FLAGS = [
    ("fall", "Falls"),
    ("fire", "Fire"),
    ("electric", "Electricity"),
    ("gas", "Gas"),
    ("water", "Water"),
    ("trapped", "Trapped"),
    ("structure", "Building fabric"),
    ("medical", "Health"),
    ("child", "A child"),
    ("elder", "An elder"),
]
# Which field says what a word of a role means.
VALUE_FIELDS = {
    "category": "category_id",
    "urgency": "urgency",
    "kind": "kind",
    "situation": "situation",
    "flag": "flag",
    "department": "department_id",
}
SEPARATORS = re.compile(r"[,，、;；\s]+")
MAX_LENGTH = 30
# Up to so many characters hardly say more than the danger itself.
BARE = 4


class TriageWord(models.Model):
    """A word of the company's own lexicon, beside those the product knows."""

    _name = "shequ.triage.word"
    _inherit = ["shequ.cached.mixin"]
    _description = "Word of the Lexicon"
    _order = "role, word, id"
    _rec_name = "word"

    word = fields.Char(required=True, help="As people say it: 1 to 30 characters.")
    synonyms = fields.Char(
        string="Also Said As",
        help="Other spellings, dialect, what dictation makes of it; with commas.",
    )
    role = fields.Selection(
        ROLES, string="What It Means", required=True, default="category"
    )
    category_id = fields.Many2one("shequ.ticket.category", ondelete="cascade")
    urgency = fields.Selection([("red", "Emergency"), ("orange", "Urgent")])
    kind = fields.Selection(KINDS)
    situation = fields.Selection(SITUATIONS)
    flag = fields.Selection(FLAGS, string="To Mind")
    department_id = fields.Many2one("shequ.department", ondelete="cascade")
    weight = fields.Float(
        default=3.0,
        help="How much the word says: 1 a little, 3 clearly, 5 beyond doubt; below "
        "zero it speaks against the category.",
    )
    note = fields.Char()
    active = fields.Boolean(default=True)
    company_id = fields.Many2one(
        "res.company", required=True, index=True, default=lambda self: self.env.company
    )
    value = fields.Char(compute="_compute_value", store=True)

    _word_uniq = models.UniqueIndex(
        "(company_id, word, role, value) WHERE active IS TRUE",
        "The lexicon of the company already has this word with this meaning.",
    )

    @api.depends("role", *(name for name in VALUE_FIELDS.values()))
    def _compute_value(self):
        for word in self:
            word.value = word._meaning() or word.role

    def _meaning(self):
        """Return the value the lexicon knows, or None while it is not chosen."""
        self.ensure_one()
        name = VALUE_FIELDS.get(self.role)
        if not name:
            return self.role
        chosen = self[name]
        return (chosen.code if name.endswith("_id") else chosen) or None

    def _spellings(self):
        self.ensure_one()
        found = [self.word or "", *SEPARATORS.split(self.synonyms or "")]
        return list(dict.fromkeys(word.strip() for word in found if word.strip()))

    def _entries(self):
        """Return the entries of the lexicon for these words."""
        return [
            Entry(spelling, word.role, word._meaning(), word.weight)
            for word in self
            for spelling in word._spellings()
        ]

    @api.constrains("word", "synonyms", "role", "weight", *VALUE_FIELDS.values())
    def _check_word(self):
        known = self._categories()
        for word in self:
            if not word._meaning():
                field = word._fields[VALUE_FIELDS[word.role]]
                raise ValidationError(
                    self.env._(
                        "“%(word)s”: please choose “%(field)s”.",
                        word=word.word,
                        field=field._description_string(self.env),
                    )
                )
            for spelling in word._spellings() or [""]:
                if not 1 <= len(spelling) <= MAX_LENGTH:
                    raise ValidationError(
                        self.env._(
                            "“%(word)s”: a word has 1 to %(limit)s characters.",
                            word=spelling,
                            limit=MAX_LENGTH,
                        )
                    )
            if not -10 <= word.weight <= 10:
                raise ValidationError(
                    self.env._(
                        "“%(word)s”: the weight has to be between −10 and 10.",
                        word=word.word,
                    )
                )
            word._check_harmless()
            try:
                Lexicon((), known).extended(word._entries())
            except LexiconError as error:
                raise ValidationError(
                    self.env._(
                        "“%(word)s” cannot be used: %(reason)s",
                        word=word.word,
                        reason=str(error),
                    )
                ) from None

    def _check_harmless(self):
        """A bare word of danger is never harmless; a saying it stands in may be."""
        if self.role != "harmless":
            return
        for spelling in self._spellings():
            if len(spelling) <= BARE and alarm(spelling):
                raise ValidationError(
                    self.env._(
                        "“%(word)s” alone means danger and would be missed in "
                        "earnest. Please write more of the saying.",
                        word=spelling,
                    )
                )

    # --- the lexicon of a company -------------------------------------------------

    @api.model
    def _categories(self):
        """Return ``{code: (kind, urgency, skill or "-")}`` of all categories."""
        facts = self.env["shequ.ticket.category"]._all_facts().values()
        skills = {
            skill.id: skill.code
            for skill in self.env["shequ.skill"]
            .sudo()
            .with_context(active_test=False)
            .search([])
        }
        return {fact[0]: (fact[1], fact[2], skills.get(fact[3], "-")) for fact in facts}

    @api.model
    @tools.ormcache("company_id", cache="default")
    def _lexicon(self, company_id):
        """Return the shipped lexicon with the company's words and all categories.

        Kept in memory: every report asks. A word that cannot be used any more, for
        instance of a category that was taken away, is left out.
        """
        known = self._categories()
        words = self.sudo().search([("company_id", "=", company_id)])
        entries = [e for e in words._entries() if self._usable(e, known)]
        return standard().extended(entries, known)

    @api.model
    def _usable(self, entry, known):
        try:
            Lexicon((), known).extended([entry])
        except LexiconError:
            return False
        return True
