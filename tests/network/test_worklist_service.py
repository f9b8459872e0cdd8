"""UPS of the trial over the wire, from a device that is not ours: C-FIND, N-ACTION, N-SET, N-GET on the Pull context."""

from __future__ import annotations

import pytest
from pydicom.dataset import Dataset
from pydicom.tag import Tag

from tests.clinic import DEVICE, LOCK, OTHER_LOCK, RIVAL, BenchMaker, worklist_keys
from tests.network.wire import PULL, PUSH, act, associated, claimed, find, prepare, set_progress
from workbench.archive.rows import StepState
from workbench.bench import Workbench
from workbench.events import EventKind
from workbench.settings import TMS_AS_STATED, Room


def test_a_workitem_is_found_claimed_reported_and_completed(provider: Workbench) -> None:
    """The worklist's part of a treatment, on one association."""
    _, uid = prepare(provider)

    with associated(provider, PULL) as association:
        matches, ended = find(association, worklist_keys(ProcedureStepState="SCHEDULED"), PULL)
        answers = [
            act(association, uid, "IN PROGRESS", LOCK),
            set_progress(association, uid, LOCK, "50"),
            act(association, uid, "COMPLETED", LOCK),
        ]

    assert ([match.SOPInstanceUID for match in matches], ended) == ([uid], ("0000", ""))
    assert answers == [("0000", "")] * 3
    (row,) = provider.workitems()
    assert (row.state, row.progress_percent, row.holder) == (StepState.COMPLETED, 50.0, DEVICE)


def test_only_requested_keys_are_answered_and_never_the_lock(provider: Workbench) -> None:
    """Asked for with an empty Transaction UID: the answer has the keys but not that one."""
    running = claimed(provider)

    with associated(provider, PULL) as association:
        (match,), _ = find(association, worklist_keys(TransactionUID="", SOPClassUID=""), PULL)
        by_lock, _ = find(association, worklist_keys(TransactionUID=LOCK), PULL)

    assert {element.keyword for element in match} - {"SpecificCharacterSet", "TimezoneOffsetFromUTC"} == {
        "SOPClassUID",
        "SOPInstanceUID",
        "ProcedureStepState",
    }
    assert (match.SOPClassUID, match.SOPInstanceUID, match.ProcedureStepState) == (PUSH, running.workitem, "IN PROGRESS")
    assert by_lock == []


def test_a_second_device_is_refused_and_told_who_holds_the_workitem(provider: Workbench) -> None:
    """C301 for the rival with a lock of its own, C302 for the holder; the comments say why, never the lock."""
    running = claimed(provider)

    with associated(provider, PULL, calling=RIVAL) as rival, associated(provider, PULL) as holder:
        second = act(rival, running.workitem, "IN PROGRESS", OTHER_LOCK)
        again = act(holder, running.workitem, "IN PROGRESS", LOCK)

    assert second == ("C301", "Held by DEVICE: wrong or missing Transaction UID")
    assert again == ("C302", "Held by DEVICE: it is IN PROGRESS already")


def test_a_comment_fits_its_64_characters_whoever_holds(provider: Workbench) -> None:
    """The longest AE title there is, sixteen characters: holder and reason are both still told."""
    running = claimed(provider, calling="SIXTEEN_LETTERS_")

    with associated(provider, PULL, calling=RIVAL) as rival:
        status, comment = act(rival, running.workitem, "IN PROGRESS", OTHER_LOCK)

    assert status == "C301"
    assert len(comment) <= 64
    assert "SIXTEEN_LETTERS_" in comment
    assert "Transaction UID" in comment


@pytest.mark.parametrize(
    ("state", "lock", "expected"),
    [
        ("IN PROGRESS", None, ("C301", "SCHEDULED: wrong or missing Transaction UID")),
        ("COMPLETED", LOCK, ("C310", "SCHEDULED: not yet IN PROGRESS")),
        ("CANCELED", LOCK, ("C310", "SCHEDULED: not yet IN PROGRESS")),
        ("SCHEDULED", LOCK, ("C303", "Cannot go back to SCHEDULED")),
        ("SCHEDULED", None, ("C303", "Cannot go back to SCHEDULED")),
        ("BOGUS", LOCK, ("0106", "Procedure Step State is missing or unknown")),
        ("N-SET", LOCK, ("0106", "Procedure Step State is missing or unknown")),
        ("", LOCK, ("0106", "Procedure Step State is missing or unknown")),
    ],
)
def test_what_a_scheduled_workitem_answers(provider: Workbench, state: str, lock: str | None, expected: tuple[str, str]) -> None:
    """By the table; a state that does not exist is an invalid value. Nothing has changed afterwards."""
    _, uid = prepare(provider)

    with associated(provider, PULL) as association:
        assert act(association, uid, state, lock) == expected

    assert provider.workitems()[0].state is StepState.SCHEDULED


@pytest.mark.parametrize(
    ("finished", "asked", "expected"),
    [
        ("COMPLETED", "COMPLETED", ("B306", "Already COMPLETED")),
        ("COMPLETED", "CANCELED", ("C300", "COMPLETED: no longer updatable")),
        ("COMPLETED", "IN PROGRESS", ("C300", "COMPLETED: no longer updatable")),
        ("CANCELED", "CANCELED", ("B304", "Already CANCELED")),
        ("CANCELED", "COMPLETED", ("C300", "CANCELED: no longer updatable")),
        ("CANCELED", "IN PROGRESS", ("C300", "CANCELED: no longer updatable")),
    ],
)
def test_what_a_final_workitem_answers(provider: Workbench, finished: str, asked: str, expected: tuple[str, str]) -> None:
    """Finished over the wire, asked again by its holder."""
    running = claimed(provider)

    with associated(provider, PULL) as association:
        assert act(association, running.workitem, finished, LOCK) == ("0000", "")
        assert act(association, running.workitem, asked, LOCK) == expected
        assert set_progress(association, running.workitem, LOCK)[0] == "C300"


def test_an_unknown_workitem_is_c307(provider: Workbench) -> None:
    """For N-ACTION, N-SET and N-GET; the statement also prints C000 for it, which peers must read alike."""
    with associated(provider, PULL) as association:
        by_action = act(association, "2.25.404", "IN PROGRESS", LOCK)
        by_set = set_progress(association, "2.25.404", LOCK)
        status, _ = association.send_n_get([Tag(0x00741000)], PUSH, "2.25.404", meta_uid=PULL)

    assert (by_action, by_set) == (("C307", "No such workitem here"), ("C307", "No such workitem here"))
    assert status.Status == 0xC307


def test_a_session_canceled_by_the_user_refuses_its_device(provider: Workbench) -> None:
    """CANCELED is B304, all else C300, whatever lock comes; and the worklist is empty."""
    running = claimed(provider)
    provider.cancel(running.session)

    with associated(provider, PULL) as association:
        answers = [
            act(association, running.workitem, "CANCELED", OTHER_LOCK)[0],
            act(association, running.workitem, "COMPLETED", LOCK)[0],
            set_progress(association, running.workitem, LOCK)[0],
        ]
        matches, _ = find(association, worklist_keys(), PULL)

    assert (answers, matches) == (["B304", "C300", "C300"], [])


@pytest.mark.parametrize("names", [PUSH, PULL], ids=["Push", "Pull"])
def test_a_message_may_name_push_or_pull(provider: Workbench, names: str) -> None:
    """The standard says Push; some peers send the class of their context."""
    _, uid = prepare(provider)

    with associated(provider, PULL) as association:
        assert act(association, uid, "IN PROGRESS", LOCK, names=names) == ("0000", "")


@pytest.mark.parametrize("action", [2, 3, 4, 5, 99])
def test_an_action_that_pull_does_not_offer_is_said_so(provider: Workbench, action: int) -> None:
    """Request cancel and subscriptions are of Watch, 99 of no class: 0123, no such action; and nothing has changed."""
    running = claimed(provider)

    with associated(provider, PULL) as association:
        status, comment = act(association, running.workitem, "CANCELED", LOCK, action=action)

    assert status == "0123"
    assert comment.startswith(f"Action type {action} is not ")
    assert provider.workitems()[0].state is StepState.IN_PROGRESS


def test_an_attribute_that_is_never_set_is_refused_with_the_whole_report(provider: Workbench) -> None:
    """0106, and the progress beside it is not written."""
    running = claimed(provider)

    with associated(provider, PULL) as association:
        status, comment = set_progress(association, running.workitem, LOCK, PatientID="P-002")

    assert status == "0106"
    assert "P-002" not in comment
    assert provider.workitems()[0].progress_percent is None


def test_a_scheduled_workitem_takes_a_report_without_a_transaction_uid(provider: Workbench) -> None:
    """With one it is C310; on IN PROGRESS without one C301."""
    _, uid = prepare(provider)

    with associated(provider, PULL) as association:
        before = [set_progress(association, uid, None)[0], set_progress(association, uid, LOCK)[0]]
        act(association, uid, "IN PROGRESS", LOCK)
        after = [set_progress(association, uid, None)[0], set_progress(association, uid, OTHER_LOCK)[0]]

    assert (before, after) == (["0000", "C310"], ["C301", "C301"])


def test_n_get_gives_requested_attributes_whole(provider: Workbench) -> None:
    """State and progress sequence as last set; neither lock nor SOP UIDs, asked for or not."""
    running = claimed(provider)

    with associated(provider, PULL) as association:
        set_progress(association, running.workitem, LOCK, "75")
        status, some = association.send_n_get(
            [Tag(one) for one in (0x00741000, 0x00741002, 0x00081195, 0x00080018)], PUSH, running.workitem, meta_uid=PULL
        )
        _, everything = association.send_n_get([], PUSH, running.workitem, meta_uid=PULL)

    assert status.Status == 0x0000
    assert isinstance(some, Dataset)
    assert isinstance(everything, Dataset)
    assert {element.keyword for element in some} == {"ProcedureStepState", "ProcedureStepProgressInformationSequence"}
    assert (some.ProcedureStepState, str(some.ProcedureStepProgressInformationSequence[0].ProcedureStepProgress)) == ("IN PROGRESS", "75")
    assert "PatientID" in everything
    assert {"TransactionUID", "SOPClassUID", "SOPInstanceUID"} & {element.keyword for element in everything} == set()


def test_n_get_is_not_there_when_speaking_as_stated(make_bench: BenchMaker) -> None:
    """The TMS statement lists N-ACTION and N-SET alone: 0211, unrecognized operation (PS3.7 Annex C)."""
    provider = make_bench(listen=True, identity=TMS_AS_STATED)

    with associated(provider, PULL) as association:
        status, _ = association.send_n_get([], PUSH, "2.25.404", meta_uid=PULL)

    assert status.Status == 0x0211


def test_a_device_sees_the_worklist_of_its_own_room_only(make_bench: BenchMaker) -> None:
    """And an AE title of no room is not authorised (0124)."""
    rooms = tuple(Room(name=name, station_code=name, calling_ae_titles=(title,)) for name, title in (("A", "DEVA"), ("B", "DEVB")))
    provider = make_bench(listen=True, rooms=rooms)
    with pytest.raises(Exception, match="room: none named"):
        prepare(provider)
    provider.check_in(provider.plans()[0], room="A")

    counts = {}
    for title in ("DEVA", "DEVB", "STRANGER"):
        with associated(provider, PULL, calling=title) as association:
            matches, ended = find(association, worklist_keys(), PULL)
            counts[title] = (len(matches), ended[0])

    assert counts == {"DEVA": (1, "0000"), "DEVB": (0, "0000"), "STRANGER": (0, "0124")}


def test_every_refusal_is_in_the_history(provider: Workbench) -> None:
    """Under the workitem's UID, by the rival's AE title, with the rule."""
    running = claimed(provider)
    with associated(provider, PULL, calling=RIVAL) as rival:
        act(rival, running.workitem, "COMPLETED", OTHER_LOCK)

    (event,) = (one for one in provider.history() if one.kind is EventKind.REQUEST_REFUSED)
    assert (event.subject, event.actor, event.detail["rule"]) == (running.workitem, RIVAL, "ups-wrong-lock")
