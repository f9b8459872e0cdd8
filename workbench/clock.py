"""Where the time comes from; a parameter everywhere, so that tests are exact."""

from __future__ import annotations

from datetime import datetime
from typing import Protocol


class Clock(Protocol):
    """Anything that tells the time."""

    def now(self) -> datetime:
        """The present, with its time zone."""
        ...


class SystemClock:
    """The machine's clock in its local time zone."""

    def now(self) -> datetime:
        """The present, with the machine's time zone."""
        return datetime.now().astimezone()
