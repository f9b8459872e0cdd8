"""A peer that is not ours: plain pynetdicom, one association, statuses as they come."""

from __future__ import annotations

import socket
import struct
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from pydicom.dataset import Dataset
from pynetdicom import AE, build_context, evt
from pynetdicom.association import Association

from tests.clinic import DEVICE, LOCK, make_ion_plan
from workbench.archive.rows import SessionRow
from workbench.bench import Workbench
from workbench.dicom import part10, uids
from workbench.network.contexts import without_delay

PUSH, PULL = "1.2.840.10008.5.1.4.34.4.1", "1.2.840.10008.5.1.4.34.4.3"
VERIFICATION, FIND, MOVE = "1.2.840.10008.1.1", "1.2.840.10008.5.1.4.1.2.2.1", "1.2.840.10008.5.1.4.1.2.2.2"
CT, RECORD = "1.2.840.10008.5.1.4.1.1.2", "1.2.840.10008.5.1.4.1.1.481.9"
SYNTAXES = ("1.2.840.10008.1.2", "1.2.840.10008.1.2.1", "1.2.840.10008.1.2.2")


@dataclass(frozen=True, slots=True, kw_only=True)
class Running:
    """A claimed session: its row, its workitem, its session plan."""

    session: SessionRow
    workitem: str
    plan: Dataset


def prepare(bench: Workbench, **changes: Any) -> tuple[SessionRow, str]:
    """Check in a new plan; the session and its workitem's UID."""
    session = bench.check_in(bench.add_plan(make_ion_plan(**changes)))
    (workitem,) = bench.workitems(session)
    return session, workitem.uid


@contextmanager
def associated(bench: Workbench, *sop_classes: str, calling: str = DEVICE, **options: Any) -> Iterator[Association]:
    """An association with one context for each class, with the transfer syntaxes given as ``syntaxes``; always let go of."""
    syntaxes = list(options.pop("syntaxes", SYNTAXES))
    entity = AE(calling)
    association = entity.associate(
        bench.address.host,
        bench.address.port,
        contexts=[build_context(one, syntaxes) for one in sop_classes],
        ae_title=options.pop("called", bench.address.ae_title),
        evt_handlers=[(evt.EVT_CONN_OPEN, without_delay)],
        **options,
    )
    try:
        yield association
    finally:
        if association.is_established:
            association.release()


def answer(status: Dataset) -> tuple[str, str]:
    """Status in hexadecimal, and Error Comment; "no answer" when pynetdicom's requestor lost it, as it now and then does under load."""
    return (f"{status.Status:04X}" if "Status" in status else "no answer"), str(status.get("ErrorComment", ""))


def act(association: Association, uid: str, state: str, lock: str | None, *, names: str = PUSH, action: int = 1) -> tuple[str, str]:
    """N-ACTION on the Pull context."""
    information = Dataset()
    information.ProcedureStepState = state
    if lock is not None:
        information.TransactionUID = lock
    status, _ = association.send_n_action(information, action, names, uid, meta_uid=PULL)
    return answer(status)


def set_progress(association: Association, uid: str, lock: str | None, percent: str = "50", **more: Any) -> tuple[str, str]:
    """N-SET of progress on the Pull context."""
    item, changes = Dataset(), Dataset()
    item.ProcedureStepProgress = percent
    changes.ProcedureStepProgressInformationSequence = [item]
    if lock is not None:
        changes.TransactionUID = lock
    for keyword, value in more.items():
        setattr(changes, keyword, value)
    status, _ = association.send_n_set(changes, PUSH, uid, meta_uid=PULL)
    return answer(status)


def claimed(bench: Workbench, calling: str = DEVICE, lock: str = LOCK, **changes: Any) -> Running:
    """Check in and claim over the wire."""
    session, workitem = prepare(bench, **changes)
    with associated(bench, PULL, calling=calling) as association:
        assert act(association, workitem, "IN PROGRESS", lock) == ("0000", "")
    return Running(session=bench.session(session), workitem=workitem, plan=bench.dataset(session.session_plan_uid))


def send(association: Association, dataset: Dataset, syntax: str = SYNTAXES[0]) -> tuple[str, str]:
    """C-STORE in the given transfer syntax."""
    instance = part10.encoded(dataset).transcoded(syntax)
    decoded = instance.dataset()
    decoded.file_meta = part10.file_meta(instance)
    return answer(association.send_c_store(decoded))


def find(association: Association, identifier: Dataset, model: str) -> tuple[list[Dataset], tuple[str, str]]:
    """C-FIND: all matches, and how it ended."""
    answers = list(association.send_c_find(identifier, model))
    return [match for _, match in answers if match is not None], answer(answers[-1][0])


def move(association: Association, identifier: Dataset, destination: str) -> Dataset:
    """C-MOVE: its final status."""
    return list(association.send_c_move(identifier, destination, MOVE))[-1][0]


def raw_connection(bench: Workbench) -> socket.socket:
    """A bare TCP connection to the provider."""
    connection = socket.create_connection((bench.address.host, bench.address.port), timeout=20)
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return connection


def association_request(bench: Workbench, *, length: int | None = None) -> bytes:
    """An A-ASSOCIATE-RQ for verification, made by hand (PS3.8 9.3.2); ``length`` lies about its length."""

    def item(kind: int, body: bytes) -> bytes:
        return struct.pack(">BxH", kind, len(body)) + body

    titles = bench.address.ae_title.encode().ljust(16) + b"RAW".ljust(16)
    context = item(0x20, b"\x01\x00\x00\x00" + item(0x30, VERIFICATION.encode()) + item(0x40, uids.IMPLICIT_LITTLE.encode()))
    user = item(0x50, item(0x51, struct.pack(">L", 0)) + item(0x52, b"2.25.1"))
    body = struct.pack(">HH", 1, 0) + titles + bytes(32) + item(0x10, b"1.2.840.10008.3.1.1.1") + context + user
    return struct.pack(">BxL", 0x01, len(body) if length is None else length) + body
