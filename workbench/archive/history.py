"""The history: an append-only list of what happened, and so the audit."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection, Row, String, and_, cast, func, insert, or_, select

from workbench.archive import schema
from workbench.events import Event, EventKind, Events

INSERT: Final = insert(schema.events)


class History:
    """Events of one transaction and those before it."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self.appended: list[Event] = []

    def append(
        self, kind: EventKind, *, subject: str, actor: str, at: datetime, detail: Mapping[str, str | int | float] | None = None
    ) -> Event:
        """Write down a fact; it is told when the transaction is committed."""
        plain = dict(detail or {})
        row = {"at": at.isoformat(), "kind": kind.value, "subject": subject, "actor": actor, "detail": plain}
        number = self._connection.execute(INSERT, row).inserted_primary_key
        event = Event(id=int(number[0]) if number else 0, at=at, kind=kind, subject=subject, actor=actor, detail=plain)
        self.appended.append(event)
        return event

    def after(self, number: int, *, subject: str | None = None) -> Events:
        """Events numbered above ``number``, oldest first.

        Parameters
        ----------
        subject : UID or session number they are about; an object's UID finds also that it was sent somewhere.
        """
        table = schema.events
        query = select(table).where(table.c.id > number).order_by(table.c.id)
        if subject is not None:
            sent = and_(table.c.kind == EventKind.OBJECTS_SENT.value, cast(table.c.detail, String).contains(subject, autoescape=True))
            query = query.where(or_(table.c.subject == subject, sent))
        found = (_event(row) for row in self._connection.execute(query))
        return Events(one for one in found if subject is None or one.subject == subject or subject in one.objects)

    def has(self, kind: EventKind) -> bool:
        """Whether anything of this kind ever happened."""
        query = select(schema.events.c.id).where(schema.events.c.kind == kind.value).limit(1)
        return self._connection.scalar(query) is not None

    def last_id(self) -> int:
        """Number of the latest event; 0 when there is none."""
        return int(self._connection.scalar(select(func.max(schema.events.c.id))) or 0)


def _event(row: Row[Any]) -> Event:
    return Event(
        id=row.id, at=datetime.fromisoformat(row.at), kind=EventKind(row.kind), subject=row.subject, actor=row.actor, detail=row.detail
    )
