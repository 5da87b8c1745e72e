from datetime import date, timedelta

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ...tools import duplicates
from ...tools.duplicates import Pair, Person

IDS = st.integers(1, 12)
PAIRS = st.lists(
    st.tuples(IDS, IDS, st.sampled_from(duplicates.REASONS)).filter(
        lambda t: t[0] < t[1]
    ),
    max_size=20,
).map(lambda rows: [Pair(*row) for row in rows])
APART = st.lists(st.tuples(IDS, IDS).filter(lambda t: t[0] != t[1]), max_size=8)
PEOPLE = st.lists(
    st.builds(
        Person,
        id=st.integers(1, 30),
        name=st.sampled_from(["王建国", "王 建国", "王阿姨", "李梅", "欧阳娜", ""]),
        phone=st.sampled_from(["", "13812345678", "13912345678"]),
        id_hash=st.sampled_from(["", "a", "b"]),
        units=st.frozensets(st.integers(1, 3), max_size=2),
    ),
    max_size=12,
    unique_by=lambda person: person.id,
)
DAYS = st.integers(0, 60).map(lambda n: date(2026, 1, 1) + timedelta(n))
PERIODS = st.lists(st.tuples(DAYS, st.none() | st.integers(0, 30)), max_size=8).map(
    lambda rows: [
        (key, start, None if length is None else start + timedelta(length))
        for key, (start, length) in enumerate(rows)
    ]
)


# A busy machine is slow to make examples; that says nothing about the code.
CALM = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])


@CALM
@given(PAIRS, APART)
def test_groups_are_disjoint_and_keep_apart_who_is_different(found, apart):
    result = duplicates.groups(found, apart)
    seen = [person for group in result for person in group.people]
    assert len(seen) == len(set(seen))
    for group in result:
        for a, b in apart:
            assert not {a, b} <= set(group.people)
        # Nobody is in a group without a pair to somebody else of it.
        for person in group.people:
            assert any(
                person in (pair.a, pair.b) and {pair.a, pair.b} <= set(group.people)
                for pair in found
            )


@CALM
@given(PAIRS)
def test_without_a_verdict_every_pair_ends_in_one_group(found):
    where = {
        person: number
        for number, group in enumerate(duplicates.groups(found))
        for person in group.people
    }
    assert all(where[pair.a] == where[pair.b] for pair in found)


@CALM
@given(PAIRS, APART, st.randoms(use_true_random=False))
def test_the_order_of_pairs_does_not_matter(found, apart, random):
    shuffled = list(found)
    random.shuffle(shuffled)
    assert duplicates.groups(found, apart) == duplicates.groups(shuffled, apart)


@CALM
@given(PEOPLE)
def test_pairs_are_those_of_comparing_everybody(people):
    expected = {
        (a.id, b.id, reason)
        for a in people
        for b in people
        if a.id < b.id and (reason := duplicates.reason_of(a, b))
    }
    assert {tuple(pair) for pair in duplicates.pairs(people)} == expected


@CALM
@given(PEOPLE)
def test_two_different_id_numbers_are_two_people(people):
    by_id = {person.id: person for person in people}
    for pair in duplicates.pairs(people):
        hashes = {by_id[pair.a].id_hash, by_id[pair.b].id_hash} - {""}
        assert len(hashes) < 2


def test_reasons():
    wang = Person(1, "王秀英", "13812345678", "", frozenset({7}))
    assert duplicates.reason_of(wang, wang._replace(id=2, units=frozenset())) == (
        "phone_name"
    )
    aunt = Person(2, "王阿姨", "13812345678", "", frozenset({7}))
    assert duplicates.reason_of(wang, aunt) == "phone_name"
    husband = Person(3, "李强", "13812345678", "", frozenset({7}))
    assert duplicates.reason_of(wang, husband) == "", "a household shares a phone"
    stranger = husband._replace(units=frozenset({8}))
    assert duplicates.reason_of(wang, stranger) == "phone"
    again = Person(4, "王 秀英（业主）", "", "", frozenset({7}))
    assert duplicates.reason_of(wang, again) == "name_unit"
    assert duplicates.reason_of(wang, again._replace(units=frozenset({9}))) == ""


def test_names():
    assert duplicates.alike("欧阳娜", "欧阳女士")
    assert not duplicates.alike("欧阳娜", "欧女士")
    assert not duplicates.alike("王阿姨", "王师傅")
    assert not duplicates.alike("", "")


@CALM
@given(PERIODS)
def test_joined_periods_cover_the_same_days_and_do_not_overlap(periods):
    joined = duplicates.join_periods(periods)

    def days(rows):
        last = date(2026, 6, 1)
        return {
            start + timedelta(n)
            for _key, start, end in rows
            for n in range(((end or last) - start).days)
        }

    assert days(joined) == days(periods)
    for (_a, _start, end), (_b, start, _end) in zip(joined, joined[1:], strict=False):
        assert end is not None and end <= start
