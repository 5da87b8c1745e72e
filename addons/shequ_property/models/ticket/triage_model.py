import base64
import logging
from datetime import timedelta

from odoo import api, fields, models, tools
from odoo.exceptions import UserError
from odoo.fields import Domain

from ...tools.triage.classifier import Classifier, ClassifierError, available
from .ticket import FINISHED_STATES

_logger = logging.getLogger(__name__)

# So many versions that are not in use are kept to go back to.
KEPT = 5
# A night's work is not done twice when the job is started again.
REST = timedelta(hours=20)


class TriageModel(models.Model):
    """What a company's confirmed tickets taught: one version of it."""

    _name = "shequ.triage.model"
    _inherit = ["shequ.cached.mixin"]
    _description = "Learned Triage"
    _order = "company_id, version desc"
    _rec_name = "version"

    # What is learned never changes; only which version is used does.
    _cached_fields = frozenset({"in_use"})

    company_id = fields.Many2one(
        "res.company", required=True, index=True, readonly=True
    )
    version = fields.Integer(required=True, readonly=True)
    in_use = fields.Boolean(readonly=True)
    trained_at = fields.Datetime(readonly=True)
    examples = fields.Integer(string="Tickets Learned From", readonly=True)
    categories = fields.Integer(string="Known Categories", readonly=True)
    score = fields.Float(
        readonly=True,
        digits=(4, 3),
        aggregator=False,
        help="Macro-F1 of lexicon and model together, on tickets the model has not "
        "seen (five-fold cross-validation): 1 is always right.",
    )
    alone = fields.Float(
        string="Lexicon Alone",
        readonly=True,
        digits=(4, 3),
        aggregator=False,
        help="Macro-F1 of the lexicon alone on the same tickets.",
    )
    verdict = fields.Selection(
        [
            ("used", "Better: put to use"),
            ("kept", "Better, but new versions are held back"),
            ("no_gain", "Not better than the lexicon alone"),
            ("worse", "Worse than the version in use"),
        ],
        readonly=True,
    )
    data = fields.Binary(readonly=True, attachment=True, groups="base.group_system")

    _version_uniq = models.Constraint(
        "UNIQUE(company_id, version)", "The company has this version already."
    )
    _in_use_uniq = models.UniqueIndex(
        "(company_id) WHERE in_use IS TRUE", "Only one version is in use."
    )

    # --- asked at intake ----------------------------------------------------------

    @api.model
    def _classifier_of(self, company_id):
        """Return the `Classifier` in use in a company, or None."""
        model_id = self._id_in_use(company_id)
        return self._loaded(model_id) if model_id else None

    @api.model
    @tools.ormcache("company_id", cache="default")
    def _id_in_use(self, company_id):
        domain = [("company_id", "=", company_id), ("in_use", "=", True)]
        return self.sudo().search(domain, limit=1).id

    @api.model
    @tools.ormcache("model_id", cache="stable")
    def _loaded(self, model_id):
        """Read a version; a broken one is as if there were none.

        Kept as arrays and JSON (npz): nothing in it is ever executed.
        """
        data = self.sudo().browse(model_id).with_context(bin_size=False).data
        try:
            return Classifier.load(base64.b64decode(data or b""))
        except ClassifierError:
            _logger.warning("Version %s of learned triage cannot be read", model_id)
            return None

    # --- going back ---------------------------------------------------------------

    def action_use(self):
        """Use this version; newer ones wait until the manager lets them in again."""
        self.ensure_one()
        self._check_manager()
        latest = self.sudo().search(
            [("company_id", "=", self.company_id.id)], order="version desc", limit=1
        )
        self.sudo()._use()
        self.sudo().company_id.shequ_triage_hold = self != latest
        return True

    def action_use_none(self):
        """Go back to the lexicon alone, and stay there."""
        self.ensure_one()
        self._check_manager()
        self.sudo().in_use = False
        self.sudo().company_id.shequ_triage_hold = True
        return True

    def _check_manager(self):
        self.check_access("read")
        if not self.env.user.has_group("shequ_property.group_company_manager"):
            raise UserError(
                self.env._("Only the company manager decides which version is used.")
            )

    def _use(self):
        self.ensure_one()
        used = self.search(
            [("company_id", "=", self.company_id.id), ("in_use", "=", True)]
        )
        (used - self).in_use = False
        # The index allows one version in use at any moment.
        self.flush_model(["in_use"])
        self.in_use = True

    # --- the night ----------------------------------------------------------------

    @api.model
    def _cron_learn(self):
        """Learn for one company after the other; each is kept before the next."""
        if not available():
            _logger.info("Triage does not learn: scikit-learn is not installed")
            return
        cron = self.env["ir.cron"]
        due = self._companies_due()
        for done, company in enumerate(due, 1):
            self._learn(company)
            company.sudo().shequ_triage_learned_at = fields.Datetime.now()
            if not cron._commit_progress(1, remaining=len(due) - done):
                break

    @api.model
    def _companies_due(self):
        """Companies that have estates and have not learned this night."""
        companies = self.env["shequ.estate"].sudo()._read_group([], ["company_id"])
        before = fields.Datetime.now() - REST
        found = self.env["res.company"].union(*(company for (company,) in companies))
        return found.filtered(
            lambda company: (
                not company.shequ_triage_learned_at
                or company.shequ_triage_learned_at < before
            )
        ).sorted("id")

    @api.model
    def _learn(self, company):
        """Learn a new version from a company's tickets and use it when it is better.

        :return: the new version; none when there is too little to learn from
        """
        from ...tools.triage.learning import learn

        Ticket = self.env["shequ.ticket"].sudo()
        settings = Ticket._triage_settings()
        pairs = self._examples(company, int(settings["max_examples"]))
        if len(pairs) < settings["min_examples"]:
            return self.browse()
        lexicon = self.env["shequ.triage.word"]._lexicon(company.id)
        context = {"model_weight": settings["model_weight"]}
        try:
            learned = learn(pairs, lexicon, context=context)
        except ClassifierError:
            return self.browse()
        return self.sudo()._keep(company, learned)

    @api.model
    def _examples(self, company, limit):
        """Return [(words, category code)] of what people confirmed, the newest.

        A ticket teaches when a person has sorted it, or when it was solved under its
        category: whoever did the work would have put it right.
        """
        domain = Domain("company_id", "=", company.id)
        domain &= Domain("category_id", "!=", False)
        domain &= Domain("triage_state", "=", "done") | (
            Domain("state", "in", FINISHED_STATES)
            & Domain("close_reason", "in", ("solved", "not_ours", False))
        )
        tickets = (
            self.env["shequ.ticket"]
            .sudo()
            .search_fetch(
                domain, ["description", "category_id"], limit=limit, order="id desc"
            )
        )
        facts = self.env["shequ.ticket.category"]._all_facts()
        pairs = [
            (ticket.description, facts[ticket.category_id.id][0])
            for ticket in tickets
            if (ticket.description or "").strip()
        ]
        tickets.invalidate_recordset(["description", "category_id"], flush=False)
        return pairs

    @api.model
    def _keep(self, company, learned):
        """Store what was learned; use it when it is better and nobody holds it back."""
        own = self.search([("company_id", "=", company.id)])
        used = own.filtered("in_use")
        better = learned.worth_it(used.score if used else None)
        if learned.score <= learned.alone:
            verdict = "no_gain"
        elif not better:
            verdict = "worse"
        else:
            verdict = "kept" if company.shequ_triage_hold else "used"
        version = self.create(
            {
                "company_id": company.id,
                "version": max(own.mapped("version"), default=0) + 1,
                "trained_at": fields.Datetime.now(),
                "examples": learned.examples,
                "categories": learned.categories,
                "score": learned.score,
                "alone": learned.alone,
                "verdict": verdict,
                "data": base64.b64encode(learned.model.dump()),
            }
        )
        if verdict == "used":
            version._use()
        spare = (own | version).filtered(lambda one: not one.in_use)
        spare.sorted("version", reverse=True)[KEPT:].unlink()
        return version
