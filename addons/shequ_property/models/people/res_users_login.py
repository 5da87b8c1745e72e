from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import AccessDenied
from odoo.fields import Domain

from ...tools import phone as phone_tools


class ResUsers(models.Model):
    """Logging in with a telephone number, and when that ends."""

    _inherit = "res.users"

    shequ_phone_confirmed_at = fields.Datetime(
        string="Telephone Confirmed",
        readonly=True,
        copy=False,
        groups="base.group_user",
        help="When the person last showed that the number is his or hers: by a code. "
        "After a long while the number may belong to somebody else, and the name is "
        "asked for as well.",
    )
    shequ_access_until = fields.Date(
        string="Access Until",
        readonly=True,
        copy=False,
        groups="base.group_user",
        help="Lives nowhere of ours any more: own tickets can be read until then.",
    )

    _shequ_access_idx = models.Index(
        "(shequ_access_until) WHERE shequ_access_until IS NOT NULL"
    )

    # ------------------------------------------------------------- logging in

    def _check_credentials(self, credential, env):
        """A code by text message is as good as a password, for residents."""
        self._shequ_check_access()
        if credential.get("type") != "shequ_code":
            return super()._check_credentials(credential, env)
        user = self.env.user
        phone = credential.get("phone")
        if not (
            (env or {}).get("interactive")
            and user._shequ_may_use_code()
            and user.sudo().partner_id.shequ_phone == phone
            and self.env["shequ.login.code"]
            .sudo()
            ._use_proof(phone, credential.get("proof"))
        ):
            raise AccessDenied()
        user.sudo().shequ_phone_confirmed_at = fields.Datetime.now()
        return {"uid": user.id, "auth_method": "shequ_code", "mfa": "default"}

    def _shequ_check_access(self):
        """Whoever moved away long ago has no log-in any more.

        The nightly job closes it; this holds on the day itself.
        """
        user = self.env.user.sudo()
        until = user.shequ_access_until
        if user.share and until and until <= self.env["shequ.estate"]._today():
            user._shequ_review_access()
            if user.shequ_access_until and user.shequ_access_until <= (
                self.env["shequ.estate"]._today()
            ):
                raise AccessDenied()

    def _shequ_may_use_code(self):
        """Staff have more to lose than a telephone: codes are for residents."""
        self.ensure_one()
        parameters = self.env["ir.config_parameter"].sudo()
        return self.share or parameters.get_param("shequ.login.staff_by_code") == "1"

    def authenticate(self, credential, user_agent_env):
        auth_info = super().authenticate(credential, user_agent_env)
        user = self.browse(auth_info["uid"])
        self.env["shequ.login.log"]._note(user, credential.get("type"))
        return auth_info

    def _mfa_type(self):
        """The company may ask its staff for a second factor.

        As Odoo's own policy for the whole database does: by e-mail until an
        authenticator application is set up.
        """
        kind = super()._mfa_type()
        if kind is None and self._is_internal():
            user = self.sudo()
            if user.company_id.shequ_staff_totp and user.email:
                return "totp_mail"
        return kind

    def _mfa_url(self):
        url = super()._mfa_url()
        return url or ("/web/login/totp" if self._mfa_type() == "totp_mail" else None)

    # ----------------------------------------------------- who has this number

    @api.model
    def _shequ_people_of(self, phone):
        """People (as super-user) who may log in with ``phone``.

        Residents with a log-in, and people on file who live in one of our homes.
        Colleagues log in with their password, a child only with a guardian's consent.

        :return: partners, at most 20, in the order in which they were recorded
        """
        Partner = self.env["res.partner"].sudo()
        people = Partner.search(
            [("shequ_phone", "=", phone or "-")], limit=20, order="id"
        )
        users = people.with_context(active_test=False).user_ids
        open_users = users.filtered(
            lambda user: user.active and user._shequ_may_use_code()
        )
        Residency = self.env["shequ.residency"].sudo()
        current = Residency.search(
            Residency._current_domain() & Domain("partner_id", "in", people.ids)
        )
        # A closed log-in opens again with a new home: the person comes back.
        may = open_users.partner_id | (
            current.partner_id - users.filtered(lambda u: not u.share).partner_id
        )
        return people.filtered(
            lambda person: person in may and person._shequ_guardian_agrees()
        )

    def _shequ_phone_is_fresh(self):
        """Whether the number was shown to be the person's own not long ago.

        Operators give a number to somebody else after about ninety days.
        """
        self.ensure_one()
        days = self.env["shequ.login.code"]._setting("confirm_days", 90)
        confirmed = self.sudo().shequ_phone_confirmed_at
        limit = fields.Datetime.now() - timedelta(days=days)
        return bool(confirmed and confirmed >= limit)

    @api.model
    def _shequ_login(self, partner):
        """Log-in of a resident: the telephone number, with a mark when shared.

        A household with one telephone has several people: the first has the bare
        number, the next ``13812345678-2`` and so on.  Codes do not need it, as one
        chooses among the people of the number; a password does.
        """
        number = phone_tools.normalise(partner.phone, partner.country_id.phone_code)
        if not number:
            return super()._shequ_login(partner)
        Users = self.sudo().with_context(active_test=False)
        taken = set(
            Users.search(
                [
                    ("login", "=like", f"{number}%"),
                    ("partner_id", "!=", partner.id),
                ]
            ).mapped("login")
        )
        if number not in taken:
            return number
        return next(
            login
            for count in range(2, len(taken) + 3)
            if (login := f"{number}-{count}") not in taken
        )

    def _shequ_follow_phone(self, old_numbers):
        """After a change of the number: the log-in is the new one, unconfirmed.

        :param dict old_numbers: partner id → number before
        """
        for user in self.sudo().filtered("share"):
            old = old_numbers.get(user.partner_id.id)
            bare, _dash, _count = user.login.partition("-")
            if old and bare == old and user.partner_id.shequ_phone:
                user.write(
                    {
                        "login": self._shequ_login(user.partner_id),
                        "shequ_phone_confirmed_at": False,
                    }
                )

    @api.model
    def _shequ_grant_portal(self, partner):
        user = super()._shequ_grant_portal(partner)
        if user.share and user.shequ_access_until:
            user.shequ_access_until = False
        return user

    # ----------------------------------------------------------- when it ends

    @api.model
    def _shequ_end_access(self, partners):
        """See whether ``partners`` still live with us, and plan the end if not.

        To be called after residencies ended.  Nothing happens to those who still
        have a home, serve in a committee or wait to be confirmed.  For the others
        the log-in stays for the days of grace, to read their own tickets; then it
        is closed.

        :return: the users whose access ends or has ended
        """
        users = (
            self.sudo()
            .with_context(active_test=False)
            .search([("partner_id", "in", partners.ids), ("share", "=", True)])
        )
        residents = users.filtered(
            lambda user: user.active and user.has_group("shequ_property.group_resident")
        )
        return residents._shequ_review_access()

    def _shequ_review_access(self):
        """Plan, carry out or take back the end of access of residents."""
        partners = self.sudo().partner_id
        staying = self._shequ_staying(partners)
        last_days = self._shequ_last_days(partners - staying)
        days = self.env["shequ.login.code"]._setting("grace_days", 90)
        today = self.env["shequ.estate"]._today()
        ended = self.browse()
        for user in self.sudo():
            partner = user.partner_id
            if partner in staying or partner.id not in last_days:
                if user.shequ_access_until:
                    user.shequ_access_until = False
                continue
            until = last_days[partner.id] + timedelta(days=days)
            if user.shequ_access_until != until:
                user.shequ_access_until = until
            if until <= today and user.active:
                user.with_context(active_test=False).active = False
            ended |= user
        return ended

    def _shequ_staying(self, partners):
        """Those who live with us, will, serve in a committee, or wait."""
        today = self.env["shequ.estate"]._today()
        here = Domain("partner_id", "in", partners.ids)
        open_end = Domain("date_to", "=", False) | Domain("date_to", ">", today)
        residencies = self.env["shequ.residency"].sudo().search(here & open_end)
        members = self.env["shequ.committee.member"].sudo().search(here & open_end)
        waiting = (
            self.env["shequ.registration"]
            .sudo()
            .search(here & Domain("state", "=", "waiting"))
        )
        return residencies.partner_id | members.partner_id | waiting.partner_id

    def _shequ_last_days(self, partners):
        """Partner id → the day on which the last residency ended."""
        groups = (
            self.env["shequ.residency"]
            .sudo()
            ._read_group(
                [("partner_id", "in", partners.ids), ("date_to", "!=", False)],
                ["partner_id"],
                ["date_to:max"],
            )
        )
        last = {partner.id: day for partner, day in groups}
        refused = (
            self.env["shequ.registration"]
            .sudo()
            .search([("partner_id", "in", partners.ids), ("state", "!=", "waiting")])
        )
        for registration in refused:
            # Never lived here: counted from the answer.
            day = fields.Date.to_date(registration.write_date)
            last.setdefault(registration.partner_id.id, day)
        return last

    @api.model
    def _cron_shequ_end_access(self):
        """Residencies that ended since yesterday, and days of grace that are over."""
        today = self.env["shequ.estate"]._today()
        ended = (
            self.env["shequ.residency"]
            .sudo()
            .search(
                [("date_to", "<=", today), ("date_to", ">", today - timedelta(days=8))]
            )
        )
        due = self.sudo().search([("shequ_access_until", "<=", today)])
        partners = ended.partner_id | due.partner_id
        for start in range(0, len(partners), 500):
            self._shequ_end_access(partners[start : start + 500])
            self.env["ir.cron"]._commit_progress(500)
