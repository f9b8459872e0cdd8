"""A treatment delivery device that is not ours, and the clinic it is a guest of.

Plain pynetdicom on one side, a listening bench on the other, which speaks as the TMS statement does. What the device learns it
learns over the wire; what a user does in the application is done with the bench.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from copy import deepcopy
from dataclasses import dataclass, field
from pathlib import Path
from threading import Lock
from typing import Any

from pydicom.dataset import Dataset
from pydicom.sequence import Sequence
from pynetdicom import AE, evt
from pynetdicom.events import Event

from tests.clinic import DEVICE, LOCK, FixedClock, make_ct, make_ion_plan, make_table_position, study_keys, worklist_keys
from tests.iods.objects import make_received_plan
from tests.network.wire import FIND, MOVE, PULL, SYNTAXES, Running, act, associated, find, move, send
from workbench.archive.rows import SessionRow, SessionState
from workbench.bench import Workbench
from workbench.dicom import uids
from workbench.network.contexts import without_delay
from workbench.settings import Settings

SENT = (
    uids.RT_ION_PLAN,
    uids.TRIAL_DELIVERY_INSTRUCTION,
    uids.CT_IMAGE,
    uids.RT_IMAGE,
    uids.RT_STRUCTURE_SET,
    uids.SPATIAL_REGISTRATION,
    uids.RT_ION_BEAMS_RECORD,
)
"""Classes that the device takes from a C-MOVE."""
ANSWERED = (
    "PatientName",
    "PatientID",
    "PatientBirthDate",
    "PatientSex",
    "ReferencedRequestSequence",
    "ScheduledProcedureStepPriority",
    "ProcedureStepLabel",
    "ScheduledStationNameCodeSequence",
    "ScheduledProcedureStepStartDateTime",
    "ScheduledWorkitemCodeSequence",
    "ScheduledProcessingParametersSequence",
    "InputInformationSequence",
    "StudyInstanceUID",
    "InputAvailabilityFlag",
    "SOPClassUID",
)
"""Keys of a worklist query beside instance and state: what the statement says that a workitem carries (9.1.1.4)."""


@dataclass
class Shelf:
    """The device's own storage provider: keeps the last object of each UID, as it came, and how it was offered."""

    kept: dict[str, Dataset] = field(default_factory=dict)
    raw: dict[str, tuple[str, bytes]] = field(default_factory=dict)
    announced: set[int] = field(default_factory=set)
    lock: Lock = field(default_factory=Lock)

    def store(self, event: Event) -> int:
        """C-STORE."""
        request: Any = event.request
        uid, data = str(request.AffectedSOPInstanceUID), request.DataSet.getvalue()
        with self.lock:
            self.kept[uid] = event.dataset
            self.raw[uid] = (str(event.context.transfer_syntax), data)
            self.announced.add(int(event.assoc.requestor.maximum_length or 0))
        return 0x0000

    @contextmanager
    def listening(self, port: int) -> Iterator[Shelf]:
        """Listens as long as the context lasts."""
        entity = AE(DEVICE)
        for one in SENT:
            entity.add_supported_context(one, list(SYNTAXES))
        handlers: list[Any] = [(evt.EVT_C_STORE, self.store), (evt.EVT_CONN_OPEN, without_delay)]
        server = entity.start_server(("127.0.0.1", port), block=False, evt_handlers=handlers)
        try:
            yield self
        finally:
            assert server is not None
            server.shutdown()


@dataclass(frozen=True, slots=True, kw_only=True)
class Clinic:
    """A listening bench, its user, and a device with its shelf."""

    bench: Workbench
    clock: FixedClock
    shelf: Shelf
    folder: Path

    def check_in(self, plan: Dataset | None = None, **options: Any) -> SessionRow:
        """The user imports the plan, where it is new, and checks the patient in."""
        plan = make_stated_plan() if plan is None else plan
        return self.bench.check_in(self.bench.add_plan(plan), **options)

    def claimed(self, plan: Dataset | None = None, **options: Any) -> Running:
        """Checked in; the device has found, claimed and fetched."""
        session = self.check_in(plan, **options)
        uid = str(self.scheduled().SOPInstanceUID)
        with associated(self.bench, PULL) as association:
            assert act(association, uid, "IN PROGRESS", LOCK) == ("0000", "")
        (fetched,) = self.fetch(session.session_plan_uid)
        return Running(session=self.bench.session(session), workitem=uid, plan=fetched)

    def worklist(self, calling: str = DEVICE, **keys: Any) -> list[Dataset]:
        """The device asks for workitems, with every key that the statement names."""
        asked = worklist_keys(**{**dict.fromkeys(ANSWERED, None), **keys})
        with associated(self.bench, PULL, calling=calling) as association:
            matches, ended = find(association, asked, PULL)
        assert ended == ("0000", "")
        return matches

    def scheduled(self) -> Dataset:
        """The one workitem that waits to be claimed."""
        (found,) = self.worklist(ProcedureStepState="SCHEDULED")
        return found

    def workitem(self, uid: str) -> Dataset:
        """One workitem as the worklist answers it."""
        (found,) = self.worklist(SOPInstanceUID=uid)
        return found

    def find(self, level: str, **keys: Any) -> list[Dataset]:
        """A Study Root query."""
        with associated(self.bench, FIND) as association:
            matches, ended = find(association, study_keys(level, **keys), FIND)
        assert ended == ("0000", "")
        return matches

    def fetch(self, *wanted: str) -> list[Dataset]:
        """Objects by C-MOVE to the device itself, in the order asked for."""
        with associated(self.bench, MOVE) as association:
            status = move(association, study_keys("IMAGE", SOPInstanceUID=list(wanted)), DEVICE)
        assert (status.Status, status.NumberOfCompletedSuboperations) == (0x0000, len(wanted)), status
        return [self.shelf.kept[uid] for uid in wanted]

    def store(self, *objects: Dataset, calling: str = DEVICE) -> list[tuple[str, str]]:
        """C-STORE of each over one association; how each was answered."""
        classes = dict.fromkeys(str(one.SOPClassUID) for one in objects)
        with associated(self.bench, *classes, calling=calling) as association:
            return [send(association, one) for one in objects]

    def bring(self, *objects: Dataset) -> None:
        """The user imports DICOM files."""
        for one in objects:
            path = self.folder / f"{one.SOPInstanceUID}.dcm"
            one.save_as(path, implicit_vr=True, little_endian=True, enforce_file_format=True)
            assert self.bench.import_file(path) == (one.SOPInstanceUID, True)

    def tidy(self) -> None:
        """The user completes whatever is open, so that the room is free."""
        for session in self.bench.sessions():
            if session.state in {SessionState.PREPARED, SessionState.ACTIVE}:
                self.bench.cancel(session)
            if session.state is not SessionState.COMPLETED:
                self.bench.complete(session)


@contextmanager
def open_clinic(folder: Path, settings: Settings, **changes: Any) -> Iterator[Clinic]:
    """A clinic as long as the context lasts: the bench listens, and so does the device."""
    clock = FixedClock()
    with ExitStack() as stack:
        bench = stack.enter_context(Workbench(folder / "data", settings=settings, clock=clock, **changes))
        shelf = stack.enter_context(Shelf().listening(bench.address.device_port))
        yield Clinic(bench=bench, clock=clock, shelf=shelf, folder=folder)


def make_stated_plan(**changes: Any) -> Dataset:
    """A plan that the statement accepts: the patient lies (9.1.2.5.5), and each has a study of its own."""
    plan = make_ion_plan(**changes)
    plan.PatientSetupSequence[0].PatientPosition = "HFS"
    return plan


def make_rich_plan(*, metersets_mu: dict[int, float], uid_source: Any, **changes: Any) -> Dataset:
    """A plan of another maker with every accessory there is, spots, and a last control point that says everything again."""
    plan = make_received_plan()
    plan.SpecificCharacterSet = "ISO_IR 192"
    plan.StudyInstanceUID, plan.SeriesInstanceUID, plan.SOPInstanceUID = (uid_source.new() for _ in range(3))
    plan.PatientSetupSequence[0].PatientPosition = "HFS"
    beam, group = plan.IonBeamSequence[0], plan.FractionGroupSequence[0]
    _complete_compensator(beam.IonRangeCompensatorSequence[0])
    _repeat_last_point(beam)
    reference, beams, references = group.ReferencedBeamSequence[0], [], []
    for number, meterset_mu in metersets_mu.items():
        one, its = deepcopy(beam), deepcopy(reference)
        one.BeamNumber, one.BeamName, one.BeamDescription = number, f"Field {number}", f"Anterior field {number}"
        its.ReferencedBeamNumber, its.BeamMeterset = number, meterset_mu
        beams.append(one)
        references.append(its)
    plan.IonBeamSequence, group.ReferencedBeamSequence, group.NumberOfBeams = Sequence(beams), Sequence(references), len(beams)
    for keyword, value in changes.items():
        setattr(plan, keyword, value)
    return plan


def make_planning(plan: Dataset) -> tuple[Dataset, Dataset]:
    """A planning CT slice and a planning structure set in the study of a plan."""
    return make_ct(plan), make_table_position(plan, StructureSetLabel="Planning")


def _complete_compensator(compensator: Dataset) -> None:
    compensator.CompensatorDivergence, compensator.CompensatorMountingPosition = "PRESENT", "PATIENT_SIDE"
    compensator.CompensatorRows, compensator.CompensatorColumns = 1, 1
    compensator.CompensatorPixelSpacing, compensator.CompensatorPosition = [1, 1], [0, 0]
    compensator.CompensatorThicknessData = [5]


def _repeat_last_point(beam: Dataset) -> None:
    """The last control point is at another energy and wedge position than the first."""
    points = beam.IonControlPointSequence
    last = deepcopy(points[0])
    last.ControlPointIndex, last.CumulativeMetersetWeight, last.NominalBeamEnergy = 1, 1, 69
    last.IonWedgePositionSequence[0].WedgePosition, last.IonWedgePositionSequence[0].WedgeThinEdgePosition = "OUT", 12.5
    points[1] = last
