"""The Odoo server of `./shequ run`: start, announce, stop."""

import contextlib
import json
import os
import signal
import subprocess
import time
import urllib.error
import urllib.request
from pathlib import Path

from . import layout, system
from .ui import Phase, Problem, die_with_parent

READY_SECONDS = 180
STOP_SECONDS = 20
# What a server that has just been killed may take to let go of its port.
LEAVING_SECONDS = 3


def record(database):
    return layout.RUN / f"{database}.json"


def is_server(pid):
    """Tell whether the process is an Odoo server of this folder."""
    try:
        command = Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
    except OSError:
        return False
    return b"odoo" in command and os.fsencode(str(layout.CONF)) in command


def running():
    """Return the servers of this folder: {database: record}."""
    found = {}
    for path in sorted(layout.RUN.glob("*.json")):
        try:
            entry = json.loads(path.read_text())
        except (OSError, ValueError):
            continue
        if is_server(entry["pid"]):
            found[path.stem] = entry
        else:
            path.unlink(missing_ok=True)
    return found


def end_orphans():
    """End servers whose ./shequ was killed; Linux tells them, but they take time."""
    for database, entry in running().items():
        try:
            owner = Path(f"/proc/{entry['owner']}/cmdline").read_bytes()
        except OSError:
            owner = b""
        if b"shequ" not in owner:
            with Phase("Ending the server of a run that was killed"):
                end(entry["pid"])
                wait_free(entry["host"], entry["port"])
                record(database).unlink(missing_ok=True)


def wait_free(host, port, seconds=STOP_SECONDS):
    """Wait until nobody listens; return whether that came true.

    Linux takes down a dying process step by step: its command line is gone while its
    last threads still hold the port.
    """
    deadline = time.monotonic() + seconds
    while not system.port_free(host, port):
        if time.monotonic() > deadline:
            return False
        time.sleep(0.1)
    return True


def url(host, port, path=""):
    shown = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}.get(host, host)
    return f"http://{shown}:{port}{path}"


def command(database, host, port, *more):
    """The command line of an Odoo server; everything else is in the environment."""
    return [
        str(layout.PYTHON),
        "-m",
        "odoo",
        "server",
        "-c",
        str(layout.CONF),
        "-d",
        database,
        f"--db-filter=^{database}$",
        f"--http-interface={host}",
        f"--http-port={port}",
        *more,
    ]


def check_port(host, port):
    if system.port_free(host, port):
        return
    for database, entry in running().items():
        if entry["port"] == port:
            raise Problem(
                f"shequ is already running: {url(host, port)} (database "
                f"{database}). Stop it with ./shequ stop."
            )
    if not wait_free(host, port, LEAVING_SECONDS):
        raise Problem(
            f"Port {port} on {host} is taken by another program, or {host} is not an "
            f"address of this machine. Choose another: ./shequ run --port {port + 1}"
        )


class OdooServer:
    def __init__(self, database, host, port, env):
        self.database, self.host, self.port, self.env = database, host, port, env
        self.log = layout.LOGS / "odoo.log"
        self.process = None

    def start(self):
        layout.LOGS.mkdir(parents=True, exist_ok=True)
        layout.RUN.mkdir(parents=True, exist_ok=True)
        with open(self.log, "ab") as log:
            # A session of its own: Ctrl-C reaches ./shequ, which ends it in order.
            self.process = subprocess.Popen(
                command(self.database, self.host, self.port),
                env=self.env,
                cwd=layout.ROOT,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                preexec_fn=die_with_parent,
            )
        entry = {
            "pid": self.process.pid,
            "owner": os.getpid(),
            "host": self.host,
            "port": self.port,
        }
        record(self.database).write_text(json.dumps(entry))

    def wait_ready(self):
        """Wait until the server answers; compile its first page on the way."""
        with Phase("Odoo server") as phase:
            deadline = time.monotonic() + READY_SECONDS
            while not self._answers("/web/health"):
                if self.process.poll() is not None:
                    raise Problem(f"The server stopped at once.\n{self.tail()}")
                if time.monotonic() > deadline:
                    raise Problem(f"The server does not answer.\n{self.tail()}")
                time.sleep(0.2)
            phase.update("first page")
            self._answers("/web/login", timeout=120)

    def _answers(self, path, timeout=5):
        # Never through a proxy: it is this machine.
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        try:
            with opener.open(url(self.host, self.port, path), timeout=timeout) as page:
                return page.status == 200
        except (OSError, urllib.error.URLError):
            return False

    def tail(self):
        lines = self.log.read_text("utf-8", "replace").splitlines()[-15:]
        return "\n".join(lines) + f"\nThe whole log: {self.log}"

    def wait(self):
        return self.process.wait()

    def stop(self):
        if self.process:
            end(self.process.pid, self.process)
        record(self.database).unlink(missing_ok=True)


def end(pid, process=None):
    """Ask a server to finish what it is doing, then insist."""

    def gone():
        return process.poll() is not None if process else not is_server(pid)

    for sign in (signal.SIGTERM, signal.SIGKILL):
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, sign)
        deadline = time.monotonic() + STOP_SECONDS
        while time.monotonic() < deadline:
            if gone():
                return
            time.sleep(0.1)
