from odoo import models


class Disclosure(models.Model):
    _inherit = "shequ.disclosure"

    def _add_statements(self):
        """A line for each statement that the type asks for."""
        known = set(self.line_ids.mapped("name"))
        kind = self.type_id.with_context(lang=self._lang())
        self.env["shequ.disclosure.line"].create(
            [
                {
                    "disclosure_id": self.id,
                    "sequence": number,
                    "name": field.name,
                    "kind": "text",
                    "required": field.required,
                    "help": field.help,
                }
                for number, field in enumerate(kind.field_ids, 1)
                if field.name not in known
            ]
        )

    def _draw(self):
        """Replace the drawn lines by what the books and the tickets say now."""

    def _check_books(self):
        """Refuse to publish figures that the books no longer give."""

    def _digest_entries(self, content):
        """Put the digest of the entries behind each figure into ``content``."""
        return []

    def _keep_entries(self, version, keys):
        """Keep the entries behind the figures with the version."""

    def _open_entries(self, line):
        return False
