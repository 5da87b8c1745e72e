import secrets

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError

from ..models.estate.spot import ALPHABET
from ..tools import phone as phone_tools


class ShequStaffInvite(models.TransientModel):
    """Create the user of a colleague with the right groups and estates."""

    _name = "shequ.staff.invite"
    _description = "Invite Staff"

    name = fields.Char(string="Full Name", required=True)
    phone = fields.Char(help="A mobile number is the login when there is no e-mail.")
    email = fields.Char()
    company_id = fields.Many2one(
        "res.company", required=True, default=lambda self: self.env.company
    )
    office_role = fields.Selection(
        [
            ("front_desk", "Front desk"),
            ("dispatcher", "Dispatcher"),
            ("estate_manager", "Estate manager"),
            ("company_manager", "Company manager"),
        ],
        default="front_desk",
        help="Each role may do what the roles above it may do.",
    )
    is_worker = fields.Boolean(string="Worker who is sent to tickets")
    is_grid_worker = fields.Boolean(string="Grid worker")
    estate_ids = fields.Many2many(
        "shequ.estate",
        string="Estates",
        domain="[('company_id', '=', company_id)]",
        default=lambda self: self._default_estates(),
    )
    team_id = fields.Many2one("shequ.team", domain="[('company_id', '=', company_id)]")
    grid_ids = fields.Many2many(
        "shequ.grid", string="Grids", domain="[('estate_id', 'in', estate_ids)]"
    )
    user_id = fields.Many2one("res.users", readonly=True)
    login = fields.Char(readonly=True)
    password = fields.Char(
        string="First Password",
        compute="_compute_password",
        help="Shown this once and not kept.",
    )

    @api.model
    def _default_estates(self):
        """The one estate of a company that has just one."""
        estates = self.env["shequ.estate"].search(
            [("company_id", "=", self.env.company.id)], limit=2
        )
        return estates if len(estates) == 1 else self.env["shequ.estate"]

    @api.depends_context("shequ_first_password")
    def _compute_password(self):
        self.password = self.env.context.get("shequ_first_password")

    @api.model
    def _role_groups(self):
        """All groups that make a user one of the staff."""
        groups = self.env["res.groups"].sudo()
        for name in (
            "front_desk",
            "dispatcher",
            "estate_manager",
            "company_manager",
            "worker",
            "grid_worker",
        ):
            groups |= self.env.ref(f"shequ_property.group_{name}").sudo()
        return groups

    def action_invite(self):
        """Create the user and show the login with a first password, once."""
        self.ensure_one()
        self._check_may_invite()
        groups = self._chosen_groups()
        login = self._free_login()
        password = "".join(secrets.choice(ALPHABET) for _index in range(10))
        user = (
            self.env["res.users"]
            .sudo()
            .with_context(no_reset_password=True)
            .create(
                {
                    "name": self.name,
                    "login": login,
                    "email": self.email,
                    "phone": self.phone,
                    "password": password,
                    "company_id": self.company_id.id,
                    "company_ids": [(6, 0, self.company_id.ids)],
                    "group_ids": [(6, 0, groups.ids)],
                    "shequ_estate_ids": [(6, 0, self.estate_ids.ids)],
                    "lang": self.env.lang,
                    "tz": "Asia/Shanghai",
                }
            )
        )
        self._set_up_field_work(user)
        self.write({"user_id": user.id, "login": login})
        return self._reopen(password)

    def _check_may_invite(self):
        if not self.env.user.has_group("shequ_property.group_company_manager"):
            raise AccessError(self.env._("Only company managers invite staff."))
        if self.company_id not in self.env.companies or (
            self.estate_ids.company_id - self.company_id
        ):
            raise AccessError(
                self.env._("Staff can be invited to estates of your own company only.")
            )
        if self.user_id:
            raise UserError(self.env._("The invitation is done already."))

    def _chosen_groups(self):
        """Groups of the ticked roles; nothing outside the suite can be given."""
        names = [self.office_role] if self.office_role else []
        names += ["worker"] if self.is_worker else []
        names += ["grid_worker"] if self.is_grid_worker else []
        if not names:
            raise UserError(self.env._("Choose at least one role."))
        groups = self.env.ref("base.group_user")
        for name in names:
            groups |= self.env.ref(f"shequ_property.group_{name}")
        return groups

    def _free_login(self):
        login = (self.email or "").strip().lower() or phone_tools.normalise(self.phone)
        if not login:
            raise UserError(
                self.env._("A phone number or an e-mail address is needed to log in.")
            )
        Users = self.env["res.users"].sudo().with_context(active_test=False)
        if Users.search_count([("login", "=", login)], limit=1):
            raise UserError(
                self.env._("“%(login)s” is already somebody's login.", login=login)
            )
        return login

    def _set_up_field_work(self, user):
        if self.is_worker:
            self.env["shequ.worker"].sudo().create(
                {
                    "name": self.name,
                    "user_id": user.id,
                    "phone": self.phone,
                    "company_id": self.company_id.id,
                    "team_ids": [(6, 0, self.team_id.ids)],
                }
            )
        if self.is_grid_worker:
            self.grid_ids.write({"user_id": user.id})

    def _reopen(self, password):
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Invitation"),
            "res_model": self._name,
            "res_id": self.id,
            "view_mode": "form",
            "target": "new",
            "context": {"shequ_first_password": password},
        }
