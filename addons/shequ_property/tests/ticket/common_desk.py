import io

from PIL import Image

from odoo.fields import Command
from odoo.tests import TransactionCase, new_test_user


def photo_bytes(color=(200, 30, 30), size=(64, 48), **options):
    """Return a small JPEG file."""
    stream = io.BytesIO()
    Image.new("RGB", size, color).save(stream, "JPEG", **options)
    return stream.getvalue()


def photo(name="photo.jpg"):
    return {"type": "photo", "name": name, "raw": photo_bytes()}


class DeskCase(TransactionCase):
    """Two estates of one company, one of another, and who works and lives there."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        # No sign-up mails: half of the time of a test that makes a dozen users.
        cls.env = cls.env(context=dict(cls.env.context, no_reset_password=True))
        # Refusals are looked for in their English words.
        cls.env["res.lang"]._activate_lang("en_US")
        cls.env.user.lang = "en_US"
        cls.company = cls.env["res.company"].create({"name": "Desk Property"})
        cls.other_company = cls.env["res.company"].create({"name": "Other Property"})
        cls.estate = cls._make_estate("金昊雅苑", "DESKA", cls.company)
        cls.second_estate = cls._make_estate("明强花园", "DESKB", cls.company)
        cls.foreign_estate = cls._make_estate("别家小区", "DESKC", cls.other_company)
        cls.building = cls._make_building(cls.estate, "12")
        cls.unit = cls._make_unit(cls.building, "302")
        cls.next_unit = cls._make_unit(cls.building, "301")
        cls.second_unit = cls._make_unit(
            cls._make_building(cls.second_estate, "3"), "101"
        )
        cls.foreign_unit = cls._make_unit(
            cls._make_building(cls.foreign_estate, "9"), "901"
        )
        cls.wang = cls._make_resident("王小明", "13812345678", cls.unit)
        cls.neighbour = cls._make_resident("李红霞", "13912345678", cls.next_unit)
        cls.stranger = cls._make_resident("赵远方", "13712345678", cls.foreign_unit)
        cls.desk = cls._make_staff("desk_front", "group_front_desk", cls.estate)
        cls.manager = cls._make_staff(
            "desk_manager", "group_estate_manager", cls.estate
        )
        cls.worker_user = cls._make_staff("desk_worker", "group_worker", cls.estate)
        cls.grid_user = cls._make_staff("desk_grid", "group_grid_worker")
        cls.grid = cls.env["shequ.grid"].create(
            {
                "name": "第一网格",
                "code": "G1",
                "estate_id": cls.estate.id,
                "user_id": cls.grid_user.id,
            }
        )
        cls.building.grid_id = cls.grid
        cls.team = cls.env["shequ.team"].create(
            {"name": "维修班", "company_id": cls.company.id}
        )
        cls.worker = cls.env["shequ.worker"].create(
            {
                "name": "陈师傅",
                "company_id": cls.company.id,
                "user_id": cls.worker_user.id,
                "team_ids": [Command.link(cls.team.id)],
            }
        )
        cls.Ticket = cls.env["shequ.ticket"]

    @classmethod
    def _make_estate(cls, name, code, company):
        return cls.env["shequ.estate"].create(
            {"name": name, "code": code, "company_id": company.id}
        )

    @classmethod
    def _make_building(cls, estate, name):
        return cls.env["shequ.building"].create({"estate_id": estate.id, "name": name})

    @classmethod
    def _make_unit(cls, building, room, entrance="1"):
        return cls.env["shequ.unit"].create(
            {"building_id": building.id, "room": room, "entrance": entrance}
        )

    @classmethod
    def _make_resident(cls, name, phone, unit):
        partner = cls.env["res.partner"].create(
            {"name": name, "phone": phone, "email": f"r{phone}@example.com"}
        )
        cls.env["shequ.residency"].create(
            {
                "partner_id": partner.id,
                "unit_id": unit.id,
                "role": "owner",
                "date_from": "2020-01-01",
            }
        )
        return partner

    @classmethod
    def _make_staff(cls, login, group, estates=None):
        return new_test_user(
            cls.env,
            login,
            groups=f"base.group_user,shequ_property.{group}",
            company_id=cls.company.id,
            company_ids=[Command.set(cls.company.ids)],
            lang="en_US",
            shequ_estate_ids=[Command.set(estates.ids if estates else [])],
        )

    @classmethod
    def _report(cls, **values):
        """Take in a repair of Wang's home and return the ticket."""
        return cls.Ticket._intake(
            {
                "unit_id": cls.unit.id,
                "reporter_id": cls.wang.id,
                "description": "厨房水管漏水",
                "category_code": "home_repair.water_leak",
                "channel": "portal",
                **values,
            }
        )

    @classmethod
    def _finished(cls, ticket):
        """Walk a ticket to its end as staff do."""
        ticket._assign(cls.team, cls.worker)
        ticket.action_start()
        ticket._finish("换了水管", photos=[photo("after.jpg")])
        return ticket
