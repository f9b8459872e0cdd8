"""C-GET: the same objects on the association of who asks, as its role selection allows."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from pydicom.dataset import Dataset
from pynetdicom import AE, build_context, build_role, evt
from pynetdicom.association import Association
from pynetdicom.events import Event

from tests.clinic import DEVICE, BenchMaker, make_ion_plan, study_keys
from tests.network.sinks import Sink
from tests.network.test_suboperations import bring_slices, counts, failed, heard, of_series
from tests.network.wire import SYNTAXES, associated, claimed, prepare
from workbench.bench import Workbench
from workbench.dicom import part10, uids
from workbench.network.contexts import without_delay
from workbench.settings import TMS_AS_STATED

GET = "1.2.840.10008.5.1.4.1.2.2.3"


@contextmanager
def getting(bench: Workbench, sink: Sink, *sop_classes: str, syntaxes: tuple[str, ...] = SYNTAXES) -> Iterator[Association]:
    """An association that may ask by C-GET, and takes these classes into the sink."""
    association = AE(DEVICE).associate(
        bench.address.host,
        bench.address.port,
        contexts=[build_context(GET), *(build_context(one, list(syntaxes)) for one in sop_classes)],
        ext_neg=[build_role(one, scp_role=True) for one in sop_classes],
        ae_title=bench.address.ae_title,
        evt_handlers=[(evt.EVT_CONN_OPEN, without_delay), (evt.EVT_C_STORE, sink.store)],
    )
    try:
        yield association
    finally:
        if association.is_established:
            association.release()


def responses(association: Association, identifier: Dataset, **options: Any) -> list[tuple[Dataset, Dataset | None]]:
    """All responses to a C-GET."""
    return list(association.send_c_get(identifier, GET, **options))


def test_a_series_is_got_on_the_same_association(provider: Workbench) -> None:
    """Every slice, whole, and each sub-operation is counted."""
    slices = bring_slices(provider, 3)
    sink = Sink()

    with getting(provider, sink, uids.CT_IMAGE) as association:
        answers = responses(association, of_series(slices[0]))

    assert [(status.Status, counts(status)) for status, _ in answers] == [
        (0xFF00, (2, 1, 0, 0)),
        (0xFF00, (1, 2, 0, 0)),
        (0xFF00, (0, 3, 0, 0)),
        (0x0000, (-1, 3, 0, 0)),
    ]
    assert [part10.fingerprint(part10.encoded(sink.datasets[one.SOPInstanceUID])) for one in slices] == [
        part10.fingerprint(part10.encoded(one)) for one in slices
    ]


def test_refusals_and_warnings_are_counted(provider: Workbench) -> None:
    """B000 at the end with the UID that failed; A702 where none went through."""
    slices = bring_slices(provider, 2)
    some, none = Sink(answers=[0xB000, 0xA700]), Sink(status=0xA700)

    with getting(provider, some, uids.CT_IMAGE) as association:
        warned = responses(association, of_series(slices[0]))[-1]
    with getting(provider, none, uids.CT_IMAGE) as association:
        refused = responses(association, of_series(slices[0]))[-1]

    assert (warned[0].Status, counts(warned[0]), failed(warned[1])) == (0xB000, (-1, 0, 1, 1), [some.received[1]])
    assert (refused[0].Status, counts(refused[0]), len(failed(refused[1]))) == (0xA702, (-1, 0, 2, 0), 2)


def test_a_class_that_is_not_taken_fails(provider: Workbench) -> None:
    """The plan goes through; the instruction, of which no context stands, does not."""
    session, _ = prepare(provider)
    wanted = [session.session_plan_uid, str(session.instruction_uid)]
    sink = Sink()

    with getting(provider, sink, uids.RT_ION_PLAN) as association:
        status, identifier = responses(association, study_keys("IMAGE", SOPInstanceUID=wanted))[-1]

    assert (status.Status, counts(status), failed(identifier)) == (0xB000, (-1, 1, 1, 0), [str(session.instruction_uid)])
    assert sink.received == [session.session_plan_uid]


@pytest.mark.parametrize("sop_class", [uids.TRIAL_DELIVERY_INSTRUCTION, uids.DELIVERY_INSTRUCTION], ids=["trial", "final"])
def test_an_instruction_is_got_in_the_class_that_is_taken(provider: Workbench, sop_class: str) -> None:
    """One instance in two dresses, here too."""
    session, _ = prepare(provider)
    sink = Sink()

    with getting(provider, sink, sop_class) as association:
        status, _ = responses(association, study_keys("IMAGE", SOPInstanceUID=str(session.instruction_uid)))[-1]

    assert status.Status == 0x0000
    assert [str(one.AffectedSOPClassUID) for one in sink.requests] == [sop_class]


@pytest.mark.parametrize("syntax", SYNTAXES, ids=["implicit", "explicit", "big endian"])
def test_an_object_is_got_in_the_transfer_syntax_that_is_taken(provider: Workbench, syntax: str) -> None:
    """One of the three alone is served in it."""
    session, _ = prepare(provider)
    sink = Sink()

    with getting(provider, sink, uids.RT_ION_PLAN, syntaxes=(syntax,)) as association:
        status, _ = responses(association, study_keys("IMAGE", SOPInstanceUID=session.session_plan_uid))[-1]

    assert (status.Status, sink.received) == (0x0000, [session.session_plan_uid])


def test_a_get_is_canceled_midway(provider: Workbench) -> None:
    """C-CANCEL while the first of three is under way: FE00, two remain."""
    slices = bring_slices(provider, 3)

    def cancel(event: Event) -> int:
        event.assoc.send_c_cancel(5, query_model=GET)
        assert heard(provider, 5)
        return 0x0000

    with getting(provider, Sink(answers=[cancel]), uids.CT_IMAGE) as association:
        answers = responses(association, of_series(slices[0]), msg_id=5)

    assert [status.Status for status, _ in answers] == [0xFF00, 0xFE00]
    assert counts(answers[-1][0]) == (2, 1, 0, 0)


def test_what_a_session_withholds_cannot_be_got(provider: Workbench) -> None:
    """Cxxx with the comment of a move."""
    other = provider.add_plan(make_ion_plan(PatientID="P-002"))
    claimed(provider)

    with getting(provider, Sink(), uids.RT_ION_PLAN) as association:
        status, _ = responses(association, study_keys("IMAGE", SOPInstanceUID=other.uid))[-1]

    assert (status.Status, status.ErrorComment) == (0xC004, "Objects are withheld: another session is running")


def test_a_get_without_its_unique_key_is_refused(provider: Workbench) -> None:
    """A900."""
    with getting(provider, Sink(), uids.RT_ION_PLAN) as association:
        status, _ = responses(association, study_keys("SERIES", PatientID="P-001"))[-1]

    assert (status.Status, status.ErrorComment) == (0xA900, "C-GET at SERIES level: found no SeriesInstanceUID, expected a...")


def test_speaking_as_stated_there_is_no_get(make_bench: BenchMaker) -> None:
    """Neither the class nor a role to send in is accepted."""
    provider = make_bench(listen=True, identity=TMS_AS_STATED)

    with associated(provider, GET, "1.2.840.10008.1.1") as association:
        assert [str(one.abstract_syntax) for one in association.accepted_contexts] == ["1.2.840.10008.1.1"]
