"""The panels of a records dashboard beside its table: the chosen row, charts, irregular records."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import pandas as pd
from ipywidgets import Box, Dropdown, ToggleButtons

from workbench.records import Filters, Records
from workbench_widgets import markup
from workbench_widgets.closing import close_whole
from workbench_widgets.latest import Latest
from workbench_widgets.live import Live
from workbench_widgets.parts import Part, button, html
from workbench_widgets.pictures import FigureImage
from workbench_widgets.records_charts import CHARTS, GROUP_WORDS, INCHES_WIDE, MEASURES, Charted, Focus, charted, drawn
from workbench_widgets.records_details import details, file_line, irregular_list, object_text
from workbench_widgets.records_source import RecordsSource
from workbench_widgets.records_view import Choices, Link, is_too_much, links, rows_of, too_much, words_of
from workbench_widgets.table_columns import ShownColumn

CHART_INCHES: Final = (INCHES_WIDE, 2.0)
NO_ROW: Final = "Click a row of the table: here is then all that it says, and what it leads to."


class RowPanel(Part):
    """All that one row says, the rows it leads to, and the object it was read from.

    Parameters
    ----------
    follow : called with the way that was clicked, in whatever thread the click arrives in.
    """

    TITLE = "Chosen row"

    def __init__(self, source: RecordsSource, live: Live, follow: Callable[[Link], object]) -> None:
        self._source, self._live, self._follow = source, live, follow
        self._row: Mapping[str, Any] | None = None
        self.links = Box([])
        self.links.add_class("wb-actions")
        self.links.add_class("wb-rec-links")
        self._details, self._file, self._object = html(markup.empty(NO_ROW), "wb-rec-details"), html(""), html("")
        self.object = button("Show the object", "wb-rec-object", "The DICOM object that the row was read from, attribute by attribute.")
        self.object.on_click(lambda _: live.post(self._show_object))
        self.object.layout.display = "none"
        super().__init__("wb-rec-row", self.TITLE, self.links, self._details, self._file, self.object, self._object)

    def show(self, table: str, row: Mapping[str, Any] | None, columns: Sequence[ShownColumn]) -> None:
        """Show this row of this table from now on."""
        if row == self._row:
            return
        self._row = row
        self._object.value = ""
        place = None if row is None else self._source.place(row)
        self._details.value = markup.empty(NO_ROW) if row is None else details(row, columns)
        self._file.value = file_line(place)
        self.object.layout.display = "none" if place is None else ""
        before = self.links.children
        self.links.children = [self._way(one) for one in links(table, row, columns)] if row is not None else []
        for one in before:
            close_whole(one)
        self.remark(self.TITLE, "" if row is None else f"of {words_of(table)}, with what belongs to it")

    def _way(self, way: Link) -> Any:
        made = button(way.words, "wb-rec-link", f"Show the {way.words} that belong to this row.")
        made.on_click(lambda _: self._follow(way))
        return made

    def _show_object(self) -> None:
        row = self._row
        if row is not None:
            self._live.work(lambda: self._source.object_words(row), then=self._put_object)

    def _put_object(self, words: str) -> None:
        self._object.value = object_text(words)


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered:
    """What a chart shows.

    Parameters
    ----------
    rows : that the picture is drawn from, with what else it depends on; the same rows give the same picture, whatever happened elsewhere.
    """

    name: str
    measure: str
    found: Charted
    rows: str


class ChartPanel(Part):
    """One answer as a chart, of the chosen row or of what the filters leave."""

    TITLE = "Charts"

    def __init__(self, records: Callable[[], Records], live: Live) -> None:
        self._records = records
        self._of: tuple[Focus, Choices] | None = None
        self._work = Latest[Answered](live, self._show)
        self.chart = ToggleButtons(options=[(words, name) for name, words in CHARTS.items()], style={"button_width": "auto"})
        self.chart.add_class("wb-tabs")
        self.measure = Dropdown(options=[(words, name) for name, words in MEASURES.items()], description="measure")
        self.measure.add_class("wb-rec-measure")
        self.group = Dropdown(options=[(words, name) for name, words in GROUP_WORDS.items()], description="counted by")
        self.group.add_class("wb-rec-group")
        self.summary = html("", "wb-rec-summary")
        self.picture = FigureImage(CHART_INCHES, live)
        self.picture.layout.display = "none"
        for one in (self.chart, self.measure, self.group):
            one.observe(lambda _: live.post(self._ask), names="value")
        super().__init__("wb-rec-chart", self.TITLE, self.chart, self.measure, self.group, self.summary, self.picture)

    def show(self, focus: Focus, choices: Choices) -> None:
        """Draw for this row and these filters from now on."""
        self._of = (focus, choices)
        self._ask()

    def _ask(self) -> None:
        name, measure, by = str(self.chart.value), str(self.measure.value), str(self.group.value)
        self.measure.layout.display = "" if name == "setup_trend" else "none"
        self.group.layout.display = "" if name == "terminations" else "none"
        if self._of is not None:
            focus, choices = self._of
            self._work.ask(lambda: self._answered(name, measure, by, focus, choices))

    def _answered(self, name: str, measure: str, by: str, focus: Focus, choices: Choices) -> Answered:
        """Called in a thread of its own."""
        found = charted(self._records(), name, focus, choices, measure=measure, by=by)
        return Answered(name=name, measure=measure, found=found, rows=f"{name} {measure} {found.answer.to_csv()}")

    def _show(self, one: Answered) -> None:
        if one.found.sentence:
            self.picture.forget()
            self._tell(one)
        else:
            self.picture.show(one.rows, lambda: drawn(one.name, one.found.answer, one.measure), then=lambda: self._tell(one))

    def _tell(self, one: Answered) -> None:
        """With the picture: a heading never stands above the picture of another chart."""
        found = one.found
        self.picture.layout.display = "none" if found.sentence else ""
        self.summary.value = found.summary or (markup.empty(found.sentence) if found.sentence else "")
        self.remark(words_of(one.name).capitalize(), found.remark)


class IrregularPanel(Part):
    """What is missing, duplicate or contradictory, in words."""

    TITLE = "Irregular records"

    def __init__(self, records: Callable[[], Records], live: Live) -> None:
        self._records = records
        self._work = Latest[pd.DataFrame](live, self._put)
        self.list = html("", "wb-rec-irregular")
        super().__init__("wb-rec-irregular-panel", self.TITLE, self.list)

    def show(self, asked: Filters, choices: Choices) -> None:
        """List those of what the filters leave."""
        if is_too_much("irregularities", asked, choices):
            self.list.value = markup.empty(too_much(choices))
        else:
            self._work.ask(lambda: rows_of(self._records(), "irregularities", asked))

    def _put(self, answer: pd.DataFrame) -> None:
        self.list.value = irregular_list(answer)
        self.remark(self.TITLE, f"{len(answer):,} found" if len(answer) else "")
