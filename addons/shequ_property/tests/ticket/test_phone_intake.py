from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, tagged

from .common_desk import DeskCase, photo_bytes


@tagged("post_install", "-at_install")
class TestPhoneIntake(DeskCase):
    def _call(self, user=None, **context):
        env = self.env(user=user or self.desk, context={"lang": "en_US", **context})
        return Form(env["shequ.phone.intake"])

    def _ticket(self, action):
        name = action["params"]["links"][0]["label"]
        return self.Ticket.search([("name", "=", name)])

    def test_a_number_and_a_few_words_make_a_ticket(self):
        with self._call() as call:
            call.phone = "138 1234 5678"
            self.assertEqual(call.partner_id, self.wang)
            self.assertEqual(call.unit_id, self.unit)
            self.assertEqual(call.estate_id, self.estate)
            call.description = "厨房水管漏水了"
        ticket = self._ticket(call.record.action_save())
        self.assertEqual(ticket.reporter_id, self.wang)
        self.assertEqual(ticket.unit_id, self.unit)
        self.assertEqual(ticket.channel, "phone")
        self.assertEqual(ticket.contact_phone, "138 1234 5678")
        self.assertEqual(ticket.description, "厨房水管漏水了")
        self.assertEqual(ticket.state, "new")

    def test_a_caller_with_two_homes_has_to_say_which(self):
        self.env["shequ.residency"].create(
            {
                "partner_id": self.wang.id,
                "unit_id": self.next_unit.id,
                "role": "owner",
                "date_from": "2020-01-01",
            }
        )
        call = self._call()
        call.phone = "13812345678"
        self.assertEqual(call.partner_id, self.wang)
        self.assertFalse(call.unit_id)

    def test_another_caller_takes_the_place_along(self):
        call = self._call()
        call.phone = "13812345678"
        call.phone = "13912345678"
        self.assertEqual(call.partner_id, self.neighbour)
        self.assertEqual(call.unit_id, self.next_unit)

    def test_a_home_in_an_estate_of_others_is_not_shown(self):
        call = self._call()
        call.phone = "13712345678"
        self.assertFalse(call.unit_id)
        self.assertEqual(call.estate_id, self.estate)

    def test_who_shares_a_number_is_named(self):
        self.neighbour.phone = self.wang.phone
        call = self._call()
        call.phone = "13812345678"
        self.assertIn(self.wang.name, call.caller_hint)
        self.assertIn(self.neighbour.name, call.caller_hint)

    def test_an_unknown_caller_is_kept_only_with_a_name(self):
        call = self._call()
        call.phone = "13600001111"
        self.assertIn("not known", call.caller_hint)
        call.description = "门禁坏了"
        record = call.save()
        ticket = self._ticket(record.action_save())
        self.assertFalse(ticket.reporter_id)
        self.assertEqual(ticket.contact_phone, "13600001111")

        call = self._call()
        call.phone = "13600001111"
        call.caller_name = "孙访客"
        call.description = "快递柜坏了"
        ticket = self._ticket(call.save().action_save())
        self.assertEqual(ticket.reporter_id.name, "孙访客")
        call = self._call()
        call.phone = "13600001111"
        self.assertEqual(call.partner_id, ticket.reporter_id)

    def test_the_category_is_guessed_and_a_choice_by_hand_stays(self):
        self._report(description="卫生间地面渗水到楼下")
        call = self._call()
        call.phone = "13812345678"
        call.description = "卫生间渗水到楼下"
        leak = self.env.ref("shequ_property.category_home_repair_water_leak")
        self.assertEqual(call.category_id, leak)
        self.assertEqual(call.urgency, leak.urgency)
        noise = self.env.ref("shequ_property.category_order_noise")
        call.category_id = noise
        call.description = "卫生间渗水到楼下，很急"
        self.assertEqual(call.category_id, noise)

    def test_a_second_call_joins_the_ticket_instead_of_a_copy(self):
        ticket = self._report()
        before = self.Ticket.search_count([])
        call = self._call()
        call.phone = "13812345678"
        self.assertIn(ticket, call.open_ticket_ids[:])
        call.description = "厨房水管还在漏水"
        self.assertEqual(call.same_ticket_id, ticket)
        call.save().action_join()
        self.assertEqual(self.Ticket.search_count([]), before)
        event = ticket.event_ids.filtered(lambda e: e.code == "duplicate_reported")
        self.assertEqual(event.note, "厨房水管还在漏水")
        self.assertEqual(event.partner_id, self.wang)

    def test_a_neighbour_follows_a_shared_ticket_but_not_a_private_one(self):
        shared = self._report(
            unit_id=False,
            building_id=self.building.id,
            description="一楼走廊灯不亮",
            category_code="public_facility.lighting",
            visibility="shared",
        )
        private = self._report()
        shared.with_user(self.desk)._reported_again(self.neighbour, "走廊灯")
        private.with_user(self.desk)._reported_again(self.neighbour, "漏水")
        self.assertIn(self.neighbour, shared.participant_ids)
        self.assertEqual(shared.me_too_count, 1)
        self.assertNotIn(self.neighbour, private.participant_ids)

    def test_a_finished_ticket_is_not_joined(self):
        ticket = self._finished(self._report())
        with self.assertRaises(UserError):
            ticket._reported_again(self.wang, "又漏了")
        call = self._call()
        call.phone = "13812345678"
        self.assertFalse(call.open_ticket_ids[:])

    def test_tickets_of_other_estates_are_not_shown(self):
        foreign = self.Ticket._intake(
            {
                "unit_id": self.foreign_unit.id,
                "reporter_id": self.stranger.id,
                "description": "窗户坏了",
            }
        )
        call = self._call()
        call.phone = "13712345678"
        call.description = "窗户坏了"
        self.assertEqual(call.partner_id, self.stranger)
        self.assertNotIn(foreign, call.open_ticket_ids[:])
        self.assertFalse(call.same_ticket_id)

    def test_the_next_call_opens_an_empty_form(self):
        call = self._call()
        call.phone = "13812345678"
        call.description = "门锁坏了"
        action = call.save().action_save_and_new()
        following = action["params"]["next"]
        self.assertEqual(following["res_model"], "shequ.phone.intake")
        self.assertEqual(following["context"]["default_estate_id"], self.estate.id)

    def test_a_call_without_words_is_refused(self):
        call = self._call()
        call.phone = "13812345678"
        with self.assertRaises(UserError):
            call.save().action_save()

    def test_a_grid_worker_reports_on_behalf(self):
        call = self._call(self.grid_user)
        self.assertEqual(call.channel, "grid")
        self.assertEqual(call.estate_id, self.estate)
        call.partner_id = self.wang
        call.unit_id = self.unit
        call.description = "老人家里灯不亮"
        ticket = self._ticket(call.save().action_save())
        self.assertEqual(ticket.channel, "grid")
        self.assertEqual(ticket.reporter_id, self.grid_user.partner_id)
        self.assertEqual(ticket.on_behalf_id, self.wang)
        self.assertIn(self.wang, ticket.participant_ids)

    def test_photos_are_kept_with_the_ticket_and_not_as_they_were_sent(self):
        call = self._call()
        call.phone = "13812345678"
        call.description = "墙面开裂"
        record = call.save()
        upload = (
            self.env["ir.attachment"]
            .with_user(self.desk)
            .create({"name": "a.jpg", "raw": photo_bytes(), "res_model": record._name})
        )
        foreign = self.env["ir.attachment"].create(
            {"name": "b.jpg", "raw": photo_bytes(), "public": True}
        )
        record.photo_ids = upload + foreign
        ticket = self._ticket(record.action_save())
        self.assertEqual(ticket.media_ids.mapped("phase"), ["report"] * 2)
        self.assertFalse(upload.exists())
        self.assertTrue(foreign.exists())

    def test_a_worker_has_no_such_form(self):
        with self.assertRaises(AccessError):
            self._call(self.worker_user).save()
