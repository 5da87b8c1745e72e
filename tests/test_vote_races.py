"""Many vote, open and close at the same moment, over real HTTP and PostgreSQL.

Nothing is lost, nothing is doubled, every close says the same, and the chain that
comes out of it is whole.
"""

import json
import random
import threading
import time
import urllib.error
import urllib.request
from datetime import UTC, datetime, timedelta

import psycopg2
import pytest

from . import world
from .test_kill import _dsn

TRIES = 60
pytestmark = pytest.mark.timeout(900)
HALL = """
import json
from datetime import timedelta
from unittest.mock import patch
world, homes = %s, %d
estate = env["shequ.estate"].browse(world["estate"])
env["shequ.assembly"]._of_estate(estate).write({"window_days_min": 0})
house = env["shequ.building"].create({"estate_id": estate.id, "name": "99"})
people = env["res.partner"].create([{"name": f"业主{n:03d}"} for n in range(homes)])
units = env["shequ.unit"].create([
    {"building_id": house.id, "room": f"{100 + n}", "exclusive_area": 80 + n / 100}
    for n in range(homes)])
env["shequ.residency"].create([
    {"partner_id": person.id, "unit_id": unit.id, "date_from": "2020-01-01"}
    for person, unit in zip(people, units)])
boss = env["res.users"].browse(world["users"]["boss"])
key = env["res.users.apikeys"].with_user(boss)._generate(
    "rpc", "races", env.cr.now() + timedelta(hours=2))
now = env["shequ.vote"]._clock()
vote = env["shequ.vote"].create({
    "name": "外墙维修", "estate_id": estate.id, "kind": "building",
    "building_ids": [(6, 0, house.ids)], "committee_told_on": now.date(),
    "opens_at": now - timedelta(days=1), "closes_at": now + timedelta(days=20)})
vote.document_ids = env["ir.attachment"].create({"name": "方案", "raw": b"plan"})
motion = env["shequ.vote.motion"].create({
    "vote_id": vote.id, "name": "动用维修资金",
    "matter_id": env.ref("shequ_property.vote_matter_fund_use").id})
vote.action_submit()
with patch.object(type(vote), "_clock", lambda _v: now - timedelta(days=17)):
    vote.action_announce()
if %r:
    vote.action_open()
env.cr.commit()
print(json.dumps({"key": key, "vote": vote.id, "motion": motion.id,
    "electors": vote.elector_ids.ids, "people": people.ids, "units": units.ids}))
"""
PROXIES = """
import json
facts = %s
vote = env["shequ.vote"].browse(facts["vote"])
vote.assembly_id.max_proxies = 1000
for unit, person in zip(facts["units"], facts["people"]):
    env["shequ.vote.proxy"]._give(
        vote, env["shequ.unit"].browse(unit), env["res.partner"].browse(person),
        env["res.partner"].browse(%d),
        [{"name": "委托书", "raw": b"signed", "mimetype": "image/jpeg"}])
    env.cr.commit()
print(json.dumps(True))
"""
VERIFY = """
import json
from odoo.addons.shequ_property.tools.voting import verify
report = verify.verify(env["shequ.vote"].browse(%d)._export_archive())
print(json.dumps({"ok": report.ok, "errors": report.errors, "facts": report.facts}))
"""


class Hall:
    """The people at the start of a race, and what the database says afterwards."""

    def __init__(self, server, facts, database, env):
        self.server, self.database, self.env = server, database, env
        self.key, self.vote = facts["key"], facts["vote"]
        self.electors, self.people = facts["electors"], facts["people"]
        self.choices = {str(facts["motion"]): "agree"}
        self.facts = facts
        self.moment, self.patience = None, None

    def call(self, method, **values):
        """Call a method of the vote; return (answer, None) or (None, refusal)."""
        request = urllib.request.Request(
            self.server.url(f"/json/2/shequ.vote/{method}"),
            json.dumps({"ids": [self.vote], **values}).encode(),
            {
                "Content-Type": "application/json",
                "Authorization": f"Bearer {self.key}",
            },
        )
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        for _try in range(TRIES):
            try:
                with opener.open(request, timeout=120) as answer:
                    return json.load(answer), None
            except urllib.error.HTTPError as error:
                return None, json.load(error)["message"]
            except OSError:
                # Short queues: a telephone that was not let in knocks again.
                time.sleep(0.2)
        raise AssertionError("the server does not let anybody in")

    def cast(self, elector, **values):
        return self.call("race_cast", elector=elector, choices=self.choices, **values)

    def paper(self, elector):
        return self.call("race_paper", elector=elector, choices=self.choices)

    def close(self):
        """Try at once, and again from the end of the voting time on."""
        answer, refused = self.call("action_close")
        while refused and time.monotonic() < self.patience:
            if "runs until" not in refused and "does not come now" not in refused:
                break
            time.sleep(max(self.left() - 0.3, 0.3))
            answer, refused = self.call("action_close")
        return answer, refused

    def open_late(self):
        """Open when others close."""
        time.sleep(max(self.left() - 0.3, 0))
        return self.call("action_open")

    def left(self):
        """Seconds until the end of the voting time."""
        return (self.moment - datetime.now(UTC).replace(tzinfo=None)).total_seconds()

    def run(self, *runners):
        """Everybody waits at the line and runs at the same moment; the answers."""
        line, answers = threading.Barrier(len(runners)), [None] * len(runners)

        def go(place, runner):
            line.wait()
            try:
                answers[place] = runner()
            except Exception as error:
                answers[place] = None, repr(error)

        threads = [
            threading.Thread(target=go, args=(place, runner))
            for place, runner in enumerate(runners)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        return answers

    def sql(self, statement, *values):
        with psycopg2.connect(dbname=self.database, **_dsn(self.env)) as connection:
            cursor = connection.cursor()
            cursor.execute(statement, values)
            return cursor.fetchall() if cursor.description else None

    def end_in(self, seconds):
        """Let the voting time end soon."""
        now = datetime.now(UTC).replace(tzinfo=None, microsecond=0)
        self.moment = now + timedelta(seconds=seconds)
        self.patience = time.monotonic() + seconds + 120
        statement = "UPDATE shequ_vote SET closes_at = %s WHERE id = %s"
        self.sql(statement, self.moment, self.vote)

    def read_roll(self):
        """The roll is drawn anew when the vote opens."""
        statement = "SELECT id FROM shequ_vote_elector WHERE vote_id = %s ORDER BY id"
        self.electors = [key for (key,) in self.sql(statement, self.vote)]

    def kinds(self):
        return dict(
            self.sql(
                "SELECT kind, count(*) FROM shequ_vote_event WHERE vote_id = %s "
                "GROUP BY kind",
                self.vote,
            )
        )

    def ballots(self):
        return self.sql(
            "SELECT elector_id, channel FROM shequ_vote_ballot WHERE vote_id = %s",
            self.vote,
        )


@pytest.fixture
def hall(live_server, new_database, pg, odoo_script):
    def open_hall(homes, workers=0, opened=True):
        database = new_database()
        known = world.build(pg, database)
        facts = odoo_script(database, HALL % (json.dumps(known), homes, opened))
        # A ballot takes a second connection for a moment. Any text but a number lets
        # Odoo serve half as many at once as there are connections; others wait.
        server = live_server(
            workers=workers,
            database=database,
            options=("--db_maxconn=80",),
            env={"ODOO_MAX_HTTP_THREADS": "half"},
        )
        return Hall(server, facts, database, pg.env)

    return open_hall


@pytest.fixture
def whole(odoo_script):
    """Export the vote and let the verifier say that nothing is wrong with it."""

    def check(place):
        report = odoo_script(place.database, VERIFY % place.vote)
        assert report["ok"], report["errors"]
        return report["facts"]

    return check


def good(answers):
    return [answer for answer, refused in answers if not refused]


def refusals(answers):
    return [refused for _answer, refused in answers if refused]


@pytest.mark.parametrize("workers", [0, 2])
def test_a_hundred_vote_at_once(hall, whole, workers):
    place = hall(100, workers)
    answers = place.run(*(lambda e=e: place.cast(e) for e in place.electors))
    assert not refusals(answers)
    receipts = good(answers)
    # Each has a place of its own in the chain, without gaps.
    assert sorted(r["sequence"] for r in receipts) == list(range(3, 103))
    assert len({r["head"] for r in receipts}) == 100
    assert sorted(elector for elector, _way in place.ballots()) == sorted(
        place.electors
    )
    assert whole(place)["voted"] == 100


def test_fifty_open_while_fifty_close(hall, whole):
    place = hall(40, opened=False)
    place.end_in(15)
    answers = place.run(
        *([lambda: place.call("action_open")] * 25),
        *([place.open_late] * 25),
        *([place.close] * 50),
    )
    opens, closes = answers[:50], answers[50:]
    assert all("is over" in text for text in refusals(opens)), refusals(opens)
    assert good(opens)
    assert not refusals(closes)
    assert len({digest for digest, _none in closes}) == 1
    assert place.kinds() == {"announced": 1, "opened": 1, "closed": 1, "counted": 1}
    assert len(place.sql("SELECT 1 FROM shequ_vote_elector WHERE frozen")) == 40
    assert whole(place)["voted"] == 0


@pytest.mark.parametrize("workers", [0, 2])
def test_fifty_vote_while_fifty_close(hall, whole, workers):
    """Whoever got a receipt is counted, whoever was refused is not."""
    place = hall(50, workers, opened=False)
    place.end_in(20)
    assert place.call("action_open") == (True, None)
    place.read_roll()
    chance = random.Random(workers)

    def late(elector):
        time.sleep(max(0, place.left() + chance.uniform(-2.5, 0.5)))
        return place.cast(elector)

    answers = place.run(
        *(lambda e=e: late(e) for e in place.electors), *([place.close] * 50)
    )
    casts, closes = answers[:50], answers[50:]
    assert all("closed at" in text for text in refusals(casts)), refusals(casts)
    assert not refusals(closes)
    assert len({digest for digest, _none in closes}) == 1
    accepted = good(casts)
    assert len(place.ballots()) == len(accepted)
    facts = whole(place)
    assert facts["voted"] == len(accepted)
    assert facts["result"]["participating"]["heads"] == len(accepted)
    assert place.kinds()["closed"] == place.kinds()["counted"] == 1


def test_online_against_paper_for_the_same_unit_two_hundred_times(hall, whole):
    place = hall(200)
    ways = {"online": 0, "paper": 0}
    for start in range(0, 200, 20):
        group = place.electors[start : start + 20]
        runners = [
            runner
            for e in group
            for runner in (lambda e=e: place.cast(e), lambda e=e: place.paper(e))
        ]
        answers = place.run(*runners)
        for number in range(20):
            pair = answers[2 * number : 2 * number + 2]
            (won,), (lost,) = good(pair), refusals(pair)
            assert "one way only" in lost, lost
            ways[won["channel"]] += 1
    found = dict(place.ballots())
    assert len(place.ballots()) == len(found) == 200
    assert sum(way == "paper" for way in found.values()) == ways["paper"]
    on_roll = dict(place.sql("SELECT id, channel FROM shequ_vote_elector WHERE frozen"))
    assert on_roll == found
    assert whole(place)["voted"] == 200


def test_proxy_against_owner(hall, whole, odoo_script):
    place = hall(26)
    agent = place.people.pop()
    place.electors.pop()
    facts = {**place.facts, "people": place.people}
    facts["units"] = facts["units"][: len(place.people)]
    odoo_script(place.database, PROXIES % (json.dumps(facts), agent))
    runners = [
        runner
        for e in place.electors
        for runner in (
            lambda e=e: place.cast(e),
            lambda e=e: place.cast(e, partner=agent),
        )
    ]
    answers = place.run(*runners)
    for number in range(25):
        pair = answers[2 * number : 2 * number + 2]
        (_won,), (lost,) = good(pair), refusals(pair)
        assert "one way only" in lost or "does not vote for" in lost, lost
    assert len(place.ballots()) == 25
    states = dict(
        place.sql("SELECT state, count(*) FROM shequ_vote_proxy GROUP BY state")
    )
    by_proxy = sum(way == "proxy" for _elector, way in place.ballots())
    assert states.get("used", 0) == by_proxy
    assert states.get("revoked", 0) == 25 - by_proxy
    assert whole(place)["voted"] == 25


def test_double_click_is_one_ballot_with_one_receipt(hall, whole):
    place = hall(20)
    answers = place.run(
        *(lambda e=e: place.cast(e) for e in place.electors for _click in range(3))
    )
    assert not refusals(answers)
    for number in range(20):
        three = good(answers[3 * number : 3 * number + 3])
        assert len({(r["commitment"], r["head"], r["sequence"]) for r in three}) == 1
        assert sorted(r["repeated"] for r in three) == [False, True, True]
    assert len(place.ballots()) == 20
    assert whole(place)["voted"] == 20
