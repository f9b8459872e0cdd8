"""What was scanned, kept as typed Parquet: a folder of parts, each with the tables of some files and which files these were.

A part is written aside, flushed and renamed, so it is there as a whole or not at all: a scan that was cut off goes on where it
stopped. A file belongs to the part that lists it under its present size, time and mark; a part with files that changed or went is
written anew without them. Nothing is ever read that is not listed.
"""

from __future__ import annotations

import json
import os
import shutil
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import tzinfo
from hashlib import sha256
from pathlib import Path
from types import MappingProxyType
from typing import Final
from uuid import uuid4

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from workbench.archive.writing import OWNER_ONLY
from workbench.errors import Unavailable
from workbench.records.columns import COUNT, NUMBER, SINGLE, TABLES, TERM, TEXT, TIME, TRUTH, Column
from workbench.records.scanning.places import Listed

READER: Final = 1
"""Raised when the same files give other rows; what older readers kept is then scanned again."""
ASIDE: Final = ".aside-"
SMALL: Final = 1000
"""A part of fewer files may be joined with others."""
MANY: Final = 16
"""So many small parts are joined."""
LEFT_S: Final = 600
"""What was begun aside so many seconds ago was left there; writing a part takes one."""
LISTING: Final = "listing"
"""The table of a part's files."""
TYPES: Final = MappingProxyType(
    {
        TEXT: pa.string(),
        TERM: pa.string(),
        COUNT: pa.int64(),
        NUMBER: pa.float64(),
        SINGLE: pa.float32(),
        TRUTH: pa.bool_(),
        TIME: pa.timestamp("us", tz="UTC"),
    }
)
"""dtype of a column → its type in files."""
SCANNED: Final = ("beams", "control_points", "planned_beams", "setup_images", "positions", "registrations", "instructions")
"""Tables that files give rows of."""
LISTED: Final = pa.schema(
    [
        ("file", pa.string()),
        ("size", pa.int64()),
        ("mtime_ns", pa.int64()),
        ("mark", pa.string()),
        ("sop_class_uid", pa.string()),
        ("object_uid", pa.string()),
        ("rows", pa.int64()),
        ("has_spots", pa.bool_()),
        ("rule", pa.string()),
        ("why", pa.string()),
    ]
)


def schema_of(columns: Sequence[Column]) -> pa.Schema:
    """The columns of a table as the types of a file."""
    return pa.schema([(column.name, TYPES[column.dtype]) for column in columns])


SCHEMAS: Final = MappingProxyType({LISTING: LISTED} | {name: schema_of(TABLES[name].columns) for name in SCANNED})


def write_part(folder: Path, tables: Mapping[str, pa.Table]) -> Path:
    """One more part; it is there once it is whole, and its owner's alone, as the records are that it tells of.

    Raises
    ------
    Unavailable : the folder cannot be written.
    """
    name = uuid4().hex
    aside = folder / f"{ASIDE}{name}"
    try:
        aside.mkdir(mode=OWNER_ONLY, parents=True)
        for table, rows in tables.items():
            if len(rows) or table == LISTING:
                _write_flushed(rows, aside / f"{table}.parquet")
        return aside.rename(folder / name)
    except OSError as problem:
        raise Unavailable(f"{folder}: what was scanned cannot be kept ({problem}), expected room to write", rule="cache") from problem


def _write_flushed(rows: pa.Table, path: Path) -> None:
    """On the disk when this returns: a part that has its name is whole after a power failure too."""
    with path.open("wb") as file:
        pq.write_table(rows, file)
        file.flush()
        os.fsync(file.fileno())


@dataclass(frozen=True, slots=True)
class Parts:
    """The parts of one folder that were made by this reader for this zone."""

    folder: Path

    @classmethod
    def under(cls, folder: Path, zone: tzinfo) -> Parts:
        """The parts that may be used: columns, reader and zone are part of their folder's name."""
        said = {name: [(one.name, str(one.type)) for one in schema] for name, schema in SCHEMAS.items()}
        digest = sha256(json.dumps([READER, str(zone), said], sort_keys=True).encode()).hexdigest()[:16]
        return cls(folder / f"scanned-{digest}")

    def all(self) -> list[Path]:
        """Every whole part."""
        if not self.folder.is_dir():
            return []
        return sorted(one for one in self.folder.iterdir() if not one.name.startswith("."))

    def files(self, table: str) -> list[str]:
        """The Parquet files of a table."""
        return [str(path) for part in self.all() if (path := part / f"{table}.parquet").is_file()]

    def known(self) -> tuple[dict[Listed, Path], dict[Path, set[str]]]:
        """Every listed file and its part; and what parts list besides, since two scans at once read it twice."""
        found: dict[Listed, Path] = {}
        twice: dict[Path, set[str]] = {}
        for part in self.all():
            try:
                listed = dict.fromkeys(_listing(part), part)
            except FileNotFoundError:
                # Another scan has just dropped it or joined it with others.
                continue
            if not found.keys().isdisjoint(listed):
                again = found.keys() & listed.keys()
                twice[part] = {one.file for one in again}
                listed = dict.fromkeys(listed.keys() - again, part)
            found.update(listed)
        return found, twice

    def join(self) -> None:
        """Write many small parts as few, since reading a part costs as much as reading some thousand rows.

        A folder that grows day by day is scanned day by day, and each scan leaves a part.
        """
        small = [part for part in self.all() if _is_small(part)]
        if len(small) < MANY:
            return
        for at in range(0, len(small), MANY):
            together = small[at : at + MANY]
            tables = _read(together)
            if tables is None:
                continue
            write_part(self.folder, tables)
            # Cut off here, the next scan finds these files listed twice and drops one of each.
            for part in together:
                _remove(part)

    def drop(self, stale: Mapping[Path, set[str]]) -> None:
        """Write parts anew without these of their files."""
        for part, files in stale.items():
            tables = _read([part], ~pc.field("file").isin(sorted(files)))
            if tables is None:
                continue
            # The old part goes last: cut off in between, the next scan finds files listed twice and drops one of each.
            if len(tables[LISTING]):
                write_part(self.folder, tables)
            _remove(part)

    def tidy(self) -> None:
        """Remove what was being written when an earlier scan was cut off, but not what another scan is writing now."""
        for aside in self.folder.glob(f"{ASIDE}*"):
            with suppress(FileNotFoundError):
                if aside.stat().st_mtime < time.time() - LEFT_S:
                    shutil.rmtree(aside)


def _is_small(part: Path) -> bool:
    """Whether it lists few files; one that another scan has just removed does not count."""
    try:
        return int(pq.read_metadata(part / f"{LISTING}.parquet").num_rows) < SMALL
    except FileNotFoundError:
        return False


def _remove(part: Path) -> None:
    """Away at once, so that a part that is there is whole; another scan may have been faster."""
    aside = part.with_name(f"{ASIDE}{part.name}")
    with suppress(FileNotFoundError):
        part.rename(aside)
        shutil.rmtree(aside)


def _read(parts: Sequence[Path], fits: pc.Expression | None = None) -> dict[str, pa.Table] | None:
    """The rows of these parts; None where another scan has removed one of them meanwhile."""
    try:
        tables = {table: pa.concat_tables([_whole(part / f"{table}.parquet", fits) for part in parts]) for table in SCHEMAS}
    except FileNotFoundError:
        return None
    # A table without rows has no file, so what is missing tells nothing; a part that is still there was whole all the while.
    return tables if all(part.is_dir() for part in parts) else None


def _listing(part: Path) -> Iterator[Listed]:
    with pq.ParquetFile(part / f"{LISTING}.parquet") as file:
        columns = file.read(list(Listed._fields), use_threads=False)
    return map(Listed._make, zip(*(column.to_pylist() for column in columns.itercolumns()), strict=True))


def _whole(path: Path, fits: pc.Expression | None) -> pa.Table:
    """The rows of a table of a part."""
    return pq.read_table(path, partitioning=None, filters=fits) if path.is_file() else SCHEMAS[path.stem].empty_table()
