"""Fifty workers accept one job at once, over real HTTP: one gets it."""

import json
import threading
import time
import urllib.error
import urllib.request
from collections import Counter

import psycopg2
import pytest

from .test_kill import _dsn

WORKERS = 50
TRIES = 50
pytestmark = pytest.mark.timeout(600)
CREW = """
import json
from datetime import timedelta
world = %s
team = env["shequ.team"].browse(world["team"])
env["shequ.dispatch.rule"].create({"company_id": team.company_id.id, "mode": "grab"})
group = env.ref("shequ_property.group_worker").id
keys = []
for number in range(%d):
    user = env["res.users"].with_context(no_reset_password=True).create({
        "name": f"师傅{number:02d}", "login": f"grab{number}", "lang": "en_US",
        "group_ids": [(6, 0, [env.ref("base.group_user").id, group])]})
    env["shequ.worker"].create({"name": f"师傅{number:02d}", "user_id": user.id,
        "team_ids": [(6, 0, team.ids)], "skill_ids": [(6, 0, team.skill_ids.ids)],
        "company_id": team.company_id.id})
    keys.append(env["res.users.apikeys"].with_user(user)._generate(
        "rpc", "grab", env.cr.now() + timedelta(hours=2)))
tickets = env["shequ.ticket"]._intake([
    {"unit_id": world["units"][0], "description": f"水管漏水 {number}",
     "category_code": "home_repair.water_leak"} for number in range(3)])
tickets._dispatch()
env.cr.commit()
print(json.dumps({"keys": keys, "tickets": tickets.ids, "offers": tickets.offer_ids.ids,
    "offered": [len(offer.line_ids) for offer in tickets.offer_ids]}))
"""


class Grabbers:
    """Everybody waits at the line and runs at the same moment."""

    def __init__(self, url, keys):
        self.url, self.keys = url, keys
        self.line = threading.Barrier(len(keys))
        self.answers = Counter()
        self.won = []
        self.lock = threading.Lock()

    def _tap(self, number, offer):
        request = urllib.request.Request(
            self.url("/json/2/shequ.dispatch.offer/action_take"),
            json.dumps({"ids": [offer]}).encode(),
            {
                "Content-Type": "application/json",
                "Authorization": f"Bearer {self.keys[number]}",
            },
        )
        self.line.wait()
        for _try in range(TRIES):
            try:
                said, won = self._send(request)
                break
            except OSError:
                # Two processes have short queues: a phone that was not let in knocks
                # again.
                time.sleep(0.2)
        with self.lock:
            self.answers[str(said)] += 1
            if won:
                self.won.append(number)

    def _send(self, request):
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        try:
            with opener.open(request, timeout=120) as answer:
                return json.load(answer), True
        except urllib.error.HTTPError as error:
            return json.load(error)["message"], False

    def run(self, offer):
        self.answers.clear()
        self.won.clear()
        threads = [
            threading.Thread(target=self._tap, args=(number, offer))
            for number in range(len(self.keys))
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()


def facts(database, env, ticket):
    with psycopg2.connect(dbname=database, **_dsn(env)) as connection:
        cursor = connection.cursor()
        cursor.execute(
            "SELECT w.name, t.state FROM shequ_ticket t "
            "JOIN shequ_worker w ON w.id = t.worker_id WHERE t.id = %s",
            [ticket],
        )
        (sent,) = cursor.fetchall()
        cursor.execute(
            "SELECT state, count(*) FROM shequ_dispatch_offer WHERE ticket_id = %s "
            "GROUP BY state",
            [ticket],
        )
        offers = dict(cursor.fetchall())
        cursor.execute(
            "SELECT count(*) FROM shequ_ticket_event WHERE ticket_id = %s "
            "AND code = 'assigned'",
            [ticket],
        )
        return *sent, offers, cursor.fetchone()[0]


@pytest.mark.parametrize("workers", [0, 2])
def test_of_fifty_who_grab_one_gets_it_and_the_others_read_why(
    live_server, new_database, world_template, pg, odoo_script, workers
):
    database = new_database(world_template.name)
    crew = odoo_script(database, CREW % (json.dumps(world_template.facts), WORKERS))
    assert all(count >= WORKERS for count in crew["offered"])
    # Fifty requests at once in one process, each with a connection or two.
    server = live_server(
        workers=workers, database=database, options=("--db_maxconn=120",)
    )
    grabbers = Grabbers(server.url, crew["keys"])
    for ticket, offer in zip(
        sorted(crew["tickets"]), sorted(crew["offers"]), strict=True
    ):
        grabbers.run(offer)
        assert len(grabbers.won) == 1, grabbers.answers
        name, state, offers, times = facts(database, pg.env, ticket)
        assert (name, state) == (f"师傅{grabbers.won[0]:02d}", "assigned")
        assert offers == {"taken": 1}
        assert times == 1
        refused = grabbers.answers.total() - 1
        assert refused == WORKERS - 1
        sentences = {answer for answer in grabbers.answers if answer != "True"}
        assert sentences <= {
            f"{name} was quicker: the job is taken.",
            "Somebody else was quicker by a moment. The job is taken.",
        }, grabbers.answers
