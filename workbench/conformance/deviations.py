"""Where we differ: from the standard, because a statement does; from a statement, because it is at odds with itself or the standard.

Each has its reason. Rows that we write although no statement lists them are not here: they say so themselves (``beyond``).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Deviation:
    """One difference.

    Parameters
    ----------
    subject : what it is about.
    found : what the source says, or the standard.
    done : what we do.
    why : the reason.
    errata : ids in the table of errata; blank where it is no erratum.
    """

    subject: str
    found: str
    done: str
    why: str
    errata: str = ""


FROM_STANDARD: Final = (
    Deviation(
        "Workflow and instruction classes",
        "Trial classes are retired; the final ones are 1.2.840.10008.5.1.4.34.6.x and 34.7",
        "Trial classes are used; the final ones are spoken beside them on the same workitems",
        "the devices that this statement is for speak the Trial",
        "E108;E117",
    ),
    Deviation(
        "Session plan",
        "types 2 of PS3.3 that the table does not list",
        "they are taken unchanged from the received plan",
        "the table lists what is set or relied upon",
        "E025-E035;E123",
    ),
    Deviation(
        "Setup image: Instance Number, Operators' Name, Radiation Machine SAD",
        "type 2 of their modules",
        "absent",
        "the ocular statement does not support them",
        "E149;E191;E192",
    ),
    Deviation(
        "Setup image: curves",
        "module retired in 2004",
        "written in groups 5000 to 501E",
        "the only carrier of outlines the statement has",
        "E235",
    ),
    Deviation(
        "Setup image: Image Type",
        "a DRR would be DERIVED",
        "ORIGINAL\\SECONDARY\\DRR\\ with an empty fourth value",
        "stated so",
        "E231;E232",
    ),
    Deviation(
        "Exported plan: Gantry Pitch Angle Tolerance, Nominal Beam Energy Unit",
        "not in their modules",
        "written as a Standard Extended SOP class",
        "stated so",
        "E219;E220",
    ),
    Deviation("Exported plan: Patient Position SITTING", "no defined term of 2008", "written for seated patients", "stated so", "E250"),
    Deviation(
        "Exported image: foreign characters",
        "Specific Character Set tells how text is encoded",
        "not written; the bytes are those of the imported image",
        "stated so",
        "E254;E255",
    ),
    Deviation(
        "Re-exported image: SOP Instance UID",
        "other pixels are another instance",
        "the UID of the imported image is kept",
        "stated so: the same instance is exported again; nothing of the kind is stored over the original",
    ),
    Deviation(
        "C304 (final state not met)",
        "COMPLETED and CANCELED need the performed procedure",
        "applied to final classes, not to those of the Trial",
        "the statement does not support the Performed Procedure module",
    ),
)

FROM_STATEMENT: Final = (
    Deviation(
        "MOVE class",
        "negotiated but absent from the class tables",
        "listed and negotiated",
        "C-MOVE is described",
    ),
    Deviation("RT Image and RT Structure Set", "stored but absent from the class tables", "listed and negotiated", "C-STORE is described"),
    Deviation(
        "UPS Push",
        "listed but never negotiated",
        "that of the Trial is named by workitems, never negotiated",
        "there is no N-CREATE activity; the final Push takes N-CREATE",
    ),
    Deviation(
        "Treatment record class",
        "481.4 is negotiated, the tables describe 481.9",
        "481.9 is created and sent; both are accepted",
        "the object tables are the ion record's",
        "E067",
    ),
    Deviation("SCU role", "denied", "C-STORE sub-operations are sent", "C-MOVE cannot work without them"),
    Deviation("UPS functions", "headed Modality Performed Procedure Step", "read as Unified Procedure Step", "the classes named are UPS"),
    Deviation("B304 and B306", "printed as failures", "the codes are sent; they are warnings", "PS3.4 CC.2.1.3"),
    Deviation("Unknown workitem", "C000 and C307 are both printed", "C307", "C000 belongs to Query/Retrieve"),
    Deviation(
        "C303, C304, C310", "not printed", "C303 and C310 are sent, C304 on final classes only", "PS3.4 Table CC.2.1-2 fills what is open"
    ),
    Deviation("Statuses of C-ECHO, C-FIND and C-MOVE", "none printed", "those of PS3.4 Annexes A and C", "they are needed"),
    Deviation(
        "Cancellation",
        "stays inside the application",
        "no N-EVENT-REPORT, no Watch or Event class when speaking as stated",
        "stated so; the device hears of it by refusal",
    ),
    Deviation(
        "Classes of C-MOVE sub-operations",
        "never named",
        "RT Ion Plan 481.8 and Trial delivery instruction 34.1",
        "the objects are named",
        "E117",
    ),
    Deviation("Rejection after a cancel", "no code printed", "C001, C004, B304 or C300, by service", "the nearest of those printed"),
    Deviation(
        "Query for the plan label",
        "no level, no keys",
        "IMAGE level with RT Plan Label as an optional key",
        "it is an attribute of the object",
    ),
    Deviation("N-GET", "absent", "answered, except when speaking as stated", "mandatory of the Pull class"),
    Deviation("Study Instance UID (0020,0000)", "misprinted tag", "(0020,000D)", "0020,0000 is a group length", "E003;E005;E006;E008;E009"),
    Deviation(
        "Plan reference of the instruction",
        "one level sign, type 3",
        "in the item of the beam task; read at the top level as well",
        "the final standard has it at the top level",
        "E106",
    ),
    Deviation(
        "Received plan: Patient Position SITTING",
        "not among those accepted",
        "accepted, except when speaking as stated",
        "ocular plans seat their patients",
        "E116",
    ),
    Deviation(
        "SOP Class UID of exported objects", "481.1 printed for both", "481.1 for images, 481.8 for plans", "the table serves both", "E230"
    ),
    Deviation(
        "Maker's names, scheme and implementation UIDs",
        "those of the makers",
        "our own, except when speaking as stated (settings, identity)",
        "we are not they",
    ),
    Deviation(
        "Beam Meterset of the session plan",
        "copied with the rest",
        "the monitor units entered at check-in",
        "an ocular plan has none (Beam Meterset 0.0), and a treatment needs them",
        "E253",
    ),
)
