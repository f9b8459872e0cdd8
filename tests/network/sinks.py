"""Storage providers that are not ours, as C-MOVE destinations: willing, choosy, forgetful, silent."""

from __future__ import annotations

import socket
import struct
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from pydicom.dataset import Dataset
from pynetdicom import AE, evt
from pynetdicom.dimse_primitives import C_STORE
from pynetdicom.events import Event

from tests.network.wire import SYNTAXES
from workbench.dicom import part10, uids

SINK = "SINK"
TAKEN = (uids.RT_ION_PLAN, uids.CT_IMAGE, uids.RT_STRUCTURE_SET, uids.RT_ION_BEAMS_RECORD, uids.TRIAL_DELIVERY_INSTRUCTION)


@dataclass
class Sink:
    """A storage provider that remembers what came, and answers what it is told to.

    Parameters
    ----------
    answers : what it answers to the first objects, one by one; then ``status``. A call is made with the event first.
    """

    classes: tuple[str, ...] = TAKEN
    syntaxes: tuple[str, ...] = SYNTAXES
    status: int = 0x0000
    answers: list[int | Callable[[Event], int]] = field(default_factory=list)
    received: list[str] = field(default_factory=list)
    datasets: dict[str, Dataset] = field(default_factory=dict)
    requests: list[C_STORE] = field(default_factory=list)
    announced: set[int] = field(default_factory=set)
    called_by: set[str] = field(default_factory=set)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def store(self, event: Event) -> int:
        """C-STORE."""
        request = event.request
        assert isinstance(request, C_STORE)
        assert request.DataSet is not None
        uid = str(request.AffectedSOPInstanceUID)
        with self.lock:
            self.received.append(uid)
            self.requests.append(request)
            self.datasets[uid] = part10.decode(request.DataSet.getvalue(), str(event.context.transfer_syntax))
            self.announced.add(int(event.assoc.requestor.maximum_length or 0))
            self.called_by.add(str(event.assoc.requestor.ae_title).strip())
            answer = self.answers.pop(0) if self.answers else self.status
        return answer(event) if callable(answer) else answer

    @contextmanager
    def listening(self, port: int) -> Iterator[Sink]:
        """Listens as long as the context lasts."""
        entity = AE(SINK)
        for one in self.classes:
            entity.add_supported_context(one, list(self.syntaxes))
        server = entity.start_server(("127.0.0.1", port), block=False, evt_handlers=[(evt.EVT_C_STORE, self.store)])
        try:
            yield self
        finally:
            assert server is not None
            server.shutdown()


def forget(event: Event) -> int:
    """Close the connection instead of answering."""
    event.assoc.abort()
    return 0x0000


@contextmanager
def silence(port: int) -> Iterator[None]:
    """Takes connections and never says a word."""
    with socket.create_server(("127.0.0.1", port)):
        yield


@contextmanager
def nonsense(port: int, body: bytes) -> Iterator[list[str]]:
    """Takes every association with an A-ASSOCIATE-AC of these bytes; an entry for each that was asked for."""
    asked: list[str] = []
    with socket.create_server(("127.0.0.1", port)) as server:

        def answer() -> None:
            while True:
                try:
                    connection, where = server.accept()
                except OSError:
                    return
                with connection:
                    asked.append(str(where))
                    connection.recv(1 << 16)
                    connection.sendall(struct.pack(">BxL", 0x02, len(body)) + body)

        thread = threading.Thread(target=answer, daemon=True)
        thread.start()
        try:
            yield asked
        finally:
            server.shutdown(socket.SHUT_RDWR)
            thread.join()
