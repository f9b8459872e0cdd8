"""The second view of the conformance dashboard: every row of both statements, and how the value of each arises."""

from __future__ import annotations

from collections.abc import Mapping
from html import escape
from typing import Any, Final

from ipywidgets import Box, Dropdown
from traitlets import Int

from workbench.conformance.browsing import Source, StatementRow, find_rows, statement_rows
from workbench_widgets.closing import ClosingBox
from workbench_widgets.conformance_frames import STATED_AT_FIRST, TABLE_WORDS, stated_frame
from workbench_widgets.conformance_parts import RowTable
from workbench_widgets.live import Live
from workbench_widgets.parts import Part

ALL: Final = ("all", "")
SOURCES: Final[Mapping[Source, str]] = {
    Source.FIXED: "fixed: always the same, or empty",
    Source.PLAN: "the plan",
    Source.SESSION: "the session",
    Source.SETTINGS: "the settings",
    Source.USER: "the user",
    Source.COMPUTED: "a computation",
    Source.MAKING: "the making: new UID, date, time",
    Source.SENDER: "the sender (device, other system)",
    Source.COMPARED: "the sender, compared",
}


class RowsView(ClosingBox):
    """The rows of both statements. Its trait ``rows`` is how many are shown before any search."""

    rows = Int()

    def __init__(self, live: Live) -> None:
        objects = sorted({row.iod for row in statement_rows()})
        self.table_choice = _choice("table", [(name, direction) for direction, name in TABLE_WORDS.items()], "Whose objects.")
        self.iod = _choice("object", [(name, name) for name in objects], "The information object.")
        self.source = _choice("value from", [(said, one.value) for one, said in SOURCES.items()], "Where the value of a row comes from.")
        hooks = {self.table_choice: "wb-conf-of-table", self.iod: "wb-conf-of-object", self.source: "wb-conf-of-source"}
        for entry, hook in hooks.items():
            entry.add_class(hook)
            entry.observe(lambda _: live.post(self._fill), names="value")
        self.table = RowTable(live, beside=_elsewhere)
        line = Box(list(hooks))
        line.add_class("wb-conf-entries")
        self._part = Part("wb-conf-stated", "Rows of both statements", line, self.table)
        super().__init__([self._part])
        self.add_class("wb-conf-view")

    def fill(self) -> None:
        """Show the rows, unless they are shown already: a dashboard that is asked for a file need not wait for them."""
        if not self.rows:
            self._fill()

    def close(self) -> None:
        """Take nothing any more."""
        self.table.close()
        super().close()

    def _fill(self) -> None:
        direction, iod, source = (str(entry.value) for entry in (self.table_choice, self.iod, self.source))
        rows = [
            row
            for row in statement_rows()
            if direction in {"", row.direction.value} and iod in {"", row.iod} and source in {"", row.source.value}
        ]
        self.rows = len(rows)
        self.table.show(stated_frame(rows), at_first=STATED_AT_FIRST, empty="No row fits: choose less.")
        self._part.remark("Rows of both statements", f"{len(rows):,} rows, each built, checked and printed from the same source")


def _choice(description: str, options: list[tuple[str, str]], tooltip: str) -> Any:
    return Dropdown(options=[ALL, *options], description=description, tooltip=tooltip)


def _elsewhere(row: dict[str, Any]) -> str:
    """How the same attribute arises in the other objects."""
    same = [one for one in find_rows(path=str(row["path"])) if one.path == row["path"] and not _is(one, row)]
    if not same:
        return ""
    lines = "".join(f"<li><b>{escape(TABLE_WORDS[one.direction.value])}</b>, {escape(one.iod)}: {escape(one.how)}</li>" for one in same)
    return f'<div class="wb-conf-elsewhere"><span class="wb-quiet">The same path in other tables</span><ul>{lines}</ul></div>'


def _is(one: StatementRow, row: dict[str, Any]) -> bool:
    return (TABLE_WORDS[one.direction.value], one.iod, one.module) == (row["table"], row["object"], row["module"])
