"""A received record is compared with its plan where the plan is known, and says "not compared" where it is not."""

from __future__ import annotations

from pydicom.dataset import Dataset

from tests.clinic import make_ion_plan, make_record
from workbench.dicom.check import check
from workbench.dicom.findings import Finding, Severity
from workbench.dicom.scope import Scope
from workbench.iods import RECEIVED_ION_RECORD

BEAM = "TreatmentSessionIonBeamSequence[0]"


def findings(record: Dataset, plan: Dataset | None) -> list[Finding]:
    """What a check of the record finds, notes on unlisted attributes aside."""
    scope = None if plan is None else Scope({"plan": plan})
    return [one for one in check(RECEIVED_ION_RECORD, record, scope) if one.code != "unlisted"]


def test_a_record_of_its_plan_agrees_with_it() -> None:
    """The patient, the beam's names and its accessories are those of the plan: nothing is found."""
    plan = make_ion_plan()

    assert findings(make_record(plan), plan) == []


def test_another_beam_name_than_the_plan_has_is_for_a_person_to_judge() -> None:
    """A warning names the place, what was found and what the plan has; the record is not refused for it."""
    plan = make_ion_plan()
    record = make_record(plan)
    record.TreatmentSessionIonBeamSequence[0].BeamName = "Elsewhere"

    (finding,) = findings(record, plan)

    assert (finding.path, finding.code, finding.severity) == (f"{BEAM}.BeamName", "value", Severity.WARNING)
    assert finding.message == f"found 'Elsewhere', expected '{plan.IonBeamSequence[0].BeamName}'"


def test_a_beam_that_the_plan_does_not_have_is_an_error() -> None:
    """Nobody could count it; the rest of the item is not compared, as nothing stands beside it."""
    plan = make_ion_plan()
    record = make_record(plan)
    record.TreatmentSessionIonBeamSequence[0].ReferencedBeamNumber = 7

    found = findings(record, plan)

    assert [(one.path, one.severity) for one in found if one.code == "value"] == [(f"{BEAM}.ReferencedBeamNumber", Severity.ERROR)]
    assert f"{BEAM}.BeamName" in {one.path for one in found if one.code == "not-compared"}


def test_each_beam_stands_beside_the_one_of_its_number() -> None:
    """In a plan of two beams the second record item is compared with the second beam, not with the first."""
    plan = make_ion_plan(metersets_mu={1: 40.0, 2: 30.0})
    record = make_record(plan, beam=2)
    record.TreatmentSessionIonBeamSequence[0].BeamName = plan.IonBeamSequence[0].BeamName

    assert plan.IonBeamSequence[0].BeamName != plan.IonBeamSequence[1].BeamName
    assert [one.path for one in findings(record, plan)] == [f"{BEAM}.BeamName"]


def test_without_a_plan_it_says_what_was_not_compared() -> None:
    """Notes, one a value that should equal the plan's; no error and no warning."""
    found = findings(make_record(make_ion_plan()), None)

    assert {one.severity for one in found} == {Severity.NOTE}
    assert {"PatientID", f"{BEAM}.ReferencedBeamNumber", f"{BEAM}.BeamName", f"{BEAM}.ScanMode"} <= {one.path for one in found}
