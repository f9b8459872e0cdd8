"""Every cell of the state table over the wire, as a device of the Trial meets it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.clinic import LOCK
from tests.network.state_table import OK, REQUEST_CANCEL, STATES, TRIAL, Cell, Rooms, ask, cells, request_cancel, rooms


@pytest.fixture(scope="module")
def clinic(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Rooms]:
    """A provider that holds a workitem of each state."""
    with rooms(tmp_path_factory.mktemp("trial"), TRIAL) as made:
        yield made


@pytest.mark.parametrize("cell", [one for one in cells() if one.code != OK], ids=str)
def test_a_cell_that_refuses_answers_its_code_and_changes_nothing(clinic: Rooms, cell: Cell) -> None:
    """Request, lock and state give the code of the table, an Error Comment that fits its 64 characters, and the same state after."""
    uid = clinic.workitems[cell.state]

    code, comment = clinic.link.surely(lambda association: ask(association, TRIAL, cell.request, uid, cell.lock))

    assert code == cell.code
    assert 0 < len(comment) <= 64
    assert comment.isascii()
    assert LOCK not in comment
    assert clinic.state(uid) == {"no such workitem": None}.get(cell.state, cell.state)


@pytest.mark.parametrize("cell", [one for one in cells() if one.code == OK], ids=str)
def test_a_cell_that_is_done_leads_to_its_state(clinic: Rooms, cell: Cell) -> None:
    """0000, and the state asked for; N-SET leaves it. C304 is not applied to the Trial."""
    with clinic.fresh(cell.state) as uid:
        answered = ask(clinic.association, TRIAL, cell.request, uid, cell.lock)
        state = clinic.state(uid)

    assert answered == (OK, "")
    assert state == (cell.state if cell.request == "N-SET" else cell.request)


@pytest.mark.parametrize(("state", "code"), [one for one in zip(STATES, REQUEST_CANCEL, strict=True) if one[1] != OK])
def test_a_cancellation_that_is_too_late_is_refused(clinic: Rooms, state: str, code: str) -> None:
    """Action type 2 on the Trial's Watch, our extension."""
    answered, comment = clinic.link.surely(lambda association: request_cancel(association, TRIAL, clinic.workitems[state]))

    assert answered == code
    assert 0 < len(comment) <= 64


@pytest.mark.parametrize(("state", "after"), [("SCHEDULED", "CANCELED"), ("IN PROGRESS", "IN PROGRESS")])
def test_a_cancellation_is_done_or_passed_on(clinic: Rooms, state: str, after: str) -> None:
    """A SCHEDULED workitem is canceled by the provider; of one IN PROGRESS its holder decides."""
    with clinic.fresh(state) as uid:
        answered = request_cancel(clinic.association, TRIAL, uid)
        found = clinic.state(uid)

    assert (answered, found) == ((OK, ""), after)
