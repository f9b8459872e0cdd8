"""Dask collections say what the tables of pandas say, over a scan, over files, over Parquet at a URL and over an archive."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC
from pathlib import Path

import pandas as pd
import pytest

from tests.clinic import make_record
from tests.workflow.house import House
from workbench.device.generated import write_generated
from workbench.errors import Refused
from workbench.records import ArchiveSource, Records, open_folder, scan
from workbench.records.columns import TABLES
from workbench.records.typed import ordered
from workbench.treatment.delivery import Termination

dask = pytest.importorskip("dask", reason="the extra dask is not installed")
from workbench.records.scaled import ScaledRecords, from_files, from_parquet, scaled  # noqa: E402 - of the extra

RECORDS = 30


@pytest.fixture(autouse=True)
def _in_this_thread() -> Iterator[None]:
    """Tasks run one after the other, unless a test has a cluster."""
    with dask.config.set(scheduler="synchronous"):
        yield


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A generated set, and a file that is none."""
    path = tmp_path_factory.mktemp("scaled")
    write_generated(path / "set", RECORDS, seed=3)
    (path / "set" / "notes.txt").write_text("no DICOM")
    return path / "set"


def plain(frame: pd.DataFrame, name: str) -> pd.DataFrame:
    """The rows in the order of their table, terms as text."""
    terms = frame.columns[frame.dtypes == "category"]
    made = ordered(frame.astype(dict.fromkeys(terms, "string")).reset_index(drop=True), TABLES[name])
    made.attrs = {}
    return made.reset_index(drop=True)


def assert_same(collections: ScaledRecords, records: Records, *names: str) -> None:
    """The collection computed is the table."""
    for name in names:
        found, expected = collections.table(name).compute(), records.table(name)
        assert [str(one) for one in found.dtypes] == [str(one) for one in expected.dtypes]
        pd.testing.assert_frame_equal(plain(found, name), plain(expected, name))


def test_a_scan_as_collections_is_the_scan(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Ten files a part, two parts a partition: several partitions, the same rows and types; planned metersets are beside the beams."""
    monkeypatch.setattr("workbench.records.scanning.scanner.BATCH", 10)
    with scan(folder, zone=UTC, processes=1) as records:
        collections = scaled(records, parts=2)

        assert collections.beams().npartitions > 1
        assert_same(collections, records, "beams", "control_points", "planned_beams", "fractions", "positions")
        assert collections.beams()["planned_mu"].compute().notna().any()


def test_files_as_collections_are_the_scan(folder: Path) -> None:
    """Read when computed, ten files a partition; the file that is none is unreadable here as well."""
    collections = from_files(folder, zone=UTC, files=10)

    with scan(folder, zone=UTC, processes=1) as records:
        assert_same(collections, records, "beams", "control_points", "unreadable", "files")


def test_collections_written_to_a_url_are_read_back(folder: Path) -> None:
    """Through the memory file system of fsspec: the same rows and types, terms as categories again."""
    fsspec = pytest.importorskip("fsspec")
    with scan(folder, zone=UTC, processes=1) as records:
        scaled(records).write("memory://written")

        assert_same(from_parquet("memory://written"), records, "beams", "control_points", "planned_beams")
    fsspec.filesystem("memory").store.clear()


def test_an_archive_is_read_in_spans_of_records(house: House) -> None:
    """Three records, two a partition: every row once, as in the table; what is asked for is typed alike."""
    _, plan = house.running()
    for end_mu in (12.5, 20.0):
        house.store(make_record(plan, end_mu=end_mu, ended=Termination.OPERATOR))
    house.store(make_record(plan, start_mu=20.0))
    folder = house.archive.folder

    with open_folder(folder) as records:
        collections = scaled(records, rows=2)

        assert collections.beams().npartitions == 2
        assert_same(collections, records, "beams", "control_points", "fractions", "sessions", "workitems", "refusals")


def test_an_archive_without_records_is_one_span(house: House) -> None:
    """Open at both ends, so that what comes meanwhile is seen."""
    spans = ArchiveSource(house.archive).spans(10)

    assert [(one.first, one.below) for one in spans] == [(None, None)]


def test_a_table_that_is_not_there_is_refused(folder: Path) -> None:
    """Loose files know no sessions."""
    with pytest.raises(Refused, match=r"table sessions: found beams, control_points, .* expected one of these"):
        from_files(folder).table("sessions")


@pytest.mark.slow
def test_a_cluster_of_processes_computes_what_this_one_does(folder: Path) -> None:
    """A local cluster of two workers: sums per patient are those of pandas."""
    distributed = pytest.importorskip("distributed")
    with (
        distributed.LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=None) as cluster,
        distributed.Client(cluster) as client,
        scan(folder, zone=UTC, processes=1) as records,
    ):
        found = client.compute(from_files(folder, zone=UTC, files=10).beams().groupby("patient_id")["delivered_mu"].sum()).result()

        expected = records.beams().groupby("patient_id")["delivered_mu"].sum()
        pd.testing.assert_series_equal(found.sort_index(), expected.sort_index(), check_dtype=False, check_index_type=False)
