"""The history: an append-only list of what happened, and so the audit."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import Connection, func, insert, select

from workbench.archive import schema
from workbench.events import Event, EventKind


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
        number = self._connection.execute(insert(schema.events).values(**row)).inserted_primary_key
        event = Event(id=int(number[0]) if number else 0, at=at, kind=kind, subject=subject, actor=actor, detail=plain)
        self.appended.append(event)
        return event

    def after(self, number: int, *, subject: str | None = None) -> list[Event]:
        """Events numbered above ``number``, oldest first."""
        query = select(schema.events).where(schema.events.c.id > number).order_by(schema.events.c.id)
        if subject is not None:
            query = query.where(schema.events.c.subject == subject)
        return [
            Event(
                id=row.id,
                at=datetime.fromisoformat(row.at),
                kind=EventKind(row.kind),
                subject=row.subject,
                actor=row.actor,
                detail=row.detail,
            )
            for row in self._connection.execute(query)
        ]

    def last_id(self) -> int:
        """Number of the latest event; 0 when there is none."""
        return int(self._connection.scalar(select(func.max(schema.events.c.id))) or 0)
