"""What a column holds, told by its heading and by what stands in it."""

import re
import unicodedata
from typing import NamedTuple

from . import values

# In the order in which forms offer them.
FIELDS = (
    "estate",
    "lane",
    "building",
    "entrance",
    "floor",
    "room",
    "address",
    "use",
    "state",
    "building_area",
    "exclusive_area",
    "real_estate_number",
    "ref",
    "person",
    "phone",
    "phone2",
    "role",
    "id_type",
    "id_number",
    "email",
    "share",
    "date_from",
    "date_to",
    "representative",
    "tenant",
    "tenant_phone",
    "parking",
    "parking_area",
    "note",
)
PLACE_FIELDS = frozenset(
    ("estate", "lane", "building", "entrance", "floor", "room", "address", "ref")
)
PERSON_FIELDS = frozenset(
    ("person", "phone", "phone2", "id_type", "id_number", "email", "role")
)

SYNONYMS = {
    "estate": (
        "小区 小区名称 小区名 项目 项目名称 项目名 楼盘 楼盘名称 社区 社区名称 "
        "物业项目 物业名称 管理处 园区 园区名称 住宅区 estate project community "
        "compound property 所属小区 所属项目 服务中心"
    ),
    "lane": "弄 弄号 支弄 里弄 lane 弄堂 路弄",
    "building": (
        "楼号 楼栋 楼栋号 楼栋名称 栋 栋号 栋座 幢 幢号 幢名 座 座号 座栋 楼 楼幢 "
        "楼幢号 楼座 楼宇 楼宇号 楼宇名称 号楼 大楼 楼名 所属楼栋 所在楼栋 号 "
        "门牌号楼 building block tower 自然幢 自然幢号 幢栋 buildingno "
        "blockno 楼栋幢 栋幢"
    ),
    "entrance": (
        "单元 单元号 单元名称 门洞 门栋 梯 梯号 梯位 entrance stairwell staircase "
        "所属单元 单元门 门号单元"
    ),
    "floor": "楼层 层 层数 所在层 层号 所在楼层 实际楼层 名义层 floor level storey",
    "room": (
        "房号 房间号 房间 室 室号 房屋号 门牌 门牌号 门牌号码 户室 户室号 房屋编号 "
        "房间编号 室号部位 门号 单位 单位号 铺号 商铺号 车位号 车位编号 车位 房间名称 "
        "资产编号 房产编号 room roomno roomnumber unit unitno unitnumber flat "
        "apartment door 房屋室号 房室号"
    ),
    "address": (
        "地址 房屋地址 房屋坐落 坐落 房产地址 房屋 房产 物业地址 详细地址 住址 "
        "家庭住址 室址 房屋名称 资产名称 房源 房源地址 address unitaddress 楼栋房号 "
        "楼房号 栋房号 房屋位置 房屋信息 完整地址 楼号房号 楼室号 幢室号 楼栋单元房号 "
        "弄号室 幢单元室 楼单元室 单元房号 location"
    ),
    "use": (
        "用途 房屋用途 规划用途 设计用途 使用性质 性质 房屋性质 物业类型 房屋类型 "
        "业态 房产类型 资产类型 产品类型 房屋类别 物业类别 物业性质 房产性质 类型 use "
        "usage type purpose 建筑类型 用房性质"
    ),
    "state": (
        "状态 房屋状态 交付状态 销售状态 房态 入住状态 房产状态 交房状态 使用状态 "
        "居住状态 入住情况 state status 收楼状态 资产状态"
    ),
    "exclusive_area": (
        "专有面积 专有部分面积 套内面积 套内建筑面积 套内 使用面积 专有部分建筑面积 "
        "套内建面 实用面积 室内面积 exclusivearea innerarea netarea usablearea 专有 "
        "套内使用面积"
    ),
    "building_area": (
        "建筑面积 建面 面积 房屋面积 产权面积 计费面积 收费面积 总面积 建筑 面积数 "
        "实测面积 预测面积 实测建筑面积 产证面积 房产面积 合同面积 登记面积 证载面积 "
        "buildingarea area grossarea floorarea squaremetres 建筑总面积 管理面积 "
        "房屋建筑面积 建筑面积平方米 物业面积"
    ),
    "real_estate_number": (
        "不动产单元号 不动产单元编号 不动产单元代码 不动产权单元号 不动产编号 "
        "realestateunitnumber realestatenumber 不动产号"
    ),
    "ref": (
        "户号 客户编号 客户号 业主编号 业主号 系统编号 户编号 住户编号 缴费号 "
        "缴费户号 房屋代码 用户编号 收费编号 资源编号 档案号 卡号 ref reference "
        "customerno accountno 账号 户主编号 内部编号 编号 业主代码 客户代码"
    ),
    "person": (
        "姓名 业主 业主姓名 产权人 产权人姓名 户主 户主姓名 住户 住户姓名 客户 "
        "客户名称 客户姓名 业主名称 权利人 所有权人 所有人 房主 房东 买受人 人员姓名 "
        "名字 名称 联系人 联系人姓名 居民姓名 产权所有人 成员姓名 人员 name person "
        "owner ownername resident residentname fullname customer 缴费人 业户 业户名称 "
        "业户姓名 房屋产权人 共有人 共有人姓名 业主名 购房人 购房人姓名 产权人名称 "
        "居民"
    ),
    "phone": (
        "电话 联系电话 手机 手机号 手机号码 电话号码 联系方式 业主电话 移动电话 "
        "联系手机 业主手机 电话1 手机1 联系电话1 本人电话 户主电话 业主联系电话 "
        "业主手机号 常用电话 tel telephone phone mobile mobilephone phonenumber "
        "cellphone phoneno contact 联系号码 通讯方式 业主联系方式 产权人电话 主要电话 "
        "客户电话 住户电话 手机电话 业主电话号码 短信号码 contactnumber cell"
    ),
    "phone2": (
        "电话2 手机2 联系电话2 备用电话 备用手机 其他电话 固定电话 固话 座机 家庭电话 "
        "住宅电话 宅电 第二电话 紧急联系电话 办公电话 其他联系方式 phone2 mobile2 "
        "otherphone alternativephone landline homephone 备用联系电话 紧急电话 "
        "备用号码 第二联系电话 secondphone"
    ),
    "id_type": (
        "证件类型 证件种类 证件名称 证件类别 idtype documenttype 身份证件类型 证件 "
        "kindofdocument iddocument"
    ),
    "id_number": (
        "身份证 身份证号 身份证号码 证件号 证件号码 证件编号 身份证件号码 身份证件号 "
        "公民身份号码 业主身份证 业主身份证号 业主身份证号码 idnumber idcard "
        "identitynumber idno passport documentnumber 统一社会信用代码 产权人身份证 "
        "产权人证件号码 业主证件号码 身份号码 公民身份证号码 产权人证件号 identity"
    ),
    "email": "邮箱 电子邮箱 电子邮件 邮件 邮箱地址 email mail emailaddress 电邮",
    "role": (
        "角色 身份 与业主关系 与户主关系 关系 人员类型 住户类型 客户类型 客户类别 "
        "人员类别 住户类别 人员身份 身份类型 与产权人关系 居住身份 role relation "
        "relationship 业主类型 住户身份 住户性质 客户性质 居住性质 成员关系 家庭关系 "
        "业主关系 与房屋关系 与业主的关系"
    ),
    "share": (
        "份额 产权份额 产权比例 所占份额 所有权份额 占比 持有比例 共有份额 共有情况 "
        "权属比例 产权占比 共有比例 share ownershipshare 共有方式 所占比例"
    ),
    "date_from": (
        "入住日期 入住时间 交房日期 交房时间 收楼日期 收楼时间 收房日期 收房时间 "
        "交付日期 交付时间 起租日 起租日期 租期开始 租赁开始 租赁起始 租赁开始日期 "
        "开始日期 开始时间 起始日期 迁入日期 购房日期 签约日期 合同开始 合同起始日 "
        "合同开始日期 接房日期 登记日期 产权登记日期 迁入时间 起始时间 生效日期 "
        "过户日期 from datefrom start startdate movein moveindate since 入伙日期 "
        "入伙时间 购买日期 租赁起始日期 租约开始 接管日期 合同起始日期"
    ),
    "date_to": (
        "到期日 到期日期 到期时间 退租日 退租日期 租期结束 租赁结束 租赁结束日期 "
        "租赁到期 结束日期 结束时间 终止日期 迁出日期 迁出时间 搬离日期 合同到期 "
        "合同到期日 合同结束日期 止租日 截止日期 until dateto end enddate moveout "
        "moveoutdate 租约到期 租约结束 合同终止日期 租赁终止日期 租赁到期日 失效日期"
    ),
    "representative": (
        "代表 业主代表 投票代表 表决代表 投票人 表决权人 是否代表 是否投票代表 "
        "投票代表人 representative votingrepresentative 户代表 是否户代表 voter "
        "是否业主代表"
    ),
    "tenant": (
        "租户 租户姓名 租客 租客姓名 承租人 承租人姓名 租户名称 使用人 使用人姓名 "
        "实际使用人 tenant tenantname 承租方 租住人 租赁人"
    ),
    "tenant_phone": (
        "租户电话 租客电话 承租人电话 租户手机 租客手机 租户联系电话 租客联系电话 "
        "租户联系方式 使用人电话 tenantphone tenantmobile 租户手机号 租客手机号 "
        "承租人联系电话 使用人联系电话 租客联系方式"
    ),
    # Beside homes alone: in a list of parking spaces these name the room.
    "parking": (
        "车库 停车位 停车位号 停车位编号 地下车位 固定车位 产权车位 名下车位 所属车位 "
        "车库号 车位号码 车位信息 车位号1 对应车位 parking parkingspace parkingno "
        "parkingspaceno"
    ),
    "parking_area": "车位面积 车位建筑面积 车库面积 停车位面积 parkingarea",
    "note": (
        "备注 说明 备注说明 其他 附注 备注信息 note notes remark remarks comment "
        "comments 其它 备考 注"
    ),
}
# Columns that say nothing of a unit or person, or what we do not import.
IGNORED = frozenset(
    "序号 序 行号 no 编次 index seq number # 性别 民族 年龄 单价 物业费 "
    "收费标准 金额 应收 实收 欠费 车牌号 车牌 车牌号码 户型 朝向 出生日期 "
    "面积单价 月物业费 籍贯 人数 不动产权证号 不动产权证书号 房产证号 产证号 "
    "产权证号 合同编号 合同号 开户行 开户银行 银行账号 楼层数 总层数 总户数 "
    "签名 签字 经办人 操作员".split()
)
# A heading of no exact meaning, by what it contains; the first that fits counts.
CONTAINS = (
    (r"(车位|车库).*面积", "parking_area"),
    (r"(车位|车库|停车).*(费|租|价|状态|类型|性质|数|情况|合同|到期)", None),
    (r"不动产单元", "real_estate_number"),
    (r"不动产权|房产证|产权证|合同编号|车牌|单价|费用|金额|性别|户型", None),
    (r"(租户|租客|承租|使用人).*(电话|手机|联系方式)", "tenant_phone"),
    (r"(租户|租客|承租|使用人).*(身份|证件|日期|时间|关系)", None),
    (r"租户|租客|承租人", "tenant"),
    (r"证件(类|种)|id.?type", "id_type"),
    (r"身份证|证件.?号|信用代码|公民身份", "id_number"),
    (r"(备用|其他|其它|第二|紧急|固定|家庭).*(电话|手机|联系方式)|座机", "phone2"),
    (r"电话|手机|联系方式|mobile|phone", "phone"),
    (r"邮箱|邮件|e-?mail", "email"),
    (r"(套内|专有|使用|实用).*面积", "exclusive_area"),
    (r"面积|㎡|m2$|平方", "building_area"),
    (r"关系|角色|(人员|住户|客户)(类|身)", "role"),
    (r"份额|比例|占比", "share"),
    (
        r"(到期|退租|结束|截止|终止|迁出|搬离|搬出).*(日|时间|$)|move.?out|end.?date",
        "date_to",
    ),
    (
        r"(入住|交房|收楼|收房|交付|起租|开始|起始|迁入|接房).*(日|时间)"
        r"|move.?in|start.?date",
        "date_from",
    ),
    (r"代表", "representative"),
    (r"地址|坐落|座落|address", "address"),
    (r"(业主|产权人|户主|住户|客户|权利人).*(名|$)|姓名", "person"),
    (r"小区|楼盘|项目", "estate"),
    (r"(楼|栋|幢|座).*单元.*(房|室)|(楼|栋|幢|座).*(房号|室号)", "address"),
    (r"状态", "state"),
    (r"用途|性质|业态|类型", "use"),
    (r"楼层", "floor"),
    (r"单元", "entrance"),
    (r"楼号|楼栋|栋|幢|building|tower", "building"),
    (r"房号|室号|房间|门牌|车位|room", "room"),
    (r"户号|编号|代码", "ref"),
    (r"备注|说明|remark", "note"),
)

_EXACT = {}
for _field, _words in SYNONYMS.items():
    for _word in _words.split():
        _EXACT.setdefault(unicodedata.normalize("NFKC", _word).lower(), _field)
_PATTERNS = [(re.compile(pattern), field) for pattern, field in CONTAINS]
# Headings that mean different things in different companies.
_VAGUE = {
    "面积": 0.6,
    "面积数": 0.6,
    "area": 0.6,
    "建筑": 0.5,
    "使用面积": 0.7,
    "号": 0.7,
    "门牌": 0.8,
    "门牌号": 0.8,
    "名称": 0.5,
    "类型": 0.6,
    "性质": 0.7,
    "编号": 0.5,
    "身份": 0.7,
    "证件": 0.5,
    "其他": 0.5,
    "单位": 0.5,
    "房屋": 0.7,
    "楼": 0.8,
    "层数": 0.5,
    "户号": 0.8,
    "车位": 0.5,
    "业主": 0.9,
    "contact": 0.6,
    "type": 0.6,
    "联系人": 0.7,
    "共有情况": 0.6,
    "共有方式": 0.6,
}
_PARKING = re.compile("车位|车库|parking")
_BRACKETS = re.compile(r"[(\[<【「{].*?[)\]>】」}]")
_NOISE = re.compile(r"[\s*:：·、,，/\\_.\-—*#＊★\"'“”]+")


class Guess(NamedTuple):
    """A column's field (``None``: not imported), how sure (0 to 1), and why:
    ``exact`` and ``contains`` tell of the heading, ``samples`` of the contents,
    ``taken`` that another column fits better, ``ignored`` that the heading is
    known and of no use, ``unknown`` that nothing is known, ``empty`` that nothing
    stands in the column."""

    field: str | None
    confidence: float
    reason: str


def normalise(heading):
    """A heading in one spelling: ``"*建筑面积（㎡）:"`` → ``"建筑面积"``."""
    text = unicodedata.normalize("NFKC", str(heading or "")[:100]).lower()
    bare = _NOISE.sub("", _BRACKETS.sub("", text))
    return bare or _NOISE.sub("", text)


def recognise(heading):
    """The field that a heading alone means, as a `Guess`.

    :param heading: text, or a tuple of the texts of a heading of several lines
    """
    parts = heading if isinstance(heading, tuple) else (heading,)
    parts = [text for text in map(normalise, parts) if text]
    if not parts:
        return Guess(None, 0.0, "unknown")
    # The group above ("tenant") joined to the heading ("phone") says most.
    whole = "".join(parts)
    if len(parts) > 1:
        # 业主/姓名, and 面积/建筑 the other way round.
        for words in (whole, "".join(reversed(parts))):
            if found := _EXACT.get(words):
                return Guess(found, _VAGUE.get(words, 1.0), "exact")
    if len(parts) > 1 and re.search("租户|租客|承租|tenant", parts[0]):
        return _contained(whole)
    last = parts[-1]
    if last in IGNORED:
        return Guess(None, 0.9, "ignored")
    if found := _EXACT.get(last):
        return Guess(found, _VAGUE.get(last, 1.0), "exact")
    if len(last) > 20 or len(whole) > 40:
        return Guess(None, 0.0, "unknown")
    guess = _contained(last)
    if guess.field is None and len(parts) > 1 and guess.reason == "unknown":
        return _contained(whole)
    return guess


def _contained(text):
    for pattern, field in _PATTERNS:
        if pattern.search(text):
            if field is None:
                return Guess(None, 0.8, "ignored")
            return Guess(field, 0.7, "contains")
    return Guess(None, 0.0, "unknown")


# ----------------------------------------------------------------- contents

# Contents that leave no doubt, whatever the heading says.
_STRONG = (
    ("id_number", values.looks_like_id),
    ("phone", values.looks_like_phone),
    ("email", values.looks_like_email),
    ("real_estate_number", values.looks_like_unit_number),
)
_WEAK = (
    ("address", values.looks_like_address),
    ("role", values.looks_like_role),
    ("use", values.looks_like_use),
    ("state", values.looks_like_state),
    ("date_from", values.looks_like_date),
    ("room", values.looks_like_room),
    ("person", values.looks_like_name),
)
# What contents may make of a heading that is vague.
_MAY_BECOME = {
    "person": ("role",),
    "use": ("role",),
    "role": ("use",),
    "ref": ("address", "room"),
    "room": ("address",),
    "entrance": ("room", "address"),
    "building": ("address",),
    "state": ("use", "role"),
    "address": ("room",),
    "id_type": ("id_number",),
}
_FAMILY = {"phone2": "phone", "tenant_phone": "phone"}


def guess(headings, sample_rows):
    """Guess the field of each column.

    :param headings: list with a text, or tuple of texts, for each column
    :param sample_rows: some rows as lists of cells, a hundred are plenty
    :return: dict ``{column index: Guess}``, each field given at most once
    """
    by_heading = [recognise(heading) for heading in headings]
    _tell_parking(headings, by_heading)
    # Beside a column of buildings, 1-302 is a room with its entrance.
    fixed = {"room"} if any(one.field == "building" for one in by_heading) else set()
    found = {}
    for index, known in enumerate(by_heading):
        cells = [
            row[index]
            for row in sample_rows
            if index < len(row) and row[index] not in (None, "")
        ]
        if not cells:
            found[index] = _weaker(known) if sample_rows else known
        else:
            found[index] = _guess_column(known, cells, fixed)
    _settle(found)
    return found


def blocks(headings, empty=()):
    """Columns of several lists side by side on one sheet.

    Lists are side by side when the same headings come again (columns in front of
    them, such as the building's, go with each), or when an empty column stands
    between two parts that name a room each and something else.

    :param headings: list with a text, or tuple of texts, for each column
    :param empty: columns in which nothing stands at all
    :return: list of sets of columns; empty for one list
    """
    names = [_name(heading) for heading in headings]
    return _repeated(headings, names) or _separated(headings, names, set(empty))


def _name(heading):
    parts = heading if isinstance(heading, tuple) else (heading,)
    return tuple(text for text in map(normalise, parts) if text)


def _repeated(headings, names):
    first = next((n for n in names if n and names.count(n) > 1), None)
    if first is None:
        return []
    starts = [index for index, name in enumerate(names) if name == first]
    ends = [*starts[1:], len(names)]
    found = [_filled(names, start, end) for start, end in zip(starts, ends)]
    shape = [names[column] for column in found[0]]
    same = all([names[column] for column in one] == shape for one in found)
    if not same or len(shape) < 2 or not _names_rooms(headings, found[0]):
        return []
    shared = _filled(names, 0, starts[0])
    return [{*shared, *one} for one in found]


def _separated(headings, names, empty):
    found, part = [], []
    for column in range(len(names)):
        if names[column] or column not in empty:
            part.append(column)
        elif part:
            found.append(part)
            part = []
    found += [part] if part else []
    if len(found) < 2 or not all(_names_rooms(headings, one) for one in found):
        return []
    return [set(one) for one in found]


def _filled(names, start, end):
    return [column for column in range(start, end) if names[column]]


def _names_rooms(headings, columns):
    fields = {recognise(headings[column]).field for column in columns} - {None}
    return len(fields) >= 2 and not fields.isdisjoint(("room", "address"))


def _tell_parking(headings, by_heading):
    """A column of parking spaces names the room, or goes with the homes beside it."""
    parking = [
        _PARKING.search(normalise(heading[-1] if heading else ""))
        if isinstance(heading, tuple)
        else _PARKING.search(normalise(heading))
        for heading in headings
    ]
    homes = any(
        guess.field in ("room", "address") and not found
        for guess, found in zip(by_heading, parking)
    )
    for index, (one, found) in enumerate(zip(by_heading, parking)):
        if found and homes and one.field == "room":
            by_heading[index] = Guess("parking", 0.8, one.reason)
        elif not homes and one.field == "parking":
            by_heading[index] = one._replace(field="room")
        elif not homes and one.field == "parking_area":
            by_heading[index] = one._replace(field="building_area")


def _guess_column(by_heading, cells, fixed):
    field = by_heading.field
    for strong, looks_like in _STRONG:
        if _share(looks_like, cells) < 0.6:
            continue
        if field == strong or _FAMILY.get(field) == strong:
            return by_heading
        if by_heading.reason == "ignored" and strong != "id_number":
            return by_heading
        return Guess(strong, 0.9, "samples")
    if by_heading.reason == "ignored" or field in fixed:
        return by_heading
    allowed = _MAY_BECOME.get(field, ()) if field else None
    for weak, looks_like in _WEAK:
        if weak == field and _share(looks_like, cells) >= 0.6:
            return by_heading
        if allowed is not None and weak not in allowed:
            continue
        needed = 0.8 if field and weak != "address" else 0.6
        if _share(looks_like, cells) >= needed:
            sure = {"address": 0.7, "room": 0.5, "person": 0.5}.get(weak, 0.6)
            return Guess(weak, sure, "samples")
    return by_heading


def _weaker(by_heading):
    if by_heading.field is None:
        return Guess(None, 0.0, "empty")
    return by_heading._replace(confidence=round(by_heading.confidence * 0.8, 2))


def _share(looks_like, cells):
    cells = [cell[:100] if isinstance(cell, str) else cell for cell in cells[:200]]
    return sum(map(bool, map(looks_like, cells))) / len(cells)


def _settle(found):
    """Give each field to the column that fits best; a second phone is `phone2`."""
    order = sorted(found, key=lambda index: (-found[index].confidence, index))
    taken = {}
    for index in order:
        field = found[index].field
        if field is None:
            continue
        if field not in taken:
            taken[field] = index
        elif field == "phone" and "phone2" not in taken:
            # The left one is the first.
            first, second = sorted((taken["phone"], index))
            taken.update(phone=first, phone2=second)
            found[first] = found[first]._replace(field="phone")
            found[second] = found[second]._replace(field="phone2")
        elif field == "ref" and "room" not in _fields(found):
            found[index] = found[index]._replace(field=None, reason="taken")
        else:
            found[index] = Guess(None, found[index].confidence, "taken")
    _need_a_room(found)


def _fields(found):
    return {guess.field for guess in found.values()}


def _need_a_room(found):
    """The company's number is the room where nothing else names it."""
    fields = _fields(found)
    if "room" in fields or "address" in fields or "ref" not in fields:
        return
    for index, one in found.items():
        if one.field == "ref" and "building" in fields:
            found[index] = Guess("room", 0.5, "samples")
