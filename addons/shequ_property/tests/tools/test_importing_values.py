"""Cells of lists: however they are typed, a value or a sentence about it."""

import json
import re
from datetime import date, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st
from stdnum.cn import ric, uscc

from odoo.tests import BaseCase, tagged

from ...tools import idnumber
from ...tools.importing import problems, values

FEW = settings(max_examples=200, deadline=None)
CELLS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.text(max_size=30),
    st.text(alphabet="0123456789.,-/%年月日平方米㎡号楼单元室、;；E+ ×√", max_size=20),
)
PARSERS = (
    values.area,
    values.day,
    values.identity,
    values.id_type,
    values.role,
    values.use,
    values.state,
    values.yes_no,
    values.share,
    values.unit_number,
    values.email,
    values.floor,
    values.plain,
    values.names,
)


class Cells(BaseCase):
    def check_values(self, parser, cases):
        for cell, expected in cases.items():
            with self.subTest(cell):
                value, wrong = parser(cell)
                self.assertEqual(value, expected, wrong)

    def check_problems(self, parser, cases):
        for cell, code in cases.items():
            with self.subTest(cell):
                value, wrong = parser(cell)
                self.assertEqual(wrong and wrong.code, code)
                self.assertIn(value, (None, []))
                self.assertEqual(wrong.severity, "error")
                self.assertEqual(wrong.text, values.clean(cell))


@tagged("post_install", "-at_install")
class TestAreas(Cells):
    def test_as_people_write_them(self):
        cases = {
            89.5: 8950,
            "89.5㎡": 8950,
            "1,089.50": 108950,
            "1，089.50平方米": 108950,
            "89.5平方": 8950,
            "８９．５": 8950,
            "89.5 m2": 8950,
            "89.5m²": 8950,
            "89.5 sqm": 8950,
            "约89.5平米": 8950,
            90: 9000,
            "0": 0,
            "8.95E+1": 8950,
            "—": None,
            "": None,
            None: None,
            "无": None,
        }
        self.check_values(values.area, cases)

    def test_what_is_no_area(self):
        cases = {
            "九十": "area_invalid",
            "89,5": "area_invalid",
            "1,08.5": "area_invalid",
            "89.5.1": "area_invalid",
            "2亩": "area_unit",
            "950 sqft": "area_unit",
            "-5": "area_negative",
            "#REF!": "cell_error",
            "1e9": "area_invalid",
            ".": None,
        }
        cases.pop(".")
        self.check_problems(values.area, cases)

    def test_more_than_two_decimals_are_rounded_and_told(self):
        value, notice = values.area(89.125)
        self.assertEqual((value, notice.code), (8913, "area_rounded"))
        # What the arithmetic of spreadsheets leaves behind is no decimal.
        self.assertEqual(values.area(89.10000000000001), (8910, None))

    def test_more_than_any_home_is_told(self):
        value, notice = values.area("12500")
        self.assertEqual((value, notice.code), (1250000, "area_unlikely"))
        self.assertEqual(notice.severity, "notice")

    @FEW
    @given(st.integers(0, 200_000))
    def test_printed_in_any_way_it_is_read_back(self, hundredths):
        number = hundredths / 100
        for text in (
            number,
            f"{number:.2f}",
            f"{number:,.2f}㎡",
            f"{number:.2f} 平方米",
        ):
            self.assertEqual(values.area(text), (hundredths, None))


@tagged("post_install", "-at_install")
class TestDates(Cells):
    def test_as_people_write_them(self):
        cases = dict.fromkeys(
            (
                "2021-3-5",
                "2021-03-05",
                "2021/3/5",
                "2021.3.5",
                "20210305",
                20210305,
                "2021年3月5日",
                "2021年03月05号",
                "２０２１年３月５日",
                44260,
                44260.5,
                "44260",
                "2021-03-05 13:00:00",
                "2021/3/5 0:00",
                "2021-03-05T00:00:00",
                "2021年3月5日 星期五",
                "2021 - 3 - 5",
            ),
            "2021-03-05",
        )
        cases |= {"13/5/2021": "2021-05-13", "5/13/2021": "2021-05-13"}
        cases |= {"5/5/2021": "2021-05-05", "": None, "长期": None, "至今": None}
        self.check_values(values.day, cases)

    def test_what_is_no_date(self):
        cases = {
            "3/5/2021": "date_ambiguous",
            "21-3-5": "date_ambiguous",
            "21.3.5": "date_ambiguous",
            "2021.1": "date_ambiguous",
            2021.1: "date_ambiguous",
            "2021": "date_incomplete",
            "2021年": "date_incomplete",
            "2021-02-30": "date_invalid",
            "20211301": "date_invalid",
            "明年": "date_invalid",
            5: "date_invalid",
            99999: "date_invalid",
        }
        self.check_problems(values.day, cases)

    def test_a_month_is_its_first_day(self):
        for text in ("2021年3月", "2021-3", "2021/03", "202103", "2021.3"):
            value, notice = values.day(text)
            self.assertEqual((value, notice.code), ("2021-03-01", "date_month_only"))

    def test_serial_numbers_of_old_macs(self):
        self.assertEqual(values.day(42798, "", True).value, "2021-03-05")

    @FEW
    @given(st.dates(date(1950, 1, 1), date(2090, 1, 1)))
    def test_every_day_is_read_back(self, day):
        serial = (day - date(1899, 12, 30)).days
        texts = (
            serial,
            float(serial),
            day.isoformat(),
            f"{day.year}年{day.month}月{day.day}日",
            f"{day.year}/{day.month}/{day.day}",
            f"{day.year}.{day.month}.{day.day}",
            f"{day:%Y%m%d}",
        )
        for text in texts:
            self.assertEqual(values.day(text), (day.isoformat(), None), text)
        mac = (day - date(1904, 1, 1)) // timedelta(days=1)
        if mac >= 20_000:
            self.assertEqual(values.day(mac, "", True).value, day.isoformat())


@tagged("post_install", "-at_install")
class TestPhones(BaseCase):
    def test_one_or_several(self):
        cases = {
            "13812345678": ["13812345678"],
            13812345678: ["13812345678"],
            "13812345678.0": ["13812345678"],
            "1.3812345678E10": ["13812345678"],
            "1.3812345678E+10": ["13812345678"],
            "138-1234-5678": ["13812345678"],
            "138 1234 5678": ["13812345678"],
            "+86 13812345678": ["13812345678"],
            "0086-13812345678": ["13812345678"],
            "86-13812345678": ["13812345678"],
            "１３８１２３４５６７８": ["13812345678"],
            "'13812345678": ["13812345678"],
            '="13812345678"': ["13812345678"],
            "13812345678/13912345678": ["13812345678", "13912345678"],
            "13812345678；021-58881234": ["13812345678", "02158881234"],
            "13812345678 13912345678": ["13812345678", "13912345678"],
            "13812345678\n13912345678": ["13812345678", "13912345678"],
            "13812345678、13812345678": ["13812345678"],
            "13812345678(妻)": ["13812345678"],
            "张先生13812345678": ["13812345678"],
            "(021)5888 1234": ["02158881234"],
            "021-58881234转801": ["02158881234"],
            "+65 9123 4567": ["+6591234567"],
            "+852 9123 4567": ["+85291234567"],
            "400-820-8820": ["4008208820"],
            "无": [],
            "-": [],
            None: [],
        }
        for cell, expected in cases.items():
            with self.subTest(cell):
                self.assertEqual(values.phones(cell), (expected, []))

    def test_wrong_ones(self):
        cases = {
            "1381234567": ("phone_length", []),
            "138123456789": ("phone_length", []),
            "1.38E+10": ("phone_destroyed", []),
            "1.381234E+10": ("phone_destroyed", []),
            "没有电话": ("phone_invalid", []),
            "电话是多少": ("phone_invalid", []),
            "62481234": ("phone_no_area_code", ["62481234"]),
            "13812345678;1391234": ("phone_length", ["13812345678"]),
            "138****5678": ("masked", []),
            "#N1!": ("phone_invalid", []),
            "+12": ("phone_length", []),
        }
        for cell, (code, expected) in cases.items():
            with self.subTest(cell):
                found, wrong = values.phones(cell)
                self.assertEqual(found, expected)
                self.assertEqual([one.code for one in wrong], [code])

    @FEW
    @given(st.from_regex(r"1[3-9][0-9]{9}", fullmatch=True))
    def test_every_mobile_in_every_dress(self, number):
        dresses = (
            number,
            int(number),
            float(number),
            f"{number}.0",
            f"+86 {number}",
            f"{number[:3]}-{number[3:7]}-{number[7:]}",
            f"{number[:3]} {number[3:7]} {number[7:]}",
            f"{float(number):.10E}",
        )
        for cell in dresses:
            self.assertEqual(values.phones(cell), ([number], []), cell)


def resident_number(digits, born):
    body = f"310115{born:%Y%m%d}{digits:03d}"
    return body + ric.calc_check_digit(body + "0")


@tagged("post_install", "-at_install")
class TestIdentities(Cells):
    def test_kinds(self):
        number = resident_number(12, date(1980, 1, 2))
        company = "91310115MA1H70XX8"
        company += uscc.calc_check_digit(company)
        cases = {
            number: ("resident", number),
            f" {number[:6]} {number[6:14]} {number[14:]}": ("resident", number),
            f"'{number}": ("resident", number),
            f"身份证:{number}": ("resident", number),
            company: ("uscc", company),
            "E12345678": ("passport", "E12345678"),
            "EA1234567": ("passport", "EA1234567"),
            "H12345678": ("hk_macau", "H12345678"),
        }
        self.check_values(values.identity, cases)

    def test_small_x(self):
        number = next(
            text
            for n in range(100)
            if (text := resident_number(n, date(1980, 1, 2))).endswith("X")
        )
        self.assertEqual(values.identity(number.lower()).value.number, number)

    def test_old_number_becomes_new(self):
        value, notice = values.identity("310115800102011")
        self.assertEqual(value.number[:17], "31011519800102011")
        self.assertEqual(notice.code, "id_old")
        self.assertEqual(values.identity(310115800102011).value, value)

    def test_wrong_ones(self):
        number = resident_number(12, date(1980, 1, 2))
        swapped = number[:15] + number[16] + number[15] + number[17]
        last = "0" if number[-1] != "0" else "1"
        cases = {
            number[:-1] + last: "id_check_digit",
            "310115198013020123": "id_birth_date",
            number[:-1]: "id_length",
            number + "1": "id_length",
            "3.10101E+17": "id_destroyed",
            "3.1010119800101E+17": "id_destroyed",
            310101198001011230: "id_destroyed",
            3.10101198001011e17: "id_destroyed",
            "见附件": "id_invalid",
            "12345": "id_invalid",
        }
        if swapped != number:
            cases[swapped] = "id_check_digit"
        cases["12345"] = "id_length"
        self.check_problems(values.identity, cases)

    def test_the_kind_that_is_named_counts(self):
        self.assertEqual(
            values.identity("12345678", kind="taiwan").value, ("taiwan", "12345678")
        )
        self.assertEqual(
            values.identity("91310115MA1H70XX80", kind="uscc").problem.code,
            "id_check_digit",
        )
        self.assertEqual(values.id_type("台胞证").value, "taiwan")
        self.assertEqual(values.id_type("居民身份证").value, "resident")
        self.assertEqual(values.id_type("学生证").problem.code, "id_type_unknown")

    def test_kinds_are_those_of_the_registry(self):
        self.assertEqual(set(values.ID_TYPE_WORDS), set(idnumber.TYPES))

    def test_several(self):
        one = resident_number(1, date(1980, 1, 2))
        two = resident_number(2, date(1981, 1, 2))
        found, wrong = values.identities(f"{one}/{two}")
        self.assertEqual([identity.number for identity in found], [one, two])
        self.assertFalse(wrong)

    @FEW
    @given(st.integers(0, 999), st.dates(date(1900, 1, 1), date(2020, 1, 1)))
    def test_one_wrong_digit_is_found(self, digits, born):
        number = resident_number(digits, born)
        self.assertEqual(values.identity(number).value, ("resident", number))
        for place in (0, 5, 14, 16):
            wrong = str((int(number[place]) + 1) % 10 or 1)
            if wrong == number[place]:
                continue
            changed = number[:place] + wrong + number[place + 1 :]
            self.assertIsNone(values.identity(changed).value, changed)


@tagged("post_install", "-at_install")
class TestWords(Cells):
    def test_roles(self):
        cases = {
            "业主": "owner",
            "产权人": "owner",
            "户主": "owner",
            "共有人": "co_owner",
            "共有产权": "co_owner",
            "租客": "tenant",
            "租户": "tenant",
            "承租人": "tenant",
            "家属": "family",
            "配偶": "family",
            "子女": "family",
            "父母": "family",
            "开发商": "developer",
            " 业 主 ": "owner",
            "家属（妻）": "family",
            "Owner": "owner",
            "co-owner": "co_owner",
        }
        self.check_values(values.role, cases)
        self.check_problems(values.role, {"隔壁老王": "role_unknown"})

    def test_uses_and_states(self):
        self.check_values(
            values.use,
            {
                "住宅": "home",
                "商铺": "shop",
                "车位": "parking",
                "储藏室": "storage",
                "办公": "office",
                "车位（产权）": "parking",
            },
        )
        self.check_values(
            values.state,
            {
                "未售": "unsold",
                "已售": "sold",
                "已交付": "delivered",
                "空置": "delivered",
            },
        )
        self.check_problems(values.use, {"民宿": "use_unknown"})
        self.check_problems(values.state, {"烂尾": "state_unknown"})

    def test_words_are_the_registrys(self):
        """The values are those that the models know."""
        from ...models.estate.residency import ShequResidency
        from ...models.estate.unit import ShequUnit

        def keys(model, name):
            return {key for key, _label in getattr(model, name)._args__["selection"]}

        self.assertEqual(set(values.ROLE_WORDS), keys(ShequResidency, "role"))
        self.assertEqual(set(values.USE_WORDS), keys(ShequUnit, "use"))
        self.assertEqual(set(values.STATE_WORDS), keys(ShequUnit, "state"))

    def test_yes_and_no(self):
        self.check_values(
            values.yes_no,
            {
                "是": True,
                "√": True,
                "Y": True,
                1: True,
                "否": False,
                "×": False,
                0: False,
            },
        )
        self.check_problems(values.yes_no, {"也许": "yes_no_unknown"})

    def test_shares(self):
        cases = {
            "1/2": [1, 2],
            "50%": [1, 2],
            0.5: [1, 2],
            "0.5": [1, 2],
            "各半": [1, 2],
            "各50%": [1, 2],
            "三分之一": None,
            "3分之1": [1, 3],
            0.3333333333: [1, 3],
            "33.33%": [3333, 10000],
            "100%": [1, 1],
            1: [1, 1],
            "单独所有": [1, 1],
            "共同共有": "joint",
            "按份共有": None,
        }
        cases.pop("三分之一")
        self.check_values(values.share, cases)
        self.check_problems(
            values.share,
            {
                "2/1": "share_invalid",
                "1/0": "share_invalid",
                "120%": "share_invalid",
                "很多": "share_invalid",
            },
        )

    def test_other_fields(self):
        number = "310115003007GB00012F00050302"
        self.check_values(
            values.unit_number,
            {
                number: number,
                number.lower(): number,
                f"310115 003007 {number[12:]}": number,
            },
        )
        self.check_problems(
            values.unit_number,
            {number[:-1]: "number_length", number[:-1] + "X": "number_invalid"},
        )
        self.check_values(
            values.floor,
            {"3层": 3, "B1": -1, "地下一层": -1, 12: 12, "-2": -2, "十二层": 12},
        )
        self.check_problems(values.floor, {"顶楼": "floor_invalid"})
        self.check_values(values.email, {"a.b@example.com": "a.b@example.com"})
        self.check_problems(values.email, {"a.b@": "email_invalid"})

    def test_names(self):
        cases = {
            "张三": ["张三"],
            "张　三": ["张三"],
            "张 三": ["张三"],
            "张三、李四": ["张三", "李四"],
            "张三/李四": ["张三", "李四"],
            "张三，李四；王五": ["张三", "李四", "王五"],
            "张三 李四": ["张三", "李四"],
            "张三\n李四": ["张三", "李四"],
            "张三和李四": ["张三", "李四"],
            "张和平": ["张和平"],
            "张三（妻李四）": ["张三"],
            "阿卜杜拉·买买提": ["阿卜杜拉·买买提"],
            "Smith, John": ["Smith, John"],
            "John  Smith": ["John Smith"],
            "上海桂语餐饮 管理有限公司": ["上海桂语餐饮 管理有限公司"],
            "": [],
            "无": [],
        }
        for cell, expected in cases.items():
            with self.subTest(cell):
                self.assertEqual(values.names(cell).value, expected)
        self.check_problems(values.names, {"13812345678": "name_invalid"})


@tagged("post_install", "-at_install")
class TestAnyCell(BaseCase):
    @settings(max_examples=500, deadline=None)
    @given(CELLS)
    def test_never_raises_and_always_speaks(self, cell):
        """Nothing is dropped in silence: a value, a problem, or an empty cell."""
        for parser in PARSERS:
            value, wrong = parser(cell)
            if wrong:
                self.assertIn(wrong.code, problems.PROBLEMS)
                self.assertTrue(wrong.sentence())
                self.assertLessEqual(len(wrong.text), 120)
            json.dumps(value)
            if value in (None, []) and not wrong:
                text = values.clean(cell)
                empty = values.is_nothing(text) or parser is values.day
                self.assertTrue(empty, (parser, cell))
        for parser in (values.phones, values.identities):
            found, wrong = parser(cell)
            if not found and not wrong:
                pieces = re.split(r"[、;；,，/|\\&\n\r]+", values.clean(cell))
                self.assertTrue(all(values.is_nothing(one.strip()) for one in pieces))

    def test_every_sentence_has_its_words(self):
        details = dict.fromkeys(("other", "count", "persons", "person"), "…")
        for code in problems.PROBLEMS:
            one = problems.problem(code, "room", "302", **details)
            self.assertNotIn("%(", one.sentence())
            self.assertEqual(one.severity == "error", code in problems.ERRORS)
