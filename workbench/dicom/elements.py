"""Elements as a check sees them, of an encoded data set or of one of pydicom's that was never encoded.

What is received is checked as the bytes it came in; what is being made, as the objects it is made of.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, NamedTuple, TypeVar

from pydicom.dataelem import RawDataElement
from pydicom.dataset import Dataset
from pydicom.multival import MultiValue
from pydicom.valuerep import PersonName
from pydicom.values import convert_value

from workbench.dicom import decoding, values
from workbench.dicom.reading import EncodedDataset
from workbench.errors import Refused

Held = TypeVar("Held", Dataset, EncodedDataset)
BYTES: Final = frozenset({"OB", "OW", "OB or OW", "UN"})
"""VRs whose value is bytes; a dictionary may leave open which."""
DECIMAL_TEXT: Final = frozenset({"DS", "IS"})
"""VRs of numbers that are written as text: judged and shown as they are written."""


class Seen(NamedTuple):
    """One element.

    Parameters
    ----------
    value : to be compared.
    written : to be judged and shown: numbers and names as their text, several values as a tuple.
    """

    value: object
    written: object


def tags(dataset: Dataset | EncodedDataset) -> list[int]:
    """Tags of its elements in ascending order."""
    return dataset.tags() if isinstance(dataset, EncodedDataset) else sorted(dataset.keys())


def vr(dataset: Dataset | EncodedDataset, tag: int) -> str:
    """Value representation of an element that is there.

    Raises
    ------
    Refused : pydicom cannot decode it.
    """
    if isinstance(dataset, EncodedDataset):
        return dataset.vr(tag) or "UN"
    try:
        return dataset[tag].VR
    except values.UNDECODABLE as problem:
        raise Refused(str(problem), rule="value") from problem


def items(dataset: Held, tag: int) -> Sequence[Held]:
    """Items of a sequence that is there; none of any other element."""
    if isinstance(dataset, EncodedDataset):
        return dataset.items(tag)
    return list(dataset[tag].value) if dataset[tag].VR == "SQ" else []


def see(dataset: Dataset | EncodedDataset, tag: int, expected_vr: str) -> Seen:
    """An element that is there.

    Parameters
    ----------
    expected_vr : what an element of unknown VR is decoded under, a private one of implicit VR for example.

    Raises
    ------
    Refused : its bytes are no value of its VR, or it is a sequence.
    """
    if isinstance(dataset, EncodedDataset):
        found, raw, _ = dataset.given(tag) or ("UN", b"", True)
        if found == "UN" and expected_vr not in BYTES:
            return _see_unknown(raw, expected_vr)
        value = dataset.get(tag)
        return Seen(value, decoding.texts(raw) if found in DECIMAL_TEXT else value)
    try:
        return _see_decoded(dataset, tag, expected_vr)
    except values.UNDECODABLE as problem:
        raise Refused(str(problem), rule="value") from problem


def _see_unknown(raw: bytes, vr: str) -> Seen:
    try:
        value = decoding.decode(vr, raw, little=True, encodings=lambda: decoding.encodings(b""))
    except ValueError as problem:
        raise Refused(f"found {problem}, expected a value of VR {vr}", rule="value") from problem
    return Seen(value, decoding.texts(raw) if vr in DECIMAL_TEXT else value)


def _see_decoded(dataset: Dataset, tag: int, expected_vr: str) -> Seen:
    element = dataset[tag]
    if element.VR != "UN" or expected_vr in BYTES:
        return Seen(element.value, written(element.value))
    raw = element.value if isinstance(element.value, bytes) else b""
    value = convert_value(expected_vr, RawDataElement(element.tag, expected_vr, len(raw), raw, 0, True, True))
    return Seen(value, written(value))


def written(value: object) -> object:
    """A value of pydicom's as its text, where it is written as text."""
    if isinstance(value, MultiValue | list):
        return tuple(written(one) for one in value)
    if isinstance(value, PersonName):
        return str(value)
    original = getattr(value, "original_string", None)
    return original if isinstance(original, str) else value
