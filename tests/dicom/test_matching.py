"""Matching as PS3.4 C.2.2.2 has it: each kind of matching, each VR that has a say of its own, and what is refused."""

from __future__ import annotations

from datetime import UTC, timedelta, timezone
from typing import Any

import pytest
from pydicom.dataset import Dataset

from workbench.dicom import part10, uids
from workbench.dicom.matching import Query
from workbench.errors import Refused


def make(**values: Any) -> Dataset:
    """A data set with these attributes."""
    dataset = Dataset()
    for keyword, value in values.items():
        setattr(dataset, keyword, value)
    return dataset


def fits(keyword: str, wanted: object, found: object, **options: Any) -> bool:
    """Whether one key matches one value."""
    return Query.of(make(**{keyword: wanted}), **options).matches(make(**{keyword: found}))


def from_wire(dataset: Dataset, charset: str) -> Dataset:
    """A data set as a peer sends it, written in this character set."""
    dataset.SpecificCharacterSet = charset
    return part10.decode(part10.encode(dataset, uids.EXPLICIT_LITTLE), uids.EXPLICIT_LITTLE)


@pytest.mark.parametrize(
    ("keyword", "wanted", "found", "matches"),
    [
        ("PatientID", "P-001", "P-001", True),
        ("PatientID", "P-001", "P-001 ", True),
        ("PatientID", "p-001", "P-001", False),
        ("PatientID", "P-001", "P-0011", False),
        ("PatientName", "DOE^JANE", "Doe^Jane", True),
        ("PatientName", "Doe^Jane^^^", "Doe^Jane", True),
        ("PatientName", "Doe", "Doe^Jane", False),
        ("PatientName", "müller^jörg", "MÜLLER^JÖRG", True),
        ("PatientName", "Yamada^Tarou", "Yamada^Tarou=山田^太郎=やまだ^たろう", True),
        ("PatientName", "山田^太郎", "Yamada^Tarou=山田^太郎=やまだ^たろう", True),
        ("PatientName", "=山田^太郎", "Yamada^Tarou=山田^太郎", True),
        ("PatientName", "Suzuki=山田^太郎", "Yamada^Tarou=山田^太郎", False),
        ("SeriesNumber", "2", "02", True),
        ("SeriesNumber", "2", "12", False),
        ("PatientWeight", "70", "70.0", True),
        ("Rows", 512, 512, True),
        ("Rows", 512, 51, False),
        ("StudyDate", "20240517", "20240517", True),
        ("StudyDate", "20240517", "20240518", False),
    ],
)
def test_single_value_matching(keyword: str, wanted: object, found: object, matches: bool) -> None:
    """C.2.2.2.1: exact and with case; of names neither case nor trailing delimiters nor further groups matter; numbers are numbers."""
    assert fits(keyword, wanted, found) is matches


@pytest.mark.parametrize(
    ("keyword", "wanted", "found", "matches"),
    [
        ("StudyInstanceUID", ["1.2.3", "1.2.4"], "1.2.4", True),
        ("StudyInstanceUID", ["1.2.3", "1.2.4"], "1.2.5", False),
        ("StudyInstanceUID", ["1.2.3"], "1.2.33", False),
        ("ModalitiesInStudy", "CT", ["RTPLAN", "CT"], True),
        ("ModalitiesInStudy", ["CT", "MR"], ["RTPLAN", "MR"], True),
        ("ModalitiesInStudy", "CT", ["RTPLAN", "MR"], False),
    ],
)
def test_list_of_uid_matching(keyword: str, wanted: object, found: object, matches: bool) -> None:
    """C.2.2.2.2: any of the UIDs; of an attribute with several values any one suffices."""
    assert fits(keyword, wanted, found) is matches


@pytest.mark.parametrize(
    ("keyword", "wanted"),
    [(keyword, "") for keyword in ("PatientID", "PatientName", "StudyInstanceUID", "StudyDate", "SeriesNumber")]
    + [(keyword, "*") for keyword in ("PatientID", "PatientName", "StudyInstanceUID")]
    + [("PatientID", "**")],
)
def test_universal_matching(keyword: str, wanted: str) -> None:
    """C.2.2.2.3: an empty key, or a lone asterisk, matches a value, no value and no attribute."""
    query = Query.of(make(**{keyword: wanted}))

    assert query.matches(make(PatientID="P-001", StudyInstanceUID="1.2", StudyDate="20240517", SeriesNumber=1, PatientName="Doe"))
    assert query.matches(make(**{keyword: None}))
    assert query.matches(Dataset())


@pytest.mark.parametrize(
    ("keyword", "wanted", "found", "matches"),
    [
        ("PatientID", "P-*", "P-001", True),
        ("PatientID", "P-0?1", "P-001", True),
        ("PatientID", "P-0?1", "P-0011", False),
        ("PatientID", "*1", "P-001", True),
        ("PatientID", "p-*", "P-001", False),
        ("PatientID", "P.0*", "P-001", False),
        ("PatientID", "P-[0]*", "P-001", False),
        ("StudyDescription", "a*b", "a\nb", True),
        ("PatientName", "DO*", "Doe^Jane", True),
        ("PatientName", "*jane", "Doe^Jane", True),
        ("PatientName", "D?e^*", "Doe^Jane", True),
        ("PatientName", "M?ller*", "Müller^Jörg", True),
        ("PatientName", "山*", "Yamada^Tarou=山田^太郎", True),
        ("PatientName", "Y*=山*", "Yamada^Tarou=山田^太郎", True),
        ("PatientName", "Y*=鈴*", "Yamada^Tarou=山田^太郎", False),
        ("PatientID", "P-*", None, False),
        ("RetrieveAETitle", "WORK*", "WORKBENCH", True),
    ],
)
def test_wildcard_matching(keyword: str, wanted: str, found: str | None, matches: bool) -> None:
    """C.2.2.2.4: any run, any one character, everything else itself; what has no value fits no pattern but the universal one."""
    assert fits(keyword, wanted, found) is matches


@pytest.mark.parametrize(
    ("wanted", "found", "matches"),
    [
        ("20240501-20240531", "20240517", True),
        ("20240517-20240517", "20240517", True),
        ("20240501-", "20240517", True),
        ("-20240517", "20240517", True),
        ("-20240516", "20240517", False),
        ("20240518-", "20240517", False),
        ("20240501 - 20240531", "20240517", True),
        ("20240501-", None, False),
        ("20240501-", "2024", False),
    ],
)
def test_range_matching_of_dates(wanted: str, found: str | None, matches: bool) -> None:
    """C.2.2.2.5.1: both ends included, either may be open; a date that is missing or malformed lies in no range."""
    candidate = Dataset()
    candidate.add_new("StudyDate", "DA", None)
    if found:
        candidate["StudyDate"]._value = found

    assert Query.of(make(StudyDate=wanted)).matches(candidate) is matches


@pytest.mark.parametrize(
    ("wanted", "found", "matches"),
    [
        ("1030", "103015", True),
        ("1030", "103115", False),
        ("103015.5", "103015.57", True),
        ("0900-1100", "103015", True),
        ("0900-10", "105959.999999", True),
        ("0900-10", "110000", False),
        ("-0930", "093059", True),
        ("-0930", "093100", False),
        ("103015.2-", "103015.19", False),
        ("103015.2-", "103015.2", True),
        ("235960-", "235959", True),
    ],
)
def test_matching_of_times(wanted: str, found: str, matches: bool) -> None:
    """C.2.2.2.5.2: a time of partial precision is all of its minute or hour; the leap second is the one before it."""
    assert fits("StudyTime", wanted, found) is matches


@pytest.mark.parametrize(
    ("wanted", "found", "matches"),
    [
        ("20240517103000+0200", "20240517083000+0000", True),
        ("20240517103000+0200", "20240517103000+0000", False),
        ("20240517083000", "20240517103000+0200", True),
        ("202405", "20240517103000", True),
        ("2024-2025", "20250517", True),
        ("2023-2024", "20250101", False),
        ("20240517-0500", "20240517100000-0500", True),
        ("20240517-0500", "20240518030000+0000", True),
        ("20240517-0500", "20240518060000+0000", False),
        ("20240517100000+0200-20240517110000+0200", "20240517083000+0000", True),
        ("20240517100000+0200-20240517110000+0200", "20240517093000+0000", False),
        ("20240517100000-0500-", "20240517150000+0000", True),
        ("20240517100000-0500-", "20240517145959+0000", False),
        ("-20240517100000-0500", "20240517150000.4+0000", True),
        ("-20240517100000-0500", "20240517150001+0000", False),
        ("20240517103000.25", "20240517103000.2", False),
        ("20241231-", "20241231", True),
        ("-9999", "99991231", True),
    ],
)
def test_matching_of_date_times(wanted: str, found: str, matches: bool) -> None:
    """C.2.2.2.5.3: as instants, whatever the offset; a hyphen and four digits that can be an offset are one."""
    assert fits("ScheduledProcedureStepStartDateTime", wanted, found) is matches


def test_a_date_time_without_offset_is_in_the_zone_that_its_data_set_names() -> None:
    """Timezone Offset From UTC of identifier and candidate (PS3.3 C.12.1.1.8); where neither speaks, the zone of the house."""
    keyword = "ScheduledProcedureStepStartDateTime"
    in_new_york = make(**{keyword: "20240517043000", "TimezoneOffsetFromUTC": "-0400"})
    house = timezone(timedelta(hours=2))

    assert Query.of(make(**{keyword: "20240517103000", "TimezoneOffsetFromUTC": "+0200"})).matches(in_new_york)
    assert Query.of(make(**{keyword: "20240517103000"}), zone=house).matches(in_new_york)
    assert Query.of(make(**{keyword: "20240517103000"}), zone=house).matches(make(**{keyword: "20240517083000+0000"}))
    assert not Query.of(make(**{keyword: "20240517103000"}), zone=UTC).matches(in_new_york)


STATIONS = make(
    SOPInstanceUID="1.2.3",
    ScheduledStationNameCodeSequence=[
        make(CodeValue="EYE1", CodingSchemeDesignator="99OPW", CodeMeaning="Eye room"),
        make(CodeValue="GANTRY", CodingSchemeDesignator="99OPW", CodeMeaning="Gantry room"),
    ],
)


@pytest.mark.parametrize(
    ("items", "matches"),
    [
        ([make(CodeValue="GANTRY")], True),
        ([make(CodeValue="GANTRY", CodingSchemeDesignator="99OPW")], True),
        ([make(CodeValue="GANTRY", CodeMeaning="Eye room")], False),
        ([make(CodeValue="G*")], True),
        ([make(CodeValue="")], True),
        ([Dataset()], True),
        ([], True),
    ],
)
def test_sequence_matching(items: list[Dataset], matches: bool) -> None:
    """C.2.2.2.6: one item matches all keys of the item; an item without values matches everything."""
    assert Query.of(make(ScheduledStationNameCodeSequence=items)).matches(STATIONS) is matches


def test_a_sequence_that_is_not_there_matches_only_universal_keys() -> None:
    """No item, no match."""
    assert not Query.of(make(ScheduledStationNameCodeSequence=[make(CodeValue="EYE1")])).matches(Dataset())
    assert Query.of(make(ScheduledStationNameCodeSequence=[make(CodeValue="")])).matches(Dataset())


def test_an_answer_holds_what_was_asked_for_and_nothing_else() -> None:
    """Requested keys, empty where there is no value; of a sequence the matching items with their requested keys."""
    asked = make(PatientID="", SOPInstanceUID="", ScheduledStationNameCodeSequence=[make(CodeValue="GANTRY", CodeMeaning="")])

    answer = Query.of(asked).answer(STATIONS)

    assert answer == make(
        PatientID=None, SOPInstanceUID="1.2.3", ScheduledStationNameCodeSequence=[make(CodeValue="GANTRY", CodeMeaning="Gantry room")]
    )


def test_a_sequence_asked_for_without_keys_is_answered_whole() -> None:
    """All items with all they have; universal keys inside give all items with the requested keys alone."""
    whole = Query.of(make(ScheduledStationNameCodeSequence=[])).answer(STATIONS)
    values = Query.of(make(ScheduledStationNameCodeSequence=[make(CodeValue="")])).answer(STATIONS)

    assert whole.ScheduledStationNameCodeSequence == STATIONS.ScheduledStationNameCodeSequence
    assert values == make(ScheduledStationNameCodeSequence=[make(CodeValue="EYE1"), make(CodeValue="GANTRY")])


@pytest.mark.parametrize("charset", ["ISO_IR 100", "ISO_IR 192"])
def test_names_match_across_character_sets(charset: str) -> None:
    """A request in Latin 1 or in Unicode finds what is stored in either; the answer is Unicode and says so, in the bytes of Unicode."""
    wanted = from_wire(make(PatientName="müller*"), charset)
    stored = {other: from_wire(make(PatientName="Müller^Jörg"), other) for other in ("ISO_IR 100", "ISO_IR 192")}

    answers = {other: Query.of(wanted).answer(found) for other, found in stored.items() if Query.of(wanted).matches(found)}

    assert set(answers) == {"ISO_IR 100", "ISO_IR 192"}
    for answer in answers.values():
        assert answer.SpecificCharacterSet == "ISO_IR 192"
        assert "Müller^Jörg".encode() in part10.encode(answer, uids.EXPLICIT_LITTLE)


def test_an_answer_in_ascii_names_no_character_set() -> None:
    """PS3.4 C.4.1.1.3.2: it is included where it is needed, whatever the stored object or the request names."""
    stored = from_wire(make(PatientName="Doe^Jane"), "ISO_IR 192")
    asked = make(PatientName="", SpecificCharacterSet="ISO_IR 192")

    assert Query.of(asked).answer(stored) == make(PatientName="Doe^Jane")


def test_a_name_deep_in_an_answer_has_its_character_set_named_at_the_top() -> None:
    """Of a sequence too."""
    found = make(ScheduledHumanPerformersSequence=[make(HumanPerformerName="Grün^Gert")])

    answer = Query.of(make(ScheduledHumanPerformersSequence=[make(HumanPerformerName="")])).answer(found)

    assert answer.SpecificCharacterSet == "ISO_IR 192"
    assert "Grün^Gert".encode() in part10.encode(answer, uids.EXPLICIT_LITTLE)


def raw(vr: bytes, value: bytes, charset: bytes = b"") -> Dataset:
    """An identifier with a Patient's Name of these very bytes."""
    named = b"\x08\x00\x05\x00CS" + len(charset).to_bytes(2, "little") + charset if charset else b""
    return part10.decode(named + b"\x10\x00\x10\x00" + vr + len(value).to_bytes(2, "little") + value, uids.EXPLICIT_LITTLE)


@pytest.mark.filterwarnings("ignore:Unknown encoding:UserWarning")
@pytest.mark.parametrize(
    ("value", "charset", "comment"),
    [
        ("Müller".encode(), b"", "(0010,0010) is not in the Specific Character Set"),
        ("Müller ".encode("latin-1"), b"ISO_IR 192", "(0010,0010) is not in the Specific Character Set"),
        (b"Muller", b"ISO_IR 999", "Specific Character Set ISO_IR 999 is not supported"),
    ],
    ids=["no character set", "another one", "unknown"],
)
def test_text_that_cannot_be_read_is_refused(value: bytes, charset: bytes, comment: str) -> None:
    """Rather than not found: the peer learns what to name. The name itself is not in the message."""
    padded = value + b" " * (len(value) % 2)

    with pytest.raises(Refused) as refusal:
        Query.of(raw(b"PN", padded, charset))

    assert (refusal.value.rule, refusal.value.comment) == ("identifier", comment)
    assert "ller" not in str(refusal.value)


@pytest.mark.parametrize(
    ("identifier", "why"),
    [
        (make(ScheduledStationNameCodeSequence=[Dataset(), Dataset()]), "found 2 items, expected one"),
        (make(PatientID=["P-001", "P-002"]), "found 2 values, expected one"),
        (make(StudyInstanceUID="1.2.*"), "found no UID, expected digits and dots"),
        (make(EncapsulatedDocument=b"\0\0"), "found a value of OB, expected a key that can be compared"),
    ],
)
def test_a_key_that_nothing_can_be_matched_by_is_refused(identifier: Dataset, why: str) -> None:
    """As an identifier that does not match the SOP class (A900), with the attribute's name."""
    keyword = next(iter(identifier)).keyword

    with pytest.raises(Refused, match=rf"^identifier: {keyword}: {why}$") as refusal:
        Query.of(identifier)

    assert refusal.value.rule == "identifier"


@pytest.mark.parametrize(
    ("vr", "keyword", "value"),
    [
        ("DA", "StudyDate", "2024"),
        ("DA", "StudyDate", "20241301"),
        ("DA", "StudyDate", "yesterday"),
        ("DA", "StudyDate", "-"),
        ("TM", "StudyTime", "1"),
        ("TM", "StudyTime", "2500"),
        ("TM", "StudyTime", "1030.5"),
        ("DT", "ScheduledProcedureStepStartDateTime", "20240101-2023-2022"),
    ],
)
def test_a_key_that_is_no_date_or_time_is_refused(vr: str, keyword: str, value: str) -> None:
    """It could match nothing, and the peer would not know why."""
    identifier = part10.decode(_element(keyword, vr, value), uids.EXPLICIT_LITTLE)

    with pytest.raises(Refused, match=rf"^identifier: {keyword}: found neither a value nor a range, expected one of them$"):
        Query.of(identifier)


def _element(keyword: str, vr: str, value: str) -> bytes:
    """An element of these very characters, which pydicom would not write."""
    holder = Dataset()
    holder.add_new(keyword, vr, None)
    tag = next(iter(holder)).tag
    text = value.encode() + b" " * (len(value) % 2)
    return tag.group.to_bytes(2, "little") + tag.element.to_bytes(2, "little") + vr.encode() + len(text).to_bytes(2, "little") + text
