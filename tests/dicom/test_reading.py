"""The reader for encoded data sets, held against pydicom: the same values, or both refuse."""

from __future__ import annotations

import gc
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydicom.dataset import Dataset
from pydicom.sequence import Sequence

from workbench.dicom import part10, reading, uids, values
from workbench.dicom.reading import EncodedDataset, read
from workbench.errors import Refused

SYNTAXES = list(uids.UNCOMPRESSED)
LATIN = st.text(
    st.characters(min_codepoint=0x20, max_codepoint=0xFF, exclude_characters="\\^=\x7f" + "".join(map(chr, range(0x80, 0xA1)))), max_size=12
)
WORDS = st.text(st.sampled_from("ABCDEFGHIJ_ 0123456789"), min_size=1, max_size=12)
UID = st.lists(st.integers(0, 99999), min_size=2, max_size=6).map(lambda parts: ".".join(["1", *map(str, parts)]))


def several(one: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    """One value or a few."""
    return st.one_of(one, st.lists(one, min_size=2, max_size=4))


FLOAT = st.floats(width=32, allow_nan=False, allow_infinity=False)
VALUES: dict[str, st.SearchStrategy[Any]] = {
    "RequestAttributesSequence": st.just([]),
    "PatientName": st.lists(LATIN, min_size=1, max_size=3).map("^".join),
    "StudyID": LATIN,
    "ImageType": several(WORDS),
    "StudyDate": st.dates().map(lambda day: day.strftime("%Y%m%d").zfill(8)),
    "StudyTime": st.times().map(lambda time: time.strftime("%H%M%S.%f")),
    "SafePositionReturnDate": st.none(),
    "ScheduledProcedureStepStartDateTime": st.datetimes().map(lambda at: at.strftime("%Y%m%d%H%M%S").zfill(14)),
    "PatientComments": LATIN,
    "StudyDescription": LATIN,
    "RetrieveAETitle": several(WORDS),
    "PatientAge": st.integers(0, 999).map(lambda age: f"{age:03d}Y"),
    "ContourData": st.lists(st.integers(-99999, 99999).map(lambda n: n / 100), min_size=1, max_size=9),
    "NumberOfBeams": st.integers(-(2**31), 2**31 - 1),
    "ScanSpotPositionMap": st.lists(FLOAT, min_size=2, max_size=8),
    "RescaleSlopeFD": st.none(),
    "DoseReferencePointCoordinates": st.lists(st.integers(-999, 999), min_size=3, max_size=3),
    "Rows": st.integers(0, 65535),
    "SmallestImagePixelValue": st.integers(0, 65535),
    "PixelData": st.binary(min_size=2, max_size=20).map(lambda data: data + b"\0" * (len(data) % 2)),
    "FrameIncrementPointer": st.just(0x00181063),
    "PixelDataProviderURL": st.just("https://example.org/pixels"),
    "SOPInstanceUID": UID,
    "ReferencedFileID": several(WORDS),
}
NAMES = [name for name in VALUES if name not in {"SafePositionReturnDate", "RescaleSlopeFD"}]


@st.composite
def data_sets(draw: st.DrawFn, depth: int = 2) -> Dataset:
    """A data set of a few elements of every VR, with items of items, a private block, and text in Latin-1 or UTF-8."""
    found = Dataset()
    if depth == 2 or draw(st.booleans()):
        found.SpecificCharacterSet = draw(st.sampled_from(["ISO_IR 100", "ISO_IR 192"]))
    found.PixelRepresentation = 0
    found.BitsAllocated = 16
    for name in draw(st.sets(st.sampled_from(NAMES), max_size=8)):
        setattr(found, name, draw(VALUES[name]))
    if draw(st.booleans()):
        block = found.private_block(0x300B, "IMPAC", create=True)
        block.add_new(0x02, "FL", draw(FLOAT))
        block.add_new(0x08, "SH", draw(WORDS))
    if depth:
        found.IonBeamSequence = Sequence(draw(st.lists(data_sets(depth - 1), max_size=2)))
        found["IonBeamSequence"].is_undefined_length = draw(st.booleans())
        for item in found.IonBeamSequence:
            item.is_undefined_length_sequence_item = draw(st.booleans())
    return found


def plain(dataset: Dataset) -> dict[str, object]:
    """pydicom's values, comparable; those of an item by its path."""
    found: dict[str, object] = {}
    for element in dataset:
        name = reading.spoken(int(element.tag))
        if element.VR == "SQ":
            found[name] = [plain(item) for item in element.value] or None
        else:
            found[name] = values.comparable(element.VR, int(element.value) if element.VR == "AT" and element.VM == 1 else element.value)
    return found


def ours(dataset: EncodedDataset) -> dict[str, object]:
    """Our values, comparable in the same way."""
    found: dict[str, object] = {}
    for tag in dataset.tags():
        vr = str(dataset.vr(tag))
        if vr == "SQ":
            found[reading.spoken(tag)] = [ours(item) for item in dataset.items(tag)] or None
        else:
            found[reading.spoken(tag)] = values.comparable(vr, dataset.get(tag))
    return found


def attempt(reading_it: Callable[[], dict[str, object]]) -> tuple[dict[str, object] | None, bool]:
    """What is read, None when it is refused; and whether pydicom doubts a value or cannot tell one."""
    with warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("always")
        try:
            return reading_it(), any("Invalid value" in str(one.message) for one in told)
        except AttributeError:
            # It needs another element, Pixel Representation, to tell the VR.
            return None, True
        except (Refused, *values.UNDECODABLE):
            return None, False


@settings(max_examples=100, derandomize=True)
@given(dataset=data_sets(), syntax=st.sampled_from(SYNTAXES))
def test_every_value_is_the_one_that_pydicom_reads(dataset: Dataset, syntax: str) -> None:
    """All VRs, several values, nested items of both lengths, private elements, three transfer syntaxes, two character sets."""
    data = part10.encode(dataset, syntax)

    assert ours(read(data, syntax)) == plain(part10.decode(data, syntax))


@settings(max_examples=120, derandomize=True)
@given(dataset=data_sets(), syntax=st.sampled_from(SYNTAXES), data=st.data())
def test_a_damaged_data_set_is_read_alike_or_refused_by_both(dataset: Dataset, syntax: str, data: st.DataObject) -> None:
    """A few bytes changed or the end cut off: what pydicom reads we read alike; what it cannot read we refuse."""
    damaged = bytearray(part10.encode(dataset, syntax))
    for _ in range(data.draw(st.integers(1, 3))):
        damaged[data.draw(st.integers(0, len(damaged) - 1))] = data.draw(st.integers(0, 255))
    encoded = bytes(damaged[: data.draw(st.sampled_from([len(damaged), len(damaged) - 1, len(damaged) // 2]))])

    mine, _ = attempt(lambda: ours(read(encoded, syntax)))
    theirs, doubtful = attempt(lambda: plain(part10.decode(encoded, syntax)))

    assert mine == theirs or (doubtful and None in (mine, theirs)) or (theirs is None and holds_a_later_vr(encoded, syntax))


def holds_a_later_vr(encoded: bytes, syntax: str) -> bool:
    """Whether a VR stands there that no edition knows: its bytes are given as they are, where pydicom raises."""
    return any(holder.vr(tag) not in reading.VR_TEXT.values() for _, holder, tag in read(encoded, syntax).walk())


def element(tag: int, vr: bytes, value: bytes, *, length: int | None = None) -> bytes:
    """An element in Explicit VR Little Endian."""
    size = len(value) if length is None else length
    head = tag.to_bytes(4, "little")[2:] + tag.to_bytes(4, "little")[:2] + vr
    return head + (b"\0\0" + size.to_bytes(4, "little") if vr in reading.LONG_VRS else size.to_bytes(2, "little")) + value


def item(value: bytes) -> bytes:
    """An item of explicit length."""
    return b"\xfe\xff\x00\xe0" + len(value).to_bytes(4, "little") + value


def test_an_unknown_sequence_is_read_as_implicit_items() -> None:
    """PS3.5 6.2.2: Ion Beam Sequence sent as UN of undefined length holds Implicit VR Little Endian, whatever surrounds it."""
    name = b"\x0a\x30\xc2\x00" + (4).to_bytes(4, "little") + b"Beam"
    data = element(0x300A03A2, b"UN", item(name) + b"\xfe\xff\xdd\xe0\0\0\0\0", length=0xFFFFFFFF)

    found = read(data, uids.EXPLICIT_LITTLE)

    assert found.vr("IonBeamSequence") == "SQ"
    assert [one.get("BeamName") for one in found.items("IonBeamSequence")] == ["Beam"]


def test_a_known_value_sent_as_unknown_is_decoded_by_the_dictionary() -> None:
    """A Patient ID of VR UN is text all the same; a private one of a creator nobody knows stays bytes."""
    data = element(0x00091001, b"UN", b"\x01\x02") + element(0x00100020, b"UN", b"P1")

    found = read(data, uids.EXPLICIT_LITTLE)

    assert (found.get("PatientID"), found.get(0x00091001)) == ("P1", b"\x01\x02")


def test_text_of_an_item_is_in_the_character_set_of_what_holds_it() -> None:
    """An item without Specific Character Set takes the data set's; one with its own takes that (PS3.3 C.12.1.1.2)."""
    own = element(0x00080005, b"CS", b"ISO_IR 192") + element(0x300A00C2, b"LO", "Öl ".encode())
    given_by_holder = element(0x300A00C2, b"LO", "Öl".encode("latin-1"))
    data = element(0x00080005, b"CS", b"ISO_IR 100") + element(0x300A03A2, b"SQ", item(given_by_holder) + item(own))

    assert [one.get("BeamName") for one in read(data, uids.EXPLICIT_LITTLE).items("IonBeamSequence")] == ["Öl", "Öl"]


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (element(0x00100020, b"LO", b"P1", length=4), "(0010,0020) at byte 8 is truncated, found 2 bytes, expected 4"),
        (element(0x300A03A2, b"SQ", item(element(0x00100020, b"LO", b"P1", length=9))), "(0010,0020) at byte 28 is truncated"),
        (element(0x300A03A2, b"SQ", b"\xfe\xff\x00\xe0", length=4), "truncated at byte 12, expected an item"),
        (element(0x300A03A2, b"SQ", b"", length=0xFFFFFFFF), "ends at byte 12 inside a sequence, expected its delimiter"),
        (element(0x00100020, b"P\0", b"P1"), "found VR b'P\\x00' of (0010,0020) at byte 0, expected two letters"),
        (element(0x00080005, b"CS", b"\0nonsense"), "expected one of PS3.3 C.12.1.1.2"),
        (element(0x00080005, b"CS", b"hex "), "found Specific Character Set b'hex ', expected one of PS3.3 C.12.1.1.2"),
        (b"\xfe\xff\x0d\xe0\0\0\0\0", "found (FFFE,E00D) at byte 0, expected an element"),
        (element(0x00100020, b"LO", b"P1") + b"\0", "at byte 10, expected a tag and a length"),
    ],
)
def test_bytes_that_are_not_whole_are_refused_with_their_place(data: bytes, expected: str) -> None:
    """What is wrong is said with the element and the byte, nested or not; pydicom would read most of these without a word."""
    with pytest.raises(Refused) as refusal:
        read(data, uids.EXPLICIT_LITTLE, "file.dcm")

    assert str(refusal.value).startswith("file.dcm: ")
    assert expected in str(refusal.value)


def test_a_data_set_that_nobody_holds_is_gone_at_once() -> None:
    """Items know the character set of what holds them without a cycle, so a million files leave no garbage to look for."""
    data = element(0x00080005, b"CS", b"ISO_IR 100") + element(0x300A03A2, b"SQ", item(element(0x300A00C2, b"LO", b"Beam")))

    gc.collect()
    assert read(data, uids.EXPLICIT_LITTLE).items("IonBeamSequence")[0].get("BeamName") == "Beam"

    assert gc.collect() == 0


def test_heads_of_elements_are_remembered_within_bounds(monkeypatch: pytest.MonkeyPatch) -> None:
    """A peer that sends ever other ones does not make us keep them all, and they are read alike before and after."""
    monkeypatch.setattr(reading, "MAXIMUM_HEADS", 3)
    monkeypatch.setattr(reading, "_HEADS", {key: (reading._Heads(), reading._Heads()) for key in reading._HEADS})
    data = b"".join(element(tag, b"LO", b"P1") for tag in range(0x00100020, 0x00100030))

    found = [read(data, uids.EXPLICIT_LITTLE) for _ in range(2)]

    assert [[one.get(tag) for tag in one.tags()] for one in found] == [["P1"] * 16] * 2
    assert len(reading._HEADS[True][False]) <= 3


def test_too_many_elements_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """Those of items are counted, too."""
    monkeypatch.setattr(reading, "MAXIMUM_ELEMENTS", 4)
    items = item(element(0x300A00C2, b"LO", b"Beam") + element(0x300A00C6, b"CS", b"STATIC"))

    assert len(read(element(0x300A03A2, b"SQ", items), uids.EXPLICIT_LITTLE)) == 1
    with pytest.raises(Refused, match=r"found more than 4 elements and items at byte \d+, expected fewer"):
        read(element(0x300A03A2, b"SQ", items * 2 + items), uids.EXPLICIT_LITTLE)


@pytest.mark.parametrize("syntax", [uids.EXPLICIT_LITTLE, uids.IMPLICIT_LITTLE])
def test_too_many_items_are_refused(monkeypatch: pytest.MonkeyPatch, syntax: str) -> None:
    """Empty ones too: each takes eight bytes of the peer's and some two hundred of ours."""
    monkeypatch.setattr(reading, "MAXIMUM_ELEMENTS", 4)
    head = b"\x0a\x30\xa2\x03" + (b"SQ\0\0" if syntax == uids.EXPLICIT_LITTLE else b"")

    assert len(read(head + (32).to_bytes(4, "little") + 4 * item(b""), syntax).items(0x300A03A2)) == 4
    with pytest.raises(Refused, match=r"found more than 4 elements and items at byte \d+, expected fewer"):
        read(head + (40).to_bytes(4, "little") + 5 * item(b""), syntax)


def test_nesting_has_an_end() -> None:
    """Forty sequences in one another are refused before the stack is in danger."""
    data = b""
    for _ in range(40):
        data = element(0x300A03A2, b"SQ", item(data))

    with pytest.raises(Refused, match="nested deeper than 32"):
        read(data, uids.EXPLICIT_LITTLE)


@pytest.mark.parametrize(("vr", "value", "found"), [(b"DS", b"1_0 ", "'1_0'"), (b"IS", b"2.5 ", "'2.5'"), (b"FL", b"\0\0\0", "3 bytes")])
def test_a_value_that_is_none_is_refused_with_its_element(vr: bytes, value: bytes, found: str) -> None:
    """The walk is not hurt by a broken value; asking for it says what was found."""
    read_ = read(element(0x300A0086, vr, value), uids.EXPLICIT_LITTLE)

    with pytest.raises(Refused, match=r"\(300A,0086\): found " + found):
        read_.get("BeamMeterset")


def test_every_element_has_a_path() -> None:
    """A real plan's walk names nested elements by keyword and number of item, as findings do."""
    dataset = Dataset()
    dataset.PatientID = "P1"
    dataset.IonBeamSequence = [Dataset(), Dataset()]
    dataset.IonBeamSequence[1].BeamName = "B"

    paths = [path for path, _, _ in read(part10.encode(dataset, uids.EXPLICIT_LITTLE), uids.EXPLICIT_LITTLE).walk()]

    assert paths == ["PatientID", "IonBeamSequence", "IonBeamSequence[1].BeamName"]


def test_a_real_plan_is_read_as_pydicom_reads_it(shared: Path) -> None:
    """A plan of another vendor, private blocks included, in all three transfer syntaxes."""
    instance = part10.read_file(shared / "data" / "ion_plans" / "aria_four_field_qa.dcm")

    for syntax in SYNTAXES:
        one = instance.transcoded(syntax)
        assert ours(read(one.data, syntax)) == plain(one.dataset())
