"""Requirements R202 to R243 of the ocular statement: what the exported RT Ion Plan says."""

from __future__ import annotations

import math
import struct
from dataclasses import replace
from pathlib import Path

import pytest

from tests.factories import make_beamline, make_field, make_image, make_plan
from tests.requirements.ocular import exported, first_point, images, impac, ion_beam, ion_plan, objects
from workbench.bench import Workbench
from workbench.dicom import uids
from workbench.errors import Refused
from workbench.ocular.aperture import Aperture
from workbench.ocular.setup import View


def test_r202_the_label_is_the_plan_id_and_the_name_the_plans_name() -> None:
    """EYE PLAN 1 is called First plan."""
    assert (ion_plan().RTPlanLabel, ion_plan().RTPlanName) == ("EYE PLAN 1", "First plan")


def test_r203_the_plan_is_for_a_treatment_device() -> None:
    """There is no structure set."""
    assert ion_plan().RTPlanGeometry == "TREATMENT_DEVICE"
    assert "ReferencedStructureSetSequence" not in ion_plan()


def test_r204_operator_date_time_description_and_intent_are_exported() -> None:
    """Those of the plan."""
    plan = ion_plan()

    assert (plan.OperatorsName, plan.RTPlanDate, plan.RTPlanTime) == ("Planner^Paula", "20240517", "093015")
    assert (plan.RTPlanDescription, plan.PlanIntent) == ("Uveal melanoma", "CURATIVE")


def test_r205_the_version_of_the_beam_line_table_is_exported() -> None:
    """Private (300B,1008), text of even length."""
    assert impac(ion_plan(), 0x08) == b"7 "


def test_r206_the_dose_reference_is_a_site_of_type_target() -> None:
    """Number 1, with the target's description."""
    (reference,) = ion_plan().DoseReferenceSequence

    assert (reference.DoseReferenceNumber, reference.DoseReferenceStructureType, reference.DoseReferenceType) == (1, "SITE", "TARGET")
    assert reference.DoseReferenceDescription == "Choroid"


def test_r207_there_is_one_patient_setup() -> None:
    """Number 1."""
    assert [setup.PatientSetupNumber for setup in ion_plan().PatientSetupSequence] == [1]


@pytest.mark.parametrize("position", ["HFS", "SITTING"])
def test_r208_the_patient_lies_or_sits(position: str) -> None:
    """HFS or the extra term; another is refused."""
    (setup,) = objects(make_plan(beamline=make_beamline(patient_position=position)))[0].PatientSetupSequence

    assert setup.PatientPosition == position
    with pytest.raises(Refused, match="patient_position is 'HFP', expected one of HFS, SITTING"):
        make_beamline(patient_position="HFP")


def test_r209_setup_images_are_referenced_as_rt_images() -> None:
    """Each by class and UID."""
    (setup,) = ion_plan().PatientSetupSequence
    named = [(one.ReferencedSOPClassUID, one.ReferencedSOPInstanceUID) for one in setup.ReferencedSetupImageSequence]

    assert named == [(uids.RT_IMAGE, image.SOPInstanceUID) for image in images()]


def test_r210_the_setup_technique_is_described() -> None:
    """In the setup's own words."""
    assert ion_plan().PatientSetupSequence[0].SetupTechniqueDescription == "Chair, bite block and mask"


def test_r211_there_is_one_fraction_group_with_one_beam() -> None:
    """And no brachytherapy setup."""
    (group,) = ion_plan().FractionGroupSequence

    assert (group.FractionGroupNumber, group.NumberOfBeams, group.NumberOfBrachyApplicationSetups) == (1, 1, 0)
    assert [one.ReferencedBeamNumber for one in group.ReferencedBeamSequence] == [1]


def test_r212_the_planned_fractions_are_counted() -> None:
    """Four."""
    assert ion_plan().FractionGroupSequence[0].NumberOfFractionsPlanned == 4


def test_r213_the_beam_dose_is_that_of_one_fraction() -> None:
    """60 Gy(RBE) in 4 fractions are 15."""
    assert ion_plan().FractionGroupSequence[0].ReferencedBeamSequence[0].BeamDose == 15.0


def test_r214_the_beam_meterset_is_zero() -> None:
    """The planner knows no monitor units."""
    assert ion_plan().FractionGroupSequence[0].ReferencedBeamSequence[0].BeamMeterset == 0.0


def test_r215_the_plan_is_unapproved() -> None:
    """Always."""
    assert ion_plan().ApprovalStatus == "UNAPPROVED"


def test_r216_one_tolerance_table_says_how_far_things_may_be_off() -> None:
    """Number 1: angles, table, snout, and the private tolerances of range and SOBP width."""
    (table,) = ion_plan().IonToleranceTableSequence

    assert (table.ToleranceTableNumber, table.ToleranceTableLabel) == (1, "Eye")
    assert (table.GantryAngleTolerance, table.GantryPitchAngleTolerance, table.BeamLimitingDeviceAngleTolerance) == (0.5, 0.25, 0.75)
    assert (table.PatientSupportAngleTolerance, table.SnoutPositionTolerance) == (0.6, 2.0)
    assert table.TableTopPitchAngleTolerance == pytest.approx(0.3, rel=1e-7)
    assert table.TableTopVerticalPositionTolerance == 1.0
    assert table.TableTopLongitudinalPositionTolerance == 1.1
    assert table.TableTopLateralPositionTolerance == 1.2
    assert (impac(table, 0x01), impac(table, 0x11)) == (struct.pack("<f", 0.1), struct.pack("<f", 0.2))


def test_r217_the_one_beam_is_named_after_the_field() -> None:
    """Number 1."""
    (beam,) = ion_plan().IonBeamSequence

    assert (beam.BeamNumber, beam.BeamName) == (1, "Field 1")


def test_r218_the_beam_is_a_static_one_of_protons() -> None:
    """Not scanned, dosed in MU, for treatment."""
    beam = ion_beam()

    assert (beam.BeamType, beam.RadiationType, beam.ScanMode) == ("STATIC", "PROTON", "NONE")
    assert (beam.PrimaryDosimeterUnit, beam.TreatmentDeliveryType) == ("MU", "TREATMENT")


def test_r219_the_beam_refers_to_tolerance_table_and_setup() -> None:
    """Number 1 of each."""
    assert (ion_beam().ReferencedToleranceTableNumber, ion_beam().ReferencedPatientSetupNumber) == (1, 1)


def test_r220_the_wedge_tray_is_of_no_thickness() -> None:
    """In water."""
    assert ion_beam().TotalWedgeTrayWaterEquivalentThickness == 0


def test_r221_wedges_are_exported_in_full() -> None:
    """Number, type, ID, angle, orientation and tray distance."""
    (wedge,) = ion_beam().IonWedgeSequence

    assert (wedge.WedgeNumber, wedge.WedgeType, wedge.WedgeID) == (1, "PARTIAL_STANDARD", "W30")
    assert (wedge.WedgeAngle, wedge.WedgeOrientation, wedge.IsocenterToWedgeTrayDistance) == (30, 45.0, 90.0)


def test_r222_the_block_is_mounted_on_the_source_side_and_does_not_diverge() -> None:
    """Its name is the block's ID."""
    (block,) = ion_beam().IonBlockSequence

    assert (block.BlockMountingPosition, block.BlockDivergence, block.BlockType) == ("SOURCE_SIDE", "ABSENT", "APERTURE")
    assert block.BlockName == "Block 1"


def test_r223_block_data_come_from_the_aperture() -> None:
    """A triangle 70 mm upstream, seen from 1750 mm, grows by 1750/1680; at gantry 90 the room's x lies along Yb, its y against Xb."""
    triangle = Aperture(block_mm=((0.0, 0.0), (9.6, 0.0), (0.0, 4.8)), block_id="T")

    (block,) = objects(make_plan(field=make_field(aperture=triangle)))[0].IonBeamSequence[0].IonBlockSequence

    assert block.BlockNumberOfPoints == 3
    assert [float(one) for one in block.BlockData] == [0.0, 0.0, 0.0, 10.0, -5.0, 0.0]


def test_r224_the_snout_is_named_and_its_position_empty() -> None:
    """The position is there without a value."""
    assert ion_beam().SnoutSequence[0].SnoutID == "SNOUT35"
    assert first_point()["SnoutPosition"].is_empty


def test_r225_shifter_spreader_and_modulator_are_exported_with_their_settings() -> None:
    """Devices in the beam, settings in the first control point, each referring to its device."""
    beam, point = ion_beam(), first_point()
    shifter, spreader, wheel = (
        point[f"{device}SettingsSequence"].value[0] for device in ("RangeShifter", "LateralSpreadingDevice", "RangeModulator")
    )

    assert (beam.RangeShifterSequence[0].RangeShifterID, beam.RangeShifterSequence[0].RangeShifterType) == ("RS1", "ANALOG")
    assert (shifter.ReferencedRangeShifterNumber, shifter.RangeShifterSetting, shifter.IsocenterToRangeShifterDistance) == (1, "7.9", 1700)
    assert beam.LateralSpreadingDeviceSequence[0].LateralSpreadingDeviceType == "SCATTERER"
    assert (spreader.ReferencedLateralSpreadingDeviceNumber, spreader.LateralSpreadingDeviceSetting) == (1, "IN")
    modulator = beam.RangeModulatorSequence[0]
    assert (modulator.RangeModulatorType, modulator.BeamCurrentModulationID) == ("WHL_MODWEIGHTS", "BCM3")
    assert (wheel.RangeModulatorGatingStartValue, wheel.RangeModulatorGatingStopValue) == (0.0, pytest.approx(137.8))


def test_r226_the_patient_support_is_named() -> None:
    """Type and ID."""
    assert (ion_beam().PatientSupportType, ion_beam().PatientSupportID) == ("CHAIR", "CHAIR1")


def test_r227_the_fixation_light_tells_the_gaze() -> None:
    """330° in the room is 330 + 90 - 360 = 60° at gantry 90 (PS3.3 C.8.8.25.6.4); the polar angle stays."""
    assert (ion_beam().FixationLightAzimuthalAngle, ion_beam().FixationLightPolarAngle) == (60.0, 18.0)


def test_r228_two_control_points_go_from_nothing_to_everything() -> None:
    """Weights 0 and 1 of a final weight 1."""
    beam = ion_beam()

    assert (beam.NumberOfControlPoints, beam.FinalCumulativeMetersetWeight) == (2, 1)
    assert [point.CumulativeMetersetWeight for point in beam.IonControlPointSequence] == [0, 1]


def test_r229_the_energy_is_told_in_mev() -> None:
    """70 of them."""
    assert (first_point().NominalBeamEnergy, first_point().NominalBeamEnergyUnit) == (70.0, "MEV")


def test_r230_a_wedge_is_in_the_beam() -> None:
    """Its position is IN; a partial wedge says where its thin edge is."""
    (position,) = first_point().IonWedgePositionSequence

    assert (position.ReferencedWedgeNumber, position.WedgePosition, position.WedgeThinEdgePosition) == (1, "IN", 2.5)


def test_r231_nothing_turns() -> None:
    """Gantry, pitch, collimator, support and table: direction NONE."""
    turning = ("Gantry", "GantryPitch", "BeamLimitingDevice", "PatientSupport", "TableTopPitch", "TableTopRoll")

    assert {first_point()[f"{one}RotationDirection"].value for one in turning} == {"NONE"}


def test_r232_gantry_pitch_and_table_roll_are_zero() -> None:
    """Always."""
    assert (first_point().GantryPitchAngle, first_point().TableTopRollAngle) == (0, 0)


def test_r233_the_head_fixation_angle_is_exported() -> None:
    """4 degrees."""
    assert first_point().HeadFixationAngle == 4.0


def test_r234_the_table_stays_where_it_is() -> None:
    """Told once, in the first control point, as what does not change is."""
    first, last = ion_beam().IonControlPointSequence

    assert (first.TableTopVerticalPosition, first.TableTopLateralPosition) == (-12.5, 0.5)
    assert {"TableTopVerticalPosition", "TableTopLateralPosition"} & {element.keyword for element in last} == set()


def test_r235_the_isocentre_is_exported() -> None:
    """The origin of the plan's frame."""
    assert list(first_point().IsocenterPosition) == [0, 0, 0]


def test_r236_the_field_size_is_the_circle_about_the_axis_in_centimetres() -> None:
    """Private (300B,1002): a square of 10 mm from axis to side has a circle of 2·10·√2 mm."""
    assert impac(ion_beam(), 0x02) == pytest.approx(2 * math.sqrt(2), rel=1e-7)


def test_r237_planned_range_and_sobp_width_are_exported() -> None:
    """Private (300B,1004) and (300B,100E), mm."""
    assert (impac(ion_beam(), 0x04), impac(ion_beam(), 0x0E)) == (25.5, 12.25)


def test_r239_each_object_has_the_class_of_its_kind() -> None:
    """481.8 for the plan and 481.1 for images, whatever single class the document prints (ambiguity 11)."""
    assert [dataset.SOPClassUID.rpartition("1.4.1.1.")[2] for dataset in exported()] == ["481.8", "481.1", "481.1"]


def test_r243_monitor_units_are_given_or_derived_at_check_in(bench: Workbench, tmp_path: Path) -> None:
    """No meterset is planned: 15 Gy(RBE) at the beamline's 100 MU/Gy are 1500 MU in the session's plan, unless they are given."""
    plan = make_plan(setup_images=(make_image(View.AXIAL),))
    stored = bench.add_plan(replace(plan, beamline=replace(plan.beamline, mu_per_gy=100.0)))

    session = bench.check_in(stored)

    delivered = bench.dataset(session.session_plan_uid)
    assert ion_plan().FractionGroupSequence[0].ReferencedBeamSequence[0].BeamMeterset == 0.0
    assert delivered.FractionGroupSequence[0].ReferencedBeamSequence[0].BeamMeterset == 1500.0
