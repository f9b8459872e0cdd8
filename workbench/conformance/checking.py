"""An object held against a table, row by row: what was found at each row, what was expected, and what that comes to.

The findings are those of ``inspect``, which refuses objects on receipt; here each is put at its row, beside the rows that are kept.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from html import escape
from pathlib import Path
from typing import Final

from pydicom.uid import UID

from workbench.conformance.contents import CURVE, Element, contents
from workbench.conformance.html import html_table
from workbench.conformance.lines import printed_tag, printed_vr
from workbench.conformance.objects import Direction, fitting, inspect, printed_name
from workbench.conformance.words import attribute_name, how
from workbench.dicom import part10
from workbench.dicom.findings import Finding, Severity
from workbench.dicom.part10 import Encoded
from workbench.dicom.rules import Read
from workbench.dicom.scope import Scope
from workbench.dicom.spec import Attribute, Iod, Items, Module
from workbench.errors import Refused

_NUMBERS: Final = re.compile(r"\[[0-9A-Fa-f]+\]")
_CURVE: Final = re.compile(rf"^{CURVE}\[[0-9A-F]{{4}}\]\.?")
NOT_LISTED: Final = "no row"
"""Stands for the module of what no row of the table lists."""


class Result(StrEnum):
    """What one row comes to."""

    PASS = "pass"  # noqa: S105 - the word of a result, no password
    """As the row demands."""
    WARN = "warn"
    """Allowed, but probably not what was meant."""
    FAIL = "fail"
    """The row is broken; an object is refused for it on receipt."""
    NOTE = "note"
    """Worth knowing: what it should agree with is not known here, or no row lists it."""
    ABSENT = "absent"
    """Not there, and need not be."""


RESULT_OF: Final[Mapping[Severity, Result]] = {Severity.ERROR: Result.FAIL, Severity.WARNING: Result.WARN, Severity.NOTE: Result.NOTE}


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckedRow:
    """One row at one place of the object.

    Parameters
    ----------
    module : as the statement names it; ``no row`` for what no row lists.
    section : of the statement; blank for what no row lists.
    path : keywords joined by dots, items numbered from 0.
    tag : eight hexadecimal digits.
    found : the value in words; blank where there is none.
    expected : how the value arises, in words.
    when : the condition under which the row is required; blank where there is none.
    result : what it comes to; ``finding`` says why it is no pass.
    code : machine-readable kind of the finding; blank for a pass.
    """

    module: str
    section: str
    path: str
    tag: str
    name: str
    vr: str
    type: str
    found: str
    expected: str
    when: str
    result: Result
    code: str
    finding: str


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Report:
    """What an object comes to under one table.

    Parameters
    ----------
    iod : the table's object, as its statement prints it.
    statement : tms or ocular.
    rows : every row at every place where it was found or missed, in the statement's order, then what no row lists.
    findings : what ``inspect`` says.
    others : for each other table that has the class: direction and how many findings of each weight it would give.
    """

    sop_class_uid: str
    sop_instance_uid: str
    transfer_syntax: str
    iod: str
    statement: str
    direction: Direction
    rows: tuple[CheckedRow, ...]
    findings: tuple[Finding, ...]
    others: Mapping[Direction, Mapping[Result, int]]

    @property
    def sop_class(self) -> str:
        """The class by its name in the standard."""
        return UID(self.sop_class_uid).name

    @property
    def result(self) -> Result:
        """The whole: fail, warn or pass."""
        return _whole(self.counts)

    @property
    def counts(self) -> Mapping[Result, int]:
        """Rows of each result."""
        return Counter(row.result for row in self.rows)

    @property
    def objections(self) -> tuple[CheckedRow, ...]:
        """The rows that fail or are to be looked at."""
        return tuple(row for row in self.rows if row.result in {Result.FAIL, Result.WARN})

    def __repr__(self) -> str:
        return f"<Report of {self.iod}, {self.direction.participle}: {self.said}>"

    @property
    def said(self) -> str:
        """Result and counts in words."""
        counted = ", ".join(f"{self.counts[one]} {one.value}" for one in Result if self.counts.get(one))
        return f"{self.result.value} ({counted})"

    def _repr_html_(self) -> str:
        rows = [(one.result.value, one.path, one.name, one.found, one.finding, one.section) for one in self.objections]
        table = html_table(("", "path", "name", "found", "finding", "section"), rows) if rows else ""
        return f"<b>{escape(self.iod)}, {self.direction.participle}</b>: {escape(self.said)}{table}"


def check_file(path: str | Path, direction: Direction | str | None = None, *, plan: str | Path | None = None) -> Report:
    """Hold a DICOM file against the rows that fit it.

    Parameters
    ----------
    direction : the table; by itself the first that has its class.
    plan : file of the plan that a treatment record is compared with.

    Raises
    ------
    Refused : a file cannot be read as a DICOM file, or no table has its class; so does ``check_object``.
    """
    scope = None if plan is None else Scope({"plan": part10.read_file(Path(plan)).dataset()})
    return check_object(part10.read_file(Path(path)), None if direction is None else Direction(direction), scope=scope)


def check_object(instance: Encoded, direction: Direction | None = None, *, scope: Scope | None = None) -> Report:
    """Hold an object against the rows that fit it.

    Parameters
    ----------
    direction : the table to hold it against; by itself the first that has its class: received, imported, exported, created.
    scope : what its values should agree with, for example the plan that a record belongs to, as its root ``plan``.
    """
    tables = fitting(instance.sop_class_uid, direction)
    if not tables:
        name = UID(instance.sop_class_uid).name
        raise Refused(f"SOP class: found {name}, expected one that a table of the statements has", rule="sop-class")
    iod = tables[0]
    own = Direction(iod.direction)
    read = instance.read()
    found = inspect(instance, own, scope, read=read)
    others = [Direction(one.direction) for one in fitting(instance.sop_class_uid) if one is not iod]
    return Report(
        sop_class_uid=instance.sop_class_uid,
        sop_instance_uid=instance.sop_instance_uid,
        transfer_syntax=instance.transfer_syntax,
        iod=printed_name(iod),
        statement=iod.statement,
        direction=own,
        rows=tuple(_rows(iod, contents(read), found)),
        findings=tuple(found),
        others={one: Counter(RESULT_OF[finding.severity] for finding in inspect(instance, one, scope, read=read)) for one in others},
    )


def _whole(counts: Mapping[Result, int]) -> Result:
    return next((one for one in (Result.FAIL, Result.WARN) if counts.get(one)), Result.PASS)


def _rows(iod: Iod, elements: Sequence[Element], findings: Sequence[Finding]) -> Iterator[CheckedRow]:
    """Every row at every place where it was found or missed, then what no row lists."""
    at_row: dict[str, list[Element]] = defaultdict(list)
    for element in elements:
        at_row[element.row_path].append(element)
    left: dict[str, list[Finding]] = defaultdict(list)
    for finding in findings:
        left[_row_path(finding.path)].append(finding)
    known: set[str] = set()
    for module, path, row in iod.walk():
        yield from _at(module, path, row, at_row.get(path, ()), left.get(path, ()))
        known.add(path)
    for path, others in left.items():
        if path not in known:
            yield from (_unlisted(one, at_row.get(path, ())) for one in others)


def _at(
    module: Module, path: str, row: Attribute | Items, elements: Sequence[Element], findings: Sequence[Finding]
) -> Iterator[CheckedRow]:
    """The row at each place of the object."""
    of_place: dict[tuple[str, str], list[Finding]] = defaultdict(list)
    for finding in findings:
        of_place[_place(finding)].append(finding)
    for element in elements:
        own = of_place.pop((element.container, element.tag), [])
        yield from (_checked(module, row, element.path, element, one) for one in own or (None,))
    for missed in of_place.values():
        yield from (_checked(module, row, one.path, None, one) for one in missed)
    if not elements and not findings:
        yield _checked(module, row, path, None, None)


def _checked(module: Module, row: Attribute | Items, path: str, element: Element | None, finding: Finding | None) -> CheckedRow:
    result = Result.ABSENT if element is None else Result.PASS
    return CheckedRow(
        module=module.name,
        section=module.source,
        path=path,
        tag=element.tag if element is not None else finding.tag if finding is not None else printed_tag(row),
        name=attribute_name(row),
        vr=printed_vr(row),
        type=row.type,
        found="" if element is None else element.said,
        expected="any value" if isinstance(row, Attribute) and isinstance(row.rule, Read) else how(row),
        when=row.when.in_words() if row.when is not None else "",
        result=result if finding is None else RESULT_OF[finding.severity],
        code="" if finding is None else finding.code,
        finding="" if finding is None else finding.message,
    )


def _unlisted(finding: Finding, elements: Sequence[Element]) -> CheckedRow:
    """A finding at no row: an attribute that no row lists, a curve too many, the transfer syntax of a file."""
    element = next((one for one in elements if (one.container, one.tag) == _place(finding)), None)
    return CheckedRow(
        module=NOT_LISTED,
        section="",
        path=finding.path,
        tag=finding.tag,
        name="" if element is None else element.name,
        vr="" if element is None else element.vr,
        type="",
        found="" if element is None else element.said,
        expected="",
        when="",
        result=RESULT_OF[finding.severity],
        code=finding.code,
        finding=finding.message,
    )


def _place(finding: Finding) -> tuple[str, str]:
    """The item that a finding lies in, and its tag there."""
    return _CURVE.sub("", finding.path).rpartition(".")[0], finding.tag


def _row_path(path: str) -> str:
    """The path of a finding as the table's row has it."""
    return _NUMBERS.sub("", _CURVE.sub("", path)) or CURVE
