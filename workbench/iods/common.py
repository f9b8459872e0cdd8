"""Rows and conditions that several information objects share."""

from __future__ import annotations

from typing import Final

from workbench.dicom.conditions import All, Equals, First, InItems, Present, Referred
from workbench.dicom.rules import Derived
from workbench.dicom.scope import EMPTY, Scope
from workbench.dicom.spec import Attribute

READ_PATIENT: Final = (
    Attribute("PatientName", "2"),
    Attribute("PatientID", "2"),
    Attribute("PatientBirthDate", "2"),
    Attribute("PatientSex", "2"),
)
READ_INSTANCE: Final = (Attribute("SOPClassUID", "1"), Attribute("SOPInstanceUID", "1"))
READ_REFERENCE: Final = (Attribute("ReferencedSOPClassUID", "1"), Attribute("ReferencedSOPInstanceUID", "1"))


def referring_physician(scope: Scope) -> object:
    """That of an imported image that is exported again; a new plan knows none."""
    return scope["imported.ReferringPhysicianName"] if scope.knows("imported") else EMPTY


REFERRING_PHYSICIAN: Final = Attribute(
    "ReferringPhysicianName", "2", Derived(referring_physician, "of the imported image, where it is one; else without a value")
)
ISOCENTRE_MM: Final = (0.0, 0.0, 0.0)
"""Isocenter Position of an ocular plan: the origin of its own frame of reference is the isocentre."""

CONTINUES: Final = Equals("TreatmentDeliveryType", "CONTINUATION")
SPOTS: Final = Equals("^ScanMode", "MODULATED")
FIRST_SPOTS: Final = All(First(), SPOTS)
HAS_WEIGHTS: Final = InItems("IonControlPointSequence", Present("CumulativeMetersetWeight"))
MODULATED_WHEEL: Final = Equals("RangeModulatorType", "WHL_MODWEIGHTS")
GATED_WHEEL: Final = Referred(
    "ReferencedRangeModulatorNumber",
    "^^RangeModulatorSequence",
    "RangeModulatorNumber",
    Equals("RangeModulatorType", "WHL_MODWEIGHTS", "WHL_FIXEDWEIGHTS"),
)
PARTIAL_WEDGE: Final = Referred(
    "ReferencedWedgeNumber",
    "^^IonWedgeSequence",
    "WedgeNumber",
    # Older texts spell the last term PARTIAL_MOTORIZED, one letter longer than its VR allows.
    Equals("WedgeType", "PARTIAL_STANDARD", "PARTIAL_MOTORIZ", "PARTIAL_MOTORIZED"),
)
"""Conditions of 1C and 2C rows in beams and control points: PS3.3 C.8.8.25 and C.8.8.26."""
