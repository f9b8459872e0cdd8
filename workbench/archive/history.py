"""The history: an append-only list of what happened, and so the audit."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any, Final

from sqlalchemy import ColumnElement, Connection, Row, String, and_, cast, false, func, insert, or_, select

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

    def after(
        self,
        number: int,
        *,
        subject: str | Collection[str] | None = None,
        kinds: Collection[EventKind] | None = None,
        latest: int | None = None,
    ) -> Events:
        """Events numbered above ``number``, oldest first.

        Parameters
        ----------
        subject : UID or session number they are about, or several; an object's UID finds also that it was sent somewhere.
        kinds : only of these. Without that of objects sent, a subject is found by its index alone.
        latest : at most so many, the last ones.
        """
        table = schema.events
        query = select(table).where(table.c.id > number)
        if kinds is not None:
            query = query.where(_of(kinds))
        if subject is not None:
            may_be_sent = kinds is None or EventKind.OBJECTS_SENT in kinds
            query = query.where(_about([subject] if isinstance(subject, str) else subject, may_be_sent=may_be_sent))
        if latest is None:
            return Events(map(_event, self._connection.execute(query.order_by(table.c.id))))
        last = self._connection.execute(query.order_by(table.c.id.desc()).limit(latest)).all()
        return Events(map(_event, reversed(last)))

    def count(self, kinds: Collection[EventKind]) -> int:
        """How many events of these kinds there are."""
        return int(self._connection.scalar(select(func.count()).where(_of(kinds))) or 0)

    def has(self, kind: EventKind) -> bool:
        """Whether anything of this kind ever happened."""
        query = select(schema.events.c.id).where(schema.events.c.kind == kind.value).limit(1)
        return self._connection.scalar(query) is not None

    def last_id(self) -> int:
        """Number of the latest event; 0 when there is none."""
        return int(self._connection.scalar(select(func.max(schema.events.c.id))) or 0)


def _of(kinds: Collection[EventKind]) -> ColumnElement[bool]:
    return schema.events.c.kind.in_([one.value for one in kinds])


def _about(subjects: Collection[str], *, may_be_sent: bool) -> ColumnElement[bool]:
    """What is about one of these, and that an object of such a UID was sent."""
    table = schema.events
    about = table.c.subject.in_(subjects)
    if not may_be_sent:
        return about
    detail = cast(table.c.detail, String)
    # The UIDs stand in one string with spaces between them; one may be the beginning of another.
    named = [detail.contains(f"{before}{one}{behind}", autoescape=True) for one in subjects for before in ' "' for behind in ' "']
    return or_(about, and_(table.c.kind == EventKind.OBJECTS_SENT.value, or_(false(), *named)))


def _event(row: Row[Any]) -> Event:
    return Event(
        id=row.id, at=datetime.fromisoformat(row.at), kind=EventKind(row.kind), subject=row.subject, actor=row.actor, detail=row.detail
    )
