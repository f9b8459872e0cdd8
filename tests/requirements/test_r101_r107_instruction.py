"""TMS statement 9.1.1.3: the delivery instruction of a session, as the device fetches it."""

from __future__ import annotations

import pytest
from pydicom.dataset import Dataset

from tests.requirements.course import Course
from tests.requirements.partner import Clinic, make_stated_plan


def tasks(instruction: Dataset) -> dict[int, Dataset]:
    """Beam number → its task."""
    return {int(task.ReferencedBeamNumber): task for task in instruction.BeamTaskSequence}


def test_r101_an_instruction_is_of_modality_plan(course: Course) -> None:
    """In every session."""
    assert [one.Modality for one in course.instructions] == ["PLAN"] * 3


def test_r102_each_task_treats_or_verifies(course: Course) -> None:
    """Ours treat; there is one task for each beam that is due."""
    assert [{beam: task.BeamTaskType for beam, task in tasks(one).items()} for one in course.instructions] == [
        {1: "TREAT", 2: "TREAT", 3: "TREAT"},
        {1: "TREAT", 2: "TREAT", 3: "TREAT"},
        {2: "TREAT", 3: "TREAT"},
    ]


def test_r103_delivery_is_treatment_or_continuation(course: Course) -> None:
    """Beam 2 was interrupted and is continued; beam 3 had not begun."""
    assert [{beam: task.TreatmentDeliveryType for beam, task in tasks(one).items()} for one in course.instructions[1:]] == [
        {1: "TREATMENT", 2: "TREATMENT", 3: "TREATMENT"},
        {2: "CONTINUATION", 3: "TREATMENT"},
    ]


def test_r104_a_continuation_says_from_where_to_where(course: Course) -> None:
    """From the 12.5 MU at which beam 2 stopped to its 30 MU; other tasks say nothing of it."""
    continued, begun = tasks(course.instructions[2])[2], tasks(course.instructions[2])[3]

    assert (continued.ContinuationStartMeterset, continued.ContinuationEndMeterset) == (12.5, 30.0)
    assert "ContinuationStartMeterset" not in begun
    assert "ContinuationEndMeterset" not in begun


def test_r105_verification_images_are_taken_during_the_beam(course: Course) -> None:
    """As planned, by a single exposure."""
    for task in course.instructions[0].BeamTaskSequence:
        (image,) = task.DeliveryVerificationImageSequence
        assert (image.VerificationImageTiming, image.DoubleExposureFlag) == ("DURING_BEAM", "SINGLE")


def test_r106_beams_left_out_say_why(course: Course) -> None:
    """Beam 1 of fraction 2 was treated already; before that nothing is left out."""
    assert [
        [(one.ReferencedBeamNumber, one.ReasonForOmission) for one in instruction.get("OmittedBeamTaskSequence") or []]
        for instruction in course.instructions
    ] == [[], [], [(1, "ALREADY_TREATED")]]


@pytest.mark.parametrize("sex", ["M", "F", "O"])
def test_r107_patient_sex_is_m_f_or_o(clinic: Clinic, sex: str) -> None:
    """As the plan has it."""
    session = clinic.check_in(make_stated_plan(PatientSex=sex))

    (instruction,) = clinic.fetch(str(session.instruction_uid))

    assert instruction.PatientSex == sex
