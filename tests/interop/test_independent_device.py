"""Whole sessions by a device that is not ours, against `workbench serve`: what it heard, and what our database holds then."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.clinic import LOCK, OTHER_LOCK, make_ion_plan
from tests.interop.independent import Independent, independent_device, install
from tests.served import Served, serving
from workbench.archive.rows import Origin, SessionRow, SessionState, StepState
from workbench.bench import Workbench
from workbench.dicom import part10, uids
from workbench.network.server import free_port
from workbench.workflow.plans import StoredPlan

pytestmark = pytest.mark.interop("node", "npm")

PULL = {"trial": uids.TRIAL_UPS_PULL, "final": uids.UPS_PULL}


@dataclass(frozen=True, slots=True, kw_only=True)
class Floor:
    """A provider in a process of its own, our bench on its folder, and a device of others."""

    served: Served
    bench: Workbench
    device: Independent
    device_port: int

    def check_in(self, plan: StoredPlan | None = None) -> SessionRow:
        """A session of a plan of two beams of 30 and 10 MU."""
        return self.bench.check_in(plan or self.add_plan())

    def add_plan(self) -> StoredPlan:
        """A new plan of two beams."""
        return self.bench.add_plan(make_ion_plan(metersets_mu={1: 30.0, 2: 10.0}))

    def state(self, session: SessionRow) -> StepState:
        """State of the session's workitem in our database."""
        return self.bench.workitems(session)[0].state


@pytest.fixture
def floor(tmp_path: Path) -> Iterator[Floor]:
    """All of them, on an empty folder."""
    install()
    port = free_port()
    with (
        serving(tmp_path / "data", "--peer", f"DEVICE=127.0.0.1:{port}") as served,
        Workbench(tmp_path / "data", listen=False) as bench,
        independent_device(served, port) as device,
    ):
        yield Floor(served=served, bench=bench, device=device, device_port=port)


def find(device: Independent, dialect: str = "trial") -> dict[str, Any]:
    """The one scheduled workitem, with the keys a device needs."""
    keys = {"SOPInstanceUID": "", "ProcedureStepState": "SCHEDULED", "ScheduledWorkitemCodeSequence": [], "InputInformationSequence": []}
    keys["InputAvailabilityFlag" if dialect == "trial" else "InputReadinessState"] = ""
    answer = device.ask("find", keys=keys, dialect=dialect)
    assert answer["status"] == "0000"
    (match,) = answer["matches"]
    return dict(match)


def listed(value: Any) -> list[Any]:
    """Items of a sequence; the library gives one alone without its list."""
    return value if isinstance(value, list) else [value]


def fetch(device: Independent, workitem: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """Everything that the workitem lists, by SOP class; each with success."""
    found = {}
    for study in listed(workitem["InputInformationSequence"]):
        for series in listed(study.get("ReferencedSeriesSequence", study)):
            for one in listed(series["ReferencedSOPSequence"]):
                answer = device.ask(
                    "move", study=study["StudyInstanceUID"], series=series["SeriesInstanceUID"], instance=one["ReferencedSOPInstanceUID"]
                )
                assert (answer["status"], answer["completed"], answer["failed"]) == ("0000", 1, 0)
                found[answer["object"]["sopClass"]] = answer["object"]["elements"]
    return found


def progress(percent: float) -> dict[str, Any]:
    """Changes of an N-SET that tell progress."""
    return {"ProcedureStepProgressInformationSequence": [{"ProcedureStepProgress": percent, "ProcedureStepProgressDescription": "on"}]}


def beam(number: int, end: float, asked: float, **changes: Any) -> dict[str, Any]:
    """One delivered beam of fraction 1, whole and from its start unless told otherwise."""
    return {"number": number, "fraction": 1, "type": "TREATMENT", "start": 0, "end": end, "asked": asked, "ended": "NORMAL"} | changes


def test_a_whole_session(floor: Floor) -> None:
    """Found, claimed, fetched, reported, recorded, completed; every answer a success, and the record is rows of our table."""
    session, device = floor.check_in(), floor.device
    workitem = find(device)
    uid = workitem["SOPInstanceUID"]
    assert device.status("act", uid=uid, state="IN PROGRESS", lock=LOCK) == "0000"
    inputs = fetch(device, workitem)
    plan = inputs[uids.RT_ION_PLAN]["SOPInstanceUID"]

    heard = [
        device.status("set", uid=uid, lock=LOCK, changes=progress(75)),
        device.status("record", plan=plan, beams=[beam(1, 30, 30), beam(2, 10, 10)]),
        device.status("act", uid=uid, state="COMPLETED", lock=LOCK),
    ]

    assert heard == ["0000"] * 3
    assert set(inputs) == {uids.RT_ION_PLAN, uids.TRIAL_DELIVERY_INSTRUCTION}
    tasks = listed(inputs[uids.TRIAL_DELIVERY_INSTRUCTION]["BeamTaskSequence"])
    assert [(int(task["ReferencedBeamNumber"]), task["TreatmentDeliveryType"]) for task in tasks] == [(1, "TREATMENT"), (2, "TREATMENT")]
    frame = floor.bench.records.beams()
    assert list(zip(frame["beam"], frame["delivered_mu"], frame["termination"], strict=True)) == [(1, 30.0, "NORMAL"), (2, 10.0, "NORMAL")]
    (row,) = floor.bench.workitems(session)
    assert (row.state, row.holder, row.progress_percent) == (StepState.COMPLETED, "DEVICE", 75.0)
    assert floor.bench.complete(session).state is SessionState.COMPLETED


def test_wrong_locks_and_a_second_claimer(floor: Floor) -> None:
    """C301 for another Transaction UID and for none, C302 to the holder, C310 before the claim, C303 back (PS3.4 Table CC.1.1-2)."""
    session, device = floor.check_in(), floor.device
    uid = find(device)["SOPInstanceUID"]
    rival_port = free_port()
    with independent_device(floor.served, rival_port, calling="RIVAL") as rival:
        heard = {
            "complete unclaimed": device.status("act", uid=uid, state="COMPLETED", lock=LOCK),
            "claim without": device.status("act", uid=uid, state="IN PROGRESS", lock=None),
            "claim": device.status("act", uid=uid, state="IN PROGRESS", lock=LOCK),
            "rival claims": rival.status("act", uid=uid, state="IN PROGRESS", lock=OTHER_LOCK),
            "claim again": device.status("act", uid=uid, state="IN PROGRESS", lock=LOCK),
            "rival reports": rival.status("set", uid=uid, lock=OTHER_LOCK, changes=progress(1)),
            "report without": device.status("set", uid=uid, lock=None, changes=progress(1)),
            "unclaim": device.status("act", uid=uid, state="SCHEDULED", lock=LOCK),
            "rival completes": rival.status("act", uid=uid, state="COMPLETED", lock=OTHER_LOCK),
            "unknown": device.status("act", uid="2.25.404", state="IN PROGRESS", lock=LOCK),
            "cancel": device.status("act", uid=uid, state="CANCELED", lock=LOCK),
            "cancel again": device.status("act", uid=uid, state="CANCELED", lock=LOCK),
            "report after": device.status("set", uid=uid, lock=LOCK, changes=progress(1)),
        }

    assert heard == {
        "complete unclaimed": "C310",
        "claim without": "C301",
        "claim": "0000",
        "rival claims": "C301",
        "claim again": "C302",
        "rival reports": "C301",
        "report without": "C301",
        "unclaim": "C303",
        "rival completes": "C301",
        "unknown": "C307",
        "cancel": "0000",
        "cancel again": "B304",
        "report after": "C300",
    }
    assert floor.state(session) is StepState.CANCELED


def test_an_interruption_is_continued_in_the_second_session_of_the_fraction(floor: Floor) -> None:
    """Beam 1 whole, beam 2 stopped at 4 of 10 MU; the next instruction omits beam 1 and continues beam 2 from 4 to 10 MU."""
    plan, device = floor.add_plan(), floor.device
    first = floor.check_in(plan)
    workitem = find(device)
    uid = workitem["SOPInstanceUID"]
    device.status("act", uid=uid, state="IN PROGRESS", lock=LOCK)
    session_plan = fetch(device, workitem)[uids.RT_ION_PLAN]["SOPInstanceUID"]
    stopped = [beam(1, 30, 30), beam(2, 4, 10, ended="OPERATOR")]
    assert device.status("record", plan=session_plan, beams=stopped) == "0000"
    assert device.status("act", uid=uid, state="CANCELED", lock=LOCK) == "0000"
    floor.bench.complete(first)

    second = floor.check_in(plan)
    workitem = find(device)
    uid = workitem["SOPInstanceUID"]
    claimed = device.status("act", uid=uid, state="IN PROGRESS", lock=OTHER_LOCK)
    inputs = fetch(device, workitem)
    instruction = inputs[uids.TRIAL_DELIVERY_INSTRUCTION]
    (task,) = listed(instruction["BeamTaskSequence"])
    rest = beam(2, 10, 10, start=4, type="CONTINUATION")
    recorded = device.status("record", plan=inputs[uids.RT_ION_PLAN]["SOPInstanceUID"], beams=[rest])
    completed = device.status("act", uid=uid, state="COMPLETED", lock=OTHER_LOCK)
    floor.bench.complete(second)

    assert (claimed, recorded, completed) == ("0000", "0000", "0000")
    assert (int(task["ReferencedBeamNumber"]), task["TreatmentDeliveryType"]) == (2, "CONTINUATION")
    assert (float(task["ContinuationStartMeterset"]), float(task["ContinuationEndMeterset"])) == (4.0, 10.0)
    (omitted,) = listed(instruction["OmittedBeamTaskSequence"])
    assert (int(omitted["ReferencedBeamNumber"]), omitted["ReasonForOmission"]) == (1, "ALREADY_TREATED")
    # The record of the first session is among the inputs of the second.
    assert uids.RT_ION_BEAMS_RECORD in inputs
    frame = floor.bench.records.beams()
    assert sorted(zip(frame["beam"], frame["delivered_mu"], frame["termination"], strict=True)) == [
        (1, 30.0, "NORMAL"),
        (2, 4.0, "OPERATOR"),
        (2, 6.0, "NORMAL"),
    ]
    assert floor.bench.check_in(plan).fraction == 2


def test_a_session_in_the_final_text(floor: Floor) -> None:
    """Input Readiness State, one item a series, and the performed procedure before completion (PS3.4 CC.2.1.3)."""
    session, device = floor.check_in(), floor.device
    workitem = find(device, "final")
    uid = workitem["SOPInstanceUID"]
    performed = {
        "UnifiedProcedureStepPerformedProcedureSequence": [
            {
                "PerformedStationNameCodeSequence": [{"CodeValue": "NODE", "CodingSchemeDesignator": "99NODE", "CodeMeaning": "Node"}],
                "PerformedProcedureStepStartDateTime": "20240603081500",
                "PerformedProcedureStepEndDateTime": "20240603082000",
                "PerformedWorkitemCodeSequence": [
                    {"CodeValue": "121726", "CodingSchemeDesignator": "DCM", "CodeMeaning": "RT Treatment with Internal Verification"}
                ],
                "OutputInformationSequence": [],
            }
        ]
    }

    heard = [device.status("act", uid=uid, state="IN PROGRESS", lock=LOCK, dialect="final")]
    plan = fetch(device, workitem)[uids.RT_ION_PLAN]["SOPInstanceUID"]
    heard += [
        device.status("set", uid=uid, lock=OTHER_LOCK, changes=progress(50), dialect="final"),
        device.status("set", uid=uid, lock=LOCK, changes=progress(50), dialect="final"),
        device.status("record", plan=plan, beams=[beam(1, 30, 30), beam(2, 10, 10)]),
        device.status("set", uid=uid, lock=LOCK, changes=performed, dialect="final"),
        device.status("act", uid=uid, state="COMPLETED", lock=LOCK, dialect="final"),
    ]

    assert heard == ["0000", "C301", "0000", "0000", "0000", "0000"]
    assert workitem["InputReadinessState"] == "READY"
    assert floor.state(session) is StepState.COMPLETED


def test_a_record_of_another_patient_is_refused(floor: Floor) -> None:
    """A Cxxx to the client (TMS statement 4.2.1.11.3), nothing in the table; the client can still be served."""
    session, device = floor.check_in(), floor.device
    workitem = find(device)
    device.status("act", uid=workitem["SOPInstanceUID"], state="IN PROGRESS", lock=LOCK)
    plan = fetch(device, workitem)[uids.RT_ION_PLAN]["SOPInstanceUID"]

    answer = device.ask("record", plan=plan, beams=[beam(1, 30, 30)], patient="SOMEBODY-ELSE")

    assert answer["status"].startswith("C")
    assert answer["comment"] == "Patient ID is not that of the running session"
    assert floor.bench.records.beams().empty
    assert device.status("echo") == "0000"
    assert [one.origin for one in floor.bench.objects(session=session)] == [Origin.CREATED] * 2


def test_what_an_independent_client_was_told_is_stored_survives_a_kill(floor: Floor) -> None:
    """Killed in the middle of its C-STORE run: every Success that it heard is there, and the claim is still its own afterwards."""
    session, device = floor.check_in(), floor.device
    workitem = find(device)
    uid = workitem["SOPInstanceUID"]
    device.status("act", uid=uid, state="IN PROGRESS", lock=LOCK)
    plan = fetch(device, workitem)[uids.RT_ION_PLAN]["SOPInstanceUID"]

    device.start("storeMany", plan=plan, count=400)
    acknowledged = [device.heard()["acknowledged"] for _ in range(20)]
    floor.served.kill()
    while isinstance((line := device.heard()["acknowledged"]), str):
        acknowledged.append(line)
    with serving(floor.served.data, "--peer", f"DEVICE=127.0.0.1:{floor.device_port}", port=floor.served.port):
        heard = [
            device.status("record", plan=plan, beams=[beam(1, 30, 30), beam(2, 10, 10)]),
            device.status("act", uid=uid, state="COMPLETED", lock=LOCK),
        ]

    assert line == acknowledged
    assert len(acknowledged) < 400
    assert heard == ["0000", "0000"]
    kept = {one.uid for one in floor.bench.objects(session=session) if one.keys.modality == "CT"}
    assert set(acknowledged) <= kept
    # At most the one object in flight was stored without its answer being heard.
    assert len(kept) <= len(acknowledged) + 1
    assert [part10.read_file(floor.bench.path(one)).sop_instance_uid for one in sorted(kept)] == sorted(kept)
    assert floor.state(session) is StepState.COMPLETED
