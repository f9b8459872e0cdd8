"""Local times of files, in whatever zone and season: files written by hand, moments in UTC by the laws of each place."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone, tzinfo
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from tests.mapping.written import element, part10
from workbench.dicom import uids
from workbench.records import scan
from workbench.records.scanning import scanner

SUMMER, WINTER = "20240701", "20240101"


def write_record(folder: Path, day: str, *, offset: str = "") -> None:
    """A record of one control point at 08:17 of a day; with a Timezone Offset From UTC where one is given."""
    uid = f"1.2.840.99.{day}{offset[1:]}"
    at = element(0x30080024, "DA", day) + element(0x30080025, "TM", "081700") + element(0x30080044, "DS", "0")
    beam = element(0x300C0006, "IS", "1") + element(0x30080041, "SQ", [at])
    data = (
        element(0x00080016, "UI", uids.RT_ION_BEAMS_RECORD)
        + element(0x00080018, "UI", uid)
        + (element(0x00080201, "SH", offset) if offset else b"")
        + element(0x30080021, "SQ", [beam])
    )
    folder.mkdir(exist_ok=True)
    whole = part10(data, sop_class=uids.RT_ION_BEAMS_RECORD, uid=uid, transfer_syntax=uids.EXPLICIT_LITTLE)
    (folder / f"{uid}.dcm").write_bytes(whole)


@pytest.mark.parametrize(
    ("zone", "summer", "winter"),
    [
        (ZoneInfo("Europe/Zurich"), (6, 17), (7, 17)),
        (ZoneInfo("America/New_York"), (12, 17), (13, 17)),
        (ZoneInfo("Asia/Kolkata"), (2, 47), (2, 47)),
        (timezone(timedelta(hours=2)), (6, 17), (6, 17)),
    ],
    ids=str,
)
def test_a_summers_record_is_meant_in_summer_time(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, zone: tzinfo, summer: tuple[int, int], winter: tuple[int, int]
) -> None:
    """08:17 of both seasons, read whenever; a record that says its own offset is at 13:17 everywhere."""
    monkeypatch.setattr(scanner, "machine_zone", lambda: zone)
    write_record(tmp_path / "set", SUMMER)
    write_record(tmp_path / "set", WINTER)
    write_record(tmp_path / "set", SUMMER, offset="-0500")

    with scan(tmp_path / "set") as records:
        found = set(records.beams()["started_at"])

    assert found == {
        datetime(2024, 7, 1, *summer, tzinfo=UTC),
        datetime(2024, 1, 1, *winter, tzinfo=UTC),
        datetime(2024, 7, 1, 13, 17, tzinfo=UTC),
    }


def test_what_was_kept_for_one_zone_is_not_taken_for_another(tmp_path: Path) -> None:
    """The same folder and cache, read for Zurich and then for Kolkata."""
    write_record(tmp_path / "set", SUMMER)

    started = [
        scan(tmp_path / "set", cache=tmp_path / "cache", zone=ZoneInfo(name)).beams()["started_at"][0]
        for name in ("Europe/Zurich", "Asia/Kolkata", "Europe/Zurich")
    ]

    assert [f"{one:%H:%M}" for one in started] == ["06:17", "02:47", "06:17"]
