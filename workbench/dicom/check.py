"""From rows and a dataset to findings: tolerant in reading, exact in saying what is wrong and where."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Final

from pydicom.datadict import keyword_for_tag
from pydicom.dataelem import DataElement, RawDataElement
from pydicom.dataset import Dataset
from pydicom.tag import BaseTag, Tag
from pydicom.values import convert_value

from workbench.dicom import private, spec, values
from workbench.dicom.conditions import Place
from workbench.dicom.findings import Finding, Severity, errors
from workbench.dicom.rules import Kept, Verdict
from workbench.dicom.scope import ABSENT, Missing, Scope
from workbench.dicom.spec import Attribute, Iod, Items, One, Paired, Repeating, Row, Same, Source

__all__ = ["Finding", "Severity", "check", "errors"]

BYTES: Final = frozenset({"OB", "OW", "OB or OW", "UN"})


def check(iod: Iod, dataset: Dataset, scope: Scope | None = None) -> list[Finding]:
    """Hold a dataset against the rows of an object.

    Parameters
    ----------
    iod : rows of a created or received object.
    dataset : the object; it is read, not changed.
    scope : what its values should agree with; without it only what the rows themselves fix is compared. For an object
        made from a base, the base is its root ``kept``.

    Returns
    -------
    Findings in the order of the rows, then notes on attributes that no row lists. No finding of severity ERROR means the
    object keeps every rule.
    """
    checker = _Checker(is_ours=iod.is_created, is_import=iod.direction == "import")
    findings = [finding for module in iod.modules for finding in checker.rows(_Here(Place(dataset), scope, ""), module.rows)]
    if iod.complete:
        findings.extend(_unlisted(dataset, "", checker.listed))
    return list(dict.fromkeys(findings))


@dataclass(frozen=True, slots=True)
class _Here:
    """A data set under inspection: what holds it, what it should agree with, what its rows' paths begin with."""

    place: Place
    scope: Scope | None
    above: str
    group: int = spec.CURVE_GROUP

    def path(self, keyword: str) -> str:
        return f"{self.above}.{keyword}" if self.above else keyword


class _Checker:
    """One walk over the rows; it remembers which attributes they list."""

    def __init__(self, *, is_ours: bool, is_import: bool) -> None:
        self.listed: dict[str, set[BaseTag]] = {}
        self._is_ours = is_ours
        self._type_2 = Severity.WARNING if is_import else Severity.ERROR

    def rows(self, here: _Here, rows: tuple[Row, ...]) -> Iterator[Finding]:
        for row in rows:
            if isinstance(row, Repeating):
                yield from self._repeated(here, row)
                continue
            tag = spec.find(here.place.dataset, row.keyword, here.group)
            if tag is None:
                yield from self._absent(here, row)
                continue
            self.listed.setdefault(here.above, set()).add(tag)
            if self._is_ours and not _stays(row) and row.when is not None and not row.when.holds(here.place):
                yield _finding(here.path(row.keyword), tag, "unexpected", f"present, although not ({row.when.in_words()})")
            elif isinstance(row, Items):
                yield from self._items(here, row, tag)
            else:
                yield from _attribute(here, row, tag)

    def _absent(self, here: _Here, row: Attribute | Items) -> Iterator[Finding]:
        holds = row.when is not None and row.when.holds(here.place)
        due = row.type in {"1", "2"} or (row.type in {"1C", "2C"} and holds)
        if not due and self._is_ours and (row.when is None or holds):
            due = _is_written(row, here.scope)
        if due:
            kind = f"type {row.type}" if row.type else "attribute"
            why = f" (required when {row.when.in_words()})" if row.when is not None else ""
            expected = row.rule.expected(here.scope) if isinstance(row, Attribute) else row.in_words()
            severity = self._type_2 if row.type == "2" else Severity.ERROR
            tag = spec.tag_of(row.keyword, here.group)
            yield _finding(here.path(row.keyword), tag, "missing", f"{kind} is missing{why}, expected {expected}", severity)

    def _items(self, here: _Here, row: Items, tag: BaseTag) -> Iterator[Finding]:
        path = here.path(row.keyword)
        try:
            element = here.place.dataset[tag]
        except values.UNDECODABLE as problem:
            yield _finding(path, tag, "undecodable", f"items cannot be decoded: {problem}")
            return
        if element.VR != "SQ":
            yield _finding(path, tag, "vr", f"found VR {element.VR}, expected SQ")
            return
        items = list(element.value)
        if not items and row.type in {"1", "1C"}:
            yield _finding(path, tag, "empty", f"type {row.type} without items, expected {row.in_words()}")
        # A received row names no source of its items: any number of them is read, each in the scope of the whole.
        scopes: Sequence[Scope | None] | None = _scopes(row.each, here.scope)
        if not self._is_ours and isinstance(row.each, One):
            scopes = [here.scope] * len(items)
        elif isinstance(row.each, Paired):
            scopes = row.each.beside(items, here.scope)
        if scopes is not None and len(scopes) != len(items):
            yield _finding(path, tag, "items", f"found {len(items)} items, expected {len(scopes)}")
            scopes = None
        for index, item in enumerate(items):
            place = Place(item, here.place, index, len(items))
            yield from self.rows(_Here(place, scopes[index] if scopes is not None else None, f"{path}[{index}]"), row.rows)

    def _repeated(self, here: _Here, row: Repeating) -> Iterator[Finding]:
        curves = range(spec.CURVE_GROUP, spec.CURVE_GROUP_LAST + 1, spec.CURVE_GROUP_STEP)
        groups = sorted({tag.group for tag in list(here.place.dataset.keys()) if tag.group in curves})
        scopes = _scopes(row.each, here.scope)
        if scopes is not None and len(scopes) != len(groups):
            yield _finding(row.name, Tag(spec.CURVE_GROUP, 0), "items", f"found {len(groups)} groups, expected {len(scopes)}")
            scopes = None
        for index, group in enumerate(groups):
            inner = replace(here, scope=scopes[index] if scopes is not None else None, above=f"{row.name}[{group:04X}]", group=group)
            yield from self.rows(inner, row.rows)
            self.listed.setdefault(here.above, set()).update(self.listed.pop(inner.above, set()))


def _attribute(here: _Here, row: Attribute, tag: BaseTag) -> Iterator[Finding]:
    path = here.path(row.keyword)
    try:
        vr, found = _decoded(here.place.dataset, tag, row)
    except values.UNDECODABLE as problem:
        yield _finding(path, tag, "undecodable", f"value cannot be decoded: {problem}")
        return
    if vr != row.vr() and not {vr, row.vr()} <= BYTES:
        yield _finding(path, tag, "vr", f"found VR {vr}, expected {row.vr()}")
    elif values.is_empty(found) and row.type in {"1", "1C"}:
        yield _finding(path, tag, "empty", f"type {row.type} without a value, expected {row.rule.expected(here.scope)}")
    elif values.is_empty(found):
        if _is_known(row, here.scope):
            yield _finding(path, tag, "value", f"found no value, expected {row.rule.expected(here.scope)}")
    elif problem_ := values.broken(row.vr(), found):
        yield _finding(path, tag, "undecodable", problem_)
    else:
        yield from _compared(row, path, tag, found, here.scope)


def _compared(row: Attribute, path: str, tag: BaseTag, found: object, scope: Scope | None) -> Iterator[Finding]:
    verdict = row.rule.agrees(row.vr(), found, scope)
    if verdict is Verdict.NOT_COMPARED:
        yield _finding(path, tag, "not-compared", f"{values.shown(found)} was not compared: {row.in_words()}", Severity.NOTE)
    elif verdict is not Verdict.AGREES:
        severity = Severity.WARNING if verdict is Verdict.DOUBTFUL else Severity.ERROR
        yield _finding(path, tag, "value", f"found {values.shown(found)}, expected {row.rule.expected(scope)}", severity)


def _decoded(dataset: Dataset, tag: BaseTag, row: Attribute) -> tuple[str, object]:
    """VR and value; a value of unknown VR is decoded under the row's own (private attributes in implicit VR)."""
    element: DataElement = dataset[tag]
    if element.VR != "UN" or row.vr() in BYTES:
        return element.VR, element.value
    found = element.value if isinstance(element.value, bytes) else b""
    raw = RawDataElement(tag, row.vr(), len(found), found, 0, True, True)
    return row.vr(), convert_value(row.vr(), raw)


def _is_known(row: Attribute | Items, scope: Scope | None) -> bool:
    """Whether the scope says that the row has a value or items."""
    if isinstance(row, Items):
        return bool(_scopes(row.each, scope))
    return not isinstance(row.rule.known(scope), Missing)


def _is_written(row: Attribute | Items, scope: Scope | None) -> bool:
    """Whether we would have written the row, with or without a value."""
    return _is_known(row, scope) if isinstance(row, Items) else row.rule.known(scope) is not ABSENT


def _stays(row: Attribute | Items) -> bool:
    """Whether the row only says that what was received is kept."""
    return isinstance(row.each, Same) if isinstance(row, Items) else isinstance(row.rule, Kept)


def _scopes(each: Source, scope: Scope | None) -> list[Scope] | None:
    """A scope for each item expected; None when nothing is known of them."""
    if scope is None:
        return None
    try:
        return each.scopes(scope)
    except KeyError:
        return None


def _unlisted(dataset: Dataset, above: str, listed: dict[str, set[BaseTag]]) -> Iterator[Finding]:
    here = listed.get(above, set())
    for tag in sorted(dataset.keys()):
        keyword = private.keyword_of(dataset, tag) or keyword_for_tag(tag) or f"({tag.group:04X},{tag.element:04X})"
        path = f"{above}.{keyword}" if above else keyword
        if tag not in here:
            if not tag.is_private_creator and tag.element != 0:
                yield _finding(path, tag, "unlisted", "no row lists this attribute", Severity.NOTE)
        elif f"{path}[0]" in listed:
            for index, item in enumerate(dataset[tag].value):
                yield from _unlisted(item, f"{path}[{index}]", listed)


def _finding(path: str, tag: BaseTag, code: str, message: str, severity: Severity = Severity.ERROR) -> Finding:
    return Finding(path=path, tag=f"{int(tag):08X}", severity=severity, code=code, message=message)
