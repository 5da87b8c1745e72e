"""Five ugly files are read as a careful clerk would read them."""

import json
import time

import pytest

from odoo.addons.shequ_property.tools.importing import grouping, reading, rows

from . import ugly_files


def understand(file):
    """Read a file as the import does; return the book, its rows and the plan."""
    options = rows.Options(lane_style=file.lane_style)
    with reading.read(file.data, file.filename) as book:
        pairs = [
            pair
            for sheet in book.sheets
            for pair in rows.parse_sheet(sheet, None, options)
        ]
    parsed = [result for _row, result in pairs if result]
    return book, [row for row, _result in pairs], grouping.group(parsed)


def severity_codes(plan, severity):
    found = {
        key: {one.code for one in problems if one.severity == severity}
        for key, problems in plan.problems.items()
    }
    return {key: codes for key, codes in found.items() if codes}


@pytest.fixture(params=ugly_files.ALL, ids=lambda ugly: ugly.__name__)
def ugly(request):
    return request.param()


def test_columns_are_guessed(ugly):
    book, _rows, _plan = understand(ugly)
    assert {
        sheet.name: {sheet.columns[i]: field for i, field in sheet.mapping.items()}
        for sheet in book.sheets
    } == ugly.mapping
    assert book.skipped == ugly.skipped


def test_rows_that_are_no_data_are_left_out(ugly):
    _book, all_rows, _plan = understand(ugly)
    assert {
        (row.sheet, row.number): row.reason
        for row in all_rows
        if row.reason not in ("", "blank")
    } == ugly.left_out


def test_wrong_rows_are_told(ugly):
    _book, _rows, plan = understand(ugly)
    assert severity_codes(plan, "error") == ugly.errors
    assert plan.wrong == set(ugly.errors)
    notices = severity_codes(plan, "notice")
    for row, codes in ugly.notices.items():
        assert codes <= notices.get(row, set()), row
    for problems in plan.problems.values():
        for problem in problems:
            assert "%(" not in problem.sentence()
            json.dumps(problem.as_dict())


def test_units_and_people(ugly):
    _book, _rows, plan = understand(ugly)
    found = {unit.key[1:]: unit for unit in plan.units}
    assert set(found) == set(ugly.units)
    for key, expected in ugly.units.items():
        unit = found[key]
        people = [
            tuple(person.values.get(name) for name in ("name", "role", "phone"))
            for person in unit.persons
        ]
        assert people == expected["people"], key
        if "dates" in expected:
            dates = [person.values.get("date_from") for person in unit.persons]
            assert dates == expected["dates"], key
        for name in expected.keys() - {"people", "dates"}:
            assert unit.values.get(name) == expected[name], (key, name)


def test_totals(ugly):
    _book, _rows, plan = understand(ugly)
    for name, (units, area) in ugly.totals.items():
        assert (plan.totals[name].units, plan.totals[name].building_area) == (
            units,
            area,
        ), name
    differences = grouping.compare_totals(plan.totals, ugly.control)
    assert {(one.building, one.measure) for one in differences} == ugly.differences


def test_fixed_rows_are_right(ugly):
    """A clerk corrects the cells of the wrong rows; nothing is wrong any more."""
    options = rows.Options(lane_style=ugly.lane_style)
    with reading.read(ugly.data, ugly.filename) as book:
        parsed = []
        for sheet in book.sheets:
            for row in sheet.rows():
                if row.reason:
                    continue
                for heading, cell in ugly.fixes.get(
                    (sheet.name, row.number), {}
                ).items():
                    row.cells[sheet.columns.index(heading)] = cell
                parsed.append(rows.parse_row(row, sheet.mapping, options))
    plan = grouping.group(parsed)
    assert severity_codes(plan, "error") == {}
    assert not plan.wrong


def test_rows_are_kept_as_json_and_understood_alike(ugly):
    """What a row says is in the row itself: stored and parsed again, it is equal."""
    options = rows.Options(lane_style=ugly.lane_style)
    with reading.read(ugly.data, ugly.filename) as book:
        for sheet in book.sheets:
            mapping = json.loads(json.dumps(sheet.mapping))
            for row in sheet.rows():
                if row.reason:
                    continue
                cells, context = json.loads(json.dumps([row.cells, row.context]))
                first = rows.parse_row(row, sheet.mapping, options)
                second = rows.parse_row(
                    cells,
                    mapping,
                    options,
                    number=row.number,
                    sheet=sheet.name,
                    context=context,
                )
                assert first == second
                json.dumps(first.values)


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["xlsx", "csv"])
def test_a_large_list_is_read_in_seconds(kind):
    """35,000 rows: read, parsed and grouped; the figures are printed (`-s`)."""
    data = ugly_files.large(kind=kind)
    marks = [time.process_time()]
    with reading.read(data, f"large.{kind}") as book:
        (sheet,) = book.sheets
        found = [row for row in sheet.rows() if not row.reason]
        marks.append(time.process_time())
        parsed = [rows.parse_row(row, sheet.mapping) for row in found]
    marks.append(time.process_time())
    plan = grouping.group(parsed)
    marks.append(time.process_time())
    read, parse, group = (b - a for a, b in zip(marks, marks[1:]))
    print(f"\n{kind}: read {read:.1f} s, parse {parse:.1f} s, group {group:.1f} s CPU")
    assert len(found) == 35_000
    assert len(plan.units) == 20_000
    assert sum(len(unit.persons) for unit in plan.units) == 35_000
    assert not plan.problems
    # A few seconds on an idle core; tests run beside other work.
    assert read + parse + group < 60


def test_time_grows_with_the_rows_alone():
    """Four times the rows of one unit and one building: no more than six times."""

    def seconds(count):
        lines = [["楼号", "房号", "姓名", "身份", "备注"]]
        lines += [["1号楼", "101", f"张{n}", "家属", f"b{n}"] for n in range(count)]
        parsed = [
            rows.parse_row(line, dict(enumerate(fields)), number=number)
            for number, line in enumerate(lines[1:])
        ]
        start = time.process_time()
        plan = grouping.group(parsed)
        assert len(plan.units[0].persons) == count
        return time.process_time() - start

    fields = ["building", "room", "person", "role", "note"]
    seconds(100)
    assert seconds(4_000) < seconds(1_000) * 6 + 0.5
