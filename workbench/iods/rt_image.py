"""RT Images as the TMS statement receives them (9.1.2.2)."""

from __future__ import annotations

from workbench.dicom import uids
from workbench.dicom.conditions import Present
from workbench.dicom.rules import OneOf
from workbench.dicom.spec import Attribute, Iod, Module
from workbench.iods.common import READ_INSTANCE, READ_PATIENT

RECEIVED_RT_IMAGE = Iod(
    "RT Image",
    (uids.RT_IMAGE,),
    (
        Module("Patient Module", "9.1.2.2.1", READ_PATIENT, "Patient"),
        Module("General Study Module", "9.1.2.2.2", (Attribute("StudyInstanceUID", "1"),), "Study"),
        Module(
            "RT Series Module",
            "9.1.2.2.3",
            (
                Attribute("Modality", "1"),
                Attribute("SeriesInstanceUID", "1"),
                Attribute("SeriesDate", "3"),
                Attribute("SeriesTime", "3"),
            ),
            "Series",
        ),
        Module("Frame of Reference Module", "9.1.2.2.4", (Attribute("FrameOfReferenceUID", "1"),), "Frame of Reference"),
        Module(
            "RT Image Module",
            "9.1.2.2.5",
            (
                Attribute("SamplesPerPixel", "1"),
                Attribute("PhotometricInterpretation", "1"),
                Attribute("BitsAllocated", "1"),
                Attribute("BitsStored", "1"),
                Attribute("HighBit", "1"),
                Attribute("PixelRepresentation", "1"),
                Attribute("RTImageLabel", "1"),
                Attribute(
                    "ImageType",
                    "1",
                    OneOf(
                        ("ORIGINAL", "PRIMARY", "RADIOGRAPH", "CBCT_PROJECTION", "DERIVED", "SECONDARY", "DRR", "CT_PROJECTION", "PORTAL"),
                        is_open=True,
                    ),
                ),
                Attribute("RTImagePlane", "1"),
                Attribute("PatientSupportAngle", "3"),
                Attribute("TableTopPitchAngle", "3"),
                Attribute("TableTopRollAngle", "3"),
                Attribute("TableTopVerticalPosition", "3"),
                Attribute("TableTopLongitudinalPosition", "3"),
                Attribute("TableTopLateralPosition", "3"),
                Attribute(
                    "PatientPosition",
                    "1C",
                    OneOf(("HFP", "HFS", "HFDR", "HFDL", "FFDR", "FFDL", "FFP", "FFS"), also=("SITTING",)),
                    Present("IsocenterPosition"),
                ),
            ),
            "Image",
        ),
        Module("SOP Common Module", "9.1.2.2.6", READ_INSTANCE, "Image"),
    ),
    "tms",
    "received",
    complete=False,
)
"""TMS statement 9.1.2.2; a patient who sits is accepted beyond it, because ocular setup images show one."""
