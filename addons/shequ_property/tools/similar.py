"""How alike two short Chinese texts are, to find a request that was sent before.

Words are not cut: single characters and pairs of neighbouring characters are
compared as sets (Ochiai coefficient: what is common, divided by the geometric mean
of both sizes), so that a short text inside a longer one still counts.
"""

import heapq
import math
import re
import unicodedata
from difflib import SequenceMatcher
from functools import lru_cache
from operator import add

# Politeness and grammar say nothing about what is broken.
FILLER = "的了吗呢啊吧呀哦嗯请您你我是有在就都也还很"
DIGITS = {**{word: str(value) for value, word in enumerate("零一二三四五六七八九")}}
DIGITS |= {"〇": "0", "两": "2"}
TENS = re.compile("([一二三四五六七八九]?)十([一二三四五六七八九]?)")
NOISE = re.compile(rf"[\W_{FILLER}]+")
BLANK = re.compile(r"[\W_]+")
SPOKEN = str.maketrans(DIGITS)


def _tens(match):
    return (DIGITS.get(match[1]) or "1") + (DIGITS.get(match[2]) or "0")


def normalise(text):
    """Return `text` in one spelling.

    Width and case are unified, Chinese numbers up to 99 become figures (十二号楼 is
    12号楼), punctuation and filler characters go.
    """
    text = unicodedata.normalize("NFKC", text or "").lower()
    if "十" in text:
        text = TENS.sub(_tens, text)
    text = text.translate(SPOKEN)
    return NOISE.sub("", text) or BLANK.sub("", text)


@lru_cache(maxsize=4096)
def _grams(text):
    plain = normalise(text)
    return frozenset((*plain, *map(add, plain, plain[1:])))


def _compare(a, b):
    if a == b:
        return 1.0
    common = len(a & b)
    return common / math.sqrt(len(a) * len(b)) if common else 0.0


def similarity(a, b):
    """Return 0 (nothing in common) to 1 (the same, spelling aside)."""
    return _compare(_grams(a), _grams(b))


def rank(text, candidates, limit=5, threshold=0.0):
    """Return the candidates most like `text`, best first.

    :param candidates: iterable of (key, text)
    :param int limit: how many at most
    :param float threshold: what is less alike is left out
    :return: list of (score, key); equal scores keep the order of the candidates
    """
    own = _grams(text)
    if not own:
        return []
    scored = ((_compare(own, _grams(other)), key) for key, other in candidates)
    likely = (pair for pair in scored if pair[0] > 0 and pair[0] >= threshold)
    return heapq.nlargest(limit, likely, key=lambda pair: pair[0])


def common(a, b, limit=3, at_least=2):
    """Return the longest runs of characters both texts have, in the order of `a`.

    :param int limit: how many at most
    :param int at_least: characters of the shortest worth naming
    """
    first, second = (BLANK.sub("", text or "")[:400] for text in (a, b))
    blocks = SequenceMatcher(None, first, second, autojunk=False).get_matching_blocks()
    best = heapq.nlargest(limit, blocks, key=lambda block: block.size)
    return [
        first[block.a : block.a + block.size]
        for block in sorted(best)
        if block.size >= at_least
    ]
