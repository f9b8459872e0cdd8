"""A scenario being performed: each step is a few requests, each answer is held against what the scenario expects.

A step is a generator of expectations; whoever performs stops at the first that is not met.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

import numpy as np
from pydicom.dataset import Dataset

from workbench.clock import Clock
from workbench.device import told
from workbench.device.record import Delivered, treatment_record
from workbench.device.report import Expectation, Treated
from workbench.device.scenario import NORMAL, Act, Lock, Scenario, Step, Who, Whose, Work
from workbench.device.setup_objects import Acquisition, registration, setup_image, table_position
from workbench.dicom import codes, part10, uids
from workbench.dicom.part10 import Encoded
from workbench.dicom.uids import UidSource
from workbench.errors import Conflict, Refused, Unavailable, WorkbenchError
from workbench.iods.dialect import Dialect
from workbench.mapping.ocular_images import film_picture
from workbench.mapping.sessions import read_tasks
from workbench.network.peer import Peer, Receiver, Reply
from workbench.treatment.delivery import Termination
from workbench.treatment.session import Task

log = logging.getLogger(__name__)

SERIAL_NUMBER: Final = "SIM-1"
SUCCESS: Final = "0000"
CODES: Final = {Work.IMAGING: codes.POSITION_ACQUISITION, Work.TREATMENT: codes.RT_TREATMENT, Work.QA: codes.RT_TREATMENT_QA}
SOMEBODY_ELSE: Final = "SOMEBODY-ELSE"
"""Patient ID of objects that are sent to be refused."""
INSTRUCTIONS: Final = (uids.TRIAL_DELIVERY_INSTRUCTION, uids.DELIVERY_INSTRUCTION)
Met = Iterator[Expectation]


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """One step of the device, for whoever watches.

    Parameters
    ----------
    step : find, claim, fetch, image, deliver, record, finish or another act of a scenario.
    text : what happened, in a sentence.
    percent : of the whole session's monitor units.
    """

    step: str
    text: str
    percent: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """What a performance works with.

    Parameters
    ----------
    provider, ae_title : AE titles of the provider and of this device.
    peer : the device's association.
    rival : opens the second device's, at its first step.
    acquired : session plans for which this device acquired the position in a workitem of its own; added to.
    """

    provider: str
    ae_title: str
    peer: Peer
    receiver: Receiver
    rival: Callable[[], Peer]
    clock: Clock
    uid_source: UidSource
    stop: threading.Event
    watch: Callable[[Progress], object]
    keep: Callable[[Encoded], object]
    acquired: set[str]


class Performance:
    """One scenario, with what was found, claimed, fetched and delivered so far."""

    def __init__(self, stage: Stage, scenario: Scenario) -> None:
        self._stage, self._scenario = stage, scenario
        self._acts: dict[Act, Callable[[Step], Met]] = {
            Act.FIND: self._find,
            Act.CLAIM: self._claim,
            Act.UNCLAIM: self._unclaim,
            Act.FETCH: self._fetch,
            Act.IMAGE: self._image,
            Act.REPORT: self._report,
            Act.DELIVER: self._deliver,
            Act.RECORD: self._record,
            Act.FINISH: self._finish,
            Act.COMPLETE: self._complete,
            Act.CANCEL: self._cancel,
            Act.DISCONNECT: self._disconnect,
            Act.WAIT: self._wait,
            Act.ECHO: self._echo,
        }
        self._number = 0
        self._locks = {Who.DEVICE: stage.uid_source.new(), Who.RIVAL: stage.uid_source.new()}
        self._begin(None)

    def _begin(self, workitem: Dataset | None) -> None:
        """Everything of a workitem before anything was done with it."""
        self._workitem = workitem
        self._state = "SCHEDULED"
        self._plan: Dataset | None = None
        self._tasks: tuple[Task, ...] = ()
        self._delivered: list[Delivered] = []
        self._sent: list[Dataset] = []
        self._record_uid: str | None = None
        self._percent = 0.0
        self._claimed_at: datetime = self._stage.clock.now()

    @property
    def uid(self) -> str:
        """SOP Instance UID of the workitem."""
        return "" if self._workitem is None else str(self._workitem.SOPInstanceUID)

    @property
    def treated(self) -> Treated | None:
        """What came of the last workitem."""
        if self._workitem is None:
            return None
        return Treated(
            workitem=self.uid,
            state=self._state,
            fraction=self._tasks[0].fraction if self._tasks else 0,
            record_uid=self._record_uid,
            delivered_mu={one.beam: one.end_mu - one.start_mu for one in self._delivered},
        )

    @property
    def treatment_follows(self) -> bool:
        """Whether a position was acquired for a treatment that is on the worklist now."""
        if self._workitem is None or not self._is_imaging or self._state != "COMPLETED":
            return False
        keys = self._keys(Work.TREATMENT)
        keys.PatientID = self._workitem.get("PatientID") or ""
        found, _ = self._stage.peer.worklist(keys)
        return bool(found)

    def perform(self) -> Met:
        """Every step in order."""
        for number, step in enumerate(self._scenario.steps, start=1):
            self._number = number
            yield from self._acts[step.do](step)

    def broken(self, problem: WorkbenchError) -> Expectation:
        """The step that could not be done at all."""
        step = self._scenario.steps[self._number - 1]
        expected, kind = step.expect, "no answer" if isinstance(problem, Unavailable) else "refused"
        return Expectation(number=self._number, step=step.do.value, asked="step", expected=expected, heard=kind, problem=problem)

    def give_up(self) -> str:
        """Cancel a workitem that is still claimed, unless the scenario leaves it; what was done, in a sentence."""
        if self._state != "IN PROGRESS" or self._scenario.leaves_claimed:
            return ""
        with suppress(WorkbenchError):
            reply = self._stage.peer.act(self.uid, "CANCELED", self._locks[Who.DEVICE])
            if reply.is_success:
                self._state = "CANCELED"
                return f"The device gave workitem {self.uid} up."
            return f"The device tried to give workitem {self.uid} up and heard {reply}."
        return f"The device could not give workitem {self.uid} up: the provider does not answer."

    @property
    def _is_imaging(self) -> bool:
        assert self._workitem is not None
        return str(self._workitem.ScheduledWorkitemCodeSequence[0].CodeValue) == codes.POSITION_ACQUISITION.value

    def _find(self, step: Step) -> Met:
        found, reply = self._stage.peer.worklist(self._keys(step.work))
        yield self._answered(step, "worklist query", reply)
        if not reply.is_success:
            return
        self._say(step, f"{len(found)} {'workitem is' if len(found) == 1 else 'workitems are'} scheduled.")
        problem = None
        if not found:
            message = f"{self._stage.provider}: found no SCHEDULED workitem, expected one to treat"
            problem = Conflict(message, rule="no-work")
        yield self._told(step, "SCHEDULED workitems", "1 or more", str(len(found)), problem)
        imaging = codes.POSITION_ACQUISITION.value
        self._begin(min(found, key=lambda one: str(one.ScheduledWorkitemCodeSequence[0].CodeValue) != imaging))

    def _claim(self, step: Step) -> Met:
        reply = self._act(step, "IN PROGRESS")
        if reply.is_success and step.by is Who.DEVICE:
            self._state, self._claimed_at = "IN PROGRESS", self._stage.clock.now()
            self._say(step, f"Workitem {self.uid} is claimed.")
        yield self._answered(step, "claim", reply)

    def _unclaim(self, step: Step) -> Met:
        yield self._answered(step, "SCHEDULED", self._act(step, "SCHEDULED"))

    def _fetch(self, step: Step) -> Met:
        """Everything that the workitem lists, series by series, and what a device needs among it."""
        assert self._workitem is not None
        count = 0
        for identifier in _inputs(self._workitem):
            sent, reply = self._stage.peer.retrieve(identifier, self._stage.ae_title)
            count += sent
            yield self._answered(step, f"C-MOVE to {self._stage.ae_title}", reply)
        if step.expect != SUCCESS:
            return
        self._say(step, f"{count} {'object was' if count == 1 else 'objects were'} fetched.")
        for instance in self._stage.receiver.received():
            self._stage.keep(instance)
        plans = [one.dataset() for one in self._stage.receiver.received((uids.RT_ION_PLAN,))]
        instructions = [one.dataset() for one in self._stage.receiver.received(INSTRUCTIONS)]
        heard, expected = f"{len(plans)} plan, {len(instructions)} instruction", f"1 plan, {0 if self._is_imaging else 1} instruction"
        problem = Refused(f"workitem {self.uid}: found inputs {heard}, expected {expected}", rule="inputs") if heard != expected else None
        yield self._told(step, "inputs", expected, heard, problem)
        self._plan = plans[0]
        self._tasks = read_tasks(instructions[0], _metersets(plans[0])) if instructions else ()
        if step.least_beams:
            few = len(self._tasks) < step.least_beams
            beams = "1 beam" if len(self._tasks) == 1 else f"{len(self._tasks)} beams"
            wrong = f"workitem {self.uid}: found {beams} to deliver, expected {step.least_beams} or more"
            problem = Refused(wrong, rule="inputs") if few else None
            yield self._told(step, "beams to deliver", f"{step.least_beams} or more", str(len(self._tasks)), problem)

    def _image(self, step: Step) -> Met:
        """Setup images, where the table stood, and the registration.

        Nothing where the position was acquired already, unless the scenario names its own steps: they are done as it says.
        """
        assert self._plan is not None
        is_acquired = not self._is_imaging and str(self._plan.SOPInstanceUID) in self._stage.acquired
        if is_acquired and self._scenario.steps == NORMAL.steps:
            self._say(step, "The position was acquired already.")
            return
        shift = self._scenario.setup_shift_mm
        planned = [one.dataset() for one in self._stage.receiver.received((uids.RT_IMAGE,))]
        frame = (
            str(planned[0].FrameOfReferenceUID) if planned else str(self._plan.get("FrameOfReferenceUID") or self._stage.uid_source.new())
        )
        acquisition = Acquisition(plan=self._plan, uid_source=self._stage.uid_source, now=self._stage.clock.now(), frame_uid=frame)
        images = [
            setup_image(acquisition, one, [np.array(outline.points_mm) for outline in film_picture(one).outlines], shift) for one in planned
        ]
        for one in (*images, table_position(acquisition, shift), registration(acquisition, images, shift)):
            yield self._answered(step, f"C-STORE of {one.Modality}", self._send(step, one))
        self._say(step, f"{len(images)} setup images, the table position and the registration were sent.")

    def _report(self, step: Step) -> Met:
        peer = self._peer(step)
        reply = peer.report(self.uid, self._lock(step), percent=self._percent, text="Nothing new")
        yield self._answered(step, "N-SET of progress", reply)

    def _deliver(self, step: Step) -> Met:
        """Beam by beam, with progress."""
        whole = sum(task.meterset_mu for task in self._tasks)
        for task in self._tasks:
            before = sum(one.end_mu - one.start_mu for one in self._delivered)
            delivered, reply = self._beam(step, task, before, whole)
            if delivered.end_mu > delivered.start_mu:
                self._delivered.append(delivered)
            yield self._answered(step, "N-SET of progress", reply, f"beam {task.beam_number}, to {delivered.end_mu:.1f} MU")
            if delivered.ended is not Termination.NORMAL:
                break

    def _beam(self, step: Step, task: Task, before_mu: float, whole_mu: float) -> tuple[Delivered, Reply]:
        """One beam, and the last answer to its reports; a report that is not answered as expected stops it."""
        scenario = self._scenario
        until_mu, ended = task.end_meterset_mu, Termination.NORMAL
        interrupt = scenario.interrupt_at_mu if scenario.interrupt_beam == task.beam_number else None
        if interrupt is not None and task.start_meterset_mu < interrupt < task.end_meterset_mu:
            until_mu, ended = interrupt, Termination.OPERATOR
        started, reached, reply = self._stage.clock.now(), task.start_meterset_mu, Reply(status=0)
        for number in range(1, scenario.reports_per_beam + 1):
            if self._stage.stop.wait(scenario.seconds_per_beam / scenario.reports_per_beam):
                ended = Termination.OPERATOR
                break
            at_mu = task.start_meterset_mu + (until_mu - task.start_meterset_mu) * number / scenario.reports_per_beam
            self._percent = 100.0 * (before_mu + at_mu - task.start_meterset_mu) / whole_mu
            text = _progress(task, at_mu)
            reply = self._stage.peer.report(self.uid, self._lock(step), percent=self._percent, text=text)
            if not _fits(step.expect, reply):
                ended = Termination.OPERATOR
                break
            reached = at_mu
            self._say(step, text, self._percent)
        delivered = Delivered(
            beam=task.beam_number,
            fraction=task.fraction,
            type=task.delivery_type,
            start_mu=task.start_meterset_mu,
            end_mu=reached,
            asked_mu=task.end_meterset_mu,
            ended=ended,
            started_at=started,
            ended_at=self._stage.clock.now(),
            correction_mm=correction_mm(scenario),
        )
        return delivered, reply

    def _record(self, step: Step) -> Met:
        """The record of what was delivered, partial or whole."""
        if not self._delivered:
            return
        assert self._plan is not None
        now = self._stage.clock.now()
        record = treatment_record(self._plan, self._delivered, machine=SERIAL_NUMBER, uid_source=self._stage.uid_source, now=now)
        reply = self._send(step, record)
        if reply.is_success:
            self._record_uid = str(record.SOPInstanceUID)
            self._say(step, f"Treatment record {record.SOPInstanceUID} was sent.")
        yield self._answered(step, "C-STORE of the treatment record", reply)

    def _finish(self, step: Step) -> Met:
        whole = len(self._delivered) == len(self._tasks) and all(one.ended is Termination.NORMAL for one in self._delivered)
        if whole:
            yield from self._complete(step)
            return
        # The final text wants a reason before the state; the TMS statement knows none.
        reason = "Delivery was interrupted" if self._scenario.dialect is Dialect.FINAL else ""
        yield from self._cancel(replace(step, reason=step.reason or reason))

    def _complete(self, step: Step) -> Met:
        if self._scenario.dialect is Dialect.FINAL and step.by is Who.DEVICE and step.expect == SUCCESS:
            assert self._workitem is not None
            changes = told.performed(self._workitem, self._sent, started_at=self._claimed_at, ended_at=self._stage.clock.now())
            reply = self._stage.peer.change(self.uid, changes, self._lock(step))
            yield self._answered(step, "N-SET of what was performed", reply)
        yield from self._end(step, "COMPLETED")

    def _cancel(self, step: Step) -> Met:
        if step.reason:
            changes = told.reason(step.reason, percent=self._percent, now=self._stage.clock.now())
            yield self._answered(step, "N-SET of the reason", self._peer(step).change(self.uid, changes, self._lock(step)))
        yield from self._end(step, "CANCELED")

    def _end(self, step: Step, state: str) -> Met:
        reply = self._act(step, state)
        if reply.is_success and step.by is Who.DEVICE:
            self._state = state
            if self._plan is not None and self._is_imaging and state == "COMPLETED":
                self._stage.acquired.add(str(self._plan.SOPInstanceUID))
            self._say(step, f"The workitem is {state}.", 100.0 if state == "COMPLETED" else 0.0)
        yield self._answered(step, state, reply)

    def _disconnect(self, step: Step) -> Met:
        self._stage.peer.abort()
        self._say(step, "The association was aborted.")
        self._stage.peer.open()
        yield from ()

    def _wait(self, step: Step) -> Met:
        self._stage.stop.wait(step.seconds)
        self._say(step, f"Nothing was said for {step.seconds:g} s.")
        yield from ()

    def _echo(self, step: Step) -> Met:
        yield self._answered(step, "C-ECHO", self._peer(step).echo())

    def _act(self, step: Step, state: str) -> Reply:
        return self._peer(step).act(self.uid, state, self._lock(step))

    def _peer(self, step: Step) -> Peer:
        return self._stage.rival() if step.by is Who.RIVAL else self._stage.peer

    def _lock(self, step: Step) -> str | None:
        if step.lock is Lock.NONE:
            return None
        return self._locks[step.by] if step.lock is Lock.OWN else self._stage.uid_source.new()

    def _send(self, step: Step, dataset: Dataset) -> Reply:
        if step.patient is Whose.ANOTHER:
            dataset.PatientID = SOMEBODY_ELSE
        reply = self._stage.peer.store(dataset)
        if reply.is_success:
            self._sent.append(dataset)
            self._stage.keep(part10.encoded(dataset, uids.EXPLICIT_LITTLE))
        return reply

    def _keys(self, work: Work) -> Dataset:
        """Scheduled workitems with all that is needed to do them."""
        keys = Dataset()
        readiness = "InputAvailabilityFlag" if self._scenario.dialect is Dialect.TRIAL else "InputReadinessState"
        for keyword in ("SOPInstanceUID", "SOPClassUID", "PatientName", "PatientID", "ScheduledProcedureStepStartDateTime", readiness):
            setattr(keys, keyword, "")
        for keyword in ("ScheduledStationNameCodeSequence", "ScheduledWorkitemCodeSequence", "InputInformationSequence"):
            setattr(keys, keyword, [])
        if work is not Work.ANY:
            code = Dataset()
            code.CodeValue, code.CodingSchemeDesignator, code.CodeMeaning = CODES[work].value, CODES[work].scheme, ""
            keys.ScheduledWorkitemCodeSequence = [code]
        keys.ProcedureStepState = "SCHEDULED"
        return keys

    def _answered(self, step: Step, what: str, reply: Reply, more: str = "") -> Expectation:
        """An answer held against the status that the step expects."""
        provider, expected = self._stage.provider, "success" if step.expect == SUCCESS else step.expect
        problem: WorkbenchError | None = None
        if reply.status is None:
            problem = Unavailable(f"{provider}: did not answer {what}, expected a status", rule="no-answer")
        elif not _fits(step.expect, reply):
            problem = Refused(f"{provider}: answered {what} with {reply}, expected {expected}", rule="status")
        return self._told(step, f"{what} ({more})" if more else what, step.expect, str(reply), problem)

    def _told(self, step: Step, asked: str, expected: str, heard: str, problem: WorkbenchError | None) -> Expectation:
        who = f", {step.by.value}" if step.by is Who.RIVAL else ""
        lock = {Lock.OWN: "", Lock.ANOTHER: ", another Transaction UID", Lock.NONE: ", no Transaction UID"}[step.lock]
        whose = ", another patient" if step.patient is Whose.ANOTHER else ""
        asked = f"{asked}{who}{lock}{whose}"
        return Expectation(number=self._number, step=step.do.value, asked=asked, expected=expected, heard=heard, problem=problem)

    def _say(self, step: Step, text: str, percent: float = 0.0) -> None:
        log.info("%s: %s", step.do.value, text)
        name = "finish" if step.do in {Act.COMPLETE, Act.CANCEL} else step.do.value
        self._stage.watch(Progress(step=name, text=text, percent=percent))


def correction_mm(scenario: Scenario) -> tuple[float, float, float]:
    """The support is moved back by what the setup images showed."""
    x, y, z = scenario.setup_shift_mm
    return (-x, -y, -z)


def _progress(task: Task, at_mu: float) -> str:
    """How far a beam is on its own meterset; where it is continued, from where on, since the percentage counts what is given now."""
    begun = f", from {task.start_meterset_mu:.1f} MU" if task.start_meterset_mu else ""
    return f"Beam {task.beam_number}{begun}: {at_mu:.1f} of {task.end_meterset_mu:.1f} MU"


def _fits(expected: str, reply: Reply) -> bool:
    """Whether a status is the expected one, in which ``x`` stands for any digit."""
    if reply.status is None:
        return False
    return all(one in {"X", digit} for one, digit in zip(expected.upper(), f"{reply.status:04X}", strict=True))


def _inputs(workitem: Dataset) -> Iterator[Dataset]:
    """A retrieve request for each series that the workitem lists: by study in the Trial, one item a series in the final text."""
    for item in workitem.get("InputInformationSequence") or []:
        for series in item.get("ReferencedSeriesSequence") or [item]:
            identifier = Dataset()
            identifier.QueryRetrieveLevel = "IMAGE"
            identifier.StudyInstanceUID, identifier.SeriesInstanceUID = item.StudyInstanceUID, series.SeriesInstanceUID
            identifier.SOPInstanceUID = [one.ReferencedSOPInstanceUID for one in series.ReferencedSOPSequence]
            yield identifier


def _metersets(plan: Dataset) -> dict[int, float]:
    """Beam number → Beam Meterset of the plan."""
    references = plan.FractionGroupSequence[0].get("ReferencedBeamSequence") or []
    return {int(one.ReferencedBeamNumber): float(one.get("BeamMeterset") or 0.0) for one in references}
