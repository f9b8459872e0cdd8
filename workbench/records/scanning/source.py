"""Scanned files as a source of tables."""

from __future__ import annotations

import shutil
import tempfile
import weakref
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import tzinfo
from functools import partial
from pathlib import Path
from types import MappingProxyType, TracebackType
from typing import Any, Final, Self

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.dataset as pads

from workbench.dicom.reading import EncodedDataset
from workbench.records.columns import SPOTS, Table
from workbench.records.scanning.batch import Counts, opened
from workbench.records.scanning.parts import LISTING, SCHEMAS, Parts
from workbench.records.scanning.places import DatasetPlace, Listed, Place
from workbench.records.spots import Unread, spots_of
from workbench.records.tables import Records
from workbench.records.wanted import Wanted

PANDAS: Final = MappingProxyType({pa.string(): pd.StringDtype(), pa.int64(): pd.Int64Dtype()})
OF_PLAN: Final = ("plan_label", "planned_mu")
"""What a recorded beam has of its plan, where that was scanned, too."""
OF_BEAM: Final = ["patient_id", "fraction", "plan_uid", "record_uid", "item", "file"]
"""What a spot has of its beam."""
OF_PLANS: Final = ["plan_uid", "beam", *OF_PLAN]
"""What planned beams are read for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ScannedSource:
    """Rows of what was scanned.

    Parameters
    ----------
    zone : in which an object's dates and times are meant when it does not say so itself.
    place : where the files are, for what is read on demand.
    unread : files that could not be read on demand.
    """

    parts: Parts
    zone: tzinfo
    place: Place
    unread: Unread = field(default_factory=Unread, compare=False)

    def rows(self, table: Table, wanted: Wanted) -> pd.DataFrame:
        """At least the rows that are wanted."""
        if table.name in {"files", "unreadable"}:
            listing = self._read(LISTING, None)
            return pd.concat([listing[listing["rule"].notna()], self.unread.frame()]) if table.name == "unreadable" else listing
        if table.name == "spots":
            return self._spots(wanted)
        if table.name not in SCHEMAS:
            return pd.DataFrame()
        frame = self._read(table.name, narrowing(table, wanted))
        return with_plans(frame, self.planned()) if table.name == "beams" else frame

    def planned(self) -> pd.DataFrame:
        """What recorded beams have of their plans."""
        return planned(self._read("planned_beams", None, OF_PLANS))

    def _read(self, name: str, fits: pc.Expression | None, columns: Sequence[str] | None = None) -> pd.DataFrame:
        return read_parts(self.parts.files(name), name, fits, columns)

    def _spots(self, wanted: Wanted) -> pd.DataFrame:
        beams = self._read("beams", narrowing(SPOTS, wanted), OF_BEAM)
        with_spots = self.with_spots()
        files = [(str(file), items) for file, items in beams.groupby("file", sort=False) if file in with_spots]
        if files and isinstance(self.place, DatasetPlace):
            self.place.read(files[0][0])
        return spots_of(files, partial(read_again, self.place), zone=self.zone, unread=self.unread)

    def with_spots(self) -> set[str]:
        """Files of records that have readable spots."""
        return set(self._read(LISTING, pc.field("has_spots") & pc.field("rule").is_null(), ["file"])["file"])


def read_again(place: Place, file: str) -> EncodedDataset:
    """The data set of a file that was scanned."""
    return opened(place, Listed(file, 0, 0, ""))


class ScannedRecords(Records):
    """Tables of what was scanned, until they are closed.

    Parameters
    ----------
    counts : how many files were looked at, and how many of them were unreadable, in this scan alone.
    kept : where the scan is kept; without a cache it goes when the records are closed.
    """

    def __init__(self, source: ScannedSource, counts: Counts, kept: Kept) -> None:
        super().__init__(source)
        self.source = source
        self.counts = counts
        self._kept = kept

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        """Remove what was kept for the while; a cache stays."""
        self._kept.close()


def read_parts(files: list[str], name: str, fits: pc.Expression | None, columns: Sequence[str] | None = None) -> pd.DataFrame:
    """The rows of these Parquet files of one table.

    Parameters
    ----------
    fits : what rows have to fit; None takes all.
    columns : of the table; None takes all.
    """
    schema = SCHEMAS[name]
    if not files:
        return to_frame(schema.empty_table().select(columns or schema.names))
    return to_frame(pads.dataset(files, schema=schema, format="parquet").to_table(columns=columns, filter=fits))


def to_frame(rows: pa.Table) -> pd.DataFrame:
    """Rows of Parquet with the types of tables."""
    frame: pd.DataFrame = rows.to_pandas(types_mapper=PANDAS.get)
    return frame


def narrowing(table: Table, wanted: Wanted) -> pc.Expression | None:
    """What can be dropped while reading."""
    conditions: list[pc.Expression] = []
    for name, value in (("patient_id", wanted.patient_id), ("plan_uid", wanted.plan_uid)):
        if value is not None:
            conditions.append(pc.field(name) == value)
    if table.moment is not None:
        stamp: Mapping[str, Any] = {"type": pa.timestamp("us", tz="UTC")}
        if wanted.since is not None:
            conditions.append(pc.field(table.moment) >= pa.scalar(wanted.since, **stamp))
        if wanted.before is not None:
            conditions.append(pc.field(table.moment) < pa.scalar(wanted.before, **stamp))
    whole: pc.Expression | None = None
    for condition in conditions:
        whole = condition if whole is None else whole & condition
    return whole


def planned(beams: pd.DataFrame) -> pd.DataFrame:
    """What recorded beams have of their plans, one row for each beam of a plan; of a plan that was found twice the first."""
    return beams[OF_PLANS].drop_duplicates(["plan_uid", "beam"])


def with_plans(beams: pd.DataFrame, plans: pd.DataFrame) -> pd.DataFrame:
    """Recorded beams with the label of their plan and what it planned, where the plan is known."""
    if plans.empty:
        return beams
    return beams.drop(columns=list(OF_PLAN)).merge(plans, on=["plan_uid", "beam"], how="left")


class Kept:
    """Where a scan is kept: in a cache, or for the while."""

    def __init__(self, cache: str | Path | None) -> None:
        self.folder = Path(cache) if cache is not None else Path(tempfile.mkdtemp(prefix="workbench-scan-"))
        # Also when nobody closes the records, as in a notebook.
        self._removed = None if cache is not None else weakref.finalize(self, shutil.rmtree, self.folder)

    def close(self) -> None:
        """Remove it, unless it is a cache."""
        if self._removed is not None:
            self._removed()
