"""Setup images out and pictures in: blank pixels and curves, refusals of pictures that contradict themselves."""

from __future__ import annotations

import struct

import numpy as np
import pytest
from pydicom.dataset import Dataset

from tests.factories import CountedUids, make_image, make_plan
from tests.iods.mutations import mutants
from workbench.dicom import uids as known
from workbench.dicom.check import Severity, check, errors
from workbench.dicom.part10 import encoded
from workbench.dicom.scope import Scope
from workbench.errors import Refused
from workbench.iods import OCULAR_RT_IMAGE, OCULAR_RT_IMAGE_IMPORT, RECEIVED_RT_IMAGE
from workbench.mapping.ocular_images import film_picture, image_scope, setup_image
from workbench.mapping.ocular_uids import ExportUids
from workbench.ocular.setup import Outline, View
from workbench.settings import OWN

UIDS = ExportUids.new(CountedUids(), images=2)


def exported(view: View = View.AXIAL, **changes: object) -> tuple[Dataset, Scope]:
    """A setup image as its reader gets it, with the scope it was built in."""
    plan, image = make_plan(), make_image(view, **changes)
    dataset = setup_image(plan, image, image_uid=UIDS.images[0], uids=UIDS, identity=OWN)
    return encoded(dataset).dataset(), image_scope(plan, image, image_uid=UIDS.images[0], uids=UIDS, identity=OWN)


@pytest.mark.parametrize("view", list(View))
def test_an_exported_image_keeps_every_row(view: View) -> None:
    """Nothing is found in an exported image, not even a note, and the treatment side takes it."""
    dataset, scope = exported(view)

    assert check(OCULAR_RT_IMAGE, dataset, scope) == []
    assert errors(check(RECEIVED_RT_IMAGE, dataset)) == []


def test_every_row_dropped_or_changed_is_named() -> None:
    """An exported image with one element dropped or changed has an error at that element's path, curves included."""
    dataset, scope = exported()

    unnamed = [
        (mutant.path, mutant.how)
        for mutant in mutants(dataset)
        if mutant.path not in {one.path for one in errors(check(OCULAR_RT_IMAGE, dataset, scope))}
    ]

    assert unnamed == []


def test_pixels_are_blank_and_fill_the_image() -> None:
    """65 rows of 81 pixels are 5265 zero bytes and one of padding (R191)."""
    dataset, _ = exported()

    assert dataset.PixelData == bytes(5266)


def test_an_outline_is_a_curve_of_64_bit_floats() -> None:
    """Each outline is one even group from 5000, its film millimetres as little endian doubles (R238)."""
    dataset, _ = exported()

    assert dataset[0x5000, 0x3000].value == struct.pack("<6d", 1.5, 2.25, 3.0, 2.25, 2.25, 4.125)
    assert [dataset[group, 0x2500].value for group in (0x5000, 0x5002)] == ["Clip 1", "Clip 2"]
    assert [dataset[group, 0x0010].value for group in (0x5000, 0x5002)] == [3, 4]


def test_a_seventeenth_outline_is_refused() -> None:
    """Groups 5000 to 501E hold sixteen curves; more are refused, none is dropped."""
    outlines = tuple(Outline(label=f"Clip {number}", points_mm=((0, 0), (1, 0), (0, 1))) for number in range(17))

    with pytest.raises(Refused, match="found 17 curves, expected at most the 16 of groups 5000 to 501E"):
        exported(outlines=outlines)


def test_the_film_plane_is_described() -> None:
    """Upper left pixel, pixel size and source to film distance of the axial view: 1244 + 617 mm."""
    dataset, _ = exported()

    assert list(dataset.RTImagePosition) == [-20.0, 16.0]
    assert list(dataset.ImagePlanePixelSpacing) == [0.5, 0.5]
    assert dataset.RTImageSID == 1861.0


@pytest.mark.parametrize("syntax", known.UNCOMPRESSED)
def test_a_picture_comes_back_as_it_went_out(syntax: str) -> None:
    """View, geometry and outlines survive each transfer syntax; blank pixels mean that it is only planned."""
    plan, image = make_plan(), make_image(View.LATERAL)
    dataset = setup_image(plan, image, image_uid="2.25.1", uids=UIDS, identity=OWN)

    picture = film_picture(encoded(dataset).transcoded(syntax).dataset(), plan.beamline.lateral)

    assert (picture.view, picture.outlines, picture.pixels) == (View.LATERAL, image.outlines, None)
    assert (picture.pixel_mm, picture.position_mm) == ((0.5, 0.5), (-20.0, 16.0))
    assert picture.magnification == pytest.approx(1824 / 1215)


@pytest.mark.parametrize("syntax", known.UNCOMPRESSED)
def test_sixteen_bit_pixels_are_read_in_any_byte_order(syntax: str) -> None:
    """A 16-bit picture shows the same numbers from each transfer syntax."""
    dataset, _ = exported(rows=2, columns=3, pixel_mm=10.0, outlines=())
    pixels = np.array([[0, 1, 256], [4660, 65535, 2]], dtype="<u2")
    dataset.BitsAllocated, dataset.BitsStored, dataset.HighBit, dataset.PixelData = 16, 16, 15, pixels.tobytes()
    dataset["PixelData"].VR = "OW"

    picture = film_picture(encoded(dataset).transcoded(syntax).dataset())

    assert picture.pixels is not None
    assert picture.pixels.tolist() == pixels.tolist()


def test_a_picture_that_gives_both_distances_knows_its_magnification() -> None:
    """Source to film over source to axis, where the image has both."""
    dataset, _ = exported()
    dataset.RadiationMachineSAD = 1244.0

    assert film_picture(dataset).magnification == pytest.approx(1861 / 1244)


def with_pixels(values: list[list[int]], **changes: object) -> Dataset:
    """An image of 16-bit pixels of 10 mm, changed as another maker might have written it."""
    dataset, _ = exported(rows=len(values), columns=len(values[0]), pixel_mm=10.0, outlines=())
    dataset.BitsAllocated, dataset.BitsStored, dataset.HighBit = 16, 16, 15
    dataset.PixelData = np.array(values, dtype="<i4").astype("<u2").tobytes()
    for keyword, value in changes.items():
        setattr(dataset, keyword, value)
    return encoded(dataset).dataset()


@pytest.mark.parametrize(
    ("changes", "values"),
    [
        ({}, [[1, 2, 3], [4, 5, 61440]]),
        ({"RescaleSlope": 0.5, "RescaleIntercept": -1.0}, [[-0.5, 0.0, 0.5], [1.0, 1.5, 30719.0]]),
        ({"BitsStored": 12, "HighBit": 11}, [[1, 2, 3], [4, 5, 0]]),
        ({"PixelRepresentation": 1}, [[1, 2, 3], [4, 5, -4096]]),
    ],
    ids=["stored", "rescaled", "twelve bits", "signed"],
)
def test_pixels_are_calibrated(changes: dict[str, object], values: list[list[float]]) -> None:
    """Slope and intercept where there are such; bits above the high bit do not count; the sign does (PS3.3 C.11.1, PS3.5 8.1.1)."""
    picture = film_picture(with_pixels([[1, 2, 3], [4, 5, 61440]], **changes))

    assert picture.pixels is not None
    assert picture.pixels.tolist() == values


def test_a_picture_has_axes_in_millimetres_on_film_and_at_the_isocentre() -> None:
    """Three columns of 10 mm about the axis; the axial film at 1861 mm shows what lies at 1244 mm."""
    picture = film_picture(with_pixels([[1, 2, 3], [4, 5, 6]]), make_plan().beamline.axial)

    across, down = picture.film_axes_mm
    assert (across.tolist(), down.tolist()) == ([-10.0, 0.0, 10.0], [5.0, -5.0])
    assert picture.isocentre_axes_mm[0] == pytest.approx(across * 1244 / 1861, rel=1e-12)
    assert picture.isocentre_axes_mm[1] == pytest.approx(down * 1244 / 1861, rel=1e-12)


def test_a_picture_of_unknown_magnification_has_no_axes_at_the_isocentre() -> None:
    """It says what is missing, and so does one without pixels."""
    picture = film_picture(with_pixels([[1, 2]]))

    with pytest.raises(Refused, match="magnification is not known, expected source to film over source to axis"):
        _ = picture.isocentre_axes_mm
    with pytest.raises(Refused, match="has no pixels, expected some"):
        _ = film_picture(exported()[0]).film_axes_mm


def test_a_receptor_beside_the_axis_moves_picture_and_curves() -> None:
    """Its origin lies 2 mm right of the axis and 3 mm below it."""
    dataset, _ = exported()
    straight = film_picture(dataset)
    dataset.XRayImageReceptorTranslation = [2.0, -3.0, -617.0]

    moved = film_picture(dataset)

    assert moved.position_mm == (straight.position_mm[0] + 2.0, straight.position_mm[1] - 3.0)
    assert moved.outlines[0].points_mm[0] == (1.5 + 2.0, 2.25 - 3.0)


def test_a_negative_is_told_as_one() -> None:
    """MONOCHROME1: the values stay, the smallest is the brightest."""
    picture = film_picture(with_pixels([[1, 2]], PhotometricInterpretation="MONOCHROME1"))

    assert picture.is_negative
    assert picture.pixels is not None
    assert picture.pixels.tolist() == [[1, 2]]


def test_a_picture_of_another_label_is_read_when_its_view_is_named() -> None:
    """The label is that of another system; the user knows which film it is."""
    dataset, _ = exported()
    dataset.RTImageLabel = "PA 0 deg"

    assert film_picture(dataset, view=View.LATERAL).view is View.LATERAL


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"XRayImageReceptorAngle": 5.0}, "found X-Ray Image Receptor Angle 5, expected 0: a turned film has no x and y"),
        ({"RTImageLabel": "OBLIQUE"}, "found RT Image Label 'OBLIQUE', expected AXIAL or LATERAL"),
        ({"RTImagePosition": None}, "found RTImagePosition None, expected two numbers"),
        ({"Rows": 66}, "found 5266 bytes of Pixel Data, expected 5346 for 66 rows of 81"),
        ({"SamplesPerPixel": 3}, "found 3 samples of 8 bits in a pixel, expected 1 of 8, 16 or 32"),
    ],
)
def test_a_picture_that_contradicts_itself_is_refused(change: dict[str, object], message: str) -> None:
    """What does not fit is said in one sentence; nothing is guessed."""
    dataset, _ = exported()
    for keyword, value in change.items():
        setattr(dataset, keyword, value)

    with pytest.raises(Refused, match=message):
        film_picture(dataset)


def test_a_curve_shorter_than_it_says_is_refused() -> None:
    """A curve of four points with the bytes of three is refused, naming its group."""
    dataset, _ = exported()
    dataset[0x5000, 0x0010].value = 4

    with pytest.raises(Refused, match="curve 5000: found 48 bytes, expected 64 for 4 points"):
        film_picture(dataset)


def test_an_import_lacking_a_type_1_attribute_is_refused() -> None:
    """Each of the 22 Type 1 attributes (two modules share six), dropped or emptied, is an error (ambiguity 13)."""
    dataset, _ = exported()
    due = {path for module, path, row in OCULAR_RT_IMAGE_IMPORT.walk() if row.type == "1" and "." not in path}

    for keyword in due:
        element = dataset[keyword]
        del dataset[keyword]
        assert [one.path for one in errors(check(OCULAR_RT_IMAGE_IMPORT, dataset))] == [keyword]
        dataset[keyword] = element

    assert len(due) == 17
    assert errors(check(OCULAR_RT_IMAGE_IMPORT, dataset)) == []


def test_an_import_with_half_a_plan_reference_is_refused() -> None:
    """Type 1 inside a sequence is due when the sequence is there."""
    dataset, _ = exported()
    del dataset.ReferencedRTPlanSequence[0].ReferencedSOPInstanceUID

    findings = errors(check(OCULAR_RT_IMAGE_IMPORT, dataset))

    assert [one.path for one in findings] == ["ReferencedRTPlanSequence[0].ReferencedSOPInstanceUID"]


def test_an_import_for_another_patient_is_a_warning() -> None:
    """Another Patient ID is for the user to judge (R178); the right one is no finding."""
    dataset, _ = exported()

    mine = check(OCULAR_RT_IMAGE_IMPORT, dataset, Scope({"patient_id": "P-001"}))
    other = check(OCULAR_RT_IMAGE_IMPORT, dataset, Scope({"patient_id": "P-999"}))

    assert mine == []
    assert [(one.path, one.severity, one.message) for one in other] == [("PatientID", Severity.WARNING, "found 'P-001', expected 'P-999'")]
