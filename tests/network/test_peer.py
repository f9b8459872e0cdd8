"""Our own client and receiver: a lost answer is asked for again where that is safe, and never taken for an answer."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import pytest
from pydicom.dataset import Dataset
from pynetdicom import AE, evt
from pynetdicom.events import Event

from tests.clinic import LOCK, make_ct, make_ion_plan, study_keys
from tests.network.wire import CT, FIND, PULL, VERIFICATION
from workbench.dicom import part10, uids
from workbench.errors import Refused, Unavailable
from workbench.network.peer import Peer, Receiver, Reply
from workbench.network.server import free_port
from workbench.settings import Limits


@dataclass
class Forgetful:
    """A provider that closes the connection instead of answering, as often as it is told to."""

    forgets: int
    status: int = 0x0000
    asked: int = 0
    lock: threading.Lock = field(default_factory=threading.Lock)

    def answer(self, event: Event) -> int:
        """Forget, or answer."""
        with self.lock:
            self.asked += 1
            if self.asked <= self.forgets:
                event.assoc.abort()
        return self.status

    def with_data(self, event: Event) -> tuple[int, Dataset | None]:
        """The same, as N services answer."""
        return self.answer(event), None

    def match(self, event: Event) -> Iterator[tuple[int, Dataset | None]]:
        """One match, and then the answer."""
        found = Dataset()
        found.StudyInstanceUID = "2.25.1"
        yield 0xFF00, found
        self.answer(event)

    @contextmanager
    def listening(self) -> Iterator[Peer]:
        """A client to it, with short patience."""
        entity = AE("FORGETFUL")
        for one in (VERIFICATION, FIND, PULL, CT):
            entity.add_supported_context(one)
        handlers: list[Any] = [
            (evt.EVT_C_ECHO, self.answer),
            (evt.EVT_C_STORE, self.answer),
            (evt.EVT_C_FIND, self.match),
            (evt.EVT_N_SET, self.with_data),
            (evt.EVT_N_ACTION, self.with_data),
        ]
        server = entity.start_server(("127.0.0.1", 0), block=False, evt_handlers=handlers)
        assert server is not None
        try:
            with Peer(
                "127.0.0.1", server.server_address[1], called="FORGETFUL", calling="DEVICE", limits=Limits(dimse_timeout_s=5.0)
            ) as peer:
                yield peer
        finally:
            server.shutdown()


@pytest.mark.parametrize("call", ["echo", "store", "find", "report"])
def test_a_lost_answer_is_asked_for_once_more(call: str) -> None:
    """On a new association, as the old one is gone; what was found is not found twice."""
    forgetful = Forgetful(forgets=1)

    with forgetful.listening() as peer:
        if call == "find":
            assert [one.StudyInstanceUID for one in peer.find(study_keys("STUDY"), FIND)] == ["2.25.1"]
        else:
            calls: dict[str, Callable[[], Reply]] = {
                "echo": peer.echo,
                "store": lambda: peer.store(make_ct(make_ion_plan())),
                "report": lambda: peer.report("2.25.1", LOCK, percent=50, text="half"),
            }
            assert str(calls[call]()) == "0000"

    assert forgetful.asked == 2


@pytest.mark.parametrize(("second", "taken_for"), [(0x0000, "0000"), (0xC302, "0000"), (0xC301, "C301")])
def test_a_lost_claim_is_known_by_the_second_answer(second: int, taken_for: str) -> None:
    """Claimed already under this very lock means that the first question was heard; another's lock means that it was not."""
    forgetful = Forgetful(forgets=1, status=second)

    with forgetful.listening() as peer:
        assert str(peer.act("2.25.1", "IN PROGRESS", LOCK)).startswith(taken_for)

    assert forgetful.asked == 2


def test_a_provider_that_never_answers_is_unavailable() -> None:
    """Asked twice, not for ever; the sentence says what was asked of whom."""
    forgetful = Forgetful(forgets=9)

    with forgetful.listening() as peer, pytest.raises(Unavailable, match=r"^FORGETFUL at 127\.0\.0\.1:\d+: did not answer C-FIND"):
        peer.find(study_keys("STUDY"), FIND)

    assert forgetful.asked == 2


def test_a_refused_query_is_a_refusal_with_its_status() -> None:
    """The status and comment are in the sentence."""

    class Refusing(Forgetful):
        def match(self, event: Event) -> Iterator[tuple[int, Dataset | None]]:
            yield 0xA900, None

    with Refusing(forgets=0).listening() as peer, pytest.raises(Refused, match=r"answered C-FIND with A900, expected success$"):
        peer.find(study_keys("STUDY"), FIND)


def test_a_receiver_keeps_what_it_receives(caplog: pytest.LogCaptureFixture) -> None:
    """Bit by bit, each instance once, by class; it answers its own AE title only."""
    ct = make_ct(make_ion_plan())

    with Receiver("127.0.0.1", 0, ae_title="DEVICE") as receiver:
        with Peer("127.0.0.1", receiver.port, called="DEVICE", calling="WORKBENCH") as peer:
            assert peer.store(ct).is_success
            assert peer.store(ct).is_success
        with pytest.raises(Unavailable, match="rejected the association"):
            Peer("127.0.0.1", receiver.port, called="OTHER", calling="WORKBENCH").open()
        kept = list(receiver.received())
        plans = list(receiver.received((uids.RT_ION_PLAN,)))

    assert [one.sop_instance_uid for one in kept] == [ct.SOPInstanceUID]
    assert part10.fingerprint(kept[0]) == part10.fingerprint(part10.encoded(ct))
    assert plans == []


def test_a_receivers_port_in_use_is_said_so() -> None:
    """Port, host and reason."""
    port = free_port()

    with (
        Receiver("127.0.0.1", port, ae_title="DEVICE"),
        pytest.raises(Unavailable, match=rf"^port {port} on 127\.0\.0\.1: cannot be listened on \(Address already in use\)"),
        Receiver("127.0.0.1", port, ae_title="DEVICE"),
    ):
        pass


def test_a_closed_peer_says_that_its_association_is_gone() -> None:
    """Instead of an error of the library below."""
    with Forgetful(forgets=0).listening() as peer:
        peer.close()
        with pytest.raises(Unavailable, match=r"the association is gone, expected an open one$"):
            peer.echo()
