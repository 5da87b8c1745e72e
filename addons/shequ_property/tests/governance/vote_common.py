from datetime import timedelta
from unittest.mock import patch

from odoo import fields

from ..estate.common import RegistryCase


class VoteCase(RegistryCase):
    """An estate of nine units: four owners, a couple, and the developer.

    王阿姨 owns 302 and 1001, 李师傅 301; 1002 belongs to a couple; 2-101 to 2-103 are
    the developer's; a parking space is 王阿姨's; 2-104 has nobody.
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.unit.exclusive_area = 88.31
        cls.neighbour_unit.exclusive_area = 90.0
        cls.other_unit.write({"exclusive_area": 100.0, "state": "unsold"})
        cls.second_home = cls._unit(cls.building, "1001", exclusive_area=60.5)
        cls._residency(cls.owner, cls.second_home)
        cls.couple_home = cls._unit(cls.building, "1002", exclusive_area=120.0)
        cls.wife = cls._person("周女士")
        cls.husband = cls._person("吴先生")
        for person in (cls.wife, cls.husband):
            cls._residency(
                person,
                cls.couple_home,
                role="co_owner",
                share_denominator=2,
                is_representative=person == cls.wife,
            )
        cls.developer = cls._person("新城开发")
        cls._residency(cls.developer, cls.other_unit, role="developer")
        cls.unsold = cls._unit(
            cls.other_building, "102", exclusive_area=100.0, state="unsold"
        )
        cls.not_handed = cls._unit(
            cls.other_building, "103", exclusive_area=100.0, state="sold"
        )
        cls.ownerless = cls._unit(cls.other_building, "104", exclusive_area=50.0)
        cls.parking = cls._unit(
            cls.building, "B1-07", use="parking", exclusive_area=12.0, floor=-1
        )
        cls._residency(cls.owner, cls.parking)
        cls.tenant = cls._person("小林")
        cls._residency(cls.tenant, cls.neighbour_unit, role="tenant")
        cls.now = fields.Datetime.now()

    def at(self, moment):
        """Move the clock of votes, until the end of the test or block."""
        Vote = type(self.env["shequ.vote"])
        return patch.object(Vote, "_clock", lambda _vote: moment)

    def _vote(self, motions=None, **values):
        now = self.now
        values = {
            "name": "外墙维修",
            "estate_id": self.estate.id,
            "opens_at": now + timedelta(days=20),
            "closes_at": now + timedelta(days=30),
            "committee_told_on": now.date(),
            **values,
        }
        vote = self.env["shequ.vote"].create(values)
        vote.document_ids = self.env["ir.attachment"].create(
            {"name": "方案.pdf", "raw": b"%PDF-1.4 plan"}
        )
        for motion in motions or [{"name": "动用维修资金修外墙", "matter": "fund_use"}]:
            self._motion(vote, **motion)
        return vote

    def _motion(self, vote, name, matter, candidates=(), **values):
        motion = self.env["shequ.vote.motion"].create(
            {
                "vote_id": vote.id,
                "name": name,
                "matter_id": self.env.ref(f"shequ_property.vote_matter_{matter}").id,
                **({"form": "election"} if candidates else {}),
                **values,
            }
        )
        for candidate in candidates:
            self.env["shequ.vote.candidate"].create(
                {"motion_id": motion.id, "name": candidate}
            )
        return motion

    def _announced(self, **values):
        vote = self._vote(**values)
        vote.action_submit()
        vote.action_announce()
        return vote

    def _opened(self, **values):
        """An open vote; the clock stands on its second day from here on."""
        vote = self._announced(**values)
        with self.at(vote.opens_at):
            vote.action_open()
        return self._clock_at(vote, vote.opens_at + timedelta(days=1))

    def _clock_at(self, vote, moment):
        patcher = self.at(moment)
        patcher.start()
        self.addCleanup(patcher.stop)
        return vote

    def _closed(self, vote):
        with self.at(vote.closes_at):
            vote.action_close()
        return vote

    def _elector(self, vote, unit):
        return self.env["shequ.vote.elector"].search(
            [("vote_id", "=", vote.id), ("unit_id", "=", unit.id)]
        )

    def _say(self, vote, unit, partner, *choices, **values):
        """Cast for a unit; the choices in the order of the motions."""
        electors = self.env["shequ.vote.elector"]
        for one in unit:
            electors |= self._elector(vote, one)
        said = dict(zip(vote.motion_ids.ids, choices, strict=True))
        return vote._cast(electors, partner, said, confirmed_by="sms", **values)
