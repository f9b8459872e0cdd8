"""The sender of event reports: follows the history, and hands each report to its receiver's courier.

It follows the table of events and not the bus, which only wakes it: so reports are in the order of the history, those of events
that another process wrote among them. Neither who publishes an event nor one receiver ever waits for another receiver.
"""

from __future__ import annotations

import logging
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterable
from typing import Final

from workbench.errors import Unavailable, trace
from workbench.events import Event, EventBus
from workbench.network.couriers import Courier, Outcome
from workbench.settings import Settings
from workbench.workflow.reports import Report, Reports

log = logging.getLogger(__name__)

AGAIN_S: Final = 1.0
"""A history that could not be read is read again after this time."""


class Reporter:
    """Sends reports from ``start`` to ``stop``.

    Parameters
    ----------
    reports : what is due.
    bus : tells that something happened.
    """

    def __init__(self, settings: Settings, reports: Reports, bus: EventBus) -> None:
        self._settings = settings
        self._reports = reports
        self._bus = bus
        self._rung = threading.Event()
        self._is_closing = False
        self._couriers: dict[str, Courier] = {}
        self._after = 0
        self._thread: threading.Thread | None = None
        self._unsubscribe: Callable[[], None] | None = None

    def start(self) -> None:
        """Report what happens from now on, first of all that we were restarted; nothing when the settings send no reports."""
        if self._thread is not None or not self._settings.sends_reports:
            return
        self._is_closing = False
        self._after = self._reports.latest()
        self._hand(self._reports.of_restart())
        self._unsubscribe = self._bus.subscribe(self._ring)
        self._thread = threading.Thread(target=self._run, name="reports", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Report no more; what happened until now is still sent within the grace time."""
        thread, self._thread = self._thread, None
        if thread is None:
            return
        if self._unsubscribe is not None:
            self._unsubscribe()
        self._is_closing = True
        self._rung.set()
        thread.join()
        deadline = time.monotonic() + self._settings.limits.grace_s
        for courier in self._couriers.values():
            courier.close(deadline)
        self._couriers.clear()

    def _ring(self, event: Event) -> None:
        self._rung.set()

    def _run(self) -> None:
        is_known = True
        while True:
            self._rung.wait(None if is_known else AGAIN_S)
            self._rung.clear()
            is_last = self._is_closing
            try:
                self._after, due = self._reports.due(self._after)
                is_known = True
                self._hand(due)
            except Unavailable as problem:
                log.error("the history cannot be read; what it holds is reported later:\n%s", trace(problem))
                is_known = False
            if is_last:
                return

    def _hand(self, reports: Iterable[Report]) -> None:
        strangers: Counter[str] = Counter()
        for report in reports:
            courier = self._courier(report.receiver)
            if courier is None:
                strangers[report.receiver] += 1
            else:
                courier.hand(report)
        for receiver, count in strangers.items():
            why = f"receiving AE {receiver}: is no peer any more, expected one of the settings"
            self._told(Outcome(receiver=receiver, count=count, why=why))

    def _courier(self, receiver: str) -> Courier | None:
        peer = self._settings.peer(receiver)
        if receiver not in self._couriers and peer is not None:
            self._couriers[receiver] = Courier(
                peer,
                calling=self._settings.ae_title,
                identity=self._settings.identity,
                limits=self._settings.limits,
                tell=self._told,
            )
        return self._couriers.get(receiver)

    def _told(self, outcome: Outcome) -> None:
        """Log and write down what became of reports."""
        if outcome.why:
            log.warning("%d event reports to %s given up: %s", outcome.count, outcome.receiver, outcome.why)
        else:
            log.info("%d event reports sent to %s", outcome.count, outcome.receiver)
        try:
            self._reports.tell(outcome.receiver, outcome.count, outcome.why)
        except Unavailable as problem:
            log.error("what became of reports to %s could not be written down:\n%s", outcome.receiver, trace(problem))
