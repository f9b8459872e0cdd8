"""The index as whole tables: one query each, rows as they come from the database, columns named as in ``records.columns``.

Many rows are read at once here, so nothing is made of them: moments stay text, and typing is the business of who tabulates them.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from types import MappingProxyType
from typing import Any, Final

from sqlalchemy import ColumnElement, Connection, FromClause, Select, and_, func, select

from workbench.archive import schema
from workbench.dicom import uids
from workbench.events import EventKind

IMAGES: Final = (uids.CT_IMAGE, uids.RT_IMAGE)
RECORDS: Final = (uids.RT_ION_BEAMS_RECORD, uids.RT_BEAMS_RECORD)
OFFSETS: Final = timedelta(hours=15)
"""More than any offset from UTC (PS3.5 6.2): moments are kept as text of any zone, and their dates differ by no more."""
REFUSED: Final = (EventKind.OBJECT_REFUSED.value, EventKind.REQUEST_REFUSED.value)
OF_WORKITEMS: Final = tuple(kind.value for kind in EventKind if kind.value.startswith("workitem."))


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What rows are asked for; None asks for all.

    Parameters
    ----------
    since, before : of the table's moment; rows near the ends may be given that do not fit.
    """

    patient_id: str | None = None
    plan_uid: str | None = None
    session: int | None = None
    room: str | None = None
    since: datetime | None = None
    before: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """Records whose UIDs sort from the first up to another one; None is open.

    So an archive is read in parts by any database: what sorts where is its own affair.
    """

    first: str | None = None
    below: str | None = None


EVERY: Final = Span()
"""All records."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Query:
    """One table.

    Parameters
    ----------
    by : field of ``Asked`` → the column it is compared with; those that a table lacks are left to the caller.
    plans : columns of which one has to be the plan asked for.
    moment : column that dates are compared with.
    record : column of the record that rows are of.
    """

    query: Select[Any]
    by: dict[str, ColumnElement[Any]]
    plans: tuple[ColumnElement[Any], ...] = ()
    moment: ColumnElement[Any] | None = None
    record: ColumnElement[Any] | None = None


class Tabulated:
    """Tables of one transaction's view."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def spans(self, records: int) -> list[Span]:
        """Spans of so many records each that together are all of them; one that is open where there are none."""
        uid = schema.beams.c.record_uid
        numbered = select(uid, func.row_number().over(order_by=uid).label("number")).group_by(uid).subquery()
        query = select(numbered.c.record_uid).where((numbered.c.number - 1) % records == 0).order_by(numbered.c.number)
        # The first span is open below, and the last above, so that records that come meanwhile are in one of them.
        inner = list(self._connection.execute(query).scalars())[1:]
        return [Span(first=first, below=below) for first, below in zip([None, *inner], [*inner, None], strict=True)]

    def rows(self, table: str, asked: Asked, span: Span = EVERY) -> tuple[list[str], list[tuple[Any, ...]]]:
        """Column names and rows of a table.

        Parameters
        ----------
        table : one of ``TABULATED``.
        span : only the rows of these records; all of a table whose rows are not of records.
        """
        made = TABULATED[table]()
        query = made.query
        for field, column in made.by.items():
            value = getattr(asked, field)
            if value is not None:
                query = query.where(column == value)
        if asked.plan_uid is not None and made.plans:
            same = [column == asked.plan_uid for column in made.plans]
            query = query.where(same[0] if len(same) == 1 else same[0] | same[1])
        if made.moment is not None:
            query = query.where(*_within(made.moment, asked))
        if made.record is not None:
            if span.first is not None:
                query = query.where(made.record >= span.first)
            if span.below is not None:
                query = query.where(made.record < span.below)
        found = self._connection.execute(query)
        return list(found.keys()), [tuple(row) for row in found]


def _within(moment: ColumnElement[Any], asked: Asked) -> list[ColumnElement[bool]]:
    """Text that sorts by local date; a day of slack at either end, as zones differ."""
    ends: list[ColumnElement[bool]] = []
    if asked.since is not None:
        ends.append(moment >= f"{asked.since.astimezone(UTC) - OFFSETS:%Y-%m-%d}")
    if asked.before is not None:
        ends.append(moment < f"{asked.before.astimezone(UTC) + OFFSETS + timedelta(days=1):%Y-%m-%d}")
    return ends


def _without(table: FromClause, *names: str) -> list[ColumnElement[Any]]:
    return [column for column in table.c if column.name not in names]


def _beams() -> _Query:
    beams, objects, planned = schema.beams, schema.objects, schema.planned_beams
    source = beams.join(objects, objects.c.uid == beams.c.record_uid).outerjoin(
        planned, and_(planned.c.plan_uid == beams.c.session_plan_uid, planned.c.beam == beams.c.beam)
    )
    query = select(
        *_without(beams, "session_id", "planned_mu"),
        beams.c.session_id.label("session"),
        func.coalesce(beams.c.planned_mu, planned.c.planned_mu).label("planned_mu"),
        objects.c.stored_at,
        objects.c.origin,
        objects.c.file,
    ).select_from(source)
    return _of_beams(query, beams.c.started_at)


def _control_points() -> _Query:
    beams, points, objects = schema.beams, schema.control_points, schema.objects
    source = points.join(beams, and_(beams.c.record_uid == points.c.record_uid, beams.c.item == points.c.item)).join(
        objects, objects.c.uid == points.c.record_uid
    )
    told = ("patient_id", "room", "machine", "fraction", "beam", "plan_uid")
    query = select(points, *(beams.c[name] for name in told), beams.c.session_id.label("session"), objects.c.file).select_from(source)
    return _of_beams(query, points.c.at)


def _record_files() -> _Query:
    """One row for each beam of a record, with its file: what spots are read from."""
    beams, objects = schema.beams, schema.objects
    told = ("patient_id", "fraction", "plan_uid", "record_uid", "item")
    query = (
        select(*(beams.c[name] for name in told), objects.c.file)
        .select_from(beams.join(objects, objects.c.uid == beams.c.record_uid))
        .order_by(beams.c.fraction, beams.c.started_at, beams.c.record_uid, beams.c.item)
    )
    return _of_beams(query, beams.c.started_at)


def _of_beams(query: Select[Any], moment: ColumnElement[Any]) -> _Query:
    beams = schema.beams
    by: dict[str, ColumnElement[Any]] = {"patient_id": beams.c.patient_id, "session": beams.c.session_id, "room": beams.c.room}
    return _Query(query=query, by=by, plans=(beams.c.plan_uid, beams.c.session_plan_uid), moment=moment, record=beams.c.record_uid)


def _planned_beams() -> _Query:
    planned, objects = schema.planned_beams, schema.objects
    query = select(planned, objects.c.patient_id, objects.c.plan_label, objects.c.file).select_from(
        planned.join(objects, objects.c.uid == planned.c.plan_uid)
    )
    return _Query(query=query, by={"patient_id": objects.c.patient_id}, plans=(planned.c.plan_uid,))


def _workitems() -> _Query:
    workitems, sessions = schema.workitems, schema.sessions
    told = ("patient_id", "room", "code", "state", "holder", "progress_percent", "progress_text", "start", "changed_at")
    query = select(
        *(workitems.c[name] for name in told),
        workitems.c.uid.label("workitem_uid"),
        workitems.c.session_id.label("session"),
        sessions.c.plan_uid,
    ).select_from(workitems.outerjoin(sessions, sessions.c.id == workitems.c.session_id))
    by: dict[str, ColumnElement[Any]] = {
        "patient_id": workitems.c.patient_id,
        "session": workitems.c.session_id,
        "room": workitems.c.room,
    }
    return _Query(query=query, by=by, plans=(sessions.c.plan_uid,), moment=workitems.c.changed_at)


def _workitem_history() -> _Query:
    """A workitem that is no longer kept has its session and code from the event."""
    events, workitems = schema.events, schema.workitems
    query = (
        select(
            events.c.id.label("number"),
            events.c.at,
            events.c.kind,
            events.c.actor,
            events.c.detail,
            events.c.subject.label("workitem_uid"),
            workitems.c.patient_id,
            workitems.c.room,
            workitems.c.code,
            workitems.c.session_id.label("session"),
        )
        .select_from(events.outerjoin(workitems, workitems.c.uid == events.c.subject))
        .where(events.c.kind.in_(OF_WORKITEMS))
    )
    return _Query(query=query, by={}, moment=events.c.at)


def _refusals() -> _Query:
    events = schema.events
    query = select(events.c.id.label("number"), events.c.at, events.c.actor, events.c.subject, events.c.detail)
    return _Query(query=query.where(events.c.kind.in_(REFUSED)), by={}, moment=events.c.at)


def _setup_images() -> _Query:
    objects, positions = schema.objects, schema.positions
    told = ("vertical_mm", "longitudinal_mm", "lateral_mm", "yaw_deg", "pitch_deg", "roll_deg", "label")
    query = select(
        *(objects.c[name] for name in ("patient_id", "modality", "stored_at", "series_uid", "frame_uid", "file")),
        objects.c.uid.label("object_uid"),
        *(positions.c[name] for name in told),
    )
    source = objects.outerjoin(positions, positions.c.object_uid == objects.c.uid)
    return _of_setup(query.where(objects.c.sop_class_uid.in_(IMAGES)), source, schema.objects)


def _positions() -> _Query:
    query = select(*_without(schema.positions, "session_id"), schema.objects.c.file)
    return _of_setup(query, schema.positions.join(schema.objects, schema.objects.c.uid == schema.positions.c.object_uid), schema.positions)


def _registrations() -> _Query:
    query = select(*_without(schema.registrations, "session_id"), schema.objects.c.file)
    source = schema.registrations.join(schema.objects, schema.objects.c.uid == schema.registrations.c.object_uid)
    return _of_setup(query, source, schema.registrations)


def _of_setup(query: Select[Any], source: FromClause, of: FromClause) -> _Query:
    sessions = schema.sessions
    whole = query.add_columns(of.c.session_id.label("session"), sessions.c.room, sessions.c.plan_uid).select_from(
        source.outerjoin(sessions, sessions.c.id == of.c.session_id)
    )
    by: dict[str, ColumnElement[Any]] = {"patient_id": of.c.patient_id, "session": of.c.session_id, "room": sessions.c.room}
    return _Query(query=whole, by=by, plans=(sessions.c.plan_uid,), moment=of.c.stored_at)


TABULATED: Final = MappingProxyType[str, Callable[[], _Query]](
    {
        "beams": _beams,
        "control_points": _control_points,
        "record_files": _record_files,
        "planned_beams": _planned_beams,
        "workitems": _workitems,
        "workitem_history": _workitem_history,
        "refusals": _refusals,
        "setup_images": _setup_images,
        "positions": _positions,
        "registrations": _registrations,
    }
)
"""Name → how its query is made; sessions and instructions are few and are read as values."""
