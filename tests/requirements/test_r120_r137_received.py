"""TMS statement 9.1.2: what is read of the objects that come in; what cannot be read is refused.

Objects of devices come by C-STORE. Plans are imported by the user, and what is read of them shows in what the device then gets.
"""

from __future__ import annotations

from copy import deepcopy
from datetime import UTC, datetime
from typing import Any

import pytest
from pydicom.dataset import Dataset

from tests.clinic import make_ct, make_record, make_registration, make_rt_image, make_table_position
from tests.requirements.partner import Clinic, make_rich_plan, make_stated_plan
from workbench.dicom.uids import RandomUids
from workbench.errors import Refused
from workbench.mapping.sessions import read_tasks
from workbench.treatment.delivery import DeliveryType

POSITIONS = ("HFS", "HFP", "HFDR", "HFDL", "FFS", "FFP", "FFDR", "FFDL")
"""Head or feet first; supine, prone, decubitus right or left."""
TABLE = {"PatientSupportAngle": 15.0, "TableTopPitchAngle": 1.5, "TableTopRollAngle": -0.5}
TABLE_MM = {"TableTopLongitudinalPosition": 12.5, "TableTopLateralPosition": -3.25}
LISTED = ("0000", "")


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
    assert clinic.store(sent) == [LISTED]
    return clinic.bench.dataset(str(sent.SOPInstanceUID))


def test_r120_ct_is_read(clinic: Clinic) -> None:
    """Patient, study, series, frame of reference, pixel format and table position."""
    plan = clinic.claimed().plan
    table = {"TableHeight": 101.5, **TABLE, **TABLE_MM}

    ct = stored(clinic, make_ct(plan, SeriesDescription="Setup", **table))

    assert (ct.PatientName, ct.PatientID, ct.StudyInstanceUID) == ("Doe^Jane", "P-001", plan.StudyInstanceUID)
    assert (ct.Modality, ct.SeriesDescription, ct.FrameOfReferenceUID) == ("CT", "Setup", plan.FrameOfReferenceUID)
    assert (ct.BitsAllocated, ct.BitsStored, ct.HighBit, ct.RescaleIntercept, ct.RescaleSlope) == (16, 16, 15, -1024, 1)
    assert read(ct, table) == table


@pytest.mark.parametrize("keyword", ["TableHeight", "PatientSupportAngle", "TableTopLateralPosition", "RescaleSlope"])
def test_r120_ct_that_cannot_be_read_is_refused(clinic: Clinic, keyword: str) -> None:
    """Text where a number belongs."""
    broken = unreadable(make_ct(clinic.claimed().plan), keyword)

    ((status, comment),) = clinic.store(broken)

    assert (status, keyword in comment) == ("C002", True)


def test_r121_ct_lies_in_one_of_eight_positions(clinic: Clinic) -> None:
    """Each is accepted; sitting, and anything else, is not."""
    plan = clinic.claimed().plan

    answers = clinic.store(*(make_ct(plan, PatientPosition=one) for one in (*POSITIONS, "SITTING", "HF")))

    assert answers == [LISTED] * 8 + [("C002", "value: PatientPosition")] * 2


@pytest.mark.parametrize(
    "image_type",
    [["ORIGINAL", "PRIMARY", "AXIAL"], ["DERIVED", "SECONDARY", "AXIAL"], ["ORIGINAL", "PRIMARY", "CBCT"], ["DERIVED", "PRIMARY", "CBCT"]],
    ids="-".join,
)
def test_r122_ct_is_of_the_stated_image_types(clinic: Clinic, image_type: list[str]) -> None:
    """Original or derived, primary or secondary, axial or cone beam."""
    assert list(stored(clinic, make_ct(clinic.claimed().plan, ImageType=image_type)).ImageType) == image_type


def test_r122_ct_without_an_image_type_is_refused(clinic: Clinic) -> None:
    """It is mandatory."""
    assert clinic.store(make_ct(clinic.claimed().plan, ImageType=None)) == [("C002", "empty: ImageType")]


def test_r123_rt_images_are_of_the_stated_image_types(clinic: Clinic) -> None:
    """Radiograph, DRR, portal, cone beam and CT projection, original or derived; without one an image is refused."""
    plan = clinic.claimed().plan
    kinds = [("ORIGINAL", "PRIMARY", "RADIOGRAPH"), ("DERIVED", "SECONDARY", "DRR"), ("ORIGINAL", "PRIMARY", "PORTAL")]
    kinds += [("ORIGINAL", "PRIMARY", "CBCT_PROJECTION"), ("DERIVED", "PRIMARY", "CT_PROJECTION")]
    images = [make_rt_image(plan, ImageType=list(one)) for one in kinds]

    answers = clinic.store(*images, make_rt_image(plan, ImageType=None))

    assert answers == [LISTED] * 5 + [("C002", "empty: ImageType")]
    assert [tuple(clinic.bench.dataset(str(one.SOPInstanceUID)).ImageType) for one in images] == kinds


def test_r124_table_and_patient_position_are_read_from_rt_images(clinic: Clinic) -> None:
    """Three angles, three positions, and how the patient lay; what cannot be read is refused."""
    plan = clinic.claimed().plan
    table = {"TableTopVerticalPosition": 7.5, **TABLE, **TABLE_MM}
    position = {"PatientPosition": "HFS", "IsocenterPosition": [0, 0, 0]}

    image = stored(clinic, make_rt_image(plan, **table, **position))

    assert (read(image, table), image.PatientPosition) == (table, "HFS")
    refused = clinic.store(
        unreadable(make_rt_image(plan), "TableTopVerticalPosition"), make_rt_image(plan, **{**position, "PatientPosition": "HEAD"})
    )
    assert [status for status, _ in refused] == ["C002", "C002"]


def with_roi(structures: Dataset, kind: str) -> Dataset:
    """The same with its one ROI interpreted so."""
    structures.RTROIObservationsSequence[0].RTROIInterpretedType = kind
    return structures


@pytest.mark.parametrize("kind", ["INITLASERISO", "ACQ_ISOCENTER", "INITMATCHISO"])
def test_r125_interpreted_types_tell_table_positions_apart(clinic: Clinic, kind: str) -> None:
    """Planned, at acquisition, and at the start of registration."""
    structures = stored(clinic, with_roi(make_table_position(clinic.claimed().plan), kind))

    assert structures.RTROIObservationsSequence[0].RTROIInterpretedType == kind


def test_r126_table_angles_are_physical_properties(clinic: Clinic) -> None:
    """Yaw, pitch and roll; a property without its value is refused."""
    plan = clinic.claimed().plan
    turned = make_table_position(plan)
    for item, degrees in zip(turned.RTROIObservationsSequence[0].ROIPhysicalPropertiesSequence, ("1.5", "-2", "0.25"), strict=True):
        item.ROIPhysicalPropertyValue = degrees
    mute = make_table_position(plan)
    del mute.RTROIObservationsSequence[0].ROIPhysicalPropertiesSequence[1].ROIPhysicalPropertyValue

    properties = stored(clinic, turned).RTROIObservationsSequence[0].ROIPhysicalPropertiesSequence

    assert {one.ROIPhysicalProperty: float(one.ROIPhysicalPropertyValue) for one in properties} == {
        "PATSUPPORT_ANGLE": 1.5,
        "TTOP_PITCH_ANGLE": -2.0,
        "TTOP_ROLL_ANGLE": 0.25,
    }
    assert clinic.store(mute) == [("C002", "missing: ...ysicalPropertiesSequence[1].ROIPhysicalPropertyValue")]


def test_r127_contours_are_read(clinic: Clinic) -> None:
    """Type, number of points and coordinates; a contour that lacks one of them is refused."""
    plan = clinic.claimed().plan
    triangle = make_table_position(plan)
    contour = triangle.ROIContourSequence[0].ContourSequence[0]
    contour.ContourGeometricType, contour.NumberOfContourPoints, contour.ContourData = "CLOSED_PLANAR", 3, [0, 0, 0, 5, 0, 0, 0, 5, 0]

    found = stored(clinic, triangle).ROIContourSequence[0].ContourSequence[0]

    assert (found.ContourGeometricType, found.NumberOfContourPoints) == ("CLOSED_PLANAR", 3)
    assert list(found.ContourData) == [0, 0, 0, 5, 0, 0, 0, 5, 0]
    for keyword in ("ContourGeometricType", "NumberOfContourPoints", "ContourData"):
        broken = make_table_position(plan)
        del broken.ROIContourSequence[0].ContourSequence[0][keyword]
        assert clinic.store(broken)[0][0] == "C002"


@pytest.mark.parametrize("kind", ["RIGID_SCALE", "AFFINE"])
def test_r128_registrations_are_rigid(clinic: Clinic, kind: str) -> None:
    """Another type of matrix is refused; the rigid one is read, number by number."""
    plan = clinic.claimed().plan
    rigid, other = make_registration(plan), make_registration(plan)
    of_other = other.RegistrationSequence[0].MatrixRegistrationSequence[0].MatrixSequence[0]
    of_other.FrameOfReferenceTransformationMatrixType = kind

    assert clinic.store(other)[0][0] == "C002"
    matrix = stored(clinic, rigid).RegistrationSequence[0].MatrixRegistrationSequence[0].MatrixSequence[0]
    assert [float(one) for one in matrix.FrameOfReferenceTransformationMatrix] == [1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1]


@pytest.mark.parametrize("position", ["HFS", "HFP", "FFS", "FFP"])
def test_r129_a_plan_lies_in_one_of_four_positions(clinic: Clinic, position: str) -> None:
    """The device gets it as planned."""
    plan = make_stated_plan()
    plan.PatientSetupSequence[0].PatientPosition = position

    session = clinic.check_in(plan)

    assert clinic.fetch(session.session_plan_uid)[0].PatientSetupSequence[0].PatientPosition == position


@pytest.mark.parametrize("position", ["SITTING", "HFDR", "FFDL"])
def test_r129_a_plan_in_another_position_is_not_treated(clinic: Clinic, position: str) -> None:
    """It is refused at the latest at check-in, and no workitem appears."""
    plan = make_stated_plan(PatientID="P-129")
    plan.PatientSetupSequence[0].PatientPosition = position

    with pytest.raises(Refused, match=r"Patient ?Position"):
        clinic.check_in(plan)

    assert clinic.worklist(PatientID="P-129") == []


def test_r130_setup_displacements_of_the_table_are_read(clinic: Clinic) -> None:
    """The instruction that the device gets repeats them for each beam."""
    plan = make_rich_plan(metersets_mu={1: 40.0, 2: 30.0}, uid_source=RandomUids())
    session = clinic.check_in(plan)

    (instruction,) = clinic.fetch(str(session.instruction_uid))

    assert [
        (one.TableTopVerticalSetupDisplacement, one.TableTopLongitudinalSetupDisplacement, one.TableTopLateralSetupDisplacement)
        for one in instruction.BeamTaskSequence
    ] == [(1.5, -2.5, 0.5)] * 2


def of_beam(plan: Dataset, keyword: str, value: str) -> Dataset:
    """The plan with one attribute of its first beam replaced."""
    setattr(plan.IonBeamSequence[0], keyword, value)
    return plan


@pytest.mark.parametrize("radiation", ["PHOTON", "PROTON", "ION"])
def test_r131_radiation_is_photon_proton_or_ion(clinic: Clinic, radiation: str) -> None:
    """The device gets it as planned; another kind is not taken in."""
    session = clinic.check_in(of_beam(make_stated_plan(), "RadiationType", radiation))

    assert clinic.fetch(session.session_plan_uid)[0].IonBeamSequence[0].RadiationType == radiation
    with pytest.raises(Refused, match="RadiationType"):
        clinic.bench.add_plan(of_beam(make_stated_plan(), "RadiationType", "NEUTRON"))


def test_r132_planned_delivery_is_treatment_or_setup(clinic: Clinic) -> None:
    """A plan with a setup beam beside its treatment beam is taken in and handed out; a planned continuation is not."""
    plan = make_stated_plan(metersets_mu={1: 40.0, 2: 1.0})
    plan.IonBeamSequence[1].TreatmentDeliveryType = "SETUP"

    session = clinic.check_in(plan)

    assert [one.TreatmentDeliveryType for one in clinic.fetch(session.session_plan_uid)[0].IonBeamSequence] == ["TREATMENT", "SETUP"]
    with pytest.raises(Refused, match="TreatmentDeliveryType"):
        clinic.bench.add_plan(of_beam(make_stated_plan(), "TreatmentDeliveryType", "CONTINUATION"))


def test_r133_records_count_monitor_units(clinic: Clinic) -> None:
    """Primary and secondary meterset of a beam; a record that counts minutes is refused."""
    plan = clinic.claimed().plan
    record = make_record(plan)
    beam = record.TreatmentSessionIonBeamSequence[0]
    beam.SpecifiedSecondaryMeterset, beam.DeliveredSecondaryMeterset = "41", "40.5"

    found = stored(clinic, record).TreatmentSessionIonBeamSequence[0]

    assert (found.DeliveredPrimaryMeterset, found.DeliveredSecondaryMeterset) == (40, 40.5)
    assert clinic.store(make_record(plan, PrimaryDosimeterUnit="MINUTE")) == [("C002", "value: PrimaryDosimeterUnit")]


def beam_record(plan: Dataset, **changes: str) -> Dataset:
    """A record with attributes of its beam replaced."""
    record = make_record(plan)
    for keyword, value in changes.items():
        setattr(record.TreatmentSessionIonBeamSequence[0], keyword, value)
    return record


def test_r134_recorded_delivery_is_treatment_setup_or_continuation(clinic: Clinic) -> None:
    """Each is accepted, and another word is not."""
    plan = clinic.claimed().plan
    kinds = ("TREATMENT", "SETUP", "CONTINUATION", "OPEN_PORTFILM")

    answers = clinic.store(*(beam_record(plan, TreatmentDeliveryType=one) for one in kinds))

    assert [status for status, _ in answers] == ["0000", "0000", "0000", "C002"]


def test_r135_recorded_termination_is_normal_operator_machine_or_unknown(clinic: Clinic) -> None:
    """Each is accepted, and another word is not."""
    running = clinic.claimed()
    kinds = ("NORMAL", "OPERATOR", "MACHINE", "UNKNOWN", "TIRED")

    answers = clinic.store(*(beam_record(running.plan, TreatmentTerminationStatus=one) for one in kinds))

    assert [status for status, _ in answers] == ["0000"] * 4 + ["C002"]
    assert sorted(clinic.bench.records.beams(session=running.session.id)["termination"]) == sorted(kinds[:4])


def test_r136_positions_and_metersets_of_control_points_are_read(clinic: Clinic) -> None:
    """The table of records has where gantry, table and snout stood, and when and how much was delivered."""
    running = clinic.claimed()
    record = make_record(running.plan)
    first, last = record.TreatmentSessionIonBeamSequence[0].IonControlPointDeliverySequence
    first.GantryAngle, first.PatientSupportAngle, first.TableTopPitchAngle, first.TableTopRollAngle = "90", "2", 1.5, 0.5
    first.TableTopVerticalPosition, first.TableTopLongitudinalPosition, first.TableTopLateralPosition = "-12.5", "3.25", "0.75"
    first.SnoutPosition, last.DeliveredMeterset = 40.0, "40"

    assert clinic.store(record) == [LISTED]

    (row,) = clinic.bench.records.beams(session=running.session.id).to_dict("records")
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


def test_r136_a_record_without_metersets_at_its_control_points_is_refused(clinic: Clinic) -> None:
    """They are mandatory."""
    record = make_record(clinic.claimed().plan)
    del record.TreatmentSessionIonBeamSequence[0].IonControlPointDeliverySequence[1].DeliveredMeterset

    assert clinic.store(record) == [("C002", "missing: ...IonControlPointDeliverySequence[1].DeliveredMeterset")]


def test_r137_a_delivery_instruction_is_read(clinic: Clinic) -> None:
    """What the bench sends it reads as well: beam, fraction, and from where to where a continuation goes."""
    plan = make_stated_plan(metersets_mu={1: 40.0, 2: 30.0})
    first = clinic.claimed(plan)
    stopped = make_record(first.plan, beam=2, end_mu=12.5, asked_mu=30.0)
    stopped.TreatmentSessionIonBeamSequence[0].TreatmentTerminationStatus = "MACHINE"
    assert clinic.store(make_record(first.plan), stopped) == [LISTED] * 2
    clinic.tidy()
    session = clinic.check_in(plan)

    (instruction,) = clinic.fetch(str(session.instruction_uid))
    (task,) = read_tasks(instruction, {1: 40.0, 2: 30.0})

    assert (task.beam_number, task.fraction, task.delivery_type) == (2, 1, DeliveryType.CONTINUATION)
    assert (task.start_meterset_mu, task.end_meterset_mu) == (12.5, 30.0)
    assert [one.ReferencedBeamNumber for one in instruction.OmittedBeamTaskSequence] == [1]
    broken = deepcopy(instruction)
    del broken.BeamTaskSequence[0].ContinuationStartMeterset
    with pytest.raises(Refused, match="found no start or end meterset"):
        read_tasks(broken, {1: 40.0, 2: 30.0})
