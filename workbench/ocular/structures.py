"""The rigid parts of an eye: globe, cornea, lens, optic disc and nerve, macula; each with its contour and its mesh.

Frame *eye* everywhere: origin in the centre of the globe, +z to the cornea, +y up, +x to the patient's left while the eye
looks straight ahead. Nasal is therefore +x in a right eye and -x in a left one. Lengths in mm.

The numbers at rest are those of an adult eye as published; each names its source. A plan gives its patient's own.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from workbench.errors import Refused
from workbench.ocular import expect
from workbench.ocular.mesh import Array, Mesh, circle, revolved

FULL_TURN_POINTS = 48


@dataclass(frozen=True, slots=True, kw_only=True)
class Sclera:
    """The sclera: an ellipsoid, and the same less its wall.

    Parameters
    ----------
    length_mm, width_mm, height_mm : outer diameters along z, x and y.
    wall_mm : thickness of the wall at the posterior pole.

    Source
    ------
    Bekerman, Gottlieb, Vaiman, J Ophthalmol 2014:503645: 24.2 mm transverse, 23.7 mm sagittal, 22.0 to 24.8 mm axial (its middle
    here). Vurgese, Panda-Jonas, Jonas, PLoS ONE 7 (2012) e29692: scleral thickness 0.94 mm at the posterior pole.
    """

    length_mm: float = 23.4
    width_mm: float = 24.2
    height_mm: float = 23.7
    wall_mm: float = 0.94

    def __post_init__(self) -> None:
        expect.positive("globe", length_mm=self.length_mm, width_mm=self.width_mm, height_mm=self.height_mm, wall_mm=self.wall_mm)
        if 2 * self.wall_mm >= min(self.length_mm, self.width_mm, self.height_mm):
            raise Refused(f"globe: wall_mm is {self.wall_mm:g}, expected a wall thinner than the globe's radius", rule="sclera")

    @property
    def semi_axes_mm(self) -> Array:
        """Outer semi-axes along x, y and z, shape (3,)."""
        return np.array([self.width_mm, self.height_mm, self.length_mm]) / 2

    @property
    def volume_mm3(self) -> float:
        """Volume within the outer surface, pi/6·L·W·H."""
        return math.pi / 6 * self.length_mm * self.width_mm * self.height_mm

    def on_surface(self, directions: Array, *, inner: bool = False) -> Array:
        """Where rays from the centre meet the sclera's outer, or inner, surface.

        Parameters
        ----------
        directions : shape (..., 3), of any length but zero.

        Returns
        -------
        shape (..., 3).
        """
        semi = self.semi_axes_mm - (self.wall_mm if inner else 0.0)
        found: Array = directions / np.linalg.norm(directions / semi, axis=-1, keepdims=True)
        return found

    def mesh(self, *, inner: bool = False) -> Mesh:
        """The whole outer, or inner, surface."""
        turn = np.linspace(0, np.pi, FULL_TURN_POINTS // 2 + 1)
        unit = revolved(np.column_stack([np.sin(turn), np.cos(turn)]), FULL_TURN_POINTS)
        return Mesh(vertices_mm=unit.vertices_mm * (self.semi_axes_mm - (self.wall_mm if inner else 0.0)), triangles=unit.triangles)


@dataclass(frozen=True, slots=True, kw_only=True)
class Cornea:
    """The clear front: part of a sphere in front of the limbus.

    Parameters
    ----------
    apex_mm : distance of its foremost point from the globe's centre.
    radius_mm : of its outer surface.
    limbus_mm : diameter of the limbus.
    thickness_mm : of the cornea.

    Source
    ------
    Gullstrand's exact schematic eye (1909): radius 7.7 mm, thickness 0.5 mm. Rüfer, Schröder, Erb, Cornea 24 (2005) 259: limbus
    11.71 mm from white to white.
    """

    apex_mm: float
    radius_mm: float = 7.7
    limbus_mm: float = 11.71
    thickness_mm: float = 0.5

    def __post_init__(self) -> None:
        expect.positive("cornea", apex_mm=self.apex_mm, radius_mm=self.radius_mm, limbus_mm=self.limbus_mm, thickness_mm=self.thickness_mm)
        if self.limbus_mm > 2 * self.radius_mm:
            raise Refused(
                f"cornea: limbus_mm is {self.limbus_mm:g}, expected at most the sphere's diameter of {2 * self.radius_mm:g} mm",
                rule="limbus",
            )

    @classmethod
    def for_axial_length(cls, axial_length_mm: float, globe: Sclera, limbus_mm: float | None = None) -> Cornea:
        """The cornea as EYEPLAN makes it from the distance L between corneal apex and outer posterior pole.

        Source
        ------
        Fitted from EYEPLAN 3.06c cases and confirmed on others: radius 0.375·L, apex at L less half the globe's length.
        """
        limbus = {} if limbus_mm is None else {"limbus_mm": limbus_mm}
        return cls(apex_mm=axial_length_mm - globe.length_mm / 2, radius_mm=0.375 * axial_length_mm, **limbus)

    @property
    def centre_mm(self) -> float:
        """Place of the sphere's centre on the z axis."""
        return self.apex_mm - self.radius_mm

    def limbus_z_mm(self, globe: Sclera) -> float:
        """The plane of the limbus: where the globe's horizontal section is as wide as the limbus."""
        return globe.length_mm / 2 * math.sqrt(1 - min(1.0, self.limbus_mm / globe.width_mm) ** 2)

    def limbus(self) -> Array:
        """The limbus as a circle on the corneal sphere, shape (n, 3)."""
        r = self.limbus_mm / 2
        return circle(r, self.centre_mm + math.sqrt(self.radius_mm**2 - r**2), FULL_TURN_POINTS)

    def mesh(self, *, inner: bool = False) -> Mesh:
        """Outer, or inner, surface within the limbus."""
        radius = self.radius_mm - (self.thickness_mm if inner else 0.0)
        turn = np.linspace(0, math.asin(self.limbus_mm / 2 / self.radius_mm), 13)
        return revolved(np.column_stack([radius * np.sin(turn), self.centre_mm + radius * np.cos(turn)]), FULL_TURN_POINTS)


@dataclass(frozen=True, slots=True, kw_only=True)
class Lens:
    """The lens: two half ellipsoids of one equator.

    Parameters
    ----------
    behind_cornea_mm : distance of its front from the corneal apex.
    thickness_mm, diameter_mm : along the axis, and of the equator.

    Source
    ------
    Gullstrand's exact schematic eye (1909): front 3.6 mm behind the corneal apex, thickness 3.6 mm. Jones, Atchison, Pope, Optom Vis Sci 84
    (2007) 990: diameter 9.33 mm at any age. Rosen et al., Vision Res 46 (2006) 1002: the front half is 0.70 as thick as the back.
    """

    behind_cornea_mm: float = 3.6
    thickness_mm: float = 3.6
    diameter_mm: float = 9.33

    def __post_init__(self) -> None:
        expect.positive("lens", behind_cornea_mm=self.behind_cornea_mm, thickness_mm=self.thickness_mm, diameter_mm=self.diameter_mm)

    def mesh(self, cornea: Cornea) -> Mesh:
        """Its surface."""
        front = self.thickness_mm * 0.70 / 1.70
        turn = np.linspace(0, np.pi, FULL_TURN_POINTS // 2 + 1)
        deep = np.where(turn <= np.pi / 2, front, self.thickness_mm - front) * np.cos(turn)
        equator = cornea.apex_mm - self.behind_cornea_mm - front
        return revolved(np.column_stack([self.diameter_mm / 2 * np.sin(turn), equator + deep]), FULL_TURN_POINTS)


@dataclass(frozen=True, slots=True, kw_only=True)
class OpticDisc:
    """The head of the optic nerve, and the nerve's first millimetres behind it.

    Parameters
    ----------
    nasal_mm, up_mm : place of its centre beside and above the posterior pole.
    width_mm, height_mm : its diameters.
    nerve_mm, nerve_length_mm : diameter of the nerve, and how much of it is drawn.

    Source
    ------
    Jonas RA et al., PLoS ONE 10 (2015) e0138701: 4.76 mm between disc and fovea; the same, e0141771: 7.76° above the horizontal. Jonas JB,
    Gusek, Naumann, Invest Ophthalmol Vis Sci 29 (1988) 1151: 1.76 by 1.92 mm. Karim et al., Invest Ophthalmol Vis Sci 45 (2004) 1047:
    nerve 3.99 mm just behind the globe.
    """

    nasal_mm: float = 4.72
    up_mm: float = 0.64
    width_mm: float = 1.76
    height_mm: float = 1.92
    nerve_mm: float = 3.99
    nerve_length_mm: float = 5.0

    def __post_init__(self) -> None:
        expect.finite("optic disc", nasal_mm=self.nasal_mm, up_mm=self.up_mm)
        expect.positive(
            "optic disc",
            width_mm=self.width_mm,
            height_mm=self.height_mm,
            nerve_mm=self.nerve_mm,
            nerve_length_mm=self.nerve_length_mm,
        )

    def contour(self, globe: Sclera, nasal: int) -> Array:
        """Its rim on the retina, shape (n, 3); ``nasal`` is the sign of the nasal direction on x."""
        return _patch(globe, (nasal * self.nasal_mm, self.up_mm), (self.width_mm / 2, self.height_mm / 2))

    def nerve(self, globe: Sclera, nasal: int) -> Mesh:
        """The nerve as a cylinder that leaves the globe along the ray from its centre."""
        place = globe.on_surface(_behind(globe, np.array([[nasal * self.nasal_mm, self.up_mm]]), inner=True))[0]
        axis = place / np.linalg.norm(place)
        aside = np.cross([0.0, 1.0, 0.0], axis)
        aside /= np.linalg.norm(aside)
        turned = np.column_stack([aside, np.cross(axis, aside), axis])
        tube = revolved(self.nerve_mm / 2 * np.array([[1.0, 0.0], [1.0, 2 * self.nerve_length_mm / self.nerve_mm]]), FULL_TURN_POINTS // 2)
        return Mesh(vertices_mm=place + tube.vertices_mm @ turned.T, triangles=tube.triangles)


@dataclass(frozen=True, slots=True, kw_only=True)
class Macula:
    """The fovea, where the eye's axis meets the retina.

    Source
    ------
    Hogan, Alvarado, Weddell, Histology of the Human Eye (1971): the fovea is 1.5 mm wide.
    """

    diameter_mm: float = 1.5

    def __post_init__(self) -> None:
        expect.positive("macula", diameter_mm=self.diameter_mm)

    def contour(self, globe: Sclera) -> Array:
        """Its rim on the retina, shape (n, 3)."""
        return _patch(globe, (0.0, 0.0), (self.diameter_mm / 2, self.diameter_mm / 2))


def _patch(globe: Sclera, centre_mm: tuple[float, float], radii_mm: tuple[float, float]) -> Array:
    """An ellipse of the x-y plane, laid onto the retina behind it."""
    return _behind(globe, np.array(centre_mm) + circle(1.0, 0.0, FULL_TURN_POINTS)[:, :2] * radii_mm, inner=True)


def _behind(globe: Sclera, points_mm: Array, *, inner: bool) -> Array:
    """Points (x, y) laid on the back half of the globe."""
    semi = globe.semi_axes_mm - (globe.wall_mm if inner else 0.0)
    outside = np.sum((points_mm / semi[:2]) ** 2, axis=1)
    if np.any(outside >= 1):
        x, y = points_mm[np.argmax(outside)]
        raise Refused(f"eye: ({x:g}, {y:g}) mm lies beside the globe, expected a place on the retina", rule="beside-globe")
    return np.column_stack([points_mm, -semi[2] * np.sqrt(1 - outside)])
