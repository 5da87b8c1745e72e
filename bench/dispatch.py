"""Dispatch: a rainstorm on one estate, the ranking by itself, and what intake pays.

The storm: 2,000 reports within ten minutes of the clock, taken in by batches; after
each batch the dispatch runs as its scheduled job does, and workers finish what they
have.  Nobody may have more than fits, emergencies go first, and nothing may stay.
"""

import random
from collections import Counter
from datetime import timedelta

from . import _harness as harness
from .tickets import opened

CREW = 60
CAPACITY = 8
BATCH = 100
MINUTES = 10
KINDS = {
    "home_repair.water_leak": 45,
    "home_repair.drain": 25,
    "home_repair.roof_wall_leak": 20,
    "home_repair.electric": 8,
    "safety.flood": 2,
}
# What people write; only the last is an emergency, and has to sound like one.
WORDS = {
    "home_repair.water_leak": "厨房天花板滴水，拿盆接着",
    "home_repair.drain": "阳台地漏堵了，水下不去",
    "home_repair.roof_wall_leak": "顶楼漏雨，墙湿了一片",
    "home_repair.electric": "客厅的灯不亮了",
    "safety.flood": "雨水往地下车库里灌，快来人",
}


def main(argv):
    args = harness.arguments(__doc__, argv, rounds=3, tickets=2000, seed=7)
    harness.start_odoo([harness.ROOT / "addons"])
    registry = harness.database("shequ_bench", ["shequ_property"])
    report = harness.Report("Dispatch")
    ranking(report, args.rounds)
    with opened(registry) as env:
        env = env(context={**env.context, "no_reset_password": True})
        world = furnish(env)
        intake(report, args.rounds, env, world)
        storm(report, env, world, args.tickets, random.Random(args.seed))
        env.cr.rollback()
    report.print(args.json)
    return 0


# --- the ranking ------------------------------------------------------------------


def ranking(out, count):
    """Plain Python, no database: 2,000 jobs for 60 workers."""
    from odoo.addons.shequ_property.tools import dispatch

    chance = random.Random(1)
    crew = [
        dispatch.Worker(
            id=number,
            capacity=2000 // CREW + 1,
            skills={chance.randrange(1, 5): chance.randrange(1, 4) for _i in range(3)},
            buildings=frozenset(chance.sample(range(1, 30), 10)),
            rating=3 + 2 * chance.random(),
        )
        for number in range(1, CREW + 1)
    ]
    jobs = [
        dispatch.Job(
            id=number,
            urgency=chance.randrange(1, 5),
            skill=chance.randrange(1, 5),
            building=chance.randrange(1, 30),
        )
        for number in range(2000)
    ]
    figures = harness.rounds({"plan": lambda: dispatch.plan(jobs, crew)}, count)
    seconds = figures["plan"][0]
    out.section(
        "Ranking 2,000 jobs for 60 workers",
        [{"jobs per second": 2000 / seconds, "ms": seconds * 1000}],
    )


# --- the world --------------------------------------------------------------------


def furnish(env):
    """An estate of its own with a crew; rolled back at the end."""
    company = env["res.company"].create({"name": "Rain Property"})
    estate = env["shequ.estate"].create(
        {"name": "雨天小区", "code": "RAIN", "company_id": company.id}
    )
    buildings = env["shequ.building"].create(
        [{"estate_id": estate.id, "name": str(n + 1)} for n in range(30)]
    )
    units = env["shequ.unit"].create(
        [
            {"building_id": building.id, "room": f"{floor}0{door}"}
            for building in buildings
            for floor in range(1, 9)
            for door in range(1, 5)
        ]
    )
    skills = env["shequ.skill"].search(
        [("code", "in", ["plumbing", "electrical", "waterproofing"])]
    )
    team = env["shequ.team"].create(
        {"name": "抢修班", "company_id": company.id, "skill_ids": skills.ids}
    )
    workers = env["shequ.worker"].create(
        [
            {
                "name": f"师傅{number:02d}",
                "company_id": company.id,
                "team_ids": team.ids,
                "skill_ids": (skills[number % 3] | skills[(number + 1) % 3]).ids,
                "building_ids": buildings[number % 5 :: 5].ids,
                "capacity": CAPACITY,
            }
            for number in range(CREW)
        ]
    )
    people = env["res.partner"].create([{"name": f"住户{n}"} for n in range(200)])
    env.flush_all()
    return {
        "company": company,
        "team": team,
        "workers": workers,
        "units": units.ids,
        "people": people.ids,
        "codes": [code for code, weight in KINDS.items() for _i in range(weight)],
    }


def reports(world, chance, count):
    codes = [chance.choice(world["codes"]) for _number in range(count)]
    return [
        {
            "unit_id": chance.choice(world["units"]),
            "reporter_id": chance.choice(world["people"]),
            "description": WORDS[code],
            "category_code": code,
            "channel": "portal",
        }
        for code in codes
    ]


# --- intake -----------------------------------------------------------------------


def intake(out, count, env, world):
    """What a report costs without a rule, and with one that sends by itself."""
    chance, Rule = random.Random(3), env["shequ.dispatch.rule"]
    calm = [c for c in world["codes"] if not c.startswith("safety")]
    quiet = {**world, "codes": calm}

    def take():
        env.cr.execute("SAVEPOINT dispatch_intake")
        env["shequ.ticket"]._intake(reports(quiet, chance, BATCH))
        env.flush_all()
        env.cr.execute("ROLLBACK TO SAVEPOINT dispatch_intake")
        env.invalidate_all()

    rows = []
    for name, values in (("no rule", None), ("sent by itself", {"mode": "auto"})):
        rule = values and Rule.create({"company_id": world["company"].id, **values})
        seconds, queries = harness.rounds({name: take}, count)[name]
        rows.append(
            {
                "rule": name,
                "tickets per second": BATCH / seconds,
                "queries a batch": queries,
            }
        )
        if rule:
            rule.unlink()
    out.section("Intake of 100 reports", rows, "without a rule nothing more is asked")


# --- the storm --------------------------------------------------------------------


def storm(out, env, world, total, chance):
    """Take in, dispatch, finish, until nothing is left."""
    from odoo import fields

    env["shequ.dispatch.rule"].create(
        {"company_id": world["company"].id, "mode": "auto"}
    )
    Ticket, workers = env["shequ.ticket"], world["workers"]
    ours = [("company_id", "=", world["company"].id)]
    figures, seconds = Counter(), Counter()
    sends = []

    def dispatch_pass():
        waiting = Ticket.search(
            [*ours, ("dispatch_state", "in", ("queued", "waiting"))],
            order="urgency_rank, id",
        )
        for start in range(0, len(waiting), 500):
            took, queries = harness.timed(lambda s=start: sent(waiting[s : s + 500]))
            seconds["dispatch"] += took
            figures["queries"] += queries
        env.invalidate_all()
        loads = workers._loads()
        figures["most at once"] = max([figures["most at once"], *loads.values()])
        figures["over capacity"] += sum(
            load > CAPACITY + reds_at_hand(worker) for worker, load in loads.items()
        )

    def reds_at_hand(worker):
        return Ticket.search_count(
            [
                ("worker_id", "=", worker),
                ("is_open", "=", True),
                ("urgency", "=", "red"),
            ]
        )

    def sent(tickets):
        counts = tickets._dispatch()
        figures["sent"] += counts["sent"]
        env.flush_all()

    def answer_reds():
        """Whoever is rung at first accepts; reds never wait for a pass."""
        offers = env["shequ.dispatch.offer"].search(
            [("state", "=", "open"), ("kind", "=", "ring"), *ours]
        )
        for offer in offers:
            worker = offer.line_ids.worker_id[:1]
            if not worker:
                figures["reds nobody heard"] += 1
                continue
            sends.append(offer.ticket_id.id)
            offer.ticket_id._assign(worker.team_ids[:1], worker)
        figures["reds accepted"] += len(offers)

    def finish(share):
        """Some of what is at hand is done; by SQL, for it is not what is measured."""
        env.flush_all()
        env.cr.execute(
            "UPDATE shequ_ticket SET state = 'done', is_open = FALSE, done_at = %s "
            "WHERE company_id = %s AND is_open AND worker_id IS NOT NULL "
            "AND id %% %s = 0 RETURNING id",
            [fields.Datetime.now(), world["company"].id, share],
        )
        done = len(env.cr.fetchall())
        env.invalidate_all()
        return done

    rounds = max(1, total // BATCH)
    for number in range(rounds):
        size = min(BATCH, total - number * BATCH)
        took, _queries = harness.timed(
            lambda n=size: Ticket._intake(reports(world, chance, n))
        )
        seconds["intake"] += took
        answer_reds()
        dispatch_pass()
        finish(3)
    most_waiting = Ticket.search_count(
        [*ours, ("is_open", "=", True), ("worker_id", "=", False)]
    )
    passes = rounds
    while Ticket.search_count([*ours, ("is_open", "=", True)]) and passes < 500:
        finish(1)
        dispatch_pass()
        passes += 1
    stuck = Ticket.search_count([*ours, ("is_open", "=", True)])
    per_worker = [
        count for _worker, count in Ticket._read_group(ours, ["worker_id"], ["__count"])
    ]
    out.section(
        f"Rainstorm: {total:,} reports on one estate, {CREW} workers",
        [
            {
                "sent by itself": figures["sent"],
                "reds accepted": figures["reds accepted"],
                "over capacity": figures["over capacity"],
                "stuck": stuck,
                "still waiting after the storm": most_waiting,
                "passes": passes,
                "least / most jobs a worker": f"{min(per_worker)} / {max(per_worker)}",
            }
        ],
        "over capacity 0, stuck 0",
    )
    window = timedelta(minutes=MINUTES).total_seconds()
    out.section(
        "What it cost",
        [
            {
                "part": part,
                "seconds": spent,
                "per second": total / spent,
                "share of ten minutes %": 100 * spent / window,
            }
            for part, spent in seconds.items()
        ]
        + [
            {
                "part": "queries for each ticket sent",
                "seconds": figures["queries"] / max(1, figures["sent"]),
            }
        ],
    )
