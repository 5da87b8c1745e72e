from datetime import date, timedelta
from fractions import Fraction

from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from ...tools import moves
from ...tools.moves import Newcomer, Stay

# A busy machine is slow to make examples; that says nothing about the code.
CALM = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
TODAY = date(2026, 6, 1)
DAYS = st.integers(-400, 400).map(lambda n: TODAY + timedelta(n))
SPLITS = st.lists(st.integers(1, 9), min_size=1, max_size=4)


@st.composite
def households(draw):
    """Owners who hold the whole title, family and tenants, all from one day on."""
    start = draw(DAYS)
    parts = draw(SPLITS)
    stays = [
        Stay(
            number,
            number,
            "co_owner" if len(parts) > 1 else "owner",
            start,
            None,
            Fraction(part, sum(parts)),
            number == 0,
        )
        for number, part in enumerate(parts)
    ]
    for role in draw(st.lists(st.sampled_from(["family", "tenant"]), max_size=3)):
        number = len(stays)
        stays.append(Stay(number, number, role, start))
    return stays


def title(rows):
    return sum(
        (
            row.share if row.role == "co_owner" else Fraction(1)
            for row in rows
            if row.role in ("owner", "co_owner")
        ),
        Fraction(0),
    )


@CALM
@given(households(), DAYS, SPLITS, st.sets(st.integers(0, 6)), st.data())
def test_after_a_title_move_the_shares_are_the_whole(stays, day, parts, leaving, data):
    assume(day >= stays[0].start)
    people = data.draw(
        st.lists(
            st.integers(0, 12),
            min_size=len(parts),
            max_size=len(parts),
            unique=True,
        )
    )
    newcomers = [
        Newcomer(
            person,
            "co_owner" if len(parts) > 1 else "owner",
            Fraction(part, sum(parts)),
        )
        for person, part in zip(people, parts, strict=True)
    ]
    made = moves.plan(moves.SALE, day, stays, leaving, newcomers, TODAY)
    assume(not made.problems)
    left, new = moves.after(stays, made, day)
    assert title(left) + title(new) == 1
    holders = [r.person for r in [*left, *new] if r.role in moves.TITLE_ROLES]
    assert sorted(holders) == sorted(people)
    everybody = [row.person for row in [*left, *new]]
    assert len(everybody) == len(set(everybody)), "nobody has two roles"


@CALM
@given(households(), DAYS, st.sets(st.integers(0, 6)), st.sampled_from(moves.KINDS))
def test_a_plan_with_problems_does_nothing_and_nothing_ends_before_it_began(
    stays, day, leaving, kind
):
    made = moves.plan(kind, day, stays, leaving, [], TODAY)
    if made.problems:
        assert not made.ending and not made.starting
    for stay in stays:
        if stay.id in made.ending:
            assert stay.start <= day


def test_what_leaves_by_default():
    roles = {
        role: Stay(n, n, role, date(2020, 1, 1))
        for n, role in enumerate(["owner", "co_owner", "developer", "family", "tenant"])
    }

    def leave(kind, person=None):
        return {
            role
            for role, stay in roles.items()
            if moves.leaves_by_default(kind, stay, person)
        }

    assert leave("sale") == {"owner", "co_owner", "developer", "family"}
    assert leave("handover") == {"developer"}
    assert leave("lease_end") == {"tenant"}
    assert leave("death", 1) == {"co_owner"}
    assert leave("inheritance") == set()
    assert not moves.may_leave("move", roles["owner"])
    assert moves.may_leave("move", roles["family"])


def test_heirs_and_the_widow_whose_share_grows():
    half = Fraction(1, 2)
    start = date(2020, 1, 1)
    stays = [
        Stay(1, 10, "co_owner", start, date(2026, 3, 1), half),
        Stay(2, 11, "co_owner", start, None, half),
        Stay(3, 12, "family", start),
    ]
    heirs = [
        Newcomer(11, "co_owner", Fraction(3, 4)),
        Newcomer(12, "co_owner", Fraction(1, 4)),
    ]
    made = moves.plan("inheritance", date(2026, 5, 1), stays, set(), heirs, TODAY)
    assert made.ending == (2, 3)
    assert made.starting == tuple(heirs)
    # Who keeps the same share is left alone.
    same = [Newcomer(11, "co_owner", half), Newcomer(12, "co_owner", half)]
    made = moves.plan("inheritance", date(2026, 5, 1), stays, set(), same, TODAY)
    assert made.ending == (3,)
    assert made.starting == (same[1],)


def test_problems_have_names():
    owner = Stay(1, 10, "owner", date(2020, 1, 1))
    new = Newcomer(11, "owner")

    def problems(kind, day, newcomers=(), leaving=(), stays=(owner,)):
        return moves.plan(kind, day, stays, leaving, newcomers, TODAY).problems

    day = date(2026, 5, 1)
    assert problems("sale", day) == ("no_owner",)
    assert problems("sale", day, [Newcomer(10, "owner")]) == ("same_owner",)
    assert problems("sale", date(2019, 1, 1), [new]) == ("later_title",)
    assert problems("sale", day, [new, new._replace(share=Fraction(0))]) == (
        "no_share",
        "twice",
    )
    half = Newcomer(11, "co_owner", Fraction(1, 2))
    assert problems("sale", day, [half]) == ("shares",)
    assert problems("death", date(2026, 6, 2), (), {1}) == ("future_death",)
    assert problems("death", day) == ("nobody",)
    assert problems("lease_start", day) == ("no_tenant",)
    tenant = Stay(2, 11, "tenant", date(2025, 1, 1))
    assert problems(
        "lease_start", day, [Newcomer(11, "tenant")], (), (owner, tenant)
    ) == ("there_already",)
    assert problems("lease_end", date(2024, 1, 1), (), {2}, (owner, tenant)) == (
        "before_start",
    )
    developer = Stay(3, 9, "developer", date(2020, 1, 1))
    assert problems("handover", day, (), (), (developer,)) == ("no_owner",)
    assert problems("handover", day, (), (), (owner,)) == ()
