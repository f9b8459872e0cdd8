"""The index of stored objects."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import fields
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection, Row, bindparam, func, insert, select

from workbench.archive import schema
from workbench.archive.catalogue import Catalogue
from workbench.archive.rows import IndexKeys, Origin, StoredObject

KEY_COLUMNS = tuple(one.name for one in fields(IndexKeys))
# Statements of every storing are made once; SQLAlchemy spends more on making one than the database on running it.
INSERT: Final = insert(schema.objects)
GET: Final = select(schema.objects).where(schema.objects.c.uid == bindparam("wanted"))


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
            **{name: getattr(stored.keys, name) for name in KEY_COLUMNS},
        }
        Catalogue(self._connection).register(stored.keys)
        self._connection.execute(INSERT, row)

    def get(self, uid: str) -> StoredObject | None:
        """The object of this SOP Instance UID."""
        row = self._connection.execute(GET, {"wanted": uid}).one_or_none()
        return None if row is None else _stored(row)

    def add_ocular(self, uid: str, text: str) -> None:
        """Keep the plan file of the ocular plan that a stored object was made from."""
        self._connection.execute(insert(schema.ocular_plans).values(plan_uid=uid, text=text))

    def ocular(self, uid: str) -> str | None:
        """The plan file of the ocular plan that this object was made from; None when it was not made here."""
        found: str | None = self._connection.execute(
            select(schema.ocular_plans.c.text).where(schema.ocular_plans.c.plan_uid == uid)
        ).scalar_one_or_none()
        return found

    def find(self, **values: Sequence[str]) -> list[StoredObject]:
        """Objects whose columns hold one of the values given for each, in the order they came.

        Parameters
        ----------
        values : column of the index (a field of ``IndexKeys``, ``uid``, ``sop_class_uid`` or ``origin``) → values.
        """
        query = select(schema.objects).order_by(schema.objects.c.stored_at, schema.objects.c.uid)
        query = query.where(*(schema.objects.c[name].in_(several) for name, several in values.items()))
        return [_stored(row) for row in self._connection.execute(query)]

    def of_session(self, session_id: int) -> list[StoredObject]:
        """Objects that were stored into a session."""
        query = select(schema.objects).where(schema.objects.c.session_id == session_id).order_by(schema.objects.c.stored_at)
        return [_stored(row) for row in self._connection.execute(query)]

    def patients(self, column: str, values: Sequence[str]) -> set[str]:
        """Patient IDs of the objects whose column (``uid``, ``study_uid`` or ``frame_uid``) holds one of the values."""
        query = select(schema.objects.c.patient_id).where(schema.objects.c[column].in_(values)).distinct()
        return set(self._connection.scalars(query))

    def has_frame(self, session_id: int, frame_uids: Collection[str]) -> bool:
        """Whether an object of the session is in one of the frames of reference."""
        table = schema.objects
        query = select(table.c.uid).where(table.c.session_id == session_id, table.c.frame_uid.in_(sorted(frame_uids))).limit(1)
        return self._connection.execute(query).first() is not None

    def count(self) -> int:
        """How many objects there are."""
        return int(self._connection.scalar(select(func.count()).select_from(schema.objects)) or 0)


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
