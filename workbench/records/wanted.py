"""Which rows are wanted: the filters that all tables share."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, tzinfo
from typing import TypedDict, Unpack

import pandas as pd

from workbench.errors import Refused
from workbench.records.columns import Table


class Filters(TypedDict, total=False):
    """What rows can be narrowed by; all that are given have to fit, None is not given."""

    patient_id: str | None
    """Patient ID."""
    plan_uid: str | None
    """SOP Instance UID of the plan that was checked in, or of the one that a record references."""
    session: int | None
    """Number of the session."""
    room: str | None
    """Treatment room."""
    since: date | None
    """First day, or first moment; one without zone is meant in that of the source."""
    until: date | None
    """Last day, which is included whole, or last moment."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Which rows are wanted; None wants all.

    Parameters
    ----------
    since : first moment, with its zone.
    before : first moment that is no longer wanted, with its zone.
    """

    patient_id: str | None = None
    plan_uid: str | None = None
    session: int | None = None
    room: str | None = None
    since: datetime | None = None
    before: datetime | None = None

    @classmethod
    def of(cls, zone: tzinfo, **filters: Unpack[Filters]) -> Wanted:
        """The filters with moments for days.

        Parameters
        ----------
        zone : in which days and moments without zone are meant.
        """
        since, until = filters.get("since"), filters.get("until")
        before = None
        if until is not None:
            before = _start(until, zone) + (timedelta(microseconds=1) if isinstance(until, datetime) else timedelta(days=1))
        return cls(
            patient_id=filters.get("patient_id"),
            plan_uid=filters.get("plan_uid"),
            session=filters.get("session"),
            room=filters.get("room"),
            since=None if since is None else _start(since, zone),
            before=before,
        )

    def must_fit(self, table: Table) -> None:
        """A table is narrowed by what its rows have.

        Raises
        ------
        Refused : its rows have no such column, or no moment.
        """
        names = set(table.names)
        for name in ("patient_id", "plan_uid", "session", "room"):
            if getattr(self, name) is not None and name not in names:
                raise Refused(f"table {table.name}: found {name} to narrow it by, expected a column that it has", rule="filter")
        if table.moment is None and not (self.since is None and self.before is None):
            raise Refused(f"table {table.name}: found dates to narrow it by, expected none as its rows have no moment", rule="filter")

    def narrowed(self, frame: pd.DataFrame, table: Table) -> pd.DataFrame:
        """The rows of a typed table that fit."""
        fits = pd.Series(True, index=frame.index)
        for name in ("patient_id", "session", "room"):
            value = getattr(self, name)
            if value is not None:
                fits &= (frame[name] == value).fillna(False).astype(bool)
        if self.plan_uid is not None:
            plans = [name for name in ("plan_uid", "session_plan_uid") if name in frame]
            fits &= (frame[plans] == self.plan_uid).fillna(False).astype(bool).any(axis=1)
        if table.moment is not None:
            fits &= self.within(frame[table.moment])
        return frame if fits.all() else frame[fits].reset_index(drop=True)

    def within(self, moments: pd.Series) -> pd.Series:
        """Which moments lie in the days that are wanted; one that is not known only where all are."""
        fits = pd.Series(True, index=moments.index)
        if self.since is not None:
            fits &= moments >= self.since
        if self.before is not None:
            fits &= moments < self.before
        return fits

    def has(self, moment: datetime | None) -> bool:
        """As ``within``, for one moment."""
        if self.since is None and self.before is None:
            return True
        return moment is not None and (self.since is None or moment >= self.since) and (self.before is None or moment < self.before)


def _start(day: date, zone: tzinfo) -> datetime:
    moment = day if isinstance(day, datetime) else datetime.combine(day, time())
    return moment if moment.tzinfo is not None else moment.replace(tzinfo=zone)
