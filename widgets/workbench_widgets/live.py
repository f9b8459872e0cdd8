"""The one place of the dashboards where threads meet: events come in, buttons send work out, one loop writes the widgets.

Network handlers, device threads and button callbacks may all run in threads of their own; each only posts. What they post
runs on the loop that was running when the dashboard was made. It knows no widget and no DICOM.
"""

from __future__ import annotations

import asyncio
import logging
import threading
from collections.abc import Callable
from typing import Any, Protocol, TypeVar

from workbench.errors import WorkbenchError, named, trace
from workbench.events import Bridge

log = logging.getLogger(__name__)

Result = TypeVar("Result")


class Source(Protocol):
    """Tells subscribers what happens, in any thread: the bus of a bench, or its associations."""

    def subscribe(self, subscriber: Callable[[Any], None], /) -> Callable[[], None]:
        """Call ``subscriber`` from now on; the returned function ends that."""
        ...


def _nothing(*_: object) -> None:
    """What follows when nothing is to follow."""


def _anything(_: object) -> bool:
    """What a dashboard follows that says no more."""
    return True


class Live:
    """Refreshes after events, works beside the loop, turns what fails into a sentence.

    Parameters
    ----------
    refresh : rebuilds what is shown from a query; called on the loop, once for a burst of requests.
    failed : told the sentence of whatever went wrong; called on the loop.
    refused : told what the workbench refused, with its rule, instead.
    """

    def __init__(
        self,
        *,
        refresh: Callable[[], object],
        failed: Callable[[str], object],
        refused: Callable[[WorkbenchError], object] | None = None,
    ) -> None:
        self._refresh, self._failed = refresh, failed
        self._refused = refused or (lambda problem: failed(str(problem)))
        self._bridge = Bridge()
        self._lock = threading.Lock()
        self._is_due = False
        self._tasks: set[asyncio.Task[None]] = set()
        self._ends: list[Callable[[], object]] = []

    def follow(self, source: Source, *, concerns: Callable[[Any], bool] = _anything) -> None:
        """Refresh after everything that this source tells, until closed.

        Parameters
        ----------
        concerns : whether what is told changes what is shown; asked in the thread that it comes in.
        """
        self.at_close(source.subscribe(lambda told: self.refresh_soon() if concerns(told) else None))

    def at_close(self, end: Callable[[], object]) -> None:
        """Have ``end`` called when this is closed."""
        self._ends.append(end)

    def post(self, function: Callable[..., object], *arguments: object) -> None:
        """Have ``function(*arguments)`` called on the loop; from any thread, at once, first in first out."""
        self._bridge.post(self._guarded, function, *arguments)

    def refresh_soon(self) -> None:
        """Ask for a refresh; many requests before it runs are one."""
        with self._lock:
            if self._is_due:
                return
            self._is_due = True
        self.post(self._refresh_now)

    def work(
        self,
        blocking: Callable[[], Result],
        *,
        then: Callable[[Result], object] = _nothing,
        finally_: Callable[[], object] = _nothing,
    ) -> None:
        """Have ``blocking`` called in a thread of its own, then ``then`` with its result on the loop.

        Parameters
        ----------
        then : called when it succeeded; what it raised becomes a sentence instead.
        finally_ : called after either.
        """
        self.post(self._begin, blocking, then, finally_)

    def pump(self) -> None:
        """Run what is posted, here and now; for use where no loop runs."""
        self._bridge.pump()

    async def drain(self) -> None:
        """Wait until everything posted so far has run and all work has come back."""
        await self._bridge.drain()
        while self._tasks:
            await asyncio.wait(set(self._tasks))
            await self._bridge.drain()

    def close(self) -> None:
        """Hear of no more events and ignore what is posted later; work that has begun ends unheard."""
        for end in self._ends:
            end()
        self._ends.clear()
        self._bridge.close()

    def _refresh_now(self) -> None:
        # Before the query: what happens while it runs is another refresh's.
        with self._lock:
            self._is_due = False
        self._refresh()

    def _begin(self, blocking: Callable[[], Result], then: Callable[[Result], object], finally_: Callable[[], object]) -> None:
        try:
            loop = asyncio.get_running_loop()
        except RuntimeError:
            # Pumped by hand, without a loop: there is nothing to keep free.
            self._guarded(lambda: then(blocking()))
            self._guarded(finally_)
            return
        task = loop.create_task(self._beside(blocking, then, finally_))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _beside(self, blocking: Callable[[], Result], then: Callable[[Result], object], finally_: Callable[[], object]) -> None:
        try:
            result = await asyncio.to_thread(blocking)
        except Exception as problem:
            self.post(self._tell, problem)
        else:
            self.post(then, result)
        finally:
            self.post(finally_)

    def _guarded(self, function: Callable[..., object], *arguments: object) -> None:
        """The border of the loop: nothing that a button or an event sets off ends as a traceback in a cell."""
        try:
            function(*arguments)
        except Exception as problem:
            self._tell(problem)

    def _tell(self, problem: Exception) -> None:
        if isinstance(problem, WorkbenchError):
            log.info("a dashboard was refused something: %s", named(problem))
            self._refused(problem)
        else:
            log.error("a dashboard's work failed:\n%s", trace(problem))
            self._failed(f"unexpected {type(problem).__name__}: {problem}; the log has the details")
