"""Studies, series and instances as a query sees them.

Studies and series are tables of their own, filled when the first of their objects comes, so that a query at their level reads
their rows and not those of every instance. SQL narrows down; the caller holds what it finds against the query once more, because
not every database compares as DICOM does.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from enum import StrEnum
from typing import Any, Final

from sqlalchemy import Column, ColumnElement, Connection, Table, and_, func, select
from sqlalchemy.dialects import postgresql, sqlite

from workbench.archive import schema
from workbench.archive.narrowing import name_key, narrowing
from workbench.archive.rows import IndexKeys
from workbench.dicom.matching import Test

CHUNK: Final = 500
"""Groups counted in one statement; databases limit its parameters."""
REGISTERING: Final = {
    name: tuple(insert(table).on_conflict_do_nothing() for table in (schema.studies, schema.series))
    for name, insert in (("sqlite", sqlite.insert), ("postgresql", postgresql.insert))
}
"""Database → statements that enter a study and a series unless they are known."""


class Level(StrEnum):
    """Level of the Study Root information model (PS3.4 C.6.2)."""

    STUDY = "STUDY"
    """A study, with its patient."""
    SERIES = "SERIES"
    """A series."""
    IMAGE = "IMAGE"
    """A composite object instance."""


TABLES: Final[Mapping[Level, Table]] = {Level.STUDY: schema.studies, Level.SERIES: schema.series, Level.IMAGE: schema.objects}
STUDY_COLUMNS: Final = tuple(column.name for column in schema.studies.columns if column.name not in {"uid", "patient_name_key"})
SERIES_COLUMNS: Final = tuple(column.name for column in schema.series.columns if column.name not in {"uid", "study_uid"})
KEY_COLUMNS: Final = tuple(one.name for one in fields(IndexKeys))


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One study, series or instance; keys of lower levels are empty.

    Parameters
    ----------
    uid, sop_class_uid : of an instance; empty above it.
    """

    keys: IndexKeys
    uid: str = ""
    sop_class_uid: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    """What a study or series consists of."""

    instances: int
    series: int
    modalities: tuple[str, ...]
    sop_classes: tuple[str, ...]


class Catalogue:
    """The catalogue of one transaction's view."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def register(self, keys: IndexKeys) -> None:
        """Enter the study and the series of an object that is being indexed, unless they are known."""
        study = {"uid": keys.study_uid, "patient_name_key": name_key(keys.patient_name)}
        study |= {name: getattr(keys, name) for name in STUDY_COLUMNS}
        series = {"uid": keys.series_uid, "study_uid": keys.study_uid} | {name: getattr(keys, name) for name in SERIES_COLUMNS}
        into_studies, into_series = REGISTERING[self._connection.dialect.name]
        self._connection.execute(into_studies, study)
        self._connection.execute(into_series, series)

    def entries(self, level: Level, tests: Mapping[str, Test]) -> list[Entry]:
        """Entries of a level of which SQL cannot say that they do not match.

        Parameters
        ----------
        tests : column of the index (a field of ``IndexKeys``, ``uid`` or ``sop_class_uid``) → how it is matched.
        """
        match level:
            case Level.STUDY:
                query = select(schema.studies).order_by(schema.studies.c.uid)
            case Level.SERIES:
                both = schema.series.join(schema.studies, schema.studies.c.uid == schema.series.c.study_uid)
                study = [schema.studies.c[name] for name in STUDY_COLUMNS]
                query = select(schema.series, *study).select_from(both).order_by(schema.series.c.study_uid, schema.series.c.uid)
            case Level.IMAGE:
                query = select(schema.objects).order_by(schema.objects.c.stored_at, schema.objects.c.uid)
        rows = self._connection.execute(query.where(*_conditions(level, tests))).mappings()
        return [_entry(level, row) for row in rows]

    def counts(self, level: Level, uids: Sequence[str]) -> dict[str, Counts]:
        """What the studies or series of these UIDs consist of."""
        group = schema.objects.c.study_uid if level is Level.STUDY else schema.objects.c.series_uid
        columns = (schema.objects.c.series_uid, schema.objects.c.modality, schema.objects.c.sop_class_uid)
        found: dict[str, list[tuple[str, str, str, int]]] = {}
        for start in range(0, len(uids), CHUNK):
            wanted = group.in_(uids[start : start + CHUNK])
            query = select(group, *columns, func.count()).where(wanted).group_by(group, *columns)
            for uid, series, modality, sop_class, instances in self._connection.execute(query):
                found.setdefault(uid, []).append((series, modality, sop_class, instances))
        return {
            uid: Counts(
                instances=sum(one[3] for one in parts),
                series=len({one[0] for one in parts}),
                modalities=_distinct(one[1] for one in parts),
                sop_classes=_distinct(one[2] for one in parts),
            )
            for uid, parts in found.items()
        }


def _distinct(values: Iterable[str]) -> tuple[str, ...]:
    return tuple(sorted(set(values)))


def _entry(level: Level, row: Mapping[Any, Any]) -> Entry:
    match level:
        case Level.STUDY:
            return Entry(keys=IndexKeys(study_uid=row["uid"], **{name: row[name] for name in STUDY_COLUMNS}))
        case Level.SERIES:
            known = {name: row[name] for name in ("study_uid", *STUDY_COLUMNS, *SERIES_COLUMNS)}
            return Entry(keys=IndexKeys(series_uid=row["uid"], **known))
        case Level.IMAGE:
            keys = IndexKeys(**{name: row[name] for name in KEY_COLUMNS})
            return Entry(uid=row["uid"], sop_class_uid=row["sop_class_uid"], keys=keys)


def _conditions(level: Level, tests: Mapping[str, Test]) -> list[ColumnElement[bool]]:
    """Conditions on the level's own table; those on a level above by way of its UIDs."""
    homes: dict[Level, list[ColumnElement[bool]]] = {}
    for name, test in tests.items():
        home = Level.STUDY if name in STUDY_COLUMNS else Level.SERIES if name in SERIES_COLUMNS else level
        condition = narrowing(_column(home, name), test)
        if condition is not None:
            homes.setdefault(home, []).append(condition)
    above = {Level.STUDY: "study_uid", Level.SERIES: "series_uid"}
    return [
        and_(*several) if home is level else TABLES[level].c[above[home]].in_(select(TABLES[home].c.uid).where(*several))
        for home, several in homes.items()
    ]


def _column(level: Level, name: str) -> Column[Any]:
    """The column that holds a key; a level's own UID is just ``uid`` there."""
    own = {Level.STUDY: "study_uid", Level.SERIES: "series_uid", Level.IMAGE: "uid"}[level]
    renamed = "uid" if name == own else "patient_name_key" if name == "patient_name" else name
    return TABLES[level].c[renamed]
