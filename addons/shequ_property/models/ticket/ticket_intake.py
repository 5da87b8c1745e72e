from collections import namedtuple

from psycopg2.errors import UniqueViolation

from odoo import api, fields, models
from odoo.exceptions import ConcurrencyError, UserError
from odoo.tools import SQL, mute_logger

from ...tools import bulk
from .ticket import CHANNELS
from .ticket_category import KINDS, URGENCIES

# Longer than the longest letter a hotline passes on, short enough for a screen.
MAX_DESCRIPTION = 10000
# Keys that are copied as they are; everything else of a report is resolved.
PLAIN_KEYS = ("preferred_time", "contact_phone", "visibility", "place_text")

# May be left empty, and mostly are.
EMPTY = frozenset(
    "building_id unit_id spot_id grid_id external_ref reporter_id on_behalf_id "
    "category_id team_id".split()
)

# What new tickets get in other tables without the ORM.
WRITTEN = ("participant_ids", "event_ids", "clock_ids")

#: Where a report comes from: `EstateFacts`, the ids of what it names, or False, and
#: what `shequ.ticket.day` took for its number when it was taken with the place.
Place = namedtuple(
    "Place", "estate building_id unit_id spot_id grid_id taken", defaults=[None]
)


class Ticket(models.Model):
    _inherit = "shequ.ticket"

    @api.model
    def _intake(self, values):
        """Take in reports.  The one door: nothing else creates tickets.

        A report whose ``channel`` and ``external_ref`` are known gives back the
        ticket it made the first time, so a sender may repeat without harm.

        :param values: dict or list of dicts with ``estate_id``, ``unit_id``,
            ``building_id`` or ``spot_id`` (one is needed; ids), ``description`` or
            ``category_id``/``category_code`` (one is needed), and optionally
            ``kind``, ``likely_kind`` (when the words tell none), ``urgency``,
            ``channel``, ``external_ref``, ``reporter_id``, ``on_behalf_id``,
            ``place_text``, ``visibility``, ``preferred_time``,
            ``contact_phone``, ``is_public_area``, ``team_id``,
            ``reported_at`` and ``media`` (list of dicts: type, name, raw)
        :return: tickets, in the order of the reports
        :raise UserError: in the user's language, naming what is missing
        """
        reports = [values] if isinstance(values, dict) else list(values)
        if not reports:
            return self.browse()
        door = self.sudo()
        if not self.env.context.get("lang"):
            # E-mail and machines say no language, in which all news are English.
            lang = self.env["res.users"].context_get().get("lang")
            door = door.with_context(lang=lang)
        places = door._intake_places(reports)
        known = door._intake_known(reports, places)
        fresh = {}
        for index, report in enumerate(reports):
            key = door._intake_key(report, places[index])
            if key is None or (key not in known and key not in fresh):
                fresh[key or index] = index
        made = door._intake_create(reports, places, list(fresh.values()))
        by_key = dict(known)
        by_key.update(zip(fresh, made, strict=True))
        tickets = self.browse()
        for index, report in enumerate(reports):
            key = door._intake_key(report, places[index])
            tickets += by_key[index if key is None else key].with_env(self.env)
        return tickets

    # --- steps of the door -----------------------------------------------------

    @api.model
    def _intake_key(self, report, place):
        if not report.get("external_ref"):
            return None
        company = place.estate.company
        return (company, report.get("channel") or "phone", report["external_ref"])

    @api.model
    def _intake_known(self, reports, places):
        keys = {
            self._intake_key(report, place)
            for report, place in zip(reports, places, strict=True)
        } - {None}
        if not keys:
            return {}
        tickets = self.with_context(active_test=False).search(
            [
                ("company_id", "in", list({key[0] for key in keys})),
                ("channel", "in", list({key[1] for key in keys})),
                ("external_ref", "in", [key[2] for key in keys]),
            ]
        )
        found = {(t.company_id.id, t.channel, t.external_ref): t for t in tickets}
        return {key: found[key] for key in keys if key in found}

    @api.model
    def _intake_places(self, reports):
        """Resolve unit, spot, building and estate ids to a `Place` per report.

        One query for each kind of place that occurs, whatever the number of reports.
        """
        if self._intake_all_new(reports):
            rows = self.env["shequ.ticket.day"]._take_with_units(
                [int(report["unit_id"]) for report in reports]
            )
            if rows is not None:
                return self._intake_counted(reports, rows)
        spots = self._intake_found(reports, "spot_id", "shequ.spot", ["building_id"])
        units = self._intake_found(
            reports, "unit_id", "shequ.unit", ["building_id", "grid_id"]
        )
        buildings = self._intake_found(
            reports,
            "building_id",
            "shequ.building",
            ["grid_id"],
            {spot["building_id"] for spot in spots.values()} - {None},
        )
        return [
            self._intake_place(report, units, spots, buildings) for report in reports
        ]

    @api.model
    def _intake_all_new(self, reports):
        """Whether each report names a home and becomes a ticket for certain."""
        return all(
            report.get("unit_id")
            and not report.get("external_ref")
            and not report.get("building_id")
            and not report.get("spot_id")
            for report in reports
        )

    @api.model
    def _intake_counted(self, reports, rows):
        """Return the `Place` of each report from rows of `_take_with_units`."""
        units, counts = {}, {}
        for unit, count in rows:
            units[unit["id"]] = unit
            counts.setdefault(unit["id"], []).append(count)
        return [self._intake_place(report, units, {}, {}, counts) for report in reports]

    @api.model
    def _intake_found(self, reports, key, model, names, more=()):
        """Return ``{id: values}`` of the places that the reports name under `key`."""
        ids = {int(report[key]) for report in reports if report.get(key)} | set(more)
        if not ids:
            return {}
        # Plain rows: nobody reads the records in the same request.
        records = self.env[model]
        columns = ("id", "estate_id", *names)
        records.flush_model(columns[1:])
        rows = self.env.execute_query(
            SQL(
                "SELECT %s FROM %s WHERE id = ANY(%s)",
                SQL(", ").join(map(SQL.identifier, columns)),
                SQL.identifier(records._table),
                list(ids),
            )
        )
        return {row[0]: dict(zip(columns, row, strict=True)) for row in rows}

    @api.model
    def _intake_place(self, report, units, spots, buildings, taken=None):
        unit = self._intake_named(report, "unit_id", units)
        spot = self._intake_named(report, "spot_id", spots)
        building = self._intake_named(report, "building_id", buildings)
        if building is None and unit is None and spot and spot["building_id"]:
            building = buildings[spot["building_id"]]
        named = [place for place in (unit, spot, building) if place is not None]
        estate_id = int(report.get("estate_id") or 0)
        if not estate_id and not named:
            raise UserError(self.env._("Please say in which estate it is."))
        estate_id = named[0]["estate_id"] if named else estate_id
        facts = self.env["shequ.estate"]._facts(estate_id)
        if facts is None:
            raise UserError(
                self.env._("The place of the report does not exist any more.")
            )
        self._intake_one_estate(report, named, estate_id)
        building_id = building["id"] if building else (unit or {}).get("building_id")
        return Place(
            estate=facts,
            building_id=building_id or False,
            unit_id=unit["id"] if unit else False,
            spot_id=spot["id"] if spot else False,
            grid_id=(building or unit or {}).get("grid_id") or False,
            taken=taken[unit["id"]].pop() if taken else None,
        )

    @api.model
    def _intake_named(self, report, key, records):
        """Return what a report names under `key`, None when it names nothing."""
        if not report.get(key):
            return None
        record = records.get(int(report[key]))
        if record is None:
            raise UserError(
                self.env._("The place of the report does not exist any more.")
            )
        return record

    @api.model
    def _intake_one_estate(self, report, named, estate_id):
        """Refuse a report whose places are not all of one estate."""
        estates = {place["estate_id"] for place in named}
        if report.get("estate_id"):
            estates.add(int(report["estate_id"]))
        if estates != {estate_id}:
            raise UserError(
                self.env._(
                    "The place does not belong to %(estate)s.",
                    estate=self.env["shequ.estate"].browse(estate_id).name,
                )
            )

    @api.model
    def _intake_create(self, reports, places, indexes):
        if not indexes:
            return self.browse()
        names = self.env["shequ.ticket.day"]._next_names(
            [places[index].estate.id for index in indexes],
            [places[index].taken for index in indexes],
        )
        self._triage_prepare([reports[index] for index in indexes])
        vals_list = [
            self._intake_values(reports[index], places[index], name)
            for index, name in zip(indexes, names, strict=True)
        ]
        tickets = self._intake_insert(vals_list)
        bulk.write(self.env.cr, tickets._intake_rows())
        for name in WRITTEN:
            # Nobody has the other side of a new ticket in the cache.
            self._fields[name]._invalidate_cache(self.env, tickets._ids)
        for ticket, index in zip(tickets, indexes, strict=True):
            if reports[index].get("media"):
                ticket._add_media(reports[index]["media"])
        tickets._after_intake()
        return tickets

    @api.model
    def _intake_insert(self, vals_list):
        if not any(vals.get("external_ref") for vals in vals_list):
            return self._intake_made(vals_list)
        try:
            # Another connection may be taking in the same message right now.
            with self.env.cr.savepoint(), mute_logger("odoo.sql_db"):
                return self._intake_made(vals_list)
        except UniqueViolation as error:
            # Run the request again: now the other one's ticket is visible.
            raise ConcurrencyError(str(error)) from error

    @api.model
    def _intake_made(self, vals_list):
        """Create the tickets; what the door has proved is not asked again.

        Said in the transaction and not in the context, which a caller could forge.
        """
        said = self.env.cr.cache
        said["shequ.intake"] = True
        # What is empty need not be written, and costs as much as what is not.
        vals_list = [
            {name: value for name, value in vals.items() if value or name not in EMPTY}
            for vals in vals_list
        ]
        try:
            return self.create(vals_list)
        finally:
            del said["shequ.intake"]

    @api.model
    def _intake_values(self, report, place, name):
        """Return the values of one ticket from a report and its resolved place."""
        facts = self._triaged(self._intake_facts(report), report, place)
        reporter, behalf = report.get("reporter_id"), report.get("on_behalf_id")
        public = report.get("is_public_area")
        values = {
            "name": name,
            "company_id": place.estate.company,
            "estate_id": place.estate.id,
            "building_id": place.building_id,
            "unit_id": place.unit_id,
            "spot_id": place.spot_id,
            "grid_id": place.grid_id,
            "is_public_area": not place.unit_id if public is None else bool(public),
            "channel": self._intake_choice(report, "channel", CHANNELS, "phone"),
            "external_ref": report.get("external_ref") or False,
            "reporter_id": reporter or False,
            "on_behalf_id": behalf or False,
            "reported_at": fields.Datetime.to_datetime(report.get("reported_at"))
            or fields.Datetime.now(),
            **{key: report[key] for key in PLAIN_KEYS if report.get(key)},
            **facts,
        }
        values["team_id"] = report.get("team_id") or self._intake_team(values)
        return values

    @api.model
    def _intake_facts(self, report):
        """Return description, category, kind and urgency of a report."""
        Category = self.env["shequ.ticket.category"]
        category_id = report.get("category_id")
        if not category_id and report.get("category_code"):
            category_id = Category._id_by_code(report["category_code"])
            if not category_id:
                raise UserError(
                    self.env._(
                        "There is no ticket category with the code %(code)s.",
                        code=report["category_code"],
                    )
                )
        description = (report.get("description") or "").replace("\x00", "").strip()
        if not description and not category_id and not report.get("media"):
            raise UserError(self.env._("Please say in a few words what it is about."))
        if len(description) > MAX_DESCRIPTION:
            raise UserError(
                self.env._(
                    "The description is too long: at most %(limit)s characters.",
                    limit=MAX_DESCRIPTION,
                )
            )
        facts = Category._all_facts().get(category_id)
        kind, urgency = facts[1:3] if facts else ("repair", "yellow")
        return {
            "description": description,
            "category_id": category_id or False,
            "kind": self._intake_choice(report, "kind", KINDS, kind),
            "urgency": self._intake_choice(report, "urgency", URGENCIES, urgency),
        }

    @api.model
    def _intake_choice(self, report, key, choices, default):
        value = report.get(key) or default
        if value not in dict(choices):
            raise UserError(
                self.env._(
                    "%(value)s is not one of the values of “%(field)s”.",
                    value=value,
                    field=self._fields[key]._description_string(self.env),
                )
            )
        return value

    @api.model
    def _intake_team(self, values):
        facts = self.env["shequ.ticket.category"]._all_facts()
        skill_id = facts[values["category_id"]][3] if values["category_id"] else False
        return self.env["shequ.team"]._default_team_id(
            values["company_id"], values["estate_id"], skill_id
        )

    def _intake_rows(self):
        """Return what other tables get with new tickets, for `tools.bulk.write`.

        Extension point: plain rows cost a new ticket far less than records do.
        """
        return [
            self._intake_participants(),
            self.env["shequ.ticket.event"]._report_rows(self),
        ]

    def _intake_participants(self):
        """Let who reports, and whom it is for, follow new tickets."""
        field = self._fields["participant_ids"]
        rows = [
            (ticket.id, person_id)
            for ticket in self
            for person_id in {ticket.reporter_id.id, ticket.on_behalf_id.id} - {False}
        ]
        return bulk.Rows(field.relation, (field.column1, field.column2), rows)

    def _after_intake(self):
        """Extension point: what follows once tickets and clocks are in (notices)."""
