"""TMS statement 7 and 8: character sets, and what is asked of a peer before it is served."""

from __future__ import annotations

import ssl

import pytest
from pynetdicom import AE, build_context
from pynetdicom.pdu_primitives import UserIdentityNegotiation

from tests.clinic import DEVICE, make_ct
from tests.network.wire import VERIFICATION, associated, raw_connection
from tests.requirements.partner import Clinic, make_stated_plan

JAPANESE = "Yamada^Tarou=山田^太郎=やまだ^たろう"
"""The example of PS3.5 Annex H.3, in UTF-8."""


@pytest.mark.parametrize(
    ("character_set", "name"),
    [("ISO_IR 192", "Müller^Jürgen"), ("ISO_IR 192", JAPANESE), (None, "Doe^Jane")],
    ids=["Latin", "Japanese", "default repertoire"],
)
def test_r065_utf_8_is_supported_beside_the_default_repertoire(clinic: Clinic, character_set: str | None, name: str) -> None:
    """In worklist, query, retrieved plan and stored image the name is the same; it can be asked for, too."""
    plan = make_stated_plan(PatientName=name, PatientID="P-065")
    plan.SpecificCharacterSet = character_set
    running = clinic.claimed(plan)
    sent = make_ct(running.plan, PatientName=name, SpecificCharacterSet=character_set)

    assert clinic.store(sent) == [("0000", "")]
    asked = clinic.find("IMAGE", SpecificCharacterSet=character_set, PatientName=name, SOPInstanceUID=sent.SOPInstanceUID)
    assert [str(one.PatientName) for one in asked] == [name]
    assert [str(one.PatientName) for one in (running.plan, clinic.workitem(running.workitem), *clinic.fetch(sent.SOPInstanceUID))] == [
        name
    ] * 3


def test_r066_there_are_no_security_profiles(clinic: Clinic) -> None:
    """No TLS (PS3.15 Annex B): a client that begins with it is turned away, and one that does not is served."""
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE

    with raw_connection(clinic.bench) as connection, pytest.raises((ssl.SSLError, ConnectionError)):
        context.wrap_socket(connection)

    with associated(clinic.bench, VERIFICATION) as association:
        assert association.send_c_echo().Status == 0x0000


@pytest.mark.parametrize("called", ["NOBODY", "workbench", "WORKBENCH2"])
def test_r067_the_called_ae_title_is_checked(clinic: Clinic, called: str) -> None:
    """Rejected, permanent: called AE title not recognised (PS3.8 Table 9-21); the right one is accepted."""
    with associated(clinic.bench, VERIFICATION, called=called) as wrong:
        answer = wrong.acceptor.primitive
        assert answer is not None
        assert (wrong.is_rejected, answer.result, answer.result_source, answer.diagnostic) == (True, 1, 1, 7)

    with associated(clinic.bench, VERIFICATION, called="WORKBENCH") as right:
        assert right.is_established


def test_r068_no_application_asks_for_a_password(clinic: Clinic) -> None:
    """A user identity is offered (PS3.7 D.3.3.7); it is neither answered nor a reason to refuse, whatever it says."""
    identity = UserIdentityNegotiation()
    identity.user_identity_type, identity.positive_response_requested = 2, True
    identity.primary_field, identity.secondary_field = b"nobody", b"wrong"

    association = AE(DEVICE).associate(
        clinic.bench.address.host,
        clinic.bench.address.port,
        contexts=[build_context(VERIFICATION)],
        ae_title=clinic.bench.address.ae_title,
        ext_neg=[identity],
    )
    answered = association.send_c_echo().Status
    association.release()

    assert answered == 0x0000
    assert association.acceptor.user_identity is None
