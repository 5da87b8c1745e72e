"""A complaint to the supervision post: its states, steps and times.

Plain rules: no database, no Odoo.  Three sides take part: the resident opens, the
property company answers, the post alone demands, reopens and closes.
"""

from datetime import timedelta

OPEN = ("new", "demanded", "answered")
#: Step → (who may take it, from which states, to which state).
STEPS = {
    "opened": ("resident", (), "new"),
    "added": ("resident", OPEN, None),
    "demanded": ("post", OPEN, "demanded"),
    "answered": ("company", ("new", "demanded"), "answered"),
    "reopened": ("post", OPEN, None),
    "noted": ("post", OPEN, None),
    "closed": ("post", OPEN, "closed"),
}


class NotNow(Exception):
    """The step does not fit the side or the state."""


def step(side, state, code):
    """Return the state after a step.

    :param str side: ``resident``, ``company`` or ``post``
    :param state: present state, or None before the case is there
    :param str code: key of `STEPS`
    :raises NotNow: when that side may not, or not in this state
    """
    who, states, to_state = STEPS[code]
    if who != side or (state not in states and code != "opened"):
        raise NotNow(code)
    return to_state or state


def due(state, opened_at, demanded_at, look_hours, answer_hours):
    """Return until when somebody has to act, or None when nobody has to.

    A new case waits for the post; a demand for the company; an answer for the post,
    which has as long again to look at it.

    :param datetime opened_at: when it came, or when the last answer came
    :param int look_hours: hours of the post
    :param int answer_hours: hours of the company
    """
    if state in ("new", "answered"):
        return opened_at + timedelta(hours=look_hours)
    if state == "demanded":
        return demanded_at + timedelta(hours=answer_hours)
    return None


def post_for(estate, posts):
    """Return the post that looks after an estate, or None.

    Named estates go before a street, a street before a district; of several the
    first.

    :param estate: ``(id, street, district)``
    :param posts: list of ``(post, estate ids, street, district)``
    """
    number, street, district = estate
    for matches in (
        lambda ids, its_street, its_district: number in ids,
        lambda ids, its_street, its_district: (
            not ids
            and its_street
            and its_street == street
            and its_district in (False, None, "", district)
        ),
        lambda ids, its_street, its_district: (
            not ids and not its_street and its_district and its_district == district
        ),
    ):
        for post, *places in posts:
            if matches(*places):
                return post
    return None
