"""Tests of who is and was associated: told while it happens, and how each association ended."""

from __future__ import annotations

import socket
import threading

import pytest
from pynetdicom import AE

from tests.clinic import connect
from workbench.bench import Workbench
from workbench.dicom import uids
from workbench.network.associations import AssociationSeen, Stand


class Listener:
    """Keeps what it is told, and can be waited for."""

    def __init__(self) -> None:
        self.told: list[AssociationSeen] = []
        self._changed = threading.Condition()

    def __call__(self, seen: AssociationSeen) -> None:
        """Be told."""
        with self._changed:
            self.told.append(seen)
            self._changed.notify_all()

    def await_stand(self, stand: Stand) -> AssociationSeen:
        """The first that stands so."""
        with self._changed:
            assert self._changed.wait_for(lambda: stand in [one.stand for one in self.told], timeout=30)
            return next(one for one in self.told if one.stand is stand)


@pytest.fixture
def listener(provider: Workbench) -> Listener:
    """Told of everybody who comes and goes."""
    made = Listener()
    provider.associations.subscribe(made)
    return made


def test_an_association_is_told_when_it_comes_and_when_it_is_released(provider: Workbench, listener: Listener) -> None:
    """Who came, from where, and when it went; the log keeps it."""
    with connect(provider, "OTHER") as peer:
        assert peer.echo().is_success
        opened = listener.await_stand(Stand.OPEN)

    released = listener.await_stand(Stand.RELEASED)
    assert (opened.calling_ae, opened.called_ae, opened.host, opened.ended) == ("OTHER", "WORKBENCH", "127.0.0.1", None)
    assert released.ended is not None
    assert provider.associations.latest() == [released]


def test_a_rejected_association_says_why(provider: Workbench, listener: Listener) -> None:
    """Who calls another AE title is not let in; the reason is that of PS3.8 Table 9-21."""
    other = AE("LOST")
    other.add_requested_context(uids.VERIFICATION)

    association = other.associate(provider.address.host, provider.address.port, ae_title="SOMEONE")

    assert association.is_rejected
    seen = listener.await_stand(Stand.REJECTED)
    assert (seen.calling_ae, seen.called_ae, seen.why) == ("LOST", "SOMEONE", "called AE title not recognized")


@pytest.mark.parametrize(("leave", "stand"), [("abort", Stand.ABORTED), ("vanish", Stand.LOST)])
def test_how_an_association_ended_is_told(provider: Workbench, listener: Listener, leave: str, stand: Stand) -> None:
    """One that is aborted, and one whose connection is gone without a word."""
    other = AE("BRIEF")
    other.add_requested_context(uids.VERIFICATION)
    association = other.associate(provider.address.host, provider.address.port, ae_title="WORKBENCH")
    assert association.is_established

    if leave == "abort":
        association.abort()
    else:
        transport = association.dul.socket
        assert transport is not None
        assert transport.socket is not None
        transport.socket.shutdown(socket.SHUT_RDWR)

    assert listener.await_stand(stand).calling_ae == "BRIEF"


def test_who_has_unsubscribed_is_told_no_more(provider: Workbench, listener: Listener) -> None:
    """The other subscriber still is."""
    gone: list[AssociationSeen] = []
    provider.associations.subscribe(gone.append)()

    with connect(provider, "OTHER"):
        listener.await_stand(Stand.OPEN)

    assert gone == []
