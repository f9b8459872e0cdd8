"""Which attributes an operation on a workitem needs, read from the rows of PS3.4 Table CC.2.5-3 and held against a data set.

Conditions of types 1C and 2C are the sender's knowledge and are not judged, but for a code, which needs one of its three values.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from math import inf
from typing import Final, Literal

from pydicom.datadict import dictionary_has_tag, dictionary_VM, keyword_for_tag
from pydicom.dataelem import DataElement
from pydicom.dataset import Dataset
from pydicom.tag import BaseTag

from workbench.dicom.elements import written
from workbench.dicom.values import UNDECODABLE, broken
from workbench.iods.workitem_operations import CODE, CONTENT_ITEM, NOT_ALLOWED, TABLE, TYPES, Macro, WorkitemAttribute

Operation = Literal["n_create", "n_set"]
CODE_VALUES: Final = ("CodeValue", "LongCodeValue", "URNCodeValue")
ALLOWED_VALUES: Final = {
    "ScheduledProcedureStepPriority": ("HIGH", "MEDIUM", "LOW"),
    "InputReadinessState": ("READY", "INCOMPLETE", "UNAVAILABLE"),
}
"""Enumerated values of the final text (PS3.3 C.30.2)."""
PERCENT: Final = frozenset({"ProcedureStepProgress"})
"""Attributes that tell how much of the whole, from 0 to 100 (PS3.3 C.30.1)."""


class Lack(StrEnum):
    """What is wrong with an attribute of a request."""

    MISSING = "missing"
    """It has to be there."""
    EMPTY = "empty"
    """It has to have a value."""
    FORBIDDEN = "not allowed"
    """The operation must not name it."""
    INVALID = "not a defined value"
    """Its value is none of those that the standard enumerates."""
    MALFORMED = "malformed"
    """Its value breaks its value representation, multiplicity or range."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """One attribute that a request gets wrong.

    Parameters
    ----------
    path : keywords with dots, down to the attribute.
    """

    path: str
    lack: Lack

    def __str__(self) -> str:
        return f"{self.path} is {self.lack.value}"


def faults(attributes: Dataset, operation: Operation) -> list[Fault]:
    """What a request of the final text gets wrong, in the order of the table.

    Parameters
    ----------
    attributes : Attribute List of an N-CREATE, Modification List of an N-SET.
    """
    found = [one for module in TABLE for one in _faults(module.rows, attributes, operation, "")]
    for keyword, values in ALLOWED_VALUES.items():
        if attributes.get(keyword) and attributes.get(keyword) not in values:
            found.append(Fault(path=keyword, lack=Lack.INVALID))
    return found


def malformed(attributes: Dataset, above: str = "") -> Iterator[Fault]:
    """What no workitem can keep: values that break their representation, or are more than the attribute takes."""
    for tag in attributes.keys():
        path = f"{above}{keyword_for_tag(tag) or tag}"
        try:
            element = attributes[tag]
            is_broken = bool(broken(element.VR, written(element.value))) or _most(tag) < element.VM or _is_no_percentage(element)
        except UNDECODABLE:
            yield Fault(path=path, lack=Lack.MALFORMED)
            continue
        if element.VR == "SQ":
            for item in element.value:
                yield from malformed(item, f"{path}.")
        elif is_broken:
            yield Fault(path=path, lack=Lack.MALFORMED)


def _is_no_percentage(element: DataElement) -> bool:
    return element.keyword in PERCENT and not element.is_empty and not 0 <= float(element.value) <= 100


def _most(tag: BaseTag) -> float:
    """How many values an attribute takes; any number of one that the dictionary does not know."""
    last = dictionary_VM(tag).rpartition("-")[2] if dictionary_has_tag(tag) else "n"
    return float(last) if last.isdigit() else inf


def lacking(workitem: Dataset, state: Literal["COMPLETED", "CANCELED"]) -> list[str]:
    """Paths of what the workitem lacks to meet the requirements of a final state (PS3.4 CC.2.5.1.1 and Table CC.2.5-3).

    An attribute that its sender may leave empty (type 2) has to be there; every other one has to have a value.
    """
    codes = {"R", "P" if state == "COMPLETED" else "X"}
    return [path for module in TABLE for path in _lacking(module.rows, workitem, codes, "")]


def _lacking(rows: tuple[WorkitemAttribute | Macro, ...], holder: Dataset, codes: set[str], above: str) -> Iterator[str]:
    for row in rows:
        if isinstance(row, Macro) or row.final_state not in codes:
            continue
        path, element = f"{above}{row.keyword}", holder.get(row.keyword)
        may_be_empty = _types(row.n_set)[0] == "2"
        if row.keyword not in holder or (_is_empty(holder, row.keyword) and not may_be_empty):
            yield path
        elif row.items and element:
            for item in element:
                yield from _lacking(row.items, item, codes, f"{path}.")


def _faults(rows: tuple[WorkitemAttribute | Macro, ...], holder: Dataset, operation: Operation, above: str) -> Iterator[Fault]:
    for row in rows:
        if isinstance(row, Macro):
            if row is CODE and not any(holder.get(keyword) for keyword in CODE_VALUES):
                yield Fault(path=f"{above}{CODE_VALUES[0]}", lack=Lack.MISSING)
            # The N-SET column of Table CC.2.5-2b demands every kind of value at once; an item has the one of its Value Type.
            yield from _faults(row.rows, holder, "n_create" if row is CONTENT_ITEM else operation, above)
            continue
        lack = _lack(row, holder, operation, is_inner=bool(above))
        if lack is not None:
            yield Fault(path=f"{above}{row.keyword}", lack=lack)
        elif row.items and row.keyword in holder:
            for item in holder.get(row.keyword) or []:
                yield from _faults(row.items, item, operation, f"{above}{row.keyword}.")


def _lack(row: WorkitemAttribute, holder: Dataset, operation: Operation, *, is_inner: bool) -> Lack | None:
    types = row.n_create if operation == "n_create" else row.n_set
    user, provider = _types(types)
    if row.keyword not in holder:
        return Lack.MISSING if user in {"1", "2"} else None
    if types == NOT_ALLOWED:
        return Lack.FORBIDDEN
    # N-SET must leave a value where every workitem has one; what a query returns as type 1 is that.
    keeps_value = operation == "n_set" and not is_inner and row.return_key == "1" and provider == "1"
    is_wanted = user == "1" or (user == "1C" and provider in {"1", "1C"}) or keeps_value
    return Lack.EMPTY if is_wanted and _is_empty(holder, row.keyword) else None


def _is_empty(holder: Dataset, keyword: str) -> bool:
    return holder[keyword].is_empty


def _types(text: str) -> tuple[str, str]:
    """Types for user and provider; neither where the table forbids the attribute or names a section."""
    found = TYPES.fullmatch(text)
    return (found[1], found[2]) if found else ("", "")
