"""Lists as five property companies keep them, each ugly in its own way.

    for ugly in ALL:
        file = ugly()
        file.data, file.filename …

All people and numbers are invented; identity numbers are made to pass their check.
"""

import csv
import io
from dataclasses import dataclass, field

import xlsxwriter

_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)


def identity_number(beginning):
    """A resident identity number from its first 17 digits."""
    total = sum(int(char) * weight for char, weight in zip(beginning, _WEIGHTS))
    return beginning + "10X98765432"[total % 11]


@dataclass
class Ugly:
    """A file and what should come out of it.

    mapping: ``{sheet: {heading: field}}``, headings joined with ``/``
    units: ``{(lane, building, entrance, room): values}``: every unit that can be
        imported; areas in hundredths of a square metre; ``people`` is a list of
        ``(name, role, phone)``
    errors: ``{(sheet, row): {codes}}``: every row that cannot be imported
    notices: like errors; these are there, others may be, too
    left_out: ``{(sheet, row): reason}``: rows that are not data, without blank ones
    totals: ``{building: (units, area)}``
    control: what a clerk would type from the paper beside the file, and
    differences: ``{(building, measure)}`` found with it
    fixes: ``{(sheet, row): {heading: cell}}`` that make the wrong rows right
    """

    name: str
    filename: str
    data: bytes
    mapping: dict
    units: dict
    errors: dict = field(default_factory=dict)
    notices: dict = field(default_factory=dict)
    left_out: dict = field(default_factory=dict)
    skipped: list = field(default_factory=list)
    totals: dict = field(default_factory=dict)
    control: dict = field(default_factory=dict)
    differences: set = field(default_factory=set)
    fixes: dict = field(default_factory=dict)
    lane_style: bool = False


def _xlsx(write):
    file = io.BytesIO()
    book = xlsxwriter.Workbook(file, {"default_date_format": "yyyy/m/d"})
    write(book)
    book.close()
    return file.getvalue()


def _lines(sheet, start, lines):
    """Write lines from row ``start`` (as the spreadsheet counts)."""
    for offset, line in enumerate(lines):
        for column, cell in enumerate(line):
            if cell is not None:
                sheet.write(start - 1 + offset, column, cell)


# --------------------------------------------------- an old fee system's export


def fee_system():
    """GB18030 with the company's numbers, semicolons between phones, 平方米."""
    rows = [
        ["金桂花园收费系统 住户档案"],
        ["导出时间：2021-03-05 10:22:33"],
        "户号,房屋地址,户名,联系电话,建筑面积,用途,收费标准,欠费,入住日期,备注".split(
            ","
        ),
        [
            "0010001",
            "12-1-101",
            "沈秋白",
            "13812345601;021-58881234",
            "89.5平方米",
            "住宅",
            "2.35",
            "0.00",
            "20150305",
            "",
        ],
        [
            "0010002",
            "12-1-102",
            "陆雪琪",
            "13812345602；13912345602",
            "102.38平方米",
            "住宅",
            "2.35",
            "125.60",
            "20150306",
            "常年在外",
        ],
        [
            "0010003",
            "12-2-201",
            "上海桂语餐饮管理有限公司",
            "021-58885678转8003",
            "1,250.00平方米",
            "商业",
            "5.00",
            "0.00",
            "2016-1-1",
            "",
        ],
        [
            "0010004",
            "12-2-202",
            "顾北辰",
            "1381234560",
            "88平方米",
            "住宅",
            "2.35",
            "0.00",
            "20150401",
            "",
        ],
        [
            "0010005",
            "车位A-021",
            "沈秋白",
            "13812345601",
            "13.25平方米",
            "车位",
            "80",
            "0.00",
            "",
            "",
        ],
        [
            "0010006",
            "13幢302",
            "叶知秋",
            "无",
            "约九十平方米",
            "住宅",
            "2.35",
            "0.00",
            "20150230",
            "",
        ],
        [
            "0010007",
            "13幢303",
            "",
            "",
            "91.20平方米",
            "住宅",
            "2.35",
            "0.00",
            "",
            "空房",
        ],
        ["合计", "7户", "", "", "1634.33", "", "", "125.60", "", ""],
        ["第 1 页 / 共 1 页"],
    ]
    text = io.StringIO()
    csv.writer(text, lineterminator="\r\n").writerows(rows)
    mapping = {
        "户号": "ref",
        "房屋地址": "address",
        "户名": "person",
        "联系电话": "phone",
        "建筑面积": "building_area",
        "用途": "use",
        "入住日期": "date_from",
        "备注": "note",
    }
    return Ugly(
        "fee_system",
        "住户档案.csv",
        text.getvalue().encode("gb18030"),
        {"": mapping},
        units={
            ("", "12", "1", "101"): {
                "ref": "0010001",
                "building_area": 8950,
                "use": "home",
                "people": [("沈秋白", "owner", "13812345601")],
            },
            ("", "12", "1", "102"): {
                "ref": "0010002",
                "building_area": 10238,
                "use": "home",
                "note": "常年在外",
                "people": [("陆雪琪", "owner", "13812345602")],
            },
            ("", "12", "2", "201"): {
                "ref": "0010003",
                "building_area": 125000,
                "use": "shop",
                "people": [("上海桂语餐饮管理有限公司", "owner", "02158885678")],
            },
            ("", "地下车库", "", "A-021"): {
                "ref": "0010005",
                "building_area": 1325,
                "use": "parking",
                "people": [("沈秋白", "owner", "13812345601")],
            },
            ("", "13", "", "303"): {
                "ref": "0010007",
                "building_area": 9120,
                "use": "home",
                "note": "空房",
                "people": [],
            },
        },
        errors={("", 7): {"phone_length"}, ("", 9): {"area_invalid", "date_invalid"}},
        notices={("", 8): {"parking_building"}},
        left_out={
            ("", 1): "title",
            ("", 2): "title",
            ("", 3): "header",
            ("", 11): "total",
            ("", 12): "note",
        },
        totals={
            "": (5, 154633),
            "12": (3, 144188),
            "13幢": (1, 9120),
            "地下车库": (1, 1325),
        },
        control={"12": {"units": "4", "building_area": "1,529.88"}},
        differences={("12", "units"), ("12", "building_area")},
        fixes={
            ("", 7): {"联系电话": "13812345604"},
            ("", 9): {"建筑面积": "90.4平方米", "入住日期": "20150228"},
        },
    )


# ------------------------------------------------------- merged cells everywhere


def merged_cells():
    """Building and entrance merged, a title, a heading of two lines, sums."""
    ids = [
        identity_number(f"31011519{year}0101{n:03d}")
        for n, year in enumerate((70, 72, 81, 84, 90, 66), 11)
    ]

    def write(book):
        sheet = book.add_worksheet("业主台账")
        sheet.merge_range("A1:I1", "明月苑业主信息登记表")
        sheet.merge_range("A2:I2", "填表单位：明月苑服务中心　　填表日期：2021年3月5日")
        for area, text in (
            ("A3:A4", "楼栋"),
            ("B3:B4", "单元"),
            ("C3:C4", "房号"),
            ("D3:E3", "面积（㎡）"),
            ("F3:H3", "业主信息"),
            ("I3:I4", "备注"),
        ):
            sheet.merge_range(area, text)
        _lines(
            sheet,
            4,
            [[None, None, None, "建筑", "套内", "姓名", "联系电话", "身份证号码"]],
        )
        sheet.merge_range("A5:A9", "1号楼")
        sheet.merge_range("B5:B7", "一单元")
        sheet.merge_range("B8:B9", "二单元")
        sheet.merge_range("C6:C7", 102)
        sheet.merge_range("D6:D7", 90.25)
        sheet.merge_range("E6:E7", 78.5)
        sheet.merge_range("A11:A13", "2号楼")
        sheet.merge_range("F12:F13", "卫南风")
        sheet.merge_range("G12:G13", "13612345605")
        sheet.merge_range("H12:H13", ids[5])
        _lines(
            sheet,
            5,
            [
                [None, None, 101, 88.5, 77, "宋清河", "13612345601", ids[0]],
                [None, None, None, None, None, "韩竹影", "13612345602", ids[1]],
                [None, None, None, None, None, "苏竹青", "13612345603", ids[2]],
                [None, None, 101, 88.5, 77, "白露", "13612345604", ids[3], "出租"],
                [None, None, 102, 90.25, 78.5, None, None, None, "未售"],
                ["小 计", None, "4户", 357.5, 311],
                [None, None, 201, 120, 104.2, "江映月", "(021)5888 1234", ids[4]],
                [None, None, 202, 120, 104.2],
                [None, None, 203, 66.66, 58],
                ["总计", None, "7户", 664.16, 577.4],
                ["注：面积以产权证为准"],
            ],
        )

    mapping = {
        "楼栋": "building",
        "单元": "entrance",
        "房号": "room",
        "面积(m2)/建筑": "building_area",
        "面积(m2)/套内": "exclusive_area",
        "业主信息/姓名": "person",
        "业主信息/联系电话": "phone",
        "业主信息/身份证号码": "id_number",
        "备注": "note",
    }
    sheet = "业主台账"

    def unit(area, inner, *people, **more):
        return {
            "building_area": area,
            "exclusive_area": inner,
            "people": list(people),
            **more,
        }

    south = ("卫南风", "owner", "13612345605")
    return Ugly(
        "merged_cells",
        "明月苑业主台账.xlsx",
        _xlsx(write),
        {sheet: mapping},
        units={
            ("", "1", "1", "101"): unit(8850, 7700, ("宋清河", "owner", "13612345601")),
            ("", "1", "1", "102"): unit(
                9025,
                7850,
                ("韩竹影", "co_owner", "13612345602"),
                ("苏竹青", "co_owner", "13612345603"),
            ),
            ("", "1", "2", "101"): unit(
                8850, 7700, ("白露", "owner", "13612345604"), note="出租"
            ),
            ("", "1", "2", "102"): unit(9025, 7850, note="未售"),
            ("", "2", "", "201"): unit(
                12000, 10420, ("江映月", "owner", "02158881234")
            ),
            ("", "2", "", "202"): unit(12000, 10420, south),
            ("", "2", "", "203"): unit(6666, 5800, south),
        },
        notices={
            (sheet, 6): {"owners_without_share"},
            (sheet, 7): {"owners_without_share"},
        },
        left_out={
            (sheet, 1): "title",
            (sheet, 2): "title",
            (sheet, 3): "header",
            (sheet, 4): "header",
            (sheet, 10): "total",
            (sheet, 14): "total",
            (sheet, 15): "note",
        },
        totals={"": (7, 66416), "1号楼": (4, 35750), "2号楼": (3, 30666)},
        control={
            "1": {"units": 4, "building_area": 357.5},
            "2号楼": {"units": 3, "building_area": "306.66"},
            "合计": {"units": 7, "building_area": 664.16, "persons": 7},
            "3号楼": {"units": 1},
        },
        # 卫南风 is counted once for each of the two homes.
        differences={("3号楼", "units")},
    )


# ------------------------------------------------------------ everything twice


def duplicates():
    """Rooms that come twice with other areas, several owners in one cell."""
    heading = (
        "幢号 房间号 产权面积 业主姓名 手机号码 份额 是否投票代表 与业主关系".split()
    )
    lines = [
        heading,
        [
            "A座",
            "0801",
            120.5,
            "方远、方小舟",
            "13712345601/13712345602",
            "各半",
            "",
            "",
        ],
        ["A座", "0802", 98, "钟离", "13712345603", "", "是", "业主"],
        ["A座", "0802", 99.8, "钟离", "13712345603", "", "是", "业主"],
        ["A座", "0803", 76, "梅若雪", "13712345604", "", "", "户主"],
        ["A座", "0803", 76, "梅若雪", "13712345604", "", "", "户主"],
        ["A座", "0803", 76, "梅映寒", "13712345604", "", "", "子女"],
        ["A座", "0804", 76, "洛川 叶长安", "13712345605", "", "", ""],
        ["A座", "0901", 130, "秦观海", "13712345606", "2/3", "是", "共有人"],
        ["A座", "0901", 130, "秦听涛", "13712345607", "2/3", "是", "共有人"],
        ["B座", "0801", "#REF!", "祝长风", "13712345608", "", "", "隔壁"],
        ["B座", "0802", 64.125, "温庭", "13712345609", "70%", "", "产权人"],
        ["B座", "0802", 64.13, "温岚", "13712345610", 0.3, "√", "产权人"],
        ["B座", None, 64, "闻人语", "13712345611", "", "", "租客"],
    ]

    def write(book):
        _lines(book.add_worksheet("Sheet1"), 1, lines)

    mapping = {
        "幢号": "building",
        "房间号": "room",
        "产权面积": "building_area",
        "业主姓名": "person",
        "手机号码": "phone",
        "份额": "share",
        "是否投票代表": "representative",
        "与业主关系": "role",
    }
    s = "Sheet1"
    return Ugly(
        "duplicates",
        "A B座.xlsx",
        _xlsx(write),
        {s: mapping},
        units={
            ("", "A", "", "0801"): {
                "building_area": 12050,
                "people": [
                    ("方远", "co_owner", "13712345601"),
                    ("方小舟", "co_owner", "13712345602"),
                ],
            },
            ("", "A", "", "0803"): {
                "building_area": 7600,
                "people": [
                    ("梅若雪", "owner", "13712345604"),
                    ("梅映寒", "family", "13712345604"),
                ],
            },
            ("", "A", "", "0804"): {
                "building_area": 7600,
                "people": [
                    ("洛川", "co_owner", "13712345605"),
                    ("叶长安", "co_owner", None),
                ],
            },
            ("", "B", "", "0802"): {
                "building_area": 6413,
                "people": [
                    ("温岚", "owner", "13712345610"),
                ],
            },
        },
        errors={
            (s, 3): {"unit_conflict"},
            (s, 4): {"unit_conflict"},
            (s, 9): {"shares_exceed"},
            (s, 10): {"shares_exceed", "representative_twice"},
            (s, 11): {"cell_error", "role_unknown"},
            (s, 14): {"unit_conflict"},
            (s, 12): {"unit_conflict"},
        },
        notices={
            (s, 2): {"people_split"},
            (s, 6): {"person_twice"},
            (s, 8): {"people_split", "phone_of_first", "owners_without_share"},
            (s, 14): {"place_carried"},
        },
        left_out={(s, 1): "header"},
        fixes={
            (s, 3): {"产权面积": 99.8},
            (s, 10): {"份额": "1/3", "是否投票代表": "否"},
            (s, 11): {"产权面积": 88, "与业主关系": "业主"},
            (s, 14): {"产权面积": ""},
        },
    )


# ------------------------------------------------------- spoilt by a spreadsheet


def spoilt_numbers():
    """㎡ and thousands' commas, serial dates, full-width digits, rounded numbers."""
    good = identity_number("31010119800101123")

    def write(book):
        sheet = book.add_worksheet("住户")
        date = book.add_format({"num_format": "yyyy/m/d"})
        heading = "楼号,单元号,室号,建面,套内面积,业主,联系方式,证件号码"
        heading += ",交房日期,房屋性质,状态"
        _lines(
            sheet,
            1,
            [
                heading.split(","),
                ["３号楼", 1, "１０１室", "89.5㎡", "７６．２"],
                [3, 1, "102", "1,089.50 ㎡", 900],
                [3, 1, 103, 92.4, "80.1平"],
                [3, 1, 104, "120m²", "0.15亩"],
                [3, 2, "101", 99.123456, 80],
                [3, 2, "102", 95, 96],
                [3, 2, "103", "-90", 80],
                [3, 2, "104", 88, 70],
            ],
        )
        people = [
            ["萧然", 13812340001.0, good, None, "住宅", "已入住"],
            ["楚云深", "13812340002.0", "3.10101E+17", "2021年3月5日", "商铺", "已售"],
            ["慕容雪", 1.3812340003e10, 310101198001011235, 44260, "住宅", "空置"],
            ["黎晓", "1.381E+10", None, "3/5/2021", "住宅", "已入住"],
            ["纪明", "+65 9123 4567", "E12345678", "2021.3.5", "住宅", "出租"],
            ["简宁", "0086-13812340006", good[:-1] + "Y", "2021年3月", "仓库", "自住"],
            ["贺知章回", "８６１３８１２３４０００７", None, "2021-13-05", "民宿", "?"],
            ["容若", None, None, "长期", "住宅", "待售"],
        ]
        for row, line in enumerate(people, 1):
            for column, cell in enumerate(line, 5):
                if column == 8 and cell == 44260:
                    sheet.write_number(row, column, cell, date)
                elif cell is not None:
                    sheet.write(row, column, cell)
        # A serial number without the format of a date.
        sheet.write_number(1, 8, 42068)

    mapping = {
        "楼号": "building",
        "单元号": "entrance",
        "室号": "room",
        "建面": "building_area",
        "套内面积": "exclusive_area",
        "业主": "person",
        "联系方式": "phone",
        "证件号码": "id_number",
        "交房日期": "date_from",
        "房屋性质": "use",
        "状态": "state",
    }
    s = "住户"
    return Ugly(
        "spoilt_numbers",
        "住户(2).xlsx",
        _xlsx(write),
        {s: mapping},
        units={
            ("", "3", "1", "101"): {
                "building_area": 8950,
                "exclusive_area": 7620,
                "use": "home",
                "state": "delivered",
                "people": [("萧然", "owner", "13812340001")],
                "dates": ["2015-03-05"],
            },
            ("", "3", "2", "101"): {
                "building_area": 9912,
                "exclusive_area": 8000,
                "use": "home",
                "state": "delivered",
                "people": [("纪明", "owner", "+6591234567")],
                "dates": ["2021-03-05"],
            },
            ("", "3", "2", "104"): {
                "building_area": 8800,
                "exclusive_area": 7000,
                "use": "home",
                "state": "unsold",
                "people": [("容若", "owner", None)],
                "dates": [None],
            },
        },
        errors={
            (s, 3): {"id_destroyed"},
            (s, 4): {"id_destroyed"},
            (s, 5): {"area_unit", "phone_destroyed", "date_ambiguous"},
            (s, 7): {"id_invalid"},
            (s, 8): {"area_negative", "date_invalid", "use_unknown", "state_unknown"},
        },
        notices={
            (s, 6): {"area_rounded"},
            (s, 7): {"area_order", "date_month_only"},
        },
        left_out={(s, 1): "header"},
        totals={"": (3, 27662), "3号楼": (3, 27662)},
        fixes={
            (s, 3): {"证件号码": ""},
            (s, 4): {"证件号码": identity_number("31010119810101123")},
            (s, 5): {
                "套内面积": 100,
                "联系方式": "13812340004",
                "交房日期": "2021-03-05",
            },
            (s, 7): {"证件号码": ""},
            (s, 8): {
                "建面": 90,
                "交房日期": "2021-12-05",
                "房屋性质": "住宅",
                "状态": "",
            },
        },
    )


# ------------------------------------------------------------- Shanghai's lanes


def lanes():
    """One cell for the address, a sheet per building, headings again on each page."""
    heading = ["序号", "室号部位", "面积", "业主姓名", "电话", "租户姓名", "租户电话"]
    heading += ["备注"]

    def write(book):
        first = book.add_worksheet("5号")
        _lines(
            first,
            1,
            [
                ["静安里3弄5号业主清册"],
                heading,
                [1, "3弄5号101室", 45.6, "虞山青", "13512345601"],
                [2, "3弄5号102室", 52, "虞山远", "62481234", "易水寒", "13512345602"],
                [
                    3,
                    "3弄5号601室",
                    60.8,
                    "白鹿鸣",
                    "13512345603",
                    None,
                    None,
                    "独居老人",
                ],
                ["静安里3弄5号业主清册"],
                heading,
                [4, "３弄５号６０２室", 60.8, "谢庭", "13512345604"],
                [5, "三弄五号603室", 61, "商羽", "13512345605"],
                [6, "静安里", 61, "宫徵", "13512345606"],
                ["合计", "6户", 341.2],
                ["注：602室电话为女儿的"],
            ],
        )
        second = book.add_worksheet("7号")
        _lines(
            second,
            1,
            [
                heading,
                [1, "3弄7号101室", 45.6, "杜若", "13512345607"],
                [2, "3-7-102", 52, "杜蘅", "13512345608", "易水寒", "13512345602"],
                [3, "103室", 52, "江篱", "13512345609"],
            ],
        )
        hidden = book.add_worksheet("旧数据")
        _lines(hidden, 1, [heading, [1, "3弄9号101室", 45.6, "不在"]])
        hidden.hide()
        text = book.add_worksheet("说明")
        _lines(text, 1, [["请各管理处于月底前填报"]])
        book.add_worksheet("Sheet5")

    mapping = {
        "室号部位": "address",
        "面积": "building_area",
        "业主姓名": "person",
        "电话": "phone",
        "租户姓名": "tenant",
        "租户电话": "tenant_phone",
        "备注": "note",
    }

    def unit(area, *people, **more):
        return {"building_area": area, "people": list(people), **more}

    water = ("易水寒", "tenant", "13512345602")
    return Ugly(
        "lanes",
        "静安里.xlsx",
        _xlsx(write),
        {"5号": mapping, "7号": mapping},
        units={
            ("3", "5", "", "101"): unit(4560, ("虞山青", "owner", "13512345601")),
            ("3", "5", "", "102"): unit(5200, ("虞山远", "owner", "62481234"), water),
            ("3", "5", "", "601"): unit(
                6080, ("白鹿鸣", "owner", "13512345603"), note="独居老人"
            ),
            ("3", "5", "", "602"): unit(6080, ("谢庭", "owner", "13512345604")),
            ("3", "5", "", "603"): unit(6100, ("商羽", "owner", "13512345605")),
            ("3", "7", "", "101"): unit(4560, ("杜若", "owner", "13512345607")),
            ("3", "7", "", "102"): unit(5200, ("杜蘅", "owner", "13512345608"), water),
            ("3", "7", "", "103"): unit(5200, ("江篱", "owner", "13512345609")),
        },
        errors={("5号", 10): {"address_unclear"}},
        notices={("5号", 4): {"phone_no_area_code"}},
        left_out={
            ("5号", 1): "title",
            ("5号", 2): "header",
            ("5号", 6): "title",
            ("5号", 7): "header",
            ("5号", 11): "total",
            ("5号", 12): "note",
            ("7号", 1): "header",
        },
        skipped=[("旧数据", "hidden"), ("说明", "not_a_table"), ("Sheet5", "empty")],
        totals={"3弄5号": (5, 28020), "3弄7号": (3, 14960), "": (8, 42980)},
        fixes={("5号", 10): {"室号部位": "3弄5号604室"}},
        lane_style=True,
    )


ALL = (fee_system, merged_cells, duplicates, spoilt_numbers, lanes)


# ------------------------------------------------------------------------ large


def large(units=20_000, people=35_000, kind="xlsx"):
    """A tidy list of many people: bytes of an XLSX or a GB18030 CSV."""
    heading = "小区名称,楼号,单元,房号,用途,建筑面积(㎡),业主姓名,联系电话,身份证号"
    heading += ",与业主关系,入住日期,备注"
    rows = [heading.split(",")]
    rows += [_large_row(number, units) for number in range(people)]
    if kind == "csv":
        text = io.StringIO()
        csv.writer(text).writerows(rows)
        return text.getvalue().encode("gb18030")
    file = io.BytesIO()
    book = xlsxwriter.Workbook(file, {"constant_memory": True})
    sheet = book.add_worksheet()
    for number, row in enumerate(rows):
        sheet.write_row(number, 0, row)
    book.close()
    return file.getvalue()


def _large_row(number, units):
    unit = number % units
    building, rest = divmod(unit, 200)
    entrance, rest = divmod(rest, 100)
    floor, room = divmod(rest, 4)
    born = f"{1950 + number % 50}{number % 12 + 1:02d}{number % 28 + 1:02d}"
    given = "伟芳娜敏静丽强磊军洋勇艳杰娟涛明超霞平刚"
    return [
        "明月苑",
        f"{building + 1}号楼",
        entrance + 1,
        f"{floor + 1}{room + 1:02d}",
        "住宅",
        60 + unit % 8000 / 100,
        "王李张刘陈"[number % 5] + given[number // 5 % 20] + given[number // 100 % 20],
        f"13{number:09d}",
        identity_number(f"310115{born}{number // 50 % 1000:03d}"),
        "业主" if number < units else "家属",
        f"2015-{number % 12 + 1:02d}-01",
        None,
    ]
