"""What the device tells a provider about a workitem that it ends: why it was canceled, or what was performed."""

from __future__ import annotations

from collections.abc import Sequence as Several
from datetime import datetime
from typing import Final

from pydicom.dataset import Dataset
from pydicom.sequence import Sequence

from workbench.dicom.codes import Code
from workbench.dicom.values import to_dicom

DISCONTINUED: Final = Code("110513", "DCM", "Discontinued for unspecified reason")
"""CID 9300."""
STATION: Final = Code("SIM-1", "99WORKBENCH", "Simulated delivery device")


def reason(text: str, *, percent: float, now: datetime) -> Dataset:
    """Attributes that say why a workitem is canceled (PS3.4 Table CC.2.5-3, Progress Information).

    Parameters
    ----------
    percent : progress reached; it stands in the same sequence, which is replaced whole.
    """
    item = Dataset()
    item.ProcedureStepProgress = to_dicom("DS", round(percent, 2))
    item.ProcedureStepCancellationDateTime = to_dicom("DT", now)
    item.ReasonForCancellation = text
    item.ProcedureStepDiscontinuationReasonCodeSequence = Sequence([DISCONTINUED.item()])
    changes = Dataset()
    changes.ProcedureStepProgressInformationSequence = Sequence([item])
    return changes


def performed(workitem: Dataset, outputs: Several[Dataset], *, started_at: datetime, ended_at: datetime) -> Dataset:
    """Attributes that the final text needs before a workitem is completed (PS3.4 Table CC.2.5-3, Performed Procedure).

    Parameters
    ----------
    workitem : as the worklist answered it.
    outputs : objects that were sent.
    """
    item = Dataset()
    item.PerformedStationNameCodeSequence = Sequence([STATION.item()])
    item.PerformedProcedureStepStartDateTime = to_dicom("DT", started_at)
    item.PerformedProcedureStepEndDateTime = to_dicom("DT", ended_at)
    item.PerformedWorkitemCodeSequence = Sequence([_code(one) for one in workitem.ScheduledWorkitemCodeSequence])
    item.OutputInformationSequence = Sequence(_series(outputs))
    changes = Dataset()
    changes.UnifiedProcedureStepPerformedProcedureSequence = Sequence([item])
    return changes


def _code(scheduled: Dataset) -> Dataset:
    return Code(str(scheduled.CodeValue), str(scheduled.CodingSchemeDesignator), str(scheduled.CodeMeaning)).item()


def _series(outputs: Several[Dataset]) -> list[Dataset]:
    """One item a series, with what of it was sent."""
    found: dict[str, Dataset] = {}
    for one in outputs:
        series = found.get(str(one.SeriesInstanceUID))
        if series is None:
            series = found[str(one.SeriesInstanceUID)] = Dataset()
            series.TypeOfInstances = "DICOM"
            series.StudyInstanceUID, series.SeriesInstanceUID = one.StudyInstanceUID, one.SeriesInstanceUID
            series.ReferencedSOPSequence = Sequence([])
        reference = Dataset()
        reference.ReferencedSOPClassUID, reference.ReferencedSOPInstanceUID = one.SOPClassUID, one.SOPInstanceUID
        series.ReferencedSOPSequence.append(reference)
    return list(found.values())
