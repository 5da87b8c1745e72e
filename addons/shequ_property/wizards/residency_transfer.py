from fractions import Fraction

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Command, Domain
from odoo.tools.misc import format_amount, format_date

from ..models.estate.move import MOVE_KINDS
from ..tools import moves
from ..tools.mask import mask_login

END_REASONS = {"lease_start": "lease_end"}


class ShequResidencyTransfer(models.TransientModel):
    """Sale, hand-over, lease, death, inheritance, moving out: a move on a date.

    The rules are in ``tools/moves.py``. The panel shows what follows before anything
    is written; what was done is kept as a ``shequ.move``.
    """

    _name = "shequ.residency.transfer"
    _description = "Sale or Move"

    kind = fields.Selection(MOVE_KINDS, default="sale", required=True)
    unit_id = fields.Many2one("shequ.unit", required=True)
    estate_id = fields.Many2one(related="unit_id.estate_id")
    date = fields.Date(
        required=True,
        default=lambda self: self.env["shequ.estate"]._today(),
        help="First day of the new state.",
    )
    date_until = fields.Date(
        string="Lease Until",
        help="First day on which the lease no longer counts; empty: open-ended.",
    )
    partner_id = fields.Many2one(
        "res.partner",
        string="Deceased",
        domain="[('id', 'in', candidate_ids)]",
    )
    candidate_ids = fields.Many2many(
        "res.partner",
        "shequ_transfer_candidate_rel",
        compute="_compute_candidate_ids",
    )
    new_owner_id = fields.Many2one(
        "res.partner", help="The only buyer; several: list them."
    )
    line_ids = fields.One2many(
        "shequ.residency.transfer.line",
        "wizard_id",
        compute="_compute_line_ids",
        store=True,
        readonly=False,
    )
    residency_ids = fields.Many2many(
        "shequ.residency",
        string="Who Leaves",
        compute="_compute_residency_ids",
        store=True,
        readonly=False,
        domain="[('unit_id', '=', unit_id), ('date_from', '<=', date), "
        "'|', ('date_to', '=', False), ('date_to', '>', date)]",
    )
    representative_id = fields.Many2one(
        "res.partner",
        string="Voting Representative",
        compute="_compute_representative_id",
        store=True,
        readonly=False,
        domain="[('id', 'in', eligible_ids)]",
        help="Who votes for the unit from that day on; may be left open.",
    )
    eligible_ids = fields.Many2many(
        "res.partner",
        "shequ_transfer_eligible_rel",
        compute="_compute_eligible_ids",
    )
    contact_id = fields.Many2one(
        "res.partner",
        string="Guardian or Contact",
        help="Whom to turn to from now on: for children or old people left behind, "
        "for keys and open matters.",
    )
    hand_on_tickets = fields.Boolean(
        string="Open Tickets Go to the Contact",
        help="The contact follows the open tickets of those who leave, and decides "
        "about them. Otherwise they stay with who reported them.",
    )
    note = fields.Text(
        string="Keys and Meters",
        help="Keys handed over, meter readings, number of the contract.",
    )
    problem = fields.Text(compute="_compute_panel")
    panel = fields.Html(compute="_compute_panel", sanitize=False)

    # ------------------------------------------------------------- defaults

    @api.depends("unit_id", "date")
    def _compute_candidate_ids(self):
        for wizard in self:
            wizard.candidate_ids = wizard._present().partner_id

    @api.depends("unit_id", "kind", "date", "partner_id")
    def _compute_residency_ids(self):
        chosen = self.env.context.get("shequ_leaving")
        for wizard in self:
            present = wizard._present()
            if chosen and wizard.kind in ("lease_end", "move"):
                wizard.residency_ids = present & present.browse(chosen)
                continue
            person = wizard.partner_id._origin.id
            stays = {stay.id: stay for stay in wizard._stays()}
            wizard.residency_ids = present.filtered(
                lambda r, w=wizard, p=person, s=stays: moves.leaves_by_default(
                    w.kind, s[r.id], p
                )
            )

    @api.depends("unit_id", "kind", "new_owner_id")
    def _compute_line_ids(self):
        """An inheritance starts from who holds the title; others from nobody."""
        for wizard in self:
            lines = [Command.clear()]
            if wizard.kind == "inheritance":
                for stay in wizard._present().filtered("is_title"):
                    lines.append(
                        Command.create(
                            {
                                "partner_id": stay.partner_id.id,
                                "share_numerator": stay.share_numerator,
                                "share_denominator": stay.share_denominator,
                            }
                        )
                    )
            elif wizard.new_owner_id and wizard.kind in ("sale", "handover"):
                lines.append(
                    Command.create({"partner_id": wizard.new_owner_id._origin.id})
                )
            wizard.line_ids = lines

    @api.depends("line_ids.partner_id", "residency_ids", "kind", "date", "unit_id")
    def _compute_eligible_ids(self):
        for wizard in self:
            left, new = wizard._after()
            people = {stay.person for stay in left} | {one.person for one in new}
            wizard.eligible_ids = self.env["res.partner"].browse(sorted(people))

    @api.depends("eligible_ids", "kind", "unit_id")
    def _compute_representative_id(self):
        """Buyers and heirs vote when there is one; a dead voter leaves it open."""
        for wizard in self:
            left, new = wizard._after()
            votes = [stay.person for stay in left if stay.votes]
            if wizard.kind in moves.TITLE_KINDS and new:
                single = wizard.kind != "inheritance" or len(wizard.line_ids) == 1
                votes = votes or ([new[0].person] if single else [])
            wizard.representative_id = votes[0] if votes else False

    # ------------------------------------------------------------ the panel

    @api.depends(
        "kind",
        "unit_id",
        "date",
        "date_until",
        "partner_id",
        "line_ids.partner_id",
        "line_ids.share_numerator",
        "line_ids.share_denominator",
        "residency_ids",
        "representative_id",
        "contact_id",
        "hand_on_tickets",
    )
    def _compute_panel(self):
        for wizard in self:
            wizard.problem = "\n".join(wizard._problems()) or False
            wizard.panel = self.env["ir.qweb"]._render(
                "shequ_property.residency_transfer_panel", wizard._panel_values()
            )

    def _panel_values(self):
        made = self._plan()
        leaving = (
            self.env["shequ.residency"].browse(made.ending) | self._deceased_stays()
        )
        left, new = self._after()
        stays = self._present().filtered(lambda r: r.id in {s.id for s in left})
        roles = dict(leaving._fields["role"]._description_selection(self.env))
        today = self.env["shequ.estate"]._today()
        tickets = self._open_tickets(leaving.partner_id)
        Partner = self.env["res.partner"]
        return {
            "empty": not self.unit_id or not (leaving or new),
            "future": bool(self.date and self.date > today),
            "date": format_date(self.env, self.date) if self.date else "",
            "leaving": [self._person_words(stay) for stay in leaving],
            "staying": [self._person_words(stay) for stay in stays],
            "coming": [
                {
                    "name": Partner.browse(one.person).name,
                    "role": roles[one.role],
                    "share": str(one.share) if one.role == "co_owner" else "",
                    "log_in": self._log_in_words(Partner.browse(one.person)),
                }
                for one in new
            ],
            "before": self.unit_id.representative_id.name or "",
            "after": self.representative_id.name or "",
            "deceased_estate": self.kind == "death"
            and bool(leaving.filtered("is_title"))
            and not any(stay.role in moves.TITLE_ROLES for stay in left),
            "tickets": [
                {
                    "number": ticket.name,
                    "text": (ticket.category_id.name or ticket.description or "")[:40],
                    "who": ticket.reporter_id.name or "",
                }
                for ticket in tickets[:8]
            ],
            "ticket_count": len(tickets),
            "tickets_to": self.contact_id.name
            if self.hand_on_tickets and self.contact_id
            else "",
            "log_ins": self._closing_log_ins(leaving, made),
            "balances": self._balances(leaving.partner_id),
            "other_homes": [
                stay.unit_id.display_name
                for stay in self._deceased_stays()
                if stay.unit_id != self.unit_id
            ],
            "minors": self.kind == "death" and bool(stays),
        }

    def _person_words(self, stay):
        return {
            "name": stay.partner_id.name,
            "role": stay._role_label(),
            "share": stay.share_text or "",
        }

    def _log_in_words(self, partner):
        users = partner.sudo().user_ids.filtered("share")
        return mask_login(users[:1].login) if users else ""

    def _closing_log_ins(self, leaving, made):
        """Log-ins of people for whom this is the last home with us."""
        Residency = self.env["shequ.residency"].sudo()
        new = {one.person for one in made.starting}
        rows = []
        for partner in leaving.partner_id:
            user = partner.sudo().user_ids.filtered("share")[:1]
            others = Residency.search_count(
                Residency._current_domain(self.date)
                & Domain("partner_id", "=", partner.id)
                & Domain("id", "not in", leaving.ids),
                limit=1,
            )
            if user and not others and partner.id not in new:
                rows.append({"name": partner.name, "login": mask_login(user.login)})
        return rows

    def _balances(self, partners):
        company = self.unit_id.company_id
        return [
            {
                "name": partner.name,
                "amount": format_amount(self.env, amount, company.currency_id),
            }
            for partner in partners
            if (amount := partner._shequ_balance(company))
        ]

    def _open_tickets(self, partners):
        """Open tickets of those who leave, for the unit or in general."""
        if not partners:
            return self.env["shequ.ticket"]
        return self.env["shequ.ticket"].search(
            Domain("is_open", "=", True)
            & Domain("estate_id", "=", self.unit_id.estate_id.id)
            & (
                Domain("reporter_id", "in", partners.ids)
                | Domain("on_behalf_id", "in", partners.ids)
            ),
            order="id desc",
        )

    # -------------------------------------------------------------- the plan

    def _present(self):
        """Residencies of the unit in force on the date."""
        Residency = self.env["shequ.residency"]
        if not self.unit_id or not self.date:
            return Residency
        return Residency.search(
            Residency._current_domain(self.date)
            & Domain("unit_id", "=", self.unit_id._origin.id)
        )

    def _stays(self):
        stays = self.env["shequ.residency"].search(
            [("unit_id", "=", self.unit_id._origin.id)]
        )
        return [
            moves.Stay(
                stay.id,
                stay.partner_id.id,
                stay.role,
                stay.date_from,
                stay.date_to or None,
                stay._share(),
                stay.is_representative,
            )
            for stay in stays
        ]

    def _newcomers(self):
        lines = self.line_ids.filtered("partner_id")
        if self.kind not in (*moves.TITLE_KINDS, "lease_start"):
            return []
        role = "tenant" if self.kind == "lease_start" else "owner"
        if role == "owner" and len(lines) > 1:
            role = "co_owner"
        return [
            moves.Newcomer(
                line.partner_id._origin.id,
                role,
                Fraction(line.share_numerator, line.share_denominator or 1)
                if role != "tenant"
                else Fraction(1),
            )
            for line in lines
        ]

    def _plan(self):
        if not self.unit_id or not self.date:
            return moves.Plan()
        return moves.plan(
            self.kind,
            self.date,
            self._stays(),
            set(self.residency_ids._origin.ids),
            self._newcomers(),
            self.env["shequ.estate"]._today(),
        )

    def _after(self):
        if not self.unit_id or not self.date:
            return [], []
        return moves.after(self._stays(), self._plan(), self.date)

    def _deceased_stays(self):
        """All homes of the deceased that the user looks after."""
        Residency = self.env["shequ.residency"]
        if self.kind != "death" or not self.partner_id or not self.date:
            return Residency
        return Residency.search(
            Residency._current_domain(self.date)
            & Domain("partner_id", "=", self.partner_id._origin.id)
        )

    def _problems(self):
        """Sentences about what cannot be; the first thing to mend comes first."""
        made = self._plan()
        if not self.unit_id or not self.date:
            return [self.env._("Choose the unit and the day.")]
        words = self._problem_words()
        problems = [words[code] for code in dict.fromkeys(made.problems)]
        today = self.env["shequ.estate"]._today()
        days = int(
            self.env["ir.config_parameter"]
            .sudo()
            .get_param("shequ.move_ahead_days", 1100)
        )
        if (self.date - today).days > days:
            problems.append(
                self.env._(
                    "%(date)s lies more than %(days)s days ahead. Is the year right?",
                    date=format_date(self.env, self.date),
                    days=days,
                )
            )
        if (
            self.kind == "lease_start"
            and self.date_until
            and self.date_until <= self.date
        ):
            problems.append(self.env._("The lease would end before it begins."))
        if self.kind == "death" and not self.partner_id:
            problems.append(self.env._("Say who died."))
        wrong = self.residency_ids._origin.filtered(
            lambda stay: (
                self.kind in ("lease_start", "lease_end", "move") and stay.is_title
            )
        )
        if wrong:
            problems.append(
                self.env._(
                    "%(people)s still own the unit. Somebody who moves out keeps the "
                    "title until it is sold.",
                    people=", ".join(wrong.partner_id.mapped("name")),
                )
            )
        if self.hand_on_tickets and not self.contact_id:
            problems.append(self.env._("Say who takes the open tickets over."))
        return problems

    def _problem_words(self):
        late = self.residency_ids._origin.sorted("date_from", reverse=True)[:1]
        title = max(
            (stay.start for stay in self._stays() if stay.role in moves.TITLE_ROLES),
            default=None,
        )
        return {
            "future_death": self.env._("The day of a death cannot lie ahead."),
            "before_start": self.env._(
                "%(person)s came on %(date)s only and cannot leave before.",
                person=late.partner_id.name or "",
                date=format_date(self.env, late.date_from) if late else "",
            ),
            "later_title": self.env._(
                "The title changed on %(date)s already; a move before that day would "
                "contradict it.",
                date=format_date(self.env, title) if title else "",
            ),
            "no_owner": self.env._("Who is the new owner?"),
            "no_tenant": self.env._("Who is the tenant?"),
            "shares": self.env._(
                "The shares have to add up to the whole unit; now they are %(total)s.",
                total=sum((one.share for one in self._newcomers()), Fraction(0)),
            ),
            "no_share": self.env._("Each owner needs a share above zero."),
            "same_owner": self.env._("The unit belongs to these people already."),
            "there_already": self.env._(
                "This person is already recorded as a tenant here at that time."
            ),
            "nobody": self.env._("Say who leaves."),
            "twice": self.env._("Somebody is listed twice."),
        }

    # ---------------------------------------------------------------- apply

    def action_apply(self):
        """Write what the panel shows, and keep it as a move."""
        self.ensure_one()
        Residency = self.env["shequ.residency"]
        Residency.check_access("write")
        self.unit_id.check_access("read")
        if problems := self._problems():
            raise UserError("\n".join(problems))
        made = self._plan()
        ending = Residency.browse(made.ending) | self._deceased_stays()
        before = self.env["shequ.move"]._remember(self.unit_id, ending)
        before["until"] = str(self.date_until or "") if made.starting else ""
        # The office goes first: a new representative does not sweep the old one's.
        ending._end(self.date)
        ending.write({"end_reason": END_REASONS.get(self.kind, self.kind)})
        started = self._start(made)
        before["office"] = self._choose_representative(started)
        if self.kind == "death":
            self.partner_id.sudo().shequ_died_on = self.date
        before["tickets"] = self._hand_on(ending.partner_id)
        move = (
            self.env["shequ.move"]
            .sudo()
            .create(
                {
                    "kind": self.kind,
                    "unit_id": self.unit_id.id,
                    "date": self.date,
                    "partner_id": self.partner_id.id if self.kind == "death" else False,
                    "contact_id": self.contact_id.id,
                    "ended_ids": [Command.set(ending.ids)],
                    "started_ids": [Command.set(started.ids)],
                    "note": self.note,
                    "before": before,
                    "user_id": self.env.uid,
                }
            )
        )
        if self.date <= self.env["shequ.estate"]._today():
            move._come_into_force()
        self._say(move, ending, started)
        return {"type": "ir.actions.client", "tag": "soft_reload"}

    def _start(self, made):
        return self.env["shequ.residency"].create(
            [
                {
                    "unit_id": self.unit_id.id,
                    "partner_id": one.person,
                    "role": one.role,
                    "share_numerator": one.share.numerator,
                    "share_denominator": one.share.denominator,
                    "date_from": self.date,
                    "date_to": self.date_until if one.role == "tenant" else False,
                }
                for one in made.starting
            ]
        )

    def _choose_representative(self, started):
        """The chosen one votes from that day on; nobody chosen: nobody does.

        Whoever stays in the unit and votes now goes on until the day.

        :return: what :meth:`shequ.move._change_office` does on the day, or False
        """
        present = self._present()
        chosen = (started | present).filtered(
            lambda stay: stay.partner_id == self.representative_id
        )[:1]
        voting = present.filtered("is_representative")
        future = self.date > self.env["shequ.estate"]._today()
        if future and chosen not in voting and (voting or chosen not in started):
            return {"chosen": chosen.id, "voting": voting.ids}
        if chosen and chosen not in voting:
            chosen.is_representative = True
        elif not chosen:
            voting.write({"is_representative": False})
        return False

    def _hand_on(self, partners):
        """Let the contact follow the open tickets of who leaves.

        :return: list of [ticket id, id of the former “on behalf of” or False]
        """
        if not self.hand_on_tickets:
            return []
        rows = []
        for ticket in self._open_tickets(partners):
            ticket.check_access("write")
            sudo = ticket.sudo()
            rows.append([ticket.id, sudo.on_behalf_id.id])
            sudo.write(
                {
                    "on_behalf_id": self.contact_id.id,
                    "participant_ids": [Command.link(self.contact_id.id)],
                }
            )
            ticket._trace(
                "note",
                self.env._("Goes on with %(person)s.", person=self.contact_id.name),
                public=False,
            )
        return rows

    def _say(self, move, ending, started):
        """One line in the unit's chatter that tells the whole move."""
        parts = []
        if ending:
            parts.append(
                self.env._(
                    "ended: %(people)s",
                    people=", ".join(ending.partner_id.mapped("name")),
                )
            )
        if started:
            parts.append(
                self.env._(
                    "began: %(people)s",
                    people=", ".join(
                        f"{stay.partner_id.name} {stay.share_text or ''}".strip()
                        for stay in started
                    ),
                )
            )
        parts.append(
            self.env._("votes: %(person)s", person=self.representative_id.name)
            if self.representative_id
            else self.env._("votes: nobody yet")
        )
        if self.contact_id:
            parts.append(self.env._("contact: %(name)s", name=self.contact_id.name))
        if self.note:
            parts.append(self.note)
        body = (
            f"{move._kind_label()} · {format_date(self.env, self.date)}: "
            + "; ".join(parts)
        )
        for unit in (self.unit_id | ending.unit_id).sudo():
            unit.message_post(body=body, author_id=self.env.user.partner_id.id)


class ShequResidencyTransferLine(models.TransientModel):
    _name = "shequ.residency.transfer.line"
    _description = "Owner or Tenant After a Move"

    wizard_id = fields.Many2one("shequ.residency.transfer", ondelete="cascade")
    partner_id = fields.Many2one("res.partner", string="Person", required=True)
    share_numerator = fields.Integer(string="Share", default=1)
    share_denominator = fields.Integer(string="Of", default=1)
