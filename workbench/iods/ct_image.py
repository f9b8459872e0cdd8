"""CT images as the TMS statement receives them: planning CT by import, setup CT from the device (9.1.2.1)."""

from __future__ import annotations

from workbench.dicom import uids
from workbench.dicom.conditions import Not, Present
from workbench.dicom.rules import OneOf
from workbench.dicom.spec import Attribute, Iod, Module
from workbench.iods.common import READ_INSTANCE, READ_PATIENT

RECEIVED_CT_IMAGE = Iod(
    "CT Image",
    (uids.CT_IMAGE,),
    (
        Module("Patient Module", "9.1.2.1.1", READ_PATIENT, "Patient"),
        Module("General Study Module", "9.1.2.1.2", (Attribute("StudyInstanceUID", "1"),), "Study"),
        Module(
            "General Series Module",
            "9.1.2.1.3",
            (
                Attribute("Modality", "1"),
                Attribute("SeriesInstanceUID", "1"),
                Attribute("SeriesDate", "3"),
                Attribute("SeriesTime", "3"),
                Attribute("SeriesDescription", "3"),
                Attribute(
                    "PatientPosition",
                    "2C",
                    OneOf(("FFDL", "FFDR", "FFP", "FFS", "HFDL", "HFDR", "HFP", "HFS")),
                    Not(Present("PatientOrientationCodeSequence")),
                ),
            ),
            "Series",
        ),
        Module("Frame of Reference Module", "9.1.2.1.4", (Attribute("FrameOfReferenceUID", "1"),), "Frame of Reference"),
        Module(
            "CT Image Module",
            "9.1.2.1.5",
            (
                Attribute("ImageType", "1", OneOf(("DERIVED", "SECONDARY", "AXIAL", "CBCT", "ORIGINAL", "PRIMARY"), is_open=True)),
                Attribute("SamplesPerPixel", "1"),
                Attribute("PhotometricInterpretation", "1"),
                Attribute("BitsAllocated", "1"),
                Attribute("BitsStored", "1"),
                Attribute("HighBit", "1"),
                Attribute("RescaleIntercept", "1"),
                Attribute("RescaleSlope", "1"),
                Attribute("TableHeight", "3"),
                Attribute("PatientSupportAngle", "3"),
                Attribute("TableTopPitchAngle", "3"),
                Attribute("TableTopRollAngle", "3"),
                Attribute("TableTopLongitudinalPosition", "3"),
                Attribute("TableTopLateralPosition", "3"),
            ),
            "Image",
        ),
        Module("SOP Common Module", "9.1.2.1.6", READ_INSTANCE, "Image"),
    ),
    "tms",
    "received",
    complete=False,
)
"""TMS statement 9.1.2.1. Values of Image Type beyond the list (PS3.3 C.7.6.1.1.2 leaves them open) are doubtful, not wrong."""
