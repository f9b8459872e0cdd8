"""Many associations doing mixed work on one claimed session, and what became of everything that was acknowledged."""

from __future__ import annotations

import threading
import time
from collections import Counter
from copy import deepcopy
from dataclasses import dataclass, field

from pydicom.dataset import Dataset
from pydicom.sequence import Sequence

from tests.benchmarks.caller import ECHO, FIND, GET, MOVE, SET, STORE, Caller
from tests.clinic import LOCK, make_record, study_keys, worklist_keys
from tests.network.wire import Running
from workbench.bench import Workbench
from workbench.dicom import uids
from workbench.dicom.uids import RandomUids

CLASSES = (uids.VERIFICATION, uids.TRIAL_UPS_PULL, uids.STUDY_FIND, uids.STUDY_MOVE, uids.RT_ION_BEAMS_RECORD)


@dataclass
class Soak:
    """What was done and what went wrong.

    Parameters
    ----------
    statuses : kind of request and status → how often it was answered so.
    acknowledged : SOP Instance UIDs of records whose C-STORE was answered with success.
    broken : what ended an association other than by release.
    """

    statuses: Counter[tuple[str, int]] = field(default_factory=Counter)
    acknowledged: set[str] = field(default_factory=set)
    broken: list[str] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)

    @property
    def failures(self) -> dict[tuple[str, int], int]:
        """Answers other than success."""
        return {key: count for key, count in self.statuses.items() if key[1] != 0x0000}


def soak(bench: Workbench, running: Running, *, associations: int, seconds: float) -> Soak:
    """Keep associations busy for so long; each closes and opens again after every round of requests."""
    done = Soak()
    record, end = make_record(running.plan), time.monotonic() + seconds
    workers = [threading.Thread(target=_work, args=(bench, running, deepcopy(record), end, done)) for _ in range(associations)]
    for one in workers:
        one.start()
    for one in workers:
        one.join()
    return done


def _work(bench: Workbench, running: Running, record: Dataset, end: float, done: Soak) -> None:
    try:
        while time.monotonic() < end:
            with Caller(bench.address.port, bench.address.ae_title, *CLASSES) as caller:
                _round(caller, running, record, done)
    except Exception as problem:
        with done.lock:
            done.broken.append(repr(problem))


def _round(caller: Caller, running: Running, record: Dataset, done: Soak) -> None:
    record.SOPInstanceUID = RandomUids().new()
    push, pull = uids.TRIAL_UPS_PUSH, uids.TRIAL_UPS_PULL
    worklist = worklist_keys(SOPInstanceUID=running.workitem)
    study = study_keys("STUDY", PatientID=running.session.patient_id, StudyInstanceUID="")
    plan = study_keys("IMAGE", SOPInstanceUID=running.session.session_plan_uid)
    answers = {
        "echo": caller.ask(ECHO),
        "worklist": caller.ask(FIND, worklist, on=pull),
        "study": caller.ask(FIND, study, on=uids.STUDY_FIND),
        "get": caller.ask(GET, on=pull, named=push, instance=running.workitem),
        "store": caller.ask(STORE, record, on=uids.RT_ION_BEAMS_RECORD, instance=str(record.SOPInstanceUID)),
        "set": caller.ask(SET, _progress(), on=pull, named=push, instance=running.workitem),
        "move": caller.ask(MOVE, plan, on=uids.STUDY_MOVE, destination="DEVICE"),
    }
    with done.lock:
        done.statuses.update((kind, status) for kind, (status, _) in answers.items())
        done.statuses.update(("no match", 1) for kind in ("worklist", "study", "move") if answers[kind][1] != 1)
        if answers["store"][0] == 0x0000:
            done.acknowledged.add(str(record.SOPInstanceUID))


def _progress() -> Dataset:
    item, changes = Dataset(), Dataset()
    item.ProcedureStepProgress = "50"
    changes.ProcedureStepProgressInformationSequence = Sequence([item])
    changes.TransactionUID = LOCK
    return changes
