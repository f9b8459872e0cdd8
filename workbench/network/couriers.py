"""Bringing event reports to their receivers: a courier for each, so that one who is dead or hangs keeps nobody else waiting.

A courier has a queue, and a thread while there is something to bring. Reports arrive in the order in which they were handed
over, on one association, which is released when it has been idle for a while.
"""

from __future__ import annotations

import logging
import threading
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from workbench.errors import Refused, Unavailable, trace
from workbench.iods.dialect import Dialect
from workbench.mapping.dialects import translated
from workbench.network.link import Link
from workbench.settings import Identity, Limits, Peer
from workbench.workflow.reports import Report

log = logging.getLogger(__name__)

WARNINGS: Final = frozenset({0x0001, 0x0107, 0x0116, *range(0xB000, 0xC000)})
"""Statuses of a report that arrived although its receiver has something to remark (PS3.7 C.4)."""
SUCCESS: Final = 0x0000


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What became of reports to one receiver.

    Parameters
    ----------
    count : how many.
    why : why they were given up; blank when they arrived.
    """

    receiver: str
    count: int
    why: str = ""


class Courier:
    """Brings one receiver its reports.

    Parameters
    ----------
    calling : our AE title.
    tell : called from the courier's thread with what became of reports, when nothing more waits.
    """

    def __init__(self, peer: Peer, *, calling: str, identity: Identity, limits: Limits, tell: Callable[[Outcome], None]) -> None:
        self._receiver = peer.ae_title
        self._limits = limits
        self._tell = tell
        classes = tuple(dialect.event for dialect in Dialect)
        self._link = Link(peer, calling=calling, offered=classes, provided=classes, limits=limits, identity=identity)
        self._changed = threading.Condition()
        self._waiting: deque[Report] = deque()
        self._sent = 0
        self._lost: dict[str, int] = {}
        self._is_closing = False
        self._thread: threading.Thread | None = None

    def hand(self, report: Report) -> None:
        """Have a report brought; returns at once. The oldest is given up when too many wait."""
        with self._changed:
            if self._is_closing:
                return
            self._waiting.append(report)
            if len(self._waiting) > self._limits.reports:
                self._waiting.popleft()
                self._lose(1, f"{self._link.where}: more than {self._limits.reports} reports waited")
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name=f"reports to {self._receiver}", daemon=True)
                self._thread.start()
            self._changed.notify_all()

    def close(self, deadline: float) -> None:
        """Bring what waits until the deadline (of ``time.monotonic``), then give up the rest."""
        with self._changed:
            self._is_closing = True
            self._changed.notify_all()
            thread = self._thread
        if thread is not None:
            thread.join(max(0.0, deadline - time.monotonic()))
            self._link.cut()
            thread.join()

    def _run(self) -> None:
        while True:
            report = self._next()
            if report is not None:
                self._deliver(report)
                continue
            self._link.close()
            with self._changed:
                if not self._waiting:
                    self._thread = None
                    return

    def _next(self) -> Report | None:
        """The oldest report; None when none came for so long that the association need not be kept."""
        with self._changed:
            is_done = not self._waiting
        if is_done:
            self._account()
        with self._changed:
            self._changed.wait_for(lambda: self._waiting or self._is_closing, timeout=self._limits.report_idle_s)
            return self._waiting.popleft() if self._waiting else None

    def _deliver(self, report: Report) -> None:
        """Bring one report, or give it up; with it all that waits when the receiver cannot be reached."""
        try:
            self._bring(report)
        except Refused as problem:
            self._lose(1, str(problem))
        except Unavailable as problem:
            with self._changed:
                self._lose(1 + len(self._waiting), str(problem))
                self._waiting.clear()
        except Exception as problem:
            log.error("an event report to %s failed:\n%s", self._receiver, trace(problem))
            self._lose(1, f"unexpected {type(problem).__name__}")
        else:
            self._sent += 1

    def _bring(self, report: Report) -> None:
        """Send a report, and again on a new association when no answer came.

        Raises
        ------
        Refused : the receiver answers that it failed.
        Unavailable : it did not answer as often as it was tried.
        """
        problem = Unavailable(f"{self._link.where}: was not tried, expected time to send reports", rule="closing")
        for attempt in range(self._limits.report_attempts):
            if attempt and self._is_told_to_close(self._limits.report_pause_s):
                break
            try:
                status = self._send(report)
            except Unavailable as error:
                problem = error
                continue
            if status is None:
                self._link.abort()
                problem = Unavailable(f"{self._link.where}: did not answer an event report, expected a status", rule="no-answer")
            elif status == SUCCESS or status in WARNINGS:
                return
            else:
                raise Refused(
                    f"{self._link.where}: answered event report {report.type} of {report.subject} with {status:04X}, expected success",
                    rule="status",
                )
        raise problem

    def _send(self, report: Report) -> int | None:
        """The receiver's answer; None where none came."""
        association, accepted = self._link.open(), self._link.accepted()
        dialect = next((one for one in (report.dialect, *Dialect) if one.event in accepted), None)
        if dialect is None:
            raise Unavailable(f"{self._link.where}: accepted no class of event reports, expected one of UPS Event", rule="sop-class")
        information = translated(report.information, report.dialect, dialect)
        try:
            status, _ = association.send_n_event_report(
                information, report.type, dialect.push, report.subject, self._link.next_message(), dialect.event
            )
        except RuntimeError:
            # pynetdicom says so that the association ended between our look at it and its own.
            return None
        return int(status.Status) if "Status" in status else None

    def _is_told_to_close(self, seconds: float) -> bool:
        """Wait; whether it was ended by closing."""
        with self._changed:
            return self._changed.wait_for(lambda: self._is_closing, timeout=seconds)

    def _lose(self, count: int, why: str) -> None:
        with self._changed:
            self._lost[why] = self._lost.get(why, 0) + count

    def _account(self) -> None:
        """Tell what became of the reports since it was told last."""
        with self._changed:
            sent, lost = self._sent, self._lost
            self._sent, self._lost = 0, {}
        outcomes = [Outcome(receiver=self._receiver, count=count, why=why) for why, count in lost.items()]
        for outcome in [*([Outcome(receiver=self._receiver, count=sent)] if sent else []), *outcomes]:
            self._tell(outcome)
