"""Seal short texts such as identity numbers, and find them again without opening.

Sealed with AES-256-GCM (authenticated: a changed byte is noticed).  A text looks like
``v1.3fa2c1d0.<base64>``; the middle part names the key, so that several keys can be in
use while a new one takes over.  To find an equal text there is a keyed hash
(HMAC-SHA256).  The keys of both are derived from the given one (HKDF, RFC 5869) for
their purpose, so that neither tells anything about the other.
"""

import base64
import hashlib
import hmac
import os
import re

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

VERSION = "v1"
KEY_BYTES = 32
_NONCE_BYTES = 12


class VaultError(Exception):
    """``code``: ``key`` (bad key), ``unknown`` (key not here), ``broken``."""

    def __init__(self, code):
        super().__init__(code)
        self.code = code


def new_key():
    """A new random key as text, 44 characters of base64."""
    return base64.urlsafe_b64encode(os.urandom(KEY_BYTES)).decode()


def _decode(key):
    try:
        raw = base64.b64decode(key.strip(), altchars=b"-_", validate=True)
    except ValueError:
        raise VaultError("key") from None
    if len(raw) != KEY_BYTES:
        raise VaultError("key")
    return raw


def _derive(raw, purpose):
    kdf = HKDF(
        algorithm=SHA256(), length=KEY_BYTES, salt=None, info=b"shequ:" + purpose
    )
    return kdf.derive(raw)


class _Key:
    def __init__(self, text):
        raw = _decode(text)
        self.id = hashlib.sha256(b"shequ:id:" + raw).hexdigest()[:8]
        self.cipher = AESGCM(_derive(raw, b"seal"))
        self.hash_key = _derive(raw, b"hash")


class Vault:
    """Seals with the first of ``keys``; opens what any of them has sealed.

    :param str keys: one key or several, separated by commas or blanks; each is the
        base64 of 32 random bytes (`new_key`)
    :raises VaultError: ``key`` when there is none or one is malformed
    """

    def __init__(self, keys):
        self._keys = [_Key(text) for text in re.split(r"[,\s]+", keys or "") if text]
        if not self._keys:
            raise VaultError("key")
        self._by_id = {key.id: key for key in self._keys}

    @property
    def key_id(self):
        """Name of the key that seals, eight hexadecimal digits."""
        return self._keys[0].id

    def seal(self, text, context=""):
        """Encrypt ``text``; ``context`` must be the same when it is opened."""
        key = self._keys[0]
        nonce = os.urandom(_NONCE_BYTES)
        secret = key.cipher.encrypt(nonce, text.encode(), context.encode())
        packed = base64.urlsafe_b64encode(nonce + secret).decode()
        return f"{VERSION}.{key.id}.{packed}"

    def open(self, sealed, context=""):
        """The text that was sealed.

        :raises VaultError: ``unknown`` when the key is not among ours, ``broken``
            when the text was changed or belongs to another context
        """
        version, key_id, packed = (str(sealed).split(".", 2) + ["", ""])[:3]
        if version != VERSION or not packed:
            raise VaultError("broken")
        key = self._by_id.get(key_id)
        if not key:
            raise VaultError("unknown")
        try:
            raw = base64.b64decode(packed, altchars=b"-_", validate=True)
            nonce, secret = raw[:_NONCE_BYTES], raw[_NONCE_BYTES:]
            return key.cipher.decrypt(nonce, secret, context.encode()).decode()
        except (InvalidTag, ValueError):
            raise VaultError("broken") from None

    def is_current(self, sealed):
        """Whether ``sealed`` was made with the key that seals now."""
        return str(sealed).startswith(f"{VERSION}.{self.key_id}.")

    def hash(self, text):
        """Keyed hash of ``text`` with the current key, 64 hexadecimal digits."""
        return self._hash(self._keys[0], text)

    def hashes(self, text):
        """The hash under each key, the current first: what to look for."""
        return [self._hash(key, text) for key in self._keys]

    @staticmethod
    def _hash(key, text):
        return hmac.new(key.hash_key, text.encode(), hashlib.sha256).hexdigest()
