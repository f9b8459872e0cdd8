"""What an object says it belongs to: patient, plan, study, frames of reference, and other objects."""

from __future__ import annotations

from dataclasses import dataclass

from pydicom.dataset import Dataset


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


def read_references(dataset: Dataset) -> References:
    """Every reference of a data set, however deep."""
    found: dict[str, set[str]] = {"FrameOfReferenceUID": set(), "ReferencedFrameOfReferenceUID": set(), "ReferencedSOPInstanceUID": set()}
    for element in dataset.iterall():
        if element.keyword in found and element.value:
            found[element.keyword].add(str(element.value))
    plans = {str(item.get("ReferencedSOPInstanceUID") or "") for item in dataset.get("ReferencedRTPlanSequence") or []}
    return References(
        uid=str(dataset.get("SOPInstanceUID") or ""),
        patient_id=str(dataset.get("PatientID") or ""),
        plan_uids=frozenset(plans - {""}),
        study_uid=str(dataset.get("StudyInstanceUID") or ""),
        frame_uids=frozenset(found["FrameOfReferenceUID"] | found["ReferencedFrameOfReferenceUID"]),
        instance_uids=frozenset(found["ReferencedSOPInstanceUID"]),
    )
