"""Requirements R148 to R182 of the ocular statement: files out, files in, whose they are, and what is left aside."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from pydicom import dcmread
from typer.testing import CliRunner

from tests.conformance.tables import read
from tests.factories import CountedUids, make_beamline, make_field, make_plan
from tests.requirements.ocular import CYRILLIC, PIXELS, every_element, exported, images, ion_beam, ion_plan, objects, raw, write, xray
from workbench.bench import Workbench
from workbench.cli import objects as commands
from workbench.cli.main import app
from workbench.conformance.objects import Direction, described
from workbench.dicom import uids
from workbench.dicom.check import check, errors
from workbench.dicom.part10 import read_file
from workbench.errors import Refused
from workbench.iods import OCULAR_RT_IMAGE_IMPORT
from workbench.mapping.ocular_images import film_picture
from workbench.ocular.accessories import Wedge
from workbench.ocular.plan import Patient
from workbench.settings import OCULAR_AS_STATED
from workbench.workflow.media import export_plan


@pytest.fixture
def files(tmp_path: Path) -> tuple[Path, ...]:
    """The exported files of a full plan, speaking as stated."""
    return export_plan(make_plan(), tmp_path / "stick", identity=OCULAR_AS_STATED, uid_source=CountedUids())


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> CliRunner:
    """Runs commands on the data folder `tmp_path / "data"`, in a terminal at which somebody sits."""
    monkeypatch.setenv("WORKBENCH_DATA", str(tmp_path / "data"))
    monkeypatch.setattr(commands, "_asks", lambda: True)
    return CliRunner()


def test_r148_plans_are_exchanged_by_files_alone(bench: Workbench, tmp_path: Path) -> None:
    """A plan goes out and an image comes in while nothing listens."""
    paths = bench.export(make_plan(), tmp_path / "out")
    _, is_new = bench.import_file(xray(tmp_path))

    assert not bench.is_listening
    assert (len(paths), is_new) == (3, True)


def test_r150_the_exchange_has_no_network_role() -> None:
    """Everything that reads and writes its files loads without the network library."""
    program = "import sys, workbench.workflow.media, workbench.ocular; sys.exit('pynetdicom' in sys.modules)"

    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0


def test_r151_r157_the_user_exports_a_plan_and_its_setup_images(files: tuple[Path, ...]) -> None:
    """One RT Ion Plan and an RT Image for each view, when asked for."""
    assert [read_file(path).sop_class_uid for path in files] == [uids.RT_ION_PLAN, uids.RT_IMAGE, uids.RT_IMAGE]


def test_r152_r156_the_user_imports_x_ray_images_of_the_eye(bench: Workbench, tmp_path: Path) -> None:
    """An RT Image is imported from a file and is an object of the archive."""
    uid, _ = bench.import_file(xray(tmp_path))

    assert [(one.uid, one.sop_class_uid) for one in bench.objects()] == [(uid, uids.RT_IMAGE)]


def test_r153_the_beamline_is_fixed() -> None:
    """A gantry that is not the fixed horizontal beam's is refused; the beam is static."""
    with pytest.raises(Refused, match="gantry_angle_deg is 45, expected 90 or 270 for a fixed horizontal beam"):
        make_beamline(gantry_angle_deg=45.0)

    assert ion_beam().BeamType == "STATIC"


def test_r154_a_plan_holds_one_block_and_wedges() -> None:
    """Two wedges and the block are written, each with its item."""
    two = tuple(Wedge(number=n, id=f"W{n}", angle_deg=15, orientation_deg=0.0, tray_to_isocentre_mm=90.0, type="STANDARD") for n in (1, 2))

    beam = objects(make_plan(field=make_field(wedges=two)))[0].IonBeamSequence[0]

    assert (beam.NumberOfBlocks, len(beam.IonBlockSequence), beam.NumberOfWedges, len(beam.IonWedgeSequence)) == (1, 1, 2, 2)


def test_r155_r242_no_compensator_and_no_bolus_ever_appears() -> None:
    """Their counts are 0, and there is no item of either."""
    beam = ion_beam()

    assert (beam.NumberOfCompensators, beam.NumberOfBoli) == (0, 0)
    assert {"IonRangeCompensatorSequence", "ReferencedBolusSequence"} & {keyword for keyword, _ in every_element()} == set()


def test_r158_import_and_export_go_in_any_order(bench: Workbench, tmp_path: Path) -> None:
    """Export, import, export: none needs the other."""
    bench.export(make_plan(), tmp_path / "first")
    bench.import_file(xray(tmp_path))
    bench.export(make_plan(), tmp_path / "second")

    assert [len(list((tmp_path / name).iterdir())) for name in ("first", "second")] == [3, 3]


def test_r159_files_carry_the_stated_version_and_implementation(files: tuple[Path, ...]) -> None:
    """File meta version 00 01, implementation class 1.2.246.352.70.2.1.7."""
    heads = [dcmread(path).file_meta for path in files]

    assert {(head.FileMetaInformationVersion, head.ImplementationClassUID) for head in heads} == {(b"\0\1", "1.2.246.352.70.2.1.7")}


def test_r160_export_creates_files_that_others_open(files: tuple[Path, ...]) -> None:
    """Preamble, prefix and file meta as PS3.10 has them: pydicom reads each without being forced."""
    assert [dcmread(path).SOPInstanceUID for path in files] == [one.SOPInstanceUID for one in exported()]


def test_r161_the_user_chooses_where_to_export_to(run: CliRunner, tmp_path: Path) -> None:
    """The folder is the one that was named, made when missing."""
    plan = tmp_path / "plan.json"
    run.invoke(app, ["plan", "from-eyeplan", str(_sample()), "--to", str(plan)])

    result = run.invoke(app, ["plan", "export", str(plan), "--to", str(tmp_path / "my" / "place")])

    assert result.exit_code == 0
    assert len(list((tmp_path / "my" / "place").iterdir())) == 3


def test_r162_r167_no_application_profile_is_used(files: tuple[Path, ...]) -> None:
    """DICOM files beside each other, without the DICOMDIR that every profile demands."""
    assert {path.suffix for path in files[0].parent.iterdir()} == {".dcm"}
    assert not (files[0].parent / "DICOMDIR").exists()


def test_r163_everything_is_exported_in_implicit_little_endian(files: tuple[Path, ...]) -> None:
    """1.2.840.10008.1.2, for plans and images alike."""
    assert {dcmread(path).file_meta.TransferSyntaxUID for path in files} == {"1.2.840.10008.1.2"}


def test_r164_files_of_others_are_read(bench: Workbench, tmp_path: Path) -> None:
    """A file that pydicom wrote is imported."""
    dataset = dcmread(xray(tmp_path))
    dataset.save_as(tmp_path / "theirs.dcm", enforce_file_format=True)

    assert bench.import_file(tmp_path / "theirs.dcm") == (dataset.SOPInstanceUID, True)


def test_r165_the_user_chooses_folder_and_files(run: CliRunner, tmp_path: Path) -> None:
    """A whole folder, or one file of it."""
    chosen = tmp_path / "chosen"
    chosen.mkdir()
    for number, image in enumerate(images()):
        write(image, chosen / f"{number}.dcm")

    one = run.invoke(app, ["import", str(chosen / "0.dcm")])
    all_of_it = run.invoke(app, ["import", str(chosen)])

    assert [line.split("  ")[1] for line in one.stdout.splitlines()] == ["imported"]
    assert [line.split("  ")[1] for line in all_of_it.stdout.splitlines()] == ["known already", "imported"]


def test_r166_only_rt_images_in_implicit_little_endian_are_imported(bench: Workbench, tmp_path: Path) -> None:
    """Explicit VR is refused by name; no other class has rows of import."""
    with pytest.raises(Refused, match="expected Implicit VR Little Endian"):
        bench.import_file(xray(tmp_path, syntax=uids.EXPLICIT_LITTLE))
    with pytest.raises(Refused, match="expected one that is imported: RT Image"):
        described(uids.RT_ION_PLAN, Direction.IMPORT)


def test_r168_r240_only_the_default_repertoire_is_written() -> None:
    """No Specific Character Set; a name beyond ASCII is refused rather than garbled."""
    assert "SpecificCharacterSet" not in {keyword for keyword, _ in every_element()}
    with pytest.raises(Refused, match="expected characters of the default repertoire"):
        objects(make_plan(patient=Patient(id="P-003", name="Müller^Jürgen")))


def test_r169_r244_foreign_characters_are_the_same_bytes_when_exported_again(bench: Workbench, tmp_path: Path) -> None:
    """A Cyrillic name keeps every byte, and no label says which set they are of."""
    source = xray(tmp_path, name=CYRILLIC)
    uid, _ = bench.import_file(source)

    again = raw(bench.export_image(uid, tmp_path / "out"))

    assert again["00100010"] == raw(source)["00100010"] == CYRILLIC
    assert "00080005" not in again


def test_r171_no_security_profile_is_used() -> None:
    """Nothing is signed and nothing encrypted."""
    signs = {"MACParametersSequence", "DigitalSignaturesSequence", "EncryptedAttributesSequence"}

    assert signs & {keyword for keyword, _ in every_element()} == set()


@pytest.mark.parametrize("row", read("ocular_import_type1.csv"), ids=lambda row: f"{row['module']} {row['path']}")
def test_r173_every_type_1_attribute_must_be_there_on_import(row: dict[str, str]) -> None:
    """Each of the 23 attributes, dropped, is an error of its name."""
    image = objects(make_plan())[1]
    del image[row["path"]]

    assert [one.path for one in errors(check(OCULAR_RT_IMAGE_IMPORT, image))] == [row["path"]]


@pytest.mark.parametrize("keyword", ["SamplesPerPixel", "PhotometricInterpretation", "BitsAllocated", "HighBit", "RTImagePlane"])
def test_r245_type_1_attributes_that_are_not_stored_must_be_there_too(bench: Workbench, tmp_path: Path, keyword: str) -> None:
    """The pixel format is not read, and an image without it is refused all the same."""
    image = dcmread(xray(tmp_path))
    del image[keyword]

    with pytest.raises(Refused, match=keyword):
        bench.import_file(write(image, tmp_path / "lacking.dcm"))


def test_r174_private_attributes_are_of_impac_in_group_300b() -> None:
    """Block 10 is reserved for IMPAC, and there is no other private attribute."""
    private = [element for dataset in exported() for element in dataset.iterall() if element.tag.is_private]

    assert {element.tag.group for element in private} == {0x300B}
    assert {element.value for element in private if element.tag.is_private_creator} == {"IMPAC"}
    assert {element.tag.element >> 8 for element in private if not element.tag.is_private_creator} == {0x10}


def test_r175_no_template_and_no_code_is_used() -> None:
    """Neither standard nor private."""
    keywords = {keyword for keyword, _ in every_element()}

    assert {"TemplateIdentifier", "CodeValue", "CodingSchemeDesignator", "ContentTemplateSequence"} & keywords == set()


def test_r177_the_patient_id_is_compared_on_import(bench: Workbench, tmp_path: Path) -> None:
    """The right patient's image comes in; another's does not of itself."""
    path = xray(tmp_path)

    with pytest.raises(Refused) as refusal:
        bench.import_file(path, patient_id="P-999")

    assert refusal.value.rule == "patient-mismatch"
    assert bench.import_file(path, patient_id="P-001")[1]


@pytest.mark.parametrize(("answer", "code", "stored"), [("y\n", 0, 1), ("n\n", 1, 0)])
def test_r178_r179_a_mismatch_is_told_and_the_user_may_go_on(run: CliRunner, tmp_path: Path, answer: str, code: int, stored: int) -> None:
    """A warning says that the ID does not match and a question follows; yes imports, no does not; a yes is in the history."""
    result = run.invoke(app, ["import", str(xray(tmp_path)), "--patient-id", "P-999"], input=answer)

    with Workbench(tmp_path / "data", listen=False) as bench:
        kept = bench.objects()
        confirmed = [event.detail["patient_id"] for event in bench.history() if "patient_id" in event.detail]
    assert "its Patient ID is not that of the patient to import it for" in result.stderr
    assert "Import it all the same?" in result.stderr
    assert (result.exit_code, len(kept)) == (code, stored)
    assert confirmed == ["does not match, confirmed by the user"] * stored


def test_r180_attributes_that_are_not_implemented_are_ignored(bench: Workbench, tmp_path: Path) -> None:
    """They hinder no import and do not come out again, whatever they say."""
    unknown = {row["path"] for row in read("ocular_not_implemented.csv") if "RT Image" in row["iods"]}
    uid, _ = bench.import_file(xray(tmp_path, InstitutionName="Elsewhere", SeriesDescription="Old", InstanceNumber=5))

    again = read_file(bench.export_image(uid, tmp_path / "out")).dataset()

    assert {"InstitutionName", "SeriesDescription", "InstanceNumber"} <= unknown
    assert {"InstitutionName", "SeriesDescription", "InstanceNumber"} & {element.keyword for element in again} == set()


def test_r181_no_attribute_is_checked_and_thrown_away() -> None:
    """The statement marks no row as not used: every row is exported, imported, both, or not implemented."""
    names = ("ocular_export.csv", "ocular_import.csv", "ocular_not_implemented.csv")

    assert {row["handling"] for name in names for row in read(name)} == {"export", "import", "both", "not_implemented"} - {"import"}


def test_r182_the_patient_id_comes_first_and_is_found_in_any_case(bench: Workbench, tmp_path: Path) -> None:
    """It begins what a plan shows of itself; p-001 is P-001."""
    assert make_plan()._repr_html_().index("P-001") < make_plan()._repr_html_().index("EYE PLAN 1")
    assert bench.import_file(xray(tmp_path), patient_id="p-001")[1]


def test_r192_r246_imported_pixels_are_used_and_lost_when_exported_again(bench: Workbench, tmp_path: Path) -> None:
    """What was on film can be looked at here; the file that goes out is blank."""
    uid, _ = bench.import_file(xray(tmp_path))

    picture = film_picture(bench.dataset(uid))
    again = raw(bench.export_image(uid, tmp_path / "out"))

    assert picture.pixels is not None
    assert (picture.pixels == PIXELS).all()
    assert again["7FE00010"] == bytes(65 * 81 + 1)


def test_r241_no_extended_interface_is_used() -> None:
    """No private group but IMPAC's, no attribute of the interface's own module."""
    assert ion_plan().SOPClassUID == uids.RT_ION_PLAN
    assert {element.tag.group for dataset in exported() for element in dataset.iterall() if element.tag.is_private} == {0x300B}


def _sample() -> Path:
    from workbench.ocular import sample_eyeplan  # noqa: PLC0415

    return sample_eyeplan()
