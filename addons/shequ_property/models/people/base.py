"""Personal data are masked where they leave the server.

Programs work with the real values; what goes out by RPC (forms, lists, the chatter's
data, JSON), in exports and in groups passes through the methods of every model below.
Which fields those are is told by `MASKED` and by following related fields, so that a
related field of another addon is covered without being named here.
"""

from odoo import api, models, tools
from odoo.exceptions import AccessError, UserError
from odoo.fields import Domain
from odoo.http import request

from ...tools import mask as mask_tools
from ...tools import phone as phone_tools

MASKS = {
    "phone": mask_tools.mask_phone,
    "email": mask_tools.mask_email,
    "id": mask_tools.mask_id,
    "login": mask_tools.mask_login,
    "text": mask_tools.mask_text,
}
# model → field → (kind, fields that lead to whose it is; none: the record itself)
MASKED = {
    "res.partner": {
        "phone": ("phone", ()),
        "phone_sanitized": ("phone", ()),
        "phone_mobile_search": ("phone", ()),
        "shequ_phone": ("phone", ()),
        "shequ_phone2": ("phone", ()),
        "email": ("email", ()),
        "email_normalized": ("email", ()),
        "email_formatted": ("email", ()),
        "shequ_id_number": ("id", ()),
    },
    "res.users": {
        "login": ("login", ("partner_id",)),
        "email_formatted": ("email", ("partner_id",)),
        "email_normalized": ("email", ("partner_id",)),
    },
    "shequ.ticket": {
        "contact_phone": ("phone", ("on_behalf_id", "reporter_id")),
        "call_phone": ("phone", ("on_behalf_id", "reporter_id")),
    },
    "mail.message": {
        "email_from": ("email", ("author_id",)),
        "reply_to": ("email", ("author_id",)),
        "account_audit_log_preview": ("text", ("author_id",)),
    },
    "mail.notification": {
        "mail_email_address": ("email", ("res_partner_id",)),
        "sms_number": ("phone", ("res_partner_id",)),
    },
    "mail.mail": {
        "email_from": ("email", ("author_id",)),
        "reply_to": ("email", ("author_id",)),
    },
    "sms.composer": {
        "recipient_single_number": ("phone", ("shequ_person_id",)),
        "recipient_single_number_itf": ("phone", ("shequ_person_id",)),
        "sanitized_numbers": ("phone", ("shequ_person_id",)),
    },
    "sms.sms": {"number": ("phone", ("partner_id",))},
    "portal.wizard.user": {"email": ("email", ("partner_id",))},
    "account.move": {"invoice_source_email": ("email", ("partner_id",))},
}


class Base(models.AbstractModel):
    _inherit = "base"

    # ------------------------------------------------------- what is masked

    @api.model
    @tools.ormcache("self._name")
    def _shequ_masked_fields(self):
        """Fields of this model that show personal data.

        :return: dict of field name to (kind, paths); each path is a tuple of fields
            that lead to the person
        """
        result = {}
        for name, (kind, owners) in MASKED.get(self._name, {}).items():
            if name in self._fields:
                paths = [(owner,) for owner in owners if owner in self._fields]
                result[name] = (kind, tuple(paths) or ((),))
        for name, field in self._fields.items():
            if name not in result and field.type in ("char", "text") and field.related:
                if found := self._shequ_masked_related(field.related.split(".")):
                    result[name] = found
        return result

    @api.model
    def _shequ_masked_related(self, steps):
        model = self
        for step in steps[:-1]:
            field = model._fields.get(step)
            if not field or not field.comodel_name:
                return None
            model = self.env[field.comodel_name]
        if model._name not in ("res.partner", *MASKED):
            return None
        kind, owners = MASKED[model._name].get(steps[-1], (None, ()))
        if not kind and model._name == "res.users":
            kind, owners = MASKED["res.partner"].get(steps[-1], (None, ()))
            owners = ("partner_id",)
        if not kind:
            return None
        lead = tuple(steps[:-1])
        return kind, tuple((*lead, owner) for owner in owners) or (lead,)

    def _shequ_owners(self, paths):
        """The people the values of this record belong to (as super-user)."""
        people = self.env["res.partner"].sudo()
        for path in paths:
            records = self.sudo()
            for step in path:
                records = records[step]
            people |= records
        return people

    @api.model
    def _shequ_hides(self):
        """Whether anything is hidden from the user at work."""
        return not (
            self.env.su or self.env.user.has_group("shequ_property.group_personal_data")
        )

    def _shequ_hidden_owners(self, names, strict=False):
        """By record and field: whether the value has to be masked.

        :param bool strict: also for those who may see; for what others will get too
        :return: function of (record, name)
        """
        masked = self._shequ_masked_fields()
        people = self.env["res.partner"]
        for paths in {masked[name][1] for name in names}:
            people |= self._shequ_owners(paths)
        people = people.sudo()
        if strict:
            seen = people.filtered(
                lambda person: (
                    not person.shequ_protected
                    or person == self.env.user.sudo().partner_id
                )
            )
        else:
            seen = people.with_env(self.env)._shequ_may_see()
        hidden = set((people - seen)._ids)
        found = {}

        def is_hidden(record, name):
            if not hidden:
                return False
            paths = masked[name][1]
            key = record._ids, paths
            if key not in found:
                if paths == ((),) and self._name == "res.partner":
                    found[key] = record._ids[0] in hidden
                else:
                    owners = record._shequ_owners(paths)
                    found[key] = not hidden.isdisjoint(owners._ids)
            return found[key]

        return is_hidden

    def _shequ_mask_value(self, name, value):
        """The masked form of a value that was read or is to be exported."""
        if not value or not isinstance(value, str):
            return value
        return MASKS[self._shequ_masked_fields()[name][0]](value)

    def _shequ_is_typed(self, name, value):
        """Whether the value of a form not saved yet was typed by its user."""
        if self.id:
            return False
        saved = self._origin.sudo()[name] if self._origin else False
        if self._origin and value != saved:
            return True
        if self._origin or not value:
            return False
        kind, paths = self._shequ_masked_fields()[name]
        known = [
            MASKS[kind](owner[leaf])
            for owner in self._shequ_owners(paths)
            for leaf in ("phone", "email", "shequ_phone", "shequ_id_number")
            if owner[leaf]
        ]
        return MASKS[kind](value) not in known

    # ---------------------------------------------------------------- reads

    def _read_format(self, fnames, load="_classic_read"):
        result = super()._read_format(fnames, load=load)
        # The data of the chatter and of messages (load is False) are made for others
        # too, and often as super-user.
        for_many = load is False
        if not result or (self.env.su and not for_many):
            return result
        masked = self._shequ_masked_fields()
        names = [name for name in fnames if name in masked]
        if not names:
            return result
        if not for_many and not self._shequ_hides():
            self._shequ_log_seen(names, "list")
            return result
        is_hidden = self._shequ_hidden_owners(names, strict=for_many)
        shown = {name: MASKS[masked[name][0]] for name in names}
        for values in result:
            record = self.browse([values["id"]])
            for name, mask in shown.items():
                value = values.get(name)
                if (
                    value
                    and isinstance(value, str)
                    and is_hidden(record, name)
                    and not record._shequ_is_typed(name, value)
                ):
                    values[name] = mask(value)
        return result

    def _export_rows(self, fields, *, _is_toplevel_call=True):
        masked = self._shequ_masked_fields()
        columns = [i for i, path in enumerate(fields) if path and path[0] in masked]
        if not columns or self.env.su:
            return super()._export_rows(fields, _is_toplevel_call=_is_toplevel_call)
        names = [fields[i][0] for i in columns]
        if not self._shequ_hides():
            self._shequ_log_seen(names, "export")
            return super()._export_rows(fields, _is_toplevel_call=_is_toplevel_call)
        # The database id stands in for what is masked: it also tells which line
        # belongs to which record.
        lines = super()._export_rows(
            [[".id"] if i in columns else path for i, path in enumerate(fields)],
            _is_toplevel_call=_is_toplevel_call,
        )
        is_hidden = self._shequ_hidden_owners(names)
        for line in lines:
            if not line[columns[0]]:
                continue
            record = self.browse(int(line[columns[0]]))
            for column, name in zip(columns, names, strict=True):
                value = record[name] or ""
                if is_hidden(record, name):
                    value = record._shequ_mask_value(name, value)
                line[column] = value
        return lines

    def _shequ_log_seen(self, names, purpose):
        """Note what a user who may see everything has been given by a request."""
        if not request or not self.ids:
            return
        masked = self._shequ_masked_fields()
        people = self.env["res.partner"].sudo()
        for paths in {masked[name][1] for name in names}:
            people |= self._shequ_owners(paths)
        people = people.filtered("shequ_protected") - self.env.user.sudo().partner_id
        if people:
            self.env["shequ.data.access"]._log(
                people, purpose, "", names, model=self._name
            )

    # ------------------------------------------------------- groups, search

    def _read_group_groupby(self, alias, groupby_spec, query):
        self._shequ_check_grouping(groupby_spec)
        return super()._read_group_groupby(alias, groupby_spec, query)

    def _read_group_select(self, aggregate_spec, query):
        if aggregate_spec.rpartition(":")[2] not in ("count", "count_distinct"):
            self._shequ_check_grouping(aggregate_spec)
        return super()._read_group_select(aggregate_spec, query)

    def _shequ_check_grouping(self, spec):
        name = spec.partition(":")[0].partition(".")[0]
        if name in self._shequ_masked_fields() and self._shequ_hides():
            raise AccessError(
                self.env._(
                    "Records cannot be grouped by %(field)s: it is personal data.",
                    field=self._fields[name]._description_string(self.env),
                )
            )

    @api.model
    def _search(self, domain, *args, **kwargs):
        if not self.env.su and (masked := self._shequ_masked_fields()):
            domain = Domain(domain)
            if self._shequ_hides():
                domain = domain.map_conditions(
                    lambda condition: self._shequ_whole_condition(condition, masked)
                )
        return super()._search(domain, *args, **kwargs)

    @api.model
    def _shequ_whole_condition(self, condition, masked):
        """Search by a whole value or the last four digits, not bit by bit.

        Otherwise a masked number could be asked for digit by digit.
        """
        name = condition.field_expr
        operator, value = condition.operator, condition.value
        if name not in masked or "like" not in operator or not value:
            return condition
        negative = operator.startswith("not")
        kind = masked[name][0]
        if self._name == "res.partner" and kind == "phone":
            name = "shequ_phone"  # the spelling does not matter there
        text = str(value).strip().strip("%")
        found = Domain.FALSE
        digits = phone_tools.normalise(text)
        if kind in ("phone", "login") and digits:
            if len(digits.lstrip("+")) == 4:
                found = Domain(name, "=like", f"%{digits}")
            elif len(digits) >= 7:
                found = Domain(name, "=", digits) | Domain(name, "=", text)
        if kind in ("email", "login") and "@" in text.strip("@"):
            found |= Domain(name, "=ilike", text)
        elif kind == "id":
            found = Domain(name, "=", text)
        return ~found if negative else found

    def _message_get_suggested_recipients(self, *args, **kwargs):
        """What the chatter offers: people by name, their address masked."""
        result = super()._message_get_suggested_recipients(*args, **kwargs)
        people = self.env["res.partner"].browse(
            info["partner_id"] for info in result if info.get("partner_id")
        )
        hidden = people - people.sudo(False)._shequ_may_see()
        for info in result:
            if info.get("email") and info.get("partner_id") in hidden.ids:
                info["email"] = mask_tools.mask_email(info["email"])
        return result

    # --------------------------------------------------------------- writes

    @api.model_create_multi
    def create(self, vals_list):
        if any(self._shequ_has_stars(vals) for vals in vals_list):
            vals_list = [self._shequ_without_stars(vals) for vals in vals_list]
        return super().create(vals_list)

    def write(self, vals):
        if self._shequ_has_stars(vals):
            vals = self._shequ_without_stars(vals)
        return super().write(vals)

    @api.model
    def _shequ_has_stars(self, vals):
        # Every create and write passes here: most models have nothing to look at.
        masked = self._shequ_masked_fields()
        return bool(masked) and any(
            isinstance(value := vals.get(name), str) and "**" in value
            for name in masked
        )

    def _shequ_without_stars(self, vals):
        """Leave out masked values that come back as they were shown.

        :raises UserError: when stars would be written over a real value
        """
        masked = self._shequ_masked_fields()
        result = dict(vals)
        for name, value in vals.items():
            if name not in masked or not mask_tools.is_masked(value):
                continue
            if not self._shequ_was_shown(name, value, vals):
                raise UserError(
                    self.env._(
                        "“%(value)s” cannot be saved as %(field)s: some of it is "
                        "hidden. Write the whole value, or leave it as it was.",
                        value=value,
                        field=self._fields[name]._description_string(self.env),
                    )
                )
            del result[name]
        return result

    def _shequ_was_shown(self, name, value, vals):
        if self:
            return all(
                record._shequ_mask_value(name, record.sudo()[name] or "") == value
                for record in self
            )
        # A new record: what the form has shown of the person it points at.
        kind, paths = self._shequ_masked_fields()[name]
        people = self.env["res.partner"].sudo()
        for path in filter(None, paths):
            if isinstance(owner := vals.get(path[0]), int) and len(path) == 1:
                people |= people.browse(owner)
        shown = {MASKS[kind](person.phone) for person in people if person.phone}
        shown |= {MASKS[kind](person.email) for person in people if person.email}
        return value in shown

    def copy_data(self, default=None):
        """A copy would carry what is masked into a record where it is not."""
        result = super().copy_data(default)
        masked = self._shequ_masked_fields()
        if masked and not self.env.su and self._shequ_hides():
            is_hidden = self._shequ_hidden_owners(list(masked))
            for record, vals in zip(self, result, strict=True):
                for name in masked.keys() & vals.keys() - (default or {}).keys():
                    if is_hidden(record, name):
                        del vals[name]
        return result
