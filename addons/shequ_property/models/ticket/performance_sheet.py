from datetime import datetime, time

import pytz

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.tools.misc import format_date

from ...tools import performance
from .performance_point import DEFAULT_TZ


class PerformanceSheet(models.Model):
    """Points of a worker or a team in a month (绩效月表); a closed one is frozen."""

    _name = "shequ.performance.sheet"
    _description = "Performance Sheet"
    _order = "month desc, kind, total desc, id"

    company_id = fields.Many2one(
        "res.company", required=True, readonly=True, index=True
    )
    month = fields.Date(required=True, readonly=True, help="Its first day.")
    month_label = fields.Char(compute="_compute_month_label")
    kind = fields.Selection(
        [("worker", "Worker"), ("team", "Team")], required=True, readonly=True
    )
    worker_id = fields.Many2one("shequ.worker", readonly=True, index="btree_not_null")
    team_id = fields.Many2one("shequ.team", readonly=True, index="btree_not_null")
    state = fields.Selection(
        [("draft", "Running"), ("closed", "Closed")],
        required=True,
        readonly=True,
        default="draft",
    )
    base = fields.Integer(string="To Begin With", readonly=True)
    worker_point_ids = fields.One2many("shequ.performance.point", "worker_sheet_id")
    team_point_ids = fields.One2many("shequ.performance.point", "team_sheet_id")
    point_ids = fields.Many2many(
        "shequ.performance.point", compute="_compute_point_ids", string="Points"
    )
    added = fields.Integer(compute="_compute_totals", store=True)
    taken = fields.Integer(string="Taken Away", compute="_compute_totals", store=True)
    total = fields.Integer(compute="_compute_totals", store=True, aggregator="avg")
    objection_count = fields.Integer(
        string="Open Objections", compute="_compute_objection_count"
    )
    closed_at = fields.Datetime(readonly=True)
    closed_by_id = fields.Many2one("res.users", readonly=True)

    _worker_uniq = models.UniqueIndex(
        "(worker_id, month) WHERE worker_id IS NOT NULL",
        "The worker has a sheet for this month already.",
    )
    _team_uniq = models.UniqueIndex(
        "(team_id, month) WHERE team_id IS NOT NULL",
        "The team has a sheet for this month already.",
    )
    _month_idx = models.Index("(company_id, month)")

    @api.depends("month")
    def _compute_month_label(self):
        for sheet in self:
            sheet.month_label = format_date(
                self.env, sheet.month, date_format="yyyy-MM"
            )

    @api.depends("worker_id", "team_id", "month_label")
    def _compute_display_name(self):
        for sheet in self:
            who = sheet.sudo().worker_id.name or sheet.sudo().team_id.name or ""
            sheet.display_name = f"{who} {sheet.month_label}"

    @api.depends("worker_point_ids", "team_point_ids")
    def _compute_point_ids(self):
        for sheet in self:
            sheet.point_ids = sheet.worker_point_ids | sheet.team_point_ids

    @api.depends("worker_point_ids.score", "team_point_ids.score", "base")
    def _compute_totals(self):
        for sheet in self:
            # The sheet of a month is what the month was, whoever looks.
            points = (
                sheet.sudo().worker_point_ids | sheet.sudo().team_point_ids
            ).mapped("score")
            sheet.added = sum(score for score in points if score > 0)
            sheet.taken = sum(score for score in points if score < 0)
            sheet.total = sheet.base + sum(points)

    def _compute_objection_count(self):
        for sheet in self:
            objections = sheet.sudo().point_ids.objection_ids
            sheet.objection_count = len(
                objections.filtered(lambda o: o.state == "open")
            )

    def write(self, vals):
        if not self.env.su:
            raise UserError(self.env._("Please use the buttons of the sheet."))
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_never(self):
        raise UserError(self.env._("Performance sheets are kept."))

    # --- making them -----------------------------------------------------------

    @api.model
    def _span(self, month):
        """A month as ``(start, end)``, naive UTC."""
        zone = pytz.timezone(DEFAULT_TZ)
        start, end = (
            zone.localize(datetime.combine(day, time()))
            .astimezone(pytz.utc)
            .replace(tzinfo=None)
            for day in (month, performance.next_month(month))
        )
        return start, end

    @api.model
    def _generate(self, company, month):
        """Count a month and bring its sheets up to date; again changes nothing.

        :param date month: any day of it
        :return: the sheets (as super-user)
        """
        month = performance.month_of(month)
        start, end = self._span(month)
        Point = self.env["shequ.performance.point"].sudo()
        Point._count_span(company, start, end)
        waiting = Point.search(
            [
                ("company_id", "=", company.id),
                ("date", ">=", start),
                ("date", "<", end),
                "|",
                ("worker_sheet_id", "=", False),
                ("team_sheet_id", "=", False),
            ]
        )
        self._ensure(
            month,
            self.env["shequ.worker"].sudo().search([("company_id", "=", company.id)]),
            self.env["shequ.team"].sudo().search([("company_id", "=", company.id)]),
        )
        self._place(waiting)
        return self.sudo().search(
            [("company_id", "=", company.id), ("month", "=", month)]
        )

    @api.model
    def _ensure(self, month, workers, teams):
        """Sheets of these workers and teams for a month, made where missing.

        :return: ``({worker: sheet}, {team: sheet})``
        """
        Sheet = self.sudo()
        base = self.env["shequ.ticket"]._days("performance.base", 100)
        found = []
        for field, people in (("worker_id", workers), ("team_id", teams)):
            known = Sheet.search([("month", "=", month), (field, "in", people.ids)])
            missing = people - known[field]
            known |= Sheet.create(
                [
                    {
                        "company_id": person.company_id.id,
                        "month": month,
                        "kind": field.removesuffix("_id"),
                        field: person.id,
                        "base": base,
                    }
                    for person in missing
                ]
            )
            found.append({sheet[field]: sheet for sheet in known})
        return tuple(found)

    @api.model
    def _place(self, points):
        """Put points into the sheets of their month; after its end into this one."""
        today = performance.month_of(fields.Date.context_today(self))
        Point = self.env["shequ.performance.point"]
        by_month = points.grouped(
            lambda p: performance.month_of(Point._day(p.date, DEFAULT_TZ))
        )
        for month, group in by_month.items():
            for field in ("worker", "team"):
                key, link = f"{field}_id", f"{field}_sheet_id"
                waiting = group.filtered(lambda p, k=key, n=link: p[k] and not p[n])
                for person, mine in waiting.grouped(key).items():
                    sheet = self._open_sheet(field, person, month, today)
                    mine.sudo().write({link: sheet.id})

    @api.model
    def _open_sheet(self, field, person, month, today):
        none = {
            "worker": self.env["shequ.worker"],
            "team": self.env["shequ.team"],
        }
        for wanted in (month, today, performance.next_month(today)):
            people = {**none, field: person}
            sheets = self._ensure(wanted, people["worker"], people["team"])
            sheet = sheets[0 if field == "worker" else 1][person]
            if sheet.state == "draft":
                return sheet
        raise UserError(self.env._("This month and the next are closed already."))

    @api.model
    def _cron_generate(self):
        """Each night this month, and the one before while it is not closed."""
        today = performance.month_of(fields.Date.context_today(self))
        cron = self.env["ir.cron"]
        companies = self.env["shequ.estate"].sudo()._read_group([], ["company_id"])
        for (company,) in companies:
            before = self.sudo().search(
                [
                    ("company_id", "=", company.id),
                    ("state", "=", "draft"),
                    ("month", "<", today),
                ]
            )
            for month in sorted({*before.mapped("month"), today}):
                self._generate(company, month)
            cron._commit_progress(1)

    # --- buttons ---------------------------------------------------------------

    def _check_manager(self):
        if not self.env.user.has_group("shequ_property.group_company_manager"):
            raise AccessError(self.env._("Only a company manager does that."))
        self.check_access("read")

    @api.model
    def action_generate(self):
        """Bring this month's sheets of the user's company up to date."""
        self._check_manager()
        today = fields.Date.context_today(self)
        self._generate(self.env.company, today)
        return self.env["ir.actions.act_window"]._for_xml_id(
            "shequ_property.action_performance_sheet"
        )

    def action_refresh(self):
        """Count the sheet's month once more."""
        self._check_manager()
        for company, sheets in (
            self.filtered(lambda sheet: sheet.state == "draft")
            .grouped("company_id")
            .items()
        ):
            for month in set(sheets.mapped("month")):
                self._generate(company.sudo(), month)
        return True

    def action_close(self):
        """Freeze the sheets: what comes later counts in a later month."""
        self._check_manager()
        for sheet in self:
            if sheet.state == "closed":
                continue
            if sheet.objection_count:
                raise UserError(
                    self.env._(
                        "%(sheet)s: an objection is open. Decide it first.",
                        sheet=sheet.display_name,
                    )
                )
        self.action_refresh()
        self.filtered(lambda sheet: sheet.state == "draft").sudo().write(
            {
                "state": "closed",
                "closed_at": fields.Datetime.now(),
                "closed_by_id": self.env.uid,
            }
        )
        return True

    def action_export(self):
        """The chosen sheets as XLSX, every point with its ticket."""
        self.check_access("read")
        if not self:
            raise UserError(self.env._("Please choose the sheets to export."))
        points = self.point_ids.sorted(lambda p: (p.date, p.id))
        labels = {
            "summary": self.env._("Sheets"),
            "points": self.env._("Points"),
            "summary_head": [
                self.env._("Month"),
                self.env._("Worker"),
                self.env._("Team"),
                self.env._("To Begin With"),
                self.env._("Added"),
                self.env._("Taken Away"),
                self.env._("Total"),
                self.env._("State"),
            ],
            "points_head": [
                self.env._("Date"),
                self.env._("Ticket"),
                self.env._("Estate"),
                self.env._("Worker"),
                self.env._("Team"),
                self.env._("Counted For"),
                self.env._("Points"),
                self.env._("Note"),
            ],
        }
        states = dict(self._fields["state"]._description_selection(self.env))
        events = dict(points._fields["event"]._description_selection(self.env))
        # sudo: names of colleagues and estates are part of the sheet
        summary = [
            (
                sheet.month.strftime("%Y-%m"),
                sheet.worker_id.name or "",
                sheet.team_id.name or "",
                sheet.base,
                sheet.added,
                sheet.taken,
                sheet.total,
                states[sheet.state],
            )
            for sheet in self.sudo()
        ]
        lines = [
            (
                str(day),
                point.ticket_id.name,
                point.estate_id.name,
                point.worker_id.name or "",
                point.team_id.name or "",
                events[point.event],
                point.score,
                point.note or "",
            )
            for point in points.sudo()
            for day in (point._day(point.date, DEFAULT_TZ),)
        ]
        content = performance.workbook(labels, summary, lines)
        months = sorted({sheet.month.strftime("%Y-%m") for sheet in self})
        name = self.env._("performance-%(month)s.xlsx", month="_".join(months))
        return self.env["shequ.download"]._offer(name, content)
