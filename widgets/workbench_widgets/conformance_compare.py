"""The third view of the conformance dashboard: two objects side by side, row by row."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from ipywidgets import Box, ToggleButtons
from traitlets import Dict, Int

from workbench.bench import Workbench
from workbench.conformance.comparing import Comparison, Outcome, compare
from workbench.conformance.objects import Direction
from workbench.errors import WorkbenchError
from workbench_widgets import conformance_words as words
from workbench_widgets import markup
from workbench_widgets.closing import ClosingBox
from workbench_widgets.conformance_frames import COMPARED_AT_FIRST, compared_frame
from workbench_widgets.conformance_parts import RowTable, table_choice
from workbench_widgets.conformance_slot import ObjectSlot
from workbench_widgets.conformance_source import Opened
from workbench_widgets.latest import Latest
from workbench_widgets.live import Live
from workbench_widgets.parts import Part, html

DIFFERENCES: Final = "differences"
EVERY: Final = "every row"
TITLE: Final = "Rows side by side"


@dataclass(frozen=True, slots=True, kw_only=True)
class Compared:
    """What came of one question; a sentence where there is no comparison."""

    a: Opened
    b: Opened
    comparison: Comparison | None = None
    sentence: str = ""


class CompareView(ClosingBox):
    """Two objects and what differs. Its traits: ``counts``, outcome → number of rows; ``rows``, how many rows are shown."""

    counts: Dict[str, int] = Dict()
    rows = Int()

    def __init__(self, live: Live, say: Callable[[str, str], object], bench: Workbench | None) -> None:
        self._say = say
        self._put: dict[str, Opened] = {}
        self._comparison: Comparison | None = None
        self._comparing = Latest[Compared](live, self._show)
        self.slots = {letter: self._slot(letter, live, bench) for letter in ("A", "B")}
        self.against = table_choice("rules of", "wb-conf-rules")
        self.against.observe(lambda _: live.post(self._ask), names="value")
        self.kind = ToggleButtons(options=[DIFFERENCES, EVERY], value=DIFFERENCES)
        self.kind.style.button_width = "auto"
        self.kind.add_class("wb-choice")
        self.kind.observe(lambda _: live.post(self._fill), names="value")
        self._names = {letter: html(words.identity("", None, letter), "wb-conf-name") for letter in self.slots}
        self._counted = html(markup.empty(words.NOTHING_COMPARED), "wb-conf-result")
        self.table = RowTable(live)
        parts = [Part(f"wb-conf-put-{one.lower()}", f"Object {one}", slot, self._names[one]) for one, slot in self.slots.items()]
        pair = Box(parts)
        for one in ("wb-row", "wb-conf-pair"):
            pair.add_class(one)
        rules = Box([self.against])
        rules.add_class("wb-conf-entries")
        self._result = Part("wb-conf-side", TITLE, self.kind, rules, self._counted, self.table)
        self.table.layout.display = "none"
        super().__init__([pair, self._result])
        self.add_class("wb-conf-view")

    def close(self) -> None:
        """Take nothing any more."""
        for slot in self.slots.values():
            slot.close()
        self.table.close()
        super().close()

    def _slot(self, letter: str, live: Live, bench: Workbench | None) -> ObjectSlot:
        prompt = f"Drop object {letter} here, or choose it"
        return ObjectSlot(f"wb-conf-{letter.lower()}", prompt, live, lambda opened: self._take(letter, opened), bench)

    def _take(self, letter: str, opened: Opened) -> None:
        if opened.instance is None:
            self._say(opened.sentence, "fail")
            return
        self._put[letter] = opened
        self._names[letter].value = words.identity(opened.name, opened.instance, letter)
        self._ask()

    def _ask(self) -> None:
        if len(self._put) < len(self.slots):
            missing = next(letter for letter in self.slots if letter not in self._put)
            if self._put:
                self._say(f"Now put an object into {missing}.", "info")
            return
        a, b, direction = self._put["A"], self._put["B"], self.against.value
        self._comparing.ask(lambda: _compared(a, b, Direction(direction) if direction else None))

    def _show(self, found: Compared) -> None:
        if (found.a, found.b) != (self._put["A"], self._put["B"]):
            return
        comparison = self._comparison = found.comparison
        self.table.layout.display = "none" if comparison is None else ""
        if comparison is None:
            self._counted.value, self.counts, self.rows = markup.empty(words.NOTHING_COMPARED), {}, 0
            self._say(found.sentence, "fail")
            return
        self.counts = {one.value: comparison.count(one) for one in Outcome}
        self._counted.value = words.outcome_counts(comparison)
        self._fill()
        assert found.a.instance is not None
        assert found.b.instance is not None
        are_one_class = found.a.instance.sop_class_uid == found.b.instance.sop_class_uid
        self._say(*words.compared(comparison, are_one_class=are_one_class))

    def _fill(self) -> None:
        if self._comparison is None:
            return
        rows = self._comparison.differences if self.kind.value == DIFFERENCES else self._comparison.rows
        self.rows = len(rows)
        self.table.show(compared_frame(rows), at_first=COMPARED_AT_FIRST, empty="Nothing differs: the two hold the same.")
        self._result.remark(TITLE, f"{len(rows):,} of {len(self._comparison.rows):,} rows")


def _compared(a: Opened, b: Opened, direction: Direction | None) -> Compared:
    """Called in a thread of its own."""
    assert a.instance is not None
    assert b.instance is not None
    try:
        return Compared(a=a, b=b, comparison=compare(a.instance, b.instance, direction))
    except WorkbenchError as problem:
        return Compared(a=a, b=b, sentence=str(problem))
