"""C-STORE over the wire: statuses, comments, transfer syntaxes, and what is left on the disk."""

from __future__ import annotations

import logging
from copy import deepcopy
from io import BytesIO

import pytest
from pydicom.uid import UID
from pynetdicom.dimse_messages import C_STORE_RSP
from pynetdicom.dimse_primitives import C_STORE
from pynetdicom.dsutils import decode, encode

from tests.clinic import LOCK, make_ct, make_ion_plan, make_record, make_registration, make_table_position
from tests.network.wire import CT, PULL, RECORD, SYNTAXES, act, associated, claimed, prepare, send
from workbench.archive.rows import Origin
from workbench.bench import Workbench
from workbench.dicom import part10
from workbench.events import EventKind
from workbench.network import pdus

REGISTRATION, STRUCTURES = "1.2.840.10008.5.1.4.1.1.66.1", "1.2.840.10008.5.1.4.1.1.481.3"


@pytest.mark.parametrize("syntax", SYNTAXES, ids=["implicit", "explicit", "big endian"])
def test_an_object_is_kept_bit_by_bit_in_the_transfer_syntax_it_came_in(provider: Workbench, syntax: str) -> None:
    """The file holds the very bytes that were sent; its meta names class, instance and syntax."""
    running = claimed(provider)
    ct = make_ct(running.plan)
    sent = part10.encoded(deepcopy(ct)).transcoded(syntax)

    with associated(provider, CT, syntaxes=(syntax,)) as association:
        assert send(association, ct, syntax) == ("0000", "")

    assert part10.read_file(provider.path(ct.SOPInstanceUID)) == sent


def test_every_class_of_the_statement_is_stored(provider: Workbench) -> None:
    """CT, structure set, registration and record come in over one association, in order."""
    running = claimed(provider)
    objects = [make(running.plan) for make in (make_ct, make_table_position, make_registration, make_record)]

    with associated(provider, CT, STRUCTURES, REGISTRATION, RECORD) as association:
        answers = [send(association, one) for one in objects]

    kept = {one.uid for one in provider.objects(session=running.session) if one.origin is Origin.RECEIVED}
    assert answers == [("0000", "")] * 4
    assert kept == {one.SOPInstanceUID for one in objects}
    assert list(provider.records.beams()["delivered_mu"]) == [40.0]


def test_a_record_of_photon_beams_class_is_accepted_too(provider: Workbench) -> None:
    """The statement prints 481.4 for the record although its attributes are the ion record's: both classes are taken."""
    running = claimed(provider)
    photon = "1.2.840.10008.5.1.4.1.1.481.4"

    with associated(provider, photon) as association:
        assert send(association, make_record(running.plan, SOPClassUID=photon)) == ("0000", "")


@pytest.mark.parametrize(
    ("situation", "comment"),
    [("none", "No session accepts objects: no session is open"), ("prepared", "No session accepts objects: the session is not claimed")],
)
def test_without_a_claimed_session_an_object_is_refused(provider: Workbench, situation: str, comment: str) -> None:
    """Cxxx (R044), and the comment says what is missing."""
    plan = make_ion_plan()
    if situation == "prepared":
        session, _ = prepare(provider)
        plan = provider.dataset(session.session_plan_uid)

    with associated(provider, CT) as association:
        assert send(association, make_ct(plan)) == ("C001", comment)


def test_after_a_cancel_objects_are_refused(provider: Workbench) -> None:
    """On the same association that stored the one before (R029)."""
    running = claimed(provider)

    with associated(provider, CT) as association:
        before = send(association, make_ct(running.plan))
        provider.cancel(running.session)
        after = send(association, make_ct(running.plan))

    assert (before, after) == (("0000", ""), ("C001", "No session accepts objects: the session was canceled"))


def test_an_object_of_another_patient_is_refused(provider: Workbench) -> None:
    """The comment names no patient."""
    running = claimed(provider)

    with associated(provider, CT) as association:
        assert send(association, make_ct(running.plan, PatientID="P-002")) == ("C001", "Patient ID is not that of the running session")


def test_an_invalid_object_is_refused_by_path_and_code(provider: Workbench) -> None:
    """Cxxx (R045): the comment names what is wrong and where, in at most 64 characters, however deep."""
    running = claimed(provider)
    record = make_record(running.plan)
    del record.TreatmentSessionIonBeamSequence[0].IonControlPointDeliverySequence[0].DeliveredMeterset

    with associated(provider, CT, RECORD) as association:
        shallow = send(association, make_ct(running.plan, Modality=""))
        deep = send(association, record)

    assert shallow == ("C002", "empty: Modality")
    assert deep == ("C002", "missing: ...IonControlPointDeliverySequence[0].DeliveredMeterset")
    assert len(deep[1]) <= 64


def test_another_data_set_under_the_same_uid_is_refused(provider: Workbench) -> None:
    """The same one is a Success, however often."""
    running = claimed(provider)
    ct = make_ct(running.plan)
    other = deepcopy(ct)
    other.InstanceNumber = 2

    with associated(provider, CT) as association:
        answers = [send(association, one) for one in (ct, ct, other)]

    assert answers == [("0000", ""), ("0000", ""), ("C003", "SOP Instance UID is in use by another data set")]


@pytest.mark.parametrize("sop_class", ["1.2.840.10008.5.1.4.1.1.4", "1.2.3.4.5"], ids=["MR Image", "unknown to everybody"])
def test_a_class_that_is_not_stored_here_is_answered_not_aborted(provider: Workbench, sop_class: str) -> None:
    """0122 (R046) for a request that names another class than its context; the association goes on."""
    running = claimed(provider)

    with associated(provider, CT) as association:
        foreign = make_ct(running.plan, SOPClassUID=sop_class)
        (context,) = association._accepted_cx.values()
        context.abstract_syntax = UID(sop_class)
        refused = send(association, foreign)
        context.abstract_syntax = UID(CT)
        accepted = send(association, make_ct(running.plan))

    assert refused == ("0122", "SOP class is not stored here")
    assert accepted == ("0000", "")


def test_a_failure_nobody_expected_is_answered_and_logged(
    provider: Workbench, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """0110 with a hint to the log, not a mute code; the next object is stored."""
    running = claimed(provider)

    def broken(*_: object) -> None:
        raise ZeroDivisionError

    with associated(provider, CT) as association:
        with monkeypatch.context() as patched:
            patched.setattr("workbench.archive.files.ObjectFiles.put", broken)
            failed = send(association, make_ct(running.plan))
        after = send(association, make_ct(running.plan))

    assert (failed, after) == (("0110", "Internal error; see the provider's log"), ("0000", ""))
    assert "ZeroDivisionError" in caplog.text


def test_a_full_disk_is_out_of_resources(provider: Workbench, monkeypatch: pytest.MonkeyPatch) -> None:
    """A700, so that the sender may try again later."""
    running = claimed(provider)

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    with associated(provider, CT) as association, monkeypatch.context() as patched:
        patched.setattr("workbench.archive.files.os.fsync", full)
        status, comment = send(association, make_ct(running.plan))

    assert status == "A700"
    assert len(comment) <= 64


def test_nothing_of_a_patient_is_logged(provider: Workbench, caplog: pytest.LogCaptureFixture) -> None:
    """A whole session at DEBUG level, of pynetdicom too: neither name nor ID in any line."""
    caplog.set_level(logging.DEBUG)
    running = claimed(provider)

    with associated(provider, PULL, CT, RECORD) as association:
        send(association, make_ct(running.plan))
        send(association, make_ct(running.plan, PatientSex="SECRETSECRETSECRETSECRET"))
        send(association, make_ct(running.plan, PatientName="Secret^Person", PatientID="SECRET"))
        send(association, make_record(running.plan))
        act(association, running.workitem, "COMPLETED", LOCK)
    provider.complete(running.session)

    told = caplog.text + str([dict(event.detail) for event in provider.history()])
    assert running.workitem in caplog.text
    for secret in ("Doe", "Jane", "P-001", "SECRET", "Secret"):
        assert secret not in told


def test_each_outcome_is_one_event(provider: Workbench) -> None:
    """Stored and refused are in the history under the object's UID and the sender's AE title."""
    running = claimed(provider)
    good, bad = make_ct(running.plan), make_ct(running.plan, Modality="")

    with associated(provider, CT) as association:
        send(association, good)
        send(association, bad)

    told = [(event.kind, event.subject, event.actor) for event in provider.history()][-2:]
    assert told == [
        (EventKind.OBJECT_STORED, good.SOPInstanceUID, "DEVICE"),
        (EventKind.OBJECT_REFUSED, bad.SOPInstanceUID, "DEVICE"),
    ]


def test_the_answer_holds_what_the_standard_lists() -> None:
    """PS3.7 Table 9.3-2, read by pynetdicom's own decoder: group length, class, field, message, no data set, status, comment, instance."""
    encoded = pdus.store_response(CT, "2.25.7", message_id=41, status=0xC002, comment="empty: BeamName")

    found = {element.keyword: element.value for element in decode(BytesIO(encoded), True, True)}

    assert found == {
        "CommandGroupLength": len(encoded) - 12,
        "AffectedSOPClassUID": CT,
        "CommandField": 0x8001,
        "MessageIDBeingRespondedTo": 41,
        "CommandDataSetType": 0x0101,
        "Status": 0xC002,
        "ErrorComment": "empty: BeamName",
        "AffectedSOPInstanceUID": "2.25.7",
    }


@pytest.mark.parametrize("uid", ["2.25.7", "2.25.77"])
@pytest.mark.parametrize("comment", [None, "empty: BeamName", "empty: BeamLabel"])
def test_an_answer_is_what_pynetdicom_would_have_sent(uid: str, comment: str | None) -> None:
    """Byte for byte, the padding of values of odd length included."""
    answer, message = C_STORE(), C_STORE_RSP()
    answer.MessageIDBeingRespondedTo, answer.Status = 65535, 0xC002
    answer.AffectedSOPClassUID, answer.AffectedSOPInstanceUID = UID(CT), UID(uid)
    answer.ErrorComment = comment  # type: ignore[assignment]
    message.primitive_to_message(answer)

    encoded = pdus.store_response(CT, uid, message_id=65535, status=0xC002, comment=comment or "")

    assert encoded == encode(message.command_set, True, True)


@pytest.mark.parametrize(("longest", "sizes"), [(0, [10]), (16, [10]), (10, [4, 4, 2])])
def test_an_answer_fits_the_pdus_of_its_receiver(longest: int, sizes: list[int]) -> None:
    """PS3.8 D.1 and E.2: six bytes of each PDU go before the fragment; the last one alone is marked as such."""
    found = pdus.parts(bytes(range(10)), longest)

    assert ([len(one) - 1 for one in found], b"".join(one[1:] for one in found)) == (sizes, bytes(range(10)))
    assert [one[0] for one in found] == [0x01] * (len(sizes) - 1) + [0x03]
