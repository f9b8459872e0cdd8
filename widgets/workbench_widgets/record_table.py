"""A table of any size as a widget: rows stay in the kernel, the browser gets one page of them at a time.

The browser says what it wants by traits and a number; the answer is one page with that number. Traits may be set from Python as well.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from importlib import resources
from types import MappingProxyType
from typing import Any, Final

import pandas as pd
from anywidget import AnyWidget
from traitlets import Bool, Dict, Int, List, Unicode

from workbench.figures.answers import RESULT_MARKS
from workbench.figures.palette import STATE_MARKS
from workbench_widgets import theme
from workbench_widgets.live import Live
from workbench_widgets.table_columns import Kind, ShownColumn
from workbench_widgets.table_filters import HELP
from workbench_widgets.table_rows import Query, TableRows

SUGGESTED: Final = 40
"""No longer list of words is offered for a filter."""
TONE_OF_STATE: Final = MappingProxyType({"SCHEDULED": "quiet", "IN PROGRESS": "progress", "COMPLETED": "pass", "CANCELED": "fail"})
MARKS: Final[Mapping[str, tuple[str, str]]] = MappingProxyType(
    {
        **{word: (mark, word if word != "unknown" else "quiet") for word, (_, mark) in RESULT_MARKS.items()},
        **{state: (mark, TONE_OF_STATE[state]) for state, (_, mark) in STATE_MARKS.items()},
        "NORMAL": ("\N{CHECK MARK}", "pass"),
        "OPERATOR": ("!", "warn"),
        "MACHINE": ("!", "warn"),
        "note": ("\N{MIDDLE DOT}", "quiet"),
        "absent": ("\N{WHITE CIRCLE}", "quiet"),
        "same": ("=", "quiet"),
        "differs": ("\N{NOT EQUAL TO}", "warn"),
        "only A": ("\N{BLACK LEFT-POINTING TRIANGLE}", "warn"),
        "only B": ("\N{BLACK RIGHT-POINTING TRIANGLE}", "warn"),
    }
)
"""Word of a term → its mark and its tone."""
ASKING: Final = ("sort_by", "is_descending", "filters", "quick", "page", "page_size", "visible", "asked")
NOTHING: Final = "No row yet."


class RecordTable(AnyWidget):
    """Any frame, also one of a hundred thousand rows: sorted, filtered, paged, a row chosen.

    Its traits can be read, set and observed: ``sort_by`` and ``is_descending``; ``filters``, column → what is typed (see
    ``table_filters``); ``quick``, words found anywhere in a row; ``page`` and ``page_size``; ``visible``, names of the columns that are
    shown, at first those that hold anything; ``selected``, place of the chosen row in ``frame``; ``matches`` and ``total``, numbers of
    rows; ``problem``, why a filter cannot be read; ``empty``, what is said when there is no row. What follows from a change is there
    after ``await table.drain()``.

    Parameters
    ----------
    frame : a table or an answer of ``workbench.records``, with units and meanings in the header, or any other frame.

    Examples
    --------
    >>> RecordTable(bench.records.beams())
    """

    _esm = resources.files("workbench_widgets").joinpath("record_table.js").read_text(encoding="utf-8")
    _css = theme.style_sheet("record_table.css")

    columns: List[dict[str, Any]] = List().tag(sync=True)
    marks: Dict[str, list[str]] = Dict().tag(sync=True)
    shown: Dict[str, Any] = Dict().tag(sync=True)
    sort_by = Unicode().tag(sync=True)
    is_descending = Bool().tag(sync=True)
    filters: Dict[str, str] = Dict().tag(sync=True)
    quick = Unicode().tag(sync=True)
    page = Int(1).tag(sync=True)
    page_size = Int(50, min=1).tag(sync=True)
    visible: List[str] = List().tag(sync=True)
    asked = Int().tag(sync=True)
    selected = Int(None, allow_none=True).tag(sync=True)
    empty = Unicode(NOTHING).tag(sync=True)
    matches = Int()
    total = Int()
    problem = Unicode()

    def __init__(self, frame: pd.DataFrame | None = None, *, empty: str = NOTHING) -> None:
        self._rows = TableRows(pd.DataFrame())
        self._live = Live(refresh=self._answer, failed=self._failed)
        super().__init__(marks={word: list(told) for word, told in MARKS.items()}, empty=empty)
        self.show(pd.DataFrame() if frame is None else frame)
        self._live.pump()
        self.observe(self._ask, names=list(ASKING))

    def __repr__(self) -> str:
        return f"<RecordTable of {len(self._rows):,} rows>"

    @property
    def frame(self) -> pd.DataFrame:
        """What is shown, whole."""
        return self._rows.frame

    @property
    def matching(self) -> pd.DataFrame:
        """The rows that match, in the order they are shown in."""
        places, _ = self._rows.matching(self._query())
        found = self.frame.iloc[places].reset_index(drop=True)
        found.attrs.update(self.frame.attrs)
        return found

    @property
    def row(self) -> dict[str, Any] | None:
        """The chosen row: column → value, None for a blank; None while no row is chosen."""
        chosen = self.selected
        return None if chosen is None or not 0 <= chosen < len(self._rows) else self._rows.row(chosen)

    @property
    def row_columns(self) -> tuple[ShownColumn, ...]:
        """How the columns of a row are named, measured and written."""
        return self._rows.columns

    def show(self, frame: pd.DataFrame, *, empty: str | None = None, at_first: Sequence[str] = ()) -> None:
        """Show another frame; the chosen row stays chosen where it is found again.

        Filters and order stay as far as the frame has such columns; so do the columns that are shown, when the frame has the same ones.
        Columns that were blank and are not any more are shown.

        Parameters
        ----------
        at_first : columns to be shown of a frame with other columns; all that hold anything when none is given, or none of them does.
        """
        before, rows = self.row, TableRows(frame)
        names, blank = [column.name for column in rows.columns], set(rows.blank_columns)
        known = {str(one["name"]): bool(one["is_blank"]) for one in self.columns}
        is_same = list(known) == names
        filled = [name for name in names if name not in blank]
        if is_same:
            chosen = {*self.visible, *(name for name in filled if known[name] and (not at_first or name in at_first))}
        else:
            chosen = {name for name in filled if name in at_first} or set(filled)
        visible = [name for name in names if name in chosen]
        self._rows = rows
        with self.hold_sync():
            if empty is not None:
                self.empty = empty
            if not is_same:
                self.filters = {name: typed for name, typed in self.filters.items() if name in names}
                self.sort_by = self.sort_by if self.sort_by in names else ""
                self.page = 1
            self.columns = [_told(column, frame, column.name in blank) for column in rows.columns]
            self.visible = visible or names
            self.selected = None if before is None else rows.like(before)
            self._answer()

    async def drain(self) -> None:
        """Wait until what was asked for is shown."""
        await self._live.drain()

    def close(self) -> None:
        """Hear of nothing any more."""
        self._live.close()
        super().close()
        self.layout.close()

    def _ask(self, _change: object) -> None:
        self._live.refresh_soon()

    def _query(self) -> Query:
        chosen = set(self.visible)
        return Query(
            sort_by=self.sort_by,
            is_descending=self.is_descending,
            filters=self.filters,
            quick=self.quick,
            page=self.page,
            page_size=self.page_size,
            columns=[column.name for column in self._rows.columns if column.name in chosen],
        )

    def _answer(self) -> None:
        number, query = self.asked, self._query()
        found = self._rows.page(query)
        with self.hold_sync():
            self.matches, self.total, self.problem = found.matches, found.total, "; ".join(found.problems.values())
            self.page = found.page
            self.shown = {
                "number": number,
                "columns": list(query.columns),
                "places": found.places,
                "cells": found.cells,
                "first": found.first,
                "page": found.page,
                "pages": found.pages,
                "matches": found.matches,
                "total": found.total,
                "problems": dict(found.problems),
            }

    def _failed(self, sentence: str) -> None:
        self.problem = sentence


def _told(column: ShownColumn, frame: pd.DataFrame, is_blank: bool) -> dict[str, Any]:
    """A column as the browser has it."""
    terms: list[str] = []
    if column.kind is Kind.TERM:
        terms = [str(one) for one in frame[column.name].cat.categories]
    if column.kind is Kind.TRUTH:
        terms = ["yes", "no"]
    return {
        "name": column.name,
        "label": column.label,
        "unit": column.unit,
        "meaning": column.meaning,
        "kind": column.kind.value,
        "help": HELP[column.kind],
        "is_blank": is_blank,
        "terms": terms if len(terms) <= SUGGESTED else [],
    }
