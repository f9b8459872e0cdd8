"""What an object holds, as one flat list: each element of it and of its items with path, name and value, whatever tables say of it.

Private elements are named by their creator and not by the block that it happened to reserve, so that two objects can be told apart
by what they hold.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from hashlib import sha256
from typing import Final

from pydicom.datadict import dictionary_description, keyword_for_tag, private_dictionary_description

from workbench.dicom import decoding, private, spec
from workbench.dicom.part10 import WORD_VRS
from workbench.dicom.reading import EncodedDataset, spoken
from workbench.errors import Refused

CURVE: Final = "Curve"
"""What the repeating curve group is called in paths (PS3.3-2008 C.10.2)."""
DIGEST_DIGITS: Final = 16
"""Hexadecimal digits of a digest that are shown: two of different data agree in them by no accident."""
SHOWN_VALUES: Final = 12
"""Numbers that are written out; of more, how many they are and how they begin."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Element:
    """One element of an object.

    Parameters
    ----------
    path : keywords joined by dots, items numbered from 0: ``IonBeamSequence[0].BeamName``; curves by their group, private elements
        by their creator: ``(300B,xx02 IMPAC)`` where we have no keyword for them.
    row_path : the path as a statement's row has it: without numbers of items and curves.
    container : path of the item that holds it; blank for the object itself.
    place : tags and numbers of items on the way to it, by which elements of two objects are put into one order.
    tag : eight hexadecimal digits, as found.
    value : decoded; None where there is none and for a sequence, bytes for what is no text and no number.
    items : how many items a sequence has; None for what is no sequence.
    problem : why the value cannot be decoded; ``value`` is then its bytes.
    """

    path: str
    row_path: str
    container: str
    place: tuple[int, ...]
    tag: str
    name: str
    vr: str
    value: decoding.Value = None
    items: int | None = None
    problem: str = ""

    @property
    def said(self) -> str:
        """The value in words; blank where there is none; binary data by length and digest."""
        if self.items is not None:
            return f"{self.items} item{'' if self.items == 1 else 's'}"
        if self.problem:
            return f"cannot be decoded: {_binary(self.value) if isinstance(self.value, bytes) else self.value}"
        if isinstance(self.value, bytes):
            return _binary(self.value)
        if isinstance(self.value, tuple):
            return _several(self.vr, self.value)
        return _one(self.vr, self.value)


def contents(dataset: EncodedDataset) -> tuple[Element, ...]:
    """Every element, those of items included, in the order of their tags; group lengths, which say nothing of content, left out."""
    return tuple(_elements(dataset, "", "", ()))


def _elements(dataset: EncodedDataset, container: str, above: str, place: tuple[int, ...]) -> Iterator[Element]:
    for tag in dataset.tags():
        if not tag & 0xFFFF:
            continue
        segment, row_segment, name = _named(dataset, tag)
        path = f"{container}.{segment}" if container else segment
        row_path = f"{above}.{row_segment}" if above else row_segment
        vr = dataset.vr(tag) or "UN"
        known = Element(path=path, row_path=row_path, container=container, place=(*place, tag), tag=f"{tag:08X}", name=name, vr=vr)
        if vr == "SQ":
            items = dataset.items(tag)
            yield replace(known, items=len(items))
            for number, item in enumerate(items):
                yield from _elements(item, f"{path}[{number}]", row_path, (*known.place, number))
        else:
            vr, value, problem = _value(dataset, tag, vr, row_segment)
            yield replace(known, vr=vr, value=value, problem=problem)


def _value(dataset: EncodedDataset, tag: int, vr: str, keyword: str) -> tuple[str, decoding.Value, str]:
    """VR, value and what is wrong with it; what implicit VR tells nobody of our private attributes, their rows do."""
    raw = dataset.raw(tag) or b""
    if vr == "UN" and keyword in private.IMPAC_ATTRIBUTES:
        known = private.IMPAC_ATTRIBUTES[keyword].vr
        try:
            return known, decoding.decode(known, raw, little=True, encodings=lambda: ("latin-1",)), ""
        except ValueError as problem:
            return known, raw, f"found {problem}"
    try:
        value = dataset.get(tag)
    except Refused as problem:
        return vr, raw, str(problem)
    if isinstance(value, bytes):
        given = dataset.given(tag)
        value = value if given is None or given[2] else _turned(vr, value)
    return vr, value, ""


def _turned(vr: str, value: bytes) -> bytes:
    """Words of a big endian object in little endian order."""
    size = WORD_VRS.get(vr, 1)
    return b"".join(value[at : at + size][::-1] for at in range(0, len(value), size))


def _named(dataset: EncodedDataset, tag: int) -> tuple[str, str, str]:
    """The element's part of a path, that of its row, and its name."""
    group, element = tag >> 16, tag & 0xFFFF
    if group & 1:
        return _private(dataset, group, element)
    keyword = keyword_for_tag(tag)
    if not keyword:
        return spoken(tag), spoken(tag), "unknown"
    is_curve = group in range(spec.CURVE_GROUP, spec.CURVE_GROUP_LAST + 1, spec.CURVE_GROUP_STEP)
    return f"{CURVE}[{group:04X}].{keyword}" if is_curve else keyword, keyword, dictionary_description(tag)


def _private(dataset: EncodedDataset, group: int, element: int) -> tuple[str, str, str]:
    if 0x10 <= element <= 0xFF:
        segment = f"({group:04X},00xx {_text(dataset, group << 16 | element)})"
        return segment, segment, "private creator"
    creator = _text(dataset, group << 16 | element >> 8)
    offset = element & 0xFF
    if not creator:
        segment = spoken(group << 16 | element)
        return segment, segment, "private, of no creator"
    if group == private.IMPAC_GROUP and creator == private.IMPAC:
        for row in private.IMPAC_ATTRIBUTES.values():
            if row.offset == offset:
                return row.keyword, row.keyword, f"{row.name} (private)"
    segment = f"({group:04X},xx{offset:02X} {creator})"
    try:
        return segment, segment, f"{private_dictionary_description(group << 16 | element, creator)} (private)"
    except KeyError:
        return segment, segment, "private, unknown"


def _text(dataset: EncodedDataset, tag: int) -> str:
    return (dataset.raw(tag) or b"").decode("latin-1").strip(" \0")


def _binary(value: bytes) -> str:
    return f"{len(value):,} bytes, SHA-256 {sha256(value).hexdigest()[:DIGEST_DIGITS]}" if value else ""


def _several(vr: str, values: tuple[object, ...]) -> str:
    if len(values) <= SHOWN_VALUES:
        return "\\".join(_one(vr, one) for one in values)
    written = "\\".join(_one(vr, one) for one in values)
    digest = sha256(written.encode("utf-8")).hexdigest()[:DIGEST_DIGITS]
    return f"{len(values):,} values, {_one(vr, values[0])} to {_one(vr, values[-1])}, SHA-256 {digest}"


def _one(vr: str, value: object) -> str:
    if value is None:
        return ""
    if vr == "AT" and isinstance(value, int):
        return spoken(value)
    if isinstance(value, float):
        # More digits of a 32-bit float than these come from its being read as a double.
        return f"{value:.7g}" if vr == "FL" else f"{value:.15g}"
    return str(value)
