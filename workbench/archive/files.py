"""Object files, named by what they hold, written whole or not at all.

A file is written under a temporary name, flushed to the disk, renamed, and its folder flushed; only then may a row speak of
it. Nothing is ever overwritten: the same bytes have the same name.
"""

from __future__ import annotations

import fcntl
import os
import tempfile
from hashlib import sha256
from pathlib import Path

from workbench.errors import Unavailable

PART_PREFIX = ".part-"


class ObjectFiles:
    """A folder of immutable files.

    Parameters
    ----------
    folder : made when missing.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        try:
            folder.mkdir(parents=True, exist_ok=True)
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
        if not path.exists():
            self._write(path, header, data)
        return name

    def path(self, name: str) -> Path:
        """Where the file of this name is."""
        return self.folder / name[:2] / f"{name}.dcm"

    def read(self, name: str) -> bytes:
        """The file's bytes.

        Raises
        ------
        Unavailable : it is gone or cannot be read.
        """
        try:
            return self.path(name).read_bytes()
        except OSError as problem:
            raise Unavailable(f"object file {name}: cannot be read ({problem.strerror})") from problem

    def discard_parts(self) -> int:
        """Remove what a crash left half-written, not what another process is writing; how many there were."""
        return sum(_discard(part) for part in list(self.folder.glob(f"*/{PART_PREFIX}*")))

    def _write(self, path: Path, header: bytes, data: bytes) -> None:
        try:
            handle, part = tempfile.mkstemp(prefix=PART_PREFIX, dir=path.parent)
            try:
                with os.fdopen(handle, "wb") as file:
                    # Held until the file has its name; a killed process lets go of it, and so leaves what may be discarded.
                    fcntl.flock(file, fcntl.LOCK_EX)
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
        shelf.mkdir(exist_ok=True)
    if missing:
        _flush_folder(folder)


def write_new(path: Path, content: bytes) -> None:
    """Write a file of the user's choice, whole or not at all.

    Raises
    ------
    Unavailable : it exists already, or the folder cannot be written.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, part = tempfile.mkstemp(prefix=PART_PREFIX, dir=path.parent)
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            os.link(part, path)
        finally:
            Path(part).unlink(missing_ok=True)
    except FileExistsError as problem:
        raise Unavailable(f"{path}: exists already, expected a name that is free", rule="storage") from problem
    except OSError as problem:
        raise Unavailable(f"{path}: cannot be written ({problem.strerror})", rule="storage") from problem


def _discard(part: Path) -> bool:
    """Remove a part that nobody is writing; whether it was one."""
    try:
        with part.open("rb") as file:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            part.unlink()
    except (BlockingIOError, FileNotFoundError):
        return False
    return True


def _flush_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
