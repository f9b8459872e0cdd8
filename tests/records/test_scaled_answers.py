"""The same questions on Dask: every answer over partitions says what it says over whole tables."""

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
from workbench.records import Records, open_folder, scan
from workbench.records.answers import ANSWERS
from workbench.treatment.delivery import Termination

dask = pytest.importorskip("dask", reason="the extra dask is not installed")
from workbench.records.scaled import ScaledRecords, from_files, from_parquet, scaled  # noqa: E402 - of the extra

ODD_SEED, RECORDS = 1, 90
"""In this set a record came twice, one contradicts itself and one names a plan that is not there."""


@pytest.fixture(autouse=True)
def _in_this_thread() -> Iterator[None]:
    """Tasks run one after the other."""
    with dask.config.set(scheduler="synchronous"):
        yield


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Some twenty courses."""
    path = tmp_path_factory.mktemp("scaled-answers") / "set"
    write_generated(path, RECORDS, seed=ODD_SEED)
    return path


def plain(frame: pd.DataFrame) -> pd.DataFrame:
    """The rows in one order, terms as text."""
    made = frame.astype(dict.fromkeys(frame.columns[frame.dtypes == "category"], "string"))
    made.attrs = {}
    return made.sort_values(list(made.columns)).reset_index(drop=True)


def assert_same(collections: ScaledRecords, records: Records, *names: str) -> None:
    """The answer computed is the answer."""
    for name in names:
        found, expected = collections.answers.answer(name).compute(), records.answers.answer(name)
        assert [str(one) for one in found.dtypes] == [str(one) for one in expected.dtypes]
        pd.testing.assert_frame_equal(plain(found), plain(expected))


@pytest.mark.slow
def test_answers_over_the_parts_of_a_scan(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Courses lie across partitions, and are whole again; of terminations the parts are merged."""
    monkeypatch.setattr("workbench.records.scanning.scanner.BATCH", 10)
    with scan(folder, zone=UTC, processes=1) as records:
        collections = scaled(records, parts=3)

        assert collections.beams().npartitions > 2
        assert_same(collections, records, "treatments", "terminations")


@pytest.mark.slow
@pytest.mark.parametrize("name", ANSWERS)
def test_every_answer_over_parts_files_and_parquet(folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    """Read from a scan, from the files themselves, and from what was written."""
    monkeypatch.setattr("workbench.records.scanning.scanner.BATCH", 10)
    with scan(folder, zone=UTC, processes=1) as records:
        collections = scaled(records, parts=3)
        collections.write(tmp_path / "written")

        for source in (collections, from_files(folder, zone=UTC, files=40), from_parquet(tmp_path / "written")):
            assert_same(source, records, name)
        assert not records.answers.answer(name).empty


@pytest.mark.slow
def test_every_answer_over_an_archive(house: House) -> None:
    """A beam stopped, and one that its device finished without a record: sessions, workitems and their history are asked too."""
    _, plan = house.running()
    house.store(make_record(plan, end_mu=12.5, ended=Termination.OPERATOR))

    with open_folder(house.archive.folder) as records:
        assert_same(scaled(records, rows=1), records, *ANSWERS)
        assert records.answers.timing()["state"].tolist() == ["IN PROGRESS"]


@pytest.mark.slow
def test_terminations_are_counted_by_the_same_columns(folder: Path) -> None:
    """By machine as without Dask; another column is refused before anything is read."""
    collections = from_files(folder, zone=UTC, files=60)

    with pytest.raises(Refused, match="terminations: found 'colour' to count by, expected one of room"):
        collections.answers.terminations(by="colour")
    assert set(collections.answers.terminations(by="machine").compute()["group"]) == {"EYELINE 1", "EYELINE 2"}
