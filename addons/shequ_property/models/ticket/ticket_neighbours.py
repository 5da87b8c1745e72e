from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Command, Domain

from ...tools import similar

# A copy is looked for among what was reported in these hours.
DUPLICATE_HOURS = 72
# Below this likeness two reports of one place and category are two matters.
LIKENESS = 0.25


class Ticket(models.Model):
    _inherit = "shequ.ticket"

    def _join(self, partner):
        """“Me too”: follow a shared ticket of one's estate instead of filing a copy."""
        self.ensure_one()
        ticket = self.sudo()
        if ticket.visibility != "shared" or not ticket.is_open:
            raise UserError(self.env._("This ticket cannot be joined."))
        if partner in ticket.participant_ids:
            return
        ticket.write({"participant_ids": [Command.link(partner.id)]})
        ticket.me_too_count += 1
        ticket._trace("joined", partner=partner)

    def _leave(self, partner):
        """No longer follow a ticket one has joined."""
        self.ensure_one()
        ticket = self.sudo()
        owners = ticket.reporter_id | ticket.on_behalf_id
        if partner in owners or partner not in ticket.participant_ids:
            return
        ticket.write({"participant_ids": [Command.unlink(partner.id)]})
        ticket.me_too_count = max(0, ticket.me_too_count - 1)
        ticket._trace("left", partner=partner)

    @api.model
    def _find_duplicates(self, values, limit=5):
        """Find open tickets that are likely the same matter.

        Same place, same category where one is known, similar words, 72 hours.

        :param values: like those of :meth:`_intake`
        :return: tickets, the likeliest first
        """
        since = fields.Datetime.now() - timedelta(hours=DUPLICATE_HOURS)
        domain = Domain(
            [("is_open", "=", True), ("reported_at", ">=", since)]
        ) & self._duplicate_place(values)
        if values.get("category_id"):
            domain &= Domain("category_id", "in", [values["category_id"], False])
        candidates = self.sudo().search(domain, limit=200, order="reported_at desc")
        words = " ".join(
            filter(None, (values.get("place_text"), values.get("description")))
        )
        return self._alike(words, candidates, limit)

    @api.model
    def _duplicate_place(self, values):
        if values.get("unit_id"):
            return Domain("unit_id", "=", values["unit_id"])
        domain = Domain("estate_id", "=", values.get("estate_id")) & Domain(
            "unit_id", "=", False
        )
        if values.get("building_id"):
            domain &= Domain("building_id", "in", [values["building_id"], False])
        return domain

    @api.model
    def _alike(self, words, candidates, limit):
        scored = [
            (
                similar.similarity(words, t._said()),
                t.id,
            )
            for t in candidates
        ]
        best = sorted((pair for pair in scored if pair[0] >= LIKENESS), reverse=True)
        return candidates.browse([ticket_id for _score, ticket_id in best[:limit]])

    def _likely_duplicates(self):
        """Other tickets that are likely the same matter as this one."""
        self.ensure_one()
        found = self._find_duplicates(
            {
                "estate_id": self.estate_id.id,
                "unit_id": self.unit_id.id,
                "building_id": self.building_id.id,
                "category_id": self.category_id.id,
                "place_text": self.place_text,
                "description": self.description,
            }
        )
        return found.with_env(self.env) - self

    def action_find_duplicates(self):
        """Show the dispatcher what may be the same matter."""
        self.ensure_one()
        found = self._likely_duplicates()._filtered_access("read")
        if not found:
            return {
                "type": "ir.actions.client",
                "tag": "display_notification",
                "params": {
                    "message": self.env._("Nothing open is said alike."),
                    "type": "info",
                },
            }
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Possible Duplicates"),
            "res_model": "shequ.ticket",
            "view_mode": "list,form",
            "domain": [("id", "in", found.ids)],
            "context": {"active_test": False},
        }

    def _merge_into(self, master):
        """Close copies and keep their reporters informed through one ticket."""
        self._check_staff()
        copies = self - master
        if not copies or not master.is_open:
            raise UserError(self.env._("Please choose an open ticket to merge into."))
        if copies.estate_id != master.estate_id:
            raise UserError(self.env._("Only tickets of one estate can be merged."))
        now = fields.Datetime.now()
        people = copies.sudo().participant_ids - master.sudo().participant_ids
        copies._tell_residents(
            self.env._(
                "Somebody reported this before you. Follow it as %(ticket)s.",
                ticket=master.name,
            )
        )
        copies._step(
            "merged",
            "closed",
            note=master.name,
            close_reason="duplicate",
            duplicate_of_id=master.id,
            closed_at=now,
            hold_reason=False,
        )
        copies._void_clocks()
        master.sudo().write(
            {
                "participant_ids": [Command.link(partner.id) for partner in people],
                "me_too_count": master.me_too_count + len(people),
            }
        )
        master._trace("merged", ", ".join(copies.mapped("name")))
