"""What staff see of telephones, e-mail addresses and numbers of papers by default.

A masked value can be told apart (`is_masked`), so that a form that is saved unchanged
never writes the stars over the real value.
"""

import re

from . import phone as phone_tools

STARS = "****"
_MASKED = re.compile(r"\*{2,}")
_NUMBER = re.compile(r"(?<![A-Za-z0-9*])\+?\d(?:[ -]?\d){6,18}[Xx]?(?![A-Za-z0-9*])")
_EMAIL = re.compile(r"([^\s<>\"',;@]+)@([^\s<>\"',;@]+)")


def is_masked(value):
    """Whether ``value`` is what one of the functions below has made.

    :param value: anything typed or shown
    :return: bool
    """
    return isinstance(value, str) and bool(_MASKED.search(value))


def mask_phone(number):
    """``"13812345678"`` → ``"138****5678"``.

    :param str number: in any spelling, may be empty
    :return: str; the last four digits at most and the beginning that tells the kind
        of number; ``""`` for no text, stars alone for what has few digits
    """
    if not number:
        return ""
    if is_masked(number):
        return number
    digits = phone_tools.normalise(number)
    count = sum(char.isdigit() for char in digits)
    if count < 7:
        return STARS
    if count < 9:
        return f"{STARS}{digits[-4:]}"
    return f"{digits[:3]}{STARS}{digits[-4:]}"


def mask_email(text):
    """``"wang@example.com"`` → ``"w****@example.com"``, also inside other text.

    :param str text: an address, or a name with an address, may be empty
    :return: str; ``""`` for no text, stars for a text without an address
    """
    if not text:
        return ""
    masked, found = _EMAIL.subn(_mask_address, text)
    return masked if found or is_masked(text) else STARS


def _mask_address(match):
    local, domain = match.groups()
    if is_masked(local):
        return match.group(0)
    first = local[0] if len(local) > 2 else ""
    return f"{first}{STARS}@{domain}"


def mask_id(number):
    """``"310101199001011234"`` → ``"310***********1234"``.

    :param str number: of an identity card, passport, permit or company; may be empty
    :return: str of the same length; ``""`` for no text
    """
    number = (number or "").strip()
    if len(number) >= 15:
        return number[:3] + "*" * (len(number) - 7) + number[-4:]
    if len(number) >= 6:
        return number[:1] + "*" * (len(number) - 3) + number[-2:]
    return STARS if number else ""


def mask_login(login):
    """A log-in name, which is a telephone number or an e-mail address."""
    return mask_email(login) if "@" in (login or "") else mask_phone(login)


def mask_text(text):
    """``text`` with the telephones, e-mail addresses and paper numbers in it masked."""
    text = _EMAIL.sub(_mask_address, text or "")
    return _NUMBER.sub(_mask_number, text)


def _mask_number(match):
    number = match.group(0)
    return mask_id(number) if len(number) >= 15 else mask_phone(number)
