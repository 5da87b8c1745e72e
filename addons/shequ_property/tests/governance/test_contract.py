import json
from datetime import date, timedelta

from freezegun import freeze_time

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Command
from odoo.tests import tagged
from odoo.tools import mute_logger

from .common_contract import ContractCase


@tagged("post_install", "-at_install")
class TestContract(ContractCase):
    def _in_force(self):
        self._promise()
        self.contract.action_activate()
        return self.contract

    # --- putting in force -------------------------------------------------------

    def test_what_is_missing_is_named(self):
        with self.assertRaisesRegex(UserError, "a commitment"):
            self.contract.action_activate()
        self._promise()
        self.contract.document_ids = False
        with self.assertRaisesRegex(UserError, "signed document"):
            self.contract.action_activate()

    def test_in_force_the_text_is_version_1(self):
        contract = self._in_force()
        version = contract.version_ids
        self.assertEqual(version.number, 1)
        self.assertIn("小修三天内修复", version.text)
        self.assertEqual(json.loads(version.content)["prices"][0]["cents"], 245)
        self.assertTrue(version._is_whole())

    def test_numbers_are_given(self):
        other = self._contract(title="二")
        self.assertNotEqual(other.name, self.contract.name)
        self.assertNotIn("/", other.name)

    def test_two_contracts_do_not_hold_at_once(self):
        self._in_force()
        other = self._contract(title="另一份", date_from="2026-06-01")
        self._promise(contract_id=other.id)
        with (
            self.assertRaisesRegex(ValidationError, "in force in this time"),
            self.env.cr.savepoint(),
        ):
            other.action_activate()
        other.invalidate_recordset()
        other.date_from, other.date_to = "2027-01-01", "2027-12-31"
        other.action_activate()
        self.assertEqual(other.state, "active")

    def test_estate_of_another_company_is_refused(self):
        with self.assertRaises(ValidationError):
            self.contract.estate_ids = self.foreign_estate

    # --- amendments -------------------------------------------------------------

    def test_in_force_terms_change_by_amendment_alone(self):
        contract = self._in_force()
        with self.assertRaisesRegex(UserError, "amendment"):
            contract.title = "新标题"
        with self.assertRaisesRegex(UserError, "amendment"):
            contract.price_ids.amount = 9
        with self.assertRaisesRegex(UserError, "amendment"):
            self._promise("多一条")
        with self.assertRaisesRegex(UserError, "amendment"):
            contract.commitment_ids.threshold = 1

    def _amend(self, contract):
        """The draft of an amendment."""
        return self.env["shequ.contract"].browse(contract.action_amend()["res_id"])

    def test_an_amendment_keeps_the_text_before(self):
        contract = self._in_force()
        price, promise = contract.price_ids, contract.commitment_ids
        draft = self._amend(contract)
        self.assertEqual(self._amend(contract), draft)
        draft.price_ids.amount = 2.6
        draft.commitment_ids.threshold = 900
        self.env["shequ.contract.commitment"].create(
            {
                "contract_id": draft.id,
                "name": "保洁每天一次",
                "measure": "attested",
            }
        )
        # Nobody is measured by what is not in force.
        self.assertEqual((price.amount, promise.threshold), (2.45, 950))
        self.assertTrue(contract.amending)
        with self.assertRaisesRegex(UserError, "amendment"):
            draft.action_activate()
        paper = self.scan.copy()
        draft._put_amendment_in_force("业主大会决定", date(2026, 5, 1), paper)
        self.assertFalse(draft.exists())
        self.assertEqual((contract.price_ids, price.amount), (price, 2.6))
        self.assertEqual(promise.threshold, 900)
        self.assertEqual(len(contract.commitment_ids), 2)
        first, second = contract.version_ids.sorted("number")
        self.assertEqual(json.loads(first.content)["prices"][0]["cents"], 245)
        self.assertEqual(json.loads(second.content)["prices"][0]["cents"], 260)
        self.assertEqual(second.previous, first.digest)
        self.assertEqual(second.attachment_ids, paper)
        self.assertIn(paper, contract.document_ids)
        self.assertTrue(second._is_whole())
        self.assertIn("2.45", second.changes)
        self.assertIn("保洁每天一次", second.changes)
        rows = {row["after"]: row["before"] for row in second._changes()}
        self.assertEqual(rows["保洁每天一次"], "")
        self.assertIn("2.45", second.changes_table)
        self.assertFalse(contract.amending)
        self.assertEqual(contract._terms(), second._terms())

    def test_an_amendment_takes_out(self):
        contract = self._in_force()
        self._sheet("2026-03-01")
        measured = contract.commitment_ids
        draft = self._amend(contract)
        draft.commitment_ids.unlink()
        draft.price_ids.unlink()
        draft.price_ids = [Command.create({"name": "停车费", "amount": 150})]
        draft._put_amendment_in_force("业主大会决定", date(2026, 5, 1))
        # What has results stays with a last day.
        self.assertEqual(contract.commitment_ids, measured)
        self.assertEqual(measured.date_to, date(2026, 4, 30))
        self.assertEqual(contract.price_ids.mapped("name"), ["停车费"])

    def test_an_amendment_is_thrown_away(self):
        contract = self._in_force()
        draft = self._amend(contract)
        draft.price_ids.amount = 99
        draft.action_stop_amending()
        self.assertFalse(draft.exists())
        self.assertEqual(contract.price_ids.amount, 2.45)
        self.assertFalse(contract.amending)

    def test_an_amendment_of_nothing_is_none(self):
        contract = self._in_force()
        draft = self._amend(contract)
        with self.assertRaisesRegex(UserError, "Nothing differs"):
            draft._put_amendment_in_force("?", date(2026, 5, 1))
        self.assertEqual(len(contract.version_ids), 1)

    def test_the_database_refuses_a_changed_version(self):
        version = self._in_force().version_ids
        with (
            self.assertRaisesRegex(Exception, "append-only"),
            mute_logger("odoo.sql_db"),
            self.env.cr.savepoint(),
        ):
            self.env.cr.execute(
                "UPDATE shequ_contract_version SET content = '{}' WHERE id = %s",
                [version.id],
            )

    # --- ending -----------------------------------------------------------------

    def test_notice_dates(self):
        self.assertEqual(self.contract.notice_owner_by, date(2026, 11, 1))
        self.assertEqual(self.contract.notice_company_by, date(2026, 10, 2))

    def test_reminders_come_once_each(self):
        contract = self._in_force()
        self.estate.manager_id = self.manager
        days = [
            date(2026, 9, 1),
            date(2026, 9, 2),
            date(2026, 9, 25),
            date(2026, 10, 2),
        ]
        seen = []
        for day in [days[0], *days, days[-1]]:
            contract._remind(day)
            seen.append(len(contract.activity_ids))
        # 30 days before the company's notice; then at 7 and at 0 days (and on the
        # last day 30 days before the owners').
        self.assertEqual(seen, [0, 0, 1, 2, 4, 4])
        self.assertEqual(contract.activity_ids.user_id, self.manager)

    def test_too_short_a_notice_names_the_earliest_day(self):
        contract = self._in_force()
        with self.assertRaisesRegex(UserError, "60 days are agreed"):
            contract._end("owners", date(2026, 3, 1), date(2026, 2, 1), "换物业")

    @freeze_time("2026-02-01 03:00:00")
    def test_dismissed_the_contract_ends_on_its_day(self):
        contract = self._in_force()
        plan = self._round(contract_id=contract.id, date_from="2026-01-01")
        plan._plan(date(2026, 6, 30))
        contract._end("owners", date(2026, 4, 2), date(2026, 2, 1), "换物业")
        self.assertEqual(contract.state, "active")
        with freeze_time("2026-04-03 03:00:00"):
            self._cron("cron_contract_terms")
            self.assertEqual(contract.state, "ended")
            self.assertEqual(plan.date_to, date(2026, 4, 2))
            self.assertFalse(
                plan.task_ids.filtered(lambda t: str(t.start_at)[:10] > "2026-04-03")
            )
            with self.assertRaisesRegex(UserError, "has ended"):
                contract.title = "x"

    @freeze_time("2027-01-05 03:00:00")
    def test_nobody_decided_it_goes_on_without_a_term(self):
        contract = self._in_force()
        self._cron("cron_contract_terms")
        self.assertTrue(contract.is_indefinite)
        self.assertEqual(contract.state, "active")
        self.assertFalse(contract.notice_owner_by)
        self.assertEqual(self.env["shequ.contract"]._of_estate(self.estate), contract)

    def test_a_renewal_follows_on(self):
        contract = self._in_force()
        self._round(contract_id=contract.id, commitment_id=contract.commitment_ids.id)
        contract.action_renew()
        renewal = contract.renewed_by_ids
        self.assertEqual(renewal.state, "draft")
        self.assertEqual(renewal.date_from, date(2027, 1, 1))
        self.assertEqual(renewal.date_to, date(2029, 12, 31))
        self.assertEqual(renewal.commitment_ids.name, contract.commitment_ids.name)
        self.assertEqual(renewal.round_ids.commitment_id, renewal.commitment_ids)
        self.assertEqual(len(renewal.round_ids.point_ids), 2)
        contract.action_renew()
        self.assertEqual(len(contract.renewed_by_ids), 1)

    @freeze_time("2027-02-05 03:00:00")
    def test_a_late_renewal_ends_the_one_that_ran_on(self):
        contract = self._in_force()
        self._cron("cron_contract_terms")
        self.assertTrue(contract.is_indefinite)
        contract.action_renew()
        renewal = contract.renewed_by_ids
        # Signed late: from the first of February on.
        renewal.date_from = date(2027, 2, 1)
        renewal.document_ids = self.scan.copy()
        renewal.action_activate()
        self.assertEqual(contract.ends_on, date(2027, 1, 31))
        self.assertEqual((contract.state, renewal.state), ("ended", "active"))

    def test_what_was_in_force_is_kept(self):
        contract = self._in_force()
        with self.assertRaises(UserError):
            contract.unlink()
        self._contract(title="草稿").unlink()

    # --- composing --------------------------------------------------------------

    def test_composed_from_a_grade(self):
        grade = self.env.ref("shequ_property.grade_2")
        wizard = self.env["shequ.contract.compose"].create(
            {"contract_id": self.contract.id, "grade_id": grade.id}
        )
        self.assertGreater(len(wizard.line_ids), 10)
        lift = self.env.ref("shequ_property.standard_lift")
        wizard.line_ids.filtered(
            lambda line: line.standard_id.area == "desk"
        ).chosen = False
        wizard.action_confirm()
        plan = self.contract.round_ids.filtered(lambda r: r.standard_id == lift)
        self.assertEqual((plan.every, plan.every_unit), (15, "day"))
        self.assertIn("31", plan.source)
        self.assertTrue(plan.point_ids.filtered("photo"))
        self.assertEqual(plan.commitment_id.threshold, 1000)
        self.assertNotIn("desk", self.contract.commitment_ids.mapped("area"))
        again = self.env["shequ.contract.compose"].create(
            {"contract_id": self.contract.id, "grade_id": grade.id}
        )
        self.assertEqual(set(again.line_ids.mapped("area")), {"desk"})

    def test_thresholds_as_people_read_them(self):
        promise = self._promise()
        self.assertEqual(promise.threshold_text, "≥ 95 %")
        promise.threshold_shown = 97.5
        self.assertEqual(promise.threshold, 975)
        promise.write({"measure": "rating_avg", "threshold": 4500})
        self.assertEqual(promise.threshold_text, "≥ 4.5")
        with self.assertRaisesRegex(ValidationError, "out of range"):
            promise.threshold = 6000

    # --- permissions ------------------------------------------------------------

    def test_who_may(self):
        self._in_force()
        contract = self.contract
        contract.with_user(self.front_desk).check_access("read")
        with self.assertRaises(AccessError):
            contract.with_user(self.front_desk).check_access("write")
        with self.assertRaises(AccessError):
            contract.with_user(self.front_desk).action_amend()
        for user in (self.worker, self.owner_user, self.employee):
            with self.assertRaises(AccessError):
                contract.with_user(user).read(["title"])
        away = self._staff("reg_away", "estate_manager", self.lane_estate)
        with self.assertRaises(AccessError):
            contract.with_user(away).read(["title"])
        contract.with_user(self.manager).action_amend()

    def test_state_is_not_written_by_hand(self):
        with self.assertRaises(UserError):
            self.contract.with_user(self.manager).state = "active"

    # --- open data --------------------------------------------------------------

    def test_release_of_each_version(self):
        contract = self._in_force()
        draft = self._amend(contract)
        draft.price_ids.amount = 2.6
        draft._put_amendment_in_force("业主大会决定", date(2026, 5, 1))
        first, second = contract._ocds_releases()
        self.assertEqual(
            (first["tag"], second["tag"]), (["contract"], ["contractAmendment"])
        )
        amount = lambda r: r["contracts"][0]["items"][0]["unit"]["value"]["amount"]  # noqa: E731
        self.assertEqual((amount(first), amount(second)), (2.45, 2.6))
        self.assertEqual(second, contract._ocds_release())
        self.assertEqual(
            contract._ocds_record()["compiledRelease"]["tag"], ["compiled"]
        )

    def test_the_page_speaks_of_the_end_in_time(self):
        contract = self._in_force()
        self.assertFalse(contract._notice_window(date(2026, 1, 1)))
        self.assertTrue(
            contract._notice_window(contract.notice_company_by - timedelta(days=90))
        )

    def test_two_estates_one_contract(self):
        self.contract.estate_ids = [Command.link(self.lane_estate.id)]
        self._promise()
        self.contract.action_activate()
        self.assertEqual(
            self.env["shequ.contract"]._of_estate(self.lane_estate), self.contract
        )
