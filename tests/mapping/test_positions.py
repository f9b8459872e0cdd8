"""Table positions and registrations read from the objects that tell them."""

from __future__ import annotations

import numpy as np
import pytest
from pydicom.dataset import Dataset
from pydicom.sequence import Sequence

from tests.clinic import make_ct, make_ion_plan, make_registration, make_table_position
from workbench.dicom import part10
from workbench.errors import Refused
from workbench.mapping import positions
from workbench.treatment.positions import PointMm, PositionKind, Registration, TablePosition

FRAME = "2.25.77"


def read_positions(dataset: Dataset) -> tuple[TablePosition, ...]:
    """The positions that the data set tells once it is encoded."""
    return positions.read_positions(part10.encoded(dataset).read())


def read_registrations(dataset: Dataset) -> tuple[Registration, ...]:
    """Likewise the registrations."""
    return positions.read_registrations(part10.encoded(dataset).read())


def planned_isocentre(plan: Dataset) -> PointMm:
    """Likewise the isocentre."""
    return positions.planned_isocentre(part10.encoded(plan).read())


def marked(kind: str = "ACQ_ISOCENTER") -> Dataset:
    """A structure set that marks the isocentre at 1.5, -2.5, 3.5 mm, table at yaw 5, pitch 1 and roll -0.5 degrees."""
    dataset = make_table_position(make_ion_plan())
    dataset.StructureSetROISequence[0].ReferencedFrameOfReferenceUID = FRAME
    dataset.ROIContourSequence[0].ContourSequence[0].ContourData = ["1.5", "-2.5", "3.5"]
    observation = dataset.RTROIObservationsSequence[0]
    observation.RTROIInterpretedType = kind
    for item, value in zip(observation.ROIPhysicalPropertiesSequence, ("5", "1", "-0.5"), strict=True):
        item.ROIPhysicalPropertyValue = value
    return dataset


@pytest.mark.parametrize("kind", ["INITLASERISO", "ACQ_ISOCENTER", "INITMATCHISO"])
def test_a_marked_isocentre_is_read_with_its_angles(kind: str) -> None:
    """Interpreted type, point contour and ROI physical properties (R125, R126, R127, R143)."""
    expected = TablePosition(
        kind=PositionKind(kind),
        frame_uid=FRAME,
        label="Isocentre",
        isocentre_mm=(1.5, -2.5, 3.5),
        yaw_deg=5.0,
        pitch_deg=1.0,
        roll_deg=-0.5,
    )

    assert read_positions(marked(kind)) == (expected,)


def test_structures_of_planning_are_no_table_positions() -> None:
    """A target volume has another interpreted type."""
    assert read_positions(marked("PTV")) == ()


def test_a_marked_position_without_a_point_keeps_its_angles() -> None:
    """Contours are optional; the table stood all the same."""
    dataset = marked()
    del dataset.ROIContourSequence[0].ContourSequence

    (found,) = read_positions(dataset)

    assert (found.isocentre_mm, found.yaw_deg) == (None, 5.0)


def two_points(dataset: Dataset) -> None:
    """Mark it twice."""
    contours = dataset.ROIContourSequence[0].ContourSequence
    dataset.ROIContourSequence[0].ContourSequence = Sequence([contours[0], contours[0]])


def flat_point(dataset: Dataset) -> None:
    """Leave z out."""
    dataset.ROIContourSequence[0].ContourSequence[0].ContourData = ["1", "2"]


def two_yaws(dataset: Dataset) -> None:
    """Say the yaw twice."""
    items = dataset.RTROIObservationsSequence[0].ROIPhysicalPropertiesSequence
    dataset.RTROIObservationsSequence[0].ROIPhysicalPropertiesSequence = Sequence([*items, items[0]])


@pytest.mark.parametrize(
    ("spoil", "found"),
    [
        (two_points, "found 2 points, expected one"),
        (flat_point, "found 2 coordinates of its point, expected 3"),
        (two_yaws, "found PATSUPPORT_ANGLE more than once, expected it once"),
    ],
)
def test_an_ambiguous_position_is_refused(spoil: object, found: str) -> None:
    """Nobody may have to guess where the table stood."""
    dataset = marked()
    assert callable(spoil)
    spoil(dataset)

    with pytest.raises(Refused, match=rf"^structure set, ROI 1 \(ACQ_ISOCENTER\): {found}$"):
        read_positions(dataset)


def test_an_image_tells_where_the_table_stood() -> None:
    """Table Height counts downwards from the centre of rotation, the vertical position upwards (PS3.3 C.8.2.1, R120, R124)."""
    ct = make_ct(
        make_ion_plan(),
        FrameOfReferenceUID=FRAME,
        TableHeight="150.5",
        TableTopLongitudinalPosition="10",
        TableTopLateralPosition="-2",
        PatientSupportAngle="3",
        TableTopPitchAngle=1.0,
        TableTopRollAngle=0.5,
    )

    (found,) = read_positions(ct)

    assert found == TablePosition(
        kind=PositionKind.IMAGE,
        frame_uid=FRAME,
        label="ORIGINAL\\PRIMARY\\AXIAL",
        vertical_mm=-150.5,
        longitudinal_mm=10.0,
        lateral_mm=-2.0,
        yaw_deg=3.0,
        pitch_deg=1.0,
        roll_deg=0.5,
    )
    assert read_positions(make_ct(make_ion_plan())) == ()


def translation(x: float) -> Dataset:
    """A matrix item that moves along x."""
    item = Dataset()
    item.FrameOfReferenceTransformationMatrix = [1, 0, 0, x, 0, 1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1]
    item.FrameOfReferenceTransformationMatrixType = "RIGID"
    return item


def test_the_matrices_of_a_registration_are_applied_in_the_order_of_their_items() -> None:
    """First 10 mm along x, then a quarter turn about z: the origin comes to (0, 10, 0) (by hand)."""
    dataset = make_registration(make_ion_plan(), FrameOfReferenceUID="2.25.78")
    turn = translation(0)
    turn.FrameOfReferenceTransformationMatrix = [0, -1, 0, 0, 1, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1]
    item = dataset.RegistrationSequence[0]
    item.FrameOfReferenceUID = FRAME
    item.MatrixRegistrationSequence[0].MatrixSequence = Sequence([translation(10), turn])

    (found,) = read_registrations(dataset)

    assert (found.from_frame_uid, found.to_frame_uid) == (FRAME, "2.25.78")
    assert (found.matrix @ np.array([0, 0, 0, 1])).tolist() == [0, 10, 0, 1]


def test_the_identity_of_a_frame_with_itself_says_nothing() -> None:
    """Many makers list the target frame as an item of its own."""
    assert read_registrations(make_registration(make_ion_plan())) == ()


def test_a_matrix_of_other_than_16_numbers_is_refused() -> None:
    """Four rows of four."""
    dataset = make_registration(make_ion_plan())
    matrix = dataset.RegistrationSequence[0].MatrixRegistrationSequence[0].MatrixSequence[0]
    matrix.FrameOfReferenceTransformationMatrix = [1, 0, 0, 0]

    with pytest.raises(Refused, match=r"^registration: found a matrix of 4 numbers, expected 16$"):
        read_registrations(dataset)


def test_the_plan_s_isocentre_is_that_of_its_first_beam() -> None:
    """The origin where no control point names one."""
    plan = make_ion_plan()
    point = plan.IonBeamSequence[0].IonControlPointSequence[0]
    point.IsocenterPosition = ["1", "-2", "3.5"]
    found = planned_isocentre(plan)
    del point.IsocenterPosition

    assert (found, planned_isocentre(plan)) == ((1.0, -2.0, 3.5), (0.0, 0.0, 0.0))
