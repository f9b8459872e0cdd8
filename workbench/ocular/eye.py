"""The treated eye: what the plan knows of it, and the outline of its globe as the beam sees it."""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from workbench.errors import Refused
from workbench.ocular import expect

WORKSPACE_MM = 100.0
"""An eye farther than this from the isocentre is not the one that is treated."""


class Laterality(StrEnum):
    """Which eye."""

    RIGHT = "R"
    """The patient's right eye."""
    LEFT = "L"
    """The patient's left eye."""

    @property
    def words(self) -> str:
        """``right eye`` or ``left eye``."""
        return f"{self.name.lower()} eye"

    @property
    def fellow(self) -> Laterality:
        """The other eye."""
        return Laterality.LEFT if self is Laterality.RIGHT else Laterality.RIGHT


@dataclass(frozen=True, slots=True, kw_only=True)
class TreatedEye:
    """What the plan knows of the eye itself.

    Parameters
    ----------
    centre_mm : shape (3,), eye centre in the treatment position, room frame; None when not known, as in a plan read from DICOM.
    length_mm, width_mm, height_mm : scleral axes of the globe, known with ``centre_mm`` or not at all.
    skin_plane_mm : distance of the skin plane behind the most anterior point of the eye.
    torsion_deg : turn about the gaze, as the planning system gives it; the sense of its sign is not known.
    """

    laterality: Laterality
    centre_mm: tuple[float, float, float] | None = None
    length_mm: float | None = None
    width_mm: float | None = None
    height_mm: float | None = None
    skin_plane_mm: float | None = None
    limbus_mm: float | None = None
    tumour_base_max_mm: float | None = None
    tumour_base_min_mm: float | None = None
    tumour_height_mm: float | None = None
    torsion_deg: float = 0.0

    def __post_init__(self) -> None:
        globe = {name: getattr(self, name) for name in ("centre_mm", "length_mm", "width_mm", "height_mm")}
        unknown = [name for name, value in globe.items() if value is None]
        if unknown and len(unknown) < len(globe):
            raise Refused(f"eye: {unknown[0]} is not known, expected centre and axes of the globe together or not at all", rule="globe")
        for axis, value in zip("xyz", self.centre_mm or (), strict=False):
            expect.finite("eye", **{f"centre_mm {axis}": value})
        expect.finite("eye", skin_plane_mm=self.skin_plane_mm, torsion_deg=self.torsion_deg)
        expect.positive(
            "eye",
            length_mm=self.length_mm,
            width_mm=self.width_mm,
            height_mm=self.height_mm,
            limbus_mm=self.limbus_mm,
            tumour_base_max_mm=self.tumour_base_max_mm,
            tumour_base_min_mm=self.tumour_base_min_mm,
            tumour_height_mm=self.tumour_height_mm,
        )
        if self.centre_mm is not None and math.hypot(*self.centre_mm) > WORKSPACE_MM:
            raise Refused(f"eye: centre_mm is {self.centre_mm}, expected it within {WORKSPACE_MM:g} mm of the isocentre", rule="off-axis")

    @property
    def globe(self) -> Globe | None:
        """Centre and axes of the globe; None when not known."""
        if self.centre_mm is None or self.length_mm is None or self.width_mm is None or self.height_mm is None:
            return None
        return Globe(centre_mm=self.centre_mm, length_mm=self.length_mm, width_mm=self.width_mm, height_mm=self.height_mm)


@dataclass(frozen=True, slots=True, kw_only=True)
class Globe:
    """Centre and scleral axes of the eyeball, as ``TreatedEye`` describes them, all known."""

    centre_mm: tuple[float, float, float]
    length_mm: float
    width_mm: float
    height_mm: float


def globe_outline_mm(eye: Globe, rotation: NDArray[np.float64], source_mm: float, count: int = 120) -> NDArray[np.float64]:
    """Outline of the globe in the isocentric plane, as a source on the beam axis projects it.

    The globe is the ellipsoid of the three scleral axes about the eye centre, turned with the eye. Its outline is the
    ellipse that the ellipsoid's dual quadric projects to, so it is exact.

    Parameters
    ----------
    rotation : shape (3, 3), from the eye's frame (z to the cornea) to the room.
    source_mm : distance of the source from the isocentre.
    count : number of points.

    Returns
    -------
    shape (count, 2), mm, room x and y.
    """
    semi_axes = rotation @ np.diag([eye.width_mm, eye.height_mm, eye.length_mm]) / 2
    centre = np.asarray(eye.centre_mm)[:, None]
    dual_quadric = np.block([[semi_axes @ semi_axes.T - centre @ centre.T, -centre], [-centre.T, -np.ones((1, 1))]])
    # A point (x, y, z) lands on (x, y) / (1 - z / source).
    project = np.array([[1.0, 0.0, 0.0, 0.0], [0.0, 1.0, 0.0, 0.0], [0.0, 0.0, -1.0 / source_mm, 1.0]])
    conic = np.linalg.inv(project @ dual_quadric @ project.T)
    middle = -np.linalg.solve(conic[:2, :2], conic[:2, 2])
    level = -(conic[2, 2] + conic[2, :2] @ middle)
    curvatures, directions = np.linalg.eigh(conic[:2, :2] / level)
    turn = np.linspace(0, 2 * np.pi, count, endpoint=False)
    circle = np.column_stack([np.cos(turn), np.sin(turn)])
    outline: NDArray[np.float64] = middle + (circle / np.sqrt(curvatures)) @ directions.T
    return outline
