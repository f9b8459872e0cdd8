"""The tables of a data folder without the workbench that works on it: no provider, no device, nothing is changed."""

from __future__ import annotations

from pathlib import Path
from types import TracebackType
from typing import Self

from workbench import settings
from workbench.archive.archive import Archive
from workbench.errors import Refused
from workbench.events import EventBus
from workbench.records.live import ArchiveSource
from workbench.records.tables import Records


class RecordsFolder(Records):
    """Tables of a data folder, until it is closed."""

    def __init__(self, archive: Archive) -> None:
        self.source = ArchiveSource(archive)
        super().__init__(self.source)
        self.folder = archive.folder
        self._archive = archive

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        """Let go of the folder."""
        self._archive.close()


def open_folder(folder: str | Path) -> RecordsFolder:
    """The tables of a workbench's data folder; a workbench may work on it at the same time.

    Examples
    --------
    >>> with open_folder("workbench-data") as records:
    ...     records.beams()

    Raises
    ------
    Refused : it is no data folder, or of another version.
    Unavailable : its database does not answer.
    """
    path = Path(folder)
    loaded = settings.load(path / settings.FILE_NAME)
    if not loaded.database and not (path / "index.sqlite").is_file():
        raise Refused(f"{path}: found no index.sqlite, expected the data folder of a workbench", rule="folder")
    return RecordsFolder(Archive(path, loaded, EventBus()))
