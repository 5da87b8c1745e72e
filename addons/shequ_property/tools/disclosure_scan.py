"""Personal data that slipped into something about to be published.

Plain Python without Odoo.  Telephones, identity numbers, number plates, e-mail
addresses by their shape; names of residents by a list.  Shapes are those of
GB 11643 (identity number), GA 36 (plates) and the mobile numbers 13–19.
"""

import re
import unicodedata
from typing import NamedTuple

BLACK = "■■■"

_PROVINCES = "京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼"
_PATTERNS = {
    "id": re.compile(
        r"(?<![0-9A-Za-z])(?:[1-9]\d{5}(?:18|19|20)\d{2}(?:0[1-9]|1[0-2])"
        r"(?:0[1-9]|[12]\d|3[01])\d{3}[\dXx]"
        r"|[1-9]\d{7}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])\d{3})(?![0-9A-Za-z])"
    ),
    "phone": re.compile(
        r"(?<![0-9A-Za-z])(?:\+?86[- ]?)?1[3-9]\d(?:[- ]?\d){8}(?![0-9A-Za-z])"
    ),
    "plate": re.compile(
        f"[{_PROVINCES}][A-HJ-NP-Z][·• ]?"
        r"(?:[A-HJ-NP-Z0-9]{4}[A-HJ-NP-Z0-9挂学警港澳][A-HJ-NP-Z0-9]?)"
        r"(?![A-Za-z0-9])"
    ),
    "email": re.compile(r"[\w.+-]+@[\w-]+\.[\w.-]+"),
}
KINDS = (*_PATTERNS, "name")
_HOME = re.compile(
    r"(?:\d{1,4}弄)?\d{1,3}(?:号楼|号|栋|幢|座)(?:[A-Za-z0-9]{1,2}(?:单元|门))?"
    r"[A-Za-z]?\d{2,4}室?"
    r"|(?<![\d/-])\d{1,3}-(?:\d{1,2}-)?\d{3,4}(?![\d/-])"
    r"|\d{3,4}室"
)


class Finding(NamedTuple):
    """``kind`` one of :data:`KINDS`, ``word`` as written, ``where`` it was."""

    kind: str
    word: str
    where: str


def scan(texts, names=(), allowed=()):
    """Return what looks like personal data in ``texts``.

    :param texts: pairs of where (str, for the message) and text
    :param names: names of people who must not be named
    :param allowed: words that are published on purpose: the desk's telephone, the
        name of whoever is responsible
    :return: list of :class:`Finding`, each word once per place
    """
    allowed = {_plain(word) for word in allowed if word}
    names = [name for name in {_plain(n).strip() for n in names} if _is_name(name)]
    found = {}
    for where, text in texts:
        plain = _plain(text)
        for kind, pattern in _PATTERNS.items():
            for match in pattern.finditer(plain):
                word = match.group()
                if not _is_allowed(word, allowed):
                    found[Finding(kind, word, where)] = None
        for name in names:
            if name not in allowed and _occurs(name, plain):
                found[Finding("name", name, where)] = None
    return list(found)


def redact(text, names=(), homes=False):
    """Return ``text`` with personal data blacked out.

    :param str text: may be empty
    :param names: names to black out besides what is known by its shape
    :param bool homes: black out “12号楼1单元1201室” and “12-1-1201”, too
    """
    plain = _plain(text or "")
    for pattern in _PATTERNS.values():
        plain = pattern.sub(BLACK, plain)
    if homes:
        plain = _HOME.sub(BLACK, plain)
    for name in sorted(filter(_is_name, map(_plain, names)), key=len, reverse=True):
        if _occurs(name, plain):
            plain = plain.replace(name, BLACK)
    return plain


def strings(value, where=""):
    """Yield (where, text) for each text in nested lists and dicts."""
    if isinstance(value, str):
        yield where, value
    elif isinstance(value, dict):
        for key, inner in value.items():
            yield from strings(inner, f"{where} {key}".strip())
    elif isinstance(value, list | tuple):
        for inner in value:
            yield from strings(inner, where)


def _plain(text):
    return unicodedata.normalize("NFKC", text)


def _is_allowed(word, allowed):
    digits = re.sub(r"\D", "", word)
    return word in allowed or any(
        digits and digits == re.sub(r"\D", "", other) for other in allowed
    )


def _is_name(name):
    """Whether it can be looked for: one character would be found everywhere."""
    return len(name) >= (3 if name.isascii() else 2)


def _occurs(name, text):
    if name not in text:
        return False
    if not name.isascii():
        return True
    return bool(re.search(rf"(?<!\w){re.escape(name)}(?!\w)", text))
