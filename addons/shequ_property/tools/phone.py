"""Phone numbers brought to one form so that a caller is found at once."""

import re
import unicodedata

MAINLAND = "86"
_SEVERAL = re.compile(r"[,，;；、/|\n]")
_EXTENSION = re.compile(r"(?:转|EXT|X|#).*$")
_MOBILE = re.compile(r"1[3-9]\d{9}")
_ABROAD = re.compile(r"\+(?!86)[1-9]\d{7,14}")


def normalise(raw, country_code=MAINLAND):
    """Digits as dialled inside mainland China; ``+`` and code for elsewhere.

    ``"+86 138-1234 5678"`` → ``"13812345678"``, ``"+86 21 5888 1234"`` →
    ``"02158881234"``, ``"+852 9123 4567"`` → ``"+85291234567"``. Of several
    numbers in one field the first counts; an extension is left out.

    :param str raw: what somebody typed, may be empty
    :param country_code: dialling code of a number without one (str or int)
    :return: the normalised number, or ``""`` when there are no digits
    """
    text = unicodedata.normalize("NFKC", raw or "").strip().upper()
    text = _EXTENSION.sub("", _SEVERAL.split(text)[0])
    digits = "".join(re.findall(r"[0-9]", text))
    if not digits:
        return ""
    if text.lstrip(" (").startswith("+"):
        return _international(digits)
    if digits.startswith("00"):
        return _international(digits[2:])
    if digits.startswith(MAINLAND) and _MOBILE.fullmatch(digits[2:]):
        return digits[2:]
    if digits.startswith("0") and _MOBILE.fullmatch(digits[1:]):
        return digits[1:]  # a mobile phone as long-distance exchanges show it
    code = str(country_code or MAINLAND)
    if code == MAINLAND or _MOBILE.fullmatch(digits):
        return digits
    if digits.startswith(code):
        return f"+{digits}"
    return f"+{code}{digits.lstrip('0')}"


def _international(digits):
    if not digits.startswith(MAINLAND):
        return f"+{digits}" if digits else ""
    national = digits[2:].lstrip("0")
    if _MOBILE.fullmatch(national) or len(national) < 9:
        return national
    # A landline: the trunk zero belongs in front of the area code again. The
    # service numbers 400 and 800 have none.
    return national if national[:3] in ("400", "800") else f"0{national}"


def can_receive_sms(number):
    """Whether a normalised number may get a text message.

    Mainland mobile phones, and numbers abroad as long as ITU-T E.164 lets them be;
    which of those are mobile phones is known to their operators alone.
    """
    return is_mobile(number) or bool(_ABROAD.fullmatch(number or ""))


def e164(number):
    """A normalised number with ``+`` and country code, as providers abroad want it."""
    return number if (number or "").startswith("+") else f"+{MAINLAND}{number}"


def tail(number):
    """The last four digits, enough to recognise one's own number."""
    return (number or "")[-4:]


def in_countries(number, codes):
    """Whether a normalised number belongs to one of the countries.

    :param codes: dialling codes as text (``"86"``); none means everywhere
    """
    if not (number or "").startswith("+"):
        return not codes or MAINLAND in codes
    return not codes or number[1:].startswith(tuple(codes))


def is_mobile(number):
    """Whether a normalised number is a mainland mobile phone."""
    return bool(_MOBILE.fullmatch(number or ""))
