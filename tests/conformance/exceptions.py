"""Rows of which less is proven than of the others, each with its reason, in one place.

``ALTERED`` are conditions that hold in every object that can be created: their other side is proven on an object altered by
hand. ``ONE_SIDED`` have no other side. ``UNPROVEN`` are not counted as proven.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from pydicom.dataset import Dataset

Key = tuple[str, str, str]
"""Direction, object and path."""
BDI, UPS = "RT Beams Delivery Instruction RETIRED", "Unified Procedure Step RETIRED"


def with_provider_url(image: Dataset) -> None:
    """Pixels come from elsewhere."""
    image.PixelDataProviderURL = "https://example.org/pixels"


def without_isocentre(image: Dataset) -> None:
    """Nothing is said about the isocentre."""
    del image.IsocenterPosition


def with_additional_position(plan: Dataset) -> None:
    """The patient's position is said in other words."""
    plan.PatientSetupSequence[0].PatientAdditionalPosition = "lying on the side"


def without_beams(plan: Dataset) -> None:
    """The fraction group treats with no beam."""
    plan.FractionGroupSequence[0].NumberOfBeams = 0


def without_blocks(plan: Dataset) -> None:
    """The beam has no block."""
    plan.IonBeamSequence[0].NumberOfBlocks = 0


def without_weights(plan: Dataset) -> None:
    """No control point says how much of the beam is delivered when it is reached."""
    for point in plan.IonBeamSequence[0].IonControlPointSequence:
        point.CumulativeMetersetWeight = None


def with_number(workitem: Dataset) -> None:
    """The parameter is a number."""
    workitem.ScheduledProcessingParametersSequence[0].ValueType = "NUMERIC"


ALTERED: Final[dict[Key, Callable[[Dataset], None]]] = {
    ("export", "RT Image", "PixelData"): with_provider_url,
    ("export", "RT Image", "PatientPosition"): without_isocentre,
    ("export", "RT Ion Plan", "PatientSetupSequence.PatientPosition"): with_additional_position,
    ("export", "RT Ion Plan", "FractionGroupSequence.ReferencedBeamSequence"): without_beams,
    ("export", "RT Ion Plan", "IonBeamSequence.IonBlockSequence"): without_blocks,
    ("export", "RT Ion Plan", "IonBeamSequence.FinalCumulativeMetersetWeight"): without_weights,
    ("created", UPS, "ScheduledProcessingParametersSequence.TextValue"): with_number,
}
"""Row → what makes its condition false; `check` then finds the attribute where it must not be."""

ONE_SIDED: Final[dict[str, tuple[Key, ...]]] = {
    "the condition is that the sequence is sent, and the row stands in its items: wherever it can stand the condition holds": (
        ("export", "RT Image", "ReferencedRTPlanSequence.ReferencedSOPClassUID"),
        ("export", "RT Image", "ReferencedRTPlanSequence.ReferencedSOPInstanceUID"),
        ("export", "RT Ion Plan", "DoseReferenceSequence.DoseReferenceNumber"),
        ("export", "RT Ion Plan", "DoseReferenceSequence.DoseReferenceStructureType"),
        ("export", "RT Ion Plan", "DoseReferenceSequence.DoseReferenceType"),
        ("export", "RT Ion Plan", "FractionGroupSequence.ReferencedBeamSequence.ReferencedBeamNumber"),
        ("created", UPS, "ReferencedRequestSequence.RequestedProcedureCodeSequence.CodeValue"),
        ("created", UPS, "ReferencedRequestSequence.RequestedProcedureCodeSequence.CodingSchemeDesignator"),
        ("created", UPS, "ScheduledStationNameCodeSequence.CodeValue"),
        ("created", UPS, "ScheduledStationNameCodeSequence.CodingSchemeDesignator"),
        ("created", UPS, "ScheduledWorkitemCodeSequence.CodeValue"),
        ("created", UPS, "ScheduledWorkitemCodeSequence.CodingSchemeDesignator"),
        ("created", UPS, "ScheduledProcessingParametersSequence.ConceptNameCodeSequence.CodeValue"),
        ("created", UPS, "ScheduledProcessingParametersSequence.ConceptNameCodeSequence.CodingSchemeDesignator"),
    ),
    "the statement fixes the version, so that it is always known": (
        ("created", UPS, "ReferencedRequestSequence.RequestedProcedureCodeSequence.CodingSchemeVersion"),
    ),
    "the statement fixes the value for both control points, whether it changes or not": (
        (
            "created",
            "RT Ion Beams Treatment Record",
            "TreatmentSessionIonBeamSequence.IonControlPointDeliverySequence.GantryPitchRotationDirection",
        ),
    ),
    "what is referenced is always a series of composite objects": (
        ("created", BDI, "BeamTaskSequence.ReferencedRTPlanSequence.ReferencedSeriesSequence"),
        ("created", UPS, "InputInformationSequence.ReferencedSeriesSequence"),
    ),
    "received code items: as above, the condition holds wherever the row can stand": (
        ("received", UPS, "ScheduledStationNameCodeSequence.CodeValue"),
        ("received", UPS, "ScheduledStationNameCodeSequence.CodingSchemeDesignator"),
        ("received", UPS, "ScheduledWorkitemCodeSequence.CodeValue"),
        ("received", UPS, "ScheduledWorkitemCodeSequence.CodingSchemeDesignator"),
    ),
    "the condition names classes of images, and a registration is none: it is never due (PS3.3 C.7.3.1)": (
        ("received", "Spatial Registration", "PatientPosition"),
    ),
    "the condition, a snout in the beam, is told by no other attribute: absence cannot be called wrong": (
        ("received", "RT Ion Beams Treatment Record", "TreatmentSessionIonBeamSequence.RecordedSnoutSequence"),
    ),
}
"""Reason → rows whose condition has one side only."""

UNPROVEN: Final[dict[Key, str]] = {}
"""Row → why it is not proven."""


def one_sided() -> frozenset[Key]:
    """All rows whose condition has one side only."""
    return frozenset(key for keys in ONE_SIDED.values() for key in keys)
