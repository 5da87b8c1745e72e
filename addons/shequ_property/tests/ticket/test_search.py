from unittest.mock import patch

from odoo.tests import tagged

from ...models.ticket import ticket_search
from .common_ticket import TicketCase


@tagged("post_install", "-at_install")
class TestSearch(TicketCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.leak = cls._report(description="厨房水管老是漏水")
        cls.lamp = cls._report(description="楼道灯不亮", visibility="private")
        cls.both = cls.leak | cls.lamp

    def _found(self, text, user=None):
        Ticket = self.env["shequ.ticket"].with_user(user or self.dispatcher)
        domain = [("search_text", "ilike", text), ("id", "in", self.both.ids)]
        found = Ticket.search(domain)
        self.assertEqual(Ticket.search_count(domain), len(found))
        return found.sudo(False).with_user(self.env.user)

    def _check_words(self):
        self.assertEqual(self._found("漏水"), self.leak)
        self.assertEqual(self._found("水管漏水"), self.leak)
        self.assertEqual(self._found("灯"), self.lamp)
        self.assertEqual(self._found(self.lamp.name), self.lamp)
        self.assertEqual(self._found("水管 灯"), self.env["shequ.ticket"])

    def test_words_pairs_and_numbers_find_a_ticket(self):
        self._check_words()

    def test_common_words_are_found_among_the_newest_with_the_same_result(self):
        shapes = []
        original = type(self.env["shequ.ticket"])._is_common

        def watch(model, query):
            shapes.append(original(model, query))
            return shapes[-1]

        self.env.cr.cache.pop("shequ.common", None)
        with (
            patch.object(ticket_search, "COMMON", 0),
            patch.object(type(self.env["shequ.ticket"]), "_is_common", watch),
        ):
            self._check_words()
        self.assertTrue(shapes and all(shapes))
        self.env.cr.cache.pop("shequ.common", None)

    def test_a_changed_description_is_found_by_its_new_words(self):
        self.leak.description = "马桶堵了"
        self.env.flush_all()
        self.assertEqual(self._found("马桶"), self.leak)
        self.assertFalse(self._found("漏水"))

    def test_a_resident_finds_the_own_tickets_only(self):
        self.assertEqual(self._found("楼道灯", self.wang_user), self.lamp)
        self.assertFalse(self._found("楼道灯", self.neighbour_user))
