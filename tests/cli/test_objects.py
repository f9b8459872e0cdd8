"""`workbench import`, `check` and `records`: what goes in, what is found wrong, what comes out."""

from __future__ import annotations

import json
from pathlib import Path

import pandas as pd
import pytest

from tests.cli.terminal import Command, files_below, write
from tests.clinic import LOCK, connect, make_ct, make_ion_plan, make_record, make_registration
from tests.factories import CountedUids, make_plan
from workbench.bench import Workbench
from workbench.dicom import part10
from workbench.mapping import ocular_plans
from workbench.settings import OWN


def stored(folder: Path) -> list[str]:
    """UIDs of everything in a data folder."""
    with Workbench(folder, listen=False) as bench:
        return [one.uid for one in bench.objects()]


def test_files_and_folders_are_imported(command: Command, tmp_path: Path) -> None:
    """A plan and a folder with a slice: a line each; a second time they are known already."""
    plan = make_ion_plan()
    (tmp_path / "ct").mkdir()
    uids = [write(tmp_path / "plan.dcm", plan), write(tmp_path / "ct" / "1.dcm", make_ct(plan))]

    first, second = (command("import", tmp_path / "plan.dcm", tmp_path / "ct") for _ in range(2))

    assert (first.code, first.err) == (0, "")
    assert [line.split()[:2] for line in first.out.splitlines()] == [[uid, "imported"] for uid in uids]
    assert [line.split()[:3] for line in second.out.splitlines()] == [[uid, "known", "already"] for uid in uids]


def spoilt(raw: bytes, how: str) -> bytes:
    """A DICOM file made unreadable."""
    return {
        "last bytes": raw[:-7],
        "half": raw[: len(raw) // 2],
        "meta only": raw[:200],
        "empty": b"",
        "text": b"no DICOM at all" * 100,
        "transfer syntax": raw.replace(b"1.2.840.10008.1.2\x00", b"1.2.840.10008.1.9\x00"),
    }[how]


@pytest.mark.parametrize(
    ("how", "said"),
    [
        ("last bytes", "truncated"),
        ("half", "truncated"),
        ("meta only", "file meta information: truncated"),
        ("empty", "found no DICM at byte 128, expected a DICOM file"),
        ("text", "found no DICM at byte 128, expected a DICOM file"),
        ("transfer syntax", "found transfer syntax 1.2.840.10008.1.9, expected an uncompressed"),
    ],
)
def test_a_broken_file_is_refused_by_name_and_nothing_of_it_is_stored(command: Command, tmp_path: Path, how: str, said: str) -> None:
    """Truncated anywhere or no DICOM: one sentence with the file; neither row nor object file."""
    path = tmp_path / "plan.dcm"
    write(path)
    path.write_bytes(spoilt(path.read_bytes(), how))

    refusal = command("import", path).refusal

    assert refusal.startswith(f"workbench: {path}: ")
    assert said in refusal
    assert stored(tmp_path / "data") == []
    assert files_below(tmp_path / "data" / "objects") == []


def test_a_bad_file_among_good_ones_stops_nothing_but_is_counted(command: Command, tmp_path: Path) -> None:
    """Exit code 1, a sentence for the bad one, a line for each good one."""
    good = [write(tmp_path / "1.dcm"), write(tmp_path / "3.dcm")]
    (tmp_path / "2.dcm").write_bytes(b"bad")

    result = command("import", tmp_path / "1.dcm", tmp_path / "2.dcm", tmp_path / "3.dcm")

    assert result.code == 1
    assert [line.split()[0] for line in result.out.splitlines()] == good
    assert [line.split(": ")[1] for line in result.err.splitlines()] == [str(tmp_path / "2.dcm")]


def test_a_class_that_is_not_imported_is_refused(command: Command, tmp_path: Path) -> None:
    """Found class and what would be taken."""
    write(tmp_path / "reg.dcm", make_registration(make_ion_plan()))
    write(tmp_path / "mr.dcm", make_ct(make_ion_plan(), SOPClassUID="1.2.840.10008.5.1.4.1.1.4"))

    for name, found in (("reg.dcm", "1.2.840.10008.5.1.4.1.1.66.1"), ("mr.dcm", "1.2.840.10008.5.1.4.1.1.4")):
        refusal = command("import", tmp_path / name).refusal
        assert f"found SOP class {found}, expected RT Ion Plan, CT Image" in refusal
    assert stored(tmp_path / "data") == []


def test_a_file_that_is_not_there_is_named(command: Command, tmp_path: Path) -> None:
    """With the reason of the system."""
    refusal = command("import", tmp_path / "missing.dcm").refusal

    assert refusal == f"workbench: {tmp_path / 'missing.dcm'}: cannot be read (No such file or directory), expected a DICOM file"


def test_another_patients_file_is_imported_only_when_told_to(command: Command, tmp_path: Path) -> None:
    """Refused with exit code 1 where nobody can be asked; imported, with a warning, with --yes."""
    path = tmp_path / "plan.dcm"
    uid = write(path)

    refused = command("import", path, "--patient-id", "P-002")
    nothing = stored(tmp_path / "data")
    taken = command("import", path, "--patient-id", "P-002", "--yes")

    assert (refused.code, nothing) == (1, [])
    assert "--yes" in refused.err
    assert (taken.code, stored(tmp_path / "data")) == (0, [uid])
    assert "warning" in taken.err


def test_a_valid_object_checks_without_error(command: Command, tmp_path: Path) -> None:
    """Exit code 0, and the findings that are no errors as JSON when asked."""
    write(tmp_path / "plan.dcm")

    result = command("check", tmp_path / "plan.dcm", "--format", "json")

    assert result.code == 0
    assert "error" not in {finding["severity"] for finding in json.loads(result.out)}


def test_an_error_is_found_by_path_and_code(command: Command, tmp_path: Path) -> None:
    """Exit code 1; the finding says where and what, as a table and as JSON."""
    write(tmp_path / "ct.dcm", make_ct(make_ion_plan(), Modality=""))

    table, plain = command("check", tmp_path / "ct.dcm"), command("check", tmp_path / "ct.dcm", "--format", "json")

    assert (table.code, plain.code) == (1, 1)
    assert "Modality" in table.out
    assert ("Modality", "empty", "error") in {(one["path"], one["code"], one["severity"]) for one in json.loads(plain.out)}


def test_a_file_that_cannot_be_checked_is_an_error(command: Command, tmp_path: Path) -> None:
    """A class without rows, and no DICOM at all."""
    write(tmp_path / "mr.dcm", make_ct(make_ion_plan(), SOPClassUID="1.2.840.10008.5.1.4.1.1.4"))
    (tmp_path / "text.dcm").write_text("text")

    for name in ("mr.dcm", "text.dcm"):
        result = command("check", tmp_path / name)
        assert result.code == 1
        assert str(tmp_path / name) in result.err


@pytest.fixture
def treated(tmp_path: Path) -> Path:
    """A data folder with one recorded beam."""
    folder = tmp_path / "data"
    with Workbench(folder) as bench:
        session = bench.check_in(bench.add_plan(make_ion_plan()))
        with connect(bench) as peer:
            peer.act(bench.workitems()[0].uid, "IN PROGRESS", LOCK)
            assert peer.store(make_record(bench.dataset(session.session_plan_uid), end_mu=12.5)).is_success
    return folder


def test_records_are_printed_as_a_table(command: Command, treated: Path) -> None:
    """A header and a line for the beam."""
    header, line = command("records", "--data", treated).out.splitlines()

    assert header.split()[0] == "patient_id"
    assert "P-001" in line
    assert "12.5" in line


def test_positions_and_registrations_are_tables_too(command: Command, treated: Path) -> None:
    """Nothing but the beam was sent here: empty tables, with their columns for programs."""
    for table in ("positions", "registrations"):
        assert command("records", "--data", treated, "--table", table).out.strip() == "nothing is recorded"
        assert "patient_id,room,session," in command("records", "--data", treated, "--table", table, "--format", "csv").out


def test_records_are_given_to_programs(command: Command, treated: Path, tmp_path: Path) -> None:
    """CSV, JSON and Parquet hold the same beam."""
    for name in ("csv", "json", "parquet"):
        assert command("records", "--data", treated, "--format", name, "--to", tmp_path / f"beams.{name}").code == 0

    frames = [
        pd.read_csv(tmp_path / "beams.csv", comment="#"),
        pd.DataFrame(json.loads((tmp_path / "beams.json").read_text())),
        pd.read_parquet(tmp_path / "beams.parquet"),
    ]
    assert [list(frame["delivered_mu"]) for frame in frames] == [[12.5]] * 3


def test_parquet_is_not_printed(command: Command, treated: Path) -> None:
    """It is binary: a file is asked for."""
    assert command("records", "--data", treated, "--format", "parquet").refusal == (
        "workbench: records: Parquet is binary, expected a file to write it to (--to FILE)"
    )


def test_an_empty_folder_has_no_records(command: Command) -> None:
    """A sentence, or an empty list; no error, once there is a data folder."""
    command("archive", "verify")

    assert command("records").out.strip() == "no beam is recorded"
    assert json.loads(command("records", "--format", "json").out) == []


def test_an_imported_image_is_exported_again_blank(command: Command, tmp_path: Path) -> None:
    """A file in the folder that was named, its pixels all zero, its patient the same; a second time the name is taken."""
    image = ocular_plans.export(make_plan(), uid_source=CountedUids(), identity=OWN).images[0]
    image.PixelData = bytes([7]) * len(image.PixelData)
    uid = write(tmp_path / "image.dcm", image)
    command("import", tmp_path / "image.dcm")

    first, second = (command("export", uid, "--to", tmp_path / "out") for _ in range(2))

    (path,) = (tmp_path / "out").iterdir()
    again = part10.read_file(path).dataset()
    assert (first.code, first.out.strip()) == (0, str(path))
    assert (set(again.PixelData), again.PatientID, again.RTImageLabel) == ({0}, image.PatientID, image.RTImageLabel)
    assert "exists already" in second.refusal


def test_every_row_is_printed_when_asked(command: Command, tmp_path: Path) -> None:
    """The kept ones too, with what was found and where the row stands in the statement."""
    write(tmp_path / "ct.dcm", make_ct(make_ion_plan()))

    result = command("check", tmp_path / "ct.dcm", "--rows", "--format", "json")

    (row,) = (one for one in json.loads(result.out) if one["path"] == "Modality")
    assert result.code == 0
    assert (row["result"], row["found"], row["tag"], row["file"]) == ("pass", "CT", "00080060", str(tmp_path / "ct.dcm"))


def test_the_statements_rows_are_found(command: Command) -> None:
    """By a word, by the table and by where the value comes from; each with how it arises."""
    table = command("rows", "ContinuationStartMeterset", "--as", "created")
    plain = command("rows", "--as", "created", "--from", "user", "--format", "json")

    assert table.out.splitlines()[1].split()[-4:] == ["(MU)", "of", "the", "task"]
    assert {one["source"] for one in json.loads(plain.out)} == {"user"}
    assert len(json.loads(plain.out)) == 5


def test_two_files_are_compared(command: Command, tmp_path: Path) -> None:
    """Only what differs, and exit code 1; a file is the same as itself."""
    plan = make_ion_plan()
    write(tmp_path / "a.dcm", plan)
    plan.RTPlanLabel = "other"
    write(tmp_path / "b.dcm", plan)

    differ, same = command("compare", "a.dcm", "b.dcm"), command("compare", "a.dcm", "a.dcm")

    (line,) = differ.out.splitlines()[1:]
    assert (differ.code, same.code) == (1, 0)
    assert line.split()[:3] == ["differs", "RTPlanLabel", "300A0002"]
    assert same.out.startswith("the same: ")
