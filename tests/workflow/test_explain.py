"""A refusal in words: which rule refused, and what would have been accepted."""

from __future__ import annotations

import pytest
from pydicom.dataset import Dataset

from tests.clinic import DEVICE, LOCK, OTHER_LOCK, RIVAL
from tests.workflow.house import House
from workbench.archive.rows import StepState
from workbench.errors import Conflict, Refused, WorkbenchError
from workbench.events import Event, EventKind
from workbench.workflow.explain import Explanation, accepts, explain
from workbench.workflow.refusals import SAYINGS
from workbench.workflow.ups import Request, UpsRule


def refused(house: House, uid: str, request: Request, lock: str | None, actor: str = DEVICE) -> Event:
    """A refused request's event."""
    with pytest.raises(WorkbenchError):
        house.worklist.act(uid, request, lock, actor)
    return house.history(EventKind.REQUEST_REFUSED)[-1]


def test_a_refused_claim_is_explained_from_its_event(house: House) -> None:
    """Who asked what with which lock of what, which rule of which code refused, and what the workitem accepts."""
    uid = house.claim(house.prepare())
    event = refused(house, uid, Request.CLAIM, OTHER_LOCK, RIVAL)

    found = explain(house.worklist.desk, event)

    assert found == Explanation(
        rule="ups-wrong-lock",
        code="C301",
        happened=f"At 2024-06-03 08:15:00 RIVAL asked N-ACTION to IN PROGRESS of {uid} with another Transaction UID "
        "on a workitem that was IN PROGRESS.",
        because=f"Workitem {uid}: IN PROGRESS refused, it is IN PROGRESS, held by DEVICE; "
        "the Transaction UID is missing or not the holder's.",
        instead="the Transaction UID that the workitem was claimed with; a claim of a SCHEDULED workitem brings a fresh one. "
        "In general a workitem that is IN PROGRESS accepts N-ACTION request cancel, N-GET without a Transaction UID; "
        "N-ACTION to COMPLETED, N-ACTION to CANCELED, N-SET with the right Transaction UID",
        section="PS3.4 CC.2.1.3",
    )
    assert LOCK not in str(found)
    assert OTHER_LOCK not in str(found)


def test_the_latest_refusal_on_a_uid_is_explained(house: House) -> None:
    """Two refusals of one workitem: the second."""
    uid = house.workitem(house.prepare()).uid
    refused(house, uid, Request.UNCLAIM, LOCK)
    refused(house, uid, Request.COMPLETE, LOCK)

    found = explain(house.worklist.desk, uid)

    assert (found.rule, found.code) == ("ups-not-in-progress", "C310")


@pytest.mark.parametrize(
    ("state", "words"),
    [
        (
            StepState.SCHEDULED,
            "a workitem that is SCHEDULED accepts N-ACTION request cancel, N-SET, N-GET without a Transaction UID; "
            "N-ACTION to IN PROGRESS with a fresh Transaction UID",
        ),
        (StepState.COMPLETED, "a workitem that is COMPLETED accepts N-GET without a Transaction UID"),
        (StepState.CANCELED, "a workitem that is CANCELED accepts N-GET without a Transaction UID"),
        (None, "N-CREATE with a SOP Instance UID of its own and state SCHEDULED"),
    ],
)
def test_what_a_state_accepts_is_read_from_the_table(state: StepState | None, words: str) -> None:
    """As PS3.4 Table CC.1.1-2 has it."""
    assert accepts(state) == words


@pytest.mark.parametrize("rule", UpsRule)
def test_every_rule_of_workitems_is_explained(house: House, rule: UpsRule) -> None:
    """By its name and a state: its code, why, what instead, where it stands; shown as HTML with nothing unescaped."""
    found = explain(house.worklist.desk, rule.value, "IN PROGRESS")

    assert rule in SAYINGS
    assert len(found.code) == 4
    assert all((found.because, found.instead, found.section))
    assert "{" not in str(found)
    assert f"Refused by {rule.value} ({found.code})" in found._repr_html_()


def test_a_refused_n_set_says_what_lacks(house: House) -> None:
    """The attribute's path, and that no state is to blame."""
    uid = house.claim(house.prepare())
    changes = Dataset()
    changes.PatientID = "other"
    with pytest.raises(Refused):
        house.worklist.change(uid, changes, LOCK, DEVICE)

    found = explain(house.worklist.desk, uid)

    assert (found.rule, found.code) == ("not-settable", "0106")
    assert found.because == f"Workitem {uid}: PatientID cannot be set, expected attributes that N-SET may name (PS3.4 Table CC.2.5-3)."
    assert found.instead == "attributes that N-SET may name (PS3.4 Table CC.2.5-3)"


def test_a_refused_reading_is_explained_too(house: House) -> None:
    """N-GET of what is not there."""
    with pytest.raises(Conflict):
        house.worklist.get("2.25.404", [], DEVICE)

    assert explain(house.worklist.desk, "2.25.404").code == "C307"


@pytest.mark.parametrize(
    ("what", "state", "sentence"),
    [
        ("2.25.404", None, "expected a rule, or a UID that a request was refused on"),
        ("ups-wrong-lock", "BOGUS", "expected one of SCHEDULED, IN PROGRESS, COMPLETED, CANCELED"),
    ],
)
def test_what_was_not_refused_is_not_explained(house: House, what: str, state: str | None, sentence: str) -> None:
    """A sentence of four parts instead."""
    with pytest.raises(Refused, match=sentence):
        explain(house.worklist.desk, what, state)


def test_an_event_that_is_no_refusal_is_not_explained(house: House) -> None:
    """A claim that was done."""
    house.claim(house.prepare())
    (event,) = house.history(EventKind.WORKITEM_CLAIMED)

    with pytest.raises(Refused, match="expected a refusal"):
        explain(house.worklist.desk, event)
