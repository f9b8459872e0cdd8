"""Spots over every source: read from files when they are asked for; what cannot be read is said, and the rest is there."""

from __future__ import annotations

from datetime import UTC
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from tests.clinic import make_record
from tests.mapping.written import element, part10
from tests.workflow.house import House
from workbench.dicom import uids
from workbench.dicom.part10 import Encoded
from workbench.errors import Unavailable
from workbench.records import Records, of_datasets, open_folder, scan

WHOLE, TORN, NONE = "1.2.840.99.1", "1.2.840.99.2", "1.2.840.99.3"
"""A record with two spots, one with two positions and three metersets, and one without spots."""
TOLD = [("1.2.840.99.1", 1, 0, 1.5, -2.0, 0.25), ("1.2.840.99.1", 1, 1, 0.0, 3.25, 0.5)]
WHY = "record, beam 1, control point 0: found spots with [2, 3] values, expected as many of each"


def record(uid: str) -> bytes:
    """One of the three as a data set, written by hand."""
    metersets = (0.25, 0.5, 0.75) if uid == TORN else (0.25, 0.5)
    spots = element(0x300A0394, "FL", (1.5, -2.0, 0.0, 3.25)) + element(0x3008_0047, "FL", metersets) if uid != NONE else b""
    beam = element(0x300C0006, "IS", "1") + element(0x30080041, "SQ", [element(0x30080044, "DS", "0") + spots])
    return (
        element(0x00080016, "UI", uids.RT_ION_BEAMS_RECORD)
        + element(0x00080018, "UI", uid)
        + element(0x00100020, "LO", f"P{uid[-1]}")
        + element(0x30080021, "SQ", [beam])
    )


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The three as files."""
    path = tmp_path / "set"
    path.mkdir()
    for uid in (WHOLE, TORN, NONE):
        whole = part10(record(uid), sop_class=uids.RT_ION_BEAMS_RECORD, uid=uid, transfer_syntax=uids.EXPLICIT_LITTLE)
        (path / f"{uid}.dcm").write_bytes(whole)
    return path


def spots(frame: pd.DataFrame) -> list[tuple[Any, ...]]:
    """Which, where and how much."""
    return list(frame[["record_uid", "beam", "spot", "x_mm", "y_mm", "delivered_mu"]].itertuples(index=False, name=None))


def unread(frame: pd.DataFrame) -> list[tuple[str, str]]:
    """Which and why."""
    return [(Path(file).name, why.rpartition("1.2.840.99.2: ")[2]) for file, why in zip(frame["file"], frame["why"], strict=True)]


def test_a_record_whose_spots_contradict_each_other_is_unreadable_in_these_alone(folder: Path) -> None:
    """Its beam is there; the spots of the other record are there; the reason stands before anybody asks."""
    with scan(folder, zone=UTC) as records:
        assert unread(records.unreadable()) == [(f"{TORN}.dcm", WHY)]
        assert sorted(records.beams()["record_uid"]) == [WHOLE, TORN, NONE]
        assert spots(records.spots()) == TOLD
        assert records.spots(patient_id="P3").empty


def test_a_file_that_went_since_the_scan_is_unreadable_when_it_is_asked_for(folder: Path, caplog: pytest.LogCaptureFixture) -> None:
    """No exception half-way; the table names the file, and the log the record, since a file may be called after a patient."""
    with scan(folder, zone=UTC) as records:
        (folder / f"{WHOLE}.dcm").unlink()

        assert records.spots().empty
        assert (f"{WHOLE}.dcm", "cannot be read (No such file or directory)") in unread(records.unreadable())
    assert caplog.messages == [f"spots of record {WHOLE} cannot be read: FileNotFoundError"]


def test_spots_of_data_sets_cannot_be_read_again() -> None:
    """They were given once; the sentence says what is needed."""
    given = Encoded(
        sop_class_uid=uids.RT_ION_BEAMS_RECORD, sop_instance_uid=WHOLE, transfer_syntax=uids.EXPLICIT_LITTLE, data=record(WHOLE)
    )
    with of_datasets([given], zone=UTC) as records, pytest.raises(Unavailable, match="expected files for what is read on demand"):
        records.spots()


def test_dask_reads_spots_and_says_what_it_cannot_read(folder: Path) -> None:
    """Over files as they are and over what was scanned: the same spots, the same reasons."""
    dask = pytest.importorskip("dask", reason="the extra dask is not installed")
    from workbench.records.scaled import from_files, scaled  # noqa: PLC0415 - of the extra

    with dask.config.set(scheduler="synchronous"), scan(folder, zone=UTC) as records:
        for collections in (from_files(folder, zone=UTC, files=1), scaled(records)):
            assert spots(collections.spots().compute()) == TOLD
            assert unread(collections.table("unreadable").compute()) == [(f"{TORN}.dcm", WHY)]
            assert len(collections.table("files").compute()) == 3
        assert [str(one) for one in from_files(folder).spots().dtypes] == [str(one) for one in records.spots().dtypes]


def test_a_data_folder_gives_the_spots_that_can_be_read(house: House) -> None:
    """Of two stored records one has three metersets for two positions: the other's spots are there, over pandas and over Dask."""
    _, plan = house.running()
    sent = []
    for end_mu, metersets in ((12.5, [0.25, 0.5]), (20.0, [0.25, 0.5, 0.75])):
        one = make_record(plan, end_mu=end_mu)
        point = one.TreatmentSessionIonBeamSequence[0].IonControlPointDeliverySequence[0]
        point.ScanSpotPositionMap, point.ScanSpotMetersetsDelivered = [1.5, -2.0, 0.0, 3.25], metersets
        house.store(one)
        sent.append(str(one.SOPInstanceUID))

    with open_folder(house.archive.folder) as records:
        assert (list(records.spots()["record_uid"]), len(records.unreadable())) == ([sent[0]] * 2, 1)
        assert "expected as many of each" in records.unreadable()["why"][0]
        _same_over_dask(records)


def _same_over_dask(records: Records) -> None:
    dask = pytest.importorskip("dask", reason="the extra dask is not installed")
    from workbench.records.scaled import scaled  # noqa: PLC0415 - of the extra

    with dask.config.set(scheduler="synchronous"):
        found = scaled(records, rows=1).spots()  # type: ignore[arg-type]
        assert (found.npartitions, spots(found.compute())) == (2, spots(records.spots()))
