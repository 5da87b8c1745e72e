"""The chain of events of a vote, and the seals of its ballots.

Each event is linked to the one before by SHA-256, so that whoever has noted one
digest knows that nothing up to there was changed since.  A ballot goes into the chain
as a seal: the digest of its content with a random salt, which gives nothing away
before the content is published.

:func:`canonical`, :func:`digest` and :func:`link` are those of ``tools/chain.py``,
written here again because this folder has to run by itself; a test holds them equal.
"""

import hashlib
import json

GENESIS = "0" * 64
_ENCODER = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":"))
_PLAIN = frozenset((str, int, bool, type(None)))

#: Before the opening, while open, after the close: which events belong where.
BEFORE = ("announced",)
RUNNING = ("cast", "sealed", "extended")
AFTER = ("counted", "published", "final", "filed")


def canonical(value):
    """``value`` as the one JSON text it can be written as, in UTF-8.

    :raises TypeError: for floats and whatever else is no plain value
    """
    _check(value)
    return _ENCODER.encode(value).encode()


def digest(value):
    """SHA-256 of the canonical JSON, 64 hexadecimal digits."""
    return hashlib.sha256(canonical(value)).hexdigest()


def link(previous, entry):
    """Digest of an event that follows the event with the digest ``previous``."""
    return digest({"entry": entry, "previous": previous})


def event(previous, sequence, vote, at, kind, data):
    """Make an event.

    :param str previous: digest of the event before
    :param int sequence: 1 for the first
    :param str vote: number of the vote
    :param str at: ``"2026-11-22T08:00:00Z"``
    :param dict data: what happened, plain values
    :return: dict with ``entry``, ``previous``, ``digest``
    """
    entry = {"at": at, "data": data, "kind": kind, "sequence": sequence, "vote": vote}
    return {"digest": link(previous, entry), "entry": entry, "previous": previous}


def open_ballot(vote, electors, choices, salt):
    """Content of a ballot of an open vote; it names the lines of the roll."""
    return {
        "choices": choices,
        "electors": sorted(electors),
        "salt": salt,
        "vote": vote,
    }


def secret_ballot(vote, area, choices, salt):
    """Content of a secret ballot: its weight, and nobody."""
    return {"area": area, "choices": choices, "salt": salt, "vote": vote}


def short(commitment):
    """A seal as people read it to each other: ``"9F2C-41AB-77D0-13EE"``."""
    text = commitment[:16].upper()
    return "-".join(text[start : start + 4] for start in range(0, 16, 4))


def matches(code, commitment):
    """Whether what is printed on a receipt is (the beginning of) this seal."""
    plain = "".join(char for char in code.lower() if char in "0123456789abcdef")
    return len(plain) >= 8 and commitment.startswith(plain)


def _check(value):
    """Refuse what has no one form; written for hundreds of thousands of calls."""
    kind = type(value)
    if kind in _PLAIN:
        return
    if kind is dict:
        for key, inner in value.items():
            if type(key) is not str:
                raise TypeError(f"key {key!r} is not a string")
            if type(inner) not in _PLAIN:
                _check(inner)
    elif kind is list or kind is tuple:
        for inner in value:
            if type(inner) not in _PLAIN:
                _check(inner)
    else:
        raise TypeError(f"{kind.__name__} has no canonical form: {value!r}")
