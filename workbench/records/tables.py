"""The tables: the same functions over an archive, a data folder, files, or data sets."""

from __future__ import annotations

from datetime import tzinfo
from typing import Unpack

import pandas as pd

from workbench.records import columns
from workbench.records.answers.face import Answers
from workbench.records.columns import TABLES, Table
from workbench.records.reckoned import fractions, with_residuals
from workbench.records.source import Source
from workbench.records.typed import ordered, typed
from workbench.records.wanted import Filters, Wanted


class Records:
    """Tables over one source.

    Every table takes the filters of ``Filters`` that its rows have columns for: ``patient_id``, ``plan_uid``, ``session``, ``room``,
    ``since`` and ``until``. Its columns, their types, units and meanings are those of ``columns``; units are also in
    ``frame.attrs["units"]``. Rows can be traced by their UIDs and, where there is one, by ``file``.

    Examples
    --------
    >>> bench.records.beams(plan_uid=plan.uid, since=date(2024, 6, 3))
    """

    def __init__(self, source: Source) -> None:
        self._source = source

    @property
    def zone(self) -> tzinfo:
        """In which days of ``since`` and ``until`` are meant."""
        return self._source.zone

    @property
    def answers(self) -> Answers:
        """Ready-made answers over these tables."""
        return Answers(self)

    def table(self, name: str, **filters: Unpack[Filters]) -> pd.DataFrame:
        """One table by its name in ``columns.TABLES``."""
        return self._made(TABLES[name], **filters)

    def sessions(self, **filters: Unpack[Filters]) -> pd.DataFrame:
        """One row for each session that was checked in; none where the source knows none."""
        return self._made(columns.SESSIONS, **filters)

    def fractions(self, **filters: Unpack[Filters]) -> pd.DataFrame:
        """One row for each fraction of which anything was recorded, with sums over all its records.

        A record that came twice is summed twice here; whether one did is told by the answers.
        """
        return self._made(columns.FRACTIONS, **filters)

    def beams(self, **filters: Unpack[Filters]) -> pd.DataFrame:
        """One row for each recorded delivery of a beam, in the order of delivery."""
        return self._made(columns.BEAMS, **filters)

    def control_points(self, **filters: Unpack[Filters]) -> pd.DataFrame:
        """One row for each control point of a recorded delivery."""
        return self._made(columns.CONTROL_POINTS, **filters)

    def spots(self, **filters: Unpack[Filters]) -> pd.DataFrame:
        """One row for each scanned spot as delivered; the records that the filters leave are read for it, file by file."""
        return self._made(columns.SPOTS, **filters)

    def planned_beams(self, **filters: Unpack[Filters]) -> pd.DataFrame:
        """One row for each beam of a plan: what was planned, and within which tolerances."""
        return self._made(columns.PLANNED_BEAMS, **filters)

    def workitems(self, **filters: Unpack[Filters]) -> pd.DataFrame:
        """One row for each workitem as it stands."""
        return self._made(columns.WORKITEMS, **filters)

    def workitem_history(self, **filters: Unpack[Filters]) -> pd.DataFrame:
        """One row for each thing that happened to a workitem, the oldest first."""
        return self._made(columns.WORKITEM_HISTORY, **filters)

    def setup_images(self, **filters: Unpack[Filters]) -> pd.DataFrame:
        """One row for each CT or RT Image, with the table position where it tells one."""
        return self._made(columns.SETUP_IMAGES, **filters)

    def positions(self, **filters: Unpack[Filters]) -> pd.DataFrame:
        """One row for each table position that a structure set, a CT or an RT Image told, in the order they came.

        Axes and frames: ``workbench.treatment.positions``.
        """
        return self._made(columns.POSITIONS, **filters)

    def registrations(self, **filters: Unpack[Filters]) -> pd.DataFrame:
        """One row for each rigid registration, as six degrees of freedom about the isocentre, in the order they came.

        The convention: ``workbench.treatment.positions.RigidMove``. Residuals are of the table: planned minus found.
        """
        return self._made(columns.REGISTRATIONS, **filters)

    def instructions(self, **filters: Unpack[Filters]) -> pd.DataFrame:
        """One row for each task of a delivery instruction."""
        return self._made(columns.INSTRUCTIONS, **filters)

    def refusals(self, **filters: Unpack[Filters]) -> pd.DataFrame:
        """One row for each object or request that was refused, the oldest first."""
        return self._made(columns.REFUSALS, **filters)

    def files(self) -> pd.DataFrame:
        """One row for each file or data set that was looked at; a data folder has none."""
        return self._made(columns.FILES)

    def unreadable(self) -> pd.DataFrame:
        """One row for each file or data set that could not be read, with the reason; of a data folder, records whose spots could not."""
        return self._made(columns.UNREADABLE)

    def _made(self, table: Table, **filters: Unpack[Filters]) -> pd.DataFrame:
        wanted = Wanted.of(self._source.zone, **filters)
        wanted.must_fit(table)
        return ordered(wanted.narrowed(self._rows(table, wanted), table), table)

    def _rows(self, table: Table, wanted: Wanted) -> pd.DataFrame:
        """Typed rows, of which some may not be wanted."""
        if table is columns.FRACTIONS:
            # A fraction is whole: the days are those of the fraction, not of its beams.
            every = Wanted(patient_id=wanted.patient_id, plan_uid=wanted.plan_uid)
            return fractions(every.narrowed(self._typed(columns.BEAMS, every), columns.BEAMS))
        frame = self._typed(table, wanted)
        if table not in {columns.POSITIONS, columns.REGISTRATIONS}:
            return frame
        # What was planned and found may have come on another day than what is asked for.
        sessions = Wanted(patient_id=wanted.patient_id, plan_uid=wanted.plan_uid, session=wanted.session, room=wanted.room)
        return with_residuals(frame, ordered(self._typed(columns.POSITIONS, sessions), columns.POSITIONS))

    def _typed(self, table: Table, wanted: Wanted) -> pd.DataFrame:
        return typed(self._source.rows(table, wanted), table)
