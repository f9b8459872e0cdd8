"""The records dashboard: every table and answer of a source, the chosen row in full, charts of its course, export.

It shows and writes out; it changes nothing. Tables, answers and charts are read beside the loop, so that it stays usable meanwhile.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

import pandas as pd
from traitlets import Dict, Int, Unicode

from workbench.records import Filters
from workbench.records.answers.face import COUNTED
from workbench.records.export import RecordsFormat
from workbench_widgets import markup, theme
from workbench_widgets.closing import ClosingBox
from workbench_widgets.latest import Latest
from workbench_widgets.live import Live
from workbench_widgets.parts import Part, box, button, html
from workbench_widgets.record_table import RecordTable
from workbench_widgets.records_charts import focus_of
from workbench_widgets.records_export import ExportPanel, write_nameless, write_table
from workbench_widgets.records_filters import RecordFilters
from workbench_widgets.records_panels import ChartPanel, IrregularPanel, RowPanel
from workbench_widgets.records_source import Given, RecordsSource
from workbench_widgets.records_view import (
    AT_FIRST,
    MOST_DELIVERIES,
    Choices,
    Link,
    described,
    is_told,
    is_too_much,
    nothing,
    rows_of,
    taken,
    too_much,
    words_of,
)

GREETING: Final = "Choose a table, narrow it, click a row."


@dataclass(frozen=True, slots=True, kw_only=True)
class Read:
    """What was read of the source for one question.

    Parameters
    ----------
    sentence : why there is no table; blank where there is one.
    """

    name: str
    asked: Filters
    frame: pd.DataFrame
    choices: Choices
    sentence: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """A table that was left for rows that belong to one of its own."""

    table: str
    filters: Mapping[str, str]
    narrowed: Filters


class RecordsDashboard(ClosingBox):
    """Records of any source with buttons.

    Its traits can be read and observed: ``table``, name of the table or answer shown; ``rows``, how many it has; ``chosen``, the chosen
    row; ``message``, the latest sentence. Its ``view`` is the ``RecordTable``, its ``filters`` the entries above it.

    Parameters
    ----------
    source : a workbench, which is then followed; a data folder; a folder, file or URL of DICOM; tables, for example of
        ``workbench.records.scan``; or data sets.

    Examples
    --------
    >>> RecordsDashboard(bench)
    >>> RecordsDashboard("received")
    """

    table = Unicode()
    rows = Int()
    chosen: Dict[str, Any] = Dict()
    message = Unicode()

    def __init__(self, source: Given) -> None:
        self._source, self._choices = RecordsSource(source), Choices()
        self._narrowed, self._left = Filters(), list[Step]()
        self._next_filters: Mapping[str, str] | None = None
        self._live = Live(refresh=self._ask, failed=self._failed)
        self._reading = Latest[Read](self._live, self._show)
        self._learning = Latest[Choices](self._live, self._know)
        self._make_parts()
        super().__init__(self._composed())
        self.add_class("wb-dashboard")
        self.add_class("wb-rec")
        self._greeted, self._reading_words = "", f"Reading {self._source.words}."
        self._say(self._reading_words, "info")
        if self._source.bench is not None:
            self._live.follow(self._source.bench.bus, concerns=lambda event: is_told(event.kind, self.table))
        self._live.refresh_soon()
        self._live.pump()

    def __repr__(self) -> str:
        return f"<RecordsDashboard of {self._source.words}>"

    async def drain(self) -> None:
        """Wait until what was clicked and told so far is read and shown."""
        await self._live.drain()
        await self.view.drain()
        await self._live.drain()

    def close(self) -> None:
        """Hear of nothing any more, and let go of what was opened here; a workbench stays as it is."""
        self._live.close()
        self.view.close()
        self._source.close()
        super().close()

    # ------------------------------------------------------------------------------------------------------ composition

    def _make_parts(self) -> None:
        self._notice, self._meaning = html("", "wb-message"), html("", "wb-rec-meaning")
        self.filters = RecordFilters(self._posting(self._filters_changed))
        self.again = button("Read again", "wb-rec-again", "Read files that came or changed since.")
        self.again.on_click(self._posting(self._read_again))
        self.again.layout.display = "none" if self._source.bench is not None else ""
        self.back = button("\N{LEFTWARDS ARROW} Back", "wb-rec-back", "Back to the table that was left for rows of another.")
        self.back.on_click(self._posting(self._go_back))
        self.back.layout.display = "none"
        self.view = RecordTable()
        self.view.observe(self._posting(self._row_changed), names="selected")
        self.row = RowPanel(self._source, self._live, lambda way: self._live.post(self._follow, way))
        self.charts = ChartPanel(lambda: self._source.records, self._live)
        self.irregular = IrregularPanel(lambda: self._source.records, self._live)
        self.export = ExportPanel(lambda form: self._live.post(self._export, form), can_deidentify=self._source.bench is not None)

    def _composed(self) -> list[Any]:
        self._table_panel = Part("wb-rec-records", "", self._meaning, self.view)
        return [
            theme.page(),
            self._notice,
            box("wb-panel wb-rec-entries", *self.filters.entries, self.again, self.back),
            self._table_panel,
            box("wb-row wb-rec-lower", self.charts, self.row),
            box("wb-row wb-rec-last", self.irregular, self.export),
        ]

    def _posting(self, action: Callable[[], object]) -> Callable[[object], None]:
        return lambda _: self._live.post(action)

    # ---------------------------------------------------------------------------------------------------------- reading

    @property
    def _question(self) -> Filters:
        """What belongs to a row may be of other days or of another room than the entries say."""
        return self._narrowed or self.filters.asked

    def _filters_changed(self) -> None:
        self._narrowed, self._left = Filters(), []
        self._ask()

    def _read_again(self) -> None:
        self._source.read_again()
        self._say(self._reading_words, "info")
        self._ask()

    def _ask(self) -> None:
        name, asked, choices = str(self.filters.table.value), self._question, self._choices
        self._reading.ask(lambda: self._read(name, asked, choices))

    def _read(self, name: str, asked: Filters, choices: Choices) -> Read:
        """Called in a thread of its own."""
        records = self._source.records
        if choices.deliveries == 0 and name in COUNTED:
            choices = choices.learn(records.beams())
        if is_too_much(name, asked, choices):
            return Read(name=name, asked=asked, frame=pd.DataFrame(), choices=choices, sentence=too_much(choices))
        frame = rows_of(records, name, asked)
        return Read(name=name, asked=asked, frame=frame, choices=choices.learn(frame))

    def _seen(self, read: Read) -> Choices:
        """Called in a thread of its own, once the table is shown: what else there is to choose from."""
        records = self._source.records
        choices = read.choices.learn(records.planned_beams()).learn(records.sessions())
        if not self._source.knows_sessions:
            choices = choices.learn(records.unreadable())
        is_counted = read.name == "beams" and not any(value is not None for value in read.asked.values())
        # Counting all of a large source again with every event would keep what came from being seen.
        return choices if is_counted or choices.deliveries > MOST_DELIVERIES else choices.learn(records.beams())

    def _know(self, choices: Choices) -> None:
        self._choices = choices
        self.filters.offer(choices)
        if self.message in {self._reading_words, self._greeted}:
            self._greeted = self._greeting()
            self._say(self._greeted, "info")

    def _show(self, read: Read) -> None:
        if (read.name, read.asked) != (str(self.filters.table.value), self._question):
            return
        is_other, self._choices = read.name != self.table, read.choices
        if is_other or self._next_filters is not None:
            self.view.filters, self._next_filters = dict(self._next_filters or {}), None
        empty = read.sentence or nothing(read.name, read.asked, knows_sessions=self._source.knows_sessions)
        self.view.show(read.frame, empty=empty, at_first=AT_FIRST.get(read.name, ()))
        self.table, self.rows = read.name, len(read.frame)
        self._meaning.value = f'<p class="wb-quiet">{described(read.name).meaning}</p>'
        self._table_panel.remark(words_of(read.name).capitalize(), self._beside(read))
        self.back.layout.display = "" if self._left else "none"
        if is_other:
            self.export.file_name.value = read.name
        self._learning.ask(lambda: self._seen(read))
        self.irregular.show(read.asked, read.choices)
        self._row_changed()

    def _beside(self, read: Read) -> str:
        if self._left:
            return f"that belong to a row of {words_of(self._left[-1].table)}"
        left = taken(read.name, read.asked)[1]
        return f"not narrowed by {' and '.join(left)}, which its rows do not tell" if left else ""

    def _greeting(self) -> str:
        deliveries, patients = self._choices.deliveries, len(self._choices.patients)
        if deliveries:
            counts = f"{_counted(deliveries, 'delivery', 'deliveries')}, {_counted(patients, 'patient', 'patients')}"
            return f"{counts} in {self._source.words}.{self._left_out()} {GREETING}"
        if self._source.bench is not None:
            return "No record yet: deliver a fraction, for example with the session dashboard; it appears here by itself."
        return f"No treatment record in {self._source.words}: put some there and read again, or open another folder.{self._left_out()}"

    def _left_out(self) -> str:
        unreadable = self._choices.unreadable
        return f" {_counted(unreadable, 'file', 'files')} gave no row: the table unreadable says why." if unreadable else ""

    # ------------------------------------------------------------------------------------------------------- chosen row

    def _row_changed(self) -> None:
        row = self.view.row
        self.chosen = row or {}
        self.row.show(self.table, row, self.view.row_columns)
        self.charts.show(focus_of(row, self._question), self._choices)

    def _follow(self, way: Link) -> None:
        self._left.append(Step(table=self.table, filters=dict(self.view.filters), narrowed=self._narrowed))
        self._go(way.table, way.filters, way.narrowed)

    def _go_back(self) -> None:
        if self._left:
            before = self._left.pop()
            self._go(before.table, before.filters, before.narrowed)

    def _go(self, table: str, filters: Mapping[str, str], narrowed: Filters) -> None:
        self.filters.show_table(table)
        self.view.quick = ""
        self._next_filters, self._narrowed = filters, narrowed
        self._ask()

    # ------------------------------------------------------------------------------------------------------------ export

    def _export(self, form: RecordsFormat | None) -> None:
        name, key, bench = str(self.export.file_name.value), str(self.export.key.value), self._source.bench
        if form is None and bench is not None:
            patient = self.filters.asked.get("patient_id")
            self._live.work(
                lambda: write_nameless(bench, name, key, patient_id=patient),
                then=lambda found: self._say(f"{_counted(found[1], 'file', 'files')} that name nobody written to {found[0]}.", "pass"),
            )
        elif form is not None:
            frame = self.view.matching if self.export.wants_matching else self.view.frame
            self._live.work(
                lambda: write_table(frame, form, name),
                then=lambda path: self._say(f"{_counted(len(frame), 'row', 'rows')} of {words_of(self.table)} written to {path}.", "pass"),
            )

    def _say(self, sentence: str, tone: str) -> None:
        self.message = sentence
        self._notice.value = markup.notice(sentence, tone)

    def _failed(self, sentence: str) -> None:
        self._say(sentence, "fail")


def _counted(count: int, one: str, several: str) -> str:
    return f"{count:,} {one if count == 1 else several}"
