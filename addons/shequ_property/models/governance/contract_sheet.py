from datetime import datetime, time
from zoneinfo import ZoneInfo

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.fields import Domain
from odoo.tools import SQL

from ...tools import chain, periods, promises

BATCH = 50


class ContractSheet(models.Model):
    """The promises of a contract in an estate in a month (承诺月表).

    Counted anew each night while it is open; closed, it is frozen with a digest of
    everything in it.
    """

    _name = "shequ.contract.sheet"
    _inherit = ["mail.thread", "mail.activity.mixin"]
    _description = "Promise Sheet"
    _order = "month desc, estate_id, id desc"

    contract_id = fields.Many2one(
        "shequ.contract", required=True, readonly=True, ondelete="restrict"
    )
    company_id = fields.Many2one(related="contract_id.company_id", store=True)
    currency_id = fields.Many2one(related="company_id.currency_id")
    estate_id = fields.Many2one(
        "shequ.estate", required=True, readonly=True, index=True, ondelete="restrict"
    )
    month = fields.Date(
        string="First Day", required=True, readonly=True, help="Of the month."
    )
    month_label = fields.Char(string="Month", compute="_compute_month_label")
    state = fields.Selection(
        [("open", "Still Open"), ("closed", "Month Closed")],
        required=True,
        readonly=True,
        default="open",
        tracking=True,
    )
    measure_ids = fields.One2many(
        "shequ.contract.measure", "sheet_id", string="Promises"
    )
    score = fields.Integer(
        string="Score (‰)",
        readonly=True,
        aggregator="avg",
        help="Weight of the promises kept, per mille of those that were judged.",
    )
    score_shown = fields.Float(
        string="Score", compute="_compute_score_shown", digits=(5, 1)
    )
    kept_count = fields.Integer(string="Promises Kept", readonly=True)
    broken_count = fields.Integer(string="Promises Broken", readonly=True)
    waiting_count = fields.Integer(string="To Attest", readonly=True)
    deduction = fields.Monetary(readonly=True)
    dispute_count = fields.Integer(
        string="Open Disputes", compute="_compute_dispute_count"
    )
    counted_at = fields.Datetime(readonly=True, index=True)
    closed_at = fields.Datetime(readonly=True)
    closed_by_id = fields.Many2one("res.users", readonly=True)
    digest = fields.Char(
        string="SHA-256",
        readonly=True,
        help="Of everything in the closed sheet, the counted cases included.",
    )

    _sheet_uniq = models.Constraint(
        "UNIQUE(contract_id, estate_id, month)", "The month has a sheet already."
    )
    _estate_month_idx = models.Index("(estate_id, month)")

    def init(self):
        result = super().init()
        # Fields that say who may read it, or that Odoo keeps for itself, are free.
        self.env.cr.execute(
            SQL(
                """
                CREATE OR REPLACE FUNCTION shequ_closed_sheet()
                RETURNS trigger LANGUAGE plpgsql AS $$
                DECLARE
                    free text[] := '{company_id,write_uid,write_date,'
                                   'message_main_attachment_id}';
                BEGIN
                    IF TG_OP = 'UPDATE' AND to_jsonb(OLD) - free = to_jsonb(NEW) - free
                    THEN
                        RETURN NEW;
                    END IF;
                    RAISE EXCEPTION 'the month is closed: %% is append-only',
                          TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
                END $$;
                DROP TRIGGER IF EXISTS closed_sheet ON %(table)s;
                CREATE TRIGGER closed_sheet BEFORE UPDATE OR DELETE ON %(table)s
                    FOR EACH ROW WHEN (OLD.state = 'closed')
                    EXECUTE FUNCTION shequ_closed_sheet();
                """,
                table=SQL.identifier(self._table),
            )
        )
        self._guard_truncate(self._table)
        return result

    @api.model
    def _guard_truncate(self, table):
        """Nobody empties a table of results as a whole."""
        self.env.cr.execute(
            SQL(
                """
                CREATE OR REPLACE FUNCTION shequ_closed_sheets()
                RETURNS trigger LANGUAGE plpgsql AS $$
                BEGIN
                    RAISE EXCEPTION '%% keeps closed months', TG_TABLE_NAME
                          USING ERRCODE = 'restrict_violation';
                END $$;
                DROP TRIGGER IF EXISTS closed_sheets ON %(table)s;
                CREATE TRIGGER closed_sheets BEFORE TRUNCATE ON %(table)s
                    FOR EACH STATEMENT EXECUTE FUNCTION shequ_closed_sheets();
                """,
                table=SQL.identifier(table),
            )
        )

    @api.model
    def _guard_rows(self, table, sheets):
        """Make the database refuse any change to rows of closed sheets.

        One look at the sheets for each statement, however many rows it touches.

        :param str table: the table of the rows
        :param SQL sheets: query of the sheets of the rows in ``changed``
        """
        name = f"shequ_closed_{table.removeprefix('shequ_contract_')}"
        triggers = (
            ("closed_insert", "INSERT", "NEW TABLE AS changed"),
            ("closed_update", "UPDATE", "OLD TABLE AS changed"),
            ("closed_move_in", "UPDATE", "NEW TABLE AS changed"),
            ("closed_delete", "DELETE", "OLD TABLE AS changed"),
        )
        self.env.cr.execute(
            SQL(
                """
                CREATE OR REPLACE FUNCTION %(name)s()
                RETURNS trigger LANGUAGE plpgsql AS $$
                BEGIN
                    IF EXISTS (SELECT 1 FROM (%(sheets)s) s WHERE s.state = 'closed')
                    THEN
                        RAISE EXCEPTION 'the month is closed: %% is append-only',
                              TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
                    END IF;
                    RETURN NULL;
                END $$;
                """,
                name=SQL.identifier(name),
                sheets=sheets,
            )
        )
        for trigger, event, rows in triggers:
            self.env.cr.execute(
                SQL(
                    """
                    DROP TRIGGER IF EXISTS %(trigger)s ON %(table)s;
                    CREATE TRIGGER %(trigger)s AFTER %(event)s ON %(table)s
                        REFERENCING %(rows)s
                        FOR EACH STATEMENT EXECUTE FUNCTION %(name)s();
                    """,
                    trigger=SQL.identifier(trigger),
                    table=SQL.identifier(table),
                    event=SQL(event),
                    rows=SQL(rows),
                    name=SQL.identifier(name),
                )
            )
        self._guard_truncate(table)

    @api.depends("estate_id", "month")
    def _compute_display_name(self):
        for sheet in self:
            sheet.display_name = f"{sheet.estate_id.name or ''} {sheet.month_label}"

    @api.depends("month")
    def _compute_month_label(self):
        for sheet in self:
            sheet.month_label = f"{sheet.month:%Y-%m}" if sheet.month else ""

    @api.depends("score")
    def _compute_score_shown(self):
        for sheet in self:
            sheet.score_shown = sheet.score / 10

    def _compute_dispute_count(self):
        counts = dict(
            self.env["shequ.contract.dispute"]
            .sudo()
            ._read_group(
                [
                    ("measure_id.sheet_id", "in", self.ids),
                    ("state", "=", "open"),
                ],
                ["sheet_id"],
                ["__count"],
            )
        )
        for sheet in self:
            sheet.dispute_count = counts.get(sheet, 0)

    def write(self, vals):
        own = set(self._fields) - set(self.env["mail.thread"]._fields)
        own -= set(self.env["mail.activity.mixin"]._fields)
        if own & vals.keys() and any(sheet.state == "closed" for sheet in self):
            raise UserError(
                self.env._("The month is closed: what was counted does not change.")
            )
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_never(self):
        raise UserError(self.env._("Promise sheets are kept."))

    # --- making them ----------------------------------------------------------

    @api.model
    def _span_utc(self, estate, start, end):
        """Days of an estate as ``(from, until)`` in UTC, the end left out."""
        zone = ZoneInfo(estate.tz or "Asia/Shanghai")
        return tuple(
            datetime.combine(day, time(), zone)
            .astimezone(ZoneInfo("UTC"))
            .replace(tzinfo=None)
            for day in (start, fields.Date.add(end, days=1))
        )

    @api.model
    def _ensure(self, contracts, month):
        """Return the sheets (as super-user) of a month, made where missing."""
        month = periods.first(month)
        Sheet = self.sudo()
        known = Sheet.search(
            [("contract_id", "in", contracts.ids), ("month", "=", month)]
        )
        have = {(sheet.contract_id.id, sheet.estate_id.id) for sheet in known}
        end = periods.span("month", month)[1]
        missing = []
        for contract in contracts.sudo():
            if not periods.clip(
                month, end, contract.date_from, contract._last_day() or None
            ):
                continue
            missing += [
                {"contract_id": contract.id, "estate_id": estate.id, "month": month}
                for estate in contract.estate_ids
                if (contract.id, estate.id) not in have
            ]
        quiet = Sheet.with_context(tracking_disable=True, mail_create_nolog=True)
        return known | quiet.create(missing)

    def _fill(self):
        """Bring the rows of open sheets up to what the contracts promise."""
        Measure = self.env["shequ.contract.measure"].sudo()
        missing = []
        for sheet in self.filtered(lambda s: s.state == "open"):
            known = {one.commitment_id: one for one in sheet.measure_ids}
            for commitment in sheet.contract_id.commitment_ids:
                span = commitment._span_in(sheet.month)
                if not span:
                    continue
                vals = sheet._row_vals(commitment, span)
                row = known.pop(commitment, None)
                if row is None:
                    missing.append({"sheet_id": sheet.id, **vals})
                else:
                    row._set(vals)
            # Promises that an amendment took out of the month.
            for row in known.values():
                if not row.attestation_ids and not row.dispute_ids:
                    row.unlink()
        return Measure.create(missing)

    def _row_vals(self, commitment, span):
        span_from, span_to = self._span_utc(self.estate_id, *span)
        return {
            "contract_id": self.contract_id.id,
            "company_id": self.company_id.id,
            "estate_id": self.estate_id.id,
            "commitment_id": commitment.id,
            "sequence": commitment.sequence,
            "date_from": span[0],
            "date_to": span[1],
            "span_from": span_from,
            "span_to": span_to,
            "name": commitment.name,
            "area": commitment.area,
            "measure": commitment.measure,
            "direction": commitment.direction,
            "threshold": commitment.threshold,
            "period": commitment.period,
            "weight": commitment.weight,
            "deduction": commitment.deduction,
        }

    def _count(self):
        """Count open sheets anew: rows, cases, results, score."""
        sheets = self.sudo().filtered(lambda sheet: sheet.state == "open")
        sheets._fill()
        sheets.invalidate_recordset(["measure_ids"])
        sheets.measure_ids._count()
        sheets._sum_up()

    def _sum_up(self):
        now = fields.Datetime.now()
        quiet = self.sudo().with_context(tracking_disable=True)
        for sheet in quiet:
            rows = sheet.measure_ids
            score = promises.score((row.state, row.weight) for row in rows)
            sheet.write(
                {
                    "score": score or 0,
                    "kept_count": len(rows.filtered(lambda r: r.state == "kept")),
                    "broken_count": len(rows.filtered(lambda r: r.state == "broken")),
                    "waiting_count": len(rows.filtered(lambda r: r.state == "waiting")),
                    "deduction": promises.deduction(
                        (row.state, round(row.deduction * 100)) for row in rows
                    )
                    / 100,
                    "counted_at": now,
                }
            )

    @api.model
    def _cron_count(self):
        """Each night the month that runs and those before it that are open.

        Goes on where it was stopped: what was counted since midnight is left.
        """
        today = self.env["shequ.estate"]._today()
        midnight = self.env["shequ.ticket"]._start_of_today()
        month = periods.first(today)
        contracts = (
            self.env["shequ.contract"]
            .sudo()
            .search([("state", "=", "active"), ("date_from", "<=", today)])
        )
        cron = self.env["ir.cron"]
        for start in range(0, len(contracts), BATCH):
            some = contracts[start : start + BATCH]
            for past in {periods.add_months(month, -1), month}:
                self._ensure(some, past)
        waiting = Domain("state", "=", "open") & (
            Domain("counted_at", "=", False) | Domain("counted_at", "<", midnight)
        )
        while due := self.sudo().search(waiting, limit=BATCH, order="month desc, id"):
            due._count()
            if not cron._commit_progress(
                len(due), remaining=self.sudo().search_count(waiting)
            ):
                break

    # --- buttons --------------------------------------------------------------

    def _check_manager(self):
        if not self.env.su and not self.env.user.has_group(
            "shequ_property.group_estate_manager"
        ):
            raise AccessError(self.env._("Only an estate manager does that."))
        self.check_access("read")

    def action_count(self):
        """Count the open months once more."""
        self._check_manager()
        self._count()
        return True

    def action_close(self):
        """Freeze the month: counted a last time, then never again."""
        self._check_manager()
        today = self.env["shequ.estate"]._today()
        for sheet in self.filtered(lambda s: s.state == "open"):
            if periods.span("month", sheet.month)[1] >= today:
                raise UserError(
                    self.env._(
                        "%(sheet)s: the month is not over.", sheet=sheet.display_name
                    )
                )
            sheet._count()
            sheet._check_settled()
            # The database takes no row of a closed sheet any more.
            self.env.flush_all()
            sheet.sudo().write(
                {
                    "closed_at": fields.Datetime.now(),
                    "closed_by_id": self.env.uid,
                    "digest": chain.digest(sheet.sudo()._content()),
                    "state": "closed",
                }
            )
        return True

    def _check_settled(self):
        if self.dispute_count:
            raise UserError(
                self.env._(
                    "%(sheet)s: a dispute is open. Answer it first.",
                    sheet=self.display_name,
                )
            )
        waiting = self.sudo().measure_ids.filtered(lambda row: row.state == "waiting")
        if waiting:
            raise UserError(
                self.env._(
                    "%(sheet)s: nobody has attested “%(promise)s” yet, kept or not.",
                    sheet=self.display_name,
                    promise=waiting[0].display_name,
                )
            )

    def _content(self):
        """Everything in the sheet as canonical data; integers and strings alone."""
        self.ensure_one()
        return {
            "contract": self.contract_id.name,
            "estate": self.estate_id.name,
            "month": str(self.month),
            "promises": [row._content() for row in self.measure_ids.sorted("id")],
        }

    def _is_whole(self):
        """Whether a closed sheet still is what was closed."""
        self.ensure_one()
        return self.digest == chain.digest(self.sudo()._content())

    def action_verify(self):
        """Say whether the closed sheets are still what was closed."""
        self.check_access("read")
        changed = self.filtered(
            lambda sheet: sheet.state == "closed" and not sheet._is_whole()
        )
        if changed:
            raise UserError(
                self.env._(
                    "Changed after closing: %s",
                    ", ".join(changed.mapped("display_name")),
                )
            )
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "success",
                "message": self.env._("Every closed sheet is as it was closed."),
            },
        }

    def action_open_cases(self):
        """All cases counted in the sheet."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "shequ_property.action_contract_measure_line"
        )
        action["domain"] = [("measure_id.sheet_id", "=", self.id)]
        return action


class Contract(models.Model):
    _inherit = "shequ.contract"

    def _performance(self, estate, date_from, date_to):
        """Return what the promises came to in a time, for what is published.

        Months whose end lies in the time are added up; a promise judged each quarter
        or year counts where its period ends.

        :param estate: a ``shequ.estate``
        :param date date_from: first day
        :param date date_to: last day
        :return: list of dicts with ``commitment_id``, ``text``, ``area``, ``measure``,
            ``unit`` (per_mille, milli: thousandths of a star, whole), ``threshold``,
            ``direction`` (at_least, at_most), ``value`` (int or None), ``numerator``,
            ``denominator``, ``kept`` (True, False, or None: nothing to measure),
            ``shown``, ``wanted`` (the same for people: ``"95 %"``, ``"≥ 95 %"``),
            ``kept_count``, ``broken_count`` and ``measure_ids`` (the results behind
            it); integers and strings only
        """
        contracts = self.sudo() or self.sudo().search(
            [("estate_ids", "in", estate.ids), ("state", "!=", "draft")]
        )
        rows = (
            self.env["shequ.contract.measure"]
            .sudo()
            .search(
                [
                    ("contract_id", "in", contracts.ids),
                    ("estate_id", "=", estate.id),
                    ("date_to", ">=", date_from),
                    ("date_to", "<=", date_to),
                ],
                order="sequence, commitment_id, date_to",
            )
        )
        return [
            group._together()
            for _commitment, group in rows.grouped("commitment_id").items()
        ]
