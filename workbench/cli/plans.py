"""``workbench plan``: ocular plans without a data folder."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from datetime import UTC
from enum import StrEnum
from importlib import import_module
from pathlib import Path
from typing import Annotated

import typer

from workbench import settings as configuration
from workbench.archive.writing import write_new
from workbench.cli.common import DEFAULT_DATA, DataFolder, TableFormat, aligned, as_json, say
from workbench.clock import SystemClock
from workbench.dicom.uids import RandomUids
from workbench.errors import Refused
from workbench.mapping.ocular_reading import Said
from workbench.ocular.beamline import Beamline, known_beamlines
from workbench.ocular.difference import difference
from workbench.ocular.eye import Laterality
from workbench.ocular.eyeplan import read_eyeplan
from workbench.ocular.plan import OcularPlan
from workbench.ocular.schema import shipped_schema
from workbench.ocular.store import from_json, to_json
from workbench.workflow import media

app = typer.Typer(no_args_is_help=True)


class Side(StrEnum):
    """Which eye."""

    RIGHT = "right"
    """The patient's right eye."""
    LEFT = "left"
    """The patient's left eye."""


PlanFile = Annotated[Path, typer.Argument(metavar="PLAN.json", help="A plan written by `plan from-eyeplan`.")]


@app.command("from-eyeplan")
def from_eyeplan(
    folder: Annotated[Path, typer.Argument(help="Folder with the case's .ptd, .mil and .xpc files.")],
    to: Annotated[Path, typer.Option("--to", metavar="PLAN.json", help="File to write; must not exist.")],
    patient_id: Annotated[str | None, typer.Option(help="Patient ID; the folder's name otherwise.")] = None,
    patient_name: Annotated[str | None, typer.Option(help="Patient's name, components separated by ^.")] = None,
    beamline: Annotated[str, typer.Option(help="Name of a beamline description.")] = "demo-eyeline",
    data: DataFolder = DEFAULT_DATA,
) -> None:
    """Read an EYEPLAN case and write it as a plan."""
    known = known_beamlines(configuration.load(data / configuration.FILE_NAME).beamlines)
    plan = read_eyeplan(folder, beamline=_described(known, beamline), patient_id=patient_id, patient_name=patient_name)
    write_new(to, to_json(plan).encode("utf-8"))
    say(f"{to}: {summary(plan)}")


@app.command("from-dicom")
def from_dicom(
    files: Annotated[list[Path], typer.Argument(metavar="FILE...", help="An RT Ion Plan, and its RT Images; or their folder.")],
    to: Annotated[Path, typer.Option("--to", metavar="PLAN.json", help="File to write; must not exist.")],
    beamline: Annotated[str | None, typer.Option(help="Name of a beamline description; the machine's own otherwise.")] = None,
    eye: Annotated[Side | None, typer.Option(help="The treated eye, where the plan does not say.")] = None,
    beam: Annotated[int | None, typer.Option(help="Number of the beam, where several have a fixation light.")] = None,
    data: DataFolder = DEFAULT_DATA,
) -> None:
    """Read an RT Ion Plan with an eye beam, whoever wrote it, and write it as a plan."""
    known = known_beamlines(configuration.load(data / configuration.FILE_NAME).beamlines)
    said = Said(
        beamline=None if beamline is None else _described(known, beamline),
        laterality=None if eye is None else Laterality[eye.name],
        beam=beam,
        zone=SystemClock().now().tzinfo or UTC,
    )
    reading = media.read_plan(*files, beamlines=known, said=said)
    write_new(to, to_json(reading.plan).encode("utf-8"))
    for note in reading.notes:
        typer.echo(f"workbench: note: {note}", err=True)
    say(f"{to}: {summary(reading.plan)}")


@app.command("diff")
def diff(
    before: PlanFile,
    after: Annotated[Path, typer.Argument(metavar="OTHER.json", help="The plan to compare it with.")],
    output: Annotated[TableFormat, typer.Option("--format", help="How to print.")] = TableFormat.TABLE,
) -> None:
    """Print what differs between two plans; exit code 1 when anything does, as of diff."""
    found = difference(read_plan(before), read_plan(after), names=(before.stem, after.stem))
    if output is TableFormat.JSON:
        say(as_json([asdict(one) for one in found.changes]))
    elif not found:
        say(str(found))
    else:
        say(aligned(("", found.before, found.after, "change"), [(one.what, one.before, one.after, one.change) for one in found.changes]))
    if found:
        raise typer.Exit(1)


@app.command("schema")
def schema() -> None:
    """Print the JSON Schema of plan files."""
    say(shipped_schema().rstrip("\n"))


@app.command("show")
def show(plan: PlanFile) -> None:
    """Print what a plan holds."""
    found = read_plan(plan)
    say(summary(found))
    say(_details(found))


@app.command("sheet")
def sheet(
    plan: PlanFile,
    to: Annotated[Path, typer.Option("--to", metavar="FILE", help="File to write, .pdf or .html; must not exist.")],
) -> None:
    """Write a plan's workshop sheet: one A4 page, the aperture true to scale."""
    # Loads matplotlib, which no other command of plans needs.
    figures = import_module("workbench.figures")
    makers = {".pdf": figures.sheet_pdf, ".html": lambda found: figures.sheet_html(found).encode("utf-8")}
    make = makers.get(to.suffix.lower())
    if make is None:
        raise Refused(f"{to}: found ending {to.suffix!r}, expected .pdf or .html", rule="format")
    write_new(to, make(read_plan(plan)))
    say(str(to))


@app.command("export")
def export(plan: PlanFile, to: Annotated[Path, typer.Option("--to", metavar="DIR", help="Folder to write DICOM files into.")]) -> None:
    """Write a plan as RT Ion Plan and setup RT Images."""
    for path in media.export_plan(read_plan(plan), to, identity=configuration.OWN, uid_source=RandomUids()):
        say(str(path))


def read_plan(path: Path) -> OcularPlan:
    """A plan from its JSON file.

    Raises
    ------
    Refused : no such file, or no plan of this version in it.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as problem:
        why = getattr(problem, "strerror", None) or problem
        raise Refused(f"{path}: cannot be read ({why}), expected a plan", rule="file") from problem
    return from_json(text, str(path))


def _described(known: Mapping[str, Beamline], name: str) -> Beamline:
    if name not in known:
        raise Refused(f"beamline: found {name!r}, expected one of {', '.join(sorted(known))}", rule="beamline")
    return known[name]


def summary(plan: OcularPlan) -> str:
    """One line: plan, patient, eye, prescription, aperture."""
    dose = plan.prescription
    return (
        f"plan {plan.label}, patient {plan.patient.id}, {plan.eye.laterality.words}, "
        f"{dose.fractions} x {dose.dose_per_fraction_gy_rbe:.2f} Gy(RBE), aperture {plan.field.aperture.area_mm2:.1f} mm2"
    )


def _details(plan: OcularPlan) -> str:
    light = plan.fixation.physical
    wedges = ", ".join(f"{wedge.id} {wedge.angle_deg:.0f} deg" for wedge in plan.field.wedges) or "none"
    rows = {
        "site": plan.prescription.site,
        "fixation light": f"polar {light.polar_deg:.1f} deg, azimuth {light.azimuth_deg:.1f} deg (room); {plan.fixation.words}",
        "range": f"{plan.field.range_mm:.1f} mm",
        "modulation": f"{plan.field.modulation_mm:.1f} mm",
        "wedges": wedges,
        "beamline": f"{plan.beamline.name} ({plan.beamline.machine_name})",
        "setup images": ", ".join(f"{image.view.value} with {len(image.outlines)} outlines" for image in plan.setup_images) or "none",
    }
    return "\n".join(f"  {name:<15} {value}" for name, value in rows.items())
