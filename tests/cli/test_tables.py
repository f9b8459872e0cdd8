"""``workbench records``: tables, answers and filters, as somebody at a terminal asks for them."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest
from openpyxl import load_workbook

from tests.archive.samples import make_beam, make_session, make_stored
from tests.cli.conftest import Command
from workbench import Workbench
from workbench.archive.archive import Archive
from workbench.events import EventBus
from workbench.settings import Settings

BEAM_ON = datetime(2024, 6, 3, 8, 15, tzinfo=UTC)


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """A data folder with one recorded beam of 12.5 MU of patient P-001 in room EYE1."""
    folder = tmp_path / "data"
    Workbench(folder, listen=False).close()
    archive = Archive(folder, Settings(), EventBus())
    with archive.database.transaction() as transaction:
        transaction.sessions.add(make_session())
        transaction.objects.add(make_stored("2.25.30"))
        transaction.beams.add([make_beam("2.25.30", session_id=1, fraction=1, planned_mu=40.0, delivered_mu=12.5, started_at=BEAM_ON)])
    archive.close()
    return folder


def found(command: Command, data: Path, *options: object) -> list[dict[str, object]]:
    """What is printed as JSON."""
    rows: list[dict[str, object]] = json.loads(command("records", "--data", data, "--format", "json", *options).out)
    return rows


def test_records_are_narrowed_by_patient_room_session_and_days(command: Command, data: Path) -> None:
    """The beam is there by each of its own, and not by another's."""
    for fits in (("--patient", "P-001"), ("--room", "EYE1"), ("--session", "1"), ("--since", "2024-06-03", "--until", "2024-06-03")):
        assert [row["delivered_mu"] for row in found(command, data, *fits)] == [12.5]
    for other in (("--patient", "P-002"), ("--room", "EYE2"), ("--session", "2"), ("--since", "2024-06-05")):
        assert found(command, data, *other) == []


def test_an_answer_is_printed_for_people_and_programs(command: Command, data: Path) -> None:
    """12.5 of 40 MU: fraction 1 is to be continued."""
    (row,) = found(command, data, "--answer", "progress", "--patient", "P-001")

    assert (row["delivered_mu"], row["next_fraction"], row["explained"]) == (12.5, 1, "Fraction 1 is to be continued.")
    assert "Fraction 1 is to be continued." in command("records", "--data", data, "--answer", "progress").out


def test_what_does_not_exist_is_a_usage_error_and_what_does_not_fit_is_refused(command: Command, data: Path) -> None:
    """Exit codes 2 and 1."""
    assert command("records", "--data", data, "--table", "dreams").code == 2
    assert command("records", "--data", data, "--answer", "dreams").code == 2
    assert command("records", "--data", data, "--answer", "progress", "--room", "EYE1").refusal == (
        "workbench: answer progress: found room to narrow it by, expected patient_id, plan_uid"
    )
    assert command("records", "--data", data, "--format", "xlsx").refusal == (
        "workbench: records: Excel is binary, expected a file to write it to (--to FILE)"
    )


def test_nothing_is_made_where_there_is_no_data_folder(command: Command, tmp_path: Path) -> None:
    """A name mistyped is said, and no folder comes of it."""
    assert "found no index.sqlite, expected the data folder of a workbench" in command("records", "--data", tmp_path / "dat").refusal
    assert not (tmp_path / "dat").exists()


def test_what_contradicts_itself_is_a_usage_error(command: Command, data: Path) -> None:
    """A table and an answer; a column to count by, for what is not counted."""
    assert command("records", "--data", data, "--table", "beams", "--answer", "progress").code == 2
    assert command("records", "--data", data, "--answer", "progress", "--by", "machine").code == 2
    assert command("records", "--data", data, "--answer", "terminations", "--by", "weather").code == 2


def test_an_answer_is_narrowed_by_days_and_counted_by_a_column(command: Command, data: Path) -> None:
    """The beam of 3 June; on the day after it nothing fits, and for people that is said."""
    on_the_day = ("--since", "2024-06-03", "--until", "2024-06-03")

    for answer in ("treatments", "planned_versus_delivered", "terminations", "timing"):
        assert found(command, data, "--answer", answer, *on_the_day)
        assert found(command, data, "--answer", answer, "--since", "2024-06-04") == []
    (row,) = found(command, data, "--answer", "terminations", "--by", "patient_id", "--room", "EYE1")
    assert (row["group"], row["deliveries"]) == ("P-001", 1)
    assert command("records", "--data", data, "--patient", "P-002").out.strip() == "nothing fits what was asked for"


def test_an_answer_is_drawn_into_a_file(command: Command, data: Path, tmp_path: Path) -> None:
    """A PNG beside the table; a table alone, another ending and a taken name are refused."""
    told = command("records", "--data", data, "--answer", "progress", "--figure", tmp_path / "progress.png")

    assert (told.code, (tmp_path / "progress.png").read_bytes()[:4]) == (0, b"\x89PNG")
    assert "found a figure of a table, expected --answer" in command("records", "--data", data, "--figure", tmp_path / "a.png").refusal
    ending = command("records", "--data", data, "--answer", "progress", "--figure", tmp_path / "a.gif").refusal
    assert "the name ends in '.gif'" in ending
    assert "exists already" in command("records", "--data", data, "--answer", "progress", "--figure", tmp_path / "progress.png").refusal


def test_a_workbook_has_units_in_its_header_and_typed_cells(command: Command, data: Path, tmp_path: Path) -> None:
    """A number is a number, a moment a moment in UTC; what is not known is blank."""
    told = command("records", "--data", data, "--format", "xlsx", "--to", tmp_path / "beams.xlsx")

    sheet = load_workbook(tmp_path / "beams.xlsx")["beams"]
    header, row = ([cell.value for cell in cells] for cells in sheet.iter_rows())
    cells = dict(zip(header, row, strict=True))
    assert (told.code, told.out.strip()) == (0, f"{tmp_path / 'beams.xlsx'}: 1 rows of beams")
    assert (cells["delivered_mu (MU)"], cells["fraction"], cells["patient_id"]) == (12.5, 1, "P-001")
    assert (cells["started_at (UTC)"], cells["gantry_deg (°)"]) == (datetime(2024, 6, 3, 8, 15), None)


def test_a_folder_of_files_is_tabulated_and_kept(command: Command, tmp_path: Path) -> None:
    """A generated set and a file that is none: the records, a word about the file, and the same from the cache."""
    made = command("generate", tmp_path / "set", "--count", "5", "--seed", "2")
    (tmp_path / "set" / "notes.txt").write_text("no DICOM")
    options = ("records", tmp_path / "set", "--format", "json", "--cache", tmp_path / "cache")

    first, second = (command(*options) for _ in range(2))

    assert made.out.startswith(f"{tmp_path / 'set'}: 5 records, ")
    assert len({row["record_uid"] for row in json.loads(first.out)}) == 5
    assert (second.out, second.code) == (first.out, 0)
    files = 6 + int(made.out.split()[-2])
    assert first.err == f"workbench: 1 of {files} files are not read; --table unreadable says why\n"
    unreadable = json.loads(command(*options, "--table", "unreadable").out)
    assert [(Path(row["file"]).name, row["rule"]) for row in unreadable] == [("notes.txt", "file")]


def test_a_cache_is_for_what_is_scanned(command: Command, data: Path, tmp_path: Path) -> None:
    """A data folder has its index."""
    assert "expected PATHS that are scanned" in command("records", "--data", data, "--cache", tmp_path / "cache").refusal
