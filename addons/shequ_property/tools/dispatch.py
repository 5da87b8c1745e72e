"""Who is sent: workers ranked for a job, and a plan for many jobs at once.

Plain numbers in, plain numbers and codes out; the sentences are made elsewhere.  What
makes a worker impossible for a job is a wall (`blocked`), what makes one better than
another is a score, so that a company can weigh the second and never lose the first.
"""

from typing import NamedTuple

RED = 1
# Levels of a skill.
LEARNER, ABLE, MASTER = 1, 2, 3
NOTHING = frozenset()
# Walls, the hardest first: the last ones fall by themselves as the day goes on.
WALLS = ("team", "estate", "skill", "refused", "away", "off_duty", "full")


class Weights(NamedTuple):
    """How much each advantage counts; defaults of the parameter in ``data/``."""

    skill: int = 10  # for each level above learner
    duty: int = 100
    building: int = 20  # knows the building
    grid: int = 10  # knows the grid
    near: int = 15  # works in that building now
    load: int = 40  # for a worker with nothing to do
    household: int = 10  # for each star above three from this household
    language: int = 25  # speaks as the elder does
    rating: int = 4  # for each star above three from everybody
    red_near: int = 60  # instead of `near`, when every minute counts


class Job(NamedTuple):
    """What has to be done.  Ids are numbers; 0 stands for "not known"."""

    id: int
    urgency: int = 3  # 1 red to 4 can wait
    skill: int = 0
    team: int = 0
    estate: int = 0
    building: int = 0
    grid: int = 0
    household: int = 0
    language: int = 0
    refused: frozenset = NOTHING  # workers who said no or gave it back
    since: float = 0.0  # seconds: the older one goes first


class Worker(NamedTuple):
    """Who could go."""

    id: int
    capacity: int = 5
    load: int = 0
    teams: frozenset = NOTHING
    skills: dict = {}  # id → level; empty: whatever the team does
    estates: frozenset = NOTHING  # empty: everywhere
    buildings: frozenset = NOTHING
    grids: frozenset = NOTHING
    on_duty: bool = True
    away: bool = False
    rating: float = 0.0  # average of all stars, 0 when nobody has rated
    households: dict = {}  # id → average of their stars
    languages: frozenset = NOTHING
    here: int = 0  # building of the job at hand
    here_estate: int = 0


class Choice(NamedTuple):
    """A worker for a job.

    ``reasons`` are pairs of a code and what belongs to it; ``blocked`` is the wall
    in the way, or "".
    """

    worker: int
    score: int
    reasons: tuple
    blocked: str = ""


def parse_weights(text):
    """Read ``"skill=10 load=40"``; what is not named keeps its default.

    :raises ValueError: naming the word that is wrong
    """
    values = {}
    for word in (text or "").split():
        name, _equals, number = word.partition("=")
        if name not in Weights._fields or not number.isdigit():
            raise ValueError(word)
        values[name] = int(number)
    return Weights(**values)


def wall(job, worker, load=None):
    """Return what keeps a worker from a job: one of `WALLS`, or "".

    For an emergency neither the end of the shift nor a full hand is one.
    """
    if standing := _standing_wall(job, worker):
        return standing
    if worker.id in job.refused:
        return "refused"
    if worker.away:
        return "away"
    if job.urgency == RED:
        return ""
    if not worker.on_duty:
        return "off_duty"
    load = worker.load if load is None else load
    return "full" if load >= worker.capacity else ""


def _standing_wall(job, worker):
    """The walls that do not depend on the hour or the load."""
    if job.team and job.team not in worker.teams:
        return "team"
    if worker.estates and job.estate not in worker.estates:
        return "estate"
    if job.skill and worker.skills and job.skill not in worker.skills:
        return "skill"
    return ""


def score(job, worker, weights, load=None):
    """Return (number, reasons) for a worker who may go."""
    load = worker.load if load is None else load
    red = job.urgency == RED
    total, reasons = 0, []
    level = worker.skills.get(job.skill, 0) if job.skill else 0
    if level:
        total += weights.skill * (level - LEARNER)
        reasons.append(("skill", level))
    if worker.on_duty:
        total += weights.duty
    reasons.append(("on_duty" if worker.on_duty else "off_duty", 0))
    if job.building and worker.here == job.building:
        total += weights.red_near if red else weights.near
        reasons.append(("here", 0))
    elif red and job.estate and worker.here_estate == job.estate:
        total += weights.red_near // 2
        reasons.append(("here_estate", 0))
    if job.building and job.building in worker.buildings:
        total += weights.building
        reasons.append(("building", 0))
    elif job.grid and job.grid in worker.grids:
        total += weights.grid
        reasons.append(("grid", 0))
    if job.language and job.language in worker.languages:
        total += weights.language
        reasons.append(("language", job.language))
    stars = worker.households.get(job.household) if job.household else None
    if stars:
        total += round(weights.household * (stars - 3))
        reasons.append(("household", round(stars, 1)))
    if worker.rating:
        total += round(weights.rating * (worker.rating - 3))
        reasons.append(("rating", round(worker.rating, 1)))
    free = max(0, worker.capacity - load)
    total += weights.load * free // max(1, worker.capacity)
    reasons.append(("load" if free else "full", (load, worker.capacity)))
    return total, tuple(reasons)


def rank(job, workers, weights=None, loads=None):
    """Return a `Choice` for every worker, the best first, those who cannot go last.

    Equal scores go to the emptier hand, then to the lower id: the same every time.

    :param loads: dict worker id → jobs at hand, where it differs from ``load``
    """
    weights, loads = weights or Weights(), loads or {}
    able, unable = [], []
    for worker in workers:
        load = loads.get(worker.id, worker.load)
        blocked = wall(job, worker, load)
        number, reasons = score(job, worker, weights, load)
        choice = Choice(worker.id, number, reasons, blocked)
        if blocked:
            unable.append((-WALLS.index(blocked), -number, worker.id, choice))
        else:
            able.append((-number, load, worker.id, choice))
    return [entry[-1] for entry in (*sorted(able), *sorted(unable))]


def order(jobs):
    """Return jobs in the order in which they are served: reds first, then by age."""
    return sorted(jobs, key=lambda job: (job.urgency, job.since, job.id))


def plan(jobs, workers, weights=None):
    """Give every job to the best worker with a free hand.

    :return: list of (job id, `Choice` or None, wall), in the order of `order`; the
        wall says why nobody goes: "full" and "off_duty" pass by themselves, "nobody"
        does not
    """
    weights = weights or Weights()
    workers = sorted(workers, key=lambda worker: worker.id)
    loads = {worker.id: worker.load for worker in workers}
    standing = {}
    planned = []
    for job in order(jobs):
        key = (job.team, job.skill, job.estate)
        if key not in standing:
            standing[key] = [w for w in workers if not _standing_wall(job, w)]
        choice, why = _best(job, standing[key], weights, loads)
        if choice:
            loads[choice.worker] += 1
        planned.append((job.id, choice, why))
    return planned


def _best(job, workers, weights, loads):
    best, walls = None, set()
    for worker in workers:
        load = loads[worker.id]
        blocked = wall(job, worker, load)
        if blocked:
            walls.add(blocked)
            continue
        number, reasons = score(job, worker, weights, load)
        key = (-number, load, worker.id)
        if best is None or key < best[0]:
            best = key, Choice(worker.id, number, reasons)
    if best:
        return best[1], ""
    why = next((w for w in ("full", "off_duty", "away", "refused") if w in walls), "")
    return None, why or "nobody"
