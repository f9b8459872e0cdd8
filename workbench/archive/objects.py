"""The index of stored objects and the query over it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from datetime import datetime
from typing import Any

from sqlalchemy import Column, ColumnElement, Connection, Row, and_, func, insert, select

from workbench.archive import schema
from workbench.archive.rows import IndexKeys, Origin, StoredObject

KEY_COLUMNS = tuple(one.name for one in fields(IndexKeys))


@dataclass(frozen=True, slots=True)
class OneOfValues:
    """Single value or list of UID matching (PS3.4 C.2.2.2.1, C.2.2.2.2)."""

    values: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Like:
    """Wildcard matching: ``*`` any run, ``?`` any one character (PS3.4 C.2.2.2.4)."""

    pattern: str
    ignore_case: bool = False


@dataclass(frozen=True, slots=True)
class Between:
    """Range matching, both ends included; an open end is None (PS3.4 C.2.2.2.5)."""

    low: str | None
    high: str | None


Match = OneOfValues | Like | Between


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """A study, a series or a single object among the matches of a query.

    Parameters
    ----------
    example : one of its objects; what all have in common is read from it.
    """

    example: StoredObject
    instances: int
    series: int
    modalities: tuple[str, ...]


class Objects:
    """Stored objects of one transaction's view."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add(self, stored: StoredObject) -> None:
        """Index an object whose file is already on the disk."""
        row = {
            "uid": stored.uid,
            "sop_class_uid": stored.sop_class_uid,
            "file": stored.file,
            "transfer_syntax": stored.transfer_syntax,
            "size": stored.size,
            "origin": stored.origin.value,
            "session_id": stored.session_id,
            "stored_at": stored.stored_at.isoformat(),
            **asdict(stored.keys),
        }
        self._connection.execute(insert(schema.objects).values(**row))

    def get(self, uid: str) -> StoredObject | None:
        """The object of this SOP Instance UID."""
        row = self._connection.execute(select(schema.objects).where(schema.objects.c.uid == uid)).one_or_none()
        return None if row is None else _stored(row)

    def find(self, matches: Mapping[str, Match] | None = None) -> list[StoredObject]:
        """Objects whose columns match, in the order they came.

        Parameters
        ----------
        matches : column of the index (a field of ``IndexKeys``, ``uid``, ``sop_class_uid``, ``session_id`` or ``origin``) → condition.
        """
        query = select(schema.objects).order_by(schema.objects.c.stored_at, schema.objects.c.uid)
        query = query.where(*self._conditions(matches or {}))
        return [_stored(row) for row in self._connection.execute(query)]

    def of_session(self, session_id: int) -> list[StoredObject]:
        """Objects that were stored into a session."""
        query = select(schema.objects).where(schema.objects.c.session_id == session_id).order_by(schema.objects.c.stored_at)
        return [_stored(row) for row in self._connection.execute(query)]

    def groups(self, column: str, matches: Mapping[str, Match]) -> list[Group]:
        """Each study or series among the matches.

        Parameters
        ----------
        column : ``study_uid`` or ``series_uid``.
        """
        grouped = schema.objects.c[column]
        conditions = self._conditions(matches)
        modalities: dict[str, set[str]] = {}
        for group, modality in self._connection.execute(select(grouped, schema.objects.c.modality).where(*conditions).distinct()):
            modalities.setdefault(group, set()).add(modality)
        series = func.count(schema.objects.c.series_uid.distinct())
        first = select(grouped, func.min(schema.objects.c.uid), func.count(), series).where(*conditions).group_by(grouped)
        found = []
        for group, uid, instances, several in self._connection.execute(first).all():
            stored = self.get(uid)
            if stored is not None:
                known = tuple(sorted(modalities[group]))
                found.append(Group(example=stored, instances=int(instances), series=int(several), modalities=known))
        return found

    def count(self) -> int:
        """How many objects there are."""
        return int(self._connection.scalar(select(func.count()).select_from(schema.objects)) or 0)

    def _conditions(self, matches: Mapping[str, Match]) -> list[ColumnElement[bool]]:
        sqlite = self._connection.dialect.name == "sqlite"
        return [_condition(schema.objects.c[name], match, sqlite=sqlite) for name, match in matches.items()]


def _condition(column: Column[Any], match: Match, *, sqlite: bool) -> ColumnElement[bool]:
    match match:
        case OneOfValues(values):
            return column == values[0] if len(values) == 1 else column.in_(values)
        case Like(pattern, ignore_case):
            # SQLite's LIKE ignores the case of ASCII letters; its GLOB keeps it.
            if sqlite and not ignore_case:
                return column.op("GLOB")(pattern.replace("[", "[[]"))
            like = "".join({"*": "%", "?": "_", "%": "\\%", "_": "\\_", "\\": "\\\\"}.get(letter, letter) for letter in pattern)
            return column.ilike(like, escape="\\") if ignore_case else column.like(like, escape="\\")
        case Between(low, high):
            ends = [column >= low] if low else []
            return and_(column != "", *ends, *([column <= high] if high else []))


def _stored(row: Row[Any]) -> StoredObject:
    return StoredObject(
        uid=row.uid,
        sop_class_uid=row.sop_class_uid,
        file=row.file,
        transfer_syntax=row.transfer_syntax,
        size=row.size,
        origin=Origin(row.origin),
        session_id=row.session_id,
        stored_at=datetime.fromisoformat(row.stored_at),
        keys=IndexKeys(**{name: getattr(row, name) for name in KEY_COLUMNS}),
    )
