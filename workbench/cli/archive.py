"""``workbench history`` and ``workbench archive``: what happened, and whether everything that was kept is whole."""

from __future__ import annotations

import csv
import sys
from dataclasses import asdict
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from workbench.cli.common import DEFAULT_DATA, DataFolder, TableFormat, aligned, as_json, closed_bench, say
from workbench.events import Events
from workbench.workflow.media import kept_key

COLUMNS = ("id", "at", "kind", "subject", "actor", "detail")


app = typer.Typer(no_args_is_help=True)


class HistoryFormat(StrEnum):
    """How the history is printed."""

    TABLE = "table"
    """Aligned columns for people."""
    JSON = "json"
    """For programs; the detail as an object."""
    CSV = "csv"
    """Comma-separated values; the detail in words."""


@app.command("verify")
def verify(
    data: DataFolder = DEFAULT_DATA,
    deep: Annotated[bool, typer.Option("--deep", help="Read every byte instead of every length.")] = False,
    output: Annotated[TableFormat, typer.Option("--format", help="How to print.")] = TableFormat.TABLE,
) -> None:
    """Hold every stored object against its file, and clear away what a crash left; exit code 1 when one is missing or damaged."""
    with closed_bench(data) as bench:
        found = bench.verify(deep=deep)
    say(as_json(asdict(found)) if output is TableFormat.JSON else "\n".join(found.sentences()))
    if not found.is_sound:
        raise typer.Exit(1)


@app.command("deidentify")
def deidentify(
    to: Annotated[Path, typer.Option("--to", metavar="DIR", help="Folder to write DICOM files into.")],
    key: Annotated[
        Path, typer.Option("--key", metavar="FILE", help="Secret that keeps pseudonyms the same from export to export; made when missing.")
    ],
    data: DataFolder = DEFAULT_DATA,
    patient: Annotated[str | None, typer.Option(help="Only this Patient ID.")] = None,
) -> None:
    """Write plans and treatment records that name nobody; whoever has the key can tell who is who again."""
    is_new, secret = not key.exists(), kept_key(key)
    if is_new:
        typer.echo(f"{key}: made; keep it apart from the files", err=True)
    with closed_bench(data) as bench:
        for path in bench.export_deidentified(to, secret, patient_id=patient, progress=sys.stderr.isatty()):
            say(str(path))


def history(
    data: DataFolder = DEFAULT_DATA,
    subject: Annotated[str | None, typer.Option(help="UID, session number or AE title it is about.")] = None,
    after: Annotated[int, typer.Option(min=0, help="Number of an event; only later ones.")] = 0,
    latest: Annotated[int | None, typer.Option(min=1, metavar="N", help="At most so many, the last ones.")] = None,
    output: Annotated[HistoryFormat, typer.Option("--format", help="How to print.")] = HistoryFormat.TABLE,
) -> None:
    """Print what happened: who did what to which UID, refusals included."""
    with closed_bench(data) as bench:
        events = bench.history(after=after, subject=subject, latest=latest)
    match output:
        case HistoryFormat.JSON:
            say(as_json([asdict(one) for one in events]))
        case HistoryFormat.CSV:
            writer = csv.writer(sys.stdout, lineterminator="\n")
            writer.writerow(COLUMNS)
            writer.writerows(_rows(events))
        case HistoryFormat.TABLE:
            say(aligned(COLUMNS, _rows(events)))


def _rows(events: Events) -> list[tuple[str, ...]]:
    return [(str(one.id), one.at.isoformat(timespec="seconds"), one.kind.value, one.subject, one.actor, one.told) for one in events]
