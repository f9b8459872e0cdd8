"""A session that images first: two workitems, each with its own inputs, the second complete when the first is."""

from __future__ import annotations

import pytest
from pydicom.dataset import Dataset

from tests.clinic import DEVICE, LOCK, NOW, OTHER_LOCK, make_ct, make_registration, make_table_position
from tests.workflow.house import House
from workbench.archive.rows import SessionRow, SessionState, StepState, WorkitemRow
from workbench.dicom import uids
from workbench.events import EventKind
from workbench.treatment.session import SessionKind
from workbench.workflow.ups import Request
from workbench.workflow.workitem import attributes


def prepared(house: House, **options: object) -> tuple[SessionRow, WorkitemRow, WorkitemRow]:
    """A session that images first, and its two workitems in order."""
    session = house.prepare(house.bring_plan(), images_first=True, **options)
    acquisition, treatment = house.workitems(session)
    return session, acquisition, treatment


def inputs(row: WorkitemRow) -> list[tuple[str, str]]:
    """SOP class and instance of each input, as the workitem lists them."""
    return [
        (item.ReferencedSOPClassUID, item.ReferencedSOPInstanceUID)
        for study in attributes(row).InputInformationSequence
        for series in study.ReferencedSeriesSequence
        for item in series.ReferencedSOPSequence
    ]


def acquired(plan: Dataset) -> list[Dataset]:
    """What a device acquires before it treats."""
    return [make_ct(plan), make_table_position(plan), make_registration(plan)]


def test_position_acquisition_comes_before_treatment_on_the_worklist(house: House) -> None:
    """121707 and then 121726 (CID 9242 and 9241); the acquisition is given the plan alone, the treatment its instruction as well."""
    session, acquisition, treatment = prepared(house)

    plan, instruction = (uids.RT_ION_PLAN, session.session_plan_uid), (uids.TRIAL_DELIVERY_INSTRUCTION, session.instruction_uid)
    assert [(row.code, row.state) for row in (acquisition, treatment)] == [("121707", StepState.SCHEDULED), ("121726", StepState.SCHEDULED)]
    assert [inputs(acquisition), inputs(treatment)] == [[plan], [plan, instruction]]
    assert [attributes(row).InputAvailabilityFlag for row in (acquisition, treatment)] == ["COMPLETE", "INCOMPLETE"]
    assert session.explained.startswith("The patient's position is acquired first. Beam 1 is treated with 40.0 MU")


def test_what_was_acquired_completes_the_inputs_of_the_treatment(house: House) -> None:
    """Setup CT, table position and registration are listed once the acquisition is COMPLETED; whoever watches is told."""
    session, acquisition, treatment = prepared(house)
    plan = house.dataset(session.session_plan_uid)
    before = inputs(treatment)
    house.worklist.act(acquisition.uid, Request.CLAIM, LOCK, DEVICE)
    for one in acquired(plan):
        house.store(one)

    house.worklist.act(acquisition.uid, Request.COMPLETE, LOCK, DEVICE)

    (_, now) = house.workitems(session)
    received = [uids.CT_IMAGE, uids.RT_STRUCTURE_SET, uids.SPATIAL_REGISTRATION]
    assert attributes(now).InputAvailabilityFlag == "COMPLETE"
    assert inputs(now)[: len(before)] == before
    assert sorted(name for name, _ in inputs(now)[len(before) :]) == sorted(received)
    assert (now.state, now.lock, now.changed_at) == (StepState.SCHEDULED, None, NOW)
    (told,) = house.history(EventKind.WORKITEM_READY)
    assert (told.subject, told.actor, told.detail) == (treatment.uid, DEVICE, {"session": session.id, "code": "121726"})


def test_both_are_claimed_in_turn_in_one_session(house: House) -> None:
    """Acquired, then treated: the session runs on between the two and is completed once."""
    session, acquisition, treatment = prepared(house)
    house.worklist.act(acquisition.uid, Request.CLAIM, LOCK, DEVICE)
    house.worklist.act(acquisition.uid, Request.COMPLETE, LOCK, DEVICE)
    between = house.schedule.get(session.id).state

    house.worklist.act(treatment.uid, Request.CLAIM, OTHER_LOCK, DEVICE)
    house.worklist.act(treatment.uid, Request.COMPLETE, OTHER_LOCK, DEVICE)

    assert between is SessionState.ACTIVE
    assert [row.state for row in house.workitems(session)] == [StepState.COMPLETED, StepState.COMPLETED]
    assert house.schedule.complete(session.id).state is SessionState.COMPLETED


def test_an_acquisition_that_was_given_up_leaves_the_inputs_incomplete(house: House) -> None:
    """CANCELED instead of COMPLETED: the treatment is still claimable, and says what it lacks."""
    session, acquisition, treatment = prepared(house)
    house.worklist.act(acquisition.uid, Request.CLAIM, LOCK, DEVICE)

    house.worklist.act(acquisition.uid, Request.CANCEL, LOCK, DEVICE)

    (_, now) = house.workitems(session)
    assert (attributes(now).InputAvailabilityFlag, inputs(now)) == ("INCOMPLETE", inputs(treatment))
    house.worklist.act(treatment.uid, Request.CLAIM, LOCK, DEVICE)
    assert house.history(EventKind.WORKITEM_READY) == []


def test_canceling_the_session_gives_up_both(house: House) -> None:
    """The one that is claimed and the one that waits."""
    session, acquisition, _ = prepared(house)
    house.worklist.act(acquisition.uid, Request.CLAIM, LOCK, DEVICE)

    house.schedule.cancel(session.id)

    assert [row.state for row in house.workitems(session)] == [StepState.CANCELED, StepState.CANCELED]


@pytest.mark.parametrize(("kind", "expected"), [(SessionKind.QA, ["121707", "121728"]), (SessionKind.IMAGING, ["121707"])])
def test_other_sessions_may_ask_for_it_too(house: House, kind: SessionKind, expected: list[str]) -> None:
    """Before quality assurance it is a workitem more; an imaging session is nothing else anyway."""
    session = house.prepare(kind=kind, images_first=True)

    assert [row.code for row in house.workitems(session)] == expected
