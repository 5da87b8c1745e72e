"""The roll: who is one head."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ...tools.voting import roll
from ...tools.voting.roll import Unit

CALM = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])


def heads(*units, **rules):
    return [line.head for line in roll.merge(units, rules)]


def test_one_owner_of_several_units_is_one_head():
    units = [
        Unit(1, 100, owners=(7,)),
        Unit(2, 50, owners=(8,)),
        Unit(3, 9, owners=(7,)),
    ]
    lines = roll.merge(units)
    assert [line.head for line in lines] == [1, 2, 1]
    assert roll.totals(lines) == {"area": 159, "heads": 2}


def test_co_owned_unit_is_one_head_of_its_own():
    units = [
        Unit(1, 100, owners=(7, 8), representative=7),
        Unit(2, 100, owners=(8, 7)),
        Unit(3, 100, owners=(7,)),
    ]
    assert heads(*units) == [1, 2, 3]
    assert heads(*units, same_co_owners_one_head=True) == [1, 1, 2]
    assert [line.voter for line in roll.merge(units)] == [7, None, 7]


def test_developer_is_one_head_in_all():
    units = [
        Unit(1, 100, developer=True),
        Unit(2, 100, developer=True, owners=(5,)),
        Unit(3, 100, developer=True, owners=(9,), representative=9),
        Unit(4, 100, developer=True, owners=(5,)),
        Unit(5, 100, owners=(9,)),
    ]
    lines = roll.merge(units)
    assert [line.head for line in lines] == [1, 1, 1, 1, 2]
    assert [line.voter for line in lines] == [5, 5, 5, 5, 9]


def test_unit_without_owner_is_a_head_that_nobody_votes_for_online():
    lines = roll.merge([Unit(1, 100), Unit(2, 100)])
    assert [(line.head, line.voter, line.basis) for line in lines] == [
        (1, None, "unknown"),
        (2, None, "unknown"),
    ]


@pytest.mark.parametrize(
    ("rules", "keys"),
    [
        ({}, [1]),
        ({"parking_counts": True}, [1, 2]),
        ({"storage_counts": True}, [1, 3]),
        ({"parking_counts": True, "storage_counts": True}, [1, 2, 3]),
    ],
)
def test_parking_and_storage_by_the_rules(rules, keys):
    units = [Unit(1, 5), Unit(2, 5, use="parking"), Unit(3, 5, use="storage")]
    assert [line.key for line in roll.merge(units, rules)] == keys


UNITS = st.lists(
    st.builds(
        Unit,
        key=st.integers(1, 10**6),
        area=st.integers(0, 10**6),
        use=st.sampled_from(["home", "parking", "storage", "shop"]),
        developer=st.booleans(),
        owners=st.lists(st.integers(1, 6), max_size=3, unique=True).map(tuple),
    ),
    max_size=20,
    unique_by=lambda unit: unit.key,
)


@CALM
@given(UNITS, st.booleans())
def test_each_unit_votes_once_with_its_area(units, parking):
    rules = {"parking_counts": parking, "storage_counts": True}
    lines = roll.merge(units, rules)
    voting = [unit for unit in units if parking or unit.use != "parking"]
    assert [(line.key, line.area) for line in lines] == [
        (unit.key, unit.area) for unit in voting
    ]
    assert [line.number for line in lines] == list(range(1, len(lines) + 1))
    # Counted by sets of owners, as a person would with slips of paper.
    slips = {
        "developer"
        if unit.developer
        else unit.owners
        if len(unit.owners) == 1
        else ("unit", unit.key)
        for unit in voting
    }
    assert roll.totals(lines)["heads"] == len(slips)
