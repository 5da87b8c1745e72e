"""Sentences: why somebody cannot vote, why a motion passed or failed."""

from odoo import models


class ShequVote(models.Model):
    _inherit = "shequ.vote"
