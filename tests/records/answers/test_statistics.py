"""Timing, terminations and setup of a few rows, reckoned by hand."""

from __future__ import annotations

from math import sqrt

import pytest

from tests.records.answers.frames import INTERRUPTED, at, beam, beams, history, planned, positions, registrations, rows, sessions
from workbench.errors import Refused
from workbench.records.answers import setup_spread, setup_trend, terminations, timing

TIMES = ("claim_to_beam_on_s", "beam_on_to_beam_off_s", "beam_on_s", "beam_off_to_finish_s", "whole_s")


def test_claim_to_beam_on_to_completion() -> None:
    """Claimed 8:00, beam 8:11 to 8:12 and 8:15 to 8:16, completed 8:20: 660, 300, 120, 240 and 1200 s."""
    item = {"session": 1, "code": "121726", "workitem_uid": "2.25.7", "patient_id": "P-001", "room": "EYE1"}
    told = history(
        {**item, "at": at(-30), "state": "SCHEDULED", "number": 1},
        {**item, "at": at(0), "state": "IN PROGRESS", "number": 2},
        {**item, "at": at(20), "state": "COMPLETED", "number": 3},
    )

    frame = timing(beams(*INTERRUPTED[:2]), told)

    assert rows(frame, "workitem_uid", "state", *TIMES) == [("2.25.7", "COMPLETED", 660.0, 300.0, 120.0, 240.0, 1200.0)]


def test_a_workitem_without_beam_has_no_beam_times() -> None:
    """Claimed and canceled after five minutes."""
    item = {"session": 1, "code": "121726", "workitem_uid": "2.25.7", "patient_id": "P-001", "room": "EYE1"}
    told = history({**item, "at": at(0), "state": "IN PROGRESS"}, {**item, "at": at(5), "state": "CANCELED"})

    assert rows(timing(beams(), told), "state", *TIMES) == [("CANCELED", None, None, None, None, 300.0)]


def test_records_without_workitems_tell_their_beam_times() -> None:
    """Two sessions of loose records: from first beam-on to last beam-off, nothing of a claim."""
    loose = [{**one, "session": None} for one in INTERRUPTED]

    assert rows(timing(beams(*loose), history()), "fraction", *TIMES) == [
        (1, None, 480.0, 180.0, None, None),
        (2, None, 60.0, 60.0, None, None),
    ]


def test_terminations_are_counted_and_what_is_missing_summed() -> None:
    """Of four deliveries one was stopped, 27.5 MU short of the 40 it was asked for."""
    frame = terminations(beams(*INTERRUPTED), planned(), sessions())

    assert rows(frame, "group", "termination", "deliveries", "share_percent", "delivered_mu", "missing_mu") == [
        ("EYE1", "NORMAL", 3, 75.0, 87.5, 0.0),
        ("EYE1", "OPERATOR", 1, 25.0, 12.5, 27.5),
    ]


def test_terminations_by_another_column_and_by_none() -> None:
    """By type of delivery; a column that they cannot be counted by is refused."""
    frame = terminations(beams(*INTERRUPTED), planned(), sessions(), by="delivery_type")

    assert rows(frame, "group", "termination", "deliveries") == [
        ("CONTINUATION", "NORMAL", 1),
        ("TREATMENT", "NORMAL", 2),
        ("TREATMENT", "OPERATOR", 1),
    ]
    with pytest.raises(Refused, match="terminations: found 'colour' to count by, expected one of room"):
        terminations(beams(), planned(), sessions(), by="colour")


def shift(patient: str, uid: str, day: int, mm: float) -> dict[str, object]:
    """A registration that shifts along x only."""
    return {"patient_id": patient, "room": "EYE1", "session": day, "shift_x_mm": mm, "stored_at": at(0, day), "object_uid": uid}


def test_a_trend_runs_in_the_order_of_time_with_its_mean() -> None:
    """1, 3 and 2 mm: means 1, 2 and 2; the planned position is no setup."""
    shifts = registrations(shift("P-001", "2.25.3", 3, 2.0), shift("P-001", "2.25.1", 1, 1.0), shift("P-001", "2.25.2", 2, 3.0))
    table = {"patient_id": "P-001", "session": 1, "stored_at": at(0, 1), "vertical_mm": -12.0, "object_uid": "2.25.5"}
    places = positions({**table, "kind": "INITLASERISO"}, {**table, "kind": "ACQ_ISOCENTER", "residual_vertical_mm": 0.5})

    frame = setup_trend(places, shifts)

    assert rows(frame, "measure", "axis", "unit", "place", "value", "running_mean") == [
        ("position", "vertical", "mm", 1, -12.0, -12.0),
        ("residual", "vertical", "mm", 1, 0.5, 0.5),
        ("shift", "x", "mm", 1, 1.0, 1.0),
        ("shift", "x", "mm", 2, 3.0, 2.0),
        ("shift", "x", "mm", 3, 2.0, 2.0),
    ]


def test_a_treatment_record_tells_where_the_table_stood() -> None:
    """Of each record its first treating beam; the setup beam before it, and the second beam at the same place, are left out."""
    frame = setup_trend(
        positions(),
        registrations(),
        beams(
            beam("2.25.101", 3, 1.0, started=at(5), delivery_type="SETUP", machine="EYELINE", support_vertical_mm=9.0),
            beam("2.25.101", 1, 40.0, item=1, machine="EYELINE", support_vertical_mm=-12.0, support_angle_deg=359.5),
            beam("2.25.101", 2, 20.0, item=2, machine="EYELINE", support_vertical_mm=-12.0, support_angle_deg=359.5),
            beam("2.25.102", 1, 40.0, fraction=2, machine="EYELINE", support_vertical_mm=-11.0, support_angle_deg=0.5),
        ),
    )

    assert rows(frame, "measure", "axis", "unit", "machine", "place", "value", "running_mean", "object_uid") == [
        ("beam-on", "vertical", "mm", "EYELINE", 1, -12.0, -12.0, "2.25.101"),
        ("beam-on", "vertical", "mm", "EYELINE", 2, -11.0, -11.5, "2.25.102"),
        ("beam-on", "yaw", "°", "EYELINE", 1, -0.5, -0.5, "2.25.101"),
        ("beam-on", "yaw", "°", "EYELINE", 2, 0.5, 0.0, "2.25.102"),
    ]


def test_angles_about_180_degrees_have_their_mean_there() -> None:
    """179 and -179 degrees are two degrees apart, and their mean is 180."""
    turn = {"patient_id": "P-001", "object_uid": "2.25.1"}
    turns = registrations({**turn, "turn_z_deg": 179.0, "stored_at": at(0, 1)}, {**turn, "turn_z_deg": -179.0, "stored_at": at(0, 2)})

    assert rows(setup_trend(positions(), turns), "value", "running_mean") == [(179.0, 179.0), (181.0, 180.0)]


def test_spread_is_told_as_mean_systematic_and_random() -> None:
    """Patients at 1, 3 mm and at 4, 8 mm: means 2 and 6, so 4 and √8; deviations √2 and √8, so their root mean square √5."""
    shifts = registrations(
        shift("P-001", "2.25.1", 1, 1.0),
        shift("P-001", "2.25.2", 2, 3.0),
        shift("P-002", "2.25.3", 3, 4.0),
        shift("P-002", "2.25.4", 4, 8.0),
    )

    frame = setup_spread(setup_trend(positions(), shifts))

    told = ("by", "name", "count", "patients", "mean", "systematic", "random", "smallest", "largest")
    assert rows(frame, *told) == [
        ("patient", "P-001", 2, 1, 2.0, None, pytest.approx(sqrt(2)), 1.0, 3.0),
        ("patient", "P-002", 2, 1, 6.0, None, pytest.approx(sqrt(8)), 4.0, 8.0),
        ("room", "EYE1", 4, 2, 4.0, pytest.approx(sqrt(8)), pytest.approx(sqrt(5)), 1.0, 8.0),
    ]


def test_nothing_to_answer_from_is_an_empty_answer() -> None:
    """No setup, and no treatment."""
    assert setup_spread(setup_trend(positions(), registrations())).empty
    assert timing(beams(beam("2.25.1", 1, 40.0, kind="qa")), history()).empty
