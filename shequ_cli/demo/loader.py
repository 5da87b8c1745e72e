"""Carry out the plan of the demo community in Odoo.

The load may be killed at any time.  What is done is written down in the same
transaction as the work itself (parameter `shequ.demo_progress`), so the next run
goes on where the last one ended and makes nothing twice.
"""

import functools
import json
import logging
import random
from contextlib import ExitStack, contextmanager
from datetime import datetime, timedelta
from unittest.mock import patch

from freezegun import freeze_time

from odoo import fields
from odoo.tools import SQL, mute_logger

from odoo.addons.shequ_property.models.ticket.ticket_flow import STEPS
from odoo.addons.shequ_property.tools import media as media_tools

from . import (
    LOGINS,
    PASSWORD,
    contracts,
    disclosures,
    office,
    photos,
    texts,
    tickets,
    votes,
)
from .people import Community, day_before

_logger = logging.getLogger(__name__)

DONE_KEY = "shequ.demo_loaded"
PROGRESS_KEY = "shequ.demo_progress"
LANG, TZ = "zh_CN", "Asia/Shanghai"
BATCH = 150
# Nobody is to be told by e-mail that a demo user or ticket was made.
QUIET = {
    "lang": LANG,
    "tz": TZ,
    "tracking_disable": True,
    "mail_create_nolog": True,
    "mail_create_nosubscribe": True,
    "no_reset_password": True,
    "mail_notify_force_send": False,
}
# Flow step by step name, to know whether a state allows it.
FLOW = {
    "accept": "accepted",
    "assign": "assigned",
    "unassign": "unassigned",
    "start": "arrived",
    "hold": "held",
    "resume": "resumed",
    "finish": "finished",
    "return": "returned",
    "resubmit": "resubmitted",
    "cancel": "cancelled",
    "reopen": "reopened",
    "rate": "rated",
    "merge": "merged",
}
RATING_TAGS = {
    5: ("quick", "skilled", "polite", "clean", "explained"),
    4: ("skilled", "polite", "quick"),
    3: ("late",),
    2: ("late", "mess"),
    1: ("not_fixed", "late"),
}
# From this age on the year of birth is known.
ELDER = 60
# Where the plan of the past ends and that of the present begins.
LAST_HOURS = timedelta(minutes=95)
# Of what is older than this, nobody is told any more: it would be read long ago.
NEWS = timedelta(hours=30)


def _answer(value):
    """A method that does nothing but return this."""
    return lambda _self, *_args, **_kwargs: value


class Loader:
    """Loads what is missing of the demo community."""

    def __init__(self, env, progress):
        self.env = env(context={**env.context, **QUIET})
        self.progress = progress
        self.community = Community()
        self.state = self._read(PROGRESS_KEY)
        self.rng = random.Random(11)

    def run(self):
        """Do everything that is not done yet."""
        if self._read(DONE_KEY):
            return
        if not self.state:
            now = fields.Datetime.now()
            self.state = {"now": now.isoformat(), "ids": {}, "tickets": [], "steps": 0}
            self._write(PROGRESS_KEY, self.state)
            self.env.cr.commit()
        self.now = datetime.fromisoformat(self.state["now"])
        self.today = (self.now + tickets.CHINA).date()
        with self._no_mail():
            for phase in (
                self._load_companies,
                self._load_staff,
                self._load_houses,
                self._load_people,
                self._load_residencies,
                self._load_portal,
            ):
                self._once(phase)
            # What is long past rings at nobody.
            self._ring_red("0")
            self._load_tickets()
            self._ring_red("1")
            self._once(self._load_dispatch)
            self._once(self._load_office)
            self._once(self._load_contracts)
            self._once(self._load_disclosures)
            self._once(self._load_votes)
            self._once(self._tidy)
        self._write(DONE_KEY, self.now.isoformat())
        self._write(PROGRESS_KEY, None)
        self.env.registry.clear_cache()
        self.env.cr.commit()

    # --- what is done --------------------------------------------------------------

    def _once(self, phase):
        name = phase.__name__.removeprefix("_load_").strip("_")
        if name in self.state["ids"]:
            return
        self.progress(name)
        self.state["ids"][name] = phase() or {}
        self._save()

    def _save(self):
        self.env.flush_all()
        self._write(PROGRESS_KEY, self.state)
        self.env.cr.commit()
        self.env.invalidate_all()

    def _read(self, key):
        """Read a parameter past the caches."""
        rows = self.env.execute_query(
            SQL("SELECT value FROM ir_config_parameter WHERE key = %s", key)
        )
        return rows and json.loads(rows[0][0]) or None

    def _write(self, key, value):
        if value is None:
            query = SQL("DELETE FROM ir_config_parameter WHERE key = %s", key)
        else:
            query = SQL(
                """
                INSERT INTO ir_config_parameter (key, value, create_uid, write_uid,
                                                 create_date, write_date)
                     VALUES (%s, %s, 1, 1, now(), now())
                ON CONFLICT (key) DO UPDATE SET value = excluded.value
                """,
                key,
                json.dumps(value),
            )
        self.env.cr.execute(query)

    @contextmanager
    def _no_mail(self):
        """No message leaves the machine, and each picture is worked on once."""
        server = type(self.env["ir.mail_server"])
        process = functools.cache(media_tools.process_photo)
        with (
            patch.object(server, "send_email", lambda self, *args, **kw: ""),
            patch.object(media_tools, "process_photo", process),
            mute_logger("odoo.addons.mail.models.mail_mail"),
        ):
            yield

    @staticmethod
    def _numbered(records):
        """Ids by the number in the plan; JSON knows text keys alone."""
        return {str(number): key for number, key in enumerate(records.ids)}

    def _id(self, phase, key):
        return self.state["ids"][phase][str(key)]

    # --- companies and estates -------------------------------------------------------

    def _load_companies(self):
        env, ids = self.env, {}
        country, currency = env.ref("base.cn"), env.ref("base.CNY")
        if not currency.active:
            currency.active = True
        for number, row in enumerate(texts.rows("companies")):
            vals = {
                "name": row["name"],
                "street": row["street"],
                "city": row["city"],
                "phone": row["phone"],
                "country_id": country.id,
                # Nobody of the demo gets a message: codes are in the outbox.
                "shequ_sms_provider": "log",
            }
            if number:
                company = env["res.company"].create(
                    {**vals, "currency_id": currency.id}
                )
            else:
                company = env.ref("base.main_company")
                company.write(vals)
            company.partner_id.write({"lang": LANG, "tz": TZ})
            company.resource_calendar_id.tz = TZ
            if not company.chart_template:
                env["account.chart.template"].try_loading(
                    "cn", company, install_demo=False
                )
            ids[row["code"]] = company.id
        env.ref("base.user_admin").company_ids = [(4, key) for key in ids.values()]
        return ids

    # --- staff -----------------------------------------------------------------------

    def _load_staff(self):
        env, ids = self.env, {}
        estates = self._make_estates()
        roles = {
            role: env.ref(f"shequ_property.group_{role}").id
            for role in {row["role"] for row in texts.rows("staff")}
            | {"worker", "privacy_officer"}
        }
        rows = [
            *texts.rows("staff"),
            *({**row, "role": "worker", "title": ""} for row in texts.rows("workers")),
        ]
        users = env["res.users"].create(
            [self._staff_values(row, roles, estates) for row in rows]
        )
        for row, user in zip(rows, users, strict=True):
            ids[row["login"]] = user.id
        users.partner_id.write({"lang": LANG, "tz": TZ})
        self._set_passwords(users)
        self._appoint(estates, ids)
        self._make_post(estates, ids)
        self._make_teams(ids, estates)
        env.ref("base.user_admin").shequ_estate_ids = [
            (4, estate.id) for estate in estates.values()
        ]
        self.state["ids"]["estates"] = {k: e.id for k, e in estates.items()}
        return ids

    def _make_estates(self):
        rows = texts.rows("estates")
        plain = (
            "code name address_style province city district street address phone"
        ).split()
        estates = self.env["shequ.estate"].create(
            [
                {
                    **{key: row[key] for key in plain},
                    "company_id": self._id("companies", row["company"]),
                    "sequence": number,
                }
                for number, row in enumerate(rows)
            ]
        )
        return {row["code"]: e for row, e in zip(rows, estates, strict=True)}

    def _staff_values(self, row, roles, estates):
        companies = [self._id("companies", code) for code in row["company"].split()]
        groups = [roles[row["role"]]]
        if row["role"] == "company_manager":
            groups.append(roles["privacy_officer"])
        if row["role"] == "supervision":
            # Not the company's: no estate of the staff is theirs.
            row = {**row, "estates": ""}
        return {
            "name": row["name"],
            "login": row["login"],
            "group_ids": [(6, 0, groups)],
            "company_id": companies[0],
            "company_ids": [(6, 0, companies)],
            "shequ_estate_ids": [
                (6, 0, [estates[code].id for code in row["estates"].split()])
            ],
            "notification_type": "inbox",
            "lang": LANG,
            "tz": TZ,
        }

    def _set_passwords(self, users):
        for user in users:
            user._set_encrypted_password(user.id, self._hashed)

    @functools.cached_property
    def _hashed(self):
        # One for all: making a hash takes half a second on purpose.
        return self.env["res.users"]._crypt_context().hash(PASSWORD)

    def _appoint(self, estates, ids):
        staff = texts.rows("staff")
        for code, estate in estates.items():
            here = [row for row in staff if code in row["estates"].split()]
            managers = [r for r in here if r["role"] == "estate_manager"]
            chief = next(r for r in managers if "supervisor" not in r["login"])
            watcher = next(r for r in managers if "supervisor" in r["login"])
            estate.write(
                {
                    "manager_id": ids[chief["login"]],
                    "supervisor_id": ids[watcher["login"]],
                    "duty_manager_id": ids[chief["login"]],
                }
            )

    def _make_post(self, estates, ids):
        """The supervision post, whose people work for nobody here."""
        for row in texts.rows("staff"):
            if row["role"] == "supervision":
                here = [estates[code].id for code in row["estates"].split()]
                self.env["shequ.supervision.post"].create(
                    {
                        "name": row["title"],
                        "phone": "021-57180012",
                        "member_ids": [(6, 0, [ids[row["login"]]])],
                        "estate_ids": [(6, 0, here)],
                    }
                )

    def _make_teams(self, users, estates):
        env = self.env
        skills = {skill.code: skill.id for skill in env["shequ.skill"].search([])}
        workers = texts.rows("workers")
        made = env["shequ.worker"].create(
            [
                {
                    "name": row["name"],
                    "company_id": self._id("companies", row["company"]),
                    "user_id": users[row["login"]],
                    "phone": f"1370000{9000 + number}",
                    "external": row["external"] == "1",
                    "estate_ids": [
                        (6, 0, [estates[code].id for code in row["estates"].split()])
                    ],
                }
                for number, row in enumerate(workers)
            ]
        )
        by_login = dict(zip((row["login"] for row in workers), made, strict=True))
        vals_list = []
        for row in texts.rows("teams"):
            ids = [skills[code] for code in row["skills"].split()]
            for company in texts.rows("companies"):
                members = [
                    w["login"]
                    for w in workers
                    if w["company"] == company["code"]
                    and row["key"] in w["teams"].split()
                ]
                for login in members:
                    by_login[login].skill_ids |= env["shequ.skill"].browse(ids)
                vals_list.append(
                    {
                        "name": row["name"],
                        "sequence": int(row["sequence"]),
                        "company_id": self._id("companies", company["code"]),
                        "skill_ids": [(6, 0, ids)],
                        "leader_id": users[members[0]],
                        "worker_ids": [(6, 0, [by_login[m].id for m in members])],
                    }
                )
        env["shequ.team"].create(vals_list)
        self.state["ids"]["workers"] = {k: w.id for k, w in by_login.items()}

    # --- houses ----------------------------------------------------------------------

    def _load_houses(self):
        env, community = self.env, self.community
        grids = self._make_grids()
        buildings = env["shequ.building"].create(
            [
                {
                    "estate_id": self._id("estates", building.estate),
                    "lane": building.row["lane"] or False,
                    "name": building.row["name"],
                    "suffix": building.row["suffix"],
                    "grid_id": grids[building.row["grid"]],
                    "entrance_count": int(building.row["entrances"]),
                    "floor_count": int(building.row["floors"]),
                }
                for building in community.buildings
            ]
        )
        units = env["shequ.unit"].create(
            [
                {
                    "building_id": buildings[unit.building.index].id,
                    "entrance": unit.entrance or False,
                    "floor": unit.floor,
                    "room": unit.room,
                    "exclusive_area": unit.exclusive_area,
                    "building_area": unit.building_area,
                    "use": unit.use,
                    "state": unit.state,
                }
                for unit in community.units
            ]
        )
        self._make_spots(buildings)
        self.state["ids"]["buildings"] = self._numbered(buildings)
        return self._numbered(units)

    def _make_grids(self):
        rows = {}
        for building in self.community.buildings:
            rows.setdefault(building.row["grid"], building)
        workers = {}
        for row in texts.rows("staff"):
            if row["role"] == "grid_worker":
                workers[row["estates"]] = self._id("staff", row["login"])
        grids = self.env["shequ.grid"].create(
            [
                {
                    "name": building.row["grid_name"],
                    "code": code,
                    "estate_id": self._id("estates", building.estate),
                    "user_id": workers[building.estate],
                }
                for code, building in rows.items()
            ]
        )
        return dict(zip(rows, grids.ids, strict=True))

    def _make_spots(self, buildings):
        by_name = {
            (b.estate, b.row["name"]): buildings[b.index].id
            for b in self.community.buildings
        }
        rows = texts.rows("spots")
        spots = self.env["shequ.spot"].create(
            [
                {
                    "name": row["name"],
                    "estate_id": self._id("estates", row["estate"]),
                    "building_id": row["building"]
                    and by_name[row["estate"], row["building"]],
                    "location": row["location"],
                }
                for row in rows
            ]
        )
        self.state["ids"]["spots"] = {
            f"{row['estate']} {row['name']}": spot.id
            for row, spot in zip(rows, spots, strict=True)
        }

    # --- people ----------------------------------------------------------------------

    def _load_people(self):
        country = self.env.ref("base.cn").id
        people = self.env["res.partner"].create(
            [
                {
                    "name": person.name,
                    "phone": person.phone,
                    "country_id": country,
                    "lang": LANG,
                    "tz": TZ,
                    # Of elders the office knows it: they get visits in the morning.
                    "shequ_birth_year": person.age >= ELDER
                    and self.today.year - person.age,
                }
                for person in self.community.people
            ]
        )
        return self._numbered(people)

    def _load_residencies(self):
        vals_list = [
            {
                "partner_id": self._id("people", residency.person.index),
                "unit_id": self._id("houses", residency.unit.index),
                "role": residency.role,
                "share_numerator": residency.share[0],
                "share_denominator": residency.share[1],
                "date_from": day_before(self.today, residency.days_from),
                "date_to": day_before(self.today, residency.days_to),
                "is_representative": residency.representative,
                "verified": residency.verified,
            }
            for residency in self.community.residencies
        ]
        vals_list += self._unsold()
        # Who represents a unit is made sure of one by one; those without are many.
        self.env["shequ.residency"].create(vals_list)

    def _unsold(self):
        """Homes that the developer still owns."""
        developer = self.env["res.partner"].create(
            {
                "name": "邻里置业（演示）",
                "is_company": True,
                "country_id": self.env.ref("base.cn").id,
            }
        )
        return [
            {
                "partner_id": developer.id,
                "unit_id": self._id("houses", unit.index),
                "role": "developer",
                "date_from": day_before(self.today, 2600),
                "verified": True,
            }
            for unit in self.community.units
            if unit.state == "unsold"
        ]

    def _load_portal(self):
        ids, story = {}, []
        Users = self.env["res.users"]
        for person in self.community.people:
            if not person.portal:
                continue
            partner = self.env["res.partner"].browse(self._id("people", person.index))
            user = Users._shequ_grant_portal(partner)
            if person.login:
                user.login = person.login
                story.append(user.id)
            ids[str(person.index)] = user.id
        self._set_passwords(Users.browse(story))
        # They have logged in by code before, so that a code is enough.
        Users.browse(ids.values()).shequ_phone_confirmed_at = self.env.cr.now()
        elders = [p.index for p in self.community.people if p.portal and p.age >= 65]
        Users.browse([ids[str(index)] for index in elders]).shequ_large_type = True
        self._make_committees()
        return ids

    def _make_committees(self):
        vals_list = []
        for number, estate in enumerate(texts.rows("estates")):
            chair = self.community.by_key["chair" + ("", "2", "3")[number]]
            owners = [
                r.person
                for r in self.community.living(estate["code"])
                if r.role in ("owner", "co_owner") and not r.person.key
            ]
            others = self.rng.sample(owners, 6)
            people = [(chair, "chair"), (others[0], "vice")]
            people += [(person, "member") for person in others[1:5]]
            for person, position in people:
                vals_list.append(self._term(estate, person, position, 420, None))
            # The committee before this one.
            vals_list.append(self._term(estate, others[5], "chair", 1515, 420))
        self.env["shequ.committee.member"].create(vals_list)

    def _term(self, estate, person, position, days_from, days_to):
        return {
            "estate_id": self._id("estates", estate["code"]),
            "partner_id": self._id("people", person.index),
            "position": position,
            "date_from": day_before(self.today, days_from),
            "date_to": day_before(self.today, days_to),
        }

    # --- tickets ---------------------------------------------------------------------

    def _load_tickets(self):
        """Live through the three months, then through the last hour."""
        past = tickets.history(self.community, self.now)
        until = self.now - LAST_HOURS
        steps = [("past", step) for step in past.sorted(until=until)]
        if "present" not in self.state:
            # Counted from when it is loaded, so that the clocks run right now.
            self.state["present"] = None
        total = len(steps) + 60
        self._live(steps, 0, total, end=until)
        if not self.state["present"]:
            self.state["present"] = fields.Datetime.now().isoformat()
            self._save()
        moment = datetime.fromisoformat(self.state["present"])
        present = tickets.present(self.community, moment)
        fresh = [("present", step) for step in present.sorted(until=moment)]
        self._live(fresh, len(steps), len(steps) + len(fresh), end=moment)

    def _live(self, steps, offset, total, end):
        first = max(0, self.state["steps"] - offset)
        if first >= len(steps):
            return
        self.known = {key: value for key, value in self.state["tickets"]}
        with freeze_time(steps[first][1].at) as frozen, ExitStack() as silence:
            self.frozen = frozen
            self.closed = steps[first][1].at
            self._keep_quiet(silence)
            for number, (part, step) in enumerate(steps[first:], first):
                if step.at > self.now - NEWS:
                    silence.close()
                self._pass_time(step.at)
                self._take(part, step)
                self.state["steps"] = offset + number + 1
                if (number + 1) % BATCH == 0:
                    self.progress("tickets", offset + number + 1, total)
                    self._save()
            self._pass_time(end)
            self._save()
        self.progress("tickets", offset + len(steps), total)

    def _keep_quiet(self, silence):
        """Tell nobody of what is long past; the traces and conversations have it."""
        registry = self.env.registry
        no_message = self.env["mail.message"].browse()
        for model, method, answer in (
            ("mail.thread", "_notify_thread", []),
            ("mail.thread", "message_notify", no_message),
            ("shequ.sla.breach", "_send_outbox", None),
            ("shequ.ticket", "_tell_residents", None),
            ("shequ.ticket", "_notify_pool", None),
        ):
            silence.enter_context(
                patch.object(registry[model], method, _answer(answer))
            )

    def _pass_time(self, at):
        """Let the clock run on to `at`; deadlines on the way are raised in time."""
        Clock = self.env["shequ.sla.clock"]
        while True:
            Clock.flush_model()
            due = self.env.execute_query(
                SQL(
                    "SELECT min(next_event_at) FROM shequ_sla_clock "
                    "WHERE state = 'running' AND next_event_at <= %s",
                    at,
                )
            )[0][0]
            if not due:
                break
            # As the scheduled job does: at the next full minute.
            minute = due.replace(second=0, microsecond=0) + timedelta(minutes=1)
            if minute > at:
                break
            self._move(max(minute, self.frozen_now()))
            Clock._sweep()
        if at - self.closed > timedelta(hours=20):
            self._move(at)
            self.closed = at
            self.env["shequ.ticket"]._cron_close()
        self._move(at)

    def frozen_now(self):
        return self.frozen.time_to_freeze

    def _move(self, at):
        if at > self.frozen_now():
            self.frozen.move_to(at)
        # PostgreSQL's clock cannot be stopped; this is what records are dated with.
        self.env.cr._now = self.frozen_now()

    def _take(self, part, step):
        if step.name == "report":
            ticket = self._report(step)
            key = f"{part} {step.ticket}"
            self.known[key] = ticket.id
            self.state["tickets"].append((key, ticket.id))
            return
        key = self.known.get(f"{part} {step.ticket}")
        ticket = self._as(step.who)["shequ.ticket"].browse(key)
        if key and self._possible(part, step, ticket.sudo()):
            getattr(self, f"_step_{step.name}")(part, step, ticket)

    def _as(self, who):
        """The environment of whoever acts; rules are not asked each time anew."""
        if isinstance(who, str):
            user = self._id("staff", who)
        else:
            user = self.state["ids"]["portal"].get(str(who.index), self.env.uid)
        return self.env(user=user, su=True)

    def _partner(self, who):
        if isinstance(who, str):
            return self._as(who).user.partner_id
        return self.env["res.partner"].browse(self._id("people", who.index))

    def _possible(self, part, step, ticket):
        """Plans meet: a ticket may be merged or cancelled before its next step."""
        code = FLOW.get(step.name)
        if code and ticket.state not in STEPS[code]:
            return False
        if step.name in ("hold", "resume"):
            return bool(ticket.hold_reason) == (step.name == "resume")
        if step.name == "rate":
            return not ticket.rated_at
        if step.name == "join":
            return ticket.is_open and ticket.visibility == "shared"
        if step.name == "merge":
            master = self.known.get(f"{part} {step.args['master']}")
            return bool(master) and ticket.browse(master).is_open
        if step.name == "reopen":
            return bool(ticket.reopen_until) and ticket.reopen_until > step.at
        if step.name in ("demand", "answer", "settle"):
            return bool(ticket.supervision_ids)
        return True

    def _photo(self, name):
        return {"type": "photo", "name": f"{name}.jpg", "raw": photos.photo(name)}

    # --- one step --------------------------------------------------------------------

    def _report(self, step):
        args = step.args
        reporter = self.community.people[args["reporter"]]
        vals = {
            "estate_id": self._id("estates", args["estate"]),
            # Without one the words are left to triage.
            "category_code": args["category"] or None,
            "channel": args["channel"],
            "description": args["text"],
            "reporter_id": self._id("people", args["reporter"]),
            "place_text": args.get("place"),
            "preferred_time": args.get("preferred"),
            "visibility": args.get("visibility", "private"),
        }
        if "unit" in args:
            vals["unit_id"] = self._id("houses", args["unit"])
        if "building" in args:
            vals["building_id"] = self._id("buildings", args["building"])
        if "spot" in args:
            vals["spot_id"] = self._id("spots", f"{args['estate']} {args['spot']}")
        if args["channel"] in ("phone", "grid"):
            vals["contact_phone"] = reporter.phone
        if args.get("photo"):
            vals["media"] = [self._photo(args["photo"])]
        return self._as(step.who)["shequ.ticket"]._intake(vals)

    def _step_accept(self, _part, _step, ticket):
        ticket.action_accept()

    def _step_assign(self, _part, step, ticket):
        worker = ticket.env["shequ.worker"].browse(
            self._id("workers", step.args["worker"])
        )
        skill = ticket.sudo().category_id.skill_id
        teams = worker.sudo().team_ids
        fitting = teams.filtered(lambda team: skill in team.skill_ids)
        ticket._assign((fitting or teams)[:1].with_env(ticket.env), worker)

    def _step_unassign(self, _part, step, ticket):
        ticket._unassign(step.args["text"])

    def _step_start(self, _part, _step, ticket):
        ticket.action_start()

    def _step_hold(self, _part, step, ticket):
        ticket._hold(step.args["reason"], step.args["text"])

    def _step_resume(self, _part, _step, ticket):
        ticket.action_resume()

    def _step_call(self, _part, step, ticket):
        ticket._call_back(step.args["text"])

    def _step_note(self, _part, step, ticket):
        ticket._trace("note", step.args["text"], public=False)

    def _step_talk(self, _part, step, ticket):
        photo = step.args.get("photo")
        media = [self._photo(photo)] if photo else ()
        ticket._talk(self._partner(step.who), step.args["text"], media)

    def _step_finish(self, _part, step, ticket):
        photo = step.args.get("photo")
        evidence = [self._photo(photo)] if photo else []
        close = step.args.get("close_reason", "solved")
        if not photo and ticket.kind == "repair" and close == "solved":
            evidence = [self._photo("lock_done")]
        ticket._finish(step.args["text"], evidence, close)

    def _step_return(self, _part, step, ticket):
        ticket._return(step.args["text"])

    def _step_resubmit(self, _part, step, ticket):
        ticket.sudo()._resubmit(self._partner(step.who), step.args["text"])

    def _step_cancel(self, _part, step, ticket):
        ticket.sudo()._cancel(self._partner(step.who), step.args["text"])

    def _step_reopen(self, _part, step, ticket):
        ticket.sudo()._reopen(self._partner(step.who), step.args["text"])

    def _step_rate(self, _part, step, ticket):
        stars = int(step.args["stars"])
        names = step.args.get("tags", "").split()
        if not names:
            choices = RATING_TAGS[stars]
            names = self.rng.sample(
                choices, self.rng.randrange(min(3, len(choices)) + 1)
            )
        tags = self.env["shequ.rating.tag"]
        for name in names:
            tags |= self.env.ref(f"shequ_property.rating_tag_{name}")
        ticket.sudo()._rate(self._partner(step.who), stars, tags, step.args["text"])

    def _step_join(self, _part, step, ticket):
        ticket.sudo()._join(self._partner(step.who))

    def _step_merge(self, part, step, ticket):
        master = ticket.browse(self.known[f"{part} {step.args['master']}"])
        ticket._merge_into(master)

    # --- dispatch --------------------------------------------------------------------

    def _ring_red(self, value):
        self.env["ir.config_parameter"].set_param("shequ.dispatch.ring_red", value)

    def _load_dispatch(self):
        """Modes, levels, shifts, services, and a job that is on offer right now."""
        self._make_resources()
        self._make_rules()
        self._make_services()
        return self._make_offer()

    def _make_resources(self):
        """Levels, dialects, buildings known; one on leave, one on the night shift."""
        env, today = self.env, self.now.replace(minute=0, second=0, microsecond=0)
        workers = env["shequ.worker"].browse(self.state["ids"]["workers"].values())
        dialects = env["shequ.dialect"].search([])
        shanghai = env.ref("shequ_property.dialect_shanghainese")
        buildings = env["shequ.building"].search([])
        for number, worker in enumerate(workers):
            known = buildings.filtered(
                lambda b, w=worker: not w.estate_ids or b.estate_id in w.estate_ids
            )
            worker.write(
                {
                    "building_ids": [(6, 0, known[number % 3 :: 3].ids)],
                    # Everybody has a hand or two free: something can be offered.
                    "capacity": max(4 + number % 3, worker.load + 2),
                }
            )
            for place, line in enumerate(worker.skill_line_ids):
                line.level = str(3 - (number + place) % 3)
        workers[::2].dialect_ids |= shanghai
        workers[5::5].dialect_ids |= dialects[1]
        elders = [p for p in self.community.people if getattr(p, "age", 0) >= 75]
        env["res.partner"].browse(
            [self._id("people", p.index) for p in elders[:40]]
        ).shequ_dialect_id = shanghai
        env["shequ.worker.duty"].create(
            [
                {
                    "worker_id": workers[2].id,
                    "kind": "leave",
                    "date_from": today,
                    "date_to": today + timedelta(days=3),
                    "note": "回老家探亲",
                },
                {
                    "worker_id": workers[3].id,
                    "kind": "shift",
                    "date_from": today + timedelta(hours=6),
                    "date_to": today + timedelta(hours=14),
                    "note": "夜间值班",
                },
            ]
        )

    def _make_rules(self):
        """Cleaning is sent by itself, water and power are grabbed, the rest chosen."""
        modes = {"保洁班": ("auto", 0), "绿化班": ("auto", 0), "水电班": ("grab", 5)}
        self.env["shequ.dispatch.rule"].create(
            [
                {
                    "company_id": team.company_id.id,
                    "team_id": team.id,
                    "mode": modes[team.name][0],
                    "grab_minutes": modes[team.name][1],
                }
                for team in self.env["shequ.team"].search([])
                if team.name in modes
            ]
        )

    def _make_services(self):
        categories = self.env["shequ.ticket.category"]
        self.env["shequ.service"].create(
            [
                {
                    "name": row["name"],
                    "company_id": company,
                    "category_id": categories._id_by_code(row["category"]),
                    "price_type": row["price_type"],
                    "price": float(row["price"] or 0),
                    "price_unit_name": row["unit"],
                    "promise_hours": float(row["hours"]),
                    "description": row["text"],
                    "sequence": number,
                }
                for company in self.state["ids"]["companies"].values()
                for number, row in enumerate(texts.rows("services"))
            ]
        )

    def _make_offer(self):
        """Put the newest waiting job of each grabbing team on offer for the day."""
        Ticket = self.env["shequ.ticket"]
        offered = Ticket
        for rule in self.env["shequ.dispatch.rule"].search([("mode", "=", "grab")]):
            tickets = Ticket.search(
                [
                    ("team_id", "=", rule.team_id.id),
                    ("worker_id", "=", False),
                    ("state", "in", ("new", "accepted")),
                    ("hold_reason", "=", False),
                    ("urgency", "!=", "red"),
                ],
                limit=1,
            )
            tickets._dispatch_queue()
            tickets._dispatch()
            tickets.offer_ids.expires_at = self.now + timedelta(hours=12)
            offered |= tickets
        return {"offered": offered.ids}

    def _step_supervise(self, _part, step, ticket):
        ticket.sudo()._supervise(self._partner(step.who), step.args["text"])

    def _case(self, ticket):
        return ticket.sudo().supervision_ids[:1].with_env(ticket.env)

    def _step_demand(self, _part, step, ticket):
        self._case(ticket)._demand(step.args["text"], int(step.args["hours"]))

    def _step_answer(self, _part, step, ticket):
        self._case(ticket)._answer(step.args["text"])

    def _step_settle(self, _part, step, ticket):
        self._case(ticket)._close(step.args["text"])

    # --- the desks of the office ----------------------------------------------------

    def _load_office(self):
        office.load(self.env)

    # --- governance -----------------------------------------------------------------

    def _load_contracts(self):
        contracts.load(self.env, self.today, texts.rows("workers"))

    def _load_disclosures(self):
        disclosures.load(self.env, self.today, self.state["ids"]["staff"])
        contracts.publish(self.env, self.today)

    def _load_votes(self):
        return votes.make_votes(self.env, self.now)

    # --- at last ---------------------------------------------------------------------

    def _tidy(self):
        """Make sure that nothing waits to be sent and everybody can log in."""
        self.env["mail.mail"].sudo().search([("state", "=", "outgoing")]).unlink()
        self._load_performance()
        companies = [self._id("companies", r["code"]) for r in texts.rows("companies")]
        # Only now: nobody is told of what is long past.
        self.env["res.company"].browse(companies).write({"shequ_news": True})
        known = {login for _role, login, _password, _path in LOGINS}
        users = self.env["res.users"].search([("login", "in", list(known))])
        missing = known - set(users.mapped("login"))
        if missing:
            raise ValueError(f"demo log-ins without a user: {sorted(missing)}")

    def _load_performance(self):
        """Sheets of the months the demo knows; those that are over are closed."""
        Sheet = self.env["shequ.performance.sheet"]
        today = fields.Date.context_today(Sheet.with_context(tz=TZ)).replace(day=1)
        before = (today - timedelta(days=1)).replace(day=1)
        for row in texts.rows("companies"):
            company = self.env["res.company"].browse(self._id("companies", row["code"]))
            for month in (before, today):
                sheets = Sheet._generate(company, month)
                if month < today:
                    sheets.write(
                        {
                            "state": "closed",
                            "closed_at": fields.Datetime.now(),
                            "closed_by_id": self._id("staff", "director"),
                        }
                    )
