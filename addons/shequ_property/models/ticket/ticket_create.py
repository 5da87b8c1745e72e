"""New tickets of the door go into table and cache column by column.

Odoo writes a hundred fields of a new record one record at a time; over a rainstorm's
reports that is half of what a ticket costs.  The steps here are those of
`BaseModel._create`, in its order and with its hooks, taken for all tickets of a batch
together.  What does not come through the door, or is more than plain columns, takes
Odoo's own way.
"""

from functools import lru_cache

from odoo import api, models, tools
from odoo.models import LOG_ACCESS_COLUMNS

# So many rows a statement, like Odoo.
ROWS = 100
X2MANY = ("one2many", "many2many")
# Not hashable, or with a meaning that depends on the record.
ONE_BY_ONE = ("json", "monetary")
REFERENCES = ("many2one", "many2one_reference")


class Ticket(models.Model):
    _inherit = "shequ.ticket"

    def _through_the_door(self):
        return bool(self.env.cr.cache.get("shequ.intake"))

    @api.model
    def _prepare_create_values(self, vals_list):
        if not self._through_the_door() or self._has_precomputed():
            return super()._prepare_create_values(vals_list)
        # The door gives no magic field, so nothing is to be taken out, for which Odoo
        # looks at two hundred fields, twice.
        now, uid = self.env.cr.now(), self.env.uid
        log = {
            "create_uid": uid,
            "create_date": now,
            "write_uid": uid,
            "write_date": now,
        }
        return [{**self._add_missing_default_values(vals), **log} for vals in vals_list]

    @api.model
    @tools.ormcache()
    def _has_precomputed(self):
        return any(field.precompute for field in self._fields.values())

    @api.model
    def _create(self, data_list):
        names = {name for data in data_list for name in data["stored"]}
        plain = all(
            field.column_type and field.type not in ("html", "properties")
            for field in map(self._fields.get, names)
        )
        if not (plain and self._through_the_door()):
            return super()._create(data_list)
        stored = [data["stored"] for data in data_list]
        tickets = self.browse(self._insert_rows(sorted(names), stored))
        for data, ticket in zip(data_list, tickets, strict=True):
            data["record"] = ticket
        tickets._remember(names, stored)
        # From here on word for word what Odoo does.
        protected = [(data["protected"], data["record"]) for data in data_list]
        with self.env.protecting(protected):
            tickets.modified(self._fields, create=True)
        tickets._validate_fields(name for values in stored for name in values)
        tickets.check_access("create")
        return tickets

    @api.model
    def _insert_rows(self, names, stored):
        """Insert rows of plain columns.

        :param names: names of the fields, in the order of the columns
        :param stored: list of dicts; a name that is missing is left empty
        :return: ids in the order of `stored`
        """
        columns = [
            [
                field.convert_to_column_insert(values[name], self, values)
                if name in values
                else None
                for values in stored
            ]
            for name, field in ((name, self._fields[name]) for name in names)
        ]
        rows = list(zip(*columns, strict=True))
        ids = []
        for start in range(0, len(rows), ROWS):
            part = rows[start : start + ROWS]
            self.env.cr.execute(
                _insert(self._table, tuple(names), len(part)),
                # One flat list: psycopg2 takes tuples apart in Python, which is dear.
                [value for row in part for value in row],
            )
            ids += [id_ for (id_,) in self.env.cr.fetchall()]
        return ids

    def _remember(self, names, stored):
        """Put new tickets into the cache, a field at a time."""
        ids = self._ids
        caches = self.env.transaction.field_data
        for field, nothing, plain in self._fields_left_out(tuple(names)):
            if not plain:
                field._update_cache(self, nothing)
                continue
            cache = caches[field]
            for id_ in ids:
                cache[id_] = nothing
        varied = self.pool.field_depends_context
        for name in names:
            field = self._fields[name]
            values = [vals.get(name) for vals in stored]
            if field.type in ONE_BY_ONE:
                pairs = zip(values, self, strict=True)
            else:
                pairs = self._by_value(values)
            for value, tickets in pairs:
                if value is not None:
                    value = field.convert_to_cache(value, tickets)
                if field in varied:
                    field._update_cache(tickets, value)
                else:
                    # The same, without looking for what nobody has written yet.
                    caches[field].update(dict.fromkeys(tickets._ids, value))
                if field.type in REFERENCES and self.pool.field_inverses[field]:
                    field._update_inverses(tickets, value)

    def _by_value(self, values):
        """Return pairs of a value and the tickets that have it, None for no value."""
        if len(values) == 1 or all(value is values[0] for value in values):
            return [(values[0], self)]
        ids = {}
        for id_, value in zip(self._ids, values, strict=True):
            # 1, 1.0 and True are one key and yet three values.
            ids.setdefault((type(value), value), []).append(id_)
        return [(value, self.browse(found)) for (_, value), found in ids.items()]

    @api.model
    @tools.ormcache("names")
    def _fields_left_out(self, names):
        """Return what new tickets have no value of, and how the cache says so.

        :param names: tuple of the names of the fields that are written
        :return: list of (stored field, empty value, whether the value in the cache
            is the same in every context)
        """
        known = {*names, *LOG_ACCESS_COLUMNS, "id", "parent_path"}
        varied = self.pool.field_depends_context
        return [
            (field, () if field.type in X2MANY else None, field not in varied)
            for name, field in self._fields.items()
            if field.store and (name not in known or field.type in X2MANY)
        ]

    # --- what depends on a new ticket ---------------------------------------------

    def _modified(self, fields, create):
        whole = len(fields) == len(self._fields)
        if not (create and whole and self._through_the_door()):
            return super()._modified(fields, create)
        caches = self.env.transaction.field_data

        def select(field):
            return caches.get(field) or (field.compute and field.store)

        tree = _pruned(self._creation_triggers(), select)
        if not any(tree.values()):
            # Nothing to be found through other records, for which it takes a context.
            return [(field, self, True) for field in tree.root]
        return (
            self.sudo()
            .with_context(active_test=False)
            ._modified_triggers(tree, create=True)
        )

    @api.model
    @tools.ormcache()
    def _creation_triggers(self):
        """Return what depends on a new ticket, all fields in one tree.

        Merged once: Odoo does it anew for each creation, a tenth of a ticket's time.
        What refers to a ticket cannot refer to one that is new.
        """
        tree = self.pool.get_trigger_tree(list(self._fields.values()), lambda _f: True)
        for label in [label for label in tree if label.type in REFERENCES]:
            del tree[label]
        return tree


def _pruned(tree, select):
    """Return a copy of a trigger tree without the fields that nobody waits for."""
    branches = {label: _pruned(branch, select) for label, branch in tree.items()}
    return type(tree)(
        list(filter(select, tree.root)),
        {label: branch for label, branch in branches.items() if branch},
    )


@lru_cache(128)
def _insert(table, names, count):
    """Return the statement that inserts `count` rows; table and names from the code."""
    columns = ", ".join(f'"{name}"' for name in names)
    row = f"({', '.join(['%s'] * len(names))})"
    rows = ", ".join([row] * count)
    return f'INSERT INTO "{table}" ({columns}) VALUES {rows} RETURNING "id"'
