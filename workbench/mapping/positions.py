"""From setup objects to where the table stood and how the patient lay (TMS statement 9.1.2.1 to 9.1.2.4)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

import numpy as np

from workbench.dicom import uids
from workbench.dicom.reading import EncodedDataset
from workbench.errors import Refused
from workbench.mapping.scalars import number, numbers, text, whole
from workbench.treatment.positions import ORIGIN_MM, FloatArray, PointMm, PositionKind, Registration, TablePosition, must_be_rigid

ANGLES: Final = {"PATSUPPORT_ANGLE": "yaw_deg", "TTOP_PITCH_ANGLE": "pitch_deg", "TTOP_ROLL_ANGLE": "roll_deg"}
"""ROI Physical Property of a marked position → field of a table position (TMS statement 9.1.2.3.6)."""
OF_IMAGE: Final = {
    "vertical_mm": "TableTopVerticalPosition",
    "longitudinal_mm": "TableTopLongitudinalPosition",
    "lateral_mm": "TableTopLateralPosition",
    "yaw_deg": "PatientSupportAngle",
    "pitch_deg": "TableTopPitchAngle",
    "roll_deg": "TableTopRollAngle",
}
"""Field of a table position → attribute of a CT or RT Image (9.1.2.1.5, 9.1.2.2.5)."""
MARKED: Final = frozenset({PositionKind.PLANNED, PositionKind.ACQUIRED, PositionKind.MATCH_BEGUN})


def read_positions(dataset: EncodedDataset) -> tuple[TablePosition, ...]:
    """The table positions that a structure set, a CT or an RT Image tells; none of any other object.

    Raises
    ------
    Refused : a marked position has more than one point, or a coordinate or angle that is no number.
    """
    sop_class = text(dataset, "SOPClassUID")
    if sop_class == uids.RT_STRUCTURE_SET:
        return tuple(_marked(dataset))
    if sop_class in {uids.CT_IMAGE, uids.RT_IMAGE}:
        return tuple(_of_image(dataset))
    return ()


def read_registrations(dataset: EncodedDataset) -> tuple[Registration, ...]:
    """The rigid registrations of a Spatial Registration; that of a frame with itself by the identity says nothing and is left out.

    Raises
    ------
    Refused : a matrix is not rigid, or not 16 numbers.
    """
    if text(dataset, "SOPClassUID") != uids.SPATIAL_REGISTRATION:
        return ()
    to_frame = text(dataset, "FrameOfReferenceUID") or ""
    found = []
    for item in dataset.items("RegistrationSequence"):
        from_frame = text(item, "FrameOfReferenceUID") or ""
        for registered in item.items("MatrixRegistrationSequence"):
            matrix = np.eye(4)
            # PS3.3 C.20.2: the matrices are applied in the order of their items.
            for one in registered.items("MatrixSequence"):
                matrix = _matrix(one) @ matrix
            if from_frame != to_frame or not np.array_equal(matrix, np.eye(4)):
                found.append(Registration(from_frame_uid=from_frame, to_frame_uid=to_frame, matrix=matrix))
    return tuple(found)


def planned_isocentre(plan: EncodedDataset) -> PointMm:
    """The isocentre of the plan's first beam, patient frame; the origin where the plan says none.

    Raises
    ------
    Refused : a coordinate is missing or no number.
    """
    for beam in plan.items("IonBeamSequence"):
        for point in beam.items("IonControlPointSequence"):
            position = _several(point, "IsocenterPosition")
            if position:
                return _point(position, "Isocenter Position")
    return ORIGIN_MM


def _matrix(item: EncodedDataset) -> FloatArray:
    found = _several(item, "FrameOfReferenceTransformationMatrix")
    if len(found) != 16:
        raise Refused(f"registration: found a matrix of {len(found)} numbers, expected 16", rule="row:matrix")
    matrix = np.array(found).reshape(4, 4)
    must_be_rigid(matrix)
    return matrix


def _marked(dataset: EncodedDataset) -> Iterator[TablePosition]:
    rois = {whole(roi, "ROINumber"): roi for roi in dataset.items("StructureSetROISequence")}
    contours = {whole(one, "ReferencedROINumber"): one for one in dataset.items("ROIContourSequence")}
    for observation in dataset.items("RTROIObservationsSequence"):
        kind = text(observation, "RTROIInterpretedType")
        if kind not in MARKED:
            continue
        marked = whole(observation, "ReferencedROINumber")
        where = f"structure set, ROI {marked} ({kind})"
        if marked is None:
            raise Refused(f"{where}: found no Referenced ROI Number, expected one", rule="row:position")
        roi, contour = rois.get(marked), contours.get(marked)
        frame = None if roi is None else text(roi, "ReferencedFrameOfReferenceUID")
        yield TablePosition(
            kind=PositionKind(kind),
            frame_uid=frame or text(dataset, "FrameOfReferenceUID") or "",
            label="" if roi is None else text(roi, "ROIName") or "",
            isocentre_mm=None if contour is None else _isocentre(contour, where),
            **_angles(observation, where),
        )


def _isocentre(contour: EncodedDataset, where: str) -> PointMm | None:
    """The one point of a marked position; None where it has none."""
    points = [one for one in contour.items("ContourSequence") if text(one, "ContourGeometricType") == "POINT"]
    if not points:
        return None
    if len(points) > 1:
        raise Refused(f"{where}: found {len(points)} points, expected one", rule="row:position")
    return _point(_several(points[0], "ContourData"), where)


def _angles(observation: EncodedDataset, where: str) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for item in observation.items("ROIPhysicalPropertiesSequence"):
        said = text(item, "ROIPhysicalProperty")
        name = ANGLES.get(said or "")
        if name is None:
            continue
        if name in found:
            raise Refused(f"{where}: found {said} more than once, expected it once", rule="row:position")
        found[name] = number(item, "ROIPhysicalPropertyValue")
    return found


def _of_image(dataset: EncodedDataset) -> Iterator[TablePosition]:
    found: dict[str, Any] = {field: value for field, value in numbers(dataset, OF_IMAGE).items() if value is not None}
    height = number(dataset, "TableHeight")
    if height is not None:
        # PS3.3 C.8.2.1: the distance of the table top below the centre of rotation, where the vertical position points up.
        found["vertical_mm"] = 0.0 - height
    if found:
        frame = text(dataset, "FrameOfReferenceUID") or ""
        yield TablePosition(kind=PositionKind.IMAGE, frame_uid=frame, label=text(dataset, "ImageType") or "", **found)


def _point(coordinates: tuple[float, ...], where: str) -> PointMm:
    if len(coordinates) != 3:
        raise Refused(f"{where}: found {len(coordinates)} coordinates of its point, expected 3", rule="row:position")
    x, y, z = coordinates
    return (x, y, z)


def _several(dataset: EncodedDataset, keyword: str) -> tuple[float, ...]:
    """The values as numbers; none when the attribute is absent or empty."""
    found = dataset.get(keyword)
    each = found if isinstance(found, tuple) else () if found is None else (found,)
    numeric = tuple(float(one) for one in each if isinstance(one, int | float))
    if len(numeric) != len(each):
        raise Refused(f"{keyword}: found a value that is no number, expected numbers alone", rule=f"attribute:{keyword}")
    return numeric
