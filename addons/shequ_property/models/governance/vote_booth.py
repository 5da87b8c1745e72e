"""What pages, papers and rounds ask of a vote."""

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools import SQL, plaintext2html

from ...tools import ballot_number

MAX_TITLE = 80


class ShequVote(models.Model):
    _inherit = "shequ.vote"

    # Columns of the board in the order of a vote's life.
    state = fields.Selection(group_expand=True)
    signature_ids = fields.One2many("shequ.vote.signature", "vote_id")
    objection_ids = fields.One2many("shequ.vote.objection", "vote_id")
    paper_ids = fields.One2many("shequ.vote.paper", "vote_id")
    reminder_ids = fields.One2many("shequ.vote.reminder", "vote_id")
    missing_text = fields.Text(
        string="Still Missing", compute="_compute_missing_text", compute_sudo=True
    )
    turnout_area = fields.Float(
        string="Turnout by Area (%)",
        digits=(4, 1),
        compute="_compute_turnout",
        compute_sudo=True,
    )
    turnout_heads = fields.Float(
        string="Turnout by Heads (%)",
        digits=(4, 1),
        compute="_compute_turnout",
        compute_sudo=True,
    )
    turnout_map = fields.Html(
        string="Turnout by Building",
        compute="_compute_turnout_map",
        compute_sudo=True,
        sanitize=False,
    )
    result_sheet = fields.Html(
        compute="_compute_result_sheet", compute_sudo=True, sanitize=False
    )
    objection_count = fields.Integer(
        string="Open Objections", compute="_compute_desk_counts", compute_sudo=True
    )
    paper_count = fields.Integer(
        string="Paper Ballots to Key",
        compute="_compute_desk_counts",
        compute_sudo=True,
    )
    proxy_count = fields.Integer(
        string="Proxies", compute="_compute_desk_counts", compute_sudo=True
    )
    signature_text = fields.Char(
        string="Signatures", compute="_compute_signature_text", compute_sudo=True
    )
    public_url = fields.Char(string="Public Page", compute="_compute_public_url")

    # --- figures for the desk --------------------------------------------------------

    @api.depends("state", "motion_ids", "opens_at", "closes_at", "committee_told_on")
    def _compute_missing_text(self):
        for vote in self:
            open_to_change = vote.state in ("draft", "check") and vote._origin
            vote.missing_text = "\n".join(vote._missing()) if open_to_change else False

    @api.depends("state")
    def _compute_turnout(self):
        """In one query for all votes of a list."""
        rows = self.env.execute_query(
            SQL(
                """
                SELECT vote_id,
                       COALESCE(sum(area) FILTER (WHERE channel IS NOT NULL), 0)
                           * 1000 / NULLIF(sum(area), 0),
                       count(DISTINCT head) FILTER (WHERE channel IS NOT NULL)
                           * 1000 / NULLIF(count(DISTINCT head), 0)
                  FROM shequ_vote_elector
                 WHERE frozen AND vote_id IN %s GROUP BY vote_id
                """,
                tuple(self._origin.ids) or (0,),
            )
        )
        found = {vote: (int(area or 0), int(heads or 0)) for vote, area, heads in rows}
        for vote in self:
            area, heads = found.get(vote._origin.id, (0, 0))
            vote.turnout_area = area / 10
            vote.turnout_heads = heads / 10

    @api.depends("state")
    def _compute_turnout_map(self):
        for vote in self:
            counted = vote.state in ("open", "closed", "publicity", "final", "filed")
            vote.turnout_map = counted and self.env["ir.qweb"]._render(
                "shequ_property.vote_turnout_map",
                {"turnout": vote._turnout(by_building=True)},
            )

    @api.depends("state")
    def _compute_result_sheet(self):
        for vote in self:
            sheet = vote._posted_sheet()
            vote.result_sheet = bool(sheet) and self.env["ir.qweb"]._render(
                "shequ_property.vote_result_table",
                {"sheet": sheet, "area": self._square_metres},
            )

    def _posted_sheet(self):
        """The result once it is counted; nothing while ballots are taken."""
        self.ensure_one()
        if self.state not in ("closed", "publicity", "final", "filed"):
            return {}
        return self._result_sheet()

    @api.model
    def _square_metres(self, cents):
        """8832 → 88.32, from whole numbers."""
        return f"{cents // 100:,}.{cents % 100:02d}"

    @api.depends("objection_ids.state", "paper_ids.state", "proxy_ids.state")
    def _compute_desk_counts(self):
        for field, model, domain in (
            ("objection_count", "shequ.vote.objection", [("state", "=", "open")]),
            (
                "paper_count",
                "shequ.vote.paper",
                [("state", "in", ("scanned", "once", "differs"))],
            ),
            ("proxy_count", "shequ.vote.proxy", [("state", "!=", "revoked")]),
        ):
            groups = self.env[model]._read_group(
                Domain("vote_id", "in", self.ids) & Domain(domain),
                ["vote_id"],
                ["__count"],
            )
            counts = {vote.id: count for vote, count in groups}
            for vote in self:
                vote[field] = counts.get(vote._origin.id, 0)

    @api.depends("signature_ids", "proposer", "state")
    def _compute_signature_text(self):
        for vote in self:
            if vote.proposer != "owners" or not vote._origin:
                vote.signature_text = False
                continue
            support = vote._support()
            vote.signature_text = self.env._(
                "%(signed)s of %(needed)s needed",
                signed=support["signed"],
                needed=support["needed"],
            )

    def _compute_public_url(self):
        for vote in self:
            vote.public_url = f"{vote.get_base_url()}/vote/{vote.id}"

    # --- whom a vote waits for -------------------------------------------------------

    def _waiting_for(self, partner):
        """Those of these votes that wait for a ballot of ``partner``."""
        return self.filtered(
            lambda vote: (
                any(not elector.channel for elector in vote._electors_of(partner))
                and not vote._why_not(partner)
            )
        )

    def _open_objections(self):
        """Objections to the result that wait for an answer keep it from being final."""
        self.ensure_one()
        return super()._open_objections() + self.env[
            "shequ.vote.objection"
        ].sudo().search_count(
            [
                ("vote_id", "=", self.id),
                ("kind", "=", "result"),
                ("state", "=", "open"),
            ]
        )

    # --- numbers on paper ------------------------------------------------------------

    def _ballot_secret(self):
        """The key of the numbers on paper ballots."""
        secret = self.env["ir.config_parameter"].sudo().get_param("database.secret")
        return f"shequ-ballot-{secret}".encode()

    def _elector_by_number(self, text):
        """The elector that a number on a ballot names (as super-user), may be empty."""
        electors = self.env["shequ.vote.elector"].sudo()
        found = ballot_number.read(self._ballot_secret(), text)
        if not found:
            return electors
        vote, elector = found
        return electors.search([("id", "=", elector), ("vote_id", "=", vote)])

    # --- proposals -------------------------------------------------------------------

    @api.model
    def _propose(self, estate, partner, title, words, matter):
        """Put up a proposal of an owner for signatures (as super-user).

        :raise UserError: by somebody who owns nothing here, without words, or while
            another proposal of the person collects signatures
        """
        partner = partner.sudo()
        if not estate or not partner._vote_units(estate):
            raise UserError(self.env._("Only owners can propose a vote."))
        if not title or not words:
            raise UserError(self.env._("Please write what should be decided, and why."))
        if not matter:
            raise UserError(self.env._("Please choose what kind of matter it is."))
        votes = self.sudo()
        if votes.search_count(
            [
                ("proposer_id", "=", partner.id),
                ("estate_id", "=", estate.id),
                ("state", "=", "draft"),
            ],
            limit=1,
        ):
            raise UserError(
                self.env._(
                    "A proposal of yours is collecting signatures already. One at a "
                    "time."
                )
            )
        return votes.create(
            {
                "name": title[:MAX_TITLE],
                "description": plaintext2html(words),
                "estate_id": estate.id,
                "kind": "assembly",
                "proposer": "owners",
                "proposer_id": partner.id,
                "motion_ids": [
                    fields.Command.create(
                        {"name": title[:MAX_TITLE], "matter_id": matter.id}
                    )
                ],
            }
        )

    def _support(self):
        """How many owners stand behind a proposal.

        :return: dict with ``signed``, ``owners`` (heads of the estate) and ``needed``
        """
        self.ensure_one()
        owners = self._count_owners()
        share = self.assembly_id.initiative_percent or 20
        return {
            "signed": len(self.signature_ids),
            "owners": owners,
            "needed": max(1, -(-owners * share // 100)),
        }

    def _count_owners(self):
        """Owners of the estate as heads: a home is one, an owner of several is one."""
        today = self.env["shequ.estate"]._today()
        ((count,),) = self.env.execute_query(
            SQL(
                """
                SELECT count(DISTINCT COALESCE(owner.partner_id, -unit.id))
                  FROM shequ_unit unit
                  LEFT JOIN LATERAL (
                       SELECT residency.partner_id
                         FROM shequ_residency residency
                        WHERE residency.unit_id = unit.id
                          AND residency.active AND residency.is_title
                          AND residency.date_from <= %(today)s
                          AND (residency.date_to IS NULL
                               OR residency.date_to > %(today)s)
                        ORDER BY residency.is_representative DESC NULLS LAST,
                                 residency.id
                        LIMIT 1) owner ON true
                 WHERE unit.estate_id = %(estate)s AND unit.active
                   AND unit.state = 'delivered'
                """,
                today=today,
                estate=self.estate_id.id,
            )
        )
        return count

    def _take_signature(self, partner, confirmed_by):
        """Sign for ``partner``; with enough signatures the proposal goes on."""
        self.ensure_one()
        self.env["shequ.vote.signature"]._sign(self, partner, confirmed_by)
        self.invalidate_recordset(["signature_ids"])
        support = self._support()
        if support["signed"] >= support["needed"]:
            vote = self.sudo()
            vote.action_submit()
            vote.message_post(
                body=self.env._(
                    "%(signed)s owners have signed: the proposal has to be put to the "
                    "vote.",
                    signed=support["signed"],
                )
            )

    # --- reminders -------------------------------------------------------------------

    def action_remind(self):
        """A text message to everybody who can vote and has not; limited."""
        self.ensure_one()
        if not self._may_run(self.env.user):
            raise UserError(self.env._("Who runs the vote reminds people of it."))
        if not self.is_running:
            raise UserError(self.env._("This vote is not open."))
        reminders = self.env["shequ.vote.reminder"].sudo()
        reminders._refuse_too_many(self)
        count = reminders._send(self)
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "success",
                "message": self.env._(
                    "%(count)s people are reminded by text message.", count=count
                ),
            },
        }

    def action_print_poster(self):
        """A poster to hang up, which reminds everybody who passes: noted as that."""
        self.ensure_one()
        if self.state not in ("notice", "open"):
            raise UserError(self.env._("Posters hang from the notice until the close."))
        self.env["shequ.vote.reminder"]._note(self, "poster")
        return self.env.ref("shequ_property.action_report_vote_poster").report_action(
            self, config=False
        )

    # --- the way to what belongs to a vote -------------------------------------------

    def _action_of(self, xmlid):
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            f"shequ_property.{xmlid}"
        )
        action["domain"] = [("vote_id", "=", self.id)]
        # Buttons of a list hand on what is no default.
        action["context"] = {"default_vote_id": self.id, "shequ_vote_id": self.id}
        return action

    def action_open_roll(self):
        return self._action_of("action_vote_elector")

    def action_open_papers(self):
        return self._action_of("action_vote_paper")

    def action_open_objections(self):
        return self._action_of("action_vote_objection")

    def action_open_proxies(self):
        return self._action_of("action_vote_proxy")

    def action_open_events(self):
        return self._action_of("action_vote_event")

    def action_open_signatures(self):
        return self._action_of("action_vote_signature")

    def action_public_page(self):
        self.ensure_one()
        return {
            "type": "ir.actions.act_url",
            "url": f"/vote/{self.id}",
            "target": "new",
        }

    def action_round(self):
        self.ensure_one()
        return {
            "type": "ir.actions.act_url",
            "url": f"/vote/round/{self.id}",
            "target": "self",
        }

    def action_archive_file(self):
        """Download what everybody needs to recount."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_url",
            "url": f"/vote/{self.id}/archive",
            "target": "download",
        }


class ShequVoteElector(models.Model):
    _inherit = "shequ.vote.elector"

    def _ballot_number(self):
        """The number on the paper ballot of this unit."""
        self.ensure_one()
        secret = self.env["shequ.vote"]._ballot_secret()
        return ballot_number.number(secret, self.vote_id.id, self.id)

    def _ballot_url(self):
        return f"{self.get_base_url()}/vote/b/{self._ballot_number()}"


class ShequVoteMotion(models.Model):
    _inherit = "shequ.vote.motion"

    def _choice_words(self, choice):
        """A choice in words; "" when there is none.

        :param choice: agree, against, abstain or a list of candidate ids
        """
        self.ensure_one()
        if isinstance(choice, (list, tuple)):
            named = self.candidate_ids.filtered(lambda one: one.id in choice)
            return ", ".join(named.mapped("name")) or self.env._("Abstain")
        return {
            "agree": self.env._("Agree"),
            "against": self.env._("Against"),
            "abstain": self.env._("Abstain"),
        }.get(choice, "")
