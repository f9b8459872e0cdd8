"""What a row may read while an object is built or checked.

A scope is a set of named roots (a plan, a session, a dataset ...) reached by dotted paths. It knows neither rules nor rows.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from enum import Enum, auto
from typing import Final

from pydicom.dataset import Dataset

from workbench.dicom.reading import EncodedDataset


class Missing(Enum):
    """Values that are not values."""

    ABSENT = auto()
    """Nothing is known: the attribute is left out (or empty, where its type demands presence)."""
    EMPTY = auto()
    """The attribute is sent without a value."""


ABSENT: Final = Missing.ABSENT
EMPTY: Final = Missing.EMPTY


class Scope:
    """Named roots, and children that see their parents' names.

    Parameters
    ----------
    roots : name → object; dataclasses, mappings, sequences (by number) and datasets, decoded or encoded, are walked by the
        same dotted path: ``plan.FractionGroupSequence.0.NumberOfFractionsPlanned``.
    """

    __slots__ = ("_parent", "_roots")

    def __init__(self, roots: Mapping[str, object], parent: Scope | None = None) -> None:
        self._roots = roots
        self._parent = parent

    def child(self, **roots: object) -> Scope:
        """A scope with more names, for one item of a sequence."""
        return Scope(roots, self)

    def knows(self, path: str) -> bool:
        """Whether the path's root is a name of this scope."""
        return self._holder(path.partition(".")[0]) is not None

    def __getitem__(self, path: str) -> object:
        """The value at a dotted path; ``ABSENT`` where a part is missing or None.

        Raises
        ------
        KeyError : the path's root is no name of this scope: a mistake in the table, not in the data.
        """
        name, *steps = path.split(".")
        holder = self._holder(name)
        if holder is None:
            raise KeyError(f"{path}: no root {name!r} in this scope")
        value = holder[name]
        for step in steps:
            if value is None or isinstance(value, Missing):
                return ABSENT
            value = _step(value, step)
        return ABSENT if value is None else value

    def _holder(self, name: str) -> Mapping[str, object] | None:
        scope: Scope | None = self
        while scope is not None:
            if name in scope._roots:
                return scope._roots
            scope = scope._parent
        return None


def _step(value: object, step: str) -> object:
    if isinstance(value, EncodedDataset):
        return _of_encoded(value, step)
    if isinstance(value, Dataset):
        if step not in value:
            return ABSENT
        found = value[step].value
        return EMPTY if found is None or found == "" else found
    if isinstance(value, Mapping):
        return value.get(step)
    if isinstance(value, Sequence) and step.isdigit():
        return value[int(step)] if int(step) < len(value) else ABSENT
    return getattr(value, step)


def _of_encoded(dataset: EncodedDataset, keyword: str) -> object:
    vr = dataset.vr(keyword)
    if vr is None:
        return ABSENT
    if vr == "SQ":
        return dataset.items(keyword)
    found = dataset.get(keyword)
    return EMPTY if found is None else found
