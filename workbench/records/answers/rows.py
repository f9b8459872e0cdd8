"""Rows of a table one by one, as plain values: what is decided for each row alone takes microseconds so, and milliseconds with frames."""

from __future__ import annotations

from collections import namedtuple
from collections.abc import Callable, Iterable
from functools import cache
from typing import Any, TypeVar

import pandas as pd

K = TypeVar("K")

Row = Any
"""A named tuple of a table's columns; None for what is not known, moments as ``datetime``."""


def rows_of(frame: pd.DataFrame) -> list[Row]:
    """The rows of a typed table, in their order."""
    row = _row(tuple(frame.columns))
    columns = [_values(frame[name]) for name in frame.columns]
    return [row(*values) for values in zip(*columns, strict=True)]


def grouped(rows: Iterable[Row], key_of: Callable[[Row], K]) -> dict[K, list[Row]]:
    """The rows that have the same key, in their order, under it; keys in the order of their first rows."""
    groups: dict[K, list[Row]] = {}
    for row in rows:
        groups.setdefault(key_of(row), []).append(row)
    return groups


@cache
def _row(names: tuple[str, ...]) -> type[Any]:
    return namedtuple("Row", names)


def _values(column: pd.Series) -> list[Any]:
    known = column.notna().to_numpy()
    plain: Iterable[Any] = column.dt.to_pydatetime() if column.dtype.kind == "M" else column.astype(object)
    return [value if is_known else None for value, is_known in zip(plain, known, strict=True)]
