"""Two things that pynetdicom 3.0 gets wrong, mended for this process; to be removed when pyproject.toml allows a version that does not.

It leaves a socket open whose peer has gone already, until the garbage collector finds it; and it aborts an association over a
C-STORE of a class that it does not know, where the standard has a status for it (PS3.7 C.5.6, SOP class not supported).
"""

from __future__ import annotations

import socket
from contextlib import suppress

from pynetdicom import association
from pynetdicom.service_class import ServiceClass, StorageServiceClass
from pynetdicom.sop_class import uid_to_service_class
from pynetdicom.transport import AssociationSocket


def mend() -> None:
    """Put both right; doing it again changes nothing."""
    AssociationSocket._shutdown_socket = _shut  # type: ignore[method-assign]
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
    return StorageServiceClass if found is ServiceClass else found
