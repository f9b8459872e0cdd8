"""Spatial Registrations between setup and planning images, as the TMS statement receives them (9.1.2.4)."""

from __future__ import annotations

from workbench.dicom import uids
from workbench.dicom.conditions import Not, Present
from workbench.dicom.rules import OneOf
from workbench.dicom.spec import Attribute, Iod, Items, Module
from workbench.iods.common import READ_INSTANCE, READ_PATIENT, READ_REFERENCE

RECEIVED_REGISTRATION = Iod(
    "Spatial Registration",
    (uids.SPATIAL_REGISTRATION,),
    (
        Module("Patient Module", "9.1.2.4.1", READ_PATIENT, "Patient"),
        Module("General Study Module", "9.1.2.4.2", (Attribute("StudyInstanceUID", "1"),), "Study"),
        Module(
            "General Series Module",
            "9.1.2.4.3",
            (
                Attribute("Modality", "1"),
                Attribute("SeriesInstanceUID", "1"),
                Attribute("PatientPosition", "2C", OneOf(("HFP", "HFS", "HFDR", "HFDL", "FFDR", "FFDL", "FFP", "FFS"))),
            ),
            "Series",
        ),
        Module("Frame of Reference Module", "9.1.2.4.4", (Attribute("FrameOfReferenceUID", "1"),), "Frame of Reference"),
        Module(
            "Spatial Registration Module",
            "9.1.2.4.5",
            (
                Attribute("ContentDate", "1"),
                Attribute("ContentTime", "1"),
                Attribute("InstanceNumber", "1"),
                Attribute("ContentLabel", "1"),
                Items(
                    "RegistrationSequence",
                    "1",
                    (
                        Attribute("FrameOfReferenceUID", "1C", when=Not(Present("ReferencedImageSequence"))),
                        Items("ReferencedImageSequence", "1C", READ_REFERENCE, when=Not(Present("FrameOfReferenceUID"))),
                        Items(
                            "MatrixRegistrationSequence",
                            "1",
                            (
                                Items(
                                    "MatrixSequence",
                                    "1",
                                    (
                                        Attribute("FrameOfReferenceTransformationMatrix", "1"),
                                        Attribute("FrameOfReferenceTransformationMatrixType", "1", OneOf(("RIGID",))),
                                    ),
                                ),
                            ),
                        ),
                    ),
                ),
            ),
            "Spatial Registration",
        ),
        Module("SOP Common Module", "9.1.2.4.7", READ_INSTANCE, "Spatial Registration"),
    ),
    "tms",
    "received",
    complete=False,
)
"""TMS statement 9.1.2.4; its General Reference module (9.1.2.4.6) lists no attribute."""
