"""The table of operations holds what PS3.4 Table CC.2.5-3 holds, and what the TMS statement lists of it."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from workbench.iods import workitem_operations as operations
from workbench.iods.workitem_operations import NOT_ALLOWED, TABLE, WorkitemAttribute, is_key, may_get, may_set, stated, trial_path, walk

UPS = "Unified Procedure Step RETIRED"
OF_THE_WORKITEM = """
    TransactionUID SpecificCharacterSet SOPClassUID SOPInstanceUID
    ScheduledProcedureStepPriority ScheduledProcedureStepModificationDateTime ProcedureStepLabel WorklistLabel
    ScheduledProcessingParametersSequence ScheduledStationNameCodeSequence ScheduledStationClassCodeSequence
    ScheduledStationGeographicLocationCodeSequence ScheduledHumanPerformersSequence ScheduledProcedureStepStartDateTime
    ExpectedCompletionDateTime ScheduledProcedureStepExpirationDateTime ScheduledWorkitemCodeSequence CommentsOnTheScheduledProcedureStep
    InputReadinessState InputInformationSequence StudyInstanceUID OutputDestinationSequence
    PatientName PatientID IssuerOfPatientID IssuerOfPatientIDQualifiersSequence OtherPatientIDsSequence PatientBirthDate PatientSex
    ReferencedPatientPhotoSequence AdmissionID IssuerOfAdmissionIDSequence AdmittingDiagnosesDescription AdmittingDiagnosesCodeSequence
    ReferencedRequestSequence ReplacedProcedureStepSequence
    MedicalAlerts PregnancyStatus SpecialNeeds
    ProcedureStepState ProcedureStepProgressInformationSequence UnifiedProcedureStepPerformedProcedureSequence
""".split()
"""PS3.4 Table CC.2.5-3, rows without a depth mark, in its order."""
NEVER_SET = set(
    """
    SOPClassUID SOPInstanceUID ProcedureStepState PatientName PatientID PatientBirthDate PatientSex AdmissionID
    IssuerOfAdmissionIDSequence AdmittingDiagnosesDescription AdmittingDiagnosesCodeSequence ReferencedRequestSequence
    ReplacedProcedureStepSequence
    """.split()
)
"""The attributes of which the standard says that no N-SET may name them; the Issuer of Patient ID Macro adds two."""
PERFORMED = "UnifiedProcedureStepPerformedProcedureSequence"
PROGRESS = "ProcedureStepProgressInformationSequence"


def read(shared: Path, direction: str) -> list[str]:
    """Paths of the workitem's rows in one table of the TMS statement."""
    with (shared / "conformance" / f"tms_{direction}.csv").open(encoding="utf-8", newline="") as table:
        return [row["path"] for row in csv.DictReader(table) if row["iod"] == UPS]


def with_final_state(code: str) -> set[str]:
    """Paths whose final state is the code."""
    return {path for _, path, row in walk() if row.final_state == code}


def test_the_modules_stand_in_the_standards_order() -> None:
    """Transaction UID first, then the modules as PS3.4 Table CC.2.5-3 has them; those after Relationship have few rows or none."""
    assert [(module.name, len(module.rows)) for module in TABLE] == [
        ("Transaction Module", 1),
        ("SOP Common Module", 3),
        ("Unified Procedure Step Scheduled Procedure Information Module", 18),
        ("Unified Procedure Step Relationship Module", 13),
        ("Patient Demographic Module", 0),
        ("Patient Medical Module", 3),
        ("Visit Identification Module", 0),
        ("Visit Status Module", 0),
        ("Visit Admission Module", 0),
        ("Unified Procedure Step Progress Information Module", 2),
        ("Unified Procedure Step Performed Procedure Information Module", 1),
    ]


def test_the_rows_of_the_workitem_stand_in_the_standards_order() -> None:
    """Every attribute of the workitem itself, and no other."""
    assert [path for _, path, _ in walk() if "." not in path] == OF_THE_WORKITEM


def test_no_path_stands_twice() -> None:
    """Macros written out in several places give each place its own path."""
    paths = [path for _, path, _ in walk()]

    assert len(set(paths)) == len(paths)


def test_n_set_may_name_all_but_those_of_the_standard() -> None:
    """Class, instance, state, who the patient is, admission, request and replaced step; all others may be set, the lock is no change."""
    assert {keyword for keyword in OF_THE_WORKITEM if not may_set(keyword)} == NEVER_SET | {
        "IssuerOfPatientID",
        "IssuerOfPatientIDQualifiersSequence",
    }


def test_n_get_gives_all_but_the_lock_and_the_sop_uids() -> None:
    """PS3.4 CC.2.7.3, and the column of N-GET."""
    assert {keyword for keyword in OF_THE_WORKITEM if not may_get(keyword)} == {"TransactionUID", "SOPClassUID", "SOPInstanceUID"}


def test_the_lock_alone_is_no_key() -> None:
    """Transaction UID cannot be queried; the performed procedure is no key itself, but its items have keys."""
    assert {keyword for keyword in OF_THE_WORKITEM if not is_key(keyword)} == {"TransactionUID"}


def test_what_the_standard_finds_workitems_by_is_a_matching_key() -> None:
    """Unique: the instance; required: priority, readiness, state, moments, station, code, patient; optional: study and modification."""
    rows = {path: row.match_key for _, path, row in walk()}

    assert {
        path: rows[path]
        for path in (
            "SOPInstanceUID",
            "ScheduledProcedureStepPriority",
            "InputReadinessState",
            "ProcedureStepState",
            "ScheduledProcedureStepStartDateTime",
            "ExpectedCompletionDateTime",
            "ScheduledStationNameCodeSequence",
            "ScheduledWorkitemCodeSequence",
            "PatientName",
            "PatientID",
            "StudyInstanceUID",
            "ScheduledProcedureStepModificationDateTime",
        )
    } == {
        "SOPInstanceUID": "U",
        "ScheduledProcedureStepPriority": "R",
        "InputReadinessState": "R",
        "ProcedureStepState": "R",
        "ScheduledProcedureStepStartDateTime": "R",
        "ExpectedCompletionDateTime": "R",
        "ScheduledStationNameCodeSequence": "R",
        "ScheduledWorkitemCodeSequence": "R",
        "PatientName": "R",
        "PatientID": "R",
        "StudyInstanceUID": "O",
        "ScheduledProcedureStepModificationDateTime": "O",
    }


def test_the_return_keys_that_a_provider_must_support() -> None:
    """Types 1 and 2, conditional ones too; the same list as in Microsoft's dicom-server, which transcribes the table for UPS-RS."""
    optional = {
        "TransactionUID",
        "ScheduledProcedureStepModificationDateTime",
        "ExpectedCompletionDateTime",
        "ScheduledProcedureStepExpirationDateTime",
        "CommentsOnTheScheduledProcedureStep",
        "OutputDestinationSequence",
        "ReferencedPatientPhotoSequence",
        "ReplacedProcedureStepSequence",
        PERFORMED,
    }

    required = [path for _, path, row in walk() if "." not in path and row.return_key[:1] in {"1", "2"}]

    assert required == [keyword for keyword in OF_THE_WORKITEM if keyword not in optional]


def test_what_a_finished_workitem_needs_in_any_case() -> None:
    """Final state R: UIDs, priority, modification, start, readiness and state."""
    assert with_final_state("R") == {
        "SOPClassUID",
        "SOPInstanceUID",
        "ScheduledProcedureStepPriority",
        "ScheduledProcedureStepModificationDateTime",
        "ScheduledProcedureStepStartDateTime",
        "InputReadinessState",
        "ProcedureStepState",
    }


def test_what_a_completed_workitem_needs_besides() -> None:
    """Final state P: the performed procedure with station, start, end, workitem code and output; RC: performers where known."""
    assert with_final_state("P") == {
        PERFORMED,
        f"{PERFORMED}.PerformedStationNameCodeSequence",
        f"{PERFORMED}.PerformedProcedureStepStartDateTime",
        f"{PERFORMED}.PerformedProcedureStepEndDateTime",
        f"{PERFORMED}.PerformedWorkitemCodeSequence",
        f"{PERFORMED}.OutputInformationSequence",
    }
    assert with_final_state("RC") == {
        "SpecificCharacterSet",
        f"{PERFORMED}.ActualHumanPerformersSequence",
        f"{PERFORMED}.ActualHumanPerformersSequence.HumanPerformerCodeSequence",
        f"{PERFORMED}.ActualHumanPerformersSequence.HumanPerformerName",
    }


def test_what_a_canceled_workitem_needs_besides() -> None:
    """Final state X: the progress with moment and reason of the cancellation."""
    assert with_final_state("X") == {
        PROGRESS,
        f"{PROGRESS}.ProcedureStepCancellationDateTime",
        f"{PROGRESS}.ProcedureStepDiscontinuationReasonCodeSequence",
    }


def test_a_workitem_is_created_without_progress_and_performance() -> None:
    """Both sequences are there, empty: no attribute that the table lists in their items may be named by N-CREATE."""
    created = {
        row.n_create
        for module in TABLE[-2:]
        for path, row in operations.listed(module.rows)
        if isinstance(row, WorkitemAttribute) and "." in path
    }

    assert created == {NOT_ALLOWED}


def test_both_names_of_the_readiness_may_be_set_read_and_found() -> None:
    """Input Availability Flag of the Trial is Input Readiness State of the final text; an attribute without a row is optional."""
    assert trial_path("InputReadinessState") == "InputAvailabilityFlag"
    assert {
        (may_set(one), may_get(one), is_key(one)) for one in ("InputReadinessState", "InputAvailabilityFlag", "PatientComments", "")
    } == {(True, True, True)}


@pytest.mark.parametrize("direction", ["created", "received"])
def test_every_row_of_the_tms_statement_is_in_the_table(shared: Path, direction: str) -> None:
    """But the time zone, one of all other attributes of SOP Common, and the level of the series, which the final table has not."""
    rows = read(shared, direction)

    places = {trial_path(path) for _, path, _ in walk()}

    assert rows
    assert set(rows) - places - {"TimezoneOffsetFromUTC", "InputInformationSequence.ReferencedSeriesSequence"} == set()


def test_the_table_knows_what_the_tms_statement_lists(shared: Path) -> None:
    """For every attribute, whether it is among those created and those received."""
    tables = {direction: set(read(shared, direction)) for direction in ("created", "received")}

    found = {path: stated(path) for _, path, _ in walk()}

    assert found == {path: tuple(one for one, rows in tables.items() if trial_path(path) in rows) for path in found}


@pytest.mark.parametrize(
    ("keyword", "n_set", "sentence"),
    [
        ("ProcedureStepLable", "3/1", r"^workitem row: found keyword 'ProcedureStepLable', expected one of the dictionary$"),
        ("ProcedureStepLabel", "3", r"^workitem row ProcedureStepLabel: found n_set '3', expected types as '3/1' or 'not allowed'$"),
        ("ProcedureStepLabel", "4/1", r"found n_set '4/1'"),
    ],
)
def test_a_row_with_a_slip_is_not_made(keyword: str, n_set: str, sentence: str) -> None:
    """A keyword that no dictionary has, or a type that the standard has not."""
    with pytest.raises(ValueError, match=sentence):
        WorkitemAttribute(keyword, "1/1", n_set, "O", "3/1", "R", "1")
