"""The quickest client there is: one socket, requests encoded beforehand, one write and one read a message.

It measures a provider, not itself; whatever provider is measured, it is the same.
"""

from __future__ import annotations

import socket
import struct
from types import TracebackType
from typing import Self

from pydicom.dataset import Dataset

from workbench.dicom import part10, uids
from workbench.network import pdus
from workbench.settings import OWN

STORE, FIND, MOVE, ECHO = 0x0001, 0x0020, 0x0021, 0x0030
GET, SET, ACTION = 0x0110, 0x0120, 0x0130
PENDING = frozenset({0xFF00, 0xFF01})
NORMALIZED = frozenset({GET, SET, ACTION})
"""Requests that name a requested class and instance instead of an affected one, and have no priority (PS3.7 E.1)."""


class Caller:
    """An association, as a context manager.

    Parameters
    ----------
    sop_classes : of its contexts; requests go on the first one unless they say otherwise.
    """

    def __init__(self, port: int, called: str, *sop_classes: str, calling: str = "DEVICE") -> None:
        self._address = ("127.0.0.1", port)
        self._classes = sop_classes
        self._request = pdus.association_request(called, calling, sop_classes, OWN)
        self._socket: socket.socket | None = None
        self._contexts: dict[tuple[str, str], int] = {}

    def __enter__(self) -> Self:
        self._socket = socket.create_connection(self._address)
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._socket.sendall(self._request)
        kind, body = self._receive()
        assert kind == pdus.ASSOCIATE_AC, f"PDU of type {kind}"
        self._contexts = pdus.accepted(body, self._classes).contexts
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        assert self._socket is not None
        if kind is None:
            self._socket.sendall(pdus.RELEASE)
            self._receive()
        self._socket.close()

    def ask(self, field: int, data: Dataset | None = None, *, on: str = "", named: str = "", **more: int | str) -> tuple[int, int]:
        """A request and all responses to it: the last status, and how many pending ones came before.

        Parameters
        ----------
        on : SOP class of the context.
        named : the class that the command names; that of the context when not given.
        more : ``instance`` that it is about, ``destination`` of a C-MOVE, ``action`` of an N-ACTION.
        """
        assert self._socket is not None
        context, normalized = on or self._classes[0], field in NORMALIZED
        elements = {
            0x0003 if normalized else 0x0002: _padded(named or context, b"\0"),
            0x0100: struct.pack("<H", field),
            0x0110: struct.pack("<H", 1),
            0x0800: struct.pack("<H", 0x0101 if data is None else 1),
        }
        if not normalized and field != ECHO:
            elements[0x0700] = struct.pack("<H", 0)
        if "destination" in more:
            elements[0x0600] = _padded(str(more["destination"]), b" ")
        if "instance" in more:
            elements[0x1001 if normalized else 0x1000] = _padded(str(more["instance"]), b"\0")
        if "action" in more:
            elements[0x1008] = struct.pack("<H", more["action"])
        body = b"".join(struct.pack("<HHL", 0, tag, len(value)) + value for tag, value in sorted(elements.items()))
        number = self._contexts[context, uids.IMPLICIT_LITTLE]
        message = pdus.fragment(number, pdus.COMMAND | pdus.LAST, struct.pack("<HHLL", 0, 0, 4, len(body)) + body)
        if data is not None:
            message += pdus.fragment(number, pdus.LAST, part10.encode(data, uids.IMPLICIT_LITTLE))
        self._socket.sendall(message)
        return self._responses()

    def _responses(self) -> tuple[int, int]:
        pending, command = 0, b""
        while True:
            kind, body = self._receive()
            assert kind == pdus.P_DATA, f"PDU of type {kind}"
            for control, part in pdus.fragments(body):
                command += part if control & pdus.COMMAND else b""
                if control & pdus.COMMAND and control & pdus.LAST:
                    numbers, command = pdus.command_numbers(command), b""
                    if numbers[pdus.STATUS] not in PENDING:
                        return numbers[pdus.STATUS], pending
                    pending += 1

    def _receive(self) -> tuple[int, bytes]:
        kind, length = struct.unpack(">BxL", self._read(6))
        return int(kind), self._read(length)

    def _read(self, length: int) -> bytes:
        assert self._socket is not None
        received = bytearray()
        while len(received) < length:
            part = self._socket.recv(length - len(received))
            assert part, "connection closed"
            received += part
        return bytes(received)


def _padded(text: str, padding: bytes) -> bytes:
    value = text.encode()
    return value + padding * (len(value) % 2)
