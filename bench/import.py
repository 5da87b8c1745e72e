"""Moving in: 20,000 units with 35,000 people from one file.

Ours (dry run, application, the same file again, undo) against Odoo's own
base_import with the same data: a file of units and one of people with their
residencies, as its users have to prepare them.
"""

import base64
import csv
import gc
import io
import re
import time
from pathlib import Path

from . import _harness as harness

HEADINGS = "楼号 单元 房号 建筑面积 姓名 电话 角色 入住日期".split()
SURNAMES = "王李张刘陈杨黄赵吴周徐孙马朱胡林郭何高罗"
GIVEN = "伟芳娜敏静丽强磊军洋勇艳杰娟涛明超霞平刚桂英华文玉兰萍红建国志峰海燕"
PER_ENTRANCE = 100


def main(argv):
    args = harness.arguments(__doc__, argv, rounds=1, units=20_000, people=35_000)
    harness.start_odoo([harness.ROOT / "addons"])
    registry = harness.database("shequ_bench_import", ["shequ_property", "base_import"])
    report = harness.Report("Imports")
    rows = people_of(args.units, args.people)
    # A tenth first: what memory does when the file is ten times as large.
    tenth = ours(registry, people_of(args.units // 10, args.people // 10))
    own = ours(registry, rows)
    peer = base_import(registry, rows)
    report.section("The same data, by both", compare(own, peer))
    report.section("Ours, step by step", [*own.values()])
    report.section("Memory of ours", memory(tenth, own, len(rows)), "flat")
    report.print(args.json)
    return 0


def people_of(units, people):
    """Rows of the file: one for each person, the first ones owners."""
    rows = []
    for number in range(people):
        unit = number % units
        building, rest = divmod(unit, 2 * PER_ENTRANCE)
        entrance, rest = divmod(rest, PER_ENTRANCE)
        floor, room = divmod(rest, 4)
        rows.append(
            [
                f"{building + 1}号楼",
                str(entrance + 1),
                f"{floor + 1}{room + 1:02d}",
                f"{60 + unit % 80}.50" if number < units else "",
                name_of(number),
                f"13{number:09d}",
                "业主" if number < units else "家属",
                "2020-05-01",
            ]
        )
    return rows


def name_of(number):
    rest, surname = divmod(number, len(SURNAMES))
    first, second = divmod(rest, len(GIVEN))
    return SURNAMES[surname] + GIVEN[first % len(GIVEN)] + GIVEN[second]


def text_of(rows):
    stream = io.StringIO()
    csv.writer(stream).writerows(rows)
    return stream.getvalue().encode()


class measured:
    """Seconds, queries and peak memory of a block."""

    def __init__(self, name, rows):
        self.name, self.rows = name, rows

    def __enter__(self):
        forget_peak()
        self.counter = harness.count_queries()
        self.queries = self.counter.__enter__()
        self.start, self.cpu = time.perf_counter(), time.process_time()
        return self

    def __exit__(self, *exc):
        self.counter.__exit__(*exc)
        seconds = time.perf_counter() - self.start
        self.figures = {
            "step": self.name,
            "seconds": seconds,
            "CPU s": time.process_time() - self.cpu,  # what a busy machine says true
            "rows/s": self.rows / seconds,
            "queries": self.queries[0],
            "peak MB": peak(),
        }
        harness.say(f"  {self.name}: {seconds:.1f} s")


def peak():
    """Most memory the process had since :func:`forget_peak`, in MB."""
    status = Path("/proc/self/status").read_text()
    return int(re.search(r"VmHWM:\s+(\d+) kB", status)[1]) // 1024


def forget_peak():
    """Let Linux count the most memory anew (see proc(5), clear_refs)."""
    gc.collect()
    Path("/proc/self/clear_refs").write_text("5")


def opened(registry):
    from .tickets import opened as environment

    return environment(registry)


def ours(registry, rows):
    found = {}
    content = text_of([HEADINGS, *rows])
    with opened(registry) as env:
        env.user.lang = env["res.lang"]._activate_lang("zh_CN") and "zh_CN" or "en_US"
        estate = estate_of(env, "BENCHOWN")
        env.cr.commit()
        job = new_job(env, estate, content, found, len(rows))
        for step, action, state in (
            ("dry run", "action_check", "checked"),
            ("apply", "action_apply", "done"),
        ):
            with measured(step, len(rows)) as figures:
                getattr(job, action)()
                go_on(env, job)
            assert job.state == state, job.failure
            found[step] = figures.figures
        count = env["shequ.residency"].search_count([("estate_id", "=", estate.id)])
        assert count == len(rows), count
        again = new_job(env, estate, content, {}, len(rows))
        with measured("dry run again", len(rows)) as figures:
            again.action_check()
            go_on(env, again)
        found["again"] = figures.figures
        assert again.unchanged_count == len(rows), again.unchanged_count
        with measured("undo", len(rows)) as figures:
            job.action_undo()
            go_on(env, job)
        found["undo"] = figures.figures
        assert job.state == "undone", job.failure
        assert not env["shequ.unit"].search_count([("estate_id", "=", estate.id)])
        clean(env, estate)
    return found


def new_job(env, estate, content, found, rows):
    with measured("upload", rows) as figures:
        job = env["shequ.import"].create(
            {
                "filename": "bench.csv",
                "upload": base64.b64encode(content),
                "estate_id": estate.id,
            }
        )
        env.cr.commit()
    found["upload"] = figures.figures
    return job


def go_on(env, job):
    """What the scheduled job does, batch by batch with a commit each."""
    env["shequ.import"]._cron_go_on()
    env.invalidate_all()


def estate_of(env, code):
    return env["shequ.estate"].search([("code", "=", code)]) or env[
        "shequ.estate"
    ].create({"name": f"导入{code}", "code": code})


def clean(env, estate):
    env["shequ.import"].search([]).write({"state": "mapped"})
    env.cr.execute("DELETE FROM shequ_import")
    env.cr.commit()


def base_import(registry, rows):
    """Odoo's own way: buildings, units and people by names, three files."""
    found = {}
    with opened(registry) as env:
        estate = estate_of(env, "BENCHPEER")
        env.cr.commit()
        unit_rows = [r for r in rows if r[3]]
        buildings = dict.fromkeys(row[0] for row in unit_rows)
        prefix = estate.name
        files = (
            (
                "shequ.building",
                ["id", "estate_id/.id", "name"],
                [[f"__bench__.b{n}", estate.id, n] for n in buildings],
            ),
            (
                "shequ.unit",
                ["id", "building_id/id", "entrance", "room", "building_area"],
                [
                    [unit_id(r), f"__bench__.b{r[0]}", r[1], r[2], r[3]]
                    for r in unit_rows
                ],
            ),
            (
                "res.partner",
                ["id", "name", "phone"],
                [[person_id(r), r[4], r[5]] for r in rows],
            ),
            (
                "shequ.residency",
                ["unit_id/id", "partner_id/id", "role", "date_from"],
                [[unit_id(r), person_id(r), ROLES[r[6]], r[7]] for r in rows],
            ),
        )
        assert prefix
        with measured("base_import, dry run", len(rows)) as figures:
            load_all(env, files, dry=True)
        found["dry run"] = figures.figures
        with measured("base_import, for good", len(rows)) as figures:
            load_all(env, files, dry=False)
        found["apply"] = figures.figures
        count = env["shequ.residency"].search_count([("estate_id", "=", estate.id)])
        assert count == len(rows), count
        forget(env, estate)
    return found


ROLES = {"业主": "owner", "家属": "family"}


def unit_id(row):
    return f"__bench__.u{row[0]}-{row[1]}-{row[2]}"


def person_id(row):
    return f"__bench__.p{row[5]}"


def load_all(env, files, dry):
    """Each file through the wizard of base_import, 2,000 rows at a time.

    That is how its screen sends a large file; a dry run is rolled back as a whole,
    for a file speaks of records of the one before.
    """
    with env.cr.savepoint(flush=False) if dry else no_savepoint() as savepoint:
        for model, headings, rows in files:
            load(env, model, headings, rows)
            if not dry:
                env.cr.commit()
            env.invalidate_all()
        if dry:
            savepoint.rollback()
    env.invalidate_all(flush=False)
    env.registry.clear_cache()


class no_savepoint:
    def __enter__(self):
        return self

    def __exit__(self, *exc):
        return None


def load(env, model, headings, rows, size=2000):
    options = {
        "has_headers": True,
        "quoting": '"',
        "separator": ",",
        "encoding": "utf-8",
        "date_format": "%Y-%m-%d",
        "datetime_format": "",
        "float_thousand_separator": "",
        "float_decimal_separator": ".",
        "advanced": True,
        "limit": size,
        "skip": 0,
        "sheet": "",
        "sheets": [],
        "fields": [],
        "import_skip_records": [],
        "import_set_empty_fields": [],
        "fallback_values": {},
        "name_create_enabled_fields": {},
        "keep_matches": False,
        "tracking_disable": True,
    }
    wizard = env["base_import.import"].create(
        {
            "res_model": model,
            "file": text_of([headings, *rows]),
            "file_name": "bench.csv",
            "file_type": "text/csv",
        }
    )
    for start in range(0, len(rows), size):
        result = wizard.execute_import(headings, headings, dict(options, skip=start))
        wrong = [m for m in result["messages"] if m.get("type") == "error"]
        assert not wrong and result["ids"], result["messages"][:3]


def forget(env, estate):
    """Take away what base_import has made, by SQL: it has no undo."""
    env.cr.execute(
        "DELETE FROM shequ_residency WHERE estate_id = %s RETURNING partner_id",
        [estate.id],
    )
    people = list({row[0] for row in env.cr.fetchall()})
    env.cr.execute("DELETE FROM shequ_unit WHERE estate_id = %s", [estate.id])
    env.cr.execute("DELETE FROM shequ_building WHERE estate_id = %s", [estate.id])
    env.cr.execute("DELETE FROM ir_model_data WHERE module = '__bench__'")
    env.cr.execute("DELETE FROM res_partner WHERE id = ANY(%s)", [people])
    env.cr.commit()
    env.invalidate_all(flush=False)


def memory(tenth, own, rows):
    """Peak of each step with a tenth of the data and with all."""
    return [
        {
            "step": own[step]["step"],
            "a tenth MB": tenth[step]["peak MB"],
            "all MB": own[step]["peak MB"],
            "KB a row more": (own[step]["peak MB"] - tenth[step]["peak MB"])
            * 1024
            / (rows * 0.9),
        }
        for step in own
    ]


def compare(own, peer):
    """Both side by side, with how many times faster ours is."""
    rows = []
    for step in ("dry run", "apply"):
        ours_, theirs = own[step], peer[step]
        rows.append(
            {
                "step": step,
                "ours s": ours_["seconds"],
                "base_import s": theirs["seconds"],
                "times faster": theirs["seconds"] / ours_["seconds"],
                "times less CPU": theirs["CPU s"] / ours_["CPU s"],
                "ours rows/s": ours_["rows/s"],
                "ours queries": ours_["queries"],
                "base_import queries": theirs["queries"],
            }
        )
    return rows
