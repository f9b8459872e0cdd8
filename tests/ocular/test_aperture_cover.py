"""Tests of how an opening covers a tumour, against what the number means and against clinical plans."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.ocular.cases import StoppedClock, sample_plan, square_aperture
from workbench.ocular import read_eyeplan, tumour_cover_mm
from workbench.ocular.aperture_cover import STEP_MM, cover_mm, cover_words

SQUARE = np.array([[-5.0, -5.0], [5.0, -5.0], [5.0, 5.0], [-5.0, 5.0]])


def star(radii: list[float], at: tuple[float, float] = (0.0, 0.0)) -> np.ndarray:
    """A polygon whose corners lie at these distances in as many directions."""
    angle = np.linspace(0, 2 * np.pi, len(radii), endpoint=False)
    return np.array(radii)[:, None] * np.column_stack([np.cos(angle), np.sin(angle)]) + at


@pytest.mark.parametrize(
    ("opening", "cover"),
    [
        (SQUARE * 1.6, 3.0),
        (SQUARE, 0.0),
        (SQUARE + np.array([1.5, 0.0]), -1.5),
        (SQUARE * 0.4, -3.0 * np.sqrt(2)),
        (SQUARE + np.array([20.0, 0.0]), -20.0),
    ],
    ids=["3 mm around it", "as large", "1.5 mm aside", "within it", "beside it"],
)
def test_a_square_is_covered_by_another(opening: np.ndarray, cover: float) -> None:
    """Sides of 10 mm: the nearest edge inside, the farthest corner outside."""
    assert cover_mm(SQUARE, opening) == pytest.approx(cover, abs=1e-9)


def test_a_narrow_finger_of_the_block_cuts_off_what_it_reaches() -> None:
    """A finger 8 mm long and 0.4 mm wide at its root comes 4 mm into the tumour: that is told, and not the breadth left dark."""
    opening = np.array([[-9.0, -9.0], [9.0, -9.0], [9.0, 9.0], [0.2, 9.0], [0.0, 1.0], [-0.2, 9.0], [-9.0, 9.0]])

    assert cover_mm(SQUARE, opening) == pytest.approx(-4.0)


@settings(max_examples=60)
@given(
    st.lists(st.floats(min_value=2.0, max_value=8.0), min_size=5, max_size=24),
    st.lists(st.floats(min_value=3.0, max_value=12.0), min_size=5, max_size=24),
)
def test_the_number_is_the_margin_that_is_left(tumour: list[float], opening: list[float]) -> None:
    """Grown by a little less the tumour is still inside, by a little more no longer; cut off, the opening has to grow by as much."""
    outline, hole = shapely.Polygon(star(tumour)), shapely.Polygon(star(opening))

    cover = cover_mm(star(tumour), star(opening))

    if hole.covers(outline):
        assert hole.contains(outline.buffer(0.99 * cover - 1e-6, quad_segs=64))
        assert not hole.contains(outline.buffer(1.01 * cover + 1e-6, quad_segs=64))
        return
    exact = shapely.Polygon(star(tumour)).exterior, shapely.Polygon(star(opening)).exterior
    out = hole.buffer(-cover + STEP_MM, quad_segs=64).contains(exact[0])
    within = outline.buffer(cover - STEP_MM)
    assert cover <= 0
    assert out
    assert within.is_empty or within.disjoint(exact[1])


@pytest.mark.parametrize("case", ["P1", "P2", "P3"])
def test_clinical_apertures_cover_the_tumour_by_their_margin(shared: Path, case: str) -> None:
    """APMG is 2.5 mm from corner to tumour; the straight edges between corners come up to 0.12 mm nearer."""
    plan = read_eyeplan(shared / "data" / "eyeplan" / case, clock=StoppedClock())

    cover = tumour_cover_mm(plan)

    assert cover is not None
    assert 2.38 < cover < 2.5


def test_the_samples_aperture_covers_its_tumour() -> None:
    """Made with 2.5 mm of margin, 25 corners; a square of 10 mm in its place cuts the tumour off."""
    plan = sample_plan()
    cut = tumour_cover_mm(replace(plan, field=replace(plan.field, aperture=square_aperture())))

    assert tumour_cover_mm(plan) == pytest.approx(2.398, abs=0.001)
    assert cut is not None
    assert cut < 0


def test_a_tumour_that_is_not_known_is_not_covered_by_any_number() -> None:
    """A plan from DICOM has no shape of the eye."""
    assert tumour_cover_mm(replace(sample_plan(), eye_model=None)) is None


def test_the_number_reads_as_a_sentence() -> None:
    """With a tenth of a millimetre and no sign."""
    assert [cover_words(one) for one in (2.397, -1.24)] == ["tumour inside by at least 2.4 mm", "tumour is cut off by 1.2 mm"]
