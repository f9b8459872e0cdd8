"""Which rows an object is held against: by its SOP class and by whether it is ours or another's, on the network or in a file."""

from __future__ import annotations

from enum import StrEnum
from typing import Final

from workbench import iods
from workbench.dicom import uids
from workbench.dicom.check import check
from workbench.dicom.findings import Finding, Severity
from workbench.dicom.part10 import Encoded
from workbench.dicom.reading import EncodedDataset
from workbench.dicom.scope import Scope
from workbench.dicom.spec import Iod
from workbench.errors import Refused


class Direction(StrEnum):
    """Which table an object is held against."""

    CREATED = "created"
    """What the TMS side writes."""
    RECEIVED = "received"
    """What the TMS side receives."""
    EXPORT = "export"
    """What the ocular side writes to files."""
    IMPORT = "import"
    """What the ocular side reads from files."""

    @property
    def participle(self) -> str:
        """What is done with an object, for sentences: created, received, exported, imported."""
        return self.value if self.value.endswith("ed") else f"{self.value}ed"


OBJECTS: Final[tuple[Iod, ...]] = tuple(dict.fromkeys((*iods.CREATED, *iods.RECEIVED.values(), iods.OCULAR_RT_IMAGE_IMPORT)))
"""Every object of both statements: created, received, exported, imported."""

PRINTED_NAMES: Final = {
    "RT Beams Delivery Instruction": "RT Beams Delivery Instruction RETIRED",
    "Unified Procedure Step": "Unified Procedure Step RETIRED",
}
"""Objects that the statements print under another name than ours."""


def printed_name(iod: Iod) -> str:
    """The object's name as its statement prints it."""
    return PRINTED_NAMES.get(iod.name, iod.name)


def of_direction(direction: Direction) -> tuple[Iod, ...]:
    """The objects of one direction, in the statement's order."""
    return tuple(iod for iod in OBJECTS if iod.direction == direction.value)


def _known(direction: Direction) -> tuple[Iod, ...]:
    """The objects of one direction that can be checked: those of the statements, and those of the final text of UPS in their place."""
    return (*of_direction(direction), *(iod for iod in iods.FINAL_TEXT if iod.direction == direction.value))


def described(sop_class_uid: str, direction: Direction) -> Iod:
    """The rows for an object of this class.

    Raises
    ------
    Refused : no table of this direction has the class.
    """
    known = _known(direction)
    for iod in known:
        if sop_class_uid in iod.sop_class_uids:
            return iod
    names = ", ".join(f"{iod.name} {iod.sop_class_uids[0]}" for iod in known)
    raise Refused(f"SOP class: found {sop_class_uid}, expected one that is {direction.participle}: {names}", rule="sop-class")


def fitting(sop_class_uid: str, direction: Direction | None = None) -> tuple[Iod, ...]:
    """The tables that have this class: what is received first, then what is imported, exported and created.

    Parameters
    ----------
    direction : only the table of this direction.

    Raises
    ------
    Refused : a direction is named and its tables lack the class.
    """
    if direction is not None:
        return (described(sop_class_uid, direction),)
    order = (Direction.RECEIVED, Direction.IMPORT, Direction.EXPORT, Direction.CREATED)
    return tuple(iod for one in order for iod in _known(one) if sop_class_uid in iod.sop_class_uids)


def inspect(instance: Encoded, direction: Direction, scope: Scope | None = None, *, read: EncodedDataset | None = None) -> list[Finding]:
    """Hold an encoded object against its table; for files the transfer syntax too.

    Parameters
    ----------
    read : the object as it was read, where it is at hand.

    Raises
    ------
    Refused : no table of this direction has its class.
    """
    iod = described(instance.sop_class_uid, direction)
    findings = check(iod, instance.read() if read is None else read, scope)
    if direction in {Direction.EXPORT, Direction.IMPORT} and instance.transfer_syntax != uids.IMPLICIT_LITTLE:
        message = f"found {instance.transfer_syntax}, expected Implicit VR Little Endian {uids.IMPLICIT_LITTLE}"
        findings.insert(
            0, Finding(path="TransferSyntaxUID", tag="00020010", severity=Severity.ERROR, code="transfer-syntax", message=message)
        )
    return findings
