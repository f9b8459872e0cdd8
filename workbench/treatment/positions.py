"""Where the table stood, and how the patient lay to the plan: typed values with their axes written beside them.

Table positions are in the IEC 61217 table top frame: vertical up, longitudinal and lateral as the device shows them; yaw is the angle of
the patient support about the vertical axis, pitch and roll turn the table top about its lateral and its longitudinal axis. Points and
registrations are in the DICOM patient frame (x to the left, y to the back, z to the head of the patient) of the frame of reference named.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from math import isfinite
from typing import Final, Self

import numpy as np
from numpy.typing import NDArray

from workbench.errors import Refused

FloatArray = NDArray[np.float64]
PointMm = tuple[float, float, float]

ORIGIN_MM: Final[PointMm] = (0.0, 0.0, 0.0)
RIGID_WITHIN: Final = 1e-4
"""A matrix is rigid when its rotation keeps lengths and angles to this: a tenth of a millimetre in a metre."""
GIMBAL_WITHIN: Final = 1e-6
"""Cosine of the rotation about y below which the other two rotations turn about the same axis."""


class PositionKind(StrEnum):
    """What a position is of, in the words of the TMS statement (9.1.2.3.6) where it has one."""

    PLANNED = "INITLASERISO"
    """Where the table was planned to stand."""
    ACQUIRED = "ACQ_ISOCENTER"
    """Where it stood when images were acquired."""
    MATCH_BEGUN = "INITMATCHISO"
    """Where it stood when the registration began."""
    IMAGE = "IMAGE"
    """Where it stood for one image, by the image's own attributes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TablePosition:
    """One position; None where its object is silent.

    Parameters
    ----------
    frame_uid : frame of reference of ``isocentre_mm``; empty where not known.
    label : name of the region of interest, or the image's type.
    isocentre_mm : patient frame x, y, z.

    Raises
    ------
    Refused : a number is not finite.
    """

    kind: PositionKind
    frame_uid: str = ""
    label: str = ""
    isocentre_mm: PointMm | None = None
    vertical_mm: float | None = None
    longitudinal_mm: float | None = None
    lateral_mm: float | None = None
    yaw_deg: float | None = None
    pitch_deg: float | None = None
    roll_deg: float | None = None

    def __post_init__(self) -> None:
        numbers = (*(self.isocentre_mm or ()), *self.measured)
        for number in numbers:
            if not isfinite(number):
                raise Refused(f"table position {self.kind.value}: found {number}, expected a finite number", rule="row:position")

    @property
    def measured(self) -> tuple[float, ...]:
        """What is known of the table itself."""
        table = (self.vertical_mm, self.longitudinal_mm, self.lateral_mm, self.yaw_deg, self.pitch_deg, self.roll_deg)
        return tuple(one for one in table if one is not None)


@dataclass(frozen=True, slots=True, kw_only=True)
class RigidMove:
    """A rigid registration as six degrees of freedom about the isocentre.

    It takes a point p of the source frame to ``to_mm + shift + R (p - from_mm)``: the isocentre of the source frame lands ``shift_mm`` away
    from the isocentre of the target frame, and everything turns about it. R turns first about x, then about y, then about z, the axes of
    the target frame standing still: R = Rz Ry Rx, each counter-clockwise when looked at against its axis. Where the turn about y is
    ±90 degrees only one of the other two is determined; the one about z is 0 there.

    Parameters
    ----------
    shift_mm : translation x, y, z in the target frame.
    turn_deg : rotations about x and z in (-180, 180], about y in [-90, 90].
    from_mm, to_mm : the isocentre in the source and in the target frame.
    """

    shift_mm: PointMm
    turn_deg: PointMm
    from_mm: PointMm = ORIGIN_MM
    to_mm: PointMm = ORIGIN_MM

    @classmethod
    def of(cls, matrix: FloatArray, *, from_mm: PointMm = ORIGIN_MM, to_mm: PointMm = ORIGIN_MM) -> Self:
        """The six degrees of freedom of a transformation matrix.

        Parameters
        ----------
        matrix : shape (4, 4), takes homogeneous points of the source frame to the target frame, mm.

        Raises
        ------
        Refused : it is not rigid.

        Source
        ------
        PS3.3 C.20.2.1.1.
        """
        must_be_rigid(matrix)
        shift = matrix[:3, :3] @ np.array(from_mm) + matrix[:3, 3] - np.array(to_mm)
        return cls(shift_mm=_point(shift), turn_deg=_turns(matrix[:3, :3]), from_mm=from_mm, to_mm=to_mm)

    def matrix(self) -> FloatArray:
        """The transformation as a matrix of shape (4, 4)."""
        whole = np.eye(4)
        whole[:3, :3] = _rotation(self.turn_deg)
        whole[:3, 3] = np.array(self.to_mm) + np.array(self.shift_mm) - whole[:3, :3] @ np.array(self.from_mm)
        return whole

    def inverse(self) -> Self:
        """The way back: source and target change places."""
        back = _rotation(self.turn_deg).T
        return type(self)(shift_mm=_point(-back @ np.array(self.shift_mm)), turn_deg=_turns(back), from_mm=self.to_mm, to_mm=self.from_mm)


@dataclass(frozen=True, slots=True, kw_only=True)
class Registration:
    """One registration as its object has it.

    Parameters
    ----------
    from_frame_uid : frame of reference of what is moved; empty where only images are named.
    to_frame_uid : frame of reference it is moved into.
    matrix : shape (4, 4), mm.
    """

    from_frame_uid: str
    to_frame_uid: str
    matrix: FloatArray

    def about(self, planned_mm: PointMm, positions: Iterable[TablePosition]) -> RigidMove:
        """Its six degrees of freedom about the isocentre.

        Parameters
        ----------
        planned_mm : the plan's isocentre, in the target frame.
        positions : what is known of the session, oldest first; the last isocentre marked in the source frame is that of the source, and
            without one, or in one and the same frame, the plan's is.
        """
        marked = [
            one.isocentre_mm
            for one in positions
            if one.isocentre_mm is not None and one.frame_uid == self.from_frame_uid != self.to_frame_uid
        ]
        return RigidMove.of(self.matrix, from_mm=marked[-1] if marked else planned_mm, to_mm=planned_mm)


def must_be_rigid(matrix: FloatArray) -> None:
    """A rotation and a translation, nothing else.

    Raises
    ------
    Refused : the matrix scales, shears, mirrors or projects, or is none.
    """
    if matrix.shape != (4, 4) or not np.isfinite(matrix).all():
        raise Refused(f"registration: found a matrix of shape {matrix.shape}, expected 4 rows of 4 finite numbers", rule="row:matrix")
    if not np.allclose(matrix[3], (0, 0, 0, 1), rtol=0, atol=RIGID_WITHIN):
        raise Refused(f"registration: found the last row {_words(matrix[3])}, expected 0, 0, 0, 1", rule="row:matrix")
    rotation = matrix[:3, :3]
    if not np.allclose(rotation.T @ rotation, np.eye(3), rtol=0, atol=RIGID_WITHIN):
        raise Refused("registration: found a matrix that scales or shears, expected a rigid one", rule="row:matrix")
    if np.linalg.det(rotation) < 0:
        raise Refused("registration: found a matrix that mirrors, expected a rigid one", rule="row:matrix")


def _words(numbers: Sequence[float] | FloatArray) -> str:
    return ", ".join(f"{one:g}" for one in numbers)


def _turns(rotation: FloatArray) -> PointMm:
    cosine = float(np.hypot(rotation[2, 1], rotation[2, 2]))
    y = np.arctan2(-rotation[2, 0], cosine)
    if cosine < GIMBAL_WITHIN:
        x, z = np.arctan2(-rotation[1, 2], rotation[1, 1]), 0.0
    else:
        x, z = np.arctan2(rotation[2, 1], rotation[2, 2]), np.arctan2(rotation[1, 0], rotation[0, 0])
    return _point(np.degrees(np.array((x, y, z))))


def _rotation(turn_deg: PointMm) -> FloatArray:
    (sx, sy, sz), (cx, cy, cz) = np.sin(np.radians(turn_deg)), np.cos(np.radians(turn_deg))
    about_x = np.array([[1, 0, 0], [0, cx, -sx], [0, sx, cx]])
    about_y = np.array([[cy, 0, sy], [0, 1, 0], [-sy, 0, cy]])
    about_z = np.array([[cz, -sz, 0], [sz, cz, 0], [0, 0, 1]])
    whole: FloatArray = about_z @ about_y @ about_x
    return whole


def _point(numbers: FloatArray) -> PointMm:
    x, y, z = (float(one) + 0.0 for one in numbers)
    return (x, y, z)
