"""Tickets: taking in, deadlines, and lists that do not slow down with the years.

Against OCA's helpdesk with its SLA addon and Odoo's own tasks (in a database of
their own), and a bare INSERT as the floor.
"""

import itertools
import random
from datetime import datetime, timedelta

from . import _harness as harness

PARTS = ("creation", "deadlines", "sweep", "pages")
ESTATES = 30
BUILDINGS = 10
UNITS = 2000
OPEN = 1000
CHUNK = 20_000
# As the list and the board of tickets say in their views: "1000+".
COUNTED = 1000
WORDS = (
    "电梯厅地砖松动 楼道灯不亮 水管漏水 下水道堵了 单元门关不上 道闸不抬杆 垃圾没人清 "
    "楼上半夜吵 消防通道堵车 外墙渗水 健身器材坏了 路灯闪 快递柜打不开 车位被占 "
    "草坪枯了 井盖响 水压太低 停电了 门禁卡失灵 蚊虫多"
).split()
PLACES = "东门 西门 南门 北门 地下车库 中心花园 3号楼旁 快递柜边 儿童乐园 楼顶".split()


def main(argv):
    args = harness.arguments(
        __doc__, argv, rounds=5, small=10_000, large=300_000, parts=",".join(PARTS)
    )
    wanted = args.parts.split(",")
    if unknown := set(wanted) - set(PARTS):
        harness.say(f"--parts: {', '.join(unknown)} is none of {', '.join(PARTS)}")
        return 2
    harness.install_peers()
    harness.start_odoo([harness.ROOT / "addons", harness.PEERS / "odoo" / "addons"])
    own = harness.database("shequ_bench", ["shequ_property"])
    report = harness.Report("Tickets")
    if "creation" in wanted:
        peers = harness.database(
            "shequ_bench_peers", ["helpdesk_mgmt", "helpdesk_mgmt_sla", "project"]
        )
        with opened(own) as env, opened(peers) as peer_env:
            world, rivals = furnish(env, args.small), furnish_peers(peer_env)
            creation(report, args.rounds, env, world, peer_env, rivals)
    with opened(own) as env:
        world = furnish(env, args.small)
        if "deadlines" in wanted:
            deadlines(report, args.rounds, env)
        if "sweep" in wanted:
            sweep(report, args.rounds, env, world)
    if "pages" in wanted:
        small = harness.database("shequ_bench_small", ["shequ_property"])
        large = harness.database("shequ_bench_large", ["shequ_property"])
        with opened(small) as env, opened(large) as large_env:
            worlds = {
                args.small: (env, furnish(env, args.small)),
                args.large: (large_env, furnish(large_env, args.large)),
            }
            pages(report, args.rounds, worlds)
    report.print(args.json)
    return 0


class opened:
    """An environment on a cursor that stays open: ``with opened(registry) as env``."""

    def __init__(self, registry):
        self.registry = registry

    def __enter__(self):
        from odoo import SUPERUSER_ID, api

        self.cr = self.registry.cursor()
        return api.Environment(self.cr, SUPERUSER_ID, {"lang": "en_US"})

    def __exit__(self, *exc):
        self.cr.rollback()
        self.cr.close()


# --- the world ------------------------------------------------------------------


def furnish(env, wanted):
    """Fill a database with estates and a history of ``wanted`` tickets."""
    estates = env["shequ.estate"].search([("code", "like", "BENCH%")])
    if not estates:
        estates = _estates(env)
    world = {
        "estates": estates,
        "units": env["shequ.unit"].search([("estate_id", "in", estates.ids)]),
        "people": env["res.partner"].search([("ref", "=", "bench")]),
        "categories": env["shequ.ticket.category"].search([("parent_id", "!=", False)]),
    }
    missing = wanted - env["shequ.ticket"].search_count([])
    if missing > 0:
        harness.say(f"Filling {env.cr.dbname} with {missing:,} tickets")
        opened_now = env["shequ.ticket"].search_count([("is_open", "=", True)])
        _history(env, world, missing - max(0, OPEN - opened_now))
        _open_tickets(env, world, max(0, OPEN - opened_now))
        env.cr.commit()
        _vacuum(env)
    world["user"] = _manager(env)
    world["resident"] = _resident(env, world)
    env.cr.commit()
    return world


def _vacuum(env):
    """Leave the tables as PostgreSQL leaves them a minute later, by itself."""
    with env.registry.cursor() as cr:
        cr._cnx.autocommit = True
        cr.execute("VACUUM ANALYZE")
        cr._cnx.autocommit = False


def _estates(env):
    estates = env["shequ.estate"].create(
        [{"name": f"基准小区{i}", "code": f"BENCH{i}"} for i in range(ESTATES)]
    )
    buildings = env["shequ.building"].create(
        [
            {"estate_id": estate.id, "name": str(number + 1)}
            for estate in estates
            for number in range(BUILDINGS)
        ]
    )
    env["shequ.unit"].create(
        [
            {
                "building_id": buildings[i % len(buildings)].id,
                "floor": i // len(buildings) + 1,
                "room": f"{i // len(buildings) + 1}01",
            }
            for i in range(UNITS)
        ]
    )
    env["res.partner"].create(
        [{"name": f"住户{i}", "ref": "bench"} for i in range(UNITS)]
    )
    skills = env["shequ.skill"].search([])
    env["shequ.team"].create({"name": "基准班", "skill_ids": [(6, 0, skills.ids)]})
    env.cr.commit()
    return estates


def _history(env, world, count):
    """Closed tickets with their clocks, by SQL: the years behind an estate."""
    from odoo.addons.shequ_property.tools.search_terms import index_terms

    texts = [f"{place}{word}" for place, word in itertools.product(PLACES, WORDS)]
    env.cr.execute("CREATE TEMP TABLE bench_text (n int, t text, terms text)")
    for n, text in enumerate(texts):
        env.cr.execute(
            "INSERT INTO bench_text VALUES (%s, %s, %s)", (n, text, index_terms(text))
        )
    env.cr.execute("SELECT rolsuper FROM pg_roles WHERE rolname = current_user")
    if env.cr.fetchone()[0]:
        # Copies of rows that were checked: no need to check their references again.
        env.cr.execute("SET session_replication_role = replica")
    pattern = _pattern(env, world)
    env.cr.execute("SELECT count(*) FROM shequ_ticket WHERE name LIKE 'H-%'")
    (done,) = env.cr.fetchone()
    for start in range(done + 1, done + count + 1, CHUNK):
        end = min(start + CHUNK, done + count + 1) - 1
        _history_chunk(env, world, pattern, start, end, len(texts))
        env.cr.commit()
        harness.say(f"    {end - done:,} of {count:,}")
    env.cr.execute("SET session_replication_role = DEFAULT")
    env.cr.execute("DROP TABLE bench_text")


def _history_chunk(env, world, pattern, start, end, texts):
    """Copy the pattern to the tickets of the numbers `start` to `end`."""
    changed = {
        "name": "'H-' || g",
        "estate_id": "u.estate_id",
        "building_id": "u.building_id",
        "unit_id": "CASE WHEN g %% 2 = 0 THEN u.id END",
        "visibility": "CASE WHEN g %% 2 = 0 THEN 'private' ELSE 'shared' END",
        "is_public_area": "g %% 2 = 1",
        "reporter_id": "p.id",
        "description": "x.t",
        "search_terms": "x.terms || ' ' || g",
        "category_id": "c.id",
        "reported_at": "now() - g * interval '40 seconds' - interval '8 days'",
        "done_at": "now() - g * interval '40 seconds' - interval '7 days'",
        "closed_at": "now() - g * interval '40 seconds'",
    }
    clocks = {"ticket_id": "h.id", "estate_id": "h.estate_id"}
    clocks = _columns(env, clocks, "t.", "shequ_sla_clock")
    env.cr.execute(
        f"""
        WITH h AS (
        INSERT INTO shequ_ticket ({", ".join(_columns(env, changed))})
        SELECT {", ".join(_columns(env, changed, "t.").values())}
          FROM generate_series(%(start)s, %(end)s) g
          JOIN shequ_ticket t ON t.id = %(pattern)s
          JOIN (SELECT row_number() OVER () - 1 AS n, id, estate_id, building_id
                  FROM shequ_unit) u ON u.n = g %% %(units)s
          JOIN (SELECT row_number() OVER () - 1 AS n, id
                  FROM res_partner WHERE ref = 'bench') p ON p.n = g %% %(people)s
          JOIN (SELECT row_number() OVER () - 1 AS n, id
                  FROM shequ_ticket_category WHERE parent_id IS NOT NULL) c
            ON c.n = g %% %(categories)s
          JOIN bench_text x ON x.n = g %% %(texts)s
        RETURNING id, estate_id, reporter_id
        ), participants AS (
        INSERT INTO shequ_ticket_participant_rel (ticket_id, partner_id)
        SELECT id, reporter_id FROM h
        )
        INSERT INTO shequ_sla_clock ({", ".join(clocks)})
        SELECT {", ".join(clocks.values())}
          FROM h, shequ_sla_clock t WHERE t.ticket_id = %(pattern)s
        """,
        {
            "start": start,
            "end": end,
            "pattern": pattern.id,
            "units": len(world["units"]),
            "people": len(world["people"]),
            "categories": len(world["categories"]),
            "texts": texts,
        },
    )


def _pattern(env, world):
    """One ticket that really went its way; the history is made of copies of it."""
    ticket = env["shequ.ticket"]._intake(report(world, category_id=False))
    ticket.action_accept()
    ticket._finish("修好了", close_reason="not_solved")
    ticket._step("closed", "closed")
    env.flush_all()
    return ticket


def _columns(env, changed, prefix="", table="shequ_ticket"):
    """Return every column of a table but its id: name → expression."""
    env.cr.execute(
        "SELECT column_name FROM information_schema.columns WHERE table_name = %s "
        "AND column_name != 'id' AND is_generated = 'NEVER' ORDER BY 1",
        [table],
    )
    return {name: changed.get(name, f"{prefix}{name}") for (name,) in env.cr.fetchall()}


def _open_tickets(env, world, count):
    for _start in range(0, count, 100):
        env["shequ.ticket"]._intake([report(world) for _i in range(100)])
        env.cr.commit()


def _user(env, login, groups, **values):
    user = env["res.users"].search([("login", "=", login)])
    return user or env["res.users"].create(
        {
            "name": login,
            "login": login,
            "password": login,
            "group_ids": [(6, 0, [env.ref(group).id for group in groups])],
            **values,
        }
    )


def _manager(env):
    return _user(env, "bench_manager", ["shequ_property.group_company_manager"])


def _resident(env, world):
    partner = world["people"][0]
    return _user(
        env,
        "bench_resident",
        ["shequ_property.group_resident"],
        partner_id=partner.id,
    )


def report(world, **more):
    """A report as the portal sends it."""
    unit = random.choice(world["units"])
    return {
        "unit_id": unit.id,
        "reporter_id": random.choice(world["people"]).id,
        "description": f"{random.choice(PLACES)}{random.choice(WORDS)}",
        "category_id": random.choice(world["categories"]).id,
        "channel": "portal",
        **more,
    }


def furnish_peers(env):
    """A helpdesk team with two SLAs and a project, as a company would set them."""
    team = env["helpdesk.ticket.team"].search([("name", "=", "bench")])
    if not team:
        team = env["helpdesk.ticket.team"].create({"name": "bench", "use_sla": True})
        stage = env["helpdesk.ticket.stage"].search([], limit=1)
        for name, hours in (("accept", 1), ("complete", 8)):
            env["helpdesk.sla"].create(
                {
                    "name": name,
                    "hours": hours,
                    "stage_id": stage.id,
                    "team_ids": [(6, 0, team.ids)],
                }
            )
        env["project.project"].create({"name": "bench"})
        env["res.partner"].create(
            [{"name": f"住户{i}", "ref": "bench"} for i in range(200)]
        )
        env.cr.commit()
    return {
        "team": team,
        "project": env["project.project"].search([("name", "=", "bench")], limit=1),
        "people": env["res.partner"].search([("ref", "=", "bench")]),
    }


# --- creation -------------------------------------------------------------------


def creation(out, count, env, world, peer_env, rivals):
    """One by one with a commit each, and in batches of a hundred."""

    def own(size):
        env["shequ.ticket"]._intake([report(world) for _i in range(size)])
        env.cr.commit()

    def helpdesk(size):
        peer_env["helpdesk.ticket"].create(
            [
                {
                    "name": random.choice(WORDS),
                    "description": random.choice(PLACES),
                    "team_id": rivals["team"].id,
                    "partner_id": random.choice(rivals["people"]).id,
                }
                for _i in range(size)
            ]
        )
        peer_env.cr.commit()

    def task(size):
        peer_env["project.task"].create(
            [
                {
                    "name": random.choice(WORDS),
                    "description": random.choice(PLACES),
                    "project_id": rivals["project"].id,
                    "partner_id": random.choice(rivals["people"]).id,
                }
                for _i in range(size)
            ]
        )
        peer_env.cr.commit()

    def insert(size):
        env.cr.execute(
            "CREATE TABLE IF NOT EXISTS bench_raw AS TABLE shequ_ticket WITH NO DATA"
        )
        for _i in range(size):
            env.cr.execute(
                "INSERT INTO bench_raw (name, estate_id, description, urgency) "
                "VALUES (%s, %s, %s, %s)",
                ("raw", 1, random.choice(WORDS), "yellow"),
            )
        env.cr.commit()

    makers = {
        "shequ.ticket": own,
        "helpdesk.ticket + SLA": helpdesk,
        "project.task": task,
        "raw INSERT": insert,
    }

    def singly(make):
        return lambda: [make(1) for _i in range(50)]

    def batched(make):
        return lambda: [make(100) for _i in range(5)]

    for title, shape, number, goal in (
        ("Creation one by one, a commit each", singly, 50, "at least 6 × helpdesk"),
        ("Creation in batches of 100", batched, 500, "at least 20 × helpdesk"),
    ):
        figures = harness.rounds(
            {name: shape(make) for name, make in makers.items()}, count
        )
        base = figures["helpdesk.ticket + SLA"][0]
        out.section(
            title,
            [
                {
                    "model": name,
                    "per second": number / seconds,
                    "queries each": queries / number,
                    "× helpdesk": base / seconds,
                }
                for name, (seconds, queries) in figures.items()
            ],
            goal,
        )


# --- deadlines ------------------------------------------------------------------


def deadlines(out, count, env):
    """Working-time deadlines against `plan_hours`, which must agree."""
    from odoo.addons.shequ_property.tools import sla

    calendar = env["resource.calendar"].create(
        {"name": "bench", "tz": "Asia/Shanghai", "company_id": env.company.id}
    )
    time = env["shequ.sla.clock"]._working_time(
        calendar.id, calendar.tz, env.company.id
    )

    def plan(begin, minutes):
        return sla.to_datetime(time.add(sla.to_seconds(begin), minutes * 60))

    start = datetime(2026, 3, 2, 1, 0)
    cases = [
        (start + timedelta(minutes=97 * i), 30 + 15 * (i % 40)) for i in range(200)
    ]

    def ours(times=200):
        return [plan(begin, minutes) for _t in range(times) for begin, minutes in cases]

    def odoos():
        return [
            calendar.plan_hours(minutes / 60, begin, compute_leaves=True)
            for begin, minutes in cases
        ]

    def same(a, b):
        return abs((a - b.replace(tzinfo=None)).total_seconds()) < 1

    different = sum(not same(a, b) for a, b in zip(ours(1), odoos(), strict=True))
    figures = harness.rounds({"shequ": ours, "plan_hours": odoos}, count)
    rates = {
        "shequ": 200 * len(cases) / figures["shequ"][0],
        "plan_hours": len(cases) / figures["plan_hours"][0],
    }
    out.section(
        "Deadlines in working time",
        [
            {
                "by": name,
                "per second": rate,
                "× plan_hours": rate / rates["plan_hours"],
                "different results": different,
            }
            for name, rate in rates.items()
        ],
        "at least 200 × plan_hours, equal results",
    )
    env.cr.rollback()


def sweep(out, count, env, world):
    """Raise 10,000 due clocks: the set-based pass, and all that follows from it."""
    from odoo import fields

    Clock = env["shequ.sla.clock"]
    size, some = 10_000, 500
    while Clock.search_count([("state", "=", "running")]) < size:
        env["shequ.ticket"]._intake([report(world) for _i in range(100)])
    env.flush_all()
    env.cr.execute(
        "UPDATE shequ_sla_clock SET next_event_at = now() at time zone 'utc' "
        "- interval '1 minute' WHERE id IN (SELECT id FROM shequ_sla_clock "
        "WHERE state = 'running' ORDER BY id DESC LIMIT %s)",
        [size],
    )
    now = fields.Datetime.now()
    env.cr.execute("SAVEPOINT bench_due")
    passes, whole = [], []
    for _round in range(count):
        env.cr.execute("ROLLBACK TO SAVEPOINT bench_due")
        env.invalidate_all()
        passes.append(harness.timed(lambda: Clock._sweep_due(now, size)))
    env.cr.execute("ROLLBACK TO SAVEPOINT bench_due")
    env.invalidate_all()
    due = Clock._sweep_due(now, some)
    whole.append(harness.timed(lambda: Clock._sweep_raise(due, now)))
    env.cr.rollback()
    rows = []
    for name, taken, clocks in (
        ("set-based pass", passes, size),
        ("rules, points and news", whole, some),
    ):
        seconds, queries = sorted(taken)[len(taken) // 2]
        rows.append(
            {
                "sweep": name,
                "clocks": clocks,
                "seconds": seconds,
                "clocks per second": clocks / seconds,
                "queries": queries,
            }
        )
    out.section("Sweep of 10,000 due clocks", rows)


# --- pages ----------------------------------------------------------------------


def pages(out, count, worlds):
    """The same screens over ten thousand tickets and over three hundred thousand."""
    rows = []
    contestants = {}
    for size, (env, world) in worlds.items():
        for name, page in _pages(env, world).items():
            contestants[(name, size)] = page
    figures = harness.rounds(contestants, max(count, 9))
    small, large = worlds
    for name in dict.fromkeys(name for name, _size in contestants):
        (fast, few), (slow, many) = figures[name, small], figures[name, large]
        rows.append(
            {
                "page": name,
                f"ms at {small:,}": fast * 1000,
                f"ms at {large:,}": slow * 1000,
                "ratio": slow / fast,
                "queries": f"{few} / {many}",
            }
        )
    out.section("Pages", rows, "at most 1.2 ×, the same number of queries")


def _pages(env, world):
    manager = env(user=world["user"].id)["shequ.ticket"]
    resident = env(user=world["resident"].id)["shequ.ticket"]
    columns = {
        name: {}
        for name in (
            "name",
            "urgency",
            "state",
            "next_deadline",
            "description",
            "place",
        )
    }
    pool = [("is_open", "=", True)]
    number = manager.search(pool, limit=1).name
    order = "urgency_rank, next_deadline, id"

    def forget(env):
        """Know no more than a new request does."""
        env.invalidate_all()
        env.cr.cache.clear()

    def read(model, domain, order, limit=80):
        def page():
            forget(model.env)
            model.web_search_read(
                domain, columns, limit=limit, order=order, count_limit=COUNTED + 1
            )

        return page

    def kanban():
        forget(manager.env)
        manager.web_read_group(
            pool,
            ["state"],
            ["__count"],
            auto_unfold=True,
            unfold_read_specification=columns,
            unfold_read_default_limit=40,
        )

    return {
        "pool, 80 most urgent": read(manager, pool, order),
        "pool, kanban by state": kanban,
        "pool, text search": read(
            manager, [*pool, ("search_text", "ilike", "漏水")], order
        ),
        "all tickets, newest 80": read(manager, [], "id desc"),
        "all tickets, text search": read(
            manager, [("search_text", "ilike", "水管漏水")], "id desc"
        ),
        "all tickets, words never together": read(
            manager, [("search_text", "ilike", "水管 停电")], "id desc"
        ),
        "all tickets, number": read(
            manager, [("search_text", "ilike", number)], "id desc"
        ),
        "resident's own tickets": read(
            resident, [("is_open", "=", True)], "id desc", 20
        ),
        "resident's text search": read(
            resident, [("search_text", "ilike", "漏水")], "id desc", 20
        ),
    }
