"""Who has voted, never what: all that is known while a vote runs."""

from odoo import models


class ShequVote(models.Model):
    _inherit = "shequ.vote"

    def _turnout(self, by_building=False):
        """How many have taken part so far; integers, area in 0.01 m².

        :return: dict with ``electors``, ``voted_electors``, ``area``, ``voted_area``,
            ``heads``, ``voted_heads``, ``area_permille``, ``heads_permille``,
            ``quorum_area``, ``quorum_heads`` (what is needed), ``quorum`` (bool),
            ``channels`` (dict of channel to units) and, on wish, ``buildings``: list
            of dicts with ``building_id``, ``label``, ``entrance``, ``electors``,
            ``voted_electors``, ``area``, ``voted_area``, ``permille``
        """
        raise NotImplementedError
