"""Tests of the globe as the beam sees it."""

from __future__ import annotations

import math

import numpy as np
import pytest

from workbench.errors import Refused
from workbench.ocular.eye import Globe, Laterality, TreatedEye, globe_outline_mm
from workbench.ocular.gaze import eye_rotation


def make_globe(centre_mm: tuple[float, float, float], *, length: float = 24.0, width: float = 24.0, height: float = 24.0) -> Globe:
    """A globe of the given axes."""
    return Globe(centre_mm=centre_mm, length_mm=length, width_mm=width, height_mm=height)


def test_round_globe_on_the_axis_is_seen_as_a_circle() -> None:
    """The tangent cone from distance d to a sphere of radius r at height z cuts the isocentre plane at r·d/√((d-z)²-r²)."""
    outline = globe_outline_mm(make_globe((0.0, 0.0, 8.0)), np.eye(3), 1750.0)

    radii = np.hypot(*outline.T)

    assert radii == pytest.approx(np.full(len(outline), 12 * 1750 / math.sqrt(1742**2 - 144)), rel=1e-12)


def test_outline_touches_rays_that_graze_the_globe() -> None:
    """Every ray from the source to a point of the outline passes a turned, oblong globe at distance zero of its own metric."""
    globe = make_globe((5.0, -3.0, 6.0), length=26.0, width=22.0, height=23.0)
    turn = eye_rotation((20.0, -30.0, 120.0))
    source = np.array([0.0, 0.0, 1750.0])

    outline = globe_outline_mm(globe, turn, 1750.0)

    to_unit_sphere = np.diag([2 / 22.0, 2 / 23.0, 2 / 26.0]) @ turn.T
    start = to_unit_sphere @ (source - np.array(globe.centre_mm))
    for x, y in outline:
        ray = to_unit_sphere @ (np.array([x, y, 0.0]) - source)
        assert np.linalg.norm(np.cross(start, ray)) / np.linalg.norm(ray) == pytest.approx(1.0, abs=1e-9)


def test_fellow_of_the_right_eye_is_the_left() -> None:
    """Each eye is the other's fellow, and says itself in words."""
    assert [(eye.fellow, eye.words) for eye in Laterality] == [(Laterality.LEFT, "right eye"), (Laterality.RIGHT, "left eye")]


def test_a_globe_is_known_whole_or_not_at_all() -> None:
    """Centre without axes is refused by name; an eye of which only the side is known has no globe."""
    with pytest.raises(Refused, match=r"^eye: length_mm is not known, expected centre and axes of the globe together or not at all$"):
        TreatedEye(laterality=Laterality.LEFT, centre_mm=(0.0, 0.0, -9.0))

    assert TreatedEye(laterality=Laterality.LEFT).globe is None
