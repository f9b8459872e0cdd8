"""Scenarios over the wire: each expectation is a row, each row holds; and a provider that answers otherwise is found out."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.clinic import BenchMaker, make_ion_plan
from workbench.archive.rows import Origin, StepState
from workbench.bench import Workbench
from workbench.device.performance import SOMEBODY_ELSE
from workbench.device.report import Report
from workbench.device.scenario import SCENARIOS, Act, Scenario, Step, Work
from workbench.device.simulated import SimulatedDevice
from workbench.events import EventKind
from workbench.settings import Identity
from workbench.workflow.workitem import attributes


def perform(bench: Workbench, scenario: Scenario | str, **check_in: object) -> Report:
    """A plan of two beams, checked in, and a scenario performed on it."""
    bench.check_in(bench.add_plan(make_ion_plan(metersets_mu={1: 30.0, 2: 10.0})), **check_in)  # type: ignore[arg-type]
    return SimulatedDevice(bench.address).run(scenario)


def heard(report: Report) -> list[tuple[str, str]]:
    """What was asked for and the status heard, without its comment."""
    return [(one.asked, one.heard.partition(" ")[0]) for one in report.expectations if len(one.expected) == 4]


@pytest.mark.slow
@pytest.mark.parametrize("name", sorted(set(SCENARIOS) - {"slow", "imaging-first"}))
def test_our_provider_meets_every_expectation(provider: Workbench, name: str) -> None:
    """Each scenario that ships; the last word on the workitem is what its story says."""
    ends = {"interrupted": StepState.CANCELED, "cancel": StepState.CANCELED, "silence": StepState.IN_PROGRESS}

    report = perform(provider, name)

    assert [one for one in report.expectations if not one.passed] == []
    assert [row.state for row in provider.workitems()] == [ends.get(name, StepState.COMPLETED)]
    assert report.treated is not None
    assert report.treated.state == ends.get(name, StepState.COMPLETED).value


def test_a_position_is_acquired_and_then_treated(provider: Workbench) -> None:
    """Two workitems of one session, in order; images are sent once."""
    report = perform(provider, "imaging-first", imaging=True)

    told = [event.kind for event in provider.history() if event.kind.value.startswith("workitem.") and "progressed" not in event.kind.value]
    assert report.passed
    assert [row.state for row in provider.workitems()] == [StepState.COMPLETED] * 2
    assert told[2:] == [
        EventKind.WORKITEM_CLAIMED,
        EventKind.WORKITEM_COMPLETED,
        EventKind.WORKITEM_READY,
        EventKind.WORKITEM_CLAIMED,
        EventKind.WORKITEM_COMPLETED,
    ]
    assert list(provider.records.beams()["delivered_mu"]) == [30.0, 10.0]


def test_treating_goes_on_from_the_position_to_the_treatment(provider: Workbench) -> None:
    """A device that is told nothing else does both workitems of a session that images first, and images once."""
    session = provider.check_in(provider.add_plan(make_ion_plan()), imaging=True)

    treated = SimulatedDevice(provider.address).treat()

    received = [one.keys.modality for one in provider.objects(session=session) if one.origin is Origin.RECEIVED]
    assert (treated.state, treated.delivered_mu) == ("COMPLETED", {1: 40.0})
    assert [row.state for row in provider.workitems()] == [StepState.COMPLETED] * 2
    assert sorted(received) == ["REG", "RTRECORD", "RTSTRUCT"]


def test_a_treatment_that_comes_later_needs_no_more_images(provider: Workbench) -> None:
    """A device that has acquired the position delivers the session's beams without a second acquisition."""
    session = provider.check_in(provider.add_plan(make_ion_plan()), imaging=True)
    device = SimulatedDevice(provider.address)
    acts = (Act.CLAIM, Act.FETCH, Act.IMAGE, Act.COMPLETE)
    acquisition = Scenario(name="acquisition", steps=(Step(do=Act.FIND, work=Work.IMAGING), *(Step(do=one) for one in acts)))

    acquired, treated = device.run(acquisition), device.treat()

    received = [one.keys.modality for one in provider.objects(session=session) if one.origin is Origin.RECEIVED]
    assert (acquired.passed, treated.delivered_mu) == (True, {1: 40.0})
    assert sorted(received) == ["REG", "RTRECORD", "RTSTRUCT"]


def test_a_competing_claim_hears_who_holds_it(provider: Workbench) -> None:
    """C301 to the rival, C302 to the holder (PS3.4 Table CC.2.1-2; TMS statement 4.2.1.12.3); the comment names the holder."""
    report = perform(provider, "competing-claim")

    assert heard(report)[1:4] == [("claim", "0000"), ("claim, rival", "C301"), ("claim", "C302")]
    assert "DEVICE" in report.expectations[3].heard


def test_every_wrong_lock_is_refused_over_the_wire(provider: Workbench) -> None:
    """C301 before any other answer, but C310 while it is SCHEDULED and C303 back to SCHEDULED (PS3.4 Table CC.1.1-2)."""
    report = perform(provider, "wrong-lock")

    assert heard(report)[1:10] == [
        ("claim, no Transaction UID", "C301"),
        ("COMPLETED", "C310"),
        ("claim", "0000"),
        ("claim, another Transaction UID", "C301"),
        ("N-SET of progress, another Transaction UID", "C301"),
        ("N-SET of progress, no Transaction UID", "C301"),
        ("SCHEDULED", "C303"),
        ("COMPLETED, another Transaction UID", "C301"),
        ("CANCELED, no Transaction UID", "C301"),
    ]


def test_nothing_of_another_patient_is_stored(provider: Workbench) -> None:
    """Two setup objects and a record refused with a Cxxx; those of the patient are there."""
    report = perform(provider, "wrong-patient")

    refused = [one for one in heard(report) if one[0].endswith("another patient")]
    assert [asked.partition(",")[0] for asked, _ in refused] == ["C-STORE of RTSTRUCT", "C-STORE of REG", "C-STORE of the treatment record"]
    assert {status[0] for _, status in refused} == {"C"}
    assert [one for one in provider.objects() if one.keys.patient_id == SOMEBODY_ELSE] == []
    assert len(provider.records.beams()) == 2


def test_a_reason_for_canceling_reaches_the_workitem(provider: Workbench) -> None:
    """In the progress that the workitem tells to whoever asks; with its code and moment."""
    perform(provider, "cancel")

    item = attributes(provider.workitems()[0]).ProcedureStepProgressInformationSequence[0]
    assert item.ReasonForCancellation == "Patient does not feel well"
    assert item.ProcedureStepDiscontinuationReasonCodeSequence[0].CodeValue == "110513"


def test_a_device_that_is_refused_half_way_gives_its_workitem_up(provider: Workbench) -> None:
    """An expectation that fails is the last one tried; the workitem does not stay claimed, and the report says so."""
    wrong = Scenario(name="wrong", steps=(Step(do=Act.FIND), Step(do=Act.CLAIM), Step(do=Act.UNCLAIM), Step(do=Act.ECHO)))

    report = perform(provider, wrong)

    assert not report.passed
    assert str(report.problem) == "WORKBENCH: answered SCHEDULED with C303 (Cannot go back to SCHEDULED), expected success"
    assert heard(report)[-1] == ("SCHEDULED", "C303")
    assert [row.state for row in provider.workitems()] == [StepState.CANCELED]
    assert report.note == f"The device gave workitem {provider.workitems()[0].uid} up."


def test_an_answer_that_should_have_been_a_refusal_fails(provider: Workbench) -> None:
    """A provider that lets everybody in is found out: a success where C301 was expected."""
    lax = Scenario(name="lax", steps=(Step(do=Act.FIND), Step(do=Act.CLAIM, expect="C301")))

    report = perform(provider, lax)

    assert str(report.problem) == "WORKBENCH: answered claim with 0000, expected C301"
    assert [row.state for row in provider.workitems()] == [StepState.CANCELED]


def test_too_few_beams_fail_the_scenario_of_several(provider: Workbench) -> None:
    """One beam where two are expected."""
    provider.check_in(provider.add_plan(make_ion_plan()))

    report = SimulatedDevice(provider.address).run("several-beams")

    assert str(report.problem).endswith("found 1 beam to deliver, expected 2 or more")


def test_a_provider_that_goes_away_is_the_last_row(provider: Workbench) -> None:
    """No answer is no pass; what was met before stands."""
    provider.check_in(provider.add_plan(make_ion_plan()))
    device = SimulatedDevice(provider.address, watch=lambda step: provider.stop() if step.step == "claim" else None)

    report = device.run()

    assert [one.passed for one in report.expectations] == [True, True, True, False]
    assert report.expectations[-1].heard == "no answer"
    assert report.note.endswith("the provider does not answer.")


def test_a_report_shows_itself(provider: Workbench) -> None:
    """A row an expectation, a verdict above; what a provider says is text, not markup."""
    report = perform(provider, "wrong-lock")
    hostile = replace(report, scenario="<script>")

    page = hostile._repr_html_()

    assert page.count("<tr>") == len(report.expectations) + 1
    assert "every expectation was met" in page
    assert "<script>" not in page


def test_a_dialect_that_the_provider_does_not_speak_is_said_so(make_bench: BenchMaker) -> None:
    """Speaking as stated our provider knows the Trial only; nothing is asked on a context that was not accepted."""
    stated = make_bench(listen=True, identity=Identity(as_stated=True))

    report = SimulatedDevice(stated.address).run("final")

    assert report.problem is not None
    assert str(report.problem).endswith("did not accept UPS class 1.2.840.10008.5.1.4.34.6.3, expected one that speaks the final dialect")
