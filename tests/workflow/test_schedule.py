"""The user's side of a session: prepared, canceled, completed; one at a time in a room."""

from __future__ import annotations

import pytest

from tests.clinic import DEVICE, LOCK, NOW, make_ct, make_ion_plan, make_record
from tests.factories import make_beamline
from tests.workflow.house import TWO_ROOMS, House, HouseMaker
from workbench.archive.rows import Origin, SessionRow, SessionState, StepState
from workbench.dicom import part10, uids
from workbench.errors import Conflict, Refused
from workbench.events import EventKind
from workbench.settings import TMS_AS_STATED
from workbench.treatment.delivery import Termination
from workbench.treatment.session import SessionKind
from workbench.workflow.ups import Request


def treat(house: House, session: SessionRow, *, end_mu: float = 40.0, beam: int = 1, **record: object) -> None:
    """Claim, record one beam, finish over the wire, complete."""
    uid = house.claim(session)
    start_mu = next(float(task["start_mu"]) for task in session.tasks if task["beam"] == beam)
    ended = Termination.NORMAL if end_mu == 40.0 else Termination.OPERATOR
    plan = house.dataset(session.session_plan_uid)
    house.store(make_record(plan, beam=beam, fraction=session.fraction, start_mu=start_mu, end_mu=end_mu, ended=ended, **record))  # type: ignore[arg-type]
    house.worklist.act(uid, Request.COMPLETE if end_mu == 40.0 else Request.CANCEL, LOCK, DEVICE)
    house.schedule.complete(session.id)


def test_a_check_in_creates_plan_instruction_and_workitem_together(house: House) -> None:
    """One session, two created objects in it, one scheduled workitem, two events in one history."""
    plan = house.bring_plan()

    session = house.prepare(plan)

    row = house.workitem(session)
    created = {(one.uid, one.sop_class_uid) for one in house.objects() if one.session_id == session.id and one.origin is Origin.CREATED}
    assert (session.state, session.kind, session.room, session.fraction) == (SessionState.PREPARED, SessionKind.TREATMENT, "EYE1", 1)
    assert (session.plan_uid, session.patient_id, session.prepared_at) == (plan.SOPInstanceUID, "P-001", NOW)
    assert (session.metersets_mu, session.tasks) == ({1: 40.0}, ({"beam": 1, "type": "TREATMENT", "start_mu": 0.0, "end_mu": 40.0},))
    assert created == {(session.session_plan_uid, uids.RT_ION_PLAN), (session.instruction_uid, uids.TRIAL_DELIVERY_INSTRUCTION)}
    assert (row.state, row.lock, row.holder, row.code, row.room) == (StepState.SCHEDULED, None, None, "121726", "EYE1")
    assert [event.kind for event in house.history()][-2:] == [EventKind.SESSION_PREPARED, EventKind.WORKITEM_SCHEDULED]


def test_a_check_in_that_fails_half_way_leaves_nothing(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """The workitem cannot be written: no session, no objects, no event; the room is free for the next attempt."""
    plan = house.bring_plan()
    before = (house.objects(), house.history())

    def broken(*_: object) -> None:
        raise SystemExit

    with monkeypatch.context() as patched:
        patched.setattr("workbench.archive.workitems.Workitems.add", broken)
        with pytest.raises(SystemExit):
            house.prepare(plan)

    assert (house.objects(), house.history()) == before
    assert house.prepare(plan).state is SessionState.PREPARED


@pytest.mark.parametrize("state", [SessionState.PREPARED, SessionState.ACTIVE, SessionState.CANCELED])
def test_a_room_has_one_session_until_it_is_completed(house: House, state: SessionState) -> None:
    """Prepared, active and canceled ones alike keep the next one out."""
    plan = house.bring_plan()
    session = house.prepare(plan)
    if state is not SessionState.PREPARED:
        house.claim(session)
    if state is SessionState.CANCELED:
        house.schedule.cancel(session.id)

    with pytest.raises(
        Conflict, match=rf"^room EYE1: session {session.id} is {state}, expected it to be completed before another is prepared$"
    ) as refusal:
        house.prepare(plan)

    assert refusal.value.rule == "room-busy"


def test_another_room_is_free(make_house: HouseMaker) -> None:
    """Two rooms, two patients, two sessions; where there are two rooms, one has to be named."""
    house = make_house(rooms=TWO_ROOMS)
    plan = house.bring_plan(PatientID="P-002")

    house.prepare(room="EYE1")

    assert house.prepare(plan, room="EYE2").room == "EYE2"
    with pytest.raises(Refused, match=r"^room: none named, expected one of EYE1, EYE2$"):
        house.prepare(plan)
    with pytest.raises(Refused, match=r"^room: found 'EYE3', expected one of EYE1, EYE2$"):
        house.prepare(plan, room="EYE3")


def test_a_plan_is_treated_in_one_room_at_a_time(make_house: HouseMaker) -> None:
    """What the other room still delivers would not be known: it has to be completed first; quality assurance may go on beside it."""
    house = make_house(rooms=TWO_ROOMS)
    plan = house.bring_plan()
    first = house.prepare(plan, room="EYE1")

    with pytest.raises(
        Conflict, match=r"session 1 in room EYE1 treats it and is prepared, expected it to be completed before another treats it$"
    ):
        house.prepare(plan, room="EYE2")

    assert house.prepare(plan, room="EYE2", kind=SessionKind.QA).kind is SessionKind.QA
    house.schedule.complete(first.id)
    assert house.prepare(plan, room="EYE1").fraction == 1


def test_a_finished_workitem_without_a_record_leaves_it_to_the_user(house: House) -> None:
    """What is due cannot be told; the fraction named, it is treated with the doubt in words, and then the course goes on."""
    plan = house.bring_plan(metersets_mu={1: 40.0, 2: 30.0})
    session = house.prepare(plan)
    uid = house.claim(session)
    house.store(make_record(house.dataset(session.session_plan_uid)))
    house.worklist.act(uid, Request.COMPLETE, LOCK, DEVICE)
    house.schedule.complete(session.id)

    with pytest.raises(Conflict, match=r"session 1 ended fraction 1 as COMPLETED, but no record of beam 2 came, expected the record, or"):
        house.prepare(plan)

    again = house.prepare(plan, fraction=1)
    assert [task["beam"] for task in again.tasks] == [2]
    assert again.explained.endswith("Session 1 ended fraction 1 as COMPLETED, but no record of beam 2 came.")

    uid = house.claim(again)
    house.store(make_record(house.dataset(again.session_plan_uid), beam=2, end_mu=30.0, asked_mu=30.0))
    house.worklist.act(uid, Request.COMPLETE, LOCK, DEVICE)
    house.schedule.complete(again.id)
    assert house.prepare(plan).fraction == 2


def test_a_plan_that_is_not_stored_is_refused(house: House) -> None:
    """The UID is named; an object that is no plan is none either."""
    ct = make_ct(make_ion_plan())
    house.intake.bring(part10.encoded(ct), actor="user")

    for uid in ("2.25.404", str(ct.SOPInstanceUID)):
        with pytest.raises(Refused, match=rf"^plan {uid}: is not stored here"):
            house.schedule.prepare(uid)


@pytest.mark.parametrize(
    ("planned_mu", "entered", "expected_mu"),
    [(40.0, {1: 120.0}, 120.0), (40.0, {}, 40.0), (0.0, {1: 120.0}, 120.0), (0.0, {}, 1500.0)],
)
def test_monitor_units_are_entered_planned_or_derived(
    make_house: HouseMaker, planned_mu: float, entered: dict[int, float], expected_mu: float
) -> None:
    """60 Gy in 4 fractions are 15 Gy, at the beamline's 100 MU/Gy 1500 MU; the session plan carries what was decided."""
    house = make_house(beamlines={"EYELINE": make_beamline(mu_per_gy=100.0)})

    session = house.prepare(house.bring_plan(metersets_mu={1: planned_mu}), meterset_mu=entered)

    plan = house.dataset(session.session_plan_uid)
    assert session.metersets_mu == {1: expected_mu}
    assert float(plan.FractionGroupSequence[0].ReferencedBeamSequence[0].BeamMeterset) == expected_mu


def test_a_session_at_0_mu_is_refused(house: House) -> None:
    """No meterset in the plan, none entered, no beamline of the machine's name: nothing is scheduled."""
    plan = house.bring_plan(metersets_mu={1: 0.0})

    with pytest.raises(Refused, match=r"beam 1: found 0 MU"):
        house.prepare(plan)

    assert house.prepare(plan, meterset_mu={1: 1.0}).id == 1


def test_an_interrupted_session_is_continued_with_the_same_monitor_units(house: House) -> None:
    """Entered once at 40 MU; stopped at 12.5, the next session goes from there to 40 without being told again."""
    plan = house.bring_plan(metersets_mu={1: 0.0})
    treat(house, house.prepare(plan, meterset_mu={1: 40.0}), end_mu=12.5)

    second = house.prepare(plan)

    assert (second.fraction, second.tasks) == (1, ({"beam": 1, "type": "CONTINUATION", "start_mu": 12.5, "end_mu": 40.0},))
    item = house.dataset(str(second.instruction_uid)).BeamTaskSequence[0]
    assert (item.TreatmentDeliveryType, float(item.ContinuationStartMeterset), float(item.ContinuationEndMeterset)) == (
        "CONTINUATION",
        12.5,
        40.0,
    )


def test_a_beam_that_was_finished_is_listed_as_omitted(house: House) -> None:
    """Beam 1 of two is done, the workitem given up: the instruction treats beam 2 and omits beam 1 as ALREADY_TREATED."""
    plan = house.bring_plan(metersets_mu={1: 40.0, 2: 40.0})
    session = house.prepare(plan)
    uid = house.claim(session)
    house.store(make_record(house.dataset(session.session_plan_uid)))
    house.worklist.act(uid, Request.CANCEL, LOCK, DEVICE)
    house.schedule.complete(session.id)

    instruction = house.dataset(str(house.prepare(plan).instruction_uid))

    assert [int(item.ReferencedBeamNumber) for item in instruction.BeamTaskSequence] == [2]
    assert [(int(item.ReferencedBeamNumber), item.ReasonForOmission) for item in instruction.OmittedBeamTaskSequence] == [
        (1, "ALREADY_TREATED")
    ]


def test_a_record_without_a_fraction_counts_for_its_sessions(house: House) -> None:
    """Session 2 treats fraction 2; its record is silent about the fraction, and fraction 3 is due afterwards."""
    plan = house.bring_plan()
    treat(house, house.prepare(plan))
    second = house.prepare(plan)
    uid = house.claim(second)
    record = make_record(house.dataset(second.session_plan_uid), fraction=2)
    record.TreatmentSessionIonBeamSequence[0].CurrentFractionNumber = None
    house.store(record)
    house.worklist.act(uid, Request.COMPLETE, LOCK, DEVICE)
    house.schedule.complete(second.id)

    assert house.prepare(plan).fraction == 3


def test_what_qa_delivered_counts_for_no_fraction(house: House) -> None:
    """A QA session of the whole beam leaves fraction 1 to the patient; its plan is for VERIFICATION, its workitem for QA."""
    plan = house.bring_plan()
    qa = house.prepare(plan, kind=SessionKind.QA)
    treat(house, qa)

    session = house.prepare(plan)

    assert (session.fraction, session.tasks[0]["type"]) == (1, "TREATMENT")
    assert house.dataset(qa.session_plan_uid).PlanIntent == "VERIFICATION"
    assert (house.workitem(qa).code, house.workitem(session).code) == ("121728", "121726")


def test_records_of_earlier_sessions_are_among_the_inputs(house: House) -> None:
    """The next workitem lists what was delivered before."""
    plan = house.bring_plan()
    treat(house, house.prepare(plan), end_mu=12.5)
    (record,) = (one.uid for one in house.objects() if one.sop_class_uid == uids.RT_ION_BEAMS_RECORD)

    session = house.prepare(plan)

    shown = house.worklist.get(house.workitem(session).uid, [0x00404021], DEVICE)
    named = {str(element.value) for element in shown.iterall() if element.keyword == "ReferencedSOPInstanceUID"}
    assert named == {session.session_plan_uid, session.instruction_uid, record}


def test_canceling_gives_up_the_workitem_and_keeps_the_room(house: House) -> None:
    """CANCELED is both; the holder of the lock is remembered; completion is still due."""
    session, _ = house.running()

    canceled = house.schedule.cancel(session.id)

    row = house.workitem(session)
    assert (canceled.state, canceled.closed_at) == (SessionState.CANCELED, None)
    assert (row.state, row.holder) == (StepState.CANCELED, DEVICE)
    assert [event.kind for event in house.history()][-2:] == [EventKind.WORKITEM_CANCELED, EventKind.SESSION_CANCELED]


def test_a_session_is_canceled_once(house: House) -> None:
    """Canceled and completed ones cannot be canceled."""
    session = house.prepare()
    house.schedule.cancel(session.id)

    with pytest.raises(Conflict, match=rf"^session {session.id}: is canceled, only a prepared or active one can be canceled$"):
        house.schedule.cancel(session.id)
    house.schedule.complete(session.id)
    with pytest.raises(Conflict, match=rf"^session {session.id}: is completed, only"):
        house.schedule.cancel(session.id)


def test_a_session_is_not_completed_while_a_device_holds_its_workitem(house: House) -> None:
    """The sentence says who holds it and what to do; nothing has changed."""
    session, _ = house.running()
    uid = house.workitem(session).uid

    with pytest.raises(
        Conflict, match=rf"^session {session.id}: workitem {uid} is IN PROGRESS, held by DEVICE; expected it to be finished"
    ):
        house.schedule.complete(session.id)

    assert house.schedule.get(session.id).state is SessionState.ACTIVE


def test_completing_closes_the_session_at_that_moment(house: House) -> None:
    """A canceled session is completed like any other, once."""
    session, _ = house.running()
    house.schedule.cancel(session.id)
    house.clock.advance(minutes=5)

    completed = house.schedule.complete(session.id)

    assert (completed.state, completed.closed_at) == (SessionState.COMPLETED, house.clock.now())
    with pytest.raises(Conflict, match=rf"^session {session.id}: is completed already"):
        house.schedule.complete(session.id)


def test_completing_a_session_that_nobody_claimed_cancels_its_workitem(house: House) -> None:
    """The patient went home: no device finds the workitem as SCHEDULED any more."""
    session = house.prepare()

    house.schedule.complete(session.id)

    assert house.workitem(session).state is StepState.CANCELED


def test_an_unknown_session_is_named(house: House) -> None:
    """By number, in one sentence, whatever is asked of it."""
    for ask in (house.schedule.get, house.schedule.cancel, house.schedule.complete):
        with pytest.raises(Conflict, match=r"^session 404: is not known here"):
            ask(404)


def test_a_patient_who_sits_is_refused_only_when_speaking_as_stated(make_house: HouseMaker) -> None:
    """SITTING is no Patient Position of the TMS statement; with our own identity the plan is treated."""
    plan = make_ion_plan()
    assert plan.PatientSetupSequence[0].PatientPosition == "SITTING"
    own, stated = make_house(), make_house(identity=TMS_AS_STATED)
    own.bring_plan(plan)

    with pytest.raises(Refused, match=r"found Patient Position SITTING, expected one of FFP, FFS, HFP, HFS when speaking as stated$"):
        stated.prepare(plan)

    assert own.prepare(plan).state is SessionState.PREPARED


def test_a_check_in_that_loses_the_race_for_the_room_is_refused(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """The room is guarded by the database, not only by the look before; what the loser made is not visible."""
    plan = house.bring_plan()
    house.prepare(plan)
    before = house.objects()
    monkeypatch.setattr("workbench.workflow.schedule._must_be_free", lambda *_: None)

    with pytest.raises(Conflict, match=r"^room EYE1: has a session that is not completed"):
        house.prepare(plan)

    assert house.objects() == before


def test_an_imaging_session_needs_no_monitor_units(house: House) -> None:
    """Position acquisition of a plan at 0 MU: no tasks, the code for acquiring positions."""
    session = house.prepare(house.bring_plan(metersets_mu={1: 0.0}), kind=SessionKind.IMAGING)

    assert (session.tasks, house.workitem(session).code) == ((), "121707")
