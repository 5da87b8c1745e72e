"""Files of any program and shape: the table in them is found and streamed."""

import datetime
import io
import tracemalloc
import zipfile

import openpyxl
import xlsxwriter
import xlwt
from hypothesis import given, settings
from hypothesis import strategies as st

from odoo.tests import BaseCase, tagged

from ...tools.importing import headers, reading

HEADING = ["楼号", "单元", "房号", "建筑面积", "业主姓名", "联系电话"]
LINES = [
    ["12号楼", 1, 302, 89.5, "张三", "13812345678"],
    ["12号楼", 1, 303, 90.25, "李四", "13912345678"],
]
FEW = settings(max_examples=60, deadline=None)


def xlsx(lines, merges=(), **options):
    file = io.BytesIO()
    book = xlsxwriter.Workbook(file, {"default_date_format": "yyyy-mm-dd", **options})
    sheet = book.add_worksheet()
    for area in merges:
        sheet.merge_range(area, "")
    for number, line in enumerate(lines):
        for column, cell in enumerate(line):
            if cell is not None:
                sheet.write(number, column, cell)
    book.close()
    return file.getvalue()


def text(lines, delimiter=","):
    return "\r\n".join(delimiter.join(map(str, line)) for line in lines)


def only(data, filename="a.xlsx", **limits):
    with reading.read(data, filename, reading.Limits(**limits)) as book:
        (sheet,) = book.sheets
        return sheet, list(sheet.rows())


def cells(rows):
    return [row.cells for row in rows if not row.reason]


def reasons(rows):
    return [row.reason for row in rows]


@tagged("post_install", "-at_install")
class TestFormats(BaseCase):
    def test_text_of_every_encoding(self):
        content = text([HEADING, *LINES])
        expected = [[str(cell) for cell in line] for line in LINES]
        encodings = {
            "utf-8": "utf-8",
            "utf-8-sig": "utf-8-sig",
            "gb18030": "gb18030",
            "gbk": "gb18030",
            "utf-16": "utf-16",
            "utf-16-le": "utf-16-le",
            "utf-16-be": "utf-16-be",
        }
        for encoding, told in encodings.items():
            with self.subTest(encoding), reading.read(content.encode(encoding)) as book:
                self.assertEqual(book.encoding, told)
                self.assertEqual(cells(book.sheets[0].rows()), expected)

    def test_delimiters(self):
        for delimiter in ",\t;|":
            with self.subTest(delimiter):
                data = text([HEADING, *LINES], delimiter).encode()
                with reading.read(data) as book:
                    self.assertEqual(book.delimiter, delimiter)
                    self.assertEqual(len(book.sheets[0].headings), 6)

    def test_commas_inside_quotes_are_no_delimiters(self):
        data = '房号;业主;备注\n302;张三;"a,b,c"\n303;李四;"d,e,f"\n'.encode()
        sheet, rows = only(data)
        self.assertEqual(sheet.columns, ["房号", "业主", "备注"])
        self.assertEqual(cells(rows)[0], ["302", "张三", "a,b,c"])

    def test_a_damaged_character_costs_its_cell_alone(self):
        data = (
            text([HEADING, *LINES]).encode("gb18030").replace(b"\xd5\xc5", b"\xff", 1)
        )
        _sheet, rows = only(data)
        self.assertIn("\ufffd", cells(rows)[0][4])
        self.assertEqual(cells(rows)[1][4], "李四")

    def test_xls(self):
        book = xlwt.Workbook()
        sheet = book.add_sheet("Sheet1")
        sheet.write_merge(0, 0, 0, 5, "业主台账")
        style = xlwt.easyxf(num_format_str="YYYY-MM-DD")
        for column, name in enumerate([*HEADING, "交房日期"]):
            sheet.write(1, column, name)
        sheet.write_merge(2, 3, 0, 0, "12号楼")
        for number, line in enumerate(LINES, 2):
            for column, cell in enumerate(line):
                if column:
                    sheet.write(number, column, cell)
            sheet.write(number, 6, datetime.date(2021, 3, 5), style)
        file = io.BytesIO()
        book.save(file)
        found, rows = only(file.getvalue(), "a.xls")
        self.assertEqual(found.columns, [*HEADING, "交房日期"])
        self.assertEqual(reasons(rows), ["title", "header", "", ""])
        self.assertEqual(cells(rows), [[*line, "2021-03-05"] for line in LINES])

    def test_a_web_page_called_xls(self):
        page = (
            "<html><head><meta charset='gb2312'></head><body><table border=1>"
            "<tr><td colspan=4>业主台账</td></tr>"
            "<tr><th>楼号<th>房号<th>业主<th>电话</tr>"
            "<tr><td rowspan=2>12号楼</td><td>302</td><td>张&nbsp;三</td>"
            "<td>13812345678<br>13912345678</td></tr>"
            "<tr><td>303</td><td>李四</td><td></td></tr>"
            "</table></body></html>"
        )
        for encoding in ("gb18030", "utf-8", "utf-8-sig"):
            sheet, rows = only(page.encode(encoding), "a.xls")
            self.assertEqual(sheet.columns, ["楼号", "房号", "业主", "电话"])
            self.assertEqual(
                cells(rows),
                [
                    ["12号楼", "302", "张 三", "13812345678\n13912345678"],
                    ["12号楼", "303", "李四", None],
                ],
            )
            self.assertEqual(reasons(rows), ["title", "header", "", ""])

    def test_xml_of_excel_2003(self):
        content = """<?xml version="1.0"?><?mso-application progid="Excel.Sheet"?>
            <Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet"
             xmlns:ss="urn:schemas-microsoft-com:office:spreadsheet">
            <Worksheet ss:Name="12号楼"><Table>
            <Row><Cell><Data ss:Type="String">房号</Data></Cell>
             <Cell><Data ss:Type="String">业主</Data></Cell>
             <Cell><Data ss:Type="String">面积</Data></Cell>
             <Cell><Data ss:Type="String">交房日期</Data></Cell></Row>
            <Row ss:Index="3"><Cell ss:MergeDown="1">
              <Data ss:Type="Number">302</Data></Cell>
             <Cell ss:Index="2"><Data ss:Type="String">张三</Data></Cell>
             <Cell><Data ss:Type="Number">89.5</Data></Cell>
             <Cell><Data ss:Type="DateTime">2021-03-05T00:00:00.000</Data></Cell></Row>
            <Row><Cell ss:Index="2"><Data ss:Type="String">李四</Data></Cell></Row>
            </Table></Worksheet></Workbook>"""
        sheet, rows = only(content.encode(), "a.xls")
        self.assertEqual(sheet.name, "12号楼")
        self.assertEqual(
            cells(rows),
            [[302, "张三", 89.5, "2021-03-05"], [302, "李四", None, None]],
        )
        self.assertEqual(rows[-1].context, {"building": "12号楼"})

    def test_cells_of_every_kind(self):
        file = io.BytesIO()
        book = openpyxl.Workbook()
        sheet = book.active
        sheet.append(["房号", "业主", "面积", "交房日期", "备注", "代表"])
        sheet.append(["0302", "张三", 89.0, datetime.date(2021, 3, 5), "=1/0", True])
        sheet.append(["303", "李四", 1e20, datetime.datetime(2021, 3, 5, 13), "#REF!"])
        book.save(file)
        _sheet, rows = only(file.getvalue())
        self.assertEqual(
            cells(rows),
            [
                ["0302", "张三", 89, "2021-03-05", None, True],
                ["303", "李四", 10**20, "2021-03-05 13:00:00", "#REF!", None],
            ],
        )

    def test_a_formula_gives_its_last_value(self):
        file = io.BytesIO()
        book = xlsxwriter.Workbook(file)
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, ["房号", "业主", "建筑面积"])
        sheet.write_row(1, 0, ["302", "张三"])
        sheet.write_formula(1, 2, "=80+9.5", None, 89.5)
        sheet.write_row(2, 0, ["303", "李四"])
        sheet.write_formula(2, 2, "=A1/0", None, "#DIV/0!")
        book.close()
        _sheet, rows = only(file.getvalue())
        self.assertEqual([line[2] for line in cells(rows)], [89.5, "#DIV/0!"])

    def test_text_in_several_fonts(self):
        for options in ({}, {"constant_memory": True}):
            file = io.BytesIO()
            book = xlsxwriter.Workbook(file, options)
            bold = book.add_format({"bold": True})
            sheet = book.add_worksheet()
            sheet.write_row(0, 0, ["房号", "业主", "面积"])
            sheet.write(1, 0, "302")
            sheet.write_rich_string(1, 1, "张", bold, "三", "、李四")
            book.close()
            _sheet, rows = only(file.getvalue())
            self.assertEqual(cells(rows), [["302", "张三、李四", None]])

    def test_old_macs_count_from_1904(self):
        file = io.BytesIO()
        book = xlsxwriter.Workbook(file, {"date_1904": True})
        date = book.add_format({"num_format": "yyyy-mm-dd"})
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, ["房号", "业主", "交房日期"])
        sheet.write_row(1, 0, ["302", "张三"])
        sheet.write_datetime(1, 2, datetime.datetime(2021, 3, 5), date)
        book.close()
        with reading.read(file.getvalue()) as book:
            self.assertTrue(book.date1904)
            self.assertEqual(cells(book.sheets[0].rows())[0][2], "2021-03-05")

    def test_the_same_cells_as_openpyxl(self):
        """Our reader of rows against the library's, on cells of every kind."""
        day = datetime.datetime(2021, 3, 5)
        lines = [HEADING] + [
            [f"{n}号楼", n, None, n / 7, "张 三" * (n % 3), day, None, n % 2 == 0]
            for n in range(60)
        ]
        for options in ({}, {"constant_memory": True}):
            data = xlsx(lines, **options)
            book = openpyxl.load_workbook(io.BytesIO(data), read_only=True)
            expected = [
                [reading.plain_cell(cell) for cell in row]
                for row in book.active.iter_rows(values_only=True)
            ]
            with reading.read(data) as ours:
                found = [row for _number, row in ours.sheets[0]._raw()]
            width = max(map(len, expected))
            self.assertEqual(
                [row + [None] * (width - len(row)) for row in found], expected
            )


@tagged("post_install", "-at_install")
class TestRefusals(BaseCase):
    def refused(self, error, data, filename="列表.xlsx", **limits):
        with self.assertRaises(error) as caught:
            reading.read(data, filename, reading.Limits(**limits))
        self.assertIn(filename, str(caught.exception))
        self.assertEqual(caught.exception.code, error.code)

    def test_empty(self):
        for data in (b"", b"\n\n \n", xlsx([]), xlsx([["", None]])):
            self.refused(reading.EmptyFile, data)

    def test_no_table(self):
        self.refused(reading.NotATable, xlsx([["请各管理处于月底前填报"]]))
        self.refused(reading.NotATable, "一句话。\n第二句。".encode(), "a.txt")
        self.refused(reading.NotATable, b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + bytes(99))
        self.refused(reading.NotATable, b'{"a": [1, 2]}', "a.json")
        self.refused(reading.NotATable, b"<html><p>Log in</p></html>", "a.xls")
        self.refused(reading.EmptyFile, b"<table></table>", "a.xls")
        file = io.BytesIO()
        with zipfile.ZipFile(file, "w") as archive:
            archive.writestr("a.txt", "房号,业主")
        self.refused(reading.NotATable, file.getvalue(), "a.zip")

    def test_password(self):
        data = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600)
        data += "EncryptedPackage".encode("utf-16-le") + bytes(600)
        self.refused(reading.PasswordProtected, data)

    def test_damaged(self):
        good = xlsx([HEADING, *LINES])
        self.refused(reading.ReadError, good[: len(good) // 2])
        self.refused(reading.ReadError, b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(99))

    def test_too_large(self):
        good = xlsx([HEADING, *LINES])
        self.refused(reading.TooLarge, good, megabytes=0.001)
        self.refused(reading.TooLarge, good, unpacked_megabytes=0.001)
        with self.assertRaises(reading.TooLarge):
            only(text([HEADING, *LINES * 50]).encode(), rows=20)

    def test_a_bomb_is_not_unpacked(self):
        good = io.BytesIO(xlsx([HEADING, *LINES]))
        with zipfile.ZipFile(good, "a", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr("xl/media/bomb.xml", bytes(80 * 1024 * 1024))
        data = good.getvalue()
        self.assertLess(len(data), 200_000)
        tracemalloc.start()
        self.refused(reading.TooLarge, data, unpacked_megabytes=50)
        self.assertLess(tracemalloc.get_traced_memory()[1], 10 * 1024 * 1024)
        tracemalloc.stop()

    def test_entities_are_refused(self):
        file = io.BytesIO()
        with zipfile.ZipFile(io.BytesIO(xlsx([HEADING, *LINES]))) as source:
            with zipfile.ZipFile(file, "w") as target:
                for name in source.namelist():
                    data = source.read(name)
                    if name.endswith("sheet1.xml"):
                        evil = b'<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]>'
                        data = data.replace(b"<worksheet", evil + b"<worksheet", 1)
                    target.writestr(name, data)
        self.refused(reading.ReadError, file.getvalue())

    def test_a_lonely_cell_far_down_is_no_danger(self):
        file = io.BytesIO()
        book = openpyxl.Workbook()
        sheet = book.active
        sheet.append(HEADING)
        sheet.append(LINES[0])
        sheet.cell(1_000_000, 16_000, "x")
        book.save(file)
        with self.assertRaises(reading.TooLarge):
            only(file.getvalue(), rows=5_000)

    @FEW
    @given(st.binary(max_size=400))
    def test_any_bytes(self, data):
        try:
            with reading.read(data, "a") as book:
                for sheet in book.sheets:
                    list(sheet.rows())
        except reading.ReadError as error:
            self.assertTrue(str(error))

    @FEW
    @given(st.lists(st.lists(st.text(max_size=6), max_size=5), max_size=12))
    def test_any_table(self, lines):
        try:
            with reading.read(text(lines).encode(), "a.csv") as book:
                for sheet in book.sheets:
                    rows = list(sheet.rows())
                    self.assertEqual(
                        [r.number for r in rows], [*range(1, len(rows) + 1)]
                    )
        except reading.ReadError as error:
            self.assertTrue(str(error))


@tagged("post_install", "-at_install")
class TestShapes(BaseCase):
    def test_titles_above_the_heading(self):
        lines = [["明月苑台账"], ["2021年3月"], [], HEADING, *LINES]
        sheet, rows = only(xlsx(lines))
        self.assertEqual(sheet.header_row, 4)
        self.assertEqual(sheet.titles, ["明月苑台账", "2021年3月"])
        self.assertEqual(reasons(rows), ["title", "title", "blank", "header", "", ""])

    def test_two_lines_with_groups(self):
        lines = [
            ["楼栋", "房号", "业主信息", None, "租户信息", None],
            [None, None, "姓名", "电话", "姓名", "电话"],
            ["1号楼", "101", "张三", "13812345678", "李四", "13912345678"],
        ]
        for merges in ((), ("A1:A2", "B1:B2", "C1:D1", "E1:F1")):
            with self.subTest(merges):
                file = io.BytesIO()
                book = xlsxwriter.Workbook(file)
                page = book.add_worksheet()
                for number, line in enumerate(lines):
                    for column, cell in enumerate(line):
                        if cell is not None:
                            page.write(number, column, cell)
                for area in merges:
                    top = lines[0][ord(area[0]) - 65]
                    page.merge_range(area, top)
                book.close()
                sheet, rows = only(file.getvalue())
                self.assertEqual(cells(rows), [lines[2]])
                fields = [guess.field for guess in sheet.guesses.values()]
                expected = ["building", "room", "person", "phone"]
                if merges:
                    # Without the merge nothing says what E2 belongs to.
                    expected += ["tenant", "tenant_phone"]
                    self.assertEqual(fields, expected)
                self.assertEqual(fields[:4], expected[:4])

    def test_sums_notes_and_repeated_headings(self):
        lines = [
            HEADING,
            LINES[0],
            ["本页小计", None, "1户", 89.5],
            [],
            HEADING,
            LINES[1],
            ["合 计：", None, None, 179.75],
            ["共2户"],
            ["注：面积以产权证为准"],
            ["制表人：王五    审核：赵六"],
        ]
        _sheet, rows = only(xlsx(lines))
        expected = "header,,total,blank,header,,total,total,note,note".split(",")
        self.assertEqual(reasons(rows), expected)

    def test_people_whose_names_look_like_sums_stay(self):
        lines = [
            HEADING,
            ["1号楼", 1, 101, 80, "计总平", ""],
            ["1号楼", 1, 102, 80, "共和"],
        ]
        _sheet, rows = only(xlsx(lines))
        self.assertEqual(reasons(rows), ["header", "", ""])

    def test_merged_places_and_people_are_repeated_but_not_areas(self):
        lines = [[*HEADING, "备注"], LINES[0], [*[None] * 6, "同上"], [*LINES[1], ""]]
        data = xlsx(lines)
        book = openpyxl.load_workbook(io.BytesIO(data))
        for column in "ABCDEF":
            book.active.merge_cells(f"{column}2:{column}3")
        file = io.BytesIO()
        book.save(file)
        _sheet, rows = only(file.getvalue())
        first, second, _third = cells(rows)
        self.assertEqual(second, [*first[:3], None, *first[4:6], "同上"])
        self.assertNotIn("carried", rows[2].context)

    def test_a_place_that_stands_in_its_first_row_is_carried(self):
        lines = [
            HEADING,
            ["12号楼", 1, 301, 80, "张三", None],
            [None, None, 302, 80, "李四", None],
            [None, None, None, None, "王五", None],
            ["13号楼", None, 301, 80, "赵六", None],
            [None, 2, 301, 80, "孙七", None],
        ]
        _sheet, rows = only(xlsx(lines))
        self.assertEqual(
            [line[:3] for line in cells(rows)],
            [
                ["12号楼", 1, 301],
                ["12号楼", 1, 302],
                ["12号楼", 1, 302],
                ["13号楼", None, 301],
                ["13号楼", 2, 301],
            ],
        )
        self.assertEqual(
            [row.context.get("carried") for row in rows[1:]],
            [
                None,
                ["building", "entrance"],
                ["building", "entrance", "room"],
                None,
                ["building"],
            ],
        )

    def test_lines_and_sheets_named_after_buildings(self):
        lines = [
            ["房号", "面积", "业主"],
            ["12号楼"],
            ["302", 80, "张三"],
            ["13号楼2单元"],
            ["302", 80, "李四"],
        ]
        _sheet, rows = only(xlsx(lines))
        self.assertEqual(
            [row.context for row in rows if not row.reason],
            [{"building": "12号楼"}, {"building": "13号楼", "entrance": "2"}],
        )
        self.assertEqual(reasons(rows), ["header", "section", "", "section", ""])
        file = io.BytesIO()
        book = xlsxwriter.Workbook(file)
        for name in ("7号楼", "Sheet2"):
            page = book.add_worksheet(name)
            for number, line in enumerate((lines[0], lines[2])):
                page.write_row(number, 0, line)
        book.close()
        with reading.read(file.getvalue()) as book:
            found = [
                row.context for s in book.sheets for row in s.rows() if not row.reason
            ]
        self.assertEqual(found, [{"building": "7号楼"}, {}])

    def test_a_file_without_a_heading(self):
        lines = [
            ["12-1-302", "张三", "13812345678"],
            ["12-1-303", "李四", "13912345678"],
        ]
        sheet, rows = only(text(lines).encode())
        self.assertEqual(sheet.header_row, 0)
        self.assertEqual(list(sheet.mapping.values()), ["address", "person", "phone"])
        self.assertEqual(cells(rows), lines)

    def test_memory_is_flat(self):
        """Three times the rows need little more memory while they are streamed."""

        def peak(count):
            # Texts inside the cells, as many programs write them.
            lines = [[*LINES[0][:4], f"张三{n}", f"138{n:08d}"] for n in range(count)]
            data = xlsx([HEADING, *lines], constant_memory=True)
            tracemalloc.start()
            with reading.read(data) as book:
                number = sum(1 for row in book.sheets[0].rows() if not row.reason)
            memory = tracemalloc.get_traced_memory()[1]
            tracemalloc.stop()
            self.assertEqual(number, count)
            return memory

        peak(100)  # what is loaded and cached once
        small, large = peak(3_000), peak(9_000)
        self.assertLess(large, small * 1.3 + 500_000)


@tagged("post_install", "-at_install")
class TestHeadings(BaseCase):
    def test_synonyms(self):
        cases = {
            "房号": "room",
            "户室号": "room",
            "门牌": "room",
            "房间号": "room",
            "室号": "room",
            "单元号": "entrance",
            "楼号": "building",
            "楼栋": "building",
            "栋号": "building",
            "幢": "building",
            "座": "building",
            "*建筑面积（㎡）": "building_area",
            "建面": "building_area",
            "面积": "building_area",
            "套内面积": "exclusive_area",
            "专有部分面积(平方米)": "exclusive_area",
            "业主": "person",
            "业主姓名：": "person",
            "产权人": "person",
            "户主": "person",
            "姓 名": "person",
            "联系电话": "phone",
            "手机": "phone",
            "电话号码": "phone",
            "备用电话": "phone2",
            "身份证": "id_number",
            "证件号码": "id_number",
            "证件类型": "id_type",
            "入住日期": "date_from",
            "交房日期": "date_from",
            "起租日": "date_from",
            "租赁到期日": "date_to",
            "性质": "use",
            "用途": "use",
            "与业主关系": "role",
            "户号": "ref",
            "弄": "lane",
            "楼层": "floor",
            "房屋坐落": "address",
            "产权份额": "share",
            "不动产单元号": "real_estate_number",
            "邮箱": "email",
            "投票代表": "representative",
            "小区名称": "estate",
            "房屋状态": "state",
            "备注": "note",
            "租户姓名": "tenant",
            "承租人联系电话": "tenant_phone",
            "Building": "building",
            "Room No.": "room",
            "Owner Name": "person",
            "Mobile": "phone",
            "Building Area (m²)": "building_area",
            "ID Number": "id_number",
            "Move-in Date": "date_from",
            # of no use to us
            "序号": None,
            "物业费": None,
            "不动产权证号": None,
            "车牌号": None,
            "随便什么": None,
        }
        for heading, field in cases.items():
            with self.subTest(heading):
                self.assertEqual(headers.recognise(heading).field, field)

    def test_every_field_has_words_and_none_is_given_twice(self):
        self.assertEqual(set(headers.SYNONYMS), set(headers.FIELDS))
        seen = {}
        for field, words in headers.SYNONYMS.items():
            for word in map(headers.normalise, words.split()):
                self.assertEqual(seen.setdefault(word, field), field, word)
                self.assertEqual(headers.recognise(word).field, field, word)

    def fields(self, names, *rows):
        found = headers.guess(names, rows)
        return [found[index].field for index in range(len(names))]

    def test_contents_decide(self):
        number = "310115198001020126"
        self.assertEqual(
            self.fields(["房号", "编码", "A"], ["302", number, "13812345678"]),
            ["room", "id_number", "phone"],
        )
        self.assertEqual(
            self.fields(
                ["楼号", "单元号", "户号"], ["1", "1", "302"], ["1", "2", "303"]
            ),
            ["building", "entrance", "room"],
        )
        self.assertEqual(
            self.fields(["户号", "房号", "业主"], ["00012", "302", "张三"]),
            ["ref", "room", "person"],
        )
        self.assertEqual(
            self.fields(["户号", "业主"], ["12-1-302", "张三"]), ["address", "person"]
        )
        self.assertEqual(
            self.fields(["楼号", "房号"], ["1", "1-302"], ["1", "2-302"]),
            ["building", "room"],
        )
        self.assertEqual(
            self.fields(["房号", "性质", "业主"], ["302", "租户", "张三"]),
            ["room", "role", "person"],
        )

    def test_two_phones(self):
        self.assertEqual(
            self.fields(
                ["房号", "电话", "手机"], ["302", "13812345678", "02158881234"]
            ),
            ["room", "phone", "phone2"],
        )

    def test_each_field_once_and_vague_ones_with_less_confidence(self):
        found = headers.guess(["房号", "面积", "建筑面积"], [["302", 80, 90]])
        self.assertEqual(found[2], ("building_area", 1.0, "exact"))
        self.assertEqual((found[1].field, found[1].reason), (None, "taken"))
        self.assertLess(headers.guess(["面积"], [[80]])[0].confidence, 0.9)

    @FEW
    @given(
        st.lists(
            st.sampled_from(["房号", "电话", "面积", "业主", "", "户号"]), max_size=8
        ),
        st.lists(st.lists(st.text(max_size=8), max_size=8), max_size=5),
    )
    def test_any_heading(self, names, rows):
        found = headers.guess(names, rows)
        self.assertEqual(set(found), set(range(len(names))))
        fields = [guess.field for guess in found.values() if guess.field]
        self.assertEqual(len(fields), len(set(fields)))
        self.assertLessEqual(set(fields), set(headers.FIELDS))


@tagged("post_install", "-at_install")
class TestSideBySide(BaseCase):
    HEADING = ["房号", "姓名", "电话"]
    ONE = ["101", "张三", "13812345678"]
    TWO = ["201", "李四", "13912345678"]

    def _read(self, lines, merges=()):
        with reading.read(xlsx(lines, merges), "a.xlsx") as book:
            return [
                (
                    sheet,
                    [
                        {f: row.cells[c] for c, f in sheet.mapping.items()}
                        | {f: row.context[f] for f in row.context if f == "building"}
                        for row in sheet.rows()
                        if not row.reason
                    ],
                )
                for sheet in book.sheets
            ]

    def test_the_same_headings_twice_are_two_lists(self):
        for gap in ([], [None]):
            lines = [
                self.HEADING + gap + self.HEADING,
                self.ONE + gap + self.TWO,
                ["102", "王五", None, *gap, None, None, None],
            ]
            (left, first), (right, second) = self._read(lines)
            self.assertEqual([row["room"] for row in first], ["101", "102"])
            self.assertEqual([row["person"] for row in second], ["李四"])
            # Columns are called as the spreadsheet shows them.
            self.assertEqual(min(right.mapping), 3 + len(gap))
            self.assertNotEqual(left.name, right.name)

    def test_columns_in_front_and_lines_above_count_for_each(self):
        lines = [
            ["楼号", *self.HEADING, *self.HEADING],
            ["1号楼", *self.ONE, *self.TWO],
            [None, "102", "王五", None, "202", "赵六", None],
        ]
        for _sheet, rows in self._read(lines):
            self.assertEqual([row["building"] for row in rows], ["1号楼"] * 2)
        lines = [
            self.HEADING * 2,
            ["1号楼", None, None, None, None, None],
            self.ONE + self.TWO,
            ["2号楼", None, None, None, None, None],
            self.ONE + self.TWO,
        ]
        for _sheet, rows in self._read(lines, ["A2:F2", "A4:F4"]):
            self.assertEqual([row["building"] for row in rows], ["1号楼", "2号楼"])

    def test_another_list_behind_an_empty_column(self):
        lines = [
            [*self.HEADING, None, "车位号", "车主姓名", "联系电话"],
            [*self.ONE, None, "A-021", "张三", "13812345678"],
            [*self.TWO, None, "A-022", "李四", "13912345678"],
        ]
        (_left, homes), (_right, spaces) = self._read(lines)
        self.assertEqual([row["room"] for row in homes], ["101", "201"])
        self.assertEqual([row["room"] for row in spaces], ["A-021", "A-022"])

    def test_one_list_stays_one(self):
        for heading in (
            ["房号", "姓名", None, "电话"],  # a column left empty
            ["房号", "姓名", "电话", "电话"],
            ["房号", "姓名", "电话", "租户姓名", "电话"],
        ):
            line = ["101", "张三", "13812345678", "13912345678", "13712345678"]
            cells = [h and c for h, c in zip(heading, line)]
            self.assertEqual(len(self._read([heading, cells])), 1, heading)

    @given(st.lists(st.sampled_from(["房号", "姓名", "电话", "楼号", "", "备注"])))
    def test_blocks_share_out_columns(self, headings):
        for columns in headers.blocks(headings):
            self.assertTrue(columns <= set(range(len(headings))))
            fields = {headers.recognise(headings[c]).field for c in columns}
            self.assertIn("room", fields)


@tagged("post_install", "-at_install")
class TestParkingColumn(BaseCase):
    def test_beside_homes_it_is_a_column_of_its_own(self):
        for heading in ("车位", "车位号", "停车位", "地下车位号", "产权车位", "车库"):
            found = headers.guess(["房号", "姓名", heading], [])
            self.assertEqual(found[2].field, "parking", heading)
            found = headers.guess(["楼号", heading, "姓名"], [])
            self.assertEqual(found[1].field, "room", heading)

    def test_what_is_said_of_spaces_is_nothing_about_homes(self):
        found = headers.guess(["房号", "姓名", "车位号", "车位面积", "车位费"], [])
        self.assertEqual(found[3].field, "parking_area")
        self.assertIsNone(found[4].field)
        found = headers.guess(["车位号", "车位面积", "姓名"], [])
        self.assertEqual(found[1].field, "building_area")
