"""A finished figure on dark paper, for a dark screen or a slide.

It exchanges colours by one table (``palette.ON_DARK``) and knows no figure: where a line is and what it means stays as it was drawn.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.colors import same_color, to_hex, to_rgb, to_rgba_array
from matplotlib.figure import Figure
from matplotlib.text import Annotation, Text

from workbench.figures import palette

COLOURED: Final = ("color", "facecolor", "edgecolor", "hatchcolor", "markerfacecolor", "markeredgecolor")
"""Properties of artists that are colours; none has them all."""


def on_dark(figure: Figure) -> Figure:
    """The same figure, changed: light words and lines on dark paper.

    Colours that carry a meaning stay, blue alone gets lighter. What lies over pixels keeps its colours, since the pixels do too. A figure
    that is on dark paper already stays as it is.
    """
    if same_color(figure.get_facecolor(), palette.DARK_PAPER):
        return figure
    artists = {id(part): part for artist in figure.findobj() for part in _parts(artist)}
    over_pixels = {id(part) for axes in artists.values() if isinstance(axes, Axes) and axes.images for part in _drawn_in(axes)}
    for key, artist in artists.items():
        if key not in over_pixels and not isinstance(artist, Figure | Axes):
            _recolour(artist)
    return figure


def _parts(artist: Artist) -> Iterator[Artist]:
    """An artist with the box around its words and with its arrow, which are nobody's children."""
    yield artist
    if isinstance(artist, Text) and (box := artist.get_bbox_patch()) is not None:
        yield box
    if isinstance(artist, Annotation) and artist.arrow_patch is not None:
        yield artist.arrow_patch


def _drawn_in(axes: Axes) -> Iterator[Artist]:
    """What was drawn in axes, without their own frame, scales and words."""
    for artist in (*axes.lines, *axes.patches, *axes.collections, *axes.texts):
        yield from _parts(artist)


def _recolour(artist: Artist) -> None:
    light = {name: getattr(artist, f"get_{name}")() for name in COLOURED if hasattr(artist, f"get_{name}")}
    artist.set(**{name: found for name, one in light.items() if (found := _on_dark(one)) is not None})
    effects = artist.get_path_effects() or ()
    if any(isinstance(one, palette.Halo) for one in effects):
        artist.set_path_effects([one.on_dark() if isinstance(one, palette.Halo) else one for one in effects])


def _on_dark(light: Any) -> Any:
    """A colour, or a list of them, as on dark paper and of the same opacity; None where that is the same."""
    rgba = to_rgba_array(light)
    found = [palette.ON_DARK.get(to_hex(row).upper()) if row[3] else None for row in rgba]
    if not any(found):
        return None
    dark = [tuple(row) if one is None else (*to_rgb(one), row[3]) for row, one in zip(rgba, found, strict=True)]
    return dark if len(dark) > 1 else dark[0]
