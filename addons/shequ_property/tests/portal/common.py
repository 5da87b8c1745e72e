import io
import json
import re

from PIL import Image

from odoo import http
from odoo.fields import Command
from odoo.tests import HttpCase, new_test_user

PASSWORD = "portal-pages-2026"  # noqa: S105  of invented people
CSRF = re.compile(r'name="csrf_token" value="([^"]+)"')


def photo_bytes(color=(40, 120, 90), size=(320, 240), **options):
    """Return a JPEG file."""
    stream = io.BytesIO()
    Image.new("RGB", size, color).save(stream, "JPEG", **options)
    return stream.getvalue()


class PortalCase(HttpCase):
    """Two estates, one of another company, and one person for each role."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env = cls.env(context={**cls.env.context, "tracking_disable": True})
        # The tests read English pages, whatever language the database speaks.
        cls.env["res.lang"]._activate_lang("en_US")
        cls.company = cls.env["res.company"].create({"name": "Portal Property"})
        cls.other_company = cls.env["res.company"].create({"name": "Portal Rival"})
        cls.estate = cls._make_estate("金昊雅苑", "PORTA", cls.company)
        cls.estate.phone = "021-57180000"
        cls.second_estate = cls._make_estate("明强小区", "PORTB", cls.company)
        cls.foreign_estate = cls._make_estate("别家花园", "PORTC", cls.other_company)
        cls.building = cls._make_building(cls.estate, "12")
        cls.unit = cls._make_unit(cls.building, "1201")
        cls.next_unit = cls._make_unit(cls.building, "1202")
        cls.second_unit = cls._make_unit(
            cls._make_building(cls.second_estate, "3"), "101"
        )
        cls.foreign_unit = cls._make_unit(
            cls._make_building(cls.foreign_estate, "9"), "901"
        )
        cls.zhu = cls._make_resident("zhu", "朱先生", "13812345678", cls.unit)
        cls.neighbour = cls._make_resident(
            "neighbour", "何邻居", "13912345678", cls.next_unit
        )
        cls.tenant = cls._make_resident(
            "tenant", "林小妹", "13712345678", cls.next_unit, role="tenant"
        )
        cls.former = cls._make_resident(
            "former",
            "赵搬走",
            "13612345678",
            cls.unit,
            role="tenant",
            date_to="2024-01-01",
        )
        cls.stranger = cls._make_resident(
            "stranger", "钱远方", "13512345678", cls.foreign_unit
        )
        cls.desk = cls._make_staff("portal_desk", "dispatcher", cls.estate)
        cls.other_desk = cls._make_staff(
            "portal_desk_b", "dispatcher", cls.second_estate
        )
        cls.worker_user = cls._make_staff("portal_worker", "worker", cls.estate)
        cls.team = cls.env["shequ.team"].create(
            {"name": "维修班", "company_id": cls.company.id}
        )
        cls.worker = cls.env["shequ.worker"].create(
            {
                "name": "周师傅",
                "company_id": cls.company.id,
                "user_id": cls.worker_user.id,
                "team_ids": [Command.link(cls.team.id)],
                "phone": "13900001111",
            }
        )
        cls.Ticket = cls.env["shequ.ticket"]

    # --- people and places ---------------------------------------------------------

    @classmethod
    def _make_estate(cls, name, code, company):
        return cls.env["shequ.estate"].create(
            {"name": name, "code": code, "company_id": company.id}
        )

    @classmethod
    def _make_building(cls, estate, name):
        return cls.env["shequ.building"].create({"estate_id": estate.id, "name": name})

    @classmethod
    def _make_unit(cls, building, room):
        return cls.env["shequ.unit"].create(
            {"building_id": building.id, "entrance": "1", "room": room}
        )

    @classmethod
    def _make_resident(cls, login, name, phone, unit, role="owner", **values):
        partner = cls.env["res.partner"].create({"name": name, "phone": phone})
        cls.env["shequ.residency"].create(
            {
                "partner_id": partner.id,
                "unit_id": unit.id,
                "role": role,
                "date_from": "2020-01-01",
                "verified": True,
                **values,
            }
        )
        user = cls.env["res.users"]._shequ_grant_portal(partner)
        user.write({"login": f"portal_{login}", "password": PASSWORD, "lang": "en_US"})
        return user

    @classmethod
    def _make_staff(cls, login, group, estates):
        user = new_test_user(
            cls.env,
            login,
            f"shequ_property.group_{group}",
            company_id=cls.company.id,
            company_ids=[Command.set(cls.company.ids)],
            shequ_estate_ids=[Command.set(estates.ids)],
        )
        user.password = PASSWORD
        return user

    def _take(self, user, **values):
        """A ticket filed by ``user`` on the portal."""
        unit = user._shequ_resident_units()[:1] or self.unit
        report = {
            "channel": "portal",
            "reporter_id": user.partner_id.id,
            "description": "厨房水管漏水",
            "contact_phone": user.partner_id.phone,
            **values,
        }
        if not {"unit_id", "building_id", "spot_id", "estate_id"} & values.keys():
            report["unit_id"] = unit.id
        return self.Ticket.sudo()._intake(report)

    def _take_shared(self, user, **values):
        return self._take(
            user,
            **{
                "building_id": self.building.id,
                "is_public_area": True,
                "visibility": "shared",
                "category_code": "public_facility.floor_wall",
                "description": "电梯厅地砖松动",
                "place_text": "一层电梯厅",
                **values,
            },
        )

    def _send_worker(self, ticket):
        staff = ticket.with_user(self.desk)
        staff.action_accept()
        staff._assign(self.team, self.worker)
        return staff

    def _finish(self, ticket):
        staff = self._send_worker(ticket)
        staff.action_start()
        staff._finish(
            "换了新的地砖",
            photos=[{"type": "photo", "name": "done.jpg", "raw": photo_bytes()}],
        )
        return staff

    # --- a browser without scripts ---------------------------------------------------

    def login(self, user):
        self.authenticate(user.login, PASSWORD)

    def get(self, path, **options):
        return self.url_open(path, **options)

    def post(self, path, data=None, files=None, **options):
        """Send a form as its page does, with the token of the session."""
        token = http.Request.csrf_token(self)
        return self.url_open(
            path,
            data={**(data or {}), "csrf_token": token},
            files=files,
            timeout=60,
            method="POST",
            **options,
        )

    def call(self, path, **params):
        """Call a JSON-RPC route; return its result."""
        response = self.url_open(
            path,
            data=json.dumps({"jsonrpc": "2.0", "method": "call", "params": params}),
            headers={"Content-Type": "application/json"},
        )
        return response.json()

    def refresh(self):
        self.env.invalidate_all()
