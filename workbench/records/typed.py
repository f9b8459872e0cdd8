"""From rows as they come to a typed table."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from workbench.records.columns import TERM, TIME, Table


def typed(rows: pd.DataFrame | Iterable[dict[str, Any]], table: Table) -> pd.DataFrame:
    """Rows as a table with its columns in their order and of their types, also when there are no rows.

    Columns that are missing are blank, others are dropped. Units are in ``attrs["units"]``, the table's name in ``attrs["table"]``.
    """
    frame = (rows if isinstance(rows, pd.DataFrame) else pd.DataFrame(list(rows))).reindex(columns=table.names)
    made = {}
    for column in table.columns:
        given = frame[column.name]
        if column.dtype == TIME:
            made[column.name] = _moments(given)
        elif column.dtype == TERM:
            # Categories are text also when there are none, so that files keep the type.
            made[column.name] = given.astype("string").astype("category")
        elif str(given.dtype) == column.dtype:
            made[column.name] = given
        else:
            made[column.name] = given.astype(pd.api.types.pandas_dtype(column.dtype))
    whole = pd.DataFrame(made, index=frame.index)
    whole.attrs["table"] = table.name
    whole.attrs["units"] = {column.name: column.unit for column in table.columns if column.unit}
    return whole


def ordered(frame: pd.DataFrame, table: Table) -> pd.DataFrame:
    """The table's rows in its order; rows that are alike stay as they came."""
    if not table.order or len(frame) < 2:
        return frame
    # By places: labels of rows that were put together from several tables may come twice.
    # Arrow sorts stably, blanks last, and texts without making objects of them; pandas takes seven times as long.
    keys = pa.table({name: pa.array(_plain(frame[name]), from_pandas=True) for name in table.order})
    places = pc.sort_indices(keys, sort_keys=[(name, "ascending") for name in table.order])
    return frame.take(places.to_numpy()).reset_index(drop=True)


def _plain(key: pd.Series) -> pd.Series:
    """Terms as the texts they are."""
    return key.astype("string") if key.dtype == "category" else key


def unknown(frame: pd.DataFrame) -> pd.DataFrame:
    """A table of a Dask collection before it is computed: which categories there will be is not known."""
    from dask.dataframe.utils import clear_known_categories  # noqa: PLC0415 - of an extra

    cleared: pd.DataFrame = clear_known_categories(frame)
    return cleared


def _moments(given: pd.Series) -> pd.Series:
    if str(given.dtype) == "datetime64[us, UTC]":
        return given
    return pd.to_datetime(given, utc=True, format="ISO8601").astype("datetime64[us, UTC]")
