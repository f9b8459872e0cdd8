"""TMS statement 4.2.1.12.3 and 4.2.1.13.3: the statuses that it prints for N-ACTION and N-SET (tms_services.csv, S037 to S049)."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from pydicom.dataset import Dataset
from pynetdicom import AE, evt

from tests.clinic import DEVICE, LOCK, OTHER_LOCK, RIVAL
from tests.network.wire import PULL, SYNTAXES, act, associated, set_progress
from tests.requirements.partner import Clinic
from workbench.network.peer import Peer, Reply

UNKNOWN = "2.25.404"
FINAL = ("COMPLETED", "CANCELED")


@contextmanager
def another_system() -> Iterator[Peer]:
    """Our device's association with a system of others that knows no workitem and answers C000, as fo-dicom's name for it is."""

    def unknown(_: Any) -> tuple[int, Dataset | None]:
        return 0xC000, None

    entity = AE("OTHER")
    entity.add_supported_context(PULL, list(SYNTAXES))
    server = entity.start_server(("127.0.0.1", 0), block=False, evt_handlers=[(evt.EVT_N_ACTION, unknown), (evt.EVT_N_SET, unknown)])
    assert server is not None
    try:
        with Peer("127.0.0.1", int(server.server_address[1]), called="OTHER", calling=DEVICE) as peer:
            yield peer
    finally:
        server.shutdown()


def finished(clinic: Clinic, state: str) -> str:
    """A workitem that its holder finished."""
    uid = clinic.claimed().workitem
    with associated(clinic.bench, PULL) as association:
        assert act(association, uid, state, LOCK) == ("0000", "")
    clinic.tidy()
    return uid


def test_s037_c000_of_an_action_is_understood_and_c307_sent_for_it(clinic: Clinic) -> None:
    """The statement prints both for an unknown instance: a system that sends C000 has refused, and ours sends C307."""
    with another_system() as other, associated(clinic.bench, PULL) as association:
        heard, ours = other.act(UNKNOWN, "IN PROGRESS", LOCK), act(association, UNKNOWN, "IN PROGRESS", LOCK)

    assert (heard, heard.is_success, ours[0]) == (Reply(status=0xC000), False, "C307")


def test_s038_an_action_on_a_final_workitem_is_c300(clinic: Clinic) -> None:
    """From COMPLETED to CANCELED and back, and from both to IN PROGRESS."""
    workitems = {state: finished(clinic, state) for state in FINAL}
    asked = [("COMPLETED", "CANCELED"), ("CANCELED", "COMPLETED"), *((state, "IN PROGRESS") for state in FINAL)]

    with associated(clinic.bench, PULL) as association:
        assert [act(association, workitems[state], wanted, LOCK)[0] for state, wanted in asked] == ["C300"] * 4


def test_s039_an_action_with_the_wrong_transaction_uid_is_c301(clinic: Clinic) -> None:
    """Missing, or another than the one that locked it, to either end."""
    uid = clinic.claimed().workitem

    with associated(clinic.bench, PULL, calling=RIVAL) as association:
        answers = [act(association, uid, state, lock)[0] for state in FINAL for lock in (None, OTHER_LOCK)]

    assert answers == ["C301"] * 4


def test_s040_a_second_claim_is_c302(clinic: Clinic) -> None:
    """By the one who holds it."""
    uid = clinic.claimed().workitem

    with associated(clinic.bench, PULL) as association:
        assert act(association, uid, "IN PROGRESS", LOCK)[0] == "C302"


def test_s041_an_action_on_what_is_no_workitem_here_is_c307(clinic: Clinic) -> None:
    """Unknown, or known as something else."""
    plan = clinic.check_in().session_plan_uid

    with associated(clinic.bench, PULL) as association:
        assert [act(association, uid, "IN PROGRESS", LOCK)[0] for uid in (UNKNOWN, plan)] == ["C307", "C307"]


def test_s042_canceling_again_is_b304(clinic: Clinic) -> None:
    """The state holds already."""
    uid = finished(clinic, "CANCELED")

    with associated(clinic.bench, PULL) as association:
        assert act(association, uid, "CANCELED", LOCK)[0] == "B304"


def test_s043_completing_again_is_b306(clinic: Clinic) -> None:
    """The state holds already."""
    uid = finished(clinic, "COMPLETED")

    with associated(clinic.bench, PULL) as association:
        assert act(association, uid, "COMPLETED", LOCK)[0] == "B306"


def test_s044_an_action_performed_is_0000(clinic: Clinic) -> None:
    """Claimed and completed."""
    clinic.check_in()
    uid = str(clinic.scheduled().SOPInstanceUID)

    with associated(clinic.bench, PULL) as association:
        assert [act(association, uid, state, LOCK) for state in ("IN PROGRESS", "COMPLETED")] == [("0000", "")] * 2


def test_s045_c000_of_a_set_is_understood_and_c307_sent_for_it(clinic: Clinic) -> None:
    """As for the action."""
    with another_system() as other, associated(clinic.bench, PULL) as association:
        heard, ours = other.report(UNKNOWN, LOCK, percent=50.0, text="Beam 1"), set_progress(association, UNKNOWN, LOCK)

    assert (heard, heard.is_success, ours[0]) == (Reply(status=0xC000), False, "C307")


def test_s046_a_set_on_a_final_workitem_is_c300(clinic: Clinic) -> None:
    """COMPLETED or CANCELED, by the one who held it."""
    workitems = [finished(clinic, state) for state in FINAL]

    with associated(clinic.bench, PULL) as association:
        assert [set_progress(association, uid, LOCK)[0] for uid in workitems] == ["C300", "C300"]


def test_s047_a_set_with_the_wrong_transaction_uid_is_c301(clinic: Clinic) -> None:
    """Missing, or another than the one that locked it."""
    uid = clinic.claimed().workitem

    with associated(clinic.bench, PULL, calling=RIVAL) as association:
        assert [set_progress(association, uid, lock)[0] for lock in (None, OTHER_LOCK)] == ["C301", "C301"]


def test_s048_a_set_on_what_is_no_workitem_here_is_c307(clinic: Clinic) -> None:
    """Unknown, or known as something else."""
    plan = clinic.check_in().session_plan_uid

    with associated(clinic.bench, PULL) as association:
        assert [set_progress(association, uid, LOCK)[0] for uid in (UNKNOWN, plan)] == ["C307", "C307"]


def test_s049_a_set_performed_is_0000(clinic: Clinic) -> None:
    """And the progress is there."""
    running = clinic.claimed()

    with associated(clinic.bench, PULL) as association:
        assert set_progress(association, running.workitem, LOCK, "25") == ("0000", "")

    assert [one.progress_percent for one in clinic.bench.workitems(running.session)] == [25.0]
