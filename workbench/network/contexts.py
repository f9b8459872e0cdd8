"""Presentation contexts, and the retired classes that pynetdicom does not know."""

from __future__ import annotations

import socket
from typing import Any

from pynetdicom import _config, build_context, register_uid
from pynetdicom.presentation import PresentationContext
from pynetdicom.service_class import StorageServiceClass
from pynetdicom.service_class_n import UnifiedProcedureStepServiceClass

from workbench.conformance import services
from workbench.dicom import uids
from workbench.network.mended import mend
from workbench.network.unreadable import abort_over_it
from workbench.settings import Identity

mend()
abort_over_it()
# pynetdicom logs identifiers, and so patients' names, at INFO level, and formats every PDU for a debug log that nobody reads.
_config.LOG_REQUEST_IDENTIFIERS = False
_config.LOG_RESPONSE_IDENTIFIERS = False
_config.LOG_HANDLER_LEVEL = "none"

# pynetdicom aborts an association at the first request on a class that it cannot place; it knows the final classes, not the Trial's.
# Push is placed although it is never negotiated: every UPS message names it as its SOP class.
register_uid(uids.TRIAL_UPS_PUSH, "UnifiedProcedureStepPushTrial", UnifiedProcedureStepServiceClass)
register_uid(uids.TRIAL_UPS_WATCH, "UnifiedProcedureStepWatchTrial", UnifiedProcedureStepServiceClass)
register_uid(uids.TRIAL_UPS_PULL, "UnifiedProcedureStepPullTrial", UnifiedProcedureStepServiceClass)
register_uid(uids.TRIAL_UPS_EVENT, "UnifiedProcedureStepEventTrial", UnifiedProcedureStepServiceClass)
register_uid(uids.TRIAL_DELIVERY_INSTRUCTION, "RTBeamsDeliveryInstructionStorageTrial", StorageServiceClass)

STORED = services.classes("C-STORE")
"""What a device may store with us."""
MOVED = services.classes(role="SCU")
"""What we may send to a C-MOVE destination."""
UPS_STATE_ACTION, UPS_CANCEL_ACTION = 1, 2
UPS_SUBSCRIBE_ACTION, UPS_UNSUBSCRIBE_ACTION, UPS_SUSPEND_ACTION = 3, 4, 5
"""Change UPS State, Request UPS Cancel, Subscribe, Unsubscribe, Suspend Global Subscription (PS3.4 Table CC.2-1)."""
MOVE_PDU = services.MAXIMUM_PDU_SCU
"""Maximum PDU as a requestor (TMS statement 4.2.1.3)."""


def provided(identity: Identity) -> tuple[str, ...]:
    """What the provider accepts; few, because negotiation costs by their number."""
    return services.classes(as_stated=identity.as_stated)


def returned(identity: Identity) -> tuple[str, ...]:
    """What a C-GET may send on the association of who asks, as its role selection allows."""
    return () if identity.as_stated else services.classes(role="SCU")


def only_with_role(event: Any, sent: tuple[str, ...]) -> None:
    """Accept classes that we only send on associations that ask to be their SCP by role selection (PS3.7 D.3.3.4)."""
    association = event.assoc
    wanted = {str(uid) for uid, item in association.requestor.role_selection.items() if item.scp_role}
    unwanted = set(sent) - wanted
    association.acceptor.supported_contexts = [
        one for one in association.acceptor.supported_contexts if str(one.abstract_syntax) not in unwanted
    ]


def contexts(sop_classes: tuple[str, ...]) -> list[PresentationContext]:
    """A context for each class with the three uncompressed transfer syntaxes, for a requestor."""
    return [build_context(uid, list(uids.UNCOMPRESSED)) for uid in sop_classes]


def without_delay(event: Any) -> None:
    """Switch Nagle's algorithm off: with it a small exchange stalls for 44 ms (pynetdicom never does this itself)."""
    connection = event.assoc.dul.socket.socket
    if connection is not None:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
