"""What the benchmarks share: databases, counting of queries, rounds, tables."""

import argparse
import contextlib
import json
import os
import statistics
import subprocess
import sys
import time
from pathlib import Path

from shequ_cli import layout

ROOT = Path(__file__).resolve().parent.parent
LOCAL = Path(os.environ.get("SHEQU_LOCAL") or ROOT / ".local")
PEERS = LOCAL / "bench" / "peers"
# Where a database says which state of the addons it has.
HASH = "shequ.bench_hash"


def arguments(description, argv, **defaults):
    """Read the options every benchmark has."""
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("--json", action="store_true", help="print figures as JSON")
    parser.add_argument("--rounds", type=int, default=defaults.pop("rounds", 5))
    for name, value in defaults.items():
        parser.add_argument(f"--{name}", type=type(value), default=value)
    return parser.parse_args(argv)


def say(text):
    print(text, file=sys.stderr, flush=True)


def install_peers():
    """Fetch the addons we measure against, once."""
    if (PEERS / "odoo" / "addons" / "helpdesk_mgmt_sla").is_dir():
        return
    say("Fetching the peers' addons")
    command = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps"]
    command += ["--require-hashes", "--target", str(PEERS)]
    subprocess.run([*command, "-r", str(ROOT / "requirements-bench.txt")], check=True)


def start_odoo(addons_paths):
    """Configure Odoo in this process for several databases at once."""
    import odoo.init  # noqa: F401  sets the process up as Odoo's own commands do
    from odoo.tools import config

    config.parse_config(
        [
            f"--addons-path={','.join(str(path) for path in addons_paths)}",
            "--log-level=error",
            "--max-cron-threads=0",
            "--no-http",
        ],
        setup_logging=True,
    )


def database(name, modules):
    """Make sure a database with these modules is there, and return its registry."""
    import psycopg2

    from odoo import SUPERUSER_ID, api
    from odoo.modules.registry import Registry
    from odoo.service import db

    try:
        psycopg2.connect(dbname=name).close()
    except psycopg2.OperationalError:
        say(f"Making the database {name}")
        db._create_empty_database(name)
        Registry.new(name, update_module=True, install_modules=["base"])
    # Looked at without Odoo: what an older version left cannot be loaded as it is.
    installed, known = _state(name)
    missing = sorted(set(modules) - installed)
    current = layout.addons_hash(layout.addon_dirs())
    stale = "shequ_property" in installed and known != current
    if not missing and not stale:
        return Registry(name)
    say(f"Installing {', '.join(missing)} in {name}" if missing else f"Updating {name}")
    registry = Registry.new(
        name,
        update_module=True,
        install_modules=missing,
        upgrade_modules=["shequ_property"] if stale else [],
    )
    with registry.cursor() as cr:
        env = api.Environment(cr, SUPERUSER_ID, {})
        env["ir.config_parameter"].set_param(HASH, current)
    return registry


def _state(name):
    """Return the addons installed in a database, and the state of ours."""
    import psycopg2

    with contextlib.closing(psycopg2.connect(dbname=name)) as connection:
        cr = connection.cursor()
        cr.execute("SELECT name FROM ir_module_module WHERE state = 'installed'")
        installed = {row[0] for row in cr.fetchall()}
        cr.execute("SELECT value FROM ir_config_parameter WHERE key = %s", [HASH])
        return installed, (cr.fetchone() or [None])[0]


@contextlib.contextmanager
def count_queries():
    """Count what goes to PostgreSQL: ``with count_queries() as n: …; n[0]``.

    A ``COPY`` counts as a query; a cursor of Odoo hands it on to psycopg2.
    """
    from odoo.sql_db import Cursor

    counted = [0]
    execute, getattr_ = Cursor.execute, Cursor.__getattr__

    def counting_execute(self, *args, **kwargs):
        counted[0] += 1
        return execute(self, *args, **kwargs)

    def counting_getattr(self, name):
        counted[0] += name == "copy_expert"
        return getattr_(self, name)

    Cursor.execute, Cursor.__getattr__ = counting_execute, counting_getattr
    try:
        yield counted
    finally:
        Cursor.execute, Cursor.__getattr__ = execute, getattr_


def timed(function):
    """Return seconds and queries of one call."""
    with count_queries() as queries:
        start = time.perf_counter()
        function()
        return time.perf_counter() - start, queries[0]


def rounds(contestants, count):
    """Run every contestant in turn, ``count`` times, after one warm-up.

    :param contestants: dict name → function
    :return: dict name → (median seconds, queries of the last run)
    """
    taken = {name: [] for name in contestants}
    for number in range(count + 1):
        for name, function in contestants.items():
            result = timed(function)
            if number:
                taken[name].append(result)
    return {
        name: (statistics.median(s for s, _q in runs), runs[-1][1])
        for name, runs in taken.items()
    }


class Report:
    """Rows of figures, printed as a table or as JSON."""

    def __init__(self, title):
        self.title = title
        self.sections = []

    def section(self, title, rows, goal=""):
        self.sections.append({"title": title, "rows": rows, "goal": goal})
        say(f"  measured: {title}")
        for row in rows:
            say(
                "    "
                + ", ".join(f"{key} {_cell(value)}" for key, value in row.items())
            )

    def print(self, as_json):
        if as_json:
            print(json.dumps({"title": self.title, "sections": self.sections}))
            return
        print(f"\n{self.title}")
        for section in self.sections:
            print(
                f"\n{section['title']}"
                + (f"  [{section['goal']}]" * bool(section["goal"]))
            )
            print_table(section["rows"])


def print_table(rows):
    columns = list(dict.fromkeys(key for row in rows for key in row))
    cells = [[_cell(row.get(column, "")) for column in columns] for row in rows]
    widths = [
        max(len(column), *(len(row[i]) for row in cells))
        for i, column in enumerate(columns)
    ]
    for row in [columns, ["-" * width for width in widths], *cells]:
        texts = (text.rjust(w) for text, w in zip(row, widths, strict=True))
        print("  " + "  ".join(texts))


def _cell(value):
    if isinstance(value, float):
        return f"{value:,.2f}" if value < 100 else f"{value:,.0f}"
    return f"{value:,}" if isinstance(value, int) else str(value)
