"""Tables over any source: whatever it gives, and however little, the table has its columns, types, rows and order."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta, timezone, tzinfo
from typing import Any

import pandas as pd
import pytest

from workbench.records import Records, Wanted
from workbench.records.columns import BEAMS, TABLES, Table

TOKYO = timezone(timedelta(hours=9))


@dataclass
class Given:
    """A source of these rows, which narrows nothing and lives in Tokyo."""

    tables: dict[str, list[dict[str, Any]]]
    zone: tzinfo = TOKYO
    asked: list[tuple[str, Wanted]] = field(default_factory=list)

    def rows(self, table: Table, wanted: Wanted) -> pd.DataFrame:
        """All rows, in the order they were given."""
        self.asked.append((table.name, wanted))
        return pd.DataFrame(self.tables.get(table.name, []))


def beam(uid: str, **said: Any) -> dict[str, Any]:
    """What little a record says of a beam."""
    return {"record_uid": uid, "item": 0, "patient_id": "A", "plan_uid": "1.2", "beam": 1, "fraction": 1, "termination": "NORMAL", **said}


def test_a_source_may_leave_out_columns_and_tables() -> None:
    """Blank columns of the right type, and tables without rows."""
    records = Records(Given({"beams": [beam("1")]}))

    frame = records.beams()

    assert list(frame.columns) == BEAMS.names
    assert (str(frame["delivered_mu"].dtype), str(frame["session"].dtype), str(frame["started_at"].dtype)) == (
        "float64",
        "Int64",
        "datetime64[us, UTC]",
    )
    assert frame[["delivered_mu", "session", "started_at", "room"]].isna().all(axis=None)
    assert [len(records.table(name)) for name in TABLES if name not in {"beams", "fractions"}] == [0] * (len(TABLES) - 2)


def test_rows_that_a_source_did_not_narrow_are_narrowed() -> None:
    """Asked for patient B; the source was told so and gave everybody."""
    source = Given({"beams": [beam("1"), beam("2", patient_id="B")]})

    frame = Records(source).beams(patient_id="B")

    assert list(frame["record_uid"]) == ["2"]
    assert source.asked == [("beams", Wanted(patient_id="B"))]


def test_rows_are_sorted_blanks_last_and_equals_as_they_came() -> None:
    """By fraction, then time, then UID and item."""
    at = datetime(2024, 6, 3, tzinfo=UTC)
    given = [
        beam("4", fraction=None),
        beam("3"),
        beam("2", started_at=at),
        beam("1", started_at=at + timedelta(hours=1)),
        beam("0", fraction=2),
    ]

    assert list(Records(Given({"beams": given})).beams()["record_uid"]) == ["2", "1", "3", "0", "4"]


@pytest.mark.parametrize(
    ("written", "hours"),
    [
        ("2024-06-03T23:30:00+14:00", 9.5),
        ("2024-06-03T08:15:00+00:00", 8.25),
        (datetime(2024, 6, 2, 23, 0, tzinfo=timezone(timedelta(hours=-12))), 11.0),
    ],
)
def test_moments_of_any_zone_are_moments_in_utc(written: Any, hours: float) -> None:
    """As text or as values: all on the 3rd of June in UTC."""
    (found,) = Records(Given({"beams": [beam("1", started_at=written)]})).beams()["started_at"]

    assert found == datetime(2024, 6, 3, tzinfo=UTC) + timedelta(hours=hours)


def test_a_day_is_meant_in_the_zone_of_the_source() -> None:
    """In Tokyo the 4th of June begins at 15:00 UTC of the 3rd and ends a day later."""
    begins = datetime(2024, 6, 3, 15, tzinfo=UTC)
    moments = [
        begins - timedelta(microseconds=1),
        begins,
        begins + timedelta(hours=24) - timedelta(microseconds=1),
        begins + timedelta(hours=24),
    ]
    source = Given({"beams": [beam(str(place), started_at=at) for place, at in enumerate(moments)]})

    frame = Records(source).beams(since=date(2024, 6, 4), until=date(2024, 6, 4))

    assert list(frame["record_uid"]) == ["1", "2"]


def test_fractions_count_what_treats_and_say_what_is_not_known() -> None:
    """A setup beam and one of quality assurance are left out; beam 2 says no meterset anywhere, so no sum is known.

    The continuation from 12.5 to 40 MU wrote 40 as its primary meterset, so it gave 27.5 (``treatment.delivery.given``).
    """
    given = [
        beam("1", delivered_mu=12.5, first_point_mu=0.0, last_point_mu=12.5, planned_mu=40.0, termination="MACHINE"),
        beam("2", delivered_mu=40.0, first_point_mu=12.5, last_point_mu=40.0, planned_mu=40.0, delivery_type="CONTINUATION"),
        beam("3", delivered_mu=1.0, delivery_type="SETUP"),
        beam("4", delivered_mu=5.0, kind="qa"),
        beam("5", fraction=2, delivered_mu=40.0, planned_mu=40.0),
        beam("6", fraction=2, beam=2),
    ]

    frame = Records(Given({"beams": given})).fractions()

    told = frame[["fraction", "beams", "deliveries", "interruptions", "planned_mu", "delivered_mu"]].astype(object)
    assert told.where(told.notna(), None).to_numpy().tolist() == [[1, 1, 2, 1, 40.0, 40.0], [2, 2, 2, 0, None, None]]


def test_a_fraction_is_whole_whatever_day_is_asked_for() -> None:
    """It began on the 3rd and went on the next day: asked for the 3rd it has both deliveries, asked for the 4th it is not there."""
    first = datetime(2024, 6, 3, 1, tzinfo=UTC)
    given = [beam("1", delivered_mu=10.0, started_at=first), beam("2", delivered_mu=30.0, started_at=first + timedelta(days=1))]
    records = Records(Given({"beams": given}))

    assert list(records.fractions(since=date(2024, 6, 3), until=date(2024, 6, 3))["delivered_mu"]) == [40.0]
    assert records.fractions(since=date(2024, 6, 4)).empty
