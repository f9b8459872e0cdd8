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

IMPAC: Final = "IMPAC"
IMPAC_GROUP: Final = 0x300B
CREATOR_KEYWORD: Final = "IMPAC_PrivateCreator"


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


def find(dataset: Dataset, keyword: str) -> BaseTag | None:
    """Tag of the private attribute in this dataset, wherever its creator's block lies; None when it is not there."""
    attribute = IMPAC_ATTRIBUTES[keyword]
    for element in range(0x10, 0x100):
        if _creator(dataset, element) == IMPAC:
            tag = Tag(IMPAC_GROUP, (element << 8) + attribute.offset)
            if tag in dataset:
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


def keyword_of(dataset: Dataset, tag: BaseTag) -> str | None:
    """Our keyword for a private tag of this dataset; None when it is not one of ours."""
    if tag.group != IMPAC_GROUP or tag.elem < 0x1000 or _creator(dataset, tag.elem >> 8) != IMPAC:
        return None
    return next((row.keyword for row in IMPAC_ATTRIBUTES.values() if row.offset == tag.elem & 0xFF), None)


def _creator(dataset: Dataset, element: int) -> str | None:
    tag = Tag(IMPAC_GROUP, element)
    return str(dataset[tag].value).strip() if tag in dataset else None
