"""What happens in three months: a plan of steps, plain Python.

A step says when, on which ticket, what and who.  `loader` takes them in the order
of time through the ticket's own methods, so clocks, traces and ratings come about
the way they do in life.  Times are naive UTC; hours below are those of China.
"""

import random
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from . import texts

CHINA = timedelta(hours=8)
DAYS = 91
TICKETS = 820
# What is reported: the shares that the "Jiao" community published for a quarter.
SHARES = {
    "home_repair": 42,
    "elder_care": 18,
    "public_space": 15,
    "policy": 10,
    "public_facility": 5.5,
    "environment": 2.5,
    "order": 2.2,
    "parking": 2,
    "greening": 1,
    "service": 1,
    "safety": 0.5,
    "outside": 0.3,
}
# How many reports come in an hour of the day, from midnight on.
HOURS = (1, 0, 0, 0, 0, 1, 3, 7, 10, 10, 8, 6, 5, 4, 6, 6, 6, 8, 11, 12, 9, 6, 3, 1)
CHANNELS = {"portal": 46, "phone": 34, "grid": 12, "screen": 6, "email": 2}
ELDER_CHANNELS = {"portal": 6, "phone": 52, "grid": 30, "screen": 12}
STARS = {5: 70, 4: 18, 3: 7, 2: 3, 1: 2}
HOLDS = {"parts": 45, "resident": 25, "owners_consent": 16, "fund": 14}
HEATING = "home_repair.heating_gas"
# The kind that follows from a category, where the plan must know it.
KINDS = {
    "home_repair": "repair",
    "public_facility": "repair",
    "environment": "complaint",
    "greening": "complaint",
    "order": "complaint",
    "parking": "complaint",
    "service": "complaint",
    "outside": "complaint",
    "elder_care": "help",
    "safety": "help",
    "public_space": "suggestion",
    "policy": "consultation",
}
PHOTOS = {
    "home_repair.water_leak": ("pipe", "pipe_done"),
    "home_repair.drain": ("drain", "drain_done"),
    "home_repair.electric": ("lamp", "lamp_done"),
    "home_repair.appliance": ("kettle", "kettle_done"),
    "home_repair.door_lock": ("lock", "lock_done"),
    "home_repair.heating_gas": ("radiator", "radiator_done"),
    "home_repair.roof_wall_leak": ("ceiling", "ceiling_done"),
    "home_repair": ("lock", "lock_done"),
    "public_facility.lighting": ("lamp", "lamp_done"),
    "public_facility.floor_wall": ("tile", "tile_done"),
    "public_facility.lift": ("lift", "lift_done"),
    "public_facility": ("lock", "lock_done"),
    "environment": ("bin", "bin_done"),
    "greening": ("tree", "tree_done"),
}
SKILLS = {
    "home_repair.water_leak": "plumbing",
    "home_repair.drain": "plumbing",
    "home_repair.electric": "electrical",
    "home_repair": "carpentry",
    "public_facility.lift": "lift",
    "public_facility.lighting": "electrical",
    "public_facility.floor_wall": "masonry",
    "public_facility.water_power": "plumbing",
    "public_facility.gate": "weak_current",
    "public_facility.fire": "security",
    "public_facility": "electrical",
    "environment": "cleaning",
    "greening": "gardening",
    "order": "security",
    "parking.space": "front_desk",
    "parking": "security",
    "safety.trapped": "lift",
    "safety.gas_electric": "electrical",
    "safety.flood": "plumbing",
    "safety": "security",
    "service": "front_desk",
    "elder_care": "care",
    "public_space": "front_desk",
    "policy": "front_desk",
    "outside": "front_desk",
}


@dataclass(order=True)
class Step:
    """One step of one ticket."""

    at: datetime
    order: int
    ticket: int = field(compare=False)
    name: str = field(compare=False)
    who: object = field(compare=False, default=None)
    args: dict = field(compare=False, default_factory=dict)


def by_category(table, category):
    """Look a category up, and its parent when it has no line of its own."""
    return table.get(category) or table.get(category.split(".")[0])


def minutes(number):
    return timedelta(minutes=number)


class Plan:
    """All steps until `now`.

    :param community: a `people.Community`
    :param datetime now: the present, naive UTC
    """

    def __init__(self, community, now, seed=20260502):
        self.community = community
        self.now = now
        self.rng = random.Random(seed)
        self.steps = []
        self.count = 0
        self.staff = self._staff()
        # The people of the stories live theirs alone.
        self.living = {
            row["code"]: [r for r in community.living(row["code"]) if not r.person.key]
            for row in texts.rows("estates")
        }
        self.told = set()

    # --- who serves whom ---------------------------------------------------------

    def _staff(self):
        teams = {row["key"]: row["skills"].split() for row in texts.rows("teams")}
        staff = {}
        for row in texts.rows("estates"):
            estate = row["code"]
            here = {"worker": {}}
            for person in texts.rows("staff"):
                if estate in person["estates"].split():
                    here.setdefault(person["role"], person["login"])
            for worker in texts.rows("workers"):
                if estate in worker["estates"].split():
                    for team in worker["teams"].split():
                        for skill in teams[team]:
                            here["worker"].setdefault(skill, []).append(worker["login"])
            staff[estate] = here
        return staff

    def _worker(self, estate, category):
        skill = by_category(SKILLS, category)
        return self.rng.choice(self.staff[estate]["worker"][skill])

    # --- making steps ------------------------------------------------------------

    def _add(self, at, ticket, name, who=None, **args):
        self.steps.append(Step(at, len(self.steps), ticket, name, who, args))

    def _ticket(self):
        self.count += 1
        return self.count - 1

    def sorted(self, since=None, until=None):
        """The steps of tickets in order of time; what lies ahead is left out."""
        steps = [s for s in self.steps if until is None or s.at <= until]
        return sorted(s for s in steps if since is None or s.at >= since)

    # --- chance ------------------------------------------------------------------

    def _choose(self, weights):
        return self.rng.choices(list(weights), list(weights.values()))[0]

    def _chance(self, percent):
        return self.rng.random() * 100 < percent

    def _some(self, median, spread=0.6, least=1.0):
        """A duration in minutes as they are in life: mostly near the median."""
        return minutes(max(least, self.rng.lognormvariate(0, spread) * median))

    def _report_time(self):
        while True:
            day = self.rng.randrange(1, DAYS)
            hour = self.rng.choices(range(24), HOURS)[0]
            local = (self.now + CHINA).replace(minute=0, second=0, microsecond=0)
            local = local.replace(hour=hour) - timedelta(days=day)
            # More is found broken at the weekend, when people are at home.
            if local.weekday() < 5 and self._chance(15):
                continue
            local += timedelta(seconds=self.rng.randrange(3600))
            return local - CHINA

    @staticmethod
    def _awake(at):
        """Leave a time by day as it is, move a time at night to the morning."""
        local = at + CHINA
        if 8 <= local.hour < 21:
            return at
        morning = local.replace(hour=8, minute=10 + local.minute // 2)
        if local.hour >= 21:
            morning += timedelta(days=1)
        return morning - CHINA

    # --- ordinary days -----------------------------------------------------------

    def ordinary(self, number=TICKETS):
        """Three months of reports."""
        for at in sorted(self._report_time() for _index in range(number)):
            self._life(at, self._report(at))
        return self

    def _report(self, at, estate=None, template=None, channel=None):
        """Plan a report; return what the rest of its life needs to know."""
        if not estate:
            weights = {key: len(people) for key, people in self.living.items()}
            estate = self._choose(weights)
        if not template:
            top = self._choose(SHARES)
            template = self.rng.choice(
                [
                    row
                    for row in texts.rows("messages")
                    if row["category"].split(".")[0] == top
                    and (estate == "KLJY" or row["category"] != HEATING)
                ]
            )
        category, place = template["category"], template["place"]
        residency = self._reporter(estate, category, place, channel)
        person = residency.person
        channel = channel or self._choose(
            ELDER_CHANNELS if person.age >= 64 else CHANNELS
        )
        if channel == "portal" and not person.portal:
            residency = self._portal_user(estate, residency)
            person = residency.person
        words = {
            slot: self.rng.choice(choices)
            for slot, choices in texts.grouped("slots", "slot", "text").items()
        }
        args = {
            "estate": estate,
            "category": category,
            "channel": channel,
            "reporter": person.index,
            "text": template["text"].format(**words),
        }
        if place == "unit":
            args["unit"] = residency.unit.index
            if channel == "portal" and self._chance(40):
                args["preferred"] = texts.phrase(self.rng, "preferred")
        else:
            args["place"] = template["spot"].format(**words)
            if place == "building":
                args["building"] = residency.unit.building.index
            if self._chance(70):
                args["visibility"] = "shared"
        photos = by_category(PHOTOS, category)
        if photos and channel in ("portal", "grid") and self._chance(55):
            args["photo"] = photos[0]
        who = {"phone": "front_desk", "grid": "grid_worker"}.get(channel)
        actor = self.staff[estate][who] if who else person
        ticket = self._ticket()
        self._add(at, ticket, "report", actor, **args)
        return ticket, person, args

    def _reporter(self, estate, category, place, channel):
        people = self.living[estate]
        if place == "building":
            people = [r for r in people if r.unit.use == "home"]
            if "电梯" in category:
                people = [r for r in people if r.unit.building.row["lift"] == "1"]
        if category.endswith((".lift", ".trapped")):
            people = [r for r in people if r.unit.building.row["lift"] == "1"] or people
        elders = [r for r in people if r.person.age >= 62]
        if category.startswith("elder_care") and self._chance(75):
            people = elders or people
        if channel == "portal":
            people = [r for r in people if r.person.portal] or people
        return self.rng.choice(people)

    def _portal_user(self, estate, residency):
        """Who types the report: a portal user of the same house, or of the estate."""
        users = [r for r in self.living[estate] if r.person.portal]
        lifts = residency.unit.building.row["lift"]
        users = [r for r in users if r.unit.building.row["lift"] == lifts] or users
        return self.rng.choice(users)

    # --- the life of a ticket ----------------------------------------------------

    def _life(self, at, report):
        ticket, person, args = report
        roll = self.rng.random() * 100
        if roll < 3.0:
            return self._withdrawn(at, ticket, person, args)
        if roll < 4.6:
            at = self._asked_again(at, ticket, person, args)
            if at is None:
                return None
        accepted, assigned, worker = self._dispatch(at, ticket, args)
        start, done = self._work_times(args, assigned)
        self._call_back(at, ticket, args, accepted)
        self._conversation(ticket, person, args, accepted, done)
        if start:
            self._add(start, ticket, "start", worker)
        done = self._pause(ticket, args, worker, start or assigned, done)
        if args.get("visibility") == "shared":
            self._neighbours(ticket, args, accepted, done)
        self._finish(ticket, args, worker, done)
        if self._chance(3.2):
            done = self._again(ticket, person, args, worker, done)
        return self._rating(ticket, person, args, done)

    def _withdrawn(self, at, ticket, person, args):
        reason = texts.phrase(self.rng, "cancel")
        after = self._some(18)
        if after > minutes(12):
            self._add(
                at + self._some(5, 0.4),
                ticket,
                "accept",
                self.staff[args["estate"]]["front_desk"],
            )
        self._add(at + after, ticket, "cancel", person, text=reason)

    def _asked_again(self, at, ticket, person, args):
        """The desk has to ask back; return when the answer came, if it came."""
        desk = self.staff[args["estate"]]["front_desk"]
        asked = at + self._some(9, 0.4)
        text = texts.phrase(self.rng, "return")
        self._add(asked, ticket, "return", desk, text=text)
        if self._chance(30):
            return None
        answered = self._awake(asked + self._some(60, 0.8))
        answer = args["text"] + " " + texts.phrase(self.rng, "resubmit")
        self._add(answered, ticket, "resubmit", person, text=answer)
        return answered

    def _dispatch(self, at, ticket, args):
        estate, category = args["estate"], args["category"]
        desk = self.staff[estate]["front_desk"]
        dispatcher = self.staff[estate]["dispatcher"]
        urgent = self._is_red(category)
        wait = self._some(1.5, 0.4, 0.5) if urgent else self._some(4.5, 0.5)
        if not urgent and self._chance(4):
            wait = self._some(45, 0.4, 31)
        accepted = at + wait
        gap = self._some(1.5, 0.4, 0.5) if urgent else self._some(3, 0.5)
        if not urgent and self._chance(2):
            gap = self._some(1560, 0.1, 1445)
        assigned = accepted + gap
        if self._chance(85) or gap > minutes(600):
            self._add(accepted, ticket, "accept", desk)
        worker = self._worker(estate, category)
        if self._chance(1.5):
            other = self._worker(estate, category)
            self._add(assigned, ticket, "assign", dispatcher, worker=other)
            assigned += self._some(3, 0.3)
            reason = texts.phrase(self.rng, "unassign")
            self._add(assigned, ticket, "unassign", dispatcher, text=reason)
            assigned += minutes(1)
        self._add(assigned, ticket, "assign", dispatcher, worker=worker)
        return accepted, assigned, worker

    @staticmethod
    def _is_red(category):
        top, _dot, leaf = category.partition(".")
        return top == "safety" and leaf != "" or category == "elder_care.emergency"

    def _work_times(self, args, assigned):
        """Return when the worker is there (or None) and when it is done."""
        category = args["category"]
        kind = by_category(KINDS, category)
        if self._is_red(category):
            start = assigned + self._some(7, 0.35, 2)
            return start, start + self._some(45, 0.5, 8)
        if kind == "repair":
            # Water, power and heating: on site within twenty minutes.
            soon = category in (HEATING, "public_facility.water_power")
            start = assigned + self._some(5 if soon else 9, 0.35, 3)
            if self._chance(5):
                start = self._awake(start + self._some(90, 0.5))
            if category.startswith("public") and self._chance(45):
                return start, self._awake(start + self._some(1100, 0.5))
            if category.endswith("roof_wall_leak") and self._chance(40):
                return start, self._awake(start + self._some(1500, 0.4))
            return start, start + self._some(42, 0.5, 9)
        if kind == "consultation":
            return None, self._awake(assigned + self._some(70, 0.9, 4))
        if kind == "suggestion":
            return None, self._awake(assigned + self._some(4 * 1440, 0.5, 500))
        if kind == "help":
            start = self._awake(assigned + self._some(35, 0.7, 5))
            return start, start + self._some(50, 0.5, 10)
        start = self._awake(assigned + self._some(60, 0.8, 6))
        return start, self._awake(start + self._some(500, 0.9, 15))

    def _call_back(self, at, ticket, args, accepted):
        """Repairs and emergencies are called back within half an hour."""
        desk = self.staff[args["estate"]]["front_desk"]
        soon = by_category(KINDS, args["category"]) == "repair"
        soon = soon or self._is_red(args["category"])
        if soon:
            called = accepted + self._some(4, 0.5)
            if self._chance(4):
                called = at + self._some(50, 0.3, 32)
        elif by_category(KINDS, args["category"]) == "consultation":
            # Answered within hours anyway.
            return
        else:
            called = self._awake(accepted + self._some(25, 0.8))
        text = texts.phrase(self.rng, "called")
        self._add(called, ticket, "call", desk, text=text)

    def _conversation(self, ticket, person, args, accepted, done):
        if not person.portal or not self._chance(22):
            return
        first = accepted + (done - accepted) * self.rng.uniform(0.1, 0.6)
        text = texts.phrase(self.rng, "talk_resident")
        self._add(first, ticket, "talk", person, text=text)
        if self._chance(80):
            text = texts.phrase(self.rng, "talk_staff")
            desk = self.staff[args["estate"]]["front_desk"]
            self._add(first + self._some(6, 0.5), ticket, "talk", desk, text=text)

    def _pause(self, ticket, args, worker, start, done):
        """Perhaps wait for something; return when it is done then."""
        kind = by_category(KINDS, args["category"])
        if kind not in ("repair", "complaint") or not self._chance(11):
            return done
        public = "unit" not in args
        reason = self._choose(HOLDS)
        if reason in ("owners_consent", "fund") and not public:
            reason = "parts"
        if reason == "resident" and public:
            reason = "parts"
        if kind == "complaint" and reason == "parts":
            return done
        text = texts.phrase(self.rng, f"hold_{reason}", args["category"])
        held = start + minutes(6)
        self._add(held, ticket, "hold", worker, reason=reason, text=text)
        if reason == "fund":
            desk = self.staff[args["estate"]]["front_desk"]
            text = texts.phrase(self.rng, "called")
            self._add(held + minutes(12), ticket, "call", desk, text=text)
        days = {"parts": 2.2, "resident": 1.5, "owners_consent": 16, "fund": 24}
        resumed = self._awake(held + self._some(days[reason] * 1440, 0.4))
        self._add(resumed, ticket, "resume", worker)
        return resumed + self._some(55, 0.4, 15)

    def _neighbours(self, ticket, args, accepted, done):
        estate = args["estate"]
        users = [r.person for r in self.living[estate] if r.person.portal]
        others = [p for p in users if p.index != args["reporter"]]
        for person in self.rng.sample(others, self.rng.choice((0, 0, 0, 1, 1, 2, 4))):
            at = accepted + (done - accepted) * self.rng.random()
            self._add(at, ticket, "join", person)
        if self._chance(30) and done - accepted > minutes(50):
            self._copy(ticket, args, accepted, done)

    def _copy(self, ticket, args, accepted, done):
        """Somebody reports the same once more; the dispatcher merges it."""
        template = next(
            row
            for row in texts.rows("messages")
            if row["category"] == args["category"] and row["place"] != "unit"
        )
        at = accepted + (done - accepted) * self.rng.uniform(0.1, 0.5)
        copy, _person, copied = self._report(at, args["estate"], template, "phone")
        copied["text"] = args["text"]
        for key in ("building", "place"):
            copied.pop(key, None)
            if key in args:
                copied[key] = args[key]
        self.steps[-1].args = copied
        merged = min(at + self._some(7, 0.4), done - minutes(1))
        dispatcher = self.staff[args["estate"]]["dispatcher"]
        self._add(merged, copy, "merge", dispatcher, master=ticket)

    def _finish(self, ticket, args, worker, done, again=False):
        category = args["category"]
        close, use = "solved", None
        if not again and category.startswith(("home_repair", "outside", "order")):
            if self._chance(2.5):
                close = use = "not_ours"
            elif self._chance(1.5):
                close = use = "not_solved"
        if again:
            use = "rework"
        text = texts.phrase(self.rng, use) if use else texts.reply(self.rng, category)
        photos = by_category(PHOTOS, category)
        repair = by_category(KINDS, category) == "repair"
        photo = None
        if photos and close == "solved" and (repair or self._chance(60)):
            photo = photos[1]
        self._add(
            done, ticket, "finish", worker, text=text, photo=photo, close_reason=close
        )

    def _again(self, ticket, person, args, worker, done):
        at = self._awake(done + self._some(1800, 0.5))
        text = texts.phrase(self.rng, "reopen")
        self._add(at, ticket, "reopen", person, text=text)
        assigned = at + self._some(12, 0.5)
        dispatcher = self.staff[args["estate"]]["dispatcher"]
        self._add(assigned, ticket, "assign", dispatcher, worker=worker)
        called = assigned + self._some(3, 0.4)
        desk = self.staff[args["estate"]]["front_desk"]
        text = texts.phrase(self.rng, "called")
        self._add(called, ticket, "call", desk, text=text)
        start = assigned + self._some(14, 0.4, 4)
        self._add(start, ticket, "start", worker)
        done = start + self._some(60, 0.4, 15)
        self._finish(ticket, args, worker, done, again=True)
        return done

    def _rating(self, ticket, person, args, done):
        if not self._chance(64):
            return
        stars = self._choose(STARS)
        at = self._awake(done + self._some(300, 1.1, 3))
        comment = texts.phrase(self.rng, f"rate{stars}", args["category"])
        self._add(at, ticket, "rate", person, stars=stars, text=comment)

    # --- stories -----------------------------------------------------------------

    def stories(self):
        """What the stories of the communities tell, word for word."""
        tickets = {}
        for row in texts.rows("story_steps"):
            at = self._story_time(row["day"], row["time"])
            if row["story"] not in tickets:
                tickets[row["story"]] = self._ticket()
            args = self._story_args(row["detail"])
            if row["text"]:
                args["text"] = row["text"]
            who = self.community.by_key.get(row["who"], row["who"])
            if row["step"] == "report":
                who = self._story_report(who, args)
            self._add(at, tickets[row["story"]], row["step"], who, **args)
        return self

    def _story_time(self, day, time):
        if time.endswith("h"):
            return self.now + timedelta(hours=float(time[:-1]))
        hour, minute = map(int, time.split(":"))
        local = (self.now + CHINA + timedelta(days=int(day))).replace(
            hour=hour, minute=minute, second=0, microsecond=0
        )
        return local - CHINA

    @staticmethod
    def _story_args(detail):
        """`"a=b c=d e"` → `{"a": "b", "c": "d e"}`"""
        args, key = {}, None
        for part in detail.split():
            if "=" in part:
                key, _sign, value = part.partition("=")
                args[key] = value
            else:
                args[key] += " " + part
        return args

    def _story_report(self, person, args):
        unit = self.community.home_of(person)
        args.update(estate=unit.estate, reporter=person.index)
        if args.get("place"):
            label = args.pop("building", "")
            for building in self.community.buildings:
                if (building.estate, building.label) == (unit.estate, label):
                    args["building"] = building.index
        else:
            args["unit"] = unit.index
        roles = {"phone": "front_desk", "grid": "grid_worker"}
        if args["channel"] in roles:
            return self.staff[unit.estate][roles[args["channel"]]]
        return person

    # --- what still waits --------------------------------------------------------

    def waiting(self):
        """Repairs that have waited for something since some days: open still."""
        wanted = {
            "parts": ("public_facility.lift", "home_repair.appliance"),
            "owners_consent": ("public_facility.floor_wall", "public_facility.gate"),
            "fund": ("public_facility.water_power", "public_facility.floor_wall"),
            "resident": ("home_repair.door_lock", "home_repair.electric"),
        }
        for estate in self.living:
            for reason, categories in wanted.items():
                for category in categories:
                    short = reason in ("parts", "resident")
                    days = self.rng.randrange(1, 3 if short else 18)
                    local = (self.now + CHINA - timedelta(days=days)).replace(
                        hour=self.rng.randrange(8, 20), minute=self.rng.randrange(60)
                    )
                    self._wait(local - CHINA, estate, category, reason)
        return self

    def _wait(self, at, estate, category, reason):
        templates = [r for r in texts.rows("messages") if r["category"] == category]
        template = self._untold(templates)
        ticket, _person, args = self._report(at, estate, template)
        accepted, assigned, worker = self._dispatch(at, ticket, args)
        self._call_back(at, ticket, args, accepted)
        start = assigned + self._some(12, 0.3, 3)
        self._add(start, ticket, "start", worker)
        text = texts.phrase(self.rng, f"hold_{reason}", category)
        self._add(start + minutes(9), ticket, "hold", worker, reason=reason, text=text)
        if reason == "fund":
            desk = self.staff[estate]["front_desk"]
            text = texts.phrase(self.rng, "hold_fund")
            self._add(start + minutes(20), ticket, "call", desk, text=text)

    def _untold(self, templates):
        """Choose a text that is not on the screen yet, if there is one."""
        fresh = [row for row in templates if row["text"] not in self.told]
        template = self.rng.choice(fresh or templates)
        self.told.add(template["text"])
        return template

    # --- this very moment ----------------------------------------------------------

    def fresh(self):
        """Today's pool: what is waiting, on the way and being repaired now."""
        stages = ("new", "new", "accepted", "assigned", "in_progress", "in_progress")
        for number, estate in enumerate(self.living):
            for place, stage in enumerate(stages):
                age = {"new": 2 + place * 9, "accepted": 16, "assigned": 24}.get(stage)
                age = (age or 38 + place * 9) + number * 3 + self.rng.random()
                self._now_at(estate, stage, minutes(age))
        # One that has waited too long, and one emergency that has just come in.
        self._now_at("JHYY", "new", minutes(41), "home_repair.electric")
        self._now_at("MQXQ", "new", minutes(2), "elder_care.emergency")
        self._now_at("KLJY", "accepted", minutes(6), "elder_care.emergency")
        # In words alone: sorted by them, to be sorted, or to be confirmed.
        for row in texts.rows("unsorted"):
            at = self.now - minutes(int(row["minutes"]))
            self._report(at, row["estate"], {**row, "category": ""})
        return self

    def _now_at(self, estate, stage, age, category=None):
        at = self.now - age
        top = self._choose({"home_repair": 6, "public_facility": 3, "environment": 1})
        templates = [
            row
            for row in texts.rows("messages")
            if (row["category"] == category)
            or (not category and row["category"].split(".")[0] == top)
            and (estate == "KLJY" or row["category"] != HEATING)
        ]
        template = self._untold(templates)
        if category == "elder_care.emergency" and stage == "new":
            template = templates[1]
        ticket, _person, args = self._report(at, estate, template)
        desk, dispatcher = (
            self.staff[estate]["front_desk"],
            self.staff[estate]["dispatcher"],
        )
        if stage == "new":
            return
        accepted = at + min(age / 3, minutes(5))
        self._add(accepted, ticket, "accept", desk)
        if stage == "accepted":
            return
        worker = self._worker(estate, args["category"])
        assigned = accepted + minutes(2)
        self._add(assigned, ticket, "assign", dispatcher, worker=worker)
        text = texts.phrase(self.rng, "called")
        self._add(assigned + minutes(3), ticket, "call", desk, text=text)
        if stage == "in_progress":
            self._add(assigned + minutes(12), ticket, "start", worker)


def history(community, now):
    """The plan of the past: ordinary days, stories, what still waits."""
    plan = Plan(community, now)
    return plan.stories().ordinary().waiting()


def present(community, now):
    """The plan of the last hour."""
    return Plan(community, now, seed=20260503).fresh()
