"""Attribute matching of C-FIND (PS3.4 C.2.2.2) on decoded data sets, and the answer that holds only what was asked for."""

from __future__ import annotations

import re
from functools import lru_cache

from pydicom.dataelem import DataElement
from pydicom.dataset import Dataset
from pydicom.tag import Tag

RANGE_VRS = frozenset({"DA", "TM", "DT"})
NO_WILDCARD_VRS = frozenset({"AS", "AT", "DA", "DS", "DT", "FD", "FL", "IS", "OB", "OW", "SL", "SS", "TM", "UI", "UL", "US"})
SPECIFIC_CHARACTER_SET = Tag(0x0008, 0x0005)
TIMEZONE_OFFSET = Tag(0x0008, 0x0201)
NO_KEYS = frozenset({SPECIFIC_CHARACTER_SET, TIMEZONE_OFFSET, Tag(0x0008, 0x0052)})
"""Elements of an identifier that are no matching keys: its character set, its time zone, its level."""


def matches(identifier: Dataset, candidate: Dataset) -> bool:
    """Whether every key of the identifier matches the candidate."""
    return all(_matches(element, candidate) for element in identifier if element.tag not in NO_KEYS)


def answer(identifier: Dataset, found: Dataset) -> Dataset:
    """The requested keys of a match, empty where it has none."""
    reply = Dataset()
    for element in identifier:
        if element.tag in NO_KEYS:
            continue
        reply[element.tag] = _answered(element, found)
    if SPECIFIC_CHARACTER_SET in found:
        reply[SPECIFIC_CHARACTER_SET] = found[SPECIFIC_CHARACTER_SET]
    return reply


def _answered(asked: DataElement, found: Dataset) -> DataElement:
    if asked.tag not in found:
        return DataElement(asked.tag, asked.VR, [] if asked.VR == "SQ" else None)
    element = found[asked.tag]
    if asked.VR != "SQ" or not asked.value or not len(asked.value[0]):
        return element
    return DataElement(asked.tag, "SQ", [answer(asked.value[0], item) for item in element.value])


def _matches(key: DataElement, candidate: Dataset) -> bool:
    if key.VR == "SQ":
        if not key.value or not len(key.value[0]):
            return True
        items = candidate.get(key.tag)
        if all(_is_universal(inner) for inner in key.value[0]):
            return True
        return items is not None and any(matches(key.value[0], item) for item in items.value)
    if _is_universal(key):
        return True
    element = candidate.get(key.tag)
    if element is None or element.is_empty:
        return False
    found = element.value if element.VM > 1 else [element.value]
    return any(matches_text(key.VR, str(wanted), str(one)) for wanted in _several(key) for one in found)


def _several(key: DataElement) -> list[object]:
    return list(key.value) if key.VM > 1 else [key.value]


def _is_universal(key: DataElement) -> bool:
    if key.VR == "SQ":
        return not key.value or all(_is_universal(inner) for inner in key.value[0])
    return key.is_empty or str(key.value) == "*"


def matches_text(vr: str, wanted: str, found: str) -> bool:
    """Single value, range or wildcard matching of one value."""
    wanted, found = wanted.strip(), found.strip()
    if vr in RANGE_VRS and "-" in wanted:
        return _in_range(vr, wanted, found)
    if vr not in NO_WILDCARD_VRS and ("*" in wanted or "?" in wanted):
        return _pattern(wanted, vr == "PN").fullmatch(found) is not None
    if vr == "PN":
        return wanted.casefold() == found.casefold()
    if vr in {"TM", "DT"}:
        return found.startswith(wanted)
    return wanted == found


def _in_range(vr: str, wanted: str, found: str) -> bool:
    # A DT may end in a zone offset of its own: a hyphen followed by exactly four digits at the end belongs to it.
    low, high = _ends(wanted) if vr == "DT" else wanted.split("-", 1)
    return (not low or found >= low) and (not high or found <= high or found.startswith(high))


def _ends(wanted: str) -> tuple[str, str]:
    parts = re.fullmatch(r"(\d*(?:\.\d+)?(?:[+-]\d{4}(?=-|$))?)-(\d*(?:\.\d+)?(?:[+-]\d{4})?)", wanted)
    return (parts[1], parts[2]) if parts else (wanted, wanted)


@lru_cache(maxsize=256)
def _pattern(wanted: str, ignore_case: bool) -> re.Pattern[str]:
    regular = "".join({"*": ".*", "?": "."}.get(letter, re.escape(letter)) for letter in wanted)
    return re.compile(regular, re.IGNORECASE | re.DOTALL if ignore_case else re.DOTALL)
