"""Short transactions of their own for what must not wait for a web page."""

from odoo import models


class ShequVote(models.Model):
    _inherit = "shequ.vote"
