"""Tests of the tumour's shape."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from workbench.errors import Refused
from workbench.ocular.eye import Laterality
from workbench.ocular.eye_model import EyeModel
from workbench.ocular.structures import Sclera
from workbench.ocular.tumour import Tumour

SPHERE = Sclera(length_mm=24.0, width_mm=24.0, height_mm=24.0, wall_mm=1.0)


def test_dome_falls_with_the_power_of_the_distance() -> None:
    """Over a flat round base of radius 6 and height 4, exponent 2: at half the radius the dome is 3 mm high, 4·(1 - 1/4)."""
    turn = np.linspace(0, 2 * np.pi, 12, endpoint=False)
    base = tuple((6 * math.cos(angle), 6 * math.sin(angle), -10.0) for angle in turn)
    tumour = Tumour(base_mm=base, foot_mm=(0.0, 0.0, -10.0), height_mm=4.0, exponent=2.0)

    dome = tumour.dome().reshape(-1, 3)

    aside = np.hypot(dome[:, 0], dome[:, 1]) / 6
    assert dome[:, 2] == pytest.approx(-10 + 4 * (1 - aside**2), abs=1e-12)
    assert tumour.apex_mm == pytest.approx((0.0, 0.0, -6.0))


def test_elliptic_tumour_has_its_diameters_and_sits_on_the_retina() -> None:
    """A base of 12 by 8 mm on a retina of radius 11: opposite points lie 12 and 8 mm apart, every point 11 mm from the centre."""
    tumour = Tumour.elliptic(SPHERE, (0.3, 0.2, -0.9), base_mm=(12.0, 8.0), height_mm=5.0)

    base = np.array(tumour.base_mm)
    across = np.linalg.norm(base[:18] - base[18:], axis=1)

    assert (across.max(), across.min()) == pytest.approx((12.0, 8.0), abs=1e-9)
    assert np.linalg.norm(base, axis=1) == pytest.approx(np.full(36, 11.0), abs=1e-9)
    assert np.linalg.norm(tumour.apex_mm) == pytest.approx(6.0)


def test_tumour_is_made_from_a_contour_of_points() -> None:
    """A ring about the posterior pole of the retina: the foot is the pole, the apex 3 mm before it; the closing point is dropped."""
    depth = -math.sqrt(121 - 25)
    ring = [(5 * math.cos(angle), 5 * math.sin(angle), depth) for angle in np.linspace(0, 2 * np.pi, 24, endpoint=False)]

    tumour = Tumour.over(SPHERE, [*ring, ring[0]], height_mm=3.0)

    assert tumour.base_mm == tuple(ring)
    assert tumour.foot_mm == pytest.approx((0.0, 0.0, -11.0), abs=1e-9)
    assert tumour.apex_mm == pytest.approx((0.0, 0.0, -8.0), abs=1e-9)


def test_contour_all_around_the_eye_is_refused() -> None:
    """Points on a great circle have no side on which a tumour could stand."""
    equator = [(11 * math.cos(angle), 11 * math.sin(angle), 0.0) for angle in np.linspace(0, 2 * np.pi, 12, endpoint=False)]

    with pytest.raises(Refused) as refusal:
        Tumour.over(SPHERE, equator, height_mm=3.0)

    assert str(refusal.value) == "tumour: base_mm lies all around the eye's centre, expected a contour on one side of it"


def test_volume_of_a_flat_paraboloid_is_half_its_cylinder() -> None:
    """A paraboloid of radius 6 and height 4 on a nearly flat base holds half of pi·36·4, less what flat facets cut off."""
    turn = np.linspace(0, 2 * np.pi, 72, endpoint=False)
    far = 10_000.0
    base = tuple((6 * math.cos(angle), 6 * math.sin(angle), -far) for angle in turn)

    tumour = Tumour(base_mm=base, foot_mm=(0.0, 0.0, -far), height_mm=4.0, exponent=2.0)

    assert tumour.volume_mm3 == pytest.approx(math.pi * 36 * 4 / 2, rel=0.01)


@given(
    x=st.floats(min_value=-0.8, max_value=0.8),
    y=st.floats(min_value=-0.8, max_value=0.8),
    turn=st.floats(min_value=0.0, max_value=180.0),
    exponent=st.floats(min_value=1.0, max_value=6.0),
)
def test_mirrored_tumour_is_mirrored_twice_the_same(x: float, y: float, turn: float, exponent: float) -> None:
    """Mirroring twice gives the tumour again, and once keeps its volume."""
    tumour = Tumour.elliptic(SPHERE, (x, y, -1.0), base_mm=(13.0, 9.0), height_mm=6.0, turn_deg=turn, exponent=exponent)

    mirrored = tumour.mirrored()

    assert mirrored.mirrored() == tumour
    assert mirrored.volume_mm3 == pytest.approx(tumour.volume_mm3, rel=1e-9)


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"height_mm": -2.0}, "tumour: height_mm is -2, expected a number above 0"),
        ({"height_mm": 30.0}, "tumour: height_mm is 30, expected it within the eye, below 22 mm"),
        ({"exponent": 0.5}, "tumour: exponent is 0.5, expected 1 (a cone) or more"),
        ({"base_mm": (24.0, 8.0)}, "tumour: base_mm is 24, expected less than the globe's 22 mm"),
        ({"base_mm": (-12.0, 8.0)}, "tumour: base_max_mm is -12, expected a number above 0"),
    ],
)
def test_impossible_tumour_is_refused(changes: dict[str, object], sentence: str) -> None:
    """A negative height, one beyond the eye, a needle and a base wider than the eye are each named."""
    arguments = {"base_mm": (12.0, 8.0), "height_mm": 5.0, **changes}

    with pytest.raises(Refused) as refusal:
        Tumour.elliptic(SPHERE, (0.0, 0.0, -1.0), **arguments)  # type: ignore[arg-type]

    assert str(refusal.value) == sentence


def test_tumour_of_another_frame_is_refused_by_the_eye() -> None:
    """A contour given in the room's frame does not lie on the wall of the eye."""
    tumour = Tumour(base_mm=((30.0, 0.0, 0.0), (31.0, 1.0, 0.0), (30.0, 2.0, 0.0)), foot_mm=(0.0, 0.0, -11.0), height_mm=3.0)

    with pytest.raises(Refused) as refusal:
        EyeModel.standard(Laterality.RIGHT, SPHERE, tumour=tumour)

    assert str(refusal.value) == "eye model: tumour base_mm point 2 lies at 2.58 of the globe's radius, expected it on the wall of the eye"
