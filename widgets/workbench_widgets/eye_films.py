"""Both setup films as small drawings: where the clips are planned to be seen, and where they would be after a turn of the eye."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

import numpy as np

from workbench.ocular.mesh import Array
from workbench.ocular.plan import OcularPlan
from workbench.ocular.setup import View
from workbench.ocular.turning import clips_on_film

Outline = Sequence[tuple[float, float]]

LEAST_HALF_MM = 15.0
MARGIN_MM = 4.0
RULER_MM = 5
AXES = {View.AXIAL: "x to the patient's left", View.LATERAL: "z to the source"}


def film_drawings(planned: OcularPlan, turned: OcularPlan) -> str:
    """The two films side by side at one scale, in film millimetres.

    Parameters
    ----------
    planned : drawn dashed.
    turned : the same plan with another gaze; drawn solid, with a numbered cross at the centre of each clip.
    """
    before, after = clips_on_film(planned), clips_on_film(turned)
    outlines = [one.points_mm for plan in (planned, turned) for image in plan.setup_images for one in image.outlines]
    places = [*before.values(), *after.values(), *(np.array(one) for one in outlines)]
    reach = max((float(np.abs(one).max()) for one in places if one.size), default=0.0)
    half = max(LEAST_HALF_MM, reach + MARGIN_MM)
    films = "".join(_film(view, (planned, turned), (before[view], after[view]), half) for view in View)
    return f'<div class="wb-films">{films}</div>'


def _film(view: View, plans: tuple[OcularPlan, OcularPlan], clips: tuple[Array, Array], half: float) -> str:
    moved = [float(np.hypot(*step)) for step in clips[1] - clips[0]]
    words = f"clips move by up to {max(moved):.1f} mm on film" if moved and max(moved) >= 0.05 else "clips as planned"
    dashed = "".join(_path(one, "wb-film-planned") for one in _outlines_of(plans[0], view))
    solid = "".join(_path(one, "wb-film-predicted") for one in _outlines_of(plans[1], view))
    crosses = "".join(_cross(number, place, half) for number, place in enumerate(clips[1], start=1))
    left, bottom = 0.06 * half - half, half - 0.07 * half
    return (
        f'<figure data-view="{view}"><svg viewBox="{-half:.2f} {-half:.2f} {2 * half:.2f} {2 * half:.2f}" role="img" '
        f'aria-label="{view} film, {len(clips[1])} clips">'
        f'<rect class="wb-film-paper" x="{-half:.2f}" y="{-half:.2f}" width="{2 * half:.2f}" height="{2 * half:.2f}"></rect>'
        f'<path class="wb-film-axis" d="M{-half:.2f},0H{half:.2f}M0,{-half:.2f}V{half:.2f}"></path>{dashed}{solid}{crosses}'
        f'<path class="wb-film-ruler" d="M{left:.2f},{bottom:.2f}h{RULER_MM}"></path>'
        f'<text x="{left:.2f}" y="{bottom - 0.04 * half:.2f}" font-size="{0.11 * half:.2f}">{RULER_MM} mm</text></svg>'
        f"<figcaption><b>{view}</b> {escape(AXES[view])}<br>{words}</figcaption></figure>"
    )


def _outlines_of(plan: OcularPlan, view: View) -> list[Outline]:
    return [outline.points_mm for image in plan.setup_images if image.view is view for outline in image.outlines]


def _path(points: Outline, kind: str) -> str:
    """SVG counts downwards."""
    return f'<path class="{kind}" d="M{"L".join(f"{x:.2f},{-y:.2f}" for x, y in points)}Z"></path>'


def _cross(number: int, place: Array, half: float) -> str:
    x, y, arm = float(place[0]), -float(place[1]), 0.035 * half
    return (
        f'<g data-clip="{number}" data-x="{x:.2f}" data-y="{-y:.2f}"><path class="wb-film-cross" d="M{x - arm:.2f},{y - arm:.2f}'
        f"L{x + arm:.2f},{y + arm:.2f}M{x - arm:.2f},{y + arm:.2f}L{x + arm:.2f},{y - arm:.2f}"
        f'"></path><text x="{x + 1.4 * arm:.2f}" y="{y - arm:.2f}" font-size="{0.15 * half:.2f}">{number}</text></g>'
    )
