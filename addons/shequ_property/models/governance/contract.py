from odoo import fields, models

STATES = [("draft", "Draft"), ("active", "In Force"), ("ended", "Ended")]


class Contract(models.Model):
    """A property service contract (物业服务合同) between company and owners."""

    _name = "shequ.contract"
    _description = "Property Service Contract"
    _inherit = ["shequ.scope.mixin", "mail.thread", "mail.activity.mixin"]
    _order = "date_from desc, id desc"
    _rec_names_search = ["name", "title"]
    _scope_fields = frozenset({"estate_ids", "company_id"})

    name = fields.Char(string="Number", copy=False)
    title = fields.Char(required=True, tracking=True)
    active = fields.Boolean(default=True)
    state = fields.Selection(
        STATES, required=True, default="draft", readonly=True, copy=False, tracking=True
    )
    company_id = fields.Many2one(
        "res.company",
        string="Property Company",
        required=True,
        index=True,
        default=lambda self: self.env.company,
    )
    currency_id = fields.Many2one(related="company_id.currency_id")
    client_kind = fields.Selection(
        [
            ("assembly", "Owners' Assembly"),
            ("developer", "Developer (before the assembly exists)"),
            ("other", "Other"),
        ],
        string="Concluded With",
        required=True,
        default="assembly",
    )
    client_name = fields.Char(string="Name of the Other Party", required=True)
    estate_ids = fields.Many2many("shequ.estate", string="Estates", required=True)
    date_from = fields.Date(string="From", required=True, tracking=True)
    date_to = fields.Date(
        string="Until", tracking=True, help="The last day. Empty: without a term."
    )
    fee_mode = fields.Selection(
        [("lump", "Lump Sum (包干制)"), ("commission", "Commission (酬金制)")],
        required=True,
        default="lump",
    )
    commission_permille = fields.Integer(string="Commission (‰)")
    grade_id = fields.Many2one("shequ.service.grade", string="Service Grade")
    price_ids = fields.One2many("shequ.contract.price", "contract_id", copy=True)
    document_ids = fields.Many2many("ir.attachment", string="Signed Documents")
    termination_text = fields.Text(string="Rules of Termination")
    notice_days_owner = fields.Integer(string="Notice by the Owners (days)")
    notice_days_company = fields.Integer(string="Notice by the Company (days)")
    notice_owner_by = fields.Date(string="Owners' Notice By")
    notice_company_by = fields.Date(string="Company's Notice By")
    commitment_ids = fields.One2many(
        "shequ.contract.commitment", "contract_id", copy=False
    )
    version_ids = fields.One2many("shequ.contract.version", "contract_id", copy=False)
    round_ids = fields.One2many("shequ.round", "contract_id", copy=False)
    sheet_ids = fields.One2many("shequ.contract.sheet", "contract_id", copy=False)
    renews_id = fields.Many2one(
        "shequ.contract", readonly=True, copy=False, index="btree_not_null"
    )

    # --- for others -------------------------------------------------------------

    def _performance(self, estate, date_from, date_to):
        """Return what the promises came to in a time, for what is published.

        :param estate: a ``shequ.estate``
        :param date date_from: first day
        :param date date_to: last day
        :return: list of dicts with ``commitment_id``, ``text``, ``measure``, ``unit``
            (per_mille, milli: thousandths of a star, whole), ``threshold``,
            ``direction`` (at_least, at_most), ``value`` (int or None), ``numerator``,
            ``denominator``, ``kept`` (True, False, or None: nothing to measure) and
            ``measure_ids`` (the months behind it); integers only
        """
        return []

    def _ocds_release(self):
        """Return the contract as a dict: the OCDS 1.1 release of its last version."""
        self.ensure_one()
        return {}
