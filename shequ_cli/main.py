"""The commands of `./shequ`."""

import argparse
import contextlib
import fcntl
import os
import shutil
import signal
import subprocess
import sys

from . import database, layout, odoo_tree, postgres, server, standard, system, venv
from .ui import Phase, Problem, explain_os_error, say

INTERRUPTED = 130
COMMANDS = [
    ("run", "set up what is missing and start the community on 127.0.0.1:8069"),
    ("test", "run the tests; arguments are passed on to pytest"),
    ("lint", "check style, XML, manifests and translations"),
    ("bench", "measure: ./shequ bench NAME [--json]"),
    ("shell", "open an Odoo shell, or run the script on standard input"),
    ("psql", "open psql on the database; arguments are passed on"),
    ("update", "upgrade the database to the addons of this folder"),
    ("status", "show what is installed, what is running and where"),
    ("stop", "stop the server and the database server"),
    ("reset", "delete the database (--all: everything in .local)"),
]
# What comes after these goes to another program as it is.
PASSING_ON = ("test", "bench", "psql", "shell")


@contextlib.contextmanager
def setup_lock():
    """Let one ./shequ at a time set things up; the kernel frees it on a kill."""
    layout.LOCAL.mkdir(parents=True, exist_ok=True)
    with open(layout.LOCAL / "lock", "w") as handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            with Phase("Waiting for another ./shequ to finish its set-up"):
                fcntl.flock(handle, fcntl.LOCK_EX)
        yield


def ensure_tools(dev=False, tests=False):
    """Everything but a database: packages, Odoo, Python packages, PostgreSQL."""
    if not venv.ready(dev):
        system.check_disk()
    system.ensure_packages(tests=tests)
    odoo_tree.ensure()
    venv.ensure(dev)
    pg = postgres.Server()
    pg.ensure()
    return pg


def has_demo():
    folder = layout.ROOT / "shequ_cli"
    return any(
        path.is_file() for path in (folder / "demo.py", folder / "demo" / "__init__.py")
    )


def load_demo(pg, name):
    """Load the demo, or the rest of it, where it was asked for from the start."""
    wanted = database.parameter(pg, name, database.DEMO_WANTED_KEY)
    if wanted and has_demo() and not database.parameter(pg, name, database.DEMO_KEY):
        with Phase("Demo community") as phase:
            database.script(pg, "demo", name, phase=phase)
    elif not wanted:
        say(f"  ! The database {name} was started without the demo community, and")
        say("    stays so. For a community to look at: ./shequ run --db demo")


def announce(args, demo):
    say()
    say(f"  Open {server.url(args.host, args.port)} in a browser. Ctrl-C stops it.")
    say(f"  The server's log: {layout.LOGS / 'odoo.log'}")
    rows = [("administrator", "admin", "admin", "/odoo")]
    if demo:
        from .demo import LOGINS

        rows = [*LOGINS, *(row for row in rows if row[1] not in {r[1] for r in LOGINS})]
    say()
    widths = [max(len(str(row[column])) for row in rows) for column in range(3)]
    for role, login, password, path in rows:
        cells = [str(role), str(login), str(password)]
        line = "  ".join(cell.ljust(width) for cell, width in zip(cells, widths))
        say(f"  {line}  {server.url(args.host, args.port, path)}")
    if demo:
        say("\n  Codes by text message reach nobody here: the administrator reads them")
        say("  under Community Property, Configuration, Development Outbox.")
    if args.host not in ("127.0.0.1", "localhost", "::1"):
        say("\n  ! Others can reach this server: change these passwords first.")
    say()


def do_run(args):
    database.check_name(args.db)
    server.end_orphans()
    server.check_port(args.host, args.port)
    pg = odoo = None
    try:
        with setup_lock():
            pg = ensure_tools()
            database.ensure(pg, args.db, with_demo=not args.empty)
            if not args.empty:
                load_demo(pg, args.db)
            demo = has_demo() and database.parameter(pg, args.db, database.DEMO_KEY)
            env = layout.environment(**pg.env)
            odoo = server.OdooServer(args.db, args.host, args.port, env)
            odoo.start()
        odoo.wait_ready()
        announce(args, demo)
        code = odoo.wait()
        if code not in (0, -signal.SIGTERM):
            raise Problem(f"The server stopped.\n{odoo.tail()}")
        return 0
    except KeyboardInterrupt:
        if not odoo:
            raise
        say()
        return 0
    finally:
        finish(pg, odoo)


def finish(pg, odoo):
    """End what was started; a second Ctrl-C does not cut this short."""
    for sign in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(sign, signal.SIG_IGN)
    if odoo and odoo.process:
        with Phase("Stopping the server"):
            odoo.stop()
    if pg and pg.cluster and pg.cluster.ours() and pg.cluster.running():
        with Phase("Stopping the database server") as phase:
            if not pg.stop_if_idle():
                phase.title += ": left running, others are using it"


def do_test(args):
    from . import testing

    pg = postgres.Server()
    was_running = bool(pg.cluster and pg.cluster.running())
    with setup_lock():
        pg = ensure_tools(dev=True, tests=True)
        standard.ensure()
        name = database.ensure_test(pg)
    try:
        return testing.main(pg, name, args.rest)
    finally:
        # Silently: pytest's summary is to be the last line.
        if not was_running:
            pg.stop_if_idle()


def do_lint(args):
    from . import lint

    with setup_lock():
        system.ensure_packages(database=False)
        venv.ensure(dev=True)
    return lint.main(args.fix)


def do_bench(args):
    folder = layout.ROOT / "bench"
    names = sorted(
        path.stem for path in folder.glob("*.py") if not path.stem.startswith("_")
    )
    name = args.rest[0] if args.rest else ""
    if name not in names:
        raise Problem(f"./shequ bench NAME, where NAME is one of: {', '.join(names)}")
    with setup_lock():
        pg = ensure_tools(dev=True)
    # Imported by name: `import` is also the name of a benchmark.
    code = (
        "import importlib, sys; "
        f"sys.exit(importlib.import_module('bench.{name}').main(sys.argv[1:]))"
    )
    return call([layout.PYTHON, "-c", code, *args.rest[1:]], pg)


def call(command, pg, **more):
    """Hand the terminal to another program and return its exit code."""
    env = layout.environment(**{**pg.env, **more})
    process = subprocess.Popen(
        [str(part) for part in command], env=env, cwd=layout.ROOT
    )
    while True:
        try:
            return process.wait()
        except KeyboardInterrupt:
            continue  # it got the signal too, and ends (or not) by itself


def require_database(name):
    """Return the running server, with the database checked to be there."""
    database.check_name(name)
    with setup_lock():
        pg = ensure_tools()
    if name not in pg.databases():
        raise Problem(f"There is no database {name} yet: ./shequ run makes it.")
    return pg


def do_shell(args):
    pg = require_database(args.db)
    command = [layout.PYTHON, "-m", "odoo", "shell", "-c", layout.CONF, "-d", args.db]
    return call([*command, "--no-http", "--log-level=warn", *args.rest], pg)


def do_psql(args):
    pg = require_database(args.db)
    return call(["psql", "-d", args.db, *args.rest], pg)


def do_update(args):
    pg = require_database(args.db)
    with setup_lock():
        if not database.update(pg, args.db, force=args.force):
            say(f"  ✓ The database {args.db} is up to date.")
    return 0


def do_status(_args):
    site = layout.odoo_site()
    if (site / "odoo" / "release.py").is_file():
        odoo = "{}.{} in {}".format(*layout.odoo_version(site), site)
    else:
        odoo = "not fetched yet"
    say(f"Odoo        {odoo}")
    packages = "complete" if venv.ready() else "not installed yet"
    say(f"Python      {packages}, {layout.VENV}")
    pg = postgres.Server()
    if not pg.available():
        where = pg.cluster.folder if pg.cluster else os.environ["PGHOST"]
        say(f"PostgreSQL  not running, {where}")
    else:
        version = pg.sql("SHOW server_version")
        say(f"PostgreSQL  {version} running, {pg.env['PGHOST']}")
        for name in pg.databases():
            if not name.startswith(database.PREFIXES) and database.is_odoo(pg, name):
                say(f"Database    {describe_database(pg, name)}")
    servers = server.running()
    for name, entry in servers.items():
        where = server.url(entry["host"], entry["port"])
        say(f"Server      {where} (database {name}, process {entry['pid']})")
    if not servers:
        say("Server      not running")
    free = shutil.disk_usage(layout.ROOT).free
    say(f"Disk        {free / 1024**3:.1f} GB free")
    return 0


def describe_database(pg, name):
    version = pg.sql(
        "SELECT latest_version FROM ir_module_module "
        "WHERE name = 'shequ_property' AND state = 'installed'",
        name,
    )
    if not version:
        return f"{name}: without shequ_property"
    wanted = layout.addons_hash(layout.addon_dirs())
    fresh = database.parameter(pg, name, database.HASH_KEY) == wanted
    demo = database.parameter(pg, name, database.DEMO_KEY)
    return (
        f"{name}: shequ_property {version}, "
        f"{'up to date' if fresh else 'to be updated by ./shequ update'}, "
        f"{'with' if demo else 'without'} the demo community"
    )


def do_stop(_args):
    for name, entry in server.running().items():
        with Phase(f"Stopping the server of {name}"):
            server.end(entry["pid"])
            server.record(name).unlink(missing_ok=True)
    pg = postgres.Server()
    if pg.available():
        finish(pg, None)
    say("  ✓ Stopped.")
    return 0


def do_reset(args):
    what = (
        f"everything in {layout.LOCAL}, all databases included"
        if args.all
        else f"the database {args.db} and its files"
    )
    if not args.yes:
        if not sys.stdin.isatty():
            raise Problem(f"This deletes {what}. Say --yes to do so.")
        if input(f"Delete {what}? [y/N] ").strip().lower() not in ("y", "yes"):
            return 1
    do_stop(args)
    pg = postgres.Server()
    if args.all:
        if pg.cluster and pg.cluster.exists():
            with Phase("Deleting the database cluster"):
                pg.cluster.remove()
        with Phase(f"Deleting {layout.LOCAL}"):
            shutil.rmtree(layout.LOCAL, ignore_errors=True)
        return 0
    database.check_name(args.db)
    with setup_lock():
        if pg.cluster and not pg.cluster.exists():
            return 0
        pg.ensure()
        with Phase(f"Deleting database {args.db}"):
            pg.drop(args.db)
            pg.drop(args.db + database.PART_SUFFIX)
    finish(pg, None)
    return 0


def parser():
    top = argparse.ArgumentParser(
        prog="./shequ",
        description="shequ: a neighbourhood that runs on Odoo 19.",
        epilog="Environment: ODOO_HOME (an Odoo 19 tree to use), PGHOST and the other "
        "PG… variables (a PostgreSQL server to use), SHEQU_LOCAL (where everything "
        "fetched and made is kept; default .local), SHEQU_DEBIAN_MIRROR.",
    )
    commands = top.add_subparsers(dest="command", metavar="COMMAND", required=True)
    made = {}
    for name, text in COMMANDS:
        made[name] = commands.add_parser(
            name, help=text, description=text[0].upper() + text[1:] + "."
        )
    for name in ("run", "shell", "psql", "update", "reset"):
        made[name].add_argument(
            "--db", default="shequ", metavar="NAME", help="database (default: shequ)"
        )
    run = made["run"]
    run.add_argument("--empty", action="store_true", help="without the demo community")
    run.add_argument("--port", type=int, default=8069, help="default: 8069")
    run.add_argument("--host", default="127.0.0.1", help="default: 127.0.0.1")
    made["lint"].add_argument("--fix", action="store_true", help="mend what ruff can")
    made["update"].add_argument(
        "--force",
        action="store_true",
        help="look at each addon even if nothing changed",
    )
    made["reset"].add_argument("--all", action="store_true", help="all of .local")
    made["reset"].add_argument("--yes", action="store_true", help="do not ask")
    return top


def parse(argv):
    """Parse the command line; what a command passes on ends up in `rest`."""
    passing = bool(argv) and argv[0] in PASSING_ON
    if argv[:1] == ["test"] and argv[1:2] not in (["-h"], ["--help"]):
        # All of it is pytest's, so that no option of its has to be quoted.
        return argparse.Namespace(command="test", rest=argv[1:])
    args, rest = parser().parse_known_args(argv)
    if rest and not passing:
        parser().error(f"unrecognized arguments: {' '.join(rest)}")
    args.rest = [word for word in rest if word != "--"]
    return args


def _interrupt(_sign, _frame):
    raise KeyboardInterrupt


def main(argv):
    args = parse(argv)
    layout.check_tree()
    signal.signal(signal.SIGTERM, _interrupt)
    signal.signal(signal.SIGHUP, _interrupt)
    try:
        return globals()[f"do_{args.command}"](args) or 0
    except Problem as problem:
        print(f"\n{problem}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\nStopped. The next run goes on from here.", file=sys.stderr)
        return INTERRUPTED
    except BrokenPipeError:
        return 0
    except OSError as error:
        sentence = explain_os_error(error)
        if not sentence:
            raise
        print(f"\n{sentence}", file=sys.stderr)
        return 1
