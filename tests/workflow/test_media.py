"""Files of the ocular exchange: plans and images out, images of the eye in, and out again blank."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from pydicom.dataelem import RawDataElement
from pydicom.dataset import Dataset
from pydicom.tag import Tag

from tests.conformance.tables import read
from tests.factories import CountedUids, make_plan
from workbench.bench import Workbench
from workbench.conformance.objects import Direction, inspect
from workbench.dicom import part10, uids
from workbench.dicom.findings import Severity
from workbench.dicom.part10 import read_file
from workbench.errors import Refused, Unavailable
from workbench.events import EventKind
from workbench.mapping.ocular_images import film_picture
from workbench.mapping.ocular_plans import export
from workbench.settings import OCULAR_AS_STATED, OWN
from workbench.workflow.media import export_image, export_plan

CYRILLIC = "Иванова^Ольга".encode("iso8859_5")
"""A name in ISO_IR 144: one byte a letter, none of them ASCII."""
PIXELS = np.arange(65 * 81, dtype=np.uint8).reshape(65, 81)


def make_xray(**changes: object) -> Dataset:
    """An image of the eye as another system writes it: the exported one with pixels, in a Cyrillic character set."""
    image = export(make_plan(), uid_source=CountedUids(), identity=OWN).images[0]
    image.SpecificCharacterSet = "ISO_IR 144"
    image.add_new("PixelData", "OW", PIXELS.tobytes() + b"\0")
    for keyword, value in changes.items():
        setattr(image, keyword, value)
    return image


def write(dataset: Dataset, path: Path, *, name: bytes | None = None, syntax: str = uids.IMPLICIT_LITTLE) -> Path:
    """The data set as a DICOM file; a name is written as these bytes."""
    if name is not None:
        for keyword in ("PatientName", "ReferringPhysicianName"):
            tag = Tag(keyword)
            dataset._dict[tag] = RawDataElement(tag, "PN", len(name), name, 0, True, True)
    instance = part10.encoded(dataset, syntax)
    path.write_bytes(part10.header(instance, implementation_class_uid="2.25.9", implementation_version_name=None) + instance.data)
    return path


def elements(path: Path) -> Iterator[tuple[str, bytes]]:
    """Tag and bytes of each element at the top of a file's data set, not decoded."""
    dataset = read_file(path).dataset()
    for tag in list(dataset.keys()):
        element = dataset.get_item(tag)
        if isinstance(element, RawDataElement):
            yield f"{tag:08X}", element.value or b""


def test_a_plan_is_written_into_the_folder_that_the_user_chose(tmp_path: Path) -> None:
    """The plan and its two images are files in a new folder, in Implicit VR Little Endian, and break no row of the export."""
    written = export_plan(make_plan(label="EYE/PLAN 1"), tmp_path / "stick" / "case", identity=OWN, uid_source=CountedUids())

    findings = [one for path in written for one in inspect(read_file(path), Direction.EXPORT) if one.severity is Severity.ERROR]

    assert [path.name for path in written] == ["RTPLAN_EYE_PLAN_1_2.25.4.dcm", "RTIMAGE_AXIAL_2.25.6.dcm", "RTIMAGE_LATERAL_2.25.7.dcm"]
    assert {path.parent for path in written} == {tmp_path / "stick" / "case"}
    assert findings == []


def test_an_export_that_cannot_be_whole_leaves_nothing(tmp_path: Path) -> None:
    """When one file cannot be written the others are taken away again."""
    in_the_way = tmp_path / "RTIMAGE_LATERAL_2.25.7.dcm"
    in_the_way.write_text("mine", encoding="utf-8")

    with pytest.raises(Unavailable, match="exists already"):
        export_plan(make_plan(), tmp_path, identity=OWN, uid_source=CountedUids())

    assert [path.name for path in tmp_path.iterdir()] == [in_the_way.name]
    assert in_the_way.read_text(encoding="utf-8") == "mine"


def test_files_carry_the_stated_implementation_when_speaking_as_stated(tmp_path: Path) -> None:
    """Implementation Class UID is the ocular statement's (3.1.4), and there is no version name."""
    path = export_plan(make_plan(), tmp_path, identity=OCULAR_AS_STATED, uid_source=CountedUids())[0]

    head = path.read_bytes()[:400]

    assert b"1.2.246.352.70.2.1.7" in head
    assert b"OPWORKBENCH" not in head


@pytest.mark.parametrize("row", read("ocular_import_type1.csv"), ids=lambda row: f"{row['module']} {row['path']}")
@pytest.mark.parametrize("how", ["absent", "empty"])
def test_an_image_without_a_type_1_attribute_is_refused(bench: Workbench, tmp_path: Path, row: dict[str, str], how: str) -> None:
    """Each of the 23 attributes must be there with a value (A.1.2), those too that are not read; nothing is kept."""
    image = make_xray()
    if how == "absent":
        del image[row["path"]]
    else:
        image[row["path"]].value = None
    if row["path"] in {"SOPClassUID", "SOPInstanceUID"}:
        image_file = _without_identity(image, row["path"], tmp_path)
    else:
        image_file = write(image, tmp_path / "xray.dcm")

    with pytest.raises(Refused, match=row["path"]):
        bench.import_file(image_file)

    assert bench.objects() == []


def test_an_image_in_another_transfer_syntax_is_refused(bench: Workbench, tmp_path: Path) -> None:
    """Only Implicit VR Little Endian is read from files (Table 3-2)."""
    path = write(make_xray(), tmp_path / "xray.dcm", syntax=uids.EXPLICIT_LITTLE)

    with pytest.raises(Refused, match=r"TransferSyntaxUID: found 1\.2\.840\.10008\.1\.2\.1, expected Implicit VR Little Endian"):
        bench.import_file(path)

    assert bench.objects() == []


def test_the_patient_is_compared_without_regard_to_case(bench: Workbench, tmp_path: Path) -> None:
    """P-001 is p-001, and nobody else."""
    path = write(make_xray(), tmp_path / "xray.dcm")

    with pytest.raises(Refused, match="Patient ID") as refusal:
        bench.import_file(path, patient_id="P-002")
    uid, is_new = bench.import_file(path, patient_id="p-001")

    assert refusal.value.rule == "patient-mismatch"
    assert (uid, is_new) == (str(make_xray().SOPInstanceUID), True)


def test_a_patient_that_does_not_match_is_confirmed_and_the_history_says_so(bench: Workbench, tmp_path: Path) -> None:
    """The event of the stored image tells that the user went on; neither Patient ID is in it."""
    path = write(make_xray(), tmp_path / "xray.dcm")

    uid, is_new = bench.import_file(path, patient_id="P-002", is_confirmed=True)

    (event,) = bench.history(subject=uid)
    assert is_new
    assert event.detail == {"sop_class": uids.RT_IMAGE, "origin": "imported", "patient_id": "does not match, confirmed by the user"}


def test_a_confirmation_for_an_image_that_is_stored_already_is_in_the_history(bench: Workbench, tmp_path: Path) -> None:
    """Nothing is stored a second time, and yet it is written down that the user went on."""
    path = write(make_xray(), tmp_path / "xray.dcm")
    uid, _ = bench.import_file(path, patient_id="P-001")

    _, is_new = bench.import_file(path, patient_id="P-002", is_confirmed=True)

    stored, confirmed = bench.history(subject=uid)
    assert not is_new
    assert (stored.kind, confirmed.kind) == (EventKind.OBJECT_STORED, EventKind.OBJECT_CONFIRMED)
    assert confirmed.detail == {"patient_id": "does not match, confirmed by the user"}


def test_a_confirmation_that_was_not_needed_leaves_no_trace(bench: Workbench, tmp_path: Path) -> None:
    """The Patient ID matches: nothing was confirmed."""
    uid, _ = bench.import_file(write(make_xray(), tmp_path / "xray.dcm"), patient_id="P-001", is_confirmed=True)

    assert bench.history(subject=uid)[0].detail == {"sop_class": uids.RT_IMAGE, "origin": "imported"}


def test_pixels_of_an_imported_image_are_kept(bench: Workbench, tmp_path: Path) -> None:
    """What was on the film can be looked at."""
    uid, _ = bench.import_file(write(make_xray(), tmp_path / "xray.dcm"))

    picture = film_picture(bench.dataset(uid))

    assert picture.pixels is not None
    assert np.array_equal(picture.pixels, PIXELS)


def test_an_imported_image_is_exported_again_blank_with_its_text_byte_for_byte(bench: Workbench, tmp_path: Path) -> None:
    """Cyrillic names are the same bytes, no character set is named, every pixel is zero, and the rows of the export are kept."""
    source = write(make_xray(), tmp_path / "xray.dcm", name=CYRILLIC + b" ")
    uid, _ = bench.import_file(source)

    again = bench.export_image(uid, tmp_path / "out")

    before, after = dict(elements(source)), dict(elements(again))
    assert (after["00100010"], after["00080090"]) == (CYRILLIC + b" ", CYRILLIC + b" ")
    assert "00080005" in before
    assert "00080005" not in after
    assert after["7FE00010"] == bytes(65 * 81 + 1)
    assert after["00080018"] == before["00080018"]
    assert {tag for tag in before if before[tag] != after.get(tag)} == {"00080005", "7FE00010"}
    assert [one for one in inspect(read_file(again), Direction.EXPORT) if one.severity is Severity.ERROR] == []


def test_what_the_export_does_not_list_is_left_out(bench: Workbench, tmp_path: Path) -> None:
    """An attribute of another maker is imported and not exported; what the rows fix replaces what was found."""
    uid, _ = bench.import_file(write(make_xray(InstitutionName="Elsewhere", ConversionType="DF", SeriesNumber=7), tmp_path / "xray.dcm"))

    again = read_file(bench.export_image(uid, tmp_path / "out")).dataset()

    assert bench.dataset(uid).InstitutionName == "Elsewhere"
    assert "InstitutionName" not in again
    assert (again.ConversionType, again.SeriesNumber) == ("WSD", 2)


def test_an_image_of_neither_view_is_not_exported(tmp_path: Path) -> None:
    """The exchange knows two views; a third is refused by name, and no file is left."""
    oblique = part10.encoded(make_xray(RTImageLabel="OBLIQUE"))

    with pytest.raises(Refused, match=r"cannot be exported, RTImageLabel: found 'OBLIQUE', expected one of AXIAL, LATERAL"):
        export_image(oblique, tmp_path / "out", identity=OWN)

    assert not (tmp_path / "out").exists()


def _without_identity(image: Dataset, keyword: str, folder: Path) -> Path:
    """A file whose data set lacks its own class or UID; the file meta still has them."""
    whole = part10.encoded(make_xray())
    meta = part10.header(whole, implementation_class_uid="2.25.9", implementation_version_name=None)
    path = folder / f"without_{keyword}.dcm"
    path.write_bytes(meta + part10.encode(image, uids.IMPLICIT_LITTLE))
    return path
