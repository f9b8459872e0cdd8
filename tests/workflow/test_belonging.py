"""To which session an object belongs: every kind of reference, alone, missing, contradicting, and in two rooms at once."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import pytest
from pydicom.dataset import Dataset
from pydicom.sequence import Sequence

from tests.clinic import DEVICE, make_ct, make_ion_plan, make_record, make_registration, make_table_position
from tests.workflow.house import House, HouseMaker
from workbench.archive.rows import SessionRow
from workbench.dicom import part10
from workbench.errors import Refused
from workbench.settings import Room
from workbench.treatment.session import SessionKind
from workbench.workflow.ups import Request

ELSEWHERE = {"StudyInstanceUID": "2.25.404", "FrameOfReferenceUID": "2.25.405"}
"""A study and a frame of reference that nobody here knows."""
ONE_DEVICE = tuple(Room(name=name, station_code=name, calling_ae_titles=(DEVICE,)) for name in ("EYE1", "EYE2"))
"""Two rooms that are served by one AE title."""


def reference(*datasets: Dataset) -> Sequence:
    """Items that name these objects."""
    items = []
    for dataset in datasets:
        item = Dataset()
        item.ReferencedSOPClassUID, item.ReferencedSOPInstanceUID = dataset.SOPClassUID, dataset.SOPInstanceUID
        items.append(item)
    return Sequence(items)


@dataclass(frozen=True, slots=True)
class Scene:
    """A running session, its plan, and an image of another patient that is stored here."""

    house: House
    plan: Dataset
    other: Dataset


@pytest.fixture
def scene(house: House) -> Scene:
    """The session of P-001 runs; P-002 has a CT in the archive."""
    foreign = make_ct(make_ion_plan(PatientID="P-002"))
    house.intake.bring(part10.encoded(foreign), actor="user")
    _, plan = house.running()
    return Scene(house, plan, foreign)


def by_plan(scene: Scene) -> Dataset:
    """Only the plan is the session's."""
    return make_ct(scene.plan, **ELSEWHERE, ReferencedRTPlanSequence=reference(scene.plan))


def by_study(scene: Scene) -> Dataset:
    """Only the study is."""
    return make_ct(scene.plan, FrameOfReferenceUID="2.25.405")


def by_frame(scene: Scene) -> Dataset:
    """Only the frame of reference is."""
    return make_ct(scene.plan, StudyInstanceUID="2.25.404")


def by_frame_of_an_earlier_image(scene: Scene) -> Dataset:
    """The frame of reference is that of an image that the session has."""
    scene.house.store(make_ct(scene.plan, FrameOfReferenceUID="2.25.406"))
    return make_ct(scene.plan, StudyInstanceUID="2.25.404", FrameOfReferenceUID="2.25.406")


def by_image(scene: Scene) -> Dataset:
    """A referenced image is one that the session has."""
    image = make_ct(scene.plan)
    scene.house.store(image)
    registration = make_registration(scene.plan, **ELSEWHERE)
    registration.RegistrationSequence[0].FrameOfReferenceUID = "2.25.405"
    registration.RegistrationSequence[0].ReferencedImageSequence = reference(image)
    return registration


def by_frame_of_its_points(scene: Scene) -> Dataset:
    """The frame of reference of the marked point is the plan's."""
    return make_table_position(scene.plan, **ELSEWHERE)


@pytest.mark.parametrize("make", [by_plan, by_study, by_frame, by_frame_of_an_earlier_image, by_image, by_frame_of_its_points])
def test_one_reference_that_leads_to_the_session_is_enough(scene: Scene, make: Callable[[Scene], Dataset]) -> None:
    """Patient ID together with plan, study, frame of reference or a referenced object; what is unknown here says nothing."""
    dataset = make(scene)

    scene.house.store(dataset)

    assert dataset.SOPInstanceUID in {one.uid for one in scene.house.objects() if one.session_id is not None}


def unrelated(scene: Scene) -> Dataset:
    """Nothing but the patient fits."""
    return make_ct(scene.plan, **ELSEWHERE)


def study_of_another(scene: Scene) -> Dataset:
    """The study is another patient's."""
    return make_ct(scene.plan, StudyInstanceUID=scene.other.StudyInstanceUID)


def frame_of_another(scene: Scene) -> Dataset:
    """The frame of reference is."""
    return make_ct(scene.plan, FrameOfReferenceUID=scene.other.FrameOfReferenceUID)


def image_of_another(scene: Scene) -> Dataset:
    """A referenced image is."""
    registration = make_registration(scene.plan)
    registration.RegistrationSequence[0].ReferencedImageSequence = reference(scene.other)
    return registration


def another_plan(scene: Scene) -> Dataset:
    """A plan that is not the session's."""
    return make_ct(scene.plan, ReferencedRTPlanSequence=reference(make_ion_plan()))


def two_plans(scene: Scene) -> Dataset:
    """The session's plan and another one."""
    return make_ct(scene.plan, ReferencedRTPlanSequence=reference(scene.plan, make_ion_plan()))


def record_of_no_plan(scene: Scene) -> Dataset:
    """A record with an empty reference, which its type allows."""
    return make_record(scene.plan, ReferencedRTPlanSequence=Sequence())


@pytest.mark.parametrize(
    ("make", "comment"),
    [
        (unrelated, "No reference leads to the running session"),
        (study_of_another, "A referenced study is another patient's"),
        (frame_of_another, "A referenced frame of reference is another patient's"),
        (image_of_another, "A referenced object is another patient's"),
        (another_plan, "Referenced plan is not that of the running session"),
        (two_plans, "Referenced plan is not that of the running session"),
        (record_of_no_plan, "The record references no plan"),
    ],
)
def test_an_object_that_contradicts_itself_is_nobody_s(scene: Scene, make: Callable[[Scene], Dataset], comment: str) -> None:
    """One reference to another patient or plan outweighs all that fit; nothing is kept, and no patient is named."""
    before = scene.house.objects()

    with pytest.raises(Refused) as refusal:
        scene.house.store(make(scene))

    assert (refusal.value.rule, refusal.value.comment) == ("no-session", comment)
    assert scene.house.objects() == before
    assert "P-00" not in str(refusal.value)


def both_running(house: House, *plans: Dataset) -> list[tuple[SessionRow, Dataset]]:
    """A claimed session in each of two rooms, a treatment and a QA, and their session plans."""
    found = []
    for room, plan, kind in zip(("EYE1", "EYE2"), plans, (SessionKind.TREATMENT, SessionKind.QA), strict=True):
        session = house.prepare(plan, room=room, kind=kind)
        house.claim(session)
        found.append((house.schedule.get(session.id), house.dataset(session.session_plan_uid)))
    return found


def test_a_device_of_two_rooms_reaches_the_right_one_by_patient(make_house: HouseMaker) -> None:
    """Two patients at once: each image goes to the session of its own patient."""
    house = make_house(rooms=ONE_DEVICE)
    plans = [house.bring_plan(make_ion_plan(PatientID=name)) for name in ("P-001", "P-002")]
    (first, first_plan), (second, second_plan) = both_running(house, *plans)
    images = [make_ct(second_plan), make_ct(first_plan)]

    for image in images:
        house.store(image)

    received = {one.uid: one.session_id for one in house.objects() if one.uid in {image.SOPInstanceUID for image in images}}
    assert received == {images[0].SOPInstanceUID: second.id, images[1].SOPInstanceUID: first.id}


def test_a_device_of_two_rooms_has_to_reference_the_plan_where_both_fit(make_house: HouseMaker) -> None:
    """The same plan in two rooms: an image without a plan fits both and is refused, with the session's plan it is stored there."""
    house = make_house(rooms=ONE_DEVICE)
    plan = house.bring_plan()
    (_, first_plan), (second, second_plan) = both_running(house, plan, plan)

    with pytest.raises(Refused, match=r"it fits the sessions in rooms EYE1 and EYE2, expected a reference to the plan of one of them$"):
        house.store(make_ct(first_plan))

    image = make_ct(second_plan, ReferencedRTPlanSequence=reference(second_plan))
    house.store(image)
    assert [one.session_id for one in house.objects() if one.uid == image.SOPInstanceUID] == [second.id]


def test_of_two_sessions_of_one_device_a_canceled_one_serves_nothing(make_house: HouseMaker) -> None:
    """The other room's session waits: objects of the canceled session's patient are withheld, those of the waiting one shown."""
    house = make_house(rooms=ONE_DEVICE)
    first, second = (
        house.prepare(house.bring_plan(make_ion_plan(PatientID=name)), room=room) for name, room in (("P-001", "EYE1"), ("P-002", "EYE2"))
    )
    uid = house.claim(first)
    house.worklist.act(uid, Request.CANCEL, "2.25.1111", DEVICE)
    house.schedule.cancel(first.id)
    query = Dataset()
    query.QueryRetrieveLevel, query.PatientID, query.StudyInstanceUID = "STUDY", "", ""

    shown = {answer.PatientID for answer in house.retrieve.find(query, DEVICE)}

    assert shown == {"P-002"}
    assert second.patient_id == "P-002"
