"""A subscriber that is not ours: plain pynetdicom, listening on a port of its own for event reports."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from socketserver import BaseServer
from typing import Any

from pydicom.dataset import Dataset
from pynetdicom import AE, evt
from pynetdicom.association import Association

from tests.network.wire import SYNTAXES, answer
from workbench.network.server import free_port
from workbench.settings import Peer

PUSH, WATCH, EVENT = "1.2.840.10008.5.1.4.34.6.1", "1.2.840.10008.5.1.4.34.6.2", "1.2.840.10008.5.1.4.34.6.4"
TRIAL_PUSH, TRIAL_WATCH, TRIAL_EVENT = "1.2.840.10008.5.1.4.34.4.1", "1.2.840.10008.5.1.4.34.4.2", "1.2.840.10008.5.1.4.34.4.4"
EVERYTHING, FILTERED = "1.2.840.10008.5.1.4.34.5", "1.2.840.10008.5.1.4.34.5.1"
"""The well-known instances of global and filtered global subscription (PS3.6 Table A-1)."""
PATIENCE_S = 20.0
"""How long a test waits for what has to come, before it fails."""


@dataclass(slots=True, kw_only=True)
class Heard:
    """One N-EVENT-REPORT as it came."""

    type: int
    subject: str
    context: str
    sop_class: str
    caller: str
    information: Dataset

    @property
    def brief(self) -> tuple[Any, ...]:
        """Its type and what it mainly says."""
        said = self.information
        match self.type:
            case 1:
                return (1, said.ProcedureStepState)
            case 2:
                return (2, said.RequestingAE)
            case 3:
                return (3, str(said.ProcedureStepProgressInformationSequence[0].get("ProcedureStepProgress", "")))
            case 4:
                return (4, said.SCPStatus)
            case _:
                return (5, said.ScheduledStationNameCodeSequence[0].CodeMeaning)


@dataclass(slots=True, kw_only=True)
class Subscriber:
    """What it heard; tests wait for it."""

    title: str
    port: int
    heard: list[Heard] = field(default_factory=list)
    status: int = 0x0000
    changed: threading.Condition = field(default_factory=threading.Condition)
    associations: int = 0
    reached: threading.Event = field(default_factory=threading.Event)
    """Set when the first report has come, before it is answered."""

    @property
    def peer(self) -> Peer:
        """As the provider's settings name it."""
        return Peer(ae_title=self.title, host="127.0.0.1", port=self.port)

    def briefs(self, count: int, subject: str | None = None) -> list[tuple[Any, ...]]:
        """What it heard of a workitem, or of any, once it is at least so much."""
        return [one.brief for one in self.wait(count, subject)]

    def wait(self, count: int, subject: str | None = None) -> list[Heard]:
        """The reports of a workitem, or of any, once they are at least so many."""

        def of_it() -> list[Heard]:
            return [one for one in self.heard if subject in {None, one.subject}]

        with self.changed:
            assert self.changed.wait_for(lambda: len(of_it()) >= count, timeout=PATIENCE_S), f"heard {of_it()}, expected {count} reports"
            return of_it()

    def keep(self, event: Any) -> tuple[int, None]:
        """The handler of N-EVENT-REPORT."""
        request = event.request
        one = Heard(
            type=int(request.EventTypeID),
            subject=str(request.AffectedSOPInstanceUID),
            context=str(event.context.abstract_syntax),
            sop_class=str(request.AffectedSOPClassUID),
            caller=str(event.assoc.requestor.ae_title).strip(),
            information=event.event_information,
        )
        with self.changed:
            self.heard.append(one)
            self.changed.notify_all()
        return self.status, None

    def count(self, event: Any) -> None:
        """An association was accepted."""
        with self.changed:
            self.associations += 1


@contextmanager
def listening(
    title: str = "WATCHER",
    *,
    port: int = 0,
    classes: tuple[str, ...] = (EVENT, TRIAL_EVENT),
    hold: Callable[[], object] = lambda: None,
    released: Callable[[], object] = lambda: None,
) -> Iterator[Subscriber]:
    """A subscriber on a port; ``hold`` is called before each answer, ``released`` when an association is released."""
    subscriber = Subscriber(title=title, port=port or free_port())
    entity = AE(title)
    entity.require_called_aet = True
    for uid in classes:
        entity.add_supported_context(uid, list(SYNTAXES), scu_role=False, scp_role=True)

    def hear(event: Any) -> tuple[int, None]:
        subscriber.reached.set()
        hold()
        return subscriber.keep(event)

    handlers: list[Any] = [
        (evt.EVT_N_EVENT_REPORT, hear),
        (evt.EVT_ESTABLISHED, subscriber.count),
        (evt.EVT_RELEASED, lambda _: released()),
    ]
    server = entity.make_server(("127.0.0.1", subscriber.port), evt_handlers=handlers)
    # pynetdicom's own thread looks every half second whether it is to stop, which every test would wait for.
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
    try:
        yield subscriber
    finally:
        BaseServer.shutdown(server)
        server.server_close()
        for one in server.active_associations:
            if one.is_established:
                one.abort()


def subscribe(
    association: Association, subject: str, receiver: str = "WATCHER", lock: str | None = "FALSE", **more: Any
) -> tuple[str, str]:
    """N-ACTION 3; keywords are matching keys, or ``trial=True``."""
    return _act(association, 3, subject, receiver, DeletionLock=lock, **more)


def unsubscribe(association: Association, subject: str, receiver: str = "WATCHER", **more: Any) -> tuple[str, str]:
    """N-ACTION 4."""
    return _act(association, 4, subject, receiver, **more)


def suspend(association: Association, subject: str = EVERYTHING, receiver: str = "WATCHER", **more: Any) -> tuple[str, str]:
    """N-ACTION 5."""
    return _act(association, 5, subject, receiver, **more)


def _act(
    association: Association, action: int, subject: str, receiver: str | None, *, trial: bool = False, **values: Any
) -> tuple[str, str]:
    information = Dataset()
    for keyword, value in {"ReceivingAE": receiver, **values}.items():
        if value is not None:
            setattr(information, keyword, value)
    push, watch = (TRIAL_PUSH, TRIAL_WATCH) if trial else (PUSH, WATCH)
    status, _ = association.send_n_action(information, action, push, subject, meta_uid=watch)
    return answer(status)
