"""What a dashboard says of a delivery, a stop and the end of a session."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from tests.widgets.test_view import make_session, make_workitem
from workbench.archive.rows import SessionState, StepState
from workbench.device.report import Expectation, Report, Treated
from workbench.errors import Refused
from workbench_widgets import outcomes

BY_HAND = "What no record tells is entered by hand before the session is completed (workbench session record)."


def make_report(problem: str = "", **changes: Any) -> Report:
    """Fraction 1, of which beam 1 has got 14.0 MU, in a record."""
    parts: dict[str, Any] = {"workitem": "2.25.7", "state": "CANCELED", "fraction": 1, "record_uid": "2.25.8", "delivered_mu": {1: 14.0}}
    met = Expectation(number=1, step="find", asked="", expected="", heard="", problem=Refused(problem) if problem else None)
    return Report(scenario="normal", expectations=(met,), treated=Treated(**{**parts, **changes}))


@pytest.mark.parametrize(
    ("expected", "said"),
    [
        ({1: 60.0}, ("Session 1 is prepared. Beam 1 is treated.", "pass")),
        ({}, ("Session 1 is prepared. Beam 1 is treated.", "pass")),
        (
            {1: 12.0},
            (
                "Session 1 is prepared. Beam 1 is treated. "
                "That is far more than usual (beam 1 120.0 MU, expected were 12.0 MU): cancel it unless it is meant.",
                "warn",
            ),
        ),
    ],
    ids=["twice", "nothing to compare with", "a digit too many"],
)
def test_far_too_many_monitor_units_are_asked_about(expected: dict[int, float], said: outcomes.Word) -> None:
    """120.0 MU are checked in; what is less can be given later, what is more cannot be taken back."""
    assert outcomes.prepared(replace(make_session(SessionState.PREPARED), explained="Beam 1 is treated."), expected) == said


@pytest.mark.parametrize(
    ("report", "said"),
    [
        (make_report(state="COMPLETED"), ("Fraction 1 is delivered (beam 1: 14.0 MU). Complete the session.", "pass")),
        (
            make_report(),
            ("Fraction 1 was interrupted (beam 1: 14.0 MU). Complete the session, then check in again to continue it.", "warn"),
        ),
        (
            make_report(delivered_mu={}, record_uid=None),
            ("Nothing was delivered: the device gave its workitem up. Complete the session, then check in again.", "warn"),
        ),
        (
            make_report(state="IN PROGRESS", delivered_mu={}, record_uid=None),
            (
                "The device went away and still holds its workitem (nothing given). Cancel the session, complete it, then check in again.",
                "warn",
            ),
        ),
        (
            make_report(state="COMPLETED", delivered_mu={}, record_uid=None),
            ("The work is done; no beam was part of it. Complete the session.", "pass"),
        ),
        (
            make_report("PROVIDER: answered with C300", record_uid=None),
            (f"PROVIDER: answered with C300. Given and not recorded: beam 1: 14.0 MU. {BY_HAND}", "fail"),
        ),
        (make_report("PROVIDER: answered with C300", delivered_mu={}, record_uid=None), ("PROVIDER: answered with C300", "fail")),
    ],
    ids=["delivered", "interrupted", "rejected", "gone", "imaging", "not recorded", "refused before any beam"],
)
def test_a_delivery_is_told_with_what_was_given_and_what_comes_next(report: Report, said: outcomes.Word) -> None:
    """Advice that can be followed: what it names is not grey then."""
    assert outcomes.delivered(report) == said


def test_a_stop_tells_what_was_given() -> None:
    """Behind the words that everything is stopped."""
    words, tone = outcomes.stopped(make_report(), [])

    assert tone == "warn"
    assert words.startswith(
        "Everything is stopped: no beam, and the provider accepts nothing. Fraction 1 was interrupted (beam 1: 14.0 MU)."
    )


def test_a_stop_that_leaves_something_unrecorded_is_a_failure() -> None:
    """Its words are those of the delivery, as a sentence of its own."""
    words, tone = outcomes.stopped(make_report("peer: no answer", record_uid=None), [])

    assert tone == "fail"
    assert words.startswith("Everything is stopped: no beam, and the provider accepts nothing. Peer: no answer. Given and not recorded:")


def test_a_cancel_under_a_beam_tells_the_last_report_and_who_enters_the_rest() -> None:
    """The record of the device will be refused."""
    held = replace(make_workitem(StepState.IN_PROGRESS), progress_text="Beam 1: 14.0 of 40.0 MU")

    words, tone = outcomes.canceled(make_session(SessionState.CANCELED), held)

    assert tone == "warn"
    assert words == (
        "Session 1 is canceled; complete it to free the room. TDD1 was at work and is refused from now on; "
        f"its last report was: Beam 1: 14.0 of 40.0 MU. {BY_HAND}"
    )


def test_a_cancel_before_any_claim_is_no_warning() -> None:
    """Nobody was at work."""
    assert outcomes.canceled(make_session(SessionState.CANCELED), None) == (
        "Session 1 is canceled; complete it to free the room.",
        "pass",
    )
