"""Requirements R183 to R201, and R238, of the ocular statement: patient, study and equipment of both objects, and the setup images."""

from __future__ import annotations

import struct
from dataclasses import replace
from pathlib import Path

import pytest

from tests.factories import make_plan
from tests.requirements.ocular import exported, images, ion_plan, objects, xray
from workbench.bench import Workbench
from workbench.dicom import uids
from workbench.mapping.ocular_images import film_picture
from workbench.ocular.eye import Laterality, TreatedEye
from workbench.ocular.gaze import Fixation
from workbench.ocular.plan import Sex

VIEWS = ("AXIAL", "LATERAL")


@pytest.mark.parametrize(("sex", "written"), [(Sex.FEMALE, "F"), (Sex.MALE, "M"), (Sex.OTHER, "O")])
def test_r183_the_sex_is_f_m_or_else_o(sex: Sex, written: str) -> None:
    """In the plan and in its images."""
    plan = make_plan(patient=replace(make_plan().patient, sex=sex))

    assert {dataset.PatientSex for dataset in objects(plan)} == {written}


def test_r184_the_accession_number_is_empty() -> None:
    """It is there without a value."""
    assert [dataset["AccessionNumber"].is_empty for dataset in exported()] == [True] * 3


def test_r185_the_study_is_exported_and_imported(bench: Workbench, tmp_path: Path) -> None:
    """UID, date, time, physician and ID: those of the plan go out, those of an image are kept."""
    study = ("StudyInstanceUID", "StudyDate", "StudyTime", "ReferringPhysicianName", "StudyID")
    path = xray(tmp_path, StudyDate="20240518", StudyTime="081500", ReferringPhysicianName="House^Gregory", StudyID="S7")

    kept = bench.dataset(bench.import_file(path)[0])

    assert [keyword for dataset in exported() for keyword in study if keyword not in dataset] == []
    assert len({dataset.StudyInstanceUID for dataset in exported()}) == 1
    assert [str(kept[keyword].value) for keyword in study[1:]] == ["20240518", "081500", "House^Gregory", "S7"]


@pytest.mark.parametrize(("side", "words"), [(Laterality.RIGHT, "RIGHT EYE"), (Laterality.LEFT, "LEFT EYE")])
def test_r186_the_position_reference_names_the_treated_eye(side: Laterality, words: str) -> None:
    """In the plan and in its images."""
    plan = make_plan(eye=TreatedEye(laterality=side), fixation=Fixation(gaze=make_plan().fixation.gaze, eye=side))

    assert {dataset.PositionReferenceIndicator for dataset in objects(plan)} == {words}


def test_r187_manufacturer_model_and_software_versions_are_exported() -> None:
    """Of whoever made the objects, in all of them."""
    made = {(dataset.Manufacturer, dataset.ManufacturerModelName, dataset.SoftwareVersions) for dataset in exported()}

    assert made == {("Ocular Proton Workbench", "Ocular Proton Workbench", "0.1")}


def test_r188_the_image_type_has_an_empty_fourth_value() -> None:
    """ORIGINAL, SECONDARY, DRR and nothing."""
    assert [list(image.ImageType) for image in images()] == [["ORIGINAL", "SECONDARY", "DRR", ""]] * 2


def test_r189_pixels_are_of_eight_unsigned_bits() -> None:
    """MONOCHROME2, one sample; the stored bits and the high bit follow from the eight allocated."""
    for image in images():
        assert (image.PhotometricInterpretation, image.SamplesPerPixel, image.PixelRepresentation) == ("MONOCHROME2", 1, 0)
        assert (image.BitsAllocated, image.BitsStored, image.HighBit) == (8, 8, 7)


def test_r190_rows_and_columns_are_exported_and_imported(bench: Workbench, tmp_path: Path) -> None:
    """65 rows of 81 columns go out, come in, and are the shape of the picture."""
    uid, _ = bench.import_file(xray(tmp_path))

    picture = film_picture(bench.dataset(uid))

    assert [(image.Rows, image.Columns) for image in images()] == [(65, 81)] * 2
    assert picture.pixels is not None
    assert picture.pixels.shape == (65, 81)


def test_r191_exported_pixels_are_all_zero() -> None:
    """65 times 81 zeros, and one of padding."""
    assert [image.PixelData for image in images()] == [bytes(65 * 81 + 1)] * 2


def test_r193_the_modality_is_that_of_the_object() -> None:
    """RTPLAN for the plan, RTIMAGE for its images."""
    assert [dataset.Modality for dataset in exported()] == ["RTPLAN", "RTIMAGE", "RTIMAGE"]


def test_r194_the_series_is_exported_and_imported(bench: Workbench, tmp_path: Path) -> None:
    """One series for the plan, one for its images, each with a number; that of an imported image is kept."""
    kept = bench.dataset(bench.import_file(xray(tmp_path, SeriesInstanceUID="2.25.4711"))[0])

    assert [dataset.SeriesNumber for dataset in exported()] == [1, 2, 2]
    assert len({dataset.SeriesInstanceUID for dataset in exported()}) == 2
    assert kept.SeriesInstanceUID == "2.25.4711"


def test_r195_an_image_is_known_by_its_view() -> None:
    """AXIAL or LATERAL is its label."""
    assert tuple(image.RTImageLabel for image in images()) == VIEWS


def test_r196_the_conversion_type_is_wsd_and_the_plane_normal() -> None:
    """In both images."""
    assert {(image.ConversionType, image.RTImagePlane) for image in images()} == {("WSD", "NORMAL")}


def test_r197_the_receptor_is_exported_as_zero_and_read_on_import(bench: Workbench, tmp_path: Path) -> None:
    """Translation and angle."""
    path = xray(tmp_path, XRayImageReceptorTranslation=[1.5, 0.0, -610.0], XRayImageReceptorAngle=2.0)
    kept = bench.dataset(bench.import_file(path)[0])

    assert [(list(image.XRayImageReceptorTranslation), image.XRayImageReceptorAngle) for image in images()] == [([0, 0, 0], 0)] * 2
    assert (list(kept.XRayImageReceptorTranslation), kept.XRayImageReceptorAngle) == ([1.5, 0.0, -610.0], 2.0)


def test_r198_spacing_and_position_are_exported_and_imported(bench: Workbench, tmp_path: Path) -> None:
    """Half a millimetre about the imaging axis goes out; what an image says is the geometry of its picture."""
    uid, _ = bench.import_file(xray(tmp_path, ImagePlanePixelSpacing=[0.4, 0.3], RTImagePosition=[-12.0, 13.0]))

    picture = film_picture(bench.dataset(uid))

    assert [list(image.ImagePlanePixelSpacing) for image in images()] == [[0.5, 0.5]] * 2
    assert [list(image.RTImagePosition) for image in images()] == [[-20.0, 16.0]] * 2
    assert (picture.pixel_mm, picture.position_mm) == ((0.4, 0.3), (-12.0, 13.0))


def test_r199_machine_name_and_dosimeter_unit_are_empty() -> None:
    """They are there without a value."""
    assert [image[keyword].is_empty for image in images() for keyword in ("RadiationMachineName", "PrimaryDosimeterUnit")] == [True] * 4


def test_r200_an_image_refers_to_the_plan_that_it_is_for() -> None:
    """By its UID and the class RT Ion Plan."""
    for image in images():
        (plan,) = image.ReferencedRTPlanSequence
        assert (plan.ReferencedSOPClassUID, plan.ReferencedSOPInstanceUID) == (uids.RT_ION_PLAN, ion_plan().SOPInstanceUID)


def test_r201_the_geometry_of_the_room_is_exported() -> None:
    """Gantry, pitch, collimator, support angles, table, isocentre, distance to the film and the patient's position."""
    axial, lateral = images()

    assert (axial.GantryAngle, axial.GantryPitchAngle, axial.BeamLimitingDeviceAngle, axial.PatientSupportAngle) == (270, 0, 0, 2)
    assert (axial.TableTopVerticalPosition, axial.TableTopLongitudinalPosition, axial.TableTopLateralPosition) == (-12.5, 3.25, 0.5)
    assert (list(axial.IsocenterPosition), axial.PatientPosition) == ([0, 0, 0], "SITTING")
    assert (axial.RTImageSID, lateral.RTImageSID) == (1244 + 617, 1215 + 609)


def test_r238_outlines_are_labelled_curves_of_64_bit_floats() -> None:
    """Two dimensions, type POLY, representation 3, x and y of each point."""
    axial, _ = images()
    curve = {name: axial[0x5000, element].value for name, element in CURVE.items()}

    assert curve == {
        "dimensions": 2,
        "points": 3,
        "type": "POLY",
        "representation": 3,
        "label": "Clip 1",
        "data": struct.pack("<6d", 1.5, 2.25, 3.0, 2.25, 2.25, 4.125),
    }


CURVE = {"dimensions": 0x0005, "points": 0x0010, "type": 0x0020, "representation": 0x0103, "label": 0x2500, "data": 0x3000}
"""PS3.3-2004 C.10.2: elements of a curve's group."""
