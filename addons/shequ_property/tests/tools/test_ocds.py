import json
import os
import unittest
from unittest import TestCase

from hypothesis import given
from hypothesis import strategies as st

from ...tools import ocds

PREFIX = "ocds-213czf"
# Zip file of the standard's repository, which `./shequ test` makes: its schemas are
# not in the package of the validator.
STANDARD = os.environ.get("SHEQU_OCDS_STANDARD")


def contract(**values):
    return {
        "key": "contract-1-7",
        "number": "WYHT-2026-0001",
        "title": "金昊雅苑物业服务合同",
        "description": "金昊雅苑",
        "status": "active",
        "date_from": "2026-01-01",
        "date_to": "2028-12-31",
        "signed_on": "2025-12-20",
        "currency": "CNY",
        "buyer": {"key": "client-7", "name": "金昊雅苑业主大会"},
        "supplier": {"key": "company-1", "name": "邻里物业"},
        "prices": [{"key": "p1", "name": "物业费", "cents": 245, "unit": "m²·月"}],
        "documents": [
            {"key": "d1", "title": "合同扫描件", "format": "application/pdf"}
        ],
        "amendments": [],
        "milestones": [
            {
                "key": "m1",
                "title": "小修三天内修复",
                "description": "≥ 95 %",
                "due": "2026-03-31",
                "state": "broken",
            }
        ],
        **values,
    }


def releases():
    amended = contract(
        prices=[{"key": "p1", "name": "物业费", "cents": 260, "unit": "m²·月"}],
        amendments=[
            {
                "key": "a2",
                "date": "2026-05-01",
                "reason": "业主大会决定",
                "release": "r2",
                "amends": "r1",
            }
        ],
    )
    return [
        ocds.release(
            contract(), PREFIX, {"id": "r1", "date": "2025-12-20", "kind": "new"}
        ),
        ocds.release(
            amended, PREFIX, {"id": "r2", "date": "2026-05-01", "kind": "amended"}
        ),
    ]


class TestOcds(TestCase):
    def test_release_of_a_contract(self):
        one = releases()[0]
        self.assertEqual(one["ocid"], "ocds-213czf-contract-1-7")
        self.assertEqual(one["tag"], ["contract"])
        self.assertEqual(one["contracts"][0]["awardID"], one["awards"][0]["id"])
        self.assertEqual(
            one["contracts"][0]["items"][0]["unit"]["value"],
            {"amount": 2.45, "currency": "CNY"},
        )
        milestone = one["contracts"][0]["implementation"]["milestones"][0]
        self.assertEqual(milestone["status"], "notMet")

    def test_every_organisation_named_is_a_party(self):
        for one in releases():
            keys = {party["id"] for party in one["parties"]}
            self.assertIn(one["buyer"]["id"], keys)
            for award in one["awards"]:
                self.assertLessEqual({who["id"] for who in award["suppliers"]}, keys)

    def test_empty_lists_are_left_out(self):
        one = ocds.release(
            contract(documents=[], milestones=[], prices=[], date_to=""),
            PREFIX,
            {"id": "r", "date": "2026-01-01", "kind": "new"},
        )
        found = one["contracts"][0]
        self.assertFalse({"documents", "items", "amendments"} & found.keys())
        self.assertNotIn("endDate", found["period"])

    def test_record_says_how_things_stand(self):
        record = ocds.record(list(reversed(releases())))
        self.assertEqual([one["id"] for one in record["releases"]], ["r1", "r2"])
        compiled = record["compiledRelease"]
        self.assertEqual(compiled["tag"], ["compiled"])
        price = compiled["contracts"][0]["items"][0]["unit"]["value"]["amount"]
        self.assertEqual(price, 2.6)
        self.assertEqual(len(compiled["contracts"][0]["amendments"]), 1)
        self.assertEqual(len(compiled["parties"]), 2)

    def test_a_record_is_of_one_process(self):
        one, two = releases()
        with self.assertRaises(ValueError):
            ocds.record([one, {**two, "ocid": "ocds-213czf-other"}])

    @given(st.integers(0, 10**12))
    def test_cents_become_the_same_amount(self, cents):
        amount = ocds.money(cents, "CNY")["amount"]
        self.assertEqual(round(amount * 100), cents)
        self.assertEqual(json.loads(json.dumps(amount)), amount)

    @given(st.permutations(releases() + releases()))
    def test_merging_does_not_depend_on_the_order_they_came_in(self, shuffled):
        self.assertEqual(ocds.merge(shuffled), ocds.merge(releases()))

    @unittest.skipUnless(STANDARD, "./shequ test fetches the standard's schemas")
    def test_packages_validate(self):
        uri = "https://example.org/ocds"
        day = "2026-05-01"
        for package in (
            ocds.release_package(releases(), uri, "邻里物业", day),
            ocds.record_package([ocds.record(releases())], uri, "邻里物业", day),
        ):
            self.assertEqual(problems(package), [])

    @unittest.skipUnless(STANDARD, "./shequ test fetches the standard's schemas")
    def test_the_validator_finds_what_is_wrong(self):
        """Else an empty list of errors would say nothing."""
        uri, day = "https://example.org/ocds", "2026-05-01"
        for spoil in (
            lambda one: one.pop("ocid"),
            lambda one: one.update(tag=["signed"]),
            lambda one: one.update(date="yesterday"),
            lambda one: one["contracts"][0].update(status="over"),
            lambda one: one["awards"][0].update(suppliers="x"),
        ):
            broken = releases()
            spoil(broken[0])
            package = ocds.release_package(broken, uri, "邻里物业", day)
            self.assertTrue(problems(package), broken[0])
            record = ocds.record(releases())
            spoil(record["compiledRelease"])
            package = ocds.record_package([record], uri, "邻里物业", day)
            self.assertTrue(problems(package), record)


def problems(package):
    """What the validator finds in a package: errors and codes beyond closed lists."""
    from libcoveocds.api import ocds_json_output
    from libcoveocds.config import LibCoveOCDSConfig

    config = LibCoveOCDSConfig()
    config.config["context"] = "api"
    config.config["standard_zip"] = f"file://{STANDARD}"
    found = ocds_json_output(json_data=package, lib_cove_ocds_config=config)
    return found["validation_errors"] + list(
        found.get("additional_closed_codelist_values", {})
    )
