from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Domain
from odoo.tools.misc import format_date

from ...tools import periods

STATES = [("draft", "Draft"), ("active", "In Force"), ("ended", "Ended")]
#: What a version keeps, and what an amendment alone changes.
TERMS = (
    "name",
    "title",
    "company_id",
    "client_kind",
    "assembly_id",
    "developer_id",
    "client_name",
    "estate_ids",
    "date_from",
    "date_to",
    "fee_mode",
    "commission_permille",
    "grade_id",
    "price_ids",
    "commitment_ids",
    "signed_on",
    "termination_text",
    "notice_days_owner",
    "notice_days_company",
)
LAST_NOTICE = "shequ_property.activity_contract_notice"


class Contract(models.Model):
    """A property service contract (物业服务合同) between company and owners.

    A draft is edited freely.  In force, its terms change by an amendment alone, which
    keeps the text before it as a version; ended, they do not change any more.
    """

    _name = "shequ.contract"
    _description = "Property Service Contract"
    _inherit = ["shequ.scope.mixin", "mail.thread", "mail.activity.mixin"]
    _order = "date_from desc, id desc"
    _rec_names_search = ["name", "title"]
    _scope_fields = frozenset({"estate_ids", "company_id"})

    name = fields.Char(string="Number", required=True, copy=False, default="/")
    title = fields.Char(required=True, tracking=True)
    active = fields.Boolean(default=True)
    state = fields.Selection(
        STATES, required=True, default="draft", readonly=True, copy=False, tracking=True
    )
    is_editable = fields.Boolean(compute="_compute_is_editable")
    company_id = fields.Many2one(
        "res.company",
        string="Property Company",
        required=True,
        index=True,
        default=lambda self: self.env.company,
    )
    currency_id = fields.Many2one(related="company_id.currency_id")
    client_kind = fields.Selection(
        [
            ("assembly", "Owners' Assembly"),
            ("developer", "Developer (before the assembly exists)"),
            ("other", "Other"),
        ],
        string="Concluded With",
        required=True,
        default="assembly",
    )
    assembly_id = fields.Many2one(
        "shequ.assembly",
        string="Owners' Assembly",
        compute="_compute_assembly_id",
        store=True,
        readonly=False,
        precompute=True,
        index="btree_not_null",
        ondelete="restrict",
        domain="[('estate_id', 'in', estate_ids)]",
        help="Its committee reviews the contract when it is published.",
    )
    developer_id = fields.Many2one(
        "res.partner",
        domain="[('is_company', '=', True)]",
        ondelete="restrict",
        help="Who concluded it before there was an assembly (前期物业服务合同).",
    )
    client_name = fields.Char(
        string="Name of the Other Party",
        compute="_compute_client_name",
        store=True,
        readonly=False,
        precompute=True,
        required=True,
    )
    estate_ids = fields.Many2many(
        "shequ.estate",
        "shequ_contract_estate_rel",
        "contract_id",
        "estate_id",
        string="Estates",
        required=True,
        domain="[('company_id', '=', company_id)]",
    )
    date_from = fields.Date(
        string="From",
        required=True,
        tracking=True,
        default=lambda self: self.env["shequ.estate"]._today(),
    )
    date_to = fields.Date(
        string="Until", tracking=True, help="The last day. Empty: without a term."
    )
    signed_on = fields.Date()
    fee_mode = fields.Selection(
        [("lump", "Lump Sum (包干制)"), ("commission", "Commission (酬金制)")],
        required=True,
        default="lump",
        tracking=True,
    )
    commission_permille = fields.Integer(
        string="Commission (‰)", help="Of what is collected, under 酬金制."
    )
    grade_id = fields.Many2one("shequ.service.grade", string="Service Grade")
    price_ids = fields.One2many(
        "shequ.contract.price", "contract_id", string="Prices", copy=True
    )
    document_ids = fields.Many2many(
        "ir.attachment",
        string="Signed Documents",
        copy=False,
        help="The signed scan. Residents of the estates can open it.",
    )
    termination_text = fields.Text(string="Rules of Termination")
    notice_days_owner = fields.Integer(
        string="Notice by the Owners (days)",
        default=lambda self: self._setting("notice_days_owner", 60),
        help="Civil Code 946: owners who dismiss the company tell it so many days "
        "before.",
    )
    notice_days_company = fields.Integer(
        string="Notice by the Company (days)",
        default=lambda self: self._setting("notice_days_company", 90),
        help="Civil Code 947: a company that does not go on tells the owners so many "
        "days before the end.",
    )
    notice_owner_by = fields.Date(
        string="Owners' Notice By", compute="_compute_notice", store=True
    )
    notice_company_by = fields.Date(
        string="Company's Notice By", compute="_compute_notice", store=True
    )
    days_left = fields.Integer(compute="_compute_days_left")
    on_expiry = fields.Selection(
        [
            ("indefinite", "Goes on without a term (Civil Code 948)"),
            ("end", "Ends"),
        ],
        string="After the Last Day",
        required=True,
        default="indefinite",
        help="When the owners have not decided and the company goes on, the contract "
        "holds on without a term; either side may then end it with 60 days' notice.",
    )
    is_indefinite = fields.Boolean(
        string="Without a Term", readonly=True, copy=False, tracking=True
    )
    ends_on = fields.Date(
        readonly=True,
        copy=False,
        tracking=True,
        help="Notice has been given: the last day.",
    )
    ended_by = fields.Selection(
        [
            ("owners", "The owners"),
            ("company", "The company"),
            ("both", "Both together"),
            ("term", "End of the term"),
        ],
        readonly=True,
        copy=False,
    )
    notice_given_on = fields.Date(readonly=True, copy=False)
    end_reason = fields.Text(readonly=True, copy=False)
    reminded = fields.Json(readonly=True, copy=False)
    commitment_ids = fields.One2many(
        "shequ.contract.commitment", "contract_id", string="Commitments", copy=False
    )
    version_ids = fields.One2many(
        "shequ.contract.version", "contract_id", string="Versions", copy=False
    )
    version_number = fields.Integer(compute="_compute_counts", string="Version")
    round_ids = fields.One2many(
        "shequ.round", "contract_id", string="Rounds", copy=False
    )
    sheet_ids = fields.One2many(
        "shequ.contract.sheet", "contract_id", string="Promise Sheets", copy=False
    )
    commitment_count = fields.Integer(compute="_compute_counts")
    round_count = fields.Integer(compute="_compute_counts")
    sheet_count = fields.Integer(compute="_compute_counts")
    renews_id = fields.Many2one(
        "shequ.contract",
        string="Renewal Of",
        readonly=True,
        copy=False,
        index="btree_not_null",
    )
    renewed_by_ids = fields.One2many("shequ.contract", "renews_id", readonly=True)

    _name_uniq = models.UniqueIndex(
        "(company_id, name) WHERE name != '/'",
        "The company has a contract with this number already.",
    )
    _term_valid = models.Constraint(
        "CHECK (date_to IS NULL OR date_to >= date_from)",
        "A contract cannot end before it begins.",
    )
    _notice_valid = models.Constraint(
        "CHECK (COALESCE(notice_days_owner, 0) BETWEEN 0 AND 730 "
        "AND COALESCE(notice_days_company, 0) BETWEEN 0 AND 730)",
        "A notice is given between 0 and 730 days before.",
    )
    _commission_valid = models.Constraint(
        "CHECK (COALESCE(commission_permille, 0) BETWEEN 0 AND 1000)",
        "The commission is between 0 and 1000 per mille.",
    )
    _state_idx = models.Index("(state, date_to)")

    # --- constraints ----------------------------------------------------------

    @api.constrains("estate_ids", "company_id")
    def _check_estates(self):
        for contract in self:
            if not contract.estate_ids:
                raise ValidationError(
                    self.env._(
                        "%(contract)s: choose an estate.", contract=contract.title
                    )
                )
            foreign = contract.estate_ids.filtered(
                lambda estate, c=contract: estate.company_id != c.company_id
            )
            if foreign:
                raise ValidationError(
                    self.env._(
                        "%(estate)s is not an estate of %(company)s.",
                        estate=foreign[0].name,
                        company=contract.company_id.name,
                    )
                )

    @api.constrains("assembly_id", "estate_ids", "client_kind")
    def _check_assembly(self):
        for contract in self:
            estate = contract.assembly_id.sudo().estate_id
            if estate and estate not in contract.estate_ids:
                raise ValidationError(
                    self.env._(
                        "The owners' assembly of %(estate)s concludes no contract for "
                        "other estates.",
                        estate=estate.name,
                    )
                )

    @api.constrains("state", "estate_ids", "date_from", "date_to", "ends_on")
    def _check_overlap(self):
        """One contract at a time holds in an estate."""
        for contract in self.filtered(lambda c: c.state == "active"):
            others = self.sudo().search(
                [
                    ("state", "=", "active"),
                    ("id", "!=", contract.id),
                    ("estate_ids", "in", contract.estate_ids.ids),
                ]
            )
            for other in others:
                if contract._runs_with(other):
                    raise ValidationError(
                        self.env._(
                            "%(estate)s has a contract in force in this time already: "
                            "%(contract)s.",
                            estate=(contract.estate_ids & other.estate_ids)[0].name,
                            contract=other.display_name,
                        )
                    )

    def _runs_with(self, other):
        mine, theirs = self._last_day(), other._last_day()
        return (not mine or other.date_from <= mine) and (
            not theirs or self.date_from <= theirs
        )

    def _last_day(self):
        """The last day, False while it runs on without a term."""
        self.ensure_one()
        return self.ends_on or (not self.is_indefinite and self.date_to) or False

    # --- compute --------------------------------------------------------------

    @api.depends("state")
    def _compute_is_editable(self):
        for contract in self:
            contract.is_editable = contract.state == "draft"

    @api.depends("client_kind", "estate_ids")
    def _compute_assembly_id(self):
        """The assembly of its estates; none before there is one."""
        assemblies = self.env["shequ.assembly"].sudo()
        for contract in self:
            known = contract.assembly_id
            if contract.client_kind != "assembly":
                contract.assembly_id = False
            elif known.estate_id not in contract.estate_ids._origin:
                contract.assembly_id = assemblies.search(
                    [("estate_id", "in", contract.estate_ids._origin.ids)], limit=1
                )

    @api.depends("client_kind", "assembly_id", "developer_id")
    def _compute_client_name(self):
        for contract in self:
            name = contract.client_name
            if contract.client_kind == "developer" and contract.developer_id:
                name = contract.developer_id.name
            elif contract.client_kind == "assembly" and not name:
                estate = contract.assembly_id.estate_id
                name = estate and self.env._(
                    "Owners' assembly of %(estate)s", estate=estate.name
                )
            contract.client_name = name

    @api.depends("date_to", "notice_days_owner", "notice_days_company", "is_indefinite")
    def _compute_notice(self):
        for contract in self:
            last = not contract.is_indefinite and contract.date_to
            contract.notice_owner_by = last and periods.notice_by(
                last, contract.notice_days_owner
            )
            contract.notice_company_by = last and periods.notice_by(
                last, contract.notice_days_company
            )

    @api.depends("date_to", "ends_on", "is_indefinite")
    def _compute_days_left(self):
        today = self.env["shequ.estate"]._today()
        for contract in self:
            last = contract._last_day()
            contract.days_left = (last - today).days if last else 0

    @api.depends("commitment_ids", "round_ids", "sheet_ids", "version_ids")
    def _compute_counts(self):
        for contract in self:
            contract.commitment_count = len(contract.commitment_ids)
            contract.round_count = len(contract.round_ids)
            contract.sheet_count = len(contract.sheet_ids)
            contract.version_number = max(contract.version_ids.mapped("number") or [0])

    @api.depends("name", "title")
    def _compute_display_name(self):
        for contract in self:
            number = f"{contract.name} " if contract.name not in ("/", False) else ""
            contract.display_name = f"{number}{contract.title or ''}"

    # --- CRUD -----------------------------------------------------------------

    @api.model_create_multi
    def create(self, vals_list):
        for vals in vals_list:
            if vals.get("name", "/") in ("/", False, ""):
                vals["name"] = self.env["ir.sequence"].next_by_code("shequ.contract")
        contracts = super().create(vals_list)
        contracts._own_documents()
        return contracts

    def write(self, vals):
        if not self.env.su:
            moving = {
                "state",
                "amends_id",
                "ends_on",
                "is_indefinite",
                "ended_by",
                "notice_given_on",
                "end_reason",
                "reminded",
                "renews_id",
            }
            if moving & vals.keys():
                raise UserError(self.env._("A contract moves by its buttons."))
        if set(TERMS) & vals.keys():
            self._check_editable()
        result = super().write(vals)
        if "document_ids" in vals:
            self._own_documents()
        return result

    def _check_editable(self):
        if self.env.su and self.env.context.get("shequ_terms"):
            return
        for contract in self:
            if contract.is_editable:
                continue
            if contract.state == "ended":
                raise UserError(
                    self.env._(
                        "%(contract)s has ended: it is not changed any more.",
                        contract=contract.display_name,
                    )
                )
            raise UserError(
                self.env._(
                    "%(contract)s is in force: its terms change by an amendment, which "
                    "keeps the text before it. Use “Amend”.",
                    contract=contract.display_name,
                )
            )

    def _own_documents(self):
        """The scans belong to the contract: who reads it reads them."""
        for contract in self:
            contract.sudo().document_ids.filtered(
                lambda a, c=contract: not a.res_id or a.res_model != c._name
            ).write({"res_model": self._name, "res_id": contract.id})

    @api.ondelete(at_uninstall=False)
    def _unlink_drafts_only(self):
        for contract in self:
            if contract.state != "draft" or contract.version_ids:
                raise UserError(
                    self.env._(
                        "%(contract)s was in force: it is kept. Archive it instead.",
                        contract=contract.display_name,
                    )
                )

    @api.model
    def _setting(self, key, default):
        """A number of the settings, ``shequ.contract.…``."""
        return self.env["shequ.ticket"]._days(f"contract.{key}", default)

    # --- buttons --------------------------------------------------------------

    def _check_manager(self):
        if not self.env.su and not self.env.user.has_group(
            "shequ_property.group_estate_manager"
        ):
            raise AccessError(self.env._("Only an estate manager does that."))
        self.check_access("write")

    def action_compose(self):
        """Choose a grade and take over its standards."""
        self.ensure_one()
        self._check_editable()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Compose From the Standards"),
            "res_model": "shequ.contract.compose",
            "view_mode": "form",
            "target": "new",
            "context": {"default_contract_id": self.id},
        }

    def action_activate(self):
        """Put a draft in force: its text becomes version 1 and its rounds begin."""
        self._check_manager()
        for contract in self:
            contract._check_complete()
            contract._ensure_assembly()
            contract._follow_on()
            contract.sudo().state = "active"
            contract._add_version(
                self.env._("The contract as signed"), contract.date_from
            )
        return True

    def _ensure_assembly(self):
        """Whoever concludes a contract exists: enter the assembly where it is not."""
        if self.client_kind == "assembly" and not self.assembly_id:
            self.assembly_id = self.env["shequ.assembly"]._of_estate(
                self.estate_ids[:1]
            )

    def _follow_on(self):
        """A renewal in force ends the one before it, however that ran on."""
        before = self.sudo().renews_id
        last = before._last_day() if before else False
        if before.state == "active" and (not last or last >= self.date_from):
            before.write(
                {
                    "ends_on": self.date_from - timedelta(days=1),
                    "ended_by": "both",
                    "end_reason": self.env._("Renewed: %s", self.display_name),
                }
            )
            before._end_due()

    def _check_complete(self):
        if self.state != "draft":
            raise UserError(self.env._("Only a draft can be put in force."))
        missing = {
            self.env._("a price"): not self.price_ids,
            self.env._("a commitment"): not self.commitment_ids,
            self.env._("the signed document"): not self.document_ids,
        }
        for what, lacks in missing.items():
            if lacks:
                raise UserError(
                    self.env._(
                        "%(contract)s still needs %(what)s before it is put in force.",
                        contract=self.display_name,
                        what=what,
                    )
                )

    def action_renew(self):
        """Make the draft of the contract that follows."""
        self.ensure_one()
        self._check_manager()
        # One that ran on without a term follows on from the end it had.
        last = self._last_day() or self.date_to
        if not last:
            raise UserError(
                self.env._("A contract without a term is not renewed: amend it.")
            )
        if self.renewed_by_ids:
            return self._open(self.renewed_by_ids[:1])
        date_from, date_to = periods.renewed(self.date_from, last)
        renewal = self.copy(
            {"date_from": date_from, "date_to": date_to, "signed_on": False}
        )
        renewal.sudo().renews_id = self
        for commitment in self.commitment_ids:
            commitment.copy(
                {"contract_id": renewal.id, "date_from": False, "date_to": False}
            )
        for plan in self.round_ids:
            plan.copy(
                {
                    "contract_id": renewal.id,
                    "date_from": date_from,
                    "date_to": date_to,
                    "commitment_id": renewal.commitment_ids.filtered(
                        lambda c, p=plan: c.name == p.commitment_id.name
                    )[:1].id,
                }
            )
        return self._open(renewal)

    def _open(self, contract):
        return {
            "type": "ir.actions.act_window",
            "res_model": "shequ.contract",
            "res_id": contract.id,
            "view_mode": "form",
        }

    def action_open_sheets(self):
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "shequ_property.action_contract_sheet"
        )
        action.update({"domain": [("contract_id", "=", self.id)], "context": {}})
        return action

    def action_open_rounds(self):
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "shequ_property.action_round"
        )
        action.update(
            {
                "domain": [("contract_id", "=", self.id)],
                "context": {
                    "default_contract_id": self.id,
                    "default_estate_id": self.estate_ids[:1].id,
                },
            }
        )
        return action

    # --- ending ---------------------------------------------------------------

    def _end(self, ended_by, last_day, notice_given_on, reason):
        """Notice has been given, or both have agreed: the contract ends on a day.

        :param str ended_by: ``owners``, ``company`` or ``both``
        :param date last_day: the last day
        :raises UserError: when the notice is shorter than the contract wants
        """
        self.ensure_one()
        self._check_manager()
        if self.state != "active":
            raise UserError(self.env._("Only a contract in force is ended."))
        if last_day < self.date_from or notice_given_on > last_day:
            raise UserError(
                self.env._("The last day lies before the contract or the notice.")
            )
        days = self._notice_days(ended_by)
        if periods.notice_by(last_day, days) < notice_given_on:
            raise UserError(
                self.env._(
                    "The notice of %(given)s is too late for %(last)s: %(days)s days "
                    "are agreed. The earliest last day is %(earliest)s.",
                    given=format_date(self.env, notice_given_on),
                    last=format_date(self.env, last_day),
                    days=days,
                    earliest=format_date(
                        self.env, notice_given_on + timedelta(days=days)
                    ),
                )
            )
        contract = self.sudo()
        contract.write(
            {
                "ends_on": last_day,
                "ended_by": ended_by,
                "notice_given_on": notice_given_on,
                "end_reason": reason,
            }
        )
        contract.activity_unlink([LAST_NOTICE])
        contract._end_due()

    def _notice_days(self, ended_by):
        if ended_by == "both":
            return 0
        if self.is_indefinite or not self.date_to:
            return self._setting("notice_days_indefinite", 60)
        return (
            self.notice_days_owner if ended_by == "owners" else self.notice_days_company
        )

    def _end_due(self):
        """End what has passed its last day, as super-user."""
        today = self.env["shequ.estate"]._today()
        over = self.filtered(lambda c: c.ends_on and c.ends_on < today)
        over.write({"state": "ended"})
        over.amendment_ids.unlink()
        for contract in over:
            contract.round_ids._stop(contract.ends_on)

    # --- time -----------------------------------------------------------------

    @api.model
    def _cron_terms(self):
        """Each night: end what is over, remind of the notice dates."""
        today = self.env["shequ.estate"]._today()
        running = self.sudo().search([("state", "=", "active")])
        cron = self.env["ir.cron"]
        for batch in range(0, len(running), 100):
            contracts = running[batch : batch + 100]
            contracts._expire(today)
            contracts.filtered(lambda c: c.state == "active")._remind(today)
            cron._commit_progress(
                len(contracts), remaining=max(0, len(running) - batch - 100)
            )

    def _expire(self, today):
        for contract in self:
            if contract.ends_on or contract.is_indefinite or not contract.date_to:
                continue
            if contract.date_to >= today:
                continue
            followed = contract.renewed_by_ids.filtered(
                lambda c: c.state in ("active", "ended")
            )
            if contract.on_expiry == "end" or followed:
                contract.write({"ends_on": contract.date_to, "ended_by": "term"})
            else:
                contract.write({"is_indefinite": True})
                contract.message_post(
                    body=self.env._(
                        "The term is over and nobody has decided: the contract goes on "
                        "without a term (Civil Code 948)."
                    )
                )
        self._end_due()

    def _leads(self):
        words = self.env["ir.config_parameter"].sudo()
        text = words.get_param("shequ.contract.remind_days") or "30 7 0"
        return tuple(int(word) for word in text.split() if word.isdigit())

    def _remind(self, today):
        """Activities for the managers before the last day of each notice."""
        leads = self._leads()
        for contract in self:
            if contract.ends_on or contract.renewed_by_ids:
                continue
            for side in ("company", "owner"):
                by = contract[f"notice_{side}_by"]
                lead = by and periods.reminders(by, today, leads)
                if lead is None or lead is False:
                    continue
                mark = f"{side}:{by}:{lead}"
                if mark not in (contract.reminded or []):
                    contract.reminded = [*(contract.reminded or []), mark]
                    contract._remind_managers(side, by)

    def _remind_managers(self, side, by):
        day = format_date(self.env, by)
        summary = (
            self.env._("Last day to tell the owners that the company stops: %s", day)
            if side == "company"
            else self.env._("Last day for the owners to give notice: %s", day)
        )
        managers = self.estate_ids.manager_id or self.env[
            "shequ.sla.breach"
        ]._company_managers(self.company_id)
        for user in managers.filtered(lambda user: user.active and not user.share):
            self.with_context(mail_activity_quick_update=True).activity_schedule(
                LAST_NOTICE, date_deadline=by, summary=summary, user_id=user.id
            )

    def _notice_window(self, today):
        """What the portal says of the coming end, or "" when it is far.

        :return: ``(first sentence, second sentence)`` or None
        """
        self.ensure_one()
        last = self._last_day()
        if self.state != "active" or not last:
            return None

        def day(date):
            return format_date(self.env, date, date_format="long")

        ahead = self._setting("portal_notice_days", 90)
        first = min(filter(None, (self.notice_company_by, self.notice_owner_by, last)))
        if self.ends_on:
            return (
                self.env._("This contract ends on %(day)s.", day=day(last)),
                self.end_reason or "",
            )
        if today < first - timedelta(days=ahead):
            return None
        return (
            self.env._("This contract runs until %(day)s.", day=day(last)),
            self.env._(
                "Owners who do not want to go on tell the company by %(owner)s; the "
                "company, if it stops, tells the owners by %(company)s.",
                owner=day(self.notice_owner_by or last),
                company=day(self.notice_company_by or last),
            ),
        )

    # --- finding --------------------------------------------------------------

    @api.model
    def _of_estate(self, estate, day=None):
        """The contract that holds in an estate on a day (as super-user), or none."""
        day = day or self.env["shequ.estate"]._today()
        found = self.sudo().search(
            Domain("estate_ids", "in", estate.ids)
            & Domain("state", "in", ("active", "ended"))
            & Domain("date_from", "<=", day),
            order="date_from desc, id desc",
        )
        return found.filtered(lambda c: not c._last_day() or c._last_day() >= day)[:1]
