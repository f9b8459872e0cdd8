"""From a treatment record's data set to what it says."""

from __future__ import annotations

from datetime import datetime
from enum import Enum
from typing import TypeVar

from pydicom.dataset import Dataset

from workbench.treatment.delivery import DeliveryType, Termination
from workbench.treatment.record import Record, RecordedBeam

FIRST_POINT = {
    "gantry_deg": "GantryAngle",
    "support_angle_deg": "PatientSupportAngle",
    "support_pitch_deg": "TableTopPitchAngle",
    "support_roll_deg": "TableTopRollAngle",
    "support_vertical_mm": "TableTopVerticalPosition",
    "support_longitudinal_mm": "TableTopLongitudinalPosition",
    "support_lateral_mm": "TableTopLateralPosition",
    "snout_mm": "SnoutPosition",
}
"""Field of a recorded beam → attribute of its first control point."""


def read_record(dataset: Dataset, *, zone: datetime) -> Record:
    """What an RT Ion Beams Treatment Record (or RT Beams Treatment Record) says.

    Parameters
    ----------
    zone : any moment with the time zone in which the record's dates and times are meant.
    """
    plans = dataset.get("ReferencedRTPlanSequence") or []
    beams = dataset.get("TreatmentSessionIonBeamSequence") or dataset.get("TreatmentSessionBeamSequence") or []
    return Record(
        uid=str(dataset.SOPInstanceUID),
        patient_id=str(dataset.get("PatientID") or ""),
        plan_uid=str(plans[0].ReferencedSOPInstanceUID) if plans else None,
        beams=tuple(_beam(item, zone) for item in beams),
    )


def _beam(item: Dataset, zone: datetime) -> RecordedBeam:
    points = item.get("IonControlPointDeliverySequence") or item.get("ControlPointDeliverySequence") or []
    first = points[0] if points else Dataset()
    fraction = item.get("CurrentFractionNumber")
    return RecordedBeam(
        number=int(item.ReferencedBeamNumber),
        name=str(item.get("BeamName") or item.ReferencedBeamNumber),
        fraction=None if fraction is None else int(fraction),
        delivery_type=_term(DeliveryType, item.get("TreatmentDeliveryType")),
        termination=_term(Termination, item.get("TreatmentTerminationStatus")) or Termination.UNKNOWN,
        verification=_text(item.get("TreatmentVerificationStatus")),
        specified_mu=_number(item, "SpecifiedPrimaryMeterset"),
        delivered_mu=_number(item, "DeliveredPrimaryMeterset"),
        first_point_mu=_number(first, "DeliveredMeterset"),
        last_point_mu=_number(points[-1], "DeliveredMeterset") if points else None,
        started_at=_moment(first, zone),
        ended_at=_moment(points[-1], zone) if points else None,
        **{field: _number(first, keyword) for field, keyword in FIRST_POINT.items()},
    )


_Term = TypeVar("_Term", bound=Enum)


def _term(kind: type[_Term], value: object) -> _Term | None:
    try:
        return kind(str(value)) if value else None
    except ValueError:
        return None


def _text(value: object) -> str | None:
    return str(value) if value else None


def _number(item: Dataset, keyword: str) -> float | None:
    value = item.get(keyword)
    return None if value is None or value == "" else float(value)


def _moment(point: Dataset, zone: datetime) -> datetime | None:
    day, clock = point.get("TreatmentControlPointDate"), point.get("TreatmentControlPointTime")
    if not day or not clock:
        return None
    whole, _, part = str(clock).partition(".")
    stamp = datetime.strptime(f"{day}{whole:0<6}", "%Y%m%d%H%M%S").replace(tzinfo=zone.tzinfo)
    return stamp.replace(microsecond=int(f"{part:0<6}")) if part else stamp
