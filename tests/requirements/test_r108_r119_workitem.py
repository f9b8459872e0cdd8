"""TMS statement 9.1.1.4 and 9.1.2.8: what a workitem says on the worklist, and what is read from a device about it."""

from __future__ import annotations

from typing import Any

import pytest
from pydicom.dataset import Dataset
from pydicom.sequence import Sequence

from tests.clinic import LOCK, OTHER_LOCK
from tests.iods.objects import make_item
from tests.network.wire import PULL, act, associated, set_progress
from tests.requirements.partner import Clinic, make_planning, make_stated_plan

CODES = {
    "treatment": ("121726", "DCM", "RT Treatment with Internal Verification"),
    "imaging": ("121707", "DCM", "RT Patient Position Acquisition, CT kV"),
    "qa": ("121728", "DCM", "RT Treatment QA with Internal Verification"),
}
"""Kind of session → code of its workitem (PS3.16 CID 9242 and 9241)."""


def code(dataset: Dataset, keyword: str) -> tuple[str, str, str]:
    """Value, scheme and meaning of a code sequence of one item."""
    (item,) = dataset[keyword].value
    return item.CodeValue, item.CodingSchemeDesignator, item.CodeMeaning


def test_r108_the_procedure_code_is_of_the_stated_scheme(clinic: Clinic) -> None:
    """99RAYSEARCH, version 1, whatever the code."""
    clinic.check_in()

    (request,) = clinic.scheduled().ReferencedRequestSequence
    (procedure,) = request.RequestedProcedureCodeSequence

    assert (procedure.CodingSchemeDesignator, procedure.CodingSchemeVersion) == ("99RAYSEARCH", "1")
    assert procedure.CodeValue
    assert procedure.CodeMeaning


@pytest.mark.parametrize("sex", ["M", "F", "O"])
def test_r109_a_workitem_tells_who_the_patient_is(clinic: Clinic, sex: str) -> None:
    """Name, ID, birth date and sex of the plan."""
    clinic.check_in(make_stated_plan(PatientSex=sex))

    found = clinic.scheduled()

    assert (found.PatientName, found.PatientID, found.PatientBirthDate, found.PatientSex) == ("Doe^Jane", "P-001", "19610203", sex)


def test_r111_priority_is_high_medium_or_low(clinic: Clinic) -> None:
    """It is told, and can be asked for."""
    clinic.check_in()

    found = clinic.scheduled()

    assert found.ScheduledProcedureStepPriority in {"HIGH", "MEDIUM", "LOW"}
    others = {"HIGH", "MEDIUM", "LOW"} - {found.ScheduledProcedureStepPriority}
    assert [clinic.worklist(SOPInstanceUID=found.SOPInstanceUID, ScheduledProcedureStepPriority=one) for one in others] == [[], []]


@pytest.mark.parametrize("kind", CODES)
def test_r112_the_code_tells_the_kind_of_work(clinic: Clinic, kind: str) -> None:
    """Scheme DCM; 121726, 121707 or 121728."""
    clinic.check_in(kind=kind)

    assert code(clinic.scheduled(), "ScheduledWorkitemCodeSequence") == CODES[kind]


def test_r113_processing_parameters_are_text(clinic: Clinic) -> None:
    """Each has a name and a text; the fraction is one of them."""
    clinic.check_in()

    parameters = clinic.scheduled().ScheduledProcessingParametersSequence

    assert {one.ValueType for one in parameters} == {"TEXT"}
    assert ("Fraction number", "1") in [(one.ConceptNameCodeSequence[0].CodeMeaning, one.TextValue) for one in parameters]


def test_r114_input_information_tells_where_to_fetch_what(clinic: Clinic) -> None:
    """AE title, study, series and instance of each object are right: a move with all of them brings exactly that object."""
    plan = make_stated_plan()
    clinic.bring(*make_planning(plan))
    clinic.check_in(plan)

    listed = [
        (series.RetrieveAETitle, study.StudyInstanceUID, series.SeriesInstanceUID, one.ReferencedSOPInstanceUID, one.ReferencedSOPClassUID)
        for study in clinic.scheduled().InputInformationSequence
        for series in study.ReferencedSeriesSequence
        for one in series.ReferencedSOPSequence
    ]

    fetched = clinic.fetch(*(instance for *_, instance, _ in listed))
    assert listed == [
        (clinic.bench.address.ae_title, one.StudyInstanceUID, one.SeriesInstanceUID, one.SOPInstanceUID, one.SOPClassUID) for one in fetched
    ]


def test_r115_input_is_complete_or_incomplete(clinic: Clinic) -> None:
    """Where imaging comes first the treatment's input is not complete until the images are."""
    clinic.check_in(imaging=True)
    flags = {code(one, "ScheduledWorkitemCodeSequence")[0]: one for one in clinic.worklist(ProcedureStepState="SCHEDULED")}
    imaging, treatment = flags["121707"], flags["121726"]

    with associated(clinic.bench, PULL) as association:
        for state in ("IN PROGRESS", "COMPLETED"):
            assert act(association, imaging.SOPInstanceUID, state, LOCK) == ("0000", "")

    assert (imaging.InputAvailabilityFlag, treatment.InputAvailabilityFlag) == ("COMPLETE", "INCOMPLETE")
    assert clinic.workitem(treatment.SOPInstanceUID).InputAvailabilityFlag == "COMPLETE"


@pytest.mark.parametrize("final", ["COMPLETED", "CANCELED"])
def test_r116_a_workitem_is_scheduled_in_progress_and_finished(clinic: Clinic, final: str) -> None:
    """Each state is seen on the worklist."""
    clinic.check_in()
    seen = [clinic.scheduled()]
    uid = str(seen[0].SOPInstanceUID)

    for state in ("IN PROGRESS", final):
        with associated(clinic.bench, PULL) as association:
            act(association, uid, state, LOCK)
        seen.append(clinic.workitem(uid))

    assert [one.ProcedureStepState for one in seen] == ["SCHEDULED", "IN PROGRESS", final]


def test_r117_a_transaction_uid_accompanies_claims_and_updates(clinic: Clinic) -> None:
    """Without one neither is done; the one of the claim is the key to the rest, and nobody is ever told it."""
    clinic.check_in()
    uid = str(clinic.scheduled().SOPInstanceUID)

    with associated(clinic.bench, PULL) as association:
        claims = [act(association, uid, "IN PROGRESS", lock)[0] for lock in (None, LOCK)]
        updates = [set_progress(association, uid, lock)[0] for lock in (None, OTHER_LOCK, LOCK)]
        finishes = [act(association, uid, "COMPLETED", lock)[0] for lock in (None, OTHER_LOCK, LOCK)]

    assert (claims, updates, finishes) == (["C301", "0000"], ["C301", "C301", "0000"], ["C301", "C301", "0000"])
    (found,) = clinic.worklist(SOPInstanceUID=uid, TransactionUID="")
    assert found.get("TransactionUID") in {None, ""}


@pytest.mark.parametrize(
    ("keyword", "right", "wrong"),
    [
        ("ScheduledStationNameCodeSequence", Sequence([make_item(CodeValue="EYE1")]), Sequence([make_item(CodeValue="EYE2")])),
        ("ScheduledProcedureStepStartDateTime", "20240601-20240630", "20240701-20240731"),
        ("ScheduledWorkitemCodeSequence", Sequence([make_item(CodeValue="121726")]), Sequence([make_item(CodeValue="121707")])),
        ("InputAvailabilityFlag", "COMPLETE", "INCOMPLETE"),
        ("ProcedureStepState", "SCHEDULED", "IN PROGRESS"),
        ("PatientName", "Doe*", "Roe*"),
        ("PatientID", "P-001", "P-002"),
    ],
    ids=["station", "start", "code", "availability", "state", "name", "ID"],
)
def test_r118_the_worklist_is_asked_by_seven_keys(clinic: Clinic, keyword: str, right: Any, wrong: Any) -> None:
    """With each of them the workitem is found, and with another value it is not."""
    clinic.check_in()
    uid = clinic.scheduled().SOPInstanceUID

    found = [clinic.worklist(SOPInstanceUID=uid, **{keyword: value}) for value in (right, wrong)]

    assert [[one.SOPInstanceUID for one in matches] for matches in found] == [[uid], []]


def test_r119_progress_is_read_with_its_description(clinic: Clinic) -> None:
    """Value and description are in the application as they were set."""
    running = clinic.claimed()
    item = make_item(ProcedureStepProgress="62.5", ProcedureStepProgressDescription="Beam 1 of 2")

    with associated(clinic.bench, PULL) as association:
        answered = set_progress(association, running.workitem, LOCK, ProcedureStepProgressInformationSequence=Sequence([item]))

    assert answered == ("0000", "")
    assert [(one.progress_percent, one.progress_text) for one in clinic.bench.workitems(running.session)] == [(62.5, "Beam 1 of 2")]
