"""Three sections of the eye through the middle of its tumour: two along the beam, one across it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
import shapely
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch, Polygon

from workbench.figures import anatomy, palette
from workbench.figures.anatomy import Points
from workbench.ocular.depth import distal_surface_mm, most_anterior_z_mm, place_at_depth_mm
from workbench.ocular.eye import Laterality
from workbench.ocular.eye_model import EyeModel, Structure
from workbench.ocular.mesh import Mesh
from workbench.ocular.plan import OcularPlan
from workbench.ocular.pose import EyePose
from workbench.ocular.projection import BeamProjection

RAYS = 61
UPSTREAM_MM = 9.0
"""How much of the beam is shown before the skin plane."""
MARGIN_MM = 4.0
LEGEND_INCHES = 1.5
"""Width of one entry of the legend."""
_SURFACES = (
    Structure.OPTIC_NERVE,
    Structure.GLOBE,
    Structure.RETINA,
    Structure.CORNEA,
    Structure.ANTERIOR_CHAMBER,
    Structure.LENS,
    Structure.TUMOUR,
)


class Cut(StrEnum):
    """A plane through the middle of the tumour."""

    HORIZONTAL = "horizontal"
    """Along the beam, room x up the page."""
    VERTICAL = "vertical"
    """Along the beam, room y up the page."""
    FRONTAL = "frontal"
    """Across the beam, seen from the source."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Scene:
    """What all three sections share: the eye in the room, and where they cut it."""

    plan: OcularPlan
    model: EyeModel
    pose: EyePose
    meshes: Mapping[Structure, Mesh]
    middle_mm: tuple[float, float, float]
    skin_z_mm: float

    @property
    def beam(self) -> BeamProjection:
        return BeamProjection.of(self.plan.beamline)


def eye_sections(plan: OcularPlan, *, inches: tuple[float, float] = (13.6, 5.6), cuts: Sequence[Cut] = tuple(Cut)) -> Figure:
    """Horizontal, vertical and frontal section through the middle of the tumour, or through the isocentre where it is not known.

    The beam comes from the left; along the bottom of the first two runs the depth in water from the skin plane. Between the proximal
    and the distal end of the spread-out Bragg peak, traced ray by ray, the field is shaded; a bracket above the eye tells both. The
    frontal section is seen from the source, as beam's-eye view is.

    Parameters
    ----------
    inches : width and height of the figure.
    cuts : which are drawn, from left to right; what is fewer than all three has no title over them.
    """
    figure = Figure(figsize=inches, layout="constrained")
    if plan.eye_model is None or plan.pose is None:
        return palette.say_instead(figure, "No shape of the eye: read it with its model, or make one")
    scene = _scene(plan, plan.eye_model, plan.pose)
    grid = figure.add_gridspec(1, len(cuts))
    panels = [figure.add_subplot(grid[0, column]) for column in range(len(cuts))]
    drawn: set[Structure] = set()
    for axes, cut in zip(panels, cuts, strict=True):
        drawn |= _draw_frontal(axes, scene) if cut is Cut.FRONTAL else _draw_along(axes, scene, across=0 if cut is Cut.HORIZONTAL else 1)
    # As wide as what each shows, so that all are of one height.
    grid.set_width_ratios([np.ptp(axes.get_xlim()) / np.ptp(axes.get_ylim()) for axes in panels])
    if len(cuts) == len(Cut):
        figure.suptitle(
            f"{plan.patient.id} · {plan.eye.laterality.words} · sections through the {'tumour' if plan.eye_model.tumour else 'isocentre'}",
            x=0.008,
            ha="left",
            fontsize=palette.TITLE_POINTS,
            color=palette.INK,
            fontweight="bold",
        )
    figure.legend(
        handles=list(_legend(drawn)),
        loc="outside lower center",
        ncols=min(8, int(inches[0] / LEGEND_INCHES)),
        frameon=False,
        fontsize=palette.SMALL_POINTS,
        labelcolor=palette.INK,
    )
    return figure


def _scene(plan: OcularPlan, model: EyeModel, pose: EyePose) -> _Scene:
    meshes = {part: pose.mesh_to_room(mesh) for part, mesh in model.meshes().items()}
    if model.tumour is None:
        middle = (0.0, 0.0, 0.0)
    else:
        tumour = meshes[Structure.TUMOUR].vertices_mm
        x, y, z = (tumour.min(axis=0) + tumour.max(axis=0)) / 2
        middle = (float(x), float(y), float(z))
    behind = plan.eye.skin_plane_mm or 0.0
    return _Scene(plan=plan, model=model, pose=pose, meshes=meshes, middle_mm=middle, skin_z_mm=most_anterior_z_mm(model, pose) - behind)


def _draw_along(axes: Axes, scene: _Scene, *, across: int) -> set[Structure]:
    """A section along the beam: depth to the right, room x (0) or y (1) up; gives what it shows."""
    cut = 1 - across
    _draw_beam(axes, scene, across)
    drawn = set()
    for part, curve in _curves(scene, cut):
        # The two kept coordinates ascend by axis: the transverse one, then z.
        shown = np.column_stack([scene.skin_z_mm - curve[:, 1], curve[:, 0]])
        anatomy.draw_outline(axes, part, shown, closed=bool(np.allclose(curve[0], curve[-1])))
        drawn.add(part)
    axes.axvline(0, color=palette.GREY, linewidth=1.0, linestyle="--", zorder=1.2)
    axes.plot(scene.skin_z_mm, 0, marker="+", markersize=13, markeredgewidth=1.2, color=palette.BLACK, linestyle="none", zorder=4)
    eye = scene.meshes[Structure.GLOBE].vertices_mm
    low, high = eye[:, across].min() - MARGIN_MM, eye[:, across].max() + 2 * MARGIN_MM
    # The nerve's end is beyond what the beam reaches; the globe's back and the distal end are not.
    farthest = max(scene.skin_z_mm - eye[:, 2].min(), scene.plan.field.range_mm)
    axes.set(xlim=(-UPSTREAM_MM, farthest + MARGIN_MM / 2), ylim=(low, high), aspect="equal")
    _draw_bracket(axes, scene, across)
    axes.text(0, low + 0.6, " skin plane", fontsize=palette.SMALL_POINTS, color=palette.QUIET, rotation=90, va="bottom", ha="right")
    name, up = (("horizontal", "x (mm), to the patient's left"), ("vertical", "y (mm), up"))[across]
    _words(axes, f"{name}, {'yx'[across]} = {_number(scene.middle_mm[cut])} mm", "depth (mm of water) from the skin plane", up)
    return drawn


def _draw_beam(axes: Axes, scene: _Scene, across: int) -> None:
    """The field within the aperture, shaded between the proximal and the distal end of the peak; an arrow along its axis."""
    bounds = _opening(scene, across)
    if bounds is None:
        return
    through = np.full((RAYS, 2), 0.0)
    through[:, across] = np.linspace(*bounds, RAYS)
    x, y, z = scene.middle_mm
    through[:, 1 - across] = scene.beam.to_isocentric(np.array([x, y, z]))[1 - across]
    ends = [_drawn(scene, through, depth, across) for depth in _ends_mm(scene.plan, through)]
    start = scene.beam.to_room(through[[0, -1]], scene.skin_z_mm + UPSTREAM_MM)
    edge = np.column_stack([scene.skin_z_mm - start[:, 2], start[:, across]])
    axes.add_patch(
        Polygon(np.vstack([edge[:1], ends[1], edge[1:]]), closed=True, facecolor=palette.APERTURE, alpha=0.10, linewidth=0, zorder=1)
    )
    axes.add_patch(
        Polygon(np.vstack([ends[0], ends[1][::-1]]), closed=True, facecolor=palette.APERTURE, alpha=0.22, linewidth=0, zorder=1.1)
    )
    for place, end in ((0, ends[1][0]), (1, ends[1][-1])):
        axes.plot(*np.vstack([edge[place], end]).T, color=palette.APERTURE, linewidth=palette.THIN, zorder=2.5)
    axes.plot(*ends[1].T, color=palette.APERTURE, linewidth=palette.THICK, zorder=2.6)
    axes.plot(*ends[0].T, color=palette.APERTURE, linewidth=palette.THICK, linestyle=":", zorder=2.6)
    axes.annotate(
        "",
        xy=(-UPSTREAM_MM * 0.25, 0),
        xytext=(-UPSTREAM_MM * 0.92, 0),
        arrowprops={"arrowstyle": "-|>", "color": palette.BLACK, "linewidth": 1.4},
        zorder=4,
    )
    axes.text(-UPSTREAM_MM * 0.6, 0.5, "beam", ha="center", va="bottom", fontsize=palette.SMALL_POINTS, color=palette.INK)


def _opening(scene: _Scene, across: int) -> tuple[float, float] | None:
    """Where the aperture opens in this section, isocentric plane; None where the section passes it by."""
    level = float(scene.beam.to_isocentric(np.array(scene.middle_mm))[1 - across])
    far = 1e3
    line = [(-far, level), (far, level)] if across == 0 else [(level, -far), (level, far)]
    cut = shapely.intersection(shapely.Polygon(scene.plan.isocentric.points_mm), shapely.LineString(line))
    if cut.is_empty:
        return None
    bounds = shapely.bounds(cut)
    return float(bounds[across]), float(bounds[across + 2])


def _ends_mm(plan: OcularPlan, through: Points) -> tuple[Points, Points]:
    """Depths of the proximal and the distal end of the peak on each ray; wedges of known direction shape both."""
    wedges = [wedge for wedge in plan.field.wedges if wedge.orientation_deg is not None]
    distal = distal_surface_mm(plan.field.range_mm, wedges, through, plan.beamline)
    return np.maximum(distal - plan.field.modulation_mm, 0.0), distal


def _drawn(scene: _Scene, through: Points, depth: Points, across: int) -> Points:
    """The ends of rays at these depths, as the section draws them."""
    room = place_at_depth_mm(through, depth, scene.model, scene.pose, scene.beam, skin_z_mm=scene.skin_z_mm)
    return np.column_stack([scene.skin_z_mm - room[:, 2], room[:, across]])


def _draw_bracket(axes: Axes, scene: _Scene, across: int) -> None:
    """Range and modulation over the eye, where the ray through the tumour's middle has them."""
    through = scene.beam.to_isocentric(np.array([scene.middle_mm]))
    field, top = scene.plan.field, axes.get_ylim()[1]
    # The numbers are those without wedges, and so are the brackets.
    depths = (np.array([field.range_mm - field.modulation_mm]), np.array([field.range_mm]))
    (proximal, _), (distal, _) = (_drawn(scene, through, depth, across)[0] for depth in depths)
    entry = _drawn(scene, through, np.zeros(1), across)[0][0]
    for height, (start, stop), words, line in (
        (top - 1.3, (entry, distal), f"range {field.range_mm:.1f}", "-"),
        (top - 4.3, (proximal, distal), f"modulation {field.modulation_mm:.1f}", "-"),
    ):
        axes.plot([start, stop], [height, height], color=palette.INK, linewidth=1.4, linestyle=line, zorder=4)
        for end in (start, stop):
            axes.plot([end, end], [height - 0.7, height + 0.7], color=palette.INK, linewidth=1.4, zorder=4)
        axes.text(
            (start + stop) / 2, height - 0.4, words, ha="center", va="top", fontsize=palette.SMALL_POINTS, color=palette.INK, zorder=4
        )


def _draw_frontal(axes: Axes, scene: _Scene) -> set[Structure]:
    """The section across the beam, seen from the source; gives what it shows."""
    z = scene.middle_mm[2]
    drawn = set()
    for part, curve in _curves(scene, 2):
        anatomy.draw_outline(axes, part, curve, closed=bool(np.allclose(curve[0], curve[-1])))
        drawn.add(part)
    opening = scene.beam.to_room(np.array(scene.plan.isocentric.points_mm), z)[:, :2]
    axes.add_patch(
        Polygon(opening, closed=True, fill=False, edgecolor=palette.APERTURE, linewidth=palette.THICK, joinstyle="round", zorder=3.5)
    )
    axes.plot(0, 0, marker="+", markersize=13, markeredgewidth=1.2, color=palette.BLACK, linestyle="none", zorder=4)
    eye = scene.meshes[Structure.GLOBE].vertices_mm[:, :2]
    everything = np.vstack([eye, opening])
    low, high = everything.min(axis=0) - MARGIN_MM, everything.max(axis=0) + MARGIN_MM
    axes.set(xlim=(low[0], high[0]), ylim=(low[1], high[1]), aspect="equal")
    sides = ("temporal", "nasal") if scene.plan.eye.laterality is Laterality.RIGHT else ("nasal", "temporal")
    for side, x, align in ((sides[0], 0.02, "left"), (sides[1], 0.98, "right")):
        axes.text(
            x, 0.5, side, transform=axes.transAxes, rotation=90, ha=align, va="center", fontsize=palette.SMALL_POINTS, style="italic",
            color=palette.INK,
        )  # fmt: skip
    depth = scene.skin_z_mm - z
    _words(axes, f"frontal, {depth:.1f} mm behind the skin plane", "x (mm), to the patient's left", "y (mm), up")
    return drawn


def _curves(scene: _Scene, cut: int) -> Iterator[tuple[Structure, Points]]:
    """Where a plane through the middle cuts each structure."""
    for part in _SURFACES:
        if part in scene.meshes:
            for curve in scene.meshes[part].section(cut, scene.middle_mm[cut]):
                yield part, curve


def _words(axes: Axes, title: str, along: str, up: str) -> None:
    palette.calm(axes)
    axes.set_title(title, loc="left", fontsize=palette.TEXT_POINTS, color=palette.INK)
    axes.set_xlabel(f"{along} \N{RIGHTWARDS ARROW}", fontsize=palette.TEXT_POINTS, color=palette.INK)
    axes.set_ylabel(f"{up} \N{RIGHTWARDS ARROW}", fontsize=palette.TEXT_POINTS, color=palette.INK)


def _number(value: float) -> str:
    """One decimal; what rounds to nothing has no sign."""
    return f"{round(value, 1) + 0.0:.1f}".replace("-", "\N{MINUS SIGN}")


def _legend(drawn: set[Structure]) -> Iterator[Patch | Line2D]:
    """What is drawn, once for all three sections."""
    for part in (Structure.GLOBE, Structure.CORNEA, Structure.LENS, Structure.OPTIC_NERVE, Structure.TUMOUR):
        if part in drawn:
            style = anatomy.STYLES[part]
            yield Patch(facecolor=(style.colour, style.fill), edgecolor=style.colour, linewidth=style.width, label=str(part))
    yield Line2D([], [], color=palette.APERTURE, linewidth=palette.THICK, label="distal end, aperture")
    yield Line2D([], [], color=palette.APERTURE, linewidth=palette.THICK, linestyle=":", label="proximal end")
    yield Line2D([], [], color=palette.BLACK, marker="+", markersize=11, linestyle="none", label="isocentre")
