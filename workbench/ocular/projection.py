"""How points of the room fall onto planes: from the virtual source into beam's-eye view, and from X-ray sources onto films.

Frame *room* in; frame *isocentric* (plane z = 0, room x and y), *block* or *film* out. All mm.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from workbench.errors import Refused
from workbench.ocular import expect
from workbench.ocular.beamline import Beamline
from workbench.ocular.equipment import FilmGeometry
from workbench.ocular.mesh import Array
from workbench.ocular.setup import View


@dataclass(frozen=True, slots=True, kw_only=True)
class BeamProjection:
    """The divergence of a beam.

    Parameters
    ----------
    source_mm : virtual source-axis distances along the room's x and y; where they differ, x and y diverge on their own.
    """

    source_mm: tuple[float, float]

    def __post_init__(self) -> None:
        expect.positive("virtual source", x=self.source_mm[0], y=self.source_mm[1])

    @classmethod
    def of(cls, beamline: Beamline) -> BeamProjection:
        """The divergence of a beamline.

        Source
        ------
        PS3.3 C.8.8.25.4: the apparent source may differ along x and y, and what stands in the beam is scaled by its distance from the
        source of its own axis. The pair is told along the IEC gantry's X, then along its Y (C.8.8.25). That Y points to the (virtual)
        gantry's bearing (C.8.8.25.6.1), so that at gantry 90 and 270 its X is the room's y and its Y the room's x.
        """
        along_y, along_x = beamline.virtual_source_mm
        return cls(source_mm=(along_x, along_y))

    def to_isocentric(self, room_mm: Array) -> Array:
        """Where the beam through each point crosses the plane z = 0; shape (..., 3) to (..., 2).

        Raises
        ------
        Refused : a point that is not downstream of both sources.
        """
        if room_mm.size and not np.max(room_mm[..., 2]) < min(self.source_mm):
            raise Refused(
                f"projection: a point at z {np.max(room_mm[..., 2]):g} mm, expected it below the source at {min(self.source_mm):g} mm",
                rule="behind-source",
            )
        return np.asarray(room_mm[..., :2] / self._share(room_mm[..., 2]))

    def to_room(self, isocentric_mm: Array, z_mm: Array | float) -> Array:
        """The points at height z on the beams through these places of the plane z = 0; the inverse of ``to_isocentric``."""
        z = np.broadcast_to(np.asarray(z_mm, dtype=float), isocentric_mm.shape[:-1])
        return np.concatenate([isocentric_mm * self._share(z), z[..., None]], axis=-1)

    def to_plane(self, isocentric_mm: Array, upstream_mm: float) -> Array:
        """Places of the plane z = 0 in the plane that far upstream, such as the block's."""
        return np.asarray(isocentric_mm * self._share(np.asarray(upstream_mm, dtype=float)))

    def directions(self, isocentric_mm: Array) -> Array:
        """Unit vectors of the beams through these places, downstream; shape (..., 2) to (..., 3)."""
        slope = np.concatenate([isocentric_mm / np.array(self.source_mm), -np.ones((*isocentric_mm.shape[:-1], 1))], axis=-1)
        return np.asarray(slope / np.linalg.norm(slope, axis=-1, keepdims=True))

    def _share(self, z_mm: Array) -> Array:
        """How wide the beam is at height z, along x and y, as a share of its width in the plane z = 0."""
        return np.asarray(1 - z_mm[..., None] / np.array(self.source_mm))


@dataclass(frozen=True, slots=True, kw_only=True)
class FilmProjection:
    """The two setup X-rays.

    The axial source stands behind the patient at z = -source distance and shows (x, y); the lateral one at the patient's left at
    x = +source distance and shows (z, y).

    Source
    ------
    Fitted from EYEPLAN 3.06c cases and confirmed on others.
    """

    axial: FilmGeometry
    lateral: FilmGeometry

    def to_film(self, view: View, room_mm: Array) -> Array:
        """Points on the film of a view; shape (..., 3) to (..., 2)."""
        if view is View.AXIAL:
            scale = self.axial.source_to_film_mm / (room_mm[..., 2] + self.axial.source_to_isocentre_mm)
            return np.asarray(room_mm[..., :2] * scale[..., None])
        scale = self.lateral.source_to_film_mm / (self.lateral.source_to_isocentre_mm - room_mm[..., 0])
        return np.asarray(room_mm[..., [2, 1]] * scale[..., None])

    def locate(self, axial_mm: Array, lateral_z_mm: Array) -> Array:
        """The points that cast these shadows.

        Two straight lines that meet: x = X·(z + s)/f on the axial film and z = Z·(s' - x)/f' on the lateral one, solved together.

        Parameters
        ----------
        axial_mm : shape (n, 2), axial film.
        lateral_z_mm : shape (n,), abscissa on the lateral film.

        Returns
        -------
        shape (n, 3), room.
        """
        slope = axial_mm / self.axial.source_to_film_mm
        rise = lateral_z_mm / self.lateral.source_to_film_mm
        axial, lateral = self.axial.source_to_isocentre_mm, self.lateral.source_to_isocentre_mm
        x = slope[:, 0] * (axial + rise * lateral) / (1 + slope[:, 0] * rise)
        z = rise * (lateral - x)
        return np.column_stack([x, slope[:, 1] * (z + axial), z])
