"""A canary's telephone, e-mail address and identity number leave the server nowhere.

Role × surface: each model the role may read, each way out of it. That the test can
fail is shown by the role that may see: there the canary has to be found.
"""

import contextlib
import json

from markupsafe import Markup

from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged
from odoo.tools import mute_logger

from .common import CANARY_EMAIL, CANARY_PHONE, PeopleCase, traces

BLIND = ("front_desk", "worker", "manager", "boss", "grid_worker", "employee")
SEEING = ("trusted", "officer")
READ_LIMIT = 40
# Computed for one record at a time from outside services or from a context of its own.
SKIPPED_MODELS = {"base.document.layout"}


@tagged("post_install", "-at_install", "leak")
class TestLeak(PeopleCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.team = cls.env["shequ.team"].create(
            {"name": "漏斗班", "estate_ids": [(6, 0, cls.estate.ids)]}
        )
        cls.craftsman = cls.env["shequ.worker"].create(
            {
                "name": "孙师傅",
                "user_id": cls.worker.id,
                "team_ids": [(6, 0, cls.team.ids)],
            }
        )
        cls.ticket._assign(team=cls.team, worker=cls.craftsman)
        cls.ticket.message_post(
            body=Markup("<p>ok</p>"), author_id=cls.canary.id, email_from=CANARY_EMAIL
        )
        cls.ticket.message_subscribe(cls.canary.ids)
        cls.canary.with_context(tracking_disable=False).write(
            {"email": f"x{CANARY_EMAIL}"}
        )
        cls.canary.with_context(tracking_disable=False).write({"email": CANARY_EMAIL})
        cls.env["sms.sms"].create(
            {
                "number": CANARY_PHONE,
                "partner_id": cls.canary.id,
                "body": "您的报修已受理",
            }
        )
        exporting = cls.env.ref("base.group_allow_export")
        for role in (*BLIND, *SEEING):
            getattr(cls, role).group_ids += exporting
        cls.env.flush_all()

    def _models(self, user):
        """Every model with rows in the database that ``user`` may read."""
        for name in sorted(self.env.registry):
            model = self.env[name].with_user(user)
            if model._abstract or name in SKIPPED_MODELS:
                continue
            if model.has_access("read"):
                yield model

    @staticmethod
    def _tell(found, where, output):
        """Note what of the canary stands in ``output``; by field where it has some."""
        rows = output if isinstance(output, list) else [output]
        for row in rows:
            cells = row.items() if isinstance(row, dict) else [("", row)]
            for name, value in cells:
                text = json.dumps(value, default=str, ensure_ascii=False)
                if names := traces(text):
                    key = f"{where}.{name}".rstrip(".")
                    found.setdefault(key, set()).update(names)

    @mute_logger("odoo.models", "odoo.addons.base.models.ir_access")
    def _read_everything(self, user):
        """What the reads of every model show of the canary, by model and field."""
        found = {}
        for model in self._models(user):
            try:
                records = model.search([], limit=READ_LIMIT, order="id desc")
            except (AccessError, UserError, NotImplementedError):
                continue
            if not records:
                continue
            names = [
                name
                for name in model.fields_get(attributes=["type"])
                if model._fields[name].type != "binary"
            ]
            self._tell(found, model._name, self._read(records, names))
            columns = [
                name
                for name in names
                if not model._fields[name].relational and name != "id"
            ]
            with contextlib.suppress(AccessError, UserError):
                rows = records.export_data(columns)["datas"]
                rows = [dict(zip(columns, row, strict=True)) for row in rows]
                self._tell(found, f"export {model._name}", rows)
        return found

    def _read(self, records, names):
        """Read all fields at once, or one by one where one of them refuses."""
        try:
            with self.env.cr.savepoint():
                return records.web_read({name: {} for name in names})
        except (AccessError, UserError, NotImplementedError, ValueError):
            if len(names) == 1:
                return []
        half = len(names) // 2
        return self._read(records, names[:half]) + self._read(records, names[half:])

    def _groups(self, user):
        """Names and groups: what is not read field by field."""
        found = {}
        Partner = self.env["res.partner"].with_user(user)
        Ticket = self.env["shequ.ticket"].with_user(user)
        calls = {
            "name_search": lambda: Partner.name_search("钱来燕"),
            "show_email": lambda: Partner.with_context(show_email=True).name_search(
                "钱来燕"
            ),
            "web_name_search": lambda: Partner.with_context(
                show_email=True
            ).web_name_search("钱来燕", {"display_name": {}, "email": {}}),
            "formatted_read_group": lambda: Partner.formatted_read_group(
                [("id", "=", self.canary.id)], ["phone"], ["email:array_agg"]
            ),
            "aggregate": lambda: Partner.formatted_read_group(
                [("id", "=", self.canary.id)], [], ["email:max"]
            ),
            "read_group through": lambda: Ticket.formatted_read_group(
                [], ["reporter_id.phone"], ["__count"]
            ),
            "search_read": lambda: Partner.search_read(
                [("id", "=", self.canary.id)], ["phone", "email"]
            ),
            "web_search_read": lambda: Ticket.web_search_read(
                [], {"reporter_id": {"fields": {"phone": {}, "email": {}}}}
            ),
            "copy_data": lambda: Partner.browse(self.canary.id).copy_data(),
            "suggested": lambda: Ticket.browse(
                self.ticket.id
            )._message_get_suggested_recipients(),
            "mention": lambda: Partner.get_mention_suggestions("钱来燕"),
            "vcard": lambda: Partner.browse(self.canary.id)._build_vcard().serialize(),
            "jobs": lambda: Ticket.worker_jobs(),
            "onchange": lambda: Partner.browse(self.canary.id).onchange(
                {"name": "钱燕"}, ["name"], {"name": {}, "phone": {}, "email": {}}
            ),
            "residency onchange": lambda: (
                self.env["shequ.residency"]
                .with_user(user)
                .onchange(
                    {"partner_id": self.canary.id},
                    ["partner_id"],
                    {"partner_id": {"fields": {"phone": {}}}, "phone": {}},
                )
            ),
            "call onchange": lambda: (
                self.env["shequ.phone.intake"]
                .with_user(user)
                .onchange(
                    {"partner_id": self.canary.id, "estate_id": self.estate.id},
                    ["partner_id"],
                    {"partner_id": {}, "phone": {}, "caller_hint": {}},
                )
            ),
            "sms": lambda: (
                self.env["sms.composer"]
                .with_user(user)
                .with_context(
                    default_res_model="res.partner",
                    default_res_id=self.canary.id,
                    default_composition_mode="comment",
                )
                .create({"body": "您好"})
                .read()
            ),
        }
        for name, call in calls.items():
            try:
                with self.env.cr.savepoint():
                    output = call()
            except (AccessError, UserError):
                continue
            self._tell(found, name, output)
        return found

    def test_blind_roles_read_nothing(self):
        for role in BLIND:
            with self.subTest(role=role):
                self.assertEqual(self._read_everything(getattr(self, role)), {})

    def test_blind_roles_are_told_nothing(self):
        for role in BLIND:
            with self.subTest(role=role):
                self.assertEqual(self._groups(getattr(self, role)), {})

    def test_seeing_roles_find_the_canary(self):
        """Otherwise the tests above would pass without anything to find."""
        for role in SEEING:
            with self.subTest(role=role):
                found = self._read_everything(getattr(self, role))
                for where, what in (
                    ("res.partner.phone", "phone"),
                    ("res.partner.email", "email"),
                    ("res.partner.shequ_id_number", "id"),
                    ("shequ.residency.phone", "phone"),
                    ("shequ.ticket.call_phone", "phone"),
                    ("export shequ.ticket.contact_phone", "phone"),
                ):
                    self.assertIn(what, found.get(where, ()), where)
                groups = self._groups(getattr(self, role))
                self.assertIn("formatted_read_group.phone", groups)
                self.assertIn("copy_data.phone", groups)

    def test_owner_sees_herself(self):
        own = self.canary.with_user(self.canary_user).read(["phone", "email"])
        self.assertIn(CANARY_PHONE, own[0]["phone"].replace(" ", ""))

    def test_portal_users_read_nothing(self):
        for user in (self.neighbour_user, self.owner_user, self.former_user):
            with self.subTest(user=user.login):
                self.assertEqual(self._read_everything(user), {})
