"""What the device acquires before it treats: two X-rays, where the table stood, and how the patient lay to the plan.

The pictures are simulated: the clip outlines of the planned setup images, moved by the simulated patient's shift, as shadows on an
unevenly exposed, noisy film. The numbers around them are real in the sense that every object belongs to the others.
"""

from __future__ import annotations

from collections.abc import Sequence as Several
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType

import numpy as np
import shapely
from numpy.typing import NDArray
from pydicom.dataset import Dataset
from pydicom.sequence import Sequence

from workbench.dicom import codes, uids
from workbench.dicom.uids import UidSource
from workbench.dicom.values import to_dicom
from workbench.ocular.equipment import FilmGeometry

ROOM_TO_IEC = {"AXIAL": (0, 1), "LATERAL": (2, 1)}
"""Which components of a room shift move the picture right and up on each film."""
TUBES = MappingProxyType(
    {
        "AXIAL": FilmGeometry(source_to_isocentre_mm=1244.0, isocentre_to_film_mm=617.0, gantry_angle_deg=270.0),
        "LATERAL": FilmGeometry(source_to_isocentre_mm=1215.0, isocentre_to_film_mm=609.0, gantry_angle_deg=None),
    }
)
"""The device's own X-ray tubes, where a planned image says no distance; as fitted from published OPTIS2 cases (OCULARIS)."""
BACKGROUND, CLIP, NOISE = 150.0, 60.0, 6.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Acquisition:
    """Names and moment that the acquired objects share."""

    plan: Dataset
    uid_source: UidSource
    now: datetime
    frame_uid: str

    def start(self, sop_class_uid: str, modality: str, number: int) -> Dataset:
        """A data set with patient, study and series."""
        dataset = Dataset()
        dataset.SpecificCharacterSet = self.plan.get("SpecificCharacterSet") or "ISO_IR 192"
        dataset.SOPClassUID, dataset.SOPInstanceUID = sop_class_uid, self.uid_source.new()
        for keyword in ("PatientName", "PatientID", "PatientBirthDate", "PatientSex"):
            dataset.add_new(keyword, self.plan[keyword].VR if keyword in self.plan else "LO", self.plan.get(keyword))
        dataset.StudyInstanceUID = self.plan.StudyInstanceUID
        for keyword, vr in (("StudyDate", "DA"), ("StudyTime", "TM"), ("ReferringPhysicianName", "PN"), ("StudyID", "SH")):
            dataset.add_new(keyword, vr, self.plan.get(keyword))
        dataset.AccessionNumber = self.plan.get("AccessionNumber")
        dataset.Modality, dataset.SeriesInstanceUID, dataset.SeriesNumber = modality, self.uid_source.new(), number
        dataset.SeriesDate, dataset.SeriesTime = to_dicom("DA", self.now), to_dicom("TM", self.now)
        dataset.OperatorsName = None
        dataset.Manufacturer, dataset.ManufacturerModelName = "Ocular Proton Workbench", "Simulated treatment delivery device"
        return dataset


def setup_image(
    acquisition: Acquisition, planned: Dataset, outlines: Several[NDArray[np.float64]], shift_mm: tuple[float, float, float]
) -> Dataset:
    """An acquired RT Image that shows the planned outlines where the shifted patient has them.

    Parameters
    ----------
    planned : the planned setup image; geometry is taken from it.
    outlines : each shape (n, 2), film frame, mm.
    shift_mm : of the patient, room frame.
    """
    view = str(planned.RTImageLabel)
    rows, columns = int(planned.Rows), int(planned.Columns)
    spacing = float(planned.ImagePlanePixelSpacing[0])
    left, top = (float(one) for one in planned.RTImagePosition)
    across, up = ROOM_TO_IEC[view]
    source_to_film = float(planned.get("RTImageSID") or TUBES[view].source_to_film_mm)
    source_to_axis = float(planned.get("RadiationMachineSAD") or TUBES[view].source_to_isocentre_mm)
    moved = [outline + source_to_film / source_to_axis * np.array([shift_mm[across], shift_mm[up]]) for outline in outlines]
    image = acquisition.start(uids.RT_IMAGE, "RTIMAGE", 1 if view == "AXIAL" else 2)
    image.InstanceNumber, image.ImageType = 1, ["ORIGINAL", "PRIMARY", "RADIOGRAPH"]
    image.FrameOfReferenceUID, image.PositionReferenceIndicator = acquisition.frame_uid, None
    image.AcquisitionDate, image.AcquisitionTime = to_dicom("DA", acquisition.now), to_dicom("TM", acquisition.now)
    image.PatientOrientation, image.ContentDate, image.ContentTime = None, image.AcquisitionDate, image.AcquisitionTime
    image.SamplesPerPixel, image.PhotometricInterpretation = 1, "MONOCHROME2"
    image.Rows, image.Columns = rows, columns
    image.BitsAllocated, image.BitsStored, image.HighBit, image.PixelRepresentation = 8, 8, 7, 0
    grid = Grid(rows=rows, columns=columns, spacing_mm=spacing, left_mm=left, top_mm=top)
    image.PixelData = film(moved, grid).tobytes()
    for keyword in ("GantryAngle", "BeamLimitingDeviceAngle", "PatientSupportAngle"):
        if keyword in planned:
            image[keyword] = planned[keyword]
    image.RTImageSID, image.RadiationMachineSAD = to_dicom("DS", source_to_film), to_dicom("DS", source_to_axis)
    image.RTImageLabel, image.RTImagePlane, image.ConversionType = view, "NORMAL", "DI"
    image.XRayImageReceptorAngle, image.RadiationMachineName, image.PrimaryDosimeterUnit = "0", None, None
    image.ImagePlanePixelSpacing, image.RTImagePosition = planned.ImagePlanePixelSpacing, planned.RTImagePosition
    image.ReferencedRTPlanSequence = Sequence([_reference(acquisition.plan)])
    return image


@dataclass(frozen=True, slots=True, kw_only=True)
class Grid:
    """The pixels of a film: centre of the first one, distance of their centres, mm in the film frame."""

    rows: int
    columns: int
    spacing_mm: float
    left_mm: float
    top_mm: float


def film(outlines: Several[NDArray[np.float64]], grid: Grid, *, seed: int = 1) -> NDArray[np.uint8]:
    """A noisy film with a shadow inside each outline.

    Returns
    -------
    Shape (rows, columns); row 0 is the upper edge of the film.
    """
    rows, columns, left_mm, top_mm = grid.rows, grid.columns, grid.left_mm, grid.top_mm
    x = left_mm + grid.spacing_mm * np.arange(columns)
    y = top_mm - grid.spacing_mm * np.arange(rows)
    across, up = np.meshgrid(x, y)
    radius = np.hypot(across, up) / max(abs(left_mm), abs(top_mm), 1.0)
    grey = BACKGROUND + 60.0 * np.exp(-1.5 * radius**2) + np.random.default_rng(seed).normal(0.0, NOISE, (rows, columns))
    for outline in outlines:
        inside = shapely.contains_xy(shapely.Polygon(outline), across, up)
        grey[inside] = CLIP + np.random.default_rng(seed + 1).normal(0.0, NOISE, int(inside.sum()))
    pixels: NDArray[np.uint8] = np.clip(np.rint(grey), 0, 255).astype(np.uint8)
    return pixels


def table_position(acquisition: Acquisition, shift_mm: tuple[float, float, float]) -> Dataset:
    """A structure set with one point: where the isocentre was when the images were taken (ACQ_ISOCENTER)."""
    dataset = acquisition.start(uids.RT_STRUCTURE_SET, "RTSTRUCT", 3)
    dataset.FrameOfReferenceUID, dataset.PositionReferenceIndicator = acquisition.frame_uid, None
    dataset.StructureSetLabel, dataset.StructureSetDate, dataset.StructureSetTime = "Table position", dataset.SeriesDate, dataset.SeriesTime
    roi = Dataset()
    roi.ROINumber, roi.ReferencedFrameOfReferenceUID, roi.ROIName, roi.ROIGenerationAlgorithm = (
        1,
        acquisition.frame_uid,
        "Isocentre",
        "MANUAL",
    )
    frame = Dataset()
    frame.FrameOfReferenceUID = acquisition.frame_uid
    contour = Dataset()
    contour.ContourGeometricType, contour.NumberOfContourPoints = "POINT", 1
    contour.ContourData = [to_dicom("DS", one) for one in shift_mm]
    roi_contour = Dataset()
    roi_contour.ReferencedROINumber, roi_contour.ContourSequence = 1, Sequence([contour])
    angles = []
    for name in ("PATSUPPORT_ANGLE", "TTOP_PITCH_ANGLE", "TTOP_ROLL_ANGLE"):
        angle = Dataset()
        angle.ROIPhysicalProperty, angle.ROIPhysicalPropertyValue = name, "0"
        angles.append(angle)
    observation = Dataset()
    observation.ObservationNumber, observation.ReferencedROINumber = 1, 1
    observation.RTROIInterpretedType, observation.ROIInterpreter = "ACQ_ISOCENTER", None
    observation.ROIPhysicalPropertiesSequence = Sequence(angles)
    dataset.ReferencedFrameOfReferenceSequence = Sequence([frame])
    dataset.StructureSetROISequence = Sequence([roi])
    dataset.ROIContourSequence = Sequence([roi_contour])
    dataset.RTROIObservationsSequence = Sequence([observation])
    return dataset


def registration(acquisition: Acquisition, images: Several[Dataset], shift_mm: tuple[float, float, float]) -> Dataset:
    """The rigid registration that takes the acquired images onto the plan: the correction of the shift."""
    dataset = acquisition.start(uids.SPATIAL_REGISTRATION, "REG", 4)
    dataset.FrameOfReferenceUID, dataset.PositionReferenceIndicator = acquisition.frame_uid, None
    eye = str(acquisition.plan.get("PositionReferenceIndicator") or "")
    dataset.Laterality = {"RIGHT EYE": "R", "LEFT EYE": "L"}.get(eye)
    dataset.ContentDate, dataset.ContentTime, dataset.InstanceNumber = dataset.SeriesDate, dataset.SeriesTime, 1
    dataset.ContentLabel, dataset.ContentDescription, dataset.ContentCreatorName = "SETUP", None, None
    matrix = Dataset()
    x, y, z = (-one for one in shift_mm)
    matrix.FrameOfReferenceTransformationMatrix = [to_dicom("DS", one) for one in (1, 0, 0, x, 0, 1, 0, y, 0, 0, 1, z, 0, 0, 0, 1)]
    matrix.FrameOfReferenceTransformationMatrixType = "RIGID"
    of_matrices = Dataset()
    of_matrices.MatrixSequence, of_matrices.FrameOfReferenceTransformationComment = Sequence([matrix]), "Simulated setup correction"
    of_matrices.RegistrationTypeCodeSequence = Sequence([codes.FIDUCIAL_ALIGNMENT.item()])
    item = Dataset()
    item.FrameOfReferenceUID = acquisition.frame_uid
    if images:
        item.ReferencedImageSequence = Sequence([_reference(image) for image in images])
        dataset.ReferencedSeriesSequence = Sequence([_series(image) for image in images])
    item.MatrixRegistrationSequence = Sequence([of_matrices])
    dataset.RegistrationSequence = Sequence([item])
    return dataset


def _reference(dataset: Dataset) -> Dataset:
    item = Dataset()
    item.ReferencedSOPClassUID, item.ReferencedSOPInstanceUID = dataset.SOPClassUID, dataset.SOPInstanceUID
    return item


def _series(image: Dataset) -> Dataset:
    item = Dataset()
    item.SeriesInstanceUID, item.ReferencedInstanceSequence = image.SeriesInstanceUID, Sequence([_reference(image)])
    return item
