"""Tests of the sections of the eye."""

from __future__ import annotations

import math
from dataclasses import replace
from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
from matplotlib.axes import Axes
from matplotlib.colors import to_rgba
from matplotlib.patches import Polygon

from tests.ocular.cases import StoppedClock, sample_plan
from workbench.figures import eye_sections, palette
from workbench.ocular import OcularPlan, read_eyeplan
from workbench.ocular.depth import depth_of, water_depth_mm
from workbench.ocular.projection import BeamProjection


def outlines(axes: Axes, colour: str) -> list[np.ndarray]:
    """The curves drawn in this colour, without their filling."""
    return [
        np.array(one.get_xy())
        for one in axes.patches
        if isinstance(one, Polygon) and one.get_edgecolor() == to_rgba(colour) and one.get_linewidth() > 0
    ]


def thick_line(axes: Axes) -> np.ndarray:
    """The distal end: the thick solid line in the aperture's colour."""
    (found,) = [
        line
        for line in axes.lines
        if line.get_color() == palette.APERTURE and line.get_linewidth() == palette.THICK and line.get_linestyle() == "-"
    ]
    return np.column_stack(found.get_data())


def clinical(shared: Path, case: str) -> OcularPlan:
    """One of the anonymised clinical plans."""
    return read_eyeplan(shared / "data" / "eyeplan" / case, clock=StoppedClock())


def test_sections_are_of_one_height() -> None:
    """Drawn, the three panels begin and end at the same heights."""
    figure = eye_sections(sample_plan())
    figure.draw_without_rendering()

    heights = [axes.get_window_extent().height for axes in figure.axes]

    assert heights == pytest.approx([heights[0]] * 3)


def test_globe_is_cut_in_a_circle_about_its_centre() -> None:
    """A sphere of radius 12 about (-6.4, -4.5, 4.6): the plane y = 0, taken where no tumour is known, cuts a circle of √(144 - 4.5²)."""
    plan = sample_plan()
    assert plan.eye_model is not None
    horizontal, _, _ = eye_sections(replace(plan, eye_model=replace(plan.eye_model, tumour=None))).axes

    globe = max(outlines(horizontal, palette.GLOBE), key=lambda curve: float(np.ptp(curve[:, 1])))

    middle = (globe.max(axis=0) + globe.min(axis=0)) / 2
    assert middle[1] == pytest.approx(-6.4, abs=0.05)
    assert np.ptp(globe, axis=0) / 2 == pytest.approx([math.sqrt(144 - 4.5**2)] * 2, abs=0.05)


@pytest.mark.parametrize("case", ["P1", "P2", "P3"])
def test_distal_end_lies_at_the_range_on_every_ray(shared: Path, case: str) -> None:
    """Taken back into the room, each point of the thick line is RNGE deep in water."""
    plan = clinical(shared, case)
    assert plan.eye_model is not None
    assert plan.pose is not None
    depth, beam = depth_of(plan), BeamProjection.of(plan.beamline)
    tumour = plan.pose.to_room(plan.eye_model.tumour.rays().reshape(-1, 3)) if plan.eye_model.tumour else np.zeros((1, 3))
    middle = (tumour.min(axis=0) + tumour.max(axis=0)) / 2
    level = beam.to_isocentric(middle)[1]

    line = thick_line(eye_sections(plan).axes[0])

    z = depth.skin_z_mm - line[:, 0]
    room = np.column_stack([line[:, 1], level * (1 - z / 1750), z])
    found = water_depth_mm(room, plan.eye_model, plan.pose, beam, skin_z_mm=depth.skin_z_mm)
    assert found == pytest.approx(np.full(len(line), plan.field.range_mm), abs=1e-6)


def test_tumour_lies_between_the_ends_of_the_peak(shared: Path) -> None:
    """In either section along the beam no point of the tumour is deeper than the distal end, which stands 2.5 mm behind it."""
    horizontal, vertical, _ = eye_sections(clinical(shared, "P1")).axes

    for axes in (horizontal, vertical):
        (tumour,) = outlines(axes, palette.TUMOUR)
        assert tumour[:, 0].max() < thick_line(axes)[:, 0].max() - 2.0


def test_bracket_says_range_and_modulation(shared: Path) -> None:
    """The words over the tumour are those of the plan."""
    horizontal, _, frontal = eye_sections(clinical(shared, "P1")).axes

    words = [text.get_text() for text in horizontal.texts]

    assert "range 29.0" in words
    assert "modulation 18.0" in words
    assert {text.get_text() for text in frontal.texts} == {"temporal", "nasal"}


def test_eye_of_unknown_shape_says_what_to_do() -> None:
    """An empty figure with a sentence, not an error."""
    figure = eye_sections(replace(sample_plan(), eye_model=None))

    assert [text.get_text() for text in figure.texts] == ["No shape of the eye: read it with its model, or make one"]


def test_sections_can_be_printed() -> None:
    """They render to PNG without a display and without a warning."""
    picture = BytesIO()

    eye_sections(sample_plan()).savefig(picture, format="png")

    assert picture.getvalue().startswith(b"\x89PNG")
