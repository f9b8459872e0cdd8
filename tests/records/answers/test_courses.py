"""Progress, treatments and comparison of a course counted by hand: 3 fractions of 40 + 20 MU, 180 MU in all."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest

from tests.records.answers.frames import INTERRUPTED, at, beam, beams, planned, rows, sessions
from workbench.records.answers import planned_versus_delivered, progress, treatments


def test_progress_counts_finished_interrupted_and_remaining_fractions() -> None:
    """Fraction 1 is whole, fraction 2 lacks beam 2: 100 of 180 MU, and fraction 2 is to be continued."""
    frame = progress(beams(*INTERRUPTED), planned(), sessions())

    told = ("fractions_planned", "fractions_finished", "fractions_interrupted", "fractions_remaining", "next_fraction", "state")
    assert rows(frame, *told) == [(3, 1, 1, 2, 2, "running")]
    assert rows(frame, "planned_mu", "delivered_mu", "started_at", "explained") == [
        (180.0, 100.0, at(11), "Fraction 2 is to be continued.")
    ]
    assert frame["delivered_percent"].iloc[0] == pytest.approx(100 / 1.8)


def test_a_plan_without_records_has_not_begun() -> None:
    """All is left, and the first fraction is due; a session's own copy of the plan is no course."""
    copy = {"session": 1, "session_plan_uid": "2.25.11", "plan_uid": "2.25.1"}
    both = pd.concat([planned(), planned(plan_uid="2.25.11")], ignore_index=True)

    frame = progress(beams(), both, sessions(copy))

    assert rows(frame, "fractions_remaining", "next_fraction", "state", "delivered_mu", "explained") == [
        (3, 1, "not begun", 0.0, "Fraction 1 is to be begun.")
    ]


def test_a_finished_course_is_complete() -> None:
    """Three fractions of two beams: nothing is due."""
    whole = [
        beam(f"2.25.{fraction}{number}", number, mu, fraction=fraction) for fraction in (1, 2, 3) for number, mu in ((1, 40.0), (2, 20.0))
    ]

    frame = progress(beams(*whole), planned(), sessions())

    assert rows(frame, "fractions_remaining", "next_fraction", "state", "delivered_percent") == [(0, None, "complete", 100.0)]
    assert frame["explained"].iloc[0] == "plan EYE: all 3 fractions are delivered, expected one left to treat"


def test_loose_records_of_one_plan_label_are_one_course() -> None:
    """Without sessions each record references a plan of its own; 40 MU in each of two fractions are one course of 80 MU."""
    loose = [
        beam("2.25.101", 1, 40.0, session=None, plan_uid="2.25.11"),
        beam("2.25.102", 1, 40.0, fraction=2, session=None, plan_uid="2.25.12"),
    ]

    frame = progress(beams(*loose), planned()[:0], sessions())

    assert rows(frame, "fractions_finished", "next_fraction", "delivered_mu") == [(2, 3, 80.0)]


def test_interruption_and_continuation_are_one_treatment() -> None:
    """12.5 + 27.5 = 40 MU; beam-on 8:11 to 8:12 and 8:15 to 8:16: 120 s of beam, 180 s of pause."""
    frame = treatments(beams(*INTERRUPTED), planned(), sessions())

    told = ("fraction", "beam", "deliveries", "interruptions", "is_finished", "delivered_mu", "missing_mu", "beam_on_s", "paused_s")
    assert rows(frame, *told) == [
        (1, 1, 2, 1, True, 40.0, 0.0, 120.0, 180.0),
        (1, 2, 1, 0, True, 20.0, 0.0, 60.0, 0.0),
        (2, 1, 1, 0, True, 40.0, 0.0, 60.0, 0.0),
    ]
    assert frame["chain"].iloc[0] == "TREATMENT 12.5 MU OPERATOR → CONTINUATION 27.5 MU NORMAL"
    assert frame["record_uids"].iloc[0] == "2.25.101, 2.25.102"


def test_a_record_that_came_twice_is_one_delivery() -> None:
    """The same beam-on under another UID, and the same record in two files, are counted once."""
    first = beam("2.25.101", 1, 40.0)

    frame = treatments(beams(first, first, {**first, "record_uid": "2.25.102"}), planned(), sessions())

    assert rows(frame, "deliveries", "delivered_mu") == [(1, 40.0)]


def test_quality_assurance_counts_for_no_course() -> None:
    """A beam without the patient."""
    assert treatments(beams(beam("2.25.101", 1, 40.0, kind="qa")), planned(), sessions()).empty


@pytest.mark.parametrize(
    ("mu", "result"),
    [(40.0, "pass"), (40.2, "pass"), (40.3, "warn"), (39.2, "warn"), (40.9, "fail"), (12.5, "fail")],
)
def test_meterset_is_held_against_half_and_two_percent(mu: float, result: str) -> None:
    """Of 40 MU half a percent is 0.2 MU and two percent are 0.8 MU."""
    frame = planned_versus_delivered(beams(beam("2.25.101", 1, mu)), planned(), sessions())

    (found,) = rows(frame[frame["quantity"] == "meterset"], "planned", "delivered", "difference", "tolerance", "result")
    assert found == (40.0, mu, pytest.approx(mu - 40.0), pytest.approx(0.2), result)


def test_a_meterset_has_the_unit_of_its_record() -> None:
    """Number of protons rather than monitor units (PS3.3 C.8.8.16, Primary Dosimeter Unit NP)."""
    frame = planned_versus_delivered(beams(beam("2.25.101", 1, 40.0, dosimeter_unit="NP")), planned(), sessions())

    assert rows(frame[frame["quantity"] == "meterset"], "unit", "result") == [("NP", "pass")]


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"gantry_deg": 359.5}, (-0.5, 1.0, "pass")),
        ({"gantry_deg": 359.1}, (-0.9, 1.0, "warn")),
        ({"gantry_deg": 1.1}, (1.1, 1.0, "fail")),
        ({"gantry_deg": None}, (None, 1.0, "unknown")),
    ],
)
def test_angles_are_held_against_the_tolerance_table(changes: dict[str, Any], expected: tuple[object, ...]) -> None:
    """Gantry 0 within 1 degree: 359.5 is half a degree off, not 359.5; above 0.8 degrees it is a warning."""
    frame = planned_versus_delivered(beams(beam("2.25.101", 1, 40.0, **changes)), planned(), sessions())

    (found,) = rows(frame[frame["quantity"] == "gantry"], "difference", "tolerance", "result")
    assert found == (expected[0] if expected[0] is None else pytest.approx(expected[0]), *expected[1:])


def test_of_several_deliveries_the_one_farthest_off_is_told() -> None:
    """The continuation stood at 0.6 degrees, the beginning at 0.2."""
    both = beams(
        beam("2.25.101", 1, 12.5, gantry_deg=0.2, termination="OPERATOR"), beam("2.25.102", 1, 27.5, 12.5, started=at(15), gantry_deg=0.6)
    )

    frame = planned_versus_delivered(both, planned(), sessions())

    assert rows(frame[frame["quantity"] == "gantry"], "delivered", "result", "record_uids") == [(0.6, "pass", "2.25.101, 2.25.102")]


def test_a_setting_without_tolerance_warns_when_it_differs() -> None:
    """Snout at 100.0 mm planned, 100.3 mm delivered, no tolerance: somebody should look."""
    frame = planned_versus_delivered(beams(beam("2.25.101", 1, 40.0, snout_mm=100.3)), planned(snout_mm=100.0), sessions())

    (found,) = rows(frame[frame["quantity"] == "snout"], "unit", "difference", "tolerance", "result")
    assert found == ("mm", pytest.approx(0.3), None, "warn")
