from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Command


class VoteKey(models.TransientModel):
    """Keying a ballot on paper: find it by its number, then line by line.

    What another person keyed is not shown, but to whoever decides between two.
    """

    _name = "shequ.vote.key"
    _description = "Key a Paper Ballot"

    number = fields.Char(
        string="Number on the Ballot",
        help="Scan the QR code or type the number below it, such as 12-345-K7QM.",
    )
    vote_id = fields.Many2one("shequ.vote", readonly=True)
    elector_id = fields.Many2one("shequ.vote.elector", readonly=True)
    address = fields.Char(related="elector_id.address")
    area_m2 = fields.Float(related="elector_id.area_m2")
    paper_id = fields.Many2one("shequ.vote.paper", readonly=True)
    difference = fields.Text(related="paper_id.difference")
    has_scan = fields.Boolean(related="paper_id.has_scan")
    note = fields.Char(string="How It Was Decided")
    round = fields.Selection(
        [("first", "First Time"), ("second", "Second Time"), ("decide", "Decision")],
        readonly=True,
    )
    line_ids = fields.One2many("shequ.vote.key.line", "key_id")
    result = fields.Char(readonly=True)

    @api.model
    def _open(self, elector, paper=None):
        """Open the form for a ballot that is known already."""
        key = self.create({"number": elector._ballot_number()})
        key._find(paper)
        return key._show()

    def _show(self):
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Key a Paper Ballot"),
            "res_model": self._name,
            "res_id": self.id,
            "view_mode": "form",
            "target": "new",
        }

    def action_find(self):
        """Look the number up and show the lines to key."""
        self.ensure_one()
        self._find()
        return self._show()

    def _find(self, paper=None):
        elector = self.env["shequ.vote"]._elector_by_number(self.number)
        mine = self.env["shequ.vote"].search([("id", "=", elector.vote_id.id)])
        if not elector or not mine:
            raise UserError(
                self.env._(
                    "No ballot has the number “%(number)s”. Please compare it with "
                    "the paper, letter by letter.",
                    number=self.number or "",
                )
            )
        paper = paper or self.env["shequ.vote.paper"]._lookup(elector)
        if paper.state == "once" and paper.first_user_id == self.env.user:
            raise UserError(
                self.env._(
                    "You have keyed this ballot already. Somebody else keys it a "
                    "second time."
                )
            )
        self.write(
            {
                "vote_id": elector.vote_id.id,
                "elector_id": elector.id,
                "paper_id": paper.id,
                "result": False,
                "round": {"once": "second", "differs": "decide"}.get(
                    paper.state, "first"
                ),
                "line_ids": [
                    Command.clear(),
                    *[
                        Command.create({"motion_id": motion.id})
                        for motion in elector.vote_id.motion_ids
                    ],
                ],
            }
        )

    def _check_mine(self):
        """The form says which ballot; whether it is the user's business, the rules."""
        wizard = self.sudo()
        votes = wizard.elector_id.vote_id | wizard.paper_id.vote_id
        votes.with_env(self.env).check_access("read")

    def action_key(self):
        """Enter what was keyed, and make room for the next ballot."""
        self.ensure_one()
        self._check_mine()
        if not self.elector_id:
            raise UserError(self.env._("Please find a ballot by its number first."))
        choices = self._choices()
        papers = self.env["shequ.vote.paper"].sudo()
        if self.round == "decide":
            if not (self.note or "").strip():
                raise UserError(
                    self.env._("Please write how it was decided: the file asks for it.")
                )
            self.paper_id.sudo()._decide(choices, self.env.user, self.note)
            return {"type": "ir.actions.act_window_close"}
        elector = self.elector_id.sudo()
        paper = papers._key(elector, choices, self.env.user)
        address = elector.address
        self.write(
            {
                "number": False,
                "elector_id": False,
                "paper_id": False,
                "round": False,
                "line_ids": [Command.clear()],
                "result": {
                    "once": self.env._(
                        "%(unit)s: keyed. Somebody else keys it once more.",
                        unit=address,
                    ),
                    "done": self.env._(
                        "%(unit)s: both entries are the same; it is in the count.",
                        unit=address,
                    ),
                    "differs": self.env._(
                        "%(unit)s: the two entries differ. Look at the paper and "
                        "decide.",
                        unit=address,
                    ),
                }[paper.state],
            }
        )
        return self._show()

    def _choices(self):
        choices = {}
        for line in self.line_ids:
            if line.form == "election":
                most = line.motion_id.max_choices or line.motion_id.seats
                if len(line.candidate_ids) > most:
                    raise UserError(
                        self.env._(
                            "%(motion)s: at most %(most)s people can be ticked. A "
                            "ballot with more is no valid choice: key it as empty.",
                            motion=line.motion_id.name,
                            most=most,
                        )
                    )
                choices[line.motion_id.id] = sorted(line.candidate_ids.ids)
            elif not line.choice:
                raise UserError(
                    self.env._(
                        "%(motion)s: please key a choice. An empty or unreadable "
                        "line counts as abstaining.",
                        motion=line.motion_id.name,
                    )
                )
            else:
                choices[line.motion_id.id] = line.choice
        return choices

    def action_set_aside(self):
        """Take the ballot out: torn, blank, or not the owner's."""
        self.ensure_one()
        self._check_mine()
        if not (self.note or "").strip():
            raise UserError(self.env._("Please write why it is set aside."))
        self.paper_id._set_aside(self.note, self.env.user)
        return {"type": "ir.actions.act_window_close"}


class VoteKeyLine(models.TransientModel):
    """One motion on the ballot that is keyed."""

    _name = "shequ.vote.key.line"
    _description = "Line of a Paper Ballot"
    _order = "sequence, id"

    key_id = fields.Many2one("shequ.vote.key", required=True, ondelete="cascade")
    motion_id = fields.Many2one("shequ.vote.motion", readonly=True)
    sequence = fields.Integer(related="motion_id.sequence", store=True)
    form = fields.Selection(related="motion_id.form")
    choice = fields.Selection(
        [("agree", "Agree"), ("against", "Against"), ("abstain", "Abstain")]
    )
    candidate_ids = fields.Many2many(
        "shequ.vote.candidate",
        "shequ_vote_key_line_candidate_rel",
        "line_id",
        "candidate_id",
        string="People Ticked",
        domain="[('motion_id', '=', motion_id)]",
    )
