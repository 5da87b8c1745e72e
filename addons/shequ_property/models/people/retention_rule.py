import logging

from dateutil.relativedelta import relativedelta

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.fields import Domain
from odoo.tools import SQL

from .data_access import KEPT_MONTHS

_logger = logging.getLogger(__name__)

BATCH = 100
# Examples in a report; the rest is counted.
NAMED = 20
KINDS = [
    ("moved_out", "Residents who moved out"),
    ("ticket_contact", "People in finished tickets"),
    ("ticket_photo", "Photos of finished tickets"),
    ("ticket_voice", "Voice notes and videos of finished tickets"),
    ("access_log", "Log of access to personal data"),
    ("login_log", "Log of log-ins"),
    ("registration_proof", "Proofs of registrations"),
    ("data_request", "Answered requests about personal data"),
]
ANONYMISED = ("moved_out", "ticket_contact")


class ShequRetentionRule(models.Model):
    """How long a kind of record is kept, why, and what happens then (PIPL 19, 47).

    Each night the due records are counted and named in a report. What is done only
    happens after an officer approved that report, or when the rule is automatic.
    """

    _name = "shequ.retention.rule"
    _description = "Retention Rule"
    _order = "sequence, id"
    _rec_name = "kind"

    kind = fields.Selection(KINDS, required=True)
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    months = fields.Integer(string="Kept for (Months)", required=True)
    source = fields.Char(string="Law or Reason")
    action = fields.Selection(
        [("anonymise", "Anonymise"), ("delete", "Delete")], compute="_compute_action"
    )
    automatic = fields.Boolean(help="Done each night without asking.")
    due_count = fields.Integer(string="Due Now", readonly=True)
    report = fields.Text(readonly=True, help="What would be done, before it is done.")
    reported_at = fields.Datetime(readonly=True)
    approved = fields.Boolean(readonly=True, copy=False)
    approved_by_id = fields.Many2one("res.users", readonly=True, copy=False)
    approved_at = fields.Datetime(readonly=True, copy=False)
    done_count = fields.Integer(string="Done in All", readonly=True, copy=False)
    done_at = fields.Datetime(string="Last Done", readonly=True, copy=False)

    _kind_uniq = models.Constraint("UNIQUE(kind)", "There is a rule of this kind.")

    @api.constrains("months", "kind")
    def _check_months(self):
        for rule in self:
            least = KEPT_MONTHS if rule.kind in ("access_log", "login_log") else 1
            if rule.months < least:
                raise ValidationError(
                    self.env._(
                        "%(kind)s: kept for %(months)s months at least.",
                        kind=rule._label(),
                        months=least,
                    )
                )

    @api.depends("kind")
    def _compute_action(self):
        for rule in self:
            rule.action = "anonymise" if rule.kind in ANONYMISED else "delete"

    @api.depends("kind")
    def _compute_display_name(self):
        for rule in self:
            rule.display_name = rule._label() if rule.kind else False

    def _label(self):
        return dict(self._fields["kind"]._description_selection(self.env))[self.kind]

    # ------------------------------------------------------------ what is due

    def _cutoff(self):
        self.ensure_one()
        return fields.Datetime.now() - relativedelta(months=self.months)

    def _due(self):
        """Model and domain of what is due; None for what is not installed."""
        self.ensure_one()
        return getattr(self, f"_due_{self.kind}")(self._cutoff())

    def _due_moved_out(self, cutoff):
        """Whose last home ended before: no home, no open ticket, no open bill."""
        self.env.flush_all()
        self.env.cr.execute(
            SQL(
                """
                SELECT p.id
                  FROM res_partner p
                  JOIN shequ_residency r ON r.partner_id = p.id
                 WHERE p.shequ_anonymised_at IS NULL
                   AND NOT EXISTS (SELECT 1 FROM shequ_ticket t
                                    WHERE t.is_open AND t.active
                                      AND p.id IN (t.reporter_id, t.on_behalf_id))
                   AND NOT EXISTS (SELECT 1 FROM account_move m
                                    WHERE m.partner_id = p.id AND m.state = 'posted'
                                      AND m.payment_state IN ('not_paid', 'partial'))
                   AND NOT EXISTS (SELECT 1 FROM res_users u
                                    WHERE u.partner_id = p.id AND NOT u.share)
              GROUP BY p.id
                HAVING bool_and(r.date_to IS NOT NULL AND r.date_to < %s)
                """,
                cutoff.date(),
            )
        )
        ids = [row[0] for row in self.env.cr.fetchall()]
        return self.env["res.partner"], Domain("id", "in", ids)

    @staticmethod
    def _finished_domain(cutoff, prefix=""):
        return Domain(f"{prefix}is_open", "=", False) & (
            Domain(f"{prefix}closed_at", "<", cutoff)
            | (
                Domain(f"{prefix}closed_at", "=", False)
                & Domain(f"{prefix}reported_at", "<", cutoff)
            )
        )

    def _due_ticket_contact(self, cutoff):
        return self.env["shequ.ticket"], self._finished_domain(cutoff) & Domain(
            "shequ_anonymised", "=", False
        ) & (Domain("reporter_id", "!=", False) | Domain("on_behalf_id", "!=", False))

    def _due_ticket_photo(self, cutoff):
        return self.env["shequ.ticket.media"], self._finished_domain(
            cutoff, "ticket_id."
        ) & Domain("type", "=", "photo")

    def _due_ticket_voice(self, cutoff):
        return self.env["shequ.ticket.media"], self._finished_domain(
            cutoff, "ticket_id."
        ) & Domain("type", "in", ("voice", "video"))

    def _due_access_log(self, cutoff):
        return self.env["shequ.data.access"], Domain("date", "<", cutoff)

    def _due_login_log(self, cutoff):
        if "shequ.login.log" in self.env:
            return self.env["shequ.login.log"], Domain("date", "<", cutoff)
        return self.env["res.users.log"], Domain("create_date", "<", cutoff)

    def _due_registration_proof(self, cutoff):
        if "shequ.registration" not in self.env:
            return None
        return self.env["shequ.registration"], Domain("decided_at", "<", cutoff) & (
            Domain("photo", "!=", False) | Domain("certificate_number", "!=", False)
        )

    def _due_data_request(self, cutoff):
        return self.env["shequ.data.request"], Domain("state", "!=", "new") & Domain(
            "decided_at", "<", cutoff
        )

    # ------------------------------------------------------------ what is done

    def _carry_out(self, records):
        records = records.with_context(shequ_retention=True)
        # shequ_retention: what nobody may delete goes by this job alone
        if self.kind in ANONYMISED:
            if self.kind == "moved_out":
                for person in records:
                    kinds = {kind for kind, _ in person._shequ_invoice_obstacles()}
                    person._shequ_anonymise(keep_name="invoices" in kinds)
            else:
                records._shequ_anonymise()
        elif self.kind == "registration_proof":
            records.write({"photo": False, "certificate_number": False})
        elif self.kind in ("ticket_photo", "ticket_voice"):
            attachments = records.attachment_id
            records.unlink()
            attachments.unlink()
        else:
            records.unlink()

    def _run(self):
        """Do what is due, in batches; a record that fails is left and named.

        :return: number of records done
        """
        self.ensure_one()
        if not (due := self._due()):
            return 0
        model, domain = due
        model = model.sudo().with_context(active_test=False)
        done = last = 0
        while records := model.search(
            domain & Domain("id", ">", last), order="id", limit=BATCH
        ):
            last = records[-1].id
            done += self._run_batch(records)
            left = model.search_count(domain & Domain("id", ">", last))
            self.env["ir.cron"]._commit_progress(len(records), remaining=left)
        self.write(
            {
                "done_count": self.done_count + done,
                "done_at": fields.Datetime.now(),
                "approved": False,
            }
        )
        return done

    def _run_batch(self, records):
        try:
            with self.env.cr.savepoint():
                self._carry_out(records)
                self.env.flush_all()
            return len(records)
        except (UserError, ValidationError):
            if len(records) == 1:
                _logger.warning(
                    "Retention rule %s leaves %s #%s",
                    self.kind,
                    records._name,
                    records.id,
                )
                return 0
        return sum(self._run_batch(record) for record in records)

    def action_report(self):
        """Say what would be done, without doing it."""
        for rule in self:
            rule._make_report()

    def _make_report(self):
        count, lines = 0, []
        if due := self._due():
            model, domain = due
            model = model.sudo().with_context(active_test=False)
            count = model.search_count(domain)
            for record in model.search(domain, limit=NAMED, order="id"):
                lines.append(f"#{record.id} {self._name_of(record)}")
            if count > NAMED:
                lines.append(self.env._("… and %(count)s more", count=count - NAMED))
        self.write(
            {
                "due_count": count,
                "report": "\n".join(lines),
                "reported_at": fields.Datetime.now(),
                "approved": self.approved and bool(count),
            }
        )

    def _name_of(self, record):
        """What tells a record in a report that others read, too."""
        if record._name == "shequ.ticket.media":
            return f"{record.ticket_id.name} ({record.type})"
        if record._name in ("shequ.ticket", "res.partner"):
            return record.name
        return record.display_name or ""

    def action_approve(self):
        """Let tonight's job do what the report says."""
        for rule in self:
            if not rule.reported_at:
                rule._make_report()
            rule.write(
                {
                    "approved": True,
                    "approved_by_id": self.env.uid,
                    "approved_at": fields.Datetime.now(),
                }
            )
        self.env.ref("shequ_property.ir_cron_retention")._trigger()

    @api.model
    def _cron_retention(self):
        """Report each rule; carry out those approved or automatic."""
        waiting = self.browse()
        for rule in self.search([], limit=100):
            if rule.approved or rule.automatic:
                rule._run()
            rule._make_report()
            if rule.due_count and not rule.automatic and not rule.approved:
                waiting |= rule
        self.env["shequ.data.access"]._remind_officers(
            self.env._("Personal data are due to be erased: look at the report"),
            "shequ_property.action_retention_rule" if waiting else "",
        )
