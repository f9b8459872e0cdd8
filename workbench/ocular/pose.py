"""Where an eye is and where it looks: the way between the eye's own frame and the room.

Frames, all right-handed and in mm:

* *eye*: origin in the centre of the globe, +z to the cornea, +y up, +x to the patient's left while the eye looks straight ahead.
* *room*: origin at the isocentre, +z to the beam source, +y up, +x to the patient's left.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from workbench.errors import Refused
from workbench.ocular import expect
from workbench.ocular.eye import WORKSPACE_MM
from workbench.ocular.gaze import Light, Vector, eye_rotation, gaze_vector
from workbench.ocular.mesh import Array, Mesh


@dataclass(frozen=True, slots=True, kw_only=True)
class EyePose:
    """An eye in the room.

    Parameters
    ----------
    centre_mm : centre of the globe, room frame.
    gaze : direction from the eye's centre to what it looks at, room frame, of any length.
    torsion_deg : turn about the gaze, positive from the eye's +x to its +y: counter-clockwise for who looks from the source.
    """

    centre_mm: Vector
    gaze: Vector
    torsion_deg: float = 0.0

    def __post_init__(self) -> None:
        expect.vectors("eye", "centre_mm", (self.centre_mm,))
        expect.vectors("eye", "gaze", (self.gaze,))
        if math.hypot(*self.centre_mm) > WORKSPACE_MM:
            raise Refused(
                f"eye: centre_mm is {self.centre_mm}, expected it within {WORKSPACE_MM:g} mm of the isocentre",
                rule="off-axis",
            )
        if not self.gaze[2] > 0:
            raise Refused(f"eye: gaze is {self.gaze}, expected it towards the source, z above 0", rule="gaze")
        if not -90 <= self.torsion_deg <= 90:
            raise Refused(f"eye: torsion_deg is {self.torsion_deg:g}, expected -90 to 90 degrees", rule="angle")

    @classmethod
    def looking_at(cls, light: Light, centre_mm: Vector, light_distance_mm: float, torsion_deg: float = 0.0) -> EyePose:
        """The eye that looks at a light in the room: its gaze runs from its own centre, not from the isocentre."""
        return cls(centre_mm=centre_mm, gaze=gaze_vector(light, centre_mm, light_distance_mm), torsion_deg=torsion_deg)

    @property
    def rotation(self) -> Array:
        """Turn from the eye's frame to the room's, shape (3, 3): torsion first, then Fick's."""
        turn = math.radians(self.torsion_deg)
        about_gaze = np.array([[math.cos(turn), -math.sin(turn), 0.0], [math.sin(turn), math.cos(turn), 0.0], [0.0, 0.0, 1.0]])
        return np.asarray(eye_rotation(self.gaze) @ about_gaze)

    def to_room(self, eye_mm: Array) -> Array:
        """Points of the eye in the room; shape (..., 3)."""
        return np.asarray(np.array(self.centre_mm) + eye_mm @ self.rotation.T)

    def to_eye(self, room_mm: Array) -> Array:
        """Points of the room in the eye's frame; shape (..., 3)."""
        return np.asarray((room_mm - np.array(self.centre_mm)) @ self.rotation)

    def mesh_to_room(self, mesh: Mesh) -> Mesh:
        """A surface of the eye in the room."""
        return Mesh(vertices_mm=self.to_room(mesh.vertices_mm), triangles=mesh.triangles)
