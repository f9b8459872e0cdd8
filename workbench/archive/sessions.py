"""Sessions as rows."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection, Row, bindparam, insert, select, update
from sqlalchemy.exc import IntegrityError

from workbench.archive import schema
from workbench.archive.rows import SessionRow, SessionState
from workbench.errors import Conflict
from workbench.treatment.session import SessionKind

GET: Final = select(schema.sessions).where(schema.sessions.c.id == bindparam("number"))
UNFINISHED: Final = select(schema.sessions).where(schema.IS_OPEN).order_by(schema.sessions.c.id)


class Sessions:
    """Sessions of one transaction's view."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add(self, session: SessionRow) -> SessionRow:
        """Write a new session; its ``id`` is ignored and given anew.

        Raises
        ------
        Conflict : the room has one that is not completed.
        """
        row = asdict(session)
        del row["id"]
        row |= {
            "state": session.state.value,
            "kind": session.kind.value,
            "metersets_mu": {str(beam): meterset for beam, meterset in session.metersets_mu.items()},
            "prepared_at": session.prepared_at.isoformat(),
            "closed_at": None,
        }
        try:
            number = self._connection.execute(insert(schema.sessions).values(**row)).inserted_primary_key
        except IntegrityError as problem:
            raise Conflict(
                f"room {session.room}: has a session that is not completed, expected none before another is prepared", rule="room-busy"
            ) from problem
        return self.get(int(number[0]) if number else 0) or session

    def get(self, number: int) -> SessionRow | None:
        """The session of this number."""
        row = self._connection.execute(GET, {"number": number}).one_or_none()
        return None if row is None else _session(row)

    def all(self, *, room: str | None = None, plan_uid: str | None = None) -> list[SessionRow]:
        """Sessions, oldest first."""
        query = select(schema.sessions).order_by(schema.sessions.c.id)
        if room is not None:
            query = query.where(schema.sessions.c.room == room)
        if plan_uid is not None:
            query = query.where(schema.sessions.c.plan_uid == plan_uid)
        return [_session(row) for row in self._connection.execute(query)]

    def of_session_plan(self, uid: str) -> SessionRow | None:
        """The session that a plan was made for."""
        row = self._connection.execute(select(schema.sessions).where(schema.sessions.c.session_plan_uid == uid)).one_or_none()
        return None if row is None else _session(row)

    def unfinished(self) -> list[SessionRow]:
        """Sessions that are not completed, at most one for each room."""
        return [_session(row) for row in self._connection.execute(UNFINISHED)]

    def open_in(self, room: str) -> SessionRow | None:
        """The session of a room that is not completed; there is at most one."""
        query = select(schema.sessions).where(schema.sessions.c.room == room, schema.IS_OPEN)
        row = self._connection.execute(query).one_or_none()
        return None if row is None else _session(row)

    def move(self, number: int, *, expected: tuple[SessionState, ...], to: SessionState, closed_at: datetime | None = None) -> bool:
        """Change the state if it is one of those expected; whether it was."""
        values: dict[str, Any] = {"state": to.value}
        if closed_at is not None:
            values["closed_at"] = closed_at.isoformat()
        guarded = update(schema.sessions).where(
            schema.sessions.c.id == number, schema.sessions.c.state.in_([state.value for state in expected])
        )
        return self._connection.execute(guarded.values(**values)).rowcount == 1


def _session(row: Row[Any]) -> SessionRow:
    plain = dict(row._mapping)
    return SessionRow(
        **plain
        | {
            "state": SessionState(row.state),
            "kind": SessionKind(row.kind),
            "metersets_mu": {int(beam): float(meterset) for beam, meterset in row.metersets_mu.items()},
            "tasks": tuple(row.tasks),
            "prepared_at": datetime.fromisoformat(row.prepared_at),
            "closed_at": datetime.fromisoformat(row.closed_at) if row.closed_at else None,
        }
    )
