"""A reader for encoded data sets: one walk over the bytes gives each element's VR and where its value lies; values are decoded on demand.

pydicom makes an object of every element that is touched, some 25 µs each. What only looks at a few values of many objects
(a scan, a check, the index) reads the bytes here instead. The walk is also the proof that they are whole: every element and
item ends where its length says, in bounded depth and number. Nothing is copied, and nothing here knows what an object means.

Source: PS3.5 chapters 6 and 7, annex A.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from functools import lru_cache
from typing import Final, NamedTuple

from pydicom.datadict import dictionary_VR, keyword_for_tag, private_dictionary_VR, tag_for_keyword

from workbench.dicom import decoding, uids
from workbench.errors import Refused

MAXIMUM_DEPTH: Final = 32
MAXIMUM_ELEMENTS: Final = 2_000_000
"""More elements than any object of radiotherapy has; a peer cannot make us remember more of one."""
UNDEFINED: Final = 0xFFFFFFFF
ITEM: Final = 0xFFFEE000
ITEM_END: Final = 0xFFFEE00D
SEQUENCE_END: Final = 0xFFFEE0DD
DELIMITERS: Final = 0xFFFE
CHARACTER_SET: Final = 0x00080005
PIXEL_REPRESENTATION: Final = 0x00280103

SHORT_VRS: Final = frozenset(vr.encode("ascii") for vr in "AE AS AT CS DA DS DT FD FL IS LO LT PN SH SL SS ST TM UI UL US".split())
"""VRs whose length is told in two bytes (PS3.5 Table 7.1-2)."""
LONG_VRS: Final = frozenset(vr.encode("ascii") for vr in "OB OD OF OL OV OW SQ SV UC UN UR UT UV".split())
"""VRs whose length is told in four bytes after two reserved ones (PS3.5 Table 7.1-1)."""
VR_TEXT: Final = {vr: vr.decode("ascii") for vr in SHORT_VRS | LONG_VRS}
AMBIGUOUS: Final = {"OB or OW": "OW", "US or OW": "OW", "US or SS or OW": "OW"}
"""What an element is read as whose VR the dictionary leaves open: words, as always in implicit VR (PS3.5 A.1)."""
MAYBE_KNOWN: Final = 0xFFFF
"""A value of VR UN shorter than this may be one whose VR did not fit its sender's two length bytes, and is read by the dictionary."""

_LITTLE = (struct.Struct("<HH"), struct.Struct("<L"), struct.Struct("<H"))
_BIG = (struct.Struct(">HH"), struct.Struct(">L"), struct.Struct(">H"))

Key = int | str
"""A tag as number, or a keyword."""


class EncodedDataset:
    """A data set, or an item of a sequence, as places in the bytes it was read from.

    Values are decoded when they are asked for: text as ``str`` (with the data set's own character set), numbers as ``int`` and
    ``float``, several values as a tuple, none as None, everything else as ``bytes``.
    """

    __slots__ = ("_entries", "_items", "_little", "_parent", "_source", "_syntax")

    def __init__(self, source: bytes, parent: EncodedDataset | None, *, little: bool, syntax: str = "") -> None:
        self._source = source
        self._syntax = syntax
        self._parent = parent
        self._little = little
        self._entries: dict[int, tuple[str, int, int]] = {}
        self._items: dict[int, tuple[EncodedDataset, ...]] = {}

    def __contains__(self, key: Key) -> bool:
        """Whether the element is there, with a value or without."""
        return _tag(key) in self._entries

    def __len__(self) -> int:
        """Number of elements, those of items not counted."""
        return len(self._entries)

    def tags(self) -> list[int]:
        """Its tags in ascending order."""
        return sorted(self._entries)

    def vr(self, key: Key) -> str | None:
        """Value representation: the sender's, or the dictionary's where the sender gave none; None when the element is absent."""
        entry = self._entries.get(_tag(key))
        if entry is None:
            return None
        return ("SS" if self._signed() else "US") if entry[0] == "US or SS" else AMBIGUOUS.get(entry[0], entry[0])

    def raw(self, key: Key) -> bytes | None:
        """The encoded value; None when the element is absent."""
        entry = self._entries.get(_tag(key))
        return None if entry is None else self._source[entry[1] : entry[2]]

    def place(self, key: Key) -> tuple[int, int] | None:
        """Where the encoded value begins and ends in the bytes that were read; None when the element is absent."""
        entry = self._entries.get(_tag(key))
        return None if entry is None else entry[1:]

    def encoded(self) -> tuple[bytes, str]:
        """The bytes it was read from and their transfer syntax; of an item those of the whole.

        For what is read by pydicom after all.
        """
        whole = self
        while whole._parent is not None:
            whole = whole._parent
        return whole._source, whole._syntax

    def items(self, key: Key) -> tuple[EncodedDataset, ...]:
        """Items of a sequence; none when it is absent or empty."""
        return self._items.get(_tag(key), ())

    def get(self, key: Key) -> decoding.Value:
        """The decoded value; None when the element is absent or empty.

        Raises
        ------
        Refused : the bytes are no value of the element's VR, or the element is a sequence.
        """
        tag = _tag(key)
        entry = self._entries.get(tag)
        if entry is None:
            return None
        vr, (_, start, stop) = self.vr(tag) or "UN", entry
        if vr == "SQ":
            raise Refused(f"{spoken(tag)}: found a sequence, expected an element with a value", rule="value")
        try:
            return decoding.decode(vr, self._source[start:stop], little=self._little, encodings=self._encodings)
        except ValueError as problem:
            raise Refused(f"{spoken(tag)}: found {problem}, expected a value of VR {vr}", rule="value") from problem

    def walk(self, above: str = "") -> Iterator[tuple[str, EncodedDataset, int]]:
        """Every element, those of items included: its path, the data set that holds it, its tag there."""
        for tag in self.tags():
            path = above + (keyword_for_tag(tag) or spoken(tag))
            yield path, self, tag
            for number, item in enumerate(self._items.get(tag, ())):
                yield from item.walk(f"{path}[{number}].")

    def _encodings(self) -> tuple[str, ...]:
        """Python codecs of its text: of its own Specific Character Set, else of what holds it (PS3.3 C.12.1.1.2)."""
        holder: EncodedDataset | None = self
        while holder is not None:
            entry = holder._entries.get(CHARACTER_SET)
            if entry is not None:
                return decoding.encodings(holder._source[entry[1] : entry[2]])
            holder = holder._parent
        return decoding.encodings(b"")

    def _signed(self) -> bool:
        holder: EncodedDataset | None = self
        while holder is not None:
            if PIXEL_REPRESENTATION in holder._entries:
                return holder.get(PIXEL_REPRESENTATION) == 1
            holder = holder._parent
        return False


def read(data: bytes, transfer_syntax: str, where: str = "data set") -> EncodedDataset:
    """Walk an encoded data set (without file meta) to its end.

    Parameters
    ----------
    transfer_syntax : one of the three uncompressed ones.
    where : what an error names, for example a file.

    Raises
    ------
    Refused : the bytes end inside an element or item, nest too deep, are too many elements, or go on after the last element.
    """
    if transfer_syntax not in uids.UNCOMPRESSED:
        raise Refused(f"{where}: found transfer syntax {transfer_syntax}, expected an uncompressed one", rule="transfer-syntax")
    little = transfer_syntax != uids.EXPLICIT_BIG
    root = EncodedDataset(data, None, little=little, syntax=transfer_syntax)
    _Walk(data, where, little=little).elements(root, (0, len(data)), 0, implicit=transfer_syntax == uids.IMPLICIT_LITTLE)
    return root


class _Head(NamedTuple):
    """What stands before a value: tag, VR, where the value starts, its length, and the VR as its sender wrote it (blank in implicit VR)."""

    tag: int
    vr: str
    start: int
    length: int
    code: bytes


class _Walk:
    """One walk; it counts what it has seen."""

    def __init__(self, data: bytes, where: str, *, little: bool) -> None:
        self._data = data
        self._where = where
        self._little = little
        self._seen = 0
        self._tag, self._long, self._word = _LITTLE if little else _BIG

    def elements(self, into: EncodedDataset, span: tuple[int, int], depth: int, *, implicit: bool, delimited: bool = False) -> int:
        """Walk the elements of one data set up to the end of its span, or past its delimiter; where they stopped."""
        at, end = span
        entries, left = into._entries, MAXIMUM_ELEMENTS - self._seen
        # Local names: this loop is where the time goes.
        data, short, texts = self._data, SHORT_VRS, VR_TEXT
        unpack_tag, unpack_long, unpack_word = self._tag.unpack_from, self._long.unpack_from, self._word.unpack_from
        while at < end:
            if at + 8 > end or len(entries) > left:
                raise self._refusal(f"truncated or more than {MAXIMUM_ELEMENTS} elements at byte {at}, expected a tag and a length")
            group, element = unpack_tag(data, at)
            tag = group << 16 | element
            if group == DELIMITERS:
                if delimited and tag == ITEM_END:
                    self._finish(into)
                    return at + 8
                raise self._refusal(f"found {spoken(tag)} at byte {at}, expected an element")
            if implicit:
                code, vr, start, length = b"", _known_vr(into, tag) if group & 1 else _public_vr(tag), at + 8, unpack_long(data, at + 4)[0]
            else:
                code = data[at + 4 : at + 6]
                if code in short:
                    vr, start, length = texts[code], at + 8, unpack_word(data, at + 6)[0]
                else:
                    code, vr, start, length = self._long_header(into, tag, at, end)
            if length == UNDEFINED or vr == "SQ" or (code == b"UN" and length < MAYBE_KNOWN):
                vr, stop, at = self._nested(into, _Head(tag, vr, start, length, code), end, depth)
            else:
                at = stop = start + length
                if stop > end:
                    raise self._truncated(tag, start, end, length)
            entries[tag] = (vr, start, stop)
        if delimited:
            raise self._refusal(f"ends at byte {at} inside an item, expected its delimiter")
        self._finish(into)
        return at

    def _finish(self, dataset: EncodedDataset) -> None:
        """Count the elements; without its character set no text of a data set can be read."""
        self._seen += len(dataset._entries)
        entry = dataset._entries.get(CHARACTER_SET)
        if entry is None:
            return
        terms = self._data[entry[1] : entry[2]]
        try:
            decoding.encodings(terms)
        except (LookupError, ValueError) as problem:
            raise self._refusal(f"found Specific Character Set {terms[:40]!r}, expected one of PS3.3 C.12.1.1.2") from problem

    def _long_header(self, into: EncodedDataset, tag: int, at: int, end: int) -> tuple[bytes, str, int, int]:
        """Sender's VR, VR, start and length of an element whose length has four bytes, or whose VR nobody knows."""
        code = self._data[at + 4 : at + 6]
        if code in LONG_VRS:
            if at + 12 > end:
                raise self._refusal(f"truncated at byte {at}, expected a length of {spoken(tag)}")
            return code, VR_TEXT[code], at + 12, self._long.unpack_from(self._data, at + 8)[0]
        if b"AA" <= code <= b"ZZ":
            if not code.isalpha() or not code.isupper():
                raise self._refusal(f"found VR {code!r} of {spoken(tag)} at byte {at}, expected two letters of PS3.5 Table 6.2-1")
            # A VR of a later edition: its length may be in either place; two bytes is what other readers take.
            return code, code.decode("latin-1"), at + 8, self._word.unpack_from(self._data, at + 6)[0]
        # Some writers switch to implicit VR inside explicit ones.
        return b"", _known_vr(into, tag), at + 8, self._long.unpack_from(self._data, at + 4)[0]

    def _nested(self, into: EncodedDataset, head: _Head, end: int, depth: int) -> tuple[str, int, int]:
        """VR, end of the value and where the walk goes on, of a sequence or of what may be one."""
        undefined, unknown = head.length == UNDEFINED, head.code == b"UN"
        stop = end if undefined else self._stop(head, end)
        if not undefined and unknown:
            known = _known_vr(into, head.tag)
            if known != "SQ":
                return known, stop, stop
        if undefined and head.vr not in {"SQ", "UN"}:
            raise self._refusal(f"{spoken(head.tag)} at byte {head.start} has undefined length, expected a sequence")
        # PS3.5 6.2.2: the items of a sequence whose VR its sender did not know are in Implicit VR Little Endian.
        walk = _Walk(self._data, self._where, little=True) if unknown else self
        items, value_end, after = walk._items(into, (head.start, stop), depth + 1, implicit=head.code != b"SQ", delimited=undefined)
        into._items[head.tag] = items
        return "SQ", value_end, after

    def _stop(self, head: _Head, end: int) -> int:
        """End of a value of known length."""
        stop = head.start + head.length
        if stop > end:
            raise self._truncated(head.tag, head.start, end, head.length)
        return stop

    def _items(
        self, into: EncodedDataset, span: tuple[int, int], depth: int, *, implicit: bool, delimited: bool
    ) -> tuple[tuple[EncodedDataset, ...], int, int]:
        """Items of a sequence, the end of its value, and where the walk goes on."""
        at, end = span
        if depth > MAXIMUM_DEPTH:
            raise self._refusal(f"nested deeper than {MAXIMUM_DEPTH} at byte {at}, expected less")
        found: list[EncodedDataset] = []
        while at < end:
            if at + 8 > end:
                raise self._refusal(f"truncated at byte {at}, expected an item")
            group, element = self._tag.unpack_from(self._data, at)
            tag, length = group << 16 | element, self._long.unpack_from(self._data, at + 4)[0]
            if delimited and tag == SEQUENCE_END:
                return tuple(found), at, at + 8
            if tag != ITEM:
                raise self._refusal(f"found {spoken(tag)} at byte {at}, expected an item")
            at += 8
            item = EncodedDataset(self._data, into, little=self._little)
            if length != UNDEFINED and at + length > end:
                raise self._truncated(tag, at, end, length)
            stop = end if length == UNDEFINED else at + length
            at = self.elements(item, (at, stop), depth, implicit=implicit, delimited=length == UNDEFINED)
            found.append(item)
        if delimited:
            raise self._refusal(f"ends at byte {at} inside a sequence, expected its delimiter")
        return tuple(found), at, at

    def _truncated(self, tag: int, start: int, end: int, length: int) -> Refused:
        return self._refusal(f"{spoken(tag)} at byte {start} is truncated, found {end - start} bytes, expected {length}")

    def _refusal(self, words: str) -> Refused:
        return Refused(f"{self._where}: {words}", rule="structure")


def spoken(tag: int) -> str:
    """The tag as people write it."""
    return f"({tag >> 16:04X},{tag & 0xFFFF:04X})"


def _known_vr(dataset: EncodedDataset, tag: int) -> str:
    """VR by the dictionaries; of a private element by its creator's, which stands before it; UN when nobody knows."""
    group, element = tag >> 16, tag & 0xFFFF
    if not group & 1:
        return _public_vr(tag)
    if 0x10 <= element <= 0xFF:
        return "LO"
    creator = dataset._entries.get(group << 16 | element >> 8)
    if creator is None or element < 0x1000:
        return "UN"
    name = dataset._source[creator[1] : creator[2]].decode("latin-1").rstrip(" \0")
    return _private_vr(tag, name)


@lru_cache(maxsize=4096)
def _public_vr(tag: int) -> str:
    if not tag & 0xFFFF:
        return "UL"
    try:
        return dictionary_VR(tag)
    except KeyError:
        return "UN"


@lru_cache(maxsize=4096)
def _private_vr(tag: int, creator: str) -> str:
    try:
        return private_dictionary_VR(tag, creator)
    except KeyError:
        return "UN"


def _tag(key: Key) -> int:
    return key if isinstance(key, int) else _tag_of(key)


@lru_cache(maxsize=4096)
def _tag_of(keyword: str) -> int:
    tag = tag_for_keyword(keyword)
    if tag is None:
        raise KeyError(f"{keyword}: is no keyword of the data dictionary")
    return int(tag)
