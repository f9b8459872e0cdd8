"""Whether encoded bytes are whole: every element and item ends where its length says, inside the bytes there are.

pydicom reads a truncated value without complaint; what we acknowledge must be complete, so it is walked first. The walk
looks at tags and lengths only, in bounded depth, and copies nothing.
"""

from __future__ import annotations

import struct
from typing import Any, Final

from workbench.dicom import uids
from workbench.errors import Refused

MAXIMUM_DEPTH: Final = 32
UNDEFINED: Final = 0xFFFFFFFF
ITEM: Final = (0xFFFE, 0xE000)
ITEM_END: Final = (0xFFFE, 0xE00D)
SEQUENCE_END: Final = (0xFFFE, 0xE0DD)
LONG_VRS: Final = frozenset({b"OB", b"OD", b"OF", b"OL", b"OV", b"OW", b"SQ", b"SV", b"UC", b"UN", b"UR", b"UT", b"UV"})


def verify(data: bytes, transfer_syntax: str, where: str = "data set") -> None:
    """Walk an encoded data set (without file meta) to its end.

    Parameters
    ----------
    data : the encoded data set.
    transfer_syntax : one of the three uncompressed ones.
    where : what the error names, for example a file.

    Raises
    ------
    Refused : the bytes end inside an element, nest too deep, or go on after the last element.
    """
    if transfer_syntax not in uids.UNCOMPRESSED:
        raise Refused(f"{where}: found transfer syntax {transfer_syntax}, expected an uncompressed one", rule="transfer-syntax")
    walker = _Walker(data, where, explicit=transfer_syntax != uids.IMPLICIT_LITTLE, big=transfer_syntax == uids.EXPLICIT_BIG)
    end = walker.elements(0, len(data), 0)
    if end != len(data):
        raise Refused(f"{where}: found {len(data) - end} bytes after the last element at {end}, expected none", rule="structure")


class _Walker:
    def __init__(self, data: bytes, where: str, *, explicit: bool, big: bool) -> None:
        self.data = data
        self.where = where
        self.explicit = explicit
        order = ">" if big else "<"
        self.tag = struct.Struct(order + "HH")
        self.long = struct.Struct(order + "L")
        self.word = struct.Struct(order + "H")

    def elements(self, at: int, end: int, depth: int, *, until: tuple[int, int] | None = None) -> int:
        """Walk elements up to ``end``, or past the delimiter ``until``; where they stopped."""
        if depth > MAXIMUM_DEPTH:
            raise Refused(f"{self.where}: nested deeper than {MAXIMUM_DEPTH} at byte {at}", rule="structure")
        while at < end:
            tag = self._unpack(self.tag, at, end)
            if until is not None and tag == until:
                return at + 8
            at, length, vr = self._header(tag, at, end)
            if length != UNDEFINED:
                at = self._skip(at, length, end, tag)
            elif vr in (None, b"SQ", b"UN"):
                at = self._items(at, end, depth + 1)
            else:
                raise Refused(f"{self.where}: {_spoken(tag)} at byte {at} has undefined length, expected a sequence", rule="structure")
        if until is not None:
            raise Refused(f"{self.where}: ends at byte {at} inside an item, expected its delimiter", rule="structure")
        return at

    def _header(self, tag: tuple[int, int], at: int, end: int) -> tuple[int, int, bytes | None]:
        """Start of the value, its length, its VR when explicit."""
        if not self.explicit or tag[0] == 0xFFFE:
            return at + 8, int(self._unpack(self.long, at + 4, end)[0]), None
        vr = self.data[at + 4 : at + 6]
        if vr in LONG_VRS:
            return at + 12, int(self._unpack(self.long, at + 8, end)[0]), vr
        return at + 8, int(self._unpack(self.word, at + 6, end)[0]), vr

    def _items(self, at: int, end: int, depth: int) -> int:
        while at < end:
            tag = self._unpack(self.tag, at, end)
            length = int(self._unpack(self.long, at + 4, end)[0])
            at += 8
            if tag == SEQUENCE_END:
                return at
            if tag != ITEM:
                raise Refused(f"{self.where}: found {_spoken(tag)} at byte {at - 8}, expected an item", rule="structure")
            at = self.elements(at, end, depth, until=ITEM_END) if length == UNDEFINED else self._skip(at, length, end, tag)
        raise Refused(f"{self.where}: ends at byte {at} inside a sequence, expected its delimiter", rule="structure")

    def _skip(self, at: int, length: int, end: int, tag: tuple[int, int]) -> int:
        if at + length > end:
            raise Refused(
                f"{self.where}: {_spoken(tag)} at byte {at} is truncated, found {end - at} bytes, expected {length}", rule="structure"
            )
        return at + length

    def _unpack(self, form: struct.Struct, at: int, end: int) -> Any:
        if at + form.size > end:
            raise Refused(f"{self.where}: truncated at byte {at}, expected {form.size} more bytes", rule="structure")
        return form.unpack_from(self.data, at)


def _spoken(tag: tuple[int, int]) -> str:
    return f"({tag[0]:04X},{tag[1]:04X})"
