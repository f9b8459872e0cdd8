"""TMS statement 1 to 4.1: who exchanges what, and the life of a session, as a device sees them over the wire."""

from __future__ import annotations

import pytest
from pydicom.dataset import Dataset
from pydicom.sequence import Sequence
from pynetdicom import AE, build_context, build_role

from tests.clinic import (
    DEVICE,
    LOCK,
    OTHER_LOCK,
    RIVAL,
    make_ct,
    make_record,
    make_registration,
    make_rt_image,
    make_table_position,
    study_keys,
)
from tests.iods.objects import make_item
from tests.network.wire import CT, FIND, MOVE, PULL, RECORD, VERIFICATION, act, answer, associated, find, move, send, set_progress
from tests.requirements.partner import Clinic, make_planning, make_stated_plan
from workbench.dicom import uids
from workbench.errors import Conflict


def inputs_of(workitem: Dataset) -> list[Dataset]:
    """What a workitem lists: one reference for each instance."""
    return [
        instance
        for study in workitem.InputInformationSequence
        for series in study.ReferencedSeriesSequence
        for instance in series.ReferencedSOPSequence
    ]


def test_r001_a_session_is_done_with_a_device_from_worklist_to_completion(clinic: Clinic) -> None:
    """Found, claimed, fetched, imaged, reported, recorded, completed: each step over the wire, each a success."""
    clinic.check_in()
    workitem = clinic.scheduled()
    uid = str(workitem.SOPInstanceUID)

    with associated(clinic.bench, PULL) as association:
        answers = [act(association, uid, "IN PROGRESS", LOCK)]
        plan = next(one for one in clinic.fetch(*(one.ReferencedSOPInstanceUID for one in inputs_of(workitem))) if "IonBeamSequence" in one)
        answers += clinic.store(make_ct(plan), make_record(plan))
        answers += [set_progress(association, uid, LOCK, "100"), act(association, uid, "COMPLETED", LOCK)]

    assert answers == [("0000", "")] * 5
    assert clinic.workitem(uid).ProcedureStepState == "COMPLETED"


def test_r002_plan_instruction_planning_ct_and_structure_set_are_offered(clinic: Clinic) -> None:
    """The workitem lists the four kinds of object, and all of them can be fetched."""
    plan = make_stated_plan()
    clinic.bring(*make_planning(plan))
    clinic.check_in(plan)
    workitem = clinic.scheduled()
    listed = inputs_of(workitem)

    fetched = clinic.fetch(*(one.ReferencedSOPInstanceUID for one in listed))

    assert sorted(one.SOPClassUID for one in fetched) == sorted(one.ReferencedSOPClassUID for one in listed)
    assert {one.SOPClassUID for one in fetched} == {
        uids.RT_ION_PLAN,
        uids.TRIAL_DELIVERY_INSTRUCTION,
        uids.CT_IMAGE,
        uids.RT_STRUCTURE_SET,
    }


def test_r003_results_images_structure_sets_and_registrations_are_received(clinic: Clinic) -> None:
    """What the device sends of the five kinds is found again with the session's patient."""
    running = clinic.claimed()
    sent = [make(running.plan) for make in (make_ct, make_rt_image, make_table_position, make_registration, make_record)]

    answers = clinic.store(*sent)

    assert answers == [("0000", "")] * 5
    for one in sent:
        (found,) = clinic.find("IMAGE", SOPInstanceUID=one.SOPInstanceUID, SOPClassUID="", PatientID="")
        assert (found.SOPClassUID, found.PatientID) == (one.SOPClassUID, "P-001")


def test_r004_the_provider_takes_no_role_of_a_user(clinic: Clinic) -> None:
    """A device that offers to be the storage provider itself (SCP/SCU role selection, PS3.7 D.3.3.4) is not taken up on it."""
    entity = AE(DEVICE)
    association = entity.associate(
        clinic.bench.address.host,
        clinic.bench.address.port,
        contexts=[build_context(CT)],
        ae_title=clinic.bench.address.ae_title,
        ext_neg=[build_role(CT, scu_role=True, scp_role=True)],
    )

    (context,) = association.accepted_contexts
    association.release()

    assert (context.as_scu, context.as_scp) == (True, False)
    assert association.acceptor.role_selection == {}


def test_r007_a_scenario_begins_with_a_query_for_workitems(clinic: Clinic) -> None:
    """A device that knows only its station, state and kind of work learns everything it needs next."""
    session = clinic.check_in()

    (workitem,) = clinic.worklist(
        ProcedureStepState="SCHEDULED",
        ScheduledStationNameCodeSequence=Sequence([make_item(CodeValue="EYE1")]),
        ScheduledWorkitemCodeSequence=Sequence([make_item(CodeValue="121726")]),
    )

    assert workitem.PatientID == "P-001"
    assert [one.ReferencedSOPInstanceUID for one in inputs_of(workitem)] == [session.session_plan_uid, session.instruction_uid]


def test_r008_the_client_claims_the_step(clinic: Clinic) -> None:
    """N-ACTION to IN PROGRESS; everybody in the room sees the state afterwards."""
    clinic.check_in()
    workitem = clinic.scheduled()

    with associated(clinic.bench, PULL) as association:
        assert act(association, workitem.SOPInstanceUID, "IN PROGRESS", LOCK) == ("0000", "")

    assert clinic.worklist(RIVAL, ProcedureStepState="SCHEDULED") == []
    assert [one.SOPInstanceUID for one in clinic.worklist(RIVAL, ProcedureStepState="IN PROGRESS")] == [workitem.SOPInstanceUID]


def test_r009_only_the_running_session_is_served(clinic: Clinic) -> None:
    """Another patient's plan is neither found, nor moved, nor is an image of his stored, while this one's are."""
    other = make_stated_plan(PatientID="P-002")
    clinic.bench.add_plan(other)
    running = clinic.claimed()

    with associated(clinic.bench, FIND, MOVE, CT) as association:
        found = [
            find(association, study_keys("IMAGE", SOPInstanceUID=uid), FIND) for uid in (other.SOPInstanceUID, running.session.plan_uid)
        ]
        moved = [
            answer(move(association, study_keys("IMAGE", SOPInstanceUID=uid), DEVICE))[0]
            for uid in (other.SOPInstanceUID, running.session.plan_uid)
        ]
        stored = [send(association, make_ct(plan))[0] for plan in (other, running.plan)]

    assert [len(matches) for matches, _ in found] == [0, 1]
    assert moved == ["C004", "0000"]
    assert stored == ["C001", "0000"]


def test_r010_the_restriction_ends_when_the_session_is_completed(clinic: Clinic) -> None:
    """The same query and the same move are answered once the user has completed the session."""
    other = make_stated_plan(PatientID="P-002")
    clinic.bench.add_plan(other)
    running = clinic.claimed()
    with associated(clinic.bench, PULL) as association:
        act(association, running.workitem, "COMPLETED", LOCK)
    before = clinic.find("IMAGE", SOPInstanceUID=other.SOPInstanceUID)

    clinic.bench.complete(running.session)

    assert before == []
    assert [one.SOPInstanceUID for one in clinic.find("IMAGE", SOPInstanceUID=other.SOPInstanceUID)] == [other.SOPInstanceUID]
    assert clinic.fetch(other.SOPInstanceUID)[0].PatientID == "P-002"


def stored_and_fetched(clinic: Clinic, sent: Dataset) -> Dataset:
    """An object that a device stored, as another fetch gets it."""
    assert clinic.store(sent) == [("0000", "")]
    (fetched,) = clinic.fetch(sent.SOPInstanceUID)
    return fetched


def test_r011_setup_ct_is_accepted(clinic: Clinic) -> None:
    """Stored, and handed out with the very pixels."""
    sent = make_ct(clinic.claimed().plan)

    assert stored_and_fetched(clinic, sent).PixelData == bytes(range(32))


def test_r012_planning_ct_is_delivered(clinic: Clinic) -> None:
    """A slice that the user imported is fetched by the device of the running session."""
    plan = make_stated_plan()
    ct, _ = make_planning(plan)
    clinic.bring(ct)
    clinic.claimed(plan)

    assert clinic.fetch(ct.SOPInstanceUID)[0].PixelData == bytes(range(32))


def test_r013_registrations_are_accepted(clinic: Clinic) -> None:
    """One between setup and planning images, its matrix as sent."""
    sent = make_registration(clinic.claimed().plan)

    fetched = stored_and_fetched(clinic, sent)

    assert fetched.RegistrationSequence == sent.RegistrationSequence


def test_r014_setup_rt_images_are_accepted(clinic: Clinic) -> None:
    """A radiograph in the session's study."""
    sent = make_rt_image(clinic.claimed().plan)

    assert stored_and_fetched(clinic, sent).RTImageLabel == "AXIAL"


def test_r015_a_structure_set_with_an_isocentre_is_accepted(clinic: Clinic) -> None:
    """The point where the isocentre of the volume was."""
    sent = make_table_position(clinic.claimed().plan)

    fetched = stored_and_fetched(clinic, sent)

    assert fetched.RTROIObservationsSequence[0].RTROIInterpretedType == "ACQ_ISOCENTER"
    assert fetched.ROIContourSequence[0].ContourSequence[0].ContourData == [0, 0, 0]


def test_r016_the_planning_structure_set_is_delivered(clinic: Clinic) -> None:
    """One that the user imported."""
    plan = make_stated_plan()
    _, structures = make_planning(plan)
    clinic.bring(structures)
    clinic.claimed(plan)

    assert clinic.fetch(structures.SOPInstanceUID)[0].StructureSetLabel == "Planning"


def test_r017_a_treatment_record_is_accepted(clinic: Clinic) -> None:
    """What was delivered is with the beam afterwards."""
    running = clinic.claimed()

    assert clinic.store(make_record(running.plan)) == [("0000", "")]
    assert list(clinic.bench.records.beams(session=running.session.id)["delivered_mu"]) == [40.0]


def test_r018_records_of_earlier_deliveries_are_delivered(clinic: Clinic) -> None:
    """The next session's workitem lists the record of the one before, and the device fetches it."""
    plan = make_stated_plan()
    first = clinic.claimed(plan)
    record = make_record(first.plan)
    assert clinic.store(record) == [("0000", "")]
    clinic.tidy()

    clinic.check_in(plan)
    workitem = clinic.scheduled()

    assert record.SOPInstanceUID in [one.ReferencedSOPInstanceUID for one in inputs_of(workitem)]
    assert clinic.fetch(record.SOPInstanceUID)[0].TreatmentSessionIonBeamSequence[0].DeliveredPrimaryMeterset == 40.0


def listed(clinic: Clinic, sop_class_uid: str) -> list[Dataset]:
    """The objects of a class that the only workitem lists, fetched."""
    workitem = clinic.workitem(clinic.claimed().workitem)
    return clinic.fetch(*(one.ReferencedSOPInstanceUID for one in inputs_of(workitem) if one.ReferencedSOPClassUID == sop_class_uid))


def test_r019_the_delivery_instruction_of_the_workitem_is_delivered(clinic: Clinic) -> None:
    """There is one, and it says what to treat."""
    (instruction,) = listed(clinic, uids.TRIAL_DELIVERY_INSTRUCTION)

    assert [(task.ReferencedBeamNumber, task.TreatmentDeliveryType) for task in instruction.BeamTaskSequence] == [(1, "TREATMENT")]


def test_r020_the_plan_of_the_workitem_is_delivered(clinic: Clinic) -> None:
    """There is one, and it has the beam with its monitor units."""
    (plan,) = listed(clinic, uids.RT_ION_PLAN)

    assert [one.BeamMeterset for one in plan.FractionGroupSequence[0].ReferencedBeamSequence] == [40.0]


def test_r021_a_plan_is_found_by_its_label(clinic: Clinic) -> None:
    """At image level; a label that no plan has finds nothing."""
    plan = make_stated_plan(RTPlanLabel="LEFT EYE")
    clinic.bench.add_plan(plan)

    found = clinic.find("IMAGE", RTPlanLabel="LEFT EYE", SOPInstanceUID="")

    assert [(one.SOPInstanceUID, one.RTPlanLabel) for one in found] == [(plan.SOPInstanceUID, "LEFT EYE")]
    assert clinic.find("IMAGE", RTPlanLabel="NO SUCH LABEL", SOPInstanceUID="") == []


def test_r022_the_worklist_is_answered(clinic: Clinic) -> None:
    """With the workitem of the patient who is checked in, and with nothing for another."""
    clinic.check_in(make_stated_plan(PatientID="P-022"))

    assert [one.ProcedureStepState for one in clinic.worklist(PatientID="P-022")] == ["SCHEDULED"]
    assert clinic.worklist(PatientID="P-404") == []


def test_r023_the_state_changes_on_n_action(clinic: Clinic) -> None:
    """IN PROGRESS, then COMPLETED."""
    running = clinic.claimed()
    before = clinic.workitem(running.workitem).ProcedureStepState

    with associated(clinic.bench, PULL) as association:
        assert act(association, running.workitem, "COMPLETED", LOCK) == ("0000", "")

    assert (before, clinic.workitem(running.workitem).ProcedureStepState) == ("IN PROGRESS", "COMPLETED")


def test_r024_progress_is_taken_by_n_set(clinic: Clinic) -> None:
    """The application knows the percentage that the device reported."""
    running = clinic.claimed()

    with associated(clinic.bench, PULL) as association:
        assert set_progress(association, running.workitem, LOCK, "37.5") == ("0000", "")

    assert [one.progress_percent for one in clinic.bench.workitems(running.session)] == [37.5]


def test_r025_an_echo_is_answered(clinic: Clinic) -> None:
    """C-ECHO, with success."""
    with associated(clinic.bench, VERIFICATION) as association:
        assert association.send_c_echo().Status == 0x0000


def test_r026_check_in_creates_the_workitem(clinic: Clinic) -> None:
    """Nothing of the patient is scheduled before, one workitem afterwards."""
    plan = clinic.bench.add_plan(make_stated_plan(PatientID="P-026"))
    before = clinic.worklist(PatientID="P-026")

    clinic.bench.check_in(plan)

    assert before == []
    assert [one.ProcedureStepState for one in clinic.worklist(PatientID="P-026")] == ["SCHEDULED"]


def test_r027_a_workitem_is_visible_once_created(clinic: Clinic) -> None:
    """On an association that has waited since before the check-in."""
    keys = Dataset()
    keys.SOPInstanceUID, keys.ProcedureStepState = "", "SCHEDULED"

    with associated(clinic.bench, PULL) as association:
        before, _ = find(association, keys, PULL)
        clinic.check_in()
        after, _ = find(association, keys, PULL)

    assert (len(before), len(after)) == (0, 1)


@pytest.mark.parametrize("claims", [False, True], ids=["scheduled", "in progress"])
def test_r028_the_user_can_cancel(clinic: Clinic, claims: bool) -> None:
    """Before a device claims and while it treats: the worklist has it no more, and the device hears that it is CANCELED."""
    session = clinic.claimed().session if claims else clinic.check_in()
    (workitem,) = clinic.worklist(PatientID="P-001", ProcedureStepState="IN PROGRESS" if claims else "SCHEDULED")

    clinic.bench.cancel(session)

    with associated(clinic.bench, PULL) as association:
        assert act(association, workitem.SOPInstanceUID, "CANCELED", LOCK)[0] == "B304"
    assert clinic.worklist(SOPInstanceUID=workitem.SOPInstanceUID) == []


def test_r029_after_a_cancel_every_request_of_the_session_is_rejected(clinic: Clinic) -> None:
    """N-ACTION, N-SET, C-STORE, C-FIND and C-MOVE, on associations that were open before."""
    running = clinic.claimed()
    plan_keys = study_keys("IMAGE", SOPInstanceUID=running.session.session_plan_uid)

    with associated(clinic.bench, PULL, FIND, MOVE, CT, RECORD) as association:
        clinic.bench.cancel(running.session)
        refused = [
            act(association, running.workitem, "COMPLETED", LOCK)[0],
            set_progress(association, running.workitem, LOCK)[0],
            send(association, make_ct(running.plan))[0],
            send(association, make_record(running.plan))[0],
            answer(move(association, plan_keys, DEVICE))[0],
        ]
        found, _ = find(association, plan_keys, FIND)

    assert refused == ["C300", "C300", "C001", "C001", "C004"]
    assert (found, clinic.worklist(SOPInstanceUID=running.workitem)) == ([], [])


def test_r030_a_canceled_session_has_to_be_completed_too(clinic: Clinic) -> None:
    """Until then nobody else is checked in, and nothing is on the worklist."""
    plan = clinic.bench.add_plan(make_stated_plan(PatientID="P-030"))
    session = clinic.check_in()
    clinic.bench.cancel(session)

    with pytest.raises(Conflict, match=rf"^room EYE1: session {session.id} is canceled, expected it to be completed"):
        clinic.bench.check_in(plan)
    blocked = clinic.worklist(PatientID="P-030")
    clinic.bench.complete(session)
    clinic.bench.check_in(plan)

    assert blocked == []
    assert [one.ProcedureStepState for one in clinic.worklist(PatientID="P-030")] == ["SCHEDULED"]


def test_r031_one_session_at_a_time(clinic: Clinic) -> None:
    """While one is claimed, and when its device has finished, until the user completes it: no other workitem can be claimed."""
    plan = clinic.bench.add_plan(make_stated_plan(PatientID="P-031"))
    running = clinic.claimed()

    with pytest.raises(Conflict, match="is active, expected it to be completed"):
        clinic.bench.check_in(plan)
    with associated(clinic.bench, PULL) as association:
        act(association, running.workitem, "COMPLETED", LOCK)
    with pytest.raises(Conflict, match="is active, expected it to be completed"):
        clinic.bench.check_in(plan)
    clinic.bench.complete(running.session)
    clinic.bench.check_in(plan)

    workitem = clinic.scheduled()
    with associated(clinic.bench, PULL, calling=RIVAL) as rival:
        assert act(rival, workitem.SOPInstanceUID, "IN PROGRESS", OTHER_LOCK) == ("0000", "")
