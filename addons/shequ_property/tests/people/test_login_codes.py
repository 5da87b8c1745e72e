import json
from datetime import timedelta
from unittest.mock import patch

from freezegun import freeze_time

from odoo.exceptions import AccessDenied, UserError, ValidationError
from odoo.tests import TransactionCase, tagged
from odoo.tests.common import _super_send
from odoo.tools import mute_logger

from ..tools.test_aliyun_sms import KEY, SECRET, SmsDouble

PHONE = "18700001111"


@tagged("post_install", "-at_install")
class TestCodes(TransactionCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env.company.shequ_sms_provider = "log"
        cls.Code = cls.env["shequ.login.code"]
        cls.env["shequ.login.throttle"].search([]).unlink()

    def setUp(self):
        super().setUp()
        # Codes and counts are written in transactions of their own.
        self.enterContext(self.enter_registry_test_mode())

    def _send(self, phone=PHONE, address="10.0.0.1", browser="b", **options):
        return self.Code._send(phone, address, browser, **options)

    def _set(self, name, value):
        self.env["ir.config_parameter"].set_param(f"shequ.login.{name}", value)
        # Read in another transaction.
        self.env.flush_all()

    def _last(self, phone=PHONE):
        outbox = self.env["shequ.sms.outbox"].search([("number", "=", phone)], limit=1)
        return (outbox.body or "").split()[0]

    def _check(self, code, phone=PHONE, address="10.0.0.1", browser="b", **options):
        return self.Code._check(phone, code, address, browser, **options)

    def test_a_code_is_six_digits_and_counts_once(self):
        self.assertEqual(self._send().kind, "ok")
        code = self._last()
        self.assertRegex(code, r"^\d{6}$")
        checked = self._check(code)
        self.assertEqual(checked.kind, "ok")
        self.assertEqual(self._check(code).kind, "over")

    def test_neither_code_nor_number_are_kept(self):
        self._send()
        code = self._last()
        row = self.Code.search([], limit=1)
        kept = json.dumps(row.read(), default=str)
        self.assertNotIn(code, kept)
        self.assertNotIn(PHONE, kept)
        self.assertNotIn("10.0.0.1", kept)

    def test_five_minutes(self):
        with freeze_time("2026-06-01 08:00:00") as clock:
            self._send()
            code = self._last()
            clock.tick(timedelta(minutes=4, seconds=59))
            self.assertEqual(self._check("999999x").kind, "wrong")
            clock.tick(timedelta(seconds=2))
            self.assertEqual(self._check(code).kind, "over")

    def test_five_tries(self):
        self._send()
        code = self._last()
        wrong = "000000" if code != "000000" else "111111"
        kinds = [self._check(wrong).kind for _n in range(5)]
        self.assertEqual(kinds, ["wrong"] * 4 + ["tries"])
        self.assertEqual(self._check(code).kind, "tries")

    def test_a_new_code_voids_the_former(self):
        with freeze_time("2026-06-01 08:00:00") as clock:
            self._send()
            first = self._last()
            clock.tick(timedelta(seconds=61))
            self._send()
            second = self._last()
            if first != second:
                self.assertEqual(self._check(first).kind, "wrong")
            self.assertEqual(self._check(second).kind, "ok")

    def test_purposes_and_browsers_do_not_mix(self):
        self._send(purpose="phone_new")
        code = self._last()
        self.assertEqual(self._check(code).kind, "over")
        self.assertEqual(
            self._check(code, purpose="phone_new", browser="x").kind, "wrong"
        )
        self.assertEqual(self._check(code, purpose="phone_new").kind, "ok")

    def test_one_a_minute_five_an_hour_ten_a_day(self):
        sent = []
        with freeze_time("2026-06-01 00:00:00") as clock:
            for minute in range(26 * 60):
                if minute % 5 == 0 or minute < 10:
                    if self._send().kind == "ok":
                        sent.append(minute)
                clock.tick(timedelta(minutes=1))
        self.assertEqual(len([m for m in sent if m < 60]), 5)
        self.assertEqual(len([m for m in sent if m < 24 * 60]), 10)
        self.assertGreater(len(sent), 10, "the next day has its own")

    def test_many_numbers_from_one_address(self):
        self._set("limit_address", "3/600")
        kinds = [
            self._send(phone=f"1870000{n:04d}", address="10.9.9.9").kind
            for n in range(5)
        ]
        self.assertEqual(kinds, ["ok"] * 3 + ["throttled"] * 2)
        self.assertEqual(self._send(phone="18700009999", address="10.9.9.8").kind, "ok")

    def test_addresses_of_one_connection_are_one(self):
        network = self.Code._network
        self.assertEqual(network("2001:db8:1:2:3::4"), network("2001:db8:1:2:9::9"))
        self.assertNotEqual(network("2001:db8:1:2::1"), network("2001:db8:1:3::1"))
        self.assertNotEqual(network("10.0.0.1"), network("10.0.0.2"))

    def test_guessing_over_many_numbers_stops(self):
        self._set("limit_guesses", "4/600")
        kinds = [self._check("123456", phone=f"1860000{n:04d}").kind for n in range(6)]
        self.assertEqual(kinds, ["over"] * 4 + ["throttled"] * 2)

    def test_the_same_work_for_known_and_unknown_numbers(self):
        """Not only the same answer: the same queries."""
        partner = self.env["res.partner"].create(
            {"name": "周知", "phone": "18700002222"}
        )
        self.env["res.users"]._shequ_grant_portal(partner)
        self._send(phone="18700003333")  # what is cached is cached for both
        self._check("123456", phone="18700003333")
        counts = []
        for phone in ("18700002222", "18700004444"):
            before = self.env.cr.sql_log_count
            self._send(phone=phone)
            middle = self.env.cr.sql_log_count
            self._check("123456", phone=phone)
            counts.append((middle - before, self.env.cr.sql_log_count - middle))
        self.assertEqual(counts[0], counts[1])
        self.assertGreater(counts[0][0], 0)

    def test_a_proof_counts_once_and_for_its_number(self):
        self._send()
        proof = self._check(self._last()).proof
        self.assertTrue(self.Code._proves(PHONE, proof))
        self.assertFalse(self.Code._proves("18700009999", proof))
        self.assertFalse(self.Code._use_proof("18700009999", proof))
        self.assertTrue(self.Code._use_proof(PHONE, proof))
        self.assertFalse(self.Code._use_proof(PHONE, proof))
        self.assertFalse(self.Code._proves("", ""))

    def test_credentials_of_the_kind_need_a_proof(self):
        partner = self.env["res.partner"].create({"name": "周知", "phone": PHONE})
        user = self.env["res.users"]._shequ_grant_portal(partner)
        Users = self.env["res.users"]
        for extra in (
            {},
            {"phone": PHONE},
            {"phone": PHONE, "proof": "x"},
            {"phone": False, "proof": False},
        ):
            with self.assertRaises(AccessDenied):
                Users._login(
                    {"type": "shequ_code", "login": user.login, **extra},
                    {"interactive": True},
                )
        self._send()
        proof = self._check(self._last()).proof
        credential = {
            "type": "shequ_code",
            "login": user.login,
            "phone": PHONE,
            "proof": proof,
        }
        with self.assertRaises(AccessDenied):
            Users._login(credential, {"interactive": False})
        self.assertEqual(
            Users._login(credential, {"interactive": True})["uid"], user.id
        )
        with self.assertRaises(AccessDenied):
            Users._login(credential, {"interactive": True})

    def test_old_codes_are_forgotten_at_night(self):
        with freeze_time("2026-06-01 08:00:00"):
            self._send()
        with freeze_time("2026-06-04 08:00:00"):
            self.Code._cron_clean()
            self.assertFalse(self.Code.search([]))
            self.assertFalse(self.env["shequ.login.throttle"].search([]))


@tagged("post_install", "-at_install")
class TestStaffSecondFactor(TransactionCase):
    def test_a_company_asks_its_staff(self):
        user = self.env["res.users"].create(
            {
                "name": "前台",
                "login": "desk-2fa",
                "email": "desk@example.com",
                "group_ids": [(6, 0, [self.env.ref("base.group_user").id])],
            }
        )
        self.assertFalse(user._mfa_type())
        self.env["res.users"].search(
            [("share", "=", False), ("email", "=", False)]
        ).email = "x@example.com"
        self.env.company.shequ_staff_totp = True
        self.assertEqual(user._mfa_type(), "totp_mail")
        self.assertEqual(user._mfa_url(), "/web/login/totp")
        partner = self.env["res.partner"].create({"name": "住户", "phone": PHONE})
        resident = self.env["res.users"]._shequ_grant_portal(partner)
        self.assertFalse(resident._mfa_type())

    def test_nobody_is_locked_out(self):
        company = self.env["res.company"].create({"name": "Second Factor"})
        self.env["res.users"].create(
            {
                "name": "没有邮箱的同事",
                "login": "no-mail",
                "company_id": company.id,
                "company_ids": [(6, 0, company.ids)],
                "group_ids": [(6, 0, [self.env.ref("base.group_user").id])],
            }
        )
        with self.assertRaisesRegex(UserError, "没有邮箱的同事"):
            company.shequ_staff_totp = True


@tagged("post_install", "-at_install")
class TestProviders(TransactionCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company = cls.env["res.company"].create(
            {
                "name": "Aliyun Property",
                "shequ_sms_provider": "aliyun",
                "shequ_sms_sign_name": "金昊物业",
            }
        )
        cls.Template = cls.env["shequ.sms.template"]
        cls.template = cls.env.ref("shequ_property.sms_template_code")
        cls.template.provider_code = "SMS_154950909"
        cls.partner = cls.env["res.partner"].create({"name": "周", "phone": PHONE})

    def setUp(self):
        super().setUp()
        self.double = self.enterContext(SmsDouble())
        parameters = self.env["ir.config_parameter"]
        parameters.set_param("shequ.aliyun.endpoint", self.double.url)
        parameters.set_param("shequ.aliyun.access_key_id", KEY)
        parameters.set_param("shequ.aliyun.access_key_secret", SECRET)

    @classmethod
    def _request_handler(cls, session, request, /, **kw):
        # Odoo compares time limits in tests, and cannot compare a pair of them.
        if request.url.startswith("http://127.0.0.1:"):
            return _super_send(session, request, **kw)
        return super()._request_handler(session, request, **kw)

    def _send(self, purpose="code", **params):
        params = params or {"code": "123456", "minutes": 5}
        return self.Template._send_now(purpose, PHONE, params, self.company)

    def test_a_code_goes_out_signed_with_its_template(self):
        self.assertEqual(self._send(), "ok")
        seen = self.double.server.seen[0]
        self.assertEqual(seen["TemplateCode"], "SMS_154950909")
        self.assertEqual(seen["SignName"], "金昊物业")
        self.assertEqual(json.loads(seen["TemplateParam"])["code"], "123456")
        self.assertFalse(self.env["sms.sms"].search([("number", "like", PHONE)]))

    def test_the_environment_goes_before_the_parameters(self):
        with (
            patch.dict("os.environ", {"SHEQU_ALIYUN_ACCESS_KEY_SECRET": "other"}),
            self.assertLogs("odoo.addons.shequ_property", "WARNING") as log,
        ):
            self.assertEqual(self._send(), "key")
        self.assertNotIn("123456", str(log.output))
        self.assertNotIn(PHONE, str(log.output))

    @mute_logger("odoo.addons.shequ_property.models.people.sms_api")
    def test_answers_of_the_provider(self):
        for code, kind in (
            ("isv.BUSINESS_LIMIT_CONTROL", "throttled"),
            ("isv.AMOUNT_NOT_ENOUGH", "balance"),
            ("isv.SMS_SIGNATURE_ILLEGAL", "sign_name"),
            ("something.NEW", "server"),
        ):
            self.double.server.answer = (200, {"Code": code, "RequestId": "r"})
            with self.subTest(code):
                self.assertEqual(self._send(), kind)

    def test_a_template_of_the_company_comes_first(self):
        self.template.copy(
            {"company_id": self.company.id, "provider_code": "SMS_OF_COMPANY"}
        )
        self._send()
        self.assertEqual(self.double.server.seen[0]["TemplateCode"], "SMS_OF_COMPANY")

    def test_without_a_template_code_nothing_is_sent(self):
        self.template.provider_code = False
        self.assertEqual(self._send(), "no_template")
        self.assertFalse(self.double.server.seen)

    def test_the_queue_of_odoo_goes_the_same_way(self):
        self.env.ref("shequ_property.sms_template_invitation").provider_code = "SMS_2"
        sms = self.Template._queue(
            "invitation",
            self.partner,
            {
                "company": "金昊",
                "home": "1-101",
                "token": "abc",
                "link": "https://x/i/abc",
            },
            self.company,
        )
        self.assertEqual(sms.number, f"+86{PHONE}")
        self.assertIn("https://x/i/abc", sms.body)
        sms.send(unlink_sent=False)
        self.assertEqual(sms.state, "pending")
        seen = self.double.server.seen[0]
        params = json.loads(seen["TemplateParam"])
        self.assertEqual(params, {"company": "金昊", "home": "1-101", "token": "abc"})
        self.assertEqual(seen["PhoneNumbers"], PHONE)

    @mute_logger("odoo.addons.shequ_property.models.people.sms_api")
    def test_a_refusal_is_told_on_the_message(self):
        self.double.server.answer = (200, {"Code": "isv.AMOUNT_NOT_ENOUGH"})
        sms = self.Template._queue("code", self.partner, {"code": "1"}, self.company)
        sms.send()
        self.assertEqual((sms.state, sms.failure_type), ("error", "sms_credit"))

    def test_texts_name_only_what_is_there(self):
        with self.assertRaises(ValidationError):
            self.template.body = "Your {password}"
        with self.assertRaises(ValidationError):
            self.template.body = "Your {code.__class__}{"

    def test_the_outbox_is_for_administrators(self):
        self.company.shequ_sms_provider = "log"
        self.assertEqual(self._send(), "ok")
        outbox = self.env["shequ.sms.outbox"].search([("number", "=", PHONE)])
        self.assertIn("123456", outbox.body)
        desk = self.env["res.users"].create(
            {
                "name": "前台",
                "login": "outbox-desk",
                "group_ids": [
                    (6, 0, [self.env.ref("shequ_property.group_company_manager").id])
                ],
            }
        )
        self.assertFalse(
            self.env["shequ.sms.outbox"].with_user(desk).has_access("read")
        )
