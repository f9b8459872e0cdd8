"""The record table: its columns, their types and units, with rows and without."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from io import BytesIO
from pathlib import Path
from zoneinfo import ZoneInfo

import pandas as pd
import pytest

from tests.archive.samples import make_beam, make_session, make_stored
from tests.clinic import NOW
from workbench.archive.archive import Archive
from workbench.events import EventBus
from workbench.records import ArchiveSource, Records
from workbench.records.columns import BEAMS, FRACTIONS
from workbench.records.export import RecordsFormat, as_text, rendered
from workbench.records.typed import ordered, typed
from workbench.settings import Settings

DTYPES = {
    "string": "patient_id plan_label room machine beam_name accessories plan_uid session_plan_uid record_uid file",
    "Int64": "session fraction fractions_planned beam control_points item",
    "float64": (
        "planned_mu specified_mu delivered_mu first_point_mu last_point_mu specified_secondary_mu delivered_secondary_mu specified_time_s "
        "delivered_time_s energy_mev gantry_deg gantry_pitch_deg limiting_device_deg support_angle_deg support_pitch_deg support_roll_deg "
        "support_vertical_mm support_longitudinal_mm support_lateral_mm snout_mm"
    ),
    "category": "kind radiation_type delivery_type termination verification dosimeter_unit origin",
    "datetime64[us, UTC]": "started_at ended_at treated_at stored_at",
}
"""pandas type → columns; a physicist reads metersets in MU, angles in degrees, positions in mm."""


@pytest.fixture
def archive(tmp_path: Path) -> Iterator[Archive]:
    """An archive with one session and two records in its index."""
    opened = Archive(tmp_path, Settings(), EventBus())
    with opened.database.transaction() as transaction:
        transaction.sessions.add(make_session())
        for uid in ("2.25.30", "2.25.31"):
            transaction.objects.add(make_stored(uid))
    yield opened
    opened.close()


def add(archive: Archive, **beam: object) -> None:
    """A recorded beam."""
    with archive.database.transaction() as transaction:
        transaction.beams.add([make_beam(str(beam.pop("record_uid", "2.25.30")), **beam)])


@pytest.mark.parametrize("rows", [0, 1])
def test_every_column_has_its_type_and_place(archive: Archive, rows: int) -> None:
    """With rows and without: whoever concatenates tables gets what the columns promise."""
    if rows:
        add(archive)

    frame = Records(ArchiveSource(archive)).beams()

    assert list(frame.columns) == [column.name for column in BEAMS.columns]
    assert {str(frame[name].dtype) for name in DTYPES["string"].split()} == {"string"}
    for dtype in ("Int64", "float64", "category", "datetime64[us, UTC]"):
        assert {name: str(frame[name].dtype) for name in DTYPES[dtype].split()} == dict.fromkeys(DTYPES[dtype].split(), dtype)
    assert len(frame) == rows


def test_every_column_is_typed_above() -> None:
    """None is forgotten."""
    assert {column.name for column in BEAMS.columns} == {name for names in DTYPES.values() for name in names.split()}


def test_units_go_with_the_table(archive: Archive) -> None:
    """Columns whose name ends in a unit say the same unit."""
    units = Records(ArchiveSource(archive)).beams().attrs["units"]

    assert {unit for name, unit in units.items() if name.endswith("_mu")} == {"MU"}
    assert {unit for name, unit in units.items() if name.endswith("_mm")} == {"mm"}
    assert {unit for name, unit in units.items() if name.endswith("_deg")} == {"°"}


def test_what_a_record_does_not_say_is_missing_not_zero(archive: Archive) -> None:
    """A silent record: NA, NaN or NaT in every column it could have filled."""
    add(archive)

    (row,) = Records(ArchiveSource(archive)).beams().to_dict("records")

    silent = {name for name, value in row.items() if pd.isna(value)}
    assert silent == {
        *DTYPES["float64"].split(), "started_at", "ended_at", "treated_at", "session", "fraction", "fractions_planned", "machine",
        "radiation_type", "delivery_type", "verification", "dosimeter_unit",
    }  # fmt: skip


def test_values_are_those_of_the_record(archive: Archive) -> None:
    """A row with everything in it."""
    said = {
        "session_id": 1,
        "fraction": 3,
        "delivery_type": "CONTINUATION",
        "verification": "VERIFIED",
        "specified_mu": 27.5,
        "delivered_mu": 10.25,
        "gantry_deg": 90.0,
        "started_at": NOW,
        "ended_at": NOW + timedelta(seconds=7.5),
    }
    add(archive, **said)

    (row,) = Records(ArchiveSource(archive)).beams().to_dict("records")

    assert {name: row["session" if name == "session_id" else name] for name in said} == said


def test_moments_of_any_zone_are_one_moment_in_utc(archive: Archive) -> None:
    """Quarter past ten in a zone two hours ahead is quarter past eight."""
    add(archive, started_at=NOW.astimezone(ZoneInfo("Europe/Zurich")))

    assert Records(ArchiveSource(archive)).beams()["started_at"].iloc[0].isoformat() == "2024-06-03T08:15:00+00:00"


def test_rows_are_in_the_order_of_delivery(archive: Archive) -> None:
    """By fraction, then by time, whatever came first."""
    add(archive, record_uid="2.25.31", fraction=2, started_at=NOW)
    add(archive, item=1, beam=2, fraction=1, started_at=NOW + timedelta(minutes=1))
    add(archive, item=0, beam=1, fraction=1, started_at=NOW)

    frame = Records(ArchiveSource(archive)).beams()

    assert list(zip(frame["fraction"], frame["beam"], strict=True)) == [(1, 1), (1, 2), (2, 1)]


def test_rows_can_be_asked_for_by_plan_and_session(archive: Archive) -> None:
    """Only those, of nobody when there are none."""
    add(archive, session_id=1)
    add(archive, record_uid="2.25.31", plan_uid="2.25.404")
    records = Records(ArchiveSource(archive))

    assert list(records.beams(session=1)["record_uid"]) == ["2.25.30"]
    assert list(records.beams(plan_uid="2.25.404")["record_uid"]) == ["2.25.31"]
    assert records.beams(plan_uid="2.25.405").empty


def test_a_table_survives_parquet_with_types(archive: Archive) -> None:
    """What is read back has the same columns, values and types."""
    add(archive, fraction=1, delivered_mu=12.5, started_at=NOW, delivery_type="TREATMENT", verification="VERIFIED")
    frame = Records(ArchiveSource(archive)).beams()

    back = pd.read_parquet(BytesIO(rendered(frame, RecordsFormat.PARQUET)))

    pd.testing.assert_frame_equal(back, frame, check_categorical=False)


def test_a_terminal_shows_blanks_for_what_is_not_known(archive: Archive) -> None:
    """No nan, no NaT, no NA; and a sentence when there is nothing."""
    assert as_text(Records(ArchiveSource(archive)).beams()) == "no beam is recorded"
    add(archive)

    text = as_text(Records(ArchiveSource(archive)).beams())

    assert {"nan", "NaN", "NaT", "<NA>", "None"} & set(text.split()) == set()


def test_rows_of_several_tables_are_ordered_once_each() -> None:
    """Rows put together keep their labels, so that each label comes twice; no row may."""
    fractions = typed([{"patient_id": "P-002", "fraction": 1}, {"patient_id": "P-001", "fraction": 2}], FRACTIONS)

    whole = ordered(pd.concat([fractions, fractions.assign(fraction=3)]), FRACTIONS)

    assert list(zip(whole["patient_id"], whole["fraction"], strict=True)) == [("P-001", 2), ("P-001", 3), ("P-002", 1), ("P-002", 3)]
    assert list(whole.index) == [0, 1, 2, 3]
