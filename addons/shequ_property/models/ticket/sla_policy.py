from collections import namedtuple

from odoo import api, fields, models, tools

from .ticket import CHANNELS
from .ticket_category import KINDS, URGENCIES

#: What a ticket is measured by: ids of records, keys of selections.
Facts = namedtuple(
    "Facts", "company estate category kind urgency situation channel", defaults=(None,)
)
#: One promise made to a ticket; `tz` is the estate's.
Promise = namedtuple("Promise", "target target_id minutes mode calendar_id tz")


class SlaPolicy(models.Model):
    """Promise about times (服务时限) for the tickets that fit.

    For each target the first policy in the list that fits and names the target
    decides: a policy for elders may shorten the arrival alone and leave everything
    else to the general one.  Of two with the same sequence the one with more
    conditions comes first.
    """

    _name = "shequ.sla.policy"
    _inherit = ["shequ.cached.mixin"]
    _description = "Service Deadline Policy"
    _order = "sequence, condition_count desc, id"

    name = fields.Char(required=True, translate=True)
    sequence = fields.Integer(
        default=10, help="The first policy that fits decides, for each target."
    )
    active = fields.Boolean(default=True)
    company_id = fields.Many2one(
        "res.company", index=True, help="Empty: for every company."
    )
    estate_ids = fields.Many2many(
        "shequ.estate", string="Estates", help="Empty: for every estate."
    )
    category_ids = fields.Many2many(
        "shequ.ticket.category",
        string="Categories",
        help="With everything below them. Empty: for every category.",
    )
    kind = fields.Selection(KINDS, help="Empty: for every kind.")
    urgency = fields.Selection(URGENCIES, help="Empty: for every urgency.")
    situation = fields.Char(
        string="Reporter's Situation",
        help="Key of the situation the reporter is in, for instance elder_alone. "
        "Empty: for everybody.",
    )
    channel = fields.Selection(CHANNELS, help="Empty: for every channel.")
    resource_calendar_id = fields.Many2one(
        "resource.calendar",
        string="Working Time",
        help="Counts targets in working time. Empty: the calendar of the estate, "
        "else that of the company.",
    )
    source = fields.Text(
        translate=True, help="Where the promise comes from: a law, a contract, a page."
    )
    target_ids = fields.One2many(
        "shequ.sla.target", "policy_id", string="Targets", copy=True
    )
    condition_count = fields.Integer(compute="_compute_condition_count", store=True)

    @api.depends(
        "company_id",
        "estate_ids",
        "category_ids",
        "kind",
        "urgency",
        "situation",
        "channel",
    )
    def _compute_condition_count(self):
        for policy in self:
            policy.condition_count = sum(
                map(bool, (policy[name] for name in self._condition_fields()))
            )

    @api.model
    def _condition_fields(self):
        return (
            "company_id",
            "estate_ids",
            "category_ids",
            "kind",
            "urgency",
            "situation",
            "channel",
        )

    def action_apply_to_open(self):
        """Let open tickets follow the policies as they are now.

        What has elapsed and what was paused stays as it is.
        """
        self.check_access("write")
        tickets = self.env["shequ.ticket"].search([("is_open", "=", True)])
        tickets.sudo()._reapply_policy()
        return True

    # --- matching ----------------------------------------------------------------

    @api.model
    @tools.ormcache("facts")
    def _match(self, facts):
        """Return what is promised to tickets with these `facts`.

        Asks the database nothing once the rulebook and the estates are known, so a
        storm of new tickets from a thousand estates does not either.

        :param facts: a `Facts`
        :return: tuple of `Promise`, one per target
        """
        estate = self.env["shequ.estate"]._facts(facts.estate)
        categories = self.env["shequ.ticket.category"]._all_facts()
        line = categories[facts.category][5] if facts.category else frozenset()
        found = {}
        for conditions, calendar_id, targets in self._rulebook(facts.company):
            if self._fits(conditions, facts, line):
                for target, *promise in targets:
                    found.setdefault(target, (calendar_id, target, *promise))
        return tuple(
            Promise(
                target,
                target_id,
                minutes,
                mode,
                (calendar_id or estate.calendar) if mode == "working" else False,
                estate.tz or "UTC",
            )
            for calendar_id, target, target_id, minutes, mode in found.values()
        )

    @api.model
    @tools.ormcache("company_id")
    def _rulebook(self, company_id):
        """Return the policies of a company as plain values, in their order.

        :return: tuple of (conditions, id of the policy's own calendar, targets)
        """
        policies = self.sudo().search([("company_id", "in", (False, company_id))])
        return tuple(
            (
                (
                    frozenset(policy.estate_ids.ids),
                    frozenset(policy.category_ids.ids),
                    policy.kind,
                    policy.urgency,
                    policy.situation or False,
                    policy.channel,
                ),
                policy.resource_calendar_id.id,
                tuple(
                    (target.target, target.id, target.minutes, target.time_mode)
                    for target in policy.target_ids
                ),
            )
            for policy in policies
        )

    @api.model
    def _fits(self, conditions, facts, category_line):
        estates, categories, kind, urgency, situation, channel = conditions
        return (
            (not estates or facts.estate in estates)
            and (not categories or not categories.isdisjoint(category_line))
            and kind in (False, facts.kind)
            and urgency in (False, facts.urgency)
            and situation in (False, facts.situation or False)
            and channel in (False, facts.channel)
        )
