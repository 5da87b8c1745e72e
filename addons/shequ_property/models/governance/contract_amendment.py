from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError

from .contract import TERMS

#: Rows of a contract that an amendment changes, adds or takes out.
ROWS = ("price_ids", "commitment_ids")


class ContractTermMixin(models.AbstractModel):
    _inherit = "shequ.contract.term.mixin"

    def _end_term(self, date):
        """An amendment takes these rows out from ``date`` on."""
        self.unlink()


class ContractPrice(models.Model):
    _inherit = "shequ.contract.price"

    origin_id = fields.Many2one(
        "shequ.contract.price", readonly=True, copy=False, ondelete="set null"
    )


class ContractCommitment(models.Model):
    _inherit = "shequ.contract.commitment"

    origin_id = fields.Many2one(
        "shequ.contract.commitment", readonly=True, copy=False, ondelete="set null"
    )

    def _end_term(self, date):
        # What was measured keeps its results and gets a last day.
        measured = self.filtered("measure_ids")
        for one in measured:
            one.date_to = max(date - timedelta(days=1), one.date_from or date.min)
        return super(ContractCommitment, self - measured)._end_term(date)


class Contract(models.Model):
    """Amendments: a draft beside the contract, which holds on unchanged meanwhile.

    Put in force, its terms become those of the contract and a version of it; the
    draft is gone, the version before stays to be read.
    """

    _inherit = "shequ.contract"

    amends_id = fields.Many2one(
        "shequ.contract",
        string="Amendment Of",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="cascade",
    )
    amendment_ids = fields.One2many(
        "shequ.contract", "amends_id", string="Amendment in Preparation", readonly=True
    )
    amending = fields.Boolean(string="Being Amended", compute="_compute_amending")

    @api.depends("amendment_ids")
    def _compute_amending(self):
        for contract in self:
            contract.amending = bool(contract.amendment_ids)

    def action_amend(self):
        """Open the draft of the amendment, made where there is none."""
        self.ensure_one()
        self._check_manager()
        if self.state != "active":
            raise UserError(self.env._("Only a contract in force is amended."))
        return self._open(self.amendment_ids[:1] or self._draft_amendment())

    def _draft_amendment(self):
        number = self.version_number + 1
        draft = self.copy({"name": f"{self.name}/{number}", "price_ids": False})
        draft.sudo().amends_id = self
        for name in ROWS:
            for row in self[name]:
                row.copy({"contract_id": draft.id}).origin_id = row
        return draft

    def action_open_amended(self):
        """Back to the contract in force."""
        self.ensure_one()
        return self._open(self.amends_id)

    def action_stop_amending(self):
        """Throw the draft away; the contract has not changed."""
        self.ensure_one()
        self._check_manager()
        contract = self.amends_id or self
        contract.amendment_ids.unlink()
        return self._open(contract)

    def _check_complete(self):
        if self.amends_id:
            raise UserError(
                self.env._("This is an amendment: put it in force as such.")
            )
        return super()._check_complete()

    def _amendment(self):
        """The draft of the amendment, asked of itself or of its contract."""
        self.ensure_one()
        return self if self.amends_id else self.amendment_ids[:1]

    def _pending_rows(self):
        """What the amendment changes, side by side (see ``_changes``)."""
        draft = self._amendment()
        last = draft.amends_id.version_ids.sorted("number")[-1:]
        return self._changes(last._terms(), draft._terms()) if last else []

    def _put_amendment_in_force(self, reason, date, attachments=None):
        """The amended terms hold from now on; the ones before are kept.

        :param str reason: why, read by the owners
        :param date date: in force from
        :param attachments: the signed paper (``ir.attachment``)
        :return: ``shequ.contract.version`` record (as super-user)
        """
        draft = self._amendment()
        if not draft:
            raise UserError(self.env._("The contract is not being amended."))
        contract = draft.amends_id
        contract._check_manager()
        if contract.state != "active":
            raise UserError(self.env._("Only a contract in force is amended."))
        if not draft._pending_rows():
            raise UserError(self.env._("Nothing differs from the version in force."))
        if date < contract.date_from:
            raise UserError(
                self.env._("An amendment cannot hold before the contract does.")
            )
        contract = contract.sudo().with_context(shequ_terms=True)
        contract.lock_for_update()
        contract._take_over(draft.sudo(), date)
        papers = draft.sudo().document_ids | (attachments or self.env["ir.attachment"])
        papers.sudo().write({"res_model": self._name, "res_id": contract.id})
        version = contract.with_context(shequ_terms=False)._add_version(
            reason, date, papers, user=self.env.user
        )
        contract.document_ids |= papers
        draft.unlink()
        return version

    def _take_over(self, draft, date):
        """Make the terms of ``draft`` those of the contract, row by row."""
        data = draft.copy_data()[0]
        self.write(
            {
                name: data[name]
                for name in TERMS
                if name in data and name not in (*ROWS, "name")
            }
        )
        for name in ROWS:
            before = self[name]
            kept = before & draft[name].origin_id
            for row in draft[name]:
                values = row.copy_data({"contract_id": self.id})[0]
                # A row of another contract is no origin, whatever somebody wrote.
                if origin := kept & row.origin_id:
                    origin.write(values)
                else:
                    before.create(values)
            (before - kept)._end_term(date)
