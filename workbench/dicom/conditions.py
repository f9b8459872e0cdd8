"""When a 1C or 2C row applies: evaluated and spoken by the same object.

A condition looks at the data set that holds the row (while it is built or after it was received), never at the clinic.
Paths are keywords of the same item; each leading ``^`` looks one level up.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final, Generic, Protocol

from pydicom.dataset import Dataset

from workbench.dicom import private, values
from workbench.dicom.elements import Held
from workbench.dicom.reading import EncodedDataset
from workbench.errors import Refused

GOVERNED: Final = frozenset({"LO", "LT", "PN", "SH", "ST", "UC", "UT"})
"""VRs of text that Specific Character Set governs (PS3.5 6.1.2.3)."""


@dataclass(frozen=True, slots=True)
class Place(Generic[Held]):
    """Where a row stands: its data set, the items above it, and its number among its siblings (from 0)."""

    dataset: Held
    parent: Place[Held] | None = None
    index: int = 0
    count: int = 1

    @property
    def depth(self) -> int:
        """How many items it is inside of."""
        return 0 if self.parent is None else self.parent.depth + 1

    def value(self, path: str) -> object:
        """The element's value, or None when it is absent or cannot be decoded (``check`` names it at its own row)."""
        place: Place[Held] | None = self
        while path.startswith("^"):
            path, place = path[1:], place.parent if place else None
        if place is None:
            return None
        try:
            return _value(place.dataset, path)
        except (Refused, *values.UNDECODABLE):
            return None


def _value(dataset: Dataset | EncodedDataset, keyword: str) -> object:
    is_private = keyword in private.IMPAC_ATTRIBUTES
    tag = private.find(dataset, keyword) if is_private else None
    if is_private and tag is None:
        return None
    if isinstance(dataset, EncodedDataset):
        key = tag or keyword
        return dataset.items(key) if dataset.vr(key) == "SQ" else dataset.get(key)
    return dataset.get(keyword) if tag is None else dataset[tag].value


Somewhere = Place[Dataset] | Place[EncodedDataset]
"""A place in a data set that is being built, or in one that is checked."""


class Condition(Protocol):
    """Something that holds or does not hold at a place, and can say itself."""

    def holds(self, place: Somewhere) -> bool:
        """Whether the row applies here."""
        ...

    def in_words(self) -> str:
        """The condition as half a sentence after "when"."""
        ...


@dataclass(frozen=True, slots=True)
class Equals:
    """The attribute has one of the given values."""

    path: str
    expected: tuple[object, ...]

    def __init__(self, path: str, *expected: object) -> None:
        object.__setattr__(self, "path", path)
        object.__setattr__(self, "expected", expected)

    def holds(self, place: Somewhere) -> bool:
        """Whether the attribute's value is one of those expected."""
        found = values.comparable("", place.value(self.path))
        return any(str(found) == str(values.comparable("", one)) for one in self.expected)

    def in_words(self) -> str:
        """The condition in words."""
        return f"{_spoken(self.path)} is {' or '.join(str(one) for one in self.expected)}"


@dataclass(frozen=True, slots=True)
class Positive:
    """The attribute is a number above zero."""

    path: str

    def holds(self, place: Somewhere) -> bool:
        """Whether there is such a number."""
        found = place.value(self.path)
        try:
            return found is not None and float(str(found)) > 0
        except ValueError:
            return False

    def in_words(self) -> str:
        """The condition in words."""
        return f"{_spoken(self.path)} is not zero"


@dataclass(frozen=True, slots=True)
class Present:
    """The attribute is there, with a value."""

    path: str

    def holds(self, place: Somewhere) -> bool:
        """Whether the attribute has a value."""
        return not values.is_empty(place.value(self.path))

    def in_words(self) -> str:
        """The condition in words."""
        return f"{_spoken(self.path)} is present"


@dataclass(frozen=True, slots=True)
class Sent:
    """The sequence that holds the row is sent: true wherever the row can stand (older texts make such rows 1C)."""

    sequence: str

    def holds(self, place: Somewhere) -> bool:
        """Whether the row stands in an item."""
        return place.parent is not None

    def in_words(self) -> str:
        """The condition in words."""
        return f"{self.sequence} is sent"


@dataclass(frozen=True, slots=True)
class First:
    """The item is the first of its sequence."""

    def holds(self, place: Somewhere) -> bool:
        """Whether it is."""
        return place.index == 0

    def in_words(self) -> str:
        """The condition in words."""
        return "the item is the first of its sequence"


@dataclass(frozen=True, slots=True)
class Last:
    """The item is the last of its sequence."""

    def holds(self, place: Somewhere) -> bool:
        """Whether it is."""
        return place.index == place.count - 1

    def in_words(self) -> str:
        """The condition in words."""
        return "the item is the last of its sequence"


@dataclass(frozen=True, slots=True)
class InItems:
    """Some item of a sequence of this item fulfils a condition."""

    sequence: str
    condition: Condition

    def holds(self, place: Somewhere) -> bool:
        """Whether there is such an item."""
        return any(self.condition.holds(item) for item in _items(place, self.sequence))

    def in_words(self) -> str:
        """The condition in words."""
        return f"{self.condition.in_words()} in {self.sequence}"


@dataclass(frozen=True, slots=True)
class Referred:
    """The item of another sequence that this item refers to by number fulfils a condition.

    Parameters
    ----------
    number : attribute of this item that holds the number.
    sequence : path of the other sequence.
    key : attribute of its items that is numbered.
    """

    number: str
    sequence: str
    key: str
    condition: Condition

    def holds(self, place: Somewhere) -> bool:
        """Whether the item referred to is there and fulfils the condition."""
        number = place.value(self.number)
        return any(item.value(self.key) == number and self.condition.holds(item) for item in _items(place, self.sequence))

    def in_words(self) -> str:
        """The condition in words."""
        return f"{self.condition.in_words()} in the item that {self.number} refers to"


@dataclass(frozen=True, slots=True)
class Foreign:
    """Some text of the object has characters outside the default repertoire (ASCII)."""

    def holds(self, place: Somewhere) -> bool:
        """Whether any text of the data set, items included, has such characters."""
        return any(not text.isascii() for text in texts(place.dataset))

    def in_words(self) -> str:
        """The condition in words."""
        return "a text holds characters outside the default repertoire"


def texts(dataset: Dataset | EncodedDataset) -> Iterable[str]:
    """Every text of a data set whose VR Specific Character Set governs (PS3.5 6.1.2.3)."""
    if isinstance(dataset, EncodedDataset):
        for _, holder, tag in dataset.walk():
            if holder.vr(tag) in GOVERNED:
                several = holder.get(tag)
                yield from map(str, several) if isinstance(several, tuple) else [str(several or "")]
        return
    for element in dataset.iterall():
        if element.VR in GOVERNED:
            found = element.value
            yield from map(str, found) if isinstance(found, list) or element.VM > 1 else [str(found or "")]


@dataclass(frozen=True, slots=True)
class Not:
    """The other condition does not hold."""

    condition: Condition

    def holds(self, place: Somewhere) -> bool:
        """Whether it does not."""
        return not self.condition.holds(place)

    def in_words(self) -> str:
        """The condition in words."""
        return f"not ({self.condition.in_words()})"


@dataclass(frozen=True, slots=True)
class All:
    """Every condition holds."""

    conditions: tuple[Condition, ...]

    def __init__(self, *conditions: Condition) -> None:
        object.__setattr__(self, "conditions", conditions)

    def holds(self, place: Somewhere) -> bool:
        """Whether all hold."""
        return all(one.holds(place) for one in self.conditions)

    def in_words(self) -> str:
        """The condition in words."""
        return " and ".join(one.in_words() for one in self.conditions)


@dataclass(frozen=True, slots=True)
class Any:
    """At least one condition holds."""

    conditions: tuple[Condition, ...]

    def __init__(self, *conditions: Condition) -> None:
        object.__setattr__(self, "conditions", conditions)

    def holds(self, place: Somewhere) -> bool:
        """Whether one holds."""
        return any(one.holds(place) for one in self.conditions)

    def in_words(self) -> str:
        """The condition in words."""
        return " or ".join(one.in_words() for one in self.conditions)


def _spoken(path: str) -> str:
    return path.lstrip("^") + (" of the item above" if path.startswith("^") else "")


def _items(place: Somewhere, sequence: str) -> list[Somewhere]:
    found = place.value(sequence)
    return [Place(item, place) for item in found if isinstance(item, Dataset | EncodedDataset)] if isinstance(found, Iterable) else []  # type: ignore[misc]
