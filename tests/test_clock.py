"""The machine's time zone: its rules, not only its present offset."""

from __future__ import annotations

import pickle
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta

import pytest

from workbench.clock import MachineZone, SystemClock, machine_zone

SUMMER, WINTER = datetime(2024, 7, 1, 12), datetime(2024, 1, 1, 12)
Living = Callable[[str], None]


@pytest.fixture
def living(monkeypatch: pytest.MonkeyPatch) -> Iterator[Living]:
    """Put the machine into a time zone, as POSIX.1 8.3 has it told."""

    def put(told: str) -> None:
        monkeypatch.setenv("TZ", told)
        time.tzset()

    yield put
    monkeypatch.undo()
    time.tzset()


@pytest.mark.parametrize(
    ("told", "summer", "winter"),
    [
        ("Europe/Zurich", 2, 1),
        (":Europe/Zurich", 2, 1),
        ("CET-1CEST,M3.5.0,M10.5.0/3", 2, 1),
        ("America/New_York", -4, -5),
        ("EST5EDT,M3.2.0,M11.1.0", -4, -5),
        ("Australia/Sydney", 10, 11),
        ("Asia/Kolkata", 5.5, 5.5),
        ("UTC", 0, 0),
        ("", 0, 0),
    ],
)
def test_the_machines_zone_knows_summer_from_winter(living: Living, told: str, summer: float, winter: float) -> None:
    """Offsets of the laws of each place, whether the zone is told by name or by its rules; moments come back as they went."""
    living(told)

    zone = SystemClock().zone

    for local, hours in ((SUMMER, summer), (WINTER, winter)):
        at = local.replace(tzinfo=zone)
        assert at.utcoffset() == timedelta(hours=hours)
        assert at.astimezone(UTC) == (local - timedelta(hours=hours)).replace(tzinfo=UTC)
        assert at.astimezone(UTC).astimezone(zone).replace(tzinfo=None) == local


def test_an_hour_that_came_twice_is_told_apart(living: Living) -> None:
    """Half past two of 27 October 2024 in Central Europe: first in summer time, then in winter time (PEP 495)."""
    living("CET-1CEST,M3.5.0,M10.5.0/3")
    twice = datetime(2024, 10, 27, 2, 30, tzinfo=machine_zone())

    assert [one.utcoffset() for one in (twice, twice.replace(fold=1))] == [timedelta(hours=2), timedelta(hours=1)]
    assert twice.tzname() == "CEST"


def test_a_zone_can_be_sent_to_another_process(living: Living) -> None:
    """Named ones by their name, which says the same on a machine elsewhere; unnamed ones are those of whoever receives them."""
    living("CET-1CEST,M3.5.0,M10.5.0/3")
    assert pickle.loads(pickle.dumps(machine_zone())) == MachineZone()  # noqa: S301 - our own
    assert {MachineZone(), machine_zone()} == {MachineZone()}
    assert "CET/CEST" in str(machine_zone())

    living("Asia/Tokyo")
    assert str(pickle.loads(pickle.dumps(machine_zone()))) == "Asia/Tokyo"  # noqa: S301 - likewise
