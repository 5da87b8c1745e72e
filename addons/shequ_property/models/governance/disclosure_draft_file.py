import base64

from odoo import api, fields, models
from odoo.exceptions import UserError

from ...tools import papers


class DisclosureDraftFile(models.Model):
    """A file that goes with what is being prepared.

    It is cleaned when it comes in.  No program reads a scan: before it is published
    somebody looks at every page and says so, under their name.
    """

    _name = "shequ.disclosure.draft.file"
    _description = "File to Publish"
    _order = "disclosure_id, sequence, id"

    disclosure_id = fields.Many2one(
        "shequ.disclosure", required=True, index=True, ondelete="cascade"
    )
    state = fields.Selection(related="disclosure_id.state")
    sequence = fields.Integer(default=10)
    name = fields.Char(string="File Name")
    raw = fields.Binary(string="File", required=True, attachment=True)
    mimetype = fields.Char(string="File Type", readonly=True)
    size = fields.Integer(string="Bytes", readonly=True)
    sha256 = fields.Char(string="SHA-256", readonly=True)
    is_sealed = fields.Boolean(
        string="Sealed",
        readonly=True,
        help="It carries an electronic signature or seal and stays byte for byte as "
        "it is, properties included.",
    )
    checked = fields.Boolean(
        string="Checked for Personal Data",
        help="I have looked at every page: no telephone, identity or plate number, no "
        "address or signature of a resident can be read. A scan or a picture is not "
        "read by the machine.",
    )
    checked_by_id = fields.Many2one(
        "res.users", string="Looked Through By", readonly=True
    )
    checked_at = fields.Datetime(string="Looked Through At", readonly=True)

    @api.model_create_multi
    def create(self, vals_list):
        files = super().create(
            [self._prepared({"raw": False, **vals}) for vals in vals_list]
        )
        if not self._is_internal():
            files.disclosure_id._check_in_work()
        return files

    def write(self, vals):
        if not self._is_internal():
            self.disclosure_id._check_in_work()
        for file in self:
            super(DisclosureDraftFile, file).write(file._prepared(vals))
        return True

    @api.ondelete(at_uninstall=False)
    def _unlink_in_work(self):
        if not self._is_internal():
            self.disclosure_id._check_in_work()

    def _is_internal(self):
        """Whether values come from :meth:`_set_files`; no caller from outside is."""
        return self.env.su and self.env.context.get("shequ_drawn")

    def _prepared(self, vals):
        """``vals`` with the file cleaned and measured, and who has checked it."""
        if self._is_internal():
            return vals
        own = ("mimetype", "size", "sha256", "is_sealed", "checked_by_id", "checked_at")
        vals = {name: value for name, value in vals.items() if name not in own}
        if "raw" in vals:
            paper = self._clean(vals.get("name") or self.name, _decoded(vals["raw"]))
            # Somebody has looked at the old one, not at this.
            vals = {"checked": False, **vals, **self._values(paper)}
        elif vals.get("name") and self.mimetype:
            extension = papers.EXTENSIONS[self.mimetype]
            vals["name"] = papers.file_name(vals["name"], extension)
        if "checked" in vals:
            vals.update(
                checked_by_id=self.env.uid if vals["checked"] else False,
                checked_at=fields.Datetime.now() if vals["checked"] else False,
            )
        return vals

    @api.model
    def _clean(self, name, raw):
        """Return ``raw`` (bytes) as a ``papers.Paper`` that may be published.

        :raises UserError: with the name of the file and what is wrong with it
        """
        limit = self.env["ir.config_parameter"].sudo()
        limit = int(limit.get_param("shequ.disclosure.file_max_mb") or 20)
        try:
            return papers.clean(name, raw, limit * papers.MIB)
        except papers.PaperError as error:
            raise UserError(self._refusal(name, error)) from error

    def _values(self, paper):
        return {
            "name": paper.name,
            "raw": base64.b64encode(paper.raw),
            "mimetype": paper.mimetype,
            "size": len(paper.raw),
            "sha256": paper.sha256,
            "is_sealed": papers.is_sealed(paper.raw),
        }

    def _refusal(self, name, error):
        name = name or self.env._("The file")
        if error.code == "unknown":
            return self.env._(
                "“%(name)s” is neither a PDF, an OFD nor a picture. Print it as a PDF "
                "and add that.",
                name=name,
            )
        if error.code == "locked":
            return self.env._(
                "“%(name)s” has a password: nobody could read it. Save it without one.",
                name=name,
            )
        return self.env["shequ.ticket.media"]._refusal(
            {"name": name, "type": "photo"}, error
        )

    def _entry(self):
        """This file as the published document names it."""
        self.ensure_one()
        checked_at = self.checked_at
        return {
            "name": self.name,
            "type": self.mimetype,
            "size": self.size,
            "sha256": self.sha256,
            "checked_by": self.checked_by_id.sudo().name or "",
            "checked_at": f"{checked_at:%Y-%m-%dT%H:%M:%SZ}" if checked_at else "",
        }

    def _bytes(self):
        """The file as it will be published (bytes)."""
        self.ensure_one()
        return _decoded(self.with_context(bin_size=False).raw)


class Disclosure(models.Model):
    _inherit = "shequ.disclosure"

    file_ids = fields.One2many(
        "shequ.disclosure.draft.file", "disclosure_id", string="Files", copy=False
    )
    needs_file = fields.Boolean(related="type_id.needs_file")

    def _check_files(self):
        """Nothing is missing and somebody has looked at each file."""
        self.ensure_one()
        files = self.file_ids
        if self.needs_file and not files:
            raise UserError(
                self.env._(
                    "“%(name)s” is published with the paper itself: add the scan or "
                    "the PDF under “Files”.",
                    name=self.name,
                )
            )
        if unseen := files.filtered(lambda file: not file.checked):
            raise UserError(
                self.env._(
                    "Nobody has looked for personal data in %(files)s yet. The machine "
                    "does not read scans and pictures: open each file, look at every "
                    "page, then tick “Checked”.",
                    files=", ".join(unseen.mapped("name")),
                )
            )
        names = files.mapped("name")
        if twice := {name for name in names if names.count(name) > 1}:
            raise UserError(
                self.env._("Two files have the name %(name)s.", name=min(twice))
            )

    def _set_files(self, files):
        """Make these the files of the draft; one that is there already stays.

        :param list files: pairs of a ``papers.Paper`` and a dict with
            ``checked_by_id`` (id of a user) and ``checked_at``
        """
        self.ensure_one()
        drafts = self.sudo().with_context(shequ_drawn=True).file_ids
        known = {(file.name, file.sha256): file for file in drafts}
        kept = drafts.browse()
        for number, (paper, checked) in enumerate(files, 1):
            draft = known.get((paper.name, paper.sha256))
            if draft and not draft.checked:
                draft.write({**checked, "checked": True})
            kept |= draft or drafts.create(
                {
                    **drafts._values(paper),
                    **checked,
                    "disclosure_id": self.id,
                    "sequence": number,
                    "checked": True,
                }
            )
        (drafts - kept).unlink()
        self.invalidate_recordset(["file_ids"])

    def _restore_files(self):
        """Make the files of the draft those of the version in force."""
        self._set_files(
            [
                (
                    papers.Paper(file.name, file._bytes(), file.mimetype),
                    {
                        "checked_by_id": file.checked_by_id.id,
                        "checked_at": file.checked_at,
                    },
                )
                for file in self.current_version_id.sudo().file_ids
            ]
        )


def _decoded(data):
    try:
        return base64.b64decode(data or b"")
    except ValueError:
        return b""
