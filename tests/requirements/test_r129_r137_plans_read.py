"""TMS statement 9.1.2.5 and 9.1.2.7: what is read of plans that the user imports, and of delivery instructions.

What is read of a plan shows in what the device then gets; what cannot be read is not taken in, or not checked in.
"""

from __future__ import annotations

from copy import deepcopy

import pytest
from pydicom.dataset import Dataset

from tests.clinic import make_record
from tests.requirements.partner import Clinic, make_rich_plan, make_stated_plan
from workbench.dicom.uids import RandomUids
from workbench.errors import Refused
from workbench.mapping.sessions import read_tasks
from workbench.treatment.delivery import DeliveryType


@pytest.mark.parametrize("position", ["HFS", "HFP", "FFS", "FFP"])
def test_r129_a_plan_lies_in_one_of_four_positions(clinic: Clinic, position: str) -> None:
    """The device gets it as planned."""
    plan = make_stated_plan()
    plan.PatientSetupSequence[0].PatientPosition = position

    session = clinic.check_in(plan)

    assert clinic.fetch(session.session_plan_uid)[0].PatientSetupSequence[0].PatientPosition == position


@pytest.mark.parametrize("position", ["SITTING", "HFDR", "FFDL"])
def test_r129_a_plan_in_another_position_is_not_treated(clinic: Clinic, position: str) -> None:
    """It is refused at the latest at check-in, and no workitem appears."""
    plan = make_stated_plan(PatientID="P-129")
    plan.PatientSetupSequence[0].PatientPosition = position

    with pytest.raises(Refused, match=r"Patient ?Position"):
        clinic.check_in(plan)

    assert clinic.worklist(PatientID="P-129") == []


def test_r130_setup_displacements_of_the_table_are_read(clinic: Clinic) -> None:
    """The instruction that the device gets repeats them for each beam."""
    plan = make_rich_plan(metersets_mu={1: 40.0, 2: 30.0}, uid_source=RandomUids())
    session = clinic.check_in(plan)

    (instruction,) = clinic.fetch(str(session.instruction_uid))

    assert [
        (one.TableTopVerticalSetupDisplacement, one.TableTopLongitudinalSetupDisplacement, one.TableTopLateralSetupDisplacement)
        for one in instruction.BeamTaskSequence
    ] == [(1.5, -2.5, 0.5)] * 2


def of_beam(plan: Dataset, keyword: str, value: str) -> Dataset:
    """The plan with one attribute of its first beam replaced."""
    setattr(plan.IonBeamSequence[0], keyword, value)
    return plan


@pytest.mark.parametrize("radiation", ["PHOTON", "PROTON", "ION"])
def test_r131_radiation_is_photon_proton_or_ion(clinic: Clinic, radiation: str) -> None:
    """The device gets it as planned; another kind is not taken in."""
    session = clinic.check_in(of_beam(make_stated_plan(), "RadiationType", radiation))

    assert clinic.fetch(session.session_plan_uid)[0].IonBeamSequence[0].RadiationType == radiation
    with pytest.raises(Refused, match="RadiationType"):
        clinic.bench.add_plan(of_beam(make_stated_plan(), "RadiationType", "NEUTRON"))


def test_r132_planned_delivery_is_treatment_or_setup(clinic: Clinic) -> None:
    """A plan with a setup beam beside its treatment beam is taken in and handed out; a planned continuation is not."""
    plan = make_stated_plan(metersets_mu={1: 40.0, 2: 1.0})
    plan.IonBeamSequence[1].TreatmentDeliveryType = "SETUP"

    session = clinic.check_in(plan)

    assert [one.TreatmentDeliveryType for one in clinic.fetch(session.session_plan_uid)[0].IonBeamSequence] == ["TREATMENT", "SETUP"]
    with pytest.raises(Refused, match="TreatmentDeliveryType"):
        clinic.bench.add_plan(of_beam(make_stated_plan(), "TreatmentDeliveryType", "CONTINUATION"))


def test_r137_a_delivery_instruction_is_read(clinic: Clinic) -> None:
    """What the bench sends it reads as well: beam, fraction, and from where to where a continuation goes."""
    plan = make_stated_plan(metersets_mu={1: 40.0, 2: 30.0})
    first = clinic.claimed(plan)
    stopped = make_record(first.plan, beam=2, end_mu=12.5, asked_mu=30.0)
    stopped.TreatmentSessionIonBeamSequence[0].TreatmentTerminationStatus = "MACHINE"
    assert clinic.store(make_record(first.plan), stopped) == [("0000", "")] * 2
    clinic.tidy()
    session = clinic.check_in(plan)

    (instruction,) = clinic.fetch(str(session.instruction_uid))
    (task,) = read_tasks(instruction, {1: 40.0, 2: 30.0})

    assert (task.beam_number, task.fraction, task.delivery_type) == (2, 1, DeliveryType.CONTINUATION)
    assert (task.start_meterset_mu, task.end_meterset_mu) == (12.5, 30.0)
    assert [one.ReferencedBeamNumber for one in instruction.OmittedBeamTaskSequence] == [1]
    broken = deepcopy(instruction)
    del broken.BeamTaskSequence[0].ContinuationStartMeterset
    with pytest.raises(Refused, match="found no start or end meterset"):
        read_tasks(broken, {1: 40.0, 2: 30.0})
