"""Workitems as rows; every transition is one guarded UPDATE."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from types import MappingProxyType
from typing import Any, Final

from pydicom.dataset import Dataset
from sqlalchemy import Connection, Row, bindparam, delete, func, insert, or_, select, update

from workbench.archive import schema
from workbench.archive.narrowing import instant, name_key, narrowing
from workbench.archive.rows import SessionState, StepState, WorkitemRow
from workbench.dicom import moments, part10, uids
from workbench.dicom.matching import Test

MATCHED: Final = MappingProxyType(
    {"PatientID": "patient_id", "PatientName": "patient_name_key", "ScheduledProcedureStepStartDateTime": "start"}
)
"""Keyword of an attribute that workitems are commonly found by → its column."""


LOOSE: Final = select(schema.workitems).where(
    schema.workitems.c.session_id.is_(None),
    schema.workitems.c.state == bindparam("state"),
    schema.workitems.c.room.in_(bindparam("rooms", expanding=True)),
)


class Workitems:
    """Workitems of one transaction's view."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add(self, workitem: WorkitemRow) -> None:
        """Put a workitem on the worklist."""
        row = {name: getattr(workitem, name) for name in WorkitemRow.__dataclass_fields__}
        row |= {"state": workitem.state.value, "changed_at": workitem.changed_at.isoformat(), **_matched(workitem.dataset)}
        self._connection.execute(insert(schema.workitems).values(**row))

    def get(self, uid: str) -> WorkitemRow | None:
        """The workitem of this SOP Instance UID."""
        row = self._connection.execute(select(schema.workitems).where(schema.workitems.c.uid == uid)).one_or_none()
        return None if row is None else _workitem(row)

    def find(
        self,
        *,
        uid: str | None = None,
        state: StepState | None = None,
        code: str | None = None,
        rooms: tuple[str, ...] | None = None,
        session_id: int | None = None,
        tests: Mapping[str, Test] | None = None,
    ) -> list[WorkitemRow]:
        """Workitems that fit every condition given, in the order of their sessions; position acquisition comes before the beams.

        Parameters
        ----------
        tests : keyword of ``MATCHED`` → how it is matched; of these SQL tells what cannot match, and the caller the rest.
        """
        table = schema.workitems
        query = select(table).order_by(table.c.session_id, table.c.code, table.c.uid)
        for column, value in (
            (table.c.uid, uid),
            (table.c.state, None if state is None else state.value),
            (table.c.code, code),
            (table.c.session_id, session_id),
        ):
            if value is not None:
                query = query.where(column == value)
        if rooms is not None:
            query = query.where(table.c.room.in_(rooms))
        for keyword, test in (tests or {}).items():
            condition = narrowing(table.c[MATCHED[keyword]], test)
            if condition is not None:
                query = query.where(condition)
        return [_workitem(row) for row in self._connection.execute(query)]

    def uids(self) -> list[str]:
        """SOP Instance UIDs of all workitems."""
        return list(self._connection.scalars(select(schema.workitems.c.uid)))

    def forgettable(self) -> dict[str, datetime]:
        """Final workitems under no deletion lock, and since when they are over: since their session was completed.

        One of no session is over since it is final; one of an open session is not.
        """
        table, sessions, watched = schema.workitems, schema.sessions, schema.subscriptions
        locked = select(watched.c.workitem_uid).where(watched.c.has_lock)
        query = (
            select(table.c.uid, func.coalesce(sessions.c.closed_at, table.c.changed_at).label("over_since"))
            .outerjoin(sessions, sessions.c.id == table.c.session_id)
            .where(table.c.state.in_([state.value for state in StepState if state.is_final]), table.c.uid.not_in(locked))
            .where(or_(table.c.session_id.is_(None), sessions.c.state == SessionState.COMPLETED.value))
            .order_by(table.c.session_id, table.c.uid)
        )
        return {row.uid: datetime.fromisoformat(row.over_since) for row in self._connection.execute(query)}

    def forget(self, uid: str) -> None:
        """Remove a workitem, and with it the subscriptions to it."""
        self._connection.execute(delete(schema.subscriptions).where(schema.subscriptions.c.workitem_uid == uid))
        self._connection.execute(delete(schema.workitems).where(schema.workitems.c.uid == uid))

    def move(
        self, uid: str, *, expected: StepState, to: StepState, at: datetime, lock: str | None = None, holder: str | None = None
    ) -> bool:
        """Change the state if it is the expected one; whether it was. A lock or holder given is written with it."""
        values: dict[str, Any] = {"state": to.value, "changed_at": at.isoformat()}
        if lock is not None:
            values |= {"lock": lock, "holder": holder}
        guarded = update(schema.workitems).where(schema.workitems.c.uid == uid, schema.workitems.c.state == expected.value)
        return self._connection.execute(guarded.values(**values)).rowcount == 1

    def rewrite(self, uid: str, *, dataset: bytes, progress_percent: float | None, progress_text: str | None, at: datetime) -> None:
        """Replace the attributes of a workitem and the progress they tell."""
        values = {
            "dataset": dataset,
            "progress_percent": progress_percent,
            "progress_text": progress_text,
            "changed_at": at.isoformat(),
            **_matched(dataset),
        }
        self._connection.execute(update(schema.workitems).where(schema.workitems.c.uid == uid).values(**values))

    def place(self, uid: str, *, room: str, code: str) -> None:
        """Say in which room a workitem is to be done, and what it is."""
        self._connection.execute(update(schema.workitems).where(schema.workitems.c.uid == uid).values(room=room, code=code))

    def loose(self, rooms: tuple[str, ...], state: StepState) -> list[WorkitemRow]:
        """Workitems of no session that are in a state, in these rooms."""
        return [_workitem(row) for row in self._connection.execute(LOOSE, {"state": state.value, "rooms": rooms})]


def _matched(encoded: bytes) -> dict[str, str]:
    """Columns of what workitems are commonly found by, from their attributes."""
    dataset = part10.decode(encoded, uids.EXPLICIT_LITTLE) if encoded else Dataset()
    started = str(dataset.get("ScheduledProcedureStepStartDateTime") or "")
    said = moments.offset(str(dataset.get("TimezoneOffsetFromUTC") or "")) or (UTC if moments.has_offset(started) else None)
    start = None if said is None else moments.moment("DT", started, said)
    return {
        "patient_id": str(dataset.get("PatientID") or ""),
        "patient_name_key": name_key(str(dataset.get("PatientName") or "")),
        "start": "" if start is None else instant(start),
    }


def _workitem(row: Row[Any]) -> WorkitemRow:
    plain = {name: row._mapping[name] for name in WorkitemRow.__dataclass_fields__}
    return WorkitemRow(**plain | {"state": StepState(row.state), "changed_at": datetime.fromisoformat(row.changed_at)})
