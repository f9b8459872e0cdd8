"""From a plan's data set to what the treatment room knows of it."""

from __future__ import annotations

from pydicom.dataset import Dataset

from workbench.errors import Refused
from workbench.treatment.course import Course, PlannedBeam


def course(plan: Dataset) -> Course:
    """The course that an RT Ion Plan describes.

    Raises
    ------
    Refused : it has no beam, or no fraction group to take metersets from.
    """
    where = f"RT Ion Plan {plan.get('SOPInstanceUID')}"
    groups = plan.get("FractionGroupSequence") or []
    beams = plan.get("IonBeamSequence") or []
    if len(groups) != 1:
        raise Refused(f"{where}: found {len(groups)} items in FractionGroupSequence, expected 1", rule="plan")
    if not beams:
        raise Refused(f"{where}: found no items in IonBeamSequence, expected at least one beam", rule="plan")
    referenced = {int(item.ReferencedBeamNumber): item for item in groups[0].get("ReferencedBeamSequence") or []}
    fractions = groups[0].get("NumberOfFractionsPlanned")
    return Course(
        plan_uid=str(plan.SOPInstanceUID),
        label=str(plan.get("RTPlanLabel") or ""),
        patient_id=str(plan.get("PatientID") or ""),
        fractions=None if fractions is None else int(fractions),
        beams=tuple(_beam(item, referenced.get(int(item.BeamNumber))) for item in beams if _is_treated(item, referenced)),
    )


def _is_treated(beam: Dataset, referenced: dict[int, Dataset]) -> bool:
    """A beam is treated when the fraction group refers to it and it is no setup beam."""
    if beam.get("TreatmentDeliveryType") == "SETUP":
        return False
    return not referenced or int(beam.BeamNumber) in referenced


def _beam(item: Dataset, reference: Dataset | None) -> PlannedBeam:
    return PlannedBeam(
        number=int(item.BeamNumber),
        name=str(item.get("BeamName") or item.BeamNumber),
        meterset_mu=_number(reference, "BeamMeterset"),
        dose_gy=_number(reference, "BeamDose"),
    )


def _number(item: Dataset | None, keyword: str) -> float | None:
    value = None if item is None else item.get(keyword)
    return None if value is None else float(value)
