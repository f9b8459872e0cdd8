"""The gaze as a polar diagram: which light is switched on, and where the treated eye then looks."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from matplotlib.figure import Figure
from matplotlib.layout_engine import ConstrainedLayoutEngine
from matplotlib.projections.polar import PolarAxes

from workbench.figures import palette
from workbench.ocular.eye import Laterality
from workbench.ocular.gaze import Light
from workbench.ocular.plan import OcularPlan

RING_DEG = 10
LEAST_RINGS = 4


def gaze_diagram(plan: OcularPlan, *, inches: tuple[float, float] = (5.2, 5.9)) -> Figure:
    """Lights and gaze of a plan as seen from the source.

    The angle is the azimuth, from the patient's left towards up, the radius the polar angle.

    Filled is the light that is switched on; hollow, where the fellow eye fixates, the light that the treated eye would see; the diamond is
    the gaze itself, told from the eye's centre and not from the isocentre. Below stand the numbers, in the room and as DICOM tells them.

    Parameters
    ----------
    inches : width and height of the figure.
    """
    figure = Figure(figsize=inches, layout=ConstrainedLayoutEngine(h_pad=0.09))
    axes = figure.add_subplot(projection="polar")
    assert isinstance(axes, PolarAxes)
    draw_lights(axes, plan)
    if plan.pose is not None:
        _mark(axes, "gaze from the eye's centre", Light.at(plan.pose.gaze), color=palette.BLUE, markersize=8, marker="D")
    figure.suptitle(
        f"{plan.patient.id} · {plan.eye.laterality.words} · gaze",
        x=0.02,
        ha="left",
        fontsize=palette.TITLE_POINTS,
        color=palette.INK,
        fontweight="bold",
    )
    line = plan.beamline
    figure.legend(
        loc="outside lower left",
        frameon=False,
        fontsize=palette.TEXT_POINTS,
        labelcolor=palette.INK,
        title=(
            f"polar at azimuth, room frame; as DICOM tells it at gantry {line.gantry_angle_deg:.0f}°:\n"
            f"polar {plan.light_polar_deg:.1f}°, azimuth {plan.light_azimuth_deg:.1f}° ({plan.fixation.words})"
        ),
        title_fontsize=palette.SMALL_POINTS,
        alignment="left",
    )
    return figure


def draw_lights(axes: PolarAxes, plan: OcularPlan, *, points: float = palette.SMALL_POINTS) -> None:
    """The dial as seen from the source, and on it the light that is switched on and the one that the treated eye would see.

    Parameters
    ----------
    points : size of the words around the dial.
    """
    physical, own = plan.fixation.physical, plan.fixation.gaze
    farthest = max(physical.polar_deg, own.polar_deg)
    rings = max(LEAST_RINGS, math.ceil(farthest / RING_DEG + 0.2))
    _frame(axes, plan, rings * RING_DEG, points)
    _mark(axes, "light", physical, markerfacecolor=palette.INK)
    if plan.fixation.fellow_light is not None:
        _mark(axes, "light for the treated eye", own)
    axes.plot([math.radians(physical.azimuth_deg)] * 2, [0, physical.polar_deg], color=palette.INK, linewidth=1.2, zorder=3)


def _mark(axes: PolarAxes, words: str, light: Light, **look: Any) -> None:
    """One direction, hollow unless told otherwise."""
    style = {"marker": "o", "linestyle": "none", "color": palette.INK, "markerfacecolor": palette.WHITE, "markersize": 9, "zorder": 4}
    label = f"{words}  {light.polar_deg:.1f}° at {light.azimuth_deg:.1f}°"
    axes.plot(math.radians(light.azimuth_deg), light.polar_deg, label=label, **{**style, **look})


def _frame(axes: PolarAxes, plan: OcularPlan, outermost_deg: float, points: float) -> None:
    axes.set_theta_zero_location("E")
    axes.set_theta_direction(1)
    axes.set_ylim(0, outermost_deg)
    axes.set_yticks(
        np.arange(RING_DEG, outermost_deg + 1, RING_DEG), [f"{ring}°" for ring in range(RING_DEG, int(outermost_deg) + 1, RING_DEG)]
    )
    nasal, temporal = ("nasal", "temporal") if plan.eye.laterality is Laterality.RIGHT else ("temporal", "nasal")
    turns = np.arange(0, 360, 30)
    named = {0: f"0°\n{nasal}", 90: "90° up", 180: f"180°\n{temporal}", 270: "270° down"}
    axes.set_xticks(np.radians(turns), [named.get(int(turn), f"{turn}°") for turn in turns])
    # Between two spokes, on the side where no light is.
    axes.set_rlabel_position((plan.fixation.physical.azimuth_deg + 180) // 30 * 30 + 15)
    axes.tick_params(colors=palette.INK, labelsize=points)
    axes.tick_params(axis="x", pad=7)
    axes.grid(color=palette.FAINT, linewidth=0.8)
    axes.spines["polar"].set_color(palette.GREY)
    axes.plot(0, 0, marker="+", markersize=12, markeredgewidth=1.2, color=palette.BLACK, linestyle="none", zorder=3)
