"""The tables themselves, made from the index; no file is read again."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import pandas as pd

from workbench.archive.database import Database
from workbench.records.columns import BEAMS, POSITIONS, REGISTRATIONS, TIME, Column


class Records:
    """Tables over what one archive received."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def beams(self, *, plan_uid: str | None = None, session: int | None = None) -> pd.DataFrame:
        """One row for each recorded delivery of a beam, in the order of delivery.

        Columns, their types, units and meanings: ``workbench.records.columns.BEAMS``; units also in ``frame.attrs["units"]``.
        """
        with self._database.reading() as view:
            found = view.beams.find(plan_uid=plan_uid, session_id=session)
        return table(_rows(found, BEAMS), BEAMS)

    def positions(self, *, session: int | None = None, patient_id: str | None = None) -> pd.DataFrame:
        """One row for each table position that a structure set, a CT or an RT Image told, in the order they came.

        Columns: ``workbench.records.columns.POSITIONS``; axes and frames: ``workbench.treatment.positions``.
        """
        with self._database.reading() as view:
            found = view.setup.positions(session_id=session, patient_id=patient_id)
        return table(_rows(found, POSITIONS), POSITIONS)

    def registrations(self, *, session: int | None = None, patient_id: str | None = None) -> pd.DataFrame:
        """One row for each rigid registration, as six degrees of freedom about the isocentre, in the order they came.

        Columns: ``workbench.records.columns.REGISTRATIONS``; the convention: ``workbench.treatment.positions.RigidMove``.
        """
        with self._database.reading() as view:
            found = view.setup.registrations(session_id=session, patient_id=patient_id)
        return table(_rows(found, REGISTRATIONS), REGISTRATIONS)


_SOURCE = {"session": "session_id"}


def _rows(found: Iterable[object], columns: Sequence[Column]) -> list[dict[str, Any]]:
    return [{column.name: getattr(one, _SOURCE.get(column.name, column.name)) for column in columns} for one in found]


def table(rows: Iterable[dict[str, Any]], columns: Sequence[Column]) -> pd.DataFrame:
    """Rows as a typed table, its columns in the given order, also when there are no rows."""
    frame = pd.DataFrame(list(rows), columns=[column.name for column in columns])
    for column in columns:
        if column.dtype == TIME:
            frame[column.name] = pd.to_datetime(frame[column.name], utc=True).astype("datetime64[us, UTC]")
        else:
            frame[column.name] = frame[column.name].astype(pd.api.types.pandas_dtype(column.dtype))
    frame.attrs["units"] = {column.name: column.unit for column in columns if column.unit}
    return frame
