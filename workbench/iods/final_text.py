"""Workitem and delivery instruction of the final text: the rows of the Trial's, with those replaced that say the same otherwise.

The TMS statement knows only the Trial; what stands here is PS3.3 C.30 and PS3.4 Table CC.2.5-3. ``mapping.dialects`` says one in the other.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Final

from workbench.dicom import uids
from workbench.dicom.conditions import Sent
from workbench.dicom.rules import Constant, OneOf, Taken
from workbench.dicom.spec import Attribute, Each, Iod, Items, Module, One, Row
from workbench.iods.delivery_instruction import DELIVERY_INSTRUCTION, RECEIVED_DELIVERY_INSTRUCTION
from workbench.iods.workitem import RECEIVED_WORKITEM, WORKITEM

INPUTS: Final = Items(
    "InputInformationSequence",
    "",
    (
        Attribute("TypeOfInstances", "1", Constant("DICOM")),
        Attribute("StudyInstanceUID", "1C", Taken("series.study"), Sent("InputInformationSequence")),
        Attribute("SeriesInstanceUID", "1C", Taken("series.uid"), Sent("InputInformationSequence")),
        Items(
            "ReferencedSOPSequence",
            "1",
            (
                Attribute("ReferencedSOPClassUID", "1", Taken("instance.sop_class_uid")),
                Attribute("ReferencedSOPInstanceUID", "1", Taken("instance.uid")),
            ),
            Each("series.instances", "instance"),
        ),
        Items("DICOMRetrievalSequence", "1C", (Attribute("RetrieveAETitle", "1", Taken("retrieve_ae_title")),), One()),
    ),
    Each("input_series", "series"),
)
"""One item a series; the Trial groups them by study (PS3.4 Table CC.2.5-2c)."""
INSTEAD: Final[dict[str, Row]] = {
    "SOPClassUID": Attribute("SOPClassUID", "1", Constant(uids.UPS_PUSH)),
    "InputAvailabilityFlag": Attribute("InputReadinessState", "1", OneOf(("READY", "INCOMPLETE", "UNAVAILABLE"), "readiness")),
    "InputInformationSequence": INPUTS,
}
"""Keyword of the Trial's row → the final text's row."""


READ_INSTEAD: Final[dict[str, Row]] = {"InputAvailabilityFlag": Attribute("InputReadinessState", "1")}
"""The same of a workitem that is received."""
OF_INSTRUCTION: Final[dict[str, Row]] = {"SOPClassUID": Attribute("SOPClassUID", "1", Constant(uids.DELIVERY_INSTRUCTION))}
"""The same of a delivery instruction: all that differs is its class."""


def _final(trial: Iod, sop_class_uid: str, instead: Mapping[str, Row]) -> Iod:
    modules = tuple(_with(module, instead) for module in trial.modules)
    return replace(trial, name=f"{trial.name} of the final text", sop_class_uids=(sop_class_uid,), modules=modules)


def _with(module: Module, instead: Mapping[str, Row]) -> Module:
    rows = tuple(instead.get(row.keyword, row) if isinstance(row, Attribute | Items) else row for row in module.rows)
    return replace(module, rows=rows)


FINAL_WORKITEM: Final = _final(WORKITEM, uids.UPS_PUSH, INSTEAD)
"""What a peer of the final text reads of a workitem that check-in made."""
RECEIVED_FINAL_WORKITEM: Final = _final(RECEIVED_WORKITEM, uids.UPS_PUSH, READ_INSTEAD)
"""What is expected of a workitem that a peer of the final text sends."""
FINAL_DELIVERY_INSTRUCTION: Final = _final(DELIVERY_INSTRUCTION, uids.DELIVERY_INSTRUCTION, OF_INSTRUCTION)
"""A delivery instruction in the class that workitems of the final text reference."""
RECEIVED_FINAL_DELIVERY_INSTRUCTION: Final = _final(RECEIVED_DELIVERY_INSTRUCTION, uids.DELIVERY_INSTRUCTION, {})
"""What is expected of such an instruction."""
