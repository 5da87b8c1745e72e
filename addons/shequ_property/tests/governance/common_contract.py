import base64
import io
from datetime import timedelta

from PIL import Image
from pypdf import PdfWriter

from odoo import fields
from odoo.fields import Command

from ..estate.common import RegistryCase


def photo(color=(90, 120, 60)):
    """A small photo as bytes."""
    out = io.BytesIO()
    Image.new("RGB", (64, 48), color).save(out, "JPEG")
    return out.getvalue()


def pdf():
    """A sheet of paper as bytes."""
    out = io.BytesIO()
    writer = PdfWriter()
    writer.add_blank_page(200, 200)
    writer.write(out)
    return out.getvalue()


class ContractCase(RegistryCase):
    """A contract in force in one estate, and its month."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env.user.tz = "Asia/Shanghai"
        cls.scan = cls.env["ir.attachment"].create(
            {
                "name": "合同扫描件.pdf",
                "raw": pdf(),
                "mimetype": "application/pdf",
            }
        )
        cls.contract = cls._contract()
        cls.repair = cls.env.ref("shequ_property.category_home_repair_electric")
        cls.committee = cls._person("严主任", "19587655678")
        cls._residency(cls.committee, cls.other_unit)
        cls.committee_user = cls.env["res.users"]._shequ_grant_portal(cls.committee)
        cls.env["shequ.committee.member"].create(
            {
                "estate_id": cls.estate.id,
                "partner_id": cls.committee.id,
                "date_from": "2024-01-01",
            }
        )

    @classmethod
    def _contract(cls, **values):
        return cls.env["shequ.contract"].create(
            {
                "title": "金昊雅苑物业服务合同",
                "company_id": cls.company.id,
                "client_name": "金昊雅苑业主大会",
                "estate_ids": [Command.set(cls.estate.ids)],
                "date_from": "2024-01-01",
                "date_to": "2026-12-31",
                "document_ids": [Command.set(cls.scan.ids)],
                "price_ids": [
                    Command.create({"name": "物业费", "amount": 2.45, "use": "home"})
                ],
                **values,
            }
        )

    @classmethod
    def _promise(cls, name="小修三天内修复", **values):
        return cls.env["shequ.contract.commitment"].create(
            {
                "contract_id": cls.contract.id,
                "name": name,
                "measure": "clock",
                "clock_target": "complete",
                "limit_minutes": 4320,
                "ticket_kind": "repair",
                "area": "facility",
                "threshold": 950,
                **values,
            }
        )

    @classmethod
    def _round(cls, **values):
        return cls.env["shequ.round"].create(
            {
                "name": "秩序巡查",
                "estate_id": cls.estate.id,
                "kind": "patrol",
                "times": "08:00, 20:00",
                "duration_hours": 4,
                "date_from": "2025-01-01",
                "point_ids": [
                    Command.create({"name": "消防通道畅通", "photo": True}),
                    Command.create({"name": "大门道闸", "spot_id": cls.spot.id}),
                ],
                **values,
            }
        )

    def _ticket(self, reported, done=None, **values):
        """A repair with its clock, as it would be after its work.

        :param reported: naive UTC
        :param done: when it was finished
        """
        ticket = self.env["shequ.ticket"]._intake(
            {
                "estate_id": self.estate.id,
                "description": "楼道灯不亮",
                "category_id": self.repair.id,
                "kind": "repair",
                "reported_at": reported,
                **values,
            }
        )
        clock = ticket.clock_ids.filtered(lambda c: c.target == "complete")
        clock.sudo().write(
            {
                "started_at": reported,
                "deadline": reported + timedelta(days=3),
                "time_mode": "calendar",
            }
        )
        if done:
            used = int((done - reported).total_seconds())
            clock.sudo().write(
                {
                    "stopped_at": done,
                    "used_seconds": used,
                    "state": "met" if used <= 3 * 86400 else "late",
                }
            )
        self.env.flush_all()
        return ticket

    def _cron(self, name):
        """Let a cron run now."""
        with self.enter_registry_test_mode():
            self.env.ref(f"shequ_property.{name}").method_direct_trigger()

    def _sheet(self, month):
        sheet = self.env["shequ.contract.sheet"]._ensure(
            self.contract, fields.Date.to_date(month)
        )
        sheet._count()
        return sheet

    def _data(self, raw=None):
        return {"name": "a.jpg", "data": base64.b64encode(raw or photo()).decode()}
