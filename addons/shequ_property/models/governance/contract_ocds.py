from odoo import models

from ...tools import ocds


class Contract(models.Model):
    """The contract as Open Contracting data (OCDS 1.1)."""

    _inherit = "shequ.contract"

    def _ocds_release(self, number=None):
        """Return the OCDS 1.1 release of a version of the contract.

        :param int number: of the version; the last one if not given
        :return: dict, ready for ``tools.ocds.release_package``
        """
        self.ensure_one()
        versions = self.sudo().version_ids.sorted("number")
        if number is not None:
            versions = versions.filtered(lambda v: v.number <= number)
        return self.sudo()._release_of(versions)

    def _ocds_releases(self):
        """Return the releases of all versions, the oldest first."""
        self.ensure_one()
        versions = self.sudo().version_ids.sorted("number")
        return [
            self.sudo()._release_of(versions[: index + 1])
            for index in range(len(versions))
        ]

    def _ocds_record(self):
        """Return the OCDS 1.1 record: every release and how things stand."""
        return ocds.record(self._ocds_releases())

    def _ocds_prefix(self):
        return (
            self.env["ir.config_parameter"].sudo().get_param("shequ.ocds.prefix")
            or "ocds-213czf"
        )

    def _ocds_key(self):
        return f"contract-{self.company_id.id}-{self.id}"

    def _release_of(self, versions):
        """The release of the last of ``versions``, from its own terms."""
        last = versions[-1:]
        terms = last._terms() if last else self._terms()
        is_newest = not last or last == self.version_ids.sorted("number")[-1:]
        kind = "new" if len(versions) < 2 else "amended"
        status = self.state if is_newest else "active"
        if status == "ended":
            kind = "ended"
        key = self._ocds_key()
        return ocds.release(
            {
                "key": key,
                "number": terms["number"],
                "title": terms["title"],
                "description": self.estate_ids and terms["estates"],
                "status": status,
                "date_from": terms["date_from"],
                "date_to": terms["date_to"],
                "signed_on": terms["signed_on"],
                "currency": self.currency_id.name or "CNY",
                "buyer": {"key": f"client-{self.id}", "name": terms["client"]},
                "supplier": self._ocds_supplier(terms),
                "prices": self._ocds_prices(terms),
                "documents": [
                    {
                        "key": f"document-{one.id}",
                        "title": one.name,
                        "format": one.mimetype or "",
                        "date": str(one.create_date.date()),
                    }
                    for one in (last.attachment_ids if last else self.document_ids)
                ],
                "amendments": [
                    {
                        "key": f"amendment-{one.number}",
                        "date": str(one.date),
                        "reason": one.reason,
                        "release": f"{key}-{one.number}",
                        "amends": f"{key}-{one.number - 1}",
                    }
                    for one in versions[1:]
                ],
                "milestones": self._ocds_milestones() if is_newest else [],
            },
            self._ocds_prefix(),
            {
                "id": f"{key}-{last.number or 0}"
                + ("-ended" if kind == "ended" else ""),
                "date": str((last.at or self.write_date).date()),
                "kind": kind,
            },
        )

    def _ocds_supplier(self, terms):
        company = self.company_id
        found = {"key": f"company-{company.id}", "name": terms["company"]}
        if company.vat:
            # 统一社会信用代码, in the list of org-id.guide.
            found.update({"scheme": "CN-SAIC", "number": company.vat})
        return found

    def _ocds_prices(self, terms):
        Price = self.env["shequ.contract.price"]
        per = dict(Price._fields["per"]._description_selection(self.env))
        return [
            {
                "key": f"price-{row['key']}",
                "name": row["name"],
                "cents": row["cents"],
                "unit": per.get(row["per"], row["per"]),
            }
            for row in terms["prices"]
        ]

    def _ocds_milestones(self):
        """Each promise with what its last closed month came to."""
        rows = (
            self.env["shequ.contract.measure"]
            .sudo()
            .search(
                [
                    ("contract_id", "=", self.id),
                    ("sheet_id.state", "=", "closed"),
                    ("state", "in", list(ocds.MILESTONES)),
                ],
                order="date_to, id",
            )
        )
        latest = {}
        for row in rows:
            latest[row.estate_id, row.commitment_id] = row
        return [
            {
                "key": f"promise-{row.commitment_id.id}-{row.estate_id.id}",
                "title": row.display_name,
                "description": (
                    f"{row.estate_id.name}: {row.wanted} {row.shown}".strip()
                ),
                "due": str(row.date_to),
                "state": row.state,
            }
            for row in latest.values()
        ]
