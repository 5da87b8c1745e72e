"""The demo community: two companies, three estates, three months of tickets.

Everybody in it is invented.  The texts lie in `data/demo/*.csv`; `people` and
`tickets` make a plan out of them in plain Python, the same every time, and
`loader` carries it out in Odoo, step by step, with the clock of those days.
"""

# Of every demo log-in; good for a database on one's own machine and nowhere else.
PASSWORD = "demo1234"

# (role, login, password, path)
LOGINS = [
    ("Company manager", "director", PASSWORD, "/odoo/demand-pool"),
    ("Estate manager", "manager", PASSWORD, "/odoo/demand-pool"),
    ("Supervisor", "supervisor", PASSWORD, "/odoo/demand-pool"),
    ("Dispatcher", "dispatcher", PASSWORD, "/odoo/demand-pool"),
    ("Front desk", "frontdesk", PASSWORD, "/odoo/demand-pool"),
    ("Worker", "worker", PASSWORD, "/odoo/my-jobs"),
    ("Supervision post", "post", PASSWORD, "/odoo/supervision"),
    ("Grid worker", "grid", PASSWORD, "/odoo/tickets"),
    ("Resident, owner", "zhu", PASSWORD, "/my"),
    ("Resident, elder", "wang", PASSWORD, "/my"),
    ("Resident, tenant", "xiaoli", PASSWORD, "/my"),
    ("Owners' committee", "committee", PASSWORD, "/my"),
]


def load(env, progress):
    """Load the demo community, or what is still missing of it.

    :param env: Odoo environment of a database with shequ_property and l10n_cn
    :param progress: called as ``progress(text, done, total)``
    """
    from .loader import Loader

    Loader(env, progress).run()
