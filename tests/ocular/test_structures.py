"""Tests of the rigid parts of an eye and of their meshes."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
import pytest

from workbench.errors import Refused
from workbench.ocular.eye import Laterality
from workbench.ocular.eye_model import EyeModel, Structure
from workbench.ocular.mesh import Mesh
from workbench.ocular.structures import Cornea, Lens, Macula, OpticDisc, Sclera


def enclosed_mm3(mesh: Mesh) -> float:
    """Volume of a closed mesh, by the divergence theorem."""
    corners = mesh.vertices_mm[mesh.triangles]
    return float(abs(np.einsum("ij,ij->i", corners[:, 0], np.cross(corners[:, 1], corners[:, 2])).sum()) / 6)


def test_globe_volume_is_that_of_the_ellipsoid() -> None:
    """A globe of 22.7 by 24.7 by 24.7 mm holds 7251 mm³, as EYEPLAN prints for case P2."""
    globe = Sclera(length_mm=22.7, width_mm=24.7, height_mm=24.7)

    assert round(globe.volume_mm3) == 7251


def test_meshes_enclose_the_volumes_of_their_bodies() -> None:
    """Globe and lens of triangles hold the volume of their ellipsoids, less the two per cent that flat triangles cut off."""
    eye = EyeModel.standard(Laterality.RIGHT)

    globe, lens = (enclosed_mm3(eye.meshes()[part]) for part in (Structure.GLOBE, Structure.LENS))

    assert globe == pytest.approx(math.pi / 6 * 23.4 * 24.2 * 23.7, rel=0.01)
    assert lens == pytest.approx(math.pi / 6 * 3.6 * 9.33**2, rel=0.01)


def test_cornea_of_eyeplan_follows_from_the_axial_length() -> None:
    """Case P1: C2VR 25.8 and SCLR 1.0 make L 26.8, radius 10.05, apex 13.8 and a limbus plane 11.53 mm in front of the centre."""
    globe = Sclera(length_mm=26.0, width_mm=26.0, height_mm=26.0)

    cornea = Cornea.for_axial_length(26.8, globe, limbus_mm=12.0)

    assert (cornea.radius_mm, cornea.apex_mm, cornea.centre_mm) == pytest.approx((10.05, 13.8, 3.75), abs=1e-12)
    assert cornea.limbus_z_mm(globe) == pytest.approx(11.533, abs=5e-4)


def test_contours_and_meshes_lie_where_anatomy_says() -> None:
    """In a right eye: the fovea at the posterior pole of the retina, the disc nasal (+x) and above, the lens behind the cornea."""
    eye = EyeModel.standard(Laterality.RIGHT)

    contours, meshes = eye.contours(), eye.meshes()

    assert contours[Structure.MACULA].mean(axis=0) == pytest.approx((0.0, 0.0, -(23.4 / 2 - 0.94)), abs=0.05)
    assert contours[Structure.OPTIC_DISC][:, :2].mean(axis=0) == pytest.approx((4.72, 0.64), abs=1e-9)
    assert np.ptp(contours[Structure.OPTIC_DISC], axis=0)[:2] == pytest.approx((1.76, 1.92), abs=1e-9)
    assert meshes[Structure.CORNEA].vertices_mm[:, 2].max() - meshes[Structure.LENS].vertices_mm[:, 2].max() == pytest.approx(3.6, abs=1e-9)
    assert np.ptp(meshes[Structure.LENS].vertices_mm, axis=0) == pytest.approx((9.33, 9.33, 3.6), abs=1e-9)
    nerve = meshes[Structure.OPTIC_NERVE].vertices_mm
    assert np.linalg.norm(nerve, axis=1).max() > 23.7 / 2 + 3


def test_left_eye_is_the_right_one_mirrored() -> None:
    """The standard left eye is the mirror image of the standard right one, and twice mirrored is the same."""
    right = EyeModel.standard(Laterality.RIGHT, clips_mm=((5.0, 6.0, -9.0),))

    left = right.mirrored()

    assert left == EyeModel.standard(Laterality.LEFT, clips_mm=((-5.0, 6.0, -9.0),))
    assert left.contours()[Structure.OPTIC_DISC][:, 0].mean() == pytest.approx(-4.72, abs=1e-9)
    assert left.mirrored() == right


def test_section_of_a_globe_is_an_ellipse() -> None:
    """A plane 5 mm above the centre cuts the globe in one closed ellipse whose axes follow from the ellipsoid's equation."""
    globe = Sclera(length_mm=24.0, width_mm=22.0, height_mm=26.0)

    (curve,) = globe.mesh().section(1, 5.0)

    share = math.sqrt(1 - (5.0 / 13.0) ** 2)
    assert curve[0] == pytest.approx(curve[-1])
    assert np.hypot(curve[:, 0] / (11.0 * share), curve[:, 1] / (12.0 * share)) == pytest.approx(np.ones(len(curve)), abs=0.01)
    assert globe.mesh().section(1, 13.5) == []


@pytest.mark.parametrize(
    ("make", "sentence"),
    [
        (lambda: Sclera(wall_mm=-1.0), "globe: wall_mm is -1, expected a number above 0"),
        (lambda: Sclera(length_mm=math.nan), "globe: length_mm is nan, expected a number above 0"),
        (lambda: Sclera(wall_mm=12.0), "globe: wall_mm is 12, expected a wall thinner than the globe's radius"),
        (lambda: Lens(thickness_mm=-3.6), "lens: thickness_mm is -3.6, expected a number above 0"),
        (lambda: Macula(diameter_mm=0.0), "macula: diameter_mm is 0, expected a number above 0"),
        (lambda: OpticDisc(width_mm=-1.0), "optic disc: width_mm is -1, expected a number above 0"),
        (lambda: Cornea(apex_mm=12.5, limbus_mm=16.0), "cornea: limbus_mm is 16, expected at most the sphere's diameter of 15.4 mm"),
        (
            lambda: EyeModel.standard(Laterality.LEFT, cornea=Cornea(apex_mm=1.25)),
            "eye model: cornea apex_mm is 1.25, expected it in front of the globe, from 11.7 to 23.4 mm",
        ),
        (
            lambda: EyeModel.standard(Laterality.LEFT, disc=OpticDisc(nasal_mm=14.0)),
            "eye: (-14.88, 0.64) mm lies beside the globe, expected a place on the retina",
        ),
    ],
)
def test_eye_that_cannot_be_is_refused(make: Callable[[], object], sentence: str) -> None:
    """A negative thickness, a number that is none, a cornea inside the globe and a disc beside it are each named."""
    with pytest.raises(Refused) as refusal:
        make()

    assert str(refusal.value) == sentence
