import json

import psycopg2

from odoo import fields
from odoo.exceptions import UserError, ValidationError
from odoo.tests import tagged
from odoo.tools import mute_logger

from .common import CANARY_EMAIL, CANARY_ID, CANARY_PHONE, PeopleCase, traces

PIXEL = (
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAQAAAC1HAwCAAAAC0lEQVR42mNk+A8AAQUBAScY42YAAAAA"
    "SUVORK5CYII="
)


@tagged("post_install", "-at_install")
class TestConsent(PeopleCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.news = cls.env.ref("shequ_property.purpose_news")
        cls.Consent = cls.env["shequ.consent"]

    def test_given_and_withdrawn_with_text_and_time(self):
        given = self.Consent._answer(self.canary, self.news, "given")
        self.assertEqual(given.text_id, self.news.text_id)
        self.assertTrue(given.date)
        self.assertTrue(self.Consent._has(self.canary, "news"))
        self.Consent._answer(self.canary, self.news, "withdrawn")
        self.assertFalse(self.Consent._has(self.canary, "news"))
        rows = self.Consent.search([("partner_id", "=", self.canary.id)])
        self.assertEqual(rows.mapped("answer"), ["withdrawn", "given"])

    def test_history_only_grows(self):
        row = self.Consent._answer(self.canary, self.news, "given")
        with self.assertRaises(UserError):
            row.answer = "withdrawn"
        with self.assertRaises(UserError):
            row.unlink()
        for query in (
            "UPDATE shequ_consent SET answer = 'withdrawn'",
            "DELETE FROM shequ_consent",
        ):
            with (
                self.assertRaises(psycopg2.errors.RestrictViolation),
                mute_logger("odoo.sql_db"),
                self.env.cr.savepoint(),
            ):
                self.env.cr.execute(query)

    def test_words_agreed_to_stay(self):
        self.Consent._answer(self.canary, self.news, "given")
        with self.assertRaises(UserError):
            self.news.text_id.body = "别的"
        new = self.env["shequ.consent.text"].create(
            {"purpose_id": self.news.id, "body": "新的说明"}
        )
        self.assertEqual((new.version, self.news.text_id), (2, new))

    def test_notice_is_asked_again_for_new_words(self):
        service = self.env.ref("shequ_property.purpose_service")
        self.assertIn(service, self.Consent._unread(self.canary))
        self.Consent._answer(self.canary, service, "read")
        self.assertNotIn(service, self.Consent._unread(self.canary))
        self.env["shequ.consent.text"].create(
            {"purpose_id": service.id, "body": "新的说明"}
        )
        self.assertIn(service, self.Consent._unread(self.canary))

    def test_child_needs_a_guardian(self):
        year = fields.Date.today().year - 8
        from stdnum.cn import ric

        digits = f"990101{year}0101001"
        number = digits + ric.calc_check_digit(f"{digits}0")
        child = self._person("小朋友")
        child.shequ_id_number = number
        with self.assertRaisesRegex(UserError, "under 14"):
            self.Consent._answer(child, self.news, "given")
        row = self.Consent._answer(child, self.news, "given", guardian=self.canary)
        self.assertEqual(row.guardian_id, self.canary)


@tagged("post_install", "-at_install")
class TestRetention(PeopleCase):
    def _rule(self, kind):
        rule = self.env.ref(f"shequ_property.retention_{kind}")
        rule.report = False
        return rule

    def _night(self):
        with self.enter_registry_test_mode():
            self.env.ref("shequ_property.ir_cron_retention").method_direct_trigger()
        self.env.invalidate_all()

    def _old_ticket(self):
        words = f"钱来燕 {CANARY_PHONE}"
        self.ticket.message_post(body=words)
        self.ticket.write({"description": f"钱来燕家漏水，电话{CANARY_PHONE}"})
        self.ticket.sudo().write(
            {
                "state": "closed",
                "is_open": False,
                "closed_at": "2019-01-01",
                "reported_at": "2019-01-01",
            }
        )
        return self.ticket

    def test_report_first_then_approved(self):
        ticket = self._old_ticket()
        rule = self._rule("ticket_contact")
        self._night()
        self.assertEqual(ticket.reporter_id, self.canary)
        self.assertIn(ticket.name, rule.report)
        self.assertGreaterEqual(rule.due_count, 1)
        rule.with_user(self.officer).action_approve()
        self._night()
        self.assertEqual(ticket.reporter_id, self.estate.anonymous_partner_id)
        self.assertFalse(rule.approved)

    def test_ticket_keeps_the_facts_and_loses_the_person(self):
        ticket = self._old_ticket()
        facts = ["name", "estate_id", "unit_id", "category_id", "state", "reported_at"]
        before = ticket.read(facts)
        self._rule("ticket_contact").automatic = True
        self._night()
        self.assertEqual(ticket.read(facts), before)
        words = json.dumps(
            [
                ticket.read(["description", "contact_phone", "reporter_id"]),
                ticket.message_ids.mapped("body"),
                ticket.event_ids.mapped("note"),
            ],
            default=str,
            ensure_ascii=False,
        )
        self.assertFalse(traces(words))
        self.assertNotIn("钱来燕", words)
        self.assertIn("漏水", words)
        self.assertNotIn(self.canary, ticket.participant_ids)

    def test_moved_out_only_when_nothing_is_open(self):
        rule = self._rule("moved_out")
        _model, domain = rule._due()
        self.assertNotIn(self.canary.id, self.env["res.partner"].search(domain).ids)
        self.former_residency.write(
            {"date_from": "2010-01-01", "date_to": "2012-01-01"}
        )
        _model, domain = rule._due()
        self.assertIn(self.former.id, self.env["res.partner"].search(domain).ids)
        rule.automatic = True
        self._night()
        self.assertFalse(self.former.phone)
        self.assertNotIn("赵先生", self.former.name)
        self.assertFalse(self.former_user.active)
        self.assertTrue(self.former_residency.exists())

    def test_logs_are_not_kept_shorter_than_the_law_says(self):
        with self.assertRaises(ValidationError):
            self._rule("access_log").months = 5

    def test_access_log_goes_after_its_time_only(self):
        Access = self.env["shequ.data.access"]
        young = Access._log(self.canary, "reveal", "", ["phone"])
        old = Access.sudo().create(
            {
                "date": "2015-01-01",
                "user_id": self.front_desk.id,
                "purpose": "reveal",
                "channel": "screen",
            }
        )
        self._rule("access_log").automatic = True
        self._night()
        self.assertTrue(young.exists())
        self.assertFalse(old.exists())

    def test_photos_are_kept_from_everybody_but_the_job(self):
        ticket = self._old_ticket()
        attachment = self.env["ir.attachment"].create({"name": "a.jpg", "raw": b"x"})
        media = self.env["shequ.ticket.media"].create(
            {
                "ticket_id": ticket.id,
                "type": "photo",
                "name": "a.jpg",
                "attachment_id": attachment.id,
            }
        )
        with self.assertRaises(UserError):
            media.unlink()
        self._rule("ticket_photo").automatic = True
        self._night()
        self.assertFalse(media.exists())
        self.assertFalse(attachment.exists())


#: Fields that name people and are in nobody's copy, and why.
NOT_IN_THE_COPY = {
    ("shequ.ticket", "quotation_partner_id"): "reporter of the same ticket",
    ("shequ.ticket", "participant_ids"): "neighbours' tickets",
    ("shequ.ticket.event", "partner_id"): "the trace of tickets in the copy",
    ("shequ.estate", "anonymous_partner_id"): "nobody",
    ("shequ.duplicate", "partner_ids"): "a guess of the machine about two people",
    ("shequ.duplicate.different", "partner_a_id"): "that two people are two",
    ("shequ.duplicate.different", "partner_b_id"): "that two people are two",
    ("shequ.import.row", "partner_id"): "rows of lists, which go after their time",
    ("shequ.move", "partner_id"): "what it did is in the homes",
    ("shequ.move", "contact_id"): "what it did is in the homes",
    ("shequ.worker", "partner_id"): "staff",
    ("shequ.contract", "developer_id"): "a company",
}


@tagged("post_install", "-at_install")
class TestDataRequests(PeopleCase):
    def test_copy_holds_everything(self):
        copy = self.canary._shequ_kept_json()
        self.assertEqual(traces(copy.replace(" ", "")), ["phone", "email", "id"])
        kept = json.loads(copy)
        self.assertEqual(kept["tickets"][0]["name"], self.ticket.name)
        self.assertEqual(len(kept["homes"]), 1)

    def test_nothing_kept_is_left_out_of_the_copy(self):
        """Each stored field that names a person is in the copy, or is said why not."""
        areas = {
            (area.model, name)
            for area in self.env["res.partner"]._shequ_kept_areas()
            for name in area.people.split()
        }
        named = {
            (model._name, name)
            for model in map(self.env.get, self.env)
            if model._name.startswith("shequ.") and not model._transient
            for name, field in model._fields.items()
            if field.store
            and field.comodel_name == "res.partner"
            and not model._abstract
        }
        self.assertEqual(named - areas, set(NOT_IN_THE_COPY), "say it in one place")
        self.assertFalse(areas & set(NOT_IN_THE_COPY))

    def test_the_copy_is_read_in_the_own_language(self):
        tables = self.canary.with_context(lang="zh_CN")._shequ_kept_tables()
        tickets = next(t for t in tables if self.ticket.name in str(t["rows"]))
        states = dict(self.ticket._fields["state"].selection)
        self.assertFalse({*states, "repair"} & set(tickets["rows"][0]))
        for table in tables:
            for heading in [table["name"], *table["columns"]]:
                self.assertRegex(heading, "[\u4e00-\u9fff]", table["name"])

    def test_who_is_erased_leaves_no_words_behind(self):
        question = self._asked("我是钱来燕,住302室,这笔3万元是什么?")
        self.canary._shequ_anonymise()
        self.assertNotIn("钱来燕", question.question)
        self.assertIn("3", question.question)

    def _registered(self, **values):
        return (
            self.env["shequ.registration"]
            .sudo()
            .create(
                {
                    "unit_id": self.canary_residency.unit_id.id,
                    "role": "tenant",
                    "proof": "lease",
                    "photo": PIXEL,
                    **values,
                }
            )
        )

    def test_who_is_erased_leaves_no_lease_and_no_number_behind(self):
        registered = self._registered(
            partner_id=self.canary.id, person_name="钱来燕", reason="钱来燕没带合同"
        )
        changed = self.env["shequ.phone.change"]._note(
            self.canary, CANARY_PHONE, "13900000001", "waiting", wanted="13900000001"
        )
        self.canary._shequ_anonymise()
        self.assertFalse(registered.photo)
        self.assertEqual(registered.person_name, "—")
        self.assertNotIn("钱来燕", registered.reason)
        row = json.dumps(changed.sudo().read(), default=str)
        self.assertFalse(traces(row) or "13900000001" in row, row)

    def test_a_child_stays_when_its_guardian_is_erased(self):
        child = self.env["res.partner"].create({"name": "小豆"})
        registered = self._registered(
            partner_id=child.id, person_name="小豆", guardian_id=self.canary.id
        )
        self.canary._shequ_anonymise()
        self.assertEqual(registered.person_name, "小豆")
        self.assertTrue(registered.photo)

    def _asked(self, words):
        version = self.env["shequ.disclosure"]._publish_from(
            self.estate, "public_revenue", self.estate, "公共收益", {"summary": "收支"}
        )
        return (
            self.env["shequ.disclosure.question"]
            .sudo()
            .create(
                {
                    "disclosure_id": version.disclosure_id.id,
                    "version_id": version.id,
                    "key": "x",
                    "label": "x",
                    "question": words,
                    "due_at": "2026-12-31 00:00:00",
                    "partner_id": self.canary.id,
                }
            )
        )

    def test_erase_is_refused_with_the_reason(self):
        request = self.env["shequ.data.request"]._ask(self.canary, "erase")
        self.assertEqual(
            request.deadline,
            fields.Date.add(fields.Date.context_today(request), days=15),
        )
        officer = request.with_user(self.officer)
        self.assertIn("roll of owners", officer.obstacles)
        self.assertIn(self.ticket.name, officer.obstacles)
        officer.action_done()
        self.assertEqual(request.state, "refused")
        self.assertIn("roll of owners", request.answer)
        self.assertEqual(self.canary.email, CANARY_EMAIL)

    def test_erase_is_done_where_nothing_forbids_it(self):
        self.canary_residency.write({"date_to": "2024-01-01"})
        self.ticket.sudo().write({"is_open": False, "state": "closed"})
        request = self.env["shequ.data.request"]._ask(self.canary, "erase")
        request.with_user(self.officer).action_done()
        self.assertEqual(request.state, "done")
        self.env.flush_all()
        self.env.cr.execute(
            "SELECT to_jsonb(p)::text FROM res_partner p WHERE id = %s",
            [self.canary.id],
        )
        row = self.env.cr.fetchone()[0]
        self.assertFalse(traces(row))
        self.assertNotIn("钱来燕", row)
        self.assertFalse(self.canary.shequ_id_sealed)
        self.assertFalse(self.env["res.partner"]._shequ_find_by_id(CANARY_ID))
        self.assertFalse(self.canary_user.active)
        self.assertNotIn(CANARY_PHONE, self.canary_user.login)

    def test_invoices_keep_the_name_alone(self):
        self.canary_residency.write({"date_to": "2024-01-01"})
        self.ticket.sudo().write({"is_open": False, "state": "closed"})
        Partner = type(self.env["res.partner"])
        self.patch(
            Partner,
            "_shequ_invoice_obstacles",
            lambda partner: [("invoices", "Invoices stay until 2034.")],
        )
        request = self.env["shequ.data.request"]._ask(self.canary, "erase")
        request.with_user(self.officer).action_done()
        self.assertEqual(request.state, "partly")
        self.assertEqual(self.canary.name, "钱来燕")
        self.assertFalse(self.canary.phone)

    def test_correct(self):
        request = self.env["shequ.data.request"]._ask(
            self.canary, "correct", new_phone="13912340000"
        )
        request.with_user(self.officer).action_done()
        self.assertEqual(self.canary.phone, "13912340000")

    def test_refusing_needs_a_reason(self):
        request = self.env["shequ.data.request"]._ask(self.canary, "erase")
        with self.assertRaises(UserError):
            request.with_user(self.officer).action_refuse()

    def test_officer_hears_of_unusual_access(self):
        Access = self.env["shequ.data.access"]
        Access._log(self.canary, "export", "", ["phone"], 5000)
        with self.enter_registry_test_mode():
            self.env.ref("shequ_property.ir_cron_unusual").method_direct_trigger()
            self.env.ref("shequ_property.ir_cron_unusual").method_direct_trigger()
        activities = self.env["mail.activity"].search(
            [("user_id", "=", self.officer.id), ("res_model", "=", "res.partner")]
        )
        self.assertEqual(len(activities), 1)
