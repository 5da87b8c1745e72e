import json

from odoo import api, fields, models
from odoo.exceptions import AccessError

from ...tools import chain


class DisclosureVersion(models.Model):
    """What was published, as it was published.

    ``document`` is the canonical JSON, ``sha256`` its digest.  ``chain`` links it to
    what the estate published before, so that neither a change nor a removal passes
    unseen: see ``tools/verify_disclosures.py``, which needs no Odoo.
    """

    _name = "shequ.disclosure.version"
    _description = "Version of a Disclosure"
    _inherit = ["shequ.append.only.mixin"]
    _order = "estate_id, chain_number desc"

    disclosure_id = fields.Many2one(
        "shequ.disclosure",
        required=True,
        readonly=True,
        index=True,
        ondelete="restrict",
    )
    estate_id = fields.Many2one(
        "shequ.estate", required=True, readonly=True, ondelete="restrict"
    )
    company_id = fields.Many2one(
        "res.company", required=True, readonly=True, index=True
    )
    type_id = fields.Many2one("shequ.disclosure.type", required=True, readonly=True)
    title = fields.Char(required=True, readonly=True)
    number = fields.Integer(string="Version", required=True, readonly=True)
    chain_number = fields.Integer(
        string="Number in the Estate", required=True, readonly=True
    )
    reference = fields.Char(compute="_compute_reference")
    is_public = fields.Boolean(string="Open to Everybody", readonly=True)
    document = fields.Text(required=True, readonly=True)
    sha256 = fields.Char(string="SHA-256", required=True, readonly=True)
    previous = fields.Char(string="Chain Before", required=True, readonly=True)
    chain = fields.Char(string="Chain Digest", required=True, readonly=True)
    change_note = fields.Text(string="What Has Changed", readonly=True)
    published_at = fields.Datetime(required=True, readonly=True)
    published_by_id = fields.Many2one("res.users", readonly=True)
    is_current = fields.Boolean(
        string="In Force", compute="_compute_is_current", compute_sudo=True
    )
    state = fields.Selection(
        [("published", "Published"), ("superseded", "Superseded")],
        compute="_compute_is_current",
        compute_sudo=True,
    )
    entry_count = fields.Integer(string="Entries", compute="_compute_entry_count")

    _number_uniq = models.Constraint(
        "UNIQUE(disclosure_id, number)", "This version has been published already."
    )
    _chain_uniq = models.Constraint(
        "UNIQUE(estate_id, chain_number)", "This place in the chain is taken."
    )

    @api.depends("estate_id.code", "chain_number")
    def _compute_reference(self):
        for version in self:
            code = version.estate_id.sudo().code or ""
            version.reference = f"{code}-{version.chain_number:04d}"

    @api.depends("disclosure_id.current_version_id")
    def _compute_is_current(self):
        for version in self:
            version.is_current = version.disclosure_id.current_version_id == version
            version.state = "published" if version.is_current else "superseded"

    def _compute_entry_count(self):
        counts = {
            version.id: count
            for version, count in self.env["shequ.disclosure.entry"]
            .sudo()
            ._read_group([("version_id", "in", self.ids)], ["version_id"], ["__count"])
        }
        for version in self:
            version.entry_count = counts.get(version.id, 0)

    @api.depends("title", "number")
    def _compute_display_name(self):
        for version in self:
            version.display_name = self.env._(
                "%(title)s, version %(number)s",
                title=version.title or "",
                number=version.number,
            )

    @api.model_create_multi
    def create(self, vals_list):
        if not self.env.su:
            raise AccessError(self.env._("Versions come from publishing alone."))
        return super().create(vals_list)

    def _document(self):
        """The published document (dict), parsed."""
        self.ensure_one()
        return json.loads(self.document)

    def _content(self):
        return self._document()["content"]

    def _before(self):
        """The version that this one replaced, or an empty record (as super-user)."""
        self.ensure_one()
        return self.sudo().search(
            [
                ("disclosure_id", "=", self.disclosure_id.id),
                ("number", "=", self.number - 1),
            ],
            limit=1,
        )

    @api.model
    def _last(self, estate):
        """The end of the chain of ``estate``, or none."""
        return self.search(
            [("estate_id", "=", estate.id)], order="chain_number desc", limit=1
        )

    @api.model
    def _link(self, previous, estate_code, number, sha256):
        """Digest of a link of the estate's chain; the verifier computes the same."""
        return chain.link(
            previous, {"estate": estate_code, "number": number, "sha256": sha256}
        )

    def _check_digest(self):
        """Whether the document still is what was published (bool)."""
        self.ensure_one()
        try:
            document = self._document()
            return (
                chain.digest(document) == self.sha256
                and chain.canonical(document).decode() == self.document
                and self.chain
                == self._link(
                    self.previous,
                    document["estate"]["code"],
                    self.chain_number,
                    self.sha256,
                )
            )
        except (ValueError, TypeError, KeyError):
            return False
