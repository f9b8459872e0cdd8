"""The provider: one application entity on one port."""

from __future__ import annotations

import logging
import secrets
import socket
import time
from contextlib import suppress
from dataclasses import dataclass
from socketserver import BaseServer
from threading import Thread
from typing import Any, Final

from pynetdicom import AE, evt
from pynetdicom.association import Association
from pynetdicom.transport import ThreadedAssociationServer

from workbench.conformance.services import APPLICATION_CONTEXT
from workbench.dicom import uids
from workbench.errors import Unavailable
from workbench.network.associations import AssociationLog
from workbench.network.contexts import only_with_role, provided, returned, without_delay
from workbench.network.handlers import Handlers
from workbench.network.limits import MessageMeter, guard
from workbench.network.mended import Entity
from workbench.network.reactor import is_waiting, wait_for_events
from workbench.settings import Settings

log = logging.getLogger(__name__)

POLL_S: Final = 0.05
"""How often the listening thread looks whether it is to stop, and a stop whether all is finished."""
SETTLE_S: Final = 0.1
"""An association that is idle for so long is ended at a stop."""
PARTING_S: Final = 1.0
"""How long a peer may take to let go of a connection that was aborted."""
QUIET_PORTS: Final = range(20_000, 32_768)
"""Registered, and below the ephemeral ports of Linux (from 32768) and of IANA's reading, which macOS and Windows follow (from 49152)."""
TRIED_PORTS: Final = 100
REJECTED_PERMANENT: Final = 1
BY_SERVICE_USER: Final = 1
APPLICATION_CONTEXT_NOT_SUPPORTED: Final = 2
"""Result, source and reason of an A-ASSOCIATE-RJ (PS3.8 Table 9-21)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    """Where a provider listens, and what its partner needs to work with it.

    Parameters
    ----------
    device_ae_title, device_port : the peer that is ready as a C-MOVE destination for a simulated device.
    """

    host: str
    port: int
    ae_title: str
    device_ae_title: str
    device_port: int


class _Server(ThreadedAssociationServer):
    """pynetdicom's server, ready for many devices at once."""

    request_queue_size = 128

    def service_actions(self) -> None:
        """Nothing: pynetdicom collects garbage here on every sixtieth look, which stalls all associations."""


class Provider:
    """Listens from ``start`` to ``stop``.

    Parameters
    ----------
    settings : AE title, host, port (0 for any free one), limits, identity.
    associations : is told who comes and goes.
    """

    def __init__(self, settings: Settings, handlers: Handlers, associations: AssociationLog) -> None:
        self._settings = settings
        self._handlers = handlers
        self._associations = associations
        self._meter = MessageMeter(settings.limits)
        self._server: ThreadedAssociationServer | None = None

    @property
    def is_running(self) -> bool:
        """Whether associations are accepted."""
        return self._server is not None

    @property
    def port(self) -> int:
        """The port it listens on; 0 when it does not."""
        return 0 if self._server is None else int(self._server.server_address[1])

    def start(self) -> None:
        """Accept associations from now on; nothing when it does already.

        Raises
        ------
        Unavailable : the port is taken or may not be used.
        """
        if self._server is not None:
            return
        host, port = self._settings.host, self._settings.port
        try:
            server = self._entity().make_server((host, port), evt_handlers=self._bound(), server_class=_Server)
        except (OSError, OverflowError) as problem:
            why = getattr(problem, "strerror", None) or str(problem)
            raise Unavailable(f"port {port} on {host}: cannot be listened on ({why}), expected a free port", rule="port") from problem
        Thread(target=server.serve_forever, kwargs={"poll_interval": POLL_S}, name="provider", daemon=True).start()
        self._server = server
        log.info("%s listens on %s:%d", self._settings.ae_title, host, self.port)

    def stop(self) -> None:
        """Accept nothing new, let what is in flight finish within the grace time, then abort what is left.

        A message of which a part has come is in flight. What a peer has sent, but the network has not brought yet, is waited for
        a short time: an association is ended when it was idle for so long.
        """
        server, self._server = self._server, None
        if server is None:
            return
        BaseServer.shutdown(server)
        server.server_close()
        deadline = time.monotonic() + self._settings.limits.grace_s
        idle_since: dict[Association, float] = {}
        ended: set[Association] = set()
        while (left := set(server.active_associations) - ended) and time.monotonic() < deadline:
            settled = {one for one in left if self._has_settled(one, idle_since)}
            _end(settled)
            ended |= settled
            time.sleep(POLL_S)
        _end(left)
        log.info("%s stopped listening", self._settings.ae_title)

    def _has_settled(self, association: Association, idle_since: dict[Association, float]) -> bool:
        now = time.monotonic()
        if association.is_established and (not is_waiting(association) or self._meter.is_at_work(association)):
            idle_since.pop(association, None)
            return False
        return now - idle_since.setdefault(association, now) >= SETTLE_S

    def _entity(self) -> AE:
        identity, limits = self._settings.identity, self._settings.limits
        entity = Entity(self._settings.ae_title)
        entity.implementation_class_uid = identity.implementation_class_uid
        entity.implementation_version_name = identity.implementation_version_name
        entity.maximum_pdu_size = 0
        entity.maximum_associations = limits.associations
        entity.network_timeout = limits.network_timeout_s
        entity.dimse_timeout = limits.dimse_timeout_s
        entity.acse_timeout = limits.acse_timeout_s
        entity.require_called_aet = True
        accepted, sent = provided(identity), returned(identity)
        for sop_class in dict.fromkeys((*accepted, *sent)):
            # None leaves the roles alone; they are agreed on only where a C-GET may send.
            roles = {"scu_role": sop_class in accepted, "scp_role": True} if sop_class in sent else {}
            entity.add_supported_context(sop_class, list(uids.UNCOMPRESSED), **roles)
        return entity

    def _bound(self) -> list[Any]:
        meter, identity, seen = self._meter, self._settings.identity, self._associations
        only_sent = tuple(uid for uid in returned(identity) if uid not in provided(identity))
        return [
            (evt.EVT_REQUESTED, only_with_role, [only_sent]),
            (evt.EVT_CONN_OPEN, wait_for_events),
            (evt.EVT_CONN_OPEN, without_delay),
            (evt.EVT_CONN_OPEN, guard, [self._settings.limits]),
            (evt.EVT_REQUESTED, only_dicom),
            (evt.EVT_PDU_RECV, meter.on_pdu),
            (evt.EVT_DIMSE_RECV, meter.on_message),
            (evt.EVT_DIMSE_SENT, meter.on_answer),
            (evt.EVT_CONN_CLOSE, meter.on_close),
            (evt.EVT_ACCEPTED, seen.on_accepted),
            (evt.EVT_REJECTED, seen.on_rejected),
            (evt.EVT_RELEASED, seen.on_released),
            (evt.EVT_ABORTED, seen.on_aborted),
            (evt.EVT_CONN_CLOSE, seen.on_closed),
            (evt.EVT_C_ECHO, self._handlers.echo),
            (evt.EVT_C_STORE, self._handlers.store),
            (evt.EVT_C_FIND, self._handlers.find),
            (evt.EVT_C_MOVE, self._handlers.move),
            (evt.EVT_C_GET, self._handlers.retrieve),
            (evt.EVT_N_ACTION, self._handlers.action),
            (evt.EVT_N_SET, self._handlers.set),
            (evt.EVT_N_GET, self._handlers.get),
            (evt.EVT_N_CREATE, self._handlers.create),
        ]


def _end(associations: set[Association]) -> None:
    """Abort them all; a connection that has not asked for an association yet, or whose peer does not let go of it, is closed."""
    for one in associations:
        if one.is_established:
            one.abort(block=False)
        elif one.dul.socket is not None:
            one.dul.socket.close()
    deadline = time.monotonic() + PARTING_S
    for one in associations:
        while one.dul.is_alive() and not one.dul.stop_dul() and time.monotonic() < deadline:
            time.sleep(POLL_S / 10)
        if one.dul.is_alive() and one.dul.socket is not None:
            one.dul.socket.close()
        one.kill()


def only_dicom(event: Any) -> None:
    """Reject an association of another application context: it is not DICOM's message exchange (PS3.8 Table 9-21, PS3.7 A.2.1)."""
    found = event.assoc.requestor.primitive.application_context_name
    if found != APPLICATION_CONTEXT:
        log.info("association rejected: application context %s, expected %s", found, APPLICATION_CONTEXT)
        event.assoc.acse.send_reject(REJECTED_PERMANENT, BY_SERVICE_USER, APPLICATION_CONTEXT_NOT_SUPPORTED)
        evt.trigger(event.assoc, evt.EVT_REJECTED, {})
        event.assoc.kill()


def free_port(host: str = "127.0.0.1") -> int:
    """A port that nobody listens on at this moment.

    It lies below those that operating systems give to outgoing connections, so that none of these takes it before it is listened on.

    Raises
    ------
    Unavailable : a hundred ports were tried, and none was free.
    """
    for _ in range(TRIED_PORTS):
        port = secrets.choice(QUIET_PORTS)
        with socket.socket() as probe, suppress(OSError):
            probe.bind((host, port))
            return port
    raise Unavailable(f"{host}: found {TRIED_PORTS} ports of {QUIET_PORTS.start} to {QUIET_PORTS.stop - 1} taken, expected a free one")
