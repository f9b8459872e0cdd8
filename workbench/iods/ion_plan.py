"""RT Ion Plans: as the TMS statement receives them (9.1.2.5), and the session plan made from one (9.1.1.1).

What the session plan's rows do not list is taken unchanged from the received plan. Scope of a session plan:

* ``kept``: the received plan (``build`` gives it with its base; whoever checks gives it);
* ``session.kind``: of ``treatment.session.Session``;
* ``tolerances``: ``settings.ToleranceTable``;
* ``metersets_mu``: beam number → monitor units of one whole fraction; a beam that is not in it keeps its own;
* ``uids.series``, ``uids.instance``: made for this object.
"""

from __future__ import annotations

from collections.abc import Mapping

from workbench.dicom import uids
from workbench.dicom.conditions import All, First, Not, Positive, Present
from workbench.dicom.rules import Configured, Constant, Copied, Derived, Generated, Kept, OneOf
from workbench.dicom.scope import Scope
from workbench.dicom.spec import Attribute, Iod, Items, Module, One, Same
from workbench.iods.common import GATED_WHEEL, MODULATED_WHEEL, PARTIAL_WEDGE, READ_INSTANCE, READ_PATIENT, SPOTS


def plan_intent(scope: Scope) -> object:
    """VERIFICATION for a QA session, else the received plan's own intent."""
    return "VERIFICATION" if str(scope["session.kind"]) == "qa" else scope["kept.PlanIntent"]


def meterset_mu(scope: Scope) -> object:
    """Monitor units of the beam that the item refers to, else what the received plan holds."""
    metersets = scope["metersets_mu"]
    number = int(str(scope["kept.ReferencedBeamNumber"]))
    entered = metersets.get(number) if isinstance(metersets, Mapping) else None
    return scope["kept.BeamMeterset"] if entered is None else entered


SESSION_PLAN = Iod(
    "RT Ion Plan",
    (uids.RT_ION_PLAN,),
    (
        Module(
            "General Study Module",
            "9.1.1.1.1",
            (
                Attribute("StudyInstanceUID", "1", Kept()),
                Attribute("StudyID", "2", Kept()),
            ),
            "Study",
        ),
        Module(
            "RT Series Module",
            "9.1.1.1.2",
            (
                Attribute("Modality", "1", Kept()),
                Attribute("SeriesInstanceUID", "1", Generated("uids.series")),
            ),
            "Series",
        ),
        Module(
            "RT General Plan Module",
            "9.1.1.1.3",
            (
                Attribute("RTPlanLabel", "1", Kept()),
                Attribute(
                    "PlanIntent",
                    "3",
                    Derived(plan_intent, "VERIFICATION for QA, else unchanged", "if_qa=constant:VERIFICATION;else=copy:TPS_RTIonPlan"),
                ),
                Attribute("RTPlanGeometry", "1", Kept()),
                Items(
                    "ReferencedRTPlanSequence",
                    "3",
                    (
                        Attribute("ReferencedSOPClassUID", "1", Copied("kept.SOPClassUID")),
                        Attribute("ReferencedSOPInstanceUID", "1", Copied("kept.SOPInstanceUID")),
                        Attribute("RTPlanRelationship", "1", Constant("PREDECESSOR")),
                    ),
                    One(said="reference:TMS_RTIonPlan"),
                ),
            ),
            "Plan",
        ),
        Module(
            "RT Ion Tolerance Tables Module",
            "9.1.1.1.4",
            (
                Items(
                    "IonToleranceTableSequence",
                    "1",
                    (
                        Attribute("ToleranceTableNumber", "1", Constant(1)),
                        Attribute("ToleranceTableLabel", "3", Configured("tolerances.label")),
                        Attribute("GantryAngleTolerance", "3", Configured("tolerances.gantry_angle")),
                        Attribute("BeamLimitingDeviceAngleTolerance", "3", Configured("tolerances.beam_limiting_device_angle")),
                        Items(
                            "BeamLimitingDeviceToleranceSequence",
                            "3",
                            (
                                Attribute("RTBeamLimitingDeviceType", "1", Configured("tolerances.beam_limiting_device_type")),
                                Attribute(
                                    "BeamLimitingDevicePositionTolerance", "1", Configured("tolerances.beam_limiting_device_position")
                                ),
                            ),
                            One("tolerances.beam_limiting_device_type"),
                        ),
                        Attribute("PatientSupportAngleTolerance", "3", Configured("tolerances.patient_support_angle")),
                        Attribute("TableTopVerticalPositionTolerance", "3", Configured("tolerances.table_top_vertical")),
                        Attribute("TableTopLongitudinalPositionTolerance", "3", Configured("tolerances.table_top_longitudinal")),
                        Attribute("TableTopLateralPositionTolerance", "3", Configured("tolerances.table_top_lateral")),
                        Attribute("TableTopPitchAngleTolerance", "3", Configured("tolerances.table_top_pitch")),
                        Attribute("TableTopRollAngleTolerance", "3", Configured("tolerances.table_top_roll")),
                        Attribute("SnoutPositionTolerance", "3", Configured("tolerances.snout_position")),
                        Attribute("HeadFixationAngleTolerance", "3", Configured("tolerances.head_fixation_angle")),
                        Attribute("ChairHeadFramePositionTolerance", "3", Configured("tolerances.chair_head_frame_position")),
                    ),
                    One(),
                ),
            ),
            "Plan",
        ),
        Module(
            "RT Fraction Scheme Module",
            "9.1.1.1.5",
            (
                Items(
                    "FractionGroupSequence",
                    "1",
                    (
                        Attribute("FractionGroupNumber", "1", Kept()),
                        Attribute("NumberOfBeams", "1", Kept()),
                        Items(
                            "ReferencedBeamSequence",
                            "1C",
                            (
                                Attribute("ReferencedBeamNumber", "1", Kept()),
                                Attribute(
                                    "BeamMeterset",
                                    "3",
                                    Derived(meterset_mu, "entered at check-in, else unchanged"),
                                    beyond="monitor units of the session",
                                ),
                            ),
                            Same(),
                            when=Positive("NumberOfBeams"),
                        ),
                        Attribute("NumberOfBrachyApplicationSetups", "1", Kept()),
                    ),
                    Same(),
                ),
            ),
            "Plan",
        ),
        Module(
            "RT Ion Beams Module",
            "9.1.1.1.6",
            (
                Items(
                    "IonBeamSequence",
                    "1",
                    (
                        Attribute("BeamNumber", "1", Kept()),
                        Attribute("BeamName", "1", Kept()),
                        Attribute("BeamType", "1", Kept()),
                        Attribute("RadiationType", "1", Kept()),
                        Attribute("ScanMode", "1", Kept()),
                        Attribute("PrimaryDosimeterUnit", "1", Kept()),
                        Attribute("ReferencedToleranceTableNumber", "3", Constant(1)),
                        Attribute("VirtualSourceAxisDistances", "1", Kept()),
                        Attribute("TreatmentDeliveryType", "1", Kept()),
                        Attribute("NumberOfWedges", "1", Kept()),
                        Attribute("NumberOfCompensators", "1", Kept()),
                        Attribute("NumberOfBoli", "1", Kept()),
                        Attribute("NumberOfBlocks", "1", Kept()),
                        Attribute("NumberOfRangeShifters", "1", Kept()),
                        Attribute("NumberOfLateralSpreadingDevices", "1", Kept()),
                        Attribute("NumberOfRangeModulators", "1", Kept()),
                        Attribute("PatientSupportType", "1", Kept()),
                        Attribute("NumberOfControlPoints", "1", Kept()),
                        Items(
                            "IonControlPointSequence",
                            "1",
                            (
                                Attribute("ControlPointIndex", "1", Kept()),
                                Attribute("PatientSupportAngle", "1C", Kept(), First()),
                                Attribute("TableTopPitchAngle", "2C", Kept(), First()),
                                Attribute("TableTopRollAngle", "2C", Kept(), First()),
                                Attribute("TableTopVerticalPosition", "2C", Kept(), First()),
                                Attribute("TableTopLongitudinalPosition", "2C", Kept(), First()),
                                Attribute("TableTopLateralPosition", "2C", Kept(), First()),
                            ),
                            Same(),
                        ),
                        Items(
                            "PlannedVerificationImageSequence",
                            "3",
                            (Attribute("ImagingDeviceSpecificAcquisitionParameters", "3", Kept()),),
                            Same(),
                        ),
                    ),
                    Same(),
                ),
            ),
            "Plan",
        ),
        Module(
            "SOP Common Module",
            "9.1.1.1.7",
            (
                Attribute("SOPClassUID", "1", Constant(uids.RT_ION_PLAN)),
                Attribute("SOPInstanceUID", "1", Generated("uids.instance")),
            ),
            "Plan",
        ),
    ),
    "tms",
    "created",
    complete=False,
)
"""TMS statement 9.1.1.1, and monitor units, which a treatment needs and an ocular plan does not have."""

RECEIVED_ION_PLAN = Iod(
    "RT Ion Plan",
    (uids.RT_ION_PLAN,),
    (
        Module("Patient Module", "9.1.2.5.1", READ_PATIENT, "Patient"),
        Module(
            "General Study Module",
            "9.1.2.5.2",
            (
                Attribute("StudyInstanceUID", "1"),
                Attribute("StudyDate", "2"),
                Attribute("StudyTime", "2"),
                Attribute("ReferringPhysicianName", "2"),
                Attribute("StudyID", "2"),
                Attribute("AccessionNumber", "2"),
                Attribute("StudyDescription", "3"),
            ),
            "Study",
        ),
        Module(
            "RT Series Module",
            "9.1.2.5.3",
            (
                Attribute("Modality", "1"),
                Attribute("SeriesInstanceUID", "1"),
            ),
            "Series",
        ),
        Module(
            "RT General Plan Module",
            "9.1.2.5.4",
            (
                Attribute("RTPlanLabel", "1"),
                Attribute("RTPlanGeometry", "1"),
            ),
            "Plan",
        ),
        Module(
            "RT Patient Setup Module",
            "9.1.2.5.5",
            (
                Items(
                    "PatientSetupSequence",
                    "1",
                    (
                        Attribute("PatientSetupNumber", "1"),
                        Attribute(
                            "PatientPosition",
                            "1C",
                            OneOf(("HFS", "HFP", "FFS", "FFP"), also=("SITTING",)),
                            Not(Present("PatientAdditionalPosition")),
                        ),
                        Attribute("TableTopVerticalSetupDisplacement", "3"),
                        Attribute("TableTopLongitudinalSetupDisplacement", "3"),
                        Attribute("TableTopLateralSetupDisplacement", "3"),
                    ),
                ),
            ),
            "Plan",
        ),
        Module(
            "RT Fraction Scheme Module",
            "9.1.2.5.6",
            (
                Items(
                    "FractionGroupSequence",
                    "1",
                    (
                        Attribute("FractionGroupNumber", "1"),
                        Attribute("NumberOfFractionsPlanned", "2"),
                        Attribute("NumberOfBeams", "1"),
                        Items("ReferencedBeamSequence", "1C", (Attribute("ReferencedBeamNumber", "1"),), when=Positive("NumberOfBeams")),
                        Attribute("NumberOfBrachyApplicationSetups", "1"),
                    ),
                ),
            ),
            "Plan",
        ),
        Module(
            "RT Ion Beams Module",
            "9.1.2.5.7",
            (
                Items(
                    "IonBeamSequence",
                    "1",
                    (
                        Attribute("BeamNumber", "1"),
                        Attribute("BeamName", "1"),
                        Attribute("BeamType", "1"),
                        Attribute("RadiationType", "1", OneOf(("PHOTON", "PROTON", "ION"))),
                        Attribute("ScanMode", "1"),
                        Attribute("PrimaryDosimeterUnit", "1"),
                        Attribute("ReferencedToleranceTableNumber", "3"),
                        Attribute("VirtualSourceAxisDistances", "1"),
                        Attribute("ReferencedPatientSetupNumber", "3"),
                        Attribute("TreatmentDeliveryType", "1", OneOf(("TREATMENT", "SETUP"))),
                        Attribute("NumberOfWedges", "1"),
                        Attribute("NumberOfCompensators", "1"),
                        Items(
                            "IonRangeCompensatorSequence",
                            "1C",
                            (
                                Attribute("CompensatorNumber", "1"),
                                Attribute("CompensatorID", "3"),
                                Attribute("CompensatorDivergence", "1"),
                                Attribute("CompensatorMountingPosition", "1"),
                                Attribute("CompensatorRows", "1"),
                                Attribute("CompensatorColumns", "1"),
                                Attribute("CompensatorPixelSpacing", "1"),
                                Attribute("CompensatorPosition", "1"),
                                Attribute("CompensatorThicknessData", "1"),
                            ),
                            when=Positive("NumberOfCompensators"),
                        ),
                        Attribute("NumberOfBoli", "1"),
                        Items("ReferencedBolusSequence", "1C", (Attribute("ReferencedROINumber", "1"),), when=Positive("NumberOfBoli")),
                        Attribute("NumberOfBlocks", "1"),
                        Items(
                            "IonBlockSequence",
                            "1C",
                            (
                                Attribute("IsocenterToBlockTrayDistance", "1"),
                                Attribute("BlockType", "1"),
                                Attribute("BlockDivergence", "1"),
                                Attribute("BlockMountingPosition", "1"),
                                Attribute("BlockNumber", "1"),
                                Attribute("BlockThickness", "1"),
                                Attribute("BlockNumberOfPoints", "1"),
                                Attribute("BlockData", "1"),
                            ),
                            when=Positive("NumberOfBlocks"),
                        ),
                        Items("SnoutSequence", "3", (Attribute("SnoutID", "1"),)),
                        Items(
                            "ApplicatorSequence",
                            "3",
                            (
                                Attribute("ApplicatorID", "1"),
                                Attribute("ApplicatorType", "1"),
                            ),
                        ),
                        Attribute("NumberOfRangeShifters", "1"),
                        Items(
                            "RangeShifterSequence",
                            "1C",
                            (
                                Attribute("RangeShifterNumber", "1"),
                                Attribute("RangeShifterID", "1"),
                                Attribute("RangeShifterType", "1"),
                            ),
                            when=Positive("NumberOfRangeShifters"),
                        ),
                        Attribute("NumberOfLateralSpreadingDevices", "1"),
                        Items(
                            "LateralSpreadingDeviceSequence",
                            "1C",
                            (
                                Attribute("LateralSpreadingDeviceNumber", "1"),
                                Attribute("LateralSpreadingDeviceID", "1"),
                                Attribute("LateralSpreadingDeviceType", "1"),
                            ),
                            when=Positive("NumberOfLateralSpreadingDevices"),
                        ),
                        Attribute("NumberOfRangeModulators", "1"),
                        Items(
                            "RangeModulatorSequence",
                            "1C",
                            (
                                Attribute("RangeModulatorNumber", "1"),
                                Attribute("RangeModulatorID", "1"),
                                Attribute("RangeModulatorType", "1"),
                                Attribute("BeamCurrentModulationID", "1C", when=MODULATED_WHEEL),
                            ),
                            when=Positive("NumberOfRangeModulators"),
                        ),
                        Attribute("PatientSupportType", "1"),
                        Attribute("NumberOfControlPoints", "1"),
                        Items(
                            "IonControlPointSequence",
                            "1",
                            (
                                Attribute("ControlPointIndex", "1"),
                                Attribute("NominalBeamEnergy", "1C", when=All(First(), Not(Present("KVP")))),
                                Items(
                                    "IonWedgePositionSequence",
                                    "1C",
                                    (
                                        Attribute("ReferencedWedgeNumber", "1"),
                                        Attribute("WedgePosition", "1"),
                                        Attribute("WedgeThinEdgePosition", "1C", when=PARTIAL_WEDGE),
                                    ),
                                    when=All(First(), Positive("^NumberOfWedges")),
                                ),
                                Items(
                                    "RangeShifterSettingsSequence",
                                    "1C",
                                    (
                                        Attribute("ReferencedRangeShifterNumber", "1"),
                                        Attribute("RangeShifterSetting", "1"),
                                    ),
                                    when=All(First(), Positive("^NumberOfRangeShifters")),
                                ),
                                Items(
                                    "LateralSpreadingDeviceSettingsSequence",
                                    "1C",
                                    (
                                        Attribute("ReferencedLateralSpreadingDeviceNumber", "1"),
                                        Attribute("LateralSpreadingDeviceSetting", "1"),
                                    ),
                                    when=All(First(), Positive("^NumberOfLateralSpreadingDevices")),
                                ),
                                Items(
                                    "RangeModulatorSettingsSequence",
                                    "1C",
                                    (
                                        Attribute("ReferencedRangeModulatorNumber", "1"),
                                        Attribute("RangeModulatorGatingStartValue", "1C", when=GATED_WHEEL),
                                        Attribute("RangeModulatorGatingStopValue", "1C", when=GATED_WHEEL),
                                    ),
                                    when=All(First(), Positive("^NumberOfRangeModulators")),
                                ),
                                Attribute("GantryAngle", "1C", when=First()),
                                Attribute("GantryRotationDirection", "1C", when=First()),
                                Attribute("GantryPitchRotationDirection", "2C", when=First()),
                                Attribute("BeamLimitingDeviceAngle", "1C", when=First()),
                                Attribute("BeamLimitingDeviceRotationDirection", "1C", when=First()),
                                Attribute("ScanSpotTuneID", "1C", when=SPOTS),
                                Attribute("NumberOfScanSpotPositions", "1C", when=SPOTS),
                                Attribute("ScanSpotPositionMap", "1C", when=SPOTS),
                                Attribute("ScanningSpotSize", "3"),
                                Attribute("NumberOfPaintings", "1C", when=SPOTS),
                                Attribute("PatientSupportAngle", "1C", when=First()),
                                Attribute("PatientSupportRotationDirection", "1C", when=First()),
                                Attribute("TableTopPitchAngle", "2C", when=First()),
                                Attribute("TableTopPitchRotationDirection", "2C", when=First()),
                                Attribute("TableTopRollAngle", "2C", when=First()),
                                Attribute("TableTopRollRotationDirection", "2C", when=First()),
                                Attribute("TableTopVerticalPosition", "2C", when=First()),
                                Attribute("TableTopLongitudinalPosition", "2C", when=First()),
                                Attribute("TableTopLateralPosition", "2C", when=First()),
                                Attribute("SnoutPosition", "2C", when=First()),
                                Attribute("IsocenterPosition", "2C", when=First()),
                            ),
                        ),
                    ),
                ),
            ),
            "Plan",
        ),
        Module("SOP Common Module", "9.1.2.5.8", READ_INSTANCE, "Plan"),
    ),
    "tms",
    "received",
    complete=False,
)
"""TMS statement 9.1.2.5; with our own identity SITTING is accepted beyond it, because ocular plans seat their patients."""
