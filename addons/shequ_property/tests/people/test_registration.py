from datetime import timedelta
from urllib.parse import urlsplit

from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from ..portal.common import photo_bytes
from .common_login import LoginCase

NEW = "18800001111"


@tagged("post_install", "-at_install")
class TestRegistration(LoginCase):
    def register(self, unit=None, files=None, **values):
        unit = unit or self.unit
        return self.fill(
            "/my/register",
            {
                "unit_id": unit.id,
                "name": "周大伟",
                "role": "family",
                "proof": "visit",
                **values,
            },
            page=f"/my/register?unit={unit.id}",
            files=files,
        )

    def registration(self, name="周大伟"):
        self.refresh()
        return self.env["shequ.registration"].search([("person_name", "=", name)])

    def test_the_way_shows_addresses_and_no_names(self):
        answer = self.arrive(NEW)
        self.assertEqual(urlsplit(answer.url).path, "/my/register")
        answer = self.get("/my/register?q=金昊")
        self.assertIn("金昊雅苑", answer.text)
        self.assertNotIn("明强小区", answer.text)
        answer = self.get(f"/my/register?estate={self.estate.id}")
        self.assertIn(f"building={self.building.id}", answer.text)
        pages = [answer.text]
        answer = self.get(f"/my/register?building={self.building.id}")
        self.assertIn(f"unit={self.unit.id}", answer.text)
        pages += [answer.text, self.get(f"/my/register?unit={self.unit.id}").text]
        for text in pages:
            for person in (self.zhu, self.neighbour, self.tenant, self.former):
                self.assertNotIn(person.name, text)
                self.assertNotIn(person.partner_id.phone, text)

    def test_the_desk_checks_without_the_whole_number(self):
        self.arrive(NEW)
        self.register()
        registration = self.registration()
        (activity,) = registration.activity_ids
        self.assertFalse(activity.user_id.has_group("base.group_system"))
        seen = registration.with_user(self.desk)
        seen.invalidate_recordset()
        shown = seen.read(["phone"])[0]["phone"]
        self.assertTrue(shown.endswith(NEW[-4:]))
        self.assertIn("****", shown)
        self.assertEqual(seen.action_reveal()["res_model"], "shequ.data.reveal")

    def test_waiting_people_report_in_public_places_only(self):
        self._take_shared(self.zhu, description="CANARY-NEIGHBOUR")
        self.arrive(NEW)
        answer = self.register()
        self.assertEqual(urlsplit(answer.url).path, "/my/registrations")
        self.assertEqual(self.registration().state, "waiting")
        home = self.get("/my/community").text
        self.assertIn('data-card="repair"', home)
        self.assertNotIn('data-card="neighbours"', home)
        page = self.get("/my/report").text
        self.assertIn("public places", page)
        self.assertNotIn('id="place-home"', page)
        self.fill(
            "/my/report",
            {
                "ref": "waiting-report-1",
                "description": "电梯门关不上",
                "place": "home",
                "unit_id": self.unit.id,
                "visibility": "shared",
            },
        )
        ticket = self.Ticket.search([("description", "=", "电梯门关不上")])
        self.assertEqual(ticket.estate_id, self.estate)
        self.assertFalse(ticket.unit_id)
        self.assertTrue(ticket.is_public_area)
        self.assertEqual(ticket.visibility, "private")
        self.assertNotIn("CANARY", self.get("/my/neighbours").text)
        user = self.registration().partner_id.user_ids
        for model in (
            "shequ.unit",
            "shequ.building",
            "shequ.estate",
            "shequ.residency",
        ):
            self.assertFalse(self.env[model].with_user(user).search([]), model)
        self.assertEqual(self.env["shequ.ticket"].with_user(user).search([]), ticket)

    def test_nothing_of_other_estates_can_be_reported(self):
        self.arrive(NEW)
        self.register()
        before = self.Ticket.search_count([])
        building = self.foreign_unit.building_id
        answer = self.fill(
            "/my/report",
            {"ref": "waiting-2", "description": "x", "building_id": building.id},
        )
        self.assertEqual(answer.status_code, 422)
        self.assertEqual(self.Ticket.search_count([]), before)

    def test_the_desk_verifies(self):
        self.arrive(NEW)
        self.register(
            role="co_owner",
            proof="certificate",
            certificate_number="沪(2020)闵字不动产权第000001号",
        )
        registration = self.registration()
        self.assertTrue(registration.activity_ids)
        with self.assertRaises(AccessError):
            registration.with_user(self.other_desk).action_verify()
        with self.assertRaises(AccessError):
            registration.with_user(self.worker_user).action_verify()
        registration.with_user(self.desk).action_verify()
        residency = registration.residency_id
        self.assertEqual((residency.role, residency.verified), ("co_owner", True))
        self.assertIn("1201", self.get("/my/homes").text)
        with self.assertRaises(UserError):
            registration.with_user(self.desk).action_verify()
        self.deliver()
        self.assertIn("confirmed", self.sms(NEW, "answer"))

    def test_the_desk_refuses_with_a_reason_that_is_read(self):
        self.arrive(NEW)
        self.register()
        wizard = (
            self.env["shequ.registration.refuse"]
            .with_user(self.desk)
            .create(
                {
                    "registration_ids": self.registration().ids,
                    "reason": "请带租赁合同到前台",
                }
            )
        )
        wizard.action_refuse()
        self.assertEqual(self.registration().state, "refused")
        self.assertIn("请带租赁合同到前台", self.get("/my/registrations").text)
        self.assertIn("No home is recorded", self.get("/my/report").text)

    def test_a_lease_is_cleaned_seen_by_the_desk_and_deleted(self):
        self.arrive(NEW)
        answer = self.register(role="tenant", proof="lease", last_day="2099-06-30")
        self.assertEqual(answer.status_code, 422)
        exif = b"Exif\0\0" + b"II*\0\x08\0\0\0\0\0"
        self.register(
            role="tenant",
            proof="lease",
            last_day="2099-06-30",
            files={"lease": ("合同.jpg", photo_bytes(exif=exif), "image/jpeg")},
        )
        registration = self.registration()
        self.assertTrue(registration.photo)
        self.assertFalse(
            self.env["shequ.registration"].with_user(self.other_desk).search([])
        )
        registration.with_user(self.desk).action_verify()
        self.assertFalse(registration.photo)
        self.assertEqual(str(registration.residency_id.date_to), "2099-07-01")

    def test_a_file_that_is_no_photo_is_refused(self):
        self.arrive(NEW)
        answer = self.register(
            role="tenant",
            proof="lease",
            last_day="2099-06-30",
            files={"lease": ("a.jpg", b"<svg onload=alert(1)>", "image/jpeg")},
        )
        self.assertEqual(answer.status_code, 422)
        self.assertFalse(self.registration())

    def test_wrong_fields_are_named_and_nothing_is_kept(self):
        self.arrive(NEW)
        for values in (
            {"name": "周"},
            {"role": "king"},
            {"proof": "file"},
            {"role": "owner", "proof": "owner"},
            {"proof": "certificate"},
            {"role": "tenant"},
            {"role": "tenant", "last_day": "2020-01-01"},
            {"child": "1"},
        ):
            with self.subTest(values):
                self.assertEqual(self.register(**values).status_code, 422)
        self.assertFalse(self.registration())

    def test_number_and_name_on_file_are_enough(self):
        partner = self.env["res.partner"].create({"name": "周大伟", "phone": NEW})
        self.env["shequ.residency"].create(
            {"partner_id": partner.id, "unit_id": self.unit.id, "role": "family"}
        )
        other = self.env["res.partner"].create({"name": "周小伟", "phone": NEW})
        self.env["shequ.residency"].create(
            {"partner_id": other.id, "unit_id": self.unit.id, "role": "family"}
        )
        self.arrive(NEW)
        answer = self.register()
        self.assertEqual(urlsplit(answer.url).path, "/my/community")
        registration = self.registration()
        self.assertEqual(registration.partner_id, partner)
        self.assertEqual((registration.state, registration.proof), ("verified", "file"))

    def test_the_owner_confirms(self):
        self.arrive(NEW)
        self.register(role="tenant", last_day="2099-06-30", proof="owner")
        registration = self.registration()
        self.deliver()
        self.assertIn("周*伟", self.sms("13812345678", "registration"))
        path = f"/my/registrations/{registration.id}/answer"
        # The applicant and a neighbour cannot answer.
        self.assertEqual(
            self.fill(path, {"answer": "yes"}, page="/my/registrations").status_code,
            404,
        )
        self.login_as(self.neighbour)
        self.assertEqual(self.post(path, {"answer": "yes"}).status_code, 404)
        self.login_as(self.zhu)
        self.assertIn('data-card="answer"', self.get("/my/community").text)
        self.assertIn("周大伟", self.get("/my/registrations").text)
        self.post(path, {"answer": "yes"})
        registration = self.registration()
        self.assertEqual(registration.state, "verified")
        self.assertFalse(registration.residency_id.verified, "the desk has not looked")
        self.assertNotIn("周大伟", self.get("/my/registrations").text)

    def test_the_owner_refuses(self):
        self.arrive(NEW)
        self.register(proof="owner")
        self.login_as(self.zhu)
        self.post(
            f"/my/registrations/{self.registration().id}/answer", {"answer": "no"}
        )
        self.assertEqual(self.registration().state, "refused")

    def test_an_owner_does_not_confirm_owners(self):
        self.arrive(NEW)
        self.register(role="co_owner", proof="visit")
        self.login_as(self.zhu)
        path = f"/my/registrations/{self.registration().id}/answer"
        self.assertEqual(self.post(path, {"answer": "yes"}).status_code, 404)
        registration = self.registration()
        with self.assertRaises(AccessError):
            registration._answer_by_resident(self.zhu.partner_id, True)

    def test_a_child_waits_for_the_guardian(self):
        self.arrive(NEW)
        answer = self.register(child="1", guardian_phone="13600009999")
        self.assertEqual(answer.status_code, 422, "nobody of the home")
        answer = self.register(child="1", guardian_phone="138 1234 5678")
        self.assertIn("We ask your guardian", answer.text)
        self.assertIsNone(self.who())
        registration = self.registration()
        self.assertEqual(registration.guardian_id, self.zhu.partner_id)
        with self.assertRaises(UserError):
            registration.with_user(self.desk).action_verify()
        self.again(NEW)
        self.assertEqual(urlsplit(self.arrive(NEW).url).path, "/my/register")
        self.login_as(self.zhu)
        self.post(f"/my/registrations/{registration.id}/answer", {"answer": "yes"})
        registration = self.registration()
        self.assertEqual(registration.state, "verified")
        self.assertTrue(registration.partner_id.shequ_guardian_consent_at)
        self._fresh()
        self.again(NEW)
        self.arrive(NEW)
        self.fill("/my/login/name", {"name": "周大伟"})
        self.assertEqual(self.who().partner_id, registration.partner_id)

    def test_withdrawing(self):
        self.arrive(NEW)
        self.register()
        registration = self.registration()
        self.fill(
            f"/my/registrations/{registration.id}/withdraw", page="/my/registrations"
        )
        self.assertEqual(self.registration().state, "withdrawn")
        self.assertTrue(registration.partner_id.user_ids.shequ_access_until)

    def test_registering_is_limited(self):
        self.arrive(NEW)
        statuses = []
        for unit in (self.unit, self.next_unit, self.second_unit, self.foreign_unit):
            page = self.register(unit=unit)
            statuses.append(page.status_code)
        self.assertEqual(statuses, [200, 200, 200, 422])

    def login_as(self, user):
        self.authenticate(user.login, "portal-pages-2026")


@tagged("post_install", "-at_install")
class TestInvitation(LoginCase):
    def setUp(self):
        super().setUp()
        self.residency = self.neighbour.partner_id.shequ_residency_ids
        self.newcomer = self.env["res.partner"].create({"name": "吴新来"})
        self.new_residency = self.env["shequ.residency"].create(
            {"partner_id": self.newcomer.id, "unit_id": self.unit.id, "role": "family"}
        )

    def invite(self, residency, way="letter"):
        return self.env["shequ.invitation"]._invite(residency, way)

    def test_number_on_file_and_letter_are_enough(self):
        invitation = self.invite(self.residency)
        answer = self.get(f"/i/{invitation._token()}")
        self.assertIn("何*居", answer.text)
        self.assertNotIn("何邻居", answer.text)
        self.fill(
            "/my/login", {"phone": "13912345678"}, page=f"/i/{invitation._token()}"
        )
        answer = self.enter_code("13912345678")
        self.assertEqual(urlsplit(answer.url).path, "/my/community")
        self.assertEqual(self.who(), self.neighbour)
        self.assertEqual(invitation.state, "used")
        self._fresh()
        self.assertEqual(self.get(f"/i/{invitation._token()}").status_code, 404)

    def test_without_a_number_on_file_the_name_counts(self):
        invitation = self.invite(self.new_residency)
        page = f"/i/{invitation._token()}"
        self.fill("/my/login", {"phone": "18900002222"}, page=page)
        answer = self.enter_code("18900002222")
        self.assertEqual(urlsplit(answer.url).path, "/my/login/name")
        self.assertEqual(self.fill("/my/login/name", {"name": "李四"}).status_code, 422)
        self.fill("/my/login/name", {"name": "吴新来"})
        self.assertEqual(self.who().partner_id, self.newcomer)
        self.assertEqual(self.newcomer.shequ_phone, "18900002222")

    def test_somebody_elses_letter_opens_nothing(self):
        invitation = self.invite(self.residency)
        page = f"/i/{invitation._token()}"
        self.fill("/my/login", {"phone": "18900003333"}, page=page)
        answer = self.enter_code("18900003333")
        self.assertEqual(urlsplit(answer.url).path, "/my/register")
        self.assertEqual(invitation.state, "open")
        self.assertEqual(self.neighbour.partner_id.shequ_phone, "13912345678")

    def test_tokens_cannot_be_made_up_and_end(self):
        invitation = self.invite(self.residency)
        token = invitation._token()
        Invitation = self.env["shequ.invitation"]
        self.assertEqual(Invitation._by_token(token.upper()), invitation)
        for wrong in (
            token[:-1] + ("a" if token[-1] != "a" else "b"),
            "1" + token,
            "",
            None,
            "z" * 17,
            "0" * 39,
            token[:-16] + "x" * 16,
            "ü" * 20,
        ):
            with self.subTest(wrong):
                self.assertFalse(Invitation._by_token(wrong))
        invitation.expires_at = self.env.cr.now() - timedelta(minutes=1)
        self.assertFalse(Invitation._by_token(invitation._token()))

    def test_an_invitation_ends_with_the_residency(self):
        invitation = self.invite(self.residency)
        self.residency._end()
        self.assertFalse(self.env["shequ.invitation"]._by_token(invitation._token()))

    def test_a_batch_in_the_order_of_the_buildings(self):
        wizard = (
            self.env["shequ.invitation.wizard"]
            .with_user(self.desk)
            .with_context(active_model="shequ.building", active_ids=self.building.ids)
            .create({"way": "letter", "again": True})
        )
        self.assertEqual(len(wizard.invited_ids), 4)
        action = wizard.action_invite()
        ids = action["context"]["active_ids"]
        invitations = self.env["shequ.invitation"].browse(ids)
        keys = invitations.mapped("unit_id.sort_key")
        self.assertEqual(keys, sorted(keys))
        html = self.env["ir.actions.report"]._render_qweb_html(
            "shequ_property.report_invitation", ids
        )[0]
        for invitation in invitations:
            self.assertIn(invitation._token().encode(), html)

    def test_by_text_message_those_without_a_number_are_left_out(self):
        wizard = (
            self.env["shequ.invitation.wizard"]
            .with_user(self.desk)
            .with_context(active_model="shequ.unit", active_ids=self.unit.ids)
            .create({"way": "sms"})
        )
        self.assertEqual(wizard.invited_ids.partner_id, self.zhu.partner_id)
        wizard.action_invite()
        self.deliver()
        self.assertIn("/i/", self.sms("13812345678", "invitation"))

    def test_other_estates_are_not_invited(self):
        wizard = (
            self.env["shequ.invitation.wizard"]
            .with_user(self.other_desk)
            .with_context(active_model="shequ.unit", active_ids=self.unit.ids)
            .create({})
        )
        self.assertFalse(wizard.invited_ids)
        with self.assertRaises(UserError):
            wizard.action_invite()


@tagged("post_install", "-at_install")
class TestEndOfAccess(LoginCase):
    def test_family_invited_and_ended_with_one_tap(self):
        self.authenticate(self.zhu.login, "portal-pages-2026")
        self.post(
            f"/my/homes/{self.unit.id}/invite",
            {"name": "朱小妹", "phone": "+65 8123 4567", "role": "family"},
        )
        self.deliver()
        link = self.sms("+6581234567", "invitation").split("/i/")[1].split()[0]
        self._fresh()
        self.fill("/my/login", {"phone": "+6581234567"}, page=f"/i/{link}")
        self.enter_code("+6581234567")
        sister = self.who()
        self.assertEqual(sister.name, "朱小妹")
        self.assertIn("1201", self.get("/my/homes").text)
        residency = sister.partner_id.shequ_residency_ids
        self.authenticate(self.zhu.login, "portal-pages-2026")
        self.post(f"/my/homes/residency/{residency.id}/end")
        self.refresh()
        self.assertFalse(sister._shequ_resident_units())
        grace = self.env["shequ.estate"]._today() + timedelta(days=90)
        self.assertEqual(sister.shequ_access_until, grace)

    def test_a_child_is_invited_by_the_guardian(self):
        self.authenticate(self.zhu.login, "portal-pages-2026")
        self.post(
            f"/my/homes/{self.unit.id}/invite",
            {"name": "朱小宝", "phone": "13812345678", "role": "family", "child": "1"},
        )
        child = self.env["res.partner"].search([("name", "=", "朱小宝")])
        self.assertEqual(child.shequ_guardian_id, self.zhu.partner_id)
        self.assertTrue(child.shequ_guardian_consent_at)
        self.assertEqual(child.user_ids.login, "13812345678-2")

    def test_former_residents_read_their_tickets_until_the_log_in_closes(self):
        ticket = self._take(self.tenant)
        residency = self.tenant.partner_id.shequ_residency_ids
        today = self.env["shequ.estate"]._today()
        residency.date_to = today
        self.night()
        self.assertEqual(self.tenant.shequ_access_until, today + timedelta(days=90))
        self.authenticate(self.tenant.login, "portal-pages-2026")
        self.assertIn("no longer live here", self.get("/my/community").text)
        self.assertEqual(self.get(f"/my/tickets/{ticket.id}").status_code, 200)
        self.assertIn("No home is recorded", self.get("/my/report").text)
        residency.write({"date_from": "2019-01-01", "date_to": "2020-01-01"})
        self.tenant.shequ_access_until = today
        self.night()
        self.assertFalse(self.tenant.active)
        self.assertNotEqual(
            urlsplit(self.get(f"/my/tickets/{ticket.id}").url).path,
            f"/my/tickets/{ticket.id}",
        )

    def test_on_the_day_itself_nobody_logs_in_even_before_the_night(self):
        residency = self.tenant.partner_id.shequ_residency_ids
        residency.write({"date_from": "2019-01-01", "date_to": "2020-01-01"})
        self.tenant.shequ_access_until = "2020-04-01"
        self.confirm(self.tenant)
        self.arrive("13712345678")
        self.assertIsNone(self.who())

    def test_a_second_home_or_a_committee_keeps_the_access(self):
        self.env["shequ.residency"].create(
            {
                "partner_id": self.tenant.partner_id.id,
                "unit_id": self.second_unit.id,
                "role": "tenant",
            }
        )
        self.tenant.partner_id.shequ_residency_ids.filtered(
            lambda r: r.unit_id == self.next_unit
        )._end()
        ended = self.env["res.users"]._shequ_end_access(self.tenant.partner_id)
        self.assertFalse(ended)
        self.assertFalse(self.tenant.shequ_access_until)

    def test_coming_back_opens_the_log_in_again(self):
        self.former.partner_id.shequ_residency_ids.date_to = "2021-01-01"
        self.env["res.users"]._shequ_end_access(self.former.partner_id)
        self.assertFalse(self.former.active)
        self.env["shequ.residency"].create(
            {
                "partner_id": self.former.partner_id.id,
                "unit_id": self.unit.id,
                "role": "tenant",
            }
        )
        self.arrive("13612345678")
        self.fill("/my/login/name", {"name": "赵搬走"})
        self.assertEqual(self.who(), self.former)
        self.assertFalse(self.former.shequ_access_until)

    def test_staff_who_lived_here_stay_staff(self):
        self.env["shequ.residency"].create(
            {
                "partner_id": self.desk.partner_id.id,
                "unit_id": self.unit.id,
                "role": "tenant",
                "date_from": "2019-01-01",
                "date_to": "2020-01-01",
            }
        )
        self.env["res.users"]._shequ_end_access(self.desk.partner_id)
        self.assertTrue(self.desk.active)
        self.assertFalse(self.desk.shequ_access_until)


@tagged("post_install", "-at_install")
class TestPhoneChange(LoginCase):
    def setUp(self):
        super().setUp()
        self.authenticate(self.zhu.login, "portal-pages-2026")

    def test_a_code_to_the_old_and_one_to_the_new_number(self):
        self.fill("/my/phone", {"phone": "13899998888", "old": "yes"})
        old, new = self.code("13812345678"), self.code("13899998888")
        page = self.fill("/my/phone/confirm", {"code_new": new}, page="/my/phone")
        self.assertEqual(page.status_code, 422, "the old number is asked first")
        self.assertEqual(self.zhu.login, "13812345678")
        page = self.fill(
            "/my/phone/confirm", {"code_new": new, "code_old": old}, page="/my/phone"
        )
        self.assertEqual(urlsplit(page.url).path, "/my/phone")
        self.assertIn("counts from now on", page.text)
        self.assertEqual(self.zhu.login, "13899998888")
        self.assertEqual(self.zhu.partner_id.shequ_phone, "13899998888")
        self.assertEqual(self.get("/my/settings").status_code, 200)
        self.deliver()
        self.assertIn("8888", self.sms("13812345678", "phone"))
        change = self.env["shequ.phone.change"].search(
            [("partner_id", "=", self.zhu.partner_id.id)]
        )
        self.assertEqual(change.state, "changed")
        self.assertEqual(change.new_number, "138****8888")

    def test_without_the_old_number_the_desk_sees_the_person(self):
        self.fill("/my/phone", {"phone": "13899998888", "old": "no"})
        self.assertFalse(self.sms("13812345678"))
        self.fill(
            "/my/phone/confirm",
            {"code_new": self.code("13899998888")},
            page="/my/phone",
        )
        self.assertEqual(self.zhu.partner_id.shequ_phone, "13812345678")
        change = self.env["shequ.phone.change"].search([("state", "=", "waiting")])
        with self.assertRaises(AccessError):
            change.with_user(self.other_desk).action_apply()
        change.with_user(self.desk).action_apply()
        self.assertEqual(self.zhu.partner_id.shequ_phone, "13899998888")
        self.assertEqual(self.zhu.login, "13899998888")

    def test_codes_for_logging_in_do_not_change_numbers(self):
        self.fill("/my/phone", {"phone": "13899998888", "old": "yes"})
        for code in ("000000", "", "abc"):
            page = self.fill(
                "/my/phone/confirm",
                {"code_new": code, "code_old": code},
                page="/my/phone",
            )
            self.assertEqual(page.status_code, 422)
        self.assertEqual(self.zhu.partner_id.shequ_phone, "13812345678")
