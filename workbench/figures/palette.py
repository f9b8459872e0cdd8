"""Colours, line widths and text sizes of every figure.

The colours are those of Okabe and Ito (2008), safe for colour-blind readers; wherever one carries a meaning, a line style, a
mark or a word goes with it.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Circle
from matplotlib.patheffects import withStroke

VERMILLION = "#D55E00"
ORANGE = "#E69F00"
GREY = "#999999"
BLUE = "#0072B2"
SKY = "#56B4E9"
GREEN = "#009E73"
PURPLE = "#CC79A7"
BLACK = "#000000"
WHITE = "#FFFFFF"

INK = "#333333"
"""Text and axes: softer than black, so that black is left to the beam axis and the clips."""
QUIET = "#666666"
"""Words that explain other words."""
FAINT = "#DDDDDD"

TUMOUR = VERMILLION
APERTURE = ORANGE
BLOCK = GREY
GLOBE = BLUE
FIELD_CIRCLE = "#555555"
"""A darker grey, because it lies on the grey hatching of the block."""
SNOUT = GREY
WEDGE = GREY
PLANNED = BLUE
DELIVERED = ORANGE

DARK_PAPER = "#212121"
"""That of JupyterLab's own dark theme."""
BLUE_ON_DARK = "#3A96D0"
"""Lighter, since thin lines of the other are lost on dark paper; still far from ``SKY``."""
ON_DARK: Mapping[str, str] = MappingProxyType(
    {
        BLACK: WHITE,
        WHITE: DARK_PAPER,
        INK: "#E0E0E0",
        FIELD_CIRCLE: "#C4C4C4",
        QUIET: "#A6A6A6",
        FAINT: "#4A4A4A",
        BLUE: BLUE_ON_DARK,
    }
)
"""Colour on white paper → the one that takes its place on dark paper; all others are the same on both."""

TITLE_POINTS = 13
TEXT_POINTS = 10
SMALL_POINTS = 9

THICK = 2.4
THIN = 1.2

STATE_MARKS: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "SCHEDULED": (GREY, "○"),
        "IN PROGRESS": (BLUE, "◐"),
        "COMPLETED": (GREEN, "●"),
        "CANCELED": (VERMILLION, "✕"),
    }
)
"""Colour and mark of a workitem's state; the word is always written beside them."""


def calm(axes: Axes) -> None:
    """Axes in ink, without the two lines that carry no scale."""
    axes.tick_params(colors=INK, labelsize=SMALL_POINTS)
    for spine in axes.spines.values():
        spine.set_color(INK)
        spine.set_linewidth(0.8)


def paper(figure: Figure) -> Figure:
    """The figure with axes that nobody sees: a notebook shows none of a figure that is only words."""
    figure.set_layout_engine("none")
    figure.add_axes((0.0, 0.0, 1.0, 1.0)).set_axis_off()
    return figure


def say_instead(figure: Figure, words: str) -> Figure:
    """The figure with a sentence in place of what is not there to be drawn."""
    paper(figure).text(0.5, 0.5, words, ha="center", color=INK, fontsize=TEXT_POINTS)
    return figure


class Halo(withStroke):
    """A rim around lines and letters, so that they stay readable on whatever lies under them.

    Parameters
    ----------
    width : of the whole stroke, points.
    """

    def __init__(self, width: float, colour: str) -> None:
        super().__init__(linewidth=width, foreground=colour)
        self.width, self.colour = width, colour

    def on_dark(self) -> Halo:
        """The one that takes its place on dark paper: of the paper's colour, whatever it was on white."""
        return Halo(self.width, DARK_PAPER)


def open_circle(radius: float, *, colour: str, style: str, label: str) -> Circle:
    """A circle about the origin, drawn as a line of the given style."""
    return Circle((0, 0), radius, fill=False, edgecolor=colour, linestyle=style, linewidth=THIN, label=label)
