"""Counting at the close, and what stands on the result sheet."""

from odoo import models


class ShequVote(models.Model):
    _inherit = "shequ.vote"

    def _result_sheet(self):
        """The result in words and figures, for pages and papers; ``{}`` before.

        :return: dict with ``motions``: list of dicts with ``motion_id``, ``name``,
            ``matter``, ``passed`` (bool, None for polls), ``sentence``, ``rows``: list
            of ``{"label", "area", "heads", "area_permille", "heads_permille"}``,
            ``needed``: the thresholds in words, ``candidates``
        """
        raise NotImplementedError
