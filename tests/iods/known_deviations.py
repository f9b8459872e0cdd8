"""What `dciodvfy` says of exported files and why it may: each message with the erratum that explains it."""

from __future__ import annotations

import re
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Deviation:
    """A message of the checker, and its reason.

    Parameters
    ----------
    message : regular expression for the whole line.
    erratum : id in the errata of the statements; blank where the checker itself is at fault or only counts.
    """

    message: str
    erratum: str
    why: str


KNOWN = (
    Deviation(
        r"Error - Missing attribute Type 2 .*<OperatorsName> Module=<RTSeries>", "E191", "not implemented by the planner for RT Image"
    ),
    Deviation(r"Error - Missing attribute Type 2 .*<InstanceNumber> Module=<GeneralImage>", "E149", "not implemented by the planner"),
    Deviation(r"Warning - .* needed to build DICOMDIR - Instance Number", "E149", "not implemented by the planner"),
    Deviation(r"Error - Missing attribute Type 2 .*<RadiationMachineSAD> Module=<RTImage>", "E192", "not implemented by the planner"),
    Deviation(r"Warning - .*\(0x300a,0x014e\) FL Gantry Pitch Angle Tolerance", "E219", "exported although the module lacks it"),
    Deviation(r"Warning - .*\(0x300a,0x0015\) CS Nominal Beam Energy Unit", "E220", "exported although the module lacks it"),
    Deviation(r"Warning - .*\(0x50[01][02468aceACE],0x\d{4}\) .*", "E235", "the curve module is retired, and retained"),
    Deviation(r"Warning - Dicom dataset contains retired attributes", "E235", "the sum of the above"),
    Deviation(
        r"Warning - Dicom dataset contains attributes not present in standard DICOM IOD - this is a Standard Extended SOP Class",
        "E235",
        "the sum of the above; for the plan of E219 and E220",
    ),
    Deviation(
        r"Warning - .*\(0x300a,0x038a\) FL Isocenter to Range Modulator Distance",
        "",
        "the checker's tables lack it; PS3.3 C.8.8.25 has it in the range modulator settings, as the statement does (C.2.15)",
    ),
    Deviation(
        r"Error - Missing attribute Type 1C .*<RecordedWedgeSequence> Module=<RTIonBeamsSessionRecord>",
        "",
        "the record entered by hand has no row for it (TMS statement 9.1.1.2.7), although its control points name the wedges",
    ),
    Deviation(
        r"Error - Missing attribute Type 2 .*<BlockName> Module=<RTIonBeamsSessionRecord>",
        "",
        "the record entered by hand has no row for it (TMS statement 9.1.1.2.7)",
    ),
    Deviation(
        r"Error - Unrecognized enumerated value <UNKNOWN> for value 1 of attribute <Treatment Verification Status>",
        "",
        "the constant of the record entered by hand (TMS statement 9.1.1.2.7)",
    ),
    Deviation(
        r"Error - Unrecognized enumerated value <VERIFIED> for value 1 of attribute <Treatment Verification Status>",
        "",
        "the checker's list lacks the standard's own term",
    ),
)


ERRATA = tuple(known for known in KNOWN if known.erratum)
"""Those that the errata explain; an export of the demonstration beamline needs no others."""


def unexplained(lines: list[str], known: tuple[Deviation, ...] = KNOWN) -> list[str]:
    """The checker's complaints that none of the known deviations explains."""
    complaints = [line.strip() for line in lines if line.startswith(("Error", "Warning"))]
    return [line for line in complaints if not any(re.fullmatch(one.message, line) for one in known)]
