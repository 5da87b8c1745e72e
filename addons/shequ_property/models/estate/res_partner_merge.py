from odoo import fields, models
from odoo.exceptions import AccessError, UserError
from odoo.fields import Domain

from ...tools.mask import is_masked, mask_phone

MODELS_OF_RESIDENTS = (
    ("shequ.residency", ("partner_id",)),
    ("shequ.committee.member", ("partner_id",)),
    ("shequ.ticket", ("reporter_id", "on_behalf_id")),
)


class ResPartner(models.Model):
    """What merging two records of one person asks and tells."""

    _inherit = "res.partner"

    def _shequ_is_resident(self):
        """Whether any of the people has a home, a term or a ticket with us."""
        for model, names in MODELS_OF_RESIDENTS:
            domain = Domain.OR(Domain(name, "in", self.ids) for name in names)
            records = self.env[model].sudo().with_context(active_test=False)
            if records.search_count(domain, limit=1):
                return True
        return False

    def _shequ_estates(self):
        """Estates (as super-user) in which the people have lived or served."""
        residencies = (
            self.env["shequ.residency"]
            .sudo()
            .with_context(active_test=False)
            .search_fetch([("partner_id", "in", self.ids)], ["estate_id"])
        )
        terms = (
            self.env["shequ.committee.member"]
            .sudo()
            .with_context(active_test=False)
            .search_fetch([("partner_id", "in", self.ids)], ["estate_id"])
        )
        return residencies.estate_id | terms.estate_id

    def _shequ_check_merge(self, kept):
        """Refuse what cannot be one person, or is not the user's to decide.

        :raises AccessError: front desks, and people of other estates or companies
        :raises UserError: with the reasons, one a line
        """
        self.env["shequ.duplicate"]._check_may_decide()
        if not self.env.su:
            mine = self.env["shequ.estate"].search(
                [("id", "in", self._shequ_estates().ids)]
            )
            if self._shequ_estates().sudo() - mine.sudo():
                raise AccessError(
                    self.env._(
                        "One of these people also has a home in an estate you do not "
                        "look after. Ask a manager who looks after both."
                    )
                )
            self.check_access("write")
        if problems := self._shequ_merge_problems(kept):
            raise UserError("\n".join(problems))

    def _shequ_merge_problems(self, kept):
        """Sentences that say why the people cannot be merged; empty when they can."""
        people = self.sudo()
        problems = []
        if len(people) < 2:
            problems.append(self.env._("Choose at least two people."))
        if kept not in self:
            problems.append(self.env._("Choose who stays among these people."))
        users = people.with_context(active_test=False).user_ids
        if len(users) > 1 and users.filtered(lambda user: not user.share):
            problems.append(
                self.env._(
                    "One of them works here and another has a resident's log-in. "
                    "Remove the resident's log-in first."
                )
            )
        companies = people.company_id
        if len(companies) > 1:
            problems.append(
                self.env._(
                    "They belong to different companies: %(companies)s.",
                    companies=", ".join(companies.mapped("name")),
                )
            )
        if people.filtered("is_company") and people.filtered(
            lambda person: not person.is_company
        ):
            problems.append(self.env._("A company and a person cannot be one."))
        if people.parent_id & people:
            problems.append(
                self.env._("One of them is recorded as a contact of the other.")
            )
        numbers = set(filter(None, people.mapped("shequ_id_number")))
        if len({number for number in numbers if not is_masked(number)}) > 1:
            problems.append(
                self.env._(
                    "Their ID numbers differ: they are two people. If one number is "
                    "mistyped, correct it first."
                )
            )
        return problems

    def _shequ_merged(self, gone_ids):
        """What follows from a merge into this person; ``gone_ids`` are no more."""
        self.ensure_one()
        self.env["res.users"]._shequ_open_companies(self)
        self.env["shequ.committee.member"]._sync_group(self)
        self.env["shequ.duplicate.different"]._after_merge(self)
        self.env["shequ.duplicate"]._after_merge(self, gone_ids)

    def _shequ_masked_phone(self):
        self.ensure_one()
        return mask_phone(self.phone)

    def _shequ_balance(self, company):
        """What the person owes ``company`` by posted invoices, as super-user.

        :return: amount in the company's currency; negative: paid too much
        """
        lines = (
            self.env["account.move.line"]
            .sudo()
            ._read_group(
                [
                    ("partner_id", "in", self.ids),
                    ("company_id", "=", company.id),
                    ("account_id.account_type", "=", "asset_receivable"),
                    ("parent_state", "=", "posted"),
                    ("reconciled", "=", False),
                ],
                [],
                ["amount_residual:sum"],
            )
        )
        return lines[0][0] or 0.0

    def action_shequ_merge(self):
        """Open the wizard that merges the chosen people."""
        self.env["shequ.duplicate"]._check_may_decide()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Merge People"),
            "res_model": "shequ.partner.merge",
            "view_mode": "form",
            "target": "new",
            "context": {
                **self.env.context,
                "default_partner_ids": [fields.Command.set(self.ids)],
            },
        }
