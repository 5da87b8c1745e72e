import base64
import hashlib
import logging
from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.fields import Domain

_logger = logging.getLogger(__name__)
# States in which the scheduled job has work to do.
RUNNING = ("checking", "applying", "undoing")
# States in which the file, its columns and options may still change.
CAN_CHANGE = ("mapped", "checked", "failed", "undone")
# What the import itself writes; people do so through its buttons.
OWN_FIELDS = frozenset(
    {
        "state",
        "source",
        "source_hash",
        "source_size",
        "header_key",
        "user_id",
        "done_count",
        "work_count",
        "row_count",
        "failure",
        "checked_at",
        "applied_at",
        "undone_at",
        "new_buildings",
        "new_units",
        "new_people",
    }
)
# Options a dry run depends on.
OPTIONS = frozenset(
    {
        "estate_id",
        "create_estates",
        "create_buildings",
        "end_missing",
        "end_date",
        "default_role",
        "default_date_from",
        "column_ids",
        "sheet",
    }
)


class ShequImport(models.Model):
    """One import of one file of units and people.

    A file is read (columns are guessed), tried out without writing anything
    (each row tells what it would do), applied in batches, and may be undone
    while nothing was built on it.
    """

    _name = "shequ.import"
    _description = "Import of Units and People"
    _inherit = ["mail.thread"]
    _order = "id desc"
    _rec_name = "filename"

    filename = fields.Char(string="File Name")
    upload = fields.Binary(
        string="File",
        compute="_compute_upload",
        inverse="_inverse_upload",
        help="XLSX, XLS or CSV as your office keeps it.",
    )
    # The file is full of phone and identity numbers: nobody downloads it again.
    source = fields.Binary(attachment=True, groups=fields.NO_ACCESS)
    source_hash = fields.Char(groups=fields.NO_ACCESS)
    source_size = fields.Integer(readonly=True)
    header_key = fields.Char(index="btree_not_null", readonly=True)
    sheet = fields.Char(
        help="Name of the sheet to read; empty: every sheet with these columns."
    )
    company_id = fields.Many2one(
        "res.company",
        required=True,
        index=True,
        default=lambda self: self.env.company,
    )
    estate_id = fields.Many2one(
        "shequ.estate",
        index="btree_not_null",
        domain="[('company_id', '=', company_id)]",
        default=lambda self: self._default_estate_id(),
        help="Where the rows belong. Empty: a column of the file names the estate.",
    )
    user_id = fields.Many2one(
        "res.users",
        string="Responsible",
        readonly=True,
        default=lambda self: self.env.user,
    )
    state = fields.Selection(
        [
            ("draft", "File"),
            ("mapped", "Columns"),
            ("checking", "Checking"),
            ("checked", "Dry Run"),
            ("applying", "Applying"),
            ("done", "Completed"),
            ("undoing", "Undoing"),
            ("undone", "Undone"),
            ("failed", "Stopped"),
        ],
        default="draft",
        required=True,
        readonly=True,
        index=True,
        tracking=True,
        copy=False,
    )
    create_estates = fields.Boolean(
        string="Add Missing Estates",
        help="Estates that the file names and nobody has recorded are added.",
    )
    create_buildings = fields.Boolean(string="Add Missing Buildings", default=True)
    end_missing = fields.Boolean(
        string="End Who Is Not in the File",
        help="Residents of the units in the file whom the file does not name any "
        "more end on the day below. Units that are not in the file stay as they are.",
    )
    end_date = fields.Date(
        string="End On", default=lambda self: self.env["shequ.estate"]._today()
    )
    default_role = fields.Selection(
        selection=lambda self: (
            self.env["shequ.residency"]._fields["role"]._description_selection(self.env)
        ),
        default="owner",
        required=True,
        help="For people whose role the file does not tell.",
    )
    default_date_from = fields.Date(
        string="Resident Since",
        required=True,
        default=lambda self: self.env["shequ.estate"]._today(),
        help="For people whose first day the file does not tell.",
    )
    stop_on_error = fields.Boolean(
        string="All or Nothing",
        help="Apply only when no row is wrong. Otherwise the good rows are applied, "
        "and the bad ones can be fixed and sent alone.",
    )
    column_ids = fields.One2many("shequ.import.column", "import_id", copy=False)
    total_ids = fields.One2many("shequ.import.total", "import_id", copy=False)
    row_ids = fields.One2many("shequ.import.row", "import_id", copy=False)

    row_count = fields.Integer(string="Rows", readonly=True, copy=False)
    work_count = fields.Integer(readonly=True, copy=False)
    done_count = fields.Integer(readonly=True, copy=False)
    progress = fields.Float(compute="_compute_progress")
    failure = fields.Text(readonly=True, copy=False)
    checked_at = fields.Datetime(readonly=True, copy=False)
    applied_at = fields.Datetime(readonly=True, copy=False)
    undone_at = fields.Datetime(readonly=True, copy=False)
    new_buildings = fields.Integer(readonly=True, copy=False)
    new_units = fields.Integer(readonly=True, copy=False)
    new_people = fields.Integer(readonly=True, copy=False)

    create_count = fields.Integer(string="New", compute="_compute_counts")
    change_count = fields.Integer(string="Changed", compute="_compute_counts")
    unchanged_count = fields.Integer(string="Unchanged", compute="_compute_counts")
    error_count = fields.Integer(string="Wrong", compute="_compute_counts")
    ignored_count = fields.Integer(string="Ignored", compute="_compute_counts")
    applied_count = fields.Integer(string="Applied", compute="_compute_counts")
    totals_differ = fields.Boolean(compute="_compute_totals_differ")
    problem_row_ids = fields.Many2many(
        "shequ.import.row",
        string="First Wrong Rows",
        compute="_compute_problem_row_ids",
    )
    missing_columns = fields.Char(compute="_compute_missing_columns")
    same_file_id = fields.Many2one(
        "shequ.import",
        string="Imported Before",
        compute="_compute_same_file_id",
        compute_sudo=True,
    )

    _company_idx = models.Index("(company_id, header_key)")

    @api.model
    def _default_estate_id(self):
        estates = self.env["shequ.estate"].search(
            [("company_id", "=", self.env.company.id)], limit=2
        )
        return estates if len(estates) == 1 else False

    @api.depends("filename")
    def _compute_display_name(self):
        for job in self:
            job.display_name = job.filename or self.env._("New Import")

    def _compute_upload(self):
        self.upload = False

    def _inverse_upload(self):
        for job in self.filtered("upload"):
            content = base64.b64decode(job.upload)
            job._take_file(content)

    @api.depends("done_count", "work_count")
    def _compute_progress(self):
        for job in self:
            job.progress = 100 * job.done_count / max(job.work_count, 1)

    def _compute_counts(self):
        counts = {}
        for job, status, number in self.env["shequ.import.row"]._read_group(
            [("import_id", "in", self.ids)], ["import_id", "status"], ["__count"]
        ):
            counts.setdefault(job.id, {})[status] = number
        for job in self:
            mine = counts.get(job.id, {})
            job.create_count = mine.get("create", 0)
            job.change_count = mine.get("change", 0)
            job.unchanged_count = mine.get("unchanged", 0)
            job.error_count = mine.get("error", 0)
            job.ignored_count = mine.get("ignored", 0)
            job.applied_count = mine.get("applied", 0)

    @api.depends("total_ids.differs")
    def _compute_totals_differ(self):
        for job in self:
            job.totals_differ = any(job.total_ids.mapped("differs"))

    def _compute_problem_row_ids(self):
        Row = self.env["shequ.import.row"]
        for job in self:
            job.problem_row_ids = Row.search(
                [("import_id", "=", job._origin.id), ("status", "=", "error")], limit=10
            )

    @api.depends("column_ids.field", "estate_id")
    def _compute_missing_columns(self):
        for job in self:
            job.missing_columns = job._missing_columns()

    @api.depends("source_hash")
    def _compute_same_file_id(self):
        for job in self:
            job.same_file_id = job.source_hash and self.search(
                [
                    ("company_id", "=", job.company_id.id),
                    ("source_hash", "=", job.source_hash),
                    ("state", "=", "done"),
                    ("id", "!=", job._origin.id),
                ],
                limit=1,
            )

    # ---------------------------------------------------------------- CRUD

    @api.model_create_multi
    def create(self, vals_list):
        if not self.env.su:
            for vals in vals_list:
                self._refuse_own_fields(vals)
        return super().create(vals_list)

    def write(self, vals):
        if not self.env.su:
            self._refuse_own_fields(vals)
            self._refuse_when_settled(vals)
        result = super().write(vals)
        if "estate_id" in vals:
            self.check_access("write")
        if OPTIONS & vals.keys():
            self.sudo()._dry_run_is_stale()
        return result

    @api.model
    def _refuse_own_fields(self, vals):
        if wrong := OWN_FIELDS & vals.keys():
            raise AccessError(
                self.env._(
                    "%(fields)s of an import changes by its buttons alone.",
                    fields=", ".join(sorted(wrong)),
                )
            )

    def _refuse_when_settled(self, vals):
        settled = self.filtered(lambda job: job.state not in ("draft", *CAN_CHANGE))
        if settled and (OPTIONS | {"upload", "company_id", "stop_on_error"}) & set(
            vals
        ):
            raise UserError(
                self.env._(
                    "“%(file)s” is being imported or was imported. Start a new "
                    "import for another file.",
                    file=settled[0].filename,
                )
            )

    def _dry_run_is_stale(self):
        """After another choice the dry run says nothing any more."""
        self.filtered(lambda job: job.state == "checked").state = "mapped"

    @api.constrains("estate_id", "company_id")
    def _check_estate_company(self):
        for job in self:
            if job.estate_id and job.estate_id.company_id != job.company_id:
                raise UserError(
                    self.env._(
                        "%(estate)s does not belong to %(company)s.",
                        estate=job.estate_id.name,
                        company=job.company_id.name,
                    )
                )

    @api.constrains("create_estates")
    def _check_create_estates(self):
        for job in self:
            if job.create_estates and not job.user_id.has_group(
                "shequ_property.group_company_manager"
            ):
                raise UserError(
                    self.env._("Only company managers may add estates by an import.")
                )

    @api.ondelete(at_uninstall=False)
    def _unlink_except_applied(self):
        for job in self:
            if job.state in ("done", *RUNNING) or job.sudo()._undo_left():
                raise UserError(
                    self.env._(
                        "“%(file)s” was imported. Undo it instead: what it did has "
                        "to stay known.",
                        file=job.filename,
                    )
                )

    # ------------------------------------------------------------- actions

    def action_read(self):
        """Save the form, which reads the file that was chosen."""
        self.ensure_one()
        if self.state == "draft":
            raise UserError(self.env._("Choose a file first."))

    def action_check(self):
        """Try everything out; nothing is written but what each row would do."""
        self.ensure_one()
        self._need("mapped", "checked", "failed", "undone")
        if missing := self._missing_columns():
            raise UserError(missing)
        job = self._as_engine()
        job.row_ids._wipe()
        job._start("checking")
        return job._run_or_wait(self._file_rows())

    def action_apply(self):
        self.ensure_one()
        self._need("checked")
        if self.stop_on_error and self.error_count:
            raise UserError(
                self.env._(
                    "%(count)s rows are wrong, and you asked for all or nothing. Fix "
                    "them in the file and send it again.",
                    count=self.error_count,
                )
            )
        job = self._as_engine()
        todo = job._work_left("applying")
        if not todo:
            raise UserError(
                self.env._("There is nothing to apply: every good row is unchanged.")
            )
        job._start("applying", todo)
        return job._run_or_wait(todo)

    def action_undo(self):
        """Take back all that the import did, unless something was built on it."""
        self.ensure_one()
        self._need("done", "failed")
        job = self._as_engine()
        if built := job._built_on():
            raise UserError(
                self.env._(
                    "“%(file)s” cannot be undone, because people have gone on with "
                    "what it brought:\n%(list)s",
                    file=self.filename,
                    list="\n".join(f"– {line}" for line in built),
                )
            )
        todo = job._work_left("undoing")
        if not todo:
            raise UserError(self.env._("The import has changed nothing."))
        job._start("undoing", todo)
        return job._run_or_wait(todo)

    def action_go_on(self):
        """Go on with what was stopped by a failure."""
        self.ensure_one()
        self._need("failed")
        job = self._as_engine()
        state = "applying" if job.checked_at else "checking"
        job._start(state, job._work_left(state) if state == "applying" else None)
        job._wake()

    def action_rows(self, status=None):
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "shequ_property.action_import_row"
        )
        action["domain"] = [("import_id", "=", self.id)]
        status = status or self.env.context.get("import_status")
        action["context"] = {f"search_default_{status}": 1} if status else {}
        return action

    # ------------------------------------------------------------ business

    def _need(self, *states):
        """Buttons of people who may, on an import in the right state."""
        self.check_access("write")
        if self.state not in states:
            raise UserError(
                self.env._(
                    "“%(file)s” is in the state “%(state)s”: reload the page.",
                    file=self.filename,
                    state=dict(self._fields["state"]._description_selection(self.env))[
                        self.state
                    ],
                )
            )

    def _as_engine(self):
        """The import as what does its work: super-user in the name of a person."""
        return self.sudo().with_context(
            tracking_disable=True,
            mail_create_nolog=True,
            mail_create_nosubscribe=True,
            no_reset_password=True,
            lang=self.user_id.lang or self.env.lang,
        )

    def _start(self, state, work=None):
        self.write(
            {
                "state": state,
                "failure": False,
                "done_count": 0,
                "work_count": work or 0,
            }
        )

    def _run_or_wait(self, size):
        """Small work is done at once, the rest by the scheduled job."""
        if size <= self._parameter("direct_rows"):
            while not self._step():
                continue
        else:
            self._wake()
        return True

    def _wake(self):
        self.env.ref("shequ_property.cron_import")._trigger()

    @api.model
    def _parameter(self, name):
        """A whole number of the settings ``shequ.import_…``."""
        value = self.env["ir.config_parameter"].sudo().get_param(f"shequ.import_{name}")
        return int(value or 0)

    @api.model
    def _cron_go_on(self):
        """Go on with the imports that are under way, a batch of each in turn."""
        jobs = self.sudo().search(Domain("state", "in", RUNNING), order="id")
        IrCron = self.env["ir.cron"]
        while jobs:
            for job in jobs:
                processed = job._guarded_step()
                self.env.invalidate_all()
                if not IrCron._commit_progress(processed, remaining=len(jobs)):
                    return
            jobs = jobs.filtered(lambda job: job.state in RUNNING)
        IrCron._commit_progress(remaining=0)

    def _guarded_step(self):
        """One batch; an import that cannot go on is stopped and says why."""
        self.ensure_one()
        if not self.try_lock_for_update():
            return 0
        job = self.with_user(self.user_id).sudo()
        before = job.done_count
        try:
            with self.env.cr.savepoint():
                job._as_engine()._step()
                job.env.flush_all()
        except Exception as error:  # whatever it is, the other imports go on
            self.env.invalidate_all()
            self._failed(error)
        return max(job.done_count - before, 0)

    @api.autovacuum
    def _gc_sources(self):
        """Empty files and rows some days after; what was done stays known."""
        days = self._parameter("keep_days")
        limit = fields.Datetime.now() - timedelta(days=days)
        old = self.sudo().search(
            Domain("source_size", "!=", 0)
            & Domain("state", "not in", RUNNING)
            & (
                Domain("applied_at", "<", limit)
                | (Domain("applied_at", "=", False) & Domain("create_date", "<", limit))
            )
        )
        if not old:
            return
        old.write({"source": False, "source_size": 0})
        self.env.cr.execute(
            "UPDATE shequ_import_row SET content = NULL, cells = NULL "
            "WHERE import_id = ANY(%s) AND (content IS NOT NULL OR cells IS NOT NULL)",
            [old.ids],
        )
        self.env["shequ.import.row"].invalidate_model()

    def _step(self):
        """Do one batch.

        :return: whether the import is through with what it is doing
        """
        self.ensure_one()
        done = {
            "checking": self._step_check,
            "applying": self._step_apply,
            "undoing": self._step_undo,
        }[self.state]()
        return done or self.state not in RUNNING

    def _failed(self, error):
        text = str(error)
        if not isinstance(error, UserError):
            _logger.exception("Import %s", self.id)
            text = self.env._(
                "Something unexpected happened: %(error)s. Nothing of this batch was "
                "written.",
                error=text,
            )
        self.write({"state": "failed", "failure": text})

    def _take_file(self, content):
        self.ensure_one()
        limit = self._parameter("max_mb")
        if len(content) > limit * 1024 * 1024:
            raise UserError(
                self.env._(
                    "“%(file)s” is larger than %(limit)s MB. Send it in parts.",
                    file=self.filename,
                    limit=limit,
                )
            )
        self.sudo().write(
            {
                "source": base64.b64encode(content),
                "source_hash": hashlib.sha256(content).hexdigest(),
                "source_size": len(content),
            }
        )
        self._read_columns(content)
