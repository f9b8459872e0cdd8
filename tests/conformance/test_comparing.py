"""Two objects row by row: values as values, items by number, private elements by creator, binary data by length and digest."""

from __future__ import annotations

from hashlib import sha256
from pathlib import Path

import pytest
from pydicom.dataset import Dataset
from pydicom.sequence import Sequence

from workbench.conformance.comparing import ComparedRow, Outcome, compare, compare_files
from workbench.conformance.objects import Direction
from workbench.dicom import part10, uids
from workbench.errors import Refused


def make(**changes: object) -> Dataset:
    """A small RT Ion Plan of two beams."""
    beams = [Dataset(), Dataset()]
    for number, beam in enumerate(beams, start=1):
        beam.BeamNumber, beam.BeamName = number, f"beam {number}"
    values: dict[str, object] = {
        "SOPClassUID": uids.RT_ION_PLAN, "SOPInstanceUID": "2.25.1", "PatientID": "P-001", "IonBeamSequence": Sequence(beams),
    }  # fmt: skip
    dataset = Dataset()
    for keyword, value in (values | changes).items():
        setattr(dataset, keyword, value)
    return dataset


def differences(a: Dataset, b: Dataset) -> list[tuple[str, Outcome, str | None, str | None]]:
    """Path, outcome and both values of what is not the same."""
    return [(row.path, row.outcome, row.a, row.b) for row in compare(part10.encoded(a), part10.encoded(b)).differences]


def test_what_both_have_and_what_only_one_has() -> None:
    """Another value, one attribute less, one more, in the order of their tags; all else is the same."""
    a, b = make(RTPlanLabel="first", PatientSex="F"), make(RTPlanLabel="second", PatientWeight="70.5")

    found = compare(part10.encoded(a), part10.encoded(b))

    assert found.differences == (
        _row("PatientSex", "00100040", "Patient's Sex", "CS", "F", None, Outcome.ONLY_A),
        _row("PatientWeight", "00101030", "Patient's Weight", "DS", None, "70.5", Outcome.ONLY_B, rule=""),
        _row("RTPlanLabel", "300A0002", "RT Plan Label", "SH", "first", "second", Outcome.DIFFERS),
    )
    assert [found.count(one) for one in Outcome] == [8, 1, 1, 1]


def _row(path: str, tag: str, name: str, vr: str, a: str | None, b: str | None, outcome: Outcome, rule: str = "read") -> ComparedRow:  # noqa: PLR0917
    return ComparedRow(path=path, tag=tag, name=name, vr=vr, a=a, b=b, outcome=outcome, rule=rule)


def test_sequences_are_compared_item_by_item() -> None:
    """A beam more: the number of items differs, and each element of the item is one that only the second has."""
    b = make()
    extra = Dataset()
    extra.BeamNumber, extra.BeamName = 3, "beam 3"
    b.IonBeamSequence[1].BeamName = "boost"
    b.IonBeamSequence.append(extra)

    assert differences(make(), b) == [
        ("IonBeamSequence", Outcome.DIFFERS, "2 items", "3 items"),
        ("IonBeamSequence[1].BeamName", Outcome.DIFFERS, "beam 2", "boost"),
        ("IonBeamSequence[2].BeamNumber", Outcome.ONLY_B, None, "3"),
        ("IonBeamSequence[2].BeamName", Outcome.ONLY_B, None, "beam 3"),
    ]


def test_numbers_are_compared_as_numbers() -> None:
    """A decimal string of more zeros is the same; another number is not."""
    a, same, other = (make(PatientWeight=text) for text in ("70.5", "70.500", "70.51"))

    assert differences(a, same) == []
    assert differences(a, other) == [("PatientWeight", Outcome.DIFFERS, "70.5", "70.51")]


def test_private_elements_are_compared_by_their_creator() -> None:
    """The same creator in another block holds the same; another creator's element is another one, even at the same tag."""
    a, b, c = make(), make(), make()
    a.private_block(0x0099, "MAKER", create=True).add_new(0x01, "LO", "value")
    b.private_block(0x0099, "OTHER", create=True)
    b.private_block(0x0099, "MAKER", create=True).add_new(0x01, "LO", "value")
    c.private_block(0x0099, "ELSE", create=True).add_new(0x01, "LO", "value")

    assert differences(a, b) == [("(0099,00xx OTHER)", Outcome.ONLY_B, None, "OTHER")]
    assert {(path, outcome) for path, outcome, _, _ in differences(a, c)} == {
        ("(0099,00xx MAKER)", Outcome.ONLY_A),
        ("(0099,xx01 MAKER)", Outcome.ONLY_A),
        ("(0099,00xx ELSE)", Outcome.ONLY_B),
        ("(0099,xx01 ELSE)", Outcome.ONLY_B),
    }


def test_binary_data_are_told_by_length_and_digest() -> None:
    """Two pictures of one size: how long they are and how their digests begin, never their bytes."""
    black, white = bytes(1000), b"\xff" * 1000

    ((path, outcome, a, b),) = differences(*(make(BitsAllocated=8, PixelData=data) for data in (black, white)))

    assert (path, outcome) == ("PixelData", Outcome.DIFFERS)
    assert a == f"1,000 bytes, SHA-256 {sha256(black).hexdigest()[:16]}"
    assert b == f"1,000 bytes, SHA-256 {sha256(white).hexdigest()[:16]}"


@pytest.mark.parametrize("syntax", [uids.EXPLICIT_LITTLE, uids.EXPLICIT_BIG])
def test_an_object_is_the_same_under_another_transfer_syntax(syntax: str) -> None:
    """Byte order of words, and private attributes whose VR implicit VR does not tell, make no difference."""
    dataset = make(RedPaletteColorLookupTableData=bytes(range(8)))
    dataset.private_block(0x0099, "MAKER", create=True).add_new(0x01, "DS", "1.5")
    implicit = part10.encoded(dataset)

    found = compare(implicit, implicit.transcoded(syntax))

    assert found.differences == ()


def test_objects_of_other_classes_are_compared_without_rules() -> None:
    """What they share is compared; no table has both."""
    found = compare(part10.encoded(make()), part10.encoded(make(SOPClassUID=uids.RT_IMAGE, IonBeamSequence=Sequence())))

    assert {row.rule for row in found.rows} == {""}
    assert [row.path for row in found.differences][:2] == ["SOPClassUID", "IonBeamSequence"]


def test_the_rules_are_those_of_the_table_that_is_named() -> None:
    """The study is read when received, kept in a session plan, and made anew by an export."""
    plan = part10.encoded(make(StudyInstanceUID="2.25.7"))

    said = [
        next(row.rule for row in compare(plan, plan, direction).rows if row.path == "StudyInstanceUID")
        for direction in (None, Direction.CREATED, Direction.EXPORT)
    ]

    assert said == ["read", "unchanged from the received object", "UID of the study, new for this export"]
    with pytest.raises(Refused, match="imported: RT Image"):
        compare(plan, plan, Direction.IMPORT)


def test_a_value_that_cannot_be_decoded_is_compared_by_its_bytes() -> None:
    """A decimal string of letters says so, and is the same as itself only."""
    plan = make(PatientWeight="12.5")
    good = part10.encoded(plan)
    bad = part10.Encoded(
        sop_class_uid=good.sop_class_uid,
        sop_instance_uid=good.sop_instance_uid,
        transfer_syntax=good.transfer_syntax,
        data=good.data.replace(b"12.5", b"1two"),
    )

    (row,) = compare(good, bad).differences

    assert (row.path, row.a) == ("PatientWeight", "12.5")
    assert row.b == f"cannot be decoded: 4 bytes, SHA-256 {sha256(b'1two').hexdigest()[:16]}"
    assert compare(bad, bad).differences == ()


def test_an_element_without_value_is_told_from_one_that_is_not_there() -> None:
    """Both are no value; in words the first says so, the second is blank."""
    (row,) = compare(part10.encoded(make(PatientSex="")), part10.encoded(make())).differences

    assert (row.path, row.a, row.b, row.said) == ("PatientSex", "", None, ("(no value)", ""))


def test_files_are_compared_by_path(tmp_path: Path) -> None:
    """Two copies are the same; the comparison says so in a line."""
    instance = part10.encoded(make())
    raw = part10.header(instance, implementation_class_uid="2.25.9", implementation_version_name=None) + instance.data
    for name in ("a.dcm", "b.dcm"):
        (tmp_path / name).write_bytes(raw)

    found = compare_files(tmp_path / "a.dcm", tmp_path / "b.dcm")

    assert repr(found) == "<Comparison of 8 rows: 0 not the same>"
    assert "8 same, 0 differs, 0 only A, 0 only B" in found._repr_html_()


def test_a_notebook_shows_both_values_however_long_their_uids_are() -> None:
    """A UID is shortened in the middle and whole on hover, so that a page has room for both objects; words begin at the left."""
    a, b = "2.25.188968495901495412504374878342222123481", "2.25.90934912345678901234567890123456789012"

    page = compare(part10.encoded(make(SOPInstanceUID=a)), part10.encoded(make(SOPInstanceUID=b)))._repr_html_()

    shortened = f'<span title="{a}" style="white-space:nowrap">2.25.188\N{HORIZONTAL ELLIPSIS}23481</span>'
    assert f'<td style="text-align:left">{shortened}</td>' in page
    assert page.count(a) == page.count(b) == 1
