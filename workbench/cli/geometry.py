"""``workbench plan``, what follows from the eye: the aperture on its way to the workshop and back, range and modulation."""

from __future__ import annotations

from dataclasses import replace
from enum import StrEnum
from importlib import import_module
from io import BytesIO
from pathlib import Path
from typing import Annotated, Any

import typer

from workbench.archive.writing import write_new
from workbench.cli import plans
from workbench.cli.common import aligned, say
from workbench.cli.plans import app
from workbench.errors import Refused
from workbench.ocular.aperture import Aperture
from workbench.ocular.beam_view import designed_aperture
from workbench.ocular.depth import TO_SURFACE, depth_of, with_depth
from workbench.ocular.milling import aperture_from_mil, to_mil
from workbench.ocular.store import to_json

PICTURE_FORMS = ("png", "pdf", "svg")


@app.command("aperture")
def aperture(
    plan: plans.PlanFile,
    to: Annotated[Path, typer.Option("--to", metavar="FILE.mil|FILE.dxf", help="Milling program or drawing to write; must not exist.")],
    designed: Annotated[bool, typer.Option("--designed", help="Made anew from the tumour and the plan's margin.")] = False,
) -> None:
    """Write the aperture for the workshop."""
    found = plans.read_plan(plan)
    block = designed_aperture(found) if designed else found.field.aperture
    write_new(to, _drawn(block, found.beamline.block.tool_radius_mm, to))
    say(f"{to}: {block.block_id}, {len(block.block_mm)} points, {block.area_mm2:.1f} mm2, perimeter {block.perimeter_mm:.1f} mm")


@app.command("with-aperture")
def with_aperture(
    plan: plans.PlanFile,
    file: Annotated[Path, typer.Argument(metavar="FILE.mil|FILE.dxf", help="Milling program or drawing of the block.")],
    to: Annotated[Path, typer.Option("--to", metavar="NEW.json", help="Plan to write; must not exist.")],
) -> None:
    """Write the plan with the block of a milling program or drawing."""
    found = plans.read_plan(plan)
    block = _read_block(file)
    changed = replace(found, field=replace(found.field, aperture=block))
    write_new(to, to_json(changed).encode("utf-8"))
    say(f"{to}: {plans.summary(changed)}")


@app.command("depth")
def depth(
    plan: plans.PlanFile,
    to: Annotated[Path | None, typer.Option("--to", metavar="NEW.json", help="Plan to write with the new numbers; must not exist.")] = None,
) -> None:
    """Print range and modulation as they follow from the eye, beside the plan's own."""
    found = plans.read_plan(plan)
    lies = depth_of(found)
    rows = (
        ("range", found.field.range_mm, lies.range_mm),
        ("modulation", found.field.modulation_mm, lies.modulation_mm),
    )
    table = [(name, f"{has:.1f}", f"{follows:.1f}", f"{follows - has:+.1f}") for name, has, follows in rows]
    say(aligned(("mm", "plan", "geometry", "difference"), table))
    if lies.is_to_surface:
        say(f"modulation is the range: {TO_SURFACE}")
    if to is not None:
        write_new(to, to_json(with_depth(found, lies)).encode("utf-8"))
        say(f"{to}: range {lies.range_mm:.1f} mm, modulation {lies.modulation_mm:.1f} mm")


class Picture(StrEnum):
    """What can be drawn of a plan."""

    BEAMS_EYE = "beams-eye"
    """The field as the source sees it."""
    SECTIONS = "sections"
    """Three sections of the eye, with range and modulation."""
    GAZE = "gaze"
    """Lights and gaze as a polar diagram."""
    SETUP = "setup"
    """The two setup X-rays with their outlines."""


@app.command("draw")
def draw(
    plan: plans.PlanFile,
    to: Annotated[Path, typer.Option("--to", metavar="FILE.png|FILE.pdf|FILE.svg", help="Picture to write; must not exist.")],
    view: Annotated[Picture, typer.Option("--view", help="What to draw.")] = Picture.BEAMS_EYE,
) -> None:
    """Draw a plan."""
    form = to.suffix.lower().removeprefix(".")
    if form not in PICTURE_FORMS:
        raise Refused(f"{to}: the name ends in {to.suffix!r}, expected .{', .'.join(PICTURE_FORMS)}", rule="suffix")
    found = plans.read_plan(plan)
    # Drawing takes a second to load; other commands do not wait for it.
    figures = import_module("workbench.figures")
    make = {
        Picture.BEAMS_EYE: figures.beams_eye_view,
        Picture.SECTIONS: figures.eye_sections,
        Picture.GAZE: figures.gaze_diagram,
        Picture.SETUP: lambda one: figures.setup_images(one.setup_images),
    }[view]
    content = BytesIO()
    make(found).savefig(content, format=form, dpi=150)
    write_new(to, content.getvalue())
    say(f"{to}: {view.value} of plan {found.label}")


def _drawn(block: Aperture, tool_radius_mm: float | None, to: Path) -> bytes:
    """The block in the form that the file's name asks for."""
    if to.suffix.lower() == ".mil":
        return to_mil(block, tool_radius_mm=tool_radius_mm).encode("ascii")
    _expect_dxf(to)
    drawing: bytes = _dxf().to_dxf(block)
    return drawing


def _read_block(file: Path) -> Aperture:
    if file.suffix.lower() == ".mil":
        return aperture_from_mil(file)
    _expect_dxf(file)
    block: Aperture = _dxf().read_dxf(file)
    return block


def _expect_dxf(file: Path) -> None:
    if file.suffix.lower() != ".dxf":
        raise Refused(f"{file}: the name ends in {file.suffix!r}, expected .mil or .dxf", rule="suffix")


def _dxf() -> Any:
    """The module of drawings, loaded when one is wanted: its library takes half a second."""
    return import_module("workbench.ocular.dxf")
