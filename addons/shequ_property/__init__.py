from . import controllers
from . import models
from . import wizards


def uninstall_hook(env):
    env["shequ.ticket.day"]._drop_sequences()
    _drop_functions(env.cr)


def _drop_functions(cr):
    """Remove what the models' `init` made in the database, with its triggers."""
    cr.execute(
        r"""
        SELECT format('DROP FUNCTION %I(%s) CASCADE', proname,
                      pg_get_function_identity_arguments(oid))
          FROM pg_proc
         WHERE proname LIKE 'shequ\_%' AND pronamespace = current_schema::regnamespace
        """
    )
    for (statement,) in cr.fetchall():
        cr.execute(statement)
