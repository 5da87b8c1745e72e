"""`./shequ run` as a person uses it: from nothing, killed, started again, reset.

It has a `.local` of its own with its own PostgreSQL; only what is downloaded is
borrowed.
"""

import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path

import pytest

from shequ_cli import layout, postgres

from .processes import free_port

pytestmark = [pytest.mark.slow, pytest.mark.timeout(1200)]
# On a machine that has nothing else to do.
SECOND_START_SECONDS = 15
READY = "Ctrl-C stops it"


@pytest.fixture(scope="module")
def home():
    folder = Path(tempfile.mkdtemp(prefix="shequ-cli-", dir="/tmp"))
    folder.chmod(0o755)
    for name in ("odoo", "debs", "venv"):
        if (layout.LOCAL / name).exists():
            (folder / name).symlink_to(layout.LOCAL / name)
    yield folder
    postgres.Cluster(folder / "pg").remove()
    shutil.rmtree(folder, ignore_errors=True)


class Run:
    """A `./shequ` process and what it has printed so far."""

    def __init__(self, home, *words):
        dropped = ("PGHOST", "PGUSER", "PGPORT", "PGPASSWORD")
        env = {key: value for key, value in os.environ.items() if key not in dropped}
        env["SHEQU_LOCAL"] = str(home)
        self.output = home / f"run-{time.time_ns()}.out"
        self.started = time.monotonic()
        with open(self.output, "w") as out:
            self.process = subprocess.Popen(
                [sys.executable, str(layout.ROOT / "shequ"), *words],
                env=env,
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    def text(self):
        return self.output.read_text()

    def wait_for(self, condition, seconds=400):
        """Wait for words in the output, or until a function is true."""
        reached = condition if callable(condition) else lambda: condition in self.text()
        deadline = time.monotonic() + seconds
        while not reached():
            assert self.process.poll() is None, self.text()
            assert time.monotonic() < deadline, self.text()
            time.sleep(0.05)
        return time.monotonic() - self.started

    def kill(self):
        """A power cut for everything but PostgreSQL, which goes on by itself."""
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()

    def interrupt(self):
        self.process.send_signal(signal.SIGINT)
        return self.process.wait(60)


def test_the_life_of_a_folder(home):
    port = free_port()
    words = ["run", "--empty", "--port", str(port)]
    cluster = postgres.Cluster(home / "pg")

    # Killed while the cluster is made, ...
    run = Run(home, *words)
    run.wait_for((cluster.folder / "data.part" / "base").exists)
    run.kill()
    assert not cluster.exists()
    # ... while Odoo's own addons are installed, ...
    run = Run(home, *words)
    run.wait_for("Database template")
    time.sleep(5)
    run.kill()
    # ... and while ours are.
    run = Run(home, *words)
    run.wait_for("Database shequ")
    time.sleep(3)
    run.kill()

    # The next run mends all that and serves Chinese.
    run = Run(home, *words)
    run.wait_for(READY)
    assert "Database template" not in run.text(), "that part was whole"
    page = fetch(port, "/web/login")
    assert "密码" in page
    assert str(port) in run.text()

    # A second one says that this is running.
    other = Run(home, *words)
    assert other.process.wait(30) == 1
    assert "already running" in other.text()

    # Ctrl-C ends server and database.
    assert run.interrupt() == 0
    assert cluster.running() is None
    assert re.search(
        r"✓ Stopping the server .*\n.*\n?.*✓ Stopping the database", run.text()
    )
    with pytest.raises(OSError, match="refused"):
        fetch(port, "/web/health")

    # The second start is quick: nothing is installed again.
    run = Run(home, *words)
    busy = max(1, os.getloadavg()[0] / os.cpu_count())
    assert run.wait_for(READY) < SECOND_START_SECONDS * busy
    assert "Database shequ" not in run.text()

    # ./shequ itself is killed: the next start works at once.
    os.kill(run.process.pid, signal.SIGKILL)
    run.process.wait()
    run = Run(home, *words)
    run.wait_for(READY)

    # `stop` from another terminal.
    stop = Run(home, "stop")
    assert stop.process.wait(60) == 0, stop.text()
    assert run.process.wait(60) == 0
    assert cluster.running() is None

    reset = Run(home, "reset", "--all", "--yes")
    assert reset.process.wait(60) == 0, reset.text()
    assert not cluster.folder.exists()
    assert layout.PYTHON.exists(), "what was borrowed is still there"


def fetch(port, path):
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    request = urllib.request.Request(
        f"http://127.0.0.1:{port}{path}", headers={"Accept-Language": "zh-CN,zh"}
    )
    with opener.open(request, timeout=60) as page:
        return page.read().decode()
