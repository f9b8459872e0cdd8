"""Whatever has records can be given to the dashboard."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.clinic import make_ion_plan, make_record
from tests.widgets.given import make_records
from workbench.bench import Workbench
from workbench.dicom import part10, uids
from workbench.errors import Refused
from workbench.records import ScannedRecords, scan
from workbench.settings import OWN
from workbench_widgets import records_source
from workbench_widgets.records_source import RecordsSource


def write_record(path: Path, **changes: object) -> None:
    """A treatment record as a DICOM file."""
    instance = part10.encoded(make_record(make_ion_plan(), **changes), uids.EXPLICIT_LITTLE)
    header = part10.header(instance, implementation_class_uid=OWN.implementation_class_uid, implementation_version_name=None)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(header + instance.data)


def test_a_folder_of_files_is_scanned_and_read_again_on_request(tmp_path: Path) -> None:
    """A file that came later is there after reading again; row and file are one."""
    write_record(tmp_path / "files" / "one.dcm")
    source = RecordsSource(tmp_path / "files")
    assert (source.words, source.knows_sessions, len(source.records.beams())) == ("files", False, 1)

    write_record(tmp_path / "files" / "two.dcm")
    source.read_again()
    beams = source.records.beams()

    assert [source.place({"file": file}) for file in sorted(beams["file"])] == [
        tmp_path / "files" / "one.dcm",
        tmp_path / "files" / "two.dcm",
    ]
    assert "RT Ion Beams Treatment Record Storage" in source.object_words({"file": beams["file"].iloc[0]})
    source.close()


def test_a_folder_is_named_as_it_is_called(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """The folder at hand has a name, too, however it was typed."""
    (tmp_path / "received" / "may").mkdir(parents=True)
    monkeypatch.chdir(tmp_path / "received")

    assert [RecordsSource(one).words for one in ("", ".", "may/", "may/..", "s3://bucket/may/")] == [
        *("received", "received", "may", "received", "may"),
    ]


@pytest.mark.slow
def test_data_sets_and_tables_are_taken_as_they_are(tmp_path: Path) -> None:
    """Data sets have no file to be shown; tables that somebody else opened stay open."""
    datasets, tables = RecordsSource([make_record(make_ion_plan())]), RecordsSource(make_records())
    write_record(tmp_path / "files" / "one.dcm")
    scanned = scan(tmp_path / "files")
    opened = RecordsSource(scanned)

    assert [(one.words, len(one.records.beams())) for one in (datasets, tables, opened)] == [
        ("data sets", 1),
        ("tables", 4),
        ("scanned files", 1),
    ]
    assert datasets.place({"file": "0"}) is None
    with pytest.raises(Refused, match=r"object 2\.25\.1: its file is not here"):
        datasets.object_words({"record_uid": "2.25.1", "file": "0"})
    for one in (datasets, tables, opened):
        one.close()
    assert len(scanned.beams()) == 1
    scanned.close()


@pytest.mark.slow
def test_a_data_folder_and_its_workbench_tell_the_same(tmp_path: Path) -> None:
    """The rows of both, with their files in the folder."""
    with Workbench(tmp_path / "data", listen=False) as bench:
        bench.add_plan(make_ion_plan())
        live, folder = RecordsSource(bench), RecordsSource(tmp_path / "data")
        rows = [one.records.planned_beams().iloc[0].to_dict() for one in (live, folder)]

        assert [(one.words, one.knows_sessions) for one in (live, folder)] == [("a workbench", True), ("data", True)]
        assert rows[0]["plan_uid"] == rows[1]["plan_uid"]
        assert live.place(rows[0]) == folder.place(rows[1]) == bench.path(str(rows[0]["plan_uid"])).absolute()
        folder.close()


def test_what_is_not_there_is_refused(tmp_path: Path) -> None:
    """When it is first asked for, so that the dashboard can say it."""
    source = RecordsSource(tmp_path / "nowhere")

    with pytest.raises(Refused, match="found nothing there, expected a folder or a file"):
        assert source.records
    source.close()


def test_a_source_that_is_closed_while_files_are_read_keeps_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A dashboard may be closed before its first table is there: no copy of what the records say of patients is left behind."""
    write_record(tmp_path / "files" / "one.dcm")
    source, kept = RecordsSource(tmp_path / "files"), list[Path]()

    def scan_of_a_closed_source(given: Path, *, cache: Path) -> ScannedRecords:
        source.close()
        kept.append(cache)
        return scan(given, cache=cache)

    monkeypatch.setattr(records_source, "scan", scan_of_a_closed_source)
    with pytest.raises(Refused, match="records of files: are closed, expected a dashboard that is open"):
        assert source.records

    assert [one.exists() for one in kept] == [False]
