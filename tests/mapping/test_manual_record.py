"""The record that a user enters by hand (TMS statement 9.1.1.2)."""

from __future__ import annotations

from datetime import UTC
from typing import Any

import pytest
from pydicom.dataset import Dataset

from tests.clinic import NOW, make_ion_plan
from workbench.dicom import part10, uids
from workbench.dicom.check import check, errors
from workbench.errors import Refused
from workbench.iods import MANUAL_RECORD, RECEIVED
from workbench.mapping.manual_record import Entry, Occasion, RecordReference, RecordUids, manual_record, record_scope
from workbench.mapping.records import read_record
from workbench.settings import OWN
from workbench.treatment.delivery import DeliveryType, Termination
from workbench.treatment.record import Accessory, AccessoryKind, ControlPoint, Record, RecordedBeam, WedgePosition
from workbench.treatment.session import Session, SessionKind, Task

TASK = Task(
    beam_number=2, fraction=3, delivery_type=DeliveryType.CONTINUATION, start_meterset_mu=12.5, end_meterset_mu=40.0, because="It stopped."
)
EARLIER = RecordReference(sop_class_uid=uids.RT_ION_BEAMS_RECORD, uid="2.25.77")


def entered(plan: Dataset | None = None, **changes: Any) -> Occasion:
    """Beam 2 of a plan of three, 27.5 MU, after one record of the same session."""
    parts: dict[str, Any] = {
        "plan": plan or make_ion_plan(metersets_mu={1: 10.0, 2: 40.0, 3: 30.0}),
        "entry": Entry(beam=2, meterset_mu=27.5),
        "session": Session(kind=SessionKind.TREATMENT, fraction=3, tasks=(TASK,)),
        "records": [EARLIER],
        "identity": OWN,
        "uids": RecordUids(instance="2.25.8", series="2.25.9"),
        "now": NOW,
    }
    return Occasion(**{**parts, **changes})


def test_a_record_by_hand_says_what_was_entered_of_the_beam_that_was_meant() -> None:
    """Fraction and type of the session's task, the one meterset for specified and delivered, ending and verification unknown."""
    given = entered()

    read = read_record(part10.encoded(manual_record(given)).read(), zone=UTC)

    assert read == Record(
        uid="2.25.8",
        patient_id="P-001",
        plan_uid=given.plan.SOPInstanceUID,
        beams=(
            RecordedBeam(
                number=2,
                name="Field 2",
                fraction=3,
                delivery_type=DeliveryType.CONTINUATION,
                termination=Termination.UNKNOWN,
                verification="UNKNOWN",
                specified_mu=27.5,
                delivered_mu=27.5,
                radiation_type="PROTON",
                accessories=(
                    Accessory(kind=AccessoryKind.SNOUT, id="SNOUT35"),
                    Accessory(kind=AccessoryKind.BLOCK, number=1),
                    Accessory(kind=AccessoryKind.RANGE_SHIFTER, number=1, id="RS1"),
                    Accessory(kind=AccessoryKind.LATERAL_SPREADING_DEVICE, number=1, id="SC1"),
                    Accessory(kind=AccessoryKind.RANGE_MODULATOR, number=1, id="W16"),
                ),
                points=(
                    ControlPoint(
                        index=0,
                        at=NOW,
                        energy_mev=70.0,
                        specified_mu=0.0,
                        delivered_mu=0.0,
                        gantry_deg=90.0,
                        limiting_device_deg=0.0,
                        support_angle_deg=2.0,
                        support_pitch_deg=1.5,
                        support_roll_deg=0.0,
                        support_vertical_mm=-12.5,
                        support_longitudinal_mm=3.25,
                        support_lateral_mm=0.5,
                        wedges=(WedgePosition(number=1, position="IN", thin_edge_mm=2.5),),
                    ),
                    ControlPoint(index=1, at=NOW, specified_mu=27.5, delivered_mu=27.5),
                ),
            ),
        ),
        machine="EYELINE",
        dosimeter_unit="MU",
        fractions_planned=4,
        treated_at=NOW,
    )


def test_a_record_by_hand_keeps_its_rows_and_those_of_received_ones() -> None:
    """As it was built, and as our own intake checks it."""
    given = entered()

    record = part10.encoded(manual_record(given)).dataset()

    assert errors(check(MANUAL_RECORD, record, record_scope(given))) == []
    assert errors(check(RECEIVED[uids.RT_ION_BEAMS_RECORD], record)) == []


def test_records_of_the_session_are_referenced() -> None:
    """The ones before it, in their order."""
    record = manual_record(entered(records=[EARLIER, RecordReference(sop_class_uid=uids.RT_BEAMS_RECORD, uid="2.25.78")]))

    referenced = [(one.ReferencedSOPClassUID, one.ReferencedSOPInstanceUID) for one in record.ReferencedTreatmentRecordSequence]
    assert referenced == [(uids.RT_ION_BEAMS_RECORD, "2.25.77"), (uids.RT_BEAMS_RECORD, "2.25.78")]


def test_nothing_delivered_can_be_recorded() -> None:
    """0 MU: the beam was switched on in vain, and that is on record."""
    (beam,) = read_record(part10.encoded(manual_record(entered(entry=Entry(beam=2, meterset_mu=0.0)))).read(), zone=UTC).beams

    assert (beam.specified_mu, beam.delivered_mu) == (0.0, 0.0)


@pytest.mark.parametrize(("beam", "expected"), [(1, "2"), (9, "2")])
def test_a_beam_that_the_session_does_not_treat_is_refused(beam: int, expected: str) -> None:
    """A beam of the plan that is not due, and one that nobody knows."""
    with pytest.raises(Refused) as refusal:
        manual_record(entered(entry=Entry(beam=beam, meterset_mu=1.0)))

    assert str(refusal.value) == f"record by hand: the session does not treat beam {beam}, expected one of {expected}"


def test_an_imaging_session_treats_no_beam() -> None:
    """There is none to choose from."""
    with pytest.raises(Refused, match=r"^record by hand: the session does not treat beam 2, expected one of none$"):
        manual_record(entered(session=Session(kind=SessionKind.IMAGING, fraction=1, tasks=())))


def test_a_beam_that_the_plan_does_not_describe_is_refused() -> None:
    """Session and plan disagree."""
    with pytest.raises(Refused, match=r"^record by hand: the plan has no beam 2, expected one of its beams$"):
        manual_record(entered(plan=make_ion_plan()))


@pytest.mark.parametrize("meterset_mu", [-0.1, float("inf"), float("nan")])
def test_an_impossible_meterset_cannot_be_entered(meterset_mu: float) -> None:
    """Less than nothing, endless, no number."""
    with pytest.raises(Refused, match=rf"^record by hand: found {meterset_mu} MU for beam 2, expected 0 or more$"):
        Entry(beam=2, meterset_mu=meterset_mu)
