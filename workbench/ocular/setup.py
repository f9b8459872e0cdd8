"""Setup X-rays: where outlines should be seen on film, and pictures to lay them over.

The film frame has its origin on the imaging axis, x to the right and y up, in millimetres on the film. AXIAL film shows
the room's (x, y), LATERAL film (z, y), both magnified.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from workbench.errors import Refused
from workbench.ocular import expect


class View(StrEnum):
    """Which setup X-ray."""

    AXIAL = "AXIAL"
    """Along the beam; the film shows room (x, y)."""
    LATERAL = "LATERAL"
    """Across the beam; the film shows room (z, y)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outline:
    """A closed curve on a film.

    Parameters
    ----------
    label : for example ``Clip 1``.
    points_mm : shape (n, 2), film frame, x right and y up.
    """

    label: str
    points_mm: tuple[tuple[float, float], ...]

    def __post_init__(self) -> None:
        expect.text("outline", 64, label=self.label)
        expect.points(f"outline {self.label}", "points_mm", self.points_mm)


@dataclass(frozen=True, slots=True, kw_only=True)
class SetupImage:
    """One planned setup X-ray: where its outlines should be seen.

    Parameters
    ----------
    pixel_mm : size of a pixel on the film.
    rows, columns : of the (blank) image; its centre is the imaging axis.
    magnification : film over isocentric plane; None when not known.
    """

    view: View
    outlines: tuple[Outline, ...]
    pixel_mm: float
    rows: int
    columns: int
    magnification: float | None = None

    def __post_init__(self) -> None:
        owner = f"setup image {self.view}"
        expect.positive(owner, pixel_mm=self.pixel_mm, magnification=self.magnification)
        expect.whole(owner, 1, rows=self.rows, columns=self.columns)
        expect.distinct(owner, outlines=[outline.label for outline in self.outlines])
        half_width, half_height = self.columns * self.pixel_mm / 2, self.rows * self.pixel_mm / 2
        for outline in self.outlines:
            for x, y in outline.points_mm:
                if abs(x) > half_width or abs(y) > half_height:
                    raise Refused(
                        f"{owner}: outline {outline.label} reaches ({x:g}, {y:g}) mm, "
                        f"expected it on the film of {2 * half_width:g} by {2 * half_height:g} mm",
                        rule="off-film",
                    )

    @property
    def position_mm(self) -> tuple[float, float]:
        """Centre of the first (upper left) pixel, film frame."""
        return (-(self.columns - 1) * self.pixel_mm / 2, (self.rows - 1) * self.pixel_mm / 2)


@dataclass(frozen=True, slots=True, kw_only=True)
class FilmPicture:
    """A setup X-ray to be looked at: pixels when there are any, and curves.

    Parameters
    ----------
    pixels : shape (rows, columns), first row on top, calibrated where the image says how; None for an image that is only planned.
    pixel_mm : height and width of a pixel on the film.
    position_mm : centre of the first (upper left) pixel, film frame.
    magnification : film over isocentric plane; None when not known.
    is_negative : whether the smallest value is the brightest (MONOCHROME1).
    """

    view: View
    pixels: NDArray[np.generic] | None
    pixel_mm: tuple[float, float]
    position_mm: tuple[float, float]
    outlines: tuple[Outline, ...]
    magnification: float | None
    is_negative: bool = False

    def __post_init__(self) -> None:
        owner = f"picture {self.view}"
        for name, size in zip(("height", "width"), self.pixel_mm, strict=True):
            expect.positive(owner, **{f"pixel_mm {name}": size})
        expect.positive(owner, magnification=self.magnification)
        expect.finite(owner, x=self.position_mm[0], y=self.position_mm[1])
        if self.pixels is not None and (self.pixels.ndim != 2 or self.pixels.size == 0):
            raise Refused(f"{owner}: pixels have shape {self.pixels.shape}, expected rows by columns", rule="pixels")

    @property
    def film_axes_mm(self) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Centres of the columns, to the right, and of the rows, downwards from the first, film frame.

        Raises
        ------
        Refused : there are no pixels.
        """
        if self.pixels is None:
            raise Refused(f"picture {self.view}: has no pixels, expected some", rule="pixels")
        rows, columns = self.pixels.shape
        height, width = self.pixel_mm
        left, top = self.position_mm
        across: NDArray[np.float64] = left + width * np.arange(columns, dtype=np.float64)
        down: NDArray[np.float64] = top - height * np.arange(rows, dtype=np.float64)
        return (across, down)

    @property
    def isocentre_axes_mm(self) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """The same, brought back to the plane through the isocentre: x and y of the room (AXIAL), z and y (LATERAL).

        Raises
        ------
        Refused : there are no pixels, or the magnification is not known.
        """
        if self.magnification is None:
            raise Refused(f"picture {self.view}: magnification is not known, expected source to film over source to axis", rule="geometry")
        across, down = self.film_axes_mm
        return (across / self.magnification, down / self.magnification)

    @classmethod
    def planned(cls, image: SetupImage) -> FilmPicture:
        """A planned image as a picture: its outlines on blank film."""
        return cls(
            view=image.view,
            pixels=None,
            pixel_mm=(image.pixel_mm, image.pixel_mm),
            position_mm=image.position_mm,
            outlines=image.outlines,
            magnification=image.magnification,
        )
