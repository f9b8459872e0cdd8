"""One association that we request, and can cut from another thread."""

from __future__ import annotations

import socket
import threading
from collections.abc import Sequence
from contextlib import suppress
from typing import Any

from pynetdicom import AE, build_role, evt
from pynetdicom.association import Association

from workbench.errors import Unavailable
from workbench.network.contexts import MOVE_PDU, contexts, without_delay
from workbench.network.limits import guard
from workbench.settings import Identity, Limits, Peer


class Link:
    """An association with a peer.

    Parameters
    ----------
    calling : our AE title.
    offered : SOP classes to propose.
    provided : those among them that we are the provider of, although we request the association (PS3.7 D.3.3.4).
    identity : who we say we are; pynetdicom's own name otherwise.
    """

    def __init__(
        self,
        peer: Peer,
        *,
        calling: str,
        offered: Sequence[str],
        limits: Limits,
        provided: Sequence[str] = (),
        identity: Identity | None = None,
    ) -> None:
        self._peer = peer
        self._contexts = contexts(tuple(offered))
        self._roles = [build_role(uid, scp_role=True) for uid in provided]
        self._limits = limits
        self._entity = AE(calling)
        self._entity.connection_timeout = limits.acse_timeout_s
        self._entity.acse_timeout = limits.acse_timeout_s
        self._entity.dimse_timeout = limits.dimse_timeout_s
        self._entity.network_timeout = limits.network_timeout_s
        if identity is not None:
            self._entity.implementation_class_uid = identity.implementation_class_uid
            self._entity.implementation_version_name = identity.implementation_version_name
        self._association: Association | None = None
        self._socket: socket.socket | None = None
        self._is_cut = False
        self._message_id = 0

    @property
    def where(self) -> str:
        """The peer, as a sentence names it."""
        return f"{self._peer.ae_title} at {self._peer.host}:{self._peer.port}"

    @property
    def is_open(self) -> bool:
        """Whether the association stands."""
        return self._association is not None and self._association.is_established

    def open(self) -> Association:
        """Associate; the association that stands already, where one does.

        Raises
        ------
        Unavailable : nobody listens, or the association is rejected or aborted; the message says which.
        """
        if self._association is not None and self._association.is_established:
            return self._association
        connected = threading.Event()
        association = self._entity.associate(
            self._peer.host,
            self._peer.port,
            contexts=self._contexts,
            ae_title=self._peer.ae_title,
            max_pdu=MOVE_PDU,
            ext_neg=list(self._roles),
            evt_handlers=[
                (evt.EVT_CONN_OPEN, lambda _: connected.set()),
                (evt.EVT_CONN_OPEN, without_delay),
                (evt.EVT_CONN_OPEN, guard, [self._limits]),
                (evt.EVT_CONN_OPEN, self._remember),
            ],
        )
        if not association.is_established:
            aborted = "aborted the association or did not answer it" if connected.is_set() else "does not answer"
            why = "rejected the association" if association.is_rejected else aborted
            raise Unavailable(f"{self.where}: {why}, expected it to accept", rule="association")
        self._association = association
        return association

    def accepted(self) -> frozenset[str]:
        """SOP classes that the peer accepted."""
        return frozenset(str(one.abstract_syntax) for one in self.open().accepted_contexts)

    def next_message(self) -> int:
        """A message ID that is not in use."""
        self._message_id = self._message_id % 0xFFFF + 1
        return self._message_id

    def close(self) -> None:
        """Release the association."""
        association, self._association = self._association, None
        if association is not None and association.is_established:
            association.release()

    def abort(self) -> None:
        """Abort the association, of which nobody knows what it still holds."""
        association, self._association = self._association, None
        if association is not None and association.is_established:
            association.abort()

    def cut(self) -> None:
        """Break the connection, from any thread: whoever waits for an answer gets none."""
        self._is_cut = True
        connection = self._socket
        if connection is not None:
            with suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)

    def _remember(self, event: Any) -> None:
        self._socket = event.assoc.dul.socket.socket
        if self._is_cut:
            self.cut()


def end(association: Association) -> None:
    """Abort an association; a connection on which none was agreed yet is closed, since pynetdicom cannot abort that."""
    if association.is_established:
        association.abort()
    elif association.dul.socket is not None:
        association.dul.socket.close()
