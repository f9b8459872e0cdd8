"""More inputs for a workitem that is on the worklist already."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from pydicom.dataset import Dataset
from pydicom.sequence import Sequence as Items

from workbench.mapping.sessions import Input

COMPLETE: Final = "COMPLETE"
INCOMPLETE: Final = "INCOMPLETE"
"""Values of Input Availability Flag (0040,4020), as the TMS statement has them (9.1.1.4.3)."""


def add_inputs(workitem: Dataset, inputs: Sequence[Input], retrieve_ae_title: str) -> None:
    """Put objects into the workitem's Input Information Sequence, each study and series once (PS3.3 Table C.17-3).

    Parameters
    ----------
    workitem : changed in place.
    retrieve_ae_title : where they are fetched from.
    """
    studies = list(workitem.get("InputInformationSequence") or [])
    for one in inputs:
        study = _of(studies, "StudyInstanceUID", one.study)
        listed = list(study.get("ReferencedSeriesSequence") or [])
        series = _of(listed, "SeriesInstanceUID", one.series)
        series.RetrieveAETitle = retrieve_ae_title
        instances = list(series.get("ReferencedSOPSequence") or [])
        _of(instances, "ReferencedSOPInstanceUID", one.instance).ReferencedSOPClassUID = one.sop_class
        series.ReferencedSOPSequence, study.ReferencedSeriesSequence = Items(instances), Items(listed)
    workitem.InputInformationSequence = Items(studies)


def _of(items: list[Dataset], keyword: str, uid: str) -> Dataset:
    """The item of this UID; a new one at the end where there is none."""
    for item in items:
        if item.get(keyword) == uid:
            return item
    item = Dataset()
    setattr(item, keyword, uid)
    items.append(item)
    return item
