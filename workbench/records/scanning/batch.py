"""Some files or data sets, read into one part. What cannot be read becomes a row that says why; nothing is left out."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import tzinfo
from functools import partial
from pathlib import Path
from typing import Any, Final, NamedTuple

import pyarrow as pa

from workbench.dicom import part10, uids
from workbench.dicom.reading import EncodedDataset, read
from workbench.errors import Refused, Unavailable, WorkbenchError, trace
from workbench.mapping.scalars import text
from workbench.records.scanning.parts import LISTING, SCHEMAS, write_part
from workbench.records.scanning.places import Listed, Place
from workbench.records.scanning.told import READERS, Row, reason, told

log = logging.getLogger(__name__)

HEAD: Final = 4096
LARGE: Final = 1 << 20
"""A file longer than this is read as a whole only if its file meta information (in the first ``HEAD`` bytes) is of a class for a table."""
LARGEST: Final = 1 << 30
"""A longer file is no object that a table tells of, and would not be good for the memory."""

Opened = Callable[[], EncodedDataset]


class Counts(NamedTuple):
    """How many files were read, and how many of them were unreadable."""

    files: int = 0
    unreadable: int = 0

    def plus(self, other: Counts) -> Counts:
        """Both together."""
        return Counts(self.files + other.files, self.unreadable + other.unreadable)


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """Files to be read into one part.

    Parameters
    ----------
    parts : folder of the parts.
    zone : in which an object's dates and times are meant when it does not say so itself.
    """

    place: Place
    files: tuple[Listed, ...]
    parts: Path
    zone: tzinfo

    def scan(self) -> Counts:
        """Read them; when this returns the part is there."""
        return scan_into(self.parts, _openings(self.place, self.files), self.zone)

    def given_up(self, why: str) -> Counts:
        """Keep the files as unreadable, without looking into them."""

        def refuse() -> EncodedDataset:
            raise Refused(why, rule="process")

        return scan_into(self.parts, ((one, refuse) for one in self.files), self.zone)


def opened(place: Place, listed: Listed) -> EncodedDataset:
    """The data set of a file.

    Raises
    ------
    Refused : it is no DICOM file, or one of another class.
    OSError : it cannot be read.
    """
    if listed.size > LARGE:
        _must_be_wanted(place.read(listed.file, HEAD), listed.size)
    return part10.read_dataset_of(place.read(listed.file), listed.file)


def _must_be_wanted(head: bytes, size: int) -> None:
    end = part10.header_length(head)
    if end is None or end > len(head):
        return
    sop_class = text(read(head[132:end], uids.EXPLICIT_LITTLE), "MediaStorageSOPClassUID")
    if sop_class is not None and sop_class not in READERS:
        raise Refused(f"found SOP class {sop_class}, expected one that a table tells of", rule="sop-class")
    if size > LARGEST:
        raise Refused(f"found {size} bytes, expected at most {LARGEST}", rule="size")


@dataclass(slots=True)
class _Gathered:
    """Rows of a batch, by table."""

    zone: tzinfo
    rows: dict[str, list[Row]] = field(default_factory=lambda: {name: [] for name in SCHEMAS})

    def add(self, listed: Listed, open_it: Opened) -> None:
        """Rows of one file, or why there are none."""
        file, size, mtime_ns, mark = listed
        entry: dict[str, Any] = {"file": file, "size": size, "mtime_ns": mtime_ns, "mark": mark}
        dataset: EncodedDataset | None = None
        try:
            dataset = open_it()
            found = told(dataset, zone=self.zone)
        except (Refused, OSError, Unavailable) as problem:
            entry["rule"], entry["why"] = reason(problem)
        except Exception as problem:
            # The border of a scan: one file of a million must not end it. The log has the trace, and the row the file's name.
            log.error("a file could not be scanned:\n%s", trace(problem))
            entry |= {"rule": "unexpected", "why": f"{type(problem).__name__}: {problem}"}
        else:
            entry |= {"rows": len(found), "has_spots": found.has_spots}
            if found.unread is not None:
                entry["rule"], entry["why"] = reason(found.unread)
            for table, rows in found.rows.items():
                for row in rows:
                    row["file"] = file
                self.rows[table] += rows
        if dataset is not None:
            _identify(entry, dataset)
        self.rows[LISTING].append(entry)

    def tables(self) -> Mapping[str, pa.Table]:
        """The rows as typed tables."""
        return {name: pa.Table.from_pylist(rows, schema=SCHEMAS[name]) for name, rows in self.rows.items()}

    def counts(self) -> Counts:
        """Of what was added."""
        listing = self.rows[LISTING]
        return Counts(len(listing), sum(1 for one in listing if one.get("rule") is not None))


def gathered(place: Place, files: Iterable[Listed], zone: tzinfo) -> Mapping[str, pa.Table]:
    """The rows of files as typed tables, kept nowhere."""
    rows = _Gathered(zone)
    for listed, open_it in _openings(place, files):
        rows.add(listed, open_it)
    return rows.tables()


def _openings(place: Place, files: Iterable[Listed]) -> Iterator[tuple[Listed, Opened]]:
    return ((one, partial(opened, place, one)) for one in files)


def scan_into(parts: Path, files: Iterable[tuple[Listed, Opened]], zone: tzinfo) -> Counts:
    """Read these into one part."""
    rows = _Gathered(zone)
    for listed, open_it in files:
        rows.add(listed, open_it)
    write_part(parts, rows.tables())
    return rows.counts()


def _identify(entry: dict[str, Any], dataset: EncodedDataset) -> None:
    """Put class and instance into the entry of a file, as far as they can be read."""
    for name, keyword in (("sop_class_uid", "SOPClassUID"), ("object_uid", "SOPInstanceUID")):
        try:
            entry[name] = text(dataset, keyword)
        except WorkbenchError:
            entry[name] = None
