"""Rows and objects for tests of the archive: whole as they come, with any part replaced by keyword."""

from __future__ import annotations

from typing import Any

from pydicom.dataset import Dataset

from tests.clinic import NOW
from workbench.archive.rows import BeamRow, IndexKeys, Origin, SessionRow, SessionState, StepState, StoredObject, WorkitemRow
from workbench.dicom import part10, uids
from workbench.dicom.part10 import Encoded
from workbench.treatment.session import SessionKind


def make_session(**changes: Any) -> SessionRow:
    """A session that was just prepared."""
    parts: dict[str, Any] = {
        "id": 0,
        "state": SessionState.PREPARED,
        "kind": SessionKind.TREATMENT,
        "room": "EYE1",
        "plan_uid": "2.25.10",
        "session_plan_uid": "2.25.11",
        "instruction_uid": "2.25.12",
        "plan_label": "EYE",
        "patient_id": "P-001",
        "study_uid": "2.25.13",
        "frame_uid": None,
        "fraction": 1,
        "metersets_mu": {1: 40.0, 2: 12.5},
        "tasks": ({"beam": 1, "type": "TREATMENT", "start_mu": 0.0, "end_mu": 40.0},),
        "explained": "Beam 1 is treated.",
        "prepared_at": NOW,
    }
    return SessionRow(**{**parts, **changes})


def make_workitem(session_id: int, **changes: Any) -> WorkitemRow:
    """A workitem on the worklist."""
    parts: dict[str, Any] = {
        "uid": "2.25.20",
        "session_id": session_id,
        "room": "EYE1",
        "code": "121726",
        "state": StepState.SCHEDULED,
        "lock": None,
        "holder": None,
        "progress_percent": None,
        "progress_text": None,
        "dataset": b"",
        "changed_at": NOW,
    }
    return WorkitemRow(**{**parts, **changes})


def make_stored(uid: str = "2.25.30", *, file: str = "0" * 64, **keys: str) -> StoredObject:
    """An indexed object; keywords are index keys."""
    return StoredObject(
        uid=uid,
        sop_class_uid=uids.CT_IMAGE,
        file=file,
        transfer_syntax=uids.IMPLICIT_LITTLE,
        size=100,
        origin=Origin.IMPORTED,
        session_id=None,
        stored_at=NOW,
        keys=IndexKeys(**{"study_uid": "2.25.31", "series_uid": "2.25.32", **keys}),
    )


def make_beam(record_uid: str, **changes: Any) -> BeamRow:
    """A recorded beam that says as little as a record may."""
    parts: dict[str, Any] = dict.fromkeys(BeamRow.__dataclass_fields__)
    parts |= {
        "record_uid": record_uid,
        "item": 0,
        "beam": 1,
        "patient_id": "P-001",
        "plan_uid": "2.25.10",
        "session_plan_uid": "2.25.11",
        "plan_label": "EYE",
        "kind": "treatment",
        "room": "EYE1",
        "beam_name": "Field 1",
        "termination": "NORMAL",
        "control_points": 0,
        "accessories": "",
    }
    return BeamRow(**{**parts, **changes})


def make_instance(transfer_syntax: str = uids.IMPLICIT_LITTLE, **changes: Any) -> Encoded:
    """An encoded object with text, numbers, words and a sequence, so that every transfer syntax has something to say."""
    dataset = Dataset()
    dataset.SOPClassUID, dataset.SOPInstanceUID = uids.CT_IMAGE, "2.25.30"
    dataset.StudyInstanceUID, dataset.SeriesInstanceUID = "2.25.31", "2.25.32"
    dataset.PatientID, dataset.PatientName = "P-001", "Doe^Jane"
    item = Dataset()
    item.ReferencedSOPClassUID, item.ReferencedSOPInstanceUID = uids.RT_ION_PLAN, "2.25.11"
    dataset.ReferencedRTPlanSequence = [item]
    dataset.Rows, dataset.Columns, dataset.BitsAllocated = 2, 3, 16
    dataset.PixelRepresentation, dataset.SamplesPerPixel = 0, 1
    dataset.add_new("PixelData", "OW", bytes(range(12)))
    for keyword, value in changes.items():
        setattr(dataset, keyword, value)
    return part10.encoded(dataset).transcoded(transfer_syntax)
