"""Objects that the conformance dashboard looks at: a dropped file, a path, an object of a workbench. Where one cannot be had, a sentence.

Nothing of an object is logged, and neither are the names of files, which may be names of patients.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from pydicom.uid import UID

from workbench.archive.rows import StoredObject
from workbench.bench import Workbench
from workbench.dicom import part10
from workbench.dicom.part10 import Encoded
from workbench.dicom.scope import Scope
from workbench.errors import Refused, WorkbenchError

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
    is_uid = bool(words) and UID(words).is_valid
    try:
        if is_uid and bench is None:
            raise Refused(f"{words}: found a UID, expected the path of a file: no workbench is open here")
        path = bench.path(words) if is_uid and bench is not None else Path(words).expanduser()
        return Opened(name=words if is_uid else path.name, instance=part10.read_file(path))
    except WorkbenchError as problem:
        return Opened(name=words, sentence=str(problem))


def offered(bench: Workbench) -> list[tuple[str, str]]:
    """Words and UID of the latest objects of the workbench, latest first."""
    latest = sorted(bench.objects(), key=lambda one: one.stored_at)[-MOST_OFFERED:][::-1]
    return [(_words(one), one.uid) for one in latest]


def _words(stored: StoredObject) -> str:
    keys = stored.keys
    label = keys.plan_label or keys.series_description
    parts = [f"{stored.stored_at.astimezone():%Y-%m-%d %H:%M:%S}", UID(stored.sop_class_uid).name.removesuffix(" Storage"), label]
    return " \N{MIDDLE DOT} ".join([*(one for one in parts if one), keys.patient_id, stored.origin.value])


def plan_of(bench: Workbench | None, instance: Encoded) -> Scope | None:
    """What a record's values should agree with: the plan that it refers to, where the workbench has it."""
    if bench is None:
        return None
    references = instance.read().items("ReferencedRTPlanSequence")
    uid = references[0].get("ReferencedSOPInstanceUID") if references else None
    if not isinstance(uid, str) or uid not in {one.uid for one in bench.objects()}:
        return None
    return Scope({"plan": bench.dataset(uid)})
