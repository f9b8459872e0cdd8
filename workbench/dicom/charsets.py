"""Specific Character Set (0008,0005) of what peers send us and of what we answer.

We read every character set that pydicom knows, and write two: the default repertoire, and ISO_IR 192 where that does not suffice.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from pydicom.charset import python_encoding
from pydicom.datadict import dictionary_has_tag, dictionary_VR
from pydicom.dataset import Dataset
from pydicom.multival import MultiValue
from pydicom.tag import BaseTag, Tag

from workbench.errors import Refused

SPECIFIC_CHARACTER_SET: Final = Tag(0x0008, 0x0005)
UNICODE: Final = "ISO_IR 192"
TEXT_VRS: Final = frozenset({"LO", "LT", "PN", "SH", "ST", "UC", "UT"})
"""VRs whose values the character set changes (PS3.5 6.1.2.3)."""


def must_be_readable(dataset: Dataset, inherited: tuple[str, ...] = ("",)) -> None:
    """Every text of a data set just decoded can be read in the character set that it names.

    Raises
    ------
    Refused : the character set is unknown, or a text is not written in it; no patient's name is in the message.
    """
    named = tuple(str(one) for one in _several(dataset.get("SpecificCharacterSet"))) or inherited
    for one in named:
        if one not in python_encoding:
            raise Refused(
                f"identifier: found character set {one!r}, expected one of PS3.3 C.12.1.1.2",
                rule="identifier",
                comment=f"Specific Character Set {one} is not supported",
            )
    # By tags: iterating the elements themselves would decode them.
    for tag in dataset.keys():
        vr = _vr(dataset, tag)
        if vr == "SQ":
            for item in dataset[tag].value:
                must_be_readable(item, named)
        elif vr in TEXT_VRS and not _is_readable(dataset.get_item(tag).value, named):
            raise Refused(
                f"identifier: {tag}: found text outside {named[0] or 'the default repertoire'}, expected the character set that is named",
                rule="identifier",
                comment=f"{tag} is not in the Specific Character Set",
            )


def settle(dataset: Dataset) -> None:
    """Name the character set that the texts of an answer need: none for ASCII alone, else ISO_IR 192 (PS3.4 C.4.1.1.3.2)."""
    if all(text.isascii() for text in _texts(dataset)):
        dataset.pop(SPECIFIC_CHARACTER_SET, None)
    else:
        dataset.SpecificCharacterSet = UNICODE


def _several(value: object) -> list[object]:
    if value is None:
        return []
    return list(value) if isinstance(value, MultiValue | list | tuple) else [value]


def _vr(dataset: Dataset, tag: BaseTag) -> str:
    """VR of an element without decoding its value; of implicit VR that of the dictionary."""
    known = dataset.get_item(tag).VR
    return str(known or (dictionary_VR(tag) if dictionary_has_tag(tag) else "UN"))


def _is_readable(value: object, named: tuple[str, ...]) -> bool:
    # Code extensions switch sets inside the text; only pydicom can follow them.
    if not isinstance(value, bytes) or len(named) > 1 or named[0].startswith("ISO 2022"):
        return True
    try:
        value.decode(python_encoding[named[0]] if named[0] else "ascii")
    except UnicodeDecodeError:
        return False
    return True


def _texts(dataset: Dataset) -> Iterator[str]:
    for element in dataset:
        if element.VR == "SQ":
            for item in element.value:
                yield from _texts(item)
        elif element.VR in TEXT_VRS:
            yield from (str(one) for one in _several(element.value))
