"""Three things that pynetdicom 3.0 gets wrong, mended for this process; to be removed when pyproject.toml allows a version that does not.

It leaves a socket open whose peer has gone already, until the garbage collector finds it. It aborts an association over a
C-STORE of a class that it does not know, where the standard has a status for it (PS3.7 C.5.6, SOP class not supported). And it
cannot refuse a C-MOVE before it has associated with the destination, so that whoever is away hides why it was refused.
"""

from __future__ import annotations

import socket
from contextlib import suppress
from typing import Any

from pydicom.dataset import Dataset
from pynetdicom import association, evt
from pynetdicom.dimse_primitives import C_MOVE
from pynetdicom.service_class import QueryRetrieveServiceClass, ServiceClass, StorageServiceClass
from pynetdicom.sop_class import uid_to_service_class
from pynetdicom.transport import AssociationSocket


def mend() -> None:
    """Put all of them right; doing it again changes nothing."""
    AssociationSocket._shutdown_socket = _shut  # type: ignore[method-assign, assignment]
    association.uid_to_service_class = _service_class  # type: ignore[attr-defined]


def _shut(transport: AssociationSocket) -> None:
    """Shut the socket down and close it; a failing shutdown does not keep it open."""
    connection = transport.socket
    if connection is not None:
        with suppress(OSError):
            connection.shutdown(socket.SHUT_RDWR)
        connection.close()


def _service_class(uid: str) -> type[ServiceClass]:
    """The service of a SOP class; one that nobody knows is taken for storage, so that our handler can refuse it with a status."""
    found = uid_to_service_class(uid)
    return {ServiceClass: StorageServiceClass, QueryRetrieveServiceClass: _QueryRetrieve}.get(found, found)


class _QueryRetrieve(QueryRetrieveServiceClass):
    """A C-MOVE whose handler yields a status first is answered with it; nobody is associated with."""

    def _move_scp(self, req: C_MOVE, context: Any) -> None:
        asked = {"request": req, "context": context.as_tuple, "_is_cancelled": self.is_cancelled}
        answers: Any = evt.trigger(self.assoc, evt.EVT_C_MOVE, asked)
        first = next(answers)
        answers.close()
        if not isinstance(first, Dataset):
            super()._move_scp(req, context)
            return
        refusal = C_MOVE()
        refusal.MessageID = refusal.MessageIDBeingRespondedTo = req.MessageID
        refusal.AffectedSOPClassUID = req.AffectedSOPClassUID
        self.dimse.send_msg(self.validate_status(first, refusal), context.context_id)
