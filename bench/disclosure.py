"""Publishing a year of accounts: 3,000 units, 60,000 journal items.

Draws the figures, publishes them with all their entries, makes the files, and shows
the page; the memory of the process may not grow with the number of items.  The items
are put into the books by SQL, because posting them is not what is measured.
"""

import gc
import resource
import tempfile
import threading
import time
import tracemalloc
from pathlib import Path

from . import _harness as harness

PAGE = resource.getpagesize()


def main(argv):
    args = harness.arguments(__doc__, argv, rounds=1, units=3000, items=60000)
    harness.start_odoo([harness.ROOT / "addons"])
    registry = harness.database("shequ_bench", ["shequ_property"])
    from odoo import SUPERUSER_ID, api

    report = harness.Report("Disclosure")
    with registry.cursor() as cr:
        env = api.Environment(cr, SUPERUSER_ID, {"tracking_disable": True})
        world = furnish(env, args.units)
        # A tenth first: what grows with the items shows.
        rows = [measure(env, world, args.items // 10, 2024)]
        rows.append(measure(env, world, args.items, 2025))
        report.section(
            f"A year of accounts, {args.units} units",
            rows,
            "seconds, constant memory",
        )
        cr.rollback()
    report.print(args.json)
    return 0


def furnish(env, units):
    """An estate with residents and accounts of its own; rolled back at the end."""
    company = env["res.company"].create({"name": "Ledger Property"})
    env["account.chart.template"].try_loading(
        "generic_coa", company, install_demo=False
    )
    estate = env["shequ.estate"].create(
        {"name": "账目小区", "code": "LEDG", "company_id": company.id}
    )
    building = env["shequ.building"].create({"estate_id": estate.id, "name": "1"})
    homes = env["shequ.unit"].create(
        [
            {"building_id": building.id, "entrance": str(n // 100), "room": str(n)}
            for n in range(units)
        ]
    )
    people = env["res.partner"].create([{"name": f"业主{n:05d}"} for n in range(units)])
    env["shequ.residency"].create(
        [
            {
                "unit_id": home.id,
                "partner_id": person.id,
                "role": "owner",
                "date_from": "2020-01-01",
            }
            for home, person in zip(homes, people, strict=True)
        ]
    )
    accounts = env["account.account"].with_company(company)
    accounts = accounts.create(
        [
            {"code": f"93{n:04d}", "name": f"科目{n}", "account_type": kind}
            for n, kind in enumerate(["income"] * 6 + ["expense"] * 24)
        ]
    )
    journal = env["account.journal"].search(
        [("company_id", "=", company.id), ("type", "=", "general")], limit=1
    )
    env.flush_all()
    return {
        "estate": estate,
        "analytic": estate._ensure_analytic_account(),
        "accounts": accounts,
        "journal": journal,
        "people": people,
    }


def measure(env, world, items, year):
    fill(env, world, items, year)
    kind = env["shequ.disclosure.type"]._by_code("year_accounts")
    disclosure = env["shequ.disclosure"].create(
        {
            "estate_id": world["estate"].id,
            "type_id": kind.id,
            "date_from": f"{year}-01-01",
            "date_to": f"{year}-12-31",
        }
    )
    env.flush_all()
    drawn, queries = harness.timed(disclosure.action_draw)
    start = time.perf_counter()
    with harness.count_queries() as publishing, Watch() as watch:
        version = disclosure._publish(disclosure._content(), "")
        env.flush_all()
    published = time.perf_counter() - start
    if version.entry_count != items:
        raise SystemExit(f"{version.entry_count} entries published, {items} expected")
    read, _queries = harness.timed(lambda: version._content())
    page, _queries = harness.timed(lambda: version._entries_of("expense", 500, 50))
    return {
        "items": items,
        "draw s": drawn,
        "publish s": published,
        "queries": queries + publishing[0],
        "publish peak MB": watch.grown,
        "read ms": read * 1000,
        "entries page ms": page * 1000,
        **download(env, version, "xlsx"),
        **download(env, version, "json"),
    }


def download(env, version, kind):
    """Make a file as the page does, on the disk: its time, queries and peak memory.

    The peak is what Python holds at once, counted in a run of its own: the process
    may have room left of something else.
    """
    env.invalidate_all()
    with tempfile.TemporaryFile() as out:
        seconds, queries = harness.timed(
            lambda: version._write_download(kind, False, out)
        )
        size = out.seek(0, 2) / 1024 / 1024
    env.invalidate_all()
    with tempfile.TemporaryFile() as out:
        tracemalloc.start()
        if kind == "xlsx":
            # The workbook that is kept would be sent.
            version._write_xlsx(out, False)
        else:
            version._write_download(kind, False, out)
        held = tracemalloc.get_traced_memory()[1] / 1024 / 1024
        tracemalloc.stop()
    return {
        f"{kind} s": seconds,
        f"{kind} queries": queries,
        f"{kind} MB": size,
        f"{kind} peak MB": held,
    }


class Watch(threading.Thread):
    """Looks at the memory of the process every few milliseconds.

    ``grown`` is how far it went above where it stood (MB): some kernels do not keep
    the high-water mark, and none keeps it for a part of a program.
    """

    def __init__(self):
        super().__init__(daemon=True)
        self._over = threading.Event()
        self.grown = 0

    def __enter__(self):
        gc.collect()
        self._begin = self._peak = resident()
        self.start()
        return self

    def run(self):
        while not self._over.wait(0.005):
            self._peak = max(self._peak, resident())

    def __exit__(self, *error):
        self._over.set()
        self.join()
        self.grown = max(self._peak, resident()) - self._begin


def resident():
    """What the process holds in memory (MB)."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * PAGE / 1024 / 1024


def fill(env, world, items, year):
    """Posted entries of two items each, one of them the estate's."""
    env.cr.execute(
        """
        WITH moves AS (
            INSERT INTO account_move (name, date, state, move_type, journal_id,
                        company_id, currency_id, auto_post, create_date, write_date)
            SELECT %(year)s || '/' || n, make_date(%(year)s, 1 + n %% 12, 1 + n %% 28),
                   'posted', 'entry', %(journal)s, %(company)s, %(currency)s, 'no',
                   now(), now()
              FROM generate_series(1, %(items)s) n
         RETURNING id, name, date
        ), numbered AS (
            SELECT *, row_number() OVER (ORDER BY id) AS n FROM moves
        )
        INSERT INTO account_move_line (move_id, move_name, date, parent_state, name,
                    account_id, balance, debit, credit, amount_currency, currency_id,
                    company_id, company_currency_id, journal_id, display_type,
                    partner_id, analytic_distribution)
        SELECT id, name, date, 'posted', 'entry ' || n,
               (%(accounts)s)[(1 + n %% 30)::int],
               sign * (n %% 977 + 0.37), (n %% 977 + 0.37) * (sign + 1) / 2,
               (n %% 977 + 0.37) * (1 - sign) / 2, sign * (n %% 977 + 0.37),
               %(currency)s, %(company)s, %(currency)s, %(journal)s, 'product',
               (%(people)s)[(1 + n %% %(count)s)::int], %(distribution)s::jsonb
          FROM numbered
          CROSS JOIN LATERAL (
                SELECT CASE WHEN n %% 30 < 6 THEN -1 ELSE 1 END AS sign) s
        """,
        {
            "year": year,
            "items": items,
            "journal": world["journal"].id,
            "company": world["estate"].company_id.id,
            "currency": world["estate"].company_id.currency_id.id,
            "accounts": world["accounts"].ids,
            "people": world["people"].ids,
            "count": len(world["people"]),
            "distribution": '{"%s": 100.0}' % world["analytic"].id,
        },
    )
    env.cr.execute("ANALYZE account_move_line")
    env.invalidate_all()
