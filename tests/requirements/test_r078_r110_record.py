"""TMS statement 9.1.1.2: the treatment record that a user enters by hand, as the device of a later session fetches it."""

from __future__ import annotations

from pydicom.dataset import Dataset
from pydicom.uid import UID

from tests.requirements.course import ENTERED_MU, Course
from workbench.dicom import uids

DEVICES = (
    "GantryAngle GantryRotationDirection BeamLimitingDeviceAngle BeamLimitingDeviceRotationDirection PatientSupportAngle "
    "PatientSupportRotationDirection TableTopPitchAngle TableTopPitchRotationDirection TableTopRollAngle TableTopRollRotationDirection "
    "TableTopVerticalPosition TableTopLongitudinalPosition TableTopLateralPosition SnoutPosition "
    "ScanSpotTuneID NumberOfScanSpotPositions ScanSpotPositionMap NumberOfPaintings"
).split()
"""Attributes that the first control point item alone carries, with the plan's values (9.1.1.2.7)."""
SETTINGS = (
    "BeamLimitingDevicePositionSequence RangeShifterSettingsSequence LateralSpreadingDeviceSettingsSequence RangeModulatorSettingsSequence"
).split()
"""Sequences likewise."""


def values(dataset: Dataset, keywords: list[str]) -> dict[str, object]:
    """The values of these attributes; each must be there."""
    return {keyword: dataset[keyword].value for keyword in keywords}


def points(course: Course) -> tuple[Dataset, Dataset]:
    """The two control point items of the record."""
    first, last = course.recorded_beam.IonControlPointDeliverySequence
    return first, last


def test_r078_patient_attributes_are_copied_from_the_plan(course: Course) -> None:
    """Name, ID, birth date and sex."""
    keywords = ["PatientName", "PatientID", "PatientBirthDate", "PatientSex"]

    assert values(course.by_hand, keywords) == values(course.last_plan, keywords)
    assert course.by_hand.PatientName == "Müller^Jürgen"


def test_r079_the_record_stays_in_the_study_of_the_plan(course: Course) -> None:
    """Study attributes are copied."""
    keywords = ["StudyInstanceUID", "StudyDate", "StudyTime", "ReferringPhysicianName", "StudyID", "StudyDescription"]

    assert values(course.by_hand, keywords) == values(course.last_plan, keywords)
    assert course.by_hand.StudyInstanceUID == course.source.StudyInstanceUID


def test_r080_the_record_is_a_series_of_its_own(course: Course) -> None:
    """Modality RTRECORD, a new series, numbered as the plan's."""
    assert course.by_hand.Modality == "RTRECORD"
    assert course.by_hand.SeriesInstanceUID not in {course.source.SeriesInstanceUID, *(one.SeriesInstanceUID for one in course.plans)}
    assert course.by_hand.SeriesNumber == course.last_plan.SeriesNumber == 1


def test_r081_the_record_names_the_stated_maker(course: Course) -> None:
    """As equipment and as treatment machine; the machine's serial number is empty."""
    (machine,) = course.by_hand.TreatmentMachineSequence

    assert (course.by_hand.Manufacturer, course.by_hand.ManufacturerModelName) == ("RaySearch Laboratories", "RayTreatment")
    assert (machine.Manufacturer, machine.ManufacturerModelName) == ("RaySearch Laboratories", "RayTreatment")
    assert machine["DeviceSerialNumber"].is_empty


def test_r082_the_record_is_instance_1_of_now(course: Course) -> None:
    """Treatment date and time are those of the entry."""
    assert (course.by_hand.InstanceNumber, course.by_hand.TreatmentDate, course.by_hand.TreatmentTime) == (
        1,
        course.entered_at.strftime("%Y%m%d"),
        course.entered_at.strftime("%H%M%S"),
    )


def test_r083_the_record_refers_to_the_plan(course: Course) -> None:
    """To the session plan that the device delivered from."""
    (reference,) = course.by_hand.ReferencedRTPlanSequence

    assert (reference.ReferencedSOPClassUID, reference.ReferencedSOPInstanceUID) == (uids.RT_ION_PLAN, course.last_plan.SOPInstanceUID)


def test_r084_the_record_refers_to_the_records_of_its_session(course: Course) -> None:
    """To what the device stored in this session, and to none of the four records of the sessions before."""
    references = [(one.ReferencedSOPClassUID, one.ReferencedSOPInstanceUID) for one in course.by_hand.ReferencedTreatmentRecordSequence]

    assert references == [(uids.RT_ION_BEAMS_RECORD, course.received.SOPInstanceUID)]


def test_r085_the_dosimeter_counts_monitor_units(course: Course) -> None:
    """Primary Dosimeter Unit is MU."""
    assert course.by_hand.PrimaryDosimeterUnit == "MU"


def test_r086_fraction_count_and_beam_are_described_as_planned(course: Course) -> None:
    """Fractions planned, and name, type, radiation and scan mode of the beam."""
    keywords = ["BeamName", "BeamType", "RadiationType", "ScanMode"]

    assert course.by_hand.NumberOfFractionsPlanned == course.source.FractionGroupSequence[0].NumberOfFractionsPlanned == 4
    assert values(course.recorded_beam, keywords) == values(course.planned_beam, keywords)


def test_r087_the_record_is_of_the_beam_that_was_entered(course: Course) -> None:
    """Beam 2 alone."""
    assert [beam.ReferencedBeamNumber for beam in course.by_hand.TreatmentSessionIonBeamSequence] == [2]


def test_r088_accessories_are_identified_as_planned(course: Course) -> None:
    """Compensator, bolus, block, snout, applicator, range shifter, lateral spreader and range modulator."""
    planned, recorded = course.planned_beam, course.recorded_beam

    assert [
        (recorded.RecordedCompensatorSequence[0].ReferencedCompensatorNumber, recorded.RecordedCompensatorSequence[0].CompensatorID),
        recorded.ReferencedBolusSequence[0].ReferencedROINumber,
        recorded.RecordedBlockSequence[0].ReferencedBlockNumber,
        recorded.RecordedSnoutSequence[0].SnoutID,
        (recorded.ApplicatorSequence[0].ApplicatorID, recorded.ApplicatorSequence[0].ApplicatorType),
        (
            recorded.RecordedRangeShifterSequence[0].ReferencedRangeShifterNumber,
            recorded.RecordedRangeShifterSequence[0].RangeShifterID,
        ),
        (
            recorded.RecordedLateralSpreadingDeviceSequence[0].ReferencedLateralSpreadingDeviceNumber,
            recorded.RecordedLateralSpreadingDeviceSequence[0].LateralSpreadingDeviceID,
        ),
        (
            recorded.RecordedRangeModulatorSequence[0].ReferencedRangeModulatorNumber,
            recorded.RecordedRangeModulatorSequence[0].RangeModulatorID,
        ),
    ] == [
        (planned.IonRangeCompensatorSequence[0].CompensatorNumber, "RC1"),
        5,
        planned.IonBlockSequence[0].BlockNumber,
        "SNOUT35",
        ("AP1", "ION_SQUARE"),
        (planned.RangeShifterSequence[0].RangeShifterNumber, "RS1"),
        (planned.LateralSpreadingDeviceSequence[0].LateralSpreadingDeviceNumber, "SC1"),
        (planned.RangeModulatorSequence[0].RangeModulatorNumber, "W16"),
    ]


def test_r089_the_record_is_of_the_session_s_fraction(course: Course) -> None:
    """The second one, interrupted and continued."""
    assert course.recorded_beam.CurrentFractionNumber == 2


def test_r090_delivery_type_is_that_of_the_instruction(course: Course) -> None:
    """Beam 2 was to be continued."""
    (task,) = (one for one in course.instructions[-1].BeamTaskSequence if one.ReferencedBeamNumber == 2)

    assert course.recorded_beam.TreatmentDeliveryType == task.TreatmentDeliveryType == "CONTINUATION"


def test_r091_how_it_ended_is_not_known(course: Course) -> None:
    """Nobody claims that the machine ended or verified what a user typed in."""
    assert (course.recorded_beam.TreatmentTerminationStatus, course.recorded_beam.TreatmentVerificationStatus) == ("UNKNOWN", "UNKNOWN")


def test_r092_metersets_are_those_entered(course: Course) -> None:
    """Specified and delivered primary meterset alike."""
    assert course.recorded_beam.SpecifiedPrimaryMeterset == ENTERED_MU
    assert course.recorded_beam.DeliveredPrimaryMeterset == ENTERED_MU


def test_r093_there_are_two_control_points(course: Course) -> None:
    """The first and the last of the plan."""
    planned = course.planned_beam.IonControlPointSequence

    assert course.recorded_beam.NumberOfControlPoints == 2
    assert [point.ReferencedControlPointIndex for point in points(course)] == [planned[0].ControlPointIndex, planned[-1].ControlPointIndex]


def test_r094_control_points_are_of_now(course: Course) -> None:
    """Both have date and time of the entry."""
    now = course.entered_at.strftime("%Y%m%d"), course.entered_at.strftime("%H%M%S")

    assert [(point.TreatmentControlPointDate, point.TreatmentControlPointTime) for point in points(course)] == [now, now]


def test_r095_the_meterset_runs_from_zero_to_what_was_entered(course: Course) -> None:
    """Delivered Meterset of the two items."""
    assert [point.DeliveredMeterset for point in points(course)] == [0, ENTERED_MU]


def test_r096_index_energy_and_wedges_are_of_the_matching_control_point(course: Course) -> None:
    """In both items; the plan's last control point is at another energy and wedge position than its first."""
    found = [
        (
            point.ReferencedControlPointIndex,
            point.NominalBeamEnergy,
            [(wedge.ReferencedWedgeNumber, wedge.WedgePosition, wedge.WedgeThinEdgePosition) for wedge in point.IonWedgePositionSequence],
        )
        for point in points(course)
    ]

    assert found == [(0, 70, [(1, "IN", 2.5)]), (1, 69, [(1, "OUT", 12.5)])]


def test_r097_devices_stand_in_the_first_item_only(course: Course) -> None:
    """Positions, angles, directions, spots and table as in the plan's first control point; nothing of it in the last item."""
    first, last = points(course)
    planned = course.planned_beam.IonControlPointSequence[0]

    assert values(first, DEVICES) == values(planned, DEVICES)
    assert [(keyword, len(first[keyword].value)) for keyword in SETTINGS] == [
        (keyword, len(planned[keyword].value)) for keyword in SETTINGS
    ]
    assert [keyword for keyword in (*DEVICES, *SETTINGS) if keyword in last] == []


def test_r098_spots_are_zeros(course: Course) -> None:
    """One for each of the two planned spots, in the first item only."""
    first, last = points(course)

    assert list(first.ScanSpotMetersetsDelivered) == [0.0, 0.0]
    assert "ScanSpotMetersetsDelivered" not in last


def test_r099_gantry_pitch_never_rotates(course: Course) -> None:
    """NONE in both items."""
    assert [point.GantryPitchRotationDirection for point in points(course)] == ["NONE", "NONE"]


def test_r100_the_record_is_a_new_instance(course: Course) -> None:
    """With a UID of its own."""
    assert UID(course.by_hand.SOPInstanceUID).is_valid
    assert course.by_hand.SOPInstanceUID not in {course.source.SOPInstanceUID, course.received.SOPInstanceUID}
    assert course.by_hand.SOPInstanceUID not in {one.SOPInstanceUID for one in (*course.plans, *course.instructions)}


def test_r110_the_patient_is_supported_as_planned(course: Course) -> None:
    """TABLE or CHAIR."""
    assert {kind: one.TreatmentSessionIonBeamSequence[0].PatientSupportType for kind, one in course.support.items()} == {
        "TABLE": "TABLE",
        "CHAIR": "CHAIR",
    }
