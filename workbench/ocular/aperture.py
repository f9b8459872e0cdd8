"""The opening of the block: physical polygon, its isocentric projection, and what is measured on it.

The two planes are two types, so that an area of one is never taken for the other's: the mill and EYEPLAN's AREA know
the physical block, DICOM's Block Data the isocentric plane. Nothing here knows the turned frame of DICOM.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass, replace

from shapely import Polygon, is_valid_reason

from workbench.errors import Refused
from workbench.ocular import expect
from workbench.ocular.beamline import Beamline

Points = tuple[tuple[float, float], ...]

LEAST_AREA_MM2 = 1e-6


@dataclass(frozen=True, slots=True, kw_only=True)
class Aperture:
    """A closed polygon milled through the block.

    Parameters
    ----------
    block_mm : shape (n, 2), vertices of the physical opening in the block frame, not repeated at the end.
    block_id, block_number : name and number of the block.

    Raises
    ------
    Refused : fewer than three points, a repeated one, an opening without area, or edges that cross.
    """

    block_mm: Points
    block_id: str
    block_number: int = 1

    def __post_init__(self) -> None:
        expect.text("aperture", 64, block_id=self.block_id)
        expect.whole("aperture", 1, block_number=self.block_number)
        _check_simple("aperture", "block_mm", self.block_mm)

    @property
    def area_mm2(self) -> float:
        """Area of the physical opening; this is EYEPLAN's AREA."""
        return float(Polygon(self.block_mm).area)

    @property
    def perimeter_mm(self) -> float:
        """Length of the milled path."""
        return float(Polygon(self.block_mm).length)

    @property
    def centroid_mm(self) -> tuple[float, float]:
        """Centroid of the physical opening, block frame."""
        centroid = Polygon(self.block_mm).centroid
        return (float(centroid.x), float(centroid.y))

    @property
    def reach_mm(self) -> float:
        """Largest distance of the physical edge from the beam axis; the snout must leave room for it."""
        return _reach(self.block_mm)

    def clockwise(self) -> Aperture:
        """The same opening with its vertices in clockwise order, beginning at the same one."""
        runs = sum(x * next_y - next_x * y for (x, y), (next_x, next_y) in zip(self.block_mm, self._following, strict=True))
        return self if runs < 0 else replace(self, block_mm=(self.block_mm[0], *reversed(self.block_mm[1:])))

    @property
    def _following(self) -> Points:
        return (*self.block_mm[1:], self.block_mm[0])

    def with_vertex(self, index: int, at_mm: tuple[float, float]) -> Aperture:
        """The opening with one vertex moved; refused, as at birth, when that spoils it."""
        self._expect_vertex(index)
        return replace(self, block_mm=(*self.block_mm[:index], at_mm, *self.block_mm[index + 1 :]))

    def with_new_vertex(self, after: int, at_mm: tuple[float, float]) -> Aperture:
        """The opening with a vertex put in after another."""
        self._expect_vertex(after)
        return replace(self, block_mm=(*self.block_mm[: after + 1], at_mm, *self.block_mm[after + 1 :]))

    def without_vertex(self, index: int) -> Aperture:
        """The opening with one vertex less."""
        self._expect_vertex(index)
        return replace(self, block_mm=(*self.block_mm[:index], *self.block_mm[index + 1 :]))

    def _expect_vertex(self, index: int) -> None:
        if not 0 <= index < len(self.block_mm):
            raise Refused(f"aperture: vertex {index} asked for, expected 0 to {len(self.block_mm) - 1}", rule="no-vertex")

    def expect_inside(self, beamline: Beamline, owner: str = "aperture") -> None:
        """Refuse an opening that the snout does not hold.

        Raises
        ------
        Refused : a vertex lies farther from the beam axis than the snout's opening reaches.
        """
        if 2 * self.reach_mm > beamline.snout_diameter_mm:
            raise Refused(
                f"{owner}: aperture {self.block_id} reaches {self.reach_mm:.2f} mm from the beam axis, expected it within snout "
                f"{beamline.snout_id}, {beamline.snout_diameter_mm / 2:g} mm",
                rule="outside-snout",
            )

    def isocentric(self, beamline: Beamline) -> IsocentricOutline:
        """The opening as the virtual source projects it onto the isocentric plane.

        At gantry 90 and 270, a fixed horizontal beam's only angles, the gantry's X is the room's vertical and its Y the horizontal.
        """
        upstream = beamline.block.tray_to_isocentre_mm
        scale_y, scale_x = (source / (source - upstream) for source in beamline.virtual_source_mm)
        return IsocentricOutline(points_mm=tuple((x * scale_x, y * scale_y) for x, y in self.block_mm))


@dataclass(frozen=True, slots=True, kw_only=True)
class IsocentricOutline:
    """The opening projected onto the plane z = 0 of the room.

    Parameters
    ----------
    points_mm : shape (n, 2), x to the patient's left, y up, as in the room; not repeated at the end.
    """

    points_mm: Points

    def __post_init__(self) -> None:
        _check_simple("isocentric outline", "points_mm", self.points_mm)

    @property
    def area_mm2(self) -> float:
        """Area of the field at the isocentre."""
        return float(Polygon(self.points_mm).area)

    @property
    def field_diameter_cm(self) -> float:
        """Diameter, in cm, of the circle about the beam axis that holds the whole opening.

        Source
        ------
        Ocular statement C.2.15, private (300B,1002), printed in cm.
        """
        return 2 * _reach(self.points_mm) / 10


def _reach(found: Points) -> float:
    return max(math.hypot(x, y) for x, y in found)


def _check_simple(owner: str, name: str, found: Points) -> None:
    """Refuse what is no simple closed polygon, and say where it fails."""
    expect.points(owner, name, found)
    for number, (here, after) in enumerate(zip(found, (*found[1:], found[0]), strict=True), start=1):
        if here == after:
            raise Refused(
                f"{owner}: {name} repeats point {number}, ({here[0]:g}, {here[1]:g}) mm, expected distinct neighbours",
                rule="repeated-point",
            )
    polygon = Polygon(found)
    if polygon.area < LEAST_AREA_MM2:
        raise Refused(f"{owner}: {name} encloses {polygon.area:g} mm², expected an opening", rule="degenerate")
    reason = str(is_valid_reason(polygon))
    if reason != "Valid Geometry":
        # The reason ends in the place: "Self-intersection[1.5 -2]".
        place = re.search(r"\[(\S+) (\S+)]", reason)
        where = f"at ({float(place[1]):.3f}, {float(place[2]):.3f}) mm" if place else f"({reason})"
        raise Refused(f"{owner}: {name} crosses itself {where}, expected a simple closed polygon", rule="self-crossing")
