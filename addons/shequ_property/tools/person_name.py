"""Names of people: the same one or not, and shown without giving it away."""

import re
import unicodedata

_NOISE = re.compile(r"[\s·•・.．,，'’`-]+")
_TITLE = re.compile(r"(先生|女士|小姐|太太|师傅|阿姨|老师)$")
_CJK = re.compile(r"[\u3400-\u9fff\U00020000-\U0003ffff]")


def normalise(name):
    """A name without what people write differently: spaces, dots, case, width."""
    text = unicodedata.normalize("NFKC", name or "").casefold()
    return _NOISE.sub("", text)


def same(one, other):
    """Whether two spellings name the same person.

    Whole names only: a surname with a title (王先生) names nobody.
    """
    first, second = normalise(one), normalise(other)
    return bool(first) and len(first) > 1 and first == second


def is_whole(name):
    """Whether ``name`` can prove who somebody is: more than a surname and a title."""
    return len(normalise(_TITLE.sub("", (name or "").strip()))) > 1


def mask(name):
    """Hide the middle of a name from those who need not know: 王*明, 王*, J*** S***.

    :param str name: as on file
    :return: str of about the same length
    """
    text = (name or "").strip()
    if not text:
        return ""
    if _CJK.search(text):
        if len(text) == 1:
            return text
        if len(text) == 2:
            return f"{text[0]}*"
        return f"{text[0]}{'*' * (len(text) - 2)}{text[-1]}"
    return " ".join(f"{word[0]}***" for word in text.split())
