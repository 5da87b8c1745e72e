import base64

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL

from ...tools import media

STATES = [
    ("scanned", "Scanned, to Key"),
    ("once", "Keyed Once"),
    ("differs", "Differs"),
    ("done", "Counted"),
    ("void", "Set Aside"),
]
# Namespace of the advisory lock that one ballot is keyed under.
PAPER_LOCK = 0x5047
OPEN = ("scanned", "once", "differs")


class VotePaper(models.Model):
    """A ballot on paper on its way into the count.

    Two people key it without seeing what the other keyed.  When both are the same it
    is entered at once; when not, a third look at the paper decides.  The scan is kept
    with an open vote.  Of a secret one neither a scan nor what was keyed is kept
    beside the unit once the ballot is in the count.
    """

    _name = "shequ.vote.paper"
    _description = "Paper Ballot"
    _order = "state desc, id"

    vote_id = fields.Many2one(
        "shequ.vote", required=True, readonly=True, index=True, ondelete="restrict"
    )
    estate_id = fields.Many2one(related="vote_id.estate_id", store=True, index=True)
    company_id = fields.Many2one(related="vote_id.company_id", store=True, index=True)
    elector_id = fields.Many2one(
        "shequ.vote.elector", required=True, readonly=True, ondelete="restrict"
    )
    unit_id = fields.Many2one(related="elector_id.unit_id", store=True)
    number = fields.Char(string="Number on the Ballot", required=True, readonly=True)
    state = fields.Selection(
        STATES, required=True, readonly=True, default="scanned", index=True
    )
    first_user_id = fields.Many2one("res.users", string="Keyed First By", readonly=True)
    second_user_id = fields.Many2one(
        "res.users", string="Keyed Second By", readonly=True
    )
    decided_by_id = fields.Many2one("res.users", readonly=True)
    # Read by nobody over the interface, in developer mode neither: the second to key
    # must not see the first, and together they would be an interim result.
    first_choices = fields.Json(readonly=True, groups=fields.NO_ACCESS, copy=False)
    second_choices = fields.Json(readonly=True, groups=fields.NO_ACCESS, copy=False)
    difference = fields.Text(readonly=True, help="On which motions the two differ.")
    note = fields.Char(readonly=True)
    scan = fields.Binary(attachment=True, readonly=True, copy=False)
    has_scan = fields.Boolean(compute="_compute_has_scan")

    # A unit has one ballot on its way; one set aside makes room for another.
    _once = models.UniqueIndex(
        "(elector_id) WHERE state != 'void'",
        "This ballot is being entered already.",
    )

    @api.depends("number")
    def _compute_display_name(self):
        for paper in self:
            paper.display_name = paper.number

    def _compute_has_scan(self):
        found = (
            self.env["ir.attachment"]
            .sudo()
            ._read_group(
                [
                    ("res_model", "=", self._name),
                    ("res_field", "=", "scan"),
                    ("res_id", "in", self.ids),
                ],
                ["res_id"],
            )
        )
        ids = {res_id for (res_id,) in found}
        for paper in self:
            paper.has_scan = paper.id in ids

    @api.ondelete(at_uninstall=False)
    def _unlink_never(self):
        raise UserError(
            self.env._("A ballot is never deleted; set it aside with a reason.")
        )

    # --- entering ------------------------------------------------------------------

    @api.model
    def _lookup(self, elector):
        """The paper ballot of a unit (as super-user), empty when there is none yet.

        :raise UserError: when the vote is not open, or the unit has voted
        """
        if elector.vote_id.state != "open":
            raise UserError(self.env._("This vote is not open."))
        found = self.sudo().search(
            [("elector_id", "=", elector.id), ("state", "!=", "void")], limit=1
        )
        # The box takes a ballot in a transaction of its own: when what came after it
        # failed, the ballot is in the count and its paper still says it is not.
        entered = elector.channel == "paper" and found.state in OPEN
        if elector.channel and not entered:
            raise UserError(
                self.env._(
                    "%(unit)s has voted already. One ballot counts for a home, on "
                    "paper or online, never both.",
                    unit=elector.address,
                )
            )
        return found

    @api.model
    def _of(self, elector):
        """Like `_lookup`, locked, and made when it is missing."""
        # Two people with the same ballot wait for each other here.
        self.env.cr.execute(
            SQL("SELECT pg_advisory_xact_lock(%s, %s)", PAPER_LOCK, elector.id)
        )
        return self._lookup(elector) or self.sudo().create(
            {
                "vote_id": elector.vote_id.id,
                "elector_id": elector.id,
                "number": elector._ballot_number(),
            }
        )

    @api.model
    def _scan(self, elector, raw):
        """Keep a picture of the ballot (as super-user).

        :param bytes raw: JPEG, already made anew by `tools.media`
        """
        paper = self._of(elector)
        if paper.vote_id.secrecy == "secret":
            raise UserError(
                self.env._(
                    "This vote is secret: no picture of a ballot is kept. Put the "
                    "paper into the box."
                )
            )
        paper.scan = base64.b64encode(raw)
        return paper

    @api.model
    def _scan_upload(self, elector, raw):
        """Keep a photograph that was sent in, made anew.

        :param bytes raw: what was sent
        """
        try:
            photo = media.process_photo(raw)
        except media.MediaError as error:
            raise UserError(
                self.env._("This is no photo that can be read. Please take another.")
            ) from error
        return self._scan(elector, photo.raw)

    @api.model
    def _key(self, elector, choices, user):
        """Key a ballot (as super-user), for the first or the second time.

        :param dict choices: as `shequ.vote._cast` takes them
        :return: the ballot; its state says what became of it
        :raise UserError: keyed twice by the same person, or not to be entered
        """
        paper = self._of(elector)
        if elector.channel == "paper":
            paper.write({"state": "done", "second_user_id": user.id})
            return paper
        keyed = self._json(choices)
        if paper.state == "scanned":
            paper.write(
                {"state": "once", "first_choices": keyed, "first_user_id": user.id}
            )
            return paper
        if paper.state == "differs":
            raise UserError(
                self.env._(
                    "This ballot was keyed twice and differs. Please decide with the "
                    "paper in hand."
                )
            )
        if paper.first_user_id == user:
            raise UserError(
                self.env._(
                    "You have keyed this ballot already. Somebody else keys it a "
                    "second time."
                )
            )
        paper.second_user_id = user
        if keyed == paper.first_choices:
            paper._enter(choices, user)
        else:
            paper.write(
                {
                    "state": "differs",
                    "second_choices": keyed,
                    "difference": paper._difference_text(keyed),
                }
            )
        return paper

    def _decide(self, choices, user, note):
        """Enter what the paper says after it was keyed in two ways."""
        self.ensure_one()
        if self.state != "differs":
            raise UserError(self.env._("The two entries of this ballot are the same."))
        paper = self._of(self.elector_id)
        paper.write({"decided_by_id": user.id, "note": (note or "").strip()})
        paper._enter(choices, user)

    def _enter(self, choices, user):
        secret = self.vote_id.secrecy == "secret"
        self.vote_id._enter_paper(self.elector_id, choices, user, self._scan_file())
        values = {"state": "done"}
        if secret:
            # What was keyed beside the unit goes: the box keeps it without the unit.
            values.update(first_choices=False, second_choices=False, difference=False)
        self.write(values)

    def _scan_file(self):
        """The attachment of the scan (as super-user), may be empty."""
        return (
            self.env["ir.attachment"]
            .sudo()
            .search(
                [
                    ("res_model", "=", self._name),
                    ("res_field", "=", "scan"),
                    ("res_id", "=", self.id),
                ],
                limit=1,
            )
        )

    def _set_aside(self, reason, user):
        """Take a ballot out that cannot be entered, such as one torn in two."""
        for paper in self.sudo():
            if paper.state not in OPEN:
                raise UserError(
                    self.env._("A ballot that is in the count cannot be taken out.")
                )
            paper.write(
                {
                    "state": "void",
                    "note": reason,
                    "decided_by_id": user.id,
                    "first_choices": False,
                    "second_choices": False,
                    "difference": False,
                }
            )

    # --- words ---------------------------------------------------------------------

    @api.model
    def _json(self, choices):
        """Choices as they come back from the database, to be compared."""
        return {
            str(motion): sorted(choice) if isinstance(choice, list) else choice
            for motion, choice in choices.items()
        }

    def _difference_text(self, second):
        lines = []
        first = self.first_choices or {}
        for motion in self.vote_id.motion_ids:
            one, two = (keyed.get(str(motion.id)) for keyed in (first, second))
            if one != two:
                lines.append(
                    self.env._(
                        "%(motion)s: first %(first)s, second %(second)s",
                        motion=motion.name,
                        first=motion._choice_words(one),
                        second=motion._choice_words(two),
                    )
                )
        return "\n".join(lines)

    def action_decide(self):
        """Open the ballot for whoever decides with the paper in hand."""
        self.ensure_one()
        return self.env["shequ.vote.key"]._open(self.elector_id, self)

    def action_key(self):
        """Open the ballot to be keyed."""
        self.ensure_one()
        return self.env["shequ.vote.key"]._open(self.elector_id)

    def action_scan(self):
        """Show the picture of the ballot."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_url",
            "url": f"/web/image/{self._name}/{self.id}/scan",
            "target": "new",
        }
