"""Dates, times and date-times of a query (PS3.4 C.2.2.2.1 and C.2.2.2.5): what a text of partial precision covers.

A text covers every moment from the first that it allows to the last: ``2024`` is the whole year. A value found counts as its
first moment. Date-times are compared as instants, whatever offset from UTC they are written with. Knows nothing of data sets.
"""

from __future__ import annotations

import re
from calendar import monthrange
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone, tzinfo
from functools import lru_cache
from typing import Final

TICK: Final = timedelta(microseconds=1)
FORMS: Final = {
    "DA": r"\d{8}",
    "TM": r"\d\d(?:\d\d){0,2}(?:(?<=\d{6})\.\d{1,6})?",
    # An offset is at most 14 hours ahead (PS3.5 6.2), so four digits after a hyphen that cannot be one are a year.
    "DT": r"\d{4}(?:\d\d){0,5}(?:(?<=\d{14})\.\d{1,6})?(?:[+-](?:0\d|1[0-4])[0-5]\d)?",
}
SINGLE: Final = {vr: re.compile(form) for vr, form in FORMS.items()}
RANGE: Final = {vr: re.compile(f"(?P<low>{form})? ?- ?(?P<high>{form})?") for vr, form in FORMS.items()}
OFFSET: Final = re.compile(r"[+-]\d{4}")
FIRST: Final = ("1900", "01", "01", "00", "00", "00")
"""What stands for a component that a text leaves out; a TM has no date of its own."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Period:
    """All moments from the first to the last, both included; None is an open end."""

    first: datetime | None
    last: datetime | None

    def holds(self, moment: datetime) -> bool:
        """Whether the moment lies in it."""
        return (self.first is None or self.first <= moment) and (self.last is None or moment <= self.last)


def period(vr: str, text: str, zone: tzinfo) -> Period:
    """What a key asks for: one value, or a range of which one end may be open.

    Parameters
    ----------
    vr : DA, TM or DT.
    zone : of a DT that names no offset.

    Raises
    ------
    ValueError : the text is neither a value nor a range of this VR.
    """
    if SINGLE[vr].fullmatch(text):
        return _covered(vr, text, zone)
    ends = RANGE[vr].fullmatch(text)
    if ends is None or not (ends["low"] or ends["high"]):
        raise ValueError(f"{text!r} is neither a value nor a range of {vr}")
    low = _covered(vr, ends["low"], zone).first if ends["low"] else None
    high = _covered(vr, ends["high"], zone).last if ends["high"] else None
    return Period(first=low, last=high)


def moment(vr: str, text: str, zone: tzinfo) -> datetime | None:
    """The first moment of a value found; None where it is none."""
    if not SINGLE[vr].fullmatch(text):
        return None
    try:
        return _covered(vr, text, zone).first
    except ValueError:
        return None


def has_offset(text: str) -> bool:
    """Whether a DT says its offset from UTC itself."""
    return SINGLE["DT"].fullmatch(text) is not None and OFFSET.search(text) is not None


@lru_cache(maxsize=256)
def offset(text: str) -> tzinfo | None:
    """The time zone of a Timezone Offset From UTC (0008,0201); None where it says none."""
    if not OFFSET.fullmatch(text):
        return None
    ahead = timedelta(hours=int(text[1:3]), minutes=int(text[3:5]))
    return timezone(-ahead if text[0] == "-" else ahead) if ahead < timedelta(days=1) else None


@lru_cache(maxsize=1024)
def _covered(vr: str, text: str, zone: tzinfo) -> Period:
    own = OFFSET.search(text) if vr == "DT" else None
    digits, _, fraction = (text[: own.start()] if own else text).partition(".")
    if vr == "TM":
        digits = "".join(FIRST[:3]) + digits
    given = [digits[:4], *(digits[at : at + 2] for at in range(4, len(digits), 2))]
    year, month, day, hour, minute, second = (int(one) for one in (*given, *FIRST[len(given) :]))
    # A leap second (PS3.5 6.2: SS up to 60) is counted as the one before it, which datetime can hold.
    first = datetime(year, month, day, hour, minute, min(second, 59), int(fraction.ljust(6, "0") or 0))
    # A zone is a matter of DT alone: dates and times are compared as they are written.
    if vr == "DT":
        first = first.replace(tzinfo=(offset(own[0]) if own else None) or zone)
    return Period(first=first, last=_last(first, len(given), len(fraction)))


def _last(first: datetime, components: int, fraction_digits: int) -> datetime:
    """The last moment that is covered, the first being what the components given say."""
    if components == 1:
        return first.replace(month=12, day=31, hour=23, minute=59, second=59, microsecond=999_999)
    if components == 2:
        return first.replace(day=monthrange(first.year, first.month)[1], hour=23, minute=59, second=59, microsecond=999_999)
    steps = {3: timedelta(days=1), 4: timedelta(hours=1), 5: timedelta(minutes=1), 6: timedelta(microseconds=10 ** (6 - fraction_digits))}
    return first + (steps[components] - TICK)
