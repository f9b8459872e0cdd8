"""Attribute matching of C-FIND (PS3.4 C.2.2.2): an identifier understood once, and held against any number of candidates.

A query refuses what no candidate could be held against; what it does not know is which keys a service supports.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, tzinfo
from decimal import Decimal, InvalidOperation
from typing import Final, Self
from unicodedata import normalize

from pydicom.dataelem import DataElement
from pydicom.dataset import Dataset
from pydicom.multival import MultiValue
from pydicom.tag import BaseTag, Tag

from workbench.dicom import charsets, moments
from workbench.dicom.charsets import SPECIFIC_CHARACTER_SET
from workbench.dicom.moments import Period
from workbench.errors import Refused

MOMENT_VRS: Final = frozenset({"DA", "TM", "DT"})
WILDCARD_VRS: Final = frozenset({"AE", "CS", "LO", "LT", "PN", "SH", "ST", "UC", "UR", "UT"})
"""VRs in which ``*`` and ``?`` are wildcards (PS3.4 C.2.2.2.4)."""
NUMBER_VRS: Final = frozenset({"DS", "IS"})
LIST_VRS: Final = frozenset({"UI", "CS"})
"""VRs of which a key may hold several values: UIDs (PS3.4 C.2.2.2.2), and, beyond the standard, codes such as modalities."""
BINARY_VRS: Final = frozenset({"OB", "OD", "OF", "OL", "OV", "OW", "UN"})
"""VRs that nothing is matched by."""
TIMEZONE_OFFSET: Final = Tag(0x0008, 0x0201)
NO_KEYS: Final = frozenset({SPECIFIC_CHARACTER_SET, TIMEZONE_OFFSET, Tag(0x0008, 0x0052)})
"""Elements of an identifier that are no keys: its character set, its time zone, its level."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Values:
    """Single value matching, or list of UID matching (PS3.4 C.2.2.2.1, C.2.2.2.2)."""

    vr: str
    texts: tuple[str, ...]

    def accepts(self, found: str, zone: tzinfo) -> bool:
        """Whether the value found is one of them."""
        return any(_is_same(self.vr, wanted, found) for wanted in self.texts)


@dataclass(frozen=True, slots=True, kw_only=True)
class Wildcard:
    """Wildcard matching: ``*`` any run, ``?`` any one character (PS3.4 C.2.2.2.4).

    Parameters
    ----------
    pattern : of a name in its comparable form (see ``name_groups``).
    """

    vr: str
    pattern: str

    def accepts(self, found: str, zone: tzinfo) -> bool:
        """Whether the value found fits the pattern; a name without case."""
        if self.vr == "PN":
            return _same_name(self.pattern, found)
        return _regular(self.pattern).fullmatch(normalize("NFC", found)) is not None


@dataclass(frozen=True, slots=True, kw_only=True)
class Within:
    """Range matching, and single value matching of dates and times of partial precision (PS3.4 C.2.2.2.5).

    Parameters
    ----------
    text : as the key has it.
    """

    vr: str
    text: str
    period: Period

    def accepts(self, found: str, zone: tzinfo) -> bool:
        """Whether the value found begins in the period; ``zone`` is that of a DT without an offset of its own."""
        moment = moments.moment(self.vr, found, zone)
        return moment is not None and self.period.holds(moment)


Test = Values | Wildcard | Within


@dataclass(frozen=True, slots=True, kw_only=True)
class Key:
    """One key of an identifier.

    Parameters
    ----------
    test : None for universal matching.
    inner : keys of the sequence's item; None where it has none.
    """

    tag: BaseTag
    vr: str
    keyword: str
    test: Test | None = None
    inner: Query | None = None

    @property
    def is_universal(self) -> bool:
        """Whether it matches everything (PS3.4 C.2.2.2.3)."""
        return self.test is None and (self.inner is None or self.inner.is_universal)


@dataclass(frozen=True, slots=True, kw_only=True)
class Query:
    """A C-FIND identifier.

    Parameters
    ----------
    zone : of date-times that name no offset, in the identifier and in candidates that say nothing of their own.
    """

    keys: tuple[Key, ...]
    zone: tzinfo = UTC

    @classmethod
    def of(cls, identifier: Dataset, zone: tzinfo = UTC) -> Self:
        """The query that an identifier asks.

        Raises
        ------
        Refused : a key cannot be matched by, or its text cannot be read in the character set named.
        """
        charsets.must_be_readable(identifier)
        said = str(identifier.get("TimezoneOffsetFromUTC") or "")
        return cls._of(identifier, moments.offset(said) or zone)

    @classmethod
    def _of(cls, identifier: Dataset, zone: tzinfo) -> Self:
        keys = (_key(element, zone) for element in identifier if element.tag not in NO_KEYS and element.tag.element != 0)
        return cls(keys=tuple(keys), zone=zone)

    @property
    def is_universal(self) -> bool:
        """Whether everything matches."""
        return all(key.is_universal for key in self.keys)

    def only(self, wanted: Callable[[str], bool]) -> Query:
        """The same query with those keys alone whose keyword is wanted."""
        return Query(keys=tuple(key for key in self.keys if wanted(key.keyword)), zone=self.zone)

    def get(self, keyword: str) -> Key | None:
        """The key of this keyword."""
        return next((key for key in self.keys if key.keyword == keyword), None)

    def matches(self, candidate: Dataset) -> bool:
        """Whether every key matches the candidate."""
        said = candidate.get("TimezoneOffsetFromUTC")
        zone = (moments.offset(str(said)) if said else None) or self.zone
        return all(key.is_universal or _matches(key, candidate, zone) for key in self.keys)

    def answer(self, found: Dataset) -> Dataset:
        """The requested keys of a match, empty where it has none; of a sequence the items that match (PS3.4 C.2.2.2.6)."""
        reply = self._answer(found)
        charsets.settle(reply)
        return reply

    def _answer(self, found: Dataset) -> Dataset:
        reply = Dataset()
        for key in self.keys:
            reply[key.tag] = _answered(key, found)
        return reply


def name_groups(name: str) -> tuple[str, ...]:
    """The component groups of a name in a form to compare: without case, without trailing delimiters (PS3.5 6.2.1.2)."""
    groups = normalize("NFC", name).casefold().split("=")
    return tuple("^".join(part.strip() for part in group.split("^")).rstrip("^") for group in groups)


def _key(element: DataElement, zone: tzinfo) -> Key:
    tag, vr, keyword = element.tag, element.VR, element.keyword
    if vr == "SQ":
        items = element.value
        if len(items) > 1:
            raise _refused(element, f"found {len(items)} items, expected one")
        inner = Query._of(items[0], zone) if items and len(items[0]) else None
        return Key(tag=tag, vr=vr, keyword=keyword, inner=inner)
    return Key(tag=tag, vr=vr, keyword=keyword, test=None if element.is_empty else _test(element, zone))


def _test(element: DataElement, zone: tzinfo) -> Test | None:
    vr = element.VR
    texts = tuple(text for text in (str(one).strip(" \0") for one in _several(element.value)) if text)
    if not texts or (len(texts) == 1 and not texts[0].strip("*")):
        return None
    if vr in BINARY_VRS:
        raise _refused(element, f"found a value of {vr}, expected a key that can be compared")
    if len(texts) > 1 and vr not in LIST_VRS:
        raise _refused(element, f"found {len(texts)} values, expected one")
    if vr == "UI" and any(set(text) - set("0123456789.") for text in texts):
        raise _refused(element, "found no UID, expected digits and dots")
    if vr in MOMENT_VRS:
        try:
            return Within(vr=vr, text=texts[0], period=moments.period(vr, texts[0], zone))
        except ValueError as problem:
            raise _refused(element, "found neither a value nor a range, expected one of them") from problem
    if vr in WILDCARD_VRS and len(texts) == 1 and ("*" in texts[0] or "?" in texts[0]):
        return Wildcard(vr=vr, pattern=normalize("NFC", texts[0]))
    return Values(vr=vr, texts=tuple(normalize("NFC", text) for text in texts))


def _refused(element: DataElement, why: str) -> Refused:
    name = element.keyword or str(element.tag)
    return Refused(f"identifier: {name}: {why}", rule="identifier", comment=f"{name}: {why}")


def _several(value: object) -> list[object]:
    return list(value) if isinstance(value, MultiValue | list | tuple) else [value]


def _matches(key: Key, candidate: Dataset, zone: tzinfo) -> bool:
    if key.tag not in candidate or candidate[key.tag].is_empty:
        return False
    element = candidate[key.tag]
    if key.inner is not None:
        return any(True for _ in _matching(key.inner, element))
    test = key.test
    return test is not None and any(test.accepts(str(one).strip(" \0"), zone) for one in _several(element.value))


def _matching(inner: Query, sequence: DataElement) -> Iterator[Dataset]:
    return (item for item in sequence.value if inner.is_universal or inner.matches(item))


def _answered(key: Key, found: Dataset) -> DataElement:
    if key.tag not in found:
        return DataElement(key.tag, key.vr, [] if key.vr == "SQ" else None)
    element = found[key.tag]
    if key.inner is None:
        return element
    return DataElement(key.tag, "SQ", [key.inner._answer(item) for item in _matching(key.inner, element)])


def _is_same(vr: str, wanted: str, found: str) -> bool:
    if vr == "PN":
        return _same_name(wanted, found)
    if vr in NUMBER_VRS:
        try:
            return Decimal(wanted) == Decimal(found)
        except InvalidOperation:
            return wanted == found
    return wanted == normalize("NFC", found)


def _same_name(wanted: str, found: str) -> bool:
    """A key of one component group fits any group of the name; one of several fits them one by one, empty ones anything."""
    keys, groups = name_groups(wanted), name_groups(found)
    if len(keys) == 1:
        return any(_fits(keys[0], group) for group in groups if group or keys[0] == "*")
    padded = (*groups, *[""] * (len(keys) - len(groups)))
    return all(not key or _fits(key, group) for key, group in zip(keys, padded, strict=False))


def _fits(pattern: str, text: str) -> bool:
    return _regular(pattern).fullmatch(text) is not None


def _regular(pattern: str) -> re.Pattern[str]:
    parts = ({"*": ".*", "?": "."}.get(letter, re.escape(letter)) for letter in re.sub(r"\*+", "*", pattern))
    return re.compile("".join(parts), re.DOTALL)
