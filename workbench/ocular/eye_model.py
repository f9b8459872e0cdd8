"""A whole eye: its structures, its tumour and the clips on its wall, with the contours and meshes of all of them.

Frame *eye* (see ``structures``), mm. Where the eye is in the room and where it looks is said by ``pose``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum

import numpy as np

from workbench.errors import Refused
from workbench.ocular import expect
from workbench.ocular.eye import Laterality
from workbench.ocular.mesh import Array, Mesh
from workbench.ocular.structures import Cornea, Lens, Macula, OpticDisc, Sclera
from workbench.ocular.tumour import Tumour, Vector


class Structure(StrEnum):
    """A part of the eye that can be looked at."""

    GLOBE = "globe"
    """Outer surface of the sclera."""
    RETINA = "retina"
    """Inner surface of the sclera."""
    CORNEA = "cornea"
    """Outer surface of the cornea."""
    LIMBUS = "limbus"
    """Where cornea and sclera meet."""
    ANTERIOR_CHAMBER = "anterior chamber"
    """Inner surface of the cornea; the lens closes it behind."""
    LENS = "lens"
    """The lens."""
    OPTIC_DISC = "optic disc"
    """Head of the optic nerve."""
    OPTIC_NERVE = "optic nerve"
    """The nerve behind the globe."""
    MACULA = "macula"
    """The fovea."""
    TUMOUR = "tumour"
    """The tumour."""
    TUMOUR_BASE = "tumour base"
    """Its contour on the wall of the eye."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EyeModel:
    """An eye of given shape.

    Parameters
    ----------
    tumour : None when it is not known.
    clips_mm : centres of the clips sewn to the sclera.
    """

    laterality: Laterality
    globe: Sclera = field(default_factory=Sclera)
    cornea: Cornea
    lens: Lens = field(default_factory=Lens)
    disc: OpticDisc = field(default_factory=OpticDisc)
    macula: Macula = field(default_factory=Macula)
    tumour: Tumour | None = None
    clips_mm: tuple[Vector, ...] = ()

    def __post_init__(self) -> None:
        expect.vectors("eye model", "clips_mm", self.clips_mm)
        half = self.globe.length_mm / 2
        if not half < self.cornea.apex_mm < 2 * half:
            raise Refused(
                f"eye model: cornea apex_mm is {self.cornea.apex_mm:g}, "
                f"expected it in front of the globe, from {half:g} to {2 * half:g} mm",
                rule="cornea-apex",
            )
        if self.cornea.limbus_mm >= self.globe.width_mm:
            raise Refused(
                f"eye model: limbus_mm is {self.cornea.limbus_mm:g}, expected less than the globe's width of {self.globe.width_mm:g}",
                rule="limbus",
            )
        # A disc beside the globe has no contour, and is refused here.
        self.disc.contour(self.globe, self.nasal)
        if self.tumour is not None:
            self._check_tumour(self.tumour)

    def _check_tumour(self, tumour: Tumour) -> None:
        """A tumour sits on its own globe's wall, or its coordinates are those of another frame."""
        away = np.linalg.norm(np.array(tumour.base_mm) / self.globe.semi_axes_mm, axis=1)
        worst = int(np.argmax(np.abs(away - 1)))
        if abs(away[worst] - 1) > 0.25:
            raise Refused(
                f"eye model: tumour base_mm point {worst + 1} lies at {away[worst]:.2f} of the globe's radius, "
                "expected it on the wall of the eye",
                rule="tumour-off-wall",
            )

    @classmethod
    def standard(cls, laterality: Laterality, globe: Sclera | None = None, **parts: object) -> EyeModel:
        """An eye of published dimensions, or of this globe, with any other part replaced by keyword.

        Source
        ------
        Each structure names its own. The corneal apex follows from L = length/0.97, found on EYEPLAN 3.06c cases.
        """
        sclera = globe or Sclera()
        known: dict[str, object] = {"cornea": Cornea.for_axial_length(sclera.length_mm / 0.97, sclera), **parts}
        return cls(laterality=laterality, globe=sclera, **known)  # type: ignore[arg-type]

    @property
    def nasal(self) -> int:
        """Sign of the nasal direction on x: +1 in a right eye, -1 in a left one."""
        return 1 if self.laterality is Laterality.RIGHT else -1

    @property
    def axial_length_mm(self) -> float:
        """From the corneal apex to the outer posterior pole."""
        return self.cornea.apex_mm + self.globe.length_mm / 2

    def mirrored(self) -> EyeModel:
        """The same eye on the other side of the patient."""
        return replace(
            self,
            laterality=self.laterality.fellow,
            tumour=self.tumour.mirrored() if self.tumour else None,
            clips_mm=tuple((-x, y, z) for x, y, z in self.clips_mm),
        )

    def contours(self) -> Mapping[Structure, Array]:
        """The curves on the eye, shape (n, 3) each, not repeated at the end."""
        found = {
            Structure.LIMBUS: self.cornea.limbus(),
            Structure.OPTIC_DISC: self.disc.contour(self.globe, self.nasal),
            Structure.MACULA: self.macula.contour(self.globe),
        }
        return found if self.tumour is None else {**found, Structure.TUMOUR_BASE: np.array(self.tumour.base_mm)}

    def meshes(self) -> Mapping[Structure, Mesh]:
        """The surfaces of the eye."""
        found = {
            Structure.GLOBE: self.globe.mesh(),
            Structure.RETINA: self.globe.mesh(inner=True),
            Structure.CORNEA: self.cornea.mesh(),
            Structure.ANTERIOR_CHAMBER: self.cornea.mesh(inner=True),
            Structure.LENS: self.lens.mesh(self.cornea),
            Structure.OPTIC_NERVE: self.disc.nerve(self.globe, self.nasal),
        }
        return found if self.tumour is None else {**found, Structure.TUMOUR: self.tumour.mesh()}
