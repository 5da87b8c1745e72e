import re
from datetime import date
from fractions import Fraction

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.fields import Domain
from odoo.tools import SQL

from ...tools.mask import mask_login

TITLE_ROLES = ("owner", "co_owner", "developer")


class ShequResidency(models.Model):
    """Who lives in or owns which unit, and when.

    A period is half open: it counts from ``date_from`` and no longer on
    ``date_to``, so that a sale on a day ends one and begins the other residency
    on the same date without an overlap.
    """

    _name = "shequ.residency"
    _description = "Residency"
    _inherit = ["shequ.scope.mixin", "mail.thread"]
    _order = "unit_sort_key, role_rank, date_from desc, id"
    _scope_fields = frozenset({"unit_id"})

    active = fields.Boolean(default=True)
    partner_id = fields.Many2one(
        "res.partner", string="Person", required=True, ondelete="restrict"
    )
    phone = fields.Char(related="partner_id.phone", readonly=False)
    unit_id = fields.Many2one("shequ.unit", required=True, ondelete="restrict")
    estate_id = fields.Many2one(related="unit_id.estate_id", store=True)
    company_id = fields.Many2one(related="unit_id.company_id", store=True)
    building_id = fields.Many2one(related="unit_id.building_id")
    unit_sort_key = fields.Char(related="unit_id.sort_key", store=True)
    role = fields.Selection(
        [
            ("owner", "Owner"),
            ("co_owner", "Co-owner"),
            ("family", "Family"),
            ("tenant", "Tenant"),
            ("developer", "Developer"),
        ],
        default="owner",
        required=True,
        tracking=True,
    )
    role_rank = fields.Integer(compute="_compute_role_rank", store=True)
    is_title = fields.Boolean(
        string="Holds the Title", compute="_compute_role_rank", store=True
    )
    share_numerator = fields.Integer(string="Share", default=1, tracking=True)
    share_denominator = fields.Integer(string="Of", default=1, tracking=True)
    share_text = fields.Char(string="Share of the Unit", compute="_compute_share_text")
    date_from = fields.Date(
        string="From",
        required=True,
        tracking=True,
        default=lambda self: self.env["shequ.estate"]._today(),
    )
    date_to = fields.Date(
        string="Until",
        tracking=True,
        help="First day on which the residency no longer counts; empty: for now.",
    )
    end_reason = fields.Selection(
        [
            ("sale", "Sold"),
            ("handover", "Handed Over"),
            ("lease_end", "Lease Ended"),
            ("death", "Deceased"),
            ("inheritance", "Inherited"),
            ("move", "Moved Out"),
        ],
        string="Why It Ended",
        readonly=True,
        copy=False,
    )
    verified = fields.Boolean(
        tracking=True, help="Identity and title or lease have been looked at."
    )
    is_representative = fields.Boolean(
        string="Voting Representative",
        tracking=True,
        help="The one person who votes for the unit.",
    )
    is_current = fields.Boolean(
        string="Current", compute="_compute_is_current", search="_search_is_current"
    )
    notes = fields.Char(groups="base.group_user")

    _unit_idx = models.Index("(unit_id, date_to)")
    _partner_idx = models.Index("(partner_id, date_to)")
    _estate_idx = models.Index("(estate_id, unit_sort_key)")
    _period_valid = models.Constraint(
        "CHECK(date_to IS NULL OR date_to >= date_from)",
        "A residency cannot end before it begins.",
    )
    _share_valid = models.Constraint(
        "CHECK(share_denominator > 0 AND share_numerator >= 0 "
        "AND share_numerator <= share_denominator)",
        "A share is a fraction between 0 and 1, such as 1 of 2.",
    )

    @api.constrains("partner_id", "unit_id", "role", "date_from", "date_to", "active")
    def _check_overlap(self):
        self.flush_model()
        clash = self.env.execute_query_dict(
            self._sql_overlap(tuple(self.filtered("active").ids) or (0,))
        )
        if clash:
            residency = self.browse(clash[0]["id"])
            raise ValidationError(
                self.env._(
                    "%(person)s is already recorded as %(role)s of %(unit)s in this "
                    "period.",
                    person=residency.partner_id.display_name,
                    role=residency._role_label(),
                    unit=residency.unit_id.short_address,
                )
            )

    def _sql_overlap(self, ids):
        return SQL(
            """
            SELECT a.id
              FROM shequ_residency a
              JOIN shequ_residency b
                ON b.unit_id = a.unit_id AND b.partner_id = a.partner_id
               AND b.role = a.role AND b.id != a.id AND b.active
             WHERE a.id IN %s
               AND a.date_from < COALESCE(b.date_to, 'infinity')
               AND b.date_from < COALESCE(a.date_to, 'infinity')
               AND COALESCE(a.date_to, 'infinity') > a.date_from
               AND COALESCE(b.date_to, 'infinity') > b.date_from
             LIMIT 1
            """,
            ids,
        )

    @api.constrains(
        "unit_id",
        "role",
        "share_numerator",
        "share_denominator",
        "date_from",
        "date_to",
        "active",
    )
    def _check_shares(self):
        """The shares of a unit are never more than the whole, on any day."""
        holders = self.search(
            [
                ("unit_id", "in", self.filtered("is_title").unit_id.ids),
                ("role", "in", ("owner", "co_owner")),
            ]
        ).grouped("unit_id")
        for unit, residencies in holders.items():
            for day in set(residencies.mapped("date_from")):
                total = sum(
                    residency._share()
                    for residency in residencies
                    if residency._covers(day) and residency.role == "co_owner"
                )
                if total > 1:
                    raise ValidationError(
                        self.env._(
                            "The shares of the co-owners of %(unit)s on %(day)s add "
                            "up to %(total)s, more than the whole unit.",
                            unit=unit.short_address,
                            day=fields.Date.to_string(day),
                            total=total,
                        )
                    )

    @api.constrains("is_representative", "unit_id", "date_from", "date_to", "active")
    def _check_representative(self):
        """At any time one person at most votes for a unit."""
        units = self.filtered("is_representative").unit_id
        chosen = self.search(
            [("unit_id", "in", units.ids), ("is_representative", "=", True)]
        ).grouped("unit_id")
        for unit, residencies in chosen.items():
            for day in residencies.mapped("date_from"):
                if len(residencies.filtered(lambda r, day=day: r._covers(day))) > 1:
                    raise ValidationError(
                        self.env._(
                            "%(unit)s can have one voting representative at a time.",
                            unit=unit.short_address,
                        )
                    )

    @api.depends("role")
    def _compute_role_rank(self):
        ranks = ("owner", "co_owner", "developer", "family", "tenant")
        for residency in self:
            role = residency.role or "tenant"
            residency.role_rank = ranks.index(role)
            residency.is_title = role in TITLE_ROLES

    @api.depends("share_numerator", "share_denominator", "role")
    def _compute_share_text(self):
        for residency in self:
            residency.share_text = (
                f"{residency.share_numerator}/{residency.share_denominator}"
                if residency.role == "co_owner"
                else False
            )

    @api.depends("date_from", "date_to", "active")
    def _compute_is_current(self):
        today = self.env["shequ.estate"]._today()
        for residency in self:
            residency.is_current = residency.active and residency._covers(today)

    @api.model
    def _search_is_current(self, operator, value):
        if operator != "in":
            return NotImplemented
        return self._current_domain()

    @api.model
    def _current_domain(self, day=None):
        """Domain of the residencies in force on ``day`` (default: today)."""
        day = day or self.env["shequ.estate"]._today()
        return (
            Domain("active", "=", True)
            & Domain("date_from", "<=", day)
            & (Domain("date_to", "=", False) | Domain("date_to", ">", day))
        )

    def _covers(self, day):
        self.ensure_one()
        return bool(
            self.date_from
            and self.date_from <= day
            and (not self.date_to or day < self.date_to)
        )

    def _share(self):
        self.ensure_one()
        return Fraction(self.share_numerator, self.share_denominator or 1)

    def _role_label(self):
        self.ensure_one()
        selection = self._fields["role"]._description_selection(self.env)
        return dict(selection)[self.role]

    @api.depends("partner_id.name", "unit_id.short_address", "unit_id.address")
    @api.depends_context("shequ_short_address")
    def _compute_display_name(self):
        for residency in self:
            residency.display_name = (
                f"{residency.partner_id.name or ''} · "
                f"{residency.unit_id.display_name or ''}"
            )

    @api.model
    def _search_display_name(self, operator, value):
        """By phone number, name, or address of the unit.

        What the text looks like decides which index is asked: one condition is
        answered from it at once, two joined by OR would read every residency.
        """
        if operator not in ("ilike", "like", "=", "in", "=ilike"):
            return NotImplemented
        values = [value] if isinstance(value, str) else value
        domain = Domain.FALSE
        for text in values or ():
            if not text:
                return Domain.TRUE
            person = Domain("partner_id", "any", [("display_name", operator, text)])
            home = Domain("unit_id", "any", [("display_name", operator, text)])
            if not any(char.isdigit() for char in text):
                domain |= person
            elif not self.env["res.partner"]._shequ_phone_digits(text):
                domain |= home
            elif re.fullmatch(r"\d{4}", text.strip()):
                domain |= person | home  # the end of a number, or room 1203
            else:
                domain |= person
        return domain

    # ---------------------------------------------------------------- CRUD

    @api.model_create_multi
    def create(self, vals_list):
        today = self.env["shequ.estate"]._today()
        chosen = [v for v in vals_list if v.get("is_representative")]
        voted_for = self._units_with_representative(chosen)
        for vals in chosen:
            if vals.get("unit_id") in voted_for:
                self._step_down(
                    vals["unit_id"], vals.get("date_from") or today, vals.get("date_to")
                )
        quiet = self.with_context(mail_create_nolog=True, mail_create_nosubscribe=True)
        residencies = super(ShequResidency, quiet).create(vals_list)
        self.env["res.users"]._shequ_open_companies(residencies.partner_id)
        return residencies.with_env(self.env)

    def write(self, vals):
        if vals.get("is_representative"):
            for residency in self:
                residency._step_down(
                    residency.unit_id.id, residency.date_from, residency.date_to
                )
        result = super().write(vals)
        if {"partner_id", "unit_id"} & vals.keys():
            self.env["res.users"]._shequ_open_companies(self.partner_id)
        return result

    def _units_with_representative(self, vals_list):
        """Ids of the units among ``vals_list`` that somebody votes for."""
        units = [vals["unit_id"] for vals in vals_list if vals.get("unit_id")]
        if not units:
            return set()
        groups = self._read_group(
            [("unit_id", "in", units), ("is_representative", "=", True)], ["unit_id"]
        )
        return {unit.id for (unit,) in groups}

    def _step_down(self, unit_id, date_from, date_to):
        """Choosing another representative of a unit moves the office.

        A representative whose period is over stays marked: that is the history.
        """
        until = Domain("date_from", "<", date_to) if date_to else Domain.TRUE
        self.search(
            Domain("unit_id", "=", unit_id)
            & Domain("is_representative", "=", True)
            & Domain("id", "not in", self.ids)
            & (Domain("date_to", "=", False) | Domain("date_to", ">", date_from))
            & until
        ).write({"is_representative": False})

    @api.ondelete(at_uninstall=False)
    def _unlink_except_history(self):
        if self.env.su and self.env.context.get("shequ_import_undo"):
            return  # an import is taken back: its residencies were never true
        today = self.env["shequ.estate"]._today()
        for residency in self:
            if residency.date_from < today or residency.date_to:
                raise UserError(
                    self.env._(
                        "%(residency)s has a history and cannot be deleted. End it "
                        "with a date, or archive it when it was never true.",
                        residency=residency.display_name,
                    )
                )

    # ------------------------------------------------------------ business

    def _end(self, date=None):
        """End the residencies on ``date`` (default: today), keeping them.

        :param date: first day on which they no longer count
        :raises UserError: when a residency begins later than that
        """
        date = fields.Date.to_date(date) or self.env["shequ.estate"]._today()
        for residency in self:
            if residency.date_from > date:
                raise UserError(
                    self.env._(
                        "%(residency)s begins on %(date)s only and cannot end before.",
                        residency=residency.display_name,
                        date=residency.date_from,
                    )
                )
        open_ones = self.filtered(lambda r: not r.date_to or r.date_to > date)
        open_ones.write({"date_to": date})
        return True

    @api.model
    def _transfer(self, unit, new_owner, date=None, end_roles=("family",)):
        """Record the sale of ``unit`` to ``new_owner`` on ``date``.

        Owners, co-owners and the developer end on that day, and so does their
        family; a tenant stays, because a sale does not break a lease. The new
        owner votes for the unit.

        :param date: day of the sale (default: today)
        :param end_roles: other roles that move out on the same day
        :return: the residency of the new owner
        :raises UserError: when ``new_owner`` alone owns the unit already
        """
        unit.ensure_one()
        new_owner.ensure_one()
        date = fields.Date.to_date(date) or self.env["shequ.estate"]._today()
        ending = self.search(
            Domain("unit_id", "=", unit.id)
            & Domain("role", "in", (*TITLE_ROLES, *end_roles))
            & Domain("date_from", "<=", date)
            & (Domain("date_to", "=", False) | Domain("date_to", ">", date))
        )
        if ending.filtered(lambda r: r.role == "owner").partner_id == new_owner:
            raise UserError(
                self.env._(
                    "%(person)s owns %(unit)s already.",
                    person=new_owner.display_name,
                    unit=unit.display_name,
                )
            )
        ending._end(date)
        if unit.state == "unsold":
            unit.state = "sold"
        return self.create(
            {
                "unit_id": unit.id,
                "partner_id": new_owner.id,
                "role": "owner",
                "date_from": date,
                "is_representative": True,
            }
        )

    def _deceased_holders(self, day):
        """Those of a unit's title holders who died and have no successor by ``day``."""
        return self.filtered(
            lambda stay: (
                stay.end_reason == "death"
                and stay.date_to
                and stay.date_to <= day
                and not any(other.date_from >= stay.date_to for other in self - stay)
            )
        )

    def _joined_values(self, same):
        """Values of this residency when ``same`` (it among them) become one.

        A share recorded twice is one share. The vote stays with the joined one
        unless somebody else has it in the longer period.
        """
        self.ensure_one()
        largest = max(same, key=lambda residency: residency._share())
        start = min(same.mapped("date_from"))
        end = max((r.date_to or date.max for r in same), default=date.max)
        others = self.search_count(
            Domain("unit_id", "=", self.unit_id.id)
            & Domain("is_representative", "=", True)
            & Domain("id", "not in", same.ids)
            & Domain("date_from", "<", end)
            & (Domain("date_to", "=", False) | Domain("date_to", ">", start)),
            limit=1,
        )
        votes = any(same.mapped("is_representative")) and not others
        return {
            "share_numerator": largest.share_numerator,
            "share_denominator": largest.share_denominator,
            "verified": any(same.mapped("verified")),
            "notes": " / ".join(dict.fromkeys(filter(None, same.mapped("notes"))))
            or False,
            # Written only when it changes: choosing again moves the office.
            **({} if votes == self.is_representative else {"is_representative": votes}),
        }

    # ------------------------------------------------------------- actions

    def action_move(self):
        """Open the wizard of moves; its kind comes with the context."""
        self.ensure_one()
        return self.unit_id._action_move(
            default_partner_id=self.partner_id.id,
            default_kind=self.env.context.get("default_kind")
            or ("lease_end" if self.role == "tenant" else "move"),
            **({} if self.is_title else {"shequ_leaving": self.ids}),
        )

    def action_end(self):
        """End today; the form asks before."""
        return self._end()

    def action_make_representative(self):
        self.ensure_one()
        if not self.is_current:
            raise UserError(
                self.env._("Only somebody who is there now can vote for the unit.")
            )
        self.is_representative = True

    def action_verify(self):
        self.write({"verified": True})

    def action_grant_portal(self):
        """Give the persons access to the portal."""
        self.check_access("write")
        Users = self.env["res.users"]
        users = Users
        for partner in self.partner_id:
            users |= Users._shequ_grant_portal(partner)
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "success",
                "message": self.env._(
                    "Portal access is open for: %(logins)s",
                    logins=", ".join(map(mask_login, users.sudo().mapped("login"))),
                ),
            },
        }
