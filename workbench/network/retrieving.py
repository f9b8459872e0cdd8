"""C-MOVE and C-GET: which objects, to whom, and the responses in between."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from typing import Any, Final

from workbench.archive.rows import StoredObject
from workbench.conformance import services
from workbench.dicom.part10 import Encoded
from workbench.errors import WorkbenchError, named, trace
from workbench.network import statuses
from workbench.network.pdus import Originator
from workbench.network.requests import INTERNAL, Pair, caller, decoded
from workbench.network.sending import Sender
from workbench.network.suboperations import SameAssociation, SubOperations, ToDestination, offered
from workbench.settings import Settings
from workbench.workflow.retrieve import Retrieve

log = logging.getLogger(__name__)

MOST: Final = 0xFFFF
"""Sub-operations that can be counted (US)."""


class Retrieving:
    """Handlers of C-MOVE and C-GET; each yields its responses."""

    def __init__(self, retrieve: Retrieve, settings: Settings) -> None:
        self._retrieve = retrieve
        self._settings = settings

    def move(self, event: Any) -> Iterator[Pair]:
        """C-MOVE to a peer that the settings list."""
        asking, title = caller(event), str(event.request.MoveDestination or "").strip()
        try:
            destination = self._retrieve.destination(title, asking)
        except WorkbenchError as error:
            yield statuses.refusal(error), None
            return
        chosen, refusal = self._chosen(event, "C-MOVE")
        if refusal is not None:
            yield refusal
            return
        settings = self._settings
        classes = offered(chosen, services.classes(role="SCU", as_stated=settings.identity.as_stated))

        def associate() -> Sender:
            return Sender(destination, ae_title=settings.ae_title, sop_classes=classes, identity=settings.identity, limits=settings.limits)

        originator = Originator(ae_title=asking, message_id=int(event.request.MessageID))
        with ToDestination(associate, originator) as channel:
            yield from self._perform(event, chosen, channel.deliver, destination.ae_title)

    def get(self, event: Any) -> Iterator[Pair]:
        """C-GET on the association of who asks."""
        chosen, refusal = self._chosen(event, "C-GET")
        if refusal is not None:
            yield refusal
            return
        yield from self._perform(event, chosen, SameAssociation(event.assoc).deliver, caller(event))

    def _chosen(self, event: Any, what: str) -> tuple[list[StoredObject], Pair | None]:
        """The objects asked for, or the response that refuses them."""
        try:
            chosen = self._retrieve.select(decoded(event, event.request.Identifier), caller(event), what)
        except WorkbenchError as error:
            return [], (statuses.refusal(error), None)
        except Exception as problem:
            log.error("%s of %s failed:\n%s", what, caller(event), trace(problem))
            return [], (statuses.reply(statuses.UNABLE_TO_PROCESS, INTERNAL), None)
        if len(chosen) > MOST:
            return [], (statuses.reply(statuses.TOO_MANY, f"{len(chosen)} objects match, at most {MOST} can be counted"), None)
        return chosen, None

    def _perform(self, event: Any, chosen: list[StoredObject], deliver: Callable[[Encoded], int], receiver: str) -> Iterator[Pair]:
        counted, why = SubOperations(remaining=len(chosen)), ""
        sent: list[StoredObject] = []
        for stored in chosen:
            if not event.assoc.is_established:
                log.info("%s has gone; %d objects are not sent", caller(event), counted.remaining)
                break
            if event.is_cancelled:
                log.info("%s canceled; %d objects are not sent", caller(event), counted.remaining)
                yield counted.canceled()
                break
            try:
                status = deliver(self._retrieve.read(stored))
            except WorkbenchError as error:
                log.warning("object %s was not sent to %s: %s", stored.uid, receiver, named(error))
                status, why = statuses.UNABLE_TO_PROCESS, error.comment
            except Exception as problem:
                log.error("object %s was not sent to %s:\n%s", stored.uid, receiver, trace(problem))
                status, why = statuses.UNABLE_TO_PROCESS, INTERNAL
            before = counted.completed + counted.warned
            counted.count(stored.uid, status)
            if counted.completed + counted.warned > before:
                sent.append(stored)
            yield counted.pending()
        else:
            yield counted.final(why)
        if sent:
            self._retrieve.tell_sent(sent, receiver, caller(event))
