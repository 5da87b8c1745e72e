from markupsafe import Markup

from odoo import api, fields, models, tools
from odoo.fields import Domain
from odoo.tools import SQL, format_datetime

from ...tools import similar
from ...tools.triage import Report, alarm
from ...tools.triage.visit import visit_hints

# How far back and how alike a ticket is to be named as similar, and how many.
LOOK_BACK = 300
LIKENESS = 0.3
SHOWN = 3
# How many guesses are offered, and of how many tickets the frequent ones are.
GUESSES = 3
FREQUENT_OF = 1000


class Ticket(models.Model):
    """Why the ticket is where it is (为什么这样判断), and what to mind on the visit."""

    _inherit = "shequ.ticket"

    visit_hint = fields.Text(
        compute="_compute_visit_hint",
        groups="base.group_user",
        help="What whoever goes there should know; residents are shown none of it.",
    )
    triage_why = fields.Html(
        string="Why",
        compute="_compute_triage_why",
        sanitize=False,
        groups="base.group_user",
    )
    triage_guess_1 = fields.Char(
        compute="_compute_triage_guesses", groups="base.group_user"
    )
    triage_guess_2 = fields.Char(
        compute="_compute_triage_guesses", groups="base.group_user"
    )
    triage_guess_3 = fields.Char(
        compute="_compute_triage_guesses", groups="base.group_user"
    )

    @api.depends("description", "category_id", "kind", "urgency", "reporter_id")
    @api.depends_context("lang")
    def _compute_visit_hint(self):
        for ticket in self:
            ticket.visit_hint = "\n".join(ticket._visit_hints())

    def _visit_hints(self):
        """Sentences for the visit, as the ticket stands now."""
        self.ensure_one()
        Reason = self.env["shequ.triage.reason"]
        found = (Reason._hint(code) for code in self._visit_hint_codes()[0])
        return [sentence for sentence in found if sentence]

    def _visit_hint_codes(self):
        """Return (hints, flags), asked for what the ticket is filed under now."""
        self.ensure_one()
        # sudo: the age of a person is hidden, that somebody is an elder is not
        ticket = self.sudo()
        settings = ticket._triage_settings()
        person = ticket._triage_person(ticket.on_behalf_id or ticket.reporter_id)
        person = {**person, **ticket._triage_context().get("person", {})}
        if ticket.situation == "elder_alone":
            person.update(elder=True, alone=True)
        place = "home" if ticket.unit_id and not ticket.is_public_area else ""
        return visit_hints(
            Report(ticket.description or "", place, person, None, ticket.photo_count),
            ticket.category_id.code,
            ticket.kind,
            ticket.urgency,
            ticket.env["shequ.triage.word"]._lexicon(ticket.company_id.id),
            {"elder_age": settings["elder_age"]},
        )

    @api.depends("triage_result", "description", "category_id", "urgency")
    @api.depends_context("lang", "uid")
    def _compute_triage_why(self):
        Reason = self.env["shequ.triage.reason"]
        for ticket in self:
            result = ticket.triage_result
            copies = ticket._duplicate_sentences()
            ticket.triage_why = (
                Reason._panel(
                    result,
                    similar=ticket._similar_sentences() if result else (),
                    copies=copies,
                )
                if result or copies
                else False
            )

    def _duplicate_sentences(self):
        """Name the open tickets that may be the same matter, and why they may."""
        self.ensure_one()
        if not self.id or not self.description or not self.is_open:
            return []
        found = self._likely_duplicates()._filtered_access("read")
        return [self._duplicate_sentence(other) for other in found[:SHOWN]]

    def _duplicate_sentence(self, other):
        said = self.env["shequ.triage.reason"]._quoted(
            similar.common(self.description, other.description)
        )
        link = Markup('<a href="/odoo/demand-pool/%s">%s</a>') % (other.id, other.name)
        reasons = [
            self.env._("same home")
            if self.unit_id and self.unit_id == other.unit_id
            else self.env._("same public place"),
            self.env._("%(percent)s %% alike", percent=self._alike_percent(other)),
        ]
        if other.category_id and other.category_id == self.category_id:
            reasons.insert(1, self.env._("same category"))
        if said:
            reasons.append(self.env._("both say %(words)s", words=said))
        return self.env._(
            "%(ticket)s, %(when)s: %(reasons)s",
            ticket=link,
            when=format_datetime(self.env, other.reported_at, dt_format="MM-dd HH:mm"),
            reasons=self.env["shequ.triage.reason"]._listed(reasons),
        )

    def _alike_percent(self, other):
        return round(100 * similar.similarity(self._said(), other._said()))

    def _said(self):
        return " ".join(filter(None, (self.place_text, self.description)))

    def _similar_sentences(self):
        """Name the tickets of the estate that were said alike and sorted by people."""
        self.ensure_one()
        if not self.id or not self.description:
            return []
        domain = Domain("estate_id", "=", self.estate_id.id)
        domain &= Domain("category_id", "!=", False) & Domain("id", "!=", self.id)
        known = self.search_fetch(
            domain, ["description", "category_id", "name"], limit=LOOK_BACK
        )
        said = [(ticket.id, ticket.description or "") for ticket in known]
        ranked = similar.rank(self.description, said, threshold=LIKENESS)
        return [
            self.env._(
                "Similar: %(ticket)s was “%(category)s”",
                ticket=one.name,
                category=one.category_id.name,
            )
            for _score, ticket_id in sorted(ranked, reverse=True)[:SHOWN]
            for one in self.browse(ticket_id)
        ]

    @api.depends("triage_result", "triage_state")
    @api.depends_context("lang")
    def _compute_triage_guesses(self):
        Reason = self.env["shequ.triage.reason"]
        for ticket in self:
            labels = [
                " ".join(
                    filter(None, (Reason._category_name(code), Reason._percent(share)))
                )
                for code, share in ticket._triage_guesses()
            ]
            labels += [False] * GUESSES
            for place in range(GUESSES):
                ticket[f"triage_guess_{place + 1}"] = labels[place]

    def _triage_guesses(self):
        """Return three [code, confidence]: what the words say, and where they are
        silent what the company has most of (confidence None)."""
        self.ensure_one()
        if self.triage_state not in ("to_sort", "to_confirm"):
            return []
        guesses = [tuple(one) for one in (self.triage_result or {}).get("c", [])]
        known = {code for code, _share in guesses}
        frequent = self._triage_frequent(self.sudo().company_id.id)
        guesses += [(code, None) for code in frequent if code not in known]
        return guesses[:GUESSES]

    @api.model
    @tools.ormcache("company_id", cache="default")
    def _triage_frequent(self, company_id):
        """Codes of the categories a company has most of, lately; nothing is guessed
        to be an emergency because there were some."""
        rows = self.env.execute_query(
            SQL(
                """
                SELECT c.code
                  FROM (SELECT category_id FROM shequ_ticket
                         WHERE company_id = %s AND category_id IS NOT NULL
                           AND id > (SELECT max(id) FROM shequ_ticket) - %s
                         ORDER BY id DESC LIMIT %s) t
                  JOIN shequ_ticket_category c ON c.id = t.category_id
                 WHERE c.active AND c.urgency IS DISTINCT FROM 'red'
                 GROUP BY c.code ORDER BY count(*) DESC, c.code LIMIT %s
                """,
                company_id,
                # So far back among those of all companies, and no further.
                100 * FREQUENT_OF,
                FREQUENT_OF,
                2 * GUESSES,
            )
        )
        return tuple(row[0] for row in rows)

    # --- for whoever reports -----------------------------------------------------

    @api.model
    def _emergency_advice(self, words, company_id):
        """What a resident should do at once, when the words may mean danger.

        :param str words: what is being written
        :return: dict with ``advice``, one sentence for residents; empty without danger
        """
        lexicon = self.env["shequ.triage.word"]._lexicon(company_id)
        found = alarm(words, lexicon)
        return {"advice": self._advice_for(found.category)} if found else {}

    @api.model
    def _advice_for(self, category):
        """Advice of the fire brigades and gas companies, short enough for a phone."""
        advice = {
            "safety.fire": self.env._(
                "Get out first, close the doors behind you, do not use the lift."
            ),
            "safety.gas_electric": self.env._(
                "Touch no switch and no flame. With a smell of gas open the windows, "
                "close the valve and call from outside. Keep away from live wires."
            ),
            "safety.trapped": self.env._(
                "Press the alarm button and wait. Do not force the doors."
            ),
            "safety.falling": self.env._("Keep away from below, and keep others away."),
            "safety.flood": self.env._(
                "Close the main valve. Touch nothing electric that stands in water."
            ),
            "elder_care.emergency": self.env._(
                "Stay with the person, let them lie still, open the door for help."
            ),
        }
        return advice.get(category, "")
