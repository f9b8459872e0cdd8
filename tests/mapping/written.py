"""Data sets written by hand, byte by byte after PS3.5 chapter 7, so that no program that is tested has a part in them."""

from __future__ import annotations

import struct

LONG = frozenset({"OB", "OW", "SQ", "UN", "UT"})
NUMBER = {"FL": "f", "US": "H", "SL": "l"}


def element(tag: int, vr: str, value: str | bytes | tuple[float, ...] | list[bytes], *, order: str = "<") -> bytes:
    """One element in explicit VR; a list is the items of a sequence.

    Parameters
    ----------
    order : ``<`` little endian, ``>`` big endian.
    """
    head = struct.pack(f"{order}HH", tag >> 16, tag & 0xFFFF) + vr.encode("ascii")
    if isinstance(value, list):
        value = b"".join(struct.pack(f"{order}HHL", 0xFFFE, 0xE000, len(item)) + item for item in value)
    elif isinstance(value, tuple):
        value = struct.pack(f"{order}{len(value)}{NUMBER[vr]}", *value)
    elif isinstance(value, str):
        value = value.encode("latin-1")
        value += (b"\0" if vr == "UI" else b" ") * (len(value) % 2)
    if vr in LONG:
        return head + struct.pack(f"{order}HL", 0, len(value)) + value
    return head + struct.pack(f"{order}H", len(value)) + value


def implicit(tag: int, value: str | list[bytes]) -> bytes:
    """One element in implicit VR, little endian."""
    if isinstance(value, list):
        encoded = b"".join(struct.pack("<HHL", 0xFFFE, 0xE000, len(item)) + item for item in value)
    else:
        encoded = value.encode("latin-1") + b" " * (len(value) % 2)
    return struct.pack("<HHL", tag >> 16, tag & 0xFFFF, len(encoded)) + encoded


def part10(data: bytes, *, sop_class: str, uid: str, transfer_syntax: str) -> bytes:
    """A whole DICOM file (PS3.10 7.1)."""
    meta = (
        element(0x00020001, "OB", b"\0\1")
        + element(0x00020002, "UI", sop_class)
        + element(0x00020003, "UI", uid)
        + element(0x00020010, "UI", transfer_syntax)
        + element(0x00020012, "UI", "1.2.3.4")
    )
    return bytes(128) + b"DICM" + element(0x00020000, "UL", struct.pack("<L", len(meta))) + meta + data
