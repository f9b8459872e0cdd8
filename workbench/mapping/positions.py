"""From setup objects to where the table stood and how the patient lay (TMS statement 9.1.2.1 to 9.1.2.4)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

import numpy as np
from pydicom.dataset import Dataset
from pydicom.sequence import Sequence

from workbench.dicom import uids
from workbench.errors import Refused
from workbench.treatment.positions import ORIGIN_MM, FloatArray, PointMm, PositionKind, Registration, TablePosition, must_be_rigid

ANGLES: Final = {"PATSUPPORT_ANGLE": "yaw_deg", "TTOP_PITCH_ANGLE": "pitch_deg", "TTOP_ROLL_ANGLE": "roll_deg"}
"""ROI Physical Property of a marked position → field of a table position (TMS statement 9.1.2.3.6)."""
OF_IMAGE: Final = {
    "TableTopVerticalPosition": "vertical_mm",
    "TableTopLongitudinalPosition": "longitudinal_mm",
    "TableTopLateralPosition": "lateral_mm",
    "PatientSupportAngle": "yaw_deg",
    "TableTopPitchAngle": "pitch_deg",
    "TableTopRollAngle": "roll_deg",
}
"""Attribute of a CT or RT Image → field of a table position (9.1.2.1.5, 9.1.2.2.5)."""
MARKED: Final = frozenset({PositionKind.PLANNED, PositionKind.ACQUIRED, PositionKind.MATCH_BEGUN})


def read_positions(dataset: Dataset) -> tuple[TablePosition, ...]:
    """The table positions that a structure set, a CT or an RT Image tells; none of any other object.

    Raises
    ------
    Refused : a marked position has more than one point, or a coordinate or angle that is no number.
    """
    sop_class = str(dataset.get("SOPClassUID"))
    if sop_class == uids.RT_STRUCTURE_SET:
        return tuple(_marked(dataset))
    if sop_class in {uids.CT_IMAGE, uids.RT_IMAGE}:
        return tuple(_of_image(dataset))
    return ()


def read_registrations(dataset: Dataset) -> tuple[Registration, ...]:
    """The rigid registrations of a Spatial Registration; that of a frame with itself by the identity says nothing and is left out.

    Raises
    ------
    Refused : a matrix is not rigid, or not 16 numbers.
    """
    if str(dataset.get("SOPClassUID")) != uids.SPATIAL_REGISTRATION:
        return ()
    to_frame = str(dataset.get("FrameOfReferenceUID") or "")
    found = []
    for item in dataset.get("RegistrationSequence") or []:
        from_frame = str(item.get("FrameOfReferenceUID") or "")
        for registered in item.get("MatrixRegistrationSequence") or []:
            matrix = np.eye(4)
            # PS3.3 C.20.2: the matrices are applied in the order of their items.
            for one in registered.get("MatrixSequence") or []:
                matrix = _matrix(one) @ matrix
            if from_frame != to_frame or not np.array_equal(matrix, np.eye(4)):
                found.append(Registration(from_frame_uid=from_frame, to_frame_uid=to_frame, matrix=matrix))
    return tuple(found)


def planned_isocentre(plan: Dataset) -> PointMm:
    """The isocentre of the plan's first beam, patient frame; the origin where the plan says none."""
    for beam in plan.get("IonBeamSequence") or []:
        for point in beam.get("IonControlPointSequence") or []:
            position = point.get("IsocenterPosition")
            if position:
                x, y, z = (float(one) for one in position)
                return (x, y, z)
    return ORIGIN_MM


def _matrix(item: Dataset) -> FloatArray:
    numbers = [float(one) for one in item.get("FrameOfReferenceTransformationMatrix") or []]
    if len(numbers) != 16:
        raise Refused(f"registration: found a matrix of {len(numbers)} numbers, expected 16", rule="row:matrix")
    matrix = np.array(numbers).reshape(4, 4)
    must_be_rigid(matrix)
    return matrix


def _marked(dataset: Dataset) -> Iterator[TablePosition]:
    rois = {int(roi.ROINumber): roi for roi in dataset.get("StructureSetROISequence") or [] if roi.get("ROINumber") is not None}
    contours = {int(one.ReferencedROINumber): one for one in dataset.get("ROIContourSequence") or []}
    for observation in dataset.get("RTROIObservationsSequence") or []:
        kind = str(observation.get("RTROIInterpretedType") or "")
        if kind not in MARKED:
            continue
        number = int(observation.ReferencedROINumber)
        roi = rois.get(number, Dataset())
        where = f"structure set, ROI {number} ({kind})"
        yield TablePosition(
            kind=PositionKind(kind),
            frame_uid=str(roi.get("ReferencedFrameOfReferenceUID") or dataset.get("FrameOfReferenceUID") or ""),
            label=str(roi.get("ROIName") or ""),
            isocentre_mm=_isocentre(contours.get(number, Dataset()), where),
            **_angles(observation, where),
        )


def _isocentre(contour: Dataset, where: str) -> PointMm | None:
    """The one point of a marked position; None where it has none."""
    items: Sequence = contour.get("ContourSequence") or Sequence()
    points = [one for one in items if one.get("ContourGeometricType") == "POINT"]
    if not points:
        return None
    if len(points) > 1:
        raise Refused(f"{where}: found {len(points)} points, expected one", rule="row:position")
    numbers = [float(one) for one in points[0].get("ContourData") or []]
    if len(numbers) != 3:
        raise Refused(f"{where}: found {len(numbers)} coordinates of its point, expected 3", rule="row:position")
    x, y, z = numbers
    return (x, y, z)


def _angles(observation: Dataset, where: str) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for item in observation.get("ROIPhysicalPropertiesSequence") or []:
        name = ANGLES.get(str(item.get("ROIPhysicalProperty") or ""))
        if name is None:
            continue
        if name in found:
            raise Refused(f"{where}: found {item.ROIPhysicalProperty} more than once, expected it once", rule="row:position")
        found[name] = float(item.ROIPhysicalPropertyValue)
    return found


def _of_image(dataset: Dataset) -> Iterator[TablePosition]:
    found: dict[str, Any] = {field: float(dataset[keyword].value) for keyword, field in OF_IMAGE.items() if _has(dataset, keyword)}
    if _has(dataset, "TableHeight"):
        # PS3.3 C.8.2.1: the distance of the table top below the centre of rotation, where the vertical position points up.
        found["vertical_mm"] = 0.0 - float(dataset.TableHeight)
    if found:
        label = "\\".join(str(one) for one in dataset.get("ImageType") or [])
        frame = str(dataset.get("FrameOfReferenceUID") or "")
        yield TablePosition(kind=PositionKind.IMAGE, frame_uid=frame, label=label, **found)


def _has(dataset: Dataset, keyword: str) -> bool:
    value = dataset.get(keyword)
    return value is not None and value != ""
