"""What is missing, told twice or contradictory, each found in a table made for it."""

from __future__ import annotations

import pandas as pd
import pytest

from tests.records.answers.frames import INTERRUPTED, beam, beams, instructions, planned, rows, sessions, workitems
from workbench.records.answers import irregularities


def found(*deliveries: dict[str, object], **more: pd.DataFrame) -> list[tuple[object, ...]]:
    """Kind, fraction, beam and sentence of everything that was found."""
    frame = irregularities(beams(*deliveries), planned(), more.get("sessions", sessions()), more.get("instructions"), more.get("workitems"))
    return rows(frame, "kind", "fraction", "beam", "sentence")


def test_a_regular_course_has_none() -> None:
    """An interruption that was continued is no irregularity."""
    assert found(*INTERRUPTED) == []


def test_the_same_delivery_under_another_uid_is_a_duplicate() -> None:
    """It counts once."""
    first = beam("2.25.101", 1, 40.0)

    assert found(first, {**first, "record_uid": "2.25.102"}) == [
        ("duplicate", 1, 1, "A record of 40.0 MU of beam 1 repeats a delivery that another record tells; it counts once.")
    ]


def test_the_same_record_in_two_files() -> None:
    """A copy is a duplicate; another content under the same UID is a contradiction that names what differs."""
    first = beam("2.25.101", 1, 40.0, file="a.dcm")

    assert found(first, {**first, "file": "b.dcm"}) == [
        ("duplicate", 1, 1, "One record is here more than once (a.dcm, b.dcm); it counts once.")
    ]
    assert found(first, {**first, "file": "b.dcm", "termination": "MACHINE"}) == [
        ("contradictory", 1, 1, "One record says two things about termination (a.dcm, b.dcm); the first one counts.")
    ]


def test_a_record_that_contradicts_itself() -> None:
    """40 MU in one place and 30 MU by its control points."""
    assert found(beam("2.25.101", 1, 40.0, last_point_mu=30.0)) == [
        (
            "contradictory", 1, 1,
            "A record of beam 1 says 40.0 MU and 30.0 MU of the same delivery; 40.0 MU count, as nothing is to be delivered twice.",
        )
    ]  # fmt: skip


def test_a_continuation_of_what_no_record_tells() -> None:
    """It begins at 12.5 MU, and nothing before it is recorded."""
    assert found(beam("2.25.102", 1, 27.5, 12.5)) == [
        (
            "missing", 1, 1,
            "A delivery of beam 1 begins at 12.5 MU, but only 0.0 MU of fraction 1 are recorded before it: an earlier record is missing.",
        )
    ]  # fmt: skip


def test_gaps_between_fractions_and_beams() -> None:
    """Fraction 1 has no record, fraction 2 none of beam 2; of fraction 3 nothing is missed yet."""
    assert found(beam("2.25.101", 1, 40.0, fraction=2), beam("2.25.102", 1, 40.0, fraction=3)) == [
        ("missing", 1, None, "No record is here of fraction 1, though a later one has begun."),
        ("missing", 2, 2, "No record is here of beam 2 in fraction 2, though a later fraction has begun."),
    ]


def test_records_of_a_plan_that_is_not_here() -> None:
    """One of fraction 3 alone is said to lack its plan, and nothing of fractions 1 and 2; two of another plan lack fraction 1 as well."""
    alone = {"session": None, "plan_label": None, "plan_uid": "2.25.9", "session_plan_uid": "2.25.9"}
    other = {**alone, "plan_uid": "2.25.8", "session_plan_uid": "2.25.8"}

    told = found(
        beam("2.25.101", 1, 40.0, fraction=3, **alone),
        beam("2.25.102", 1, 40.0, fraction=2, **other),
        beam("2.25.103", 1, 40.0, fraction=3, **other),
    )

    assert told == [
        ("missing", 1, None, "No record is here of fraction 1, though a later one has begun."),
        ("missing", None, None, "The plan that 2 records tell of is not here: what was planned cannot be told."),
        ("missing", None, None, "The plan that a record tells of is not here: what was planned cannot be told."),
    ]


def test_a_record_of_no_beam_belongs_to_its_plan() -> None:
    """Loose files: the label stands beside planned beams only, and the course is one all the same."""
    loose = {"session": None, "plan_label": None}

    frame = irregularities(beams(beam("2.25.101", None, 40.0, fraction=1, **loose)), planned(), sessions())

    assert rows(frame, "plan_label", "kind") == [("EYE", "missing")]


def test_more_than_two_percent_too_much() -> None:
    """42 of 40 MU are 5 % more."""
    assert found(beam("2.25.101", 1, 42.0)) == [
        (
            "overdelivered", 1, 1,
            "Beam 1 of fraction 1 was given 42.0 MU, 5.0 % more than the 40.0 MU planned: a physicist should look at it.",
        )
    ]  # fmt: skip


def test_records_that_cannot_be_counted() -> None:
    """No beam, no meterset, a beam that is not planned, a fraction that is not planned."""
    kinds = [
        one[:3]
        for one in found(
            beam("2.25.101", None, 40.0, fraction=1),
            beam("2.25.102", 1, None, fraction=1),
            beam("2.25.103", 7, 40.0, fraction=1),
            beam("2.25.104", 1, 40.0, fraction=9, session=None, plan_uid="2.25.1", plan_label=None),
        )
    ]

    assert kinds == [("missing", 1, 1), ("unplanned", 1, 7), ("missing", 1, None), ("unplaced", 9, 1)]


@pytest.mark.parametrize(
    ("state", "ended", "missing"),
    [("COMPLETED", "NORMAL", True), ("CANCELED", "NORMAL", False), ("COMPLETED", "OPERATOR", False)],
)
def test_a_session_that_was_completed_without_a_record(state: str, ended: str, *, missing: bool) -> None:
    """Beam 2 was to be treated in session 1; its device called that COMPLETED, stopped nothing, and sent no record."""
    session = {"session": 1, "state": "completed", "kind": "treatment", "fraction": 1, "patient_id": "P-001", "plan_uid": "2.25.1"}
    task = {"session": 1, "fraction": 1, "patient_id": "P-001", "plan_uid": "2.25.1"}

    told = found(
        beam("2.25.101", 1, 40.0, termination=ended),
        sessions=sessions(session),
        instructions=instructions({**task, "beam": 1}, {**task, "beam": 2}),
        workitems=workitems({"session": 1, "code": "121726", "state": state, "patient_id": "P-001"}),
    )

    sentence = "Session 1 was completed, but no record of beam 2 came: what it got of fraction 1 is not known."
    assert told == ([("missing", 1, 2, sentence)] if missing else [])


def test_the_fraction_of_a_session_counts() -> None:
    """The record names fraction 2, its session treated fraction 1."""
    session = {"session": 5, "state": "active", "kind": "treatment", "fraction": 1, "plan_uid": "2.25.1"}

    assert found(beam("2.25.101", 1, 40.0, fraction=2, session=5), sessions=sessions(session)) == [
        ("contradictory", 1, 1, "A record of 40.0 MU of beam 1 names fraction 2; it counts for fraction 1, which its session treated.")
    ]
