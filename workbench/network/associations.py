"""Who is and was associated with the provider: the latest associations, in memory, for who looks on.

The history tells what was asked and done, and lasts; this tells that somebody was there at all, also who was rejected or came only to
echo. It is gone with its process and nothing depends on it.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType
from typing import Any, Final
from weakref import WeakKeyDictionary

from workbench.clock import Clock

log = logging.getLogger(__name__)

KEPT: Final = 200
REASONS: Final = MappingProxyType(
    {
        (1, 1): "no reason given",
        (1, 2): "application context name not supported",
        (1, 3): "calling AE title not recognized",
        (1, 7): "called AE title not recognized",
        (2, 1): "no reason given",
        (2, 2): "protocol version not supported",
        (3, 1): "temporary congestion",
        (3, 2): "local limit exceeded",
    }
)
"""Source and diagnostic of an A-ASSOCIATE-RJ → what they say (PS3.8 Table 9-21)."""


class Stand(StrEnum):
    """How an association stands."""

    OPEN = "open"
    """Messages may come."""
    RELEASED = "released"
    """The peer released it."""
    ABORTED = "aborted"
    """One of both sides aborted it."""
    LOST = "lost"
    """The connection closed without a word."""
    REJECTED = "rejected"
    """It was never accepted."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AssociationSeen:
    """One association with the provider.

    Parameters
    ----------
    number : in the order they came, from 1.
    calling_ae, host : who asked, and from where.
    ended : None while it is open.
    why : why it was rejected; blank otherwise.
    """

    number: int
    calling_ae: str
    called_ae: str
    host: str
    began: datetime
    ended: datetime | None = None
    stand: Stand = Stand.OPEN
    why: str = ""


class AssociationLog:
    """The latest associations of a provider; told by its connections' threads, read by anybody.

    Parameters
    ----------
    clock : tells when they came and went.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._seen: dict[int, AssociationSeen] = {}
        self._numbers: WeakKeyDictionary[Any, int] = WeakKeyDictionary()
        self._count = 0
        self._subscribers: tuple[Callable[[AssociationSeen], None], ...] = ()

    def latest(self) -> list[AssociationSeen]:
        """Those that are remembered, oldest first."""
        with self._lock:
            return list(self._seen.values())

    def subscribe(self, subscriber: Callable[[AssociationSeen], None]) -> Callable[[], None]:
        """Call ``subscriber`` whenever one comes, goes or is rejected, in that connection's thread; the returned function ends that."""
        with self._lock:
            self._subscribers = (*self._subscribers, subscriber)

        def unsubscribe() -> None:
            with self._lock:
                self._subscribers = tuple(one for one in self._subscribers if one is not subscriber)

        return unsubscribe

    def on_accepted(self, event: Any) -> None:
        """It is established."""
        self._tell(self._begin(event.assoc))

    def on_rejected(self, event: Any) -> None:
        """It is refused; the reason is that of the answer."""
        answer = event.assoc.acceptor.primitive
        why = REASONS.get((answer.result_source, answer.diagnostic), "no reason known")
        seen = self._begin(event.assoc)
        self._end(event.assoc, Stand.REJECTED, why)
        log.info("association %d from %s rejected: %s", seen.number, seen.calling_ae, why)

    def on_released(self, event: Any) -> None:
        """The peer let go of it as it should."""
        self._end(event.assoc, Stand.RELEASED)

    def on_aborted(self, event: Any) -> None:
        """One of both sides broke it off."""
        self._end(event.assoc, Stand.ABORTED)

    def on_closed(self, event: Any) -> None:
        """The connection is closed; nothing when the association had ended before."""
        self._end(event.assoc, Stand.LOST)

    def _begin(self, association: Any) -> AssociationSeen:
        asked = association.requestor
        with self._lock:
            self._count += 1
            seen = AssociationSeen(
                number=self._count,
                calling_ae=str(asked.primitive.calling_ae_title).strip(),
                called_ae=str(asked.primitive.called_ae_title).strip(),
                host=str(asked.address or ""),
                began=self._clock.now(),
            )
            self._seen[seen.number] = seen
            self._numbers[association] = seen.number
            while len(self._seen) > KEPT:
                del self._seen[next(iter(self._seen))]
        return seen

    def _end(self, association: Any, stand: Stand, why: str = "") -> None:
        with self._lock:
            before = self._seen.get(self._numbers.get(association, 0))
            # The connection may be seen to close before the release that closed it is told.
            if before is None or before.stand not in {Stand.OPEN, Stand.LOST} or before.stand is stand:
                return
            seen = replace(before, ended=self._clock.now(), stand=stand, why=why)
            self._seen[seen.number] = seen
        self._tell(seen)

    def _tell(self, seen: AssociationSeen) -> None:
        for subscriber in self._subscribers:
            subscriber(seen)
