"""The beam's-eye view: the field as seen from the source towards the patient, in the isocentric plane."""

from __future__ import annotations

import math

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Circle, PathPatch, Polygon
from matplotlib.path import Path
from shapely import Polygon as Area
from shapely import box, get_parts
from shapely.affinity import rotate

from workbench.figures import anatomy, palette
from workbench.ocular.beam_view import beam_view
from workbench.ocular.eye import Laterality
from workbench.ocular.eye_model import Structure
from workbench.ocular.gaze import thin_edge_deg
from workbench.ocular.plan import OcularPlan, Wedge

SCALE_BAR_MM = 5
DIAL_RINGS_DEG = (15, 30, 45)
HIDDEN = frozenset({Structure.GLOBE, Structure.RETINA, Structure.CORNEA, Structure.ANTERIOR_CHAMBER, Structure.OPTIC_NERVE})
"""Drawn exactly above, or lying under others in this view: limbus and lens stand for the front of the eye, the disc for the nerve."""
PLAIN_LABELS = ("limbus", "tumour base", "block", "snout", "beam axis")
WIDE_INCHES = 5.8
"""Width that a legend in three columns and a title in full size need."""


def beams_eye_view(plan: OcularPlan, *, inches: tuple[float, float] = (6.4, 6.8)) -> Figure:
    """Aperture, block, snout, globe and light of a plan, as the beam sees them.

    +x, the patient's left, is to the right and +y up; both axes are millimetres in the isocentric plane.

    Parameters
    ----------
    inches : width and height of the figure.
    """
    figure = Figure(figsize=inches, layout="constrained")
    axes = figure.add_subplot()
    snout_mm = _snout_radius_mm(plan)
    _draw_eye(axes, plan)
    _draw_block(axes, plan, snout_mm)
    _draw_aperture(axes, plan)
    is_wide = inches[0] >= WIDE_INCHES
    corner_points = palette.SMALL_POINTS if is_wide else palette.SMALL_POINTS - 2
    _draw_wedges(axes, plan, snout_mm, corner_points)
    _frame(axes, plan, snout_mm, title_points=palette.TITLE_POINTS if is_wide else palette.TEXT_POINTS)
    _draw_dial(axes, plan, corner_points)
    _legend(figure, axes, is_wide=is_wide)
    return figure


def _legend(figure: Figure, axes: Axes, *, is_wide: bool) -> None:
    """What is drawn; in a narrow figure what explains itself is left out, so that the view stays the largest thing."""
    entries = zip(*axes.get_legend_handles_labels(), strict=True)
    kept = [(handle, label) for handle, label in entries if is_wide or not label.startswith(PLAIN_LABELS)]
    figure.legend(
        *zip(*kept, strict=True),
        loc="outside lower center",
        ncols=3,
        frameon=False,
        fontsize=palette.SMALL_POINTS if is_wide else palette.SMALL_POINTS - 1.5,
        labelcolor=palette.INK,
        handlelength=2.6 if is_wide else 1.5,
        columnspacing=2.0 if is_wide else 0.9,
        labelspacing=0.5 if is_wide else 0.25,
    )


def _snout_radius_mm(plan: OcularPlan) -> float:
    """The snout's opening as the virtual source projects it onto the isocentric plane."""
    line = plan.beamline
    source = min(line.virtual_source_mm)
    return line.snout_diameter_mm / 2 * source / (source - line.block.tray_to_isocentre_mm)


def _draw_eye(axes: Axes, plan: OcularPlan) -> None:
    """The globe, and every structure of an eye whose shape is known."""
    if plan.globe_mm is not None:
        anatomy.draw_outline(axes, Structure.GLOBE, plan.globe_mm, label="globe")
    if plan.eye_model is None or plan.pose is None:
        return
    seen = beam_view(plan.eye_model, plan.pose, plan.beamline)
    for part in (one for one in anatomy.STYLES if one in seen.outlines_mm and one not in HIDDEN):
        anatomy.draw_outline(axes, part, seen.outlines_mm[part], label=str(part))
    disc, macula = (seen.outlines_mm[part].mean(axis=0) for part in (Structure.OPTIC_DISC, Structure.MACULA))
    anatomy.draw_marks(axes, disc, macula)
    anatomy.draw_clips(axes, seen.clips_mm)


def _draw_block(axes: Axes, plan: OcularPlan, snout_mm: float) -> None:
    """The block: all of the snout's opening that is not milled away."""
    turn = np.linspace(0, 2 * np.pi, 181)
    rim = snout_mm * np.column_stack([np.cos(turn), np.sin(turn)])
    # Even-odd filling is not to be had; a hole must run against the rim, and the milled path runs clockwise or is turned.
    hole = np.array(plan.isocentric.points_mm)
    if _runs_counter_clockwise(hole):
        hole = hole[::-1]
    outline = Path.make_compound_path(Path(rim, closed=True), Path(np.vstack([hole, hole[:1]]), closed=True))
    axes.add_patch(PathPatch(outline, facecolor=palette.BLOCK, alpha=0.15, linewidth=0))
    axes.add_patch(
        PathPatch(
            outline,
            facecolor="none",
            edgecolor=palette.BLOCK,
            hatch="///",
            alpha=0.55,
            linewidth=0,
            label=f"block {plan.field.aperture.block_id}",
        )
    )
    axes.add_patch(palette.open_circle(snout_mm, colour=palette.SNOUT, style=":", label=f"snout {plan.beamline.snout_id}"))


def _runs_counter_clockwise(points: np.ndarray[tuple[int, ...], np.dtype[np.float64]]) -> bool:
    x, y = points.T
    return bool(np.sum(x * np.roll(y, -1) - np.roll(x, -1) * y) > 0)


def _draw_aperture(axes: Axes, plan: OcularPlan) -> None:
    diameter_mm = plan.field_diameter_cm * 10
    axes.add_patch(
        palette.open_circle(
            diameter_mm / 2, colour=palette.FIELD_CIRCLE, style="--", label=f"field circle \N{DIAMETER SIGN} {diameter_mm:.1f} mm"
        )
    )
    axes.add_patch(
        Polygon(
            plan.isocentric.points_mm,
            closed=True,
            fill=False,
            edgecolor=palette.APERTURE,
            linewidth=palette.THICK,
            joinstyle="round",
            label=f"aperture, {plan.block_points} points",
        )
    )
    axes.plot(0, 0, marker="+", markersize=14, markeredgewidth=1.2, color=palette.BLACK, linestyle="none", label="beam axis")


def _draw_wedges(axes: Axes, plan: OcularPlan, snout_mm: float, points: float) -> None:
    """An arrow to the thin edge of each wedge where its direction is known; else the word that it is not."""
    words = []
    for wedge in plan.field.wedges:
        if wedge.orientation_deg is None:
            words.append(f"wedge {wedge.id} {wedge.angle_deg:.0f}°\ndirection not known")
        else:
            words.append(f"wedge {wedge.id} {wedge.angle_deg:.0f}°\narrow to thin edge")
            _draw_wedge_arrow(axes, plan, wedge, wedge.orientation_deg, snout_mm)
    if words:
        axes.text(
            0.02,
            0.98,
            "\n".join(words),
            transform=axes.transAxes,
            va="top",
            fontsize=points,
            color=palette.INK,
            linespacing=1.3,
        )


def _draw_wedge_arrow(axes: Axes, plan: OcularPlan, wedge: Wedge, orientation_deg: float, snout_mm: float) -> None:
    line = plan.beamline
    towards = math.radians(thin_edge_deg(orientation_deg, line.gantry_angle_deg, line.beam_limiting_device_angle_deg))
    _draw_wedge_cover(axes, plan, wedge, towards, snout_mm)
    tip = (snout_mm * math.cos(towards), snout_mm * math.sin(towards))
    tail = (0.62 * tip[0], 0.62 * tip[1])
    axes.annotate("", xy=tip, xytext=tail, arrowprops={"arrowstyle": "-|>", "color": palette.INK, "linewidth": 1.6, "hatch": "xx"})
    axes.text(*tail, wedge.id, ha="center", va="center", fontsize=palette.SMALL_POINTS, color=palette.INK, bbox=_PAPER)


def _draw_wedge_cover(axes: Axes, plan: OcularPlan, wedge: Wedge, towards: float, snout_mm: float) -> None:
    """Hatching over the part of the opening that a wedge covers: all of it, or what lies behind the thin edge of a partial one."""
    far = 4 * snout_mm
    edge = far if wedge.thin_edge_mm is None else -wedge.thin_edge_mm
    covered = rotate(box(-far, -far, edge, far), towards, origin=(0, 0), use_radians=True)
    for part in get_parts(covered.intersection(Area(plan.isocentric.points_mm))):
        outline = np.array(part.exterior.coords)
        axes.add_patch(
            Polygon(
                outline,
                closed=True,
                facecolor="none",
                edgecolor=palette.WEDGE,
                hatch="\\\\\\",
                linewidth=0,
                alpha=0.8,
                zorder=2.8,
                label=f"wedge {wedge.id}",
            )
        )


_PAPER = {"facecolor": palette.WHITE, "edgecolor": "none", "alpha": 0.85, "pad": 1.5}


def _frame(axes: Axes, plan: OcularPlan, snout_mm: float, *, title_points: int) -> None:
    """Scale, sides and words around the view."""
    half_mm = snout_mm * 1.16
    axes.set(xlim=(-half_mm, half_mm), ylim=(-half_mm, half_mm), aspect="equal")
    palette.calm(axes)
    axes.set_xlabel("x (mm), to the patient's left \N{RIGHTWARDS ARROW}", fontsize=palette.TEXT_POINTS, color=palette.INK)
    axes.set_ylabel("y (mm), up \N{RIGHTWARDS ARROW}", fontsize=palette.TEXT_POINTS, color=palette.INK)
    axes.set_title(
        f"{plan.patient.id} · {plan.eye.laterality.words} · beam's-eye view",
        loc="left",
        fontsize=title_points,
        color=palette.INK,
        fontweight="bold",
    )
    sides = ("temporal", "nasal") if plan.eye.laterality is Laterality.RIGHT else ("nasal", "temporal")
    for side, x in zip(sides, (-half_mm * 0.965, half_mm * 0.965), strict=True):
        axes.text(x, 0, side, rotation=90, ha="center", va="center", fontsize=palette.TEXT_POINTS, color=palette.INK, style="italic")
    left, bottom = -half_mm * 0.94, -half_mm * 0.93
    axes.plot([left, left + SCALE_BAR_MM], [bottom, bottom], color=palette.BLACK, linewidth=2.5, solid_capstyle="butt")
    axes.text(
        left + SCALE_BAR_MM / 2,
        bottom + half_mm * 0.02,
        f"{SCALE_BAR_MM} mm",
        ha="center",
        va="bottom",
        fontsize=palette.SMALL_POINTS,
        color=palette.INK,
    )


def _draw_dial(axes: Axes, plan: OcularPlan, points: float) -> None:
    """A small polar dial: rings of the polar angle, the lamp that is switched on, and the treated eye's own direction."""
    dial = axes.inset_axes((0.79, 0.79, 0.2, 0.2))
    outermost = DIAL_RINGS_DEG[-1]
    dial.set(xlim=(-outermost * 1.1, outermost * 1.1), ylim=(-outermost * 1.1, outermost * 1.1), aspect="equal")
    dial.axis("off")
    dial.add_patch(Circle((0, 0), outermost, facecolor=palette.WHITE, edgecolor="none"))
    for ring in DIAL_RINGS_DEG:
        dial.add_patch(Circle((0, 0), ring, fill=False, edgecolor=palette.FAINT if ring < outermost else palette.GREY, linewidth=0.8))
    dial.plot([-outermost, outermost], [0, 0], [0, 0], [-outermost, outermost], color=palette.FAINT, linewidth=0.8, zorder=1)
    physical, gaze = plan.fixation.physical, plan.fixation.gaze
    if plan.fixation.fellow_light is not None:
        dial.plot(*_on_dial(gaze.polar_deg, gaze.azimuth_deg), marker="o", markersize=6, markerfacecolor="none", color=palette.INK)
    tip = _on_dial(physical.polar_deg, physical.azimuth_deg)
    dial.plot([0, tip[0]], [0, tip[1]], color=palette.INK, linewidth=1.2)
    dial.plot(*tip, marker="o", markersize=6, color=palette.INK)
    words = f"light {physical.polar_deg:.1f}° at {physical.azimuth_deg:.1f}°"
    if plan.fixation.fellow_light is not None:
        words += f"\n{plan.fixation.words}"
    axes.text(0.985, 0.785, words, transform=axes.transAxes, ha="right", va="top", fontsize=points, color=palette.INK, bbox=_PAPER)


def _on_dial(polar_deg: float, azimuth_deg: float) -> tuple[float, float]:
    """Place on the dial; a light beyond the outermost ring is put on it."""
    polar, azimuth = min(polar_deg, DIAL_RINGS_DEG[-1]), math.radians(azimuth_deg)
    return (polar * math.cos(azimuth), polar * math.sin(azimuth))
