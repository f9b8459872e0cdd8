"""Every difference between our lines and the fact tables, with its reason, in one place.

Normalised before comparing, because it is spelling and no difference: the order of the parts of ``by_iod:`` and of listed
values. Where a table prints no rule or no values, the statement is silent and ours may say more; which rows these are is listed,
so that a new one is noticed.
"""

from __future__ import annotations

from typing import Final

Key = tuple[str, str, str]
"""Direction, object and path."""

SAYS_MORE: Final[dict[str, tuple[Key, ...]]] = {
    "the statement prints no rule; a value is needed all the same, and ours says where it comes from": (
        ("created", "RT Ion Plan", "IonToleranceTableSequence.BeamLimitingDeviceToleranceSequence.BeamLimitingDevicePositionTolerance"),
        ("created", "RT Ion Beams Treatment Record", "SoftwareVersions"),
        ("created", "RT Beams Delivery Instruction RETIRED", "SeriesInstanceUID"),
        ("created", "RT Beams Delivery Instruction RETIRED", "SeriesNumber"),
        ("created", "RT Beams Delivery Instruction RETIRED", "SeriesDate"),
        ("created", "RT Beams Delivery Instruction RETIRED", "SeriesTime"),
        ("created", "RT Beams Delivery Instruction RETIRED", "SeriesDescription"),
        ("created", "RT Beams Delivery Instruction RETIRED", "Manufacturer"),
        ("created", "RT Beams Delivery Instruction RETIRED", "SOPInstanceUID"),
        ("created", "RT Beams Delivery Instruction RETIRED", "SpecificCharacterSet"),
        ("created", "RT Beams Delivery Instruction RETIRED", "InstanceCreationDate"),
        ("created", "RT Beams Delivery Instruction RETIRED", "InstanceCreationTime"),
        ("created", "Unified Procedure Step RETIRED", "SOPInstanceUID"),
        ("created", "Unified Procedure Step RETIRED", "ScheduledStationNameCodeSequence.CodingSchemeDesignator"),
        (
            "created",
            "Unified Procedure Step RETIRED",
            "ScheduledProcessingParametersSequence.ConceptNameCodeSequence.CodingSchemeDesignator",
        ),
        ("export", "RT Image;RT Ion Plan", "Manufacturer"),
        ("export", "RT Image;RT Ion Plan", "ManufacturerModelName"),
        ("export", "RT Image;RT Ion Plan", "SoftwareVersions"),
    ),
    "the class of the object, which the statement prints elsewhere": (
        ("created", "RT Ion Plan", "SOPClassUID"),
        ("created", "RT Ion Beams Treatment Record", "SOPClassUID"),
        ("created", "RT Beams Delivery Instruction RETIRED", "SOPClassUID"),
        ("created", "Unified Procedure Step RETIRED", "SOPClassUID"),
    ),
    "there is one of each, so that its number is always the same": (
        ("export", "RT Image;RT Ion Plan", "SeriesNumber"),
        ("export", "RT Ion Plan", "DoseReferenceSequence.DoseReferenceNumber"),
        ("export", "RT Ion Plan", "FractionGroupSequence.FractionGroupNumber"),
        ("export", "RT Ion Plan", "FractionGroupSequence.ReferencedBeamSequence.ReferencedBeamNumber"),
    ),
    "the exchange has no such thing, or nothing else": (
        ("export", "RT Ion Plan", "IonBeamSequence.NumberOfCompensators"),
        ("export", "RT Ion Plan", "IonBeamSequence.NumberOfBoli"),
        ("export", "RT Ion Plan", "IonBeamSequence.NumberOfBlocks"),
        ("export", "RT Ion Plan", "IonBeamSequence.IonBlockSequence.BlockType"),
        ("export", "RT Ion Plan", "IonBeamSequence.IonControlPointSequence.IsocenterPosition"),
        ("export", "RT Image", "IsocenterPosition"),
        ("export", "RT Image", "GantryPitchAngle"),
    ),
}
"""Reason → the rows whose rule the tables leave blank and ours does not."""

CONSTANT_REPEATED: Final = "the table prints the constant as the rule only; ours repeats it among the values"
EQUAL_RESOLVED: Final = "the table prints a relation to another attribute; ours lists the value that follows from it"
