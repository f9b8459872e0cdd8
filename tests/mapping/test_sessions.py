"""What a session puts on the wire, and what a device reads back of it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydicom.dataset import Dataset

from tests.clinic import NOW, make_ion_plan
from workbench.dicom import codes, part10, uids
from workbench.errors import Refused
from workbench.mapping.sessions import (
    Input,
    SessionContext,
    SessionUids,
    instruction,
    read_tasks,
    session_plan,
    workitem,
)
from workbench.settings import OWN, Room, ToleranceTable
from workbench.treatment.delivery import DeliveryType
from workbench.treatment.session import Omission, Session, SessionKind, Task

UIDS = SessionUids(session_plan="2.25.1", session_plan_series="2.25.2", instruction="2.25.3", instruction_series="2.25.4")


def make_task(**changes: Any) -> Task:
    """Beam 1 of fraction 2, whole, 40 MU."""
    parts: dict[str, Any] = {
        "beam_number": 1,
        "fraction": 2,
        "delivery_type": DeliveryType.TREATMENT,
        "start_meterset_mu": 0.0,
        "end_meterset_mu": 40.0,
        "because": "The delivery instruction says so.",
    }
    return Task(**{**parts, **changes})


def make_context(*tasks: Task, omitted: tuple[Omission, ...] = (), **changes: Any) -> SessionContext:
    """A treatment session of these tasks in room EYE1."""
    parts: dict[str, Any] = {
        "session": Session(kind=SessionKind.TREATMENT, fraction=2, tasks=tasks or (make_task(),), omitted=omitted),
        "metersets_mu": {1: 40.0},
        "uids": UIDS,
        "room": Room(name="EYE1", station_code="EYE-STATION"),
        "tolerances": ToleranceTable(),
        "identity": OWN,
        "ae_title": "WORKBENCH",
        "now": NOW,
    }
    return SessionContext(**{**parts, **changes})


def sent(dataset: Dataset) -> Dataset:
    """The data set as its receiver has it."""
    return part10.encoded(dataset).dataset()


def test_a_session_plan_is_the_received_one_with_the_session_s_metersets() -> None:
    """A UID of its own, the received plan as predecessor, the metersets of check-in; the received plan itself stays as it was."""
    source = make_ion_plan(metersets_mu={1: 40.0, 2: 25.0})
    before = part10.encode(source)

    plan = sent(session_plan(source, make_context(metersets_mu={1: 120.0, 2: 60.5})))

    references = plan.FractionGroupSequence[0].ReferencedBeamSequence
    assert [(int(one.ReferencedBeamNumber), float(one.BeamMeterset)) for one in references] == [(1, 120.0), (2, 60.5)]
    assert (plan.SOPInstanceUID, plan.SeriesInstanceUID, plan.StudyInstanceUID) == ("2.25.1", "2.25.2", source.StudyInstanceUID)
    assert [one.ReferencedSOPInstanceUID for one in plan.ReferencedRTPlanSequence] == [source.SOPInstanceUID]
    assert part10.encode(source) == before


def test_an_instruction_says_what_was_decided() -> None:
    """A continuation carries start and end, a whole beam neither; a finished one is listed as omitted (TMS statement 9.1.1.3)."""
    tasks = (
        make_task(beam_number=1, delivery_type=DeliveryType.CONTINUATION, start_meterset_mu=12.5),
        make_task(beam_number=2, end_meterset_mu=25.0),
    )
    context = make_context(*tasks, omitted=(Omission(beam_number=3, because="It is done."),))
    plan = session_plan(make_ion_plan(metersets_mu={1: 40.0, 2: 25.0, 3: 10.0}), replace(context, metersets_mu={1: 40.0, 2: 25.0, 3: 10.0}))

    found = sent(instruction(plan, context))

    written = [
        (
            int(one.ReferencedBeamNumber),
            one.TreatmentDeliveryType,
            one.get("ContinuationStartMeterset"),
            one.get("ContinuationEndMeterset"),
            int(one.CurrentFractionNumber),
        )
        for one in found.BeamTaskSequence
    ]
    assert written == [(1, "CONTINUATION", 12.5, 40.0, 2), (2, "TREATMENT", None, None, 2)]
    omitted = [(int(one.ReferencedBeamNumber), one.ReasonForOmission) for one in found.OmittedBeamTaskSequence]
    assert omitted == [(3, "ALREADY_TREATED")]
    assert (found.SOPInstanceUID, found.SeriesInstanceUID, found.StationName) == ("2.25.3", "2.25.4", "EYE-STATION")


@settings(max_examples=40)
@given(start_mu=st.floats(0.01, 500.0), more_mu=st.floats(0.01, 500.0), whole_mu=st.floats(0.01, 1000.0), fraction=st.integers(1, 60))
def test_a_device_reads_the_tasks_that_were_decided(start_mu: float, more_mu: float, whole_mu: float, fraction: int) -> None:
    """A continuation and a whole beam come back as they were, through bytes, exactly: metersets of an instruction are FD."""
    tasks = (
        make_task(
            fraction=fraction,
            delivery_type=DeliveryType.CONTINUATION,
            start_meterset_mu=start_mu,
            end_meterset_mu=start_mu + more_mu,
        ),
        make_task(beam_number=2, fraction=fraction, end_meterset_mu=whole_mu),
    )

    read = read_tasks(sent(instruction(make_ion_plan(metersets_mu={1: 1.0, 2: 1.0}), make_context(*tasks))), {1: 40.0, 2: whole_mu})

    assert read == tasks


def test_an_instruction_without_tasks_is_none_to_do() -> None:
    """Nothing listed, nothing to deliver."""
    assert read_tasks(Dataset(), {1: 40.0}) == ()


@pytest.mark.parametrize(
    ("task", "metersets_mu", "said"),
    [
        (make_task(), {}, "instruction: beam 1 has no Beam Meterset in the plan, expected more than 0 MU"),
        (make_task(), {1: 0.0}, "instruction: beam 1 has no Beam Meterset in the plan, expected more than 0 MU"),
        (
            make_task(delivery_type=DeliveryType.CONTINUATION, start_meterset_mu=12.5),
            {1: 40.0},
            "instruction: beam 1 continues, but found no start or end meterset, expected both",
        ),
    ],
    ids=["unknown beam", "0 MU", "no start"],
)
def test_a_task_that_does_not_say_how_much_is_refused(task: Task, metersets_mu: dict[int, float], said: str) -> None:
    """A device that guessed would treat wrongly."""
    received = instruction(make_ion_plan(), make_context(task))
    for item in received.BeamTaskSequence:
        item.pop("ContinuationStartMeterset", None)

    with pytest.raises(Refused) as refusal:
        read_tasks(received, metersets_mu)

    assert (str(refusal.value), refusal.value.rule) == (said, "instruction")


def make_step(context: SessionContext, *inputs: Input) -> Dataset:
    """The session's workitem."""
    return sent(workitem(make_ion_plan(), context, code=codes.RT_TREATMENT, inputs=inputs, uid="2.25.5"))


def test_a_workitem_says_who_what_where_and_when() -> None:
    """Patient, plan label and fraction, room, code 121726 (CID 9241), SCHEDULED now; no lock, and no end where none is known."""
    found = make_step(make_context())

    station, code = found.ScheduledStationNameCodeSequence[0], found.ScheduledWorkitemCodeSequence[0]
    assert (found.SOPClassUID, found.SOPInstanceUID) == (uids.TRIAL_UPS_PUSH, "2.25.5")
    assert (found.PatientName, found.PatientID, found.ProcedureStepLabel) == ("Doe^Jane", "P-001", "EYE PLAN 1, fraction 2")
    assert (station.CodeValue, code.CodeValue, code.CodingSchemeDesignator) == ("EYE-STATION", "121726", "DCM")
    assert (found.ProcedureStepState, found.ScheduledProcedureStepStartDateTime) == ("SCHEDULED", "20240603081500+0000")
    assert "TransactionUID" not in found
    assert "ExpectedCompletionDateTime" not in found


def test_a_room_that_knows_its_pace_gives_the_expected_end() -> None:
    """Thirty minutes after the start."""
    room = Room(name="EYE1", station_code="EYE-STATION", session_minutes=30)

    found = make_step(make_context(room=room))

    assert found.ExpectedCompletionDateTime == "20240603084500+0000"


def test_inputs_are_listed_by_study_and_series_each_once() -> None:
    """Studies, series and instances in the order they came, nothing twice as a heading (PS3.3 Table C.17-3)."""
    inputs = [
        Input(study=f"1.{study}", series=f"1.{study}.{series}", sop_class=uids.CT_IMAGE, instance=f"1.{study}.{series}.{number}")
        for study, series, number in ((1, 1, 1), (2, 1, 1), (1, 2, 1), (1, 1, 2))
    ]

    found = make_step(make_context(), *inputs)

    listed = [
        (
            study.StudyInstanceUID,
            series.SeriesInstanceUID,
            series.RetrieveAETitle,
            [one.ReferencedSOPInstanceUID for one in series.ReferencedSOPSequence],
        )
        for study in found.InputInformationSequence
        for series in study.ReferencedSeriesSequence
    ]
    assert listed == [
        ("1.1", "1.1.1", "WORKBENCH", ["1.1.1.1", "1.1.1.2"]),
        ("1.1", "1.1.2", "WORKBENCH", ["1.1.2.1"]),
        ("1.2", "1.2.1", "WORKBENCH", ["1.2.1.1"]),
    ]


def test_an_input_is_the_reference_to_a_data_set() -> None:
    """Study, series, class and instance."""
    plan = make_ion_plan()

    assert Input.of(plan) == Input(
        study=plan.StudyInstanceUID, series=plan.SeriesInstanceUID, sop_class=uids.RT_ION_PLAN, instance=plan.SOPInstanceUID
    )
