from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain

from ..models.ticket.ticket_category import URGENCIES

# How many open tickets of caller and place are shown next to the form.
SHOWN_TICKETS = 8


class PhoneIntake(models.TransientModel):
    """The form for a phone call, and for a need a grid worker hears of.

    The number finds the person and the unit; a few words and one key save it.  What
    the caller already has open is shown, so that asking again joins the ticket that
    is there.
    """

    _name = "shequ.phone.intake"
    _description = "New Call"

    channel = fields.Selection(
        [("phone", "Phone or Counter"), ("grid", "Grid Worker")],
        required=True,
        default=lambda self: self._default_channel(),
    )
    estate_id = fields.Many2one(
        "shequ.estate",
        required=True,
        default=lambda self: self._own_estates()[:1],
    )
    phone = fields.Char(string="Caller's Number")
    caller_hint = fields.Char(compute="_compute_caller_hint")
    partner_id = fields.Many2one("res.partner", string="Caller")
    caller_name = fields.Char(
        string="Name of an Unknown Caller",
        help="With a name the caller is kept and recognised the next time.",
    )
    on_behalf_id = fields.Many2one(
        "res.partner",
        string="On Behalf Of",
        help="Who needs it, when the caller asks for somebody else.",
    )
    unit_id = fields.Many2one("shequ.unit", domain="[('estate_id', '=', estate_id)]")
    building_id = fields.Many2one(
        "shequ.building", domain="[('estate_id', '=', estate_id)]"
    )
    place_text = fields.Char(string="Place in Words")
    description = fields.Text(string="What It Is About")
    category_id = fields.Many2one("shequ.ticket.category")
    guessed_category_id = fields.Many2one("shequ.ticket.category")
    urgency = fields.Selection(
        URGENCIES, compute="_compute_urgency", store=True, readonly=False
    )
    danger = fields.Boolean(compute="_compute_danger")
    danger_advice = fields.Char(compute="_compute_danger")
    preferred_time = fields.Char()
    photo_ids = fields.Many2many("ir.attachment", string="Photos")
    open_ticket_ids = fields.Many2many(
        "shequ.ticket", string="Open Tickets", compute="_compute_open_ticket_ids"
    )
    same_ticket_id = fields.Many2one(
        "shequ.ticket",
        string="Same Matter As",
        compute="_compute_same_ticket_id",
        store=True,
        readonly=False,
        domain="[('id', 'in', open_ticket_ids)]",
    )

    # --- defaults ----------------------------------------------------------------

    @api.model
    def _default_channel(self):
        desk = self.env.user.has_group("shequ_property.group_front_desk")
        return "phone" if desk else "grid"

    @api.model
    def _own_estates(self):
        """Estates the user works for, or whose grids are the user's."""
        user = self.env.user
        own = user.shequ_estate_ids
        if not own:
            grids = self.env["shequ.grid"].search([("user_id", "=", user.id)])
            own = grids.estate_id
        return own or self.env["shequ.estate"].search([], limit=1)

    # --- the number finds the person ---------------------------------------------

    @api.depends("phone", "partner_id")
    def _compute_caller_hint(self):
        for call in self:
            people = call._callers()
            call.caller_hint = False
            if call.phone and not people and not call.partner_id:
                call.caller_hint = self.env._("This number is not known yet.")
            elif len(people) > 1:
                call.caller_hint = self.env._(
                    "Several people have this number: %(people)s",
                    people=", ".join(people.mapped("name")),
                )

    def _callers(self):
        self.ensure_one()
        return self.env["res.partner"]._shequ_find_by_phone(
            self.phone or "", self.estate_id
        )

    @api.onchange("phone")
    def _onchange_phone(self):
        people = self._callers()
        if self.partner_id not in people:
            self.partner_id = people[:1]
            self._fill_place()

    @api.onchange("partner_id")
    def _onchange_partner_id(self):
        self._fill_place()
        # What is hidden from the clerk is not copied to where it is not; without a
        # number of its own the ticket gets that of the person.
        if not self.phone and self.partner_id._shequ_may_see():
            self.phone = self.partner_id.phone

    def _fill_place(self):
        """Take the caller's unit; one in the estate at hand goes first."""
        units = self._units(self.partner_id)
        if self.unit_id and self.unit_id in units:
            return
        here = units.filtered(lambda unit: unit.estate_id == self.estate_id)
        # Two homes in the estate: the caller has to say which.
        self.unit_id = here if len(here) == 1 else False
        if units and not here:
            self.estate_id = units[0].estate_id
            self.unit_id = units if len(units) == 1 else False

    def _units(self, partner):
        Unit = self.env["shequ.unit"]
        if not partner:
            return Unit
        return Unit.search([("id", "in", partner.shequ_unit_ids.ids)])

    @api.onchange("estate_id")
    def _onchange_estate_id(self):
        if self.unit_id.estate_id != self.estate_id:
            self.unit_id = False
        if self.building_id.estate_id != self.estate_id:
            self.building_id = False

    # --- the words find the category ---------------------------------------------

    @api.onchange("description")
    def _onchange_description(self):
        if self.category_id and self.category_id != self.guessed_category_id:
            return  # chosen by hand
        guess = self.env["shequ.ticket"]._suggest_categories(
            self.description or "", self.estate_id.id, limit=1
        )
        self.category_id = self.guessed_category_id = guess

    @api.depends("category_id")
    def _compute_urgency(self):
        for call in self:
            call.urgency = call.category_id.urgency or "yellow"

    @api.depends("description", "estate_id")
    def _compute_danger(self):
        """Words that may mean danger: the clerk reads the advice to the caller."""
        Ticket = self.env["shequ.ticket"]
        for call in self:
            words, company = call.description or "", call.estate_id.company_id
            found = Ticket._emergency_advice(words, company.id) if words else {}
            call.danger = bool(found)
            call.danger_advice = found.get("advice")

    # --- what is open already ----------------------------------------------------

    @api.depends("partner_id", "unit_id", "on_behalf_id")
    def _compute_open_ticket_ids(self):
        for call in self:
            call.open_ticket_ids = call._open_tickets()

    def _open_tickets(self):
        self.ensure_one()
        people = self.partner_id | self.on_behalf_id
        domain = Domain.FALSE
        if people:
            domain |= Domain("reporter_id", "in", people.ids)
            domain |= Domain("on_behalf_id", "in", people.ids)
        if self.unit_id:
            domain |= Domain("unit_id", "in", self.unit_id.ids)
        return self.env["shequ.ticket"].search(
            domain & Domain("is_open", "=", True),
            limit=SHOWN_TICKETS,
            order="reported_at desc, id desc",
        )

    @api.depends("open_ticket_ids", "description", "category_id", "place_text")
    def _compute_same_ticket_id(self):
        for call in self:
            call.same_ticket_id = call._likely_same()

    def _likely_same(self):
        """The open ticket that the words of the call sound like, if any."""
        self.ensure_one()
        Ticket = self.env["shequ.ticket"]
        if not self.estate_id or not (self.description or "").strip():
            return Ticket
        found = Ticket._find_duplicates(
            {
                "estate_id": self.estate_id.id,
                "unit_id": self.unit_id.id,
                "building_id": self.building_id.id,
                "category_id": self.category_id.id,
                "place_text": self.place_text,
                "description": self.description,
            }
        )
        own = self.open_ticket_ids._origin
        # `found` was searched for everybody: keep to what the user may see.
        visible = found.with_env(self.env)._filtered_access("read")
        return (visible & own)[:1] or visible[:1]

    # --- save --------------------------------------------------------------------

    def action_save(self):
        """Take the call in as a new ticket."""
        return self._told(self._take_in())

    def action_save_and_new(self):
        """Take the call in and open an empty form for the next one."""
        ticket = self._take_in()
        following = self.env["ir.actions.act_window"]._for_xml_id(
            "shequ_property.action_phone_intake"
        )
        following["context"] = {
            "default_estate_id": self.estate_id.id,
            "default_channel": self.channel,
        }
        return self._told(ticket, following)

    def action_open_ticket(self):
        """Take the call in and open the ticket."""
        return self._take_in()._get_records_action(name=self.env._("Ticket"))

    def action_join(self):
        """The matter is known: keep the words of this call with its ticket."""
        self.ensure_one()
        ticket = self.same_ticket_id
        if not ticket:
            raise UserError(self.env._("Please choose the ticket it belongs to."))
        ticket.check_access("read")
        caller = self._caller()
        ticket._reported_again(caller, self.description or "")
        return self._told(ticket)

    def _take_in(self):
        self.ensure_one()
        self.estate_id.check_access("read")
        ticket = self.env["shequ.ticket"]._intake(self._report())
        self._drop_uploads()
        return ticket

    def _drop_uploads(self):
        """The ticket keeps its own copies; the files as sent may tell a location."""
        self.photo_ids.filtered(
            lambda file: (
                file.res_model == self._name and file.create_uid == self.env.user
            )
        ).unlink()

    def _report(self):
        """Return the values for the intake."""
        caller = self._caller()
        report = {
            "channel": self.channel,
            "estate_id": self.estate_id.id,
            "unit_id": self.unit_id.id,
            "building_id": self.building_id.id,
            "place_text": self.place_text,
            "reporter_id": caller.id,
            "on_behalf_id": self.on_behalf_id.id,
            "description": self.description,
            "category_id": self.category_id.id,
            "urgency": self.urgency,
            "preferred_time": self.preferred_time,
            "contact_phone": self.phone or caller.phone,
            "media": self._media(),
        }
        if self.channel == "grid":
            # The grid worker reports and stays informed; the need is the resident's.
            report["reporter_id"] = self.env.user.partner_id.id
            report["on_behalf_id"] = (self.on_behalf_id or caller).id
        return report

    def _media(self):
        return [
            {"type": "photo", "name": photo.name, "raw": photo.raw}
            for photo in self.photo_ids
        ]

    def _caller(self):
        """The caller, kept as a contact when a name was given."""
        if self.partner_id or not (self.caller_name or "").strip():
            return self.partner_id
        # A front desk may not edit contacts at large; this one is made of two values.
        partner = (
            self.env["res.partner"]
            .sudo()
            .create(
                {
                    "name": self.caller_name.strip(),
                    "phone": self.phone or False,
                    "lang": self.env.lang,
                }
            )
        )
        self.partner_id = partner.sudo(False)
        return self.partner_id

    def _told(self, ticket, following=None):
        """Say the number aloud and close, or go on with `following`."""
        # The words go to the browser, where nothing of the caller's is needed.
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "success",
                "title": self.env._("Saved"),
                "message": "%s",
                "links": [
                    {
                        "label": ticket.name,
                        "url": f"/odoo/tickets/{ticket.id}",
                    }
                ],
                "next": following or {"type": "ir.actions.act_window_close"},
            },
        }


class Ticket(models.Model):
    _inherit = "shequ.ticket"

    def _reported_again(self, partner, words):
        """Keep that the matter was reported once more instead of filing a copy.

        Neighbours may follow a shared ticket; a private one stays with its owner.

        :param partner: who reported it again; may be empty
        :param str words: what was said
        """
        self.ensure_one()
        ticket = self.sudo()
        if not ticket.is_open:
            raise UserError(
                self.env._(
                    "%(ticket)s is finished. Please save this as a new ticket.",
                    ticket=ticket.name,
                )
            )
        if partner and ticket.visibility == "shared":
            ticket._join(partner)
        ticket._trace("duplicate_reported", words[:200], public=False, partner=partner)
        if words.strip():
            ticket.message_post(body=words, subtype_xmlid="mail.mt_note")
        self._notify_pool()
