"""TMS statement 9.1.1.1: the RT Ion Plan that is created for a session, as the device fetches it."""

from __future__ import annotations

from pydicom.uid import UID

from tests.conformance.scenarios import TOLERANCES
from tests.requirements.course import Course
from workbench.dicom import uids


def test_r069_a_created_plan_is_in_a_new_series(course: Course) -> None:
    """Another one than the imported plan's, for each session, in the same study."""
    series = [one.SeriesInstanceUID for one in (course.source, *course.plans)]

    assert len(set(series)) == 4
    assert all(UID(one).is_valid for one in series)
    assert {one.StudyInstanceUID for one in course.plans} == {course.source.StudyInstanceUID}


def test_r070_a_created_plan_is_a_new_instance(course: Course) -> None:
    """Another SOP Instance UID than the imported plan's, for each session."""
    instances = [one.SOPInstanceUID for one in (course.source, *course.plans)]

    assert len(set(instances)) == 4
    assert all(UID(one).is_valid for one in instances)


def test_r071_plan_intent_is_verification_for_qa_only(course: Course) -> None:
    """Otherwise it is that of the imported plan."""
    assert course.qa_plan.PlanIntent == "VERIFICATION"
    assert {one.PlanIntent for one in course.plans} == {course.source.PlanIntent}
    assert course.source.PlanIntent == "CURATIVE"


def test_r072_a_created_plan_refers_to_its_predecessor(course: Course) -> None:
    """One reference, to the plan as it was imported, in each session."""
    for plan in (*course.plans, course.qa_plan):
        (reference,) = plan.ReferencedRTPlanSequence
        assert (reference.ReferencedSOPClassUID, reference.ReferencedSOPInstanceUID, reference.RTPlanRelationship) == (
            uids.RT_ION_PLAN,
            course.source.SOPInstanceUID,
            "PREDECESSOR",
        )


def test_r073_a_created_plan_has_one_tolerance_table(course: Course) -> None:
    """Its number is 1."""
    assert [[table.ToleranceTableNumber for table in plan.IonToleranceTableSequence] for plan in course.plans] == [[1]] * 3


def test_r074_tolerances_come_from_the_settings(course: Course) -> None:
    """The label and ten values, each with a number of its own in the settings."""
    (table,) = course.plans[0].IonToleranceTableSequence

    assert table.ToleranceTableLabel == TOLERANCES.label
    assert {
        "gantry_angle": table.GantryAngleTolerance,
        "beam_limiting_device_angle": table.BeamLimitingDeviceAngleTolerance,
        "patient_support_angle": table.PatientSupportAngleTolerance,
        "table_top_vertical": table.TableTopVerticalPositionTolerance,
        "table_top_longitudinal": table.TableTopLongitudinalPositionTolerance,
        "table_top_lateral": table.TableTopLateralPositionTolerance,
        "table_top_pitch": table.TableTopPitchAngleTolerance,
        "table_top_roll": table.TableTopRollAngleTolerance,
        "snout_position": table.SnoutPositionTolerance,
        "head_fixation_angle": table.HeadFixationAngleTolerance,
        "chair_head_frame_position": table.ChairHeadFramePositionTolerance,
    } == {
        "gantry_angle": 0.5,
        "beam_limiting_device_angle": 0.75,
        "patient_support_angle": 1.5,
        "table_top_vertical": 1.75,
        "table_top_longitudinal": 2.0,
        "table_top_lateral": 2.25,
        "table_top_pitch": 2.5,
        "table_top_roll": 2.75,
        "snout_position": 3.0,
        "head_fixation_angle": 3.25,
        "chair_head_frame_position": 3.5,
    }


def test_r075_the_type_of_the_beam_limiting_device_comes_from_the_settings(course: Course) -> None:
    """With its position tolerance."""
    (device,) = course.plans[0].IonToleranceTableSequence[0].BeamLimitingDeviceToleranceSequence

    assert (device.RTBeamLimitingDeviceType, device.BeamLimitingDevicePositionTolerance) == ("X", 1.25)


def test_r076_every_beam_refers_to_the_tolerance_table(course: Course) -> None:
    """All three, in every session."""
    for plan in course.plans:
        assert [(beam.BeamNumber, beam.ReferencedToleranceTableNumber) for beam in plan.IonBeamSequence] == [(1, 1), (2, 1), (3, 1)]


def test_r077_planned_verification_images_stay_with_their_beam(course: Course) -> None:
    """With the acquisition parameters of the imaging device (the extension of 9.5.1.1)."""
    for beam in course.plans[0].IonBeamSequence:
        (image,) = beam.PlannedVerificationImageSequence
        assert image.ImagingDeviceSpecificAcquisitionParameters == "kV 70"
        assert (image.StartCumulativeMetersetWeight, image.EndCumulativeMetersetWeight) == (0.0, 0.5)
