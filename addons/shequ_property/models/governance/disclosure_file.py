import base64
import hashlib

from odoo import fields, models
from odoo.tools import SQL


class DisclosureFile(models.Model):
    """A file of a published version, as it was published.

    Name, size and SHA-256 stand in the document of the version, which is chained.
    The row is written once; so is the attachment that holds the bytes, by a trigger of
    its own.  What somebody does to the file on the disk shows by its digest.
    """

    _name = "shequ.disclosure.file"
    _description = "Published File"
    _inherit = ["shequ.append.only.mixin"]
    _order = "version_id, number"

    version_id = fields.Many2one(
        "shequ.disclosure.version", required=True, readonly=True, ondelete="restrict"
    )
    number = fields.Integer(required=True, readonly=True)
    name = fields.Char(string="File Name", required=True, readonly=True)
    raw = fields.Binary(string="File", required=True, readonly=True, attachment=True)
    mimetype = fields.Char(string="File Type", required=True, readonly=True)
    size = fields.Integer(string="Bytes", required=True, readonly=True)
    sha256 = fields.Char(string="SHA-256", required=True, readonly=True)
    checked_by_id = fields.Many2one(
        "res.users", string="Looked Through By", readonly=True
    )
    checked_at = fields.Datetime(string="Looked Through At", readonly=True)

    _number_uniq = models.Constraint(
        "UNIQUE(version_id, number)", "This file has been published already."
    )

    def init(self):
        result = super().init()
        self.env.cr.execute(
            SQL(
                """
                CREATE OR REPLACE FUNCTION shequ_published_file()
                RETURNS trigger LANGUAGE plpgsql AS $$
                BEGIN
                    IF TG_OP = 'UPDATE' AND
                       (NEW.res_model, NEW.res_field, NEW.res_id, NEW.type,
                        NEW.checksum, NEW.store_fname, NEW.db_datas, NEW.file_size)
                       IS NOT DISTINCT FROM
                       (OLD.res_model, OLD.res_field, OLD.res_id, OLD.type,
                        OLD.checksum, OLD.store_fname, OLD.db_datas, OLD.file_size)
                    THEN
                        RETURN NEW;
                    END IF;
                    RAISE EXCEPTION 'a published file is append-only'
                          USING ERRCODE = 'restrict_violation';
                END $$;
                DROP TRIGGER IF EXISTS shequ_published_file ON ir_attachment;
                CREATE TRIGGER shequ_published_file
                    BEFORE UPDATE OR DELETE ON ir_attachment
                    FOR EACH ROW WHEN (OLD.res_model = 'shequ.disclosure.file')
                    EXECUTE FUNCTION shequ_published_file();
                """
            )
        )
        return result

    def _bytes(self):
        """The file (bytes), whether or not it still is what was published."""
        self.ensure_one()
        return base64.b64decode(self.with_context(bin_size=False).raw or b"")

    def _is_whole(self):
        """Whether the file on the disk still is what was published (bool)."""
        self.ensure_one()
        return hashlib.sha256(self._bytes()).hexdigest() == self.sha256


class DisclosureVersion(models.Model):
    _inherit = "shequ.disclosure.version"

    file_ids = fields.One2many("shequ.disclosure.file", "version_id", string="Files")

    def _file(self, number):
        """The file with this number in the version, or none (as super-user)."""
        self.ensure_one()
        return self.sudo().file_ids.filtered(lambda file: file.number == number)


class Disclosure(models.Model):
    _inherit = "shequ.disclosure"

    def _keep_files(self, version):
        """Copy the files of the draft, one at a time."""
        for number, draft in enumerate(self.file_ids, 1):
            self.env["shequ.disclosure.file"].sudo().create(
                {
                    "version_id": version.id,
                    "number": number,
                    "name": draft.name,
                    "raw": draft.with_context(bin_size=False).raw,
                    "mimetype": draft.mimetype,
                    "size": draft.size,
                    "sha256": draft.sha256,
                    "checked_by_id": draft.checked_by_id.id,
                    "checked_at": draft.checked_at,
                }
            )
            draft.invalidate_recordset(["raw"])
