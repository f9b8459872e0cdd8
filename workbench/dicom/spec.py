"""The vocabulary in which information objects are written down: an IOD has modules, a module has rows.

Rows are data. They are read by ``build``, ``check``, the printed statement and the tests; none of them is known here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Final, Literal, Protocol

from pydicom.datadict import dictionary_VR, tag_for_keyword
from pydicom.dataset import Dataset
from pydicom.tag import BaseTag, Tag

from workbench.dicom import private
from workbench.dicom.conditions import Condition, Place
from workbench.dicom.elements import Held
from workbench.dicom.reading import EncodedDataset
from workbench.dicom.rules import Kept, Read, Rule
from workbench.dicom.scope import Missing, Scope

Type = Literal["1", "1C", "2", "2C", "3", ""]
"""Type of an attribute (PS3.5 7.4); blank where the source gives none (UPS: it depends on the service)."""

READ: Final = Read()

CURVE_GROUP: Final = 0x5000
CURVE_GROUP_LAST: Final = 0x501E
CURVE_GROUP_STEP: Final = 2
CURVE_ELEMENTS: Final[Mapping[str, int]] = {
    "CurveDimensions": 0x0005,
    "NumberOfPoints": 0x0010,
    "TypeOfData": 0x0020,
    "DataValueRepresentation": 0x0103,
    "CurveLabel": 0x2500,
    "CurveData": 0x3000,
}
"""Elements of the retired, repeating curve group (50xx,eeee), PS3.3-2008 C.10.2."""

GIVEN_VRS: Final[Mapping[str, str]] = {"CurveData": "OW", "PixelData": "OW"}
"""What is written where the dictionary leaves the choice of OB or OW (8-bit pixels and 64-bit floats, native, little endian)."""


@dataclass(frozen=True, slots=True)
class Attribute:
    """One row that is not a sequence.

    Parameters
    ----------
    keyword : pydicom's keyword; ``IMPAC_…`` for the private block; a curve's keyword inside ``Repeating``.
    type : 1, 1C, 2, 2C, 3 or blank.
    rule : how its value arises.
    when : the condition of a 1C or 2C row; without one the row is written whenever its rule knows a value.
    beyond : why we write it although the statement does not list it; blank for the rows of the statement.
    """

    keyword: str
    type: Type
    rule: Rule = READ
    when: Condition | None = None
    beyond: str = ""

    def __post_init__(self) -> None:
        if isinstance(self.rule, Kept) and not self.rule.path:
            object.__setattr__(self, "rule", Kept(f"kept.{self.keyword}"))

    def vr(self) -> str:
        """Value representation by the dictionary of its kind."""
        return vr_of(self.keyword)

    def word(self) -> str:
        """What the fact tables say of the row."""
        return self.rule.word()

    def in_words(self) -> str:
        """What a reader of the statement wants to know of the row."""
        return self.rule.in_words()


class Source(Protocol):
    """Where the items of a sequence come from when it is built or compared."""

    def scopes(self, scope: Scope) -> list[Scope]:
        """A scope for each item."""
        ...

    def word(self) -> str:
        """The source in the vocabulary of the fact tables; blank where these are silent."""
        ...

    def in_words(self) -> str:
        """The source as a reader of the statement wants it."""
        ...


@dataclass(frozen=True, slots=True)
class One:
    """A sequence of exactly one item, in the scope of its parent; none when ``path`` names nothing."""

    path: str = ""
    said: str = ""

    def scopes(self, scope: Scope) -> list[Scope]:
        """One scope, the parent's."""
        return [] if self.path and isinstance(scope[self.path], Missing) else [scope]

    def word(self) -> str:
        """The source's word in the tables."""
        return self.said

    def in_words(self) -> str:
        """The source in words."""
        return "one item" + (f" when there is {self.path}" if self.path else "")


@dataclass(frozen=True, slots=True)
class Each:
    """One item for each member of a collection of the scope; the member is known to the item's rows as ``name``."""

    path: str
    name: str
    said: str = ""

    def scopes(self, scope: Scope) -> list[Scope]:
        """One scope for each member; none where there is no collection.

        Raises
        ------
        TypeError : the path names something that has no members: a mistake in the table.
        """
        members = scope[self.path]
        if isinstance(members, Missing):
            return []
        if not isinstance(members, Sequence):
            raise TypeError(f"{self.path} is {type(members).__name__}, not a sequence")
        return [scope.child(**{self.name: member}) for member in members]

    def word(self) -> str:
        """The source's word in the tables."""
        return self.said

    def in_words(self) -> str:
        """The source in words."""
        return f"one item for each {self.name.replace('_', ' ')}"


@dataclass(frozen=True, slots=True)
class Chosen:
    """One item for each member that a named function of the scope finds; known to the item's rows as ``name``."""

    function: Callable[[Scope], Sequence[object]]
    name: str
    words: str
    said: str = ""

    def scopes(self, scope: Scope) -> list[Scope]:
        """One scope for each member found."""
        return [scope.child(**{self.name: member}) for member in self.function(scope)]

    def word(self) -> str:
        """The source's word in the tables."""
        return self.said

    def in_words(self) -> str:
        """The source in words."""
        return f"one item for each {self.words}"


@dataclass(frozen=True, slots=True)
class Ends:
    """Two items from the scope's roots ``first`` and ``last``, known to their rows as ``name``; ``position`` says which."""

    name: str
    said: str = ""

    def scopes(self, scope: Scope) -> list[Scope]:
        """Two scopes."""
        return [scope.child(**{self.name: scope[position], "position": position}) for position in ("first", "last")]

    def word(self) -> str:
        """The source's word in the tables."""
        return self.said

    def in_words(self) -> str:
        """The source in words."""
        return "two items, the first and the last"


@dataclass(frozen=True, slots=True)
class Paired:
    """Received items, each read beside the member of a known sequence that has its number.

    Parameters
    ----------
    path : the known sequence.
    number, found : keyword of the number there, and of its counterpart in the received item.
    name : root under which the item's rows know the member.
    """

    path: str
    number: str
    found: str
    name: str

    def scopes(self, scope: Scope) -> list[Scope]:
        """Nothing is made from a received sequence."""
        return []

    def beside(self, items: Sequence[Held], scope: Scope | None) -> list[Scope | None]:
        """A scope for each received item; the plain one where it has no counterpart."""
        if scope is None or not scope.knows(self.path):
            return [scope] * len(items)
        members = scope[self.path]
        numbered = {str(one.get(self.number)): one for one in members} if isinstance(members, Sequence) else {}
        partners = [numbered.get(str(Place(item).value(self.found))) for item in items]
        return [scope if partner is None else scope.child(**{self.name: partner}) for partner in partners]

    def word(self) -> str:
        """The tables are silent."""
        return ""

    def in_words(self) -> str:
        """The source in words."""
        return "at least one item"


@dataclass(frozen=True, slots=True)
class Same:
    """The items that the received object has, each row applied to each of them.

    Parameters
    ----------
    path : the sequence under the scope's root ``kept``; the row fills in its own keyword.
    """

    path: str = ""

    def scopes(self, scope: Scope) -> list[Scope]:
        """One scope for each item of the received object, known to the item's rows as ``kept``."""
        kept = scope[self.path]
        return [scope.child(kept=item) for item in kept] if isinstance(kept, Sequence) else []

    def word(self) -> str:
        """The tables are silent about what stays."""
        return ""

    def in_words(self) -> str:
        """The source in words."""
        return "the items of the received object"


@dataclass(frozen=True, slots=True)
class Items:
    """One row that is a sequence, with the rows of its items.

    Parameters
    ----------
    keyword : pydicom's keyword.
    type : 1, 1C, 2, 2C, 3 or blank.
    rows : rows of each item.
    each : where the items come from when built or compared.
    when : the condition of a 1C or 2C row; without one the sequence is written whenever there are items.
    """

    keyword: str
    type: Type
    rows: tuple[Row, ...]
    each: Source = One()
    when: Condition | None = None

    def __post_init__(self) -> None:
        if isinstance(self.each, Same) and not self.each.path:
            object.__setattr__(self, "each", Same(f"kept.{self.keyword}"))

    def vr(self) -> str:
        """A sequence."""
        return "SQ"

    def word(self) -> str:
        """What the fact tables say of the row."""
        return self.each.word()

    def in_words(self) -> str:
        """What a reader of the statement wants to know of the row."""
        return self.each.in_words()


@dataclass(frozen=True, slots=True)
class Repeating:
    """Rows in the repeating curve group: one even group from 5000 for each member of a collection."""

    name: str
    rows: tuple[Attribute, ...]
    each: Each

    @property
    def keyword(self) -> str:
        """Name of the group in a path."""
        return self.name


Row = Attribute | Items | Repeating


@dataclass(frozen=True, slots=True)
class Module:
    """A named group of rows.

    Parameters
    ----------
    name : the statement's name of the module.
    source : section of the statement.
    ie : information entity it belongs to.
    usage : M, C or U of PS3.3, as used here.
    """

    name: str
    source: str
    rows: tuple[Row, ...]
    ie: str = ""
    usage: str = "M"


@dataclass(frozen=True, slots=True)
class Iod:
    """An information object as one statement lists it in one direction.

    Parameters
    ----------
    name : the statement's name of the object.
    sop_class_uids : classes that it describes; the first is the one written.
    statement : tms or ocular.
    direction : created, received, export or import.
    complete : whether an attribute that no row lists is worth a note.
    """

    name: str
    sop_class_uids: tuple[str, ...]
    modules: tuple[Module, ...]
    statement: Literal["tms", "ocular"]
    direction: Literal["created", "received", "export", "import"]
    complete: bool = True

    @property
    def is_created(self) -> bool:
        """Whether we write it, so that every rule binds us."""
        return self.direction in {"created", "export"}

    def walk(self) -> Iterator[tuple[Module, str, Attribute | Items]]:
        """Every row with its module and its dotted path, in the statement's order; rows beyond the statement among them."""
        for module in self.modules:
            for path, row in _walk(module.rows, ""):
                yield module, path, row


def _walk(rows: tuple[Row, ...], above: str) -> Iterator[tuple[str, Attribute | Items]]:
    for row in rows:
        if isinstance(row, Repeating):
            yield from _walk(row.rows, above)
            continue
        path = f"{above}.{row.keyword}" if above else row.keyword
        yield path, row
        if isinstance(row, Items):
            yield from _walk(row.rows, path)


@cache
def tag_of(keyword: str, group: int = CURVE_GROUP) -> BaseTag:
    """Tag of a row's keyword: curve keywords get the given group, private ones their usual block.

    Raises
    ------
    KeyError : no dictionary knows the keyword: a slip in a table.
    """
    if keyword in CURVE_ELEMENTS:
        return Tag(group, CURVE_ELEMENTS[keyword])
    if keyword in private.IMPAC_ATTRIBUTES:
        return private.IMPAC_ATTRIBUTES[keyword].usual_tag
    tag = tag_for_keyword(keyword)
    if tag is None:
        raise KeyError(f"{keyword} is no keyword of the data dictionary")
    return Tag(tag)


@cache
def vr_of(keyword: str) -> str:
    """VR of a row's keyword, where a dictionary leaves a choice the one that is written."""
    if keyword in private.IMPAC_ATTRIBUTES:
        return private.IMPAC_ATTRIBUTES[keyword].vr
    return GIVEN_VRS.get(keyword) or dictionary_VR(tag_of(keyword))


def find(dataset: Dataset | EncodedDataset, keyword: str, group: int = CURVE_GROUP) -> int | None:
    """Tag under which the row's attribute stands in this dataset; None when it is absent."""
    if keyword in private.IMPAC_ATTRIBUTES:
        return private.find(dataset, keyword)
    tag = number_of(keyword, group)
    return tag if tag in dataset else None


@cache
def number_of(keyword: str, group: int = CURVE_GROUP) -> int:
    """Tag of a row's keyword as a plain number, which is looked up quicker than pydicom's kind."""
    return int(tag_of(keyword, group))
