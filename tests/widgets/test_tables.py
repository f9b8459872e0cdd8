"""The record table as HTML."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Any

import pandas as pd

from workbench.records.columns import BEAMS
from workbench.records.typed import typed
from workbench_widgets.tables import record_table


def make_records(*changes: dict[str, Any]) -> pd.DataFrame:
    """One delivery of 120 MU for each set of changes."""
    known = {
        "session": 1,
        "fraction": 1,
        "beam_name": "Field 1",
        "delivery_type": "TREATMENT",
        "termination": "NORMAL",
        "specified_mu": 120.0,
        "delivered_mu": 120.0,
        "gantry_deg": 90.0,
        "started_at": datetime(2024, 6, 3, 8, 15, tzinfo=UTC),
        "record_uid": "2.25.9",
    }
    return typed([{**known, **change} for change in changes], BEAMS)


def column(html: str, name: str) -> list[str]:
    """The cells of one column as text."""
    return [re.sub(r"<[^>]+>", "", cell) for cell in re.findall(rf'<td[^>]*data-column="{name}"[^>]*>(.*?)</td>', html)]


def test_metersets_have_one_decimal_and_the_difference_its_sign() -> None:
    """12.5 of 120 MU is -107.5 with a minus sign; a hundredth is nothing."""
    shown = record_table(make_records({"delivered_mu": 12.5, "termination": "OPERATOR"}, {"delivered_mu": 120.01}))

    assert column(shown, "specified_mu") == ["120.0", "120.0"]
    assert column(shown, "delivered_mu") == ["12.5", "120.0"]
    assert column(shown, "difference_mu") == ["\N{MINUS SIGN}107.5", "0.0"]
    assert column(shown, "termination") == ["!OPERATOR", "\N{CHECK MARK}NORMAL"]


def test_units_stand_in_the_header_alone() -> None:
    """MU and degrees are said once."""
    shown = record_table(make_records({}))

    assert re.findall(r"\((MU|°)\)", shown) == ["MU", "MU", "MU", "°"]
    assert "MU" not in shown.partition("<tbody>")[2]


def test_what_a_record_does_not_say_is_a_dash() -> None:
    """A silent record is no zero, and its difference is not known either."""
    shown = record_table(make_records({"delivered_mu": None, "gantry_deg": None, "fraction": None}))

    assert [column(shown, name) for name in ("delivered_mu", "difference_mu", "gantry_deg", "fraction")] == [["\N{EN DASH}"]] * 4


def test_without_records_the_table_says_what_to_do() -> None:
    """No header over nothing."""
    assert "No record yet: deliver a fraction." in record_table(make_records())


def test_names_from_a_record_are_never_markup() -> None:
    """A beam name is the sender's text."""
    assert "<script" not in record_table(make_records({"beam_name": "<script>", "record_uid": '"><script>'}))
