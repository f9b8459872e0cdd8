"""The rows of a table, sorted, filtered and cut into pages; values only, no widget.

A frame of 100,000 rows stays in the kernel. What a filter or an order costs is paid once: masks and orders are kept until the frame
changes, so that turning a page costs the cells of that page.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from workbench.errors import Refused
from workbench_widgets.table_columns import Kind, ShownColumn, shown_columns
from workbench_widgets.table_filters import Mask, matching, plain, word_found

Cell = str | list[str] | None
"""Words; words and all that they leave out; or None for a blank."""
KEPT: Final = 24
"""Filters whose masks are kept: those of a typed word and of the columns beside it."""
IDENTIFYING: Final = (
    "item",
    "point",
    "spot",
    "session",
    "task",
    "number",
    "file",
    "beam",
    "fraction",
    "quantity",
    "measure",
    "axis",
    "place",
    "path",
    "table",
    "object",
    "module",
)
"""Beside UIDs, what tells one row of a table from the others."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Query:
    """What is to be shown of a table.

    Parameters
    ----------
    sort_by : name of a column; blank for the order of the frame.
    filters : column → what was typed.
    quick : words that each have to be found somewhere in a row.
    page : from 1; one beyond the last is the last.
    columns : names of those that are shown; none shows all.
    """

    sort_by: str = ""
    is_descending: bool = False
    filters: Mapping[str, str] = field(default_factory=dict)
    quick: str = ""
    page: int = 1
    page_size: int = 50
    columns: Sequence[str] = ()

    def __post_init__(self) -> None:
        if self.page_size < 1:
            raise Refused(f"table: found {self.page_size} rows a page, expected at least 1", rule="page-size")


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """What is shown.

    Parameters
    ----------
    places : rows of the frame, as they follow each other on the page.
    cells : for each row one for each column asked for.
    first : place of the first row among those that match, from 1; 0 where none does.
    problems : column → why its filter could not be read; the rows are shown without it.
    """

    places: list[int]
    cells: list[list[Cell]]
    first: int
    page: int
    pages: int
    matches: int
    total: int
    problems: Mapping[str, str]


class TableRows:
    """The rows of one frame."""

    def __init__(self, frame: pd.DataFrame) -> None:
        self.frame = frame
        self.columns = shown_columns(frame)
        self._by_name = {column.name: column for column in self.columns}
        self._order = lru_cache(maxsize=2)(self._sorted)
        self._mask = lru_cache(maxsize=KEPT)(self._filtered)
        self._quick = lru_cache(maxsize=2)(self._found)

    def __len__(self) -> int:
        return len(self.frame)

    @property
    def blank_columns(self) -> list[str]:
        """Columns that no row says anything in."""
        return [column.name for column in self.columns if _says_nothing(self.frame[column.name])]

    def page(self, query: Query) -> Page:
        """One page of the rows that match, in the order asked for."""
        places, problems = self.matching(query)
        pages = max(1, -(-len(places) // query.page_size))
        page = min(max(query.page, 1), pages)
        start = (page - 1) * query.page_size
        shown = places[start : start + query.page_size]
        return Page(
            places=shown.tolist(),
            cells=self.cells(shown, query.columns),
            first=start + 1 if len(shown) else 0,
            page=page,
            pages=pages,
            matches=len(places),
            total=len(self.frame),
            problems=problems,
        )

    def matching(self, query: Query) -> tuple[npt.NDArray[np.intp], dict[str, str]]:
        """Rows that match, in the order asked for, and why filters could not be read."""
        fits = self._quick(" ".join(query.quick.split()))
        problems = {}
        for name, typed in query.filters.items():
            if name in self._by_name and typed.strip():
                try:
                    fits = fits & self._mask(name, typed)
                except Refused as problem:
                    problems[name] = str(problem)
        order = self._order(query.sort_by if query.sort_by in self._by_name else "", query.is_descending)
        return order[fits[order]], problems

    def cells(self, places: npt.NDArray[np.intp], names: Sequence[str] = ()) -> list[list[Cell]]:
        """Cells of some rows, as they are written."""
        rows = self.frame.iloc[places]
        columns = [self._by_name[name] for name in names if name in self._by_name] or list(self.columns)
        written = [[_cell(column, value) for value in rows[column.name].array] for column in columns]
        return [list(row) for row in zip(*written, strict=True)]

    def row(self, place: int) -> dict[str, Any]:
        """The values of one row; None for what is blank."""
        values = {name: self.frame[name].array[place] for name in self._by_name}
        return {name: None if pd.isna(value) else value for name, value in values.items()}

    def like(self, row: Mapping[str, Any]) -> int | None:
        """The row that says the same of what identifies it; None where there is none."""
        names = [name for name in self._by_name if name in row and (name.endswith(("_uid", "_uids")) or name in IDENTIFYING)]
        fits: Mask = np.full(len(self.frame), bool(names), dtype=np.bool_)
        for name in names:
            values = self.frame[name]
            same = values.isna() if row[name] is None else (values == row[name]).fillna(False)
            fits &= same.to_numpy(dtype=np.bool_)
        return int(np.argmax(fits)) if fits.any() else None

    def _filtered(self, name: str, typed: str) -> Mask:
        return matching(typed, self._by_name[name], self.frame[name])

    def _found(self, quick: str) -> Mask:
        fits: Mask = np.ones(len(self.frame), dtype=np.bool_)
        for word in quick.split():
            found = [word_found(word, column, self.frame[column.name]) for column in self.columns]
            fits &= np.logical_or.reduce([one for one in found if one is not None] or [np.zeros(len(self.frame), dtype=np.bool_)])
        return fits

    def _sorted(self, name: str, is_descending: bool) -> npt.NDArray[np.intp]:
        """Rows in order; those that are alike stay as they were, blanks come last in both directions."""
        if not name:
            return np.arange(len(self.frame), dtype=np.intp)
        keys = _keys(self._by_name[name], self.frame[name])
        return np.argsort(-keys if is_descending else keys, kind="stable")


def _says_nothing(values: pd.Series) -> bool:
    known = values.dropna()
    return known.empty or (pd.api.types.is_string_dtype(known.dtype) and not (known != "").any())


def _keys(column: ShownColumn, values: pd.Series) -> npt.NDArray[np.float64]:
    """Numbers that are ordered as the values are; a blank is not a number, and such are sorted last."""
    if not column.kind.is_text:
        return plain(values, column)
    if isinstance(values.dtype, pd.CategoricalDtype):
        words = pd.Series(values.cat.categories.astype("string"))
        ranks = _keys(column, words)
        return np.append(ranks, np.nan)[values.cat.codes.to_numpy()]
    text = pc.utf8_lower(pa.array(values.astype("string"), type=pa.large_string()))
    ranks = np.asarray(pc.rank(text, tiebreaker="min"), dtype=np.float64)
    return np.where(values.isna().to_numpy(), np.nan, ranks)


def _cell(column: ShownColumn, value: Any) -> Cell:
    if pd.isna(value):
        return None
    words = column.written(value)
    whole = column.whole(value) if column.kind in {Kind.NUMBER, Kind.TIME} else ""
    return [words, whole] if whole else words
