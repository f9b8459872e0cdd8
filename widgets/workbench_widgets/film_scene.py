"""What a film that clips are marked on draws, as plain lists and numbers for the browser; and pictures as bytes to lie under a view.

All places are millimetres on the film, x to the right and y up.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final

import numpy as np

from workbench.ocular.clip_marks import Point
from workbench.ocular.mesh import Array
from workbench.ocular.setup import FilmPicture, View

Scene = dict[str, Any]

ACROSS: Final = {View.AXIAL: "x, to the patient's left", View.LATERAL: "z, to the source"}
LETTER: Final = {View.AXIAL: "x", View.LATERAL: "z"}
"""What lies across on each film, in the room."""
LEAST_HALF_MM: Final = 15.0
MARGIN_MM: Final = 5.0
BLANK_HALF_MM: Final = 60.0
GREY_LEVELS: Final = 65535
MOST_ACROSS: Final = 1024
"""Pixels of a row or column that are sent to the browser; of more, every second or third is."""
DECIMALS: Final = 3


def film_scene(picture: FilmPicture, planned: Mapping[int, Point], *, half_mm: float, key: str) -> Scene:
    """Everything of a film but its pixels and the marks.

    Parameters
    ----------
    planned : number of a clip → where the plan expects it on this film.
    half_mm : how far from the imaging axis it shows at first; the same for both films, so that both have one scale.
    key : another one shows the film anew from there.
    """
    return {
        "key": key,
        "view": str(picture.view),
        "across": ACROSS[picture.view],
        "letter": LETTER[picture.view],
        "half": half_mm,
        "whole": _whole(picture, half_mm),
        "magnification": picture.magnification,
        "outlines": [{"label": one.label, "points": np.round(one.points_mm, DECIMALS).tolist()} for one in picture.outlines],
        "planned": [[number, [round(x, DECIMALS), round(y, DECIMALS)]] for number, (x, y) in sorted(planned.items())],
    }


def half_mm(pictures: Iterable[FilmPicture], planned: Mapping[View, Mapping[int, Point]]) -> float:
    """How far from the imaging axis films must show, so that all that is drawn on any is seen."""
    places = [point for one in pictures for outline in one.outlines for point in outline.points_mm]
    places += [place for clips in planned.values() for place in clips.values()]
    reach = max((abs(value) for place in places for value in place), default=0.0)
    return max(LEAST_HALF_MM, reach + MARGIN_MM)


def pixels_on(picture: FilmPicture, across: Array, down: Array, *, magnification: float = 1.0) -> tuple[Scene, bytes]:
    """Where a picture lies on a sheet, and its pixels as 16 bit numbers.

    Parameters
    ----------
    across, down : centres of its columns and rows on that sheet, mm.
    magnification : film over sheet.

    Raises
    ------
    Refused : a picture without pixels.
    """
    values = np.asarray(picture.pixels, dtype=float)
    stride = -(-max(values.shape) // MOST_ACROSS)
    height, width = (size / magnification * min(stride, count) for size, count in zip(picture.pixel_mm, values.shape, strict=True))
    values, across, down = values[::stride, ::stride], across[::stride], down[::stride]
    rows, columns = values.shape
    least, most = float(values.min()), float(values.max())
    span = most - least or 1.0
    pixels = np.round((values - least) / span * GREY_LEVELS).astype("<u2")
    low, high = (float(one) for one in np.percentile(values, (1, 99)))
    where = {
        "rows": rows,
        "columns": columns,
        "left": float(across[0]) - width / 2,
        "top": float(down[0]) + height / 2,
        "width": columns * width,
        "height": rows * height,
        "slope": span / GREY_LEVELS,
        "intercept": least,
        "window": max(high - low, span / 100),
        "level": (high + low) / 2,
        "negative": picture.is_negative,
    }
    return where, pixels.tobytes()


def _whole(picture: FilmPicture, half: float) -> Scene:
    """What shows all of the film; one without pixels is as large as setup films are."""
    if picture.pixels is None:
        return {"half": max(half, BLANK_HALF_MM), "centre": [0.0, 0.0]}
    across, down = picture.film_axes_mm
    height, width = (size * count for size, count in zip(picture.pixel_mm, picture.pixels.shape, strict=True))
    middle = [float(across[0] + across[-1]) / 2, float(down[0] + down[-1]) / 2]
    return {"half": max(width, height) / 2, "centre": middle}
