"""The commands and what is common to them.

A command's module is loaded when it is called, and its parts of the workbench with it: help comes at once, and a check of files waits
for neither database nor network.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass
from importlib import import_module
from typing import Annotated, Any, Final

import typer
from typer.core import TyperCommand, TyperGroup

from workbench import __version__
from workbench.errors import WorkbenchError


@dataclass(frozen=True, slots=True)
class Entry:
    """Where a command is, and what help says of it: the first sentence of its own.

    Parameters
    ----------
    module : of this package.
    name : a function, or the Typer of further commands.
    """

    module: str
    name: str
    help: str


COMMANDS: Final = {
    "demo": Entry("running", "demo", "Treat one eye end to end over the real network: plan, export, check in, deliver, record, tabulate."),
    "serve": Entry("running", "serve", "Run the provider until SIGTERM or Ctrl-C."),
    "device": Entry(
        "running",
        "device",
        "Perform a scenario as a delivery device does, over the wire only; exit code 1 when an expectation is not met.",
    ),
    "import": Entry("objects", "import_files", "Import RT Ion Plans, planning CT, structure sets, RT Images and records."),
    "export": Entry(
        "objects", "export_images", "Write imported RT Images again, blank, as the ocular statement says; their text stays the same bytes."
    ),
    "check": Entry(
        "conformance",
        "check_files",
        "Hold DICOM files against the rows of their objects; exit code 1 when an error is found or a file cannot be checked.",
    ),
    "rows": Entry("conformance", "rows", "Print rows of both statements with how each value arises."),
    "compare": Entry(
        "conformance", "compare", "Print what differs between two DICOM objects, row by row; exit code 1 when anything does, as of diff."
    ),
    "records": Entry("tables", "records", "Print what was recorded as a table, or answer a question about it."),
    "generate": Entry(
        "tables", "generate", "Write an invented set of plans and treatment records, interrupted, continued, shifted and now and then odd."
    ),
    "history": Entry("archive", "history", "Print what happened: who did what to which UID, refusals included."),
    "statement": Entry("statement", "statement", "Print our DICOM conformance statement."),
    "explain": Entry("explain", "explain", "Say which rule refused a request, and what would have been accepted."),
    "plan": Entry("geometry", "app", "Ocular plans: read, show, compare and draw; to DICOM and back, to the workshop."),
    "archive": Entry("archive", "app", "The archive: verify, de-identify."),
    "session": Entry("sessions", "app", "Sessions and their workitems: prepare, list, cancel, complete, record by hand."),
}
"""Name on the command line → where it is."""


def load(name: str) -> Any:
    """A command, with its module."""
    entry = COMMANDS[name]
    found = getattr(import_module(f"workbench.cli.{entry.module}"), entry.name)
    if isinstance(found, typer.Typer):
        found.info.name, found.info.help = name, entry.help
        return typer.main.get_group(found)
    alone = typer.Typer(add_completion=False)
    alone.command(name)(found)
    return typer.main.get_command(alone)


class _Commands(TyperGroup):
    """Commands of which help is known, and which are loaded when they are called."""

    def __init__(self, **settings: Any) -> None:
        super().__init__(**settings)
        self.commands = {name: TyperCommand(name, help=entry.help) for name, entry in COMMANDS.items()}

    def resolve_command(self, ctx: Any, args: list[str]) -> tuple[str | None, Any, list[str]]:
        name, found, rest = super().resolve_command(ctx, args)
        return name, load(name) if name and found else found, rest


app = typer.Typer(
    name="workbench",
    cls=_Commands,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
)


def _version(is_asked: bool) -> None:
    if is_asked:
        typer.echo(f"workbench {__version__}")
        raise typer.Exit


@app.callback()
def about(
    _: Annotated[bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version and exit.")] = False,
) -> None:
    """A treatment management system for proton therapy, and the exchange of ocular plans."""


def main() -> None:
    """Run the command line; a refusal is one sentence on stderr and exit code 1."""
    try:
        app()
    except WorkbenchError as error:
        sys.stderr.write(f"workbench: {error}\n")
        sys.exit(1)
    except BrokenPipeError:
        sys.exit(1)
