"""Everything that can be wrong with a row, by a code that stays.

A problem is an *error* (the row cannot be imported as it is) or a *notice* (it can,
and somebody should know how it was understood).
"""

from typing import NamedTuple

ERROR = "error"
NOTICE = "notice"

# Code: sentence. %(text)s is what stands in the cell; the other names are the keys
# of `Problem.details`.
ERRORS = {
    "cell_error": "The cell holds the spreadsheet's error %(text)s.",
    "unreadable": "“%(text)s” holds characters that could not be read.",
    "too_long": "“%(text)s” is too long: %(count)s characters.",
    "row_empty": "The row says neither which unit nor which person is meant.",
    "building_missing": "It is not said in which building the unit is.",
    "room_missing": "It is not said which unit is meant.",
    "address_unclear": "“%(text)s” is not understood as the address of a unit.",
    "address_date": (
        "“%(text)s” is a date: the spreadsheet has changed an address such as "
        "12-1. Format the column as text and type it again."
    ),
    "place_conflict": (
        "“%(text)s” and the other cells of the row name different places: %(other)s."
    ),
    "area_invalid": "“%(text)s” is not an area in square metres.",
    "area_unit": ("The area “%(text)s” is not in square metres: please convert it."),
    "area_negative": "The area “%(text)s” is negative.",
    "date_invalid": "“%(text)s” is not a date.",
    "date_ambiguous": (
        "The date “%(text)s” can be read in two ways. Write it as 2021-03-05."
    ),
    "date_incomplete": "The date “%(text)s” names no month: write 2021-03-05.",
    "dates_reversed": "The end %(text)s is before the beginning %(other)s.",
    "phone_invalid": "“%(text)s” is not a phone number.",
    "phone_length": (
        "The phone number “%(text)s” has %(count)s digits; a mobile number has 11."
    ),
    "phone_destroyed": (
        "The spreadsheet has rounded the phone number to “%(text)s”: format the "
        "column as text and type the number again."
    ),
    "id_invalid": "“%(text)s” is not the number of an identity document.",
    "id_check_digit": (
        "The last character of the number %(text)s does not fit: one of its "
        "digits is mistyped."
    ),
    "id_birth_date": "The birth date inside the number %(text)s cannot be.",
    "id_length": (
        "The number %(text)s has %(count)s characters; a resident identity card has 18."
    ),
    "id_destroyed": (
        "The spreadsheet has rounded the identity number to “%(text)s”, its last "
        "digits are lost: format the column as text and type the number again."
    ),
    "id_type_unknown": "“%(text)s” is not a known kind of identity document.",
    "ids_not_matched": (
        "%(count)s identity numbers stand with %(persons)s people: it is not clear "
        "whose they are."
    ),
    "email_invalid": "“%(text)s” is not an e-mail address.",
    "role_unknown": "“%(text)s” is not a known role, such as owner or tenant.",
    "share_invalid": "“%(text)s” is not a share such as 1/2 or 50%%.",
    "use_unknown": "“%(text)s” is not a known use, such as home or shop.",
    "state_unknown": "“%(text)s” is not a known state, such as sold or delivered.",
    "yes_no_unknown": "“%(text)s” is neither yes nor no.",
    "floor_invalid": "“%(text)s” is not a floor.",
    "number_length": (
        "The real-estate unit number “%(text)s” has %(count)s characters; 28 are "
        "expected."
    ),
    "number_invalid": (
        "“%(text)s” is not a real-estate unit number such as "
        "310115003007GB00012F00050302."
    ),
    "person_missing": (
        "There is a phone number, an identity number or an e-mail address, but no name."
    ),
    "name_invalid": "“%(text)s” is not the name of a person.",
    # Inside one file.
    "unit_conflict": (
        "Other rows say “%(other)s” about the same unit, this one “%(text)s”."
    ),
    "person_conflict": (
        "%(person)s has “%(other)s” in another row, “%(text)s” in this one."
    ),
    "shares_exceed": (
        "The shares of the owners of the unit add up to %(text)s, more than the whole."
    ),
    "representative_twice": (
        "%(other)s represents the unit already: only one person can."
    ),
    "id_two_names": (
        "The identity number %(text)s stands with two names: %(person)s and %(other)s."
    ),
    "number_twice": (
        "The real-estate unit number %(text)s stands with another unit already: "
        "%(other)s."
    ),
}

NOTICES = {
    "area_rounded": "The area “%(text)s” is rounded to two decimals.",
    "area_unlikely": "The area “%(text)s” is unusual: please check.",
    "area_order": (
        "The exclusive area %(text)s m² is larger than the building area %(other)s m²."
    ),
    "date_month_only": "“%(text)s” names no day: the first of the month counts.",
    "date_unlikely": "The date “%(text)s” is unusual: please check.",
    "phone_no_area_code": "The phone number “%(text)s” has no area code.",
    "phones_too_many": (
        "There are more phone numbers than can be kept; left out: %(text)s."
    ),
    "phones_not_matched": (
        "%(count)s phone numbers stand with %(persons)s people: given to them in "
        "their order."
    ),
    "phone_of_first": (
        "One phone number stands with several people: it is given to %(person)s."
    ),
    "id_old": (
        "%(text)s is an identity number of the old kind with 15 digits: it is kept "
        "with 18."
    ),
    "masked": "“%(text)s” is masked: what is on record stays as it is.",
    "id_foreign": "“%(text)s” is taken for the number of a passport.",
    "share_joint": "Owned jointly, without shares: each gets the same share.",
    "share_ignored": "Only owners have a share: “%(text)s” is left out.",
    "nobody": "“%(text)s” is left out: the row names no person.",
    "place_carried": "The place is taken from the rows above: %(text)s.",
    "parking_building": (
        "The parking space is in no building: it is put into “%(text)s”."
    ),
    "parking_unclear": (
        "“%(text)s” names no parking space: write its number, such as A-021. The unit "
        "itself is imported."
    ),
    "people_split": "“%(text)s” is understood as %(count)s people.",
    "owners_without_share": (
        "The unit has several owners and not all have a share: each gets an equal "
        "share."
    ),
    "person_twice": "%(person)s stands with the same unit twice: taken once.",
    "unit_twice": "The unit is described by several rows.",
}

# All templates in one table; problems of a code have one severity.
PROBLEMS = {**ERRORS, **NOTICES}


class Problem(NamedTuple):
    """What is wrong: the code, the field it is about (``""``: the row), the cell's
    text, ``"error"`` or ``"notice"``, and the other words of the sentence."""

    code: str
    field: str = ""
    text: str = ""
    severity: str = ERROR
    details: dict = {}

    def params(self):
        """Values for the sentence's placeholders."""
        return {"text": self.text, **self.details}

    def sentence(self):
        """The sentence in English."""
        return PROBLEMS[self.code] % self.params()

    def as_dict(self):
        """The same as a dict that JSON can keep."""
        return {**self._asdict(), "details": dict(self.details)}


def problem(code, field="", text="", **details):
    """A `Problem` with the severity of its code; long texts are cut."""
    text = str(text)
    if len(text) > 120:
        text = f"{text[:119]}…"
    severity = NOTICE if code in NOTICES else ERROR
    return Problem(code, field, text, severity, details)
