"""An association of ours waits for events; it still hears every way in which an association ends."""

from __future__ import annotations

import inspect
from typing import Any

import pytest
from pydicom.uid import UID
from pynetdicom import dul
from pynetdicom.association import Association
from pynetdicom.dimse_primitives import C_ECHO

from tests.clinic import BenchMaker
from tests.network.wire import VERIFICATION, associated
from workbench.bench import Workbench
from workbench.network.reactor import Bell
from workbench.settings import Limits

PATIENCE_S = 10


def ours(provider: Workbench) -> Association:
    """The provider's side of its only association."""
    server = provider._provider._server
    assert server is not None
    (association,) = server.active_associations
    return association


def close(association: Association) -> None:
    """Cut the connection without a word."""
    transport: Any = association.dul.socket
    transport.socket.close()


@pytest.mark.parametrize(
    ("end", "became"),
    [(Association.release, "is_released"), (Association.abort, "is_aborted"), (close, "is_aborted")],
    ids=["released", "aborted", "cut"],
)
def test_both_threads_end_with_the_association(provider: Workbench, end: Any, became: str) -> None:
    """Whatever ends it; and the provider goes on to serve others."""
    with associated(provider, VERIFICATION) as association:
        assert association.send_c_echo().Status == 0x0000
        mine = ours(provider)
        end(association)
        mine.join(PATIENCE_S)
        mine.dul.join(PATIENCE_S)

    assert (mine.is_alive(), mine.dul.is_alive(), getattr(mine, became)) == (False, False, True)
    with associated(provider, VERIFICATION) as association:
        assert association.send_c_echo().Status == 0x0000


def test_the_upper_layer_does_not_look_every_millisecond(provider: Workbench) -> None:
    """pynetdicom's own loop would end with an error at the next look: this pause is none that can be slept for."""
    with associated(provider, VERIFICATION) as association:
        assert association.send_c_echo().Status == 0x0000
        mine = ours(provider)
        pause, mine.dul._run_loop_delay = mine.dul._run_loop_delay, float("nan")

        answers = [association.send_c_echo().Status for _ in range(3)]

        mine.dul._run_loop_delay = pause

    assert answers == [0x0000] * 3


def test_a_silent_association_is_aborted(make_bench: BenchMaker) -> None:
    """After the network timeout, though nothing rings for a timer."""
    provider = make_bench(listen=True, limits=Limits(network_timeout_s=0.3))

    with associated(provider, VERIFICATION):
        mine = ours(provider)
        mine.join(PATIENCE_S)

    assert (mine.is_alive(), mine.is_aborted) == (False, True)


def test_a_bell_rung_before_the_wait_is_heard() -> None:
    """Nothing that happens between a look and a wait is missed; once heard it is silent again."""
    bell = Bell()
    bell.ring()
    bell.ring()

    bell.wait(-1, 60.0)

    assert not bell.is_ringing


def test_what_is_relied_upon_is_as_it_was() -> None:
    """Names and order of pynetdicom's reactor that ours steps into; a version that differs is to be looked at before it is allowed."""
    looking = inspect.getsource(dul.DULServiceProvider._is_transport_event)
    parts = ("_kill_thread", "_dul_ready", "artim_timer.expired", "_process_recv_primitive()", "_is_transport_event()", "do_action(event)")

    assert "self.socket.ready" in looking
    assert hasattr(Association, "_run_reactor")
    assert all(hasattr(dul.DULServiceProvider, name) for name in ("_process_recv_primitive", "_is_transport_event", "run_reactor"))
    assert [part for part in parts if part not in inspect.getsource(dul)] == []


def test_a_requestor_s_idle_thread_leaves_answers_alone(provider: Workbench) -> None:
    """An answer that comes in just when the thread goes on is still there for who asked."""
    with associated(provider, VERIFICATION) as association:
        request = C_ECHO()
        request.MessageID, request.AffectedSOPClassUID = 1, UID(VERIFICATION)
        association.dimse.send_msg(request, association.accepted_contexts[0].context_id)
        # The idle thread was not told to pause, as it is not when a request begins while it goes on.
        _, answer = association.dimse.get_msg(block=True)

    assert isinstance(answer, C_ECHO)
    assert answer.Status == 0x0000
