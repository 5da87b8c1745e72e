"""The number on a paper ballot: short, checked, and not to be guessed.

``12-3456-K7QM``: the vote, the place in the roll, and four letters of a keyed digest.
One wrong key or two swapped ones are found before anything is entered, and nobody can
write himself a ballot for a neighbour's home.
"""

import base64
import hashlib
import hmac
import re

MARK = 4
FORM = re.compile(r"(\d{1,9})-(\d{1,9})-([A-Z2-7]{4})")


def number(secret, vote, elector):
    """The number of a ballot.

    :param bytes secret: kept by the server
    :param int vote: id of the vote
    :param int elector: id of the line of its roll
    """
    return f"{vote}-{elector}-{_mark(secret, vote, elector)}"


def read(secret, text):
    """The (vote, elector) that a number names, or None when it is no such number.

    Spaces, small letters and the address around a scanned number do not matter.
    """
    text = re.sub(r"\s", "", str(text or "")).upper().rpartition("/")[2]
    found = FORM.fullmatch(text)
    if not found:
        return None
    vote, elector, mark = int(found[1]), int(found[2]), found[3]
    if not hmac.compare_digest(mark, _mark(secret, vote, elector)):
        return None
    return vote, elector


def _mark(secret, vote, elector):
    digest = hmac.digest(secret, f"{vote}-{elector}".encode(), hashlib.sha256)
    return base64.b32encode(digest).decode()[:MARK]
