"""The tumour: a contour on the wall of the eye, and a dome over it.

Frame *eye* (see ``structures``), mm. Nothing here knows beams.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from workbench.errors import Refused
from workbench.ocular import expect
from workbench.ocular.mesh import Array, Mesh, grid_triangles
from workbench.ocular.structures import Sclera

Vector = tuple[float, float, float]

DOME_STEPS = 16
FLOOR_STEPS = 12
LEAST_DIRECTION = 0.05


@dataclass(frozen=True, slots=True, kw_only=True)
class Tumour:
    """A dome z = h·(1-(d/dmax)^k) over its base.

    The axis runs from the foot to the eye's centre. ``d`` is the distance from it, ``dmax`` that of the base contour in the same
    direction, and the dome comes down to the contour at the contour's own height above the foot.

    Parameters
    ----------
    base_mm : shape (n, 3), the contour on the wall of the eye, not repeated at the end.
    foot_mm : the point of the wall below the apex.
    height_mm : distance of the apex from the foot.
    exponent : k; 2 is a paraboloid, larger ones are flatter on top.
    drawn_base_mm : the base contour as it was drawn, where it is not that of the dome: a planner may draw on a sphere and lay the dome
        on an ellipsoid. It counts for the depth of the tumour and is no part of its shape.

    Source
    ------
    Found on the tumour points of EYEPLAN 3.06c cases, where the exponent is 2 or 4.
    """

    base_mm: tuple[Vector, ...]
    foot_mm: Vector
    height_mm: float
    exponent: float = 2.0
    drawn_base_mm: tuple[Vector, ...] = ()

    def __post_init__(self) -> None:
        expect.vectors("tumour", "base_mm", self.base_mm, least=3)
        expect.vectors("tumour", "drawn_base_mm", self.drawn_base_mm)
        expect.vectors("tumour", "foot_mm", (self.foot_mm,), least=1)
        expect.positive("tumour", height_mm=self.height_mm)
        from_centre = math.hypot(*self.foot_mm)
        if not self.height_mm < 2 * from_centre:
            raise Refused(
                f"tumour: height_mm is {self.height_mm:g}, expected it within the eye, below {2 * from_centre:g} mm", rule="tumour-height"
            )
        if not (math.isfinite(self.exponent) and self.exponent >= 1):
            raise Refused(f"tumour: exponent is {self.exponent:g}, expected 1 (a cone) or more", rule="exponent")

    @classmethod
    def elliptic(
        cls,
        globe: Sclera,
        towards: Vector,
        *,
        base_mm: tuple[float, float],
        height_mm: float,
        turn_deg: float = 0.0,
        exponent: float = 2.0,
    ) -> Tumour:
        """A tumour with an elliptic base on the retina.

        Parameters
        ----------
        towards : direction of the base's middle from the eye's centre.
        base_mm : the base's largest diameter and the one across it, as chords.
        height_mm : from the retina to the apex.
        turn_deg : turn of the largest diameter about the axis, from the horizontal.

        Raises
        ------
        Refused : diameters that are no lengths, or wider than the globe.
        """
        expect.positive("tumour", base_max_mm=base_mm[0], base_min_mm=base_mm[1])
        axis = np.asarray(towards, dtype=float) / np.linalg.norm(towards)
        foot = globe.on_surface(axis, inner=True)
        radius = float(np.linalg.norm(foot))
        if max(base_mm) >= 2 * radius:
            raise Refused(f"tumour: base_mm is {max(base_mm):g}, expected less than the globe's {2 * radius:g} mm", rule="tumour-base")
        beside = np.cross([0.0, 1.0, 0.0], axis) if abs(axis[1]) < 0.99 else np.cross([1.0, 0.0, 0.0], axis)
        beside /= np.linalg.norm(beside)
        over = np.cross(axis, beside)
        angle = np.linspace(0, 2 * np.pi, 36, endpoint=False)
        # Half chords as sines of the angles seen from the centre, so that opposite points lie a diameter apart.
        across = np.column_stack([base_mm[0] * np.cos(angle), base_mm[1] * np.sin(angle)]) / 2 / radius
        turn = math.radians(turn_deg)
        across = across @ np.array([[math.cos(turn), math.sin(turn)], [-math.sin(turn), math.cos(turn)]])
        along = np.sqrt(1 - np.sum(across**2, axis=1))
        base = globe.on_surface(across[:, :1] * beside + across[:, 1:] * over + along[:, None] * axis, inner=True)
        return cls(base_mm=_vectors(base), foot_mm=_vectors(foot[None])[0], height_mm=height_mm, exponent=exponent)

    @classmethod
    def over(cls, globe: Sclera, base_mm: Sequence[Vector], *, height_mm: float, exponent: float = 2.0) -> Tumour:
        """A tumour over a contour given as points, its foot on the retina in the direction of their middle.

        Parameters
        ----------
        base_mm : shape (n, 3), in order around the base; a last point that repeats the first is dropped.
        height_mm : from the retina to the apex.

        Raises
        ------
        Refused : fewer than three points, or points about the eye's centre, which have no direction.
        """
        expect.vectors("tumour", "base_mm", base_mm, least=3)
        base = tuple(base_mm[:-1] if tuple(base_mm[0]) == tuple(base_mm[-1]) else base_mm)
        directions = np.array(base) / np.linalg.norm(base, axis=1, keepdims=True)
        middle = directions.mean(axis=0)
        if not np.linalg.norm(middle) > LEAST_DIRECTION:
            raise Refused("tumour: base_mm lies all around the eye's centre, expected a contour on one side of it", rule="tumour-base")
        foot = globe.on_surface(middle, inner=True)
        return cls(base_mm=base, foot_mm=_vectors(foot[None])[0], height_mm=height_mm, exponent=exponent)

    @property
    def axis(self) -> Array:
        """Unit vector from the foot to the apex, shape (3,)."""
        foot = np.array(self.foot_mm)
        return np.asarray(-foot / np.linalg.norm(foot))

    @property
    def apex_mm(self) -> Array:
        """The highest point of the dome, shape (3,)."""
        return np.array(self.foot_mm) + self.height_mm * self.axis

    def dome(self) -> Array:
        """Points of the dome, shape (n, DOME_STEPS, 3): for each base point a ray from the apex down to it."""
        base, foot, axis = np.array(self.base_mm), np.array(self.foot_mm), self.axis
        rim = (base - foot) @ axis
        aside = (base - foot) - rim[:, None] * axis
        share = np.linspace(0, 1, DOME_STEPS)
        rise = rim[:, None] + (self.height_mm - rim)[:, None] * (1 - share**self.exponent)
        found: Array = foot + aside[:, None] * share[:, None] + rise[..., None] * axis
        return found

    def floor(self) -> Array:
        """Points of the base, shape (n, FLOOR_STEPS, 3): for each base point a curve along the wall from it to the foot."""
        base, foot = np.array(self.base_mm), np.array(self.foot_mm)
        share = np.linspace(0, 1, FLOOR_STEPS)[:, None]
        chord = (1 - share) * base[:, None] + share * foot
        radius = (1 - share) * np.linalg.norm(base, axis=1)[:, None, None] + share * np.linalg.norm(foot)
        found: Array = chord / np.linalg.norm(chord, axis=-1, keepdims=True) * radius
        return found

    def rays(self) -> Array:
        """Dome and floor together, shape (n, steps, 3): each ray runs from the apex over the rim to the foot."""
        return np.concatenate([self.dome(), self.floor()[:, 1:]], axis=1)

    def points(self) -> Array:
        """All points that the beam must reach, shape (n, 3): the surface, and the base as it was drawn."""
        return np.concatenate([self.rays().reshape(-1, 3), np.array(self.drawn_base_mm, dtype=float).reshape(-1, 3)])

    def mesh(self) -> Mesh:
        """Its closed surface."""
        rays = self.rays()
        return Mesh(vertices_mm=rays.transpose(1, 0, 2).reshape(-1, 3), triangles=grid_triangles(rays.shape[1], rays.shape[0]))

    @property
    def volume_mm3(self) -> float:
        """Volume of the closed surface, by the divergence theorem."""
        mesh = self.mesh()
        corners = mesh.vertices_mm[mesh.triangles]
        return float(abs(np.einsum("ij,ij->i", corners[:, 0], np.cross(corners[:, 1], corners[:, 2])).sum()) / 6)

    def mirrored(self) -> Tumour:
        """The same tumour in the other eye."""
        return Tumour(
            base_mm=tuple((-x, y, z) for x, y, z in self.base_mm),
            foot_mm=(-self.foot_mm[0], *self.foot_mm[1:]),
            height_mm=self.height_mm,
            exponent=self.exponent,
            drawn_base_mm=tuple((-x, y, z) for x, y, z in self.drawn_base_mm),
        )


def _vectors(points_mm: Array) -> tuple[Vector, ...]:
    return tuple((float(x), float(y), float(z)) for x, y, z in points_mm)
