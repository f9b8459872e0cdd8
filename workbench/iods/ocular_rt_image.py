"""The setup RT Image that the ocular planner exports, and the RT Image that it imports (ocular statement C.1.1, C.2).

Scope of the export: ``plan`` is an ``ocular.plan.OcularPlan``, ``image`` its ``SetupImage``, ``film`` the ``FilmGeometry`` that
takes it; ``image_uid`` is the image's own UID; ``uids`` has ``study``, ``frame_of_reference``, ``image_series`` and ``plan``;
``identity`` is a ``settings.Identity``. Scope of the import: ``patient_id``, of the patient that receives the image.
"""

from __future__ import annotations

import struct
from collections.abc import Sequence

from workbench.dicom import uids
from workbench.dicom.conditions import Not, Present, Sent
from workbench.dicom.rules import Configured, Constant, Counted, Derived, Empty, Matches, OneOf, Read, Taken
from workbench.dicom.scope import Scope
from workbench.dicom.spec import Attribute, Each, Iod, Items, Module, One, Repeating
from workbench.iods.common import ISOCENTRE_MM, READ_REFERENCE, REFERRING_PHYSICIAN

IMAGE_TYPE = Constant(("ORIGINAL", "SECONDARY", "DRR", ""))


def blank_pixels(scope: Scope) -> object:
    """One zero byte for each pixel, padded to an even length."""
    count = int(str(scope["image.rows"])) * int(str(scope["image.columns"]))
    return bytes(count + count % 2)


def pixel_spacing(scope: Scope) -> object:
    """Distance of rows and distance of columns, both the same."""
    return (scope["image.pixel_mm"],) * 2


def curve_data(scope: Scope) -> object:
    """x1, y1, x2, y2 ... as 64-bit floats, little endian (Data Value Representation 3, PS3.3-2008 C.10.2.1.5)."""
    points = scope["outline.points_mm"]
    flat = [value for point in points for value in point] if isinstance(points, Sequence) else []
    return struct.pack(f"<{len(flat)}d", *flat)


OCULAR_RT_IMAGE = Iod(
    "RT Image",
    (uids.RT_IMAGE,),
    (
        Module(
            "Patient",
            "C.2.1",
            (
                Attribute("PatientName", "2", Taken("plan.patient.name")),
                Attribute("PatientID", "2", Taken("plan.patient.id")),
                Attribute("PatientBirthDate", "2", Taken("plan.patient.birth_date")),
                Attribute("PatientSex", "2", Taken("plan.patient.sex", "map:Female=F|Male=M|else=O", ("F", "M", "O"))),
            ),
        ),
        Module(
            "General Study",
            "C.2.2",
            (
                Attribute("StudyInstanceUID", "1", Taken("uids.study")),
                Attribute("StudyDate", "2", Taken("plan.created")),
                Attribute("StudyTime", "2", Taken("plan.created")),
                REFERRING_PHYSICIAN,
                Attribute("StudyID", "2", Taken("plan.label")),
                Attribute("AccessionNumber", "2", Empty()),
            ),
        ),
        Module(
            "Frame of Reference",
            "C.2.3",
            (
                Attribute("FrameOfReferenceUID", "1", Taken("uids.frame_of_reference")),
                Attribute("PositionReferenceIndicator", "2", OneOf(("RIGHT EYE", "LEFT EYE"), "plan.position_reference")),
            ),
        ),
        Module(
            "General Equipment",
            "C.2.4",
            (
                Attribute("Manufacturer", "2", Configured("identity.manufacturer")),
                Attribute("ManufacturerModelName", "3", Configured("identity.model")),
                Attribute("SoftwareVersions", "3", Configured("identity.software_versions")),
            ),
        ),
        Module(
            "General Image",
            "C.2.5",
            (
                Attribute("ImageType", "3", IMAGE_TYPE),
                Attribute(
                    "PatientOrientation", "2C", Empty(), beyond="due in an image without image position; RT Images are oriented otherwise"
                ),
            ),
        ),
        Module(
            "Image Pixel",
            "C.2.6",
            (
                Attribute("SamplesPerPixel", "1", Constant(1)),
                Attribute("PhotometricInterpretation", "1", Constant("MONOCHROME2")),
                Attribute("Rows", "1", Taken("image.rows")),
                Attribute("Columns", "1", Taken("image.columns")),
                Attribute("BitsAllocated", "1", Constant(8)),
                Attribute("BitsStored", "1", Constant(8, said="equal:BitsAllocated")),
                Attribute("HighBit", "1", Constant(7, said="equal:BitsAllocated-1")),
                Attribute("PixelRepresentation", "1", Constant(0)),
                Attribute("PixelData", "1C", Derived(blank_pixels, "all pixels zero", "zeros"), Not(Present("PixelDataProviderURL"))),
            ),
        ),
        Module(
            "RT Series",
            "C.2.7",
            (
                Attribute("Modality", "1", Constant("RTIMAGE")),
                Attribute("SeriesInstanceUID", "1", Taken("uids.image_series")),
                Attribute("SeriesNumber", "2", Constant(2)),
            ),
        ),
        Module(
            "RT Image",
            "C.2.8",
            (
                Attribute("SamplesPerPixel", "1", Constant(1)),
                Attribute("PhotometricInterpretation", "1", Constant("MONOCHROME2")),
                Attribute("BitsAllocated", "1", Constant(8)),
                Attribute("BitsStored", "1", Constant(8, said="equal:BitsAllocated")),
                Attribute("HighBit", "1", Constant(7, said="equal:BitsAllocated-1")),
                Attribute("PixelRepresentation", "1", Constant(0)),
                Attribute("RTImageLabel", "1", OneOf(("AXIAL", "LATERAL"), "image.view")),
                Attribute("ImageType", "1", IMAGE_TYPE),
                Attribute("ConversionType", "2", Constant("WSD")),
                Attribute("RTImagePlane", "1", Constant("NORMAL")),
                Attribute("XRayImageReceptorTranslation", "3", Constant((0.0, 0.0, 0.0))),
                Attribute("XRayImageReceptorAngle", "2", Constant(0.0)),
                Attribute("ImagePlanePixelSpacing", "2", Derived(pixel_spacing, "pixel size, rows and columns alike")),
                Attribute("RTImagePosition", "2", Taken("image.position_mm")),
                Attribute("RadiationMachineName", "2", Empty()),
                Attribute("PrimaryDosimeterUnit", "2", Empty()),
                Attribute("RTImageSID", "2", Taken("film.source_to_film_mm")),
                Items(
                    "ReferencedRTPlanSequence",
                    "3",
                    (
                        Attribute("ReferencedSOPClassUID", "1C", Constant(uids.RT_ION_PLAN), Sent("ReferencedRTPlanSequence")),
                        Attribute(
                            "ReferencedSOPInstanceUID",
                            "1C",
                            Taken("uids.plan", "reference:plan_using_this_image"),
                            Sent("ReferencedRTPlanSequence"),
                        ),
                    ),
                    One(),
                ),
                Attribute("GantryAngle", "3", Taken("film.gantry_angle_deg")),
                Attribute("GantryPitchAngle", "3", Constant(0.0)),
                Attribute("BeamLimitingDeviceAngle", "3", Taken("plan.beamline.beam_limiting_device_angle_deg")),
                Attribute("PatientSupportAngle", "3", Taken("plan.beamline.chair.support_angle_deg")),
                Attribute("TableTopVerticalPosition", "3", Taken("plan.beamline.chair.vertical_mm")),
                Attribute("TableTopLongitudinalPosition", "3", Taken("plan.beamline.chair.longitudinal_mm")),
                Attribute("TableTopLateralPosition", "3", Taken("plan.beamline.chair.lateral_mm")),
                Attribute("IsocenterPosition", "3", Constant(ISOCENTRE_MM)),
                Attribute("PatientPosition", "1C", Taken("plan.beamline.patient_position"), Present("IsocenterPosition")),
            ),
        ),
        Module(
            "Curve",
            "C.2.16",
            (
                Repeating(
                    "Curve",
                    (
                        Attribute("CurveDimensions", "1", Constant(2)),
                        Attribute("NumberOfPoints", "1", Counted("outline.points_mm")),
                        Attribute("TypeOfData", "1", Constant("POLY")),
                        Attribute("DataValueRepresentation", "1", Constant(3, said="constant:0x0003")),
                        Attribute("CurveData", "1", Derived(curve_data, "x and y of each point, film millimetres, 64-bit floats")),
                        Attribute("CurveLabel", "3", Taken("outline.label")),
                    ),
                    Each("image.outlines", "outline"),
                ),
            ),
        ),
        Module(
            "SOP Common",
            "C.2.17",
            (
                Attribute("SOPClassUID", "1", Constant(uids.RT_IMAGE)),
                Attribute("SOPInstanceUID", "1", Taken("image_uid")),
            ),
        ),
    ),
    "ocular",
    "export",
)
"""A blank image of AXIAL or LATERAL view with an outline of each clip as a curve, film millimetres."""

TYPE_1_ON_IMPORT = (
    Module("General Study", "C.2.2", (Attribute("StudyInstanceUID", "1"),)),
    Module("Frame of Reference", "C.2.3", (Attribute("FrameOfReferenceUID", "1"),)),
    Module(
        "Image Pixel",
        "C.2.6",
        (
            Attribute("SamplesPerPixel", "1"),
            Attribute("PhotometricInterpretation", "1"),
            Attribute("Rows", "1"),
            Attribute("Columns", "1"),
            Attribute("BitsAllocated", "1"),
            Attribute("BitsStored", "1"),
            Attribute("HighBit", "1"),
            Attribute("PixelRepresentation", "1"),
        ),
    ),
    Module(
        "RT Series",
        "C.2.7",
        (
            Attribute("Modality", "1"),
            Attribute("SeriesInstanceUID", "1"),
        ),
    ),
    Module(
        "RT Image",
        "C.2.8",
        (
            Attribute("SamplesPerPixel", "1"),
            Attribute("PhotometricInterpretation", "1"),
            Attribute("BitsAllocated", "1"),
            Attribute("BitsStored", "1"),
            Attribute("HighBit", "1"),
            Attribute("PixelRepresentation", "1"),
            Attribute("RTImageLabel", "1"),
            Attribute("ImageType", "1"),
            Attribute("RTImagePlane", "1"),
        ),
    ),
    Module(
        "SOP Common",
        "C.2.17",
        (
            Attribute("SOPClassUID", "1"),
            Attribute("SOPInstanceUID", "1"),
        ),
    ),
)
"""Ocular statement A.1.2: all Type 1 attributes of the modules must be present, also those that are not read; C.2.6 and C.2.8
list the same pixel attributes."""
NESTED_TYPE_1_ON_IMPORT = Module("RT Image", "A.1.2", (Items("ReferencedRTPlanSequence", "3", READ_REFERENCE),))
"""Type 1 inside a sequence, due when the sequence is there."""

OCULAR_RT_IMAGE_IMPORT = Iod(
    "RT Image",
    (uids.RT_IMAGE,),
    (
        Module("Patient", "C.2.1", (Attribute("PatientID", "2", Matches("patient_id", "match:PatientID(import)")),)),
        Module(
            "General Study",
            "C.2.2",
            (
                Attribute("StudyInstanceUID", "1"),
                Attribute("StudyDate", "2"),
                Attribute("StudyTime", "2"),
                Attribute("ReferringPhysicianName", "2"),
                Attribute("StudyID", "2"),
            ),
        ),
        Module(
            "Image Pixel",
            "C.2.6",
            (
                Attribute("Rows", "1"),
                Attribute("Columns", "1"),
                Attribute("PixelData", "1C", Read("read"), Not(Present("PixelDataProviderURL"))),
            ),
        ),
        Module("RT Series", "C.2.7", (Attribute("SeriesInstanceUID", "1"),)),
        Module(
            "RT Image",
            "C.2.8",
            (
                Attribute("XRayImageReceptorTranslation", "3", Read("read")),
                Attribute("XRayImageReceptorAngle", "2", Read("read")),
                Attribute("ImagePlanePixelSpacing", "2"),
                Attribute("RTImagePosition", "2"),
            ),
        ),
        *TYPE_1_ON_IMPORT,
        NESTED_TYPE_1_ON_IMPORT,
    ),
    "ocular",
    "import",
    complete=False,
)
"""The rows that are read, then presence of every Type 1 attribute. Another Patient ID is doubtful: the user decides (B.1)."""
