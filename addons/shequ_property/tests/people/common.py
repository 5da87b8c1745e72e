import os
from unittest.mock import patch

from odoo.tests import new_test_user

from ...tools import vault
from ..estate.common import RegistryCase

# An identity number of nobody: the area code does not exist, the check digit is right.
CANARY_ID = "990101199003078754"
CANARY_PHONE = "19912348765"
CANARY_EMAIL = "canary.bird@example.cn"


class PeopleCase(RegistryCase):
    """The registry with a key to seal identity numbers, and one person to guard.

    ``canary`` lives next door and reported a leak; telephone, e-mail address and
    identity number of hers must not come out where they should not.
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.key = vault.new_key()
        cls.startClassPatcher(patch.dict(os.environ, {"SHEQU_DATA_KEY": cls.key}))
        cls.canary = cls.env["res.partner"].create(
            {
                "name": "钱来燕",
                "phone": f"+86 {CANARY_PHONE}",
                "email": CANARY_EMAIL,
                "shequ_id_type": "resident",
                "shequ_id_number": CANARY_ID,
            }
        )
        cls.canary_residency = cls._residency(cls.canary, cls.other_unit)
        cls.ticket = cls.env["shequ.ticket"]._intake(
            {
                "channel": "phone",
                "estate_id": cls.estate.id,
                "unit_id": cls.other_unit.id,
                "reporter_id": cls.canary.id,
                "contact_phone": CANARY_PHONE,
                "description": "厨房水管漏水",
            }
        )
        cls.canary_user = cls.env["res.users"]._shequ_grant_portal(cls.canary)
        cls.trusted = new_test_user(
            cls.env,
            "reg_trusted",
            "shequ_property.group_front_desk,shequ_property.group_personal_data",
            company_id=cls.company.id,
            company_ids=[(6, 0, cls.company.ids)],
            shequ_estate_ids=[(6, 0, cls.estate.ids)],
        )
        cls.officer = new_test_user(
            cls.env,
            "reg_officer",
            "shequ_property.group_company_manager,shequ_property.group_privacy_officer",
            company_id=cls.company.id,
            company_ids=[(6, 0, cls.company.ids)],
        )


def traces(text):
    """Which of the canary's data stand in ``text``."""
    found = []
    text = str(text)
    for name, value in (
        ("phone", CANARY_PHONE),
        ("phone", f"{CANARY_PHONE[:3]} {CANARY_PHONE[3:7]} {CANARY_PHONE[7:]}"),
        ("email", CANARY_EMAIL),
        ("id", CANARY_ID),
        ("id", CANARY_ID[6:14]),
    ):
        if value in text and name not in found:
            found.append(name)
    return found
