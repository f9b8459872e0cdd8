"""Where a records dashboard has its tables from: a workbench, a data folder, DICOM files, data sets, or tables opened by somebody else."""

from __future__ import annotations

import tempfile
import threading
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, Final

from pydicom.dataset import Dataset

from workbench import settings
from workbench.bench import Workbench
from workbench.dicom import part10
from workbench.dicom.part10 import Encoded
from workbench.dicom.reading import EncodedDataset
from workbench.errors import Refused
from workbench.records import Records, RecordsFolder, ScannedRecords, of_datasets, open_folder, scan
from workbench.records.scanning.places import is_url

Given = Workbench | Records | str | Path | Iterable[Dataset | Encoded | EncodedDataset]
OBJECT_NAMES: Final = ("record_uid", "object_uid", "instruction_uid", "plan_uid")
"""Columns that name the object a row was read from, the nearest first."""


class RecordsSource:
    """Tables that are opened when first read, read again on request, and closed when they were opened here.

    Parameters
    ----------
    given : a workbench, whose tables follow what it receives; a path or URL, either a data folder or any DICOM; tables; or data sets.
    """

    def __init__(self, given: Given) -> None:
        self._given = given
        self.bench = given if isinstance(given, Workbench) else None
        self._records = given.records if isinstance(given, Workbench) else given if isinstance(given, Records) else None
        self._is_own = self._records is None
        # Table and charts are read in threads of their own; whichever comes first opens.
        self._opening = threading.Lock()
        self._closed = threading.Event()
        self._kept: tempfile.TemporaryDirectory[str] | None = None

    @property
    def words(self) -> str:
        """What it is, short and always the same."""
        if self.bench is not None:
            return "a workbench"
        if isinstance(self._given, str | Path):
            return _called(self._given)
        return "scanned files" if isinstance(self._given, ScannedRecords) else "tables" if isinstance(self._given, Records) else "data sets"

    @property
    def records(self) -> Records:
        """The tables; files are read when they are first asked for.

        Raises
        ------
        Refused : there is nothing, or something else, at the path; or it was closed meanwhile.
        """
        with self._opening:
            if self._records is None and not self._closed.is_set():
                self._records = self._opened()
            records = self._records
        if records is None or self._closed.is_set():
            # Who closed it while it was being opened did not wait: what was opened since goes here.
            self.close()
            raise Refused(f"records of {self.words}: are closed, expected a dashboard that is open", rule="closed")
        return records

    @property
    def knows_sessions(self) -> bool:
        """Whether it is a workbench or the folder of one; loose files know no sessions, workitems and refusals."""
        return self.bench is not None or isinstance(self._records, RecordsFolder)

    def read_again(self) -> None:
        """Have files that came or changed since read with the next question; a workbench and its folder are always up to date."""
        with self._opening:
            if self._is_own and isinstance(self._records, ScannedRecords) and isinstance(self._given, str | Path):
                self._records.close()
                self._records = None

    def place(self, row: Mapping[str, Any]) -> Path | None:
        """The file that a row was read from; None where it was none of this machine."""
        name = row.get("file")
        if not name:
            return None
        folder = self.bench.folder if self.bench is not None else getattr(self._records, "folder", None)
        path = Path(folder) / str(name) if folder is not None else Path(str(name))
        return path.absolute() if path.is_file() else None

    def object_words(self, row: Mapping[str, Any]) -> str:
        """The object that a row was read from, attribute by attribute, as text.

        Raises
        ------
        Refused : it is not here any more.
        """
        path = self.place(row)
        if path is not None:
            return str(part10.read_file(path).dataset())
        uid = next((str(row[name]) for name in OBJECT_NAMES if row.get(name)), "")
        if self.bench is not None and uid:
            return str(self.bench.dataset(uid))
        raise Refused(f"object {uid or 'of the row'}: its file is not here, expected a row of a file of this machine", rule="file")

    def close(self) -> None:
        """Let go of what was opened here; what is being opened goes as soon as it is."""
        self._closed.set()
        if not self._opening.acquire(blocking=False):
            return
        try:
            if self._is_own and isinstance(self._records, RecordsFolder | ScannedRecords):
                self._records.close()
            if self._kept is not None:
                self._kept.cleanup()
        finally:
            self._opening.release()

    def _opened(self) -> Records:
        given = self._given
        assert not isinstance(given, Workbench | Records)
        if not isinstance(given, str | Path):
            return of_datasets(given)
        path = Path(given)
        if not is_url(given) and ((path / "index.sqlite").is_file() or (path / settings.FILE_NAME).is_file()):
            return open_folder(path)
        if self._kept is None:
            # What was read is known again when the folder is read again.
            self._kept = tempfile.TemporaryDirectory(prefix="workbench-records-")
        return scan(given, cache=Path(self._kept.name))


def _called(place: str | Path) -> str:
    """The last part of a path or URL; of the folder at hand its name."""
    name = str(place).rstrip("/").rpartition("/")[2] if is_url(place) else Path(place).name
    return name if name not in {"", ".."} else Path(place).resolve().name or str(place)
