"""Spots as a table: arrays beside what their beam says of itself, read from the files of records on demand."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import tzinfo

import numpy as np
import pandas as pd

from workbench.dicom.reading import EncodedDataset
from workbench.errors import Refused, Unavailable, named
from workbench.mapping.records import read_spots
from workbench.records.scanning.told import reason
from workbench.treatment.spots import Spots

log = logging.getLogger(__name__)


@dataclass(slots=True)
class Unread:
    """Files of records whose spots were asked for and could not be read; the rest of what was asked for was."""

    rows: dict[str, dict[str, object]] = field(default_factory=dict)

    def add(self, file: str, record: str, problem: Exception) -> None:
        """One more, with the reason; the log has the record's UID, since a file may be called after a patient."""
        rule, why = reason(problem)
        log.warning("spots of record %s cannot be read: %s", record, named(problem))
        self.rows[file] = {"file": file, "rule": rule, "why": why}

    def frame(self) -> pd.DataFrame:
        """As rows of ``unreadable``."""
        return pd.DataFrame(self.rows.values())


def spots_of(
    files: Iterable[tuple[str, pd.DataFrame]], open_it: Callable[[str], EncodedDataset], *, zone: tzinfo, unread: Unread
) -> pd.DataFrame:
    """The spots of these files.

    Parameters
    ----------
    files : each with one row for each beam of its record that is wanted.
    zone : in which dates and times are meant when a record does not say so itself.
    unread : what cannot be read is put there, and is no error.
    """
    found = []
    for file, beams in files:
        try:
            found.append(spots_table(read_spots(open_it(file), zone=zone), beams))
        except (Refused, Unavailable, OSError) as problem:
            unread.add(file, str(beams["record_uid"].iloc[0]), problem)
    return pd.concat(found, ignore_index=True) if found else pd.DataFrame()


def spots_table(spots: Iterable[Spots], beams: pd.DataFrame) -> pd.DataFrame:
    """One row for each spot of a record.

    Parameters
    ----------
    beams : one row for each beam of the record that is wanted: its ``item``, and what else every spot of it is to say.
    """
    parts = [_one(one) for one in spots]
    if not parts:
        return pd.DataFrame()
    return pd.concat(parts, ignore_index=True).merge(beams, on="item", how="inner")


def _one(spots: Spots) -> pd.DataFrame:
    count = len(spots.x_mm)
    return pd.DataFrame(
        {
            "item": spots.item,
            "beam": pd.array([spots.beam] * count, dtype="Int64"),
            "point": spots.point,
            "spot": np.arange(count),
            "prescribed": pd.array([pd.NA] * count if spots.prescribed is None else spots.prescribed, dtype="Int64"),
            "tune_id": pd.array([spots.tune_id] * count, dtype="string"),
            "x_mm": spots.x_mm,
            "y_mm": spots.y_mm,
            "delivered_mu": spots.delivered_mu,
        }
    )
