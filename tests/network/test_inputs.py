"""What a workitem lists is all a device needs: every instance is fetched knowing nothing but the workitem."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from pydicom.dataset import Dataset

from tests.clinic import LOCK, BenchMaker, make_ct, make_ion_plan, make_record, make_table_position, study_keys, worklist_keys
from tests.network.sinks import SINK, TAKEN, Sink
from tests.network.wire import MOVE, PULL, RECORD, act, associated, find, move, send
from workbench.bench import Workbench
from workbench.dicom import part10, uids
from workbench.network.server import free_port
from workbench.settings import Peer

Listed = tuple[str, str, str, str, str]
"""Study, series, SOP class, SOP instance, and the AE title to fetch it from."""


@pytest.fixture
def port() -> int:
    """Where the device listens."""
    return free_port()


@pytest.fixture
def provider(make_bench: BenchMaker, port: int) -> Workbench:
    """A bench that knows the device as a destination."""
    return make_bench(listen=True, peers=(Peer(ae_title=SINK, host="127.0.0.1", port=port),))


def trial_inputs(workitem: Dataset) -> Iterator[Listed]:
    """Inputs by study and series (TMS statement 9.1.1.4.3)."""
    for study in workitem.InputInformationSequence:
        for series in study.ReferencedSeriesSequence:
            for one in series.ReferencedSOPSequence:
                place = (str(study.StudyInstanceUID), str(series.SeriesInstanceUID))
                yield *place, str(one.ReferencedSOPClassUID), str(one.ReferencedSOPInstanceUID), str(series.RetrieveAETitle)


def final_inputs(workitem: Dataset) -> Iterator[Listed]:
    """Inputs by item (PS3.4 Table CC.2.5-2c)."""
    for item in workitem.InputInformationSequence:
        for one in item.ReferencedSOPSequence:
            place = (str(item.StudyInstanceUID), str(item.SeriesInstanceUID))
            source = str(item.DICOMRetrievalSequence[0].RetrieveAETitle)
            yield *place, str(one.ReferencedSOPClassUID), str(one.ReferencedSOPInstanceUID), source


@pytest.mark.parametrize("model", [PULL, uids.UPS_PULL], ids=["trial", "final"])
def test_every_input_of_a_workitem_is_fetched_knowing_the_workitem_alone(provider: Workbench, port: int, model: str) -> None:
    """Second fraction of a plan with planning CT and structure set: they, the instruction, the session plan and the first record arrive."""
    plan = make_ion_plan()
    planning = [make_ct(plan), make_table_position(plan)]
    stored = provider.add_plan(plan)
    for one in planning:
        provider._intake.bring(part10.encoded(one), actor="user")
    record = treated_once(provider, stored.uid)
    session = provider.check_in(stored)
    instruction_class = uids.TRIAL_DELIVERY_INSTRUCTION if model == PULL else uids.DELIVERY_INSTRUCTION

    with associated(provider, model) as association:
        (workitem,), _ = find(association, worklist_keys(ProcedureStepState="SCHEDULED", InputInformationSequence=[]), model)
    listed = list((trial_inputs if model == PULL else final_inputs)(workitem))
    with Sink(classes=(*TAKEN, uids.DELIVERY_INSTRUCTION)).listening(port) as sink, associated(provider, MOVE) as association:
        statuses = {
            move(association, study_keys("IMAGE", StudyInstanceUID=study, SeriesInstanceUID=series, SOPInstanceUID=uid), SINK).Status
            for study, series, _, uid, _ in listed
        }

    wanted = {str(one.SOPInstanceUID) for one in (*planning, record)} | {session.session_plan_uid, str(session.instruction_uid)}
    assert wanted <= {uid for *_, uid, _ in listed}
    assert {source for *_, source in listed} == {provider.address.ae_title}
    assert statuses == {0x0000}
    assert sorted(sink.received) == sorted(uid for *_, uid, _ in listed)
    assert {sop_class for _, _, sop_class, uid, _ in listed if uid == session.instruction_uid} == {instruction_class}
    for _, _, sop_class, uid, _ in listed:
        assert uid == session.instruction_uid or sink.datasets[uid].SOPClassUID == sop_class


def treated_once(provider: Workbench, plan_uid: str) -> Dataset:
    """A first fraction, delivered whole and recorded over the wire; its record."""
    session = provider.check_in(plan_uid)
    (workitem,) = provider.workitems(session)
    record = make_record(provider.dataset(session.session_plan_uid))
    with associated(provider, PULL, RECORD) as association:
        assert act(association, workitem.uid, "IN PROGRESS", LOCK) == ("0000", "")
        assert send(association, record) == ("0000", "")
        assert act(association, workitem.uid, "COMPLETED", LOCK) == ("0000", "")
    provider.complete(session)
    return record
