import json

from odoo import fields, models
from odoo.tools import SQL

# What stands on what: undone from the front.
ORDER = (
    "shequ.residency",
    "res.partner",
    "shequ.unit",
    "shequ.building",
    "shequ.estate",
)
# Tables that may speak of a person or unit without being built on it.
HARMLESS = (
    "mail_followers",
    "mail_notification",
    "shequ_data_access_partner_rel",
    "shequ_estate_staff_rel",
    "shequ_import",
    "shequ_import_row",
    "shequ_import_change",
)


class ShequImport(models.Model):
    """Taking an import back, as long as nobody has gone on with what it brought."""

    _inherit = "shequ.import"

    def _undo_left(self):
        self.env.cr.execute(
            "SELECT count(*) FROM shequ_import_change "
            "WHERE import_id = %s AND undone IS NOT TRUE",
            [self.id],
        )
        return self.env.cr.fetchone()[0]

    def _step_undo(self):
        """Take back some changes, in the reverse order.

        :return: whether all is undone
        """
        limit = self._parameter("batch_units")
        changes = self._next_changes(limit)
        if not changes:
            self.env.cr.execute(
                "UPDATE shequ_import_row SET status = 'undone' "
                "WHERE import_id = %s AND status = 'applied'",
                [self.id],
            )
            self.write({"state": "undone", "undone_at": self.env.cr.now()})
            self.message_post(body=self.env._("The import was undone."))
            return True
        self._undo_changes(changes)
        self._progress(len(changes))
        return False

    def _next_changes(self, limit):
        self.env.cr.execute(
            SQL(
                """
                SELECT id, model, res_id, created, old FROM shequ_import_change
                 WHERE import_id = %s AND undone IS NOT TRUE
              ORDER BY CASE WHEN created AND model = 'shequ.residency' THEN 0
                            WHEN NOT created THEN 1
                            ELSE 1 + array_position(%s, model::text) END,
                       id DESC
                 LIMIT %s
                """,
                self.id,
                list(ORDER),
                limit,
            )
        )
        return self.env.cr.fetchall()

    def _undo_changes(self, changes):
        created = {}
        changed = []
        for _change, model, res_id, is_new, old in changes:
            if is_new:
                created.setdefault(model, []).append(res_id)
            else:
                changed.append((self.env[model].browse(res_id), old))
        self._remove("shequ.residency", created)
        for record, old in changed:
            if record.exists():
                record.write(json.loads(old) if isinstance(old, str) else old)
        for model in ORDER[1:]:
            self._remove(model, created)
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE shequ_import_change SET undone = true WHERE id = ANY(%s)",
            [[change[0] for change in changes]],
        )

    def _remove(self, model, created):
        records = self.env[model].with_context(
            active_test=False, shequ_import_undo=True
        )
        records.browse(created.get(model, ())).exists().unlink()

    # ------------------------------------------------------- built on it

    def _built_on(self):
        """What people have added to or changed in the records of the import.

        :return: list of sentences, empty when the import can be undone
        """
        return self._references() + self._touched()

    def _references(self):
        """Records that name a record the import made, whatever their model is."""
        found = {}
        for table, column, target in self._foreign_keys():
            number = self._count_references(table, column, target)
            if number:
                label = self._table_label(table)
                found[label] = max(found.get(label, 0), number)
        return [
            self.env._("%(label)s: %(count)s", label=label, count=count)
            for label, count in found.items()
        ]

    def _foreign_keys(self):
        """Tables and columns that point to one of our models, by the database."""
        tables = {self.env[model]._table: model for model in ORDER}
        self.env.cr.execute(
            """
            SELECT f.relname, a.attname, t.relname
              FROM pg_constraint c
              JOIN pg_class f ON f.oid = c.conrelid
              JOIN pg_class t ON t.oid = c.confrelid
              JOIN pg_attribute a ON a.attrelid = f.oid AND a.attnum = c.conkey[1]
             WHERE c.contype = 'f' AND t.relname = ANY(%s)
               AND f.relname != ALL(%s)
               AND f.relnamespace = current_schema::regnamespace
          ORDER BY 1, 2
            """,
            [list(tables), list(HARMLESS)],
        )
        return [(f, column, tables[t]) for f, column, t in self.env.cr.fetchall()]

    def _count_references(self, table, column, target):
        ours = next((m for m in ORDER if self.env[m]._table == table), None)
        made = """
            SELECT res_id FROM shequ_import_change
             WHERE import_id = %s AND created AND undone IS NOT TRUE AND model = %s
        """
        own = SQL("TRUE")
        if ours:
            # Units of a building the import made are its own as well.
            own = SQL("x.id NOT IN (%s)", SQL(made, self.id, ours))
        self.env.cr.execute(
            SQL(
                "SELECT count(*) FROM %s x WHERE x.%s IN (%s) AND %s",
                SQL.identifier(table),
                SQL.identifier(column),
                SQL(made, self.id, target),
                own,
            )
        )
        return self.env.cr.fetchone()[0]

    def _table_label(self, table):
        for model in self.env.values():
            if model._table == table and not model._abstract:
                return self.env["ir.model"]._get(model._name).name
        for model in self.env.values():
            for field in model._fields.values():
                if (
                    getattr(field, "relation", None) == table
                    and field.type == "many2many"
                ):
                    return self.env["ir.model"]._get(model._name).name
        return table

    def _touched(self):
        """Records that people changed after the import."""
        if not self.applied_at:
            return []
        lines = []
        for name in ORDER:
            model = self.env[name]
            self.env.cr.execute(
                SQL(
                    """
                    SELECT count(DISTINCT x.id) FROM %s x
                      JOIN shequ_import_change c
                        ON c.res_id = x.id AND c.model = %s AND c.import_id = %s
                       AND c.undone IS NOT TRUE
                     WHERE date_trunc('second', x.write_date) > %s
                    """,
                    SQL.identifier(model._table),
                    name,
                    self.id,
                    fields.Datetime.to_string(self.applied_at),
                )
            )
            if count := self.env.cr.fetchone()[0]:
                lines.append(
                    self.env._(
                        "%(label)s changed since: %(count)s",
                        label=self.env["ir.model"]._get(name).name,
                        count=count,
                    )
                )
        return lines
