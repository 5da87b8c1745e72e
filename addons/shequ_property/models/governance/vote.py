from datetime import datetime
from zoneinfo import ZoneInfo

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tools import SQL

#: In which states what is voted on may still be changed.
OPEN_TO_CHANGE = ("draft", "check")
#: From here on residents of the estate see the vote.
ANNOUNCED = ("notice", "open", "closed", "publicity", "final", "filed")
#: The ballots are counted.
COUNTED = ("closed", "publicity", "final", "filed")
#: Nothing more happens.
OVER = ("filed", "cancelled")
#: What the announcement fixes.
AGENDA = frozenset(
    (
        "name",
        "estate_id",
        "kind",
        "audience",
        "secrecy",
        "allow_change",
        "with_paper",
        "proposer",
        "proposer_id",
        "description",
        "document_ids",
        "building_ids",
        "entrance",
        "unit_ids",
        "opens_at",
        "closes_at",
        "motion_ids",
        "committee_told_on",
        "committee_told_note",
    )
)
#: What owners have signed with a proposal of theirs.
SIGNED = frozenset(("name", "description", "proposer", "proposer_id"))
DRAFT = ("state", "draft")
#: What only the steps of a vote write.
STEPS = frozenset(
    (
        "state",
        "reference",
        "announced_at",
        "opened_at",
        "first_closes_at",
        "extension_reason",
        "closed_at",
        "published_at",
        "objections_until",
        "publicity_until",
        "final_at",
        "file_by",
        "filed_on",
        "filing_reference",
        "cancel_reason",
        "roll_drawn_at",
        "elector_count",
        "total_area_cents",
        "total_heads",
        "roll_digest",
        "rules",
        "result",
        "result_digest",
    )
)


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
    with_paper = fields.Boolean(
        string="Paper Ballots Too",
        default=True,
        help="Paper that was returned in time may be keyed until the vote is closed.",
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
            ("open", "Voting Under Way"),
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
    description = fields.Html(string="Explanation of the Vote")
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

    publish_by = fields.Datetime(
        compute="_compute_publish_by", help="The result has to be published by then."
    )
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

    @api.depends("state")
    def _compute_head(self):
        found = {}
        if self.ids:
            found = {
                vote: (number, digest)
                for vote, number, digest in self.env.execute_query(
                    SQL(
                        """
                        SELECT DISTINCT ON (vote_id) vote_id, sequence, digest
                          FROM shequ_vote_event WHERE vote_id IN %s
                      ORDER BY vote_id, sequence DESC
                        """,
                        tuple(self.ids),
                    )
                )
            }
        for vote in self:
            vote.event_count, vote.head = found.get(vote._origin.id, (0, False))

    @api.depends("state", "opens_at", "closes_at")
    def _compute_is_running(self):
        """Whether ballots are taken at this moment."""
        now = self._clock()
        for vote in self:
            vote.is_running = bool(
                vote.state == "open" and vote.opens_at <= now < vote.closes_at
            )

    @api.depends("closed_at", "assembly_id.publish_days")
    def _compute_publish_by(self):
        for vote in self:
            days = vote.assembly_id.publish_days
            vote.publish_by = vote.closed_at and fields.Datetime.add(
                vote.closed_at, days=days
            )

    @api.depends_context("uid")
    @api.depends("estate_id")
    def _compute_user_may_run(self):
        for vote in self:
            vote.user_may_run = vote._may_run(self.env.user)

    @api.depends("name", "reference")
    def _compute_display_name(self):
        for vote in self:
            vote.display_name = " ".join(filter(None, (vote.reference, vote.name)))

    # -------------------------------------------------------------- checks

    @api.constrains("kind", "audience", "secrecy", "allow_change")
    def _check_kind(self):
        # Matters belong to a kind of vote: the thresholds come with them.
        self.motion_ids._check_matter()
        for vote in self:
            if vote.audience == "residents" and vote.kind != "poll":
                raise ValidationError(
                    self.env._("Tenants are asked in opinion polls alone.")
                )
            if vote.allow_change and vote.secrecy == "secret":
                raise ValidationError(
                    self.env._(
                        "Secret ballots cannot be changed, because nobody can find "
                        "the earlier one."
                    )
                )

    @api.constrains("building_ids", "unit_ids", "estate_id")
    def _check_scope(self):
        for vote in self:
            if (vote.building_ids.estate_id | vote.unit_ids.estate_id) - vote.estate_id:
                raise ValidationError(
                    self.env._(
                        "The buildings and units of “%(vote)s” must belong to its "
                        "estate.",
                        vote=vote.name,
                    )
                )

    @api.constrains("active", "state")
    def _check_active(self):
        """What is put away is not seen by owners, and the clock passes it by."""
        for vote in self:
            if not vote.active and vote.state not in (*OPEN_TO_CHANGE, *OVER):
                raise ValidationError(
                    self.env._(
                        "“%(vote)s” is under way: it can be archived when it is over.",
                        vote=vote.name,
                    )
                )

    @api.constrains("opens_at", "closes_at")
    def _check_times(self):
        for vote in self:
            if vote.opens_at and vote.closes_at and vote.closes_at <= vote.opens_at:
                raise ValidationError(
                    self.env._("A vote cannot close before it opens.")
                )

    # ---------------------------------------------------------------- CRUD

    @api.model_create_multi
    def create(self, vals_list):
        for vals in vals_list:
            self._refuse_steps(vals)
        votes = super().create(vals_list)
        for vote in votes:
            vote._set({"reference": vote._new_reference()})
        return votes

    def write(self, vals):
        if not self._is_step():
            self.check_access("write")
            self._refuse_steps(vals)
            if AGENDA & vals.keys():
                self._refuse_agenda()
            if SIGNED & vals.keys():
                self._refuse_signed()
        return super().write(vals)

    def _is_step(self):
        """Whether the vote itself is going on; no request from outside can say so."""
        return self.env.su and self.env.context.get("shequ_vote_step")

    def _refuse_steps(self, vals):
        if wrong := STEPS & vals.keys():
            if any(vals[name] for name in wrong if (name, vals[name]) != DRAFT):
                raise AccessError(
                    self.env._(
                        "A vote goes on by its buttons: %(fields)s cannot be written.",
                        fields=", ".join(sorted(wrong)),
                    )
                )

    def _refuse_agenda(self):
        """From the notice on nothing is added; the end moves by the extension alone."""
        fixed = self.filtered(lambda vote: vote.state not in OPEN_TO_CHANGE)
        if fixed:
            raise UserError(
                self.env._(
                    "“%(vote)s” has been announced: what is voted on, by whom and "
                    "when, can no longer be changed. Cancel it and announce anew.",
                    vote=fixed[0].name,
                )
            )

    def _refuse_signed(self):
        """Whoever signed a proposal signed these words, and no others."""
        signed = self.sudo().filtered(
            lambda vote: vote.proposer == "owners" and vote.signature_ids
        )
        if signed:
            raise UserError(
                self.env._(
                    "Owners have signed “%(vote)s”: its words and motions stay as "
                    "they signed them. Add a motion of your own, or announce another "
                    "vote.",
                    vote=signed[0].name,
                )
            )

    def _set(self, values):
        """Write what the steps of a vote write."""
        return self.sudo().with_context(shequ_vote_step=True).write(values)

    def _new_reference(self):
        """Number of the vote: code of the estate, year, and a number in the database.

        The id is part of it, so that two made at once never get the same.
        """
        self.ensure_one()
        year = self.estate_id.sudo()._now_local().year
        return f"{self.estate_id.sudo().code}-V{year}-{self.id}"

    @api.ondelete(at_uninstall=False)
    def _unlink_never_announced(self):
        for vote in self:
            if vote.state not in OPEN_TO_CHANGE or vote.sudo().event_ids:
                raise UserError(
                    self.env._(
                        "“%(vote)s” was announced and is part of the history. "
                        "Archive it instead.",
                        vote=vote.name,
                    )
                )

    def unlink(self):
        # A roll that was drawn only to look at goes with the draft.
        self.check_access("unlink")
        self._unlink_never_announced()
        if self.ids:
            self.env.cr.execute(
                SQL(
                    "DELETE FROM shequ_vote_elector WHERE vote_id IN %s",
                    tuple(self.ids),
                )
            )
            self.env["shequ.vote.elector"].invalidate_model()
        return super().unlink()

    # --------------------------------------------------------------- times

    @api.model
    def _clock(self):
        """The server's time, in one place so that tests can move it."""
        return fields.Datetime.now()

    def _local(self, moment):
        """A moment as people of the estate read it: ``2026-11-22 16:00``."""
        zone = ZoneInfo(self.sudo().estate_id.tz or "Asia/Shanghai")
        there = moment.replace(tzinfo=ZoneInfo("UTC")).astimezone(zone)
        return datetime.strftime(there, "%Y-%m-%d %H:%M")
