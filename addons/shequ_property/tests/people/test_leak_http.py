"""The canary over HTTP: JSON, chatter, exports, printouts, error pages, mail, log."""

import io
import json
import logging
import os
import zipfile
from unittest.mock import patch

from odoo import http
from odoo.fields import Command
from odoo.tests import new_test_user, tagged
from odoo.tools import mute_logger

from ...tools import vault
from ..portal.common import PASSWORD, PortalCase
from .common import CANARY_EMAIL, CANARY_ID, CANARY_PHONE, traces


class Ear(logging.Handler):
    """Keeps every line the server logs."""

    def __init__(self):
        super().__init__(logging.DEBUG)
        self.lines = []

    def emit(self, record):
        self.lines.append(self.format(record))


class LeakHttpCase(PortalCase):
    """The canary and her ticket, and colleagues who may and may not see numbers."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.startClassPatcher(
            patch.dict(os.environ, {"SHEQU_DATA_KEY": vault.new_key()})
        )
        cls.canary = cls.env["res.partner"].create(
            {
                "name": "钱来燕",
                "phone": f"+86 {CANARY_PHONE}",
                "email": CANARY_EMAIL,
                "shequ_id_number": CANARY_ID,
            }
        )
        cls.env["shequ.residency"].create(
            {
                "partner_id": cls.canary.id,
                "unit_id": cls.next_unit.id,
                "role": "family",
                "date_from": "2020-01-01",
            }
        )
        cls.ticket = cls.env["shequ.ticket"]._intake(
            {
                "channel": "phone",
                "estate_id": cls.estate.id,
                "unit_id": cls.next_unit.id,
                "reporter_id": cls.canary.id,
                "contact_phone": CANARY_PHONE,
                "description": "厨房水管漏水",
                "visibility": "shared",
            }
        )
        cls.desk = cls._colleague("leak_desk", "shequ_property.group_front_desk")
        cls.trusted = cls._colleague(
            "leak_trusted",
            "shequ_property.group_front_desk,shequ_property.group_personal_data",
        )
        cls.ticket.message_subscribe((cls.canary | cls.desk.partner_id).ids)

    @classmethod
    def _colleague(cls, login, groups):
        return new_test_user(
            cls.env,
            login,
            f"{groups},base.group_allow_export",
            password=PASSWORD,
            email=f"{login}@example.com",
            company_id=cls.company.id,
            company_ids=[Command.set(cls.company.ids)],
            shequ_estate_ids=[Command.set(cls.estate.ids)],
        )


@tagged("post_install", "-at_install", "leak")
class TestLeakHttp(LeakHttpCase):
    def _rpc(self, path, **params):
        return self.url_open(
            path, json={"jsonrpc": "2.0", "method": "call", "params": params}
        ).text

    def _kw(self, model, method, *args, **kwargs):
        return self._rpc(
            f"/web/dataset/call_kw/{model}/{method}",
            model=model,
            method=method,
            args=list(args),
            kwargs=kwargs,
        )

    def _export(self, kind):
        data = {
            "model": "res.partner",
            "fields": [
                {"name": "phone", "label": "Phone", "type": "char"},
                {"name": "email", "label": "Email", "type": "char"},
                {"name": "shequ_id_number", "label": "Id", "type": "char"},
            ],
            "ids": self.canary.ids,
            "domain": [],
            "groupby": [],
            "import_compat": False,
        }
        return self.url_open(
            f"/web/export/{kind}",
            {"data": json.dumps(data), "csrf_token": http.Request.csrf_token(self)},
        )

    def _surfaces(self):
        """Name of a way out → what came out of it."""
        thread = {"thread_model": "shequ.ticket", "thread_id": self.ticket.id}
        about = {"thread_model": "res.partner", "thread_id": self.canary.id}
        wanted = {"phone": {}, "email": {}, "shequ_id_number": {}}
        yield (
            "list",
            self._kw(
                "res.partner",
                "web_search_read",
                [["id", "=", self.canary.id]],
                wanted,
            ),
        )
        yield (
            "ticket",
            self._kw(
                "shequ.ticket",
                "web_read",
                self.ticket.ids,
                {
                    "contact_phone": {},
                    "call_phone": {},
                    "reporter_id": {"fields": wanted},
                    "participant_ids": {"fields": wanted},
                },
            ),
        )
        yield (
            "display name",
            self._kw(
                "shequ.ticket",
                "web_read",
                self.ticket.ids,
                {
                    "reporter_id": {
                        "fields": {"display_name": {}},
                        "context": {"show_email": True},
                    }
                },
            ),
        )
        yield "messages", self._rpc("/mail/thread/messages", **thread)
        yield (
            "followers",
            self._rpc(
                "/mail/data",
                fetch_params=[
                    [
                        "mail.thread",
                        {
                            **thread,
                            "request_list": [
                                "followers",
                                "suggestedRecipients",
                                "activities",
                            ],
                        },
                    ]
                ],
            ),
        )
        yield "history", self._rpc("/mail/thread/messages", **about)
        yield "export", self._export("csv").text
        yield (
            "report",
            self.url_open(
                f"/report/html/shequ_property.report_work_order/{self.ticket.id}"
            ).text,
        )
        yield (
            "vcard",
            self.url_open(f"/web/partner/{self.canary.id}/vcard").text,
        )
        yield (
            "wrong field",
            self._kw("res.partner", "read", self.canary.ids, ["no_such_field"]),
        )
        yield (
            "refused write",
            self._kw("res.partner", "write", self.canary.ids, {"phone": "1****2"}),
        )
        yield (
            "wrong call",
            self._kw("res.partner", "web_save", self.canary.ids, {"name": 1}, 5),
        )
        yield "page", self.url_open("/odoo/contacts").text
        yield "missing page", self.url_open(f"/nothing/{self.canary.id}").text

    def _walk(self, user):
        self.authenticate(user.login, PASSWORD)
        return {
            where: found
            for where, output in self._surfaces()
            if (found := traces(output))
        }

    @mute_logger("odoo.http", "odoo.addons.web.controllers.export")
    def test_front_desk_is_given_nothing(self):
        self.assertEqual(self._walk(self.desk), {})

    @mute_logger("odoo.http", "odoo.addons.web.controllers.export")
    def test_trusted_colleague_finds_the_canary_and_that_is_logged(self):
        found = self._walk(self.trusted)
        self.assertEqual(found["list"], ["phone", "email", "id"])
        self.assertEqual(found["export"], ["phone", "email", "id"])
        self.assertIn("ticket", found)
        self.assertIn("report", found)
        rows = self.env["shequ.data.access"].search(
            [("partner_ids", "in", self.canary.ids)]
        )
        self.assertEqual(rows.user_id, self.trusted)
        self.assertLessEqual({"list", "export"}, set(rows.mapped("purpose")))
        self.assertIn("export", rows.mapped("channel"))

    @mute_logger("odoo.http", "odoo.addons.web.controllers.export")
    def test_neighbours_are_given_nothing(self):
        for user in (self.neighbour, self.tenant, self.zhu, self.stranger):
            with self.subTest(user=user.login):
                self.assertEqual(self._walk(user), {})
                for path in ("/my/home", "/my/homes", "/my/neighbours", "/my/privacy"):
                    self.assertFalse(traces(self.get(path).text), path)

    def test_log_of_the_server_names_nobody(self):
        ear = Ear()
        root = logging.getLogger()
        root.addHandler(ear)
        self.addCleanup(root.removeHandler, ear)
        for name in ("odoo", "werkzeug"):
            logger = logging.getLogger(name)
            self.addCleanup(logger.setLevel, logger.level)
            logger.setLevel(logging.INFO)
        with (
            mute_logger("odoo.addons.web.controllers.export"),
            self.assertLogs("odoo.http", "INFO") as errors,
        ):
            self._walk(self.desk)
            self._walk(self.trusted)
            self._walk(self.neighbour)
        self.assertTrue(ear.lines)
        self.assertFalse(traces("\n".join(ear.lines + errors.output)))

    def test_mail_to_others_names_nobody(self):
        words = "x"
        self.ticket.message_post(
            body=words,
            message_type="comment",
            subtype_xmlid="mail.mt_comment",
            author_id=self.canary.id,
        )
        mails = self.env["mail.mail"].search(
            [("model", "=", "shequ.ticket"), ("res_id", "=", self.ticket.id)]
        )
        own = mails.filtered(lambda mail: mail.recipient_ids == self.canary)
        for mail in mails - own:
            self.assertFalse(traces(f"{mail.body_html} {mail.subject}"))

    def test_own_copy_is_for_the_person_alone(self):
        user = self.env["res.users"]._shequ_grant_portal(self.canary)
        user.password = PASSWORD
        self.login(user)
        answer = self.post("/my/privacy/download", {})
        self.assertEqual(answer.headers["Content-Type"], "application/zip")
        with zipfile.ZipFile(io.BytesIO(answer.content)) as archive:
            for name in ("data.json", "data.html"):
                text = archive.read(name).decode()
                self.assertIn("email", traces(text), name)
                self.assertIn("id", traces(text), name)
