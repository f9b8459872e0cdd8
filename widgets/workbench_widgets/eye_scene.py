"""What the interactive beam's-eye view draws, as plain lists and numbers for the browser: outlines, block, wedges, pixels.

All places are millimetres of the isocentric plane, +x to the patient's left and +y up; only the aperture and the snout are told at
the block, where they are milled. Colours are those of the figures.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

import numpy as np

from workbench.errors import Refused
from workbench.figures import palette
from workbench.figures.anatomy import STYLES
from workbench.figures.beams_eye import HIDDEN
from workbench.ocular.beam_view import BeamView, beam_view
from workbench.ocular.eye import Laterality
from workbench.ocular.eye_model import Structure
from workbench.ocular.gaze import Light, thin_edge_deg
from workbench.ocular.mesh import Array
from workbench.ocular.plan import OcularPlan, Wedge
from workbench.ocular.setup import FilmPicture, View
from workbench_widgets.film_scene import Scene, pixels_on

DASHES: Final = {"-": "", "--": "6 4", ":": "1.5 3.5"}
DECIMALS: Final = 3


def scene(plan: OcularPlan) -> Scene:
    """Everything but aperture and pixels."""
    line = plan.beamline
    x_scale, y_scale = block_to_isocentre(plan)
    right = plan.eye.laterality is Laterality.RIGHT
    seen = _seen(plan)
    return {
        "eye": plan.eye.laterality.words,
        "sides": ["temporal", "nasal"] if right else ["nasal", "temporal"],
        "outlines": list(_globe(plan)) if seen is None else list(_outlines(seen)),
        "disc": None if seen is None else _points(seen.outlines_mm[Structure.OPTIC_DISC].mean(axis=0)),
        "macula": None if seen is None else _points(seen.outlines_mm[Structure.MACULA].mean(axis=0)),
        "clips": [] if seen is None else _points(seen.clips_mm),
        "scale": [x_scale, y_scale],
        "block": plan.field.aperture.block_id,
        "snout": {"id": line.snout_id, "radius": line.snout_diameter_mm / 2},
        "wedges": [_wedge(plan, one) for one in plan.field.wedges],
        "lamp": _light(plan.fixation.physical),
        "gaze": _light(plan.fixation.gaze),
        "colours": {
            "aperture": palette.APERTURE,
            "block": palette.BLOCK,
            "wedge": palette.WEDGE,
            "disc": palette.GREEN,
            "macula": palette.PURPLE,
            "wrong": palette.VERMILLION,
        },
    }


def _seen(plan: OcularPlan) -> BeamView | None:
    """None where shape, place or turn of the eye are not known; its globe may still be."""
    try:
        pose = plan.pose
    except Refused:
        return None
    return None if plan.eye_model is None or pose is None else beam_view(plan.eye_model, pose, plan.beamline)


def block_to_isocentre(plan: OcularPlan) -> tuple[float, float]:
    """How much larger than at the block the field is at the isocentre, along x and y."""
    upstream = plan.beamline.block.tray_to_isocentre_mm
    along_y, along_x = (source / (source - upstream) for source in plan.beamline.virtual_source_mm)
    return along_x, along_y


def block_points(plan: OcularPlan) -> list[list[float]]:
    """The aperture's vertices at the block."""
    return [[x, y] for x, y in plan.field.aperture.block_mm]


def underlay(picture: FilmPicture) -> tuple[Scene, bytes]:
    """An AXIAL picture brought back to the plane through the isocentre: where it lies, and its pixels as 16 bit numbers.

    Raises
    ------
    Refused : a picture of another view, without pixels or without a known magnification.
    """
    if picture.view is not View.AXIAL:
        raise Refused(f"image: shows the view {picture.view}, expected {View.AXIAL}, which is taken along the beam", rule="view")
    across, down = picture.isocentre_axes_mm
    assert picture.magnification is not None
    return pixels_on(picture, across, down, magnification=picture.magnification)


def _outlines(seen: BeamView) -> Iterator[Scene]:
    """In the order in which they lie over each other, the globe first."""
    for part, style in STYLES.items():
        if part in seen.outlines_mm and (part not in HIDDEN or part is Structure.GLOBE):
            yield {
                "name": str(part),
                "points": _points(seen.outlines_mm[part]),
                "colour": style.colour,
                "fill": style.fill,
                "width": style.width,
                "dash": DASHES[style.line],
            }


def _globe(plan: OcularPlan) -> Iterator[Scene]:
    """All that can be drawn of an eye whose shape is not known."""
    if plan.globe_mm is not None:
        style = STYLES[Structure.GLOBE]
        yield {
            "name": str(Structure.GLOBE),
            "points": _points(plan.globe_mm),
            "colour": style.colour,
            "fill": style.fill,
            "width": style.width,
            "dash": "",
        }


def _wedge(plan: OcularPlan, wedge: Wedge) -> Scene:
    line = plan.beamline
    towards = None
    if wedge.orientation_deg is not None:
        towards = thin_edge_deg(wedge.orientation_deg, line.gantry_angle_deg, line.beam_limiting_device_angle_deg)
    # Wedge Thin Edge Position is positive when the axis is free, and so lies against the direction of the thin edge.
    edge = None if wedge.thin_edge_mm is None else -wedge.thin_edge_mm
    return {"id": wedge.id, "angle": wedge.angle_deg, "towards": towards, "edge": edge}


def _light(light: Light) -> list[float]:
    return [light.polar_deg, light.azimuth_deg]


def _points(places: Array) -> Any:
    return np.round(places, DECIMALS).tolist()
