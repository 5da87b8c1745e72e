"""Pulling the plug in the middle of a large import: it goes on, nothing is twice."""

import time

import psycopg2
import pytest

UNITS = 20_000
SECONDS = 1500
pytestmark = pytest.mark.timeout(2 * SECONDS)

MAKE = f"""
import base64, importlib, json
bench_import = importlib.import_module("bench.import")
HEADINGS, people_of, text_of = (
    bench_import.HEADINGS,
    bench_import.people_of,
    bench_import.text_of,
)
rows = people_of({UNITS}, {UNITS})
estate = env["shequ.estate"].create({{"name": "大花园", "code": "DHY"}})
job = env["shequ.import"].create({{
    "filename": "big.csv",
    "upload": base64.b64encode(text_of([HEADINGS, *rows])),
    "estate_id": estate.id,
}})
job.action_check()
env.cr.commit()
print(json.dumps({{"job": job.id, "estate": estate.id, "state": job.state}}))
"""
APPLY = """
import json
job = env["shequ.import"].search([])
job.action_apply()
env.cr.commit()
print(json.dumps(job.state))
"""


class Watcher:
    """Looks at an import from outside, as another program would."""

    def __init__(self, database, env):
        keys = {"PGHOST": "host", "PGPORT": "port", "PGUSER": "user"}
        dsn = {keys[key]: value for key, value in env.items() if key in keys}
        self.database = database
        self.connection = psycopg2.connect(dbname=database, **dsn)
        self.connection.autocommit = True
        # Where Odoo's scheduled jobs listen: a server that has just started looks
        # for them after a minute otherwise, four times in this test.
        self.bell = psycopg2.connect(dbname="postgres", **dsn)
        self.bell.autocommit = True

    def ask(self, query):
        with self.connection.cursor() as cursor:
            cursor.execute(query)
            return cursor.fetchall()

    def number(self, query):
        return self.ask(query)[0][0]

    def wait(self, query, wanted):
        """Wait until the answer is one of ``wanted``, or what it asks for."""
        deadline = time.monotonic() + SECONDS
        while time.monotonic() < deadline:
            answer = self.number(query)
            if wanted(answer):
                return answer
            with self.bell.cursor() as cursor:
                cursor.execute("SELECT pg_notify('cron_trigger', %s)", [self.database])
            time.sleep(1)
        pytest.fail(f"{query}: {answer}")

    def state(self, *states):
        query = "SELECT state FROM shequ_import"
        return self.wait(query, lambda state: state in states)

    def rows(self, status, more_than):
        query = f"SELECT count(*) FROM shequ_import_row WHERE status = '{status}'"
        return self.wait(query, lambda count: count > more_than)


def test_the_server_dies_in_the_middle_of_an_import(
    live_server, new_database, odoo_script, pg
):
    database = new_database()
    made = odoo_script(database, MAKE)
    assert made["state"] == "checking"
    watcher = Watcher(database, pg.env)
    people = watcher.number("SELECT count(*) FROM res_partner")

    # In the middle of the dry run,
    server = live_server(database=database)
    watcher.rows("create", 1000)
    server.kill()
    assert watcher.state("checking")
    server.start()
    watcher.state("checked", "failed")
    assert not watcher.number("SELECT count(*) FROM shequ_unit")
    server.kill()

    # and twice in the middle of writing.
    assert odoo_script(database, APPLY) == "applying"
    server.start()
    for done in (1000, 6000):
        watcher.rows("applied", done)
        server.kill()
        applied = watcher.number(
            "SELECT count(*) FROM shequ_import_row WHERE status = 'applied'"
        )
        assert applied < UNITS
        check(watcher, applied, people)
        server.start()
    assert watcher.state("done", "failed") == "done"
    check(watcher, UNITS, people)


def check(watcher, count, people):
    """What rows say is done is there, once, and nothing else."""
    for table in ("shequ_unit", "shequ_residency"):
        assert watcher.number(f"SELECT count(*) FROM {table}") == count
    assert watcher.number("SELECT count(*) FROM res_partner") == people + count
    assert not watcher.ask(
        "SELECT shequ_phone FROM res_partner WHERE shequ_phone IS NOT NULL "
        "GROUP BY 1 HAVING count(*) > 1"
    )
    assert not watcher.ask(
        "SELECT unit_id FROM shequ_residency GROUP BY 1 HAVING count(*) > 1"
    )
    made = watcher.ask(
        "SELECT model, count(*), count(DISTINCT res_id) FROM shequ_import_change "
        "WHERE created GROUP BY 1"
    )
    assert all(number == different for _model, number, different in made)
    assert {m: n for m, n, _d in made}["shequ.unit"] == count
