"""Numbers of the papers people and companies identify themselves with.

Resident identity numbers follow GB 11643-1999 (18 characters, the last one checks the
others by ISO 7064 MOD 11-2); those of before 1999 have 15 digits and are brought to
18.  The residence permits of people from Hong Kong, Macau and Taiwan, and since 2023
the card of foreign permanent residents, have the same form.
"""

import datetime
import re
import unicodedata

from stdnum.cn import ric, uscc
from stdnum.exceptions import ValidationError

RESIDENT = "resident"
PASSPORT = "passport"
HK_MACAU = "hk_macau"
TAIWAN = "taiwan"
COMPANY = "uscc"
TYPES = (RESIDENT, PASSPORT, HK_MACAU, TAIWAN, COMPANY)

_SHAPES = {
    RESIDENT: re.compile(r"\d{17}[\dX]|\d{15}"),
    # E12345678, G12345678, EA1234567 and what other countries issue (ICAO 9303: 9)
    PASSPORT: re.compile(r"(?=.*\d)[A-Z0-9]{5,9}"),
    # 港澳居民来往内地通行证: letter and eight digits, two more on older cards
    HK_MACAU: re.compile(r"[HM]\d{8}(?:\d{2})?"),
    # 台湾居民来往大陆通行证: eight digits, ten and a letter in brackets on older ones
    TAIWAN: re.compile(r"\d{8}|\d{10}[A-Z]?"),
    COMPANY: re.compile(r"[0-9A-HJ-NPQRTUWXY]{18}"),
}


class IdNumberError(ValueError):
    """A number that cannot be right.

    ``code`` is one of ``type``, ``length``, ``characters``, ``date``, ``check``.
    """

    def __init__(self, code, number):
        super().__init__(f"{code}: {len(number)} characters")
        self.code = code


def normalise(number):
    """One form of ``number``: half-width capitals without blanks and dashes.

    :param str number: as typed, may be empty
    :return: str
    """
    text = unicodedata.normalize("NFKC", str(number or "")).upper()
    return re.sub(r"[\s()\-_·.]", "", text)


def check(id_type, number):
    """The number in the form it is kept in.

    :param str id_type: one of `TYPES`
    :param str number: as typed
    :return: str; a resident number always with 18 characters
    :raises IdNumberError: when it cannot be right
    """
    if id_type not in TYPES:
        raise IdNumberError("type", "")
    number = normalise(number)
    shape = _SHAPES[id_type]
    if not shape.fullmatch(number):
        alnum = re.fullmatch(r"[A-Z0-9]+", number)
        lengths = {RESIDENT: (15, 18), COMPANY: (18,), PASSPORT: range(5, 10)}
        wrong = len(number) not in lengths.get(id_type, (len(number),))
        raise IdNumberError("length" if alnum and wrong else "characters", number)
    if id_type == RESIDENT:
        return _check_resident(number)
    if id_type == COMPANY and uscc.calc_check_digit(number[:-1]) != number[-1]:
        raise IdNumberError("check", number)
    return number


def _check_resident(number):
    if len(number) == 15:
        number = f"{number[:6]}19{number[6:]}"
        birth_date(number)
        return number + ric.calc_check_digit(f"{number}0")
    if ric.calc_check_digit(number) != number[-1]:
        raise IdNumberError("check", number)
    birth_date(number)
    return number


def birth_date(number):
    """Date of birth in a resident number of 17 or 18 characters.

    :raises IdNumberError: when there is no such day, or it lies in the future
    """
    try:
        day = ric.get_birth_date(number)
    except (ValidationError, ValueError):
        raise IdNumberError("date", number) from None
    if day > datetime.date.today() or day.year < 1850:
        raise IdNumberError("date", number)
    return day


def guess_type(number):
    """The kind of paper ``number`` belongs to, ``""`` when it fits none.

    A number of 18 characters with a right check digit is a resident's or a
    company's; shorter ones are told by their shape.
    """
    for id_type in (RESIDENT, COMPANY, HK_MACAU, TAIWAN, PASSPORT):
        try:
            check(id_type, number)
        except IdNumberError:
            continue
        return id_type
    return ""


def age_on(number, day):
    """Full years of the person with this resident number on ``day``."""
    born = birth_date(number)
    return day.year - born.year - ((day.month, day.day) < (born.month, born.day))
