"""The bytes of a storage association: association request and answer, fragments, and the C-STORE commands of both sides.

PDUs are those of PS3.8 9.3, commands those of PS3.7 9.3.1; nothing here opens a connection.
"""

from __future__ import annotations

import struct
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from pydicom.uid import UID
from pynetdicom import build_context
from pynetdicom.pdu import A_ASSOCIATE_AC, A_ASSOCIATE_RQ
from pynetdicom.pdu_primitives import (
    A_ASSOCIATE,
    ImplementationClassUIDNotification,
    ImplementationVersionNameNotification,
    MaximumLengthNotification,
)
from pynetdicom.presentation import PresentationContext

from workbench.conformance.services import APPLICATION_CONTEXT, MAXIMUM_PDU_SCU
from workbench.dicom import uids
from workbench.dicom.part10 import Encoded
from workbench.settings import Identity

ASSOCIATE_AC, ASSOCIATE_RJ, P_DATA, RELEASE_RQ, RELEASE_RP, ABORT = 0x02, 0x03, 0x04, 0x05, 0x06, 0x07
"""PDU types (PS3.8 9.3)."""
RELEASE: Final = struct.pack(">BxLL", RELEASE_RQ, 4, 0)
ABORTION: Final = struct.pack(">BxLL", ABORT, 4, 0)
COMMAND, LAST = 0x01, 0x02
"""Bits of a message control header (PS3.8 Annex E.2)."""
C_STORE_RQ, C_STORE_RSP = 0x0001, 0x8001
NO_DATA_SET = 0x0101
"""Command Data Set Type of a message without one (PS3.7 E.1)."""
COMMAND_FIELD, RESPONDED_TO, STATUS = 0x0100, 0x0120, 0x0900
"""Elements of a command set (PS3.7 E.1)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Originator:
    """The C-MOVE that a sub-operation belongs to (PS3.7 9.1.1.1.5, 9.1.1.1.6).

    Parameters
    ----------
    ae_title : of who asked.
    message_id : of its request.
    """

    ae_title: str
    message_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Accepted:
    """What an acceptor agreed to.

    Parameters
    ----------
    contexts : SOP class and transfer syntax → presentation context ID.
    longest_pdu : longest PDU that it takes; 0 for any.
    """

    contexts: dict[tuple[str, str], int]
    longest_pdu: int


def contexts_of(sop_classes: Sequence[str]) -> list[PresentationContext]:
    """A context for each class and transfer syntax, so that the answer tells every syntax that the receiver takes."""
    made = [build_context(sop_class, syntax) for sop_class in sop_classes for syntax in uids.UNCOMPRESSED]
    for index, context in enumerate(made):
        context.context_id = 2 * index + 1
    return made


def association_request(called: str, calling: str, sop_classes: Sequence[str], identity: Identity) -> bytes:
    """A-ASSOCIATE-RQ."""
    length, implementation = MaximumLengthNotification(), ImplementationClassUIDNotification()
    length.maximum_length_received = MAXIMUM_PDU_SCU
    implementation.implementation_class_uid = UID(identity.implementation_class_uid)
    request = A_ASSOCIATE()
    request.application_context_name = UID(APPLICATION_CONTEXT)
    request.called_ae_title, request.calling_ae_title = called, calling
    request.presentation_context_definition_list = contexts_of(sop_classes)
    request.user_information = [length, implementation]
    if identity.implementation_version_name:
        name = ImplementationVersionNameNotification()
        name.implementation_version_name = identity.implementation_version_name
        request.user_information.append(name)
    pdu = A_ASSOCIATE_RQ()
    pdu.from_primitive(request)
    return bytes(pdu.encode())


def accepted(body: bytes, sop_classes: Sequence[str]) -> Accepted:
    """What an A-ASSOCIATE-AC, without its first six bytes, agrees to of what was proposed for these classes.

    Raises
    ------
    ConnectionAbortedError : the bytes are no such answer; as an OSError it ends the connection like a broken one.
    """
    pdu = A_ASSOCIATE_AC()
    try:
        pdu.decode(struct.pack(">BxL", ASSOCIATE_AC, len(body)) + body)
        answer = pdu.to_primitive()
        results = {one.context_id: one for one in answer.presentation_context_definition_results_list if one.result == 0}
        syntaxes = {number: str(one.transfer_syntax[0]) for number, one in results.items()}
        longest = int(answer.maximum_length_received or 0)
    except Exception as problem:
        # pynetdicom's classes raise whatever comes of bytes that are no PDU: seven kinds of errors were seen.
        raise ConnectionAbortedError(f"an answer that cannot be read: {type(problem).__name__}") from problem
    contexts = {
        (str(one.abstract_syntax), syntaxes[one.context_id]): one.context_id or 0
        for one in contexts_of(sop_classes)
        if one.context_id in syntaxes
    }
    return Accepted(contexts=contexts, longest_pdu=longest)


def fragment(context: int, control: int, part: bytes | memoryview) -> bytes:
    """A P-DATA-TF PDU of one fragment (PS3.8 9.3.5)."""
    return b"".join((struct.pack(">BxLLBB", P_DATA, len(part) + 6, len(part) + 2, context, control), part))


def fragments(body: bytes) -> list[tuple[int, bytes]]:
    """Message control header and content of each fragment of a P-DATA-TF PDU."""
    found, at = [], 0
    while at + 6 <= len(body):
        length, _, control = struct.unpack_from(">LBB", body, at)
        found.append((control, body[at + 6 : at + 4 + length]))
        at += 4 + length
    return found


def store_command(instance: Encoded, message_id: int, originator: Originator | None) -> bytes:
    """Command set of a C-STORE-RQ of medium priority (PS3.7 Table 9.3-1)."""
    elements = (
        _text(0x0002, instance.sop_class_uid, b"\0")
        + _number(COMMAND_FIELD, C_STORE_RQ)
        + _number(0x0110, message_id)
        + _number(0x0700, 0)
        + _number(0x0800, 1)
        + _text(0x1000, instance.sop_instance_uid, b"\0")
    )
    if originator is not None:
        elements += _text(0x1030, originator.ae_title, b" ") + _number(0x1031, originator.message_id)
    return struct.pack("<HHLL", 0, 0, 4, len(elements)) + elements


def store_response(sop_class_uid: str, sop_instance_uid: str, *, message_id: int, status: int, comment: str = "") -> bytes:
    """Command set of a C-STORE-RSP (PS3.7 Table 9.3-2).

    Parameters
    ----------
    message_id : of the request that is answered.
    comment : Error Comment; absent when blank.
    """
    elements = (
        _text(0x0002, sop_class_uid, b"\0")
        + _number(COMMAND_FIELD, C_STORE_RSP)
        + _number(RESPONDED_TO, message_id)
        + _number(0x0800, NO_DATA_SET)
        + _number(STATUS, status)
        + (_text(0x0902, comment, b" ") if comment else b"")
        + _text(0x1000, sop_instance_uid, b"\0")
    )
    return struct.pack("<HHLL", 0, 0, 4, len(elements)) + elements


def parts(command: bytes, longest_pdu: int) -> list[bytes]:
    """A command set as presentation data values, message control header and fragment, that fit a receiver's PDUs.

    Parameters
    ----------
    longest_pdu : longest PDU that it takes; 0 for any.
    """
    size = max(longest_pdu - 6, 1) if longest_pdu else len(command)
    pieces = [command[at : at + size] for at in range(0, len(command), size)]
    return [bytes([COMMAND]) + one for one in pieces[:-1]] + [bytes([COMMAND | LAST]) + pieces[-1]]


def command_numbers(command: bytes) -> dict[int, int]:
    """The two-byte numbers of a command set, by element."""
    found, at = {}, 0
    while at + 8 <= len(command):
        _, element, length = struct.unpack_from("<HHL", command, at)
        if length == 2 and at + 10 <= len(command):
            found[element] = int(struct.unpack_from("<H", command, at + 8)[0])
        at += 8 + length
    return found


def _text(element: int, text: str, padding: bytes) -> bytes:
    value = text.encode("ascii", "replace")
    value += padding * (len(value) % 2)
    return struct.pack("<HHL", 0, element, len(value)) + value


def _number(element: int, value: int) -> bytes:
    return struct.pack("<HHLH", 0, element, 2, value)
