"""Every element of a built object, dropped and changed one at a time: what `check` must then name."""

from __future__ import annotations

from collections.abc import Iterator
from copy import deepcopy
from dataclasses import dataclass

from pydicom.dataelem import DataElement
from pydicom.dataset import Dataset
from pydicom.sequence import Sequence
from pydicom.tag import BaseTag

from workbench.dicom import private, spec

OTHER = {
    "AE": "OTHER",
    "CS": "OTHER",
    "DA": "20010203",
    "DS": 987.5,
    "DT": "20010203040506",
    "FD": 987.5,
    "FL": 987.5,
    "IS": 987,
    "LO": "something else",
    "PN": "Else^Somebody",
    "SH": "else",
    "ST": "something else",
    "TM": "040506",
    "UI": "2.25.987654",
    "US": 987,
    "UT": "something else",
}
"""VR → a valid value that no test object holds."""


@dataclass(frozen=True, slots=True)
class Mutant:
    """What was done to one element, and the path that a finding must name."""

    path: str
    how: str


def mutants(dataset: Dataset) -> Iterator[Mutant]:
    """Drop, then change each element at every depth, private creators excepted; the data set is as it was after each."""
    for holder, tag, path in list(_elements(dataset, "")):
        element = holder[tag]
        del holder[tag]
        yield Mutant(path, "dropped")
        holder[tag] = _changed(element)
        yield Mutant(path, "changed")
        holder[tag] = element


def _elements(dataset: Dataset, above: str) -> Iterator[tuple[Dataset, BaseTag, str]]:
    for element in dataset:
        tag = element.tag
        if tag.is_private_creator:
            continue
        keyword = private.keyword_of(dataset, tag) or element.keyword
        if spec.CURVE_GROUP <= tag.group <= spec.CURVE_GROUP_LAST:
            keyword = f"Curve[{tag.group:04X}]." + next(name for name, number in spec.CURVE_ELEMENTS.items() if number == tag.element)
        path = f"{above}.{keyword}" if above else keyword
        yield dataset, tag, path
        for index, item in enumerate(element.value if element.VR == "SQ" else ()):
            yield from _elements(item, f"{path}[{index}]")


def _changed(element: DataElement) -> DataElement:
    """Another valid value; one item more; one bit turned."""
    value: object = OTHER.get(element.VR)
    if element.VR == "SQ":
        value = Sequence([*element.value, deepcopy(element.value[-1]) if element.value else Dataset()])
    elif isinstance(element.value, bytes):
        value = bytes([element.value[0] ^ 1]) + element.value[1:]
    elif element.VM > 1:
        value = [value, *list(element.value)[1:]]
    return DataElement(element.tag, element.VR, value)
