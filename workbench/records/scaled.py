"""The same tables as Dask collections: over what was scanned, over files, over Parquet at a URL, or over an archive in parts.

A partition is read by whoever computes it: threads, a local cluster or any other, as long as it sees the files, the Parquet or the
database. Dask is an extra, and is asked for only here.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import tzinfo
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Protocol

import pandas as pd

from workbench.archive.tabulated import Span
from workbench.clock import machine_zone
from workbench.errors import Refused
from workbench.records import columns
from workbench.records.columns import TABLES, Table
from workbench.records.folder import RecordsFolder, open_folder
from workbench.records.reckoned import fractions
from workbench.records.scaled_answers import ScaledAnswers
from workbench.records.scanning.batch import gathered
from workbench.records.scanning.parts import LISTING, SCANNED
from workbench.records.scanning.places import Listed, Place, place_of
from workbench.records.scanning.source import OF_BEAM, ScannedRecords, planned, read_again, read_parts, to_frame, with_plans
from workbench.records.spots import Unread, spots_of
from workbench.records.typed import typed, unknown

if TYPE_CHECKING:
    import dask.dataframe as dd

OF_LISTED: Final = ["file", "has_spots", "rule"]
OF_FILES: Final = (*SCANNED, "spots", "files", "unreadable")
"""Tables that files give rows of."""
IN_PARTS: Final = ("beams", "control_points", "spots")
"""Tables of an archive that grow with its records, and are read in parts; the others are read whole."""


class Partitioned(Protocol):
    """Gives the partitions of tables."""

    @property
    def tables(self) -> Sequence[str]:
        """Names of the tables that it has."""
        ...

    def partitions(self, table: Table) -> Sequence[Callable[[], pd.DataFrame]]:
        """What gives the rows of each partition, wherever it is called; it can be pickled."""
        ...


class ScaledRecords:
    """Tables as Dask collections; columns, types and meanings are those of ``records.columns``.

    Rows are in no order across partitions, and categories are not known before they are computed. Filters are Dask's own.

    Examples
    --------
    >>> from distributed import Client
    >>> with Client(), scan("received", cache="received.cache") as records:
    ...     scaled(records).beams().groupby("patient_id").delivered_mu.sum().compute()
    """

    def __init__(self, source: Partitioned) -> None:
        self._source = source

    @property
    def tables(self) -> list[str]:
        """Names of the tables there are."""
        return [*self._source.tables, "fractions"]

    @property
    def answers(self) -> ScaledAnswers:
        """The ready-made answers over these tables, as Dask collections."""
        return ScaledAnswers(self)

    def table(self, name: str) -> dd.DataFrame:
        """One table by its name.

        Raises
        ------
        Refused : the source has no such table.
        """
        if name == columns.FRACTIONS.name:
            return self.fractions()
        if name not in self._source.tables:
            raise Refused(f"table {name}: found {', '.join(self.tables)}, expected one of these", rule="table")
        return _collection(self._source.partitions(TABLES[name]), TABLES[name])

    def beams(self) -> dd.DataFrame:
        """One row for each recorded delivery of a beam."""
        return self.table("beams")

    def control_points(self) -> dd.DataFrame:
        """One row for each control point of a recorded delivery."""
        return self.table("control_points")

    def planned_beams(self) -> dd.DataFrame:
        """One row for each beam of a plan."""
        return self.table("planned_beams")

    def fractions(self) -> dd.DataFrame:
        """One row for each fraction of which anything was recorded; the beams of a patient are brought together for it."""
        together = self.beams().shuffle("patient_id")
        return together.map_partitions(fractions, meta=_meta(columns.FRACTIONS))

    def spots(self) -> dd.DataFrame:
        """One row for each scanned spot as delivered; files of records are read for it when it is computed."""
        return self.table("spots")

    def write(self, url: str | Path, *, tables: Sequence[str] | None = None, options: Mapping[str, Any] | None = None) -> None:
        """Write tables as Parquet, each in a folder of its own below a path or a URL of fsspec; ``from_parquet`` reads them.

        Parameters
        ----------
        tables : None writes all but spots, which may be more than all else together.
        options : of the file system of a URL.
        """
        for name in [one for one in self._source.tables if one != "spots"] if tables is None else tables:
            plain = self.table(name).map_partitions(_plain, meta=_plain(_meta(TABLES[name])))
            plain.to_parquet(f"{url}/{name}", write_index=False, storage_options=dict(options or {}) or None)


def scaled(records: ScannedRecords | RecordsFolder, *, parts: int = 20, rows: int = 10_000) -> ScaledRecords:
    """Tables of a scan, which keeps Parquet, or of a data folder, whose database is read in parts.

    Parameters
    ----------
    parts : of a scan that make a partition; each is of some 500 files.
    rows : records of a data folder that make a partition.
    """
    if isinstance(records, RecordsFolder):
        return ScaledRecords(ArchivePartitions(folder=records.folder, spans=tuple(records.source.spans(rows))))
    source = records.source
    files = {name: tuple(source.parts.files(name)) for name in (*SCANNED, LISTING)}
    return ScaledRecords(ParquetPartitions(files=files, plans=source.planned(), count=parts, place=source.place, zone=source.zone))


def from_files(
    *paths: str | Path, zone: tzinfo | None = None, files: int = 1000, options: Mapping[str, Any] | None = None
) -> ScaledRecords:
    """Tables of DICOM files that are read when they are computed, every time anew; every worker has to see the files.

    Unreadable files are rows of the table ``unreadable`` here as well.

    Parameters
    ----------
    zone : in which an object's dates and times are meant when it does not say so itself; None takes that of this machine.
    files : that make a partition.
    options : of the file system of a URL.
    """
    place = place_of(paths, options=options or {}, without=None)
    listed = list(place.files())
    batches = tuple(tuple(listed[at : at + files]) for at in range(0, len(listed), files))
    return ScaledRecords(FilePartitions(place=place, batches=batches, zone=zone or machine_zone()))


def from_parquet(url: str | Path, *, options: Mapping[str, Any] | None = None) -> ScaledRecords:
    """Tables that ``ScaledRecords.write`` wrote to a path or a URL of fsspec."""
    import fsspec  # noqa: PLC0415 - of an extra

    system, root = fsspec.core.url_to_fs(str(url), **(options or {}))
    files = {name: tuple(system.unstrip_protocol(one) for one in sorted(system.glob(f"{root}/{name}/*.parquet"))) for name in TABLES}
    if not any(files.values()):
        raise Refused(f"{url}: found no tables there, expected some that were written as Parquet", rule="file")
    return ScaledRecords(WrittenPartitions(files={name: paths for name, paths in files.items() if paths}, options=dict(options or {})))


@dataclass(frozen=True, kw_only=True)
class ParquetPartitions:
    """Of what a scan kept.

    Parameters
    ----------
    plans : what recorded beams have of their plans; few beside records.
    count : of parts that make a partition.
    place : where the files are that were scanned, for spots.
    """

    files: Mapping[str, tuple[str, ...]]
    plans: pd.DataFrame = field(repr=False)
    count: int
    place: Place
    zone: tzinfo

    @property
    def tables(self) -> Sequence[str]:
        """All that files give rows of, and what gives none."""
        return OF_FILES

    def partitions(self, table: Table) -> Sequence[Callable[[], pd.DataFrame]]:
        """Some parts each."""
        name = "beams" if table is columns.SPOTS else _kept_as(table.name)
        groups = [self.files[name][at : at + self.count] for at in range(0, len(self.files[name]), self.count)]
        if table is columns.SPOTS:
            return [_SpotsOfParts(one, self.files[LISTING], self.place, self.zone) for one in groups]
        return [_OfParts(one, table.name, self.plans) for one in groups]


@dataclass(frozen=True)
class _OfParts:
    files: tuple[str, ...]
    name: str
    plans: pd.DataFrame = field(repr=False)

    def __call__(self) -> pd.DataFrame:
        frame = read_parts(list(self.files), _kept_as(self.name), None)
        if self.name == "unreadable":
            return frame[frame["rule"].notna()]
        if self.name != "beams":
            return frame
        return with_plans(frame, self.plans[self.plans["plan_uid"].isin(frame["plan_uid"])])


@dataclass(frozen=True)
class _SpotsOfParts:
    beams: tuple[str, ...]
    listings: tuple[str, ...]
    place: Place
    zone: tzinfo

    def __call__(self) -> pd.DataFrame:
        beams = read_parts(list(self.beams), "beams", None, OF_BEAM)
        # A part's own listing lies beside its beams.
        folders = {Path(one).parent for one in self.beams}
        listing = read_parts([one for one in self.listings if Path(one).parent in folders], LISTING, None, OF_LISTED)
        return _spots(self.place, beams, listing, self.zone)


def _kept_as(name: str) -> str:
    """What a table of files is made of."""
    return LISTING if name in {"files", "unreadable"} else name


def _spots(place: Place, beams: pd.DataFrame, listing: pd.DataFrame, zone: tzinfo) -> pd.DataFrame:
    """Of those files that have some; what cannot be read is said by the table ``unreadable``, and in the log what changed since."""
    files = set(listing["file"][listing["has_spots"].fillna(False).astype(bool) & listing["rule"].isna()])
    told = ((str(file), items) for file, items in beams[OF_BEAM].groupby("file", sort=False) if file in files)
    return spots_of(told, partial(read_again, place), zone=zone, unread=Unread())


@dataclass(frozen=True, kw_only=True)
class FilePartitions:
    """Of files as they are."""

    place: Place
    batches: tuple[tuple[Listed, ...], ...]
    zone: tzinfo

    @property
    def tables(self) -> Sequence[str]:
        """All that files give rows of, and what gives none."""
        return OF_FILES

    def partitions(self, table: Table) -> Sequence[Callable[[], pd.DataFrame]]:
        """Some files each; for beams the plans are looked for in all of them first."""
        plans = None
        if table is columns.BEAMS:
            frames = [planned(one()) for one in self.partitions(columns.PLANNED_BEAMS)]
            plans = pd.concat(frames).drop_duplicates(["plan_uid", "beam"]) if frames else None
        return [_OfFiles(self.place, files, self.zone, table.name, plans) for files in self.batches]


@dataclass(frozen=True)
class _OfFiles:
    place: Place
    files: tuple[Listed, ...]
    zone: tzinfo
    name: str
    plans: pd.DataFrame | None = field(repr=False)

    def __call__(self) -> pd.DataFrame:
        tables = gathered(self.place, self.files, self.zone)
        if self.name == "spots":
            return _spots(self.place, to_frame(tables["beams"]), to_frame(tables[LISTING]), self.zone)
        frame = to_frame(tables[_kept_as(self.name)])
        if self.name == "unreadable":
            return frame[frame["rule"].notna()]
        return frame if self.plans is None else with_plans(frame, self.plans)


@dataclass(frozen=True, kw_only=True)
class WrittenPartitions:
    """Of Parquet that was written."""

    files: Mapping[str, tuple[str, ...]]
    options: Mapping[str, Any] = field(repr=False)

    @property
    def tables(self) -> Sequence[str]:
        """Those that were written."""
        return tuple(self.files)

    def partitions(self, table: Table) -> Sequence[Callable[[], pd.DataFrame]]:
        """One for each file."""
        return [_OfWritten(file, dict(self.options)) for file in self.files[table.name]]


@dataclass(frozen=True)
class _OfWritten:
    file: str
    options: Mapping[str, Any] = field(repr=False)

    def __call__(self) -> pd.DataFrame:
        return pd.read_parquet(self.file, storage_options=dict(self.options) or None)


@dataclass(frozen=True, kw_only=True)
class ArchivePartitions:
    """Of a data folder; whoever computes opens it, and reads its database."""

    folder: Path
    spans: tuple[Span, ...]

    @property
    def tables(self) -> Sequence[str]:
        """All that an archive has, but those read from files on demand."""
        return tuple(name for name in TABLES if name not in {"fractions", "files", "unreadable"})

    def partitions(self, table: Table) -> Sequence[Callable[[], pd.DataFrame]]:
        """The records of a span each; one of everything where there are few."""
        if table.name not in IN_PARTS:
            return [_OfArchive(self.folder, table.name, None)]
        return [_OfArchive(self.folder, table.name, span) for span in self.spans]


@dataclass(frozen=True)
class _OfArchive:
    folder: Path
    name: str
    span: Span | None

    def __call__(self) -> pd.DataFrame:
        with open_folder(self.folder) as records:
            return records.table(self.name) if self.span is None else records.source.span_rows(TABLES[self.name], self.span)


def _collection(partitions: Sequence[Callable[[], pd.DataFrame]], table: Table) -> dd.DataFrame:
    dd = _dask()
    if not partitions:
        return dd.from_pandas(typed([], table), npartitions=1)
    return dd.from_map(_typed, partitions, table=table.name, meta=_meta(table))


def _typed(partition: Callable[[], pd.DataFrame], table: str) -> pd.DataFrame:
    return typed(partition(), TABLES[table])


def _meta(table: Table) -> pd.DataFrame:
    return unknown(typed([], table))


def _plain(frame: pd.DataFrame) -> pd.DataFrame:
    """Terms as text: categories of two partitions need not be the same, and so would files."""
    return frame.astype(dict.fromkeys(frame.columns[frame.dtypes == "category"], "string"))


def _dask() -> Any:
    try:
        import dask.dataframe as dd  # noqa: PLC0415 - of an extra
    except ImportError as problem:
        raise Refused("Dask: found no dask.dataframe, expected it to be installed (extra dask)", rule="extra") from problem
    return dd
