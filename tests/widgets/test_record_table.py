"""The record table without a browser: what it is asked by traits, and which page it answers with."""

from __future__ import annotations

from typing import Any

import pandas as pd

from workbench.records.columns import BEAMS
from workbench.records.typed import typed
from workbench_widgets import RecordTable


def make_frame(count: int = 120, **changes: Any) -> pd.DataFrame:
    """So many deliveries, of 1, 2, 3 ... MU."""
    rows = [
        {"patient_id": "P1", "record_uid": f"2.25.{n}", "item": 0, "delivered_mu": float(n), "fraction": n} | changes
        for n in range(1, count + 1)
    ]
    return typed(rows, BEAMS)


def shown(table: RecordTable, column: str) -> list[Any]:
    """Cells of one column of the page shown."""
    table._live.pump()
    place = table.shown["columns"].index(column)
    return [row[place] for row in table.shown["cells"]]


def asked(table: RecordTable, **state: Any) -> None:
    """What a browser sends: traits and the number of the question, in one message."""
    table.set_state({**state, "asked": table.asked + 1})
    table._live.pump()


def test_the_first_page_is_there_at_once() -> None:
    """Fifty rows of a hundred and twenty, in the order of the frame, without the columns that hold nothing."""
    table = RecordTable(make_frame())

    assert repr(table) == "<RecordTable of 120 rows>"
    assert shown(table, "delivered_mu") == [f"{n}.0" for n in range(1, 51)]
    assert table.visible == ["patient_id", "fraction", "delivered_mu", "record_uid", "item"]
    assert (table.shown["first"], table.shown["pages"], table.matches, table.total) == (1, 3, 120, 120)
    table.close()


def test_a_page_says_which_question_it_answers() -> None:
    """The browser drops pages of older questions by this number; each answer has that of the state it was made from."""
    table = RecordTable(make_frame())

    asked(table, sort_by="delivered_mu", is_descending=True)
    first = dict(table.shown)
    table.set_state({"filters": {"delivered_mu": ">100"}, "asked": 2})
    table.set_state({"filters": {"delivered_mu": ">110"}, "asked": 3})
    table._live.pump()

    assert (first["number"], first["places"][0]) == (1, 119)
    assert (table.shown["number"], table.shown["matches"], table.matches) == (3, 10, 10), "two questions before an answer are answered once"
    table.close()


def test_a_page_beyond_the_last_is_the_last() -> None:
    """A filter that leaves one page brings one back to it."""
    table = RecordTable(make_frame())
    asked(table, page=3)
    assert shown(table, "delivered_mu")[0] == "101.0"

    asked(table, filters={"delivered_mu": "<=3"})

    assert (table.page, shown(table, "delivered_mu")) == (1, ["1.0", "2.0", "3.0"])
    table.close()


def test_a_filter_that_cannot_be_read_is_a_sentence() -> None:
    """It stands with its column, and the rows are those without it."""
    table = RecordTable(make_frame())

    asked(table, filters={"delivered_mu": "much"})

    sentence = "filter of delivered (MU): found 'much', expected for example 120, >100, <=5, 10..20, !=0"
    assert (table.problem, table.shown["problems"], table.matches) == (sentence, {"delivered_mu": sentence}, 120)
    table.close()


def test_a_chosen_row_is_the_same_row_in_a_later_table() -> None:
    """A record comes in before it; the choice stays with the record, and goes with it."""
    table = RecordTable(make_frame(3))
    table.selected = 1
    assert table.row is not None
    assert (table.row["record_uid"], table.row["machine"]) == ("2.25.2", None)

    table.show(pd.concat([make_frame(1, record_uid="2.25.77"), make_frame(3)], ignore_index=True).astype(make_frame(3).dtypes.to_dict()))
    assert table.selected == 2
    table.show(make_frame(1))

    assert (table.selected, table.row) == (None, None)
    table.close()


def test_filters_and_columns_stay_when_rows_come() -> None:
    """What somebody has set up is not undone by a new record; a column that begins to hold something appears."""
    table = RecordTable(make_frame(10))
    asked(table, filters={"fraction": ">5"}, visible=["fraction", "delivered_mu"])

    table.show(make_frame(12, machine="EYELINE"))

    assert (table.matches, table.filters) == (7, {"fraction": ">5"})
    assert table.visible == ["machine", "fraction", "delivered_mu"]
    table.close()


def test_what_matches_can_be_had_whole() -> None:
    """All rows that match, in the order shown, with units, for example to export them."""
    table = RecordTable(make_frame())
    asked(table, filters={"delivered_mu": ">60"}, sort_by="delivered_mu", is_descending=True)

    found = table.matching

    assert found["delivered_mu"].tolist() == [float(n) for n in range(120, 60, -1)]
    assert found.attrs["units"]["delivered_mu"] == "MU"
    table.close()


def test_an_empty_table_says_what_to_do() -> None:
    """No header over nothing."""
    table = RecordTable(make_frame(0), empty="No record yet: deliver a fraction.")

    assert (table.total, table.shown["cells"], table.empty) == (0, [], "No record yet: deliver a fraction.")
    table.close()
