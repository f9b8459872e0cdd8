"""Requirements R149, R170, R172 and R176 of the ocular statement: what it leaves to the machine that somebody plans at."""

from __future__ import annotations

import json
import stat
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

import workbench
from tests.factories import CountedUids, make_plan
from tests.requirements.ocular import CYRILLIC, every_element, objects, write, xray
from workbench.bench import Workbench
from workbench.conformance.statement import as_markdown
from workbench.figures import setup_images, sheet_html, workshop_sheet
from workbench.mapping.ocular_images import film_picture
from workbench.ocular import from_json, sample_eyeplan, to_json
from workbench.ocular.setup import FilmPicture
from workbench.settings import OWN
from workbench.workflow.media import export_plan, read_plan

NAME = CYRILLIC.decode("iso8859_5").strip()
PLANNER = """
import json
import sys
import warnings

class Windows:
    def find_spec(self, name, path=None, target=None):
        if name in {"fcntl", "grp", "posix", "pty", "pwd", "resource", "syslog", "termios", "tty"}:
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)

warnings.filterwarnings("ignore", category=EncodingWarning)
import ezdxf, matplotlib.backends.backend_pdf, matplotlib.backends.backend_svg, pandas, pydicom, pynetdicom, shapely, sqlalchemy, typer
import os, select, signal
for module in ("fcntl", "grp", "posix", "pwd", "resource", "termios"):
    sys.modules.pop(module, None)
sys.meta_path.insert(0, Windows())
lacking = {
    os: ("chown", "fchmod", "fork", "getgid", "getuid", "killpg", "mkfifo", "statvfs", "sync", "uname", "O_DIRECTORY"),
    select: ("epoll", "poll"),
    signal: ("SIGALRM", "SIGHUP", "SIGKILL", "SIGUSR1", "alarm", "pthread_kill", "sigwait"),
}
for module, names in lacking.items():
    for name in names:
        vars(module).pop(name, None)
warnings.filterwarnings("error", category=EncodingWarning, module="workbench")

from workbench.cli import main
codes = []
for command in json.loads(sys.argv[1]):
    sys.argv = ["workbench", *command]
    try:
        main()
    except SystemExit as end:
        codes.append(end.code)
sys.exit("codes: " + ", ".join(map(str, codes)))
"""
"""The command line without what Windows has not: its modules and names taken away, and no text opened in the system's own encoding."""


def planner(*commands: tuple[str | Path, ...]) -> list[str]:
    """What these commands and their exit codes say on stderr, one after the other on such a machine."""
    asked = json.dumps(commands, default=str)
    program = [sys.executable, "-X", "warn_default_encoding", "-c", PLANNER, asked]
    return subprocess.run(program, capture_output=True, text=True, encoding="utf-8", check=False).stderr.splitlines()


@pytest.mark.slow
def test_r149_planning_needs_nothing_that_windows_lacks(tmp_path: Path) -> None:
    """A case is read, drawn, exported, read back and given to the workshop without anything of POSIX; only an archive asks for that."""
    plan, back, sheet, block = (tmp_path / name for name in ("plan.json", "back.json", "sheet.pdf", "block.mil"))

    said = planner(
        ("plan", "from-eyeplan", sample_eyeplan(), "--to", plan),
        ("plan", "export", plan, "--to", tmp_path / "stick"),
        ("plan", "from-dicom", tmp_path / "stick", "--to", back),
        ("plan", "sheet", plan, "--to", sheet),
        ("plan", "aperture", plan, "--to", block),
        ("session", "list", "--data", tmp_path / "data"),
    )

    made = [np.array(from_json(path.read_text(encoding="utf-8")).field.aperture.block_mm) for path in (back, plan)]
    assert said == [
        "workbench: archive: this operating system has no file locks, expected a POSIX system to keep objects on",
        "codes: 0, 0, 0, 0, 0, 1",
    ]
    assert made[0] == pytest.approx(made[1], abs=1e-5)
    assert (sheet.read_bytes()[:5], block.read_bytes()[:2]) == (b"%PDF-", b"0 ")


def test_r170_foreign_characters_reach_the_display_as_unicode(tmp_path: Path) -> None:
    """A Cyrillic name of another maker's plan is the same letters in the plan, on its sheet and in its file; no font comes along."""
    theirs = objects(make_plan())[0]
    theirs.SpecificCharacterSet, theirs.PatientName = "ISO_IR 144", NAME

    plan = read_plan(write(theirs, tmp_path / "theirs.dcm"), beamlines={"eye": make_plan().beamline}).plan
    plan = replace(plan, eye=make_plan().eye)

    assert (plan.patient.name, NAME) == ("Иванова^Ольга", "Иванова^Ольга")
    assert NAME in sheet_html(plan)
    assert any(NAME in text.get_text() for text in workshop_sheet(plan).texts)
    assert NAME in to_json(plan)
    assert [path.name for path in Path(workbench.__file__).parent.rglob("*") if path.suffix in {".ttf", ".otf", ".woff", ".woff2"}] == []


def test_r172_only_who_is_logged_in_to_the_system_reads_the_data(tmp_path: Path) -> None:
    """Folders are 0700 and files 0600, database and its log included; nobody but this machine is answered; the statement says so."""
    folder = tmp_path / "house" / "data"
    with Workbench(folder, listen=True) as bench:
        bench.add_plan(make_plan())
        bench.import_file(xray(tmp_path))
        host = bench.address.host
        modes = {_kind(path): stat.S_IMODE(path.stat().st_mode) for path in [folder, *folder.rglob("*")]}

    assert set(modes) == {"folder", ".dcm", ".sqlite", ".sqlite-shm", ".sqlite-wal"}
    assert {kind: oct(mode) for kind, mode in modes.items()} == {kind: "0o700" if kind == "folder" else "0o600" for kind in modes}
    assert host == "127.0.0.1"
    assert "users log in to the operating system" in as_markdown()


def test_r176_nothing_is_said_of_grey_scales(tmp_path: Path) -> None:
    """No look-up table, window or presentation state goes out; a picture is shown on a straight scale between its extremes."""
    presentation = {"WindowCenter", "WindowWidth", "VOILUTFunction", "VOILUTSequence", "ModalityLUTSequence", "PresentationLUTShape"}
    paths = export_plan(make_plan(), tmp_path / "stick", identity=OWN, uid_source=CountedUids())
    with Workbench(tmp_path / "data", listen=False) as bench:
        uid, _ = bench.import_file(xray(tmp_path))
        picture = film_picture(bench.dataset(uid))

    (shown,) = setup_images([picture]).axes[0].images

    assert presentation & {keyword for keyword, _ in every_element()} == set()
    assert [path.name.split("_")[0] for path in paths] == ["RTPLAN", "RTIMAGE", "RTIMAGE"]
    assert np.array_equal(shown.get_array(), _pixels(picture))
    assert [float(shown.norm(value)) for value in (0, 51, 255)] == pytest.approx([0.0, 0.2, 1.0])
    assert "Nothing is claimed of displays" in as_markdown()


def _kind(path: Path) -> str:
    return "folder" if path.is_dir() else path.suffix


def _pixels(picture: FilmPicture) -> np.ndarray[tuple[int, ...], np.dtype[np.generic]]:
    assert picture.pixels is not None
    return picture.pixels
