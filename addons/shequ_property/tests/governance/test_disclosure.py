import contextlib
import json
from datetime import timedelta

import psycopg2

from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged
from odoo.tools import SQL, mute_logger

from ...tools.verify_disclosures import verify
from .common_disclosure import DisclosureCase


@tagged("post_install", "-at_install")
class TestDisclosure(DisclosureCase):
    def figures(self, disclosure):
        return {line.key: line.amount for line in disclosure.line_ids if line.key}

    def export(self, public=False):
        return json.loads("".join(self.estate._disclosure_chain(public)))

    # --- figures -------------------------------------------------------------------

    def test_figures_come_from_posted_entries_of_the_estate_and_period(self):
        disclosure = self._make_disclosure("settlement")
        disclosure.action_draw()
        self.assertEqual(
            self.figures(disclosure),
            {
                "income/910001": 31200.55,
                "income": 31200.55,
                "expense/910002": 30000,
                "expense": 30000,
                "balance": 1200.55,
            },
        )

    def test_public_revenue_is_told_apart_by_its_tag(self):
        disclosure = self._make_disclosure("public_revenue")
        disclosure.action_draw()
        self.assertEqual(self.figures(disclosure)["revenue/income/910003"], 4500)
        self.assertNotIn("income/910001", self.figures(disclosure))

    def test_shares_of_two_estates_are_read_by_their_percentages(self):
        other = self.second_estate._ensure_analytic_account()
        move = self._enter("2026-09-05", self.lift, 100.01, "shared", post=False)
        line = move.line_ids.filtered(lambda li: li.account_id == self.lift)
        line.analytic_distribution = {
            str(self.analytic.id): 33.33,
            str(other.id): 66.67,
        }
        move.action_post()
        disclosure = self._make_disclosure("settlement")
        disclosure.action_draw()
        self.assertEqual(self.figures(disclosure)["expense/910002"], 30033.33)

    def test_drawn_figures_are_not_typed(self):
        disclosure = self._make_disclosure("settlement")
        disclosure.action_draw()
        line = disclosure.line_ids.filtered(lambda li: li.key == "income")
        with self.assertRaises(UserError):
            line.amount = 1
        hand = self.env["shequ.disclosure.line"].with_user(self.manager)
        hand = hand.create(
            {
                "disclosure_id": disclosure.id,
                "name": "x",
                "kind": "money",
                "amount": 5,
                "origin": "books",
                "key": "income",
            }
        )
        self.assertEqual((hand.origin, hand.key), ("hand", False))

    def test_what_the_books_no_longer_give_is_not_published(self):
        disclosure = self._make_disclosure("settlement")
        disclosure.action_draw()
        disclosure.action_submit()
        self._enter("2026-09-20", self.lift, 500, "late entry")
        with self.assertRaisesRegex(UserError, "have changed"):
            disclosure.with_user(self.second).action_publish()
        self.assertFalse(disclosure.current_version_id)

    def test_tickets_are_counted(self):
        ticket = self._take_shared(self.zhu)
        self._finish(ticket)
        ticket.sudo().write(
            {"reported_at": "2026-09-01 02:00:00", "done_at": "2026-09-01 06:00:00"}
        )
        disclosure = self._make_disclosure("performance")
        disclosure.action_draw()
        lines = {line.key: line for line in disclosure.line_ids}
        self.assertEqual(lines["tickets/received"].number, 1)
        self.assertEqual(lines["tickets/in_time"]._value(), 1000)
        version = self._publish(disclosure)
        self.assertEqual(version._entries_of("tickets/done")[1], 1)
        self.assertFalse(verify(json.loads("".join(version._json(False)))))

    # --- publishing ----------------------------------------------------------------

    def test_who_hands_in_does_not_publish(self):
        disclosure = self._make_disclosure("settlement")
        disclosure.action_draw()
        with self.assertRaisesRegex(UserError, "internal review"):
            disclosure.with_user(self.second).action_publish()
        disclosure.action_submit()
        with self.assertRaisesRegex(UserError, "yourself"):
            disclosure.action_publish()
        with self.assertRaises(AccessError):
            disclosure.with_user(self.desk).action_publish()
        disclosure.with_user(self.second).action_publish()
        self.assertEqual(disclosure.state, "published")

    def test_required_statements(self):
        disclosure = self._make_disclosure("fee_standards", date_from=False)
        with self.assertRaisesRegex(UserError, "does not say yet"):
            disclosure.action_submit()
        disclosure.line_ids.text = "包干制"
        disclosure.action_submit()

    def test_a_table_is_pasted(self):
        disclosure = self._make_disclosure("energy")
        disclosure.line_ids.text = "见表"
        disclosure.table_text = "月份\t用电\n7月\t100\n8月\t120\t3"
        with self.assertRaisesRegex(UserError, "Row 3"):
            disclosure.action_submit()
        disclosure.table_text = "月份\t用电\n7月\t100\n8月"
        version = self._publish(disclosure)
        self.assertEqual(version._content()["tables"][0]["rows"][1], ["8月", ""])

    def test_personal_data_is_not_published(self):
        disclosure = self._make_disclosure("notice", date_from=False, date_to=False)
        for words in (
            "请联系13912340000",
            "身份证310101199001011234",
            "沪A12345D",
            f"感谢{self.zhu.name}",
        ):
            disclosure.line_ids.text = words
            with self.assertRaisesRegex(UserError, "personal data"):
                disclosure.action_submit()
        disclosure.line_ids.text = f"客服021-57180000,负责人{self.zhu.name}"
        disclosure.released_words = self.zhu.name
        with self.assertRaisesRegex(UserError, "personal data"):
            disclosure.action_submit()
        disclosure.released_reason = "项目负责人"
        disclosure.action_submit()

    def test_a_correction_is_a_new_version_that_says_what_changed(self):
        version = self._publish_accounts()
        disclosure = version.disclosure_id.with_user(self.manager)
        disclosure.action_correct()
        self.assertEqual(disclosure.current_version_id.number, 1)
        self._enter("2026-09-21", self.lift, -500, "entered twice")
        disclosure.action_draw()
        with self.assertRaisesRegex(UserError, "what has changed"):
            disclosure.action_submit()
        disclosure.change_note = "电梯费重复入账500元,已冲回"
        second = self._publish(disclosure)
        self.assertEqual((second.number, second.state), (2, "published"))
        self.assertEqual(version.state, "superseded")
        document = second._document()
        self.assertEqual(document["replaces"], version.sha256)
        self.assertEqual(document["change"], "电梯费重复入账500元,已冲回")
        self.assertFalse(verify(self.export()))

    def test_a_correction_is_given_up(self):
        version = self._publish_accounts()
        disclosure = version.disclosure_id.with_user(self.manager)
        before = self.figures(disclosure)
        disclosure.action_correct()
        self._enter("2026-09-21", self.lift, 500, "late")
        disclosure.action_draw()
        self.assertNotEqual(self.figures(disclosure), before)
        disclosure.action_give_up_correction()
        self.assertEqual(disclosure.state, "published")
        self.assertEqual(self.figures(disclosure), before)
        self.assertEqual(
            disclosure._content()["figures"][0]["value"],
            version._content()["figures"][0]["value"],
        )

    def test_published_is_not_edited(self):
        version = self._publish_accounts()
        disclosure = version.disclosure_id.with_user(self.manager)
        for change in (
            lambda: disclosure.write({"summary": "x"}),
            lambda: disclosure.line_ids[0].write({"note": "x"}),
            lambda: disclosure.line_ids[0].unlink(),
            lambda: disclosure.write({"active": False}),
            lambda: disclosure.unlink(),
            lambda: version.write({"title": "x"}),
            lambda: version.unlink(),
        ):
            with self.assertRaises(UserError):
                change()
        with self.assertRaises(AccessError):
            version.with_user(self.manager).copy()

    def test_from_another_record(self):
        disclosures = self.env["shequ.disclosure"]
        content = {
            "summary": "通过",
            "facts": [["参与", "60"]],
            "tables": [
                {"title": "票数", "columns": ["议题", "同意"], "rows": [["一", 31]]}
            ],
        }
        first = disclosures._publish_from(
            self.building, "vote_result", self.estate, "表决结果", content
        )
        again = disclosures._publish_from(
            self.building, "vote_result", self.estate, "表决结果", content
        )
        self.assertEqual(first, again)
        content["summary"] = "未通过"
        second = disclosures._publish_from(
            self.building, "vote_result", self.estate, "表决结果", content
        )
        self.assertEqual((second.number, second._before()), (2, first))
        self.assertFalse(verify(self.export(public=True)))
        elected = {"facts": [["当选", self.zhu.name]]}
        with self.assertRaisesRegex(UserError, "personal data"):
            disclosures._publish_from(
                self.unit, "vote_result", self.estate, "选举结果", elected
            )
        disclosures._publish_from(
            self.unit,
            "vote_result",
            self.estate,
            "选举结果",
            elected,
            named=[self.zhu.name],
        )
        for wrong in ({"facts": [["Rate", 0.5]]}, {"other": 1}, {"facts": [["x"]]}):
            with self.assertRaises(UserError):
                disclosures._publish_from(
                    self.building, "vote_result", self.estate, "表决结果", wrong
                )
        with self.assertRaises(UserError):
            disclosures._publish_from(self.building, "none", self.estate, "x", {})

    # --- evidence --------------------------------------------------------------------

    @contextlib.contextmanager
    def refused(self):
        with (
            mute_logger("odoo.sql_db"),
            self.assertRaises(psycopg2.Error),
            self.env.cr.savepoint(),
        ):
            yield

    def test_the_database_refuses_what_the_verifier_finds(self):
        version = self._publish_accounts()
        cr = self.env.cr
        self.assertFalse(verify(self.export()))
        change = SQL(
            "UPDATE shequ_disclosure_version SET document = replace(document, "
            "'3000000', '2000000') WHERE id = %s",
            version.id,
        )
        with self.refused():
            cr.execute(change)
        with self.refused():
            cr.execute(SQL("DELETE FROM shequ_disclosure_entry"))
        with self.refused():
            cr.execute(SQL("TRUNCATE shequ_disclosure_version CASCADE"))
        cr.execute(
            SQL("ALTER TABLE shequ_disclosure_version DISABLE TRIGGER append_only")
        )
        cr.execute(change)
        self.env.invalidate_all()
        self.assertFalse(version._check_digest())
        self.assertIn("the document was changed", str(verify(self.export())))

    def test_a_changed_entry_is_found(self):
        version = self._publish_accounts()
        self.assertFalse(verify(json.loads("".join(version._json(False)))))
        cr = self.env.cr
        cr.execute(
            SQL("ALTER TABLE shequ_disclosure_entry DISABLE TRIGGER append_only")
        )
        cr.execute(
            SQL(
                "UPDATE shequ_disclosure_entry SET amount = amount + 1 "
                "WHERE version_id = %s AND key = 'expense/910002'",
                version.id,
            )
        )
        problems = verify(json.loads("".join(version._json(False))))
        self.assertIn("电梯维保: the entries were changed", problems)

    def test_a_removed_or_reordered_version_is_found(self):
        for number in range(3):
            self.env["shequ.disclosure"]._publish_from(
                self.building, "notice", self.estate, "通知", {"summary": str(number)}
            )
        export = self.export()
        self.assertFalse(verify(export))
        head = export["versions"][-1]["chain"]
        self.assertFalse(verify(export, head))
        self.assertTrue(verify(dict(export, versions=export["versions"][:2]), head))
        gap = dict(export, versions=[export["versions"][0], export["versions"][2]])
        self.assertIn("number 2 of the chain is missing", verify(gap))

    def test_what_is_not_public_is_withheld_and_the_chain_still_fits(self):
        self._publish_accounts()
        self.env["shequ.disclosure"]._publish_from(
            self.building, "notice", self.estate, "通知", {"summary": "停水"}
        )
        export = self.export(public=True)
        self.assertEqual(
            [row["document"] is None for row in export["versions"]], [True, False]
        )
        self.assertFalse(verify(export))

    # --- calendar ------------------------------------------------------------------

    def test_calendar(self):
        today = self.env["shequ.estate"]._today()
        disclosures = self.env["shequ.disclosure"]
        planned = disclosures._plan(self.estate, today)
        self.assertIn("public_revenue", planned.type_id.mapped("code"))
        self.assertNotIn("vote_result", planned.type_id.mapped("code"))
        self.assertFalse(disclosures._plan(self.estate, today))
        one = planned.filtered(lambda d: d.type_id.code == "fee_items")
        for days, status in ((-1, "overdue"), (3, "soon"), (90, "planned")):
            one.due_on = self._day(days)
            self.assertEqual(one.status, status)
            self.assertIn(one, disclosures.search([("status", "=", status)]))
            self.assertNotIn(one, disclosures.search([("status", "!=", status)]))

    def _day(self, days):
        return self.env["shequ.estate"]._today() + timedelta(days=days)

    def test_the_calendar_is_filled_and_the_manager_told_by_night(self):
        late = self._make_disclosure("energy", due_on=self._day(-1))
        with self.enter_registry_test_mode():
            self.env.ref("shequ_property.cron_disclosure_plan").method_direct_trigger()
        known = self.env["shequ.disclosure"].search(
            [("estate_id", "=", self.estate.id)]
        )
        self.assertIn("fee_items", known.type_id.mapped("code"))
        self.assertEqual(late.activity_ids.user_id, self.manager)

    def test_nobody_is_late_with_what_was_before_the_estate(self):
        today = self.env["shequ.estate"]._today()
        planned = self.env["shequ.disclosure"]._plan(self.estate, today)
        self.assertFalse(planned.filtered(lambda d: d.status == "overdue"))

    def test_who_reviews_sees_the_entries_without_rights_in_the_books(self):
        disclosure = self._make_disclosure("settlement")
        disclosure.action_draw()
        with self.assertRaises(AccessError):
            self.env["account.move.line"].with_user(self.manager).search([], limit=1)
        entries = self.env["shequ.disclosure.draft.entry"].with_user(self.manager)
        lines = {line.key: line for line in disclosure.line_ids if line.key}
        action = lines["expense/910002"].action_open_entries()
        found = entries.search(action["domain"])
        self.assertEqual((found.amount, found.name), (30000, self.repair.name))
        for key in ("income", "balance"):
            found = entries.search(lines[key].action_open_entries()["domain"])
            self.assertEqual(len(found), lines[key].entry_count, key)
            self.assertAlmostEqual(sum(found.mapped("amount")), lines[key].amount)
        # Opened again it is the same list; nobody reads another's.
        again = lines["balance"].action_open_entries()
        self.assertEqual(len(entries.search(again["domain"])), len(found))
        self.assertFalse(entries.with_user(self.second).search(again["domain"]))
        with self.assertRaises(AccessError):
            found[0].amount = 1
        with self.assertRaises(AccessError):
            lines["income"].with_user(self.other_desk).action_open_entries()

    # --- who may what --------------------------------------------------------------

    def test_staff_of_another_estate_read_nothing(self):
        version = self._publish_accounts()
        for model, domain in (
            ("shequ.disclosure", [("id", "=", version.disclosure_id.id)]),
            ("shequ.disclosure.version", [("id", "=", version.id)]),
        ):
            self.assertFalse(self.env[model].with_user(self.other_desk).search(domain))
        for model in ("shequ.disclosure", "shequ.disclosure.version"):
            with self.assertRaises(AccessError):
                self.env[model].with_user(self.zhu).search([])
        with self.assertRaises(AccessError):
            self.env["shequ.disclosure.read"].with_user(self.manager).search([])

    def test_versions_are_made_by_publishing_alone(self):
        version = self._publish_accounts()
        with self.assertRaises(AccessError):
            self.env["shequ.disclosure.version"].with_user(self.manager).create(
                {"disclosure_id": version.disclosure_id.id}
            )
