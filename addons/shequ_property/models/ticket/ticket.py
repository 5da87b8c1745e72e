from odoo import api, fields, models, tools
from odoo.exceptions import UserError, ValidationError

from .ticket_category import KINDS, URGENCIES

CHANNELS = [
    ("portal", "Resident Portal"),
    ("phone", "Phone or Counter"),
    ("grid", "Grid Worker"),
    ("email", "E-mail"),
    ("api", "Interface"),
    ("screen", "Lobby Screen"),
    ("hotline", "Government Hotline"),
    ("sensor", "Sensor"),
    ("round", "Scheduled Round"),
]
STATES = [
    ("new", "Waiting"),
    ("accepted", "Accepted"),
    ("assigned", "Dispatched"),
    ("in_progress", "In Progress"),
    ("done", "Done"),
    ("rated", "Rated"),
    ("closed", "Closed"),
    ("returned", "Returned"),
    ("cancelled", "Cancelled"),
]
OPEN_STATES = ("new", "accepted", "assigned", "in_progress")
FINISHED_STATES = ("done", "rated", "closed")
HOLD_REASONS = [
    ("parts", "Waiting for parts"),
    ("owners_consent", "Waiting for the owners' consent"),
    ("fund", "Waiting for the maintenance fund"),
    ("resident", "Waiting for the resident"),
]
CLOSE_REASONS = [
    ("solved", "Solved"),
    ("not_solved", "Not solved"),
    ("not_ours", "Not the property company's matter"),
    ("duplicate", "Duplicate"),
]
URGENCY_RANK = {"red": 1, "orange": 2, "yellow": 3, "blue": 4}
# Creating through mail.thread posts one message and subscribes one follower per
# record, which is most of the time a new ticket takes.  The trace of a ticket is
# `shequ.ticket.event`, so neither is wanted here.
QUIET = {
    "tracking_disable": True,
    "mail_create_nolog": True,
    "mail_create_nosubscribe": True,
    "mail_notrack": True,
}


class Ticket(models.Model):
    """A resident's request (诉求工单): repair, complaint, question, help.

    Tickets are created by :meth:`_intake` alone, move by the steps in
    ``ticket_flow.py`` and are never deleted.
    """

    _name = "shequ.ticket"
    _description = "Ticket"
    _inherit = ["portal.mixin", "rating.mixin", "mail.activity.mixin"]
    _order = "id desc"
    _rec_names_search = ["search_text"]
    _mail_post_access = "read"

    name = fields.Char(string="Number", required=True, readonly=True, copy=False)
    active = fields.Boolean(default=True)

    # --- where -----------------------------------------------------------------
    company_id = fields.Many2one("res.company", required=True, readonly=True)
    estate_id = fields.Many2one("shequ.estate", required=True, readonly=True)
    building_id = fields.Many2one(
        "shequ.building",
        index="btree_not_null",
        domain="[('estate_id', '=', estate_id)]",
        tracking=True,
    )
    unit_id = fields.Many2one(
        "shequ.unit",
        index="btree_not_null",
        domain="[('estate_id', '=', estate_id)]",
        tracking=True,
    )
    grid_id = fields.Many2one("shequ.grid", index="btree_not_null", readonly=True)
    spot_id = fields.Many2one(
        "shequ.spot",
        string="QR Spot",
        index="btree_not_null",
        domain="[('estate_id', '=', estate_id)]",
    )
    place_text = fields.Char(string="Place in Words", tracking=True)
    is_public_area = fields.Boolean(string="Public Area")
    place = fields.Char(compute="_compute_place")

    # --- what ------------------------------------------------------------------
    kind = fields.Selection(KINDS, required=True, default="repair", tracking=True)
    category_id = fields.Many2one(
        "shequ.ticket.category", index="btree_not_null", tracking=True
    )
    skill_id = fields.Many2one(
        "shequ.skill",
        compute="_compute_skill_id",
        store=True,
        readonly=False,
        tracking=True,
        help="What the job needs; it decides which team and workers are offered.",
    )
    urgency = fields.Selection(
        URGENCIES, required=True, default="yellow", tracking=True
    )
    urgency_rank = fields.Integer(
        compute="_compute_urgency_rank",
        store=True,
        readonly=False,
        aggregator=False,
    )
    description = fields.Text(tracking=True)
    preferred_time = fields.Char()
    visibility = fields.Selection(
        [("private", "Private"), ("shared", "Visible to neighbours")],
        required=True,
        default="private",
        tracking=True,
    )

    # --- who -------------------------------------------------------------------
    channel = fields.Selection(CHANNELS, required=True, default="phone", readonly=True)
    external_ref = fields.Char(string="External Reference", readonly=True, copy=False)
    reporter_id = fields.Many2one("res.partner", index="btree_not_null")
    on_behalf_id = fields.Many2one(
        "res.partner",
        string="On Behalf Of",
        index="btree_not_null",
        help="The person who needs it, when somebody else reports.",
    )
    contact_phone = fields.Char(groups="base.group_user")
    participant_ids = fields.Many2many(
        "res.partner",
        "shequ_ticket_participant_rel",
        "ticket_id",
        "partner_id",
        string="Participants",
        copy=False,
        groups="base.group_user",
        help="People who follow the ticket on the portal: who reported it, for "
        "whom, and neighbours who said “me too”.",
    )
    me_too_count = fields.Integer(string="Me Too", readonly=True, copy=False)
    team_id = fields.Many2one("shequ.team", tracking=True)
    worker_id = fields.Many2one("shequ.worker", index="btree_not_null", tracking=True)
    helper_worker_ids = fields.Many2many("shequ.worker", string="Helpers")

    # --- how far ---------------------------------------------------------------
    state = fields.Selection(
        STATES,
        required=True,
        default="new",
        readonly=True,
        copy=False,
        group_expand="_group_expand_state",
    )
    is_open = fields.Boolean(compute="_compute_is_open", store=True, readonly=False)
    hold_reason = fields.Selection(HOLD_REASONS, readonly=True, copy=False)
    hold_note = fields.Char(readonly=True, copy=False)
    hold_since = fields.Datetime(readonly=True, copy=False)
    reported_at = fields.Datetime(readonly=True, default=fields.Datetime.now)
    accepted_at = fields.Datetime(readonly=True, copy=False)
    accepted_by_id = fields.Many2one("res.users", readonly=True, copy=False)
    assigned_at = fields.Datetime(string="Dispatched At", readonly=True, copy=False)
    arrived_at = fields.Datetime(readonly=True, copy=False)
    arrived_latitude = fields.Float(
        digits=(10, 6), readonly=True, copy=False, groups="base.group_user"
    )
    arrived_longitude = fields.Float(
        digits=(10, 6), readonly=True, copy=False, groups="base.group_user"
    )
    done_at = fields.Datetime(readonly=True, copy=False)
    closed_at = fields.Datetime(readonly=True, copy=False)
    resolution = fields.Text(
        copy=False, tracking=True, help="What was done; the resident reads it."
    )
    close_reason = fields.Selection(CLOSE_REASONS, readonly=True, copy=False)
    duplicate_of_id = fields.Many2one(
        "shequ.ticket", index="btree_not_null", readonly=True, copy=False
    )
    duplicate_ids = fields.One2many("shequ.ticket", "duplicate_of_id", readonly=True)
    return_reason = fields.Char(readonly=True, copy=False)
    cancel_reason = fields.Char(readonly=True, copy=False)
    reopen_reason = fields.Char(readonly=True, copy=False)
    reopen_until = fields.Datetime(readonly=True, copy=False)
    rework_count = fields.Integer(string="Reworks", readonly=True, copy=False)

    # --- trace -----------------------------------------------------------------
    media_ids = fields.One2many("shequ.ticket.media", "ticket_id", copy=False)
    photo_count = fields.Integer(compute="_compute_photo_count")
    event_ids = fields.One2many("shequ.ticket.event", "ticket_id", readonly=True)

    # --- rating ----------------------------------------------------------------
    rating_value = fields.Integer(
        string="Stars", readonly=True, copy=False, aggregator="avg"
    )
    rating_tag_ids = fields.Many2many(
        "shequ.rating.tag", string="Rating Words", readonly=True, copy=False
    )
    rating_comment = fields.Text(readonly=True, copy=False)
    rated_at = fields.Datetime(readonly=True, copy=False)
    rating_asked_at = fields.Datetime(readonly=True, copy=False)
    rating_reminded_at = fields.Datetime(readonly=True, copy=False)
    rating_last_value = fields.Float(readonly=False)

    _name_uniq = models.UniqueIndex(
        "(company_id, name)", "The company already has a ticket with this number."
    )
    _external_ref_uniq = models.UniqueIndex(
        "(company_id, channel, external_ref) WHERE external_ref IS NOT NULL",
        "This message was taken in already.",
    )
    # The ORM writes a boolean condition as IS TRUE; a partial index must say the
    # same, or PostgreSQL does not use it.
    _pool_idx = models.Index(
        "(estate_id, urgency_rank, next_deadline, id) "
        "WHERE is_open IS TRUE AND active IS TRUE"
    )
    _company_pool_idx = models.Index(
        "(company_id, urgency_rank, next_deadline, id) "
        "WHERE is_open IS TRUE AND active IS TRUE"
    )
    _team_pool_idx = models.Index(
        "(team_id, urgency_rank, next_deadline, id) "
        "WHERE is_open IS TRUE AND active IS TRUE"
    )
    _estate_reported_idx = models.Index("(estate_id, reported_at DESC, id DESC)")
    _done_idx = models.Index("(done_at) WHERE state = 'done'")

    @api.constrains("unit_id", "building_id", "spot_id", "estate_id")
    def _check_place(self):
        if self.env.cr.cache.get("shequ.intake"):
            # The door has just read these places to know the estate.
            return
        for ticket in self:
            unit, building = ticket.unit_id, ticket.building_id
            # A building is not looked at when the unit says that it is its own.
            places = (unit, ticket.spot_id)
            if not unit or unit.building_id != building:
                places += (building,)
            if any(p and p.estate_id != ticket.estate_id for p in places):
                raise ValidationError(
                    self.env._(
                        "%(ticket)s: the place does not belong to %(estate)s.",
                        ticket=ticket.name,
                        estate=ticket.estate_id.name,
                    )
                )

    # --- compute -----------------------------------------------------------------

    @api.depends("category_id")
    def _compute_skill_id(self):
        for ticket in self:
            ticket.skill_id = ticket.category_id.skill_id

    @api.depends("urgency")
    def _compute_urgency_rank(self):
        for ticket in self:
            ticket.urgency_rank = URGENCY_RANK.get(ticket.urgency, 3)

    @api.depends("state")
    def _compute_is_open(self):
        for ticket in self:
            ticket.is_open = ticket.state in OPEN_STATES

    @api.depends("unit_id", "building_id", "spot_id", "place_text")
    def _compute_place(self):
        for ticket in self:
            where = (
                ticket.unit_id.short_address
                or ticket.spot_id.name
                or ticket.building_id.label
            )
            ticket.place = " ".join(filter(None, (where, ticket.place_text)))

    @api.depends("media_ids.type")
    def _compute_photo_count(self):
        for ticket in self:
            ticket.photo_count = len(
                ticket.media_ids.filtered(lambda m: m.type == "photo")
            )

    def _compute_access_url(self):
        for ticket in self:
            ticket.access_url = f"/my/tickets/{ticket.id}"

    @api.depends("name", "category_id")
    def _compute_display_name(self):
        for ticket in self:
            ticket.display_name = ticket.name

    @api.model
    def _group_expand_state(self, states, domain):
        return list(OPEN_STATES)

    # --- CRUD --------------------------------------------------------------------

    @api.model_create_multi
    def create(self, vals_list):
        # The second is what mail.thread would add in a context of its own.
        quiet = self.with_context(**QUIET, mail_post_autofollow_author_skip=True)
        defaults = quiet._all_defaults()
        vals_list = [
            {**defaults, **self._derived_values(vals), **vals} for vals in vals_list
        ]
        return super(Ticket, quiet).create(vals_list).with_env(self.env)

    @api.model
    def _all_defaults(self):
        """Return the defaults of the fields that have one, at present or at all."""
        chosen = self.env["ir.default"]._get_model_defaults(self._name)
        asked = {
            key.removeprefix("default_")
            for key in self.env.context
            if key.startswith("default_")
        }
        names = dict.fromkeys([*self._with_default(), *chosen, *asked])
        return self.default_get(list(names))

    @api.model
    @tools.ormcache()
    def _with_default(self):
        return [name for name, field in self._fields.items() if field.default]

    @api.model
    def _add_missing_default_values(self, values):
        # Asked for once for all tickets of a batch, in `create`: a hundred fields
        # each, most of which have no default, took an eighth of the time.
        return values

    @api.model
    def _derived_values(self, vals):
        """Return what follows from a new ticket's values.

        Odoo writes computed fields with an UPDATE after the INSERT, which was most of
        the time a new ticket took.  Given with the values they go into the INSERT;
        these fields are `readonly=False` for that reason and no other.
        """
        state = vals.get("state") or "new"
        return {
            "is_open": state in OPEN_STATES,
            "urgency_rank": URGENCY_RANK[vals.get("urgency") or "yellow"],
            "rating_last_value": 0.0,
            "skill_id": self._skill_id_of(vals.get("category_id")),
        }

    @api.model
    def _skill_id_of(self, category_id):
        facts = self.env["shequ.ticket.category"]._all_facts().get(category_id)
        return facts[3] if facts else False

    @api.ondelete(at_uninstall=False)
    def _unlink_never(self):
        raise UserError(
            self.env._("Tickets are never deleted. Archive or cancel it instead.")
        )

    def copy_data(self, default=None):
        raise UserError(
            self.env._("A ticket cannot be copied. File a new one instead.")
        )

    # --- helpers -----------------------------------------------------------------

    def _label(self, field_name):
        """Return the translated label of a selection field's value."""
        self.ensure_one()
        field = self._fields[field_name]
        return dict(field._description_selection(self.env)).get(self[field_name], "")

    def _triage_context(self, values=None):
        """Extension point: what is known about the situation of the reporter.

        :param dict values: values of a ticket that is being taken in; without them
            the ticket itself is meant
        :return: dict with ``situation`` (key for the deadlines, such as
            ``elder_alone``) and ``person`` (dict: ``age`` in years, and true for what
            is known of ``elder``, ``alone``, ``child``, ``pregnant``, ``mobility``,
            ``sick``)
        """
        return {}

    def _rating_get_operator(self):
        return self.worker_id.partner_id or super()._rating_get_operator()

    def _rating_get_partner(self):
        return self.on_behalf_id or self.reporter_id
