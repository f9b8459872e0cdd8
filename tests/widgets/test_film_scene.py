"""Pixels as the browser gets them: where they lie on the sheet, also those of a picture of one row or of very many."""

from __future__ import annotations

import numpy as np
import pytest

from workbench.ocular.setup import FilmPicture, View
from workbench_widgets.eye_scene import underlay
from workbench_widgets.film_scene import film_scene, pixels_on


def picture(rows: int, columns: int) -> FilmPicture:
    """Pixels 0.5 mm high and 0.25 mm wide on a film that magnifies by 2, the first one's centre at (-1, 1)."""
    pixels = np.arange(rows * columns).reshape(rows, columns)
    return FilmPicture(view=View.AXIAL, pixels=pixels, pixel_mm=(0.5, 0.25), position_mm=(-1.0, 1.0), outlines=(), magnification=2.0)


def place(where: dict[str, float]) -> tuple[float, ...]:
    """Left, top, width and height in mm."""
    return tuple(where[name] for name in ("left", "top", "width", "height"))


def test_one_row_is_as_high_as_its_pixels() -> None:
    """One row of eight: 2 mm by 0.5 mm on film, half of that at the isocentre, and so much is what shows all of it."""
    found = picture(1, 8)

    on_film, _ = pixels_on(found, *found.film_axes_mm)
    at_isocentre, _ = underlay(found)

    assert place(on_film) == pytest.approx((-1.125, 1.25, 2.0, 0.5))
    assert place(at_isocentre) == pytest.approx((-0.5625, 0.625, 1.0, 0.25))
    assert film_scene(found, {}, half_mm=15.0, key="one")["whole"] == {"half": 1.0, "centre": [-0.125, 1.0]}


def test_of_very_many_pixels_every_third_is_sent_and_lies_where_it_was_taken() -> None:
    """2050 columns are too many by more than half: 684 are sent, each three columns wide about its own centre."""
    found = picture(6, 2050)

    where, pixels = pixels_on(found, *found.film_axes_mm)

    assert (where["rows"], where["columns"], len(pixels)) == (2, 684, 2 * 2 * 684)
    assert place(where) == pytest.approx((-1.0 - 0.375, 1.0 + 0.75, 684 * 0.75, 2 * 1.5))
