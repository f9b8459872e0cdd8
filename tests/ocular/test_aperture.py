"""Tests of the block's opening and its projection."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.ocular.cases import SQUARE_MM, square_aperture
from workbench.errors import Refused
from workbench.ocular.aperture import Aperture, IsocentricOutline
from workbench.ocular.beamline import load_beamline

BOW_TIE_MM = ((-4.0, -4.0), (4.0, 4.0), (4.0, -4.0), (-4.0, 4.0))


def test_square_opening_measures_as_a_square() -> None:
    """Area, perimeter, centroid and reach of a 10 mm square are those of school geometry."""
    square = square_aperture(half_mm=5.0)

    measured = (square.area_mm2, square.perimeter_mm, square.centroid_mm, square.reach_mm)

    assert measured == (100.0, 40.0, (0.0, 0.0), math.hypot(5.0, 5.0))


def test_isocentric_outline_is_seen_from_the_virtual_source() -> None:
    """A block 70 mm upstream, seen from 1750 mm, grows by 1750/1680 in length and its square in area."""
    line = load_beamline("demo-eyeline")

    outline = square_aperture(half_mm=5.0).isocentric(line)

    assert outline.points_mm == tuple((x * (1750 / 1680), y * (1750 / 1680)) for x, y in SQUARE_MM)
    assert outline.area_mm2 == pytest.approx(100 * (1750 / 1680) ** 2, rel=1e-12)


def test_each_axis_has_its_own_virtual_source() -> None:
    """DICOM's first distance is along the gantry's X, at gantry 90 the room's y: 1000 and 2000 mm make 1000/930 of y, 2000/1930 of x."""
    line = replace(load_beamline("demo-eyeline"), virtual_source_mm=(1000.0, 2000.0))

    outline = square_aperture(half_mm=1.0).isocentric(line)

    assert outline.points_mm[2] == pytest.approx((2000 / 1930, 1000 / 930), rel=1e-12)


def test_field_diameter_is_twice_the_farthest_vertex_in_centimetres() -> None:
    """A vertex 15 mm off the beam axis makes a field of 3 cm, however the opening lies."""
    outline = IsocentricOutline(points_mm=((9.0, 12.0), (9.0, 0.0), (2.0, 0.0)))

    assert outline.field_diameter_cm == 3.0


def test_self_crossing_opening_is_refused_with_the_place() -> None:
    """A bow tie crosses itself at the origin, and the sentence says so."""
    with pytest.raises(Refused) as refusal:
        Aperture(block_mm=BOW_TIE_MM[0:1] + BOW_TIE_MM[1:3] + ((-4.0, 3.0),), block_id="BOW")

    assert str(refusal.value).startswith("aperture: block_mm crosses itself at (")
    assert str(refusal.value).endswith(" mm, expected a simple closed polygon")


@pytest.mark.parametrize(
    ("points", "sentence"),
    [
        (SQUARE_MM[:2], "aperture: block_mm has 2 points, expected at least 3"),
        (((0.0, 0.0), (1.0, math.nan), (1.0, 0.0)), "aperture: block_mm point 2 is (1.0, nan), expected finite numbers"),
        (((0.0, 0.0), (1.0, 1.0), (2.0, 2.0)), "aperture: block_mm encloses 0 mm², expected an opening"),
        ((*SQUARE_MM, SQUARE_MM[0]), "aperture: block_mm repeats point 5, (-5, -5) mm, expected distinct neighbours"),
    ],
)
def test_polygon_that_is_no_opening_is_refused(points: tuple[tuple[float, float], ...], sentence: str) -> None:
    """Too few points, a number that is none, no area and a repeated closing point are each named."""
    with pytest.raises(Refused) as refusal:
        Aperture(block_mm=points, block_id="BLOCK")

    assert str(refusal.value) == sentence


@given(scale=st.floats(min_value=0.01, max_value=100.0), turn_deg=st.floats(min_value=0.0, max_value=360.0))
def test_area_grows_with_the_square_of_the_scale_and_not_with_the_turn(scale: float, turn_deg: float) -> None:
    """Any turned and scaled unit square has the area of its scale squared."""
    turn = math.radians(turn_deg)
    corners = [(math.cos(turn + quarter * math.pi / 2), math.sin(turn + quarter * math.pi / 2)) for quarter in range(4)]

    aperture = Aperture(block_mm=tuple((scale * x, scale * y) for x, y in corners), block_id="TURNED")

    assert aperture.area_mm2 == pytest.approx(2 * scale**2, rel=1e-9)
