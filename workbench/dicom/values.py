"""From Python values to DICOM values and back to something comparable, by value representation."""

from __future__ import annotations

import math
import struct
from collections.abc import Iterable, Sequence
from datetime import date, datetime, time
from enum import Enum
from functools import lru_cache
from typing import Final

from pydicom.config import RAISE
from pydicom.errors import BytesLengthException
from pydicom.uid import UID
from pydicom.valuerep import DSfloat, PersonName, format_number_as_ds, validate_value

TEXT_TOLERANCE: Final = 1e-9
NUMBERS: Final = frozenset({"DS", "IS", "FL", "FD", "US", "UL", "SS", "SL"})
ONE_VALUE_TEXT: Final = frozenset({"ST", "LT", "UT"})
"""VRs in whose text a backslash is a backslash (PS3.5 6.2); elsewhere it separates values."""
UNQUOTED: Final = frozenset({"DS", "IS", "PN"})
"""VRs whose values a message shows as they are written."""
SHOWN: Final = 6
"""Values that a message shows; of more it tells how many there are."""
REMEMBERED: Final = 64
"""Characters of a value that is judged once: the same few come again in every object."""
UNDECODABLE: Final = (
    BytesLengthException, ValueError, TypeError, ArithmeticError, LookupError, AttributeError, NotImplementedError, EOFError
)  # fmt: skip
"""What pydicom raises for bytes that it cannot turn into a value."""


def to_dicom(vr: str, value: object) -> object:
    """The value as pydicom stores it under this VR.

    Decimal strings keep as many of their 16 characters as the number needs; dates and times become DA, TM or DT text; enums
    give their value; tuples become multi-values.

    Raises
    ------
    ValueError : the value cannot be written under this VR.
    """
    plain = value.value if isinstance(value, Enum) else value
    if isinstance(plain, Iterable) and not isinstance(plain, str | bytes | PersonName | UID):
        return [to_dicom(vr, one) for one in plain]
    if vr in NUMBERS and isinstance(plain, int | float):
        return _number(vr, plain)
    if isinstance(plain, date | time):
        return _moment(vr, plain)
    if isinstance(plain, PersonName | UID):
        return str(plain)
    if isinstance(plain, str) and "\\" in plain and vr not in ONE_VALUE_TEXT:
        raise ValueError(f"{plain!r} holds a backslash, which separates values under {vr}")
    return plain


def _number(vr: str, value: float) -> object:
    if not math.isfinite(value):
        raise ValueError(f"{value} is no finite number")
    if vr in {"FL", "FD"}:
        if vr == "FL" and abs(value) > struct.unpack("<f", b"\xff\xff\x7f\x7f")[0]:
            raise ValueError(f"{value} does not fit a 32-bit float")
        return float(value)
    if vr == "DS":
        return _decimal(float(value))
    if value != int(value):
        raise ValueError(f"{value} is no integer, as {vr} demands")
    return int(value)


def _decimal(value: float) -> DSfloat:
    plain = repr(value)
    text = plain if len(plain) <= 16 else format_number_as_ds(value)
    if not math.isfinite(float(text)):
        raise ValueError(f"{value} does not fit 16 characters")
    return DSfloat(text)


def _moment(vr: str, value: date | time) -> str:
    fraction = ".%f" if getattr(value, "microsecond", 0) else ""
    if vr == "DA" and isinstance(value, date):
        return value.strftime("%Y%m%d")
    if vr == "TM" and isinstance(value, time | datetime):
        return value.strftime("%H%M%S" + fraction)
    if vr == "DT" and isinstance(value, datetime):
        return value.strftime("%Y%m%d%H%M%S" + fraction + "%z")
    raise ValueError(f"{value!r} cannot be written under {vr}")


def is_empty(value: object) -> bool:
    """Whether an element's value is no value; a multi-value of empty values is one."""
    # What most values are comes first: of every element of every object this is asked.
    if value is None or type(value) is str:
        return not value
    if type(value) is float or type(value) is int:
        return False
    if isinstance(value, Sequence) and not isinstance(value, str | bytes):
        return all(is_empty(one) for one in value)
    return isinstance(value, str | bytes | PersonName) and not value


def comparable(vr: str, value: object) -> object:
    """A plain value that can be compared: numbers as float, text stripped, multi-values as tuples, nothing as None."""
    if type(value) is str and vr not in NUMBERS:
        return value.strip(" \0") or None
    if isinstance(value, Enum):
        value = value.value
    if value is None or (isinstance(value, str | bytes | PersonName) and not value):
        return None
    if isinstance(value, Iterable) and not isinstance(value, str | bytes | PersonName | UID):
        items = tuple(comparable(vr, one) for one in value)
        return items[0] if len(items) == 1 else items or None
    if vr in NUMBERS and isinstance(value, int | float | str):
        return _as_read(vr, float(value))
    if isinstance(value, date | time):
        return _moment(vr, value)
    return value if isinstance(value, bytes) else str(value).strip(" \0") or None


def _as_read(vr: str, number: float) -> float:
    """The number as its reader gets it: 32-bit floats lose digits on the way."""
    if vr != "FL":
        return number
    try:
        return float(struct.unpack("<f", struct.pack("<f", number))[0])
    except OverflowError:
        return number


def same(vr: str, found: object, expected: object) -> bool:
    """Whether two values are the same under this VR: decimal strings to their 16 characters, times to their precision."""
    return _same(vr, comparable(vr, found), comparable(vr, expected))


def _same(vr: str, one: object, other: object) -> bool:
    if isinstance(one, tuple) and isinstance(other, tuple):
        return len(one) == len(other) and all(_same(vr, a, b) for a, b in zip(one, other, strict=True))
    if isinstance(one, float) and isinstance(other, float):
        return math.isclose(one, other, rel_tol=TEXT_TOLERANCE, abs_tol=1e-12)
    if vr in {"TM", "DT"} and isinstance(one, str) and isinstance(other, str):
        return _trim(one) == _trim(other)
    if isinstance(one, bytes) and isinstance(other, bytes):
        return one == other or one + b"\0" == other or one == other + b"\0"
    return one == other


def _trim(moment: str) -> str:
    """The time without the trailing zeros of its fraction; its zone stays."""
    sign = next((one for one in "+-" if one in moment), "")
    head, _, zone = moment.partition(sign) if sign else (moment, "", "")
    return (head.rstrip("0").rstrip(".") if "." in head else head) + sign + zone


def shown(value: object) -> str:
    """The value as a message shows it: short, and never a whole list of a thousand numbers."""
    if isinstance(value, bytes):
        return f"{len(value)} bytes"
    if isinstance(value, Sequence) and not isinstance(value, str) and len(value) > SHOWN:
        return f"{len(value)} values"
    text = repr(value) if isinstance(value, str) else str(value)
    return text if len(text) <= 60 else text[:57] + "..."


def as_written(vr: str, value: object) -> str:
    """A found value as a message shows it: numbers and names as they are written, other text in quotes."""
    if isinstance(value, tuple) and len(value) <= SHOWN:
        text = f"[{', '.join(_part(vr, one) for one in value)}]"
    elif isinstance(value, str) and vr in UNQUOTED:
        text = value
    else:
        return shown(value)
    return text if len(text) <= 60 else text[:57] + "..."


def _part(vr: str, value: object) -> str:
    return f"'{value}'" if isinstance(value, str) and not (vr == "PN" or (value and vr in UNQUOTED)) else str(value)


def broken(vr: str, written: object) -> str:
    """Why a value, as the text that it is written as, breaks its VR; nothing when it keeps it."""
    for one in written if isinstance(written, tuple) else (written,):
        if isinstance(one, str):
            problem = _broken(vr, str(one)) if len(one) <= REMEMBERED else _broken.__wrapped__(vr, one)
            if problem:
                return problem
    return ""


@lru_cache(maxsize=8192)
def _broken(vr: str, text: str) -> str:
    try:
        validate_value(vr, text, RAISE)
    except ValueError as problem:
        return f"value breaks VR {vr}: {problem}"
    return ""
