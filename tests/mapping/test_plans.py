"""What the treatment room reads from a plan's data set."""

from __future__ import annotations

from pathlib import Path

import pytest
from pydicom.sequence import Sequence

from tests.clinic import make_ion_plan
from tests.factories import CountedUids
from workbench.dicom import part10
from workbench.errors import Refused
from workbench.mapping.plans import course
from workbench.treatment.course import Course, PlannedBeam


def test_a_plan_becomes_its_course() -> None:
    """Plan, patient, fractions; of each beam number, name, meterset and dose of one fraction (60 Gy(RBE) in 4 fractions)."""
    plan = make_ion_plan(metersets_mu={1: 40.0, 3: 25.5}, uid_source=CountedUids())

    found = course(plan)

    assert found == Course(
        plan_uid=plan.SOPInstanceUID,
        label="EYE PLAN 1",
        patient_id="P-001",
        fractions=4,
        beams=(
            PlannedBeam(number=1, name="Field 1", meterset_mu=40.0, dose_gy=15.0),
            PlannedBeam(number=3, name="Field 3", meterset_mu=25.5, dose_gy=15.0),
        ),
    )


def test_a_real_plan_becomes_its_course(shared: Path) -> None:
    """Four fields of 2340 MU and 0.5 Gy in one fraction, as dcmdump prints the file."""
    plan = part10.read_file(shared / "data" / "ion_plans" / "aria_four_field_qa.dcm").dataset()

    assert course(plan) == Course(
        plan_uid="1.2.246.352.71.5.361940808526.37240.20200311150225",
        label="TR3QAplan v02",
        patient_id="test_XRV4000",
        fractions=1,
        beams=tuple(PlannedBeam(number=number, name=f"Field_{number}", meterset_mu=2340.0, dose_gy=0.5) for number in (1, 2, 3, 4)),
    )


def test_a_setup_beam_is_not_treated() -> None:
    """Treatment Delivery Type SETUP: no part of the course."""
    plan = make_ion_plan(metersets_mu={1: 40.0, 2: 1.0})
    plan.IonBeamSequence[1].TreatmentDeliveryType = "SETUP"

    assert [beam.number for beam in course(plan).beams] == [1]


def test_a_beam_outside_the_fraction_group_is_not_treated() -> None:
    """The fraction group says which beams a fraction has; a group that lists none leaves all."""
    plan = make_ion_plan(metersets_mu={1: 40.0, 2: 30.0})
    group = plan.FractionGroupSequence[0]
    group.ReferencedBeamSequence = Sequence([group.ReferencedBeamSequence[1]])

    assert course(plan).beams == (PlannedBeam(number=2, name="Field 2", meterset_mu=30.0, dose_gy=15.0),)
    del group.ReferencedBeamSequence
    assert [(beam.number, beam.meterset_mu, beam.dose_gy) for beam in course(plan).beams] == [(1, None, None), (2, None, None)]


def test_what_a_plan_does_not_say_is_not_known() -> None:
    """No meterset, no dose, no name, no number of fractions: None, and the number stands for the name."""
    plan = make_ion_plan(RTPlanLabel=None, PatientID=None)
    group = plan.FractionGroupSequence[0]
    group.NumberOfFractionsPlanned = None
    del group.ReferencedBeamSequence[0].BeamMeterset
    group.ReferencedBeamSequence[0].BeamDose = None
    plan.IonBeamSequence[0].BeamName = None

    found = course(plan)

    assert (found.label, found.patient_id, found.fractions) == ("", "", None)
    assert found.beams == (PlannedBeam(number=1, name="1", meterset_mu=None, dose_gy=None),)


@pytest.mark.parametrize(
    ("keyword", "count", "said"),
    [
        ("FractionGroupSequence", 0, "found 0 items in FractionGroupSequence, expected 1"),
        ("FractionGroupSequence", 2, "found 2 items in FractionGroupSequence, expected 1"),
        ("IonBeamSequence", 0, "found no items in IonBeamSequence, expected at least one beam"),
    ],
)
def test_a_plan_without_its_parts_is_refused(keyword: str, count: int, said: str) -> None:
    """One fraction group and at least one beam; plan, sequence, found and expected in the sentence."""
    plan = make_ion_plan()
    setattr(plan, keyword, Sequence([plan[keyword].value[0]] * count))

    with pytest.raises(Refused) as refusal:
        course(plan)

    assert (str(refusal.value), refusal.value.rule) == (f"RT Ion Plan {plan.SOPInstanceUID}: {said}", "plan")
