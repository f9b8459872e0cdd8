"""RT Ion Beams Treatment Records: the one made by hand (9.1.1.2) and those received from the device (9.1.2.6).

Scope of a record entered by hand:

* ``plan``: data set of the session plan that was delivered; ``beam``: its item for the beam; ``first``, ``last``: the first
  and the last control point of that item;
* ``entered.meterset_mu``: what the user typed in;
* ``session.fraction``, and ``task``: the session's task for the beam (``treatment.session``);
* ``records``: the session's records so far, each with ``sop_class_uid`` and ``uid``;
* ``now``: date and time; ``identity``: ``settings.Identity``; ``uids.series``, ``uids.instance``: made for this object.
"""

from __future__ import annotations

from collections.abc import Sequence

from workbench.dicom import uids
from workbench.dicom.conditions import All, Equals, First, Foreign, Positive, Referred
from workbench.dicom.rules import (
    Among,
    AtEnds,
    Configured,
    Constant,
    Copied,
    Derived,
    Empty,
    Entered,
    Generated,
    Matches,
    Now,
    OneOf,
    Taken,
)
from workbench.dicom.scope import ABSENT, Missing, Scope
from workbench.dicom.spec import Attribute, Chosen, Each, Ends, Iod, Items, Module, One, Paired
from workbench.iods.common import FIRST_SPOTS, MODULATED_WHEEL, READ_INSTANCE, READ_REFERENCE

PATIENT_KEYWORDS = ("PatientName", "PatientID", "PatientBirthDate", "PatientSex")
METERSET = Entered("entered.meterset_mu", "meterset")
POINT_METERSET = AtEnds(Constant(0), METERSET, "first=0;last=manual_meterset")
RECORDED_GATED_WHEEL = Referred(
    "ReferencedRangeModulatorNumber",
    "^^RecordedRangeModulatorSequence",
    "ReferencedRangeModulatorNumber",
    Equals("RangeModulatorType", "WHL_MODWEIGHTS", "WHL_FIXEDWEIGHTS"),
)


def both_ends(path: str) -> AtEnds:
    """Copied from the plan's first control point into the first item, from its last one into the last."""
    return AtEnds(Copied(path), Copied(path), "first=copy;last=copy_last_cp")


def only_first(path: str) -> AtEnds:
    """Copied from the plan's first control point into the first item; absent in the last."""
    return AtEnds(Copied(path), None, "first=copy;last=absent")


def within_first(path: str) -> AtEnds:
    """As ``only_first``, inside a sequence that the last item does not have."""
    return AtEnds(Copied(path), None, "first=copy")


def no_spots(scope: Scope) -> object:
    """A zero for each planned spot: nobody knows what each of them got."""
    spots = scope["cp.NumberOfScanSpotPositions"]
    return ABSENT if isinstance(spots, Missing) else (0.0,) * int(str(spots))


def first_jaws(scope: Scope) -> Sequence[object]:
    """The beam limiting device positions of the first control point; none in the last."""
    jaws = scope["cp.BeamLimitingDevicePositionSequence"] if scope["position"] == "first" else ABSENT
    return jaws if isinstance(jaws, Sequence) else ()


NOTHING_DELIVERED = AtEnds(Derived(no_spots, "zeros, one for each planned spot"), None, "first=zeros:NumberOfScanSpotPositions;last=absent")

MANUAL_RECORD = Iod(
    "RT Ion Beams Treatment Record",
    (uids.RT_ION_BEAMS_RECORD,),
    (
        Module(
            "Patient Module",
            "9.1.1.2.1",
            (
                Attribute("PatientName", "2", Copied("plan.PatientName", "RTIonPlan")),
                Attribute("PatientID", "2", Copied("plan.PatientID", "RTIonPlan")),
                Attribute("PatientBirthDate", "2", Copied("plan.PatientBirthDate", "RTIonPlan")),
                Attribute("PatientSex", "2", Copied("plan.PatientSex", "RTIonPlan")),
            ),
            "Patient",
        ),
        Module(
            "General Study Module",
            "9.1.1.2.2",
            (
                Attribute("StudyInstanceUID", "1", Copied("plan.StudyInstanceUID", "RTIonPlan")),
                Attribute("StudyDate", "2", Copied("plan.StudyDate", "RTIonPlan")),
                Attribute("StudyTime", "2", Copied("plan.StudyTime", "RTIonPlan")),
                Attribute("ReferringPhysicianName", "2", Copied("plan.ReferringPhysicianName", "RTIonPlan")),
                Attribute("StudyID", "2", Copied("plan.StudyID", "RTIonPlan")),
                Attribute("AccessionNumber", "2", Copied("plan.AccessionNumber"), beyond="type 2 of the module (E036)"),
                Attribute("StudyDescription", "3", Copied("plan.StudyDescription", "RTIonPlan")),
            ),
            "Study",
        ),
        Module(
            "RT Series Module",
            "9.1.1.2.3",
            (
                Attribute("Modality", "1", Constant("RTRECORD")),
                Attribute("SeriesInstanceUID", "1", Generated("uids.series")),
                Attribute("SeriesNumber", "2", Copied("plan.SeriesNumber", "RTIonPlan")),
            ),
            "Series",
        ),
        Module(
            "General Equipment Module",
            "9.1.1.2.4",
            (
                Attribute("Manufacturer", "2", Configured("identity.manufacturer", "RaySearch Laboratories")),
                Attribute("ManufacturerModelName", "3", Configured("identity.model", "RayTreatment")),
                Attribute("SoftwareVersions", "3", Configured("identity.software_versions")),
            ),
            "Equipment",
        ),
        Module(
            "RT General Treatment Record Module",
            "9.1.1.2.5",
            (
                Attribute("InstanceNumber", "1", Constant(1)),
                Attribute("TreatmentDate", "2", Now("date")),
                Attribute("TreatmentTime", "2", Now("time")),
                Items(
                    "ReferencedRTPlanSequence",
                    "2",
                    (
                        Attribute("ReferencedSOPClassUID", "1", Copied("plan.SOPClassUID")),
                        Attribute("ReferencedSOPInstanceUID", "1", Copied("plan.SOPInstanceUID")),
                    ),
                    One(said="reference:RTIonPlan"),
                ),
                Items(
                    "ReferencedTreatmentRecordSequence",
                    "3",
                    (
                        Attribute("ReferencedSOPClassUID", "1", Taken("record.sop_class_uid")),
                        Attribute("ReferencedSOPInstanceUID", "1", Taken("record.uid")),
                    ),
                    Each("records", "record", "reference:received_treatment_records(current_session)"),
                ),
            ),
            "Treatment Record",
        ),
        Module(
            "RT Treatment Machine Record Module",
            "9.1.1.2.6",
            (
                Items(
                    "TreatmentMachineSequence",
                    "1",
                    (
                        Attribute("Manufacturer", "2", Configured("identity.manufacturer", "RaySearch Laboratories")),
                        Attribute("ManufacturerModelName", "2", Configured("identity.model", "RayTreatment")),
                        Attribute("DeviceSerialNumber", "2", Empty()),
                        Attribute("TreatmentMachineName", "2", Copied("beam.TreatmentMachineName"), beyond="type 2 of the module (E037)"),
                        Attribute("InstitutionName", "2", Empty(), beyond="type 2 of the module (E038)"),
                    ),
                    One(),
                ),
            ),
            "Treatment Record",
        ),
        Module(
            "RT Ion Beams Session Record Module",
            "9.1.1.2.7",
            (
                Attribute("OperatorsName", "2", Empty(), beyond="type 2 of the module (E039)"),
                Attribute("NumberOfFractionsPlanned", "2", Copied("plan.FractionGroupSequence.0.NumberOfFractionsPlanned", "RTIonPlan")),
                Attribute("PrimaryDosimeterUnit", "1", Constant("MU")),
                Items(
                    "TreatmentSessionIonBeamSequence",
                    "1",
                    (
                        Attribute("ReferencedBeamNumber", "1", Entered("beam.BeamNumber", "beam_number")),
                        Attribute("BeamName", "1", Copied("beam.BeamName", "RTIonPlan")),
                        Attribute("BeamType", "1", Copied("beam.BeamType", "RTIonPlan")),
                        Attribute("RadiationType", "1", Copied("beam.RadiationType", "RTIonPlan")),
                        Attribute("ScanMode", "1", Copied("beam.ScanMode", "RTIonPlan")),
                        Attribute("NumberOfWedges", "1", Copied("beam.NumberOfWedges", "RTIonPlan")),
                        Attribute("NumberOfCompensators", "1", Copied("beam.NumberOfCompensators", "RTIonPlan")),
                        Items(
                            "RecordedCompensatorSequence",
                            "1C",
                            (
                                Attribute("ReferencedCompensatorNumber", "1", Copied("compensator.CompensatorNumber", "RTIonPlan")),
                                Attribute("CompensatorID", "3", Copied("compensator.CompensatorID")),
                            ),
                            Each("beam.IonRangeCompensatorSequence", "compensator"),
                            when=Positive("NumberOfCompensators"),
                        ),
                        Attribute("NumberOfBoli", "1", Copied("beam.NumberOfBoli", "RTIonPlan")),
                        Items(
                            "ReferencedBolusSequence",
                            "1C",
                            (Attribute("ReferencedROINumber", "1", Copied("bolus.ReferencedROINumber", "RTIonPlan")),),
                            Each("beam.ReferencedBolusSequence", "bolus"),
                            when=Positive("NumberOfBoli"),
                        ),
                        Attribute("NumberOfBlocks", "1", Copied("beam.NumberOfBlocks", "RTIonPlan")),
                        Items(
                            "RecordedBlockSequence",
                            "1C",
                            (Attribute("ReferencedBlockNumber", "1", Copied("block.BlockNumber", "RTIonPlan")),),
                            Each("beam.IonBlockSequence", "block"),
                            when=Positive("NumberOfBlocks"),
                        ),
                        Items(
                            "RecordedSnoutSequence",
                            "1C",
                            (Attribute("SnoutID", "1", Copied("snout.SnoutID", "RTIonPlan")),),
                            Each("beam.SnoutSequence", "snout"),
                        ),
                        Items(
                            "ApplicatorSequence",
                            "1C",
                            (
                                Attribute("ApplicatorID", "1", Copied("applicator.ApplicatorID", "RTIonPlan")),
                                Attribute("ApplicatorType", "1", Copied("applicator.ApplicatorType", "RTIonPlan")),
                            ),
                            Each("beam.ApplicatorSequence", "applicator"),
                        ),
                        Attribute("NumberOfRangeShifters", "1", Copied("beam.NumberOfRangeShifters", "RTIonPlan")),
                        Items(
                            "RecordedRangeShifterSequence",
                            "1C",
                            (
                                Attribute("ReferencedRangeShifterNumber", "1", Copied("shifter.RangeShifterNumber", "RTIonPlan")),
                                Attribute("RangeShifterID", "1", Copied("shifter.RangeShifterID", "RTIonPlan")),
                            ),
                            Each("beam.RangeShifterSequence", "shifter"),
                            when=Positive("NumberOfRangeShifters"),
                        ),
                        Attribute("NumberOfLateralSpreadingDevices", "1", Copied("beam.NumberOfLateralSpreadingDevices", "RTIonPlan")),
                        Items(
                            "RecordedLateralSpreadingDeviceSequence",
                            "1C",
                            (
                                Attribute(
                                    "ReferencedLateralSpreadingDeviceNumber",
                                    "1",
                                    Copied("spreader.LateralSpreadingDeviceNumber", "RTIonPlan"),
                                ),
                                Attribute("LateralSpreadingDeviceID", "1", Copied("spreader.LateralSpreadingDeviceID", "RTIonPlan")),
                            ),
                            Each("beam.LateralSpreadingDeviceSequence", "spreader"),
                            when=Positive("NumberOfLateralSpreadingDevices"),
                        ),
                        Attribute("NumberOfRangeModulators", "1", Copied("beam.NumberOfRangeModulators", "RTIonPlan")),
                        Items(
                            "RecordedRangeModulatorSequence",
                            "1C",
                            (
                                Attribute("ReferencedRangeModulatorNumber", "1", Copied("modulator.RangeModulatorNumber", "RTIonPlan")),
                                Attribute("RangeModulatorID", "1", Copied("modulator.RangeModulatorID", "RTIonPlan")),
                                Attribute("RangeModulatorType", "1", Copied("modulator.RangeModulatorType", "RTIonPlan")),
                                Attribute(
                                    "BeamCurrentModulationID",
                                    "1C",
                                    Copied("modulator.BeamCurrentModulationID", "RTIonPlan"),
                                    MODULATED_WHEEL,
                                ),
                            ),
                            Each("beam.RangeModulatorSequence", "modulator"),
                            when=Positive("NumberOfRangeModulators"),
                        ),
                        Attribute("PatientSupportType", "1", Copied("beam.PatientSupportType", "RTIonPlan", ("TABLE", "CHAIR"))),
                        Attribute("CurrentFractionNumber", "2", Taken("session.fraction", "session:fraction_number")),
                        Attribute(
                            "TreatmentDeliveryType", "2", Copied("task.delivery_type", "RTBeamsDeliveryInstruction(current_session)")
                        ),
                        Attribute("TreatmentTerminationStatus", "1", Constant("UNKNOWN", ("NORMAL", "OPERATOR", "MACHINE", "UNKNOWN"))),
                        Attribute("TreatmentVerificationStatus", "2", Constant("UNKNOWN")),
                        Attribute("SpecifiedPrimaryMeterset", "3", METERSET),
                        Attribute("DeliveredPrimaryMeterset", "3", METERSET),
                        Attribute("NumberOfControlPoints", "1", Constant(2)),
                        Items(
                            "IonControlPointDeliverySequence",
                            "1",
                            (
                                Attribute("ReferencedControlPointIndex", "1", both_ends("cp.ControlPointIndex")),
                                Attribute("TreatmentControlPointDate", "1", Now("date")),
                                Attribute("TreatmentControlPointTime", "1", Now("time")),
                                Attribute("SpecifiedMeterset", "2", POINT_METERSET),
                                Attribute("DeliveredMeterset", "1", POINT_METERSET),
                                Attribute("NominalBeamEnergy", "1C", both_ends("cp.NominalBeamEnergy")),
                                Items(
                                    "IonWedgePositionSequence",
                                    "1C",
                                    (
                                        Attribute("ReferencedWedgeNumber", "1", both_ends("wedge.ReferencedWedgeNumber")),
                                        Attribute("WedgePosition", "1", both_ends("wedge.WedgePosition")),
                                        Attribute("WedgeThinEdgePosition", "1C", both_ends("wedge.WedgeThinEdgePosition")),
                                    ),
                                    Each("cp.IonWedgePositionSequence", "wedge"),
                                ),
                                Items(
                                    "BeamLimitingDevicePositionSequence",
                                    "1C",
                                    (
                                        Attribute("RTBeamLimitingDeviceType", "1", within_first("jaws.RTBeamLimitingDeviceType")),
                                        Attribute("LeafJawPositions", "1", within_first("jaws.LeafJawPositions")),
                                    ),
                                    Chosen(first_jaws, "jaws", "beam limiting device of the first control point", "last=absent"),
                                ),
                                Items(
                                    "RangeShifterSettingsSequence",
                                    "1C",
                                    (
                                        Attribute(
                                            "ReferencedRangeShifterNumber", "1", within_first("setting.ReferencedRangeShifterNumber")
                                        ),
                                        Attribute("RangeShifterSetting", "1", within_first("setting.RangeShifterSetting")),
                                    ),
                                    Each("cp.RangeShifterSettingsSequence", "setting", "last=absent"),
                                    when=All(First(), Positive("^NumberOfRangeShifters")),
                                ),
                                Items(
                                    "LateralSpreadingDeviceSettingsSequence",
                                    "1C",
                                    (
                                        Attribute(
                                            "ReferencedLateralSpreadingDeviceNumber",
                                            "1",
                                            within_first("setting.ReferencedLateralSpreadingDeviceNumber"),
                                        ),
                                        Attribute(
                                            "LateralSpreadingDeviceSetting", "1", within_first("setting.LateralSpreadingDeviceSetting")
                                        ),
                                    ),
                                    Each("cp.LateralSpreadingDeviceSettingsSequence", "setting", "last=absent"),
                                    when=All(First(), Positive("^NumberOfLateralSpreadingDevices")),
                                ),
                                Items(
                                    "RangeModulatorSettingsSequence",
                                    "1C",
                                    (
                                        Attribute(
                                            "ReferencedRangeModulatorNumber", "1", within_first("setting.ReferencedRangeModulatorNumber")
                                        ),
                                        Attribute(
                                            "RangeModulatorGatingStartValue",
                                            "1C",
                                            within_first("setting.RangeModulatorGatingStartValue"),
                                            RECORDED_GATED_WHEEL,
                                        ),
                                        Attribute(
                                            "RangeModulatorGatingStopValue",
                                            "1C",
                                            within_first("setting.RangeModulatorGatingStopValue"),
                                            RECORDED_GATED_WHEEL,
                                        ),
                                    ),
                                    Each("cp.RangeModulatorSettingsSequence", "setting", "last=absent"),
                                    when=All(First(), Positive("^NumberOfRangeModulators")),
                                ),
                                Attribute("GantryAngle", "1C", only_first("cp.GantryAngle"), First()),
                                Attribute("GantryRotationDirection", "1C", only_first("cp.GantryRotationDirection"), First()),
                                Attribute("GantryPitchRotationDirection", "2C", Constant("NONE")),
                                Attribute("BeamLimitingDeviceAngle", "1C", only_first("cp.BeamLimitingDeviceAngle"), First()),
                                Attribute(
                                    "BeamLimitingDeviceRotationDirection",
                                    "1C",
                                    only_first("cp.BeamLimitingDeviceRotationDirection"),
                                    First(),
                                ),
                                Attribute("ScanSpotTuneID", "1C", only_first("cp.ScanSpotTuneID"), FIRST_SPOTS),
                                Attribute("NumberOfScanSpotPositions", "1C", only_first("cp.NumberOfScanSpotPositions"), FIRST_SPOTS),
                                Attribute("ScanSpotPositionMap", "1C", only_first("cp.ScanSpotPositionMap"), FIRST_SPOTS),
                                Attribute("ScanSpotMetersetsDelivered", "1C", NOTHING_DELIVERED, FIRST_SPOTS),
                                Attribute("NumberOfPaintings", "1C", only_first("cp.NumberOfPaintings"), FIRST_SPOTS),
                                Attribute("PatientSupportAngle", "1C", only_first("cp.PatientSupportAngle"), First()),
                                Attribute(
                                    "PatientSupportRotationDirection", "1C", only_first("cp.PatientSupportRotationDirection"), First()
                                ),
                                Attribute("TableTopPitchAngle", "2C", only_first("cp.TableTopPitchAngle"), First()),
                                Attribute("TableTopPitchRotationDirection", "2C", only_first("cp.TableTopPitchRotationDirection"), First()),
                                Attribute("TableTopRollAngle", "2C", only_first("cp.TableTopRollAngle"), First()),
                                Attribute("TableTopRollRotationDirection", "2C", only_first("cp.TableTopRollRotationDirection"), First()),
                                Attribute("TableTopVerticalPosition", "2C", only_first("cp.TableTopVerticalPosition"), First()),
                                Attribute("TableTopLongitudinalPosition", "2C", only_first("cp.TableTopLongitudinalPosition"), First()),
                                Attribute("TableTopLateralPosition", "2C", only_first("cp.TableTopLateralPosition"), First()),
                                Attribute("SnoutPosition", "2C", only_first("cp.SnoutPosition"), First()),
                            ),
                            Ends("cp", "items:2"),
                        ),
                    ),
                    One(),
                ),
            ),
            "Treatment Record",
        ),
        Module(
            "SOP Common Module",
            "9.1.1.2.8",
            (
                Attribute("SOPClassUID", "1", Constant(uids.RT_ION_BEAMS_RECORD)),
                Attribute("SOPInstanceUID", "1", Generated("uids.instance")),
                Attribute("SpecificCharacterSet", "1C", Constant("ISO_IR 192"), Foreign(), beyond="names outside the default repertoire"),
            ),
            "Treatment Record",
        ),
    ),
    "tms",
    "created",
)
"""TMS statement 9.1.1.2: delivery entered by hand instead of by the device."""

RECEIVED_ION_RECORD = Iod(
    "RT Ion Beams Treatment Record",
    (uids.RT_ION_BEAMS_RECORD, uids.RT_BEAMS_RECORD),
    (
        Module(
            "Patient Module",
            "9.1.2.6.1",
            tuple(Attribute(keyword, "2", Matches(f"plan.{keyword}")) for keyword in PATIENT_KEYWORDS),
            "Patient",
        ),
        Module("General Study Module", "9.1.2.6.2", (Attribute("StudyInstanceUID", "1"),), "Study"),
        Module(
            "RT Series Module",
            "9.1.2.6.3",
            (
                Attribute("Modality", "1"),
                Attribute("SeriesInstanceUID", "1"),
            ),
            "Series",
        ),
        Module(
            "RT General Treatment Record Module",
            "9.1.2.6.4",
            (
                Attribute("InstanceNumber", "1"),
                Attribute("TreatmentDate", "2"),
                Attribute("TreatmentTime", "2"),
                Items("ReferencedRTPlanSequence", "2", READ_REFERENCE),
            ),
            "Treatment Record",
        ),
        Module(
            "RT Ion Beams Session Record Module",
            "9.1.2.6.5",
            (
                Attribute("PrimaryDosimeterUnit", "1", OneOf(("MU",))),
                Items(
                    "TreatmentSessionIonBeamSequence",
                    "1",
                    (
                        Attribute("ReferencedBeamNumber", "1", Among("plan.IonBeamSequence", "BeamNumber")),
                        Attribute("BeamName", "1", Matches("beam.BeamName")),
                        Attribute("BeamType", "1", Matches("beam.BeamType")),
                        Attribute("RadiationType", "1", Matches("beam.RadiationType")),
                        Attribute("ScanMode", "1", Matches("beam.ScanMode")),
                        Attribute("NumberOfWedges", "1", Matches("beam.NumberOfWedges")),
                        Attribute("NumberOfCompensators", "1", Matches("beam.NumberOfCompensators")),
                        Items(
                            "RecordedCompensatorSequence",
                            "1C",
                            (Attribute("ReferencedCompensatorNumber", "1"),),
                            when=Positive("NumberOfCompensators"),
                        ),
                        Attribute("NumberOfBoli", "1", Matches("beam.NumberOfBoli")),
                        Attribute("NumberOfBlocks", "1", Matches("beam.NumberOfBlocks")),
                        Items("RecordedSnoutSequence", "1C", (Attribute("SnoutID", "1", Matches("beam.SnoutSequence.0.SnoutID")),)),
                        Attribute("NumberOfRangeShifters", "1", Matches("beam.NumberOfRangeShifters")),
                        Attribute("NumberOfLateralSpreadingDevices", "1", Matches("beam.NumberOfLateralSpreadingDevices")),
                        Attribute("NumberOfRangeModulators", "1", Matches("beam.NumberOfRangeModulators")),
                        Attribute("PatientSupportType", "1", Matches("beam.PatientSupportType")),
                        Attribute("CurrentFractionNumber", "2"),
                        Attribute("TreatmentDeliveryType", "2", OneOf(("TREATMENT", "SETUP", "CONTINUATION"))),
                        Attribute("TreatmentTerminationStatus", "1", OneOf(("NORMAL", "OPERATOR", "MACHINE", "UNKNOWN"))),
                        Attribute("SpecifiedPrimaryMeterset", "3"),
                        Attribute("SpecifiedSecondaryMeterset", "3"),
                        Attribute("DeliveredPrimaryMeterset", "3"),
                        Attribute("DeliveredSecondaryMeterset", "3"),
                        Attribute("SpecifiedTreatmentTime", "3"),
                        Attribute("DeliveredTreatmentTime", "3"),
                        Attribute("NumberOfControlPoints", "1"),
                        Items(
                            "IonControlPointDeliverySequence",
                            "1",
                            (
                                Attribute("ReferencedControlPointIndex", "1"),
                                Attribute("TreatmentControlPointDate", "1"),
                                Attribute("TreatmentControlPointTime", "1"),
                                Attribute("DeliveredMeterset", "1"),
                                Attribute("GantryAngle", "1C", when=First()),
                                Attribute("PatientSupportAngle", "1C", when=First()),
                                Attribute("TableTopPitchAngle", "2C", when=First()),
                                Attribute("TableTopRollAngle", "2C", when=First()),
                                Attribute("TableTopVerticalPosition", "2C", when=First()),
                                Attribute("TableTopLongitudinalPosition", "2C", when=First()),
                                Attribute("TableTopLateralPosition", "2C", when=First()),
                                Attribute("SnoutPosition", "2C", when=First()),
                            ),
                        ),
                    ),
                    Paired("plan.IonBeamSequence", "BeamNumber", "ReferencedBeamNumber", "beam"),
                ),
            ),
            "Treatment Record",
        ),
        Module("SOP Common Module", "9.1.2.6.6", READ_INSTANCE, "Treatment Record"),
    ),
    "tms",
    "received",
    complete=False,
)
"""TMS statement 9.1.2.6; both record classes are accepted, as the statement names 481.4 for the ion record (E067)."""
