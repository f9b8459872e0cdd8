"""Who is told of what happens to workitems: subscriptions as rows, and the deletion locks among them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, bindparam, delete, func, insert, select, union

from workbench.archive import schema
from workbench.archive.rows import GlobalSubscriptionRow, SubscriptionRow
from workbench.iods.dialect import Dialect

ONE, ALL = schema.subscriptions, schema.global_subscriptions


class Subscriptions:
    """Subscriptions of one transaction's view."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def put(self, rows: Sequence[SubscriptionRow]) -> None:
        """Write subscriptions to single workitems, beginning now; earlier ones of the same receiver and workitem are replaced and go on."""
        if not rows:
            return
        begun: dict[tuple[str, str], int] = {}
        for receiver in {row.receiver for row in rows}:
            begun |= {(receiver, one.workitem_uid): one.after for one in self.find(receiver=receiver)}
            self.drop(receiver, [row.workitem_uid for row in rows if row.receiver == receiver])
        last = int(self._connection.scalar(select(func.max(schema.events.c.id))) or 0)
        fresh = [_plain(row) | {"after": begun.get((row.receiver, row.workitem_uid), last)} for row in rows]
        self._connection.execute(insert(ONE), fresh)

    def get(self, receiver: str, workitem_uid: str) -> SubscriptionRow | None:
        """A receiver's subscription to a workitem."""
        query = select(ONE).where(ONE.c.receiver == receiver, ONE.c.workitem_uid == workitem_uid)
        row = self._connection.execute(query).one_or_none()
        return None if row is None else SubscriptionRow(**_read(row))

    def find(self, *, receiver: str | None = None, workitem_uid: str | None = None, has_lock: bool | None = None) -> list[SubscriptionRow]:
        """Subscriptions to single workitems that fit every condition given, oldest first."""
        query = select(ONE).order_by(ONE.c.since, ONE.c.receiver, ONE.c.workitem_uid)
        for column, value in ((ONE.c.receiver, receiver), (ONE.c.workitem_uid, workitem_uid), (ONE.c.has_lock, has_lock)):
            if value is not None:
                query = query.where(column == value)
        return [SubscriptionRow(**_read(row)) for row in self._connection.execute(query)]

    def drop(self, receiver: str, workitem_uids: Sequence[str]) -> None:
        """End a receiver's subscriptions to these workitems."""
        if workitem_uids:
            ended = delete(ONE).where(ONE.c.receiver == receiver, ONE.c.workitem_uid == bindparam("ended"))
            self._connection.execute(ended, [{"ended": uid} for uid in workitem_uids])

    def locks(self, receiver: str) -> int:
        """How many workitems are kept for a receiver."""
        query = select(func.count()).select_from(ONE).where(ONE.c.receiver == receiver, ONE.c.has_lock)
        return int(self._connection.scalar(query) or 0)

    def put_global(self, row: GlobalSubscriptionRow) -> None:
        """Write a receiver's global subscription; it has one."""
        self.drop_global(row.receiver)
        self._connection.execute(insert(ALL).values(**_plain(row)))

    def globally(self, receiver: str | None = None) -> list[GlobalSubscriptionRow]:
        """Global subscriptions, of one receiver when it is named, oldest first."""
        query = select(ALL).order_by(ALL.c.since, ALL.c.receiver)
        if receiver is not None:
            query = query.where(ALL.c.receiver == receiver)
        return [GlobalSubscriptionRow(**_read(row)) for row in self._connection.execute(query)]

    def drop_global(self, receiver: str) -> int:
        """End a receiver's global subscription; 1 when it had one."""
        return self._connection.execute(delete(ALL).where(ALL.c.receiver == receiver)).rowcount

    def receivers(self) -> dict[str, Dialect]:
        """Whoever is subscribed to anything, and the dialect of it; that of the global subscription where there are several."""
        everyone = union(select(ONE.c.receiver, ONE.c.dialect), select(ALL.c.receiver, ALL.c.dialect))
        found = {row.receiver: Dialect(row.dialect) for row in self._connection.execute(everyone)}
        return found | {row.receiver: row.dialect for row in self.globally()}


def _plain(row: SubscriptionRow | GlobalSubscriptionRow) -> dict[str, Any]:
    return asdict(row) | {"dialect": row.dialect.value, "since": row.since.isoformat()}


def _read(row: Row[Any]) -> dict[str, Any]:
    return dict(row._mapping) | {"dialect": Dialect(row.dialect), "since": datetime.fromisoformat(row.since)}
