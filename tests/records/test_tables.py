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
from workbench.archive.database import Database
from workbench.events import EventBus
from workbench.records import Records
from workbench.records.columns import BEAMS
from workbench.records.export import RecordsFormat, as_text, rendered

DTYPES = {
    "string": "patient_id plan_label room beam_name plan_uid session_plan_uid record_uid",
    "Int64": "session fraction beam",
    "float64": (
        "specified_mu delivered_mu gantry_deg support_angle_deg support_pitch_deg support_roll_deg support_vertical_mm "
        "support_longitudinal_mm support_lateral_mm snout_mm"
    ),
    "category": "kind delivery_type termination verification",
    "datetime64[us, UTC]": "started_at ended_at",
}
"""pandas type → columns; a physicist reads metersets in MU, angles in degrees, positions in mm."""


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    """A database with one session and two records in it."""
    opened = Database.in_folder(tmp_path, EventBus())
    with opened.transaction() as transaction:
        transaction.sessions.add(make_session())
        for uid in ("2.25.30", "2.25.31"):
            transaction.objects.add(make_stored(uid))
    yield opened
    opened.close()


def add(database: Database, **beam: object) -> None:
    """A recorded beam."""
    with database.transaction() as transaction:
        transaction.beams.add([make_beam(str(beam.pop("record_uid", "2.25.30")), **beam)])


@pytest.mark.parametrize("rows", [0, 1])
def test_every_column_has_its_type_and_place(database: Database, rows: int) -> None:
    """With rows and without: whoever concatenates tables gets what the columns promise."""
    if rows:
        add(database)

    frame = Records(database).beams()

    assert list(frame.columns) == [column.name for column in BEAMS]
    assert {str(frame[name].dtype) for name in DTYPES["string"].split()} == {"string"}
    for dtype in ("Int64", "float64", "category", "datetime64[us, UTC]"):
        assert {name: str(frame[name].dtype) for name in DTYPES[dtype].split()} == dict.fromkeys(DTYPES[dtype].split(), dtype)
    assert len(frame) == rows


def test_every_column_is_typed_above() -> None:
    """None is forgotten."""
    assert {column.name for column in BEAMS} == {name for names in DTYPES.values() for name in names.split()}


def test_units_go_with_the_table(database: Database) -> None:
    """Columns whose name ends in a unit say the same unit."""
    units = Records(database).beams().attrs["units"]

    assert {name: unit for name, unit in units.items() if name.endswith("_mu")} == {"specified_mu": "MU", "delivered_mu": "MU"}
    assert {unit for name, unit in units.items() if name.endswith("_mm")} == {"mm"}
    assert {unit for name, unit in units.items() if name.endswith("_deg")} == {"°"}


def test_what_a_record_does_not_say_is_missing_not_zero(database: Database) -> None:
    """A silent record: NA, NaN or NaT in every column it could have filled."""
    add(database)

    (row,) = Records(database).beams().to_dict("records")

    silent = {name for name, value in row.items() if pd.isna(value)}
    assert silent == {
        *DTYPES["float64"].split(), "session", "fraction", "delivery_type", "verification", "started_at", "ended_at",
    }  # fmt: skip


def test_values_are_those_of_the_record(database: Database) -> None:
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
    add(database, **said)

    (row,) = Records(database).beams().to_dict("records")

    assert {name: row["session" if name == "session_id" else name] for name in said} == said


def test_moments_of_any_zone_are_one_moment_in_utc(database: Database) -> None:
    """Quarter past ten in a zone two hours ahead is quarter past eight."""
    add(database, started_at=NOW.astimezone(ZoneInfo("Europe/Zurich")))

    assert Records(database).beams()["started_at"].iloc[0].isoformat() == "2024-06-03T08:15:00+00:00"


def test_rows_are_in_the_order_of_delivery(database: Database) -> None:
    """By fraction, then by time, whatever came first."""
    add(database, record_uid="2.25.31", fraction=2, started_at=NOW)
    add(database, item=1, beam=2, fraction=1, started_at=NOW + timedelta(minutes=1))
    add(database, item=0, beam=1, fraction=1, started_at=NOW)

    frame = Records(database).beams()

    assert list(zip(frame["fraction"], frame["beam"], strict=True)) == [(1, 1), (1, 2), (2, 1)]


def test_rows_can_be_asked_for_by_plan_and_session(database: Database) -> None:
    """Only those, of nobody when there are none."""
    add(database, session_id=1)
    add(database, record_uid="2.25.31", plan_uid="2.25.404")
    records = Records(database)

    assert list(records.beams(session=1)["record_uid"]) == ["2.25.30"]
    assert list(records.beams(plan_uid="2.25.404")["record_uid"]) == ["2.25.31"]
    assert records.beams(plan_uid="2.25.405").empty


def test_a_table_survives_parquet_with_types(database: Database) -> None:
    """What is read back has the same columns, values and types."""
    add(database, fraction=1, delivered_mu=12.5, started_at=NOW, delivery_type="TREATMENT", verification="VERIFIED")
    frame = Records(database).beams()

    back = pd.read_parquet(BytesIO(rendered(frame, RecordsFormat.PARQUET)))

    pd.testing.assert_frame_equal(back, frame, check_categorical=False)


def test_a_terminal_shows_blanks_for_what_is_not_known(database: Database) -> None:
    """No nan, no NaT, no NA; and a sentence when there is nothing."""
    assert as_text(Records(database).beams()) == "no beam is recorded"
    add(database)

    text = as_text(Records(database).beams())

    assert {"nan", "NaN", "NaT", "<NA>", "None"} & set(text.split()) == set()
