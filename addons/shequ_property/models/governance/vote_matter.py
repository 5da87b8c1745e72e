from fractions import Fraction

from odoo import api, fields, models
from odoo.exceptions import ValidationError


class ShequVoteMatter(models.Model):
    """What can be voted on, and which thresholds the law gives it.

    民法典 278 ①–⑨ (ordinary or special), 279 (consent of the affected owners), and
    polls without legal effect. Thresholds are fractions of whole numbers.
    """

    _name = "shequ.vote.matter"
    _description = "Matter of a Vote"
    _order = "sequence, id"

    active = fields.Boolean(default=True)
    sequence = fields.Integer(default=10)
    code = fields.Char(required=True)
    name = fields.Char(required=True, translate=True)
    kind = fields.Selection(
        [
            ("assembly", "Assembly, Building or Entrance"),
            ("consent", "Consent of the Affected Owners"),
            ("poll", "Opinion Poll"),
        ],
        required=True,
        default="assembly",
    )
    tier = fields.Selection(
        [
            ("ordinary", "Ordinary"),
            ("special", "Special"),
            ("consent", "All Affected Owners"),
            ("poll", "No Legal Effect"),
        ],
        required=True,
        default="ordinary",
    )
    is_election = fields.Boolean(
        string="Election", help="The motion may be a list of candidates."
    )
    quorum_numerator = fields.Integer(required=True, default=2)
    quorum_denominator = fields.Integer(required=True, default=3)
    agree_numerator = fields.Integer(required=True, default=1)
    agree_denominator = fields.Integer(required=True, default=2)
    agree_strict = fields.Boolean(
        string="More Than",
        default=True,
        help="“More than” excludes the number itself, “at least” includes it "
        "(民法典 1259).",
    )
    agree_of_all = fields.Boolean(
        string="Of All Owners",
        help="Measured against all who may vote instead of those who took part.",
    )
    threshold = fields.Char(compute="_compute_threshold")
    source = fields.Char(string="Source of Law", required=True)

    _code_uniq = models.Constraint(
        "UNIQUE(code)", "Another matter already has this code."
    )

    @api.constrains(
        "quorum_numerator",
        "quorum_denominator",
        "agree_numerator",
        "agree_denominator",
    )
    def _check_fractions(self):
        for matter in self:
            for over, under in (
                (matter.quorum_numerator, matter.quorum_denominator),
                (matter.agree_numerator, matter.agree_denominator),
            ):
                if not (under > 0 and 0 <= Fraction(over, under) <= 1):
                    raise ValidationError(
                        self.env._(
                            "The thresholds of “%(matter)s” must be fractions "
                            "between 0 and 1.",
                            matter=matter.name,
                        )
                    )

    @api.depends("agree_numerator", "agree_denominator", "agree_strict")
    def _compute_threshold(self):
        for matter in self:
            sign = ">" if matter.agree_strict else "≥"
            matter.threshold = (
                f"{sign} {matter.agree_numerator}/{matter.agree_denominator}"
            )

    def _rule(self):
        """The thresholds as a plain dict, as the counting and the export read it.

        :return: dict with ``quorum`` and ``agree`` as ``[numerator, denominator]``,
            ``strict`` and ``of_all`` as booleans, ``tier``
        """
        self.ensure_one()
        return {
            "tier": self.tier,
            "quorum": [self.quorum_numerator, self.quorum_denominator],
            "agree": [self.agree_numerator, self.agree_denominator],
            "strict": self.agree_strict,
            "of_all": self.agree_of_all,
        }
