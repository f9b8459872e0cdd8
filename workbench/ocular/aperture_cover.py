"""Whether an opening still lets the beam onto the whole tumour: by how much the tumour lies inside, or is cut off.

Frame *isocentric*, mm. The number is the opening's own: it knows no rules that an aperture was made by.
"""

from __future__ import annotations

from typing import Final

import numpy as np
import shapely
from shapely import LinearRing, Polygon

from workbench.ocular.mesh import Array

STEP_MM: Final = 0.05
"""How close to each other the places lie at which outlines that cross are compared; the browser compares at the same ones."""


def cover_mm(outline_mm: Array, opening_mm: Array) -> float:
    """By how much an outline lies inside an opening, isocentric plane; negative by how much it is cut off.

    Parameters
    ----------
    outline_mm, opening_mm : shape (n, 2), closed polygons that do not cross themselves.

    Returns
    -------
    Inside: the least distance of the two edges. Cut off: less the farther of how far the outline reaches out of the opening, and how far
    the opening's edge reaches into the outline, as a narrow finger of the block does that leaves most of the outline open.
    """
    outline, opening = Polygon(outline_mm), Polygon(opening_mm)
    if opening.covers(outline):
        return float(opening.exterior.distance(outline.exterior))
    reaches_out = shapely.distance(_places(outline.exterior), opening)
    edge = _places(opening.exterior)
    reaches_in = shapely.distance(edge[shapely.intersects(outline, edge)], outline.exterior)
    return -float(np.max(np.concatenate([reaches_out, reaches_in])))


def cover_words(cover: float) -> str:
    """The same in words: ``tumour inside by at least 2.4 mm``."""
    return f"tumour inside by at least {cover:.1f} mm" if cover >= 0 else f"tumour is cut off by {-cover:.1f} mm"


def _places(edge: LinearRing) -> Array:
    return np.asarray(shapely.points(shapely.get_coordinates(shapely.segmentize(edge, STEP_MM))))
