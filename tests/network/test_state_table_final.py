"""Every cell of the state table over the wire, as a peer of the final text meets it; with the requirements of final states."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from pydicom.tag import Tag
from pynetdicom.association import Association

from tests.clinic import LOCK
from tests.network.state_table import (
    FINAL,
    OK,
    REQUEST_CANCEL,
    STATES,
    Cell,
    Rooms,
    ask,
    cells,
    change,
    code,
    performed,
    progress,
    request_cancel,
    rooms,
)
from tests.network.wire import answer
from workbench.events import EventKind

PERFORMED = "UnifiedProcedureStepPerformedProcedureSequence"
PROGRESS = "ProcedureStepProgressInformationSequence"
COMPLETION = Cell(request="COMPLETED", state="IN PROGRESS", lock=LOCK, code=OK)
"""The one cell that asks for more than a lock."""


@pytest.fixture(scope="module")
def clinic(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Rooms]:
    """A provider that holds a workitem of each state."""
    with rooms(tmp_path_factory.mktemp("final"), FINAL) as made:
        yield made


def read(clinic: Rooms, uid: str, keyword: str) -> Any:
    """An attribute of a workitem by N-GET."""
    status, found = clinic.association.send_n_get([Tag(keyword)], FINAL.push, uid, meta_uid=FINAL.pull)
    assert status.Status == 0x0000
    return found[keyword].value


@pytest.mark.parametrize("cell", [one for one in cells() if one.code != OK], ids=str)
def test_a_cell_that_refuses_answers_its_code_and_changes_nothing(clinic: Rooms, cell: Cell) -> None:
    """Request, lock and state give the code of the table, an Error Comment that fits its 64 characters, and the same state after."""
    uid = clinic.workitems[cell.state]

    answered, comment = clinic.link.surely(lambda association: ask(association, FINAL, cell.request, uid, cell.lock))

    assert answered == cell.code
    assert 0 < len(comment) <= 64
    assert comment.isascii()
    assert LOCK not in comment
    assert clinic.state(uid) == {"no such workitem": None}.get(cell.state, cell.state)


@pytest.mark.parametrize("cell", [one for one in cells() if one.code == OK and one != COMPLETION], ids=str)
def test_a_cell_that_is_done_leads_to_its_state(clinic: Rooms, cell: Cell) -> None:
    """0000, and the state asked for; N-SET leaves it."""
    with clinic.fresh(cell.state) as uid:
        answered = ask(clinic.association, FINAL, cell.request, uid, cell.lock)
        state = clinic.state(uid)

    assert answered == (OK, "")
    assert state == (cell.state if cell.request == "N-SET" else cell.request)


def test_completion_without_the_performed_procedure_is_refused(clinic: Rooms) -> None:
    """C304 names what lacks, and the workitem stays IN PROGRESS."""
    uid = clinic.workitems["IN PROGRESS"]

    answered = ask(clinic.association, FINAL, "COMPLETED", uid, LOCK)

    assert answered == ("C304", f"No {PERFORMED}")
    assert clinic.state(uid) == "IN PROGRESS"


def test_completion_with_the_performed_procedure_is_done(clinic: Rooms) -> None:
    """Station, start, end, work and output, which may be empty: an N-SET of these, then COMPLETED."""
    with clinic.fresh("IN PROGRESS") as uid:
        answers = [
            change(clinic.association, FINAL, uid, LOCK, **{PERFORMED: [performed()]}),
            ask(clinic.association, FINAL, "COMPLETED", uid, LOCK),
        ]
        state = clinic.state(uid)

    assert (answers, state) == ([(OK, "")] * 2, "COMPLETED")


@pytest.mark.parametrize(
    "keyword",
    [
        "PerformedStationNameCodeSequence",
        "PerformedProcedureStepStartDateTime",
        "PerformedProcedureStepEndDateTime",
        "PerformedWorkitemCodeSequence",
    ],
)
def test_each_attribute_of_the_performed_procedure_is_needed(clinic: Rooms, keyword: str) -> None:
    """Without one of them: C304 with its name."""
    with clinic.fresh("IN PROGRESS") as uid:
        assert change(clinic.association, FINAL, uid, LOCK, **{PERFORMED: [performed(**{keyword: None})]}) == (OK, "")
        answered = ask(clinic.association, FINAL, "COMPLETED", uid, LOCK)

    assert answered == ("C304", f"No {keyword}")


def test_the_provider_tells_moment_and_reason_of_a_cancellation(clinic: Rooms) -> None:
    """Two N-ACTIONs and no N-SET (PS3.4 CC.2.1.3): moment and reason are the provider's."""
    with clinic.fresh("IN PROGRESS") as uid:
        assert ask(clinic.association, FINAL, "CANCELED", uid, LOCK) == (OK, "")
        (told,) = read(clinic, uid, PROGRESS)

    assert told.ProcedureStepCancellationDateTime
    (reason,) = told.ProcedureStepDiscontinuationReasonCodeSequence
    # CID 9300
    assert (reason.CodeValue, reason.CodingSchemeDesignator, reason.CodeMeaning) == ("110513", "DCM", "Discontinued for unspecified reason")


def test_the_performers_own_reason_of_a_cancellation_is_kept(clinic: Rooms) -> None:
    """What an N-SET told is not overwritten; the moment is added."""
    item = progress()
    item.ProcedureStepDiscontinuationReasonCodeSequence = [code("110500", "DCM", "Doctor canceled procedure")]
    item.ReasonForCancellation = "Patient unwell"
    with clinic.fresh("IN PROGRESS") as uid:
        assert change(clinic.association, FINAL, uid, LOCK, **{PROGRESS: [item]}) == (OK, "")
        assert ask(clinic.association, FINAL, "CANCELED", uid, LOCK) == (OK, "")
        (told,) = read(clinic, uid, PROGRESS)

    assert (told.ProcedureStepProgress, told.ReasonForCancellation) == (50, "Patient unwell")
    assert told.ProcedureStepDiscontinuationReasonCodeSequence[0].CodeValue == "110500"
    assert told.ProcedureStepCancellationDateTime


@pytest.mark.parametrize(("state", "expected"), [one for one in zip(STATES, REQUEST_CANCEL, strict=True) if one[1] != OK])
@pytest.mark.parametrize("sop_class", [FINAL.watch, FINAL.push], ids=["Watch", "Push"])
def test_a_cancellation_that_is_too_late_is_refused(clinic: Rooms, sop_class: str, state: str, expected: str) -> None:
    """Action type 2 is of Watch and of Push."""

    def asked(association: Association) -> tuple[str, str]:
        return answer(association.send_n_action(None, 2, FINAL.push, clinic.workitems[state], meta_uid=sop_class)[0])

    answered, comment = clinic.link.surely(asked)

    assert answered == expected
    assert 0 < len(comment) <= 64


def test_a_requested_cancellation_of_a_scheduled_workitem_is_three_events(clinic: Rooms) -> None:
    """Requested by the peer, taken up and canceled by the provider, with the reason that was given."""
    reason = code("110505", "DCM", "Patient refused to continue procedure")
    with clinic.fresh("SCHEDULED") as uid:
        answered = request_cancel(
            clinic.association,
            FINAL,
            uid,
            ReasonForCancellation="Postponed",
            ProcedureStepDiscontinuationReasonCodeSequence=[reason],
            ContactURI="tel:+41",
        )
        state, events = clinic.state(uid), clinic.bench.history(subject=uid)[-3:]
        (told,) = read(clinic, uid, PROGRESS)

    assert (answered, state) == ((OK, ""), "CANCELED")
    assert [(one.kind, one.actor) for one in events] == [
        (EventKind.WORKITEM_CANCEL_REQUESTED, "DEVICE"),
        (EventKind.WORKITEM_CLAIMED, "WORKBENCH"),
        (EventKind.WORKITEM_CANCELED, "WORKBENCH"),
    ]
    assert {key: events[0].detail[key] for key in ("reason", "reason_code", "contact_uri")} == {
        "reason": "Postponed",
        "reason_code": "110505",
        "contact_uri": "tel:+41",
    }
    assert (told.ReasonForCancellation, told.ProcedureStepDiscontinuationReasonCodeSequence[0].CodeValue) == ("Postponed", "110505")
    assert told.ProcedureStepCancellationDateTime


def test_a_requested_cancellation_of_a_claimed_workitem_is_told_and_nothing_else(clinic: Rooms) -> None:
    """One event; whether it is canceled is the holder's to decide, who alone has the lock."""
    with clinic.fresh("IN PROGRESS") as uid:
        answered = request_cancel(clinic.association, FINAL, uid)
        state, last = clinic.state(uid), clinic.bench.history(subject=uid)[-1]

    assert (answered, state, last.kind) == ((OK, ""), "IN PROGRESS", EventKind.WORKITEM_CANCEL_REQUESTED)
