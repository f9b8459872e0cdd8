"""A course of treatment as a device keeps it: everything that one patient's sessions created, fetched over the wire.

Fraction 1 is treated whole. Of fraction 2 the first beam is treated, the second stops at 12.5 of 30 MU, the third does not begin. The
next session goes on: the device reports the third beam, and the user enters what was left of the second by hand.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from pydicom.dataset import Dataset

from tests.clinic import LOCK, make_record
from tests.conformance.scenarios import TOLERANCES
from tests.network.wire import PULL, Running, act, associated
from tests.requirements.partner import Clinic, make_rich_plan, make_stated_plan, open_clinic
from workbench.dicom.uids import RandomUids
from workbench.settings import TMS_AS_STATED, Settings
from workbench.treatment.delivery import Termination

METERSETS_MU = {1: 40.0, 2: 30.0, 3: 20.0}
STOPPED_MU, ENTERED_MU = 12.5, 17.5
"""Where beam 2 stopped, and what the user enters for the rest of it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Course:
    """What was fetched; a session's plan and instruction stand under the same number.

    Parameters
    ----------
    source : the plan as the user imported it.
    plans, instructions : of fraction 1, of fraction 2, and of what was left of fraction 2.
    received : the record of beam 3 that the device stored in the last session.
    by_hand : the record of beam 2 that was entered there.
    entered_at : the time at which it was entered.
    qa_plan : the plan of a QA session.
    support : Patient Support Type of a plan → a record by hand of it.
    """

    source: Dataset
    plans: tuple[Dataset, ...]
    instructions: tuple[Dataset, ...]
    received: Dataset
    by_hand: Dataset
    entered_at: datetime
    qa_plan: Dataset
    support: dict[str, Dataset]

    @property
    def last_plan(self) -> Dataset:
        """The session plan that the record by hand is of."""
        return self.plans[-1]

    @property
    def planned_beam(self) -> Dataset:
        """Its beam 2."""
        return next(one for one in self.last_plan.IonBeamSequence if one.BeamNumber == 2)

    @property
    def recorded_beam(self) -> Dataset:
        """The only beam of the record by hand."""
        (beam,) = self.by_hand.TreatmentSessionIonBeamSequence
        return beam


def treat(folder: Path) -> Course:
    """Go through all of it in a clinic of its own."""
    with open_clinic(folder, Settings(identity=TMS_AS_STATED, tolerances=TOLERANCES)) as clinic:
        return _treat(clinic)


def _treat(clinic: Clinic) -> Course:
    source = make_rich_plan(metersets_mu=METERSETS_MU, uid_source=RandomUids(), PatientSex="F")
    runs = [_run(clinic, source)]
    _report(clinic, runs[0], *(make_record(runs[0].plan, beam=beam, end_mu=mu, asked_mu=mu) for beam, mu in METERSETS_MU.items()))
    runs.append(_run(clinic, source))
    stopped = make_record(runs[1].plan, beam=2, fraction=2, end_mu=STOPPED_MU, asked_mu=30.0, ended=Termination.OPERATOR)
    _report(clinic, runs[1], make_record(runs[1].plan, fraction=2), stopped)
    runs.append(_run(clinic, source))
    received = make_record(runs[2].plan, beam=3, fraction=2, end_mu=20.0, asked_mu=20.0)
    assert clinic.store(received) == [("0000", "")]
    clinic.clock.advance(minutes=3)
    (by_hand,) = clinic.fetch(clinic.bench.record(runs[2].session, beam=2, meterset_mu=ENTERED_MU))
    entered_at = clinic.clock.now()
    instructions = tuple(clinic.fetch(str(run.session.instruction_uid))[0] for run in runs)
    clinic.tidy()
    qa_plan = clinic.claimed(source, kind="qa").plan
    clinic.tidy()
    return Course(
        source=source,
        plans=tuple(run.plan for run in runs),
        instructions=instructions,
        received=received,
        by_hand=by_hand,
        entered_at=entered_at,
        qa_plan=qa_plan,
        support={kind: _by_hand_on(clinic, kind) for kind in ("TABLE", "CHAIR")},
    )


def _run(clinic: Clinic, source: Dataset) -> Running:
    """The next session, half an hour later."""
    clinic.clock.advance(minutes=30)
    return clinic.claimed(source)


def _report(clinic: Clinic, running: Running, *records: Dataset) -> None:
    """The device stores its records and finishes; the user completes the session."""
    assert clinic.store(*records) == [("0000", "")] * len(records)
    with associated(clinic.bench, PULL) as association:
        assert act(association, running.workitem, "COMPLETED", LOCK) == ("0000", "")
    clinic.tidy()


def _by_hand_on(clinic: Clinic, kind: str) -> Dataset:
    plan = make_stated_plan()
    plan.IonBeamSequence[0].PatientSupportType = kind
    running = clinic.claimed(plan)
    (record,) = clinic.fetch(clinic.bench.record(running.session, beam=1, meterset_mu=40.0))
    clinic.tidy()
    return record
