"""The workbench as one object: archive, workflow and provider of one data folder, opened and closed together.

This is the face that notebooks, dashboards and the command line use. It composes; it decides nothing.
"""

from __future__ import annotations

import asyncio
import logging
import tempfile
import threading
from collections.abc import Collection, Mapping
from dataclasses import replace
from functools import cached_property
from html import escape
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

from pydicom.dataset import Dataset

from workbench import settings as configuration
from workbench.archive.archive import Archive
from workbench.archive.rows import SessionRow, StoredObject, WorkitemRow
from workbench.archive.verification import Verification, verify
from workbench.archive.writing import OWNER_ONLY
from workbench.clock import Clock, SystemClock
from workbench.dicom import part10
from workbench.dicom.uids import RandomUids, UidSource
from workbench.errors import Refused, Unavailable, trace
from workbench.events import Event, EventBus, EventKind, Events, first
from workbench.mapping.deidentified import Key
from workbench.mapping.manual_record import Entry
from workbench.mapping.ocular_images import film_picture
from workbench.mapping.ocular_reading import Reading, Said
from workbench.network.associations import AssociationLog
from workbench.network.handlers import Handlers
from workbench.network.reports import Reporter
from workbench.network.server import Address, Provider, free_port
from workbench.ocular.beamline import Beamline, known_beamlines
from workbench.ocular.equipment import FilmGeometry
from workbench.ocular.plan import OcularPlan
from workbench.ocular.setup import FilmPicture, View
from workbench.settings import DEFAULT_DEVICE_AE_TITLE, Peer, Settings
from workbench.treatment.session import SessionKind
from workbench.workflow import media
from workbench.workflow.by_hand import ByHand
from workbench.workflow.desk import Desk
from workbench.workflow.explain import REFUSALS, Explanation, explain
from workbench.workflow.intake import Intake
from workbench.workflow.orders import withdraw
from workbench.workflow.plans import Plans, StoredPlan
from workbench.workflow.reports import Reports
from workbench.workflow.retention import Retention
from workbench.workflow.retrieve import Retrieve
from workbench.workflow.schedule import USER, Schedule
from workbench.workflow.subscriptions import SubscriptionList, Subscriptions
from workbench.workflow.worklist import Worklist

if TYPE_CHECKING:
    from workbench.records import Records

log = logging.getLogger(__name__)

FOLLOW_S = 0.25
"""How often the history is looked at for what other processes did."""
SETTINGS_FILE = configuration.FILE_NAME


class Workbench:
    """A treatment management system on one data folder.

    Parameters
    ----------
    folder : data folder, made when missing; None for one that goes away with the workbench.
    settings : instead of those in ``folder/workbench.toml``.
    listen : whether the provider starts at once.
    changes : single settings to change, for example ``ae_title="TMS"`` or ``port=11112``.

    Examples
    --------
    >>> with Workbench() as bench:
    ...     plan = bench.add_plan(read_eyeplan(sample_eyeplan()))
    ...     session = bench.check_in(plan, meterset_mu={1: 120.0})
    """

    def __init__(
        self,
        folder: str | Path | None = None,
        *,
        settings: Settings | None = None,
        listen: bool = True,
        clock: Clock | None = None,
        uid_source: UidSource | None = None,
        **changes: Any,
    ) -> None:
        self._temporary = tempfile.TemporaryDirectory(prefix="workbench-") if folder is None else None
        self.folder = Path(self._temporary.name if self._temporary else str(folder))
        _make(self.folder)
        loaded = replace(settings or configuration.load(self.folder / SETTINGS_FILE), **changes)
        self.settings = _with_device(loaded)
        self.bus = EventBus()
        self._archive = Archive(self.folder, self.settings, self.bus)
        self._desk = Desk(archive=self._archive, settings=self.settings, clock=clock or SystemClock(), uids=uid_source or RandomUids())
        self._intake, self._retrieve, self._worklist = Intake(self._desk), Retrieve(self._desk), Worklist(self._desk)
        self._by_hand = ByHand(self._desk, self._intake)
        self._schedule = Schedule(self._desk, {line.machine_name: line for line in self.beamlines.values()})
        self._subscriptions, self._retention = Subscriptions(self._desk), Retention(self._desk)
        self._plans = Plans(self._desk, self.beamlines, self._intake)
        self.associations = AssociationLog(self._desk.clock)
        handlers = Handlers(self._intake, self._retrieve, self._worklist, self._subscriptions, self.settings)
        self._provider = Provider(self.settings, handlers, self.associations)
        self._reporter = Reporter(self.settings, Reports(self._desk), self.bus)
        self.verification: Verification | None = None
        with self._archive.database.reading() as view:
            self._opened_after = view.history.last_id()
        self._closing = threading.Event()
        # Also without a provider of its own: what another process does is told to who waits and watches here.
        self._follower = threading.Thread(target=self._follow, name="history", daemon=True)
        self._follower.start()
        if listen:
            try:
                self.start()
            except BaseException:
                self.close()
                raise

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"<Workbench {self.folder.name}: {'listening' if self._provider.is_running else 'not listening'}>"

    def _repr_html_(self) -> str:
        where = f"{self.settings.host}:{self._provider.port}" if self._provider.is_running else "not listening"
        return f"<b>Workbench</b> {escape(self.settings.ae_title)} · {where} · data in <code>{escape(str(self.folder))}</code>"

    @cached_property
    def beamlines(self) -> Mapping[str, Beamline]:
        """Beamlines by name: those that ship and those of the settings."""
        return known_beamlines(self.settings.beamlines)

    @property
    def is_listening(self) -> bool:
        """Whether the provider accepts associations."""
        return self._provider.is_running

    @property
    def address(self) -> Address:
        """Where the provider is, and the device that it expects.

        Raises
        ------
        Unavailable : the provider does not listen.
        """
        if not self._provider.is_running:
            raise Unavailable("provider: does not listen, expected it to be started", rule="not-listening")
        device = self.settings.peer(DEFAULT_DEVICE_AE_TITLE) or self.settings.peers[0]
        return Address(
            host=self.settings.host,
            port=self._provider.port,
            ae_title=self.settings.ae_title,
            device_ae_title=device.ae_title,
            device_port=device.port,
        )

    @cached_property
    def records(self) -> Records:
        """Tables over what was received."""
        from workbench.records import ArchiveSource, Records  # noqa: PLC0415 - pandas is loaded only by who asks for tables

        return Records(ArchiveSource(self._archive))

    def start(self) -> None:
        """Accept associations from now on; the archive is verified first, ``verification`` says what was found."""
        if self._provider.is_running:
            return
        self.verification = self.verify()
        if self.settings.keep_workitems_days is not None:
            self._retention.forget(older_than_days=self.settings.keep_workitems_days, actor=self.settings.ae_title)
        self._provider.start()
        self._reporter.start()
        self._note(EventKind.PROVIDER_STARTED)

    def verify(self, *, deep: bool = False) -> Verification:
        """Hold every stored object against its file, and clear away what a crash left; nothing that was acknowledged is touched.

        Parameters
        ----------
        deep : read every byte instead of every length.
        """
        found = verify(self._archive, deep=deep)
        now = self._desk.clock.now()
        with self._archive.database.transaction() as transaction:
            for several, what in ((found.missing, "missing"), (found.damaged, "damaged")):
                for uid in several:
                    transaction.history.append(EventKind.OBJECT_DAMAGED, subject=uid, actor=USER, at=now, detail={"found": what})
            if found.repaired:
                detail = {"parts": found.parts, "put_aside": len(found.put_aside)}
                subject = self.settings.ae_title
                transaction.history.append(EventKind.ARCHIVE_REPAIRED, subject=subject, actor=USER, at=now, detail=detail)
        return found

    def stop(self) -> None:
        """Accept no more; what is in flight finishes first."""
        if self._provider.is_running:
            self._provider.stop()
            self._note(EventKind.PROVIDER_STOPPED)
            self._reporter.stop()

    def close(self) -> None:
        """Stop everything, in reverse; closing twice does no harm."""
        if self._closing.is_set():
            return
        self.stop()
        self._closing.set()
        self._follower.join()
        self._archive.close()
        if self._temporary is not None:
            self._temporary.cleanup()

    def add_plan(self, plan: OcularPlan | Dataset | str | Path) -> StoredPlan:
        """Take a plan into the archive: an ocular plan with its setup images, a data set, or a DICOM file.

        Raises
        ------
        Refused : it breaks rows.
        Conflict : its UID is in use by another data set.
        """
        return self._plans.add(plan)

    def import_file(self, path: str | Path, *, patient_id: str | None = None, is_confirmed: bool = False) -> tuple[str, bool]:
        """Take a DICOM file into the archive; its SOP Instance UID and whether it was new.

        Parameters
        ----------
        patient_id : the patient it is meant for; another one's is refused unless that is confirmed.
        is_confirmed : the user was warned that the Patient ID does not match, and goes on; the history says so.
        """
        instance = part10.read_file(Path(path))
        is_new = self._intake.bring(instance, actor=USER, patient_id=patient_id, is_confirmed=is_confirmed)
        return instance.sop_instance_uid, is_new

    def export(self, plan: OcularPlan, to: str | Path) -> tuple[Path, ...]:
        """Write an ocular plan and its setup images as DICOM files into a folder; their paths."""
        return media.export_plan(plan, Path(to), identity=self.settings.identity, uid_source=self._desk.uids)

    def export_image(self, uid: str, to: str | Path) -> Path:
        """Write an imported RT Image again, blank, its text the same bytes, into a folder; its path."""
        return media.export_image(part10.read_file(self.path(uid)), Path(to), identity=self.settings.identity)

    def export_deidentified(self, to: str | Path, key: bytes, *, patient_id: str | None = None, progress: bool = False) -> tuple[Path, ...]:
        """Write all plans and treatment records, or one patient's, as DICOM files that name nobody (``media.deidentify``); their paths."""
        return media.deidentify(self._desk, Path(to), Key(key), patient_id=patient_id, progress=progress)

    def check_in(
        self,
        plan: StoredPlan | str,
        *,
        room: str | None = None,
        meterset_mu: Mapping[int, float] | None = None,
        kind: SessionKind | str = SessionKind.TREATMENT,
        fraction: int | None = None,
        imaging: bool = False,
    ) -> SessionRow:
        """Prepare a session; its workitems are on the worklist when this returns.

        Parameters
        ----------
        plan : a stored plan or its SOP Instance UID.
        meterset_mu : beam number → monitor units of one fraction, where the plan does not know them.
        fraction : another one than is due.
        imaging : whether position acquisition, a workitem of its own, comes before the beams.
        """
        uid = plan.uid if isinstance(plan, StoredPlan) else plan
        return self._schedule.prepare(
            uid, kind=SessionKind(kind), fraction=fraction, room=room, meterset_mu=meterset_mu, images_first=imaging
        )

    def cancel(self, session: SessionRow | int) -> SessionRow:
        """Cancel a session; its devices are refused from now on."""
        return self._schedule.cancel(_number(session))

    def withdraw(self, workitem: str) -> None:
        """Cancel a workitem of no session, one that came over the network by N-CREATE, whoever holds it."""
        withdraw(self._desk, workitem, USER)

    def complete(self, session: SessionRow | int) -> SessionRow:
        """Complete a session; its room is free."""
        return self._schedule.complete(_number(session))

    def record(self, session: SessionRow | int, *, beam: int, meterset_mu: float, confirmed: bool = False) -> str:
        """Enter a treatment record by hand, for what the machine could not send; its SOP Instance UID.

        Parameters
        ----------
        meterset_mu : what was delivered in this session and no record tells.
        confirmed : whether more than the session was to deliver is meant.
        """
        entry = Entry(beam=beam, meterset_mu=meterset_mu, is_confirmed=confirmed)
        return self._by_hand.record(self.session(session), entry, actor=USER)

    def session(self, session: SessionRow | int) -> SessionRow:
        """A session as it stands now."""
        return self._schedule.get(_number(session))

    def sessions(self) -> list[SessionRow]:
        """All sessions, oldest first."""
        with self._archive.database.reading() as view:
            return view.sessions.all()

    def workitems(self, session: SessionRow | int | None = None) -> list[WorkitemRow]:
        """Workitems, of one session when one is named."""
        number = None if session is None else _number(session)
        with self._archive.database.reading() as view:
            return view.workitems.find(session_id=number)

    def subscriptions(self) -> SubscriptionList:
        """Who is told of what happens to workitems, and holds which deletion locks."""
        return self._subscriptions.all()

    def forget_workitems(self, *, older_than_days: float = 0.0) -> list[str]:
        """Forget final workitems of sessions that were completed longer ago; their UIDs. One under a deletion lock stays.

        Objects, sessions and the history are kept.
        """
        return self._retention.forget(older_than_days=older_than_days, actor=USER)

    def plans(self) -> list[StoredPlan]:
        """Plans that can be checked in, in the order they came; session plans are not among them."""
        return self._plans.all()

    def plan(self, uid: str) -> StoredPlan:
        """One plan of the archive, with its ocular plan where it treats an eye on a beamline that is described here.

        Raises
        ------
        Refused : no object of this SOP Instance UID is stored, or it is no plan.
        """
        return self._plans.get(uid)

    def ocular_plan(self, uid: str, said: Said | None = None) -> Reading:
        """The ocular plan of a stored RT Ion Plan, whoever wrote it, and what had to be taken from elsewhere.

        Parameters
        ----------
        said : what the plan itself leaves open.

        Raises
        ------
        Refused : it is not stored, or no plan for an eye.
        """
        return self._plans.read(uid, said)

    def objects(self, *, session: SessionRow | int | None = None) -> list[StoredObject]:
        """Stored objects, of one session when one is named."""
        with self._archive.database.reading() as view:
            return view.objects.find() if session is None else view.objects.of_session(_number(session))

    def dataset(self, uid: str) -> Dataset:
        """A stored object, decoded; refused where there is none of this SOP Instance UID."""
        return self._plans.dataset(uid)

    def picture(self, uid: str, film: FilmGeometry | None = None, view: View | None = None) -> FilmPicture:
        """A stored RT Image as a picture: calibrated pixels with millimetre axes, and its curves.

        Parameters
        ----------
        film : the geometry that took it, for example ``plan.ocular.film(View.AXIAL)``; it tells the magnification.
        view : which one it is, where its label does not say.

        Raises
        ------
        Refused : it is not stored, or no picture of a setup view.
        """
        return film_picture(self.dataset(uid), film, view)

    def path(self, uid: str) -> Path:
        """The file of a stored object."""
        with self._archive.database.reading() as view:
            stored = view.objects.get(uid)
        if stored is None:
            raise Refused(f"object {uid}: is not stored here, expected the SOP Instance UID of a stored object", rule="object")
        return self._archive.path(stored)

    def history(
        self,
        *,
        after: int = 0,
        subject: str | Collection[str] | None = None,
        kinds: Collection[EventKind] | None = None,
        latest: int | None = None,
    ) -> Events:
        """What happened, who did it and to what, oldest first: an audit that nobody can change.

        Parameters
        ----------
        after : number of an event; only later ones.
        subject : UID or session number they are about, or several; an object's UID finds also where it was sent.
        kinds : only of these.
        latest : at most so many, the last ones; a long history is not read for them.
        """
        with self._archive.database.reading() as view:
            return view.history.after(after, subject=subject, kinds=kinds, latest=latest)

    def refused(self) -> int:
        """How many requests and objects were ever refused; the events of ``history`` say which and why."""
        with self._archive.database.reading() as view:
            return view.history.count(REFUSALS)

    def explain(self, what: Event | str, state: str | None = None) -> Explanation:
        """Why a request was refused, and what would have been accepted.

        Parameters
        ----------
        what : the event of a refusal; or a rule, for example ``"ups-wrong-lock"``; or a UID, for the latest refusal on it.
        state : with a rule, the state that the workitem was in.

        Raises
        ------
        Refused : nothing was refused so.
        """
        return explain(self._desk, what, state)

    async def until(self, kind: EventKind | str, *, subject: str | None = None, timeout: float = 30.0) -> Event:
        """Wait for something to happen; what has happened since this workbench was opened counts.

        Parameters
        ----------
        subject : UID or session number it must be about.
        timeout : seconds.

        Raises
        ------
        TimeoutError : it did not happen.
        """
        wanted = EventKind(kind)

        def fits(event: Event) -> bool:
            return event.kind is wanted and (subject is None or event.subject == subject)

        try:
            async with asyncio.timeout(timeout):
                return await first(self.bus, lambda: self.history(after=self._opened_after), fits)
        except TimeoutError as problem:
            raise TimeoutError(f"{wanted.value} of {subject or 'anything'}: did not happen within {timeout} s") from problem

    def _note(self, kind: EventKind) -> None:
        with self._archive.database.transaction() as transaction:
            transaction.history.append(kind, subject=self.settings.ae_title, actor=USER, at=self._desk.clock.now())

    def _follow(self) -> None:
        while not self._closing.wait(FOLLOW_S):
            try:
                self._archive.database.follow()
            except Unavailable as problem:
                log.error("the history cannot be followed:\n%s", trace(problem))


def _number(session: SessionRow | int) -> int:
    return session if isinstance(session, int) else session.id


def _make(folder: Path) -> None:
    try:
        folder.mkdir(mode=OWNER_ONLY, parents=True, exist_ok=True)
    except OSError as problem:
        raise Unavailable(f"{folder}: cannot be made ({problem.strerror}), expected a data folder", rule="storage") from problem


def _with_device(settings: Settings) -> Settings:
    """One peer is ready, so that a simulated device can be a C-MOVE destination without configuration."""
    if settings.peer(DEFAULT_DEVICE_AE_TITLE) is not None:
        return settings
    return settings.with_peer(Peer(ae_title=DEFAULT_DEVICE_AE_TITLE, host="127.0.0.1", port=free_port()))
