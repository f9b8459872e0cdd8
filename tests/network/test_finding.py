"""C-FIND over the wire: character sets in the bytes, warnings, C-CANCEL."""

from __future__ import annotations

from io import BytesIO
from typing import Any

import pytest
from pydicom.dataset import Dataset
from pynetdicom.association import Association
from pynetdicom.dimse_primitives import C_FIND

from tests.archive.samples import make_stored
from tests.clinic import make_ion_plan, study_keys, worklist_keys
from tests.iods.objects import make_item
from tests.network.test_suboperations import heard
from tests.network.wire import FIND, PULL, associated, find, prepare
from workbench.bench import Workbench
from workbench.dicom import uids

MANY = 300


def ask(association: Association, identifier: bytes) -> list[tuple[int, bytes, str]]:
    """C-FIND with these very bytes, Explicit VR Little Endian: status, bytes of the identifier and comment of every response."""
    request = C_FIND()
    request.MessageID, request.Priority, request.AffectedSOPClassUID = 1, 2, FIND
    request.Identifier = BytesIO(identifier)
    (context,) = association.accepted_contexts
    # The association's own reactor would take the responses for requests of the peer.
    association._reactor_checkpoint.clear()
    association.dimse.send_msg(request, context.context_id)
    found = []
    while True:
        _, response = association.dimse.get_msg(block=True)
        assert isinstance(response, C_FIND)
        status = int(response.Status or 0)
        found.append((status, response.Identifier.getvalue() if response.Identifier else b"", str(response.ErrorComment or "")))
        if status not in {0xFF00, 0xFF01}:
            association._reactor_checkpoint.set()
            return found


def element(tag: bytes, vr: bytes, value: bytes) -> bytes:
    """A short element."""
    value += b" " * (len(value) % 2)
    return tag + vr + len(value).to_bytes(2, "little") + value


def query(name: bytes, charset: bytes | None) -> bytes:
    """A study query by Patient's Name in these very bytes."""
    return (
        (element(b"\x08\x00\x05\x00", b"CS", charset) if charset else b"")
        + element(b"\x08\x00\x52\x00", b"CS", b"STUDY")
        + element(b"\x10\x00\x10\x00", b"PN", name)
    )


@pytest.mark.parametrize(
    ("name", "charset"),
    [(b"M\xfcller^J\xf6rg", b"ISO_IR 100"), ("Müller^Jörg".encode(), b"ISO_IR 192"), (b"M?ller*", None)],
    ids=["Latin 1", "Unicode", "default repertoire"],
)
def test_a_request_is_read_in_its_character_set_and_answered_in_unicode(provider: Workbench, name: bytes, charset: bytes | None) -> None:
    """Whatever the request and the object are written in; ISO_IR 192 is named and the bytes are UTF-8 (PS3.5 6.1, PS3.4 C.4.1.1.3.2)."""
    provider.add_plan(make_ion_plan(PatientName="Müller^Jörg", SpecificCharacterSet="ISO_IR 100"))

    with associated(provider, FIND, syntaxes=(uids.EXPLICIT_LITTLE,)) as association:
        (status, identifier, _), (last, _, _) = ask(association, query(name, charset))

    assert (status, last) == (0xFF00, 0x0000)
    assert element(b"\x08\x00\x05\x00", b"CS", b"ISO_IR 192") in identifier
    assert element(b"\x10\x00\x10\x00", b"PN", "Müller^Jörg".encode()) in identifier


def test_an_ascii_answer_names_no_character_set(provider: Workbench) -> None:
    """Though the request and the object name one."""
    provider.add_plan(make_ion_plan(SpecificCharacterSet="ISO_IR 192"))

    with associated(provider, FIND, syntaxes=(uids.EXPLICIT_LITTLE,)) as association:
        (_, identifier, _), _ = ask(association, query(b"Doe*", b"ISO_IR 192"))

    assert b"ISO_IR" not in identifier
    assert element(b"\x10\x00\x10\x00", b"PN", b"Doe^Jane") in identifier


def test_text_outside_the_character_set_is_refused(provider: Workbench) -> None:
    """A900 says which attribute, instead of no match."""
    with associated(provider, FIND, syntaxes=(uids.EXPLICIT_LITTLE,)) as association:
        ((status, _, comment),) = ask(association, query(b"M\xfcller", None))

    assert (status, comment) == (0xA900, "(0010,0010) is not in the Specific Character Set")


@pytest.mark.parametrize(
    ("model", "identifier", "comment"),
    [
        (FIND, study_keys("STUDY", PatientID=["P-001", "P-002"]), "PatientID: found 2 values, expected one"),
        (FIND, study_keys("PATIENT"), "query: found level PATIENT, expected one of STUDY, SERIES, IMAGE"),
        (PULL, worklist_keys(SOPInstanceUID=["1.2", "1.3"]), "SOPInstanceUID: found a list, expected a single value"),
        (PULL, worklist_keys(ScheduledWorkitemCodeSequence=[Dataset(), Dataset()]), "found 2 items, expected one"),
        (PULL, make_item(TransactionUID=""), "The query names no key of a workitem"),
    ],
)
def test_an_identifier_that_nothing_can_be_matched_by_is_refused(
    provider: Workbench, model: str, identifier: Dataset, comment: str
) -> None:
    """A900 with the reason, on either service."""
    with associated(provider, model) as association:
        matches, ended = find(association, identifier, model)

    assert (matches, ended[0]) == ([], "A900")
    assert ended[1].endswith(comment)


@pytest.mark.parametrize(("keys", "status"), [({"PatientID": ""}, 0xFF00), ({"PatientID": "", "BodyPartExamined": ""}, 0xFF01)])
def test_keys_that_are_not_supported_are_warned_of(provider: Workbench, keys: dict[str, Any], status: int) -> None:
    """FF01: the match is given, and the peer knows that some of its keys were of no effect (PS3.4 C.4.1.1.4)."""
    provider.add_plan(make_ion_plan())

    with associated(provider, FIND) as association:
        found = [one.Status for one, _ in association.send_c_find(study_keys("STUDY", **keys), FIND)]

    assert found == [status, 0x0000]


def test_a_query_is_canceled_midway(provider: Workbench) -> None:
    """C-CANCEL after the first of many answers: FE00, and most answers never come."""
    with provider._archive.database.transaction() as transaction:
        for number in range(MANY):
            transaction.objects.add(make_stored(f"2.25.{number}9", study_uid=f"2.25.{number}", series_uid=f"2.25.{number}1"))

    with associated(provider, FIND) as association:
        found = []
        for status, _ in association.send_c_find(study_keys("STUDY", StudyInstanceUID=""), FIND, msg_id=3):
            found.append(status.Status)
            if len(found) == 1:
                association.send_c_cancel(3, query_model=FIND)

    assert found[-1] == 0xFE00
    assert set(found[:-1]) == {0xFF00}
    assert len(found) < MANY


def test_a_worklist_query_goes_on_after_a_cancel_of_another(provider: Workbench) -> None:
    """C-CANCEL names the message it cancels; one that comes too late, or for nothing, harms nobody."""
    prepare(provider)

    with associated(provider, PULL) as association:
        association.send_c_cancel(99, query_model=PULL)
        assert heard(provider, 99)
        matches, ended = find(association, worklist_keys(), PULL)

    assert (len(matches), ended) == (1, ("0000", ""))
