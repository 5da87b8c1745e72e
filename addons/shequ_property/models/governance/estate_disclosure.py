import secrets

from odoo import api, fields, models


class ShequEstate(models.Model):
    _inherit = "shequ.estate"

    analytic_account_id = fields.Many2one(
        "account.analytic.account",
        string="Account of the Estate",
        copy=False,
        index="btree_not_null",
        groups="base.group_user",
        help="Posted items with this analytic account are the estate's: its published "
        "income, expenses and public revenue are read from them.",
    )
    disclosure_token = fields.Char(
        copy=False,
        index="btree_not_null",
        groups="base.group_user",
        help="The last part of the address on the notice board's sign.",
    )
    round_photos_open = fields.Boolean(
        string="Residents See Photos of Rounds",
        groups="base.group_user",
        help="Photos taken on rounds are shown to the residents of the estate. Faces "
        "and number plates in them are personal data: whoever walks the round is told "
        "so when taking the photo. Photos taken before stay closed.",
    )
    round_photos_since = fields.Datetime(
        string="Photos of Rounds Seen Since",
        compute="_compute_round_photos_since",
        store=True,
        groups="base.group_user",
    )
    disclosure_late_count = fields.Integer(
        string="Disclosures Overdue",
        compute="_compute_disclosure_late_count",
        groups="base.group_user",
    )

    _analytic_account_uniq = models.UniqueIndex(
        "(analytic_account_id) WHERE analytic_account_id IS NOT NULL",
        "Another estate has this analytic account: each keeps its own books.",
    )
    _disclosure_token_uniq = models.UniqueIndex(
        "(disclosure_token) WHERE disclosure_token IS NOT NULL",
        "Another estate has this sign.",
    )

    @api.depends("round_photos_open")
    def _compute_round_photos_since(self):
        for estate in self:
            estate.round_photos_since = (
                estate.round_photos_open and fields.Datetime.now()
            )

    def _compute_disclosure_late_count(self):
        counts = {
            estate.id: count
            for estate, count in self.env["shequ.disclosure"]._read_group(
                [("estate_id", "in", self.ids), ("status", "in", ["overdue"])],
                ["estate_id"],
                ["__count"],
            )
        }
        for estate in self:
            estate.disclosure_late_count = counts.get(estate.id, 0)

    def _ensure_analytic_account(self):
        """The estate's analytic account (as super-user), made when there is none."""
        self.ensure_one()
        estate = self.sudo()
        if not estate.analytic_account_id:
            plan = self.env["account.analytic.plan"].sudo()
            project_plan, _other = plan._get_all_plans()
            estate.analytic_account_id = (
                self.env["account.analytic.account"]
                .sudo()
                .create(
                    {
                        "name": estate.name,
                        "code": estate.code,
                        "plan_id": project_plan.id,
                        "company_id": estate.company_id.id,
                    }
                )
            )
        return estate.analytic_account_id

    def action_make_analytic_account(self):
        """Give the estate its account in the books."""
        self.check_access("write")
        for estate in self:
            estate._ensure_analytic_account()

    def _disclosure_sign_token(self):
        """What the address on the sign ends with; the same for as long as it hangs."""
        self.ensure_one()
        estate = self.sudo()
        if not estate.disclosure_token:
            estate.disclosure_token = secrets.token_urlsafe(9)
        return estate.disclosure_token

    @api.model
    def _by_disclosure_token(self, token):
        """The estate (as super-user) whose sign has ``token``, or an empty record."""
        if not isinstance(token, str) or not 8 <= len(token) <= 40:
            return self.sudo().browse()
        return self.sudo().search([("disclosure_token", "=", token)], limit=1)

    def _disclosure_sign_url(self):
        """The address of the sign: what the law makes public, without logging in."""
        return f"{self.get_base_url()}/d/{self._disclosure_sign_token()}"

    def _disclosure_sign(self):
        """What the sign for the notice board shows."""
        url = self._disclosure_sign_url()
        return {**self._label("", "", url, url), "url": url}

    def action_print_disclosure_sign(self):
        """The sign with the code, to hang on the notice board."""
        self._disclosure_sign_token()
        return self.env.ref(
            "shequ_property.action_report_disclosure_sign"
        ).report_action(self)

    def action_open_disclosures(self):
        return self._action_registry("shequ_property.action_disclosure")
