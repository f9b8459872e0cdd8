"""N-SET row by row: what may be set, what has to stay, what is ignored or coerced; the final text and the Trial."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from pydicom.dataelem import RawDataElement
from pydicom.dataset import Dataset
from pydicom.tag import Tag

from tests.clinic import LOCK
from tests.network.state_table import FINAL, OK, TRIAL, Rooms, change, code, progress, rooms

NEVER = """
    SOPClassUID SOPInstanceUID ProcedureStepState PatientName PatientID PatientBirthDate PatientSex AdmissionID
    IssuerOfAdmissionIDSequence AdmittingDiagnosesDescription AdmittingDiagnosesCodeSequence ReferencedRequestSequence
    ReplacedProcedureStepSequence
""".split()
"""PS3.4 Table CC.2.5-3, N-SET "not allowed"."""
VALUES = {"SOPClassUID": "1.2.3", "SOPInstanceUID": "1.2.3", "PatientBirthDate": "19500101", "PatientSex": "O"}


@pytest.fixture(scope="module")
def clinic(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Rooms]:
    """A provider that holds a workitem of each state."""
    with rooms(tmp_path_factory.mktemp("setting"), FINAL) as made:
        yield made


@pytest.fixture(scope="module")
def trial(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Rooms]:
    """The same, spoken with in the Trial."""
    with rooms(tmp_path_factory.mktemp("trial-setting"), TRIAL) as made:
        yield made


def read(clinic: Rooms, uid: str, *keywords: str) -> Dataset:
    """Attributes of a workitem by N-GET."""
    status, found = clinic.association.send_n_get([Tag(one) for one in keywords], FINAL.push, uid, meta_uid=FINAL.pull)
    assert status.Status == 0x0000
    return found


@pytest.mark.parametrize("keyword", NEVER)
def test_what_no_n_set_may_name_takes_the_whole_request_with_it(clinic: Rooms, trial: Rooms, keyword: str) -> None:
    """0106 in both dialects, its name in the comment, and the progress beside it is not written."""
    value: Any = [] if keyword.endswith("Sequence") else VALUES.get(keyword, "SCHEDULED")
    for held, speech in ((clinic, FINAL), (trial, TRIAL)):
        uid = held.workitems["IN PROGRESS"]

        attributes = {"ProcedureStepProgressInformationSequence": [progress()], keyword: value}
        answered = change(held.association, speech, uid, LOCK, **attributes)

        assert answered == ("0106", f"{keyword} cannot be set")
        assert next(one for one in held.bench.workitems() if one.uid == uid).progress_percent is None


@pytest.mark.parametrize(
    ("attributes", "expected"),
    [
        ({"ScheduledProcedureStepPriority": ""}, ("0121", "ScheduledProcedureStepPriority is empty")),
        ({"InputReadinessState": ""}, ("0121", "InputReadinessState is empty")),
        ({"InputReadinessState": "SOON"}, ("0106", "InputReadinessState is not a defined value")),
        ({"ScheduledStationNameCodeSequence": [code("EYE9", "99OPW", "")]}, ("0121", "CodeMeaning is empty")),
        (
            {"ScheduledStationNameCodeSequence": [code("EYE9", "99OPW", "EYE9")]},
            ("0106", "Scheduled Station is that of no room here"),
        ),
        (
            {"ScheduledStationNameCodeSequence": [code("FRESH", "99OPW", "FRESH")]},
            ("0106", "Scheduled Station would leave the session's room"),
        ),
        ({"ScheduledProcedureStepStartDateTime": "yesterday"}, ("0106", "ScheduledProcedureStepStartDateTime is malformed")),
        ({"ProcedureStepLabel": "X" * 65}, ("0106", "ProcedureStepLabel is malformed")),
        ({"ProcedureStepLabel": ["one", "two"]}, ("0106", "ProcedureStepLabel is malformed")),
        ({"InputInformationSequence": [Dataset()]}, ("0120", "TypeOfInstances is missing (+1)")),
    ],
    ids=lambda value: next(iter(value)) if isinstance(value, dict) else "",
)
def test_what_would_leave_a_workitem_without_a_value_is_refused(
    clinic: Rooms, attributes: dict[str, Any], expected: tuple[str, str]
) -> None:
    """By the types of N-SET for user and provider."""
    uid = clinic.workitems["IN PROGRESS"]

    assert clinic.link.surely(lambda association: change(association, FINAL, uid, LOCK, **attributes)) == expected


@pytest.mark.parametrize(
    "text",
    [b"abc ", b"1\\2 ", b"100.5 ", b"-5", b"1e400 "],
    ids=["no number", "two numbers", "more than all", "less than nothing", "beyond all numbers"],
)
def test_progress_that_is_no_percentage_is_refused_in_both_dialects(clinic: Rooms, trial: Rooms, text: bytes) -> None:
    """0106 with the attribute's name; an error of ours would be 0110."""
    item = Dataset()
    # As bytes: pydicom refuses to make such a number.
    item[0x00741004] = RawDataElement(Tag(0x00741004), "DS", len(text), text, 0, True, True)
    for held, speech in ((clinic, FINAL), (trial, TRIAL)):
        answered = change(held.association, speech, held.workitems["IN PROGRESS"], LOCK, ProcedureStepProgressInformationSequence=[item])

        assert answered == ("0106", "ProcedureStepProgress is malformed")


def test_optional_attributes_that_workitems_do_not_have_are_ignored_and_told(clinic: Rooms) -> None:
    """0001 names them; what stands beside them is set."""
    uid = clinic.workitems["IN PROGRESS"]

    answered = change(clinic.association, FINAL, uid, LOCK, RTPlanLabel="X", InputAvailabilityFlag="PARTIAL", ProcedureStepLabel="Again")

    assert answered == ("0001", "Not supported, ignored: InputAvailabilityFlag, RTPlanLabel")
    assert read(clinic, uid, "ProcedureStepLabel").ProcedureStepLabel == "Again"


def test_the_moment_of_modification_is_the_providers(clinic: Rooms) -> None:
    """B305 when it is sent; what a reader finds is when the provider took the change."""
    uid = clinic.workitems["IN PROGRESS"]

    answered = change(
        clinic.association, FINAL, uid, LOCK, ScheduledProcedureStepModificationDateTime="19000101", ProcedureStepLabel="Once more"
    )

    assert answered == ("B305", "Modification Date Time is the provider's")
    found = read(clinic, uid, "ScheduledProcedureStepModificationDateTime").ScheduledProcedureStepModificationDateTime
    assert str(found) > "2020"


def test_a_trial_device_sets_its_flag_partial(trial: Rooms) -> None:
    """PARTIAL of the Trial is accepted and found again; the final readiness is none of its attributes."""
    uid = trial.workitems["IN PROGRESS"]

    flag = change(trial.association, TRIAL, uid, LOCK, InputAvailabilityFlag="PARTIAL")
    state = change(trial.association, TRIAL, uid, LOCK, InputReadinessState="READY")
    status, found = trial.association.send_n_get([Tag("InputAvailabilityFlag")], TRIAL.push, uid, meta_uid=TRIAL.pull)

    assert (flag, state) == ((OK, ""), ("0001", "Not supported, ignored: InputReadinessState"))
    assert (status.Status, found.InputAvailabilityFlag) == (0x0000, "PARTIAL")


def test_a_sequence_is_replaced_whole_and_the_same_again_changes_nothing(clinic: Rooms) -> None:
    """Two items, then one, then the same one: one item is there."""
    uid, keyword = clinic.workitems["IN PROGRESS"], "ScheduledProcessingParametersSequence"
    items = []
    for text in ("a", "b"):
        item = Dataset()
        item.ValueType, item.TextValue = "TEXT", text
        item.ConceptNameCodeSequence = [code("P", "99OPW", "Parameter")]
        items.append(item)

    answers = [change(clinic.association, FINAL, uid, LOCK, **{keyword: sent}) for sent in (items, items[:1], items[:1])]

    assert answers == [(OK, "")] * 3
    assert [one.TextValue for one in read(clinic, uid, keyword)[keyword].value] == ["a"]


def test_n_get_gives_what_was_asked_for_and_never_lock_or_sop_uids(clinic: Rooms) -> None:
    """Asked for with the others they are left out."""
    found = read(clinic, clinic.workitems["IN PROGRESS"], "TransactionUID", "SOPClassUID", "SOPInstanceUID", "ProcedureStepState")

    assert [(one.keyword, one.value) for one in found] == [("ProcedureStepState", "IN PROGRESS")]


def test_texts_of_two_character_sets_live_in_one_workitem(clinic: Rooms) -> None:
    """A label in Latin-1 set beside one in Cyrillic: both are read as they were written, and the answer names ISO_IR 192."""
    uid = clinic.workitems["IN PROGRESS"]
    latin = {"SpecificCharacterSet": "ISO_IR 100", "ProcedureStepLabel": "Größe"}
    cyrillic = {"SpecificCharacterSet": "ISO_IR 144", "CommentsOnTheScheduledProcedureStep": "Щипцы"}

    answers = [change(clinic.association, FINAL, uid, LOCK, **attributes) for attributes in (cyrillic, latin)]

    found = read(clinic, uid, "ProcedureStepLabel", "CommentsOnTheScheduledProcedureStep")
    assert answers == [(OK, "")] * 2
    assert {one.keyword: one.value for one in found} == {
        "SpecificCharacterSet": "ISO_IR 192",
        "ProcedureStepLabel": "Größe",
        "CommentsOnTheScheduledProcedureStep": "Щипцы",
    }
