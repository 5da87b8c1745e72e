"""What the automation rules on missed deadlines can do, without any code.

A rule is Odoo's own (Settings / Automation Rules).  Two kinds of action are added to
it, so that a manager chooses whom to tell, and whether points are counted, instead of
writing Python.  How many is said by the performance rules.
"""

import logging
from datetime import timedelta

from odoo import fields, models
from odoo.exceptions import AccessError
from odoo.fields import Command
from odoo.service.model import PG_CONCURRENCY_EXCEPTIONS_TO_RETRY

from .sla_breach import AUDIENCES

_logger = logging.getLogger(__name__)

BREACH = "shequ.sla.breach"
OWN_STATES = {"shequ_sla_notify", "shequ_sla_points"}
# What a company manager may change; everything else takes a system administrator,
# because an automation rule acts with all rights.
AUTOMATION_FIELDS = {"active", "name", "filter_domain", "description"}
ACTION_FIELDS = {"name", "shequ_audience"}


class ServerAction(models.Model):
    _inherit = "ir.actions.server"

    state = fields.Selection(
        selection_add=[
            ("shequ_sla_notify", "Tell About a Deadline"),
            ("shequ_sla_points", "Count Performance Points"),
        ],
        ondelete={"shequ_sla_notify": "cascade", "shequ_sla_points": "cascade"},
    )
    shequ_audience = fields.Selection(
        AUDIENCES, string="Tell", default="supervisor", help="Whom the action tells."
    )

    def write(self, vals):
        if self._shequ_limited():
            breach_model = self.env["ir.model"]._get_id(BREACH)
            own = all(
                action.model_id.id == breach_model and action.state in OWN_STATES
                for action in self.sudo()
            )
            if not own or not vals.keys() <= ACTION_FIELDS:
                raise AccessError(
                    self.env._("Only a system administrator may change this.")
                )
        return super().write(vals)

    def _shequ_limited(self):
        return not self.env.su and not self.env.user.has_group("base.group_system")

    def _run_action_shequ_sla_notify_multi(self, eval_context=None):
        records = eval_context.get("records") or eval_context.get("record")
        if records and records._name == BREACH:
            records._notify(self.shequ_audience)
        return False

    def _run_action_shequ_sla_points_multi(self, eval_context=None):
        records = eval_context.get("records") or eval_context.get("record")
        if records and records._name == BREACH:
            records._give_points()
        return False

    def _get_warning_messages(self):
        warnings = super()._get_warning_messages()
        if self.state in OWN_STATES and self.model_id.model != BREACH:
            warnings.append(self.env._("This action is made for missed deadlines."))
        return warnings


class BaseAutomation(models.Model):
    _inherit = "base.automation"

    shequ_failed_at = fields.Datetime(
        string="Last Failure on a Deadline", readonly=True, copy=False
    )

    def _process(self, records, domain_post=None):
        """Keep a rule that fails from stopping what others do about a deadline.

        The sweep raises a thousand breaches in one transaction; an own rule of the
        company with a fault would otherwise silence every alarm, minute after minute.
        """
        if records._name != BREACH:
            return super()._process(records, domain_post=domain_post)
        actions = self.sudo().action_server_ids
        try:
            with self.env.cr.savepoint():
                if records and set(actions.mapped("state")) <= OWN_STATES:
                    return self._shequ_run_once(actions, records)
                return super()._process(records, domain_post=domain_post)
        except PG_CONCURRENCY_EXCEPTIONS_TO_RETRY:
            raise
        except Exception as error:
            self.env.invalidate_all(flush=False)
            self._shequ_failed(error)
        return None

    def _shequ_run_once(self, actions, breaches):
        """Run the two kinds of action once for all breaches of a sweep.

        Odoo runs an action once a record, which after an outage means thousands of
        times the same preparation.  Breaches are never changed, so its guard against
        rules that set off themselves is not needed here.
        """
        for action in actions:
            action.with_context(
                active_model=BREACH, active_ids=breaches.ids, active_id=breaches[0].id
            ).run()

    def _shequ_failed(self, error):
        """Tell the administrators, once a day, that a rule does not work."""
        _logger.exception("The automation rule “%s” failed on a deadline", self.name)
        rule = self.sudo()
        now = fields.Datetime.now()
        if rule.shequ_failed_at and rule.shequ_failed_at > now - timedelta(days=1):
            return
        rule.shequ_failed_at = now
        rule.message_post(
            subject=self.env._("This rule does not work"),
            body=self.env._(
                "This rule failed, and what it should have done was left out: "
                "%(error)s",
                error=error,
            ),
            partner_ids=self.env.ref("base.group_system").user_ids.partner_id.ids,
        )

    def write(self, vals):
        if self.env.su or self.env.user.has_group("base.group_system"):
            return super().write(vals)
        self.check_access("write")
        own = all(rule.model_name == BREACH for rule in self.sudo())
        if not own or not vals.keys() <= AUTOMATION_FIELDS | {"action_server_ids"}:
            raise AccessError(
                self.env._("Only a system administrator may change this.")
            )
        vals = dict(vals)
        self._shequ_write_actions(vals.pop("action_server_ids", None) or [])
        # Checked field by field above; to register the rule takes more rights.
        return super(BaseAutomation, self.sudo()).write(vals)

    def _shequ_write_actions(self, commands):
        """Apply a form's changes of actions: what they say, not which there are."""
        for command in commands:
            if command[0] == Command.UPDATE:
                self.env["ir.actions.server"].browse(command[1]).write(command[2])
            elif command[0] != Command.LINK:
                raise AccessError(
                    self.env._("Only a system administrator may change this.")
                )
