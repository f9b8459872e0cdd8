"""Files of the user's choice, written whole or not at all, and who may read what is written.

It needs nothing that only one operating system has: exported plans and workshop files are written with it, wherever a plan is made.
"""

from __future__ import annotations

import os
import tempfile
from pathlib import Path
from typing import Final

from workbench.errors import Unavailable

PART_PREFIX: Final = ".part-"
"""Begins the name of a file that is not whole yet."""
OWNER_ONLY: Final = 0o700
"""Mode of a folder that nobody but its owner may look into."""
OWNER_ONLY_FILE: Final = 0o600
"""Mode of a file that nobody but its owner may read; that of every temporary file, and so of what is renamed from one."""


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
            _give_name(part, path)
        finally:
            Path(part).unlink(missing_ok=True)
    except FileExistsError as problem:
        if not path.parent.is_dir():
            raise Unavailable(f"{path}: cannot be written, {path.parent} is no folder", rule="storage") from problem
        raise Unavailable(f"{path}: exists already, expected a name that is free", rule="storage") from problem
    except OSError as problem:
        raise Unavailable(f"{path}: cannot be written ({problem.strerror})", rule="storage") from problem


def _give_name(part: str, path: Path) -> None:
    """Give a whole file its name unless that is taken; the file may keep its other name.

    Raises
    ------
    FileExistsError : the name is taken.
    OSError : the file system takes nothing.
    """
    try:
        os.link(part, path)
    except FileExistsError:
        raise
    except OSError:
        # FAT and exFAT, the file systems of memory sticks, have no links: there the name is taken first, then the file put in its place.
        path.touch(mode=OWNER_ONLY_FILE, exist_ok=False)
        try:
            os.replace(part, path)  # noqa: PTH105 - beside os.link, which it stands in for
        except OSError:
            path.unlink(missing_ok=True)
            raise
