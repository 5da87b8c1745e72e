"""Pulling the plug: what was acknowledged is there, and there once."""

import collections
import json
import os
import signal
import threading
import time
import urllib.error
import urllib.request

import psycopg2
import pytest

from shequ_cli import layout

from . import world

SUBMISSIONS = 200
CALLERS = 16
pytestmark = pytest.mark.timeout(600)


class Callers:
    """Send reports from many threads at once and note what was acknowledged."""

    def __init__(self, facts, url):
        self.facts, self.url = facts, url
        self.waiting = collections.deque(range(SUBMISSIONS))
        self.acknowledged = {}
        self.lock = threading.Lock()

    def _post(self, number):
        body = {
            "values": {
                "unit_id": self.facts["units"][number % len(self.facts["units"])],
                "description": f"第{number}条:水管漏水",
                "category_code": "home_repair.water_leak",
                "external_ref": f"kill-{number}",
            }
        }
        request = urllib.request.Request(
            self.url("/json/2/shequ.ticket/intake"),
            json.dumps(body).encode(),
            {
                "Content-Type": "application/json",
                "Authorization": f"Bearer {self.facts['api_key']}",
            },
        )
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        with opener.open(request, timeout=20) as answer:
            return json.load(answer)["number"]

    def _work(self):
        while True:
            try:
                number = self.waiting.popleft()
            except IndexError:
                return
            try:
                name = self._post(number)
            except (OSError, ValueError):
                continue  # not acknowledged
            with self.lock:
                self.acknowledged.setdefault(number, name)

    def run(self, pull_the_plug=None, after=60):
        threads = [threading.Thread(target=self._work) for _ in range(CALLERS)]
        for thread in threads:
            thread.start()
        if pull_the_plug:
            deadline = time.monotonic() + 60
            while len(self.acknowledged) < after and time.monotonic() < deadline:
                time.sleep(0.01)
            pull_the_plug()
        for thread in threads:
            thread.join()


def tickets(database, env):
    with psycopg2.connect(dbname=database, **_dsn(env)) as connection:
        cursor = connection.cursor()
        cursor.execute("SELECT external_ref, name FROM shequ_ticket")
        return cursor.fetchall()


def _dsn(env):
    keys = {"PGHOST": "host", "PGPORT": "port", "PGUSER": "user"}
    return {keys[key]: value for key, value in env.items() if key in keys}


def check(callers, rows):
    refs = collections.Counter(ref for ref, _name in rows)
    assert not [ref for ref, times in refs.items() if times > 1]
    kept = dict(rows)
    for number, name in callers.acknowledged.items():
        assert kept.get(f"kill-{number}") == name
    names = [name for _ref, name in rows]
    assert len(names) == len(set(names))


@pytest.mark.parametrize("workers", [0, 2])
def test_the_server_dies_in_the_middle(
    live_server, new_database, pg, world_template, workers
):
    database, facts = new_database(world_template.name), world_template.facts
    server = live_server(workers=workers, database=database)
    callers = Callers(facts, server.url)
    callers.run(pull_the_plug=server.kill)
    assert callers.acknowledged and len(callers.acknowledged) < SUBMISSIONS
    check(callers, tickets(database, pg.env))

    # Everybody sends everything again, as phones do.
    server.start()
    callers.waiting.extend(range(SUBMISSIONS))
    callers.run()
    rows = tickets(database, pg.env)
    assert len(callers.acknowledged) == SUBMISSIONS == len(rows)
    check(callers, rows)


def test_postgresql_dies_in_the_middle(
    live_server, pg, scratch_postgres, template_database, tmp_path
):
    cluster = scratch_postgres.cluster
    _copy_database(pg, scratch_postgres, template_database, tmp_path)
    facts = world.build(scratch_postgres, "kill")
    server = live_server(database="kill", env=scratch_postgres.env)
    server.expect_error(".")  # a database that vanishes is an error worth logging
    callers = Callers(facts, server.url)

    def pull():
        postmaster = cluster.running()
        _kill_all(postmaster)
        # Until somebody has waited for it, PostgreSQL takes its number for alive.
        deadline = time.monotonic() + 60
        while os.path.exists(f"/proc/{postmaster}") and time.monotonic() < deadline:
            time.sleep(0.1)
        cluster.start()

    callers.run(pull_the_plug=pull)
    assert callers.acknowledged
    check(callers, tickets("kill", scratch_postgres.env))
    callers.waiting.extend(range(SUBMISSIONS))
    callers.run()
    rows = tickets("kill", scratch_postgres.env)
    assert len(callers.acknowledged) == SUBMISSIONS == len(rows)
    check(callers, rows)


def _kill_all(postmaster):
    """SIGKILL the postmaster and its children, as the kernel would at no memory."""
    children = [
        int(entry)
        for entry in os.listdir("/proc")
        if entry.isdigit() and _parent(entry) == postmaster
    ]
    for pid in [postmaster, *children]:
        try:
            os.kill(pid, signal.SIGKILL)
        except ProcessLookupError:
            continue


def _parent(pid):
    try:
        with open(f"/proc/{pid}/stat", encoding="utf-8", errors="replace") as stat:
            return int(stat.read().rsplit(")", 1)[1].split()[1])
    except OSError:
        return None


def _copy_database(source, target, name, folder):
    """Bring the template into another cluster."""
    import subprocess

    dump = folder / "template.dump"
    env = {**os.environ, **layout.environment(**source.env)}
    subprocess.run(["pg_dump", "-Fc", "-Z1", "-f", dump, name], env=env, check=True)
    env.update(target.env)
    subprocess.run(["createdb", "-E", "UTF8", "kill"], env=env, check=True)
    subprocess.run(
        ["pg_restore", "--no-owner", "-d", "kill", "-j2", dump], env=env, check=True
    )
