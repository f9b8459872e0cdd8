"""An aperture made from the tumour's outline: margin, smoothing, and what the mill can cut.

In: an outline in the isocentric plane. Out: the physical block. The margin is told in the isocentric plane, the tool at the block.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import shapely
from shapely import MultiPolygon, Polygon

from workbench.errors import Refused
from workbench.ocular import expect
from workbench.ocular.aperture import Aperture, IsocentricOutline
from workbench.ocular.beamline import Beamline
from workbench.ocular.mesh import Array
from workbench.ocular.projection import BeamProjection

QUARTER_TURN_POINTS = 16


@dataclass(frozen=True, slots=True, kw_only=True)
class ApertureRules:
    """How an opening is made from an outline.

    Parameters
    ----------
    margin_mm : from the tumour's outline to the opening, isocentric plane.
    tool_radius_mm : smallest radius that the mill cuts, at the block; the beamline's when not given.
    smoothing_mm : dents narrower than twice this are filled, isocentric plane.
    tolerance_mm : largest deviation of the polygon from the curve that it stands for, at the block.
    block_id : name of the block.
    """

    margin_mm: float
    tool_radius_mm: float | None = None
    smoothing_mm: float = 0.0
    tolerance_mm: float = 0.02
    block_id: str = "Block 1"

    def __post_init__(self) -> None:
        expect.not_negative("aperture rules", margin_mm=self.margin_mm, tool_radius_mm=self.tool_radius_mm, smoothing_mm=self.smoothing_mm)
        expect.positive("aperture rules", tolerance_mm=self.tolerance_mm)


def designed(outline_mm: Array | None, rules: ApertureRules, beamline: Beamline) -> Aperture:
    """The aperture for a tumour's outline.

    Parameters
    ----------
    outline_mm : shape (n, 2), isocentric plane; None, and so refused, when the tumour is not known.

    Returns
    -------
    Vertices run clockwise, as mills expect them, and are told to a micrometre.

    Raises
    ------
    Refused : no outline, an outline that crosses itself, an opening that the tool does not get through, or one outside the snout.

    Source
    ------
    Found on EYEPLAN 3.06c cases: the outline at the isocentre plus its margin, as the virtual source sees it at the block.
    """
    if outline_mm is None:
        raise Refused("aperture: the outline of the tumour is not known, expected an eye model with a tumour", rule="no-tumour")
    wanted = Polygon(IsocentricOutline(points_mm=tuple((float(x), float(y)) for x, y in outline_mm)).points_mm)
    smooth = wanted.buffer(rules.smoothing_mm).buffer(-rules.smoothing_mm) if rules.smoothing_mm else wanted
    opening = smooth.buffer(rules.margin_mm, quad_segs=QUARTER_TURN_POINTS)
    upstream = beamline.block.tray_to_isocentre_mm
    at_block = Polygon(BeamProjection.of(beamline).to_plane(np.array(opening.exterior.coords), upstream))
    milled = _milled(at_block, rules.tool_radius_mm if rules.tool_radius_mm is not None else beamline.block.tool_radius_mm)
    polygon = shapely.orient_polygons(milled.simplify(rules.tolerance_mm), exterior_cw=True)
    corners = np.round(np.array(polygon.exterior.coords)[:-1], 3) + 0.0
    aperture = Aperture(block_mm=tuple((float(x), float(y)) for x, y in corners), block_id=rules.block_id)
    aperture.expect_inside(beamline)
    return aperture


def _milled(opening: Polygon, tool_radius_mm: float | None) -> Polygon:
    """What a round tool cuts of an opening without leaving it; refuses an opening of which it leaves too much standing."""
    if not tool_radius_mm:
        return opening
    cut = opening.buffer(-tool_radius_mm).buffer(tool_radius_mm, quad_segs=QUARTER_TURN_POINTS)
    # Every corner loses a little; a finger that the tool does not enter loses about its own width.
    left = opening.difference(cut).buffer(-tool_radius_mm / 2)
    if cut.is_empty or isinstance(cut, MultiPolygon) or not left.is_empty:
        place = (opening if cut.is_empty else left if not left.is_empty else opening).representative_point()
        raise Refused(
            f"aperture: narrower than the tool at ({place.x:.1f}, {place.y:.1f}) mm, expected room for a radius of {tool_radius_mm:g} mm",
            rule="narrower-than-tool",
        )
    return cut
