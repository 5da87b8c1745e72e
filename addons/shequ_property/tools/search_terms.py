"""Search terms for Chinese text.

Chinese is written without spaces, and most of its words have two characters.
PostgreSQL's trigram index cannot help with fewer than three, so a search for 漏水
would read every row.  Pairs of characters, kept as words for PostgreSQL's own text
search, find it through an index.
"""

import re
import unicodedata

# Hanzi with extension A and compatibility forms, kana and hangul for names.
_RUN = re.compile(r"[\u3400-\u9fff\uf900-\ufaff\u3040-\u30ff\uac00-\ud7af]+|[a-z0-9]+")
# A longer text is a letter; what is searched for stands at its beginning.
_LIMIT = 2000


def _runs(text):
    text = unicodedata.normalize("NFKC", text or "")[:_LIMIT].lower()
    return _RUN.findall(text)


def _is_word(run):
    return run[0].isascii()


def index_terms(*texts):
    """Return the terms under which texts are found, separated by spaces.

    >>> index_terms("水管漏水 B2")
    '水管 管漏 漏水 水 b2'

    The last character of a run stands alone too, so that every single character
    begins some term.
    """
    terms = {}
    for text in texts:
        for run in _runs(text):
            if _is_word(run):
                terms[run] = None
                continue
            for i in range(len(run) - 1):
                terms[run[i : i + 2]] = None
            terms[run[-1]] = None
    return " ".join(terms)


def query_terms(text):
    """Return a ``tsquery`` (configuration ``simple``) for what somebody typed.

    >>> query_terms("漏水 0007")
    "'漏水' & '0007':*"
    >>> query_terms("水管漏水")
    "'水管' & '漏水'"

    Pairs that overlap would find less (水管又漏水了 has no 管漏) and mislead the
    planner of PostgreSQL, which takes each term for independent of the others.

    :return: str, empty when nothing in the text can be searched for
    """
    parts = {}
    for run in _runs(text):
        if _is_word(run) or len(run) == 1:
            parts[f"'{run}':*"] = None
        else:
            last = len(run) - 2
            for i in (*range(0, last, 2), last):
                parts[f"'{run[i : i + 2]}'"] = None
    return " & ".join(parts)
