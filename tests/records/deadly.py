"""Places that end whoever reads from them; in a module of its own, as other processes import it."""

from __future__ import annotations

import os
import signal
import sys
from dataclasses import dataclass, field
from datetime import UTC
from pathlib import Path

from workbench.records.scanning import scanner
from workbench.records.scanning.places import LocalPlace


@dataclass(frozen=True, slots=True, kw_only=True)
class DeadlyPlace(LocalPlace):
    """Reading ct.dcm is the end."""

    def read(self, file: str, length: int | None = None) -> bytes:
        """The bytes, unless it is that file."""
        if file.endswith("ct.dcm"):
            os._exit(9)
        return LocalPlace.read(self, file, length)


@dataclass(frozen=True, slots=True, kw_only=True)
class KillingPlace(LocalPlace):
    """Reading so many files is the end.

    Parameters
    ----------
    last : number of the file that is not read any more, from 1.
    """

    last: int
    read_before: list[str] = field(default_factory=list)

    def read(self, file: str, length: int | None = None) -> bytes:
        """The bytes, unless it is that one."""
        self.read_before.append(file)
        if len(self.read_before) == self.last:
            os.kill(os.getpid(), signal.SIGKILL)
        return LocalPlace.read(self, file, length)


def main(folder: str, cache: str, last: str) -> None:
    """Scan the folder, ten files a part, until the process is killed."""
    place = KillingPlace(paths=(Path(folder),), last=int(last))
    scanner.BATCH = 10  # type: ignore[misc]
    scanner.place_of = lambda *_paths, **_how: place  # type: ignore[assignment]
    scanner.scan(folder, cache=cache, zone=UTC, processes=1)


if __name__ == "__main__":
    main(*sys.argv[1:])
