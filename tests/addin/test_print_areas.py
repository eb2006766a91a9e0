"""What is printed of a sheet with a chart at the right: rows over the page, the chart after."""

import openpyxl
import pytest

from addin.run import run_action
from macros.changes import Changes, Chart
from tests.addin.conftest import content, find


def charted(customers: dict[str, int], *, fed: bool) -> Changes:
    made = content(customers)
    (main,) = made.blocks
    blocks = (main,)
    if fed:
        rows = content({"甲公司": 5}).blocks[0]
        blocks = (main, type(main)("largest", rows.columns, rows.data, key="key", heading="最大"))
    chart = Chart("stacked_bar", "图", "largest" if fed else "items", "customer", ("open",), 0, 0)
    return Changes(sheets=(type(made)(made.name, made.mark, made.title, (), blocks, (chart,)),))


def areas(book) -> list[str]:
    workbook = openpyxl.load_workbook(book)
    return workbook["账龄"].print_area.replace("'账龄'!", "").replace("$", "").split(",")


@pytest.mark.parametrize("fed", [False, True])
def test_the_rows_have_the_page_to_themselves_and_rows_for_the_chart_are_not_printed(
    book, act, fed
):
    run_action(book, act(charted({"甲公司": 1, "乙公司": 2}, fed=fed)))
    # Title, ids, header, two customers, the total; columns A (keys) to G; the chart is 24 cm wide.
    assert areas(book) == ["A1:G6", "I3:W22"]
    chart = openpyxl.load_workbook(book)["账龄"]._charts[0].anchor._from
    assert (chart.col, chart.row) == (8, 2)


def test_her_notes_on_rows_that_dropped_out_are_printed(book, act):
    run_action(book, act(charted({"甲公司": 1, "乙公司": 2}, fed=True)))
    workbook = openpyxl.load_workbook(book)
    row, _ = find(book, "账龄", "乙公司")
    workbook["账龄"].cell(row, 7).value = "等回电"
    workbook.save(book)
    run_action(book, act(charted({"甲公司": 1}, fed=True)))
    first, archive = find(book, "账龄", "等回电")[0], areas(book)[1]
    assert archive.endswith(f":G{first}")
    assert int(archive.partition(":")[0][1:]) > find(book, "账龄", "最大")[0]
    assert areas(book)[0] == "A1:G5"
