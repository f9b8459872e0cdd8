"""File meta information is read as others write it, and what is none is refused with the file's name."""

from __future__ import annotations

import struct
from typing import Final

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from workbench.dicom import part10, uids
from workbench.errors import Refused


def element(number: int, vr: bytes, value: bytes) -> bytes:
    """An element of group 0002 with a short length, Explicit VR Little Endian (PS3.5 7.1.2)."""
    return struct.pack("<HH2sH", 2, number, vr, len(value)) + value


VERSION: Final = struct.pack("<HH2sHL", 2, 1, b"OB", 0, 2) + b"\0\1"
CLASS: Final = element(0x0002, b"UI", b"1.2.840.10008.5.1.4.1.1.2\0")
SYNTAX: Final = element(0x0010, b"UI", b"1.2.840.10008.1.2\0")
DATA: Final = struct.pack("<HHL", 0x0008, 0x0016, 4) + b"1.2\0" + struct.pack("<HHL", 0x0008, 0x0018, 4) + b"1.3\0"
META: Final = VERSION + CLASS + SYNTAX


def file(meta: bytes) -> bytes:
    """A file with this meta information."""
    return bytes(128) + b"DICM" + meta + DATA


@pytest.mark.parametrize(
    "meta",
    [
        element(0, b"UL", struct.pack("<L", len(META))) + META,
        META,
        element(0, b"UL", struct.pack("<L", 0)) + META,
        element(0, b"UL", struct.pack("<L", len(META) + 12)) + META,
        element(0, b"UL", struct.pack("<L", len(VERSION))) + META,
        struct.pack("<HHL", 2, 0x0010, 18) + b"1.2.840.10008.1.2\0",
    ],
    ids=["as PS3.10 has it", "no group length", "group length 0", "group length too long", "group length too short", "in implicit VR"],
)
def test_the_data_set_begins_where_the_group_ends(meta: bytes) -> None:
    """Whatever the group length says: writers are known that leave it out or have it wrong."""
    found = part10.parse_file(file(meta), "file.dcm")

    assert (found.transfer_syntax, found.sop_class_uid, found.sop_instance_uid, found.data) == (uids.IMPLICIT_LITTLE, "1.2", "1.3", DATA)


@pytest.mark.parametrize(
    ("meta", "expected"),
    [
        (CLASS, "file.dcm: found no TransferSyntaxUID, expected one value"),
        (element(0x0010, b"UL", b"1.2.840.10008.1.2\0"), "file.dcm: (0002,0010): found 18 bytes, which are no whole number of values"),
    ],
    ids=["no transfer syntax", "a number for it"],
)
def test_what_is_no_meta_information_is_refused(meta: bytes, expected: str) -> None:
    """With the file and what was found."""
    with pytest.raises(Refused) as refusal:
        part10.parse_file(file(meta), "file.dcm")

    assert str(refusal.value).startswith(expected)


@settings(max_examples=200, deadline=None)
@given(st.data())
def test_damaged_meta_information_is_read_or_refused(draw: st.DataObject) -> None:
    """Some bytes are others than they were, or the end is missing: nothing but a refusal that names the file comes of it."""
    damaged = bytearray(META)
    for _ in range(draw.draw(st.integers(1, 4))):
        damaged[draw.draw(st.integers(0, len(META) - 1))] = draw.draw(st.sampled_from(b"\0\1\2\xffSQUNOBUIL") | st.integers(0, 255))
    whole = file(bytes(damaged))
    refusal = ""

    try:
        part10.parse_file(whole[: draw.draw(st.integers(100, len(whole)))], "file.dcm")
    except Refused as problem:
        refusal = str(problem)

    assert not refusal or refusal.startswith("file.dcm: ")
