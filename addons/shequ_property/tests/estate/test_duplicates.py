from datetime import date

from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import Form, tagged
from odoo.tools import mute_logger

from .common import RegistryCase


@tagged("post_install", "-at_install")
class TestDuplicates(RegistryCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.double = cls._person("王 阿姨", "192 8765 5678")
        cls.double_stay = cls._residency(
            cls.double, cls.unit, date_from="2018-01-01", date_to="2022-01-01"
        )
        cls.Duplicate = cls.env["shequ.duplicate"]

    def groups(self, user=None):
        return self.Duplicate.with_user(user or self.manager).search(
            [("state", "=", "open")]
        )

    def look(self):
        self.Duplicate.with_user(self.manager).action_look()
        return self.groups()

    def wizard(self, *people, user=None, **values):
        return (
            self.env["shequ.partner.merge"]
            .with_user(user or self.manager)
            .create(
                {
                    "partner_ids": [Command.set([p.id for p in people])],
                    "understood": True,
                    **values,
                }
            )
        )

    def ticket(self, person, **values):
        return (
            self.env["shequ.ticket"]
            .sudo()
            ._intake(
                {
                    "channel": "phone",
                    "unit_id": self.unit.id,
                    "reporter_id": person.id,
                    "description": "厨房水管漏水",
                    **values,
                }
            )
        )

    # -------------------------------------------------------------- finding

    def test_found_with_reason_and_homes(self):
        group = self.look()
        self.assertEqual(group.partner_ids, self.owner | self.double)
        self.assertEqual(group.reason, "phone_name")
        self.assertIn("302", group.homes)
        self.assertTrue(group.last_activity)
        self.assertEqual(self.look(), group, "looking again makes nothing twice")

    def test_households_share_a_phone(self):
        husband = self._person("李建国", "19287655678")
        self._residency(husband, self.unit, role="family")
        self.assertNotIn(husband, self.look().partner_ids)
        # The same phone in another home is worth a look.
        other = self._person("赵四海", "19387655678")
        self._residency(other, self.other_unit)
        group = self.look().filtered(lambda g: other in g.partner_ids)
        self.assertEqual(group.reason, "phone")

    def test_same_name_in_one_home_and_same_id_number(self):
        again = self._person("李师傅", "13800001111")
        self._residency(again, self.neighbour_unit, role="family")
        group = self.look().filtered(lambda g: again in g.partner_ids)
        self.assertEqual(group.reason, "name_unit")
        (again | self.former).sudo().write({"shequ_id_hash": "one-keyed-hash"})
        group = self.look().filtered(lambda g: self.former in g.partner_ids)
        self.assertEqual(group.reason, "id")

    def test_two_people_is_remembered_and_taken_back(self):
        group = self.look()
        group.with_user(self.manager).action_different()
        self.assertEqual(group.state, "different")
        self.assertEqual(group.decided_by_id, self.manager)
        self.assertFalse(self.look())
        group.with_user(self.manager).action_reopen()
        self.assertEqual(self.groups().partner_ids, self.owner | self.double)

    def test_a_verdict_that_was_wrong_does_not_stop_a_merge(self):
        third = self._person("王阿姨", "19287655678")
        self._residency(third, self.other_unit)
        Different = self.env["shequ.duplicate.different"]
        Different._remember(self.owner | self.double | third)
        self.wizard(self.owner, self.double).action_merge()
        self.assertEqual(
            Different.search([]).mapped(
                lambda row: {row.partner_a_id, row.partner_b_id}
            ),
            [{self.owner, third}],
        )

    def test_a_merge_inside_a_larger_group_leaves_the_rest(self):
        third = self._person("王阿姨", "19287655678")
        self._residency(third, self.other_unit)
        group = self.look()
        self.assertEqual(group.partner_ids, self.owner | self.double | third)
        self.wizard(self.owner, self.double).action_merge()
        self.assertEqual(group.state, "open")
        self.assertEqual(self.look(), group)
        self.assertEqual(group.partner_ids, self.owner | third)

    def test_a_group_that_is_settled_elsewhere_goes_away(self):
        group = self.look()
        self.double.phone = "13900002222"
        self.double.name = "王二"
        self.look()
        self.assertFalse(group.exists())

    def test_the_nightly_job(self):
        with self.enter_registry_test_mode():
            self.env.ref("shequ_property.cron_duplicates").method_direct_trigger()
        self.assertTrue(self.groups())

    def test_looking_costs_the_same_however_many_live_there(self):
        self.look()
        self.env.invalidate_all()
        first = self._count_queries()
        for number in range(30):
            person = self._person(f"住户{number}", f"1370000{number:04d}")
            self._residency(person, self.other_unit, role="family")
        self.env.flush_all()
        self.env.invalidate_all()
        self.assertLessEqual(self._count_queries(), first)

    def _count_queries(self):
        before = self.cr.sql_log_count
        self.Duplicate._look(self.estate)
        self.env.flush_all()
        return self.cr.sql_log_count - before

    # --------------------------------------------------------------- access

    def test_who_sees_and_decides(self):
        group = self.look()
        self.assertTrue(group.with_user(self.boss).has_access("read"))
        for user in (self.front_desk, self.worker, self.employee, self.owner_user):
            with self.subTest(user=user.login):
                self.assertFalse(group.with_user(user).has_access("read"))
                with self.assertRaises(AccessError):
                    self.Duplicate.with_user(user).action_look()
        # A home in an estate of somebody else: for who looks after both.
        self._residency(self.double, self.lane_unit)
        self.Duplicate._look(self.estate)
        self.assertFalse(self.groups())
        self.assertTrue(self.groups(self.boss))
        with self.assertRaises(AccessError):
            self.wizard(self.owner, self.double).action_merge()
        self.assertTrue(self.double.exists())

    @mute_logger("odoo.addons.base.models.ir_model")
    def test_the_front_desk_does_not_merge_by_any_door(self):
        with self.assertRaises(AccessError):
            self.wizard(self.owner, self.double, user=self.front_desk)
        core = self.env["base.partner.merge.automatic.wizard"].with_user(
            self.front_desk
        )
        with self.assertRaises(AccessError):
            core._merge([self.owner.id, self.double.id], self.owner)
        with self.assertRaises(AccessError):
            self.owner.with_user(self.front_desk).action_shequ_merge()

    def test_odoos_own_wizard_follows_the_rules(self):
        core = self.env["base.partner.merge.automatic.wizard"].with_user(self.manager)
        core._merge([self.owner.id, self.double.id], self.owner)
        self.assertFalse(self.double.exists())
        self.assertEqual(self.residency.date_from, date(2018, 1, 1))

    # -------------------------------------------------------------- merging

    def test_the_comparison(self):
        self.ticket(self.double)
        wizard = self.wizard(self.owner, self.double)
        self.assertEqual(wizard.keep_id, self.owner, "who has the log-in")
        text = str(wizard.comparison)
        self.assertIn("192****5678", text)
        self.assertNotIn("19287655678", text)
        self.assertIn("2018-01-01", text)
        self.assertFalse(wizard.problem)

    def test_nothing_happens_without_the_tick(self):
        with self.assertRaises(UserError):
            self.wizard(self.owner, self.double, understood=False).action_merge()
        self.assertTrue(self.double.exists())

    def test_everything_follows(self):
        self.look()
        reported = self.ticket(self.double)
        for_her = self.ticket(self.neighbour, on_behalf_id=self.double.id)
        shared = self.ticket(self.owner)
        shared.sudo().write(
            {"participant_ids": [Command.link(self.double.id)], "me_too_count": 1}
        )
        term = self.env["shequ.committee.member"].create(
            {
                "estate_id": self.estate.id,
                "partner_id": self.double.id,
                "position": "chair",
                "date_from": "2025-01-01",
            }
        )
        # One place both follow and one that the second follows alone: Odoo's merge
        # would drop both.
        self.unit.message_subscribe((self.owner | self.double).ids)
        self.other_unit.message_subscribe(self.double.ids)
        message = self.unit.message_post(body=self.owner.name, author_id=self.double.id)
        invoice = self.env["account.move"].create(
            {"move_type": "entry", "partner_id": self.double.id}
        )
        elsewhere = self._residency(self.double, self.other_unit, role="tenant")
        # A sealed number is not touched here: only its columns follow.
        self.double.sudo().write({"shequ_id_sealed": "sealed", "shequ_id_hash": "h"})
        wizard = self.wizard(self.owner, self.double)
        wizard.action_merge()
        self.assertFalse(self.double.exists())
        owner = self.owner
        self.assertEqual(reported.reporter_id, owner)
        self.assertEqual(for_her.on_behalf_id, owner)
        self.assertIn(owner, for_her.sudo().participant_ids)
        self.assertEqual(shared.sudo().me_too_count, 0, "one household, once")
        self.assertEqual(term.partner_id, owner)
        self.assertTrue(
            self.owner_user.has_group("shequ_property.group_committee"),
            "the term comes with its rights",
        )
        self.assertEqual(elsewhere.partner_id, owner)
        self.assertEqual(message.author_id, owner)
        self.assertEqual(invoice.partner_id, owner)
        self.assertIn(owner, self.unit.message_partner_ids)
        self.assertIn(owner, self.other_unit.message_partner_ids)
        self.assertEqual(owner.sudo().shequ_id_hash, "h")
        said = owner.message_ids[0]
        self.assertIn("reg_manager", said.body)
        self.assertIn("192****5678", said.body)
        self.assertNotIn("19287655678", said.body)
        self.assertEqual(
            self.Duplicate.search([("partner_ids", "in", owner.ids)]).state, "merged"
        )

    def test_stays_in_one_home_become_one(self):
        self.wizard(self.owner, self.double).action_merge()
        stay = self.unit.residency_ids.filtered(lambda r: r.partner_id == self.owner)
        self.assertEqual(stay, self.residency)
        self.assertEqual((stay.date_from, stay.date_to), (date(2018, 1, 1), False))
        self.assertTrue(stay.is_representative)
        self.assertFalse(self.double_stay.active)
        self.assertEqual(self.double_stay.partner_id, self.owner)

    def test_a_share_recorded_twice_is_one_share(self):
        half = {"role": "co_owner", "share_numerator": 1, "share_denominator": 2}
        self.residency.write(half)
        self.double_stay.write({**half, "date_to": False})
        self.wizard(self.owner, self.double).action_merge()
        stay = self.unit.residency_ids.filtered(
            lambda r: r.active and r.partner_id == self.owner
        )
        self.assertEqual(stay.share_text, "1/2")

    def test_stays_that_do_not_overlap_stay_two(self):
        self.double_stay.date_to = "2020-01-01"
        self.wizard(self.owner, self.double).action_merge()
        stays = self.unit.residency_ids.filtered(lambda r: r.partner_id == self.owner)
        self.assertEqual(len(stays), 2)

    def test_two_log_ins_become_the_chosen_one(self):
        self.double.phone = "13711112222"
        other = self.env["res.users"]._shequ_grant_portal(self.double)
        other.company_ids += self.other_company
        wizard = self.wizard(self.owner, self.double, log_in_of_id=self.double.id)
        self.assertEqual(wizard.log_in_count, 2)
        wizard.action_merge()
        self.assertEqual(self.owner.user_ids, other)
        self.assertEqual(other.login, "13711112222")
        closed = self.owner_user
        self.assertFalse(closed.active)
        self.assertTrue(closed.login.startswith("closed-"))
        self.assertNotEqual(closed.partner_id, self.owner)
        self.assertNotIn("王", closed.partner_id.name)

    def test_by_default_the_log_in_of_who_stays_remains(self):
        self.double.phone = "13711112222"
        other = self.env["res.users"]._shequ_grant_portal(self.double)
        other.company_ids += self.other_company
        self.wizard(self.owner, self.double, keep_id=self.owner.id).action_merge()
        self.assertEqual(self.owner.user_ids, self.owner_user)
        self.assertIn(self.other_company, self.owner_user.company_ids)
        self.assertFalse(other.active)

    def test_a_log_in_alone_follows(self):
        self.wizard(self.owner, self.double, keep_id=self.double.id).action_merge()
        self.assertEqual(self.owner_user.partner_id, self.double)
        self.assertTrue(self.double.active)
        self.assertEqual(
            self.env["shequ.residency"].with_user(self.owner_user).search([]).unit_id,
            self.unit,
        )

    def test_four_at_once(self):
        more = [self._person("王阿姨", "19287655678") for _number in range(2)]
        for person in more:
            self._residency(person, self.unit, date_from="2021-01-01")
        self.wizard(self.owner, self.double, *more).action_merge()
        self.assertEqual(len(self.unit._current_residencies()), 1)

    def test_what_cannot_be_one_person(self):
        staff = self.front_desk.partner_id
        company = self._person("物业公司", is_company=True)
        kid = self._person("联系人", parent_id=self.owner.id)
        for people, words in (
            ((self.owner,), "at least two"),
            ((self.owner, staff), "works here"),
            ((self.owner, company), "company and a person"),
            ((self.owner, kid), "contact of the other"),
        ):
            wizard = self.wizard(*people).with_context(lang="en_US")
            with self.subTest(words=words):
                self.assertIn(words, wizard.problem or "")
                with self.assertRaises(UserError):
                    wizard.action_merge()
        self.assertTrue(self.owner_user.active)

    def test_two_id_numbers_are_two_people(self):
        Partner = type(self.env["res.partner"])
        numbers = {self.owner.id: "310101199001011234", self.double.id: "E12345678"}

        def compute(partners):
            for partner in partners:
                partner.shequ_id_number = numbers.get(partner.id, False)
                partner.shequ_id_masked = False

        self.patch(Partner, "_compute_shequ_id_number", compute)
        self.env.invalidate_all()
        wizard = self.wizard(self.owner, self.double).with_context(lang="en_US")
        self.assertIn("ID numbers differ", wizard.problem)

    def test_two_people_said_in_the_wizard(self):
        group = self.look()
        self.wizard(self.owner, self.double, duplicate_id=group.id).action_different()
        self.assertEqual(group.state, "different")

    def test_the_form(self):
        action = self.look().with_user(self.manager).action_merge()
        Wizard = self.env["shequ.partner.merge"].with_user(self.manager)
        with Form(Wizard.with_context(**action["context"])) as form:
            form.keep_id = self.double
            self.assertIn("王", str(form.comparison))
            form.understood = True
        form.record.action_merge()
        self.assertFalse(self.owner.exists())
