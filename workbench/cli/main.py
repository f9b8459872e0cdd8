"""The commands and what is common to them."""

from __future__ import annotations

import sys

import typer

from workbench.cli import archive, conformance, geometry, objects, plans, running, sessions, tables
from workbench.cli.explain import explain
from workbench.cli.statement import statement
from workbench.errors import WorkbenchError

app = typer.Typer(
    name="workbench",
    help="A treatment management system for proton therapy, and the exchange of ocular plans.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
)
app.add_typer(plans.app, name="plan", help="Ocular plans: read, show, export.")
plans.app.command("aperture")(geometry.aperture)
plans.app.command("with-aperture")(geometry.with_aperture)
plans.app.command("depth")(geometry.depth)
plans.app.command("draw")(geometry.draw)
app.add_typer(archive.app, name="archive", help="The archive: verify, de-identify.")
app.add_typer(sessions.app, name="session", help="Sessions: prepare, list, cancel, complete.")
app.command("demo")(running.demo)
app.command("serve")(running.serve)
app.command("device")(running.device)
app.command("import")(objects.import_files)
app.command("export")(objects.export_images)
app.command("check")(conformance.check_files)
app.command("rows")(conformance.rows)
app.command("compare")(conformance.compare)
app.command("records")(tables.records)
app.command("generate")(tables.generate)
app.command("history")(archive.history)
app.command("statement")(statement)
app.command("explain")(explain)


def main() -> None:
    """Run the command line; a refusal is one sentence on stderr and exit code 1."""
    try:
        app()
    except WorkbenchError as error:
        sys.stderr.write(f"workbench: {error}\n")
        sys.exit(1)
    except BrokenPipeError:
        sys.exit(1)
