"""The entries of a records dashboard: which table, and of which patient, plan, room and days."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Final

from ipywidgets import Combobox, DatePicker, Dropdown

from workbench.records import Filters
from workbench.records.answers.columns import ANSWERS
from workbench.records.columns import TABLES
from workbench_widgets.markup import MIDDOT, SHOWN_ENDS
from workbench_widgets.records_view import Choices, words_of

FIRST: Final = "beams"
MOST_SUGGESTED: Final = 1000
"""No more patients and plans are offered; any Patient ID can be entered."""
EVERY: Final = ""
"""Value of the entries that narrow nothing."""


class RecordFilters:
    """Entries and what they say.

    Parameters
    ----------
    changed : called in whatever thread a change arrives in.
    """

    def __init__(self, changed: Callable[[object], object]) -> None:
        self._choices, self._is_offering = Choices(), False
        self._changed = changed
        names = [FIRST, *(name for name in TABLES if name != FIRST)]
        options = [(words_of(name), name) for name in names] + [(f"answer{MIDDOT}{words_of(name)}", name) for name in ANSWERS]
        self.table = _entry(Dropdown(options=options, value=FIRST), "table", "wb-rec-table", "Which rows are shown.")
        self.patient = _entry(
            Combobox(placeholder="all", ensure_option=False, continuous_update=False),
            "patient",
            "wb-rec-patient",
            "A Patient ID; blank shows all.",
        )
        self.plan = _entry(Dropdown(options=[("all", EVERY)]), "plan", "wb-rec-plan", "Of one plan.")
        self.room = _entry(Dropdown(options=[("all", EVERY)]), "room", "wb-rec-room", "Of one treatment room.")
        self.since = _entry(DatePicker(), "from day", "wb-rec-since", "First day, of this machine's zone.")
        self.until = _entry(DatePicker(), "to day", "wb-rec-until", "Last day, which is included whole.")
        self.entries = (self.table, self.patient, self.plan, self.room, self.since, self.until)
        for one in self.entries:
            one.observe(self._told, names="value")

    @property
    def asked(self) -> Filters:
        """What is entered."""
        return Filters(
            patient_id=self.patient.value.strip() or None,
            plan_uid=self.plan.value or None,
            room=self.room.value or None,
            since=self.since.value,
            until=self.until.value,
        )

    def offer(self, choices: Choices) -> None:
        """What can be chosen; what is chosen stays."""
        self._choices = choices
        self._is_offering = True
        try:
            self.patient.options = list(choices.patients[:MOST_SUGGESTED])
            patient = self.patient.value.strip()
            plans = {uid: named for uid, named in choices.plans.items() if not patient or named[0] == patient}
            _set_options(self.plan, [(_plan_words(uid, *named), uid) for uid, named in list(plans.items())[:MOST_SUGGESTED]])
            _set_options(self.room, [(room, room) for room in choices.rooms])
        finally:
            self._is_offering = False

    def show_table(self, name: str) -> None:
        """Have the entry say another table, without that anybody chose it."""
        self._is_offering = True
        try:
            self.table.value = name
        finally:
            self._is_offering = False

    def _told(self, change: Any) -> None:
        if self._is_offering:
            return
        if change.owner is self.patient:
            self.offer(self._choices)
        self._changed(change)


def _set_options(entry: Any, options: Sequence[tuple[str, str]]) -> None:
    whole = [("all", EVERY), *options]
    if list(entry.options) == whole:
        return
    before = entry.value
    entry.options = whole
    entry.value = before if any(value == before for _, value in whole) else EVERY


def _plan_words(uid: str, patient: str, label: str) -> str:
    return MIDDOT.join(one for one in (patient, label or "plan without label", f"\N{HORIZONTAL ELLIPSIS}{uid[-SHOWN_ENDS[1] :]}") if one)


def _entry(entry: Any, words: str, hook: str, tooltip: str) -> Any:
    entry.description, entry.tooltip = words, tooltip
    entry.add_class(hook)
    return entry
