"""What the device acquires before it treats: objects that belong to the plan and to each other."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray
from pydicom.dataset import Dataset

from tests.clinic import NOW
from tests.factories import CountedUids, make_image, make_plan
from workbench.device.setup_objects import Acquisition, Grid, film, registration, setup_image, table_position
from workbench.dicom import part10, uids
from workbench.dicom.check import check, errors
from workbench.iods import RECEIVED
from workbench.mapping import ocular_plans
from workbench.mapping.ocular_images import film_picture
from workbench.ocular.setup import Outline, View
from workbench.settings import OWN

SHIFT_MM = (2.0, -1.5, 1.0)
CLIP_GREY = 105
"""Between the shadow of a clip (60) and the darkest background (150)."""


@pytest.fixture
def plan() -> ocular_plans.Exported:
    """An exported plan with its two setup images."""
    return ocular_plans.export(make_plan(), uid_source=CountedUids(), identity=OWN)


def acquisition(plan: ocular_plans.Exported) -> Acquisition:
    """An acquisition in the frame of reference of the planned images."""
    return Acquisition(plan=plan.plan, uid_source=CountedUids(), now=NOW, frame_uid=str(plan.images[0].FrameOfReferenceUID))


def acquired(plan: ocular_plans.Exported, shift_mm: tuple[float, float, float] = SHIFT_MM) -> dict[View, Dataset]:
    """Both X-rays of a patient who is off by the shift."""
    taken = acquisition(plan)
    outlines = [[np.array(one.points_mm) for one in film_picture(image).outlines] for image in plan.images]
    images = [setup_image(taken, image, drawn, shift_mm) for image, drawn in zip(plan.images, outlines, strict=True)]
    return {film_picture(image).view: image for image in images}


def clip_centre_mm(image: Dataset) -> NDArray[np.float64]:
    """Centre of all that is dark on a film, film frame."""
    pixels = np.frombuffer(image.PixelData, dtype=np.uint8)[: image.Rows * image.Columns].reshape(image.Rows, image.Columns)
    rows, columns = np.nonzero(pixels < CLIP_GREY)
    left, top = (float(one) for one in image.RTImagePosition)
    spacing = float(image.ImagePlanePixelSpacing[0])
    return np.array([left + spacing * columns.mean(), top - spacing * rows.mean()])


@pytest.mark.parametrize(
    ("view", "across", "magnification"),
    [(View.AXIAL, 0, 1861 / 1244), (View.LATERAL, 2, 1824 / 1215)],
)
def test_a_shifted_patient_shows_on_the_film_magnified(view: View, across: int, magnification: float) -> None:
    """The axial film shows room x to the right, the lateral one room z; both show y upwards (source and film distances of OPTIS2)."""
    clip = (Outline(label="Clip 1", points_mm=((-8.0, -6.5), (-6.0, -6.5), (-6.0, -4.0), (-8.0, -4.0))),)
    fine = make_plan(setup_images=[make_image(one, outlines=clip, pixel_mm=0.1, rows=321, columns=401) for one in View])
    plan = ocular_plans.export(fine, uid_source=CountedUids(), identity=OWN)
    straight, shifted = acquired(plan, (0.0, 0.0, 0.0))[view], acquired(plan)[view]

    moved = clip_centre_mm(shifted) - clip_centre_mm(straight)

    # An outline falls on whole pixels.
    assert moved == pytest.approx([magnification * SHIFT_MM[across], magnification * SHIFT_MM[1]], abs=0.1)


def test_an_acquired_image_has_the_geometry_of_the_planned_one(plan: ocular_plans.Exported) -> None:
    """Same film, same distances, same view; the plan by reference; a class, an instance and a moment of its own."""
    same = ("Rows", "Columns", "ImagePlanePixelSpacing", "RTImagePosition", "RTImageSID", "RTImageLabel", "FrameOfReferenceUID")
    planned = {film_picture(one).view: one for one in plan.images}

    for view, image in acquired(plan).items():
        assert [image.get(keyword) for keyword in same] == [planned[view].get(keyword) for keyword in same]
        assert image.SOPInstanceUID != planned[view].SOPInstanceUID
        assert [one.ReferencedSOPInstanceUID for one in image.ReferencedRTPlanSequence] == [plan.plan.SOPInstanceUID]
        assert (image.AcquisitionDate, image.AcquisitionTime) == ("20240603", "081500")


@pytest.mark.parametrize(("view", "source_to_axis_mm"), [(View.AXIAL, 1244.0), (View.LATERAL, 1215.0)])
def test_an_acquired_image_says_its_magnification(plan: ocular_plans.Exported, view: View, source_to_axis_mm: float) -> None:
    """A planned image of the ocular statement has no source-axis distance: then that of the device's own tubes."""
    silent = acquired(plan)[view]
    for image in plan.images:
        image.RadiationMachineSAD = "1000"

    assert float(silent.RadiationMachineSAD) == source_to_axis_mm
    assert float(acquired(plan)[view].RadiationMachineSAD) == 1000.0


def test_a_film_is_reproducible_and_darker_inside_an_outline() -> None:
    """The same seed gives the same film; the shadow is where the outline is, row 0 at the top."""
    square = np.array([[-9.0, 5.0], [-5.0, 5.0], [-5.0, 9.0], [-9.0, 9.0]])
    grid = Grid(rows=21, columns=31, spacing_mm=1.0, left_mm=-15.0, top_mm=10.0)

    pixels = film([square], grid)

    assert (film([square], grid) == pixels).all()
    assert pixels.shape == (21, 31)
    # Pixel centres strictly inside: x -8, -7, -6 are columns 7 to 9; y 8, 7, 6 are rows 2 to 4.
    dark = {(int(row), int(column)) for row, column in np.argwhere(pixels < CLIP_GREY)}
    assert dark == {(row, column) for row in (2, 3, 4) for column in (7, 8, 9)}


def test_the_table_position_is_one_point(plan: ocular_plans.Exported) -> None:
    """An ACQ_ISOCENTER where the shift is, in the frame of the images, with the three angles of the support."""
    structures = table_position(acquisition(plan), SHIFT_MM)

    contour = structures.ROIContourSequence[0].ContourSequence[0]
    observation = structures.RTROIObservationsSequence[0]
    assert (contour.ContourGeometricType, [float(one) for one in contour.ContourData]) == ("POINT", [2.0, -1.5, 1.0])
    assert observation.RTROIInterpretedType == "ACQ_ISOCENTER"
    assert [one.ROIPhysicalProperty for one in observation.ROIPhysicalPropertiesSequence] == [
        "PATSUPPORT_ANGLE",
        "TTOP_PITCH_ANGLE",
        "TTOP_ROLL_ANGLE",
    ]
    assert structures.ReferencedFrameOfReferenceSequence[0].FrameOfReferenceUID == plan.images[0].FrameOfReferenceUID


def test_the_registration_takes_the_shift_back(plan: ocular_plans.Exported) -> None:
    """Applied to a point of the shifted patient it gives the planned one; it references every acquired image."""
    images = list(acquired(plan).values())

    found = registration(acquisition(plan), images, SHIFT_MM)

    (item,) = found.RegistrationSequence
    matrix = item.MatrixRegistrationSequence[0].MatrixSequence[0]
    rigid = np.array([float(one) for one in matrix.FrameOfReferenceTransformationMatrix]).reshape(4, 4)
    assert matrix.FrameOfReferenceTransformationMatrixType == "RIGID"
    assert (rigid @ [10.0 + 2.0, 20.0 - 1.5, 30.0 + 1.0, 1.0]).tolist() == [10.0, 20.0, 30.0, 1.0]
    assert [one.ReferencedSOPInstanceUID for one in item.ReferencedImageSequence] == [one.SOPInstanceUID for one in images]


def test_setup_objects_are_ones_that_a_treatment_management_system_accepts(plan: ocular_plans.Exported) -> None:
    """Each keeps the rows of its received counterpart, through the bytes that are sent."""
    taken, images = acquisition(plan), list(acquired(plan).values())

    for one in (*images, table_position(taken, SHIFT_MM), registration(taken, images, SHIFT_MM), registration(taken, [], SHIFT_MM)):
        received = part10.encoded(one, uids.EXPLICIT_LITTLE).dataset()
        assert errors(check(RECEIVED[received.SOPClassUID], received)) == [], received.Modality


def test_setup_objects_are_of_one_patient_and_one_study(plan: ocular_plans.Exported) -> None:
    """Those of the plan, each in a series of its own."""
    taken, images = acquisition(plan), list(acquired(plan).values())
    objects = [*images, table_position(taken, SHIFT_MM), registration(taken, images, SHIFT_MM)]

    assert {(one.PatientID, str(one.PatientName), one.StudyInstanceUID) for one in objects} == {
        ("P-001", "Doe^Jane", plan.plan.StudyInstanceUID)
    }
    assert {one.FrameOfReferenceUID for one in objects} == {plan.images[0].FrameOfReferenceUID}
