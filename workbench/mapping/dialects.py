"""A workitem of one dialect of UPS, said in the other.

Three things differ: the class UIDs of workitem and delivery instruction, the readiness of the inputs, and the way inputs are
listed (by study and series in the Trial, TMS statement 9.1.1.4.3; one item a series in the final text, PS3.4 Table CC.2.5-2c).
All else has the same tags. What only one of them can say is left out of the other.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Final

from pydicom.datadict import dictionary_VR
from pydicom.dataset import Dataset
from pydicom.sequence import Sequence

from workbench.dicom import uids
from workbench.iods.dialect import Dialect

READINESS_OF: Final = MappingProxyType({"COMPLETE": "READY", "PARTIAL": "INCOMPLETE", "INCOMPLETE": "INCOMPLETE"})
"""Input Availability Flag (Trial) → Input Readiness State (final)."""
AVAILABILITY_OF: Final = MappingProxyType({"READY": "COMPLETE", "INCOMPLETE": "INCOMPLETE", "UNAVAILABLE": "INCOMPLETE"})
"""Input Readiness State (final) → Input Availability Flag (Trial), which cannot say that inputs will never come."""
CLASS_PAIRS: Final = (
    (uids.TRIAL_UPS_PUSH, uids.UPS_PUSH),
    (uids.TRIAL_DELIVERY_INSTRUCTION, uids.DELIVERY_INSTRUCTION),
)
FINAL_OF: Final = MappingProxyType(dict(CLASS_PAIRS))
TRIAL_OF: Final = MappingProxyType({final: trial for trial, final in CLASS_PAIRS})


def spoken(workitem: Dataset, dialect: Dialect) -> Dataset:
    """A workitem, whose SOP Class UID says in which dialect it is kept, in the dialect asked for; itself when it is that one already."""
    return translated(workitem, Dialect.of(str(workitem.SOPClassUID)), dialect)


def translated(attributes: Dataset, source: Dialect, target: Dialect) -> Dataset:
    """Attributes of a workitem in the other dialect; themselves when both are the same. What is given is not changed."""
    if source is target:
        return attributes
    said = Dataset()
    said.update(attributes)
    if "SOPClassUID" in said:
        _put(said, "SOPClassUID", _classes(target).get(str(said.SOPClassUID), str(said.SOPClassUID)))
    if target is Dialect.FINAL:
        _rename(said, "InputAvailabilityFlag", "InputReadinessState", READINESS_OF)
    else:
        _rename(said, "InputReadinessState", "InputAvailabilityFlag", AVAILABILITY_OF)
    if "InputInformationSequence" in said:
        listed: Callable[[Sequence], Sequence] = _by_item if target is Dialect.FINAL else _by_study
        _put(said, "InputInformationSequence", listed(said.InputInformationSequence))
    return said


def _classes(target: Dialect) -> Mapping[str, str]:
    return FINAL_OF if target is Dialect.FINAL else TRIAL_OF


def _put(said: Dataset, keyword: str, value: object) -> None:
    """Set an attribute by an element of its own: assigning its keyword would change the element that both data sets share."""
    said.add_new(keyword, dictionary_VR(keyword), value)


def _rename(said: Dataset, old: str, new: str, values: Mapping[str, str]) -> None:
    if old in said:
        value = said[old].value
        del said[old]
        # A value that neither text defines is passed on as it is, for the check to name it.
        _put(said, new, values.get(str(value), value) if value else value)


def _by_item(studies: Sequence) -> Sequence:
    """One item a series, with where it is fetched from."""
    items = []
    for study in studies:
        for series in study.get("ReferencedSeriesSequence") or []:
            item = Dataset()
            item.TypeOfInstances = "DICOM"
            item.StudyInstanceUID, item.SeriesInstanceUID = study.StudyInstanceUID, series.SeriesInstanceUID
            item.ReferencedSOPSequence = _references(series, FINAL_OF)
            if series.get("RetrieveAETitle"):
                source = Dataset()
                source.RetrieveAETitle = series.RetrieveAETitle
                item.DICOMRetrievalSequence = Sequence([source])
            items.append(item)
    return Sequence(items)


def _by_study(items: Sequence) -> Sequence:
    """Studies with their series, each once, in the order they first appear; what is no DICOM instance has no place here."""
    studies: dict[str, dict[str, Dataset]] = {}
    for item in items:
        if not (item.get("StudyInstanceUID") and item.get("SeriesInstanceUID")):
            continue
        of_study = studies.setdefault(str(item.StudyInstanceUID), {})
        references = _references(item, TRIAL_OF)
        known = of_study.get(str(item.SeriesInstanceUID))
        if known is not None:
            known.ReferencedSOPSequence.extend(references)
            continue
        series = Dataset()
        series.SeriesInstanceUID = item.SeriesInstanceUID
        sources = item.get("DICOMRetrievalSequence") or []
        if sources:
            series.RetrieveAETitle = sources[0].get("RetrieveAETitle")
        series.ReferencedSOPSequence = references
        of_study[str(item.SeriesInstanceUID)] = series
    return Sequence([_study(uid, series) for uid, series in studies.items()])


def _study(uid: str, series: Mapping[str, Dataset]) -> Dataset:
    study = Dataset()
    study.StudyInstanceUID = uid
    study.ReferencedSeriesSequence = Sequence(list(series.values()))
    return study


def _references(holder: Dataset, classes: Mapping[str, str]) -> Sequence:
    references = []
    for one in holder.get("ReferencedSOPSequence") or []:
        said = Dataset()
        said.update(one)
        named = str(said.get("ReferencedSOPClassUID") or "")
        if named in classes:
            _put(said, "ReferencedSOPClassUID", classes[named])
        references.append(said)
    return Sequence(references)
