"""Chapters 1 and 3: overview and introduction."""

from __future__ import annotations

from typing import Final

from workbench.conformance.markdown import bullets, document, heading, paragraph, table
from workbench.conformance.media import MEDIA_SERVICES
from workbench.conformance.services import CONTEXTS, SOP_CLASSES

TERMS: Final = (
    ("AE", "application entity"),
    ("AE title", "name of an application entity, up to 16 characters"),
    ("FSC, FSR", "file-set creator, file-set reader"),
    ("IOD", "information object definition"),
    ("PDU", "protocol data unit"),
    ("SCP, SCU", "service class provider, service class user"),
    ("SOP", "service-object pair"),
    ("TDD", "treatment delivery device"),
    ("TMS", "treatment management system"),
    ("UPS", "unified procedure step; one of them is a workitem"),
    ("VR", "value representation"),
)


def overview() -> str:
    """Chapter 1: what the product is, and its services."""
    return document(
        heading("1", "Conformance statement overview"),
        paragraph(
            "The Ocular Proton Workbench has two sides. As a **treatment management system** it is the provider that a treatment delivery "
            "device for proton therapy works with: it offers workitems, hands out session plans, delivery instructions, images and earlier "
            "records, and takes setup images, table positions, registrations and treatment records. As an **ocular planning exchange** it "
            "writes plans of eye treatments and their setup images to files, and reads images of the eye from files."
        ),
        heading("1.1", "Network services"),
        table(
            ("SOP class", "UID", "User of service (SCU)", "Provider of service (SCP)"),
            [(one.name, one.uid, _serves(one.uid, "SCU"), _serves(one.uid, "SCP")) for one in SOP_CLASSES],
        ),
        paragraph("The SCU role is that of the C-STORE sub-operations of a C-MOVE, and no other."),
        heading("1.2", "Media services"),
        table(
            ("SOP class", "UID", "Write files (FSC)", "Read files (FSR)"),
            [
                (
                    sop_class.name,
                    sop_class.uid,
                    "Option" if ("export", sop_class) in _media() else "No",
                    "Option" if ("import", sop_class) in _media() else "No",
                )
                for sop_class in dict.fromkeys(one.sop_class for one in MEDIA_SERVICES)
            ],
        ),
    )


def introduction() -> str:
    """Chapter 3: for whom, and how to read it."""
    return document(
        heading("3", "Introduction"),
        heading("3.1", "Audience"),
        paragraph(
            "People who connect a treatment delivery device, a treatment management system or a planning system to the workbench, or who "
            "test one against it. They are expected to know DICOM."
        ),
        heading("3.2", "Remarks"),
        bullets(
            (
                "The tables of annex 8.1 are printed from the rows that build and check the objects; they cannot differ from the software.",
                "Two statements of others are followed row by row: that of a treatment management system of 2019 (*TMS*), and that of an "
                "ocular planner of 2010 (*ocular*). Section numbers beside modules are theirs.",
                "Module tables follow PS3.3 of 2008 and 2009, which both cite, and keep their retired classes.",
                "Conformance does not replace tests with the actual partner.",
                "The workbench is for research, teaching and tests of interoperability; it is no medical device.",
            )
        ),
        heading("3.3", "Identity"),
        paragraph(
            "Names, implementation UIDs and the scheme of private codes are the workbench's own. For emulation the setting `identity` "
            "(`own`, `tms`, `ocular`) makes it speak as either statement does, its refusals included; rules that print a fixed value of a "
            "maker below give it only then."
        ),
        heading("3.4", "Terms and abbreviations"),
        table(("Term", "Meaning"), TERMS),
        heading("3.5", "References"),
        bullets(
            ("NEMA PS3.2, PS3.3, PS3.4, PS3.5, PS3.6, PS3.8 and PS3.10", "NEMA PS3.3-2008, sections C.8.8 and C.10.2, for retired modules")
        ),
    )


def _serves(uid: str, role: str) -> str:
    return "Yes" if any(one.sop_class.uid == uid and one.role == role for one in CONTEXTS) else "No"


def _media() -> set[tuple[str, object]]:
    return {(one.direction, one.sop_class) for one in MEDIA_SERVICES}
