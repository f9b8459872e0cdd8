"""C-STORE sub-operations of a C-MOVE: counted, asked for twice where an answer is lost, given up in time, canceled."""

from __future__ import annotations

import threading
from typing import Any

import pytest
from pydicom.dataset import Dataset
from pynetdicom.events import Event

from tests.clinic import DEVICE, BenchMaker, make_ct, make_ion_plan, study_keys
from tests.network.sinks import SINK, Sink, forget, nonsense, silence
from tests.network.wire import MOVE, answer, associated, move, prepare
from workbench.bench import Workbench
from workbench.dicom import part10, uids
from workbench.events import EventKind
from workbench.network.server import free_port
from workbench.settings import TMS_AS_STATED, Limits, Peer

SHORT = Limits(acse_timeout_s=0.5, dimse_timeout_s=0.5)


@pytest.fixture
def port() -> int:
    """Where the sink listens."""
    return free_port()


@pytest.fixture
def provider(make_bench: BenchMaker, port: int) -> Workbench:
    """A bench that knows the sink and has little patience."""
    return make_bench(listen=True, peers=(Peer(ae_title=SINK, host="127.0.0.1", port=port),), limits=SHORT)


def bring_slices(bench: Workbench, count: int) -> list[Dataset]:
    """Import slices of one series."""
    plan = make_ion_plan()
    slices = [make_ct(plan, InstanceNumber=number, SeriesInstanceUID=f"{plan.StudyInstanceUID}.5") for number in range(1, count + 1)]
    for one in slices:
        bench._intake.bring(part10.encoded(one), actor="user")
    return slices


def of_series(one: Dataset) -> Dataset:
    """The identifier that asks for the whole series of a slice."""
    return study_keys("SERIES", StudyInstanceUID=one.StudyInstanceUID, SeriesInstanceUID=one.SeriesInstanceUID)


def counts(status: Dataset) -> tuple[int, ...]:
    """Remaining (-1 where the response does not say), completed, failed, warning."""
    return (
        int(status.get("NumberOfRemainingSuboperations", -1)),
        int(status.NumberOfCompletedSuboperations),
        int(status.NumberOfFailedSuboperations),
        int(status.NumberOfWarningSuboperations),
    )


def failed(identifier: Dataset | None) -> list[str]:
    """Failed SOP Instance UID List of a final response."""
    assert identifier is not None
    value = identifier.get("FailedSOPInstanceUIDList") or []
    return [str(value)] if isinstance(value, str) else [str(one) for one in value]


def ended(bench: Workbench, identifier: Dataset) -> tuple[Dataset, Dataset | None]:
    """Final response of a C-MOVE to the sink."""
    with associated(bench, MOVE) as association:
        return list(association.send_c_move(identifier, SINK, MOVE))[-1]


def test_every_sub_operation_is_counted(provider: Workbench, port: int) -> None:
    """Success, warning and refusal after each other; a warning at the end, with the UID that failed (PS3.4 C.4.2.1.6 to C.4.2.1.9)."""
    slices = bring_slices(provider, 3)

    with Sink(answers=[0x0000, 0xB000, 0xA700]).listening(port) as sink, associated(provider, MOVE) as association:
        responses = list(association.send_c_move(of_series(slices[0]), SINK, MOVE))

    assert [(status.Status, counts(status)) for status, _ in responses] == [
        (0xFF00, (2, 1, 0, 0)),
        (0xFF00, (1, 1, 0, 1)),
        (0xFF00, (0, 1, 1, 1)),
        (0xB000, (-1, 1, 1, 1)),
    ]
    assert failed(responses[-1][1]) == [sink.received[2]]


def test_a_warning_alone_ends_in_a_warning(provider: Workbench, port: int) -> None:
    """B000, and no UID failed."""
    slices = bring_slices(provider, 1)

    with Sink(status=0xB007).listening(port):
        status, identifier = ended(provider, of_series(slices[0]))

    assert (status.Status, counts(status), failed(identifier)) == (0xB000, (-1, 0, 0, 1), [])


def test_a_sub_operation_names_the_move_it_belongs_to(provider: Workbench, port: int) -> None:
    """Move Originator Application Entity Title and Message ID (PS3.7 9.1.1.1)."""
    slices = bring_slices(provider, 2)

    with Sink().listening(port) as sink, associated(provider, MOVE) as association:
        list(association.send_c_move(of_series(slices[0]), SINK, MOVE, msg_id=77))

    assert [(str(one.MoveOriginatorApplicationEntityTitle), one.MoveOriginatorMessageID) for one in sink.requests] == [(DEVICE, 77)] * 2
    assert [one.MessageID for one in sink.requests] == [1, 2]


def test_objects_arrive_as_they_are_kept(provider: Workbench, port: int) -> None:
    """Bit by bit where the receiver takes the transfer syntax they are stored in."""
    slices = bring_slices(provider, 2)

    with Sink().listening(port) as sink:
        ended(provider, of_series(slices[0]))

    assert [part10.fingerprint(part10.encoded(sink.datasets[one.SOPInstanceUID])) for one in slices] == [
        part10.fingerprint(part10.encoded(one)) for one in slices
    ]


def test_a_dead_destination_is_a_failure(provider: Workbench) -> None:
    """Nobody listens: none could be sent (A702), with the reason and all UIDs; the association with who asked goes on."""
    slices = bring_slices(provider, 2)

    with associated(provider, MOVE) as association:
        status, identifier = list(association.send_c_move(of_series(slices[0]), SINK, MOVE))[-1]
        again = move(association, study_keys("STUDY", StudyInstanceUID="2.25.404"), SINK)

    assert (status.Status, counts(status)) == (0xA702, (-1, 0, 2, 0))
    assert status.ErrorComment.startswith("SINK at 127.0.0.1:")
    assert sorted(failed(identifier)) == sorted(one.SOPInstanceUID for one in slices)
    assert answer(again) == ("0000", "")


def test_a_destination_that_takes_connections_and_says_nothing_is_a_failure(provider: Workbench, port: int) -> None:
    """It is given up after the ACSE timeout, once for all objects."""
    slices = bring_slices(provider, 3)

    with silence(port):
        status, identifier = ended(provider, of_series(slices[0]))

    assert (status.Status, counts(status), len(failed(identifier))) == (0xA702, (-1, 0, 3, 0), 3)


@pytest.mark.parametrize(
    "body", [b"", b"\xff" * 200, b"\x00\x01" + bytes(66) + b"\x21\x00\x00\x08\x01"], ids=["nothing", "no items", "cut off"]
)
def test_a_destination_that_accepts_with_nonsense_is_a_failure(
    provider: Workbench, port: int, body: bytes, caplog: pytest.LogCaptureFixture
) -> None:
    """Bytes that are no acceptance are one: it is asked once for all objects, and nothing of ours has failed."""
    slices = bring_slices(provider, 3)

    with nonsense(port, body) as asked:
        status, identifier = ended(provider, of_series(slices[0]))

    assert (status.Status, counts(status), len(failed(identifier))) == (0xA702, (-1, 0, 3, 0), 3)
    assert status.ErrorComment.startswith("SINK at 127.0.0.1:")
    assert len(asked) == 1
    assert [one.message for one in caplog.records if one.exc_info and one.name.startswith("workbench")] == []


def test_a_destination_that_never_answers_a_store_is_a_failure(provider: Workbench, port: int) -> None:
    """Asked twice within the DIMSE timeout each, the second time on a new association; the other objects are not tried."""
    slices = bring_slices(provider, 3)
    end = threading.Event()

    def hang(_: Event) -> int:
        end.wait(30)
        return 0x0000

    with Sink(answers=[hang, hang]).listening(port) as sink:
        status, identifier = ended(provider, of_series(slices[0]))
        end.set()

    assert (status.Status, counts(status)) == (0xA702, (-1, 0, 3, 0))
    assert len(failed(identifier)) == 3
    assert len(sink.received) == 2
    assert len(set(sink.received)) == 1


def test_a_lost_answer_is_asked_for_once_more(provider: Workbench, port: int) -> None:
    """The same object by the same UID on a new association; then the rest, and all is well."""
    slices = bring_slices(provider, 3)

    with Sink(answers=[0x0000, forget]).listening(port) as sink:
        status, _ = ended(provider, of_series(slices[0]))

    assert (status.Status, counts(status)) == (0x0000, (-1, 3, 0, 0))
    assert len(sink.received) == 4
    assert sink.received[1] == sink.received[2]


def test_an_answer_lost_twice_fails_what_is_left(provider: Workbench, port: int) -> None:
    """What went through before is counted, and the history tells of it."""
    slices = bring_slices(provider, 3)

    with Sink(answers=[0x0000, forget, forget]).listening(port) as sink:
        status, identifier = ended(provider, of_series(slices[0]))

    assert (status.Status, counts(status)) == (0xB000, (-1, 1, 2, 0))
    assert sink.received[0] not in failed(identifier)
    assert [event.detail["count"] for event in provider.history() if event.kind is EventKind.OBJECTS_SENT] == [1]


def test_a_move_is_canceled_midway(provider: Workbench, port: int) -> None:
    """C-CANCEL while the second of four is under way: FE00, two remain (PS3.4 C.4.2.3.1)."""
    slices = bring_slices(provider, 4)
    canceled = threading.Event()

    def wait(_: Event) -> int:
        canceled.wait(30)
        return 0x0000

    with Sink(answers=[0x0000, wait]).listening(port) as sink, associated(provider, MOVE) as association:
        responses = []
        for status, identifier in association.send_c_move(of_series(slices[0]), SINK, MOVE, msg_id=9):
            responses.append((status, identifier))
            if len(responses) == 1:
                association.send_c_cancel(9, query_model=MOVE)
                assert heard(provider, 9)
                canceled.set()

    assert [status.Status for status, _ in responses] == [0xFF00, 0xFF00, 0xFE00]
    assert counts(responses[-1][0]) == (2, 2, 0, 0)
    assert failed(responses[-1][1]) == []
    assert len(sink.received) == 2


def heard(bench: Workbench, message_id: int) -> bool:
    """Whether the provider has read the C-CANCEL of a message; waits for it."""
    provider = bench._provider
    for _ in range(2000):
        associations = provider._server.active_associations if provider._server is not None else []
        if any(message_id in one.dimse.cancel_req for one in associations):
            return True
        threading.Event().wait(0.005)
    return False


@pytest.mark.parametrize(
    ("accepted", "arrives_as"),
    [
        ((uids.TRIAL_DELIVERY_INSTRUCTION,), uids.TRIAL_DELIVERY_INSTRUCTION),
        ((uids.DELIVERY_INSTRUCTION,), uids.DELIVERY_INSTRUCTION),
        ((uids.TRIAL_DELIVERY_INSTRUCTION, uids.DELIVERY_INSTRUCTION), uids.TRIAL_DELIVERY_INSTRUCTION),
    ],
    ids=["trial", "final", "both"],
)
def test_an_instruction_arrives_in_the_class_that_is_taken(
    provider: Workbench, port: int, accepted: tuple[str, ...], arrives_as: str
) -> None:
    """One instance in two dresses: request and data set name the class of the context; where both are taken, the one it is kept in."""
    session, _ = prepare(provider)
    uid = str(session.instruction_uid)

    with Sink(classes=accepted).listening(port) as sink:
        status, _ = ended(provider, study_keys("IMAGE", SOPInstanceUID=uid))

    assert (status.Status, sink.received) == (0x0000, [uid])
    assert (sink.requests[0].AffectedSOPClassUID, sink.datasets[uid].SOPClassUID) == (arrives_as, arrives_as)
    kept, sent = provider.dataset(uid), sink.datasets[uid]
    del kept.SOPClassUID, sent.SOPClassUID
    assert sent == kept


def test_speaking_as_stated_an_instruction_is_of_the_trial_alone(make_bench: BenchMaker, port: int) -> None:
    """The final class is not offered then: it fails, and the comment says what is not accepted."""
    peers = (Peer(ae_title=SINK, host="127.0.0.1", port=port),)
    provider = make_bench(listen=True, peers=peers, identity=TMS_AS_STATED)
    plan = make_ion_plan()
    plan.PatientSetupSequence[0].PatientPosition = "HFS"
    session = provider.check_in(provider.add_plan(plan))

    with Sink(classes=(uids.DELIVERY_INSTRUCTION,)).listening(port) as sink:
        status, _ = ended(provider, study_keys("IMAGE", SOPInstanceUID=str(session.instruction_uid)))

    assert (status.Status, sink.received) == (0xA702, [])


@pytest.mark.parametrize("damage", ["gone", "short", "headless"])
def test_a_damaged_file_fails_alone(provider: Workbench, port: int, damage: str) -> None:
    """The other slice arrives; what cannot be whole is not sent."""
    slices = bring_slices(provider, 2)
    path = provider.path(slices[0].SOPInstanceUID)
    content = path.read_bytes()
    path.unlink()
    damaged: dict[str, Any] = {"gone": None, "short": content[:-2], "headless": bytes(200)}
    if damaged[damage] is not None:
        path.write_bytes(damaged[damage])

    with Sink().listening(port) as sink:
        status, identifier = ended(provider, of_series(slices[0]))

    assert (status.Status, counts(status)) == (0xB000, (-1, 1, 1, 0))
    assert (failed(identifier), sink.received) == ([slices[0].SOPInstanceUID], [slices[1].SOPInstanceUID])
