import json
from collections import namedtuple

from odoo import api, models
from odoo.fields import Domain
from odoo.tools.misc import format_date, format_datetime, formatLang

from ...tools.anonymise import anonymise

#: Records kept about a person: which (`model`), whose (`people`: fields of a person,
#: one of which names them; the first is the one it is about), what is said of them
#: (`columns`), the words that lose names when that person is erased (`texts`), and
#: which of the records count (`domain`).
Area = namedtuple(
    "Area", "key model people columns texts domain", defaults=("", Domain.TRUE)
)

AREAS = (
    Area("login", "res.users", "partner_id", "login create_date"),
    Area(
        "homes",
        "shequ.residency",
        "partner_id",
        "unit_id estate_id role date_from date_to verified",
    ),
    Area(
        "tickets",
        "shequ.ticket",
        "reporter_id on_behalf_id",
        "name reported_at state place description contact_phone resolution "
        "rating_value rating_comment media_ids",
    ),
    Area("calls", "shequ.call.back", "partner_id", "ticket_id at result stars note"),
    Area("messages", "shequ.ticket.news", "partner_id", "ticket_id at step state"),
    Area(
        "complaints",
        "shequ.supervision.case",
        "partner_id",
        "name opened_at state reason answer conclusion",
    ),
    Area(
        "bills",
        "account.move",
        "partner_id",
        "name invoice_date amount_total amount_residual",
        domain=Domain("state", "=", "posted")
        & Domain("move_type", "in", ("out_invoice", "out_refund")),
    ),
    Area(
        "questions",
        "shequ.disclosure.question",
        "partner_id",
        "disclosure_id asked_at label question answer",
        "question answer",
    ),
    Area("reads", "shequ.disclosure.read", "partner_id", "disclosure_id day"),
    # How somebody voted is in nobody's copy: a secret ballot names no one.
    Area(
        "votes",
        "shequ.vote.elector",
        "voter_id",
        "vote_id address area_m2 voter_name channel voted_at",
    ),
    Area(
        "proxies",
        "shequ.vote.proxy",
        "principal_id agent_id",
        "vote_id unit_id principal_id agent_id state",
    ),
    Area(
        "signatures", "shequ.vote.signature", "partner_id", "vote_id unit_id signed_at"
    ),
    Area(
        "objections",
        "shequ.vote.objection",
        "partner_id",
        "vote_id made_at kind words answer",
        "words answer",
    ),
    Area("proposals", "shequ.vote", "proposer_id", "name announced_at state"),
    Area(
        "candidacies",
        "shequ.vote.candidate",
        "partner_id",
        "motion_id name home statement elected",
    ),
    Area(
        "disputes",
        "shequ.contract.dispute",
        "partner_id",
        "contract_id opened_at words answer",
        "words answer",
    ),
    Area(
        "committee",
        "shequ.committee.member",
        "partner_id",
        "estate_id position date_from date_to",
    ),
    Area(
        "registrations",
        "shequ.registration",
        "partner_id guardian_id",
        "create_date estate_id unit_id role person_name certificate_number state",
        "person_name certificate_number reason photo",
    ),
    Area("invitations", "shequ.invitation", "partner_id", "create_date way state"),
    Area(
        "phone_changes",
        "shequ.phone.change",
        "partner_id",
        "create_date old_number new_number state",
        "old_number new_number wanted",
    ),
    Area(
        "requests",
        "shequ.data.request",
        "partner_id",
        "asked_at kind state wish answer",
        "wish new_name new_phone new_email",
    ),
    Area(
        "consents",
        "shequ.consent",
        "partner_id guardian_id",
        "date purpose_id text_id answer channel",
    ),
    Area(
        "looks", "shequ.data.access", "partner_ids", "date purpose reason field_names"
    ),
)
#: What the first part of the copy says, and the field it stands in.
PERSON = {
    "name": "name",
    "phone": "phone",
    "phone2": "shequ_phone2",
    "email": "email",
    "id_type": "shequ_id_type",
    "id_number": "shequ_id_number",
    "address": "contact_address_inline",
    "language": "lang",
}
# Thousands of rows of a log are no help to anybody.
MOST = 1000


class ResPartner(models.Model):
    """See and take along what is kept (PIPL 44, 45)."""

    _inherit = "res.partner"

    @api.model
    def _shequ_kept_areas(self):
        """Extension point: the tuples `Area` of everything kept about people."""
        return list(AREAS)

    @api.model
    def _shequ_kept_names(self):
        """Extension point: what the areas are called on the residents' pages."""
        return {
            "person": self.env._("Person"),
            "login": self.env._("Log-ins"),
            "homes": self.env._("Homes"),
            "tickets": self.env._("Tickets"),
            "calls": self.env._("Calls about my tickets"),
            "messages": self.env._("Text messages about my tickets"),
            "complaints": self.env._("Complaints to the supervision post"),
            "bills": self.env._("Bills"),
            "questions": self.env._("Questions about disclosures"),
            "reads": self.env._("Disclosures I opened"),
            "votes": self.env._("Votes I was in the roll of"),
            "proxies": self.env._("Proxies"),
            "signatures": self.env._("Signatures under proposals"),
            "objections": self.env._("Objections in votes"),
            "proposals": self.env._("Votes I proposed"),
            "candidacies": self.env._("Candidacies"),
            "disputes": self.env._("Disputes about promises"),
            "committee": self.env._("Terms in the owners' committee"),
            "registrations": self.env._("Registrations"),
            "invitations": self.env._("Invitations"),
            "phone_changes": self.env._("Changes of the telephone number"),
            "requests": self.env._("Requests about my data"),
            "consents": self.env._("Consents"),
            "looks": self.env._("Who looked"),
        }

    def _shequ_kept_domain(self, area):
        return area.domain & Domain.OR(
            Domain(name, "in", self.ids) for name in area.people.split()
        )

    def _shequ_kept_records(self, area):
        """Return the records of an area that name the person, newest first."""
        records = self.env[area.model].sudo().with_context(active_test=False)
        domain = self._shequ_kept_domain(area)
        return records.search(domain, order="id desc", limit=MOST)

    def _shequ_kept_counts(self):
        """Return ``{area: number of records}`` of the areas that have any."""
        self.ensure_one()
        counts = {
            area.key: self.env[area.model]
            .sudo()
            .with_context(active_test=False)
            .search_count(self._shequ_kept_domain(area), limit=MOST)
            for area in self._shequ_kept_areas()
        }
        return {key: count for key, count in counts.items() if count}

    def _shequ_kept(self):
        """Everything kept about one person, by area; the caller proves who asks.

        :return: dict of area to a dict (``person``) or a list of dicts, field name to
            a value that JSON knows
        """
        self.ensure_one()
        return {
            "person": self._shequ_kept_person(),
            **{
                area.key: [
                    {name: _plain(record, name) for name in area.columns.split()}
                    for record in self._shequ_kept_records(area)
                ]
                for area in self._shequ_kept_areas()
            },
        }

    def _shequ_kept_person(self):
        return {key: self.sudo()[name] or "" for key, name in PERSON.items()}

    def _shequ_kept_json(self):
        """The same as text, for a machine to read (PIPL 45: taken elsewhere)."""
        return json.dumps(self._shequ_kept(), ensure_ascii=False, indent=2)

    def _shequ_kept_tables(self):
        """The same for people to read, in the user's language.

        :return: list of dicts ``name``, ``columns`` (headings), ``rows`` (of str)
        """
        self.ensure_one()
        names = self._shequ_kept_names()
        tables = []
        for area in self._shequ_kept_areas():
            columns = area.columns.split()
            records = self._shequ_kept_records(area)
            tables.append(
                {
                    "name": names[area.key],
                    "columns": [_heading(records, name) for name in columns],
                    "rows": [
                        [_shown(record, name) for name in columns] for record in records
                    ],
                }
            )
        return [self._shequ_kept_person_table(names["person"]), *tables]

    def _shequ_kept_person_table(self, name):
        person = self.sudo()
        return {
            "name": name,
            "columns": [_heading(person, field) for field in PERSON.values()],
            "rows": [[_shown(person, field) for field in PERSON.values()]],
        }

    def _shequ_anonymise(self, keep_name=False):
        """What the person wrote elsewhere loses the person as well."""
        for partner in self.sudo():
            for area in self._shequ_kept_areas():
                if area.texts:
                    partner._shequ_without_names(area)
        return super()._shequ_anonymise(keep_name=keep_name)

    def _shequ_without_names(self, area):
        """Take the person out of the words of an area's records about them.

        Where they are only a child's guardian or somebody's agent it stays as it is.
        """
        about = Domain(area.people.split()[0], "in", self.ids)
        records = self.env[area.model].sudo().with_context(active_test=False)
        for record in records.search(area.domain & about):
            record.with_context(tracking_disable=True).write(
                {
                    name: _nameless(record, name, [self.name])
                    for name in area.texts.split()
                    if record[name]
                }
            )


def _nameless(record, name, names):
    """Return a text without people; what is no text but a name or number goes."""
    field = record._fields[name]
    if field.type == "text":
        return anonymise(record[name], names=names)
    return "—" if field.required else False


def _heading(records, name):
    return records._fields[name]._description_string(records.env)


def _plain(record, name):
    """Return the value of a field as JSON knows it."""
    field, value = record._fields[name], record[name]
    if field.type in ("one2many", "many2many"):
        return len(value)
    if field.type == "many2one":
        return value.display_name or None
    if field.type in ("date", "datetime"):
        return field.to_string(value) or None
    return None if value is False and field.type != "boolean" else value


def _shown(record, name):
    """Return the value of a field as a person reads it, in the user's language."""
    field, value, env = record._fields[name], record[name], record.env
    if field.type == "boolean":
        return env._("Yes") if value else env._("No")
    if field.type == "selection":
        return dict(field._description_selection(env)).get(value, "")
    if field.type == "datetime":
        return format_datetime(env, value, dt_format="short") if value else ""
    if field.type == "date":
        return format_date(env, value)
    if field.type == "monetary":
        currency = record[field.get_currency_field(record)]
        return formatLang(env, value, currency_obj=currency)
    value = _plain(record, name)
    return "" if value is None else str(value)
