"""Odoo in processes of its own; `conftest` makes fixtures of it."""

import contextlib
import os
import re
import signal
import socket
import subprocess
import time
import urllib.request

import pytest

from shequ_cli import layout
from shequ_cli.server import command as server_command

LOG_LINE = re.compile(r"^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d,\d+ \d+ [A-Z]+ ")
ERROR_LINE = re.compile(r"^\d{4}-\d\d-\d\d \S+ \d+ (ERROR|CRITICAL) ")
READY_SECONDS = 120


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class LiveServer:
    """An Odoo server process on a database of its own.

    :ivar database: its database
    :ivar log: the file with its log
    :ivar process: the `subprocess.Popen`; `kill()` and `start()` are for tests
        that pull the plug
    """

    def __init__(self, database, env, workers, log, options=()):
        # A caller of many on a busy machine begins to speak later than Odoo's two
        # seconds after it was let in.
        self.env = {"ODOO_HTTP_SOCKET_TIMEOUT": "60", **env}
        self.database, self.workers = database, workers
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
    """List the errors of a log, each with the lines that belong to it."""
    found, inside = [], False
    for line in output.splitlines():
        if LOG_LINE.match(line):
            inside = bool(ERROR_LINE.match(line))
        if inside:
            found.append(line)
    return found
