from datetime import timedelta

from psycopg2.errors import ReadOnlySqlTransaction

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.http import request
from odoo.tools import SQL

# Less is not allowed: 网络安全法 21(3), and PIPL 51 and 54 build on it.
KEPT_MONTHS = 6
PURPOSES = [
    ("list", "Seen in a list or form"),
    ("reveal", "Shown whole on a click"),
    ("call", "Called about a ticket"),
    ("export", "Exported"),
    ("print", "Printed"),
    ("import", "Imported"),
    ("copy", "Copy for the person"),
    ("erase", "Erased or anonymised"),
    ("other", "Something else"),
]
CHANNELS = [
    ("screen", "Screen"),
    ("export", "Export"),
    ("api", "API"),
    ("portal", "Portal"),
    ("system", "Server"),
]


class ShequDataAccess(models.Model):
    """Who looked at whose personal data. Rows are added, never changed.

    Neither the ORM nor SQL changes or deletes a row: a trigger in the database refuses
    it. Rows older than the period of keeping go away by the retention job alone, and
    never before six months are over.
    """

    _name = "shequ.data.access"
    _description = "Access to Personal Data"
    _order = "id desc"
    _log_access = False
    _rec_name = "date"

    date = fields.Datetime(
        string="Time", required=True, readonly=True, default=fields.Datetime.now
    )
    user_id = fields.Many2one(
        "res.users", string="Who", required=True, readonly=True, ondelete="restrict"
    )
    partner_ids = fields.Many2many(
        "res.partner",
        "shequ_data_access_partner_rel",
        "access_id",
        "partner_id",
        string="Whose",
        readonly=True,
    )
    count = fields.Integer(string="People", readonly=True, aggregator="sum")
    purpose = fields.Selection(PURPOSES, required=True, readonly=True)
    reason = fields.Char(readonly=True)
    field_names = fields.Char(string="Which Data", readonly=True)
    data_words = fields.Char(string="Data", compute="_compute_data_words")
    channel = fields.Selection(
        CHANNELS, string="From Where", required=True, readonly=True
    )
    model = fields.Char(string="Kind of Record", readonly=True)
    address = fields.Char(string="Network Address", readonly=True)
    company_id = fields.Many2one("res.company", readonly=True)
    many = fields.Boolean(string="Many People", readonly=True)
    night = fields.Boolean(string="At Night", readonly=True)
    outside = fields.Boolean(string="Outside Own Estates", readonly=True)
    unusual = fields.Boolean(readonly=True)

    _date_idx = models.Index("(date)")
    _user_idx = models.Index("(user_id, date)")
    _unusual_idx = models.Index("(date) WHERE unusual")

    def init(self):
        """Let the database itself refuse what the ORM refuses."""
        self.env.cr.execute(
            SQL(
                """
            CREATE OR REPLACE FUNCTION shequ_data_access_append_only()
            RETURNS trigger LANGUAGE plpgsql AS $$
            BEGIN
                IF TG_OP = 'DELETE'
                   AND current_setting('shequ.retention', true) = 'on'
                   AND OLD.date < (now() AT TIME ZONE 'UTC') - interval '6 months'
                THEN
                    RETURN OLD;
                END IF;
                RAISE EXCEPTION 'shequ_data_access is append-only'
                      USING ERRCODE = 'restrict_violation';
            END $$;
            DROP TRIGGER IF EXISTS append_only ON shequ_data_access;
            CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON shequ_data_access
                FOR EACH ROW EXECUTE FUNCTION shequ_data_access_append_only();
            DROP TRIGGER IF EXISTS no_truncate ON shequ_data_access;
            CREATE TRIGGER no_truncate BEFORE TRUNCATE ON shequ_data_access
                FOR EACH STATEMENT EXECUTE FUNCTION shequ_data_access_append_only();
            """
            )
        )

    def write(self, vals):
        if self:
            raise UserError(
                self.env._("The log of access to personal data cannot be changed.")
            )
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_never(self):
        # What is past the period of keeping goes by the retention job alone.
        if self.env.context.get("shequ_retention") and self.env.su:
            self.env.cr.execute(SQL("SET LOCAL shequ.retention = 'on'"))
            return
        raise UserError(
            self.env._("The log of access to personal data cannot be changed.")
        )

    @api.depends("field_names")
    def _compute_data_words(self):
        """The fields in words of the user's language."""
        known = self.env["res.partner"]._fields
        for row in self:
            names = (row.field_names or "").split(", ")
            words = {
                known[name]._description_string(self.env) if name in known else name
                for name in names
            }
            row.data_words = "、".join(sorted(words)) if names != [""] else False

    @api.model
    def _log(self, partners, purpose, reason="", fields=(), count=None, **more):
        """Note that the user at work looks at personal data of ``partners``.

        :param partners: whose data; may be empty when ``count`` says how many
        :param str purpose: a key of `PURPOSES`
        :param str reason: words of the user, or of the program
        :param fields: technical names of the data, such as ``["phone"]``
        :param int count: people, when they are more than ``partners``
        :param more: ``channel`` and ``model`` where they are not what the request says
        :return: the row (as super-user)
        """
        if self.env.cr.readonly:
            # Odoo handles the request again on the cursor that writes.
            raise ReadOnlySqlTransaction("A look at personal data is logged.")
        user = self.env.user
        people = partners.sudo().exists()
        values = {
            "user_id": user.id,
            "partner_ids": [(6, 0, people.ids)],
            "count": len(people) if count is None else count,
            "purpose": purpose,
            "reason": (reason or "")[:500],
            "field_names": ", ".join(sorted(fields)),
            "channel": more.get("channel") or self._channel(),
            "model": more.get("model") or False,
            "address": request.httprequest.remote_addr if request else False,
            "company_id": self.env.company.id,
        }
        values |= self._hints(user, people, values["count"])
        return self.sudo().create(values)

    @api.model
    def _channel(self):
        """From where the request comes: the backend, an export, the API, the portal."""
        if not request:
            return "system"
        path = request.httprequest.path
        if path.startswith(("/json/", "/xmlrpc/", "/jsonrpc")):
            return "api"
        if "/export/" in path:
            return "export"
        if path.startswith(("/my", "/shequ")):
            return "portal"
        return "screen"

    # --------------------------------------------------------------- hints

    @api.model
    def _setting(self, name, default):
        """A number of the settings ``shequ.data_access_<name>``."""
        params = self.env["ir.config_parameter"].sudo()
        try:
            return int(params.get_param(f"shequ.data_access_{name}", default))
        except ValueError:
            return default

    @api.model
    def _hints(self, user, people, count):
        """What is unusual about an access, by the thresholds in the settings."""
        hints = {
            "many": self._is_many(user, count),
            "night": self._is_night(),
            "outside": self._is_outside(user, people),
        }
        return hints | {"unusual": any(hints.values())}

    @api.model
    def _is_many(self, user, count):
        limit = self._setting("many_per_hour", 200)
        self.env.cr.execute(
            SQL(
                "SELECT COALESCE(SUM(count), 0) FROM shequ_data_access "
                "WHERE user_id = %s AND date > %s",
                user.id,
                fields.Datetime.now() - timedelta(hours=1),
            )
        )
        return self.env.cr.fetchone()[0] + count > limit

    @api.model
    def _is_night(self):
        now = fields.Datetime.context_timestamp(
            self.with_context(tz=self.env.user.tz or "Asia/Shanghai"),
            fields.Datetime.now(),
        )
        start = self._setting("night_from", 22)
        end = self._setting("night_until", 6)
        if start <= end:
            return start <= now.hour < end
        return now.hour >= start or now.hour < end

    @api.model
    def _is_outside(self, user, people):
        """People of estates the user has no work in; company managers work in all."""
        if not people or user._is_superuser() or user.share:
            return False
        if user.has_group("shequ_property.group_company_manager"):
            residencies = self.env["shequ.residency"].sudo()
            return bool(
                residencies.search_count(
                    [
                        ("partner_id", "in", people.ids),
                        ("company_id", "not in", user.company_ids.ids),
                    ],
                    limit=1,
                )
            )
        return bool(people - people._shequ_of_estates(user.sudo().shequ_estate_ids))

    # ------------------------------------------------------------ the officer

    @api.model
    def _officers(self):
        """The people to tell; administrators only where there is nobody else."""
        group = self.env.ref("shequ_property.group_privacy_officer")
        officers = group.sudo().all_user_ids.filtered("active")
        admin = self.env.ref("base.user_admin", raise_if_not_found=False)
        return (officers - admin - self.env.ref("base.user_root")) or admin

    @api.model
    def _remind_officers(self, summary, reason):
        """One open activity per officer and matter; none without ``reason``."""
        if not reason:
            return
        for officer in self._officers():
            partner = officer.partner_id
            known = (
                self.env["mail.activity"]
                .sudo()
                .search_count(
                    [
                        ("res_model", "=", "res.partner"),
                        ("res_id", "=", partner.id),
                        ("summary", "=", summary),
                    ],
                    limit=1,
                )
            )
            if not known:
                partner.sudo().activity_schedule(
                    "mail.mail_activity_data_todo", summary=summary, user_id=officer.id
                )

    @api.model
    def _cron_unusual(self):
        """Tell the officers each morning when somebody looked unusually."""
        since = fields.Datetime.now() - timedelta(days=1)
        rows = self.sudo().search([("unusual", "=", True), ("date", ">=", since)])
        if rows:
            self._remind_officers(
                self.env._("Unusual access to personal data: look at the log"),
                "unusual",
            )
