"""The table of subscriptions, cell by cell: PS3.4 Table CC.2.3-2, and the reports of CC.2.4.3."""

from __future__ import annotations

import pytest

from workbench.workflow.watching import CREATED, GLOBALLY, TABLE, Step, WatchAction, Watched

NOT, LOCKED, UNLOCKED = Watched.NOT, Watched.LOCKED, Watched.UNLOCKED
STATES = (NOT, LOCKED, UNLOCKED)
QUIET = {
    # action:                not subscribed, with lock, without lock (the standard's order of columns)
    WatchAction.ALL_UNLOCKED: (UNLOCKED, LOCKED, UNLOCKED),
    WatchAction.ONE_ENDED: (NOT, NOT, NOT),
    WatchAction.ALL_ENDED: (NOT, NOT, NOT),
    WatchAction.SUSPENDED: (NOT, LOCKED, UNLOCKED),
}
"""Rows without an initial event."""
REPORTED = {
    # CC.2.4.3: after a global subscription with lock every workitem is reported, whatever its cell says of its state.
    WatchAction.ALL_LOCKED: (LOCKED, LOCKED, UNLOCKED),
    WatchAction.ONE_LOCKED: (LOCKED, LOCKED, LOCKED),
    WatchAction.ONE_UNLOCKED: (UNLOCKED, UNLOCKED, UNLOCKED),
}
"""Rows that send one."""
CELLS = [
    (action, state, Step(to, is_reported=reported))
    for table, reported in ((QUIET, False), (REPORTED, True))
    for action, row in table.items()
    for state, to in zip(STATES, row, strict=True)
]


@pytest.mark.parametrize(("action", "state", "step"), CELLS, ids=[f"{cell[0].value}, {cell[1].value}" for cell in CELLS])
def test_an_action_has_the_effect_of_its_cell(action: WatchAction, state: Watched, step: Step) -> None:
    """Action and state met give the state afterwards and say whether the workitem is reported at once."""
    assert TABLE[action][state] == step


def test_every_action_has_its_row() -> None:
    """None is left to chance: the rows above are all there are."""
    assert set(TABLE) == set(WatchAction) == {*QUIET, *REPORTED}


@pytest.mark.parametrize(
    ("action", "after"),
    [
        (WatchAction.ALL_LOCKED, LOCKED),
        (WatchAction.ALL_UNLOCKED, UNLOCKED),
        (WatchAction.ALL_ENDED, NOT),
        (WatchAction.SUSPENDED, NOT),
    ],
)
def test_a_global_action_sets_the_global_state(action: WatchAction, after: Watched) -> None:
    """What the first line of its cells says: Global Subscription with lock, without, or none."""
    assert GLOBALLY[action] is after


def test_actions_on_one_workitem_leave_the_global_state() -> None:
    """Only the four global rows speak of it."""
    assert set(WatchAction) - set(GLOBALLY) == {WatchAction.ONE_LOCKED, WatchAction.ONE_UNLOCKED, WatchAction.ONE_ENDED}


@pytest.mark.parametrize(
    ("globally", "step"), [(NOT, Step(NOT)), (LOCKED, Step(LOCKED, is_reported=True)), (UNLOCKED, Step(UNLOCKED, is_reported=True))]
)
def test_a_created_workitem_begins_as_the_global_state_says(globally: Watched, step: Step) -> None:
    """The column *null*: subscribed with or without lock, with an initial event, or not at all."""
    assert CREATED[globally] == step


@pytest.mark.parametrize("action", [one for one in WatchAction if one is not WatchAction.SUSPENDED])
def test_asking_twice_changes_nothing_more(action: WatchAction) -> None:
    """Each action leads to a state that it leads to again."""
    for state in STATES:
        once = TABLE[action][state].to

        assert TABLE[action][once].to is once
