"""Checking: what is found, where, how heavy; nothing raised whatever the object holds."""

from __future__ import annotations

import pytest
from pydicom.dataset import Dataset
from pydicom.sequence import Sequence

from workbench.dicom.check import Finding, Severity, check, errors
from workbench.dicom.conditions import Positive
from workbench.dicom.part10 import decode, encode
from workbench.dicom.rules import Constant, Empty, Matches, OneOf, Taken
from workbench.dicom.scope import Scope
from workbench.dicom.spec import Attribute, Each, Iod, Items, Module, Row
from workbench.settings import OWN, TMS_AS_STATED


def make_iod(*rows: Row, direction: str = "received", complete: bool = True) -> Iod:
    """An object of one module with these rows."""
    return Iod("Thing", ("1.2",), (Module("Module", "1", rows),), "tms", direction, complete)  # type: ignore[arg-type]


def make(**attributes: object) -> Dataset:
    """A data set with these attributes."""
    dataset = Dataset()
    for keyword, value in attributes.items():
        setattr(dataset, keyword, Sequence(value) if isinstance(value, list) and isinstance(value[0], Dataset) else value)
    return dataset


def raw(tag: tuple[int, int], value: bytes) -> Dataset:
    """A data set read from implicit VR bytes with one element."""
    length = len(value).to_bytes(4, "little")
    return decode(tag[0].to_bytes(2, "little") + tag[1].to_bytes(2, "little") + length + value, "1.2.840.10008.1.2")


def codes(findings: list[Finding]) -> list[tuple[str, str]]:
    """Path and kind of each finding."""
    return [(one.path, one.code) for one in findings]


@pytest.mark.parametrize(("type_", "expected"), [("1", ["missing"]), ("2", ["missing"]), ("1C", []), ("2C", []), ("3", []), ("", [])])
def test_presence_follows_the_type(type_: str, expected: list[str]) -> None:
    """Types 1 and 2 must be there; a conditional row without a condition in the data set is never missing."""
    assert [one.code for one in check(make_iod(Attribute("StudyID", type_)), make())] == expected  # type: ignore[arg-type]


@pytest.mark.parametrize(("type_", "expected"), [("1", ["empty"]), ("1C", ["empty"]), ("2", []), ("3", [])])
def test_a_value_follows_the_type(type_: str, expected: list[str]) -> None:
    """Type 1 must have a value; multi-values of nothing are no value."""
    iod = make_iod(Attribute("ImageType", type_))  # type: ignore[arg-type]

    assert [one.code for one in check(iod, make(ImageType=""))] == expected
    assert [one.code for one in check(iod, make(ImageType=["", ""]))] == expected


def test_a_type_2_attribute_missing_on_import_is_a_warning() -> None:
    """An import is refused for Type 1 only (ambiguity 13)."""
    found = check(make_iod(Attribute("StudyID", "2"), direction="import"), make())

    assert [(one.code, one.severity) for one in found] == [("missing", Severity.WARNING)]


def test_a_conditional_row_is_missing_when_its_condition_holds() -> None:
    """The finding names the item it is missing in, and the condition."""
    rows = (
        Attribute("NumberOfWedges", "1"),
        Items("IonWedgeSequence", "1C", (), when=Positive("NumberOfWedges")),
    )
    beams = [make(NumberOfWedges=0), make(NumberOfWedges=2)]

    found = check(make_iod(Items("IonBeamSequence", "1", rows)), make(IonBeamSequence=beams))

    assert found == [
        Finding(
            path="IonBeamSequence[1].IonWedgeSequence",
            tag="300A03AA",
            severity=Severity.ERROR,
            code="missing",
            message="type 1C is missing (required when NumberOfWedges is not zero), expected one item",
        )
    ]


def test_a_created_object_holds_nothing_that_its_condition_forbids() -> None:
    """Present although the condition does not hold: an error in what we write, no matter in what we receive."""
    rows = (Attribute("NumberOfWedges", "1"), Attribute("BeamName", "1C", when=Positive("NumberOfWedges")))
    dataset = make(NumberOfWedges=0, BeamName="B")

    assert codes(check(make_iod(*rows, direction="created"), dataset)) == [("BeamName", "unexpected")]
    assert check(make_iod(*rows), dataset) == []


def test_an_optional_row_that_we_would_have_written_is_missing() -> None:
    """In what we write, type 3 is due whenever its value is known."""
    iod = make_iod(Attribute("RTPlanName", "3", Taken("name")), direction="created")

    assert codes(check(iod, make(), Scope({"name": "First"}))) == [("RTPlanName", "missing")]
    assert check(iod, make(), Scope({"name": None})) == []
    assert check(iod, make()) == []


def test_a_value_is_compared_with_its_scope() -> None:
    """The right value is no finding; another one is named with what was expected; without a scope a note says so."""
    iod = make_iod(Attribute("RTPlanName", "3", Taken("name")), direction="created")
    dataset = make(RTPlanName="Second")

    assert check(iod, dataset, Scope({"name": "Second"})) == []
    assert [(one.severity, one.message) for one in check(iod, dataset, Scope({"name": "First"}))] == [
        (Severity.ERROR, "found 'Second', expected 'First'")
    ]
    assert [(one.severity, one.code) for one in check(iod, dataset)] == [(Severity.NOTE, "not-compared")]


def test_a_32_bit_float_agrees_with_the_number_it_came_from() -> None:
    """0.1 loses digits as FL; that is no difference (its neighbour is one)."""
    iod = make_iod(Attribute("SnoutPosition", "3", Constant(0.1)), direction="created")

    assert check(iod, decode(encode(make(SnoutPosition=0.1)), "1.2.840.10008.1.2")) == []
    assert codes(check(iod, make(SnoutPosition=0.1000001))) == [("SnoutPosition", "value")]


def test_a_value_where_none_may_stand_is_named() -> None:
    """An attribute that is always sent empty has none."""
    iod = make_iod(Attribute("AccessionNumber", "2", Empty()), direction="created")

    assert codes(check(iod, make(AccessionNumber="A1"))) == [("AccessionNumber", "value")]
    assert check(iod, make(AccessionNumber="")) == []


def test_every_value_of_a_multi_value_must_be_listed() -> None:
    """Image types are held against the list one by one; an empty one passes."""
    iod = make_iod(Attribute("ImageType", "1", OneOf(("ORIGINAL", "DRR"))))

    assert check(iod, make(ImageType=["ORIGINAL", "DRR", ""])) == []
    assert codes(check(iod, make(ImageType=["ORIGINAL", "PORTAL"]))) == [("ImageType", "value")]


def test_a_term_beyond_the_list_is_ours_until_we_speak_as_stated() -> None:
    """SITTING is accepted with our own identity and refused when speaking to the letter (ambiguity 18)."""
    iod = make_iod(Attribute("PatientPosition", "1", OneOf(("HFS",), also=("SITTING",))))
    dataset = make(PatientPosition="SITTING")

    assert check(iod, dataset) == []
    assert check(iod, dataset, Scope({"identity": OWN})) == []
    assert codes(check(iod, dataset, Scope({"identity": TMS_AS_STATED}))) == [("PatientPosition", "value")]


def test_a_value_that_is_refused_is_told_all_that_would_have_been_accepted() -> None:
    """With our own identity also what we accept beyond the list; speaking as stated the list alone."""
    iod = make_iod(Attribute("PatientPosition", "1", OneOf(("HFS", "HFP"), also=("SITTING",))))
    dataset = make(PatientPosition="STANDING")

    (ours,), (stated,) = check(iod, dataset, Scope({"identity": OWN})), check(iod, dataset, Scope({"identity": TMS_AS_STATED}))

    assert ours.message == "found 'STANDING', expected one of HFS, HFP, SITTING"
    assert stated.message == "found 'STANDING', expected one of HFS, HFP"


def test_an_open_list_doubts_what_it_does_not_hold() -> None:
    """A value beyond an open list is a warning, an error when speaking as stated."""
    iod = make_iod(Attribute("ImageType", "1", OneOf(("ORIGINAL",), is_open=True)))
    dataset = make(ImageType="LOCALIZER")

    assert [one.severity for one in check(iod, dataset)] == [Severity.WARNING]
    assert [one.severity for one in check(iod, dataset, Scope({"identity": TMS_AS_STATED}))] == [Severity.ERROR]


def test_a_comparison_for_a_person_is_a_warning() -> None:
    """A value that should match and does not is doubtful."""
    iod = make_iod(Attribute("PatientID", "2", Matches("patient_id")))

    assert [one.severity for one in check(iod, make(PatientID="A"), Scope({"patient_id": "B"}))] == [Severity.WARNING]


def test_another_number_of_items_is_named_once() -> None:
    """Two items where three are expected: one finding, and the items themselves are not compared with the wrong ones."""
    iod = make_iod(Items("IonBeamSequence", "1", (Attribute("BeamName", "1", Taken("beam")),), Each("beams", "beam")), direction="created")
    dataset = make(IonBeamSequence=[make(BeamName="A"), make(BeamName="B")])

    found = errors(check(iod, dataset, Scope({"beams": ("A", "B", "C")})))

    assert [(one.path, one.code, one.message) for one in found] == [("IonBeamSequence", "items", "found 2 items, expected 3")]


def test_a_row_of_two_modules_is_named_once() -> None:
    """Samples per Pixel stands in two modules of an RT Image; its absence is one finding."""
    row = Attribute("SamplesPerPixel", "1")
    iod = Iod("Thing", ("1.2",), (Module("Image Pixel", "1", (row,)), Module("RT Image", "2", (row,))), "ocular", "import")

    assert codes(check(iod, make())) == [("SamplesPerPixel", "missing")]


def test_attributes_that_no_row_lists_are_notes() -> None:
    """At every depth, with their path; a private creator is none."""
    iod = make_iod(Items("IonBeamSequence", "1", (Attribute("BeamName", "1"),)))
    beam = make(BeamName="A", BeamType="STATIC")
    beam.private_block(0x300B, "IMPAC", create=True).add_new(0x04, "FL", 25.0)

    found = check(iod, make(IonBeamSequence=[beam], StudyID="7"))

    assert [(one.path, one.severity) for one in found] == [
        ("StudyID", Severity.NOTE),
        ("IonBeamSequence[0].BeamType", Severity.NOTE),
        ("IonBeamSequence[0].IMPAC_PlannedDistalTargetDistance", Severity.NOTE),
    ]


@pytest.mark.parametrize(
    ("row", "tag", "value"),
    [
        (Attribute("BeamNumber", "1"), (0x300A, 0x00C0), b"abc "),
        (Attribute("BeamMeterset", "1"), (0x300A, 0x0086), b"1,5 "),
        (Attribute("SnoutPosition", "1"), (0x300A, 0x030D), b"abc"),
        (Attribute("Rows", "1"), (0x0028, 0x0010), b"abc"),
        (Attribute("StudyDate", "1"), (0x0008, 0x0020), b"yesterday "),
        (Attribute("StudyInstanceUID", "1"), (0x0020, 0x000D), b"1.2.x.4 "),
        (Attribute("PatientSex", "1"), (0x0010, 0x0040), b"female"),
        (Attribute("RTPlanLabel", "1"), (0x300A, 0x0002), b"more than sixteen letters "),
    ],
)
def test_bytes_that_are_no_value_of_their_vr_are_named(row: Attribute, tag: tuple[int, int], value: bytes) -> None:
    """Whatever stands there, the check does not raise: it says undecodable and where."""
    found = check(make_iod(row), raw(tag, value))

    assert codes(found) == [(row.keyword, "undecodable")]


def test_a_sequence_that_is_no_sequence_is_named() -> None:
    """Explicit VR may lie about a sequence."""
    dataset = Dataset()
    dataset.add_new(0x300A03A2, "LO", "text")

    assert codes(check(make_iod(Items("IonBeamSequence", "1", ())), dataset)) == [("IonBeamSequence", "vr")]


def test_private_attributes_are_found_by_their_creator() -> None:
    """Another block than 10, and bytes of unknown VR as implicit VR gives them: found, decoded and compared."""
    iod = make_iod(Attribute("IMPAC_DistalTargetDistanceTolerance", "1", Constant(0.5)), direction="created")
    dataset = Dataset()
    dataset.add_new(0x300B0010, "LO", "SOMEBODY")
    dataset.add_new(0x300B0011, "LO", "IMPAC")
    dataset.add_new(0x300B1101, "FL", 0.5)

    read = decode(encode(dataset), "1.2.840.10008.1.2")

    assert errors(check(iod, read)) == []
    read[0x300B0011].value = "OTHERS"
    assert codes(errors(check(iod, read))) == [("IMPAC_DistalTargetDistanceTolerance", "missing")]
