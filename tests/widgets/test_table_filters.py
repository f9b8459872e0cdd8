"""What is typed into a filter is read as a condition, or refused in words."""

from __future__ import annotations

from datetime import datetime

import pandas as pd
import pytest

from workbench.errors import Refused
from workbench_widgets.table_columns import shown_columns
from workbench_widgets.table_filters import matching, word_found

AT = [datetime(2024, 6, 2, 23, 59, 59), datetime(2024, 6, 3), datetime(2024, 6, 3, 10, 30, 15), datetime(2024, 6, 4), datetime(2024, 7, 1)]
"""Moments of the machine's wall clock."""


def make_frame() -> pd.DataFrame:
    """Five rows, of which the last is blank wherever it can be."""
    return pd.DataFrame(
        {
            "name": pd.array(["Field 1", "field 2", "Wedge (x)", "a|b", None], dtype="string"),
            "termination": pd.Categorical(["NORMAL", "OPERATOR", "NORMAL", "MACHINE", None]),
            "delivered_mu": pd.array([12.5, 100.04, 100.06, 120.0, None], dtype="float64"),
            "fraction": pd.array([1, 2, 3, 10, None], dtype="Int64"),
            "is_finished": pd.array([True, False, True, False, None], dtype="boolean"),
            "at": pd.Series([one.astimezone() for one in AT[:4]] + [pd.NaT], dtype="datetime64[us, UTC]"),
        }
    )


def found(name: str, typed: str) -> list[int]:
    """Rows, from 0, that a filter of a column leaves."""
    frame = make_frame()
    frame.attrs["units"] = {"delivered_mu": "MU"}
    (column,) = [one for one in shown_columns(frame) if one.name == name]
    return [place for place, fits in enumerate(matching(typed, column, frame[name])) if fits]


@pytest.mark.parametrize(
    ("name", "typed", "rows"),
    [
        ("name", "FIELD", [0, 1]),
        ("name", "=field 1", [0]),
        ("name", "!field", [2, 3]),
        ("name", "!=Field 1", [1, 2, 3]),
        ("name", "(x)", [2]),
        ("name", "1|2", [0, 1]),
        ("name", "=", [4]),
        ("name", "!=", [0, 1, 2, 3]),
        ("name", "  ", [0, 1, 2, 3, 4]),
        ("termination", "norm", [0, 2]),
        ("termination", "=NORMAL | =MACHINE", [0, 2, 3]),
        ("termination", "!=NORMAL", [1, 3]),
        ("termination", "=", [4]),
        ("delivered_mu", "100.0", [1]),
        ("delivered_mu", "100.04", [1]),
        ("delivered_mu", ">100", [2, 3]),
        ("delivered_mu", "<=100.1", [0, 1, 2]),
        ("delivered_mu", "12.5 .. 100", [0, 1]),
        ("delivered_mu", "..100", [0, 1]),
        ("delivered_mu", "100.1..", [2, 3]),
        ("delivered_mu", "!=120", [0, 1, 2]),
        ("delivered_mu", "<20 | >110", [0, 3]),
        ("delivered_mu", ">100 MU", [2, 3]),
        ("delivered_mu", "12.5mu..100 MU", [0, 1]),
        ("delivered_mu", "=", [4]),
        ("fraction", "1", [0]),
        ("fraction", ">2", [2, 3]),
        ("fraction", "2..3", [1, 2]),
        ("is_finished", "yes", [0, 2]),
        ("is_finished", "!yes", [1, 3]),
        ("at", "2024-06-03", [1, 2]),
        ("at", "2024-06", [0, 1, 2, 3]),
        ("at", "2023", []),
        ("at", "2024-06-03 10", [2]),
        ("at", "2024-06-03 10:30:15", [2]),
        ("at", ">2024-06-03", [3]),
        ("at", "<=2024-06-03", [0, 1, 2]),
        ("at", "<2024-06-03", [0]),
        ("at", "2024-06-02..2024-06-03", [0, 1, 2]),
        ("at", "!=2024-06-03", [0, 3]),
        ("at", "=", [4]),
    ],
)
def test_a_filter_leaves_the_rows_that_it_says(name: str, typed: str, rows: list[int]) -> None:
    """Words in any case, numbers as they are shown, days whole; a blank fits nothing but the sign for blanks."""
    assert found(name, typed) == rows


@pytest.mark.parametrize(
    ("name", "typed", "sentence"),
    [
        ("delivered_mu", "much", "filter of delivered (MU): found 'much', expected for example 120, >100, <=5, 10..20, !=0"),
        ("delivered_mu", "..", "filter of delivered (MU): found '..', expected for example 120, >100, <=5, 10..20, !=0"),
        ("delivered_mu", "nan", "filter of delivered (MU): found 'nan', expected for example 120, >100, <=5, 10..20, !=0"),
        ("fraction", ">", "filter of fraction: found '>', expected for example 3, >3, <=5, 1..4, !=2"),
        ("is_finished", "perhaps", "filter of is finished: found 'perhaps', expected for example yes, no"),
        (
            "at",
            "2024-13-01",
            "filter of at: found '2024-13-01', expected for example 2024-06-03, 2024-06, >2024-06-03 10:30, 2024-06-03..2024-06-05",
        ),
        (
            "at",
            "9999-12-31",
            "filter of at: found '9999-12-31', expected for example 2024-06-03, 2024-06, >2024-06-03 10:30, 2024-06-03..2024-06-05",
        ),
    ],
)
def test_a_filter_that_cannot_be_read_is_refused(name: str, typed: str, sentence: str) -> None:
    """The sentence shows what would have been understood."""
    with pytest.raises(Refused) as refused:
        found(name, typed)

    assert str(refused.value) == sentence


def test_a_word_of_the_quick_filter_is_looked_for_where_it_can_be() -> None:
    """A number among numbers and texts, a day among moments, as far as days are counted; a truth is not looked through."""
    frame = make_frame()
    columns = {one.name: one for one in shown_columns(frame)}

    assert word_found("1", columns["is_finished"], frame["is_finished"]) is None
    assert word_found("field", columns["fraction"], frame["fraction"]) is None
    assert [word_found(last, columns["at"], frame["at"]) for last in ("9999", "9999-12", "9999-12-31")] == [None, None, None]
    in_names, in_fractions = (word_found("1", columns[name], frame[name]) for name in ("name", "fraction"))
    on_the_day = word_found("2024-06-03", columns["at"], frame["at"])
    assert [None if one is None else one.tolist() for one in (in_names, in_fractions, on_the_day)] == [
        [True, False, False, False, False],
        [True, False, False, False, False],
        [False, True, True, False, False],
    ]
