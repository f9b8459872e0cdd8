"""Tests of the eye in beam's-eye view and of the aperture made for it."""

from __future__ import annotations

import math
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.ocular.cases import StoppedClock, sample_plan, square_aperture
from workbench.errors import Refused
from workbench.ocular import read_eyeplan
from workbench.ocular.aperture import Aperture
from workbench.ocular.aperture_design import ApertureRules, designed
from workbench.ocular.beam_view import beam_view, designed_aperture, tumour_outline, turned
from workbench.ocular.beamline import load_beamline
from workbench.ocular.eye import Laterality, globe_outline_mm
from workbench.ocular.eye_model import EyeModel, Structure
from workbench.ocular.gaze import Light
from workbench.ocular.pose import EyePose
from workbench.ocular.projection import BeamProjection
from workbench.ocular.structures import Sclera
from workbench.ocular.tumour import Tumour

LINE = load_beamline("demo-eyeline")
SPHERE = Sclera(length_mm=24.0, width_mm=24.0, height_mm=24.0, wall_mm=1.0)
AHEAD = EyePose(centre_mm=(0.0, 0.0, 0.0), gaze=(0.0, 0.0, 1.0))


def rms(found: np.ndarray) -> float:
    """Root of the mean square."""
    return float(np.sqrt(np.mean(np.square(found))))


@pytest.mark.parametrize("case", ["P1", "P2", "P3"])
def test_clinical_aperture_is_the_tumours_outline_plus_its_margin(shared: Path, case: str) -> None:
    """The planner's block, seen at the isocentre, keeps APMG from the tumour's outline: 0.035 mm RMS over its vertices."""
    plan = read_eyeplan(shared / "data" / "eyeplan" / case, clock=StoppedClock())
    assert plan.eye_model is not None
    assert plan.eye_model.tumour is not None
    assert plan.pose is not None

    outline = shapely.Polygon(tumour_outline(plan.eye_model.tumour, plan.pose, BeamProjection.of(plan.beamline)))

    away = shapely.distance(shapely.points(np.array(plan.isocentric.points_mm)), outline)
    assert rms(away - 2.5) < 0.035


@pytest.mark.parametrize(("case", "area_mm2"), [("P1", 218), ("P2", 202), ("P3", 194)])
def test_aperture_made_anew_is_the_planners(shared: Path, case: str, area_mm2: float) -> None:
    """Every vertex of the planner's block lies within 0.1 mm of ours; the area is AREA within 1 %: its corners are cut, ours are round."""
    plan = read_eyeplan(shared / "data" / "eyeplan" / case, clock=StoppedClock())

    made = designed_aperture(plan)

    edge = shapely.Polygon(made.block_mm).exterior
    assert shapely.distance(shapely.points(np.array(plan.field.aperture.block_mm)), edge).max() < 0.1
    assert made.area_mm2 == pytest.approx(area_mm2, rel=0.01)
    assert (made.block_id, made.clockwise()) == (plan.field.aperture.block_id, made)


def test_round_tumour_on_the_axis_is_seen_as_a_circle() -> None:
    """A base of radius 5 mm at depth z = -√(121-25) is seen from 1750 mm as 5·1750/(1750 + 9.798) mm."""
    tumour = Tumour.elliptic(SPHERE, (0.0, 0.0, -1.0), base_mm=(10.0, 10.0), height_mm=4.0)

    outline = tumour_outline(tumour, AHEAD, BeamProjection.of(LINE))

    assert np.hypot(*outline.T) == pytest.approx(np.full(36, 5 * 1750 / (1750 + math.sqrt(96))), rel=1e-9)


def test_dent_of_a_base_is_kept() -> None:
    """A base like a horseshoe casts a shadow like one: it is not filled to its hull."""
    angle = np.linspace(0, 2 * np.pi, 72, endpoint=False)
    radius = np.where(np.abs(angle - np.pi) < 0.5, 2.0, 5.0)
    flat = np.column_stack([radius * np.cos(angle), radius * np.sin(angle)])
    base = np.column_stack([flat, -np.sqrt(121 - np.sum(flat**2, axis=1))])
    tumour = Tumour(base_mm=tuple((float(x), float(y), float(z)) for x, y, z in base), foot_mm=(0.0, 0.0, -11.0), height_mm=2.0)

    shadow = shapely.Polygon(tumour_outline(tumour, AHEAD, BeamProjection.of(LINE)))

    assert not shadow.contains(shapely.Point(-3.5, 0.0))
    assert shadow.contains(shapely.Point(-1.8, 0.0))


def test_every_structure_has_its_outline() -> None:
    """The sample's eye shows all its structures and its clips; the globe is the ellipse of the closed formula, to 0.05 mm."""
    plan = sample_plan()
    assert plan.eye_model is not None
    assert plan.pose is not None
    assert plan.eye.globe is not None

    seen = beam_view(plan.eye_model, plan.pose, plan.beamline)

    assert set(Structure) - set(seen.outlines_mm) <= {Structure.TUMOUR, Structure.TUMOUR_BASE}
    assert seen.clips_mm.shape == (4, 2)
    exact = shapely.Polygon(globe_outline_mm(plan.eye.globe, plan.pose.rotation, 1750.0, 720))
    assert shapely.hausdorff_distance(shapely.Polygon(seen.outlines_mm[Structure.GLOBE]), exact) < 0.05


polar = st.floats(min_value=0.0, max_value=35.0)
azimuth = st.floats(min_value=0.0, max_value=360.0)


@settings(max_examples=25)
@given(polar=polar, azimuth=azimuth)
def test_aperture_keeps_its_margin_at_any_gaze(polar: float, azimuth: float) -> None:
    """Wherever the eye looks, the opening holds the tumour and its margin, less the polygon's tolerance, and no more than that."""
    tumour = Tumour.elliptic(SPHERE, (0.2, -0.1, -1.0), base_mm=(11.0, 8.0), height_mm=5.0)
    model = EyeModel.standard(Laterality.LEFT, SPHERE, tumour=tumour)

    seen = turned(model, Light(polar_deg=polar, azimuth_deg=azimuth), (0.0, 0.0, 0.0), LINE, ApertureRules(margin_mm=2.5))

    assert seen.aperture is not None
    opening = shapely.Polygon(seen.aperture.isocentric(LINE).points_mm)
    wanted = shapely.Polygon(seen.outlines_mm[Structure.TUMOUR]).buffer(2.5)
    assert opening.contains(wanted.buffer(-0.05))
    assert wanted.buffer(0.05).contains(opening)


def test_mirrored_eye_has_the_mirrored_aperture() -> None:
    """A left eye that looks to the mirrored light gets the mirror image of the right eye's block, up to the tolerance."""
    tumour = Tumour.elliptic(SPHERE, (0.4, -0.2, -1.0), base_mm=(12.0, 8.0), height_mm=5.0, turn_deg=30.0)
    right = EyeModel.standard(Laterality.RIGHT, SPHERE, tumour=tumour)
    rules = ApertureRules(margin_mm=2.5)

    one = turned(right, Light(polar_deg=20.0, azimuth_deg=40.0), (2.0, 1.0, 3.0), LINE, rules).aperture
    other = turned(right.mirrored(), Light(polar_deg=20.0, azimuth_deg=140.0), (-2.0, 1.0, 3.0), LINE, rules).aperture

    assert one is not None
    assert other is not None
    flipped = shapely.Polygon([(-x, y) for x, y in other.block_mm])
    assert shapely.hausdorff_distance(shapely.Polygon(one.block_mm), flipped) < 0.06


def test_margin_is_told_at_the_isocentre_and_the_tool_at_the_block() -> None:
    """A square of 10 mm with a margin of 2 mm is 14·1680/1750 mm wide in the block; corners are round, by the margin."""
    square = np.array([[-5.0, -5.0], [-5.0, 5.0], [5.0, 5.0], [5.0, -5.0]])

    block = designed(square, ApertureRules(margin_mm=2.0, tolerance_mm=0.001), LINE)

    assert np.ptp(block.block_mm, axis=0) == pytest.approx((14 * 1680 / 1750,) * 2, abs=0.002)
    assert block.area_mm2 == pytest.approx((10**2 + 4 * 10 * 2 + math.pi * 2**2) * (1680 / 1750) ** 2, rel=1e-3)


def test_sharp_corner_is_rounded_by_the_tool() -> None:
    """Without a margin a tool of radius 1.5 mm leaves (4 - pi)·1.5² of the four corners of a square standing."""
    square = np.array([[-5.0, -5.0], [-5.0, 5.0], [5.0, 5.0], [5.0, -5.0]])

    block = designed(square, ApertureRules(margin_mm=0.0, tool_radius_mm=1.5, tolerance_mm=0.001), LINE)

    assert block.area_mm2 == pytest.approx((10 * 1680 / 1750) ** 2 - (4 - math.pi) * 1.5**2, abs=0.05)


def test_smoothing_fills_a_narrow_dent() -> None:
    """A notch of 1 mm is filled by a smoothing of 1 mm and kept by none."""
    notched = np.array([[-5, -5], [-5, 5], [-0.5, 5], [-0.5, 2], [0.5, 2], [0.5, 5], [5, 5], [5, -5]], dtype=float)

    kept = designed(notched, ApertureRules(margin_mm=0.0, tool_radius_mm=0.0), LINE)
    filled = designed(notched, ApertureRules(margin_mm=0.0, tool_radius_mm=0.0, smoothing_mm=1.0), LINE)

    assert (kept.area_mm2, filled.area_mm2) == pytest.approx((97 * (1680 / 1750) ** 2, 100 * (1680 / 1750) ** 2), rel=2e-3)


def test_opening_that_the_tool_does_not_enter_is_refused() -> None:
    """A neck of 2 mm holds no tool of 3 mm in diameter; the place is named."""
    neck = np.array(
        [[-8, -4], [-8, 4], [-3, 4], [-3, 1], [3, 1], [3, 4], [8, 4], [8, -4], [3, -4], [3, -1], [-3, -1], [-3, -4]], dtype=float
    )

    with pytest.raises(Refused) as refusal:
        designed(neck, ApertureRules(margin_mm=0.0, tool_radius_mm=1.5), LINE)

    assert str(refusal.value).startswith("aperture: narrower than the tool at (")
    assert str(refusal.value).endswith(" mm, expected room for a radius of 1.5 mm")


@pytest.mark.parametrize(
    ("outline", "rules", "sentence"),
    [
        (
            [[-30.0, -5.0], [-30.0, 5.0], [5.0, 5.0]],
            {"margin_mm": 0.0},
            "aperture: aperture Block 1 reaches 29.20 mm from the beam axis, expected it within snout EYESNOUT, 17.5 mm",
        ),
        (
            [[0.0, 0.0], [4.0, 4.0], [4.0, 0.0], [0.0, 3.0]],
            {"margin_mm": 1.0},
            "isocentric outline: points_mm crosses itself at (1.714, 1.714) mm, expected a simple closed polygon",
        ),
        (None, {"margin_mm": 1.0}, "aperture: the outline of the tumour is not known, expected an eye model with a tumour"),
        ([[0.0, 0.0]], {"margin_mm": -1.0}, "aperture rules: margin_mm is -1, expected 0 or more"),
    ],
)
def test_opening_that_cannot_be_is_refused(outline: list[list[float]] | None, rules: dict[str, float], sentence: str) -> None:
    """One wider than the snout, a self-crossing outline, no outline at all and a negative margin are each named."""
    with pytest.raises(Refused) as refusal:
        designed(None if outline is None else np.array(outline), ApertureRules(**{"tool_radius_mm": 0.0, **rules}), LINE)  # type: ignore[arg-type]

    assert str(refusal.value) == sentence


def test_plan_without_a_margin_gets_no_new_aperture(shared: Path) -> None:
    """How far from the tumour the block stays is not guessed."""
    plan = read_eyeplan(shared / "data" / "eyeplan" / "P1", clock=StoppedClock())

    with pytest.raises(Refused) as refusal:
        designed_aperture(replace(plan, field=replace(plan.field, aperture_margin_mm=None)))

    assert str(refusal.value) == "plan Plan 4: aperture_margin_mm is not known, expected a number"


def test_vertices_are_edited_one_at_a_time() -> None:
    """Moved, put in and taken out; each gives a new aperture, and the old one stays."""
    square = square_aperture()

    moved = square.with_vertex(0, (-6.0, -6.0))
    added = square.with_new_vertex(0, (-6.0, 0.0))

    assert moved.block_mm == ((-6.0, -6.0), (-5.0, 5.0), (5.0, 5.0), (5.0, -5.0))
    assert added.block_mm == ((-5.0, -5.0), (-6.0, 0.0), (-5.0, 5.0), (5.0, 5.0), (5.0, -5.0))
    assert added.without_vertex(1) == square == square_aperture()


def test_edit_that_spoils_the_polygon_is_refused() -> None:
    """A vertex dragged across an edge makes it cross; one that is not there is named."""
    with pytest.raises(Refused) as crossing:
        square_aperture().with_vertex(0, (8.0, 2.5))
    with pytest.raises(Refused) as absent:
        square_aperture().without_vertex(4)

    assert str(crossing.value).startswith("aperture: block_mm crosses itself at (")
    assert str(absent.value) == "aperture: vertex 4 asked for, expected 0 to 3"


def test_turning_clockwise_keeps_the_opening() -> None:
    """Same first vertex, same area, other sense."""
    backwards = Aperture(block_mm=((-5.0, -5.0), (5.0, -5.0), (5.0, 5.0), (-5.0, 5.0)), block_id="SQUARE")

    assert backwards.clockwise() == square_aperture()
    assert square_aperture().clockwise() is not None
