"""How columns of records are named, measured and written."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pandas as pd
import pytest

from workbench.records.answers.columns import IRREGULARITIES
from workbench.records.columns import BEAMS
from workbench.records.typed import typed
from workbench_widgets.table_columns import Kind, ShownColumn, shown_columns


def column(kind: Kind, *, unit: str = "", decimals: int = 0) -> ShownColumn:
    """A column of this kind."""
    return ShownColumn(name="it", label="it", unit=unit, meaning="", kind=kind, decimals=decimals)


def test_the_header_has_the_unit_and_the_name_has_it_no_more() -> None:
    """What the tables call ``delivered_mu`` is headed ``delivered (MU)``; moments are shown in local time and so are not in UTC."""
    heads = {one.name: one.words for one in shown_columns(typed([], BEAMS))}

    wanted = (
        "patient_id",
        "delivered_mu",
        "gantry_deg",
        "support_vertical_mm",
        "energy_mev",
        "delivered_time_s",
        "started_at",
        "record_uid",
    )
    assert [heads[name] for name in wanted] == [
        "patient id",
        "delivered (MU)",
        "gantry (°)",
        "support vertical (mm)",
        "energy (MeV)",
        "delivered time (s)",
        "started at",
        "record",
    ]


def test_every_column_of_a_table_says_what_it_means() -> None:
    """The meaning is that of the one place where columns are described, for answers too."""
    for table in (BEAMS, IRREGULARITIES):
        assert {one.name: one.meaning for one in shown_columns(typed([], table))} == {one.name: one.meaning for one in table.columns}


def test_files_and_places_in_objects_are_kinds_of_their_own() -> None:
    """The one is shortened like a UID, the other broken at its dots; any other text is left as it is."""
    frame = pd.DataFrame({"file": ["a/b.dcm"], "path": ["BeamSequence[0].BeamName"], "sentence": ["No."]}, dtype="string")

    assert [one.kind for one in shown_columns(frame)] == [Kind.FILE, Kind.PATH, Kind.TEXT]


def test_rows_with_units_of_their_own_have_their_decimals() -> None:
    """MU, millimetres and degrees have one also where each row says its unit; where one has none, two are shown."""
    known, open_ended = (shown_columns(pd.DataFrame({"unit": units, "planned": [212.5, 0.26]}))[1] for units in (["MU", "mm"], ["MU", ""]))

    assert [(one.written(0.26), one.whole(0.26)) for one in (known, open_ended)] == [("0.3", "0.26"), ("0.26", "")]


@pytest.mark.parametrize(
    ("of", "value", "written", "whole"),
    [
        (column(Kind.NUMBER, unit="MU", decimals=1), 481.4, "481.4", ""),
        (column(Kind.NUMBER, unit="mm", decimals=1), -0.26, "\N{MINUS SIGN}0.3", "-0.26 mm"),
        (column(Kind.NUMBER, unit="°", decimals=1), -0.04, "0.0", "-0.04 °"),
        (column(Kind.NUMBER, decimals=2), 12.0, "12.00", ""),
        (column(Kind.COUNT), -3, "\N{MINUS SIGN}3", ""),
        (column(Kind.TRUTH), True, "yes", ""),
        (column(Kind.TEXT), "<b>", "<b>", ""),
    ],
)
def test_values_are_written_as_the_field_writes_them(of: ShownColumn, value: Any, written: str, whole: str) -> None:
    """Fixed decimals with a minus sign, nothing is minus zero, and what rounding leaves out is told beside it."""
    assert (of.written(value), of.whole(value)) == (written, whole)


def test_a_moment_is_local_and_says_its_zone_beside() -> None:
    """The wall clock in the cell, the zone with its offset on hover."""
    at = datetime(2024, 6, 3, 8, 15, 30, tzinfo=UTC)

    of, value = column(Kind.TIME), pd.Timestamp(at)

    local = at.astimezone()
    assert of.written(value) == f"{local:%Y-%m-%d %H:%M:%S}"
    assert of.whole(value) == f"{local:%Y-%m-%d %H:%M:%S %Z (UTC%z)}"


def test_any_other_frame_is_described_by_its_types() -> None:
    """A frame of nobody's knowledge is shown as well."""
    frame = pd.DataFrame({"who": ["a"], "n": [1], "share": [0.5], "is_new": [True], "at": pd.to_datetime(["2024-06-03"], utc=True)})

    assert [(one.label, one.kind) for one in shown_columns(frame)] == [
        ("who", Kind.TEXT),
        ("n", Kind.COUNT),
        ("share", Kind.NUMBER),
        ("is new", Kind.TRUTH),
        ("at", Kind.TIME),
    ]
