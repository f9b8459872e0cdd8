"""The first view of the conformance dashboard: an object held against a table, and what is found at each row."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from ipywidgets import ToggleButtons
from traitlets import Dict, Int

from workbench.bench import Workbench
from workbench.conformance.checking import Report, Result, check_object
from workbench.conformance.objects import Direction
from workbench.errors import WorkbenchError
from workbench_widgets import conformance_words as words
from workbench_widgets import markup
from workbench_widgets.closing import ClosingBox
from workbench_widgets.conformance_frames import CHECKED_AT_FIRST, TABLE_WORDS, checked_frame
from workbench_widgets.conformance_parts import RowTable, table_choice
from workbench_widgets.conformance_slot import ObjectSlot
from workbench_widgets.conformance_source import Opened, plan_of
from workbench_widgets.latest import Latest
from workbench_widgets.live import Live
from workbench_widgets.parts import Part, html

FINDINGS: Final = "fail and warn"
NOTES: Final = "with notes"
EVERY: Final = "every row"
SHOWN: Final = {
    FINDINGS: frozenset({Result.FAIL, Result.WARN}),
    NOTES: frozenset({Result.FAIL, Result.WARN, Result.NOTE}),
    EVERY: frozenset(Result),
}
"""What is shown of a report → results."""
NONE_LEFT: Final = {
    FINDINGS: f"No row fails, and none is to be looked at; with {EVERY!r} chosen, what was found at each is shown.",
    NOTES: "No row fails, and nothing is to be remarked.",
    EVERY: "The table has no row.",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """What came of one question; a sentence where there is no report."""

    opened: Opened
    report: Report | None = None
    with_plan: bool = False
    sentence: str = ""


class CheckView(ClosingBox):
    """A file dropped, and its findings at the rows.

    Its traits: ``counts``, result → number of rows; ``rows``, how many rows are shown.
    """

    counts: Dict[str, int] = Dict()
    rows = Int()

    def __init__(self, live: Live, say: Callable[[str, str], object], bench: Workbench | None) -> None:
        self._say, self._bench = say, bench
        self._opened: Opened | None = None
        self._report: Report | None = None
        self._checking = Latest[Checked](live, self._show)
        self.against = table_choice("hold against", "wb-conf-against")
        self.against.observe(lambda _: live.post(self._ask), names="value")
        self.slot = ObjectSlot("wb-conf-check", "Drop a DICOM file here, or choose one", live, self._take, bench, self.against)
        self.kind = ToggleButtons(options=list(SHOWN), value=FINDINGS, tooltips=["", "also what was not compared or is in no row", ""])
        self.kind.style.button_width = "auto"
        self.kind.add_class("wb-choice")
        self.kind.observe(lambda _: live.post(self._fill), names="value")
        self._summary = html(markup.empty(words.NOTHING_CHECKED), "wb-conf-result")
        self.table = RowTable(live)
        source = Part("wb-conf-source", "File", self.slot)
        self._result = Part("wb-conf-verdict", "Result", self._summary)
        self._rows = Part("wb-conf-found", "Findings at the rows", self.kind, self.table)
        self._rows.layout.display = "none"
        super().__init__([source, self._result, self._rows])
        self.add_class("wb-conf-view")

    def close(self) -> None:
        """Take nothing any more."""
        self.slot.close()
        self.table.close()
        super().close()

    def _take(self, opened: Opened) -> None:
        if opened.instance is None:
            self._say(opened.sentence, "fail")
            return
        self._opened = opened
        self._ask()

    def _ask(self) -> None:
        opened, direction = self._opened, self.against.value
        if opened is not None:
            self._checking.ask(lambda: _checked(opened, Direction(direction) if direction else None, self._bench))

    def _show(self, checked: Checked) -> None:
        if checked.opened is not self._opened:
            return
        self._report = report = checked.report
        if report is None:
            self._say(checked.sentence, "fail")
            self._summary.value = markup.empty(f"{checked.opened.name}: not held against any table.")
            self._rows.layout.display, self.counts, self.rows = "none", {}, 0
            return
        self.counts = {one.value: report.counts.get(one, 0) for one in Result}
        self._summary.value = words.summary(report, checked.opened.name, with_plan=checked.with_plan)
        self._result.remark("Result", f"{report.iod}, {TABLE_WORDS[report.direction.value]}")
        self._rows.layout.display = ""
        self._fill()
        self._say(*words.verdict(report))

    def _fill(self) -> None:
        if self._report is None:
            return
        kind = str(self.kind.value or FINDINGS)
        rows = [row for row in self._report.rows if row.result in SHOWN[kind]]
        self.rows = len(rows)
        self.table.show(checked_frame(rows), at_first=CHECKED_AT_FIRST, empty=NONE_LEFT[kind])
        self._rows.remark("Findings at the rows", f"{len(rows):,} of {len(self._report.rows):,} rows")


def _checked(opened: Opened, direction: Direction | None, bench: Workbench | None) -> Checked:
    """Called in a thread of its own."""
    assert opened.instance is not None
    try:
        scope = plan_of(bench, opened.instance)
        report = check_object(opened.instance, direction, scope=scope)
    except WorkbenchError as problem:
        return Checked(opened=opened, sentence=f"{opened.name}: {problem}")
    return Checked(opened=opened, report=report, with_plan=scope is not None)
