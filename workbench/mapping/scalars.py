"""One value of an encoded data set, as values of the domain want it: a number, a text, a moment; None where there is none.

Tolerant of how others write, strict about what cannot be meant: several values where one is expected, or words where a number is.
"""

from __future__ import annotations

import re
import struct
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime, tzinfo
from enum import Enum
from functools import lru_cache
from typing import Final, TypeVar

from workbench.dicom import moments
from workbench.dicom.decoding import SHORT, Value, decode
from workbench.dicom.reading import EncodedDataset
from workbench.errors import Refused

OLD_DATE: Final = re.compile(r"(\d{4})[.-](\d\d)[.-](\d\d)")
"""A date as ACR-NEMA 2.0 wrote it (PS3.5 6.2, note of DA), or as ISO 8601 does."""
OLD_TIME: Final = re.compile(r"(\d\d):(\d\d)(?::(\d\d(?:\.\d{1,6})?))?")
"""A time as ACR-NEMA 2.0 wrote it (PS3.5 6.2, note of TM)."""
PLAIN_DATE: Final = re.compile(r"\d{8}", re.ASCII)
PLAIN_TIME: Final = re.compile(r"\d{6}(?:\.\d{1,6})?", re.ASCII)
_SINGLE = struct.Struct("<f")


@contextmanager
def placed(where: str) -> Iterator[None]:
    """Say where, when a value inside is refused."""
    try:
        yield
    except Refused as problem:
        raise Refused(f"{where}: {problem}", rule=problem.rule, comment=problem.comment) from problem


def number(dataset: EncodedDataset, keyword: str) -> float | None:
    """The one value as a number, whatever VR its sender gave it.

    A 32-bit float has the digits it was written with, 21.7 and not 21.70000076.

    Raises
    ------
    Refused : it is no number, or more than one.
    """
    given = dataset.given(keyword)
    if given is None:
        return None
    try:
        return _short_number(*given) if len(given[1]) <= SHORT else _number(dataset.get(keyword), given[0], keyword)
    except (ValueError, Refused):
        # Said again with the element and, for text, in its character set.
        return _number(dataset.get(keyword), given[0], keyword)


def numbers(dataset: EncodedDataset, keywords: Mapping[str, str]) -> dict[str, float | None]:
    """Several values, each as ``number`` reads it.

    Parameters
    ----------
    keywords : what each is called in the answer → its keyword.

    Raises
    ------
    Refused : as ``number``.
    """
    try:
        return dict(zip(keywords, dataset.decoded(keywords.values(), _short_number, SHORT), strict=True))
    except (ValueError, Refused):
        # One of them is long, or in the data set's character set, or none; which, says the slow way.
        return {name: number(dataset, keyword) for name, keyword in keywords.items()}


def whole(dataset: EncodedDataset, keyword: str) -> int | None:
    """The one value as a whole number.

    Raises
    ------
    Refused : it is none, or more than one.
    """
    found = number(dataset, keyword)
    if found is not None and not found.is_integer():
        raise Refused(f"{keyword}: found {found:g}, expected a whole number", rule=f"attribute:{keyword}")
    return None if found is None else int(found)


def text(dataset: EncodedDataset, keyword: str) -> str | None:
    """The value as text without the spaces at its ends, several separated by backslashes; None when absent or blank.

    Raises
    ------
    Refused : it cannot be decoded.
    """
    given = dataset.given(keyword)
    if given is None:
        return None
    try:
        return _short_text(*given) if len(given[1]) <= SHORT else _text(dataset.get(keyword))
    except ValueError:
        return _text(dataset.get(keyword))


_Term = TypeVar("_Term", bound=Enum)


def term(kind: type[_Term], dataset: EncodedDataset, keyword: str) -> _Term | None:
    """The value as a defined term; None where it is none of them."""
    found = text(dataset, keyword)
    try:
        return None if found is None else kind(found)
    except ValueError:
        return None


def zone_of(dataset: EncodedDataset, otherwise: tzinfo) -> tzinfo:
    """The zone in which an object's dates and times are meant: that of its Timezone Offset From UTC (0008,0201), else the caller's.

    Raises
    ------
    Refused : the offset is none, so that no time of the object can be placed.
    """
    found = text(dataset, "TimezoneOffsetFromUTC")
    if found is None:
        return otherwise
    zone = moments.offset(found)
    if zone is None:
        raise Refused(f"TimezoneOffsetFromUTC: found {found[:16]!r}, expected an offset like +0100", rule="attribute:TimezoneOffsetFromUTC")
    return zone


def moment(dataset: EncodedDataset, date: str, time: str, zone: tzinfo) -> datetime | None:
    """The moment of a date and a time; None where either is missing.

    Parameters
    ----------
    date, time : keywords.
    zone : in which they are meant.

    Raises
    ------
    Refused : they are no date and time.
    """
    day, clock = text(dataset, date), text(dataset, time)
    if day is None or clock is None:
        return None
    found = _moment(day, clock)
    if found is None:
        raise Refused(f"{date}, {time}: found {day[:16]!r} and {clock[:16]!r}, expected a date and a time", rule=f"attribute:{time}")
    return found.replace(tzinfo=zone)


@lru_cache(maxsize=4096)
def _moment(day: str, clock: str) -> datetime | None:
    if PLAIN_DATE.fullmatch(day) and PLAIN_TIME.fullmatch(clock):
        try:
            return datetime.fromisoformat(f"{day}T{clock}")
        except ValueError:
            # No such day, or a leap second.
            return _written_moment(day, clock)
    return _written_moment(day, clock)


def _written_moment(day: str, clock: str) -> datetime | None:
    day = OLD_DATE.sub(r"\1\2\3", day)
    clock = OLD_TIME.sub(lambda found: "".join(part or "" for part in found.groups()), clock)
    whole_forms = moments.SINGLE["DA"].fullmatch(day) and moments.SINGLE["TM"].fullmatch(clock)
    return moments.moment("DT", day + clock, zone=UTC) if whole_forms else None


@lru_cache(maxsize=8192)
def _short_number(vr: str, raw: bytes, little: bool) -> float | None:
    return _number(decode(vr, raw, little=little, encodings=_not_asked), vr, "")


@lru_cache(maxsize=8192)
def _short_text(vr: str, raw: bytes, little: bool) -> str | None:
    return _text(decode(vr, raw, little=little, encodings=_not_asked))


def _not_asked() -> tuple[str, ...]:
    raise ValueError("text in the data set's character set, which is not known here")


def _number(found: Value, vr: str, keyword: str) -> float | None:
    if isinstance(found, bytes):
        found = found.decode("latin-1").strip(" \0") or None
    if isinstance(found, tuple):
        raise Refused(f"{keyword}: found {len(found)} values, expected one", rule=f"attribute:{keyword}")
    if found is None or isinstance(found, int):
        return found if found is None else float(found)
    if isinstance(found, float):
        return _shortest(found) if vr == "FL" else found
    try:
        return float(found)
    except ValueError as problem:
        raise Refused(f"{keyword}: found {str(found)[:40]!r}, expected a number", rule=f"attribute:{keyword}") from problem


def _text(found: Value) -> str | None:
    if isinstance(found, tuple):
        found = "\\".join("" if one is None else str(one) for one in found)
    elif isinstance(found, bytes):
        found = found.decode("latin-1").rstrip("\0")
    return None if found is None else str(found).strip() or None


def _shortest(single: float) -> float:
    """The shortest decimal that is the same 32-bit float."""
    for digits in range(6, 10):
        short = float(f"{single:.{digits}g}")
        if _SINGLE.unpack(_SINGLE.pack(short))[0] == single:
            return short
    return single
