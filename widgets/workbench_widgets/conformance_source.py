"""Objects that the conformance dashboard looks at: a dropped file, a path, an object of a workbench. Where one cannot be had, a sentence.

Nothing of an object is logged, and neither are the names of files, which may be names of patients.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from pydicom.uid import UID

from workbench.archive.rows import StoredObject
from workbench.bench import Workbench
from workbench.dicom import part10
from workbench.dicom.part10 import Encoded
from workbench.dicom.scope import Scope
from workbench.errors import Refused, WorkbenchError
from workbench_widgets.markup import MIDDOT
from workbench_widgets.typed_paths import typed_path

MOST_OFFERED = 100
"""The latest objects of a workbench that are offered by name; any other is opened by its UID."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened:
    """An object that was asked for.

    Parameters
    ----------
    name : as the user knows it.
    instance : None where it could not be opened; ``sentence`` says why.
    """

    name: str
    instance: Encoded | None = field(default=None, repr=False)
    sentence: str = ""


def from_bytes(name: str, raw: bytes) -> Opened:
    """A file that came from a browser."""
    try:
        return Opened(name=name, instance=part10.parse_file(raw, name))
    except WorkbenchError as problem:
        return Opened(name=name, sentence=str(problem))


def from_words(bench: Workbench | None, words: str) -> Opened:
    """An object of the workbench by its UID, or a file by its path."""
    try:
        if not UID(words).is_valid:
            path = typed_path(words)
            return Opened(name=path.name, instance=part10.read_file(path))
        if bench is None:
            raise Refused(f"{words}: found a UID, expected the path of a file: no workbench is open here")
        instance = part10.read_file(bench.path(words))
        stored = next(one for one in bench.objects() if one.uid == words)
        return Opened(name=MIDDOT.join(one for one in (_kind(instance.sop_class_uid), _label(stored)) if one), instance=instance)
    except WorkbenchError as problem:
        return Opened(name=words, sentence=str(problem))


def offered(bench: Workbench) -> list[tuple[str, str]]:
    """Words and UID of the latest objects of the workbench, latest first."""
    latest = sorted(bench.objects(), key=lambda one: one.stored_at)[-MOST_OFFERED:][::-1]
    return [(_words(one), one.uid) for one in latest]


def _words(stored: StoredObject) -> str:
    parts = (_kind(stored.sop_class_uid), _label(stored), stored.keys.patient_id, stored.origin.value)
    return MIDDOT.join([*(one for one in parts if one), f"{stored.stored_at.astimezone():%Y-%m-%d %H:%M:%S}"])


def _kind(sop_class_uid: str) -> str:
    return UID(sop_class_uid).name.removesuffix(" Storage")


def _label(stored: StoredObject) -> str:
    return stored.keys.plan_label or stored.keys.series_description


def plan_of(bench: Workbench | None, instance: Encoded) -> Scope | None:
    """What a record's values should agree with: the plan that it refers to, where the workbench has it."""
    if bench is None:
        return None
    references = instance.read().items("ReferencedRTPlanSequence")
    uid = references[0].get("ReferencedSOPInstanceUID") if references else None
    if not isinstance(uid, str) or uid not in {one.uid for one in bench.objects()}:
        return None
    return Scope({"plan": bench.dataset(uid)})
