from odoo import api, models


class ShequImport(models.Model):
    """The sentences a row's problems are told in, for translation."""

    _inherit = "shequ.import"

    @api.model
    def _list_headings(self):
        """Headings of templates and exports, as the import recognises them."""
        _ = self.env._
        return {
            "estate": _("Estate"),
            "lane": _("Lane"),
            "building": _("Building"),
            "entrance": _("Entrance"),
            "floor": _("Floor"),
            "room": _("Room"),
            "use": _("Use"),
            "state": _("State"),
            "building_area": _("Building area"),
            "exclusive_area": _("Exclusive area"),
            "real_estate_number": _("Real-estate unit number"),
            "ref": _("Customer no."),
            "person": _("Name"),
            "phone": _("Phone"),
            "phone2": _("Phone 2"),
            "role": _("Role"),
            "share": _("Share"),
            "id_type": _("ID type"),
            "id_number": _("ID number"),
            "email": _("Email"),
            "date_from": _("Start date"),
            "date_to": _("End date"),
            "representative": _("Voting representative"),
            "note": _("Note"),
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
        _ = self.env._
        return {
            "cell_error": _("The cell holds the spreadsheet's error %(text)s."),
            "unreadable": _("“%(text)s” holds characters that could not be read."),
            "row_empty": _(
                "The row says neither which unit nor which person is meant."
            ),
            "building_missing": _("It is not said in which building the unit is."),
            "room_missing": _("It is not said which unit is meant."),
            "address_unclear": _(
                "“%(text)s” is not understood as the address of a unit."
            ),
            "address_date": _(
                "“%(text)s” is a date: the spreadsheet has changed an address such as "
                "12-1. Format the column as text and type it again."
            ),
            "place_conflict": _(
                "“%(text)s” and the other cells of the row name different places: "
                "%(other)s."
            ),
            "area_invalid": _("“%(text)s” is not an area in square metres."),
            "area_unit": _(
                "The area “%(text)s” is not in square metres: please convert it."
            ),
            "area_negative": _("The area “%(text)s” is negative."),
            "date_invalid": _("“%(text)s” is not a date."),
            "date_ambiguous": _(
                "The date “%(text)s” can be read in two ways. Write it as 2021-03-05."
            ),
            "date_incomplete": _(
                "The date “%(text)s” names no month: write 2021-03-05."
            ),
            "dates_reversed": _("The end %(text)s is before the beginning %(other)s."),
            "phone_invalid": _("“%(text)s” is not a phone number."),
            "phone_length": _(
                "The phone number “%(text)s” has %(count)s digits; a mobile number has "
                "11."
            ),
            "phone_destroyed": _(
                "The spreadsheet has rounded the phone number to “%(text)s”: format the"
                " column as text and type the number again."
            ),
            "id_invalid": _("“%(text)s” is not the number of an identity document."),
            "id_check_digit": _(
                "The last character of the number %(text)s does not fit: one of its "
                "digits is mistyped."
            ),
            "id_birth_date": _("The birth date inside the number %(text)s cannot be."),
            "id_length": _(
                "The number %(text)s has %(count)s characters; a resident identity card"
                " has 18."
            ),
            "id_destroyed": _(
                "The spreadsheet has rounded the identity number to “%(text)s”, its "
                "last digits are lost: format the column as text and type the number "
                "again."
            ),
            "id_type_unknown": _(
                "“%(text)s” is not a known kind of identity document."
            ),
            "ids_not_matched": _(
                "%(count)s identity numbers stand with %(persons)s people: it is not "
                "clear whose they are."
            ),
            "email_invalid": _("“%(text)s” is not an e-mail address."),
            "role_unknown": _(
                "“%(text)s” is not a known role, such as owner or tenant."
            ),
            "share_invalid": _("“%(text)s” is not a share such as 1/2 or 50%%."),
            "use_unknown": _("“%(text)s” is not a known use, such as home or shop."),
            "state_unknown": _(
                "“%(text)s” is not a known state, such as sold or delivered."
            ),
            "yes_no_unknown": _("“%(text)s” is neither yes nor no."),
            "floor_invalid": _("“%(text)s” is not a floor."),
            "number_length": _(
                "The real-estate unit number “%(text)s” has %(count)s characters; 28 "
                "are expected."
            ),
            "number_invalid": _(
                "“%(text)s” is not a real-estate unit number such as "
                "310115003007GB00012F00050302."
            ),
            "person_missing": _(
                "There is a phone number, an identity number or a role, but no name."
            ),
            "name_invalid": _("“%(text)s” is not the name of a person."),
            "unit_conflict": _(
                "Other rows say “%(other)s” about the same unit, this one “%(text)s”."
            ),
            "person_conflict": _(
                "%(person)s has “%(other)s” in another row, “%(text)s” in this one."
            ),
            "shares_exceed": _(
                "The shares of the owners of the unit add up to %(text)s, more than the"
                " whole."
            ),
            "representative_twice": _(
                "%(other)s represents the unit already: only one person can."
            ),
            "id_two_names": _(
                "The identity number %(text)s stands with two names: %(person)s and "
                "%(other)s."
            ),
            "number_twice": _(
                "The real-estate unit number %(text)s stands with another unit already:"
                " %(other)s."
            ),
            "area_rounded": _("The area “%(text)s” is rounded to two decimals."),
            "area_unlikely": _("The area “%(text)s” is unusual: please check."),
            "area_order": _(
                "The exclusive area %(text)s m² is larger than the building area "
                "%(other)s m²."
            ),
            "date_month_only": _(
                "“%(text)s” names no day: the first of the month counts."
            ),
            "date_unlikely": _("The date “%(text)s” is unusual: please check."),
            "phone_no_area_code": _("The phone number “%(text)s” has no area code."),
            "phones_too_many": _(
                "There are more phone numbers than can be kept; left out: %(text)s."
            ),
            "phones_not_matched": _(
                "%(count)s phone numbers stand with %(persons)s people: given to them "
                "in their order."
            ),
            "phone_of_first": _(
                "One phone number stands with several people: it is given to "
                "%(person)s."
            ),
            "id_old": _(
                "%(text)s is an identity number of the old kind with 15 digits."
            ),
            "id_foreign": _("“%(text)s” is taken for the number of a passport."),
            "share_joint": _(
                "Owned jointly, without shares: each gets the same share."
            ),
            "share_ignored": _("Only owners have a share: “%(text)s” is left out."),
            "place_carried": _("The place is taken from the rows above: %(text)s."),
            "parking_building": _(
                "The parking space is in no building: it is put into “%(text)s”."
            ),
            "people_split": _("“%(text)s” is understood as %(count)s people."),
            "owners_without_share": _(
                "The unit has several owners and not all have a share: each gets an "
                "equal share."
            ),
            "person_twice": _(
                "%(person)s stands with the same unit twice: taken once."
            ),
            "unit_twice": _("The unit is described by several rows."),
        }
