"""The ready-made answers over Dask collections: the same functions, each on the whole of some patients.

What one row of an answer needs is always of one patient: a course with its plans, its records and its sessions, a run of setups, a
workitem. So rows are brought together by patient, and each partition is answered by itself. Only two answers put patients together, how
setups spread and how deliveries ended; these are made in parts that are merged.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Final, Protocol

import pandas as pd

from workbench.records import columns
from workbench.records.answers import ANSWERS, irregularities, planned_versus_delivered, progress, setup_trend, timing, treatments
from workbench.records.answers.setup import spread_merged, spread_of, spread_parts
from workbench.records.answers.timing import shares_of, termination_parts, terminations_merged
from workbench.records.columns import Table
from workbench.records.typed import ordered, typed, unknown

if TYPE_CHECKING:
    import dask.dataframe as dd


class Collections(Protocol):
    """Tables as Dask collections (``scaled.ScaledRecords``)."""

    @property
    def tables(self) -> list[str]:
        """Names of the tables there are."""
        ...

    def table(self, name: str) -> dd.DataFrame:
        """One table by its name."""
        ...


Step = Callable[[pd.DataFrame], pd.DataFrame]

COURSES: Final = (columns.BEAMS, columns.PLANNED_BEAMS, columns.SESSIONS)
"""What courses are told from."""


class ScaledAnswers:
    """Answers as Dask collections: ``scaled(records).answers.progress().compute()``.

    Rows and columns are those of ``answers.columns``; rows are in order within a partition and in none across. To narrow an answer,
    narrow what it gives (by ``patient_id``, ``plan_uid``, ...) and not the tables below it: a course is counted whole.
    A table that the source does not have, such as the sessions of loose files, counts as empty, as it does without Dask.
    """

    def __init__(self, records: Collections) -> None:
        self._records = records

    def answer(self, name: str) -> dd.DataFrame:
        """One answer by its name in ``answers.columns.ANSWERS``."""
        return getattr(self, ANSWERS[name].name)()

    def planned_versus_delivered(self) -> dd.DataFrame:
        """Planned and delivered of each beam and fraction, with pass, warn or fail for each quantity."""
        return self._by_patient(planned_versus_delivered, COURSES, "planned_versus_delivered")

    def progress(self) -> dd.DataFrame:
        """How far each course is, and what is due."""
        return self._by_patient(progress, COURSES, "progress")

    def treatments(self) -> dd.DataFrame:
        """Each beam of each fraction as one treatment, interruptions and continuations chained."""
        return self._by_patient(treatments, COURSES, "treatments")

    def irregularities(self) -> dd.DataFrame:
        """Missing, duplicate and contradictory records, each explained."""
        return self._by_patient(irregularities, (*COURSES, columns.INSTRUCTIONS, columns.WORKITEMS), "irregularities")

    def setup_trend(self) -> dd.DataFrame:
        """Table positions, residuals and setup shifts in the order of time."""
        return self._by_patient(setup_trend, (columns.POSITIONS, columns.REGISTRATIONS, columns.BEAMS), "setup_trend")

    def setup_spread(self) -> dd.DataFrame:
        """How setups lie on average and vary, for each patient, room and machine."""
        return _reduced(self.setup_trend(), spread_parts, spread_merged, spread_of, _meta("setup_spread"))

    def timing(self) -> dd.DataFrame:
        """Claim to beam-on to completion of each treatment."""
        return self._by_patient(timing, (columns.BEAMS, columns.WORKITEM_HISTORY), "timing")

    def terminations(self, *, by: str = "room") -> dd.DataFrame:
        """How deliveries ended, counted by room, machine, patient, plan or type."""
        counted = partial(termination_parts, by=by)
        parts = self._together(counted, COURSES, meta=counted(*(typed([], table) for table in COURSES)))
        return _reduced(parts, _as_they_are, terminations_merged, shares_of, _meta("terminations"))

    def _by_patient(self, answer: Callable[..., pd.DataFrame], tables: tuple[Table, ...], name: str) -> dd.DataFrame:
        return self._together(answer, tables, meta=_meta(name))

    def _together(self, answer: Callable[..., pd.DataFrame], tables: tuple[Table, ...], *, meta: pd.DataFrame) -> dd.DataFrame:
        """The answer to each partition of patients, who have all their rows in it."""
        found = {table.name: self._records.table(table.name) for table in tables if table.name in self._records.tables}
        count = max(one.npartitions for one in found.values())
        shuffled = {name: one.shuffle("patient_id", npartitions=count) for name, one in found.items()}
        first, *others = shuffled.values()
        question = _Question(answer=answer, tables=tables, given=tuple(shuffled))
        return first.map_partitions(question, *others, meta=meta, align_dataframes=False)


def _meta(name: str) -> pd.DataFrame:
    return unknown(typed([], ANSWERS[name]))


@dataclass(frozen=True, kw_only=True)
class _Question:
    """An answer with the tables it takes, of which those not ``given`` are empty; it can be pickled."""

    answer: Callable[..., pd.DataFrame]
    tables: tuple[Table, ...]
    given: tuple[str, ...]

    def __call__(self, *frames: pd.DataFrame) -> pd.DataFrame:
        found = dict(zip(self.given, frames, strict=True))
        return self.answer(*(ordered(typed(found.get(one.name, []), one), one) for one in self.tables))


def _reduced(
    collection: dd.DataFrame,
    parts_of: Step,
    merged: Step,
    whole_of: Step,
    meta: pd.DataFrame,
) -> dd.DataFrame:
    """One partition made of the parts of all, which are merged a few at a time, so that they never come together in one memory."""
    parts = partial(_chained, parts_of, merged)
    return collection.reduction(parts, aggregate=whole_of, combine=merged, meta=meta)


def _chained(
    first: Callable[[pd.DataFrame], pd.DataFrame], then: Callable[[pd.DataFrame], pd.DataFrame], frame: pd.DataFrame
) -> pd.DataFrame:
    return then(first(frame))


def _as_they_are(parts: pd.DataFrame) -> pd.DataFrame:
    return parts
