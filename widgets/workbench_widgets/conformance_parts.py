"""What the views of the conformance dashboard share: a table of rows with the chosen row in full, and the choice of a table."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Final

import pandas as pd
from ipywidgets import Dropdown

from workbench_widgets.closing import ClosingBox
from workbench_widgets.conformance_frames import TABLE_WORDS
from workbench_widgets.live import Live
from workbench_widgets.parts import html
from workbench_widgets.record_table import RecordTable
from workbench_widgets.records_details import details

BY_CLASS: Final = ("the table of its class", "")


def table_choice(description: str, hook: str) -> Any:
    """A choice among the tables of both statements; at first that of the object's class."""
    options = [BY_CLASS, *((words, direction) for direction, words in TABLE_WORDS.items())]
    choice = Dropdown(options=options, description=description, tooltip="The table of the two statements whose rows count.")
    choice.add_class(hook)
    choice.add_class("wb-conf-table-choice")
    return choice


class RowTable(ClosingBox):
    """Rows to search, sort and filter; the chosen one in full below.

    Parameters
    ----------
    beside : more to say of the chosen row, as HTML.
    """

    def __init__(self, live: Live, beside: Callable[[dict[str, Any]], str] | None = None) -> None:
        self._beside = beside
        self._is_laid_out = False
        self.view = RecordTable()
        self._details = html("", "wb-conf-details")
        self._details.layout.display = "none"
        self.view.observe(lambda _: live.post(self._detail), names="selected")
        super().__init__([self.view, self._details])
        self.add_class("wb-conf-rows")

    def show(self, frame: pd.DataFrame, *, at_first: Sequence[str], empty: str) -> None:
        """Show other rows; the chosen one stays chosen where it is found again."""
        self.view.show(frame, at_first=at_first, empty=empty)
        if not self._is_laid_out:
            # The table shows the columns that hold anything; of a first frame without rows that is none, and so all.
            self.view.visible, self._is_laid_out = list(at_first), True
        self._detail()

    def close(self) -> None:
        """Hear of nothing any more."""
        self.view.close()
        super().close()

    def _detail(self) -> None:
        row = self.view.row
        self._details.layout.display = "none" if row is None else ""
        if row is not None:
            self._details.value = details(row, self.view.row_columns) + ("" if self._beside is None else self._beside(row))
