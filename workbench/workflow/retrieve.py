"""Finding and handing out objects: Study Root queries, and the selection of a C-MOVE or C-GET."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType
from typing import Final

from pydicom.datadict import keyword_for_tag
from pydicom.dataset import Dataset
from pydicom.multival import MultiValue

from workbench.archive.catalogue import Counts, Entry, Level
from workbench.archive.index_keys import COLUMN_OF
from workbench.archive.rows import StoredObject
from workbench.dicom import charsets
from workbench.dicom.matching import Key, Query, Test
from workbench.dicom.part10 import Encoded
from workbench.errors import Conflict, Refused
from workbench.events import EventKind
from workbench.settings import Peer
from workbench.workflow.desk import Desk
from workbench.workflow.gate import Gate, gate

log = logging.getLogger(__name__)

UNIQUE_KEY: Final = MappingProxyType({Level.STUDY: "StudyInstanceUID", Level.SERIES: "SeriesInstanceUID", Level.IMAGE: "SOPInstanceUID"})
KEYS: Final[Mapping[Level, tuple[str, ...]]] = MappingProxyType(
    {
        Level.STUDY: (
            "StudyInstanceUID",
            "StudyDate",
            "StudyTime",
            "AccessionNumber",
            "PatientName",
            "PatientID",
            "StudyID",
            "PatientBirthDate",
            "PatientSex",
            "StudyDescription",
        ),
        Level.SERIES: ("SeriesInstanceUID", "Modality", "SeriesNumber", "SeriesDescription"),
        Level.IMAGE: ("SOPInstanceUID", "SOPClassUID", "InstanceNumber", "RTPlanLabel", "FrameOfReferenceUID"),
    }
)
"""Keys that are matched and answered, by their level: required ones first (PS3.4 Tables C.6-1 to C.6-3 and C.6-5), then optional ones."""
COUNTED: Final[Mapping[Level, tuple[str, ...]]] = MappingProxyType(
    {
        Level.STUDY: ("ModalitiesInStudy", "SOPClassesInStudy", "NumberOfStudyRelatedSeries", "NumberOfStudyRelatedInstances"),
        Level.SERIES: ("NumberOfSeriesRelatedInstances",),
        Level.IMAGE: (),
    }
)
"""Keys that tell what a study or series consists of; modalities and SOP classes are matched, too."""
COLUMNS: Final = MappingProxyType(dict(COLUMN_OF) | {"SOPInstanceUID": "uid", "SOPClassUID": "sop_class_uid"})
ALWAYS_ANSWERED: Final = frozenset({"RetrieveAETitle", "InstanceAvailability"})


@dataclass(frozen=True, slots=True)
class Retrieve:
    """The counter where stored objects are asked for."""

    desk: Desk

    def find(self, identifier: Dataset, actor: str) -> Iterator[Dataset]:
        """Answers to a Study Root C-FIND, each with only the keys that were asked for.

        Keys of levels above are matched as well, as in a relational query, whether or not they are unique keys.

        Raises
        ------
        Refused : the level is missing or unknown, the identifier cannot be matched by, or the AE title may not ask.
        """
        level = _level(identifier)
        query = Query.of(identifier, self.desk.clock.zone)
        tests = {key.keyword: key.test for key in query.keys if key.test is not None}
        known = {COLUMNS[keyword]: test for keyword, test in tests.items() if keyword in _matched(level)}
        counted = {keyword for keyword in COUNTED[level] if query.get(keyword) is not None}
        with self.desk.archive.database.reading() as view:
            door = gate(view, self.desk.settings, actor)
            entries = [
                one
                for one in view.catalogue.entries(level, known)
                if _accepts(known, one, query) and door.shows_patient(one.keys.patient_id)
            ]
            counts = view.catalogue.counts(level, [_group(level, one) for one in entries]) if counted else {}
        for one in entries:
            consists = counts.get(_group(level, one))
            if consists is None or _consists(tests, consists, query):
                yield self._answer(query, level, one, consists)

    def select(self, identifier: Dataset, actor: str, what: str = "C-MOVE") -> list[StoredObject]:
        """The objects that a C-MOVE or C-GET asks for.

        Parameters
        ----------
        what : name of the service, for the history.

        Raises
        ------
        Refused : level or unique key is missing, or the AE title may not ask.
        Conflict : a running or canceled session withholds some of them.
        """
        level = str(identifier.get("QueryRetrieveLevel") or "")
        wanted = _several(identifier.get(UNIQUE_KEY[Level(level)])) if level in set(Level) else ()
        with self.desk.refusals(EventKind.REQUEST_REFUSED, subject=wanted[0] if wanted else "", actor=actor, what=what):
            unique = _unique_keys(identifier, what)
            with self.desk.archive.database.reading() as view:
                door = gate(view, self.desk.settings, actor)
                found = view.objects.find(**unique)
            _all_shown(found, door, what)
            return found

    def destination(self, title: str, actor: str) -> Peer:
        """The peer of this AE title, to send to.

        Raises
        ------
        Refused : there is none.
        """
        with self.desk.refusals(EventKind.REQUEST_REFUSED, subject=title, actor=actor, what="C-MOVE"):
            peer = self.desk.settings.peer(title)
            if peer is None:
                raise Refused(
                    f"C-MOVE to {title or 'nobody'}: no such destination, expected a peer of the settings",
                    rule="destination",
                    comment="Move Destination is not among the peers",
                )
            return peer

    def tell_sent(self, objects: Sequence[StoredObject], destination: str, actor: str) -> None:
        """Write into the history that objects went to a C-MOVE destination, or to who asked by C-GET."""
        log.info("%d objects sent to %s for %s", len(objects), destination, actor)
        with self.desk.archive.database.transaction() as transaction:
            detail: dict[str, str | int | float] = {"count": len(objects), "objects": " ".join(one.uid for one in objects)}
            transaction.history.append(EventKind.OBJECTS_SENT, subject=destination, actor=actor, at=self.desk.clock.now(), detail=detail)

    def read(self, stored: StoredObject) -> Encoded:
        """The object's bytes, as they are to be sent."""
        return self.desk.archive.outgoing(stored)

    def _answer(self, query: Query, level: Level, entry: Entry, counts: Counts | None) -> Dataset:
        reply = Dataset()
        reply.QueryRetrieveLevel = level.value
        for key in query.keys:
            if key.keyword not in ALWAYS_ANSWERED:
                reply.add_new(key.tag, key.vr, _value(key, level, entry, counts))
        reply.RetrieveAETitle = self.desk.settings.ae_title
        if query.get("InstanceAvailability") is not None:
            reply.InstanceAvailability = "ONLINE"
        charsets.settle(reply)
        return reply


def unsupported(identifier: Dataset) -> frozenset[str]:
    """Keys of an identifier that are neither matched nor answered at its level; a warning tells the peer (PS3.4 C.4.1.1.4)."""
    level = _level(identifier)
    known = {*_matched(level), *COUNTED[level], *ALWAYS_ANSWERED, "QueryRetrieveLevel", "SpecificCharacterSet", "TimezoneOffsetFromUTC"}
    # By tags: iterating the elements themselves would decode them, before it is known whether they can be.
    keywords = (keyword_for_tag(tag) or str(tag) for tag in identifier.keys())
    return frozenset(keyword for keyword in keywords if keyword not in known)


def _level(identifier: Dataset) -> Level:
    level = str(identifier.get("QueryRetrieveLevel") or "")
    if level not in set(Level):
        raise Refused(f"query: found level {level or 'none'}, expected one of {', '.join(Level)}", rule="identifier")
    return Level(level)


@cache
def _matched(level: Level) -> frozenset[str]:
    """Keys of a level and of those above it."""
    levels = tuple(Level)
    return frozenset(keyword for one in levels[: levels.index(level) + 1] for keyword in KEYS[one])


def _unique_keys(identifier: Dataset, what: str) -> dict[str, tuple[str, ...]]:
    """Columns of the unique keys of the level and those above → UIDs.

    Raises
    ------
    Refused : the level is unknown, its unique key is missing, or no UID.
    """
    level = _level(identifier)
    levels = tuple(Level)
    query = Query.of(identifier)
    unique = {}
    for one in levels[: levels.index(level) + 1]:
        key = query.get(UNIQUE_KEY[one])
        if key is not None and key.test is not None:
            unique[COLUMNS[key.keyword]] = _several(identifier[key.tag].value)
    if COLUMNS[UNIQUE_KEY[level]] not in unique:
        raise Refused(f"{what} at {level} level: found no {UNIQUE_KEY[level]}, expected at least one", rule="identifier")
    return unique


def _several(value: object) -> tuple[str, ...]:
    if value is None or value == "":
        return ()
    return tuple(str(one) for one in value) if isinstance(value, MultiValue | list | tuple) else (str(value),)


def _group(level: Level, entry: Entry) -> str:
    return entry.keys.study_uid if level is Level.STUDY else entry.keys.series_uid


def _text(entry: Entry, column: str) -> str:
    return str(getattr(entry if column in {"uid", "sop_class_uid"} else entry.keys, column))


def _accepts(tests: Mapping[str, Test], entry: Entry, query: Query) -> bool:
    """Whether every key matches; what has no value matches none."""
    return all(text and test.accepts(text, query.zone) for column, test in tests.items() for text in [_text(entry, column)])


def _consists(tests: Mapping[str, Test], counts: Counts, query: Query) -> bool:
    """Whether modalities and SOP classes are among those asked for."""
    held = {"ModalitiesInStudy": counts.modalities, "SOPClassesInStudy": counts.sop_classes}
    return all(any(tests[keyword].accepts(one, query.zone) for one in values) for keyword, values in held.items() if keyword in tests)


def _value(key: Key, level: Level, entry: Entry, counts: Counts | None) -> object:
    if key.keyword in _matched(level):
        return _text(entry, COLUMNS[key.keyword]) or None
    if counts is not None and key.keyword in COUNTED[level]:
        return {
            "ModalitiesInStudy": list(counts.modalities),
            "SOPClassesInStudy": list(counts.sop_classes),
            "NumberOfStudyRelatedSeries": counts.series,
            "NumberOfStudyRelatedInstances": counts.instances,
            "NumberOfSeriesRelatedInstances": counts.instances,
        }[key.keyword]
    return [] if key.vr == "SQ" else None


def _all_shown(found: list[StoredObject], door: Gate, what: str) -> None:
    hidden = [stored for stored in found if not door.shows(stored)]
    if hidden:
        why = "the session was canceled" if door.is_canceled else "another session is running"
        raise Conflict(
            f"{what} by {door.actor}: {len(hidden)} of {len(found)} objects are withheld because {why}, expected objects of the session",
            rule="withheld",
            comment=f"Objects are withheld: {why}",
        )
