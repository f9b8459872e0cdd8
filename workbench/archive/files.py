"""Object files, named by what they hold, written whole or not at all.

A file is written under a temporary name, flushed to the disk, renamed, and its folder flushed; only then may a row speak of
it. Nothing is ever overwritten: the same bytes have the same name.
"""

from __future__ import annotations

import logging
import os
import tempfile
from hashlib import file_digest, sha256
from pathlib import Path
from typing import Final

from workbench.archive import locks
from workbench.archive.writing import OWNER_ONLY, PART_PREFIX
from workbench.dicom import part10
from workbench.errors import Unavailable

log = logging.getLogger(__name__)

SUFFIX = ".dcm"
ASIDE = "aside"
"""Folder of files that no row speaks of; beside the shelves, whose names have two digits."""


REMEMBERED: Final = 65_536
"""Files of which it is remembered that they were found whole: hashing one again is a quarter of what sending it costs."""
Stamp = tuple[int, int, int, int]
"""What tells that a file was not written to: its inode, its size, and when content and attributes changed, in nanoseconds."""


class ObjectFiles:
    """A folder of immutable files.

    Parameters
    ----------
    folder : made when missing, for nobody but its owner to look into.

    Raises
    ------
    Unavailable : the folder cannot be made, or the system cannot lock files.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._sound: dict[str, Stamp] = {}
        locks.must_be_there()
        try:
            folder.mkdir(mode=OWNER_ONLY, parents=True, exist_ok=True)
            _make_shelves(folder)
        except OSError as problem:
            raise Unavailable(f"{folder}: cannot be made ({problem.strerror}), expected a folder to keep objects in") from problem

    def put(self, header: bytes, data: bytes) -> str:
        """Keep the bytes; when this returns they survive a power cut.

        Returns
        -------
        The file's name: SHA-256 of its data set and transfer syntax, in hexadecimal.
        """
        digest = sha256(header)
        digest.update(data)
        name = digest.hexdigest()
        path = self.path(name)
        if path.exists():
            # It is as young as if it were written now: a verification leaves it alone until its row is there.
            path.touch()
        else:
            self._write(path, header, data)
        return name

    def path(self, name: str) -> Path:
        """Where the file of this name is."""
        return self.folder / self.place(name)

    @staticmethod
    def place(name: str) -> str:
        """Where the file of this name is, in the folder."""
        return f"{name[:2]}/{name}{SUFFIX}"

    def read(self, name: str) -> bytes:
        """The file's bytes, which are what was put: found so now, or earlier and not written to since.

        Raises
        ------
        Unavailable : it is gone, cannot be read, or is not what was put.
        """
        try:
            with self.path(name).open("rb") as file:
                stamp = _stamp(file.fileno())
                content = file.read()
        except OSError as problem:
            raise Unavailable(f"object file {name}: cannot be read ({problem.strerror})") from problem
        if self._sound.get(name) == stamp:
            return content
        if sha256(content).hexdigest() != name:
            log.error("object file %s is damaged: its content is not what was stored", name)
            raise Unavailable(
                f"object file {name}: its content is not what was stored, expected the SHA-256 of its name",
                rule="damaged",
                comment="The stored object is damaged",
            )
        if len(self._sound) >= REMEMBERED:
            self._sound.clear()
        self._sound[name] = stamp
        return content

    def digest(self, name: str) -> str:
        """SHA-256 of the file as it is, in hexadecimal; read piece by piece."""
        with self.path(name).open("rb") as file:
            return file_digest(file, "sha256").hexdigest()

    def data_size(self, name: str) -> int | None:
        """Bytes of the data set, from the file's length and what its first bytes say of its header; None when it is no DICOM file."""
        path = self.path(name)
        with path.open("rb") as file:
            length = part10.header_length(file.read(part10.GROUP_LENGTH_END))
        return None if length is None else path.stat().st_size - length

    def names(self) -> list[str]:
        """Names of all files."""
        return sorted(path.stem for path in self.folder.glob(f"??/*{SUFFIX}"))

    def age_s(self, name: str, now: float) -> float:
        """How long ago the file was put, in seconds."""
        return now - self.path(name).stat().st_mtime

    def put_aside(self, name: str) -> None:
        """Move a file out of the way; it is not removed."""
        aside = self.folder / ASIDE
        aside.mkdir(mode=OWNER_ONLY, exist_ok=True)
        self.path(name).replace(aside / f"{name}{SUFFIX}")
        _flush_folder(aside)

    def discard_parts(self) -> int:
        """Remove what a crash left half-written, not what another process is writing; how many there were."""
        return sum(_discard(part) for part in list(self.folder.glob(f"*/{PART_PREFIX}*")))

    def _write(self, path: Path, header: bytes, data: bytes) -> None:
        try:
            handle, part = tempfile.mkstemp(prefix=PART_PREFIX, dir=path.parent)
            try:
                with os.fdopen(handle, "wb") as file:
                    # Held until the file has its name; a killed process lets go of it, and so leaves what may be discarded.
                    locks.hold(file)
                    file.write(header)
                    file.write(data)
                    file.flush()
                    os.fsync(file.fileno())
                    Path(part).replace(path)
            except BaseException:
                Path(part).unlink(missing_ok=True)
                raise
            _flush_folder(path.parent)
        except OSError as problem:
            raise Unavailable(f"{path.parent}: object cannot be written ({problem.strerror})", rule="storage") from problem


def _make_shelves(folder: Path) -> None:
    """One folder for each start of a name, made at once: made one by one, each would cost a flush of its own later."""
    shelves = [folder / f"{number:02x}" for number in range(256)]
    missing = [shelf for shelf in shelves if not shelf.is_dir()]
    for shelf in missing:
        shelf.mkdir(mode=OWNER_ONLY, exist_ok=True)
    if missing:
        _flush_folder(folder)


def _stamp(handle: int) -> Stamp:
    now = os.fstat(handle)
    return now.st_ino, now.st_size, now.st_mtime_ns, now.st_ctime_ns


def _discard(part: Path) -> bool:
    """Remove a part that nobody is writing; whether it was one."""
    try:
        with part.open("rb") as file:
            if locks.is_held(file):
                return False
            part.unlink()
    except FileNotFoundError:
        return False
    return True


def _flush_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
