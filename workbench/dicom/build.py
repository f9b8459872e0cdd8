"""From rows and a scope to a dataset: strict, because what we write is treated with."""

from __future__ import annotations

from copy import deepcopy
from heapq import heappop, heappush
from itertools import count
from typing import Final, NamedTuple

from pydicom.config import RAISE
from pydicom.dataelem import DataElement
from pydicom.dataset import Dataset
from pydicom.sequence import Sequence

from workbench.dicom import private, spec, values
from workbench.dicom.conditions import Foreign, Place
from workbench.dicom.rules import Kept
from workbench.dicom.scope import ABSENT, EMPTY, Missing, Scope
from workbench.dicom.spec import Attribute, Iod, Items, Repeating, Row, Same
from workbench.errors import Refused


def build(iod: Iod, scope: Scope, *, base: Dataset | None = None) -> Dataset:
    """Make the object that the rows describe.

    Parameters
    ----------
    iod : rows of a created object.
    scope : the roots its rules read.
    base : received object whose attributes stay where no row says otherwise; it is copied, not changed, and its own
        values are the scope's root ``kept``.

    Raises
    ------
    Refused : a mandatory attribute has no value, or a value does not fit its row; the message names the row's path.
    """
    dataset = Dataset() if base is None else deepcopy(base)
    builder = _Builder()
    inner = scope if base is None else scope.child(kept=base)
    for module in iod.modules:
        builder.rows(Place(dataset), module.rows, inner, iod.name)
    builder.finish(dataset)
    return dataset


AT_LAST: Final = 99


class _Later(NamedTuple):
    """A conditional row that waits: first those of the shallowest items, in the order of the rows."""

    depth: int
    number: int
    place: Place[Dataset]
    row: Attribute | Items
    scope: Scope
    where: str


class _Builder:
    """One object in the making: unconditional rows of all depths first, then conditional ones, which look at them.

    A condition looks at its own item and those above it, so conditional rows of the upper items come first; one that looks
    at all texts comes last.
    """

    def __init__(self) -> None:
        self._later: list[_Later] = []
        self._numbers = count()
        self._foreign = ""

    def rows(self, place: Place[Dataset], rows: tuple[Row, ...], scope: Scope, path: str) -> None:
        for row in rows:
            where = f"{path}.{row.keyword}"
            if isinstance(row, Repeating) or row.when is None:
                self._row(place, row, scope, where)
            else:
                depth = AT_LAST if isinstance(row.when, Foreign) else place.depth
                heappush(self._later, _Later(depth, next(self._numbers), place, row, scope, where))

    def finish(self, dataset: Dataset) -> None:
        while self._later:
            later = heappop(self._later)
            if later.row.when is None or later.row.when.holds(later.place):
                self._row(later.place, later.row, later.scope, later.where)
        if self._foreign and "SpecificCharacterSet" not in dataset:
            raise Refused(
                f"{self._foreign}, expected characters of the default repertoire (no Specific Character Set is written)", rule="charset"
            )

    def _row(self, place: Place[Dataset], row: Row, scope: Scope, where: str) -> None:
        if isinstance(row, Repeating):
            self._repeat(place, row, scope, where)
        elif isinstance(row, Items):
            self._items(place, row, scope, where)
        else:
            self._attribute(place, row, scope, where, spec.CURVE_GROUP)

    def _attribute(self, place: Place[Dataset], row: Attribute, scope: Scope, where: str, group: int) -> None:
        try:
            value = row.rule.produce(scope)
            if value is ABSENT or (value is EMPTY and row.type in {"1", "1C"}):
                _leave_out(place.dataset, row, where, group, found="nothing" if value is ABSENT else "no value")
            elif not isinstance(row.rule, Kept):
                _put(place.dataset, row, None if isinstance(value, Missing) else values.to_dicom(row.vr(), value), group)
                self._note_foreign(value, where)
        except ValueError as problem:
            raise Refused(f"{where}: cannot be written ({problem}), expected {row.in_words()}", rule="row") from problem

    def _note_foreign(self, value: object, where: str) -> None:
        each = value if isinstance(value, tuple | list) else (value,)
        if not self._foreign and any(isinstance(one, str) and not one.isascii() for one in each):
            self._foreign = f"{where}: found {values.shown(value)}"

    def _items(self, place: Place[Dataset], row: Items, scope: Scope, where: str) -> None:
        scopes = row.each.scopes(scope)
        if not scopes and row.type in {"1", "1C"} and (row.type == "1" or row.when is not None):
            raise Refused(f"{where}: type {row.type}, found no items, expected {row.in_words()}", rule="row")
        if not scopes and row.type != "2" and (row.type != "2C" or row.when is None):
            if row.keyword in place.dataset and not isinstance(row.each, Same):
                del place.dataset[row.keyword]
            return
        items = list(place.dataset[row.keyword].value) if isinstance(row.each, Same) else [Dataset() for _ in scopes]
        place.dataset[row.keyword] = DataElement(spec.tag_of(row.keyword), "SQ", Sequence(items))
        for index, (item, inner) in enumerate(zip(items, scopes, strict=True)):
            self.rows(Place(item, place, index, len(items)), row.rows, inner, f"{where}[{index}]")

    def _repeat(self, place: Place[Dataset], row: Repeating, scope: Scope, where: str) -> None:
        groups = range(spec.CURVE_GROUP, spec.CURVE_GROUP_LAST + 1, spec.CURVE_GROUP_STEP)
        scopes = row.each.scopes(scope)
        if len(scopes) > len(groups):
            raise Refused(f"{where}: found {len(scopes)} curves, expected at most the {len(groups)} of groups 5000 to 501E", rule="row")
        for group, inner in zip(groups, scopes, strict=False):
            for attribute in row.rows:
                self._attribute(place, attribute, inner, f"{where}[{group:04X}].{attribute.keyword}", group)


def _leave_out(dataset: Dataset, row: Attribute, where: str, group: int, *, found: str) -> None:
    """No value: refused where one is due, empty where presence is due, else absent, whatever the base had."""
    if row.type == "1" or (row.type == "1C" and row.when is not None):
        raise Refused(f"{where}: type {row.type}, found {found}, expected {row.in_words()}", rule="row")
    if row.type == "2" or (row.type == "2C" and row.when is not None):
        _put(dataset, row, None, group)
        return
    tag = spec.find(dataset, row.keyword, group)
    if tag is not None:
        del dataset[tag]


def _put(dataset: Dataset, row: Attribute, value: object, group: int) -> None:
    if row.keyword in private.IMPAC_ATTRIBUTES:
        private.put(dataset, row.keyword, value)
    else:
        tag = spec.tag_of(row.keyword, group)
        dataset[tag] = DataElement(tag, row.vr(), value, validation_mode=RAISE)
