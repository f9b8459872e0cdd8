"""``workbench explain``: a refusal in words."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated

import typer

from workbench.cli.common import DEFAULT_DATA, DataFolder, TableFormat, as_json, closed_bench, say


def explain(
    what: Annotated[str, typer.Argument(help="A UID, for the latest refusal on it; or a rule, for example ups-wrong-lock.")],
    data: DataFolder = DEFAULT_DATA,
    state: Annotated[str | None, typer.Option(help="With a rule: the state the workitem was in, for example 'IN PROGRESS'.")] = None,
    form: Annotated[TableFormat, typer.Option("--format", help="How it is printed.")] = TableFormat.TABLE,
) -> None:
    """Say which rule refused a request, and what would have been accepted."""
    with closed_bench(data) as bench:
        found = bench.explain(what, state)
    say(as_json(asdict(found)) if form is TableFormat.JSON else str(found))
