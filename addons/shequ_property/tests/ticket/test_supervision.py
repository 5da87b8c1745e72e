from datetime import timedelta
from unittest.mock import patch

from odoo import fields
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Command
from odoo.tests import new_test_user, tagged
from odoo.tools import mute_logger

from .common_ticket import TicketCase


@tagged("post_install", "-at_install")
class TestSupervision(TicketCase):
    """The community's supervision post (社区监督岗), which is not the company's."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.estate.manager_id = cls.manager
        cls.outside = cls.env["res.company"].create({"name": "Street Office"})
        cls.guard = cls._make_guard("t_guard")
        cls.other_guard = cls._make_guard("t_guard_b")
        Post = cls.env["shequ.supervision.post"]
        cls.post = Post.create(
            {
                "name": "昊海社区监督岗",
                "member_ids": [Command.link(cls.guard.id)],
                "estate_ids": [Command.link(cls.estate.id)],
            }
        )
        cls.other_post = Post.create(
            {
                "name": "别处监督岗",
                "member_ids": [Command.link(cls.other_guard.id)],
                "estate_ids": [
                    Command.set([cls.second_estate.id, cls.foreign_estate.id])
                ],
            }
        )
        cls.Case = cls.env["shequ.supervision.case"]

    @classmethod
    def _make_guard(cls, login):
        return new_test_user(
            cls.env,
            login,
            groups="shequ_property.group_supervision",
            company_id=cls.outside.id,
            company_ids=[Command.set(cls.outside.ids)],
            lang="en_US",
        )

    def _open(self, ticket=None, why="三天没人来"):
        ticket = ticket or self._report()
        return ticket._supervise(self.wang, why)

    def test_the_whole_way(self):
        ticket = self._finished(self._report())
        case = self._open(ticket)
        self.assertEqual((case.state, case.post_id), ("new", self.post))
        self.assertIn(
            self.guard, case.activity_ids.user_id, "the post has it on its list"
        )
        guarded = case.with_user(self.guard)
        guarded._demand("为什么拖了三天?", 12)
        self.assertEqual(case.state, "demanded")
        left = case.due_at - fields.Datetime.now()
        self.assertLess(abs(left - timedelta(hours=12)), timedelta(minutes=1))
        self.assertIn(self.manager, case.activity_ids.user_id)
        case.with_user(self.manager)._answer("阀门缺货,今天到")
        self.assertEqual((case.state, case.answer_late), ("answered", False))
        self.assertFalse(
            case.activity_ids.filtered(lambda a: a.user_id == self.manager)
        )
        guarded._reopen_ticket("还在漏")
        self.assertEqual((ticket.state, ticket.rework_count), ("accepted", 1))
        reopened = ticket.event_ids.filtered(lambda e: e.code == "reopened")
        self.assertEqual(reopened.user_id, self.guard)
        guarded._close("已督促更换阀门")
        self.assertEqual(case.state, "closed")
        self.assertEqual(
            case.line_ids.sorted("id").mapped("side"),
            ["resident", "post", "company", "post", "post"],
        )
        messages = " ".join(ticket.message_ids.mapped("body"))
        self.assertIn("阀门缺货", messages, "the resident reads the answer")
        self.assertIn("已督促更换阀门", messages)

    def test_the_post_sees_the_trail_of_its_cases_and_nothing_else(self):
        ticket, silent = self._report(), self._report(description="灯坏了")
        case = self._open(ticket)
        env = self.env(user=self.guard)
        self.assertEqual(env["shequ.ticket"].search([]), ticket)
        self.assertEqual(env["shequ.ticket.event"].search([]), ticket.event_ids)
        self.assertTrue(env["shequ.sla.clock"].search([]))
        self.assertEqual(env["shequ.supervision.case"].search([]), case)
        self.assertEqual(
            case.with_user(self.guard).read(["description", "place", "event_ids"])[0][
                "description"
            ],
            ticket.description,
        )
        with self.assertRaises(AccessError):
            silent.with_user(self.guard).read(["description"])
        for user in (self.other_guard, self.foreign_manager, self.second_desk):
            self.assertFalse(self.Case.with_user(user).search([]), user.login)
        self.assertEqual(self.Case.with_user(self.desk).search([]), case)
        self.assertEqual(self.Case.with_user(self.company_manager).search([]), case)

    def test_the_post_reads_only(self):
        ticket = self._report()
        case = self._open(ticket)
        seen = ticket.with_user(self.guard)
        for step in (
            lambda: seen.action_accept(),
            lambda: seen._finish("好了", close_reason="not_ours"),
            lambda: seen.write({"description": "x"}),
            lambda: seen._assign(self.team),
        ):
            with self.assertRaises(UserError):  # AccessError is one
                step()
        with self.assertRaises(AccessError):
            case.with_user(self.guard)._answer("我替他们答")

    def test_the_company_neither_deletes_nor_closes(self):
        case = self._open()
        for user in (self.desk, self.manager, self.company_manager):
            own = case.with_user(user)
            with self.assertRaises(AccessError, msg=user.login):
                own._close("没事了")
            with self.assertRaises(AccessError):
                own._demand("x")
            with self.assertRaises(AccessError):
                own._reopen_ticket("x")
            with self.assertRaises(AccessError):
                own.unlink()
            with self.assertRaises(UserError):
                own.write({"state": "closed"})
            with self.assertRaises(AccessError):
                self.Case.with_user(user).create({"ticket_id": case.ticket_id.id})
        with self.assertRaises(UserError):
            case.unlink()
        with self.assertRaises(UserError):
            case.line_ids.unlink()
        with self.assertRaises(UserError):
            case.line_ids.write({"words": "x"})
        # Nobody is both, and whoever became so may not.
        self.desk.group_ids += self.env.ref("shequ_property.group_supervision")
        with self.assertRaises(AccessError):
            case.with_user(self.desk)._close("没事了")
        for user in (self.desk, self.worker_user):
            with self.assertRaisesRegex(ValidationError, "works for a property"):
                self.post.member_ids += user
        self.guard.group_ids += self.env.ref("shequ_property.group_front_desk")
        self.guard.company_ids += self.company
        with self.assertRaises(AccessError):
            case.with_user(self.guard)._close("没事了")

    def test_one_at_a_time_and_so_many(self):
        ticket = self._report()
        case = self._open(ticket)
        with self.assertRaises(UserError):
            self._open(ticket)
        case._add_word(self.wang, "还没人来")
        for _time in range(2):
            case.with_user(self.guard)._close("处理了")
            case = self._open(ticket)
        case.with_user(self.guard)._close("处理了")
        with self.assertRaises(UserError):
            self._open(ticket)

    def test_who_may_turn_to_it(self):
        ticket = self._report()
        for partner in (self.neighbour, self.stranger, self.worker_user.partner_id):
            with self.assertRaises(AccessError):
                ticket._supervise(partner, "x")
        with self.assertRaises(UserError):
            ticket._supervise(self.wang, "  ")
        foreign = self._report(
            unit_id=self.foreign_unit.id, reporter_id=self.stranger.id
        )
        case = foreign._supervise(self.stranger, "x")
        self.assertEqual(case.post_id, self.other_post)

    def test_not_where_there_is_no_post(self):
        self.post.estate_ids = False
        ticket = self._report()
        self.assertFalse(ticket._may_supervise())
        self.estate.street = "南桥镇"
        self.post.street = "南桥镇"
        self.assertTrue(ticket._may_supervise())
        self.post.member_ids = False
        self.assertFalse(ticket._may_supervise(), "nobody would read it")

    def test_not_for_ever(self):
        ticket = self._finished(self._report())
        self.assertTrue(ticket._may_supervise())
        ticket.sudo().done_at -= timedelta(days=91)
        self.assertFalse(ticket._may_supervise())

    def _messages(self, case):
        domain = [("model", "=", case._name), ("res_id", "=", case.id)]
        return self.env["mail.message"].search_count(domain)

    def test_overdue_is_told_once(self):
        case = self._open()
        case.with_user(self.guard)._demand("请答复", 1)
        case.due_at = fields.Datetime.now() - timedelta(minutes=5)
        self.assertTrue(case.is_late)
        self.assertIn(case, self.Case.search([("is_late", "=", True)]))
        with self.enter_registry_test_mode():
            self.env.ref("shequ_property.cron_supervision").method_direct_trigger()
            count = self._messages(case)
            self.env.ref("shequ_property.cron_supervision").method_direct_trigger()
        case.invalidate_recordset()
        self.assertEqual(self._messages(case), count)
        self.assertTrue(case.answer_late)
        self.assertIn(self.company_manager, case.activity_ids.user_id)
        case.with_user(self.desk)._answer("抱歉")
        self.assertTrue(case.answer_late, "late stays late")

    def test_extensions_hear_of_it(self):
        heard = []
        with self._patched(heard):
            case = self._open()
        self.assertEqual(heard, [case])

    def _patched(self, heard):
        def listen(_ticket, case):
            heard.append(case)

        return patch.object(type(self.Ticket), "_supervision_opened", listen)

    def test_the_wizard_takes_the_steps(self):
        case = self._open()

        def step(user, kind, words, **values):
            wizard = (
                self.env["shequ.supervision.step"]
                .with_user(user)
                .with_context(active_id=case.id)
                .create({"step": kind, "words": words, **values})
            )
            wizard.action_confirm()

        step(self.guard, "demand", "请答复", hours=8)
        step(self.desk, "answer", "马上")
        with self.assertRaises(UserError):
            step(self.desk, "answer", "再答一次")
        step(self.guard, "note", "电话核实过")
        with self.assertRaises(AccessError):
            step(self.desk, "close", "结束")
        step(self.guard, "close", "结束")
        self.assertEqual(case.state, "closed")

    @mute_logger("odoo.addons.base.models.ir_rule")
    def test_two_taps_at_once_make_one_case(self):
        ticket = self._report()
        case = self._open(ticket)
        with self.assertRaises(UserError):
            ticket._supervise(self.wang, "again")
        self.assertEqual(ticket.sudo().supervision_ids, case)

    def test_the_person_goes_with_the_ticket_s(self):
        """What is kept no longer names who complained, was called or told."""
        self.company.write({"shequ_news": True, "shequ_sms_provider": "log"})
        self.wang.name = "王小明"
        ticket = self._finished(self._report(channel="phone"))
        self.env["shequ.ticket.news"]._take(99)._send()
        case = self._open(ticket, why="我是王小明,没修好")
        case.with_user(self.guard)._demand("请答复王小明")
        case.with_user(self.desk)._answer("王小明先生您好")
        case.with_user(self.guard)._close("已答复王小明")
        ticket.with_user(self.desk)._record_call(
            "unsatisfied", 1, comment="王小明说还在漏"
        )
        token = ticket.sudo().news_ids.filtered("expires_at")._token()
        ticket.sudo()._shequ_anonymise()
        self.env.flush_all()
        self.env.invalidate_all()
        words = [
            *case.line_ids.mapped("words"),
            *(case[name] for name in ("reason", "demand", "answer", "conclusion")),
            *ticket.sudo().call_back_ids.mapped("note"),
        ]
        self.assertTrue(all(words))
        self.assertNotIn("王小明", " ".join(words))
        points = self.env["shequ.performance.point"].search(
            [("ticket_id", "=", ticket.id)]
        )
        self.assertTrue(points)
        self.assertNotIn("王小明", " ".join(p.note or "" for p in points))
        people = (
            case.partner_id
            | ticket.sudo().call_back_ids.partner_id
            | ticket.sudo().news_ids.filtered(lambda n: n.state == "sent").partner_id
        )
        self.assertNotIn(self.wang, people)
        self.assertFalse(self.env["shequ.ticket.news"]._by_token(token))
