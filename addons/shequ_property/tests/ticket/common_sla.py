from datetime import datetime

from freezegun import freeze_time

from odoo.fields import Command
from odoo.tests import TransactionCase, new_test_user

# A Tuesday without a holiday near; 08:00 in Shanghai.
MORNING = datetime(2026, 3, 10, 0, 0)


def at(*when):
    """Freeze the clock at a naive UTC moment: ``at(3, 10, 8)`` is 10 March 2026."""
    return freeze_time(when[0] if len(when) == 1 else datetime(2026, *when))


class SlaCase(TransactionCase):
    """One estate with its people; only the policies a test makes are in force."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["shequ.sla.policy"].search([]).active = False
        cls.company = cls.env["res.company"].create({"name": "Clock Property"})
        cls.calendar = cls.env["resource.calendar"].create(
            {
                "name": "08:00–12:00, 13:00–17:00",
                "company_id": cls.company.id,
                "tz": "Asia/Shanghai",
                "attendance_ids": [Command.clear()]
                + [
                    Command.create(
                        {
                            "name": f"{day} {start}",
                            "dayofweek": str(day),
                            "hour_from": start,
                            "hour_to": end,
                            "day_period": "morning" if start == 8 else "afternoon",
                        }
                    )
                    for day in range(5)
                    for start, end in ((8, 12), (13, 17))
                ],
            }
        )
        cls.estate = cls.env["shequ.estate"].create(
            {
                "name": "Clock Garden",
                "code": "CLKG",
                "company_id": cls.company.id,
                "resource_calendar_id": cls.calendar.id,
                "tz": "Asia/Shanghai",
            }
        )
        cls.building = cls.env["shequ.building"].create(
            {"estate_id": cls.estate.id, "name": "12"}
        )
        cls.unit = cls.env["shequ.unit"].create(
            {"building_id": cls.building.id, "entrance": "1", "floor": 3, "room": "302"}
        )
        cls.resident = cls.env["res.partner"].create({"name": "Wang"})
        cls.dispatcher = cls._staff("clock_dispatcher", "group_dispatcher")
        cls.supervisor = cls._staff("clock_supervisor", "group_dispatcher")
        cls.manager = cls._staff("clock_manager", "group_estate_manager")
        cls.director = cls._staff("clock_director", "group_company_manager")
        cls.worker_user = cls._staff("clock_worker", "group_worker")
        cls.estate.write(
            {
                "supervisor_id": cls.supervisor.id,
                "manager_id": cls.manager.id,
            }
        )
        cls.team = cls.env["shequ.team"].create(
            {"name": "Menders", "company_id": cls.company.id}
        )
        cls.worker = cls.env["shequ.worker"].create(
            {
                "name": "Chen",
                "company_id": cls.company.id,
                "user_id": cls.worker_user.id,
                "team_ids": [Command.link(cls.team.id)],
            }
        )
        cls.leak = cls.env.ref("shequ_property.category_home_repair_water_leak")
        cls.lamp = cls.env.ref("shequ_property.category_public_facility_lighting")
        cls.Clock = cls.env["shequ.sla.clock"]
        cls.Breach = cls.env["shequ.sla.breach"]

    @classmethod
    def _staff(cls, login, group):
        return new_test_user(
            cls.env,
            login,
            groups=f"shequ_property.{group}",
            company_id=cls.company.id,
            company_ids=[Command.set(cls.company.ids)],
            shequ_estate_ids=[Command.set(cls.estate.ids)],
            tz="Asia/Shanghai",
        )

    @classmethod
    def _policy(cls, targets=None, **vals):
        """Make a policy; ``targets`` is ``{target: minutes or (minutes, mode)}``."""
        lines = []
        for target, promise in (targets or {}).items():
            minutes, mode = (
                promise if isinstance(promise, tuple) else (promise, "calendar")
            )
            lines.append({"target": target, "minutes": minutes, "time_mode": mode})
        return cls.env["shequ.sla.policy"].create(
            {
                "name": "Promise",
                "target_ids": [Command.create(line) for line in lines],
                **vals,
            }
        )

    @classmethod
    def _ticket(cls, **report):
        """Take in a report at the present moment."""
        return cls.env["shequ.ticket"]._intake(
            {
                "unit_id": cls.unit.id,
                "category_id": cls.leak.id,
                "reporter_id": cls.resident.id,
                "description": "Water comes through the ceiling",
                **report,
            }
        )

    def _clock(self, ticket, target, number=None):
        """Return the clock of a target, of the last round by default."""
        clocks = ticket.clock_ids.filtered(lambda c: c.target == target)
        if number is not None:
            return clocks.filtered(lambda c: c.round == number)
        return clocks.sorted("round")[-1:]

    def _sweep(self, **options):
        return self.Clock._sweep(**options)
