import io
import json
import re

import openpyxl

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from ...tools.verify_disclosures import verify
from .common_disclosure import DisclosureCase

CANARIES = ("朱先生", "何邻居", "13812345678", "13800001111", "12-1201")


@tagged("post_install", "-at_install")
class TestDisclosureStory(DisclosureCase):
    """From posted entries to a corrected version, as each reader sees it."""

    def ok(self, path, **options):
        answer = self.get(path, **options)
        self.assertEqual(answer.status_code, 200, path)
        return answer

    def assertNobodyNamed(self, text):
        for canary in CANARIES:
            self.assertNotIn(canary, text)

    def links(self, page, pattern):
        return re.findall(f'href="([^"]*{pattern}[^"]*)"', page.text)

    def test_from_the_books_to_a_corrected_version(self):
        first = self._publish_accounts()
        disclosure = first.disclosure_id
        url = f"/my/disclosures/{disclosure.id}"
        review = disclosure.review_ids.sudo()
        self.assertEqual(len(review.item_ids), 4)

        # A resident opens a figure down to the voucher.
        self.login(self.neighbour)
        self.assertIn("Accounts", self.ok("/my/disclosures").text)
        page = self.ok(url)
        self.assertIn("30,000.00", page.text)
        self.assertNobodyNamed(page.text)
        href = self.links(page, "expense/910002")[0].replace("&amp;", "&")
        entries = self.ok(href)
        self.assertIn(self.repair.name, entries.text)
        voucher = self.ok(self.links(entries, "/voucher/")[0])
        self.assertIn("安捷电梯有限公司", voucher.text)
        self.assertIn("■■■", voucher.text)
        self.assertNobodyNamed(voucher.text)
        income = self.ok(self.links(page, "income/910001")[0].replace("&amp;", "&"))
        for link in self.links(income, "/voucher/"):
            paid = self.ok(link)
            self.assertNobodyNamed(paid.text)
            self.assertIn("a resident&#39;s payment", paid.text)

        # She asks, the clock runs, the answer appears.
        answer = self.post(
            f"{url}/ask",
            {"key": "expense/910002", "words": "这笔3万元是什么?"},
            allow_redirects=False,
        )
        self.assertEqual(answer.status_code, 303)
        question = disclosure.question_ids
        self.assertEqual(question.label, "电梯维保")
        self.assertIn("Waits for an answer", self.ok(url).text)
        question.due_at = "2020-01-01 00:00:00"
        self.env.flush_all()
        self.login(self.zhu)
        late = self.ok(url)
        self.assertIn("overdue by", late.text)
        self.assertIn("A resident asked", late.text)
        self.assertNotIn(self.neighbour.name, late.text)
        question.with_user(self.desk).write({"answer": "3号楼电梯大修,见合同"})
        question.with_user(self.desk).action_answer()
        self.assertIn("3号楼电梯大修", self.ok(url).text)

        # The committee checks, comments, objects; the company answers.
        self.login(self.chair)
        desk = f"/my/committee/review/{review.id}"
        self.assertIn(desk, self.ok("/my/committee").text)
        self.post(
            f"{desk}/check",
            {"item_id": review.item_ids[0].id, "answer": "no", "note": "少一张发票"},
        )
        self.post(f"{desk}/comment", {"key": "expense/910002", "words": "金额过大"})
        refused = self.post(f"{desk}/sign", {"verdict": "object"})
        self.assertEqual(refused.status_code, 422)
        self.post(f"{desk}/sign", {"verdict": "object", "reason": "重复入账5000元"})
        twice = self.post(f"{desk}/sign", {"verdict": "accept"})
        self.assertEqual(twice.status_code, 422)
        self.refresh()
        self.assertEqual(review.verdict_ids.name, self.chair.name)
        self.assertEqual(review.verdict_ids.sha256, first.sha256)
        self.assertTrue(review.needs_answer)
        signed = self.ok(url).text
        self.assertIn("重复入账5000元", signed)
        self.assertIn("The property company has not answered yet", signed)
        self.assertIn("of the households", signed)
        review.with_user(self.manager).answer = "确为重复入账,已更正"
        review.with_user(self.manager).action_answer()

        # Version 2 says what changed; the chain verifies.
        self._enter("2026-09-22", self.lift, -5000, "reversal")
        work = disclosure.with_user(self.manager)
        work.action_correct()
        self.assertIn("A correction is being prepared", self.ok(url).text)
        work.action_draw()
        work.change_note = "电梯维保重复入账5000元,已冲回"
        second = self._publish(work)
        self.refresh()
        self.assertEqual((review.state, review.outcome), ("closed", "objected"))
        self.assertEqual(disclosure.review_ids.version_id, first | second)
        page = self.ok(url)
        self.assertIn("25,000.00", page.text)
        changes = self.ok(f"{url}/changes/2").text
        self.assertIn("30,000.00", changes)
        self.assertIn("25,000.00", changes)
        self.assertIn("superseded", self.ok(f"{url}?v=1").text)
        export = self.ok("/my/disclosures/chain.json").json()
        self.assertFalse(verify(export))
        # The outcome is part of the chain.
        self.assertIn("重复入账5000元", json.dumps(export, ensure_ascii=False))
        one = self.ok(f"{url}/file/2.json").json()
        self.assertEqual(len(one["entries"]), 4)
        self.assertFalse(verify(one))

        # Both members accept: closed at once.
        again = disclosure.review_ids.filtered(lambda r: r.state == "open")
        again._sign(self.chair, "accept")
        self.assertEqual(again.state, "open")
        again._sign(self.member, "accept")
        self.assertEqual((again.state, again.outcome), ("closed", "accepted"))

    def test_the_sign_leads_to_what_is_public_and_names_nobody(self):
        revenue = self._make_disclosure("public_revenue")
        revenue.action_draw()
        revenue.line_ids.filtered(
            lambda li: li.kind == "text"
        ).text = "业主共有资金专户"
        public = self._publish(revenue)
        private = self._publish_accounts()
        question = self.env["shequ.disclosure.question"]._ask(
            revenue.sudo(), self.zhu.partner_id, "停车费在哪里?"
        )
        token = self.estate._disclosure_sign_token()
        self.authenticate(None, None)
        home = self.ok(f"/d/{token}")
        self.assertIn(public.title, home.text)
        self.assertNotIn(private.title, home.text)
        page = self.ok(f"/d/{token}/{revenue.id}")
        self.assertIn("4,500.00", page.text)
        for words in (question.question, "/voucher/", "/entries", self.chair.name):
            self.assertNotIn(words, page.text)
        for path in (
            f"/d/{token}/{private.disclosure_id.id}",
            f"/d/{token}/{private.disclosure_id.id}/file/1.json",
            f"/d/{token}/{revenue.id}/changes/1",
            f"/d/{token}/{revenue.id}/file/7.json",
            f"/d/{token}/{revenue.id}/file/1.exe",
            f"/d/wrong-token-x/{revenue.id}",
            "/d/wrong-token-x",
        ):
            self.assertEqual(self.get(path).status_code, 404, path)
        book = openpyxl.load_workbook(
            io.BytesIO(self.ok(f"/d/{token}/{revenue.id}/file/1.xlsx").content)
        )
        cells = str([list(sheet.values) for sheet in book])
        self.assertIn("4500", cells)
        texts = [
            home.text,
            page.text,
            cells,
            self.ok(f"/d/{token}/{revenue.id}/file/1.json").text,
            self.ok(f"/d/{token}/chain.json").text,
        ]
        for text in texts:
            self.assertNobodyNamed(text)
        self.assertFalse(verify(json.loads(texts[-1])))
        self.assertNotIn("entries", json.loads(texts[-2]))
        self.refresh()
        self.assertEqual((revenue.read_count, revenue.reader_count), (1, 0))

    def test_an_unchanged_public_page_is_not_made_again(self):
        self.env["shequ.disclosure"]._publish_from(
            self.building, "notice", self.estate, "停水通知", {"summary": "周五停水"}
        )
        version = self.env["shequ.disclosure"]._publish_from(
            self.building, "notice", self.estate, "停水通知", {"summary": "周六停水"}
        )
        token = self.estate._disclosure_sign_token()
        path = f"/d/{token}/{version.disclosure_id.id}"
        self.authenticate(None, None)
        first = self.ok(path)
        self.assertIn("public", first.headers["Cache-Control"])
        tag = {"If-None-Match": first.headers["ETag"]}
        self.assertEqual(self.get(path, headers=tag).status_code, 304)
        old = self.get(f"{path}?v=1", headers=tag)
        self.assertIn("周五停水", old.text)

    def test_files_for_residents(self):
        version = self._publish_accounts()
        url = f"/my/disclosures/{version.disclosure_id.id}/file/1"
        self.login(self.zhu)
        book = openpyxl.load_workbook(io.BytesIO(self.ok(f"{url}.xlsx").content))
        entries = list(book.worksheets[1].values)
        self.assertEqual(len(entries), 4)
        self.assertEqual(sum(row[4] for row in entries[1:]), 61200.55)
        formulas = [c.value for row in book.worksheets[0].rows for c in row]
        self.assertTrue(any("SUMIF" in str(value) for value in formulas))
        self.assertNobodyNamed(str(entries) + str(formulas))

    def test_the_pdf_for_the_glass_case(self):
        version = self._publish_accounts()
        html = self.env["ir.actions.report"]._render_qweb_html(
            "shequ_property.report_disclosure", version.ids
        )[0]
        text = html.decode()
        self.assertIn(version.sha256, text)
        self.assertIn("30,000.00", text)
        self.assertNobodyNamed(text)
        sign = self.env["ir.actions.report"]._render_qweb_html(
            "shequ_property.report_disclosure_sign", self.estate.ids
        )[0]
        self.assertIn(f"/d/{self.estate.disclosure_token}", sign.decode())

    def test_questions_without_personal_data_and_not_too_many(self):
        version = self._publish_accounts()
        url = f"/my/disclosures/{version.disclosure_id.id}"
        self.login(self.zhu)
        for words in ("", "我的电话13812345678", "x" * 1001):
            answer = self.post(f"{url}/ask", {"words": words})
            self.assertEqual(answer.status_code, 422)
        self.env["ir.config_parameter"].set_param(
            "shequ.disclosure.questions_per_hour", "1"
        )
        self.assertEqual(self.post(f"{url}/ask", {"words": "一"}).status_code, 200)
        self.assertEqual(self.post(f"{url}/ask", {"words": "二"}).status_code, 422)
        question = version.disclosure_id.question_ids
        desk = question.with_user(self.desk)
        with self.assertRaises(UserError):
            desk.action_answer()
        desk.answer = f"{self.zhu.name}您好"
        with self.assertRaises(UserError):
            desk.action_answer()
        with self.assertRaises(UserError):
            desk.question = "另一个问题"
        desk.answer = "已公布"
        desk.action_answer()
        with self.assertRaises(UserError):
            desk.answer = "改了"
        self.login(self.zhu)
        self.assertRegex(
            self.ok("/my/community").text,
            r'(?s)data-card="disclosures".{0,900}sq-badge sq-t-red">\s*1<',
        )

    def test_an_entry_changed_afterwards_shows(self):
        version = self._publish_accounts()
        entry = version._entries_of("expense/910002")[0]
        self.repair.button_draft()
        self.login(self.zhu)
        url = f"/my/disclosures/{version.disclosure_id.id}/voucher/{entry.id}"
        self.assertIn("has been changed in the books", self.ok(url).text)

    def test_only_the_committee_in_office_signs(self):
        version = self._publish_accounts()
        review = version.disclosure_id.review_ids
        for user in (self.zhu, self.manager):
            with self.assertRaises(AccessError):
                review._sign(user, "accept")
        term = self.env["shequ.committee.member"].search(
            [("partner_id", "=", self.member.partner_id.id)]
        )
        term.date_to = "2025-01-01"
        with self.assertRaises(AccessError):
            review._sign(self.member, "accept")
        review._sign(self.chair, "accept")
        self.assertEqual(review.state, "closed")

    def test_a_review_whose_time_is_over(self):
        version = self._publish_accounts()
        review = version.disclosure_id.review_ids.sudo()
        review.due_at = "2020-01-01 00:00:00"
        with self.enter_registry_test_mode():
            self.env.ref(
                "shequ_property.cron_disclosure_review"
            ).method_direct_trigger()
        self.assertEqual((review.state, review.outcome), ("closed", "silent"))

    def test_reached_households(self):
        version = self._publish_accounts()
        disclosure = version.disclosure_id
        reads = self.env["shequ.disclosure.read"]
        # Tenant and owner of one home: two people, one household.
        for user in (self.neighbour, self.tenant, self.tenant):
            reads._note(version, user.partner_id)
        self.assertEqual(disclosure.read_count, 3)
        self.assertEqual(disclosure.reader_count, 2)
        self.assertEqual(disclosure.household_count, 1)
        self.assertEqual(disclosure.household_rate, 25)

    def test_quarterly_assessment(self):
        self.login(self.chair)
        url = f"/my/committee/assessment/{self.estate.id}"
        self.ok(url)
        assessment = self.env["shequ.assessment"]._current(self.estate)
        criteria = self.env["shequ.assessment.criterion"]._of(self.estate)
        self.assertEqual(sum(criteria.mapped("weight")), 100)
        short = self.post(f"{url}/mark", {f"c{criteria[0].id}": "90"})
        self.assertEqual(short.status_code, 422)
        weights = {f"w{c.id}": "0" for c in criteria}
        self.assertEqual(self.post(f"{url}/weights", weights).status_code, 422)
        weights |= {f"w{criteria[0].id}": "60", f"w{criteria[1].id}": "40"}
        self.assertEqual(self.post(f"{url}/weights", weights).status_code, 200)
        marks = {f"c{c.id}": "80" for c in criteria}
        self.post(f"{url}/mark", {**marks, "words": "保洁要加强"})
        self.assertEqual(self.post(f"{url}/publish").status_code, 422)
        self.login(self.member)
        self.assertEqual(self.post(f"{url}/publish").status_code, 422)
        self.assertEqual(self.post(f"{url}/weights", weights).status_code, 422)
        self.post(f"{url}/mark", {**marks, f"c{criteria[0].id}": "71"})
        self.login(self.chair)
        self.post(f"{url}/publish")
        self.refresh()
        # 60 % of 75.5 and 40 % of 80
        self.assertEqual((assessment.state, assessment.score), ("published", 773))
        self.assertIn("77.3", assessment.version_id.document)
        self.login(self.zhu)
        path = f"/my/disclosures/{assessment.version_id.disclosure_id.id}"
        self.assertIn("保洁要加强", self.ok(path).text)

    def test_handover_of_a_term(self):
        version = self._publish_accounts()
        term = self.env["shequ.committee.member"].search(
            [("partner_id", "=", self.chair.partner_id.id)]
        )
        today = self.env["shequ.estate"]._today()
        term.date_to = fields.Date.add(today, days=20)
        handovers = self.env["shequ.committee.handover"]
        handovers._cron_prepare()
        handovers._cron_prepare()
        handover = handovers.search([("member_id", "=", term.id)])
        self.assertEqual(len(handover), 1)
        self.assertIn(version.chain, handover.items)
        url = f"/my/committee/handover/{handover.id}"
        self.login(self.member)
        self.assertEqual(self.post(url, {"step": "hand"}).status_code, 422)
        self.login(self.chair)
        self.post(url, {"step": "hand", "note": "公章在街道"})
        self.assertEqual(self.post(url, {"step": "receive"}).status_code, 422)
        self.login(self.member)
        self.assertIn("公章在街道", self.ok("/my/committee").text)
        self.post(url, {"step": "receive"})
        self.refresh()
        self.assertEqual(handover.state, "received")
        self.assertEqual(handover.received_name, self.member.name)
