"""Servers, databases and browsers in processes of their own.

def test_something(live_server, phone):
    server = live_server(workers=2)
    phone.goto(server.url("/web/login"))
"""

import contextlib
import os
import re
import signal
import socket
import subprocess
import time
import urllib.request
from pathlib import Path

import pytest

from shequ_cli import layout, postgres, system
from shequ_cli.server import command as server_command

ERROR_LINE = re.compile(r"^\d{4}-\d\d-\d\d \S+ \d+ (ERROR|CRITICAL) ")
PHONE = {"width": 390, "height": 844}
DESKTOP = {"width": 1280, "height": 800}
READY_SECONDS = 120


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


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


@pytest.fixture
def new_database(pg, template_database):
    """Make copies of the template (or of `source`); dropped when the test ends."""
    made = []

    def make(source=None):
        name = f"shequ-test-run-copy{len(made)}-{time.time_ns() % 10**9}-{os.getpid()}"
        pg.copy(source or template_database, name)
        made.append(name)
        return name

    yield make
    for name in made:
        pg.drop(name)


class LiveServer:
    """An Odoo server process on a database of its own.

    :ivar database: its database
    :ivar log: the file with its log
    :ivar process: the `subprocess.Popen`; `kill()` and `start()` are for tests
        that pull the plug
    """

    def __init__(self, database, env, workers, log, options=()):
        self.database, self.env, self.workers = database, env, workers
        self.log, self.options = log, list(options)
        self.port, self.gevent_port = free_port(), free_port()
        self.process = None
        self.expected = []

    def url(self, path="/"):
        return f"http://127.0.0.1:{self.port}{path}"

    def start(self):
        words = server_command(
            self.database,
            "127.0.0.1",
            self.port,
            f"--gevent-port={self.gevent_port}",
            f"--workers={self.workers}",
            *self.options,
        )
        with open(self.log, "ab") as log:
            self.process = subprocess.Popen(
                words,
                env=self.env,
                cwd=layout.ROOT,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        deadline = time.monotonic() + READY_SECONDS
        while time.monotonic() < deadline and self.process.poll() is None:
            if self.get("/web/health"):
                return self
            time.sleep(0.2)
        pytest.fail("the server did not start:\n" + self.log.read_text()[-3000:])

    def get(self, path, timeout=5):
        """Return the page's bytes, or None when the server does not answer."""
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        with contextlib.suppress(OSError):
            with opener.open(self.url(path), timeout=timeout) as page:
                return page.read()
        return None

    def kill(self):
        """End it and all its workers as a power cut would: SIGKILL."""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()

    def stop(self):
        if self.process and self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(30)
            except subprocess.TimeoutExpired:
                self.kill()

    def expect_error(self, pattern):
        """Declare that lines of the log which match this are no failure."""
        self.expected.append(re.compile(pattern))

    def errors(self):
        """List the log's errors that nobody expects."""
        return [
            line
            for line in self.log.read_text("utf-8", "replace").splitlines()
            if ERROR_LINE.match(line) and not any(e.search(line) for e in self.expected)
        ]


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
def chromium():
    """The browser, headless (`playwright`'s Browser with the machine's Chromium)."""
    path = system.chromium()
    if not path:
        pytest.skip("Chromium is not installed")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=path,
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


def run_odoo(pg, *words, extra_addons=(layout.TEST_ADDONS,), timeout=900, **env):
    """Run Odoo's own command line; return its exit code and its output."""
    done = subprocess.run(
        [str(layout.PYTHON), "-m", "odoo", *map(str, words)],
        env=layout.environment(extra_addons, **{**pg.env, **env}),
        cwd=layout.ROOT,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=timeout,
        check=False,
    )
    return done.returncode, done.stdout


def error_lines(output):
    return [line for line in output.splitlines() if ERROR_LINE.match(line)]


@pytest.fixture
def odoo(pg):
    """Run Odoo's command line and fail on a non-zero exit or a logged error."""

    def run(*words, **env):
        code, output = run_odoo(pg, *words, **env)
        errors = error_lines(output)
        assert code == 0 and not errors, "\n".join(errors) or output[-3000:]
        return output

    yield run
