"""The C-STORE sub-operations of C-MOVE and C-GET: counting them (PS3.4 C.4.2.1.6, C.4.2.3), and getting an object through.

An object goes out in the class and transfer syntax that the receiver takes. A lost answer is asked for once more, on a new
association: the same object under the same SOP Instance UID may be sent twice.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from io import BytesIO
from types import MappingProxyType
from typing import Any, Final, Protocol

from pydicom.dataset import Dataset
from pydicom.uid import UID
from pynetdicom.dimse_primitives import C_STORE

from workbench.archive.rows import StoredObject
from workbench.dicom import uids
from workbench.dicom.part10 import Encoded
from workbench.errors import Refused, Unavailable
from workbench.network import statuses
from workbench.network.pdus import Originator
from workbench.network.sending import PREFERRED, UNKNOWN_FAILURE, Sender

log = logging.getLogger(__name__)

DRESSES: Final[Mapping[str, str]] = MappingProxyType(
    {uids.TRIAL_DELIVERY_INSTRUCTION: uids.DELIVERY_INSTRUCTION, uids.DELIVERY_INSTRUCTION: uids.TRIAL_DELIVERY_INSTRUCTION}
)
"""Class → the class under which the same instance may be sent instead: the two texts of RT Beams Delivery Instruction."""
WARNINGS: Final = frozenset({0x0001, 0x0107, 0x0116})
"""General warning statuses (PS3.7 Annex C.4); those of services begin with B."""


@dataclass(slots=True)
class SubOperations:
    """How many are done, and how."""

    remaining: int
    completed: int = 0
    warned: int = 0
    failed_uids: list[str] = field(default_factory=list)

    def count(self, uid: str, status: int) -> None:
        """One more is done, with the status that answered it."""
        self.remaining -= 1
        if status == statuses.SUCCESS:
            self.completed += 1
        elif status in WARNINGS or status >> 12 == 0xB:
            self.warned += 1
        else:
            self.failed_uids.append(uid)

    def pending(self) -> tuple[Dataset, None]:
        """The response after a sub-operation."""
        return self._counted(statuses.PENDING, with_remaining=True), None

    def canceled(self) -> tuple[Dataset, Dataset | None]:
        """The response to C-CANCEL: what is not done stays remaining."""
        return self._counted(statuses.CANCEL, with_remaining=True), self._failed()

    def final(self, why: str = "") -> tuple[Dataset, Dataset | None]:
        """The last response (PS3.4 Table C.4-2): success, warning, or failure when nothing went through.

        Parameters
        ----------
        why : Error Comment where something failed.
        """
        if not self.failed_uids and not self.warned:
            return self._counted(statuses.SUCCESS), None
        went = self.completed or self.warned
        status = self._counted(statuses.INCOMPLETE if went else statuses.UNABLE_TO_PERFORM)
        if why and self.failed_uids:
            status.ErrorComment = why
        return status, self._failed()

    def _counted(self, status: int, *, with_remaining: bool = False) -> Dataset:
        reply = statuses.reply(status)
        if with_remaining:
            reply.NumberOfRemainingSuboperations = self.remaining
        reply.NumberOfCompletedSuboperations = self.completed
        reply.NumberOfFailedSuboperations = len(self.failed_uids)
        reply.NumberOfWarningSuboperations = self.warned
        return reply

    def _failed(self) -> Dataset:
        identifier = Dataset()
        identifier.FailedSOPInstanceUIDList = self.failed_uids or None
        return identifier


class Channel(Protocol):
    """An association that objects can be sent on."""

    def syntax_for(self, sop_class: str, stored: str) -> str | None:
        """The transfer syntax to send objects of a class in, the one they are stored in first; None when there is none."""
        ...

    def store(self, instance: Encoded, originator: Originator | None = None) -> int:
        """C-STORE; the status that answers it, or Unavailable when none did."""
        ...


class ToDestination:
    """Objects to a C-MOVE destination, as a context manager; associates when the first one is sent.

    Parameters
    ----------
    associate : makes a sender that is not yet associated.
    """

    def __init__(self, associate: Callable[[], Sender], originator: Originator) -> None:
        self._associate = associate
        self._originator = originator
        self._sender: Sender | None = None
        self._gone: Unavailable | None = None

    def __enter__(self) -> ToDestination:
        return self

    def __exit__(self, *_: object) -> None:
        if self._sender is not None:
            self._sender.__exit__(None, None, None)

    def deliver(self, instance: Encoded) -> int:
        """Send an object; the status that answers it.

        Raises
        ------
        Unavailable : the destination does not answer, and did not the second time; nothing more is tried then.
        Refused : it takes the object in no class and syntax that we have.
        """
        try:
            return self._once(instance)
        except Unavailable as lost:
            if self._gone is not None or self._sender is None:
                self._gone = self._gone or lost
                raise
            log.info("%s; sending object %s once more", lost, instance.sop_instance_uid)
            self._drop(lost)
        try:
            return self._once(instance)
        except Unavailable as lost:
            self._drop(lost)
            self._gone = lost
            raise

    def _once(self, instance: Encoded) -> int:
        if self._gone is not None:
            raise self._gone
        if self._sender is None:
            self._sender = self._associate().__enter__()
        return self._sender.store(fitted(instance, self._sender), self._originator)

    def _drop(self, lost: Unavailable) -> None:
        sender, self._sender = self._sender, None
        if sender is not None:
            sender.__exit__(Unavailable, lost, None)


class SameAssociation:
    """Objects to who asks by C-GET, on its own association, as its role selection allows."""

    def __init__(self, association: Any) -> None:
        self._association = association
        self._contexts = {
            (str(one.abstract_syntax), str(one.transfer_syntax[0])): int(one.context_id)
            for one in association.accepted_contexts
            if one.as_scu
        }
        self._message_id = 0

    def syntax_for(self, sop_class: str, stored: str) -> str | None:
        """The accepted transfer syntax of a class."""
        return next((one for one in (stored, *PREFERRED) if (sop_class, one) in self._contexts), None)

    def store(self, instance: Encoded, originator: Originator | None = None) -> int:
        """C-STORE; the status that answers it.

        Raises
        ------
        Unavailable : none did within the DIMSE timeout; the association is aborted, as nobody knows what it still holds.
        """
        self._message_id = self._message_id % 0xFFFF + 1
        request = C_STORE()
        request.MessageID, request.Priority = self._message_id, 0
        request.AffectedSOPClassUID, request.AffectedSOPInstanceUID = UID(instance.sop_class_uid), UID(instance.sop_instance_uid)
        request.DataSet = BytesIO(instance.data)
        self._association.dimse.send_msg(request, self._contexts[instance.sop_class_uid, instance.transfer_syntax])
        _, response = self._association.dimse.get_msg(block=True)
        if not isinstance(response, C_STORE) or response.MessageIDBeingRespondedTo != self._message_id:
            self._association.abort()
            raise Unavailable("C-GET: a C-STORE sub-operation was not answered in time, expected a status", rule="no-answer")
        return UNKNOWN_FAILURE if response.Status is None else int(response.Status)

    def deliver(self, instance: Encoded) -> int:
        """Send an object; the status that answers it."""
        return self.store(fitted(instance, self))


def fitted(instance: Encoded, channel: Channel) -> Encoded:
    """The object in a class and transfer syntax that the channel takes.

    Raises
    ------
    Refused : it takes none.
    """
    for sop_class in (instance.sop_class_uid, DRESSES.get(instance.sop_class_uid)):
        syntax = None if sop_class is None else channel.syntax_for(sop_class, instance.transfer_syntax)
        if sop_class is not None and syntax is not None:
            return instance.as_class(sop_class).transcoded(syntax)
    raise Refused(
        f"object {instance.sop_instance_uid}: the receiver accepted no context of {UID(instance.sop_class_uid).name}, expected one",
        rule="not-accepted",
        comment=f"Receiver does not accept {UID(instance.sop_class_uid).name}",
    )


def offered(chosen: list[StoredObject], allowed: tuple[str, ...]) -> tuple[str, ...]:
    """Classes to propose for these objects: their own, and those that they may be sent under instead."""
    own = [stored.sop_class_uid for stored in chosen]
    return tuple(dict.fromkeys(one for one in (*own, *(DRESSES.get(uid) for uid in own)) if one in allowed))
