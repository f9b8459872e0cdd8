"""Study Root C-FIND and C-MOVE over the wire, into storage providers that are not ours."""

from __future__ import annotations

import pytest

from tests.clinic import BenchMaker, make_ct, make_ion_plan, study_keys
from tests.network.sinks import SINK, Sink
from tests.network.wire import FIND, MOVE, SYNTAXES, answer, associated, claimed, find, move, prepare
from workbench.bench import Workbench
from workbench.dicom import part10, uids
from workbench.network.server import free_port
from workbench.settings import Peer


@pytest.fixture
def port() -> int:
    """Where the sink listens."""
    return free_port()


@pytest.fixture
def provider(make_bench: BenchMaker, port: int) -> Workbench:
    """A bench that knows the sink."""
    return make_bench(listen=True, peers=(Peer(ae_title=SINK, host="127.0.0.1", port=port),))


def test_objects_are_found_at_every_level(provider: Workbench) -> None:
    """One study, two series, two images; each with the keys of its level."""
    plan = make_ion_plan()
    ct = make_ct(plan)
    for one in (plan, ct):
        provider._intake.bring(part10.encoded(one), actor="user")

    with associated(provider, FIND) as association:
        studies, _ = find(association, study_keys("STUDY", StudyInstanceUID="", PatientID="P-001"), FIND)
        series, _ = find(association, study_keys("SERIES", StudyInstanceUID=plan.StudyInstanceUID, SeriesInstanceUID="", Modality=""), FIND)
        images, _ = find(association, study_keys("IMAGE", SeriesInstanceUID=ct.SeriesInstanceUID, SOPInstanceUID=""), FIND)

    assert [one.StudyInstanceUID for one in studies] == [plan.StudyInstanceUID]
    assert {(one.SeriesInstanceUID, one.Modality) for one in series} == {(plan.SeriesInstanceUID, "RTPLAN"), (ct.SeriesInstanceUID, "CT")}
    assert [one.SOPInstanceUID for one in images] == [ct.SOPInstanceUID]


def test_a_query_without_a_level_is_refused(provider: Workbench) -> None:
    """A900: the identifier does not match the SOP class, with a comment."""
    with associated(provider, FIND) as association:
        matches, ended = find(association, study_keys("", StudyInstanceUID=""), FIND)

    assert (matches, ended[0]) == ([], "A900")
    assert ended[1].startswith("query: found level none")


def test_a_move_sends_to_a_listed_peer(provider: Workbench, port: int) -> None:
    """Session plan and instruction arrive from our AE title, PDUs announced at 16384 (TMS statement 4.2.1.3), counted in the answer."""
    session, _ = prepare(provider)
    wanted = [session.session_plan_uid, str(session.instruction_uid)]

    with Sink().listening(port) as sink, associated(provider, MOVE) as association:
        status = move(association, study_keys("IMAGE", SOPInstanceUID=wanted), SINK)

    assert (answer(status), status.NumberOfCompletedSuboperations, status.NumberOfFailedSuboperations) == (("0000", ""), 2, 0)
    assert sorted(sink.received) == sorted(wanted)
    assert (sink.announced, sink.called_by) == ({16384}, {"WORKBENCH"})


def test_a_move_of_a_study_sends_all_of_it(provider: Workbench, port: int) -> None:
    """The imported plan and both objects made from it are one study."""
    session, _ = prepare(provider)

    with Sink().listening(port) as sink, associated(provider, MOVE) as association:
        move(association, study_keys("STUDY", StudyInstanceUID=session.study_uid), SINK)

    assert set(sink.received) == {session.plan_uid, session.session_plan_uid, session.instruction_uid}


def test_a_move_to_somebody_unknown_is_refused(provider: Workbench) -> None:
    """A801: Move Destination unknown; only listed peers receive anything."""
    session, _ = prepare(provider)

    with associated(provider, MOVE) as association:
        status = move(association, study_keys("STUDY", StudyInstanceUID=session.study_uid), "NOBODY")

    assert status.Status == 0xA801


def test_a_move_of_nothing_succeeds_with_nothing(provider: Workbench, port: int) -> None:
    """No object of this UID is here: success, zero sub-operations."""
    with Sink().listening(port) as sink, associated(provider, MOVE) as association:
        status = move(association, study_keys("STUDY", StudyInstanceUID="2.25.404"), SINK)

    assert (status.Status, status.NumberOfCompletedSuboperations, sink.received) == (0x0000, 0, [])


def test_a_move_without_its_unique_key_is_refused(provider: Workbench, port: int) -> None:
    """A900 with a comment; never everything by accident."""
    prepare(provider)

    with Sink().listening(port) as sink, associated(provider, MOVE) as association:
        status = move(association, study_keys("STUDY", PatientID="P-001"), SINK)

    assert answer(status) == ("A900", "C-MOVE at STUDY level: found no StudyInstanceUID, expected at...")
    assert sink.received == []


def test_objects_of_another_patient_are_withheld_while_a_session_runs(provider: Workbench, port: int) -> None:
    """The whole move fails in Cxxx with a comment, also where the session's own plan was asked for in the same breath."""
    other = provider.add_plan(make_ion_plan(PatientID="P-002"))
    running = claimed(provider)

    with Sink().listening(port) as sink, associated(provider, MOVE) as association:
        status = move(association, study_keys("IMAGE", SOPInstanceUID=[other.uid, running.session.plan_uid]), SINK)

    assert answer(status) == ("C004", "Objects are withheld: another session is running")
    assert sink.received == []


def test_a_refused_move_is_answered_though_the_destination_is_away(provider: Workbench) -> None:
    """A failure with its own code: nobody has to listen to be told no."""
    other = provider.add_plan(make_ion_plan(PatientID="P-002"))
    claimed(provider)

    with associated(provider, MOVE) as association:
        status = move(association, study_keys("IMAGE", SOPInstanceUID=other.uid), SINK)

    assert answer(status) == ("C004", "Objects are withheld: another session is running")


def test_a_destination_that_refuses_is_counted(provider: Workbench, port: int) -> None:
    """All sub-operations failed: A702, and the failed UIDs are known."""
    session, _ = prepare(provider)

    with Sink(status=0xA700).listening(port), associated(provider, MOVE) as association:
        status = move(association, study_keys("IMAGE", SOPInstanceUID=session.session_plan_uid), SINK)

    assert (status.Status, status.NumberOfFailedSuboperations) == (0xA702, 1)


def test_a_destination_that_lacks_a_class_gets_the_rest(provider: Workbench, port: int) -> None:
    """It knows no delivery instruction: plan sent, instruction failed, B000 as a warning."""
    session, _ = prepare(provider)
    wanted = [session.session_plan_uid, str(session.instruction_uid)]

    with Sink(classes=(uids.RT_ION_PLAN,)).listening(port) as sink, associated(provider, MOVE) as association:
        status = move(association, study_keys("IMAGE", SOPInstanceUID=wanted), SINK)

    assert (status.Status, status.NumberOfCompletedSuboperations, status.NumberOfFailedSuboperations) == (0xB000, 1, 1)
    assert sink.received == [session.session_plan_uid]


def test_a_missing_file_fails_its_own_sub_operation(provider: Workbench, port: int) -> None:
    """Somebody deleted one file: the other object still arrives, and the answer is a warning."""
    session, _ = prepare(provider)
    provider.path(str(session.instruction_uid)).unlink()

    with Sink().listening(port) as sink, associated(provider, MOVE) as association:
        status = move(association, study_keys("IMAGE", SOPInstanceUID=[session.session_plan_uid, str(session.instruction_uid)]), SINK)

    assert (status.Status, status.NumberOfCompletedSuboperations, status.NumberOfFailedSuboperations) == (0xB000, 1, 1)
    assert sink.received == [session.session_plan_uid]


@pytest.mark.parametrize("syntax", SYNTAXES, ids=["implicit", "explicit", "big endian"])
def test_an_object_is_handed_out_in_a_transfer_syntax_that_the_destination_takes(provider: Workbench, port: int, syntax: str) -> None:
    """A destination that takes one of the three alone is served in it."""
    session, _ = prepare(provider)

    with Sink(syntaxes=(syntax,)).listening(port) as sink, associated(provider, MOVE) as association:
        status = move(association, study_keys("IMAGE", SOPInstanceUID=session.session_plan_uid), SINK)

    assert (status.Status, sink.received) == (0x0000, [session.session_plan_uid])
