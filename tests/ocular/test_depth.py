"""Tests of range and modulation from geometry: clinical cases, and eyes whose answers are known."""

from __future__ import annotations

import math
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.ocular.cases import StoppedClock, sample_plan
from workbench.errors import Refused
from workbench.ocular import OcularPlan, read_eyeplan, with_gaze
from workbench.ocular.accessories import Wedge
from workbench.ocular.beamline import load_beamline
from workbench.ocular.depth import (
    DepthRules,
    TumourDepth,
    depth_of,
    distal_surface_mm,
    most_anterior_z_mm,
    place_at_depth_mm,
    proximal_z_mm,
    tumour_depth,
    water_depth_mm,
    wedge_thickness_mm,
    with_depth,
)
from workbench.ocular.eye import Laterality
from workbench.ocular.eye_model import EyeModel
from workbench.ocular.gaze import Light
from workbench.ocular.pose import EyePose
from workbench.ocular.projection import BeamProjection
from workbench.ocular.structures import Cornea, Sclera
from workbench.ocular.tumour import Tumour

LINE = load_beamline("demo-eyeline")
SPHERE = Sclera(length_mm=24.0, width_mm=24.0, height_mm=24.0, wall_mm=1.0)
EYE = EyeModel.standard(
    Laterality.RIGHT,
    SPHERE,
    cornea=Cornea(apex_mm=13.0, radius_mm=8.0, limbus_mm=12.0),
    tumour=Tumour.elliptic(SPHERE, (0.0, 0.0, -1.0), base_mm=(6.0, 6.0), height_mm=4.0),
)
"""A sphere of radius 12 mm with the corneal apex 13 mm before its centre, and a tumour at its posterior pole."""
AHEAD = EyePose(centre_mm=(0.0, 0.0, 0.0), gaze=(0.0, 0.0, 1.0))
RULES = DepthRules(distal_mm=2.5, proximal_mm=3.0, skin_plane_mm=2.0)
FAR = BeamProjection(source_mm=(1e9, 1e9))
"""A beam without divergence."""


def clinical(shared: Path, case: str) -> OcularPlan:
    """One of the anonymised clinical plans."""
    return read_eyeplan(shared / "data" / "eyeplan" / case, clock=StoppedClock())


def wedge(**changes: object) -> Wedge:
    """A wedge whose thin edge points to the patient's left at gantry 90: along Yb."""
    known = {"number": 1, "id": "W1", "angle_deg": 45.0, "orientation_deg": 0.0, "tray_to_isocentre_mm": 90.0, "type": "STANDARD"}
    return Wedge(**{**known, **changes})  # type: ignore[arg-type]


@pytest.mark.parametrize(("case", "range_mm", "modulation_mm"), [("P1", 29.0, 18.0), ("P2", 22.6, 18.3), ("P3", 21.8, 19.4)])
def test_clinical_range_and_modulation_follow_from_the_tumour(shared: Path, case: str, range_mm: float, modulation_mm: float) -> None:
    """RNGE and MODN of the files, within 0.2 mm."""
    depth = depth_of(clinical(shared, case))

    assert (depth.range_mm, depth.modulation_mm) == (pytest.approx(range_mm, abs=0.2), pytest.approx(modulation_mm, abs=0.2))


@pytest.mark.parametrize("case", ["P1", "P2", "P3"])
def test_half_extent_of_the_tumour_follows_from_range_and_modulation(shared: Path, case: str) -> None:
    """z_skin - (RNGE - MODN + PXMG) is where the tumour begins, within 0.1 mm, though it knows none of its points."""
    plan = clinical(shared, case)
    assert plan.eye_model is not None
    assert plan.eye_model.tumour is not None
    assert plan.pose is not None
    assert plan.eye.skin_plane_mm is not None

    begins = proximal_z_mm(plan, most_anterior_z_mm(plan.eye_model, plan.pose) - plan.eye.skin_plane_mm)

    assert begins == pytest.approx(plan.pose.to_room(plan.eye_model.tumour.points())[:, 2].max(), abs=0.1)


def test_tumour_at_the_posterior_pole_lies_as_deep_as_the_eye_is_long() -> None:
    """On the axis the beam enters at the cornea, z 13: the foot at z -11 lies 24 mm deep, the apex 4 mm before it."""
    depth = tumour_depth(EYE, AHEAD, LINE, RULES)

    assert (depth.deepest_mm, depth.shallowest_mm) == pytest.approx((24.0, 20.0), abs=1e-9)
    assert (depth.range_mm, depth.modulation_mm) == pytest.approx((26.5, 4.0 + 2.5 + 3.0), abs=1e-9)
    assert depth.skin_z_mm == pytest.approx(11.0)


def test_depth_beside_the_cornea_counts_from_the_sclera() -> None:
    """Without divergence, 8 mm off the axis, the sphere is entered at √(144-64): the plane z = -5 lies √80 + 5 mm deep."""
    found = water_depth_mm(np.array([[0.0, 8.0, -5.0]]), EYE, AHEAD, FAR, skin_z_mm=-20.0)

    assert found == pytest.approx([math.sqrt(80) + 5], abs=1e-6)


def test_depth_beside_the_eye_counts_from_the_skin_plane() -> None:
    """A ray that misses the globe meets the skin plane alone; in front of it there is no water."""
    found = water_depth_mm(np.array([[0.0, 20.0, -5.0], [0.0, 20.0, 15.0]]), EYE, AHEAD, FAR, skin_z_mm=11.0)

    assert found == pytest.approx([16.0, 0.0], abs=1e-6)


@given(
    x=st.floats(min_value=-15.0, max_value=15.0),
    y=st.floats(min_value=-15.0, max_value=15.0),
    depth=st.floats(min_value=0.1, max_value=30.0),
)
def test_place_at_a_depth_is_that_deep(x: float, y: float, depth: float) -> None:
    """The point found on a ray has the depth asked for, and lies on the ray."""
    beam = BeamProjection.of(LINE)
    through = np.array([[x, y]])

    found = place_at_depth_mm(through, depth, EYE, AHEAD, beam, skin_z_mm=11.0)

    assert beam.to_isocentric(found) == pytest.approx(through, abs=1e-9)
    assert water_depth_mm(found, EYE, AHEAD, beam, skin_z_mm=11.0) == pytest.approx([depth], abs=1e-6)


def test_lid_lies_over_the_eye_and_not_over_the_skin() -> None:
    """A lid of 1 mm makes what is behind the cornea 1 mm deeper, and what lies beside the eye no deeper."""
    points = np.array([[0.0, 0.0, -11.0], [0.0, 20.0, -5.0]])

    found = water_depth_mm(points, EYE, AHEAD, FAR, skin_z_mm=11.0, eyelid_mm=1.0)

    assert found == pytest.approx([25.0, 16.0], abs=1e-6)


def test_diverging_ray_is_longer_than_the_depth_below_the_plane() -> None:
    """From 1750 mm, at 175 mm off the axis, a path of 10 mm below a plane is 10·√(1 + 0.1²) mm long."""
    beam = BeamProjection.of(LINE)

    found = water_depth_mm(np.array([[175.0, 0.0, 0.0]]), EYE, AHEAD, beam, skin_z_mm=10.0)

    assert found == pytest.approx([10 * math.sqrt(1.01)], abs=1e-9)


@given(x=st.floats(min_value=-60.0, max_value=60.0), y=st.floats(min_value=-60.0, max_value=60.0))
def test_most_anterior_point_is_that_of_the_surface(x: float, y: float) -> None:
    """However the eye is turned, no point of sclera or cornea lies before it, and one lies within the mesh's coarseness of it."""
    pose = EyePose(centre_mm=(1.0, 2.0, 3.0), gaze=(x, y, 60.0))
    cap = EYE.cornea.mesh().vertices_mm
    surface = np.concatenate([SPHERE.mesh().vertices_mm, cap[cap[:, 2] >= EYE.cornea.limbus_z_mm(SPHERE)]])

    found = most_anterior_z_mm(EYE, pose)

    assert -1e-9 < found - pose.to_room(surface)[:, 2].max() < 0.15


def test_full_wedge_grows_from_the_snouts_rim() -> None:
    """At 45° the tray's length from the thin edge is the thickness: rim and axis lie 17.5·1750/1680 apart, seen at 90 mm upstream."""
    rim = 17.5 * 1750 / 1680
    places = np.array([[rim, 0.0], [0.0, 0.0], [-rim, 0.0], [0.0, 9.0]])

    found = wedge_thickness_mm(wedge(), places, LINE)

    at_tray = 1 - 90 / 1750
    assert found == pytest.approx([0.0, rim * at_tray, 2 * rim * at_tray, rim * at_tray], abs=1e-9)


@pytest.mark.parametrize(("thin_edge_mm", "on_axis_mm"), [(3.0, 0.0), (-3.0, 3.0 * (1 - 90 / 1750))])
def test_partial_wedge_begins_at_its_thin_edge(thin_edge_mm: float, on_axis_mm: float) -> None:
    """Positive: it does not reach the axis. Negative: it covers it, 3 mm from its thin edge."""
    partial = wedge(type="PARTIAL_STANDARD", thin_edge_mm=thin_edge_mm)

    found = wedge_thickness_mm(partial, np.array([[0.0, 0.0], [-10.0, 0.0]]), LINE)

    assert found == pytest.approx([on_axis_mm, (10.0 - thin_edge_mm) * (1 - 90 / 1750)], abs=1e-9)


def test_wedge_shapes_the_distal_surface() -> None:
    """The beam of 20 mm ends at 20 where the wedge is thin, and shallower by its thickness elsewhere."""
    partial = wedge(type="PARTIAL_STANDARD", thin_edge_mm=-3.0, angle_deg=30.0)

    found = distal_surface_mm(20.0, [partial], np.array([[5.0, 0.0], [0.0, 0.0]]), LINE)

    assert found == pytest.approx([20.0, 20.0 - 3.0 * (1 - 90 / 1750) * math.tan(math.radians(30))], abs=1e-9)


def test_tumour_behind_a_wedge_needs_more_range() -> None:
    """Each point is as much deeper as the wedge on its ray is thick; on the axis that is the foot of the tumour."""
    depth = tumour_depth(EYE, AHEAD, LINE, RULES)
    partial = wedge(type="PARTIAL_STANDARD", thin_edge_mm=-3.0)

    behind = depth.with_wedges([partial], LINE)

    assert behind.depth_mm - depth.depth_mm == pytest.approx(wedge_thickness_mm(partial, depth.isocentric_mm, LINE), abs=1e-9)
    assert behind.range_mm > depth.range_mm + 3.0 * (1 - 90 / 1750) - 1e-9


def test_a_margin_before_the_surface_asks_for_a_peak_spread_to_it() -> None:
    """The apex lies 20 mm deep: 19.9 mm before it are water still, 21 mm are not, and modulation is the range of 26.5 mm."""
    inside, outside = (tumour_depth(EYE, AHEAD, LINE, replace(RULES, proximal_mm=margin)) for margin in (19.9, 21.0))

    assert (inside.modulation_mm, inside.is_to_surface) == (pytest.approx(26.4), False)
    assert (outside.range_mm, outside.modulation_mm, outside.is_to_surface) == (pytest.approx(26.5), outside.range_mm, True)


def test_behind_a_wedge_the_surface_is_as_deep_as_the_wedge_is_thick() -> None:
    """Points 2 and 6 mm deep, the first behind 3 mm of wedge: the peak begins where that ray leaves the wedge, or 3 mm before the other."""
    partial = wedge(type="PARTIAL_STANDARD", thin_edge_mm=0.0)
    places = np.array([[-3.0 / (1 - 90 / 1750), 0.0], [1.0, 0.0]])
    bare = TumourDepth(
        isocentric_mm=places,
        depth_mm=np.array([2.0, 6.0]),
        skin_z_mm=0.0,
        rules=DepthRules(distal_mm=1.0, proximal_mm=3.0, skin_plane_mm=0.0),
    )

    behind = bare.with_wedges([partial], LINE)

    assert (bare.range_mm, bare.modulation_mm, bare.is_to_surface) == (7.0, 7.0, True)
    assert behind.depth_mm == pytest.approx([5.0, 6.0])
    assert (behind.range_mm, behind.modulation_mm, behind.is_to_surface) == (pytest.approx(7.0), pytest.approx(4.0), True)


@given(margin=st.floats(min_value=0.0, max_value=60.0), thin_edge=st.floats(min_value=-8.0, max_value=8.0))
def test_modulation_is_never_more_than_the_range(margin: float, thin_edge: float) -> None:
    """With and without a wedge, whatever the margin; and it holds the tumour itself."""
    depth = tumour_depth(EYE, AHEAD, LINE, replace(RULES, proximal_mm=margin))

    for one in (depth, depth.with_wedges([wedge(type="PARTIAL_STANDARD", thin_edge_mm=thin_edge)], LINE)):
        assert one.range_mm - one.shallowest_mm <= one.modulation_mm + 1e-9
        assert one.modulation_mm <= one.range_mm


def test_a_gaze_that_brings_the_margin_before_the_surface_makes_a_plan(shared: Path) -> None:
    """Case P3 at 50/30 wants 19.7 mm of modulation with 18.9 mm of range; the wheel is gated for 18.9 mm."""
    turned = with_gaze(clinical(shared, "P3"), Light(polar_deg=50.0, azimuth_deg=30.0))

    plan = with_depth(turned, depth_of(turned))

    assert (plan.field.range_mm, plan.field.modulation_mm, plan.field.is_to_surface) == (18.9, 18.9, True)
    assert plan.field.range_modulators[0].gating_stop_water_equivalent_mm == 18.9


@pytest.mark.parametrize("case", ["P1", "P2", "P3"])
def test_clinical_peaks_begin_behind_the_surface(shared: Path, case: str) -> None:
    """So the limit says nothing about MODN: all is as the tumour and its margins ask for."""
    depth = depth_of(clinical(shared, case))

    assert not depth.is_to_surface
    assert depth.modulation_mm == pytest.approx(
        depth.deepest_mm - depth.shallowest_mm + depth.rules.distal_mm + depth.rules.proximal_mm, abs=1e-9
    )


def test_wedge_without_a_direction_shapes_nothing() -> None:
    """EYEPLAN does not tell it, and it is not guessed."""
    with pytest.raises(Refused) as refusal:
        wedge_thickness_mm(wedge(orientation_deg=None), np.zeros((1, 2)), LINE)

    assert str(refusal.value) == "wedge 1: orientation_deg is not known, expected the direction of its thin edge"


def test_plan_takes_range_modulation_and_devices_from_geometry(shared: Path) -> None:
    """Case P1: 29.0 of 33.4 mm, so 4.4 mm are shifted in, and the wheel of 20 mm makes 18.1 mm."""
    plan = with_depth(plan := clinical(shared, "P1"), depth_of(plan))

    assert (plan.field.range_mm, plan.field.modulation_mm) == (29.0, 18.1)
    assert [one.water_equivalent_mm for one in plan.field.range_shifters] == [4.4]
    assert [one.id for one in plan.field.range_modulators] == ["W20"]


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"distal_mm": -2.5}, "depth rules: distal_mm is -2.5, expected 0 or more"),
        ({"eyelid_mm": -1.0}, "depth rules: eyelid_mm is -1, expected 0 or more"),
        ({"skin_plane_mm": math.nan}, "depth rules: skin_plane_mm is nan, expected a finite number"),
    ],
)
def test_impossible_rule_is_refused(changes: dict[str, float], sentence: str) -> None:
    """A negative margin or lid, and a plane that is nowhere, are each named."""
    with pytest.raises(Refused) as refusal:
        replace(RULES, **changes)

    assert str(refusal.value) == sentence


def test_depth_without_a_tumour_is_refused() -> None:
    """What is not known is not guessed."""
    with pytest.raises(Refused) as bare:
        tumour_depth(replace(EYE, tumour=None), AHEAD, LINE, RULES)
    with pytest.raises(Refused) as unknown:
        depth_of(replace(sample_plan(), eye_model=None))

    assert str(bare.value) == "depth: the tumour's shape is not known, expected an eye model with a tumour"
    assert str(unknown.value) == "plan Plan 1: the eye's shape is not known, expected an eye model"
