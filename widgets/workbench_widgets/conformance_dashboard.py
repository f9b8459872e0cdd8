"""The conformance dashboard: files held against the rows of both statements, the rows themselves, two objects side by side.

It reads and shows; nothing is stored or changed, and nothing of an object is logged.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

from ipywidgets import Box, Layout, ToggleButtons
from traitlets import Unicode

from workbench.bench import Workbench
from workbench.errors import Refused
from workbench_widgets import markup, theme
from workbench_widgets.closing import ClosingBox
from workbench_widgets.conformance_check import CheckView
from workbench_widgets.conformance_compare import CompareView
from workbench_widgets.conformance_rows import RowsView
from workbench_widgets.live import Live
from workbench_widgets.parts import html

CHECK: Final = "Check a file"
ROWS: Final = "Rows of the statements"
COMPARE: Final = "Compare two objects"
QUESTIONS: Final = {
    CHECK: "Is this object as the statements say?",
    ROWS: "What do the statements say, and where does each value come from?",
    COMPARE: "What differs between two objects?",
}
"""View → what one looks there for."""


class ConformanceDashboard(ClosingBox):
    """Conformance with a mouse.

    Its traits can be read and observed: ``shown``, the name of the view, and ``message``, the latest sentence. The views are
    ``check``, ``stated`` and ``compared``; their tables are ``RecordTable``.

    Parameters
    ----------
    bench : a workbench, whose objects can then be picked and opened by UID; it must stay open as long as the dashboard.

    Examples
    --------
    >>> ConformanceDashboard()
    """

    shown = Unicode()
    message = Unicode()

    def __init__(self, bench: Workbench | None = None) -> None:
        self._bench = bench
        self._live = Live(refresh=self._refresh, failed=self._failed)
        self._notice = html("", "wb-message")
        self.check = CheckView(self._live, self._say, bench)
        self.stated = RowsView(self._live)
        self.compared = CompareView(self._live, self._say, bench)
        self._views: dict[str, Any] = {CHECK: self.check, ROWS: self.stated, COMPARE: self.compared}
        self.choice = ToggleButtons(
            options=list(self._views),
            tooltips=list(QUESTIONS.values()),
            layout=Layout(width="auto"),
            style={"button_width": "auto"},
        )
        self.choice.add_class("wb-places")
        self.choice.observe(lambda change: self._live.post(self._show, change.new), names="value")
        self._body = Box([self.check])
        self._body.add_class("wb-place")
        super().__init__([theme.page(), self.choice, self._notice, self._body])
        self.add_class("wb-dashboard")
        self.add_class("wb-conf")
        self._show(CHECK)
        if bench is not None:
            self._live.follow(bench.bus)
        self._live.refresh_soon()
        self._live.pump()

    def __repr__(self) -> str:
        return "<ConformanceDashboard>"

    def show(self, name: str) -> None:
        """Show a view, as a click on its name does.

        Raises
        ------
        Refused : there is none of this name.
        """
        if name not in self._views:
            raise Refused(f"conformance dashboard: found {name!r}, expected one of {', '.join(self._views)}")
        self.choice.value = name
        self._live.pump()

    def look_at(self, what: str | Path) -> None:
        """Hold a file against the rows, or an object of the workbench by its UID."""
        self.show(CHECK)
        self.check.slot.put(str(what))

    def compare(self, a: str | Path, b: str | Path) -> None:
        """Put two objects side by side."""
        self.show(COMPARE)
        for slot, what in zip(self.compared.slots.values(), (a, b), strict=True):
            slot.put(str(what))

    async def drain(self) -> None:
        """Wait until what was dropped, named and clicked so far is read and shown."""
        await self._live.drain()
        for view in self._views.values():
            await view.table.view.drain()
        await self._live.drain()

    def close(self) -> None:
        """Take nothing any more; a workbench stays as it is."""
        self._live.close()
        for view in self._views.values():
            view.close()
        super().close()

    def _refresh(self) -> None:
        for slot in (self.check.slot, *self.compared.slots.values()):
            slot.refresh()

    def _show(self, name: str) -> None:
        if name == ROWS:
            self.stated.fill()
        self._body.children = [self._views[name]]
        self.shown = name
        self._say(QUESTIONS[name], "info")

    def _say(self, sentence: str, tone: str) -> None:
        self.message = sentence
        self._notice.value = markup.notice(sentence, tone)

    def _failed(self, sentence: str) -> None:
        self._say(sentence, "fail")
