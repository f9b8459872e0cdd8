"""Two objects row by row: what both hold, where they differ, what only one has, and what the statements say of the row.

Items are compared by their number, private elements by their creator, binary data by length and digest. Values are compared as values:
``1.0`` and ``1`` of a decimal string are the same, and so is one object under two transfer syntaxes.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from html import escape
from pathlib import Path
from typing import Final

from workbench.conformance.contents import Element, contents
from workbench.conformance.html import html_table
from workbench.conformance.objects import Direction, fitting
from workbench.conformance.words import how
from workbench.dicom import decoding, part10, values
from workbench.dicom.part10 import Encoded

NO_VALUE: Final = "(no value)"
"""Stands for an element that is there and empty."""


class Outcome(StrEnum):
    """What a comparison of one row comes to."""

    SAME = "same"
    """Both have it, with the same value."""
    DIFFERS = "differs"
    """Both have it, with other values or another number of items."""
    ONLY_A = "only A"
    """The second object lacks it."""
    ONLY_B = "only B"
    """The first object lacks it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ComparedRow:
    """One element of either object.

    Parameters
    ----------
    path : as in ``contents.Element``.
    tag : eight hexadecimal digits; the first object's, where it has it.
    a, b : the values in words; None where the object lacks the element.
    rule : how the value arises, by the table that both objects' class has; blank where no table lists it.
    """

    path: str
    tag: str
    name: str
    vr: str
    a: str | None
    b: str | None
    outcome: Outcome
    rule: str

    @property
    def said(self) -> tuple[str, str]:
        """Both values for people: blank where the object lacks the element, and told where it has it without a value."""
        a, b = ("" if one is None else one or NO_VALUE for one in (self.a, self.b))
        return a, b


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Comparison:
    """Two objects row by row."""

    rows: tuple[ComparedRow, ...]

    def count(self, outcome: Outcome) -> int:
        """How many rows came to this."""
        return sum(row.outcome is outcome for row in self.rows)

    @property
    def differences(self) -> tuple[ComparedRow, ...]:
        """The rows that are not the same."""
        return tuple(row for row in self.rows if row.outcome is not Outcome.SAME)

    def __repr__(self) -> str:
        return f"<Comparison of {len(self.rows)} rows: {len(self.differences)} not the same>"

    def _repr_html_(self) -> str:
        counted = ", ".join(f"{self.count(one)} {one.value}" for one in Outcome)
        rows = [(one.outcome.value, one.path, one.rule, *one.said) for one in self.differences]
        return f"<b>{escape(counted)}</b>{html_table(('', 'path', 'rule', 'A', 'B'), rows)}"


def compare_files(a: str | Path, b: str | Path, direction: Direction | str | None = None) -> Comparison:
    """Compare two DICOM files.

    Raises
    ------
    Refused : one cannot be read as a DICOM file; so does ``compare``.
    """
    first, second = (part10.read_file(Path(path)) for path in (a, b))
    return compare(first, second, None if direction is None else Direction(direction))


def compare(a: Encoded, b: Encoded, direction: Direction | None = None) -> Comparison:
    """Compare two objects, of whatever classes.

    Parameters
    ----------
    direction : the table whose rules stand beside the rows; by itself the first that fits the class. Objects of different classes
        share no table.

    Raises
    ------
    Refused : no table of the direction has their class.
    """
    rules = _rules(a.sop_class_uid, direction) if a.sop_class_uid == b.sop_class_uid else {}
    in_a, in_b = ({one.path: one for one in contents(instance.read())} for instance in (a, b))
    in_order = sorted((in_b | in_a).values(), key=lambda one: one.place)
    return Comparison(rows=tuple(_row(in_a.get(one.path), in_b.get(one.path), rules) for one in in_order))


def _row(a: Element | None, b: Element | None, rules: Mapping[str, str]) -> ComparedRow:
    one = a or b
    assert one is not None
    if a is None or b is None:
        outcome = Outcome.ONLY_B if a is None else Outcome.ONLY_A
    else:
        outcome = Outcome.SAME if _are_same(a, b) else Outcome.DIFFERS
    return ComparedRow(
        path=one.path,
        tag=one.tag,
        name=one.name,
        vr=one.vr if a is None or b is None or a.vr == b.vr else f"{a.vr}, {b.vr}",
        a=None if a is None else a.said,
        b=None if b is None else b.said,
        outcome=outcome,
        rule=rules.get(one.row_path, ""),
    )


def _are_same(a: Element, b: Element) -> bool:
    if a.items is not None or b.items is not None:
        return a.items == b.items
    vr, one, other = (b.vr, _under(b.vr, a), b.value) if a.vr == "UN" else (a.vr, a.value, _under(a.vr, b))
    return bool(a.problem) == bool(b.problem) and values.same(vr, one, other)


def _under(vr: str, element: Element) -> decoding.Value:
    """The value; one of unknown VR (private elements in implicit VR) under the other object's, where that is possible."""
    if element.vr != "UN" or not isinstance(element.value, bytes):
        return element.value
    try:
        return decoding.decode(vr, element.value, little=True, encodings=lambda: ("latin-1",))
    except ValueError:
        return element.value


def _rules(sop_class_uid: str, direction: Direction | None) -> Mapping[str, str]:
    """Path of a row → how its value arises; of a row in two modules, by the first."""
    tables = fitting(sop_class_uid, direction)
    found: dict[str, str] = {}
    for _, path, row in tables[0].walk() if tables else ():
        found.setdefault(path, how(row))
    return found
