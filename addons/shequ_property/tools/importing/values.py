"""What stands in one cell, as a value or as a problem.

Every parser takes a cell (text, number, bool or None; dates come as ISO text) and
the name of the field for its problems, and returns ``Parsed(value, problem)``:
``(None, None)`` for an empty cell, ``(value, notice)`` where something should be
said about it, ``(None, error)`` where it cannot be understood. None of them raises.
"""

import re
import unicodedata
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from fractions import Fraction
from functools import lru_cache
from typing import Any, NamedTuple

from .. import address, idnumber, phone
from ..mask import is_masked
from .problems import Problem, problem

# What people write for "nothing".
NOTHING = frozenset(("", "-", "--", "—", "——", "/", "\\", "无", "暂无", "没有", "NULL"))
NOTHING |= {
    "N/A",
    "NONE",
    "NA",
    "未知",
    "不详",
    "#N/A",
    "\\N",
    "空",
    "未登记",
    "。",
    ".",
}
CELL_ERRORS = frozenset(
    ("#REF!", "#VALUE!", "#DIV/0!", "#NAME?", "#NULL!", "#NUM!", "#GETTING_DATA")
)
# 不动产单元号: parcel 19 characters, fixture letter and 8 digits.
UNIT_NUMBER = re.compile(r"\d{12}[GJZ][A-Z]\d{5}[A-Z]\d{8}")
# Characters of a cell, and of a note; what is longer is no address and no name.
LONGEST, LONGEST_NOTE = 300, 10_000
# Larger than any home, m²; and larger than any unit.
UNLIKELY_AREA = 2_000
LARGEST_AREA = 1_000_000


class Parsed(NamedTuple):
    value: Any
    problem: Problem | None = None


EMPTY = Parsed(None)


def clean(cell):
    """A cell as half-width text without what old programs put around it."""
    if isinstance(cell, str):
        return _clean(cell) if len(cell) <= 64 else _clean.__wrapped__(cell)
    if cell is None:
        return ""
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() else repr(cell)
    return str(int(cell)) if isinstance(cell, bool) else str(cell)


@lru_cache(maxsize=8192)
def _clean(text):
    if not text.isascii():
        text = unicodedata.normalize("NFKC", text)
        text = text.replace("\u200b", "").replace("\ufeff", "")
    text = text.strip()
    if text[:2] == '="' and text[-1] == '"':
        text = text[2:-1].strip()
    return text.lstrip("'`").strip() if text[:1] in "'`" else text


def is_nothing(text):
    return text.upper() in NOTHING


def checked(cell, field="", longest=LONGEST):
    """Text of a cell, ``None`` for nothing, or the problem of a broken cell."""
    text = clean(cell)
    if len(text) > longest:
        return Parsed(None, problem("too_long", field, text[:40], count=len(text)))
    upper = text.upper()
    if upper in NOTHING:
        return EMPTY
    if upper in CELL_ERRORS:
        return Parsed(None, problem("cell_error", field, text))
    if "\ufffd" in text:
        return Parsed(None, problem("unreadable", field, text))
    return Parsed(text)


# --------------------------------------------------------------------- areas

_AREA_UNITS = re.compile(
    r"(?:m2|m²|m\^2|㎡|平方米|平方|平米|平|sqm|sq\.?m\.?|方)[。.]?$", re.IGNORECASE
)
_OTHER_UNITS = re.compile(r"(?:亩|公顷|坪|sqft|sq\.?ft\.?|ft2|ha)$", re.IGNORECASE)
_THOUSANDS = re.compile(r"\d{1,3}(?:,\d{3})+(?:\.\d*)?")


@lru_cache(maxsize=2048, typed=True)
def area(cell, field=""):
    """An area as an ``int`` of hundredths of a square metre: ``"89.5㎡"`` → 8950."""
    text, wrong = checked(cell, field)
    if text is None:
        return Parsed(None, wrong)
    bare = re.sub(r"\s+", "", text).removeprefix("约")
    if _OTHER_UNITS.search(bare):
        return Parsed(None, problem("area_unit", field, text))
    bare = _AREA_UNITS.sub("", bare)
    if _THOUSANDS.fullmatch(bare):
        bare = bare.replace(",", "")
    try:
        if not re.fullmatch(r"[+-]?\d*\.?\d*(?:[eE][+-]?\d{1,2})?", bare):
            raise InvalidOperation
        number = Decimal(bare)
    except InvalidOperation:
        return Parsed(None, problem("area_invalid", field, text))
    if number < 0:
        return Parsed(None, problem("area_negative", field, text))
    if number > LARGEST_AREA:
        return Parsed(None, problem("area_invalid", field, text))
    rounded = number.quantize(Decimal("0.01"), ROUND_HALF_UP)
    result = int(rounded * 100)
    if abs(number - rounded) > Decimal("0.000001"):
        return Parsed(result, problem("area_rounded", field, text))
    if number > UNLIKELY_AREA:
        return Parsed(result, problem("area_unlikely", field, text))
    return Parsed(result)


# --------------------------------------------------------------------- dates

_ISO = re.compile(r"(\d{4})-(\d\d)-(\d\d)")
_YMD = re.compile(r"(\d{4})\s*[-/.年,]\s*(\d{1,2})\s*[-/.月,]\s*(\d{1,2})\s*[日号]?")
_YM = re.compile(r"(\d{4})\s*[-/.年]\s*(\d{1,2})\s*月?")
_CLOCK = re.compile(
    r"[T\s]+\d{1,2}(?::|时)\d{1,2}(?:(?::|分)\d{1,2}(?:\.\d+)?)?[秒分Z]?$"
)
_ENDING = re.compile(r"(\d{1,2})\s*[-/.]\s*(\d{1,2})\s*[-/.]\s*(\d{4})")
_SHORT = re.compile(r"\d{1,2}\s*[-/.年]\s*\d{1,2}\s*[-/.月]\s*\d{1,2}\s*日?")
_WEEKDAY = re.compile(r"[\s(]*(?:星期|周)[一二三四五六日天]\)?$")
_FOREVER = frozenset(
    ("长期", "至今", "永久", "无限期", "不限", "在住", "NOW", "PRESENT")
)
_FIRST_SERIAL, _LAST_SERIAL = 10_000, 73_050  # 1927 to 2099


@lru_cache(maxsize=2048, typed=True)
def day(cell, field="", date1904=False):
    """A date as ISO text: ``"2021年3月5日"``, serial ``44260`` → ``"2021-03-05"``.

    :param date1904: serial numbers count from 1904, as in files of old Macs
    """
    text, wrong = checked(cell, field)
    if text is None:
        return Parsed(None, wrong)
    if text.upper() in _FOREVER:
        return EMPTY
    value, code = _day(text, date1904)
    if value is None:
        return Parsed(None, problem(code, field, text))
    if code:
        return Parsed(value.isoformat(), problem(code, field, text))
    if not 1900 <= value.year <= 2100:
        return Parsed(value.isoformat(), problem("date_unlikely", field, text))
    return Parsed(value.isoformat())


def _day(text, date1904):
    if found := _ISO.fullmatch(text):
        return _date(*found.groups())
    text = _WEEKDAY.sub("", _CLOCK.sub("", text)).strip()
    if re.fullmatch(r"\d{4}\s*年?", text) and 1900 <= int(text[:4]) <= 2100:
        return None, "date_incomplete"
    if re.fullmatch(r"\d{5}(?:\.\d+)?", text):
        return _serial(float(text), date1904)
    if re.fullmatch(r"\d{8}", text):
        return _date(text[:4], text[4:6], text[6:])
    if found := _YMD.fullmatch(text):
        return _date(*found.groups())
    if found := _YM.fullmatch(text):
        return _month(text, *found.groups())
    if found := re.fullmatch(r"(\d{4})(0[1-9]|1[0-2])", text):
        return _month("", *found.groups())
    if found := _ENDING.fullmatch(text):
        first, second, year = found.groups()
        if first != second and int(first) <= 12 and int(second) <= 12:
            return None, "date_ambiguous"
        if int(first) > 12:
            first, second = second, first
        return _date(year, first, second)
    if _SHORT.fullmatch(text):
        return None, "date_ambiguous"
    return None, "date_invalid"


def _month(text, year, month):
    # A number 2021.1 may have been 2021.10 before the spreadsheet took the zero.
    if re.fullmatch(r"\d{4}\.1", text):
        return None, "date_ambiguous"
    value, code = _date(year, month, 1)
    return value, code or "date_month_only"


def _serial(number, date1904):
    if not _FIRST_SERIAL <= number <= _LAST_SERIAL:
        return None, "date_invalid"
    start = date(1904, 1, 1) if date1904 else date(1899, 12, 30)
    return start + timedelta(days=int(number)), ""


def _date(year, month, number):
    try:
        return date(int(year), int(month), int(number)), ""
    except ValueError:
        return None, "date_invalid"


# -------------------------------------------------------------------- phones

_ROUNDED = re.compile(r"\d(?:\.\d+)?[Ee]\+?\d{1,2}")
_PHONE_ASIDE = re.compile(r"[(（][^)）\d+]*[)）]|[\u4e00-\u9fff]+[:：]?")
_PHONE_BREAK = re.compile(
    r"[、,，;；/|\n\r\\&]+|(?<=\d{7})\s+(?=(?:\+?86[ -]?)?1[3-9]\d{9}(?!\d))"
)
_SERVICE = re.compile(r"(?:400|800)\d{7}")
_LANDLINE = re.compile(r"0\d{9,11}")


def phones(cell, field="", country_code=phone.MAINLAND):
    """The numbers in a cell as ``tools.phone.normalise`` writes them.

    :return: ``(list of numbers, list of problems)``; a wrong number is left out
    """
    text, wrong = checked(cell, field)
    if text is None:
        return [], [wrong] if wrong else []
    found, problems = [], []
    if is_masked(text):
        return [], [problem("masked", field, text)]
    for piece in _PHONE_BREAK.split(text):
        number, code, count = _phone(piece.strip(), str(country_code))
        if code:
            problems.append(problem(code, field, piece.strip(), count=count))
        if number and number not in found:
            found.append(number)
    return found, problems


@lru_cache(maxsize=4096)
def _phone(text, country_code):
    if not text or is_nothing(text):
        return "", "", 0
    if _ROUNDED.fullmatch(text):
        whole = Decimal(text)
        digits = str(int(whole)) if whole == int(whole) else ""
        # All digits must be in front of the E, or the rest has become zeros.
        if len(text.upper().split("E")[0].replace(".", "")) < len(digits) - 1:
            return "", "phone_destroyed", 0
        text = digits
    text = re.sub(r"\.0+$", "", text)
    if re.fullmatch(r"0?1[3-9]\d{9}", text):
        return text.lstrip("0"), "", 11
    bare = _PHONE_ASIDE.sub("", text.split("转")[0]).strip(" :()")
    if not re.fullmatch(r"[+\d][\d\s().\-—–_·]*(?:#\d+|x\d+|ext\.?\d+)?", bare, re.I):
        return "", "phone_invalid", 0
    number = phone.normalise(re.sub(r"[—–_·.]", "-", bare), country_code)
    return _checked_phone(number)


def _checked_phone(number):
    digits = number.lstrip("+")
    count = len(digits)
    if number.startswith("+"):
        good = 7 <= count <= 15
        return (number, "", count) if good else ("", "phone_length", count)
    if phone.is_mobile(number) or _SERVICE.fullmatch(number):
        return number, "", count
    if number.startswith("0") and _LANDLINE.fullmatch(number):
        return number, "", count
    if 7 <= count <= 8 and number[0] in "23456789":
        return number, "phone_no_area_code", count
    return "", "phone_length", count


# -------------------------------------------------------------- identity cards

ID_TYPE_WORDS = {
    idnumber.RESIDENT: "身份证 居民身份证 二代身份证 二代证 身份证件 居住证 临时身份证 "
    "户口簿 户口本 港澳台居民居住证 residentid residentidentitycard idcard id "
    "identitycard 外国人永久居留证",
    idnumber.PASSPORT: "护照 外国护照 中国护照 passport 外籍护照",
    idnumber.HK_MACAU: "港澳通行证 港澳居民来往内地通行证 回乡证 港澳居民通行证 港澳证 "
    "港澳台通行证 homereturnpermit permitofhongkongandmacauresidents 港澳 香港身份证",
    idnumber.TAIWAN: "台湾通行证 台湾居民来往大陆通行证 台胞证 taiwanpermit "
    "permitoftaiwanresidents 台湾",
    idnumber.COMPANY: "统一社会信用代码 营业执照 信用代码 组织机构代码 企业 公司 单位 "
    "businesslicence businesslicense unifiedsocialcreditcode uscc 社会信用代码 法人",
}
_ID_BREAK = re.compile(r"[、,，;；/|\n\r]+")
_ID18 = re.compile(r"[1-9]\d{16}[0-9X]")
_USCC = re.compile(r"[159AN][1-9A-Z]\d{6}[0-9A-HJ-NPQRTUWXY]{10}")
_ID15 = re.compile(r"[1-9]\d{14}")


class Identity(NamedTuple):
    type: str
    number: str


@lru_cache(maxsize=2048, typed=True)
def id_type(cell, field="id_type"):
    return _word(cell, field, _ID_TYPE_TABLE, "id_type_unknown")


def identity(cell, field="id_number", kind=None):
    """Number of an identity document as ``Identity(type, number)``.

    :param kind: one of ``idnumber.TYPES`` when another cell names it, else it is told
        from the number's shape
    """
    text, wrong = checked(cell, field)
    if text is None:
        return Parsed(None, wrong)
    number = re.sub(r"[\s\-—–_.·]", "", text).upper()
    number = re.sub(r"^(身份证|证件)?(号码?)?[:：]?", "", number)
    if _ROUNDED.fullmatch(text) or (
        isinstance(cell, (int, float)) and abs(cell) >= 10**15
    ):
        return Parsed(None, problem("id_destroyed", field, text))
    if is_masked(text):
        return Parsed(None, problem("masked", field, text))
    found, kept, code = _identity(number, kind)
    if found is None:
        return Parsed(None, problem(code, field, text, count=len(number)))
    return Parsed(Identity(found, kept), problem(code, field, text) if code else None)


def identities(cell, field="id_number", kind=None):
    """Several numbers in one cell: ``(list of Identity, list of problems)``."""
    text, wrong = checked(cell, field)
    if text is None:
        return [], [wrong] if wrong else []
    pieces = [p for p in _ID_BREAK.split(text) if p.strip()]
    if len(pieces) < 2:
        pieces = [cell]
    found, problems = [], []
    for piece in pieces:
        value, wrong = identity(piece, field, kind)
        if value:
            found.append(value)
        if wrong:
            problems.append(wrong)
    return found, problems


# What `idnumber` finds wrong, in our words.
_ID_CODES = {
    "length": "id_length",
    "characters": "id_invalid",
    "date": "id_birth_date",
    "check": "id_check_digit",
    "type": "id_invalid",
}
# Social credit codes begin with the department and kind of body that registered.
_USCC_START = re.compile(r"[159AN][1-9A-Z]\d{6}")


def _identity(number, kind):
    """``(kind, number as kept, notice or "")``, or ``(None, "", error)``."""
    kind = kind or _kind_of_number(number)
    if not kind:
        shape = re.fullmatch(r"\d+X?", number)
        return None, "", "id_length" if shape else "id_invalid"
    try:
        kept = idnumber.check(kind, number)
    except idnumber.IdNumberError as error:
        return None, "", _ID_CODES[error.code]
    if kind == idnumber.RESIDENT and len(number) == 15:
        return kind, kept, "id_old"
    if kind == idnumber.PASSPORT and not _CHINESE_PASSPORT.fullmatch(number):
        return kind, kept, "id_foreign"
    return kind, kept, ""


_CHINESE_PASSPORT = re.compile(r"[EGPSD][A-Z]?\d{7,8}")


def _kind_of_number(number):
    """Kind of paper by the number's shape alone, also when it is mistyped."""
    if _ID18.fullmatch(number):
        company = _USCC_START.match(number) and not _birth_date(number[6:14])
        return idnumber.COMPANY if company else idnumber.RESIDENT
    if _ID15.fullmatch(number):
        return idnumber.RESIDENT
    if len(number) == 18 and _USCC_START.match(number):
        return idnumber.COMPANY
    if re.fullmatch(r"\d{11,}X?", number):
        return ""  # neither: a digit is missing or too many
    found = idnumber.guess_type(number)
    if found == idnumber.PASSPORT and re.fullmatch(r"\d+|[A-Z]+", number):
        return ""
    return found


def _birth_date(digits):
    try:
        born = date(int(digits[:4]), int(digits[4:6]), int(digits[6:]))
    except ValueError:
        return False
    return 1850 <= born.year <= date.today().year


# -------------------------------------------------------------- tables of words


def _table(words):
    return {
        word.upper(): value for value, text in words.items() for word in text.split()
    }


ROLE_WORDS = {
    "owner": "owner 业主 产权人 户主 房主 房东 所有权人 权利人 本人 业主本人 "
    "房屋所有人 第一产权人 主业主 所有人 homeowner 自住业主 购房人 买受人 户主本人 "
    "主产权人",
    "co_owner": "co_owner co-owner coowner 共有人 共有产权 共有 共有产权人 "
    "共同产权人 产权共有人 共同业主 联名业主 共有权人 第二产权人 副业主 共同共有人 "
    "按份共有人 次业主",
    "tenant": "tenant 租客 租户 承租人 租住 租赁 租住人 租赁户 租赁人 承租方 租住户 "
    "出租 使用人 租 承租户 租房 租客本人 lessee 非业主使用人 实际使用人",
    "family": "family 家属 家人 配偶 妻子 丈夫 夫妻 妻 夫 子女 儿子 女儿 子 女 父母 "
    "父亲 母亲 父 母 爱人 亲属 亲戚 家庭成员 业主家属 直系亲属 岳父 岳母 公公 婆婆 "
    "儿媳 女婿 孙子 孙女 外孙 外孙女 兄弟 姐妹 祖父 祖母 爷爷 奶奶 外公 外婆 同住人 "
    "成员 哥哥 弟弟 姐姐 妹妹 媳妇 spouse wife husband child son daughter parent "
    "father mother 老公 老婆 familymember 同住家属 住户成员",
    "developer": "developer 开发商 建设单位 开发公司 房产商 房地产公司 开发企业 发展商",
}
USE_WORDS = {
    "home": "home 住宅 住房 居住 居民 民用 民宅 普通住宅 商品房 公寓 别墅 高层 多层 "
    "小高层 洋房 住家 居住用房 成套住宅 residential house apartment flat 高层住宅 "
    "多层住宅 自住 小高层住宅 联排别墅 独栋别墅 叠加别墅 保障房 动迁房 售后公房 "
    "住宅用房 电梯房 房屋",
    "shop": "shop 商铺 商业 店铺 门面 商用 底商 商业用房 店面 门市 商服 商业网点 "
    "沿街商铺 营业 商场 会所 铺位 铺 retail commercial store 经营性用房 门面房 "
    "商业铺 社区底商",
    "parking": "parking 车位 车库 停车位 地下车位 地面车位 产权车位 人防车位 "
    "机动车位 固定车位 租赁车位 车位(产权) 地库 地下车库 garage parkingspace carpark "
    "子母车位 机械车位 停车场",
    "storage": "storage 储藏室 储藏间 储物间 杂物间 地下室 仓库 储藏 储物 储物室 "
    "仓储 杂物房 煤棚 阁楼 自行车库 非机动车库 storeroom warehouse 附房 柴间",
    "office": "office 办公 写字楼 办公室 办公用房 商务办公 办公楼 商办",
}
STATE_WORDS = {
    "unsold": "unsold 未售 待售 未销售 在售 可售 未出售 空房未售 尾盘 未售出",
    "sold": "sold 已售 已售未交 未交房 未交付 已售未交付 已售未交房 已销售 已出售 "
    "已签约 未收楼 已售未收楼 待交付 待交房 已售出 未收房 已认购",
    "delivered": "delivered 已交付 已交房 已入住 已收楼 已收房 入住 自住 出租 空置 "
    "空关 常住 在住 已装修 装修中 未入住 已交 交付 交房 已接房 occupied vacant 居住 "
    "已入伙 出租中 租住 已出租 空房 正常 装修 未装修 空关房 已验房 收楼 营业 使用中",
}
YES = frozenset("是 √ ✓ ✔ Y YES 1 TRUE T 对 有 ☑ V X真 真 代表 ●".split())
NO = frozenset("否 × ✗ N NO 0 FALSE F 不 不是 ☐ X 假 ○".split())

_ROLES = _table(ROLE_WORDS)
_USES = _table(USE_WORDS)
_STATES = _table(STATE_WORDS)
_ID_TYPE_TABLE = _table(ID_TYPE_WORDS)


@lru_cache(maxsize=2048)
def _key(text):
    text = re.sub(r"[\s_\-]+", "", text.upper())
    return re.sub(r"[(\[].*?[)\]]$", "", text) or text


def _word(cell, field, table, code):
    text, wrong = checked(cell, field)
    if text is None:
        return Parsed(None, wrong)
    found = table.get(text.upper()) or table.get(_key(text))
    return Parsed(found) if found else Parsed(None, problem(code, field, text))


@lru_cache(maxsize=2048, typed=True)
def role(cell, field="role"):
    """One of owner, co_owner, family, tenant, developer."""
    return _word(cell, field, _ROLES, "role_unknown")


@lru_cache(maxsize=2048, typed=True)
def use(cell, field="use"):
    """One of home, shop, parking, storage, office."""
    return _word(cell, field, _USES, "use_unknown")


@lru_cache(maxsize=2048, typed=True)
def state(cell, field="state"):
    """One of unsold, sold, delivered."""
    return _word(cell, field, _STATES, "state_unknown")


@lru_cache(maxsize=2048, typed=True)
def yes_no(cell, field=""):
    if isinstance(cell, bool):
        return Parsed(cell)
    text, wrong = checked(cell, field)
    if text is None:
        return Parsed(None, wrong)
    if text.upper() in YES:
        return Parsed(True)
    if text.upper() in NO:
        return Parsed(False)
    return Parsed(None, problem("yes_no_unknown", field, text))


# -------------------------------------------------------------------- shares

_JOINT = frozenset(("共同共有", "共有", "夫妻共有", "共同", "JOINT"))
_WHOLE = frozenset(("单独所有", "单独", "全部", "独有", "单独共有", "个人", "SOLE"))
_FRACTION = re.compile(r"各?(?:占)?(\d{1,6})\s*/\s*(\d{1,6})")
_OF = re.compile(r"各?(?:占)?(\d{1,4})分之(\d{1,4})")
_PERCENT = re.compile(r"各?(?:占)?(\d{1,3}(?:\.\d{1,4})?)\s*%")
_HALVES = frozenset(("各半", "一半", "各一半", "半", "二分之一", "各二分之一"))


def share(cell, field="share"):
    """A share as ``[numerator, denominator]``: ``"50%"``, ``"各半"`` → ``[1, 2]``.

    ``"joint"`` is the value of joint ownership, where nobody has a share.
    """
    text, wrong = checked(cell, field)
    if text is None:
        return Parsed(None, wrong)
    word = re.sub(r"\s+", "", text)
    if word.upper() in _JOINT:
        return Parsed("joint")
    if word == "按份共有":  # by shares, which it does not name
        return EMPTY
    fraction = _fraction(word)
    if fraction is None or not 0 <= fraction <= 1:
        return Parsed(None, problem("share_invalid", field, text))
    return Parsed([fraction.numerator, fraction.denominator])


def _fraction(text):
    if text.upper() in _WHOLE:
        return Fraction(1)
    if text in _HALVES:
        return Fraction(1, 2)
    if found := _FRACTION.fullmatch(text):
        return Fraction(int(found[1]), int(found[2])) if int(found[2]) else None
    if found := _OF.fullmatch(text):
        return Fraction(int(found[2]), int(found[1])) if int(found[1]) else None
    if found := _PERCENT.fullmatch(text):
        return Fraction(found[1]) / 100
    if re.fullmatch(r"[01]?\.\d{1,18}|[01]", text):
        # 0.3333333 is a third, not 3333333 ten-millionths.
        exact = Fraction(text)
        near = exact.limit_denominator(1000)
        return near if abs(near - exact) < Fraction(1, 10**6) else exact
    return None


# --------------------------------------------------------------- other fields


def unit_number(cell, field="real_estate_number"):
    """Real-estate unit number (不动产单元号), 28 characters."""
    text, wrong = checked(cell, field)
    if text is None:
        return Parsed(None, wrong)
    number = re.sub(r"[\s\-]", "", text).upper()
    if len(number) != 28:
        return Parsed(None, problem("number_length", field, text, count=len(number)))
    if not UNIT_NUMBER.fullmatch(number):
        return Parsed(None, problem("number_invalid", field, text))
    return Parsed(number)


_EMAIL = re.compile(r"[\w.+%-]+@[\w-]+(?:\.[\w-]+)*\.[A-Za-z]{2,24}", re.ASCII)


def email(cell, field="email"):
    text, wrong = checked(cell, field)
    if text is None:
        return Parsed(None, wrong)
    bare = text.removeprefix("mailto:").strip()
    if is_masked(bare):
        return Parsed(None, problem("masked", field, text))
    if not _EMAIL.fullmatch(bare):
        return Parsed(None, problem("email_invalid", field, text))
    return Parsed(bare)


@lru_cache(maxsize=2048, typed=True)
def floor(cell, field="floor"):
    """Storey as ``int``: ``"3层"`` → 3, ``"B1"``, ``"地下一层"`` → -1."""
    text, wrong = checked(cell, field)
    if text is None:
        return Parsed(None, wrong)
    number = address.floor_number(text)
    if number is None:
        return Parsed(None, problem("floor_invalid", field, text))
    return Parsed(number)


def plain(cell, field=""):
    """Text as it stands, without outer spaces."""
    text, wrong = checked(cell, field, LONGEST_NOTE if field == "note" else LONGEST)
    return Parsed(text, wrong)


# --------------------------------------------------------------------- names

_HAN = "\u3400-\u9fff\U00020000-\U0003ffff"
_PLAIN_NAME = re.compile(rf"[{_HAN}]{{2,4}}")
_NAME_BREAK = re.compile(r"[、;；|\n\r]+")
_HAN_BREAK = re.compile(rf"(?<=[{_HAN})）])\s*[,，/&+]\s*(?=[{_HAN}])")
_HAN_PAIR = re.compile(rf"([{_HAN}]{{2,3}})(?:和|与|及)([{_HAN}]{{2,3}})")
_HAN_SPACED = re.compile(rf"[{_HAN}]{{2,4}}(?:\s+[{_HAN}]{{2,4}})+")
_ASIDE = re.compile(r"\s*[(（][^)）]*[)）]\s*")
_COMPANY = re.compile(r"公司|中心|银行|委员会|集团|事务所|厂$|店$|政府|学校|局$")


def names(cell, field="person"):
    """The people in a cell: ``"张三、李四"`` → ``(["张三", "李四"], None)``.

    :return: ``Parsed(list of names, problem)``; an empty cell gives ``[]``
    """
    text, wrong = checked(cell, field)
    if text is None:
        return Parsed([], wrong)
    if _PLAIN_NAME.fullmatch(text):
        return Parsed([text])
    found = []
    for piece in _NAME_BREAK.split(text):
        for name in _HAN_BREAK.split(piece):
            found += _split_spaces(_ASIDE.sub("", name).strip(" ,，/"))
    found = [name for name in dict.fromkeys(found) if name]
    if any(not _is_name(name) for name in found) or not found:
        return Parsed([], problem("name_invalid", field, text))
    if len(found) > 1:
        return Parsed(found, problem("people_split", field, text, count=len(found)))
    return Parsed(found)


def _split_spaces(text):
    if _COMPANY.search(text):
        return [text]
    if pair := _HAN_PAIR.fullmatch(text):
        return [pair[1], pair[2]]
    if _HAN_SPACED.fullmatch(text):
        return text.split()
    if re.search(rf"[{_HAN}]", text) and not re.search(r"[A-Za-z]", text):
        return [re.sub(r"\s+", "", text)]  # 张　三
    return [re.sub(r"\s+", " ", text)]


def _is_name(text):
    return bool(re.search(rf"[{_HAN}A-Za-z\u00c0-\u024f]", text)) and not re.search(
        r"\d{5,}", text
    )


# ------------------------------------------------------- what a column looks like


def looks_like_id(cell):
    text = clean(cell).upper()
    if len(text) == 18:
        resident = _ID18.fullmatch(text) and _birth_date(text[6:14])
        return bool(resident or _USCC.fullmatch(text))
    if len(text) == 15:
        return bool(_ID15.fullmatch(text) and _birth_date(f"19{text[6:12]}"))
    return bool(re.fullmatch(r"\d\.\d+E\+1[4-7]", text))


def looks_like_phone(cell):
    text = re.sub(r"[\s\-]", "", clean(cell)).removesuffix(".0")
    return bool(re.match(r"(?:\+?86)?1[3-9]\d{9}(?!\d)|0\d{9,11}(?!\d)|\+\d{8}", text))


def looks_like_email(cell):
    return bool(_EMAIL.fullmatch(clean(cell)))


def looks_like_unit_number(cell):
    return bool(UNIT_NUMBER.fullmatch(re.sub(r"[\s\-]", "", clean(cell)).upper()))


def looks_like_address(cell):
    text = clean(cell).upper()
    return bool(
        re.search(r"(?:弄|号楼?|栋|幢|座|单元|#).*\d{3,4}|\d+-\d+-\d{3,4}$", text)
        or re.search(r"^\d{1,3}-\d{3,4}$", text)
    )


def looks_like_room(cell):
    return bool(re.fullmatch(r"[A-Z]?\d{3,4}[A-Z]?室?", clean(cell).upper()))


def looks_like_role(cell):
    return clean(cell).upper() in _ROLES


def looks_like_use(cell):
    return clean(cell).upper() in _USES


def looks_like_state(cell):
    return clean(cell).upper() in _STATES


def looks_like_date(cell):
    text = clean(cell)
    return bool(re.fullmatch(r"\d{4}[-/.年]\d{1,2}[-/.月]\d{1,2}日?.*", text))


def looks_like_name(cell):
    return bool(re.fullmatch(rf"[{_HAN}]{{2,4}}(?:[、/][{_HAN}]{{2,4}})*", clean(cell)))
