"""Short signed names for addresses in text messages and on paper.

A token is the number of a record in base 36 followed by a signature, letters and
digits without what looks alike; it need not be kept.
"""

import base64

SIGNATURE = 16
DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"
# More is no token of ours; ids are 32 bits.
LONGEST = 40


def make(number, digest):
    """Return the token of a record.

    :param int number: id of the record
    :param str digest: keyed hash of what the token stands for, hexadecimal, at least
        80 bits
    """
    return f"{base36(number)}{signature(digest)}"


def signature(digest):
    """Return the readable part of a hexadecimal keyed hash."""
    return base64.b32encode(bytes.fromhex(digest)).decode().lower()[:SIGNATURE]


def split(token):
    """Return ``(number, signature)`` of what somebody typed; number 0: no token."""
    token = (token or "").strip().lower()
    head, rest = token[:-SIGNATURE], token[-SIGNATURE:]
    if not head or len(token) > LONGEST or set(head) - set(DIGITS):
        return 0, ""
    number = int(head, 36)
    return (number, rest) if number < 2**31 else (0, "")


def base36(number):
    """Return a whole number ≥ 0 in digits and small letters."""
    digits = ""
    while number:
        number, rest = divmod(number, 36)
        digits = DIGITS[rest] + digits
    return digits or "0"
