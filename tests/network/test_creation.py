"""N-CREATE on the final Push: what it needs, what it becomes, and how a workitem of no session lives in its room."""

from __future__ import annotations

from typing import Any

import pytest
from pydicom.dataset import Dataset
from pynetdicom.association import Association

from tests.clinic import DEVICE, LOCK, BenchMaker, make_ion_plan, make_record, worklist_keys
from tests.network.state_table import FINAL, OK, TRIAL, ask, change, code, performed, request_cancel
from tests.network.wire import RECORD, answer, associated, find, prepare, send
from workbench.bench import Workbench
from workbench.errors import Conflict
from workbench.events import EventKind
from workbench.settings import Peer, Room

UID = "2.25.7"
EMPTY_SEQUENCES = """
    ScheduledProcessingParametersSequence ScheduledStationClassCodeSequence ScheduledStationGeographicLocationCodeSequence
    InputInformationSequence OtherPatientIDsSequence IssuerOfPatientIDQualifiersSequence IssuerOfAdmissionIDSequence
    AdmittingDiagnosesCodeSequence ReferencedRequestSequence ProcedureStepProgressInformationSequence
    UnifiedProcedureStepPerformedProcedureSequence
""".split()
EMPTY_TEXTS = """
    TransactionUID CommentsOnTheScheduledProcedureStep IssuerOfPatientID AdmissionID AdmittingDiagnosesDescription PatientBirthDate
    PatientSex
""".split()


def order(**changes: Any) -> Dataset:
    """A workitem as a scheduler creates it: types 1 with a value, types 2 at least empty (PS3.4 Table CC.2.5-3); None leaves one out."""
    made = Dataset()
    for keyword in EMPTY_SEQUENCES:
        setattr(made, keyword, [])
    for keyword in EMPTY_TEXTS:
        setattr(made, keyword, "")
    made.ScheduledProcedureStepPriority, made.ProcedureStepLabel, made.WorklistLabel = "HIGH", "Machine check", "Mornings"
    made.ScheduledProcedureStepStartDateTime, made.InputReadinessState = "20240603070000+0000", "READY"
    made.ScheduledStationNameCodeSequence = [code("EYE1", "99OPW", "EYE1")]
    made.ScheduledWorkitemCodeSequence = [code("121728", "DCM", "RT Treatment QA with Internal Verification")]
    made.PatientName, made.PatientID = "Phantom", "QA-1"
    made.ProcedureStepState = "SCHEDULED"
    for keyword, value in changes.items():
        if value is None:
            delattr(made, keyword)
        else:
            setattr(made, keyword, value)
    return made


def create(association: Association, attributes: Dataset, uid: str | None = UID) -> tuple[str, str]:
    """N-CREATE."""
    status, _ = association.send_n_create(attributes, FINAL.push, uid)
    return answer(status)


def test_a_workitem_is_created_found_and_finished(provider: Workbench) -> None:
    """Created SCHEDULED, found by its code in both dialects, claimed, performed and completed, all over the wire."""
    with associated(provider, FINAL.push, FINAL.pull, TRIAL.pull) as association:
        created = create(association, order())
        key = worklist_keys(ScheduledWorkitemCodeSequence=[code("121728", "DCM", "")], InputReadinessState="READY")
        del key.ScheduledWorkitemCodeSequence[0].CodeMeaning
        final, _ = find(association, key, FINAL.pull)
        trial, _ = find(association, worklist_keys(InputAvailabilityFlag="COMPLETE"), TRIAL.pull)
        answers = [
            ask(association, FINAL, "IN PROGRESS", UID, LOCK),
            change(association, FINAL, UID, LOCK, UnifiedProcedureStepPerformedProcedureSequence=[performed()]),
            ask(association, FINAL, "COMPLETED", UID, LOCK),
        ]

    assert created == (OK, "")
    assert [[one.SOPInstanceUID for one in found] for found in (final, trial)] == [[UID], [UID]]
    assert answers == [(OK, "")] * 3
    (row,) = provider.workitems()
    assert (row.session_id, row.room, row.code, row.state.value) == (None, "EYE1", "121728", "COMPLETED")
    kinds = [one.kind for one in provider.history(subject=UID)]
    assert kinds[0] is EventKind.WORKITEM_SCHEDULED


@pytest.mark.parametrize("state", ["SCHEDULED", "IN PROGRESS", "COMPLETED", "CANCELED"])
def test_a_workitem_that_exists_is_not_created_again(provider: Workbench, state: str) -> None:
    """0111 in every state, whatever state the request names; what is there stays as it is."""
    with associated(provider, FINAL.push, FINAL.pull, TRIAL.pull) as association:
        create(association, order())
        for step in {"SCHEDULED": (), "IN PROGRESS": (state,)}.get(state, ("IN PROGRESS", state)):
            assert ask(association, TRIAL, step, UID, LOCK) == (OK, "")
        again = [create(association, order()), create(association, order(ProcedureStepState="COMPLETED"))]

    assert again == [("0111", "A workitem of this UID exists")] * 2
    assert [one.state.value for one in provider.workitems()] == [state]


@pytest.mark.parametrize("state", ["IN PROGRESS", "COMPLETED", "CANCELED", "BOGUS"])
def test_a_workitem_is_created_in_no_other_state(provider: Workbench, state: str) -> None:
    """C309, and nothing is there."""
    with associated(provider, FINAL.push) as association:
        assert create(association, order(ProcedureStepState=state)) == ("C309", "A workitem is created SCHEDULED")

    assert provider.workitems() == []


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"ScheduledProcedureStepPriority": None}, ("0120", "ScheduledProcedureStepPriority is missing")),
        ({"ProcedureStepState": None}, ("0120", "ProcedureStepState is missing")),
        ({"InputReadinessState": None, "PatientSex": None}, ("0120", "InputReadinessState is missing (+1)")),
        ({"AdmittingDiagnosesCodeSequence": None}, ("0120", "AdmittingDiagnosesCodeSequence is missing")),
        ({"ProcedureStepLabel": ""}, ("0121", "ProcedureStepLabel is empty")),
        ({"ScheduledProcedureStepStartDateTime": ""}, ("0121", "ScheduledProcedureStepStartDateTime is empty")),
        ({"ScheduledProcedureStepPriority": "URGENT"}, ("0106", "ScheduledProcedureStepPriority is not a defined value")),
        ({"InputReadinessState": "COMPLETE"}, ("0106", "InputReadinessState is not a defined value")),
        ({"SOPInstanceUID": UID}, ("0106", "SOPInstanceUID is not allowed")),
        (
            {"ScheduledStationNameCodeSequence": [code("EYE9", "99OPW", "EYE9")]},
            ("0106", "Scheduled Station is that of no room here"),
        ),
        ({"ScheduledWorkitemCodeSequence": [Dataset()]}, ("0120", "CodeValue is missing (+1)")),
    ],
    ids=lambda value: next(iter(value)) if isinstance(value, dict) else "",
)
def test_what_a_creation_needs(provider: Workbench, changes: dict[str, Any], expected: tuple[str, str]) -> None:
    """0120 what is missing, 0121 what has no value, 0106 what is not allowed or not defined; nothing is created."""
    with associated(provider, FINAL.push) as association:
        assert create(association, order(**changes)) == expected

    assert provider.workitems() == []


def test_a_creation_names_its_instance(provider: Workbench) -> None:
    """The sender chooses the UID (PS3.4 CC.2.5.2): without one, or with what is none, it is 0117."""
    with associated(provider, FINAL.push) as association:
        assert create(association, order(), None) == ("0117", "Affected SOP Instance UID is missing")
        assert create(association, order(), "1.2.03") == ("0117", "Affected SOP Instance UID is no UID")


def test_what_was_filled_in_or_left_out_is_told(provider: Workbench) -> None:
    """B300 names the station and the label that were filled in, and what workitems do not have."""
    attributes = order(ScheduledStationNameCodeSequence=[], WorklistLabel="", RTPlanLabel="X")

    with associated(provider, FINAL.push, FINAL.pull) as association:
        created = create(association, attributes)
        (found,), _ = find(association, worklist_keys(WorklistLabel="", ScheduledStationNameCodeSequence=[], RTPlanLabel=""), FINAL.pull)

    assert created == ("B300", "Changed: RTPlanLabel, ScheduledStationNameCodeSequence, Workl...")
    assert (found.WorklistLabel, found.ScheduledStationNameCodeSequence[0].CodeValue, found.RTPlanLabel) == ("EYE1", "EYE1", "")


def test_a_created_workitem_joins_the_session_of_its_patient(provider: Workbench) -> None:
    """For the session's patient it belongs to it, and is given up with it; for another it belongs to none."""
    session, _ = prepare(provider)

    with associated(provider, FINAL.push) as association:
        create(association, order(PatientID=session.patient_id))
        create(association, order(), "2.25.8")
    provider.complete(session)

    assert {one.uid: (one.session_id, one.state.value) for one in provider.workitems() if one.uid in {UID, "2.25.8"}} == {
        UID: (session.id, "CANCELED"),
        "2.25.8": (None, "SCHEDULED"),
    }


def test_a_workitem_of_no_session_waits_while_a_session_runs(provider: Workbench) -> None:
    """Only the running session's requests are served: it is not found and unknown until that is completed."""
    session, workitem = prepare(provider)
    with associated(provider, FINAL.push, FINAL.pull, TRIAL.pull) as association:
        create(association, order())
        assert ask(association, TRIAL, "IN PROGRESS", workitem, LOCK) == (OK, "")

        found, _ = find(association, worklist_keys(), FINAL.pull)
        claim, _ = ask(association, FINAL, "IN PROGRESS", UID, "2.25.99")
        ask(association, TRIAL, "COMPLETED", workitem, LOCK)
        provider.complete(session)
        later = ask(association, FINAL, "IN PROGRESS", UID, "2.25.99")

    assert ([one.SOPInstanceUID for one in found], claim, later) == ([workitem], "C307", (OK, ""))


def test_a_workitem_of_no_session_holds_its_room(provider: Workbench) -> None:
    """While it is IN PROGRESS no session is claimed in its room, and no object is stored."""
    _, workitem = prepare(provider)
    with associated(provider, FINAL.push, FINAL.pull, TRIAL.pull, RECORD) as association:
        create(association, order())
        assert ask(association, FINAL, "IN PROGRESS", UID, LOCK) == (OK, "")

        claim, _ = ask(association, TRIAL, "IN PROGRESS", workitem, "2.25.99")
        stored, _ = send(association, make_record(make_ion_plan()))
        assert ask(association, FINAL, "CANCELED", UID, LOCK) == (OK, "")
        later = ask(association, TRIAL, "IN PROGRESS", workitem, "2.25.99")

    assert (claim, stored, later) == ("C307", "C001", (OK, ""))


def test_a_peer_of_no_room_schedules_watches_and_asks_to_cancel_but_performs_nothing(make_bench: BenchMaker) -> None:
    """It must name the station; then it reads, finds and has canceled what it may not claim."""
    provider = make_bench(
        listen=True,
        rooms=(Room(name="EYE1", station_code="EYE1", calling_ae_titles=(DEVICE,)),),
        peers=(Peer(ae_title="PLANNER", host="127.0.0.1", port=11113),),
    )
    query = "1.2.840.10008.5.1.4.34.6.5"

    with associated(provider, FINAL.push, FINAL.pull, FINAL.watch, query, calling="PLANNER") as association:
        nowhere = create(association, order(ScheduledStationNameCodeSequence=[]))
        created = create(association, order())
        found, _ = find(association, worklist_keys(), query)
        status, read = association.send_n_get([0x00741204], FINAL.push, UID, meta_uid=FINAL.watch)
        claim, _ = ask(association, FINAL, "IN PROGRESS", UID, LOCK)
        canceled = request_cancel(association, FINAL, UID)

    assert nowhere == ("0121", "ScheduledStationNameCodeSequence has no value")
    assert (created, canceled, claim) == ((OK, ""), (OK, ""), "C307")
    assert ([one.SOPInstanceUID for one in found], status.Status, read.ProcedureStepLabel) == ([UID], 0x0000, "Machine check")
    assert [one.state.value for one in provider.workitems()] == ["CANCELED"]


@pytest.mark.parametrize("state", ["SCHEDULED", "IN PROGRESS"])
def test_the_user_withdraws_a_workitem_of_no_session(provider: Workbench, state: str) -> None:
    """Whoever holds it: it is CANCELED with moment and reason, its room is free, and its holder hears B304."""
    with associated(provider, FINAL.push, FINAL.pull) as association:
        create(association, order())
        if state == "IN PROGRESS":
            assert ask(association, FINAL, state, UID, LOCK) == (OK, "")

        provider.withdraw(UID)

        answered, _ = ask(association, FINAL, "CANCELED", UID, LOCK)
        _, read = association.send_n_get([0x00741002], FINAL.push, UID, meta_uid=FINAL.pull)
    assert answered == ("B304" if state == "IN PROGRESS" else "C301")
    (told,) = read.ProcedureStepProgressInformationSequence
    assert told.ProcedureStepCancellationDateTime.startswith("20240603081500")
    assert told.ProcedureStepDiscontinuationReasonCodeSequence[0].CodeValue == "110513"


def test_what_cannot_be_withdrawn_says_why(provider: Workbench) -> None:
    """A session's workitem goes with its session, a final one stays, an unknown one is not there."""
    _, of_session = prepare(provider)
    with associated(provider, FINAL.push) as association:
        create(association, order())
    provider.withdraw(UID)

    for uid, sentence in ((of_session, "cancel the session instead"), (UID, "it is CANCELED already"), ("2.25.404", "no such workitem")):
        with pytest.raises(Conflict, match=sentence):
            provider.withdraw(uid)
