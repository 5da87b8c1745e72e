from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import new_test_user, tagged

from .common_desk import DeskCase, photo


@tagged("post_install", "-at_install")
class TestCost(DeskCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.ticket = cls._report()
        cls._line("水管", 2, 30.0, "resident")
        cls._line("上门费", 1, 20.005, "resident", type="labour")
        cls._line("公共阀门", 1, 100.0, "company")
        cls._line("外墙", 1, 500.0, "fund")

    @classmethod
    def _line(cls, name, quantity, price, payer, **values):
        return cls.env["shequ.ticket.cost"].create(
            {
                "ticket_id": values.pop("ticket", cls.ticket).id,
                "name": name,
                "quantity": quantity,
                "price_unit": price,
                "payer": payer,
                **values,
            }
        )

    @classmethod
    def _journal(cls):
        account = cls.env["account.account"].create(
            {
                "name": "Service Income",
                "code": "6001",
                "account_type": "income",
                "company_ids": [Command.set(cls.company.ids)],
            }
        )
        receivable = cls.env["account.account"].create(
            {
                "name": "Receivable",
                "code": "1122",
                "account_type": "asset_receivable",
                "reconcile": True,
                "company_ids": [Command.set(cls.company.ids)],
            }
        )
        (cls.wang | cls.neighbour).with_company(
            cls.company
        ).property_account_receivable_id = receivable
        return cls.env["account.journal"].create(
            {
                "name": "Sales",
                "code": "SAL",
                "type": "sale",
                "company_id": cls.company.id,
                "default_account_id": account.id,
            }
        )

    def _accepted(self):
        self.ticket.with_user(self.desk).action_send_quotation()
        self.ticket._quotation_accept(self.wang)

    # --- lines -----------------------------------------------------------------

    def test_who_pays_what(self):
        self.assertAlmostEqual(self.ticket.amount_resident, 80.01, 2)
        self.assertEqual(self.ticket.amount_company, 100)
        self.assertEqual(self.ticket.amount_fund, 500)
        self.assertAlmostEqual(self.ticket.amount_total, 680.01, 2)

    def test_a_product_fills_in_name_and_price(self):
        product = self.env["product.product"].create(
            {"name": "Valve", "list_price": 45.0}
        )
        line = self.env["shequ.ticket.cost"].create(
            {"ticket_id": self.ticket.id, "product_id": product.id}
        )
        self.assertEqual((line.name, line.price_unit), ("Valve", 45.0))
        self.assertEqual(line.payer, "company")

    def test_the_worker_of_the_job_enters_costs_others_do_not(self):
        self.ticket._assign(self.team, self.worker)
        values = {"ticket_id": self.ticket.id, "name": "胶带", "price_unit": 3}
        Cost = self.env["shequ.ticket.cost"]
        self.assertTrue(Cost.with_user(self.worker_user).create(values))
        stranger = self._make_staff("desk_worker2", "group_worker", self.estate)
        with self.assertRaises(AccessError):
            Cost.with_user(stranger).create(values)
        with self.assertRaises(AccessError):
            Cost.with_user(self.grid_user).create(values)

    def test_a_resident_reads_only_what_is_asked_of_the_household(self):
        user = new_test_user(
            self.env,
            "desk_resident",
            groups="shequ_property.group_resident",
            partner_id=self.wang.id,
        )
        Cost = self.env["shequ.ticket.cost"].with_user(user)
        self.assertFalse(Cost.search([]))
        self.ticket.with_user(self.desk).action_send_quotation()
        self.assertEqual(set(Cost.search([]).mapped("name")), {"水管", "上门费"})
        with self.assertRaises(AccessError):
            Cost.search([]).write({"price_unit": 0})

    # --- quotation ---------------------------------------------------------------

    def test_a_quotation_rests_the_clocks_and_is_told(self):
        ticket = self.ticket.with_user(self.desk)
        before = ticket.message_ids
        ticket.action_send_quotation()
        self.assertEqual(ticket.quotation_state, "sent")
        self.assertEqual(ticket.hold_reason, "resident")
        told = ticket.message_ids - before
        self.assertIn("80.01", "".join(told.mapped("body")))
        self.assertIn(self.wang, told.notified_partner_ids)
        self.assertIn("quotation", ticket.event_ids.mapped("code"))

    def test_work_does_not_begin_without_the_residents_word(self):
        ticket = self.ticket.with_user(self.manager)
        ticket._assign(self.team, self.worker)
        for step in (
            lambda: None,
            ticket.action_send_quotation,
            lambda: ticket._quotation_refuse(self.wang, "太贵"),
        ):
            step()
            with self.assertRaisesRegex(UserError, "accepted"):
                ticket.action_start()
        ticket.action_send_quotation()
        ticket._quotation_accept(self.wang)
        self.assertFalse(ticket.hold_reason)
        ticket.action_start()
        self.assertEqual(ticket.state, "in_progress")
        self.assertEqual(ticket.quotation_partner_id, self.wang)

    def test_what_the_company_pays_needs_no_word(self):
        ticket = self._report(description="楼道灯")
        self._line("灯泡", 1, 9, "company", ticket=ticket)
        ticket._assign(self.team, self.worker)
        ticket.action_start()
        self.assertEqual(ticket.state, "in_progress")

    def test_only_who_it_is_for_answers(self):
        self.ticket.with_user(self.desk).action_send_quotation()
        for partner in (self.neighbour, self.stranger, self.env["res.partner"]):
            with self.subTest(partner=partner.name):
                with self.assertRaises(AccessError):
                    self.ticket._quotation_accept(partner)
                with self.assertRaises(AccessError):
                    self.ticket._quotation_refuse(partner, "x")
        self.ticket._quotation_accept(self.wang)

    def test_an_answer_is_given_once(self):
        with self.assertRaises(UserError):
            self.ticket._quotation_accept(self.wang)
        self._accepted()
        with self.assertRaises(UserError):
            self.ticket._quotation_accept(self.wang)
        with self.assertRaises(UserError):
            self.ticket._quotation_refuse(self.wang, "晚了")
        with self.assertRaises(UserError):
            self.ticket.with_user(self.desk).action_send_quotation()

    def test_a_refusal_needs_a_reason(self):
        self.ticket.with_user(self.desk).action_send_quotation()
        with self.assertRaises(UserError):
            self.ticket._quotation_refuse(self.wang, "  ")
        self.ticket._quotation_refuse(self.wang, "太贵")
        self.assertEqual(self.ticket.quotation_refuse_reason, "太贵")
        self.assertFalse(self.ticket.hold_reason)

    def test_the_price_does_not_change_behind_the_residents_back(self):
        self.ticket.with_user(self.desk).action_send_quotation()
        mine = self.ticket.cost_line_ids.filtered(lambda x: x.payer == "resident")
        theirs = self.ticket.cost_line_ids - mine
        for change in (
            lambda: mine[0].write({"price_unit": 1000}),
            lambda: mine[0].unlink(),
            lambda: mine[0].write({"payer": "company"}),
            lambda: theirs[0].write({"payer": "resident"}),
            lambda: self._line("另加", 1, 1000, "resident"),
        ):
            with self.assertRaises(UserError), self.env.cr.savepoint():
                change()
        theirs[0].price_unit = 1
        self.ticket.with_user(self.desk).action_withdraw_quotation()
        mine[0].price_unit = 40
        self.assertEqual(self.ticket.quotation_state, "none")

    def test_a_quotation_needs_somebody_and_something_to_pay(self):
        nobody = self._report(reporter_id=False)
        self._line("水管", 1, 5, "resident", ticket=nobody)
        free = self._report()
        for ticket in (nobody, free):
            with self.assertRaises(UserError):
                ticket.with_user(self.desk).action_send_quotation()

    def test_the_state_is_not_written_from_outside(self):
        with self.assertRaises(UserError):
            self.ticket.with_user(self.manager).write({"quotation_state": "accepted"})

    # --- invoice -----------------------------------------------------------------

    def _finish(self):
        self._accepted()
        self._finished(self.ticket)

    def test_a_manager_without_accounting_rights_makes_one_ordinary_invoice(self):
        self._journal()
        self._finish()
        ticket = self.ticket.with_user(self.manager)
        self.assertFalse(
            self.env["account.move"].with_user(self.manager).has_access("create")
        )
        action = ticket.action_invoice()
        self.assertEqual(action["tag"], "display_notification")
        invoice = self.ticket.invoice_id
        self.assertEqual(invoice.move_type, "out_invoice")
        self.assertEqual(invoice.state, "draft")
        self.assertEqual(invoice.partner_id, self.wang)
        self.assertEqual(invoice.company_id, self.company)
        self.assertEqual(invoice.invoice_origin, self.ticket.name)
        self.assertAlmostEqual(invoice.amount_total, 80.01, 2)
        self.assertEqual(len(invoice.invoice_line_ids), 2)
        self.assertEqual(self.ticket.quotation_state, "invoiced")
        invoice.action_post()
        self.assertEqual(invoice.state, "posted")
        with self.assertRaisesRegex(UserError, "already"):
            ticket.action_invoice()
        self.assertEqual(self.ticket.invoice_id, invoice)

    def test_a_cancelled_invoice_may_be_made_anew(self):
        self._journal()
        self._finish()
        self.ticket.with_user(self.manager).action_invoice()
        first = self.ticket.invoice_id
        first.button_cancel()
        self.ticket.with_user(self.manager).action_invoice()
        self.assertNotEqual(self.ticket.invoice_id, first)

    def test_for_whom_it_is_pays(self):
        self._journal()
        self.ticket.sudo().on_behalf_id = self.neighbour
        self._finish()
        self.ticket.with_user(self.manager).action_invoice()
        self.assertEqual(self.ticket.invoice_id.partner_id, self.neighbour)

    def test_a_tax_within_the_price_keeps_the_price(self):
        self._journal()
        country = self.env.ref("base.cn")
        self.company.account_fiscal_country_id = country
        group = self.env["account.tax.group"].create(
            {
                "name": "VAT",
                "company_id": self.company.id,
                "country_id": country.id,
            }
        )
        tax = self.env["account.tax"].create(
            {
                "tax_group_id": group.id,
                "name": "6% within",
                "amount": 6,
                "price_include_override": "tax_included",
                "company_id": self.company.id,
                "country_id": country.id,
            }
        )
        self.company.account_sale_tax_id = tax
        self._finish()
        self.ticket.with_user(self.manager).action_invoice()
        invoice = self.ticket.invoice_id
        self.assertEqual(invoice.invoice_line_ids.tax_ids, tax)
        self.assertAlmostEqual(invoice.amount_total, 80.01, 2)

    def test_no_invoice_before_the_end_or_without_a_word(self):
        self._journal()
        manager = self.ticket.with_user(self.manager)
        with self.assertRaises(UserError):
            manager.action_invoice()
        self._accepted()
        with self.assertRaisesRegex(UserError, "not finished"):
            manager.action_invoice()
        with self.assertRaises(AccessError):
            self.ticket.with_user(self.desk).action_invoice()

    def test_without_a_sales_journal_it_says_so(self):
        self._finish()
        with self.assertRaisesRegex(UserError, "sales journal"):
            self.ticket.with_user(self.manager).action_invoice()

    def test_a_finished_ticket_keeps_its_photo_rule(self):
        self._accepted()
        self.ticket._assign(self.team, self.worker)
        with self.assertRaises(UserError):
            self.ticket._finish("修好了")
        self.ticket._finish("修好了", photos=[photo()])
