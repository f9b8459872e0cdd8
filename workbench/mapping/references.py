"""What an object says it belongs to: patient, plan, study, frames of reference, and other objects."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from workbench.dicom.reading import EncodedDataset
from workbench.mapping.scalars import text

NAMING: Final = {0x00200052: "FrameOfReferenceUID", 0x30060024: "ReferencedFrameOfReferenceUID", 0x00081155: "ReferencedSOPInstanceUID"}
"""Tag → keyword of what names a frame of reference or an object."""


@dataclass(frozen=True, slots=True, kw_only=True)
class References:
    """References of one object; empty where it has none.

    Parameters
    ----------
    frame_uids : every frame of reference it names, its own among them.
    instance_uids : every object it names, plans among them.
    """

    uid: str
    patient_id: str
    plan_uids: frozenset[str]
    study_uid: str
    frame_uids: frozenset[str]
    instance_uids: frozenset[str]


def read_references(dataset: EncodedDataset) -> References:
    """Every reference of a data set, however deep."""
    found: dict[str, set[str]] = {keyword: set() for keyword in NAMING.values()}
    _collect(dataset, found)
    plans = {uid for item in dataset.items("ReferencedRTPlanSequence") for uid in _uids(item, "ReferencedSOPInstanceUID")}
    return References(
        uid=text(dataset, "SOPInstanceUID") or "",
        patient_id=text(dataset, "PatientID") or "",
        plan_uids=frozenset(plans),
        study_uid=text(dataset, "StudyInstanceUID") or "",
        frame_uids=frozenset(found["FrameOfReferenceUID"] | found["ReferencedFrameOfReferenceUID"]),
        instance_uids=frozenset(found["ReferencedSOPInstanceUID"]),
    )


def _collect(dataset: EncodedDataset, found: dict[str, set[str]]) -> None:
    for tag in dataset.tags():
        keyword = NAMING.get(tag)
        if keyword is not None:
            found[keyword].update(_uids(dataset, keyword))
        for item in dataset.items(tag):
            _collect(item, found)


def _uids(dataset: EncodedDataset, keyword: str) -> set[str]:
    told = text(dataset, keyword)
    return set(told.split("\\")) - {""} if told else set()
