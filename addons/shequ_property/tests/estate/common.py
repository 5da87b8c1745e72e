from odoo.fields import Command
from odoo.tests import TransactionCase, new_test_user


class RegistryCase(TransactionCase):
    """Two estates of one company and one of another, with one user per role."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        # No sign-up mails: half of the time of a test that makes a dozen users.
        context = {"tracking_disable": True, "no_reset_password": True}
        cls.env = cls.env["base"].with_context(**context).env
        cls.company = cls.env["res.company"].create({"name": "Registry Property"})
        cls.other_company = cls.env["res.company"].create({"name": "Rival Property"})
        cls.estate = cls._estate("金昊雅苑", "REGA", cls.company)
        cls.lane_estate = cls._estate("明强小区", "REGB", cls.company, "lane")
        cls.foreign_estate = cls._estate("别家花园", "REGC", cls.other_company)
        cls.building = cls._building(cls.estate, "12")
        cls.other_building = cls._building(cls.estate, "2")
        cls.lane_building = cls._building(cls.lane_estate, "5", lane="3")
        cls.foreign_building = cls._building(cls.foreign_estate, "12")
        cls.unit = cls._unit(cls.building, "302", entrance="1")
        cls.neighbour_unit = cls._unit(cls.building, "301", entrance="1")
        cls.other_unit = cls._unit(cls.other_building, "101")
        cls.lane_unit = cls._unit(cls.lane_building, "601")
        cls.foreign_unit = cls._unit(cls.foreign_building, "302", entrance="1")
        cls.owner = cls._person("王阿姨", "19287655678")
        cls.neighbour = cls._person("李师傅", "19387655678")
        cls.former = cls._person("赵先生", "19487655678")
        cls.residency = cls._residency(cls.owner, cls.unit, is_representative=True)
        cls.neighbour_residency = cls._residency(cls.neighbour, cls.neighbour_unit)
        cls.former_residency = cls._residency(
            cls.former, cls.unit, role="tenant", date_to="2024-01-01"
        )
        cls.front_desk = cls._staff("reg_desk", "front_desk", cls.estate)
        cls.worker = cls._staff("reg_worker", "worker", cls.estate)
        cls.manager = cls._staff("reg_manager", "estate_manager", cls.estate)
        cls.boss = cls._staff("reg_boss", "company_manager")
        cls.grid_worker = cls._staff("reg_grid", "grid_worker")
        cls.employee = new_test_user(
            cls.env,
            "reg_employee",
            "base.group_user",
            company_id=cls.company.id,
            company_ids=[Command.set(cls.company.ids)],
        )
        cls.grid = cls.env["shequ.grid"].create(
            {
                "name": "第一网格",
                "estate_id": cls.estate.id,
                "user_id": cls.grid_worker.id,
                "building_ids": [Command.set(cls.building.ids)],
            }
        )
        cls.spot = cls.env["shequ.spot"].create(
            {"name": "东门", "estate_id": cls.estate.id}
        )
        Users = cls.env["res.users"]
        cls.owner_user = Users._shequ_grant_portal(cls.owner)
        cls.neighbour_user = Users._shequ_grant_portal(cls.neighbour)
        cls.former_user = Users._shequ_grant_portal(cls.former)

    @classmethod
    def _estate(cls, name, code, company, style="building"):
        return cls.env["shequ.estate"].create(
            {
                "name": name,
                "code": code,
                "company_id": company.id,
                "address_style": style,
            }
        )

    @classmethod
    def _building(cls, estate, name, **values):
        return cls.env["shequ.building"].create(
            {"estate_id": estate.id, "name": name, **values}
        )

    @classmethod
    def _unit(cls, building, room, **values):
        return cls.env["shequ.unit"].create(
            {"building_id": building.id, "room": room, **values}
        )

    @classmethod
    def _person(cls, name, phone=False, **values):
        return cls.env["res.partner"].create({"name": name, "phone": phone, **values})

    @classmethod
    def _residency(cls, partner, unit, **values):
        return cls.env["shequ.residency"].create(
            {
                "partner_id": partner.id,
                "unit_id": unit.id,
                "date_from": "2020-01-01",
                **values,
            }
        )

    @classmethod
    def _staff(cls, login, group, estates=None):
        return new_test_user(
            cls.env,
            login,
            f"shequ_property.group_{group}",
            company_id=cls.company.id,
            company_ids=[Command.set(cls.company.ids)],
            shequ_estate_ids=[Command.set(estates.ids if estates else [])],
        )
