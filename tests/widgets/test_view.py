"""What can be done next, and what is said when it cannot."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from workbench.archive.rows import SessionRow, SessionState, StepState, WorkitemRow
from workbench.treatment.session import SessionKind
from workbench_widgets.view import Action, RoomView, next_step, obstacles

NOW = datetime(2024, 6, 3, 8, 15, tzinfo=UTC)


def make_session(state: SessionState) -> SessionRow:
    """Session 1 of one beam."""
    return SessionRow(
        id=1,
        state=state,
        kind=SessionKind.TREATMENT,
        room="EYE1",
        plan_uid="2.25.1",
        session_plan_uid="2.25.2",
        instruction_uid="2.25.3",
        plan_label="Plan 1",
        patient_id="P1",
        study_uid="2.25.4",
        frame_uid=None,
        fraction=1,
        metersets_mu={1: 120.0},
        tasks=(),
        explained="",
        prepared_at=NOW,
    )


def make_workitem(state: StepState) -> WorkitemRow:
    """Its workitem."""
    return WorkitemRow(
        uid="2.25.7",
        session_id=1,
        room="EYE1",
        code="121726",
        state=state,
        lock=None,
        holder="TDD1" if state is StepState.IN_PROGRESS else None,
        progress_percent=None,
        progress_text=None,
        dataset=b"",
        changed_at=NOW,
    )


def make_view(session: SessionState | None = None, workitem: StepState | None = None, *, listens: bool = True) -> RoomView:
    """Room EYE1 with a session and a workitem in these states."""
    return RoomView(
        room="EYE1",
        ae_title="WORKBENCH",
        address="127.0.0.1:11112" if listens else None,
        session=None if session is None else make_session(session),
        workitems=() if workitem is None else (make_workitem(workitem),),
    )


def possible(view: RoomView, **changes: Any) -> set[Action]:
    """The actions that nothing stands against."""
    found = obstacles(view, **{"has_plan": True, "is_delivering": False, **changes})
    return {action for action, why_not in found.items() if why_not is None}


@pytest.mark.parametrize(
    ("view", "expected"),
    [
        (make_view(), {Action.PROVIDER, Action.CHECK_IN}),
        (
            make_view(SessionState.PREPARED, StepState.SCHEDULED),
            {Action.PROVIDER, Action.DELIVER, Action.COMPLETE, Action.CANCEL},
        ),
        (make_view(SessionState.PREPARED, StepState.SCHEDULED, listens=False), {Action.PROVIDER, Action.COMPLETE, Action.CANCEL}),
        (make_view(SessionState.ACTIVE, StepState.IN_PROGRESS), {Action.PROVIDER, Action.CANCEL}),
        (make_view(SessionState.ACTIVE, StepState.COMPLETED), {Action.PROVIDER, Action.COMPLETE, Action.CANCEL}),
        (make_view(SessionState.CANCELED, StepState.CANCELED), {Action.PROVIDER, Action.COMPLETE}),
        (make_view(SessionState.COMPLETED, StepState.COMPLETED), {Action.PROVIDER, Action.CHECK_IN}),
    ],
    ids=["empty room", "prepared", "not listening", "claimed", "delivered", "canceled", "completed"],
)
def test_what_can_be_done_follows_the_state(view: RoomView, expected: set[Action]) -> None:
    """In every state exactly what the workbench would accept is offered."""
    assert possible(view) == expected


def test_a_room_that_does_not_admit_the_simulated_device_says_so() -> None:
    """It would find nothing to treat there, although something is scheduled."""
    view = replace(make_view(SessionState.PREPARED, StepState.SCHEDULED), shuts_out="DEVICE")

    found = obstacles(view, has_plan=True, is_delivering=False)

    assert found[Action.DELIVER] == (
        "Room EYE1 does not admit DEVICE, as the simulated device is called: choose another room, or name it in the settings of this one."
    )


def test_without_a_plan_nobody_is_checked_in() -> None:
    """The reason says what to do."""
    found = obstacles(make_view(), has_plan=False, is_delivering=False)

    assert found[Action.CHECK_IN] == "There is no plan yet: import one, or use the sample."


def test_while_the_device_is_at_work_only_cancelling_is_offered() -> None:
    """Between the click and the claim the workitem is still SCHEDULED; it must not be delivered or completed twice."""
    assert possible(make_view(SessionState.PREPARED, StepState.SCHEDULED), is_delivering=True) == {Action.CANCEL}


@pytest.mark.parametrize(
    ("view", "expected"),
    [
        (make_view(listens=False), Action.PROVIDER),
        (make_view(), Action.CHECK_IN),
        (make_view(SessionState.PREPARED, StepState.SCHEDULED), Action.DELIVER),
        (make_view(SessionState.ACTIVE, StepState.IN_PROGRESS), None),
        (make_view(SessionState.ACTIVE, StepState.COMPLETED), Action.COMPLETE),
        (replace(make_view(SessionState.PREPARED, StepState.SCHEDULED), shuts_out="DEVICE"), None),
    ],
    ids=["not listening", "listening", "prepared", "claimed", "delivered", "prepared for another device"],
)
def test_the_next_step_of_a_treatment_is_proposed(view: RoomView, expected: Action | None) -> None:
    """Start, check in, deliver, wait, complete."""
    assert next_step(view, obstacles(view, has_plan=True, is_delivering=False)) is expected
