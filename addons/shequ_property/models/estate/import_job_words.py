from odoo import api, models


class ShequImport(models.Model):
    """The sentences a row's problems are told in, for translation."""

    _inherit = "shequ.import"

    @api.model
    def _list_headings(self):
        """Headings of templates and exports, as the import recognises them."""
        return {
            "estate": self.env._("Estate"),
            "lane": self.env._("Lane"),
            "building": self.env._("Building"),
            "entrance": self.env._("Entrance"),
            "floor": self.env._("Floor"),
            "room": self.env._("Room"),
            "use": self.env._("Use"),
            "state": self.env._("State"),
            "building_area": self.env._("Building area"),
            "exclusive_area": self.env._("Exclusive area"),
            "real_estate_number": self.env._("Real-estate unit number"),
            "ref": self.env._("Customer no."),
            "person": self.env._("Full name"),
            "phone": self.env._("Phone"),
            "phone2": self.env._("Phone 2"),
            "role": self.env._("Role"),
            "share": self.env._("Share"),
            "id_type": self.env._("ID type"),
            "id_number": self.env._("ID number"),
            "email": self.env._("Email"),
            "date_from": self.env._("Start date"),
            "date_to": self.env._("End date"),
            "representative": self.env._("Voting representative"),
            "note": self.env._("Note"),
        }

    @api.model
    def _word_of(self, field, value):
        """A value as lists write it and the import reads it; None for nothing."""
        if field == "representative":
            return self.env._("yes") if value else self.env._("no")
        return self._words(field).get(value)

    @api.model
    def _words(self, field):
        model, name = {
            "role": ("shequ.residency", "role"),
            "use": ("shequ.unit", "use"),
            "state": ("shequ.unit", "state"),
            "id_type": ("res.partner", "shequ_id_type"),
        }[field]
        found = self.env[model]._fields[name]._description_selection(self.env)
        return dict(found)

    @api.model
    def _choices(self):
        """Drop-down lists of templates and exports."""
        found = {
            field: list(self._words(field).values())
            for field in ("role", "use", "state", "id_type")
        }
        found["representative"] = [self.env._("yes"), self.env._("no")]
        return found

    @api.model
    def _problem_sentence(self, problem):
        """A problem in the language of who reads it."""
        template = self._problem_templates().get(problem.code)
        return template % problem.params() if template else problem.sentence()

    @api.model
    def _problem_templates(self):
        """Same texts as ``importing.problems.PROBLEMS``, translated."""
        return {
            "cell_error": self.env._(
                "The cell holds the spreadsheet's error %(text)s."
            ),
            "unreadable": self.env._(
                "“%(text)s” holds characters that could not be read."
            ),
            "too_long": self.env._("“%(text)s” is too long: %(count)s characters."),
            "row_empty": self.env._(
                "The row says neither which unit nor which person is meant."
            ),
            "building_missing": self.env._(
                "It is not said in which building the unit is."
            ),
            "room_missing": self.env._("It is not said which unit is meant."),
            "address_unclear": self.env._(
                "“%(text)s” is not understood as the address of a unit."
            ),
            "address_date": self.env._(
                "“%(text)s” is a date: the spreadsheet has changed an address such "
                "as 12-1. Format the column as text and type it again."
            ),
            "place_conflict": self.env._(
                "“%(text)s” and the other cells of the row name different places: "
                "%(other)s."
            ),
            "area_invalid": self.env._("“%(text)s” is not an area in square metres."),
            "area_unit": self.env._(
                "The area “%(text)s” is not in square metres: please convert it."
            ),
            "area_negative": self.env._("The area “%(text)s” is negative."),
            "date_invalid": self.env._("“%(text)s” is not a date."),
            "date_ambiguous": self.env._(
                "The date “%(text)s” can be read in two ways. Write it as 2021-03-05."
            ),
            "date_incomplete": self.env._(
                "The date “%(text)s” names no month: write 2021-03-05."
            ),
            "dates_reversed": self.env._(
                "The end %(text)s is before the beginning %(other)s."
            ),
            "phone_invalid": self.env._("“%(text)s” is not a phone number."),
            "phone_length": self.env._(
                "The phone number “%(text)s” has %(count)s digits; a mobile number "
                "has 11."
            ),
            "phone_destroyed": self.env._(
                "The spreadsheet has rounded the phone number to “%(text)s”: format"
                " the column as text and type the number again."
            ),
            "id_invalid": self.env._(
                "“%(text)s” is not the number of an identity document."
            ),
            "id_check_digit": self.env._(
                "The last character of the number %(text)s does not fit: one of its"
                " digits is mistyped."
            ),
            "id_birth_date": self.env._(
                "The birth date inside the number %(text)s cannot be."
            ),
            "id_length": self.env._(
                "The number %(text)s has %(count)s characters; a resident identity "
                "card has 18."
            ),
            "id_destroyed": self.env._(
                "The spreadsheet has rounded the identity number to “%(text)s”, its"
                " last digits are lost: format the column as text and type the "
                "number again."
            ),
            "id_type_unknown": self.env._(
                "“%(text)s” is not a known kind of identity document."
            ),
            "ids_not_matched": self.env._(
                "%(count)s identity numbers stand with %(persons)s people: it is "
                "not clear whose they are."
            ),
            "email_invalid": self.env._("“%(text)s” is not an e-mail address."),
            "role_unknown": self.env._(
                "“%(text)s” is not a known role, such as owner or tenant."
            ),
            "share_invalid": self.env._(
                "“%(text)s” is not a share such as 1/2 or 50%%."
            ),
            "use_unknown": self.env._(
                "“%(text)s” is not a known use, such as home or shop."
            ),
            "state_unknown": self.env._(
                "“%(text)s” is not a known state, such as sold or delivered."
            ),
            "yes_no_unknown": self.env._("“%(text)s” is neither yes nor no."),
            "floor_invalid": self.env._("“%(text)s” is not a floor."),
            "number_length": self.env._(
                "The real-estate unit number “%(text)s” has %(count)s characters; "
                "28 are expected."
            ),
            "number_invalid": self.env._(
                "“%(text)s” is not a real-estate unit number such as "
                "310115003007GB00012F00050302."
            ),
            "person_missing": self.env._(
                "There is a phone number, an identity number or an e-mail address, "
                "but no name."
            ),
            "name_invalid": self.env._("“%(text)s” is not the name of a person."),
            "unit_conflict": self.env._(
                "Other rows say “%(other)s” about the same unit, this one “%(text)s”."
            ),
            "person_conflict": self.env._(
                "%(person)s has “%(other)s” in another row, “%(text)s” in this one."
            ),
            "shares_exceed": self.env._(
                "The shares of the owners of the unit add up to %(text)s, more than"
                " the whole."
            ),
            "representative_twice": self.env._(
                "%(other)s represents the unit already: only one person can."
            ),
            "id_two_names": self.env._(
                "The identity number %(text)s stands with two names: %(person)s and"
                " %(other)s."
            ),
            "number_twice": self.env._(
                "The real-estate unit number %(text)s stands with another unit "
                "already: %(other)s."
            ),
            "area_rounded": self.env._(
                "The area “%(text)s” is rounded to two decimals."
            ),
            "area_unlikely": self.env._(
                "The area “%(text)s” is unusual: please check."
            ),
            "area_order": self.env._(
                "The exclusive area %(text)s m² is larger than the building area "
                "%(other)s m²."
            ),
            "date_month_only": self.env._(
                "“%(text)s” names no day: the first of the month counts."
            ),
            "date_unlikely": self.env._(
                "The date “%(text)s” is unusual: please check."
            ),
            "phone_no_area_code": self.env._(
                "The phone number “%(text)s” has no area code."
            ),
            "phones_too_many": self.env._(
                "There are more phone numbers than can be kept; left out: %(text)s."
            ),
            "phones_not_matched": self.env._(
                "%(count)s phone numbers stand with %(persons)s people: given to "
                "them in their order."
            ),
            "phone_of_first": self.env._(
                "One phone number stands with several people: it is given to "
                "%(person)s."
            ),
            "id_old": self.env._(
                "%(text)s is an identity number of the old kind with 15 digits: it "
                "is kept with 18."
            ),
            "masked": self.env._(
                "“%(text)s” is masked: what is on record stays as it is."
            ),
            "id_foreign": self.env._(
                "“%(text)s” is taken for the number of a passport."
            ),
            "share_joint": self.env._(
                "Owned jointly, without shares: each gets the same share."
            ),
            "share_ignored": self.env._(
                "Only owners have a share: “%(text)s” is left out."
            ),
            "nobody": self.env._("“%(text)s” is left out: the row names no person."),
            "place_carried": self.env._(
                "The place is taken from the rows above: %(text)s."
            ),
            "parking_building": self.env._(
                "The parking space is in no building: it is put into “%(text)s”."
            ),
            "parking_unclear": self.env._(
                "“%(text)s” names no parking space: write its number, such as A-021. "
                "The unit itself is imported."
            ),
            "people_split": self.env._("“%(text)s” is understood as %(count)s people."),
            "owners_without_share": self.env._(
                "The unit has several owners and not all have a share: each gets an"
                " equal share."
            ),
            "person_twice": self.env._(
                "%(person)s stands with the same unit twice: taken once."
            ),
            "unit_twice": self.env._("The unit is described by several rows."),
        }
