from odoo import api, fields, models

#: In which states what is voted on may still be changed.
OPEN_TO_CHANGE = ("draft", "check")
#: From here on residents of the estate see the vote.
ANNOUNCED = ("notice", "open", "closed", "publicity", "final", "filed")
#: The ballots are counted.
COUNTED = ("closed", "publicity", "final", "filed")


class ShequVote(models.Model):
    """A vote of owners: proposal, check, notice, open, closed, publicity, final, filed.

    What is said on the agenda is fixed from the notice on, the roll from the opening
    on. The parts of the model: `vote_flow` (states and times), `vote_roll`,
    `vote_cast`, `vote_turnout`, `vote_count`, `vote_words`, `vote_export`.
    """

    _name = "shequ.vote"
    _description = "Owners' Vote"
    _inherit = ["shequ.scope.mixin", "mail.thread", "mail.activity.mixin"]
    _order = "id desc"

    active = fields.Boolean(default=True)
    name = fields.Char(string="Title", required=True, tracking=True)
    reference = fields.Char(string="Number", readonly=True, copy=False, index=True)
    estate_id = fields.Many2one(
        "shequ.estate",
        required=True,
        index=True,
        ondelete="restrict",
        default=lambda self: self.env["shequ.estate"]._only(),
    )
    company_id = fields.Many2one(related="estate_id.company_id", store=True, index=True)
    assembly_id = fields.Many2one(
        "shequ.assembly",
        compute="_compute_assembly_id",
        store=True,
        index=True,
        ondelete="restrict",
        compute_sudo=True,
    )
    kind = fields.Selection(
        [
            ("assembly", "Vote of the Assembly"),
            ("building", "Vote of a Building or Entrance"),
            ("consent", "Consent of the Affected Owners"),
            ("poll", "Opinion Poll"),
        ],
        required=True,
        default="assembly",
        tracking=True,
    )
    audience = fields.Selection(
        [("owners", "Owners"), ("residents", "Owners and Tenants")],
        required=True,
        default="owners",
        help="Tenants are asked in opinion polls alone.",
    )
    secrecy = fields.Selection(
        [("open", "Open: Who Voted What Is Published"), ("secret", "Secret")],
        required=True,
        default="open",
        tracking=True,
    )
    allow_change = fields.Boolean(
        string="Ballots May Be Changed",
        help="Until the close; the last one counts and all are kept. Open votes only: "
        "a secret ballot cannot be found again.",
    )
    proposer = fields.Selection(
        [
            ("committee", "Owners' Committee"),
            ("owners", "Owners by Signature"),
            ("company", "Property Company"),
        ],
        required=True,
        default="committee",
        tracking=True,
    )
    proposer_id = fields.Many2one("res.partner", string="Proposed By", copy=False)
    state = fields.Selection(
        [
            ("draft", "Proposal"),
            ("check", "Being Checked"),
            ("notice", "Announced"),
            ("open", "Open"),
            ("closed", "Counted"),
            ("publicity", "Publicity Period"),
            ("final", "Final"),
            ("filed", "Filed"),
            ("cancelled", "Cancelled"),
        ],
        required=True,
        default="draft",
        readonly=True,
        copy=False,
        index=True,
        tracking=True,
    )
    description = fields.Html(string="What It Is About")
    document_ids = fields.Many2many(
        "ir.attachment",
        "shequ_vote_document_rel",
        "vote_id",
        "attachment_id",
        string="Posted Documents",
        copy=False,
    )
    building_ids = fields.Many2many(
        "shequ.building",
        "shequ_vote_building_rel",
        "vote_id",
        "building_id",
        string="Buildings",
        domain="[('estate_id', '=', estate_id)]",
        help="Whose owners vote; empty: the whole estate.",
    )
    entrance = fields.Char(help="Only this entrance (单元) of the building.")
    unit_ids = fields.Many2many(
        "shequ.unit",
        "shequ_vote_unit_rel",
        "vote_id",
        "unit_id",
        string="Affected Units",
        domain="[('estate_id', '=', estate_id)]",
    )
    # Times: planned, as announced; then what happened.
    opens_at = fields.Datetime(string="Opens", copy=False, tracking=True)
    closes_at = fields.Datetime(string="Closes", copy=False, tracking=True)
    committee_told_on = fields.Date(
        string="Residents' Committee Told On",
        copy=False,
        tracking=True,
        help="The residents' committee (居委会) has to be told (物业管理条例 14).",
    )
    committee_told_note = fields.Char(string="How It Was Told", copy=False)
    announced_at = fields.Datetime(readonly=True, copy=False)
    opened_at = fields.Datetime(readonly=True, copy=False)
    first_closes_at = fields.Datetime(
        string="Close Before the Extension", readonly=True, copy=False
    )
    extension_reason = fields.Char(readonly=True, copy=False)
    closed_at = fields.Datetime(readonly=True, copy=False)
    published_at = fields.Datetime(readonly=True, copy=False)
    objections_until = fields.Datetime(readonly=True, copy=False)
    publicity_until = fields.Datetime(readonly=True, copy=False)
    final_at = fields.Datetime(readonly=True, copy=False)
    file_by = fields.Date(string="To File By", readonly=True, copy=False)
    filed_on = fields.Date(readonly=True, copy=False, tracking=True)
    filing_reference = fields.Char(readonly=True, copy=False, tracking=True)
    cancel_reason = fields.Char(readonly=True, copy=False)

    motion_ids = fields.One2many("shequ.vote.motion", "vote_id", copy=True)
    elector_ids = fields.One2many("shequ.vote.elector", "vote_id")
    proxy_ids = fields.One2many("shequ.vote.proxy", "vote_id")
    event_ids = fields.One2many("shequ.vote.event", "vote_id")

    # The roll as frozen at opening (before: as it would be now).
    roll_drawn_at = fields.Datetime(readonly=True, copy=False)
    elector_count = fields.Integer(string="Units That Vote", readonly=True, copy=False)
    total_area = fields.Float(
        string="Area That Votes (m²)",
        digits=(16, 2),
        compute="_compute_total_area",
    )
    total_area_cents = fields.Integer(
        string="Area That Votes (0.01 m²)",
        readonly=True,
        copy=False,
        aggregator=None,
    )
    total_heads = fields.Integer(readonly=True, copy=False)
    roll_digest = fields.Char(readonly=True, copy=False)
    rules = fields.Json(
        readonly=True,
        copy=False,
        help="Rules of the assembly and thresholds, as they were at opening.",
    )
    result = fields.Json(readonly=True, copy=False)
    result_digest = fields.Char(readonly=True, copy=False)

    head = fields.Char(
        string="Head of the Chain",
        compute="_compute_head",
        compute_sudo=True,
        help="Digest of the newest event; later exports must contain it.",
    )
    event_count = fields.Integer(compute="_compute_head", compute_sudo=True)
    is_running = fields.Boolean(compute="_compute_is_running")
    user_may_run = fields.Boolean(compute="_compute_user_may_run")

    _reference_uniq = models.Constraint(
        "UNIQUE(reference)", "Another vote already has this number."
    )
    _due_idx = models.Index("(state, closes_at)")

    @api.depends("estate_id")
    def _compute_assembly_id(self):
        for vote in self:
            vote.assembly_id = vote.estate_id and self.env["shequ.assembly"]._of_estate(
                vote.estate_id
            )

    @api.depends("total_area_cents")
    def _compute_total_area(self):
        for vote in self:
            vote.total_area = vote.total_area_cents / 100

    @api.depends("event_ids")
    def _compute_head(self):
        for vote in self:
            vote.event_count, vote.head = 0, False

    @api.depends("state", "opens_at", "closes_at")
    def _compute_is_running(self):
        """Whether ballots are taken at this moment."""
        now = self._clock()
        for vote in self:
            vote.is_running = bool(
                vote.state == "open" and vote.opens_at <= now < vote.closes_at
            )

    @api.model
    def _clock(self):
        """The server's time, in one place so that tests can move it."""
        return fields.Datetime.now()

    @api.depends_context("uid")
    @api.depends("estate_id")
    def _compute_user_may_run(self):
        for vote in self:
            vote.user_may_run = vote._may_run(self.env.user)
