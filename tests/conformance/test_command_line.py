"""Statement, check and import from the command line."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from pydicom.dataset import Dataset
from typer.testing import CliRunner

from tests.factories import CountedUids, make_plan
from workbench.cli.main import app
from workbench.conformance.lines import as_csv
from workbench.conformance.statement import as_markdown
from workbench.dicom import part10
from workbench.mapping.ocular_plans import export
from workbench.settings import OWN

RUN = CliRunner()


def write(dataset: Dataset, path: Path) -> str:
    """The data set as a DICOM file; its path as an argument."""
    instance = part10.encoded(dataset)
    path.write_bytes(part10.header(instance, implementation_class_uid="2.25.9", implementation_version_name=None) + instance.data)
    return str(path)


@pytest.fixture
def exported() -> tuple[Dataset, ...]:
    """A plan and its images."""
    return export(make_plan(), uid_source=CountedUids(), identity=OWN).all()


def test_the_statement_is_printed_or_written(tmp_path: Path) -> None:
    """The document goes to standard output, the lines to a file."""
    document = RUN.invoke(app, ["statement"])
    lines = RUN.invoke(app, ["statement", "--format", "csv", "--to", str(tmp_path / "lines.csv")])

    assert (document.exit_code, document.stdout) == (0, as_markdown())
    assert lines.exit_code == 0
    assert (tmp_path / "lines.csv").read_text(encoding="utf-8") == as_csv()


def test_a_file_that_keeps_its_rows_passes_in_each_direction(tmp_path: Path, exported: tuple[Dataset, ...]) -> None:
    """An exported plan is fine as exported and as received; exit code 0."""
    path = write(exported[0], tmp_path / "plan.dcm")

    codes = [RUN.invoke(app, ["check", path, *how]).exit_code for how in ([], ["--as", "received"], ["--as", "export"])]

    assert codes == [0, 0, 0]


def test_an_error_is_told_as_json_and_as_exit_code(tmp_path: Path, exported: tuple[Dataset, ...]) -> None:
    """A plan without label gives one error with path, tag, severity, code and file; exit code 1."""
    del exported[0].RTPlanLabel
    path = write(exported[0], tmp_path / "plan.dcm")

    result = RUN.invoke(app, ["check", path, "--format", "json"])

    errors = [one for one in json.loads(result.stdout) if one["severity"] == "error"]
    assert result.exit_code == 1
    assert [(one["file"], one["path"], one["tag"], one["code"]) for one in errors] == [(path, "RTPlanLabel", "300A0002", "missing")]


def test_a_file_that_cannot_be_checked_does_not_hide_the_others(tmp_path: Path, exported: tuple[Dataset, ...]) -> None:
    """No DICOM file and a class that is never imported are each told in a sentence; the third file is checked all the same."""
    text = tmp_path / "notes.txt"
    text.write_text("not DICOM", encoding="utf-8")
    plan, image = write(exported[0], tmp_path / "plan.dcm"), write(exported[1], tmp_path / "image.dcm")

    result = RUN.invoke(app, ["check", str(text), plan, image, "--as", "import"])

    assert result.exit_code == 1
    assert "notes.txt: found no DICM at byte 128" in result.stderr
    assert "plan.dcm: SOP class: found 1.2.840.10008.5.1.4.1.1.481.8, expected one that is imported: RT Image" in result.stderr
    assert "image.dcm" in result.stdout


def test_an_image_of_another_patient_wants_a_yes(tmp_path: Path, exported: tuple[Dataset, ...]) -> None:
    """Without `--yes` and without a terminal it is not imported; with it there is a warning, and it is."""
    image, data = write(exported[1], tmp_path / "image.dcm"), str(tmp_path / "data")

    refused = RUN.invoke(app, ["import", image, "--patient-id", "SOMEBODY", "--data", data])
    taken = RUN.invoke(app, ["import", image, "--patient-id", "SOMEBODY", "--data", data, "--yes"])

    assert refused.exit_code == 1
    assert "--yes to import it all the same" in refused.stderr
    assert taken.exit_code == 0
    assert "warning" in taken.stderr
    assert f"{exported[1].SOPInstanceUID}  imported" in taken.stdout


@pytest.mark.parametrize(("answer", "code"), [("y", 0), ("n", 1)])
def test_at_a_terminal_the_user_is_asked(
    tmp_path: Path, exported: tuple[Dataset, ...], monkeypatch: pytest.MonkeyPatch, answer: str, code: int
) -> None:
    """The answer decides whether the image of another patient is imported."""
    image, data = write(exported[1], tmp_path / "image.dcm"), str(tmp_path / "data")
    monkeypatch.setattr("workbench.cli.objects._asks", lambda: True)

    result = RUN.invoke(app, ["import", image, "--patient-id", "SOMEBODY", "--data", data], input=f"{answer}\n")

    assert result.exit_code == code
    assert "Import it all the same?" in result.stderr
