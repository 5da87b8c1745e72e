"""Canonical JSON and the chain of digests that makes a silent change visible.

Plain Python without Odoo, so that whoever holds an export can recompute it:

- :func:`canonical` writes a value as the one byte string it can be written as
  (keys sorted, no spaces, UTF-8, no floats: ``1.0`` and ``1`` would be two texts
  of one number, so amounts are whole cents and areas whole 0.01 m²);
- :func:`digest` is the SHA-256 of that, in hexadecimal;
- :func:`link` is the digest of an entry that names the one before it.
"""

import hashlib
import json

#: What the first entry of a chain names as its predecessor.
GENESIS = "0" * 64


def canonical(value):
    """Return ``value`` as canonical JSON in UTF-8.

    :param value: dicts with string keys, lists, strings, integers, booleans, None
    :raises TypeError: for anything else, floats and dates included
    :rtype: bytes
    """
    _check(value)
    return json.dumps(
        value, ensure_ascii=False, sort_keys=True, separators=(",", ":")
    ).encode()


def digest(value):
    """Return the SHA-256 of the canonical JSON of ``value``, 64 hexadecimal digits."""
    return hashlib.sha256(canonical(value)).hexdigest()


def link(previous, entry):
    """Return the digest of ``entry`` in a chain.

    :param str previous: digest of the entry before, :data:`GENESIS` for the first
    :param dict entry: what is recorded, without its own digest
    """
    return digest({"entry": entry, "previous": previous})


def _check(value):
    if value is None or isinstance(value, str | bool | int):
        return
    if isinstance(value, dict):
        for key, inner in value.items():
            if not isinstance(key, str):
                raise TypeError(f"key {key!r} is not a string")
            _check(inner)
    elif isinstance(value, list | tuple):
        for inner in value:
            _check(inner)
    else:
        raise TypeError(f"{type(value).__name__} has no canonical form: {value!r}")
