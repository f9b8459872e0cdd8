"""TMS statement 9.1.2: what is read of the objects that devices send by C-STORE; what cannot be read is refused."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from pydicom.dataset import Dataset

from tests.clinic import make_ct, make_record, make_registration, make_rt_image, make_table_position
from tests.network.wire import Running
from tests.requirements.partner import Clinic

POSITIONS = ("HFS", "HFP", "HFDR", "HFDL", "FFS", "FFP", "FFDR", "FFDL")
"""Head or feet first; supine, prone, decubitus right or left."""
TABLE = {"PatientSupportAngle": 15.0, "TableTopPitchAngle": 1.5, "TableTopRollAngle": -0.5}
TABLE_MM = {"TableTopLongitudinalPosition": 12.5, "TableTopLateralPosition": -3.25}
STORED = ("0000", "")


def unreadable(dataset: Dataset, keyword: str) -> Dataset:
    """The data set with text where a number belongs: the same tag, written under another VR, read under its own."""
    tag = Dataset()
    setattr(tag, keyword, "1")
    (element,) = tag
    dataset.add_new(element.tag, "LO", "high")
    return dataset


def read(dataset: Dataset, keywords: Any) -> dict[str, float]:
    """The numbers of these attributes."""
    return {keyword: float(dataset[keyword].value) for keyword in keywords}


def stored(clinic: Clinic, sent: Dataset) -> Dataset:
    """What the bench reads of an object that it was sent."""
    assert clinic.store(sent) == [STORED]
    return clinic.bench.dataset(str(sent.SOPInstanceUID))


def test_r120_ct_is_read(shared_clinic: Clinic, running: Running) -> None:
    """Patient, study, series, frame of reference, pixel format and table position."""
    plan = running.plan
    table = {"TableHeight": 101.5, **TABLE, **TABLE_MM}

    ct = stored(shared_clinic, make_ct(plan, SeriesDescription="Setup", **table))

    assert (ct.PatientName, ct.PatientID, ct.StudyInstanceUID) == ("Doe^Jane", "P-001", plan.StudyInstanceUID)
    assert (ct.Modality, ct.SeriesDescription, ct.FrameOfReferenceUID) == ("CT", "Setup", plan.FrameOfReferenceUID)
    assert (ct.BitsAllocated, ct.BitsStored, ct.HighBit, ct.RescaleIntercept, ct.RescaleSlope) == (16, 16, 15, -1024, 1)
    assert read(ct, table) == table


@pytest.mark.parametrize("keyword", ["TableHeight", "PatientSupportAngle", "TableTopLateralPosition", "RescaleSlope"])
def test_r120_ct_that_cannot_be_read_is_refused(shared_clinic: Clinic, running: Running, keyword: str) -> None:
    """Text where a number belongs."""
    broken = unreadable(make_ct(running.plan), keyword)

    ((status, comment),) = shared_clinic.store(broken)

    assert (status, keyword in comment) == ("C002", True)


def test_r121_ct_lies_in_one_of_eight_positions(shared_clinic: Clinic, running: Running) -> None:
    """Each is accepted; sitting, and anything else, is not."""
    plan = running.plan

    answers = shared_clinic.store(*(make_ct(plan, PatientPosition=one) for one in (*POSITIONS, "SITTING", "HF")))

    assert answers == [STORED] * 8 + [("C002", "value: PatientPosition")] * 2


@pytest.mark.parametrize(
    "image_type",
    [["ORIGINAL", "PRIMARY", "AXIAL"], ["DERIVED", "SECONDARY", "AXIAL"], ["ORIGINAL", "PRIMARY", "CBCT"], ["DERIVED", "PRIMARY", "CBCT"]],
    ids="-".join,
)
def test_r122_ct_is_of_the_stated_image_types(shared_clinic: Clinic, running: Running, image_type: list[str]) -> None:
    """Original or derived, primary or secondary, axial or cone beam."""
    assert list(stored(shared_clinic, make_ct(running.plan, ImageType=image_type)).ImageType) == image_type


def test_r122_ct_without_an_image_type_is_refused(shared_clinic: Clinic, running: Running) -> None:
    """It is mandatory."""
    assert shared_clinic.store(make_ct(running.plan, ImageType=None)) == [("C002", "empty: ImageType")]


def test_r123_rt_images_are_of_the_stated_image_types(shared_clinic: Clinic, running: Running) -> None:
    """Radiograph, DRR, portal, cone beam and CT projection, original or derived; without one an image is refused."""
    plan = running.plan
    kinds = [("ORIGINAL", "PRIMARY", "RADIOGRAPH"), ("DERIVED", "SECONDARY", "DRR"), ("ORIGINAL", "PRIMARY", "PORTAL")]
    kinds += [("ORIGINAL", "PRIMARY", "CBCT_PROJECTION"), ("DERIVED", "PRIMARY", "CT_PROJECTION")]
    images = [make_rt_image(plan, ImageType=list(one)) for one in kinds]

    answers = shared_clinic.store(*images, make_rt_image(plan, ImageType=None))

    assert answers == [STORED] * 5 + [("C002", "empty: ImageType")]
    assert [tuple(shared_clinic.bench.dataset(str(one.SOPInstanceUID)).ImageType) for one in images] == kinds


def test_r124_table_and_patient_position_are_read_from_rt_images(shared_clinic: Clinic, running: Running) -> None:
    """Three angles, three positions, and how the patient lay; what cannot be read is refused."""
    plan = running.plan
    table = {"TableTopVerticalPosition": 7.5, **TABLE, **TABLE_MM}
    position = {"PatientPosition": "HFS", "IsocenterPosition": [0, 0, 0]}

    image = stored(shared_clinic, make_rt_image(plan, **table, **position))

    assert (read(image, table), image.PatientPosition) == (table, "HFS")
    refused = shared_clinic.store(
        unreadable(make_rt_image(plan), "TableTopVerticalPosition"), make_rt_image(plan, **{**position, "PatientPosition": "HEAD"})
    )
    assert [status for status, _ in refused] == ["C002", "C002"]


def with_roi(structures: Dataset, kind: str) -> Dataset:
    """The same with its one ROI interpreted so."""
    structures.RTROIObservationsSequence[0].RTROIInterpretedType = kind
    return structures


@pytest.mark.parametrize("kind", ["INITLASERISO", "ACQ_ISOCENTER", "INITMATCHISO"])
def test_r125_interpreted_types_tell_table_positions_apart(shared_clinic: Clinic, running: Running, kind: str) -> None:
    """Planned, at acquisition, and at the start of registration."""
    structures = stored(shared_clinic, with_roi(make_table_position(running.plan), kind))

    assert structures.RTROIObservationsSequence[0].RTROIInterpretedType == kind


def test_r126_table_angles_are_physical_properties(shared_clinic: Clinic, running: Running) -> None:
    """Yaw, pitch and roll; a property without its value is refused."""
    plan = running.plan
    turned = make_table_position(plan)
    for item, degrees in zip(turned.RTROIObservationsSequence[0].ROIPhysicalPropertiesSequence, ("1.5", "-2", "0.25"), strict=True):
        item.ROIPhysicalPropertyValue = degrees
    mute = make_table_position(plan)
    del mute.RTROIObservationsSequence[0].ROIPhysicalPropertiesSequence[1].ROIPhysicalPropertyValue

    properties = stored(shared_clinic, turned).RTROIObservationsSequence[0].ROIPhysicalPropertiesSequence

    assert {one.ROIPhysicalProperty: float(one.ROIPhysicalPropertyValue) for one in properties} == {
        "PATSUPPORT_ANGLE": 1.5,
        "TTOP_PITCH_ANGLE": -2.0,
        "TTOP_ROLL_ANGLE": 0.25,
    }
    assert shared_clinic.store(mute) == [("C002", "missing: ...ysicalPropertiesSequence[1].ROIPhysicalPropertyValue")]


def test_r127_contours_are_read(shared_clinic: Clinic, running: Running) -> None:
    """Type, number of points and coordinates; a contour that lacks one of them is refused."""
    plan = running.plan
    triangle = make_table_position(plan)
    contour = triangle.ROIContourSequence[0].ContourSequence[0]
    contour.ContourGeometricType, contour.NumberOfContourPoints, contour.ContourData = "CLOSED_PLANAR", 3, [0, 0, 0, 5, 0, 0, 0, 5, 0]

    found = stored(shared_clinic, triangle).ROIContourSequence[0].ContourSequence[0]

    assert (found.ContourGeometricType, found.NumberOfContourPoints) == ("CLOSED_PLANAR", 3)
    assert list(found.ContourData) == [0, 0, 0, 5, 0, 0, 0, 5, 0]
    for keyword in ("ContourGeometricType", "NumberOfContourPoints", "ContourData"):
        broken = make_table_position(plan)
        del broken.ROIContourSequence[0].ContourSequence[0][keyword]
        assert shared_clinic.store(broken)[0][0] == "C002"


@pytest.mark.parametrize("kind", ["RIGID_SCALE", "AFFINE"])
def test_r128_registrations_are_rigid(shared_clinic: Clinic, running: Running, kind: str) -> None:
    """Another type of matrix is refused; the rigid one is read, number by number."""
    plan = running.plan
    rigid, other = make_registration(plan), make_registration(plan)
    of_other = other.RegistrationSequence[0].MatrixRegistrationSequence[0].MatrixSequence[0]
    of_other.FrameOfReferenceTransformationMatrixType = kind

    assert shared_clinic.store(other)[0][0] == "C002"
    matrix = stored(shared_clinic, rigid).RegistrationSequence[0].MatrixRegistrationSequence[0].MatrixSequence[0]
    assert [float(one) for one in matrix.FrameOfReferenceTransformationMatrix] == [1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1]


def test_r133_records_count_monitor_units(shared_clinic: Clinic, running: Running) -> None:
    """Primary and secondary meterset of a beam; a record that counts minutes is refused."""
    plan = running.plan
    record = make_record(plan)
    beam = record.TreatmentSessionIonBeamSequence[0]
    beam.SpecifiedSecondaryMeterset, beam.DeliveredSecondaryMeterset = "41", "40.5"

    found = stored(shared_clinic, record).TreatmentSessionIonBeamSequence[0]

    assert (found.DeliveredPrimaryMeterset, found.DeliveredSecondaryMeterset) == (40, 40.5)
    assert shared_clinic.store(make_record(plan, PrimaryDosimeterUnit="MINUTE")) == [("C002", "value: PrimaryDosimeterUnit")]


def beam_record(plan: Dataset, **changes: str) -> Dataset:
    """A record with attributes of its beam replaced."""
    record = make_record(plan)
    for keyword, value in changes.items():
        setattr(record.TreatmentSessionIonBeamSequence[0], keyword, value)
    return record


def test_r134_recorded_delivery_is_treatment_setup_or_continuation(shared_clinic: Clinic, running: Running) -> None:
    """Each is accepted, and another word is not."""
    plan = running.plan
    kinds = ("TREATMENT", "SETUP", "CONTINUATION", "OPEN_PORTFILM")

    answers = shared_clinic.store(*(beam_record(plan, TreatmentDeliveryType=one) for one in kinds))

    assert [status for status, _ in answers] == ["0000", "0000", "0000", "C002"]


def test_r135_recorded_termination_is_normal_operator_machine_or_unknown(shared_clinic: Clinic, running: Running) -> None:
    """Each is accepted, and another word is not."""
    kinds = ("NORMAL", "OPERATOR", "MACHINE", "UNKNOWN", "TIRED")

    records = [beam_record(running.plan, TreatmentTerminationStatus=one) for one in kinds]

    answers = shared_clinic.store(*records)

    assert [status for status, _ in answers] == ["0000"] * 4 + ["C002"]
    assert [row["termination"] for one in records for row in rows(shared_clinic, one)] == list(kinds[:4])


def rows(clinic: Clinic, record: Dataset) -> list[dict[str, Any]]:
    """What the table of records has of one."""
    beams = clinic.bench.records.beams()
    found: list[dict[str, Any]] = beams[beams["record_uid"] == record.SOPInstanceUID].to_dict("records")
    return found


def test_r136_positions_and_metersets_of_control_points_are_read(shared_clinic: Clinic, running: Running) -> None:
    """The table of records has where gantry, table and snout stood, and when and how much was delivered."""
    record = make_record(running.plan)
    first, last = record.TreatmentSessionIonBeamSequence[0].IonControlPointDeliverySequence
    first.GantryAngle, first.PatientSupportAngle, first.TableTopPitchAngle, first.TableTopRollAngle = "90", "2", 1.5, 0.5
    first.TableTopVerticalPosition, first.TableTopLongitudinalPosition, first.TableTopLateralPosition = "-12.5", "3.25", "0.75"
    first.SnoutPosition, last.DeliveredMeterset = 40.0, "40"

    assert shared_clinic.store(record) == [STORED]

    (row,) = rows(shared_clinic, record)
    expected = {
        "gantry_deg": 90.0,
        "support_angle_deg": 2.0,
        "support_pitch_deg": 1.5,
        "support_roll_deg": 0.5,
        "support_vertical_mm": -12.5,
        "support_longitudinal_mm": 3.25,
        "support_lateral_mm": 0.75,
        "snout_mm": 40.0,
        "delivered_mu": 40.0,
    }
    assert {name: row[name] for name in expected} == expected
    assert (row["started_at"], row["ended_at"]) == (
        datetime(2024, 6, 3, 8, 15, tzinfo=UTC),
        datetime(2024, 6, 3, 8, 15, 20, tzinfo=UTC),
    )


def test_r136_a_record_without_metersets_at_its_control_points_is_refused(shared_clinic: Clinic, running: Running) -> None:
    """They are mandatory."""
    record = make_record(running.plan)
    del record.TreatmentSessionIonBeamSequence[0].IonControlPointDeliverySequence[1].DeliveredMeterset

    assert shared_clinic.store(record) == [("C002", "missing: ...IonControlPointDeliverySequence[1].DeliveredMeterset")]
