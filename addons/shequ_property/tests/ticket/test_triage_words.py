from psycopg2.errors import UniqueViolation

from odoo.exceptions import AccessError, ValidationError
from odoo.tests import Form, tagged
from odoo.tools import mute_logger

from .common_ticket import TicketCase


@tagged("post_install", "-at_install")
class TestTriageWords(TicketCase):
    """The company's own lexicon."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.Word = cls.env["shequ.triage.word"]
        cls.category = cls.env["shequ.ticket.category"].search(
            [("code", "=", "public_facility.gate")]
        )

    def word(self, word, **values):
        return self.Word.create(
            {
                "word": word,
                "company_id": self.company.id,
                "role": "category",
                "category_id": self.category.id,
                "weight": 6,
                **values,
            }
        )

    def say(self, words, unit=None):
        unit = unit or self.unit
        return self.Ticket._intake({"unit_id": unit.id, "description": words})

    def test_a_word_counts_at_once_and_in_its_company_alone(self):
        before = self.say("小蜜蜂又歇菜了")
        self.assertEqual(before.triage_state, "to_sort")
        word = self.word("小蜜蜂", synonyms="小密蜂，小米蜂")
        for said in ("小蜜蜂又歇菜了", "小密蜂又歇菜了", "小米蜂又歇菜了"):
            self.assertEqual(self.say(said).category_id, self.category, said)
        self.assertFalse(self.say("小蜜蜂又歇菜了", self.foreign_unit).category_id)
        word.active = False
        self.assertFalse(self.say("小蜜蜂又歇菜了").category_id)

    def test_a_word_of_danger_rings_on_a_tile_as_well(self):
        self.word("老虎窗掉砖", role="urgency", urgency="red")
        for values in ({}, {"category_code": "greening"}):
            ticket = self._report(
                **{"description": "老虎窗掉砖了", "category_code": None, **values}
            )
            self.assertEqual(ticket.urgency, "red")

    def test_a_harmless_word_hides_the_danger_in_it(self):
        said = {"description": "冒烟咖啡馆招人", "category_code": "greening"}
        self.assertEqual(self._report(**said).urgency, "red")
        self.word("冒烟咖啡馆", role="harmless", category_id=False)
        self.assertEqual(self._report(**said).urgency, "yellow")

    def test_what_cannot_be_used_is_refused_by_name(self):
        for values in (
            {"category_id": False},
            {"role": "urgency", "urgency": False},
            {"weight": 11},
            {"synonyms": "长" * 31},
            {"word": "   "},
        ):
            with self.assertRaises(ValidationError):
                self.word(**{"word": "坏词", **values})
        with self.assertRaisesRegex(ValidationError, "坏词"):
            self.word("坏词", category_id=False)

    def test_the_same_word_twice_is_refused_and_an_archived_one_is_not(self):
        first = self.word("小蜜蜂")
        with mute_logger("odoo.sql_db"), self.assertRaises(UniqueViolation):
            with self.env.cr.savepoint():
                self.word("小蜜蜂")
        first.active = False
        self.word("小蜜蜂")

    def test_managers_write_it_and_nobody_of_another_company_reads_it(self):
        word = self.word("小蜜蜂")
        word.with_user(self.company_manager).note = "门口的杆子"
        with self.assertRaises(AccessError):
            word.with_user(self.manager).note = "x"
        self.assertEqual(word.with_user(self.manager).word, "小蜜蜂")
        with self.assertRaises(AccessError):
            word.with_user(self.foreign_manager).read(["word"])
        with self.assertRaises(AccessError):
            word.with_user(self.desk).read(["word"])

    def test_words_come_from_a_list(self):
        result = self.Word.with_user(self.company_manager).load(
            ["word", "synonyms", "role", "category_id", "weight"],
            [
                ["小蜜蜂", "小密蜂", "category", self.category.complete_name, "5"],
                ["坏词", "", "category", "", "5"],
            ],
        )
        self.assertFalse(result["ids"])
        self.assertIn("坏词", str(result["messages"]))
        result = self.Word.with_user(self.company_manager).load(
            ["word", "role", "category_id/.id", "weight"],
            [["小蜜蜂", "Names a category", str(self.category.id), "5"]],
        )
        self.assertTrue(result["ids"], result["messages"])

    def test_a_sentence_is_tried_with_the_words_of_the_company(self):
        self.word("小蜜蜂")
        form = Form(self.env["shequ.triage.try"].with_user(self.company_manager))
        form.words = "小蜜蜂坏了"
        form.age = 70
        self.assertEqual(form.category_id, self.category)
        self.assertIn("小蜜蜂", form.why)
        form.words = "家里一股怪味闻着头晕想吐"
        self.assertEqual(form.state, "to_confirm")
        form.words = ""
        self.assertFalse(form.why)

    def test_a_word_whose_category_has_gone_does_not_stop_the_door(self):
        own = self.env["shequ.ticket.category"].create({"name": "Own", "code": "own"})
        self.word("小蜜蜂", category_id=own.id)
        self.word("大蜜蜂")
        self.assertEqual(self.say("小蜜蜂又歇菜了").category_id, own)
        own.code = "renamed"
        self.assertEqual(self.say("大蜜蜂又歇菜了").category_id, self.category)

    def test_settings_are_read_and_nonsense_is_not(self):
        params = self.env["ir.config_parameter"].sudo()
        params.set_param("shequ.triage_sure", "0.99")
        self.assertEqual(self.say("厨房水管漏水").triage_state, "to_sort")
        params.set_param("shequ.triage_sure", "rubbish")
        self.assertEqual(self.say("厨房水管漏水").triage_state, "sure")
