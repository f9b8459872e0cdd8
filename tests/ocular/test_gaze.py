"""Tests of lights, the turn of the eye, and the way into DICOM's frame."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from workbench.errors import Refused
from workbench.ocular.eye import Laterality
from workbench.ocular.gaze import (
    Light,
    bld_angles,
    eye_rotation,
    fellow_light,
    from_bld,
    gaze_vector,
    light_from_bld,
    room_to_bld_deg,
    thin_edge_deg,
    to_bld,
)

LIGHT_DISTANCE_MM = 132.5
"""Of the OPTIS2 beamline, fitted from its published cases."""

angles = st.floats(min_value=0.0, max_value=360.0)
lengths = st.floats(min_value=-50.0, max_value=50.0)


def test_light_stands_where_its_tangent_says() -> None:
    """At 45 degrees the light is as far from the axis as from the isocentre plane; azimuth 90 is straight up."""
    light = Light(polar_deg=45.0, azimuth_deg=90.0)

    assert light.position_mm(100.0) == pytest.approx((0.0, 100.0, 100.0), abs=1e-12)


@given(polar=st.floats(min_value=0.1, max_value=80.0), azimuth=st.floats(min_value=0.0, max_value=359.9))
def test_light_is_found_again_from_its_place(polar: float, azimuth: float) -> None:
    """The direction of a light's position is the light."""
    light = Light(polar_deg=polar, azimuth_deg=azimuth)

    found = Light.at(light.position_mm(LIGHT_DISTANCE_MM))

    assert found.polar_deg == pytest.approx(polar, abs=1e-9)
    assert math.cos(math.radians(found.azimuth_deg - azimuth)) == pytest.approx(1.0, abs=1e-12)


def test_gaze_is_seen_from_the_eye_and_not_from_the_isocentre() -> None:
    """Case P1: light 18/330 and eye centre (5.8, -1.9, 8.7) give a gaze of 16.7/328.1 (data notes of the case)."""
    gaze = gaze_vector(Light(polar_deg=18.0, azimuth_deg=330.0), (5.8, -1.9, 8.7), LIGHT_DISTANCE_MM)

    seen = Light.at(gaze)

    assert (round(seen.polar_deg, 1), round(seen.azimuth_deg, 1)) == (16.7, 328.1)


def test_fellow_eye_of_a_right_eye_looks_at_a_light_to_the_patients_left() -> None:
    """Case P3: light 25/60 and 53.0 mm between the pupils put the physical light at 36.906/32.530 (data notes of the case)."""
    light = fellow_light(Light(polar_deg=25.0, azimuth_deg=60.0), Laterality.RIGHT, 53.0, LIGHT_DISTANCE_MM)

    assert (round(light.polar_deg, 3), round(light.azimuth_deg, 3)) == (36.906, 32.530)


def test_fellow_eye_of_a_left_eye_is_the_mirror_image() -> None:
    """Mirrored in the patient's midline, the light of a left eye's fellow is that of a right eye's."""
    right = fellow_light(Light(polar_deg=25.0, azimuth_deg=60.0), Laterality.RIGHT, 53.0, LIGHT_DISTANCE_MM)

    left = fellow_light(Light(polar_deg=25.0, azimuth_deg=120.0), Laterality.LEFT, 53.0, LIGHT_DISTANCE_MM)

    assert (left.polar_deg, left.azimuth_deg) == pytest.approx((right.polar_deg, 180 - right.azimuth_deg), abs=1e-9)


def test_turned_eye_looks_along_the_gaze_with_a_level_meridian() -> None:
    """The cornea's axis goes to the gaze, and the eye's horizontal axis stays horizontal (Fick)."""
    gaze = (20.0, -30.0, 120.0)

    turn = eye_rotation(gaze)

    assert turn @ [0, 0, 1] == pytest.approx(np.array(gaze) / np.linalg.norm(gaze), abs=1e-12)
    assert (turn @ [1, 0, 0])[1] == pytest.approx(0.0, abs=1e-12)
    assert turn @ turn.T == pytest.approx(np.eye(3), abs=1e-12)


@pytest.mark.parametrize(
    ("gantry", "bld", "azimuth"),
    [(90.0, 0.0, 60.0), (270.0, 0.0, 240.0), (90.0, 30.0, 30.0), (270.0, 300.0, 300.0)],
)
def test_azimuth_is_told_in_the_turned_frame(gantry: float, bld: float, azimuth: float) -> None:
    """Azimuth 330 of the room is 330 + 90 - β at gantry 90 and 330 - 90 - β at gantry 270; the polar angle stays."""
    light = Light(polar_deg=18.0, azimuth_deg=330.0)

    assert bld_angles(light, gantry, bld) == (azimuth, 18.0)


def test_patients_left_and_up_lie_along_the_iec_axes() -> None:
    """IEC 61217: at gantry 90 Yb points to the patient's left and Xb down; at 270 Yb to the right and Xb up."""
    left, up = (1.0, 0.0), (0.0, 1.0)

    at_90, at_270 = to_bld([left, up], 90.0), to_bld([left, up], 270.0)

    assert np.array(at_90) == pytest.approx(np.array([[0, 1], [-1, 0]]), abs=1e-12)
    assert np.array(at_270) == pytest.approx(np.array([[0, -1], [1, 0]]), abs=1e-12)


def test_wedge_at_orientation_zero_is_thin_along_yb() -> None:
    """At gantry 90 Yb is the patient's left, direction 0 of the room; at gantry 270 the right, 180."""
    assert (thin_edge_deg(0.0, 90.0), thin_edge_deg(0.0, 270.0)) == (0.0, 180.0)


def test_gantry_of_no_fixed_horizontal_beam_is_refused() -> None:
    """A beam from above has no room frame here."""
    with pytest.raises(Refused) as refusal:
        room_to_bld_deg(0.0)

    assert str(refusal.value) == "gantry angle: found 0, expected 90 or 270 for a fixed horizontal beam"


@given(x=lengths, y=lengths, gantry=st.sampled_from([90.0, 270.0]), bld=angles)
def test_turn_into_the_frame_keeps_lengths_and_can_be_undone(x: float, y: float, gantry: float, bld: float) -> None:
    """Turning back gives the point again."""
    ((turned_x, turned_y),) = to_bld([(x, y)], gantry, bld)

    (found,) = from_bld([(turned_x, turned_y)], gantry, bld)

    assert found == pytest.approx((x, y), abs=1e-9)
    assert math.hypot(turned_x, turned_y) == pytest.approx(math.hypot(x, y), abs=1e-9)


@given(
    polar=st.floats(min_value=0.0, max_value=80.0),
    azimuth=st.floats(min_value=0.0, max_value=359.9),
    gantry=st.sampled_from([90.0, 270.0]),
    bld=angles,
)
def test_light_is_found_again_from_its_angles_on_the_wire(polar: float, azimuth: float, gantry: float, bld: float) -> None:
    """Into the beam limiting device frame and back, a light is the same to the ten decimals that are kept."""
    light = Light(polar_deg=polar, azimuth_deg=azimuth)

    told_azimuth, told_polar = bld_angles(light, gantry, bld)
    found = light_from_bld(told_azimuth, told_polar, gantry, bld)

    assert 0 <= told_azimuth < 360
    assert found.polar_deg == polar
    assert math.cos(math.radians(found.azimuth_deg - azimuth)) == pytest.approx(1.0, abs=1e-12)


@pytest.mark.parametrize(
    ("polar", "azimuth", "sentence"),
    [
        (90.0, 0.0, "fixation light: polar_deg is 90, expected 0 to below 90 degrees"),
        (math.nan, 0.0, "fixation light: polar_deg is nan, expected 0 to below 90 degrees"),
        (10.0, 361.0, "fixation light: azimuth_deg is 361, expected 0 to 360 degrees"),
    ],
)
def test_impossible_light_is_refused(polar: float, azimuth: float, sentence: str) -> None:
    """A light beside the eye, or at no angle, is named."""
    with pytest.raises(Refused) as refusal:
        Light(polar_deg=polar, azimuth_deg=azimuth)

    assert str(refusal.value) == sentence


@pytest.mark.parametrize(
    ("polar", "azimuth"),
    [
        (math.radians(18.0), math.radians(330.0)),
        (float(np.float32(math.radians(25.0))), float(np.float32(math.radians(60.0)))),
        (0.31416, 5.75959),
        (math.radians(20.0), 0.0),
    ],
    ids=["computed", "single precision", "typed in", "azimuth 0"],
)
def test_degrees_given_in_radians_are_refused(polar: float, azimuth: float) -> None:
    """Planners' angles, in tenths of a degree, are known again in the wrong unit; both fields are named, and what they would be."""
    with pytest.raises(Refused) as refusal:
        Light(polar_deg=polar, azimuth_deg=azimuth)

    assert str(refusal.value) == (
        f"fixation light: polar_deg is {polar:g} and azimuth_deg {azimuth:g}, which are {math.degrees(polar):.1f} and "
        f"{math.degrees(azimuth):.1f} degrees in radians, expected degrees"
    )


def test_every_light_close_to_the_axis_in_degrees_is_kept() -> None:
    """To a tenth and to a hundredth, exact or in single precision, all there are in the range of radians."""
    tenths = [(polar / 10, azimuth / 10) for polar in range(1, 16) for azimuth in range(63)]
    hundredths = [(polar / 100, azimuth / 100) for polar in range(1, 158, 3) for azimuth in range(0, 629, 7)]

    kept = [
        Light(polar_deg=kind(polar), azimuth_deg=kind(azimuth)) for polar, azimuth in (*tenths, *hundredths) for kind in (float, single)
    ]

    assert len(kept) == 2 * (15 * 63 + 53 * 90)


def test_a_light_computed_close_to_the_axis_is_kept() -> None:
    """A millimetre beside the axis, 132 mm away: angles of many digits, and none of them a tenth of a degree in radians."""
    light = Light.at((0.9, 0.07, 132.1))

    assert (light.polar_deg, light.azimuth_deg) == pytest.approx((0.3915, 4.4474), abs=1e-4)


def single(value: float) -> float:
    """The number as a file in single precision gives it."""
    return float(np.float32(value))
