"""The tables themselves, made from the index; no file is read again."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import pandas as pd

from workbench.archive.database import Database
from workbench.records.columns import BEAMS, TIME, Column


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
        rows = [{column.name: getattr(one, _SOURCE.get(column.name, column.name)) for column in BEAMS} for one in found]
        return table(rows, BEAMS)


_SOURCE = {"session": "session_id"}


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
