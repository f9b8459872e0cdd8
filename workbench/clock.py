"""Where the time comes from; a parameter everywhere, so that tests are exact."""

from __future__ import annotations

import os
import time
from datetime import UTC, datetime, timedelta, tzinfo
from typing import Final, Protocol
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

LOCALTIME: Final = "/etc/localtime"
"""Where a machine that follows POSIX keeps the rules of its time zone, as a link into the zone database."""


class Clock(Protocol):
    """Anything that tells the time."""

    @property
    def zone(self) -> tzinfo:
        """The time zone with its rules, in which dates and times of any day are meant that do not say one."""
        ...

    def now(self) -> datetime:
        """The present, with its time zone."""
        ...


class SystemClock:
    """The machine's clock in its local time zone."""

    @property
    def zone(self) -> tzinfo:
        """That of the machine, which knows summer from winter."""
        return machine_zone()

    def now(self) -> datetime:
        """The present, with the machine's present offset from UTC."""
        return datetime.now().astimezone()


class MachineZone(tzinfo):
    """The machine's time zone where nobody can name it; whoever asks gets the offset that the operating system had or will have then."""

    def utcoffset(self, dt: datetime | None) -> timedelta | None:
        """Ahead of UTC at this local time."""
        return None if dt is None else dt.replace(tzinfo=None).astimezone().utcoffset()

    def dst(self, dt: datetime | None) -> None:
        """Not told apart from the offset."""

    def tzname(self, dt: datetime | None) -> str | None:
        """As the operating system calls it."""
        return None if dt is None else dt.replace(tzinfo=None).astimezone().tzname()

    def fromutc(self, dt: datetime) -> datetime:
        """Local time at a moment in UTC."""
        return dt.replace(tzinfo=UTC).astimezone().replace(tzinfo=self)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, MachineZone)

    def __hash__(self) -> int:
        return hash(MachineZone)

    def __str__(self) -> str:
        return f"machine {os.environ.get('TZ', '')} {'/'.join(time.tzname)} {time.timezone} {time.altzone}"


def machine_zone() -> tzinfo:
    """The time zone of the machine with its rules: a summer's record read in winter is meant in summer time.

    By its name in the zone database where it has one, so that other machines understand it, too.
    """
    told = os.environ.get("TZ")
    # POSIX.1 8.3: a blank TZ is universal time, and a colon may stand before a name.
    name = os.path.realpath(LOCALTIME).partition("zoneinfo/")[2] if told is None else told.removeprefix(":") or "UTC"
    try:
        return ZoneInfo(name) if name else MachineZone()
    except (ZoneInfoNotFoundError, ValueError, OSError):
        # TZ may hold the rules themselves (POSIX.1 8.3), which the operating system understands.
        return MachineZone()
