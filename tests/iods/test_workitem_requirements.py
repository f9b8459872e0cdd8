"""What an operation on a workitem needs, read from the table of operations and held against data sets."""

from __future__ import annotations

from typing import Any

import pytest
from pydicom.dataset import Dataset

from workbench.iods.workitem_requirements import Fault, Lack, faults, lacking

STATION = "ScheduledStationNameCodeSequence"
PERFORMED = "UnifiedProcedureStepPerformedProcedureSequence"


def made(**values: Any) -> Dataset:
    """A data set of these attributes."""
    dataset = Dataset()
    for keyword, value in values.items():
        setattr(dataset, keyword, value)
    return dataset


def test_a_creation_of_nothing_misses_every_attribute_of_type_1_and_2() -> None:
    """PS3.4 Table CC.2.5-3, column N-CREATE, types for the user, in its order."""
    assert [one.path for one in faults(Dataset(), "n_create")] == [
        "TransactionUID",
        "ScheduledProcedureStepPriority",
        "ProcedureStepLabel",
        "WorklistLabel",
        "ScheduledProcessingParametersSequence",
        "ScheduledStationNameCodeSequence",
        "ScheduledStationClassCodeSequence",
        "ScheduledStationGeographicLocationCodeSequence",
        "ScheduledProcedureStepStartDateTime",
        "ScheduledWorkitemCodeSequence",
        "CommentsOnTheScheduledProcedureStep",
        "InputReadinessState",
        "InputInformationSequence",
        "PatientName",
        "IssuerOfPatientID",
        "IssuerOfPatientIDQualifiersSequence",
        "OtherPatientIDsSequence",
        "PatientBirthDate",
        "PatientSex",
        "AdmissionID",
        "IssuerOfAdmissionIDSequence",
        "AdmittingDiagnosesDescription",
        "AdmittingDiagnosesCodeSequence",
        "ReferencedRequestSequence",
        "ProcedureStepState",
        "ProcedureStepProgressInformationSequence",
        "UnifiedProcedureStepPerformedProcedureSequence",
    ]


def test_a_setting_of_nothing_misses_nothing() -> None:
    """Every attribute of N-SET is optional for the user."""
    assert faults(Dataset(), "n_set") == []


@pytest.mark.parametrize(
    ("attributes", "expected"),
    [
        ({"ProcedureStepLabel": ""}, [Fault(path="ProcedureStepLabel", lack=Lack.EMPTY)]),
        ({"CommentsOnTheScheduledProcedureStep": ""}, []),
        ({"PatientID": "1"}, [Fault(path="PatientID", lack=Lack.FORBIDDEN)]),
        ({"InputReadinessState": "PARTIAL"}, [Fault(path="InputReadinessState", lack=Lack.INVALID)]),
        ({STATION: []}, []),
        ({STATION: [made(LongCodeValue="x", CodingSchemeDesignator="99X", CodeMeaning="X")]}, []),
        (
            {STATION: [made(CodingSchemeDesignator="99X")]},
            [Fault(path=f"{STATION}.CodeValue", lack=Lack.MISSING), Fault(path=f"{STATION}.CodeMeaning", lack=Lack.MISSING)],
        ),
    ],
    ids=lambda value: next(iter(value)) if isinstance(value, dict) else "",
)
def test_a_setting_is_held_against_the_table(attributes: dict[str, Any], expected: list[Fault]) -> None:
    """What every workitem has keeps a value; what none may name is not allowed; a code has a value and a meaning."""
    assert faults(made(**attributes), "n_set") == expected


def test_progress_belongs_to_no_creation() -> None:
    """Its sequence is there, empty; an item's attributes are not allowed."""
    found = faults(made(ProcedureStepProgressInformationSequence=[made(ProcedureStepProgress="1")]), "n_create")

    assert Fault(path="ProcedureStepProgressInformationSequence.ProcedureStepProgress", lack=Lack.FORBIDDEN) in found


def test_a_completed_workitem_needs_every_item_of_its_performance() -> None:
    """Output may be empty but not absent; a second item is held against the same rows."""
    whole = made(
        PerformedStationNameCodeSequence=[Dataset()],
        PerformedProcedureStepStartDateTime="20240603",
        PerformedProcedureStepEndDateTime="20240603",
        PerformedWorkitemCodeSequence=[Dataset()],
        OutputInformationSequence=[],
    )
    workitem = made(
        SOPClassUID="1",
        SOPInstanceUID="1",
        ScheduledProcedureStepPriority="LOW",
        ScheduledProcedureStepModificationDateTime="2024",
        ScheduledProcedureStepStartDateTime="2024",
        InputReadinessState="READY",
        ProcedureStepState="COMPLETED",
        **{PERFORMED: [whole, made(PerformedStationNameCodeSequence=[])]},
    )

    assert lacking(workitem, "COMPLETED") == [
        f"{PERFORMED}.PerformedStationNameCodeSequence",
        f"{PERFORMED}.PerformedProcedureStepStartDateTime",
        f"{PERFORMED}.PerformedWorkitemCodeSequence",
        f"{PERFORMED}.PerformedProcedureStepEndDateTime",
        f"{PERFORMED}.OutputInformationSequence",
    ]
    assert lacking(workitem, "CANCELED") == ["ProcedureStepProgressInformationSequence"]
