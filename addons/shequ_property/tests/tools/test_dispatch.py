import random

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from odoo.tests import BaseCase, tagged

from ...tools import dispatch
from ...tools.dispatch import Job, Worker

PATIENT = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
IDS = st.integers(0, 3)
SETS = st.frozensets(st.integers(1, 3), max_size=3)


@st.composite
def crews(draw):
    count = draw(st.integers(0, 8))
    return [
        Worker(
            id=number + 1,
            capacity=draw(st.integers(0, 4)),
            load=draw(st.integers(0, 5)),
            teams=draw(SETS),
            skills=draw(st.dictionaries(st.integers(1, 3), st.integers(1, 3))),
            estates=draw(SETS),
            buildings=draw(SETS),
            grids=draw(SETS),
            on_duty=draw(st.booleans()),
            away=draw(st.booleans()),
            rating=draw(st.sampled_from([0.0, 1.0, 3.5, 5.0])),
            households=draw(st.dictionaries(st.integers(1, 3), st.floats(1, 5))),
            languages=draw(SETS),
            here=draw(IDS),
        )
        for number in range(count)
    ]


@st.composite
def works(draw):
    count = draw(st.integers(0, 15))
    return [
        Job(
            id=number + 1,
            urgency=draw(st.integers(1, 4)),
            skill=draw(IDS),
            team=draw(IDS),
            estate=draw(st.integers(1, 3)),
            building=draw(IDS),
            grid=draw(IDS),
            household=draw(IDS),
            language=draw(IDS),
            refused=draw(st.frozensets(st.integers(1, 8), max_size=2)),
            since=draw(st.integers(0, 5)),
        )
        for number in range(count)
    ]


@tagged("post_install", "-at_install")
class TestDispatch(BaseCase):
    @PATIENT
    @given(works(), crews())
    def test_nobody_gets_more_than_the_hands_hold(self, jobs, workers):
        by_id = {job.id: job for job in jobs}
        ordinary = {worker.id: 0 for worker in workers}
        for job_id, choice, _why in dispatch.plan(jobs, workers):
            if choice and by_id[job_id].urgency != dispatch.RED:
                ordinary[choice.worker] += 1
        for worker in workers:
            if ordinary[worker.id]:
                self.assertLessEqual(worker.load + ordinary[worker.id], worker.capacity)

    @PATIENT
    @given(works(), crews())
    def test_whoever_is_chosen_may_go(self, jobs, workers):
        by_id = {job.id: job for job in jobs}
        crew = {worker.id: worker for worker in workers}
        for job_id, choice, why in dispatch.plan(jobs, workers):
            self.assertNotEqual(bool(choice), bool(why))
            if choice:
                job, worker = by_id[job_id], crew[choice.worker]
                self.assertEqual(dispatch.wall(job, worker), "")
                self.assertFalse(worker.away)
                self.assertNotIn(worker.id, job.refused)

    @PATIENT
    @given(works(), crews())
    def test_no_job_waits_while_somebody_who_may_go_has_a_free_hand(
        self, jobs, workers
    ):
        planned = dispatch.plan(jobs, workers)
        loads = {worker.id: worker.load for worker in workers}
        for _job, choice, _why in planned:
            if choice:
                loads[choice.worker] += 1
        by_id = {job.id: job for job in jobs}
        for job_id, choice, _why in planned:
            if not choice:
                walls = [
                    dispatch.wall(by_id[job_id], worker, loads[worker.id])
                    for worker in workers
                ]
                self.assertTrue(all(walls), walls)

    @PATIENT
    @given(works(), crews(), st.randoms())
    def test_the_order_in_which_things_are_read_changes_nothing(
        self, jobs, workers, chance
    ):
        shuffled_jobs, shuffled = jobs[:], workers[:]
        chance.shuffle(shuffled_jobs)
        chance.shuffle(shuffled)
        self.assertEqual(
            dispatch.plan(jobs, workers), dispatch.plan(shuffled_jobs, shuffled)
        )
        for job in jobs:
            self.assertEqual(dispatch.rank(job, workers), dispatch.rank(job, shuffled))

    @PATIENT
    @given(works(), crews())
    def test_emergencies_are_served_first(self, jobs, workers):
        by_id = {job.id: job for job in jobs}
        urgencies = [by_id[job].urgency for job, *_ in dispatch.plan(jobs, workers)]
        self.assertEqual(urgencies, sorted(urgencies))

    @PATIENT
    @given(works(), crews())
    def test_the_plan_takes_whom_the_list_puts_on_top(self, jobs, workers):
        for job in jobs:
            ranked = dispatch.rank(job, workers)
            ((_job, choice, _why),) = dispatch.plan([job], workers)
            top = ranked[0] if ranked and not ranked[0].blocked else None
            self.assertEqual(choice and choice.worker, top and top.worker)

    @PATIENT
    @given(works(), crews(), st.data())
    def test_an_advantage_never_makes_a_worker_worse(self, jobs, workers, data):
        if not jobs or not workers:
            return
        job = data.draw(st.sampled_from(jobs))
        worker = data.draw(st.sampled_from(workers))
        weights = dispatch.Weights()
        before = dispatch.score(job, worker, weights)[0]
        for better in (
            worker._replace(on_duty=True),
            worker._replace(buildings=worker.buildings | {job.building}),
            worker._replace(languages=worker.languages | {job.language}),
            worker._replace(load=max(0, worker.load - 1)),
            worker._replace(here=job.building),
            worker._replace(skills={**worker.skills, job.skill: dispatch.MASTER}),
            worker._replace(households={**worker.households, job.household: 5.0}),
        ):
            self.assertGreaterEqual(
                dispatch.score(job, better, weights)[0], before, better
            )

    def test_the_elders_dialect_and_the_known_building_decide(self):
        job = Job(1, skill=1, estate=1, building=7, language=2)
        plain = Worker(1, skills={1: 2})
        knows = Worker(2, skills={1: 2}, buildings=frozenset({7}))
        speaks = Worker(3, skills={1: 2}, languages=frozenset({2}))
        ranked = dispatch.rank(job, [plain, knows, speaks])
        self.assertEqual([choice.worker for choice in ranked], [3, 2, 1])
        self.assertIn(("language", 2), ranked[0].reasons)

    def test_a_household_that_was_unhappy_gets_somebody_else(self):
        job = Job(1, household=9)
        rude = Worker(1, households={9: 1.0})
        other = Worker(2)
        self.assertEqual(dispatch.rank(job, [rude, other])[0].worker, 2)

    def test_red_goes_to_whoever_is_there_even_with_full_hands(self):
        job = Job(1, urgency=1, estate=1, building=7)
        free = Worker(1, capacity=5)
        there = Worker(2, capacity=2, load=2, here=7)
        self.assertEqual(dispatch.rank(job, [free, there])[0].worker, 2)
        job = job._replace(urgency=3)
        self.assertEqual(dispatch.rank(job, [free, there])[0].worker, 1)
        self.assertEqual(dispatch.rank(job, [free, there])[1].blocked, "full")

    def test_at_night_red_wakes_somebody_and_the_rest_waits(self):
        asleep = Worker(1, on_duty=False)
        ((_job, choice, why),) = dispatch.plan([Job(1, urgency=1)], [asleep])
        self.assertEqual(choice.worker, 1)
        ((_job, choice, why),) = dispatch.plan([Job(1)], [asleep])
        self.assertEqual((choice, why), (None, "off_duty"))
        self.assertEqual(dispatch.plan([Job(1)], [])[0][2], "nobody")

    def test_work_is_spread_evenly(self):
        crew = [Worker(number, capacity=10) for number in range(1, 6)]
        jobs = [Job(number) for number in range(1, 26)]
        random.Random(4).shuffle(jobs)
        taken = [choice.worker for _job, choice, _why in dispatch.plan(jobs, crew)]
        self.assertEqual({taken.count(worker.id) for worker in crew}, {5})

    def test_weights_are_read_and_mistakes_are_named(self):
        weights = dispatch.parse_weights("load=1 language=0")
        self.assertEqual((weights.load, weights.language, weights.skill), (1, 0, 10))
        self.assertEqual(dispatch.parse_weights(""), dispatch.Weights())
        for wrong in ("speed=3", "load", "load=-1", "load=x"):
            with self.assertRaisesRegex(ValueError, wrong):
                dispatch.parse_weights(f"skill=1 {wrong}")
