"""TMS statement 4.2.1.12 and 4.2.1.13: N-ACTION and N-SET on the UPS Pull context, and the statuses that it prints for them."""

from __future__ import annotations

import pytest

from tests.clinic import LOCK, OTHER_LOCK, RIVAL
from tests.network.wire import PULL, PUSH, act, associated, set_progress
from tests.requirements.partner import Clinic

UNKNOWN = "2.25.404"


def test_r048_the_state_changes_through_the_pull_context(clinic: Clinic) -> None:
    """The only UPS class negotiated is Pull; the message names Push, as PS3.4 CC.3.1 has it."""
    clinic.check_in()
    workitem = clinic.scheduled()

    with associated(clinic.bench, PULL) as association:
        assert [str(one.abstract_syntax) for one in association.accepted_contexts] == [PULL]
        assert act(association, workitem.SOPInstanceUID, "IN PROGRESS", LOCK, names=PUSH) == ("0000", "")


def test_r049_progress_is_set_through_the_pull_context(clinic: Clinic) -> None:
    """The only UPS class negotiated is Pull."""
    running = clinic.claimed()

    with associated(clinic.bench, PULL) as association:
        assert [str(one.abstract_syntax) for one in association.accepted_contexts] == [PULL]
        assert set_progress(association, running.workitem, LOCK) == ("0000", "")


def test_r050_an_action_on_an_unknown_instance_is_refused(clinic: Clinic) -> None:
    """The statement prints C000 and C307 for one and the same; C000 is a code of query and retrieve, and C307 is what we send."""
    with associated(clinic.bench, PULL) as association:
        assert act(association, UNKNOWN, "IN PROGRESS", LOCK) == ("C307", "No such workitem here")


@pytest.mark.parametrize(("final", "asked"), [("COMPLETED", "CANCELED"), ("CANCELED", "COMPLETED"), ("COMPLETED", "IN PROGRESS")])
def test_r051_a_final_workitem_may_not_change_any_more(clinic: Clinic, final: str, asked: str) -> None:
    """C300, also for who held it; it stays what it is."""
    running = clinic.claimed()

    with associated(clinic.bench, PULL) as association:
        act(association, running.workitem, final, LOCK)
        status, _ = act(association, running.workitem, asked, LOCK)

    assert status == "C300"
    assert clinic.workitem(running.workitem).ProcedureStepState == final


@pytest.mark.parametrize("lock", [None, OTHER_LOCK], ids=["none", "another"])
@pytest.mark.parametrize("asked", ["COMPLETED", "CANCELED", "IN PROGRESS"])
def test_r052_only_the_right_transaction_uid_changes_the_state(clinic: Clinic, asked: str, lock: str | None) -> None:
    """C301 without it or with another; the workitem is still IN PROGRESS."""
    running = clinic.claimed()

    with associated(clinic.bench, PULL, calling=RIVAL) as association:
        status, _ = act(association, running.workitem, asked, lock)

    assert status == "C301"
    assert clinic.workitem(running.workitem).ProcedureStepState == "IN PROGRESS"


def test_r053_a_claimed_workitem_cannot_be_claimed_again(clinic: Clinic) -> None:
    """C302 for the holder itself, who has the right Transaction UID."""
    running = clinic.claimed()

    with associated(clinic.bench, PULL) as association:
        assert act(association, running.workitem, "IN PROGRESS", LOCK)[0] == "C302"


def test_r054_what_is_missing_or_no_workitem_of_ours_is_c307(clinic: Clinic) -> None:
    """An instance that nobody has, one that is stored here but is a plan, and one that is a session's instruction."""
    session = clinic.check_in()

    with associated(clinic.bench, PULL) as association:
        answers = [
            act(association, str(uid), "IN PROGRESS", LOCK)[0] for uid in (UNKNOWN, session.session_plan_uid, session.instruction_uid)
        ]

    assert answers == ["C307"] * 3


def test_r055_canceled_already_is_b304(clinic: Clinic) -> None:
    """CANCELED is asked for by the holder a second time."""
    running = clinic.claimed()

    with associated(clinic.bench, PULL) as association:
        answers = [act(association, running.workitem, "CANCELED", LOCK)[0] for _ in range(2)]

    assert answers == ["0000", "B304"]


def test_r056_completed_already_is_b306(clinic: Clinic) -> None:
    """COMPLETED is asked for by the holder a second time."""
    running = clinic.claimed()

    with associated(clinic.bench, PULL) as association:
        answers = [act(association, running.workitem, "COMPLETED", LOCK)[0] for _ in range(2)]

    assert answers == ["0000", "B306"]


@pytest.mark.parametrize("final", ["COMPLETED", "CANCELED"])
def test_r057_a_performed_action_is_0000(clinic: Clinic, final: str) -> None:
    """From SCHEDULED to the end, each step a success without a comment."""
    clinic.check_in()
    uid = str(clinic.scheduled().SOPInstanceUID)

    with associated(clinic.bench, PULL) as association:
        answers = [act(association, uid, state, LOCK) for state in ("IN PROGRESS", final)]

    assert answers == [("0000", "")] * 2
    assert clinic.workitem(uid).ProcedureStepState == final


def test_r058_setting_an_unknown_instance_is_refused(clinic: Clinic) -> None:
    """C307 where the statement prints C000 beside it."""
    with associated(clinic.bench, PULL) as association:
        assert set_progress(association, UNKNOWN, LOCK) == ("C307", "No such workitem here")


@pytest.mark.parametrize("final", ["COMPLETED", "CANCELED"])
def test_r059_a_final_workitem_takes_no_progress(clinic: Clinic, final: str) -> None:
    """C300; the last progress stays."""
    running = clinic.claimed()

    with associated(clinic.bench, PULL) as association:
        set_progress(association, running.workitem, LOCK, "80")
        act(association, running.workitem, final, LOCK)
        status, _ = set_progress(association, running.workitem, LOCK, "90")

    assert status == "C300"
    assert [one.progress_percent for one in clinic.bench.workitems(running.session)] == [80.0]


@pytest.mark.parametrize("lock", [None, OTHER_LOCK], ids=["none", "another"])
def test_r060_only_the_right_transaction_uid_sets_progress(clinic: Clinic, lock: str | None) -> None:
    """C301 without it or with another; nothing is written."""
    running = clinic.claimed()

    with associated(clinic.bench, PULL) as association:
        status, _ = set_progress(association, running.workitem, lock)

    assert status == "C301"
    assert [one.progress_percent for one in clinic.bench.workitems(running.session)] == [None]


def test_r061_setting_what_is_missing_or_no_workitem_of_ours_is_c307(clinic: Clinic) -> None:
    """An instance that nobody has, and a plan that is stored here."""
    session = clinic.check_in()

    with associated(clinic.bench, PULL) as association:
        answers = [set_progress(association, uid, None)[0] for uid in (UNKNOWN, session.session_plan_uid)]

    assert answers == ["C307"] * 2


def test_r062_a_performed_set_is_0000(clinic: Clinic) -> None:
    """As often as the device likes; the last one counts."""
    running = clinic.claimed()

    with associated(clinic.bench, PULL) as association:
        answers = [set_progress(association, running.workitem, LOCK, percent) for percent in ("10", "60")]

    assert answers == [("0000", "")] * 2
    assert [one.progress_percent for one in clinic.bench.workitems(running.session)] == [60.0]
