"""The use cases of one data folder without network, and short ways through them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydicom.dataset import Dataset

from tests.clinic import DEVICE, LOCK, FixedClock, make_ion_plan
from workbench.archive.archive import Archive
from workbench.archive.rows import SessionRow, StoredObject, WorkitemRow
from workbench.dicom import part10
from workbench.dicom.uids import RandomUids
from workbench.events import Event, EventBus, EventKind
from workbench.ocular.beamline import Beamline
from workbench.settings import Room, Settings
from workbench.workflow.desk import Desk
from workbench.workflow.intake import Intake
from workbench.workflow.retrieve import Retrieve
from workbench.workflow.schedule import Schedule
from workbench.workflow.ups import Request
from workbench.workflow.worklist import Worklist

TWO_ROOMS = (
    Room(name="EYE1", station_code="EYE1", calling_ae_titles=(DEVICE,)),
    Room(name="EYE2", station_code="EYE2", calling_ae_titles=("DEVICE2",)),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class House:
    """All desks of one data folder."""

    archive: Archive
    clock: FixedClock
    intake: Intake
    retrieve: Retrieve
    worklist: Worklist
    schedule: Schedule

    def bring_plan(self, plan: Dataset | None = None, **changes: Any) -> Dataset:
        """Import a plan."""
        plan = plan or make_ion_plan(**changes)
        self.intake.bring(part10.encoded(plan), actor="user")
        return plan

    def prepare(self, plan: Dataset | None = None, **options: Any) -> SessionRow:
        """Check in a plan, a new one when none is given."""
        return self.schedule.prepare(str((plan or self.bring_plan()).SOPInstanceUID), **options)

    def claim(self, session: SessionRow, actor: str = DEVICE, lock: str = LOCK) -> str:
        """Set the session's workitem IN PROGRESS; its UID."""
        uid = self.workitem(session).uid
        self.worklist.act(uid, Request.CLAIM, lock, actor)
        return uid

    def running(self, plan: Dataset | None = None, **options: Any) -> tuple[SessionRow, Dataset]:
        """A claimed session and its session plan."""
        session = self.prepare(plan, **options)
        self.claim(session)
        return self.schedule.get(session.id), self.dataset(session.session_plan_uid)

    def store(self, dataset: Dataset, actor: str = DEVICE) -> None:
        """C-STORE of a device."""
        self.intake.store(part10.encoded(dataset), actor)

    def workitem(self, session: SessionRow) -> WorkitemRow:
        """The session's workitem as it stands."""
        with self.archive.database.reading() as view:
            (row,) = view.workitems.find(session_id=session.id)
        return row

    def workitems(self, session: SessionRow) -> list[WorkitemRow]:
        """The session's workitems in order, as they stand."""
        with self.archive.database.reading() as view:
            return view.workitems.find(session_id=session.id)

    def objects(self) -> list[StoredObject]:
        """Everything stored."""
        with self.archive.database.reading() as view:
            return view.objects.find()

    def dataset(self, uid: str) -> Dataset:
        """A stored object, decoded."""
        with self.archive.database.reading() as view:
            stored = view.objects.get(uid)
        assert stored is not None
        return self.archive.read(stored).dataset()

    def history(self, *kinds: EventKind) -> list[Event]:
        """What happened; of these kinds only when any are named."""
        with self.archive.database.reading() as view:
            return [event for event in view.history.after(0) if not kinds or event.kind in kinds]


HouseMaker = Callable[..., House]
"""What the fixture `make_house` gives: settings in, a house out."""


def open_house(folder: Path, *, beamlines: dict[str, Beamline] | None = None, **changes: Any) -> House:
    """All desks on a folder; keywords are settings."""
    settings, clock = Settings(**changes), FixedClock()
    archive = Archive(folder, settings, EventBus())
    desk = Desk(archive=archive, settings=settings, clock=clock, uids=RandomUids())
    return House(
        archive=archive,
        clock=clock,
        intake=Intake(desk),
        retrieve=Retrieve(desk),
        worklist=Worklist(desk),
        schedule=Schedule(desk, beamlines or {}),
    )
