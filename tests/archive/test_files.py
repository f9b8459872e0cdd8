"""Object files are written whole or not at all, and nobody's half-written file is taken away."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

import pytest

from workbench.archive import files
from workbench.archive.files import ObjectFiles
from workbench.archive.writing import write_new
from workbench.errors import Unavailable


def everything(folder: Path) -> list[str]:
    """Every file below a folder."""
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())


class PowerCut(BaseException):
    """Nothing in the code under test expects it."""


def cut(*_: object, **__: object) -> None:
    """The power goes."""
    raise PowerCut


def test_a_kept_file_is_read_back_by_its_name(tmp_path: Path) -> None:
    """Header and data are one file, named by its SHA-256 in a folder of its first two digits."""
    kept = ObjectFiles(tmp_path)

    name = kept.put(b"header", b"data")

    # printf headerdata | sha256sum
    assert name == "1c23b1556b94e51a7a13fb54847ccb1053a9bf8829b302de301a2e0f816d9c77"
    assert kept.read(name) == b"headerdata"
    assert everything(tmp_path) == [f"{name[:2]}/{name}.dcm"]


def test_a_file_is_hashed_when_it_is_first_read_and_when_it_was_written_to(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Read three times, hashed once; another process changes one byte, and puts the file's time back as it was: it is refused."""
    hashed: list[bytes] = []
    monkeypatch.setattr(files, "sha256", lambda content=b"": hashed.append(content) or hashlib.sha256(content))
    kept = ObjectFiles(tmp_path)
    name = kept.put(b"header", b"data")
    hashed.clear()

    assert [kept.read(name) for _ in range(3)] == [b"headerdata"] * 3
    assert hashed == [b"headerdata"]

    then = kept.path(name).stat()
    kept.path(name).write_bytes(b"headerdatb")
    os.utime(kept.path(name), ns=(then.st_atime_ns, then.st_mtime_ns))

    with pytest.raises(Unavailable, match="its content is not what was stored"):
        kept.read(name)


def test_the_same_bytes_are_one_file(tmp_path: Path) -> None:
    """Keeping an object again gives the same name and writes nothing."""
    kept = ObjectFiles(tmp_path)
    name = kept.put(b"header", b"data")
    before = kept.path(name).stat().st_ino

    assert kept.put(b"header", b"data") == name
    assert kept.path(name).stat().st_ino == before


@pytest.mark.parametrize("moment", ["fsync", "replace"])
def test_a_crash_while_writing_leaves_no_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, moment: str) -> None:
    """Whether the flush or the renaming dies: no object file is there, and a later attempt succeeds."""
    kept = ObjectFiles(tmp_path)
    with monkeypatch.context() as broken:
        broken.setattr(os if moment == "fsync" else Path, moment, cut)
        with pytest.raises(PowerCut):
            kept.put(b"header", b"data")

    assert [name for name in everything(tmp_path) if name.endswith(".dcm")] == []
    assert kept.read(kept.put(b"header", b"data")) == b"headerdata"


def test_what_a_killed_process_left_half_written_is_discarded(tmp_path: Path) -> None:
    """A part without a writer goes, whole objects stay."""
    kept = ObjectFiles(tmp_path)
    name = kept.put(b"header", b"data")
    (tmp_path / "ab").mkdir(exist_ok=True)
    (tmp_path / "ab" / ".part-left").write_bytes(b"hea")

    assert kept.discard_parts() == 1
    assert everything(tmp_path) == [f"{name[:2]}/{name}.dcm"]


def test_a_part_that_is_being_written_is_left_to_its_writer(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Another provider that starts on the same folder meanwhile does not spoil the writing."""
    kept = ObjectFiles(tmp_path)
    discarded = []
    flush = os.fsync

    def fsync(handle: int) -> None:
        discarded.append(ObjectFiles(tmp_path).discard_parts())
        flush(handle)

    monkeypatch.setattr(os, "fsync", fsync)
    name = kept.put(b"header", b"data")

    assert set(discarded) == {0}
    assert kept.read(name) == b"headerdata"


def test_a_full_disk_is_said_in_one_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The peer may try again later: Unavailable, with the reason, and no file."""

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    kept = ObjectFiles(tmp_path)
    monkeypatch.setattr(os, "fsync", full)

    with pytest.raises(Unavailable, match=r"object cannot be written \(No space left on device\)"):
        kept.put(b"header", b"data")
    assert everything(tmp_path) == []


def test_a_missing_file_is_unavailable(tmp_path: Path) -> None:
    """A row whose file somebody deleted is named, with the reason."""
    with pytest.raises(Unavailable, match=rf"^object file {'a' * 64}: cannot be read \(No such file or directory\)$"):
        ObjectFiles(tmp_path).read("a" * 64)


def test_a_file_of_the_users_is_never_overwritten(tmp_path: Path) -> None:
    """Writing to a name that exists is refused, the file stays as it was, and nothing lies beside it."""
    path = tmp_path / "new" / "plan.json"
    write_new(path, b"first")

    with pytest.raises(Unavailable, match=r"plan.json: exists already, expected a name that is free$"):
        write_new(path, b"second")

    assert path.read_bytes() == b"first"
    assert everything(tmp_path) == ["new/plan.json"]


@pytest.mark.parametrize("is_taken", [False, True])
def test_a_file_system_without_links_takes_files_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, is_taken: bool) -> None:
    """A memory stick has none: the file is whole all the same, and one that is there already is not overwritten."""

    def no_links(_: object, __: object) -> None:
        raise PermissionError(1, "Operation not permitted")

    path = tmp_path / "plan.dcm"
    if is_taken:
        path.write_bytes(b"first")
    monkeypatch.setattr(os, "link", no_links)

    if is_taken:
        with pytest.raises(Unavailable, match=r"plan.dcm: exists already, expected a name that is free$"):
            write_new(path, b"second")
    else:
        write_new(path, b"first")

    assert path.read_bytes() == b"first"
    assert everything(tmp_path) == ["plan.dcm"]


def test_a_stick_that_fails_at_the_last_moment_keeps_no_empty_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The name was taken for a file that then could not be put in its place."""

    def fails(*_: object) -> None:
        raise OSError(5, "Input/output error")

    monkeypatch.setattr(os, "link", fails)
    monkeypatch.setattr(os, "replace", fails)

    with pytest.raises(Unavailable, match=r"plan.dcm: cannot be written \(Input/output error\)$"):
        write_new(tmp_path / "plan.dcm", b"first")

    assert everything(tmp_path) == []
