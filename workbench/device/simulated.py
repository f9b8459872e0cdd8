"""The device itself: finds its work, claims it, fetches, images, delivers, records, finishes; all over the wire.

It knows its provider by address and AE titles only, so it drives any treatment management system that speaks the same classes.
"""

from __future__ import annotations

import logging
import socket
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Protocol

import numpy as np
from pydicom.dataset import Dataset

from workbench.clock import Clock, SystemClock
from workbench.device.record import Delivered, treatment_record
from workbench.device.scenario import NORMAL, Scenario
from workbench.device.setup_objects import Acquisition, registration, setup_image, table_position
from workbench.dicom import codes, part10, uids
from workbench.dicom.part10 import Encoded
from workbench.dicom.uids import RandomUids, UidSource
from workbench.errors import Conflict, Refused, Unavailable
from workbench.mapping.ocular_images import film_picture
from workbench.mapping.sessions import read_tasks
from workbench.network.peer import Peer, Receiver, Reply
from workbench.treatment.delivery import Termination
from workbench.treatment.session import Task

log = logging.getLogger(__name__)

SERIAL_NUMBER = "SIM-1"
ANY_PORT = 9
SECONDS_PER_MU = 0.4
"""Time that the record gives a monitor unit when the simulation itself takes none."""


class Provided(Protocol):
    """Where a provider is and what the device is called there (``bench.address`` is one)."""

    @property
    def host(self) -> str:
        """Its host."""
        ...

    @property
    def port(self) -> int:
        """Its port."""
        ...

    @property
    def ae_title(self) -> str:
        """Its AE title."""
        ...

    @property
    def device_ae_title(self) -> str:
        """AE title of this device there, also as a C-MOVE destination."""
        ...

    @property
    def device_port(self) -> int:
        """Port on which it expects this device to receive."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """One step of the device, for whoever watches.

    Parameters
    ----------
    step : find, claim, fetch, image, deliver, record or finish.
    text : what happened, in a sentence.
    percent : of the whole session's monitor units.
    """

    step: str
    text: str
    percent: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Treated:
    """What came of it.

    Parameters
    ----------
    state : final state of the workitem.
    record_uid : SOP Instance UID of the treatment record; None when nothing was delivered.
    """

    workitem: str
    state: str
    fraction: int
    record_uid: str | None
    delivered_mu: dict[int, float]


class SimulatedDevice:
    """A treatment delivery device.

    Parameters
    ----------
    address : the provider, and this device's own AE title and port.
    scenario : what goes otherwise than normal.
    watch : called with every step, in the calling thread.
    keep : given every object that was fetched or sent, as it was on the wire.
    """

    def __init__(
        self,
        address: Provided,
        *,
        scenario: Scenario = NORMAL,
        watch: Callable[[Progress], object] | None = None,
        keep: Callable[[Encoded], object] | None = None,
        clock: Clock | None = None,
        uid_source: UidSource | None = None,
    ) -> None:
        self._address = address
        self._scenario = scenario
        self._watch = watch or (lambda _: None)
        self._keep = keep or (lambda _: None)
        self._clock = clock or SystemClock()
        self._uids = uid_source or RandomUids()
        self._stop = threading.Event()

    def stop(self) -> None:
        """Emergency stop, from any thread: the beam stops, a partial record is sent, the workitem is canceled."""
        self._stop.set()

    def treat(self) -> Treated:
        """Do one workitem from finding to finishing.

        Raises
        ------
        Conflict : there is nothing to treat, or another device was faster.
        Refused : the provider refuses a step; the message says which and how.
        Unavailable : it does not answer.
        """
        address = self._address
        with (
            Receiver(own_address(address.host), address.device_port, ae_title=address.device_ae_title) as receiver,
            Peer(address.host, address.port, called=address.ae_title, calling=address.device_ae_title) as peer,
        ):
            workitem = self._find(peer)
            lock = self._uids.new()
            self._demand(peer.act(str(workitem.SOPInstanceUID), "IN PROGRESS", lock), "claim")
            self._say("claim", f"Workitem {workitem.SOPInstanceUID} is claimed.")
            return _Case(self, peer, receiver, workitem, lock).run()

    def _find(self, peer: Peer) -> Dataset:
        identifier = _worklist_keys()
        found = peer.find(identifier, uids.TRIAL_UPS_PULL)
        self._say("find", f"{len(found)} workitems are scheduled.")
        if not found:
            raise Conflict(f"{self._address.ae_title}: found no SCHEDULED workitem, expected one to treat", rule="no-work")
        return found[0]

    def _demand(self, reply: Reply, what: str) -> None:
        if reply.status is None:
            raise Unavailable(f"{self._address.ae_title}: did not answer {what}, expected a status", rule="no-answer")
        if not reply.is_success:
            raise Refused(f"{self._address.ae_title}: answered {what} with {reply}, expected success", rule="status")

    def _say(self, step: str, text: str, percent: float = 0.0) -> None:
        log.info("%s: %s", step, text)
        self._watch(Progress(step=step, text=text, percent=percent))


class _Case:
    """One claimed workitem."""

    def __init__(self, device: SimulatedDevice, peer: Peer, receiver: Receiver, workitem: Dataset, lock: str) -> None:
        self.device, self.peer, self.receiver, self.lock = device, peer, receiver, lock
        self.workitem = workitem
        self.uid = str(workitem.SOPInstanceUID)
        self.is_imaging = str(workitem.ScheduledWorkitemCodeSequence[0].CodeValue) == codes.POSITION_ACQUISITION.value

    def run(self) -> Treated:
        plan, tasks, planned_images = self._fetch()
        self._acquire(plan, planned_images)
        delivered = self._deliver(plan, tasks)
        record_uid = self._record(plan, delivered)
        complete = len(delivered) == len(tasks) and all(one.ended is Termination.NORMAL for one in delivered)
        state = "COMPLETED" if complete else "CANCELED"
        self.device._demand(self.peer.act(self.uid, state, self.lock), state)
        self._say("finish", f"The workitem is {state}.", 100.0 if complete else 0.0)
        fraction = tasks[0].fraction if tasks else 0
        return Treated(
            workitem=self.uid,
            state=state,
            fraction=fraction,
            record_uid=record_uid,
            delivered_mu={one.beam: one.end_mu - one.start_mu for one in delivered},
        )

    def _fetch(self) -> tuple[Dataset, tuple[Task, ...], list[Dataset]]:
        """Steps 3: everything that the workitem lists, series by series."""
        count = 0
        for study in self.workitem.InputInformationSequence:
            for series in study.ReferencedSeriesSequence:
                identifier = Dataset()
                identifier.QueryRetrieveLevel = "IMAGE"
                identifier.StudyInstanceUID, identifier.SeriesInstanceUID = study.StudyInstanceUID, series.SeriesInstanceUID
                identifier.SOPInstanceUID = [item.ReferencedSOPInstanceUID for item in series.ReferencedSOPSequence]
                count += self.peer.move(identifier, self.device._address.device_ae_title)
        self._say("fetch", f"{count} objects were fetched.")
        for instance in self.receiver.received():
            self.device._keep(instance)
        plans = [one.dataset() for one in self.receiver.received((uids.RT_ION_PLAN,))]
        instructions = [one.dataset() for one in self.receiver.received((uids.TRIAL_DELIVERY_INSTRUCTION,))]
        if len(plans) != 1 or len(instructions) != (0 if self.is_imaging else 1):
            raise Refused(
                f"workitem {self.uid}: its inputs hold {len(plans)} plans and {len(instructions)} instructions, expected one of each",
                rule="inputs",
            )
        tasks = read_tasks(instructions[0], _metersets(plans[0])) if instructions else ()
        images = [one.dataset() for one in self.receiver.received((uids.RT_IMAGE,))]
        return plans[0], tasks, images

    def _acquire(self, plan: Dataset, planned: Sequence[Dataset]) -> None:
        """Step 4: setup images, where the table stood, and the registration."""
        shift = self.device._scenario.setup_shift_mm
        frame = str(planned[0].FrameOfReferenceUID) if planned else str(plan.get("FrameOfReferenceUID") or self.device._uids.new())
        acquisition = Acquisition(plan=plan, uid_source=self.device._uids, now=self.device._clock.now(), frame_uid=frame)
        images = [
            setup_image(acquisition, one, [np.array(outline.points_mm) for outline in film_picture(one).outlines], shift) for one in planned
        ]
        objects = [*images, table_position(acquisition, shift), registration(acquisition, images, shift)]
        for one in objects:
            self._send(one, one.Modality)
        self._say("image", f"{len(images)} setup images, the table position and the registration were sent.")

    def _deliver(self, plan: Dataset, tasks: Sequence[Task]) -> list[Delivered]:
        """Step 5: beam by beam, with progress."""
        done: list[Delivered] = []
        whole = sum(task.meterset_mu for task in tasks)
        for task in tasks:
            before = sum(one.end_mu - one.start_mu for one in done)
            done.append(self._beam(task, before, whole))
            if done[-1].ended is not Termination.NORMAL:
                break
        return [one for one in done if one.end_mu > one.start_mu]

    def _beam(self, task: Task, before_mu: float, whole_mu: float) -> Delivered:
        scenario = self.device._scenario
        until_mu, ended = task.end_meterset_mu, Termination.NORMAL
        interrupt = scenario.interrupt_at_mu if scenario.interrupt_beam == task.beam_number else None
        if interrupt is not None and task.start_meterset_mu < interrupt < task.end_meterset_mu:
            until_mu, ended = interrupt, Termination.OPERATOR
        started = self.device._clock.now()
        reached = task.start_meterset_mu
        for step in range(1, scenario.reports_per_beam + 1):
            if self.device._stop.wait(scenario.seconds_per_beam / scenario.reports_per_beam):
                ended = Termination.OPERATOR
                break
            reached = task.start_meterset_mu + (until_mu - task.start_meterset_mu) * step / scenario.reports_per_beam
            percent = 100.0 * (before_mu + reached - task.start_meterset_mu) / whole_mu
            text = f"Beam {task.beam_number}: {reached:.1f} of {task.end_meterset_mu:.1f} MU"
            self.device._demand(self.peer.report(self.uid, self.lock, percent=percent, text=text), "N-SET of progress")
            self._say("deliver", text, percent)
        now = self.device._clock.now()
        simulated = started + timedelta(seconds=SECONDS_PER_MU * (reached - task.start_meterset_mu))
        return Delivered(
            beam=task.beam_number,
            fraction=task.fraction,
            type=task.delivery_type,
            start_mu=task.start_meterset_mu,
            end_mu=reached,
            asked_mu=task.end_meterset_mu,
            ended=ended,
            started_at=started,
            ended_at=max(now, simulated),
            correction_mm=correction_mm(scenario),
        )

    def _record(self, plan: Dataset, delivered: Sequence[Delivered]) -> str | None:
        """Step 6: the record of what was delivered, partial or whole."""
        if not delivered:
            return None
        record = treatment_record(plan, delivered, machine=SERIAL_NUMBER, uid_source=self.device._uids, now=self.device._clock.now())
        self._send(record, "the treatment record")
        self._say("record", f"Treatment record {record.SOPInstanceUID} was sent.")
        return str(record.SOPInstanceUID)

    def _send(self, dataset: Dataset, what: str) -> None:
        self.device._demand(self.peer.store(dataset), f"C-STORE of {what}")
        self.device._keep(part10.encoded(dataset, uids.EXPLICIT_LITTLE))

    def _say(self, step: str, text: str, percent: float = 0.0) -> None:
        self.device._say(step, text, percent)


def own_address(host: str) -> str:
    """Our own address that faces a host: where its objects arrive.

    Raises
    ------
    Unavailable : no such host, or no way to it.
    """
    try:
        # A datagram socket that is connected has chosen its way, and sends nothing.
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as way:
            way.connect((host, ANY_PORT))
            return str(way.getsockname()[0])
    except OSError as problem:
        raise Unavailable(f"host {host}: cannot be reached ({problem.strerror}), expected the provider's", rule="association") from problem


def correction_mm(scenario: Scenario) -> tuple[float, float, float]:
    """The support is moved back by what the setup images showed."""
    x, y, z = scenario.setup_shift_mm
    return (-x, -y, -z)


def _metersets(plan: Dataset) -> dict[int, float]:
    """Beam number → Beam Meterset of the plan."""
    references = plan.FractionGroupSequence[0].get("ReferencedBeamSequence") or []
    return {int(one.ReferencedBeamNumber): float(one.get("BeamMeterset") or 0.0) for one in references}


def _worklist_keys() -> Dataset:
    """Scheduled workitems with all that is needed to do them."""
    keys = Dataset()
    for keyword in (
        "SOPInstanceUID",
        "SOPClassUID",
        "PatientName",
        "PatientID",
        "ScheduledProcedureStepStartDateTime",
        "InputAvailabilityFlag",
    ):
        setattr(keys, keyword, "")
    for keyword in ("ScheduledStationNameCodeSequence", "ScheduledWorkitemCodeSequence", "InputInformationSequence"):
        setattr(keys, keyword, [])
    keys.ProcedureStepState = "SCHEDULED"
    return keys
