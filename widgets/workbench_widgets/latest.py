"""Work of which only the last that was asked for matters: reading a table, counting an answer, drawing a chart."""

from __future__ import annotations

from collections.abc import Callable
from typing import Generic, TypeVar

from workbench_widgets.live import Live

Result = TypeVar("Result")


class Latest(Generic[Result]):
    """One work at a time; what is asked for meanwhile waits, and of what waits only the last is begun.

    So results come in the order they were asked for, none is overtaken by an older one, and a stream of events does not pile up work.

    Parameters
    ----------
    then : told each result, on the loop.
    """

    def __init__(self, live: Live, then: Callable[[Result], object]) -> None:
        self._live, self._then = live, then
        self._waiting: Callable[[], Result] | None = None
        self._is_at_work = False

    def ask(self, blocking: Callable[[], Result]) -> None:
        """Have this done next; called on the loop."""
        self._waiting = blocking
        if not self._is_at_work:
            self._begin()

    def _begin(self) -> None:
        blocking, self._waiting = self._waiting, None
        if blocking is not None:
            self._is_at_work = True
            self._live.work(blocking, then=self._then, finally_=self._go_on)

    def _go_on(self) -> None:
        self._is_at_work = False
        self._begin()
