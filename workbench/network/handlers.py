"""From DIMSE requests to use cases and back: thin, one table of statuses, one line in the log for each outcome.

Handlers run in association threads. They never let an exception out: pynetdicom would answer with a mute code of its own.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from functools import wraps
from typing import Any

from pydicom.dataset import Dataset
from pydicom.multival import MultiValue
from pynetdicom import evt

from workbench.archive.rows import StoredObject
from workbench.conformance import services
from workbench.dicom import part10, uids
from workbench.dicom.part10 import Encoded
from workbench.errors import Refused, WorkbenchError
from workbench.events import EventKind
from workbench.iods.dialect import Dialect
from workbench.network import statuses
from workbench.network.contexts import MOVE_PDU, MOVED, UPS_CANCEL_ACTION, UPS_STATE_ACTION, contexts, without_delay
from workbench.settings import Settings
from workbench.workflow.intake import Intake
from workbench.workflow.retrieve import Retrieve, unsupported
from workbench.workflow.ups import Request
from workbench.workflow.worklist import Worklist

log = logging.getLogger(__name__)

INTERNAL = "Internal error; see the provider's log"
Pair = tuple[Dataset, Dataset | None]


def _caller(event: Any) -> str:
    return str(event.assoc.requestor.ae_title).strip()


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


def _decoded(event: Any, stream: Any) -> Dataset:
    """The request's data set; an absent one is empty."""
    if stream is None:
        return Dataset()
    return part10.decode(stream.getvalue(), str(event.context.transfer_syntax))


def _answered(handler: Callable[..., Pair]) -> Callable[..., Pair]:
    """The border of an association's thread: every error becomes a status with a comment."""

    @wraps(handler)
    def wrapped(self: Handlers, event: Any) -> Pair:
        try:
            return handler(self, event)
        except WorkbenchError as error:
            return statuses.refusal(error), None
        except Exception:
            log.exception("request of %s failed", _caller(event))
            return statuses.reply(statuses.PROCESSING_FAILURE, INTERNAL), None

    return wrapped


class Handlers:
    """Handlers of one provider."""

    def __init__(self, intake: Intake, retrieve: Retrieve, worklist: Worklist, settings: Settings) -> None:
        self._intake = intake
        self._retrieve = retrieve
        self._worklist = worklist
        self._settings = settings
        self._actions: dict[int, Callable[[ActionRequest], None]] = {
            UPS_STATE_ACTION: self._change_state,
            UPS_CANCEL_ACTION: self._request_cancel,
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
        with self._told(subject or "none", _caller(event), service):
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
        self._intake.store(instance, _caller(event))
        return statuses.reply(statuses.SUCCESS), None

    def find(self, event: Any) -> Iterator[Pair]:
        """C-FIND on the worklist or the study root."""
        try:
            identifier = _decoded(event, event.request.Identifier)
            model = str(event.context.abstract_syntax)
            caller = _caller(event)
            pending = statuses.PENDING
            if model == uids.STUDY_FIND:
                found = self._retrieve.find(identifier, caller)
                pending = statuses.PENDING_WARNING if unsupported(identifier) else statuses.PENDING
            else:
                found = self._worklist.find(identifier, caller, _dialect(event))
            for answer in found:
                if event.is_cancelled:
                    yield statuses.reply(statuses.CANCEL), None
                    return
                yield statuses.reply(pending), answer
        except WorkbenchError as error:
            log.info("C-FIND of %s refused: %s", _caller(event), error)
            yield statuses.refusal(error), None
        except Exception:
            log.exception("C-FIND of %s failed", _caller(event))
            yield statuses.reply(statuses.UNABLE_TO_PROCESS, INTERNAL), None

    def move(self, event: Any) -> Iterator[Any]:
        """C-MOVE: destination, number of objects, then each object; or, first of all, the status that refuses it (see ``mended``)."""
        caller, title = _caller(event), str(event.move_destination or "").strip()
        destination = self._settings.peer(title)
        if destination is None:
            log.info("C-MOVE of %s refused: destination %s is no peer", caller, title)
            yield statuses.reply(statuses.MOVE_DESTINATION_UNKNOWN, "Move Destination is not among the peers")
            return
        try:
            chosen = self._retrieve.select(_decoded(event, event.request.Identifier), caller)
        except WorkbenchError as error:
            yield statuses.refusal(error)
            return
        except Exception:
            log.exception("C-MOVE of %s failed", caller)
            yield statuses.reply(statuses.UNABLE_TO_PROCESS, INTERNAL)
            return
        syntaxes: dict[str, str] = {}
        yield destination.host, destination.port, _sub_association(chosen, syntaxes)
        yield len(chosen)
        for stored in chosen:
            if event.is_cancelled:
                yield statuses.reply(statuses.CANCEL), None
                return
            yield statuses.reply(statuses.PENDING), self._outgoing(stored, syntaxes)
        self._retrieve.tell_sent(len(chosen), destination.ae_title, caller)

    def _outgoing(self, stored: StoredObject, syntaxes: Mapping[str, str]) -> Dataset:
        """The object as pynetdicom's sub-operations take it; one that cannot be read fails alone, known by its UID."""
        try:
            instance = self._retrieve.read(stored).transcoded(syntaxes.get(stored.sop_class_uid, uids.IMPLICIT_LITTLE))
            dataset = instance.dataset()
            dataset.file_meta = part10.file_meta(instance)
        except WorkbenchError as error:
            log.warning("object %s cannot be sent: %s", stored.uid, error)
            dataset = Dataset()
            dataset.SOPInstanceUID = stored.uid
        return dataset

    @_answered
    def action(self, event: Any) -> Pair:
        """N-ACTION: what is asked of a workitem goes by its action type."""
        request = event.request
        asked = ActionRequest(
            subject=str(request.RequestedSOPInstanceUID),
            information=_decoded(event, request.ActionInformation),
            caller=_caller(event),
            dialect=_dialect(event),
        )
        with self._told(asked.subject, asked.caller, "N-ACTION"):
            perform = self._acting(int(request.ActionTypeID), str(event.context.abstract_syntax))
        perform(asked)
        return statuses.reply(statuses.SUCCESS), None

    def _acting(self, action_type: int, abstract_syntax: str) -> Callable[[ActionRequest], None]:
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
        outcome = self._worklist.create(uid, _decoded(event, request.AttributeList), _caller(event))
        return statuses.done(outcome), None

    @_answered
    def set(self, event: Any) -> Pair:
        """N-SET: progress and other attributes of a workitem."""
        request = event.request
        self._must_be_offered("N-SET", str(request.RequestedSOPInstanceUID), event)
        changes = _decoded(event, request.ModificationList)
        lock = str(changes.get("TransactionUID") or "") or None
        outcome = self._worklist.change(str(request.RequestedSOPInstanceUID), changes, lock, _caller(event), _dialect(event))
        return statuses.done(outcome), None

    @_answered
    def get(self, event: Any) -> Pair:
        """N-GET: the requested attributes of a workitem; our extension."""
        request = event.request
        self._must_be_offered("N-GET", str(request.RequestedSOPInstanceUID), event)
        asked = request.AttributeIdentifierList or []
        # One tag alone is not given as a list of one.
        tags = [int(tag) for tag in (asked if isinstance(asked, list | MultiValue) else [asked])]
        found = self._worklist.get(str(request.RequestedSOPInstanceUID), tags, _caller(event), _dialect(event))
        return statuses.reply(statuses.SUCCESS), found


def _sub_association(chosen: Sequence[StoredObject], syntaxes: dict[str, str]) -> dict[str, Any]:
    """How pynetdicom is to associate with a destination; ``syntaxes`` gets the transfer syntax accepted for each class."""

    def accepted(event: Any) -> None:
        syntaxes.update((str(one.abstract_syntax), str(one.transfer_syntax[0])) for one in event.assoc.accepted_contexts)

    classes = tuple(dict.fromkeys(stored.sop_class_uid for stored in chosen if stored.sop_class_uid in MOVED))
    handlers = [(evt.EVT_CONN_OPEN, without_delay), (evt.EVT_ACCEPTED, accepted)]
    return {"contexts": contexts(classes), "max_pdu": MOVE_PDU, "evt_handlers": handlers}
