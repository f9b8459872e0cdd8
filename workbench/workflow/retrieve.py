"""Finding and handing out objects: Study Root queries and the selection of a C-MOVE."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from dataclasses import dataclass
from types import MappingProxyType

from pydicom.dataset import Dataset
from pydicom.multival import MultiValue

from workbench.archive.index_keys import COLUMN_OF
from workbench.archive.objects import Between, Group, Like, Match, OneOfValues
from workbench.archive.rows import StoredObject
from workbench.dicom.part10 import Encoded
from workbench.errors import Conflict, Refused
from workbench.events import EventKind
from workbench.workflow.desk import Desk
from workbench.workflow.gate import Gate, gate

log = logging.getLogger(__name__)

LEVELS = ("STUDY", "SERIES", "IMAGE")
UNIQUE_KEY = MappingProxyType({"STUDY": "StudyInstanceUID", "SERIES": "SeriesInstanceUID", "IMAGE": "SOPInstanceUID"})
KEYS = MappingProxyType(dict(COLUMN_OF) | {"SOPInstanceUID": "uid", "SOPClassUID": "sop_class_uid"})
DATES = frozenset({"StudyDate", "StudyTime", "PatientBirthDate"})
UNQUERIED = frozenset({"QueryRetrieveLevel", "SpecificCharacterSet", "TimezoneOffsetFromUTC"})


@dataclass(frozen=True, slots=True)
class Retrieve:
    """The counter where stored objects are asked for."""

    desk: Desk

    def find(self, identifier: Dataset, actor: str) -> Iterator[Dataset]:
        """Answers to a Study Root C-FIND, each with only the keys that were asked for.

        Raises
        ------
        Refused : the level is missing or unknown, or the AE title may not ask.
        """
        level = _level(identifier)
        matches = _matches(identifier)
        with self.desk.archive.database.reading() as view:
            door = gate(view, self.desk.settings, actor)
            if level == "IMAGE":
                groups = [Group(example=one, instances=1, series=1, modalities=(one.keys.modality,)) for one in view.objects.find(matches)]
            else:
                groups = view.objects.groups(KEYS[UNIQUE_KEY[level]], matches)
        wanted = identifier.get("ModalitiesInStudy")
        for group in groups:
            if door.shows(group.example) and (not wanted or set(_several(wanted)) & set(group.modalities)):
                yield _answer(identifier, group, level, self.desk.settings.ae_title)

    def select(self, identifier: Dataset, actor: str) -> list[StoredObject]:
        """The objects that a C-MOVE asks for.

        Raises
        ------
        Refused : level or unique key is missing, or the AE title may not ask.
        Conflict : a running or canceled session withholds some of them.
        """
        subject = str(identifier.get(UNIQUE_KEY.get(str(identifier.get("QueryRetrieveLevel")), "SOPInstanceUID")) or "")[:64]
        with self.desk.refusals(EventKind.REQUEST_REFUSED, subject=subject, actor=actor, what="C-MOVE"):
            level = _level(identifier)
            unique = {KEYS[key]: identifier.get(key) for key in UNIQUE_KEY.values() if identifier.get(key)}
            if KEYS[UNIQUE_KEY[level]] not in unique:
                raise Refused(f"C-MOVE at {level} level: found no {UNIQUE_KEY[level]}, expected at least one", rule="identifier")
            with self.desk.archive.database.reading() as view:
                door = gate(view, self.desk.settings, actor)
                found = view.objects.find({column: OneOfValues(_several(value)) for column, value in unique.items()})
            _all_shown(found, door)
            return found

    def tell_sent(self, count: int, destination: str, actor: str) -> None:
        """Write into the history that objects went to a C-MOVE destination."""
        log.info("%d objects moved to %s for %s", count, destination, actor)
        with self.desk.archive.database.transaction() as transaction:
            detail = {"count": count}
            transaction.history.append(EventKind.OBJECTS_SENT, subject=destination, actor=actor, at=self.desk.clock.now(), detail=detail)

    def read(self, stored: StoredObject) -> Encoded:
        """The object's bytes."""
        return self.desk.archive.read(stored)


def _level(identifier: Dataset) -> str:
    level = str(identifier.get("QueryRetrieveLevel") or "")
    if level not in LEVELS:
        raise Refused(f"query: found level {level or 'none'}, expected one of {', '.join(LEVELS)}", rule="identifier")
    return level


def _several(value: object) -> tuple[str, ...]:
    return tuple(str(one) for one in value) if isinstance(value, MultiValue | list | tuple) else (str(value),)


def _matches(identifier: Dataset) -> dict[str, Match]:
    """Conditions on the index for every key that has a value; keys we do not know are not matched, as the standard allows."""
    found: dict[str, Match] = {}
    for element in identifier:
        column = KEYS.get(element.keyword)
        if column is None or element.is_empty or element.keyword in UNQUERIED:
            continue
        values = _several(element.value)
        text = values[0]
        if text == "*":
            continue
        if element.keyword in DATES and "-" in text:
            low, _, high = text.partition("-")
            found[column] = Between(low or None, high or None)
        elif element.VR != "UI" and ("*" in text or "?" in text):
            found[column] = Like(text, ignore_case=element.VR == "PN")
        elif element.VR == "PN":
            found[column] = Like(text, ignore_case=True)
        else:
            found[column] = OneOfValues(values)
    return found


def _answer(asked: Dataset, group: Group, level: str, ae_title: str) -> Dataset:
    stored, reply = group.example, Dataset()
    reply.SpecificCharacterSet = "ISO_IR 192"
    reply.QueryRetrieveLevel = level
    reply.RetrieveAETitle = ae_title
    for element in asked:
        keyword = element.keyword
        if keyword in UNQUERIED or not keyword:
            continue
        if keyword == "ModalitiesInStudy":
            setattr(reply, keyword, list(group.modalities))
        elif keyword in {"NumberOfStudyRelatedInstances", "NumberOfSeriesRelatedInstances"}:
            setattr(reply, keyword, group.instances)
        elif keyword == "NumberOfStudyRelatedSeries":
            setattr(reply, keyword, group.series)
        elif keyword == "SOPInstanceUID":
            setattr(reply, keyword, stored.uid if level == "IMAGE" else "")
        elif keyword == "SOPClassUID":
            setattr(reply, keyword, stored.sop_class_uid if level == "IMAGE" else "")
        elif keyword in COLUMN_OF:
            setattr(reply, keyword, getattr(stored.keys, COLUMN_OF[keyword]))
        else:
            reply.add_new(element.tag, element.VR, [] if element.VR == "SQ" else None)
    return reply


def _all_shown(found: list[StoredObject], door: Gate) -> None:
    hidden = [stored for stored in found if not door.shows(stored)]
    if hidden:
        why = "the session was canceled" if door.is_canceled else "another session is running"
        raise Conflict(
            f"C-MOVE by {door.actor}: {len(hidden)} of {len(found)} objects are withheld because {why}, expected objects of the session",
            rule="withheld",
            comment=f"Objects are withheld: {why}",
        )
