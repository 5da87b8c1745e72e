"""Who has voted, never what: all that is known while a vote runs."""

from odoo import models
from odoo.tools import SQL

from ...tools.voting import count


class ShequVote(models.Model):
    _inherit = "shequ.vote"

    def _turnout(self, by_building=False):
        """How many have taken part so far; integers, area in 0.01 m².

        :return: dict with ``electors``, ``voted_electors``, ``area``, ``voted_area``,
            ``heads``, ``voted_heads``, ``area_permille``, ``heads_permille``,
            ``quorum_area``, ``quorum_heads`` (what is needed at most), ``quorum``
            (bool, of both and all motions), ``channels`` (dict of channel to units)
            and, on wish, ``buildings``: list of dicts with ``building_id``,
            ``label``, ``entrance``, ``electors``, ``voted_electors``, ``area``,
            ``voted_area``, ``permille`` (of electors)
        """
        self.ensure_one()
        ((electors, voted, area, voted_area, heads, voted_heads),) = (
            self.env.execute_query(
                SQL(
                    """
                SELECT count(*), count(channel), COALESCE(sum(area), 0),
                       COALESCE(sum(area) FILTER (WHERE channel IS NOT NULL), 0),
                       count(DISTINCT head),
                       count(DISTINCT head) FILTER (WHERE channel IS NOT NULL)
                  FROM shequ_vote_elector WHERE vote_id = %s
                """,
                    self.id,
                )
            )
        )
        needed = self._quorum_needed(int(area), heads)
        turnout = {
            "electors": electors,
            "voted_electors": voted,
            "area": int(area),
            "voted_area": int(voted_area),
            "heads": heads,
            "voted_heads": voted_heads,
            "area_permille": int(voted_area) * 1000 // int(area) if area else 0,
            "heads_permille": voted_heads * 1000 // heads if heads else 0,
            "quorum_area": needed["area"],
            "quorum_heads": needed["heads"],
            "quorum": bool(
                heads
                and int(voted_area) >= needed["area"]
                and voted_heads >= needed["heads"]
            ),
            "channels": dict(
                self.env.execute_query(
                    SQL(
                        """
                        SELECT channel, count(*) FROM shequ_vote_elector
                         WHERE vote_id = %s AND channel IS NOT NULL GROUP BY channel
                        """,
                        self.id,
                    )
                )
            ),
        }
        if by_building:
            turnout["buildings"] = self._turnout_by_building()
        return turnout

    def _quorum_needed(self, area, heads):
        """The largest quorum among the motions."""
        rules = [motion.matter_id._rule() for motion in self.sudo().motion_ids]
        return {
            name: max((count.least(rule["quorum"], base) for rule in rules), default=0)
            for name, base in (("area", area), ("heads", heads))
        }

    def _turnout_by_building(self):
        rows = self.env.execute_query(
            SQL(
                """
                SELECT building_id, min(building_label), COALESCE(entrance, ''),
                       count(*), count(channel), sum(area),
                       COALESCE(sum(area) FILTER (WHERE channel IS NOT NULL), 0)
                  FROM shequ_vote_elector WHERE vote_id = %s
              GROUP BY building_id, COALESCE(entrance, '') ORDER BY min(number)
                """,
                self.id,
            )
        )
        return [
            {
                "building_id": building,
                "label": label or "",
                "entrance": entrance,
                "electors": electors,
                "voted_electors": voted,
                "area": int(area),
                "voted_area": int(voted_area),
                "permille": voted * 1000 // electors,
            }
            for building, label, entrance, electors, voted, area, voted_area in rows
        ]
