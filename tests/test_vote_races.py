"""Many vote, open and close at the same moment, over real HTTP and PostgreSQL.

Residents send the form of the portal, with the session of their telephone and the code
that came by text message; the office opens, closes and keys paper through its own
methods. Nothing is lost, nothing is doubled, every close says the same, and the chains
that come out of it are whole.
"""

import http.client
import json
import os
import random
import re
import threading
import time
import urllib.parse
import uuid
from datetime import UTC, datetime, timedelta

import psycopg2
import pytest

from shequ_cli import layout
from shequ_cli.database import RUN_PREFIX

from .processes import LiveServer
from .test_kill import _dsn
from .test_portal_browser import run_script

TRIES = 60
pytestmark = pytest.mark.timeout(600)
# Race → how many homes take part.
RACES = {
    "crowd": 100,
    "opening": 30,
    "closing": 50,
    "paper": 200,
    "proxy": 25,
    "twice": 20,
}
# Everything is made once: the homes and people of each race, their sessions and codes.
HALL = """
import json
from datetime import timedelta
from types import SimpleNamespace
from unittest.mock import patch
from odoo import http
from odoo.service import security
races = %s
env = env(context={**env.context, "tracking_disable": True, "no_reset_password": True,
                   "mail_create_nolog": True, "mail_notrack": True})
estate = env["shequ.estate"].create({"name": "金昊雅苑", "code": "RACES"})
assembly = env["shequ.assembly"]._of_estate(estate)
assembly.write({"window_days_min": 0, "max_proxies": 1000})
Users = env["res.users"]

def staff(login, group):
    user = Users.create({"name": login, "login": login,
        "group_ids": [(4, env.ref(f"shequ_property.{group}").id)],
        "shequ_estate_ids": [(6, 0, estate.ids)]})
    return user, env["res.users.apikeys"].with_user(user)._generate(
        "rpc", "races", env.cr.now() + timedelta(hours=2))

boss, boss_key = staff("race-boss", "group_company_manager")
clerk, _key = staff("race-clerk", "group_front_desk")
second, second_key = staff("race-second", "group_front_desk")
resident = env.ref("shequ_property.group_resident").id
now = env["shequ.vote"]._clock()
plan = env["ir.attachment"].create({"name": "方案", "raw": b"plan"})
clock = [now - timedelta(days=17)]
numbers = iter(range(13800000000, 13800009999))
codes = []

def homes(name, count):
    house = env["shequ.building"].create({"estate_id": estate.id, "name": name})
    who = env["res.partner"].create([
        {"name": f"业主{n:03d}", "phone": str(next(numbers))} for n in range(count)])
    units = env["shequ.unit"].create([{"building_id": house.id,
        "room": str(100 + n), "exclusive_area": 80 + n / 100} for n in range(count)])
    env["shequ.residency"].create([{"partner_id": person.id, "unit_id": unit.id,
        "date_from": "2020-01-01"} for person, unit in zip(who, units)])
    return house, units, who

def announce(name, house):
    vote = env["shequ.vote"].create({
        "name": name, "estate_id": estate.id, "kind": "building",
        "building_ids": [(6, 0, house.ids)], "committee_told_on": now.date(),
        "opens_at": now - timedelta(days=1), "closes_at": now + timedelta(days=20),
        "document_ids": [(6, 0, plan.ids)],
        "motion_ids": [(0, 0, {"name": "动用维修资金",
            "matter_id": env.ref("shequ_property.vote_matter_fund_use").id})]})
    vote.action_submit()
    vote.action_announce()
    return vote

def telephone(users, vote):
    # A session, the token of its forms and a code, as after the second page.
    store, found, Code = http.root.session_store, [], env["shequ.login.code"]
    for number, user in enumerate(users):
        session = store.new()
        session.update(http.get_default_session(), db=env.cr.dbname)
        session.update(uid=user.id, login=user.login, _trace_disable=True)
        as_user = env(user=user.id)
        session.session_token = security.compute_session_token(session, as_user)
        session.context = {"lang": "zh_CN", "tz": "Asia/Shanghai"}
        phone = user.partner_id.shequ_phone
        session["shequ_vote_code"] = {"subject": f"vote-{vote.id}", "phone": phone,
            "browser": session.sid, "again_at": 0}
        store.save(session)
        token = http.Request.csrf_token(SimpleNamespace(session=session, env=env))
        found.append({"sid": session.sid, "csrf": token, "code": f"{number:06d}"})
        codes.append({"purpose": "vote", "sent_at": now,
            "expires_at": now + timedelta(hours=1), "address_hash": "-",
            "phone_hash": Code._hash("phone", phone),
            "code_hash": Code._hash("code", phone, "vote", f"{number:06d}"),
            "browser_hash": Code._hash("browser", session.sid)})
    return found

def portal_users(who):
    return Users.create([{"name": person.name, "login": person.phone,
        "partner_id": person.id, "group_ids": [(6, 0, [resident])]} for person in who])

facts = {"boss": boss_key, "second": second_key, "votes": {}}
with patch.object(env.registry["shequ.vote"], "_clock", lambda _vote: clock[0]):
    for name, count in races.items():
        clock[0] = now - timedelta(days=17)
        house, units, who = homes(name, count)
        vote = announce(name, house)
        clock[0] = now
        if name not in ("opening", "closing"):
            vote.action_open()
        voters = [] if name == "opening" else portal_users(who)
        facts["votes"][name] = {"vote": vote.id, "motion": vote.motion_ids.id,
            "phones": telephone(voters, vote), "electors": vote.elector_ids.ids}
    # One person holds the authority of all in the race of proxies against owners.
    vote = env["shequ.vote"].browse(facts["votes"]["proxy"]["vote"])
    _house, _units, agents = homes("代理人", 25)
    agent_users = portal_users(agents)
    for elector, agent in zip(vote.elector_ids, agents):
        env["shequ.vote.proxy"]._give(vote, elector.unit_id, elector.voter_id, agent,
            [{"name": "委托书", "raw": b"signed", "mimetype": "image/jpeg"}])
    facts["agents"] = telephone(agent_users, vote)
    # Paper is keyed once; who keys it a second time has the form open.
    vote = env["shequ.vote"].browse(facts["votes"]["paper"]["vote"])
    choices = {vote.motion_ids.id: "agree"}
    for elector in vote.elector_ids:
        env["shequ.vote.paper"].sudo()._key(elector, choices, clerk)
    keys = env["shequ.vote.key"].with_user(second).create([
        {"number": elector._ballot_number()} for elector in vote.elector_ids])
    for key in keys:
        key._find()
        key.line_ids.choice = "agree"
    facts["keys"] = keys.ids
env["shequ.login.code"].create(codes)
env.cr.commit()
print(json.dumps(facts))
"""
VERIFY = """
import json
from odoo.addons.shequ_property.tools.voting import verify
found = {}
for vote in env["shequ.vote"].browse(%s):
    report = verify.verify(vote._export_archive())
    found[vote.name] = {"ok": report.ok, "errors": report.errors,
                        "facts": report.facts}
print(json.dumps(found))
"""
SEALS = re.compile(r'<code class="sq-seal">([^<]+)</code>')


class Hall:
    """Everybody at the line, and what the database says afterwards."""

    def __init__(self, database, env, facts, servers):
        self.database, self.env, self.facts = database, env, facts
        self.servers = servers

    def race(self, name, server="threads"):
        return Race(self, self.facts["votes"][name], self.servers[server])

    def sql(self, statement, *values):
        with psycopg2.connect(dbname=self.database, **_dsn(self.env)) as connection:
            cursor = connection.cursor()
            cursor.execute(statement, values)
            return cursor.fetchall() if cursor.description else None


class Race:
    def __init__(self, hall, facts, server):
        self.hall, self.server = hall, server
        self.vote, self.motion = facts["vote"], facts["motion"]
        self.phones, self.electors = facts["phones"], facts["electors"]
        self.moment = self.patience = None

    # --- what people do --------------------------------------------------------

    def _send(self, path, body, headers):
        """POST; status and text, however often the door has to be knocked at."""
        for _try in range(TRIES):
            line = http.client.HTTPConnection("127.0.0.1", self.server.port, timeout=90)
            try:
                line.request("POST", path, body, headers)
                answer = line.getresponse()
                return answer.status, answer.read().decode()
            except OSError:
                # Short queues: a telephone that was not let in knocks again.
                time.sleep(0.2)
            finally:
                line.close()
        raise AssertionError("the server does not let anybody in")

    def call(self, method, key="boss", model="shequ.vote", ids=None):
        """Call a method in the name of staff; (answer, None) or (None, refusal)."""
        status, text = self._send(
            f"/json/2/{model}/{method}",
            json.dumps({"ids": ids or [self.vote], "context": {"lang": "en_US"}}),
            {
                "Content-Type": "application/json",
                "Authorization": f"Bearer {self.hall.facts[key]}",
            },
        )
        found = json.loads(text)
        return (found, None) if status == 200 else (None, found["message"])

    def cast(self, phone, token=None):
        """Press “cast” on a telephone; (seals of the receipt, None) or refusal."""
        status, text = self._send(
            f"/my/votes/{self.vote}/cast",
            urllib.parse.urlencode(
                {
                    "csrf_token": phone["csrf"],
                    "token": token or str(uuid.uuid4()),
                    "code": phone["code"],
                    f"m{self.motion}": "agree",
                }
            ),
            {
                "Content-Type": "application/x-www-form-urlencoded",
                "Cookie": f"session_id={phone['sid']}",
            },
        )
        if status == 200:
            return SEALS.findall(text), None
        assert status == 422, (status, text[:2000])
        return None, re.sub(r"<[^>]*>|\s+", " ", text.split("<main", 1)[-1])

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

    def end_in(self, seconds):
        """Let the voting time end soon."""
        now = datetime.now(UTC).replace(tzinfo=None, microsecond=0)
        self.moment = now + timedelta(seconds=seconds)
        self.patience = time.monotonic() + seconds + 120
        statement = "UPDATE shequ_vote SET closes_at = %s WHERE id = %s"
        self.hall.sql(statement, self.moment, self.vote)

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

    # --- what the database says --------------------------------------------------

    def kinds(self):
        return dict(
            self.hall.sql(
                "SELECT kind, count(*) FROM shequ_vote_event WHERE vote_id = %s "
                "GROUP BY kind",
                self.vote,
            )
        )

    def ballots(self):
        return self.hall.sql(
            "SELECT elector_id, channel FROM shequ_vote_ballot WHERE vote_id = %s",
            self.vote,
        )

    def on_roll(self):
        return self.hall.sql(
            "SELECT id, channel FROM shequ_vote_elector WHERE frozen AND vote_id = %s",
            self.vote,
        )


@pytest.fixture(scope="module")
def hall(pg, template_database, tmp_path_factory):
    """One database and two servers for all races: threads, and two processes."""
    database = f"{RUN_PREFIX}races-{os.getpid()}"
    pg.copy(template_database, database)
    folder = tmp_path_factory.mktemp("races")
    # Any text but a number lets Odoo serve half as many at once as it has connections;
    # a ballot takes a second one for a moment.
    env = layout.environment(
        (layout.TEST_ADDONS,), **pg.env, ODOO_MAX_HTTP_THREADS="half"
    )
    servers = {
        name: LiveServer(
            database, env, workers, folder / f"{name}.log", ("--db_maxconn=80",)
        )
        for name, workers in (("threads", 0), ("processes", 2))
    }
    # Two processes hang up on who waits longer than two seconds; they knock again.
    servers["processes"].expect_error("Request timed out")
    try:
        facts = run_script(pg, database, HALL % json.dumps(RACES))
        for server in servers.values():
            server.start()
        yield Hall(database, pg.env, facts, servers)
    finally:
        for server in servers.values():
            server.stop()
        pg.drop(database)
    errors = [line for server in servers.values() for line in server.errors()]
    assert not errors, "errors in the server's log:\n" + "\n".join(errors)


def good(answers):
    return [answer for answer, refused in answers if not refused]


def refusals(answers):
    return [refused for _answer, refused in answers if refused]


def test_a_hundred_vote_at_once(hall):
    race = hall.race("crowd")
    answers = race.run(*(lambda p=p: race.cast(p) for p in race.phones))
    assert not refusals(answers)
    # Number of the receipt, seal and head of each are its own.
    for seals in zip(*good(answers), strict=True):
        assert len(set(seals)) == 100
    assert sorted(elector for elector, _way in race.ballots()) == sorted(race.electors)
    assert race.kinds() == {"announced": 1, "opened": 1, "cast": 100}


def test_fifty_open_while_fifty_close(hall):
    race = hall.race("opening")
    race.end_in(8)
    answers = race.run(
        *([lambda: race.call("action_open")] * 25),
        *([race.open_late] * 25),
        *([race.close] * 50),
    )
    opens, closes = answers[:50], answers[50:]
    assert all("is over" in text for text in refusals(opens)), refusals(opens)
    assert good(opens)
    assert not refusals(closes)
    assert len({digest for digest, _none in closes}) == 1
    assert race.kinds() == {"announced": 1, "opened": 1, "closed": 1, "counted": 1}
    assert len(race.on_roll()) == 30


def test_fifty_vote_while_fifty_close(hall):
    """Whoever got a receipt is counted, whoever was refused is not."""
    race = hall.race("closing")
    race.end_in(10)
    assert race.call("action_open") == (True, None)
    chance = random.Random(7)

    def late(phone):
        time.sleep(max(0, race.left() + chance.uniform(-2.5, 0.5)))
        return race.cast(phone)

    answers = race.run(
        *(lambda p=p: late(p) for p in race.phones), *([race.close] * 50)
    )
    casts, closes = answers[:50], answers[50:]
    # Too late is said in words, by whichever check comes first.
    words = re.compile("截止|closed")
    assert not [text for text in refusals(casts) if not words.search(text)]
    assert not refusals(closes)
    assert len({digest for digest, _none in closes}) == 1
    accepted = good(casts)
    assert len(race.ballots()) == len(accepted)
    ((result,),) = hall.sql("SELECT result FROM shequ_vote WHERE id = %s", race.vote)
    assert result["participating"]["heads"] == len(accepted)
    assert race.kinds()["closed"] == race.kinds()["counted"] == 1


def test_online_against_paper_for_the_same_unit_two_hundred_times(hall):
    race = hall.race("paper")
    won = {"online": 0, "paper": 0}
    keys = hall.facts["keys"]
    for start in range(0, 200, 20):
        runners = []
        for place in range(start, start + 20):
            runners += [
                lambda p=race.phones[place]: race.cast(p),
                lambda k=keys[place]: race.call(
                    "action_key", "second", "shequ.vote.key", [k]
                ),
            ]
        answers = race.run(*runners)
        for number in range(20):
            online, paper = answers[2 * number : 2 * number + 2]
            assert bool(online[1]) != bool(paper[1]), (online, paper)
            if paper[1]:
                assert re.search("one way only|never both", paper[1]), paper
            won["paper" if online[1] else "online"] += 1
    found = dict(race.ballots())
    assert len(race.ballots()) == len(found) == 200
    assert dict(race.on_roll()) == found
    assert sum(way == "paper" for way in found.values()) == won["paper"]


def test_proxy_against_owner(hall):
    race = hall.race("proxy", "processes")
    runners = []
    for owner, agent in zip(race.phones, hall.facts["agents"], strict=True):
        runners += [lambda p=owner: race.cast(p), lambda p=agent: race.cast(p)]
    answers = race.run(*runners)
    for number in range(25):
        pair = answers[2 * number : 2 * number + 2]
        assert len(good(pair)) == len(refusals(pair)) == 1, pair
    assert len(race.ballots()) == 25
    states = dict(
        hall.sql(
            "SELECT state, count(*) FROM shequ_vote_proxy WHERE vote_id = %s "
            "GROUP BY state",
            race.vote,
        )
    )
    by_proxy = sum(way == "proxy" for _elector, way in race.ballots())
    assert states.get("used", 0) == by_proxy
    assert states.get("revoked", 0) == 25 - by_proxy


@pytest.mark.parametrize("server", ["threads", "processes"])
def test_a_form_sent_thrice_is_one_ballot_with_one_receipt(hall, server):
    race = hall.race("twice", server)
    half = race.phones[:10] if server == "threads" else race.phones[10:]
    before = len(race.ballots())
    tokens = {phone["sid"]: str(uuid.uuid4()) for phone in half}
    answers = race.run(
        *(lambda p=p: race.cast(p, tokens[p["sid"]]) for p in half for _click in "123")
    )
    assert not refusals(answers)
    for number in range(10):
        three = good(answers[3 * number : 3 * number + 3])
        assert len({tuple(seals) for seals in three}) == 1
    assert len(race.ballots()) == before + 10


def test_every_chain_is_whole(hall, pg):
    """After all races: the archives are exported and recounted."""
    votes = {name: one["vote"] for name, one in hall.facts["votes"].items()}
    found = run_script(pg, hall.database, VERIFY % list(votes.values()))
    for name, vote in votes.items():
        assert found[name]["ok"], (name, found[name]["errors"])
        ((cast,),) = hall.sql(
            "SELECT count(*) FROM shequ_vote_elector "
            "WHERE vote_id = %s AND channel IS NOT NULL",
            vote,
        )
        assert found[name]["facts"]["voted"] == cast
