"""Who may associate, what is announced, and what a peer cannot make us do."""

from __future__ import annotations

import socket
import struct
import threading
import tracemalloc
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import replace
from typing import Final

import pytest
from pydicom.dataset import Dataset
from pynetdicom import AE, evt
from pynetdicom.association import Association

from tests.clinic import DEVICE, BenchMaker, connect
from tests.network.wire import CT, FIND, MOVE, PULL, RECORD, VERIFICATION, associated, association_request, claimed, raw_connection
from workbench.bench import Workbench
from workbench.dicom import part10, uids
from workbench.errors import Unavailable
from workbench.settings import TMS_AS_STATED, Limits, Room, Settings

READ = 1 << 16
ABORT = b"\x07"
ACCEPT = b"\x02"
"""PDU types of A-ABORT and A-ASSOCIATE-AC (PS3.8 9.3.8, 9.3.3)."""


def ends(provider: Workbench, *sent: bytes) -> bytes:
    """What a bare connection that sends this hears, after each part but the last an answer, until it is closed or aborted."""
    heard = b""
    with raw_connection(provider) as connection:
        for part in sent[:-1]:
            connection.sendall(part)
            heard += connection.recv(READ)
        try:
            connection.sendall(sent[-1])
            while (part := connection.recv(READ)) and not part.startswith(ABORT):
                heard += part
        except (ConnectionResetError, BrokenPipeError):
            return heard
    return heard + part


def rejection(association: Association) -> tuple[int | None, int | None, int | None]:
    """Result, source and reason of an A-ASSOCIATE-RJ (PS3.8 Table 9-21)."""
    primitive = association.acceptor.primitive
    assert association.is_rejected
    assert primitive is not None
    return primitive.result, primitive.result_source, primitive.diagnostic


def echo_is_answered(provider: Workbench) -> bool:
    """Whether the provider still serves others."""
    with connect(provider, "OTHER") as peer:
        return peer.echo().is_success


def test_an_echo_is_answered_at_any_time(provider: Workbench) -> None:
    """Without a session, while one runs, and after it was canceled."""
    before = echo_is_answered(provider)
    running = claimed(provider)
    during = echo_is_answered(provider)
    provider.cancel(running.session)

    assert (before, during, echo_is_answered(provider)) == (True, True, True)


def test_an_ae_title_of_no_room_may_echo(make_bench: BenchMaker) -> None:
    """Verification is open to everybody who calls the right AE title."""
    provider = make_bench(listen=True, rooms=(Room(name="EYE1", station_code="EYE1", calling_ae_titles=("DEVICE",)),))

    assert echo_is_answered(provider)


def test_a_wrong_called_ae_title_is_rejected(provider: Workbench) -> None:
    """A-ASSOCIATE-RJ, permanent, by the service user: called AE title not recognised (PS3.8 Table 9-21)."""
    with associated(provider, VERIFICATION, called="NOBODY") as association:
        assert rejection(association) == (1, 1, 7)


def test_a_rejection_that_is_quicker_than_its_requestor_is_heard(provider: Workbench) -> None:
    """The answer has come and the connection is closed before the requestor's thread looks whether there was one: rejected, not aborted."""
    is_over = threading.Event()
    slowly = [(evt.EVT_REQUESTED, lambda _: is_over.wait(30)), (evt.EVT_CONN_CLOSE, lambda _: is_over.set())]
    peer = AE(DEVICE)
    peer.add_requested_context(uids.VERIFICATION)

    association = peer.associate(provider.address.host, provider.address.port, ae_title="SOMEONE", evt_handlers=slowly)

    assert (association.is_rejected, association.is_aborted) == (True, False)


def test_our_own_client_says_why_it_was_rejected(provider: Workbench) -> None:
    """One sentence: whom it called, where, and what was answered."""
    with pytest.raises(Unavailable, match=r"^NOBODY at 127\.0\.0\.1:\d+: rejected the association \(.*[Cc]alled AE title.*\), expected"):
        connect(provider, called="NOBODY").open()


def test_nobody_listening_is_said_so(provider: Workbench) -> None:
    """After the provider has stopped, its port does not answer."""
    peer = connect(provider)
    provider.stop()

    with pytest.raises(Unavailable, match=r"^WORKBENCH at 127\.0\.0\.1:\d+: .*, expected it to accept$"):
        peer.open()


def test_every_statement_context_is_accepted_in_three_transfer_syntaxes(provider: Workbench) -> None:
    """Each of the three alone is enough, for every class; the first one offered is taken."""
    for syntax in ("1.2.840.10008.1.2", "1.2.840.10008.1.2.1", "1.2.840.10008.1.2.2"):
        with associated(provider, VERIFICATION, PULL, FIND, MOVE, CT, RECORD, syntaxes=(syntax,)) as association:
            accepted = {(str(one.abstract_syntax), str(one.transfer_syntax[0])) for one in association.accepted_contexts}
        assert accepted == {(one, syntax) for one in (VERIFICATION, PULL, FIND, MOVE, CT, RECORD)}


@pytest.mark.parametrize(
    "sop_class",
    ["1.2.840.10008.5.1.4.1.1.4", "1.2.840.10008.5.1.4.34.4.1", "1.2.840.10008.5.1.4.1.1.481.8", "1.2.3.4"],
    ids=["MR Image", "UPS Push", "RT Ion Plan", "unknown"],
)
def test_a_class_of_no_context_is_rejected_beside_those_that_are(provider: Workbench, sop_class: str) -> None:
    """The association stands, the one context does not: abstract syntax not supported (PS3.8 Table 9-18)."""
    with associated(provider, VERIFICATION, sop_class) as association:
        assert [str(one.abstract_syntax) for one in association.accepted_contexts] == [VERIFICATION]
        assert [(str(one.abstract_syntax), one.result) for one in association.rejected_contexts] == [(sop_class, 3)]


def test_a_compressed_transfer_syntax_is_not_taken(provider: Workbench) -> None:
    """JPEG lossless alone: transfer syntaxes not supported."""
    with associated(provider, CT, syntaxes=("1.2.840.10008.1.2.4.70",)) as association:
        assert association.accepted_contexts == []


def test_an_unlimited_pdu_is_announced(provider: Workbench) -> None:
    """Maximum Length Received is 0 as SCP (TMS statement 4.2.1.3)."""
    with associated(provider, VERIFICATION) as association:
        assert association.acceptor.maximum_length == 0


@pytest.mark.parametrize(
    ("settings", "expected"),
    [
        (Settings(), ("2.25.8277475153297746320097040524778295021", b"OPWORKBENCH_01")),
        (Settings(identity=TMS_AS_STATED), ("1.3.6.1.4.1.30071.8", b"fo-dicom 3.0.5")),
    ],
    ids=["own", "as stated"],
)
def test_the_implementation_is_that_of_the_identity(make_bench: BenchMaker, settings: Settings, expected: tuple[str, object]) -> None:
    """Our own, or the one of the statement that is emulated (4.2.1.7)."""
    provider = make_bench(listen=True, settings=settings)

    with associated(provider, VERIFICATION) as association:
        found = (str(association.acceptor.implementation_class_uid), association.acceptor.implementation_version_name)

    assert found == (expected[0], bytes(expected[1]).decode() if isinstance(found[1], str) else expected[1])  # type: ignore[call-overload]


def test_forty_associations_are_open_at_once(provider: Workbench) -> None:
    """Any number of simultaneous associations (4.2.1.4): each of forty echoes while all are open."""
    with ExitStack() as open_ones:
        associations = [open_ones.enter_context(associated(provider, VERIFICATION, calling=f"DEV{number}")) for number in range(40)]

        assert all(one.is_established for one in associations)
        with ThreadPoolExecutor(8) as pool:
            statuses = list(pool.map(lambda one: one.send_c_echo(), associations))
    # A requestor that loses a response under load gives no status at all; a wrong one would be a failure.
    assert {int(status.Status) for status in statuses if "Status" in status} == {0x0000}


def test_one_more_than_the_limit_is_rejected_for_now(make_bench: BenchMaker) -> None:
    """Transient rejection: local limit exceeded; a place that becomes free is given again."""
    provider = make_bench(listen=True, settings=replace(Settings(), limits=Limits(associations=2)))

    with associated(provider, VERIFICATION), associated(provider, VERIFICATION), associated(provider, VERIFICATION) as third:
        assert rejection(third) == (2, 3, 2)


def test_an_oversized_pdu_ends_its_association_before_anything_is_allocated(provider: Workbench) -> None:
    """A PDU that claims 4 GiB: the connection is closed, no such memory was taken, and others are served."""
    tracemalloc.start()
    try:
        heard = ends(provider, association_request(provider, length=0xFFFFFFF0))
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()

    assert heard == b""
    assert peak < 16 << 20
    assert echo_is_answered(provider)


def test_an_oversized_pdu_inside_an_association_ends_it(make_bench: BenchMaker) -> None:
    """One byte more than the limit of 1 MiB in a P-DATA-TF after a proper beginning."""
    provider = make_bench(listen=True, settings=Settings(limits=Limits(pdu_bytes=1 << 20)))

    heard = ends(provider, association_request(provider), struct.pack(">BxL", 0x04, (1 << 20) + 1))

    assert heard[:1] == ACCEPT
    assert echo_is_answered(provider)


def test_a_message_that_never_ends_is_aborted(make_bench: BenchMaker) -> None:
    """Fragments within the PDU limit, but more of them than one object may have: A-ABORT."""
    provider = make_bench(listen=True, settings=Settings(limits=Limits(object_bytes=1 << 20)))
    # A command fragment (control 0x01) that is not the last, on presentation context 1.
    fragment = bytes(1 << 16)
    value = struct.pack(">LBB", len(fragment) + 2, 1, 0x01) + fragment
    pdu = struct.pack(">BxL", 0x04, len(value)) + value

    heard = ends(provider, association_request(provider), pdu * 64)

    assert heard[:1] == ACCEPT
    assert echo_is_answered(provider)


@pytest.mark.parametrize(
    "noise",
    [b"GET / HTTP/1.1\r\n\r\n", b"\x00" * 64, b"\x04\x00\x00\x00\x00\x04\x00\x00\x00\x00", b"\x07\x00\x00\x00\x00\x04\x00\x00\x00\x00"],
    ids=["HTTP", "zeros", "data before association", "abort before association"],
)
def test_what_is_no_association_request_is_turned_away(provider: Workbench, noise: bytes) -> None:
    """The connection ends, at most with an A-ABORT (PDU type 7), and others are served."""
    heard = ends(provider, noise)

    assert heard[:1] in {b"", ABORT}
    assert echo_is_answered(provider)


def test_a_connection_that_breaks_in_the_middle_of_a_pdu_harms_nobody(provider: Workbench) -> None:
    """Half an association request, then nothing."""
    with raw_connection(provider) as connection:
        connection.sendall(association_request(provider)[:40])

    assert echo_is_answered(provider)


PART: Final = struct.pack(">BxL", 0x04, 4096) + bytes(10)
"""A P-DATA-TF of 4096 bytes, of which ten have come."""


@pytest.mark.parametrize("is_dripping", [False, True], ids=["silent", "a byte now and then"])
@pytest.mark.parametrize("is_associated", [False, True], ids=["association request", "message"])
def test_a_pdu_that_does_not_go_on_ends_its_connection(make_bench: BenchMaker, is_associated: bool, is_dripping: bool) -> None:
    """A device that lost its power in the middle of a PDU keeps no place, and neither does one that sends ever less."""
    provider = make_bench(listen=True, settings=Settings(limits=Limits(network_timeout_s=0.5, acse_timeout_s=0.5)))

    with raw_connection(provider) as connection:
        if is_associated:
            connection.sendall(association_request(provider))
            assert connection.recv(READ)[:1] == ACCEPT
            connection.sendall(PART)
        else:
            connection.sendall(association_request(provider, length=4096)[:40])
        heard = drip(connection) if is_dripping else connection.recv(READ)

    assert heard[:1] in {b"", ABORT}
    assert echo_is_answered(provider)


def drip(connection: socket.socket) -> bytes:
    """Send a byte whenever nothing is heard for a short time; what is heard in the end."""
    connection.settimeout(0.1)
    for _ in range(1000):
        try:
            connection.sendall(b"\0")
            return connection.recv(READ)
        except TimeoutError:
            continue
        except (ConnectionResetError, BrokenPipeError):
            return b""
    raise AssertionError("found the connection open after a thousand bytes, expected it to be closed")


def command(**elements: object) -> bytes:
    """A command set in one P-DATA-TF on presentation context 1 (PS3.8 9.3.5.1, PS3.7 6.3.1)."""
    dataset = Dataset()
    for keyword, value in elements.items():
        setattr(dataset, keyword, value)
    value = struct.pack(">BB", 1, 0x03) + part10.encode(dataset, uids.IMPLICIT_LITTLE)
    return struct.pack(">BxLL", 0x04, len(value) + 4, len(value)) + value


@pytest.mark.parametrize(
    ("message", "line"),
    [
        (command(), "RAW sent what cannot be read (AttributeError); association aborted"),
        (
            command(AffectedSOPClassUID=CT, CommandField=1, MessageID=1, Priority=0, CommandDataSetType=1, AffectedSOPInstanceUID=""),
            "RAW sent a C_STORE that is not complete; association aborted",
        ),
    ],
    ids=["no command", "no instance"],
)
def test_what_is_no_message_ends_its_association(provider: Workbench, caplog: pytest.LogCaptureFixture, message: bytes, line: str) -> None:
    """A-ABORT at once instead of silence, one line in the log, no thread that dies; others are served."""
    data = struct.pack(">BxLLBB", 0x04, 6, 2, 1, 0x02)

    heard = ends(provider, association_request(provider), message + data)

    assert (heard[:1], ABORT in heard[-10:]) == (ACCEPT, True)
    assert [one for one in caplog.messages if "aborted" in one] == [line]
    assert echo_is_answered(provider)


def test_stopping_ends_connections_that_ask_for_nothing(provider: Workbench, caplog: pytest.LogCaptureFixture) -> None:
    """Somebody connected and said nothing: the connection is closed, and there is nothing to tell about it."""
    with raw_connection(provider) as connection:
        assert echo_is_answered(provider)
        provider.stop()

        assert connection.recv(READ) == b""
    assert [one.getMessage() for one in caplog.records if one.levelname != "INFO"] == []


def test_stopping_lets_a_waiting_association_go(provider: Workbench) -> None:
    """An idle association does not hold the provider up; its peer sees the end, and a new one is not accepted."""
    with connect(provider) as peer:
        assert peer.echo().is_success
        provider.stop()

        assert not provider.is_listening
        with pytest.raises(Unavailable, match=r"does not listen"):
            connect(provider)


def test_a_stopped_provider_starts_again(provider: Workbench) -> None:
    """As often as a user likes, on a free port each time."""
    for _ in range(3):
        provider.stop()
        provider.start()

    assert echo_is_answered(provider)


def test_a_port_in_use_is_said_in_one_sentence(provider: Workbench, make_bench: BenchMaker) -> None:
    """The second provider names port, host and reason, and leaves no thread and no event behind."""
    port = provider.address.port

    with pytest.raises(
        Unavailable, match=rf"^port {port} on 127\.0\.0\.1: cannot be listened on \(Address already in use\), expected a free port$"
    ):
        make_bench(provider.folder.parent / "other", listen=True, port=port)

    assert make_bench(provider.folder.parent / "other").history() == []
