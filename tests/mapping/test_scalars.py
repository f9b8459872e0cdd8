"""Single values of data sets: what is remembered is what would be read."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.mapping.written import element
from workbench.dicom import decoding, uids
from workbench.dicom.reading import EncodedDataset, read
from workbench.errors import Refused
from workbench.mapping import scalars

VRS = ("AE", "AS", "CS", "DA", "DS", "DT", "FD", "FL", "IS", "LO", "LT", "PN", "SH", "SL", "SS", "ST", "TM", "UI", "UL", "US", "UT", "OB")
WRITTEN = st.text(st.sampled_from("0123456789.+-eE\\ \0AÖ"), max_size=20).map(lambda text: text.encode("latin-1"))
TAG = 0x30080032


def outcome(reader: Callable[[EncodedDataset, str], object], dataset: EncodedDataset) -> object:
    """What is read, or the sentence of the refusal."""
    try:
        return repr(reader(dataset, "SpecifiedPrimaryMeterset"))
    except Refused as problem:
        return f"{problem.rule} {problem}"


def several(dataset: EncodedDataset, keyword: str) -> object:
    """The value among others that are absent or a plain text."""
    found = scalars.numbers(dataset, {"absent": "GantryAngle", "asked": keyword, "again": keyword})
    assert list(found) == ["absent", "asked", "again"]
    assert found["absent"] is None
    return found["asked"]


@pytest.mark.filterwarnings("ignore::UserWarning:pydicom")
@settings(max_examples=300, derandomize=True)
@given(vr=st.sampled_from(VRS), value=st.one_of(WRITTEN, st.binary(max_size=20)), charset=st.sampled_from(["ISO_IR 100", "ISO_IR 192"]))
def test_a_value_that_is_remembered_is_the_value_that_is_read(vr: str, value: bytes, charset: str) -> None:
    """Numbers, whole numbers and texts of any VR, short and long: twice the same, and the same without any memory."""
    data = element(0x00080005, "CS", charset) + element(TAG, vr, value)
    dataset = read(data, uids.EXPLICIT_LITTLE)
    readers: tuple[Callable[[EncodedDataset, str], object], ...] = (scalars.number, scalars.whole, scalars.text, several)

    remembered = [[outcome(reader, dataset) for reader in readers] for _ in range(2)]

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(scalars, "SHORT", -1)
        patched.setattr(decoding, "SHORT", -1)
        anew = [outcome(reader, dataset) for reader in readers]
    assert remembered == [anew, anew]
    assert anew[0] == anew[-1]


@settings(max_examples=300, derandomize=True)
@given(
    day=st.one_of(st.dates().map(lambda one: f"{one:%Y%m%d}".zfill(8)), st.text("0123456789.-", min_size=8, max_size=10)),
    clock=st.one_of(st.times().map(lambda one: f"{one:%H%M%S.%f}"), st.text("0123456789.:", min_size=2, max_size=13)),
)
def test_a_plain_moment_is_read_as_any_other(day: str, clock: str) -> None:
    """The short way for the usual form gives the moment of the long way."""
    quick, slow = scalars._moment.__wrapped__(day, clock), scalars._written_moment(day, clock)

    assert (quick and quick.replace(tzinfo=None)) == (slow and slow.replace(tzinfo=None))


def test_a_sequence_is_no_value_even_when_it_is_empty() -> None:
    """Neither a number nor a text."""
    dataset = read(element(TAG, "SQ", []), uids.EXPLICIT_LITTLE)

    for reader in (scalars.number, scalars.text):
        assert outcome(reader, dataset) == "value (3008,0032): found a sequence, expected an element with a value"
