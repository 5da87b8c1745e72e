from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.fields import Command

from ...tools.anonymise import anonymise
from .ticket_flow import FLOW_FIELDS

FLOW_FIELDS.update({"model_case_consent", "model_case_id"})


class ModelCase(models.Model):
    """A case to learn from (典型案例): what happened, told without names."""

    _name = "shequ.model.case"
    _description = "Model Case"
    _inherit = ["mail.thread"]
    _order = "published_at desc, id desc"
    _rec_names_search = ["name", "story"]

    name = fields.Char(string="Title", required=True, tracking=True)
    active = fields.Boolean(default=True, tracking=True)
    story = fields.Text(
        required=True,
        help="Names, telephones, number plates and rooms were taken out. Read it "
        "once more before it is published.",
    )
    ticket_id = fields.Many2one(
        "shequ.ticket",
        required=True,
        index=True,
        readonly=True,
        ondelete="restrict",
        # A ticket names people and places; colleagues read the case alone.
        groups="shequ_property.group_front_desk",
    )
    company_id = fields.Many2one(
        "res.company", required=True, index=True, readonly=True
    )
    estate_id = fields.Many2one("shequ.estate", required=True, readonly=True)
    estate_name = fields.Char(
        related="estate_id.name", related_sudo=True, string="Estate Name"
    )
    category_id = fields.Many2one("shequ.ticket.category")
    worker_id = fields.Many2one("shequ.worker")
    worker_name = fields.Char(
        related="worker_id.name", related_sudo=True, string="Done By"
    )
    photo_ids = fields.One2many("shequ.model.case.photo", "case_id")
    cover = fields.Image(compute="_compute_cover", max_width=512, max_height=512)
    state = fields.Selection(
        [("draft", "Draft"), ("published", "Published")],
        required=True,
        default="draft",
        readonly=True,
        copy=False,
        tracking=True,
    )
    published_at = fields.Datetime(readonly=True, copy=False)
    published_by_id = fields.Many2one("res.users", readonly=True, copy=False)

    _ticket_uniq = models.Constraint(
        "UNIQUE(ticket_id)", "The ticket is a model case already."
    )

    @api.depends("photo_ids.image", "photo_ids.chosen", "photo_ids.phase")
    def _compute_cover(self):
        for case in self:
            chosen = case.photo_ids.filtered("chosen")
            after = chosen.filtered(lambda photo: photo.phase == "evidence")
            case.cover = (after or chosen)[:1].image

    def action_publish(self):
        """Show the case to all workers of the company."""
        self._check_editor()
        for case in self:
            if case.sudo().ticket_id.model_case_consent != "agreed":
                raise UserError(
                    self.env._(
                        "The resident has not agreed to “%(case)s”.", case=case.name
                    )
                )
        self.sudo().write(
            {
                "state": "published",
                "published_at": fields.Datetime.now(),
                "published_by_id": self.env.uid,
            }
        )
        return True

    def action_unpublish(self):
        self._check_editor()
        self._withdraw()
        return True

    def action_clean(self):
        """Take names and numbers out once more, after the story was edited."""
        self._check_editor()
        for case in self:
            ticket = case.sudo().ticket_id
            case.name = ticket._anonymous(case.name)
            case.story = ticket._anonymous(case.story)
        return True

    def _withdraw(self):
        self.sudo().write(
            {"state": "draft", "published_at": False, "published_by_id": False}
        )

    def _check_editor(self):
        if not self.env.su and not self.env.user.has_group(
            "shequ_property.group_estate_manager"
        ):
            raise AccessError(self.env._("Only an estate manager publishes cases."))
        self.check_access("write")

    def write(self, vals):
        if not self.env.su and {"state", "ticket_id", "company_id"} & vals.keys():
            raise UserError(self.env._("Please use the buttons to publish a case."))
        return super().write(vals)


class ModelCasePhoto(models.Model):
    """A copy of a ticket's photo: the ticket's own stay with the ticket."""

    _name = "shequ.model.case.photo"
    _description = "Photo of a Model Case"
    _order = "phase desc, sequence, id"

    case_id = fields.Many2one(
        "shequ.model.case", required=True, index=True, ondelete="cascade"
    )
    sequence = fields.Integer(default=10)
    phase = fields.Selection(
        [("report", "Before"), ("evidence", "After")], required=True, default="report"
    )
    image = fields.Image(required=True, max_width=1920, max_height=1920)
    chosen = fields.Boolean(
        string="Show",
        help="Chosen photos are shown to colleagues. Look for faces, papers and "
        "number plates first.",
    )


class Ticket(models.Model):
    _inherit = "shequ.ticket"

    model_case_consent = fields.Selection(
        [
            ("none", "Not asked"),
            ("asked", "Asked"),
            ("agreed", "Agreed"),
            ("refused", "Refused"),
        ],
        string="Consent to a Model Case",
        required=True,
        default="none",
        readonly=True,
        copy=False,
    )
    model_case_id = fields.Many2one(
        "shequ.model.case", readonly=True, copy=False, groups="base.group_user"
    )
    model_case = fields.Boolean(
        string="Is a Model Case", compute="_compute_model_case", compute_sudo=True
    )

    @api.depends("model_case_id.state", "model_case_id.active")
    def _compute_model_case(self):
        for ticket in self:
            case = ticket.model_case_id
            ticket.model_case = case.active and case.state == "published"

    def action_propose_model_case(self):
        """Ask the resident whether others may learn from the case."""
        self._check_staff()
        for ticket in self:
            if ticket.rating_value != 5:
                raise UserError(
                    self.env._(
                        "%(ticket)s: only a ticket with five stars becomes a model "
                        "case.",
                        ticket=ticket.name,
                    )
                )
            if ticket.model_case_consent != "none":
                raise UserError(
                    self.env._(
                        "%(ticket)s: the resident was asked already.",
                        ticket=ticket.name,
                    )
                )
        self.sudo().write({"model_case_consent": "asked"})
        self._trace("note", self.env._("Proposed as a model case"), public=False)
        self._tell_residents(
            self.env._(
                "Thank you for the five stars! May our colleagues learn from this "
                "case? Your name, telephone and address are taken out."
            )
        )
        return True

    def _model_case_consent(self, partner, yes):
        """The resident agrees or not; agreement may be taken back at any time.

        :param partner: who reported it or for whom it is
        :param bool yes: whether colleagues may read the case
        """
        self.ensure_one()
        self._check_answerer(partner)
        ticket = self.sudo()
        if ticket.model_case_consent == "none":
            raise UserError(self.env._("Nobody asked about a model case."))
        ticket.model_case_consent = "agreed" if yes else "refused"
        note = self.env._("Model case: agreed") if yes else self.env._("Refused")
        ticket._trace("note", note, public=False, partner=partner)
        if yes and not ticket.model_case_id:
            ticket.model_case_id = (
                self.env["shequ.model.case"].sudo().create(ticket._model_case_values())
            )
        elif not yes:
            ticket.model_case_id._withdraw()

    def _model_case_values(self):
        self.ensure_one()
        what = self.category_id.name or self._label("kind")
        parts = [
            self.description,
            self.resolution,
            self.rating_comment
            and self.env._("The resident: %(words)s", words=self.rating_comment),
        ]
        return {
            "name": self.env._("%(what)s: five stars", what=what),
            "story": self._anonymous("\n\n".join(part for part in parts if part))
            or what,
            "ticket_id": self.id,
            "company_id": self.company_id.id,
            "estate_id": self.estate_id.id,
            "category_id": self.category_id.id,
            "worker_id": self.worker_id.id,
            "photo_ids": [
                Command.create(
                    {"phase": media.phase, "image": media.attachment_id.datas}
                )
                for media in self.media_ids
                if media.type == "photo" and media.phase in ("report", "evidence")
            ],
        }

    def _anonymous(self, text):
        """Take the people and the place of the ticket out of a text."""
        self.ensure_one()
        ticket = self.sudo()
        people = (
            ticket.participant_ids
            | ticket.reporter_id
            | ticket.on_behalf_id
            | ticket.unit_id.residency_ids.partner_id
        )
        unit = ticket.unit_id
        places = [unit.address, unit.short_address, unit.room, ticket.building_id.label]
        return anonymise(text, names=people.mapped("name"), places=places)

    def action_open_model_case(self):
        self.ensure_one()
        return self.model_case_id._get_records_action(name=self.env._("Model Case"))
