"""Six things that pynetdicom 3.0 gets wrong, mended for this process; to be removed when pyproject.toml allows a version that does not.

It leaves a socket open whose peer has gone already, until the garbage collector finds it. It aborts an association over a
C-STORE of a class that it does not know, where the standard has a status for it (PS3.7 C.5.6, SOP class not supported). It
performs the sub-operations of C-MOVE and C-GET itself: it cannot refuse before it has associated with a destination, sends each
object decoded, and loses responses. It reads nothing while it has something to send, so that a C-CANCEL waits for the last answer.
And a requestor's idle thread takes the answer to a request that begins just then, and throws it away: the request gets none.
A requestor that is slower than the answer takes a rejection, after which the connection is closed, for a connection that never came up.

One thing that it does right it does slowly: it spends as much on encoding the answer to a C-STORE as we on checking the object.
"""

from __future__ import annotations

import socket
import time
from contextlib import suppress
from io import BytesIO
from types import SimpleNamespace
from typing import Any, Final
from weakref import WeakSet

from pydicom.dataset import Dataset
from pynetdicom import AE, association, evt
from pynetdicom.association import Association
from pynetdicom.dimse_primitives import C_GET, C_MOVE, C_STORE
from pynetdicom.dsutils import encode
from pynetdicom.dul import DULServiceProvider
from pynetdicom.pdu_primitives import P_DATA
from pynetdicom.service_class import QueryRetrieveServiceClass, ServiceClass, StorageServiceClass
from pynetdicom.sop_class import uid_to_service_class
from pynetdicom.transport import AssociationSocket

from workbench.network import pdus
from workbench.network.reactor import has_ended

LOOK_S: Final = 0.001
"""How often a requestor looks whether its association has ended, as pynetdicom does."""


def mend() -> None:
    """Put all of them right; doing it again changes nothing."""
    AssociationSocket._shutdown_socket = _shut  # type: ignore[method-assign, assignment]
    AssociationSocket.close = _close  # type: ignore[method-assign, assignment]
    association.uid_to_service_class = _service_class  # type: ignore[attr-defined]
    Association._run_reactor = _attend  # type: ignore[method-assign, assignment]
    DULServiceProvider._process_recv_primitive = _taken_in_turn  # type: ignore[method-assign, assignment]


def _shut(transport: AssociationSocket) -> None:
    """Shut the socket down and close it; a failing shutdown does not keep it open."""
    connection = transport.socket
    if connection is not None:
        with suppress(OSError):
            connection.shutdown(socket.SHUT_RDWR)
        connection.close()


def _close(transport: AssociationSocket) -> None:
    """Close the connection; that there was one, which a requestor may look for only now, stays known."""
    _shut(transport)
    if transport.socket is not None and transport._is_connected:
        transport.socket = None
        transport.event_queue.put("Evt17")


_send_next = DULServiceProvider._process_recv_primitive
_just_sent: WeakSet[DULServiceProvider] = WeakSet()


def _taken_in_turn(reactor: DULServiceProvider) -> bool:
    """Send what is to be sent, but look at the connection between two sendings."""
    connection = reactor.socket
    if reactor in _just_sent and connection is not None and reactor.state_machine.current_state == "Sta6" and connection.ready:
        _just_sent.discard(reactor)
        return False
    sends = _send_next(reactor)
    if sends:
        _just_sent.add(reactor)
    return sends


_serve = Association._run_reactor


def _attend(requestor: Association) -> None:
    """The idle thread of a requestor: it sees how the association ends, and leaves every message to who asked for it.

    What a requestor is asked itself comes while it waits for an answer (C-GET) or is heard by a thread of its own (N-EVENT-REPORT).
    """
    if requestor.is_acceptor:
        _serve(requestor)
        return
    while not requestor._kill:
        requestor._is_paused = True
        time.sleep(LOOK_S)
        requestor._reactor_checkpoint.wait()
        requestor._is_paused = False
        if has_ended(requestor):
            requestor.kill()


def _service_class(uid: str) -> type[ServiceClass]:
    """The service of a SOP class; one that nobody knows is taken for storage, so that our handler can refuse it with a status."""
    found = uid_to_service_class(uid)
    ours = {ServiceClass: _Storage, StorageServiceClass: _Storage, QueryRetrieveServiceClass: _QueryRetrieve}
    return ours.get(found, found)


class Entity(AE):
    """An application entity whose C-MOVE and C-GET handlers yield the responses themselves: status and identifier of each."""


class _Storage(StorageServiceClass):
    """C-STORE of an entity of ours, whose handler raises nothing and gives a status, with a comment at most."""

    def SCP(self, req: C_STORE, context: Any) -> None:  # noqa: N802 - pynetdicom's name
        if not isinstance(self.ae, Entity):
            super().SCP(req, context)
            return
        answer: Any = evt.trigger(self.assoc, evt.EVT_C_STORE, {"request": req, "context": context.as_tuple})
        if not self.assoc.is_established:
            return
        command = Dataset()
        command.CommandField, command.Status = pdus.C_STORE_RSP, answer.Status
        evt.trigger(self.assoc, evt.EVT_DIMSE_SENT, {"message": SimpleNamespace(command_set=command)})
        encoded = pdus.store_response(
            str(req.AffectedSOPClassUID),
            str(req.AffectedSOPInstanceUID),
            message_id=req.MessageID or 0,
            status=answer.Status,
            comment=answer.get("ErrorComment", ""),
        )
        for part in pdus.parts(encoded, self.dimse.maximum_pdu_size):
            data = P_DATA()
            data.presentation_data_value_list.append((context.context_id, part))
            self.dimse.dul.send_pdu(data)


class _QueryRetrieve(QueryRetrieveServiceClass):
    """C-MOVE and C-GET of an entity of ours go by its handlers alone."""

    def _move_scp(self, req: C_MOVE, context: Any) -> None:
        if isinstance(self.ae, Entity):
            self._respond(evt.EVT_C_MOVE, C_MOVE, req, context)
        else:
            super()._move_scp(req, context)

    def _get_scp(self, req: C_GET, context: Any) -> None:
        if isinstance(self.ae, Entity):
            self._respond(evt.EVT_C_GET, C_GET, req, context)
        else:
            super()._get_scp(req, context)

    def _respond(self, event: Any, kind: type[C_MOVE | C_GET], req: C_MOVE | C_GET, context: Any) -> None:
        asked = {"request": req, "context": context.as_tuple, "_is_cancelled": self.is_cancelled}
        answers: Any = evt.trigger(self.assoc, event, asked)
        syntax = context.transfer_syntax[0]
        for status, identifier in answers:
            if not self.assoc.is_established:
                answers.close()
                return
            response = kind()
            response.MessageID = response.MessageIDBeingRespondedTo = req.MessageID
            response.AffectedSOPClassUID = req.AffectedSOPClassUID
            if identifier is not None:
                response.Identifier = BytesIO(encode(identifier, syntax.is_implicit_VR, syntax.is_little_endian) or b"")
            self.dimse.send_msg(self.validate_status(status, response), context.context_id)
