"""Two plans compared: nothing that differs is missed, and it is told in words and units."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings

from tests.factories import SQUARE_MM, make_beamline, make_field, make_plan
from tests.planned import plans
from workbench.ocular.accessories import Wedge
from workbench.ocular.aperture import Aperture
from workbench.ocular.difference import Change, Difference, difference, hausdorff_mm
from workbench.ocular.eye import Laterality
from workbench.ocular.gaze import Fixation, Light
from workbench.ocular.plan import OcularPlan

PLAN = make_plan()
FIELD = PLAN.field
W15 = Wedge(number=2, id="W15", angle_deg=15, orientation_deg=None, tray_to_isocentre_mm=90.0, type=None)


@pytest.mark.parametrize(
    ("after", "changes"),
    [
        (replace(PLAN, label="EYE PLAN 2"), [Change(what="label", before="EYE PLAN 1", after="EYE PLAN 2")]),
        (replace(PLAN, name=None), [Change(what="name", before="First plan", after="—")]),
        (
            replace(PLAN, prescription=replace(PLAN.prescription, dose_gy_rbe=52.0)),
            [Change(what="prescription: dose of the course", before="60 Gy(RBE)", after="52 Gy(RBE)", change="-8 Gy(RBE)")],
        ),
        (
            replace(PLAN, field=make_field(range_mm=25.625)),
            [Change(what="field: range", before="25.5 mm", after="25.625 mm", change="+0.125 mm")],
        ),
        (
            replace(PLAN, fixation=Fixation(gaze=Light(polar_deg=18.0, azimuth_deg=5.0), eye=Laterality.RIGHT)),
            [Change(what="fixation, light for the treated eye: azimuth", before="330°", after="5°", change="+35°")],
        ),
        (
            replace(PLAN, field=make_field(wedges=(replace(FIELD.wedges[0], angle_deg=25, orientation_deg=None), W15))),
            [
                Change(what="field, wedge 1: angle", before="30°", after="25°", change="-5°"),
                Change(what="field, wedge 1: orientation", before="45°", after="—"),
                Change(what="field: wedge 2", before="—", after="W15"),
            ],
        ),
        (
            replace(PLAN, beamline=make_beamline(virtual_source_mm=(1750.0, 1700.0))),
            [Change(what="beamline: virtual source", before="(1750, 1750) mm", after="(1750, 1700) mm")],
        ),
        (
            replace(PLAN, setup_images=PLAN.setup_images[::-1]),
            [Change(what="order of setup images", before="AXIAL, LATERAL", after="LATERAL, AXIAL")],
        ),
    ],
)
def test_a_change_is_told_in_words_with_its_unit(after: OcularPlan, changes: list[Change]) -> None:
    """Numbers with their signed difference, angles the shorter way round, items by their number, what is not known as a dash."""
    assert difference(PLAN, after).changes == tuple(changes)


def test_an_aperture_differs_by_area_and_distance() -> None:
    """A square of 19.2 mm moved by 0.3 mm to the left keeps its area; the edges are 0.3 mm apart."""
    moved = Aperture(block_mm=tuple((x + 0.3, y) for x, y in SQUARE_MM), block_id="Block 1")

    (change,) = difference(PLAN, make_plan(field=make_field(aperture=moved))).changes

    assert (change.what, change.before, change.after) == ("field, aperture: outline", "4 points, 368.64 mm²", "4 points, 368.64 mm²")
    assert change.change == "+0.000 mm², at most 0.300 mm apart"


@pytest.mark.parametrize(
    ("other", "apart"),
    [
        (tuple((2 * x, 2 * y) for x, y in SQUARE_MM), 9.6 * math.sqrt(2)),
        (((-9.6, -9.6), (0.0, -12.0), *SQUARE_MM[1:]), 2.4),
        (SQUARE_MM[2:] + SQUARE_MM[:2], 0.0),
    ],
    ids=["twice as large", "one more point", "begun elsewhere"],
)
def test_outlines_are_as_far_apart_as_their_farthest_places(other: tuple[tuple[float, float], ...], apart: float) -> None:
    """From corner to corner, from a point to an edge; the same outline begun at another point is not apart."""
    assert hausdorff_mm(SQUARE_MM, other) == pytest.approx(apart, abs=1e-9)


@pytest.mark.parametrize(("step", "told"), [(1e-4, "+0.0001 mm"), (1e-9, "+1e-09 mm")])
def test_what_three_decimals_do_not_tell_apart_is_shown_in_full(step: float, told: str) -> None:
    """A difference is never hidden by rounding."""
    (change,) = difference(PLAN, replace(PLAN, field=make_field(range_mm=25.5 + step))).changes

    assert change.before != change.after
    assert change.change == told


@settings(max_examples=10, suppress_health_check=[HealthCheck.too_slow])
@given(before=plans(), after=plans())
def test_nothing_differs_exactly_when_plans_are_equal(before: OcularPlan, after: OcularPlan) -> None:
    """No difference is missed and none is invented."""
    assert not difference(before, before)
    assert bool(difference(before, after)) == (before != after)


@pytest.mark.parametrize("shown", [str, Difference._repr_html_])
def test_a_difference_shows_itself(shown: Callable[[Difference], str]) -> None:
    """As lines of text and as a table; text of the plan is escaped in the table."""
    found = difference(PLAN, replace(PLAN, name="<b>", field=make_field(range_mm=25.0)), names=("A", "B"))

    assert "25.5 mm" in shown(found)
    assert "-0.5 mm" in shown(found)
    assert "&lt;b&gt;" in found._repr_html_()
    assert shown(difference(PLAN, PLAN, names=("A", "B"))) in {"A and B: no difference", "<p>A and B: no difference</p>"}
