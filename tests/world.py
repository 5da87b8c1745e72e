"""A small community for tests that run real servers.

    python -m tests.world DATABASE

prints what it made as JSON: logins, ids and an API key.  It may run again.
"""

import json
import subprocess
import sys
from datetime import timedelta

from shequ_cli import layout

PASSWORD = "community-2026"  # noqa: S105  of invented people, in throw-away databases
# login: name, groups
STAFF = {
    "desk": ("前台小吴", ["group_dispatcher"]),
    "worker": ("维修师傅老周", ["group_worker"]),
    "manager": ("项目经理", ["group_estate_manager"]),
    "supervisor": ("主管", ["group_estate_manager"]),
    "boss": ("公司经理", ["group_company_manager"]),
}
RESIDENTS = {
    "zhu": ("朱先生", "12", "1", "1201", "owner"),
    "tenant": ("小林", "12", "1", "302", "tenant"),
    "neighbour": ("邻居老何", "12", "1", "1202", "owner"),
}


def build(pg, database):
    """Fill a database in a process of its own; return the facts as a dict."""
    done = subprocess.run(
        [str(layout.PYTHON), "-m", "tests.world", database],
        env=layout.environment((layout.TEST_ADDONS,), **pg.env),
        cwd=layout.ROOT,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    return json.loads(done.stdout.splitlines()[-1])


def furnish(env):
    estate = env["shequ.estate"].search([("code", "=", "JHYY")])
    if not estate:
        estate = _make(env)
    users = env["res.users"].search([("login", "in", [*STAFF, *RESIDENTS])])
    ids = {user.login: user.id for user in users}
    desk = env["res.users"].browse(ids["desk"])
    soon = env.cr.now() + timedelta(hours=12)
    key = env["res.users.apikeys"].with_user(desk)._generate("rpc", "tests", soon)
    return {
        "password": PASSWORD,
        "users": ids,
        "estate": estate.id,
        "building": env["shequ.building"].search([("estate_id", "=", estate.id)])[0].id,
        "units": env["shequ.unit"].search([("estate_id", "=", estate.id)]).ids,
        "worker": env["shequ.worker"].search([], limit=1).id,
        "team": env["shequ.team"].search([], limit=1).id,
        "api_key": key,
    }


def _make(env):
    estate = env["shequ.estate"].create({"name": "金昊雅苑", "code": "JHYY"})
    users = {login: _user(env, login, *who, estate) for login, who in STAFF.items()}
    estate.write(
        {"manager_id": users["manager"].id, "supervisor_id": users["supervisor"].id}
    )
    skills = env["shequ.skill"].search([])
    team = env["shequ.team"].create(
        {
            "name": "维修班",
            "skill_ids": [(6, 0, skills.ids)],
            "leader_id": users["manager"].id,
        }
    )
    env["shequ.worker"].create(
        {
            "name": "周师傅",
            "user_id": users["worker"].id,
            "team_ids": [(6, 0, team.ids)],
            "phone": "13900001111",
        }
    )
    for login, resident in RESIDENTS.items():
        _resident(env, estate, login, *resident)
    return estate


def _user(env, login, name, groups, estate):
    return env["res.users"].create(
        {
            "name": name,
            "login": login,
            "password": PASSWORD,
            "lang": "zh_CN",
            "tz": "Asia/Shanghai",
            "group_ids": [
                (4, env.ref(f"shequ_property.{group}").id) for group in groups
            ],
            "shequ_estate_ids": [(6, 0, estate.ids)],
        }
    )


def _resident(env, estate, login, name, building, entrance, room, role):
    house = env["shequ.building"].search(
        [("estate_id", "=", estate.id), ("name", "=", building)]
    ) or env["shequ.building"].create({"estate_id": estate.id, "name": building})
    unit = env["shequ.unit"].create(
        {
            "building_id": house.id,
            "entrance": entrance,
            "room": room,
            "floor": int(room[:-2]),
        }
    )
    partner = env["res.partner"].create(
        {"name": name, "lang": "zh_CN", "tz": "Asia/Shanghai"}
    )
    env["shequ.residency"].create(
        {
            "partner_id": partner.id,
            "unit_id": unit.id,
            "role": role,
            "date_from": "2020-01-01",
            "verified": True,
        }
    )
    env["res.users"].create(
        {
            "name": name,
            "login": login,
            "password": PASSWORD,
            "partner_id": partner.id,
            "lang": "zh_CN",
            "tz": "Asia/Shanghai",
            "group_ids": [(6, 0, [env.ref("shequ_property.group_resident").id])],
        }
    )


def main(database):
    from click_odoo import OdooEnvironment

    from odoo.tools import config

    config.parse_config(["-d", database, "--log-level=error", "--no-http"])
    with OdooEnvironment(database) as env:
        facts = furnish(env)
        env.cr.commit()
    print(json.dumps(facts))


if __name__ == "__main__":
    main(sys.argv[1])
