"""The two setup X-rays side by side, with the outlines that should be seen on them."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Polygon
from matplotlib.patheffects import AbstractPathEffect
from numpy.typing import ArrayLike

from workbench.figures import palette
from workbench.ocular.clip_marks import ClipMark
from workbench.ocular.setup import FilmPicture, Outline, SetupImage, View

LEAST_HALF_MM = 15.0
MARGIN_MM = 6.0
WIDE_INCHES = 4.6
"""Width for one picture that its title in full size needs."""
_ABSCISSA = {View.AXIAL: "x, to the patient's left", View.LATERAL: "z, to the source"}


def setup_images(
    images: Sequence[SetupImage | FilmPicture], *, marks: Sequence[ClipMark] = (), inches: tuple[float, float] = (11.6, 5.8)
) -> Figure:
    """Axial and lateral X-ray at one scale, curves over pixels.

    Film millimetres are at the left and bottom; where the magnification is known, isocentre millimetres are at the right and top.

    Parameters
    ----------
    images : planned images, or pictures with pixels; in any order, AXIAL is drawn left of LATERAL.
    marks : where clips were seen, drawn beside the outlines.
    inches : width and height of the figure.
    """
    pictures = sorted((one if isinstance(one, FilmPicture) else FilmPicture.planned(one) for one in images), key=lambda one: one.view)
    figure = Figure(figsize=inches, layout="constrained")
    if not pictures:
        return palette.say_instead(figure, "No setup image yet: plan one, or import one")
    half_mm = max(_half_extent_mm(picture) for picture in pictures)
    title_points = palette.TITLE_POINTS if inches[0] / len(pictures) >= WIDE_INCHES else palette.TEXT_POINTS
    for place, picture in enumerate(pictures, start=1):
        axes = figure.add_subplot(1, len(pictures), place)
        _draw_picture(axes, picture, half_mm, title_points=title_points)
        for mark in marks:
            if mark.view is picture.view:
                _draw_mark(axes, mark, half_mm)
    return figure


def _half_extent_mm(picture: FilmPicture) -> float:
    """How far from the imaging axis this picture must show: all its outlines, or all its pixels when it has no outline."""
    if picture.pixels is not None and not picture.outlines:
        return max(abs(edge) for edge in _extent_mm(picture, picture.pixels.shape))
    reach = max((abs(value) for outline in picture.outlines for point in outline.points_mm for value in point), default=0.0)
    return max(reach + MARGIN_MM, LEAST_HALF_MM)


def _extent_mm(picture: FilmPicture, shape: tuple[int, ...]) -> tuple[float, float, float, float]:
    """Outer edges of the pixels, film frame: left, right, bottom, top."""
    rows, columns = shape
    height, width = picture.pixel_mm
    left, top = picture.position_mm[0] - width / 2, picture.position_mm[1] + height / 2
    return (left, left + columns * width, top - rows * height, top)


def _draw_picture(axes: Axes, picture: FilmPicture, half_mm: float, *, title_points: int) -> None:
    blank = picture.pixels is None or not np.any(picture.pixels)
    if picture.pixels is not None and not blank:
        axes.imshow(
            picture.pixels,
            cmap="gray_r" if picture.is_negative else "gray",
            extent=_extent_mm(picture, picture.pixels.shape),
            interpolation="nearest",
        )
    colour, halo = (palette.BLACK, palette.WHITE) if blank else (palette.WHITE, palette.BLACK)
    axes.axhline(0, color=palette.FAINT, linewidth=0.8, alpha=1.0 if blank else 0.35)
    axes.axvline(0, color=palette.FAINT, linewidth=0.8, alpha=1.0 if blank else 0.35)
    axes.plot(0, 0, marker="+", markersize=14, markeredgewidth=1.2, color=colour, linestyle="none", path_effects=_halo(halo))
    for outline in picture.outlines:
        _draw_outline(axes, outline, (colour, halo), half_mm)
    axes.set(xlim=(-half_mm, half_mm), ylim=(-half_mm, half_mm), aspect="equal")
    palette.calm(axes)
    axes.set_xlabel(f"film (mm), {_ABSCISSA[picture.view]} \N{RIGHTWARDS ARROW}", fontsize=palette.TEXT_POINTS, color=palette.INK)
    axes.set_ylabel("film (mm), y, up \N{RIGHTWARDS ARROW}", fontsize=palette.TEXT_POINTS, color=palette.INK)
    magnification = picture.magnification
    scale = "" if magnification is None else f" · film {magnification:.3f} \N{MULTIPLICATION SIGN} isocentre"
    axes.set_title(f"{picture.view}{scale}", loc="left", fontsize=title_points, color=palette.INK, fontweight="bold")
    if magnification is not None:
        _isocentre_axes(axes, magnification)
    if blank:
        axes.text(
            0.985,
            0.02,
            "blank film",
            transform=axes.transAxes,
            ha="right",
            fontsize=palette.SMALL_POINTS,
            color=palette.GREY,
            style="italic",
        )


def _draw_outline(axes: Axes, outline: Outline, colours: tuple[str, str], half_mm: float) -> None:
    """The curve, a cross in its middle and its number beside it; a halo keeps them readable on any pixels."""
    colour, halo = colours
    points = np.array(outline.points_mm)
    axes.add_patch(Polygon(points, closed=True, fill=False, edgecolor=colour, linewidth=palette.THIN, path_effects=_halo(halo)))
    middle = points.mean(axis=0)
    axes.plot(*middle, marker="x", markersize=6, color=colour, linestyle="none", path_effects=_halo(halo))
    axes.text(
        points[:, 0].max() + half_mm * 0.02,
        middle[1],
        outline.label.removeprefix("Clip "),
        va="center",
        fontsize=palette.TEXT_POINTS,
        fontweight="bold",
        color=colour,
        path_effects=_halo(halo),
    )


def _draw_mark(axes: Axes, mark: ClipMark, half_mm: float) -> None:
    """A slanting cross and its number, below it, where outlines have theirs beside them."""
    x, y = mark.film_mm
    axes.plot(
        x, y, marker="x", markersize=9, markeredgewidth=2, color=palette.DELIVERED, linestyle="none", path_effects=_halo(palette.BLACK)
    )
    axes.text(
        x,
        y - half_mm * 0.04,
        str(mark.clip),
        ha="center",
        va="top",
        fontsize=palette.TEXT_POINTS,
        fontweight="bold",
        color=palette.DELIVERED,
        path_effects=_halo(palette.BLACK),
    )


def _halo(colour: str) -> list[AbstractPathEffect]:
    return [palette.Halo(3, colour)]


def _isocentre_axes(axes: Axes, magnification: float) -> None:
    """The same scale told at the isocentre."""
    scale: tuple[Callable[[ArrayLike], ArrayLike], Callable[[ArrayLike], ArrayLike]] = (
        lambda film_mm: np.divide(np.asarray(film_mm, dtype=float), magnification),
        lambda isocentre_mm: np.multiply(np.asarray(isocentre_mm, dtype=float), magnification),
    )
    for second, put_label in (
        (top := axes.secondary_xaxis("top", functions=scale), top.set_xlabel),
        (right := axes.secondary_yaxis("right", functions=scale), right.set_ylabel),
    ):
        second.tick_params(colors=palette.GREY, labelsize=palette.SMALL_POINTS)
        put_label("isocentre (mm)", fontsize=palette.SMALL_POINTS, color=palette.QUIET)
