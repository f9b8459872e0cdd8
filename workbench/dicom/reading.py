"""A reader for encoded data sets: one walk over the bytes gives each element's VR and where its value lies; values are decoded on demand.

pydicom makes an object of every element that is touched, some 25 µs each. What only looks at a few values of many objects
(a scan, a check, the index) reads the bytes here instead. The walk is also the proof that they are whole: every element and
item ends where its length says, in bounded depth and number. Nothing is copied, and nothing here knows what an object means.

Source: PS3.5 chapters 6 and 7, annex A.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterable, Iterator
from functools import lru_cache
from typing import Final, NamedTuple, TypeVar

from pydicom.datadict import dictionary_VR, keyword_for_tag, private_dictionary_VR, tag_for_keyword

from workbench.dicom import decoding, uids
from workbench.errors import Refused

MAXIMUM_DEPTH: Final = 32
MAXIMUM_ELEMENTS: Final = 2_000_000
"""More elements and items than any object of radiotherapy has; a peer cannot make us remember more of one."""
MAXIMUM_HEADS: Final = 16_384
"""Heads of elements that are remembered: more than the objects of a clinic have, and some two megabytes."""
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
VALUED: Final = frozenset(VR_TEXT.values()) - {"SQ"}
"""VRs whose value can be decoded without asking what else the data set says."""
AMBIGUOUS: Final = {"OB or OW": "OW", "US or OW": "OW", "US or SS or OW": "OW"}
"""What an element is read as whose VR the dictionary leaves open: words, as always in implicit VR (PS3.5 A.1)."""
MAYBE_KNOWN: Final = 0xFFFF
"""A value of VR UN shorter than this may be one whose VR did not fit its sender's two length bytes, and is read by the dictionary."""

_LITTLE = (struct.Struct("<HH"), struct.Struct("<L"), struct.Struct("<H"))
_BIG = (struct.Struct(">HH"), struct.Struct(">L"), struct.Struct(">H"))

Decoded = TypeVar("Decoded")
Key = int | str
"""A tag as number, or a keyword."""


class _Above(NamedTuple):
    """What an item knows of the data set that holds it: enough for its text and its pixels, and no reference back that would be a cycle."""

    entries: dict[int, tuple[str, int, int]]
    little: bool
    above: _Above | None


class EncodedDataset:
    """A data set, or an item of a sequence, as places in the bytes it was read from.

    Values are decoded when they are asked for: text as ``str`` (with the data set's own character set), numbers as ``int`` and
    ``float``, several values as a tuple, none as None, everything else as ``bytes``.
    """

    __slots__ = ("_above", "_entries", "_items", "_little", "_source", "_syntax")

    def __init__(self, source: bytes, syntax: str, above: _Above | None, *, little: bool) -> None:
        self._source = source
        self._syntax = syntax
        self._above = above
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
        return self._source, self._syntax

    def items(self, key: Key) -> tuple[EncodedDataset, ...]:
        """Items of a sequence; none when it is absent or empty."""
        return self._items.get(_tag(key), ()) if self._items else ()

    def given(self, key: Key) -> tuple[str, bytes, bool] | None:
        """VR, encoded value and whether its numbers are little endian; None when the element is absent.

        Whoever decodes the same few values of many objects can remember them by these.

        Raises
        ------
        Refused : the element is a sequence.
        """
        entry = self._entries.get(key if isinstance(key, int) else _TAGS[key])
        if entry is None:
            return None
        vr, start, stop = entry
        if vr not in VALUED:
            vr = self.vr(key) or "UN"
            if vr == "SQ":
                raise Refused(f"{spoken(_tag(key))}: found a sequence, expected an element with a value", rule="value")
        return vr, self._source[start:stop], self._little

    def decoded(self, keywords: Iterable[str], decode: Callable[[str, bytes, bool], Decoded], most: int) -> list[Decoded | None]:
        """Several values at once; None for each that is absent.

        Parameters
        ----------
        decode : from VR, value and whether it is little endian, as ``given`` tells them.
        most : bytes of a value.

        Raises
        ------
        ValueError : a value has more bytes, or a VR that cannot be told from it alone; or ``decode`` does.
        """
        entries, source, little = self._entries, self._source, self._little
        found: list[Decoded | None] = []
        for keyword in keywords:
            entry = entries.get(_TAGS[keyword])
            if entry is None:
                found.append(None)
                continue
            vr, start, stop = entry
            if stop - start > most or vr not in VALUED:
                raise ValueError(f"{keyword}: is not decoded by its VR and {most} bytes alone")
            found.append(decode(vr, source[start:stop], little))
        return found

    def get(self, key: Key) -> decoding.Value:
        """The decoded value; None when the element is absent or empty.

        Raises
        ------
        Refused : the bytes are no value of the element's VR, or the element is a sequence.
        """
        given = self.given(key)
        if given is None:
            return None
        vr, raw, little = given
        try:
            return decoding.decode(vr, raw, little=little, encodings=self._encodings)
        except ValueError as problem:
            raise Refused(f"{spoken(_tag(key))}: found {problem}, expected a value of VR {vr}", rule="value") from problem

    def walk(self, above: str = "") -> Iterator[tuple[str, EncodedDataset, int]]:
        """Every element, those of items included: its path, the data set that holds it, its tag there."""
        for tag in self.tags():
            path = above + (keyword_for_tag(tag) or spoken(tag))
            yield path, self, tag
            for number, item in enumerate(self._items.get(tag, ())):
                yield from item.walk(f"{path}[{number}].")

    def _encodings(self) -> tuple[str, ...]:
        """Python codecs of its text: of its own Specific Character Set, else of what holds it (PS3.3 C.12.1.1.2)."""
        for holder in self._holders():
            entry = holder.entries.get(CHARACTER_SET)
            if entry is not None:
                return decoding.encodings(self._source[entry[1] : entry[2]])
        return decoding.encodings(b"")

    def _signed(self) -> bool:
        for holder in self._holders():
            entry = holder.entries.get(PIXEL_REPRESENTATION)
            if entry is not None:
                value = self._source[entry[1] : entry[2]]
                return decoding.decode(entry[0], value, little=holder.little, encodings=self._encodings) == 1
        return False

    def _holders(self) -> Iterator[_Above]:
        """Itself and what holds it, from the inside out."""
        holder: _Above | None = _Above(self._entries, self._little, self._above)
        while holder is not None:
            yield holder
            holder = holder.above


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
    root = EncodedDataset(data, transfer_syntax, None, little=little)
    _Walk(data, transfer_syntax, where, little=little).elements(root, (0, len(data)), 0, implicit=transfer_syntax == uids.IMPLICIT_LITTLE)
    return root


class _Head(NamedTuple):
    """What stands before a value: tag, VR, where the value starts, its length, and the VR as its sender wrote it (blank in implicit VR)."""

    tag: int
    vr: str
    start: int
    length: int
    code: bytes


class _Heads(dict[bytes, tuple[int, str, int]]):
    """Eight bytes before a value that were met before → tag, VR, length of the value.

    Objects of one kind begin their elements with the same bytes again and again, and a look-up costs a third of taking them apart.
    Only heads that mean the same wherever they stand are remembered, and no more than a peer may make us keep.
    """

    def learn(self, head: bytes, known: tuple[int, str, int]) -> None:
        """Remember one."""
        if len(self) >= MAXIMUM_HEADS:
            self.clear()
        self[head] = known


_HEADS: Final = {little: (_Heads(), _Heads()) for little in (False, True)}
"""Whether the byte order is little endian → heads in explicit VR, and in implicit VR."""
_SEQUENCES: Final = {False: _Heads(), True: _Heads()}
"""Whether the byte order is little endian → heads of sequences in explicit VR; the length is told in the four bytes behind."""


class _Walk:
    """One walk; it counts what it has seen."""

    def __init__(self, data: bytes, syntax: str, where: str, *, little: bool, seen: int = 0) -> None:
        self._data = data
        self._syntax = syntax
        self._where = where
        self._little = little
        self._seen = seen
        self._tag, self._long, self._word = _LITTLE if little else _BIG
        self._item = self._tag.pack(DELIMITERS, ITEM & 0xFFFF)
        self._heads, self._sequences = _HEADS[little], _SEQUENCES[little]

    def elements(self, into: EncodedDataset, span: tuple[int, int], depth: int, *, implicit: bool, delimited: bool = False) -> int:
        """Walk the elements of one data set up to the end of its span, or past its delimiter; where they stopped."""
        at, end = span
        # Local names: this loop is where the time goes.
        data, entries, long = self._data, into._entries, self._long.unpack_from
        known, sequences = self._heads[implicit].get, self._sequences.get
        start = at
        while at < end:
            # An element has eight bytes at least, so within this stretch they are not too many.
            stretch = at + 8 * (MAXIMUM_ELEMENTS - self._seen - len(entries))
            if stretch <= at:
                raise self._too_many(at)
            stretch = min(stretch, end)
            while at < stretch:
                head = known(data[at : at + 8])
                if head is not None:
                    tag, vr, length = head
                    start = at + 8
                    at = start + length
                    entries[tag] = (vr, start, at)
                    continue
                begun = None if implicit else sequences(data[at : at + 8])
                if begun is not None and at + 12 <= end and (stop := at + 12 + long(data, at + 8)[0]) <= end:
                    start, at = at + 12, stop
                    into._items[begun[0]] = self._items(into, (start, stop), depth + 1, implicit=False, delimited=False)[0]
                    entries[begun[0]] = ("SQ", start, stop)
                elif delimited and self._ends_item(at, end):
                    self._finish(into)
                    return at + 8
                else:
                    start, at = at + 8, self._element(into, (at, end), depth, implicit=implicit)
        if at > end:
            raise self._truncated(tag, start, end, length) if start <= end else self._headless(start - 8)
        if delimited:
            raise self._refusal(f"ends at byte {at} inside an item, expected its delimiter")
        self._finish(into)
        return at

    def _ends_item(self, at: int, end: int) -> bool:
        """Whether an item's delimiter stands here."""
        return at + 8 <= end and self._tag.unpack_from(self._data, at) == (DELIMITERS, ITEM_END & 0xFFFF)

    def _element(self, into: EncodedDataset, span: tuple[int, int], depth: int, *, implicit: bool) -> int:
        """Take one element apart; where the next one begins."""
        at, end = span
        if at + 8 > end:
            raise self._headless(at)
        group, element = self._tag.unpack_from(self._data, at)
        tag = group << 16 | element
        if group == DELIMITERS:
            raise self._refusal(f"found {spoken(tag)} at byte {at}, expected an element")
        if implicit:
            vr = _known_vr(into, tag)
            head = _Head(tag, vr, at + 8, self._long.unpack_from(self._data, at + 4)[0], b"")
            is_settled = not group & 1
        else:
            head = self._explicit_head(into, tag, at, end)
            is_settled = head.code in SHORT_VRS
        _, vr, start, length, code = head
        if length == UNDEFINED or vr == "SQ" or (code == b"UN" and length < MAYBE_KNOWN):
            vr, stop, after = self._nested(into, head, end, depth)
            if code == b"SQ":
                self._sequences.learn(self._data[at : at + 8], (tag, vr, 0))
        else:
            after = stop = self._stop(head, end)
            if is_settled:
                self._heads[implicit].learn(self._data[at : at + 8], (tag, vr, length))
        into._entries[tag] = (vr, start, stop)
        return after

    def _finish(self, dataset: EncodedDataset) -> None:
        """Count the elements; without its character set no text of a data set can be read."""
        entries = dataset._entries
        self._seen += len(entries)
        if CHARACTER_SET not in entries:
            return
        entry = entries[CHARACTER_SET]
        terms = self._data[entry[1] : entry[2]]
        try:
            decoding.encodings(terms)
        except (LookupError, ValueError) as problem:
            raise self._refusal(f"found Specific Character Set {terms[:40]!r}, expected one of PS3.3 C.12.1.1.2") from problem

    def _explicit_head(self, into: EncodedDataset, tag: int, at: int, end: int) -> _Head:
        """What stands before a value in explicit VR."""
        data, code = self._data, self._data[at + 4 : at + 6]
        if code in SHORT_VRS:
            return _Head(tag, VR_TEXT[code], at + 8, self._word.unpack_from(data, at + 6)[0], code)
        if code in LONG_VRS:
            if at + 12 > end:
                raise self._refusal(f"truncated at byte {at}, expected a length of {spoken(tag)}")
            return _Head(tag, VR_TEXT[code], at + 12, self._long.unpack_from(data, at + 8)[0], code)
        if b"AA" <= code <= b"ZZ":
            if not code.isalpha() or not code.isupper():
                raise self._refusal(f"found VR {code!r} of {spoken(tag)} at byte {at}, expected two letters of PS3.5 Table 6.2-1")
            # A VR of a later edition: its length may be in either place; two bytes is what other readers take.
            return _Head(tag, code.decode("latin-1"), at + 8, self._word.unpack_from(data, at + 6)[0], code)
        # Some writers switch to implicit VR inside explicit ones.
        return _Head(tag, _known_vr(into, tag), at + 8, self._long.unpack_from(data, at + 4)[0], b"")

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
        walk = _Walk(self._data, self._syntax, self._where, little=True, seen=self._seen) if unknown else self
        items, value_end, after = walk._items(into, (head.start, stop), depth + 1, implicit=head.code != b"SQ", delimited=undefined)
        self._seen = walk._seen
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
        above = _Above(into._entries, into._little, into._above)
        data, syntax, little, long = self._data, self._syntax, self._little, self._long.unpack_from
        while at < end:
            if at + 8 > end:
                raise self._refusal(f"truncated at byte {at}, expected an item")
            if data[at : at + 4] != self._item:
                group, element = self._tag.unpack_from(data, at)
                if delimited and (group, element) == (DELIMITERS, SEQUENCE_END & 0xFFFF):
                    return tuple(found), at, at + 8
                raise self._refusal(f"found {spoken(group << 16 | element)} at byte {at}, expected an item")
            self._seen += 1
            if self._seen > MAXIMUM_ELEMENTS:
                raise self._too_many(at)
            length = long(data, at + 4)[0]
            at += 8
            item = EncodedDataset(data, syntax, above, little=little)
            if length == UNDEFINED:
                at = self.elements(item, (at, end), depth, implicit=implicit, delimited=True)
            elif at + length > end:
                raise self._truncated(ITEM, at, end, length)
            else:
                at = self.elements(item, (at, at + length), depth, implicit=implicit)
            found.append(item)
        if delimited:
            raise self._refusal(f"ends at byte {at} inside a sequence, expected its delimiter")
        return tuple(found), at, at

    def _too_many(self, at: int) -> Refused:
        return self._refusal(f"found more than {MAXIMUM_ELEMENTS} elements and items at byte {at}, expected fewer")

    def _headless(self, at: int) -> Refused:
        return self._refusal(f"truncated at byte {at}, expected a tag and a length")

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


class _Tags(dict[str, int]):
    """Keyword → tag, looked up in the dictionary of pydicom once."""

    def __missing__(self, keyword: str) -> int:
        tag = tag_for_keyword(keyword)
        if tag is None:
            raise KeyError(f"{keyword}: is no keyword of the data dictionary")
        return self.setdefault(keyword, int(tag))


_TAGS = _Tags()


def _tag(key: Key) -> int:
    return key if isinstance(key, int) else _TAGS[key]
