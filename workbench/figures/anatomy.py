"""The structures of an eye as the figures draw them: one style each, the same in beam's-eye view and in sections."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np
from matplotlib.axes import Axes
from matplotlib.patches import Polygon
from numpy.typing import NDArray

from workbench.figures import palette
from workbench.ocular.eye_model import Structure

Points = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Style:
    """How a structure is drawn: line and filling of one colour."""

    colour: str
    fill: float = 0.0
    width: float = palette.THIN
    line: str = "-"
    order: float = 2.0


STYLES: Mapping[Structure, Style] = MappingProxyType(
    {
        Structure.OPTIC_NERVE: Style(colour=palette.GREEN, fill=0.08, order=1.6),
        Structure.GLOBE: Style(colour=palette.GLOBE, fill=0.06, order=1.5),
        Structure.RETINA: Style(colour=palette.GLOBE, width=0.7, order=1.5),
        Structure.CORNEA: Style(colour=palette.SKY, order=1.7),
        Structure.ANTERIOR_CHAMBER: Style(colour=palette.SKY, width=0.7, order=1.7),
        Structure.LIMBUS: Style(colour=palette.SKY, line="--", order=1.7),
        Structure.LENS: Style(colour=palette.SKY, fill=0.20, order=1.8),
        Structure.TUMOUR: Style(colour=palette.TUMOUR, fill=0.25, width=1.8, order=3.0),
        Structure.TUMOUR_BASE: Style(colour=palette.TUMOUR, line=":", order=3.1),
        Structure.OPTIC_DISC: Style(colour=palette.GREEN, width=1.6, order=3.2),
        Structure.MACULA: Style(colour=palette.PURPLE, width=1.6, order=3.2),
    }
)
"""In the order in which they lie over each other."""


def draw_outline(axes: Axes, part: Structure, points: Points, *, closed: bool = True, label: str | None = None) -> None:
    """One curve of a structure, in its style."""
    style = STYLES[part]
    if style.fill and closed:
        axes.add_patch(Polygon(points, closed=True, facecolor=style.colour, alpha=style.fill, linewidth=0, zorder=style.order))
    axes.add_patch(
        Polygon(
            points,
            closed=closed,
            fill=False,
            edgecolor=style.colour,
            linewidth=style.width,
            linestyle=style.line,
            zorder=style.order,
            label=label,
        )
    )


def draw_marks(axes: Axes, disc: Points, macula: Points) -> None:
    """The cross at the disc and the dot at the macula."""
    for centre, mark, part in ((disc, "+", Structure.OPTIC_DISC), (macula, ".", Structure.MACULA)):
        style = STYLES[part]
        axes.plot(*centre, marker=mark, markersize=7, markeredgewidth=1.6, color=style.colour, linestyle="none", zorder=style.order)


def draw_clips(axes: Axes, places: Points) -> None:
    """A cross and its number for each clip, in the order given; labelled once."""
    halo = [palette.Halo(2.5, palette.WHITE)]
    for number, (x, y) in enumerate(places, start=1):
        label = "clips" if number == 1 else None
        axes.plot(
            x,
            y,
            marker="x",
            markersize=6,
            markeredgewidth=1.5,
            color=palette.BLACK,
            linestyle="none",
            zorder=4,
            path_effects=halo,
            label=label,
        )
        axes.annotate(
            str(number),
            (x, y),
            xytext=(5, 3),
            textcoords="offset points",
            fontsize=palette.SMALL_POINTS,
            fontweight="bold",
            color=palette.BLACK,
            zorder=4,
            path_effects=halo,
        )
