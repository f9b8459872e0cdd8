"""The table of Unified Procedure Step, cell by cell: PS3.4 Table CC.1.1-2 with the codes of the TMS statement."""

from __future__ import annotations

import pytest

from workbench.archive.rows import StepState
from workbench.network.statuses import STATUS_OF
from workbench.workflow.ups import TABLE, Lock, Request, judge

OK = 0x0000
ABSENT_UPS = {
    Request.CREATE: OK,
    Request.CLAIM: 0xC307,
    Request.UNCLAIM: 0xC307,
    Request.COMPLETE: 0xC307,
    Request.REQUEST_CANCEL: 0xC307,
    Request.CANCEL: 0xC307,
    Request.CHANGE: 0xC307,
    Request.READ: 0xC307,
}
"""What is answered where there is no such workitem, in the order of the table."""
LOCKLESS = {
    Request.CREATE: (0x0111, 0x0111, 0x0111, 0x0111),
    Request.REQUEST_CANCEL: (OK, OK, 0xC311, 0xB304),
    Request.READ: (OK, OK, OK, OK),
}
"""Requests that bring no Transaction UID."""
RIGHT = {
    # request:          SCHEDULED, IN PROGRESS, COMPLETED, CANCELED
    Request.CLAIM: (OK, 0xC302, 0xC300, 0xC300),
    Request.UNCLAIM: (0xC303, 0xC303, 0xC303, 0xC303),
    Request.COMPLETE: (0xC310, OK, 0xB306, 0xC300),
    Request.CANCEL: (0xC310, OK, 0xC300, 0xB304),
    # One that is present on SCHEDULED is C310, our choice.
    Request.CHANGE: (0xC310, OK, 0xC300, 0xC300),
}
"""With the right Transaction UID, or any on SCHEDULED."""
WRONG = {
    Request.CLAIM: (0xC301, 0xC301, 0xC301),
    Request.UNCLAIM: (0xC303, 0xC303, 0xC303),
    Request.COMPLETE: (0xC301, 0xC301, 0xC301),
    Request.CANCEL: (0xC301, 0xC301, 0xC301),
    # Nothing can be set on a final workitem, whoever asks.
    Request.CHANGE: (0xC301, 0xC300, 0xC300),
}
"""With another one: IN PROGRESS, COMPLETED, CANCELED; on SCHEDULED there is no other."""
ABSENT = {
    Request.CLAIM: (0xC301, 0xC301, 0xC301, 0xC301),
    Request.UNCLAIM: (0xC303, 0xC303, 0xC303, 0xC303),
    Request.COMPLETE: (0xC301, 0xC301, 0xC301, 0xC301),
    Request.CANCEL: (0xC301, 0xC301, 0xC301, 0xC301),
    Request.CHANGE: (OK, 0xC301, 0xC300, 0xC300),
}
"""Without any."""
STATES = (StepState.SCHEDULED, StepState.IN_PROGRESS, StepState.COMPLETED, StepState.CANCELED)


def cells() -> list[tuple[Request, StepState, Lock, int]]:
    """Every cell of the three tables."""
    tables = ((Lock.RIGHT, RIGHT, STATES), (Lock.WRONG, WRONG, STATES[1:]), (Lock.ABSENT, ABSENT, STATES))
    return [
        (request, state, lock, status)
        for lock, table, states in tables
        for request, row in table.items()
        for state, status in zip(states, row, strict=True)
    ]


@pytest.mark.parametrize(
    ("request_", "state", "lock", "status"), cells(), ids=[f"{cell[0].value} on {cell[1].value} with {cell[2].value}" for cell in cells()]
)
def test_a_request_is_answered_by_its_cell(request_: Request, state: StepState, lock: Lock, status: int) -> None:
    """Request, state met and Transaction UID brought give the status of the table."""
    rule = judge(request_, state, lock)

    assert (OK if rule is None else STATUS_OF[rule.value]) == status


def test_the_table_stands_in_the_standards_order() -> None:
    """Every request once, each refused or done where there is no such workitem."""
    found = {request: OK if (rule := judge(request, None, Lock.ABSENT)) is None else STATUS_OF[rule.value] for request in TABLE}

    assert list(found.items()) == list(ABSENT_UPS.items())


@pytest.mark.parametrize("lock", Lock)
@pytest.mark.parametrize("request_", LOCKLESS)
def test_a_request_without_lock_goes_by_the_state_alone(request_: Request, lock: Lock) -> None:
    """Creating, reading and asking to cancel look at no Transaction UID."""
    found = [judge(request_, state, lock) for state in STATES]

    assert tuple(OK if rule is None else STATUS_OF[rule.value] for rule in found) == LOCKLESS[request_]
