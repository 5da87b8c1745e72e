import contextlib
from unittest import TestCase

from hypothesis import given
from hypothesis import strategies as st

from ...tools import vault

OLD, NEW = vault.new_key(), vault.new_key()


class TestVault(TestCase):
    @given(st.text())
    def test_opens_what_it_sealed(self, text):
        safe = vault.Vault(OLD)
        sealed = safe.seal(text, "here")
        self.assertEqual(safe.open(sealed, "here"), text)
        self.assertNotEqual(safe.seal(text, "here"), sealed)

    @given(st.text(min_size=1), st.integers(min_value=0))
    def test_a_changed_byte_is_noticed(self, text, place):
        safe = vault.Vault(OLD)
        sealed = safe.seal(text)
        place %= len(sealed)
        other = "A" if sealed[place] != "A" else "B"
        changed = sealed[:place] + other + sealed[place + 1 :]
        with contextlib.suppress(vault.VaultError):
            # The last character of base64 may carry bits that are not used.
            self.assertEqual(safe.open(changed), text)
            self.assertGreaterEqual(place, len(sealed) - 4)

    def test_another_place_does_not_open_it(self):
        safe = vault.Vault(OLD)
        with self.assertRaises(vault.VaultError):
            safe.open(safe.seal("x", "here"), "there")

    def test_rotation(self):
        old, both, new = (
            vault.Vault(OLD),
            vault.Vault(f"{NEW}, {OLD}"),
            vault.Vault(NEW),
        )
        sealed = old.seal("x")
        self.assertFalse(both.is_current(sealed))
        self.assertEqual(both.open(sealed), "x")
        again = both.seal(both.open(sealed))
        self.assertTrue(both.is_current(again))
        self.assertEqual(new.open(again), "x")
        with self.assertRaises(vault.VaultError) as caught:
            new.open(sealed)
        self.assertEqual(caught.exception.code, "unknown")

    @given(st.text(), st.text())
    def test_hash_finds_the_same_and_nothing_else(self, one, other):
        safe = vault.Vault(f"{NEW} {OLD}")
        self.assertEqual(safe.hash(one) == safe.hash(other), one == other)
        self.assertEqual(safe.hashes(one)[1], vault.Vault(OLD).hash(one))

    def test_bad_keys(self):
        for keys in ("", "short", "x" * 44, None, OLD + "x"):
            with self.subTest(keys=keys), self.assertRaises(vault.VaultError):
                vault.Vault(keys)

    def test_hash_does_not_use_the_sealing_key(self):
        key = vault.Vault(OLD)._keys[0]
        self.assertNotEqual(vault._derive(b"0" * 32, b"seal"), key.hash_key)
        self.assertNotEqual(
            vault._derive(b"0" * 32, b"seal"), vault._derive(b"0" * 32, b"hash")
        )
