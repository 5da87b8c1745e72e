"""Votes: how opening, casting, counting, export and recount grow with the roll.

Estates of 1,000, 10,000 and 100,000 units (`--largest`); seven in ten vote. A hundred
ballots are cast one by one, each committed, before the others and after them, so that
it shows whether a ballot costs more when there are many. The others are laid down by
the thousand. The database is a copy that is dropped at the end: ballots cannot be
deleted.
"""

import secrets
import statistics
import tempfile
import time
from datetime import timedelta
from pathlib import Path
from unittest.mock import patch

from . import _harness as harness

DATABASE = "shequ_bench_vote"
SOURCE = "shequ_bench"
SIZES = (1_000, 10_000, 100_000)
ONE_BY_ONE = 100
GOALS = (
    "100,000 electors, 70,000 ballots: open ≤ 60 s, count ≤ 5 s, export and verify "
    "≤ 30 s; a cast costs the same at any size"
)


def main(argv):
    args = harness.arguments(__doc__, argv, rounds=1, largest=SIZES[-1])
    harness.start_odoo([harness.ROOT / "addons"])
    harness.database(SOURCE, ["shequ_property"])
    report = harness.Report("Owners' votes")
    with copied() as registry:
        rows = [
            measure(registry, size) for size in SIZES if size <= max(args.largest, 1)
        ]
    report.section("One vote from the opening to the recount", rows, GOALS)
    report.print(args.json)
    return 0


class copied:
    """A copy of the database of the benchmarks, dropped afterwards."""

    def __enter__(self):
        from odoo.modules.registry import Registry

        self._again(f'CREATE DATABASE "{DATABASE}" TEMPLATE "{SOURCE}"')
        return Registry(DATABASE)

    def __exit__(self, *error):
        self._again()

    def _again(self, then=None):
        import psycopg2

        from odoo import sql_db

        sql_db.close_all()
        connection = psycopg2.connect(dbname="postgres")
        connection.autocommit = True
        with connection.cursor() as cr:
            cr.execute(f'DROP DATABASE IF EXISTS "{DATABASE}"')
            if then:
                cr.execute(then)
        connection.close()


def measure(registry, size):
    from odoo import SUPERUSER_ID, api

    with registry.cursor() as cr:
        env = api.Environment(cr, SUPERUSER_ID, {})
        vote = announced(env, size)
        cr.commit()
        figures = {"electors": size}
        clocked(figures, "open", vote.action_open)
        cr.commit()
        env.invalidate_all()
        waiting = env["shequ.vote.elector"].search([("vote_id", "=", vote.id)])
        figures["cast ms"] = cast_one_by_one(vote, waiting[:ONE_BY_ONE])
        cr.commit()
        env.invalidate_all()
        bulk = waiting[ONE_BY_ONE : size * 7 // 10 - ONE_BY_ONE]
        fill(vote, bulk)
        cr.commit()
        cr.execute("ANALYZE")
        cr.commit()
        env.invalidate_all()
        rest = waiting[size * 7 // 10 - ONE_BY_ONE : size * 7 // 10]
        figures["cast ms, full"] = cast_one_by_one(vote, rest)
        cr.commit()
        figures["turnout ms"] = seconds(lambda: vote._turnout(by_building=True)) * 1000
        with patch.object(type(vote), "_clock", lambda _vote: vote.closes_at):
            clocked(figures, "count", vote.action_close)
        cr.commit()
        env.invalidate_all()
        recount(vote, figures)
        figures["ballots"] = vote.result["participating"]["heads"]
    return figures


def seconds(function):
    start = time.perf_counter()
    function()
    return time.perf_counter() - start


def clocked(figures, name, function):
    """Note the seconds of the clock and those this process worked.

    On a machine that others use, too, the second figure is the steadier one; what
    PostgreSQL works is in the first alone.
    """
    start, worked = time.perf_counter(), time.process_time()
    result = function()
    figures[f"{name} s"] = time.perf_counter() - start
    figures[f"{name} cpu"] = time.process_time() - worked
    return result


def recount(vote, figures):
    """Export, and verify with the program that knows nothing of Odoo."""
    from odoo.addons.shequ_property.tools.voting import verify

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "vote.zip"
        clocked(figures, "export", lambda: path.write_bytes(vote._export_archive()))
        figures["archive MB"] = path.stat().st_size / 1e6
        report = clocked(figures, "verify", lambda: verify.verify(str(path)))
    if not report.ok:
        raise SystemExit(f"the recount is wrong: {report.errors[:3]}")


def cast_one_by_one(vote, electors):
    """Median milliseconds of a ballot, committed."""
    motion, taken = vote.motion_ids.id, []
    for elector in electors:
        choices = {motion: "agree"}
        taken.append(
            seconds(
                lambda e=elector, c=choices: vote._cast(
                    e, e.voter_id, c, confirmed_by="bench"
                )
            )
        )
    return statistics.median(taken) * 1000


def fill(vote, electors):
    """Lay down one ballot each, as :meth:`_cast` does, thousands at once."""
    from odoo.addons.shequ_property.tools import bulk
    from odoo.addons.shequ_property.tools.voting import chain

    cr, key = vote.env.cr, str(vote.motion_ids.id)
    Event = vote.env["shequ.vote.event"]
    sequence, previous, at = Event._last(vote)
    now = max(at, vote._clock())
    events, ballots = [], []
    for row in electors.read(["number"]):
        ballot = chain.open_ballot(
            vote.reference, [row["number"]], {key: "agree"}, secrets.token_hex(16)
        )
        commitment, sequence = chain.digest(ballot), sequence + 1
        data = {
            "channel": "online",
            "commitment": commitment,
            "electors": [row["number"]],
        }
        event = chain.event(
            previous, sequence, vote.reference, f"{now.isoformat()}Z", "cast", data
        )
        entry = chain.canonical(event["entry"]).decode()
        events.append(
            (vote.id, sequence, "cast", now, entry, previous, event["digest"])
        )
        previous = event["digest"]
        content = chain.canonical(ballot).decode()
        ballots.append(
            (vote.id, row["id"], 1, "online", sequence, commitment, content, now)
        )
    cr.execute(
        "UPDATE shequ_vote_elector SET channel = 'online' WHERE id = ANY(%s)",
        [electors.ids],
    )
    bulk.copy_rows(cr, "shequ_vote_event", EVENT, events)
    bulk.copy_rows(cr, "shequ_vote_ballot", BALLOT, ballots)


EVENT = ("vote_id", "sequence", "kind", "at", "entry", "previous", "digest")
BALLOT = (
    "vote_id",
    "elector_id",
    "round",
    "channel",
    "event_sequence",
    "commitment",
    "content",
    "cast_at",
)


def announced(env, size):
    """An estate of so many homes with an owner each, and a vote that may open."""
    estate = env["shequ.estate"].create({"name": f"万家小区{size}", "code": f"V{size}"})
    register(env, estate, size)
    now = env["shequ.vote"]._clock()
    vote = env["shequ.vote"].create(
        {
            "name": "外墙维修",
            "estate_id": estate.id,
            "opens_at": now - timedelta(days=1),
            "closes_at": now + timedelta(days=20),
            "committee_told_on": now.date(),
        }
    )
    vote.document_ids = env["ir.attachment"].create({"name": "方案", "raw": b"plan"})
    env["shequ.vote.motion"].create(
        {
            "vote_id": vote.id,
            "name": "动用维修资金",
            "matter_id": env.ref("shequ_property.vote_matter_fund_use").id,
        }
    )
    vote.action_submit()
    with patch.object(type(vote), "_clock", lambda _vote: now - timedelta(days=17)):
        vote.action_announce()
    return vote


def register(env, estate, size):
    """Units, people and residencies by the set; the registry itself is not measured."""
    buildings = env["shequ.building"].create(
        [
            {"estate_id": estate.id, "name": str(number + 1)}
            for number in range(-(-size // 100))
        ]
    )
    env.flush_all()
    env.cr.execute(
        """
        WITH people AS (
            INSERT INTO res_partner (name, active, is_company, type,
                                     autopost_bills, ref)
            SELECT '业主' || n, TRUE, FALSE, 'contact', 'ask', %(estate)s || '-' || n
              FROM generate_series(0, %(size)s - 1) n
         RETURNING id, ref
        ), units AS (
            INSERT INTO shequ_unit (building_id, estate_id, company_id, room, use,
                                    state, active, exclusive_area, sort_key,
                                    short_address, address)
            SELECT (%(buildings)s::int[])[1 + n / 100], %(estate)s, %(company)s,
                   (101 + n %% 100)::text, 'home', 'delivered', TRUE,
                   60 + (n %% 9000) / 100.0, lpad(n::text, 9, '0'),
                   (1 + n / 100) || '号楼' || (101 + n %% 100) || '室', 'x'
              FROM generate_series(0, %(size)s - 1) n
         RETURNING id, sort_key
        )
        INSERT INTO shequ_residency (partner_id, unit_id, estate_id, company_id, role,
                                     is_title, date_from, active, share_numerator,
                                     share_denominator)
        SELECT p.id, u.id, %(estate)s, %(company)s, 'owner', TRUE, '2020-01-01', TRUE,
               1, 1
          FROM units u
          JOIN people p ON p.ref = %(estate)s || '-' || u.sort_key::int
        """,
        {
            "estate": estate.id,
            "company": estate.company_id.id,
            "buildings": buildings.ids,
            "size": size,
        },
    )
    env.invalidate_all()
