"""`workbench plan`: from a case folder to a plan file, from a plan file to DICOM; and every way in which it cannot be."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from pydicom import dcmread

from tests.cli.terminal import Command, files_below
from tests.ocular.cases import sample_plan
from workbench.ocular import to_json, with_gaze
from workbench.ocular.eyeplan import sample_eyeplan
from workbench.ocular.gaze import Light


@pytest.fixture
def case(tmp_path: Path) -> Path:
    """A copy of the case that ships, free to be spoilt."""
    return Path(shutil.copytree(sample_eyeplan(), tmp_path / "CASE"))


@pytest.fixture
def plan(command: Command, case: Path, tmp_path: Path) -> Path:
    """A plan file."""
    path = tmp_path / "plan.json"
    assert command("plan", "from-eyeplan", case, "--to", path).code == 0
    return path


def test_a_case_becomes_a_plan_file_and_says_what_it_is(command: Command, case: Path, tmp_path: Path) -> None:
    """One line: file, plan, patient, eye, prescription, aperture."""
    result = command("plan", "from-eyeplan", case, "--to", tmp_path / "plan.json", "--patient-id", "P-007")

    assert (result.code, result.err) == (0, "")
    assert result.out.startswith(f"{tmp_path / 'plan.json'}: plan ")
    assert "patient P-007" in result.out
    assert json.loads((tmp_path / "plan.json").read_text())["schema"] == "ocular-plan"


def test_a_plan_file_is_shown(command: Command, plan: Path) -> None:
    """Summary and details, one thing a line."""
    result = command("plan", "show", plan)

    assert (result.code, result.err) == (0, "")
    assert [line.split()[0] for line in result.out.splitlines()] == [
        "plan", "site", "fixation", "range", "modulation", "wedges", "beamline", "setup",
    ]  # fmt: skip


def test_a_plan_file_is_exported_as_dicom(command: Command, plan: Path, tmp_path: Path) -> None:
    """One RT Ion Plan and two RT Images, each path printed, each readable by others."""
    result = command("plan", "export", plan, "--to", tmp_path / "out")

    paths = [Path(line) for line in result.out.split()]
    assert (result.code, len(paths)) == (0, 3)
    assert sorted(dcmread(path).Modality for path in paths) == ["RTIMAGE", "RTIMAGE", "RTPLAN"]


def test_exported_files_become_a_plan_file_again(command: Command, plan: Path, tmp_path: Path) -> None:
    """The folder of the export holds the plan and its images; nothing has to be noted."""
    command("plan", "export", plan, "--to", tmp_path / "out")

    result = command("plan", "from-dicom", tmp_path / "out", "--to", tmp_path / "again.json")

    before, after = (json.loads(path.read_text())["plan"] for path in (plan, tmp_path / "again.json"))
    assert (result.code, result.err) == (0, "")
    assert result.out.startswith(f"{tmp_path / 'again.json'}: plan {before['label']}, patient {before['patient']['id']}, ")
    assert after["field"]["aperture"] == before["field"]["aperture"]
    assert after["setup_images"] == before["setup_images"]


def test_a_plan_of_another_system_is_no_plan_for_an_eye(command: Command, shared: Path, tmp_path: Path) -> None:
    """One sentence names the file and what is missing; no plan file is written."""
    file = shared / "data" / "ion_plans" / "aria_four_field_qa.dcm"

    refusal = command("plan", "from-dicom", file, "--to", tmp_path / "p.json").refusal

    assert refusal.startswith(f"workbench: {file}: RT Ion Plan ")
    assert "none of its 4 beams has a fixation light" in refusal
    assert not (tmp_path / "p.json").exists()


def test_what_was_taken_from_elsewhere_is_noted(command: Command, plan: Path, tmp_path: Path) -> None:
    """A plan without its images becomes a plan file, with a note for each."""
    exported = command("plan", "export", plan, "--to", tmp_path / "out").out.split()

    result = command("plan", "from-dicom", exported[0], "--to", tmp_path / "again.json", "--beamline", "demo-eyeline", "--eye", "right")

    assert result.code == 0
    assert ", right eye, " in result.out
    assert [line.split(" 1.2")[0].split(" 2.25")[0] for line in result.err.splitlines()] == ["workbench: note: setup image"] * 2


def test_two_plans_at_once_are_refused(command: Command, plan: Path, tmp_path: Path) -> None:
    """Which one is meant is not guessed."""
    for folder in ("a", "b"):
        command("plan", "export", plan, "--to", tmp_path / folder)

    refusal = command("plan", "from-dicom", tmp_path / "a", tmp_path / "b", "--to", tmp_path / "p.json").refusal

    assert "found 2 RT Ion Plans, expected one, with its RT Images or without" in refusal


def test_the_schema_of_plan_files_is_printed(command: Command, plan: Path) -> None:
    """JSON whose version is that of the files that are written."""
    schema = json.loads(command("plan", "schema").out)

    assert schema["properties"]["version"]["const"] == json.loads(plan.read_text())["version"]


def test_two_plans_are_compared_as_diff_does(command: Command, plan: Path, tmp_path: Path) -> None:
    """Equal plans: exit code 0 and a sentence; else each difference a line, and exit code 1."""
    table = json.loads(plan.read_text())
    table["plan"]["field"]["range_mm"] = 20.5
    other = tmp_path / "other.json"
    other.write_text(json.dumps(table))

    same, differs = command("plan", "diff", plan, plan), command("plan", "diff", plan, other, "--format", "json")

    assert (same.code, same.out, same.err) == (0, "plan and plan: no difference\n", "")
    assert (differs.code, differs.err) == (1, "")
    assert json.loads(differs.out) == [{"what": "field: range", "before": "23.4 mm", "after": "20.5 mm", "change": "-2.9 mm"}]
    assert command("plan", "diff", plan, other).out.splitlines()[1].split("  ")[0] == "field: range"


@pytest.mark.parametrize(("name", "start"), [("sheet.pdf", b"%PDF-"), ("sheet.html", b"<!DOCTYPE html>")])
def test_a_workshop_sheet_is_written(command: Command, plan: Path, tmp_path: Path, name: str, start: bytes) -> None:
    """As PDF or HTML, by the ending of the file."""
    result = command("plan", "sheet", plan, "--to", tmp_path / name)

    assert (result.code, result.out, result.err) == (0, f"{tmp_path / name}\n", "")
    assert (tmp_path / name).read_bytes().startswith(start)


def test_a_sheet_of_another_kind_is_refused(command: Command, plan: Path) -> None:
    """The ending says what is wanted."""
    assert command("plan", "sheet", plan, "--to", "sheet.docx").refusal == (
        "workbench: sheet.docx: found ending '.docx', expected .pdf or .html"
    )


def test_a_plan_file_is_not_overwritten(command: Command, case: Path, plan: Path) -> None:
    """The one that is there stays as it was."""
    before = plan.read_bytes()

    assert command("plan", "from-eyeplan", case, "--to", plan).refusal == f"workbench: {plan}: exists already, expected a name that is free"
    assert plan.read_bytes() == before


@pytest.mark.parametrize("suffix", [".ptd", ".mil", ".xpc"])
@pytest.mark.parametrize("spoil", ["missing", "empty", "garbage", "cut"])
def test_a_broken_case_is_refused_in_one_sentence_and_nothing_is_written(
    command: Command, case: Path, tmp_path: Path, suffix: str, spoil: str
) -> None:
    """Whichever file is broken however: the sentence names it, and there is no plan file. A cut film file may still be whole enough."""
    (file,) = case.glob(f"*{suffix}")
    content = file.read_bytes()
    if spoil == "missing":
        file.unlink()
    else:
        file.write_bytes({"empty": b"", "garbage": b"\x00\xff\xfe garbage \x01" * 50, "cut": content[: len(content) // 2]}[spoil])

    refusal = command("plan", "from-eyeplan", case, "--to", tmp_path / "plan.json").refusal

    assert refusal.startswith("workbench: ")
    assert case.name in refusal
    assert not (tmp_path / "plan.json").exists()


def test_a_folder_that_is_not_there_is_named(command: Command, tmp_path: Path) -> None:
    """The path as it was given."""
    refusal = command("plan", "from-eyeplan", tmp_path / "NOWHERE", "--to", tmp_path / "plan.json").refusal

    assert str(tmp_path / "NOWHERE") in refusal


def test_an_unknown_beamline_is_refused_with_those_known(command: Command, case: Path, tmp_path: Path) -> None:
    """A typing error is answered with what would be right."""
    refusal = command("plan", "from-eyeplan", case, "--to", tmp_path / "p.json", "--beamline", "dmeo").refusal

    assert refusal == "workbench: beamline: found 'dmeo', expected one of demo-eyeline"


@pytest.mark.parametrize("action", [("show",), ("export", "--to", "out")])
def test_a_self_crossing_aperture_is_refused_and_nothing_is_exported(
    command: Command, plan: Path, tmp_path: Path, action: tuple[str, ...]
) -> None:
    """Two neighbouring points of the block change places: no machine can mill that; the sentence names the file."""
    table = json.loads(plan.read_text())
    block = table["plan"]["field"]["aperture"]["block_mm"]
    block[3], block[len(block) // 2] = block[len(block) // 2], block[3]
    plan.write_text(json.dumps(table))

    refusal = command("plan", action[0], plan, *action[1:]).refusal

    assert refusal.startswith(f"workbench: {plan}: ")
    assert "cross" in refusal
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("", "no valid JSON"),
        ("[]", "schema is 'list', expected 'ocular-plan'"),
        ('{"schema": "ocular-plan", "version": 99}', "version is 99, expected 1 or 2"),
    ],
)
def test_a_file_that_is_no_plan_is_refused_by_name(command: Command, tmp_path: Path, content: str, said: str) -> None:
    """File, found and expected."""
    path = tmp_path / "other.json"
    path.write_text(content)

    refusal = command("plan", "show", path).refusal

    assert refusal.startswith(f"workbench: {path}: ")
    assert said in refusal


def test_an_export_that_meets_a_file_in_its_way_leaves_no_other(command: Command, plan: Path, tmp_path: Path) -> None:
    """The folder to write into is a file."""
    (tmp_path / "out").write_text("in the way")

    assert "out" in command("plan", "export", plan, "--to", tmp_path / "out").refusal
    assert files_below(tmp_path / "out") == []


def test_a_command_without_arguments_shows_its_help(command: Command) -> None:
    """Exit code 2, as for any wrong use."""
    for arguments in ((), ("plan",), ("session",), ("plan", "fly")):
        result = command(*arguments)
        assert result.code == 2
        assert "Traceback" not in result.err


def test_every_real_case_is_read(command: Command, shared: Path, tmp_path: Path) -> None:
    """The three clinical cases become plan files."""
    for name in ("P1", "P2", "P3"):
        result = command("plan", "from-eyeplan", shared / "data" / "eyeplan" / name, "--to", tmp_path / f"{name}.json")
        assert (result.code, result.err) == (0, "")


@pytest.mark.parametrize("suffix", ["mil", "dxf"])
def test_aperture_goes_to_the_workshop_and_comes_back(command: Command, plan: Path, tmp_path: Path, suffix: str) -> None:
    """Program and drawing hold the plan's block; read back, the plan is the same."""
    written = command("plan", "aperture", plan, "--to", tmp_path / f"SAMPLE.{suffix}")
    back = command("plan", "with-aperture", plan, tmp_path / f"SAMPLE.{suffix}", "--to", tmp_path / "new.json")

    assert (written.code, back.code, written.err, back.err) == (0, 0, "", "")
    assert written.out.strip().endswith("25 points, 159.9 mm2, perimeter 46.6 mm")
    assert json.loads((tmp_path / "new.json").read_text()) == json.loads(plan.read_text())


def test_aperture_of_no_known_form_is_refused(command: Command, plan: Path, tmp_path: Path) -> None:
    """The sentence names what can be written."""
    result = command("plan", "aperture", plan, "--to", tmp_path / "block.svg")

    assert (result.code, result.err) == (1, f"workbench: {tmp_path / 'block.svg'}: the name ends in '.svg', expected .mil or .dxf\n")


def test_aperture_is_not_designed_without_a_tumour(command: Command, plan: Path, tmp_path: Path) -> None:
    """A case without the tumour's points has no outline to make an opening for."""
    case_plan = json.loads(plan.read_text())
    case_plan["plan"]["eye_model"].pop("tumour", None)
    (tmp_path / "bare.json").write_text(json.dumps(case_plan))

    result = command("plan", "aperture", tmp_path / "bare.json", "--to", tmp_path / "block.mil", "--designed")

    assert result.code == 1
    assert result.err == "workbench: plan Plan 1: the tumour's shape is not known, expected an eye model with one\n"


def test_range_and_modulation_follow_from_the_eye(command: Command, shared: Path, tmp_path: Path) -> None:
    """Case P2: the file says 22.6 and 18.3 mm; its eye 22.4 and 18.2. The new plan takes these."""
    assert command("plan", "from-eyeplan", shared / "data" / "eyeplan" / "P2", "--to", tmp_path / "P2.json").code == 0

    result = command("plan", "depth", tmp_path / "P2.json", "--to", tmp_path / "new.json")

    assert (result.code, result.err) == (0, "")
    assert [line.split() for line in result.out.splitlines()[:3]] == [
        ["mm", "plan", "geometry", "difference"],
        ["range", "22.6", "22.4", "-0.2"],
        ["modulation", "18.3", "18.2", "-0.1"],
    ]
    field = json.loads((tmp_path / "new.json").read_text())["plan"]["field"]
    assert (field["range_mm"], field["modulation_mm"]) == (22.4, 18.2)


def test_a_peak_that_is_spread_to_the_surface_is_told_with_its_depth(command: Command, tmp_path: Path) -> None:
    """The sample's eye, looking to 60/210, wants more modulation than range; the new plan has as much."""
    turned = with_gaze(sample_plan(), Light(polar_deg=60.0, azimuth_deg=210.0))
    (tmp_path / "turned.json").write_text(to_json(turned))

    result = command("plan", "depth", tmp_path / "turned.json", "--to", tmp_path / "new.json")

    assert (result.code, result.err) == (0, "")
    assert result.out.splitlines()[3] == "modulation is the range: the peak is spread to the surface"
    field = json.loads((tmp_path / "new.json").read_text())["plan"]["field"]
    assert (field["range_mm"], field["modulation_mm"]) == (16.9, 16.9)


@pytest.mark.parametrize(
    ("view", "name", "start"),
    [("beams-eye", "a.png", b"\x89PNG"), ("sections", "b.pdf", b"%PDF"), ("gaze", "c.svg", b"<?xml"), ("setup", "d.png", b"\x89PNG")],
)
def test_a_plan_is_drawn(command: Command, plan: Path, tmp_path: Path, view: str, name: str, start: bytes) -> None:
    """Each view goes into the kind of file that its name asks for."""
    result = command("plan", "draw", plan, "--view", view, "--to", tmp_path / name)

    assert (result.code, result.out, result.err) == (0, f"{tmp_path / name}: {view} of plan Plan 1\n", "")
    assert (tmp_path / name).read_bytes().startswith(start)


def test_a_picture_of_no_known_form_is_refused(command: Command, plan: Path, tmp_path: Path) -> None:
    """The sentence names the forms that there are."""
    result = command("plan", "draw", plan, "--to", tmp_path / "plan.bmp")

    assert (result.code, result.err) == (1, f"workbench: {tmp_path / 'plan.bmp'}: the name ends in '.bmp', expected .png, .pdf, .svg\n")
