"""The workitem of the final text: the rows of the Trial's, with those replaced that say the same otherwise.

The TMS statement knows only the Trial; what stands here is PS3.3 C.30 and PS3.4 Table CC.2.5-3. ``mapping.dialects`` says one in the other.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Final

from workbench.dicom import uids
from workbench.dicom.conditions import Sent
from workbench.dicom.rules import Constant, OneOf, Taken
from workbench.dicom.spec import Attribute, Each, Iod, Items, Module, One, Row
from workbench.iods.workitem import WORKITEM

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


def _final(modules: tuple[Module, ...]) -> Iterator[Module]:
    for module in modules:
        rows = tuple(INSTEAD.get(row.keyword, row) if isinstance(row, Attribute | Items) else row for row in module.rows)
        yield replace(module, rows=rows)


FINAL_WORKITEM: Final = Iod("Unified Procedure Step", (uids.UPS_PUSH,), tuple(_final(WORKITEM.modules)), "tms", "created")
"""What a peer of the final text reads of a workitem that check-in made."""
