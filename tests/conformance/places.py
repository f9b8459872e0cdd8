"""Where a row of a table stands in a data set: every item that could hold it, with or without it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from pydicom.dataelem import DataElement
from pydicom.dataset import Dataset
from pydicom.multival import MultiValue
from pydicom.tag import Tag

from workbench.dicom import private

CURVES = range(0x5000, 0x5020, 2)


@dataclass(frozen=True, slots=True)
class Place:
    """One item that could hold a row.

    Parameters
    ----------
    steps : sequences above it, each with the number of the item from 0.
    holder : the item.
    element : the row's element; None when it is absent.
    path : as findings name it.
    """

    steps: tuple[tuple[str, int], ...]
    holder: Dataset
    element: DataElement | None
    path: str
    group: int = 0

    @property
    def value(self) -> object:
        """The element's value, plain; None when it is absent or empty."""
        return None if self.element is None else plain(self.element.value)


def places(dataset: Dataset, path: str, tag: str) -> Iterator[Place]:
    """Every place of a row.

    Parameters
    ----------
    path, tag : as the tables print them.
    """
    *above, keyword = path.split(".")
    for steps, holder in _holders(dataset, tuple(above)):
        prefix = "".join(f"{name}[{index}]." for name, index in steps)
        if tag.startswith("50xx"):
            for group in CURVES:
                element = holder.get(Tag(group, int(tag[4:], 16)))
                if any(one.group == group for one in holder.keys()):
                    yield Place(steps, holder, element, f"{prefix}Curve[{group:04X}].{keyword}", group)
            continue
        found = private.find(holder, keyword) if keyword.startswith("IMPAC_") else Tag(tag)
        yield Place(steps, holder, None if found is None else holder.get(found), f"{prefix}{keyword}")


def at(dataset: Dataset, steps: tuple[tuple[str, int], ...]) -> Dataset | None:
    """The item that the steps lead to; None where there is none."""
    for name, index in steps:
        items = dataset.get(name) or []
        if index >= len(items):
            return None
        dataset = items[index]
    return dataset


def plain(value: object) -> object:
    """A value to compare: numbers as floats, several as a tuple, text as text, nothing as None."""
    if isinstance(value, MultiValue | list | tuple):
        each = tuple(plain(one) for one in value)
        return each or None
    if value is None or isinstance(value, bytes):
        return value
    if isinstance(value, int | float) or (hasattr(value, "original_string") and not hasattr(value, "components")):
        try:
            return float(str(value))
        except ValueError:
            return str(value)
    return str(value).rstrip() or None


def _holders(dataset: Dataset, above: tuple[str, ...]) -> Iterator[tuple[tuple[tuple[str, int], ...], Dataset]]:
    if not above:
        yield (), dataset
        return
    for index, item in enumerate(dataset.get(above[0]) or []):
        for steps, holder in _holders(item, above[1:]):
            yield ((above[0], index), *steps), holder
