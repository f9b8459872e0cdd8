"""RT Structure Sets as the TMS statement receives them: planning by import, table positions from the device (9.1.2.3)."""

from __future__ import annotations

from workbench.dicom import uids
from workbench.dicom.rules import OneOf
from workbench.dicom.spec import Attribute, Iod, Items, Module
from workbench.iods.common import READ_INSTANCE, READ_PATIENT, READ_REFERENCE

RECEIVED_STRUCTURE_SET = Iod(
    "RT Structure Set",
    (uids.RT_STRUCTURE_SET,),
    (
        Module("Patient Module", "9.1.2.3.1", READ_PATIENT, "Patient"),
        Module("General Study Module", "9.1.2.3.2", (Attribute("StudyInstanceUID", "1"),), "Study"),
        Module(
            "RT Series Module",
            "9.1.2.3.3",
            (
                Attribute("Modality", "1"),
                Attribute("SeriesInstanceUID", "1"),
            ),
            "Series",
        ),
        Module(
            "Structure Set Module",
            "9.1.2.3.4",
            (
                Attribute("StructureSetLabel", "1"),
                Items(
                    "ReferencedFrameOfReferenceSequence",
                    "3",
                    (
                        Attribute("FrameOfReferenceUID", "1"),
                        Items(
                            "RTReferencedStudySequence",
                            "3",
                            (
                                Attribute("ReferencedSOPClassUID", "1"),
                                Attribute("ReferencedSOPInstanceUID", "1"),
                                Items(
                                    "RTReferencedSeriesSequence",
                                    "1",
                                    (
                                        Attribute("SeriesInstanceUID", "1"),
                                        Items("ContourImageSequence", "1", READ_REFERENCE),
                                    ),
                                ),
                            ),
                        ),
                    ),
                ),
                Items("StructureSetROISequence", "1", ()),
            ),
            "Structure Set",
        ),
        Module(
            "ROI Contour Module",
            "9.1.2.3.5",
            (
                Items(
                    "ROIContourSequence",
                    "1",
                    (
                        Attribute("ReferencedROINumber", "1"),
                        Items(
                            "ContourSequence",
                            "3",
                            (
                                Attribute("ContourGeometricType", "1"),
                                Attribute("NumberOfContourPoints", "1"),
                                Attribute("ContourData", "1"),
                            ),
                        ),
                    ),
                ),
            ),
            "Structure Set",
        ),
        Module(
            "RT ROI Observations Module",
            "9.1.2.3.6",
            (
                Items(
                    "RTROIObservationsSequence",
                    "1",
                    (
                        Attribute("ObservationNumber", "1"),
                        Attribute("ReferencedROINumber", "1"),
                        Attribute("RTROIInterpretedType", "2", OneOf(("INITLASERISO", "ACQ_ISOCENTER", "INITMATCHISO"), is_open=True)),
                        Items(
                            "ROIPhysicalPropertiesSequence",
                            "3",
                            (
                                Attribute(
                                    "ROIPhysicalProperty",
                                    "1",
                                    OneOf(("PATSUPPORT_ANGLE", "TTOP_PITCH_ANGLE", "TTOP_ROLL_ANGLE"), is_open=True),
                                ),
                                Attribute("ROIPhysicalPropertyValue", "1"),
                            ),
                        ),
                    ),
                ),
            ),
            "Structure Set",
        ),
        Module("SOP Common Module", "9.1.2.3.7", READ_INSTANCE, "Structure Set"),
    ),
    "tms",
    "received",
    complete=False,
)
"""TMS statement 9.1.2.3. Interpreted types and properties beyond the lists are those of planning: doubtful, not wrong."""
