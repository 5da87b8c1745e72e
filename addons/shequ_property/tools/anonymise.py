"""Take out of a Chinese text what tells who and where somebody is.

Meant for stories that colleagues read: names, telephone numbers, identity cards,
number plates, addresses in the net and room numbers each become 某.  It errs on the
side of taking too much; a person reads the story before it is published.
"""

import re

SOMEONE = "某"
# The hundred commonest surnames, and the compound ones still in use.
SURNAMES = (
    "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕"
    "苏卢蒋蔡贾丁魏薛叶阎余潘杜戴夏钟汪田任姜范方石姚谭廖邹熊金陆郝孔白崔康毛邱秦江史"
    "顾侯邵孟龙万段雷钱汤尹黎易常武乔贺赖龚文"
)
COMPOUND_SURNAMES = "欧阳|上官|司马|诸葛|司徒|东方|夏侯|皇甫|尉迟|公孙|慕容"
# After 小 and 老 only those that make no other word (小高层, 老方法, 小白菜).
NICK_SURNAMES = "王李张刘陈杨赵吴徐孙朱郭罗郑梁谢宋唐许邓冯韩曹"
FORMAL_TITLES = "先生|女士|小姐|太太"
KIN_TITLES = "阿姨|大爷|大妈|大叔|大伯|大姐|大哥|奶奶|爷爷|婆婆|叔叔|伯伯|老师|老伯"
PROVINCES = "京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼"
FIGURE = "[0-9零〇一二三四五六七八九十百幺]"
# 12号楼1单元302室 · 3弄5号601室 · 12-1-302 · 302室 · 三零二室
ADDRESS_STEP = (
    rf"{FIGURE}{{1,5}}(?:号楼|栋|幢|单元|弄|室|门洞|[#＃]|号(?={FIGURE}{{3,4}}室))"
)

_WIDE = {
    code: code - 0xFEE0
    for first, last in ("０９", "ＡＺ", "ａｚ")
    for code in range(ord(first), ord(last) + 1)
}
_SURNAME = rf"(?:{COMPOUND_SURNAMES}|[{SURNAMES}])"
_PATTERNS = [
    # e-mail and web addresses, names in messengers
    (r"[A-Za-z0-9_.+-]+@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+", SOMEONE),
    (r"https?://[^\s，。；]+", SOMEONE),
    (
        r"((?:微信|QQ|qq)(?:号码?)?\s*(?:是|为|[:：])?\s*)[A-Za-z0-9_-]{5,}",
        rf"\1{SOMEONE}",
    ),
    # ticket numbers
    (r"[A-Z][A-Z0-9]+-\d{8}-\d{3,}", SOMEONE),
    # number plates: 沪A·12345, 沪AD12345
    (rf"[{PROVINCES}][A-Z][·.\s-]?[A-Z0-9]{{5,6}}[挂学警港澳]?", SOMEONE),
    # telephone, identity card, bank card: seven figures and more, also with gaps
    (r"(?:\+?86[\s-]?)?\d(?:[\s-]?\d){6,19}[Xx]?", SOMEONE),
    (r"[零〇一二三四五六七八九幺]{7,}", SOMEONE),
    # places, from the longest spelling to the shortest
    (rf"(?:{ADDRESS_STEP}[\s,，-]?)+(?:{FIGURE}{{3,4}}室?)?", f"{SOMEONE}室"),
    (r"(?<![\d.-])\d{1,3}(?:-\d{1,2})?-\d{3,4}(?![\d-])", f"{SOMEONE}室"),
    # people by their surname
    (rf"{_SURNAME}[\u4e00-\u9fff]{{0,2}}({FORMAL_TITLES})", rf"{SOMEONE}\1"),
    (rf"{_SURNAME}({KIN_TITLES})", rf"{SOMEONE}\1"),
    (rf"[小老][{NICK_SURNAMES}](?![\u4e00-\u9fff]?师傅)", SOMEONE),
]
PATTERNS = [(re.compile(pattern), by) for pattern, by in _PATTERNS]
REPEATED = re.compile(f"{SOMEONE}{{2,}}")


def anonymise(text, names=(), places=()):
    """Return `text` without what tells who and where somebody is.

    :param str text: any text
    :param names: people's names to take out wherever they stand; one character is
        too short to be told from a word and is left
    :param places: spellings of the place, such as ``12号楼1单元302室`` and ``302``
    :return: str
    """
    text = (text or "").translate(_WIDE)
    text = _without(text, names, SOMEONE)
    for pattern, by in PATTERNS:
        text = pattern.sub(by, text)
    text = _without(text, places, SOMEONE)
    return REPEATED.sub(SOMEONE, text)


def _without(text, words, by):
    # The longest first: 12号楼302室 before 302.
    for word in sorted({w.strip() for w in words if w}, key=len, reverse=True):
        word = word.translate(_WIDE)
        if len(word) < 2 or word in (SOMEONE, f"{SOMEONE}室"):
            continue
        pattern = re.escape(word)
        if word[0].isascii() and word[0].isalnum():
            pattern = rf"(?<![A-Za-z0-9]){pattern}"
        if word[-1].isascii() and word[-1].isalnum():
            pattern = rf"{pattern}(?![A-Za-z0-9])"
        text = re.sub(pattern, by, text)
    return text
