"""A workitem said in the other dialect of UPS: classes, readiness and inputs differ, all else is the same."""

from __future__ import annotations

from copy import deepcopy
from dataclasses import dataclass
from types import SimpleNamespace

import pytest
from pydicom.dataset import Dataset

from tests.clinic import make_ion_plan
from tests.mapping.test_sessions import make_context
from workbench.dicom import codes
from workbench.dicom.build import build
from workbench.dicom.check import check, errors
from workbench.iods import FINAL_WORKITEM, WORKITEM
from workbench.iods.dialect import Dialect
from workbench.mapping.dialects import spoken, translated
from workbench.mapping.sessions import Input, workitem_scope

TRIAL_PUSH, FINAL_PUSH = "1.2.840.10008.5.1.4.34.4.1", "1.2.840.10008.5.1.4.34.6.1"
TRIAL_INSTRUCTION, FINAL_INSTRUCTION = "1.2.840.10008.5.1.4.34.1", "1.2.840.10008.5.1.4.34.7"
ION_PLAN = "1.2.840.10008.5.1.4.1.1.481.8"


def item(**values: object) -> Dataset:
    """A data set of these attributes."""
    made = Dataset()
    for keyword, value in values.items():
        setattr(made, keyword, value)
    return made


def reference(sop_class: str, instance: str) -> Dataset:
    """An instance of a class."""
    return item(ReferencedSOPClassUID=sop_class, ReferencedSOPInstanceUID=instance)


def trial_workitem() -> Dataset:
    """Two series of one study: the plan, and its instruction."""
    series = [
        item(SeriesInstanceUID="2.25.11", RetrieveAETitle="TMS", ReferencedSOPSequence=[reference(ION_PLAN, "2.25.111")]),
        item(SeriesInstanceUID="2.25.12", RetrieveAETitle="TMS", ReferencedSOPSequence=[reference(TRIAL_INSTRUCTION, "2.25.112")]),
    ]
    return item(
        SOPClassUID=TRIAL_PUSH,
        SOPInstanceUID="2.25.1",
        InputAvailabilityFlag="COMPLETE",
        ProcedureStepLabel="Fraction 1",
        InputInformationSequence=[item(StudyInstanceUID="2.25.10", ReferencedSeriesSequence=series)],
    )


def final_workitem() -> Dataset:
    """The same, by PS3.4 Table CC.2.5-2c: an item for each series, each with where it is fetched from."""
    source = item(RetrieveAETitle="TMS")
    inputs = [
        item(
            TypeOfInstances="DICOM",
            StudyInstanceUID="2.25.10",
            SeriesInstanceUID=series,
            ReferencedSOPSequence=[reference(sop_class, instance)],
            DICOMRetrievalSequence=[source],
        )
        for series, sop_class, instance in (("2.25.11", ION_PLAN, "2.25.111"), ("2.25.12", FINAL_INSTRUCTION, "2.25.112"))
    ]
    return item(
        SOPClassUID=FINAL_PUSH,
        SOPInstanceUID="2.25.1",
        InputReadinessState="READY",
        ProcedureStepLabel="Fraction 1",
        InputInformationSequence=inputs,
    )


def test_a_workitem_of_the_trial_is_said_in_the_final_text() -> None:
    """Push, readiness, inputs and the class of the instruction; what was given stays as it was."""
    kept = trial_workitem()

    said = spoken(kept, Dialect.FINAL)

    assert said == final_workitem()
    assert kept == trial_workitem()


def test_a_final_workitem_is_said_in_the_trial() -> None:
    """The way back, series of one study under it."""
    kept = final_workitem()

    said = spoken(kept, Dialect.TRIAL)

    assert said == trial_workitem()
    assert kept == final_workitem()


@pytest.mark.parametrize("dialect", Dialect)
def test_a_workitem_in_its_own_dialect_is_itself(dialect: Dialect) -> None:
    """Nothing is copied for a peer that speaks as the workitem is kept."""
    kept = trial_workitem() if dialect is Dialect.TRIAL else final_workitem()

    assert spoken(kept, dialect) is kept


@pytest.mark.parametrize(
    ("flag", "state"), [("COMPLETE", "READY"), ("PARTIAL", "INCOMPLETE"), ("INCOMPLETE", "INCOMPLETE"), ("", ""), ("BOGUS", "BOGUS")]
)
def test_the_availability_of_inputs_becomes_their_readiness(flag: str, state: str) -> None:
    """COMPLETE is READY; a value that the Trial does not define is passed on for the check to name."""
    said = translated(item(InputAvailabilityFlag=flag), Dialect.TRIAL, Dialect.FINAL)

    assert said == item(InputReadinessState=state)


@pytest.mark.parametrize(("state", "flag"), [("READY", "COMPLETE"), ("INCOMPLETE", "INCOMPLETE"), ("UNAVAILABLE", "INCOMPLETE")])
def test_the_readiness_of_inputs_becomes_their_availability(state: str, flag: str) -> None:
    """The Trial cannot say that inputs are unavailable: they are not complete."""
    said = translated(item(InputReadinessState=state), Dialect.FINAL, Dialect.TRIAL)

    assert said == item(InputAvailabilityFlag=flag)


def test_series_listed_twice_are_one_series_of_the_trial() -> None:
    """Two final items of one series: their instances stand together; what is no DICOM instance is left out."""
    final = final_workitem()
    again = deepcopy(final.InputInformationSequence[0])
    again.ReferencedSOPSequence = [reference(ION_PLAN, "2.25.113")]
    final.InputInformationSequence = [*final.InputInformationSequence, again, item(TypeOfInstances="CDA")]

    (study,) = spoken(final, Dialect.TRIAL).InputInformationSequence

    assert [
        (series.SeriesInstanceUID, [one.ReferencedSOPInstanceUID for one in series.ReferencedSOPSequence])
        for series in study.ReferencedSeriesSequence
    ] == [("2.25.11", ["2.25.111", "2.25.113"]), ("2.25.12", ["2.25.112"])]


@pytest.mark.parametrize(
    ("sop_class", "dialect"),
    [
        *((f"1.2.840.10008.5.1.4.34.4.{number}", Dialect.TRIAL) for number in (1, 2, 3, 4)),
        *((f"1.2.840.10008.5.1.4.34.6.{number}", Dialect.FINAL) for number in (1, 2, 3, 4, 5)),
    ],
)
def test_the_negotiated_class_tells_the_dialect(sop_class: str, dialect: Dialect) -> None:
    """34.4.x are the Trial's, 34.6.x the final text's (PS3.6 Annex A)."""
    assert Dialect.of(sop_class) is dialect


@dataclass(frozen=True, slots=True, kw_only=True)
class Series:
    """One series of inputs, as the rows of the final text read it."""

    study: str
    uid: str
    instances: tuple[SimpleNamespace, ...]


def test_a_workitem_of_check_in_said_in_the_final_text_is_what_its_rows_build() -> None:
    """The rows of the final text are written down apart from the mapping; both come to the same data set."""
    plan, context = make_ion_plan(), make_context()
    inputs = [
        Input(study="2.25.10", series="2.25.11", sop_class=ION_PLAN, instance="2.25.111"),
        Input(study="2.25.10", series="2.25.12", sop_class=TRIAL_INSTRUCTION, instance="2.25.112"),
    ]
    scope = workitem_scope(plan, context, code=codes.RT_TREATMENT, inputs=inputs, uid="2.25.5")
    final = scope.child(
        readiness="READY",
        input_series=[
            Series(study="2.25.10", uid=series, instances=(SimpleNamespace(sop_class_uid=sop_class, uid=instance),))
            for series, sop_class, instance in (("2.25.11", ION_PLAN, "2.25.111"), ("2.25.12", FINAL_INSTRUCTION, "2.25.112"))
        ],
    )

    said = spoken(build(WORKITEM, scope), Dialect.FINAL)

    assert said == build(FINAL_WORKITEM, final)
    assert errors(check(FINAL_WORKITEM, said, final)) == []
