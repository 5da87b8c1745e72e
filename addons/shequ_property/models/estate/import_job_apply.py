import json
import re

from psycopg2 import Error as DatabaseError

from odoo import models
from odoo.exceptions import UserError
from odoo.tools import SQL

from .import_batch import PARTNER_FIELDS, Batch
from .import_job_check import APPLY_STATUSES

DEFAULT_CODE = "XQ"


class ShequImport(models.Model):
    """Carrying out what the dry run has shown, a batch of units at a time."""

    _inherit = "shequ.import"

    def _step_apply(self):
        """Apply the next units.

        The rows and what they made are committed together: after a crash the work
        goes on with the rows that still wait, and nothing is done twice.

        :return: whether all is applied
        """
        numbers = self._next_units(("create", "change"))
        if not numbers:
            self.write({"state": "done", "applied_at": self.env.cr.now()})
            self._tell_done()
            return True
        rows = self._rows_of(numbers, APPLY_STATUSES)
        self._apply_rows(rows, numbers)
        self._progress(len(numbers))
        return False

    def _apply_rows(self, rows, numbers):
        try:
            with self.env.cr.savepoint():
                self._save_results(self._apply_batch(rows))
        except (UserError, DatabaseError) as error:
            if self.stop_on_error:
                raise
            self.env.invalidate_all(flush=False)
            if len(numbers) == 1:
                self._save_results(self._refused(rows, error))
                return
            # One of the units is to blame: each on its own, the others go on.
            for number in numbers:
                mine = [row for row in rows if row["unit_no"] == number]
                self._apply_rows(mine, [number])

    def _refused(self, rows, error):
        """The rows of a unit that could not be written, with the reason."""
        text = str(error).strip()
        if isinstance(error, DatabaseError):
            table = error.diag.table_name
            model = next(
                (m for m in self.env.values() if m._table == table and m._auto), self
            )
            text = model._sql_error_to_message(error)
        return [
            {"id": row["id"], "status": "error", "message": text}
            for row in rows
            if row["status"] in ("create", "change")
        ]

    def _apply_batch(self, rows):
        """Write a batch, in as few statements as its size allows.

        :return: results for :meth:`_save_results`
        """
        batch = Batch(self, rows)
        plans = [plan for plan in batch.resolve() if plan.rows]
        if self.stop_on_error and any(plan.errors for plan in batch.plans.values()):
            text = next(t for p in batch.plans.values() for t in p.errors.values())
            raise UserError(text)
        log = []
        self._make_places(plans, log)
        self._write_changes([c for plan in plans for c in plan.ending], log)
        self._write_changes(
            [c for p in plans for c in p.changes]
            + [c for plan in plans for p in plan.people for c in p.changes],
            log,
        )
        self._make_people(plans, log)
        self._make_residencies(plans, log)
        self.env.flush_all()
        self._log_changes(log)
        return self._apply_results(batch)

    # -------------------------------------------------------------- places

    def _make_places(self, plans, log):
        self._make_estates(plans, log)
        missing = {}
        for plan in plans:
            if not plan.building:
                missing.setdefault(plan.building_key, []).append(plan)
        buildings = self.env["shequ.building"].create(
            [self._building_vals(group) for group in missing.values()]
        )
        for building, group in zip(buildings, missing.values(), strict=True):
            log.append(self._created(building, group[0]))
            for plan in group:
                plan.building = building
        new = [plan for plan in plans if not plan.unit]
        units = self.env["shequ.unit"].create(
            [
                {
                    "building_id": plan.building.id,
                    "entrance": plan.place.get("entrance") or False,
                    "room": plan.place["room"],
                    **plan.unit_vals,
                }
                for plan in new
            ]
        )
        for unit, plan in zip(units, new, strict=True):
            plan.unit = unit
            log.append(self._created(unit, plan))

    def _make_estates(self, plans, log):
        missing = {}
        for plan in plans:
            if not plan.estate:
                missing.setdefault(plan.estate_name, []).append(plan)
        for name, group in missing.items():
            estate = self.env["shequ.estate"].create(
                {
                    "name": name,
                    "code": self._estate_code(),
                    "company_id": self.company_id.id,
                    "address_style": "lane"
                    if group[0].place.get("lane")
                    else "building",
                }
            )
            log.append(self._created(estate, group[0]))
            for plan in group:
                plan.estate = estate
                if plan.building_key:
                    plan.building_key = (estate.id, *plan.building_key[1:])

    def _estate_code(self):
        """The first free code for an estate nobody has named one for."""
        codes = (
            self.env["shequ.estate"]
            .with_context(active_test=False)
            .search(
                [
                    ("company_id", "=", self.company_id.id),
                    ("code", "=like", f"{DEFAULT_CODE}%"),
                ]
            )
            .mapped("code")
        )
        numbers = [int(code[2:]) for code in codes if re.fullmatch(r"XQ\d+", code)]
        return f"{DEFAULT_CODE}{max(numbers, default=0) + 1:03d}"

    @staticmethod
    def _building_vals(group):
        place = group[0].place
        suffixes = [p.place["suffix"] for p in group if p.place.get("suffix")]
        entrances = {p.place.get("entrance") for p in group if p.place.get("entrance")}
        floors = [p.unit_vals.get("floor") or 0 for p in group]
        return {
            "estate_id": group[0].estate.id,
            "lane": place.get("lane") or False,
            "name": place["building"],
            "suffix": suffixes[0] if suffixes else False,
            "entrance_count": len(entrances),
            "floor_count": max(0, *floors),
        }

    # -------------------------------------------------------------- people

    def _make_people(self, plans, log):
        missing = {}
        for plan in plans:
            for person in plan.people:
                if not person.partner:
                    missing.setdefault(person.key, []).append((plan, person))
        partners = self.env["res.partner"].create(
            [self._partner_vals(group) for group in missing.values()]
        )
        for partner, group in zip(partners, missing.values(), strict=True):
            log.append(self._created(partner, group[0][0], group[0][1].row))
            for _plan, person in group:
                person.partner = partner

    def _partner_vals(self, group):
        values = {"lang": self.user_id.lang}
        for _plan, person in group:
            content = person.content
            for name in PARTNER_FIELDS:
                if content.get(name) and name not in values:
                    values[name] = content[name]
            if content.get("id"):
                values |= content["id"]
        return values

    def _make_residencies(self, plans, log):
        vals_list, people, seen = [], [], set()
        for plan in plans:
            for person in plan.people:
                if person.residency:
                    continue
                vals = person.residency_vals
                key = (plan.unit.id, person.partner.id, vals["role"])
                if key in seen:
                    continue  # the same person twice in one file
                seen.add(key)
                vals_list.append(
                    dict(vals, unit_id=plan.unit.id, partner_id=person.partner.id)
                )
                people.append((plan, person))
        residencies = self.env["shequ.residency"].create(vals_list)
        for residency, (plan, person) in zip(residencies, people, strict=True):
            person.residency = residency
            log.append(self._created(residency, plan, person.row))

    # ------------------------------------------------------------- changes

    def _write_changes(self, changes, log):
        """Write changes, those of one record together."""
        by_record = {}
        for change in changes:
            by_record.setdefault(change.record, {})[change.name] = change
        by_values = {}
        for record, named in by_record.items():
            vals = {name: change.new for name, change in named.items()}
            old = {name: change.old for name, change in named.items()}
            log.append((None, record._name, record.id, False, old, vals))
            key = (record._name, json.dumps(vals, sort_keys=True))
            records, _vals = by_values.get(key, (record.browse(), vals))
            by_values[key] = (records | record, vals)
        for records, vals in by_values.values():
            records.write(vals)

    @staticmethod
    def _created(record, plan, row=None):
        row = row or plan.rows[0]
        return (row["id"], record._name, record.id, True, None, None)

    def _log_changes(self, log):
        if not log:
            return
        rows, models_, ids, created, old, new = zip(*log, strict=True)
        self.env.cr.execute(
            SQL(
                """
                INSERT INTO shequ_import_change
                       (import_id, row_id, model, res_id, created, old, new, undone)
                SELECT %s, v.*, false
                  FROM unnest(%s::int[], %s::text[], %s::int[], %s::bool[],
                              %s::jsonb[], %s::jsonb[]) v
                """,
                self.id,
                list(rows),
                list(models_),
                list(ids),
                list(created),
                [value and json.dumps(value) for value in old],
                [value and json.dumps(value) for value in new],
            )
        )

    def _apply_results(self, batch):
        results = []
        for plan in batch.plans.values():
            statuses = {row["id"]: row for row in plan.rows}
            results += [
                {"id": row, "status": "error", "message": text}
                for row, text in plan.errors.items()
            ]
            for row in statuses.values():
                person = next(
                    (p for p in plan.people if p.row["id"] == row["id"]), None
                )
                done = row["status"] in ("create", "change")
                results.append(
                    {
                        "id": row["id"],
                        "status": "applied" if done else row["status"],
                        "message": row["message"],
                        "estate_id": plan.estate.id,
                        "unit_id": plan.unit.id,
                        "partner_id": person and person.partner.id,
                        "residency_id": person and person.residency.id,
                    }
                )
        return results

    def _tell_done(self):
        if self.new_people:
            self.env["shequ.data.access"]._log(
                self.env["res.partner"],
                "import",
                self.filename,
                ["phone", "shequ_id_number", "email"],
                count=self.new_people,
                model=self._name,
            )
        self.message_post(
            body=self.env._(
                "Imported: %(applied)s rows applied, %(unchanged)s unchanged, "
                "%(wrong)s wrong.",
                applied=self.applied_count,
                unchanged=self.unchanged_count,
                wrong=self.error_count,
            ),
            author_id=self.user_id.partner_id.id,
        )
