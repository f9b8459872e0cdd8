"""What each information object holds, as rows: one file an object, created and received side by side."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from workbench.dicom.spec import Iod
from workbench.iods.ct_image import RECEIVED_CT_IMAGE
from workbench.iods.delivery_instruction import DELIVERY_INSTRUCTION, RECEIVED_DELIVERY_INSTRUCTION
from workbench.iods.final_text import (
    FINAL_DELIVERY_INSTRUCTION,
    FINAL_WORKITEM,
    RECEIVED_FINAL_DELIVERY_INSTRUCTION,
    RECEIVED_FINAL_WORKITEM,
)
from workbench.iods.ion_plan import RECEIVED_ION_PLAN, SESSION_PLAN
from workbench.iods.ion_record import MANUAL_RECORD, RECEIVED_ION_RECORD
from workbench.iods.ocular_ion_plan import OCULAR_ION_PLAN
from workbench.iods.ocular_rt_image import OCULAR_RT_IMAGE, OCULAR_RT_IMAGE_IMPORT
from workbench.iods.registration import RECEIVED_REGISTRATION
from workbench.iods.rt_image import RECEIVED_RT_IMAGE
from workbench.iods.structure_set import RECEIVED_STRUCTURE_SET
from workbench.iods.workitem import RECEIVED_WORKITEM, WORKITEM

__all__ = [
    "CREATED",
    "DELIVERY_INSTRUCTION",
    "FINAL_DELIVERY_INSTRUCTION",
    "FINAL_TEXT",
    "FINAL_WORKITEM",
    "MANUAL_RECORD",
    "OCULAR_ION_PLAN",
    "OCULAR_RT_IMAGE",
    "OCULAR_RT_IMAGE_IMPORT",
    "RECEIVED",
    "RECEIVED_CT_IMAGE",
    "RECEIVED_DELIVERY_INSTRUCTION",
    "RECEIVED_FINAL_DELIVERY_INSTRUCTION",
    "RECEIVED_FINAL_WORKITEM",
    "RECEIVED_ION_PLAN",
    "RECEIVED_ION_RECORD",
    "RECEIVED_REGISTRATION",
    "RECEIVED_RT_IMAGE",
    "RECEIVED_STRUCTURE_SET",
    "RECEIVED_WORKITEM",
    "SESSION_PLAN",
    "WORKITEM",
]

CREATED: Final[tuple[Iod, ...]] = (
    SESSION_PLAN,
    MANUAL_RECORD,
    DELIVERY_INSTRUCTION,
    WORKITEM,
    OCULAR_ION_PLAN,
    OCULAR_RT_IMAGE,
)
"""What we write."""

RECEIVED: Final[Mapping[str, Iod]] = MappingProxyType(
    {
        uid: iod
        for iod in (
            RECEIVED_CT_IMAGE,
            RECEIVED_RT_IMAGE,
            RECEIVED_STRUCTURE_SET,
            RECEIVED_REGISTRATION,
            RECEIVED_ION_PLAN,
            RECEIVED_ION_RECORD,
            RECEIVED_DELIVERY_INSTRUCTION,
            RECEIVED_WORKITEM,
        )
        for uid in iod.sop_class_uids
    }
)
"""SOP class UID → what we expect of an object of it."""

FINAL_TEXT: Final[tuple[Iod, ...]] = (
    RECEIVED_FINAL_DELIVERY_INSTRUCTION,
    RECEIVED_FINAL_WORKITEM,
    FINAL_DELIVERY_INSTRUCTION,
    FINAL_WORKITEM,
)
"""What peers of the final text of UPS send and read instead: in neither statement, but objects can be held against it."""
