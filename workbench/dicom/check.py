"""From rows and a dataset to findings: tolerant in reading, exact in saying what is wrong and where."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Generic

from pydicom.datadict import keyword_for_tag

from workbench.dicom import elements, private, reading, spec, values
from workbench.dicom.conditions import Place
from workbench.dicom.elements import Held
from workbench.dicom.findings import Finding, Severity, errors
from workbench.dicom.rules import Kept, Verdict
from workbench.dicom.scope import ABSENT, Missing, Scope
from workbench.dicom.spec import Attribute, Iod, Items, One, Paired, Repeating, Row, Same, Source
from workbench.errors import Refused

__all__ = ["Finding", "Severity", "check", "errors"]


def check(iod: Iod, dataset: Held, scope: Scope | None = None) -> list[Finding]:
    """Hold an object against its rows.

    Parameters
    ----------
    iod : rows of a created or received object.
    dataset : the object as it was read, or as pydicom holds it; it is read, not changed.
    scope : what its values should agree with; without it only what the rows themselves fix is compared. For an object
        made from a base, the base is its root ``kept``.

    Returns
    -------
    Findings in the order of the rows, then notes on attributes that no row lists. No finding of severity ERROR means the
    object keeps every rule.
    """
    checker = _Checker(is_ours=iod.is_created, is_import=iod.direction == "import")
    whole = _Here(Place(dataset), scope, "")
    findings = [finding for module in iod.modules for finding in checker.rows(whole, module.rows)]
    if iod.complete:
        findings.extend(_unlisted(dataset, "", checker.listed))
    return list(dict.fromkeys(findings))


@dataclass(frozen=True, slots=True)
class _Here(Generic[Held]):
    """A data set under inspection: its place, what it should agree with, what its rows' paths begin with."""

    place: Place[Held]
    scope: Scope | None
    above: str
    group: int = spec.CURVE_GROUP

    def path(self, keyword: str) -> str:
        return f"{self.above}.{keyword}" if self.above else keyword


class _Checker:
    """One walk over the rows; it remembers which attributes they list."""

    def __init__(self, *, is_ours: bool, is_import: bool) -> None:
        self.listed: dict[str, set[int]] = {}
        self._is_ours = is_ours
        self._type_2 = Severity.WARNING if is_import else Severity.ERROR

    def rows(self, here: _Here[Held], rows: tuple[Row, ...]) -> Iterator[Finding]:
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

    def _absent(self, here: _Here[Held], row: Attribute | Items) -> Iterator[Finding]:
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

    def _items(self, here: _Here[Held], row: Items, tag: int) -> Iterator[Finding]:
        path = here.path(row.keyword)
        try:
            vr = elements.vr(here.place.dataset, tag)
        except Refused as problem:
            yield _finding(path, tag, "undecodable", f"items cannot be decoded: {problem}")
            return
        if vr != "SQ":
            yield _finding(path, tag, "vr", f"found VR {vr}, expected SQ")
            return
        items = elements.items(here.place.dataset, tag)
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

    def _repeated(self, here: _Here[Held], row: Repeating) -> Iterator[Finding]:
        curves = range(spec.CURVE_GROUP, spec.CURVE_GROUP_LAST + 1, spec.CURVE_GROUP_STEP)
        groups = sorted({tag >> 16 for tag in elements.tags(here.place.dataset) if tag >> 16 in curves})
        scopes = _scopes(row.each, here.scope)
        if scopes is not None and len(scopes) != len(groups):
            yield _finding(row.name, spec.CURVE_GROUP << 16, "items", f"found {len(groups)} groups, expected {len(scopes)}")
            scopes = None
        for index, group in enumerate(groups):
            inner = replace(here, scope=scopes[index] if scopes is not None else None, above=f"{row.name}[{group:04X}]", group=group)
            yield from self.rows(inner, row.rows)
            self.listed.setdefault(here.above, set()).update(self.listed.pop(inner.above, set()))


def _attribute(here: _Here[Held], row: Attribute, tag: int) -> Iterator[Finding]:
    path, expected_vr = here.path(row.keyword), row.vr()
    try:
        vr = elements.vr(here.place.dataset, tag)
        if vr not in {expected_vr, "UN"} and not {vr, expected_vr} <= elements.BYTES:
            yield _finding(path, tag, "vr", f"found VR {vr}, expected {expected_vr}")
            return
        found, written = elements.see(here.place.dataset, tag, expected_vr)
    except Refused as problem:
        yield _finding(path, tag, "undecodable", f"value cannot be decoded: {problem}")
        return
    if values.is_empty(found):
        if row.type in {"1", "1C"}:
            yield _finding(path, tag, "empty", f"type {row.type} without a value, expected {row.rule.expected(here.scope)}")
        elif _is_known(row, here.scope):
            yield _finding(path, tag, "value", f"found no value, expected {row.rule.expected(here.scope)}")
    elif problem_ := values.broken(expected_vr, written):
        yield _finding(path, tag, "undecodable", problem_)
    else:
        verdict = row.rule.agrees(expected_vr, found, here.scope)
        if verdict is not Verdict.AGREES:
            yield _compared(row, path, tag, values.as_written(expected_vr, written), verdict, here.scope)


def _compared(row: Attribute, path: str, tag: int, found: str, verdict: Verdict, scope: Scope | None) -> Finding:
    if verdict is Verdict.NOT_COMPARED:
        return _finding(path, tag, "not-compared", f"{found} was not compared: {row.in_words()}", Severity.NOTE)
    severity = Severity.WARNING if verdict is Verdict.DOUBTFUL else Severity.ERROR
    return _finding(path, tag, "value", f"found {found}, expected {row.rule.expected(scope)}", severity)


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


def _unlisted(dataset: Held, above: str, listed: dict[str, set[int]]) -> Iterator[Finding]:
    here = listed.get(above, set())
    for tag in elements.tags(dataset):
        if tag not in here:
            is_creator = tag >> 16 & 1 and 0x10 <= tag & 0xFFFF <= 0xFF
            if not is_creator and tag & 0xFFFF:
                yield _finding(_path(dataset, tag, above), tag, "unlisted", "no row lists this attribute", Severity.NOTE)
            continue
        path = _path(dataset, tag, above)
        if f"{path}[0]" in listed:
            for index, item in enumerate(elements.items(dataset, tag)):
                yield from _unlisted(item, f"{path}[{index}]", listed)


def _path(dataset: Held, tag: int, above: str) -> str:
    keyword = private.keyword_of(dataset, tag) or keyword_for_tag(tag) or reading.spoken(tag)
    return f"{above}.{keyword}" if above else keyword


def _finding(path: str, tag: int, code: str, message: str, severity: Severity = Severity.ERROR) -> Finding:
    return Finding(path=path, tag=f"{tag:08X}", severity=severity, code=code, message=message)
