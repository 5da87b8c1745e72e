from odoo.fields import Command
from odoo.tests import new_test_user

from .common_desk import DeskCase


class TicketCase(DeskCase):
    """One person per role around the tickets of the first estate.

    ``desk`` and ``dispatcher`` work in the first estate, ``second_desk`` in the second
    one, ``foreign_manager`` in another company; ``worker`` is of the team that is sent,
    ``other_worker`` of another one; ``wang`` reports, ``neighbour`` lives next door.
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.dispatcher = cls._make_staff("t_disp", "group_dispatcher", cls.estate)
        cls.second_desk = cls._make_staff(
            "t_second", "group_front_desk", cls.second_estate
        )
        cls.company_manager = cls._make_staff("t_boss", "group_company_manager")
        cls.foreign_manager = new_test_user(
            cls.env,
            "t_foreign",
            groups="base.group_user,shequ_property.group_company_manager",
            company_id=cls.other_company.id,
            company_ids=[Command.set(cls.other_company.ids)],
            lang="en_US",
        )
        cls.other_team = cls.env["shequ.team"].create(
            {"name": "Gardeners", "company_id": cls.company.id}
        )
        cls.other_worker_user = cls._make_staff("t_garden", "group_worker", cls.estate)
        cls.other_worker = cls._make_worker(
            "Gardener", cls.other_worker_user, cls.other_team
        )
        cls.mate_user = cls._make_staff("t_mate", "group_worker", cls.estate)
        cls.mate = cls._make_worker("Mate", cls.mate_user, cls.team)
        cls.wang_user = cls._make_portal("t_wang", cls.wang)
        cls.neighbour_user = cls._make_portal("t_neighbour", cls.neighbour)
        cls.stranger_user = cls._make_portal("t_stranger", cls.stranger)

    @classmethod
    def _make_worker(cls, name, user, team):
        return cls.env["shequ.worker"].create(
            {
                "name": name,
                "company_id": cls.company.id,
                "user_id": user.id,
                "team_ids": [Command.link(team.id)],
            }
        )

    @classmethod
    def _make_portal(cls, login, partner):
        return new_test_user(
            cls.env,
            login,
            groups="shequ_property.group_resident",
            partner_id=partner.id,
            lang="en_US",
        )

    def _wizard(self, model, tickets, user, **values):
        """Open a wizard for tickets as the web client does."""
        return (
            self.env[model]
            .with_user(user)
            .with_context(
                active_model="shequ.ticket",
                active_id=tickets[:1].id,
                active_ids=tickets.ids,
            )
            .create(values)
        )

    def _codes(self, ticket):
        return ticket.event_ids.sorted("id").mapped("code")
