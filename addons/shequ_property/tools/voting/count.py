"""Counting a vote: whole numbers alone, area in 0.01 m².

民法典 278: so much of the area AND of the heads has to take part, and of those who
take part so much of both has to agree.  「三分之二以上」 includes the number,
「过半数」 excludes it (民法典 1259).

A *rule* is what the law says of a matter::

    {"tier": "ordinary", "quorum": [2, 3], "agree": [1, 2], "strict": True,
     "of_all": False}

A *motion* is ``{"id": 7, "form": "decision", "rule": rule}`` or ``{"id": 8, "form":
"election", "rule": rule, "seats": 5, "max_choices": 5, "candidates": [{"id": 1,
"quota": None}, …], "quotas": [{"id": 1, "minimum": 1, "maximum": 0}, …]}``.

A *ballot* is ``(area, head, choices)``; ``head`` is whatever names the owner, and
``choices`` maps the motion's id as text to ``"agree"``, ``"against"``, ``"abstain"``
or a list of candidate ids.  Who has cast a ballot takes part in each motion; what is
not chosen is an abstention.

One head has one opinion: an owner whose units say different things takes part, but
agrees to nothing (``split``).
"""

DECISIONS = ("agree", "against", "abstain")


def least(fraction, base, strict=False):
    """The smallest whole number that is at least (``strict``: more than) a part.

    :param fraction: ``[numerator, denominator]``
    :param int base: of what
    """
    over, under = fraction
    if strict:
        return over * base // under + 1
    return -(-over * base // under)


def reaches(fraction, number, base, strict=False):
    """Whether ``number`` is at least (``strict``: more than) so much of ``base``."""
    over, under = fraction
    return under * number > over * base if strict else under * number >= over * base


def normal_choices(motions, choices):
    """Bring the choices of a ballot into their one form.

    :param motions: all motions of the vote
    :param dict choices: motion id (number or text) → choice
    :return: dict of text to ``"agree"`` … or a sorted list; every motion is in it
    :raises ValueError: with ``(code, motion id)`` as arguments; code is one of
        ``unknown_motion``, ``unknown_choice``, ``unknown_candidate``, ``too_many``
    """
    given = {str(motion): choice for motion, choice in choices.items()}
    known = {str(motion["id"]): motion for motion in motions}
    if strange := sorted(given.keys() - known.keys()):
        raise ValueError("unknown_motion", strange[0])
    return {key: _normal(motion, given.get(key)) for key, motion in known.items()}


def _normal(motion, choice):
    if motion["form"] == "decision":
        if choice in (None, ""):
            return "abstain"
        if choice not in DECISIONS:
            raise ValueError("unknown_choice", motion["id"])
        return choice
    if choice in (None, "", "abstain"):
        return []
    if not isinstance(choice, list | tuple):
        raise ValueError("unknown_choice", motion["id"])
    if any(isinstance(name, bool) or not isinstance(name, int) for name in choice):
        raise ValueError("unknown_candidate", motion["id"])
    names = sorted(set(choice))
    if not {candidate["id"] for candidate in motion["candidates"]}.issuperset(names):
        raise ValueError("unknown_candidate", motion["id"])
    if len(names) > (motion["max_choices"] or motion["seats"]):
        raise ValueError("too_many", motion["id"])
    return names


def count(motions, ballots, total, silent_follow=False):
    """Count a vote.

    :param motions: list of motions
    :param ballots: iterable of ballots
    :param dict total: ``{"area": int, "heads": int}`` of the roll
    :param bool silent_follow: those who are silent follow the majority, once those
        who voted are enough
    :return: ``{"total", "participating": {"area", "heads"}, "motions": […]}``
    """
    ballots = list(ballots)
    part = {
        "area": sum(area for area, _head, _choices in ballots),
        "heads": len({head for _area, head, _choices in ballots}),
    }
    judged = []
    for motion in motions:
        key = str(motion["id"])
        votes = [(area, head, choices.get(key)) for area, head, choices in ballots]
        if motion["form"] == "decision":
            judged.append(_decision(motion, votes, part, total, silent_follow))
        else:
            judged.append(_election(motion, votes, part, total))
    return {"total": dict(total), "participating": part, "motions": judged}


def _quorum(rule, part, total):
    return {
        "needed": {name: least(rule["quorum"], total[name]) for name in total},
        **{name: reaches(rule["quorum"], part[name], total[name]) for name in total},
    }


def _support(votes, sides):
    """Area and heads of each side; ``sides`` gives the sides a choice is for."""
    area, heads = {}, {}
    for size, head, choice in votes:
        here = sides(choice)
        for side in here:
            area[side] = area.get(side, 0) + size
        heads[head] = heads[head] & here if head in heads else here
    number = {}
    for here in heads.values():
        for side in here:
            number[side] = number.get(side, 0) + 1
    split = sum(not here for here in heads.values())
    return area, number, split


_ONE = {name: frozenset((name,)) for name in DECISIONS}


def _decision(motion, votes, part, total, silent_follow):
    rule = motion["rule"]
    area, heads, split = _support(votes, lambda choice: _ONE[choice or "abstain"])
    sides = {
        name: {"area": area.get(name, 0), "heads": heads.get(name, 0)}
        for name in DECISIONS
    }
    quorum = _quorum(rule, part, total)
    base, silent = (total if rule["of_all"] else part), None
    if silent_follow and quorum["area"] and quorum["heads"] and rule["tier"] != "poll":
        silent = _silent(sides, part, total)
    agree = dict(sides["agree"])
    if silent:
        base = total
        if silent["side"] == "agree":
            agree = {name: agree[name] + silent[name] for name in agree}
    agreed = _agreed(rule, agree, base)
    outcome, reason = _judge(rule, part, quorum, agreed)
    return {
        "motion": motion["id"],
        "form": "decision",
        **sides,
        "split": split,
        "silent": silent,
        "base": dict(base),
        "quorum": quorum,
        "agreed": agreed,
        "outcome": outcome,
        "reason": reason,
    }


def _silent(sides, part, total):
    """Which side those who did not vote are added to; nobody's when it is unclear."""
    yes, no = sides["agree"], sides["against"]
    for side, one, other in (("agree", yes, no), ("against", no, yes)):
        if one["area"] > other["area"] and one["heads"] > other["heads"]:
            return {"side": side, **{name: total[name] - part[name] for name in total}}
    return None


def _agreed(rule, support, base):
    return {
        "needed": {
            name: least(rule["agree"], base[name], rule["strict"]) for name in base
        },
        **{
            name: reaches(rule["agree"], support[name], base[name], rule["strict"])
            for name in base
        },
    }


def _judge(rule, part, quorum, agreed):
    if rule["tier"] == "poll":
        return "opinion", "opinion"
    for code, test in (("quorum", quorum), ("agree", agreed)):
        short = [name for name in ("area", "heads") if not test[name]]
        if len(short) == 2:
            return "failed", code
        if short:
            return "failed", f"{code}_{short[0]}"
    if not part["heads"]:
        return "failed", "quorum"
    return "passed", "passed"


def _election(motion, votes, part, total):
    rule = motion["rule"]
    area, heads, _split = _support(votes, lambda choice: frozenset(choice or ()))
    quorum = _quorum(rule, part, total)
    base = total if rule["of_all"] else part
    rows = []
    for candidate in motion["candidates"]:
        name = candidate["id"]
        support = {"area": area.get(name, 0), "heads": heads.get(name, 0)}
        agreed = _agreed(rule, support, base)
        rows.append(
            {
                "candidate": name,
                "quota": candidate.get("quota"),
                **support,
                "agreed": agreed["area"] and agreed["heads"],
            }
        )
    enough = quorum["area"] and quorum["heads"] and bool(part["heads"])
    if rule["tier"] == "poll":
        elected, tied, reason = [], [], "opinion"
    elif enough:
        passing = [row for row in rows if row["agreed"]]
        elected, tied = elect(motion["seats"], passing, motion.get("quotas") or [])
        reason = _election_reason(elected, tied, motion["seats"])
    else:
        elected, tied = [], []
        reason = _judge(rule, part, quorum, {"area": True, "heads": True})[1]
    outcome = "opinion" if reason == "opinion" else "passed" if elected else "failed"
    return {
        "motion": motion["id"],
        "form": "election",
        "seats": motion["seats"],
        "candidates": rows,
        "elected": sorted(elected),
        "tied": sorted(tied),
        "base": dict(base),
        "needed": _agreed(rule, {"area": 0, "heads": 0}, base)["needed"],
        "quorum": quorum,
        "outcome": outcome,
        "reason": reason,
    }


def _election_reason(elected, tied, seats):
    if tied:
        return "tie"
    if not elected:
        return "nobody"
    return "passed" if len(elected) == seats else "seats_open"


def elect(seats, rows, quotas):
    """Who gets the seats among those with enough votes.

    More heads go first, then more area.  First each group gets the seats it has at
    least, then the others are filled while no group has more than it may.  Where two
    have the same of both and one seat is left, neither gets it: that is a run-off.

    :param rows: dicts with ``candidate``, ``quota``, ``area``, ``heads``
    :param quotas: dicts with ``id``, ``minimum``, ``maximum`` (0: no limit)
    :return: (elected ids, tied ids)
    """
    limits = {quota["id"]: quota["maximum"] or seats for quota in quotas if quota["id"]}
    elected, tied = [], []

    def fill(places, candidates):
        waiting = [
            row
            for row in candidates
            if row["candidate"] not in elected and row["candidate"] not in tied
        ]
        for group in _equals(waiting):
            fitting = _fitting(group)
            if places <= 0:
                return
            if len(fitting) > places:
                tied.extend(row["candidate"] for row in fitting)
                return
            for row in fitting:
                elected.append(row["candidate"])
                if row["quota"] in limits:
                    limits[row["quota"]] -= 1
            places -= len(fitting)

    def _fitting(group):
        """Those of equals whom their groups have room for; too many of one are tied."""
        fitting = []
        for quota in dict.fromkeys(row["quota"] for row in group):
            mine = [row for row in group if row["quota"] == quota]
            room = limits.get(quota, seats)
            if len(mine) <= room:
                fitting += mine
            elif room > 0:
                tied.extend(row["candidate"] for row in mine)
        return fitting

    for quota in quotas:
        mine = [row for row in rows if row["quota"] == quota["id"]]
        fill(min(quota["minimum"], seats - len(elected)), mine)
    if not tied:
        # The seats kept for groups that have too few candidates stay open to all.
        fill(seats - len(elected), rows)
    return elected, tied


def _equals(rows):
    """Rows in order, those of equal support together."""
    groups = {}
    for row in rows:
        groups.setdefault((row["heads"], row["area"]), []).append(row)
    return [groups[key] for key in sorted(groups, reverse=True)]
