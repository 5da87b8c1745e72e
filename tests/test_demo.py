"""The demo community: its texts, its people, its plan, and a loaded database.

The checks of a loaded database run against `SHEQU_DEMO_DB` when it is set, and else
load the community into a database of their own.
"""

import csv
import os
import re
from collections import Counter
from datetime import datetime, timedelta

import pytest

from shequ_cli import database, demo, layout
from shequ_cli.demo import people, texts, tickets

pytestmark = pytest.mark.timeout(900)
NOW = datetime(2026, 11, 21, 8, 30)
MOBILE = re.compile(r"1[3-9]\d0000\d{4}")


@pytest.fixture(scope="module")
def community():
    return people.Community()


@pytest.fixture(scope="module")
def past(community):
    return tickets.history(community, NOW)


def standard_codes():
    path = layout.ADDONS / "shequ_property" / "data" / "shequ.ticket.category.csv"
    with open(path, encoding="utf-8") as file:
        return {row["code"] for row in csv.DictReader(file)}


# --- texts -------------------------------------------------------------------------


def test_no_comma_cuts_a_text_short():
    for path in texts.FOLDER.glob("*.csv"):
        for row in texts.rows(path.stem):
            assert None not in row and None not in row.values(), (path.name, row)


def test_messages_are_many_and_different():
    messages = [row["text"] for row in texts.rows("messages")]
    assert len(messages) >= 120
    assert len(set(messages)) == len(messages)


def test_every_message_has_a_standard_category_and_a_reply():
    replies = texts.grouped("replies", "category", "text")
    for row in texts.rows("messages"):
        category = row["category"]
        assert category in standard_codes()
        assert tickets.by_category(replies, category), category
        assert tickets.by_category(tickets.SKILLS, category), category
        assert row["place"] in ("unit", "building", "estate")
        assert row["spot"] or row["place"] == "unit"


def test_slots_of_the_messages_exist():
    words = {slot: choices[0] for slot, choices in slot_texts().items()}
    for row in texts.rows("messages"):
        assert "{" not in row["text"].format(**words)


def slot_texts():
    return texts.grouped("slots", "slot", "text")


def test_chinese_texts_use_chinese_punctuation():
    for name in ("messages", "replies", "phrases", "story_steps", "unsorted"):
        for row in texts.rows(name):
            assert not re.search(r"[,;!?]", row["text"]), row["text"]


def test_every_skill_a_category_needs_is_in_a_team_of_each_company():
    skills = {skill for row in texts.rows("teams") for skill in row["skills"].split()}
    assert set(tickets.SKILLS.values()) <= skills
    members = {
        (worker["company"], team)
        for worker in texts.rows("workers")
        for team in worker["teams"].split()
    }
    for company in texts.rows("companies"):
        for team in texts.rows("teams"):
            assert (company["code"], team["key"]) in members


# --- people ------------------------------------------------------------------------


def test_community_has_its_size(community):
    assert len(community.units) == 600
    assert len(community.people) == 1200
    assert len(texts.rows("workers")) >= 25
    assert {row["name"] for row in texts.rows("estates")} == {
        "金昊雅苑",
        "明强小区",
        "昆仑家园",
    }


def test_phones_are_invented_valid_and_unique(community):
    phones = [person.phone for person in community.people]
    assert all(MOBILE.fullmatch(phone) for phone in phones)
    assert len(set(phones)) == len(phones)


def test_logins_are_unique_and_exist(community):
    logins = [row["login"] for name in ("staff", "workers") for row in texts.rows(name)]
    logins += [person.login for person in community.people if person.login]
    assert len(set(logins)) == len(logins)
    assert {login for _role, login, _password, _path in demo.LOGINS} <= set(logins)


def test_every_role_lives_here(community):
    roles = Counter(r.role for r in community.residencies)
    assert set(roles) == {"owner", "co_owner", "tenant", "family"}
    assert sum(not r.current for r in community.residencies) >= 20
    assert sum(unit.state == "unsold" for unit in community.units) >= 5


def test_shares_of_co_owners_make_the_whole(community):
    shares = {}
    for residency in community.residencies:
        if residency.role == "co_owner":
            numerator, denominator = residency.share
            key = residency.unit.index
            shares[key] = shares.get(key, 0) + numerator / denominator
    assert shares
    assert all(abs(total - 1) < 1e-9 for total in shares.values())


def test_one_representative_per_unit(community):
    counts = Counter(
        r.unit.index for r in community.residencies if r.representative and r.current
    )
    assert counts
    assert max(counts.values()) == 1


def test_same_people_every_time(community):
    again = people.Community()
    assert [p.name + p.phone for p in again.people] == [
        p.name + p.phone for p in community.people
    ]


# --- plan --------------------------------------------------------------------------


def test_plan_is_about_nine_hundred_tickets_over_three_months(past):
    reports = [step for step in past.steps if step.name == "report"]
    assert 850 <= len(reports) <= 1000
    days = {(step.at + tickets.CHINA).date() for step in reports}
    assert len(days) > 80
    assert min(days) > (NOW - timedelta(days=100)).date()


def test_shares_are_those_of_the_published_table(past):
    tops = Counter(
        step.args["category"].split(".")[0]
        for step in past.steps
        if step.name == "report"
    )
    total = sum(tops.values())
    for top, percent in (("home_repair", 42), ("elder_care", 18), ("policy", 10)):
        assert abs(tops[top] / total * 100 - percent) < 5, top


def test_steps_of_a_ticket_begin_with_its_report(past):
    seen = set()
    for step in past.sorted():
        if step.name == "report":
            assert step.ticket not in seen
            seen.add(step.ticket)
        else:
            assert step.ticket in seen, step


@pytest.mark.parametrize("hour", range(24))
def test_stories_go_forward_whenever_the_demo_is_made(community, hour):
    """Some steps are so many hours ago and others at an hour of a day."""
    for minute in (0, 20, 40):
        plan = tickets.Plan(community, NOW.replace(hour=hour, minute=minute))
        last = {}
        for row in texts.rows("story_steps"):
            at = plan._story_time(row["day"], row["time"])
            if at <= plan.now:
                assert at >= last.get(row["story"], at), row
                last[row["story"]] = at


def test_floor_tile_story_word_for_word(past):
    tile = [s for s in past.sorted() if s.ticket == 0]
    at = [s.at + tickets.CHINA for s in tile]
    assert (at[0].hour, at[0].minute) == (14, 29)
    called = next(s for s in tile if s.name == "call")
    assert called.at - tile[0].at <= timedelta(minutes=30)
    done = next(s for s in tile if s.name == "finish")
    assert (done.at + tickets.CHINA).date() - at[0].date() == timedelta(days=1)
    assert (done.at + tickets.CHINA).hour in (11, 12)
    rated = tile[-1]
    assert rated.args["stars"] == "5"
    assert rated.args["text"] == "物业接单迅速，师傅响应及时。"


def test_drawn_photos_are_small_jpegs():
    photos = pytest.importorskip("shequ_cli.demo.photos")
    assert 12 <= len(photos.CAPTIONS)
    sizes = {name: len(photos.photo(name)) for name in photos.CAPTIONS}
    assert len({photos.photo(name) for name in sizes}) == len(sizes)
    assert all(15_000 < size < 90_000 for size in sizes.values()), sizes


# --- a loaded database ---------------------------------------------------------------


@pytest.fixture(scope="module")
def loaded(request):
    """A cursor in a database with the demo community, which is loaded for it."""
    import psycopg2

    name = os.environ.get("SHEQU_DEMO_DB")
    pg = request.getfixturevalue("pg")
    if not name:
        name = f"{database.RUN_PREFIX}demo-{os.getpid()}"
        pg.copy(request.getfixturevalue("template_database"), name)
        request.addfinalizer(lambda: pg.drop(name))
        database.script(pg, "demo", name, extra_addons=(layout.TEST_ADDONS,))
    connection = psycopg2.connect(dbname=name)
    with connection, connection.cursor() as cursor:
        yield cursor
    connection.close()


def column(cursor, query):
    cursor.execute(query)
    return [row[0] for row in cursor.fetchall()]


def test_loaded_every_state_occurs(loaded):
    found = set(column(loaded, "SELECT DISTINCT state FROM shequ_ticket"))
    assert found >= {
        "new",
        "accepted",
        "assigned",
        "in_progress",
        "done",
        "rated",
        "closed",
        "returned",
        "cancelled",
    }


def test_loaded_words_alone_are_sorted_and_some_wait_for_a_person(loaded):
    query = "SELECT triage_state FROM shequ_ticket WHERE is_open"
    states = Counter(column(loaded, query))
    assert states["to_sort"] >= 3
    assert states["to_confirm"] >= 3
    query = """SELECT c.code FROM shequ_ticket t
               JOIN shequ_ticket_category c ON c.id = t.category_id
               WHERE t.is_open AND t.triage_result IS NOT NULL"""
    assert {"home_repair.electric", "public_space.charity"} <= set(
        column(loaded, query)
    )


def test_loaded_every_hold_reason_occurs(loaded):
    query = "SELECT DISTINCT hold_reason FROM shequ_ticket WHERE hold_reason <> ''"
    assert set(column(loaded, query)) == {
        "parts",
        "owners_consent",
        "fund",
        "resident",
    }


def test_loaded_every_estate_has_open_tickets(loaded):
    query = """SELECT e.code FROM shequ_estate e JOIN shequ_ticket t
               ON t.estate_id = e.id AND t.is_open GROUP BY e.code"""
    assert set(column(loaded, query)) == {"JHYY", "MQXQ", "KLJY"}


def test_loaded_every_login_works(loaded):
    context = pytest.importorskip("passlib.context").CryptContext(["pbkdf2_sha512"])
    for _role, login, password, _path in demo.LOGINS:
        loaded.execute("SELECT password FROM res_users WHERE login = %s", [login])
        assert context.verify(password, loaded.fetchone()[0]), login


def test_loaded_supervisor_was_told_about_302(loaded):
    query = """SELECT b.level FROM shequ_sla_breach b
               JOIN shequ_ticket t ON t.id = b.ticket_id
               JOIN shequ_unit u ON u.id = t.unit_id
               WHERE b.target = 'dispatch' AND b.level = '2' AND u.room = '302'
                 AND t.state = 'accepted'"""
    assert column(loaded, query)
    query = """SELECT m.body FROM mail_message m
               JOIN mail_notification n ON n.mail_message_id = m.id
               JOIN res_users u ON u.partner_id = n.res_partner_id
               WHERE u.login = 'supervisor'"""
    bodies = column(loaded, query)
    assert any("302室漏水报修已超24小时未派单" in body for body in bodies)


def test_loaded_contracts_are_published_with_the_signed_paper(loaded):
    contracts = column(loaded, "SELECT id FROM shequ_contract WHERE state = 'active'")
    published = column(
        loaded,
        """
        SELECT disclosure.res_id
          FROM shequ_disclosure disclosure
          JOIN shequ_disclosure_file file
            ON file.version_id = disclosure.current_version_id
         WHERE disclosure.res_model = 'shequ.contract'
        """,
    )
    assert len(contracts) == 3
    assert sorted(published) == sorted(contracts)


def test_loaded_nobody_has_an_address_and_nothing_waits_to_be_sent(loaded):
    residents = """SELECT DISTINCT p.email FROM res_partner p
                   JOIN shequ_residency r ON r.partner_id = p.id"""
    assert set(column(loaded, residents)) <= {None}
    waiting = "SELECT count(*) FROM mail_mail WHERE state = 'outgoing'"
    assert column(loaded, waiting) == [0]
