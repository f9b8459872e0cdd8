"""What a device may store: the session's gate first, then the object's rows, then its identity; and never half of it."""

from __future__ import annotations

import logging
from copy import deepcopy
from typing import Any

import pytest
from pydicom.dataset import Dataset

from tests.clinic import (
    DEVICE,
    LOCK,
    make_ct,
    make_ion_plan,
    make_record,
    make_registration,
    make_table_position,
)
from tests.workflow.house import TWO_ROOMS, House, HouseMaker
from workbench.archive.database import Database
from workbench.archive.rows import Origin
from workbench.dicom import part10, uids
from workbench.errors import Conflict, Refused, WorkbenchError
from workbench.events import EventKind
from workbench.treatment.delivery import Termination
from workbench.workflow.ups import Request


def refusal_of(house: House, dataset: Dataset, actor: str = DEVICE) -> WorkbenchError:
    """Why a C-STORE is refused; nothing has been kept then, and the history says so."""
    before, told = house.objects(), len(house.history(EventKind.OBJECT_REFUSED))
    with pytest.raises((Refused, Conflict)) as refusal:
        house.store(dataset, actor)
    assert house.objects() == before
    assert len(house.history(EventKind.OBJECT_REFUSED)) == told + 1
    return refusal.value


@pytest.mark.parametrize("make", [make_ct, make_table_position, make_registration])
def test_a_setup_object_of_the_running_session_is_kept(house: House, make: Any) -> None:
    """Indexed under the session, received, bit by bit as it was sent; one event tells it."""
    session, plan = house.running()
    dataset = make(plan)

    house.store(dataset)

    stored = next(one for one in house.objects() if one.uid == dataset.SOPInstanceUID)
    (event,) = (one for one in house.history(EventKind.OBJECT_STORED) if one.subject == stored.uid)
    assert (stored.session_id, stored.origin, stored.keys.patient_id) == (session.id, Origin.RECEIVED, "P-001")
    assert house.archive.read(stored).data == part10.encode(dataset)
    assert (event.actor, event.detail["session"]) == (DEVICE, session.id)


def test_a_record_is_decoded_when_it_is_taken_in(house: House) -> None:
    """Its beam is a row of the table: what was asked, what was given, how it ended."""
    session, plan = house.running()
    record = make_record(plan, end_mu=12.5, ended=Termination.OPERATOR)

    house.store(record)

    with house.archive.database.reading() as view:
        (row,) = view.beams.find(session_id=session.id)
    assert (row.record_uid, row.beam, row.fraction, row.delivery_type, row.termination) == (
        record.SOPInstanceUID,
        1,
        1,
        "TREATMENT",
        "OPERATOR",
    )
    assert (row.specified_mu, row.delivered_mu, row.plan_uid, row.session_plan_uid) == (
        40.0,
        12.5,
        session.plan_uid,
        session.session_plan_uid,
    )
    assert [event.subject for event in house.history(EventKind.RECORD_STORED)] == [record.SOPInstanceUID]


def test_a_beam_that_was_stopped_and_resumed_is_two_items_of_one_record(house: House) -> None:
    """Both items are kept; together they are the whole beam."""
    session, plan = house.running()
    record = make_record(plan, end_mu=12.5, ended=Termination.OPERATOR)
    record.TreatmentSessionIonBeamSequence.append(deepcopy(make_record(plan, start_mu=12.5).TreatmentSessionIonBeamSequence[0]))

    house.store(record)

    with house.archive.database.reading() as view:
        assert [(row.item, row.beam, row.delivered_mu) for row in view.beams.find(session_id=session.id)] == [(0, 1, 12.5), (1, 1, 27.5)]


@pytest.mark.parametrize(
    ("situation", "comment"),
    [
        ("no session", "No session accepts objects: no session is open"),
        ("prepared", "No session accepts objects: the session is not claimed"),
        ("canceled", "No session accepts objects: the session was canceled"),
        ("completed", "No session accepts objects: no session is open"),
    ],
)
def test_without_a_running_session_nothing_is_stored(house: House, situation: str, comment: str) -> None:
    """The comment says in which state the session is; a good object is refused like a bad one."""
    plan = house.bring_plan()
    if situation != "no session":
        session = house.prepare(plan)
        plan = house.dataset(session.session_plan_uid)
        if situation == "canceled":
            house.claim(session)
            house.schedule.cancel(session.id)
        if situation == "completed":
            house.worklist.act(house.claim(session), Request.COMPLETE, LOCK, DEVICE)
            house.schedule.complete(session.id)

    refusal = refusal_of(house, make_ct(plan))

    assert (refusal.rule, refusal.comment) == ("no-session", comment)


def test_a_session_whose_workitem_is_finished_still_takes_the_late_record(house: House) -> None:
    """Until the user completes the session, what belongs to it is stored."""
    session = house.prepare()
    house.worklist.act(house.claim(session), Request.COMPLETE, LOCK, DEVICE)

    house.store(make_record(house.dataset(session.session_plan_uid)))

    assert len(house.history(EventKind.RECORD_STORED)) == 1


def test_an_object_of_another_patient_is_refused_without_naming_either(house: House) -> None:
    """Neither sentence nor comment holds an ID."""
    _, plan = house.running()

    refusal = refusal_of(house, make_ct(plan, PatientID="P-002"))

    assert (refusal.rule, refusal.comment) == ("no-session", "Patient ID is not that of the running session")
    assert "P-00" not in str(refusal)


def test_a_record_of_another_plan_is_refused(house: House) -> None:
    """It references a plan that is not the session's."""
    _, plan = house.running()
    record = make_record(plan)
    record.ReferencedRTPlanSequence[0].ReferencedSOPInstanceUID = "2.25.404"

    refusal = refusal_of(house, record)

    assert (refusal.rule, refusal.comment) == ("no-session", "Referenced plan is not that of the running session")


def test_an_image_of_another_study_and_frame_is_refused(house: House) -> None:
    """The right patient alone does not make an object the session's."""
    _, plan = house.running()

    refusal = refusal_of(house, make_ct(plan, StudyInstanceUID="2.25.404", FrameOfReferenceUID="2.25.405"))

    assert refusal.rule == "no-session"


def test_a_device_of_another_room_has_no_session_there(make_house: HouseMaker) -> None:
    """EYE1 runs; the device of EYE2 cannot store into it."""
    house = make_house(rooms=TWO_ROOMS)
    _, plan = house.running(room="EYE1")

    assert refusal_of(house, make_ct(plan), "DEVICE2").comment == "No session accepts objects: no session is open"


def test_a_class_that_devices_do_not_store_is_refused_before_any_session_is_asked(house: House) -> None:
    """An RT Ion Plan by C-STORE is no supported class, session or not."""
    refusal = refusal_of(house, make_ion_plan())

    assert (refusal.rule, refusal.comment) == ("sop-class", "SOP class is not stored here")


def test_a_missing_attribute_is_named_by_path_and_code(house: House) -> None:
    """However deep it lies, the comment keeps its end, the attribute itself, within 64 characters."""
    _, plan = house.running()
    record = make_record(plan)
    del record.TreatmentSessionIonBeamSequence[0].IonControlPointDeliverySequence[0].DeliveredMeterset

    refusal = refusal_of(house, record)

    assert refusal.rule == "row:missing"
    assert refusal.comment == "missing: ...IonControlPointDeliverySequence[0].DeliveredMeterset"
    assert "TreatmentSessionIonBeamSequence[0].IonControlPointDeliverySequence[0].DeliveredMeterset: type 1 is missing" in str(refusal)


@pytest.mark.parametrize("meterset", ["-5", "-0.5"])
def test_a_record_with_negative_monitor_units_is_refused(house: House, meterset: str) -> None:
    """It would make the next session start before 0."""
    _, plan = house.running()
    record = make_record(plan)
    record.TreatmentSessionIonBeamSequence[0].DeliveredPrimaryMeterset = meterset

    assert refusal_of(house, record).rule == "row:meterset"


def test_a_data_set_that_names_another_instance_than_the_request_is_refused(house: House) -> None:
    """What is acknowledged is what is stored."""
    _, plan = house.running()
    instance = part10.encoded(make_ct(plan))
    renamed = part10.Encoded(
        sop_class_uid=instance.sop_class_uid, sop_instance_uid="2.25.404", transfer_syntax=instance.transfer_syntax, data=instance.data
    )

    with pytest.raises(Refused) as refusal:
        house.intake.store(renamed, DEVICE)

    assert (refusal.value.rule, refusal.value.comment) == ("identity", "Data set and request name different instances")


def test_a_truncated_data_set_is_refused(house: House) -> None:
    """The last value ends before its length: nothing is kept, and it is said where."""
    _, plan = house.running()
    whole = part10.encoded(make_ct(plan))
    cut = part10.Encoded(
        sop_class_uid=whole.sop_class_uid,
        sop_instance_uid=whole.sop_instance_uid,
        transfer_syntax=whole.transfer_syntax,
        data=whole.data[:-10],
    )
    before = house.objects()

    with pytest.raises(Refused, match=r"is truncated, found 22 bytes, expected 32$") as refusal:
        house.intake.store(cut, DEVICE)

    assert refusal.value.rule == "structure"
    assert house.objects() == before


def test_the_same_object_again_is_success_and_changes_nothing(house: House) -> None:
    """In another transfer syntax too: one object, one event."""
    _, plan = house.running()
    instance = part10.encoded(make_ct(plan))
    house.intake.store(instance, DEVICE)
    before = (house.objects(), house.history())

    house.intake.store(instance, DEVICE)
    house.intake.store(instance.transcoded(uids.EXPLICIT_BIG), DEVICE)

    assert (house.objects(), house.history()) == before


def test_another_data_set_under_the_same_uid_is_refused(house: House) -> None:
    """The first one stays as it was."""
    _, plan = house.running()
    ct = make_ct(plan)
    house.store(ct)
    other = deepcopy(ct)
    other.InstanceNumber = 2

    assert refusal_of(house, other).rule == "duplicate"
    assert house.dataset(str(ct.SOPInstanceUID)).InstanceNumber == 1


def test_the_gate_comes_before_the_duplicate(house: House) -> None:
    """An object that is stored already is refused like any other once its session is canceled."""
    session, plan = house.running()
    ct = make_ct(plan)
    house.store(ct)
    house.schedule.cancel(session.id)

    assert refusal_of(house, ct).rule == "no-session"


def test_a_crash_between_file_and_row_leaves_nothing_visible(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """The transaction never begins: no row, no event; the object is sent again and stored."""
    _, plan = house.running()
    ct = make_ct(plan)
    before = (house.objects(), house.history())

    def crash(_: Database) -> None:
        raise SystemExit

    with monkeypatch.context() as broken:
        broken.setattr(Database, "transaction", crash)
        with pytest.raises(SystemExit):
            house.store(ct)
    after_crash = (house.objects(), house.history())
    house.store(ct)

    assert after_crash == before
    assert house.dataset(str(ct.SOPInstanceUID)).PatientID == "P-001"


def test_nothing_of_a_patient_is_logged_whatever_happens(house: House, caplog: pytest.LogCaptureFixture) -> None:
    """Stored, refused by gate, by row and by identity: names and IDs appear in no line, nor in the history."""
    _, plan = house.running()
    caplog.set_level(logging.DEBUG, logger="workbench")

    house.store(make_ct(plan))
    refusal_of(house, make_ct(plan, PatientID="SECRET-ID"))
    refusal_of(house, make_ct(plan, PatientSex="SECRETSECRETSECRETSECRET"))
    refusal_of(house, make_ct(plan, Modality=""))

    told = caplog.text + str(house.history())
    assert "stored" in caplog.text
    for secret in ("Doe", "Jane", "SECRET", "P-001"):
        assert secret not in told


def test_what_an_object_says_is_in_the_history_and_not_in_the_log(house: House, caplog: pytest.LogCaptureFixture) -> None:
    """A value that breaks a row may be a name at the wrong place: the log has path, code and rule."""
    _, plan = house.running()
    caplog.set_level(logging.DEBUG, logger="workbench")

    record = make_record(plan)
    record.TreatmentSessionIonBeamSequence[0].TreatmentTerminationStatus = "JANE"

    refusal = refusal_of(house, record)

    assert "JANE" in str(refusal)
    assert f"refused: Refused ({refusal.rule})" in caplog.text
    assert "JANE" not in caplog.text


@pytest.mark.parametrize("given", ["P-001", "p-001"])
def test_an_import_for_a_patient_takes_that_patients_objects(house: House, given: str) -> None:
    """Upper and lower case are the same patient; a second import is known already."""
    plan = part10.encoded(make_ion_plan())

    assert house.intake.bring(plan, actor="user", patient_id=given)
    assert not house.intake.bring(plan, actor="user", patient_id=given)


def test_an_import_for_another_patient_is_refused(house: House) -> None:
    """The object's own Patient ID is not repeated in the sentence."""
    with pytest.raises(Refused, match=r"expected 'P-002'$") as refusal:
        house.intake.bring(part10.encoded(make_ion_plan()), actor="user", patient_id="P-002")

    assert refusal.value.rule == "patient-mismatch"
    assert "P-001" not in str(refusal.value)
    assert house.objects() == []


def test_a_class_that_is_not_imported_is_refused(house: House) -> None:
    """A registration comes from devices only; what may be imported is listed."""
    with pytest.raises(Refused, match=r"found SOP class 1\.2\.840\.10008\.5\.1\.4\.1\.1\.66\.1, expected RT Ion Plan, CT Image"):
        house.intake.bring(part10.encoded(make_registration(make_ion_plan())), actor="user")


def test_the_refusal_in_the_history_names_everything_that_was_found(house: House) -> None:
    """The message and the comment name the first finding; the event has the whole list, one line each."""
    _, plan = house.running()
    record = make_record(plan)
    beam = record.TreatmentSessionIonBeamSequence[0]
    beam.ReferencedBeamNumber, beam.TreatmentTerminationStatus = 7, "TIRED"

    refusal = refusal_of(house, record)

    (event,) = house.history(EventKind.OBJECT_REFUSED)
    lines = str(event.detail["findings"]).splitlines()
    assert [line.partition(":")[0] for line in lines] == [
        "TreatmentSessionIonBeamSequence[0].ReferencedBeamNumber value",
        "TreatmentSessionIonBeamSequence[0].TreatmentTerminationStatus value",
    ]
    assert refusal.comment.startswith("value: ")
    assert str(refusal).endswith("(and 1 more)")
