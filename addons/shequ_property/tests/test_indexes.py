from odoo.tests import TransactionCase, tagged


@tagged("post_install", "-at_install")
class TestIndexes(TransactionCase):
    """Odoo's own lint wants `index=True` on the inverse of each One2many; here an
    index of several columns that begins with it will do, and it has to exist."""

    def _first_columns(self):
        self.env.cr.execute(
            """
            SELECT c.relname, a.attname
              FROM pg_index i
              JOIN pg_class c ON c.oid = i.indrelid
              JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = i.indkey[0]
             WHERE i.indpred IS NULL
                OR pg_get_expr(i.indpred, i.indrelid) ILIKE '%%is not null%%'
            """
        )
        return set(self.env.cr.fetchall())

    def test_inverse_of_each_list_is_indexed(self):
        indexed = self._first_columns()
        checked, missing = 0, []
        for model in self.env.registry.models.values():
            for field in model._fields.values():
                if field.type != "one2many" or not field.inverse_name:
                    continue
                comodel = self.env[field.comodel_name]
                inverse = comodel._fields[field.inverse_name]
                own = comodel._name.startswith("shequ.") and not comodel._transient
                if own and comodel._auto and inverse.store and inverse.column_type:
                    checked += 1
                    if (comodel._table, inverse.name) not in indexed:
                        missing.append(str(inverse))
        self.assertFalse(sorted(set(missing)))
        self.assertGreater(checked, 10)
