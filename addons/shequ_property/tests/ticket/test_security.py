from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from .common_desk import photo
from .common_ticket import TicketCase

SECRET = "canary-in-the-coal-mine"


@tagged("post_install", "-at_install")
class TestTicketSecurity(TicketCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.ticket = cls._report(
            description=SECRET, media=[photo()], visibility="shared"
        )
        cls.ticket._assign(cls.team, cls.worker)
        cls.ticket._join(cls.neighbour)

    def _can_read(self, user, record):
        record = record.with_user(user)
        found = record.search([("id", "=", record.id)]) if self._acl(record) else None
        try:
            record.read(["display_name"])
        except AccessError:
            self.assertFalse(found, f"{user.login} finds what may not be read")
            return False
        return True

    def _acl(self, record):
        return record.browse().has_access("read")

    def test_who_reads_a_ticket(self):
        table = [
            (self.desk, True),
            (self.dispatcher, True),
            (self.manager, True),
            (self.company_manager, True),
            (self.worker_user, True),
            (self.mate_user, True),
            (self.grid_user, True),
            (self.wang_user, True),
            (self.second_desk, False),
            (self.foreign_manager, False),
            (self.other_worker_user, False),
            (self.neighbour_user, False),
            (self.stranger_user, False),
        ]
        for user, allowed in table:
            for record in (
                self.ticket,
                self.ticket.event_ids[:1],
                self.ticket.media_ids[:1],
            ):
                with self.subTest(user=user.login, model=record._name):
                    self.assertEqual(self._can_read(user, record), allowed)

    def test_who_writes_a_ticket(self):
        table = [
            (self.desk, True),
            (self.company_manager, True),
            (self.worker_user, True),
            (self.grid_user, False),
            (self.wang_user, False),
            (self.second_desk, False),
            (self.other_worker_user, False),
            (self.foreign_manager, False),
            (self.neighbour_user, False),
        ]
        for user, allowed in table:
            with self.subTest(user=user.login):
                self.assertEqual(
                    self.ticket.with_user(user).has_access("write"), allowed
                )

    def test_nobody_creates_or_deletes(self):
        for user in (
            self.desk,
            self.company_manager,
            self.worker_user,
            self.grid_user,
            self.wang_user,
        ):
            for record in (
                self.ticket,
                self.ticket.event_ids[:1],
                self.ticket.media_ids[:1],
            ):
                record = record.with_user(user)
                with self.subTest(user=user.login, model=record._name):
                    self.assertFalse(record.has_access("create"))
                    self.assertFalse(record.has_access("unlink"))
                    with self.assertRaises(UserError):
                        record.unlink()

    def test_fields_of_the_flow_cannot_be_written_directly(self):
        values = {
            "state": "closed",
            "name": "MINE-1",
            "estate_id": self.second_estate.id,
            "company_id": self.other_company.id,
            "team_id": self.other_team.id,
            "worker_id": self.other_worker.id,
            "done_at": "2020-01-01",
            "accepted_at": "2020-01-01",
            "rework_count": 0,
            "rating_value": 5,
            "rating_comment": "splendid",
            "me_too_count": 99,
            "participant_ids": [(4, self.stranger.id)],
            "hold_reason": "parts",
            "close_reason": "solved",
            "next_deadline": "2099-01-01",
            "is_late": False,
        }
        for user in (self.desk, self.worker_user, self.company_manager):
            for field, value in values.items():
                with (
                    self.subTest(user=user.login, field=field),
                    self.assertRaises(UserError),
                ):
                    self.ticket.with_user(user).write({field: value})
        for field in ("reopen_until", "reopen_reason", "rating_last_value"):
            with self.subTest(field=field), self.assertRaises(UserError):
                self.ticket.with_user(self.worker_user).write({field: False})

    def test_an_open_ticket_does_not_disappear_in_the_archive(self):
        for user in (self.desk, self.worker_user, self.manager):
            with self.subTest(user=user.login), self.assertRaises(UserError):
                self.ticket.with_user(user).action_archive()
        self.ticket._finish("New pipe", [photo()])
        with self.assertRaises(UserError):
            self.ticket.with_user(self.desk).action_archive()
        self.ticket.with_user(self.manager).action_archive()
        self.assertFalse(self.ticket.active)

    def test_corrections_are_possible_and_leave_a_trace(self):
        # What happens in the transaction of the report itself is not tracked.
        self.env.flush_all()
        self.env.cr.precommit.run()
        ticket = self.ticket.with_user(self.desk)
        before = len(ticket.message_ids)
        ticket.description = "corrected words"
        self.env.flush_all()
        self.env.cr.precommit.run()
        ticket.invalidate_recordset(["message_ids"])
        self.assertGreater(len(ticket.message_ids), before)

    def test_the_resident_does_not_see_what_is_for_staff(self):
        ticket = self.ticket.with_user(self.wang_user)
        self.assertEqual(ticket.read(["description"])[0]["description"], SECRET)
        for field in ("contact_phone", "participant_ids", "arrived_latitude"):
            with self.subTest(field=field), self.assertRaises(AccessError):
                ticket.read([field])
        self.ticket._unassign("inside")
        hidden = self.ticket.sudo().event_ids.filtered(lambda e: not e.public)
        self.assertTrue(hidden)
        with self.assertRaises(AccessError):
            hidden.with_user(self.wang_user).read(["note"])

    def test_a_resident_calls_no_step_of_the_staff(self):
        ticket = self.ticket.with_user(self.wang_user)
        for method, args in (
            ("action_accept", ()),
            ("action_start", ()),
            ("action_resume", ()),
            ("action_take", ()),
            ("worker_photo", ([],)),
            ("worker_finish", ("words",)),
            ("worker_hold", ("parts",)),
            ("worker_hand_back", ("no",)),
        ):
            with (
                self.subTest(method=method),
                self.assertRaises(UserError),
            ):
                getattr(ticket, method)(*args)
        self.assertEqual(self.ticket.state, "assigned")
        jobs = self.Ticket.with_user(self.wang_user).worker_jobs()
        self.assertEqual((jobs["mine"], jobs["team"]), ([], []))

    def test_staff_of_elsewhere_take_no_step(self):
        for user in (self.second_desk, self.foreign_manager, self.other_worker_user):
            ticket = self.ticket.with_user(user)
            for step in (
                lambda t=ticket: t._hold("parts"),
                lambda t=ticket: t._unassign("mine"),
                lambda t=ticket: t._finish("done", [photo()]),
                lambda t=ticket: t._call_back("hello"),
                lambda t=ticket: t._assign(self.team, self.mate),
                lambda t=ticket: t.action_start(),
            ):
                with self.subTest(user=user.login), self.assertRaises(AccessError):
                    step()
        self.assertEqual(self.ticket.state, "assigned")

    def test_the_grid_worker_sees_only_the_own_grid(self):
        self.assertTrue(self._can_read(self.grid_user, self.ticket))
        elsewhere = self._report(unit_id=self.second_unit.id)
        self.assertFalse(self._can_read(self.grid_user, elsewhere))

    def test_who_moves_out_keeps_only_the_own_reports(self):
        residency = self.env["shequ.residency"].search(
            [("partner_id", "=", self.wang.id)]
        )
        residency.date_to = "2021-01-01"
        later = self._report(reporter_id=self.neighbour.id, description="new owner")
        self.assertTrue(self._can_read(self.wang_user, self.ticket))
        self.assertFalse(self._can_read(self.wang_user, later))

    def test_helpers_see_the_job_they_help_with(self):
        self.assertFalse(self._can_read(self.other_worker_user, self.ticket))
        self.ticket.helper_worker_ids = self.other_worker
        self.assertTrue(self._can_read(self.other_worker_user, self.ticket))
