from datetime import date

from freezegun import freeze_time

from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import Form, tagged
from odoo.tools import mute_logger

from .common import RegistryCase


@tagged("post_install", "-at_install")
class TestMoves(RegistryCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.today = cls.env["shequ.estate"]._today()
        cls.buyer = cls._person("孙买家", "19587655678")
        cls.child = cls._residency(cls._person("王小宝"), cls.unit, role="family")
        cls.tenant = cls._residency(
            cls._person("林租客", "19687650000"), cls.unit, role="tenant"
        )

    def wizard(self, kind, user=None, **values):
        values.setdefault("unit_id", self.unit.id)
        values.setdefault("date", "2026-03-01")
        Wizard = self.env["shequ.residency.transfer"].with_user(user or self.front_desk)
        return Wizard.create({"kind": kind, **values})

    def lines(self, *people):
        return [
            Command.create(
                {
                    "partner_id": person.id,
                    "share_numerator": part,
                    "share_denominator": whole,
                }
            )
            for person, part, whole in people
        ]

    def last_move(self, unit=None):
        return self.env["shequ.move"].search(
            [("unit_id", "=", (unit or self.unit).id)], order="id desc", limit=1
        )

    def ticket(self, person, unit=None):
        return (
            self.env["shequ.ticket"]
            .sudo()
            ._intake(
                {
                    "channel": "phone",
                    "unit_id": (unit or self.unit).id,
                    "reporter_id": person.id,
                    "description": "厨房水管漏水",
                }
            )
        )

    # --------------------------------------------- an office that ends later

    def test_the_office_ends_on_the_day(self):
        wizard = self.wizard(
            "lease_start",
            date="2026-03-01",
            line_ids=self.lines((self._person("胡新租"), 1, 1)),
        )
        wizard.representative_id = False
        with freeze_time("2026-02-01"):
            wizard.action_apply()
            self.assertEqual(self.unit.representative_id, self.owner)
            self.assertEqual(self.last_move().state, "planned")
        with freeze_time("2026-03-01"):
            self.last_move()._come_into_force()
            self.env.invalidate_all()
            self.assertFalse(self.unit.representative_id)
            self.last_move().with_user(self.manager).action_undo()
            self.env.invalidate_all()
            self.assertEqual(self.unit.representative_id, self.owner)

    def test_another_one_votes_from_the_day_on(self):
        self.residency.write({"role": "co_owner", "share_denominator": 2})
        wife = self._person("孙太太")
        second = self._residency(
            wife, self.unit, role="co_owner", share_numerator=1, share_denominator=2
        )
        wizard = self.wizard(
            "lease_start", line_ids=self.lines((self._person("胡新租"), 1, 1))
        )
        wizard.representative_id = wife
        with freeze_time("2026-02-01"):
            wizard.action_apply()
            self.assertEqual(self.unit.representative_id, self.owner)
        with freeze_time("2026-03-02"):
            self.last_move()._come_into_force()
            self.env.invalidate_all()
            self.assertTrue(second.is_representative)
            self.assertEqual(self.unit.representative_id, wife)

    def test_a_choice_in_between_stands(self):
        wizard = self.wizard(
            "lease_start", line_ids=self.lines((self._person("胡新租"), 1, 1))
        )
        wizard.representative_id = False
        with freeze_time("2026-02-01"):
            wizard.action_apply()
            self.residency.is_representative = False
            self.child.is_representative = True
        with freeze_time("2026-03-01"):
            self.last_move()._come_into_force()
            self.env.invalidate_all()
            self.assertEqual(self.unit.representative_id, self.child.partner_id)

    # ----------------------------------------------------------------- sale

    def test_a_sale_to_a_couple(self):
        wife = self._person("孙太太")
        wizard = self.wizard(
            "sale", line_ids=self.lines((self.buyer, 2, 3), (wife, 1, 3))
        )
        self.assertEqual(wizard.residency_ids, self.residency | self.child)
        self.assertEqual(wizard.representative_id, self.buyer)
        wizard.action_apply()
        self.assertEqual(self.residency.date_to, date(2026, 3, 1))
        self.assertEqual(self.residency.end_reason, "sale")
        self.assertEqual(self.child.date_to, date(2026, 3, 1))
        self.assertFalse(self.tenant.date_to, "a sale does not break a lease")
        self.assertEqual(self.unit.owner_ids, self.buyer | wife)
        self.assertEqual(self.unit.representative_id, self.buyer)
        self.assertTrue(self.residency.is_representative, "who voted stays on record")
        said = self.unit.message_ids[0].body
        self.assertIn("孙买家", said)
        self.assertIn("王阿姨", said)
        self.assertEqual(self.unit.message_ids[0].author_id, self.front_desk.partner_id)

    def test_the_sellers_family_may_stay(self):
        wizard = self.wizard("sale", new_owner_id=self.buyer.id)
        wizard.residency_ids -= self.child
        wizard.action_apply()
        self.assertFalse(self.child.date_to)
        self.assertEqual(self.residency.date_to, date(2026, 3, 1))

    def test_the_tenant_who_buys_is_a_tenant_no_longer(self):
        self.wizard("sale", new_owner_id=self.tenant.partner_id.id).action_apply()
        self.assertEqual(self.tenant.date_to, date(2026, 3, 1))
        self.assertEqual(self.unit.owner_ids, self.tenant.partner_id)

    def test_a_co_owner_who_keeps_the_share_stays(self):
        self.residency.write(
            {"role": "co_owner", "share_numerator": 1, "share_denominator": 2}
        )
        brother = self._residency(
            self._person("王弟弟"),
            self.unit,
            role="co_owner",
            share_numerator=1,
            share_denominator=2,
        )
        self.wizard(
            "sale",
            line_ids=self.lines((self.owner, 1, 2), (self.buyer, 1, 2)),
        ).action_apply()
        self.assertFalse(self.residency.date_to)
        self.assertEqual(brother.date_to, date(2026, 3, 1))
        self.assertEqual(self.unit.owner_ids, self.owner | self.buyer)

    def test_the_panel_tells_what_follows(self):
        ticket = self.ticket(self.owner)
        wizard = self.wizard("sale", new_owner_id=self.buyer.id)
        panel = str(wizard.panel)
        for words in ("王阿姨", "孙买家", "林租客", ticket.name, "192****5678"):
            self.assertIn(words, panel)
        self.assertNotIn("19287655678", panel)
        self.assertFalse(wizard.problem)

    def test_the_panel_shows_what_is_owed_to_this_company_alone(self):
        amount = self.owner._shequ_balance(self.company)
        self.assertEqual(amount, 0)
        self.assertIn("19.50", self._panel_with_debt(19.5))

    def _panel_with_debt(self, amount):
        Partner = type(self.env["res.partner"])
        self.patch(Partner, "_shequ_balance", lambda partner, company: amount)
        return str(self.wizard("sale", new_owner_id=self.buyer.id).panel)

    def test_the_form_computes_as_one_types(self):
        Wizard = self.env["shequ.residency.transfer"].with_user(self.front_desk)
        with Form(Wizard.with_context(default_unit_id=self.unit.id)) as form:
            form.kind = "sale"
            form.date = "2026-03-01"
            self.assertTrue(form.problem)
            form.new_owner_id = self.buyer
            self.assertFalse(form.problem)
            self.assertEqual(form.representative_id, self.buyer)
            self.assertIn("孙买家", str(form.panel))

    def test_impossible_dates_and_people_get_sentences(self):
        for kind, values, words in (
            ("sale", {}, "new owner"),
            ("sale", {"new_owner_id": self.owner.id}, "already"),
            ("sale", {"new_owner_id": self.buyer.id, "date": "2019-01-01"}, "2020"),
            ("sale", {"new_owner_id": self.buyer.id, "date": "2126-01-01"}, "year"),
            (
                "sale",
                {"line_ids": self.lines((self.buyer, 1, 2), (self.former, 1, 3))},
                "5/6",
            ),
            ("death", {"partner_id": self.owner.id, "date": "2126-01-01"}, "ahead"),
            ("death", {"date": "2026-03-01"}, "who died"),
            ("lease_start", {}, "tenant"),
            (
                "lease_start",
                {
                    "line_ids": self.lines((self.buyer, 1, 1)),
                    "date_until": "2026-03-01",
                },
                "before it begins",
            ),
            ("move", {"residency_ids": self.residency.ids}, "still own"),
        ):
            if "residency_ids" in values:
                values["residency_ids"] = [Command.set(values["residency_ids"])]
            wizard = self.wizard(kind, **values).with_context(lang="en_US")
            with self.subTest(kind=kind, words=words):
                with self.assertRaises(UserError) as caught:
                    wizard.action_apply()
                self.assertIn(words, str(caught.exception))
        self.assertFalse(self.residency.date_to, "nothing is half written")
        self.assertFalse(self.last_move())

    # ------------------------------------------------------------- hand-over

    def test_the_developer_hands_over(self):
        unit = self._unit(self.building, "303", state="unsold")
        developer = self._person("开发公司", is_company=True)
        stay = self._residency(developer, unit, role="developer")
        self.wizard(
            "handover",
            unit_id=unit.id,
            new_owner_id=self.buyer.id,
            note="钥匙3把，水表 12",
        ).action_apply()
        self.assertEqual(stay.date_to, date(2026, 3, 1))
        self.assertEqual(unit.state, "delivered")
        self.assertEqual(unit.owner_ids, self.buyer)
        self.assertIn("钥匙3把", unit.message_ids[0].body)

    def test_a_hand_over_ahead_changes_the_unit_on_its_day(self):
        unit = self._unit(self.building, "303", state="sold")
        self._residency(self.buyer, unit)
        with freeze_time("2026-04-01"):
            self.wizard("handover", unit_id=unit.id, date="2026-05-01").action_apply()
            move = self.last_move(unit)
            self.assertEqual((move.state, unit.state), ("planned", "sold"))
            with self.enter_registry_test_mode():
                self.env.ref("shequ_property.cron_moves").method_direct_trigger()
            self.assertEqual(unit.state, "sold")
        with freeze_time("2026-05-01"):
            with self.enter_registry_test_mode():
                self.env.ref("shequ_property.cron_moves").method_direct_trigger()
            self.env.invalidate_all()
            self.assertEqual((move.state, unit.state), ("done", "delivered"))

    # ----------------------------------------------------------------- lease

    def test_a_lease_begins_and_ends(self):
        flatmate = self._person("新租客")
        self.wizard(
            "lease_start",
            line_ids=self.lines((flatmate, 1, 1)),
            date_until="2027-03-01",
        ).action_apply()
        lease = flatmate.shequ_residency_ids
        self.assertEqual((lease.role, lease.date_to), ("tenant", date(2027, 3, 1)))
        self.assertFalse(self.tenant.date_to, "the other tenant stays")
        self.assertEqual(self.unit.representative_id, self.owner)
        wizard = self.wizard("lease_end", date="2026-04-01")
        self.assertEqual(wizard.residency_ids, self.tenant | lease)
        wizard.residency_ids = self.tenant
        wizard.action_apply()
        self.assertEqual(self.tenant.date_to, date(2026, 4, 1))
        self.assertEqual(self.tenant.end_reason, "lease_end")
        self.assertEqual(lease.date_to, date(2027, 3, 1))

    def test_a_lease_ahead_counts_from_its_day(self):
        flatmate = self._person("新租客")
        with freeze_time("2026-02-01"):
            self.wizard(
                "lease_start", line_ids=self.lines((flatmate, 1, 1))
            ).action_apply()
            self.assertNotIn(flatmate, self.unit.resident_ids)
        with freeze_time("2026-03-01"):
            self.env.invalidate_all()
            self.assertIn(flatmate, self.unit.resident_ids)

    # ----------------------------------------------------- death and heirs

    def test_death_then_inheritance(self):
        second_home = self._residency(self.owner, self.other_unit)
        ticket = self.ticket(self.owner)
        daughter = self._person("王女儿", "19787651111")
        wizard = self.wizard(
            "death",
            partner_id=self.owner.id,
            contact_id=daughter.id,
            hand_on_tickets=True,
        )
        self.assertFalse(wizard.representative_id)
        self.assertIn(self.other_unit.display_name, str(wizard.panel))
        wizard.action_apply()
        for stay in (self.residency, second_home):
            self.assertEqual(
                (stay.date_to, stay.end_reason), (date(2026, 3, 1), "death")
            )
        self.assertFalse(self.unit.representative_id)
        self.assertFalse(self.owner_user.active)
        self.assertEqual(self.owner.shequ_died_on, date(2026, 3, 1))
        self.assertIn("王阿姨", self.unit.title_note)
        self.assertIn("王阿姨", self.other_unit.title_note)
        self.assertIn("王女儿", self.other_unit.message_ids[0].body)
        self.assertFalse(self.child.date_to)
        self.assertEqual(ticket.on_behalf_id, daughter)
        self.assertEqual(ticket.reporter_id, self.owner, "who reported it is a fact")
        self.assertIn(daughter, ticket.sudo().participant_ids)

        heirs = self.wizard(
            "inheritance",
            date="2026-06-01",
            line_ids=self.lines((daughter, 1, 2), (self.child.partner_id, 1, 2)),
        )
        self.assertFalse(heirs.representative_id, "the heirs have to agree")
        heirs.action_apply()
        self.assertEqual(self.unit.owner_ids, daughter | self.child.partner_id)
        self.assertEqual(self.child.date_to, date(2026, 6, 1))
        self.assertFalse(self.unit.title_note)
        self.assertFalse(self.unit.representative_id)

    def test_the_widow_keeps_her_half_until_the_heirs_are_known(self):
        half = {"role": "co_owner", "share_numerator": 1, "share_denominator": 2}
        self.residency.write(half)
        widow = self._residency(self._person("王太太"), self.unit, **half)
        self.wizard("death", partner_id=self.owner.id).action_apply()
        self.assertEqual(self.unit.owner_ids, widow.partner_id)
        wizard = self.wizard("inheritance", date="2026-06-01")
        self.assertEqual(wizard.line_ids.partner_id, widow.partner_id)
        wizard.line_ids = [
            Command.clear(),
            *self.lines((widow.partner_id, 3, 4), (self.child.partner_id, 1, 4)),
        ]
        wizard.action_apply()
        now = self.unit._current_residencies().filtered("is_title")
        self.assertEqual(sorted(now.mapped("share_text")), ["1/4", "3/4"])
        self.assertEqual(widow.date_to, date(2026, 6, 1))

    # ---------------------------------------------------------------- undo

    def test_undo_puts_everything_back(self):
        wizard = self.wizard("sale", new_owner_id=self.buyer.id)
        wizard.action_apply()
        move = self.last_move()
        with self.assertRaises(UserError):
            move.with_user(self.front_desk).action_undo()
        move.with_user(self.manager).action_undo()
        self.assertFalse(self.residency.date_to)
        self.assertFalse(self.residency.end_reason)
        self.assertFalse(self.child.date_to)
        self.assertEqual(self.unit.owner_ids, self.owner)
        self.assertEqual(self.unit.representative_id, self.owner)
        self.assertEqual(move.state, "undone")
        with self.assertRaises(UserError):
            move.with_user(self.manager).action_undo()

    def test_undo_of_a_death_opens_the_log_in_again(self):
        ticket = self.ticket(self.owner)
        self.wizard(
            "death",
            partner_id=self.owner.id,
            contact_id=self.buyer.id,
            hand_on_tickets=True,
        ).action_apply()
        self.last_move().with_user(self.manager).action_undo()
        self.assertTrue(self.owner_user.active)
        self.assertFalse(self.owner.shequ_died_on)
        self.assertEqual(self.unit.representative_id, self.owner)
        self.assertFalse(ticket.on_behalf_id)
        self.assertNotIn(self.buyer, ticket.sudo().participant_ids)

    def test_no_undo_when_something_followed(self):
        self.wizard("sale", new_owner_id=self.buyer.id).action_apply()
        move = self.last_move().with_user(self.manager)
        ticket_problem = "reported"
        self.ticket(self.buyer)
        self.assertIn(ticket_problem, move.with_context(lang="en_US")._undo_problem())
        self.wizard(
            "sale", new_owner_id=self.former.id, date="2026-04-01"
        ).action_apply()
        self.assertIn("Another move", move.with_context(lang="en_US")._undo_problem())
        with self.assertRaises(UserError):
            move.action_undo()
        self.env["ir.config_parameter"].set_param("shequ.move_undo_days", "-1")
        latest = self.last_move().with_user(self.manager)
        self.assertIn("days ago", latest.with_context(lang="en_US")._undo_problem())

    # --------------------------------------------------------------- access

    def test_who_may(self):
        for kind in ("sale", "handover", "lease_start", "inheritance"):
            for user in (self.front_desk, self.manager, self.boss):
                with self.subTest(kind=kind, user=user.login):
                    line = self.lines((self._person(f"{kind} {user.login}"), 1, 1))
                    unit = self._unit(self.building, f"9{kind}{user.login}")
                    self.wizard(
                        kind, user, unit_id=unit.id, line_ids=line
                    ).action_apply()
                    self.assertEqual(self.last_move(unit).user_id, user)
        for user in (self.front_desk, self.manager, self.boss):
            with self.subTest(user=user.login):
                unit = self._unit(self.building, f"8{user.login}")
                person = self._person("某人")
                self._residency(person, unit, role="tenant")
                self.wizard("lease_end", user, unit_id=unit.id).action_apply()
                self.assertTrue(person.shequ_residency_ids.date_to)
                self._residency(person, unit, date_from="2021-01-01")
                self.wizard(
                    "death", user, unit_id=unit.id, partner_id=person.id
                ).action_apply()
                self.assertTrue(person.shequ_died_on)
        for user in (self.worker, self.grid_worker, self.employee, self.owner_user):
            with self.subTest(user=user.login), self.assertRaises(AccessError):
                self.wizard("sale", user, new_owner_id=self.buyer.id)

    @mute_logger("odoo.addons.base.models.ir_rule")
    def test_not_in_another_estate(self):
        self._residency(self.former, self.lane_unit)
        with self.assertRaises(AccessError):
            self.wizard(
                "sale", unit_id=self.lane_unit.id, new_owner_id=self.buyer.id
            ).action_apply()
        self.wizard(
            "sale", self.boss, unit_id=self.lane_unit.id, new_owner_id=self.buyer.id
        ).action_apply()
        move = self.last_move(self.lane_unit)
        self.assertFalse(move.with_user(self.front_desk).has_access("read"))
        with self.assertRaises(AccessError):
            move.with_user(self.manager).action_undo()

    def test_doors_to_the_wizard(self):
        action = self.tenant.with_user(self.front_desk).action_move()
        self.assertEqual(action["context"]["default_kind"], "lease_end")
        wizard = (
            self.env["shequ.residency.transfer"]
            .with_user(self.front_desk)
            .with_context(**action["context"])
            .create({})
        )
        self.assertEqual(wizard.residency_ids, self.tenant)
        action = self.owner.with_user(self.front_desk).action_shequ_move()
        self.assertEqual(action["context"]["default_partner_id"], self.owner.id)
        with self.assertRaises(UserError):
            self.former.with_user(self.front_desk).action_shequ_move()
