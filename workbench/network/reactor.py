"""An association that waits for events instead of looking for them every millisecond, as pynetdicom 3.0 does in two threads.

Looking costs 2 to 3 ms a message, and with many associations most of the processor. Here the upper layer's thread waits on its
connection and a bell, and the association's thread until a message or a primitive came. What is done with them stays pynetdicom's.
To be removed when pyproject.toml allows a version that waits by itself; ``tests/network/test_reactor.py`` tells of the parts relied upon.
"""

from __future__ import annotations

import logging
import os
import select
import threading
from array import array
from contextlib import suppress
from importlib import import_module
from queue import Empty, Queue
from typing import Any, Final

from pynetdicom import evt
from pynetdicom.dul import DULServiceProvider

log = logging.getLogger(__name__)

LOOK_S: Final = 0.25
"""How often timers, which ring no bell, are looked at."""
CLOSED_LOOK_S: Final = 0.001
"""The same when the connection is gone, and only the end is waited for."""


class Bell:
    """Wakes who waits for a connection for another reason than the connection.

    Attributes
    ----------
    is_awaited : whether somebody waits.
    """

    def __init__(self) -> None:
        self.is_awaited = False
        self._handle, self._rope = os.pipe()
        os.set_blocking(self._handle, False)
        os.set_blocking(self._rope, False)

    def __del__(self) -> None:
        os.close(self._handle)
        os.close(self._rope)

    def ring(self) -> None:
        """Wake who waits, or who will wait next."""
        # A full pipe rings already.
        with suppress(BlockingIOError):
            os.write(self._rope, b"!")

    @property
    def is_ringing(self) -> bool:
        """Whether it was rung and nobody has heard it yet."""
        waiting = select.poll()
        waiting.register(self._handle, select.POLLIN)
        return bool(waiting.poll(0))

    def wait(self, connection: int, seconds: float) -> None:
        """Until the connection has something to read or the bell rings, at most so long.

        Parameters
        ----------
        connection : its descriptor; -1 for none.
        """
        waiting = select.poll()
        waiting.register(self._handle, select.POLLIN)
        if connection >= 0:
            waiting.register(connection, select.POLLIN)
        self.is_awaited = True
        came = waiting.poll(1000 * seconds)
        self.is_awaited = False
        if any(handle == self._handle for handle, _ in came):
            os.read(self._handle, 4096)


class _Telling(Queue[Any]):
    """A queue that tells when something was put into it."""

    def __init__(self, tell: Any) -> None:
        super().__init__()
        self._tell = tell

    def put(self, item: Any, block: bool = True, timeout: float | None = None) -> None:
        super().put(item, block, timeout)
        self._tell()


def wait_for_events(event: Any) -> None:
    """Make the association of a connection just opened, whose threads have not started, wait for events."""
    association = event.assoc
    reactor, stirred, bell = association.dul, threading.Event(), Bell()
    reactor.bell, reactor.stirred = bell, stirred
    reactor.to_provider_queue = _Telling(bell.ring)
    reactor.to_user_queue = _Telling(stirred.set)
    association.dimse.msg_queue = _Telling(stirred.set)
    association._run_reactor = lambda: _serve(association, stirred)


def is_waiting(association: Any) -> bool:
    """Whether nothing has come in that is not dealt with, nothing is to go out, and both threads wait.

    A message of which a part has come is no matter of this: whoever waits for the rest of it waits too.
    """
    reactor = association.dul
    # In the order in which a message is dealt with: what leaves one place while it is looked at is found in the next.
    if _has_more(reactor) or not reactor.bell.is_awaited:
        return False
    if not association.dimse.msg_queue.empty() or not association._is_paused or not reactor.to_provider_queue.empty():
        return False
    return bool(reactor.bell.is_awaited and not reactor.bell.is_ringing)


def _has_more(reactor: Any) -> bool:
    """Whether bytes on the connection are not read yet; the connection's end is none."""
    connection = None if reactor.socket is None else reactor.socket.socket
    if connection is None:
        return False
    unread = array("i", [0])
    with suppress(OSError, ValueError):
        # Asked of the system: reading ahead would wait as long as the connection's timeout if the upper layer came first.
        # Loaded here, since only POSIX has them: a command line that only plans loads this module too.
        import_module("fcntl").ioctl(connection.fileno(), import_module("termios").FIONREAD, unread)
    return unread[0] > 0


_looking = DULServiceProvider.run_reactor


def run_upper_layer(reactor: DULServiceProvider) -> None:
    """The upper layer's thread, to its end; that of an association of others looks as before.

    Raises
    ------
    Exception : whatever pynetdicom raises over bytes that are no PDU or no message; ``unreadable`` aborts the association over it.
    """
    bell = getattr(reactor, "bell", None)
    if bell is None:
        _looking(reactor)
        return
    reactor._idle_timer.start()
    reactor.assoc._dul_ready.set()
    try:
        while not reactor._kill_thread:
            _turn(reactor, bell)
    finally:
        reactor._kill_thread = True
        reactor.stirred.set()  # type: ignore[attr-defined]


def _turn(reactor: DULServiceProvider, bell: Bell) -> None:
    """One thing sent, received or decided; or a wait for it."""
    if reactor.artim_timer.expired:
        reactor.event_queue.put("Evt18")
    if not reactor._process_recv_primitive() and reactor._is_transport_event():
        reactor._idle_timer.restart()
    try:
        happened = reactor.event_queue.get(block=False)
    except Empty:
        connection = reactor.socket.socket if reactor.socket is not None else None
        handle = -1 if connection is None else connection.fileno()
        bell.wait(handle, LOOK_S if handle >= 0 else CLOSED_LOOK_S)
    else:
        reactor.state_machine.do_action(happened)


def _serve(association: Any, stirred: threading.Event) -> None:
    """The association's thread once it is established: requests one by one, until it is released, aborted, lost or idle too long."""
    while not association._kill:
        # Paused while it waits, so that our own requests on the association need not wait for it (pynetdicom's send_* methods).
        association._is_paused = True
        if association.dimse.msg_queue.empty():
            stirred.wait(LOOK_S)
        stirred.clear()
        association._reactor_checkpoint.wait()
        association._is_paused = False
        context_id, message = association.dimse.get_msg(block=False)
        if message:
            association._serve_request(message, context_id)
        if has_ended(association):
            association.kill()
            return


def has_ended(association: Any) -> bool:
    """Whether the association is released, aborted, lost or idle too long; its state is set to what it became."""
    if association.is_established and association.acse.is_release_requested():
        association.acse.send_release(is_response=True)
        association.is_released, association.is_established = True, False
        evt.trigger(association, evt.EVT_RELEASED, {})
        return True
    if association.acse.is_aborted():
        association.dul.receive_pdu(wait=False)
        association.is_aborted, association.is_established = True, False
        evt.trigger(association, evt.EVT_ABORTED, {})
        return True
    if association.dul.idle_timer_expired():
        log.info("an association was silent for too long; aborted")
        association.abort()
        return True
    return not association.dul.is_alive()
