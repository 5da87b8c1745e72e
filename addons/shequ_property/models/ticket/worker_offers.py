"""What a worker is offered, and the words for why."""

from odoo import api, fields, models

from .worker_skill import LEVELS


class ReasonTexts:
    """Sentences for the codes of `tools.dispatch`, in the reader's language."""

    def __init__(self, env):
        self.env = env
        self.dialects = {}
        field = env["shequ.worker.skill"]._fields["level"]
        self.levels = dict(field._description_selection(env) or LEVELS)

    def dialect(self, dialect_id):
        if dialect_id not in self.dialects:
            record = self.env["shequ.dialect"].sudo().browse(dialect_id)
            self.dialects[dialect_id] = record.name or ""
        return self.dialects[dialect_id]

    def say(self, reasons):
        return [
            text for code, value in reasons or () if (text := self._say(code, value))
        ]

    def _say(self, code, value):
        if code == "skill":
            return self.env._("Skill: %(level)s", level=self.levels.get(str(value), ""))
        if code == "language":
            return self.env._("Speaks %(language)s", language=self.dialect(value))
        if code == "household":
            return self.env._("This home gave %(stars)s★", stars=value)
        if code == "rating":
            return f"{value}★"
        if code in ("load", "full"):
            return self.env._(
                "%(load)s of %(capacity)s jobs", load=value[0], capacity=value[1]
            )
        return {
            "on_duty": self.env._("On duty"),
            "off_duty": self.env._("Off duty"),
            "building": self.env._("Knows the building"),
            "grid": self.env._("Knows the grid"),
            "here": self.env._("Is in the building now"),
            "here_estate": self.env._("Is in the estate now"),
        }.get(code, "")

    def wall(self, code):
        return {
            "team": self.env._("Of another team"),
            "estate": self.env._("Does not work in this estate"),
            "skill": self.env._("Has not the skill"),
            "refused": self.env._("Has refused or given it back"),
            "away": self.env._("On leave"),
            "off_duty": self.env._("Off duty"),
            "full": self.env._("Hands are full"),
        }.get(code, "")


class Worker(models.Model):
    _inherit = "shequ.worker"

    @api.model
    def _reason_texts(self):
        return ReasonTexts(self.env)

    def _open_offers(self):
        """Return the cards of what is offered to these workers, emergencies first."""
        lines = (
            self.env["shequ.dispatch.offer.line"]
            .sudo()
            .search(
                [
                    ("worker_id", "in", self.ids),
                    ("state", "=", "waiting"),
                    ("offer_id.state", "=", "open"),
                ],
                limit=100,
            )
        )
        texts = self._reason_texts()
        cards = [line._offer_card(texts) for line in lines if line._still_on_offer()]
        return sorted(cards, key=lambda card: (not card["red"], card["expires"] or ""))


class DispatchOfferLine(models.Model):
    _inherit = "shequ.dispatch.offer.line"

    def _still_on_offer(self):
        return self.offer_id.ticket_id.is_open and not self.offer_id.ticket_id.worker_id

    def _offer_card(self, texts):
        """What a worker reads before saying yes: no names, no numbers, no door."""
        self.ensure_one()
        offer = self.offer_id
        ticket = offer.ticket_id.with_env(self.env)
        return {
            "id": ticket.id,
            "offer_id": offer.id,
            "red": offer.kind == "ring",
            "rings": offer.ring_count,
            "name": ticket.name,
            "title": ticket.category_id.name or ticket._label("kind"),
            "urgency": ticket.urgency,
            "urgency_label": ticket._label("urgency"),
            "estate": ticket.estate_id.name,
            "place": ticket.building_id.label or ticket.spot_id.name or "",
            "description": ticket.description or "",
            "preferred_time": ticket.preferred_time or "",
            "reasons": texts.say(self.reasons),
            "offered_at": fields.Datetime.to_string(offer.offered_at),
            "expires": fields.Datetime.to_string(offer.expires_at) or False,
            "others": len(offer.line_ids) - 1,
        }
