import logging
from datetime import datetime
from zoneinfo import ZoneInfo

from odoo import api, fields, models, tools

from ...tools.triage import Report, alarm, triage
from .ticket import URGENCY_RANK

_logger = logging.getLogger(__name__)

TRIAGE_STATES = [
    ("to_confirm", "Emergency to Confirm"),
    ("to_sort", "To Sort"),
    ("sure", "Sorted"),
    ("done", "Sorted by a Person"),
]
#: Settings ``shequ.triage_<name>`` and their defaults; see data/triage_parameters.xml.
SETTINGS = {
    "sure": 0.45,
    "sure_red": 0.9,
    "elder_age": 60.0,
    "model_weight": 0.35,
    "min_examples": 200.0,
    "max_examples": 4000.0,
}
# A name of a department is longer, a reason never needs more.
MAX_REASONS = 24
OUTSIDE = "outside"


class Ticket(models.Model):
    """What the words of a report say (需求翻译机), asked once, at the door.

    ``triage_result`` is compact and holds codes alone, so that every reader gets it
    in the language at hand:

    * ``c``: [[code of a category, confidence], …], the best three
    * ``s``: {"category" | "kind" | "urgency" | "department": confidence}
    * ``u``, ``k``, ``d``: proposed urgency, kind and department
    * ``f``: flags of safety
    * ``r``: reasons as [code, field, [words], value]
    """

    _inherit = "shequ.ticket"

    triage_state = fields.Selection(
        TRIAGE_STATES,
        default="sure",
        readonly=True,
        copy=False,
        groups="base.group_user",
        help="“To sort”: the words are too unsure for a desk. “To confirm”: it may be "
        "an emergency and is treated as one until somebody has looked.",
    )
    triage_result = fields.Json(
        readonly=True, copy=False, groups="base.group_user", prefetch=False
    )
    forward_department_id = fields.Many2one(
        "shequ.department",
        string="Department",
        tracking=True,
        groups="base.group_user",
        help="The government department the matter belongs to.",
    )

    _to_sort_idx = models.Index(
        "(estate_id, triage_state) "
        "WHERE triage_state IN ('to_confirm', 'to_sort') AND is_open IS TRUE"
    )

    # --- settings -----------------------------------------------------------------

    @api.model
    @tools.ormcache(cache="default")
    def _triage_settings(self):
        """Return ``{name: number}`` of :data:`SETTINGS`; nonsense gives the default."""
        params = self.env["ir.config_parameter"].sudo()
        found = {}
        for name, default in SETTINGS.items():
            try:
                found[name] = float(params.get_param(f"shequ.triage_{name}") or default)
            except ValueError:
                found[name] = default
        return found

    # --- at the door --------------------------------------------------------------

    @api.model
    def _triage_prepare(self, reports):
        """Read in one query what is known of the people of reports without category."""
        people = [
            report.get("on_behalf_id") or report.get("reporter_id")
            for report in reports
            if not report.get("category_id") and not report.get("category_code")
        ]
        partners = self.env["res.partner"].sudo().browse({*people} - {None, False})
        if partners:
            partners.fetch(["shequ_birth_year"])

    @api.model
    def _triage_context(self, values=None):
        context = super()._triage_context(values)
        if values is None:
            return context
        person = values.get("on_behalf_id") or values.get("reporter_id")
        known = self._triage_person(self.env["res.partner"].browse(person or ()))
        return {**context, "person": {**known, **context.get("person", {})}}

    @api.model
    def _triage_person(self, partner):
        """What is known of a person: the age, of those whose year of birth is."""
        year = partner.sudo().shequ_birth_year
        return {"age": fields.Date.today().year - year} if year else {}

    @api.model
    def _triaged(self, facts, report, place):
        """Return the facts of a report with what its words add.

        A report that names its category keeps it, and is only looked through for
        danger; nothing that was said is ever made less urgent.

        :param dict facts: description, category_id, kind and urgency
        :param dict report: as the intake got it
        :param place: `Place`
        """
        if not facts["category_id"] and report.get("likely_kind"):
            facts = {**facts, "kind": report["likely_kind"]}
        if not facts["description"]:
            if facts["category_id"]:
                return facts
            return {**facts, "triage_state": "to_sort"}
        lexicon = self.env["shequ.triage.word"]._lexicon(place.estate.company)
        if facts["category_id"]:
            return self._triage_danger(facts, lexicon)
        try:
            return self._triage_words(facts, report, place, lexicon)
        except Exception:
            # A report is never lost for what reads it.
            _logger.exception("Triage failed; the report goes to a person")
            return {**facts, "triage_state": "to_sort"}

    @api.model
    def _triage_danger(self, facts, lexicon):
        """Raise to red, for a person to confirm, what sounds like an emergency."""
        if facts["urgency"] == "red":
            return facts
        found = alarm(facts["description"], lexicon)
        if not found:
            return facts
        # What the ear knows without a rule is told as such.
        said = "sounds_urgent" if found.code == "sounds" else f"danger_{found.code}"
        words = [found.words] if found.words else []
        return {
            **facts,
            "urgency": "red",
            "triage_state": "to_confirm",
            "triage_result": {
                "u": "red",
                "before": facts["urgency"],
                "s": {"urgency": found.sure},
                "r": [[said, "urgency", words, "red"]],
            },
        }

    @api.model
    def _triage_words(self, facts, report, place, lexicon):
        settings = self._triage_settings()
        context = self._triage_context(
            {**report, "company_id": place.estate.company, "estate_id": place.estate.id}
        )
        result = self._triage_ask(
            Report(
                facts["description"],
                self._triage_place_kind(report, place),
                context.get("person", {}),
                self._triage_local_time(report, place),
                sum(m.get("type") == "photo" for m in report.get("media") or ()),
            ),
            place.estate.company,
            lexicon,
        )
        sorted_out = bool(result.guesses) and (
            result.confidence["category"] >= settings["sure"]
        )
        red = result.urgency == "red"
        values = {
            **facts,
            "triage_state": "sure" if sorted_out else "to_sort",
            "triage_result": self._triage_compact(result),
        }
        if red and self._triage_unconfirmed(result):
            values["triage_state"] = "to_confirm"
        if sorted_out or red:
            category_id = self.env["shequ.ticket.category"]._id_by_code(result.category)
            values["category_id"] = category_id
        if not report.get("kind") and (sorted_out or red):
            values["kind"] = result.kind
        given = report.get("urgency")
        if not given or (red and URGENCY_RANK[given] > 1):
            values["urgency"] = result.urgency
        if result.preferred and not report.get("preferred_time"):
            values["preferred_time"] = result.preferred.words
        if result.department and sorted_out:
            department = self.env["shequ.department"]._id_by_code(result.department)
            values["forward_department_id"] = department
        values["situation"] = context.get("situation") or self._triage_situation(result)
        return {key: value for key, value in values.items() if value not in (None, "")}

    @api.model
    def _triage_ask(self, report, company_id, lexicon=None):
        """Ask the lexicon and what the company has learned.

        :param Report report: words, place and situation
        :return: Result
        """
        settings = self._triage_settings()
        return triage(
            report,
            lexicon or self.env["shequ.triage.word"]._lexicon(company_id),
            self.env["shequ.triage.model"]._classifier_of(company_id),
            {
                "elder_age": settings["elder_age"],
                "model_weight": settings["model_weight"],
            },
        )

    @api.model
    def _triage_unconfirmed(self, result):
        """Tell whether a person has to say that it is an emergency."""
        sure = result.confidence["urgency"]
        return result.confirm or sure < self._triage_settings()["sure_red"]

    @api.model
    def _triage_place_kind(self, report, place):
        if report.get("is_public_area"):
            return "spot" if place.spot_id else "public"
        if place.spot_id:
            return "spot"
        return "home" if place.unit_id else ""

    @api.model
    def _triage_local_time(self, report, place):
        at = fields.Datetime.to_datetime(report.get("reported_at"))
        at = at or fields.Datetime.now()
        return self._triage_local(at, place.estate.tz)

    @api.model
    def _triage_local(self, at, tz):
        """The hour on the wall of the estate, without a zone."""
        try:
            zone = ZoneInfo(tz or "Asia/Shanghai")
        except (KeyError, ValueError, OSError):
            zone = ZoneInfo("Asia/Shanghai")
        utc = at.replace(tzinfo=ZoneInfo("UTC"))
        return datetime.replace(utc.astimezone(zone), tzinfo=None)

    @api.model
    def _triage_situation(self, result):
        return "elder_alone" if "elder_alone" in result.hints else None

    @api.model
    def _triage_compact(self, result):
        """Return a Result as `triage_result` keeps it."""
        compact = {
            "c": [[g.category, round(g.confidence, 2)] for g in result.guesses],
            "s": {key: round(value, 2) for key, value in result.confidence.items()},
            "u": result.urgency,
            "k": result.kind,
            "d": result.department,
            "f": list(result.flags),
            "r": [
                [one.code, one.field, list(one.words), one.value]
                for one in result.reasons[:MAX_REASONS]
            ],
        }
        return {key: value for key, value in compact.items() if value}
