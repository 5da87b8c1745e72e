"""Servers, databases and browsers in processes of their own.

def test_something(live_server, phone):
    server = live_server(workers=2)
    phone.goto(server.url("/web/login"))
"""

import json
import os
import subprocess
import time
from collections import namedtuple
from pathlib import Path

import pytest

from shequ_cli import layout, postgres, system
from shequ_cli.database import RUN_PREFIX

from . import world
from .processes import LiveServer, error_lines, run_odoo

World = namedtuple("World", "name facts")
PHONE = {"width": 390, "height": 844}
DESKTOP = {"width": 1280, "height": 800}
PAGE_SECONDS = 90


@pytest.fixture(scope="session")
def pg():
    """The PostgreSQL server that the tests use (`shequ_cli.postgres.Server`)."""
    server = postgres.Server()
    server.connect()
    return server


@pytest.fixture(scope="session")
def template_database():
    """Name of the database with all our addons; copy it, never connect to it."""
    name = os.environ.get("SHEQU_TEST_TEMPLATE")
    if not name:
        pytest.fail("run the tests with ./shequ test")
    return name


@pytest.fixture(scope="session")
def world_template(pg, template_database):
    """A template with the community of `world` in it: its `name` and its `facts`.

    Made once for all tests of this process: a dozen passwords are slow to hash.
    """
    name = f"{RUN_PREFIX}world-{os.getpid()}"
    pg.copy(template_database, name)
    try:
        yield World(name, world.build(pg, name))
    finally:
        pg.drop(name)


@pytest.fixture
def new_database(pg, template_database):
    """Make copies of the template (or of `source`); dropped when the test ends."""
    made = []

    def make(source=None):
        name = f"{RUN_PREFIX}{time.time_ns() % 10**10}-{len(made)}-{os.getpid()}"
        pg.copy(source or template_database, name)
        made.append(name)
        return name

    yield make
    for name in made:
        pg.drop(name)


@pytest.fixture
def live_server(pg, new_database, tmp_path):
    """Start Odoo servers: `live_server(workers=0, database=None, env=None)`.

    Each has a database of its own unless one is named. When the test ends they
    are stopped, and an error in a log that was not expected fails the test.
    """
    servers = []

    def start(workers=0, database=None, env=None, options=()):
        server = LiveServer(
            database or new_database(),
            layout.environment((layout.TEST_ADDONS,), **{**pg.env, **(env or {})}),
            workers,
            tmp_path / f"server-{len(servers)}.log",
            options,
        )
        servers.append(server)
        return server.start()

    yield start
    for server in servers:
        server.stop()
    errors = [line for server in servers for line in server.errors()]
    assert not errors, "errors in the server's log:\n" + "\n".join(errors)


@pytest.fixture
def scratch_postgres():
    """A PostgreSQL cluster of the test's own, which it may kill.

    Yields a `shequ_cli.postgres.Server`; its `cluster` has `start()`, `stop(mode)`
    and `running()` (the process id).
    """
    folder = Path("/tmp") / f"shequ-pg-{os.getpid()}-{time.time_ns() % 10**6}"
    server = postgres.Server.__new__(postgres.Server)
    server.cluster, server.env = postgres.Cluster(folder), {}
    server.ensure()
    yield server
    server.cluster.remove()


@pytest.fixture(scope="session")
def chromium_path():
    """Where Chromium is; in CI a session without it does not even begin."""
    path = system.chromium()
    if not path:
        pytest.skip("Chromium is not installed")
    return path


@pytest.fixture(scope="module")
def chromium(chromium_path):
    """The browser, headless (`playwright`'s Browser with the machine's Chromium).

    One for each file: Odoo's own test classes end every process that they did not
    start, and so would end a browser that lives longer.
    """
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=chromium_path,
            args=[
                "--no-sandbox",
                "--disable-gpu",
                "--disable-quic",
                "--disable-background-networking",
                "--disable-component-update",
                "--disable-sync",
                "--no-first-run",
            ],
        )
        yield browser
        browser.close()


@pytest.fixture
def new_page(chromium):
    """Open pages in a fresh profile each: `new_page(viewport=…, **context)`."""
    contexts = []

    def open_page(viewport=None, **options):
        options = {"locale": "zh-CN", "timezone_id": "Asia/Shanghai", **options}
        context = chromium.new_context(viewport=viewport or DESKTOP, **options)
        # The first page of a new database bundles its scripts.
        context.set_default_timeout(PAGE_SECONDS * 1000)
        contexts.append(context)
        return context.new_page()

    yield open_page
    for context in contexts:
        context.close()


@pytest.fixture
def phone(new_page):
    """A page 390 px wide with a touch screen."""
    return new_page(PHONE, is_mobile=True, has_touch=True, device_scale_factor=2)


@pytest.fixture
def desktop(new_page):
    """A page 1280 px wide."""
    return new_page(DESKTOP)


@pytest.fixture
def slow_network():
    """Chromium's slow 3G on a page: `slow_network(page)`."""

    def emulate(page, offline=False):
        session = page.context.new_cdp_session(page)
        session.send("Network.enable")
        session.send(
            "Network.emulateNetworkConditions",
            {
                "offline": offline,
                "latency": 2000,
                "downloadThroughput": 50_000,
                "uploadThroughput": 50_000,
            },
        )
        return session

    return emulate


@pytest.fixture
def odoo(pg):
    """Run Odoo's command line and fail on a non-zero exit or a logged error."""

    def run(*words, **env):
        code, output = run_odoo(pg, *words, **env)
        errors = error_lines(output)
        assert code == 0 and not errors, "\n".join(errors) or output[-3000:]
        return output

    yield run


@pytest.fixture
def odoo_script(pg):
    """Run a script in Odoo's shell; return the JSON of its last line."""

    def run(database, script):
        done = subprocess.run(
            [
                str(layout.PYTHON),
                "-c",
                "import sys\n"
                "from click_odoo import OdooEnvironment\n"
                "from odoo.tools import config\n"
                f"config.parse_config(['-d', {database!r}, '--log-level=error',"
                " '--no-http'])\n"
                f"with OdooEnvironment({database!r}) as env:\n"
                "    exec(sys.stdin.read(), {'env': env})\n",
            ],
            input=script,
            env=layout.environment((layout.TEST_ADDONS,), **pg.env),
            cwd=layout.ROOT,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr[-3000:]
        return json.loads(done.stdout.splitlines()[-1])

    return run
