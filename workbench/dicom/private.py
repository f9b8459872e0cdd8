"""The one private block the workbench speaks: creator IMPAC, group 300B.

The block is found by its creator, never assumed to be 10. Rows name its elements by keywords of our own, ``IMPAC_…``.
"""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from pydicom.config import RAISE
from pydicom.dataelem import DataElement
from pydicom.dataset import Dataset
from pydicom.tag import BaseTag, Tag

from workbench.dicom import elements
from workbench.dicom.reading import EncodedDataset
from workbench.errors import Refused

IMPAC: Final = "IMPAC"
IMPAC_GROUP: Final = 0x300B


@dataclass(frozen=True, slots=True)
class PrivateAttribute:
    """One element of the block: its offset and what the dictionary would say of it."""

    keyword: str
    offset: int
    vr: str
    name: str
    unit: str

    @property
    def usual_tag(self) -> BaseTag:
        """Its tag where the creator's block is 10, as it normally is."""
        return Tag(IMPAC_GROUP, 0x1000 + self.offset)


IMPAC_ATTRIBUTES: Final = MappingProxyType(
    {
        row.keyword: row
        for row in (
            PrivateAttribute("IMPAC_DistalTargetDistanceTolerance", 0x01, "FL", "Distal Target Distance Tolerance", "mm"),
            PrivateAttribute("IMPAC_MaximumCollimatedFieldDiameter", 0x02, "FL", "Maximum Collimated Field Diameter", "cm"),
            PrivateAttribute("IMPAC_PlannedDistalTargetDistance", 0x04, "FL", "Planned Distal Target Distance", "mm"),
            PrivateAttribute("IMPAC_BeamLineDataTableVersion", 0x08, "SH", "Beam Line Data Table Version", ""),
            PrivateAttribute("IMPAC_NominalSOBPWidth", 0x0E, "FL", "Nominal SOBP Width", "mm"),
            PrivateAttribute("IMPAC_NominalSOBPWidthTolerance", 0x11, "FL", "Nominal SOBP Width Tolerance", "mm"),
        )
    }
)
"""Source: ocular statement, annex A.2 and C.2.9 to C.2.15; VRs as other makers of these attributes write them."""


def find(dataset: Dataset | EncodedDataset, keyword: str) -> int | None:
    """Tag of the private attribute in this dataset, wherever its creator's block lies; None when it is not there."""
    attribute = IMPAC_ATTRIBUTES[keyword]
    for element in (tag & 0xFFFF for tag in elements.tags(dataset) if tag >> 16 == IMPAC_GROUP and 0x10 <= tag & 0xFFFF <= 0xFF):
        tag = IMPAC_GROUP << 16 | (element << 8) + attribute.offset
        if tag in dataset and _creator(dataset, element) == IMPAC:
            return tag
    return None


def put(dataset: Dataset, keyword: str, value: object) -> None:
    """Write the private attribute, reserving a block for its creator where there is none.

    Raises
    ------
    ValueError : the value breaks the attribute's VR.
    """
    attribute = IMPAC_ATTRIBUTES[keyword]
    tag = dataset.private_block(IMPAC_GROUP, IMPAC, create=True).get_tag(attribute.offset)
    dataset[tag] = DataElement(tag, attribute.vr, value, validation_mode=RAISE)


def keyword_of(dataset: Dataset | EncodedDataset, tag: int) -> str | None:
    """Our keyword for a private tag of this dataset; None when it is not one of ours."""
    element = tag & 0xFFFF
    if tag >> 16 != IMPAC_GROUP or element < 0x1000 or _creator(dataset, element >> 8) != IMPAC:
        return None
    return next((row.keyword for row in IMPAC_ATTRIBUTES.values() if row.offset == element & 0xFF), None)


def _creator(dataset: Dataset | EncodedDataset, element: int) -> str | None:
    tag = IMPAC_GROUP << 16 | element
    if tag not in dataset:
        return None
    try:
        return str(elements.see(dataset, tag, "LO").value).strip()
    except Refused:
        return None
