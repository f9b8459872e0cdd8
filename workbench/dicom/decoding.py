"""From the bytes of one value to plain Python values, by value representation (PS3.5 Table 6.2-1).

Only what pydicom, too, would take for a value of that VR is one; everything else is a ``ValueError`` that says what was found.
Which element it is, and what it means, is not known here.
"""

from __future__ import annotations

import re
import struct
from collections.abc import Callable
from functools import lru_cache
from typing import Final

from pydicom.charset import convert_encodings, decode_bytes
from pydicom.valuerep import PN_DELIMS, TEXT_VR_DELIMS

Value = None | str | int | float | bytes | tuple[str, ...] | tuple[int, ...] | tuple[float, ...] | tuple[float | None, ...]
"""What a value can be: one, several as a tuple, or None for none."""

NUMBERS: Final = {"US": "H", "SS": "h", "UL": "L", "SL": "l", "FL": "f", "FD": "d", "UV": "Q", "SV": "q"}
"""VR → format of one number (PS3.5 Table 6.2-1)."""
PADDING: Final = " \0"
_DECIMAL = re.compile(r" *[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)? *")
_INTEGER = re.compile(r" *[+-]?\d+ *")
_ESCAPE = 0x1B
SHORT: Final = 16
"""Bytes of a value that is remembered. The same few come again and again: angles, codes, dates, all that a plan says of a beam."""


def decode(vr: str, raw: bytes, *, little: bool, encodings: Callable[[], tuple[str, ...]]) -> Value:
    """The value that the bytes hold; None for no bytes, the bytes themselves for a VR that is no text and no number.

    Parameters
    ----------
    little : byte order of numbers.
    encodings : Python codecs of text, asked for only where the default repertoire does not do.

    Raises
    ------
    ValueError : they hold none of this VR.
    """
    if len(raw) <= SHORT and (vr not in _WRITTEN or _is_plain(raw)):
        return _short(vr, raw, little)
    if vr in _WRITTEN and not _is_plain(raw):
        return _written(vr, decode_bytes(raw, encodings(), _WRITTEN[vr][1]))
    return _settled(vr, raw, little)


def _settled(vr: str, raw: bytes, little: bool) -> Value:
    """A value that can be told without the data set's character set."""
    if not raw:
        return None
    if vr in NUMBERS:
        return _numbers(NUMBERS[vr], raw, little=little)
    if vr in _PLAIN:
        return _PLAIN[vr](_latin(raw).rstrip(PADDING))
    if vr in _WRITTEN:
        return _written(vr, raw.decode("ascii"))
    return _tags(raw, little=little) if vr == "AT" else raw


_short = lru_cache(maxsize=8192)(_settled)


def _written(vr: str, text: str) -> Value:
    """Text in the data set's character set."""
    return _words(text) if _WRITTEN[vr][0] else text.rstrip(PADDING) or None


@lru_cache(maxsize=64)
def encodings(specific_character_set: bytes) -> tuple[str, ...]:
    """Python codecs for the value of Specific Character Set (PS3.3 C.12.1.1.2).

    Raises
    ------
    LookupError, ValueError : it names none, or a codec of Python's that is not for text.
    """
    terms = specific_character_set.decode("latin-1").rstrip(PADDING).split("\\")
    found = tuple(convert_encodings([one.strip() for one in terms]))
    for codec in found:
        # pydicom takes any name that Python knows, and only decoding shows that "hex" is no character set.
        b"    ".decode(codec, "replace")
    return found


def texts(raw: bytes) -> str | tuple[str, ...] | None:
    """Numbers that are written as text (DS, IS), as they are written."""
    found = [one.strip(PADDING) for one in _latin(raw).split("\\")]
    return tuple(found) if len(found) > 1 else found[0] or None


def _latin(raw: bytes) -> str:
    """Text of the default repertoire; a byte beyond it is kept, so that whoever shows it can."""
    return raw.decode("latin-1")


def _is_plain(raw: bytes) -> bool:
    """Whether text is the same in every character set: ASCII without code extensions."""
    return raw.isascii() and _ESCAPE not in raw


def _several(values: list[str] | list[float | None] | list[int | None]) -> Value:
    """One value as itself, several as a tuple, nothing as None."""
    if len(values) == 1:
        return None if values[0] == "" else values[0]
    return tuple(values)  # type: ignore[return-value]


def _decimal(text: str) -> float | None:
    if not text.strip(PADDING):
        return None
    if not _DECIMAL.fullmatch(text):
        raise ValueError(f"{text[:40]!r}, which is no decimal number")
    return float(text)


def _integer(text: str) -> int | None:
    if not text.strip(PADDING):
        return None
    if not _INTEGER.fullmatch(text):
        raise ValueError(f"{text[:40]!r}, which is no whole number")
    return int(text)


def _numbers(form: str, raw: bytes, *, little: bool) -> Value:
    size = struct.calcsize("<" + form)
    if len(raw) % size:
        raise ValueError(f"{len(raw)} bytes, which are no whole number of values of {size} bytes")
    found = struct.unpack(f"{'<' if little else '>'}{len(raw) // size}{form}", raw)
    return found[0] if len(found) == 1 else found


def _tags(raw: bytes, *, little: bool) -> Value:
    """Attribute tags as numbers; each is two words, whatever the byte order."""
    words = _numbers("H", raw, little=little)
    if not isinstance(words, tuple) or len(words) % 2:
        raise ValueError(f"{len(raw)} bytes, which are no whole number of tags")
    found = tuple(int(words[at] or 0) << 16 | int(words[at + 1] or 0) for at in range(0, len(words), 2))
    return found[0] if len(found) == 1 else found


def _codes(text: str) -> Value:
    return _several([one.strip(PADDING) for one in text.split("\\")])


def _words(text: str) -> Value:
    return _several([one.rstrip(PADDING) for one in text.split("\\")])


def _decimals(text: str) -> Value:
    return _several([_decimal(one) for one in text.split("\\")])


def _integers(text: str) -> Value:
    return _several([_integer(one) for one in text.split("\\")])


def _whole(text: str) -> Value:
    return text or None


_PLAIN: Final[dict[str, Callable[[str], Value]]] = {
    **dict.fromkeys(("AE", "CS"), _codes),
    **dict.fromkeys(("AS", "DA", "DT", "TM", "UI"), _words),
    "DS": _decimals,
    "IS": _integers,
    "UR": _whole,
}
"""VR of the default repertoire → how its text is read."""
_WRITTEN: Final[dict[str, tuple[bool, set[int]]]] = {
    **dict.fromkeys(("LO", "SH", "UC"), (True, TEXT_VR_DELIMS)),
    "PN": (True, PN_DELIMS),
    **dict.fromkeys(("LT", "ST", "UT"), (False, TEXT_VR_DELIMS)),
}
"""VR of text in the data set's character set → whether a backslash separates values, and where a code extension ends."""
