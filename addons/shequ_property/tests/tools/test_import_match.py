import unittest

from hypothesis import given
from hypothesis import strategies as st

from ...tools import import_match
from ...tools.import_match import Ambiguous, Person, Room

names = st.sampled_from(["张伟", "李娜", "王芳"])
phones = st.sampled_from(["", "13800000001", "13800000002"])
numbers = st.sampled_from(["", "a", "b"])
on_record = st.lists(st.tuples(names, phones, numbers, st.booleans()), max_size=6).map(
    lambda rows: [Person(i + 1, *row) for i, row in enumerate(rows)]
)
in_file = st.lists(st.tuples(names, phones, numbers), min_size=1, max_size=4).map(
    lambda rows: [Person(0, *row) for row in rows]
)


def who(wanted, *candidates):
    answers = import_match.match_people([wanted], list(candidates))
    return answers[0]


class TestPeople(unittest.TestCase):
    def test_number_counts_more_than_name_and_phone(self):
        a = Person(1, "张伟", "13800000001", "a")
        b = Person(2, "张维", "13800000002", "b")
        self.assertEqual(who(Person(0, "张伟", "13800000001", "b"), a, b), 2)

    def test_shared_phone_of_a_household_is_no_proof(self):
        a = Person(1, "张伟", "13800000001", here=True)
        self.assertEqual(who(Person(0, "李娜", "13800000001"), a), 0)

    def test_name_and_phone_across_units(self):
        a = Person(1, "张 伟", "13800000001")
        self.assertEqual(who(Person(0, "张伟", "13800000001"), a), 1)

    def test_name_within_the_unit_when_the_phone_changed(self):
        a = Person(1, "张伟", "13800000001", here=True)
        b = Person(2, "张伟", "13800000003")
        self.assertEqual(who(Person(0, "张伟", "13800000002"), a, b), 1)

    def test_namesake_with_another_number_is_somebody_else(self):
        a = Person(1, "张伟", "13800000001", "a", here=True)
        self.assertEqual(who(Person(0, "张伟", "13800000001", "b"), a), 0)

    def test_two_equal_records_are_not_guessed(self):
        twins = [Person(i, "张伟", "13800000001") for i in (1, 2)]
        answer = who(Person(0, "张伟", "13800000001"), *twins)
        self.assertIsInstance(answer, Ambiguous)
        self.assertEqual(answer.candidates, [1, 2])

    def test_who_lives_there_is_meant(self):
        twins = [Person(1, "张伟", "1"), Person(2, "张伟", "1", here=True)]
        self.assertEqual(who(Person(0, "张伟", "1"), *twins), 2)

    def test_father_and_son_of_one_name_stay_two(self):
        father = Person(1, "张伟", "13800000001", here=True)
        wanted = [Person(0, "张伟", "13800000002"), Person(0, "张伟", "13800000001")]
        self.assertEqual(import_match.match_people(wanted, [father]), [0, 1])

    @given(in_file, on_record)
    def test_answers_are_people_who_fit(self, wanted, candidates):
        by_id = {person.id: person for person in candidates}
        answers = import_match.match_people(wanted, candidates)
        self.assertEqual(len(answers), len(wanted))
        for person, answer in zip(wanted, answers, strict=True):
            if isinstance(answer, Ambiguous):
                self.assertGreater(len(answer.candidates), 1)
            elif answer:
                found = by_id[answer]
                same_number = person.id_hash and person.id_hash == found.id_hash
                self.assertTrue(same_number or found.name == person.name)

    @given(in_file)
    def test_what_was_written_is_found_again(self, wanted):
        """An import that is repeated finds each of its people."""
        distinct = []
        for person in wanted:
            if not any(
                (p.id_hash and p.id_hash == person.id_hash)
                or import_match.same_name(p.name, person.name)
                for p in distinct
            ):
                distinct.append(person)
        kept = [p._replace(id=i + 1, here=True) for i, p in enumerate(distinct)]
        self.assertEqual(
            import_match.match_people(distinct, kept), [p.id for p in kept]
        )


class TestPlaces(unittest.TestCase):
    def test_room_with_its_entrance(self):
        rooms = [Room(1, "1", "302"), Room(2, "2", "302")]
        self.assertEqual(import_match.match_room("2", "302", rooms), 2)
        self.assertEqual(import_match.match_room("3", "302", rooms), 0)

    def test_room_without_entrance_is_the_only_one(self):
        self.assertEqual(import_match.match_room("", "302", [Room(1, "1", "302")]), 1)

    def test_room_without_entrance_may_be_two(self):
        rooms = [Room(1, "1", "302"), Room(2, "2", "302")]
        with self.assertRaises(Ambiguous):
            import_match.match_room("", "302", rooms)

    def test_entrance_unknown_on_record(self):
        with self.assertRaises(Ambiguous):
            import_match.match_room("1", "302", [Room(1, "", "302")])

    def test_building_by_another_suffix(self):
        houses = [(1, "", "12", "号楼"), (2, "", "13", "号楼"), (3, "", "13", "座")]
        find = import_match.match_building
        self.assertEqual(find("", "12", "栋", houses), 1)
        self.assertEqual(find("", "13", "座", houses), 3)
        self.assertEqual(find("3", "12", "号", houses), 0)
        with self.assertRaises(Ambiguous):
            find("", "13", "", houses)
