"""Tests of the eye in the room, and of the projections of beam and films."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from workbench.errors import Refused
from workbench.ocular.beamline import load_beamline
from workbench.ocular.eye import Laterality, TreatedEye
from workbench.ocular.gaze import Light
from workbench.ocular.pose import EyePose
from workbench.ocular.projection import BeamProjection, FilmProjection
from workbench.ocular.setup import View

near = st.floats(min_value=-40.0, max_value=40.0)
points = st.tuples(near, near, near)
poses = st.builds(
    EyePose,
    centre_mm=points,
    gaze=st.tuples(near, near, st.floats(min_value=5.0, max_value=200.0)),
    torsion_deg=st.floats(min_value=-20.0, max_value=20.0),
)


def test_eye_that_looks_straight_ahead_is_only_moved() -> None:
    """With the gaze along +z and no torsion, eye and room axes are parallel."""
    pose = EyePose(centre_mm=(1.0, 2.0, 3.0), gaze=(0.0, 0.0, 1.0))

    assert pose.to_room(np.array([4.0, 5.0, 6.0])) == pytest.approx((5.0, 7.0, 9.0))


def test_torsion_turns_about_the_gaze_from_left_to_up() -> None:
    """Ninety degrees of torsion take the eye's +x to the room's +y when it looks straight ahead; the gaze stays."""
    pose = EyePose(centre_mm=(0.0, 0.0, 0.0), gaze=(0.0, 0.0, 1.0), torsion_deg=90.0)

    assert pose.to_room(np.eye(3)) == pytest.approx(np.array([[0, 1, 0], [-1, 0, 0], [0, 0, 1]]), abs=1e-12)


def test_eye_looks_from_its_centre_to_the_light() -> None:
    """The cornea of an eye aside of the axis points to the light's place, not along the light's angles."""
    light = Light(polar_deg=18.0, azimuth_deg=330.0)

    pose = EyePose.looking_at(light, (5.8, -1.9, 8.7), 132.5)

    towards = np.array(light.position_mm(132.5)) - (5.8, -1.9, 8.7)
    assert pose.rotation @ [0, 0, 1] == pytest.approx(towards / np.linalg.norm(towards), abs=1e-12)


@given(pose=poses, point=points)
def test_way_to_the_room_can_be_undone(pose: EyePose, point: tuple[float, float, float]) -> None:
    """Room and back gives the point again, and lengths from the centre are kept."""
    there = pose.to_room(np.array(point))

    assert pose.to_eye(there) == pytest.approx(point, abs=1e-9)
    assert np.linalg.norm(there - np.array(pose.centre_mm)) == pytest.approx(np.linalg.norm(point), abs=1e-9)


@given(x=st.floats(min_value=500.0, max_value=3000.0), y=st.floats(min_value=500.0, max_value=3000.0), point=points)
def test_projection_of_the_beam_can_be_undone(x: float, y: float, point: tuple[float, float, float]) -> None:
    """A point projected along its beam and taken back to its height is the point, with two source distances as with one."""
    beam = BeamProjection(source_mm=(x, y))

    there = beam.to_isocentric(np.array(point))

    assert beam.to_room(there, point[2]) == pytest.approx(point, abs=1e-9)
    along = np.array(point) - beam.to_room(there, 0.0)
    assert np.cross(along, beam.directions(there)) == pytest.approx(np.zeros(3), abs=1e-7)


def test_source_distances_of_a_beamline_follow_the_gantrys_axes() -> None:
    """PS3.3 C.8.8.25: the first is along the gantry's X, the room's vertical at gantry 90, the second along its Y, the horizontal."""
    line = replace(load_beamline("demo-eyeline"), virtual_source_mm=(1000.0, 2000.0))

    beam = BeamProjection.of(line)

    # A point 100 mm towards the sources is seen 2000/1900 as large along x and 1000/900 along y.
    assert beam.to_isocentric(np.array([1.0, 1.0, 100.0])) == pytest.approx((2000 / 1900, 1000 / 900))


def test_point_behind_the_source_is_refused() -> None:
    """No beam reaches it."""
    with pytest.raises(Refused) as refusal:
        BeamProjection(source_mm=(1750.0, 1750.0)).to_isocentric(np.array([[0.0, 0.0, 1800.0]]))

    assert str(refusal.value) == "projection: a point at z 1800 mm, expected it below the source at 1750 mm"


@given(found=st.lists(points, min_size=1, max_size=5))
def test_points_are_located_from_their_shadows_on_two_films(found: list[tuple[float, float, float]]) -> None:
    """Axial abscissa and ordinate and lateral abscissa give the points again."""
    line = load_beamline("demo-eyeline")
    films = FilmProjection(axial=line.axial, lateral=line.lateral)
    room = np.array(found)

    axial, lateral = films.to_film(View.AXIAL, room), films.to_film(View.LATERAL, room)

    assert films.locate(axial, lateral[:, 0]) == pytest.approx(room, abs=1e-9)


def test_film_magnifies_as_its_distances_say() -> None:
    """A point in the isocentre's planes is magnified 1861/1244 on the axial and 1824/1215 on the lateral film (data notes)."""
    line = load_beamline("demo-eyeline")
    films = FilmProjection(axial=line.axial, lateral=line.lateral)

    axial, lateral = films.to_film(View.AXIAL, np.array([3.0, 4.0, 0.0])), films.to_film(View.LATERAL, np.array([0.0, 4.0, 5.0]))

    assert axial == pytest.approx((3 * 1861 / 1244, 4 * 1861 / 1244))
    assert lateral == pytest.approx((5 * 1824 / 1215, 4 * 1824 / 1215))


@pytest.mark.parametrize(
    ("centre", "gaze", "torsion", "sentence"),
    [
        ((200.0, 0.0, 0.0), (0.0, 0.0, 1.0), 0.0, "eye: centre_mm is (200.0, 0.0, 0.0), expected it within 100 mm of the isocentre"),
        ((0.0, 0.0, 0.0), (0.0, 0.0, -1.0), 0.0, "eye: gaze is (0.0, 0.0, -1.0), expected it towards the source, z above 0"),
        ((0.0, 0.0, math.inf), (0.0, 0.0, 1.0), 0.0, "eye: centre_mm point 1 is (0.0, 0.0, inf), expected three finite numbers"),
        ((0.0, 0.0, 0.0), (0.0, 0.0, 1.0), 120.0, "eye: torsion_deg is 120, expected -90 to 90 degrees"),
    ],
)
def test_impossible_pose_is_refused(
    centre: tuple[float, float, float], gaze: tuple[float, float, float], torsion: float, sentence: str
) -> None:
    """An eye off the axis, one that looks away from the source and a torsion of no eye are each named."""
    with pytest.raises(Refused) as refusal:
        EyePose(centre_mm=centre, gaze=gaze, torsion_deg=torsion)

    assert str(refusal.value) == sentence


def test_eye_far_off_the_axis_is_refused_in_a_plan() -> None:
    """An eye centre half a metre from the isocentre is a slip of units."""
    with pytest.raises(Refused) as refusal:
        TreatedEye(laterality=Laterality.LEFT, centre_mm=(0.0, 0.0, 500.0), length_mm=24.0, width_mm=24.0, height_mm=24.0)

    assert str(refusal.value) == "eye: centre_mm is (0.0, 0.0, 500.0), expected it within 100 mm of the isocentre"
