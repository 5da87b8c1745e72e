from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain

from ...tools import disclosure_calendar as calendar

STATES = [
    ("draft", "In preparation"),
    ("review", "In internal review"),
    ("published", "Published"),
]
STATUSES = [
    ("overdue", "Overdue"),
    ("soon", "Due soon"),
    ("planned", "Not due yet"),
    ("published", "Published"),
]


class Disclosure(models.Model):
    """One thing published about an estate for one period, whatever its versions.

    What is prepared here is a draft.  What counts is the version it becomes, which
    nobody can change; see ``disclosure_publish.py``.
    """

    _name = "shequ.disclosure"
    _description = "Disclosure"
    _inherit = ["shequ.scope.mixin", "mail.thread", "mail.activity.mixin"]
    _order = "due_on desc, id desc"

    active = fields.Boolean(default=True)
    name = fields.Char(
        compute="_compute_name",
        store=True,
        readonly=False,
        precompute=True,
        required=True,
    )
    estate_id = fields.Many2one(
        "shequ.estate",
        required=True,
        index=True,
        ondelete="restrict",
        default=lambda self: self.env["shequ.estate"]._only(),
    )
    company_id = fields.Many2one(related="estate_id.company_id", store=True, index=True)
    currency_id = fields.Many2one(related="company_id.currency_id")
    type_id = fields.Many2one(
        "shequ.disclosure.type", required=True, index=True, ondelete="restrict"
    )
    frequency = fields.Selection(related="type_id.frequency")
    draws = fields.Selection(related="type_id.draws")
    is_public = fields.Boolean(related="type_id.is_public")
    law = fields.Char(related="type_id.law")
    date_from = fields.Date(string="Period From", tracking=True)
    date_to = fields.Date(string="Period To", tracking=True)
    due_on = fields.Date(string="Publish By", tracking=True, index=True)
    state = fields.Selection(
        STATES, required=True, default="draft", readonly=True, copy=False, index=True
    )
    status = fields.Selection(
        STATUSES,
        string="On Time",
        compute="_compute_status",
        search="_search_status",
    )
    summary = fields.Text(help="What residents should know first, in plain words.")
    table_title = fields.Char(string="Title of the Table")
    table_text = fields.Text(
        string="Table",
        help="Paste it from a spreadsheet: a line for each row, the headings first.",
    )
    line_ids = fields.One2many("shequ.disclosure.line", "disclosure_id", copy=True)
    released_words = fields.Char(
        string="Named on Purpose",
        tracking=True,
        help="Words that the search for personal data finds and that are published "
        "all the same, separated by commas: the name of whoever is responsible.",
    )
    released_reason = fields.Char(string="Why They Are Named", tracking=True)
    change_note = fields.Text(
        string="What Has Changed", copy=False, help="Published with the new version."
    )
    submitted_by_id = fields.Many2one("res.users", readonly=True, copy=False)
    submitted_at = fields.Datetime(readonly=True, copy=False)
    res_model = fields.Char(readonly=True, copy=False)
    res_id = fields.Integer(string="Record", readonly=True, copy=False)
    is_automatic = fields.Boolean(compute="_compute_is_automatic")

    version_ids = fields.One2many(
        "shequ.disclosure.version", "disclosure_id", string="Versions", readonly=True
    )
    current_version_id = fields.Many2one(
        "shequ.disclosure.version", readonly=True, copy=False, ondelete="restrict"
    )
    published_at = fields.Datetime(related="current_version_id.published_at")
    first_published_on = fields.Date(readonly=True, copy=False)
    version_number = fields.Integer(
        string="Version", related="current_version_id.number"
    )
    posted_until = fields.Date(compute="_compute_posted_until")

    _period_uniq = models.UniqueIndex(
        "(estate_id, type_id, date_from) WHERE date_from IS NOT NULL AND active",
        "This is in the calendar of the estate already.",
    )
    _record_idx = models.Index("(res_model, res_id) WHERE res_id > 0")
    _portal_idx = models.Index("(estate_id, current_version_id)")
    _period_valid = models.Constraint(
        "CHECK(date_to IS NULL OR date_from IS NULL OR date_to >= date_from)",
        "A period cannot end before it begins.",
    )

    # --- computed ------------------------------------------------------------------

    @api.depends("type_id", "date_from", "date_to")
    def _compute_name(self):
        for disclosure in self:
            kind = disclosure.type_id.with_context(lang=disclosure._lang())
            if not kind:
                disclosure.name = disclosure.name or ""
                continue
            label = disclosure._period_label()
            disclosure.name = f"{label} {kind.name}" if label else kind.name

    def _lang(self):
        """The language that is published: the company's."""
        return (
            self.estate_id.company_id.partner_id.sudo().lang
            or self.env.lang
            or self.env.user.lang
        )

    def _period_label(self):
        """“Q3 2026”, “first half of 2026”, “2026”; empty without a period."""
        self.ensure_one()
        first = self.date_from
        if not first:
            return ""
        env = self.with_context(lang=self._lang()).env
        year = first.year
        if self.frequency == "monthly":
            return env._("%(year)s-%(month)02d", year=year, month=first.month)
        if self.frequency == "quarterly":
            number = (first.month + 2) // 3
            return env._("Q%(number)s %(year)s", number=number, year=year)
        if self.frequency == "half_yearly":
            if first.month < 7:
                return env._("First half of %(year)s", year=year)
            return env._("Second half of %(year)s", year=year)
        return env._("Year %(year)s", year=year)

    @api.depends("res_model")
    def _compute_is_automatic(self):
        for disclosure in self:
            disclosure.is_automatic = bool(disclosure.res_model)

    @api.depends("due_on", "current_version_id", "type_id.soon_days")
    def _compute_status(self):
        today = self.env["shequ.estate"]._today()
        for disclosure in self:
            disclosure.status = calendar.status(
                disclosure.due_on,
                bool(disclosure.current_version_id),
                today,
                disclosure.type_id.soon_days,
            )

    def _search_status(self, operator, value):
        if operator != "in":
            return NotImplemented
        today = self.env["shequ.estate"]._today()
        open_ = Domain("current_version_id", "=", False)
        late = open_ & Domain("due_on", "<", today)
        soon = Domain.OR(
            Domain("type_id", "in", kinds.ids)
            & Domain("due_on", "<=", today + timedelta(days=days))
            for days, kinds in self.env["shequ.disclosure.type"]
            .with_context(active_test=False)
            .search([])
            .grouped("soon_days")
            .items()
        )
        soon &= open_ & Domain("due_on", ">=", today)
        domains = {
            "published": Domain("current_version_id", "!=", False),
            "overdue": late,
            "soon": soon,
            "planned": open_ & ~late & ~soon,
        }
        return Domain.OR(domains[one] for one in value if one in domains)

    @api.depends("first_published_on", "type_id.posting_days")
    def _compute_posted_until(self):
        for disclosure in self:
            first = disclosure.first_published_on
            disclosure.posted_until = first and first + timedelta(
                days=disclosure.type_id.posting_days
            )

    # --- create, write, delete -----------------------------------------------------

    @api.model_create_multi
    def create(self, vals_list):
        disclosures = super().create(vals_list)
        for disclosure in disclosures:
            if not disclosure.due_on:
                disclosure.due_on = disclosure._default_due_on()
            if not disclosure.is_automatic:
                disclosure._add_statements()
        return disclosures

    def _default_due_on(self):
        begin = self.date_to or self.env["shequ.estate"]._today()
        return begin + timedelta(days=self.type_id.due_days)

    def write(self, vals):
        if {"estate_id", "type_id"} & vals.keys() and self.version_ids:
            raise UserError(
                self.env._("What has been published keeps its estate and its type.")
            )
        if vals.get("active") is False and self.current_version_id:
            raise UserError(self.env._("What has been published stays in view."))
        own = {"summary", "table_title", "table_text", "date_from", "date_to", "name"}
        if own & vals.keys() and not self.env.context.get("shequ_drawn"):
            self._check_in_work()
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_never_published(self):
        for disclosure in self:
            if disclosure.version_ids:
                raise UserError(
                    self.env._(
                        "“%(name)s” has been published and stays.", name=disclosure.name
                    )
                )

    def _check_in_work(self):
        for disclosure in self:
            if disclosure.state != "draft":
                raise UserError(
                    self.env._(
                        "“%(name)s” is not in preparation. A published disclosure is "
                        "corrected by a new version.",
                        name=disclosure.name,
                    )
                )

    # --- calendar ------------------------------------------------------------------

    @api.model
    def _cron_plan(self):
        """Enter what every estate has to publish, and tell who is late with what."""
        estates = self.env["shequ.estate"].sudo()
        today, last, more = estates._today(), 0, True
        while more and (
            batch := estates.search([("id", ">", last)], order="id", limit=200)
        ):
            self._plan(batch, today)
            last = batch[-1].id
            waiting = estates.search_count([("id", ">", last)])
            more = self.env["ir.cron"]._commit_progress(len(batch), remaining=waiting)
        self._remind()

    @api.model
    def _plan(self, estates, today):
        """Enter what is missing in the calendar of ``estates``: the last period that
        is over, or the one thing that is always posted.

        :return: the new disclosures (as super-user)
        """
        kinds = self.env["shequ.disclosure.type"].sudo()
        kinds = kinds.search([("is_required", "=", True), ("frequency", "!=", "event")])
        known = {
            (estate.id, kind.id, first)
            for estate, kind, first in self.sudo()._read_group(
                [("estate_id", "in", estates.ids), ("type_id", "in", kinds.ids)],
                ["estate_id", "type_id", "date_from:day"],
            )
        }
        vals_list = []
        for estate in estates:
            for kind in kinds:
                vals = self._plan_values(estate, kind, today)
                key = (estate.id, kind.id, vals.get("date_from", False))
                if key not in known:
                    vals_list.append(vals)
        return self.sudo().with_context(tracking_disable=True).create(vals_list)

    def _plan_values(self, estate, kind, today):
        vals = {"estate_id": estate.id, "type_id": kind.id}
        if kind.frequency == calendar.STANDING:
            return vals
        first, last = calendar.last_period(kind.frequency, today)
        # Nobody is late with what was over before the estate was entered.
        begin = max(last, fields.Date.to_date(estate.create_date))
        return {
            **vals,
            "date_from": first,
            "date_to": last,
            "due_on": begin + timedelta(days=kind.due_days),
        }

    @api.model
    def _remind(self):
        """A to-do for the manager of the estate, once for each that is due soon."""
        due = self.sudo().search(
            Domain("status", "in", ["soon", "overdue"])
            & Domain("activity_ids", "=", False)
            & Domain("estate_id.manager_id", "!=", False)
        )
        for disclosure in due:
            disclosure.with_context(mail_activity_quick_update=True).activity_schedule(
                "mail.mail_activity_data_todo",
                summary=self.env._("To be published"),
                date_deadline=disclosure.due_on,
                user_id=disclosure.estate_id.manager_id.id,
            )
