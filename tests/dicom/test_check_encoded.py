"""Checking encoded objects: what is found in the bytes is what is found in pydicom's data set of the same bytes."""

from __future__ import annotations

import warnings
from copy import deepcopy
from typing import Final

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from tests.conformance.received import whole
from workbench.conformance.objects import OBJECTS, printed_name
from workbench.dicom import part10, reading, uids
from workbench.dicom.check import Finding, check
from workbench.dicom.rules import Constant
from workbench.dicom.scope import Scope
from workbench.dicom.spec import Attribute, Iod, Items, Module, Row
from workbench.errors import Refused
from workbench.settings import OWN, TMS_AS_STATED

RECEIVED: Final = [iod for iod in OBJECTS if iod.direction in {"received", "import"}]
SCOPES: Final = [None, Scope({"identity": OWN, "patient_id": "somebody"}), Scope({"identity": TMS_AS_STATED})]
JUNK: Final = [
    b"\\", b"  ", b"abc ", b"1.5\\", b"1.2.x", b"lower case", b"1234567890" * 8, b"\0", b"NaN ", b"1e5\\2 ", b"2024-01-01", b"A^B\\C ",
    b"- ", b"+1", b"01",
]  # fmt: skip
"""What is written over a value, over and over to its length."""


def summary(findings: list[Finding]) -> list[tuple[str, ...]]:
    """Findings without the words of a decoder, which are pydicom's or ours."""
    return [(one.path, one.tag, one.severity.value, one.code, "" if one.code == "undecodable" else one.message) for one in findings]


def found(iod: Iod, data: bytes, syntax: str, scope: Scope | None = None) -> list[tuple[str, ...]]:
    """What is found in the bytes."""
    return summary(check(iod, reading.read(data, syntax), scope))


def found_by_pydicom(iod: Iod, data: bytes, syntax: str, scope: Scope | None = None) -> list[tuple[str, ...]]:
    """What is found in pydicom's data set of the same bytes."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return summary(check(iod, part10.decode(data, syntax), scope))


def overwritten(data: bytes, syntax: str, number: int, junk: bytes) -> bytes:
    """The data set with another value, of the same length, in one of its elements."""
    places = [holder.place(tag) for _, holder, tag in reading.read(data, syntax).walk() if holder.vr(tag) != "SQ"]
    start, stop = [place for place in places if place and place[0] < place[1]][number % len(places) // 2]
    return data[:start] + (junk * (stop - start))[: stop - start] + data[stop:]


@pytest.mark.parametrize("syntax", sorted(uids.UNCOMPRESSED))
@pytest.mark.parametrize("iod", RECEIVED, ids=lambda iod: f"{iod.direction} {iod.name}")
def test_a_whole_object_is_found_whole_in_each_syntax(iod: Iod, syntax: str) -> None:
    """The same findings from the bytes as from pydicom, for every table of received objects."""
    data = part10.encode(deepcopy(whole(iod.direction, printed_name(iod))), syntax)

    assert found(iod, data, syntax) == found_by_pydicom(iod, data, syntax)


@pytest.mark.slow
@settings(max_examples=400, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    iod=st.sampled_from(RECEIVED),
    syntax=st.sampled_from(sorted(uids.UNCOMPRESSED)),
    changes=st.lists(st.tuples(st.integers(0, 10_000), st.sampled_from(JUNK)), min_size=1, max_size=4),
    scope=st.sampled_from(SCOPES),
)
def test_the_same_is_found_wrong_in_objects_with_wrong_values(
    iod: Iod, syntax: str, changes: list[tuple[int, bytes]], scope: Scope | None
) -> None:
    """Values that break their VR, at any depth: the same rows are named, with the same words."""
    data = part10.encode(deepcopy(whole(iod.direction, printed_name(iod))), syntax)
    for number, junk in changes:
        data = overwritten(data, syntax, number, junk)
        try:
            reading.read(data, syntax)
        except Refused:
            assume(False)

    assert found(iod, data, syntax, scope) == found_by_pydicom(iod, data, syntax, scope)


def make_iod(*rows: Row) -> Iod:
    """A received object of one module with these rows."""
    return Iod("Thing", ("1.2",), (Module("Module", "1", rows),), "tms", "received")


def element(tag: int, vr: bytes, value: bytes) -> bytes:
    """One element in Explicit VR Little Endian."""
    length = b"\0\0" + len(value).to_bytes(4, "little") if vr in reading.LONG_VRS else len(value).to_bytes(2, "little")
    return (tag >> 16).to_bytes(2, "little") + (tag & 0xFFFF).to_bytes(2, "little") + vr + length + value


@pytest.mark.parametrize(
    ("row", "data", "expected"),
    [
        (Attribute("BeamName", "1"), element(0x300A00C2, b"ZZ", b"A "), [("BeamName", "vr", "found VR ZZ, expected LO")]),
        (Attribute("BeamNumber", "1"), element(0x300A00C0, b"AT", b"12"), [("BeamNumber", "vr", "found VR AT, expected IS")]),
        (Attribute("BeamNumber", "1"), element(0x300A00C0, b"UN", b"12"), []),
        (Attribute("IMPAC_BeamLineDataTableVersion", "1"), element(0x300B0010, b"LO", b"IMPAC ") + element(0x300B1008, b"UN", b"7 "), []),
        (
            Attribute("IMPAC_BeamLineDataTableVersion", "1"),
            element(0x300B0010, b"AT", b"IMPAC ") + element(0x300B1008, b"UN", b"7 "),
            [
                ("IMPAC_BeamLineDataTableVersion", "missing", "type 1 is missing, expected a value"),
                ("(300B,1008)", "unlisted", "no row lists this attribute"),
            ],
        ),
        (
            Items("IonBeamSequence", "1", (Attribute("BeamName", "1"),)),
            b"\x0a\x30\xa2\x03SQ\0\0\xff\xff\xff\xff\xfe\xff\x00\xe0\xff\xff\xff\xff"
            + element(0x300A00C2, b"LO", b"")
            + b"\xfe\xff\x0d\xe0\0\0\0\0\xfe\xff\xdd\xe0\0\0\0\0",
            [("IonBeamSequence[0].BeamName", "empty", "type 1 without a value, expected a value")],
        ),
    ],
    ids=["later VR", "another VR", "unknown VR of a known tag", "private of unknown VR", "creator that is no text", "undefined lengths"],
)
def test_odd_encodings_are_judged_by_what_they_say(row: Row, data: bytes, expected: list[tuple[str, str, str]]) -> None:
    """VRs that lie, that nobody knows, or that are missing, and lengths that are open (PS3.5 6.2.2, 7.1.2, 7.5)."""
    findings = check(make_iod(row), reading.read(data, uids.EXPLICIT_LITTLE))

    assert [(one.path, one.code, one.message) for one in findings] == expected


def test_numbers_and_names_are_shown_as_they_are_written() -> None:
    """A decimal string in a message keeps its own text, several values stand in brackets."""
    iod = make_iod(Attribute("ImagePositionPatient", "1", Constant((0.0, 0.0, 0.0))))

    (finding,) = check(iod, reading.read(element(0x00200032, b"DS", b"1.50\\ -2\\+3 "), uids.EXPLICIT_LITTLE))

    assert finding.message == "found [1.50, -2, +3], expected (0.0, 0.0, 0.0)"
