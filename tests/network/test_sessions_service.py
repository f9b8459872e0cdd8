"""Sessions over the wire: two rooms with two patients at once, and a session that images before it treats."""

from __future__ import annotations

from dataclasses import dataclass

import pytest
from pydicom.dataset import Dataset

from tests.clinic import (
    LOCK,
    OTHER_LOCK,
    BenchMaker,
    make_ct,
    make_ion_plan,
    make_record,
    make_registration,
    make_table_position,
    study_keys,
    worklist_keys,
)
from tests.network.wire import CT, FIND, MOVE, PULL, RECORD, act, associated, find, move, send, set_progress
from workbench.archive.rows import SessionRow, SessionState
from workbench.bench import Workbench
from workbench.dicom import uids
from workbench.settings import Peer, Room

ROOMS = tuple(Room(name=name, station_code=name, calling_ae_titles=(title,)) for name, title in (("EYE1", "DEVICE"), ("EYE2", "DEVICE2")))
UNKNOWN, WITHHELD, NO_SESSION = "C307", 0xC004, "C001"
"""Statuses of what belongs to the other room: the workitem is none of its own, objects fail."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Side:
    """One room: its device's AE title and lock, its session, workitem and session plan."""

    title: str
    lock: str
    session: SessionRow
    workitem: str
    plan: Dataset


@dataclass(frozen=True, slots=True, kw_only=True)
class Clinic:
    """A listening bench with two rooms, each with a claimed session of its own patient."""

    bench: Workbench
    first: Side
    second: Side


@pytest.fixture
def clinic(make_bench: BenchMaker) -> Clinic:
    """P-001 in EYE1 with DEVICE, P-002 in EYE2 with DEVICE2; both are claimed over the wire."""
    bench = make_bench(listen=True, rooms=ROOMS, peers=(Peer(ae_title="DEVICE2", host="127.0.0.1", port=9),))
    sides = []
    for patient, room, lock in (("P-001", ROOMS[0], LOCK), ("P-002", ROOMS[1], OTHER_LOCK)):
        session = bench.check_in(bench.add_plan(make_ion_plan(PatientID=patient)), room=room.name)
        (workitem,) = bench.workitems(session)
        title = room.calling_ae_titles[0]
        with associated(bench, PULL, calling=title) as association:
            assert act(association, workitem.uid, "IN PROGRESS", lock) == ("0000", "")
        plan = bench.dataset(session.session_plan_uid)
        sides.append(Side(title=title, lock=lock, session=bench.session(session), workitem=workitem.uid, plan=plan))
    return Clinic(bench=bench, first=sides[0], second=sides[1])


def seen(bench: Workbench, side: Side) -> list[tuple[str, str]]:
    """Patient and state of every workitem that a side's device finds."""
    with associated(bench, PULL, calling=side.title) as association:
        matches, ended = find(association, worklist_keys(PatientID=""), PULL)
    assert ended == ("0000", "")
    return [(match.PatientID, match.ProcedureStepState) for match in matches]


def test_two_rooms_run_two_patients_at_once(clinic: Clinic) -> None:
    """Each device finds and finishes its own patient's workitem, each record lands in its own session; both are completed."""
    bench = clinic.bench
    for side in (clinic.first, clinic.second):
        assert seen(bench, side) == [(side.session.patient_id, "IN PROGRESS")]
        with associated(bench, PULL, RECORD, calling=side.title) as association:
            assert set_progress(association, side.workitem, side.lock) == ("0000", "")
            assert send(association, make_record(side.plan)) == ("0000", "")
            assert act(association, side.workitem, "COMPLETED", side.lock) == ("0000", "")

    completed = [bench.complete(side.session) for side in (clinic.first, clinic.second)]

    assert [one.state for one in completed] == [SessionState.COMPLETED, SessionState.COMPLETED]
    beams = bench.records.beams()
    assert sorted(zip(beams["room"], beams["patient_id"], beams["session"], strict=True)) == [("EYE1", "P-001", 1), ("EYE2", "P-002", 2)]


def test_a_device_is_served_nothing_of_the_other_room(clinic: Clinic) -> None:
    """The other's workitem is unknown even with its lock; the other's objects are neither taken, found nor sent."""
    bench, own, other = clinic.bench, clinic.first, clinic.second

    with associated(bench, PULL, CT, FIND, MOVE, calling=own.title) as association:
        asked = [
            act(association, other.workitem, "COMPLETED", other.lock)[0],
            set_progress(association, other.workitem, other.lock)[0],
            send(association, make_ct(other.plan))[0],
        ]
        found, _ = find(association, study_keys("IMAGE", PatientID="P-002", SOPInstanceUID=""), FIND)
        moved = move(association, study_keys("IMAGE", SOPInstanceUID=other.session.session_plan_uid), own.title)

    assert (asked, found, moved.Status) == ([UNKNOWN, UNKNOWN, NO_SESSION], [], WITHHELD)
    assert seen(bench, other) == [("P-002", "IN PROGRESS")]


def test_canceling_one_room_leaves_the_other_running(clinic: Clinic) -> None:
    """The user cancels in EYE1: its device is refused, that of EYE2 goes on, and EYE1 stays taken until it is completed."""
    bench = clinic.bench
    bench.cancel(clinic.first.session)

    answers = []
    for side in (clinic.first, clinic.second):
        with associated(bench, PULL, CT, calling=side.title) as association:
            answers.append((send(association, make_ct(side.plan))[0], set_progress(association, side.workitem, side.lock)[0]))

    assert answers == [(NO_SESSION, "C300"), ("0000", "0000")]
    bench.complete(clinic.first.session)
    assert bench.check_in(bench.add_plan(make_ion_plan(PatientID="P-003")), room="EYE1").room == "EYE1"
    assert bench.session(clinic.second.session).state is SessionState.ACTIVE


def listed(workitem: Dataset) -> list[str]:
    """SOP classes of a workitem's inputs."""
    return [
        item.ReferencedSOPClassUID
        for study in workitem.InputInformationSequence
        for series in study.ReferencedSeriesSequence
        for item in series.ReferencedSOPSequence
    ]


def test_a_session_images_and_then_treats(provider: Workbench) -> None:
    """Two workitems of one session: the treatment is INCOMPLETE until what was acquired is among its inputs, then both are finished."""
    session = provider.check_in(provider.add_plan(make_ion_plan()), imaging=True)
    plan = provider.dataset(session.session_plan_uid)
    keys = worklist_keys(ScheduledWorkitemCodeSequence=None, InputInformationSequence=None, InputAvailabilityFlag="")

    with associated(provider, PULL, CT, uids.RT_STRUCTURE_SET, uids.SPATIAL_REGISTRATION, RECORD) as association:
        before, _ = find(association, keys, PULL)
        acquisition, treatment = (str(one.SOPInstanceUID) for one in before)
        answers = [act(association, acquisition, "IN PROGRESS", LOCK)]
        answers += [send(association, make(plan)) for make in (make_ct, make_table_position, make_registration)]
        answers += [act(association, acquisition, "COMPLETED", LOCK)]
        after, _ = find(association, keys, PULL)
        answers += [act(association, treatment, "IN PROGRESS", OTHER_LOCK), send(association, make_record(plan))]
        answers += [act(association, treatment, "COMPLETED", OTHER_LOCK)]

    assert answers == [("0000", "")] * 8
    assert [one.ScheduledWorkitemCodeSequence[0].CodeValue for one in before] == ["121707", "121726"]
    assert [one.InputAvailabilityFlag for one in (*before, *after)] == ["COMPLETE", "INCOMPLETE", "COMPLETE", "COMPLETE"]
    assert listed(before[0]) == [uids.RT_ION_PLAN]
    assert sorted(listed(after[1])) == sorted(
        [uids.RT_ION_PLAN, uids.TRIAL_DELIVERY_INSTRUCTION, uids.CT_IMAGE, uids.RT_STRUCTURE_SET, uids.SPATIAL_REGISTRATION]
    )
    assert provider.complete(session).state is SessionState.COMPLETED
