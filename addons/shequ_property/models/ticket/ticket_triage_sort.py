from odoo import fields, models
from odoo.exceptions import AccessError, UserError

from .ticket import URGENCY_RANK

# A person who changes one of these has looked at what triage proposed.
JUDGED = {"category_id", "urgency"}
#: States in which nobody has been sent yet, so that the desk may still change.
MOVABLE = ("new", "accepted")


class Ticket(models.Model):
    """A person confirms or corrects triage; every correction teaches it."""

    _inherit = "shequ.ticket"

    correction_ids = fields.One2many(
        "shequ.triage.correction", "ticket_id", groups="base.group_user"
    )

    def write(self, vals):
        # sudo is at work where nobody judges: imports, steps, merges.
        judged = JUDGED & vals.keys() and not self.env.su
        before = {t.id: (t.category_id, t.urgency) for t in self} if judged else {}
        result = super().write(vals)
        if judged:
            changed = self.filtered(
                lambda t: before[t.id] != (t.category_id, t.urgency)
            )
            changed._triage_judged(before)
        return result

    def _triage_judged(self, before):
        """Keep what a person decided, and let the team follow the category.

        :param dict before: id → (category, urgency) as it was
        """
        rows = []
        for ticket in self.sudo():
            category, urgency = before[ticket.id]
            rows.append(
                {
                    "ticket_id": ticket.id,
                    "company_id": ticket.company_id.id,
                    "estate_id": ticket.estate_id.id,
                    "user_id": self.env.uid,
                    "from_category_id": category.id,
                    "to_category_id": ticket.category_id.id,
                    "from_urgency": urgency,
                    "to_urgency": ticket.urgency,
                }
            )
            values = {} if ticket.triage_state == "done" else {"triage_state": "done"}
            if not ticket.category_id:
                values = {"triage_state": "to_sort"}
            if category != ticket.category_id:
                values.update(ticket._team_of_category())
            if values:
                ticket.write(values)
        self.env["shequ.triage.correction"].sudo().create(rows)

    def _team_of_category(self):
        """The team of the category, as long as nobody has been sent."""
        self.ensure_one()
        if self.worker_id or self.state not in MOVABLE:
            return {}
        team_id = self.env["shequ.team"]._default_team_id(
            self.company_id.id, self.estate_id.id, self.category_id.skill_id.id
        )
        return {"team_id": team_id} if team_id else {}

    def _finish_clocks(self, now):
        """Whoever has done the work has looked: nothing is left to confirm."""
        result = super()._finish_clocks(now)
        asked = self.sudo().filtered(
            lambda t: t.category_id and t.triage_state in ("to_sort", "to_confirm")
        )
        if asked:
            asked.triage_state = "done"
        return result

    # --- buttons ------------------------------------------------------------------

    def action_triage_pick(self):
        """Take the guess whose number (1 to 3) the button carries in its context."""
        number = self.env.context.get("shequ_guess")
        for ticket in self:
            guesses = ticket._triage_guesses()
            if number not in range(1, len(guesses) + 1):
                raise UserError(ticket.env._("There is no such guess any more."))
            ticket._triage_sort(guesses[number - 1][0])
        return True

    def _triage_sort(self, code):
        """File a ticket under a category, as a person says.

        Kind and urgency follow the category; an emergency stays one, and a ticket
        that is to be confirmed is still to be confirmed.
        """
        self.ensure_one()
        self._check_staff()
        Category = self.env["shequ.ticket.category"]
        category_id = Category._id_by_code(code)
        facts = Category._all_facts().get(category_id)
        if not facts:
            raise UserError(
                self.env._(
                    "There is no ticket category with the code %(code)s.", code=code
                )
            )
        unconfirmed = self.triage_state == "to_confirm"
        vals = {"kind": facts[1]}
        if self.category_id.id != category_id:
            vals["category_id"] = category_id
        # What the words made urgent stays so; else the category says.
        heard = (self.triage_result or {}).get("u") in ("red", "orange")
        more = URGENCY_RANK[facts[2]] < URGENCY_RANK[self.urgency]
        if self.urgency != "red" and (more or not heard):
            vals["urgency"] = facts[2]
        self.write(vals)
        self.sudo().triage_state = "to_confirm" if unconfirmed else "done"
        self._trace(
            "sorted", self.env["shequ.triage.reason"]._category_name(code), public=False
        )
        self._notify_pool()

    def action_triage_red(self):
        """It is an emergency: a person has confirmed it."""
        self._check_staff()
        for ticket in self:
            if ticket.urgency != "red":
                ticket.urgency = "red"
        self.sudo().triage_state = "done"
        self._trace("confirmed_red", public=False)
        self._notify_pool()
        return True

    def action_triage_calm(self):
        """Ask why it is no emergency."""
        self._check_calm()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "shequ_property.action_ticket_calm"
        )
        return {**action, "context": {"default_ticket_ids": self.ids}}

    def _check_calm(self):
        self._check_staff()
        # Who is rung at may not silence the bell; whoever answers for the estate may.
        if not self.env.user.has_group("shequ_property.group_front_desk"):
            raise AccessError(self.env._("Please ask the front desk to do that."))

    def _triage_calm(self, why, note="", category=None):
        """It is no emergency: the bell stops, and the clocks are drawn anew.

        :param str why: of ``shequ.triage.correction``, ``why``
        :param category: what it is about instead (``shequ.ticket.category``); else it
            is as urgent as before it rang, or as its category says
        """
        self._check_calm()
        whys = dict(self.env["shequ.triage.correction"]._whys())
        for ticket in self:
            rung, known = ticket._ring_partners(), ticket.sudo().correction_ids
            ticket.write(ticket._calm_values(category))
            ticket.sudo().triage_state = "done" if ticket.category_id else "to_sort"
            # What was just learned also says why.
            lesson = ticket.sudo().correction_ids - known
            lesson.write({"why": why, "note": note})
            ticket._ring_called_off(rung)
        said = ": ".join(filter(None, (whys.get(why), note)))
        self._trace("confirmed_calm", said, public=False)
        self._notify_pool()

    def _calm_values(self, category):
        self.ensure_one()
        facts = self.env["shequ.ticket.category"]._all_facts()
        changed = category and category != self.category_id
        values = {"category_id": category.id} if changed else {}
        if changed:
            _code, values["kind"], usual = facts[category.id][:3]
        else:
            before = (self.triage_result or {}).get("before")
            usual = before or self.category_id.urgency or "yellow"
        return {**values, "urgency": "orange" if usual == "red" else usual}
