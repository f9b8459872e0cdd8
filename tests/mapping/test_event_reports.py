"""Event reports hold what PS3.4 Table CC.2.4-1 lists, in the subscriber's dialect, and are read back into words."""

from __future__ import annotations

from typing import Any

import pytest
from pydicom.dataset import Dataset

from workbench.errors import Refused
from workbench.iods.dialect import Dialect
from workbench.mapping import event_reports
from workbench.mapping.event_reports import EventReport, ReportType

WORKITEM = "2.25.20"


def item(**values: Any) -> Dataset:
    """A data set with these attributes."""
    made = Dataset()
    for keyword, value in values.items():
        setattr(made, keyword, value)
    return made


def make_workitem(**changes: Any) -> Dataset:
    """A workitem in the words of the final text, with more than any report may tell."""
    progress = item(
        ProcedureStepProgress="50",
        ProcedureStepProgressDescription="Beam 1",
        ProcedureStepCancellationDateTime="20240603081500",
        ReasonForCancellation="door open",
        ProcedureStepDiscontinuationReasonCodeSequence=[
            item(CodeValue="110501", CodingSchemeDesignator="DCM", CodeMeaning="Equipment failure")
        ],
    )
    parts: dict[str, Any] = {
        "PatientName": "Doe^Jane",
        "ProcedureStepState": "IN PROGRESS",
        "InputReadinessState": "READY",
        "ScheduledStationNameCodeSequence": [item(CodeValue="EYE1", CodingSchemeDesignator="99OPW", CodeMeaning="Eye room")],
        "ProcedureStepProgressInformationSequence": [progress],
    }
    return item(**{**parts, **changes})


def test_a_state_report_says_state_and_readiness() -> None:
    """Both are type 1; nothing of the patient goes along."""
    report = event_reports.state_report(make_workitem(), "SCHEDULED", Dialect.FINAL)

    assert report == item(ProcedureStepState="SCHEDULED", InputReadinessState="READY")


def test_the_trial_says_availability_where_the_final_text_says_readiness() -> None:
    """READY is COMPLETE, at another tag; the state is the same attribute."""
    report = event_reports.state_report(make_workitem(), "SCHEDULED", Dialect.TRIAL)

    assert report == item(ProcedureStepState="SCHEDULED", InputAvailabilityFlag="COMPLETE")


def test_a_canceled_state_says_why() -> None:
    """The reasons are those of the workitem's progress; its cancellation time is no part of the table."""
    workitem = make_workitem()
    progress = workitem.ProcedureStepProgressInformationSequence[0]

    report = event_reports.state_report(workitem, "CANCELED", Dialect.FINAL)

    assert report == item(
        ProcedureStepState="CANCELED",
        InputReadinessState="READY",
        ReasonForCancellation="door open",
        ProcedureStepDiscontinuationReasonCodeSequence=progress.ProcedureStepDiscontinuationReasonCodeSequence,
    )


def test_a_cancel_request_names_who_asks_and_repeats_what_it_gave() -> None:
    """Reason, contact and code as the history keeps them, and the AE title; nothing that was not given."""
    kept = {
        "session": 1,
        "reason": "patient is unwell",
        "contact_name": "Roe",
        "contact_uri": "tel:123",
        "reason_code": "110500",
        "reason_scheme": "DCM",
        "reason_meaning": "Doctor canceled procedure",
    }

    full = event_reports.cancel_report(kept, "CONSOLE", Dialect.FINAL)
    bare = event_reports.cancel_report({"session": 1}, "CONSOLE", Dialect.TRIAL)

    assert full == item(
        RequestingAE="CONSOLE",
        ReasonForCancellation="patient is unwell",
        ContactDisplayName="Roe",
        ContactURI="tel:123",
        ProcedureStepDiscontinuationReasonCodeSequence=[
            item(CodeValue="110500", CodingSchemeDesignator="DCM", CodeMeaning="Doctor canceled procedure")
        ],
    )
    assert bare == item(RequestingAE="CONSOLE")


def test_a_progress_report_holds_one_item_of_progress() -> None:
    """Percentage and description; reasons and times of a cancellation are not progress."""
    report = event_reports.progress_report(make_workitem(), Dialect.FINAL)
    silent = event_reports.progress_report(Dataset(), Dialect.FINAL)

    assert report == item(
        ProcedureStepProgressInformationSequence=[item(ProcedureStepProgress="50", ProcedureStepProgressDescription="Beam 1")]
    )
    assert len(silent.ProcedureStepProgressInformationSequence) == 1


@pytest.mark.parametrize(("is_first", "lists"), [(True, "COLD START"), (False, "WARM START")])
def test_a_restart_says_whether_the_lists_were_kept(is_first: bool, lists: str) -> None:
    """The defined terms of (0074,1244) and (0074,1246)."""
    assert event_reports.restart_report(is_first=is_first) == item(
        SCPStatus="RESTARTED", SubscriptionListStatus=lists, UnifiedProcedureStepListStatus=lists
    )


def test_an_assignment_names_station_and_person() -> None:
    """The person's code and organization are lifted out of the performers' item."""
    code = [item(CodeValue="RTT1", CodingSchemeDesignator="99OPW", CodeMeaning="Therapist")]
    performers = [item(HumanPerformerCodeSequence=code, HumanPerformerOrganization="Clinic", HumanPerformerName="Roe")]
    workitem = make_workitem(ScheduledHumanPerformersSequence=performers)

    report = event_reports.assignment_report(workitem, Dialect.FINAL)

    assert report == item(
        ScheduledStationNameCodeSequence=workitem.ScheduledStationNameCodeSequence,
        HumanPerformerCodeSequence=code,
        HumanPerformerOrganization="Clinic",
    )


@pytest.mark.parametrize("dialect", list(Dialect))
def test_a_subscriber_reads_the_same_in_both_dialects(dialect: Dialect) -> None:
    """State and readiness, in the words of the final text."""
    sent = event_reports.state_report(make_workitem(), "IN PROGRESS", dialect)

    read = EventReport.read(1, WORKITEM, sent, dialect)

    assert read == EventReport(type=ReportType.STATE, subject=WORKITEM, state="IN PROGRESS", readiness="READY")


@pytest.mark.parametrize(
    ("event_type", "information", "words"),
    [
        (1, item(ProcedureStepState="SCHEDULED", InputReadinessState="READY"), "state SCHEDULED, inputs READY"),
        (2, item(RequestingAE="CONSOLE", ReasonForCancellation="unwell"), "CONSOLE asks to cancel, because unwell"),
        (
            3,
            item(ProcedureStepProgressInformationSequence=[item(ProcedureStepProgress="50", ProcedureStepProgressDescription="Beam 1")]),
            "progress 50 %: Beam 1",
        ),
        (
            4,
            item(SCPStatus="RESTARTED", SubscriptionListStatus="WARM START", UnifiedProcedureStepListStatus="COLD START"),
            "provider RESTARTED: WARM START; COLD START",
        ),
        (5, item(ScheduledStationNameCodeSequence=[item(CodeMeaning="Eye room")]), "assigned to Eye room"),
    ],
)
def test_a_report_is_one_sentence(event_type: int, information: Dataset, words: str) -> None:
    """For each of the five types; its HTML has the same sentence and the workitem."""
    report = EventReport.read(event_type, WORKITEM, information, Dialect.FINAL)

    assert report.in_words() == words
    assert WORKITEM in report._repr_html_()


def test_an_unknown_event_type_is_refused() -> None:
    """Types are 1 to 5."""
    with pytest.raises(Refused, match="found event type 6, expected 1 to 5"):
        EventReport.read(6, WORKITEM, Dataset(), Dialect.FINAL)
