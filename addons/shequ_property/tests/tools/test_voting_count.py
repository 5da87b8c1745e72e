"""Counting: the vectors of the law, the boundary, and an independent recount."""

from fractions import Fraction

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ...tools.voting import count

ORDINARY = {
    "tier": "ordinary",
    "quorum": [2, 3],
    "agree": [1, 2],
    "strict": True,
    "of_all": False,
}
SPECIAL = {**ORDINARY, "tier": "special", "agree": [3, 4], "strict": False}
CONSENT = {
    "tier": "consent",
    "quorum": [0, 1],
    "agree": [1, 1],
    "strict": False,
    "of_all": True,
}
POLL = {**ORDINARY, "tier": "poll", "quorum": [0, 1]}
TOTAL = {"area": 900000, "heads": 90}
CALM = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])


def decision(rule, key=1):
    return {"id": key, "form": "decision", "rule": rule}


def election(rule, seats, candidates, quotas=(), most=0):
    return {
        "id": 1,
        "form": "election",
        "rule": rule,
        "seats": seats,
        "max_choices": most,
        "candidates": [{"id": n, "quota": q} for n, q in candidates],
        "quotas": [dict(quota) for quota in quotas],
    }


def ballots(area, heads, agree_area, agree_heads):
    """Ballots that add up to this: those who agree, and those who do not."""
    rows = []
    for size, number, word in (
        (agree_area, agree_heads, "agree"),
        (area - agree_area, heads - agree_heads, "against"),
    ):
        if number:
            rows += [(0, (word, n), {"1": word}) for n in range(number - 1)]
            rows.append((size, (word, number), {"1": word}))
    return rows


def judge(rule, *numbers, total=TOTAL, **options):
    result = count.count([decision(rule)], ballots(*numbers), total, **options)
    assert result["participating"] == {"area": numbers[0], "heads": numbers[1]}
    return result["motions"][0]


# The vectors of the rule book: total 9000.00 m², 90 heads.
@pytest.mark.parametrize(
    ("rule", "numbers", "outcome", "reason"),
    [
        (ORDINARY, (600000, 60, 300001, 31), "passed", "passed"),
        (ORDINARY, (600000, 60, 300000, 31), "failed", "agree_area"),
        (SPECIAL, (600000, 60, 450000, 45), "passed", "passed"),
        (SPECIAL, (600000, 60, 450000, 44), "failed", "agree_heads"),
        (ORDINARY, (599999, 60, 599999, 60), "failed", "quorum_area"),
        (SPECIAL, (599999, 60, 599999, 60), "failed", "quorum_area"),
        (ORDINARY, (700000, 59, 700000, 59), "failed", "quorum_heads"),
        (SPECIAL, (700000, 59, 700000, 59), "failed", "quorum_heads"),
    ],
)
def test_vectors_of_the_law(rule, numbers, outcome, reason):
    judged = judge(rule, *numbers)
    assert (judged["outcome"], judged["reason"]) == (outcome, reason)


# One head and one hundredth of a square metre on both sides of each threshold.
@pytest.mark.parametrize("heads", [-1, 0, 1])
@pytest.mark.parametrize("area", [-1, 0, 1])
@pytest.mark.parametrize(
    ("rule", "edge"),
    [(ORDINARY, (300001, 31)), (SPECIAL, (450000, 45))],
)
def test_boundary_of_agreement(rule, edge, area, heads):
    judged = judge(rule, 600000, 60, edge[0] + area, edge[1] + heads)
    assert judged["agreed"]["needed"] == {"area": edge[0], "heads": edge[1]}
    assert (judged["outcome"] == "passed") == (area >= 0 and heads >= 0)


@pytest.mark.parametrize("heads", [-1, 0, 1])
@pytest.mark.parametrize("area", [-1, 0, 1])
def test_boundary_of_the_quorum(area, heads):
    judged = judge(ORDINARY, 600000 + area, 60 + heads, 600000 + area, 60 + heads)
    assert judged["quorum"]["needed"] == {"area": 600000, "heads": 60}
    assert (judged["outcome"] == "passed") == (area >= 0 and heads >= 0)


@pytest.mark.parametrize("total", [100, 101, 102])
def test_two_thirds_of_what_cannot_be_divided(total):
    needed = count.least([2, 3], total)
    assert needed == {100: 67, 101: 68, 102: 68}[total]


def test_every_affected_owner_has_to_agree():
    total = {"area": 1000, "heads": 3}
    assert judge(CONSENT, 1000, 3, 1000, 3, total=total)["outcome"] == "passed"
    assert judge(CONSENT, 1000, 3, 999, 2, total=total)["outcome"] == "failed"
    silent = judge(CONSENT, 900, 2, 900, 2, total=total)
    assert (silent["outcome"], silent["reason"]) == ("failed", "agree")


def test_nobody_took_part_in_a_vote_without_quorum():
    result = count.count([decision(CONSENT)], [], {"area": 0, "heads": 0})
    assert result["motions"][0]["outcome"] == "failed"


def test_poll_has_no_legal_effect():
    assert judge(POLL, 100, 1, 100, 1)["outcome"] == "opinion"


def test_abstention_takes_part_and_does_not_agree():
    rows = [(10, n, {"1": "agree"}) for n in range(5)]
    rows += [(10, n, {"1": "abstain"}) for n in range(5, 10)]
    judged = count.count([decision(ORDINARY)], rows, {"area": 100, "heads": 10})
    assert judged["motions"][0]["reason"] == "agree"
    assert judged["motions"][0]["abstain"] == {"area": 50, "heads": 5}


def test_owner_whose_units_disagree_is_one_head_that_agrees_to_nothing():
    rows = [
        (100, "wang", {"1": "agree"}),
        (200, "wang", {"1": "against"}),
        (300, "li", {"1": "agree"}),
        (50, "li", {"1": "agree"}),
    ]
    result = count.count([decision(ORDINARY)], rows, {"area": 650, "heads": 2})
    judged = result["motions"][0]
    assert result["participating"] == {"area": 650, "heads": 2}
    assert judged["agree"] == {"area": 450, "heads": 1}
    assert judged["against"] == {"area": 200, "heads": 0}
    assert judged["split"] == 1


def test_silent_owners_never_make_the_quorum():
    judged = judge(ORDINARY, 599999, 60, 599999, 60, silent_follow=True)
    assert judged["silent"] is None
    assert judged["reason"] == "quorum_area"


def test_silent_owners_follow_the_larger_side_of_both():
    judged = judge(SPECIAL, 600000, 60, 400000, 40, silent_follow=True)
    assert judged["silent"] == {"side": "agree", "area": 300000, "heads": 30}
    assert judged["base"] == TOTAL
    assert judged["outcome"] == "passed"
    against = judge(ORDINARY, 600000, 60, 100000, 10, silent_follow=True)
    assert against["silent"]["side"] == "against"
    assert against["outcome"] == "failed"
    unclear = judge(ORDINARY, 600000, 60, 400000, 20, silent_follow=True)
    assert unclear["silent"] is None


# --- against a count that was written without looking ------------------------------

WORDS = st.sampled_from(["agree", "against", "abstain"])


@st.composite
def votes(draw):
    roll = draw(
        st.lists(
            st.tuples(st.integers(0, 40000), st.integers(1, 8)), min_size=1, max_size=14
        )
    )
    cast = draw(
        st.lists(st.one_of(st.none(), WORDS), min_size=len(roll), max_size=len(roll))
    )
    return roll, cast


def by_hand(rule, roll, cast):
    """The law read aloud, with fractions and sets."""
    owners = {head for _area, head in roll}
    everything = sum(Fraction(area, 100) for area, _head in roll)
    said = {}
    area = {"agree": Fraction(0), "took part": Fraction(0)}
    for (size, head), word in zip(roll, cast, strict=True):
        if word is None:
            continue
        said.setdefault(head, []).append(word)
        area["took part"] += Fraction(size, 100)
        if word == "agree":
            area["agree"] += Fraction(size, 100)
    agree = [head for head, words in said.items() if all(w == "agree" for w in words)]
    if not said:
        return False
    for part, whole in ((area["took part"], everything), (len(said), len(owners))):
        if part < Fraction(2, 3) * whole:
            return False
    for part, whole in ((area["agree"], area["took part"]), (len(agree), len(said))):
        if rule["tier"] == "ordinary" and not part > Fraction(whole) / 2:
            return False
        if rule["tier"] == "special" and not part >= Fraction(3, 4) * whole:
            return False
    return True


@CALM
@given(votes(), st.sampled_from([ORDINARY, SPECIAL]))
def test_count_is_that_of_an_independent_one(vote, rule):
    roll, cast = vote
    rows = [
        (area, head, {"1": word})
        for (area, head), word in zip(roll, cast, strict=True)
        if word
    ]
    total = {
        "area": sum(area for area, _head in roll),
        "heads": len({head for _area, head in roll}),
    }
    judged = count.count([decision(rule)], rows, total)["motions"][0]
    assert (judged["outcome"] == "passed") == by_hand(rule, roll, cast)
    sides = [judged[side] for side in count.DECISIONS]
    assert sum(side["area"] for side in sides) == sum(row[0] for row in rows)
    heads = len({row[1] for row in rows})
    assert sum(side["heads"] for side in sides) + judged["split"] == heads


@CALM
@given(votes(), st.randoms())
def test_order_of_the_ballots_does_not_matter(vote, chance):
    roll, cast = vote
    rows = [
        (area, head, {"1": word})
        for (area, head), word in zip(roll, cast, strict=True)
        if word
    ]
    total = {"area": sum(a for a, _h in roll), "heads": len({h for _a, h in roll})}
    first = count.count([decision(ORDINARY)], rows, total)
    chance.shuffle(rows)
    assert count.count([decision(ORDINARY)], rows, total) == first


# --- elections ---------------------------------------------------------------------


def rows_of(*support):
    return [
        {"candidate": key, "quota": quota, "area": area, "heads": heads}
        for key, quota, area, heads in support
    ]


def test_seats_go_by_heads_then_area():
    rows = rows_of((1, None, 5, 9), (2, None, 9, 7), (3, None, 8, 7), (4, None, 1, 3))
    assert count.elect(3, rows, []) == ([1, 2, 3], [])


def test_equal_candidates_for_one_seat_need_a_run_off():
    rows = rows_of((1, None, 5, 9), (2, None, 8, 7), (3, None, 8, 7))
    assert count.elect(2, rows, []) == ([1], [2, 3])


def test_group_gets_its_seats_before_the_others():
    quotas = [{"id": 7, "minimum": 1, "maximum": 0}]
    rows = rows_of((1, None, 9, 9), (2, None, 8, 8), (3, 7, 1, 1), (4, 7, 2, 2))
    assert sorted(count.elect(2, rows, quotas)[0]) == [1, 4]


def test_group_gets_no_more_than_its_seats():
    quotas = [{"id": 7, "minimum": 0, "maximum": 1}]
    rows = rows_of((1, 7, 9, 9), (2, 7, 8, 8), (3, None, 1, 1))
    assert count.elect(3, rows, quotas) == ([1, 3], [])


def test_seats_of_a_group_without_candidates_stay_open_to_all():
    quotas = [{"id": 7, "minimum": 2, "maximum": 0}]
    rows = rows_of((1, None, 9, 9), (2, None, 8, 8))
    assert count.elect(2, rows, quotas) == ([1, 2], [])


def test_candidate_needs_both_thresholds():
    motion = election(ORDINARY, 2, [(1, None), (2, None), (3, None)])
    rows = [
        (100, "a", {"1": [1, 2]}),
        (100, "b", {"1": [1, 2]}),
        (100, "c", {"1": [1]}),
        (500, "d", {"1": [3]}),
    ]
    total = {"area": 800, "heads": 4}
    judged = count.count([motion], rows, total)["motions"][0]
    assert judged["elected"] == [] and judged["reason"] == "nobody"
    rows[3] = (500, "d", {"1": [1, 3]})
    judged = count.count([motion], rows, total)["motions"][0]
    assert judged["elected"] == [1] and judged["reason"] == "seats_open"


@CALM
@given(
    st.integers(1, 4),
    st.lists(
        st.tuples(st.sampled_from([None, 1, 2]), st.integers(0, 3), st.integers(0, 3)),
        max_size=8,
    ),
    st.tuples(st.integers(0, 2), st.integers(0, 2)),
    st.tuples(st.integers(0, 3), st.integers(0, 3)),
)
def test_no_election_breaks_its_rules(seats, people, least, most):
    quotas = [
        {"id": n + 1, "minimum": min(least[n], most[n] or 9), "maximum": most[n]}
        for n in range(2)
    ]
    rows = rows_of(*((n, *person) for n, person in enumerate(people)))
    elected, tied = count.elect(seats, rows, quotas)
    assert len(set(elected)) == len(elected) <= seats
    assert not set(elected) & set(tied)
    by_id = {row["candidate"]: row for row in rows}
    for quota in quotas:
        inside = [n for n in elected if by_id[n]["quota"] == quota["id"]]
        assert not quota["maximum"] or len(inside) <= quota["maximum"]
    for loser in set(by_id) - set(elected) - set(tied):
        for winner in elected:
            same = by_id[loser]["quota"] == by_id[winner]["quota"]
            if same and not tied:
                assert _strength(by_id[winner]) >= _strength(by_id[loser])


def _strength(row):
    return row["heads"], row["area"]


# --- choices -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("choices", "code"),
    [
        ({9: "agree"}, "unknown_motion"),
        ({1: "yes"}, "unknown_choice"),
        ({1: [1]}, "unknown_choice"),
        ({2: "agree"}, "unknown_choice"),
        ({2: [99]}, "unknown_candidate"),
        ({2: [True]}, "unknown_candidate"),
        ({2: ["1"]}, "unknown_candidate"),
        ({2: [1, 2]}, "too_many"),
    ],
)
def test_wrong_choices_are_named(choices, code):
    motions = [
        decision(ORDINARY),
        {**election(ORDINARY, 1, [(1, None), (2, None)]), "id": 2},
    ]
    with pytest.raises(ValueError) as caught:
        count.normal_choices(motions, choices)
    assert caught.value.args[0] == code


def test_what_is_not_chosen_is_an_abstention():
    motions = [
        decision(ORDINARY),
        {**election(ORDINARY, 2, [(1, None), (2, None)]), "id": 2},
    ]
    assert count.normal_choices(motions, {}) == {"1": "abstain", "2": []}
    assert count.normal_choices(motions, {"2": [2, 1, 2]}) == {
        "1": "abstain",
        "2": [1, 2],
    }
