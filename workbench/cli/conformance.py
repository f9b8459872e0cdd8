"""``workbench check``, ``rows`` and ``compare``: files held against rows, the rows themselves, and two files side by side."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from workbench.cli.common import TableFormat, aligned, as_json, placed, say
from workbench.conformance.browsing import Source, StatementRow, find_rows
from workbench.conformance.checking import Report, Result, check_object
from workbench.conformance.comparing import ComparedRow, Outcome, compare_files
from workbench.conformance.objects import Direction
from workbench.dicom import part10
from workbench.dicom.scope import Scope
from workbench.errors import WorkbenchError

Format = Annotated[TableFormat, typer.Option("--format", help="How to print.")]
Table = Annotated[
    Direction | None, typer.Option("--as", help="Table to hold them against; else the first with the class, received before all.")
]


def check_files(
    files: Annotated[list[Path], typer.Argument(help="DICOM files of any maker.")],
    direction: Table = None,
    plan: Annotated[Path | None, typer.Option(help="The plan that treatment records are compared with.")] = None,
    rows: Annotated[bool, typer.Option("--rows", help="Print every row, also those that are kept.")] = False,
    output: Format = TableFormat.TABLE,
) -> None:
    """Hold DICOM files against the rows of their objects; exit code 1 when an error is found or a file cannot be checked."""
    reports: list[tuple[Path, Report]] = []
    failures = 0
    scope = None if plan is None else Scope({"plan": part10.read_file(plan).read()})
    for path in files:
        try:
            reports.append((path, check_object(part10.read_file(path), direction, scope=scope)))
        except WorkbenchError as error:
            failures += 1
            typer.echo(f"workbench: {placed(path, error)}", err=True)
    _say_rows(reports, output) if rows else _say_findings(reports, output)
    if failures or any(report.result is Result.FAIL for _, report in reports):
        raise typer.Exit(1)


def rows(
    words: Annotated[list[str] | None, typer.Argument(help="Words that a row has to hold, for example a tag or a part of a name.")] = None,
    direction: Annotated[Direction | None, typer.Option("--as", help="Only this table.")] = None,
    iod: Annotated[str, typer.Option("--object", help="Part of the object's name.")] = "",
    module: Annotated[str, typer.Option(help="Part of the module's name.")] = "",
    source: Annotated[Source | None, typer.Option("--from", help="Where the value comes from.")] = None,
    output: Format = TableFormat.TABLE,
) -> None:
    """Print rows of both statements with how each value arises."""
    narrowed = {"direction": direction or "", "iod": iod, "module": module}
    found = [row for row in find_rows(" ".join(words or ()), **narrowed) if source is None or row.source is source]
    if output is TableFormat.JSON:
        say(as_json([asdict(row) for row in found]))
    else:
        say(aligned(("table", "object", "section", "path", "tag", "type", "from", "value"), [_stated(row) for row in found]))


def compare(
    a: Annotated[Path, typer.Argument(metavar="A", help="A DICOM file.")],
    b: Annotated[Path, typer.Argument(metavar="B", help="The file to compare it with.")],
    direction: Table = None,
    all_rows: Annotated[bool, typer.Option("--rows", help="Print every row, also those that are the same.")] = False,
    output: Format = TableFormat.TABLE,
) -> None:
    """Print what differs between two DICOM objects, row by row; exit code 1 when anything does, as of diff."""
    found = compare_files(a, b, direction)
    shown = found.rows if all_rows else found.differences
    if output is TableFormat.JSON:
        say(as_json([asdict(row) for row in shown]))
    elif not shown:
        say(f"the same: {found.count(Outcome.SAME)} rows")
    else:
        say(aligned(("outcome", "path", "tag", "A", "B", "rule"), [_compared(row) for row in shown]))
    if found.differences:
        raise typer.Exit(1)


def _say_findings(reports: Sequence[tuple[Path, Report]], output: TableFormat) -> None:
    found = [(path, finding) for path, report in reports for finding in report.findings]
    if output is TableFormat.JSON:
        say(as_json([{"file": path, **asdict(finding)} for path, finding in found]))
    else:
        cells = [(path.name, one.severity.value, one.code, one.path, one.message) for path, one in found]
        say(aligned(("file", "severity", "code", "path", "message"), cells))


def _say_rows(reports: Sequence[tuple[Path, Report]], output: TableFormat) -> None:
    found = [(path, row) for path, report in reports for row in report.rows]
    if output is TableFormat.JSON:
        say(as_json([{"file": path, **asdict(row)} for path, row in found]))
    else:
        cells = [(path.name, one.result.value, one.section, one.path, one.found, one.expected, one.finding) for path, one in found]
        say(aligned(("file", "result", "section", "path", "found", "expected", "finding"), cells))


def _stated(row: StatementRow) -> Sequence[object]:
    return row.direction.value, row.iod, row.section, row.path, row.tag, row.type, row.source.value, row.how


def _compared(row: ComparedRow) -> Sequence[object]:
    return row.outcome.value, row.path, row.tag, *row.said, row.rule
