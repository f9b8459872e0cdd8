"""Beams of treatment records as rows: decoded once, when the record was taken in."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, insert, select

from workbench.archive import schema
from workbench.archive.rows import BeamRow


class RecordedBeams:
    """Recorded beams of one transaction's view."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add(self, beams: Sequence[BeamRow]) -> None:
        """Write the beams of one record."""
        rows = [asdict(beam) | {"started_at": _text(beam.started_at), "ended_at": _text(beam.ended_at)} for beam in beams]
        if rows:
            self._connection.execute(insert(schema.beams), rows)

    def find(self, *, plan_uid: str | None = None, session_id: int | None = None, kind: str | None = None) -> list[BeamRow]:
        """Recorded beams that fit every condition given, in the order of delivery."""
        table = schema.beams
        query = select(table).order_by(table.c.fraction, table.c.started_at, table.c.record_uid, table.c.item)
        for column, value in ((table.c.plan_uid, plan_uid), (table.c.session_id, session_id), (table.c.kind, kind)):
            if value is not None:
                query = query.where(column == value)
        return [_beam(row) for row in self._connection.execute(query)]


def _text(moment: datetime | None) -> str | None:
    return None if moment is None else moment.isoformat()


def _beam(row: Row[Any]) -> BeamRow:
    plain = dict(row._mapping)
    moments = {name: datetime.fromisoformat(plain[name]) if plain[name] else None for name in ("started_at", "ended_at")}
    return BeamRow(**plain | moments)
