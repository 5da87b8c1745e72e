from contextlib import contextmanager
from datetime import timedelta
from unittest.mock import patch

from odoo import fields
from odoo.fields import Command

from ..portal.common import PortalCase


class VoteCase(PortalCase):
    """The portal's people, with areas, and votes in each state."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company.shequ_sms_provider = "log"
        cls.unit.exclusive_area = 88.32
        cls.next_unit.exclusive_area = 101.5
        cls.second_owned = cls._make_unit(cls.building, "1501")
        cls.second_owned.exclusive_area = 60.01
        cls.env["shequ.residency"].create(
            {
                "partner_id": cls.zhu.partner_id.id,
                "unit_id": cls.second_owned.id,
                "role": "owner",
                "date_from": "2020-01-01",
                "verified": True,
            }
        )
        cls.env["shequ.residency"].search(
            [("estate_id", "=", cls.estate.id), ("role", "=", "owner")]
        ).is_representative = True
        # He owned the flat until he sold it to 朱先生.
        cls.seller = cls._make_resident(
            "seller",
            "孙卖房",
            "13412345678",
            cls.second_owned,
            date_from="2010-01-01",
            date_to="2019-12-31",
        )
        cls.manager = cls._make_staff("portal_manager", "estate_manager", cls.estate)
        cls.clerk = cls._make_staff("portal_clerk", "front_desk", cls.estate)
        cls.second_clerk = cls._make_staff("portal_clerk2", "front_desk", cls.estate)
        cls.now = fields.Datetime.now()

    @contextmanager
    def at(self, moment):
        """The clock of votes stands at ``moment``."""
        with patch.object(
            self.env.registry["shequ.vote"], "_clock", lambda _vote: moment
        ):
            yield

    def make_vote(self, state="open", **values):
        """A vote of the estate with two motions, brought to ``state``."""
        matter = self.env["shequ.vote.matter"].search([("code", "=", "fund_use")])
        special = self.env["shequ.vote.matter"].search([("code", "=", "common_parts")])
        vote = self.env["shequ.vote"].create(
            {
                "name": "Repair of the facade",
                "estate_id": self.estate.id,
                "opens_at": self.now - timedelta(days=2),
                "closes_at": self.now + timedelta(days=10),
                "committee_told_on": self.now.date() - timedelta(days=30),
                "motion_ids": [
                    Command.create({"name": "Use the fund", "matter_id": matter.id}),
                    Command.create({"name": "Parcel lockers", "matter_id": special.id}),
                ],
                **values,
            }
        )
        vote.document_ids = self.env["ir.attachment"].create(
            {
                "name": "budget.pdf",
                "raw": b"%PDF-1.4",
                "res_model": vote._name,
                "res_id": vote.id,
            }
        )
        if state == "draft":
            return vote
        vote.action_submit()
        if state == "check":
            return vote
        with self.at(self.now - timedelta(days=20)):
            vote.action_announce()
        if state == "notice":
            return vote
        with self.at(self.now - timedelta(days=2)):
            vote.action_open()
        if state == "open":
            return vote
        for person in (self.zhu, self.neighbour):
            with self.at(self.now - timedelta(days=1)):
                self.cast(vote, person)
        with self.at(self.now + timedelta(days=10)):
            vote.action_close()
            vote.action_publish()
        return vote

    def choices(self, vote, choice="agree"):
        return dict.fromkeys(vote.motion_ids.ids, choice)

    def cast(self, vote, user, choice="agree"):
        electors = vote._electors_of(user.partner_id)
        return vote._cast(
            electors,
            user.partner_id,
            self.choices(vote, choice),
            confirmed_by="sms",
            token=f"t{user.id}",
        )

    def last_code(self, number):
        outbox = self.env["shequ.sms.outbox"].search(
            [("number", "like", number)], limit=1
        )
        return (outbox.body or "").split()[0]

    def form_of(self, vote, choice="agree"):
        return {f"m{motion.id}": choice for motion in vote.motion_ids}
