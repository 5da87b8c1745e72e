from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError


class CommitteeHandover(models.Model):
    """When a term ends: what is open, handed over and received with two signatures."""

    _name = "shequ.committee.handover"
    _description = "Handover of a Committee Term"
    _order = "id desc"

    member_id = fields.Many2one(
        "shequ.committee.member",
        string="Term",
        required=True,
        readonly=True,
        index=True,
        ondelete="restrict",
    )
    estate_id = fields.Many2one(related="member_id.estate_id", store=True, index=True)
    company_id = fields.Many2one(related="estate_id.company_id", store=True, index=True)
    date_to = fields.Date(related="member_id.date_to", string="Term Until")
    state = fields.Selection(
        [
            ("open", "To be handed over"),
            ("handed", "Handed over"),
            ("received", "Received"),
        ],
        required=True,
        readonly=True,
        default="open",
    )
    items = fields.Text(string="What Is Open", readonly=True)
    note = fields.Text(string="What the Successor Should Know", readonly=True)
    handed_at = fields.Datetime(readonly=True)
    handed_name = fields.Char(string="Handed Over By", readonly=True)
    received_at = fields.Datetime(readonly=True)
    received_name = fields.Char(string="Received By", readonly=True)

    _member_uniq = models.Constraint(
        "UNIQUE(member_id)", "This term is handed over already."
    )

    def write(self, vals):
        if not self.env.su:
            raise AccessError(self.env._("The owners' committee hands over."))
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_never(self):
        raise UserError(self.env._("A handover is never deleted."))

    @api.model
    def _cron_prepare(self):
        """Prepare the handover of terms that end soon."""
        days = self.env["ir.config_parameter"].sudo()
        days = int(days.get_param("shequ.disclosure.handover_days", "30"))
        today = self.env["shequ.estate"]._today()
        members = (
            self.env["shequ.committee.member"]
            .sudo()
            .search(
                [
                    ("date_to", ">=", today),
                    ("date_to", "<=", today + timedelta(days=days)),
                ]
            )
        )
        known = self.sudo().search([("member_id", "in", members.ids)]).member_id
        self._prepare(members - known)

    @api.model
    def _prepare(self, members):
        """Make the handovers of ``members`` with the list of what is open."""
        return self.sudo().create(
            [
                {
                    "member_id": member.id,
                    "items": "\n".join(self._open_items(member.estate_id)),
                }
                for member in members
            ]
        )

    @api.model
    def _open_items(self, estate):
        """What waits in the estate, a sentence each (in the estate's language)."""
        lang = self.env["shequ.disclosure"].new({"estate_id": estate.id})._lang()
        env = self.with_context(lang=lang).sudo().env
        here = [("estate_id", "=", estate.id)]
        items = [
            env._("Review to sign: %(name)s", name=review.name)
            for review in env["shequ.disclosure.review"].search(
                [*here, ("state", "=", "open")]
            )
        ]
        items += [
            env._("Objection without an answer: %(name)s", name=review.name)
            for review in env["shequ.disclosure.review"].search(
                [*here, ("needs_answer", "=", True)]
            )
        ]
        late = env["shequ.disclosure"].search([*here, ("status", "in", ["overdue"])])
        items += [env._("Overdue: %(name)s", name=one.name) for one in late]
        waiting = env["shequ.disclosure.question"].search_count(
            [*here, ("is_open", "=", True)]
        )
        if waiting:
            items.append(env._("Questions of residents waiting: %(n)s", n=waiting))
        last = env["shequ.disclosure.version"].search(
            here, order="chain_number desc", limit=1
        )
        if last:
            items.append(
                env._(
                    "Published so far: %(number)s versions, chain %(digest)s",
                    number=last.chain_number,
                    digest=last.chain,
                )
            )
        return items

    # --- the two signatures --------------------------------------------------------

    def _hand_over(self, user, note=""):
        """The member whose term ends signs."""
        this = self._sealed("open")
        if this.member_id.partner_id != user.sudo().partner_id:
            raise AccessError(self.env._("Whose term ends hands over."))
        this.write(
            {
                "state": "handed",
                "note": self.env["shequ.disclosure.review"]._words(note, False),
                "items": "\n".join(self._open_items(this.estate_id)),
                "handed_at": fields.Datetime.now(),
                "handed_name": this.member_id.partner_id.name,
            }
        )

    def _receive(self, user):
        """Another member in office signs for having received it."""
        this = self._sealed("handed")
        members = self.env["shequ.disclosure.review"]._members(this.estate_id)
        successor = members.filtered(
            lambda m: m.partner_id == user.sudo().partner_id and m != this.member_id
        )
        if not successor:
            raise AccessError(
                self.env._("Another member of the committee receives it.")
            )
        this.write(
            {
                "state": "received",
                "received_at": fields.Datetime.now(),
                "received_name": successor[:1].partner_id.name,
            }
        )

    def _sealed(self, state):
        self.ensure_one()
        this = self.sudo()
        this.lock_for_update()
        if this.state != state:
            raise UserError(self.env._("This has been done already."))
        return this
