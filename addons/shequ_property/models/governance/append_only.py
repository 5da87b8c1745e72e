"""Records that are written once: the database refuses to change them, too."""

from odoo import api, models
from odoo.exceptions import UserError
from odoo.tools import SQL


class AppendOnly(models.AbstractModel):
    """Inherit this for evidence: rows come, none is changed, none goes.

    The refusal is a trigger of PostgreSQL, so that it holds for SQL by hand as well
    as for the ORM; :meth:`write` and :meth:`unlink` only say it in words.
    """

    _name = "shequ.append.only.mixin"
    _description = "Written Once"
    _log_access = False

    def init(self):
        result = super().init()
        if not self._abstract:
            self._refuse_changes_in_database()
        return result

    def _refuse_changes_in_database(self):
        table = SQL.identifier(self._table)
        self.env.cr.execute(
            SQL(
                """
                CREATE OR REPLACE FUNCTION shequ_append_only()
                RETURNS trigger LANGUAGE plpgsql AS $$
                BEGIN
                    RAISE EXCEPTION '%% is append-only', TG_TABLE_NAME
                          USING ERRCODE = 'restrict_violation';
                END $$;
                DROP TRIGGER IF EXISTS append_only ON %(table)s;
                CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON %(table)s
                    FOR EACH ROW EXECUTE FUNCTION shequ_append_only();
                DROP TRIGGER IF EXISTS no_truncate ON %(table)s;
                CREATE TRIGGER no_truncate BEFORE TRUNCATE ON %(table)s
                    FOR EACH STATEMENT EXECUTE FUNCTION shequ_append_only();
                """,
                table=table,
            )
        )

    def write(self, vals):
        if self:
            raise UserError(
                self.env._("This is evidence: it cannot be changed, only added to.")
            )
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_never(self):
        raise UserError(
            self.env._("This is evidence: it cannot be changed, only added to.")
        )
