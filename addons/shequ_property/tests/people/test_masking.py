from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, tagged

from .common import CANARY_ID, CANARY_PHONE, PeopleCase


@tagged("post_install", "-at_install")
class TestMasking(PeopleCase):
    def test_who_sees(self):
        seen = self.canary.with_user(self.front_desk).read(
            ["phone", "email", "shequ_id_number"]
        )[0]
        self.assertEqual(seen["phone"], "199****8765")
        self.assertEqual(seen["email"], "c****@example.cn")
        self.assertEqual(seen["shequ_id_number"], "990***********8754")
        whole = self.canary.with_user(self.trusted).read(["phone"])[0]
        self.assertEqual(whole["phone"].replace(" ", "")[-11:], CANARY_PHONE)
        company = self.env["res.partner"].create(
            {"name": "自来水公司", "phone": "021-12345678"}
        )
        self.assertEqual(
            company.with_user(self.front_desk).read(["phone"])[0]["phone"],
            company.phone,
        )

    def test_form_saved_unchanged_keeps_the_number(self):
        phone = self.canary.phone
        person = self.canary.with_user(self.front_desk)
        person.write({"name": "钱燕", "phone": "199****8765"})
        self.assertEqual((self.canary.name, self.canary.phone), ("钱燕", phone))
        residency = self.canary_residency.with_user(self.front_desk)
        residency.write({"phone": "199****8765", "verified": True})
        self.assertEqual(self.canary.phone, phone)
        self.assertTrue(self.canary_residency.verified)
        self.ticket.with_user(self.front_desk).write({"contact_phone": "199****8765"})
        self.assertEqual(self.ticket.contact_phone, CANARY_PHONE)

    def test_new_residency_of_known_person_keeps_the_number(self):
        phone = self.canary.phone
        residency = (
            self.env["shequ.residency"]
            .with_user(self.front_desk)
            .create(
                {
                    "partner_id": self.canary.id,
                    "phone": "199****8765",
                    "unit_id": self.neighbour_unit.id,
                    "role": "family",
                }
            )
        )
        self.assertEqual(residency.partner_id.sudo().phone, phone)

    def test_stars_are_never_saved(self):
        person = self.canary.with_user(self.front_desk)
        for values in ({"phone": "138****5678"}, {"email": "a****@b.cn"}):
            with self.assertRaisesRegex(UserError, "hidden"):
                person.write(values)
        with self.assertRaisesRegex(UserError, "hidden"):
            self.env["res.partner"].with_user(self.front_desk).create(
                {"name": "新人", "phone": "138****5678"}
            )
        person.write({"shequ_id_number": "990***********8754"})
        self.assertEqual(self.canary.shequ_id_number, CANARY_ID)

    def test_number_typed_is_kept(self):
        person = self.canary.with_user(self.front_desk)
        person.write({"phone": "13912340000"})
        self.assertEqual(self.canary.phone, "13912340000")
        with Form(person) as form:
            form.phone = "13912341111"
            self.assertNotIn("*", form.phone)
        self.assertEqual(self.canary.shequ_phone, "13912341111")

    def test_found_by_digits_but_not_bit_by_bit(self):
        Partner = self.env["res.partner"].with_user(self.front_desk)
        for text in (CANARY_PHONE, "8765", f"+86 {CANARY_PHONE}"):
            found = [row[0] for row in Partner.name_search(text)]
            self.assertIn(self.canary.id, found, text)
        for domain in (
            [("phone", "ilike", "1234")],
            [("phone", "=like", "%9912%")],
            [("shequ_phone", "like", "991234")],
            [("email", "ilike", "canary")],
            [("display_name", "ilike", "canary.b")],
        ):
            self.assertNotIn(self.canary, Partner.search(domain), domain)
        self.assertIn(
            self.canary, Partner.search([("email", "ilike", "Canary.Bird@example.cn")])
        )
        self.assertIn(
            self.canary,
            Partner.with_user(self.trusted).search([("phone", "ilike", "1234")]),
        )

    def test_shown_on_a_click_that_asks_why(self):
        Access = self.env["shequ.data.access"]
        action = self.canary.with_user(self.front_desk).action_shequ_reveal()
        dialog = self.env["shequ.data.reveal"].browse(action["res_id"])
        dialog = dialog.with_user(self.front_desk)
        self.assertFalse(dialog.phone_whole)
        dialog.write({"purpose": "other", "reason": ""})
        with self.assertRaises(UserError):
            dialog.action_show()
        self.assertFalse(Access.search([("partner_ids", "in", self.canary.ids)]))
        dialog.write({"purpose": "identity", "reason": "前台核对"})
        dialog.action_show()
        values = dialog.read()[0]
        self.assertIn(CANARY_PHONE, values["phone_whole"].replace(" ", ""))
        self.assertEqual(values["id_whole"], CANARY_ID)
        row = Access.search([("partner_ids", "in", self.canary.ids)])
        self.assertEqual(row.user_id, self.front_desk)
        self.assertIn("前台核对", row.reason)
        self.assertIn("shequ_id_number", row.field_names)
        dialog.write({"purpose": "callback"})
        self.assertFalse(dialog.phone_whole)
        dialog.action_show()
        self.assertTrue(dialog.phone_whole)
        self.assertFalse(dialog.id_whole or dialog.email_whole)
        row = self.env["shequ.data.access"].search(
            [("partner_ids", "in", self.canary.ids)], limit=1
        )
        self.assertEqual(row.field_names, "phone")
        with self.assertRaises(AccessError):
            dialog.write({"logged_at": "2030-01-01"})
        with self.assertRaises(AccessError):
            dialog.write({"partner_id": self.owner.id})

    def test_worker_calls_with_one_tap(self):
        team = self.env["shequ.team"].create(
            {"name": "水电班", "estate_ids": [(6, 0, self.estate.ids)]}
        )
        worker = self.env["shequ.worker"].create(
            {"name": "孙", "user_id": self.worker.id, "team_ids": [(6, 0, team.ids)]}
        )
        ticket = self.ticket.with_user(self.worker)
        with self.assertRaises(AccessError):
            ticket.worker_call()
        self.ticket._assign(team=team, worker=worker)
        card = ticket.worker_jobs()["mine"][0]
        self.assertEqual(card["phone"], "199****8765")
        self.assertEqual(ticket.worker_call(), {"phone": CANARY_PHONE})
        row = self.env["shequ.data.access"].search(
            [("partner_ids", "in", self.canary.ids)], limit=1
        )
        self.assertEqual(
            (row.purpose, row.reason, row.user_id),
            ("call", self.ticket.name, self.worker),
        )
