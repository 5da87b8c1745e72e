import tempfile

import openpyxl
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ...tools import roll

UNITS = st.lists(
    st.builds(
        roll.Unit,
        address=st.text("0123456789号楼单元室", max_size=12),
        use=st.just("住宅"),
        exclusive_area=st.integers(0, 10**6).map(lambda n: n / 100),
        building_area=st.integers(0, 10**6).map(lambda n: n / 100),
        owners=st.lists(
            st.builds(roll.Owner, name=st.sampled_from("甲乙丙")), max_size=5
        ).map(tuple),
    ),
    max_size=25,
)


# A busy machine is slow to make examples; that says nothing about the code.
CALM = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])


@CALM
@given(UNITS, st.integers(1, 30))
def test_pages_hold_every_unit_once_in_order_and_are_not_overfull(units, room):
    pages = roll.paginate(units, room)
    assert [unit for page in pages for unit in page] == units
    for page in pages:
        assert len(page) <= 1 or sum(map(roll.lines_of, page)) <= room
    assert all(pages) or pages == [[]]


@CALM
@given(UNITS)
def test_totals_do_not_depend_on_the_order(units):
    owners = [owner.name for unit in units for owner in unit.owners]
    forward = roll.totals(units, owners)
    assert forward == roll.totals(units[::-1], owners[::-1])
    assert forward.units == len(units)
    assert round(forward.exclusive_area * 100) == sum(
        round(unit.exclusive_area * 100) for unit in units
    )
    assert forward.owners <= 3


def test_a_workbook_with_awkward_names():
    with tempfile.NamedTemporaryFile(suffix=".xlsx") as file:
        sheet = roll.Sheet(file.name)
        for _number in range(2):
            sheet.start(
                "3弄5号/甲:楼", "金昊雅苑", "2026-01-01", [("房号", 20), ("面积", 9)]
            )
            sheet.add(["=1+1", 88.5])
            sheet.add_sum(["合计", 88.5])
        sheet.close()
        book = openpyxl.load_workbook(file.name)
        assert book.sheetnames == ["3弄5号甲楼", "3弄5号甲楼 2"]
        tab = book.worksheets[0]
        assert [cell.value for cell in tab[4]] == ["=1+1", 88.5]
        assert tab["A4"].data_type == "s", "a name is never a formula"
