"""Where the patient looks: fixation lights, the turn of the eye, and the way from the room into DICOM's turned frame.

The room frame has its origin at the isocentre, +z towards the beam source, +y up and +x to the patient's left, for right
and left eyes alike. Relations between light, eye and room were found on clinical plans and confirmed on others; nothing
here knows of plans or files.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from workbench.errors import Refused
from workbench.ocular import expect
from workbench.ocular.eye import Laterality

Vector = tuple[float, float, float]

_TURN_AT_GANTRY_DEG = {90.0: 90.0, 270.0: -90.0}
"""At gantry 90 the IEC gantry's X points down and its Y to the patient's left; at 270 X points up and Y to the right."""


_SINGLE_DEG = 1e-6
"""How far a small angle is from what was meant, kept in single precision."""
_COMPUTED_DEG = 1e-5
"""How far from a tenth of a degree an angle in radians is that was computed, in single precision or better."""
_TYPED_DEG = 3e-4
"""The same when it was written with five decimals."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Light:
    """Direction of a light from the isocentre, room frame.

    The light stands at ``d·(tan p·cos a, tan p·sin a, 1)``: polar from the beam axis, azimuth from the patient's left
    towards up.

    Source
    ------
    PS3.3 C.8.8.25.6.4 for the two angles, told there in the beam limiting device frame (see ``bld_angles``).

    Raises
    ------
    Refused : an angle is out of its range, or both are tenths of a degree given in radians, with five decimals or more.
    """

    polar_deg: float
    azimuth_deg: float

    def __post_init__(self) -> None:
        if not 0 <= self.polar_deg < 90:
            raise Refused(f"fixation light: polar_deg is {self.polar_deg:g}, expected 0 to below 90 degrees", rule="angle")
        expect.angle("fixation light", azimuth_deg=self.azimuth_deg)
        if _are_radians(self.polar_deg, self.azimuth_deg):
            polar, azimuth = math.degrees(self.polar_deg), math.degrees(self.azimuth_deg)
            raise Refused(
                f"fixation light: polar_deg is {self.polar_deg:g} and azimuth_deg {self.azimuth_deg:g}, which are {polar:.1f} and "
                f"{azimuth:.1f} degrees in radians, expected degrees",
                rule="radians",
            )

    @classmethod
    def at(cls, position_mm: Vector) -> Light:
        """The direction in which a light at this place in the room stands; z must be positive."""
        x, y, z = position_mm
        if z <= 0:
            raise Refused(f"fixation light: z is {z:g} mm, expected it between isocentre and source, above 0", rule="angle")
        return cls(polar_deg=math.degrees(math.atan2(math.hypot(x, y), z)), azimuth_deg=math.degrees(math.atan2(y, x)) % 360)

    def position_mm(self, distance_mm: float) -> Vector:
        """Where the light stands in the plane at this distance from the isocentre along the beam axis."""
        from_axis = distance_mm * math.tan(math.radians(self.polar_deg))
        azimuth = math.radians(self.azimuth_deg)
        return (from_axis * math.cos(azimuth), from_axis * math.sin(azimuth), distance_mm)


@dataclass(frozen=True, slots=True, kw_only=True)
class Fixation:
    """What the patient looks at, and with which eye.

    Parameters
    ----------
    gaze : the light's angles as the treated eye would see it; they turn the treated eye.
    eye : the eye that fixates; None when not known, as in a plan read from DICOM: the gaze is then that of the physical light.
    fellow_light : the physical light when the fellow eye fixates, shifted by the interpupillary distance.
    interpupillary_mm : distance of the pupils, known with a fixating fellow eye.
    """

    gaze: Light
    eye: Laterality | None
    fellow_light: Light | None = None
    interpupillary_mm: float | None = None

    def __post_init__(self) -> None:
        expect.positive("fixation", interpupillary_mm=self.interpupillary_mm)

    @property
    def words(self) -> str:
        """``right eye fixates``, ``left eye fixates``, or that it is not known."""
        return "fixating eye not known" if self.eye is None else f"{self.eye.words} fixates"

    @property
    def physical(self) -> Light:
        """The light that is switched on in the room; this one is exported."""
        return self.fellow_light or self.gaze


def _are_radians(polar: float, azimuth: float) -> bool:
    """Whether both angles are whole tenths of a degree when taken as radians, and finer than hundredths when taken as degrees.

    Planners give degrees to a tenth, so these are their angles in the wrong unit; radians that were rounded to four decimals or fewer are
    not known again. A light that is so close to the axis in degrees (polar below 1.6, azimuth below 6.3) is both by chance about once in
    24 000 times, with azimuth 0 once in 5 500, and never where it is given to a tenth or a hundredth.
    """
    given = [angle for angle in (polar, azimuth) if angle != 0]
    if not 0 < polar < math.pi / 2 or azimuth >= 2 * math.pi or any(abs(angle - round(angle, 2)) < _SINGLE_DEG for angle in given):
        return False
    slack_deg = _TYPED_DEG if len(given) > 1 else _COMPUTED_DEG
    return all(abs(degrees - round(degrees, 1)) < slack_deg for degrees in map(math.degrees, given))


def fellow_light(gaze: Light, treated: Laterality, interpupillary_mm: float, light_distance_mm: float) -> Light:
    """The physical light that turns the treated eye to ``gaze`` when the fellow eye looks at it.

    It stands one interpupillary distance aside, on the side of the fellow eye: to the patient's left for a treated right
    eye (confirmed on a clinical plan), to the right for a left one (by symmetry).
    """
    x, y, z = gaze.position_mm(light_distance_mm)
    aside = interpupillary_mm if treated is Laterality.RIGHT else -interpupillary_mm
    return Light.at((x + aside, y, z))


def gaze_vector(gaze: Light, eye_centre_mm: Vector, light_distance_mm: float) -> Vector:
    """From the eye's centre to the light, mm; not the light's direction from the isocentre."""
    x, y, z = (light - centre for light, centre in zip(gaze.position_mm(light_distance_mm), eye_centre_mm, strict=True))
    return (x, y, z)


def eye_rotation(gaze: Vector) -> NDArray[np.float64]:
    """Turn of the eye, shape (3, 3), from its own frame (z to the cornea) to the room, without torsion.

    First up or down about x, then aside about y (Fick), so the eye's horizontal meridian stays level.
    """
    x, y, z = gaze
    aside, up = math.atan2(x, z), math.asin(y / math.sqrt(x * x + y * y + z * z))
    cos_h, sin_h, cos_e, sin_e = math.cos(aside), math.sin(aside), math.cos(up), math.sin(up)
    about_y = np.array([[cos_h, 0.0, sin_h], [0.0, 1.0, 0.0], [-sin_h, 0.0, cos_h]])
    about_x = np.array([[1.0, 0.0, 0.0], [0.0, cos_e, sin_e], [0.0, -sin_e, cos_e]])
    turn: NDArray[np.float64] = about_y @ about_x
    return turn


def room_to_bld_deg(gantry_angle_deg: float, bld_angle_deg: float = 0.0) -> float:
    """Angle by which a direction in the room's x-y plane is turned to be told in the IEC beam limiting device frame.

    Source
    ------
    IEC 61217 gantry and beam limiting device axes; PS3.3 C.8.8.25.6.4 for the sense of the angle (from Xb to Yb).

    Raises
    ------
    Refused : a gantry angle other than 90 and 270; a fixed horizontal beam has no other.
    """
    turn = _TURN_AT_GANTRY_DEG.get(gantry_angle_deg)
    if turn is None:
        raise Refused(f"gantry angle: found {gantry_angle_deg:g}, expected 90 or 270 for a fixed horizontal beam", rule="gantry-angle")
    return turn - bld_angle_deg


def to_bld(
    points_mm: Iterable[tuple[float, float]], gantry_angle_deg: float, bld_angle_deg: float = 0.0
) -> tuple[tuple[float, float], ...]:
    """Points of the room's x-y plane in the IEC beam limiting device frame, mm."""
    return _turned(points_mm, room_to_bld_deg(gantry_angle_deg, bld_angle_deg))


def from_bld(
    points_mm: Iterable[tuple[float, float]], gantry_angle_deg: float, bld_angle_deg: float = 0.0
) -> tuple[tuple[float, float], ...]:
    """Points of the IEC beam limiting device frame in the room's x-y plane, mm; the inverse of ``to_bld``."""
    return _turned(points_mm, -room_to_bld_deg(gantry_angle_deg, bld_angle_deg))


def _turned(points_mm: Iterable[tuple[float, float]], turn_deg: float) -> tuple[tuple[float, float], ...]:
    turn = math.radians(turn_deg)
    cos, sin = math.cos(turn), math.sin(turn)
    return tuple((x * cos - y * sin, x * sin + y * cos) for x, y in points_mm)


def bld_angles(light: Light, gantry_angle_deg: float, bld_angle_deg: float = 0.0) -> tuple[float, float]:
    """Azimuth and polar angle of a light in the IEC beam limiting device frame, degrees, azimuth from 0 to below 360.

    Source
    ------
    PS3.3 C.8.8.25.6.4: the polar angle is told from Zb, which is the beam axis of the room, and so stays.
    """
    # Ten decimals keep all that was measured and bring 359.99999999999994 back to 0.
    azimuth = round(light.azimuth_deg + room_to_bld_deg(gantry_angle_deg, bld_angle_deg), 10) % 360
    return (azimuth, light.polar_deg)


def light_from_bld(azimuth_deg: float, polar_deg: float, gantry_angle_deg: float, bld_angle_deg: float = 0.0) -> Light:
    """The light of these angles in the IEC beam limiting device frame; the inverse of ``bld_angles``.

    Raises
    ------
    Refused : angles of no light in front of the eye.
    """
    azimuth = round((azimuth_deg - room_to_bld_deg(gantry_angle_deg, bld_angle_deg)) % 360, 10) % 360
    return Light(polar_deg=polar_deg, azimuth_deg=azimuth)


def thin_edge_deg(orientation_deg: float, gantry_angle_deg: float, bld_angle_deg: float = 0.0) -> float:
    """Direction in which a wedge of this orientation is thin, degrees in the room's x-y plane, from +x towards +y.

    Source
    ------
    IEC 61217: the wedge filter's Y axis points to the thin edge and lies along Yb at orientation 0.
    """
    return (90 + orientation_deg - room_to_bld_deg(gantry_angle_deg, bld_angle_deg)) % 360
