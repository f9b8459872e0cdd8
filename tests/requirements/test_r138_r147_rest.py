"""TMS statement 4.1.2.1, 4.1.3.2, 4.2.1.11.3 and 9: what is left alone, what is no part of it, and what follows from the rest."""

from __future__ import annotations

from copy import deepcopy

import pytest
from pydicom.dataset import Dataset
from pydicom.uid import UID
from pynetdicom import AE, build_context

from tests.clinic import DEVICE, LOCK, make_ct, make_record, make_registration, make_table_position, study_keys
from tests.network.wire import CT, MOVE, PULL, SYNTAXES, act, associated, move, set_progress
from tests.requirements.course import Course
from tests.requirements.partner import Clinic, make_stated_plan
from workbench.dicom import part10, uids

DEFLATED, JPEG = "1.2.840.10008.1.2.1.99", "1.2.840.10008.1.2.4.50"
PRIVATE_CLASS, PRIVATE_SYNTAX = "1.2.752.243.1.1.1", "1.2.752.243.1.2.1"
"""UIDs under an organisation's own root: no class or transfer syntax of the standard."""


def test_r138_nothing_is_coerced(clinic: Clinic) -> None:
    """What a device stored comes back byte by byte, blanks, odd spellings and private elements included."""
    running = clinic.claimed()
    sent = make_ct(running.plan, PatientName="DOE^jane ", StationName=" ct 1", OperatorsName="")
    sent.private_block(0x0011, "ACME", create=True).add_new(0x01, "LO", "of its maker")
    encoded = part10.encoded(sent)

    assert clinic.store(sent) == [("0000", "")]
    clinic.fetch(sent.SOPInstanceUID)

    assert clinic.shelf.raw[sent.SOPInstanceUID] == (SYNTAXES[0], encoded.data)


def test_r139_no_attribute_is_mapped_to_another(clinic: Clinic) -> None:
    """A query answers what the object has under the same keyword, and nothing under one that it lacks."""
    plan = make_stated_plan(StudyDescription="Described", StudyID="ID 7", AccessionNumber="")
    clinic.bench.add_plan(plan)
    asked = dict.fromkeys(("StudyDescription", "StudyID", "AccessionNumber", "PatientName", "PatientID", "PatientSex"), "")

    (found,) = clinic.find("STUDY", StudyInstanceUID=plan.StudyInstanceUID, **asked)

    assert {keyword: str(found.get(keyword) or "") for keyword in asked} == {keyword: str(plan.get(keyword) or "") for keyword in asked}


def private_tags(dataset: Dataset) -> set[int]:
    """Private elements on any level."""
    return {int(element.tag) for element in dataset.iterall() if element.tag.is_private}


def test_r140_no_private_attribute_is_created(clinic: Clinic, course: Course) -> None:
    """Instruction, record, workitem, tolerance table: none. What else a session plan has came with the imported plan."""
    clinic.check_in()

    assert [private_tags(one) for one in (*course.instructions, course.by_hand, clinic.scheduled())] == [set()] * 5
    imported = part10.encoded(deepcopy(course.source)).dataset()
    assert [private_tags(one) - private_tags(imported) for one in (*course.plans, course.qa_plan)] == [set()] * 4
    assert [len(private_tags(one.IonToleranceTableSequence[0])) for one in course.plans] == [0, 0, 0]


def test_r141_the_plan_is_a_standard_extended_class(course: Course) -> None:
    """The standard's own class, with verification images of another module inside its beams."""
    plan = course.plans[0]

    assert plan.SOPClassUID == uids.RT_ION_PLAN
    assert [len(beam.PlannedVerificationImageSequence) for beam in plan.IonBeamSequence] == [1, 1, 1]


def test_r142_nothing_private_is_negotiated(clinic: Clinic) -> None:
    """A class of somebody's own is rejected as abstract syntax, a transfer syntax of somebody's own as transfer syntax (PS3.8 9.3.3.2)."""
    offered = [build_context(PRIVATE_CLASS), build_context(CT, PRIVATE_SYNTAX), build_context(CT, DEFLATED), build_context(CT, JPEG)]
    offered += [build_context(CT, SYNTAXES[0])]

    association = AE(DEVICE).associate(
        clinic.bench.address.host, clinic.bench.address.port, contexts=offered, ae_title=clinic.bench.address.ae_title
    )
    results = {one.context_id: one.result for one in (*association.accepted_contexts, *association.rejected_contexts)}
    association.release()

    assert [result for _, result in sorted(results.items())] == [0x03, 0x04, 0x04, 0x04, 0x00]


def test_r143_a_point_contour_carries_the_isocentre(clinic: Clinic) -> None:
    """One point, its coordinates in millimetres as sent."""
    sent = make_table_position(clinic.claimed().plan)
    sent.ROIContourSequence[0].ContourSequence[0].ContourData = ["1.5", "-2.25", "0.125"]

    assert clinic.store(sent) == [("0000", "")]
    contour = clinic.bench.dataset(sent.SOPInstanceUID).ROIContourSequence[0].ContourSequence[0]

    assert (contour.ContourGeometricType, contour.NumberOfContourPoints) == ("POINT", 1)
    assert [float(one) for one in contour.ContourData] == [1.5, -2.25, 0.125]


def astray(dataset: Dataset) -> Dataset:
    """The same, in a study and a frame of reference of which nothing is known."""
    for element in dataset.iterall():
        if element.keyword in {"StudyInstanceUID", "FrameOfReferenceUID", "ReferencedFrameOfReferenceUID"}:
            element.value = "2.25.404"
    return dataset


def test_r144_references_lead_to_the_session_and_are_checked_first(clinic: Clinic) -> None:
    """Images by study and frame, records by their plan: what leads nowhere is C001, broken or not; what does and is broken C002."""
    plan = clinic.claimed().plan
    strays = [astray(make(plan)) for make in (make_ct, make_registration, make_table_position)]
    broken = make_ct(plan, Modality="")

    answers = clinic.store(*strays, make_record(make_stated_plan()), astray(make_ct(plan, Modality="")), broken, make_ct(plan))

    assert [status for status, _ in answers] == ["C001"] * 5 + ["C002", "0000"]


def test_r145_a_move_is_done_by_sub_operations(clinic: Clinic) -> None:
    """Each object is a C-STORE to the destination, counted in the answers; the device needs no association of its own for it."""
    session = clinic.check_in()
    wanted = [session.session_plan_uid, str(session.instruction_uid)]
    clinic.shelf.kept.clear()

    with associated(clinic.bench, MOVE) as association:
        status = move(association, study_keys("IMAGE", SOPInstanceUID=wanted), DEVICE)

    assert (status.NumberOfCompletedSuboperations, status.NumberOfFailedSuboperations, status.NumberOfWarningSuboperations) == (2, 0, 0)
    assert set(clinic.shelf.kept) == set(wanted)


@pytest.mark.parametrize("who", ["the device", "the user"])
def test_r146_what_is_canceled_stays_canceled(clinic: Clinic, who: str) -> None:
    """B304 to CANCELED, C300 to every other N-ACTION and to N-SET, whoever canceled it."""
    running = clinic.claimed()

    with associated(clinic.bench, PULL) as association:
        if who == "the device":
            act(association, running.workitem, "CANCELED", LOCK)
        else:
            clinic.bench.cancel(running.session)
        answers = [act(association, running.workitem, state, LOCK)[0] for state in ("CANCELED", "COMPLETED", "IN PROGRESS")]
        answers.append(set_progress(association, running.workitem, LOCK)[0])
    clinic.tidy()

    assert answers == ["B304", "C300", "C300", "C300"]
    assert clinic.workitem(running.workitem).ProcedureStepState == "CANCELED"


def test_r147_a_record_is_created_for_what_is_entered_by_hand(clinic: Clinic) -> None:
    """None before; afterwards one record of the study, which the device finds and fetches."""
    running = clinic.claimed()
    asked = {"StudyInstanceUID": running.session.study_uid, "Modality": "RTRECORD", "SOPInstanceUID": ""}
    before = clinic.find("IMAGE", **asked)

    entered = clinic.bench.record(running.session, beam=1, meterset_mu=38.5)

    assert before == []
    assert [one.SOPInstanceUID for one in clinic.find("IMAGE", **asked)] == [entered]
    (record,) = clinic.fetch(entered)
    assert UID(record.SOPClassUID) == uids.RT_ION_BEAMS_RECORD
    assert record.TreatmentSessionIonBeamSequence[0].DeliveredPrimaryMeterset == 38.5
