"""Databases: made under another name, and given theirs when they are whole.

Two layers of templates spare time. The first holds Odoo's own addons with
Chinese and is kept as long as Odoo and the dependencies stay the same; the
second adds our addons for the tests and is kept as long as their files stay.
"""

import hashlib
import re

from . import layout, odoo_tree
from .ui import Phase, Problem, run

NAME = re.compile(r"[a-z][a-z0-9_-]{0,40}")
BASE_PREFIX = "shequ-base-"
TEST_PREFIX = "shequ-test-"
# Databases of one test run; their names end with the process that made them.
RUN_PREFIX = "shequ-tmp-"
PREFIXES = (BASE_PREFIX, TEST_PREFIX, RUN_PREFIX)
PART_SUFFIX = "-part"
KEPT_TEMPLATES = 3
# Raise it when the steps `chinese` and `defaults` change.
BASE_EDITION = 1
HASH_KEY = "shequ.addons_hash"
# Set when a database is made for the demo: one with real data never gets it.
DEMO_WANTED_KEY = "shequ.demo_wanted"
DEMO_KEY = "shequ.demo_loaded"


def check_name(name):
    if not NAME.fullmatch(name):
        raise Problem(
            f"{name!r} cannot be a database name: use small letters, digits, - and _, "
            "starting with a letter."
        )
    if name.startswith(PREFIXES) or name.endswith(PART_SUFFIX):
        raise Problem(f"{name!r} is a name that ./shequ uses for its templates.")


def script(server, step, database, *arguments, phase=None, extra_addons=()):
    """Run a step of `odoo_script` inside Odoo."""
    command = [layout.PYTHON, "-m", "shequ_cli.odoo_script", step, "-d", database]
    return run(
        [*command, *arguments],
        phase,
        layout.LOGS / f"{step}.log",
        env=layout.environment(extra_addons, **server.env),
        cwd=layout.ROOT,
    )


def parameter(server, database, key):
    """Read an ir.config_parameter without starting Odoo."""
    query = f"SELECT value FROM ir_config_parameter WHERE key = '{key}'"
    return server.sql(query, database)


def set_parameter(server, database, key, value):
    server.sql(
        "INSERT INTO ir_config_parameter (key, value, create_uid, write_uid, "
        f"create_date, write_date) VALUES ('{key}', '{value}', 1, 1, now(), now()) "
        "ON CONFLICT (key) DO UPDATE SET value = excluded.value",
        database,
    )


def _prune(server, prefix):
    """Drop templates of earlier states, and halves of killed runs.

    The newest few stay: somebody may be at work with another state of the files.
    """
    query = f"SELECT datname FROM pg_database WHERE datname LIKE '{prefix}%' "
    names = server.sql(query + "ORDER BY oid DESC").splitlines()
    whole = [name for name in names if not name.endswith(PART_SUFFIX)]
    for name in names:
        if name not in whole[: KEPT_TEMPLATES - 1]:
            server.drop(name)


def base_name():
    modules = layout.core_depends(layout.addon_dirs())
    text = ",".join([str(BASE_EDITION), odoo_tree.fingerprint(), *modules])
    return BASE_PREFIX + hashlib.sha256(text.encode()).hexdigest()[:12]


def ensure_base(server):
    """Return the template with Odoo's own addons, made when it is missing."""
    name = base_name()
    if name in server.databases():
        return name
    part = name + PART_SUFFIX
    _prune(server, BASE_PREFIX)
    modules = layout.core_depends(layout.addon_dirs())
    with Phase("Database template: Odoo's addons in Chinese") as phase:
        env = layout.environment(**server.env)
        log = layout.LOGS / "template.log"
        # Attachments stay in the database, so that a copy of it is whole.
        command = [layout.PYTHON.with_name("click-odoo-initdb"), "-n", part]
        command += ["-m", "base", "--no-demo", "--no-cache", "--attachments-in-db"]
        run(command, phase, log, env, layout.ROOT)
        phase.update("Chinese")
        script(server, "chinese", part, phase=phase)
        phase.update(", ".join(modules))
        script(server, "install", part, *modules, phase=phase)
        script(server, "defaults", part, phase=phase)
        server.rename(part, name)
    return name


def ensure(server, database, with_demo):
    """Make sure the database exists and is up to date with the addons."""
    if database not in server.databases():
        create(server, database, with_demo)
    else:
        update(server, database)


def create(server, database, with_demo):
    """Make a database with our addons, in Chinese, without any data."""
    base = ensure_base(server)
    part = database + PART_SUFFIX
    wanted = layout.addons_hash(layout.addon_dirs())
    with Phase(f"Database {database}") as phase:
        server.drop(part)
        server.copy(base, part)
        phase.update(", ".join(layout.MODULES))
        script(server, "install", part, *layout.MODULES, phase=phase)
        phase.update("scripts and styles")
        script(server, "assets", part, phase=phase)
        set_parameter(server, part, HASH_KEY, wanted)
        if with_demo:
            set_parameter(server, part, DEMO_WANTED_KEY, "1")
        server.rename(part, database)


def newer_addons(server, database):
    """List (addon, its version in the database, ours) where theirs is newer."""
    newer = []
    rows = server.sql(
        "SELECT name || ' ' || latest_version FROM ir_module_module "
        "WHERE state IN ('installed', 'to upgrade') AND latest_version IS NOT NULL",
        database,
    )
    installed = dict(row.split(" ", 1) for row in rows.splitlines())
    for addon in layout.addon_dirs():
        ours = layout.read_manifest(addon)["version"]
        theirs = installed.get(addon.name)
        if theirs and layout.version_key(theirs) > layout.version_key(ours):
            newer.append((addon.name, theirs, ours))
    return newer


def is_odoo(server, database):
    query = "SELECT to_regclass('ir_module_module') IS NOT NULL"
    return server.sql(query, database) == "t"


def check_usable(server, database):
    """Raise a Problem for a database that these addons must not touch."""
    if not is_odoo(server, database):
        raise Problem(
            f"There is a database {database}, but it is not one of Odoo. Choose "
            "another name with --db."
        )
    for addon, theirs, ours in newer_addons(server, database):
        raise Problem(
            f"The database {database} was made by a newer version: it has {addon} "
            f"{theirs}, and this folder has {ours}. Update this folder (git pull), or "
            "choose another database with --db."
        )


def update(server, database, force=False):
    """Upgrade the addons whose files have changed; return whether any had."""
    check_usable(server, database)
    wanted = layout.addons_hash(layout.addon_dirs())
    if not force and parameter(server, database, HASH_KEY) == wanted:
        return False
    with Phase(f"Update of database {database}") as phase:
        env = layout.environment(**server.env)
        log = layout.LOGS / "update.log"
        # It compares the files of each addon with those installed last.
        command = [layout.PYTHON.with_name("click-odoo-update"), "-d", database]
        run([*command, "--ignore-core-addons"], phase, log, env, layout.ROOT)
        script(server, "install", database, *layout.MODULES, phase=phase)
        set_parameter(server, database, HASH_KEY, wanted)
    return True


def ensure_test(server):
    """Return the database the tests run on: a template with all our addons.

    The tests roll back what they do, so pytest runs on it directly; what runs in
    processes of its own gets a copy (`createdb -T`).
    """
    paths = (layout.ADDONS, layout.TEST_ADDONS)
    addons = layout.addon_dirs(*paths)
    base = ensure_base(server)
    digest = hashlib.sha256((base + layout.addons_hash(addons)).encode()).hexdigest()
    name = TEST_PREFIX + digest[:12]
    part = name + PART_SUFFIX
    if name not in server.databases():
        _prune(server, TEST_PREFIX)
        with Phase("Database of the tests") as phase:
            server.copy(base, part)
            modules = [addon.name for addon in addons]
            extra = (layout.TEST_ADDONS,)
            script(server, "install", part, *modules, phase=phase, extra_addons=extra)
            phase.update("scripts and styles")
            script(server, "assets", part, phase=phase, extra_addons=extra)
            server.rename(part, name)
    return name
