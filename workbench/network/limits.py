"""What a peer can make us allocate and wait for: the length of a PDU is looked at before its body is read, a message before it grows.

pynetdicom reads whatever length a PDU claims, waits for the rest of it without end, and collects fragments without end. All are
stopped, on the connection's own socket and by counting the fragments of a message; each ends the association. Who counts knows also
what is in flight.
"""

from __future__ import annotations

import logging
import select
import socket
import time
from typing import Any

from pynetdicom.pdu import P_DATA_TF

from workbench.settings import Limits

log = logging.getLogger(__name__)

CHUNK = 1 << 18
LEAST_BYTES_PER_S = 1 << 14
"""A PDU that comes more slowly is not waited for: an old modem is faster, and a connection that drips keeps a place from others."""
PENDING = frozenset({0xFF00, 0xFF01})
C_CANCEL_RQ = 0x0FFF
RESPONSE = 0x8000
"""Command Field of what is never answered, and its bit that tells a response from a request (PS3.7 E.1)."""


class TooLong(OSError):
    """A PDU claims to be longer than the limit; as an OSError it ends the connection like a broken one."""


class TooSlow(OSError):
    """The rest of a PDU does not come; as an OSError it ends the connection like a broken one."""


def guard(event: Any, limits: Limits) -> None:
    """Watch a connection that was just opened."""
    association = event.assoc
    transport = association.dul.socket

    def recv(length: int) -> bytearray:
        # Replaces AssociationSocket.recv of pynetdicom 3.0, which reads in steps of 4096 bytes and knows no limit.
        if length > limits.pdu_bytes:
            raise TooLong(f"PDU of {length} bytes, expected at most {limits.pdu_bytes}")
        connection, received = transport.socket, bytearray(length)
        view, filled = memoryview(received), 0
        silence = limits.network_timeout_s
        deadline = time.monotonic() + silence + length / LEAST_BYTES_PER_S
        while filled < length:
            _wait_for_more(connection, min(silence, deadline - time.monotonic()))
            count = connection.recv_into(view[filled : filled + CHUNK])
            if not count:
                break
            filled += count
        view.release()
        del received[filled:]
        return received

    transport.recv = recv


def _wait_for_more(connection: socket.socket, seconds: float) -> None:
    """Until something has come, or the connection has ended.

    Raises
    ------
    TooSlow : nothing did in this time.
    ConnectionAbortedError : it was closed on our side meanwhile.
    """
    waiting = select.poll()
    try:
        waiting.register(connection, select.POLLIN)
    except ValueError as problem:
        raise ConnectionAbortedError("the connection was closed meanwhile") from problem
    if seconds <= 0 or not waiting.poll(1000 * seconds):
        raise TooSlow("a PDU did not come to its end, expected the rest of it")


class MessageMeter:
    """Counts the bytes of the message that each association is receiving, and knows which of them are at work."""

    def __init__(self, limits: Limits) -> None:
        self._limit = limits.object_bytes
        self._received: dict[int, int] = {}
        self._answering: set[int] = set()

    def is_at_work(self, association: object) -> bool:
        """Whether a message is being received or answered."""
        return id(association) in self._received or id(association) in self._answering

    def on_pdu(self, event: Any) -> None:
        """A PDU came in; a message that grows past the limit aborts its association."""
        if not isinstance(event.pdu, P_DATA_TF):
            return
        key = id(event.assoc)
        self._received[key] = self._received.get(key, 0) + event.pdu.pdu_length
        if self._received[key] > self._limit:
            log.warning("a message of more than %d bytes was not received; association aborted", self._limit)
            event.assoc.abort()

    def on_message(self, event: Any) -> None:
        """A message is complete; a request will be answered."""
        self._received.pop(id(event.assoc), None)
        field = int(event.message.command_set.CommandField)
        if field != C_CANCEL_RQ and not field & RESPONSE:
            self._answering.add(id(event.assoc))

    def on_answer(self, event: Any) -> None:
        """A message goes out; a request of ours, a sub-operation of a C-GET, answers nothing, and a pending answer is not the last."""
        command = event.message.command_set
        if int(command.CommandField) & RESPONSE and command.get("Status") not in PENDING:
            self._answering.discard(id(event.assoc))

    def on_close(self, event: Any) -> None:
        """The association is gone."""
        self._received.pop(id(event.assoc), None)
        self._answering.discard(id(event.assoc))
