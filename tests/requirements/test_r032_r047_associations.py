"""TMS statement 4.2.1.3 to 4.2.1.11: what is negotiated with any peer, and how stored objects are answered."""

from __future__ import annotations

import struct
from contextlib import ExitStack

import pytest
from pydicom.uid import UID
from pynetdicom import AE, build_context
from pynetdicom.association import Association
from pynetdicom.pdu_primitives import AsynchronousOperationsWindowNegotiation, SOPClassExtendedNegotiation

from tests.clinic import DEVICE, LOCK, make_ct, make_record
from tests.network.wire import (
    CT,
    FIND,
    MOVE,
    PULL,
    RECORD,
    SYNTAXES,
    VERIFICATION,
    act,
    associated,
    association_request,
    raw_connection,
    send,
)
from tests.requirements.partner import Clinic, make_stated_plan

APPLICATION_CONTEXT = b"1.2.840.10008.3.1.1.1"
ACCEPT, REJECT = 0x02, 0x03
"""PDU types of A-ASSOCIATE-AC and A-ASSOCIATE-RJ (PS3.8 9.3.3, 9.3.4)."""
RT_IMAGE, STRUCTURES = "1.2.840.10008.5.1.4.1.1.481.1", "1.2.840.10008.5.1.4.1.1.481.3"
REGISTRATION, PRINTED_RECORD = "1.2.840.10008.5.1.4.1.1.66.1", "1.2.840.10008.5.1.4.1.1.481.4"
STORED = (CT, RT_IMAGE, STRUCTURES, REGISTRATION, PRINTED_RECORD, RECORD)
"""Classes of C-STORE: those printed in 4.2.1.11.2, and 481.9, which the printed object tables describe."""
CONTEXTS = (VERIFICATION, PULL, FIND, MOVE, *STORED)
MR_IMAGE = "1.2.840.10008.5.1.4.1.1.4"


def first_answer(clinic: Clinic, request: bytes) -> bytes:
    """The whole PDU that answers a request sent on a bare connection."""
    with raw_connection(clinic.bench) as connection:
        connection.sendall(request)
        head = connection.recv(6)
        (length,) = struct.unpack(">L", head[2:])
        body = b""
        while len(body) < length:
            body += connection.recv(length - len(body))
    return head + body


def negotiated(clinic: Clinic, *items: object) -> Association:
    """An association for queries that offers these items of extended negotiation; released again."""
    entity = AE(DEVICE)
    association = entity.associate(
        clinic.bench.address.host,
        clinic.bench.address.port,
        contexts=[build_context(FIND)],
        ae_title=clinic.bench.address.ae_title,
        ext_neg=list(items),  # type: ignore[arg-type]
    )
    assert association.is_established
    association.release()
    return association


def test_r032_the_dicom_application_context_is_used(clinic: Clinic) -> None:
    """It is in the A-ASSOCIATE-AC; a request for another one is rejected: application context name not supported (PS3.8 Table 9-21)."""
    request = association_request(clinic.bench)

    accepted = first_answer(clinic, request)
    rejected = first_answer(clinic, request.replace(APPLICATION_CONTEXT, b"1.2.840.10008.3.1.1.9"))

    assert accepted[0] == ACCEPT
    assert APPLICATION_CONTEXT in accepted
    assert rejected == struct.pack(">BxLxBBB", REJECT, 4, 1, 1, 2)


def test_r033_as_a_requestor_the_maximum_pdu_is_16384(clinic: Clinic) -> None:
    """What the associations of a C-MOVE announce to the device."""
    session = clinic.check_in()
    clinic.shelf.announced.clear()

    clinic.fetch(session.session_plan_uid)

    assert clinic.shelf.announced == {16384}


def test_r034_as_an_acceptor_the_pdu_size_is_unlimited(clinic: Clinic) -> None:
    """Zero, which means no limit (PS3.8 D.1), is announced; an object in one PDU of more than a mebibyte is stored."""
    running = clinic.claimed()
    large = make_ct(running.plan, Rows=800, Columns=800, PixelData=bytes(2 * 800 * 800))

    with associated(clinic.bench, CT) as association:
        announced = association.acceptor.maximum_length
        status = send(association, large)

    assert (announced, status) == (0, ("0000", ""))


def test_r035_any_number_of_associations_is_accepted(clinic: Clinic) -> None:
    """More at once than pynetdicom's own limit of ten, each still answered while all are open."""
    with ExitStack() as open_ones:
        associations = [open_ones.enter_context(associated(clinic.bench, VERIFICATION)) for _ in range(12)]

        assert [one.send_c_echo().Status for one in associations] == [0x0000] * 12


def test_r036_no_asynchronous_operations(clinic: Clinic) -> None:
    """A window of eight is offered and not answered, which leaves one outstanding transaction (PS3.7 D.3.3.3)."""
    window = AsynchronousOperationsWindowNegotiation()
    window.maximum_number_operations_invoked = window.maximum_number_operations_performed = 8

    association = negotiated(clinic, window)

    assert association.requestor.asynchronous_operations == (8, 8)
    assert association.acceptor.asynchronous_operations == (1, 1)


def test_r037_the_implementation_is_the_stated_one(clinic: Clinic) -> None:
    """Implementation class and version name of an accepted association."""
    with associated(clinic.bench, VERIFICATION) as association:
        found = association.acceptor.implementation_class_uid, association.acceptor.implementation_version_name

    assert found == ("1.3.6.1.4.1.30071.8", "fo-dicom 3.0.5")


def test_r038_an_echo_is_answered_in_every_state_of_a_session(clinic: Clinic) -> None:
    """Scheduled, claimed, finished by the device, canceled by the user, completed."""
    with associated(clinic.bench, VERIFICATION, PULL) as association:

        def echo() -> int:
            return int(association.send_c_echo().Status)

        statuses = [echo()]
        running = clinic.claimed()
        statuses.append(echo())
        act(association, running.workitem, "COMPLETED", LOCK)
        statuses.append(echo())
        clinic.bench.cancel(running.session)
        statuses.append(echo())
        clinic.bench.complete(running.session)
        statuses.append(echo())

    assert statuses == [0x0000] * 5


@pytest.mark.parametrize("syntax", SYNTAXES, ids=["implicit", "explicit", "big endian"])
def test_r039_every_context_has_three_transfer_syntaxes(clinic: Clinic, syntax: str) -> None:
    """Each alone is accepted for every class of the statement."""
    with associated(clinic.bench, *CONTEXTS, syntaxes=(syntax,)) as association:
        accepted = {(str(one.abstract_syntax), *map(str, one.transfer_syntax)) for one in association.accepted_contexts}

    assert accepted == {(one, syntax) for one in CONTEXTS}


def test_r040_no_extended_negotiation(clinic: Clinic) -> None:
    """Relational queries (PS3.4 C.5.1.1) are offered, and the answer says nothing of them."""
    relational = SOPClassExtendedNegotiation()
    relational.sop_class_uid, relational.service_class_application_information = UID(FIND), b"\x01"

    association = negotiated(clinic, relational)

    assert association.requestor.sop_class_extended == {FIND: b"\x01"}
    assert association.acceptor.sop_class_extended == {}


def accepted(clinic: Clinic, *sop_classes: str) -> list[str]:
    """Which of the classes are accepted."""
    with associated(clinic.bench, VERIFICATION, *sop_classes) as association:
        return [str(one.abstract_syntax) for one in association.accepted_contexts if one.abstract_syntax != VERIFICATION]


def test_r041_queries_go_over_ups_pull_and_study_root_find(clinic: Clinic) -> None:
    """These two; neither Patient Root nor the modality worklist is accepted."""
    patient_root, modality_worklist = "1.2.840.10008.5.1.4.1.2.1.1", "1.2.840.10008.5.1.4.31"

    assert accepted(clinic, PULL, FIND, patient_root, modality_worklist) == [PULL, FIND]


def test_r042_moves_go_over_study_root_move(clinic: Clinic) -> None:
    """And not over Patient Root."""
    patient_root = "1.2.840.10008.5.1.4.1.2.1.2"

    assert accepted(clinic, MOVE, patient_root) == [MOVE]


def test_r043_five_kinds_of_object_are_stored(clinic: Clinic) -> None:
    """The record under both its classes; a plan or an MR image is not offered a context."""
    ion_plan = "1.2.840.10008.5.1.4.1.1.481.8"

    assert accepted(clinic, *STORED, ion_plan, MR_IMAGE) == list(STORED)


@pytest.mark.parametrize("situation", ["nobody checked in", "not claimed", "another patient", "another plan"])
def test_r044_without_a_matching_session_a_store_fails(clinic: Clinic, situation: str) -> None:
    """Cxxx, whatever it is that leads to no session."""
    plan, other = make_stated_plan(), make_stated_plan()
    if situation == "not claimed":
        clinic.check_in(plan)
    elif situation != "nobody checked in":
        plan = clinic.claimed(plan).plan
    wanted = {"another patient": make_ct(plan, PatientID="P-044"), "another plan": make_record(other)}

    ((status, comment),) = clinic.store(wanted.get(situation, make_ct(plan)))

    assert status == "C001"
    assert comment.isascii()
    assert 0 < len(comment) <= 64


@pytest.mark.parametrize(
    ("changes", "comment"),
    [
        ({"Modality": ""}, "empty: Modality"),
        ({"PatientPosition": "UPSIDEDOWN"}, "value: PatientPosition"),
        ({"BitsStored": None}, "empty: BitsStored"),
    ],
    ids=["mandatory", "defined term", "pixel format"],
)
def test_r045_an_object_that_is_not_valid_is_not_stored(clinic: Clinic, changes: dict[str, object], comment: str) -> None:
    """Cxxx with the attribute, and nothing of it is found afterwards."""
    broken = make_ct(clinic.claimed().plan, **changes)

    answers = clinic.store(broken)

    assert answers == [("C002", comment)]
    assert clinic.find("IMAGE", SOPInstanceUID=broken.SOPInstanceUID) == []


def test_r046_an_unsupported_class_fails_with_0122(clinic: Clinic) -> None:
    """A request that names another class than its context; the association is good for the next one."""
    running = clinic.claimed()

    with associated(clinic.bench, CT) as association:
        (context,) = association._accepted_cx.values()
        context.abstract_syntax = UID(MR_IMAGE)
        refused = send(association, make_ct(running.plan, SOPClassUID=MR_IMAGE))
        context.abstract_syntax = UID(CT)
        stored = send(association, make_ct(running.plan))

    assert (refused[0], stored) == ("0122", ("0000", ""))


def test_r047_a_stored_object_is_answered_with_0000(clinic: Clinic) -> None:
    """And it is there when the answer comes: the very next query on another association finds it."""
    sent = make_ct(clinic.claimed().plan)

    assert clinic.store(sent) == [("0000", "")]
    assert [one.SOPInstanceUID for one in clinic.find("IMAGE", SOPInstanceUID=sent.SOPInstanceUID)] == [sent.SOPInstanceUID]
