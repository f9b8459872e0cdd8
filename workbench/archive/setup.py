"""Table positions and registrations as rows: decoded once, when their object was taken in."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, Table, insert, select

from workbench.archive import schema
from workbench.archive.rows import PositionRow, RegistrationRow


class SetupRows:
    """What setup objects tell, in one transaction's view."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add(self, positions: Sequence[PositionRow], registrations: Sequence[RegistrationRow]) -> None:
        """Write what one object tells."""
        for table, rows in ((schema.positions, positions), (schema.registrations, registrations)):
            if rows:
                plain = [asdict(row) | {"stored_at": row.stored_at.isoformat()} for row in rows]
                self._connection.execute(insert(table), plain)

    def positions(self, *, session_id: int | None = None, patient_id: str | None = None) -> list[PositionRow]:
        """Table positions that fit every condition given, in the order they came."""
        return [PositionRow(**_plain(row)) for row in self._found(schema.positions, session_id, patient_id)]

    def registrations(self, *, session_id: int | None = None, patient_id: str | None = None) -> list[RegistrationRow]:
        """Registrations that fit every condition given, in the order they came."""
        return [RegistrationRow(**_plain(row)) for row in self._found(schema.registrations, session_id, patient_id)]

    def _found(self, table: Table, session_id: int | None, patient_id: str | None) -> list[Row[Any]]:
        query = select(table).order_by(table.c.stored_at, table.c.object_uid, table.c.item)
        if session_id is not None:
            query = query.where(table.c.session_id == session_id)
        if patient_id is not None:
            query = query.where(table.c.patient_id == patient_id)
        return list(self._connection.execute(query))


def _plain(row: Row[Any]) -> dict[str, Any]:
    return dict(row._mapping) | {"stored_at": datetime.fromisoformat(row.stored_at)}
