"""From DIMSE requests to use cases and back: thin, one table of statuses, one line in the log for each outcome.

Handlers run in association threads. They never let an exception out: pynetdicom would answer with a mute code of its own.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from functools import wraps
from typing import Any

from pydicom.dataset import Dataset
from pydicom.multival import MultiValue

from workbench.conformance import services
from workbench.dicom import uids
from workbench.dicom.part10 import Encoded
from workbench.errors import Refused, WorkbenchError, named, trace
from workbench.events import EventKind
from workbench.iods.dialect import Dialect
from workbench.network import statuses
from workbench.network.contexts import (
    UPS_CANCEL_ACTION,
    UPS_STATE_ACTION,
    UPS_SUBSCRIBE_ACTION,
    UPS_SUSPEND_ACTION,
    UPS_UNSUBSCRIBE_ACTION,
)
from workbench.network.requests import INTERNAL, Pair, caller, decoded, let_go
from workbench.network.retrieving import Retrieving
from workbench.settings import Settings
from workbench.workflow.answers import Done
from workbench.workflow.intake import Intake
from workbench.workflow.retrieve import Retrieve, unsupported
from workbench.workflow.subscriptions import Subscriptions, Wish
from workbench.workflow.ups import Request
from workbench.workflow.watching import WatchRule
from workbench.workflow.worklist import Worklist

log = logging.getLogger(__name__)


def _dialect(event: Any) -> Dialect:
    """The dialect of UPS that the negotiated class speaks; the class that the message names is Push whatever it travels on."""
    return Dialect.of(str(event.context.abstract_syntax))


@dataclass(frozen=True, slots=True, kw_only=True)
class ActionRequest:
    """What an N-ACTION asks.

    Parameters
    ----------
    subject : SOP Instance UID it is about: a workitem, or the well-known one of global subscriptions.
    caller : calling AE title.
    """

    subject: str
    information: Dataset
    caller: str
    dialect: Dialect


def _answered(handler: Callable[..., Pair]) -> Callable[..., Pair]:
    """The border of an association's thread: every error becomes a status with a comment."""

    @wraps(handler)
    def wrapped(self: Handlers, event: Any) -> Pair:
        try:
            return handler(self, event)
        except WorkbenchError as error:
            return statuses.refusal(error), None
        except Exception as problem:
            log.error("request of %s failed:\n%s", caller(event), trace(problem))
            return statuses.reply(statuses.PROCESSING_FAILURE, INTERNAL), None

    return wrapped


class Handlers:
    """Handlers of one provider."""

    def __init__(self, intake: Intake, retrieve: Retrieve, worklist: Worklist, subscriptions: Subscriptions, settings: Settings) -> None:
        self._intake = intake
        self._retrieve = retrieve
        retrieving = Retrieving(retrieve, settings)
        self.move, self.retrieve = retrieving.move, retrieving.get
        self._worklist = worklist
        self._subscriptions = subscriptions
        self._settings = settings
        self._actions: dict[int, Callable[[ActionRequest], Done | None]] = {
            UPS_STATE_ACTION: self._change_state,
            UPS_CANCEL_ACTION: self._request_cancel,
            UPS_SUBSCRIBE_ACTION: self._subscribe,
            UPS_UNSUBSCRIBE_ACTION: self._unsubscribe,
            UPS_SUSPEND_ACTION: self._suspend,
        }

    def _told(self, subject: str, caller: str, what: str) -> AbstractContextManager[None]:
        """Have a refusal that no use case makes written into the history."""
        return self._worklist.desk.refusals(EventKind.REQUEST_REFUSED, subject=subject, actor=caller, what=what)

    def _must_be_offered(self, service: str, subject: str, event: Any) -> None:
        """Hold a request against the services of the class that its context was negotiated for.

        Raises
        ------
        Refused : the class has no such service here, or not when speaking as stated.
        """
        sop_class = str(event.context.abstract_syntax)
        if services.offers(service, sop_class, as_stated=self._settings.identity.as_stated):
            return
        with self._told(subject or "none", caller(event), service):
            raise Refused(
                f"{service}: found it on a context of {sop_class}, expected a service that is offered with this class",
                rule="not-offered",
                comment=f"{service} is not of the negotiated class",
            )

    def echo(self, event: Any) -> int:
        """C-ECHO is answered at any time."""
        return statuses.SUCCESS

    def store(self, event: Any) -> Dataset:
        """C-STORE: acknowledged when durable."""
        return self._store(event)[0]

    @_answered
    def _store(self, event: Any) -> Pair:
        request = event.request
        instance = Encoded(
            sop_class_uid=str(request.AffectedSOPClassUID),
            sop_instance_uid=str(request.AffectedSOPInstanceUID),
            transfer_syntax=str(event.context.transfer_syntax),
            data=request.DataSet.getvalue(),
        )
        self._intake.store(instance, caller(event))
        return statuses.reply(statuses.SUCCESS), None

    def find(self, event: Any) -> Iterator[Pair]:
        """C-FIND on the worklist or the study root."""
        try:
            identifier = decoded(event, event.request.Identifier)
            model = str(event.context.abstract_syntax)
            asking = caller(event)
            pending = statuses.PENDING
            if model == uids.STUDY_FIND:
                found = self._retrieve.find(identifier, asking)
                pending = statuses.PENDING_WARNING if unsupported(identifier) else statuses.PENDING
            else:
                found = self._worklist.find(identifier, asking, _dialect(event))
            for answer in found:
                if event.is_cancelled:
                    yield statuses.reply(statuses.CANCEL), None
                    return
                yield statuses.reply(pending), answer
                let_go(event)
        except WorkbenchError as error:
            log.info("C-FIND of %s refused: %s", caller(event), named(error))
            yield statuses.refusal(error), None
        except Exception as problem:
            log.error("C-FIND of %s failed:\n%s", caller(event), trace(problem))
            yield statuses.reply(statuses.UNABLE_TO_PROCESS, INTERNAL), None

    @_answered
    def action(self, event: Any) -> Pair:
        """N-ACTION: what is asked of a workitem goes by its action type."""
        request = event.request
        asked = ActionRequest(
            subject=str(request.RequestedSOPInstanceUID),
            information=decoded(event, request.ActionInformation),
            caller=caller(event),
            dialect=_dialect(event),
        )
        with self._told(asked.subject, asked.caller, "N-ACTION"):
            perform = self._acting(int(request.ActionTypeID), str(event.context.abstract_syntax))
        return statuses.done(perform(asked) or Done()), None

    def _acting(self, action_type: int, abstract_syntax: str) -> Callable[[ActionRequest], Done | None]:
        """Who does an action of this type, asked for on a context of this class."""
        known = services.action(action_type)
        perform = self._actions.get(action_type)
        if known is None or perform is None or (known.is_extension and self._settings.identity.as_stated):
            raise Refused(
                f"N-ACTION: found action type {action_type}, expected one of {', '.join(map(str, sorted(self._actions)))}",
                rule="no-such-action",
                comment=f"Action type {action_type} is not supported",
            )
        if abstract_syntax not in {one.uid for one in known.sop_classes}:
            names = " or ".join(one.name for one in known.sop_classes)
            raise Refused(
                f"N-ACTION: found action type {action_type} on a context of {abstract_syntax}, expected {names}",
                rule="no-such-action",
                comment=f"Action type {action_type} is not of the negotiated class",
            )
        return perform

    def _change_state(self, asked: ActionRequest) -> None:
        state = str(asked.information.get("ProcedureStepState") or "")
        request = Request.of_state(state)
        if request is None:
            with self._told(asked.subject, asked.caller, "N-ACTION"):
                raise Refused(
                    f"workitem {asked.subject}: found state {state or 'none'}, expected a workitem state",
                    rule="not-settable",
                    comment="Procedure Step State is missing or unknown",
                )
        lock = str(asked.information.get("TransactionUID") or "") or None
        self._worklist.act(asked.subject, request, lock, asked.caller, asked.dialect)

    def _request_cancel(self, asked: ActionRequest) -> None:
        self._worklist.request_cancel(asked.subject, asked.information, asked.caller)

    @_answered
    def create(self, event: Any) -> Pair:
        """N-CREATE: a workitem of another's."""
        request = event.request
        uid = str(request.AffectedSOPInstanceUID or "")
        self._must_be_offered("N-CREATE", uid, event)
        outcome = self._worklist.create(uid, decoded(event, request.AttributeList), caller(event))
        return statuses.done(outcome), None

    def _subscribe(self, asked: ActionRequest) -> Done:
        wish, locks = self._wish(asked), {"TRUE": True, "FALSE": False}
        lock = str(asked.information.get("DeletionLock") or "")
        if lock not in locks:
            with self._told(asked.subject, asked.caller, "N-ACTION subscribe"):
                raise Refused(
                    f"subscription to {asked.subject}: found Deletion Lock {lock or 'none'}, expected TRUE or FALSE",
                    rule=WatchRule.ARGUMENT,
                    comment="Deletion Lock is missing or neither TRUE nor FALSE",
                )
        keys = Dataset()
        keys.update({one.tag: one for one in asked.information if one.keyword not in {"ReceivingAE", "DeletionLock"}})
        return self._subscriptions.subscribe(wish, has_lock=locks[lock], keys=keys)

    def _unsubscribe(self, asked: ActionRequest) -> None:
        self._subscriptions.unsubscribe(self._wish(asked))

    def _suspend(self, asked: ActionRequest) -> None:
        self._subscriptions.suspend(self._wish(asked))

    def _wish(self, asked: ActionRequest) -> Wish:
        """What an action on subscriptions asks for."""
        receiver = str(asked.information.get("ReceivingAE") or "").strip()
        if not receiver:
            with self._told(asked.subject, asked.caller, "N-ACTION"):
                raise Refused(
                    f"subscription to {asked.subject}: found no Receiving AE, expected the AE title that is to be told",
                    rule=WatchRule.ARGUMENT,
                    comment="Receiving AE is missing",
                )
        return Wish(subject=asked.subject, receiver=receiver, actor=asked.caller, dialect=asked.dialect)

    @_answered
    def set(self, event: Any) -> Pair:
        """N-SET: progress and other attributes of a workitem."""
        request = event.request
        self._must_be_offered("N-SET", str(request.RequestedSOPInstanceUID), event)
        changes = decoded(event, request.ModificationList)
        lock = str(changes.get("TransactionUID") or "") or None
        outcome = self._worklist.change(str(request.RequestedSOPInstanceUID), changes, lock, caller(event), _dialect(event))
        return statuses.done(outcome), None

    @_answered
    def get(self, event: Any) -> Pair:
        """N-GET: the requested attributes of a workitem; our extension."""
        request = event.request
        self._must_be_offered("N-GET", str(request.RequestedSOPInstanceUID), event)
        asked = request.AttributeIdentifierList or []
        # One tag alone is not given as a list of one.
        tags = [int(tag) for tag in (asked if isinstance(asked, list | MultiValue) else [asked])]
        found = self._worklist.get(str(request.RequestedSOPInstanceUID), tags, caller(event), _dialect(event))
        return statuses.reply(statuses.SUCCESS), found
