from odoo.tests import tagged

from .common import PortalCase


@tagged("post_install", "-at_install")
class TestHomes(PortalCase):
    """One's homes, the people in them, inviting and ending."""

    def setUp(self):
        super().setUp()
        self.login(self.zhu)
        self.Residency = self.env["shequ.residency"]

    def _invite(self, unit=None, **values):
        unit = unit or self.unit
        answer = self.post(
            f"/my/homes/{unit.id}/invite",
            {"name": "朱小弟", "phone": "13411112222", "role": "family", **values},
        )
        self.refresh()
        return answer

    def _invited(self, name="朱小弟"):
        return self.Residency.search([("partner_id.name", "=", name)])

    def test_owner_sees_his_homes_alone(self):
        page = self.get("/my/homes").text
        self.assertIn(self.unit.short_address, page)
        self.assertNotIn(self.next_unit.short_address, page)
        self.assertNotIn(self.neighbour.name, page)

    def test_invited_family_gets_a_log_in(self):
        answer = self._invite()
        residency = self._invited()
        self.assertEqual(residency.unit_id, self.unit)
        self.assertEqual(residency.role, "family")
        self.assertFalse(residency.verified)
        self.assertTrue(residency.is_current)
        user = residency.partner_id.user_ids
        self.assertTrue(user.has_group("shequ_property.group_resident"))
        self.assertTrue(user.share)
        self.assertIn("朱小弟", answer.text)

    def test_tenant_needs_a_last_day(self):
        self.assertEqual(self._invite(role="tenant").status_code, 422)
        self.assertFalse(self._invited())
        self._invite(role="tenant", date_to="2031-05-31")
        self.assertEqual(str(self._invited().date_to), "2031-06-01")

    def test_wrong_entries_are_named_and_kept(self):
        answer = self._invite(phone="12", name="KEEP-THIS-NAME")
        self.assertEqual(answer.status_code, 422)
        self.assertIn("11 digits", answer.text)
        self.assertIn("KEEP-THIS-NAME", answer.text)
        self.assertEqual(self._invite(role="owner").status_code, 422)
        self.assertEqual(
            self._invite(role="tenant", date_to="2020-01-01").status_code, 422
        )
        self.assertEqual(self._invite(role="tenant", date_to="31.12.").status_code, 422)
        self.assertFalse(self._invited())

    def test_nobody_invites_into_another_home(self):
        self.assertEqual(self._invite(self.next_unit).status_code, 404)
        self.assertFalse(self._invited())

    def test_former_resident_invites_nobody(self):
        self.login(self.former)
        self.assertEqual(self._invite().status_code, 404)
        self.assertFalse(self._invited())

    def test_telephone_of_somebody_else_tells_nothing(self):
        """The answer is that of an unknown number; who it is chooses at the log-in."""
        answer = self._invite(phone="13912345678")
        self.assertEqual(answer.status_code, 200)
        self.assertNotIn(self.neighbour.name, answer.text)
        invited = self._invited()
        self.assertTrue(invited)
        self.assertNotEqual(invited.partner_id, self.neighbour.partner_id)
        self.assertEqual(invited.partner_id.user_ids.login, "13912345678")

    def test_known_person_is_not_made_twice(self):
        self._invite(name="何邻居", phone="13912345678")
        residency = self.Residency.search(
            [("unit_id", "=", self.unit.id), ("role", "=", "family")]
        )
        self.assertEqual(residency.partner_id, self.neighbour.partner_id)

    def test_owner_ends_what_he_began(self):
        self._invite()
        residency = self._invited()
        residency.date_from = "2024-01-01"
        self.post(f"/my/homes/residency/{residency.id}/end")
        self.refresh()
        self.assertFalse(residency.is_current)

    def test_nobody_ends_the_stay_of_others(self):
        theirs = self.Residency.search([("partner_id", "=", self.tenant.partner_id.id)])
        answer = self.post(f"/my/homes/residency/{theirs.id}/end")
        self.assertEqual(answer.status_code, 404)
        self.refresh()
        self.assertTrue(theirs.is_current)

    def test_tenant_cannot_end_the_owner(self):
        self.login(self.tenant)
        owner = self.Residency.search(
            [("partner_id", "=", self.neighbour.partner_id.id)]
        )
        answer = self.post(f"/my/homes/residency/{owner.id}/end")
        self.assertEqual(answer.status_code, 404)

    def test_tenant_and_owner_do_not_read_each_other_from_the_tenants_side(self):
        self.login(self.tenant)
        self.assertNotIn(self.neighbour.name, self.get("/my/homes").text)
        self.login(self.neighbour)
        self.assertIn(self.tenant.name, self.get("/my/homes").text)

    def test_invitations_are_limited(self):
        self.env["ir.config_parameter"].sudo().set_param(
            "shequ_property.portal_invitations_per_hour", "1"
        )
        self._invite()
        answer = self._invite(name="朱二弟", phone="13411113333")
        self.assertEqual(answer.status_code, 422)
        self.assertFalse(self._invited("朱二弟"))
