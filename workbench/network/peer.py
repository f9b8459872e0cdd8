"""What a device needs of the network: its calls to a provider, and its own storage provider to receive what it fetches.

Every call is synchronous and says what went wrong in one sentence. A lost response (pynetdicom's requestor gives an empty
status) is unknown, not failed: calls that may be repeated safely are, once.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from socketserver import BaseServer
from types import TracebackType
from typing import Any, Final, Self

from pydicom.dataset import Dataset
from pydicom.sequence import Sequence
from pynetdicom import AE, evt
from pynetdicom.association import Association

from workbench.dicom import part10, uids
from workbench.dicom.part10 import Encoded
from workbench.errors import Refused, Unavailable, named
from workbench.iods.dialect import Dialect
from workbench.mapping.event_reports import EventReport
from workbench.network.contexts import MOVE_PDU, MOVED, STORED, UPS_STATE_ACTION, contexts, without_delay
from workbench.network.limits import guard
from workbench.network.link import end
from workbench.network.reactor import wait_for_events
from workbench.settings import Limits

log = logging.getLogger(__name__)

CALLS: Final = (uids.VERIFICATION, uids.STUDY_FIND, uids.STUDY_MOVE, *STORED)
SUCCESS: Final = 0x0000
NO_SUCH_EVENT: Final = 0x0113
"""No such event type (PS3.7 C.5.11)."""
PENDING: Final = frozenset({0xFF00, 0xFF01})
HOLDS_ALREADY: Final = {"IN PROGRESS": 0xC302, "COMPLETED": 0xB306, "CANCELED": 0xB304}
"""State → status that says it holds already (PS3.4 Table CC.2.1-2)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """How a provider answered.

    Parameters
    ----------
    status : DIMSE status; None when no answer came.
    comment : its Error Comment.
    """

    status: int | None
    comment: str = ""

    @property
    def is_success(self) -> bool:
        """Whether the request was done."""
        return self.status == SUCCESS

    @classmethod
    def of(cls, status: Dataset) -> Reply:
        """The answer that pynetdicom gives as a status; an empty one is none."""
        if "Status" not in status:
            return cls(status=None)
        return cls(status=int(status.Status), comment=str(status.get("ErrorComment") or ""))

    def __str__(self) -> str:
        code = "no answer" if self.status is None else f"{self.status:04X}"
        return f"{code} ({self.comment})" if self.comment else code


class Peer:
    """An association with a provider, as a context manager.

    Parameters
    ----------
    called, calling : AE titles.
    dialect : of UPS.
    """

    def __init__(
        self, host: str, port: int, *, called: str, calling: str, limits: Limits | None = None, dialect: Dialect = Dialect.TRIAL
    ) -> None:
        self._where = f"{called} at {host}:{port}"
        self._address = (host, port)
        self._called = called
        self._dialect = dialect
        limits = limits or Limits()
        self._entity = AE(calling)
        self._entity.acse_timeout = limits.acse_timeout_s
        self._entity.dimse_timeout = limits.dimse_timeout_s
        self._entity.network_timeout = limits.network_timeout_s
        self._limits = limits
        self._association: Association | None = None
        self._message_id = 0

    def __enter__(self) -> Self:
        self.open()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()

    def open(self) -> None:
        """Associate.

        Raises
        ------
        Unavailable : nobody listens, or the association is rejected or aborted; the message says which.
        """
        connected = threading.Event()
        association = self._entity.associate(
            *self._address,
            contexts=contexts((self._dialect.pull, *CALLS)),
            ae_title=self._called,
            max_pdu=MOVE_PDU,
            evt_handlers=[
                (evt.EVT_CONN_OPEN, lambda _: connected.set()),
                (evt.EVT_CONN_OPEN, without_delay),
                (evt.EVT_CONN_OPEN, guard, [self._limits]),
            ],
        )
        if not association.is_established:
            aborted = "aborted the association" if connected.is_set() else "does not answer"
            why = "rejected the association" if association.is_rejected else aborted
            reason = association.acceptor.primitive
            more = f" ({reason.reason_str})" if association.is_rejected and reason is not None else ""
            raise Unavailable(f"{self._where}: {why}{more}, expected it to accept", rule="association")
        self._association = association

    def close(self) -> None:
        """Release the association."""
        association, self._association = self._association, None
        if association is not None and association.is_established:
            association.release()

    def abort(self) -> None:
        """Be gone without a word, as a device that lost its power."""
        association, self._association = self._association, None
        if association is not None and association.is_established:
            association.abort()

    def echo(self) -> Reply:
        """C-ECHO."""
        return self._repeatable(lambda: Reply.of(self._open().send_c_echo(self._next())))

    def find(self, identifier: Dataset, model: str) -> list[Dataset]:
        """C-FIND; all answers, asked once more when one was lost.

        Raises
        ------
        Refused : the provider refuses the query.
        Unavailable : no answer came.
        """
        found, last = self.query(identifier, model)
        if not last.is_success:
            raise self._failed("C-FIND", last)
        return found

    def query(self, identifier: Dataset, model: str) -> tuple[list[Dataset], Reply]:
        """C-FIND: all matches, and how it ended; asked once more when an answer was lost."""
        found: list[Dataset] = []

        def ask() -> Reply:
            found.clear()
            last = Reply(status=None)
            for status, answer in self._open().send_c_find(identifier, model, self._next()):
                last = Reply.of(status)
                if last.status in PENDING and answer is not None:
                    found.append(answer)
            return last

        last = self._repeatable(ask)
        return found, last

    def worklist(self, identifier: Dataset) -> tuple[list[Dataset], Reply]:
        """C-FIND of workitems: all matches, and how it ended.

        Raises
        ------
        Refused : the provider does not speak this dialect of UPS.
        """
        self._speaking()
        return self.query(identifier, self._dialect.pull)

    def move(self, identifier: Dataset, destination: str) -> int:
        """C-MOVE to a destination; how many objects were sent. Asked once more when an answer was lost: the same objects come again.

        Raises
        ------
        Refused : the provider refuses, or some objects could not be sent.
        Unavailable : no answer came.
        """
        counted, last = self.retrieve(identifier, destination)
        if not last.is_success:
            raise self._failed(f"C-MOVE to {destination}", last)
        return counted

    def retrieve(self, identifier: Dataset, destination: str) -> tuple[int, Reply]:
        """C-MOVE: how many objects were sent, and how it ended; asked once more when an answer was lost."""
        counted = 0

        def ask() -> Reply:
            nonlocal counted
            last = Reply(status=None)
            for status, _ in self._open().send_c_move(identifier, destination, uids.STUDY_MOVE, self._next()):
                last, counted = Reply.of(status), int(status.get("NumberOfCompletedSuboperations") or 0)
            return last

        last = self._repeatable(ask)
        return counted, last

    def store(self, dataset: Dataset) -> Reply:
        """C-STORE of an object of our own; sent once more when no answer came, which is safe for the same object."""
        instance = part10.encoded(dataset, uids.EXPLICIT_LITTLE)
        return self._repeatable(lambda: self._store(instance))

    def _store(self, instance: Encoded) -> Reply:
        dataset = instance.dataset()
        dataset.file_meta = part10.file_meta(instance)
        return Reply.of(self._open().send_c_store(dataset, self._next()))

    def act(self, workitem: str, state: str, lock: str | None) -> Reply:
        """N-ACTION: change the state of a workitem; asked once more when no answer came.

        An answer to the second question that the state holds already, which only the lock's holder gets, means that the first
        one was heard.
        """
        reply = self._act(workitem, state, lock)
        if reply.status is not None:
            return reply
        reply = self._again(lambda: self._act(workitem, state, lock))
        return Reply(status=SUCCESS, comment=reply.comment) if reply.status == HOLDS_ALREADY.get(state) else reply

    def report(self, workitem: str, lock: str | None, *, percent: float, text: str) -> Reply:
        """N-SET: progress of a workitem; sent once more when no answer came, which is safe because it replaces."""
        item = Dataset()
        item.ProcedureStepProgress = round(percent, 2)
        item.ProcedureStepProgressDescription = text
        changes = Dataset()
        changes.ProcedureStepProgressInformationSequence = Sequence([item])
        return self.change(workitem, changes, lock)

    def change(self, workitem: str, changes: Dataset, lock: str | None) -> Reply:
        """N-SET of attributes of a workitem; sent once more when no answer came."""
        asked = Dataset()
        asked.update(changes)
        if lock is not None:
            asked.TransactionUID = lock
        return self._repeatable(lambda: self._set(workitem, asked))

    def _act(self, workitem: str, state: str, lock: str | None) -> Reply:
        """The message names Push, whatever context it travels on."""
        information = Dataset()
        information.ProcedureStepState = state
        if lock is not None:
            information.TransactionUID = lock
        push, pull = self._dialect.push, self._dialect.pull
        status, _ = self._speaking().send_n_action(information, UPS_STATE_ACTION, push, workitem, self._next(), pull)
        return Reply.of(status)

    def _set(self, workitem: str, changes: Dataset) -> Reply:
        status, _ = self._speaking().send_n_set(changes, self._dialect.push, workitem, self._next(), self._dialect.pull)
        return Reply.of(status)

    def _repeatable(self, call: Callable[[], Reply]) -> Reply:
        """The answer to what may be done twice; when none came, that to the second try."""
        reply = call()
        return self._again(call) if reply.status is None else reply

    def _again(self, call: Callable[[], Reply]) -> Reply:
        """One more try on a new association: after a lost response nobody knows what the old one still holds."""
        log.info("%s did not answer; asking once more", self._where)
        self.abort()
        self.open()
        return call()

    def _open(self) -> Association:
        if self._association is None or not self._association.is_established:
            raise Unavailable(f"{self._where}: the association is gone, expected an open one", rule="association")
        return self._association

    def _speaking(self) -> Association:
        """The association, on which the provider accepted the UPS class of our dialect."""
        association = self._open()
        if self._dialect.pull not in {str(one.abstract_syntax) for one in association.accepted_contexts}:
            raise Refused(
                f"{self._where}: did not accept UPS class {self._dialect.pull}, expected one that speaks the {self._dialect.value} dialect",
                rule="sop-class",
            )
        return association

    def _next(self) -> int:
        self._message_id = self._message_id % 0xFFFF + 1
        return self._message_id

    def _failed(self, what: str, reply: Reply) -> Refused | Unavailable:
        if reply.status is None:
            return Unavailable(f"{self._where}: did not answer {what}, expected a status", rule="no-answer")
        return Refused(f"{self._where}: answered {what} with {reply}, expected success", rule="status")


class Receiver:
    """A storage provider that keeps what it receives in memory, event reports too, as a context manager.

    Parameters
    ----------
    port : 0 for any free one.
    """

    def __init__(self, host: str, port: int, *, ae_title: str, limits: Limits | None = None) -> None:
        self._lock = threading.Lock()
        self._received: dict[str, Encoded] = {}
        self._told = threading.Condition()
        self._reports: list[EventReport] = []
        self._where = f"port {port} on {host}"
        self._limits = limits or Limits()
        self._address = (host, port)
        self._entity = AE(ae_title)
        self._entity.require_called_aet = True
        self._entity.maximum_associations = self._limits.associations
        for uid in (uids.VERIFICATION, *MOVED):
            self._entity.add_supported_context(uid, list(uids.UNCOMPRESSED))
        for dialect in Dialect:
            # The provider of the events requests the association: it proposes to be the SCP (PS3.7 D.3.3.4).
            self._entity.add_supported_context(dialect.event, list(uids.UNCOMPRESSED), scu_role=False, scp_role=True)
        self._server: Any = None

    def __enter__(self) -> Self:
        handlers: list[Any] = [
            (evt.EVT_CONN_OPEN, wait_for_events),
            (evt.EVT_CONN_OPEN, without_delay),
            (evt.EVT_CONN_OPEN, guard, [self._limits]),
            (evt.EVT_C_STORE, self._keep),
            (evt.EVT_N_EVENT_REPORT, self._hear),
        ]
        try:
            self._server = self._entity.start_server(self._address, block=False, evt_handlers=handlers)
        except OSError as problem:
            raise Unavailable(f"{self._where}: cannot be listened on ({problem.strerror}), expected a free port", rule="port") from problem
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        BaseServer.shutdown(self._server)
        self._server.server_close()
        for association in self._server.active_associations:
            end(association)

    @property
    def port(self) -> int:
        """The port it listens on."""
        return int(self._server.server_address[1])

    def received(self, sop_classes: Iterable[str] | None = None) -> Iterator[Encoded]:
        """What came so far, of these classes only when any are named."""
        wanted = None if sop_classes is None else set(sop_classes)
        with self._lock:
            kept = list(self._received.values())
        return (one for one in kept if wanted is None or one.sop_class_uid in wanted)

    @property
    def reports(self) -> tuple[EventReport, ...]:
        """Event reports that came so far, in order."""
        with self._told:
            return tuple(self._reports)

    def until(self, fits: Callable[[EventReport], bool], *, timeout: float) -> EventReport:
        """The first event report that fits; it may have come already.

        Parameters
        ----------
        timeout : seconds.

        Raises
        ------
        TimeoutError : none came.
        """
        with self._told:
            if self._told.wait_for(lambda: any(map(fits, self._reports)), timeout):
                return next(filter(fits, self._reports))
            heard = "; ".join(one.in_words() for one in self._reports) or "none at all"
        raise TimeoutError(f"{self._where}: no event report fits within {timeout} s, heard {heard}")

    def _hear(self, event: Any) -> tuple[int, None]:
        request, dialect = event.request, Dialect.of(str(event.context.abstract_syntax))
        stream = request.EventInformation
        said = Dataset() if stream is None else part10.decode(stream.getvalue(), str(event.context.transfer_syntax))
        try:
            report = EventReport.read(int(request.EventTypeID), str(request.AffectedSOPInstanceUID), said, dialect)
        except Refused as problem:
            log.warning("an event report was not understood: %s", named(problem))
            return NO_SUCH_EVENT, None
        with self._told:
            self._reports.append(report)
            self._told.notify_all()
        return SUCCESS, None

    def _keep(self, event: Any) -> int:
        request = event.request
        instance = Encoded(
            sop_class_uid=str(request.AffectedSOPClassUID),
            sop_instance_uid=str(request.AffectedSOPInstanceUID),
            transfer_syntax=str(event.context.transfer_syntax),
            data=request.DataSet.getvalue(),
        )
        with self._lock:
            self._received[instance.sop_instance_uid] = instance
        return SUCCESS
