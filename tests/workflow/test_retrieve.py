"""Finding and handing out objects: what a query matches, what a session withholds."""

from __future__ import annotations

from typing import Any

import pytest

from tests.clinic import DEVICE, RIVAL, make_ct, make_ion_plan, study_keys
from tests.workflow.house import TWO_ROOMS, House, HouseMaker
from workbench.dicom import part10
from workbench.errors import Conflict, Refused
from workbench.events import EventKind
from workbench.settings import Peer
from workbench.workflow.retrieve import unsupported

ARCHIVE = Peer(ae_title="ARCHIVE", host="127.0.0.1", port=104)


def found(house: House, level: str, actor: str = DEVICE, **keys: Any) -> list[Any]:
    """Answers to a Study Root query."""
    return list(house.retrieve.find(study_keys(level, **keys), actor))


def bring_ct(house: House, count: int, **changes: Any) -> Any:
    """Import slices of one series; the last of them."""
    plan = make_ion_plan(**{key: changes[key] for key in changes if key.startswith("Patient")})
    for number in range(1, count + 1):
        ct = make_ct(plan, InstanceNumber=number, SeriesInstanceUID=f"{plan.StudyInstanceUID}.5", **changes)
        house.intake.bring(part10.encoded(ct), actor="user")
    return ct


def test_a_study_is_answered_once_with_its_counts(house: House) -> None:
    """Three slices and a plan are one study of four instances in two series, of two modalities."""
    ct = bring_ct(house, 3)
    house.bring_plan(StudyInstanceUID=ct.StudyInstanceUID)

    (answer,) = found(
        house,
        "STUDY",
        StudyInstanceUID="",
        PatientName="",
        NumberOfStudyRelatedInstances=None,
        NumberOfStudyRelatedSeries=None,
        ModalitiesInStudy="",
    )

    assert (answer.StudyInstanceUID, answer.PatientName) == (ct.StudyInstanceUID, "Doe^Jane")
    assert (answer.NumberOfStudyRelatedInstances, answer.NumberOfStudyRelatedSeries) == (4, 2)
    assert list(answer.ModalitiesInStudy) == ["CT", "RTPLAN"]


def test_a_series_is_answered_once(house: House) -> None:
    """Of the study asked for, with the number of its instances; SOP Instance UID has no place at this level."""
    ct = bring_ct(house, 3)

    (answer,) = found(
        house,
        "SERIES",
        StudyInstanceUID=ct.StudyInstanceUID,
        SeriesInstanceUID="",
        Modality="",
        NumberOfSeriesRelatedInstances=None,
        SOPInstanceUID="",
    )

    assert (answer.SeriesInstanceUID, answer.Modality, answer.NumberOfSeriesRelatedInstances) == (ct.SeriesInstanceUID, "CT", 3)
    assert answer["SOPInstanceUID"].is_empty


def test_a_plan_is_found_by_its_label(house: House) -> None:
    """C-FIND for the RT Plan Label (TMS statement 4.2.1.11): at image level, as a matching key and as an answer."""
    plan = house.bring_plan(RTPlanLabel="EYE LEFT")
    house.bring_plan(RTPlanLabel="EYE RIGHT")

    (answer,) = found(house, "IMAGE", RTPlanLabel="EYE L*", SOPInstanceUID="", SOPClassUID="")

    assert (answer.RTPlanLabel, answer.SOPInstanceUID, answer.SOPClassUID) == ("EYE LEFT", plan.SOPInstanceUID, plan.SOPClassUID)


@pytest.mark.parametrize(
    ("keys", "matches"),
    [
        ({}, True),
        ({"PatientID": "P-001"}, True),
        ({"PatientID": "p-001"}, False),
        ({"PatientID": "P-0?1"}, True),
        ({"PatientID": "P-[0]*"}, False),
        ({"PatientName": "DOE^JANE"}, True),
        ({"PatientName": "doe*"}, True),
        ({"PatientName": "D_e*"}, False),
        ({"PatientName": "%"}, False),
        ({"Modality": "RTPLAN"}, True),
        ({"Modality": "CT"}, False),
        ({"StudyDate": "20240517"}, True),
        ({"StudyDate": "20240501-20240531"}, True),
        ({"StudyDate": "20240518-"}, False),
        ({"StudyDate": "-20240517"}, True),
        ({"SOPInstanceUID": ["2.25.404", "2.25.405"]}, False),
        ({"StudyInstanceUID": "*"}, True),
        ({"BodyPartExamined": "EYE"}, True),
    ],
)
def test_a_query_matches_by_its_keys(house: House, keys: dict[str, Any], matches: bool) -> None:
    """PS3.4 C.2.2.2: names without case, IDs with; letters that SQL gives a meaning have none; unknown keys do not match."""
    plan = house.bring_plan(StudyDate="20240517")

    assert [one.SOPInstanceUID for one in found(house, "IMAGE", **{"SOPInstanceUID": "", **keys})] == (
        [plan.SOPInstanceUID] if matches else []
    )


def test_only_requested_keys_are_answered(house: House) -> None:
    """Beside level and retrieve AE title, which an answer always has; a key we do not keep comes back empty."""
    house.bring_plan()

    (answer,) = found(house, "IMAGE", SOPInstanceUID="", BodyPartExamined="")

    assert {element.keyword for element in answer} == {
        "QueryRetrieveLevel",
        "RetrieveAETitle",
        "SOPInstanceUID",
        "BodyPartExamined",
    }
    assert answer.RetrieveAETitle == "WORKBENCH"
    assert answer["BodyPartExamined"].is_empty


def test_keys_that_are_not_supported_at_a_level_are_known() -> None:
    """Those of lower levels and those that are not kept; level, character set and retrieve AE title are no such keys."""
    keys = {"StudyInstanceUID": "", "ModalitiesInStudy": "", "RetrieveAETitle": "", "SpecificCharacterSet": "ISO_IR 192"}

    assert unsupported(study_keys("STUDY", **keys)) == frozenset()
    assert unsupported(study_keys("STUDY", **keys, BodyPartExamined="", RTPlanLabel="")) == {"BodyPartExamined", "RTPlanLabel"}


@pytest.mark.parametrize(
    ("level", "keys", "count"),
    [
        ("STUDY", {"ModalitiesInStudy": "CT"}, 1),
        ("STUDY", {"ModalitiesInStudy": ["MR", "CT"]}, 1),
        ("STUDY", {"ModalitiesInStudy": "C*"}, 1),
        ("STUDY", {"ModalitiesInStudy": "RTPLAN"}, 2),
        ("STUDY", {"ModalitiesInStudy": "MR"}, 0),
        ("STUDY", {"SOPClassesInStudy": "1.2.840.10008.5.1.4.1.1.2"}, 1),
        ("STUDY", {"PatientName": "grün*"}, 1),
        ("STUDY", {"PatientName": "doe^jane^^"}, 1),
        ("STUDY", {"PatientName": "Doe^Jane=X*"}, 0),
        ("STUDY", {"StudyTime": "0900-0931"}, 2),
        ("STUDY", {"StudyTime": "0931-"}, 0),
        ("SERIES", {"Modality": "CT"}, 1),
        ("SERIES", {"Modality": "CT", "PatientID": "P-001"}, 1),
        ("SERIES", {"Modality": "CT", "PatientID": "P-002"}, 0),
        ("SERIES", {"SeriesNumber": "05"}, 1),
        ("IMAGE", {"Modality": "CT"}, 2),
        ("IMAGE", {"Modality": "CT", "InstanceNumber": "2"}, 1),
        ("IMAGE", {"PatientName": "Grün^Gert", "PatientID": "P-00*"}, 1),
        ("IMAGE", {"SOPClassUID": ["1.2.840.10008.5.1.4.1.1.2", "1.2.3"]}, 2),
    ],
)
def test_every_level_is_matched_by_its_keys_and_those_above(house: House, level: str, keys: dict[str, Any], count: int) -> None:
    """Two studies: a plan of one patient; a plan and two slices of another. Modalities and SOP classes of a study are matched, too."""
    house.bring_plan(PatientID="P-002", PatientName="Grün^Gert", SpecificCharacterSet="ISO_IR 192", StudyTime="093015")
    ct = bring_ct(house, 2, StudyTime="093015")
    house.bring_plan(StudyInstanceUID=ct.StudyInstanceUID, StudyTime="093015")

    assert len(found(house, level, **keys)) == count


def test_a_name_beyond_ascii_is_answered_in_unicode(house: House) -> None:
    """The answer names ISO_IR 192, whatever the object was written in; one in ASCII names nothing."""
    house.bring_plan(PatientID="P-002", PatientName="Grün^Gert", SpecificCharacterSet="ISO_IR 100")
    house.bring_plan()

    answers = {str(one.PatientID): one for one in found(house, "STUDY", PatientID="", PatientName="")}

    assert (answers["P-002"].SpecificCharacterSet, str(answers["P-002"].PatientName)) == ("ISO_IR 192", "Grün^Gert")
    assert "SpecificCharacterSet" not in answers["P-001"]


@pytest.mark.parametrize("level", ["", "PATIENT", "BOGUS"])
def test_a_level_that_the_model_does_not_have_is_refused(house: House, level: str) -> None:
    """Study Root knows STUDY, SERIES and IMAGE; find and move say so alike."""
    expected = rf"^query: found level {level or 'none'}, expected one of STUDY, SERIES, IMAGE$"

    with pytest.raises(Refused, match=expected) as by_find:
        found(house, level)
    with pytest.raises(Refused, match=expected):
        house.retrieve.select(study_keys(level), DEVICE)

    assert by_find.value.rule == "identifier"


def test_a_move_needs_the_unique_key_of_its_level(house: House) -> None:
    """Never everything by accident."""
    house.bring_plan()

    with pytest.raises(Refused, match=r"^C-MOVE at SERIES level: found no SeriesInstanceUID, expected at least one$"):
        house.retrieve.select(study_keys("SERIES", StudyInstanceUID="1.2"), DEVICE)


def test_a_move_selects_by_uids_of_every_level(house: House) -> None:
    """A study, a series of it, a list of instances; what is not here is not selected."""
    ct = bring_ct(house, 3)
    plan = house.bring_plan(StudyInstanceUID=ct.StudyInstanceUID)

    study = house.retrieve.select(study_keys("STUDY", StudyInstanceUID=ct.StudyInstanceUID), DEVICE)
    series = house.retrieve.select(study_keys("SERIES", SeriesInstanceUID=ct.SeriesInstanceUID), DEVICE)
    images = house.retrieve.select(
        study_keys("IMAGE", StudyInstanceUID=ct.StudyInstanceUID, SOPInstanceUID=[ct.SOPInstanceUID, plan.SOPInstanceUID, "2.25.404"]),
        DEVICE,
    )

    assert (len(study), len(series)) == (4, 3)
    assert {one.uid for one in images} == {ct.SOPInstanceUID, plan.SOPInstanceUID}


def test_a_running_session_withholds_other_patients(house: House) -> None:
    """Not found, and a move of them is refused as a whole; the session's own patient is served."""
    other = house.bring_plan(PatientID="P-002")
    session, plan = house.running()

    shown = {one.SOPInstanceUID for one in found(house, "IMAGE", SOPInstanceUID="")}
    with pytest.raises(Conflict, match=r"^C-MOVE by DEVICE: 1 of 2 objects are withheld because another session is running") as refusal:
        house.retrieve.select(study_keys("IMAGE", SOPInstanceUID=[other.SOPInstanceUID, plan.SOPInstanceUID]), DEVICE)

    assert other.SOPInstanceUID not in shown
    assert {session.session_plan_uid, session.instruction_uid, session.plan_uid} <= shown
    assert (refusal.value.rule, refusal.value.comment) == ("withheld", "Objects are withheld: another session is running")


def test_a_prepared_session_withholds_nothing(house: House) -> None:
    """Only the claim restricts what is served."""
    other = house.bring_plan(PatientID="P-002")
    house.prepare()

    assert other.SOPInstanceUID in {one.SOPInstanceUID for one in found(house, "IMAGE", SOPInstanceUID="")}


def test_a_canceled_session_withholds_everything_until_it_is_completed(house: House) -> None:
    """C-FIND no match, C-MOVE a failure, and in the history; afterwards all is served again."""
    session, plan = house.running()
    house.schedule.cancel(session.id)

    hidden = found(house, "IMAGE", SOPInstanceUID="")
    with pytest.raises(Conflict, match=r"withheld because the session was canceled"):
        house.retrieve.select(study_keys("IMAGE", SOPInstanceUID=plan.SOPInstanceUID), DEVICE)
    house.schedule.complete(session.id)

    assert hidden == []
    assert [event.detail["rule"] for event in house.history(EventKind.REQUEST_REFUSED)] == ["withheld"]
    assert len(house.retrieve.select(study_keys("IMAGE", SOPInstanceUID=plan.SOPInstanceUID), DEVICE)) == 1


def test_a_peer_of_no_room_gets_what_no_running_session_withholds(make_house: HouseMaker) -> None:
    """The archive queries before and after; the patient under treatment is not shown to it meanwhile."""
    house = make_house(rooms=TWO_ROOMS, peers=(ARCHIVE,))
    other = house.bring_plan(PatientID="P-002")
    plan = house.bring_plan()

    before = {one.SOPInstanceUID for one in found(house, "IMAGE", "ARCHIVE", SOPInstanceUID="")}
    house.running(plan, room="EYE1")
    during = {one.SOPInstanceUID for one in found(house, "IMAGE", "ARCHIVE", SOPInstanceUID="")}

    assert (before, during) == ({other.SOPInstanceUID, plan.SOPInstanceUID}, {other.SOPInstanceUID})


def test_neither_room_nor_peer_is_not_authorised(make_house: HouseMaker) -> None:
    """Query and retrieve are refused alike, with a comment that says what is missing."""
    house = make_house(rooms=TWO_ROOMS)

    with pytest.raises(Refused) as by_find:
        found(house, "STUDY", RIVAL)
    with pytest.raises(Refused) as by_move:
        house.retrieve.select(study_keys("STUDY", StudyInstanceUID="1.2"), RIVAL)

    assert {by_find.value.rule, by_move.value.rule} == {"not-authorised"}
    assert by_find.value.comment == "Calling AE title belongs to no room and is no peer"
