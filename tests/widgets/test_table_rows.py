"""Rows of a table sorted, filtered and cut into pages."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest

from workbench.errors import Refused
from workbench.records.columns import BEAMS
from workbench.records.typed import typed
from workbench_widgets.table_rows import Query, TableRows


def make_rows(*changes: dict[str, Any]) -> TableRows:
    """Rows of the table of beams."""
    return TableRows(
        typed([{"patient_id": "P1", "record_uid": f"2.25.{place}", "item": 0} | one for place, one in enumerate(changes)], BEAMS)
    )


def places(rows: TableRows, **asked: Any) -> list[int]:
    """Rows of the first page, from 0."""
    return rows.page(Query(**asked)).places


ROWS = (
    {"beam_name": "b", "delivered_mu": 3.0, "termination": "OPERATOR", "fraction": 2},
    {"beam_name": "A", "delivered_mu": None, "termination": None, "fraction": 1},
    {"beam_name": "c", "delivered_mu": 1.0, "termination": "NORMAL", "fraction": 1},
    {"beam_name": None, "delivered_mu": 2.0, "termination": "NORMAL", "fraction": None},
)


@pytest.mark.parametrize(
    ("name", "up", "down"),
    [
        ("delivered_mu", [2, 3, 0, 1], [0, 3, 2, 1]),
        ("beam_name", [1, 0, 2, 3], [2, 0, 1, 3]),
        ("termination", [2, 3, 0, 1], [0, 2, 3, 1]),
        ("fraction", [1, 2, 0, 3], [0, 1, 2, 3]),
        ("", [0, 1, 2, 3], [0, 1, 2, 3]),
        ("no such column", [0, 1, 2, 3], [0, 1, 2, 3]),
    ],
)
def test_blanks_come_last_and_equal_rows_stay_in_order(name: str, up: list[int], down: list[int]) -> None:
    """Sorted either way; words without regard to capitals."""
    rows = make_rows(*ROWS)

    assert (places(rows, sort_by=name), places(rows, sort_by=name, is_descending=True)) == (up, down)


def test_filters_of_columns_and_quick_words_have_to_fit_together() -> None:
    """Each narrows what the others leave."""
    rows = make_rows(*ROWS)

    assert places(rows, filters={"termination": "normal"}) == [2, 3]
    assert places(rows, filters={"termination": "normal", "fraction": "1"}) == [2]
    assert places(rows, quick="normal 2.0") == [3]
    assert places(rows, quick="normal elsewhere") == []
    assert places(rows, filters={"termination": "normal"}, sort_by="delivered_mu", is_descending=True) == [3, 2]


def test_a_filter_that_cannot_be_read_is_told_and_left_out() -> None:
    """The other filters still hold."""
    page = make_rows(*ROWS).page(Query(filters={"delivered_mu": "much", "termination": "normal"}))

    assert page.places == [2, 3]
    assert list(page.problems) == ["delivered_mu"]


def test_pages_are_cut_and_counted() -> None:
    """Seven rows by three: the third page has one; a page beyond the last is the last, and an empty table has one page."""
    rows = make_rows(*({"fraction": number} for number in range(7)))

    third = rows.page(Query(page=3, page_size=3, columns=["fraction"]))
    assert (third.places, third.cells, third.first, third.page, third.pages, third.matches, third.total) == ([6], [["6"]], 7, 3, 3, 7, 7)
    assert rows.page(Query(page=9, page_size=3)).page == 3
    nothing = make_rows().page(Query())
    assert (nothing.places, nothing.first, nothing.page, nothing.pages, nothing.matches) == ([], 0, 1, 1, 0)


def test_a_cell_is_words_with_the_rest_beside_them() -> None:
    """A rounded number brings the whole one along; a blank is None and no word."""
    rows = make_rows({"delivered_mu": 12.34, "specified_mu": 12.5, "gantry_deg": None})

    page = rows.page(Query(columns=["specified_mu", "delivered_mu", "gantry_deg"]))

    assert page.cells == [["12.5", ["12.3", "12.34 MU"], None]]


def test_a_row_is_found_again_in_a_later_table() -> None:
    """By its UID and place in the record, though other rows came before it and its state changed."""
    row = make_rows({"termination": "UNKNOWN"}).row(0)
    later = make_rows({"record_uid": "2.25.9"}, {"record_uid": "2.25.0", "termination": "NORMAL"}, {"record_uid": "2.25.0", "item": 1})

    assert later.like(row) == 1
    assert make_rows({"record_uid": "2.25.9"}).like(row) is None


def test_a_page_of_no_rows_is_refused() -> None:
    """Nothing could be turned to."""
    with pytest.raises(Refused, match="found 0 rows a page"):
        Query(page_size=0)


def test_columns_that_hold_nothing_are_known() -> None:
    """They are not shown at first."""
    blank = TableRows(pd.DataFrame({"a": [1, 2], "b": [None, None], "c": ["", ""], "d": ["", "x"]})).blank_columns

    assert blank == ["b", "c"]
