"""The answers over one source's tables."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Final, Unpack

import pandas as pd

from workbench.errors import Refused
from workbench.records.answers import columns
from workbench.records.answers.columns import ANSWERS
from workbench.records.answers.comparison import planned_versus_delivered
from workbench.records.answers.irregularities import irregularities
from workbench.records.answers.progress import progress, treatments
from workbench.records.answers.setup import setup_spread, setup_trend
from workbench.records.answers.timing import terminations, timing
from workbench.records.wanted import Filters, Wanted

if TYPE_CHECKING:
    from workbench.records.tables import Records

COUNTED: Final = frozenset({"planned_versus_delivered", "progress", "treatments", "irregularities", "terminations"})
"""Answers for which whole courses are counted, delivery by delivery."""
_COURSE, _DAYS = ("patient_id", "plan_uid"), ("since", "until")
TAKES: Final = MappingProxyType(
    {
        **dict.fromkeys(("progress", "irregularities"), _COURSE),
        **dict.fromkeys(("planned_versus_delivered", "treatments"), (*_COURSE, *_DAYS)),
        "terminations": (*_COURSE, "room", *_DAYS),
        **dict.fromkeys(("setup_trend", "setup_spread", "timing"), (*_COURSE, "session", "room", *_DAYS)),
    }
)
"""Name of an answer → the filters that it takes."""


class Answers:
    """Ready-made answers: ``bench.records.answers.progress()``; the same over a data folder and over scanned files.

    Each takes those filters of ``Filters`` that ``TAKES`` names; days are those of the first beam-on of what a row is about, of timing of
    the claim where there was one. A course is always counted whole, so that what is asked for never changes what counts.

    Raises
    ------
    Refused : an answer cannot be narrowed by one of the filters; so do all of them.
    """

    def __init__(self, records: Records) -> None:
        self._records = records

    def answer(self, name: str, **filters: Unpack[Filters]) -> pd.DataFrame:
        """One answer by its name in ``answers.columns.ANSWERS``."""
        return getattr(self, ANSWERS[name].name)(**filters)  # type: ignore[no-any-return]

    def planned_versus_delivered(self, **filters: Unpack[Filters]) -> pd.DataFrame:
        """Planned and delivered of each beam and fraction, with pass, warn or fail for each quantity."""
        wanted = self._wanted("planned_versus_delivered", filters)
        return wanted.narrowed(planned_versus_delivered(*self._courses(wanted)), columns.PLANNED_VERSUS_DELIVERED)

    def progress(self, **filters: Unpack[Filters]) -> pd.DataFrame:
        """How far each course is, and what is due."""
        return progress(*self._courses(self._wanted("progress", filters)))

    def treatments(self, **filters: Unpack[Filters]) -> pd.DataFrame:
        """Each beam of each fraction as one treatment, interruptions and continuations chained."""
        wanted = self._wanted("treatments", filters)
        return wanted.narrowed(treatments(*self._courses(wanted)), columns.TREATMENTS)

    def irregularities(self, **filters: Unpack[Filters]) -> pd.DataFrame:
        """Missing, duplicate and contradictory records, each explained."""
        wanted = self._wanted("irregularities", filters)
        asked = _of_course(wanted)
        told = (self._records.instructions(**asked), self._records.workitems(**asked))
        return irregularities(*self._courses(wanted), *told)

    def setup_trend(self, **filters: Unpack[Filters]) -> pd.DataFrame:
        """Table positions, residuals and setup shifts in the order of time; table positions at beam-on from the treatment records."""
        self._wanted("setup_trend", filters)
        records = self._records
        return setup_trend(records.positions(**filters), records.registrations(**filters), records.beams(**filters))

    def setup_spread(self, **filters: Unpack[Filters]) -> pd.DataFrame:
        """How setups lie on average and vary, for each patient, room and machine."""
        return setup_spread(self.setup_trend(**filters))

    def timing(self, **filters: Unpack[Filters]) -> pd.DataFrame:
        """Claim to beam-on to completion of each treatment."""
        wanted = self._wanted("timing", filters)
        # A session is timed whole: its beams may be of two days.
        asked = Filters(patient_id=wanted.patient_id, session=wanted.session, room=wanted.room)
        whole = timing(self._records.beams(**asked), self._records.workitem_history(**asked))
        fits = wanted.within(whole["claimed_at"].fillna(whole["beam_on_at"]))
        if wanted.plan_uid is not None:
            fits &= (whole["plan_uid"] == wanted.plan_uid).fillna(False).astype(bool)
        return whole[fits].reset_index(drop=True)

    def terminations(self, *, by: str = "room", **filters: Unpack[Filters]) -> pd.DataFrame:
        """How deliveries ended, counted by room, machine, patient, plan or type."""
        wanted = self._wanted("terminations", filters)
        return terminations(*self._courses(wanted), by=by, wanted=wanted)

    def _wanted(self, name: str, filters: Filters) -> Wanted:
        for key, value in filters.items():
            if value is not None and key not in TAKES[name]:
                raise Refused(f"answer {name}: found {key} to narrow it by, expected {', '.join(TAKES[name])}", rule="filter")
        return Wanted.of(self._records.zone, **filters)

    def _courses(self, wanted: Wanted) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
        asked = _of_course(wanted)
        return self._records.beams(**asked), self._records.planned_beams(**asked), self._records.sessions(**asked)


def _of_course(wanted: Wanted) -> Filters:
    return Filters(patient_id=wanted.patient_id, plan_uid=wanted.plan_uid)
