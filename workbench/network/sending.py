"""C-STORE to another storage provider: small, blocking, and never longer than the time given to it.

pynetdicom's own requestor spends 3 ms a message and, under load, now and then loses a response; here an exchange is one write and
one read on a socket with a deadline. Its PDU classes negotiate; the four messages that follow are made by hand.
"""

from __future__ import annotations

import socket
import struct
import time
from collections.abc import Sequence
from contextlib import suppress
from types import TracebackType
from typing import Final, Self

from workbench.dicom import uids
from workbench.dicom.part10 import Encoded
from workbench.errors import Unavailable
from workbench.network import pdus
from workbench.network.pdus import Originator
from workbench.settings import Identity, Limits, Peer

LONGEST_PDU: Final = 1 << 17
"""What we send at most in one PDU, though a receiver may name no limit."""
LONGEST_ANSWER: Final = 1 << 16
"""A longer PDU is no answer to a C-STORE or an association request."""
BATCH: Final = 1 << 20
"""Bytes given to the socket at once."""
PARTING_S: Final = 1.0
"""How long an abort may take to leave."""
UNKNOWN_FAILURE: Final = 0xC000
PREFERRED: Final = (uids.EXPLICIT_LITTLE, uids.IMPLICIT_LITTLE, uids.EXPLICIT_BIG)


class Sender:
    """One association with a storage provider, as a context manager.

    Parameters
    ----------
    ae_title : our own.
    sop_classes : what is to be sent; at most 42, as each takes three presentation contexts of 128.

    Raises
    ------
    Unavailable : on entering: it does not listen, does not answer in time, or rejects the association.
    """

    def __init__(self, peer: Peer, *, ae_title: str, sop_classes: Sequence[str], identity: Identity, limits: Limits) -> None:
        self._peer = peer
        self._where = f"{peer.ae_title} at {peer.host}:{peer.port}"
        self._limits = limits
        self._classes = tuple(sop_classes)
        self._request = pdus.association_request(peer.ae_title, ae_title, self._classes, identity)
        self._contexts: dict[tuple[str, str], int] = {}
        self._chunk = LONGEST_PDU
        self._message_id = 0
        self._deadline = 0.0
        self._socket: socket.socket | None = None

    def __enter__(self) -> Self:
        self._grant(self._limits.acse_timeout_s)
        try:
            self._socket = socket.create_connection((self._peer.host, self._peer.port), timeout=self._limits.acse_timeout_s)
        except OSError as problem:
            why = problem.strerror or problem
            raise Unavailable(f"{self._where}: does not answer ({why}), expected it to listen", rule="association") from problem
        try:
            self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self._associate()
        except BaseException:
            self._abort()
            raise
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        if kind is None:
            self._release()
        else:
            self._abort()

    def syntax_for(self, sop_class: str, stored: str) -> str | None:
        """The transfer syntax to send objects of a class in: the one they are stored in, if it was accepted; None when none was."""
        return next((one for one in (stored, *PREFERRED) if (sop_class, one) in self._contexts), None)

    def store(self, instance: Encoded, originator: Originator | None = None) -> int:
        """C-STORE; the status that answers it.

        Raises
        ------
        Unavailable : the answer was lost: the connection broke, or none came within the DIMSE timeout.
        """
        context = self._contexts[instance.sop_class_uid, instance.transfer_syntax]
        self._message_id = self._message_id % 0xFFFF + 1
        try:
            self._send_message(context, pdus.store_command(instance, self._message_id, originator), instance.data)
            self._grant(self._limits.dimse_timeout_s)
            return self._response()
        except OSError as problem:
            raise self._lost("C-STORE", problem) from problem

    def _associate(self) -> None:
        try:
            self._send(self._request)
            kind, body = self._receive()
            if kind != pdus.ASSOCIATE_AC:
                what = "rejected" if kind == pdus.ASSOCIATE_RJ else "aborted"
                raise Unavailable(f"{self._where}: {what} the association, expected it to accept", rule="association")
            agreed = pdus.accepted(body, self._classes)
        except OSError as problem:
            raise self._lost("the association request", problem) from problem
        self._contexts = agreed.contexts
        self._chunk = max(min(agreed.longest_pdu or LONGEST_PDU, LONGEST_PDU) - 6, 1)

    def _send_message(self, context: int, command: bytes, data: bytes) -> None:
        """Command and data set in PDUs of one fragment each; the time given is for each batch, so that large objects have enough."""
        pending = bytearray(pdus.fragment(context, pdus.COMMAND | pdus.LAST, command))
        view = memoryview(data)
        for at in range(0, len(data), self._chunk):
            control = pdus.LAST if at + self._chunk >= len(data) else 0
            pending += pdus.fragment(context, control, view[at : at + self._chunk])
            if len(pending) >= BATCH:
                self._grant(self._limits.dimse_timeout_s)
                self._send(pending)
                pending.clear()
        self._grant(self._limits.dimse_timeout_s)
        self._send(pending)

    def _response(self) -> int:
        """Status of the response to the last message; responses to others are none."""
        command = b""
        while True:
            kind, body = self._receive()
            if kind != pdus.P_DATA:
                raise ConnectionAbortedError(f"PDU of type {kind:02X}")
            for control, part in pdus.fragments(body):
                command += part if control & pdus.COMMAND else b""
                if control & pdus.COMMAND and control & pdus.LAST:
                    found, command = pdus.command_numbers(command), b""
                    if (found.get(pdus.COMMAND_FIELD), found.get(pdus.RESPONDED_TO)) == (pdus.C_STORE_RSP, self._message_id):
                        return found.get(pdus.STATUS, UNKNOWN_FAILURE)

    def _receive(self) -> tuple[int, bytes]:
        """Type and body of the next PDU."""
        kind, length = struct.unpack(">BxL", self._read(6))
        if length > LONGEST_ANSWER:
            raise ConnectionAbortedError(f"PDU of {length} bytes")
        return int(kind), self._read(length)

    def _read(self, length: int) -> bytes:
        connection, received = self._connection(), bytearray()
        while len(received) < length:
            connection.settimeout(self._left())
            part = connection.recv(length - len(received))
            if not part:
                raise ConnectionResetError("connection closed")
            received += part
        return bytes(received)

    def _send(self, data: bytes | bytearray) -> None:
        connection = self._connection()
        connection.settimeout(self._left())
        connection.sendall(data)

    def _grant(self, seconds: float) -> None:
        self._deadline = time.monotonic() + seconds

    def _left(self) -> float:
        left = self._deadline - time.monotonic()
        if left <= 0:
            raise TimeoutError("timed out")
        return left

    def _connection(self) -> socket.socket:
        if self._socket is None:
            raise ConnectionResetError("not connected")
        return self._socket

    def _lost(self, what: str, problem: OSError) -> Unavailable:
        why = "in time" if isinstance(problem, TimeoutError) else f"({problem.strerror or problem})"
        return Unavailable(f"{self._where}: did not answer {what} {why}, expected a status", rule="no-answer")

    def _release(self) -> None:
        """A-RELEASE; what answers it, or does not, changes nothing any more."""
        self._grant(self._limits.acse_timeout_s)
        try:
            self._send(pdus.RELEASE)
            self._receive()
        except OSError:
            self._abort()
        else:
            self._close()

    def _abort(self) -> None:
        """A-ABORT; whoever is gone need not be told, and whoever does not read is not waited for."""
        self._grant(min(self._limits.acse_timeout_s, PARTING_S))
        with suppress(OSError):
            self._send(pdus.ABORTION)
        self._close()

    def _close(self) -> None:
        connection, self._socket = self._socket, None
        if connection is not None:
            connection.close()
