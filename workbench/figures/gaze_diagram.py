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
    marks = list(_marks(plan))
    farthest = max(light.polar_deg for _, light, _ in marks)
    rings = max(LEAST_RINGS, math.ceil(farthest / RING_DEG + 0.2))
    _frame(axes, plan, rings * RING_DEG)
    for words, light, mark in marks:
        axes.plot(
            math.radians(light.azimuth_deg), light.polar_deg, label=f"{words}  {light.polar_deg:.1f}° at {light.azimuth_deg:.1f}°", **mark
        )
    physical = plan.fixation.physical
    axes.plot([math.radians(physical.azimuth_deg)] * 2, [0, physical.polar_deg], color=palette.INK, linewidth=1.2, zorder=3)
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


def _marks(plan: OcularPlan) -> list[tuple[str, Light, dict[str, Any]]]:
    """What is shown: words, direction, mark."""
    point: dict[str, Any] = {"linestyle": "none", "color": palette.INK, "markersize": 9, "zorder": 4}
    found: list[tuple[str, Light, dict[str, Any]]] = [("light", plan.fixation.physical, {**point, "marker": "o"})]
    if plan.fixation.fellow_light is not None:
        hollow = {**point, "marker": "o", "markerfacecolor": palette.WHITE}
        found.append(("light for the treated eye", plan.fixation.gaze, hollow))
    if plan.pose is not None:
        seen = {**point, "marker": "D", "color": palette.BLUE, "markerfacecolor": palette.WHITE, "markersize": 8}
        found.append(("gaze from the eye's centre", Light.at(plan.pose.gaze), seen))
    return found


def _frame(axes: PolarAxes, plan: OcularPlan, outermost_deg: float) -> None:
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
    axes.set_rlabel_position(105)
    axes.tick_params(colors=palette.INK, labelsize=palette.SMALL_POINTS)
    axes.grid(color=palette.FAINT, linewidth=0.8)
    axes.spines["polar"].set_color(palette.GREY)
    axes.plot(0, 0, marker="+", markersize=12, markeredgewidth=1.2, color=palette.BLACK, linestyle="none", zorder=3)
