from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError


class ShequDataRequest(models.Model):
    """What a resident asks for about the own data: correct or erase.

    PIPL 46 and 47; the reason of a refusal is told (50).
    """

    _name = "shequ.data.request"
    _description = "Request about Personal Data"
    _inherit = ["mail.thread", "mail.activity.mixin"]
    _order = "deadline, id"

    partner_id = fields.Many2one(
        "res.partner",
        string="Person",
        required=True,
        readonly=True,
        ondelete="restrict",
    )
    kind = fields.Selection(
        [("correct", "Correct"), ("erase", "Erase")], required=True, readonly=True
    )
    state = fields.Selection(
        [
            ("new", "Open"),
            ("done", "Done"),
            ("partly", "Partly Done"),
            ("refused", "Refused"),
        ],
        default="new",
        required=True,
        readonly=True,
    )
    wish = fields.Text(string="In the Person's Words", readonly=True)
    new_name = fields.Char(readonly=True)
    new_phone = fields.Char(string="New Telephone", readonly=True)
    new_email = fields.Char(string="New E-mail", readonly=True)
    obstacles = fields.Text(string="What Forbids It", compute="_compute_obstacles")
    answer = fields.Text(help="Read by the resident; say why when it is refused.")
    asked_at = fields.Datetime(readonly=True, default=fields.Datetime.now)
    deadline = fields.Date(readonly=True)
    decided_at = fields.Datetime(readonly=True)
    decided_by_id = fields.Many2one("res.users", readonly=True)
    company_id = fields.Many2one("res.company", readonly=True)

    _state_idx = models.Index("(deadline) WHERE state = 'new'")
    _partner_idx = models.Index("(partner_id)")

    @api.model_create_multi
    def create(self, vals_list):
        params = self.env["ir.config_parameter"].sudo()
        days = int(params.get_param("shequ.data_request_days", 15))
        for vals in vals_list:
            vals.setdefault(
                "deadline", fields.Date.context_today(self) + timedelta(days=days)
            )
        requests = super().create(vals_list)
        for request in requests:
            if officer := request._officer():
                request.activity_schedule(
                    "mail.mail_activity_data_todo",
                    date_deadline=request.deadline,
                    summary=self.env._("A resident asks about personal data"),
                    user_id=officer.id,
                )
        return requests

    def _officer(self):
        """A privacy officer of the company, else any."""
        officers = self.env.ref("shequ_property.group_privacy_officer").sudo().user_ids
        own = officers.filtered(
            lambda user: self.company_id in user.company_ids and user.id > 2
        )
        return (own or officers.filtered("active"))[:1]

    @api.depends("kind", "partner_id.name")
    def _compute_display_name(self):
        kinds = dict(self._fields["kind"]._description_selection(self.env))
        for request in self:
            name = request.partner_id.name or ""
            request.display_name = f"{kinds.get(request.kind, '')} · {name}"

    @api.depends("kind", "partner_id", "state")
    def _compute_obstacles(self):
        for request in self:
            found = []
            if request.kind == "erase" and request.state == "new":
                found = request.partner_id.sudo()._shequ_erase_obstacles()
            request.obstacles = "\n".join(sentence for _kind, sentence in found)

    @api.model
    def _ask(self, partner, kind, **values):
        """Record a request of ``partner``; one open request of a kind at a time.

        :return: the request (as super-user)
        """
        requests = self.sudo()
        open_one = requests.search(
            [
                ("partner_id", "=", partner.id),
                ("kind", "=", kind),
                ("state", "=", "new"),
            ],
            limit=1,
        )
        if open_one:
            open_one.write(values)
            return open_one
        companies = self.env["res.users"]._shequ_companies(partner)
        return requests.create(
            {
                "partner_id": partner.id,
                "kind": kind,
                "company_id": companies[:1].id or partner.company_id.id,
                **values,
            }
        )

    # ------------------------------------------------------------- actions

    def action_done(self):
        """Do what is asked for, as far as nothing forbids it."""
        for request in self:
            request._check_open()
            if request.kind == "correct":
                request._correct()
                request._decide("done")
            else:
                request._erase()

    def action_refuse(self):
        for request in self:
            request._check_open()
            if len((request.answer or "").strip()) < 4:
                raise UserError(
                    self.env._("Please tell the resident why (Answer): the law asks.")
                )
            request._decide("refused")

    def _check_open(self):
        self.ensure_one()
        self.check_access("write")
        if self.state != "new":
            raise UserError(self.env._("This request has been answered already."))

    def _correct(self):
        values = {
            "name": self.new_name,
            "phone": self.new_phone,
            "email": self.new_email,
        }
        values = {name: value for name, value in values.items() if value}
        if not values:
            return
        self.partner_id.sudo().write(values)
        self.env["shequ.data.access"]._log(
            self.partner_id, "other", self.env._("Corrected on request"), values
        )

    def _erase(self):
        person = self.partner_id.sudo()
        obstacles = person._shequ_erase_obstacles()
        kinds = {kind for kind, _sentence in obstacles}
        sentences = "\n".join(sentence for _kind, sentence in obstacles)
        if kinds - {"invoices"}:
            self.answer = self.answer or sentences
            self._decide("refused")
            return
        person._shequ_anonymise(keep_name="invoices" in kinds)
        self.answer = "\n".join(filter(None, [self.answer, sentences]))
        self._decide("partly" if kinds else "done")

    def _decide(self, state):
        self.sudo().write(
            {
                "state": state,
                "decided_at": fields.Datetime.now(),
                "decided_by_id": self.env.uid,
            }
        )
        self.sudo().activity_unlink(["mail.mail_activity_data_todo"])
