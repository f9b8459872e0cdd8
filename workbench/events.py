"""What happened, told to whoever listens; and the one bridge by which other threads reach an event loop.

Events are facts in the past tense. They are written to the history by whoever caused them, in the same transaction; the
bus only carries them. Subscribers are called in the publisher's thread and must only enqueue.
"""

from __future__ import annotations

import asyncio
import contextvars
import logging
import threading
from collections import deque
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from html import escape

from workbench.errors import trace

log = logging.getLogger(__name__)


class EventKind(StrEnum):
    """Everything that can have happened."""

    SESSION_PREPARED = "session.prepared"
    """A patient was checked in; workitems are on the worklist."""
    SESSION_CANCELED = "session.canceled"
    """A user canceled the session."""
    SESSION_COMPLETED = "session.completed"
    """A user completed the session; another may start."""
    WORKITEM_SCHEDULED = "workitem.scheduled"
    """A workitem was put on the worklist."""
    WORKITEM_READY = "workitem.ready"
    """What it waited for is there; its inputs are complete."""
    WORKITEM_CLAIMED = "workitem.claimed"
    """A device set it IN PROGRESS."""
    WORKITEM_PROGRESSED = "workitem.progressed"
    """A device reported progress."""
    WORKITEM_CANCEL_REQUESTED = "workitem.cancel-requested"
    """Somebody asked that it be canceled; the detail says why."""
    WORKITEM_COMPLETED = "workitem.completed"
    """A device set it COMPLETED."""
    WORKITEM_CANCELED = "workitem.canceled"
    """It was set CANCELED."""
    WORKITEM_READINESS_CHANGED = "workitem.readiness-changed"
    """Its inputs became ready, or are no longer."""
    WORKITEM_ASSIGNED = "workitem.assigned"
    """Another station or person is to perform it."""
    WORKITEM_CHANGED = "workitem.changed"
    """Attributes that nobody is told of were set."""
    WORKITEM_FORGOTTEN = "workitem.forgotten"
    """It was final and nobody held a deletion lock; it is no longer kept."""
    WORKITEM_SUBSCRIBED = "workitem.subscribed"
    """A receiver is told of it, or of all workitems, from now on."""
    WORKITEM_UNSUBSCRIBED = "workitem.unsubscribed"
    """A receiver is told no more of it, or of workitems to come."""
    REPORTS_SENT = "reports.sent"
    """A subscriber was told all that there was to tell it."""
    REPORTS_FAILED = "reports.failed"
    """A subscriber could not be told; the detail says how many reports were given up, and why."""
    OBJECT_STORED = "object.stored"
    """An object was stored and is durable."""
    OBJECT_CONFIRMED = "object.confirmed"
    """A user went on with an object that was stored before, although its Patient ID is not that of the patient it is meant for."""
    RECORD_STORED = "record.stored"
    """A treatment record was stored and decoded."""
    OBJECT_REFUSED = "object.refused"
    """An object was refused; the detail says by which rule."""
    REQUEST_REFUSED = "request.refused"
    """A request was refused; the detail says by which rule."""
    OBJECTS_SENT = "objects.sent"
    """Objects were sent to a C-MOVE destination, or to who asked by C-GET; the detail lists them."""
    OBJECT_DAMAGED = "object.damaged"
    """A verification found an object's file gone, or not what was stored."""
    ARCHIVE_REPAIRED = "archive.repaired"
    """A verification cleared away what a crash had left; nobody had been told that it was stored."""
    PROVIDER_STARTED = "provider.started"
    """The provider accepts associations."""
    PROVIDER_STOPPED = "provider.stopped"
    """The provider no longer does."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """One fact.

    Parameters
    ----------
    id : number in the history, growing; 0 before it is written.
    subject : UID or session number it is about.
    actor : AE title or user who caused it.
    detail : plain values; never a lock, never a patient's name.
    """

    id: int = 0
    at: datetime
    kind: EventKind
    subject: str
    actor: str
    detail: Mapping[str, str | int | float] = field(default_factory=dict)

    @property
    def objects(self) -> tuple[str, ...]:
        """SOP Instance UIDs of the objects that were sent; nothing for other facts."""
        return tuple(str(self.detail.get("objects", "")).split())

    @property
    def told(self) -> str:
        """The detail in one line."""
        return ", ".join(f"{key} {value}" for key, value in self.detail.items() if value != "").replace("\n", "; ")


class Events(list[Event]):
    """Facts in the order they happened; a list that shows itself as a table."""

    def of(self, kind: EventKind | str) -> Events:
        """Those of one kind.

        Raises
        ------
        ValueError : no kind has this name.
        """
        wanted = EventKind(kind)
        return Events(one for one in self if one.kind is wanted)

    def __repr__(self) -> str:
        return f"<Events: {len(self)}, {self[0].kind.value} to {self[-1].kind.value}>" if self else "<Events: none>"

    def _repr_html_(self) -> str:
        head = "".join(f"<th>{one}</th>" for one in ("", "at", "what", "about", "by", "detail"))
        cells = ((one.id, f"{one.at:%Y-%m-%d %H:%M:%S}", one.kind.value, one.subject, one.actor, one.told) for one in self)
        body = "".join("<tr>" + "".join(f"<td>{escape(str(cell))}</td>" for cell in row) + "</tr>" for row in cells)
        return f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"


Subscriber = Callable[[Event], None]


class EventBus:
    """Tells subscribers of this process what happened, in the order it is told."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._subscribers: tuple[Subscriber, ...] = ()

    def subscribe(self, subscriber: Subscriber) -> Callable[[], None]:
        """Call ``subscriber`` for every event from now on; the returned function ends that."""
        with self._lock:
            self._subscribers = (*self._subscribers, subscriber)

        def unsubscribe() -> None:
            with self._lock:
                self._subscribers = tuple(one for one in self._subscribers if one is not subscriber)

        return unsubscribe

    def publish(self, event: Event) -> None:
        """Tell everybody; a subscriber that fails is logged and does not stop the others."""
        for subscriber in self._subscribers:
            try:
                subscriber(event)
            except Exception as problem:
                log.error("a subscriber failed on %s:\n%s", event.kind, trace(problem))


class Bridge:
    """Brings calls from any thread onto one event loop, first in, first out.

    Made in the thread of a running loop (a notebook cell), it delivers there; made without one, calls wait for ``pump``.
    Exceptions are collected in ``failures`` and logged, never lost. After ``close`` posting does nothing.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._queue: deque[tuple[Callable[..., object], tuple[object, ...]]] = deque()
        self._scheduled = False
        self._closed = False
        self._drains: list[asyncio.Future[None]] = []
        self.failures: list[BaseException] = []
        self._context = contextvars.copy_context()
        try:
            self._loop: asyncio.AbstractEventLoop | None = asyncio.get_running_loop()
        except RuntimeError:
            self._loop = None

    def post(self, function: Callable[..., object], *arguments: object) -> None:
        """Have ``function(*arguments)`` called on the loop; returns at once."""
        with self._lock:
            if self._closed:
                return
            self._queue.append((function, arguments))
            if self._loop is None or self._scheduled or self._loop.is_closed():
                return
            self._scheduled = True
            self._loop.call_soon_threadsafe(self.pump, context=self._context)

    def pump(self) -> None:
        """Run what is queued, now, in this thread."""
        while True:
            with self._lock:
                if not self._queue:
                    self._scheduled = False
                    return
                function, arguments = self._queue.popleft()
            try:
                function(*arguments)
            except Exception as problem:
                log.error("a posted call failed:\n%s", trace(problem))
                self.failures.append(problem)

    async def drain(self) -> None:
        """Wait until everything posted so far has run, or was dropped because the bridge was closed."""
        done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        with self._lock:
            if self._closed:
                return
            self._drains.append(done)
        self.post(_settle, done)
        if self._loop is None:
            self.pump()
        try:
            await done
        finally:
            with self._lock:
                self._drains.remove(done)

    def close(self) -> None:
        """Drop what is queued and ignore what is posted later."""
        with self._lock:
            self._closed = True
            self._queue.clear()
            for done in self._drains:
                if not done.get_loop().is_closed():
                    done.get_loop().call_soon_threadsafe(_settle, done)


def _settle(done: asyncio.Future[None]) -> None:
    """End a wait; one that was canceled meanwhile stays so."""
    if not done.done():
        done.set_result(None)


async def first(bus: EventBus, earlier: Callable[[], Iterable[Event]], fits: Callable[[Event], bool]) -> Event:
    """Wait for the first event that fits, in any thread, or of those that were told before.

    Parameters
    ----------
    earlier : what was told before; asked when nothing that comes can be missed any more.
    """
    found: asyncio.Future[Event] = asyncio.get_running_loop().create_future()
    bridge = Bridge()

    def offer(event: Event) -> None:
        if not found.done() and fits(event):
            found.set_result(event)

    unsubscribe = bus.subscribe(lambda event: bridge.post(offer, event))
    try:
        for event in earlier():
            offer(event)
        return await found
    finally:
        unsubscribe()
        bridge.close()
