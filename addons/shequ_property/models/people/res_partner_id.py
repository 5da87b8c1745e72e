import os

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools import config

from ...tools import idnumber, vault
from ...tools.mask import is_masked, mask_id

SEAL_CONTEXT = "res.partner"
KEY_NAME = "SHEQU_DATA_KEY"
ID_TYPES = [
    (idnumber.RESIDENT, "Resident Identity Card"),
    (idnumber.PASSPORT, "Passport"),
    (idnumber.HK_MACAU, "Permit of Hong Kong and Macau Residents"),
    (idnumber.TAIWAN, "Permit of Taiwan Residents"),
    (idnumber.COMPANY, "Unified Social Credit Code"),
]


class ResPartner(models.Model):
    """The identity number: sealed in the database, found by a keyed hash."""

    _inherit = "res.partner"

    shequ_id_type = fields.Selection(
        ID_TYPES, string="Kind of Paper", groups="base.group_user"
    )
    shequ_id_number = fields.Char(
        string="Identity Number",
        compute="_compute_shequ_id_number",
        inverse="_inverse_shequ_id_number",
        search="_search_shequ_id_number",
        groups="base.group_user",
        help="Kept encrypted. Shown whole only on a click that asks why.",
    )
    shequ_id_masked = fields.Char(
        string="Identity Number, Masked",
        compute="_compute_shequ_id_number",
        groups="base.group_user",
    )
    shequ_id_sealed = fields.Char(
        copy=False,
        prefetch=False,
        groups="base.group_system",
        export_string_translation=False,
    )
    shequ_id_hash = fields.Char(
        copy=False,
        prefetch=False,
        index="btree_not_null",
        groups="base.group_system",
        export_string_translation=False,
    )

    @api.depends("shequ_id_sealed")
    def _compute_shequ_id_number(self):
        """The whole number; what is shown of it is decided on the way out.

        A number whose key is not here shows as stars: nothing else stops working.
        """
        safe = self._shequ_vault(quiet=True)
        for partner in self:
            number = False
            if sealed := partner.sudo().shequ_id_sealed:
                try:
                    number = safe.open(sealed, SEAL_CONTEXT) if safe else "****"
                except vault.VaultError:
                    number = "****"
            partner.shequ_id_number = number
            partner.shequ_id_masked = mask_id(number) if number else False

    def _inverse_shequ_id_number(self):
        for partner in self:
            number = partner.shequ_id_number
            if is_masked(number):
                continue  # saved as it was shown
            partner.sudo().write(self._shequ_id_values(partner.shequ_id_type, number))

    @api.model
    def _search_shequ_id_number(self, operator, value):
        """Whole numbers alone: a part of one cannot be found in its hash."""
        if operator not in ("in", "ilike", "like", "=ilike", "="):
            return NotImplemented
        values = [value] if isinstance(value, str) else list(value)
        domain = Domain.FALSE
        if False in values:
            domain |= Domain("shequ_id_hash", "=", False)
        for text in filter(None, values):
            domain |= self._shequ_id_domain(text)
        found = self.sudo().with_context(active_test=False).search(domain)
        return Domain("id", "in", found.ids)

    # ------------------------------------------------------------ the vault

    @api.model
    def _shequ_vault(self, quiet=False):
        """The vault with the key of this server.

        The key comes from the environment variable `KEY_NAME` or, in small letters,
        from Odoo's configuration file; never from the database it protects.

        :param bool quiet: return None instead of raising
        :raises UserError: without a key, or when it is malformed
        """
        keys = os.environ.get(KEY_NAME) or config.get(KEY_NAME.lower()) or ""
        try:
            return vault.Vault(keys)
        except vault.VaultError:
            if quiet:
                return None
            if keys.strip():
                raise UserError(
                    self.env._(
                        "The key for identity numbers (%(name)s) is not one: it has to "
                        "be 32 random bytes in base64. Ask whoever runs the server.",
                        name=KEY_NAME,
                    )
                ) from None
            raise UserError(
                self.env._(
                    "Identity numbers cannot be saved: this server has no key to "
                    "encrypt them with. Ask whoever runs it to set %(name)s. "
                    "Everything else can be saved without the number.",
                    name=KEY_NAME,
                )
            ) from None

    @api.model
    def _shequ_id_values(self, id_type, id_number):
        """Columns to create or write for an identity number.

        :param str id_type: a key of `ID_TYPES`, or empty to tell it by its shape
        :param str id_number: as typed; empty takes the number away
        :return: dict with ``shequ_id_type``, ``shequ_id_sealed``, ``shequ_id_hash``;
            to be written as super-user
        :raises UserError: naming the number (masked) when it cannot be right, or
            the key that is missing
        """
        if not id_number:
            return {
                "shequ_id_type": id_type or False,
                "shequ_id_sealed": False,
                "shequ_id_hash": False,
            }
        id_type = id_type or idnumber.guess_type(id_number) or idnumber.RESIDENT
        try:
            number = idnumber.check(id_type, id_number)
        except idnumber.IdNumberError as error:
            raise UserError(
                self._shequ_id_error(error.code, id_type, id_number)
            ) from None
        safe = self._shequ_vault()
        return {
            "shequ_id_type": id_type,
            "shequ_id_sealed": safe.seal(number, SEAL_CONTEXT),
            "shequ_id_hash": safe.hash(number),
        }

    @api.model
    def _shequ_id_error(self, code, id_type, id_number):
        """A sentence that says what is wrong with an identity number."""
        selection = self._fields["shequ_id_type"]._description_selection(self.env)
        words = {
            "number": mask_id(idnumber.normalise(id_number)),
            "kind": dict(selection).get(id_type, ""),
        }
        if code == "length":
            return self.env._(
                "%(number)s has not as many characters as a %(kind)s.", **words
            )
        if code == "date":
            return self.env._(
                "%(number)s names a date of birth that does not exist.", **words
            )
        if code == "check":
            return self.env._(
                "%(number)s is no %(kind)s: the last character does not fit the "
                "others. Most likely a digit was mistyped.",
                **words,
            )
        return self.env._("%(number)s does not look like a %(kind)s.", **words)

    @api.model
    def _shequ_id_hash(self, id_number):
        """Keyed hash to compare identity numbers by, with the current key."""
        return self._shequ_vault().hash(self._shequ_id_canonical(id_number))

    @api.model
    def _shequ_id_canonical(self, id_number):
        """The form a number is hashed in; 15 digits become 18."""
        try:
            kind = idnumber.guess_type(id_number)
            return idnumber.check(kind, id_number)
        except idnumber.IdNumberError:
            return idnumber.normalise(id_number)

    @api.model
    def _shequ_id_domain(self, id_number):
        """Domain (for the super-user) of the people with exactly this number."""
        safe = self._shequ_vault(quiet=True)
        if not safe or not idnumber.normalise(id_number):
            return Domain.FALSE
        number = self._shequ_id_canonical(id_number)
        return Domain("shequ_id_hash", "in", safe.hashes(number))

    @api.model
    def _shequ_find_by_id(self, id_number):
        """People the user may read who have this identity number.

        :param str id_number: whole, in any spelling
        :return: partners, at most 20; nobody without a key
        """
        found = (
            self.sudo()
            .with_context(active_test=False)
            .search(self._shequ_id_domain(id_number), limit=20)
        )
        return found.with_env(self.env)._filtered_access("read")

    # ------------------------------------------------------------- rotation

    @api.model
    def _cron_shequ_reseal(self, batch=500):
        """Seal with the current key what an older key has sealed.

        Put the new key in front of the old one, let this job run until it reports
        nothing left, then take the old one away. Resumable: each batch is committed.
        """
        safe = self._shequ_vault(quiet=True)
        if not safe:
            return
        domain = Domain("shequ_id_sealed", "!=", False) & Domain(
            "shequ_id_sealed", "not =like", f"{vault.VERSION}.{safe.key_id}.%"
        )
        people = self.sudo().with_context(active_test=False)
        remaining = people.search_count(domain)
        last = 0
        while found := people.search(
            domain & Domain("id", ">", last), order="id", limit=batch
        ):
            last = found[-1].id
            for partner in found:
                partner._shequ_reseal(safe)
            remaining -= len(found)
            self.env["ir.cron"]._commit_progress(
                len(found), remaining=max(remaining, 0)
            )

    def _shequ_reseal(self, safe):
        try:
            number = safe.open(self.shequ_id_sealed, SEAL_CONTEXT)
        except vault.VaultError:
            return  # of a key that is not here: kept as it is
        self.write(
            {
                "shequ_id_sealed": safe.seal(number, SEAL_CONTEXT),
                "shequ_id_hash": safe.hash(number),
            }
        )
