"""Take people out of words that neighbours may read.

Residents write their own phone number, name and room into a report without
thinking.  What is shown to the neighbourhood goes through here first.  Unlike
`anonymise`, which makes a story nobody can place, this keeps the building and the
corridor: neighbours have to know where the water runs.
"""

import re

from .anonymise import (
    COMPOUND_SURNAMES,
    FIGURE,
    FORMAL_TITLES,
    KIN_TITLES,
    PROVINCES,
    SURNAMES,
)

MASK = "＊＊"

# Longer numbers first: an identity card also contains what looks like a telephone.
_PATTERNS = (
    # Identity card: 17 digits and a check character.
    re.compile(r"(?<![0-9])\d{17}[0-9Xx](?![0-9])"),
    # E-mail.
    re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+"),
    # Mobile or fixed telephone, with spaces or dashes inside.
    re.compile(r"(?<![0-9])(?:\+?86[ -]?)?1[3-9](?:[ -]?\d){9}(?![0-9])"),
    re.compile(r"(?<![0-9])0\d{2,3}[ -]?\d{7,8}(?![0-9])"),
    # Any other long number: bank card, account, order.
    re.compile(r"(?<![0-9])\d{7,}(?![0-9])"),
    # Names in messengers and number plates.
    re.compile(r"(?:微信|QQ|qq)(?:号码?)?\s*(?:是|为|[:：])?\s*[A-Za-z0-9_-]{5,}"),
    re.compile(rf"[{PROVINCES}][A-Z][·.\s-]?[A-Z0-9]{{5,6}}[挂学警港澳]?"),
    # A room: 302室, 三零二室, 1单元302, 12-1-302.
    re.compile(rf"(?:{FIGURE}{{1,3}}\s*单元\s*)?[A-Za-z]?{FIGURE}{{2,5}}\s*室"),
    re.compile(rf"{FIGURE}{{1,3}}\s*单元\s*{FIGURE}{{2,5}}"),
    re.compile(r"(?<![0-9-])\d{1,3}(?:-\d{1,2})?-\d{3,5}(?![0-9-])"),
    # People by their surname: 朱先生, 王阿姨.
    re.compile(
        rf"(?:{COMPOUND_SURNAMES}|[{SURNAMES}])"
        rf"(?:[\u4e00-\u9fff]{{0,2}}(?:{FORMAL_TITLES})|(?:{KIN_TITLES}))"
    ),
)


def mask(text, *private):
    """Return ``text`` without telephones, numbers of papers, rooms and ``private``.

    :param str text: words of a resident, or None
    :param private: further words to hide, such as names; empty ones are skipped
    :return: str, ``""`` for no text
    """
    text = text or ""
    for word in sorted(filter(None, private), key=len, reverse=True):
        text = re.sub(re.escape(word), MASK, text, flags=re.IGNORECASE)
    for pattern in _PATTERNS:
        text = pattern.sub(MASK, text)
    return text
