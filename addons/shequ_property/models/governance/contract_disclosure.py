from odoo import fields, models
from odoo.exceptions import AccessError, UserError

from ...tools import chain, ocds


def _label(records, name, value):
    """A value of a selection in words."""
    return dict(records._fields[name]._description_selection(records.env)).get(
        value, value or ""
    )


class Contract(models.Model):
    """The contract among what is published: readable, and as Open Contracting data."""

    _inherit = "shequ.contract"

    def action_disclose(self):
        """Ask who looked at the signed paper, then publish it with the terms."""
        self.ensure_one()
        self._check_may_disclose()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Publish"),
            "res_model": "shequ.contract.disclose",
            "view_mode": "form",
            "target": "new",
            "context": {"default_contract_id": self.id},
        }

    def _check_may_disclose(self):
        if not self.env.user.has_group("shequ_property.group_estate_manager"):
            raise AccessError(self.env._("Estate managers publish."))
        self.check_access("write")
        if not self.version_ids:
            raise UserError(self.env._("A contract is published when it is in force."))

    def _disclose(self, documents):
        """Publish the terms in force in each of the contract's estates.

        The same terms and papers again change nothing; an amendment makes the next
        version.

        :param documents: ``ir.attachment`` records that the user has looked through
        :return: ``shequ.disclosure.version`` records
        """
        self.ensure_one()
        self._check_may_disclose()
        version = self.version_ids.sorted("number")[-1:]
        drafts = self.env["shequ.disclosure.draft.file"]
        checked = {"checked_by_id": self.env.uid, "checked_at": fields.Datetime.now()}
        files = [
            (drafts._clean(document.name, document.raw), checked)
            for document in documents.sudo()
        ]
        published = self.env["shequ.disclosure.version"]
        for estate in self.estate_ids:
            published |= self._disclose_in(estate, version, files)
        return published

    def _disclose_in(self, estate, version, files):
        disclosures = self.env["shequ.disclosure"]
        lang = disclosures.new({"estate_id": estate.id})._lang()
        terms = version._terms()
        return disclosures._publish_from(
            self,
            "contract",
            estate,
            f"{terms['number']} {terms['title']}",
            self.with_context(lang=lang)._disclosed(version, terms),
            files=files,
        )

    def _disclosed(self, version, terms):
        """The terms of ``version`` as the content of a document, for reading."""
        env = self.env
        facts = [list(fact) for fact in self._facts_in_words(terms)]
        if not terms["date_to"]:
            facts.append([env._("Until"), env._("Without a term")])
        prices = self.env["shequ.contract.price"]
        commitments = self.env["shequ.contract.commitment"]
        return {
            "facts": [*facts, [env._("Digest of the contract"), version.digest]],
            "tables": [
                {
                    "title": env._("Prices"),
                    "columns": [
                        env._("Item"),
                        env._("Price"),
                        env._("What it pays for"),
                        env._("Basis"),
                    ],
                    "rows": [
                        [
                            f"{row['name']} ({_label(prices, 'use', row['use'])})",
                            f"{self._money_in_words(row['cents'])} "
                            f"{_label(prices, 'per', row['per'])}",
                            row["content"],
                            row["basis"],
                        ]
                        for row in terms["prices"]
                    ],
                },
                {
                    "title": env._("Promises"),
                    "columns": [env._("Area"), env._("Promise"), env._("Kept if")],
                    "rows": [
                        [
                            _label(commitments, "area", row["area"]),
                            row["text"],
                            row["measured"],
                        ]
                        for row in terms["commitments"]
                    ],
                },
            ],
        }

    def _ocds_tag(self):
        """Digest of what the package is made of (str)."""
        self.ensure_one()
        closed = self.sheet_ids.filtered(lambda sheet: sheet.state == "closed")
        parts = [
            self.state,
            self.write_date.isoformat(),
            *self.version_ids.mapped("digest"),
            *closed.mapped("digest"),
        ]
        return chain.digest([part or "" for part in parts])[:16]

    def _ocds_release_package(self, url):
        """The last release of the contract as an OCDS 1.1 release package (dict).

        :param str url: where the package is published
        """
        self.ensure_one()
        last = self.version_ids.sorted("number")[-1:]
        return ocds.release_package(
            [self._ocds_release()],
            url,
            self.company_id.name,
            (last.at or self.create_date).date(),
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


class Disclosure(models.Model):
    _inherit = "shequ.disclosure"

    def _reviewing_estate(self):
        """A contract is looked at by the committee of the assembly that concluded it;
        by nobody as long as the developer stands in for the owners.
        """
        estate = super()._reviewing_estate()
        if self.res_model != "shequ.contract":
            return estate
        contract = self.env["shequ.contract"].browse(self.res_id).exists()
        return estate & contract.assembly_id.estate_id
