from odoo import models
from odoo.exceptions import AccessError, UserError

from ...tools import ocds


class Contract(models.Model):
    """The contract among what is published: readable, and as Open Contracting data."""

    _inherit = "shequ.contract"

    def action_disclose(self):
        """Publish the terms in force in each of the contract's estates.

        The same terms again change nothing; an amendment makes the next version.
        """
        if not self.env.user.has_group("shequ_property.group_estate_manager"):
            raise AccessError(self.env._("Estate managers publish."))
        self.check_access("write")
        for contract in self:
            last = contract.version_ids.sorted("number")[-1:]
            if not last:
                raise UserError(
                    self.env._("A contract is published when it is in force.")
                )
            for estate in contract.estate_ids:
                contract._disclose(estate, last)

    def _disclose(self, estate, version):
        disclosures = self.env["shequ.disclosure"]
        lang = disclosures.new({"estate_id": estate.id})._lang()
        this = self.with_context(lang=lang)
        terms = version._terms()
        columns = [this.env._("Terms")]
        return disclosures._publish_from(
            self,
            "contract",
            estate,
            f"{terms['number']} {terms['title']}",
            {
                "facts": [[this.env._("Digest of the contract"), version.digest]],
                "tables": [
                    {
                        "title": this.env._("Terms"),
                        "columns": columns,
                        "rows": [[line] for line in this._terms_in_words(terms)],
                    }
                ],
            },
        )

    def _ocds_package(self, url):
        """The contract as an OCDS 1.1 record package (dict).

        :param str url: where the package is published
        """
        self.ensure_one()
        last = self.version_ids.sorted("number")[-1:]
        return ocds.record_package(
            [self._ocds_record()],
            url,
            self.company_id.name,
            (last.at or self.create_date).date(),
        )
