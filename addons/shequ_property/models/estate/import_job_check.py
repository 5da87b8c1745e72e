import json

from odoo import api, models
from odoo.tools import SQL

from ...tools import mask
from .import_batch import Batch, estate_key

CHECK_STATUSES = ("waiting", "error")
APPLY_STATUSES = ("create", "change", "unchanged", "error")


class ShequImport(models.Model):
    """The dry run: each row tells what it would do."""

    _inherit = "shequ.import"

    def _step_check(self):
        """Read the file, or try out the next units.

        :return: whether every row has been looked at
        """
        if not self._count_rows():
            self._load()
            return not self._count_rows() and self._checked()
        numbers = self._next_units(("waiting",))
        if numbers:
            batch = Batch(self, self._rows_of(numbers, CHECK_STATUSES))
            batch.resolve()
            self._save_results(self._dry_results(batch))
            self._progress(len(numbers))
            return False
        self._checked()
        return True

    def _checked(self):
        """The dry run is over: count what would be new."""
        self.env.cr.execute(
            """
            SELECT split_part(key, ' ', 1), count(DISTINCT key)
              FROM shequ_import_row, jsonb_array_elements_text(new_keys) key
             WHERE import_id = %s AND status = 'create'
          GROUP BY 1
            """,
            [self.id],
        )
        new = dict(self.env.cr.fetchall())
        self.write(
            {
                "state": "checked",
                "checked_at": self.env.cr.now(),
                "new_buildings": new.get("building", 0),
                "new_units": new.get("unit", 0),
                "new_people": new.get("person", 0),
            }
        )

    def _count_rows(self):
        self.env.cr.execute(
            "SELECT 1 FROM shequ_import_row WHERE import_id = %s LIMIT 1", [self.id]
        )
        return self.env.cr.rowcount

    def _next_units(self, statuses):
        """Numbers of the next units with rows in one of these ``statuses``."""
        self.env.cr.execute(
            SQL(
                """
                SELECT unit_no FROM shequ_import_row
                 WHERE import_id = %s AND status IN %s
              GROUP BY unit_no ORDER BY unit_no LIMIT %s
                """,
                self.id,
                tuple(statuses),
                self._parameter("batch_units"),
            )
        )
        return [number for (number,) in self.env.cr.fetchall()]

    def _rows_of(self, numbers, statuses):
        """All rows of these units, as the batch wants them."""
        self.env.cr.execute(
            SQL(
                """
                SELECT id, number, unit_no, status, content, message
                  FROM shequ_import_row
                 WHERE import_id = %s AND unit_no = ANY(%s) AND status IN %s
              ORDER BY unit_no, sheet_no, number, id
                """,
                self.id,
                numbers,
                tuple(statuses),
            )
        )
        names = ("id", "number", "unit_no", "status", "content", "message")
        return [dict(zip(names, row, strict=True)) for row in self.env.cr.fetchall()]

    def _work_left(self, state):
        """Number of units that the next step of the import is about."""
        if state == "undoing":
            return self._undo_left()
        self.env.cr.execute(
            """
            SELECT count(DISTINCT unit_no) FROM shequ_import_row
             WHERE import_id = %s AND status IN ('create', 'change')
            """,
            [self.id],
        )
        return self.env.cr.fetchone()[0]

    def _progress(self, number):
        self.done_count = min(self.done_count + number, self.work_count)

    def _save_results(self, results):
        """Write what became of rows, in one statement.

        :param results: list of dicts with ``id`` and columns of the rows
        """
        if not results:
            return
        self.env["shequ.import.row"].flush_model()
        names = {
            "status": "text",
            "message": "text",
            "changes": "text",  # stays as the dry run has found it
            "new_keys": "jsonb",
            "estate_id": "int",
            "unit_id": "int",
            "partner_id": "int",
            "residency_id": "int",
        }
        columns = [
            [
                json.dumps(row[name])
                if kind == "jsonb" and name in row
                else row.get(name) or None
                for row in results
            ]
            for name, kind in names.items()
        ]
        self.env.cr.execute(
            SQL(
                "UPDATE shequ_import_row r SET %s FROM unnest(%s) AS v(id, %s) "
                "WHERE r.id = v.id",
                SQL(", ").join(
                    SQL(
                        "%(name)s = COALESCE(v.%(name)s, r.%(name)s)"
                        if name in ("changes", "new_keys")
                        else "%(name)s = v.%(name)s",
                        name=SQL.identifier(name),
                    )
                    for name in names
                ),
                SQL(", ").join(
                    [SQL("%s::int[]", [row["id"] for row in results])]
                    + [
                        SQL(f"%s::{kind}[]", column)
                        for column, kind in zip(columns, names.values(), strict=True)
                    ]
                ),
                SQL(", ").join(map(SQL.identifier, names)),
            )
        )
        self.env["shequ.import.row"].invalidate_model()

    # ------------------------------------------------------------- results

    def _dry_results(self, batch):
        """What each row of a batch would do, in words."""
        results = []
        seen = set()
        for plan in batch.plans.values():
            results += [
                {"id": row, "status": "error", "message": text}
                for row, text in plan.errors.items()
            ]
            for index, row in enumerate(plan.rows):
                results.append(self._dry_result(plan, row, index == 0, seen))
        return results

    def _dry_result(self, plan, row, is_first, seen):
        people = [p for p in plan.people if p.row["id"] == row["id"]]
        new, lines = [], []
        if is_first:
            new += self._new_places(plan, seen)
            lines += self._change_lines(plan.changes)
            lines += [self._ending_line(change) for change in plan.ending]
        for person in people:
            if not person.partner:
                new.append(f"person {person.key}")
            if not person.residency:
                lines.append(self._new_residency_line(person))
            lines += self._change_lines(person.changes)
        creates = bool(new) or any(not person.residency for person in people)
        status = "create" if creates else "change" if lines else "unchanged"
        first = people[0] if people else None
        return {
            "id": row["id"],
            "status": status,
            "message": row["message"],
            "changes": "\n".join(lines),
            "new_keys": new,
            "estate_id": plan.estate.id,
            "unit_id": plan.unit.id,
            "partner_id": first and first.partner.id,
            "residency_id": first and first.residency.id,
        }

    @staticmethod
    def _new_places(plan, seen):
        new = []
        if not plan.building:
            new.append(f"building {plan.building_key}")
        if not plan.unit:
            new.append(f"unit {plan.number}")
        return new

    def _change_lines(self, changes):
        lines = []
        for change in changes:
            if change.name in ("shequ_id_type", "shequ_id_hash"):
                continue
            lines.append(
                self.env._(
                    "%(field)s: %(old)s → %(new)s",
                    field=self._label(change),
                    old=self._shown(change, change.old),
                    new=self._shown(change, change.new),
                )
            )
        return lines

    def _label(self, change):
        field = change.record._fields[change.name]
        if change.name == "shequ_id_sealed":
            return self.env._("Identity number")
        return field._description_string(self.env)

    def _shown(self, change, value):
        """A value as a list of changes shows it, personal data masked."""
        if change.name == "shequ_id_sealed":
            return "****" if value else self.env._("(empty)")
        if value in (None, False, ""):
            field = change.record._fields[change.name]
            if field.type == "boolean":
                return self.env._("no")
            return self.env._("(empty)")
        if change.name in ("phone", "shequ_phone2"):
            return mask.mask_phone(value)
        if change.name == "email":
            return mask.mask_email(value)
        field = change.record._fields[change.name]
        if field.type == "selection":
            return dict(field._description_selection(self.env)).get(value, value)
        if field.type == "float":
            return f"{value:.2f}"
        return self.env._("yes") if value is True else str(value)

    def _ending_line(self, change):
        residency = change.record
        if change.name == "is_representative":
            return self.env._(
                "%(person)s does not vote for the unit any more",
                person=residency.partner_id.name,
            )
        if change.name != "date_to":
            line = self._change_lines([change])[0]
            return f"{residency.partner_id.name}: {line}"
        return self.env._(
            "%(person)s (%(role)s) ends on %(date)s: not in the file",
            person=residency.partner_id.name,
            role=residency._role_label(),
            date=change.new,
        )

    def _new_residency_line(self, person):
        roles = dict(
            self.env["shequ.residency"]._fields["role"]._description_selection(self.env)
        )
        return self.env._(
            "new: %(person)s, %(role)s since %(date)s",
            person=person.content["name"],
            role=roles[person.residency_vals["role"]],
            date=person.residency_vals["date_from"],
        )

    # ------------------------------------------------------------- lookups

    def _estates(self):
        """Estates that the person who imports may change, by name and code."""
        if self.estate_id:
            return {}
        estates = (
            self.env["shequ.estate"]
            .with_user(self.user_id)
            .sudo(False)
            .search([("company_id", "=", self.company_id.id)])
            .sudo()
            .with_env(self.env)
        )
        found = {}
        for estate in estates:
            found[estate_key(estate.code)] = estate
        for estate in estates:
            found[estate_key(estate.name)] = estate
        return found

    @api.model
    def _speaks_chinese(self):
        return (self.env.lang or "").startswith("zh")
