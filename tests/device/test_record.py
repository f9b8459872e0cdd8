"""The treatment record that the device writes."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from pydicom.dataset import Dataset

from tests.clinic import NOW, make_ion_plan
from tests.factories import CountedUids
from tests.iods.objects import make_received_plan
from workbench.device.record import Delivered, treatment_record
from workbench.dicom import part10, uids
from workbench.dicom.check import check
from workbench.dicom.findings import Severity
from workbench.iods import RECEIVED
from workbench.treatment.delivery import DeliveryType, Termination

STOPPED = Delivered(
    beam=2,
    fraction=3,
    type=DeliveryType.CONTINUATION,
    start_mu=12.5,
    end_mu=30.25,
    asked_mu=40.0,
    ended=Termination.OPERATOR,
    started_at=NOW,
    ended_at=NOW + timedelta(seconds=7.5),
)


def recorded(plan: Dataset, *delivered: Delivered) -> Dataset:
    """The record as its receiver has it."""
    record = treatment_record(plan, delivered or (STOPPED,), machine="SIM-1", uid_source=CountedUids(), now=NOW)
    return part10.encoded(record, uids.EXPLICIT_LITTLE).dataset()


@pytest.fixture
def plan() -> Dataset:
    """Two beams."""
    return make_ion_plan(metersets_mu={1: 20.0, 2: 40.0})


def test_metersets_are_of_this_delivery_and_points_lie_on_the_beam_s_axis(plan: Dataset) -> None:
    """From 12.5 to 30.25 of 40 MU: asked for 27.5, delivered 17.75; the points say where on the axis (PS3.3 C.8.8.26)."""
    (beam,) = recorded(plan).TreatmentSessionIonBeamSequence

    points = beam.IonControlPointDeliverySequence
    assert (float(beam.SpecifiedPrimaryMeterset), float(beam.DeliveredPrimaryMeterset)) == (27.5, 17.75)
    assert [(float(one.SpecifiedMeterset), float(one.DeliveredMeterset)) for one in points] == [(12.5, 12.5), (40.0, 30.25)]
    assert (beam.TreatmentDeliveryType, beam.TreatmentTerminationStatus) == ("CONTINUATION", "OPERATOR")
    assert (int(beam.ReferencedBeamNumber), beam.BeamName, int(beam.CurrentFractionNumber)) == (2, "Field 2", 3)


def test_moments_are_those_of_beam_on_and_beam_off(plan: Dataset) -> None:
    """Date and time of each point; the beam's own duration beside it."""
    (beam,) = recorded(plan).TreatmentSessionIonBeamSequence

    moments = [(one.TreatmentControlPointDate, one.TreatmentControlPointTime) for one in beam.IonControlPointDeliverySequence]
    assert moments == [("20240603", "081500"), ("20240603", "081507.500000")]
    assert float(beam.DeliveredTreatmentTime) == 7.5


def test_the_support_stood_where_it_was_planned_plus_the_correction(plan: Dataset) -> None:
    """Planned -12.5 vertical, 3.25 longitudinal, 0.5 lateral; moved by x -0.4, y 0.3, z -0.2: once, at each point alike."""
    (beam,) = recorded(plan, replace(STOPPED, correction_mm=(-0.4, 0.3, -0.2))).TreatmentSessionIonBeamSequence

    stood = [
        (float(one.TableTopVerticalPosition), float(one.TableTopLongitudinalPosition), float(one.TableTopLateralPosition))
        for one in beam.IonControlPointDeliverySequence
    ]
    assert stood == [(-12.2, 3.05, 0.1)] * 2


def test_a_plan_without_positions_leaves_those_of_the_correction() -> None:
    """Where the plan is silent, the support stood at 0 before it was moved."""
    plan = make_ion_plan(metersets_mu={2: 40.0})
    for keyword in ("TableTopVerticalPosition", "TableTopLongitudinalPosition", "TableTopLateralPosition"):
        plan.IonBeamSequence[0].IonControlPointSequence[0][keyword].value = None

    (beam,) = recorded(plan, replace(STOPPED, correction_mm=(-0.4, 0.3, -0.2))).TreatmentSessionIonBeamSequence

    first = beam.IonControlPointDeliverySequence[0]
    assert (first.TableTopVerticalPosition, first.TableTopLongitudinalPosition, first.TableTopLateralPosition) == (0.3, -0.2, -0.4)


def test_writing_a_record_leaves_the_plan_as_it_was(plan: Dataset) -> None:
    """Not a byte of what was fetched is changed."""
    before = part10.encode(plan)

    recorded(plan, replace(STOPPED, correction_mm=(-0.4, 0.3, -0.2)), replace(STOPPED, beam=1))

    assert part10.encode(plan) == before


def test_a_record_belongs_to_its_plan(plan: Dataset) -> None:
    """Patient and study of the plan, the plan itself by reference, its machine; identifiers of its own."""
    record = recorded(plan)

    assert (record.PatientName, record.PatientID, record.StudyInstanceUID) == ("Doe^Jane", "P-001", plan.StudyInstanceUID)
    assert [one.ReferencedSOPInstanceUID for one in record.ReferencedRTPlanSequence] == [plan.SOPInstanceUID]
    assert [(one.TreatmentMachineName, one.DeviceSerialNumber) for one in record.TreatmentMachineSequence] == [("EYELINE", "SIM-1")]
    assert (record.SOPInstanceUID, record.SeriesInstanceUID) == ("2.25.1", "2.25.2")


def test_accessories_are_recorded_by_what_they_are_in_the_plan(plan: Dataset) -> None:
    """Snout, block, shifter, spreader, modulator and wedge of the factories' field."""
    (beam,) = recorded(plan).TreatmentSessionIonBeamSequence

    shifter, modulator, wedge = beam.RecordedRangeShifterSequence[0], beam.RecordedRangeModulatorSequence[0], beam.RecordedWedgeSequence[0]
    assert beam.RecordedSnoutSequence[0].SnoutID == "SNOUT35"
    assert int(beam.RecordedBlockSequence[0].ReferencedBlockNumber) == 1
    assert (int(shifter.ReferencedRangeShifterNumber), shifter.RangeShifterID) == (1, "RS1")
    assert beam.RecordedLateralSpreadingDeviceSequence[0].LateralSpreadingDeviceID == "SC1"
    assert (modulator.RangeModulatorID, modulator.RangeModulatorType) == ("W16", "WHL_MODWEIGHTS")
    assert (wedge.WedgeID, wedge.WedgeType, float(wedge.WedgeAngle)) == ("W30", "PARTIAL_STANDARD", 30.0)


def test_accessories_of_other_planners_are_recorded_too() -> None:
    """Compensator, bolus and applicator, which no ocular plan has; their counts alone would be a broken record."""
    (beam,) = recorded(make_received_plan(), replace(STOPPED, beam=1)).TreatmentSessionIonBeamSequence

    compensator = beam.RecordedCompensatorSequence[0]
    assert (int(beam.NumberOfCompensators), int(compensator.ReferencedCompensatorNumber), compensator.CompensatorID) == (1, 1, "RC1")
    assert (int(beam.NumberOfBoli), int(beam.ReferencedBolusSequence[0].ReferencedROINumber)) == (1, 5)
    assert (beam.ApplicatorSequence[0].ApplicatorID, beam.ApplicatorSequence[0].ApplicatorType) == ("AP1", "ION_SQUARE")


def test_a_record_is_one_that_a_treatment_management_system_accepts(plan: Dataset) -> None:
    """Held against the rows of a received record: no error, no warning."""
    record = recorded(plan, replace(STOPPED, beam=1, start_mu=0.0, type=DeliveryType.TREATMENT), STOPPED)

    findings = check(RECEIVED[uids.RT_ION_BEAMS_RECORD], record)

    assert [one for one in findings if one.severity is not Severity.NOTE] == []
    assert [int(one.ReferencedBeamNumber) for one in record.TreatmentSessionIonBeamSequence] == [1, 2]
