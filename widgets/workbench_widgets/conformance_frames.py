"""What is checked, stated and compared as frames for a table: one row a line, words in every cell."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from types import MappingProxyType
from typing import Any, Final

import pandas as pd

from workbench.conformance.browsing import Source, StatementRow
from workbench.conformance.checking import CheckedRow, Result
from workbench.conformance.comparing import NO_VALUE, ComparedRow, Outcome

CHECKED: Final = MappingProxyType(
    {
        "result": "pass, warn, fail; note: nothing is known to compare with, or no row lists it; absent: not there, need not be",
        "path": "where in the object: keywords, items numbered from 0",
        "found": "the value in the object; binary data by length and digest",
        "expected": "how the value arises by this table",
        "finding": "what is wrong, or why it was not compared",
        "tag": "group and element",
        "name": "in the standard's dictionary",
        "section": "of the statement",
        "module": "of the statement",
        "type": "1: with a value; 2: present, maybe without a value; 3: optional; C: under a condition; blank: depends on the service",
        "vr": "value representation",
        "required when": "the condition of the row",
    }
)
STATED: Final = MappingProxyType(
    {
        "table": "whose object it is, and what is done with it",
        "object": "the information object",
        "module": "of the statement",
        "section": "of the statement",
        "path": "where in the object",
        "tag": "group and element; 50xx: any curve group",
        "name": "in the standard's dictionary",
        "vr": "value representation",
        "type": CHECKED["type"],
        "value from": "where the value comes from",
        "how it arises": "in words",
        "values": "those that are allowed",
        "required when": "the condition of the row",
        "rule": "in the vocabulary of the statements' tables; blank where nothing is promised",
        "beyond": "why it is written although the statement does not list it",
    }
)
COMPARED: Final = MappingProxyType(
    {
        "outcome": "same, differs, only A, only B",
        "path": CHECKED["path"],
        "A": "value in the first object",
        "B": "value in the second object",
        "rule": "how the value arises by the table chosen above",
        "tag": "group and element",
        "name": "in the standard's dictionary",
        "vr": "value representation; both where they differ",
    }
)
"""Column → its meaning."""
CHECKED_AT_FIRST: Final = ("result", "path", "found", "expected", "finding", "tag", "name", "section")
STATED_AT_FIRST: Final = ("table", "object", "path", "tag", "name", "type", "value from", "how it arises", "section")
COMPARED_AT_FIRST: Final = ("outcome", "path", "A", "B", "rule", "tag", "name")
TABLE_WORDS: Final = MappingProxyType(
    {"created": "TMS, created", "received": "TMS, received", "export": "ocular, exported", "import": "ocular, imported"}
)
"""Direction → the table as people say it."""


def checked_frame(rows: Iterable[CheckedRow]) -> pd.DataFrame:
    """Rows of a report."""
    cells = [
        (
            *(row.result.value, row.path, _found(row), row.expected, row.finding),
            *(printed(row.tag), row.name, row.section, row.module, row.type, row.vr, row.when),
        )
        for row in rows
    ]
    return _frame(cells, CHECKED, {"result": [one.value for one in Result]})


def stated_frame(rows: Iterable[StatementRow]) -> pd.DataFrame:
    """Rows of the statements."""
    cells = [
        (
            *(TABLE_WORDS[row.direction.value], row.iod, row.module, row.section, row.path, printed(row.tag), row.name, row.vr, row.type),
            *(row.source.value, row.how, row.values, row.when, row.rule, row.beyond),
        )
        for row in rows
    ]
    return _frame(cells, STATED, {"table": list(TABLE_WORDS.values()), "value from": [one.value for one in Source]})


def compared_frame(rows: Iterable[ComparedRow]) -> pd.DataFrame:
    """Rows of a comparison."""
    cells = [
        (
            *(row.outcome.value, row.path),
            *(*row.said, row.rule, printed(row.tag), row.name, row.vr),
        )
        for row in rows
    ]
    return _frame(cells, COMPARED, {"outcome": [one.value for one in Outcome]})


def printed(tag: str) -> str:
    """A tag as people write it."""
    return f"({tag[:4]},{tag[4:]})"


def _found(row: CheckedRow) -> str:
    """An attribute without a value says so; one that is not there is blank."""
    return row.found or ("" if row.result is Result.ABSENT or row.code == "missing" else NO_VALUE)


def _frame(cells: list[tuple[Any, ...]], meanings: MappingProxyType[str, str], terms: dict[str, Sequence[str]]) -> pd.DataFrame:
    frame = pd.DataFrame.from_records(cells, columns=list(meanings)).astype("string").replace("", pd.NA)
    for name, categories in terms.items():
        frame[name] = pd.Categorical(frame[name], categories=list(categories))
    frame.attrs["meanings"] = dict(meanings)
    return frame
