"""Media interchange as data: what is written to and read from files, and what of files we do not do."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

from workbench.conformance.services import RT_IMAGE, RT_ION_PLAN, SopClass
from workbench.dicom import uids


@dataclass(frozen=True, slots=True)
class MediaService:
    """One class written to files (file-set creator) or read from them (file-set reader).

    Parameters
    ----------
    stated : id of the fact in the ocular statement's table of services.
    """

    direction: Literal["export", "import"]
    role: Literal["FSC", "FSR"]
    sop_class: SopClass
    what: str
    stated: str
    transfer_syntax: str = uids.IMPLICIT_LITTLE


MEDIA_SERVICES: Final = (
    MediaService("export", "FSC", RT_ION_PLAN, "a plan, into a folder that the user chooses", "M01"),
    MediaService(
        "export", "FSC", RT_IMAGE, "its setup images, pixels blank, outlines as curves; re-export of an imported image, blank", "M02"
    ),
    MediaService(
        "import",
        "FSR",
        RT_IMAGE,
        "images of the eye, from files and folders that the user picks, for the patient that the user names",
        "M03",
    ),
)


@dataclass(frozen=True, slots=True)
class MediaPolicy:
    """One thing about files.

    Parameters
    ----------
    stated : id of the fact in the ocular statement's table of services.
    """

    words: str
    own: str
    stated: str


MEDIA_POLICIES: Final = (
    MediaPolicy(
        "Import of plans",
        "not as part of the ocular exchange as stated; RT Ion Plans enter the treatment management side by "
        "import, and those with an eye beam are read back as ocular plans",
        "M04",
    ),
    MediaPolicy("Network", "the ocular exchange has no network role", "M05"),
    MediaPolicy("Application profiles", "none, neither augmented nor private; no DICOMDIR is written or needed", "M06"),
    MediaPolicy(
        "File meta information",
        "version 00 01; our Implementation Class UID and Version Name; as stated: 1.2.246.352.70.2.1.7 and no version name",
        "M07",
    ),
    MediaPolicy("Private classes and syntaxes", "no private SOP class, transfer syntax, code or template", "M08"),
    MediaPolicy(
        "Character sets",
        "default repertoire is written; text of an imported image in other characters is written byte for byte when it is exported "
        "again, without Specific Character Set",
        "M09",
    ),
    MediaPolicy("Security", "no security profile; access is that of the operating system", "M10"),
)
