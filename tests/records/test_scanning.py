"""Folders, URLs and data sets as a source of tables: everything given is found again, as rows or as unreadable."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC
from pathlib import Path
from random import Random
from typing import Any
from uuid import UUID

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from pydicom.dataset import Dataset

from tests.clinic import make_ct, make_ion_plan, make_record
from workbench.device.generated import write_generated
from workbench.dicom import part10, uids
from workbench.errors import Refused, Unavailable
from workbench.records import ScannedRecords, of_datasets, scan
from workbench.records.scanning.parts import LISTING, SCANNED
from workbench.settings import OWN
from workbench.treatment.delivery import Termination

NAMES = ("record.dcm", "plan.dcm", "deep/ct.dcm", "deep/cut.dcm", "deep/report.pdf", "notes.txt")


def as_file(dataset: Dataset, syntax: str = uids.EXPLICIT_LITTLE) -> bytes:
    """A data set as the bytes of a DICOM file."""
    instance = part10.encoded(dataset, syntax)
    header = part10.header(instance, implementation_class_uid=OWN.implementation_class_uid, implementation_version_name=None)
    return header + instance.data


def other_class(dataset: Dataset) -> Dataset:
    """The data set as an Encapsulated PDF, which no table tells of."""
    dataset.SOPClassUID = "1.2.840.10008.5.1.4.1.1.104.1"
    return dataset


def contents() -> dict[str, bytes]:
    """A record that was stopped at 12.5 of 40 MU, its plan, a CT, and three that cannot be read."""
    plan = make_ion_plan()
    record = as_file(make_record(plan, end_mu=12.5, ended=Termination.OPERATOR))
    made = (record, as_file(plan), as_file(make_ct(plan)), record[:-20], as_file(other_class(make_ion_plan())), b"no DICOM")
    return dict(zip(NAMES, made, strict=True))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with these files."""
    for name, content in contents().items():
        path = tmp_path / "files" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    return tmp_path / "files"


def rows(frame: pd.DataFrame, *names: str) -> list[tuple[Any, ...]]:
    """These columns of every row; None for what is not known."""
    plain = frame[list(names)].astype(object)
    return [tuple(None if pd.isna(one) else one for one in row) for row in plain.itertuples(index=False)]


def told(records: ScannedRecords) -> dict[str, list[tuple[Any, ...]]]:
    """What the files of ``contents`` say."""
    return {
        "beams": rows(records.beams(), "plan_label", "beam", "planned_mu", "delivered_mu", "termination", "session"),
        "points": rows(records.control_points(), "point", "delivered_mu"),
        "images": rows(records.setup_images(), "modality"),
        "planned": rows(records.planned_beams(), "beam", "planned_mu"),
        "rules": sorted(rows(records.unreadable(), "rule")),
    }


EXPECTED = {
    "beams": [("EYE PLAN 1", 1, 40.0, 12.5, "OPERATOR", None)],
    "points": [(0, 0.0), (1, 12.5)],
    "images": [("CT",)],
    "planned": [(1, 40.0)],
    "rules": [("file",), ("sop-class",), ("structure",)],
}
"""By hand from ``contents``."""


def test_every_file_of_a_folder_is_rows_or_unreadable(folder: Path) -> None:
    """Six files in: three read, three unreadable with the reason; a row leads to its file."""
    with scan(folder, zone=UTC) as records:
        assert told(records) == EXPECTED
        assert records.counts == (6, 3)
        assert sorted(rows(records.files(), "file", "rows"), key=str) == sorted(
            [(str(folder / name), count) for name, count in zip(NAMES, (3, 1, 1, None, None, None), strict=True)], key=str
        )
        assert rows(records.beams(), "file") == [(str(folder / "record.dcm"),)]
        why = dict(rows(records.unreadable(), "file", "why"))
        assert "expected a DICOM file" in why[str(folder / "notes.txt")]
        assert "truncated" in why[str(folder / "deep" / "cut.dcm")]


def test_data_sets_give_the_same_rows_as_files(folder: Path) -> None:
    """Of pydicom, encoded, and walked: the tables of the folder, each row with the place of its data set."""
    plan = make_ion_plan()
    record = make_record(plan, end_mu=12.5, ended=Termination.OPERATOR)

    with of_datasets([record, part10.encoded(plan), part10.encoded(make_ct(plan)).read()], zone=UTC) as records:
        assert told(records) == EXPECTED | {"rules": []}
        assert rows(records.planned_beams(), "file") == [("1",)]


def test_a_url_gives_the_same_rows_as_a_folder() -> None:
    """The files in the memory file system of fsspec, which only this process sees."""
    fsspec = pytest.importorskip("fsspec")
    system = fsspec.filesystem("memory")
    for name, content in contents().items():
        system.pipe_file(f"/scanned/{name}", content)

    with scan("memory://scanned", zone=UTC) as records:
        assert told(records) == EXPECTED
        assert rows(records.beams(), "file") == [("memory:///scanned/record.dcm",)]


def test_a_second_scan_reads_only_what_is_new(folder: Path, tmp_path: Path) -> None:
    """Nothing the second time; a file that came, one that changed and one that went are noticed."""
    cache = tmp_path / "cache"
    scan(folder, cache=cache, zone=UTC)
    again = scan(folder, cache=cache, zone=UTC)
    assert (again.counts, told(again)) == ((0, 0), EXPECTED)

    (folder / "plan.dcm").unlink()
    (folder / "notes.txt").write_bytes(b"changed, still no DICOM")
    (folder / "more.dcm").write_bytes(as_file(make_record(make_ion_plan())))
    changed = scan(folder, cache=cache, zone=UTC)

    assert (changed.counts, len(changed.files())) == ((2, 1), 6)
    assert (len(changed.planned_beams()), len(changed.beams()), len(changed.unreadable())) == (0, 2, 3)


def test_what_is_kept_of_a_scan_is_its_owners_alone(folder: Path, tmp_path: Path) -> None:
    """The rows name patients: nobody else looks into a part (mode 0700)."""
    scan(folder, cache=tmp_path / "cache")

    parts = list((tmp_path / "cache").glob("scanned-*/*"))
    assert {oct(path.stat().st_mode & 0o777) for path in parts} == {"0o700"}


def test_a_scan_that_was_cut_off_goes_on_where_it_stopped(folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Two files a part, the disk full at the second part: the first stays, what was half-written goes, the rest is read."""
    from workbench.records.scanning import batch  # noqa: PLC0415 - what is patched

    monkeypatch.setattr("workbench.records.scanning.scanner.BATCH", 2)
    write, cache = batch.write_part, tmp_path / "cache"
    calls: list[int] = []

    def full(parts: Path, tables: Any) -> Path:
        calls.append(1)
        if len(calls) == 2:
            (parts / ".aside-half").mkdir()
            os.utime(parts / ".aside-half", (0, 0))
            raise Unavailable("disk full")
        return write(parts, tables)

    with monkeypatch.context() as patched:
        patched.setattr(batch, "write_part", full)
        with pytest.raises(Unavailable, match="disk full"):
            scan(folder, cache=cache, zone=UTC)
    rest = scan(folder, cache=cache, zone=UTC)

    assert (rest.counts.files, told(rest)) == (4, EXPECTED)
    assert list(cache.rglob(".aside-*")) == []


def test_a_part_is_on_the_disk_before_it_has_its_name(folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """After a power failure a part that is there is whole: each of its files was flushed while the part still lay aside."""
    flushed: set[int] = set()

    def fsync(handle: int) -> None:
        assert len(list((tmp_path / "cache").glob("*/.aside-*"))) == 1
        flushed.add(os.fstat(handle).st_ino)

    monkeypatch.setattr(os, "fsync", fsync)
    scan(folder, cache=tmp_path / "cache", zone=UTC, processes=1).close()

    files = list((tmp_path / "cache").rglob("*.parquet"))
    assert len(files) > 1
    assert {one.stat().st_ino for one in files} == flushed


def test_what_another_scan_is_writing_stays(folder: Path, tmp_path: Path) -> None:
    """Begun just now, it may be another scan's."""
    scan(folder, cache=tmp_path / "cache", zone=UTC)
    (parts,) = (tmp_path / "cache").iterdir()
    (parts / ".aside-now").mkdir()

    scan(folder, cache=tmp_path / "cache", zone=UTC)

    assert (parts / ".aside-now").is_dir()


def test_parts_of_many_days_are_joined(folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file a part, six parts; joined four by four they are two, and say the same; a changed file is still noticed."""
    cache = str(tmp_path / "cache")
    monkeypatch.setattr("workbench.records.scanning.scanner.BATCH", 1)
    assert len(scan(folder, cache=cache, zone=UTC).source.parts.all()) == 6
    monkeypatch.setattr("workbench.records.scanning.parts.MANY", 4)

    joined = scan(folder, cache=cache, zone=UTC)

    assert (len(joined.source.parts.all()), joined.counts, told(joined)) == (2, (0, 0), EXPECTED)
    (folder / "record.dcm").write_bytes(b"no DICOM any more")
    assert len(scan(folder, cache=cache, zone=UTC).unreadable()) == 4


def test_a_part_that_another_scan_removes_is_passed_over(folder: Path, tmp_path: Path) -> None:
    """Its folder is still there, its list of files is not."""
    parts = scan(folder, cache=tmp_path / "cache", zone=UTC).source.parts
    (parts.folder / "going").mkdir()

    again = scan(folder, cache=tmp_path / "cache", zone=UTC)

    assert (again.counts, told(again)) == ((0, 0), EXPECTED)


def test_a_part_that_goes_while_it_is_joined_loses_no_row(folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Another scan joins the same parts first, after this one has read their lists of files and before it reads their rows."""
    cache = tmp_path / "cache"
    monkeypatch.setattr("workbench.records.scanning.scanner.BATCH", 1)
    parts = scan(folder, cache=cache, zone=UTC).source.parts
    monkeypatch.setattr("workbench.records.scanning.parts.MANY", 6)
    read, others = pq.read_table, iter([parts.join])

    def after_another(path: Path, **how: Any) -> pa.Table:
        if path.stem == "beams":
            for join in others:
                join()
        return read(path, **how)

    monkeypatch.setattr("workbench.records.scanning.parts.pq.read_table", after_another)
    joined = scan(folder, cache=cache, zone=UTC)

    assert (next(others, None), len(joined.source.parts.all()), told(joined)) == (None, 1, EXPECTED)


def test_a_part_whose_removal_was_cut_off_is_gone(folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Killed when its rows were deleted and its list of files was not: what was joined from it counts, though it sorts last."""
    cache = tmp_path / "cache"
    monkeypatch.setattr("workbench.records.scanning.scanner.BATCH", 1)
    parts = scan(folder, cache=cache, zone=UTC).source.parts

    def killed(path: Path) -> None:
        for table in path.glob("*.parquet"):
            if table.stem != LISTING:
                table.unlink()
        raise KeyboardInterrupt

    with monkeypatch.context() as cut:
        cut.setattr("workbench.records.scanning.parts.MANY", 6)
        cut.setattr("workbench.records.scanning.parts.uuid4", lambda: UUID(int=2**128 - 1))
        cut.setattr("workbench.records.scanning.parts.shutil.rmtree", killed)
        with pytest.raises(KeyboardInterrupt):
            parts.join()

    assert told(scan(folder, cache=cache, zone=UTC)) == EXPECTED


def test_two_scans_at_once_count_a_file_once(folder: Path, tmp_path: Path) -> None:
    """What both kept is dropped from one of the parts by the next scan."""
    first, second = (scan(folder, cache=tmp_path / name, zone=UTC) for name in ("one", "two"))
    (part,) = second.source.parts.all()
    part.rename(first.source.parts.folder / part.name)

    again = scan(folder, cache=tmp_path / "one", zone=UTC)

    assert (again.counts, len(again.files()), told(again)) == ((0, 0), 6, EXPECTED)


def test_damaged_files_are_all_there_again(tmp_path: Path) -> None:
    """Sixty generated files, each with some bytes changed or cut off: read or unreadable, and every row of a table leads to a file."""
    random = Random(7)
    count = write_generated(tmp_path, 50, seed=4)
    for path in sorted(tmp_path.rglob("*.dcm")):
        content = bytearray(path.read_bytes())
        for _ in range(random.randint(1, 4)):
            content[random.randrange(len(content))] = random.randrange(256)
        path.write_bytes(content[: random.choice([len(content), len(content), len(content) - random.randrange(900)])])

    with scan(tmp_path, zone=UTC) as records:
        files = records.files()
        assert records.counts == (count, len(records.unreadable()))
        assert 10 < len(records.unreadable()) < count - 10
        assert set(files["file"][files["rows"].isna()]) == set(records.unreadable()["file"])
        rows = pd.concat([records.table(name)["file"] for name in SCANNED]).value_counts()
        assert rows.to_dict() == files.set_index("file")["rows"].dropna().loc[lambda counts: counts > 0].to_dict()


def test_what_is_no_file_does_not_end_a_scan(folder: Path) -> None:
    """A link that leads nowhere is unreadable."""
    (folder / "gone.dcm").symlink_to(folder / "nowhere.dcm")

    with scan(folder, zone=UTC) as records:
        assert ("file", str(folder / "gone.dcm")) in rows(records.unreadable(), "rule", "file")
        assert told(records) | {"rules": []} == EXPECTED | {"rules": []}


def test_folders_that_overlap_are_scanned_once(folder: Path) -> None:
    """A folder, one within it and a file of it: six files."""
    with scan(folder, folder / "deep", folder / "record.dcm", zone=UTC) as records:
        assert (len(records.files()), told(records)) == (6, EXPECTED)


def test_copies_that_jupyter_keeps_are_not_scanned(folder: Path) -> None:
    """A record that was opened in JupyterLab has a checkpoint beside it: it is counted once."""
    copy = folder / ".ipynb_checkpoints" / "record-checkpoint.dcm"
    copy.parent.mkdir()
    copy.write_bytes((folder / "record.dcm").read_bytes())

    with scan(folder) as scanned:
        assert (len(scanned.beams()), scanned.counts.files) == (1, len(NAMES))


def test_a_cache_within_the_folder_is_not_scanned(folder: Path) -> None:
    """Its Parquet files are none of the six."""
    scan(folder, cache=folder / "cache", zone=UTC)

    assert len(scan(folder, cache=folder / "cache", zone=UTC).files()) == 6


def test_nothing_there_is_refused(tmp_path: Path) -> None:
    """The sentence names the path."""
    with pytest.raises(Refused, match="nowhere: found nothing there, expected a folder or a file"):
        scan(tmp_path / "nowhere")


@pytest.mark.slow
def test_several_processes_read_what_one_reads(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Two processes, a part for each file."""
    monkeypatch.setattr("workbench.records.scanning.scanner.BATCH", 1)
    monkeypatch.setattr("workbench.records.scanning.scanner.FEW", 0)

    with scan(folder, zone=UTC, processes=2) as records:
        assert (records.counts, told(records)) == ((6, 3), EXPECTED)


@pytest.mark.slow
def test_a_file_that_ends_its_process_is_unreadable(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The others of its batch are read."""
    from tests.records.deadly import DeadlyPlace  # noqa: PLC0415 - imported by the process, too

    def deadly(paths: Any, **_how: Any) -> DeadlyPlace:
        return DeadlyPlace(paths=tuple(Path(one) for one in paths))

    monkeypatch.setattr("workbench.records.scanning.scanner.place_of", deadly)
    monkeypatch.setattr("workbench.records.scanning.scanner.FEW", 0)

    with scan(folder, zone=UTC, processes=2) as records:
        expected = EXPECTED | {"images": [], "rules": [("file",), ("process",), ("sop-class",), ("structure",)]}
        assert (records.counts, told(records)) == ((6, 4), expected)


@pytest.mark.slow
def test_a_scan_that_was_killed_goes_on_where_it_stopped(tmp_path: Path) -> None:
    """Killed at the 70th file, ten a part: six parts are there; the next scan reads the rest, and they say what one scan says."""
    count = write_generated(tmp_path / "set", 90, seed=6)
    command = [sys.executable, "-m", "tests.records.deadly", str(tmp_path / "set"), str(tmp_path / "cache"), "70"]
    assert subprocess.run(command, check=False).returncode == -signal.SIGKILL

    rest = scan(tmp_path / "set", cache=tmp_path / "cache", zone=UTC)

    assert rest.counts == (count - 60, 0)
    with scan(tmp_path / "set", zone=UTC) as whole:
        for name in ("files", *SCANNED):
            pd.testing.assert_frame_equal(rest.table(name), whole.table(name))


@pytest.fixture(autouse=True)
def _empty_memory() -> Iterator[None]:
    """The memory file system outlives a test."""
    yield
    fsspec = pytest.importorskip("fsspec")
    fsspec.filesystem("memory").store.clear()


def test_a_file_that_fails_as_nobody_expected_is_a_row_and_its_name_is_not_logged(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """A file may be called after a patient: the table names it with the reason, and the log has the lines of code."""
    name = "Doe^Jane"

    def broken(*_: object, **__: object) -> None:
        raise ZeroDivisionError(name)

    monkeypatch.setattr("workbench.records.scanning.batch.told", broken)
    (tmp_path / "Doe.dcm").write_bytes(as_file(make_ct(make_ion_plan())))

    with scan(tmp_path, processes=1) as records:
        (row,) = records.unreadable().to_dict("records")

    assert (Path(row["file"]).name, row["rule"], row["why"]) == ("Doe.dcm", "unexpected", "ZeroDivisionError: Doe^Jane")
    assert "ZeroDivisionError" in caplog.text
    assert "Doe" not in caplog.text
