"""Tests of the beam's-eye view."""

from __future__ import annotations

from dataclasses import replace
from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
import shapely
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Polygon
from matplotlib.text import Annotation

from tests.ocular.cases import StoppedClock, sample_plan
from workbench.figures import beams_eye_view
from workbench.ocular import read_eyeplan
from workbench.ocular.gaze import Fixation
from workbench.ocular.plan import Laterality, Light


def only_axes(figure: Figure) -> Axes:
    """The axes of the view itself; the dial is an inset of them."""
    (axes,) = figure.axes
    return axes


def words_of(figure: Figure) -> str:
    """All words in the view, and its title."""
    axes = only_axes(figure)
    return "\n".join([axes.get_title(loc="left"), *(text.get_text() for text in axes.texts)])


def test_aperture_is_drawn_in_the_isocentric_plane() -> None:
    """The thick line runs through the block's vertices times 1750/1680."""
    plan = sample_plan()

    axes = only_axes(beams_eye_view(plan))

    (aperture,) = [one for one in axes.patches if isinstance(one, Polygon) and str(one.get_label()).startswith("aperture")]
    assert aperture.get_xy()[:-1] == pytest.approx(np.array(plan.field.aperture.block_mm) * 1750 / 1680, abs=1e-9)
    assert axes.get_aspect() == 1.0


@pytest.mark.parametrize(("treated", "left", "right"), [(Laterality.LEFT, "nasal", "temporal"), (Laterality.RIGHT, "temporal", "nasal")])
def test_sides_are_named_for_the_treated_eye(treated: Laterality, left: str, right: str) -> None:
    """Seen from the source, the nose is right of a right eye and left of a left eye."""
    plan = sample_plan()
    plan = replace(plan, eye_model=None, eye=replace(plan.eye, laterality=treated), fixation=replace(plan.fixation, eye=treated))

    axes = only_axes(beams_eye_view(plan))

    places = {text.get_text(): text.get_position()[0] for text in axes.texts if text.get_text() in ("nasal", "temporal")}
    assert places[left] < 0 < places[right]


def test_view_says_patient_and_eye() -> None:
    """The title is the patient, the eye and what is seen."""
    assert words_of(beams_eye_view(sample_plan())).startswith("SAMPLE · left eye · beam's-eye view")


def test_wedge_without_direction_is_a_word_and_no_arrow() -> None:
    """What the planner does not say is not drawn."""
    plan = sample_plan()

    assert "wedge Wed1 25°\ndirection not known" in words_of(beams_eye_view(plan))


def test_wedge_with_a_direction_has_an_arrow_to_its_thin_edge() -> None:
    """At gantry 90, orientation 0 is thin to the patient's left: the arrow's tip lies at +x."""
    plan = sample_plan()
    turned = replace(plan, field=replace(plan.field, wedges=(replace(plan.field.wedges[0], orientation_deg=0.0),)))

    axes = only_axes(beams_eye_view(turned))

    (arrow,) = [text for text in axes.texts if isinstance(text, Annotation) and text.arrow_patch is not None]
    assert arrow.xy[0] > 18
    assert arrow.xy[1] == pytest.approx(0.0, abs=1e-9)


def test_dial_tells_the_light_that_is_switched_on() -> None:
    """With a fixating fellow eye the physical light is written, and which eye looks at it."""
    plan = sample_plan()
    fixation = Fixation(gaze=plan.fixation.gaze, eye=Laterality.RIGHT, fellow_light=Light(polar_deg=36.9, azimuth_deg=32.5))

    assert "light 36.9° at 32.5°\nright eye fixates" in words_of(beams_eye_view(replace(plan, fixation=fixation)))


def test_view_can_be_printed() -> None:
    """It renders to PNG without a display and without a warning."""
    picture = BytesIO()

    beams_eye_view(sample_plan()).savefig(picture, format="png")

    assert picture.getvalue().startswith(b"\x89PNG")


def test_structures_of_a_known_eye_are_drawn_where_the_beam_sees_them(shared: Path) -> None:
    """Case P1: the tumour's outline keeps the margin of 2.5 mm from the aperture; four clips carry their numbers."""
    plan = read_eyeplan(shared / "data" / "eyeplan" / "P1", clock=StoppedClock())

    axes = only_axes(beams_eye_view(plan))

    named = {str(one.get_label()): np.array(one.get_xy()) for one in axes.patches if isinstance(one, Polygon)}
    assert {"globe", "limbus", "lens", "tumour", "tumour base", "optic disc", "macula"} <= named.keys()
    (aperture,) = [points for label, points in named.items() if label.startswith("aperture")]
    away = shapely.distance(shapely.points(aperture), shapely.Polygon(named["tumour"]))
    assert away == pytest.approx(np.full(len(aperture), 2.5), abs=0.06)
    assert [text.get_text() for text in axes.texts if isinstance(text, Annotation) and text.get_text()] == ["1", "2", "3", "4"]


def test_optic_disc_lies_nasal_of_the_macula() -> None:
    """In the sample, a left eye, nasal is towards the patient's right, -x."""
    axes = only_axes(beams_eye_view(sample_plan()))

    named = {str(one.get_label()): np.array(one.get_xy()) for one in axes.patches if isinstance(one, Polygon)}
    assert named["optic disc"][:, 0].mean() < named["macula"][:, 0].mean() - 3


@pytest.mark.parametrize(("thin_edge_mm", "rightmost_mm"), [(2.0, -2.0), (-2.0, 2.0)])
def test_partial_wedge_hatches_what_it_covers(thin_edge_mm: float, rightmost_mm: float) -> None:
    """Thin towards the patient's left, +x: it ends 2 mm before the axis when its edge is positive, 2 mm beyond when negative."""
    plan = sample_plan()
    wedge = replace(plan.field.wedges[0], orientation_deg=0.0, type="PARTIAL_STANDARD", thin_edge_mm=thin_edge_mm)

    axes = only_axes(beams_eye_view(replace(plan, field=replace(plan.field, wedges=(wedge,)))))

    (cover,) = [np.array(one.get_xy()) for one in axes.patches if isinstance(one, Polygon) and one.get_label() == "wedge Wed1"]
    assert cover[:, 0].max() == pytest.approx(rightmost_mm, abs=1e-9)
    assert cover[:, 0].min() == pytest.approx(np.array(plan.isocentric.points_mm)[:, 0].min(), abs=1e-9)
