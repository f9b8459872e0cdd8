"""Records and plans as rows: decoded once, when their object was taken in."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import fields
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection, Row, insert, select

from workbench.archive import schema
from workbench.archive.record_rows import planned_columns, point_columns
from workbench.archive.rows import BeamRow
from workbench.treatment.planned import PlannedBeam
from workbench.treatment.record import Record

COLUMNS: Final = tuple(one.name for one in fields(BeamRow))
MOMENTS: Final = ("started_at", "ended_at", "treated_at")
INSERT_BEAMS: Final = insert(schema.beams)
INSERT_POINTS: Final = insert(schema.control_points)


class RecordedBeams:
    """Recorded beams of one transaction's view."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add(self, beams: Sequence[BeamRow]) -> None:
        """Write the beams of one record."""
        rows = [{name: getattr(beam, name) for name in COLUMNS} | {name: _text(getattr(beam, name)) for name in MOMENTS} for beam in beams]
        if rows:
            self._connection.execute(INSERT_BEAMS, rows)

    def add_points(self, record: Record) -> None:
        """Write the control points of one record, whose beams are written."""
        rows = [
            point_columns(point, place) | {"record_uid": record.uid, "item": item, "at": _text(point.at)}
            for item, beam in enumerate(record.beams)
            for place, point in enumerate(beam.points)
        ]
        if rows:
            self._connection.execute(INSERT_POINTS, rows)

    def add_planned(self, plan_uid: str, beams: Iterable[PlannedBeam]) -> None:
        """Write the beams of one plan; of several with one number the first."""
        rows = {beam.number: planned_columns(beam) | {"plan_uid": plan_uid} for beam in reversed(list(beams))}
        if rows:
            self._connection.execute(insert(schema.planned_beams), list(rows.values()))

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
    moments = {name: datetime.fromisoformat(plain[name]) if plain[name] else None for name in MOMENTS}
    return BeamRow(**plain | moments)
