"""The worklist over its whole life: found, claimed, reported on, finished; with the session around it."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from threading import Barrier
from typing import Any

import pytest
from pydicom.dataset import Dataset

from tests.clinic import DEVICE, LOCK, OTHER_LOCK, RIVAL, make_ion_plan, worklist_keys
from tests.workflow.house import TWO_ROOMS, House, HouseMaker
from workbench.archive.rows import SessionState, StepState
from workbench.errors import Conflict, Refused
from workbench.events import EventKind
from workbench.workflow.ups import Request, UpsRule


def progress(percent: float, text: str = "Beam 1") -> Dataset:
    """What an N-SET of progress brings."""
    item = Dataset()
    item.ProcedureStepProgress, item.ProcedureStepProgressDescription = str(percent), text
    changes = Dataset()
    changes.ProcedureStepProgressInformationSequence = [item]
    return changes


def found(house: House, actor: str = DEVICE, **keys: Any) -> list[str]:
    """UIDs that a worklist query finds."""
    return [str(one.SOPInstanceUID) for one in house.worklist.find(worklist_keys(**keys), actor)]


def rule_of(house: House, uid: str, request: Request, lock: str | None, actor: str = DEVICE) -> str:
    """The rule that refuses a request."""
    with pytest.raises(Conflict) as refusal:
        house.worklist.act(uid, request, lock, actor)
    return refusal.value.rule


def test_a_claim_makes_workitem_and_session_run(house: House) -> None:
    """IN PROGRESS, held by who asked, under the lock brought; the session is active; one event says so."""
    session = house.prepare()
    uid = house.workitem(session).uid
    house.clock.advance(seconds=5)

    house.worklist.act(uid, Request.CLAIM, LOCK, DEVICE)

    row = house.workitem(session)
    assert (row.state, row.lock, row.holder, row.changed_at) == (StepState.IN_PROGRESS, LOCK, DEVICE, house.clock.now())
    assert house.schedule.get(session.id).state is SessionState.ACTIVE
    (event,) = house.history(EventKind.WORKITEM_CLAIMED)
    assert (event.subject, event.actor, event.detail) == (uid, DEVICE, {"session": session.id, "code": "121726"})


def test_the_holder_finishes_what_it_claimed(house: House) -> None:
    """COMPLETED keeps lock and holder, and the session stays active until the user completes it."""
    session = house.prepare()
    uid = house.claim(session)

    house.worklist.act(uid, Request.COMPLETE, LOCK, DEVICE)

    row = house.workitem(session)
    assert (row.state, row.lock, row.holder) == (StepState.COMPLETED, LOCK, DEVICE)
    assert house.schedule.get(session.id).state is SessionState.ACTIVE


def test_a_second_claimer_is_told_who_holds_the_workitem_but_not_the_lock(house: House) -> None:
    """C301 for a lock of its own; the sentence and the comment name the holder."""
    session = house.prepare()
    uid = house.claim(session)

    with pytest.raises(Conflict) as refusal:
        house.worklist.act(uid, Request.CLAIM, OTHER_LOCK, RIVAL)

    assert refusal.value.rule == UpsRule.WRONG_LOCK
    assert str(refusal.value) == (
        f"workitem {uid}: IN PROGRESS refused, it is IN PROGRESS, held by DEVICE; the Transaction UID is missing or not the holder's"
    )
    assert refusal.value.comment == "Held by DEVICE: wrong or missing Transaction UID"
    assert LOCK not in str(refusal.value)


def test_the_holders_own_second_claim_is_refused_as_claimed_already(house: House) -> None:
    """C302 for the lock that holds it, from whatever AE title it comes: the lock is the key."""
    uid = house.claim(house.prepare())

    assert rule_of(house, uid, Request.CLAIM, LOCK) == UpsRule.ALREADY_IN_PROGRESS
    assert rule_of(house, uid, Request.CLAIM, LOCK, RIVAL) == UpsRule.ALREADY_IN_PROGRESS


def test_the_value_of_the_lock_is_compared_not_its_presence(house: House) -> None:
    """A rival cannot complete, cancel or report with a Transaction UID of its own, nor without one; nothing has changed then."""
    session = house.prepare()
    uid = house.claim(session)
    before = house.workitem(session)

    rules = {rule_of(house, uid, request, lock, RIVAL) for request in (Request.COMPLETE, Request.CANCEL) for lock in (OTHER_LOCK, None, "")}
    with pytest.raises(Conflict) as refusal:
        house.worklist.change(uid, progress(50), OTHER_LOCK, RIVAL)

    assert rules | {refusal.value.rule} == {UpsRule.WRONG_LOCK}
    assert house.workitem(session) == before


def test_sixteen_devices_claim_at_once_and_one_wins(house: House) -> None:
    """Fifteen hear that the lock is another's; the history holds one claim and fifteen refusals."""
    session = house.prepare()
    uid = house.workitem(session).uid
    start = Barrier(16)

    def claim(number: int) -> str:
        start.wait()
        try:
            house.worklist.act(uid, Request.CLAIM, f"2.25.{number}", f"DEV{number}")
        except Conflict as refusal:
            return refusal.rule
        return f"DEV{number}"

    with ThreadPoolExecutor(16) as pool:
        answers = list(pool.map(claim, range(1, 17)))

    winners = [answer for answer in answers if answer.startswith("DEV")]
    assert len(winners) == 1
    assert house.workitem(session).holder == winners[0]
    assert answers.count(UpsRule.WRONG_LOCK) == 15
    assert len(house.history(EventKind.WORKITEM_CLAIMED)) == 1
    assert len(house.history(EventKind.REQUEST_REFUSED)) == 15


def test_every_refusal_is_in_the_history_without_the_lock(house: House) -> None:
    """What, by which rule and why, for the UID and the AE title."""
    uid = house.claim(house.prepare())

    rule_of(house, uid, Request.COMPLETE, OTHER_LOCK, RIVAL)

    (event,) = house.history(EventKind.REQUEST_REFUSED)
    assert (event.subject, event.actor, event.detail["what"], event.detail["rule"]) == (
        uid,
        RIVAL,
        "N-ACTION to COMPLETED",
        "ups-wrong-lock",
    )
    assert LOCK not in str(event.detail)
    assert OTHER_LOCK not in str(event.detail)


def test_progress_replaces_the_sequence_instead_of_growing_it(house: House) -> None:
    """Two N-SETs leave one item with the second's values, in the row as well, and N-GET shows it."""
    session = house.prepare()
    uid = house.claim(session)

    house.worklist.change(uid, progress(25, "Beam 1: 10 of 40 MU"), LOCK, DEVICE)
    house.worklist.change(uid, progress(50, "Beam 1: 20 of 40 MU"), LOCK, DEVICE)

    row = house.workitem(session)
    shown = house.worklist.get(uid, [0x00741002], DEVICE)
    assert (row.progress_percent, row.progress_text) == (50.0, "Beam 1: 20 of 40 MU")
    assert [str(item.ProcedureStepProgress) for item in shown.ProcedureStepProgressInformationSequence] == ["50"]
    assert [event.detail["percent"] for event in house.history(EventKind.WORKITEM_PROGRESSED)] == [25.0, 50.0]


def test_the_same_report_twice_changes_nothing_more(house: House) -> None:
    """A device that lost the answer repeats its N-SET."""
    session = house.prepare()
    uid = house.claim(session)
    house.worklist.change(uid, progress(25), LOCK, DEVICE)
    once = house.workitem(session)

    house.worklist.change(uid, progress(25), LOCK, DEVICE)

    assert house.workitem(session) == once


@pytest.mark.parametrize(
    "keyword",
    """
    SOPClassUID SOPInstanceUID ProcedureStepState PatientName PatientID IssuerOfPatientID IssuerOfPatientIDQualifiersSequence
    PatientBirthDate PatientSex AdmissionID IssuerOfAdmissionIDSequence AdmittingDiagnosesDescription AdmittingDiagnosesCodeSequence
    ReferencedRequestSequence ReplacedProcedureStepSequence
    """.split(),
)
def test_an_attribute_that_is_never_set_takes_the_whole_request_with_it(house: House, keyword: str) -> None:
    """All or none, for each that PS3.4 Table CC.2.5-3 does not allow, even without a value: the progress beside it is not written."""
    session = house.prepare()
    uid = house.claim(session)
    before, changes = house.workitem(session), progress(25)
    setattr(changes, keyword, [] if keyword.endswith("Sequence") else "")

    with pytest.raises(Refused, match=rf"^workitem {uid}: {keyword} cannot be set") as refusal:
        house.worklist.change(uid, changes, LOCK, DEVICE)

    assert refusal.value.rule == "not-settable"
    assert house.workitem(session) == before


def test_a_scheduled_workitem_is_set_without_a_transaction_uid(house: House) -> None:
    """It has no lock yet; one that is brought is refused."""
    session = house.prepare()
    uid = house.workitem(session).uid

    house.worklist.change(uid, progress(0, "Getting ready"), None, DEVICE)

    assert house.workitem(session).progress_text == "Getting ready"
    with pytest.raises(Conflict) as refusal:
        house.worklist.change(uid, progress(0), LOCK, DEVICE)
    assert refusal.value.rule == UpsRule.NOT_IN_PROGRESS


def test_only_requested_keys_are_answered(house: House) -> None:
    """The identifier's keys and the character set, not the whole object."""
    session = house.prepare()
    keys = worklist_keys(PatientID="", ScheduledProcedureStepPriority="")

    (answer,) = house.worklist.find(keys, DEVICE)

    assert {element.keyword for element in answer} <= {element.keyword for element in keys} | {"SpecificCharacterSet"}
    assert (answer.SOPInstanceUID, answer.ProcedureStepState, answer.PatientID) == (house.workitem(session).uid, "SCHEDULED", "P-001")


def test_the_lock_is_neither_a_key_nor_an_answer(house: House) -> None:
    """Asked for empty, it is not answered; asked for by value, nothing matches; N-GET never gives it."""
    uid = house.claim(house.prepare())

    (answer,) = house.worklist.find(worklist_keys(TransactionUID=""), DEVICE)

    assert "TransactionUID" not in answer
    assert found(house, TransactionUID=LOCK) == []
    assert "TransactionUID" not in house.worklist.get(uid, [], DEVICE)
    assert house.worklist.get(uid, [0x00081195, 0x00080016, 0x00080018], DEVICE) == Dataset()


@pytest.mark.parametrize(
    ("keys", "matches"),
    [
        ({"ProcedureStepState": "SCHEDULED"}, True),
        ({"ProcedureStepState": "IN PROGRESS"}, False),
        ({"ProcedureStepState": "BOGUS"}, False),
        ({"PatientID": "P-001"}, True),
        ({"PatientID": "P-0*"}, True),
        ({"PatientID": "P-002"}, False),
        ({"PatientName": "doe^*"}, True),
        ({"PatientName": "Smith^*"}, False),
        ({"ScheduledProcedureStepStartDateTime": "20240603-"}, True),
        ({"ScheduledProcedureStepStartDateTime": "-20240602"}, False),
        ({"ScheduledProcedureStepStartDateTime": "20240603-20240604"}, True),
        ({"SOPInstanceUID": "2.25.404"}, False),
    ],
)
def test_a_worklist_query_matches_by_its_keys(house: House, keys: dict[str, Any], matches: bool) -> None:
    """Single values, wildcards on names and IDs, ranges on moments; the plan is Doe^Jane's, P-001, prepared on 3 June 2024."""
    session = house.prepare()

    assert found(house, DEVICE, **keys) == ([house.workitem(session).uid] if matches else [])


def test_a_workitem_is_asked_for_by_one_uid(house: House) -> None:
    """A list of UID is for studies, series and instances; for a workitem it is refused (PS3.4 Table CC.2.5-3)."""
    uid = house.workitem(house.prepare()).uid

    with pytest.raises(Refused, match=r"^worklist query: found 2 SOP Instance UIDs, expected one$") as refusal:
        found(house, SOPInstanceUID=["2.25.404", uid])

    assert refusal.value.rule == "identifier"


@pytest.mark.parametrize(("keyword", "code"), [("ScheduledWorkitemCodeSequence", "121726"), ("ScheduledStationNameCodeSequence", "EYE1")])
def test_sequences_match_by_their_code(house: House, keyword: str, code: str) -> None:
    """The workitem code of a treatment and the room's station match, other codes do not."""
    uid = house.workitem(house.prepare()).uid
    right, wrong = Dataset(), Dataset()
    right.CodeValue, wrong.CodeValue = code, "404"

    assert (found(house, DEVICE, **{keyword: [right]}), found(house, DEVICE, **{keyword: [wrong]})) == ([uid], [])


def test_a_workitem_of_another_room_is_unknown(make_house: HouseMaker) -> None:
    """A device of EYE2 neither finds nor claims what is scheduled in EYE1; the answer is as for a UID that never was."""
    house = make_house(rooms=TWO_ROOMS)
    uid = house.workitem(house.prepare(room="EYE1")).uid

    assert (found(house, DEVICE), found(house, "DEVICE2")) == ([uid], [])
    assert rule_of(house, uid, Request.CLAIM, LOCK, "DEVICE2") == UpsRule.UNKNOWN
    assert rule_of(house, "2.25.404", Request.CLAIM, LOCK) == UpsRule.UNKNOWN


def test_an_ae_title_of_no_room_is_not_served(make_house: HouseMaker) -> None:
    """It hears that it is not authorised, by C-FIND and by N-ACTION."""
    house = make_house(rooms=TWO_ROOMS)
    uid = house.workitem(house.prepare(room="EYE1")).uid

    with pytest.raises(Refused) as by_find:
        found(house, "STRANGER")
    with pytest.raises(Refused) as by_action:
        house.worklist.act(uid, Request.CLAIM, LOCK, "STRANGER")

    assert (by_find.value.rule, by_action.value.rule) == ("not-authorised", "not-authorised")


def test_while_a_session_runs_earlier_workitems_of_its_room_are_unknown(house: House) -> None:
    """Only requests of the running session are served (TMS statement 4.1.1); before the claim the earlier one is still shown."""
    first = house.prepare()
    old = house.claim(first)
    house.worklist.act(old, Request.COMPLETE, LOCK, DEVICE)
    house.schedule.complete(first.id)
    second = house.prepare()
    new = house.workitem(second).uid
    before = found(house)

    house.claim(second)

    assert (sorted(before), found(house)) == (sorted([old, new]), [new])
    assert rule_of(house, old, Request.CANCEL, LOCK) == UpsRule.UNKNOWN
    with pytest.raises(Conflict, match=r"there is no such workitem here"):
        house.worklist.get(old, [], DEVICE)


def test_a_canceled_session_refuses_whatever_the_lock(house: House) -> None:
    """N-ACTION to CANCELED is B304, all else C300, and the worklist does not show it: before any look at locks."""
    session = house.prepare()
    uid = house.claim(session)
    house.schedule.cancel(session.id)

    for lock in (LOCK, OTHER_LOCK, None):
        assert rule_of(house, uid, Request.CANCEL, lock) == UpsRule.ALREADY_CANCELED
        for request in (Request.CLAIM, Request.COMPLETE, Request.UNCLAIM):
            assert rule_of(house, uid, request, lock) == UpsRule.NO_LONGER_UPDATABLE
        with pytest.raises(Conflict) as refusal:
            house.worklist.change(uid, progress(50), lock, DEVICE)
        assert refusal.value.rule == UpsRule.NO_LONGER_UPDATABLE
    assert found(house) == []


def test_a_final_workitem_refuses_by_the_table(house: House) -> None:
    """Completed over the wire: again is B306, cancel C300, a report C300, another's C301."""
    uid = house.claim(house.prepare())
    house.worklist.act(uid, Request.COMPLETE, LOCK, DEVICE)

    assert rule_of(house, uid, Request.COMPLETE, LOCK) == UpsRule.ALREADY_COMPLETED
    assert rule_of(house, uid, Request.CANCEL, LOCK) == UpsRule.NO_LONGER_UPDATABLE
    assert rule_of(house, uid, Request.COMPLETE, OTHER_LOCK) == UpsRule.WRONG_LOCK
    with pytest.raises(Conflict) as refusal:
        house.worklist.change(uid, progress(50), LOCK, DEVICE)
    assert refusal.value.rule == UpsRule.NO_LONGER_UPDATABLE


def test_a_workitem_names_the_push_class_and_lists_its_inputs(house: House) -> None:
    """SOP class Push of the trial; inputs are session plan and instruction, to be fetched from us."""
    session = house.prepare(house.bring_plan(make_ion_plan()))

    (answer,) = house.worklist.find(worklist_keys(SOPClassUID="", InputInformationSequence=[]), DEVICE)

    instances = {
        str(item.ReferencedSOPInstanceUID)
        for study in answer.InputInformationSequence
        for series in study.ReferencedSeriesSequence
        for item in series.ReferencedSOPSequence
    }
    assert answer.SOPClassUID == "1.2.840.10008.5.1.4.34.4.1"
    assert instances == {session.session_plan_uid, session.instruction_uid}


def test_a_claim_that_loses_the_race_after_the_look_is_refused(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """The state is guarded in the update itself, not only in the look before it."""
    session = house.prepare()
    uid = house.workitem(session).uid
    stale = house.workitem(session)
    house.claim(session, RIVAL, OTHER_LOCK)
    monkeypatch.setattr("workbench.archive.workitems.Workitems.get", lambda *_: replace(stale))

    assert rule_of(house, uid, Request.CLAIM, LOCK) == UpsRule.WRONG_LOCK
    monkeypatch.undo()
    assert house.workitem(session).holder == RIVAL


def test_a_change_in_an_unknown_character_set_is_refused(house: House) -> None:
    """No text of it can be read; nothing is changed."""
    uid = house.claim(house.prepare())
    changes = progress(50)
    changes.SpecificCharacterSet = "ISO_IR 999"

    with pytest.raises(Refused) as refusal:
        house.worklist.change(uid, changes, LOCK, DEVICE)

    assert (refusal.value.rule, refusal.value.comment) == ("attribute-value", "Specific Character Set ISO_IR 999 is not supported")
