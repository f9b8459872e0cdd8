"""``workbench statement``: what we promise, as a document or as lines to compare."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from workbench.archive.writing import write_new
from workbench.cli.common import say
from workbench.conformance.lines import as_csv
from workbench.conformance.statement import as_markdown


class StatementFormat(StrEnum):
    """How the statement is given."""

    MARKDOWN = "md"
    """The whole document."""
    CSV = "csv"
    """One line a row, to be compared with the statements that are followed."""


def statement(
    output: Annotated[StatementFormat, typer.Option("--format", help="Document, or one line a row.")] = StatementFormat.MARKDOWN,
    to: Annotated[Path | None, typer.Option(help="File to write instead of standard output; must not exist.")] = None,
) -> None:
    """Print our DICOM conformance statement."""
    text = as_csv() if output is StatementFormat.CSV else as_markdown()
    if to is None:
        say(text.rstrip("\n"))
    else:
        write_new(to, text.encode("utf-8"))
        say(str(to))
