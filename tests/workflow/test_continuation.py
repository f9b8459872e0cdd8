"""A fraction broken off as often as one likes: what instruction, workitem, session plan and record say in the sessions after it."""

from __future__ import annotations

from copy import deepcopy
from datetime import timedelta
from typing import Any

import pytest
from pydicom.dataset import Dataset

from tests.clinic import DEVICE, LOCK, NOW, make_record
from tests.workflow.house import House
from workbench.archive.rows import Origin, SessionRow
from workbench.dicom import part10, uids
from workbench.errors import Conflict, Refused
from workbench.mapping.manual_record import Entry
from workbench.treatment.delivery import Termination
from workbench.treatment.session import SessionKind
from workbench.workflow.by_hand import ByHand
from workbench.workflow.ups import Request

Part = tuple[int, float, float]
"""Beam, and where on its meterset axis a delivery started and stopped."""
WHOLE = {1: 40.0, 2: 60.0, 3: 20.0}


def recorded(plan: Dataset, part: Part, *, fraction: int = 1, minutes: float = 0.0) -> Dataset:
    """A device's record of one delivery that began some minutes after the clinic opened."""
    beam, start_mu, end_mu = part
    ended = Termination.NORMAL if end_mu == WHOLE[beam] else Termination.MACHINE
    record = make_record(plan, beam=beam, fraction=fraction, start_mu=start_mu, end_mu=end_mu, asked_mu=WHOLE[beam], ended=ended)
    shift(record, minutes)
    return record


def shift(record: Dataset, minutes: float) -> None:
    """Let the delivery have begun later."""
    for index, point in enumerate(record.TreatmentSessionIonBeamSequence[0].IonControlPointDeliverySequence):
        at = NOW + timedelta(minutes=minutes, seconds=20 * index)
        point.TreatmentControlPointDate, point.TreatmentControlPointTime = f"{at:%Y%m%d}", f"{at:%H%M%S.%f}"


def broken_off(house: House, plan: Dataset, *parts: Part, **options: Any) -> SessionRow:
    """A session that delivers some parts and is given up; completed, so that another can be prepared."""
    session = house.prepare(plan, **options)
    uid = house.claim(session)
    for number, part in enumerate(parts):
        house.store(recorded(house.dataset(session.session_plan_uid), part, fraction=session.fraction, minutes=number))
    house.worklist.act(uid, Request.CANCEL, LOCK, DEVICE)
    return house.schedule.complete(session.id)


def instructed(house: House, session: SessionRow) -> tuple[list[tuple[object, ...]], list[tuple[int, str]]]:
    """Beam tasks and omissions as the delivery instruction has them."""
    instruction = house.dataset(str(session.instruction_uid))
    tasks = [
        (
            int(item.ReferencedBeamNumber),
            item.TreatmentDeliveryType,
            item.get("ContinuationStartMeterset"),
            item.get("ContinuationEndMeterset"),
            int(item.CurrentFractionNumber),
        )
        for item in instruction.BeamTaskSequence
    ]
    omitted = [(int(item.ReferencedBeamNumber), item.ReasonForOmission) for item in instruction.get("OmittedBeamTaskSequence") or []]
    return tasks, omitted


def test_three_sessions_finish_what_the_first_began(house: House) -> None:
    """Beam 1 done and beam 2 stopped at 12.5; then beam 2 at 32.5; then it is done and beam 3 not begun: nothing is lost or given twice."""
    plan = house.bring_plan(metersets_mu=WHOLE)
    broken_off(house, plan, (1, 0.0, 40.0), (2, 0.0, 12.5))
    second = house.prepare(plan)
    seen = [instructed(house, second)]
    house.schedule.complete(second.id)
    broken_off(house, plan, (2, 12.5, 32.5))
    broken_off(house, plan, (2, 32.5, 60.0))

    last = house.prepare(plan)

    done = [(1, "ALREADY_TREATED")]
    assert seen == [([(2, "CONTINUATION", 12.5, 60.0, 1), (3, "TREATMENT", None, None, 1)], done)]
    assert instructed(house, last) == ([(3, "TREATMENT", None, None, 1)], [*done, (2, "ALREADY_TREATED")])
    assert last.explained == (
        "Beam 3 is treated with 20.0 MU because fraction 1 has none of it yet. "
        "Beam 1 is left out because all 40.0 MU of fraction 1 were delivered. "
        "Beam 2 is left out because all 60.0 MU of fraction 1 were delivered."
    )


def test_every_object_of_a_continuation_says_the_same(house: House) -> None:
    """Session plan whole, workitem with fraction and earlier record, record by hand with the type of the instruction (R089, R090)."""
    plan = house.bring_plan(metersets_mu=WHOLE)
    broken_off(house, plan, (1, 0.0, 40.0), (2, 0.0, 12.5))

    session = house.prepare(plan)
    by_hand = ByHand(house.intake.desk, house.intake).record(session, Entry(beam=2, meterset_mu=10.0), actor="user")

    group = house.dataset(session.session_plan_uid).FractionGroupSequence[0]
    assert {int(one.ReferencedBeamNumber): float(one.BeamMeterset) for one in group.ReferencedBeamSequence} == WHOLE
    step = house.worklist.get(house.workitem(session).uid, [], DEVICE)
    listed = {item.ReferencedSOPClassUID for study in step.InputInformationSequence for series in study.ReferencedSeriesSequence
              for item in series.ReferencedSOPSequence}  # fmt: skip
    assert listed == {uids.RT_ION_PLAN, uids.TRIAL_DELIVERY_INSTRUCTION, uids.RT_ION_BEAMS_RECORD}
    assert step.ScheduledProcessingParametersSequence[0].TextValue == "1"
    beam = house.dataset(by_hand).TreatmentSessionIonBeamSequence[0]
    assert (beam.ReferencedBeamNumber, beam.TreatmentDeliveryType, beam.CurrentFractionNumber) == (2, "CONTINUATION", 1)
    assert (beam.SpecifiedPrimaryMeterset, beam.DeliveredPrimaryMeterset) == (10.0, 10.0)


def test_a_record_by_hand_moves_the_continuation_on(house: House) -> None:
    """12.5 MU recorded by the machine and 10 typed in beside them: the next session continues at 22.5 MU."""
    plan = house.bring_plan(metersets_mu=WHOLE)
    session = house.prepare(plan)
    house.claim(session)
    house.store(recorded(house.dataset(session.session_plan_uid), (1, 0.0, 12.5)))
    house.clock.advance(minutes=5)
    ByHand(house.intake.desk, house.intake).record(session, Entry(beam=1, meterset_mu=10.0), actor="user")
    house.schedule.cancel(session.id)
    house.schedule.complete(session.id)

    assert instructed(house, house.prepare(plan))[0][0] == (1, "CONTINUATION", 22.5, 40.0, 1)


def test_more_by_hand_than_the_session_was_to_give_asks_for_a_confirmation(house: House) -> None:
    """The machine recorded all 40 MU: 40 more are most likely the same ones; meant, they are entered."""
    session, plan = house.running(house.bring_plan(metersets_mu=WHOLE))
    house.store(recorded(plan, (1, 0.0, 40.0)))
    desk = ByHand(house.intake.desk, house.intake)

    with pytest.raises(Refused, match=r"beam 1: found 40\.0 MU beside 40\.0 MU recorded in this session, expected together no more than"):
        desk.record(session, Entry(beam=1, meterset_mu=40.0), actor="user")

    assert house.dataset(desk.record(session, Entry(beam=1, meterset_mu=40.0, is_confirmed=True), actor="user")).Modality == "RTRECORD"


@pytest.mark.parametrize("told", ["of this delivery alone", "as a place on the beam's axis", "by control points only"])
def test_a_continuation_is_counted_however_its_record_tells_it(house: House, told: str) -> None:
    """12.5 … 32.5 MU: primary meterset 20, 32.5 or absent; the next session starts at 32.5 MU."""
    plan = house.bring_plan(metersets_mu=WHOLE)
    broken_off(house, plan, (2, 0.0, 12.5))
    session = house.prepare(plan)
    uid = house.claim(session)
    record = recorded(house.dataset(session.session_plan_uid), (2, 12.5, 32.5))
    beam = record.TreatmentSessionIonBeamSequence[0]
    if told == "as a place on the beam's axis":
        beam.DeliveredPrimaryMeterset = "32.5"
    if told == "by control points only":
        del beam.DeliveredPrimaryMeterset
    house.store(record)
    house.worklist.act(uid, Request.CANCEL, LOCK, DEVICE)
    house.schedule.complete(session.id)

    assert instructed(house, house.prepare(plan))[0][1] == (2, "CONTINUATION", 32.5, 60.0, 1)


def test_the_same_delivery_recorded_under_two_uids_counts_once(house: House) -> None:
    """A device that lost the answer made its record anew; the session says so."""
    plan = house.bring_plan(metersets_mu=WHOLE)
    session = house.prepare(plan)
    uid = house.claim(session)
    record = recorded(house.dataset(session.session_plan_uid), (1, 0.0, 12.5))
    again = deepcopy(record)
    again.SOPInstanceUID = "2.25.404"
    house.store(record)
    house.store(again)
    house.worklist.act(uid, Request.CANCEL, LOCK, DEVICE)
    house.schedule.complete(session.id)

    second = house.prepare(plan)

    assert instructed(house, second)[0][0] == (1, "CONTINUATION", 12.5, 40.0, 1)
    assert "repeats a delivery that another record tells; it counts once." in second.explained


def test_setup_beams_and_quality_assurance_count_for_no_fraction(house: House) -> None:
    """A setup beam in a treatment, a whole beam in a QA session: fraction 1 is not begun."""
    plan = house.bring_plan(metersets_mu=WHOLE)
    broken_off(house, plan, (1, 0.0, 40.0), kind=SessionKind.QA)
    session = house.prepare(plan)
    house.claim(session)
    record = recorded(house.dataset(session.session_plan_uid), (1, 0.0, 12.5))
    record.TreatmentSessionIonBeamSequence[0].TreatmentDeliveryType = "SETUP"
    house.store(record)
    house.schedule.cancel(session.id)
    house.schedule.complete(session.id)

    assert instructed(house, house.prepare(plan)) == ([(beam, "TREATMENT", None, None, 1) for beam in WHOLE], [])


def test_a_record_counts_for_the_fraction_that_its_session_treated(house: House) -> None:
    """A device that names fraction 3 in the session of fraction 1: fraction 1 is not given again, and it is told."""
    plan = house.bring_plan(metersets_mu=WHOLE)
    session = house.prepare(plan)
    house.claim(session)
    house.store(recorded(house.dataset(session.session_plan_uid), (1, 0.0, 40.0), fraction=3))
    house.schedule.cancel(session.id)
    house.schedule.complete(session.id)

    second = house.prepare(plan)

    assert (second.fraction, instructed(house, second)[1]) == (1, [(1, "ALREADY_TREATED")])
    assert second.explained.endswith("A record of 40.0 MU of beam 1 names fraction 3; it counts for fraction 1, which its session treated.")


def test_a_record_brought_as_a_file_counts_for_the_session_whose_plan_it_names(house: House) -> None:
    """The network was down; the user imports the machine's file after the session was completed."""
    plan = house.bring_plan(metersets_mu=WHOLE)
    session = broken_off(house, plan)
    record = recorded(house.dataset(session.session_plan_uid), (2, 0.0, 12.5))

    assert house.intake.bring(part10.encoded(record), actor="user")

    second = house.prepare(plan)
    assert instructed(house, second)[0][1] == (2, "CONTINUATION", 12.5, 60.0, 1)
    (stored,) = (one for one in house.objects() if one.uid == record.SOPInstanceUID)
    assert (stored.origin, stored.session_id) == (Origin.IMPORTED, None)


def test_a_fraction_keeps_the_monitor_units_it_began_with(house: House) -> None:
    """Begun with 50 MU of beam 1: entering 45 for its continuation is refused, the next fraction may have them."""
    plan = house.bring_plan(metersets_mu=WHOLE)
    broken_off(house, plan, (1, 0.0, 12.5), meterset_mu={1: 50.0})

    with pytest.raises(
        Conflict, match=r"beam 1: found 45\.0 MU for fraction 1, which began with 50\.0 MU, expected the same until it is finished$"
    ):
        house.prepare(plan, meterset_mu={1: 45.0})

    session = house.prepare(plan)
    assert (session.metersets_mu[1], instructed(house, session)[0][0]) == (50.0, (1, "CONTINUATION", 12.5, 50.0, 1))


def test_a_session_that_delivered_nothing_sets_no_example(house: House) -> None:
    """400 MU by mistake, given up before the beam: the next session has what the plan says."""
    plan = house.bring_plan(metersets_mu=WHOLE)
    broken_off(house, plan, meterset_mu={1: 400.0})

    assert house.prepare(plan).metersets_mu == WHOLE
