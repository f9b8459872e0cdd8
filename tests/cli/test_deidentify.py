"""``workbench archive deidentify``: files that name nobody, and the key that is made for them."""

from __future__ import annotations

from pathlib import Path

from tests.cli.conftest import Command
from tests.clinic import make_ion_plan
from workbench.bench import Workbench
from workbench.dicom import part10


def test_plans_are_written_without_their_patient_and_the_key_is_used_again(command: Command, tmp_path: Path) -> None:
    """Twice with one key: the same names of files, so the second time they are taken; another patient has nothing to write.

    What was written is a plan that another data folder takes in.
    """
    data, key = tmp_path / "data", tmp_path / "key"
    with Workbench(data, listen=False) as bench:
        bench.add_plan(make_ion_plan())
    asked = ("archive", "deidentify", "--data", data, "--key", key)

    first = command(*asked, "--to", tmp_path / "out")
    secret = key.read_bytes()
    second = command(*asked, "--to", tmp_path / "out")
    nobody = command(*asked, "--to", tmp_path / "none", "--patient", "P-999")
    folder = command("archive", "deidentify", "--data", data, "--key", data, "--to", tmp_path / "none")
    taken_in = command("import", tmp_path / "out", "--data", tmp_path / "other")

    (path,) = (tmp_path / "out").iterdir()
    made = part10.read_file(path).dataset()
    assert (first.code, first.out.strip(), len(secret), key.read_bytes()) == (0, str(path), 64, secret)
    assert (made.PatientIdentityRemoved, b"P-001" in path.read_bytes()) == ("YES", False)
    assert "exists already" in second.refusal
    assert f"{data}: cannot be read (Is a directory), expected the file of a key" in folder.refusal
    assert (nobody.code, nobody.out) == (0, "")
    assert (taken_in.code, made.SOPInstanceUID in taken_in.out) == (0, True)
