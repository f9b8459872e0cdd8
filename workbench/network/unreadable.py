"""What a peer can send that is no message: its association is aborted, with one line in the log.

pynetdicom 3.0 lets the thread of a connection die over a command that it cannot decode, with a traceback on stderr and without a word
to the peer, and leaves a request unanswered that lacks what every request must have, so that its sender waits. Both are aborted here
(PS3.8 9.3.8), for the provider and for what we call ourselves.
"""

from __future__ import annotations

import logging
from typing import Any

from pynetdicom.association import Association
from pynetdicom.dul import DULServiceProvider
from pynetdicom.pdu import A_ABORT_RQ

from workbench.errors import trace
from workbench.network.reactor import run_upper_layer

log = logging.getLogger(__name__)

BY_SERVICE_PROVIDER = 0x02
"""Source of an A-ABORT (PS3.8 Table 9-26)."""

_serve = Association._serve_request


def abort_over_it() -> None:
    """From now on; doing it again changes nothing."""
    DULServiceProvider.run_reactor = _reacts  # type: ignore[method-assign, assignment]
    Association._serve_request = _serves  # type: ignore[method-assign, assignment]


def _reacts(provider: DULServiceProvider) -> None:
    """The thread of a connection, to its end."""
    try:
        run_upper_layer(provider)
    except Exception as problem:
        association = provider.assoc
        log.warning("%s sent what cannot be read (%s); association aborted", _name(association), type(problem).__name__)
        log.debug("where it could not be read:\n%s", trace(problem))
        # As pynetdicom does with a PDU that it cannot decode: its state machine is not to be trusted any more.
        association.is_aborted, association.is_established = True, False
        association._kill = provider._kill_thread = True
        if provider.socket is not None:
            abort = A_ABORT_RQ()
            abort.source, abort.reason_diagnostic = BY_SERVICE_PROVIDER, 0x00
            provider.socket.send(abort.encode())
            provider.socket.close()


def _serves(association: Association, message: Any, context_id: int) -> None:
    """A request that lacks what every request must have is no request, and no response either."""
    if not message.is_valid_request and getattr(message, "MessageIDBeingRespondedTo", None) is None:
        log.warning("%s sent a %s that is not complete; association aborted", _name(association), type(message).__name__)
        association.abort()
        return
    _serve(association, message, context_id)


def _name(association: Association) -> str:
    """The peer's AE title, where it has told one."""
    peer = association.requestor if association.is_acceptor else association.acceptor
    return str(peer.ae_title or "").strip() or "a peer"
