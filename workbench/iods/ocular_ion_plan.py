"""The RT Ion Plan that the ocular planner exports (ocular statement C.1.2, C.2).

Scope: ``plan`` is an ``ocular.plan.OcularPlan``; ``control_points`` has two (``index``, ``weight``); ``uids`` has ``study``,
``frame_of_reference``, ``plan_series``, ``plan`` and ``images``; ``identity`` is a ``settings.Identity``.
"""

from __future__ import annotations

from workbench.dicom import uids
from workbench.dicom.conditions import All, First, Not, Positive, Present, Sent
from workbench.dicom.rules import Configured, Constant, Counted, Empty, OneOf, Taken
from workbench.dicom.spec import Attribute, Each, Iod, Items, Module, One
from workbench.iods.common import GATED_WHEEL, HAS_WEIGHTS, ISOCENTRE_MM, MODULATED_WHEEL, PARTIAL_WEDGE, REFERRING_PHYSICIAN

OCULAR_ION_PLAN = Iod(
    "RT Ion Plan",
    (uids.RT_ION_PLAN,),
    (
        Module(
            "Patient",
            "C.2.1",
            (
                Attribute("PatientName", "2", Taken("plan.patient.name")),
                Attribute("PatientID", "2", Taken("plan.patient.id")),
                Attribute("PatientBirthDate", "2", Taken("plan.patient.birth_date")),
                Attribute("PatientSex", "2", Taken("plan.patient.sex", "map:Female=F|Male=M|else=O", ("F", "M", "O"))),
            ),
        ),
        Module(
            "General Study",
            "C.2.2",
            (
                Attribute("StudyInstanceUID", "1", Taken("uids.study")),
                Attribute("StudyDate", "2", Taken("plan.created")),
                Attribute("StudyTime", "2", Taken("plan.created")),
                REFERRING_PHYSICIAN,
                Attribute("StudyID", "2", Taken("plan.label")),
                Attribute("AccessionNumber", "2", Empty()),
            ),
        ),
        Module(
            "Frame of Reference",
            "C.2.3",
            (
                Attribute("FrameOfReferenceUID", "1", Taken("uids.frame_of_reference")),
                Attribute("PositionReferenceIndicator", "2", OneOf(("RIGHT EYE", "LEFT EYE"), "plan.position_reference")),
            ),
        ),
        Module(
            "General Equipment",
            "C.2.4",
            (
                Attribute("Manufacturer", "2", Configured("identity.manufacturer")),
                Attribute("ManufacturerModelName", "3", Configured("identity.model")),
                Attribute("SoftwareVersions", "3", Configured("identity.software_versions")),
            ),
        ),
        Module(
            "RT Series",
            "C.2.7",
            (
                Attribute("Modality", "1", Constant("RTPLAN")),
                Attribute("SeriesInstanceUID", "1", Taken("uids.plan_series")),
                Attribute("SeriesNumber", "2", Constant(1)),
            ),
        ),
        Module(
            "RT General Plan",
            "C.2.9",
            (
                Attribute("RTPlanLabel", "1", Taken("plan.label", "from:plan_id")),
                Attribute("RTPlanName", "3", Taken("plan.name", "from:plan_name")),
                Attribute("RTPlanDescription", "3", Taken("plan.description")),
                Attribute("OperatorsName", "2", Taken("plan.operator")),
                Attribute("RTPlanDate", "2", Taken("plan.created")),
                Attribute("RTPlanTime", "2", Taken("plan.created")),
                Attribute("PlanIntent", "3", Taken("plan.intent")),
                Attribute("RTPlanGeometry", "1", Constant("TREATMENT_DEVICE")),
                Attribute("IMPAC_BeamLineDataTableVersion", "3", Taken("plan.beamline.table_version")),
            ),
        ),
        Module(
            "RT Prescription",
            "C.2.10",
            (
                Items(
                    "DoseReferenceSequence",
                    "3",
                    (
                        Attribute("DoseReferenceNumber", "1C", Constant(1), Sent("DoseReferenceSequence")),
                        Attribute("DoseReferenceStructureType", "1C", Constant("SITE"), Sent("DoseReferenceSequence")),
                        Attribute("DoseReferenceDescription", "3", Taken("plan.prescription.site")),
                        Attribute("DoseReferenceType", "1C", Constant("TARGET"), Sent("DoseReferenceSequence")),
                    ),
                    One(),
                ),
            ),
        ),
        Module(
            "RT Patient Setup",
            "C.2.11",
            (
                Items(
                    "PatientSetupSequence",
                    "1",
                    (
                        Attribute("PatientSetupNumber", "1", Constant(1)),
                        Attribute(
                            "PatientPosition",
                            "1C",
                            OneOf(("HFS", "SITTING"), "plan.beamline.patient_position"),
                            Not(Present("PatientAdditionalPosition")),
                        ),
                        Items(
                            "ReferencedSetupImageSequence",
                            "3",
                            (
                                Attribute("ReferencedSOPClassUID", "1", Constant(uids.RT_IMAGE)),
                                Attribute("ReferencedSOPInstanceUID", "1", Taken("image_uid")),
                            ),
                            Each("uids.images", "image_uid"),
                        ),
                        Attribute("SetupTechniqueDescription", "3", Taken("plan.setup_technique")),
                    ),
                    One(),
                ),
            ),
        ),
        Module(
            "RT Fraction Scheme",
            "C.2.12",
            (
                Items(
                    "FractionGroupSequence",
                    "1",
                    (
                        Attribute("FractionGroupNumber", "1", Constant(1)),
                        Attribute("NumberOfFractionsPlanned", "2", Taken("plan.prescription.fractions")),
                        Attribute("NumberOfBeams", "1", Constant(1)),
                        Items(
                            "ReferencedBeamSequence",
                            "1C",
                            (
                                Attribute("ReferencedBeamNumber", "1C", Constant(1), Sent("ReferencedBeamSequence")),
                                Attribute(
                                    "BeamDose",
                                    "3",
                                    Taken("plan.prescription.dose_per_fraction_gy_rbe", "from:dose_per_fraction(primary_reference_point)"),
                                ),
                                Attribute("BeamMeterset", "3", Constant(0.0)),
                            ),
                            One(),
                            when=Positive("NumberOfBeams"),
                        ),
                        Attribute("NumberOfBrachyApplicationSetups", "1", Constant(0)),
                    ),
                    One(said="items:1"),
                ),
            ),
        ),
        Module("Approval", "C.2.13", (Attribute("ApprovalStatus", "1", Constant("UNAPPROVED")),)),
        Module(
            "RT Ion Tolerance Tables",
            "C.2.14",
            (
                Items(
                    "IonToleranceTableSequence",
                    "1",
                    (
                        Attribute("ToleranceTableNumber", "1", Constant(1)),
                        Attribute("ToleranceTableLabel", "3", Taken("plan.beamline.tolerances.label")),
                        Attribute("GantryAngleTolerance", "3", Taken("plan.beamline.tolerances.gantry_angle_deg")),
                        Attribute("GantryPitchAngleTolerance", "3", Taken("plan.beamline.tolerances.gantry_pitch_angle_deg")),
                        Attribute(
                            "BeamLimitingDeviceAngleTolerance", "3", Taken("plan.beamline.tolerances.beam_limiting_device_angle_deg")
                        ),
                        Attribute("PatientSupportAngleTolerance", "3", Taken("plan.beamline.tolerances.patient_support_angle_deg")),
                        Attribute("TableTopVerticalPositionTolerance", "3", Taken("plan.beamline.tolerances.table_top_vertical_mm")),
                        Attribute(
                            "TableTopLongitudinalPositionTolerance", "3", Taken("plan.beamline.tolerances.table_top_longitudinal_mm")
                        ),
                        Attribute("TableTopLateralPositionTolerance", "3", Taken("plan.beamline.tolerances.table_top_lateral_mm")),
                        Attribute("TableTopPitchAngleTolerance", "3", Taken("plan.beamline.tolerances.table_top_pitch_deg")),
                        Attribute("SnoutPositionTolerance", "3", Taken("plan.beamline.tolerances.snout_position_mm")),
                        Attribute("IMPAC_DistalTargetDistanceTolerance", "3", Taken("plan.beamline.tolerances.range_mm")),
                        Attribute("IMPAC_NominalSOBPWidthTolerance", "3", Taken("plan.beamline.tolerances.modulation_mm")),
                    ),
                    One(),
                ),
            ),
        ),
        Module(
            "RT Ion Beams",
            "C.2.15",
            (
                Items(
                    "IonBeamSequence",
                    "1",
                    (
                        Attribute("BeamNumber", "1", Constant(1)),
                        Attribute("BeamName", "1", Taken("plan.field.id", "from:field_id")),
                        Attribute("BeamDescription", "3", Taken("plan.field.description")),
                        Attribute("BeamType", "1", Constant("STATIC")),
                        Attribute("RadiationType", "1", Constant("PROTON")),
                        Attribute("ScanMode", "1", Constant("NONE")),
                        Attribute("TreatmentMachineName", "2", Taken("plan.beamline.machine_name")),
                        Attribute("Manufacturer", "3", Taken("plan.beamline.manufacturer")),
                        Attribute("ManufacturerModelName", "3", Taken("plan.beamline.model")),
                        Attribute("PrimaryDosimeterUnit", "1", Constant("MU")),
                        Attribute("ReferencedToleranceTableNumber", "3", Constant(1)),
                        Attribute("VirtualSourceAxisDistances", "1", Taken("plan.beamline.virtual_source_mm")),
                        Attribute("ReferencedPatientSetupNumber", "3", Constant(1)),
                        Attribute("TreatmentDeliveryType", "1", Constant("TREATMENT")),
                        Attribute("NumberOfWedges", "1", Counted("plan.field.wedges")),
                        Attribute("TotalWedgeTrayWaterEquivalentThickness", "3", Constant(0)),
                        Items(
                            "IonWedgeSequence",
                            "1C",
                            (
                                Attribute("WedgeNumber", "1", Taken("wedge.number")),
                                Attribute("WedgeType", "2", Taken("wedge.type")),
                                Attribute("WedgeID", "3", Taken("wedge.id")),
                                Attribute("WedgeAngle", "2", Taken("wedge.angle_deg")),
                                Attribute("WedgeOrientation", "2", Taken("wedge.orientation_deg")),
                                Attribute("IsocenterToWedgeTrayDistance", "1", Taken("wedge.tray_to_isocentre_mm")),
                            ),
                            Each("plan.field.wedges", "wedge"),
                            when=Positive("NumberOfWedges"),
                        ),
                        Attribute("NumberOfCompensators", "1", Constant(0)),
                        Attribute("NumberOfBoli", "1", Constant(0)),
                        Attribute("NumberOfBlocks", "1", Constant(1)),
                        Attribute("TotalBlockTrayWaterEquivalentThickness", "3", Taken("plan.beamline.block.tray_water_equivalent_mm")),
                        Items(
                            "IonBlockSequence",
                            "1C",
                            (
                                Attribute("BlockTrayID", "3", Taken("plan.beamline.block.tray_id")),
                                Attribute("IsocenterToBlockTrayDistance", "1", Taken("plan.beamline.block.tray_to_isocentre_mm")),
                                Attribute("BlockType", "1", Constant("APERTURE")),
                                Attribute("BlockDivergence", "1", Constant("ABSENT")),
                                Attribute("BlockMountingPosition", "1", Constant("SOURCE_SIDE")),
                                Attribute("BlockNumber", "1", Taken("plan.field.aperture.block_number")),
                                Attribute("BlockName", "3", Taken("plan.field.aperture.block_id", "from:block_id")),
                                Attribute("MaterialID", "2", Taken("plan.beamline.block.material_id")),
                                Attribute("BlockThickness", "1", Taken("plan.beamline.block.thickness_mm")),
                                Attribute("BlockNumberOfPoints", "1", Taken("plan.block_points", "count:aperture_points")),
                                Attribute("BlockData", "1", Taken("plan.block_data_mm", "from:aperture_points")),
                            ),
                            One(),
                            when=Positive("NumberOfBlocks"),
                        ),
                        Items("SnoutSequence", "3", (Attribute("SnoutID", "1", Taken("plan.beamline.snout_id")),), One()),
                        Attribute("NumberOfRangeShifters", "1", Counted("plan.field.range_shifters")),
                        Items(
                            "RangeShifterSequence",
                            "1C",
                            (
                                Attribute("RangeShifterNumber", "1", Taken("shifter.number")),
                                Attribute("RangeShifterID", "1", Taken("shifter.id")),
                                Attribute("RangeShifterType", "1", Taken("shifter.type")),
                            ),
                            Each("plan.field.range_shifters", "shifter"),
                            when=Positive("NumberOfRangeShifters"),
                        ),
                        Attribute("NumberOfLateralSpreadingDevices", "1", Counted("plan.field.lateral_spreaders")),
                        Items(
                            "LateralSpreadingDeviceSequence",
                            "1C",
                            (
                                Attribute("LateralSpreadingDeviceNumber", "1", Taken("spreader.number")),
                                Attribute("LateralSpreadingDeviceID", "1", Taken("spreader.id")),
                                Attribute("LateralSpreadingDeviceType", "1", Taken("spreader.type")),
                            ),
                            Each("plan.field.lateral_spreaders", "spreader"),
                            when=Positive("NumberOfLateralSpreadingDevices"),
                        ),
                        Attribute("NumberOfRangeModulators", "1", Counted("plan.field.range_modulators")),
                        Items(
                            "RangeModulatorSequence",
                            "1C",
                            (
                                Attribute("RangeModulatorNumber", "1", Taken("modulator.number")),
                                Attribute("RangeModulatorID", "1", Taken("modulator.id")),
                                Attribute("RangeModulatorType", "1", Taken("modulator.type")),
                                Attribute("BeamCurrentModulationID", "1C", Taken("modulator.beam_current_modulation_id"), MODULATED_WHEEL),
                            ),
                            Each("plan.field.range_modulators", "modulator"),
                            when=Positive("NumberOfRangeModulators"),
                        ),
                        Attribute("PatientSupportType", "1", Taken("plan.beamline.chair.support_type")),
                        Attribute("PatientSupportID", "3", Taken("plan.beamline.chair.support_id")),
                        Attribute("FixationLightAzimuthalAngle", "3", Taken("plan.light_azimuth_deg")),
                        Attribute("FixationLightPolarAngle", "3", Taken("plan.light_polar_deg")),
                        Attribute("FinalCumulativeMetersetWeight", "1C", Constant(1), HAS_WEIGHTS),
                        Attribute("NumberOfControlPoints", "1", Counted("control_points")),
                        Items(
                            "IonControlPointSequence",
                            "1",
                            (
                                Attribute("ControlPointIndex", "1", Taken("cp.index")),
                                Attribute("CumulativeMetersetWeight", "2", OneOf(("0", "1"), "cp.weight")),
                                Attribute(
                                    "NominalBeamEnergy", "1C", Taken("plan.beamline.nominal_energy_mev"), All(First(), Not(Present("KVP")))
                                ),
                                Attribute("NominalBeamEnergyUnit", "1C", Constant("MEV"), Present("NominalBeamEnergy")),
                                Attribute("MetersetRate", "3", Taken("plan.beamline.meterset_rate_mu_per_min"), First()),
                                Items(
                                    "IonWedgePositionSequence",
                                    "1C",
                                    (
                                        Attribute("ReferencedWedgeNumber", "1", Taken("wedge.number")),
                                        Attribute("WedgePosition", "1", Constant("IN")),
                                        Attribute("WedgeThinEdgePosition", "1C", Taken("wedge.thin_edge_mm"), PARTIAL_WEDGE),
                                    ),
                                    Each("plan.field.wedges", "wedge"),
                                    when=All(First(), Positive("^NumberOfWedges")),
                                ),
                                Items(
                                    "RangeShifterSettingsSequence",
                                    "1C",
                                    (
                                        Attribute("ReferencedRangeShifterNumber", "1", Taken("shifter.number")),
                                        Attribute("RangeShifterSetting", "1", Taken("shifter.setting")),
                                        Attribute("IsocenterToRangeShifterDistance", "3", Taken("shifter.isocentre_distance_mm")),
                                        Attribute("RangeShifterWaterEquivalentThickness", "3", Taken("shifter.water_equivalent_mm")),
                                    ),
                                    Each("plan.field.range_shifters", "shifter"),
                                    when=All(First(), Positive("^NumberOfRangeShifters")),
                                ),
                                Items(
                                    "LateralSpreadingDeviceSettingsSequence",
                                    "1C",
                                    (
                                        Attribute("ReferencedLateralSpreadingDeviceNumber", "1", Taken("spreader.number")),
                                        Attribute("LateralSpreadingDeviceSetting", "1", Taken("spreader.setting")),
                                        Attribute(
                                            "IsocenterToLateralSpreadingDeviceDistance", "3", Taken("spreader.isocentre_distance_mm")
                                        ),
                                        Attribute(
                                            "LateralSpreadingDeviceWaterEquivalentThickness", "3", Taken("spreader.water_equivalent_mm")
                                        ),
                                    ),
                                    Each("plan.field.lateral_spreaders", "spreader"),
                                    when=All(First(), Positive("^NumberOfLateralSpreadingDevices")),
                                ),
                                Items(
                                    "RangeModulatorSettingsSequence",
                                    "1C",
                                    (
                                        Attribute("ReferencedRangeModulatorNumber", "1", Taken("modulator.number")),
                                        Attribute("RangeModulatorGatingStartValue", "1C", Taken("modulator.gating_start"), GATED_WHEEL),
                                        Attribute("RangeModulatorGatingStopValue", "1C", Taken("modulator.gating_stop"), GATED_WHEEL),
                                        Attribute(
                                            "RangeModulatorGatingStartWaterEquivalentThickness",
                                            "3",
                                            Taken("modulator.gating_start_water_equivalent_mm"),
                                        ),
                                        Attribute(
                                            "RangeModulatorGatingStopWaterEquivalentThickness",
                                            "3",
                                            Taken("modulator.gating_stop_water_equivalent_mm"),
                                        ),
                                        Attribute("IsocenterToRangeModulatorDistance", "3", Taken("modulator.isocentre_distance_mm")),
                                    ),
                                    Each("plan.field.range_modulators", "modulator"),
                                    when=All(First(), Positive("^NumberOfRangeModulators")),
                                ),
                                Attribute("GantryAngle", "1C", Taken("plan.beamline.gantry_angle_deg"), First()),
                                Attribute("GantryRotationDirection", "1C", Constant("NONE"), First()),
                                Attribute("GantryPitchAngle", "2C", Constant(0), First()),
                                Attribute("GantryPitchRotationDirection", "3", Constant("NONE"), First()),
                                Attribute("BeamLimitingDeviceAngle", "1C", Taken("plan.beamline.beam_limiting_device_angle_deg"), First()),
                                Attribute("BeamLimitingDeviceRotationDirection", "1C", Constant("NONE"), First()),
                                Attribute("PatientSupportAngle", "1C", Taken("plan.beamline.chair.support_angle_deg"), First()),
                                Attribute("PatientSupportRotationDirection", "1C", Constant("NONE"), First()),
                                Attribute("TableTopPitchAngle", "2C", Taken("plan.beamline.chair.pitch_deg"), First()),
                                Attribute("TableTopPitchRotationDirection", "2C", Constant("NONE"), First()),
                                Attribute("TableTopRollAngle", "2C", Constant(0), First()),
                                Attribute("TableTopRollRotationDirection", "2C", Constant("NONE"), First()),
                                Attribute("HeadFixationAngle", "3", Taken("plan.beamline.chair.head_fixation_angle_deg"), First()),
                                Attribute(
                                    "TableTopVerticalPosition",
                                    "2C",
                                    Taken("plan.beamline.chair.vertical_mm", "invariant:control_points"),
                                    First(),
                                ),
                                Attribute("TableTopLongitudinalPosition", "2C", Taken("plan.beamline.chair.longitudinal_mm"), First()),
                                Attribute(
                                    "TableTopLateralPosition",
                                    "2C",
                                    Taken("plan.beamline.chair.lateral_mm", "invariant:control_points"),
                                    First(),
                                ),
                                Attribute("SnoutPosition", "2C", Empty(), First()),
                                Attribute("IsocenterPosition", "2C", Constant(ISOCENTRE_MM), First()),
                            ),
                            Each("control_points", "cp"),
                        ),
                        Attribute(
                            "IMPAC_MaximumCollimatedFieldDiameter",
                            "3",
                            Taken("plan.field_diameter_cm", "compute:2*max_distance(aperture_points,beam_axis)"),
                        ),
                        Attribute("IMPAC_PlannedDistalTargetDistance", "3", Taken("plan.field.range_mm")),
                        Attribute("IMPAC_NominalSOBPWidth", "3", Taken("plan.field.modulation_mm")),
                    ),
                    One(),
                ),
            ),
        ),
        Module(
            "SOP Common",
            "C.2.17",
            (
                Attribute("SOPClassUID", "1", Constant(uids.RT_ION_PLAN)),
                Attribute("SOPInstanceUID", "1", Taken("uids.plan")),
            ),
        ),
    ),
    "ocular",
    "export",
)
"""One fraction group, one tolerance table, one setup, one beam, one block (ocular statement C.2.9 to C.2.15)."""
