"""The answers over one source's tables."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Final, Unpack

import pandas as pd

from workbench.errors import Refused
from workbench.records.answers.columns import ANSWERS
from workbench.records.answers.comparison import planned_versus_delivered
from workbench.records.answers.irregularities import irregularities
from workbench.records.answers.progress import progress, treatments
from workbench.records.answers.setup import setup_spread, setup_trend
from workbench.records.answers.timing import terminations, timing
from workbench.records.wanted import Filters

if TYPE_CHECKING:
    from workbench.records.tables import Records

_OF_COURSES = ("patient_id", "plan_uid")
_OF_SETUP = ("patient_id", "plan_uid", "session", "room", "since", "until")
TAKES: Final = MappingProxyType(
    {
        **dict.fromkeys(("planned_versus_delivered", "progress", "treatments", "irregularities", "terminations"), _OF_COURSES),
        **dict.fromkeys(("setup_trend", "setup_spread"), _OF_SETUP),
        "timing": ("patient_id", "session", "room"),
    }
)
"""Name of an answer → the filters that it takes."""


class Answers:
    """Ready-made answers: ``bench.records.answers.progress()``; the same over a data folder and over scanned files.

    Those about courses take ``patient_id`` and ``plan_uid``, those about setup all filters of tables, timing ``session`` and ``room`` too.
    A course is always counted whole, so that what is asked for never changes what counts.
    """

    def __init__(self, records: Records) -> None:
        self._records = records

    def answer(self, name: str, **filters: Unpack[Filters]) -> pd.DataFrame:
        """One answer by its name in ``answers.columns.ANSWERS``.

        Raises
        ------
        Refused : it cannot be narrowed by one of the filters.
        """
        asked = {key: value for key, value in filters.items() if value is not None}
        for key in asked:
            if key not in TAKES[name]:
                raise Refused(f"answer {name}: found {key} to narrow it by, expected {', '.join(TAKES[name])}", rule="filter")
        return getattr(self, ANSWERS[name].name)(**asked)  # type: ignore[no-any-return]

    def planned_versus_delivered(self, *, patient_id: str | None = None, plan_uid: str | None = None) -> pd.DataFrame:
        """Planned and delivered of each beam and fraction, with pass, warn or fail for each quantity."""
        return planned_versus_delivered(*self._courses(patient_id, plan_uid))

    def progress(self, *, patient_id: str | None = None, plan_uid: str | None = None) -> pd.DataFrame:
        """How far each course is, and what is due."""
        return progress(*self._courses(patient_id, plan_uid))

    def treatments(self, *, patient_id: str | None = None, plan_uid: str | None = None) -> pd.DataFrame:
        """Each beam of each fraction as one treatment, interruptions and continuations chained."""
        return treatments(*self._courses(patient_id, plan_uid))

    def irregularities(self, *, patient_id: str | None = None, plan_uid: str | None = None) -> pd.DataFrame:
        """Missing, duplicate and contradictory records, each explained."""
        asked = Filters(patient_id=patient_id, plan_uid=plan_uid)
        told = (self._records.instructions(**asked), self._records.workitems(**asked))
        return irregularities(*self._courses(patient_id, plan_uid), *told)

    def setup_trend(self, **filters: Unpack[Filters]) -> pd.DataFrame:
        """Table positions, residuals and setup shifts in the order of time; table positions at beam-on from the treatment records."""
        records = self._records
        return setup_trend(records.positions(**filters), records.registrations(**filters), records.beams(**filters))

    def setup_spread(self, **filters: Unpack[Filters]) -> pd.DataFrame:
        """How setups lie on average and vary, for each patient, room and machine."""
        return setup_spread(self.setup_trend(**filters))

    def timing(self, *, patient_id: str | None = None, session: int | None = None, room: str | None = None) -> pd.DataFrame:
        """Claim to beam-on to completion of each treatment."""
        asked = Filters(patient_id=patient_id, session=session, room=room)
        return timing(self._records.beams(**asked), self._records.workitem_history(**asked))

    def terminations(self, *, by: str = "room", patient_id: str | None = None, plan_uid: str | None = None) -> pd.DataFrame:
        """How deliveries ended, counted by room, machine, patient, plan or type."""
        return terminations(*self._courses(patient_id, plan_uid), by=by)

    def _courses(self, patient_id: str | None, plan_uid: str | None) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
        asked = Filters(patient_id=patient_id, plan_uid=plan_uid)
        return self._records.beams(**asked), self._records.planned_beams(**asked), self._records.sessions(**asked)
