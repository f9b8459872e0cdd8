"""A subscriber to work with: it listens for event reports, asks to be sent them, and keeps them as values."""

from __future__ import annotations

from collections.abc import Callable
from types import TracebackType
from typing import Self

from pydicom.dataset import Dataset

from workbench.iods.dialect import Dialect
from workbench.mapping.event_reports import EventReport
from workbench.network.peer import Receiver, Reply
from workbench.network.server import Address
from workbench.network.watch import Watch
from workbench.settings import Limits, Peer


class Watcher:
    """A subscriber of a provider, as a context manager.

    Parameters
    ----------
    address : where the provider is.
    peer : who it is and where it listens, as the provider's settings name it; the device that the provider expects when not given.
    dialect : of UPS.

    Examples
    --------
    >>> with Workbench() as bench, Watcher(bench.address) as watcher:
    ...     watcher.subscribe()
    ...     session = bench.check_in(plan)
    ...     report = watcher.until(lambda report: report.state == "SCHEDULED")
    """

    def __init__(
        self, address: Address, *, peer: Peer | None = None, dialect: Dialect = Dialect.FINAL, limits: Limits | None = None
    ) -> None:
        own = peer or Peer(ae_title=address.device_ae_title, host=address.host, port=address.device_port)
        provider = Peer(ae_title=address.ae_title, host=address.host, port=address.port)
        self._receiver = Receiver(own.host, own.port, ae_title=own.ae_title, limits=limits)
        self._watch = Watch(provider, calling=own.ae_title, dialect=dialect, limits=limits)

    def __enter__(self) -> Self:
        self._receiver.__enter__()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._receiver.__exit__(kind, error, trace)

    def subscribe(self, workitem: str | None = None, *, has_lock: bool = False, keys: Dataset | None = None) -> Reply:
        """Be told of a workitem; of all when none is named, or of those that match.

        Parameters
        ----------
        has_lock : whether the provider is to keep workitems until we unsubscribe (Deletion Lock).
        keys : matching keys as in C-FIND.
        """
        return self._watch.subscribe(workitem, has_lock=has_lock, keys=keys)

    def unsubscribe(self, workitem: str | None = None) -> Reply:
        """Be told no more of a workitem; of none when none is named."""
        return self._watch.unsubscribe(workitem)

    def suspend(self) -> Reply:
        """Be told of no workitem to come."""
        return self._watch.suspend()

    @property
    def reports(self) -> tuple[EventReport, ...]:
        """What it was told so far, in order."""
        return self._receiver.reports

    def until(self, fits: Callable[[EventReport], bool], *, timeout: float = 30.0) -> EventReport:
        """The first report that fits; it may have come already.

        Parameters
        ----------
        timeout : seconds.

        Raises
        ------
        TimeoutError : none came.
        """
        return self._receiver.until(fits, timeout=timeout)
