"""Who gets news of a ticket by text message, and what fits into one.

Plain rules: no database, no Odoo.
"""

import re

#: Steps of a ticket that a message may tell of, in their order.
STEPS = ("received", "assigned", "held", "finished")
# Providers refuse addresses in what is filled into a template, and a text from a
# stranger's report must not lead anybody anywhere.
_ADDRESS = re.compile(
    r"(?:https?://|www\.)\S+"
    r"|\b[a-z0-9-]+(?:\.[a-z0-9-]+)*\.(?:com|cn|net|org|top|cc|xyz|vip)\b\S*",
    re.IGNORECASE | re.ASCII,
)
_OPEN = ("new", "accepted", "assigned", "in_progress")


def decide(*, has_login, by_phone, red, withdrawn, reachable):
    """Whether a person gets a message about a step of a ticket.

    :param bool has_login: the person (or who reported for the person) reads the
        residents' pages
    :param bool by_phone: the person asked for news by telephone
    :param bool red: the ticket is an emergency and the company tells everybody then
    :param bool withdrawn: the person does not want such messages (个人信息保护法 15:
        a consent is withdrawn as easily as it was given); that goes before all
    :param bool reachable: there is a number that receives messages
    :return: ``"send"``, or why not: ``"withdrawn"``, ``"number"``, ``"portal"``
    """
    if withdrawn:
        return "withdrawn"
    if not reachable:
        return "number"
    if red or by_phone or not has_login:
        return "send"
    return "portal"


def still_true(step, state, held=False, worker=True, rated=False):
    """Whether news that waited a moment still say how things are.

    :param str step: one of `STEPS`
    :param str state: state of the ticket by now
    """
    if step == "received":
        return state in _OPEN
    if step == "assigned":
        return state in ("assigned", "in_progress") and bool(worker)
    if step == "held":
        return state in _OPEN and bool(held)
    return state in ("done", "closed") and not rated


def fit(text, limit=35):
    """Make words fit into one variable of a message: one line, no address.

    :param int limit: characters that providers take in one variable
    """
    words = " ".join(_ADDRESS.sub("", text or "").split())
    return words if len(words) <= limit else words[: limit - 1].rstrip() + "…"
