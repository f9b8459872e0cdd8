"""Monitor units of a beam: entered before planned, planned before derived, never none."""

from __future__ import annotations

import pytest

from workbench.errors import Refused
from workbench.treatment.course import Course, PlannedBeam, metersets


def make_course(*beams: PlannedBeam, fractions: int | None = 4) -> Course:
    """A course with these beams."""
    return Course(plan_uid="2.25.1", label="EYE", patient_id="P-001", fractions=fractions, beams=beams)


def test_an_entered_meterset_comes_before_the_plans() -> None:
    """What the user enters for a beam wins; a beam nothing is entered for keeps the plan's Beam Meterset."""
    course = make_course(
        PlannedBeam(number=1, name="A", meterset_mu=40.0, dose_gy=15.0), PlannedBeam(number=2, name="B", meterset_mu=60.0, dose_gy=15.0)
    )

    found = metersets(course, {1: 120.0}, mu_per_gy=100.0)

    assert found == {1: 120.0, 2: 60.0}


def test_the_plans_meterset_comes_before_dose_times_mu_per_gy() -> None:
    """Beam Meterset above 0 is used although Beam Dose would give another number."""
    course = make_course(PlannedBeam(number=1, name="A", meterset_mu=40.0, dose_gy=15.0))

    assert metersets(course, {}, mu_per_gy=100.0) == {1: 40.0}


@pytest.mark.parametrize("meterset_mu", [None, 0.0])
def test_a_plan_without_monitor_units_gets_them_from_its_dose(meterset_mu: float | None) -> None:
    """15 Gy at 100 MU/Gy are 1500 MU where the planner exported no Beam Meterset or 0.0."""
    course = make_course(PlannedBeam(number=1, name="A", meterset_mu=meterset_mu, dose_gy=15.0))

    assert metersets(course, {}, mu_per_gy=100.0) == {1: 1500.0}


@pytest.mark.parametrize(("dose_gy", "mu_per_gy"), [(None, 100.0), (0.0, 100.0), (15.0, None)])
def test_a_beam_at_0_mu_is_refused(dose_gy: float | None, mu_per_gy: float | None) -> None:
    """Without a meterset, and without both dose and monitor units per Gy, nothing can be treated."""
    course = make_course(PlannedBeam(number=1, name="A", meterset_mu=0.0, dose_gy=dose_gy))

    with pytest.raises(Refused, match=r"^plan EYE, beam 1: found 0 MU .* expected monitor units at check-in$") as refusal:
        metersets(course, {}, mu_per_gy)

    assert refusal.value.rule == "meterset"


@pytest.mark.parametrize("entered_mu", [0.0, -1.0, float("inf"), float("nan")])
def test_entered_monitor_units_must_be_a_finite_number_above_0(entered_mu: float) -> None:
    """Nothing, less than nothing and no number at all are refused by name, even where the plan knows better."""
    course = make_course(PlannedBeam(number=1, name="A", meterset_mu=40.0))

    with pytest.raises(Refused, match=rf"^plan EYE, beam 1: found {entered_mu} MU, expected more than 0$"):
        metersets(course, {1: entered_mu}, None)


def test_monitor_units_for_a_beam_that_the_plan_lacks_are_refused() -> None:
    """A typing error in the beam number is no silent no-op."""
    course = make_course(PlannedBeam(number=1, name="A", meterset_mu=40.0), PlannedBeam(number=3, name="B", meterset_mu=40.0))

    with pytest.raises(Refused, match=r"^plan EYE: found no beam 2, expected one of 1, 3$"):
        metersets(course, {2: 40.0}, None)


def test_a_course_hands_out_its_beams_by_number() -> None:
    """The number is the beam's own, not its place in the plan."""
    third = PlannedBeam(number=3, name="C")

    assert make_course(PlannedBeam(number=1, name="A"), third).beam(3) == third
